/*
 * The accounts of people and machines.
 * Knows roles, and the sorts of organisations that they fit; must not know passwords: those are no facts and lie with
 * the edge.
 * Invariant: an account acts for one organisation, in roles that fit its sort, and in its district where it has one.
 */
#include "domain_int.h"

/*
 *            opened         closed
 *    (new) --------> open ---------> closed
 *                    ^  | roles_set
 *                    +--+
 */
static const struct state account_states[ACCOUNT__COUNT] = {
    {"new",    "未开立", "new"   },
    {"open",   "有效",   "open"  },
    {"closed", "已关闭", "closed"},
};

/* Who runs the system, who grants access and who looks at both are three people. */
#define APART (ROLE_SET(SYSTEM) | ROLE_SET(SECURITY) | ROLE_SET(AUDITOR))

static void
role_problem(struct problems *p, size_t i, const char *zh, const char *en)
{
    problem_add(p, V_FIELD_CODE, arena_print(p->arena, "/roles/%zu", i), slice_of(zh), slice_of(en));
}

static void
check_roles(struct problems *p, const struct list *roles, const struct organisation_view *o)
{
    const struct slice *names = roles->at;
    uint32_t seen = 0;

    for (size_t i = 0; i < roles->count; i++) {
        enum role r;

        if (!role_find(&r, names[i]))
            role_problem(p, i, "没有此角色", "there is no such role");
        else if ((sorts[o->sort].roles & ROLE_BIT(r)) == 0)
            role_problem(p, i, "该类机构的账号不得有此角色", "not a role at an organisation of this sort");
        else if ((seen & ROLE_BIT(r)) != 0)
            role_problem(p, i, "角色重复", "this role stands twice");
        else if ((APART & ROLE_BIT(r)) != 0 && (seen & APART) != 0)
            role_problem(p, i, "系统、安全管理员和审计员须由不同的人担任",
                         "system, security and audit are different people's");
        else
            seen |= ROLE_BIT(r);
    }
}

static void
check_account_district(struct problems *p, struct slice district, const struct organisation_view *o)
{
    struct slice wanted = sorts[o->sort].local ? o->district : (struct slice){0};

    if (slice_equal(district, wanted))
        return;
    problem_add(p, district.at == NULL ? V_FIELD_MISSING : V_FIELD_CODE, S("/district"),
                wanted.at == NULL ? S("该机构的账号不属于某一区县")
                                  : arena_print(p->arena, "须为机构所在区县 " SLICE_FMT, SLICE_ARG(wanted)),
                wanted.at == NULL ? S("an account of this organisation belongs to no district")
                                  : arena_print(p->arena, "must be its organisation's, " SLICE_FMT, SLICE_ARG(wanted)));
}

static enum verdict
check_active(struct problems *p, const struct subject *organisation)
{
    if (organisation->state == ORGANISATION_ACTIVE)
        return V_OK;
    problem_add(p, V_RULE_REFUSED, S("/organisation"), S("机构已停用"), S("the organisation is closed"));
    return V_RULE_REFUSED;
}

static enum verdict
may_open_account(const struct view *v, const struct entry *e, struct problems *p)
{
    const struct account_opened *d = e->body;

    check_subject(p, is_handle(e->subject, 2), S("须为 2 至 64 位小写字母、数字或连字符"),
                  S("must be 2 to 64 lower-case letters, digits or hyphens"));
    check_roles(p, &d->roles, v->others[0].view);
    check_account_district(p, d->district, v->others[0].view);
    TRY(fields_verdict(p));
    return check_active(p, &v->others[0]);
}

static enum verdict
may_set_roles(const struct view *v, const struct entry *e, struct problems *p)
{
    const struct account_roles_set *d = e->body;

    check_roles(p, &d->roles, v->others[0].view);
    TRY(fields_verdict(p));
    return check_active(p, &v->others[0]);
}

static void
do_open_account(struct arena *a, void *view, const struct entry *e)
{
    const struct account_opened *d = e->body;
    struct account_view *v = view;

    (void)a;
    v->organisation = d->organisation;
    v->roles = d->roles;
    v->login = d->login;
    v->district = d->district;
    v->sealed = entry_sealed(e);
}

static void
do_set_roles(struct arena *a, void *view, const struct entry *e)
{
    (void)a;
    ((struct account_view *)view)->roles = ((const struct account_roles_set *)e->body)->roles;
}

static void
do_close_account(struct arena *a, void *view, const struct entry *e)
{
    (void)a;
    ((struct account_view *)view)->closed = e->on;
}

static void
account_scope(struct scope *out, const void *view)
{
    out->district = ((const struct account_view *)view)->district;
    out->organisation = ((const struct account_view *)view)->organisation;
}

static bool
account_valid(const void *view, int state, int32_t day)
{
    (void)view;
    (void)day;
    return state == ACCOUNT_OPEN;
}

static const struct kind account_kinds[] = {
    {&entry_kinds[KIND_ACCOUNT_OPENED], &account_type, FROM_NEW, ACCOUNT_OPEN,
     .others = {{"organisation", OF_ENTRY, &organisation_type}}, .may = may_open_account, .apply = do_open_account},
    {&entry_kinds[KIND_ACCOUNT_ROLES_SET], &account_type, FROM(ACCOUNT_OPEN), TO_SAME,
     .others = {{"organisation", OF_VIEW, &organisation_type}}, .may = may_set_roles, .apply = do_set_roles},
    {&entry_kinds[KIND_ACCOUNT_CLOSED], &account_type, FROM(ACCOUNT_OPEN), ACCOUNT_CLOSED,
     .apply = do_close_account},
};

const struct subject_type account_type = {
    .name = "account",
    .plural = "accounts",
    .view = &shape_account_view,
    .states = account_states,
    .state_count = COUNT(account_states),
    .standing = standing_administered,
    .valid = account_valid,
    .scope = account_scope,
    .kinds = account_kinds,
    .kind_count = COUNT(account_kinds),
};

/* ---- the record ------------------------------------------------------------------------------------------------ */

enum verdict
account_record_load(struct account_record *out, struct db *db, struct arena *a, struct slice id)
{
    struct subject account, organisation;
    const struct account_view *v;
    const struct slice *names;

    TRY(subject_load(&account, db, a, &account_type, id));
    if (account.state == ACCOUNT_NEW)
        return V_NONE;
    v = account.view;
    TRY(subject_load(&organisation, db, a, &organisation_type, v->organisation));
    *out = (struct account_record){
        .id = id,
        .login = v->login,
        .organisation = v->organisation,
        .district = v->district,
        .active = account.state == ACCOUNT_OPEN && organisation.state == ORGANISATION_ACTIVE,
        .credential = {&account_type, id},
    };
    names = v->roles.at;
    for (size_t i = 0; i < v->roles.count; i++) {
        enum role r;

        if (role_find(&r, names[i]))
            out->roles |= ROLE_BIT(r);
    }
    return V_OK;
}

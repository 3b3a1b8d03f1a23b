/*
 * Who administers accounts, and what an account may be: what is refused when one is opened, changed or closed.
 * Knows sorts, roles and administrators; must not change a view.
 * Invariant: nobody but security touches what keeps the registry in three hands, its machines, or their own roles.
 */
#include "account_int.h"

/* What security alone gives and takes. */
#define RESERVED (APART | MACHINES)

enum verdict
account_refuse(struct problems *p, enum verdict v, const char *pointer, const char *zh, const char *en)
{
    problem_add(p, v, slice_of(pointer), slice_of(zh), slice_of(en));
    return v;
}

uint32_t
roles_of(const struct list *names)
{
    const struct slice *name = names->at;
    uint32_t out = 0;

    for (size_t i = 0; i < names->count; i++) {
        enum role r;

        if (role_find(&r, name[i]))
            out |= ROLE_BIT(r);
    }
    return out;
}

/* ---- who administers -------------------------------------------------------------------------------------------- */

enum verdict
check_administrator(struct problems *p, const struct actor *who, const struct subject *mine, struct slice organisation,
                    uint32_t roles)
{
    const struct account_view *v = mine->view;

    if (who->role == ROLE_SECURITY)
        return V_OK;
    if (mine->state != ACCOUNT_OPEN || v->administers != ACCOUNT_VIEW_ADMINISTERS_YES ||
        !slice_equal(v->organisation, organisation))
        return account_refuse(p, V_FORBIDDEN, "", "须由安全管理员或该机构的账号管理人办理",
                              "for security, or for who administers the accounts of this organisation");
    if ((roles & RESERVED) != 0)
        return account_refuse(p, V_FORBIDDEN, "", "系统、安全、审计和机器账号须由安全管理员办理",
                              "accounts of system, security, audit and machines are for security alone");
    return V_OK;
}

enum verdict
account_may_invite(const struct account_record *who, enum role role, const struct account_record *whom)
{
    if (role != ROLE_SECURITY && !slice_equal(who->organisation, whom->organisation))
        return V_SUBJECT_UNKNOWN;
    if (slice_equal(who->id, whom->id))
        return V_FORBIDDEN;
    return role == ROLE_SECURITY || (who->administers && (whom->roles & RESERVED) == 0) ? V_OK : V_FORBIDDEN;
}

/* ---- what an account may be ------------------------------------------------------------------------------------- */

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
    return account_refuse(p, V_RULE_REFUSED, "/organisation", "机构已停用", "the organisation is closed");
}

enum verdict
account_may_open(const struct view *v, const struct entry *e, struct problems *p)
{
    const struct account_opened *d = e->body;
    const struct subject *organisation = &v->others[1];

    TRY(check_administrator(p, &e->actor, &v->others[MINE], d->organisation, roles_of(&d->roles)));
    check_subject(p, is_handle(e->subject, 2), S("须为 2 至 64 位小写字母、数字或连字符"),
                  S("must be 2 to 64 lower-case letters, digits or hyphens"));
    check_roles(p, &d->roles, organisation->view);
    check_account_district(p, d->district, organisation->view);
    TRY(fields_verdict(p));
    return check_active(p, organisation);
}

enum verdict
account_may_set_roles(const struct view *v, const struct entry *e, struct problems *p)
{
    const struct account_roles_set *d = e->body;
    const struct account_view *account = v->subject->view;
    const struct subject *organisation = &v->others[1];

    TRY(check_administrator(p, &e->actor, &v->others[MINE], account->organisation,
                            roles_of(&account->roles) | roles_of(&d->roles)));
    if (e->actor.role != ROLE_SECURITY && slice_equal(e->actor.account, e->subject))
        return account_refuse(p, V_FORBIDDEN, "/subject", "不得设定自己的角色", "nobody sets their own roles");
    check_roles(p, &d->roles, organisation->view);
    TRY(fields_verdict(p));
    return check_active(p, organisation);
}

enum verdict
account_may_set_administration(const struct view *v, const struct entry *e, struct problems *p)
{
    const struct account_view *account = v->subject->view;

    return check_administrator(p, &e->actor, &v->others[MINE], account->organisation, roles_of(&account->roles));
}

/* An open account has no successor yet, so that hand-overs never go round in a circle. */
enum verdict
account_may_close(const struct view *v, const struct entry *e, struct problems *p)
{
    const struct account_closed *d = e->body;
    const struct account_view *account = v->subject->view;
    const struct subject *successor = &v->others[1];

    TRY(check_administrator(p, &e->actor, &v->others[MINE], account->organisation, roles_of(&account->roles)));
    if (d->successor.at == NULL)
        return V_OK;
    if (slice_equal(d->successor, e->subject))
        return account_refuse(p, V_RULE_REFUSED, "/successor", "不得由所关闭的账号接办", "not the account that is closed");
    if (!slice_equal(((const struct account_view *)successor->view)->organisation, account->organisation))
        return account_refuse(p, V_RULE_REFUSED, "/successor", "不是本机构的账号", "not an account of the organisation");
    if (successor->state != ACCOUNT_OPEN)
        return account_refuse(p, V_RULE_REFUSED, "/successor", "接办账号已关闭", "that account is closed");
    return V_OK;
}

/* A void has no fields, so that no rule above would be asked. */
enum verdict
account_may_mend(const struct view *v, const struct entry *e, struct problems *p)
{
    (void)v;
    if (e->actor.role == ROLE_SECURITY)
        return V_OK;
    return account_refuse(p, V_FORBIDDEN, "", "账号登记的更正须由安全管理员提出；也可另行登记",
                          "corrections of accounts are security's; record what is so now instead");
}

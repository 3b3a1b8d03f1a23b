/*
 * Accounts of the people and machines of organisations: their facts, and what a log-in and a work list read of them.
 * Knows roles and who stands in for whom; must not know passwords: those are no facts and lie with the edge.
 * Invariant: an account acts for one organisation, in roles that fit its sort, and in its district where it has one;
 *            for some days perhaps in a colleague's role, or in a district that its organisation lends it to.
 */
#include "account_int.h"

/*
 *            opened         closed
 *    (new) --------> open ---------> closed
 *                    ^  | roles_set, administration_set, delegated, delegation_ended, lent, lent_ended
 *                    +--+
 */
static const struct state account_states[ACCOUNT__COUNT] = {
    {"new",    "未开立", "new"   },
    {"open",   "有效",   "open"  },
    {"closed", "已关闭", "closed"},
};

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
    v->administers = d->administers;
    v->sealed = entry_sealed(e);
}

static void
do_set_roles(struct arena *a, void *view, const struct entry *e)
{
    (void)a;
    ((struct account_view *)view)->roles = ((const struct account_roles_set *)e->body)->roles;
}

static void
do_set_administration(struct arena *a, void *view, const struct entry *e)
{
    (void)a;
    ((struct account_view *)view)->administers = ((const struct account_administration_set *)e->body)->administers;
}

static void
do_close_account(struct arena *a, void *view, const struct entry *e)
{
    struct account_view *v = view;

    (void)a;
    v->closed = e->on;
    v->successor = ((const struct account_closed *)e->body)->successor;
}

/* ---- whose it is ------------------------------------------------------------------------------------------------ */

/* Colleagues stand in for each other, and the section chief lends the centre's people: the rules say who may what. */
static enum standing
account_standing(const void *view, const struct actor *a)
{
    if (slice_equal(a->organisation, ((const struct account_view *)view)->organisation))
        return STANDING_OWN;
    return standing_by_role(a, ROLE_SET(SYSTEM) | ROLE_SET(SECURITY) | ROLE_SET(SECTION_CHIEF));
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

/* A successor finds by its lines whose work it took over. */
static void
account_lends(struct lines *out, const void *view, const struct lines *lent)
{
    const struct account_view *v = view;

    (void)lent;
    if (v->successor.at != NULL)
        lend(out, (struct line){.holder = &account_type, .id = v->successor, .what = S("handed_over"),
                                .district = S(""), .on = v->closed, .amount = 1});
}

/* ---- the whole law of an account -------------------------------------------------------------------------------- */

#define FACT(name) &entry_kinds[KIND_ACCOUNT_##name], &account_type
#define CHANGE(name) FACT(name), FROM(ACCOUNT_OPEN), TO_SAME, .may_mend = account_may_mend
#define ACTORS_OWN {NULL, OF_ACTOR, &account_type}
#define DAYS_MAX {"account.delegation_days_max"}

static const struct kind account_kinds[] = {
    {FACT(OPENED), FROM_NEW, ACCOUNT_OPEN, .may = account_may_open, .may_mend = account_may_mend,
     .apply = do_open_account, .others = {ACTORS_OWN, {"organisation", OF_ENTRY, &organisation_type}}},
    {CHANGE(ROLES_SET), .may = account_may_set_roles, .apply = do_set_roles,
     .others = {ACTORS_OWN, {"organisation", OF_VIEW, &organisation_type}}},
    {CHANGE(ADMINISTRATION_SET), .may = account_may_set_administration, .apply = do_set_administration,
     .others = {ACTORS_OWN}},
    {FACT(CLOSED), FROM(ACCOUNT_OPEN), ACCOUNT_CLOSED, .may = account_may_close, .may_mend = account_may_mend,
     .apply = do_close_account, .others = {ACTORS_OWN, {"successor", OF_ENTRY, &account_type}}},
    {CHANGE(DELEGATED), .may = account_may_delegate, .apply = account_do_delegate, .limits = DAYS_MAX,
     .others = {ACTORS_OWN, {"of", OF_ENTRY, &account_type}}},
    {CHANGE(DELEGATION_ENDED), .may = account_may_end_delegation, .apply = account_do_end_delegation,
     .others = {ACTORS_OWN}},
    {CHANGE(LENT), .may = account_may_lend, .apply = account_do_lend, .limits = DAYS_MAX,
     .others = {{"district", OF_ENTRY, &district_type}, {"organisation", OF_VIEW, &organisation_type}}},
    {CHANGE(LENT_ENDED), .may = account_may_end_lending, .apply = account_do_end_lending},
};

const struct subject_type account_type = {
    .name = "account",
    .plural = "accounts",
    .view = &shape_account_view,
    .states = account_states,
    .state_count = COUNT(account_states),
    .standing = account_standing,
    .valid = account_valid,
    .scope = account_scope,
    .seen_whole = ROLE_SET(SYSTEM) | ROLE_SET(SECURITY) | ROLE_SET(AUDITOR) | ROLE_SET(SECTION_CHIEF),
    .lends = account_lends,
    .holds = true,
    .kinds = account_kinds,
    .kind_count = COUNT(account_kinds),
};

/* ---- the record ------------------------------------------------------------------------------------------------ */

/* What its giver has lost meanwhile, nobody has from him. */
static enum verdict
still_given(bool *out, struct db *db, struct arena *a, struct slice of, enum role role)
{
    struct subject giver;

    *out = true;
    if (of.at == NULL)
        return V_OK;
    TRY(subject_load(&giver, db, a, &account_type, of));
    *out = giver.state == ACCOUNT_OPEN &&
           (roles_of(&((const struct account_view *)giver.view)->roles) & ROLE_BIT(role)) != 0;
    return V_OK;
}

/* What the account was given while its own roles were others is asked again: they may be opposite now. */
static enum verdict
borrowed_load(struct account_record *out, const struct account_view *v, struct db *db, struct arena *a, int32_t day)
{
    const struct account_view_borrowed_item *all = v->borrowed.at;
    struct borrowed_role *at = NEW_ARRAY(a, struct borrowed_role, v->borrowed.count + 1);
    uint32_t held = out->roles;

    out->borrowed = at;
    for (size_t i = 0; i < v->borrowed.count; i++) {
        const struct account_view_borrowed_item *b = &all[i];
        enum role r;
        bool given;

        if (day < b->from || day > b->until || !role_find(&r, b->role) || (held & role_opposites(r)) != 0)
            continue;
        TRY(still_given(&given, db, a, b->of, r));
        if (!given)
            continue;
        held |= ROLE_BIT(r);
        at[out->borrowed_count++] = (struct borrowed_role){r, b->of, b->district, b->from, b->until};
    }
    return V_OK;
}

enum verdict
account_record_load(struct account_record *out, struct db *db, struct arena *a, struct slice id, int32_t day)
{
    struct subject account, organisation;
    const struct account_view *v;

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
        .roles = roles_of(&v->roles),
        .active = account.state == ACCOUNT_OPEN && organisation.state == ORGANISATION_ACTIVE,
        .administers = v->administers == ACCOUNT_VIEW_ADMINISTERS_YES,
        .credential = {&account_type, id},
    };
    return borrowed_load(out, v, db, a, day);
}

/* ---- whose tasks somebody has ----------------------------------------------------------------------------------- */

struct accounts {
    struct slice *at;
    size_t count;
};

static void
add_once(struct accounts *all, struct slice id)
{
    for (size_t i = 0; i < all->count; i++)
        if (slice_equal(all->at[i], id))
            return;
    if (all->count < STANDS_FOR_MAX)
        all->at[all->count++] = id;
}

enum verdict
account_stands_for(struct slice **out, size_t *count, struct db *db, struct arena *a, struct slice id, int32_t day)
{
    struct accounts all = {NEW_ARRAY(a, struct slice, STANDS_FOR_MAX), 0};
    struct account_record r;

    TRY(account_record_load(&r, db, a, id, day));
    add_once(&all, id);
    for (size_t i = 0; i < r.borrowed_count; i++)
        if (r.borrowed[i].of.at != NULL)
            add_once(&all, r.borrowed[i].of);
    /* The list grows while it is read: whoever handed over to one of them may have taken over before. */
    for (size_t i = 0; i < all.count; i++) {
        struct lines lent;

        TRY(lines_load(&lent, &the_registry, db, a, &account_type, all.at[i]));
        for (size_t l = 0; l < lent.count; l++)
            add_once(&all, lent.at[l].source_id);
    }
    *out = all.at;
    *count = all.count;
    return V_OK;
}

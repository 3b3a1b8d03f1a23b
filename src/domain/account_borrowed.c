/*
 * Roles that somebody has for some days: delegated by a colleague, or lent to a district by the city's centre.
 * Knows days, pairs of roles and who may give them; must not know what any role does.
 * Invariants:
 *   1. Nobody is given a role whose opposite they hold on any of its days.
 *   2. Only what an account has itself is delegated: there are no chains.
 *   3. What was done under a borrowed role stays as it was: none begins or ends before the day it is recorded.
 */
#include "account_int.h"

/* Security, audit and the care of the system are named people's, an expert scores in person, and machines sign. */
#define DELEGABLE                                                                                                      \
    (ROLE_SET(STREET_CLERK) | ROLE_SET(DISTRICT_CLERK) | ROLE_SET(DISTRICT_CHECKER) | ROLE_SET(CENTRE_OFFICER) |       \
     ROLE_SET(PAYER) | ROLE_SET(OPERATOR) | ROLE_SET(BANK_OFFICER) | ROLE_SET(BANK_CHECKER) |                          \
     ROLE_SET(SECTION_CHIEF) | ROLE_SET(BUREAU_READER))
#define LENDABLE ROLE_SET(DISTRICT_CHECKER)

/* The bound of the view's list. */
#define BORROWED_MAX 100

static const struct account_view_borrowed_item *
borrowed_at(const struct account_view *v, size_t i)
{
    return (const struct account_view_borrowed_item *)v->borrowed.at + i;
}

static bool
same(const struct account_view_borrowed_item *a, const struct account_view_borrowed_item *b)
{
    return slice_equal(a->role, b->role) && slice_equal(a->of, b->of) && slice_equal(a->district, b->district);
}

/* ---- what is asked of both -------------------------------------------------------------------------------------- */

static void
check_role(enum role *out, struct problems *p, struct slice name, uint32_t allowed)
{
    if (role_find(out, name) && (allowed & ROLE_BIT(*out)) != 0)
        return;
    account_refuse(p, V_FIELD_CODE, "/role", "此角色不得委托或借用", "this role cannot be given for a time");
}

static void
check_period(struct problems *p, const struct entry *e, int32_t from, int32_t until)
{
    if (from < day_local(e->at_ms))
        account_refuse(p, V_FIELD_RANGE, "/from", "不得早于登记当日", "not before the day it is recorded");
    if (until < from)
        account_refuse(p, V_FIELD_RANGE, "/until", "不得早于首日", "not before the first day");
}

static enum verdict
check_length(struct problems *p, const struct limit *l, int32_t from, int32_t until)
{
    if ((int64_t)until - from < l->number)
        return V_OK;
    problem_add(p, V_OVER_LIMIT, S("/until"),
                arena_print(p->arena, "最长 %lld 天，依据：" SLICE_FMT, (long long)l->number, SLICE_ARG(l->source)),
                arena_print(p->arena, "at most %lld days; source: " SLICE_FMT, (long long)l->number,
                            SLICE_ARG(l->source)));
    return V_OVER_LIMIT;
}

/* Nobody gives a role to themselves. */
static enum verdict
check_other_person(struct problems *p, const struct entry *e)
{
    if (!slice_equal(e->actor.account, e->subject))
        return V_OK;
    return account_refuse(p, V_FORBIDDEN, "/subject", "不得将角色交给自己", "nobody gives a role to themselves");
}

static uint32_t
held(const struct account_view *v, int32_t from, int32_t until)
{
    uint32_t out = roles_of(&v->roles);

    for (size_t i = 0; i < v->borrowed.count; i++) {
        const struct account_view_borrowed_item *b = borrowed_at(v, i);
        enum role r;

        if (b->from <= until && b->until >= from && role_find(&r, b->role))
            out |= ROLE_BIT(r);
    }
    return out;
}

static enum verdict
check_four_eyes(struct problems *p, const struct account_view *v, enum role role, int32_t from, int32_t until)
{
    uint32_t barred = held(v, from, until) & role_opposites(role);

    for (enum role r = 0; r < ROLE__COUNT; r++) {
        if ((barred & ROLE_BIT(r)) == 0)
            continue;
        problem_add(p, V_RULE_REFUSED, S("/role"),
                    arena_print(p->arena, "该账号在此期间担任%s，不得兼任：须由两人经办、复核", role_row(r)->zh),
                    arena_print(p->arena, "this account is %s on some of these days: four eyes need two people",
                                role_row(r)->en));
        return V_RULE_REFUSED;
    }
    return V_OK;
}

static enum verdict
check_room(struct problems *p, const struct account_view *v, int32_t today)
{
    size_t running = 0;

    for (size_t i = 0; i < v->borrowed.count; i++)
        running += borrowed_at(v, i)->until >= today;
    if (running < BORROWED_MAX)
        return V_OK;
    problem_add(p, V_RULE_REFUSED, S(""), arena_print(p->arena, "一个账号最多同时登记 %d 项", BORROWED_MAX),
                arena_print(p->arena, "an account has at most %d of them at a time", BORROWED_MAX));
    return V_RULE_REFUSED;
}

/* ---- delegating ------------------------------------------------------------------------------------------------- */

static enum verdict
check_delegator(struct problems *p, const struct account_delegated *d, enum role role, const struct subject *of,
                const struct subject *to)
{
    const struct account_view *from = of->view;

    if (slice_equal(d->of, to->id))
        return account_refuse(p, V_RULE_REFUSED, "/of", "不得委托给自己", "not the account itself");
    if (!slice_equal(from->organisation, ((const struct account_view *)to->view)->organisation))
        return account_refuse(p, V_RULE_REFUSED, "/of", "不是本机构的账号", "not an account of the organisation");
    if (of->state != ACCOUNT_OPEN)
        return account_refuse(p, V_RULE_REFUSED, "/of", "账号已关闭", "that account is closed");
    if ((roles_of(&from->roles) & ROLE_BIT(role)) == 0)
        return account_refuse(p, V_RULE_REFUSED, "/role", "委托人自己没有此角色；代行的角色不得转托",
                              "not a role of its own: what was delegated is not passed on");
    return V_OK;
}

enum verdict
account_may_delegate(const struct view *v, const struct entry *e, struct problems *p)
{
    const struct account_delegated *d = e->body;
    const struct account_view *to = v->subject->view;
    enum role role;

    if (!slice_equal(e->actor.account, d->of))
        TRY(check_administrator(p, &e->actor, &v->others[MINE], to->organisation, roles_of(&to->roles)));
    TRY(check_other_person(p, e));
    check_role(&role, p, d->role, DELEGABLE);
    check_period(p, e, d->from, d->until);
    TRY(fields_verdict(p));
    TRY(check_delegator(p, d, role, &v->others[1], v->subject));
    TRY(check_length(p, &v->limits[0], d->from, d->until));
    TRY(check_four_eyes(p, to, role, d->from, d->until));
    return check_room(p, to, day_local(e->at_ms));
}

/* ---- lending ---------------------------------------------------------------------------------------------------- */

enum verdict
account_may_lend(const struct view *v, const struct entry *e, struct problems *p)
{
    const struct account_lent *d = e->body;
    const struct account_view *to = v->subject->view;
    const struct organisation_view *organisation = v->others[1].view;
    enum role role;

    TRY(check_other_person(p, e));
    check_role(&role, p, d->role, LENDABLE);
    check_district(p, &v->others[0], d->from);
    check_period(p, e, d->from, d->until);
    TRY(fields_verdict(p));
    if (organisation->sort != ORGANISATION_VIEW_SORT_CENTRE)
        return account_refuse(p, V_RULE_REFUSED, "/subject", "只能借用市中心的人员", "only the centre lends its people");
    TRY(check_length(p, &v->limits[0], d->from, d->until));
    TRY(check_four_eyes(p, to, role, d->from, d->until));
    return check_room(p, to, day_local(e->at_ms));
}

/* ---- ending ----------------------------------------------------------------------------------------------------- */

/* The day before the recording ends it at once. */
static enum verdict
check_end(struct problems *p, const struct view *v, const struct entry *e,
          const struct account_view_borrowed_item *which)
{
    const struct account_view *account = v->subject->view;

    if (which->until < day_local(e->at_ms) - 1)
        account_refuse(p, V_FIELD_RANGE, "/to", "不得早于登记当日的前一日：已办的事项不受影响",
                       "not before the day before it is recorded: what was done stays");
    TRY(fields_verdict(p));
    for (size_t i = 0; i < account->borrowed.count; i++)
        if (same(borrowed_at(account, i), which) && borrowed_at(account, i)->until > which->until)
            return V_OK;
    return account_refuse(p, V_RULE_REFUSED, "/to", "没有在该日之后仍有效的此项登记", "nothing of it lasts beyond that day");
}

static struct account_view_borrowed_item
delegation(const struct entry *e)
{
    const struct account_delegation_ended *d = e->body;

    return (struct account_view_borrowed_item){.role = d->role, .of = d->of, .until = d->to};
}

static struct account_view_borrowed_item
lending(const struct entry *e)
{
    const struct account_lent_ended *d = e->body;

    return (struct account_view_borrowed_item){.role = d->role, .district = d->district, .until = d->to};
}

/* Either of the two may end it. */
enum verdict
account_may_end_delegation(const struct view *v, const struct entry *e, struct problems *p)
{
    const struct account_view *account = v->subject->view;
    struct account_view_borrowed_item which = delegation(e);

    if (!slice_equal(e->actor.account, which.of) && !slice_equal(e->actor.account, e->subject))
        TRY(check_administrator(p, &e->actor, &v->others[MINE], account->organisation, roles_of(&account->roles)));
    return check_end(p, v, e, &which);
}

enum verdict
account_may_end_lending(const struct view *v, const struct entry *e, struct problems *p)
{
    struct account_view_borrowed_item which = lending(e);

    return check_end(p, v, e, &which);
}

/* ---- effects: the list is made anew, as the view before must stay -------------------------------------------- */

static void
keep(struct list *kept, struct arena *a, const struct account_view_borrowed_item *one)
{
    *(struct account_view_borrowed_item *)list_push(kept, a, sizeof *one) = *one;
}

/* What is over goes: the journal has it. */
static void
borrow(struct arena *a, struct account_view *v, const struct entry *e, const struct account_view_borrowed_item *one)
{
    struct list kept = {0};

    for (size_t i = 0; i < v->borrowed.count; i++)
        if (borrowed_at(v, i)->until >= day_local(e->at_ms))
            keep(&kept, a, borrowed_at(v, i));
    keep(&kept, a, one);
    v->borrowed = kept;
}

static void
shorten(struct arena *a, struct account_view *v, const struct account_view_borrowed_item *which)
{
    struct list kept = {0};

    for (size_t i = 0; i < v->borrowed.count; i++) {
        struct account_view_borrowed_item one = *borrowed_at(v, i);

        if (same(&one, which) && one.until > which->until)
            one.until = which->until;
        if (one.until >= one.from)
            keep(&kept, a, &one);
    }
    v->borrowed = kept;
}

void
account_do_delegate(struct arena *a, void *view, const struct entry *e)
{
    const struct account_delegated *d = e->body;

    borrow(a, view, e,
           &(struct account_view_borrowed_item){.role = d->role, .of = d->of, .from = d->from, .until = d->until});
}

void
account_do_lend(struct arena *a, void *view, const struct entry *e)
{
    const struct account_lent *d = e->body;

    borrow(a, view, e,
           &(struct account_view_borrowed_item){
               .role = d->role, .district = d->district, .from = d->from, .until = d->until});
}

void
account_do_end_delegation(struct arena *a, void *view, const struct entry *e)
{
    struct account_view_borrowed_item which = delegation(e);

    shorten(a, view, &which);
}

void
account_do_end_lending(struct arena *a, void *view, const struct entry *e)
{
    struct account_view_borrowed_item which = lending(e);

    shorten(a, view, &which);
}

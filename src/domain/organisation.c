/*
 * Organisations: who they are, and what a bank among them agreed to, opened and met with as a lender.
 * Knows sorts, and which roles fit each; must not know an account, nor judge a bank: that is for its rules.
 * Invariant: nothing that is done to a lender closes an organisation, and what was done stays on its list.
 */
#include <string.h>

#include "organisation_int.h"

/*
 *            registered          closed
 *    (new) ------------> active --------> closed
 *                        ^    |
 *                        +----+ all that is done to a bank: organisation_lending.c draws it
 */
static const struct state organisation_states[ORGANISATION__COUNT] = {
    {"new",    "未登记", "new"   },
    {"active", "有效",   "active"},
    {"closed", "已停用", "closed"},
};

#define SORT(name) ORGANISATION_VIEW_SORT_##name

const struct sort sorts[ORGANISATION_VIEW_SORT__COUNT] = {
    [SORT(BANK)]            = {false, ROLE_SET(BANK_OFFICER) | ROLE_SET(BANK_CHECKER) | ROLE_SET(BANK_MACHINE)},
    [SORT(OPERATOR)]        = {false, ROLE_SET(OPERATOR)},
    [SORT(CENTRE)] = {false, ROLE_SET(CENTRE_OFFICER) | ROLE_SET(PAYER) | ROLE_SET(EXPERT) | ROLE_SET(AUDITOR) |
                                      ROLE_SET(SYSTEM) | ROLE_SET(SECURITY) | ROLE_SET(CLOCK) | ROLE_SET(IMPORT)},
    [SORT(BUREAU)]          = {false, ROLE_SET(SECTION_CHIEF) | ROLE_SET(BUREAU_READER) | ROLE_SET(PAYER) |
                                      ROLE_SET(AUDITOR)},
    [SORT(DISTRICT_BUREAU)] = {true,  ROLE_SET(DISTRICT_CLERK) | ROLE_SET(DISTRICT_CHECKER) | ROLE_SET(PAYER)},
    [SORT(STREET)]          = {true,  ROLE_SET(STREET_CLERK)},
    [SORT(GUARANTOR)]       = {false, 0}, /* on record as parties only: */
    [SORT(TRAINING)]        = {false, 0}, /* no role is theirs */
};

/* ---- whose it is ----------------------------------------------------------------------------------------------- */

/* A bank knows itself; who administers or oversees knows all. */
static enum standing
organisation_standing(const void *view, const struct actor *a)
{
    const struct organisation_view *v = view;

    if ((ROLE_BIT(a->role) & sorts[SORT(BANK)].roles) != 0)
        return slice_equal(a->organisation, v->organisation) ? STANDING_OWN : STANDING_FOREIGN;
    return standing_by_role(a, ROLE_SET(SYSTEM) | ROLE_SET(SECURITY) | ROLE_SET(CENTRE_OFFICER) |
                                   ROLE_SET(SECTION_CHIEF) | ROLE_SET(CLOCK));
}

static void
organisation_scope(struct scope *out, const void *view)
{
    const struct organisation_view *v = view;

    out->district = v->district;
    out->organisation = v->organisation;
}

static struct slice
tells_itself(const void *view)
{
    return ((const struct organisation_view *)view)->organisation;
}

/* ---- on record ------------------------------------------------------------------------------------------------- */

static void
do_register(struct arena *a, void *view, const struct entry *e)
{
    const struct organisation_registered *d = e->body;
    struct organisation_view *v = view;

    (void)a;
    v->sort = d->sort;
    v->zh = d->zh;
    v->district = d->district;
    v->credit_code = d->credit_code;
    v->organisation = e->subject;
}

static void
do_close(struct arena *a, void *view, const struct entry *e)
{
    (void)a;
    ((struct organisation_view *)view)->closed = e->on;
}

/* ---- agreements and branches ----------------------------------------------------------------------------------- */

/* Views share their lists with the view before the effect, so a list in which an item changes is made anew. */
static void *
list_own(struct list *list, struct arena *a, size_t item_size)
{
    void *at;

    if (list->count == 0)
        return NULL;
    at = arena_take(a, list->count * item_size);
    memcpy(at, list->at, list->count * item_size);
    list->at = at;
    return at;
}

static void
do_sign(struct arena *a, void *view, const struct entry *e)
{
    const struct organisation_agreement_signed *d = e->body;
    const struct slice *products = d->products.at;
    struct organisation_view *v = view;
    struct organisation_view_agreements_item *one = list_push(&v->agreements, a, sizeof *one);

    *one = (struct organisation_view_agreements_item){d->agreement_no, e->on, d->from, d->to};
    for (size_t i = 0; i < d->products.count; i++) {
        struct organisation_view_agreement_products_item *of = list_push(&v->agreement_products, a, sizeof *of);

        *of = (struct organisation_view_agreement_products_item){d->agreement_no, products[i]};
    }
}

static void
do_open_branch(struct arena *a, void *view, const struct entry *e)
{
    const struct organisation_branch_opened *d = e->body;
    struct organisation_view *v = view;
    struct organisation_view_branches_item *one = list_push(&v->branches, a, sizeof *one);

    *one = (struct organisation_view_branches_item){d->branch, d->zh, d->district, e->on, DAY_ABSENT};
}

static void
do_close_branch(struct arena *a, void *view, const struct entry *e)
{
    const struct organisation_branch_closed *d = e->body;
    struct organisation_view *v = view;
    struct organisation_view_branches_item *at = list_own(&v->branches, a, sizeof *at);

    for (size_t i = 0; i < v->branches.count; i++)
        if (slice_equal(at[i].branch, d->branch))
            at[i].closed = e->on;
}

/* ---- measures -------------------------------------------------------------------------------------------------- */

static struct organisation_view_measures_item *
measure_add(struct organisation_view *v, struct arena *a, const struct entry *e, int measure)
{
    struct organisation_view_measures_item *one = list_push(&v->measures, a, sizeof *one);

    *one = (struct organisation_view_measures_item){
        .seq = e->seq,
        .on = e->on,
        .measure = measure,
        .by = e->actor.role == ROLE_CLOCK ? ORGANISATION_VIEW_MEASURES_ITEM_BY_CLOCK
                                          : ORGANISATION_VIEW_MEASURES_ITEM_BY_PERSON,
        .overdue_ppm = INT_ABSENT,
        .outstanding = INT_ABSENT,
        .overdue = INT_ABSENT,
    };
    return one;
}

static void
do_measure(struct arena *a, void *view, const struct entry *e)
{
    const struct organisation_warned *d = e->body;
    struct organisation_view_measures_item *one = measure_add(view, a, e, deed_of(e->kind->schema)->measure);

    one->cause = d->cause;
    one->overdue_ppm = d->overdue_ppm;
    one->outstanding = d->outstanding;
    one->overdue = d->overdue;
}

/* The agreement that runs ends with it; to return takes another. */
static void
do_leave(struct arena *a, void *view, const struct entry *e)
{
    const struct organisation_left *d = e->body;
    struct organisation_view *v = view;
    struct organisation_view_agreements_item *at = list_own(&v->agreements, a, sizeof *at);

    measure_add(v, a, e, MEASURE(LEFT))->cause = d->reason;
    for (size_t i = 0; i < v->agreements.count; i++)
        if (at[i].from <= e->on && at[i].to > e->on)
            at[i].to = e->on;
}

static void
do_return(struct arena *a, void *view, const struct entry *e)
{
    measure_add(view, a, e, MEASURE(RETURNED));
}

static void
do_appeal(struct arena *a, void *view, const struct entry *e)
{
    const struct organisation_appealed *d = e->body;
    struct organisation_view *v = view;
    struct organisation_view_appeals_item *one = list_push(&v->appeals, a, sizeof *one);

    *one = (struct organisation_view_appeals_item){e->seq, e->on, d->against, DAY_ABSENT, CODE_ABSENT};
}

/* An upheld appeal takes back the measure it is against, where no other has followed. Once a correction has taken the
 * appeal away there is nothing to decide. */
static void
do_decide(struct arena *a, void *view, const struct entry *e)
{
    const struct organisation_appeal_decided *d = e->body;
    struct organisation_view *v = view;
    struct organisation_view_appeals_item *at = list_own(&v->appeals, a, sizeof *at);
    const struct organisation_view_appeals_item *open = appeal_open(v);
    const struct organisation_view_measures_item *last = measure_last(v);

    if (open == NULL)
        return;
    at[open - at].decided = e->on;
    at[open - at].result = d->result;
    if (d->result == ORGANISATION_APPEAL_DECIDED_RESULT_UPHELD && last != NULL && last->seq == open->against)
        measure_add(v, a, e, MEASURE(RESUMED));
}

static void
do_merge(struct arena *a, void *view, const struct entry *e)
{
    const struct organisation_merged *d = e->body;
    struct organisation_view *v = view;

    (void)a;
    v->merged_into = d->into;
    v->merged_from = d->from;
}

/* ---- the whole law of an organisation -------------------------------------------------------------------------- */

#define FACT(name) &entry_kinds[KIND_ORGANISATION_##name], &organisation_type
#define OF_A_BANK FROM(ORGANISATION_ACTIVE), TO_SAME, .may_mend = organisation_may_mend
#define MEASURED                                                                                                       \
    .may = organisation_may_measure, .apply = do_measure, .some_limits = {MEASURE_LIMIT_NAMES},                        \
    .sums = {{"bank_outstanding", NULL, OF_SUBJECT}, {"bank_overdue", NULL, OF_SUBJECT}}

/* clang-format off */
static const struct kind kinds[] = {
    {FACT(REGISTERED), FROM_NEW, ORGANISATION_ACTIVE, .may = organisation_may_register, .apply = do_register,
     .others = {{"district", OF_ENTRY, &district_type}}},
    {FACT(CLOSED), FROM(ORGANISATION_ACTIVE), ORGANISATION_CLOSED, .apply = do_close},

    {FACT(AGREEMENT_SIGNED), OF_A_BANK, .may = organisation_may_sign, .apply = do_sign},
    {FACT(BRANCH_OPENED),    OF_A_BANK, .may = organisation_may_open_branch, .apply = do_open_branch,
     .others = {{"district", OF_ENTRY, &district_type}}},
    {FACT(BRANCH_CLOSED),    OF_A_BANK, .may = organisation_may_close_branch, .apply = do_close_branch},

    {FACT(WARNED),    OF_A_BANK, .tells = tells_itself, MEASURED},
    {FACT(SUSPENDED), OF_A_BANK, .tells = tells_itself, MEASURED},
    {FACT(RESUMED),   OF_A_BANK, .tells = tells_itself, MEASURED},

    {FACT(APPEALED),       OF_A_BANK, .may = organisation_may_appeal, .apply = do_appeal},
    {FACT(APPEAL_DECIDED), OF_A_BANK, .may = organisation_may_decide, .apply = do_decide, .tells = tells_itself},

    {FACT(LEFT),     OF_A_BANK, .may = organisation_may_leave,  .apply = do_leave,  .tells = tells_itself},
    {FACT(RETURNED), OF_A_BANK, .may = organisation_may_return, .apply = do_return, .tells = tells_itself},
    {FACT(MERGED),   OF_A_BANK, .may = organisation_may_merge,  .apply = do_merge,  .tells = tells_itself,
     .others = {{"into", OF_ENTRY, &organisation_type}}},
};
/* clang-format on */

const struct subject_type organisation_type = {
    .name = "organisation",
    .plural = "organisations",
    .view = &shape_organisation_view,
    .states = organisation_states,
    .state_count = COUNT(organisation_states),
    .standing = organisation_standing,
    .scope = organisation_scope,
    .kinds = kinds,
    .kind_count = COUNT(kinds),
};

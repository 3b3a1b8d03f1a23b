/*
 * The guaranteed start-up loan from application to settlement: its states, its facts, and what each of them changes.
 * Knows the machine below; must not know another module, nor hold a number of the trade.
 * Invariant: a bank's fact about a loan that was sent to it is recorded and its money counts, whatever the state.
 *
 *   new
 *    | applied
 *    v                      refused
 *   applied --------------------------------------> refused*
 *    | qualified
 *    v          expired                qualified
 *   qualified ----------> expired* ---------------> qualified       renewed
 *    | sent                  ^
 *    |                       | expired
 *    v          rejected     |           sent
 *   sent ----------------> rejected* -------------> sent            to another bank
 *    | accepted              ^
 *    v          rejected     |
 *   investigating -----------+
 *    | approved
 *    v
 *   approved
 *    | contracted
 *    v
 *   contracted
 *    | disbursed
 *    v           overdue
 *   repaying ------------> overdue         disbursed, repaid, prepaid stay in repaying
 *    |    ^------------------+  |          overdue, repaid, prepaid stay in overdue
 *    |           cured          |
 *    | settled                  | settled
 *    v                          |
 *   settled <-------------------+
 *
 *   withdrawn* is reached from applied, qualified, sent, investigating, approved and rejected; thawed leads from every
 *   state to itself and takes the mark away. A star: a side state, where a bank's fact that arrives freezes the loan.
 */
#include "loan_int.h"

static const struct state states[LOAN__COUNT] = {
    [LOAN_NEW]           = {"new",           "未登记",       "new",                       false},
    [LOAN_APPLIED]       = {"applied",       "已申请",       "applied for",               false},
    [LOAN_QUALIFIED]     = {"qualified",     "已认定资格",   "qualified",                 false},
    [LOAN_SENT]          = {"sent",          "已转银行",     "sent to a bank",            false},
    [LOAN_INVESTIGATING] = {"investigating", "银行调查中",   "under the bank's scrutiny", false},
    [LOAN_APPROVED]      = {"approved",      "银行已批准",   "approved",                  false},
    [LOAN_CONTRACTED]    = {"contracted",    "已签合同",     "contracted",                false},
    [LOAN_REPAYING]      = {"repaying",      "已放款还款中", "disbursed, being repaid",   false},
    [LOAN_OVERDUE]       = {"overdue",       "逾期",         "overdue",                   false},
    [LOAN_SETTLED]       = {"settled",       "已结清",       "settled",                   false},
    [LOAN_REFUSED]       = {"refused",       "不予认定",     "refused",                   true },
    [LOAN_WITHDRAWN]     = {"withdrawn",     "已撤回",       "withdrawn",                 true },
    [LOAN_EXPIRED]       = {"expired",       "证明已过期",   "certificate expired",       true },
    [LOAN_REJECTED]      = {"rejected",      "银行已拒贷",   "rejected by the bank",      true },
};

/* ---- whose it is ----------------------------------------------------------------------------------------------- */

#define BANK_ROLES (ROLE_BIT(ROLE_BANK_OFFICER) | ROLE_BIT(ROLE_BANK_CHECKER) | ROLE_BIT(ROLE_BANK_MACHINE))

static bool
was_sent_to(const struct loan_view *v, struct slice bank)
{
    const struct slice *banks = v->banks.at;

    for (size_t i = 0; i < v->banks.count; i++)
        if (slice_equal(banks[i], bank))
            return true;
    return false;
}

/* A bank knows the loans that were sent to it; a district its own; the city all. */
static enum standing
loan_standing(const void *view, const struct actor *a)
{
    const struct loan_view *v = view;

    if ((ROLE_BIT(a->role) & BANK_ROLES) == 0)
        return a->district.len == 0 || slice_equal(a->district, v->district) ? STANDING_OWN : STANDING_FOREIGN;
    if (slice_equal(a->organisation, v->bank))
        return STANDING_OWN;
    return was_sent_to(v, a->organisation) ? STANDING_FORMER : STANDING_FOREIGN;
}

static void
loan_scope(struct scope *out, const void *view)
{
    const struct loan_view *v = view;

    out->district = v->district;
    out->organisation = v->bank;
    out->person = v->person;
}

static struct slice
tells_bank(const void *view)
{
    return ((const struct loan_view *)view)->bank;
}

/* ---- up to the bank -------------------------------------------------------------------------------------------- */

static void
do_apply(struct arena *a, void *view, const struct entry *e)
{
    const struct loan_applied *d = e->body;
    struct loan_view *v = view;

    (void)a;
    v->class = d->class;
    v->sort = d->sort;
    v->person = d->person;
    v->enterprise = d->enterprise;
    v->partners = d->partners;
    v->district = d->district;
    v->group = d->group;
    v->group_national = d->group_national;
    v->flags = d->flags;
    v->use = d->use;
    v->guarantee = d->guarantee;
    v->applied = e->on;
    v->asked = d->amount;
    v->term_asked = d->term_months;
}

static int32_t
applied_day(const void *view, const struct entry *e)
{
    (void)e;
    return ((const struct loan_view *)view)->applied;
}

static void
do_qualify(struct arena *a, void *view, const struct entry *e)
{
    const struct loan_qualified *d = e->body;
    struct loan_view *v = view;

    (void)a;
    v->certificate_no = d->certificate_no;
    v->amount_max = d->amount_max;
    v->valid_to = d->valid_to;
    v->term_max_months = d->term_max_months == INT_ABSENT ? v->term_asked : d->term_max_months;
    v->issued_by = d->issued_by.at == NULL ? v->district : d->issued_by;
}

/* What an earlier bank had agreed to goes with it; its money stays. */
static void
do_send(struct arena *a, void *view, const struct entry *e)
{
    const struct loan_sent *d = e->body;
    struct loan_view *v = view;

    if (!was_sent_to(v, d->bank))
        *(struct slice *)list_push(&v->banks, a, sizeof(struct slice)) = d->bank;
    v->bank = d->bank;
    v->sent = e->on;
    v->approved = v->contracted = v->rate_ppm = v->term_months = INT_ABSENT;
    v->due = DAY_ABSENT;
    v->contract_no = (struct slice){0};
}

/* ---- at the bank ----------------------------------------------------------------------------------------------- */

/* A bank that had the loan before no longer sets its terms. */
static bool
is_current(const struct loan_view *v, const struct entry *e)
{
    return slice_equal(e->actor.organisation, v->bank);
}

static void
do_approve(struct arena *a, void *view, const struct entry *e)
{
    const struct loan_approved *d = e->body;
    struct loan_view *v = view;

    (void)a;
    if (!is_current(v, e))
        return;
    v->approved = d->amount;
    if (v->contracted != INT_ABSENT)
        return;
    v->rate_ppm = d->rate_ppm;
    v->term_months = d->term_months;
}

static void
do_reject(struct arena *a, void *view, const struct entry *e)
{
    struct loan_view *v = view;

    (void)a;
    v->rejections += is_current(v, e);
}

/* Class 1 counts where the certificate was issued, Class 2 where the business is registered: as it was at the contract
 * or, where money came early, with the first of it. */
static void
freeze_credit(struct loan_view *v)
{
    if (v->credited.at == NULL)
        v->credited = v->class == LOAN_VIEW_CLASS_CLASS1 ? v->issued_by : v->district;
}

static void
do_contract(struct arena *a, void *view, const struct entry *e)
{
    const struct loan_contracted *d = e->body;
    struct loan_view *v = view;

    (void)a;
    if (!is_current(v, e))
        return;
    v->contracted = d->amount;
    v->rate_ppm = d->rate_ppm;
    v->term_months = d->term_months;
    v->due = d->due;
    v->contract_no = d->contract_no;
    freeze_credit(v);
}

/* ---- money ----------------------------------------------------------------------------------------------------- */

static void
do_disburse(struct arena *a, void *view, const struct entry *e)
{
    const struct loan_disbursed *d = e->body;
    struct loan_view *v = view;
    struct loan_view_disbursements_item *one = list_push(&v->disbursements, a, sizeof *one);

    *one = (struct loan_view_disbursements_item){e->on, d->amount};
    v->disbursed += d->amount;
    v->outstanding += d->amount;
    freeze_credit(v);
}

static void
repay(struct arena *a, struct loan_view *v, int32_t on, int64_t amount)
{
    struct loan_view_repayments_item *one = list_push(&v->repayments, a, sizeof *one);

    *one = (struct loan_view_repayments_item){on, amount};
    v->repaid += amount;
    v->outstanding -= amount;
    freeze_credit(v);
}

static void
do_repay(struct arena *a, void *view, const struct entry *e)
{
    repay(a, view, e->on, ((const struct loan_repaid *)e->body)->amount);
}

static void
do_prepay(struct arena *a, void *view, const struct entry *e)
{
    repay(a, view, e->on, ((const struct loan_prepaid *)e->body)->amount);
}

static void
do_overdue(struct arena *a, void *view, const struct entry *e)
{
    const struct loan_overdue *d = e->body;
    struct loan_view *v = view;

    (void)a;
    v->overdue = d->amount;
    v->overdue_since = d->since;
}

static void
do_cure(struct arena *a, void *view, const struct entry *e)
{
    struct loan_view *v = view;

    (void)a;
    (void)e;
    v->overdue = 0;
    v->overdue_since = DAY_ABSENT;
}

static void
do_settle(struct arena *a, void *view, const struct entry *e)
{
    struct loan_view *v = view;

    if (!is_current(v, e))
        return;
    do_cure(a, v, e);
    v->settled = e->on;
}

/* ---- the whole law of a loan ----------------------------------------------------------------------------------- */

#define FACT(name) &entry_kinds[KIND_LOAN_##name], &loan_type
#define NAMED(field, type) {#field, OF_ENTRY, &type##_type}
#define BEFORE_CONTRACT                                                                                        \
    (FROM(LOAN_APPLIED) | FROM(LOAN_QUALIFIED) | FROM(LOAN_SENT) | FROM(LOAN_INVESTIGATING) | FROM(LOAN_APPROVED) | \
     FROM(LOAN_REJECTED))
#define PAID_OUT (FROM(LOAN_REPAYING) | FROM(LOAN_OVERDUE))
#define ANY_BUT_NEW ((FROM(LOAN__COUNT) - 1) & ~FROM_NEW)

/* clang-format off */
static const struct kind kinds[] = {
    {FACT(APPLIED), FROM_NEW, LOAN_APPLIED, .may = loan_may_apply, .apply = do_apply,
     .some_limits = {"loan_group_province"}, .others = {NAMED(person, person), NAMED(enterprise, enterprise)}},
    {FACT(QUALIFIED), FROM(LOAN_APPLIED) | FROM(LOAN_EXPIRED), LOAN_QUALIFIED, .may = loan_may_qualify,
     .apply = do_qualify, .key_day = applied_day,
     .some_limits = {
         [LIMIT_CLASS1_INDIVIDUAL] = "loan.c1.individual_max",
         [LIMIT_CLASS2_INDIVIDUAL] = "loan.c2.individual_max",
         [LIMIT_SMALL_FIRM] = "loan.small_firm_max",
         [LIMIT_PARTNERSHIP_FACTOR] = "loan.partnership_factor",
         [LIMIT_TERM_INDIVIDUAL] = "loan.term_max_months.individual",
         [LIMIT_TERM_FIRM] = "loan.term_max_months.firm",
     }},
    {FACT(REFUSED),    FROM(LOAN_APPLIED),                         LOAN_REFUSED},
    {FACT(WITHDRAWN),  BEFORE_CONTRACT,                            LOAN_WITHDRAWN, .tells = tells_bank},
    {FACT(EXPIRED),    FROM(LOAN_QUALIFIED) | FROM(LOAN_REJECTED), LOAN_EXPIRED, .may = loan_may_expire},
    {FACT(SENT),       FROM(LOAN_QUALIFIED) | FROM(LOAN_REJECTED), LOAN_SENT, .may = loan_may_send, .apply = do_send,
     .others = {NAMED(bank, organisation)}, .tells = tells_bank},
    {FACT(THAWED),     ANY_BUT_NEW, TO_SAME, ORDER_STRICT, MARK_THAW, .may = loan_may_thaw, .tells = tells_bank},

    {FACT(ACCEPTED),   FROM(LOAN_SENT),                            LOAN_INVESTIGATING, ORDER_FACT},
    {FACT(REJECTED),   FROM(LOAN_SENT) | FROM(LOAN_INVESTIGATING), LOAN_REJECTED, ORDER_FACT, .apply = do_reject},
    {FACT(APPROVED),   FROM(LOAN_INVESTIGATING),                   LOAN_APPROVED, ORDER_FACT, .apply = do_approve,
     .over = loan_over_approved},
    {FACT(CONTRACTED), FROM(LOAN_APPROVED),                        LOAN_CONTRACTED, ORDER_FACT, .apply = do_contract,
     .over = loan_over_contracted},
    {FACT(DISBURSED),  FROM(LOAN_CONTRACTED) | FROM(LOAN_REPAYING), LOAN_REPAYING, ORDER_FACT, .apply = do_disburse,
     .over = loan_over_disbursed},
    {FACT(REPAID),     PAID_OUT,           TO_SAME,       ORDER_FACT, .over = loan_over_repaid,  .apply = do_repay},
    {FACT(PREPAID),    PAID_OUT,           TO_SAME,       ORDER_FACT, .over = loan_over_prepaid, .apply = do_prepay},
    {FACT(OVERDUE),    PAID_OUT,           LOAN_OVERDUE,  ORDER_FACT, .apply = do_overdue},
    {FACT(CURED),      FROM(LOAN_OVERDUE), LOAN_REPAYING, ORDER_FACT, .apply = do_cure},
    {FACT(SETTLED),    PAID_OUT,           LOAN_SETTLED,  ORDER_FACT, .apply = do_settle},
};
/* clang-format on */

const struct subject_type loan_type = {
    .name = "loan",
    .plural = "loans",
    .view = &shape_loan_view,
    .states = states,
    .state_count = COUNT(states),
    .standing = loan_standing,
    .scope = loan_scope,
    .totals = loan_totals,
    .lends = loan_lends,
    .kinds = kinds,
    .kind_count = COUNT(kinds),
};

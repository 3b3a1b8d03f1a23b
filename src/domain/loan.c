/*
 * The guaranteed start-up loan from application to the last recovery: its states and its facts.
 * Knows the machine below; must not know another module, nor hold a number of the trade.
 * Invariant: a bank's fact about a loan that was sent to it is recorded and its money counts, whatever the state.
 *
 * The main line; a star marks a side state, where a bank's fact that arrives freezes the loan.
 *
 *   new --applied--> applied --papers_named--> incomplete
 *                       |                          |
 *                       +-------- completed -------+
 *                                     v
 *                                 checking <--- review_failed, guarantee_declined, reclassed
 *                                     | referred (Class 1)
 *                                     v
 *                                 reviewing --review_passed--> reviewed --guarantee_agreed--> guaranteed
 *                                                                                                |
 *            qualified, from applied (Class 2 and old rules), checking, guaranteed, queued <-----+
 *                |                                                                  queued: no room in the fund
 *                v
 *            qualified --expired--> expired* --qualified--> qualified     renewed
 *                | sent                                                   sent again from rejected*, returned*, lapsed*
 *                v
 *              sent --accepted--> investigating --approved--> approved --contracted--> contracted
 *                |                     |                         | lapsed                  | disbursed
 *                +- rejected, returned +                         v                         v
 *                                                             lapsed*                  repaying --settled--> settled
 *                                                                                          |
 *       extended leads back to repaying; cured too           overdue <--overdue------------+--called_in--> called_in
 *                                                               |                                              |
 *                                                               +----------------- claim_filed ----------------+
 *                                                                                      v
 *             overdue <--claim_returned, claim_refused-- claimed --compensated--> compensated
 *                                                                                      | recovery_started
 *                                                                                      v
 *                                           recovered <--recovery_completed-- recovering --written_off--> written_off
 *
 * refused* and withdrawn* are reached from every state before the bank, or before the contract. Money moves repay,
 * prepay, bounce and recover within a state. frozen and thawed set and take the mark beside the state.
 */
#include "loan_int.h"

static const struct state states[LOAN__COUNT] = {
    [LOAN_NEW] = {"new",           "未登记",             "new",                       false},
    [LOAN_APPLIED] = {"applied",       "已申请",             "applied for",               false},
    [LOAN_QUALIFIED] = {"qualified",     "已认定资格",       "qualified",                 false},
    [LOAN_SENT] = {"sent",          "已转银行",          "sent to a bank",            false},
    [LOAN_INVESTIGATING] = {"investigating", "银行调查中",       "under the bank's scrutiny", false},
    [LOAN_APPROVED] = {"approved",      "银行已批准",       "approved",                  false},
    [LOAN_CONTRACTED] = {"contracted",    "已签合同",          "contracted",                false},
    [LOAN_REPAYING] = {"repaying",      "已放款还款中",    "disbursed, being repaid",   false},
    [LOAN_OVERDUE] = {"overdue",       "逾期",                "overdue",                   false},
    [LOAN_SETTLED] = {"settled",       "已结清",             "settled",                   false},
    [LOAN_REFUSED] = {"refused",       "不予认定",          "refused",                   true },
    [LOAN_WITHDRAWN] = {"withdrawn",     "已撤回",             "withdrawn",                 true },
    [LOAN_EXPIRED] = {"expired",       "证明已过期",       "certificate expired",       true },
    [LOAN_REJECTED] = {"rejected",      "银行已拒贷",       "rejected by the bank",      true },
    [LOAN_INCOMPLETE] = {"incomplete",    "待补正",             "papers missing",            false},
    [LOAN_CHECKING] = {"checking",      "已受理审核中",    "being checked",             false},
    [LOAN_REVIEWING] = {"reviewing",     "专家评审中",       "before the experts",        false},
    [LOAN_REVIEWED] = {"reviewed",      "评审通过待担保", "passed by the experts",     false},
    [LOAN_GUARANTEED] = {"guaranteed",    "担保已同意",       "guarantee agreed",          false},
    [LOAN_QUEUED] = {"queued",        "排队等待额度",    "queued for the fund",       false},
    [LOAN_RETURNED] = {"returned",      "银行退回补件",    "returned by the bank",      true },
    [LOAN_LAPSED] = {"lapsed",        "批准已失效",       "approval lapsed",           true },
    [LOAN_CALLED_IN] = {"called_in",     "提前收回中",       "called in",                 false},
    [LOAN_CLAIMED] = {"claimed",       "已申请代偿",       "claimed from the fund",     false},
    [LOAN_COMPENSATED] = {"compensated",   "已代偿",             "paid by the fund",          false},
    [LOAN_RECOVERING] = {"recovering",    "追偿中",             "being recovered",           false},
    [LOAN_RECOVERED] = {"recovered",     "追偿完成",          "recovered",                 false},
    [LOAN_WRITTEN_OFF] = {"written_off",   "已核销",             "written off",               false},
};

/* ---- whose it is ----------------------------------------------------------------------------------------------- */

bool
loan_was_sent_to(const struct loan_view *v, struct slice bank)
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

    if (!loan_of_bank(a))
        return a->district.len == 0 || slice_equal(a->district, v->district) ? STANDING_OWN : STANDING_FOREIGN;
    if (slice_equal(a->organisation, v->bank))
        return STANDING_OWN;
    return loan_was_sent_to(v, a->organisation) ? STANDING_FORMER : STANDING_FOREIGN;
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

/* Eligibility goes by the day of the application. */
static int32_t
applied_day(const void *view, const struct entry *e)
{
    (void)e;
    return ((const struct loan_view *)view)->applied;
}

/* ---- the whole law of a loan ----------------------------------------------------------------------------------- */

#define FACT(name) &entry_kinds[KIND_LOAN_##name], &loan_type
#define NAMED(field, type) {#field, OF_ENTRY, &type##_type}
#define BEFORE_CERTIFICATE                                                                                             \
    (FROM(LOAN_APPLIED) | FROM(LOAN_INCOMPLETE) | FROM(LOAN_CHECKING) | FROM(LOAN_REVIEWING) | FROM(LOAN_REVIEWED) |   \
     FROM(LOAN_GUARANTEED) | FROM(LOAN_QUEUED))
#define CERTIFIED (FROM(LOAN_QUALIFIED) | FROM(LOAN_REJECTED) | FROM(LOAN_RETURNED) | FROM(LOAN_LAPSED))
#define AT_BANK (FROM(LOAN_SENT) | FROM(LOAN_INVESTIGATING) | FROM(LOAN_APPROVED))
#define PAID_OUT (FROM(LOAN_REPAYING) | FROM(LOAN_OVERDUE) | FROM(LOAN_CALLED_IN))
#define OWED (PAID_OUT | FROM(LOAN_CLAIMED))
#define FUND_PAID (FROM(LOAN_COMPENSATED) | FROM(LOAN_RECOVERING))
#define ANY_BUT_NEW ((FROM(LOAN__COUNT) - 1) & ~FROM_NEW)
#define TOLD ORDER_FACT, .may = loan_may_tell

/* clang-format off */
static const struct kind kinds[] = {
    /* intake */
    {FACT(APPLIED), FROM_NEW, LOAN_APPLIED, .may = loan_may_apply, .apply = loan_apply,
     .some_limits = {"loan_group_province"},
     .others = {NAMED(person, person), NAMED(enterprise, enterprise), NAMED(renewed_from, loan),
                NAMED(product, product)}},
    {FACT(BROUGHT), FROM_NEW, LOAN_REPAYING, .may = loan_may_bring, .apply = loan_bring,
     .some_limits = {"loan_group_province"},
     .others = {NAMED(person, person), NAMED(enterprise, enterprise), NAMED(bank, organisation), NAMED(fund, fund)}},
    {FACT(PAPERS_NAMED), FROM(LOAN_APPLIED), LOAN_INCOMPLETE, .apply = loan_name_papers},
    {FACT(COMPLETED), FROM(LOAN_APPLIED) | FROM(LOAN_INCOMPLETE), LOAN_CHECKING, .apply = loan_complete},
    {FACT(CHECKED),   BEFORE_CERTIFICATE,   TO_SAME,        .apply = loan_check},
    {FACT(ASSIGNED),  ANY_BUT_NEW,          TO_SAME,        .may = loan_may_assign, .apply = loan_assign,
     .others = {NAMED(account, account)}},

    /* experts and guarantor */
    {FACT(REFERRED),           FROM(LOAN_CHECKING),  LOAN_REVIEWING,  .may = loan_may_refer, .apply = loan_refer},
    {FACT(REVIEW_PASSED),      FROM(LOAN_REVIEWING), LOAN_REVIEWED,   .apply = loan_pass},
    {FACT(REVIEW_FAILED),      FROM(LOAN_REVIEWING), LOAN_CHECKING,   .apply = loan_fail},
    {FACT(GUARANTEE_AGREED),   FROM(LOAN_REVIEWED),  LOAN_GUARANTEED, .may = loan_may_agree, .apply = loan_agree,
     .some_limits = {"loan.counter_guarantee_free_max"}},
    {FACT(GUARANTEE_DECLINED), FROM(LOAN_REVIEWED),  LOAN_CHECKING,   .apply = loan_decline},
    {FACT(RECLASSED), BEFORE_CERTIFICATE | FROM(LOAN_REFUSED), LOAN_CHECKING, .may = loan_may_reclass,
     .apply = loan_reclass},

    /* the certificate */
    {FACT(QUEUED), FROM(LOAN_APPLIED) | FROM(LOAN_CHECKING) | FROM(LOAN_GUARANTEED), LOAN_QUEUED,
     .may = loan_may_queue, .apply = loan_queue, .sums = FUND_SUMS,
     .others = {{"fund", OF_ENTRY, &fund_type, .lent = true}},
     .some_limits = {QUALIFYING_LIMITS}},
    {FACT(QUALIFIED), FROM(LOAN_APPLIED) | FROM(LOAN_CHECKING) | FROM(LOAN_GUARANTEED) | FROM(LOAN_QUEUED) |
                      FROM(LOAN_EXPIRED), LOAN_QUALIFIED,
     .may = loan_may_qualify, .apply = loan_qualify, .key_day = applied_day, .sums = FUND_SUMS,
     .others = {{"fund", OF_ENTRY, &fund_type, .lent = true}},
     .some_limits = {QUALIFYING_LIMITS}},
    {FACT(CERTIFICATE_REISSUED), CERTIFIED | AT_BANK, TO_SAME, .may = loan_may_reissue, .apply = loan_reissue,
     .tells = tells_bank},
    {FACT(REFUSED),   BEFORE_CERTIFICATE,             LOAN_REFUSED,   .apply = loan_end},
    {FACT(WITHDRAWN), BEFORE_CERTIFICATE | CERTIFIED | AT_BANK, LOAN_WITHDRAWN, .apply = loan_end,
     .tells = tells_bank},
    {FACT(EXPIRED),   CERTIFIED,                      LOAN_EXPIRED,   .may = loan_may_expire, .apply = loan_end},
    {FACT(SENT),      CERTIFIED,                      LOAN_SENT,      .may = loan_may_send, .apply = loan_send,
     .some_limits = {"bank.agreement_required"}, .others = {NAMED(bank, organisation)}, .tells = tells_bank},

    /* the bank's agreement */
    {FACT(ACCEPTED),   FROM(LOAN_SENT),                            LOAN_INVESTIGATING, TOLD, .apply = loan_accept},
    {FACT(RETURNED),   FROM(LOAN_SENT) | FROM(LOAN_INVESTIGATING), LOAN_RETURNED,   TOLD, .apply = loan_give_back},
    {FACT(REJECTED),   FROM(LOAN_SENT) | FROM(LOAN_INVESTIGATING), LOAN_REJECTED,   TOLD, .apply = loan_reject},
    {FACT(APPROVED),   FROM(LOAN_INVESTIGATING),                   LOAN_APPROVED,   TOLD, .apply = loan_approve,
     .over = loan_over_approved},
    {FACT(LAPSED),     FROM(LOAN_APPROVED),                        LOAN_LAPSED,     TOLD},
    {FACT(CONTRACTED), FROM(LOAN_APPROVED),                        LOAN_CONTRACTED, TOLD, .apply = loan_contract,
     .over = loan_over_contracted},

    /* its money */
    {FACT(DISBURSED), FROM(LOAN_CONTRACTED) | FROM(LOAN_REPAYING), LOAN_REPAYING, TOLD, .apply = loan_disburse,
     .over = loan_over_disbursed},
    {FACT(REPAID),            OWED,     TO_SAME,        TOLD, .over = loan_over_repaid,  .apply = loan_repay},
    {FACT(PREPAID),           OWED,     TO_SAME,        TOLD, .over = loan_over_prepaid, .apply = loan_prepay},
    {FACT(REPAYMENT_BOUNCED), OWED,     TO_SAME,        TOLD, .over = loan_over_bounced, .apply = loan_bounce},
    {FACT(OVERDUE),           PAID_OUT, LOAN_OVERDUE,   TOLD, .apply = loan_fall_due},
    {FACT(CURED),   FROM(LOAN_OVERDUE), LOAN_REPAYING,  TOLD, .apply = loan_cure},
    {FACT(EXTENDED),          PAID_OUT, LOAN_REPAYING,  TOLD, .apply = loan_extend},
    {FACT(CALLED_IN), FROM(LOAN_REPAYING) | FROM(LOAN_OVERDUE), LOAN_CALLED_IN, TOLD, .apply = loan_call_in},
    {FACT(SETTLED),           OWED,     LOAN_SETTLED,   TOLD, .apply = loan_settle},
    {FACT(BORROWER_CHANGED), FROM(LOAN_CONTRACTED) | OWED, TO_SAME, ORDER_FACT, .may = loan_may_change_borrower,
     .apply = loan_change_borrower, .others = {NAMED(person, person), NAMED(enterprise, enterprise)},
     .tells = tells_bank},
    {FACT(TRANSFERRED), AT_BANK | FROM(LOAN_CONTRACTED) | OWED | FUND_PAID | FROM(LOAN_WRITTEN_OFF), TO_SAME,
     .may = loan_may_transfer, .apply = loan_transfer, .others = {NAMED(bank, organisation)}, .tells = tells_bank},

    /* the fund's */
    {FACT(CLAIM_FILED), FROM(LOAN_OVERDUE) | FROM(LOAN_CALLED_IN), LOAN_CLAIMED, .may = loan_may_claim,
     .apply = loan_claim,
     .limits = {[CLAIM_DAYS] = "fund.claim.overdue_days", [CLAIM_SHARE] = "fund.claim.share",
                [CLAIM_SMALL_MAX] = "fund.claim.share_small_max", [CLAIM_SHARE_ABOVE] = "fund.claim.share_above",
                [CLAIM_MODE] = "fund.claim.mode", [CLAIM_DAY_COUNT] = "subsidy.day_count"}},
    {FACT(CLAIM_RETURNED),     FROM(LOAN_CLAIMED),     LOAN_OVERDUE,     .apply = loan_drop_claim, .tells = tells_bank},
    {FACT(CLAIM_REFUSED),      FROM(LOAN_CLAIMED),     LOAN_OVERDUE,     .apply = loan_drop_claim, .tells = tells_bank},
    {FACT(COMPENSATED),        FROM(LOAN_CLAIMED),     LOAN_COMPENSATED, .may = loan_may_compensate,
     .apply = loan_compensate, .tells = tells_bank},
    {FACT(RECOVERY_STARTED),   FROM(LOAN_COMPENSATED), LOAN_RECOVERING,  .may = loan_may_tell},
    {FACT(RECOVERED),          FUND_PAID | FROM(LOAN_WRITTEN_OFF), TO_SAME, TOLD, .over = loan_over_recovered,
     .apply = loan_recover},
    {FACT(RECOVERY_COMPLETED), FROM(LOAN_RECOVERING),  LOAN_RECOVERED,   .may = loan_may_complete_recovery},
    {FACT(WRITTEN_OFF), PAID_OUT | FUND_PAID, LOAN_WRITTEN_OFF, ORDER_FACT, .may = loan_may_write_off,
     .over = loan_over_written_off, .apply = loan_write_off},

    /* marks */
    {FACT(FROZEN), ANY_BUT_NEW, TO_SAME, ORDER_STRICT, MARK_FREEZE, .tells = tells_bank},
    {FACT(THAWED), ANY_BUT_NEW, TO_SAME, ORDER_STRICT, MARK_THAW, .may = loan_may_thaw, .tells = tells_bank,
     .closes = CLOSES_ALL},
    {FACT(EXCEPTION_CLOSED), ANY_BUT_NEW, TO_SAME, .closes = CLOSES_ONE},
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
    .steps = loan_steps,
    .step_count = STEP__COUNT,
    .runs = loan_runs,
    .kinds = kinds,
    .kind_count = COUNT(kinds),
};

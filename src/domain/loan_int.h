/*
 * What the files of the loan share: its states, its rules, its effects, its steps and its totals.
 * Knows loans; must not be included by another module.
 * Invariant: rules refuse, effects change the view, totals count it; none of them does another's work.
 */
#ifndef VENTURED_LOAN_INT_H
#define VENTURED_LOAN_INT_H

#include "domain_int.h"

enum loan_state {
    LOAN_NEW,
    LOAN_APPLIED,
    LOAN_QUALIFIED,
    LOAN_SENT,
    LOAN_INVESTIGATING,
    LOAN_APPROVED,
    LOAN_CONTRACTED,
    LOAN_REPAYING,
    LOAN_OVERDUE,
    LOAN_SETTLED,
    LOAN_REFUSED,
    LOAN_WITHDRAWN,
    LOAN_EXPIRED,
    LOAN_REJECTED,
    LOAN_INCOMPLETE,
    LOAN_CHECKING,
    LOAN_REVIEWING,
    LOAN_REVIEWED,
    LOAN_GUARANTEED,
    LOAN_QUEUED,
    LOAN_RETURNED,
    LOAN_LAPSED,
    LOAN_CALLED_IN,
    LOAN_CLAIMED,
    LOAN_COMPENSATED,
    LOAN_RECOVERING,
    LOAN_RECOVERED,
    LOAN_WRITTEN_OFF,
    LOAN__COUNT
};

/* ---- loan.c ---------------------------------------------------------------------------------------------------- */

#define BANK_ROLES (ROLE_SET(BANK_OFFICER) | ROLE_SET(BANK_CHECKER) | ROLE_SET(BANK_MACHINE))

bool loan_was_sent_to(const struct loan_view *v, struct slice bank);
bool loan_of_bank(const struct actor *a);     /* does a bank's person or machine speak? */
bool loan_by_fund(const struct loan_view *v); /* is it the guarantee fund that guarantees it, and is it known which? */

/* ---- loan_rules.c: up to the bank ------------------------------------------------------------------------------ */

/* The numbers that a qualification may read, in the order of its row: fen, parts per million, months, codes. */
enum loan_limit {
    LIMIT_CLASS1_INDIVIDUAL,
    LIMIT_CLASS2_INDIVIDUAL,
    LIMIT_SMALL_FIRM,
    LIMIT_PARTNERSHIP_FACTOR,
    LIMIT_TERM_INDIVIDUAL,
    LIMIT_TERM_FIRM,
    LIMIT_REVIEW_REQUIRED,
    LIMIT_RENEWAL_FREE,
    LIMIT_FUND_MULTIPLE,
    LIMIT_FUND_STOP,
    LIMIT_FUND_AT_LIMIT,
    LIMIT__COUNT
};

/* clang-format off */
#define QUALIFYING_LIMITS                                                                                              \
    [LIMIT_CLASS1_INDIVIDUAL] = "loan.c1.individual_max", [LIMIT_CLASS2_INDIVIDUAL] = "loan.c2.individual_max",        \
    [LIMIT_SMALL_FIRM] = "loan.small_firm_max",           [LIMIT_PARTNERSHIP_FACTOR] = "loan.partnership_factor",      \
    [LIMIT_TERM_INDIVIDUAL] = "loan.term_max_months.individual", [LIMIT_TERM_FIRM] = "loan.term_max_months.firm",      \
    [LIMIT_REVIEW_REQUIRED] = "loan.c1.review_required",  [LIMIT_RENEWAL_FREE] = "loan.renew_same_bank_no_recheck",    \
    [LIMIT_FUND_MULTIPLE] = "fund.multiple_max",          [LIMIT_FUND_STOP] = "fund.stop.compensation_pct",            \
    [LIMIT_FUND_AT_LIMIT] = "fund.at_limit"
/* clang-format on */

/* The most that a loan of its class and sort may be of, and the limit that binds. */
struct loan_cap {
    const struct limit *limit;
    int64_t amount; /* fen */
};

/* `limits` stand in the order above. False where one that this loan needs is not in force; `missing` says which. */
bool loan_cap_find(struct loan_cap *out, enum loan_limit *missing, const struct loan_view *loan,
                   const struct limit *limits);
enum loan_limit loan_term_limit(const struct loan_view *loan);

/* Is it one of the forms that a class is guaranteed by? Codes of an application or of a loan. */
bool loan_guarantee_fits(int32_t class, int32_t guarantee);

enum verdict loan_refuse(struct problems *p, enum verdict v, const char *pointer, struct slice zh, struct slice en);
enum verdict loan_refuse_over(struct problems *p, const char *pointer, int64_t bound, const char *unit_zh,
                              const char *unit_en, const struct limit *l);
enum verdict loan_refuse_unknown(struct problems *p, const char *pointer, const char *limit);

enum verdict loan_may_apply(const struct view *v, const struct entry *e, struct problems *p);
enum verdict loan_may_bring(const struct view *v, const struct entry *e, struct problems *p);
enum verdict loan_may_refer(const struct view *v, const struct entry *e, struct problems *p);
enum verdict loan_may_agree(const struct view *v, const struct entry *e, struct problems *p);
enum verdict loan_may_reclass(const struct view *v, const struct entry *e, struct problems *p);
enum verdict loan_may_qualify(const struct view *v, const struct entry *e, struct problems *p);
enum verdict loan_may_reissue(const struct view *v, const struct entry *e, struct problems *p);
enum verdict loan_may_expire(const struct view *v, const struct entry *e, struct problems *p);
enum verdict loan_may_send(const struct view *v, const struct entry *e, struct problems *p);
enum verdict loan_may_assign(const struct view *v, const struct entry *e, struct problems *p);
enum verdict loan_may_thaw(const struct view *v, const struct entry *e, struct problems *p);

/* ---- loan_money.c: at the bank and after ----------------------------------------------------------------------- */

/* What a claim on the fund reads, in the order of its row: days, parts per million, fen, codes. */
enum claim_limit { CLAIM_DAYS, CLAIM_SHARE, CLAIM_SMALL_MAX, CLAIM_SHARE_ABOVE, CLAIM_MODE, CLAIM_DAY_COUNT };

enum verdict loan_may_tell(const struct view *v, const struct entry *e, struct problems *p);
enum verdict loan_may_change_borrower(const struct view *v, const struct entry *e, struct problems *p);
enum verdict loan_may_transfer(const struct view *v, const struct entry *e, struct problems *p);
enum verdict loan_may_claim(const struct view *v, const struct entry *e, struct problems *p);
enum verdict loan_may_compensate(const struct view *v, const struct entry *e, struct problems *p);
enum verdict loan_may_complete_recovery(const struct view *v, const struct entry *e, struct problems *p);
enum verdict loan_may_write_off(const struct view *v, const struct entry *e, struct problems *p);

bool loan_over_approved(const void *view, const struct entry *e);
bool loan_over_contracted(const void *view, const struct entry *e);
bool loan_over_disbursed(const void *view, const struct entry *e);
bool loan_over_repaid(const void *view, const struct entry *e);
bool loan_over_prepaid(const void *view, const struct entry *e);
bool loan_over_bounced(const void *view, const struct entry *e);
bool loan_over_recovered(const void *view, const struct entry *e);
bool loan_over_written_off(const void *view, const struct entry *e);

/* ---- loan_fund.c: room in the guarantee fund ------------------------------------------------------------------- */

/* The sums of one fund, in the order of the rows that read them; all fen. */
enum fund_sum { FUND_PAID_IN, FUND_COMMITTED, FUND_OUTSTANDING, FUND_CALLED, FUND_RECOVERED, FUND__SUMS };

/* clang-format off */
#define FUND_SUMS {                                                                                            \
    [FUND_PAID_IN] = {"fund_paid_in", "fund", OF_ENTRY}, [FUND_COMMITTED] = {"guarantee_committed", "fund", OF_ENTRY}, \
    [FUND_OUTSTANDING] = {"guarantee_outstanding", "fund", OF_ENTRY},                                          \
    [FUND_CALLED] = {"guarantee_called", "fund", OF_ENTRY},                                                    \
    [FUND_RECOVERED] = {"guarantee_recovered", "fund", OF_ENTRY}}
/* clang-format on */

/* What the fund may still promise, in fen; below zero where it has promised too much already. */
int64_t loan_fund_room(const int64_t sums[FUND__SUMS], const struct limit *multiple);

/* How much of the fund has gone into compensation, in parts per million; INT_ABSENT where it holds nothing. */
int64_t loan_fund_spent(const int64_t sums[FUND__SUMS]);

/* Has the fund, the row's other at `fund`, room for `amount` fen more of this loan? It answers for a multiple of what
 * it holds; a loan that was queued is let in when it stands first. */
enum verdict loan_check_fund(const struct view *v, const struct entry *e, size_t fund, int64_t amount,
                             const char *pointer, struct problems *p);
enum verdict loan_may_queue(const struct view *v, const struct entry *e, struct problems *p);

/* ---- loan_effects.c -------------------------------------------------------------------------------------------- */

typedef void loan_effect(struct arena *a, void *view, const struct entry *e);
loan_effect loan_apply, loan_bring, loan_name_papers, loan_complete, loan_check, loan_refer, loan_pass, loan_fail;
loan_effect loan_agree, loan_decline, loan_reclass, loan_queue, loan_qualify, loan_reissue, loan_end, loan_assign;
loan_effect loan_send, loan_transfer;

/* ---- loan_bank.c ----------------------------------------------------------------------------------------------- */

loan_effect loan_accept, loan_approve, loan_reject, loan_give_back, loan_contract, loan_disburse, loan_repay;
loan_effect loan_prepay, loan_bounce, loan_fall_due, loan_cure, loan_extend, loan_call_in, loan_settle;
loan_effect loan_change_borrower, loan_claim, loan_drop_claim, loan_compensate, loan_recover, loan_write_off;

/* Brings what is reserved of the fund to `target` fen, and what is told as overdue to the balance, each as a move of
 * that day. */
void loan_reserve(struct arena *a, struct loan_view *v, int32_t on, int64_t target);
void loan_move(struct arena *a, struct loan_view *v, int32_t on, enum loan_view_moves_item_what what, int64_t amount);
void loan_set_overdue(struct arena *a, struct loan_view *v, int32_t on, int64_t target);

/* ---- loan_totals.c, loan_steps.c ------------------------------------------------------------------------------- */

void loan_totals(struct contributions *out, const void *view, const struct lines *lent);
void loan_lends(struct lines *out, const void *view, const struct lines *lent);

enum loan_step {
    STEP_PAPERS,
    STEP_SUPPLEMENT,
    STEP_QUALIFY,
    STEP_REVIEW,
    STEP_GUARANTOR,
    STEP_QUEUE,
    STEP_SEND,
    STEP_ACCEPT,
    STEP_BANK,
    STEP_REPAY,
    STEP_OVERDUE,
    STEP_PAY_CLAIM,
    STEP_RECOVER,
    STEP__COUNT
};

extern const struct step_row loan_steps[STEP__COUNT];
void loan_runs(struct steps *out, const void *view, int state);

#endif

/*
 * What is to be done about a loan in each state, by whom and within which time.
 * Knows states and days of a view; must not hold a number of days: those are limits.
 * Invariant: every state that waits for somebody has a step, and an ended loan has none.
 */
#include <stddef.h>

#include "loan_int.h"

/* clang-format off */
const struct step_row loan_steps[STEP__COUNT] = {
    [STEP_PAPERS] = {"papers", "审查材料，一次性告知", "check the papers, name all that is missing",
                     ROLE_DISTRICT_CLERK, "loan.step.refusal_workdays", NULL},
    [STEP_SUPPLEMENT] = {"supplement", "等待补正材料", "missing papers to come", ROLE_STREET_CLERK, NULL, NULL},
    [STEP_QUALIFY] = {"qualify", "资格认定", "decide on the qualification",
                      ROLE_DISTRICT_CHECKER, "loan.step.qualification_workdays", NULL},
    [STEP_REVIEW] = {"review", "专家评审", "experts' review",
                     ROLE_DISTRICT_CHECKER, "loan.step.review_workdays", NULL},
    [STEP_GUARANTOR] = {"guarantor", "担保审核", "the guarantor's check",
                        ROLE_DISTRICT_CHECKER, "loan.step.guarantor_workdays", NULL},
    [STEP_QUEUE] = {"queue", "等待担保额度", "wait for room in the fund", ROLE_DISTRICT_CHECKER, NULL, NULL},
    [STEP_SEND] = {"send", "转送银行（证明有效期内）", "send it to a bank while the certificate is valid",
                   ROLE_DISTRICT_CLERK, NULL, "loan.expired"},
    [STEP_ACCEPT] = {"accept", "银行受理", "the bank accepts it",
                     ROLE_BANK_OFFICER, "loan.step.bank_accept_workdays", NULL},
    [STEP_BANK] = {"bank", "银行调查、审批、放款", "the bank decides and pays out",
                   ROLE_BANK_OFFICER, "loan.step.bank_workdays", NULL},
    [STEP_REPAY] = {"repay", "按期还款", "to be repaid", ROLE_BANK_OFFICER, NULL, NULL},
    [STEP_OVERDUE] = {"overdue", "逾期催收，期满可申请代偿", "overdue: a claim may follow",
                      ROLE_BANK_OFFICER, "fund.claim.overdue_days", NULL},
    [STEP_PAY_CLAIM] = {"pay_claim", "审核并支付代偿", "check and pay the claim",
                        ROLE_PAYER, "fund.claim.pay_days", NULL},
    [STEP_RECOVER] = {"recover", "追偿", "recover what the fund paid", ROLE_CENTRE_OFFICER, NULL, NULL},
};
/* clang-format on */

/* Which step a state waits for, and the days of the view by which it runs: facts that come early leave out what lies
 * between, so a day that is not known gives way to an earlier one. */
struct running {
    enum loan_step step;
    size_t since, otherwise;
    bool has_due;
    size_t due;
};

#define SINCE(day, otherwise) offsetof(struct loan_view, day), offsetof(struct loan_view, otherwise)
#define DUE(day) true, offsetof(struct loan_view, day)

static const struct running by_state[LOAN__COUNT] = {
    [LOAN_APPLIED] = {STEP_PAPERS,     SINCE(applied,   applied)     },
    [LOAN_INCOMPLETE] = {STEP_SUPPLEMENT, SINCE(named,     applied)     },
    [LOAN_CHECKING] = {STEP_QUALIFY,    SINCE(completed, applied)     },
    [LOAN_REVIEWING] = {STEP_REVIEW,     SINCE(referred,  applied)     },
    [LOAN_REVIEWED] = {STEP_GUARANTOR,  SINCE(reviewed,  applied)     },
    [LOAN_GUARANTEED] = {STEP_QUALIFY,    SINCE(completed, applied)     },
    [LOAN_QUEUED] = {STEP_QUEUE,      SINCE(queued,    applied)     },
    [LOAN_QUALIFIED] = {STEP_SEND,       SINCE(completed, applied),      DUE(valid_to)},
    [LOAN_REJECTED] = {STEP_SEND,               SINCE(sent,                      applied),           DUE(valid_to)},
    [LOAN_RETURNED] = {STEP_SEND,  SINCE(sent,                 applied),            DUE(valid_to)},
    [LOAN_LAPSED] = {STEP_SEND,       SINCE(sent,applied),DUE(valid_to)},
    [LOAN_SENT] = {STEP_ACCEPT,SINCE(sent,              applied)                   },
    [LOAN_INVESTIGATING] = {STEP_BANK,     SINCE(accepted,            sent)   },
    [LOAN_APPROVED] = {STEP_BANK,       SINCE(accepted,    sent)},
    [LOAN_CONTRACTED] = {STEP_BANK,       SINCE(accepted,  sent)      },
    [LOAN_REPAYING] = {STEP_REPAY,       SINCE(sent,  applied),         DUE(due)},
    [LOAN_CALLED_IN] = {STEP_REPAY,      SINCE(called_in,     applied),         DUE(due)},
    [LOAN_OVERDUE] = {STEP_OVERDUE,               SINCE(overdue_since,                     applied)             },
    [LOAN_CLAIMED] = {STEP_PAY_CLAIM,       SINCE(claimed,                      applied)               },
    [LOAN_COMPENSATED] = {STEP_RECOVER,       SINCE(claimed,  applied)},
    [LOAN_RECOVERING] = {STEP_RECOVER,       SINCE(claimed, applied)},
};

static int32_t
day_at(const void *view, size_t offset)
{
    return *(const int32_t *)((const char *)view + offset);
}

void
loan_runs(struct steps *out, const void *view, int state)
{
    const struct running *r = &by_state[state];
    int32_t since;

    if (r->since == 0)
        return;
    since = day_at(view, r->since);
    await(out, r->step, since != DAY_ABSENT ? since : day_at(view, r->otherwise),
          r->has_due ? day_at(view, r->due) : DAY_ABSENT);
}

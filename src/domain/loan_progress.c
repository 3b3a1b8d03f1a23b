/*
 * How far a loan is, for its applicant: what it is in, since when, what is next and whose turn it is.
 * Knows states and steps; must not give away a person, an amount, or what the offices keep to themselves.
 * Invariant: every step that can run has words for the applicant; a day that follows from a limit is left out.
 */
#include "loan_int.h"

const struct label progress_by[PROGRESS__COUNT] = {
    [PROGRESS_APPLICANT] = {S_INIT("applicant"), S_INIT("申请人"), S_INIT("you")},
    [PROGRESS_OFFICE] = {S_INIT("office"), S_INIT("经办机构"), S_INIT("the office")},
    [PROGRESS_BANK] = {S_INIT("bank"), S_INIT("银行"), S_INIT("the bank")},
};

/* clang-format off */
static const struct turn {
    enum progress_by by;
    const char *zh, *en;
} turns[STEP__COUNT] = {
    [STEP_PAPERS] = {PROGRESS_OFFICE, "经办机构审查申请材料", "the office looks through your papers"},
    [STEP_SUPPLEMENT] = {PROGRESS_APPLICANT, "请补交下列材料", "bring the papers named below"},
    [STEP_QUALIFY] = {PROGRESS_OFFICE, "经办机构作出资格认定", "the office decides on the qualification"},
    [STEP_REVIEW] = {PROGRESS_OFFICE, "专家评审项目", "experts review the project"},
    [STEP_GUARANTOR] = {PROGRESS_OFFICE, "担保机构审核", "the guarantor looks at it"},
    [STEP_QUEUE] = {PROGRESS_OFFICE, "等待担保基金额度", "waits for room in the guarantee fund"},
    [STEP_SEND] = {PROGRESS_OFFICE, "经办机构转送银行", "the office sends it to a bank"},
    [STEP_ACCEPT] = {PROGRESS_BANK, "银行受理", "the bank takes it up"},
    [STEP_BANK] = {PROGRESS_BANK, "银行调查、审批、放款", "the bank looks into it, decides and pays out"},
    [STEP_REPAY] = {PROGRESS_APPLICANT, "请按合同还款", "repay as the contract says"},
    [STEP_OVERDUE] = {PROGRESS_APPLICANT, "贷款已逾期，请联系银行还款", "the loan is overdue: see the bank about it"},
    [STEP_PAY_CLAIM] = {PROGRESS_OFFICE, "审核银行的代偿申请", "the bank's claim on the fund is looked at"},
    [STEP_RECOVER] = {PROGRESS_OFFICE, "基金已代偿，请联系经办机构", "the fund has paid: see the office about it"},
};
/* clang-format on */

/* Where one that was issued is worth nothing any more. */
#define NO_CERTIFICATE (FROM(LOAN_REFUSED) | FROM(LOAN_WITHDRAWN) | FROM(LOAN_EXPIRED))

static void
turn_find(struct loan_progress *out, struct arena *a, const struct subject *loan)
{
    struct steps steps = {.arena = a};
    const struct turn *t;

    out->due = DAY_ABSENT;
    loan_runs(&steps, loan->view, loan->state);
    if (steps.count == 0)
        return;
    t = &turns[steps.at[0].row];
    out->by = t->by;
    out->zh = t->zh;
    out->en = t->en;
    out->due = steps.at[0].due;
}

/* A list that was worked off stays in the view until the next one takes its place. */
static void
missing_find(struct loan_progress *out, struct arena *a, const struct subject *loan)
{
    const struct loan_view *v = loan->view;

    if (loan->state != LOAN_INCOMPLETE && loan->state != LOAN_RETURNED)
        return;
    out->missing = labels_find(a, "loan_paper", v->missing.at, v->missing.count);
    out->missing_count = v->missing.count;
}

/* On a side state it lies at no bank. */
static enum verdict
bank_find(struct loan_progress *out, struct db *db, struct arena *a, const struct subject *loan)
{
    struct slice bank = ((const struct loan_view *)loan->view)->bank;
    struct subject s;

    if (bank.at == NULL || loan_type.states[loan->state].side)
        return V_OK;
    TRY(subject_load(&s, db, a, &organisation_type, bank));
    if (s.state != STATE_NEW)
        out->bank_zh = ((const struct organisation_view *)s.view)->zh;
    return V_OK;
}

enum verdict
loan_progress(struct loan_progress *out, struct db *db, struct arena *a, struct slice loan)
{
    const struct loan_view *v;
    struct subject s;

    TRY(subject_load(&s, db, a, &loan_type, loan));
    if (s.state == LOAN_NEW)
        return V_SUBJECT_UNKNOWN;
    v = s.view;
    *out = (struct loan_progress){.state = &loan_type.states[s.state], .valid_to = DAY_ABSENT};
    if ((FROM(s.state) & NO_CERTIFICATE) == 0) {
        out->certificate_no = v->certificate_no;
        out->valid_to = v->valid_to;
    }
    TRY(ledger_since(&out->since, db, a, &s));
    turn_find(out, a, &s);
    missing_find(out, a, &s);
    return bank_find(out, db, a, &s);
}

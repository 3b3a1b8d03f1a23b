/*
 * What the banks' facts change in a loan: agreement, money, trouble, and the fund's payment for it.
 * Knows the loan's view; must not refuse, nor know a total.
 * Invariant: outstanding = opening + lent - repaid + bounced - paid by the fund as principal - written off, whatever
 * the order in which facts come.
 */
#include <string.h>

#include "loan_int.h"

/* ---- the decision ---------------------------------------------------------------------------------------------- */

/* A bank that had the loan before no longer sets its terms. */
static bool
is_current(const struct loan_view *v, const struct entry *e)
{
    return slice_equal(e->actor.organisation, v->bank);
}

/* The latest time it was sent to the bank that speaks, unless that has been decided already. Views share their lists
 * with the view before the effect, so the list is made anew. */
static void
decide(struct arena *a, struct loan_view *v, const struct entry *e, enum loan_view_decisions_item_result result)
{
    struct loan_view_decisions_item *at = NEW_ARRAY(a, struct loan_view_decisions_item, v->decisions.count + 1);

    if (v->decisions.count == 0)
        return;
    memcpy(at, v->decisions.at, v->decisions.count * sizeof *at);
    v->decisions.at = at;
    for (size_t i = v->decisions.count; i > 0; i--) {
        struct loan_view_decisions_item *one = &at[i - 1];

        if (!slice_equal(one->bank, e->actor.organisation))
            continue;
        if (one->decided == DAY_ABSENT)
            *one = (struct loan_view_decisions_item){one->bank, one->sent, e->on, (int32_t)result};
        return;
    }
}

void
loan_accept(struct arena *a, void *view, const struct entry *e)
{
    struct loan_view *v = view;

    (void)a;
    if (is_current(v, e))
        v->accepted = e->on;
}

void
loan_approve(struct arena *a, void *view, const struct entry *e)
{
    const struct loan_approved *d = e->body;
    struct loan_view *v = view;

    decide(a, v, e, LOAN_VIEW_DECISIONS_ITEM_RESULT_APPROVED);
    if (!is_current(v, e))
        return;
    v->approved = d->amount;
    if (v->contracted != INT_ABSENT)
        return;
    v->rate_ppm = d->rate_ppm;
    v->term_months = d->term_months;
}

void
loan_reject(struct arena *a, void *view, const struct entry *e)
{
    struct loan_view *v = view;

    decide(a, v, e, LOAN_VIEW_DECISIONS_ITEM_RESULT_REJECTED);
    v->rejections += is_current(v, e);
}

void
loan_give_back(struct arena *a, void *view, const struct entry *e)
{
    (void)a;
    ((struct loan_view *)view)->missing = ((const struct loan_returned *)e->body)->missing;
}

/* Class 1 counts where the certificate was issued, Class 2 where the business is registered: as it was at the contract
 * or, where money came early, with the first of it. */
static void
freeze_credit(struct loan_view *v)
{
    if (v->credited.at == NULL)
        v->credited = v->class == LOAN_VIEW_CLASS_CLASS1 ? v->issued_by : v->district;
}

static int64_t
least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t
above_zero(int64_t amount)
{
    return amount > 0 ? amount : 0;
}

void
loan_contract(struct arena *a, void *view, const struct entry *e)
{
    const struct loan_contracted *d = e->body;
    struct loan_view *v = view;

    if (!is_current(v, e))
        return;
    v->contracted = d->amount;
    v->rate_ppm = d->rate_ppm;
    v->term_months = d->term_months;
    v->due = d->due;
    v->contract_no = d->contract_no;
    freeze_credit(v);
    loan_reserve(a, v, e->on, least(v->reserved, above_zero(d->amount - v->disbursed)));
}

void
loan_change_borrower(struct arena *a, void *view, const struct entry *e)
{
    const struct loan_borrower_changed *d = e->body;
    struct loan_view *v = view;

    (void)a;
    v->person = d->person;
    if (d->enterprise.at != NULL)
        v->enterprise = d->enterprise;
}

/* ---- money ----------------------------------------------------------------------------------------------------- */

/* Where a loan is overdue all that is left of it is. */
static void
balance_by(struct arena *a, struct loan_view *v, int32_t on, int64_t amount)
{
    v->outstanding += amount;
    if (v->overdue_balance != 0)
        loan_set_overdue(a, v, on, v->outstanding);
}

void
loan_disburse(struct arena *a, void *view, const struct entry *e)
{
    const struct loan_disbursed *d = e->body;
    struct loan_view *v = view;
    struct loan_view_disbursements_item *one = list_push(&v->disbursements, a, sizeof *one);

    *one = (struct loan_view_disbursements_item){e->on, d->amount, e->actor.organisation};
    v->disbursed += d->amount;
    if (v->lent_to.at == NULL)
        v->lent_to = v->person;
    freeze_credit(v);
    loan_reserve(a, v, e->on, above_zero(v->reserved - d->amount));
    balance_by(a, v, e->on, d->amount);
}

/* A bounced repayment is one of less than nothing. */
static void
repay(struct arena *a, struct loan_view *v, const struct entry *e, int64_t amount)
{
    struct loan_view_repayments_item *one = list_push(&v->repayments, a, sizeof *one);

    *one = (struct loan_view_repayments_item){e->on, amount, e->actor.organisation};
    v->repaid += amount;
    freeze_credit(v);
    balance_by(a, v, e->on, -amount);
}

void
loan_repay(struct arena *a, void *view, const struct entry *e)
{
    repay(a, view, e, ((const struct loan_repaid *)e->body)->amount);
}

void
loan_prepay(struct arena *a, void *view, const struct entry *e)
{
    repay(a, view, e, ((const struct loan_prepaid *)e->body)->amount);
}

void
loan_bounce(struct arena *a, void *view, const struct entry *e)
{
    repay(a, view, e, -((const struct loan_repayment_bounced *)e->body)->amount);
}

/* ---- trouble --------------------------------------------------------------------------------------------------- */

void
loan_fall_due(struct arena *a, void *view, const struct entry *e)
{
    const struct loan_overdue *d = e->body;
    struct loan_view *v = view;

    v->overdue = d->amount;
    v->overdue_since = d->since;
    loan_set_overdue(a, v, e->on, v->outstanding);
}

void
loan_cure(struct arena *a, void *view, const struct entry *e)
{
    struct loan_view *v = view;

    v->overdue = 0;
    v->overdue_since = DAY_ABSENT;
    loan_set_overdue(a, v, e->on, 0);
}

void
loan_extend(struct arena *a, void *view, const struct entry *e)
{
    const struct loan_extended *d = e->body;
    struct loan_view *v = view;
    struct loan_view_extensions_item *one = list_push(&v->extensions, a, sizeof *one);

    *one = (struct loan_view_extensions_item){e->on, v->due, d->due};
    v->due = d->due;
    v->extended_times++;
    loan_cure(a, v, e);
}

void
loan_call_in(struct arena *a, void *view, const struct entry *e)
{
    const struct loan_called_in *d = e->body;
    struct loan_view *v = view;

    (void)a;
    v->called_in = e->on;
    if (d->due != DAY_ABSENT)
        v->due = d->due;
}

void
loan_settle(struct arena *a, void *view, const struct entry *e)
{
    struct loan_view *v = view;

    if (!is_current(v, e))
        return;
    loan_cure(a, v, e);
    loan_reserve(a, v, e->on, 0);
    v->settled = e->on;
}

/* ---- the fund pays --------------------------------------------------------------------------------------------- */

void
loan_claim(struct arena *a, void *view, const struct entry *e)
{
    const struct loan_claim_filed *d = e->body;
    struct loan_view *v = view;

    (void)a;
    v->claimed = e->on;
    v->claim_principal = d->principal;
    v->claim_interest = d->interest;
    v->claim_amount = d->amount;
}

/* Returned or refused. */
void
loan_drop_claim(struct arena *a, void *view, const struct entry *e)
{
    struct loan_view *v = view;

    (void)a;
    (void)e;
    v->claimed = DAY_ABSENT;
    v->claim_principal = v->claim_interest = v->claim_amount = 0;
}

void
loan_compensate(struct arena *a, void *view, const struct entry *e)
{
    const struct loan_compensated *d = e->body;
    struct loan_view *v = view;

    v->compensated += d->amount;
    loan_move(a, v, e->on, LOAN_VIEW_MOVES_ITEM_WHAT_CALLED, d->amount);
    loan_move(a, v, e->on, LOAN_VIEW_MOVES_ITEM_WHAT_OUTSTANDING, -d->principal);
    balance_by(a, v, e->on, -d->principal);
    loan_reserve(a, v, e->on, 0);
}

void
loan_recover(struct arena *a, void *view, const struct entry *e)
{
    struct loan_view *v = view;
    int64_t amount = ((const struct loan_recovered *)e->body)->amount;

    v->recovered += amount;
    loan_move(a, v, e->on, LOAN_VIEW_MOVES_ITEM_WHAT_RECOVERED, amount);
}

void
loan_write_off(struct arena *a, void *view, const struct entry *e)
{
    const struct loan_written_off *d = e->body;
    struct loan_view *v = view;
    int64_t amount = d->amount == INT_ABSENT ? 0 : d->amount;
    int64_t lost = d->fund_amount == INT_ABSENT ? 0 : d->fund_amount;

    v->written_off += amount;
    v->lost += lost;
    loan_move(a, v, e->on, LOAN_VIEW_MOVES_ITEM_WHAT_OUTSTANDING, -amount);
    loan_move(a, v, e->on, LOAN_VIEW_MOVES_ITEM_WHAT_LOST, lost);
    balance_by(a, v, e->on, -amount);
}

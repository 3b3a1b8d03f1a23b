/*
 * What the offices' facts change in a loan: from the application to the bank, and from bank to bank.
 * Knows the loan's view; must not refuse, nor know a total.
 * Invariant: what is reserved of the fund is let go by whatever ends the way to the money.
 */
#include <string.h>

#include "loan_int.h"

/* ---- stocks ---------------------------------------------------------------------------------------------------- */

void
loan_move(struct arena *a, struct loan_view *v, int32_t on, enum loan_view_moves_item_what what, int64_t amount)
{
    struct loan_view_moves_item *one;

    if (amount == 0)
        return;
    one = list_push(&v->moves, a, sizeof *one);
    *one = (struct loan_view_moves_item){.on = on, .what = (int32_t)what, .amount = amount, .bank = v->bank};
}

void
loan_reserve(struct arena *a, struct loan_view *v, int32_t on, int64_t target)
{
    loan_move(a, v, on, LOAN_VIEW_MOVES_ITEM_WHAT_COMMITTED, target - v->reserved);
    v->reserved = target;
}

void
loan_set_overdue(struct arena *a, struct loan_view *v, int32_t on, int64_t target)
{
    loan_move(a, v, on, LOAN_VIEW_MOVES_ITEM_WHAT_OVERDUE, target - v->overdue_balance);
    v->overdue_balance = target;
}

/* ---- the application ------------------------------------------------------------------------------------------- */

void
loan_apply(struct arena *a, void *view, const struct entry *e)
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
    v->product = d->product;
    v->counts_as_guaranteed = d->counts_as_guaranteed;
    v->renewed_from = d->renewed_from;
    v->staff = d->staff;
    v->hires = d->hires;
    v->handler = e->actor.account;
}

/* A loan that ran before the registry began: its balance is an opening one, and no money has left since. */
void
loan_bring(struct arena *a, void *view, const struct entry *e)
{
    const struct loan_brought *d = e->body;
    struct loan_view *v = view;

    *(struct slice *)list_push(&v->banks, a, sizeof(struct slice)) = d->bank;
    v->class = d->class;
    v->sort = d->sort;
    v->person = v->lent_to = d->person;
    v->enterprise = d->enterprise;
    v->district = v->credited = v->issued_by = d->district;
    v->group = d->group;
    v->group_national = d->group_national;
    v->use = d->use;
    v->guarantee = d->guarantee;
    v->applied = d->contracted_on;
    v->asked = v->contracted = d->contracted;
    v->term_asked = 1;
    v->rate_ppm = d->rate_ppm;
    v->due = d->due;
    v->contract_no = d->contract_no;
    v->bank = d->bank;
    v->fund = d->fund;
    v->disbursed = d->lent;
    v->repaid = d->lent - d->outstanding;
    v->brought = e->on;
    v->opening = v->outstanding = d->outstanding;
    v->subsidised = d->subsidised;
    v->subsidised_times = d->subsidised_times;
    v->extended_times = d->extended_times == INT_ABSENT ? 0 : d->extended_times;
    loan_move(a, v, e->on, LOAN_VIEW_MOVES_ITEM_WHAT_OUTSTANDING, d->outstanding);
}

void
loan_name_papers(struct arena *a, void *view, const struct entry *e)
{
    struct loan_view *v = view;

    (void)a;
    v->missing = ((const struct loan_papers_named *)e->body)->missing;
    v->named = e->on;
}

void
loan_complete(struct arena *a, void *view, const struct entry *e)
{
    struct loan_view *v = view;

    (void)a;
    v->missing = (struct list){0};
    v->completed = e->on;
}

/* Of several findings about one condition the last counts. */
void
loan_check(struct arena *a, void *view, const struct entry *e)
{
    const struct loan_checked *d = e->body;
    struct loan_view *v = view;
    const struct loan_view_checks_item *before = v->checks.at;
    struct list checks = {0};

    for (size_t i = 0; i < v->checks.count; i++)
        if (!slice_equal(before[i].rule, d->rule))
            *(struct loan_view_checks_item *)list_push(&checks, a, sizeof *before) = before[i];
    *(struct loan_view_checks_item *)list_push(&checks, a, sizeof *before) =
        (struct loan_view_checks_item){.rule = d->rule, .finding = d->finding, .figure = d->figure, .on = e->on};
    v->checks = checks;
}

void
loan_assign(struct arena *a, void *view, const struct entry *e)
{
    (void)a;
    ((struct loan_view *)view)->handler = ((const struct loan_assigned *)e->body)->account;
}

/* ---- experts and the guarantor --------------------------------------------------------------------------------- */

void
loan_refer(struct arena *a, void *view, const struct entry *e)
{
    struct loan_view *v = view;

    (void)a;
    v->referred = e->on;
    v->review = CODE_ABSENT;
    v->guaranteed = DAY_ABSENT;
}

static void
review(struct loan_view *v, const struct entry *e, enum loan_view_review result, struct slice minutes_no)
{
    v->review = (int32_t)result;
    v->reviewed = e->on;
    v->minutes_no = minutes_no;
}

void
loan_pass(struct arena *a, void *view, const struct entry *e)
{
    const struct loan_review_passed *d = e->body;
    struct loan_view *v = view;

    (void)a;
    review(v, e, LOAN_VIEW_REVIEW_PASSED, d->minutes_no);
    v->advised = d->amount;
}

void
loan_fail(struct arena *a, void *view, const struct entry *e)
{
    (void)a;
    review(view, e, LOAN_VIEW_REVIEW_FAILED, ((const struct loan_review_failed *)e->body)->minutes_no);
}

void
loan_agree(struct arena *a, void *view, const struct entry *e)
{
    struct loan_view *v = view;

    (void)a;
    v->guaranteed = e->on;
    v->counter_guarantee = ((const struct loan_guarantee_agreed *)e->body)->counter_guarantee;
}

void
loan_decline(struct arena *a, void *view, const struct entry *e)
{
    struct loan_view *v = view;

    (void)a;
    (void)e;
    v->guaranteed = DAY_ABSENT;
}

void
loan_reclass(struct arena *a, void *view, const struct entry *e)
{
    struct loan_view *v = view;

    (void)a;
    v->class = LOAN_VIEW_CLASS_CLASS2;
    v->guarantee = ((const struct loan_reclassed *)e->body)->guarantee;
    v->fund = (struct slice){0};
    v->queued = v->guaranteed = DAY_ABSENT;
    if (v->completed == DAY_ABSENT)
        v->completed = e->on;
}

/* ---- the certificate ------------------------------------------------------------------------------------------- */

void
loan_queue(struct arena *a, void *view, const struct entry *e)
{
    const struct loan_queued *d = e->body;
    struct loan_view *v = view;

    (void)a;
    v->fund = d->fund;
    v->queued = e->on;
    v->queued_amount = d->amount;
    v->place = e->seq;
}

void
loan_qualify(struct arena *a, void *view, const struct entry *e)
{
    const struct loan_qualified *d = e->body;
    struct loan_view *v = view;

    v->certificate_no = d->certificate_no;
    v->amount_max = d->amount_max;
    v->valid_to = d->valid_to;
    v->term_max_months = d->term_max_months == INT_ABSENT ? v->term_asked : d->term_max_months;
    v->issued_by = d->issued_by.at == NULL ? v->district : d->issued_by;
    v->fund = d->fund;
    v->queued = DAY_ABSENT;
    if (loan_by_fund(v))
        loan_reserve(a, v, e->on, d->amount_max);
}

void
loan_reissue(struct arena *a, void *view, const struct entry *e)
{
    (void)a;
    ((struct loan_view *)view)->certificate_no = ((const struct loan_certificate_reissued *)e->body)->certificate_no;
}

/* Refused, withdrawn, expired. */
void
loan_end(struct arena *a, void *view, const struct entry *e)
{
    struct loan_view *v = view;

    loan_reserve(a, v, e->on, 0);
    v->queued = DAY_ABSENT;
}

/* ---- to a bank ------------------------------------------------------------------------------------------------- */

static void
bank_add(struct arena *a, struct loan_view *v, struct slice bank)
{
    if (!loan_was_sent_to(v, bank))
        *(struct slice *)list_push(&v->banks, a, sizeof(struct slice)) = bank;
}

/* What an earlier bank had agreed to goes with it; its money stays. What the fund holds ready follows the loan. */
void
loan_send(struct arena *a, void *view, const struct entry *e)
{
    const struct loan_sent *d = e->body;
    struct loan_view *v = view;
    struct loan_view_decisions_item *asked = list_push(&v->decisions, a, sizeof *asked);
    int64_t reserved = v->reserved;

    *asked = (struct loan_view_decisions_item){d->bank, e->on, DAY_ABSENT, CODE_ABSENT};
    bank_add(a, v, d->bank);
    loan_reserve(a, v, e->on, 0);
    v->bank = d->bank;
    loan_reserve(a, v, e->on, reserved);
    v->sent = e->on;
    v->approved = v->contracted = v->rate_ppm = v->term_months = INT_ABSENT;
    v->due = v->accepted = DAY_ABSENT;
    v->contract_no = (struct slice){0};
}

/* Everything the one bank has of it the other has from that day on. */
void
loan_transfer(struct arena *a, void *view, const struct entry *e)
{
    struct slice bank = ((const struct loan_transferred *)e->body)->bank;
    struct loan_view *v = view;
    int64_t reserved = v->reserved, overdue = v->overdue_balance;

    bank_add(a, v, bank);
    loan_reserve(a, v, e->on, 0);
    loan_set_overdue(a, v, e->on, 0);
    loan_move(a, v, e->on, LOAN_VIEW_MOVES_ITEM_WHAT_OUTSTANDING, -v->outstanding);
    v->bank = bank;
    loan_move(a, v, e->on, LOAN_VIEW_MOVES_ITEM_WHAT_OUTSTANDING, v->outstanding);
    loan_set_overdue(a, v, e->on, overdue);
    loan_reserve(a, v, e->on, reserved);
}

/*
 * What a loan adds to the totals, and what it lends its borrower and the fund that it waits for.
 * Knows days and amounts in a view; must not know how totals are kept.
 * Invariant: money counts on its own day, for the district frozen at contract, whichever state the loan is in.
 */
#include "loan_int.h"

static const char *const parts[] = {
    [LOAN_VIEW_CLASS_CLASS1] = "class1",
    [LOAN_VIEW_CLASS_CLASS2] = "class2",
};

/* DAY_ABSENT where no money has left. */
static int32_t
first_disbursed(const struct loan_view *v)
{
    const struct loan_view_disbursements_item *d = v->disbursements.at;
    int32_t first = DAY_ABSENT;

    for (size_t i = 0; i < v->disbursements.count; i++)
        if (first == DAY_ABSENT || d[i].on < first)
            first = d[i].on;
    return first;
}

/* 浙岗贷 and other products have totals of their own. */
static bool
is_counted(const struct loan_view *v)
{
    return v->counts_as_guaranteed != LOAN_VIEW_COUNTS_AS_GUARANTEED_NO;
}

/* The district of what happens before the contract has frozen it. */
static struct slice
place(const struct loan_view *v)
{
    if (v->credited.at != NULL)
        return v->credited;
    return v->issued_by.at != NULL ? v->issued_by : v->district;
}

/* ---- what was lent --------------------------------------------------------------------------------------------- */

/* Every tranche by its day; the loan once, with its first; principal that came back, so that a balance at any day is
 * what was lent up to it less what was repaid. */
static void
lent_totals(struct contributions *out, const struct loan_view *v)
{
    const struct loan_view_disbursements_item *d = v->disbursements.at;
    const struct loan_view_repayments_item *r = v->repayments.at;
    struct slice part = slice_of(parts[v->class]);
    int32_t first = first_disbursed(v);

    for (size_t i = 0; i < v->disbursements.count; i++)
        contribute(out, (struct contribution){"loan_amount", part, v->credited, d[i].on, d[i].amount});
    if (first != DAY_ABSENT)
        contribute(out, (struct contribution){"loan_count", part, v->credited, first, 1});
    for (size_t i = 0; i < v->repayments.count; i++)
        contribute(out, (struct contribution){"loan_repaid", part, v->credited, r[i].on, r[i].amount});
    if (v->brought != DAY_ABSENT)
        contribute(out, (struct contribution){"loan_brought", part, v->credited, v->brought, v->opening});
    if (v->brought != DAY_ABSENT)
        contribute(out, (struct contribution){"subsidy_brought", part, v->credited, v->brought, v->subsidised});
}

static void
product_totals(struct contributions *out, const struct loan_view *v)
{
    const struct loan_view_disbursements_item *d = v->disbursements.at;
    struct slice part = arena_print(out->arena, SLICE_FMT "/", SLICE_ARG(v->product));
    int32_t first = first_disbursed(v);

    for (size_t i = 0; i < v->disbursements.count; i++)
        contribute(out, (struct contribution){"product_amount", part, place(v), d[i].on, d[i].amount});
    if (first != DAY_ABSENT)
        contribute(out, (struct contribution){"product_count", part, place(v), first, 1});
}

/* ---- by bank, and by fund and bank ----------------------------------------------------------------------------- */

/* The part of a bank, "bank-zj/", and of what a fund stands for at it, "fund-city/bank-zj". */
static void
bank_add(struct contributions *out, const struct loan_view *v, const char *indicator, struct slice bank, int32_t on,
         int64_t amount)
{
    if (bank.at != NULL)
        contribute(out, (struct contribution){indicator, arena_print(out->arena, SLICE_FMT "/", SLICE_ARG(bank)),
                                              place(v), on, amount});
}

static void
fund_add(struct contributions *out, const struct loan_view *v, const char *indicator, struct slice bank, int32_t on,
         int64_t amount)
{
    if (loan_by_fund(v))
        contribute(out,
                   (struct contribution){
                       indicator, arena_print(out->arena, SLICE_FMT "/" SLICE_FMT, SLICE_ARG(v->fund), SLICE_ARG(bank)),
                       place(v), on, amount});
}

/* What a move counts as: NULL where nothing. */
static const struct {
    const char *fund, *bank;
} stocks[] = {
    [LOAN_VIEW_MOVES_ITEM_WHAT_COMMITTED] = {"guarantee_committed", NULL},
    [LOAN_VIEW_MOVES_ITEM_WHAT_OUTSTANDING] = {"guarantee_outstanding", "bank_outstanding"},
    [LOAN_VIEW_MOVES_ITEM_WHAT_OVERDUE] = {NULL, "bank_overdue"},
    [LOAN_VIEW_MOVES_ITEM_WHAT_CALLED] = {"guarantee_called", "bank_compensated"},
    [LOAN_VIEW_MOVES_ITEM_WHAT_RECOVERED] = {"guarantee_recovered", "bank_recovered"},
    [LOAN_VIEW_MOVES_ITEM_WHAT_LOST] = {"guarantee_lost", NULL},
};

static void
move_add(struct contributions *out, const struct loan_view *v, int32_t what, struct slice bank, int32_t on,
         int64_t amount)
{
    if (stocks[what].fund != NULL)
        fund_add(out, v, stocks[what].fund, bank, on, amount);
    if (stocks[what].bank != NULL)
        bank_add(out, v, stocks[what].bank, bank, on, amount);
}

static void
stock_totals(struct contributions *out, const struct loan_view *v)
{
    const struct loan_view_disbursements_item *d = v->disbursements.at;
    const struct loan_view_repayments_item *r = v->repayments.at;
    const struct loan_view_moves_item *m = v->moves.at;

    for (size_t i = 0; i < v->disbursements.count; i++) {
        bank_add(out, v, "bank_lent", d[i].bank, d[i].on, d[i].amount);
        move_add(out, v, LOAN_VIEW_MOVES_ITEM_WHAT_OUTSTANDING, d[i].bank, d[i].on, d[i].amount);
    }
    for (size_t i = 0; i < v->repayments.count; i++)
        move_add(out, v, LOAN_VIEW_MOVES_ITEM_WHAT_OUTSTANDING, r[i].bank, r[i].on, -r[i].amount);
    for (size_t i = 0; i < v->moves.count; i++)
        move_add(out, v, m[i].what, m[i].bank, m[i].on, m[i].amount);
}

static void
decision_totals(struct contributions *out, const struct loan_view *v)
{
    const struct loan_view_decisions_item *d = v->decisions.at;

    for (size_t i = 0; i < v->decisions.count; i++) {
        bank_add(out, v, "bank_received", d[i].bank, d[i].sent, 1);
        if (d[i].decided == DAY_ABSENT)
            continue;
        bank_add(out, v, "bank_decided", d[i].bank, d[i].decided, 1);
        bank_add(out, v, "bank_decision_days", d[i].bank, d[i].decided, d[i].decided - d[i].sent);
        bank_add(out, v, "bank_rejected", d[i].bank, d[i].decided,
                 d[i].result == LOAN_VIEW_DECISIONS_ITEM_RESULT_REJECTED);
    }
}

void
loan_totals(struct contributions *out, const void *view, const struct lines *lent)
{
    const struct loan_view *v = view;

    (void)lent;
    if (!is_counted(v)) {
        product_totals(out, v);
        return;
    }
    lent_totals(out, v);
    stock_totals(out, v);
    decision_totals(out, v);
}

/* ---- what it lends --------------------------------------------------------------------------------------------- */

/* One line a loan, however many tranches: its borrower was supported once by it. A renewal is told apart, for it may
 * not count. */
static void
lend_borrower(struct lines *out, const struct loan_view *v)
{
    int32_t first = first_disbursed(v);

    if (first == DAY_ABSENT || !is_counted(v))
        return;
    lend(out, (struct line){
                  .holder = &person_type,
                  .id = v->lent_to,
                  .what = v->renewed_from.at == NULL ? S("loan") : S("renewal"),
                  .district = v->credited,
                  .on = first,
                  .amount = 1,
              });
}

/* Its place in the queue of a fund. */
static void
lend_fund(struct lines *out, const struct loan_view *v)
{
    if (v->queued != DAY_ABSENT)
        lend(out, (struct line){
                      .holder = &fund_type,
                      .id = v->fund,
                      .what = S("queued"),
                      .district = v->district,
                      .on = v->queued,
                      .amount = v->place,
                  });
}

void
loan_lends(struct lines *out, const void *view, const struct lines *lent)
{
    (void)lent;
    lend_borrower(out, view);
    lend_fund(out, view);
}

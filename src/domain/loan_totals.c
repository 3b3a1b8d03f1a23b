/*
 * What a loan adds to the totals, and what it lends its borrower.
 * Knows disbursements and repayments in a view; must not know how totals are kept.
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

/* Every tranche by its day; the loan once, with its first; principal that came back, so that a balance at any day is
 * what was lent up to it less what was repaid. */
void
loan_totals(struct contributions *out, const void *view, const struct lines *lent)
{
    const struct loan_view *v = view;
    const struct loan_view_disbursements_item *d = v->disbursements.at;
    const struct loan_view_repayments_item *r = v->repayments.at;
    struct slice part = slice_of(parts[v->class]);
    int32_t first = first_disbursed(v);

    (void)lent;
    for (size_t i = 0; i < v->disbursements.count; i++)
        contribute(out, (struct contribution){"loan_amount", part, v->credited, d[i].on, d[i].amount});
    if (first != DAY_ABSENT)
        contribute(out, (struct contribution){"loan_count", part, v->credited, first, 1});
    for (size_t i = 0; i < v->repayments.count; i++)
        contribute(out, (struct contribution){"loan_repaid", part, v->credited, r[i].on, r[i].amount});
}

/* One line a loan, however many tranches: its borrower was supported once by it. */
void
loan_lends(struct lines *out, const void *view, const struct lines *lent)
{
    const struct loan_view *v = view;
    int32_t first = first_disbursed(v);

    (void)lent;
    if (first != DAY_ABSENT)
        lend(out, (struct line){
                      .holder = &person_type,
                      .id = v->person,
                      .what = S("loan"),
                      .district = v->credited,
                      .on = first,
                      .amount = 1,
                  });
}

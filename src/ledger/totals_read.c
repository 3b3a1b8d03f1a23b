/*
 * Totals as a reader asks for them: between two days, as known at a point of the journal.
 * Knows years, buckets and the cut through one recording day; must not know targets.
 * Invariant: the answer is the sum of the deltas with from <= on <= to and seq <= known, whatever way it is read.
 */
#include "ledger_int.h"

enum verdict
ledger_head(int64_t *seq, struct db *db, struct arena *a)
{
    struct sql_head_read row;

    TRY(sql_head_read(&row, db, a));
    *seq = row.seq;
    return V_OK;
}

/* The local day on which the last known entry was recorded: days before it are known whole. */
static enum verdict
cut_day(char out[DAY_TEXT_SIZE], struct db *db, struct arena *a, int64_t known_seq)
{
    struct sql_journal_by_seq row;
    struct leaf leaf;
    enum verdict got = sql_journal_by_seq(&row, db, a, known_seq);

    if (got == V_NONE) { /* beyond the end, or before the beginning: everything, or nothing */
        day_print(out, known_seq > 0 ? DAY_MAX : DAY_MIN);
        return V_OK;
    }
    TRY(got);
    TRY(leaf_decode(&leaf, a, row.leaf));
    day_print(out, day_local(leaf.at_ms));
    return V_OK;
}

static int
compare(const struct cell *a, const struct sql_totals_that_day *b)
{
    int by = slice_compare(a->indicator, b->indicator);

    if (by == 0)
        by = slice_compare(a->district, b->district);
    return by != 0 ? by : slice_compare(a->part, b->part);
}

/* Both lists are in the order of their cells. */
static size_t
merge(struct cell *out, const struct sql_totals_by_then *whole, size_t whole_count,
      const struct sql_totals_that_day *rest, size_t rest_count)
{
    size_t count = 0, w = 0, r = 0;

    while (w < whole_count || r < rest_count) {
        struct cell *c = &out[count++];
        int by = -1;

        if (w < whole_count)
            *c = (struct cell){whole[w].indicator, whole[w].district, whole[w].part, whole[w].amount};
        if (r < rest_count)
            by = w < whole_count ? compare(c, &rest[r]) : 1;
        if (by > 0)
            *c = (struct cell){rest[r].indicator, rest[r].district, rest[r].part, rest[r].amount};
        if (by == 0)
            c->amount += rest[r].amount;
        w += by <= 0;
        r += by >= 0;
    }
    return count;
}

/* Where everything is known and the days are those of whole years, there is a row a cell and year. A year that is not
 * over counts as whole up to the head's day: nothing is recorded of days ahead. */
static bool
are_whole_years(int *first, int *last, int32_t from, int32_t to, const struct sql_head_read *head)
{
    int32_t bound;

    *first = from == DAY_MIN ? 0 : day_year(from);
    *last = to == DAY_MAX ? INT32_MAX : day_year(to);
    if (from != DAY_MIN && (!day_make(&bound, *first, 1, 1) || bound != from))
        return false;
    return to >= day_local(head->at_ms) || (day_make(&bound, *last, 12, 31) && bound == to);
}

static enum verdict
years_read(struct cell **out, size_t *count, struct db *db, struct arena *a, int first, int last)
{
    struct sql_totals_of_years *rows;

    TRY(sql_totals_of_years(&rows, count, db, a, first, last));
    *out = NEW_ARRAY(a, struct cell, *count);
    for (size_t i = 0; i < *count; i++)
        (*out)[i] = (struct cell){rows[i].indicator, rows[i].district, rows[i].part, rows[i].amount};
    return V_OK;
}

enum verdict
ledger_totals(struct cell **out, size_t *count, struct db *db, struct arena *a, int32_t from, int32_t to,
              int64_t known_seq)
{
    char cut[DAY_TEXT_SIZE], first[DAY_TEXT_SIZE], last[DAY_TEXT_SIZE];
    struct sql_totals_by_then *whole;
    struct sql_totals_that_day *rest;
    size_t whole_count, rest_count;
    struct sql_head_read head;
    int first_year, last_year;

    TRY(sql_head_read(&head, db, a));
    if (known_seq >= head.seq && are_whole_years(&first_year, &last_year, from, to, &head))
        return years_read(out, count, db, a, first_year, last_year);
    TRY(cut_day(cut, db, a, known_seq));
    day_print(first, from);
    day_print(last, to);
    TRY(sql_totals_by_then(&whole, &whole_count, db, a, slice_of(first), slice_of(last), slice_of(cut)));
    TRY(sql_totals_that_day(&rest, &rest_count, db, a, slice_of(cut), known_seq, slice_of(first), slice_of(last)));
    *out = NEW_ARRAY(a, struct cell, whole_count + rest_count);
    *count = merge(*out, whole, whole_count, rest, rest_count);
    return V_OK;
}

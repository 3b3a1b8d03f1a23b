/*
 * Totals: after minus before, as delta rows, and their sums by recording day and by year.
 * Knows cells and amounts; must not know what an indicator counts.
 * Invariants:
 *   1. The deltas of an entry are the contributions after it of every subject it touched, less those before it.
 *   2. A bucket is the sum of its deltas, and a total the sum of the buckets of its year: after every flush. A cell
 *      that was ever touched keeps its row, at 0 too: so the rows do not depend on how entries were grouped.
 */
#include <stdlib.h>
#include <string.h>

#include "ledger_int.h"

void
contribute(struct contributions *c, struct contribution one)
{
    if (one.amount == 0)
        return;
    assert(one.indicator != NULL);
    assert(one.part.at != NULL);
    assert(one.on != DAY_ABSENT);
    c->at = arena_grow(c->arena, c->at, c->count, &c->size, sizeof *c->at, 8);
    c->at[c->count++] = one;
}

void
totals_move(struct contributions *moved, const struct subject_type *type, const struct held *before,
            const struct held *after)
{
    struct contributions less = {.arena = moved->arena};

    if (type->totals == NULL)
        return;
    type->totals(&less, before->view, &before->lent);
    for (size_t i = 0; i < less.count; i++) {
        less.at[i].amount = -less.at[i].amount;
        contribute(moved, less.at[i]);
    }
    type->totals(moved, after->view, &after->lent);
}

/* ---- what a group gathers ---------------------------------------------------------------------------------------- */

struct change {
    struct contribution of;
    int32_t at_day;
};

struct totals {
    struct arena *arena;
    struct change *at;
    size_t count, size;
};

struct totals *
totals_open(struct arena *a)
{
    struct totals *t = NEW(a, struct totals);

    t->arena = a;
    return t;
}

/* The cell's names may lie in memory of the entry alone. */
static void
gather(struct totals *t, struct change c)
{
    t->at = arena_grow(t->arena, t->at, t->count, &t->size, sizeof *t->at, 64);
    c.of.indicator = arena_copy(t->arena, slice_of(c.of.indicator)).at;
    c.of.part = arena_copy(t->arena, c.of.part);
    c.of.district = arena_copy(t->arena, c.of.district);
    t->at[t->count++] = c;
}

/* ---- after minus before ------------------------------------------------------------------------------------------ */

static int
compare_places(const struct contribution *a, const struct contribution *b)
{
    int by = strcmp(a->indicator, b->indicator);

    if (by == 0)
        by = slice_compare(a->district, b->district);
    return by != 0 ? by : slice_compare(a->part, b->part);
}

static int
compare_contributions(const void *left, const void *right)
{
    const struct contribution *a = left, *b = right;
    int by = compare_places(a, b);

    return by != 0 ? by : (a->on > b->on) - (a->on < b->on);
}

static enum verdict
delta(struct totals *t, struct db *db, const struct entry *e, struct contribution cell)
{
    char on[DAY_TEXT_SIZE], at[DAY_TEXT_SIZE];
    int32_t at_day = day_local(e->at_ms);

    if (cell.amount == 0)
        return V_OK;
    day_print(on, cell.on);
    day_print(at, at_day);
    gather(t, (struct change){cell, at_day});
    return sql_delta_add(db, e->seq, slice_of(cell.indicator), cell.district, cell.part, slice_of(on), slice_of(at),
                         cell.amount);
}

enum verdict
totals_write(struct totals *t, struct db *db, const struct entry *e, struct contributions *moved)
{
    size_t i = 0;

    if (moved->count > 1)
        qsort(moved->at, moved->count, sizeof moved->at[0], compare_contributions);
    while (i < moved->count) {
        struct contribution cell = moved->at[i];

        for (i++; i < moved->count && compare_contributions(&cell, &moved->at[i]) == 0; i++)
            if (!money_add(&cell.amount, cell.amount, moved->at[i].amount))
                return V_OVER_LIMIT;
        TRY(delta(t, db, e, cell));
    }
    return V_OK;
}

/* ---- buckets and totals, once a group ---------------------------------------------------------------------------- */

static int
compare_changes(const void *left, const void *right)
{
    const struct change *a = left, *b = right;
    int by = compare_contributions(&a->of, &b->of);

    return by != 0 ? by : (a->at_day > b->at_day) - (a->at_day < b->at_day);
}

static enum verdict
flush_bucket(struct db *db, const struct change *c, int64_t amount)
{
    char on[DAY_TEXT_SIZE], at[DAY_TEXT_SIZE];

    day_print(on, c->of.on);
    day_print(at, c->at_day);
    return sql_bucket_add(db, slice_of(c->of.indicator), c->of.district, c->of.part, slice_of(on), slice_of(at),
                          amount);
}

static bool
same_year(const struct change *a, const struct change *b)
{
    return compare_places(&a->of, &b->of) == 0 && day_year(a->of.on) == day_year(b->of.on);
}

enum verdict
totals_flush(struct totals *t, struct db *db)
{
    int64_t bucket = 0, year = 0;

    if (t->count > 1)
        qsort(t->at, t->count, sizeof t->at[0], compare_changes);
    for (size_t i = 0; i < t->count; i++) {
        const struct change *c = &t->at[i];
        const struct change *next = i + 1 < t->count ? c + 1 : NULL;

        if (!money_add(&bucket, bucket, c->of.amount) || !money_add(&year, year, c->of.amount))
            return V_OVER_LIMIT;
        if (next == NULL || compare_changes(c, next) != 0) {
            TRY(flush_bucket(db, c, bucket));
            bucket = 0;
        }
        if (next == NULL || !same_year(c, next)) {
            TRY(sql_total_add(db, slice_of(c->of.indicator), c->of.district, c->of.part, day_year(c->of.on), year));
            year = 0;
        }
    }
    t->count = 0;
    return V_OK;
}

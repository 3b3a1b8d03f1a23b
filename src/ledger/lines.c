/*
 * Lines: what one subject lends to another, and how far a change of the first reaches.
 * Knows lenders and holders; must not know what is counted.
 * Invariants:
 *   1. The lines of a lender are what its type makes of its view and of the lines it holds itself.
 *   2. Whoever's view or lines change is counted again in the same transaction, and so is everyone it lends to.
 */
#include <stdlib.h>
#include <string.h>

#include "ledger_int.h"

/* A loan reaches its founder, he his employees: a chain longer than this, or a subject that touches more than
 * LINES_MAX others, is a mistake in a module's table. */
#define CHAIN_MAX 4
#define LINES_MAX 1000

void
lend(struct lines *l, struct line one)
{
    assert(one.holder != NULL);
    assert(one.holder->holds);
    assert(one.on != DAY_ABSENT);
    if (one.id.len == 0)
        return;
    l->at = arena_grow(l->arena, l->at, l->count, &l->size, sizeof *l->at, 4);
    l->at[l->count++] = one;
    assert(l->count <= LINES_MAX);
}

enum verdict
lines_load(struct lines *out, const struct registry *r, struct db *db, struct arena *a,
           const struct subject_type *type, struct slice id)
{
    struct sql_lines_of *rows;
    size_t count;

    *out = (struct lines){.arena = a};
    if (!type->holds)
        return V_OK;
    TRY(sql_lines_of(&rows, &count, db, a, slice_of(type->name), id, LINES_MAX));
    for (size_t i = 0; i < count; i++) {
        struct line one = {
            .holder = type,
            .id = id,
            .source = registry_type(r, rows[i].source_type),
            .source_id = rows[i].source,
            .what = rows[i].what,
            .district = rows[i].district,
            .amount = rows[i].amount,
        };

        if (one.source == NULL || !day_parse(&one.on, rows[i].on_day))
            return V_BROKEN;
        lend(out, one);
    }
    return V_OK;
}

static int
compare_lines(const void *left, const void *right)
{
    const struct line *a = left, *b = right;
    int by = strcmp(a->holder->name, b->holder->name);

    if (by == 0)
        by = slice_compare(a->id, b->id);
    if (by == 0)
        by = (a->on > b->on) - (a->on < b->on);
    if (by == 0)
        by = slice_compare(a->what, b->what);
    if (by == 0)
        by = slice_compare(a->district, b->district);
    return by;
}

static bool
same_holder(const struct line *a, const struct line *b)
{
    return a->holder == b->holder && slice_equal(a->id, b->id);
}

static enum verdict
line_save(struct db *db, const struct line *l, const struct subject_type *type, struct slice id)
{
    char on[DAY_TEXT_SIZE];

    day_print(on, l->on);
    return sql_line_add(db, slice_of(l->holder->name), l->id, slice_of(on), slice_of(type->name), id, l->what,
                        l->district, l->amount);
}

/* The lender and the way so far. */
struct lender {
    const struct subject_type *type;
    struct slice id;
    int depth;
};

static enum verdict settle(struct contributions *moved, const struct registry *r, struct db *db, struct arena *a,
                           const struct lender *who, const struct held *before, const struct held *after);

/* Writes anew what `who` lends to one holder (`now`, `count` of them), and counts the holder again. */
static enum verdict
holder_settle(struct contributions *moved, const struct registry *r, struct db *db, struct arena *a,
              const struct lender *who, const struct line *holder, const struct line *now, size_t count)
{
    struct lender next = {holder->holder, holder->id, who->depth + 1};
    struct subject s;
    struct held was, is;

    TRY(subject_load(&s, db, a, next.type, next.id));
    was.view = is.view = s.view;
    TRY(lines_load(&was.lent, r, db, a, next.type, next.id));
    TRY(sql_line_clear(db, slice_of(next.type->name), next.id, slice_of(who->type->name), who->id));
    for (size_t i = 0; i < count; i++)
        TRY(line_save(db, &now[i], who->type, who->id));
    TRY(lines_load(&is.lent, r, db, a, next.type, next.id));
    return settle(moved, r, db, a, &next, &was, &is);
}

static size_t
run_length(const struct lines *l, size_t from, const struct line *holder)
{
    size_t i = from;

    while (i < l->count && same_holder(&l->at[i], holder))
        i++;
    return i - from;
}

static bool
same_lines(const struct line *a, const struct line *b, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (compare_lines(&a[i], &b[i]) != 0 || a[i].amount != b[i].amount)
            return false;
    return true;
}

/* Both lists are sorted; a holder whose run is the same in both is left alone. */
static enum verdict
holders_settle(struct contributions *moved, const struct registry *r, struct db *db, struct arena *a,
               const struct lender *who, const struct lines *was, const struct lines *is)
{
    size_t w = 0, i = 0;

    while (w < was->count || i < is->count) {
        const struct line *holder = w == was->count ? &is->at[i] : &was->at[w];
        size_t before, after;

        if (i < is->count && w < was->count && !same_holder(&is->at[i], holder) &&
            compare_lines(&is->at[i], holder) < 0)
            holder = &is->at[i];
        before = run_length(was, w, holder);
        after = run_length(is, i, holder);
        if (before != after || !same_lines(&was->at[w], &is->at[i], before))
            TRY(holder_settle(moved, r, db, a, who, holder, &is->at[i], after));
        w += before;
        i += after;
    }
    return V_OK;
}

static void
lines_from(struct lines *out, struct arena *a, const struct subject_type *type, const struct held *h)
{
    *out = (struct lines){.arena = a};
    type->lends(out, h->view, &h->lent);
    if (out->count > 1)
        qsort(out->at, out->count, sizeof out->at[0], compare_lines);
}

static enum verdict
settle(struct contributions *moved, const struct registry *r, struct db *db, struct arena *a, const struct lender *who,
       const struct held *before, const struct held *after)
{
    struct lines was, is;

    assert(who->depth <= CHAIN_MAX);
    totals_move(moved, who->type, before, after);
    if (who->type->lends == NULL)
        return V_OK;
    lines_from(&was, a, who->type, before);
    lines_from(&is, a, who->type, after);
    return holders_settle(moved, r, db, a, who, &was, &is);
}

enum verdict
lines_settle(struct contributions *moved, const struct registry *r, struct db *db, struct arena *a,
             const struct subject_type *type, struct slice id, const struct held *before, const struct held *after)
{
    return settle(moved, r, db, a, &(struct lender){type, id, 0}, before, after);
}

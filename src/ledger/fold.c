/*
 * Corrections: a subject's entries folded once more, with the replacement in the place of what it mends.
 * Knows moves and effects; must not run a rule, nor write.
 * Invariants:
 *   1. A correction stands where the entry it mends stood, on its own day; a void leaves the place empty.
 *   2. Of several corrections of one entry the latest counts.
 *   3. A strict entry that would no longer be allowed refuses the correction; a bank's fact becomes an exception.
 */

#include "ledger_int.h"

#define PAGE 500

/* The entries of a subject before a point of the journal, in order; corrections have been put in their places. */
struct history {
    struct entry *at;
    size_t count, size;
};

static void
history_add(struct history *h, struct arena *a, const struct entry *e)
{
    h->at = arena_grow(a, h->at, h->count, &h->size, sizeof *h->at, 32);
    h->at[h->count++] = *e;
}

/* NULL where there is no such entry. */
static struct entry *
history_find(const struct history *h, struct slice id)
{
    for (size_t i = 0; i < h->count; i++)
        if (slice_equal(h->at[i].id, id))
            return &h->at[i];
    return NULL;
}

/* Puts a correction in the place of what it mends. The place keeps the seq of the first entry: exceptions and vouchers
 * stay with it. False where there is no such entry. */
static bool
history_mend(struct history *h, const struct entry *correction)
{
    struct entry *place = history_find(h, correction->mends.entry);

    if (place == NULL)
        return false;
    place->on = correction->on;
    place->body = correction->body;
    place->sealed = correction->id;
    return true;
}

/* What stands before entry `until` in the journal. */
static enum verdict
history_load(struct history *h, const struct registry *r, struct db *db, struct arena *a,
             const struct subject_type *type, struct slice subject, int64_t until)
{
    int64_t after = 0;
    size_t count;

    do {
        struct sql_journal_of_subject *rows;

        TRY(sql_journal_of_subject(&rows, &count, db, a, slice_of(type->name), subject, after, PAGE));
        for (size_t i = 0; i < count; i++) {
            struct entry e;

            if (rows[i].seq >= until)
                return V_OK;
            TRY(entry_restore(&e, a, r, rows[i].leaf));
            if (e.mends.entry.at == NULL)
                history_add(h, a, &e);
            else if (!history_mend(h, &e))
                return V_BROKEN;
            after = rows[i].seq;
        }
    } while (count == PAGE);
    return V_OK;
}

/* What stands before `e`; all there is while it is only proposed. */
static enum verdict
history_before(struct history *h, const struct registry *r, struct db *db, struct arena *a, const struct entry *e)
{
    return history_load(h, r, db, a, e->kind->type, e->subject, e->seq == 0 ? INT64_MAX : e->seq);
}

enum verdict
fold_mended(struct entry *out, const struct registry *r, struct db *db, struct arena *a, const struct entry *e)
{
    struct history h = {0};
    const struct entry *place;

    TRY(history_before(&h, r, db, a, e));
    place = history_find(&h, e->mends.entry);
    if (place == NULL)
        return V_BROKEN;
    *out = *place;
    return V_OK;
}

enum verdict
ledger_history(struct entry **out, size_t *count, const struct registry *r, struct db *db, struct arena *a,
               const struct subject_type *type, struct slice id)
{
    struct history h = {0};

    TRY(history_load(&h, r, db, a, type, id, INT64_MAX));
    *out = h.at;
    *count = h.count;
    return V_OK;
}

static void
refuse_later(struct arena *a, struct problems *p, const struct entry *e, const struct subject *s)
{
    const struct state *state = &s->type->states[s->state];

    problem_add(p, V_LATER_FACT, S(""),
                arena_print(a, "第 %lld 条登记 %s（" SLICE_FMT "）在“%s”状态下不再成立", (long long)e->seq,
                            e->kind->schema->name, SLICE_ARG(e->id), state->zh),
                arena_print(a, "entry %lld, %s (" SLICE_FMT "), would no longer be allowed from state %s",
                            (long long)e->seq, e->kind->schema->name, SLICE_ARG(e->id), state->name));
}

static void
exception_add(struct folded *out, const struct entry *e, const struct move *m)
{
    if (move_is_exception(m))
        out->exceptions[out->exception_count++] = (struct exception){e->seq, e->kind, *m, entry_amount(e), 0};
}

static void
exceptions_close(struct folded *out, const struct entry *e)
{
    for (size_t i = 0; i < out->exception_count && e->kind->closes != CLOSES_NONE; i++) {
        struct exception *x = &out->exceptions[i];

        if (x->closed == 0 && (e->kind->closes == CLOSES_ALL || entry_closes(e) == x->seq))
            x->closed = e->seq;
    }
}

enum verdict
fold(struct folded *out, const struct registry *r, struct db *db, struct arena *a, const struct entry *e,
     struct problems *p)
{
    struct history h = {0};
    enum verdict got = V_OK;

    assert(e->mends.entry.at != NULL);
    TRY(history_before(&h, r, db, a, e));
    if (!history_mend(&h, e))
        return V_REFERENCE_UNKNOWN;
    *out = (struct folded){.exceptions = NEW_ARRAY(a, struct exception, h.count)};
    subject_blank(&out->subject, a, e->kind->type, e->subject);
    for (size_t i = 0; i < h.count; i++) {
        const struct entry *one = &h.at[i];
        struct move m;

        if (slice_equal(one->id, e->mends.entry))
            out->before = subject_copy(a, &out->subject);
        if (one->body == NULL)
            continue;
        m = machine_move(a, &out->subject, one);
        if (m.nature == NATURE_REFUSED || (out->subject.first_on != DAY_ABSENT && one->on < out->subject.first_on)) {
            refuse_later(a, p, one, &out->subject);
            got = V_LATER_FACT;
            continue;
        }
        machine_run(a, &out->subject, &m, one);
        exceptions_close(out, one);
        exception_add(out, one, &m);
    }
    out->subject.seq = e->seq;
    return got;
}

/* ---- a subject as it was once known ----------------------------------------------------------------------------- */

enum verdict
ledger_subject(struct subject *out, const struct registry *r, struct db *db, struct arena *a,
               const struct subject_type *type, struct slice id, int64_t known_seq)
{
    struct history h = {0};

    TRY(subject_load(out, db, a, type, id));
    if (out->seq <= known_seq)
        return V_OK;
    TRY(history_load(&h, r, db, a, type, id, known_seq + 1));
    subject_blank(out, a, type, id);
    for (size_t i = 0; i < h.count; i++) {
        struct move m = machine_move(a, out, &h.at[i]);

        if (h.at[i].body != NULL && m.nature != NATURE_REFUSED)
            machine_run(a, out, &m, &h.at[i]);
    }
    return V_OK;
}

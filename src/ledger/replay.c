/*
 * Replay: the journal read from its beginning, every effect run again.
 * Knows order, pages and transactions; must not run a rule, nor tell anybody outside.
 * Invariant: what it leaves in the derived tables depends on the journal alone.
 */

#include "ledger_int.h"

#define PAGE 500
#define ARENA_SIZE ((size_t)64 << 20)
/* For the effect of one entry; a correction folds a history of any length. Address space only. */
#define EFFECT_ARENA_SIZE ((size_t)1 << 30)

static enum verdict
replay_one(struct replay *r, struct totals *t, struct arena *a, const struct sql_journal_page *row, struct entry *e)
{
    struct subject s;

    TRY(entry_restore(e, a, r->registry, row->leaf));
    if (e->seq != row->seq || e->seq != r->last_seq + 1)
        return V_BROKEN;
    TRY(subject_load(&s, r->to, a, e->kind->type, e->subject));
    TRY(derive(r->registry, t, r->to, a, e, &s));
    if (r->copies)
        TRY(sql_journal_add(r->to, row->seq, row->id, row->type, row->subject, row->state, row->leaf));
    r->last_seq = row->seq;
    return r->seen == NULL ? V_OK : r->seen(r->context, a, row, e, &s);
}

/* One page in one transaction. What an entry's effect takes is given back before the next. */
static enum verdict
replay_page(struct replay *r, struct arena *a, struct arena *effect, const struct sql_journal_page *rows, size_t count)
{
    struct tile_store store = {.db = r->to};
    struct tile_sink sink = {tile_write, &store};
    struct totals *t = totals_open(a);
    struct hash leaves[PAGE];

    for (size_t i = 0; i < count; i++) {
        struct entry e;

        arena_reset(effect);
        leaves[i] = merkle_leaf_hash(rows[i].leaf);
        TRY(replay_one(r, t, effect, &rows[i], &e));
    }
    TRY(totals_flush(t, r->to));
    return merkle_append(r->edge, leaves, count, &sink);
}

enum verdict
replay_run(struct replay *r)
{
    struct arena *a = arena_open(ARENA_SIZE);
    struct arena *effect = arena_open(EFFECT_ARENA_SIZE);
    struct arena *kept = arena_open(sizeof(struct merkle_edge) + 4096);
    enum verdict got = V_OK;
    size_t count = PAGE;

    r->edge = NEW(kept, struct merkle_edge);
    while (got == V_OK && count == PAGE) {
        struct sql_journal_page *rows;

        arena_reset(a);
        got = sql_journal_page(&rows, &count, r->from, a, r->last_seq, PAGE);
        if (got != V_OK || count == 0)
            break;
        got = db_begin(r->to);
        if (got == V_OK)
            got = db_end(r->to, replay_page(r, a, effect, rows, count));
    }
    arena_close(a);
    arena_close(effect);
    arena_close(kept);
    r->edge = NULL;
    return got;
}

/* ---- rebuild ---------------------------------------------------------------------------------------------------- */

static enum verdict
empty(struct db *db)
{
    enum verdict (*const tables[])(struct db *) = {
        sql_empty_tile, sql_empty_subject, sql_empty_voucher, sql_empty_exception, sql_empty_line,
        sql_empty_step, sql_empty_delta,   sql_empty_bucket,  sql_empty_total,
    };

    for (size_t i = 0; i < COUNT(tables); i++)
        TRY(tables[i](db));
    return V_OK;
}

/* While the shape is 0 no writer adds an entry and no daemon serves: a rebuild that was cut is begun again. */
enum verdict
ledger_rebuild(struct ledger *lg)
{
    struct replay r = {.registry = lg->o.registry, .from = lg->o.db, .to = lg->o.db};
    struct sql_head_lock head;
    enum verdict got;

    lg->edge_seq = -1;
    arena_reset(lg->arena);
    TRY(db_begin(lg->o.db));
    got = sql_head_lock(&head, lg->o.db, lg->arena);
    if (got == V_OK)
        got = sql_head_shape(lg->o.db, 0);
    if (got == V_OK)
        got = empty(lg->o.db);
    TRY(db_end(lg->o.db, got));
    TRY(replay_run(&r));
    if (r.last_seq != head.seq)
        return V_BROKEN;
    TRY(db_begin(lg->o.db));
    return db_end(lg->o.db, sql_head_shape(lg->o.db, DERIVED_SHAPE));
}

/*
 * Groups: the waiting posts in one transaction, so that many share one fsync.
 * Knows transactions, nonces and the clock; must not know what a posting says.
 * Invariants:
 *   1. A posting is answered after the commit, or with a fault and nothing stored.
 *   2. A fault in a group of several rolls it back and posts them one by one, so that one cannot take the others along.
 *   3. A nonce is stored whatever the verdict, unless the group's transaction fails.
 */
#include "ledger_int.h"
#include "ventured/merkle.h"

/* Two leaves a posting at most: a confirmation brings its correction along. */
#define LEAVES_MAX (2 * LEDGER_GROUP_MAX)
#define ARENA_SIZE ((size_t)64 << 20)

enum verdict
ledger_open(struct ledger **out, const struct ledger_options *o)
{
    struct arena *a = arena_open(ARENA_SIZE);
    struct arena *kept = arena_open(sizeof(struct ledger) + sizeof(struct merkle_edge) +
                                    LEAVES_MAX * sizeof(struct hash) + 4096);
    struct ledger *lg = NEW(kept, struct ledger);

    assert(o->registry != NULL);
    assert(o->db != NULL);
    *lg = (struct ledger){.o = *o, .arena = a, .kept = kept, .edge_seq = -1};
    lg->edge = NEW(kept, struct merkle_edge);
    lg->leaves = NEW_ARRAY(kept, struct hash, LEAVES_MAX);
    *out = lg;
    return V_OK;
}

void
ledger_close(struct ledger *lg)
{
    struct arena *kept;

    if (lg == NULL)
        return;
    kept = lg->kept;
    arena_close(lg->arena);
    arena_close(kept);
}

const struct ledger_options *
ledger_opened_with(const struct ledger *lg)
{
    return &lg->o;
}

/* ---- one posting ------------------------------------------------------------------------------------------------- */

/* Equal bytes under a known nonce go on to the door, where the id decides; anything else under it is refused. */
static enum verdict
nonce_use(struct db *db, const struct posting *p)
{
    const struct nonce *n = p->nonce;
    struct sql_nonce_get row;
    enum verdict got;

    if (n == NULL)
        return V_OK;
    got = sql_nonce_add(db, n->key_id, n->value, hash_slice(&n->hash), n->expires_ms);
    if (got != V_NONE)
        return got;
    TRY(sql_nonce_get(&row, db, p->arena, n->key_id, n->value));
    return bytes_equal(row.hash, hash_slice(&n->hash)) ? V_OK : V_NONCE_USED;
}

static bool
is_fault(enum verdict v)
{
    return verdict_row(v)->class == VERDICT_FAULT;
}

static enum verdict
decide(struct decision *d, struct ledger *lg, struct posting *p)
{
    int64_t now = the_clock.wall_ms();

    p->problems = (struct problems){.arena = p->arena};
    p->entry.at_ms = now > lg->head.at_ms ? now : lg->head.at_ms;
    TRY(nonce_use(lg->o.db, p));
    return door_decide(d, &lg->o, p);
}

/* The posting's own verdict lies in `got` of it. What is returned concerns the group: a refusal by decide has written
 * nothing and is V_OK here, while anything wrong in record has, and fails the transaction. */
static enum verdict
post_one(struct ledger *lg, struct posting *p)
{
    struct decision d;

    p->got = decide(&d, lg, p);
    if (p->got != V_OK)
        return is_fault(p->got) ? p->got : V_OK;
    p->got = door_record(lg, p, &d);
    return p->got;
}

/* ---- one transaction -------------------------------------------------------------------------------------------- */

static enum verdict
group_begin(struct ledger *lg)
{
    arena_reset(lg->arena);
    lg->totals = totals_open(lg->arena);
    return db_begin(lg->o.db);
}

/* Commits on V_OK. Memory follows the disk: the edge is right only after the commit. */
static enum verdict
group_end(struct ledger *lg, enum verdict got)
{
    if (got == V_OK)
        got = totals_flush(lg->totals, lg->o.db);
    if (got == V_OK)
        got = journal_finish(lg);
    got = db_end(lg->o.db, got);
    lg->edge_seq = got == V_OK ? lg->head.seq : -1;
    return got;
}

static enum verdict
group_try(struct ledger *lg, struct posting *const *postings, size_t count)
{
    enum verdict got;

    TRY(group_begin(lg));
    got = journal_lock(lg);
    for (size_t i = 0; i < count && got == V_OK; i++)
        got = post_one(lg, postings[i]);
    return group_end(lg, got);
}

static void
answer(struct ledger *lg, struct posting *p)
{
    if (p->got == V_OK && p->seq != 0 && journal_receipt(lg, p) != V_OK)
        log_write(LOG_ERROR, "receipt_failed", "seq=%lld", (long long)p->seq);
}

void
ledger_post(struct ledger *lg, struct posting *const *postings, size_t count)
{
    enum verdict got;

    assert(count > 0);
    assert(count <= LEDGER_GROUP_MAX);
    got = group_try(lg, postings, count);
    if (got == V_OK) {
        for (size_t i = 0; i < count; i++)
            answer(lg, postings[i]);
        return;
    }
    if (count == 1) {
        postings[0]->got = got;
        return;
    }
    log_write(LOG_ERROR, "group_failed", "entries=%zu verdict=%s", count, verdict_row(got)->name);
    for (size_t i = 0; i < count; i++)
        ledger_post(lg, &postings[i], 1);
}

/* ---- a list: all or none ----------------------------------------------------------------------------------------- */

static bool
is_known(enum verdict v)
{
    return v == V_OK || v == V_REPLAYED;
}

/* How the postings of a list are gone through, under the lock: V_OK, V_REPLAYED where none is new, or why it must be
 * rolled back. */
typedef enum verdict list_fn(struct ledger *lg, struct posting *const *postings, size_t count);

static enum verdict
list_try(struct ledger *lg, struct posting *const *postings, size_t count)
{
    enum verdict got = journal_lock(lg);
    bool any_new = false;

    for (size_t i = 0; i < count && got == V_OK; i++) {
        struct posting *p = postings[i];

        got = post_one(lg, p);
        if (got == V_OK && !is_known(p->got))
            got = p->got;
        any_new = any_new || p->got == V_OK;
    }
    return got == V_OK && !any_new ? V_REPLAYED : got;
}

/* A refusal has written nothing, so that the next one can be looked at: every one is told, the first is returned. */
static enum verdict
sheet_try(struct ledger *lg, struct posting *const *postings, size_t count)
{
    enum verdict refused = V_OK;
    bool any_new = false;

    TRY(journal_lock(lg));
    for (size_t i = 0; i < count; i++) {
        TRY(post_one(lg, postings[i]));
        if (refused == V_OK && !is_known(postings[i]->got))
            refused = postings[i]->got;
        any_new = any_new || postings[i]->got == V_OK;
    }
    return refused == V_OK && !any_new ? V_REPLAYED : refused;
}

/* The nonce of a list that was rolled back, in a transaction of its own. */
static void
nonce_keep(struct ledger *lg, const struct posting *p)
{
    if (p->nonce == NULL || db_begin(lg->o.db) != V_OK)
        return;
    if (db_end(lg->o.db, nonce_use(lg->o.db, p)) == V_DATABASE)
        log_write(LOG_ERROR, "nonce_lost", "reason=database");
}

/* What the list had recorded before the refusal is not recorded now; the refusal itself stays where it was found. */
static void
list_undone(struct posting *const *postings, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (is_known(postings[i]->got))
            postings[i]->got = V_NONE;
}

static enum verdict
list_post(struct ledger *lg, struct posting *const *postings, size_t count, list_fn *try)
{
    enum verdict got, ended;

    assert(count > 0);
    assert(count <= LEDGER_GROUP_MAX);
    for (size_t i = 0; i < count; i++)
        postings[i]->got = V_NONE;
    TRY(group_begin(lg));
    got = try(lg, postings, count);
    ended = group_end(lg, got == V_REPLAYED ? V_OK : got);
    if (ended != V_OK)
        list_undone(postings, count);
    if (ended != V_OK && !is_fault(ended))
        nonce_keep(lg, postings[0]);
    if (ended != V_OK)
        return ended;
    for (size_t i = 0; i < count; i++)
        answer(lg, postings[i]);
    return got;
}

/* The way back is the transaction's: what the items wrote for each other goes with it. */
static enum verdict
list_dry(struct ledger *lg, struct posting *const *postings, size_t count, list_fn *try)
{
    enum verdict got, ended;

    assert(count > 0);
    assert(count <= LEDGER_GROUP_MAX);
    for (size_t i = 0; i < count; i++) {
        assert(postings[i]->nonce == NULL);
        postings[i]->got = V_NONE;
    }
    TRY(group_begin(lg));
    got = try(lg, postings, count);
    lg->edge_seq = -1;
    ended = db_end(lg->o.db, V_NONE);
    return ended == V_NONE ? got : ended;
}

enum verdict
ledger_post_list(struct ledger *lg, struct posting *const *postings, size_t count)
{
    return list_post(lg, postings, count, list_try);
}

enum verdict
ledger_dry_list(struct ledger *lg, struct posting *const *postings, size_t count)
{
    return list_dry(lg, postings, count, list_try);
}

enum verdict
ledger_post_sheet(struct ledger *lg, struct posting *const *postings, size_t count)
{
    return list_post(lg, postings, count, sheet_try);
}

enum verdict
ledger_dry_sheet(struct ledger *lg, struct posting *const *postings, size_t count)
{
    return list_dry(lg, postings, count, sheet_try);
}

/* ---- a list of any length --------------------------------------------------------------------------------------- */

/* What the postings so far have gathered goes into the tables, so that memory holds no more than a group's. */
static enum verdict
bulk_settle(struct ledger *lg)
{
    TRY(totals_flush(lg->totals, lg->o.db));
    TRY(journal_finish(lg));
    lg->edge_seq = lg->head.seq;
    arena_reset(lg->arena);
    lg->totals = totals_open(lg->arena);
    return journal_lock(lg);
}

static enum verdict
bulk_one(struct ledger *lg, struct bulk *b)
{
    struct posting *p;

    TRY(b->next(b->context, &p));
    assert(p->nonce == NULL);
    TRY(post_one(lg, p));
    b->posted += p->got == V_OK;
    b->known += p->got == V_REPLAYED;
    b->refused += p->got != V_OK && p->got != V_REPLAYED;
    b->told(b->context, p);
    return V_OK;
}

static enum verdict
bulk_run(struct ledger *lg, struct bulk *b)
{
    enum verdict got;

    TRY(journal_lock(lg));
    for (size_t i = 1; (got = bulk_one(lg, b)) == V_OK; i++)
        if (i % LEDGER_GROUP_MAX == 0)
            TRY(bulk_settle(lg));
    return got;
}

enum verdict
ledger_post_bulk(struct ledger *lg, struct bulk *b)
{
    enum verdict got;

    b->posted = b->known = b->refused = 0;
    TRY(group_begin(lg));
    got = bulk_run(lg, b);
    if (got == V_NONE && !b->dry && b->refused == 0)
        return group_end(lg, V_OK);
    lg->edge_seq = -1;
    TRY(db_end(lg->o.db, V_NONE) == V_NONE ? V_OK : V_DATABASE);
    return got == V_NONE ? V_OK : got;
}

enum verdict
ledger_ready(struct db *db, struct arena *a)
{
    struct sql_head_read head;

    TRY(sql_head_read(&head, db, a));
    if (head.shape == DERIVED_SHAPE)
        return V_OK;
    log_write(LOG_ERROR, "rebuild_needed", "shape=%lld wanted=%d", (long long)head.shape, DERIVED_SHAPE);
    return V_BROKEN;
}

enum verdict
ledger_dry_run(const struct ledger_options *o, struct posting *p)
{
    struct decision d;

    p->problems = (struct problems){.arena = p->arena};
    p->entry.at_ms = the_clock.wall_ms();
    p->got = door_decide(&d, o, p);
    if (p->got == V_OK)
        p->state = decision_state(&d, p);
    return p->got;
}

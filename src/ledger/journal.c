/*
 * The journal: what was accepted, in order, as a Merkle tree with one signed checkpoint a group.
 * Knows leaves, tiles and the head row; must not know what an entry means.
 * Invariants:
 *   1. Sequence numbers have no gap: an entry takes head + 1 under the lock, and head moves in the same transaction.
 *   2. Time never goes back: an entry's `at` is not before the head's.
 *   3. The edge in memory is right for the head this process last wrote; any other head, or a failed group, drops it.
 *   4. A checkpoint is stored in the transaction of its entries, and shown to nobody before it.
 */
#include <string.h>

#include "ledger_int.h"
#include "ventured/receipt.h"

enum verdict
tile_read(void *context, int level, int64_t index, struct slice *hashes)
{
    struct tile_store *store = context;
    struct sql_tile_get row;

    TRY(sql_tile_get(&row, store->db, store->arena, level, index));
    *hashes = row.hashes;
    return V_OK;
}

enum verdict
tile_write(void *context, int level, int64_t index, struct slice hashes)
{
    struct tile_store *store = context;

    return sql_tile_put(store->db, level, index, hashes);
}

enum verdict
journal_lock(struct ledger *lg)
{
    struct tile_store store = {lg->o.db, lg->arena};
    struct tiles tiles = {tile_read, &store};

    lg->leaf_count = 0;
    TRY(sql_head_lock(&lg->head, lg->o.db, lg->arena));
    if (lg->head.shape != DERIVED_SHAPE) {
        log_write(LOG_ERROR, "rebuild_needed", "shape=%lld wanted=%d", (long long)lg->head.shape, DERIVED_SHAPE);
        return V_BUSY;
    }
    if (lg->head.seq == lg->edge_seq)
        return V_OK;
    lg->edge_seq = -1;
    TRY(merkle_edge_load(lg->edge, lg->head.seq, &tiles));
    lg->edge_seq = lg->head.seq;
    return V_OK;
}

enum verdict
journal_append(struct slice *leaf, struct ledger *lg, struct arena *a, const struct entry *e,
               struct slice signed_commitment, const char *state)
{
    assert(e->seq == lg->head.seq + 1);
    assert(e->at_ms >= lg->head.at_ms);
    *leaf = entry_leaf(a, e, signed_commitment);
    TRY(sql_journal_add(lg->o.db, e->seq, e->id, slice_of(e->kind->type->name), e->subject, slice_of(state), *leaf));
    lg->leaves[lg->leaf_count++] = merkle_leaf_hash(*leaf);
    lg->head.seq = e->seq;
    lg->head.at_ms = e->at_ms;
    return V_OK;
}

enum verdict
journal_finish(struct ledger *lg)
{
    struct tile_store store = {lg->o.db, lg->arena};
    struct tile_sink sink = {tile_write, &store};
    struct hash root;

    if (lg->leaf_count == 0)
        return V_OK;
    lg->edge_seq = -1;
    TRY(merkle_append(lg->edge, lg->leaves, lg->leaf_count, &sink));
    root = merkle_root(lg->edge);
    lg->checkpoint = checkpoint_write(lg->arena, slice_of(lg->o.origin), lg->head.seq, &root, lg->o.log_key);
    TRY(sql_checkpoint_add(lg->o.db, lg->head.seq, lg->head.seq - (int64_t)lg->leaf_count, lg->checkpoint));
    return sql_head_move(lg->o.db, lg->head.seq, lg->head.at_ms);
}

/* ---- receipts ---------------------------------------------------------------------------------------------------- */

/* A fresh entry's proof comes out of the edge in memory; a receipt takes from the leaf what its own members repeat. */
enum verdict
journal_receipt(struct ledger *lg, struct posting *p)
{
    struct merkle_proof proof;
    struct leaf leaf = {
        .seq = p->seq,
        .id = p->entry.id,
        .kind = slice_of(p->entry.kind->schema->name),
        .subject = p->entry.subject,
        .at_ms = p->entry.at_ms,
    };
    struct receipt receipt = {&leaf, p->leaf, slice_of(p->state), &proof, lg->checkpoint};
    struct buf b = {.arena = p->arena};
    enum verdict got = merkle_edge_proof(&proof, p->seq - 1, lg->edge);

    if (got == V_NONE)
        return ledger_receipt(&p->receipt, lg->o.db, p->arena, p->seq);
    TRY(got);
    receipt_encode(&b, &receipt);
    p->receipt = buf_slice(&b);
    return V_OK;
}

enum verdict
ledger_receipt(struct slice *out, struct db *db, struct arena *a, int64_t seq)
{
    struct tile_store store = {db, a};
    struct tiles tiles = {tile_read, &store};
    struct sql_journal_by_seq row;
    struct sql_checkpoint_at checkpoint;
    struct merkle_proof proof;
    struct leaf leaf;
    struct buf b = {.arena = a};

    TRY(sql_journal_by_seq(&row, db, a, seq));
    TRY(sql_checkpoint_at(&checkpoint, db, a, seq));
    TRY(merkle_inclusion_proof(&proof, seq - 1, checkpoint.size, &tiles));
    TRY(leaf_decode(&leaf, a, row.leaf));
    receipt_encode(&b, &(struct receipt){&leaf, row.leaf, row.state, &proof, checkpoint.note});
    *out = buf_slice(&b);
    return V_OK;
}

/*
 * An independent judge of Merkle trees, and a store of tiles in memory.
 * Knows RFC 9162 section 2.1 word for word, slow and recursive; must not use the tree of the ledger.
 * Invariant: the model hashes with libcrypto itself and keeps nothing between calls.
 */
#ifndef TEST_TREE_H
#define TEST_TREE_H

#include "ventured/merkle.h"

/* MTH, PATH and PROOF over `n` leaf hashes. The proofs append to `out`. */
struct hash model_root(const struct hash *leaves, int64_t n);
void model_inclusion(struct merkle_proof *out, int64_t index, const struct hash *leaves, int64_t n);
void model_consistency(struct merkle_proof *out, int64_t m, const struct hash *leaves, int64_t n);

/* Tiles of trees up to about 71,000 leaves, with counters. */
#define STORE_TILES 280
struct stored {
    size_t len;
    int reads, writes;
    char bytes[MERKLE_WIDTH * HASH_SIZE];
};
struct store {
    struct stored tiles[3][STORE_TILES];
    int write_fails_at; /* counts down; 0 never fails */
};

enum verdict store_read(void *store, int level, int64_t index, struct slice *hashes);
enum verdict store_write(void *store, int level, int64_t index, struct slice hashes);
void store_forget_counts(struct store *s);

#endif

/*
 * The journal's Merkle tree (RFC 9162 section 2.1, SHA-256) over C2SP tlog-tiles of 256 hashes.
 * Knows hashes, sizes and tiles that a callback reads or writes; must not know what a leaf says or where a tile lies.
 * Invariant: a tile of level L holds the hashes of tree level 8 * L, and only hashes of complete subtrees are kept.
 */
#ifndef VENTURED_MERKLE_H
#define VENTURED_MERKLE_H

#include "ventured/base.h"
#include "ventured/crypto.h"

#define MERKLE_SIZE_MAX (INT64_C(1) << 40)
#define MERKLE_LEVELS 6 /* tile levels: 256^5 leaves are MERKLE_SIZE_MAX, and level 5 holds that one hash */
#define MERKLE_WIDTH 256
#define MERKLE_PROOF_MAX 64 /* no proof of a tree of MERKLE_SIZE_MAX has more than 41 hashes */

/* A proof: hashes from the bottom of the tree to its top. */
struct merkle_proof {
    size_t count;
    struct hash hashes[MERKLE_PROOF_MAX];
};

/* Where tiles are read. `read` gives the concatenated hashes of a tile, 32 bytes each, borrowed until the next read;
 * V_NONE or anything else but V_OK is passed on. A tile may hold more hashes than the asked size has (it grows in
 * place): the functions below take the size and look at nothing beyond it. */
struct tiles {
    enum verdict (*read)(void *context, int level, int64_t index, struct slice *hashes);
    void *context;
};

/* Where changed tiles go. `hashes` is borrowed during the call: the whole tile, 1 to 256 hashes. */
struct tile_sink {
    enum verdict (*write)(void *context, int level, int64_t index, struct slice hashes);
    void *context;
};

/* A tile and every complete node above it: row 0 is the 256 hashes of the tile, row 8 the one hash over all. */
struct merkle_tile {
    struct hash nodes[2 * MERKLE_WIDTH - 1];
};

/* The right edge of the tree in memory, about 290 KiB: the tile being filled of each level and those just before it, so
 * that fresh entries get their proofs without reading or rehashing. Zeroed memory is the edge of the empty tree. One
 * writer owns it; on PostgreSQL it is valid only while the head row is the one this process last wrote. */
#define MERKLE_FRESH 8 /* tiles kept of level 0: groups of up to 1,792 entries find all their proofs */
struct merkle_edge {
    int64_t size;
    int64_t from; /* the first leaf index whose proof the edge knows: what it loaded or appended itself */
    struct merkle_tile tiles[MERKLE_FRESH + 2 * (MERKLE_LEVELS - 1)];
};

/* SHA-256(0x00 || leaf). */
struct hash merkle_leaf_hash(struct slice leaf);

/* Makes `edge` the edge of the tree of `size` leaves (0 to MERKLE_SIZE_MAX), reading one tile a level. V_BROKEN where a
 * tile is shorter than the size asks; after any failure the edge must not be used. */
enum verdict merkle_edge_load(struct merkle_edge *edge, int64_t size, const struct tiles *tiles);

/* Appends a group of leaf hashes: about one node hash a leaf. Every tile that changed is written once, a full one when
 * it fills, partial ones at the end. Where the sink fails, or the transaction around it does, the edge is ahead of what
 * is stored: load it again. */
enum verdict merkle_append(struct merkle_edge *edge, const struct hash *leaves, size_t count,
                           const struct tile_sink *sink);

/* The root of the edge's tree, at most log2(size) node hashes; of the empty tree SHA-256 of nothing. */
struct hash merkle_root(const struct merkle_edge *edge);
enum verdict merkle_root_at(struct hash *out, int64_t size, const struct tiles *tiles); /* one tile a level */

/* The inclusion proof of leaf `index` in the edge's tree out of memory; V_NONE where the leaf is no longer (or was
 * never) in it, and merkle_inclusion_proof must be asked. */
enum verdict merkle_edge_proof(struct merkle_proof *out, int64_t index, const struct merkle_edge *edge);

/* RFC 9162 section 2.1.3.1, 0 <= index < size; reads at most two tiles a level. V_BROKEN where a tile is too short. */
enum verdict merkle_inclusion_proof(struct merkle_proof *out, int64_t index, int64_t size, const struct tiles *tiles);

/* RFC 9162 section 2.1.4.1, 0 < size1 <= size2; reads at most two tiles a level. */
enum verdict merkle_consistency_proof(struct merkle_proof *out, int64_t size1, int64_t size2,
                                      const struct tiles *tiles);

/* RFC 9162 sections 2.1.3.2 and 2.1.4.2. Anything may come in: sizes and indexes out of range are refused, and so is
 * size 0, from which nothing follows. */
bool merkle_inclusion_verify(const struct hash *leaf, int64_t index, int64_t size, const struct merkle_proof *proof,
                             const struct hash *root);
bool merkle_consistency_verify(int64_t size1, const struct hash *root1, int64_t size2, const struct hash *root2,
                               const struct merkle_proof *proof);

#endif

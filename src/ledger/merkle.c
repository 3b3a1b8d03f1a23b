/*
 * The Merkle tree: edge, roots, proofs and their checks.
 * Knows node positions (level, index) and where their hashes lie; must not know what a leaf says, nor any table.
 * Invariant: node (level, index) covers leaves index << level onward and is looked up only when it is complete.
 */
#include <string.h>

#include "ventured/merkle.h"

#define ROWS 8 /* tree levels a tile spans: 256 = 2^8 */

struct hash
merkle_leaf_hash(struct slice leaf)
{
    const struct slice parts[] = {
        {"\0", 1},
        leaf
    };

    return sha256(parts, COUNT(parts));
}

static struct hash
node_hash(const struct hash *left, const struct hash *right)
{
    char text[1 + 2 * HASH_SIZE] = {1};

    memcpy(text + 1, left, HASH_SIZE);
    memcpy(text + 1 + HASH_SIZE, right, HASH_SIZE);
    return sha256_one((struct slice){text, sizeof text});
}

static bool
hash_equal(const struct hash *a, const struct hash *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

/* How many hashes the tile holds in a tree of `size`. */
static int64_t
tile_width(int level, int64_t index, int64_t size)
{
    int64_t width = (size >> (ROWS * level)) - index * MERKLE_WIDTH;

    if (width < 0)
        return 0;
    return width < MERKLE_WIDTH ? width : MERKLE_WIDTH;
}

/* ---- the edge: nodes in memory -------------------------------------------------------------------------------- */

/* Which of the tiles kept: the last MERKLE_FRESH of level 0, the last two of every level above. */
static size_t
tile_slot(int level, int64_t index)
{
    assert(level >= 0);
    assert(level < MERKLE_LEVELS);
    return level == 0 ? (size_t)index % MERKLE_FRESH : MERKLE_FRESH + 2 * ((size_t)level - 1) + (size_t)index % 2;
}

/* Row r of a tile has 256 >> r nodes and follows row r - 1. */
static size_t
tile_position(int row, int64_t index)
{
    return (size_t)(2 * MERKLE_WIDTH - (2 * MERKLE_WIDTH >> row) + index);
}

static const struct hash *
edge_node(const struct merkle_edge *edge, int level, int64_t index)
{
    int row = level % ROWS;
    int64_t tile = index >> (ROWS - row);

    return &edge->tiles[tile_slot(level / ROWS, tile)].nodes[tile_position(row, index - (tile << (ROWS - row)))];
}

/* Sets the next hash of a tile, and the nodes above that it completes. */
static void
tile_set(struct merkle_tile *tile, int64_t index, const struct hash *hash)
{
    struct hash made = *hash;

    tile->nodes[tile_position(0, index)] = made;
    for (int row = 1; index % 2 == 1; row++) {
        made = node_hash(&tile->nodes[tile_position(row - 1, index - 1)], &made);
        index /= 2;
        tile->nodes[tile_position(row, index)] = made;
    }
}

static enum verdict
tile_write(const struct merkle_edge *edge, int level, int64_t index, int64_t width, const struct tile_sink *sink)
{
    struct slice hashes = {(const char *)edge->tiles[tile_slot(level, index)].nodes, (size_t)width * HASH_SIZE};

    return sink->write(sink->context, level, index, hashes);
}

/* One leaf: the hash goes into level 0; a tile that fills is written and its top goes one level up. */
static enum verdict
append_one(struct merkle_edge *edge, const struct hash *leaf, const struct tile_sink *sink)
{
    const struct hash *hash = leaf;

    for (int level = 0;; level++) {
        int64_t count = edge->size >> (ROWS * level);
        int64_t index = count / MERKLE_WIDTH;
        struct merkle_tile *tile = &edge->tiles[tile_slot(level, index)];

        tile_set(tile, count % MERKLE_WIDTH, hash);
        if (count % MERKLE_WIDTH != MERKLE_WIDTH - 1)
            break;
        TRY(tile_write(edge, level, index, MERKLE_WIDTH, sink));
        hash = &tile->nodes[tile_position(ROWS, 0)];
    }
    edge->size++;
    return V_OK;
}

enum verdict
merkle_append(struct merkle_edge *edge, const struct hash *leaves, size_t count, const struct tile_sink *sink)
{
    int64_t before = edge->size;

    assert(count <= (size_t)(MERKLE_SIZE_MAX - before));
    for (size_t i = 0; i < count; i++)
        TRY(append_one(edge, &leaves[i], sink));

    for (int level = 0; level < MERKLE_LEVELS; level++) {
        int64_t hashes = edge->size >> (ROWS * level);

        if (hashes == before >> (ROWS * level))
            break;
        if (hashes % MERKLE_WIDTH != 0)
            TRY(tile_write(edge, level, hashes / MERKLE_WIDTH, hashes % MERKLE_WIDTH, sink));
    }
    return V_OK;
}

/* ---- nodes from either place ---------------------------------------------------------------------------------- */

/* Where complete nodes come from: the edge in memory, or tiles, of which the last one read is held. */
struct source {
    const struct merkle_edge *edge; /* NULL: tiles */
    const struct tiles *tiles;
    int64_t size;
    int level;
    int64_t index; /* the tile held; -1 for none */
    const struct hash *hashes;
};

static enum verdict
source_tile(struct source *s, int level, int64_t index)
{
    int64_t width = tile_width(level, index, s->size);
    struct slice hashes;

    if (s->level == level && s->index == index)
        return V_OK;
    s->index = -1;
    TRY(s->tiles->read(s->tiles->context, level, index, &hashes));
    if (hashes.len < (size_t)width * HASH_SIZE || hashes.len % HASH_SIZE != 0) {
        log_write(LOG_ERROR, "tile_broken", "level=%d index=%lld hashes=%lld bytes=%zu", level, (long long)index,
                  (long long)width, hashes.len);
        return V_BROKEN;
    }
    s->hashes = (const struct hash *)(const void *)hashes.at;
    s->level = level;
    s->index = index;
    return V_OK;
}

/* The root over 2^row hashes that lie side by side. */
static struct hash
hashes_root(const struct hash *hashes, int row)
{
    struct hash nodes[MERKLE_WIDTH / 4];

    if (row == 0)
        return hashes[0];
    for (int i = 0; i < 1 << (row - 1); i++)
        nodes[i] = node_hash(&hashes[2 * i], &hashes[2 * i + 1]);
    for (int count = 1 << (row - 1); count > 1; count /= 2)
        for (int i = 0; i < count / 2; i++)
            nodes[i] = node_hash(&nodes[2 * i], &nodes[2 * i + 1]);
    return nodes[0];
}

static enum verdict
source_node(struct hash *out, struct source *s, int level, int64_t index)
{
    int row = level % ROWS;

    assert((index + 1) << level <= s->size);
    if (s->edge != NULL) {
        *out = *edge_node(s->edge, level, index);
        return V_OK;
    }
    TRY(source_tile(s, level / ROWS, index >> (ROWS - row)));
    assert(s->hashes != NULL);
    *out = hashes_root(s->hashes + (index << row) % MERKLE_WIDTH, row);
    return V_OK;
}

/* The hash over the leaves at the right end that do not fill a node of `level`: one complete node a bit of the size
 * below that level, folded from the smallest to the largest. There is at least one. */
static enum verdict
ragged_root(struct hash *out, struct source *s, int level)
{
    bool started = false;
    struct hash node;

    for (int l = 0; l < level; l++) {
        if ((s->size >> l & 1) == 0)
            continue;
        TRY(source_node(&node, s, l, (s->size >> l) - 1));
        *out = started ? node_hash(&node, out) : node;
        started = true;
    }
    assert(started);
    return V_OK;
}

/* Adds the hashes beside the way from node (level, index) up to the root. At most one neighbour is ragged, since from
 * there upward the way itself is the right end of the tree; it is folded last, so that no tile is read a third time. */
static enum verdict
climb(struct merkle_proof *out, struct source *s, int level, int64_t index)
{
    struct hash *ragged = NULL;
    int ragged_level = 0;

    for (; (s->size - 1) >> level > 0; level++, index >>= 1) {
        int64_t beside = index ^ 1;

        if (beside << level >= s->size)
            continue;
        assert(out->count < MERKLE_PROOF_MAX);
        if ((beside + 1) << level > s->size) {
            ragged = &out->hashes[out->count++];
            ragged_level = level;
            continue;
        }
        TRY(source_node(&out->hashes[out->count++], s, level, beside));
    }
    return ragged == NULL ? V_OK : ragged_root(ragged, s, ragged_level);
}

static struct source
source_of_tiles(const struct tiles *tiles, int64_t size)
{
    return (struct source){.tiles = tiles, .size = size, .index = -1};
}

/* ---- what others ask ------------------------------------------------------------------------------------------- */

enum verdict
merkle_edge_load(struct merkle_edge *edge, int64_t size, const struct tiles *tiles)
{
    struct source s = source_of_tiles(tiles, size);

    assert(size >= 0);
    assert(size <= MERKLE_SIZE_MAX);
    memset(edge, 0, sizeof *edge);
    for (int level = 0; level < MERKLE_LEVELS; level++) {
        int64_t count = size >> (ROWS * level);
        int64_t index = count / MERKLE_WIDTH;

        if (count % MERKLE_WIDTH == 0)
            continue;
        TRY(source_tile(&s, level, index));
        for (int64_t i = 0; i < count % MERKLE_WIDTH; i++)
            tile_set(&edge->tiles[tile_slot(level, index)], i, &s.hashes[i]);
    }
    edge->size = size;
    edge->from = size - size % MERKLE_WIDTH;
    return V_OK;
}

static enum verdict
root_of(struct hash *out, struct source *s)
{
    if (s->size > 0)
        return ragged_root(out, s, ROWS * MERKLE_LEVELS);
    *out = sha256_one(S(""));
    return V_OK;
}

struct hash
merkle_root(const struct merkle_edge *edge)
{
    struct source s = {.edge = edge, .size = edge->size};
    struct hash out;
    enum verdict got = root_of(&out, &s);

    assert(got == V_OK);
    return out;
}

enum verdict
merkle_root_at(struct hash *out, int64_t size, const struct tiles *tiles)
{
    struct source s = source_of_tiles(tiles, size);

    assert(size >= 0);
    assert(size <= MERKLE_SIZE_MAX);
    return root_of(out, &s);
}

enum verdict
merkle_edge_proof(struct merkle_proof *out, int64_t index, const struct merkle_edge *edge)
{
    struct source s = {.edge = edge, .size = edge->size};

    assert(index >= 0);
    assert(index < edge->size);
    if (index < edge->from || index / MERKLE_WIDTH + MERKLE_FRESH <= edge->size / MERKLE_WIDTH)
        return V_NONE;
    out->count = 0;
    return climb(out, &s, 0, index);
}

enum verdict
merkle_inclusion_proof(struct merkle_proof *out, int64_t index, int64_t size, const struct tiles *tiles)
{
    struct source s = source_of_tiles(tiles, size);

    assert(index >= 0);
    assert(index < size);
    assert(size <= MERKLE_SIZE_MAX);
    out->count = 0;
    return climb(out, &s, 0, index);
}

/* The way starts at the largest complete node that ends where the smaller tree ends; its own hash comes first, unless
 * it is the whole smaller tree, whose root the reader knows. */
enum verdict
merkle_consistency_proof(struct merkle_proof *out, int64_t size1, int64_t size2, const struct tiles *tiles)
{
    struct source s = source_of_tiles(tiles, size2);
    int level = 0;

    assert(size1 > 0);
    assert(size1 <= size2);
    assert(size2 <= MERKLE_SIZE_MAX);
    out->count = 0;
    if (size1 == size2)
        return V_OK;
    while ((size1 >> level & 1) == 0)
        level++;
    if (size1 >> level != 1)
        TRY(source_node(&out->hashes[out->count++], &s, level, (size1 >> level) - 1));
    return climb(out, &s, level, (size1 >> level) - 1);
}

/* One step of both checks: `first` is the position of the way at this level, `last` that of the right end. True where
 * the next hash of the proof stands on the left. Moves both to the level where that node and ours join. */
static bool
step_left(int64_t *first, int64_t *last)
{
    bool left = *first % 2 == 1 || *first == *last;

    while (left && *first % 2 == 0 && *first != 0) {
        *first >>= 1;
        *last >>= 1;
    }
    *first >>= 1;
    *last >>= 1;
    return left;
}

bool
merkle_inclusion_verify(const struct hash *leaf, int64_t index, int64_t size, const struct merkle_proof *proof,
                        const struct hash *root)
{
    int64_t first = index, last;
    struct hash made = *leaf;

    if (index < 0 || index >= size || size > MERKLE_SIZE_MAX || proof->count > MERKLE_PROOF_MAX)
        return false;
    last = size - 1;
    for (size_t i = 0; i < proof->count; i++) {
        if (last == 0)
            return false;
        made = step_left(&first, &last) ? node_hash(&proof->hashes[i], &made) : node_hash(&made, &proof->hashes[i]);
    }
    return last == 0 && hash_equal(&made, root);
}

bool
merkle_consistency_verify(int64_t size1, const struct hash *root1, int64_t size2, const struct hash *root2,
                          const struct merkle_proof *proof)
{
    int64_t first, last;
    struct hash made1, made2;
    size_t i = 0;

    if (size1 < 1 || size1 > size2 || size2 > MERKLE_SIZE_MAX || proof->count > MERKLE_PROOF_MAX)
        return false;
    if (size1 == size2)
        return proof->count == 0 && hash_equal(root1, root2);
    if (proof->count == 0)
        return false;
    first = size1 - 1;
    last = size2 - 1;
    for (; first % 2 == 1; first >>= 1)
        last >>= 1;
    /* What is left of `first` is 0 exactly where the smaller tree is one complete node: its root starts both ways. */
    made1 = made2 = first == 0 ? *root1 : proof->hashes[i++];
    for (; i < proof->count; i++) {
        if (last == 0)
            return false;
        if (step_left(&first, &last)) {
            made1 = node_hash(&proof->hashes[i], &made1);
            made2 = node_hash(&proof->hashes[i], &made2);
        } else
            made2 = node_hash(&made2, &proof->hashes[i]);
    }
    return last == 0 && hash_equal(&made1, root1) && hash_equal(&made2, root2);
}

/*
 * The model of tree.h.
 * Knows the recursive definitions of RFC 9162; must not know tiles beyond storing them.
 * Invariant: k is always the largest power of two smaller than n.
 */
#include <string.h>
#include <openssl/sha.h>

#include "tree.h"

static struct hash
join(struct hash left, struct hash right)
{
    unsigned char text[65] = {1};
    struct hash out;

    memcpy(text + 1, left.at, 32);
    memcpy(text + 33, right.at, 32);
    SHA256(text, sizeof text, out.at);
    return out;
}

static int64_t
split(int64_t n)
{
    int64_t k = 1;

    while (k * 2 < n)
        k *= 2;
    return k;
}

struct hash
model_root(const struct hash *leaves, int64_t n)
{
    struct hash out;

    if (n == 0) {
        SHA256((const unsigned char *)"", 0, out.at);
        return out;
    }
    if (n == 1)
        return leaves[0];
    return join(model_root(leaves, split(n)), model_root(leaves + split(n), n - split(n)));
}

void
model_inclusion(struct merkle_proof *out, int64_t index, const struct hash *leaves, int64_t n)
{
    int64_t k = split(n);

    if (n == 1)
        return;
    if (index < k) {
        model_inclusion(out, index, leaves, k);
        out->hashes[out->count++] = model_root(leaves + k, n - k);
    } else {
        model_inclusion(out, index - k, leaves + k, n - k);
        out->hashes[out->count++] = model_root(leaves, k);
    }
}

static void
subproof(struct merkle_proof *out, int64_t m, const struct hash *leaves, int64_t n, bool whole)
{
    int64_t k = split(n);

    if (m == n) {
        if (!whole)
            out->hashes[out->count++] = model_root(leaves, n);
    } else if (m <= k) {
        subproof(out, m, leaves, k, whole);
        out->hashes[out->count++] = model_root(leaves + k, n - k);
    } else {
        subproof(out, m - k, leaves + k, n - k, false);
        out->hashes[out->count++] = model_root(leaves, k);
    }
}

void
model_consistency(struct merkle_proof *out, int64_t m, const struct hash *leaves, int64_t n)
{
    subproof(out, m, leaves, n, true);
}

enum verdict
store_read(void *store, int level, int64_t index, struct slice *hashes)
{
    struct store *s = store;

    if (level >= 3 || index >= STORE_TILES || s->tiles[level][index].len == 0)
        return V_NONE;
    s->tiles[level][index].reads++;
    *hashes = (struct slice){s->tiles[level][index].bytes, s->tiles[level][index].len};
    return V_OK;
}

enum verdict
store_write(void *store, int level, int64_t index, struct slice hashes)
{
    struct store *s = store;
    struct stored *tile = &s->tiles[level][index];

    if (s->write_fails_at > 0 && --s->write_fails_at == 0)
        return V_DISK_FULL;
    assert(level < 3);
    assert(index < STORE_TILES);
    assert(hashes.len <= sizeof tile->bytes);
    assert(hashes.len >= tile->len);
    assert(tile->len == 0 || memcmp(tile->bytes, hashes.at, tile->len) == 0);
    memcpy(tile->bytes, hashes.at, hashes.len);
    tile->len = hashes.len;
    tile->writes++;
    return V_OK;
}

void
store_forget_counts(struct store *s)
{
    for (size_t level = 0; level < COUNT(s->tiles); level++)
        for (size_t i = 0; i < STORE_TILES; i++)
            s->tiles[level][i].reads = s->tiles[level][i].writes = 0;
}

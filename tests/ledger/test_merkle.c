/*
 * The Merkle tree against RFC 9162 word for word, and at its edges.
 * Knows the model and the store of tests/lib/tree.h; must not trust the tree to judge itself.
 * Invariant: every hash expected here was made by the model, which hashes with libcrypto itself.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "seed.h"
#include "tree.h"

#define LEAVES 70100

static struct hash leaves[LEAVES];
static struct merkle_edge edge;
static struct store store;
static struct seed seed;

static const struct tiles tiles = {store_read, &store};
static const struct tile_sink sink = {store_write, &store};

static int64_t
roll(int64_t from, int64_t to)
{
    return from + (int64_t)seed_below(&seed, (uint64_t)(to - from + 1));
}

static int
leaves_setup(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(leaves); i++)
        for (size_t k = 0; k < HASH_SIZE; k++)
            leaves[i].at[k] = (unsigned char)seed_next(&seed);
    return 0;
}

/* Every test begins with the empty tree. */
static int
tree_setup(void **state)
{
    (void)state;
    memset(&edge, 0, sizeof edge);
    memset(&store, 0, sizeof store);
    return 0;
}

static void
grow_to(int64_t size)
{
    assert_int_equal(merkle_append(&edge, leaves + edge.size, (size_t)(size - edge.size), &sink), V_OK);
    assert_int_equal(edge.size, size);
}

static void
same_hash(const struct hash *a, const struct hash *b)
{
    assert_memory_equal(a->at, b->at, HASH_SIZE);
}

static void
same_proof(const struct merkle_proof *a, const struct merkle_proof *b)
{
    assert_int_equal(a->count, b->count);
    if (a->count > 0)
        assert_memory_equal(a->hashes, b->hashes, a->count * HASH_SIZE);
}

/* No tile was read twice, nor more than two tiles of a level: the way's own and the one at the right end. */
static void
reads_are_few(void)
{
    for (size_t level = 0; level < COUNT(store.tiles); level++) {
        int reads = 0;

        for (size_t i = 0; i < STORE_TILES; i++)
            reads += store.tiles[level][i].reads;
        assert_in_range(reads, 0, 2);
    }
    store_forget_counts(&store);
}

static void
inclusion_is_right(int64_t index, int64_t size, const struct hash *root)
{
    struct merkle_proof proof, fresh, model = {0};

    store_forget_counts(&store);
    assert_int_equal(merkle_inclusion_proof(&proof, index, size, &tiles), V_OK);
    reads_are_few();
    model_inclusion(&model, index, leaves, size);
    same_proof(&proof, &model);
    assert_true(merkle_inclusion_verify(&leaves[index], index, size, &proof, root));
    if (size != edge.size)
        return;
    assert_int_equal(merkle_edge_proof(&fresh, index, &edge), V_OK);
    same_proof(&fresh, &model);
}

static void
consistency_is_right(int64_t size1, int64_t size2)
{
    struct merkle_proof proof, model = {0};
    struct hash root1 = model_root(leaves, size1), root2 = model_root(leaves, size2);

    store_forget_counts(&store);
    assert_int_equal(merkle_consistency_proof(&proof, size1, size2, &tiles), V_OK);
    reads_are_few();
    model_consistency(&model, size1, leaves, size2);
    same_proof(&proof, &model);
    assert_true(merkle_consistency_verify(size1, &root1, size2, &root2, &proof));
}

static void
a_leaf_is_hashed_behind_a_zero(void **state)
{
    struct hash empty = merkle_leaf_hash(S("")), letter = merkle_leaf_hash(S("a"));
    struct arena *a = arena_open(4096);

    (void)state;
    /* printf '\0' | sha256sum; printf '\0a' | sha256sum */
    assert_string_equal(hex_encode(a, hash_slice(&empty)).at,
                        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
    assert_string_equal(hex_encode(a, hash_slice(&letter)).at,
                        "022a6979e6dab7aa5ae4c3e5e45f7e977112a7e63593820dbec1ec738a24f93c");
    arena_close(a);
}

static void
the_empty_tree_has_the_hash_of_nothing(void **state)
{
    struct hash model = model_root(leaves, 0), root = merkle_root(&edge), at;

    (void)state;
    same_hash(&root, &model);
    assert_int_equal(merkle_root_at(&at, 0, &tiles), V_OK);
    same_hash(&at, &model);
}

static void
roots_follow_the_rfc_for_every_size_to_600(void **state)
{
    (void)state;
    for (int64_t size = 1; size <= 600; size++) {
        struct hash model = model_root(leaves, size), root, at;

        grow_to(size);
        root = merkle_root(&edge);
        same_hash(&root, &model);
        assert_int_equal(merkle_root_at(&at, size, &tiles), V_OK);
        same_hash(&at, &model);
    }
}

static void
proves_every_leaf_of_every_small_tree(void **state)
{
    (void)state;
    for (int64_t size = 1; size <= 80; size++) {
        struct hash root = model_root(leaves, size);

        grow_to(size);
        for (int64_t index = 0; index < size; index++)
            inclusion_is_right(index, size, &root);
    }
}

static void
proves_consistency_of_every_pair_of_small_trees(void **state)
{
    (void)state;
    grow_to(70);
    for (int64_t size2 = 1; size2 <= 70; size2++)
        for (int64_t size1 = 1; size1 <= size2; size1++)
            consistency_is_right(size1, size2);
}

/* Sizes around the tile and its multiples, all from tiles that hold more hashes than asked. */
static void
proves_around_tile_boundaries_in_tiles_that_have_grown(void **state)
{
    static const int64_t sizes[] = {255, 256, 257, 511, 512, 513, 600};

    (void)state;
    grow_to(LEAVES);
    for (size_t i = 0; i < COUNT(sizes); i++) {
        struct hash root = model_root(leaves, sizes[i]), at;

        assert_int_equal(merkle_root_at(&at, sizes[i], &tiles), V_OK);
        same_hash(&at, &root);
        for (int64_t index = 0; index < sizes[i]; index += roll(1, 9))
            inclusion_is_right(index, sizes[i], &root);
        for (int64_t size1 = 1; size1 <= sizes[i]; size1 += roll(1, 9))
            consistency_is_right(size1, sizes[i]);
    }
}

static void
random_large_trees_follow_the_rfc(void **state)
{
    (void)state;
    grow_to(LEAVES);
    for (int round = 0; round < 12; round++) {
        int64_t size = round == 0 ? 65536 : round == 1 ? 65537 : roll(1, LEAVES);
        struct hash root = model_root(leaves, size), at;

        assert_int_equal(merkle_root_at(&at, size, &tiles), V_OK);
        same_hash(&at, &root);
        inclusion_is_right(roll(0, size - 1), size, &root);
        inclusion_is_right(size - 1, size, &root);
        consistency_is_right(roll(1, size), size);
    }
}

/* The model is too slow to judge thousands of proofs of large trees: here the check, which the vectors judge, does. */
static void
thousands_of_proofs_of_large_trees_verify(void **state)
{
    (void)state;
    grow_to(LEAVES);
    for (int round = 0; round < 600; round++) {
        int64_t size2 = roll(1, LEAVES), size1 = roll(1, size2), index = roll(0, size2 - 1);
        struct merkle_proof proof;
        struct hash root1, root2;

        assert_int_equal(merkle_root_at(&root1, size1, &tiles), V_OK);
        assert_int_equal(merkle_root_at(&root2, size2, &tiles), V_OK);
        assert_int_equal(merkle_inclusion_proof(&proof, index, size2, &tiles), V_OK);
        assert_true(merkle_inclusion_verify(&leaves[index], index, size2, &proof, &root2));
        assert_int_equal(merkle_consistency_proof(&proof, size1, size2, &tiles), V_OK);
        assert_true(merkle_consistency_verify(size1, &root1, size2, &root2, &proof));
    }
}

static void
groups_of_any_size_give_the_same_tree(void **state)
{
    struct hash root, model;

    (void)state;
    while (edge.size < 4000) {
        int64_t before = edge.size;

        grow_to(before + roll(0, before % 7 == 0 ? 1500 : 40));
        root = merkle_root(&edge);
        model = model_root(leaves, edge.size);
        same_hash(&root, &model);
    }
}

/* What a transaction writes: each changed tile once, whole, and no other. */
static void
a_group_writes_each_changed_tile_once(void **state)
{
    (void)state;
    for (int64_t before = 0; before < 2000;) {
        int64_t after = before + roll(1, 700);

        store_forget_counts(&store);
        grow_to(after);
        for (int level = 0; level < 2; level++)
            for (int64_t i = 0; i < 16; i++) {
                int64_t had = before >> (8 * level), has = after >> (8 * level);
                bool changed = i * 256 < has && has > had && (i + 1) * 256 > had;
                int64_t width = has - i * 256 < 0 ? 0 : has - i * 256 > 256 ? 256 : has - i * 256;

                assert_int_equal(store.tiles[level][i].writes, changed);
                assert_int_equal(store.tiles[level][i].len, width * HASH_SIZE);
            }
        before = after;
    }
}

static void
fresh_leaves_get_their_proofs_from_memory(void **state)
{
    struct merkle_proof fresh, stored;
    struct hash root;

    (void)state;
    for (int round = 0; round < 60; round++) {
        int64_t before = edge.size;

        grow_to(before + roll(1, 1792));
        root = merkle_root(&edge);
        for (int64_t index = before; index < edge.size; index += roll(1, 40)) {
            assert_int_equal(merkle_edge_proof(&fresh, index, &edge), V_OK);
            assert_int_equal(merkle_inclusion_proof(&stored, index, edge.size, &tiles), V_OK);
            same_proof(&fresh, &stored);
            assert_true(merkle_inclusion_verify(&leaves[index], index, edge.size, &fresh, &root));
        }
        if (edge.size > LEAVES - 1800)
            break;
    }
}

/* Whatever the edge answers is right, and what it has forgotten it does not answer. */
static void
old_leaves_are_not_answered_from_memory(void **state)
{
    static const int64_t sizes[] = {2047, 2048, 2049, 2303, 2304, 2305, 65535, 65536, 65537, 67583, 67584, 67585};
    struct merkle_proof fresh, stored;

    (void)state;
    for (size_t i = 0; i < COUNT(sizes); i++) {
        grow_to(sizes[i]);
        for (int64_t index = 0; index < sizes[i]; index += roll(1, 60)) {
            if (merkle_edge_proof(&fresh, index, &edge) == V_NONE) {
                assert_true(index < sizes[i] - 1792);
                continue;
            }
            assert_int_equal(merkle_inclusion_proof(&stored, index, sizes[i], &tiles), V_OK);
            same_proof(&fresh, &stored);
        }
    }
}

/* From each size two edges go on, the one that grew so far and one loaded from tiles, each into its own store. */
static void
an_edge_loaded_again_goes_on_like_the_old_one(void **state)
{
    static const int64_t sizes[] = {0,   1,   2,   3,   254,   255,   256,   257,   511,
                                    512, 513, 767, 768, 65535, 65536, 65537, 65792, 65793};
    static struct merkle_edge grown, loaded;
    static struct store first, second;
    const struct tile_sink one = {store_write, &first}, other = {store_write, &second};
    const struct tiles stored = {store_read, &first};
    struct merkle_proof fresh, proof;

    (void)state;
    for (size_t i = 0; i < COUNT(sizes); i++) {
        grow_to(sizes[i]);
        grown = edge;
        first = second = store;
        assert_int_equal(merkle_edge_load(&loaded, sizes[i], &tiles), V_OK);
        for (int step = 0; step < 4; step++) {
            struct hash root = merkle_root(&grown), again = merkle_root(&loaded);
            size_t count = (size_t)roll(0, 150);

            same_hash(&again, &root);
            assert_int_equal(merkle_append(&grown, leaves + grown.size, count, &one), V_OK);
            assert_int_equal(merkle_append(&loaded, leaves + loaded.size, count, &other), V_OK);
            for (int64_t index = loaded.size - (int64_t)count; index < loaded.size; index++) {
                assert_int_equal(merkle_edge_proof(&fresh, index, &loaded), V_OK);
                assert_int_equal(merkle_inclusion_proof(&proof, index, grown.size, &stored), V_OK);
                same_proof(&fresh, &proof);
            }
        }
        assert_memory_equal(first.tiles[0][sizes[i] / 256].bytes, second.tiles[0][sizes[i] / 256].bytes, 8192);
        assert_memory_equal(first.tiles[1][0].bytes, second.tiles[1][0].bytes, 8192);
        assert_memory_equal(first.tiles[1][1].bytes, second.tiles[1][1].bytes, 8192);
        assert_memory_equal(first.tiles[2][0].bytes, second.tiles[2][0].bytes, 8192);
    }
}

/* A loaded edge knows the tile it goes on filling, and none before it. */
static void
a_loaded_edge_does_not_answer_for_tiles_it_never_saw(void **state)
{
    static const int64_t sizes[] = {256, 300, 512, 600, 65536, 65600};
    static struct merkle_edge loaded;
    struct merkle_proof fresh, stored;

    (void)state;
    grow_to(LEAVES);
    for (size_t i = 0; i < COUNT(sizes); i++) {
        assert_int_equal(merkle_edge_load(&loaded, sizes[i], &tiles), V_OK);
        for (int64_t index = sizes[i] - 256; index < sizes[i]; index++) {
            enum verdict expected = index < sizes[i] / 256 * 256 ? V_NONE : V_OK;

            assert_int_equal(merkle_edge_proof(&fresh, index, &loaded), expected);
            if (expected == V_NONE)
                continue;
            assert_int_equal(merkle_inclusion_proof(&stored, index, sizes[i], &tiles), V_OK);
            same_proof(&fresh, &stored);
        }
    }
}

/* An older size is loaded from tiles that have grown since, as after a roll-back seen by another process. */
static void
an_edge_of_an_older_size_ignores_later_hashes(void **state)
{
    static struct merkle_edge older;
    static struct store scratch;
    const struct tile_sink nowhere = {store_write, &scratch};
    struct hash root, model;

    (void)state;
    grow_to(3000);
    for (int round = 0; round < 100; round++) {
        int64_t size = roll(0, 2900);

        memset(&scratch, 0, sizeof scratch);
        assert_int_equal(merkle_edge_load(&older, size, &tiles), V_OK);
        assert_int_equal(merkle_append(&older, leaves + size, 100, &nowhere), V_OK);
        root = merkle_root(&older);
        model = model_root(leaves, size + 100);
        same_hash(&root, &model);
    }
}

static void
a_short_or_missing_tile_is_told(void **state)
{
    static struct merkle_edge loaded;
    struct merkle_proof proof;
    struct hash root;

    (void)state;
    grow_to(700);
    assert_int_equal(merkle_root_at(&root, 701, &tiles), V_BROKEN);
    assert_int_equal(merkle_edge_load(&loaded, 701, &tiles), V_BROKEN);
    assert_int_equal(merkle_inclusion_proof(&proof, 699, 701, &tiles), V_BROKEN);
    assert_int_equal(merkle_consistency_proof(&proof, 699, 701, &tiles), V_BROKEN);
    assert_int_equal(merkle_root_at(&root, 70000, &tiles), V_NONE);
    store.tiles[0][2].len -= 1;
    assert_int_equal(merkle_root_at(&root, 699, &tiles), V_BROKEN);
    store.tiles[0][2].len = 0;
    assert_int_equal(merkle_root_at(&root, 699, &tiles), V_NONE);
}

static void
a_failing_sink_is_told(void **state)
{
    struct hash root, model;

    (void)state;
    grow_to(200);
    for (int failing = 1; failing <= 3; failing++) {
        store.write_fails_at = failing;
        assert_int_equal(merkle_append(&edge, leaves + 200, 100, &sink), V_DISK_FULL);
        assert_int_equal(merkle_edge_load(&edge, 200, &tiles), V_OK);
    }
    assert_int_equal(merkle_append(&edge, leaves + 200, 100, &sink), V_OK);
    root = merkle_root(&edge);
    model = model_root(leaves, 300);
    same_hash(&root, &model);
}

/* ---- a tree of 2^40 leaves, all alike ------------------------------------------------------------------------- */

/* Where all leaves are alike, so are all complete nodes of one level, and the RFC's recursion is short. */
static struct hash alike[41];

static struct hash
alike_root(int64_t size)
{
    int level = 40;
    struct hash pair[2];

    while (INT64_C(1) << level > size)
        level--;
    if (size == INT64_C(1) << level)
        return alike[level];
    pair[0] = alike[level];
    pair[1] = alike_root(size - (INT64_C(1) << level));
    return sha256(
        (const struct slice[]){
            S("\1"), {(const char *)pair, sizeof pair}
    },
        2);
}

static enum verdict
alike_read(void *context, int level, int64_t index, struct slice *hashes)
{
    static struct hash tile[MERKLE_WIDTH];

    (void)context;
    (void)index;
    for (size_t i = 0; i < MERKLE_WIDTH; i++)
        tile[i] = alike[8 * level];
    *hashes = (struct slice){(const char *)tile, sizeof tile};
    return V_OK;
}

static enum verdict
alike_write(void *context, int level, int64_t index, struct slice hashes)
{
    (void)context;
    assert_true(index < MERKLE_SIZE_MAX >> (8 * level + 8) || level == 5);
    for (size_t i = 0; i < hashes.len; i += HASH_SIZE)
        assert_memory_equal(hashes.at + i, alike[8 * level].at, HASH_SIZE);
    return V_OK;
}

static void
the_largest_trees_are_no_different(void **state)
{
    const struct tiles all = {alike_read, NULL};
    const struct tile_sink none = {alike_write, NULL};
    struct hash group[300], root, model;
    struct merkle_proof proof;

    (void)state;
    alike[0] = leaves[0];
    for (size_t level = 1; level < COUNT(alike); level++) {
        struct hash pair[2] = {alike[level - 1], alike[level - 1]};

        alike[level] = sha256(
            (const struct slice[]){
                S("\1"), {(const char *)pair, sizeof pair}
        },
            2);
    }
    for (size_t i = 0; i < COUNT(group); i++)
        group[i] = alike[0];
    for (int round = 0; round < 200; round++) {
        int64_t size2 = round < 3 ? MERKLE_SIZE_MAX - round : roll(1, INT64_C(1) << roll(0, 40));
        int64_t size1 = roll(1, size2), index = roll(0, size2 - 1);
        struct hash root1 = alike_root(size1);

        model = alike_root(size2);
        assert_int_equal(merkle_root_at(&root, size2, &all), V_OK);
        same_hash(&root, &model);
        assert_int_equal(merkle_inclusion_proof(&proof, index, size2, &all), V_OK);
        assert_true(merkle_inclusion_verify(&alike[0], index, size2, &proof, &root));
        assert_false(merkle_inclusion_verify(&alike[1], index, size2, &proof, &root));
        assert_int_equal(merkle_consistency_proof(&proof, size1, size2, &all), V_OK);
        assert_true(merkle_consistency_verify(size1, &root1, size2, &root, &proof));
    }
    assert_int_equal(merkle_edge_load(&edge, MERKLE_SIZE_MAX - 600, &all), V_OK);
    for (int64_t left = 300; left >= 0; left -= 300) {
        assert_int_equal(merkle_append(&edge, group, COUNT(group), &none), V_OK);
        root = merkle_root(&edge);
        model = alike_root(MERKLE_SIZE_MAX - left);
        same_hash(&root, &model);
        assert_int_equal(merkle_edge_proof(&proof, edge.size - 300, &edge), V_OK);
        assert_true(merkle_inclusion_verify(&alike[0], edge.size - 300, edge.size, &proof, &root));
    }
}

/* ---- refusals --------------------------------------------------------------------------------------------------- */

static void
flip(void *at, size_t size)
{
    size_t bit = (size_t)seed_below(&seed, size * 8);

    ((unsigned char *)at)[bit / 8] ^= (unsigned char)(1 << bit % 8);
}

static void
refuses_a_flipped_bit_anywhere(void **state)
{
    (void)state;
    grow_to(3000);
    for (int round = 0; round < 1000; round++) {
        int64_t size2 = roll(2, 3000), size1 = roll(1, size2 - 1), index = roll(0, size2 - 1);
        struct merkle_proof proof;
        struct hash roots[2], leaf = leaves[index];

        assert_int_equal(merkle_root_at(&roots[0], size1, &tiles), V_OK);
        assert_int_equal(merkle_root_at(&roots[1], size2, &tiles), V_OK);
        assert_int_equal(merkle_inclusion_proof(&proof, index, size2, &tiles), V_OK);
        switch (round % 3) {
        case 0:
            flip(&leaf, sizeof leaf);
            break;
        case 1:
            flip(proof.hashes, proof.count * HASH_SIZE);
            break;
        default:
            flip(&roots[1], HASH_SIZE);
        }
        assert_false(merkle_inclusion_verify(&leaf, index, size2, &proof, &roots[1]));

        assert_int_equal(merkle_root_at(&roots[1], size2, &tiles), V_OK);
        assert_int_equal(merkle_consistency_proof(&proof, size1, size2, &tiles), V_OK);
        if (round % 2 == 0)
            flip(roots, sizeof roots);
        else
            flip(proof.hashes, proof.count * HASH_SIZE);
        assert_false(merkle_consistency_verify(size1, &roots[0], size2, &roots[1], &proof));
    }
}

static void
refuses_a_proof_for_another_leaf(void **state)
{
    struct merkle_proof proof;
    struct hash root;

    (void)state;
    grow_to(97);
    root = merkle_root(&edge);
    for (int64_t index = 0; index < 97; index++) {
        assert_int_equal(merkle_edge_proof(&proof, index, &edge), V_OK);
        for (int64_t other = 0; other < 97; other++)
            assert_int_equal(merkle_inclusion_verify(&leaves[index], other, 97, &proof, &root), other == index);
    }
}

static void
refuses_sizes_out_of_range(void **state)
{
    static const struct {
        int64_t index, size;
    } cases[] = {
        {0,         0                  },
        {-1,        1                  },
        {1,         1                  },
        {0,         -1                 },
        {0,         INT64_MIN          },
        {INT64_MIN, 1                  },
        {INT64_MAX, INT64_MAX          },
        {0,         MERKLE_SIZE_MAX + 1},
        {0,         INT64_MAX          },
    };
    struct merkle_proof proof = {0};

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_false(merkle_inclusion_verify(&leaves[0], cases[i].index, cases[i].size, &proof, &leaves[0]));
        if (cases[i].size == 1)
            continue;
        assert_false(merkle_consistency_verify(cases[i].size, &leaves[0], cases[i].size, &leaves[0], &proof));
        assert_false(merkle_consistency_verify(1, &leaves[0], cases[i].size, &leaves[0], &proof));
    }
    assert_false(merkle_consistency_verify(0, &leaves[0], 1, &leaves[0], &proof));
    assert_false(merkle_consistency_verify(2, &leaves[0], 1, &leaves[0], &proof));
    proof.count = MERKLE_PROOF_MAX + 1;
    assert_false(merkle_inclusion_verify(&leaves[0], 0, 2, &proof, &leaves[0]));
    assert_false(merkle_consistency_verify(1, &leaves[0], 2, &leaves[0], &proof));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_leaf_is_hashed_behind_a_zero),
        cmocka_unit_test_setup(the_empty_tree_has_the_hash_of_nothing, tree_setup),
        cmocka_unit_test_setup(roots_follow_the_rfc_for_every_size_to_600, tree_setup),
        cmocka_unit_test_setup(proves_every_leaf_of_every_small_tree, tree_setup),
        cmocka_unit_test_setup(proves_consistency_of_every_pair_of_small_trees, tree_setup),
        cmocka_unit_test_setup(proves_around_tile_boundaries_in_tiles_that_have_grown, tree_setup),
        cmocka_unit_test_setup(random_large_trees_follow_the_rfc, tree_setup),
        cmocka_unit_test_setup(thousands_of_proofs_of_large_trees_verify, tree_setup),
        cmocka_unit_test_setup(groups_of_any_size_give_the_same_tree, tree_setup),
        cmocka_unit_test_setup(a_group_writes_each_changed_tile_once, tree_setup),
        cmocka_unit_test_setup(fresh_leaves_get_their_proofs_from_memory, tree_setup),
        cmocka_unit_test_setup(old_leaves_are_not_answered_from_memory, tree_setup),
        cmocka_unit_test_setup(an_edge_loaded_again_goes_on_like_the_old_one, tree_setup),
        cmocka_unit_test_setup(a_loaded_edge_does_not_answer_for_tiles_it_never_saw, tree_setup),
        cmocka_unit_test_setup(an_edge_of_an_older_size_ignores_later_hashes, tree_setup),
        cmocka_unit_test_setup(a_short_or_missing_tile_is_told, tree_setup),
        cmocka_unit_test_setup(a_failing_sink_is_told, tree_setup),
        cmocka_unit_test_setup(the_largest_trees_are_no_different, tree_setup),
        cmocka_unit_test_setup(refuses_a_flipped_bit_anywhere, tree_setup),
        cmocka_unit_test_setup(refuses_a_proof_for_another_leaf, tree_setup),
        cmocka_unit_test(refuses_sizes_out_of_range),
    };

    seed = seed_open("ledger/merkle");
    return cmocka_run_group_tests_name("ledger/merkle", tests, leaves_setup, NULL);
}

/*
 * The Merkle checks against the vectors of a public test suite.
 * Knows the files' members; must not know how a proof is made.
 * Invariant: every file of a folder is asked, and their number is known.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <dirent.h>
#include <cmocka.h>
#include <jansson.h>

#include "ventured/merkle.h"
#include "vectors.h"

/* Some cases carry texts that are no hashes; they stand for themselves, padded with zeros. Returns the true length. */
static size_t
vector_hash(struct hash *out, struct arena *a, const json_t *text)
{
    struct slice bytes;

    assert_true(base64_decode(&bytes, a, slice_of(json_string_value(text))));
    assert_in_range(bytes.len, 0, HASH_SIZE);
    *out = (struct hash){0};
    memcpy(out->at, bytes.at, bytes.len);
    return bytes.len;
}

/* False where an item is no hash: a receipt with such an item is refused before any tree is asked. */
static bool
vector_proof(struct merkle_proof *out, struct arena *a, const json_t *list)
{
    struct slice bytes;

    *out = (struct merkle_proof){0};
    for (size_t i = 0; i < json_array_size(list); i++) {
        if (!base64_decode(&bytes, a, slice_of(json_string_value(json_array_get(list, i)))) || bytes.len != HASH_SIZE)
            return false;
        memcpy(out->hashes[out->count++].at, bytes.at, HASH_SIZE);
    }
    return true;
}

/* The suite's numbers are unsigned 64 bits, which only a real can carry here; the small ones stay exact, and those
 * above 2^53 stand for out of range. */
static int64_t
vector_int(const json_t *file, const char *name)
{
    double number = json_number_value(json_object_get(file, name));

    return number < 9007199254740992.0 ? (int64_t)number : INT64_MAX;
}

static bool
inclusion_vector(struct arena *a, const json_t *file)
{
    struct merkle_proof proof;
    struct hash leaf, root;

    if (vector_hash(&leaf, a, json_object_get(file, "leafHash")) != HASH_SIZE)
        return false;
    if (vector_hash(&root, a, json_object_get(file, "root")) != HASH_SIZE)
        return false;
    return vector_proof(&proof, a, json_object_get(file, "proof")) &&
           merkle_inclusion_verify(&leaf, vector_int(file, "leafIdx"), vector_int(file, "treeSize"), &proof, &root);
}

/* One case wants two equal trees accepted whose roots are twelve bytes of plain text: lengths are free here. */
static bool
consistency_vector(struct arena *a, const json_t *file)
{
    struct merkle_proof proof;
    struct hash root1, root2;

    vector_hash(&root1, a, json_object_get(file, "root1"));
    vector_hash(&root2, a, json_object_get(file, "root2"));
    return vector_proof(&proof, a, json_object_get(file, "proof")) &&
           merkle_consistency_verify(vector_int(file, "size1"), &root1, vector_int(file, "size2"), &root2, &proof);
}

/* Runs every .json file below `path`, and returns how many there were. */
static int
vector_folder(const char *path, bool (*check)(struct arena *a, const json_t *file))
{
    struct arena *a = arena_open(1 << 20);
    DIR *dir = opendir(path);
    int count = 0;

    assert_non_null(dir);
    for (const struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        struct slice name = arena_print(a, "%s/%s", path, entry->d_name);
        json_t *file;

        if (entry->d_name[0] == '.')
            continue;
        if (entry->d_type == DT_DIR) {
            count += vector_folder(name.at, check);
            continue;
        }
        file = json_load_file(name.at, JSON_DECODE_INT_AS_REAL, NULL);
        assert_non_null(file);
        if (check(a, file) == json_is_true(json_object_get(file, "wantErr")))
            fail_msg("%s", name.at);
        json_decref(file);
        count++;
    }
    closedir(dir);
    arena_close(a);
    return count;
}

/* The folder of `name`, or the test ends as skipped with its reason. */
static const char *
folder(struct arena *a, const char *name)
{
    const char *dir = vectors_dir();

    if (dir != NULL)
        return arena_print(a, "%s/merkle/testdata/%s", dir, name).at;
    print_message("skipped: no third-party vectors here (VECTORS=DIR)\n");
    arena_close(a);
    skip();
    return NULL;
}

static void
agrees_with_98_inclusion_vectors(void **state)
{
    struct arena *a = arena_open(4096);

    (void)state;
    assert_int_equal(vector_folder(folder(a, "inclusion"), inclusion_vector), 98);
    arena_close(a);
}

static void
agrees_with_98_consistency_vectors(void **state)
{
    struct arena *a = arena_open(4096);

    (void)state;
    assert_int_equal(vector_folder(folder(a, "consistency"), consistency_vector), 98);
    arena_close(a);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_98_inclusion_vectors),
        cmocka_unit_test(agrees_with_98_consistency_vectors),
    };

    return cmocka_run_group_tests_name("ledger/merkle_vectors", tests, NULL, NULL);
}

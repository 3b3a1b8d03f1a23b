/*
 * The two digests we believe in, as rows of one table.
 * Knows the field's form and the hashes; must not know who sent the body.
 * Invariant: the hash is taken over the raw body, before anything has parsed it.
 */
#include <string.h>

#include "digest.h"
#include "sfv.h"
#include "ventured/crypto.h"

#define DIGEST_SIZE_MAX 64
#define FIELD_BYTES_MAX 1024

static void
hash_sha256(unsigned char out[DIGEST_SIZE_MAX], struct slice body)
{
    struct hash h = sha256_one(body);

    memcpy(out, h.at, HASH_SIZE);
}

static void
hash_sha512(unsigned char out[DIGEST_SIZE_MAX], struct slice body)
{
    sha512_one(out, body);
}

static const struct algorithm_row {
    const char *name;
    size_t size;
    void (*hash)(unsigned char out[DIGEST_SIZE_MAX], struct slice body);
} algorithms[] = {
    {"sha-256", HASH_SIZE, hash_sha256},
    {"sha-512", 64,        hash_sha512},
};

struct slice
digest_make(struct arena *a, struct slice body)
{
    struct hash h = sha256_one(body);
    struct slice text = base64_encode(a, hash_slice(&h));

    return arena_print(a, "sha-256=:" SLICE_FMT ":", SLICE_ARG(text));
}

static bool
matches(const struct sfv *given, const struct algorithm_row *row, struct slice body)
{
    unsigned char made[DIGEST_SIZE_MAX];

    if (given->type != SFV_BYTES || given->repeats > 0)
        return false;
    row->hash(made, body);
    return bytes_equal(given->text, (struct slice){(const char *)made, row->size});
}

bool
digest_check(struct arena *a, struct slice field, struct slice body)
{
    struct sfv *members;
    size_t known = 0;

    if (field.len > FIELD_BYTES_MAX || !sfv_read_dictionary(&members, a, field))
        return false;
    for (size_t i = 0; i < COUNT(algorithms); i++) {
        const struct sfv *given = sfv_find(members, slice_of(algorithms[i].name));

        if (given == NULL)
            continue;
        if (!matches(given, &algorithms[i], body))
            return false;
        known++;
    }
    return known > 0;
}

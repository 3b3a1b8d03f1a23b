/*
 * The key ring as vault_keys.c fills it and vault.c uses it.
 * Knows derived keys by version; must not know where they are kept or what they seal.
 * Invariant: versions rise without a gap from 1; a ring has at least one.
 */
#ifndef VENTURED_VAULT_INT_H
#define VENTURED_VAULT_INT_H

#include "ventured/vault.h"

struct vault_keys {
    struct hash seal, blind;
};

struct vault {
    struct arena *arena;
    int64_t newest;
    struct vault_keys keys[VAULT_VERSIONS_MAX]; /* of version i + 1 */
    struct hash body;
};

static_assert(HASH_SIZE == SEAL_KEY_SIZE, "a derived key seals");

#endif

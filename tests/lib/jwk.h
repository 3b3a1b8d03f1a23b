/*
 * Keys as RFC 9421's appendix prints them, made into ours.
 * Knows JWK members and OpenSSL's builders; must not be used outside tests.
 * Invariant: the key passes through the same PEM that a bank's key record holds.
 */
#ifndef TESTS_JWK_H
#define TESTS_JWK_H

#include <jansson.h>

#include "ventured/crypto.h"

/* The caller closes the key; NULL where the JWK or the algorithm does not fit. `jwk_public` gives the shared secret
 * for hmac-sha256; `jwk_private` knows Ed25519 and shared secrets only. */
struct key *jwk_public(struct arena *a, enum algorithm alg, const json_t *jwk);
struct key *jwk_private(struct arena *a, enum algorithm alg, const json_t *jwk);

#endif

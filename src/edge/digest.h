/*
 * Content-Digest (RFC 9530): the hash of the bytes of a body, in a header field that a signature can cover.
 * Knows sha-256 and sha-512; must not know signatures.
 * Invariant: a field is right only where it holds an algorithm we know and every such one matches.
 */
#ifndef VENTURED_EDGE_DIGEST_H
#define VENTURED_EDGE_DIGEST_H

#include "ventured/base.h"

/* The field's value over the body as sent: one sha-256. */
struct slice digest_make(struct arena *a, struct slice body);

/* False where the field cannot be read, names one algorithm twice, or breaks the invariant above. Algorithms we do not
 * know, the broken ones of RFC 9530 section 5 among them, count for nothing. */
bool digest_check(struct arena *a, struct slice field, struct slice body);

#endif

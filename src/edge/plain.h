/*
 * The plain form in which Chinese banks sign: a few fields beside the body, and one line each of what they say.
 * Knows the fields and the text that is signed; must not look up keys: that is its caller's.
 * Invariant: what is read here is judged by signature_check like any other signature, by the key's own algorithm.
 *
 *   X-Key-Serial: the key's id            X-Sign-Alg: SM2-SM3 or RSA-SHA256
 *   X-Timestamp:  seconds since 1970      X-Nonce:    16 to 64 characters
 *   X-Signature:  Base64; of SM2 r ‖ s, 64 bytes, or DER
 *
 * signed is   METHOD \n PATH?QUERY \n TIMESTAMP \n NONCE \n HEX(SM3 or SHA-256 of the body) \n
 * as WeChat Pay's interface v3 does it, with the digest in the body's place.
 */
#ifndef VENTURED_EDGE_PLAIN_H
#define VENTURED_EDGE_PLAIN_H

#include "signature.h"

/* True where the request has one of the fields that no other profile has: it is read in this one or not at all. */
bool plain_is_meant(const struct request *rq);

/* As signature_read; of the policy only the lengths count, the text covers all of its own. The id of an entry is not
 * covered: whoever keeps nonces must bind it to them. V_OK, V_SIGNATURE_MISSING or V_SIGNATURE_MALFORMED. */
enum verdict plain_read(struct signature *out, const struct request *rq, const struct signature_policy *p);

#endif

/*
 * Standard Webhooks 1.0, asymmetric form (`v1a`, Ed25519): how what we deliver is signed.
 * Knows three header values and the text they sign; must not know the outbox or the network.
 * Invariant: every attempt to deliver keeps its id and gets a new time and signature.
 */
#ifndef VENTURED_EDGE_WEBHOOK_H
#define VENTURED_EDGE_WEBHOOK_H

#include "ventured/crypto.h"

#define WEBHOOK_WINDOW_S 300 /* the tolerance that the specification's own libraries use, either way */

/* Values of webhook-id, webhook-timestamp and webhook-signature. Absent where the field is missing. */
struct webhook {
    struct slice id, timestamp, signature;
};

/* Signs `id.timestamp.body` with each key, the newest first, so that a receiver who knows only the old key during a
 * rotation still finds its signature. Keys are Ed25519. `id`: 1 to 64 of A-Z a-z 0-9 _ -; without the full stop that
 * parts the signed text, no other id, time and body can spell the same bytes. Texts live in `a`; `id` is borrowed. */
void webhook_make(struct webhook *out, struct arena *a, const struct key *const *keys, size_t key_count,
                  struct slice id, int64_t now_s, struct slice body);

/* What a receiver does; any one signature of the list that verifies under `k` is enough, unknown versions are passed
 * over. V_OK, V_SIGNATURE_MISSING, V_SIGNATURE_MALFORMED (id, time, or more than 16 signatures), V_SIGNATURE_STALE or
 * V_SIGNATURE_WRONG, in this order. */
enum verdict webhook_check(const struct webhook *w, struct arena *a, const struct key *k, int64_t now_s,
                           struct slice body);

/* What a receiver makes of webhook_key's text; NULL where it is none. The caller's to key_close. */
struct key *webhook_key_read(struct arena *a, struct slice text);

#endif

/*
 * Our own client: signs a request (RFC 9421), sends it, and sends it again while that may help.
 * Knows what a signature must cover and when to try again; must not know files, options or what an answer says.
 * Invariant: every attempt carries the same id and body under a new nonce and a new signature.
 */
#ifndef VENTURED_EDGE_CLIENT_H
#define VENTURED_EDGE_CLIENT_H

#include "fetch.h"
#include "ventured/crypto.h"

#define CLIENT_TRIES_MAX 10
#define CLIENT_RETRY_AFTER_MAX_S 300 /* who asks for more is not waited for */

struct client {
    struct fetch *fetch;
    struct slice origin; /* client_origin's */
    const struct key *key;
    struct slice key_id;
    int tries;           /* 1 to CLIENT_TRIES_MAX, the first included */
    /* Told before each wait; NULL: nobody. */
    void (*waits)(enum fetch_end end, int status, int64_t wait_ms);
};

struct client_call {
    const char *method;
    struct slice target; /* "/v1/entries/loan.disbursed?dry_run=true" */
    struct slice id;     /* Idempotency-Key; absent: none */
    struct slice body;   /* application/json; absent: none */
};

/* The origin as it is signed: without a last slash and without the port 443. False where the address is not
 * "https://name[:port]", in lower case. */
bool client_origin(struct slice *out, struct arena *a, struct slice url);

/* Sends until there is an answer other than 429, 502, 503, 504 or 507, or the tries are used up. Waits as long as
 * Retry-After says, and on top of it a random time below half a second, which doubles with each try up to 30 s. The
 * arena holds one answer a try. */
enum fetch_end client_perform(struct fetch_answer *out, struct client *c, struct arena *a,
                              const struct client_call *call);

/* How long to wait after attempt `n` (from 0); below zero where waiting is of no use. `random` is any number. */
int64_t client_wait_ms(enum fetch_end end, const struct fetch_answer *answer, int n, uint64_t random);

#endif

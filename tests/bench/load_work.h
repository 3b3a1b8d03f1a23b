/*
 * The load's work: facts from a file, and the signed requests that carry them.
 * Knows the work file, ids and signatures; must not know sockets or answers.
 * Invariant: a queue's facts keep the file's order, and every request is whole before the first is sent.
 */
#ifndef TESTS_BENCH_LOAD_WORK_H
#define TESTS_BENCH_LOAD_WORK_H

#include "ventured/crypto.h"

struct fact {
    struct slice id, kind, subject, body; /* body: a JSON object with subject and on */
};

/* One request: the facts `first` to `first + count - 1` of its queue. */
struct parcel {
    struct slice bytes;
    size_t first, count;
};

/* What one connection sends. */
struct queue {
    struct fact *facts;
    size_t fact_count;
    struct parcel *parcels;
    size_t parcel_count;
};

struct signer {
    struct slice origin, host; /* "https://localhost:8443" and "localhost:8443" */
    struct slice key_id;
    struct key *key;
    size_t batch; /* facts a list; 0: each by itself */
};

/* Reads `LANE<TAB>KIND<TAB>BODY` lines and deals them out: lane l goes to queue l mod `count`. Ids come from
 * `ids_path`, one a line, which is made where there is none; NULL: new ones. False after a word on standard error. */
bool work_read(struct queue *queues, size_t count, struct arena *a, const char *path, const char *ids_path);

/* The private key of a file: PEM, or one line of base64 for hmac-sha256. NULL after a word on standard error. */
struct key *work_key(struct arena *a, const char *algorithm, const char *path);

/* Makes the queue's parcels. False where the origin or the key's id cannot stand in a signature. */
bool work_sign(struct queue *q, struct arena *a, const struct signer *s);

#endif

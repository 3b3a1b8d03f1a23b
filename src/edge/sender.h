/*
 * The outbox's sender: delivers to each organisation's endpoint, again until it is taken or parked.
 * Knows whom to tell, how a delivery is signed and when to try again; must not know what an event says.
 * Invariants:
 *   1. Of several daemons and threads one at a time is at an organisation; the others pass on to the next.
 *   2. What came of a try is written after it: an event may arrive twice, under the same id, and is never lost.
 */
#ifndef VENTURED_EDGE_SENDER_H
#define VENTURED_EDGE_SENDER_H

#include "delay.h"
#include "fetch.h"
#include "ventured/edge.h"
#include "writer.h"

/* Texts, tables and keys are borrowed and outlive the sender. */
struct sender_options {
    const struct registry *registry;
    const char *db_url;
    const struct vault *vault;
    struct writer *writer;
    endpoint_find_fn *endpoint_find;
    const struct key *const *keys; /* Ed25519, the newest first */
    size_t key_count;
    struct fetch_options fetch;
    struct delay_rule retry; /* per event, and per organisation as long as nothing is taken */
    int64_t park_ms;         /* from an event's first try */
    struct metrics *metrics;
};

struct sender;

/* V_BUSY where its threads could not be started. */
enum verdict sender_open(struct sender **out, const struct sender_options *o);

/* Cuts what is on its way, which will be sent again, and ends the threads; before the writer. NULL is allowed. */
void sender_close(struct sender *s);

#endif

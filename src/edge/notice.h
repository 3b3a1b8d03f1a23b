/*
 * Tells people of what they have to do: a day before it is due, and once it is late.
 * Knows the work list, who has which role where, and how often to try; must not know how a message travels.
 * Invariants:
 *   1. A notice is made once for a reader, step, due day and reason, however many daemons look.
 *   2. What came of a try is written after it; while one daemon is at a reader's notices, no other is.
 */
#ifndef VENTURED_EDGE_NOTICE_H
#define VENTURED_EDGE_NOTICE_H

#include "call.h"

/* Borrowed; outlives the thread. */
struct notice_thread_options {
    const struct registry *registry;
    const char *db_url;
    struct writer *writer;
    account_load_fn *account_load;
    struct notice_options notice; /* with a known adapter */
    const char *origin;           /* links begin with it */
    const struct key *const *keys;
    size_t key_count;
    struct metrics *metrics;
};

struct notice_thread;

/* V_BUSY where the thread could not be started. */
enum verdict notice_open(struct notice_thread **out, const struct notice_thread_options *o);
void notice_close(struct notice_thread *t); /* cuts what is on its way; before the writer. NULL is allowed */

/* GET /v1/notices?limit=N: what the reader was told of, the newest first. */
void notice_page(struct call *c);

#endif

/*
 * A few threads that verify, parse and read, so that the server's own never waits.
 * Knows a bounded queue and one reader connection a thread; must not know HTTP or what the work is.
 * Invariant: whatever was put runs exactly once, on one of the workers' threads.
 */
#ifndef VENTURED_EDGE_WORKERS_H
#define VENTURED_EDGE_WORKERS_H

#include "ventured/db.h"

/* One piece of work, in memory that lives until `run` is through with it. `db` is the thread's own reader, NULL while
 * the database is away. */
struct work {
    void (*run)(struct work *w, struct db *db);
    struct work *next; /* the queue's own */
};

#define WORKERS_MAX 16

struct workers_options {
    const char *db_url;
    const struct db_schema *schema;
    int count;        /* threads, 1 to WORKERS_MAX */
    size_t queue_max; /* pieces that may wait */
};

struct workers;

/* The database must be there and migrated. */
enum verdict workers_open(struct workers **out, const struct workers_options *o);

/* From any thread. V_BUSY at once where the queue is full or closing: it will not run then. */
enum verdict workers_put(struct workers *ws, struct work *one);
size_t workers_depth(struct workers *ws);
void workers_close(struct workers *ws); /* runs what waits and ends the threads; NULL is allowed */

#endif

/*
 * The clock of the registry: posts what time makes true, and watches the working calendar.
 * Knows facts as they are found for a day and the writer; must not know what a fact does.
 * Invariants:
 *   1. A fact's id follows from its kind, its subject and the day that was due: several daemons post it once.
 *   2. A fact that is refused keeps no other waiting, and is told of once.
 */
#ifndef VENTURED_EDGE_CLOCK_H
#define VENTURED_EDGE_CLOCK_H

#include "ventured/edge.h"
#include "writer.h"

/* Borrowed; outlives the thread. */
struct clock_thread_options {
    const struct registry *registry;
    const char *db_url;
    struct writer *writer;
    struct clock_options clock; /* with `facts` */
    struct metrics *metrics;
};

struct clock_thread;

/* Looks at once, then every so often; not while the writer takes nothing, as when its clock needs confirming. V_BUSY
 * where the thread could not be started. */
enum verdict clock_open(struct clock_thread **out, const struct clock_thread_options *o);

/* Waits for what it has put to be written, and ends; before the writer. NULL is allowed. */
void clock_close(struct clock_thread *t);

#endif

/*
 * A request whose fields a test can set and take away, as a handler would see it.
 * Knows struct request; must not know sockets.
 * Invariant: fields keep their order, and every text lies in the request's own arena.
 */
#ifndef TESTS_OUTGOING_H
#define TESTS_OUTGOING_H

#include "ventured/http.h"

#define OUTGOING_FIELDS_MAX 40

struct outgoing {
    struct request request;
    struct header fields[OUTGOING_FIELDS_MAX];
};

void outgoing_init(struct outgoing *o, struct arena *a, const char *method, const char *target, const char *body);
void outgoing_add(struct outgoing *o, const char *name, struct slice value);
void outgoing_set(struct outgoing *o, const char *name, struct slice value); /* instead of the field's only line */
void outgoing_drop(struct outgoing *o, const char *name);                    /* every line of that name */

#endif

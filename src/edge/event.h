/*
 * An event: what an organisation is told of one entry, by push and by pull alike.
 * Knows the form of Standard Webhooks; must not know how it gets there.
 * Invariant: the same reader is told the same bytes, whichever way they come and however often.
 */
#ifndef VENTURED_EDGE_EVENT_H
#define VENTURED_EDGE_EVENT_H

#include "show.h"

/* A row of the journal that somebody is to be told of. */
struct event {
    int64_t seq;
    struct slice type, subject, state, line;
};

/* Appends {"type": kind, "timestamp": when it was recorded, "data": {"type", "subject", "entry": {...}}}, the entry as
 * that reader may see it, and gives its id, which is the event's. V_FORBIDDEN where he may not know of the kind. */
enum verdict event_write(struct buf *b, struct slice *id, const struct show *s, const struct event *e);

#endif

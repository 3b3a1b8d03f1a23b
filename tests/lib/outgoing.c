/*
 * The request that tests build field by field.
 * Knows how a target is split; must not know what a signature is.
 * Invariant: the count of fields never passes the array.
 */
#include <strings.h>

#include "outgoing.h"

void
outgoing_init(struct outgoing *o, struct arena *a, const char *method, const char *target, const char *body)
{
    struct request *rq = &o->request;

    *rq = (struct request){.arena = a, .headers = o->fields};
    rq->method = arena_copy(a, slice_of(method));
    rq->target = arena_copy(a, slice_of(target));
    rq->path = slice_cut(&rq->query, rq->target, '?');
    rq->body = arena_copy(a, slice_of(body));
}

void
outgoing_add(struct outgoing *o, const char *name, struct slice value)
{
    assert(o->request.header_count < OUTGOING_FIELDS_MAX);
    o->fields[o->request.header_count++] =
        (struct header){arena_copy(o->request.arena, slice_of(name)), arena_copy(o->request.arena, value)};
}

void
outgoing_drop(struct outgoing *o, const char *name)
{
    size_t kept = 0;

    for (size_t i = 0; i < o->request.header_count; i++) {
        if (strcasecmp(o->fields[i].name.at, name) != 0)
            o->fields[kept++] = o->fields[i];
    }
    o->request.header_count = kept;
}

void
outgoing_set(struct outgoing *o, const char *name, struct slice value)
{
    outgoing_drop(o, name);
    outgoing_add(o, name, value);
}

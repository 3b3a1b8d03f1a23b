/*
 * The routes: one row an address and method.
 * Knows addresses, who may come and where the work is done; must not know what a handler answers.
 * Invariant: the first row whose pattern fits an address decides the address; its methods are the rows of that pattern.
 */
#ifndef VENTURED_EDGE_ROUTE_H
#define VENTURED_EDGE_ROUTE_H

#include "signature.h"

struct call;

/* ANYBODY proves nothing. KNOWN is a bank's signature or a person's session. */
enum who { WHO_ANYBODY, WHO_KNOWN };

/* HERE: on the server's own thread, which may neither read nor verify anything. WORKER: on a worker's. */
enum place { PLACE_HERE, PLACE_WORKER };

/* WRITE: has a body, of JSON or a sheet; answers are no-store. READ: personal, no-store. PUBLIC: the same for
 * everybody. */
enum nature_of_route { ROUTE_WRITE, ROUTE_READ, ROUTE_PUBLIC };

#define ROUTE_ARGS_MAX 2

struct route {
    const char *method;
    const char *path; /* segments in braces stand for one segment each and become the call's arguments, in order */
    void (*run)(struct call *c); /* answers, or hands the call on to who will */
    enum who who;
    enum place place;
    enum nature_of_route nature;
    const struct signature_policy *policy; /* what a signature must cover, where `who` asks for one */
    size_t body_max;                       /* bytes */
    size_t sheet_max;                      /* bytes of a sheet in the place of JSON; 0: it takes none */
    uint32_t roles;                        /* 0: all */
};

extern const struct route routes[];
extern const size_t route_count;

/* V_OK with the row and its arguments, V_ROUTE_UNKNOWN, or V_METHOD_UNKNOWN with what Allow must say. HEAD is GET. */
enum verdict route_find(const struct route **out, struct slice args[ROUTE_ARGS_MAX], struct slice *allow,
                        const struct request *rq);

/* V_OK, V_MEDIA_TYPE or V_BODY_TOO_LARGE: is the body one that this route reads? */
enum verdict route_check_body(const struct route *r, const struct request *rq);

#endif

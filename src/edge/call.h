/*
 * One request on its way through the edge, from its route to its answer.
 * Knows who asks, what the answer carries and how it is counted; must not know what any route does.
 * Invariant: a call is answered once, by call_answer or call_refuse, and touched by nobody afterwards.
 */
#ifndef VENTURED_EDGE_CALL_H
#define VENTURED_EDGE_CALL_H

#include "metrics.h"
#include "problem.h"
#include "route.h"
#include "ventured/edge.h"
#include "workers.h"
#include "writer.h"

struct clock_thread;
struct login_pool;
struct notice_thread;
struct sender;

struct edge {
    struct edge_options o;
    struct arena *kept;
    struct metrics metrics;
    struct writer *writer;
    struct workers *workers;
    struct people people; /* with our origins; as it was opened */
    struct slice origins[HTTP_SERVER_NAMES_MAX];
    struct login_pool *logins; /* NULL: nobody logs in here */
    struct sender *sender;            /* NULL: nothing is pushed */
    struct clock_thread *clock;       /* NULL: time makes nothing true here */
    struct notice_thread *notices;    /* NULL: nobody is told of anything */
    const struct http_server *server; /* NULL: not watched */
    struct slice openapi_tag;
};

/* Lives in the request's arena. */
struct call {
    struct edge *edge;
    struct request *rq;
    const struct route *route; /* NULL where the address is unknown */
    struct slice args[ROUTE_ARGS_MAX];
    struct db *db; /* the thread's own: a worker's reader, NULL while the database is away */
    int64_t began_ms;
    struct actor actor;              /* where the route asks who */
    struct credential credential;    /* what proved it, for the door to look at once more */
    const struct evidence *evidence; /* of a verified signature; NULL for anybody else */
    const struct nonce *nonce;
    struct slice allow, etag, link, cookie; /* fields of the answer; absent: none */
    struct slice policy;            /* Content-Security-Policy; absent: nothing may be loaded */
    int64_t wait_s;                 /* of Retry-After; 0: as the status asks */
    struct slice fault;             /* after a refusal: the field, parameter or component that is at fault */
    struct problems problems;
    struct arena *list_arena; /* of a list's postings, until it is answered; NULL for anything else */
    struct work work;
    struct write write;
};

/* `body` lies in the request's arena or for ever. With `etag` set, a client that has these bytes gets 304. */
void call_answer(struct call *c, int status, const char *content_type, struct slice body);
void call_refuse(struct call *c, enum verdict v);

/* The same with a page for people in place of a document: the status is the verdict's, of V_OK 200. */
void call_show(struct call *c, enum verdict v, const char *content_type, struct slice body);

/* The strong entity tag of these bytes, quotes and all. */
struct slice call_tag(struct arena *a, struct slice body);

#endif

/*
 * A request and its answer on their way through the server, and the answers that wait for the server's thread.
 * Knows arenas and threads; must not know how bytes travel.
 * Invariant: an exchange lies in its own arena, belongs to one thread at a time, and is answered once.
 */
#ifndef VENTURED_EDGE_EXCHANGE_H
#define VENTURED_EDGE_EXCHANGE_H

#include <pthread.h>

#include "gate.h"

#define ARENAS_KEPT 64

struct exchange {
    struct request rq;
    struct gate gate;
    struct reply reply;
    struct http_server *server;
    struct connection *connection; /* NULL once the client has gone */
    struct evhttp_request *native; /* the event library's, once the handler has the request */
    struct exchange *next;         /* among the answers that wait */
};

/* The arenas not in use, kept for the next requests; the server's thread alone touches them. */
struct arena_pool {
    struct arena *at[ARENAS_KEPT];
    size_t count;
};

struct exchange *exchange_open(struct arena_pool *p, const struct http_limits *limits);
void exchange_close(struct arena_pool *p, struct exchange *x);
void arena_pool_close(struct arena_pool *p);

/* First in, first out. */
struct answer_queue {
    pthread_mutex_t lock;
    struct exchange *first, **last;
};

void answer_queue_init(struct answer_queue *q);
void answer_queue_fini(struct answer_queue *q);
void answer_queue_put(struct answer_queue *q, struct exchange *x); /* from any thread */
struct exchange *answer_queue_take(struct answer_queue *q);        /* all of them, linked by `next` */

#endif

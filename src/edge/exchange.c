/*
 * Requests and answers on their way through the server.
 * Knows arenas and one lock; must not know connections.
 * Invariant: an exchange is in the queue at most once, and its arena is given back exactly once.
 */
#include "exchange.h"

struct exchange *
exchange_open(struct arena_pool *p, const struct http_limits *limits)
{
    struct arena *a = p->count > 0 ? p->at[--p->count] : arena_open(limits->request_bytes_max);
    struct exchange *x = NEW(a, struct exchange);

    x->rq.arena = a;
    x->rq.exchange = x;
    gate_init(&x->gate, a, limits);
    return x;
}

void
exchange_close(struct arena_pool *p, struct exchange *x)
{
    struct arena *a = x->rq.arena;

    arena_reset(a);
    if (p->count == ARENAS_KEPT)
        arena_close(a);
    else
        p->at[p->count++] = a;
}

void
arena_pool_close(struct arena_pool *p)
{
    while (p->count > 0)
        arena_close(p->at[--p->count]);
}

void
answer_queue_init(struct answer_queue *q)
{
    pthread_mutex_init(&q->lock, NULL);
    q->first = NULL;
    q->last = &q->first;
}

void
answer_queue_fini(struct answer_queue *q)
{
    pthread_mutex_destroy(&q->lock);
}

void
answer_queue_put(struct answer_queue *q, struct exchange *x)
{
    pthread_mutex_lock(&q->lock);
    x->next = NULL;
    *q->last = x;
    q->last = &x->next;
    pthread_mutex_unlock(&q->lock);
}

struct exchange *
answer_queue_take(struct answer_queue *q)
{
    struct exchange *first;

    pthread_mutex_lock(&q->lock);
    first = q->first;
    q->first = NULL;
    q->last = &q->first;
    pthread_mutex_unlock(&q->lock);
    return first;
}

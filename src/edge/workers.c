/*
 * The workers' queue and threads.
 * Knows when a reader must be opened anew; must not know what is read.
 * Invariant: a connection is touched by the thread that opened it and by no other.
 */
#include <pthread.h>

#include "workers.h"

struct workers {
    struct workers_options o;
    struct arena *kept;
    pthread_t threads[WORKERS_MAX];
    int started;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct work *first, **last;
    size_t depth;
    bool closing;
};

/* NULL once the queue is empty and closing. */
static struct work *
take(struct workers *ws)
{
    struct work *one;

    pthread_mutex_lock(&ws->lock);
    while (ws->first == NULL && !ws->closing)
        pthread_cond_wait(&ws->wake, &ws->lock);
    one = ws->first;
    if (one != NULL) {
        ws->depth--;
        ws->first = one->next;
        if (ws->first == NULL)
            ws->last = &ws->first;
    }
    pthread_mutex_unlock(&ws->lock);
    return one;
}

/* A reader that broke is replaced before the next piece of work; while none opens there is none. */
static struct db *
reader_renew(struct db *db, const struct workers_options *o)
{
    if (db != NULL && db_usable(db))
        return db;
    db_close(db);
    return db_open(&db, o->db_url, DB_READER, o->schema) == V_OK ? db : NULL;
}

static void *
run(void *context)
{
    struct workers *ws = context;
    struct db *db = NULL;
    struct work *one;

    while ((one = take(ws)) != NULL) {
        db = reader_renew(db, &ws->o);
        one->run(one, db);
    }
    db_close(db);
    return NULL;
}

enum verdict
workers_open(struct workers **out, const struct workers_options *o)
{
    struct arena *kept = arena_open(sizeof(struct workers) + 4096);
    struct workers *ws = NEW(kept, struct workers);

    assert(o->count > 0);
    assert(o->count <= WORKERS_MAX);
    *ws = (struct workers){.o = *o, .kept = kept};
    ws->last = &ws->first;
    pthread_mutex_init(&ws->lock, NULL);
    pthread_cond_init(&ws->wake, NULL);
    while (ws->started < o->count && pthread_create(&ws->threads[ws->started], NULL, run, ws) == 0)
        ws->started++;
    if (ws->started < o->count) {
        log_write(LOG_ERROR, "workers_not_started", "started=%d", ws->started);
        workers_close(ws);
        return V_BUSY;
    }
    *out = ws;
    return V_OK;
}

enum verdict
workers_put(struct workers *ws, struct work *one)
{
    enum verdict got = V_BUSY;

    one->next = NULL;
    pthread_mutex_lock(&ws->lock);
    if (!ws->closing && ws->depth < ws->o.queue_max) {
        *ws->last = one;
        ws->last = &one->next;
        ws->depth++;
        got = V_OK;
        pthread_cond_signal(&ws->wake);
    }
    pthread_mutex_unlock(&ws->lock);
    return got;
}

size_t
workers_depth(struct workers *ws)
{
    size_t depth;

    pthread_mutex_lock(&ws->lock);
    depth = ws->depth;
    pthread_mutex_unlock(&ws->lock);
    return depth;
}

void
workers_close(struct workers *ws)
{
    struct arena *kept;

    if (ws == NULL)
        return;
    pthread_mutex_lock(&ws->lock);
    ws->closing = true;
    pthread_cond_broadcast(&ws->wake);
    pthread_mutex_unlock(&ws->lock);
    for (int i = 0; i < ws->started; i++)
        pthread_join(ws->threads[i], NULL);
    pthread_cond_destroy(&ws->wake);
    pthread_mutex_destroy(&ws->lock);
    kept = ws->kept;
    arena_close(kept);
}

/*
 * Lines of work and their threads.
 * Knows when a connection must be opened anew; must not know what the work is.
 * Invariant: a connection is touched by the thread that opened it and by no other.
 */
#include <pthread.h>

#include "login_pool.h"

#define THREADS (LOGIN_SLOW_THREADS + 1)

struct queue {
    struct login_work *first, **last;
    size_t waiting, waiting_max;
};

struct seen {
    struct hash session;
    int64_t now_ms;
};

struct login_pool {
    struct arena *kept;
    struct slice db_url;
    const struct db_schema *schema;
    pthread_t threads[THREADS];
    int started;
    pthread_mutex_t lock; /* of everything below */
    pthread_cond_t wake;
    struct queue queues[PEOPLE_SLOW + 1];
    struct seen seen[LOGIN_QUICK_WAITING];
    size_t seen_count;
    bool closing;
};

/* ---- the threads ------------------------------------------------------------------------------------------------- */

static struct login_work *
queue_take(struct queue *q)
{
    struct login_work *w = q->first;

    if (w == NULL)
        return NULL;
    q->first = w->next;
    if (q->first == NULL)
        q->last = &q->first;
    q->waiting--;
    return w;
}

/* A connection that broke is replaced before the next piece of work; while none opens there is none. */
static struct db *
writer_renew(struct db *db, const struct login_pool *p)
{
    if (db != NULL && db_usable(db))
        return db;
    db_close(db);
    return db_open(&db, p->db_url.at, DB_WRITER, p->schema) == V_OK ? db : NULL;
}

static void *
run_slow(void *context)
{
    struct login_pool *p = context;
    struct queue *q = &p->queues[PEOPLE_SLOW];
    struct db *db = NULL;
    struct login_work *w;

    pthread_mutex_lock(&p->lock);
    while (q->first != NULL || !p->closing) {
        w = queue_take(q);
        if (w == NULL) {
            pthread_cond_wait(&p->wake, &p->lock);
            continue;
        }
        pthread_mutex_unlock(&p->lock);
        db = writer_renew(db, p);
        w->run(w, db);
        pthread_mutex_lock(&p->lock);
    }
    pthread_mutex_unlock(&p->lock);
    db_close(db);
    return NULL;
}

/* A session that could not be noted is noted at its next request. */
static void
seen_write(struct db *db, const struct seen *s)
{
    if (db != NULL && session_seen(db, &s->session, s->now_ms) != V_OK)
        log_write(LOG_WARN, "session_not_seen", "what=later");
}

static void *
run_quick(void *context)
{
    struct login_pool *p = context;
    struct queue *q = &p->queues[PEOPLE_QUICK];
    struct db *db = NULL;
    struct login_work *w;
    struct seen s;

    pthread_mutex_lock(&p->lock);
    while (q->first != NULL || p->seen_count > 0 || !p->closing) {
        w = queue_take(q);
        if (w == NULL && p->seen_count == 0) {
            pthread_cond_wait(&p->wake, &p->lock);
            continue;
        }
        if (w == NULL)
            s = p->seen[--p->seen_count];
        pthread_mutex_unlock(&p->lock);
        db = writer_renew(db, p);
        if (w != NULL)
            w->run(w, db);
        else
            seen_write(db, &s);
        pthread_mutex_lock(&p->lock);
    }
    pthread_mutex_unlock(&p->lock);
    db_close(db);
    return NULL;
}

/* ---- the queues -------------------------------------------------------------------------------------------------- */

enum verdict
login_pool_open(struct login_pool **out, const char *db_url, const struct db_schema *schema)
{
    struct arena *kept = arena_open(sizeof(struct login_pool) + 8192);
    struct login_pool *p = NEW(kept, struct login_pool);

    *p = (struct login_pool){.kept = kept, .schema = schema};
    p->db_url = arena_copy(kept, slice_of(db_url));
    p->queues[PEOPLE_SLOW].waiting_max = LOGIN_SLOW_WAITING;
    p->queues[PEOPLE_QUICK].waiting_max = LOGIN_QUICK_WAITING;
    for (size_t i = 0; i < COUNT(p->queues); i++)
        p->queues[i].last = &p->queues[i].first;
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->wake, NULL);
    while (p->started < THREADS && pthread_create(&p->threads[p->started], NULL,
                                                  p->started < LOGIN_SLOW_THREADS ? run_slow : run_quick, p) == 0)
        p->started++;
    if (p->started < THREADS) {
        log_write(LOG_ERROR, "login_threads_not_started", "started=%d", p->started);
        login_pool_close(p);
        return V_BUSY;
    }
    *out = p;
    return V_OK;
}

enum verdict
login_pool_put(struct login_pool *p, enum people_cost cost, struct login_work *w)
{
    struct queue *q = &p->queues[cost];
    enum verdict got = V_BUSY;

    w->next = NULL;
    pthread_mutex_lock(&p->lock);
    if (!p->closing && q->waiting < q->waiting_max) {
        *q->last = w;
        q->last = &w->next;
        q->waiting++;
        got = V_OK;
        pthread_cond_broadcast(&p->wake);
    }
    pthread_mutex_unlock(&p->lock);
    return got;
}

void
login_pool_seen(struct login_pool *p, const struct hash *session, int64_t now_ms)
{
    pthread_mutex_lock(&p->lock);
    if (!p->closing && p->seen_count < COUNT(p->seen)) {
        p->seen[p->seen_count++] = (struct seen){*session, now_ms};
        pthread_cond_broadcast(&p->wake);
    }
    pthread_mutex_unlock(&p->lock);
}

void
login_pool_close(struct login_pool *p)
{
    if (p == NULL)
        return;
    pthread_mutex_lock(&p->lock);
    p->closing = true;
    pthread_cond_broadcast(&p->wake);
    pthread_mutex_unlock(&p->lock);
    for (int i = 0; i < p->started; i++)
        pthread_join(p->threads[i], NULL);
    pthread_cond_destroy(&p->wake);
    pthread_mutex_destroy(&p->lock);
    arena_close(p->kept);
}

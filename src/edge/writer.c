/*
 * The writer's thread: takes what waits as one group, posts it, calls back.
 * Knows when to commit, when to reopen and when not to trust the clock; must not look into a posting.
 * Invariants:
 *   1. Only this thread touches the ledger and its connection, once writer_open has returned.
 *   2. Writes are taken in the order they were put; a list and a note share their commit with nobody.
 *   3. While the connection is unusable or the clock is wrong, everything is answered at once and nothing is written.
 */
#include <pthread.h>
#include <stdatomic.h>

#include "guard.h"
#include "sql.h"
#include "timed.h"
#include "writer.h"

/* How often an idle writer looks at the clock, the head and the confirmation. */
#define TICK_MS 1000
/* Between two attempts to reopen: the first wait, doubled up to the last. */
#define REOPEN_MS_MIN 100
#define REOPEN_MS_MAX 5000
/* Nonces past their window are forgotten once in so many ticks. */
#define FORGET_TICKS 60
#define ARENA_SIZE ((size_t)1 << 20)

struct writer {
    struct writer_options o;
    struct arena *kept, *arena; /* `arena` is reset at every tick */
    pthread_t thread;
    pthread_mutex_t lock; /* over the queue */
    pthread_cond_t wake;
    struct write *first, **last;
    size_t depth;
    bool interrupted, closing;
    _Atomic enum verdict state; /* what the next write would meet, the queue aside */

    /* the thread's own */
    struct db *db;
    struct ledger *ledger;
    struct guard guard;
    int64_t head_ms, tick_ms, reopen_ms; /* reopen_ms: when to try next */
    int reopen_wait_ms;
    int64_t confirmed; /* how many confirmations there were when the clock was found wrong; -1 while it is right */
    int ticks;
    struct posting *group[LEDGER_GROUP_MAX];
};

/* ---- the database and the ledger on it ---------------------------------------------------------------------- */

static void
close_ledger(struct writer *w)
{
    ledger_close(w->ledger);
    db_close(w->db);
    w->ledger = NULL;
    w->db = NULL;
}

static enum verdict
open_tables(struct writer *w)
{
    struct sql_head_read head;

    TRY(db_open(&w->db, w->o.db_url, DB_WRITER, &sql_schema));
    TRY(db_migrate(w->db));
    TRY(ledger_ready(w->db, w->arena));
    TRY(sql_head_read(&head, w->db, w->arena));
    w->head_ms = head.at_ms;
    return V_OK;
}

static enum verdict
open_ledger(struct writer *w)
{
    enum verdict got = open_tables(w);
    struct ledger_options o = {
        .registry = w->o.registry,
        .db = w->db,
        .vault = w->o.vault,
        .log_key = w->o.log_key,
        .origin = w->o.origin,
    };

    if (got == V_OK)
        got = ledger_open(&w->ledger, &o);
    if (got != V_OK)
        close_ledger(w);
    return got;
}

/* A connection that broke is closed, and another goes through the engine's recovery: after a failed fsync no one knows
 * what the kernel has kept, so nothing is tried again on the old one. */
static void
reopen(struct writer *w)
{
    int64_t now = the_clock.steady_ms();

    if (w->db != NULL && db_usable(w->db))
        return;
    if (w->db != NULL) {
        log_write(LOG_ERROR, "writer_stopped", "reason=connection_unusable");
        close_ledger(w);
        w->reopen_wait_ms = REOPEN_MS_MIN;
        w->reopen_ms = now;
    }
    atomic_store(&w->state, V_DATABASE);
    if (now < w->reopen_ms)
        return;
    arena_reset(w->arena);
    if (open_ledger(w) == V_OK) {
        atomic_fetch_add(&w->o.metrics->writer_reopened, 1);
        log_write(LOG_WARN, "writer_reopened", "head_ms=%lld", (long long)w->head_ms);
        return;
    }
    w->reopen_ms = the_clock.steady_ms() + w->reopen_wait_ms;
    w->reopen_wait_ms = w->reopen_wait_ms * 2 < REOPEN_MS_MAX ? w->reopen_wait_ms * 2 : REOPEN_MS_MAX;
}

/* ---- the clock ------------------------------------------------------------------------------------------------ */

/* An administrator's word counts where it is given after the clock was found wrong. */
static bool
is_confirmed(struct writer *w)
{
    struct sql_clock_get row;

    if (sql_clock_get(&row, w->db, w->arena) != V_OK)
        return false;
    if (w->confirmed < 0)
        w->confirmed = row.count;
    if (row.count == w->confirmed)
        return false;
    guard_init(&w->guard, row.head_ms);
    return true;
}

static void
watch_clock(struct writer *w)
{
    enum verdict got = guard_check(&w->guard, w->head_ms);
    bool was_right = w->confirmed < 0;

    if (got != V_OK && is_confirmed(w))
        got = guard_check(&w->guard, w->head_ms);
    if (got == V_OK)
        w->confirmed = -1;
    if (got != V_OK && was_right)
        log_write(LOG_ERROR, "clock_wrong", "wall_ms=%lld head_ms=%lld", (long long)the_clock.wall_ms(),
                  (long long)w->head_ms);
    if (got == V_OK && !was_right)
        log_write(LOG_WARN, "clock_right_again", "wall_ms=%lld", (long long)the_clock.wall_ms());
    atomic_store(&w->state, got);
}

static enum verdict
forget_nonces(struct writer *w)
{
    TRY(db_begin(w->db));
    return db_end(w->db, sql_nonce_forget(w->db, the_clock.wall_ms()));
}

/* What has to be looked at now and then, however busy the queue is. */
static void
tick(struct writer *w)
{
    struct sql_head_read head;

    w->tick_ms = the_clock.steady_ms();
    arena_reset(w->arena);
    if (sql_head_read(&head, w->db, w->arena) == V_OK)
        w->head_ms = head.at_ms;
    if (++w->ticks % FORGET_TICKS == 0)
        forget_nonces(w);
}

/* Whether anything may be written now. */
static enum verdict
prepare(struct writer *w)
{
    reopen(w);
    if (w->db == NULL)
        return V_DATABASE;
    if (the_clock.steady_ms() - w->tick_ms >= TICK_MS)
        tick(w);
    watch_clock(w);
    return atomic_load(&w->state);
}

/* ---- writing --------------------------------------------------------------------------------------------------- */

static void
post_group(struct writer *w, struct write *first)
{
    size_t count = 0;

    for (struct write *one = first; one != NULL; one = one->next)
        w->group[count++] = one->postings[0];
    ledger_post(w->ledger, w->group, count);
    for (struct write *one = first; one != NULL; one = one->next)
        one->got = one->postings[0]->got;
    histogram_add(&w->o.metrics->group_entries, (int64_t)count);
}

static const struct {
    enum verdict (*post)(struct ledger *lg, struct posting *const *postings, size_t count);
    bool stores;
} lists[] = {
    [WRITE_LIST] = {ledger_post_list, true},
    [WRITE_DRY_LIST] = {ledger_dry_list, false},
    [WRITE_SHEET] = {ledger_post_sheet, true},
    [WRITE_DRY_SHEET] = {ledger_dry_sheet, false},
};

static void
post_list(struct writer *w, struct write *one)
{
    assert(one->how < COUNT(lists));
    assert(lists[one->how].post != NULL);
    one->got = lists[one->how].post(w->ledger, one->postings, one->count);
    if (lists[one->how].stores)
        histogram_add(&w->o.metrics->group_entries, (int64_t)one->count);
}

static void
write_note(struct writer *w, struct write *one)
{
    one->got = db_begin(w->db);
    if (one->got == V_OK)
        one->got = db_end(w->db, one->note(one, w->db));
}

static void
answer_all(struct writer *w, struct write *first)
{
    for (struct write *one = first, *next; one != NULL; one = next) {
        next = one->next;
        one->db = w->db != NULL && db_usable(w->db) ? w->db : NULL;
        one->done(one);
    }
}

static void
write_batch(struct writer *w, struct write *first)
{
    enum verdict may = prepare(w);
    int64_t began_ms = the_clock.steady_ms();

    if (may != V_OK) {
        for (struct write *one = first; one != NULL; one = one->next)
            one->got = may;
    } else if (first->how == WRITE_POST) {
        post_group(w, first);
    } else if (first->how == WRITE_NOTE) {
        write_note(w, first);
    } else {
        post_list(w, first);
    }
    if (may == V_OK && first->how != WRITE_NOTE)
        histogram_add(&w->o.metrics->commit_ms, the_clock.steady_ms() - began_ms);
    answer_all(w, first);
}

/* ---- the queue -------------------------------------------------------------------------------------------------- */

/* Splits off the batch at the queue's front: one list, or as many posts as one group takes. */
static struct write *
cut_batch(struct writer *w)
{
    struct write *first = w->first, *end = first;
    size_t count = 1;

    while (first->how == WRITE_POST && end->next != NULL && end->next->how == WRITE_POST && count < LEDGER_GROUP_MAX) {
        end = end->next;
        count++;
    }
    w->depth -= count;
    w->first = end->next;
    if (w->first == NULL)
        w->last = &w->first;
    end->next = NULL;
    return first;
}

/* The next batch; NULL where nothing came within a tick. */
static struct write *
take(struct writer *w, bool *closing)
{
    struct write *batch = NULL;

    pthread_mutex_lock(&w->lock);
    if (w->first == NULL && !w->closing)
        timed_wait(&w->wake, &w->lock, w->db == NULL ? REOPEN_MS_MIN : TICK_MS);
    if (w->first != NULL)
        batch = cut_batch(w);
    *closing = w->closing && batch == NULL;
    pthread_mutex_unlock(&w->lock);
    return batch;
}

static void *
run(void *context)
{
    struct writer *w = context;
    bool closing = false;

    while (!closing) {
        struct write *batch = take(w, &closing);

        if (batch != NULL)
            write_batch(w, batch);
        else if (!closing)
            prepare(w);
    }
    return NULL;
}

enum verdict
writer_put(struct writer *w, struct write *one)
{
    enum verdict got = V_BUSY;

    assert(ERGO(one->how == WRITE_POST, one->count == 1));
    assert(ERGO(one->how == WRITE_NOTE, one->note != NULL));
    one->next = NULL;
    pthread_mutex_lock(&w->lock);
    if (!w->interrupted && w->depth < w->o.queue_max) {
        *w->last = one;
        w->last = &one->next;
        w->depth++;
        got = V_OK;
        pthread_cond_signal(&w->wake);
    }
    pthread_mutex_unlock(&w->lock);
    return got;
}

size_t
writer_depth(struct writer *w)
{
    size_t depth;

    pthread_mutex_lock(&w->lock);
    depth = w->depth;
    pthread_mutex_unlock(&w->lock);
    return depth;
}

enum verdict
writer_state(struct writer *w)
{
    bool full;

    pthread_mutex_lock(&w->lock);
    full = w->interrupted || w->depth >= w->o.queue_max;
    pthread_mutex_unlock(&w->lock);
    return full ? V_BUSY : atomic_load(&w->state);
}

/* ---- life ------------------------------------------------------------------------------------------------------- */

static void
release(struct writer *w)
{
    struct arena *kept = w->kept;

    close_ledger(w);
    pthread_cond_destroy(&w->wake);
    pthread_mutex_destroy(&w->lock);
    arena_close(w->arena);
    arena_close(kept);
}

enum verdict
writer_open(struct writer **out, const struct writer_options *o)
{
    struct arena *kept = arena_open(sizeof(struct writer) + 4096);
    struct writer *w = NEW(kept, struct writer);
    struct sql_clock_get confirmed;
    enum verdict got;

    *w = (struct writer){.o = *o, .kept = kept, .arena = arena_open(ARENA_SIZE), .confirmed = -1};
    w->last = &w->first;
    timed_init(&w->wake);
    pthread_mutex_init(&w->lock, NULL);
    got = open_ledger(w);
    if (got == V_OK)
        got = sql_clock_get(&confirmed, w->db, w->arena);
    if (got != V_OK) {
        release(w);
        return got;
    }
    guard_init(&w->guard, confirmed.head_ms);
    prepare(w);
    if (pthread_create(&w->thread, NULL, run, w) != 0) {
        log_write(LOG_ERROR, "writer_not_started", "reason=thread");
        release(w);
        return V_BUSY;
    }
    *out = w;
    return V_OK;
}

void
writer_interrupt(struct writer *w)
{
    pthread_mutex_lock(&w->lock);
    w->interrupted = true;
    pthread_mutex_unlock(&w->lock);
}

void
writer_close(struct writer *w)
{
    if (w == NULL)
        return;
    pthread_mutex_lock(&w->lock);
    w->interrupted = true;
    w->closing = true;
    pthread_cond_signal(&w->wake);
    pthread_mutex_unlock(&w->lock);
    pthread_join(w->thread, NULL);
    release(w);
}

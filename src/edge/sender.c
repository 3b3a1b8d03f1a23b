/*
 * Threads that deliver.
 * Knows channels, events and their schedules; must not know roles or routes.
 * Invariant: every row that is changed is changed through the writer, so that nothing else competes with it.
 */
#include "event.h"
#include "problem.h"
#include "sender.h"
#include "sql.h"
#include "timed.h"
#include "webhook.h"

/* So many endpoints may be slow at once before others wait for them. */
#define THREADS 4
#define CHANNELS_MAX 256
/* One claim takes so many events, begins none after so long, and lasts a longest try and a writer's delay more. */
#define BATCH 32
#define BATCH_MS 60000
#define LEASE_MS (BATCH_MS + 60000)
/* How often an idle thread looks, and how often the first of them counts. */
#define TICK_MS 500
#define COUNT_TICKS 10
/* Whoever asks to be left alone for longer is asked again after this. */
#define RETRY_AFTER_MAX_S 86400
#define ARENA_SIZE ((size_t)64 << 20)
#define LIST_SIZE ((size_t)1 << 20)
#define KEPT_SIZE 8192

#define STATUS_GONE 410

struct thread {
    struct sender *sender;
    size_t number;
    pthread_t id;
    struct arena *list;  /* reset at every look */
    struct arena *arena; /* reset at every channel */
    struct db *db;       /* a reader */
    struct fetch *fetch;
    int ticks;
};

struct sender {
    struct sender_options o;
    struct arena *kept;
    struct thread threads[THREADS];
    size_t started;
    pthread_mutex_t lock;
    pthread_cond_t wake;  /* of idle threads, and of those whose note was written */
    _Atomic bool closing; /* set under the lock; libcurl looks at it too */
};

/* An event on its way, and what came of it. */
struct delivery {
    int64_t seq, tries, first_ms, next_ms;
    const char *state;
    struct slice answer;
};

/* One organisation while a thread is at it. */
struct channel {
    struct thread *thread;
    struct slice organisation;
    struct endpoint_record endpoint;
    int64_t opened_seq; /* events before it are not pushed */
    int64_t now_ms, failed, next_ms;
    struct delivery done[BATCH];
    size_t done_count;
};

/* ---- through the writer ------------------------------------------------------------------------------------------ */

/* A note that a thread waits for. */
struct waited {
    struct channel *channel;
    struct sender *sender;
    bool is_done;
};

static void
note_done(struct write *w)
{
    struct waited *waited = w->context;

    pthread_mutex_lock(&waited->sender->lock);
    waited->is_done = true;
    pthread_cond_broadcast(&waited->sender->wake);
    pthread_mutex_unlock(&waited->sender->lock);
}

static enum verdict
write_note(struct channel *c, enum verdict (*note)(struct write *w, struct db *db))
{
    struct sender *s = c->thread->sender;
    struct waited waited = {.channel = c, .sender = s};
    struct write w = {.how = WRITE_NOTE, .note = note, .done = note_done, .context = &waited};

    TRY(writer_put(s->o.writer, &w));
    pthread_mutex_lock(&s->lock);
    while (!waited.is_done)
        pthread_cond_wait(&s->wake, &s->lock);
    pthread_mutex_unlock(&s->lock);
    return w.got;
}

static enum verdict
claim(struct write *w, struct db *db)
{
    struct channel *c = ((struct waited *)w->context)->channel;
    struct sql_channel_claim row;

    TRY(sql_channel_claim(&row, db, c->thread->arena, c->now_ms + LEASE_MS, c->organisation, c->now_ms));
    c->failed = row.failed;
    return sql_outbox_skip(db, c->organisation, c->opened_seq);
}

static enum verdict
keep(struct write *w, struct db *db)
{
    const struct channel *c = ((struct waited *)w->context)->channel;

    for (size_t i = 0; i < c->done_count; i++) {
        const struct delivery *d = &c->done[i];

        TRY(sql_outbox_put(db, slice_of(d->state), d->tries, d->first_ms, d->next_ms, d->answer, d->seq,
                           c->organisation));
    }
    return sql_channel_put(db, c->failed, c->next_ms, c->organisation);
}

/* ---- one event --------------------------------------------------------------------------------------------------- */

/* Half of the wait is certain and half of it random, so that many that failed at once do not come back at once. */
static int64_t
wait_ms(const struct delay_rule *r, int64_t failed)
{
    int64_t half = delay_after(r, failed) / 2;
    uint64_t random;

    random_bytes(&random, sizeof random);
    return half + (int64_t)(random % (uint64_t)(half + 1));
}

/* Standard Webhooks 1.0, and what the body is. */
#define FIELDS 4

static void
fields_make(struct header fields[FIELDS], const struct webhook *hook)
{
    fields[0] = (struct header){S("Content-Type"), S("application/json")};
    fields[1] = (struct header){S("webhook-id"), hook->id};
    fields[2] = (struct header){S("webhook-timestamp"), hook->timestamp};
    fields[3] = (struct header){S("webhook-signature"), hook->signature};
}

static enum verdict
send_event(struct channel *c, const struct event *e, enum fetch_end *end, struct fetch_answer *answer)
{
    const struct sender_options *o = &c->thread->sender->o;
    struct arena *a = c->thread->arena;
    struct show show = {a, c->thread->db, o->vault, o->registry, &c->endpoint.reader};
    struct buf body = {.arena = a};
    struct webhook hook;
    struct slice id;
    struct header fields[FIELDS];
    struct fetch_request rq = {.method = "POST", .url = arena_copy(a, c->endpoint.url).at, .headers = fields,
                               .header_count = FIELDS};

    TRY(event_write(&body, &id, &show, e));
    webhook_make(&hook, a, o->keys, o->key_count, id, the_clock.wall_ms() / 1000, buf_slice(&body));
    fields_make(fields, &hook);
    rq.body = buf_slice(&body);
    *end = fetch_send(answer, c->thread->fetch, a, &rq);
    return V_OK;
}

static void
count_end(struct metrics *m, const struct delivery *d)
{
    atomic_fetch_add(&m->deliveries[METRIC_TRIED], 1);
    if (slice_equal(slice_of(d->state), S("delivered")))
        atomic_fetch_add(&m->deliveries[METRIC_DELIVERED], 1);
    if (slice_equal(slice_of(d->state), S("parked")))
        atomic_fetch_add(&m->deliveries[METRIC_PARKED], 1);
}

/* After a try that was not taken. 410 says that nobody will ever take it (Standard Webhooks 1.0). */
static void
put_off(struct channel *c, struct delivery *d, int status)
{
    const struct sender_options *o = &c->thread->sender->o;
    bool is_over = status == STATUS_GONE || c->now_ms - d->first_ms >= o->park_ms;

    d->state = is_over ? "parked" : "waiting";
    d->next_ms = c->now_ms + wait_ms(&o->retry, d->tries);
    log_write(LOG_WARN, is_over ? "delivery_parked" : "delivery_failed",
              "organisation=%s seq=%lld tries=%lld answer=" SLICE_FMT, log_quote(c->thread->arena, c->organisation),
              (long long)d->seq, (long long)d->tries, SLICE_ARG(d->answer));
}

/* True where the event was taken. */
static bool
deliver(struct channel *c, const struct sql_outbox_due *row)
{
    struct event e = {row->seq, row->type, row->subject, row->state, row->leaf};
    struct delivery *d = &c->done[c->done_count++];
    struct fetch_answer answer = {0};
    enum fetch_end end = FETCH_MISUSE;
    enum verdict got = send_event(c, &e, &end, &answer);
    bool is_taken = got == V_OK && end == FETCH_DONE && answer.status / 100 == 2;
    int64_t pause_ms = (answer.retry_after_s < RETRY_AFTER_MAX_S ? answer.retry_after_s : RETRY_AFTER_MAX_S) * 1000;

    c->now_ms = the_clock.wall_ms();
    *d = (struct delivery){row->seq, row->tries + 1, row->first_ms == 0 ? c->now_ms : row->first_ms, 0, "delivered",
                           S("")};
    if (got != V_OK)
        d->answer = verdict_code(c->thread->arena, got);
    else if (end == FETCH_DONE)
        d->answer = arena_print(c->thread->arena, "%d", answer.status);
    else
        d->answer = slice_of(fetch_row(end)->name);
    c->failed = is_taken ? 0 : c->failed + 1;
    c->next_ms = c->now_ms;
    if (!is_taken) {
        put_off(c, d, answer.status);
        c->next_ms += wait_ms(&c->thread->sender->o.retry, c->failed);
        if (c->next_ms < c->now_ms + pause_ms)
            c->next_ms = c->now_ms + pause_ms;
    }
    count_end(c->thread->sender->o.metrics, d);
    return is_taken;
}

/* ---- one organisation -------------------------------------------------------------------------------------------- */

static enum verdict
endpoint_find(struct channel *c)
{
    struct thread *t = c->thread;
    struct sql_journal_of_subject *opened;
    size_t count;

    TRY(t->sender->o.endpoint_find(&c->endpoint, t->db, t->arena, c->organisation));
    TRY(sql_journal_of_subject(&opened, &count, t->db, t->arena, c->endpoint.type, c->organisation, 0, 1));
    c->opened_seq = count > 0 ? opened->seq : 0;
    return V_OK;
}

static enum verdict
work_off(struct channel *c)
{
    struct thread *t = c->thread;
    int64_t began_ms = the_clock.steady_ms();
    struct sql_outbox_due *rows;
    size_t count;

    c->next_ms = c->now_ms;
    TRY(sql_outbox_due(&rows, &count, t->db, t->arena, c->organisation, c->now_ms, BATCH));
    for (size_t i = 0; i < count && the_clock.steady_ms() - began_ms < BATCH_MS; i++)
        if (!deliver(c, &rows[i]) || t->sender->closing)
            break;
    return V_OK;
}

/* True where something was tried. A try that the end of the daemon has cut is none. */
static bool
serve(struct thread *t, struct slice organisation)
{
    struct channel c = {.thread = t, .now_ms = the_clock.wall_ms(), .organisation = organisation};

    if (endpoint_find(&c) != V_OK || write_note(&c, claim) != V_OK)
        return false;
    work_off(&c);
    if (t->sender->closing && c.failed > 0 && c.done_count > 0)
        c.done_count--;
    write_note(&c, keep);
    return c.done_count > 0;
}

/* ---- the threads ------------------------------------------------------------------------------------------------- */

static void
count_states(struct thread *t)
{
    struct metrics *m = t->sender->o.metrics;
    struct sql_outbox_counts *rows;
    size_t count;

    if (t->number > 0 || t->ticks++ % COUNT_TICKS > 0 || sql_outbox_counts(&rows, &count, t->db, t->arena) != V_OK)
        return;
    atomic_store(&m->events_waiting, 0);
    atomic_store(&m->events_parked, 0);
    for (size_t i = 0; i < count; i++) {
        if (slice_equal(rows[i].state, S("waiting")))
            atomic_store(&m->events_waiting, rows[i].count);
        if (slice_equal(rows[i].state, S("parked")))
            atomic_store(&m->events_parked, rows[i].count);
    }
}

/* Each thread begins elsewhere, so that they do not all ask for the same one first. True where something was tried. */
static bool
look(struct thread *t)
{
    struct sql_channels_due *rows;
    size_t count;
    bool is_busy = false;

    arena_reset(t->list);
    arena_reset(t->arena);
    count_states(t);
    if (sql_channels_due(&rows, &count, t->db, t->list, the_clock.wall_ms(), CHANNELS_MAX) != V_OK)
        return false;
    for (size_t i = 0; i < count && !t->sender->closing; i++) {
        arena_reset(t->arena);
        is_busy |= serve(t, rows[(i + t->number * count / THREADS) % count].organisation);
    }
    return is_busy;
}

static void
rest(struct sender *s)
{
    pthread_mutex_lock(&s->lock);
    if (!s->closing)
        timed_wait(&s->wake, &s->lock, TICK_MS);
    pthread_mutex_unlock(&s->lock);
}

/* A reader that broke is replaced; while none opens nothing is due. */
static void *
run(void *context)
{
    struct thread *t = context;
    struct sender *s = t->sender;

    while (!s->closing) {
        if (t->db == NULL || !db_usable(t->db)) {
            db_close(t->db);
            t->db = NULL;
            if (db_open(&t->db, s->o.db_url, DB_READER, &sql_schema) != V_OK)
                t->db = NULL;
        }
        if (t->db == NULL || !look(t))
            rest(s);
    }
    db_close(t->db);
    return NULL;
}

/* ---- life -------------------------------------------------------------------------------------------------------- */

static void
thread_release(struct thread *t)
{
    fetch_close(t->fetch);
    arena_close(t->arena);
    arena_close(t->list);
}

static bool
thread_start(struct sender *s)
{
    struct thread *t = &s->threads[s->started];

    *t = (struct thread){
        .sender = s, .number = s->started, .list = arena_open(LIST_SIZE), .arena = arena_open(ARENA_SIZE)};
    t->fetch = fetch_open(s->kept, &s->o.fetch);
    if (pthread_create(&t->id, NULL, run, t) == 0) {
        s->started++;
        return true;
    }
    thread_release(t);
    return false;
}

enum verdict
sender_open(struct sender **out, const struct sender_options *o)
{
    struct arena *kept = arena_open(sizeof(struct sender) + KEPT_SIZE);
    struct sender *s = NEW(kept, struct sender);

    assert(o->key_count > 0);
    *s = (struct sender){.o = *o, .kept = kept};
    s->o.fetch.stop = &s->closing;
    pthread_mutex_init(&s->lock, NULL);
    timed_init(&s->wake);
    while (s->started < THREADS && thread_start(s))
        continue;
    if (s->started == THREADS) {
        *out = s;
        return V_OK;
    }
    log_write(LOG_ERROR, "sender_not_started", "started=%zu", s->started);
    sender_close(s);
    return V_BUSY;
}

void
sender_close(struct sender *s)
{
    struct arena *kept;

    if (s == NULL)
        return;
    pthread_mutex_lock(&s->lock);
    s->closing = true;
    pthread_cond_broadcast(&s->wake);
    pthread_mutex_unlock(&s->lock);
    for (size_t i = 0; i < s->started; i++) {
        pthread_join(s->threads[i].id, NULL);
        thread_release(&s->threads[i]);
    }
    pthread_cond_destroy(&s->wake);
    pthread_mutex_destroy(&s->lock);
    kept = s->kept;
    arena_close(kept);
}

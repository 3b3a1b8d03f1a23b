/*
 * The thread that makes notices and sends them as digests.
 * Knows readers, rounds and leases; must not know what a digest looks like.
 * Invariant: every row that is changed is changed through the writer, so that nothing else competes with it.
 */
#include "delay.h"
#include "notice.h"
#include "notice_adapter.h"
#include "query.h"
#include "sql.h"
#include "timed.h"
#include "work_steps.h"

#define READERS_MAX 5000
#define STEPS_PAGE 1000
#define MADE_MAX 500
#define DIGESTS_MAX 1000
/* A longest try, and a writer's delay. */
#define LEASE_MS 120000
#define KEPT_SIZE 8192
#define READERS_SIZE ((size_t)64 << 20)
#define ARENA_SIZE ((size_t)64 << 20)
#define PAGE_DEFAULT 100
#define PAGE_MAX 1000

/* A notice that is to be made. */
struct made {
    struct slice id, account, type, subject, step, due;
    const char *reason;
};

struct notice_thread {
    struct notice_thread_options o;
    const struct notice_adapter *adapter;
    struct arena *kept;
    struct arena *people; /* reset at every round */
    struct arena *arena;  /* reset at every page and every digest */
    struct fetch *fetch;
    struct db *db; /* a reader */
    struct account_record *readers;
    size_t reader_count;
    struct made made[MADE_MAX];
    size_t made_count;
    int32_t today, soon; /* `soon`: the next working day */
    pthread_t id;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    _Atomic bool closing; /* set under the lock; libcurl looks at it too */
};

/* ---- through the writer ------------------------------------------------------------------------------------------ */

struct waited {
    struct notice_thread *thread;
    void *work;
    bool is_done;
};

static void
note_done(struct write *w)
{
    struct waited *waited = w->context;

    pthread_mutex_lock(&waited->thread->lock);
    waited->is_done = true;
    pthread_cond_broadcast(&waited->thread->wake);
    pthread_mutex_unlock(&waited->thread->lock);
}

static enum verdict
write_note(struct notice_thread *t, void *work, enum verdict (*note)(struct write *w, struct db *db))
{
    struct waited waited = {.thread = t, .work = work};
    struct write w = {.how = WRITE_NOTE, .note = note, .done = note_done, .context = &waited};

    TRY(writer_put(t->o.writer, &w));
    pthread_mutex_lock(&t->lock);
    while (!waited.is_done)
        pthread_cond_wait(&t->wake, &t->lock);
    pthread_mutex_unlock(&t->lock);
    return w.got;
}

static void *
work_of(struct write *w)
{
    return ((struct waited *)w->context)->work;
}

/* ---- making ------------------------------------------------------------------------------------------------------ */

/* Everybody who may be told, as he is now. */
static enum verdict
load_readers(struct notice_thread *t)
{
    struct sql_notice_accounts *rows;
    size_t count;

    arena_reset(t->people);
    t->reader_count = 0;
    TRY(sql_notice_accounts(&rows, &count, t->db, t->people, S(""), READERS_MAX));
    t->readers = NEW_ARRAY(t->people, struct account_record, count + 1);
    for (size_t i = 0; i < count; i++) {
        TRY(t->o.account_load(&t->readers[t->reader_count], t->db, t->people, rows[i].id,
                              day_local(the_clock.wall_ms())));
        t->reader_count += t->readers[t->reader_count].active;
    }
    return V_OK;
}

static enum verdict
note_made(struct write *w, struct db *db)
{
    const struct notice_thread *t = work_of(w);
    const char *state = t->adapter->send == NULL ? "parked" : "waiting";

    for (size_t i = 0; i < t->made_count; i++) {
        const struct made *m = &t->made[i];

        TRY(sql_notice_add(db, m->id, m->account, m->type, m->subject, m->step, m->due, slice_of(m->reason),
                           slice_of(state), the_clock.wall_ms(), slice_of(t->adapter->name)));
    }
    return V_OK;
}

static enum verdict
write_made(struct notice_thread *t)
{
    size_t count = t->made_count;

    if (count == 0)
        return V_OK;
    TRY(write_note(t, t, note_made));
    atomic_fetch_add(&t->o.metrics->notices_made, (int64_t)count);
    t->made_count = 0;
    return V_OK;
}

static bool
is_for(const struct account_record *a, enum role role, const struct sql_notice_steps *row)
{
    struct actor who = {role, a->organisation, a->id, a->district};

    return (a->roles & ROLE_BIT(role)) != 0 && scope_holds(&who, row->district, row->organisation);
}

static enum verdict
make_one(struct notice_thread *t, const struct sql_notice_steps *row, const struct account_record *reader,
         const struct due *due, const char *reason)
{
    struct sql_notice_known known;
    char day[DAY_TEXT_SIZE];
    struct made m = {.account = reader->id, .type = row->type, .subject = row->subject, .step = row->step,
                     .reason = reason};
    enum verdict got;

    day_print(day, due->day);
    m.due = arena_copy(t->arena, slice_of(day));
    m.id = uuid8_of(t->arena, (const struct slice[]){m.account, m.type, m.subject, m.step, m.due, slice_of(reason)}, 6);
    got = sql_notice_known(&known, t->db, t->arena, m.id);
    if (got != V_NONE)
        return got;
    t->made[t->made_count++] = m;
    return t->made_count < MADE_MAX ? V_OK : write_made(t);
}

static enum verdict
make_of_step(struct notice_thread *t, struct due_book *book, const struct sql_notice_steps *row)
{
    const struct step_line line = {row->type, row->subject, row->step, row->since, row->due, row->district};
    struct work_step step;

    TRY(work_step_of(&step, book, t->o.registry, &line));
    if (step.due.day == DAY_ABSENT || step.due.day > t->soon)
        return V_OK;
    for (size_t i = 0; i < t->reader_count; i++)
        if (is_for(&t->readers[i], step.row->who, row))
            TRY(make_one(t, row, &t->readers[i], &step.due, step.due.day < t->today ? "overdue" : "due_soon"));
    return V_OK;
}

/* Page by page, so that memory is bounded however much there is to do. */
static enum verdict
make_all(struct notice_thread *t)
{
    struct arena *keys = t->people; /* the key outlives its page */
    struct sql_notice_steps *rows, last = {.since = S(""), .type = S(""), .subject = S(""), .step = S("")};
    struct due_book *book;
    char soon[DAY_TEXT_SIZE];
    size_t count = STEPS_PAGE;

    TRY(load_readers(t));
    TRY(due_book_open(&book, t->db, t->people));
    t->today = day_local(the_clock.wall_ms());
    t->soon = calendar_after(due_calendar(book), t->today, 1);
    t->made_count = 0;
    day_print(soon, t->soon);
    while (count == STEPS_PAGE && !t->closing) {
        arena_reset(t->arena);
        TRY(sql_notice_steps(&rows, &count, t->db, t->arena, slice_of(soon), last.since, last.type, last.subject,
                             last.step, STEPS_PAGE));
        for (size_t i = 0; i < count; i++)
            TRY(make_of_step(t, book, &rows[i]));
        TRY(write_made(t));
        if (count == 0)
            break;
        last = rows[count - 1];
        last.since = arena_copy(keys, last.since);
        last.type = arena_copy(keys, last.type);
        last.subject = arena_copy(keys, last.subject);
        last.step = arena_copy(keys, last.step);
    }
    return V_OK;
}

/* ---- sending ----------------------------------------------------------------------------------------------------- */

/* What waits for one reader, and what came of it. */
struct digest {
    struct notice_thread *thread;
    struct slice account;
    struct sql_notice_claim *rows;
    size_t count;
    bool is_taken;
    int64_t now_ms;
};

static enum verdict
note_claim(struct write *w, struct db *db)
{
    struct digest *d = work_of(w);

    return sql_notice_claim(&d->rows, &d->count, db, d->thread->arena, d->now_ms + LEASE_MS, d->account, d->now_ms);
}

static const char *
put_of(const struct digest *d, size_t i, int64_t *first_ms, int64_t *next_ms)
{
    const struct notice_options *o = &d->thread->o.notice;
    struct delay_rule rule = {.first_ms = o->retry_first_ms, .most_ms = o->retry_most_ms};

    *first_ms = d->rows[i].first_ms == 0 ? d->now_ms : d->rows[i].first_ms;
    *next_ms = d->now_ms + delay_after(&rule, d->rows[i].tries + 1);
    if (d->is_taken)
        return "sent";
    return d->now_ms - *first_ms >= o->park_ms ? "parked" : "waiting";
}

static enum verdict
note_put(struct write *w, struct db *db)
{
    const struct digest *d = work_of(w);

    for (size_t i = 0; i < d->count; i++) {
        int64_t first_ms, next_ms;
        const char *state = put_of(d, i, &first_ms, &next_ms);

        TRY(sql_notice_put(db, slice_of(state), d->rows[i].tries + 1, first_ms, next_ms,
                           slice_of(d->thread->adapter->name), d->rows[i].id));
    }
    return V_OK;
}

static void
count_put(const struct digest *d)
{
    struct metrics *m = d->thread->o.metrics;

    for (size_t i = 0; i < d->count; i++) {
        int64_t first_ms, next_ms;
        struct slice state = slice_of(put_of(d, i, &first_ms, &next_ms));

        atomic_fetch_add(&m->notices_sent, slice_equal(state, S("sent")));
        atomic_fetch_add(&m->notices_parked, slice_equal(state, S("parked")));
    }
}

/* Steps whose row is gone are told of by their code: they were due all the same when the notice was made. */
static void
add_item(struct notice_message *m, const struct notice_thread *t, const struct sql_notice_claim *row)
{
    const struct subject_type *type = registry_type(t->o.registry, row->type);
    const struct step_row *step = type == NULL ? NULL : step_find(type, row->step);
    const char *code = arena_copy(t->arena, row->step).at;

    m->items[m->count++] = (struct notice_item){
        .type = row->type,
        .subject = row->subject,
        .due = row->due,
        .reason = row->reason,
        .link = arena_print(t->arena, "%s/v1/%s/" SLICE_FMT, t->o.origin, type == NULL ? "-" : type->plural,
                            SLICE_ARG(row->subject)),
        .zh = step == NULL ? code : step->zh,
        .en = step == NULL ? code : step->en,
    };
}

/* Its id follows from what it tells of: the same digest tried again has the same. */
static void
message_make(struct notice_message *m, const struct digest *d, struct slice login)
{
    struct arena *a = d->thread->arena;
    struct slice *ids = NEW_ARRAY(a, struct slice, d->count);

    *m = (struct notice_message){.login = login, .at_ms = d->now_ms};
    for (size_t i = 0; i < d->count; i++) {
        ids[i] = d->rows[i].id;
        if (m->count < NOTICE_ITEMS_MAX)
            add_item(m, d->thread, &d->rows[i]);
    }
    m->more = d->count - m->count;
    m->id = uuid8_of(a, ids, d->count);
}

/* An account that has closed meanwhile is told of nothing: its notices stay where they are until they are parked. */
static bool
send_digest(struct digest *d)
{
    struct notice_thread *t = d->thread;
    struct notice_way way = {t->fetch, &t->o.notice, t->o.keys, t->o.key_count};
    struct notice_message *m = NEW(t->arena, struct notice_message);
    struct account_record account;
    struct slice answer = S("account_closed");

    if (t->o.account_load(&account, t->db, t->arena, d->account, day_local(d->now_ms)) == V_OK && account.active) {
        message_make(m, d, account.login);
        if (t->adapter->send(&answer, &way, t->arena, m))
            return true;
    }
    log_write(LOG_WARN, "notice_failed", "account=%s adapter=%s count=%zu answer=" SLICE_FMT,
              log_quote(t->arena, d->account), t->adapter->name, d->count, SLICE_ARG(answer));
    return false;
}

static enum verdict
send_all(struct notice_thread *t)
{
    struct sql_notice_readers *rows;
    size_t count;

    if (t->adapter->send == NULL)
        return V_OK;
    TRY(sql_notice_readers(&rows, &count, t->db, t->people, the_clock.wall_ms(), DIGESTS_MAX));
    for (size_t i = 0; i < count && !t->closing; i++) {
        struct digest d = {.thread = t, .account = rows[i].account, .now_ms = the_clock.wall_ms()};

        arena_reset(t->arena);
        TRY(write_note(t, &d, note_claim));
        if (d.count == 0)
            continue;
        d.is_taken = send_digest(&d);
        if (t->closing && !d.is_taken)
            break; /* cut by the end of the daemon: no try, and free again once the lease is over */
        TRY(write_note(t, &d, note_put));
        count_put(&d);
    }
    return V_OK;
}

/* ---- the thread -------------------------------------------------------------------------------------------------- */

static void
rest(struct notice_thread *t)
{
    int64_t until_ms = the_clock.steady_ms() + t->o.notice.every_ms, left_ms = t->o.notice.every_ms;

    pthread_mutex_lock(&t->lock);
    for (; !t->closing && left_ms > 0; left_ms = until_ms - the_clock.steady_ms())
        timed_wait(&t->wake, &t->lock, (int)left_ms);
    pthread_mutex_unlock(&t->lock);
}

/* A round that meets a fault ends; the next one begins anew. */
static void *
run(void *context)
{
    struct notice_thread *t = context;

    for (; !t->closing; rest(t)) {
        if (t->db == NULL || !db_usable(t->db)) {
            db_close(t->db);
            t->db = NULL;
            if (db_open(&t->db, t->o.db_url, DB_READER, &sql_schema) != V_OK)
                t->db = NULL;
        }
        if (t->db != NULL && writer_state(t->o.writer) == V_OK && make_all(t) == V_OK)
            send_all(t);
    }
    db_close(t->db);
    return NULL;
}

static void
release(struct notice_thread *t)
{
    struct arena *kept = t->kept;

    fetch_close(t->fetch);
    pthread_cond_destroy(&t->wake);
    pthread_mutex_destroy(&t->lock);
    arena_close(t->arena);
    arena_close(t->people);
    arena_close(kept);
}

enum verdict
notice_open(struct notice_thread **out, const struct notice_thread_options *o)
{
    struct arena *kept = arena_open(sizeof(struct notice_thread) + KEPT_SIZE);
    struct notice_thread *t = NEW(kept, struct notice_thread);
    struct fetch_options fetch = fetch_options_default;

    *t = (struct notice_thread){.o = *o, .adapter = notice_adapter_find(slice_of(o->notice.adapter)), .kept = kept,
                                .people = arena_open(READERS_SIZE), .arena = arena_open(ARENA_SIZE)};
    assert(t->adapter != NULL);
    fetch.ca_file = o->notice.ca_file;
    fetch.address = o->notice.address;
    fetch.stop = &t->closing;
    t->fetch = fetch_open(kept, &fetch);
    pthread_mutex_init(&t->lock, NULL);
    timed_init(&t->wake);
    if (pthread_create(&t->id, NULL, run, t) == 0) {
        *out = t;
        return V_OK;
    }
    log_write(LOG_ERROR, "notice_not_started", "reason=thread");
    release(t);
    return V_BUSY;
}

void
notice_close(struct notice_thread *t)
{
    if (t == NULL)
        return;
    pthread_mutex_lock(&t->lock);
    t->closing = true;
    pthread_cond_broadcast(&t->wake);
    pthread_mutex_unlock(&t->lock);
    pthread_join(t->id, NULL);
    release(t);
}

/* ---- one's own --------------------------------------------------------------------------------------------------- */

static void
add_text(struct buf *b, const char *key, struct slice text)
{
    json_add_key(b, key);
    json_add_text(b, text);
}

static void
add_notice(struct buf *b, const struct sql_notice_own *row)
{
    char at[AT_TEXT_SIZE];

    at_print(at, row->created_ms);
    json_add_comma(b);
    buf_add_char(b, '{');
    add_text(b, "id", row->id);
    add_text(b, "type", row->type);
    add_text(b, "subject", row->subject);
    add_text(b, "step", row->step);
    add_text(b, "due", row->due);
    add_text(b, "reason", row->reason);
    add_text(b, "state", row->state);
    add_text(b, "created", slice_of(at));
    buf_add_char(b, '}');
}

static enum verdict
page(struct buf *b, struct call *c)
{
    struct sql_notice_own *rows;
    int64_t most;
    size_t count;

    TRY(query_check(&c->fault, c->rq, (const char *const[]){"limit", NULL}));
    c->fault = S("limit");
    TRY(query_int(&most, c->rq, "limit", PAGE_DEFAULT, 1, PAGE_MAX));
    c->fault = (struct slice){0};
    TRY(sql_notice_own(&rows, &count, c->db, c->rq->arena, c->actor.account, most));
    buf_add_char(b, '[');
    for (size_t i = 0; i < count; i++)
        add_notice(b, &rows[i]);
    buf_add_char(b, ']');
    return V_OK;
}

void
notice_page(struct call *c)
{
    struct buf b = {.arena = c->rq->arena};
    enum verdict got = page(&b, c);

    if (got != V_OK) {
        call_refuse(c, got);
        return;
    }
    c->etag = call_tag(c->rq->arena, buf_slice(&b));
    call_answer(c, 200, "application/json", buf_slice(&b));
}

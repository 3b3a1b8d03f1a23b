/*
 * The thread that posts as the clock.
 * Knows rounds, and which facts were refused; must not know why one is true.
 * Invariant: what is remembered of refusals is what the last whole round met: nothing that has ended is kept.
 */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "sql.h"
#include "timed.h"

/* So many facts are put to the writer at once. */
#define BATCH 500
/* What was refused may be allowed later, as after a thaw. */
#define AGAIN_MS INT64_C(3600000)
/* A list of a hundred thousand facts, and what the door makes of a batch. */
#define LIST_SIZE ((size_t)64 << 20)
#define ARENA_SIZE ((size_t)256 << 20)

/* A fact that was put and stands as before. */
struct refused {
    char id[UUID_TEXT_SIZE];
    int64_t again_ms; /* by the steady clock */
};

struct refusals {
    struct arena *arena;
    struct refused *at;
    size_t count, size;
};

struct clock_thread {
    struct clock_thread_options o;
    struct arena *kept;
    struct arena *list;  /* reset at every round */
    struct arena *arena; /* reset at every batch */
    struct refusals known, met; /* of the last whole round, by id; of this round, as it meets them */
    struct db *db;              /* a reader */
    int32_t warned;             /* the day on which the calendar was asked for last */
    pthread_t id;
    pthread_mutex_t lock;
    pthread_cond_t wake; /* the end is near, or something was written */
    size_t unwritten;
    bool closing;
};

/* One fact on its way to the writer. */
struct item {
    struct clock_thread *thread;
    const struct clock_fact *fact;
    struct slice id;
    bool is_known; /* it was refused before */
    struct posting posting;
    struct posting *postings[1];
    struct write write;
};

/* ---- what was refused -------------------------------------------------------------------------------------------- */

static int
by_id(const void *a, const void *b)
{
    return strcmp(((const struct refused *)a)->id, ((const struct refused *)b)->id);
}

static const struct refused *
refused_find(const struct refusals *r, struct slice id)
{
    struct refused wanted = {.again_ms = 0};

    assert(id.len + 1 == sizeof wanted.id);
    memcpy(wanted.id, id.at, id.len);
    return r->count == 0 ? NULL : bsearch(&wanted, r->at, r->count, sizeof wanted, by_id);
}

static void
refused_add(struct refusals *r, struct slice id, int64_t again_ms)
{
    struct refused one = {.again_ms = again_ms};

    memcpy(one.id, id.at, id.len);
    r->at = arena_grow(r->arena, r->at, r->count, &r->size, sizeof *r->at, 64);
    r->at[r->count++] = one;
}

static void
refusals_forget(struct refusals *r)
{
    arena_reset(r->arena);
    *r = (struct refusals){.arena = r->arena};
}

/* ---- one fact ---------------------------------------------------------------------------------------------------- */

static struct slice
fact_id(struct arena *a, const struct clock_fact *f)
{
    char due[DAY_TEXT_SIZE];

    day_print(due, f->on - 1);
    return uuid8_of(a, (const struct slice[]){slice_of(f->kind), f->subject, slice_of(due)}, 3);
}

/* The envelope's members, then the fact's own. */
static struct slice
fact_body(struct arena *a, const struct clock_fact *f)
{
    struct buf b = {.arena = a};
    char on[DAY_TEXT_SIZE];

    day_print(on, f->on);
    buf_add_char(&b, '{');
    json_add_key(&b, "subject");
    json_add_text(&b, f->subject);
    json_add_key(&b, "on");
    json_add_text(&b, slice_of(on));
    if (f->body.len > 2)
        buf_add_char(&b, ',');
    buf_add(&b, slice_sub(f->body, 1, f->body.len));
    return buf_slice(&b);
}

static void
item_done(struct write *w)
{
    struct clock_thread *t = ((struct item *)w->context)->thread;

    pthread_mutex_lock(&t->lock);
    t->unwritten--;
    pthread_cond_signal(&t->wake);
    pthread_mutex_unlock(&t->lock);
}

static void
item_read(struct item *i)
{
    struct clock_thread *t = i->thread;
    const struct json *body;
    enum verdict got = json_parse(&body, t->arena, fact_body(t->arena, i->fact));

    if (got == V_OK)
        got = posting_read(&i->posting, t->arena, t->o.registry, slice_of(i->fact->kind), i->id, body, S(""));
    i->posting.entry.actor = (struct actor){ROLE_CLOCK, S("ventured"), S("clock"), {0}};
    i->postings[0] = &i->posting;
    i->write = (struct write){.how = WRITE_POST, .postings = i->postings, .count = 1, .done = item_done, .context = i,
                              .got = got};
}

/* The batch's arena is the writer's from the first put to wait_written. */
static void
item_put(struct item *i)
{
    struct clock_thread *t = i->thread;
    enum verdict got;

    if (i->write.got != V_OK)
        return;
    pthread_mutex_lock(&t->lock);
    t->unwritten++;
    pthread_mutex_unlock(&t->lock);
    got = writer_put(t->o.writer, &i->write);
    if (got == V_OK)
        return;
    i->write.got = got;
    item_done(&i->write);
}

/* False where a fault came, which is nobody's answer to this fact. A fact that is recorded and found again was taken
 * back by a correction: it is left alone like a refused one, without a word. */
static bool
item_judge(struct item *i, size_t *posted)
{
    struct clock_thread *t = i->thread;
    enum verdict got = i->write.got;
    char on[DAY_TEXT_SIZE];

    if (verdict_row(got)->class == VERDICT_FAULT)
        return false;
    *posted += got == V_OK;
    if (got == V_OK) {
        atomic_fetch_add(&t->o.metrics->clock_posted, 1);
        return true;
    }
    refused_add(&t->met, i->id, the_clock.steady_ms() + AGAIN_MS);
    if (got == V_REPLAYED || i->is_known)
        return true;
    atomic_fetch_add(&t->o.metrics->clock_refused, 1);
    day_print(on, i->fact->on);
    log_write(LOG_WARN, "clock_refused", "kind=%s subject=%s on=%s verdict=%s", i->fact->kind,
              log_quote(t->arena, i->fact->subject), on, verdict_row(got)->name);
    return true;
}

/* ---- rounds ------------------------------------------------------------------------------------------------------ */

static void
wait_written(struct clock_thread *t)
{
    pthread_mutex_lock(&t->lock);
    while (t->unwritten > 0)
        pthread_cond_wait(&t->wake, &t->lock);
    pthread_mutex_unlock(&t->lock);
}

static bool
is_closing(struct clock_thread *t)
{
    bool closing;

    pthread_mutex_lock(&t->lock);
    closing = t->closing;
    pthread_mutex_unlock(&t->lock);
    return closing;
}

/* Puts the next facts but for those whose time to be asked again has not come; `at` moves past them. */
static bool
post_batch(struct clock_thread *t, const struct clock_fact *facts, size_t count, size_t *at, size_t *posted)
{
    struct item *items[BATCH];
    size_t put = 0;
    bool is_whole = true;

    arena_reset(t->arena);
    for (; *at < count && put < BATCH; ++*at) {
        struct slice id = fact_id(t->arena, &facts[*at]);
        const struct refused *before = refused_find(&t->known, id);

        if (before != NULL && before->again_ms > the_clock.steady_ms()) {
            refused_add(&t->met, id, before->again_ms);
            continue;
        }
        items[put] = NEW(t->arena, struct item);
        *items[put] = (struct item){.thread = t, .fact = &facts[*at], .id = id, .is_known = before != NULL};
        item_read(items[put++]);
    }
    for (size_t i = 0; i < put; i++)
        item_put(items[i]);
    wait_written(t);
    for (size_t i = 0; i < put; i++)
        is_whole &= item_judge(items[i], posted);
    return is_whole;
}

/* How many were posted. */
static size_t
round_run(struct clock_thread *t)
{
    struct refusals swap = t->known;
    struct clock_fact *facts;
    size_t count, at = 0, posted = 0;
    bool is_whole = true;

    arena_reset(t->list);
    refusals_forget(&t->met);
    if (t->o.clock.facts(&facts, &count, t->db, t->list, day_local(the_clock.wall_ms())) != V_OK)
        return 0;
    while (at < count && is_whole && !is_closing(t))
        is_whole = post_batch(t, facts, count, &at, &posted);
    if (at < count || !is_whole)
        return 0;
    t->known = t->met;
    t->met = swap;
    if (t->known.count > 0)
        qsort(t->known.at, t->known.count, sizeof *t->known.at, by_id);
    return posted;
}

/* Once a day, as long as a year's calendar is missing. */
static void
watch_calendar(struct clock_thread *t)
{
    int32_t today = day_local(the_clock.wall_ms());
    struct calendar calendar;
    bool alarm;

    arena_reset(t->arena);
    if (calendar_load(&calendar, t->db, t->arena) != V_OK)
        return;
    alarm = calendar_alarm(&calendar, today);
    atomic_store(&t->o.metrics->calendar_provisional, alarm);
    if (!alarm || t->warned == today)
        return;
    t->warned = today;
    log_write(LOG_WARN, "calendar_provisional", "load=calendar.holidays,calendar.workdays");
}

/* Facts may follow from facts, so it ends where nothing more was posted. */
static void
look(struct clock_thread *t)
{
    watch_calendar(t);
    while (writer_state(t->o.writer) == V_OK && !is_closing(t) && round_run(t) > 0)
        continue;
}

static void
rest(struct clock_thread *t)
{
    int64_t until_ms = the_clock.steady_ms() + t->o.clock.every_ms, left_ms = t->o.clock.every_ms;

    pthread_mutex_lock(&t->lock);
    for (; !t->closing && left_ms > 0; left_ms = until_ms - the_clock.steady_ms())
        timed_wait(&t->wake, &t->lock, (int)left_ms);
    pthread_mutex_unlock(&t->lock);
}

/* A reader that broke is replaced; while none opens nothing is known to be due. */
static void *
run(void *context)
{
    struct clock_thread *t = context;

    for (; !is_closing(t); rest(t)) {
        if (t->db == NULL || !db_usable(t->db)) {
            db_close(t->db);
            t->db = NULL;
            if (db_open(&t->db, t->o.db_url, DB_READER, &sql_schema) != V_OK)
                t->db = NULL;
        }
        if (t->db != NULL)
            look(t);
    }
    db_close(t->db);
    return NULL;
}

/* ---- life -------------------------------------------------------------------------------------------------------- */

static void
release(struct clock_thread *t)
{
    struct arena *kept = t->kept;

    pthread_cond_destroy(&t->wake);
    pthread_mutex_destroy(&t->lock);
    arena_close(t->met.arena);
    arena_close(t->known.arena);
    arena_close(t->arena);
    arena_close(t->list);
    arena_close(kept);
}

enum verdict
clock_open(struct clock_thread **out, const struct clock_thread_options *o)
{
    struct arena *kept = arena_open(sizeof(struct clock_thread) + 4096);
    struct clock_thread *t = NEW(kept, struct clock_thread);

    assert(o->clock.facts != NULL);
    assert(o->clock.every_ms > 0);
    *t = (struct clock_thread){.o = *o, .kept = kept, .list = arena_open(LIST_SIZE), .arena = arena_open(ARENA_SIZE),
                               .known = {.arena = arena_open(LIST_SIZE)}, .met = {.arena = arena_open(LIST_SIZE)},
                               .warned = DAY_ABSENT};
    pthread_mutex_init(&t->lock, NULL);
    timed_init(&t->wake);
    if (pthread_create(&t->id, NULL, run, t) == 0) {
        *out = t;
        return V_OK;
    }
    log_write(LOG_ERROR, "clock_not_started", "reason=thread");
    release(t);
    return V_BUSY;
}

void
clock_close(struct clock_thread *t)
{
    if (t == NULL)
        return;
    pthread_mutex_lock(&t->lock);
    t->closing = true;
    pthread_cond_signal(&t->wake);
    pthread_mutex_unlock(&t->lock);
    pthread_join(t->id, NULL);
    release(t);
}

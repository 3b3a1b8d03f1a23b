/*
 * The writer: groups, order, a full queue, a wrong clock, a broken connection, the end.
 * Knows writer.h and the toy registry; must not measure time.
 * Invariant: the writer is held at a gate while a test fills its queue, so what shares a commit is known.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "../../src/edge/guard.h"
#include "../../src/edge/writer.h"
#include "disk.h"
#include "jars.h"

#define WRITES_MAX 128
#define WAIT_S 20

/* A writer over a world's database, and the writes of one test. */
struct pen {
    struct world *world;
    struct writer *writer;
    struct metrics metrics;
    struct write writes[WRITES_MAX];
    struct posting *postings[WRITES_MAX];
    size_t count;
    sem_t held, go, done;
    enum verdict order[WRITES_MAX]; /* as called back */
    size_t answered;
};

static struct pen pen;

static void
wait_for(sem_t *s)
{
    struct timespec at;

    clock_gettime(CLOCK_REALTIME, &at);
    at.tv_sec += WAIT_S;
    assert_int_equal(sem_timedwait(s, &at), 0);
}

static void
answered(struct write *w)
{
    struct pen *p = w->context;

    p->order[p->answered++] = w->got;
    sem_post(&p->done);
}

static void
hold(struct write *w)
{
    struct pen *p = w->context;

    sem_post(&p->held);
    sem_wait(&p->go);
    answered(w);
}

static void
open_pen(void **state, size_t queue_max)
{
    struct world *w = *state;
    struct writer_options o = {&toy_registry, w->engine->url, w->vault, w->log_key, WORLD_ORIGIN, queue_max,
                               &pen.metrics};

    memset(&pen, 0, sizeof pen);
    pen.world = w;
    metrics_init(&pen.metrics);
    sem_init(&pen.held, 0, 0);
    sem_init(&pen.go, 0, 0);
    sem_init(&pen.done, 0, 0);
    assert_int_equal(writer_open(&pen.writer, &o), V_OK);
}

/* `postings` are set by the caller. */
static struct write *
plan_empty(enum write_how how, size_t entries)
{
    struct write *w = &pen.writes[pen.count];
    struct posting **first = &pen.postings[pen.count];

    assert_true(pen.count + entries <= WRITES_MAX);
    *w = (struct write){.how = how, .postings = first, .count = entries, .done = answered, .context = &pen};
    pen.count += entries;
    return w;
}

static struct write *
plan(enum write_how how, size_t entries, const char *subject)
{
    struct write *w = plan_empty(how, entries);
    struct posting **first = &pen.postings[pen.count - entries];

    for (size_t i = 0; i < entries; i++)
        first[i] = world_read(pen.world, &bank, "jar.filled", NULL,
                              arena_print(pen.world->arena, "{'subject':'%s','on':'2023-03-02','amount':1,"
                                          "'voucher_no':'v-%zu'}", subject, pen.count - entries + i).at);
    return w;
}

/* A promise of 7 out of one pot. */
static struct write *
plan_promise(void)
{
    struct write *w = plan_empty(WRITE_POST, 1);

    pen.postings[pen.count - 1] = world_read(pen.world, &officer, "jar.promised", NULL,
                                             "{'subject':'jar-1','on':'2023-03-02','pot':'p1','amount':7}");
    return w;
}

/* One post whose answer waits until it is let go: the queue fills behind it. */
static void
hold_writer(void)
{
    struct write *w = plan(WRITE_POST, 1, "jar-1");

    w->done = hold;
    assert_int_equal(writer_put(pen.writer, w), V_OK);
    wait_for(&pen.held);
}

static void
let_go(size_t answers)
{
    sem_post(&pen.go);
    while (answers-- > 0)
        wait_for(&pen.done);
}

static enum verdict
post_now(const char *subject)
{
    struct write *w = plan(WRITE_POST, 1, subject);

    assert_int_equal(writer_put(pen.writer, w), V_OK);
    wait_for(&pen.done);
    return w->got;
}

/* ---- groups ---------------------------------------------------------------------------------------------------- */

static void *
put_sixteen(void *context)
{
    struct write *const *writes = context;

    for (size_t i = 0; i < 16; i++)
        if (writer_put(pen.writer, writes[i]) != V_OK)
            return context;
    return NULL;
}

static void
shares_one_commit_among_posts_of_many_threads(void **state)
{
    struct write *writes[64];
    pthread_t threads[4];
    int64_t commits;
    void *failed;

    open_pen(state, 100);
    world_jar(pen.world, "jar-1");
    hold_writer();
    commits = world_count(pen.world, "checkpoint");
    for (size_t i = 0; i < 64; i++)
        writes[i] = plan(WRITE_POST, 1, "jar-1");
    for (size_t i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, put_sixteen, &writes[i * 16]);
    for (size_t i = 0; i < 4; i++) {
        pthread_join(threads[i], &failed);
        assert_null(failed);
    }
    assert_int_equal(writer_depth(pen.writer), 64);
    let_go(65);
    for (size_t i = 0; i < 64; i++) {
        assert_int_equal(writes[i]->got, V_OK);
        assert_true(writes[i]->postings[0]->receipt.len > 0);
    }
    assert_int_equal(world_count(pen.world, "checkpoint"), commits + 1);
    assert_int_equal(atomic_load(&pen.metrics.group_entries.sum), 65);
    writer_close(pen.writer);
}

/* However the posts of the threads fall into groups: a sum knows what each of them has added. */
static void
records_as_many_of_many_threads_as_a_bound_has_room_for(void **state)
{
    struct write *writes[64];
    pthread_t threads[4];
    size_t recorded = 0;
    void *failed;

    open_pen(state, 100);
    rule_set(pen.world, "pot_max:city", 200);
    world_jar(pen.world, "jar-1");
    for (size_t i = 0; i < 64; i++)
        writes[i] = plan_promise();
    for (size_t i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, put_sixteen, &writes[i * 16]);
    for (size_t i = 0; i < 4; i++) {
        pthread_join(threads[i], &failed);
        assert_null(failed);
    }
    for (size_t i = 0; i < 64; i++)
        wait_for(&pen.done);
    for (size_t i = 0; i < 64; i++) {
        assert_true(writes[i]->got == V_OK || writes[i]->got == V_OVER_LIMIT);
        recorded += writes[i]->got == V_OK;
    }
    assert_int_equal(recorded, 200 / 7);
    assert_int_equal(world_total(pen.world, "promised", "2023-01-01", "2023-12-31", INT64_MAX), 200 / 7 * 7);
    writer_close(pen.writer);
}

static void
keeps_the_order_in_which_writes_were_put(void **state)
{
    struct write *first, *list, *last;
    int64_t commits;

    open_pen(state, 100);
    world_jar(pen.world, "jar-1");
    hold_writer();
    commits = world_count(pen.world, "checkpoint");
    first = plan(WRITE_POST, 1, "jar-1");
    list = plan(WRITE_LIST, 3, "jar-1");
    last = plan(WRITE_POST, 1, "jar-1");
    assert_int_equal(writer_put(pen.writer, first), V_OK);
    assert_int_equal(writer_put(pen.writer, list), V_OK);
    assert_int_equal(writer_put(pen.writer, last), V_OK);
    let_go(4);
    assert_int_equal(world_count(pen.world, "checkpoint"), commits + 3);
    assert_int_equal(list->got, V_OK);
    assert_int_equal(list->postings[0]->seq, first->postings[0]->seq + 1);
    assert_int_equal(list->postings[2]->seq, first->postings[0]->seq + 3);
    assert_int_equal(last->postings[0]->seq, first->postings[0]->seq + 4);
    writer_close(pen.writer);
}

static void
keeps_a_refusal_from_its_neighbours(void **state)
{
    struct write *bad, *good;

    open_pen(state, 100);
    world_jar(pen.world, "jar-1");
    hold_writer();
    bad = plan(WRITE_POST, 1, "no-such-jar");
    good = plan(WRITE_POST, 1, "jar-1");
    writer_put(pen.writer, bad);
    writer_put(pen.writer, good);
    let_go(3);
    assert_int_equal(bad->got, V_SUBJECT_UNKNOWN);
    assert_int_equal(good->got, V_OK);
    writer_close(pen.writer);
}

static void
decides_a_dry_list_and_keeps_nothing(void **state)
{
    struct write *dry, *after;
    int64_t entries;

    open_pen(state, 100);
    world_jar(pen.world, "jar-1");
    entries = world_count(pen.world, "journal");
    dry = plan(WRITE_DRY_LIST, 3, "jar-1");
    writer_put(pen.writer, dry);
    wait_for(&pen.done);
    assert_int_equal(dry->got, V_OK);
    assert_string_equal(dry->postings[2]->state, "filled");
    assert_int_equal(world_count(pen.world, "journal"), entries);
    assert_int_equal(world_count(pen.world, "voucher"), 0);
    after = plan(WRITE_POST, 1, "jar-1");
    writer_put(pen.writer, after);
    wait_for(&pen.done);
    assert_int_equal(after->got, V_OK);
    assert_int_equal(after->postings[0]->seq, entries + 1);
    writer_close(pen.writer);
}

/* ---- the queue ------------------------------------------------------------------------------------------------- */

static void
refuses_at_once_when_the_queue_is_full(void **state)
{
    open_pen(state, 4);
    world_jar(pen.world, "jar-1");
    hold_writer();
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(writer_put(pen.writer, plan(WRITE_POST, 1, "jar-1")), V_OK);
    assert_int_equal(writer_put(pen.writer, plan(WRITE_POST, 1, "jar-1")), V_BUSY);
    assert_int_equal(writer_state(pen.writer), V_BUSY);
    let_go(5);
    assert_int_equal(pen.answered, 5);
    assert_int_equal(writer_state(pen.writer), V_OK);
    assert_int_equal(post_now("jar-1"), V_OK);
    writer_close(pen.writer);
}

static void *
close_writer(void *context)
{
    (void)context;
    writer_close(pen.writer);
    return NULL;
}

static void
writes_and_answers_what_waits_when_it_is_closed(void **state)
{
    pthread_t closing;

    open_pen(state, 100);
    world_jar(pen.world, "jar-1");
    hold_writer();
    for (size_t i = 0; i < 10; i++)
        assert_int_equal(writer_put(pen.writer, plan(WRITE_POST, 1, "jar-1")), V_OK);
    writer_interrupt(pen.writer);
    assert_int_equal(writer_put(pen.writer, plan(WRITE_POST, 1, "jar-1")), V_BUSY);
    pthread_create(&closing, NULL, close_writer, NULL);
    let_go(11);
    pthread_join(closing, NULL);
    assert_int_equal(pen.answered, 11);
    for (size_t i = 0; i < 11; i++)
        assert_int_equal(pen.order[i], V_OK);
    assert_int_equal(world_count(pen.world, "voucher"), 11);
}

/* ---- the clock ------------------------------------------------------------------------------------------------- */

static int64_t guard_steady_ms;

static int64_t
guard_steady(void)
{
    return guard_steady_ms;
}

static void
guards_both_edges_of_the_slack(void **state)
{
    static const struct {
        int64_t wall_ms, steady_ms, head_ms, forgiven_ms;
        enum verdict expected;
    } cases[] = {
        {0,      0,     0,      0,      V_OK         },
        {60000,  0,     0,      0,      V_OK         },
        {60001,  0,     0,      0,      V_CLOCK_WRONG},
        {-60000, 0,     -60000, 0,      V_OK         },
        {-60001, 0,     -60001, 0,      V_CLOCK_WRONG},
        {90000,  90000, 90000,  0,      V_OK         },
        {0,      60000, 0,      0,      V_OK         },
        {0,      60001, 0,      0,      V_CLOCK_WRONG},
        {0,      0,     60000,  0,      V_OK         },
        {0,      0,     60001,  0,      V_CLOCK_WRONG},
        {0,      0,     60001,  60000,  V_CLOCK_WRONG},
        {0,      0,     60001,  60001,  V_OK         },
        {60001,  0,     0,      999999, V_CLOCK_WRONG},
    };
    struct world *w = *state;
    struct clock real = the_clock;
    int64_t now_ms = world_now_ms;
    struct guard g;

    (void)w;
    the_clock.steady_ms = guard_steady;
    for (size_t i = 0; i < COUNT(cases); i++) {
        world_now_ms = now_ms;
        guard_steady_ms = 0;
        guard_init(&g, cases[i].forgiven_ms == 0 ? 0 : now_ms + cases[i].forgiven_ms);
        world_now_ms = now_ms + cases[i].wall_ms;
        guard_steady_ms = cases[i].steady_ms;
        if (guard_check(&g, now_ms + cases[i].head_ms) != cases[i].expected)
            fail_msg("case %zu", i);
    }
    the_clock = real;
}

static void
writes_nothing_while_the_clock_is_off_its_track(void **state)
{
    int64_t right_ms;

    open_pen(state, 100);
    world_jar(pen.world, "jar-1");
    right_ms = world_now_ms;
    assert_int_equal(post_now("jar-1"), V_OK);
    world_now_ms = right_ms + 3600000;
    assert_int_equal(post_now("jar-1"), V_CLOCK_WRONG);
    assert_int_equal(writer_state(pen.writer), V_CLOCK_WRONG);
    world_now_ms = right_ms;
    assert_int_equal(post_now("jar-1"), V_OK);
    assert_int_equal(world_count(pen.world, "voucher"), 2);
    writer_close(pen.writer);
}

static void
believes_an_administrator_who_confirms_the_clock(void **state)
{
    open_pen(state, 100);
    world_jar(pen.world, "jar-1");
    world_now_ms += 3600000;
    assert_int_equal(post_now("jar-1"), V_CLOCK_WRONG);
    world_sql(pen.world, "UPDATE op_clock SET count = count + 1, head_ms = (SELECT at_ms FROM head WHERE one = 1)");
    assert_int_equal(post_now("jar-1"), V_OK);
    /* The word was for that clock: another jump needs another one. */
    world_now_ms += 3600000;
    assert_int_equal(post_now("jar-1"), V_CLOCK_WRONG);
    writer_close(pen.writer);
}

static void
starts_behind_the_head_only_when_confirmed(void **state)
{
    struct world *w = *state;
    int64_t head_ms;

    world_jar(w, "jar-1");
    head_ms = world_now_ms;
    world_now_ms = head_ms - 3600000;
    open_pen(state, 100);
    assert_int_equal(post_now("jar-1"), V_CLOCK_WRONG);
    world_sql(w, "UPDATE op_clock SET count = count + 1, head_ms = (SELECT at_ms FROM head WHERE one = 1)");
    assert_int_equal(post_now("jar-1"), V_OK);
    assert_int_equal(pen.postings[1]->entry.at_ms, head_ms);
    writer_close(pen.writer);
    open_pen(state, 100);
    assert_int_equal(post_now("jar-1"), V_OK);
    writer_close(pen.writer);
}

/* ---- a database that goes away ------------------------------------------------------------------------------- */

static bool
is_sqlite(const struct world *w)
{
    return strncmp(w->engine->url, "postgres", 8) != 0;
}

/* Posts until it is taken again; each refusal on the way must say that nothing was stored. */
static void
comes_back(void)
{
    enum verdict got = V_DATABASE;

    for (int i = 0; i < 100 && got == V_DATABASE; i++) {
        struct timespec pause = {.tv_nsec = 50000000};

        got = post_now("jar-1");
        nanosleep(&pause, NULL);
    }
    assert_int_equal(got, V_OK);
}

static void
lose_a_sync(struct world *w)
{
    (void)w;
    disk_arm(DISK_SYNC, 1, 1034); /* SQLITE_IOERR_FSYNC */
    assert_int_equal(post_now("jar-1"), V_DATABASE);
    disk_heal();
}

static void
lose_the_line(struct world *w)
{
    world_sql(w, "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity "
                 "WHERE datname = current_database() AND pid <> pg_backend_pid()");
}

/* What an engine can lose differs, what must follow does not. */
static void
goes_through_recovery_after_what_its_engine_can_lose(void **state)
{
    struct world *w = *state;

    disk_install();
    open_pen(state, 100);
    world_jar(w, "jar-1");
    assert_int_equal(post_now("jar-1"), V_OK);
    (is_sqlite(w) ? lose_a_sync : lose_the_line)(w);
    comes_back();
    assert_int_equal(atomic_load(&pen.metrics.writer_reopened), 1);
    writer_close(pen.writer);
}

static void
does_not_open_before_a_rebuild_that_is_due(void **state)
{
    struct world *w = *state;
    struct writer_options o = {&toy_registry, w->engine->url, w->vault, w->log_key, WORLD_ORIGIN, 10, &pen.metrics};
    struct writer *writer;

    log_level_min = LOG_ERROR + 1;
    world_sql(w, "UPDATE head SET shape = 0");
    assert_int_equal(writer_open(&writer, &o), V_BROKEN);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(shares_one_commit_among_posts_of_many_threads),
        TEST(records_as_many_of_many_threads_as_a_bound_has_room_for),
        TEST(keeps_the_order_in_which_writes_were_put),
        TEST(keeps_a_refusal_from_its_neighbours),
        TEST(decides_a_dry_list_and_keeps_nothing),
        TEST(refuses_at_once_when_the_queue_is_full),
        TEST(writes_and_answers_what_waits_when_it_is_closed),
        TEST(guards_both_edges_of_the_slack),
        TEST(writes_nothing_while_the_clock_is_off_its_track),
        TEST(believes_an_administrator_who_confirms_the_clock),
        TEST(starts_behind_the_head_only_when_confirmed),
        TEST(goes_through_recovery_after_what_its_engine_can_lose),
        TEST(does_not_open_before_a_rebuild_that_is_due),
    };

    return cmocka_run_group_tests_name("edge/writer", tests, NULL, NULL);
}

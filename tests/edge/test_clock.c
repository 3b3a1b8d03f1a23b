/*
 * The clock against loans whose certificates run out, and against facts that nobody can record.
 * Knows clock.h, writers and the town's loans; must not measure time: the clocks are moved, and rounds are counted.
 * Invariant: whatever is waited for is waited for in bounded steps, and missing it fails the test.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../src/edge/clock.h"
#include "lending.h"
#include "ventured/file.h"

#define HOUR_MS INT64_C(3600000)
#define STRANGERS 1200
#define LOG_MAX ((size_t)4 << 20)

/* Two daemons on one registry. */
static struct hall {
    struct world *world;
    struct daemon {
        struct writer *writer;
        struct clock_thread *clock;
        struct metrics metrics;
    } daemons[2];
    int kept_stderr;
    const char *log; /* what is written there */
} hall;

static _Atomic long rounds;

/* ---- clocks ------------------------------------------------------------------------------------------------------ */

static _Atomic int64_t moved_ms, set_back_ms;
static int64_t (*real_steady_ms)(void);

static int64_t
wall(void)
{
    return world_now_ms + moved_ms - set_back_ms;
}

static int64_t
steady(void)
{
    return real_steady_ms() + moved_ms;
}

/* ---- what the clock is given ------------------------------------------------------------------------------------- */

static enum verdict
facts(struct clock_fact **out, size_t *count, struct db *db, struct arena *a, int32_t today)
{
    rounds++;
    return clock_facts(out, count, db, a, today);
}

/* What was true a moment ago. */
static enum verdict
facts_of_before(struct clock_fact **out, size_t *count, struct db *db, struct arena *a, int32_t today)
{
    bool known = day_parse(&today, S("2023-06-01"));

    (void)db;
    assert(known);
    *out = NEW(a, struct clock_fact);
    **out = (struct clock_fact){"loan.expired", S("L1"), today, S("{}")};
    *count = 1;
    rounds++;
    return V_OK;
}

/* Many that cannot be, and one of a kind unknown, before the real ones. */
static enum verdict
facts_and_strangers(struct clock_fact **out, size_t *count, struct db *db, struct arena *a, int32_t today)
{
    struct clock_fact *real, *all = NEW_ARRAY(a, struct clock_fact, STRANGERS + 100);

    rounds++;
    TRY(clock_facts(&real, count, db, a, today));
    assert(*count <= 50);
    for (size_t i = 0; i < STRANGERS; i++)
        all[i] = (struct clock_fact){"loan.expired", arena_print(a, "nobody-%zu", i), today, S("{}")};
    all[STRANGERS] = (struct clock_fact){"loan.forgotten", S("L1"), today, S("{}")};
    all[STRANGERS + 1] = (struct clock_fact){"loan.expired", S("L1"), today, S("{\"why\":1}")};
    memcpy(&all[STRANGERS + 2], real, *count * sizeof *real);
    *count += STRANGERS + 2;
    *out = all;
    return V_OK;
}

/* ---- life -------------------------------------------------------------------------------------------------------- */

static int
open_hall(void **state)
{
    int fd;

    assert_int_equal(lending_setup(state), 0);
    memset(&hall, 0, sizeof hall);
    hall.world = *state;
    rounds = moved_ms = set_back_ms = 0;
    real_steady_ms = the_clock.steady_ms;
    the_clock.wall_ms = wall;
    the_clock.steady_ms = steady;
    log_level_min = LOG_WARN;
    hall.log = arena_print(hall.world->arena, "%s/log", hall.world->engine->folder).at;
    fd = open(hall.log, O_WRONLY | O_CREAT | O_APPEND, 0600);
    hall.kept_stderr = dup(STDERR_FILENO);
    assert_true(dup2(fd, STDERR_FILENO) >= 0);
    close(fd);
    return 0;
}

static void
start(size_t number, clock_facts_fn *given)
{
    struct world *w = hall.world;
    struct daemon *d = &hall.daemons[number];
    struct writer_options writer = {.registry = w->registry, .db_url = w->engine->url, .vault = w->vault,
                                    .log_key = w->log_key, .origin = WORLD_ORIGIN, .queue_max = 4000,
                                    .metrics = &d->metrics};
    struct clock_thread_options clock = {.registry = w->registry, .db_url = w->engine->url,
                                         .clock = {.facts = given, .every_ms = 20}, .metrics = &d->metrics};

    metrics_init(&d->metrics);
    assert_int_equal(writer_open(&d->writer, &writer), V_OK);
    clock.writer = d->writer;
    assert_int_equal(clock_open(&d->clock, &clock), V_OK);
}

static int
close_hall(void **state)
{
    for (size_t i = 0; i < COUNT(hall.daemons); i++) {
        clock_close(hall.daemons[i].clock);
        writer_close(hall.daemons[i].writer);
    }
    the_clock.steady_ms = real_steady_ms;
    log_level_min = LOG_ERROR;
    dup2(hall.kept_stderr, STDERR_FILENO);
    close(hall.kept_stderr);
    return world_teardown(state);
}

/* Until so many more rounds have begun: all but the last are whole. */
static void
wait_rounds(long more)
{
    long wanted = rounds + more;

    for (int i = 0; i < 4000 && rounds < wanted; i++)
        usleep(5000);
    assert_true(rounds >= wanted);
}

static void
wait_for(const _Atomic int64_t *count, int64_t wanted)
{
    for (int i = 0; i < 4000 && *count != wanted; i++)
        usleep(5000);
    assert_int_equal(*count, wanted);
}

static const char *
state_of(const char *loan)
{
    return loan_type.states[lending_subject(hall.world, loan).state].name;
}

/* Lines of the log that hold a word. */
static size_t
logged(const char *word)
{
    struct slice text;
    size_t count = 0;

    assert_true(file_read(&text, hall.world->arena, hall.log, LOG_MAX));
    for (const char *at = arena_copy(hall.world->arena, text).at; (at = strstr(at, word)) != NULL; at++)
        count++;
    return count;
}

/* ---- what it does ------------------------------------------------------------------------------------------------ */

static void
posts_an_expiry_once_for_two_daemons(void **state)
{
    struct world *w = *state;
    int64_t before;

    lending_loan(w, "L1", LOAN_QUALIFIED);
    lending_loan(w, "L2", LOAN_REJECTED);
    lending_loan(w, "L3", LOAN_SENT);
    before = world_count(w, "journal");
    start(0, facts);
    start(1, facts);
    wait_rounds(20);
    assert_int_equal(world_count(w, "journal"), before + 2);
    assert_int_equal(hall.daemons[0].metrics.clock_posted + hall.daemons[1].metrics.clock_posted, 2);
    assert_string_equal(state_of("L1"), "expired");
    assert_string_equal(state_of("L2"), "expired");
    assert_string_equal(state_of("L3"), "sent");
    assert_int_equal(logged("clock_refused"), 0);
    lending_verify(w);
}

/* Both daemons found the fact before either had posted it: the second is answered with the first receipt. */
static void
gives_a_fact_the_same_id_on_every_daemon(void **state)
{
    struct world *w = *state;
    int64_t before;

    lending_loan(w, "L1", LOAN_QUALIFIED);
    before = world_count(w, "journal");
    start(0, facts_of_before);
    wait_for(&hall.daemons[0].metrics.clock_posted, 1);
    start(1, facts_of_before);
    wait_rounds(10);
    assert_int_equal(hall.daemons[1].metrics.clock_posted, 0);
    assert_int_equal(hall.daemons[1].metrics.clock_refused, 0);
    assert_int_equal(world_count(w, "journal"), before + 1);
    assert_int_equal(logged("clock_refused"), 0);
}

static void
records_nothing_for_a_loan_that_was_sent_meanwhile(void **state)
{
    struct world *w = *state;
    int64_t before;

    lending_loan(w, "L1", LOAN_SENT);
    before = world_count(w, "journal");
    start(0, facts_of_before);
    wait_rounds(10);
    assert_int_equal(world_count(w, "journal"), before);
    assert_string_equal(state_of("L1"), "sent");
    assert_int_equal(hall.daemons[0].metrics.clock_refused, 1);
    assert_int_equal(logged("clock_refused"), 1);
}

static void
tells_once_of_a_frozen_loan_and_expires_it_after_the_thaw(void **state)
{
    struct world *w = *state;

    lending_loan(w, "L1", LOAN_QUALIFIED);
    lending_loan(w, "L2", LOAN_QUALIFIED);
    lending_expect(w, CENTRE, "loan.frozen", "L1", "2023-06-01", "'reason':'fraud_check'", V_OK);
    start(0, facts);
    wait_rounds(10);
    assert_string_equal(state_of("L1"), "qualified");
    assert_string_equal(state_of("L2"), "expired");
    assert_int_equal(logged("clock_refused"), 1);
    /* It is asked again an hour later, and no word is said of it. */
    moved_ms += HOUR_MS;
    wait_rounds(10);
    assert_int_equal(logged("clock_refused"), 1);
    assert_int_equal(hall.daemons[0].metrics.clock_refused, 1);
    lending_expect(w, CENTRE, "loan.thawed", "L1", "2023-06-02", "'reason':'checked_in_order'", V_OK);
    moved_ms += HOUR_MS;
    wait_for(&hall.daemons[0].metrics.clock_posted, 2);
    assert_string_equal(state_of("L1"), "expired");
    lending_verify(w);
}

static void
lets_no_refused_fact_keep_others_waiting(void **state)
{
    struct world *w = *state;

    lending_loan(w, "L1", LOAN_QUALIFIED);
    lending_loan(w, "L2", LOAN_QUALIFIED);
    start(0, facts_and_strangers);
    wait_for(&hall.daemons[0].metrics.clock_posted, 2);
    wait_rounds(5);
    assert_string_equal(state_of("L2"), "expired");
    assert_int_equal(hall.daemons[0].metrics.clock_refused, STRANGERS + 2);
    assert_int_equal(logged("clock_refused"), STRANGERS + 2);
}

/* The writer looks at the clock every second. */
static void
rests_while_the_clock_is_wrong(void **state)
{
    struct world *w = *state;
    long before;

    start(0, facts);
    wait_rounds(2);
    set_back_ms = HOUR_MS;
    for (int i = 0; i < 2000 && writer_state(hall.daemons[0].writer) != V_CLOCK_WRONG; i++)
        usleep(5000);
    assert_int_equal(writer_state(hall.daemons[0].writer), V_CLOCK_WRONG);
    usleep(100000); /* the round that had begun is over */
    before = rounds;
    lending_loan(w, "L1", LOAN_QUALIFIED);
    usleep(500000);
    assert_int_equal(rounds, before);
    assert_string_equal(state_of("L1"), "qualified");
    set_back_ms = 0;
    wait_for(&hall.daemons[0].metrics.clock_posted, 1);
    assert_string_equal(state_of("L1"), "expired");
}

/* ---- the calendar ------------------------------------------------------------------------------------------------ */

static void
announce(struct world *w, const char *list, const char *day)
{
    lending_expect(w, CENTRE, "limit.set", arena_print(w->arena, "calendar.%s@cn", list).at, "2023-06-30",
                   arena_print(w->arena, "'from':'2023-01-01','to':'2023-12-31','unit':'day_list','items':['%s'],"
                                         "'source':'S17','confidence':'A'", day).at,
                   V_OK);
}

static void
warns_of_a_missing_calendar_once_a_day(void **state)
{
    struct world *w = *state;

    start(0, facts);
    wait_rounds(10);
    assert_int_equal(hall.daemons[0].metrics.calendar_provisional, 1);
    assert_int_equal(logged("calendar_provisional"), 1);
    moved_ms += 24 * HOUR_MS;
    wait_rounds(10);
    assert_int_equal(logged("calendar_provisional"), 2);
    announce(w, "holidays", "2023-10-02");
    announce(w, "workdays", "2023-10-07");
    wait_for(&hall.daemons[0].metrics.calendar_provisional, 0);
    moved_ms += 24 * HOUR_MS;
    wait_rounds(5);
    assert_int_equal(logged("calendar_provisional"), 2);
    /* From December on it asks for the next one. */
    moved_ms += 153 * 24 * HOUR_MS;
    wait_for(&hall.daemons[0].metrics.calendar_provisional, 1);
    assert_int_equal(writer_state(hall.daemons[0].writer), V_OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_hall, close_hall)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(posts_an_expiry_once_for_two_daemons),
        TEST(gives_a_fact_the_same_id_on_every_daemon),
        TEST(records_nothing_for_a_loan_that_was_sent_meanwhile),
        TEST(tells_once_of_a_frozen_loan_and_expires_it_after_the_thaw),
        TEST(lets_no_refused_fact_keep_others_waiting),
        TEST(rests_while_the_clock_is_wrong),
        TEST(warns_of_a_missing_calendar_once_a_day),
    };

    return cmocka_run_group_tests_name("edge/clock", tests, NULL, NULL);
}

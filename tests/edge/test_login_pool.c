/*
 * The threads of the log-in: how many work at once, what they refuse, and that nothing is lost or done twice.
 * Knows the pool's contract; must not know how long a password takes.
 * Invariant: a gate, not a time, decides when work ends.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "../../src/edge/login_pool.h"
#include "crowd.h"

#define JOBS (LOGIN_SLOW_THREADS + LOGIN_SLOW_WAITING)
#define PATIENCE 6000 /* rounds of 10 ms */

/* Work waits at the gate until it opens. */
static struct {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    int inside, inside_most, done;
    bool open;
} gate = {.lock = PTHREAD_MUTEX_INITIALIZER, .wake = PTHREAD_COND_INITIALIZER};

struct job {
    struct login_work work;
    int runs;
    bool had_db;
};

static void
wait_at_the_gate(struct login_work *w, struct db *db)
{
    struct job *j = (struct job *)w;

    pthread_mutex_lock(&gate.lock);
    gate.inside++;
    if (gate.inside > gate.inside_most)
        gate.inside_most = gate.inside;
    while (!gate.open)
        pthread_cond_wait(&gate.wake, &gate.lock);
    gate.inside--;
    gate.done++;
    j->runs++;
    j->had_db = db != NULL;
    pthread_mutex_unlock(&gate.lock);
}

static void
gate_shut(void)
{
    pthread_mutex_lock(&gate.lock);
    gate.open = false;
    gate.inside_most = gate.done = 0;
    pthread_mutex_unlock(&gate.lock);
}

static void
gate_open(void)
{
    pthread_mutex_lock(&gate.lock);
    gate.open = true;
    pthread_cond_broadcast(&gate.wake);
    pthread_mutex_unlock(&gate.lock);
}

static void
wait_until(int *what, int count)
{
    for (int i = 0; i < PATIENCE; i++) {
        bool there;

        pthread_mutex_lock(&gate.lock);
        there = *what >= count;
        pthread_mutex_unlock(&gate.lock);
        if (there)
            return;
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    }
    fail_msg("%d never came", count);
}

static struct login_pool *
pool_of(struct crowd *c)
{
    struct login_pool *p = NULL;

    assert_int_equal(login_pool_open(&p, c->engine->url, &sql_schema), V_OK);
    return p;
}

static void
hashes_two_at_once_lets_eight_wait_and_refuses_the_next(void **state)
{
    struct crowd *c = *state;
    struct login_pool *p = pool_of(c);
    struct job jobs[JOBS + 1] = {0}, quick = {.work = {wait_at_the_gate}};

    gate_shut();
    for (int i = 0; i < LOGIN_SLOW_THREADS; i++) {
        jobs[i].work.run = wait_at_the_gate;
        assert_int_equal(login_pool_put(p, PEOPLE_SLOW, &jobs[i].work), V_OK);
    }
    wait_until(&gate.inside, LOGIN_SLOW_THREADS);
    for (int i = LOGIN_SLOW_THREADS; i < JOBS; i++) {
        jobs[i].work.run = wait_at_the_gate;
        assert_int_equal(login_pool_put(p, PEOPLE_SLOW, &jobs[i].work), V_OK);
    }
    jobs[JOBS].work.run = wait_at_the_gate;
    assert_int_equal(login_pool_put(p, PEOPLE_SLOW, &jobs[JOBS].work), V_BUSY);
    assert_int_equal(gate.inside_most, LOGIN_SLOW_THREADS);
    assert_int_equal(login_pool_put(p, PEOPLE_QUICK, &quick.work), V_OK); /* is not held up by them */
    wait_until(&gate.inside, LOGIN_SLOW_THREADS + 1);
    gate_open();
    login_pool_close(p);
    assert_int_equal(gate.done, JOBS + 1);
    assert_int_equal(gate.inside_most, LOGIN_SLOW_THREADS + 1);
    for (int i = 0; i < JOBS; i++) {
        assert_int_equal(jobs[i].runs, 1);
        assert_true(jobs[i].had_db);
    }
    assert_int_equal(jobs[JOBS].runs, 0);
    assert_int_equal(quick.runs, 1);
}

static void
notes_that_sessions_were_used_before_it_ends(void **state)
{
    struct crowd *c = *state;
    struct login_pool *p = pool_of(c);
    struct session s = crowd_session(c, "zhou", ROLE_PAYER), found;

    for (int i = 0; i < 3 * LOGIN_QUICK_WAITING; i++) /* more than can wait */
        login_pool_seen(p, &s.name, crowd_now_ms + 60000);
    login_pool_close(p);
    assert_int_equal(session_find(&found, c->db, c->arena, s.token, &c->people.sessions, crowd_now_ms + 60000), V_OK);
    assert_int_equal(found.seen_ms, crowd_now_ms + 60000);
}

/* Two threads, each with a database of its own, and one code. */
struct try {
    struct login_work work;
    struct crowd *crowd;
    struct arena *arena;
    struct slice code;
    enum verdict got;
};

static void
try_to_log_in(struct login_work *w, struct db *db)
{
    struct try *t = (struct try *)w;
    struct login_ask ask = {.login = S("zhou"), .password = S(CROWD_PASSWORD), .code = t->code,
                            .address = S("192.0.2.7"), .now_ms = crowd_now_ms};
    struct login_answer l;

    t->got = login_try(&l, &t->crowd->people, db, t->arena, &ask);
}

static void
lets_one_code_in_once_on_two_threads(void **state)
{
    struct crowd *c = *state;
    struct login_pool *p;
    struct try tries[4];
    int in = 0;

    crowd_ready(c, "zhou");
    p = pool_of(c);
    for (size_t i = 0; i < COUNT(tries); i++) {
        tries[i] = (struct try){.work = {try_to_log_in}, .crowd = c, .arena = arena_open(1u << 20),
                                .code = crowd_code(c, "zhou", 0)};
        assert_int_equal(login_pool_put(p, PEOPLE_SLOW, &tries[i].work), V_OK);
    }
    login_pool_close(p);
    for (size_t i = 0; i < COUNT(tries); i++) {
        in += tries[i].got == V_OK;
        if (tries[i].got != V_OK)
            assert_int_equal(tries[i].got, V_LOGIN_REFUSED);
        arena_close(tries[i].arena);
    }
    assert_int_equal(in, 1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, crowd_setup, crowd_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(hashes_two_at_once_lets_eight_wait_and_refuses_the_next),
        TEST(notes_that_sessions_were_used_before_it_ends),
        TEST(lets_one_code_in_once_on_two_threads),
    };

    return cmocka_run_group_tests_name("edge/login_pool", tests, NULL, NULL);
}

/*
 * The facts that time makes true.
 * Knows loans in every state; must not know how the clock posts.
 * Invariant: what the clock is given, the door takes, and once it has been taken it is not given again.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "lending.h"

/* Certificates of the town's loans run to 2023-05-31. */
static int32_t
on(const char *text)
{
    int32_t day;

    assert_true(day_parse(&day, slice_of(text)));
    return day;
}

static size_t
facts(struct clock_fact **out, struct world *w, const char *today)
{
    size_t count;

    assert_int_equal(clock_facts(out, &count, w->reader, w->arena, on(today)), V_OK);
    return count;
}

static void
gives_an_expiry_for_every_loan_that_waits_to_be_sent_and_for_no_other(void **state)
{
    static const enum loan_state waiting[] = {LOAN_QUALIFIED, LOAN_REJECTED, LOAN_RETURNED, LOAN_LAPSED};
    static const enum loan_state others[] = {LOAN_SENT, LOAN_APPROVED, LOAN_REPAYING, LOAN_EXPIRED, LOAN_APPLIED};
    struct world *w = *state;
    struct clock_fact *f;

    for (size_t i = 0; i < COUNT(others); i++)
        lending_loan(w, arena_print(w->arena, "X%zu", i).at, others[i]);
    assert_int_equal(facts(&f, w, "2023-06-30"), 0);
    for (size_t i = 0; i < COUNT(waiting); i++)
        lending_loan(w, arena_print(w->arena, "L%zu", i).at, waiting[i]);
    assert_int_equal(facts(&f, w, "2023-06-30"), COUNT(waiting));
    for (size_t i = 0; i < COUNT(waiting); i++) {
        assert_string_equal(f[i].kind, "loan.expired");
        assert_true(slice_equal(f[i].subject, arena_print(w->arena, "L%zu", i)));
        assert_int_equal(f[i].on, on("2023-06-01"));
        assert_true(slice_equal(f[i].body, S("{}")));
    }
}

static void
gives_it_from_the_day_after_on(void **state)
{
    struct world *w = *state;
    struct clock_fact *f;

    lending_loan(w, "L1", LOAN_QUALIFIED);
    assert_int_equal(facts(&f, w, "2023-05-31"), 0);
    assert_int_equal(facts(&f, w, "2023-06-01"), 1);
}

static void
gives_nothing_more_once_it_is_posted(void **state)
{
    struct world *w = *state;
    struct clock_fact *f;

    lending_loan(w, "L1", LOAN_QUALIFIED);
    assert_int_equal(facts(&f, w, "2023-06-30"), 1);
    lending_expect(w, CLOCK, f->kind, "L1", "2023-06-01", "", V_OK);
    assert_int_equal(facts(&f, w, "2023-06-30"), 0);
    assert_string_equal(loan_type.states[lending_subject(w, "L1").state].name, "expired");
    lending_verify(w);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, lending_setup, world_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(gives_an_expiry_for_every_loan_that_waits_to_be_sent_and_for_no_other),
        TEST(gives_it_from_the_day_after_on),
        TEST(gives_nothing_more_once_it_is_posted),
    };

    return cmocka_run_group_tests_name("domain/clock", tests, NULL, NULL);
}

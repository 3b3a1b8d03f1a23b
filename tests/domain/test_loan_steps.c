/*
 * What is to be done about a loan in each state.
 * Knows the steps in its own words; must not read them from the loan's table.
 * Invariant: one row a state, and an ended loan has nothing to do.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "lending.h"

static const struct {
    enum loan_state at;
    const char *steps; /* "step since due" */
} rows[] = {
    {LOAN_APPLIED, "papers 2023-03-01 "},
    {LOAN_INCOMPLETE, "supplement 2023-03-02 "},
    {LOAN_CHECKING, "qualify 2023-03-03 "},
    {LOAN_REVIEWING, "review 2023-03-04 "},
    {LOAN_REVIEWED, "guarantor 2023-03-06 "},
    {LOAN_GUARANTEED, "qualify 2023-03-03 "},
    {LOAN_QUEUED, "queue 2023-03-09 "},
    {LOAN_QUALIFIED, "send 2023-03-01 2023-05-31"},
    {LOAN_SENT, "accept 2023-03-12 "},
    {LOAN_INVESTIGATING, "bank 2023-03-15 "},
    {LOAN_APPROVED, "bank 2023-03-15 "},
    {LOAN_CONTRACTED, "bank 2023-03-15 "},
    {LOAN_REJECTED, "send 2023-03-12 2023-05-31"},
    {LOAN_RETURNED, "send 2023-03-12 2023-05-31"},
    {LOAN_LAPSED, "send 2023-03-12 2023-05-31"},
    {LOAN_REPAYING, "repay 2023-03-12 2026-03-31"},
    {LOAN_CALLED_IN, "repay 2023-05-10 2026-03-31"},
    {LOAN_OVERDUE, "overdue 2023-05-01 "},
    {LOAN_CLAIMED, "pay_claim 2023-06-10 "},
    {LOAN_COMPENSATED, "recover 2023-06-10 "},
    {LOAN_RECOVERING, "recover 2023-06-10 "},
    {LOAN_SETTLED, NULL},
    {LOAN_REFUSED, NULL},
    {LOAN_WITHDRAWN, NULL},
    {LOAN_EXPIRED, NULL},
    {LOAN_RECOVERED, NULL},
    {LOAN_WRITTEN_OFF, NULL},
};

static void
has_one_step_in_every_state_that_waits_for_somebody(void **state)
{
    struct world *w = *state;

    assert_int_equal(COUNT(rows), LOAN__COUNT - 1);
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *id = lending_loan_class1(w, arena_print(w->arena, "L%zu", i).at, rows[i].at);
        struct slice got = world_sql(w, "SELECT step || ' ' || since || ' ' || due FROM step WHERE subject = '%s'", id);

        if (rows[i].steps == NULL ? got.at != NULL : !slice_equal(got, slice_of(rows[i].steps)))
            fail_msg("a loan that is %s: '" SLICE_FMT "', wanted '%s'", loan_type.states[rows[i].at].name,
                     SLICE_ARG(got), rows[i].steps == NULL ? "nothing" : rows[i].steps);
    }
    lending_verify(w);
}

/* The clock posts what a step names, so it must be able to. */
static void
names_for_the_clock_only_kinds_that_the_clock_may_post(void **state)
{
    size_t named = 0;

    (void)state;
    for (size_t i = 0; i < loan_type.step_count; i++) {
        const struct kind *k;

        if (loan_type.steps[i].posts == NULL)
            continue;
        k = registry_kind(&the_registry, slice_of(loan_type.steps[i].posts));
        assert_non_null(k);
        assert_true(role_may_post(ROLE_CLOCK, k->schema));
        named++;
    }
    assert_true(named > 0);
}

static void
runs_from_the_day_that_is_known_where_facts_came_early(void **state)
{
    struct world *w = *state;

    lending_loan(w, "L1", LOAN_SENT);
    lending_expect(w, ZJ, "loan.contracted", "L1", "2023-03-20",
                   "'amount':100,'rate_ppm':1,'term_months':12,'due':'2024-01-01','contract_no':'K'", V_OK);
    assert_true(slice_equal(world_sql(w, "SELECT step || ' ' || since FROM step"), S("bank 2023-03-12")));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, lending_setup, world_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(has_one_step_in_every_state_that_waits_for_somebody),
        TEST(names_for_the_clock_only_kinds_that_the_clock_may_post),
        TEST(runs_from_the_day_that_is_known_where_facts_came_early),
    };

    return cmocka_run_group_tests_name("domain/loan_steps", tests, NULL, NULL);
}

/*
 * Certificates: the one in force, those before it, and what they are worth on a day.
 * Knows in its own words which is which; must not read it from the loan's view.
 * Invariant: numbers and days of every issue are spelled out.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "lending.h"

/* All issues of a loan as "number state on valid_to amount", the last being the one in force. */
static const char *
issues(struct world *w, const char *loan, const char *today)
{
    static const char *const states[] = {"valid", "expired", "used", "replaced", "withdrawn"};
    struct loan_certificate c;
    struct buf b = {.arena = w->arena};
    int32_t day;

    assert_true(day_parse(&day, slice_of(today)));
    assert_int_equal(loan_certificate(&c, &the_registry, w->reader, w->arena, slice_of(loan), day), V_OK);
    for (size_t i = 0; i < c.count; i++) {
        char on[DAY_TEXT_SIZE], to[DAY_TEXT_SIZE];

        day_print(on, c.issues[i].on);
        day_print(to, c.issues[i].valid_to);
        buf_print(&b, "%s" SLICE_FMT " %s %s %s %lld", i == 0 ? "" : "; ", SLICE_ARG(c.issues[i].number),
                  states[c.issues[i].state], on, to, (long long)c.issues[i].amount_max);
    }
    return arena_copy(w->arena, buf_slice(&b)).at;
}

#define FIRST "越创贷〔2023〕012 "
#define OF_MARCH " 2023-03-10 2023-05-31 30000000"

static void
says_what_it_is_worth_in_every_state(void **state)
{
    static const struct {
        enum loan_state at;
        const char *today, *wanted;
    } rows[] = {
        {LOAN_QUALIFIED, "2023-05-31", FIRST "valid" OF_MARCH},
        {LOAN_QUALIFIED, "2023-06-01", FIRST "expired" OF_MARCH},
        {LOAN_INVESTIGATING, "2023-05-31", FIRST "valid" OF_MARCH},
        {LOAN_REJECTED, "2023-05-31", FIRST "valid" OF_MARCH},
        {LOAN_CONTRACTED, "2023-06-20", FIRST "used" OF_MARCH},
        {LOAN_SETTLED, "2023-06-20", FIRST "used" OF_MARCH},
        {LOAN_WITHDRAWN, "2023-05-01", FIRST "withdrawn" OF_MARCH},
        {LOAN_EXPIRED, "2023-06-20", FIRST "expired" OF_MARCH},
    };
    struct world *w = *state;

    for (size_t i = 0; i < COUNT(rows); i++)
        assert_string_equal(issues(w, lending_loan(w, arena_print(w->arena, "L%zu", i).at, rows[i].at), rows[i].today),
                            rows[i].wanted);
}

static void
keeps_those_that_were_replaced(void **state)
{
    struct world *w = *state;
    struct loan_certificate c;

    lending_loan(w, "L1", LOAN_QUALIFIED);
    lending_expect(w, CHECKER, "loan.certificate_reissued", "L1", "2023-03-20", "'certificate_no':'C2','reason':'lost'",
                   V_OK);
    assert_string_equal(issues(w, "L1", "2023-04-01"),
                        FIRST "replaced" OF_MARCH "; C2 valid 2023-03-20 2023-05-31 30000000");
    lending_expect(w, CLOCK, "loan.expired", "L1", "2023-06-01", "", V_OK);
    lending_expect(w, CHECKER, "loan.qualified", "L1", "2023-06-10",
                   "'certificate_no':'C3','amount_max':20000000,'valid_to':'2023-08-31','term_max_months':24", V_OK);
    assert_string_equal(issues(w, "L1", "2023-06-20"),
                        FIRST "replaced" OF_MARCH "; C2 replaced 2023-03-20 2023-05-31 30000000"
                              "; C3 valid 2023-06-10 2023-08-31 20000000");
    assert_int_equal(loan_certificate(&c, &the_registry, w->reader, w->arena, S("L1"), 0), V_OK);
    assert_true(slice_equal(c.issues[1].reason, S("lost")));
    assert_null(c.issues[2].reason.at);
    assert_int_equal(c.issues[0].term_max_months, 36);
    assert_int_equal(c.issues[2].term_max_months, 24);
    assert_true(slice_equal(c.issues[2].issued_by, S("330602")));
    assert_true(slice_equal(c.issues[2].number, lending_view(w, "L1")->certificate_no));
}

static struct posting *
mended(struct world *w, const struct posting *first, const char *on, const char *fields, const char *more)
{
    const char *kind = first->entry.kind->schema->name, *id = arena_copy(w->arena, first->entry.id).at;
    struct posting *p = world_post(
        w, CHECKER, kind, NULL,
        arena_print(w->arena, "{'subject':'L1','on':'%s',%s'mends':{'entry':'%s','reason':'typing_error'%s}}", on,
                    fields, id, more).at);

    assert_int_equal(p->got, V_OK);
    assert_string_equal(p->state, "waiting");
    return p;
}

/* A correction stands in the place of what it mends, and what was voided was never issued. */
static void
shows_a_certificate_as_it_was_mended(void **state)
{
    struct world *w = *state;
    struct posting *first, *again, *mend;

    lending_loan(w, "L1", LOAN_APPLIED);
    first = lending_post(w, CHECKER, "loan.qualified", "L1", "2023-03-10",
                         "'certificate_no':'C1','amount_max':30000000,'valid_to':'2023-05-31'");
    assert_int_equal(first->got, V_OK);
    again = lending_post(w, CHECKER, "loan.certificate_reissued", "L1", "2023-03-20",
                         "'certificate_no':'C2','reason':'lost'");
    assert_int_equal(again->got, V_OK);
    mend = mended(w, first, "2023-03-11", "'certificate_no':'C1','amount_max':20000000,'valid_to':'2023-06-30',", "");
    assert_string_equal(issues(w, "L1", "2023-04-01"), "C1 replaced" OF_MARCH
                                                       "; C2 valid 2023-03-20 2023-05-31 30000000");
    assert_int_equal(lending_confirm(w, mend), V_OK);
    assert_string_equal(issues(w, "L1", "2023-04-01"), "C1 replaced 2023-03-11 2023-06-30 20000000"
                                                       "; C2 valid 2023-03-20 2023-06-30 20000000");
    mend = mended(w, again, "2023-03-20", "", ",'void':'yes'");
    assert_int_equal(lending_confirm(w, mend), V_OK);
    assert_string_equal(issues(w, "L1", "2023-04-01"), "C1 valid 2023-03-11 2023-06-30 20000000");
    assert_true(slice_equal(lending_view(w, "L1")->certificate_no, S("C1")));
}

static void
has_none_before_it_is_issued(void **state)
{
    struct world *w = *state;
    struct loan_certificate c;

    lending_loan(w, "L1", LOAN_CHECKING);
    assert_int_equal(loan_certificate(&c, &the_registry, w->reader, w->arena, S("L1"), 0), V_SUBJECT_UNKNOWN);
    assert_int_equal(loan_certificate(&c, &the_registry, w->reader, w->arena, S("L9"), 0), V_SUBJECT_UNKNOWN);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, lending_setup, world_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(says_what_it_is_worth_in_every_state),
        TEST(keeps_those_that_were_replaced),
        TEST(shows_a_certificate_as_it_was_mended),
        TEST(has_none_before_it_is_issued),
    };

    return cmocka_run_group_tests_name("domain/loan_certificate", tests, NULL, NULL);
}

/*
 * How far a loan is, for its applicant, in every state.
 * Knows in its own words what each state shows; must not read the steps' table.
 * Invariant: one row a state.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "lending.h"

static const struct {
    enum loan_state at;
    const char *since, *by, *due; /* `by` NULL: nothing is next; `due` "" none */
    bool certificate, bank;
} rows[] = {
    {LOAN_APPLIED, "2023-03-01", "office", "", false, false},
    {LOAN_INCOMPLETE, "2023-03-02", "applicant", "", false, false},
    {LOAN_CHECKING, "2023-03-03", "office", "", false, false},
    {LOAN_REVIEWING, "2023-03-04", "office", "", false, false},
    {LOAN_REVIEWED, "2023-03-06", "office", "", false, false},
    {LOAN_GUARANTEED, "2023-03-08", "office", "", false, false},
    {LOAN_QUEUED, "2023-03-09", "office", "", false, false},
    {LOAN_QUALIFIED, "2023-03-10", "office", "2023-05-31", true, false},
    {LOAN_SENT, "2023-03-12", "bank", "", true, true},
    {LOAN_INVESTIGATING, "2023-03-15", "bank", "", true, true},
    {LOAN_APPROVED, "2023-03-20", "bank", "", true, true},
    {LOAN_CONTRACTED, "2023-04-01", "bank", "", true, true},
    {LOAN_REJECTED, "2023-03-20", "office", "2023-05-31", true, false},
    {LOAN_RETURNED, "2023-03-20", "office", "2023-05-31", true, false},
    {LOAN_LAPSED, "2023-04-20", "office", "2023-05-31", true, false},
    {LOAN_REPAYING, "2023-04-10", "applicant", "2026-03-31", true, true},
    {LOAN_CALLED_IN, "2023-05-10", "applicant", "2026-03-31", true, true},
    {LOAN_OVERDUE, "2023-05-10", "applicant", "", true, true},
    {LOAN_CLAIMED, "2023-06-10", "office", "", true, true},
    {LOAN_COMPENSATED, "2023-06-12", "office", "", true, true},
    {LOAN_RECOVERING, "2023-06-13", "office", "", true, true},
    {LOAN_SETTLED, "2023-05-20", NULL, "", true, true},
    {LOAN_REFUSED, "2023-03-10", NULL, "", false, false},
    {LOAN_WITHDRAWN, "2023-03-14", NULL, "", false, false},
    {LOAN_EXPIRED, "2023-06-01", NULL, "", false, false},
    {LOAN_RECOVERED, "2023-06-15", NULL, "", true, true},
    {LOAN_WRITTEN_OFF, "2023-06-16", NULL, "", true, true},
};

static struct loan_progress
known(struct world *w, const char *loan)
{
    struct loan_progress p;

    assert_int_equal(loan_progress(&p, w->reader, w->arena, slice_of(loan)), V_OK);
    return p;
}

static const char *
day(struct world *w, int32_t day)
{
    char *text = arena_take(w->arena, DAY_TEXT_SIZE);

    if (day != DAY_ABSENT)
        day_print(text, day);
    return text;
}

static void
tells_of_every_state_since_when_and_whose_turn_it_is(void **state)
{
    struct world *w = *state;

    assert_int_equal(COUNT(rows), LOAN__COUNT - 1);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct loan_progress p = known(w, lending_loan_class1(w, arena_print(w->arena, "L%zu", i).at, rows[i].at));
        const char *name = p.state->name;

        assert_string_equal(name, loan_type.states[rows[i].at].name);
        if (strcmp(day(w, p.since), rows[i].since) != 0)
            fail_msg("%s since %s", name, day(w, p.since));
        if ((p.zh == NULL) != (rows[i].by == NULL) ||
            (p.zh != NULL && !slice_equal(progress_by[p.by].code, slice_of(rows[i].by))))
            fail_msg("%s: whose turn?", name);
        if (strcmp(day(w, p.due), rows[i].due) != 0)
            fail_msg("%s: due %s", name, day(w, p.due));
        if ((p.certificate_no.at != NULL) != rows[i].certificate || (p.bank_zh.at != NULL) != rows[i].bank)
            fail_msg("%s: certificate %d, bank %d", name, p.certificate_no.at != NULL, p.bank_zh.at != NULL);
    }
}

/* A fact that leaves the state does not begin it anew. */
static void
counts_from_the_entry_that_brought_it_there(void **state)
{
    struct world *w = *state;

    lending_loan(w, "L1", LOAN_CHECKING);
    lending_expect(w, CHECKER, "loan.checked", "L1", "2023-04-05", "'rule':'credit','finding':'met'", V_OK);
    assert_string_equal(day(w, known(w, "L1").since), "2023-03-03");
    lending_loan(w, "L2", LOAN_REPAYING);
    lending_expect(w, ZJ, "loan.repaid", "L2", "2023-05-10", "'amount':5,'voucher_no':'R1'", V_OK);
    assert_string_equal(day(w, known(w, "L2").since), "2023-04-10");
    lending_expect(w, ZJ, "loan.overdue", "L2", "2023-06-10", "'amount':5,'since':'2023-06-01'", V_OK);
    lending_expect(w, ZJ, "loan.cured", "L2", "2023-06-12", "", V_OK);
    assert_string_equal(day(w, known(w, "L2").since), "2023-06-12");
}

static void
names_missing_papers_until_they_came(void **state)
{
    struct world *w = *state;
    struct loan_progress p;

    lending_loan(w, "L1", LOAN_INCOMPLETE);
    p = known(w, "L1");
    assert_int_equal(p.missing_count, 1);
    assert_true(slice_equal(p.missing[0].zh, S("营业执照")));
    lending_expect(w, STREET, "loan.completed", "L1", "2023-03-05", "", V_OK);
    assert_int_equal(known(w, "L1").missing_count, 0);
    lending_loan(w, "L2", LOAN_INVESTIGATING);
    lending_expect(w, ZJ, "loan.returned", "L2", "2023-03-20", "'reason':'papers_missing','missing':['identity']",
                   V_OK);
    assert_int_equal(known(w, "L2").missing_count, 1);
    lending_expect(w, CENTRE, "loan.sent", "L2", "2023-03-25", "'bank':'bank-sx'", V_OK);
    assert_int_equal(known(w, "L2").missing_count, 0);
    assert_int_equal(loan_progress(&p, w->reader, w->arena, S("L9")), V_SUBJECT_UNKNOWN);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, lending_setup, world_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(tells_of_every_state_since_when_and_whose_turn_it_is),
        TEST(counts_from_the_entry_that_brought_it_there),
        TEST(names_missing_papers_until_they_came),
    };

    return cmocka_run_group_tests_name("domain/loan_progress", tests, NULL, NULL);
}

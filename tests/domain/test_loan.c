/*
 * The loan's stories: a bank's facts out of order, over and from aside, and whose loan it is.
 * Knows what each story must end in; must not read it from the loan's table.
 * Invariant: each row names a story, and the state, the money and the exceptions it must end in.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lending.h"

static bool
lists(const char *words, const char *word)
{
    size_t len = strlen(word);

    for (const char *at = strstr(words, word); at != NULL; at = strstr(at + 1, word))
        if ((at == words || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0'))
            return true;
    return false;
}

/* ---- facts: whatever their order or size ----------------------------------------------------------------------- */

struct move {
    const struct actor *who;
    const char *kind, *fields;
};

struct story {
    const char *name;
    enum loan_state at;
    struct move moves[6];
    enum loan_state ends;
    bool frozen;
    int64_t disbursed, outstanding;
    const char *exceptions;
};

#define APPROVED(amount) "'amount':" #amount ",'rate_ppm':43500,'term_months':36"
#define CONTRACTED(amount) APPROVED(amount) ",'due':'2026-03-31','contract_no':'K1'"

static const struct story stories[] = {
    {"in order, in two tranches", LOAN_CONTRACTED,
     {{ZJ, "loan.disbursed", "'amount':12000000"}, {ZJ_CHECKER, "loan.disbursed", "'amount':8000000"}},
     LOAN_REPAYING, false, 20000000, 20000000, ""},
    {"repaid, repaid before time, settled", LOAN_REPAYING,
     {{ZJ, "loan.repaid", "'amount':5000000"}, {ZJ, "loan.prepaid", "'amount':15000000"}, {ZJ, "loan.settled", ""}},
     LOAN_SETTLED, false, 20000000, 0, ""},
    {"overdue, paid in part, cured", LOAN_OVERDUE,
     {{ZJ, "loan.repaid", "'amount':500000"}, {ZJ, "loan.cured", ""}, {ZJ, "loan.repaid", "'amount':1"}},
     LOAN_REPAYING, false, 20000000, 19499999, ""},
    {"overdue, more overdue, settled", LOAN_OVERDUE,
     {{ZJ, "loan.overdue", "'amount':600000,'since':'2023-05-01'"}, {ZJ, "loan.prepaid", "'amount':20000000"},
      {ZJ, "loan.settled", ""}},
     LOAN_SETTLED, false, 20000000, 0, ""},
    {"rejected by one bank, lent by another", LOAN_REJECTED,
     {{CLERK, "loan.sent", "'bank':'bank-sx'"}, {SX, "loan.accepted", ""},
      {SX, "loan.approved", APPROVED(100)}, {SX, "loan.contracted", CONTRACTED(100)},
      {SX, "loan.disbursed", "'amount':100"}},
     LOAN_REPAYING, false, 100, 100, ""},

    {"early: money before the contract, within the certificate", LOAN_SENT,
     {{ZJ, "loan.disbursed", "'amount':30000000"}},
     LOAN_REPAYING, false, 30000000, 30000000, "early/0/loan.accepted,loan.approved,loan.contracted "},
    {"early, and over the certificate", LOAN_SENT, {{ZJ, "loan.disbursed", "'amount':30000001"}},
     LOAN_REPAYING, true, 30000001, 30000001, "early/1/loan.accepted,loan.approved,loan.contracted "},
    {"early: over what was approved", LOAN_APPROVED, {{ZJ, "loan.disbursed", "'amount':20000001"}},
     LOAN_REPAYING, true, 20000001, 20000001, "early/1/loan.contracted "},
    {"early: paid back before it was paid out", LOAN_CONTRACTED,
     {{ZJ, "loan.repaid", "'amount':5"}, {ZJ, "loan.disbursed", "'amount':20000000"}},
     LOAN_REPAYING, true, 20000000, 19999995, "early/1/loan.disbursed "},
    {"early: settled is the only word of a bank", LOAN_SENT, {{ZJ, "loan.settled", ""}},
     LOAN_SETTLED, false, 0, 0, "early/0/loan.accepted,loan.approved,loan.contracted,loan.disbursed "},
    {"early: another tranche of an overdue loan implies the cure", LOAN_CONTRACTED,
     {{ZJ, "loan.disbursed", "'amount':10000000"}, {ZJ, "loan.overdue", "'amount':1,'since':'2023-05-14'"},
      {ZJ, "loan.disbursed", "'amount':5000000"}},
     LOAN_REPAYING, false, 15000000, 15000000, "early/0/loan.cured "},

    {"late: the steps that came after the money", LOAN_SENT,
     {{ZJ, "loan.disbursed", "'amount':100"}, {ZJ, "loan.accepted", ""}, {ZJ, "loan.approved", APPROVED(100)},
      {ZJ, "loan.contracted", CONTRACTED(100)}},
     LOAN_REPAYING, false, 100, 100,
     "early/0/loan.accepted,loan.approved,loan.contracted late/0/ late/0/ late/0/ "},
    {"late: a contract below what was paid", LOAN_SENT,
     {{ZJ, "loan.disbursed", "'amount':100"}, {ZJ, "loan.contracted", CONTRACTED(99)}},
     LOAN_REPAYING, true, 100, 100, "early/0/loan.accepted,loan.approved,loan.contracted late/1/ "},
    {"late: an approval below what was contracted", LOAN_INVESTIGATING,
     {{ZJ, "loan.contracted", CONTRACTED(100)}, {ZJ, "loan.approved", APPROVED(99)}},
     LOAN_CONTRACTED, true, 0, 0, "early/0/loan.approved late/1/ "},
    {"late: the last repayment after the settlement", LOAN_SETTLED, {{ZJ, "loan.repaid", "'amount':20000000"}},
     LOAN_SETTLED, false, 20000000, 0, "late/0/ "},
    {"late: rejected after it was approved", LOAN_APPROVED, {{ZJ, "loan.rejected", "'reason':'withdrew'"}},
     LOAN_APPROVED, false, 0, 0, "late/0/ "},

    {"over: approved beyond the certificate", LOAN_INVESTIGATING, {{ZJ, "loan.approved", APPROVED(30000001)}},
     LOAN_APPROVED, true, 0, 0, "in_order/1/ "},
    {"over: contracted beyond the approval", LOAN_APPROVED, {{ZJ, "loan.contracted", CONTRACTED(20000001)}},
     LOAN_CONTRACTED, true, 0, 0, "in_order/1/ "},
    {"over: the second tranche a fen beyond the contract", LOAN_CONTRACTED,
     {{ZJ, "loan.disbursed", "'amount':12000000"}, {ZJ, "loan.disbursed", "'amount':8000001"}},
     LOAN_REPAYING, true, 20000001, 20000001, "in_order/1/ "},
    {"over: paid back more than was owed", LOAN_REPAYING, {{ZJ, "loan.repaid", "'amount':20000001"}},
     LOAN_REPAYING, true, 20000000, -1, "in_order/1/ "},
    {"over: paid back before time more than was owed", LOAN_OVERDUE, {{ZJ, "loan.prepaid", "'amount':20000001"}},
     LOAN_OVERDUE, true, 20000000, -1, "in_order/1/ "},
    {"over: facts still move a frozen loan", LOAN_REPAYING,
     {{ZJ, "loan.repaid", "'amount':20000001"}, {ZJ, "loan.settled", ""}},
     LOAN_SETTLED, true, 20000000, -1, "in_order/1/ "},

    {"aside: money after the rejection", LOAN_REJECTED, {{ZJ, "loan.disbursed", "'amount':100"}},
     LOAN_REJECTED, true, 100, 100, "side/0/ "},
    {"aside: money after the withdrawal", LOAN_WITHDRAWN, {{ZJ, "loan.disbursed", "'amount':100"}},
     LOAN_WITHDRAWN, true, 100, 100, "side/0/ "},
    {"aside: money after the certificate ran out", LOAN_EXPIRED, {{ZJ, "loan.disbursed", "'amount':100"}},
     LOAN_EXPIRED, true, 100, 100, "side/0/ "},
    {"aside: money from the bank that had it before", LOAN_REJECTED,
     {{CLERK, "loan.sent", "'bank':'bank-sx'"}, {ZJ, "loan.disbursed", "'amount':100"},
      {SX, "loan.accepted", ""}},
     LOAN_INVESTIGATING, true, 100, 100, "side/0/ "},
    {"aside: two banks paid what one may", LOAN_REJECTED,
     {{CLERK, "loan.sent", "'bank':'bank-sx'"}, {SX, "loan.disbursed", "'amount':30000000"},
      {ZJ, "loan.disbursed", "'amount':1"}},
     LOAN_REPAYING, true, 30000001, 30000001, "early/0/loan.accepted,loan.approved,loan.contracted side/1/ "},
};

static bool
has_voucher(const char *kind)
{
    return lists("loan.disbursed loan.repaid loan.prepaid", kind);
}

static void
tell(struct world *w, const struct story *story, const char *loan)
{
    struct subject s;
    const struct loan_view *v;
    struct slice seen;

    lending_loan(w, loan, story->at);
    for (size_t i = 0; i < COUNT(story->moves) && story->moves[i].kind != NULL; i++) {
        const struct move *m = &story->moves[i];
        const char *voucher = has_voucher(m->kind) ? arena_print(w->arena, ",'voucher_no':'V%zu'", i).at : "";
        struct posting *p = lending_post(w, m->who, m->kind, loan,
                                      story->at == LOAN_EXPIRED ? "2023-06-02" : "2023-05-25",
                                      arena_print(w->arena, "%s%s", m->fields, voucher).at);

        if (p->got != V_OK)
            fail_msg("%s, move %zu: %s", story->name, i, verdict_row(p->got)->name);
    }
    s = lending_subject(w, loan);
    v = s.view;
    if (s.state != (int)story->ends || s.frozen != story->frozen)
        fail_msg("%s: ends %s, frozen %d", story->name, loan_type.states[s.state].name, s.frozen);
    if (v->disbursed != story->disbursed || v->outstanding != story->outstanding)
        fail_msg("%s: disbursed %lld, outstanding %lld", story->name, (long long)v->disbursed,
                 (long long)v->outstanding);
    seen = lending_exceptions(w, loan);
    if (!slice_equal(seen, slice_of(story->exceptions)))
        fail_msg("%s: exceptions '" SLICE_FMT "'", story->name, SLICE_ARG(seen));
}

static void
records_bank_facts_whatever_their_order_or_size(void **state)
{
    struct world *w = *state;

    for (size_t i = 0; i < COUNT(stories); i++)
        tell(w, &stories[i], arena_print(w->arena, "S%zu", i).at);
    lending_verify(w);
}

/* ---- whose loan it is ------------------------------------------------------------------------------------------ */

static void
knows_a_bank_only_when_the_loan_was_sent_to_it(void **state)
{
    struct world *w = *state;

    lending_loan(w, "L1", LOAN_QUALIFIED);
    lending_expect(w, ZJ, "loan.accepted", "L1", "2023-03-20", "", V_SUBJECT_UNKNOWN);
    lending_loan(w, "L2", LOAN_SENT);
    lending_expect(w, SX, "loan.accepted", "L2", "2023-03-20", "", V_SUBJECT_UNKNOWN);
    lending_expect(w, ZJ, "loan.rejected", "L2", "2023-03-20", "'reason':'project'", V_OK);
    lending_expect(w, CENTRE, "loan.sent", "L2", "2023-03-21", "'bank':'bank-sx'", V_OK);
    lending_expect(w, SX, "loan.accepted", "L2", "2023-03-22", "", V_OK);
    assert_false(lending_subject(w, "L2").frozen);
}

static void
hides_a_loan_from_the_clerks_of_another_district(void **state)
{
    struct world *w = *state;

    lending_loan(w, "L1", LOAN_QUALIFIED);
    lending_expect(w, FAR_CLERK, "loan.sent", "L1", "2023-03-20", "'bank':'bank-zj'", V_SUBJECT_UNKNOWN);
    lending_expect(w, FAR_CLERK, "loan.withdrawn", "L1", "2023-03-20", "", V_SUBJECT_UNKNOWN);
}

static void
lets_a_former_bank_pay_but_not_change_the_terms(void **state)
{
    struct world *w = *state;
    const struct loan_view *v;

    lending_loan(w, "L1", LOAN_REJECTED);
    lending_post(w, CENTRE, "loan.sent", "L1", "2023-04-01", "'bank':'bank-sx'");
    lending_post(w, SX, "loan.approved", "L1", "2023-04-02", APPROVED(500));
    lending_expect(w, ZJ, "loan.approved", "L1", "2023-04-03", APPROVED(7), V_OK);
    lending_expect(w, ZJ, "loan.contracted", "L1", "2023-04-03", CONTRACTED(7), V_OK);
    lending_expect(w, ZJ, "loan.disbursed", "L1", "2023-04-03", "'amount':7,'voucher_no':'V'", V_OK);
    v = lending_view(w, "L1");
    assert_true(slice_equal(v->bank, S("bank-sx")));
    assert_int_equal(v->banks.count, 2);
    assert_int_equal(v->approved, 500);
    assert_int_equal(v->contracted, INT_ABSENT);
    assert_int_equal(v->disbursed, 7);
    assert_int_equal(v->rejections, 1);
}

static void
keeps_the_rate_of_the_contract_when_the_approval_comes_late(void **state)
{
    struct world *w = *state;

    lending_loan(w, "L1", LOAN_INVESTIGATING);
    lending_post(w, ZJ, "loan.contracted", "L1", "2023-04-02", CONTRACTED(500));
    lending_post(w, ZJ, "loan.approved", "L1", "2023-04-02", "'amount':600,'rate_ppm':1,'term_months':1");
    assert_int_equal(lending_view(w, "L1")->rate_ppm, 43500);
    assert_int_equal(lending_view(w, "L1")->term_months, 36);
    assert_int_equal(lending_view(w, "L1")->approved, 600);
}

static void
forgets_the_terms_of_a_bank_that_rejected_later(void **state)
{
    struct world *w = *state;

    lending_loan(w, "L1", LOAN_REJECTED);
    lending_post(w, ZJ, "loan.approved", "L1", "2023-04-01", APPROVED(500));
    assert_int_equal(lending_view(w, "L1")->approved, 500);
    lending_post(w, CENTRE, "loan.thawed", "L1", "2023-04-02", "'reason':'checked_in_order'");
    lending_expect(w, CENTRE, "loan.sent", "L1", "2023-04-02", "'bank':'bank-sx'", V_OK);
    assert_int_equal(lending_view(w, "L1")->approved, INT_ABSENT);
}

static void
refuses_a_second_id_for_one_voucher_but_not_another_banks(void **state)
{
    struct world *w = *state;
    struct posting *first, *p;

    lending_loan(w, "L1", LOAN_REPAYING);
    first = lending_post(w, ZJ, "loan.repaid", "L1", "2023-05-01", "'amount':100,'voucher_no':'R1'");
    p = lending_post(w, ZJ, "loan.repaid", "L1", "2023-05-01", "'amount':100,'voucher_no':'R1'");
    assert_int_equal(p->got, V_VOUCHER_TAKEN);
    assert_non_null(strstr(p->problems.first->en.at, arena_copy(w->arena, first->entry.id).at));
    lending_expect(w, ZJ, "loan.prepaid", "L1", "2023-05-01", "'amount':100,'voucher_no':'R1'", V_OK);
    assert_int_equal(lending_view(w, "L1")->repaid, 200);
}

static void
keeps_what_the_bank_said_of_the_loan(void **state)
{
    struct world *w = *state;
    const struct loan_view *v;
    int32_t due;

    lending_loan(w, "L1", LOAN_OVERDUE);
    v = lending_view(w, "L1");
    assert_true(day_parse(&due, S("2026-03-31")));
    assert_int_equal(v->asked, 30000000);
    assert_int_equal(v->amount_max, 30000000);
    assert_int_equal(v->term_max_months, 36);
    assert_int_equal(v->approved, 20000000);
    assert_int_equal(v->contracted, 20000000);
    assert_int_equal(v->rate_ppm, 43500);
    assert_int_equal(v->due, due);
    assert_true(slice_equal(v->contract_no, S("Z1")));
    assert_int_equal(v->overdue, 500000);
    lending_post(w, ZJ, "loan.cured", "L1", "2023-05-20", "");
    assert_int_equal(lending_view(w, "L1")->overdue, 0);
    assert_int_equal(lending_view(w, "L1")->overdue_since, DAY_ABSENT);
}

static void
tells_the_bank_what_was_sent_withdrawn_and_thawed(void **state)
{
    struct world *w = *state;

    lending_loan(w, "L1", LOAN_WITHDRAWN);
    assert_int_equal(world_count(w, "op_outbox"), 2);
    lending_post(w, ZJ, "loan.disbursed", "L1", "2023-05-20", "'amount':1,'voucher_no':'V'");
    lending_post(w, CENTRE, "loan.thawed", "L1", "2023-05-20", "'reason':'checked_in_order'");
    assert_int_equal(world_count(w, "op_outbox"), 3);
    lending_loan(w, "L2", LOAN_REFUSED);
    assert_int_equal(world_count(w, "op_outbox"), 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, lending_setup, world_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(records_bank_facts_whatever_their_order_or_size),
        TEST(knows_a_bank_only_when_the_loan_was_sent_to_it),
        TEST(hides_a_loan_from_the_clerks_of_another_district),
        TEST(lets_a_former_bank_pay_but_not_change_the_terms),
        TEST(keeps_the_rate_of_the_contract_when_the_approval_comes_late),
        TEST(forgets_the_terms_of_a_bank_that_rejected_later),
        TEST(refuses_a_second_id_for_one_voucher_but_not_another_banks),
        TEST(keeps_what_the_bank_said_of_the_loan),
        TEST(tells_the_bank_what_was_sent_withdrawn_and_thawed),
    };

    return cmocka_run_group_tests_name("domain/loan", tests, NULL, NULL);
}

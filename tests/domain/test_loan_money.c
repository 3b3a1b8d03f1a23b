/*
 * What becomes of a loan's money: trouble, claims on the fund, recovery, write-off, another bank, a running loan.
 * Knows the fund's conditions in its own words and keeps a balance of its own; must not read either from the program's.
 * Invariant: opening + lent - repaid - paid by the fund as principal - written off = closing, for every bank and fund.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lending.h"
#include "seed.h"

#define ALWAYS "2020-01-01", "2023-12-31"
#define NOW INT64_MAX

static int64_t
total(struct world *w, const char *indicator, const char *part)
{
    return lending_total(w, indicator, part, NULL, ALWAYS, NOW);
}

/* ---- claims ---------------------------------------------------------------------------------------------------- */

struct claim {
    const char *story, *on, *fields;
    enum verdict got;
    const char *pointer;
};

/* 80,000 yuan at 4.35 %, disbursed on 10 April, overdue since 1 May; a claim needs 30 days. */
static const struct claim claims[] = {
    {"a day too early", "2023-05-30", "'principal':1,'interest':0,'amount':1", V_RULE_REFUSED, "/on"},
    {"on the first day", "2023-05-31", "'principal':1,'interest':0,'amount':1", V_OK, NULL},
    {"for the whole balance", "2023-06-20", "'principal':8000000,'interest':0,'amount':8000000", V_OK, NULL},
    {"for more than the balance", "2023-06-20", "'principal':8000001,'interest':0,'amount':1", V_OVER_LIMIT,
     "/principal"},
    {"for more than the share of both", "2023-06-20", "'principal':100,'interest':10,'amount':111", V_OVER_LIMIT,
     "/amount"},
    /* 80,000 yuan a year cost 3,480 yuan; from the application on 1 March to 20 June are 111 days of 360: 1,073. */
    {"for the interest of the term", "2023-06-20", "'principal':1,'interest':107300,'amount':1", V_OK, NULL},
    {"for penalty interest too", "2023-06-20", "'principal':1,'interest':107302,'amount':1", V_OVER_LIMIT, "/interest"},
};

static void
ask(struct world *w, const char *loan, const struct claim *c)
{
    struct posting *p = lending_read(w, ZJ, "loan.claim_filed", loan, c->on, c->fields);
    enum verdict got = ledger_dry_run(&w->options, p);

    if (got != c->got)
        fail_msg("%s: %s, wanted %s", c->story, verdict_row(got)->name, verdict_row(c->got)->name);
    if (c->pointer != NULL)
        assert_string_equal(p->problems.first->pointer.at, c->pointer);
}

static void
claims_no_more_and_no_earlier_than_the_fund_covers(void **state)
{
    struct world *w = *state;

    lending_loan_class1(w, "L1", LOAN_OVERDUE);
    for (size_t i = 0; i < COUNT(claims); i++)
        ask(w, "L1", &claims[i]);
    lending_loan(w, "L2", LOAN_OVERDUE);
    ask(w, "L2",
        &(struct claim){"for a loan of Class 2", "2023-06-20", "'principal':1,'interest':0,'amount':1", V_RULE_REFUSED,
                        ""});
}

static void
set_limit(struct world *w, const char *name, const char *value)
{
    lending_expect(w, CENTRE, "limit.set", arena_print(w->arena, "%s@330600", name).at, "2023-02-01",
                   arena_print(w->arena, "'from':'2023-02-01','source':'S27','confidence':'S',%s", value).at, V_OK);
}

/* A loan of 80,000 where small ones end at 50,000: 80 per cent of all, or of what lies above the 50,000. */
static void
covers_a_larger_loan_by_its_size_or_by_slices(void **state)
{
    struct world *w = *state;

    lending_loan_class1(w, "L1", LOAN_OVERDUE);
    set_limit(w, "fund.claim.share_small_max", "'unit':'fen','number':5000000");
    ask(w, "L1",
        &(struct claim){"80 per cent", "2023-06-20", "'principal':8000000,'interest':0,'amount':6400000", V_OK, NULL});
    ask(w, "L1",
        &(struct claim){"a fen above 80 per cent", "2023-06-20", "'principal':8000000,'interest':0,'amount':6400001",
                        V_OVER_LIMIT, "/amount"});
    ask(w, "L1", &(struct claim){"half-up", "2023-06-20", "'principal':3,'interest':0,'amount':2", V_OK, NULL});
    set_limit(w, "fund.claim.mode", "'unit':'code','code':'by_slice'");
    ask(w, "L1",
        &(struct claim){"the slices", "2023-06-20", "'principal':8000000,'interest':0,'amount':7400000", V_OK, NULL});
    ask(w, "L1",
        &(struct claim){"a fen above the slices", "2023-06-20", "'principal':8000000,'interest':0,'amount':7400001",
                        V_OVER_LIMIT, "/amount"});
}

static void
pays_at_most_the_claim_and_gets_back_what_it_can(void **state)
{
    struct world *w = *state;
    const struct loan_view *v;

    lending_loan_class1(w, "L1", LOAN_CLAIMED);
    lending_expect(w, PAYER, "loan.compensated", "L1", "2023-06-20", "'amount':8050001,'principal':1,'voucher_no':'C1'",
                   V_OVER_LIMIT);
    lending_expect(w, PAYER, "loan.compensated", "L1", "2023-06-20", "'amount':100,'principal':101,'voucher_no':'C1'",
                   V_OVER_LIMIT);
    lending_expect(w, PAYER, "loan.compensated", "L1", "2023-06-20",
                   "'amount':6440000,'principal':6400000,'voucher_no':'C1'", V_OK);
    assert_int_equal(lending_view(w, "L1")->outstanding, 1600000);
    assert_int_equal(total(w, "bank_overdue", NULL), 1600000);
    lending_expect(w, CENTRE, "loan.recovery_started", "L1", "2023-06-21", "'means':'lawsuit'", V_OK);
    lending_expect(w, ZJ, "loan.recovered", "L1", "2023-06-22", "'amount':4000000,'voucher_no':'B1'", V_OK);
    lending_expect(w, CENTRE, "loan.recovery_completed", "L1", "2023-06-22", "", V_RULE_REFUSED);
    lending_expect(w, CENTRE, "loan.written_off", "L1", "2023-06-23", "'fund_amount':2440001,'voucher_no':'O1'",
                   V_OVER_LIMIT);
    lending_expect(w, CENTRE, "loan.written_off", "L1", "2023-06-23", "'amount':1,'voucher_no':'O1'", V_FIELDS_WRONG);
    lending_expect(w, CENTRE, "loan.written_off", "L1", "2023-06-23", "'fund_amount':2440000,'voucher_no':'O1'", V_OK);
    lending_expect(w, ZJ, "loan.recovered", "L1", "2023-06-24", "'amount':40000,'voucher_no':'B2'", V_OK);
    v = lending_view(w, "L1");
    assert_int_equal(v->recovered, 4040000);
    assert_true(lending_subject(w, "L1").frozen); /* more than was open: the fund had given it up */
    assert_int_equal(lending_subject(w, "L1").state, LOAN_WRITTEN_OFF);
    assert_int_equal(total(w, "guarantee_recovered", "fund-one/bank-zj"), 4040000);
    assert_int_equal(total(w, "bank_compensated", "bank-zj/"), 6440000);
    lending_verify(w);
}

static void
goes_back_to_overdue_when_a_claim_is_returned_or_refused(void **state)
{
    struct world *w = *state;

    lending_loan_class1(w, "L1", LOAN_CLAIMED);
    lending_expect(w, CENTRE, "loan.claim_returned", "L1", "2023-06-20", "'missing':['demand']", V_OK);
    assert_int_equal(lending_view(w, "L1")->claim_amount, 0);
    lending_expect(w, ZJ, "loan.claim_filed", "L1", "2023-06-21", "'principal':5,'interest':0,'amount':5", V_OK);
    lending_expect(w, CENTRE, "loan.claim_refused", "L1", "2023-06-22", "'reason':'bank_fault'", V_OK);
    assert_int_equal(lending_subject(w, "L1").state, LOAN_OVERDUE);
    assert_int_equal(lending_view(w, "L1")->claimed, DAY_ABSENT);
}

/* ---- trouble --------------------------------------------------------------------------------------------------- */

static void
takes_a_bounced_repayment_back(void **state)
{
    struct world *w = *state;

    lending_loan(w, "L1", LOAN_REPAYING);
    lending_expect(w, ZJ, "loan.repaid", "L1", "2023-05-01", "'amount':300,'voucher_no':'R1'", V_OK);
    lending_expect(w, ZJ, "loan.repayment_bounced", "L1", "2023-05-03", "'amount':300,'voucher_no':'R2','bounced':'R1'",
                   V_OK);
    assert_int_equal(lending_view(w, "L1")->outstanding, 20000000);
    assert_int_equal(total(w, "loan_repaid", NULL), 0);
    assert_int_equal(lending_total(w, "loan_repaid", NULL, NULL, "2023-01-01", "2023-05-02", NOW), 300);
    lending_expect(w, ZJ, "loan.repayment_bounced", "L1", "2023-05-04", "'amount':1,'voucher_no':'R3'", V_OK);
    assert_true(lending_subject(w, "L1").frozen);
}

static void
extends_calls_in_and_counts_the_times(void **state)
{
    struct world *w = *state;
    const struct loan_view *v;

    lending_loan(w, "L1", LOAN_OVERDUE);
    assert_int_equal(total(w, "bank_overdue", "bank-zj/"), 20000000);
    lending_expect(w, ZJ, "loan.extended", "L1", "2023-06-01", "'due':'2027-03-31','contract_no':'X1'", V_OK);
    assert_int_equal(total(w, "bank_overdue", "bank-zj/"), 0);
    v = lending_view(w, "L1");
    assert_int_equal(v->extended_times, 1);
    assert_int_equal(v->extensions.count, 1);
    lending_expect(w, ZJ, "loan.called_in", "L1", "2023-06-02", "'cause':'misuse','due':'2023-07-02'", V_OK);
    lending_expect(w, ZJ, "loan.overdue", "L1", "2023-06-03", "'amount':20000000,'since':'2023-06-03'", V_OK);
    assert_int_equal(lending_subject(w, "L1").state, LOAN_OVERDUE);
    assert_int_equal(total(w, "bank_overdue", "bank-zj/"), 20000000);
    lending_expect(w, ZJ, "loan.repaid", "L1", "2023-06-04", "'amount':5000000,'voucher_no':'R1'", V_OK);
    assert_int_equal(total(w, "bank_overdue", "bank-zj/"), 15000000);
    lending_verify(w);
}

static void
supports_whoever_got_the_money_after_a_change_of_borrower(void **state)
{
    struct world *w = *state;

    lending_loan(w, "L1", LOAN_REPAYING);
    lending_expect(w, ZJ, "loan.borrower_changed", "L1", "2023-06-01", "'person':'" ZHAO "','reason':'inheritance'",
                   V_RULE_REFUSED);
    lending_expect(w, ZJ, "loan.borrower_changed", "L1", "2023-06-01", "'person':'" QIAN "','reason':'inheritance'",
                   V_OK);
    assert_true(slice_equal(lending_view(w, "L1")->person, S(QIAN)));
    assert_true(slice_equal(world_sql(w, "SELECT holder FROM line"), S(ZHAO)));
}

static void
lends_a_renewal_apart_and_a_product_not_at_all(void **state)
{
    struct world *w = *state;

    lending_loan(w, "L1", LOAN_SETTLED);
    lending_expect(w, STREET, "loan.applied", "L2", "2023-05-21",
                   arena_print(w->arena, "%s,'renewed_from':'L1'", application_class2).at, V_OK);
    lending_expect(w, STREET, "loan.applied", "L3", "2023-05-21",
                   arena_print(w->arena, "%s,'renewed_from':'L2'", application_class2).at, V_RULE_REFUSED);
    lending_expect(w, CHECKER, "loan.qualified", "L2", "2023-05-22",
                   "'certificate_no':'C2','amount_max':100,'valid_to':'2023-06-30'", V_OK);
    lending_expect(w, CLERK, "loan.sent", "L2", "2023-05-23", "'bank':'bank-zj'", V_OK);
    lending_expect(w, ZJ, "loan.disbursed", "L2", "2023-05-24", "'amount':100,'voucher_no':'D1'", V_OK);
    assert_true(slice_equal(world_sql(w, "SELECT what FROM line WHERE source = 'L2'"), S("renewal")));
    assert_int_equal(total(w, "loan_amount", NULL), 20000100);
}

/* ---- another bank by date -------------------------------------------------------------------------------------- */

static void
moves_a_loan_to_another_bank_by_date(void **state)
{
    struct world *w = *state;

    lending_loan_class1(w, "L1", LOAN_OVERDUE);
    lending_loan_class1(w, "L2", LOAN_CONTRACTED);
    lending_expect(w, CENTRE, "loan.transferred", "L1", "2023-06-01", "'bank':'bank-zj'", V_RULE_REFUSED);
    lending_expect(w, CENTRE, "loan.transferred", "L1", "2023-06-01", "'bank':'bank-gone'", V_RULE_REFUSED);
    lending_expect(w, CENTRE, "loan.transferred", "L1", "2023-06-01", "'bank':'bank-sx'", V_OK);
    lending_expect(w, CLOCK, "loan.transferred", "L2", "2023-06-01", "'bank':'bank-sx'", V_OK);
    assert_int_equal(total(w, "bank_outstanding", "bank-zj/"), 0);
    assert_int_equal(total(w, "bank_outstanding", "bank-sx/"), 8000000);
    assert_int_equal(total(w, "bank_overdue", "bank-sx/"), 8000000);
    assert_int_equal(total(w, "guarantee_committed", "fund-one/bank-sx"), 8000000);
    assert_int_equal(total(w, "guarantee_committed", "fund-one/bank-zj"), 0);
    assert_int_equal(total(w, "bank_lent", "bank-zj/"), 8000000);
    assert_int_equal(lending_total(w, "bank_outstanding", "bank-zj/", NULL, "2020-01-01", "2023-05-31", NOW), 8000000);
    lending_expect(w, SX, "loan.disbursed", "L2", "2023-06-02", "'amount':8000000,'voucher_no':'D1'", V_OK);
    assert_false(lending_subject(w, "L2").frozen);
    lending_expect(w, SX, "loan.repaid", "L1", "2023-06-02", "'amount':8000000,'voucher_no':'D2'", V_OK);
    assert_int_equal(total(w, "bank_outstanding", "bank-sx/"), 8000000);
    lending_verify(w);
}

/* A merger by date: the clock is owed each loan that can be handed on, and none of them twice. */
static void
hands_on_the_loans_of_a_bank_that_has_merged(void **state)
{
    struct world *w = *state;
    struct clock_fact *facts;
    size_t count;
    int32_t day;

    lending_loan_class1(w, "L1", LOAN_REPAYING);
    lending_loan_class1(w, "L2", LOAN_SENT);
    lending_loan_class1(w, "L3", LOAN_SETTLED);
    lending_expect(w, CENTRE, "organisation.merged", "bank-zj", "2023-06-01", "'into':'bank-sx','from':'2023-06-10'",
                   V_OK);
    assert_true(day_parse(&day, S("2023-06-09")));
    assert_int_equal(loans_clock(&facts, &count, w->reader, w->arena, day), V_OK);
    assert_int_equal(count, 0);
    assert_int_equal(loans_clock(&facts, &count, w->reader, w->arena, day + 1), V_OK);
    assert_int_equal(count, 2);
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(facts[i].kind, "loan.transferred");
        lending_expect(w, CLOCK, facts[i].kind, arena_copy(w->arena, facts[i].subject).at, "2023-06-10",
                       "'bank':'bank-sx'", V_OK);
    }
    assert_int_equal(loans_clock(&facts, &count, w->reader, w->arena, day + 1), V_OK);
    assert_int_equal(count, 0);
    lending_expect(w, SX, "loan.repaid", "L1", "2023-06-20", "'amount':5,'voucher_no':'R1'", V_OK);
    assert_false(lending_subject(w, "L1").frozen);
}

/* ---- running loans --------------------------------------------------------------------------------------------- */

#define BROUGHT(lent, outstanding)                                                                                     \
    "'class':'class1','sort':'individual','person':'" ZHAO                                                             \
    "','district':'330602','group':'veteran','use':'equipment',"                                                       \
    "'guarantee':'fund','fund':'fund-one','bank':'bank-zj','contract_no':'O1','contracted':10000000,"                  \
    "'rate_ppm':43500,'contracted_on':'2021-05-01','due':'2024-05-01','lent':" lent ",'outstanding':" outstanding ","  \
    "'subsidised':123456,'subsidised_times':2"

static void
goes_on_with_a_loan_that_ran_before(void **state)
{
    struct world *w = *state;

    lending_expect(w, IMPORT, "loan.brought", "B1", "2023-01-15", BROUGHT("100", "101"), V_RULE_REFUSED);
    lending_expect(w, IMPORT, "loan.brought", "B1", "2023-01-15", BROUGHT("10000000", "6000000"), V_OK);
    assert_int_equal(total(w, "loan_amount", NULL), 0); /* it left in another year, whose figures are brought apart */
    assert_int_equal(total(w, "loan_brought", "class1"), 6000000);
    assert_int_equal(total(w, "subsidy_brought", "class1"), 123456);
    assert_int_equal(total(w, "guarantee_outstanding", "fund-one/bank-zj"), 6000000);
    lending_expect(w, ZJ, "loan.repaid", "B1", "2023-02-15", "'amount':1000000,'voucher_no':'R1'", V_OK);
    assert_int_equal(lending_view(w, "B1")->outstanding, 5000000);
    assert_int_equal(lending_view(w, "B1")->repaid, 5000000);
    assert_int_equal(total(w, "loan_repaid", "class1"), 1000000);
    lending_expect(w, IMPORT, "loan.overdue", "B1", "2023-02-16", "'amount':5,'since':'2023-02-01'", V_OK);
    lending_expect(w, IMPORT, "loan.overdue", "B9", "2023-02-16", "'amount':5,'since':'2023-02-01'", V_SUBJECT_UNKNOWN);
    lending_expect(w, SX, "loan.repaid", "B1", "2023-02-15", "'amount':1,'voucher_no':'R1'", V_SUBJECT_UNKNOWN);
    lending_verify(w);
}

/* The city's count of supported people as of a day. */
static int64_t
supported(struct world *w, const char *day)
{
    struct plan_table table;
    int32_t as_of;

    assert_true(day_parse(&as_of, slice_of(day)));
    assert_int_equal(plan_table(&table, &the_registry, w->reader, w->arena, 2023, as_of, INT64_MAX), V_OK);
    for (size_t i = 0; i < PLAN_INDICATORS; i++)
        if (strcmp(plan_code(i)->name, "supported") == 0)
            return table.rows[table.row_count - 1].cells[i].actual;
    return -1;
}

static void
supports_by_a_renewal_only_where_the_rule_says_so(void **state)
{
    struct world *w = *state;

    lending_expect(w, IMPORT, "loan.brought", "B1", "2023-01-15", BROUGHT("10000000", "6000000"), V_OK);
    lending_expect(w, STREET, "loan.applied", "L2", "2023-05-21",
                   arena_print(w->arena, "%s,'renewed_from':'B1'", application_class2).at, V_OK);
    lending_expect(w, CHECKER, "loan.qualified", "L2", "2023-05-22",
                   "'certificate_no':'C2','amount_max':100,'valid_to':'2023-06-30'", V_OK);
    lending_expect(w, CLERK, "loan.sent", "L2", "2023-05-23", "'bank':'bank-zj'", V_OK);
    lending_expect(w, ZJ, "loan.disbursed", "L2", "2023-05-24", "'amount':100,'voucher_no':'D1'", V_OK);
    assert_int_equal(total(w, "supported", "renewal"), 1);
    assert_int_equal(supported(w, "2023-06-30"), 0);
    lending_expect(w, CENTRE, "limit.set", "supported.renewal_counts@330600", "2023-06-20",
                   "'from':'2023-06-20','unit':'yes_no','code':'yes','source':'S1','confidence':'S'", V_OK);
    assert_int_equal(supported(w, "2023-06-30"), 1);
    assert_int_equal(supported(w, "2023-06-19"), 0);
}

/* ---- the balance ----------------------------------------------------------------------------------------------- */

#define LOANS 12
#define FACTS 300

/* What a statement of account would say of each loan. */
struct book {
    struct world *w;
    struct seed seed;
    int64_t closing[LOANS], lent, repaid, called, recovered, written;
    size_t vouchers;
};

static void
book_fact(struct book *b)
{
    static const struct {
        const char *kind, *fields;
        int to_balance; /* 1 adds to it, -1 takes from it, 0 leaves it */
    } kinds[] = {
        {"loan.disbursed",         "'amount':%lld,'voucher_no':'V%zu'",  1 },
        {"loan.repaid",            "'amount':%lld,'voucher_no':'V%zu'",  -1},
        {"loan.prepaid",           "'amount':%lld,'voucher_no':'V%zu'",  -1},
        {"loan.repayment_bounced", "'amount':%lld,'voucher_no':'V%zu'",  1 },
        {"loan.overdue",           "'amount':%lld,'since':'2023-05-01'", 0 },
        {"loan.cured",             "",                                   0 },
        {"loan.called_in",         "'cause':'misuse'",                   0 },
        {"loan.extended",          "'due':'2027-01-01'",                 0 },
        {"loan.recovered",         "'amount':%lld,'voucher_no':'V%zu'",  0 },
        {"loan.written_off",       "'amount':%lld,'voucher_no':'V%zu'",  -1},
        {"loan.settled",           "",                                   0 },
    };
    size_t loan = seed_below(&b->seed, LOANS), k = seed_below(&b->seed, COUNT(kinds));
    long long amount = 1 + (long long)seed_below(&b->seed, 4000000);
    char fields[128];

    if (strncmp(kinds[k].kind, "loan.over", 9) == 0)
        snprintf(fields, sizeof fields, "'amount':%lld,'since':'2023-05-01'", amount);
    else if (strstr(kinds[k].fields, "voucher") != NULL)
        snprintf(fields, sizeof fields, "'amount':%lld,'voucher_no':'V%zu'", amount, b->vouchers++);
    else
        snprintf(fields, sizeof fields, "%s", kinds[k].fields);
    lending_expect(b->w, ZJ, kinds[k].kind, arena_print(b->w->arena, "K%zu", loan).at, "2023-06-15", fields, V_OK);
    b->closing[loan] += kinds[k].to_balance * amount;
    b->lent += k == 0 ? amount : 0;
    b->repaid += k == 1 || k == 2 ? amount : k == 3 ? -amount : 0;
    b->recovered += k == 8 ? amount : 0;
    b->written += k == 9 ? amount : 0;
}

static void
ties_to_the_fen_after_any_story(void **state)
{
    struct book b = {.w = *state, .seed = seed_open("domain/loan_money")};
    int64_t closing = 0, overdue = 0;

    for (size_t i = 0; i < LOANS; i++) {
        lending_loan_class1(b.w, arena_print(b.w->arena, "K%zu", i).at, i % 2 == 0 ? LOAN_REPAYING : LOAN_COMPENSATED);
        b.closing[i] = i % 2 == 0 ? 8000000 : 0; /* the fund has paid the whole principal */
        b.lent += 8000000;
        b.called += i % 2 == 0 ? 0 : 8050000;
    }
    for (size_t i = 0; i < FACTS; i++)
        book_fact(&b);
    for (size_t i = 0; i < LOANS; i++) {
        const struct loan_view *v = lending_view(b.w, arena_print(b.w->arena, "K%zu", i).at);

        assert_int_equal(v->outstanding, b.closing[i]);
        closing += b.closing[i];
        overdue += v->overdue_balance;
        assert_true(v->overdue_balance == 0 || v->overdue_balance == v->outstanding);
    }
    assert_int_equal(total(b.w, "loan_amount", NULL), b.lent);
    assert_int_equal(total(b.w, "bank_lent", "bank-zj/"), b.lent);
    assert_int_equal(total(b.w, "loan_repaid", NULL), b.repaid);
    assert_int_equal(total(b.w, "bank_outstanding", "bank-zj/"), closing);
    assert_int_equal(total(b.w, "guarantee_outstanding", "fund-one/bank-zj"), closing);
    assert_int_equal(total(b.w, "bank_overdue", "bank-zj/"), overdue);
    assert_int_equal(total(b.w, "guarantee_called", NULL), b.called);
    assert_int_equal(total(b.w, "guarantee_recovered", NULL), b.recovered);
    assert_int_equal(b.lent - b.repaid - b.written - (int64_t)LOANS / 2 * 8000000, closing);
    lending_verify(b.w);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, lending_setup, world_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(claims_no_more_and_no_earlier_than_the_fund_covers),
        TEST(covers_a_larger_loan_by_its_size_or_by_slices),
        TEST(pays_at_most_the_claim_and_gets_back_what_it_can),
        TEST(goes_back_to_overdue_when_a_claim_is_returned_or_refused),
        TEST(takes_a_bounced_repayment_back),
        TEST(extends_calls_in_and_counts_the_times),
        TEST(supports_whoever_got_the_money_after_a_change_of_borrower),
        TEST(lends_a_renewal_apart_and_a_product_not_at_all),
        TEST(moves_a_loan_to_another_bank_by_date),
        TEST(hands_on_the_loans_of_a_bank_that_has_merged),
        TEST(goes_on_with_a_loan_that_ran_before),
        TEST(supports_by_a_renewal_only_where_the_rule_says_so),
        TEST(ties_to_the_fen_after_any_story),
    };

    return cmocka_run_group_tests_name("domain/loan_money", tests, NULL, NULL);
}

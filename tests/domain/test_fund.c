/*
 * The guarantee fund: its money, the room in it, the queue before it, and 64 that want the room of 20 at once.
 * Knows the rules of a fund in its own words and keeps its own sums; must not read them from the program's.
 * Invariant: a fund stands for at most the multiple of what it holds, whoever asks at the same moment.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "lending.h"
#include "sql.h"

#define ALWAYS "2020-01-01", "2023-12-31"
#define NOW INT64_MAX

static int64_t
fund_total(struct world *w, const char *indicator)
{
    return lending_total(w, indicator, NULL, NULL, ALWAYS, NOW);
}

/* A loan of Class 1 of 100,000 yuan that waits for its certificate. */
static const char *
applied(struct world *w, size_t n)
{
    return lending_loan_class1(w, arena_print(w->arena, "Q%zu", n).at, LOAN_APPLIED);
}

static const char *
certificate(struct world *w, const char *fund, int64_t amount)
{
    return arena_print(w->arena, "'certificate_no':'C','amount_max':%lld,'valid_to':'2023-05-31','fund':'%s'",
                       (long long)amount, fund).at;
}

/* ---- money ----------------------------------------------------------------------------------------------------- */

static void
takes_money_in_and_lets_out_what_it_does_not_stand_for(void **state)
{
    struct world *w = *state;

    lending_loan_class1(w, "L1", LOAN_QUALIFIED);
    lending_loan_class1(w, "L2", LOAN_REPAYING);
    assert_int_equal(fund_total(w, "guarantee_committed"), 10000000);
    assert_int_equal(fund_total(w, "guarantee_outstanding"), 8000000);
    /* 18,000,000 fen at five times: 3,600,000 must stay, and the fen that is lost in dividing. */
    lending_expect(w, PAYER, "fund.drawn_out", "fund-one", "2023-06-20", "'amount':96400000,'voucher_no':'O1'",
                   V_OVER_LIMIT);
    lending_expect(w, PAYER, "fund.drawn_out", "fund-one", "2023-06-20", "'amount':96399999,'voucher_no':'O1'", V_OK);
    assert_int_equal(fund_total(w, "fund_paid_in"), 3600001);
    lending_expect(w, CENTRE, "fund.closed", "fund-one", "2023-06-20", "", V_RULE_REFUSED);
    lending_expect(w, CENTRE, "fund.closed", "fund-two", "2023-06-20", "", V_OK);
    lending_expect(w, PAYER, "fund.paid_in", "fund-two", "2023-06-20", "'amount':1,'voucher_no':'P9'", V_WRONG_STATE);
    lending_verify(w);
}

static void
belongs_to_the_city_or_to_its_district(void **state)
{
    struct world *w = *state;
    const struct actor far_payer = {ROLE_PAYER, S_INIT("330603"), S_INIT("shi"), S_INIT("330603")};

    lending_expect(w, &far_payer, "fund.paid_in", "fund-two", "2023-06-20", "'amount':1,'voucher_no':'P9'",
                   V_SUBJECT_UNKNOWN);
    lending_expect(w, &far_payer, "fund.paid_in", "fund-one", "2023-06-20", "'amount':1,'voucher_no':'P9'", V_OK);
    lending_expect(w, PAYER, "fund.paid_in", "fund-two", "2023-06-20", "'amount':1,'voucher_no':'P9'", V_OK);
    lending_expect(w, &town_system, "fund.founded", "Fund Three", "2023-06-20", "'zh':'基金'", V_FIELDS_WRONG);
}

/* ---- what is reserved, and when it is let go ------------------------------------------------------------------- */

struct reservation {
    enum loan_state at;
    int64_t committed, outstanding, called, recovered, lost;
};

/* What one loan of Class 1 (certificate 100,000, contract and money 80,000, claim with 500 of interest) holds. */
static const struct reservation reservations[] = {
    {LOAN_APPLIED, 0, 0, 0, 0, 0},
    {LOAN_GUARANTEED, 0, 0, 0, 0, 0},
    {LOAN_QUALIFIED, 10000000, 0, 0, 0, 0},
    {LOAN_SENT, 10000000, 0, 0, 0, 0},
    {LOAN_REJECTED, 10000000, 0, 0, 0, 0},
    {LOAN_RETURNED, 10000000, 0, 0, 0, 0},
    {LOAN_LAPSED, 10000000, 0, 0, 0, 0},
    {LOAN_EXPIRED, 0, 0, 0, 0, 0},
    {LOAN_WITHDRAWN, 0, 0, 0, 0, 0},
    {LOAN_REFUSED, 0, 0, 0, 0, 0},
    {LOAN_CONTRACTED, 8000000, 0, 0, 0, 0},
    {LOAN_REPAYING, 0, 8000000, 0, 0, 0},
    {LOAN_OVERDUE, 0, 8000000, 0, 0, 0},
    {LOAN_CLAIMED, 0, 8000000, 0, 0, 0},
    {LOAN_COMPENSATED, 0, 0, 8050000, 0, 0},
    {LOAN_RECOVERED, 0, 0, 8050000, 8050000, 0},
    {LOAN_WRITTEN_OFF, 0, 0, 8050000, 0, 8050000},
};

static void
holds_ready_what_a_state_needs_and_no_more(void **state)
{
    struct world *w = *state;
    struct reservation sum = {0};

    for (size_t i = 0; i < COUNT(reservations); i++) {
        const struct reservation *r = &reservations[i];

        lending_loan_class1(w, arena_print(w->arena, "R%zu", i).at, r->at);
        sum.committed += r->committed;
        sum.outstanding += r->outstanding;
        sum.called += r->called;
        sum.recovered += r->recovered;
        sum.lost += r->lost;
        if (fund_total(w, "guarantee_committed") != sum.committed ||
            fund_total(w, "guarantee_outstanding") != sum.outstanding ||
            fund_total(w, "guarantee_called") != sum.called || fund_total(w, "guarantee_recovered") != sum.recovered ||
            fund_total(w, "guarantee_lost") != sum.lost)
            fail_msg("a loan that is %s: %lld committed, %lld outstanding, %lld called, %lld recovered, %lld lost",
                     loan_type.states[r->at].name, (long long)fund_total(w, "guarantee_committed"),
                     (long long)fund_total(w, "guarantee_outstanding"), (long long)fund_total(w, "guarantee_called"),
                     (long long)fund_total(w, "guarantee_recovered"), (long long)fund_total(w, "guarantee_lost"));
    }
    lending_verify(w);
}

/* As of any day: what is let go later was held before. */
static void
says_what_was_committed_on_a_day(void **state)
{
    struct world *w = *state;

    lending_loan_class1(w, "L1", LOAN_EXPIRED); /* certified on 10 March, expired on 1 June */
    assert_int_equal(lending_total(w, "guarantee_committed", NULL, NULL, "2020-01-01", "2023-03-09", NOW), 0);
    assert_int_equal(lending_total(w, "guarantee_committed", NULL, NULL, "2020-01-01", "2023-03-10", NOW), 10000000);
    assert_int_equal(lending_total(w, "guarantee_committed", NULL, NULL, "2020-01-01", "2023-05-31", NOW), 10000000);
    assert_int_equal(lending_total(w, "guarantee_committed", NULL, NULL, "2020-01-01", "2023-06-01", NOW), 0);
}

/* By fund, bank and district: the margins are what the rules and each bank see. */
static void
tells_what_it_stands_for_by_bank_and_district(void **state)
{
    struct world *w = *state;
    const struct scope all = {S(""), S(""), S("")}, of_bank = {S(""), S("bank-sx"), S("")};
    const struct scope far = {S("330603"), S(""), S("")};
    struct guarantee_table t;
    int64_t outstanding = 0, committed = 0, paid_in = 0;
    int32_t day;

    lending_loan_class1(w, "L1", LOAN_QUALIFIED);
    lending_loan_class1(w, "L2", LOAN_REPAYING);
    lending_loan_class1(w, "L3", LOAN_REPAYING);
    lending_expect(w, CENTRE, "loan.transferred", "L3", "2023-06-01", "'bank':'bank-sx'", V_OK);
    assert_true(day_parse(&day, S("2023-06-30")));
    assert_int_equal(guarantee_table(&t, w->reader, w->arena, &all, day, INT64_MAX), V_OK);
    for (size_t i = 0; i < t.count; i++) {
        committed += t.rows[i].amounts[GUARANTEE_COMMITTED];
        outstanding += t.rows[i].amounts[GUARANTEE_OUTSTANDING];
        paid_in += t.rows[i].amounts[GUARANTEE_PAID_IN];
    }
    assert_int_equal(committed, 10000000);
    assert_int_equal(outstanding, 16000000);
    assert_int_equal(paid_in, 100000000);
    assert_int_equal(guarantee_table(&t, w->reader, w->arena, &of_bank, day, INT64_MAX), V_OK);
    assert_int_equal(t.count, 1);
    assert_int_equal(t.rows[0].amounts[GUARANTEE_OUTSTANDING], 8000000);
    assert_int_equal(guarantee_table(&t, w->reader, w->arena, &far, day, INT64_MAX), V_OK);
    assert_int_equal(t.count, 0);
    assert_true(day_parse(&day, S("2023-05-31")));
    assert_int_equal(guarantee_table(&t, w->reader, w->arena, &of_bank, day, INT64_MAX), V_OK);
    assert_int_equal(t.count == 0 ? 0 : t.rows[0].amounts[GUARANTEE_OUTSTANDING], 0);
}

/* ---- at the limit ---------------------------------------------------------------------------------------------- */

static void
queues_when_there_is_no_room_and_lets_in_by_order(void **state)
{
    struct world *w = *state;
    const char *small = certificate(w, "fund-two", 5000000), *big = certificate(w, "fund-two", 10000000);

    lending_expect(w, PAYER, "fund.paid_in", "fund-two", "2023-03-01", "'amount':2000000,'voucher_no':'P2'", V_OK);
    for (size_t i = 1; i <= 4; i++)
        applied(w, i);
    lending_expect(w, CENTRE, "loan.queued", "Q1", "2023-03-05", "'fund':'fund-two','amount':10000000", V_RULE_REFUSED);
    lending_expect(w, CENTRE, "loan.qualified", "Q1", "2023-03-05", small, V_OK);
    lending_expect(w, CENTRE, "loan.qualified", "Q2", "2023-03-05", big, V_OVER_LIMIT);
    lending_expect(w, CENTRE, "loan.queued", "Q2", "2023-03-05", "'fund':'fund-two','amount':10000000", V_OK);
    /* There is room for it, yet another stands before it. */
    lending_expect(w, CENTRE, "loan.qualified", "Q3", "2023-03-06", small, V_OVER_LIMIT);
    lending_expect(w, CENTRE, "loan.queued", "Q3", "2023-03-06", "'fund':'fund-two','amount':5000000", V_OK);
    lending_expect(w, CENTRE, "loan.qualified", "Q3", "2023-03-07", small, V_OVER_LIMIT);
    lending_expect(w, CENTRE, "loan.withdrawn", "Q1", "2023-03-08", "", V_OK);
    lending_expect(w, CENTRE, "loan.qualified", "Q3", "2023-03-08", small, V_OVER_LIMIT);
    lending_expect(w, CENTRE, "loan.qualified", "Q2", "2023-03-08", big, V_OK);
    lending_expect(w, CENTRE, "loan.qualified", "Q3", "2023-03-08", small, V_OVER_LIMIT); /* first, but no room */
    lending_expect(w, CENTRE, "loan.withdrawn", "Q3", "2023-03-09", "", V_OK);
    assert_int_equal(world_count(w, "line"), 0);
    lending_verify(w);
}

static void
stops_without_a_queue_where_the_rule_says_so(void **state)
{
    struct world *w = *state;

    lending_expect(w, CENTRE, "limit.set", "fund.at_limit@330600", "2023-02-01",
                   "'from':'2023-02-01','unit':'code','code':'stop','source':'S17','confidence':'S'", V_OK);
    applied(w, 1);
    lending_expect(w, CENTRE, "loan.queued", "Q1", "2023-03-05", "'fund':'fund-two','amount':1", V_RULE_REFUSED);
    lending_expect(w, CENTRE, "loan.qualified", "Q1", "2023-03-05", certificate(w, "fund-two", 1), V_OVER_LIMIT);
}

static void
stops_when_too_much_went_into_compensation(void **state)
{
    struct world *w = *state;

    lending_expect(w, CENTRE, "limit.set", "fund.stop.compensation_pct@330600", "2023-01-01",
                   "'from':'2023-01-01','unit':'ppm','number':80500,'source':'S17','confidence':'S'", V_OK);
    applied(w, 1);
    lending_loan_class1(w, "L1", LOAN_COMPENSATED); /* 80,500 of 1,000,000 yuan: 8.05 per cent */
    lending_expect(w, CENTRE, "loan.qualified", "Q1", "2023-03-05", certificate(w, "fund-one", 1), V_OVER_LIMIT);
    lending_expect(w, PAYER, "fund.paid_in", "fund-one", "2023-06-20", "'amount':100,'voucher_no':'P9'", V_OK);
    lending_expect(w, CENTRE, "loan.qualified", "Q1", "2023-03-05", certificate(w, "fund-one", 1), V_OK);
}

/* ---- 64 at once, room for 20 ----------------------------------------------------------------------------------- */

#define APPLICANTS 64
#define ROOM 20
#define CLERKS 4

struct rush {
    struct world *w;
    struct db *db;
    struct ledger *ledger;
    struct posting *own[APPLICANTS / CLERKS];
    size_t count;
};

/* One by one, as single requests come. */
static void *
rush_run(void *context)
{
    struct rush *r = context;

    for (size_t i = 0; i < r->count; i++)
        ledger_post(r->ledger, &r->own[i], 1);
    return NULL;
}

static void
rush_open(struct rush *r, struct world *w, size_t who)
{
    struct ledger_options o = w->options;

    *r = (struct rush){.w = w, .db = engine_open(w->engine, DB_WRITER, &sql_schema)};
    o.db = r->db;
    assert_int_equal(ledger_open(&r->ledger, &o), V_OK);
    for (size_t i = who; i < APPLICANTS; i += CLERKS)
        r->own[r->count++] = lending_read(w, CENTRE, "loan.qualified", arena_print(w->arena, "Q%zu", i).at,
                                          "2023-03-05", certificate(w, "fund-two", 10000000));
}

/* Several daemons' writers, each with a ledger and a connection of its own; then all in one group. */
static void
reserves_for_exactly_20_of_64_who_ask_at_once(void **state)
{
    struct world *w = *state;
    struct rush rushes[CLERKS];
    pthread_t threads[CLERKS];
    size_t got = 0, refused = 0;

    lending_expect(w, PAYER, "fund.paid_in", "fund-two", "2023-03-01", "'amount':40000000,'voucher_no':'P2'", V_OK);
    for (size_t i = 0; i < APPLICANTS; i++)
        applied(w, i);
    for (size_t c = 0; c < CLERKS; c++)
        rush_open(&rushes[c], w, c);
    for (size_t c = 0; c < CLERKS; c++)
        assert_int_equal(pthread_create(&threads[c], NULL, rush_run, &rushes[c]), 0);
    for (size_t c = 0; c < CLERKS; c++)
        assert_int_equal(pthread_join(threads[c], NULL), 0);
    for (size_t c = 0; c < CLERKS; c++) {
        for (size_t i = 0; i < rushes[c].count; i++) {
            got += rushes[c].own[i]->got == V_OK;
            refused += rushes[c].own[i]->got == V_OVER_LIMIT;
        }
        ledger_close(rushes[c].ledger);
    }
    assert_int_equal(got, ROOM);
    assert_int_equal(refused, APPLICANTS - ROOM);
    assert_int_equal(fund_total(w, "guarantee_committed"), (int64_t)ROOM * 10000000);
    lending_verify(w);
}

static void
reserves_for_exactly_20_of_64_in_one_group(void **state)
{
    struct world *w = *state;
    struct posting *all[APPLICANTS];
    size_t got = 0;

    lending_expect(w, PAYER, "fund.paid_in", "fund-two", "2023-03-01", "'amount':40000000,'voucher_no':'P2'", V_OK);
    for (size_t i = 0; i < APPLICANTS; i++) {
        applied(w, i);
        all[i] = lending_read(w, CENTRE, "loan.qualified", arena_print(w->arena, "Q%zu", i).at, "2023-03-05",
                              certificate(w, "fund-two", 10000000));
    }
    ledger_post(w->ledger, all, APPLICANTS);
    for (size_t i = 0; i < APPLICANTS; i++) {
        assert_int_equal(all[i]->got, i < ROOM ? V_OK : V_OVER_LIMIT);
        got += all[i]->got == V_OK;
    }
    assert_int_equal(got, ROOM);
    assert_int_equal(fund_total(w, "guarantee_committed"), (int64_t)ROOM * 10000000);
    lending_verify(w);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, lending_setup, world_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(takes_money_in_and_lets_out_what_it_does_not_stand_for),
        TEST(belongs_to_the_city_or_to_its_district),
        TEST(holds_ready_what_a_state_needs_and_no_more),
        TEST(says_what_was_committed_on_a_day),
        TEST(tells_what_it_stands_for_by_bank_and_district),
        TEST(queues_when_there_is_no_room_and_lets_in_by_order),
        TEST(stops_without_a_queue_where_the_rule_says_so),
        TEST(stops_when_too_much_went_into_compensation),
        TEST(reserves_for_exactly_20_of_64_who_ask_at_once),
        TEST(reserves_for_exactly_20_of_64_in_one_group),
    };

    return cmocka_run_group_tests_name("domain/fund", tests, NULL, NULL);
}

/*
 * What loans add to the totals and lend their borrowers: by day, class and district, corrected and as known before.
 * Knows what was posted; must not know how totals are kept.
 * Invariant: after any story the totals equal a count of the facts by hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lending.h"
#include "seed.h"

#define ALWAYS "2000-01-01", "2099-12-31"
#define NOW INT64_MAX

static struct posting *
bank_says(struct world *w, const char *kind, const char *loan, const char *on, const char *fields)
{
    struct posting *p = lending_post(w, ZJ, kind, loan, on, fields);

    assert_int_equal(p->got, V_OK);
    return p;
}

/* `body`: the fields, or 'void':'yes'. */
static void
mend(struct world *w, const struct posting *first, const char *on, const char *fields)
{
    struct posting *p = lending_post(w, ZJ_CHECKER, first->entry.kind->schema->name,
                                  arena_copy(w->arena, first->entry.subject).at, on,
                                  arena_print(w->arena, "'mends':{'entry':'" SLICE_FMT "','reason':'typing_error'%s",
                                              SLICE_ARG(first->entry.id), fields).at);

    assert_int_equal(p->got, V_OK);
    assert_string_equal(p->state, "waiting");
    assert_int_equal(lending_confirm(w, p), V_OK);
}

/* ---- days, classes, districts ---------------------------------------------------------------------------------- */

static void
counts_every_tranche_on_its_day_and_the_loan_once(void **state)
{
    struct world *w = *state;

    lending_loan(w, "L1", LOAN_CONTRACTED);
    bank_says(w, "loan.disbursed", "L1", "2023-04-20", "'amount':300,'voucher_no':'V1'");
    bank_says(w, "loan.disbursed", "L1", "2023-04-10", "'amount':200,'voucher_no':'V2'");
    bank_says(w, "loan.repaid", "L1", "2023-05-02", "'amount':50,'voucher_no':'V1'");
    bank_says(w, "loan.prepaid", "L1", "2023-05-03", "'amount':30,'voucher_no':'V1'");
    assert_int_equal(lending_total(w, "loan_amount", "class2", "330602", "2023-04-10", "2023-04-10", NOW), 200);
    assert_int_equal(lending_total(w, "loan_amount", "class2", "330602", "2023-04-20", "2023-04-20", NOW), 300);
    assert_int_equal(lending_total(w, "loan_amount", NULL, NULL, ALWAYS, NOW), 500);
    assert_int_equal(lending_total(w, "loan_amount", "class1", NULL, ALWAYS, NOW), 0);
    assert_int_equal(lending_total(w, "loan_count", "class2", "330602", "2023-04-10", "2023-04-10", NOW), 1);
    assert_int_equal(lending_total(w, "loan_count", NULL, NULL, ALWAYS, NOW), 1);
    assert_int_equal(lending_total(w, "loan_repaid", "class2", "330602", "2023-05-02", "2023-05-02", NOW), 50);
    assert_int_equal(lending_total(w, "loan_repaid", NULL, NULL, ALWAYS, NOW), 80);
}

static void
adds_nothing_before_money_has_left(void **state)
{
    struct world *w = *state;

    lending_loan(w, "L1", LOAN_CONTRACTED);
    assert_int_equal(lending_total(w, "loan_amount", NULL, NULL, ALWAYS, NOW), 0);
    assert_int_equal(lending_total(w, "loan_count", NULL, NULL, ALWAYS, NOW), 0);
    assert_int_equal(world_count(w, "line"), 0);
}

static void
qualify_and_lend(struct world *w, const char *loan, const char *application)
{
    lending_expect(w, STREET, "loan.applied", loan, "2023-03-01", application, V_OK);
    lending_expect(w, CENTRE, "loan.qualified", loan, "2023-03-02",
                   arena_print(w->arena,
                               "'certificate_no':'C','amount_max':1000,'valid_to':'2023-05-31','issued_by':'330604'%s",
                               strstr(application, "'fund'") != NULL ? ",'fund':'fund-one'" : "").at,
                   V_OK);
    lending_expect(w, CENTRE, "loan.sent", loan, "2023-03-03", "'bank':'bank-zj'", V_OK);
    bank_says(w, "loan.disbursed", loan, "2023-04-01", "'amount':1000,'voucher_no':'V'");
}

static void
credits_class_1_where_it_was_certified_and_class_2_where_it_is_registered(void **state)
{
    struct world *w = *state;

    qualify_and_lend(w, "one", application_class1);
    qualify_and_lend(w, "two", application_class2);
    assert_int_equal(lending_total(w, "loan_amount", "class1", "330604", ALWAYS, NOW), 1000);
    assert_int_equal(lending_total(w, "loan_amount", "class2", "330602", ALWAYS, NOW), 1000);
    assert_int_equal(lending_total(w, "loan_amount", NULL, NULL, ALWAYS, NOW), 2000);
}

static void
counts_money_from_a_side_branch(void **state)
{
    struct world *w = *state;

    lending_loan(w, "L1", LOAN_REJECTED);
    bank_says(w, "loan.disbursed", "L1", "2023-04-01", "'amount':7,'voucher_no':'V'");
    assert_int_equal(lending_total(w, "loan_amount", "class2", "330602", "2023-04-01", "2023-04-01", NOW), 7);
}

/* ---- corrections ----------------------------------------------------------------------------------------------- */

static void
restates_a_disbursement_of_another_amount_and_day(void **state)
{
    struct world *w = *state;
    struct posting *first;
    int64_t known;

    lending_loan(w, "L1", LOAN_CONTRACTED);
    first = bank_says(w, "loan.disbursed", "L1", "2023-05-31", "'amount':500,'voucher_no':'V1'");
    bank_says(w, "loan.repaid", "L1", "2023-06-01", "'amount':100,'voucher_no':'V1'");
    known = first->seq + 1;
    mend(w, first, "2023-06-01", "},'amount':450,'voucher_no':'V1'");
    assert_int_equal(lending_total(w, "loan_amount", NULL, NULL, "2023-05-01", "2023-05-31", NOW), 0);
    assert_int_equal(lending_total(w, "loan_amount", NULL, NULL, "2023-06-01", "2023-06-30", NOW), 450);
    assert_int_equal(lending_total(w, "loan_count", NULL, NULL, "2023-06-01", "2023-06-01", NOW), 1);
    assert_int_equal(lending_total(w, "loan_amount", NULL, NULL, "2023-05-01", "2023-05-31", known), 500);
    assert_int_equal(lending_total(w, "loan_amount", NULL, NULL, "2023-06-01", "2023-06-30", known), 0);
    assert_int_equal(lending_view(w, "L1")->outstanding, 350);
    assert_int_equal(lending_total(w, "supported", NULL, NULL, "2023-06-01", "2023-06-01", NOW), 1);
    assert_int_equal(lending_total(w, "supported", NULL, NULL, ALWAYS, NOW), 1);
    lending_verify(w);
}

static void
takes_back_money_that_never_left(void **state)
{
    struct world *w = *state;
    struct posting *first;

    lending_loan(w, "L1", LOAN_CONTRACTED);
    first = bank_says(w, "loan.disbursed", "L1", "2023-05-31", "'amount':500,'voucher_no':'V1'");
    assert_int_equal(lending_total(w, "supported", "", "330602", ALWAYS, NOW), 1);
    mend(w, first, "2023-05-31", ",'void':'yes'}");
    assert_int_equal(lending_subject(w, "L1").state, LOAN_CONTRACTED);
    assert_int_equal(lending_total(w, "loan_amount", NULL, NULL, ALWAYS, NOW), 0);
    assert_int_equal(lending_total(w, "loan_count", NULL, NULL, ALWAYS, NOW), 0);
    assert_int_equal(lending_total(w, "supported", NULL, NULL, ALWAYS, NOW), 0);
    assert_int_equal(lending_total(w, "loan_amount", NULL, NULL, ALWAYS, first->seq), 500);
    lending_verify(w);
}

static void
keeps_the_state_of_money_that_was_repaid_after_a_void(void **state)
{
    struct world *w = *state;
    struct posting *first;

    lending_loan(w, "L1", LOAN_CONTRACTED);
    first = bank_says(w, "loan.disbursed", "L1", "2023-05-31", "'amount':500,'voucher_no':'V1'");
    bank_says(w, "loan.repaid", "L1", "2023-06-01", "'amount':100,'voucher_no':'V1'");
    mend(w, first, "2023-05-31", ",'void':'yes'}");
    assert_int_equal(lending_subject(w, "L1").state, LOAN_REPAYING);
    assert_true(lending_subject(w, "L1").frozen);
    assert_int_equal(lending_view(w, "L1")->outstanding, -100);
    assert_true(slice_equal(lending_exceptions(w, "L1"), S("early/1/loan.disbursed ")));
    lending_verify(w);
}

/* ---- the borrower ---------------------------------------------------------------------------------------------- */

static void
supports_a_borrower_once_a_year_however_many_loans(void **state)
{
    struct world *w = *state;

    lending_loan(w, "L1", LOAN_REPAYING);
    lending_loan_class1(w, "L2", LOAN_REPAYING);
    bank_says(w, "loan.disbursed", "L1", "2023-05-01", "'amount':1,'voucher_no':'V1'");
    assert_int_equal(world_count(w, "line"), 2);
    assert_int_equal(lending_total(w, "supported", "", "330602", "2023-04-10", "2023-04-10", NOW), 1);
    assert_int_equal(lending_total(w, "supported", NULL, NULL, ALWAYS, NOW), 1);
    assert_int_equal(lending_total(w, "supported_events", NULL, NULL, ALWAYS, NOW), 2);
}

/* ---- random stories against a count by hand -------------------------------------------------------------------- */

#define LOANS 10
#define FACTS 150
#define RANGES 40

struct money {
    const char *indicator;
    size_t loan;
    int32_t on;
    int64_t amount;
    struct posting *first;
};

struct story {
    struct world *w;
    struct seed seed;
    const char *districts[LOANS], *parts[LOANS]; /* that each loan counts for */
    struct money money[FACTS];
    size_t count;
};

/* By hand: tranches and repayments of the range; a loan where its first tranche lies in it. */
static int64_t
model(const struct story *s, const char *indicator, const char *part, const char *district, int32_t from, int32_t to)
{
    bool counts_loans = strcmp(indicator, "loan_count") == 0;
    int32_t first[LOANS];
    int64_t sum = 0;

    for (size_t l = 0; l < LOANS; l++)
        first[l] = DAY_MAX;
    for (size_t i = 0; i < s->count; i++) {
        const struct money *m = &s->money[i];

        if (strcmp(s->parts[m->loan], part) != 0 || strcmp(s->districts[m->loan], district) != 0)
            continue;
        if (strcmp(m->indicator, "loan_amount") == 0 && m->on < first[m->loan])
            first[m->loan] = m->on;
        if (strcmp(m->indicator, indicator) == 0 && m->on >= from && m->on <= to)
            sum += m->amount;
    }
    for (size_t l = 0; l < LOANS && counts_loans; l++)
        sum += first[l] >= from && first[l] <= to;
    return sum;
}

static int32_t
random_day(struct story *s)
{
    int32_t first;

    assert_true(day_parse(&first, S("2023-03-12")));
    return first + (int32_t)seed_below(&s->seed, 110);
}

static const char *
day_text(struct story *s, int32_t day)
{
    char *text = arena_take(s->w->arena, DAY_TEXT_SIZE);

    day_print(text, day);
    return text;
}

static const char *
loan_id(struct story *s, size_t loan)
{
    return arena_print(s->w->arena, "R%zu", loan).at;
}

static void
random_loan(struct story *s, size_t loan)
{
    static const char *const codes[] = {"330602", "330603", "330681"};
    const char *lies = codes[seed_below(&s->seed, COUNT(codes))], *issued = codes[seed_below(&s->seed, COUNT(codes))];
    bool class1 = seed_below(&s->seed, 2) == 0;
    const char *id = loan_id(s, loan);
    struct posting *p;

    s->parts[loan] = class1 ? "class1" : "class2";
    s->districts[loan] = class1 ? issued : lies;
    p = lending_post(s->w, IMPORT, "loan.applied", id, "2023-03-01",
                  arena_print(s->w->arena,
                              "'class':'%s','sort':'individual','person':'%s','district':'%s','amount':1000,"
                              "'term_months':12,'use':'equipment','guarantee':'%s','group':'veteran'",
                              s->parts[loan], loan % 2 == 0 ? ZHAO : QIAN, lies, class1 ? "fund" : "credit").at);
    assert_int_equal(p->got, V_OK);
    p = lending_post(s->w, CENTRE, "loan.qualified", id, "2023-03-02",
                  arena_print(s->w->arena,
                              "'certificate_no':'C','amount_max':1000,'valid_to':'2023-12-31','issued_by':'%s'%s",
                              issued, class1 ? ",'fund':'fund-one'" : "").at);
    assert_int_equal(p->got, V_OK);
    lending_expect(s->w, CENTRE, "loan.sent", id, "2023-03-03", "'bank':'bank-zj'", V_OK);
}

/* A correction of money already told: another amount, another day, or none. */
static void
random_mend(struct story *s)
{
    size_t which = seed_below(&s->seed, s->count);
    struct money *m = &s->money[which];
    bool gone = seed_below(&s->seed, 4) == 0;

    if (m->amount == 0)
        return; /* voided before */
    m->amount = gone ? 0 : 1 + (int64_t)seed_below(&s->seed, 500);
    m->on = gone ? m->on : random_day(s);
    mend(s->w, m->first, day_text(s, m->on),
         gone ? ",'void':'yes'}"
              : arena_print(s->w->arena, "},'amount':%lld,'voucher_no':'M%zu'", (long long)m->amount, which).at);
    if (gone)
        m->on = DAY_MAX; /* counts nowhere */
}

static void
random_fact(struct story *s)
{
    static const struct {
        const char *kind, *fields, *indicator;
    } kinds[] = {
        {"loan.disbursed", NULL, "loan_amount"},
        {"loan.repaid", NULL, "loan_repaid"},
        {"loan.prepaid", NULL, "loan_repaid"},
        {"loan.accepted", "", NULL},
        {"loan.rejected", "'reason':'project'", NULL},
        {"loan.approved", "'amount':900,'rate_ppm':1,'term_months':12", NULL},
        {"loan.contracted",
         "'amount':900,'rate_ppm':1,'term_months':12,'due':'2024-01-01','contract_no':'K'", NULL},
        {"loan.overdue", "'amount':5,'since':'2023-06-01'", NULL},
        {"loan.cured", "", NULL},
        {"loan.settled", "", NULL},
    };
    size_t which = seed_below(&s->seed, 2) == 0 ? seed_below(&s->seed, 3) : seed_below(&s->seed, COUNT(kinds));
    struct money m = {kinds[which].indicator, seed_below(&s->seed, LOANS), random_day(s),
                      1 + (int64_t)seed_below(&s->seed, 500), NULL};
    const char *fields = kinds[which].fields;

    if (fields == NULL)
        fields = arena_print(s->w->arena, "'amount':%lld,'voucher_no':'M%zu'", (long long)m.amount, s->count).at;
    m.first = bank_says(s->w, kinds[which].kind, loan_id(s, m.loan), day_text(s, m.on), fields);
    if (m.indicator != NULL)
        s->money[s->count++] = m;
}

static void
compare(struct story *s, const struct story *as_known, int64_t known)
{
    static const char *const indicators[] = {"loan_amount", "loan_repaid", "loan_count"};
    static const char *const codes[] = {"330602", "330603", "330681", "330604"};

    for (size_t i = 0; i < RANGES; i++) {
        const char *indicator = indicators[seed_below(&s->seed, COUNT(indicators))];
        const char *part = seed_below(&s->seed, 2) == 0 ? "class1" : "class2";
        const char *district = codes[seed_below(&s->seed, COUNT(codes))];
        int32_t from = random_day(s), to = from + (int32_t)seed_below(&s->seed, 110);
        int64_t wanted = model(as_known, indicator, part, district, from, to);
        int64_t got = lending_total(s->w, indicator, part, district, day_text(s, from), day_text(s, to), known);

        if (got != wanted)
            fail_msg("%s %s %s from %s to %s: %lld, by hand %lld", indicator, part, district, day_text(s, from),
                     day_text(s, to), (long long)got, (long long)wanted);
    }
}

static void
equals_a_count_by_hand_after_any_story(void **state)
{
    struct story *s = arena_take(((struct world *)*state)->arena, sizeof *s);
    struct story *half = arena_take(((struct world *)*state)->arena, sizeof *s);
    int64_t known = 0;

    s->w = *state;
    s->seed = seed_open("domain/loan_totals");
    for (size_t l = 0; l < LOANS; l++)
        random_loan(s, l);
    for (size_t i = 0; i < FACTS; i++) {
        random_fact(s);
        if (s->count > 0 && seed_below(&s->seed, 8) == 0)
            random_mend(s);
        if (i == FACTS / 2) {
            *half = *s;
            known = world_count(s->w, "journal");
        }
    }
    compare(s, s, NOW);
    compare(s, half, known);
    lending_verify(s->w);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, lending_setup, world_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(counts_every_tranche_on_its_day_and_the_loan_once),
        TEST(adds_nothing_before_money_has_left),
        TEST(credits_class_1_where_it_was_certified_and_class_2_where_it_is_registered),
        TEST(counts_money_from_a_side_branch),
        TEST(restates_a_disbursement_of_another_amount_and_day),
        TEST(takes_back_money_that_never_left),
        TEST(keeps_the_state_of_money_that_was_repaid_after_a_void),
        TEST(supports_a_borrower_once_a_year_however_many_loans),
        TEST(equals_a_count_by_hand_after_any_story),
    };

    return cmocka_run_group_tests_name("domain/loan_totals", tests, NULL, NULL);
}

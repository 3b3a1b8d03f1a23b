/*
 * The banks as a table: figures of a year and ever, standing, agreement and branches, for each reader's scope.
 * Knows a plain list of the same figures, added up here; must not ask the totals what they hold.
 * Invariant: every figure expected is made from that list, by day, by district, and as far as it was told.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "seed.h"
#include "teller.h"

static const struct scope everything = {S_INIT(""), S_INIT(""), S_INIT("")};

static int32_t
day_of(const char *on)
{
    int32_t day;

    assert_true(day_parse(&day, slice_of(on)));
    return day;
}

static struct institution_table
table(struct world *w, const struct scope *reader, int year, const char *as_of, int64_t known_seq)
{
    struct institution_table t;

    assert_int_equal(institution_table(&t, w->registry, w->reader, w->arena, reader, year, day_of(as_of), known_seq),
                     V_OK);
    return t;
}

static const struct institution *
row(const struct institution_table *t, const char *id)
{
    for (size_t i = 0; i < t->count; i++)
        if (slice_equal(t->rows[i].id, slice_of(id)))
            return &t->rows[i];
    fail_msg("no row of %s", id);
    return NULL;
}

/* ---- figures, against a list ----------------------------------------------------------------------------------- */

#define FIGURES_MAX 150

static const char *const indicators[] = {"bank_lent",        "bank_outstanding", "bank_overdue",
                                         "bank_compensated", "bank_recovered",   "bank_received",
                                         "bank_decided",     "bank_decision_days", "bank_rejected"};
static const char *const lenders[] = {ZJ, "bank-sx", "bank-rcb"};
static const char *const districts[] = {"330602", "330603", "330604"};

static size_t
figures_tell(struct world *w, struct seed *seed, struct teller_figure *out)
{
    for (size_t i = 0; i < FIGURES_MAX; i++) {
        char *on = arena_take(w->arena, DAY_TEXT_SIZE);

        day_print(on, day_of("2021-06-01") + (int32_t)seed_below(seed, 750));
        out[i] = (struct teller_figure){indicators[seed_below(seed, COUNT(indicators))],
                                        lenders[seed_below(seed, COUNT(lenders))],
                                        districts[seed_below(seed, COUNT(districts))], on,
                                        1 + (int64_t)seed_below(seed, 1000)};
    }
    teller_add_all(w, out, FIGURES_MAX);
    return FIGURES_MAX;
}

/* What a sum is over: days from and to; NULL district: all. */
struct span {
    const struct teller_figure *at;
    size_t count;
    const char *lender, *district, *from, *to;
};

static int64_t
sum(const struct span *s, const char *indicator)
{
    int64_t out = 0;

    for (size_t i = 0; i < s->count; i++)
        if (strcmp(s->at[i].indicator, indicator) == 0 && strcmp(s->at[i].lender, s->lender) == 0 &&
            (s->district == NULL || strcmp(s->at[i].district, s->district) == 0) &&
            strcmp(s->at[i].on, s->from) >= 0 && strcmp(s->at[i].on, s->to) <= 0)
            out += s->at[i].amount;
    return out;
}

static void
figures_equal(const struct institution_figures *got, const struct span *s)
{
    int64_t decided = sum(s, "bank_decided"), days = sum(s, "bank_decision_days");
    int64_t compensated = sum(s, "bank_compensated"), recovered = sum(s, "bank_recovered");

    assert_int_equal(got->lent, sum(s, "bank_lent"));
    assert_int_equal(got->received, sum(s, "bank_received"));
    assert_int_equal(got->decided, decided);
    assert_int_equal(got->rejected, sum(s, "bank_rejected"));
    assert_int_equal(got->compensated, compensated);
    assert_int_equal(got->recovered, recovered);
    assert_int_equal(got->decision_days_x100, decided == 0 ? INT_ABSENT : (200 * days + decided) / (2 * decided));
    assert_int_equal(got->recovery_ppm, compensated == 0 ? INT_ABSENT : 1000000 * recovered / compensated);
}

static void
rows_equal(const struct institution_table *t, const struct span *all, const char *first_day)
{
    for (size_t i = 0; i < t->count; i++) {
        const struct institution *one = &t->rows[i];
        struct span year = *all, ever = *all;
        int64_t outstanding, overdue;

        year.lender = ever.lender = one->id.at;
        year.from = first_day;
        figures_equal(&one->year, &year);
        figures_equal(&one->ever, &ever);
        outstanding = sum(&ever, "bank_outstanding");
        overdue = sum(&ever, "bank_overdue");
        assert_int_equal(one->outstanding, outstanding);
        assert_int_equal(one->overdue, overdue);
        assert_int_equal(one->overdue_ppm, outstanding == 0 ? INT_ABSENT : 1000000 * overdue / outstanding);
    }
}

static void
adds_up_each_banks_figures_by_day_district_and_what_was_known(void **state)
{
    static const struct {
        int year;
        const char *first_day, *as_of;
    } moments[] = {
        {2021, "2021-01-01", "2021-05-31"}, {2021, "2021-01-01", "2021-12-31"}, {2022, "2022-01-01", "2022-02-28"},
        {2022, "2022-01-01", "2022-12-31"}, {2023, "2023-01-01", "2023-01-01"}, {2023, "2023-01-01", "2023-06-30"},
    };
    struct world *w = *state;
    struct seed seed = seed_open("adds_up_each_banks_figures_by_day_district_and_what_was_known");
    struct teller_figure figures[2 * FIGURES_MAX];
    int64_t known;

    figures_tell(w, &seed, figures);
    assert_int_equal(ledger_head(&known, w->reader, w->arena), V_OK);
    figures_tell(w, &seed, figures + FIGURES_MAX);
    for (size_t i = 0; i < COUNT(moments); i++)
        for (size_t d = 0; d <= COUNT(districts); d++)
            for (int then = 0; then < 2; then++) {
                const char *district = d < COUNT(districts) ? districts[d] : NULL;
                struct scope reader = {slice_of(district == NULL ? "" : district), S(""), S("")};
                struct span s = {figures, then ? FIGURES_MAX : COUNT(figures), NULL, district, "2000-01-01",
                                 moments[i].as_of};
                struct institution_table t = table(w, &reader, moments[i].year, moments[i].as_of,
                                                   then ? known : INT64_MAX);

                assert_int_equal(t.count, COUNT(lenders));
                rows_equal(&t, &s, moments[i].first_day);
            }
}

static void
counts_no_other_bank_whose_id_begins_alike(void **state)
{
    static const struct teller_step steps[] = {
        {"a short id", &town_system, "organisation.registered", "bank-z", "2023-01-01", "'sort':'bank','zh':'短银行'",
         V_OK, NULL},
        {"warned, by what the registry says of it", OFFICER, "organisation.warned", "bank-z", "2023-06-30",
         BY_HAND ",'outstanding':0", V_OK, NULL},
    };
    struct world *w = *state;
    struct institution_table t;

    teller_add(w, "bank_outstanding", ZJ, "330602", "2023-01-10", 100);
    RUN(w, steps);
    t = table(w, &everything, 2023, "2023-06-30", INT64_MAX);
    assert_int_equal(row(&t, "bank-z")->outstanding, 0);
    assert_int_equal(row(&t, ZJ)->outstanding, 100);
}

/* ---- how they stand -------------------------------------------------------------------------------------------- */

static const struct teller_step year_of_zj[] = {
    {"an agreement", OFFICER, "organisation.agreement_signed", ZJ, "2023-01-01",
     AGREEMENT("A1", "2023-01-01", "2023-04-30"), V_OK, NULL},
    {"a branch", OFFICER, "organisation.branch_opened", ZJ, "2023-01-05", BRANCH("b-1", "330602"), V_OK, NULL},
    {"a branch elsewhere", OFFICER, "organisation.branch_opened", ZJ, "2023-02-05", BRANCH("b-2", "330603"), V_OK,
     NULL},
    {"gone", OFFICER, "organisation.branch_closed", ZJ, "2023-03-05", "'branch':'b-1'", V_OK, NULL},
    {"warned", OFFICER, "organisation.warned", ZJ, "2023-02-10", BY_HAND, V_OK, NULL},
    {"suspended", OFFICER, "organisation.suspended", ZJ, "2023-03-10", BY_HAND, V_OK, NULL},
    {"merges", OFFICER, "organisation.merged", ZJ, "2023-04-01", "'into':'bank-sx','from':'2023-05-01'", V_OK, NULL},
    {"closed", &town_system, "organisation.closed", ZJ, "2023-06-01", "'reason':'merged'", V_OK, NULL},
    {"a new bank", &town_system, "organisation.registered", "bank-new", "2023-05-05", "'sort':'bank','zh':'新银行'",
     V_OK, NULL},
};

static void
shows_how_a_bank_stood_on_each_day(void **state)
{
    static const struct {
        const char *as_of, *state, *since, *agreement;
        int64_t branches, in_602;
        size_t banks;
    } days[] = {
        {"2023-01-04", "active", NULL, "A1", 0, 0, 3},
        {"2023-02-09", "active", NULL, "A1", 2, 1, 3},
        {"2023-02-10", "warned", "2023-02-10", "A1", 2, 1, 3},
        {"2023-03-09", "warned", "2023-02-10", "A1", 1, 0, 3},
        {"2023-04-30", "suspended", "2023-03-10", "A1", 1, 0, 3},
        {"2023-05-01", "merged", "2023-05-01", NULL, 1, 0, 3},
        {"2023-05-05", "merged", "2023-05-01", NULL, 1, 0, 4},
        {"2023-06-01", "closed", "2023-06-01", NULL, 1, 0, 4},
    };
    const struct scope in_602 = {S("330602"), S(""), S("")};
    struct world *w = *state;

    RUN(w, year_of_zj);
    for (size_t i = 0; i < COUNT(days); i++) {
        struct institution_table t = table(w, &everything, 2023, days[i].as_of, INT64_MAX);
        struct institution_table narrow = table(w, &in_602, 2023, days[i].as_of, INT64_MAX);
        const struct institution *one = row(&t, ZJ);

        if (t.count != days[i].banks || strcmp(one->state->name, days[i].state) != 0)
            fail_msg("on %s: %zu banks, %s", days[i].as_of, t.count, one->state->name);
        assert_int_equal(one->since, days[i].since == NULL ? DAY_ABSENT : day_of(days[i].since));
        assert_int_equal(one->branches, days[i].branches);
        assert_int_equal(row(&narrow, ZJ)->branches, days[i].in_602);
        assert_true(slice_equal(one->agreement_no,
                                days[i].agreement == NULL ? (struct slice){0} : slice_of(days[i].agreement)));
    }
}

static void
shows_what_was_known_then(void **state)
{
    struct world *w = *state;
    struct institution_table t;
    int64_t known;

    assert_int_equal(ledger_head(&known, w->reader, w->arena), V_OK);
    RUN(w, year_of_zj);
    t = table(w, &everything, 2023, "2023-06-30", known);
    assert_int_equal(t.count, 3);
    assert_int_equal(t.known_seq, known);
    assert_string_equal(row(&t, ZJ)->state->name, "active");
    t = table(w, &everything, 2023, "2023-06-30", known + 5);
    assert_string_equal(row(&t, ZJ)->state->name, "warned");
}

static void
shows_a_bank_its_own_row_alone(void **state)
{
    const struct scope reader = {S(""), S("bank-sx"), S("")}, nobody = {S(""), S("operator-one"), S("")};
    struct world *w = *state;
    struct institution_table t = table(w, &reader, 2023, "2023-06-30", INT64_MAX);

    assert_int_equal(t.count, 1);
    assert_true(slice_equal(t.rows[0].id, S("bank-sx")));
    assert_int_equal(table(w, &nobody, 2023, "2023-06-30", INT64_MAX).count, 0);
}

/* ---- the document ---------------------------------------------------------------------------------------------- */

static void
writes_a_document_without_quotients_of_nothing(void **state)
{
    static const char wanted[] =
        "{\"year\":2023,\"as_of\":\"2023-04-30\",\"known_at\":%lld,\"rows\":[{\"id\":\"bank-zj\",\"zh\":\"之江银行\","
        "\"state\":\"suspended\",\"state_zh\":\"暂停新业务\",\"state_en\":\"new business suspended\","
        "\"since\":\"2023-03-10\",\"merged_into\":\"bank-sx\",\"merged_from\":\"2023-05-01\","
        "\"agreement\":{\"agreement_no\":\"A1\",\"from\":\"2023-01-01\",\"to\":\"2023-04-30\"},\"branches\":1,"
        "\"year\":{\"lent\":0,\"received\":0,\"decided\":3,\"rejected\":0,\"decision_days_x100\":267,"
        "\"compensated\":0,\"recovered\":0},"
        "\"ever\":{\"lent\":500,\"received\":0,\"decided\":3,\"rejected\":0,\"decision_days_x100\":267,"
        "\"compensated\":0,\"recovered\":0},\"outstanding\":0,\"overdue\":0}]}";
    const struct scope reader = {S(""), S(ZJ), S("")};
    struct world *w = *state;
    struct buf b = {.arena = w->arena};
    struct institution_table t;
    struct slice expected;

    RUN(w, year_of_zj);
    teller_add(w, "bank_lent", ZJ, "330602", "2022-12-31", 500);
    teller_add(w, "bank_decided", ZJ, "330602", "2023-03-31", 3);
    teller_add(w, "bank_decision_days", ZJ, "330602", "2023-03-31", 8);
    t = table(w, &reader, 2023, "2023-04-30", INT64_MAX);
    institution_table_json(&b, &t);
    buf_add_char(&b, '\0');
    expected = arena_print(w->arena, wanted, (long long)t.known_seq);
    assert_string_equal(b.at, expected.at);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, teller_setup, world_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(adds_up_each_banks_figures_by_day_district_and_what_was_known),
        TEST(counts_no_other_bank_whose_id_begins_alike),
        TEST(shows_how_a_bank_stood_on_each_day),
        TEST(shows_what_was_known_then),
        TEST(shows_a_bank_its_own_row_alone),
        TEST(writes_a_document_without_quotients_of_nothing),
    };

    return cmocka_run_group_tests_name("domain/organisation_table", tests, NULL, NULL);
}

/*
 * What the clock does to banks: warned, suspended and resumed by their figures, once, and only as the rule allows.
 * Knows the thresholds of the teller's town as fractions; must not use the code that divides.
 * Invariant: whatever the clock proposes is recorded, and is what a model of ten lines would do.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "seed.h"
#include "teller.h"

/* ---- which measure, by figures --------------------------------------------------------------------------------- */

#define BY_CLOCK ORGANISATION_VIEW_MEASURES_ITEM_BY_CLOCK
#define BY_PERSON ORGANISATION_VIEW_MEASURES_ITEM_BY_PERSON

static const struct {
    const char *what;
    int last, by, days_ago; /* the last measure; NO_MEASURE: none was ever taken */
    int64_t outstanding, overdue;
    int due;
} cases[] = {
    {"nothing outstanding", NO_MEASURE, 0, 0, 0, 0, NO_MEASURE},
    {"nothing outstanding, something overdue", NO_MEASURE, 0, 0, 0, 5, NO_MEASURE},
    {"more paid back than lent", NO_MEASURE, 0, 0, -1000000, 100000, NO_MEASURE},
    {"a fen below the warning", NO_MEASURE, 0, 0, 1000000, 49999, NO_MEASURE},
    {"at the warning", NO_MEASURE, 0, 0, 1000000, 50000, MEASURE(WARNED)},
    {"a fraction below the warning", NO_MEASURE, 0, 0, 2000001, 100000, NO_MEASURE},
    {"a fen below the stop", NO_MEASURE, 0, 0, 1000000, 99999, MEASURE(WARNED)},
    {"at the stop: suspended beats warned", NO_MEASURE, 0, 0, 1000000, 100000, MEASURE(SUSPENDED)},
    {"at the stop, of the largest sums", NO_MEASURE, 0, 0, MONEY_MAX, MONEY_MAX / 10, MEASURE(SUSPENDED)},
    {"a fen below it, of the largest sums", NO_MEASURE, 0, 0, MONEY_MAX, MONEY_MAX / 10 - 1, MEASURE(WARNED)},
    {"overdue below nothing", NO_MEASURE, 0, 0, 1000000, -1, NO_MEASURE},
    {"warned already", MEASURE(WARNED), BY_CLOCK, 1, 1000000, 99999, NO_MEASURE},
    {"warned by a person already", MEASURE(WARNED), BY_PERSON, 1, 1000000, 60000, NO_MEASURE},
    {"warned, and now at the stop", MEASURE(WARNED), BY_CLOCK, 1, 1000000, 100000, MEASURE(SUSPENDED)},
    {"warned, and now below it: a person lifts it", MEASURE(WARNED), BY_CLOCK, 1, 1000000, 0, NO_MEASURE},
    {"suspended, at the line of resumption", MEASURE(SUSPENDED), BY_CLOCK, 1, 1000000, 80000, NO_MEASURE},
    {"suspended, a fen below it", MEASURE(SUSPENDED), BY_CLOCK, 1, 1000000, 79999, MEASURE(RESUMED)},
    {"suspended, a fraction below it", MEASURE(SUSPENDED), BY_CLOCK, 1, 1000001, 80000, MEASURE(RESUMED)},
    {"suspended by a person", MEASURE(SUSPENDED), BY_PERSON, 1, 1000000, 0, NO_MEASURE},
    {"suspended, nothing outstanding any more", MEASURE(SUSPENDED), BY_CLOCK, 1, 0, 0, NO_MEASURE},
    {"resumed by the clock", MEASURE(RESUMED), BY_CLOCK, 0, 1000000, 70000, MEASURE(WARNED)},
    {"resumed by a person, the last day it is held", MEASURE(RESUMED), BY_PERSON, 89, 1000000, 500000, NO_MEASURE},
    {"resumed by a person, the day after", MEASURE(RESUMED), BY_PERSON, 90, 1000000, 500000, MEASURE(SUSPENDED)},
    {"left", MEASURE(LEFT), BY_PERSON, 1, 1000000, 500000, NO_MEASURE},
    {"returned", MEASURE(RETURNED), BY_PERSON, 0, 1000000, 500000, MEASURE(SUSPENDED)},
};

static const struct limit limits[MEASURE_LIMITS] = {
    [MEASURE_LIMIT_WARN] = {.name = "warn", .number = 50000},
    [MEASURE_LIMIT_STOP] = {.name = "stop", .number = 100000},
    [MEASURE_LIMIT_RESUME] = {.name = "resume", .number = 80000},
    [MEASURE_LIMIT_HOLD] = {.name = "hold", .number = 90},
};

#define TODAY 19500

static void
calls_for_the_measure_that_the_figures_cross(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct organisation_view_measures_item last = {
            .on = TODAY - cases[i].days_ago, .measure = cases[i].last, .by = cases[i].by};
        const struct organisation_view v = {
            .measures = {&last, cases[i].last != NO_MEASURE}, .closed = DAY_ABSENT, .merged_from = DAY_ABSENT};
        const struct exposure x = {cases[i].outstanding, cases[i].overdue};

        if (measure_due(&v, &x, limits, TODAY) != cases[i].due)
            fail_msg("%s: %d, wanted %d", cases[i].what, measure_due(&v, &x, limits, TODAY), cases[i].due);
    }
}

static void
calls_for_nothing_by_a_limit_that_is_not_in_force(void **state)
{
    static const struct limit none[MEASURE_LIMITS];
    const struct organisation_view v = {.closed = DAY_ABSENT, .merged_from = DAY_ABSENT};
    const struct exposure x = {100, 100};

    (void)state;
    assert_int_equal(measure_due(&v, &x, none, TODAY), NO_MEASURE);
}

/* ---- through the door ------------------------------------------------------------------------------------------ */

static int32_t
today(void)
{
    return day_local(world_now_ms);
}

static struct posting *
fact_read(struct world *w, const struct clock_fact *f)
{
    struct posting *p = NEW(w->arena, struct posting);
    char on[DAY_TEXT_SIZE];
    struct slice parts[] = {slice_of(f->kind), S("|"), f->subject, S("|"), {0}};
    const struct json *body;

    day_print(on, f->on);
    parts[COUNT(parts) - 1] = slice_of(on);
    assert_int_equal(json_parse(&body, w->arena,
                                arena_print(w->arena, "{\"subject\":\"" SLICE_FMT "\",\"on\":\"%s\"," SLICE_FMT,
                                            SLICE_ARG(f->subject), on,
                                            SLICE_ARG(slice_sub(f->body, 1, f->body.len)))),
                     V_OK);
    assert_int_equal(posting_read(p, w->arena, w->registry, slice_of(f->kind), uuid8_of(w->arena, parts, COUNT(parts)),
                                  body, S("")),
                     V_OK);
    assert_int_equal(p->entry.on, f->on);
    assert_true(slice_equal(p->entry.subject, f->subject));
    p->entry.actor = teller_clock;
    return p;
}

static size_t
ask(struct clock_fact **out, struct world *w)
{
    size_t count;

    assert_int_equal(organisations_clock(out, &count, w->reader, w->arena, today()), V_OK);
    return count;
}

/* Posts what the clock owes now; gives it as "warned:bank-zj ". */
static const char *
tick(struct world *w)
{
    struct buf b = {.arena = w->arena};
    struct clock_fact *facts;
    size_t count = ask(&facts, w);

    buf_add(&b, S(""));
    for (size_t i = 0; i < count; i++) {
        struct posting *p = fact_read(w, &facts[i]);

        ledger_post(w->ledger, &p, 1);
        if (p->got != V_OK)
            fail_msg("%s of " SLICE_FMT ": %s", facts[i].kind, SLICE_ARG(facts[i].subject), verdict_row(p->got)->name);
        buf_print(&b, "%s:" SLICE_FMT " ", strchr(facts[i].kind, '.') + 1, SLICE_ARG(facts[i].subject));
    }
    buf_add_char(&b, '\0');
    return b.at;
}

static void
expose(struct world *w, const char *lender, int64_t outstanding, int64_t overdue)
{
    if (outstanding != 0)
        teller_add(w, "bank_outstanding", lender, "330602", "2023-01-10", outstanding);
    if (overdue != 0)
        teller_add(w, "bank_overdue", lender, "330603", "2023-01-10", overdue);
}

static void
next_day(void)
{
    world_now_ms += 86400000;
}

static void
warns_suspends_and_resumes_once_each(void **state)
{
    struct world *w = *state;

    assert_string_equal(tick(w), "");
    expose(w, ZJ, 1000000, 50000);
    expose(w, "bank-sx", 1000000, 100000);
    assert_string_equal(tick(w), "suspended:bank-sx warned:bank-zj ");
    assert_string_equal(tick(w), "");
    expose(w, ZJ, 0, 50000);
    assert_string_equal(tick(w), "suspended:bank-zj "); /* on the same day as the warning */
    next_day();
    expose(w, ZJ, 0, -20000);
    assert_string_equal(tick(w), "");
    expose(w, ZJ, 1, 0);
    assert_string_equal(tick(w), "resumed:bank-zj ");
    assert_string_equal(tick(w), "warned:bank-zj "); /* still above that line */
    assert_string_equal(tick(w), "");
    expose(w, ZJ, 0, -79000);
    assert_string_equal(tick(w), "");
    assert_int_equal(teller_lending(w, "bank-sx", "2023-07-01"), LENDING_SUSPENDED);
    teller_verify(w);
}

static void
takes_each_measure_once_a_day(void **state)
{
    struct world *w = *state;

    expose(w, ZJ, 1000000, 120000);
    assert_string_equal(tick(w), "suspended:bank-zj ");
    expose(w, ZJ, 0, -120000);
    assert_string_equal(tick(w), "resumed:bank-zj ");
    expose(w, ZJ, 0, 120000);
    assert_string_equal(tick(w), "");
    next_day();
    assert_string_equal(tick(w), "suspended:bank-zj ");
}

static void
writes_down_the_figures_it_judged_by(void **state)
{
    struct world *w = *state;
    const struct organisation_view_measures_item *one;

    expose(w, ZJ, 3000000, 200000);
    assert_string_equal(tick(w), "warned:bank-zj ");
    one = measure_last(teller_view(w, ZJ));
    assert_int_equal(one->outstanding, 3000000);
    assert_int_equal(one->overdue, 200000);
    assert_int_equal(one->overdue_ppm, 66666);
    assert_int_equal(one->by, BY_CLOCK);
    assert_true(slice_equal(one->cause, S("overdue_rate")));
    assert_int_equal(one->on, today());
}

static void
leaves_alone_what_a_person_decided(void **state)
{
    struct world *w = *state;

    expose(w, ZJ, 1000000, 120000);
    assert_string_equal(tick(w), "suspended:bank-zj ");
    assert_int_equal(teller_post(w, CHIEF, "organisation.resumed", ZJ, "2023-06-30", BY_HAND)->got, V_OK);
    assert_string_equal(tick(w), "");
    world_now_ms += INT64_C(89) * 86400000;
    assert_string_equal(tick(w), "");
    next_day();
    assert_string_equal(tick(w), "suspended:bank-zj ");
    assert_int_equal(teller_post(w, CHIEF, "organisation.suspended", "bank-sx", "2023-09-01", BY_HAND)->got, V_OK);
    expose(w, "bank-sx", 1000000, 0);
    assert_string_equal(tick(w), "");
}

static void
passes_over_who_left_merged_or_closed(void **state)
{
    static const struct teller_step steps[] = {
        {"left", OFFICER, "organisation.left", ZJ, "2023-06-01", "'reason':'removed'", V_OK, NULL},
        {"merged", OFFICER, "organisation.merged", "bank-sx", "2023-06-01", "'into':'bank-rcb','from':'2023-07-01'",
         V_OK, NULL},
        {"closed", &town_system, "organisation.closed", "bank-rcb", "2023-06-01", "'reason':'merged'", V_OK, NULL},
    };
    struct world *w = *state;

    RUN(w, steps);
    expose(w, ZJ, 1000000, 500000);
    expose(w, "bank-sx", 1000000, 60000);
    expose(w, "bank-rcb", 1000000, 500000);
    assert_string_equal(tick(w), "warned:bank-sx "); /* its merger is tomorrow's */
    expose(w, "bank-sx", 0, 500000);
    next_day();
    assert_string_equal(tick(w), "");
}

/* ---- what the rule refuses the clock -------------------------------------------------------------------------- */

#define SAYS(ppm, outstanding, overdue) \
    "'cause':'overdue_rate','overdue_ppm':" #ppm ",'outstanding':" #outstanding ",'overdue':" #overdue

static void
is_refused_what_the_figures_do_not_call_for(void **state)
{
    static const struct teller_step steps[] = {
        {"without figures", CLOCK, "organisation.warned", ZJ, "2023-06-30", "'cause':'overdue_rate'", V_FIELDS_WRONG,
         "/overdue_ppm"},
        {"a balance of before", CLOCK, "organisation.warned", ZJ, "2023-06-30", SAYS(60000, 999999, 60000),
         V_FIELDS_WRONG, "/outstanding"},
        {"a share rounded up", CLOCK, "organisation.warned", "bank-sx", "2023-06-30", SAYS(66667, 3000000, 200000),
         V_FIELDS_WRONG, "/overdue_ppm"},
        {"suspended below the stop", CLOCK, "organisation.suspended", ZJ, "2023-06-30", SAYS(60000, 1000000, 60000),
         V_RULE_REFUSED, "/overdue_ppm"},
        {"warned below the warning", CLOCK, "organisation.warned", "bank-rcb", "2023-06-30",
         SAYS(100, 1000000, 100), V_RULE_REFUSED, "/overdue_ppm"},
        {"resumed what is not suspended", CLOCK, "organisation.resumed", "bank-rcb", "2023-06-30",
         SAYS(100, 1000000, 100), V_WRONG_STATE, ""},
        {"suspended by a person", CHIEF, "organisation.suspended", "bank-rcb", "2023-06-30", BY_HAND, V_OK, NULL},
        {"resumed what a person suspended", CLOCK, "organisation.resumed", "bank-rcb", "2023-06-30",
         SAYS(100, 1000000, 100), V_RULE_REFUSED, "/overdue_ppm"},
        {"the warning ends", OFFICER, "limit.ended", "bank.warn.overdue_pct@330600", "2023-06-30",
         "'to':'2023-06-29'", V_OK, NULL},
        {"warned by no limit", CLOCK, "organisation.warned", ZJ, "2023-06-30", SAYS(60000, 1000000, 60000),
         V_LIMIT_UNKNOWN, "/on"},
    };
    struct world *w = *state;

    expose(w, ZJ, 1000000, 60000);
    expose(w, "bank-sx", 3000000, 200000);
    expose(w, "bank-rcb", 1000000, 100);
    RUN(w, steps);
    assert_string_equal(tick(w), "");
}

static void
is_refused_a_warning_where_a_suspension_is_due(void **state)
{
    static const struct teller_step steps[] = {
        {"warned", CLOCK, "organisation.warned", ZJ, "2023-06-30", SAYS(120000, 1000000, 120000), V_RULE_REFUSED,
         "/overdue_ppm"},
        {"suspended", CLOCK, "organisation.suspended", ZJ, "2023-06-30", SAYS(120000, 1000000, 120000), V_OK, NULL},
    };
    struct world *w = *state;

    expose(w, ZJ, 1000000, 120000);
    RUN(w, steps);
}

/* A bank's fact recorded in between, or before it in the very same transaction. */
static void
is_refused_figures_that_have_moved_and_asks_again(void **state)
{
    struct world *w = *state;
    struct clock_fact *facts;
    struct posting *both[2];

    expose(w, ZJ, 1000000, 60000);
    assert_int_equal(ask(&facts, w), 1);
    expose(w, ZJ, 1, 0);
    both[0] = fact_read(w, &facts[0]);
    ledger_post(w->ledger, both, 1);
    assert_int_equal(both[0]->got, V_FIELDS_WRONG);
    assert_int_equal(ask(&facts, w), 1);
    both[0] = teller_read(w, &town_bank, "jar.filled", "jar-2-330602-red", "2023-06-30", "'amount':7,'voucher_no':'v'");
    both[1] = fact_read(w, &facts[0]);
    ledger_post(w->ledger, both, 2);
    assert_int_equal(both[0]->got, V_OK);
    assert_int_equal(both[1]->got, V_FIELDS_WRONG);
    assert_string_equal(tick(w), "warned:bank-zj ");
}

static void
answers_the_same_fact_again_with_the_first_receipt(void **state)
{
    struct world *w = *state;
    struct clock_fact *facts;
    struct posting *p;

    expose(w, ZJ, 1000000, 60000);
    assert_int_equal(ask(&facts, w), 1);
    for (int round = 0; round < 2; round++) {
        p = fact_read(w, &facts[0]);
        ledger_post(w->ledger, &p, 1);
        assert_int_equal(p->got, round == 0 ? V_OK : V_REPLAYED);
    }
}

/* ---- days of it, against a model ------------------------------------------------------------------------------- */

struct model {
    const char *lender;
    int64_t outstanding, overdue;
    enum lending now;
    bool by_clock;    /* who suspended it */
    int32_t held_to;  /* the clock waits until then */
};

static enum lending
model_next(const struct model *m)
{
    if (m->outstanding <= 0 || today() < m->held_to)
        return m->now;
    if (m->now == LENDING_SUSPENDED)
        return m->by_clock && 25 * m->overdue < 2 * m->outstanding ? LENDING_ACTIVE : m->now;
    if (10 * m->overdue >= m->outstanding)
        return LENDING_SUSPENDED;
    return 20 * m->overdue >= m->outstanding ? LENDING_WARNED : m->now;
}

static bool
model_tick(struct model *m)
{
    enum lending next = model_next(m);
    bool moved = next != m->now;

    if (next == LENDING_SUSPENDED && moved)
        m->by_clock = true;
    m->now = next;
    return moved;
}

static void
figures_move(struct world *w, struct seed *seed, struct model *m)
{
    int64_t outstanding = (int64_t)seed_below(seed, 2000) - 100;
    int64_t overdue = (int64_t)seed_below(seed, 160) * (outstanding > 0 ? outstanding : 1) / 1000;

    expose(w, m->lender, outstanding - m->outstanding, overdue - m->overdue);
    m->outstanding = outstanding;
    m->overdue = overdue;
}

static void
a_person_steps_in(struct world *w, struct model *m)
{
    bool resumes = m->now == LENDING_SUSPENDED || m->now == LENDING_WARNED;
    char on[DAY_TEXT_SIZE];

    day_print(on, today());
    assert_int_equal(teller_post(w, CHIEF, resumes ? "organisation.resumed" : "organisation.suspended", m->lender, on,
                                 BY_HAND)->got, V_OK);
    m->now = resumes ? LENDING_ACTIVE : LENDING_SUSPENDED;
    m->held_to = resumes ? today() + 90 : today();
    m->by_clock = false;
}

static void
does_what_a_model_does_through_a_hundred_days(void **state)
{
    struct world *w = *state;
    struct seed seed = seed_open("does_what_a_model_does_through_a_hundred_days");
    struct model models[] = {{ZJ, 0, 0, LENDING_ACTIVE, false, 0},
                             {"bank-sx", 0, 0, LENDING_ACTIVE, false, 0},
                             {"bank-rcb", 0, 0, LENDING_ACTIVE, false, 0}};
    size_t measures = 0;

    for (int day = 0; day < 100; day++, next_day()) {
        char on[DAY_TEXT_SIZE];
        bool moved = true;

        day_print(on, today());
        for (size_t i = 0; i < COUNT(models); i++) {
            if (seed_below(&seed, 3) == 0)
                figures_move(w, &seed, &models[i]);
            if (seed_below(&seed, 150) == 0)
                a_person_steps_in(w, &models[i]);
        }
        while (moved) {
            size_t count = 0;

            for (size_t i = 0; i < COUNT(models); i++)
                count += model_tick(&models[i]);
            moved = tick(w)[0] != '\0';
            assert_int_equal(moved, count > 0);
            measures += count;
        }
        for (size_t i = 0; i < COUNT(models); i++)
            if (teller_lending(w, models[i].lender, on) != models[i].now)
                fail_msg("%s on %s: %s, wanted %s", models[i].lender, on,
                         lendings[teller_lending(w, models[i].lender, on)].name, lendings[models[i].now].name);
    }
    assert_true(measures > 10);
    teller_verify(w);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, teller_setup, world_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls_for_the_measure_that_the_figures_cross),
        cmocka_unit_test(calls_for_nothing_by_a_limit_that_is_not_in_force),
        TEST(warns_suspends_and_resumes_once_each),
        TEST(takes_each_measure_once_a_day),
        TEST(writes_down_the_figures_it_judged_by),
        TEST(leaves_alone_what_a_person_decided),
        TEST(passes_over_who_left_merged_or_closed),
        TEST(is_refused_what_the_figures_do_not_call_for),
        TEST(is_refused_a_warning_where_a_suspension_is_due),
        TEST(is_refused_figures_that_have_moved_and_asks_again),
        TEST(answers_the_same_fact_again_with_the_first_receipt),
        TEST(does_what_a_model_does_through_a_hundred_days),
    };

    return cmocka_run_group_tests_name("domain/organisation_clock", tests, NULL, NULL);
}

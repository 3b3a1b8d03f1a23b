/*
 * The working calendar: what is worked, what falls due, and what nobody has announced yet.
 * Knows a table worked out by hand from the notices and a judge that counts from day to day; must not know the lists.
 * Invariant: every answer expected here was found without the program.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "oracle.h"
#include "seed.h"
#include "tally.h"

static int32_t
day_of(struct slice text)
{
    int32_t day;

    if (!day_parse(&day, text))
        fail_msg(SLICE_FMT " is no day", SLICE_ARG(text));
    return day;
}

static int32_t
on(const char *text)
{
    return day_of(slice_of(text));
}

static struct calendar
load(struct world *w)
{
    struct calendar c;

    assert_int_equal(calendar_load(&c, w->reader, w->arena), V_OK);
    return c;
}

/* ---- questions ------------------------------------------------------------------------------------------------- */

static struct slice
say_yes_no(bool yes)
{
    return yes ? S("yes") : S("no");
}

static struct slice
say_day(struct arena *a, int32_t day)
{
    char text[DAY_TEXT_SIZE];

    day_print(text, day);
    return arena_copy(a, slice_of(text));
}

static int64_t
number_of(struct slice text)
{
    int64_t number;

    if (!slice_to_int(&number, text))
        fail_msg(SLICE_FMT " is no number", SLICE_ARG(text));
    return number;
}

/* The calendar's answer to a line as tests/lib/calendar_judge.py takes it. */
static struct slice
answer(struct arena *a, const struct calendar *c, struct slice question)
{
    struct slice word[4], verb;

    for (size_t i = 0; i < COUNT(word); i++)
        word[i] = question.at == NULL ? S("") : slice_cut(&question, question, ' ');
    verb = word[0];
    if (slice_equal(verb, S("workday")))
        return say_yes_no(calendar_is_workday(c, day_of(word[1])));
    if (slice_equal(verb, S("provisional")))
        return say_yes_no(calendar_is_provisional(c, day_of(word[1])));
    if (slice_equal(verb, S("alarm")))
        return say_yes_no(calendar_alarm(c, day_of(word[1])));
    if (slice_equal(verb, S("next")))
        return say_day(a, calendar_next(c, day_of(word[1])));
    if (slice_equal(verb, S("after")))
        return say_day(a, calendar_after(c, day_of(word[1]), number_of(word[2])));
    if (slice_equal(verb, S("between")))
        return arena_print(a, "%lld", (long long)calendar_between(c, day_of(word[1]), day_of(word[2])));
    if (slice_equal(verb, S("due")))
        return say_day(a,
                       calendar_monthly_due(c, (int)number_of(word[1]), (int)number_of(word[2]), number_of(word[3])));
    fail_msg("no such question: " SLICE_FMT, SLICE_ARG(verb));
    return S("");
}

/* ---- against people and against a judge -------------------------------------------------------------------------- */

static void
answers_every_question_as_worked_out_by_hand(void **state)
{
    struct world *w = *state;
    struct slice rest = tally_file(w, "tests/domain/golden/calendar.txt");
    struct calendar c = load(w);
    size_t asked = 0;

    while (rest.len > 0) {
        struct slice line = slice_cut(&rest, rest, '\n'), expected, ours;
        struct slice question = slice_cut(&expected, line, '=');

        if (line.len == 0 || line.at[0] == '#')
            continue;
        assert_true(expected.len > 1);
        ours = answer(w->arena, &c, slice_sub(question, 0, question.len - 1));
        if (!slice_equal(ours, slice_sub(expected, 1, expected.len)))
            fail_msg(SLICE_FMT ", not " SLICE_FMT, SLICE_ARG(line), SLICE_ARG(ours));
        asked++;
    }
    assert_true(asked >= 200);
}

#define RANDOM_QUESTIONS 3000

/* From a year before the first that is announced to two years after the last. */
static const char *
random_day(struct world *w, struct seed *seed)
{
    return say_day(w->arena, on("2019-01-01") + (int32_t)seed_below(seed, 3650)).at;
}

static void
random_question(struct buf *b, struct world *w, struct seed *seed)
{
    static const char *const verbs[] = {"workday", "provisional", "alarm", "next"};
    uint64_t sort = seed_below(seed, COUNT(verbs) + 3);

    if (sort < COUNT(verbs))
        buf_print(b, "%s %s\n", verbs[sort], random_day(w, seed));
    else if (sort == COUNT(verbs))
        buf_print(b, "after %s %d\n", random_day(w, seed), (int)seed_below(seed, seed_below(seed, 4) > 0 ? 15 : 400));
    else if (sort == COUNT(verbs) + 1)
        buf_print(b, "between %s %s\n", random_day(w, seed), random_day(w, seed));
    else
        buf_print(b, "due %d %d %d\n", 2019 + (int)seed_below(seed, 10), 1 + (int)seed_below(seed, 12),
                  (int)seed_below(seed, 34));
}

static void
agrees_with_a_judge_that_counts_from_day_to_day(void **state)
{
    struct world *w = *state;
    struct seed seed = seed_open("agrees_with_a_judge_that_counts_from_day_to_day");
    struct buf questions = {.arena = w->arena};
    struct calendar c = load(w);
    struct slice rest, theirs;
    const char *folder;

    if (!oracle_there(w->arena, "python3")) {
        print_message("python3 is missing: no independent judge\n");
        skip();
    }
    for (size_t i = 0; i < RANDOM_QUESTIONS; i++)
        random_question(&questions, w, &seed);
    folder = folder_open(w->arena);
    write_file(arena_print(w->arena, "%s/questions", folder).at, buf_slice(&questions));
    assert_int_equal(oracle_run(&theirs, w->arena,
                                "python3 -B tests/lib/calendar_judge.py schemas/policy/report.json %s/questions",
                                folder),
                     0);
    folder_close(folder);
    rest = buf_slice(&questions);
    for (size_t i = 0; i < RANDOM_QUESTIONS; i++) {
        struct slice question = slice_cut(&rest, rest, '\n'), one = slice_cut(&theirs, theirs, '\n');
        struct slice ours = answer(w->arena, &c, question);

        if (!slice_equal(ours, one))
            fail_msg(SLICE_FMT ": ours " SLICE_FMT ", theirs " SLICE_FMT, SLICE_ARG(question), SLICE_ARG(ours),
                     SLICE_ARG(one));
    }
}

/* ---- laws ------------------------------------------------------------------------------------------------------ */

static void
counts_back_what_it_counted_forward(void **state)
{
    struct world *w = *state;
    struct seed seed = seed_open("counts_back_what_it_counted_forward");
    struct calendar c = load(w);

    for (size_t i = 0; i < 20000; i++) {
        int32_t day = on("2019-06-01") + (int32_t)seed_below(&seed, 3000);
        int64_t n = 1 + (int64_t)seed_below(&seed, 300);
        int32_t due = calendar_after(&c, day, n);

        assert_true(calendar_is_workday(&c, due));
        assert_int_equal(calendar_between(&c, day, due), n);
        assert_int_equal(calendar_between(&c, due, day), -n);
        assert_int_equal(calendar_next(&c, due), due);
    }
}

static void
stays_within_the_days_there_are(void **state)
{
    struct world *w = *state;
    struct calendar c = load(w);

    assert_true(calendar_is_workday(&c, DAY_MIN)); /* 1900-01-01, a Monday */
    assert_int_equal(calendar_next(&c, DAY_MIN), DAY_MIN);
    assert_int_equal(calendar_after(&c, DAY_MIN, 5), DAY_MIN + 7);
    assert_true(calendar_is_workday(&c, DAY_MAX)); /* 9999-12-31, a Friday */
    assert_int_equal(calendar_next(&c, DAY_MAX), DAY_MAX);
    assert_int_equal(calendar_after(&c, DAY_MAX - 4, 4), DAY_MAX);
    assert_int_equal(calendar_after(&c, DAY_MAX - 4, 5), DAY_MAX);
    assert_int_equal(calendar_after(&c, on("2023-06-30"), INT64_MAX), DAY_MAX);
    assert_int_equal(calendar_after(&c, on("2023-06-30"), INT64_MIN), on("2023-06-30"));
    assert_int_equal(calendar_monthly_due(&c, 2023, 9, INT64_MAX), on("2023-10-31"));
    assert_int_equal(calendar_monthly_due(&c, 2023, 9, INT64_MIN), on("2023-10-07"));
    assert_int_equal(calendar_monthly_due(&c, 9998, 12, 5), on("9999-01-05"));
}

/* ---- what the office announces itself --------------------------------------------------------------------------- */

static void
set(struct world *w, const char *list, const char *fields)
{
    struct posting *p = world_post(w, &tally_officer, "limit.set", NULL,
                                   arena_print(w->arena,
                                               "{'subject':'calendar.%s@cn','on':'2023-06-30',%s,"
                                               "'source':'国办发明电〔2026〕0号','confidence':'A'}",
                                               list, fields)
                                       .at);

    if (p->got != V_OK)
        fail_msg("%s: %s", fields, verdict_row(p->got)->name);
}

#define DAYS "'unit':'day_list',"
#define YEAR(year) DAYS "'from':'" year "-01-01','to':'" year "-12-31',"

static void
takes_the_plain_week_where_nothing_is_announced(void **state)
{
    struct world *w = *state;
    struct calendar c = load(w);

    assert_true(calendar_is_workday(&c, on("2023-10-02")));
    assert_false(calendar_is_workday(&c, on("2023-10-07")));
    assert_int_equal(calendar_after(&c, on("2023-09-28"), 5), on("2023-10-05"));
    assert_int_equal(calendar_between(&c, on("2022-12-31"), on("2023-12-31")), 260);
    for (int32_t day = on("2023-01-01"); day <= on("2024-01-01"); day++) {
        assert_true(calendar_is_provisional(&c, day));
        assert_true(calendar_alarm(&c, day));
    }
}

static void
falls_silent_once_both_lists_of_next_year_are_loaded(void **state)
{
    struct world *w = *state;
    struct calendar c;

    set(w, "holidays", YEAR("2027") "'items':['2027-01-01','2027-02-05','2027-02-08']");
    c = load(w);
    assert_true(calendar_is_provisional(&c, on("2027-01-01"))); /* what is worked instead is not known yet */
    assert_true(calendar_alarm(&c, on("2026-12-01")));
    assert_false(calendar_is_workday(&c, on("2027-01-01")));
    set(w, "workdays", YEAR("2027") "'items':['2027-02-13']");
    c = load(w);
    assert_false(calendar_is_provisional(&c, on("2027-01-01")));
    assert_false(calendar_alarm(&c, on("2026-12-01")));
    assert_false(calendar_alarm(&c, on("2027-11-30")));
    assert_true(calendar_alarm(&c, on("2027-12-01")));
    assert_int_equal(calendar_after(&c, on("2027-02-04"), 5), on("2027-02-13"));
}

static void
tells_a_year_left_out_from_one_announced(void **state)
{
    struct world *w = *state;
    struct calendar c;

    set(w, "workdays", YEAR("2027") "'items':['2027-02-13']"); /* and no days off */
    set(w, "holidays", YEAR("2028") "'items':['2028-01-03']");
    set(w, "workdays", YEAR("2028") "'items':['2028-01-08']");
    c = load(w);
    assert_true(calendar_alarm(&c, on("2026-12-15")));
    assert_true(calendar_is_provisional(&c, on("2027-06-30")));
    assert_false(calendar_is_provisional(&c, on("2028-06-30")));
}

/* As the notice of January 2020 did: the rest of the year is listed again, what has passed stays as it was. */
static void
lets_a_later_notice_change_the_rest_of_a_year(void **state)
{
    struct world *w = *state;
    struct calendar c;

    set(w, "holidays", DAYS "'from':'2026-09-28','to':'2026-12-31','items':['2026-10-01','2026-10-02','2026-10-05']");
    set(w, "workdays", DAYS "'from':'2026-09-28','to':'2026-12-31','items':['2026-10-11']");
    c = load(w);
    assert_false(calendar_is_workday(&c, on("2026-09-25"))); /* of the first notice */
    assert_true(calendar_is_workday(&c, on("2026-09-20")));
    assert_false(calendar_is_workday(&c, on("2026-10-05")));
    assert_true(calendar_is_workday(&c, on("2026-10-06"))); /* no more */
    assert_false(calendar_is_workday(&c, on("2026-10-10")));
    assert_true(calendar_is_workday(&c, on("2026-10-11")));
    assert_int_equal(calendar_between(&c, on("2026-09-30"), on("2026-10-11")), 5);
    for (int32_t day = on("2026-01-01"); day <= on("2026-12-31"); day++)
        assert_false(calendar_is_provisional(&c, day));
}

static void
takes_a_list_without_an_end_for_the_year_it_begins_in(void **state)
{
    struct world *w = *state;
    struct calendar c;

    set(w, "holidays", DAYS "'from':'2027-01-01','items':['2027-01-01','2028-01-03']");
    set(w, "workdays", DAYS "'from':'2027-01-01','items':['2027-01-03']");
    c = load(w);
    assert_false(calendar_is_provisional(&c, on("2027-12-31")));
    assert_true(calendar_is_provisional(&c, on("2028-01-01")));
    assert_true(calendar_is_workday(&c, on("2028-01-03")));
    assert_true(calendar_alarm(&c, on("2027-12-01")));
}

static void
takes_no_other_unit_for_an_announcement(void **state)
{
    struct world *w = *state;
    struct calendar c;

    set(w, "holidays", "'unit':'list','from':'2027-01-01','to':'2027-12-31','items':['2027-01-01','new_year']");
    set(w, "workdays", "'unit':'day_list','from':'2027-01-01','to':'2027-12-31','number':0");
    c = load(w);
    assert_true(calendar_is_provisional(&c, on("2027-01-01")));
    assert_true(calendar_alarm(&c, on("2026-12-01")));
    assert_true(calendar_is_workday(&c, on("2027-01-01")));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tally_setup, world_teardown)
#define TEST_BARE(name) cmocka_unit_test_setup_teardown(name, tally_setup_bare, world_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(answers_every_question_as_worked_out_by_hand),
        TEST(agrees_with_a_judge_that_counts_from_day_to_day),
        TEST(counts_back_what_it_counted_forward),
        TEST(stays_within_the_days_there_are),
        TEST_BARE(takes_the_plain_week_where_nothing_is_announced),
        TEST(falls_silent_once_both_lists_of_next_year_are_loaded),
        TEST(tells_a_year_left_out_from_one_announced),
        TEST(lets_a_later_notice_change_the_rest_of_a_year),
        TEST(takes_a_list_without_an_end_for_the_year_it_begins_in),
        TEST(takes_no_other_unit_for_an_announcement),
    };

    return cmocka_run_group_tests_name("domain/calendar", tests, NULL, NULL);
}

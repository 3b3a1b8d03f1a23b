/*
 * The plan's table as a document: targets, actuals, pace, what was known when.
 * Knows a judge in Python that works it out from facts alone; must not know how the table is made.
 * Invariant: every figure expected here was worked out elsewhere.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "oracle.h"
#include "seed.h"
#include "tally.h"

#define CODES 18

/* ---- against a judge ------------------------------------------------------------------------------------------- */

static struct slice
document(struct world *w, const char *as_of, int64_t known_seq)
{
    struct buf b = {.arena = w->arena};
    struct plan_table t;
    int32_t day;

    assert_true(day_parse(&day, slice_of(as_of)));
    assert_int_equal(plan_table(&t, w->registry, w->reader, w->arena, 2023, day, known_seq), V_OK);
    plan_table_json(&b, &t);
    return arena_copy(w->arena, buf_slice(&b));
}

#define FACTS_MAX 200

/* Facts on all cells and on days around the year, told to the registry and to the judge. */
static void
random_facts(struct world *w, struct seed *seed, struct buf *told, size_t count)
{
    static const char *const districts[] = {"330602", "330603", "330604", "330681", "330683", "330624"};
    struct tally_fact facts[FACTS_MAX];
    int32_t first;

    assert_true(day_parse(&first, S("2022-10-01")));
    for (size_t i = 0; i < count; i++) {
        struct tally_fact *f = &facts[i];
        char *on = arena_take(w->arena, DAY_TEXT_SIZE);
        const char *part = "-";

        day_print(on, first + (int32_t)seed_below(seed, 600));
        f->on = on;
        do
            f->indicator = (size_t)seed_below(seed, CODES);
        while (plan_indicator(f->indicator)->sort == PLAN_TEXT);
        f->district = districts[seed_below(seed, COUNT(districts))];
        f->first_part = seed_below(seed, 3) == 0;
        f->amount = 1 + (int64_t)seed_below(seed, f->indicator == 14 ? 300000001 : 40);
        if (plan_indicator(f->indicator)->sort == PLAN_RATE)
            part = f->first_part ? "num" : "den";
        buf_print(told, "%s %s %s %s %lld\n", plan_code(f->indicator)->name, f->district, on, part,
                  (long long)f->amount);
    }
    tally_add_all(w, facts, count);
}

static const char *const moments[] = {"2022-12-31", "2023-01-30", "2023-01-31", "2023-02-28", "2023-06-29",
                                      "2023-06-30", "2023-11-30", "2023-12-31", "2024-05-01"};

/* The judge gives one document a line, one for each of the moments. */
static struct slice
judged(struct world *w, const char *folder, struct slice facts, int64_t known_at)
{
    const char *file = arena_print(w->arena, "%s/facts", folder).at;
    struct buf days = {.arena = w->arena};
    struct slice out;

    for (size_t i = 0; i < COUNT(moments); i++)
        buf_print(&days, " %s", moments[i]);
    write_file(file, facts);
    assert_int_equal(oracle_run(&out, w->arena, "python3 -B tests/lib/plan_judge.py " TALLY_PLAN " %s %lld" SLICE_FMT,
                                file, (long long)known_at, SLICE_ARG(buf_slice(&days))), 0);
    return out;
}

static void
compare_documents(struct world *w, struct slice theirs, int64_t known_at)
{
    for (size_t i = 0; i < COUNT(moments); i++) {
        struct slice ours = document(w, moments[i], known_at), one = slice_cut(&theirs, theirs, '\n');

        if (!slice_equal(ours, one))
            fail_msg("as of %s\nours:   " SLICE_FMT "\ntheirs: " SLICE_FMT, moments[i], SLICE_ARG(ours),
                     SLICE_ARG(one));
    }
}

static void
gives_the_document_that_an_independent_judge_works_out(void **state)
{
    struct world *w = *state;
    struct seed seed = seed_open("gives_the_document_that_an_independent_judge_works_out");
    struct buf facts = {.arena = w->arena};
    const char *folder;
    struct slice theirs;
    int64_t known;

    if (!oracle_there(w->arena, "python3")) {
        print_message("python3 is missing: no independent judge\n");
        skip();
    }
    assert_true(at_parse(&world_now_ms, S("2024-06-30T02:00:00.000Z")));
    folder = folder_open(w->arena);
    assert_int_equal(ledger_head(&known, w->reader, w->arena), V_OK);
    compare_documents(w, judged(w, folder, S(""), known), known);
    random_facts(w, &seed, &facts, FACTS_MAX);
    assert_int_equal(ledger_head(&known, w->reader, w->arena), V_OK);
    theirs = judged(w, folder, buf_slice(&facts), known);
    compare_documents(w, theirs, known);
    random_facts(w, &seed, &facts, FACTS_MAX);
    compare_documents(w, theirs, known); /* what was known then stays as it was */
    folder_close(folder);
}

static void
gives_one_loan_to_the_last_byte(void **state)
{
    struct world *w = *state;
    struct slice json;
    int64_t seq = tally_add(w, 14, "330602", "2023-03-15", 3120000000, true);

    json = document(w, "2023-06-30", INT64_MAX);
    assert_non_null(strstr(json.at, arena_print(w->arena, "{\"year\":2023,\"as_of\":\"2023-06-30\",\"known_at\":%lld,"
                                                "\"indicators\":[{\"code\":\"urban_jobs\",", (long long)seq).at));
    assert_non_null(strstr(json.at, "{\"target\":5000000000,\"actual\":3120000000,\"pace\":2500000000}"));
    assert_non_null(strstr(json.at, "{\"target\":10000000000,\"actual\":3120000000,\"pace\":5000000000}"));
    assert_non_null(strstr(json.at, "\"trained\":{\"target\":900,\"pace\":450}")); /* nothing known: no actual, not 0 */
}

static void
takes_a_city_rate_from_the_sums(void **state)
{
    struct world *w = *state;

    tally_add(w, 6, "330602", "2023-03-15", 990, true);
    tally_add(w, 6, "330602", "2023-03-15", 1000, false);
    tally_add(w, 6, "330603", "2023-03-15", 5, true);
    tally_add(w, 6, "330603", "2023-03-15", 10, false);
    assert_non_null(strstr(document(w, "2023-06-30", INT64_MAX).at,
                           "\"key_group_rate\":{\"target\":10000,\"actual\":9851,\"num\":995,\"den\":1010}"));
}

static void
shows_a_revised_plan_and_the_earlier_one_as_it_was_known(void **state)
{
    struct world *w = *state;
    int64_t before;
    struct slice then;

    assert_int_equal(ledger_head(&before, w->reader, w->arena), V_OK);
    then = document(w, "2023-06-30", before);
    assert_int_equal(world_post(w, &tally_officer, "plan.set", NULL,
                                tally_plan_with(w, "330602", "key_group_rate", 10000, 9500))->got, V_OK);
    assert_non_null(strstr(document(w, "2023-06-30", INT64_MAX).at, "\"key_group_rate\":{\"target\":9500}"));
    assert_true(slice_equal(document(w, "2023-06-30", before), then));
    assert_null(strstr(document(w, "2023-06-30", 0).at, "\"target\""));
}

static void
counts_a_late_fact_for_its_own_day(void **state)
{
    struct world *w = *state;
    int64_t before;

    tally_add(w, 15, "330602", "2023-03-15", 30, true);
    assert_int_equal(ledger_head(&before, w->reader, w->arena), V_OK);
    tally_add(w, 15, "330602", "2023-01-15", 12, true);
    assert_non_null(strstr(document(w, "2023-01-31", INT64_MAX).at, "\"trained\":{\"target\":900,\"actual\":12,"));
    assert_null(strstr(document(w, "2023-01-31", before).at, "\"actual\""));
    assert_non_null(strstr(document(w, "2023-06-30", before).at, "\"trained\":{\"target\":900,\"actual\":30,"));
    assert_non_null(strstr(document(w, "2023-06-30", INT64_MAX).at, "\"trained\":{\"target\":900,\"actual\":42,"));
}

static const char plan_2024[] =
    "{'subject':'330600-2024','on':'2023-06-01','year':2024,'source':'试行〔2023〕1号','targets':["
    "{'district':'330602','indicator':'trained','value':60},{'district':'330699','indicator':'trained','value':40},"
    "{'district':'330600','indicator':'trained','value':100},{'district':'330600','indicator':'supported','value':9}]}";

static void
takes_a_share_of_the_city_itself_and_a_total_alone(void **state)
{
    struct world *w = *state;
    struct plan_table t;
    int32_t day;

    assert_int_equal(world_post(w, &tally_officer, "plan.set", NULL,
                                plan_2024)
                         ->got, V_OK);
    assert_true(day_parse(&day, S("2024-06-30")));
    assert_int_equal(plan_table(&t, w->registry, w->reader, w->arena, 2024, day, INT64_MAX), V_OK);
    assert_int_equal(t.row_count, 8); /* no rows of its own: the districts of the list, the city itself, the total */
    assert_true(slice_equal(t.rows[6].district, S("330699")));
    assert_true(slice_equal(t.rows[6].zh, S("市本级")));
    assert_int_equal(t.rows[6].cells[15].target, 40);
    assert_int_equal(t.rows[7].cells[15].target, 100);
    assert_int_equal(t.rows[7].cells[16].target, 9);
}

static void
says_nothing_where_nothing_is_known(void **state)
{
    struct slice json = document(*state, "2023-06-30", INT64_MAX);

    assert_true(slice_starts(json, S("{\"year\":2023,\"as_of\":\"2023-06-30\",\"known_at\":0,")));
    assert_non_null(strstr(json.at, "\"rows\":[{\"district\":\"330600\",\"zh\":\"总计\",\"cells\":{}}]}"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tally_setup_plan, world_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(gives_the_document_that_an_independent_judge_works_out),
        TEST(gives_one_loan_to_the_last_byte),
        TEST(takes_a_city_rate_from_the_sums),
        TEST(shows_a_revised_plan_and_the_earlier_one_as_it_was_known),
        TEST(counts_a_late_fact_for_its_own_day),
        TEST(takes_a_share_of_the_city_itself_and_a_total_alone),
        cmocka_unit_test_setup_teardown(says_nothing_where_nothing_is_known, tally_setup_bare, world_teardown),
    };

    return cmocka_run_group_tests_name("domain/plan_table", tests, NULL, NULL);
}

/*
 * The plan's table for people: columns, roundings, notes.
 * Knows a golden file and a measure of widths in Python; must not know how the table is made.
 * Invariant: a table that looks different is seen, and changes the golden file on purpose only.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "oracle.h"
#include "seed.h"
#include "tally.h"

/* ---- the printed table ----------------------------------------------------------------------------------------- */

static struct slice
printed(struct world *w, const char *as_of)
{
    struct buf b = {.arena = w->arena};
    struct plan_table t;
    int32_t day;

    assert_true(day_parse(&day, slice_of(as_of)));
    assert_int_equal(plan_table(&t, w->registry, w->reader, w->arena, 2023, day, INT64_MAX), V_OK);
    t.known_seq = 5120; /* a longer policy pack is no other table */
    plan_table_print(&b, &t);
    return arena_copy(w->arena, buf_slice(&b));
}

/* GOLDEN=write rewrites the file, on purpose only. */
static void
prints_the_empty_registry_as_the_golden_file_has_it(void **state)
{
    static const char golden[] = "tests/domain/golden/plan_2023_empty.txt";
    struct world *w = *state;
    struct slice ours = printed(w, "2023-06-30");

    if (getenv("GOLDEN") != NULL)
        write_file(golden, ours);
    assert_true(slice_equal(ours, tally_file(w, golden)));
}

static void
aligns_columns_whatever_stands_in_them(void **state)
{
    struct world *w = *state;
    struct seed seed = seed_open("aligns_columns_whatever_stands_in_them");
    struct tally_fact facts[30];
    const char *folder, *file;
    struct slice widths;

    if (!oracle_there(w->arena, "python3")) {
        print_message("python3 is missing: no widths from another program\n");
        skip();
    }
    for (size_t i = 0; i < COUNT(facts); i++)
        facts[i] = (struct tally_fact){i % 11, "330602", "2023-02-01", 1 + (int64_t)seed_below(&seed, 1000000000),
                                       i % 2 == 0};
    facts[0] = (struct tally_fact){14, "330624", "2023-02-01", 123456789012345, true};
    tally_add_all(w, facts, COUNT(facts));
    folder = folder_open(w->arena);
    file = arena_print(w->arena, "%s/table", folder).at;
    write_file(file, printed(w, "2023-06-30"));
    assert_int_equal(oracle_run(&widths, w->arena, "python3 -B tests/lib/plan_judge.py --widths %s", file), 0);
    folder_close(folder);
    if (strchr(widths.at, ' ') != NULL)
        fail_msg("lines of different widths: " SLICE_FMT, SLICE_ARG(widths));
}

/* Rising, as one world's amounts only grow. */
static const struct {
    const char *story;
    int64_t fen;
    const char *printed, *percent; /* of 5,000 万元 */
} roundings[] = {
    {"one fen",                     1,          " 0 ",       " 0.00%" },
    {"half a hundredth of percent", 2500250000, " 2500.25 ", " 50.01%"},
    {"whole 万元",                  3120000000, " 3120 ",    " 62.40%"},
    {"less than half goes down",    3120004999, " 3120 ",    " 62.40%"},
    {"half a hundredth goes up",    3120005000, " 3120.01 ", " 62.40%"},
    {"a percentage from raw fen",   4676500000, " 4676.50 ", " 93.53%"},
    {"over the target",             6000000000, " 6000 ",    "120.00%"},
};

static const char *
line_of(struct world *w, struct slice table, const char *after, size_t lines)
{
    const char *at = strstr(table.at, after);

    while (lines-- > 0)
        at = strchr(at, '\n') + 1;
    return arena_print(w->arena, "%.*s", (int)strcspn(at, "\n"), at).at;
}

static void
rounds_half_up_for_print_only(void **state)
{
    struct world *w = *state;
    int64_t held = 0;

    for (size_t i = 0; i < COUNT(roundings); i++) {
        struct slice table;

        tally_add(w, 14, "330602", "2023-02-01", roundings[i].fen - held, true);
        held = roundings[i].fen;
        table = printed(w, "2023-06-30");
        if (strstr(line_of(w, table, "\n越城区", 2), roundings[i].printed) == NULL)
            fail_msg("%s: %s", roundings[i].story, line_of(w, table, "\n越城区", 2));
        if (strstr(line_of(w, table, "\n越城区", 3), roundings[i].percent) == NULL)
            fail_msg("%s: %s", roundings[i].story, line_of(w, table, "\n越城区", 3));
    }
}

static void
names_the_other_reading_once_the_office_has_decided(void **state)
{
    struct world *w = *state;
    struct slice table = printed(w, "2023-06-30");

    assert_non_null(strstr(table.at, "创业孵化示范基地：按共 16 家、其中市级 6 家计；另一读法为两列并列、共 22 家"));
    assert_non_null(strstr(table.at, "零工市场：按共 18 家、其中公益性 6 家计；另一读法为两列并列、共 24 家"));
    assert_int_equal(world_post(w, &tally_officer, "limit.set", NULL,
                                "{'subject':'base.city_counts_in_district_total@330600','on':'2023-06-01',"
                                "'from':'2023-06-01','unit':'yes_no','code':'no','source':'试行〔2023〕1号',"
                                "'confidence':'V'}")->got, V_OK);
    table = printed(w, "2023-06-30");
    assert_non_null(strstr(table.at, "创业孵化示范基地：按两列并列、共 22 家计；另一读法为共 16 家、其中市级 6 家"
                                     "（规则 base.city_counts_in_district_total，依据 试行〔2023〕1号，可信度 V）"));
    assert_non_null(strstr(printed(w, "2023-05-31").at, "按共 16 家、其中市级 6 家计"));
}

static void
prints_a_registry_that_knows_no_plan_and_no_rule(void **state)
{
    struct slice table = printed(*state, "2023-06-30");

    assert_non_null(strstr(table.at, "尚未下达"));
    assert_non_null(strstr(table.at, "当日没有生效的口径"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tally_setup_plan, world_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(prints_the_empty_registry_as_the_golden_file_has_it),
        TEST(aligns_columns_whatever_stands_in_them),
        TEST(rounds_half_up_for_print_only),
        TEST(names_the_other_reading_once_the_office_has_decided),
        cmocka_unit_test_setup_teardown(prints_a_registry_that_knows_no_plan_and_no_rule, tally_setup_bare,
                                        world_teardown),
    };

    return cmocka_run_group_tests_name("domain/plan_print", tests, NULL, NULL);
}

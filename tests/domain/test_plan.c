/*
 * The plan: what adds up, what is refused, what loading it twice does.
 * Knows the plan of 2023 as a file and its columns; must not know how the table is made.
 * Invariant: every sum expected here was printed in the plan itself.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tally.h"

#define CODES 18

/* ---- does it add up? ------------------------------------------------------------------------------------------- */

/* What the document prints, column by column: the city's total, and where it stands among the targets. */
static const struct {
    const char *indicator, *zh;
    long long total, part; /* of the city, and of 330602 */
} columns[] = {
    {"urban_jobs", "城镇新增就业人数", 95000, 22000},
    {"gig_markets_district", "零工市场（区县级）", 18, 3},
    {"gig_markets_public", "零工市场（公益性机构）", 6, 1},
    {"internship_posts", "就业见习开发岗位数", 1600, 400},
    {"internship_people", "就业见习人数", 600, 130},
    {"hardship_jobs", "就业困难人员实现就业", 10000, 2600},
    {"public_posts_new", "公益性岗位新开发任务数", 500, 100},
    {"public_posts_placed", "公益性岗位累计安置任务数", 750, 100},
    {"labour_brands", "劳务品牌打造", 6, 1},
    {"bases_district", "创业孵化示范基地（区县级）", 16, 3},
    {"bases_city", "创业孵化示范基地（市级）", 6, 1},
    {"loan_amount", "发放创业担保贷款金额", 10000000000, 5000000000},
    {"trained", "创业培训人数", 3000, 900},
    {"supported", "创业扶持人数", 2200, 850},
    {"driven_jobs", "创业带动就业人数", 6600, 2550},
};

static void
must_differ(struct world *w, const char *json, const char *zh, long long parts, long long total)
{
    struct posting *p = world_post(w, &tally_officer, "plan.set", NULL, json);
    const char *both = arena_print(w->arena, "“%s”分项合计 %lld ", zh, parts).at;
    const struct problem *first = p->problems.first;

    assert_int_equal(p->got, V_PARTS_DIFFER);
    assert_int_equal(p->problems.count, 1);
    if (strncmp(first->zh.at, both, strlen(both)) != 0)
        fail_msg("%s does not begin with %s", first->zh.at, both);
    assert_non_null(strstr(first->zh.at, arena_print(w->arena, "总计 %lld ", total).at));
    assert_non_null(strstr(first->en.at, arena_print(w->arena, "%lld", parts).at));
    assert_non_null(strstr(first->en.at, arena_print(w->arena, "%lld", total).at));
}

static void
refuses_each_column_that_is_off_by_one_naming_it_and_both_sums(void **state)
{
    struct world *w = *state;
    int64_t before = world_count(w, "journal");

    for (size_t i = 0; i < COUNT(columns); i++) {
        const char *indicator = columns[i].indicator, *zh = columns[i].zh;
        long long total = columns[i].total, part = columns[i].part;

        must_differ(w, tally_plan_with(w, "330600", indicator, total, total + 1), zh, total, total + 1);
        must_differ(w, tally_plan_with(w, "330600", indicator, total, total - 1), zh, total, total - 1);
        must_differ(w, tally_plan_with(w, "330602", indicator, part, part + 1), zh, total + 1, total);
        must_differ(w, tally_plan_with(w, "330602", indicator, part, part - 1), zh, total - 1, total);
    }
    assert_int_equal(world_count(w, "journal"), before);
}

static void
points_at_the_total_that_differs(void **state)
{
    struct world *w = *state;
    struct posting *p = world_post(w, &tally_officer, "plan.set", NULL,
                                   tally_plan_with(w, "330600", "trained", 3000, 3001));
    const struct json *body, *target;
    int64_t i = 0, at = -1;

    assert_int_equal(json_parse(&body, w->arena, tally_file(w, TALLY_PLAN)), V_OK);
    for (target = json_find(body, S("targets"))->first; target != NULL; target = target->next, i++)
        if (slice_equal(json_find(target, S("district"))->text, S("330600")) &&
            slice_equal(json_find(target, S("indicator"))->text, S("trained")))
            at = i;
    assert_true(slice_equal(p->problems.first->pointer, arena_print(w->arena, "/targets/%lld/value", (long long)at)));
}

static void
does_not_sum_rates(void **state)
{
    struct world *w = *state;

    assert_int_equal(world_post(w, &tally_officer, "plan.set", NULL,
                                tally_plan_with(w, "330602", "key_group_rate", 10000, 9500))->got, V_OK);
}

/* ---- what else is refused -------------------------------------------------------------------------------------- */

#define T(district, indicator, rest) "{'district':'" district "','indicator':'" indicator "'" rest "}"
#define BODY(subject, year, targets) \
    "{'subject':'" subject "','on':'2023-06-01','year':" year ",'source':'试行〔2023〕1号','targets':[" targets "]}"

static const struct {
    const char *story;
    const struct actor *who;
    const char *body;
    enum verdict got;
    const char *pointer;
} refusals[] = {
    {"a year other than the subject's", &tally_officer,
     BODY("330600-2024", "2023", T("330602", "trained", ",'value':1")), V_FIELDS_WRONG, "/subject"},
    {"a subject that is no plan's", &tally_officer, BODY("plan-2023", "2023", T("330602", "trained", ",'value':1")),
     V_FIELDS_WRONG, "/subject"},
    {"a district that is not in the list", &tally_officer,
     BODY("330600-2024", "2024", T("330605", "trained", ",'value':1")), V_FIELDS_WRONG, "/targets/0/district"},
    {"a target without a value", &tally_officer, BODY("330600-2024", "2024", T("330602", "trained", "")),
     V_FIELDS_WRONG, "/targets/0/value"},
    {"a target in words and in figures", &tally_officer,
     BODY("330600-2024", "2024", T("330602", "trained", ",'value':1,'target_text':'不低于上年'")), V_FIELDS_WRONG,
     "/targets/0/value"},
    {"one target twice", &tally_officer,
     BODY("330600-2024", "2024", T("330600", "trained", ",'value':1") "," T("330600", "trained", ",'value':1")),
     V_FIELDS_WRONG, "/targets/1"},
    {"an indicator that is none", &tally_officer, BODY("330600-2024", "2024", T("330602", "happiness", ",'value':1")),
     V_FIELDS_WRONG, "/targets/0/indicator"},
    {"parts without a total", &tally_officer, BODY("330600-2024", "2024", T("330602", "trained", ",'value':1")),
     V_PARTS_DIFFER, "/targets"},
    {"a role that may not", &tally_clerk, BODY("330600-2024", "2024", T("330600", "trained", ",'value':1")),
     V_FORBIDDEN, NULL},
};

static void
refuses_what_is_no_plan(void **state)
{
    struct world *w = *state;

    for (size_t i = 0; i < COUNT(refusals); i++) {
        struct posting *p = world_post(w, refusals[i].who, "plan.set", NULL, refusals[i].body);

        if (p->got != refusals[i].got)
            fail_msg("%s: %s", refusals[i].story, verdict_row(p->got)->name);
        if (refusals[i].pointer != NULL && !slice_equal(p->problems.first->pointer, slice_of(refusals[i].pointer)))
            fail_msg("%s: at " SLICE_FMT, refusals[i].story, SLICE_ARG(p->problems.first->pointer));
    }
}

static void
answers_the_same_file_with_its_first_entry(void **state)
{
    struct world *w = *state;
    int64_t before = world_count(w, "journal");
    struct problems problems;

    assert_int_equal(plan_load(&problems, w->ledger, w->arena, TALLY_PLAN, &tally_system), V_REPLAYED);
    assert_int_equal(world_count(w, "journal"), before);
}

static void
has_a_head_a_unit_and_a_sort_for_every_code(void **state)
{
    static const char *const codes[CODES] = {
        "urban_jobs", "platform_coverage", "gig_markets_district", "gig_markets_public", "internship_posts",
        "internship_people", "key_group_rate", "hardship_jobs", "public_posts_new", "public_posts_placed",
        "labour_brands", "east_west", "bases_district", "bases_city", "loan_amount", "trained", "supported",
        "driven_jobs"};

    (void)state;
    for (size_t i = 0; i < CODES; i++) {
        const struct plan_indicator *one = plan_indicator(i);

        assert_string_equal(plan_code(i)->name, codes[i]);
        assert_true(text_width(slice_of(one->head[0])) <= 8 && text_width(slice_of(one->head[1])) <= 8);
        assert_int_equal(one->sort == PLAN_RATE, strcmp(one->unit, "bp") == 0);
        assert_int_equal(one->sort == PLAN_TEXT, strcmp(one->unit, "text") == 0);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tally_setup_plan, world_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(refuses_each_column_that_is_off_by_one_naming_it_and_both_sums),
        TEST(points_at_the_total_that_differs),
        TEST(does_not_sum_rates),
        TEST(refuses_what_is_no_plan),
        TEST(answers_the_same_file_with_its_first_entry),
        cmocka_unit_test(has_a_head_a_unit_and_a_sort_for_every_code),
    };

    return cmocka_run_group_tests_name("domain/plan", tests, NULL, NULL);
}

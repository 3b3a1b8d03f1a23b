/*
 * The plan: what adds up, what is refused, and the table of targets, actuals and pace.
 * Knows the plan of 2023 as a file and a judge in Python; must not know how the table is made.
 * Invariant: every figure expected here was worked out elsewhere.
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

#define PLAN "schemas/plan/2023.json"
#define CODES 18

static struct slice
file_text(struct world *w, const char *name)
{
    FILE *file = fopen(name, "rb");
    char *text = arena_take(w->arena, 1 << 18);
    size_t len;

    assert_non_null(file);
    len = fread(text, 1, 1 << 18, file);
    fclose(file);
    return (struct slice){text, len};
}

static int
plan_setup(void **state)
{
    struct problems problems;
    struct world *w;

    tally_setup(state);
    w = *state;
    assert_int_equal(plan_load(&problems, w->ledger, w->arena, PLAN, &tally_system), V_OK);
    return 0;
}

/* ---- does it add up? ------------------------------------------------------------------------------------------- */

/* The file with the value of one target replaced. */
static const char *
plan_with(struct world *w, const char *district, const char *indicator, long long value, long long instead)
{
    struct slice text = file_text(w, PLAN);
    struct slice old = arena_print(w->arena, "{\"district\": \"%s\", \"indicator\": \"%s\", \"value\": %lld}", district,
                                   indicator, value);
    const char *at = strstr(text.at, old.at);

    if (at == NULL)
        fail_msg("%s is not in the plan", old.at);
    return arena_print(w->arena, "%.*s{\"district\": \"%s\", \"indicator\": \"%s\", \"value\": %lld}%s",
                       (int)(at - text.at), text.at, district, indicator, instead, at + old.len).at;
}

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

        must_differ(w, plan_with(w, "330600", indicator, total, total + 1), zh, total, total + 1);
        must_differ(w, plan_with(w, "330600", indicator, total, total - 1), zh, total, total - 1);
        must_differ(w, plan_with(w, "330602", indicator, part, part + 1), zh, total + 1, total);
        must_differ(w, plan_with(w, "330602", indicator, part, part - 1), zh, total - 1, total);
    }
    assert_int_equal(world_count(w, "journal"), before);
}

static void
points_at_the_total_that_differs(void **state)
{
    struct world *w = *state;
    struct posting *p = world_post(w, &tally_officer, "plan.set", NULL, plan_with(w, "330600", "trained", 3000, 3001));
    const struct json *body, *target;
    int64_t i = 0, at = -1;

    assert_int_equal(json_parse(&body, w->arena, file_text(w, PLAN)), V_OK);
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
                                plan_with(w, "330602", "key_group_rate", 10000, 9500))->got, V_OK);
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
takes_a_share_of_the_city_itself_and_a_total_alone(void **state)
{
    struct world *w = *state;
    struct plan_table t;
    int32_t day;

    assert_int_equal(world_post(w, &tally_officer, "plan.set", NULL,
                                BODY("330600-2024", "2024",
                                     T("330602", "trained", ",'value':60") "," T("330699", "trained", ",'value':40") ","
                                     T("330600", "trained", ",'value':100") "," T("330600", "supported", ",'value':9")))
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
answers_the_same_file_with_its_first_entry(void **state)
{
    struct world *w = *state;
    int64_t before = world_count(w, "journal");
    struct problems problems;

    assert_int_equal(plan_load(&problems, w->ledger, w->arena, PLAN, &tally_system), V_REPLAYED);
    assert_int_equal(world_count(w, "journal"), before);
}

/* ---- the document ---------------------------------------------------------------------------------------------- */

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
    assert_int_equal(oracle_run(&out, w->arena, "python3 -B tests/lib/plan_judge.py " PLAN " %s %lld" SLICE_FMT, file,
                                (long long)known_at, SLICE_ARG(buf_slice(&days))), 0);
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
                                plan_with(w, "330602", "key_group_rate", 10000, 9500))->got, V_OK);
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
    assert_true(slice_equal(ours, file_text(w, golden)));
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
    struct world *w = *state;
    struct slice table = printed(w, "2023-06-30");

    assert_non_null(strstr(table.at, "尚未下达"));
    assert_non_null(strstr(table.at, "当日没有生效的口径"));
    assert_true(slice_starts(document(w, "2023-06-30", INT64_MAX),
                             S("{\"year\":2023,\"as_of\":\"2023-06-30\",\"known_at\":0,")));
    assert_non_null(strstr(document(w, "2023-06-30", INT64_MAX).at,
                           "\"rows\":[{\"district\":\"330600\",\"zh\":\"总计\",\"cells\":{}}]}"));
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

#define TEST(name) cmocka_unit_test_setup_teardown(name, plan_setup, world_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(refuses_each_column_that_is_off_by_one_naming_it_and_both_sums),
        TEST(points_at_the_total_that_differs),
        TEST(does_not_sum_rates),
        TEST(refuses_what_is_no_plan),
        TEST(takes_a_share_of_the_city_itself_and_a_total_alone),
        TEST(answers_the_same_file_with_its_first_entry),
        TEST(gives_the_document_that_an_independent_judge_works_out),
        TEST(gives_one_loan_to_the_last_byte),
        TEST(takes_a_city_rate_from_the_sums),
        TEST(shows_a_revised_plan_and_the_earlier_one_as_it_was_known),
        TEST(counts_a_late_fact_for_its_own_day),
        TEST(prints_the_empty_registry_as_the_golden_file_has_it),
        TEST(aligns_columns_whatever_stands_in_them),
        TEST(rounds_half_up_for_print_only),
        TEST(names_the_other_reading_once_the_office_has_decided),
        cmocka_unit_test_setup_teardown(prints_a_registry_that_knows_no_plan_and_no_rule, tally_setup_bare,
                                        world_teardown),
        cmocka_unit_test(has_a_head_a_unit_and_a_sort_for_every_code),
    };

    return cmocka_run_group_tests_name("domain/plan", tests, NULL, NULL);
}

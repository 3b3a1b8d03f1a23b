/*
 * The policy pack: is it whole, is every row right, and does loading it do what it says?
 * Knows the names that the rules of the trade use; must not know how the loader works.
 * Invariant: the list of names stands here on its own, so that a row that is lost is missed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "oracle.h"
#include "tally.h"

#define PACK "schemas/policy"

static const char *const names[] = {
    "assist_group",
    "bank.min_recovery_pct", "bank.resume.overdue_pct", "bank.stop.overdue_pct", "bank.warn.overdue_pct",
    "bank_refusal_reason",
    "base.annual_check", "base.award.excellent", "base.award.fail", "base.award.pass", "base.award.provincial_max",
    "base.award_stacking", "base.city_counts_in_district_total", "base.cross_cert_allowed",
    "base.entity_max_age_at_entry_months", "base.events_per_year_min", "base.fail_fix_months",
    "base.grade_score.excellent", "base.grade_score.pass", "base.grades", "base.industry",
    "base.legal_person_required", "base.market_operated", "base.max_incubation_months", "base.min_area_m2.city",
    "base.min_area_m2.district", "base.min_entities.city", "base.min_entities.district", "base.min_jobs.city",
    "base.min_jobs.district", "base.min_mentors", "base.min_months_operating", "base.min_on_time_exit_pct",
    "base.min_staff", "base.min_success_rate_pct", "base.min_utilisation_pct", "base.open_to_key_groups",
    "base.publicity_workdays", "base.reapply_ban_months", "base.review_window", "base.special_group_weight",
    "base.success_window_months", "base.validity_months",
    "benchmark_1y", "calendar.holidays", "calendar.workdays", "district",
    "drive.min_insured_months", "drive.mode", "drive.window_months",
    "expert.kinds", "expert.term_months", "expert.title_rule",
    "fund.claim.covers", "fund.claim.mode", "fund.claim.overdue_days", "fund.claim.pay_days", "fund.claim.share",
    "fund.claim.share_above", "fund.claim.share_small_max", "fund.multiple_max", "fund.stop.compensation_pct",
    "gig.public_counts_in_total", "id_type", "industry",
    "loan.c1.individual_max", "loan.c2.individual_max", "loan.certificate_days", "loan.counter_guarantee_free_max",
    "loan.extension.months", "loan.extension.times", "loan.fees", "loan.firm.lookback_months", "loan.firm.ratio",
    "loan.firm.ratio_over_100", "loan.individual_max.national", "loan.other_loans_allowed", "loan.other_loans_check",
    "loan.partnership_factor", "loan.priority_industries", "loan.rate_cap", "loan.renew_same_bank_no_recheck",
    "loan.small_firm_max", "loan.step.bank_report_workdays", "loan.step.bank_workdays",
    "loan.step.guarantor_workdays", "loan.step.interest_check_workdays", "loan.step.interest_data_workdays",
    "loan.step.qualification_workdays", "loan.step.refusal_workdays", "loan.subsidy.key_group",
    "loan.subsidy.max_times", "loan.subsidy.national_2023", "loan.subsidy.other", "loan.subsidy.overdue_or_extension",
    "loan.term_max_months.firm", "loan.term_max_months.individual", "loan.use_ban",
    "loan_group_flag", "loan_group_map.disabled", "loan_group_map.hard_to_employ", "loan_group_map.student",
    "loan_group_map.unemployed", "loan_group_map.veteran", "loan_group_national", "loan_group_province",
    "loan_refusal_reason", "loan_thaw_reason", "loan_use", "lpr_1y", "mend_reason",
    "panel.amount_rule", "panel.criteria", "panel.draw", "panel.max_cases_per_expert_day", "panel.pass_mark",
    "panel.recusal", "panel.score_max", "panel.size", "panel.size_min", "panel.trim", "panel.veto",
    "panel.weight.business_model", "panel.weight.growth", "panel.weight.innovation", "panel.weight.market",
    "panel.weight.team",
    "report.bulletin_due_day", "report.driven_ratio_max", "report.driven_ratio_min", "report.monthly_due_day",
    "subsidy.apply_window_months", "subsidy.cycle", "subsidy.drive_jobs.first_amount",
    "subsidy.drive_jobs.first_persons", "subsidy.drive_jobs.further_amount", "subsidy.drive_jobs.min_insured_months",
    "subsidy.drive_jobs.year_max", "subsidy.drive_jobs.years_max", "subsidy.founder_age_max",
    "subsidy.founder_insurance.year_amount", "subsidy.incubation.base_year_max", "subsidy.incubation.per_entity",
    "subsidy.interest_tolerance", "subsidy.pay_within_workdays", "subsidy.publicity_workdays", "subsidy.rent.share",
    "subsidy.rent.year_max", "subsidy.rent.years_max", "subsidy.retention_years", "subsidy.startup_once.amount",
    "subsidy.startup_once.min_months",
    "supported.firm_counts", "supported.licence_within_months", "supported.renewal_counts",
    "train.attendance_min_pct", "train.certificate_required", "train.claim_within_months", "train.class_max",
    "train.class_min", "train.courses", "train.eyb.amount", "train.eyb.hours", "train.follow_up_months",
    "train.gyb.amount", "train.gyb.hours", "train.iyb.amount", "train.iyb.hours", "train.once_per_course",
    "train.online.amount", "train.online.hours", "train.open_notice_workdays", "train.org.lecturer",
    "train.org.manager", "train.org.min_staff", "train.org.remove_if", "train.simulation.after",
    "train.simulation.amount", "train.simulation.hours", "train.syb.amount", "train.syb.hours", "trained.counts",
    "year.close_on",
};

static struct policy_report
load(struct world *w, const char *folder)
{
    struct policy_report report;

    assert_int_equal(policy_load(&report, w->ledger, w->arena, folder, &tally_system), V_OK);
    return report;
}

/* The file's own rows, read again here. */
static const struct json *
file_rows(struct world *w, const char *name)
{
    FILE *file = fopen(arena_print(w->arena, PACK "/%s", name).at, "rb");
    char *text = arena_take(w->arena, 1 << 18);
    const struct json *tree;
    size_t len;

    assert_non_null(file);
    len = fread(text, 1, 1 << 18, file);
    fclose(file);
    assert_int_equal(json_parse(&tree, w->arena, (struct slice){text, len}), V_OK);
    return json_find(tree, S("rows"));
}

static const char *const files[] = {"base.json",    "fund.json",     "lists.json", "loan.json", "panel.json",
                                    "report.json",  "subsidy.json",  "training.json"};

static struct slice
text_of(const struct json *row, const char *key)
{
    const struct json *member = json_find(row, slice_of(key));

    return member == NULL ? S("") : member->text;
}

/* ---- is it whole and right? ------------------------------------------------------------------------------------ */

static void
names_everything_that_a_rule_may_read(void **state)
{
    struct world *w = *state;
    struct policy_report report = load(w, PACK);

    for (size_t i = 0; i < COUNT(names); i++) {
        bool found = false;

        for (size_t j = 0; j < report.count; j++)
            found = found || slice_equal(report.rows[j].name, slice_of(names[i]));
        if (!found)
            fail_msg("%s is missing", names[i]);
    }
}

static void
takes_every_dated_row_and_shows_the_others(void **state)
{
    struct world *w = *state;
    struct policy_report report = load(w, PACK);
    size_t undated = 0;

    for (size_t i = 0; i < report.count; i++) {
        const struct policy_row *row = &report.rows[i];

        undated += row->from.at == NULL;
        if (row->fate != (row->from.at == NULL ? POLICY_UNDATED : POLICY_POSTED))
            fail_msg(SLICE_FMT "@" SLICE_FMT ": " SLICE_FMT, SLICE_ARG(row->name), SLICE_ARG(row->scope),
                     SLICE_ARG(row->why_en));
    }
    assert_true(undated > 10);
    assert_int_equal(report.counts[POLICY_UNDATED], undated);
    assert_int_equal(report.counts[POLICY_POSTED], report.count - undated);
    assert_int_equal(world_count(w, "journal"), report.count - undated);
}

/* The row as a body, with a day lent to it. */
static const char *
dated_body(struct world *w, const struct json *row)
{
    static const char *const texts[] = {"unit", "source", "confidence", "code"};
    struct buf b = {.arena = w->arena};

    buf_print(&b, "{'subject':'" SLICE_FMT ".undated@" SLICE_FMT "','on':'2023-01-01','from':'2023-01-01'",
              SLICE_ARG(text_of(row, "name")), SLICE_ARG(text_of(row, "scope")));
    for (const struct json *m = row->first; m != NULL; m = m->next) {
        if (m->type == JSON_INT)
            buf_print(&b, ",'" SLICE_FMT "':%lld", SLICE_ARG(m->key), (long long)m->number);
        if (m->type == JSON_LIST)
            buf_print(&b, ",'items':['" SLICE_FMT "']", SLICE_ARG(m->first->text));
    }
    for (size_t i = 0; i < COUNT(texts); i++)
        if (json_find(row, slice_of(texts[i])) != NULL)
            buf_print(&b, ",'%s':'" SLICE_FMT "'", texts[i], SLICE_ARG(text_of(row, texts[i])));
    return arena_print(w->arena, SLICE_FMT "}", SLICE_ARG(buf_slice(&b))).at;
}

static void
has_a_right_value_in_rows_without_a_day_too(void **state)
{
    struct world *w = *state;

    for (size_t f = 0; f < COUNT(files); f++)
        for (const struct json *row = file_rows(w, files[f])->first; row != NULL; row = row->next) {
            struct posting *p;

            if (json_find(row, S("from")) != NULL)
                continue;
            p = world_post(w, &tally_officer, "limit.set", NULL, dated_body(w, row));
            if (p->got != V_OK)
                fail_msg("%s: %s", dated_body(w, row), verdict_row(p->got)->name);
        }
}

static void
names_a_limit_once_for_each_day_and_in_order(void **state)
{
    struct world *w = *state;
    struct policy_report report = load(w, PACK);

    for (size_t i = 0; i < report.count; i++)
        for (size_t j = 0; j < i; j++) {
            const struct policy_row *one = &report.rows[j], *next = &report.rows[i];

            if (!slice_equal(one->name, next->name) || !slice_equal(one->scope, next->scope))
                continue;
            if (one->from.at == NULL || next->from.at == NULL || slice_compare(one->from, next->from) >= 0)
                fail_msg(SLICE_FMT "@" SLICE_FMT " stands twice or out of order", SLICE_ARG(one->name),
                         SLICE_ARG(one->scope));
        }
}

struct law {
    const char *broken;
    bool (*holds)(const struct json *row);
};

static bool
assumed_rows_say_so(const struct json *row)
{
    return !slice_equal(text_of(row, "source"), S("assumed")) || slice_equal(text_of(row, "confidence"), S("A"));
}

static bool
verified_rows_name_a_document(const struct json *row)
{
    struct slice source = text_of(row, "source");

    return !slice_equal(text_of(row, "confidence"), S("V")) || strstr(source.at, "号") != NULL ||
           strstr(source.at, "通知") != NULL;
}

static bool
answers_are_yes_or_no(const struct json *row)
{
    struct slice code = text_of(row, "code");

    return !slice_equal(text_of(row, "unit"), S("yes_no")) || slice_equal(code, S("yes")) || slice_equal(code, S("no"));
}

static bool
lists_have_items(const struct json *row)
{
    struct slice unit = text_of(row, "unit");

    return (slice_equal(unit, S("list")) || slice_equal(unit, S("day_list"))) ==
           (json_find(row, S("items")) != NULL);
}

static bool
percents_are_parts_per_million(const struct json *row)
{
    struct slice name = text_of(row, "name");

    return name.len < 4 || !slice_equal(slice_sub(name, name.len - 4, 4), S("_pct")) ||
           (slice_equal(text_of(row, "unit"), S("ppm")) && json_find(row, S("number"))->number <= 1000000);
}

static bool
has_both_languages(const struct json *row)
{
    return text_of(row, "zh").len > 0 && text_of(row, "en").len > 0;
}

static const struct law laws[] = {
    {"an assumed row has confidence A",        assumed_rows_say_so           },
    {"a verified row names its document",      verified_rows_name_a_document },
    {"yes_no is answered yes or no",           answers_are_yes_or_no         },
    {"a list unit and items stand together",   lists_have_items              },
    {"a percentage is told in ppm",            percents_are_parts_per_million},
    {"a row is named in both languages",       has_both_languages            },
};

static void
keeps_the_laws_of_the_pack(void **state)
{
    struct world *w = *state;

    for (size_t f = 0; f < COUNT(files); f++)
        for (const struct json *row = file_rows(w, files[f])->first; row != NULL; row = row->next)
            for (size_t i = 0; i < COUNT(laws); i++)
                if (!laws[i].holds(row))
                    fail_msg("%s: " SLICE_FMT ": %s", files[f], SLICE_ARG(text_of(row, "name")), laws[i].broken);
}

/* ---- control values -------------------------------------------------------------------------------------------- */

struct control {
    const char *name, *district, *day;
    int64_t number;          /* or the offset where there is a base */
    const char *code, *base, *scope;
};

static const struct control controls[] = {
    {"loan.c1.individual_max",   "330602", "2023-06-30", 10000000,   NULL,  NULL,           "330600"},
    {"loan.c2.individual_max",   "330624", "2023-06-30", 50000000,   NULL,  NULL,           "330600"},
    {"loan.small_firm_max",      "330602", "2023-06-30", 300000000,  NULL,  NULL,           "330000"},
    {"loan.small_firm_max",      "330602", "2024-06-30", 400000000,  NULL,  NULL,           "cn"    },
    {"loan.partnership_factor",  "330602", "2023-06-30", 1100000,    NULL,  NULL,           "330600"},
    {"loan.rate_cap",            "330602", "2022-06-30", 20000,      NULL,  "lpr_1y",       "330000"},
    {"loan.rate_cap",            "330602", "2023-06-30", 30000,      NULL,  "benchmark_1y", "330600"},
    {"loan.rate_cap",            "330602", "2025-06-30", 5000,       NULL,  "lpr_1y",       "330000"},
    {"lpr_1y",                   "330602", "2025-06-30", 30000,      NULL,  NULL,           "cn"    },
    {"loan.firm.lookback_months", "",      "2024-12-31", 12,         NULL,  NULL,           "330600"},
    {"loan.firm.ratio",          "",       "2024-12-31", 150000,     NULL,  NULL,           "330000"},
    {"loan.firm.ratio",          "",       "2025-01-01", 100000,     NULL,  NULL,           "330000"},
    {"loan.other_loans_check",   "",       "2025-01-01", INT_ABSENT, "no",  NULL,           "330000"},
    {"base.cross_cert_allowed",  "",       "2023-01-01", INT_ABSENT, "no",  NULL,           "330600"},
    {"base.city_counts_in_district_total", "", "2023-12-31", INT_ABSENT, "yes", NULL,       "330600"},
    {"train.syb.amount",         "330681", "2023-06-30", 100000,     NULL,  NULL,           "330600"},
    {"year.close_on",            "",       "2023-06-30", INT_ABSENT, "01-20", NULL,         "330600"},
};

static void
puts_the_known_values_in_force(void **state)
{
    struct world *w = *state;

    load(w, PACK);
    for (size_t i = 0; i < COUNT(controls); i++) {
        const struct control *c = &controls[i];
        struct slice none = {0};
        struct limit l;

        if (tally_limit(&l, w, c->name, c->district, c->day) != V_OK)
            fail_msg("%s on %s: nothing in force", c->name, c->day);
        if ((c->base != NULL ? l.offset_ppm : l.number) != c->number || !slice_equal(l.scope, slice_of(c->scope)) ||
            !slice_equal(l.code, c->code == NULL ? none : slice_of(c->code)) ||
            !slice_equal(l.base, c->base == NULL ? none : slice_of(c->base)))
            fail_msg("%s on %s: %lld of " SLICE_FMT, c->name, c->day, (long long)l.number, SLICE_ARG(l.scope));
    }
}

static void
lists_the_six_districts(void **state)
{
    static const char *const codes[] = {"330602", "330603", "330604", "330681", "330683", "330624"};
    struct world *w = *state;
    struct limit l;

    load(w, PACK);
    assert_int_equal(tally_limit(&l, w, "district", "330602", "2023-06-30"), V_OK);
    assert_int_equal(l.item_count, COUNT(codes));
    for (size_t i = 0; i < COUNT(codes); i++)
        assert_true(slice_equal(l.items[i], slice_of(codes[i])));
}

/* ---- loading --------------------------------------------------------------------------------------------------- */

static void
posts_nothing_the_second_time(void **state)
{
    struct world *w = *state;
    struct policy_report first = load(w, PACK), second;
    int64_t entries = world_count(w, "journal");

    world_now_ms += INT64_C(86400000) * 400;
    second = load(w, PACK);
    assert_int_equal(world_count(w, "journal"), entries);
    assert_int_equal(second.counts[POLICY_PRESENT], first.counts[POLICY_POSTED]);
    assert_int_equal(second.counts[POLICY_UNDATED], first.counts[POLICY_UNDATED]);
    assert_int_equal(second.counts[POLICY_POSTED], 0);
}

static const struct policy_row *
row_named(const struct policy_report *report, const char *name)
{
    for (size_t i = 0; i < report->count; i++)
        if (slice_equal(report->rows[i].name, slice_of(name)))
            return &report->rows[i];
    fail_msg("%s is missing", name);
    return NULL;
}

static void
leaves_alone_what_the_office_has_set(void **state)
{
    struct world *w = *state;
    struct policy_report report;
    struct limit l;

    assert_int_equal(world_post(w, &tally_officer, "limit.set", NULL,
                                "{'subject':'panel.size@330600','on':'2023-06-01','from':'2020-01-01','number':7,"
                                "'unit':'person','source':'试行〔2023〕1号','confidence':'V'}")->got, V_OK);
    assert_int_equal(world_post(w, &tally_officer, "limit.set", NULL,
                                "{'subject':'panel.size_min@330600','on':'2023-06-01','from':'2022-01-01','number':5,"
                                "'unit':'person','source':'试行〔2023〕1号','confidence':'V'}")->got, V_OK);
    report = load(w, PACK);
    assert_int_equal(row_named(&report, "panel.size")->fate, POLICY_DIFFERS);
    assert_int_equal(row_named(&report, "panel.size_min")->fate, POLICY_REFUSED);
    assert_int_equal(row_named(&report, "panel.size_min")->got, V_RULE_REFUSED);
    assert_non_null(strstr(row_named(&report, "panel.size_min")->why_en.at, "2022-01-01"));
    assert_int_equal(tally_limit(&l, w, "panel.size", "", "2023-06-30"), V_OK);
    assert_int_equal(l.number, 7);
}

#define ROW "{\"name\":\"a\",\"scope\":\"cn\",\"zh\":\"甲\",\"en\":\"a\",\"unit\":\"fen\"," \
            "\"source\":\"x\",\"confidence\":\"A\""

/* What no pack may look like; the sound row before it must not be posted either. */
static const struct {
    const char *story, *text;
} broken[] = {
    {"not JSON", "{\"rows\": [" ROW ",\"from\":\"2020-01-01\",\"number\":1},"},
    {"no rows", "{\"row\": []}"},
    {"rows that are no list", "{\"rows\": {}}"},
    {"a fraction", "{\"rows\": [" ROW ",\"from\":\"2020-01-01\",\"number\":1.5}]}"},
    {"a row without a name", "{\"rows\": [" ROW ",\"from\":\"2020-01-01\",\"number\":1},{\"scope\":\"cn\"}]}"},
    {"a member that is unknown",
     "{\"rows\": [" ROW ",\"from\":\"2020-01-01\",\"number\":1}," ROW ",\"from\":\"2021-01-01\",\"nubmer\":1}]}"},
    {"a day that is none",
     "{\"rows\": [" ROW ",\"from\":\"2020-01-01\",\"number\":1}," ROW ",\"from\":\"2021-02-29\",\"number\":1}]}"},
    {"an empty day",
     "{\"rows\": [" ROW ",\"from\":\"2020-01-01\",\"number\":1}," ROW ",\"from\":\"\",\"number\":1}]}"},
};

static void
posts_nothing_out_of_a_pack_that_is_not_whole(void **state)
{
    struct world *w = *state;
    const char *folder = folder_open(w->arena);
    enum log_level level = log_level_min;
    struct policy_report report;

    log_level_min = LOG_ERROR + 1;
    for (size_t i = 0; i < COUNT(broken); i++) {
        write_file(arena_print(w->arena, "%s/one.json", folder).at, slice_of(broken[i].text));
        if (policy_load(&report, w->ledger, w->arena, folder, &tally_system) != V_USAGE)
            fail_msg("%s was taken", broken[i].story);
    }
    folder_close(folder);
    assert_int_equal(policy_load(&report, w->ledger, w->arena, folder, &tally_system), V_USAGE);
    log_level_min = level;
    assert_int_equal(world_count(w, "journal"), 0);
}

static void
tells_what_the_door_says_of_a_row(void **state)
{
    struct world *w = *state;
    const char *folder = folder_open(w->arena);
    struct policy_report report;

    write_file(arena_print(w->arena, "%s/one.json", folder).at,
               S("{\"rows\": [" ROW ",\"from\":\"2020-01-01\",\"number\":1}," ROW ",\"from\":\"2021-01-01\","
                 "\"number\":1,\"code\":\"x\"}]}"));
    report = load(w, folder);
    folder_close(folder);
    assert_int_equal(report.rows[0].fate, POLICY_POSTED);
    assert_int_equal(report.rows[1].fate, POLICY_REFUSED);
    assert_int_equal(report.rows[1].got, V_FIELDS_WRONG);
    assert_true(report.rows[1].why_zh.len > 0);
}

/* A day that lies ahead is set today. */
static void
sets_today_what_begins_tomorrow(void **state)
{
    struct world *w = *state;
    const char *folder = folder_open(w->arena);
    struct limit l;

    write_file(arena_print(w->arena, "%s/one.json", folder).at,
               S("{\"rows\": [" ROW ",\"from\":\"2023-07-01\",\"number\":1}]}"));
    assert_int_equal(load(w, folder).counts[POLICY_POSTED], 1);
    world_now_ms += INT64_C(86400000);
    assert_int_equal(load(w, folder).counts[POLICY_PRESENT], 1);
    folder_close(folder);
    assert_int_equal(tally_limit(&l, w, "a", "", "2023-06-30"), V_LIMIT_UNKNOWN);
    assert_int_equal(tally_limit(&l, w, "a", "", "2023-07-01"), V_OK);
}

static void
gives_a_row_the_same_id_in_every_registry(void **state)
{
    struct world *w = *state;

    load(w, PACK);
    /* python3 -c: uuid of SHA-256("limit.set|panel.size|330600|2020-01-01"), version 8 */
    assert_true(slice_equal(world_sql(w, "SELECT id FROM journal WHERE subject = 'panel.size@330600'"),
                            S("3666a354-39a3-8c1e-96ea-17edb51b86f6")));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tally_setup_bare, world_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(names_everything_that_a_rule_may_read),
        TEST(takes_every_dated_row_and_shows_the_others),
        TEST(has_a_right_value_in_rows_without_a_day_too),
        TEST(names_a_limit_once_for_each_day_and_in_order),
        TEST(keeps_the_laws_of_the_pack),
        TEST(puts_the_known_values_in_force),
        TEST(lists_the_six_districts),
        TEST(posts_nothing_the_second_time),
        TEST(leaves_alone_what_the_office_has_set),
        TEST(posts_nothing_out_of_a_pack_that_is_not_whole),
        TEST(tells_what_the_door_says_of_a_row),
        TEST(sets_today_what_begins_tomorrow),
        TEST(gives_a_row_the_same_id_in_every_registry),
    };

    return cmocka_run_group_tests_name("domain/policy", tests, NULL, NULL);
}

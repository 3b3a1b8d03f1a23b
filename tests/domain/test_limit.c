/*
 * Limits: what may be set, what follows what, and which number is in force where and when.
 * Knows the kinds of limit.c through the door; must not know the engine.
 * Invariant: each row names a story, and the verdict and pointer it must end in.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "seed.h"
#include "tally.h"

#define SOURCE "'unit':'person','source':'试行办法〔2023〕1号','confidence':'V'"

static enum verdict
set(struct world *w, const char *subject, const char *on, const char *fields)
{
    return world_post(w, &tally_officer, "limit.set", NULL,
                      arena_print(w->arena, "{'subject':'%s','on':'%s',%s," SOURCE "}", subject, on, fields).at)->got;
}

/* A limit with two periods: 5 from 2021, 7 from 2023-02. */
static void
given_panel_size(struct world *w)
{
    assert_int_equal(set(w, "panel.size@330600", "2021-01-01", "'from':'2021-01-01','number':5"), V_OK);
    assert_int_equal(set(w, "panel.size@330600", "2023-01-15", "'from':'2023-02-01','number':7"), V_OK);
}

/* ---- refusals -------------------------------------------------------------------------------------------------- */

struct refusal {
    const char *story;
    const struct actor *who;
    const char *kind, *body;
    enum verdict got;
    const char *pointer; /* of the first problem; NULL: any */
};

#define BODY(subject, fields) "{'subject':'" subject "','on':'2023-06-01'," fields "," SOURCE "}"

#define DAY_LIST(fields) "{'subject':'a.b@cn','on':'2023-06-01','from':'2023-01-01'," fields \
                         ",'unit':'day_list','source':'x','confidence':'A'}"

static const struct refusal refusals[] = {
    {"no value at all", &tally_officer, "limit.set", BODY("a.b@cn", "'from':'2023-01-01'"), V_FIELDS_WRONG, "/number"},
    {"a number and a code", &tally_officer, "limit.set", BODY("a.b@cn", "'from':'2023-01-01','number':1,'code':'x'"),
     V_FIELDS_WRONG, "/number"},
    {"a code and a list", &tally_officer, "limit.set",
     BODY("a.b@cn", "'from':'2023-01-01','items':['x'],'code':'x'"), V_FIELDS_WRONG, "/code"},
    {"a list and a base", &tally_officer, "limit.set",
     BODY("a.b@cn", "'from':'2023-01-01','items':['x'],'base':'lpr_1y','offset_ppm':1"), V_FIELDS_WRONG, "/items"},
    {"a base without its offset", &tally_officer, "limit.set", BODY("a.b@cn", "'from':'2023-01-01','base':'lpr_1y'"),
     V_FIELDS_WRONG, "/offset_ppm"},
    {"an offset without its base", &tally_officer, "limit.set",
     BODY("a.b@cn", "'from':'2023-01-01','number':1,'offset_ppm':1"), V_FIELDS_WRONG, "/base"},
    {"an end before the beginning", &tally_officer, "limit.set",
     BODY("a.b@cn", "'from':'2023-01-02','to':'2023-01-01','number':1"), V_FIELDS_WRONG, "/to"},
    {"an empty list", &tally_officer, "limit.set", BODY("a.b@cn", "'from':'2023-01-01','items':[]"), V_FIELDS_WRONG,
     "/items"},
    {"a confidence that is none", &tally_officer, "limit.set",
     "{'subject':'a.b@cn','on':'2023-06-01','from':'2023-01-01','unit':'fen','number':1,'source':'x','confidence':'B'}",
     V_FIELDS_WRONG, "/confidence"},
    {"a source with a control character", &tally_officer, "limit.set",
     "{'subject':'a.b@cn','on':'2023-06-01','from':'2023-01-01','unit':'fen','number':1,'source':'a\\u0007b',"
     "'confidence':'A'}", V_FIELDS_WRONG, "/source"},
    {"a day list with no such day", &tally_officer, "limit.set",
     DAY_LIST("'to':'2023-12-31','items':['2023-01-01','2023-02-29']"), V_FIELDS_WRONG, "/items/1"},
    {"a day list with a word", &tally_officer, "limit.set", DAY_LIST("'items':['new_year']"), V_FIELDS_WRONG,
     "/items/0"},
    {"a day list that falls back", &tally_officer, "limit.set",
     DAY_LIST("'items':['2023-01-03','2023-01-02','2023-01-04']"), V_FIELDS_WRONG, "/items/1"},
    {"a day listed twice", &tally_officer, "limit.set", DAY_LIST("'items':['2023-01-03','2023-01-03']"),
     V_FIELDS_WRONG, "/items/1"},
    {"a day before its period", &tally_officer, "limit.set", DAY_LIST("'items':['2022-12-31','2023-01-01']"),
     V_FIELDS_WRONG, "/items/0"},
    {"a day after its period", &tally_officer, "limit.set",
     DAY_LIST("'to':'2023-12-31','items':['2023-12-31','2024-01-01']"), V_FIELDS_WRONG, "/items/1"},
    {"no scope", &tally_officer, "limit.set", BODY("a.b", "'from':'2023-01-01','number':1"), V_FIELDS_WRONG,
     "/subject"},
    {"a scope that is none", &tally_officer, "limit.set", BODY("a.b@33060", "'from':'2023-01-01','number':1"),
     V_FIELDS_WRONG, "/subject"},
    {"two scopes", &tally_officer, "limit.set", BODY("a.b@cn@cn", "'from':'2023-01-01','number':1"), V_FIELDS_WRONG,
     "/subject"},
    {"a name in capitals", &tally_officer, "limit.set", BODY("A.b@cn", "'from':'2023-01-01','number':1"),
     V_FIELDS_WRONG, "/subject"},
    {"a name with an empty word", &tally_officer, "limit.set", BODY("a..b@cn", "'from':'2023-01-01','number':1"),
     V_FIELDS_WRONG, "/subject"},
    {"no name", &tally_officer, "limit.set", BODY("@cn", "'from':'2023-01-01','number':1"), V_FIELDS_WRONG,
     "/subject"},
    {"a role that may not", &tally_clerk, "limit.set", BODY("a.b@cn", "'from':'2023-01-01','number':1"), V_FORBIDDEN,
     NULL},
    {"the first day of the latest period", &tally_officer, "limit.set",
     BODY("panel.size@330600", "'from':'2023-02-01','number':9"), V_RULE_REFUSED, "/from"},
    {"a day inside an earlier period", &tally_officer, "limit.set",
     BODY("panel.size@330600", "'from':'2022-05-01','number':9"), V_RULE_REFUSED, "/from"},
    {"a day before them all", &tally_officer, "limit.set",
     BODY("panel.size@330600", "'from':'2020-01-01','number':9"), V_RULE_REFUSED, "/from"},
    {"an end of what was never set", &tally_officer, "limit.ended",
     "{'subject':'a.b@cn','on':'2023-06-01','to':'2023-06-30'}", V_SUBJECT_UNKNOWN, NULL},
    {"an end before the latest period", &tally_officer, "limit.ended",
     "{'subject':'panel.size@330600','on':'2023-06-01','to':'2023-01-31'}", V_FIELDS_WRONG, "/to"},
    {"an end of what has one", &tally_officer, "limit.ended",
     "{'subject':'short@330600','on':'2023-06-01','to':'2023-06-30'}", V_RULE_REFUSED, "/to"},
    {"a second end", &tally_officer, "limit.ended", "{'subject':'over@330600','on':'2023-06-01','to':'2023-06-30'}",
     V_WRONG_STATE, ""},
};

static void
refuses_what_is_no_limit_and_leaves_nothing(void **state)
{
    struct world *w = *state;
    int64_t before;

    given_panel_size(w);
    assert_int_equal(set(w, "short@330600", "2023-01-01", "'from':'2023-01-01','to':'2023-12-31','number':1"), V_OK);
    assert_int_equal(set(w, "over@330600", "2023-01-01", "'from':'2023-01-01','number':1"), V_OK);
    assert_int_equal(world_post(w, &tally_officer, "limit.ended", NULL,
                                "{'subject':'over@330600','on':'2023-05-01','to':'2023-05-31'}")->got, V_OK);
    before = world_count(w, "journal");
    for (size_t i = 0; i < COUNT(refusals); i++) {
        const struct refusal *r = &refusals[i];
        struct posting *p = world_post(w, r->who, r->kind, NULL, r->body);

        if (p->got != r->got)
            fail_msg("%s: %s", r->story, verdict_row(p->got)->name);
        if (r->pointer != NULL && (p->problems.first == NULL ||
                                   !slice_equal(p->problems.first->pointer, slice_of(r->pointer))))
            fail_msg("%s: not at %s", r->story, r->pointer);
    }
    assert_int_equal(world_count(w, "journal"), before);
}

static void
names_every_value_form_that_is_one_too_many(void **state)
{
    struct world *w = *state;
    struct posting *p = world_post(w, &tally_officer, "limit.set", NULL,
                                   BODY("a@cn", "'from':'2023-01-01','number':1,'code':'x','items':['y']"));

    assert_int_equal(p->problems.count, 3);
    assert_true(slice_equal(p->problems.first->pointer, S("/number")));
    assert_true(slice_equal(p->problems.first->next->pointer, S("/code")));
    assert_true(slice_equal(p->problems.first->next->next->pointer, S("/items")));
}

/* ---- which number is in force ---------------------------------------------------------------------------------- */

struct question {
    const char *name, *district, *day;
    int64_t number;    /* INT_ABSENT: nothing is in force */
    const char *scope;
};

static const struct question questions[] = {
    {"panel.size", "",       "2020-12-31", INT_ABSENT, NULL    },
    {"panel.size", "",       "2021-01-01", 5,          "330600"},
    {"panel.size", "",       "2023-01-31", 5,          "330600"},
    {"panel.size", "",       "2023-02-01", 7,          "330600"},
    {"panel.size", "330602", "2023-02-01", 7,          "330600"},
    {"panel.size", "330600", "2023-02-01", 7,          "330600"},
    {"tiers",      "330602", "2023-06-30", 1,          "330602"},
    {"tiers",      "330602", "2023-07-01", 2,          "330600"}, /* the district's own has ended */
    {"tiers",      "330603", "2023-06-30", 2,          "330600"},
    {"tiers",      "",       "2023-06-30", 2,          "330600"},
    {"tiers",      "330603", "2022-06-30", 3,          "330000"}, /* before the city's own */
    {"tiers",      "330603", "2021-06-30", 4,          "cn"    },
    {"tiers",      "330603", "2020-06-30", INT_ABSENT, NULL    },
    {"gap",        "",       "2023-03-31", 1,          "330600"},
    {"gap",        "",       "2023-04-01", INT_ABSENT, NULL    },
    {"gap",        "",       "2023-05-31", INT_ABSENT, NULL    },
    {"gap",        "",       "2023-06-01", 2,          "330600"},
    {"cut",        "",       "2023-05-31", 1,          "330600"}, /* its end lay behind the next one's beginning */
    {"cut",        "",       "2023-06-01", 2,          "330600"},
    {"cut",        "",       "2024-01-01", 2,          "330600"},
    {"ended",      "",       "2023-05-31", 1,          "330600"},
    {"ended",      "",       "2023-06-01", INT_ABSENT, NULL    },
    {"never",      "330602", "2023-06-30", INT_ABSENT, NULL    },
};

static void
given_the_questions(struct world *w)
{
    given_panel_size(w);
    assert_int_equal(set(w, "tiers@cn", "2021-01-01", "'from':'2021-01-01','number':4"), V_OK);
    assert_int_equal(set(w, "tiers@330000", "2022-01-01", "'from':'2022-01-01','number':3"), V_OK);
    assert_int_equal(set(w, "tiers@330600", "2023-01-01", "'from':'2023-01-01','number':2"), V_OK);
    assert_int_equal(set(w, "tiers@330602", "2023-01-01", "'from':'2023-01-01','to':'2023-06-30','number':1"), V_OK);
    assert_int_equal(set(w, "gap@330600", "2023-01-01", "'from':'2023-01-01','to':'2023-03-31','number':1"), V_OK);
    assert_int_equal(set(w, "gap@330600", "2023-06-01", "'from':'2023-06-01','number':2"), V_OK);
    assert_int_equal(set(w, "cut@330600", "2023-01-01", "'from':'2023-01-01','to':'2023-12-31','number':1"), V_OK);
    assert_int_equal(set(w, "cut@330600", "2023-06-01", "'from':'2023-06-01','number':2"), V_OK);
    assert_int_equal(set(w, "ended@330600", "2023-01-01", "'from':'2023-01-01','number':1"), V_OK);
    assert_int_equal(world_post(w, &tally_chief, "limit.ended", NULL,
                                "{'subject':'ended@330600','on':'2023-05-10','to':'2023-05-31'}")->got, V_OK);
}

static void
ask(struct world *w)
{
    for (size_t i = 0; i < COUNT(questions); i++) {
        const struct question *q = &questions[i];
        struct limit l;
        enum verdict got = tally_limit(&l, w, q->name, q->district, q->day);

        if (got != (q->number == INT_ABSENT ? V_LIMIT_UNKNOWN : V_OK))
            fail_msg("%s in %s on %s: %s", q->name, q->district, q->day, verdict_row(got)->name);
        if (got == V_OK && (l.number != q->number || !slice_equal(l.scope, slice_of(q->scope))))
            fail_msg("%s in %s on %s: %lld of " SLICE_FMT, q->name, q->district, q->day, (long long)l.number,
                     SLICE_ARG(l.scope));
    }
}

static void
uses_the_number_in_force_on_the_day_from_the_narrowest_scope(void **state)
{
    struct world *w = *state;

    given_the_questions(w);
    ask(w);
}

static void
is_the_same_after_a_rebuild(void **state)
{
    struct world *w = *state;
    struct slice before, after;

    given_the_questions(w);
    before = world_sql(w, "SELECT view FROM subject WHERE id = 'cut@330600'");
    assert_int_equal(ledger_rebuild(w->ledger), V_OK);
    after = world_sql(w, "SELECT view FROM subject WHERE id = 'cut@330600'");
    assert_true(slice_equal(before, after));
    ask(w);
}

static void
tells_source_unit_confidence_and_days_with_the_number(void **state)
{
    struct world *w = *state;
    struct limit l;
    char from[DAY_TEXT_SIZE], to[DAY_TEXT_SIZE];

    given_panel_size(w);
    assert_int_equal(tally_limit(&l, w, "panel.size", "330602", "2022-01-01"), V_OK);
    assert_string_equal(l.name, "panel.size");
    assert_true(slice_equal(l.source, S("试行办法〔2023〕1号")));
    assert_true(slice_equal(l.unit, S("person")));
    assert_true(slice_equal(l.confidence, S("V")));
    day_print(from, l.from);
    day_print(to, l.to);
    assert_string_equal(from, "2021-01-01");
    assert_string_equal(to, "2023-01-31");
}

static void
keeps_the_codes_of_each_period_apart(void **state)
{
    struct world *w = *state;
    struct limit l;

    assert_int_equal(set(w, "uses@cn", "2021-01-01", "'from':'2021-01-01','items':['rent','goods']"), V_OK);
    assert_int_equal(set(w, "uses@cn", "2022-01-01", "'from':'2022-01-01','code':'any'"), V_OK);
    assert_int_equal(set(w, "uses@cn", "2023-01-01", "'from':'2023-01-01','items':['goods','wages','2023-10-01']"),
                     V_OK);
    assert_int_equal(tally_limit(&l, w, "uses", "", "2021-05-01"), V_OK);
    assert_int_equal(l.item_count, 2);
    assert_true(slice_equal(l.items[1], S("goods")));
    assert_int_equal(tally_limit(&l, w, "uses", "", "2022-05-01"), V_OK);
    assert_int_equal(l.item_count, 0);
    assert_true(slice_equal(l.code, S("any")));
    assert_int_equal(tally_limit(&l, w, "uses", "", "2023-05-01"), V_OK);
    assert_int_equal(l.item_count, 3);
    assert_true(slice_equal(l.items[0], S("goods")));
    assert_true(slice_equal(l.items[2], S("2023-10-01")));
}

static void
gives_a_rate_as_a_base_and_what_is_added(void **state)
{
    struct world *w = *state;
    struct limit l;

    assert_int_equal(set(w, "cap@cn", "2023-01-01", "'from':'2023-01-01','base':'lpr_1y','offset_ppm':-15000"), V_OK);
    assert_int_equal(tally_limit(&l, w, "cap", "", "2023-01-01"), V_OK);
    assert_true(slice_equal(l.base, S("lpr_1y")));
    assert_int_equal(l.offset_ppm, -15000);
    assert_int_equal(l.number, INT_ABSENT);
}

/* Random periods against the plainest model: the last one begun, unless its own end has passed. */
static void
finds_the_period_of_any_day(void **state)
{
    struct world *w = *state;
    struct seed seed = seed_open("finds_the_period_of_any_day");
    int32_t from[12], to[12];
    size_t count = COUNT(from);
    int32_t day;

    assert_true(day_parse(&day, S("2020-01-01")));
    for (size_t i = 0; i < count; i++) {
        char first[DAY_TEXT_SIZE], last[DAY_TEXT_SIZE];
        bool ends = seed_below(&seed, 2) == 0;

        day += 1 + (int32_t)seed_below(&seed, 20);
        from[i] = day;
        to[i] = ends ? day + (int32_t)seed_below(&seed, 30) : DAY_MAX;
        day_print(first, from[i]);
        day_print(last, to[i]);
        assert_int_equal(set(w, "random@cn", "2023-01-01",
                             arena_print(w->arena, "'from':'%s'%s%s%s,'number':%zu", first, ends ? ",'to':'" : "",
                                         ends ? last : "", ends ? "'" : "", i).at), V_OK);
    }
    for (int32_t d = from[0] - 2; d < day + 40; d++) {
        int64_t expected = INT_ABSENT;
        struct limit l = {.number = INT_ABSENT};

        for (size_t i = 0; i < count; i++)
            if (from[i] <= d)
                expected = to[i] >= d ? (int64_t)i : INT_ABSENT;
        ledger_limit(&l, w->registry, w->reader, w->arena, "random", S(""), d);
        assert_int_equal(l.number, expected);
    }
}

static void
takes_two_hundred_periods_and_no_more(void **state)
{
    struct world *w = *state;
    struct posting *all[201];

    for (size_t i = 0; i < COUNT(all); i++) {
        char first[DAY_TEXT_SIZE];

        day_print(first, 10000 + (int32_t)i);
        all[i] = world_read(w, &tally_officer, "limit.set", NULL,
                            arena_print(w->arena,
                                        "{'subject':'many@cn','on':'2023-06-01','from':'%s','number':1," SOURCE "}",
                                        first).at);
    }
    ledger_post(w->ledger, all, COUNT(all));
    assert_int_equal(all[199]->got, V_OK);
    assert_int_equal(all[200]->got, V_RULE_REFUSED);
}

/* ---- corrections ----------------------------------------------------------------------------------------------- */

static struct posting *
mend(struct world *w, const char *subject, const char *entry, const char *rest)
{
    return world_post(w, &tally_officer, "limit.set", NULL,
                      arena_print(w->arena,
                                  "{'subject':'%s','on':'2023-06-01','mends':{'entry':'%s','reason':'typing_error'%s",
                                  subject, entry, rest).at);
}

static enum verdict
confirm(struct world *w, const struct posting *p)
{
    return world_post(w, &tally_chief, "entry.mended", NULL,
                      arena_print(w->arena, "{'subject':'" SLICE_FMT "','on':'2023-06-30'}",
                                  SLICE_ARG(p->entry.id)).at)->got;
}

static const char *
set_under_id(struct world *w, const char *subject, const char *fields)
{
    const char *id = new_id(w);

    assert_int_equal(world_post(w, &tally_officer, "limit.set", id,
                                arena_print(w->arena, "{'subject':'%s','on':'2023-06-01',%s," SOURCE "}", subject,
                                            fields).at)->got, V_OK);
    return id;
}

static void
never_mends_a_limit_that_is_in_use(void **state)
{
    static const char *const rests[] = {"},'from':'2023-01-01','number':6," SOURCE, ",'void':'yes'}"};
    struct world *w = *state;
    const char *id = set_under_id(w, "used@cn", "'from':'2023-06-30','number':5"); /* today */

    for (size_t i = 0; i < COUNT(rests); i++) {
        struct posting *p = mend(w, "used@cn", id, arena_print(w->arena, "%s}", rests[i]).at);

        assert_int_equal(p->got, V_RULE_REFUSED);
        assert_true(slice_equal(p->problems.first->pointer, S("/mends/entry")));
        assert_non_null(strstr(p->problems.first->en.at, "2023-06-30"));
    }
}

static void
mends_a_limit_that_lies_ahead(void **state)
{
    struct world *w = *state;
    const char *id = set_under_id(w, "ahead@cn", "'from':'2023-07-01','number':5");
    struct posting *p = mend(w, "ahead@cn", id, "},'from':'2023-08-01','number':6," SOURCE "}");
    struct limit l;

    assert_int_equal(p->got, V_OK);
    assert_string_equal(p->state, "waiting");
    assert_int_equal(confirm(w, p), V_OK);
    assert_int_equal(tally_limit(&l, w, "ahead", "", "2023-07-31"), V_LIMIT_UNKNOWN);
    assert_int_equal(tally_limit(&l, w, "ahead", "", "2023-08-01"), V_OK);
    assert_int_equal(l.number, 6);
}

static void
voids_a_limit_that_lies_ahead_and_opens_the_one_before(void **state)
{
    struct world *w = *state;
    const char *id;
    struct posting *p;
    struct limit l;

    given_panel_size(w);
    id = set_under_id(w, "panel.size@330600", "'from':'2023-07-01','number':9");
    assert_int_equal(tally_limit(&l, w, "panel.size", "", "2023-07-01"), V_OK);
    assert_int_equal(l.number, 9);
    p = mend(w, "panel.size@330600", id, ",'void':'yes'}}");
    assert_int_equal(p->got, V_OK);
    assert_int_equal(confirm(w, p), V_OK);
    assert_int_equal(tally_limit(&l, w, "panel.size", "", "2023-07-01"), V_OK);
    assert_int_equal(l.number, 7);
    assert_int_equal(l.to, DAY_ABSENT);
}

static void
refuses_the_confirmation_once_the_first_day_has_come(void **state)
{
    struct world *w = *state;
    const char *id = set_under_id(w, "ahead@cn", "'from':'2023-07-01','number':5");
    struct posting *p = mend(w, "ahead@cn", id, "},'from':'2023-08-01','number':6," SOURCE "}");

    assert_int_equal(p->got, V_OK);
    assert_true(at_parse(&world_now_ms, S("2023-07-01T02:00:00.000Z")));
    assert_int_equal(confirm(w, p), V_RULE_REFUSED);
}

static void
keeps_a_mended_limit_before_the_ones_set_after_it(void **state)
{
    struct world *w = *state;
    const char *id = set_under_id(w, "ahead@cn", "'from':'2023-07-01','number':5");

    set_under_id(w, "ahead@cn", "'from':'2023-09-01','number':6");
    assert_int_equal(mend(w, "ahead@cn", id, "},'from':'2023-09-01','number':7," SOURCE "}")->got, V_LATER_FACT);
    assert_int_equal(mend(w, "ahead@cn", id, "},'from':'2023-08-31','number':7," SOURCE "}")->got, V_OK);
}

/* ---- what totals were counted by ------------------------------------------------------------------------------- */

static const char district_list[] = "'from':'2020-01-01','items':['330602','330603']";

static void
never_changes_what_totals_were_counted_by(void **state)
{
    struct world *w = *state;

    assert_int_equal(set(w, "district@330600", "2020-01-01", district_list), V_OK);
    assert_int_equal(set(w, "drive.window_months@330600", "2020-01-01", "'from':'2020-01-01','number':36"), V_OK);
    tally_add(w, 16, "330602", "2023-05-31", 1, true);
    assert_int_equal(set(w, "drive.window_months@330600", "2023-06-01", "'from':'2023-05-31','number':24"),
                     V_RULE_REFUSED);
    assert_int_equal(set(w, "drive.window_months@330602", "2023-06-01", "'from':'2020-05-31','number':24"),
                     V_RULE_REFUSED);
    assert_int_equal(set(w, "panel.size@330600", "2023-05-31", "'from':'2023-05-31','number':5"), V_OK);
    assert_int_equal(set(w, "drive.window_months@330600", "2023-06-01", "'from':'2023-06-01','number':24"), V_OK);
    assert_int_equal(world_post(w, &tally_officer, "limit.ended", NULL,
                                "{'subject':'drive.window_months@330600','on':'2023-06-02','to':'2023-06-01'}")->got,
                     V_OK);
}

/* The group's own figures stand in no bucket yet. */
static void
sees_the_figures_of_its_own_group(void **state)
{
    struct world *w = *state;
    struct posting *both[2];

    assert_int_equal(set(w, "district@330600", "2020-01-01", district_list), V_OK);
    tally_add(w, 16, "330602", "2023-05-31", 1, true);
    both[0] = world_read(w, &tally_bank, "jar.filled", NULL,
                         "{'subject':'jar-16-330602-1','on':'2023-06-20','amount':1,'voucher_no':'V9'}");
    both[1] = world_read(w, &tally_officer, "limit.set", NULL,
                         "{'subject':'trained.counts@330600','on':'2023-06-10','from':'2023-06-20','code':'attended',"
                         SOURCE "}");
    ledger_post(w->ledger, both, 2);
    assert_int_equal(both[0]->got, V_OK);
    assert_int_equal(both[1]->got, V_RULE_REFUSED);
    assert_non_null(strstr(both[1]->problems.first->en.at, "2023-06-20"));
}

static void
is_proved_by_the_journal(void **state)
{
    struct world *w = *state;
    struct verify_report report;
    const char *scratch = w->engine->folder;

    given_the_questions(w);
    assert_int_equal(ledger_verify(&report, &w->options, w->vkey, scratch), V_OK);
    assert_int_equal(report.damage_count, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tally_setup_bare, world_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(refuses_what_is_no_limit_and_leaves_nothing),
        TEST(names_every_value_form_that_is_one_too_many),
        TEST(uses_the_number_in_force_on_the_day_from_the_narrowest_scope),
        TEST(is_the_same_after_a_rebuild),
        TEST(tells_source_unit_confidence_and_days_with_the_number),
        TEST(keeps_the_codes_of_each_period_apart),
        TEST(gives_a_rate_as_a_base_and_what_is_added),
        TEST(finds_the_period_of_any_day),
        TEST(takes_two_hundred_periods_and_no_more),
        TEST(never_mends_a_limit_that_is_in_use),
        TEST(mends_a_limit_that_lies_ahead),
        TEST(voids_a_limit_that_lies_ahead_and_opens_the_one_before),
        TEST(refuses_the_confirmation_once_the_first_day_has_come),
        TEST(keeps_a_mended_limit_before_the_ones_set_after_it),
        TEST(never_changes_what_totals_were_counted_by),
        TEST(sees_the_figures_of_its_own_group),
        TEST(is_proved_by_the_journal),
    };

    return cmocka_run_group_tests_name("domain/limit", tests, NULL, NULL);
}

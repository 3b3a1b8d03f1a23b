/*
 * The work list through the whole chain: who sees which steps, in which order, and how late they are.
 * Knows loans in every state and days counted by hand; must not know how a page is found.
 * Invariant: walking the pages meets every step of the reader's once, whatever ends meanwhile.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "desk.h"
#include "lending.h"

#define CLERK_HERE "district_clerk:330602:zhou:330602"
#define CHECKER_HERE "district_checker:330602:qian:330602"
#define CLERK_ELSEWHERE "district_clerk:330603:wu:330603"
#define OFFICER "centre_officer:centre:sun"
#define BANK "bank_officer:bank-zj:lu"
#define BANK_OTHER "bank_officer:bank-sx:lu"

/* Today is Friday, 2023-06-30, and nobody has announced a calendar: the plain week holds. */
static void
fill(struct desk *d)
{
    static const struct {
        const char *name;
        int days;
    } limits[] = {{"qualification_workdays", 7}, {"bank_accept_workdays", 3}, {"refusal_workdays", 5}};

    for (size_t i = 0; i < COUNT(limits); i++)
        lending_expect(d->world, CENTRE, "limit.set",
                       arena_print(d->arena, "loan.step.%s@330600", limits[i].name).at, "2023-01-01",
                       arena_print(d->arena, "'from':'2023-01-01','source':'S17','confidence':'S','unit':'workday',"
                                             "'number':%d", limits[i].days).at,
                       V_OK);
    lending_loan(d->world, "L-send", LOAN_QUALIFIED);
    lending_loan(d->world, "L-check", LOAN_CHECKING);
    lending_loan(d->world, "L-sent", LOAN_SENT);
    lending_loan(d->world, "L-repaid", LOAN_REPAYING);
    lending_loan(d->world, "L-papers", LOAN_APPLIED);
    lending_loan(d->world, "L-missing", LOAN_INCOMPLETE);
    lending_loan(d->world, "L-done", LOAN_WITHDRAWN);
}

/* The subjects of the last answer, each with a space behind it. */
static const char *
subjects(struct desk *d)
{
    struct buf b = {.arena = d->arena};

    for (const struct json *one = desk_json(d)->first; one != NULL; one = one->next)
        buf_print(&b, SLICE_FMT " ", SLICE_ARG(json_text(one, S("subject"))));
    return arena_copy(d->arena, buf_slice(&b)).at;
}

static const char *
ask(struct desk *d, const char *who, const char *query)
{
    const char *target = arena_print(d->arena, "/v1/steps%s", query).at;

    if (desk_ask(d, who, "GET", target, NULL, NULL) != 200)
        fail_msg("%s for %s: %s", target, who, d->client.text);
    return subjects(d);
}

static void
shows_a_step_with_its_time(void **state)
{
    static const char *const wanted[] = {
        "{\"type\":\"loan\",\"subject\":\"L-check\",\"step\":\"qualify\",\"zh\":\"资格认定\","
        "\"en\":\"decide on the qualification\",\"who\":\"district_checker\",\"district\":\"330602\","
        "\"since\":\"2023-03-03\",\"due\":\"2023-03-14\",\"provisional\":true,\"late_by\":78,\"unit\":\"workday\","
        "\"overdue\":true}",
        "\"since\":\"2023-03-01\",\"due\":\"2023-05-31\",\"provisional\":false,\"late_by\":30,\"unit\":\"day\","
        "\"overdue\":true}",
        "\"since\":\"2023-03-12\",\"due\":\"2026-03-31\",\"provisional\":false,\"days_left\":1005,\"unit\":\"day\","
        "\"overdue\":false}",
        "\"since\":\"2023-03-02\",\"overdue\":false}",
    };
    struct desk *d = *state;

    fill(d);
    assert_string_equal(ask(d, CLERK_HERE, ""), "L-papers L-check L-sent L-send L-repaid L-missing ");
    for (size_t i = 0; i < COUNT(wanted); i++)
        if (strstr(d->client.body, wanted[i]) == NULL)
            fail_msg("row %zu: %s", i, d->client.body);
}

static void
shows_each_reader_the_steps_of_his_own_subjects(void **state)
{
    static const struct {
        const char *who, *subjects;
    } cases[] = {
        {OFFICER,                         "L-papers L-check L-sent L-send L-repaid L-missing "},
        {CLERK_ELSEWHERE,                 ""                                                  },
        {"district_clerk:330602:zhou",    ""                                                  }, /* of no district */
        {BANK,                            "L-sent L-repaid "                                  },
        {BANK_OTHER,                      ""                                                  },
        {"operator:operator-one:ma",      ""                                                  }, /* no loans */
        {"expert:panel:feng",             ""                                                  },
        {"security:centre:an",            ""                                                  },
    };
    struct desk *d = *state;

    fill(d);
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_string_equal(ask(d, cases[i].who, ""), cases[i].subjects);
        assert_int_equal(desk_ask(d, cases[i].who, "GET", "/v1/steps/summary", NULL, NULL), 200);
        assert_int_equal(desk_json(d)->count == 0, cases[i].subjects[0] == '\0');
    }
    world_sql(d->world, "UPDATE step SET district = '330603' WHERE subject = 'L-check'");
    assert_string_equal(ask(d, CLERK_ELSEWHERE, ""), "L-check ");
    assert_int_equal(desk_ask(d, NULL, "GET", "/v1/steps", NULL, NULL), 401);
}

static void
leaves_out_what_is_not_asked_for(void **state)
{
    static const struct {
        const char *who, *query, *subjects;
    } cases[] = {
        {CLERK_HERE,   "?type=loan&step=qualify",   "L-check "                        },
        {CLERK_HERE,   "?step=send",                "L-send "                         },
        {CLERK_HERE,   "?mine=role",                "L-papers L-send "                },
        {CHECKER_HERE, "?mine=role",                "L-check "                        },
        {BANK,         "?mine=role&overdue=yes",    "L-sent "                         },
        {OFFICER,      "?mine=role",                ""                                },
        {CLERK_HERE,   "?overdue=yes",              "L-papers L-check L-sent L-send " },
        {CLERK_HERE,   "?overdue=yes&step=repay",   ""                                },
        {CLERK_HERE,   "?type=fund",                ""                                },
    };
    static const struct {
        const char *query, *fault;
    } bad[] = {
        {"?step=nothing",          "step"   }, {"?type=nothing", "type"}, {"?type=fund&step=send", "step"},
        {"?mine=yes",              "mine"   }, {"?overdue=1",   "overdue"}, {"?limit=0", "limit"},
        {"?cursor=zz",             "cursor" }, {"?cursor=61",   "cursor"}, {"?who=clerk", "who"},
        {"?cursor=610a610a610a610a61", "cursor"},
    };
    struct desk *d = *state;

    fill(d);
    for (size_t i = 0; i < COUNT(cases); i++)
        if (strcmp(ask(d, cases[i].who, cases[i].query), cases[i].subjects) != 0)
            fail_msg("case %zu: %s", i, subjects(d));
    for (size_t i = 0; i < COUNT(bad); i++) {
        const char *target = arena_print(d->arena, "/v1/steps%s", bad[i].query).at;

        assert_int_equal(desk_ask(d, CLERK_HERE, "GET", target, NULL, NULL), 400);
        if (strstr(desk_text(d, "detail"), bad[i].fault) == NULL)
            fail_msg("%s: %s", target, desk_text(d, "detail"));
    }
}

/* ---- pages ------------------------------------------------------------------------------------------------------- */

/* What Link says is next, as a query; NULL where nothing is. */
static const char *
next_page(struct desk *d)
{
    const char *link = desk_field(d, "Link"), *end;

    if (link == NULL)
        return NULL;
    link = strchr(link, '?');
    end = link == NULL ? NULL : strchr(link, '>');
    assert_non_null(end);
    return arena_copy(d->arena, (struct slice){link, (size_t)(end - link)}).at;
}

static void
walks_in_pages_whatever_ends_meanwhile(void **state)
{
    static const int sizes[] = {1, 2, 3, 6, 7};
    struct desk *d = *state;

    fill(d);
    for (size_t i = 0; i < COUNT(sizes); i++) {
        const char *query = arena_print(d->arena, "?limit=%d&type=loan", sizes[i]).at;
        size_t met = 0;

        for (; query != NULL; query = next_page(d)) {
            ask(d, CLERK_HERE, query);
            assert_true(desk_json(d)->count <= (size_t)sizes[i]);
            met += desk_json(d)->count;
        }
        assert_int_equal(met, 6);
    }
    /* The row that a cursor names may be gone by the time it is used. */
    assert_string_equal(ask(d, CLERK_HERE, "?limit=1"), "L-papers ");
    world_sql(d->world, "DELETE FROM step WHERE subject = 'L-papers'");
    assert_string_equal(ask(d, CLERK_HERE, next_page(d)), "L-send ");
    assert_string_equal(ask(d, CLERK_HERE, "?limit=2&overdue=yes"), "L-check L-send ");
    assert_string_equal(ask(d, CLERK_HERE, next_page(d)), "L-sent ");
    assert_null(next_page(d));
}

/* ---- sums -------------------------------------------------------------------------------------------------------- */

static void
sums_up_by_step_and_district(void **state)
{
    static const char *const wanted[] = {
        "accept 330602 1 1", "papers 330602 1 1", "qualify 330602 2 2", "qualify 330603 1 1",
        "repay 330602 1 0",  "send 330602 1 1",   "supplement 330602 1 0",
    };
    struct desk *d = *state;
    size_t i = 0;

    fill(d);
    lending_loan(d->world, "L-check2", LOAN_CHECKING);
    lending_loan(d->world, "L-check3", LOAN_CHECKING);
    world_sql(d->world, "UPDATE step SET district = '330603' WHERE subject = 'L-check3'");
    world_sql(d->world, "UPDATE step SET since = '2023-03-10' WHERE subject = 'L-check2'");
    assert_int_equal(desk_ask(d, OFFICER, "GET", "/v1/steps/summary", NULL, NULL), 200);
    assert_int_equal(desk_json(d)->count, COUNT(wanted));
    for (const struct json *one = desk_json(d)->first; one != NULL; one = one->next, i++) {
        struct slice got = arena_print(d->arena, SLICE_FMT " " SLICE_FMT " %lld %lld",
                                       SLICE_ARG(json_text(one, S("step"))), SLICE_ARG(json_text(one, S("district"))),
                                       (long long)json_find(one, S("running"))->number,
                                       (long long)json_find(one, S("overdue"))->number);

        if (!slice_equal(got, slice_of(wanted[i])))
            fail_msg(SLICE_FMT ", not %s", SLICE_ARG(got), wanted[i]);
    }
    /* A limit that leaves more time: what began later is no longer late. */
    world_sql(d->world, "UPDATE step SET since = '2023-06-29' WHERE subject = 'L-check2'");
    assert_int_equal(desk_ask(d, CHECKER_HERE, "GET", "/v1/steps/summary", NULL, NULL), 200);
    assert_non_null(strstr(d->client.body,
                           "\"who\":\"district_checker\",\"district\":\"330602\",\"running\":2,\"overdue\":1}"));
}

/* ---- notices ----------------------------------------------------------------------------------------------------- */

static void
shows_a_reader_what_he_was_told_of_and_nobody_else(void **state)
{
    struct desk *d = *state;

    for (int i = 0; i < 3; i++)
        world_sql(d->world, "INSERT INTO op_notice (id, account, type, subject, step, due, reason, state, tries, "
                            "first_ms, next_ms, created_ms, adapter) VALUES ('N%d', 'qian', 'loan', 'L%d', 'qualify', "
                            "'2023-03-14', 'overdue', 'sent', 1, 0, 0, %d, 'mail')", i, i, i);
    assert_int_equal(desk_ask(d, CHECKER_HERE, "GET", "/v1/notices", NULL, NULL), 200);
    assert_string_equal(subjects(d), "L2 L1 L0 ");
    assert_non_null(strstr(d->client.body,
                           "\"id\":\"N2\",\"type\":\"loan\",\"subject\":\"L2\",\"step\":\"qualify\","
                           "\"due\":\"2023-03-14\",\"reason\":\"overdue\",\"state\":\"sent\","
                           "\"created\":\"1970-01-01T00:00:00.002Z\""));
    assert_int_equal(desk_ask(d, CHECKER_HERE, "GET", "/v1/notices?limit=1", NULL, NULL), 200);
    assert_string_equal(subjects(d), "L2 ");
    assert_int_equal(desk_ask(d, CLERK_HERE, "GET", "/v1/notices", NULL, NULL), 200);
    assert_string_equal(subjects(d), "");
    assert_int_equal(desk_ask(d, CLERK_HERE, "GET", "/v1/notices?account=qian", NULL, NULL), 400);
    assert_int_equal(desk_ask(d, NULL, "GET", "/v1/notices", NULL, NULL), 401);
}

static int
open_desks(void **state)
{
    desk_world = lending_setup;
    return desk_open_keys(state);
}

static int
close_desks(void **state)
{
    desk_world = NULL;
    return desk_close_keys(state);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, desk_setup, desk_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(shows_a_step_with_its_time),
        TEST(shows_each_reader_the_steps_of_his_own_subjects),
        TEST(leaves_out_what_is_not_asked_for),
        TEST(walks_in_pages_whatever_ends_meanwhile),
        TEST(sums_up_by_step_and_district),
        TEST(shows_a_reader_what_he_was_told_of_and_nobody_else),
    };

    return cmocka_run_group_tests_name("edge/work_steps", tests, open_desks, close_desks);
}

/*
 * Calendars for programs that cannot log in: whose address opens what, and what another reader makes of it.
 * Knows the town's accounts, loans and RFC 5545's judges; must not know how a token is kept.
 * Invariant: an address that opens nothing looks like one that never was.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "desk.h"
#include "lending.h"
#include "oracle.h"

#define QIAN_HERE "district_checker:330602:qian:330602"
#define MANY 1010

/* In 330602, whose checker qian is. */
static void
fill(struct desk *d)
{
    lending_expect(d->world, CENTRE, "limit.set", "loan.step.qualification_workdays@330600", "2023-01-01",
                   "'from':'2023-01-01','source':'S17','confidence':'S','unit':'workday','number':7", V_OK);
    lending_loan(d->world, "L-check", LOAN_CHECKING);
    lending_loan(d->world, "L-send", LOAN_QUALIFIED);
    lending_loan_class1(d->world, "L-queue", LOAN_QUEUED);
}

static const char *
new_address(struct desk *d)
{
    const char *url;

    if (desk_ask(d, QIAN_HERE, "POST", "/v1/calendar/token", NULL, "{}") != 201)
        fail_msg("%s", d->client.text);
    url = desk_text(d, "url");
    assert_memory_equal(url, DESK_ORIGIN "/v1/calendar.ics?token=", sizeof DESK_ORIGIN "/v1/calendar.ics?token=" - 1);
    return url + sizeof DESK_ORIGIN - 1;
}

/* What another reader makes of the calendar, a line an event. */
static struct slice
judged(struct desk *d)
{
    const char *folder = folder_open(d->arena);
    struct slice out;
    int got;

    if (!oracle_there(d->arena, "python3")) {
        print_message("python3 is missing: no independent judge\n");
        skip();
    }
    write_file(arena_print(d->arena, "%s/feed.ics", folder).at, slice_of(d->client.body));
    got = oracle_run(&out, d->arena, "/usr/bin/python3 -B tests/lib/ical_judge.py %s/feed.ics 2>&1", folder);
    folder_close(folder);
    if (got != 0)
        fail_msg("judge: " SLICE_FMT, SLICE_ARG(out));
    return out;
}

static int
get(struct desk *d, const char *target)
{
    return desk_ask(d, NULL, "GET", target, NULL, NULL);
}

/* ---- the address ------------------------------------------------------------------------------------------------- */

static void
opens_by_the_newest_address_alone(void **state)
{
    struct desk *d = *state;
    const char *first, *second;

    fill(d);
    first = new_address(d);
    assert_int_equal(get(d, first), 200);
    assert_string_equal(desk_field(d, "Content-Type"), "text/calendar; charset=utf-8");
    second = new_address(d);
    assert_int_equal(get(d, second), 200);
    assert_int_equal(get(d, first), 404);
    assert_int_equal(world_count(d->world, "op_feed"), 1);
    /* Neither token lies in the database. */
    assert_true(slice_equal(world_sql(d->world, "SELECT account || ' ' || role FROM op_feed"),
                            S("qian district_checker")));
    assert_int_equal(desk_ask(d, NULL, "POST", "/v1/calendar/token", NULL, "{}"), 401);
    assert_int_equal(desk_ask(d, QIAN_HERE, "POST", "/v1/calendar/token", NULL, "{'role':'payer'}"), 422);
    assert_int_equal(desk_ask(d, QIAN_HERE, "POST", "/v1/calendar/token", NULL, "[]"), 400);
}

static void
looks_the_same_whether_there_never_was_one_or_it_has_ended(void **state)
{
    struct desk *d = *state;
    const char *address, *missing, *targets[] = {
        "/v1/calendar.ics", "/v1/calendar.ics?token=", "/v1/calendar.ics?token=00",
        "/v1/calendar.ics?token=0000000000000000000000000000000000000000000000000000000000000000"};

    fill(d);
    address = new_address(d);
    assert_int_equal(get(d, targets[3]), 404);
    missing = desk_text(d, "detail");
    for (size_t i = 0; i < COUNT(targets); i++)
        assert_int_equal(get(d, targets[i]), 404);
    assert_int_equal(get(d, "/v1/calendar.ics?who=qian"), 400);
    lending_expect(d->world, &town_security, "account.roles_set", "qian", "2023-06-29", "'roles':['district_clerk']",
                   V_OK);
    assert_int_equal(get(d, address), 404);
    assert_string_equal(desk_text(d, "detail"), missing);
    lending_expect(d->world, &town_security, "account.roles_set", "qian", "2023-06-29", "'roles':['district_checker']",
                   V_OK);
    assert_int_equal(get(d, address), 200);
    lending_expect(d->world, &town_security, "account.closed", "qian", "2023-06-30", "'reason':'left'",
                   V_OK);
    assert_int_equal(get(d, address), 404);
    assert_string_equal(desk_text(d, "detail"), missing);
}

/* ---- the calendar ------------------------------------------------------------------------------------------------ */

static void
shows_the_days_by_which_its_owner_has_to_act(void **state)
{
    struct desk *d = *state;
    const char *address, *tag;
    struct slice rest, event, first;

    fill(d);
    address = new_address(d);
    assert_int_equal(get(d, address), 200);
    tag = desk_field(d, "ETag");
    first = judged(d);
    /* The queue has no due day, and to send is the clerk's. */
    event = slice_cut(&rest, first, '\n');
    assert_int_equal(rest.len, 0);
    slice_cut(&rest, event, '\t');
    assert_true(slice_equal(rest, S("2023-03-14\t2023-03-14\t20230630T020000Z\t"
                                    "资格认定 / decide on the qualification: L-check\t"
                                    "loan L-check，自 2023-03-03，工作日历未公布，日期为暂定 / since 2023-03-03, "
                                    "provisional: the calendar is not announced")));
    assert_int_equal(get(d, address), 200);
    assert_string_equal(desk_field(d, "ETag"), tag);
    /* What it is known by stays, whatever the day becomes. */
    world_sql(d->world, "UPDATE step SET since = '2023-03-10' WHERE subject = 'L-check'");
    assert_int_equal(get(d, address), 200);
    assert_true(slice_equal(slice_cut(&rest, judged(d), '\t'), slice_cut(&first, event, '\t')));
    assert_true(slice_starts(rest, S("2023-03-21\t")));
    /* Nor does it show another district's. */
    world_sql(d->world, "UPDATE step SET district = '330603'");
    assert_int_equal(get(d, address), 200);
    assert_int_equal(judged(d).len, 0);
}

static void
holds_no_more_than_a_thousand_events(void **state)
{
    struct desk *d = *state;
    const char *address;
    struct slice rest;
    size_t count = 0;

    fill(d);
    address = new_address(d);
    for (int i = 0; i < MANY; i++)
        world_sql(d->world, "INSERT INTO step (type, subject, step, since, due, district, organisation) "
                            "VALUES ('loan', 'M-%d', 'qualify', '2023-04-03', '', '330602', '')", i);
    assert_int_equal(get(d, address), 200);
    for (rest = judged(d); rest.at != NULL && rest.len > 0; count++)
        slice_cut(&rest, rest, '\n');
    assert_int_equal(count, 1000);
}

/* ---- life -------------------------------------------------------------------------------------------------------- */

static struct people people;

static int
open_desks(void **state)
{
    people = people_default;
    people.account_load = account_record_load;
    desk_world = lending_setup;
    desk_people = &people;
    desk_believes = true;
    return desk_open_keys(state);
}

static int
close_desks(void **state)
{
    desk_world = NULL;
    desk_people = NULL;
    desk_believes = false;
    return desk_close_keys(state);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, desk_setup, desk_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(opens_by_the_newest_address_alone),
        TEST(looks_the_same_whether_there_never_was_one_or_it_has_ended),
        TEST(shows_the_days_by_which_its_owner_has_to_act),
        TEST(holds_no_more_than_a_thousand_events),
    };

    return cmocka_run_group_tests_name("edge/calendar_feed", tests, open_desks, close_desks);
}

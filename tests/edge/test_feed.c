/*
 * Events pulled, deliveries looked at, parked ones replayed.
 * Knows a desk's requests and the outbox's rows; must not know the sender.
 * Invariant: nobody is answered with a row of another organisation.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "desk.h"

#define SYSTEM "system:centre:s1"
#define OFFICER "bank_officer:bank-one:o1"

/* A signed read, or one of `key`'s. */
static int
pull(struct desk *d, const char *key, const char *target)
{
    struct outgoing o;

    desk_request(d, &o, "GET", target, NULL, NULL);
    desk_sign(d, &o, &(struct desk_signature){.key = key});
    return desk_send(d, &o);
}

static int
replay(struct desk *d, const char *key, const char *body)
{
    struct outgoing o;

    desk_request(d, &o, "POST", "/v1/deliveries/replay", NULL, body);
    desk_sign(d, &o, &(struct desk_signature){.key = key});
    return desk_send(d, &o);
}

static void
open_jars(struct desk *d, int count)
{
    for (int i = 0; i < count; i++)
        world_jar(d->world, arena_print(d->arena, "jar-%d", i).at);
}

static void
gives_an_organisation_its_events_in_order(void **state)
{
    struct desk *d = *state;
    const struct json *list, *data, *entry;
    int64_t first;

    open_jars(d, 3);
    assert_int_equal(pull(d, "bank-one", "/v1/events"), 200);
    list = desk_json(d);
    assert_int_equal(list->count, 3);
    assert_true(slice_equal(json_text(list->first, S("type")), S("jar.opened")));
    data = json_find(list->first, S("data"));
    entry = json_find(data, S("entry"));
    first = json_find(entry, S("seq"))->number;
    assert_true(slice_equal(json_text(data, S("type")), S("jar")));
    assert_true(slice_equal(json_text(data, S("subject")), S("jar-0")));
    assert_true(slice_equal(json_text(list->first, S("timestamp")), json_text(entry, S("at"))));
    /* who did it stands there by his role alone */
    assert_true(slice_equal(json_text(entry, S("actor")), S("district_clerk")));
    assert_null(json_find(json_find(entry, S("body")), S("owner")));

    assert_int_equal(pull(d, "bank-one", arena_print(d->arena, "/v1/events?after=%lld&limit=1", (long long)first).at),
                     200);
    list = desk_json(d);
    assert_int_equal(list->count, 1);
    assert_true(slice_equal(json_text(json_find(list->first, S("data")), S("subject")), S("jar-1")));
    assert_non_null(
        strstr(desk_field(d, "Link"), arena_print(d->arena, "after=%lld&limit=1", (long long)first + 1).at));
}

static void
keeps_the_events_of_others_to_itself(void **state)
{
    static const struct {
        const char *who, *target;
        int status;
    } cases[] = {
        {"district_clerk:office:c1:330602", "/v1/events",                                403},
        {SYSTEM,                            "/v1/events",                                403},
        {OFFICER,                           "/v1/deliveries?organisation=bank-foreign",  404},
        {"district_clerk:office:c1:330602", "/v1/deliveries",                            403},
        {OFFICER,                           "/v1/deliveries?organisation=bank-one",      200},
        {SYSTEM,                            "/v1/deliveries?organisation=bank-one",      200},
        {OFFICER,                           "/v1/events?after=x",                        400},
        {OFFICER,                           "/v1/events?since=1",                        400},
        {NULL,                              "/v1/events",                                401},
    };
    struct desk *d = *state;

    open_jars(d, 1);
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(desk_ask(d, cases[i].who, "GET", cases[i].target, NULL, NULL), cases[i].status);
    assert_int_equal(pull(d, "bank-foreign", "/v1/events"), 200);
    assert_int_equal(desk_json(d)->count, 0);
}

static void
shows_and_replays_what_was_parked(void **state)
{
    struct desk *d = *state;
    const struct json *list;

    open_jars(d, 3);
    world_sql(d->world, "UPDATE op_outbox SET state = 'parked', tries = 9, first_ms = 1687000000000, answer = '503'");
    world_sql(d->world, "UPDATE op_channel SET failed = 9, next_ms = 9000000000000");
    assert_int_equal(desk_ask(d, SYSTEM, "GET", "/v1/deliveries?organisation=bank-one&state=parked", NULL, NULL), 200);
    list = desk_json(d);
    assert_int_equal(list->count, 3);
    assert_int_equal(json_find(list->first, S("tries"))->number, 9);
    assert_true(slice_equal(json_text(list->first, S("answer")), S("503")));

    assert_int_equal(replay(d, "bank-foreign", "{}"), 200);
    assert_int_equal(json_find(desk_json(d), S("replayed"))->number, 0);
    assert_int_equal(replay(d, "bank-one", arena_print(d->arena, "{'after':%lld}",
                                                       (long long)json_find(list->first, S("seq"))->number).at), 200);
    assert_int_equal(json_find(desk_json(d), S("replayed"))->number, 2);
    assert_int_equal(desk_ask(d, SYSTEM, "POST", "/v1/deliveries/replay", NULL, "{'organisation':'bank-one'}"), 200);
    assert_int_equal(json_find(desk_json(d), S("replayed"))->number, 1);
    assert_true(slice_equal(world_sql(d->world, "SELECT COUNT(*) FROM op_outbox WHERE state = 'waiting' AND tries = 0"),
                            S("3")));
    assert_true(slice_equal(world_sql(d->world, "SELECT failed + next_ms FROM op_channel"), S("0")));
}

static void
names_what_is_wrong_with_a_replay(void **state)
{
    struct desk *d = *state;

    assert_int_equal(replay(d, "bank-one", "{'until':'x','since':1}"), 422);
    assert_true(desk_has_problem(d, "/until", "field_type"));
    assert_true(desk_has_problem(d, "/since", "field_unknown"));
    assert_int_equal(replay(d, "bank-one", "{'organisation':'bank-foreign'}"), 404);
    assert_int_equal(replay(d, "bank-one", "[]"), 400);
    assert_int_equal(desk_ask(d, OFFICER, "POST", "/v1/deliveries/replay", NULL, "{}"), 403);
    assert_int_equal(desk_ask(d, SYSTEM, "DELETE", "/v1/deliveries/replay", NULL, NULL), 405);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, desk_setup, desk_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(gives_an_organisation_its_events_in_order),
        TEST(keeps_the_events_of_others_to_itself),
        TEST(shows_and_replays_what_was_parked),
        TEST(names_what_is_wrong_with_a_replay),
    };

    return cmocka_run_group_tests_name("edge/feed", tests, desk_open_keys, desk_close_keys);
}

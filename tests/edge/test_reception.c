/*
 * One person's day over HTTPS: invited, set up, at work, gone home.
 * Knows addresses, cookies and codes as a browser does; must not know tables.
 * Invariant: nothing is given to the server that a browser could not send.
 */
#include <liboath/oath.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "desk.h"
#include "jars.h"
#include "sql.h"

#define PASSWORD "seven grey whales"
#define JAR "0190bbbb-0000-7000-8000-000000000001"

static const struct account_record zhou = {
    .id = S_INIT("id-zhou"),
    .login = S_INIT("zhou"),
    .organisation = S_INIT("330602"),
    .district = S_INIT("330602"),
    .roles = ROLE_BIT(ROLE_DISTRICT_CLERK) | ROLE_BIT(ROLE_DISTRICT_CHECKER),
    .active = true,
    .administers = true,
};
static const struct account_record newcomer = {
    .id = S_INIT("id-wei"),
    .login = S_INIT("wei"),
    .organisation = S_INIT("330602"),
    .district = S_INIT("330602"),
    .roles = ROLE_BIT(ROLE_DISTRICT_CLERK),
    .active = true,
};

static enum verdict
load(struct account_record *out, struct db *db, struct arena *a, struct slice id, int32_t day)
{
    (void)a;
    (void)day;
    assert_non_null(db);
    *out = slice_equal(id, newcomer.id) ? newcomer : zhou;
    return slice_equal(id, out->id) ? V_OK : V_NONE;
}

static const struct password_rule rule = {.length_min = 12, .length_max = 128, .signs_min = 5};
static struct people people;

static int
setup(void **state)
{
    people = people_default;
    people.account_load = load;
    people.passwords = &rule;
    desk_people = &people;
    return desk_setup(state);
}

/* What a browser keeps. */
struct browser {
    struct desk *desk;
    struct slice cookie, csrf;
};

/* One request; keeps the cookie and the form token that come back. */
static int
ask(struct browser *b, const char *method, const char *target, const char *id, const char *json)
{
    struct desk *d = b->desk;
    struct outgoing o;
    const char *cookie, *csrf;
    int status;

    desk_request(d, &o, method, target, id, json);
    outgoing_add(&o, "Origin", S(DESK_ORIGIN));
    outgoing_add(&o, "Sec-Fetch-Site", S("same-origin"));
    if (b->cookie.at != NULL)
        outgoing_add(&o, "Cookie", b->cookie);
    if (b->csrf.at != NULL)
        outgoing_add(&o, "X-CSRF-Token", b->csrf);
    status = desk_send(d, &o);
    cookie = desk_field(d, "Set-Cookie");
    if (cookie != NULL) {
        struct slice rest;

        b->cookie = arena_copy(d->arena, slice_cut(&rest, slice_of(cookie), ';'));
    }
    if (status != 200)
        return status;
    csrf = desk_text(d, "csrf");
    if (csrf != NULL)
        b->csrf = arena_copy(d->arena, slice_of(csrf));
    return status;
}

static int __attribute__((format(printf, 4, 5)))
say(struct browser *b, const char *method, const char *target, const char *format, ...)
{
    char json[512];
    va_list args;

    va_start(args, format);
    vsnprintf(json, sizeof json, format, args);
    va_end(args);
    return ask(b, method, target, NULL, json);
}

/* What an authenticator shows for an otpauth address, that many steps from now. */
static const char *
code_of(struct desk *d, const char *uri, int64_t steps)
{
    const char *text = strstr(uri, "secret=") + strlen("secret=");
    char *secret, code[7];
    size_t size;

    assert_int_equal(oath_base32_decode(text, strcspn(text, "&"), &secret, &size), OATH_OK);
    assert_int_equal(oath_totp_generate(secret, size, world_now_ms / 1000 + steps * 30, 30, 0, 6, code), OATH_OK);
    free(secret);
    return arena_copy(d->arena, slice_of(code)).at;
}

static struct slice
invite(struct desk *d)
{
    struct db *db = engine_open(d->world->engine, DB_WRITER, &sql_schema);
    struct people p = people;
    struct invitation i;

    p.vault = d->world->vault;
    assert_int_equal(people_invite(&i, &p, db, d->arena, S("id-zhou"), world_now_ms), V_OK);
    return i.code;
}

static const char *
set_up(struct browser *b)
{
    const char *uri;

    assert_int_equal(say(b, "POST", "/v1/session", "{'login':'zhou','password':'%s'}", invite(b->desk).at), 200);
    assert_int_equal(ask(b, "GET", "/v1/jars", NULL, NULL), 403);
    assert_string_equal(desk_text(b->desk, "verdict"), "setup_needed");
    assert_int_equal(say(b, "POST", "/v1/totp", "{'act':'enrol'}"), 200);
    uri = desk_text(b->desk, "uri");
    assert_int_equal(say(b, "POST", "/v1/totp", "{'act':'confirm','code':'%s'}", code_of(b->desk, uri, 0)), 200);
    assert_int_equal(say(b, "POST", "/v1/password", "{'new_password':'" PASSWORD "'}"), 200);
    assert_string_equal(desk_text(b->desk, "role"), "district_clerk");
    return uri;
}

#define OPEN_JAR                                                                                                    \
    "{'subject':'" JAR "','on':'2023-03-01','district':'330602','capacity':1000,"                                   \
    "'owner':'0190aaaa-0000-7000-8000-000000000001','label':'\xe7\x94\xb2','colour':'red'}"

static void
spans_a_day_from_invitation_to_log_out(void **state)
{
    struct browser b = {.desk = *state}, thief;
    const char *uri = set_up(&b);
    struct slice csrf;

    assert_int_equal(ask(&b, "GET", "/v1/jars", NULL, NULL), 200);
    assert_string_equal(desk_field(b.desk, "Cache-Control"), "no-store");
    csrf = b.csrf;
    b.csrf = S("guessed");
    assert_int_equal(ask(&b, "POST", "/v1/entries/jar.opened", new_id(b.desk->world), OPEN_JAR), 403);
    assert_string_equal(desk_text(b.desk, "verdict"), "csrf_wrong");
    b.csrf = csrf;
    assert_int_equal(ask(&b, "POST", "/v1/entries/jar.opened", new_id(b.desk->world), OPEN_JAR), 201);
    assert_int_equal(ask(&b, "GET", "/v1/jars/" JAR, NULL, NULL), 200);
    assert_int_equal(say(&b, "POST", "/v1/session/role", "{'role':'district_checker'}"), 200);
    assert_int_equal(ask(&b, "GET", "/v1/session", NULL, NULL), 200);
    assert_string_equal(desk_text(b.desk, "role"), "district_checker");
    thief = b;
    assert_int_equal(ask(&b, "DELETE", "/v1/session", NULL, NULL), 204);
    assert_int_equal(ask(&thief, "GET", "/v1/jars", NULL, NULL), 401);
    assert_string_equal(desk_text(b.desk, "verdict"), "login_needed");
    b.csrf = b.cookie = (struct slice){0};
    assert_int_equal(say(&b, "POST", "/v1/session", "{'login':'zhou','password':'" PASSWORD "','code':'%s'}",
                         code_of(b.desk, uri, 1)),
                     200);
    assert_int_equal(ask(&b, "GET", "/v1/jars", NULL, NULL), 200);
}

static void
lets_an_administrator_bring_somebody_in(void **state)
{
    static const char wei[] = "{'account':'id-wei'}";
    struct browser zhou_b = {.desk = *state}, wei_b = {.desk = *state};
    struct slice csrf, code;
    struct outgoing o;

    desk_request(wei_b.desk, &o, "POST", "/v1/invitations", NULL, wei);
    assert_int_equal(desk_send(wei_b.desk, &o), 401);
    set_up(&zhou_b);
    csrf = zhou_b.csrf;
    zhou_b.csrf = S("guessed");
    assert_int_equal(ask(&zhou_b, "POST", "/v1/invitations", NULL, wei), 403);
    zhou_b.csrf = csrf;
    assert_int_equal(ask(&zhou_b, "GET", "/v1/invitations", NULL, NULL), 405);
    assert_int_equal(ask(&zhou_b, "POST", "/v1/invitations", NULL, wei), 201);
    assert_string_equal(desk_field(zhou_b.desk, "Cache-Control"), "no-store");
    assert_string_equal(desk_text(zhou_b.desk, "account"), "id-wei");
    assert_string_equal(desk_text(zhou_b.desk, "login"), "wei");
    code = arena_copy(wei_b.desk->arena, slice_of(desk_text(zhou_b.desk, "code")));
    assert_int_equal(say(&wei_b, "POST", "/v1/session", "{'login':'wei','password':'%s'}", code.at), 200);
    assert_string_equal(desk_text(wei_b.desk, "account"), "id-wei");
    assert_int_equal(ask(&wei_b, "POST", "/v1/invitations", NULL, "{'account':'id-zhou'}"), 403);
    assert_string_equal(desk_text(wei_b.desk, "verdict"), "setup_needed");
}

static void
takes_back_what_was_proposed_with_the_form_token_only(void **state)
{
    struct browser b = {.desk = *state};
    const char *id = new_id(b.desk->world), *target = arena_print(b.desk->arena, "/v1/waiting/%s", id).at;
    struct slice csrf;

    rule_set(b.desk->world, "pot_max:city", 100);
    set_up(&b);
    assert_int_equal(ask(&b, "POST", "/v1/entries/jar.opened", new_id(b.desk->world), OPEN_JAR), 201);
    assert_int_equal(ask(&b, "POST", "/v1/entries/jar.promised", id,
                         "{'subject':'" JAR "','on':'2023-04-01','pot':'p1','amount':40}"), 202);
    csrf = b.csrf;
    b.csrf = S("guessed");
    assert_int_equal(ask(&b, "DELETE", target, NULL, NULL), 403);
    assert_string_equal(desk_text(b.desk, "verdict"), "csrf_wrong");
    b.csrf = (struct slice){0};
    assert_int_equal(ask(&b, "DELETE", target, NULL, NULL), 403);
    assert_int_equal(ask(&b, "GET", target, NULL, NULL), 200);
    b.csrf = csrf;
    assert_int_equal(ask(&b, "DELETE", target, NULL, NULL), 204);
    assert_int_equal(ask(&b, "GET", target, NULL, NULL), 404);
}

static void
answers_every_wrong_log_in_with_the_same_bytes(void **state)
{
    static const char *const bodies[] = {
        "{'login':'zhou','password':'not the password','code':'000000'}",
        "{'login':'nobody','password':'not the password','code':'000000'}",
        "{'login':'zhou','password':'" PASSWORD "','code':'000000'}",
    };
    struct browser b = {.desk = *state};
    struct slice first = {0};

    set_up(&b);
    b.cookie = b.csrf = (struct slice){0};
    for (size_t i = 0; i < COUNT(bodies); i++) {
        struct slice body;
        char *instance;

        assert_int_equal(ask(&b, "POST", "/v1/session", NULL, bodies[i]), 401);
        assert_null(b.cookie.at);
        assert_null(desk_field(b.desk, "Retry-After"));
        body = arena_copy(b.desk->arena, slice_of(b.desk->client.body));
        instance = strstr(body.at, "\"instance\":\"");
        assert_non_null(instance);
        memset(instance + strlen("\"instance\":\""), '-', UUID_TEXT_SIZE - 1); /* the request's own id */
        if (first.at == NULL)
            first = body;
        assert_string_equal(body.at, first.at);
    }
}

static void
says_how_long_to_wait(void **state)
{
    struct browser b = {.desk = *state};

    for (int i = 0; i < 4; i++)
        assert_int_equal(ask(&b, "POST", "/v1/session", NULL, "{'login':'x','password':'y'}"), 401);
    assert_int_equal(ask(&b, "POST", "/v1/session", NULL, "{'login':'x','password':'y'}"), 429);
    assert_string_equal(desk_text(b.desk, "verdict"), "login_later");
    assert_string_equal(desk_field(b.desk, "Retry-After"), "1");
}

static void
takes_no_other_method_or_body(void **state)
{
    struct browser b = {.desk = *state};

    assert_int_equal(ask(&b, "GET", "/v1/password", NULL, NULL), 405);
    assert_string_equal(desk_field(b.desk, "Allow"), "POST");
    assert_int_equal(ask(&b, "GET", "/v1/session", NULL, NULL), 401);
    assert_int_equal(ask(&b, "POST", "/v1/session", NULL, "{'login':7}"), 422);
    assert_true(desk_has_problem(b.desk, "/login", "field_type"));
    assert_true(desk_has_problem(b.desk, "/password", "field_missing"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, desk_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(spans_a_day_from_invitation_to_log_out),
        TEST(lets_an_administrator_bring_somebody_in),
        TEST(takes_back_what_was_proposed_with_the_form_token_only),
        TEST(answers_every_wrong_log_in_with_the_same_bytes),
        TEST(says_how_long_to_wait),
        TEST(takes_no_other_method_or_body),
    };

    return cmocka_run_group_tests_name("edge/reception", tests, desk_open_keys, desk_close_keys);
}

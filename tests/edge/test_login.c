/*
 * Logging in: what gets in, and that nobody learns from a refusal why it was one.
 * Knows the log-in's contracts and its addresses; must not know which engine it runs on.
 * Invariant: time passes only where a test says so.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "crowd.h"
#include "ventured/json.h"

#define HOME "192.0.2.7"
#define ELSEWHERE "198.51.100.9"
#define STEP_MS (INT64_C(30) * 1000)
#define MINUTE_MS (INT64_C(60) * 1000)

/* Fails without the third of a second that a password takes. */
static void
fail_at(struct crowd *c, const char *login, const char *address)
{
    struct claim claim;

    assert_int_equal(claim_read(&claim, &c->people, c->db, c->arena, slice_of(login), slice_of(address), crowd_now_ms),
                     V_OK);
    assert_int_equal(claim_failed(&claim, &c->people, c->db, c->arena), V_LOGIN_REFUSED);
}

static int64_t
wait_at(struct crowd *c, const char *login, const char *address)
{
    struct claim claim;
    int64_t wait_s;
    enum verdict got;

    assert_int_equal(claim_read(&claim, &c->people, c->db, c->arena, slice_of(login), slice_of(address), crowd_now_ms),
                     V_OK);
    got = claim_wait(&wait_s, &claim, &c->people, c->db, c->arena);
    assert_int_equal(got, wait_s > 0 ? V_LOGIN_LATER : V_OK);
    return wait_s;
}

/* ---- one answer -------------------------------------------------------------------------------------------------- */

static const struct story {
    const char *what, *login, *password;
    const char *code;  /* NULL: one of the account's own, that many steps off */
    int64_t steps_off;
} refused[] = {
    {"an unknown login",               "nobody", CROWD_PASSWORD,      "000000"},
    {"a wrong password",               "zhou",   "four blue horsez",  NULL    },
    {"no password",                    "zhou",   "",                  NULL    },
    {"a wrong code",                   "zhou",   CROWD_PASSWORD,      "000000"},
    {"no code",                        "zhou",   CROWD_PASSWORD,      ""      },
    {"a code of a minute ago",         "zhou",   CROWD_PASSWORD,      NULL, -2},
    {"a code of the next minute",      "zhou",   CROWD_PASSWORD,      NULL, 2 },
    {"another person's code",          "zhou",   CROWD_PASSWORD,      "li"    },
    {"a closed account",               "gone",   CROWD_PASSWORD,      NULL    },
    {"a machine's account",            "robot",  CROWD_PASSWORD,      NULL    },
    {"an account that was not invited", "li",    CROWD_PASSWORD,      NULL    },
    {"a login in another case",        "Zhou",   CROWD_PASSWORD,      "000000"},
    {"an empty login",                 "",       "",                  ""      },
};

static struct request *
ask_of(struct crowd *c, const struct story *s)
{
    struct slice none = {0}, code = slice_of(s->code == NULL ? "" : s->code), json;

    if (s->code == NULL || strcmp(s->code, "li") == 0)
        code = crowd_code(c, s->code == NULL ? s->login : s->code, s->steps_off);
    json = arena_print(c->arena, "{'login':'%s','password':'%s','code':'" SLICE_FMT "'}", s->login, s->password,
                       SLICE_ARG(code));
    return crowd_request(c, "POST", "/v1/session", none, json.at);
}

static void
gives_every_failure_the_same_answer(void **state)
{
    struct crowd *c = *state;

    for (size_t i = 0; i < COUNT(refused); i++) {
        struct visit v;
        enum verdict got;

        crowd_ready(c, "zhou");
        crowd_ready(c, "gone");
        crowd_ready(c, "robot");
        got = crowd_visit(&v, c, ask_of(c, &refused[i]));
        if (got != V_LOGIN_REFUSED)
            fail_msg("%s: %s", refused[i].what, verdict_row(got)->name);
        assert_int_equal(v.problems.count, 0);
        assert_int_equal(v.wait_s, 0);
        assert_int_equal(v.status, 0);
        assert_null(v.body.at);
        assert_null(v.cookie.at);
        crowd_now_ms += 20 * MINUTE_MS; /* no wait is longer */
    }
}

static void
lets_in_who_shows_both(void **state)
{
    struct crowd *c = *state;
    static const struct story right = {"", "zhou", CROWD_PASSWORD};
    struct request *rq, *next;
    struct visit v;
    struct slice token;

    crowd_ready(c, "zhou");
    rq = ask_of(c, &right);
    assert_int_equal(crowd_visit(&v, c, rq), V_OK);
    assert_int_equal(v.status, 200);
    assert_true(slice_starts(v.cookie, S("__Host-ventured=")));
    token = slice_sub(v.cookie, strlen("__Host-ventured="), SESSION_TOKEN_LEN);
    assert_true(holds(v.body, S("\"role\":\"district_clerk\",\"roles\":[\"district_clerk\",\"payer\"],\"setup\":[]")));
    assert_true(holds(v.body, session_csrf(c->arena, token)));
    assert_false(holds(v.body, token));
    assert_true(holds(v.body, S("\"ends_at\":\"2023-06-30T14:00:00.000Z\",\"idle_s\":1800")));
    assert_false(holds(rq->body, S(CROWD_PASSWORD))); /* wiped */
    next = crowd_request(c, "GET", "/v1/session", token, NULL);
    assert_int_equal(crowd_visit(&v, c, next), V_OK);
    assert_true(holds(v.body, S("\"login\":\"zhou\",\"account\":\"id-zhou\",\"organisation\":\"330602\"")));
    assert_null(v.cookie.at);
}

static void
takes_a_code_once_and_one_step_either_way(void **state)
{
    static const struct {
        int64_t now_steps, code_off; /* the clock moves on by the first */
        enum verdict want;
    } rows[] = {
        {0, -1, V_OK}, {0, 0, V_OK}, {0, 0, V_LOGIN_REFUSED}, {0, 1, V_OK}, {1, 0, V_LOGIN_REFUSED} /* again */,
    };
    struct crowd *c = *state;
    struct login_answer l;

    crowd_ready(c, "zhou");
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct slice code;

        crowd_now_ms += rows[i].now_steps * STEP_MS;
        code = crowd_code(c, "zhou", rows[i].code_off);
        assert_int_equal(crowd_try(&l, c, "zhou", CROWD_PASSWORD, code.at, HOME), rows[i].want);
    }
}

static void
lets_a_code_count_for_one_of_two_who_show_it_at_once(void **state)
{
    struct crowd *c = *state;
    struct claim one, two;

    crowd_ready(c, "zhou");
    assert_int_equal(claim_read(&one, &c->people, c->db, c->arena, S("zhou"), S(HOME), crowd_now_ms), V_OK);
    two = one;
    assert_true(claim_code(&one, crowd_code(c, "zhou", 0)));
    assert_true(claim_code(&two, crowd_code(c, "zhou", 0)));
    assert_int_equal(db_begin(c->db), V_OK);
    assert_int_equal(db_end(c->db, claim_used(&one, c->db)), V_OK);
    assert_int_equal(db_begin(c->db), V_OK);
    assert_int_equal(db_end(c->db, claim_used(&two, c->db)), V_NONE);
}

/* ---- waits ------------------------------------------------------------------------------------------------------- */

static void
makes_the_next_try_wait_longer_each_time(void **state)
{
    struct crowd *c = *state;
    struct login_answer l;

    crowd_ready(c, "zhou");
    for (int i = 0; i < 3; i++)
        fail_at(c, "zhou", HOME);
    assert_int_equal(wait_at(c, "zhou", HOME), 0);
    assert_int_equal(crowd_try(&l, c, "zhou", "wrong", NULL, HOME), V_LOGIN_REFUSED);
    assert_int_equal(l.wait_s, 0);
    assert_int_equal(crowd_try(&l, c, "zhou", CROWD_PASSWORD, NULL, HOME), V_LOGIN_LATER);
    assert_int_equal(l.wait_s, 1);
    assert_int_equal(crowd_try(&l, c, "zhou", CROWD_PASSWORD, NULL, HOME), V_LOGIN_LATER); /* which lengthens nothing */
    assert_int_equal(l.wait_s, 1);
    crowd_now_ms += 1000;
    fail_at(c, "zhou", HOME);
    assert_int_equal(wait_at(c, "zhou", HOME), 2);
    crowd_now_ms += 2000;
    assert_int_equal(crowd_try(&l, c, "zhou", CROWD_PASSWORD, NULL, HOME), V_OK);
    fail_at(c, "zhou", HOME); /* the count has begun anew */
    assert_int_equal(wait_at(c, "zhou", HOME), 0);
}

static void
tells_nobody_by_a_wait_whether_an_account_exists(void **state)
{
    struct crowd *c = *state;

    crowd_ready(c, "zhou");
    crowd_ready(c, "gone");
    for (int i = 0; i < 6; i++) {
        fail_at(c, "zhou", HOME);
        fail_at(c, "gone", HOME);
        fail_at(c, "nobody", HOME);
        assert_int_equal(wait_at(c, "zhou", ELSEWHERE), wait_at(c, "nobody", ELSEWHERE));
        assert_int_equal(wait_at(c, "zhou", ELSEWHERE), wait_at(c, "gone", ELSEWHERE));
    }
    assert_int_equal(wait_at(c, "zhou", ELSEWHERE), 4);
}

static void
never_locks_anybody_out_for_ever(void **state)
{
    struct crowd *c = *state;
    struct login_answer l;
    int64_t before = 0;

    crowd_ready(c, "zhou");
    for (int i = 0; i < 40; i++) {
        int64_t wait_s;

        fail_at(c, "zhou", HOME);
        wait_s = wait_at(c, "zhou", HOME);
        assert_true(wait_s >= before);
        assert_true(wait_s <= 900);
        before = wait_s;
        crowd_now_ms += wait_s * 1000;
    }
    assert_int_equal(before, 900);
    assert_int_equal(crowd_try(&l, c, "zhou", CROWD_PASSWORD, NULL, HOME), V_OK);
}

static void
makes_an_address_wait_that_tries_many_logins(void **state)
{
    struct crowd *c = *state;
    char login[16];

    for (int i = 0; i < 20; i++) {
        snprintf(login, sizeof login, "user%d", i);
        assert_int_equal(wait_at(c, login, ELSEWHERE), 0);
        fail_at(c, login, ELSEWHERE);
    }
    assert_int_equal(wait_at(c, "zhou", ELSEWHERE), 0);
    fail_at(c, "user20", ELSEWHERE);
    assert_int_equal(wait_at(c, "zhou", ELSEWHERE), 1);
    assert_int_equal(wait_at(c, "zhou", HOME), 0);
    crowd_now_ms += 61 * MINUTE_MS;
    fail_at(c, "user21", ELSEWHERE);
    assert_int_equal(wait_at(c, "zhou", ELSEWHERE), 0);
}

static void
lets_no_stranger_keep_out_who_has_been_here_before(void **state)
{
    struct crowd *c = *state;
    struct login_answer l;

    crowd_ready(c, "zhou");
    assert_int_equal(crowd_try(&l, c, "zhou", CROWD_PASSWORD, NULL, HOME), V_OK);
    for (int i = 0; i < 12; i++)
        fail_at(c, "zhou", ELSEWHERE);
    assert_true(wait_at(c, "zhou", ELSEWHERE) > 0);
    assert_true(wait_at(c, "zhou", "203.0.113.1") > 0);
    assert_int_equal(wait_at(c, "zhou", HOME), 0);
    for (int i = 0; i < 4; i++)
        fail_at(c, "zhou", HOME);
    assert_int_equal(wait_at(c, "zhou", HOME), 1); /* but waits for their own mistakes */
}

static void
counts_one_customer_of_ipv6_as_one_address(void **state)
{
    struct crowd *c = *state;

    for (int i = 0; i < 21; i++)
        fail_at(c, i % 2 == 0 ? "a" : "b", i % 2 == 0 ? "2001:db8:1:2::1" : "2001:db8:1:2:ffff:1:2:3");
    assert_int_equal(wait_at(c, "zhou", "2001:0db8:0001:0002::99"), 1);
    assert_int_equal(wait_at(c, "zhou", "2001:db8:1:3::1"), 0);
}

/* ---- who is logged in -------------------------------------------------------------------------------------------- */

static enum verdict
who(struct actor *out, struct crowd *c, struct slice token)
{
    struct visitor v = {0};
    enum verdict got =
        people_find(&v, &c->people, c->db, crowd_request(c, "GET", "/v1/loans", token, NULL), crowd_now_ms);

    *out = v.actor;
    return got;
}

static void
tells_the_door_who_asks(void **state)
{
    struct crowd *c = *state;
    struct session s = crowd_session(c, "zhou", ROLE_PAYER);
    struct actor actor;

    crowd_ready(c, "zhou");
    assert_int_equal(who(&actor, c, s.token), V_OK);
    assert_int_equal(actor.role, ROLE_PAYER);
    assert_true(slice_equal(actor.organisation, S("330602")));
    assert_true(slice_equal(actor.account, S("id-zhou")));
    assert_true(slice_equal(actor.district, S("330602")));
    assert_int_equal(who(&actor, c, S("")), V_LOGIN_NEEDED);
}

static void
asks_for_the_form_token_where_something_changes(void **state)
{
    struct crowd *c = *state;
    struct session s = crowd_session(c, "zhou", ROLE_PAYER);
    struct request *rq = crowd_request(c, "POST", "/v1/entries", s.token, "{}");
    struct visitor v;

    crowd_ready(c, "zhou");
    assert_int_equal(people_find(&v, &c->people, c->db, rq, crowd_now_ms), V_OK);
    assert_false(v.stale);
    assert_int_equal(people_find(&v, &c->people, c->db, rq, crowd_now_ms + MINUTE_MS), V_OK);
    assert_true(v.stale);
    assert_true(slice_equal(hash_slice(&v.session), hash_slice(&s.name)));
    rq->header_count--; /* X-CSRF-Token was the last */
    assert_int_equal(people_find(&v, &c->people, c->db, rq, crowd_now_ms), V_CSRF_WRONG);
}

static void
knows_nobody_who_has_lost_the_account_or_the_role(void **state)
{
    struct crowd *c = *state;
    struct session s = crowd_session(c, "zhou", ROLE_PAYER);
    struct account_record *zhou = crowd_account("zhou");
    struct actor actor;

    crowd_ready(c, "zhou");
    zhou->roles = ROLE_BIT(ROLE_DISTRICT_CLERK);
    assert_int_equal(who(&actor, c, s.token), V_LOGIN_NEEDED);
    zhou->roles = ROLE_BIT(ROLE_PAYER);
    assert_int_equal(who(&actor, c, s.token), V_OK);
    zhou->active = false;
    assert_int_equal(who(&actor, c, s.token), V_LOGIN_NEEDED);
    zhou->active = true;
    assert_int_equal(who(&actor, c, s.token), V_OK);
}

static void
changes_to_a_role_of_the_account_and_to_no_other(void **state)
{
    struct crowd *c = *state;
    struct session s = crowd_session(c, "zhou", ROLE_DISTRICT_CLERK);
    struct actor actor;
    struct visit v;

    crowd_ready(c, "zhou");
    assert_int_equal(crowd_visit(&v, c, crowd_request(c, "POST", "/v1/session/role", s.token, "{'role':'security'}")),
                     V_FORBIDDEN);
    assert_int_equal(crowd_visit(&v, c, crowd_request(c, "POST", "/v1/session/role", s.token, "{'role':'king'}")),
                     V_FIELDS_WRONG);
    assert_true(slice_equal(v.problems.first->pointer, S("/role")));
    assert_int_equal(who(&actor, c, s.token), V_OK);
    assert_int_equal(crowd_visit(&v, c, crowd_request(c, "POST", "/v1/session/role", s.token, "{'role':'payer'}")),
                     V_OK);
    assert_int_equal(who(&actor, c, s.token), V_LOGIN_NEEDED);
    assert_int_equal(who(&actor, c, slice_sub(v.cookie, strlen("__Host-ventured="), SESSION_TOKEN_LEN)), V_OK);
    assert_int_equal(actor.role, ROLE_PAYER);
}

static void
takes_no_token_that_the_browser_brought_along(void **state)
{
    static const struct story right = {"", "zhou", CROWD_PASSWORD};
    struct crowd *c = *state;
    struct session planted = crowd_session(c, "li", ROLE_SECURITY);
    struct request *rq;
    struct actor actor;
    struct visit v;
    struct slice token;

    crowd_ready(c, "zhou");
    crowd_ready(c, "li");
    rq = ask_of(c, &right);
    crowd_header(c, rq, "Cookie", arena_print(c->arena, "__Host-ventured=" SLICE_FMT, SLICE_ARG(planted.token)));
    assert_int_equal(crowd_visit(&v, c, rq), V_OK);
    token = slice_sub(v.cookie, strlen("__Host-ventured="), SESSION_TOKEN_LEN);
    assert_false(slice_equal(token, planted.token));
    assert_int_equal(who(&actor, c, planted.token), V_LOGIN_NEEDED);
    assert_int_equal(who(&actor, c, token), V_OK);
    assert_true(slice_equal(actor.account, S("id-zhou")));
}

static void
logs_out_and_takes_the_cookie_back(void **state)
{
    struct crowd *c = *state;
    struct session s = crowd_session(c, "zhou", ROLE_PAYER);
    struct request *rq = crowd_request(c, "DELETE", "/v1/session", s.token, NULL);
    struct actor actor;
    struct visit v;

    crowd_ready(c, "zhou");
    assert_int_equal(crowd_visit(&v, c, rq), V_OK);
    assert_int_equal(v.status, 204);
    assert_true(slice_equal(v.cookie, session_cookie_gone()));
    assert_int_equal(who(&actor, c, s.token), V_LOGIN_NEEDED);
    assert_int_equal(crowd_visit(&v, c, rq), V_LOGIN_NEEDED);
}

/* ---- bodies and lines ---------------------------------------------------------------------------------------------
 */

static void
refuses_bodies_that_are_not_right_before_anything_is_hashed(void **state)
{
    static const struct {
        const char *json;
        enum verdict want, problem;
        const char *pointer;
    } rows[] = {
        {"{'login':'zhou'",                                 V_JSON_MALFORMED},
        {"[]",                                              V_JSON_TOP      },
        {"{'login':'zhou'}",                                V_FIELDS_WRONG, V_FIELD_MISSING, "/password"},
        {"{'login':1,'password':'x'}",                      V_FIELDS_WRONG, V_FIELD_TYPE,    "/login"   },
        {"{'login':'zhou','password':'x','code':123456}",   V_FIELDS_WRONG, V_FIELD_TYPE,    "/code"    },
        {"{'login':'zhou','password':'x','remember':'me'}", V_FIELDS_WRONG, V_FIELD_UNKNOWN, "/remember"},
    };
    struct crowd *c = *state;
    struct slice none = {0};
    struct visit v;

    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(crowd_visit(&v, c, crowd_request(c, "POST", "/v1/session", none, rows[i].json)), rows[i].want);
        assert_int_equal(v.problems.count, rows[i].pointer != NULL);
        if (rows[i].pointer == NULL)
            continue;
        assert_int_equal(v.problems.first->verdict, rows[i].problem);
        assert_true(slice_equal(v.problems.first->pointer, slice_of(rows[i].pointer)));
    }
}

static void
lets_no_other_site_log_anybody_in(void **state)
{
    static const struct story right = {"", "zhou", CROWD_PASSWORD};
    struct crowd *c = *state;
    struct request *rq = ask_of(c, &right);
    struct visit v;

    rq->header_count = 0;
    crowd_header(c, rq, "Origin", S("https://evil.test"));
    assert_int_equal(crowd_visit(&v, c, rq), V_ORIGIN_WRONG);
}

/* The log of this process between begin and end. */
static int saved_stderr;

static void
log_begin(struct crowd *c)
{
    char path[128];
    int fd;

    snprintf(path, sizeof path, "%s/log", c->engine->folder);
    fd = open(path, O_CREAT | O_TRUNC | O_RDWR, 0600);
    assert_true(fd >= 0);
    saved_stderr = dup(STDERR_FILENO);
    dup2(fd, STDERR_FILENO);
    close(fd);
    log_level_min = LOG_DEBUG;
}

static struct slice
log_end(struct crowd *c)
{
    static char text[65536];
    ssize_t len = pread(STDERR_FILENO, text, sizeof text, 0);

    dup2(saved_stderr, STDERR_FILENO);
    close(saved_stderr);
    log_level_min = LOG_ERROR;
    assert_true(len > 0);
    return arena_copy(c->arena, (struct slice){text, (size_t)len});
}

static void
puts_no_secret_into_a_line_or_a_table(void **state)
{
    static const struct story right = {"", "zhou", CROWD_PASSWORD}, wrong = {"", "zhou", "xyzzy-plugh", "123123"},
                              swapped = {"", "my pass phrase", "zhou", "123123"};
    struct crowd *c = *state;
    struct visit v;
    struct slice log, tables, code = crowd_code(c, "zhou", 0);
    const struct slice words[] = {S(CROWD_PASSWORD), S("xyzzy-plugh"), S("123123"), S("my pass phrase"), code};

    crowd_ready(c, "zhou");
    log_begin(c);
    assert_int_equal(crowd_visit(&v, c, ask_of(c, &wrong)), V_LOGIN_REFUSED);
    assert_int_equal(crowd_visit(&v, c, ask_of(c, &swapped)), V_LOGIN_REFUSED);
    assert_int_equal(crowd_visit(&v, c, ask_of(c, &right)), V_OK);
    log = log_end(c);
    tables = crowd_tables(c);
    assert_true(holds(log, S("event=login_failed account=\"id-zhou\"")));
    assert_true(holds(log, S("event=login account=\"id-zhou\"")));
    for (size_t i = 0; i < COUNT(words); i++) {
        assert_false(holds(log, words[i]));
        assert_false(holds(tables, words[i]));
    }
    assert_false(holds(log, slice_sub(v.cookie, strlen("__Host-ventured="), SESSION_TOKEN_LEN)));
    assert_false(holds(tables, S("zhou-0123456789"))); /* the second factor's secret */
    assert_false(holds(tables, S(HOME)));
}

static void
puts_no_invitation_into_a_line_or_a_table(void **state)
{
    struct crowd *c = *state;
    struct session li = crowd_session(c, "li", ROLE_SECURITY);
    struct slice log, code;
    const struct json *answer;
    struct visit v;

    crowd_ready(c, "li");
    log_begin(c);
    assert_int_equal(crowd_visit(&v, c, crowd_request(c, "POST", "/v1/invitations", li.token, "{'account':'id-zhou'}")),
                     V_OK);
    log = log_end(c);
    assert_int_equal(json_parse(&answer, c->arena, v.body), V_OK);
    code = json_text(answer, S("code"));
    assert_int_equal(code.len, 24);
    assert_true(holds(log, S("event=invitation account=\"id-zhou\" by=\"id-li\"")));
    assert_false(holds(log, code));
    assert_false(holds(crowd_tables(c), code));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, crowd_setup, crowd_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(gives_every_failure_the_same_answer),
        TEST(lets_in_who_shows_both),
        TEST(takes_a_code_once_and_one_step_either_way),
        TEST(lets_a_code_count_for_one_of_two_who_show_it_at_once),
        TEST(makes_the_next_try_wait_longer_each_time),
        TEST(tells_nobody_by_a_wait_whether_an_account_exists),
        TEST(never_locks_anybody_out_for_ever),
        TEST(makes_an_address_wait_that_tries_many_logins),
        TEST(lets_no_stranger_keep_out_who_has_been_here_before),
        TEST(counts_one_customer_of_ipv6_as_one_address),
        TEST(tells_the_door_who_asks),
        TEST(asks_for_the_form_token_where_something_changes),
        TEST(knows_nobody_who_has_lost_the_account_or_the_role),
        TEST(changes_to_a_role_of_the_account_and_to_no_other),
        TEST(takes_no_token_that_the_browser_brought_along),
        TEST(logs_out_and_takes_the_cookie_back),
        TEST(refuses_bodies_that_are_not_right_before_anything_is_hashed),
        TEST(lets_no_other_site_log_anybody_in),
        TEST(puts_no_secret_into_a_line_or_a_table),
        TEST(puts_no_invitation_into_a_line_or_a_table),
    };

    return cmocka_run_group_tests_name("edge/login", tests, NULL, NULL);
}

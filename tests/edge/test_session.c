/*
 * Sessions: how long they last, what ends them, what the database gets to see of them, and the cookie that names them.
 * Knows the session's contract; must not know how somebody logged in.
 * Invariant: time passes only where a test says so.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "crowd.h"

#define MINUTE_MS (INT64_C(60) * 1000)
#define HOUR_MS (60 * MINUTE_MS)

static enum verdict
look(struct crowd *c, const struct session *s)
{
    struct session found;

    return session_find(&found, c->db, c->arena, s->token, &c->people.sessions, crowd_now_ms);
}

static void
gives_back_what_was_opened(void **state)
{
    struct crowd *c = *state;
    struct session s = crowd_session(c, "zhou", ROLE_PAYER), found;

    crowd_now_ms += MINUTE_MS;
    assert_int_equal(session_find(&found, c->db, c->arena, s.token, &c->people.sessions, crowd_now_ms), V_OK);
    assert_true(slice_equal(found.login, S("zhou")));
    assert_true(slice_equal(found.account, S("id-zhou")));
    assert_int_equal(found.role, ROLE_PAYER);
    assert_int_equal(found.created_ms, crowd_now_ms - MINUTE_MS);
    assert_int_equal(s.token.len, SESSION_TOKEN_LEN);
}

static void
ends_when_nobody_uses_it(void **state)
{
    struct crowd *c = *state;
    struct session s = crowd_session(c, "zhou", ROLE_PAYER);

    crowd_now_ms += 30 * MINUTE_MS - 1;
    assert_int_equal(look(c, &s), V_OK);
    crowd_now_ms += 1;
    assert_int_equal(look(c, &s), V_LOGIN_NEEDED);
}

static void
lasts_while_it_is_used_but_not_over_half_a_day(void **state)
{
    struct crowd *c = *state;
    struct session s = crowd_session(c, "zhou", ROLE_PAYER);

    for (int i = 1; i < 36; i++) { /* every twenty minutes, to twenty minutes before the end */
        crowd_now_ms += 20 * MINUTE_MS;
        assert_int_equal(look(c, &s), V_OK);
        assert_int_equal(session_seen(c->db, &s.name, crowd_now_ms), V_OK);
    }
    crowd_now_ms += 20 * MINUTE_MS - 1;
    assert_int_equal(look(c, &s), V_OK);
    crowd_now_ms += 1;
    assert_int_equal(look(c, &s), V_LOGIN_NEEDED);
}

static void
is_written_as_seen_once_a_minute(void **state)
{
    struct crowd *c = *state;
    struct session s = crowd_session(c, "zhou", ROLE_PAYER), found;

    assert_false(session_is_stale(&s, &c->people.sessions, crowd_now_ms + MINUTE_MS - 1));
    assert_true(session_is_stale(&s, &c->people.sessions, crowd_now_ms + MINUTE_MS));
    assert_int_equal(session_seen(c->db, &s.name, crowd_now_ms + MINUTE_MS), V_OK);
    assert_int_equal(session_seen(c->db, &s.name, crowd_now_ms), V_OK); /* a later word that comes late */
    assert_int_equal(session_find(&found, c->db, c->arena, s.token, &c->people.sessions, crowd_now_ms), V_OK);
    assert_int_equal(found.seen_ms, crowd_now_ms + MINUTE_MS);
}

static void
ends_once_and_for_all(void **state)
{
    struct crowd *c = *state;
    struct session s = crowd_session(c, "zhou", ROLE_PAYER);

    assert_int_equal(session_end(c->db, &s.name, crowd_now_ms), V_OK);
    assert_int_equal(look(c, &s), V_LOGIN_NEEDED);
    assert_int_equal(session_end(c->db, &s.name, crowd_now_ms), V_LOGIN_NEEDED);
    assert_int_equal(session_renew(&s, c->db, c->arena, ROLE_PAYER, S(""), crowd_now_ms), V_LOGIN_NEEDED);
    assert_int_equal(look(c, &s), V_LOGIN_NEEDED);
}

static void
leaves_nothing_of_the_old_token_when_rights_change(void **state)
{
    struct crowd *c = *state;
    struct session s = crowd_session(c, "zhou", ROLE_PAYER), before = s;
    struct session found;

    crowd_now_ms += MINUTE_MS;
    assert_int_equal(session_renew(&s, c->db, c->arena, ROLE_DISTRICT_CLERK, S("330604"), crowd_now_ms), V_OK);
    assert_false(slice_equal(s.token, before.token));
    assert_int_equal(look(c, &before), V_LOGIN_NEEDED);
    assert_int_equal(session_find(&found, c->db, c->arena, s.token, &c->people.sessions, crowd_now_ms), V_OK);
    assert_int_equal(found.role, ROLE_DISTRICT_CLERK);
    assert_true(slice_equal(found.district, S("330604")));
    assert_int_equal(found.created_ms, before.created_ms); /* the half day is counted from the log-in */
}

static void
keeps_two_of_one_account_apart(void **state)
{
    struct crowd *c = *state;
    struct session one = crowd_session(c, "zhou", ROLE_PAYER), two = crowd_session(c, "zhou", ROLE_DISTRICT_CLERK);
    struct session other = crowd_session(c, "li", ROLE_SECURITY);

    assert_false(slice_equal(one.token, two.token));
    assert_int_equal(session_end(c->db, &one.name, crowd_now_ms), V_OK);
    assert_int_equal(look(c, &two), V_OK);
    one = crowd_session(c, "zhou", ROLE_PAYER);
    assert_int_equal(session_end_others(c->db, S("id-zhou"), &two.name, crowd_now_ms), V_OK);
    assert_int_equal(look(c, &one), V_LOGIN_NEEDED);
    assert_int_equal(look(c, &two), V_OK);
    assert_int_equal(session_end_others(c->db, S("id-zhou"), NULL, crowd_now_ms), V_OK);
    assert_int_equal(look(c, &two), V_LOGIN_NEEDED);
    assert_int_equal(look(c, &other), V_OK);
}

static void
shows_the_database_a_hash_only(void **state)
{
    struct crowd *c = *state;
    struct session s = crowd_session(c, "zhou", ROLE_PAYER);
    struct slice raw, tables = crowd_tables(c);

    assert_true(hex_decode(&raw, c->arena, s.token));
    assert_true(holds(tables, S("zhou")));
    assert_true(holds(tables, hash_slice(&s.name)));
    assert_false(holds(tables, s.token));
    assert_false(holds(tables, raw));
    assert_false(holds(tables, session_csrf(c->arena, s.token)));
}

static void
finds_nothing_under_what_is_no_token(void **state)
{
    struct crowd *c = *state;
    struct session s = crowd_session(c, "zhou", ROLE_PAYER), found;
    const struct slice rows[] = {
        {NULL, 0},
        S(""),
        S("0"),
        hash_slice(&s.name),
        hex_encode(c->arena, hash_slice(&s.name)),
        slice_sub(s.token, 0, SESSION_TOKEN_LEN - 1)
    };

    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(session_find(&found, c->db, c->arena, rows[i], &c->people.sessions, crowd_now_ms),
                         V_LOGIN_NEEDED);
}

static void
forgets_what_is_long_over(void **state)
{
    struct crowd *c = *state;
    struct session s = crowd_session(c, "zhou", ROLE_PAYER);

    crowd_now_ms += 7 * 24 * HOUR_MS;
    assert_int_equal(people_forget(&c->people, c->db, crowd_now_ms), V_OK);
    assert_true(holds(crowd_tables(c), hash_slice(&s.name)));
    crowd_now_ms += 24 * HOUR_MS;
    assert_int_equal(people_forget(&c->people, c->db, crowd_now_ms), V_OK);
    assert_false(holds(crowd_tables(c), hash_slice(&s.name)));
}

/* ---- the cookie -------------------------------------------------------------------------------------------------- */

#define TOKEN "0123456789abcdef0123456789abcdef"
#define OTHER "ffffffffffffffffffffffffffffffff"

static void
reads_the_one_cookie_that_is_ours(void **state)
{
    static const struct {
        const char *cookie;
        bool ours;
    } rows[] = {
        {"__Host-ventured=" TOKEN, true},
        {"a=b; __Host-ventured=" TOKEN "; c=d", true},
        {"a=b;__Host-ventured=" TOKEN, true},
        {"ventured=" TOKEN, false},
        {"__host-ventured=" TOKEN, false},
        {"x__Host-ventured=" TOKEN, false},
        {"__Host-ventured=" TOKEN "; __Host-ventured=" TOKEN, false},
        {"__Host-ventured=" TOKEN "; __Host-ventured=" OTHER, false},
        {"__Host-ventured=" TOKEN "0", false},
        {"__Host-ventured=" TOKEN " ", false},
        {"__Host-ventured=0123456789ABCDEF0123456789ABCDEF", false},
        {"__Host-ventured=\"" TOKEN "\"", false},
        {"__Host-ventured=", false},
        {"__Host-ventured", false},
        {"", false},
        {";;;=;", false},
    };
    struct crowd *c = *state;
    struct slice none = {0};

    assert_null(session_token(crowd_request(c, "GET", "/", none, NULL)).at);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct request *rq = crowd_request(c, "GET", "/", none, NULL);
        struct slice got = session_token(crowd_header(c, rq, "cookie", slice_of(rows[i].cookie)));

        assert_true(slice_equal(got, rows[i].ours ? S(TOKEN) : none));
    }
}

static void
binds_the_cookie_to_this_host_and_to_tls(void **state)
{
    static const char *const words[] = {"__Host-ventured=", "; Path=/", "; Secure", "; HttpOnly", "; SameSite=Strict"};
    struct crowd *c = *state;
    struct slice set = session_cookie(c->arena, S(TOKEN)), gone = session_cookie_gone();

    for (size_t i = 0; i < COUNT(words); i++) {
        assert_true(holds(set, slice_of(words[i])));
        assert_true(holds(gone, slice_of(words[i])));
    }
    assert_true(slice_starts(set, S("__Host-ventured=" TOKEN ";")));
    assert_false(holds(set, S("Domain")));
    assert_true(slice_starts(gone, S("__Host-ventured=;")));
    assert_true(holds(gone, S("; Max-Age=0")));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, crowd_setup, crowd_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(gives_back_what_was_opened),
        TEST(ends_when_nobody_uses_it),
        TEST(lasts_while_it_is_used_but_not_over_half_a_day),
        TEST(is_written_as_seen_once_a_minute),
        TEST(ends_once_and_for_all),
        TEST(leaves_nothing_of_the_old_token_when_rights_change),
        TEST(keeps_two_of_one_account_apart),
        TEST(shows_the_database_a_hash_only),
        TEST(finds_nothing_under_what_is_no_token),
        TEST(forgets_what_is_long_over),
        TEST(reads_the_one_cookie_that_is_ours),
        TEST(binds_the_cookie_to_this_host_and_to_tls),
    };

    return cmocka_run_group_tests_name("edge/session", tests, NULL, NULL);
}

/*
 * The way in for somebody new, and the changes that somebody who is in may make.
 * Knows the log-in's addresses; must not know which engine it runs on.
 * Invariant: time passes only where a test says so.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../src/edge/totp.h"
#include "crowd.h"
#include "ventured/json.h"

#define HOME "192.0.2.7"
#define STEP_MS (INT64_C(30) * 1000)
#define HOUR_MS (INT64_C(60) * 60 * 1000)
#define NEW_PASSWORD "seven grey whales"

static struct slice
cookie_token(const struct visit *v)
{
    assert_true(slice_starts(v->cookie, S("__Host-ventured=")));
    return slice_sub(v->cookie, strlen("__Host-ventured="), SESSION_TOKEN_LEN);
}

static struct slice
invite(struct crowd *c, const char *login)
{
    struct slice id = crowd_account(login)->id;
    struct invitation i;

    assert_int_equal(people_invite(&i, &c->people, c->db, c->arena, id, crowd_now_ms), V_OK);
    return i.code;
}

/* The code of the secret that the vault holds under `field`, that many steps off. */
static struct slice
code_under(struct crowd *c, const char *field, int64_t steps_off)
{
    char code[TOTP_DIGITS_MAX + 1];
    struct slice secret;

    assert_int_equal(vault_get(&secret, c->vault, c->db, c->arena, S("id-zhou"), slice_of(field)), V_OK);
    totp_code(code, secret, crowd_now_ms / 1000 / TOTP_STEP_S + steps_off, TOTP_DIGITS);
    return arena_copy(c->arena, slice_of(code));
}

static enum verdict
post(struct visit *v, struct crowd *c, const char *path, struct slice token, struct slice json)
{
    return crowd_visit(v, c, crowd_request(c, "POST", path, token, json.at));
}

static enum verdict
totp(struct visit *v, struct crowd *c, struct slice token, const char *act, struct slice code)
{
    return post(v, c, "/v1/totp", token,
                arena_print(c->arena, "{'act':'%s','code':'" SLICE_FMT "'}", act, SLICE_ARG(code)));
}

static enum verdict
password(struct visit *v, struct crowd *c, struct slice token, const char *now, struct slice code, const char *wanted)
{
    return post(v, c, "/v1/password", token,
                arena_print(c->arena, "{'password':'%s','code':'" SLICE_FMT "','new_password':'%s'}", now,
                            SLICE_ARG(code), wanted));
}

static enum verdict
look(struct crowd *c, struct slice token)
{
    struct request *rq = crowd_request(c, "GET", "/v1/loans", token, NULL);
    struct visitor v;

    return people_find(&v, &c->people, c->db, rq, crowd_now_ms);
}

static void
leads_from_a_one_time_code_to_two_factors(void **state)
{
    struct crowd *c = *state;
    struct slice code = invite(c, "zhou"), token, before;
    struct login_answer l;
    struct visit v;

    assert_int_equal(code.len, 24);
    assert_int_equal(crowd_try(&l, c, "zhou", code.at, "", HOME), V_OK);
    token = l.session.token;
    assert_int_equal(look(c, token), V_SETUP_NEEDED);
    assert_int_equal(post(&v, c, "/v1/session/role", token, S("{'role':'payer'}")), V_SETUP_NEEDED);
    assert_int_equal(crowd_visit(&v, c, crowd_request(c, "GET", "/v1/session", token, NULL)), V_OK);
    assert_true(holds(v.body, S("\"setup\":[\"totp\",\"password\"]")));
    assert_false(holds(v.body, S("\"role\":")));

    /* the second factor comes first, so that nobody is ever in with a password alone */
    assert_int_equal(password(&v, c, token, "", S(""), NEW_PASSWORD), V_WRONG_STATE);
    assert_int_equal(totp(&v, c, token, "confirm", S("123456")), V_WRONG_STATE);
    assert_int_equal(totp(&v, c, token, "enrol", S("")), V_OK);
    assert_true(slice_starts(v.body, S("{\"uri\":\"otpauth://totp/ventured:zhou?secret=")));
    assert_int_equal(totp(&v, c, token, "confirm", S("12345x")), V_LOGIN_REFUSED);
    assert_int_equal(look(c, token), V_SETUP_NEEDED);
    assert_int_equal(totp(&v, c, token, "confirm", code_under(c, "totp_next", 0)), V_OK);
    assert_true(holds(v.body, S("\"setup\":[\"password\"]")));
    before = token;
    token = cookie_token(&v);
    assert_int_equal(look(c, before), V_LOGIN_NEEDED);

    assert_int_equal(password(&v, c, token, "", S(""), "short"), V_FIELDS_WRONG);
    assert_true(slice_equal(v.problems.first->pointer, S("/new_password")));
    assert_int_equal(look(c, token), V_SETUP_NEEDED);
    assert_int_equal(password(&v, c, token, "", S(""), NEW_PASSWORD), V_OK);
    assert_true(holds(v.body, S("\"role\":\"district_clerk\"")));
    assert_true(holds(v.body, S("\"setup\":[]")));
    assert_int_equal(look(c, cookie_token(&v)), V_OK);
    assert_int_equal(look(c, token), V_LOGIN_NEEDED);

    crowd_now_ms += STEP_MS;
    assert_int_equal(crowd_try(&l, c, "zhou", code.at, code_under(c, "totp", 0).at, HOME), V_LOGIN_REFUSED);
    assert_int_equal(crowd_try(&l, c, "zhou", NEW_PASSWORD, code_under(c, "totp", 0).at, HOME), V_OK);
    assert_int_equal(l.session.role, ROLE_DISTRICT_CLERK);
}

static void
asks_for_the_second_factor_as_soon_as_there_is_one(void **state)
{
    struct crowd *c = *state;
    struct slice code = invite(c, "zhou");
    struct login_answer l;
    struct visit v;

    assert_int_equal(crowd_try(&l, c, "zhou", code.at, "", HOME), V_OK);
    assert_int_equal(totp(&v, c, l.session.token, "enrol", S("")), V_OK);
    assert_int_equal(totp(&v, c, l.session.token, "confirm", code_under(c, "totp_next", 0)), V_OK);
    crowd_now_ms += STEP_MS;
    assert_int_equal(crowd_try(&l, c, "zhou", code.at, "", HOME), V_LOGIN_REFUSED);
    assert_int_equal(crowd_try(&l, c, "zhou", code.at, code_under(c, "totp", 0).at, HOME), V_OK);
    assert_int_equal(l.session.role, ROLE__COUNT);
}

static void
lets_a_one_time_code_run_out(void **state)
{
    struct crowd *c = *state;
    struct slice code = invite(c, "zhou");
    struct login_answer l;

    crowd_now_ms += 72 * HOUR_MS - 1;
    assert_int_equal(crowd_try(&l, c, "zhou", code.at, "", HOME), V_OK);
    crowd_now_ms += 1;
    assert_int_equal(crowd_try(&l, c, "zhou", code.at, "", HOME), V_LOGIN_REFUSED);
}

static void
takes_all_away_with_a_new_one_time_code(void **state)
{
    struct crowd *c = *state;
    struct session s = crowd_session(c, "zhou", ROLE_PAYER);
    struct login_answer l;

    crowd_ready(c, "zhou");
    assert_int_equal(look(c, s.token), V_OK);
    invite(c, "zhou");
    assert_int_equal(look(c, s.token), V_LOGIN_NEEDED);
    assert_int_equal(crowd_try(&l, c, "zhou", CROWD_PASSWORD, NULL, HOME), V_LOGIN_REFUSED);
}

static void
invites_nobody_who_has_no_account(void **state)
{
    struct crowd *c = *state;
    struct invitation i;

    assert_int_equal(people_invite(&i, &c->people, c->db, c->arena, S("id-nobody"), crowd_now_ms), V_NONE);
    assert_int_equal(people_invite(&i, &c->people, c->db, c->arena, S("id-gone"), crowd_now_ms), V_NONE);
}

static void
gives_a_login_to_one_open_account_at_a_time(void **state)
{
    struct crowd *c = *state;
    struct account_record *li = crowd_account("li");
    struct login_answer l;
    struct invitation i;

    crowd_ready(c, "zhou");
    li->login = S("zhou");
    assert_int_equal(people_invite(&i, &c->people, c->db, c->arena, S("id-li"), crowd_now_ms), V_SUBJECT_TAKEN);
    crowd_account("zhou")->active = false;
    assert_int_equal(people_invite(&i, &c->people, c->db, c->arena, S("id-li"), crowd_now_ms), V_OK);
    assert_int_equal(crowd_try(&l, c, "zhou", i.code.at, "", HOME), V_OK);
    assert_true(slice_equal(l.account.id, S("id-li")));
}

/* ---- inviting ------------------------------------------------------------------------------------------------- */

static enum verdict
ask_invitation(struct visit *v, struct crowd *c, const struct session *s, const char *body)
{
    return post(v, c, "/v1/invitations", s->token, slice_of(body));
}

static struct slice
code_in(struct crowd *c, const struct visit *v)
{
    const struct json *tree;

    assert_int_equal(json_parse(&tree, c->arena, v->body), V_OK);
    return json_text(tree, S("code"));
}

static void
gives_a_code_to_who_may_invite(void **state)
{
    struct crowd *c = *state;
    struct session li = crowd_session(c, "li", ROLE_SECURITY);
    struct login_answer l;
    struct slice first, second;
    struct visit v;

    crowd_ready(c, "li");
    assert_int_equal(ask_invitation(&v, c, &li, "{'account':'id-zhou'}"), V_OK);
    assert_int_equal(v.status, 201);
    assert_true(slice_starts(v.body, S("{\"account\":\"id-zhou\",\"login\":\"zhou\",\"code\":\"")));
    assert_true(holds(v.body, S("\"expires_at\":\"2023-07-03T02:00:00.000Z\"}")));
    first = code_in(c, &v);
    assert_int_equal(first.len, 24);
    assert_int_equal(ask_invitation(&v, c, &li, "{'account':'id-zhou'}"), V_OK); /* which replaces the first */
    second = code_in(c, &v);
    assert_int_equal(crowd_try(&l, c, "zhou", first.at, "", HOME), V_LOGIN_REFUSED);
    assert_int_equal(crowd_try(&l, c, "zhou", second.at, "", HOME), V_OK);
    assert_int_equal(l.session.role, ROLE__COUNT);
    assert_false(holds(crowd_tables(c), second));
}

static void
resets_who_has_a_password_only_when_told_to(void **state)
{
    struct crowd *c = *state;
    struct session li = crowd_session(c, "li", ROLE_SECURITY), zhou = crowd_session(c, "zhou", ROLE_PAYER);
    struct login_answer l;
    struct visit v;

    crowd_ready(c, "li");
    crowd_ready(c, "zhou");
    assert_int_equal(ask_invitation(&v, c, &li, "{'account':'id-zhou'}"), V_WRONG_STATE);
    assert_true(slice_equal(v.problems.first->pointer, S("/reset")));
    assert_int_equal(ask_invitation(&v, c, &li, "{'account':'id-zhou','reset':'no'}"), V_WRONG_STATE);
    assert_int_equal(ask_invitation(&v, c, &li, "{'account':'id-zhou','reset':'perhaps'}"), V_FIELDS_WRONG);
    assert_true(slice_equal(v.problems.first->pointer, S("/reset")));
    assert_int_equal(look(c, zhou.token), V_OK);
    assert_int_equal(crowd_try(&l, c, "zhou", CROWD_PASSWORD, NULL, HOME), V_OK);
    assert_int_equal(ask_invitation(&v, c, &li, "{'account':'id-zhou','reset':'yes'}"), V_OK);
    assert_int_equal(look(c, zhou.token), V_LOGIN_NEEDED);
    assert_int_equal(crowd_try(&l, c, "zhou", code_in(c, &v).at, "", HOME), V_OK);
}

static void
refuses_invitations_that_are_not_theirs_to_give(void **state)
{
    static const struct {
        const char *what, *who;
        enum role role;
        bool administers;
        const char *body;
        enum verdict got;
    } rows[] = {
        {"themselves",                    "li",   ROLE_SECURITY, false, "{'account':'id-li'}",     V_FORBIDDEN      },
        {"nobody",                        "li",   ROLE_SECURITY, false, "{'account':'id-nobody'}", V_SUBJECT_UNKNOWN},
        {"a closed account",              "li",   ROLE_SECURITY, false, "{'account':'id-gone'}",   V_WRONG_STATE    },
        {"a machine",                     "li",   ROLE_SECURITY, false, "{'account':'id-robot'}",  V_WRONG_STATE    },
        {"who administers nothing",       "zhou", ROLE_PAYER,    false, "{'account':'id-gone'}",   V_FORBIDDEN      },
        {"another organisation's people", "zhou", ROLE_PAYER,    true,  "{'account':'id-robot'}",  V_SUBJECT_UNKNOWN},
        {"an administrator himself",      "zhou", ROLE_PAYER,    true,  "{'account':'id-zhou'}",   V_FORBIDDEN      },
        {"a colleague who has left",      "zhou", ROLE_PAYER,    true,  "{'account':'id-gone'}",   V_WRONG_STATE    },
        {"with no account named",         "zhou", ROLE_PAYER,    true,  "{}",                      V_FIELDS_WRONG   },
    };
    struct crowd *c = *state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct session s = crowd_session(c, rows[i].who, rows[i].role);
        struct visit v;
        enum verdict got;

        crowd_ready(c, rows[i].who);
        crowd_account(rows[i].who)->administers = rows[i].administers;
        got = ask_invitation(&v, c, &s, rows[i].body);
        if (got != rows[i].got)
            fail_msg("%s: %s", rows[i].what, verdict_row(got)->name);
        assert_null(v.body.at);
    }
}

/* An administrator does not reach what keeps the registry in three hands. */
static void
keeps_security_out_of_an_administrators_reach(void **state)
{
    struct crowd *c = *state;
    struct account_record *zhou = crowd_account("zhou");
    struct session s = crowd_session(c, "zhou", ROLE_PAYER);
    struct visit v;

    crowd_ready(c, "zhou");
    zhou->administers = true;
    zhou->organisation = crowd_account("li")->organisation;
    assert_int_equal(ask_invitation(&v, c, &s, "{'account':'id-li','reset':'yes'}"), V_FORBIDDEN);
    crowd_account("li")->roles = ROLE_BIT(ROLE_CENTRE_OFFICER);
    assert_int_equal(ask_invitation(&v, c, &s, "{'account':'id-li','reset':'yes'}"), V_OK);
}

static void
makes_who_guesses_at_accounts_wait(void **state)
{
    struct crowd *c = *state;
    struct session li = crowd_session(c, "li", ROLE_SECURITY);
    struct visit v;

    crowd_ready(c, "li");
    for (int i = 0; i < 4; i++)
        assert_int_equal(ask_invitation(&v, c, &li, "{'account':'id-guess'}"), V_SUBJECT_UNKNOWN);
    assert_int_equal(ask_invitation(&v, c, &li, "{'account':'id-zhou'}"), V_LOGIN_LATER);
    assert_int_equal(v.wait_s, 1);
    crowd_now_ms += 1000;
    assert_int_equal(ask_invitation(&v, c, &li, "{'account':'id-zhou'}"), V_OK);
}

static void
changes_a_password_for_who_shows_both_and_ends_the_other_sessions(void **state)
{
    struct crowd *c = *state;
    struct session mine = crowd_session(c, "zhou", ROLE_PAYER), other = crowd_session(c, "zhou", ROLE_PAYER);
    struct slice code = crowd_code(c, "zhou", 0);
    struct visit v;

    crowd_ready(c, "zhou");
    assert_int_equal(password(&v, c, mine.token, "wrong", code, NEW_PASSWORD), V_LOGIN_REFUSED);
    assert_int_equal(password(&v, c, mine.token, CROWD_PASSWORD, S("000000"), NEW_PASSWORD), V_LOGIN_REFUSED);
    assert_int_equal(look(c, other.token), V_OK);
    assert_int_equal(password(&v, c, mine.token, CROWD_PASSWORD, code, NEW_PASSWORD), V_OK);
    assert_int_equal(look(c, other.token), V_LOGIN_NEEDED);
    assert_int_equal(look(c, mine.token), V_LOGIN_NEEDED);
    assert_int_equal(look(c, cookie_token(&v)), V_OK);
    assert_true(holds(v.body, S("\"role\":\"payer\"")));
}

static void
makes_who_guesses_inside_a_session_wait_too(void **state)
{
    struct crowd *c = *state;
    struct session s = crowd_session(c, "zhou", ROLE_PAYER);
    struct visit v;

    crowd_ready(c, "zhou");
    for (int i = 0; i < 4; i++)
        assert_int_equal(totp(&v, c, s.token, "enrol", S("000000")), V_LOGIN_REFUSED);
    assert_int_equal(totp(&v, c, s.token, "enrol", crowd_code(c, "zhou", 0)), V_LOGIN_LATER);
    assert_int_equal(v.wait_s, 1);
    assert_int_equal(password(&v, c, s.token, CROWD_PASSWORD, crowd_code(c, "zhou", 0), NEW_PASSWORD), V_LOGIN_LATER);
    assert_int_equal(v.wait_s, 1);
}

static void
changes_the_authenticator_for_who_shows_the_old_one(void **state)
{
    struct crowd *c = *state;
    struct session mine = crowd_session(c, "zhou", ROLE_PAYER), other = crowd_session(c, "zhou", ROLE_PAYER);
    struct slice old;
    struct visit v;
    struct claim claim;

    crowd_ready(c, "zhou");
    old = crowd_code(c, "zhou", 0);
    assert_int_equal(totp(&v, c, mine.token, "enrol", S("")), V_LOGIN_REFUSED);
    assert_int_equal(totp(&v, c, mine.token, "enrol", old), V_OK);
    assert_int_equal(totp(&v, c, mine.token, "enrol", old), V_LOGIN_REFUSED); /* a code counts once */
    assert_int_equal(totp(&v, c, mine.token, "confirm", crowd_code(c, "zhou", 1)), V_LOGIN_REFUSED);
    assert_int_equal(totp(&v, c, mine.token, "confirm", code_under(c, "totp_next", 0)), V_OK);
    assert_int_equal(look(c, other.token), V_LOGIN_NEEDED);
    assert_int_equal(look(c, cookie_token(&v)), V_OK);
    assert_int_equal(totp(&v, c, cookie_token(&v), "confirm", S("123456")),
                     V_WRONG_STATE); /* nothing is open any more */
    crowd_now_ms += STEP_MS;
    assert_int_equal(claim_read(&claim, &c->people, c->db, c->arena, S("zhou"), S(HOME), crowd_now_ms), V_OK);
    assert_false(claim_code(&claim, crowd_code(c, "zhou", 0)));
    assert_true(claim_code(&claim, code_under(c, "totp", 0)));
}

static void
stores_no_secret_in_clear(void **state)
{
    struct crowd *c = *state;
    struct slice code = invite(c, "zhou"), secret, tables;
    struct login_answer l;
    struct visit v;

    assert_int_equal(crowd_try(&l, c, "zhou", code.at, "", HOME), V_OK);
    assert_int_equal(totp(&v, c, l.session.token, "enrol", S("")), V_OK);
    assert_int_equal(vault_get(&secret, c->vault, c->db, c->arena, S("id-zhou"), S("totp_next")), V_OK);
    tables = crowd_tables(c);
    assert_true(holds(tables, S("totp_next")));
    assert_int_equal(secret.len, TOTP_SECRET_SIZE);
    assert_false(holds(tables, secret));
    assert_false(holds(tables, code));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, crowd_setup, crowd_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(leads_from_a_one_time_code_to_two_factors),
        TEST(asks_for_the_second_factor_as_soon_as_there_is_one),
        TEST(lets_a_one_time_code_run_out),
        TEST(takes_all_away_with_a_new_one_time_code),
        TEST(invites_nobody_who_has_no_account),
        TEST(gives_a_login_to_one_open_account_at_a_time),
        TEST(gives_a_code_to_who_may_invite),
        TEST(resets_who_has_a_password_only_when_told_to),
        TEST(refuses_invitations_that_are_not_theirs_to_give),
        TEST(keeps_security_out_of_an_administrators_reach),
        TEST(makes_who_guesses_at_accounts_wait),
        TEST(changes_a_password_for_who_shows_both_and_ends_the_other_sessions),
        TEST(makes_who_guesses_inside_a_session_wait_too),
        TEST(changes_the_authenticator_for_who_shows_the_old_one),
        TEST(stores_no_secret_in_clear),
    };

    return cmocka_run_group_tests_name("edge/setup", tests, NULL, NULL);
}

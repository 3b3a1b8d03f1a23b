/*
 * Some people with accounts.
 * Knows the log-in's contracts and its tables; must not judge.
 * Invariant: one scrypt a process makes everybody's password.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "crowd.h"
#include "../../src/edge/totp.h"

int64_t crowd_now_ms;
struct account_record crowd_accounts[CROWD_ACCOUNTS];

#define CLERK_AND_PAYER (ROLE_BIT(ROLE_DISTRICT_CLERK) | ROLE_BIT(ROLE_PAYER))
#define DISTRICT S_INIT("330602")

static const struct account_record accounts[CROWD_ACCOUNTS] = {
    {S_INIT("id-zhou"),  S_INIT("zhou"),  DISTRICT,          DISTRICT,  CLERK_AND_PAYER,             true },
    {S_INIT("id-li"),    S_INIT("li"),    S_INIT("centre"),  {NULL, 0}, ROLE_BIT(ROLE_SECURITY),     true },
    {S_INIT("id-gone"),  S_INIT("gone"),  DISTRICT,          DISTRICT,  ROLE_BIT(ROLE_PAYER),        false},
    {S_INIT("id-robot"), S_INIT("robot"), S_INIT("bank-zj"), {NULL, 0}, ROLE_BIT(ROLE_BANK_MACHINE), true },
};

static const struct slice origins[] = {S_INIT(CROWD_ORIGIN), S_INIT("https://other.test:8443")};

static int64_t
wall(void)
{
    return crowd_now_ms;
}

struct account_record *
crowd_account(const char *login)
{
    for (size_t i = 0; i < CROWD_ACCOUNTS; i++)
        if (slice_equal(crowd_accounts[i].login, slice_of(login)))
            return &crowd_accounts[i];
    fail_msg("no account %s", login);
    return NULL;
}

static enum verdict
load(struct account_record *out, struct db *db, struct arena *a, struct slice id, int32_t day)
{
    (void)a;
    (void)day;
    assert_non_null(db);
    for (size_t i = 0; i < CROWD_ACCOUNTS; i++) {
        if (!slice_equal(crowd_accounts[i].id, id))
            continue;
        *out = crowd_accounts[i];
        return V_OK;
    }
    return V_NONE;
}

int
crowd_setup(void **state)
{
    struct crowd *c = calloc(1, sizeof *c);
    char keys[128];

    assert_non_null(c);
    assert_int_equal(engine_setup(state), 0);
    c->engine = *state;
    *state = c;
    c->arena = c->engine->arena;
    memcpy(crowd_accounts, accounts, sizeof accounts);
    at_parse(&crowd_now_ms, S("2023-06-30T02:00:00.000Z"));
    the_clock.wall_ms = wall;
    c->db = engine_migrated(c->engine, &sql_schema);
    snprintf(keys, sizeof keys, "%s/vault.keys", c->engine->folder);
    assert_int_equal(vault_keys_create(keys), V_OK);
    assert_int_equal(vault_open(&c->vault, keys), V_OK);
    assert_int_equal(password_rule_read(&c->passwords, c->arena, password_rule_document), V_OK);
    c->people = people_default;
    c->people.vault = c->vault;
    c->people.account_load = load;
    c->people.passwords = &c->passwords;
    c->people.origins = origins;
    c->people.origin_count = COUNT(origins);
    return 0;
}

int
crowd_teardown(void **state)
{
    struct crowd *c = *state;
    struct engine *e = c->engine;

    vault_close(c->vault);
    free(c);
    *state = e;
    return engine_teardown(state);
}

/* ---- accounts ---------------------------------------------------------------------------------------------------- */

/* Another secret for everybody: twenty bytes that begin with the login. */
static struct slice
secret_of(struct crowd *c, const char *login)
{
    return slice_sub(arena_print(c->arena, "%s-0123456789abcdefghij", login), 0, TOTP_SECRET_SIZE);
}

void
crowd_ready(struct crowd *c, const char *login)
{
    static const unsigned char salt[PASSWORD_SALT_SIZE] = "salt of a crowd";
    static unsigned char hash[PASSWORD_HASH_SIZE];
    static bool hashed;
    struct slice id = crowd_account(login)->id, salted = {(const char *)salt, sizeof salt};
    struct slice hashed_text = {(const char *)hash, sizeof hash};

    if (!hashed)
        hashed = password_hash(hash, S(CROWD_PASSWORD), salt);
    assert_true(hashed);
    assert_int_equal(sql_secret_invite(c->db, id, slice_of(login), salted, hashed_text, 0, S("")), V_OK);
    assert_int_equal(sql_secret_set(c->db, salted, hashed_text, id), V_OK);
    assert_int_equal(sql_secret_enrol(c->db, 0, id), V_OK);
    assert_int_equal(vault_put(c->vault, c->db, c->arena, id, S("totp"), secret_of(c, login)), V_OK);
}

struct slice
crowd_code(struct crowd *c, const char *login, int64_t steps_off)
{
    char code[TOTP_DIGITS_MAX + 1];

    totp_code(code, secret_of(c, login), crowd_now_ms / 1000 / TOTP_STEP_S + steps_off, TOTP_DIGITS);
    return arena_copy(c->arena, slice_of(code));
}

enum verdict
crowd_try(struct login_answer *out, struct crowd *c, const char *login, const char *password, const char *code,
          const char *address)
{
    struct login_ask ask = {.login = slice_of(login), .password = slice_of(password), .address = slice_of(address)};

    ask.code = code == NULL ? crowd_code(c, login, 0) : slice_of(code);
    ask.now_ms = the_clock.wall_ms();
    return login_try(out, &c->people, c->db, c->arena, &ask);
}

struct session
crowd_session(struct crowd *c, const char *login, enum role role)
{
    struct session s;

    assert_int_equal(session_open(&s, c->db, c->arena, slice_of(login), crowd_account(login)->id, role, crowd_now_ms),
                     V_OK);
    return s;
}

/* ---- requests ---------------------------------------------------------------------------------------------------- */

#define HEADERS_MAX 8

struct request *
crowd_header(struct crowd *c, struct request *rq, const char *name, struct slice value)
{
    struct header *headers = (struct header *)rq->headers;

    (void)c;
    assert_true(rq->header_count < HEADERS_MAX);
    headers[rq->header_count++] = (struct header){slice_of(name), value};
    return rq;
}

struct request *
crowd_request(struct crowd *c, const char *method, const char *path, struct slice token, const char *json)
{
    struct request *rq = NEW(c->arena, struct request);
    char *body = NULL;

    *rq = (struct request){.arena = c->arena, .id = "r1", .method = slice_of(method), .path = slice_of(path)};
    rq->headers = NEW_ARRAY(c->arena, struct header, HEADERS_MAX);
    rq->peer = S("192.0.2.7");
    if (json != NULL) {
        rq->body = arena_copy(c->arena, slice_of(json));
        body = (char *)rq->body.at;
        for (size_t i = 0; i < rq->body.len; i++)
            if (body[i] == '\'')
                body[i] = '"';
    }
    crowd_header(c, rq, "Origin", S(CROWD_ORIGIN));
    if (token.at == NULL)
        return rq;
    crowd_header(c, rq, "Cookie", arena_print(c->arena, "__Host-ventured=" SLICE_FMT, SLICE_ARG(token)));
    return crowd_header(c, rq, "X-CSRF-Token", session_csrf(c->arena, token));
}

enum verdict
crowd_visit(struct visit *out, struct crowd *c, struct request *rq)
{
    *out = (struct visit){.people = &c->people, .db = c->db, .rq = rq, .now_ms = crowd_now_ms};
    out->problems.arena = c->arena;
    for (size_t i = 0; i < PEOPLE_ROUTES; i++) {
        const struct people_route *r = &people_routes[i];

        if (slice_equal(slice_of(r->method), rq->method) && slice_equal(slice_of(r->path), rq->path))
            return r->answer(out);
    }
    fail_msg("no such route");
    return V_ROUTE_UNKNOWN;
}

/* ---- looking ----------------------------------------------------------------------------------------------------- */

bool
holds(struct slice text, struct slice part)
{
    for (size_t i = 0; part.len > 0 && i + part.len <= text.len; i++)
        if (memcmp(text.at + i, part.at, part.len) == 0)
            return true;
    return false;
}

struct four {
    struct slice at[4];
};

struct slice
crowd_tables(struct crowd *c)
{
    static const struct db_statement all[] = {
        {"all_sessions", "SELECT token, login, account, role FROM op_session", "", "bttt", EXPECT_MANY},
        {"all_secrets", "SELECT account, salt, hash, address FROM op_secret", "", "tbbb", EXPECT_MANY},
        {"all_attempts", "SELECT name, name AS n2, name AS n3, name AS n4 FROM op_attempt", "", "bbbb", EXPECT_MANY},
        {"all_texts", "SELECT owner, field, sealed, sealed AS s2 FROM private_text", "", "ttbb", EXPECT_MANY},
    };
    static const struct db_schema schema = {all, COUNT(all), NULL, 0};
    struct db *thief = engine_open(c->engine, DB_READER, &schema);
    struct buf b = {.arena = c->arena};

    for (size_t i = 0; i < COUNT(all); i++) {
        void *got;
        size_t count;

        assert_int_equal(db_run(thief, &all[i], NULL, c->arena, &got, &count), V_OK);
        for (size_t j = 0; j < count * 4; j++)
            buf_add(&b, ((struct four *)got)[j / 4].at[j % 4]);
    }
    return buf_slice(&b);
}

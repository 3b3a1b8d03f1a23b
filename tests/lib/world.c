/*
 * A small world for the ledger's tests.
 * Knows how worlds are made and entries posted; must not judge.
 * Invariant: the clock moves only when a test moves it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <postgresql/libpq-fe.h>
#include <sqlite3.h>

#include "sql.h"
#include "world.h"

#define WORLD_ARENA_SIZE ((size_t)1 << 30)

int64_t world_now_ms;

const struct actor clerk = {ROLE_DISTRICT_CLERK, {"330602", 6}, {"zhou", 4}, {"330602", 6}};
const struct actor clerk_elsewhere = {ROLE_DISTRICT_CLERK, {"330603", 6}, {"wu", 2}, {"330603", 6}};
const struct actor checker = {ROLE_DISTRICT_CHECKER, {"330602", 6}, {"qian", 4}, {"330602", 6}};
const struct actor officer = {ROLE_CENTRE_OFFICER, {"centre", 6}, {"sun", 3}, {NULL, 0}};
const struct actor bank = {ROLE_BANK_MACHINE, {"bank-one", 8}, {"m1", 2}, {NULL, 0}};
const struct actor bank_former = {ROLE_BANK_MACHINE, {"bank-former", 11}, {"m1", 2}, {NULL, 0}};
const struct actor bank_foreign = {ROLE_BANK_MACHINE, {"bank-foreign", 12}, {"m1", 2}, {NULL, 0}};
const struct actor auditor = {ROLE_AUDITOR, {"audit", 5}, {"li", 2}, {NULL, 0}};

static int64_t
world_wall(void)
{
    return world_now_ms;
}

static void
rules_set(struct world *w)
{
    struct posting *p;

    p = world_post(w, &officer, "rule.set", NULL,
                   "{'subject':'district:city','on':'2023-01-01','from':'2023-01-01','items':['330602','330603'],"
                   "'source':'GBT-2260'}");
    assert_int_equal(p->got, V_OK);
    p = world_post(w, &officer, "rule.set", NULL,
                   "{'subject':'capacity_max:city','on':'2023-01-01','from':'2023-01-01','number':1000,"
                   "'source':'toy-1'}");
    assert_int_equal(p->got, V_OK);
}

struct world *
world_open(void **state, const struct registry *r)
{
    struct world *w = calloc(1, sizeof *w);
    char keys[128];

    assert_non_null(w);
    assert_int_equal(engine_setup(state), 0);
    w->engine = *state;
    w->registry = r;
    *state = w;
    w->arena = arena_open(WORLD_ARENA_SIZE);
    at_parse(&world_now_ms, S("2023-06-30T02:00:00.000Z"));
    the_clock.wall_ms = world_wall;
    snprintf(keys, sizeof keys, "%s/vault.keys", w->engine->folder);
    assert_int_equal(vault_keys_create(keys), V_OK);
    assert_int_equal(vault_open(&w->vault, keys), V_OK);
    w->log_key = key_make(ALG_ED25519);
    w->vkey = vkey_write(w->arena, S(WORLD_ORIGIN), w->log_key);
    w->options = (struct ledger_options){
        .registry = r,
        .db = engine_migrated(w->engine, &sql_schema),
        .vault = w->vault,
        .log_key = w->log_key,
        .origin = WORLD_ORIGIN,
    };
    assert_int_equal(ledger_open(&w->ledger, &w->options), V_OK);
    w->reader = engine_open(w->engine, DB_READER, &sql_schema);
    w->options.db = w->reader;
    return w;
}

int
world_setup(void **state)
{
    rules_set(world_open(state, &toy_registry));
    return 0;
}

int
world_teardown(void **state)
{
    struct world *w = *state;
    struct engine *e = w->engine;

    ledger_close(w->ledger);
    vault_close(w->vault);
    key_close(w->log_key);
    arena_close(w->arena);
    free(w);
    *state = e;
    return engine_teardown(state);
}

/* ---- posting ----------------------------------------------------------------------------------------------------- */

const char *
new_id(struct world *w)
{
    char *id = arena_take(w->arena, UUID_TEXT_SIZE);

    uuid7_make(id);
    return id;
}

/* What a verified signature leaves; the ledger keeps it and looks no further. */
static const struct evidence evidence = {S_INIT("base"), S_INIT("signature"), S_INIT("bank-key-1"), S_INIT("body")};

struct posting *
world_read(struct world *w, const struct actor *who, const char *kind, const char *id, const char *json)
{
    struct posting *p = NEW(w->arena, struct posting);
    struct slice text = arena_copy(w->arena, slice_of(json));
    const struct json *body;

    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] == '\'')
            ((char *)text.at)[i] = '"';
    assert_int_equal(json_parse(&body, w->arena, text), V_OK);
    p->got = posting_read(p, w->arena, w->registry, slice_of(kind), slice_of(id == NULL ? new_id(w) : id), body,
                          S(""));
    p->entry.actor = *who;
    if (who->role == ROLE_BANK_MACHINE)
        p->evidence = &evidence;
    return p;
}

struct posting *
world_post(struct world *w, const struct actor *who, const char *kind, const char *id, const char *json)
{
    struct posting *p = world_read(w, who, kind, id, json);
    enum verdict read = p->problems.count == 0 ? V_OK : V_FIELDS_WRONG;

    if (read == V_OK)
        ledger_post(w->ledger, &p, 1);
    else
        p->got = read;
    return p;
}

const char *
world_jar(struct world *w, const char *id)
{
    struct slice body = arena_print(w->arena,
                                    "{'subject':'%s','on':'2023-03-01','district':'330602','capacity':1000,"
                                    "'owner':'0190aaaa-0000-7000-8000-000000000001','label':'甲','colour':'red'}",
                                    id);
    struct posting *p = world_post(w, &clerk, "jar.opened", NULL, body.at);

    assert_int_equal(p->got, V_OK);
    return id;
}

/* ---- looking ----------------------------------------------------------------------------------------------------- */

struct subject
world_find(struct world *w, const struct subject_type *type, const char *id)
{
    struct sql_subject_get row;
    struct subject s = {.type = type, .id = slice_of(id)};
    const struct json *view;

    s.view = arena_take(w->arena, type->view->size);
    if (sql_subject_get(&row, w->reader, w->arena, slice_of(type->name), s.id) != V_OK)
        return s;
    for (size_t i = 0; i < type->state_count; i++)
        if (slice_equal(row.state, slice_of(type->states[i].name)))
            s.state = (int)i;
    s.frozen = row.frozen != 0;
    s.seq = row.seq;
    assert_int_equal(json_parse(&view, w->arena, row.view), V_OK);
    assert_int_equal(shape_restore(s.view, w->arena, type->view, view), V_OK);
    return s;
}

struct subject
world_subject(struct world *w, const char *id)
{
    return world_find(w, &toy_jar, id);
}

int64_t
world_total(struct world *w, const char *indicator, const char *from, const char *to, int64_t known_seq)
{
    struct cell *cells;
    size_t count;
    int32_t first, last;
    int64_t sum = 0;

    assert_true(day_parse(&first, slice_of(from)));
    assert_true(day_parse(&last, slice_of(to)));
    assert_int_equal(ledger_totals(&cells, &count, w->reader, w->arena, first, last, known_seq), V_OK);
    for (size_t i = 0; i < count; i++)
        if (slice_equal(cells[i].indicator, slice_of(indicator)))
            sum += cells[i].amount;
    return sum;
}

/* ---- past the driver --------------------------------------------------------------------------------------------- */

static struct slice
sql_sqlite(struct world *w, const char *sql)
{
    struct slice out = {0};
    sqlite3_stmt *s;
    sqlite3 *db;

    assert_int_equal(sqlite3_open(w->engine->url, &db), SQLITE_OK);
    sqlite3_busy_timeout(db, 5000);
    if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    if (sqlite3_step(s) == SQLITE_ROW)
        out = arena_copy(w->arena, (struct slice){(const char *)sqlite3_column_text(s, 0),
                                                  (size_t)sqlite3_column_bytes(s, 0)});
    if (sqlite3_finalize(s) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    sqlite3_close(db);
    return out;
}

static struct slice
sql_postgres(struct world *w, const char *sql)
{
    struct slice out = {0};
    PGconn *db = PQconnectdb(w->engine->url);
    PGresult *r = PQexec(db, sql);

    if (PQresultStatus(r) != PGRES_COMMAND_OK && PQresultStatus(r) != PGRES_TUPLES_OK)
        fail_msg("%s: %s", sql, PQerrorMessage(db));
    if (PQntuples(r) > 0)
        out = arena_copy(w->arena, (struct slice){PQgetvalue(r, 0, 0), (size_t)PQgetlength(r, 0, 0)});
    PQclear(r);
    PQfinish(db);
    return out;
}

struct slice
world_sql(struct world *w, const char *sql, ...)
{
    char text[4096];
    va_list args;

    va_start(args, sql);
    vsnprintf(text, sizeof text, sql, args);
    va_end(args);
    return strncmp(w->engine->url, "postgres", 8) == 0 ? sql_postgres(w, text) : sql_sqlite(w, text);
}

int64_t
world_count(struct world *w, const char *table)
{
    int64_t count = 0;

    assert_true(slice_to_int(&count, world_sql(w, "SELECT COUNT(*) FROM %s", table)));
    return count;
}

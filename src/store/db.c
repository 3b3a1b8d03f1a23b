/*
 * A connection's life: which engine, which step is allowed when, and what a statement's answer means.
 * Knows stages and signatures; must not know any engine's library or any table.
 * Invariant: after a fault a transaction can only end, and after a lost commit the connection can only be closed.
 */
#include <string.h>

#include "store_int.h"

/* Address space, not memory: the slots of a few hundred statements fit many times over. */
#define CONNECTION_ARENA_SIZE (1024 * 1024)
#define SCRATCH_ARENA_SIZE (256 * 1024)

static const struct {
    const char *prefix;
    const struct db_engine *engine;
} engines[] = {
    {"postgres://",   &db_postgres},
    {"postgresql://", &db_postgres},
    {"",              &db_sqlite  },
};

static const struct db_engine *
engine_of(const char *url)
{
    size_t i = 0;

    while (!slice_starts(slice_of(url), slice_of(engines[i].prefix)))
        i++;
    return engines[i].engine;
}

enum verdict
db_open(struct db **out, const char *url, enum db_mode mode, const struct db_schema *schema)
{
    struct arena *arena = arena_open(CONNECTION_ARENA_SIZE);
    struct db *db = NEW(arena, struct db);
    enum verdict got;

    *db = (struct db){
        .engine = engine_of(url),
        .schema = schema,
        .arena = arena,
        .scratch = arena_open(SCRATCH_ARENA_SIZE),
        .mode = mode,
    };
    got = db->engine->open(db, url);
    if (got != V_OK) {
        db_close(db);
        return got;
    }
    *out = db;
    return V_OK;
}

void
db_close(struct db *db)
{
    struct arena *arena;

    if (db == NULL)
        return;
    arena = db->arena;
    db->engine->close(db);
    arena_close(db->scratch);
    arena_close(arena);
}

bool
db_usable(const struct db *db)
{
    return !db->dead;
}

enum verdict
db_begin(struct db *db)
{
    assert(db->mode == DB_WRITER);
    assert(db->stage == DB_IDLE);

    if (db->dead)
        return V_DATABASE;
    TRY(db->engine->begin(db));
    db->stage = DB_IN_TRANSACTION;
    return V_OK;
}

enum verdict
db_end(struct db *db, enum verdict got)
{
    assert(db->stage == DB_IN_TRANSACTION);

    if (got == V_OK)
        got = db->fault;
    db->fault = V_OK;
    db->stage = DB_IDLE;
    if (got == V_OK)
        return db->engine->commit(db);
    db->engine->rollback(db);
    return got;
}

bool
db_in_transaction(const struct db *db)
{
    return db->stage == DB_IN_TRANSACTION;
}

enum verdict
db_snapshot(struct db *db)
{
    assert(db->stage == DB_IDLE);

    if (db->dead)
        return V_DATABASE;
    TRY(db->engine->snapshot(db));
    db->stage = DB_IN_SNAPSHOT;
    return V_OK;
}

void
db_snapshot_end(struct db *db)
{
    assert(db->stage == DB_IN_SNAPSHOT);

    db->stage = DB_IDLE;
    db->fault = V_OK;
    db->engine->rollback(db);
}

size_t
db_slot_count(const struct db *db)
{
    return db->schema->statement_count + OWN__COUNT;
}

/* Asserts that the statement belongs to this connection's schema: another schema's would run the wrong SQL. */
static size_t
slot_of(const struct db *db, const struct db_statement *statement)
{
    uintptr_t at = (uintptr_t)statement;
    uintptr_t ours = (uintptr_t)db->schema->statements;
    uintptr_t own = (uintptr_t)db_own_statements;

    if (at >= ours && at < ours + db->schema->statement_count * sizeof *statement)
        return (at - ours) / sizeof *statement;
    assert(at >= own);
    assert(at < own + sizeof db_own_statements);
    return db->schema->statement_count + (at - own) / sizeof *statement;
}

static void
values_check(const struct db_statement *statement, const struct db_value *values)
{
    const char *takes = statement->takes;

    assert(strlen(takes) <= DB_VALUES_MAX);
    for (size_t i = 0; takes[i] != '\0'; i++) {
        assert(values[i].type == takes[i]);
        assert(ERGO(takes[i] != 'i', values[i].s.at != NULL));
        assert(ERGO(takes[i] == 't', utf8_valid(values[i].s)));
    }
}

static enum verdict
answer_verdict(const struct db_statement *statement, const struct db_answer *answer)
{
    assert(ERGO(statement->expect == EXPECT_ONE, answer->count <= 1));

    if (statement->expect == EXPECT_SOME)
        return answer->changed > 0 ? V_OK : V_NONE;
    if (statement->expect == EXPECT_ONE)
        return answer->count == 1 ? V_OK : V_NONE;
    return V_OK;
}

enum verdict
db_run(struct db *db, const struct db_statement *statement, const struct db_value *values, struct arena *a, void **rows,
       size_t *count)
{
    struct db_answer answer = {.rows = {.arena = a}};
    size_t slot = slot_of(db, statement);
    enum verdict got;

    assert(ERGO(statement->gives[0] != '\0', a != NULL));
    values_check(statement, values);
    if (db->dead)
        return V_DATABASE;
    if (db->fault != V_OK)
        return db->fault;

    got = db->engine->prepare(db, slot, statement);
    if (got == V_OK)
        got = db->engine->run(db, slot, statement, values, &answer);
    if (got != V_OK) {
        if (db->stage != DB_IDLE)
            db->fault = got;
        return got;
    }
    if (rows != NULL)
        *rows = answer.rows.at;
    if (count != NULL)
        *count = answer.count;
    return answer_verdict(statement, &answer);
}

enum verdict
db_check(struct db *db)
{
    enum verdict worst = V_OK;

    for (size_t i = 0; i < db->schema->statement_count; i++) {
        enum verdict got = db->dead ? V_DATABASE : db->engine->prepare(db, i, &db->schema->statements[i]);

        if (got != V_OK)
            worst = got;
    }
    return worst;
}

void
answer_add_int(struct db_answer *answer, int64_t v)
{
    buf_add(&answer->rows, (struct slice){(const char *)&v, sizeof v});
}

void
answer_add_bytes(struct db_answer *answer, struct slice s)
{
    struct slice copy = arena_copy(answer->rows.arena, s);

    buf_add(&answer->rows, (struct slice){(const char *)&copy, sizeof copy});
}

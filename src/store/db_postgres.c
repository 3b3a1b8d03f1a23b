/*
 * PostgreSQL: the only file that includes libpq-fe.h.
 * Knows SQLSTATEs, type numbers and the binary form of values; must not know what any statement is for.
 * Invariant: a commit that returned V_OK was flushed by the server; a connection whose state is in doubt is dead.
 */
#include <postgresql/libpq-fe.h>
#include <string.h>

#include "store_int.h"

/* Type numbers of the server's catalogue, fixed since they were made. */
enum { OID_BYTEA = 17, OID_INT8 = 20, OID_TEXT = 25 };

#define BINARY 1
#define SLOT_NAME_SIZE 24

struct postgres {
    PGconn *connection;
    bool *prepared; /* by slot */
};

static PGconn *
connection_of(const struct db *db)
{
    const struct postgres *own = db->own;

    return own->connection;
}

/* ---- faults --------------------------------------------------------------------------------------------------- */

/* The first prefix that fits. Appendix A of the manual: 08 connection, 22 and 23 data and constraints, 40 rollback,
 * 42 syntax, 53 resources, 55P03 lock not available, 57 intervention, 58 system error. */
static const struct {
    const char *prefix;
    enum verdict verdict;
} states[] = {
    {"53100", V_DISK_FULL},
    {"53",    V_BUSY     },
    {"40",    V_BUSY     },
    {"55P03", V_BUSY     },
    {"57014", V_BUSY     },
    {"08",    V_DATABASE },
    {"57",    V_DATABASE },
    {"58",    V_DATABASE },
    {"28",    V_DATABASE },
    {"3D",    V_DATABASE },
    {"",      V_BROKEN   },
};

/* A reader that writes is our bug; a writer that cannot has met a standby. */
static enum verdict
state_verdict(const struct db *db, const char *state)
{
    size_t i = 0;

    if (strcmp(state, "25006") == 0)
        return db->mode == DB_READER ? V_BROKEN : V_DATABASE;
    while (!slice_starts(slice_of(state), slice_of(states[i].prefix)))
        i++;
    return states[i].verdict;
}

/* The server's message may quote a value, so it is shown only where the fault lies in our own SQL or in the line. */
static const char *
message_of(struct db *db, const PGresult *result, const char *state)
{
    const char *text = result != NULL ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : NULL;

    arena_reset(db->scratch);
    if (PQstatus(connection_of(db)) != CONNECTION_OK)
        text = PQerrorMessage(connection_of(db));
    else if (strncmp(state, "42", 2) != 0)
        text = result != NULL ? PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME) : NULL;
    return log_quote(db->scratch, slice_of(text != NULL ? text : "-"));
}

static enum verdict
fault(struct db *db, const char *doing, const PGresult *result)
{
    const char *state = result != NULL ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    enum verdict got;

    if (state == NULL)
        state = "08006"; /* libpq itself lost the server */
    got = state_verdict(db, state);
    if (PQstatus(connection_of(db)) != CONNECTION_OK || got == V_DATABASE) {
        got = V_DATABASE;
        db->dead = true;
    }
    log_write(got == V_BUSY ? LOG_WARN : LOG_ERROR, "database_fault",
              "engine=postgres doing=%s code=%s usable=%d message=%s", doing, state, !db->dead,
              message_of(db, result, state));
    return got;
}

static enum verdict
exec(struct db *db, const char *doing, const char *sql)
{
    PGresult *result = PQexec(connection_of(db), sql);
    ExecStatusType status = PQresultStatus(result);
    enum verdict got = V_OK;

    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_EMPTY_QUERY)
        got = fault(db, doing, result);
    PQclear(result);
    return got;
}

/* ---- opening -------------------------------------------------------------------------------------------------- */

#define TEXT_OF(number) TEXT_OF_(number)
#define TEXT_OF_(number) #number

/* A stopped daemon must not keep the head's lock from the others for ever. */
static const char *const writer_settings[] = {
    "SET lock_timeout = " TEXT_OF(DB_LOCK_TIMEOUT_MS),
    "SET idle_in_transaction_session_timeout = 60000",
    NULL,
};
static const char *const reader_settings[] = {
    "SET default_transaction_read_only = on",
    NULL,
};

/* Each row holds only where the promise is kept; 'remote_apply' waits for the standby on top of the flush. */
static const struct {
    const char *promise, *sql;
} promises[] = {
    {"fsync",              "SELECT 1 WHERE current_setting('fsync') = 'on'"                                   },
    {"full_page_writes",   "SELECT 1 WHERE current_setting('full_page_writes') = 'on'"                        },
    {"synchronous_commit", "SELECT 1 WHERE current_setting('synchronous_commit') IN ('on', 'remote_apply')"   },
    {"encoding_utf8",      "SELECT 1 WHERE current_setting('server_encoding') = 'UTF8'"                       },
    {"collation_c",        "SELECT 1 FROM pg_database WHERE datname = current_database() AND datcollate = 'C'"},
};

static enum verdict
promise_check(struct db *db, const char *promise, const char *sql)
{
    PGresult *result = PQexec(connection_of(db), sql);
    enum verdict got = V_OK;

    if (PQresultStatus(result) != PGRES_TUPLES_OK) {
        got = fault(db, promise, result);
    } else if (PQntuples(result) != 1) {
        log_write(LOG_ERROR, "database_not_durable", "engine=postgres setting=%s", promise);
        got = V_DATABASE;
    }
    PQclear(result);
    return got;
}

static void
notice_drop(void *context, const char *message)
{
    (void)context;
    (void)message;
}

static enum verdict
settle(struct db *db)
{
    const char *const *setting = db->mode == DB_WRITER ? writer_settings : reader_settings;

    while (*setting != NULL)
        TRY(exec(db, "settings", *setting++));
    for (size_t i = 0; i < COUNT(promises); i++)
        TRY(promise_check(db, promises[i].promise, promises[i].sql));
    return V_OK;
}

/* The words after the address win over its own. */
static enum verdict
open_postgres(struct db *db, const char *url)
{
    const char *const words[] = {"dbname", "client_encoding", "fallback_application_name", "connect_timeout", NULL};
    const char *const values[] = {url, "UTF8", "ventured", "10", NULL};
    struct postgres *own = NEW(db->arena, struct postgres);

    own->prepared = NEW_ARRAY(db->arena, bool, db_slot_count(db));
    db->own = own;
    own->connection = PQconnectdbParams(words, values, 1);
    assert(own->connection != NULL);
    if (PQstatus(own->connection) != CONNECTION_OK)
        return fault(db, "open", NULL);
    PQsetNoticeProcessor(own->connection, notice_drop, NULL);
    return settle(db) == V_OK ? V_OK : V_DATABASE;
}

static void
close_postgres(struct db *db)
{
    PQfinish(connection_of(db));
}

/* ---- transactions --------------------------------------------------------------------------------------------- */

static enum verdict
begin(struct db *db)
{
    return exec(db, "begin", "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE");
}

static void
rollback(struct db *db)
{
    if (!db->dead)
        exec(db, "rollback", "ROLLBACK");
}

/* A transaction that had failed answers COMMIT with "ROLLBACK" and no error. */
static enum verdict
commit(struct db *db)
{
    PGresult *result = PQexec(connection_of(db), "COMMIT");
    enum verdict got = V_OK;

    if (PQresultStatus(result) != PGRES_COMMAND_OK) {
        got = fault(db, "commit", result);
    } else if (strcmp(PQcmdStatus(result), "COMMIT") != 0) {
        log_write(LOG_ERROR, "database_fault", "engine=postgres doing=commit code=rolled_back");
        got = V_BROKEN;
    }
    PQclear(result);
    return got;
}

/* BEGIN alone takes no snapshot; the first statement does. */
static enum verdict
snapshot(struct db *db)
{
    enum verdict got = exec(db, "snapshot", "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT 1");

    if (got != V_OK)
        rollback(db);
    return got;
}

/* The advisory lock (its number means nothing) lets several daemons start on an empty database at once. */
static enum verdict
found(struct db *db)
{
    struct buf sql = {.arena = db->scratch};

    arena_reset(db->scratch);
    buf_print(&sql,
              "BEGIN; SELECT pg_advisory_xact_lock(7239614);"
              "DO $$ BEGIN CREATE DOMAIN blob AS bytea; EXCEPTION WHEN duplicate_object THEN NULL; END $$;"
              "%s; COMMIT",
              db_own_table);
    buf_add_char(&sql, '\0');
    if (exec(db, "found", sql.at) == V_OK)
        return V_OK;
    rollback(db);
    return V_DATABASE;
}

static enum verdict
script(struct db *db, const char *sql)
{
    return exec(db, "migration", sql);
}

/* ---- statements ----------------------------------------------------------------------------------------------- */

static Oid
oid_of(char letter)
{
    return letter == 'i' ? OID_INT8 : letter == 't' ? OID_TEXT : OID_BYTEA;
}

static void
slot_name(char out[SLOT_NAME_SIZE], size_t slot)
{
    snprintf(out, SLOT_NAME_SIZE, "s%zu", slot);
}

/* A domain is described as the type below it, so `blob` shows as bytea. */
static bool
gives_match(const PGresult *result, const char *gives)
{
    if (PQnfields(result) != (int)strlen(gives))
        return false;
    for (int i = 0; gives[i] != '\0'; i++)
        if (PQftype(result, i) != oid_of(gives[i]))
            return false;
    return true;
}

static enum verdict
signature_check(struct db *db, const char *name, const struct db_statement *statement)
{
    PGresult *result = PQdescribePrepared(connection_of(db), name);
    enum verdict got = V_OK;

    if (PQresultStatus(result) != PGRES_COMMAND_OK) {
        got = fault(db, statement->name, result);
    } else if (PQnparams(result) != (int)strlen(statement->takes) || !gives_match(result, statement->gives)) {
        log_write(LOG_ERROR, "statement_signature", "engine=postgres doing=%s", statement->name);
        got = V_BROKEN;
    }
    PQclear(result);
    return got;
}

static enum verdict
prepare(struct db *db, size_t slot, const struct db_statement *statement)
{
    struct postgres *own = db->own;
    int count = (int)strlen(statement->takes);
    Oid types[DB_VALUES_MAX];
    char name[SLOT_NAME_SIZE];
    PGresult *result;
    enum verdict got = V_OK;

    if (own->prepared[slot])
        return V_OK;
    for (int i = 0; i < count; i++)
        types[i] = oid_of(statement->takes[i]);
    slot_name(name, slot);
    result = PQprepare(own->connection, name, statement->sql, count, types);
    if (PQresultStatus(result) != PGRES_COMMAND_OK)
        got = fault(db, statement->name, result);
    PQclear(result);
    TRY(got);
    TRY(signature_check(db, name, statement));
    own->prepared[slot] = true;
    return V_OK;
}

static void
int_encode(char out[8], int64_t v)
{
    for (int i = 7; i >= 0; i--) {
        out[i] = (char)((uint64_t)v & 0xff);
        v = (int64_t)((uint64_t)v >> 8);
    }
}

static int64_t
int_decode(const char *at)
{
    uint64_t v = 0;

    for (int i = 0; i < 8; i++)
        v = v << 8 | (unsigned char)at[i];
    return (int64_t)v;
}

static enum verdict
rows_read(const struct db_statement *statement, const PGresult *result, struct db_answer *out)
{
    const char *gives = statement->gives;
    int rows = PQntuples(result), columns = PQnfields(result);

    for (int i = 0; i < rows * columns; i++) {
        int row = i / columns, column = i % columns;
        const char *at = PQgetvalue(result, row, column);

        if (PQgetisnull(result, row, column)) {
            log_write(LOG_ERROR, "column_type", "engine=postgres doing=%s column=%d", statement->name, column + 1);
            return V_BROKEN;
        }
        if (gives[column] == 'i')
            answer_add_int(out, int_decode(at));
        else
            answer_add_bytes(out, (struct slice){at, (size_t)PQgetlength(result, row, column)});
    }
    out->count = (size_t)rows;
    slice_to_int(&out->changed, slice_of(PQcmdTuples((PGresult *)(uintptr_t)result)));
    return V_OK;
}

static enum verdict
run(struct db *db, size_t slot, const struct db_statement *statement, const struct db_value *values,
    struct db_answer *out)
{
    const char *at[DB_VALUES_MAX];
    int len[DB_VALUES_MAX], form[DB_VALUES_MAX];
    char wire[DB_VALUES_MAX][8], name[SLOT_NAME_SIZE];
    int count = (int)strlen(statement->takes);
    PGresult *result;
    ExecStatusType status;
    enum verdict got;

    for (int i = 0; i < count; i++) {
        bool number = statement->takes[i] == 'i';

        int_encode(wire[i], values[i].i);
        at[i] = number ? wire[i] : values[i].s.at;
        len[i] = number ? 8 : (int)values[i].s.len;
        form[i] = BINARY;
    }
    slot_name(name, slot);
    result = PQexecPrepared(connection_of(db), name, count, at, len, form, BINARY);
    status = PQresultStatus(result);
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)
        got = rows_read(statement, result, out);
    else
        got = fault(db, statement->name, result);
    PQclear(result);
    return got;
}

const struct db_engine db_postgres = {
    .name = "postgres",
    .open = open_postgres,
    .close = close_postgres,
    .begin = begin,
    .commit = commit,
    .snapshot = snapshot,
    .rollback = rollback,
    .found = found,
    .script = script,
    .prepare = prepare,
    .run = run,
};

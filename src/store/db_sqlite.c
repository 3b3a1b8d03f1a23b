/*
 * SQLite: the only file that includes sqlite3.h.
 * Knows pragmas, result codes and how values cross; must not know what any statement is for.
 * Invariant: a commit that returned V_OK was fsynced (WAL, synchronous FULL); a writer that met an I/O error is dead.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sqlite3.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "store_int.h"

#define WAL_PAUSE_MS 5

struct sqlite {
    sqlite3 *handle;
    sqlite3_stmt **prepared; /* by slot; NULL until first used */
};

static sqlite3 *
handle_of(const struct db *db)
{
    const struct sqlite *own = db->own;

    return own->handle;
}

/* ---- faults --------------------------------------------------------------------------------------------------- */

static enum verdict
code_verdict(const struct db *db, int code)
{
    switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return V_BUSY;
    case SQLITE_FULL:
        return V_DISK_FULL;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_NOMEM:
        return V_DATABASE;
    case SQLITE_READONLY: /* a reader that writes is our bug; a writer that cannot is the machine's trouble */
        return db->mode == DB_READER ? V_BROKEN : V_DATABASE;
    default: /* constraints, corruption, statements that do not compile */
        return V_BROKEN;
    }
}

/* One line. SQLite's message names tables, columns and files, never a value. */
static enum verdict
fault(struct db *db, const char *doing, int code)
{
    enum verdict got = code_verdict(db, code);
    sqlite3 *handle = handle_of(db);

    /* After a failed fsync nobody knows what the disk holds, and asking again may be answered with a lie. */
    if ((code & 0xff) == SQLITE_IOERR && db->mode == DB_WRITER)
        db->dead = true;
    arena_reset(db->scratch);
    log_write(got == V_BUSY ? LOG_WARN : LOG_ERROR, "database_fault",
              "engine=sqlite doing=%s code=%d usable=%d message=%s", doing, code, !db->dead,
              log_quote(db->scratch, slice_of(handle != NULL ? sqlite3_errmsg(handle) : sqlite3_errstr(code))));
    return got;
}

static enum verdict
exec(struct db *db, const char *doing, const char *sql)
{
    int code = sqlite3_exec(handle_of(db), sql, NULL, NULL, NULL);

    return code == SQLITE_OK ? V_OK : fault(db, doing, code);
}

/* ---- opening -------------------------------------------------------------------------------------------------- */

/* Pages stay cached per connection: the writer touches the journal, the totals and their indexes all the time.
 * Temporary tables stay in memory, so that no text leaves the registry's own files. */
static const char common_settings[] = "PRAGMA foreign_keys = ON;"
                                      "PRAGMA trusted_schema = OFF;"
                                      "PRAGMA temp_store = MEMORY;";
static const char writer_settings[] = "PRAGMA synchronous = FULL;"
                                      "PRAGMA secure_delete = ON;"
                                      "PRAGMA cache_size = -65536;";
static const char reader_settings[] = "PRAGMA query_only = ON;"
                                      "PRAGMA cache_size = -16384;";

/* The one place that says when the WAL flows back into the file, and how much of it is kept afterwards. */
static const char checkpoint_settings[] = "PRAGMA wal_autocheckpoint = 1000;"
                                          "PRAGMA journal_size_limit = 67108864;";

struct setting {
    const char *sql, *value;
};
static const struct setting writer_promises[] = {
    {"PRAGMA journal_mode", "wal"},
    {"PRAGMA synchronous",  "2"  },
    {"PRAGMA foreign_keys", "1"  },
};
static const struct setting reader_promises[] = {
    {"PRAGMA journal_mode", "wal"},
    {"PRAGMA query_only",   "1"  },
};

/* Runs a pragma: does it answer with that? */
static bool
pragma_says(struct db *db, const char *sql, const char *wanted)
{
    sqlite3_stmt *statement = NULL;
    const char *value = NULL;
    bool says;

    if (sqlite3_prepare_v2(handle_of(db), sql, -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW)
        value = (const char *)sqlite3_column_text(statement, 0);
    says = value != NULL && strcmp(value, wanted) == 0;
    sqlite3_finalize(statement);
    return says;
}

static enum verdict
promise_check(struct db *db, const struct setting *want)
{
    if (pragma_says(db, want->sql, want->value))
        return V_OK;
    log_write(LOG_ERROR, "database_not_durable", "engine=sqlite setting=\"%s\" want=%s", want->sql, want->value);
    return V_DATABASE;
}

/* Of processes that open a new file together one turns it to WAL. The others, who hold a lock themselves by then, are
 * refused without the busy handler being asked, so they wait here. */
static void
wal_begin(struct db *db)
{
    const struct timespec pause = {.tv_nsec = WAL_PAUSE_MS * 1000 * 1000};

    for (int tries = DB_LOCK_TIMEOUT_MS / WAL_PAUSE_MS; tries > 0; tries--) {
        if (pragma_says(db, "PRAGMA journal_mode = WAL", "wal"))
            return;
        nanosleep(&pause, NULL);
    }
}

/* SQLite gives its log and index the mode of the main file; so that nobody else can read any of the three, the main
 * file is made here first. O_EXCL: closing a descriptor of a file that SQLite has open would drop its locks. */
static void
make_private(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    if (fd >= 0)
        close(fd);
}

static enum verdict
settle(struct db *db)
{
    bool writer = db->mode == DB_WRITER;
    const struct setting *promises = writer ? writer_promises : reader_promises;
    size_t count = writer ? COUNT(writer_promises) : COUNT(reader_promises);

    if (writer)
        wal_begin(db);
    TRY(exec(db, "settings", common_settings));
    TRY(exec(db, "settings", writer ? writer_settings : reader_settings));
    TRY(exec(db, "settings", checkpoint_settings));
    for (size_t i = 0; i < count; i++)
        TRY(promise_check(db, &promises[i]));
    return V_OK;
}

static enum verdict
open_sqlite(struct db *db, const char *url)
{
    struct sqlite *own = NEW(db->arena, struct sqlite);
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    int code;
    enum verdict got;

    own->prepared = NEW_ARRAY(db->arena, sqlite3_stmt *, db_slot_count(db));
    db->own = own;
    if (db->mode == DB_WRITER)
        make_private(url);
    code = sqlite3_open_v2(url, &own->handle, flags, NULL);
    if (code != SQLITE_OK)
        got = fault(db, "open", code);
    else {
        sqlite3_busy_timeout(own->handle, DB_LOCK_TIMEOUT_MS);
        sqlite3_db_config(own->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
        got = settle(db);
    }
    /* Whatever stands in the way of opening, the caller's answer is that there is no database to work with. */
    return got == V_OK ? V_OK : V_DATABASE;
}

static void
close_sqlite(struct db *db)
{
    struct sqlite *own = db->own;

    for (size_t i = 0; i < db_slot_count(db); i++)
        sqlite3_finalize(own->prepared[i]);
    sqlite3_close(own->handle);
}

/* ---- transactions --------------------------------------------------------------------------------------------- */

static enum verdict
begin(struct db *db)
{
    return exec(db, "begin", "BEGIN IMMEDIATE");
}

/* An error may have ended the transaction already. */
static void
rollback(struct db *db)
{
    if (sqlite3_get_autocommit(handle_of(db)) == 0)
        exec(db, "rollback", "ROLLBACK");
}

static enum verdict
commit(struct db *db)
{
    enum verdict got = exec(db, "commit", "COMMIT");

    if (got != V_OK)
        rollback(db);
    return got;
}

/* BEGIN alone takes no snapshot; the first read does. */
static enum verdict
snapshot(struct db *db)
{
    enum verdict got = exec(db, "snapshot", "BEGIN; SELECT 1 FROM sqlite_schema LIMIT 1");

    if (got != V_OK)
        rollback(db);
    return got;
}

static enum verdict
found(struct db *db)
{
    return exec(db, "found", db_own_table);
}

static enum verdict
script(struct db *db, const char *sql)
{
    return exec(db, "migration", sql);
}

/* ---- statements ----------------------------------------------------------------------------------------------- */

static enum verdict
prepare(struct db *db, size_t slot, const struct db_statement *statement)
{
    struct sqlite *own = db->own;
    sqlite3_stmt **stmt = &own->prepared[slot];
    int code;

    if (*stmt != NULL)
        return V_OK;
    code = sqlite3_prepare_v3(own->handle, statement->sql, -1, SQLITE_PREPARE_PERSISTENT, stmt, NULL);
    if (code != SQLITE_OK)
        return fault(db, statement->name, code);
    if (sqlite3_bind_parameter_count(*stmt) == (int)strlen(statement->takes) &&
        sqlite3_column_count(*stmt) == (int)strlen(statement->gives))
        return V_OK;
    log_write(LOG_ERROR, "statement_signature", "engine=sqlite doing=%s", statement->name);
    sqlite3_finalize(*stmt);
    *stmt = NULL;
    return V_BROKEN;
}

/* Values outlive the step, so nothing is copied. Binding fails only beyond SQLite's own gigabyte. */
static void
bind(sqlite3_stmt *stmt, const char *takes, const struct db_value *values)
{
    for (int i = 0; takes[i] != '\0'; i++) {
        struct slice s = values[i].s;
        int code;

        if (takes[i] == 'i')
            code = sqlite3_bind_int64(stmt, i + 1, values[i].i);
        else if (takes[i] == 't')
            code = sqlite3_bind_text64(stmt, i + 1, s.at, s.len, SQLITE_STATIC, SQLITE_UTF8);
        else
            code = sqlite3_bind_blob64(stmt, i + 1, s.at, s.len, SQLITE_STATIC);
        assert(code == SQLITE_OK);
    }
}

static int
column_type(char letter)
{
    return letter == 'i' ? SQLITE_INTEGER : letter == 't' ? SQLITE_TEXT : SQLITE_BLOB;
}

static enum verdict
row_read(const struct db_statement *statement, sqlite3_stmt *stmt, struct db_answer *out)
{
    const char *gives = statement->gives;

    for (int i = 0; gives[i] != '\0'; i++) {
        const char *at;

        if (sqlite3_column_type(stmt, i) != column_type(gives[i])) {
            log_write(LOG_ERROR, "column_type", "engine=sqlite doing=%s column=%d", statement->name, i + 1);
            return V_BROKEN;
        }
        if (gives[i] == 'i') {
            answer_add_int(out, sqlite3_column_int64(stmt, i));
            continue;
        }
        at = gives[i] == 't' ? (const char *)sqlite3_column_text(stmt, i) : sqlite3_column_blob(stmt, i);
        answer_add_bytes(out, at == NULL ? S("") : (struct slice){at, (size_t)sqlite3_column_bytes(stmt, i)});
    }
    out->count++;
    return V_OK;
}

static enum verdict
rows_read(struct db *db, const struct db_statement *statement, sqlite3_stmt *stmt, struct db_answer *out)
{
    int code;

    while ((code = sqlite3_step(stmt)) == SQLITE_ROW)
        TRY(row_read(statement, stmt, out));
    if (code != SQLITE_DONE)
        return fault(db, statement->name, code);
    out->changed = sqlite3_changes64(handle_of(db));
    return V_OK;
}

static enum verdict
run(struct db *db, size_t slot, const struct db_statement *statement, const struct db_value *values,
    struct db_answer *out)
{
    struct sqlite *own = db->own;
    sqlite3_stmt *stmt = own->prepared[slot];
    enum verdict got;

    bind(stmt, statement->takes, values);
    got = rows_read(db, statement, stmt, out);
    sqlite3_reset(stmt);
    sqlite3_clear_bindings(stmt);
    return got;
}

const struct db_engine db_sqlite = {
    .name = "sqlite",
    .open = open_sqlite,
    .close = close_sqlite,
    .begin = begin,
    .commit = commit,
    .snapshot = snapshot,
    .rollback = rollback,
    .found = found,
    .script = script,
    .prepare = prepare,
    .run = run,
};

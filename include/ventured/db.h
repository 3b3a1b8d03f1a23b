/*
 * The thin driver: a closed list of typed statements on SQLite or PostgreSQL.
 * Knows connections, transactions and rows; must not know what any table is for.
 * Invariant: two engines, one SQL text, no NULL anywhere; what a statement takes and gives is checked by the compiler,
 * since scripts/generate-sql writes one function a statement.
 */
#ifndef VENTURED_DB_H
#define VENTURED_DB_H

#include "ventured/base.h"

/* A connection. It belongs to one thread at a time. */
struct db;

/* WRITER: may begin transactions. READER: a connection that cannot write. */
enum db_mode { DB_WRITER, DB_READER };

/* The statements and migrations that a program was built with; scripts/generate-sql writes one. */
struct db_schema {
    const struct db_statement *statements;
    size_t statement_count;
    const struct db_migration *migrations; /* by rising number */
    size_t migration_count;
};

/* `url` is a file name, or postgres://...; opens, checks the durability settings (SQLite: WAL, synchronous FULL;
 * PostgreSQL: synchronous_commit on, fsync on, encoding UTF8, collation C) and prepares nothing yet. A writer makes an
 * SQLite file that is missing, readable by its owner only. V_DATABASE after one log line; `schema` is borrowed. */
enum verdict db_open(struct db **out, const char *url, enum db_mode mode, const struct db_schema *schema);
void db_close(struct db *db); /* NULL is allowed; an open transaction is rolled back */

/* A writer's transaction takes the write lock at once on SQLite; a lock that another writer keeps for over
 * DB_LOCK_TIMEOUT_MS is V_BUSY, here or at the first statement that needs it. db_end commits on V_OK and rolls back on
 * anything else; it returns `got`, or the fault where the commit failed. After a statement's fault the transaction only
 * waits for db_end: every further statement and the commit itself return that fault. */
#define DB_LOCK_TIMEOUT_MS 1000
enum verdict db_begin(struct db *db);
enum verdict db_end(struct db *db, enum verdict got);
bool db_in_transaction(const struct db *db);

/* False after a failed fsync, a commit whose outcome is unknown or a lost connection: the connection then answers
 * V_DATABASE to everything, and its owner closes it and opens another, which goes through the engine's recovery.
 * A disk that is full (V_DISK_FULL) stored nothing and leaves the connection usable. */
bool db_usable(const struct db *db);

/* A reader's snapshot over several statements, taken at once: begin, read, end. */
enum verdict db_snapshot(struct db *db);
void db_snapshot_end(struct db *db);

/* Applies the numbered migrations that are missing, each in its own transaction, and records them with the SHA-256 of
 * their text. V_BROKEN where a recorded one differs from ours or is none of ours. Several processes may try at once. */
enum verdict db_migrate(struct db *db);

/* Prepares every statement and compares its signature with what the engine says; V_BROKEN after one log line each. */
enum verdict db_check(struct db *db);

/* ---- what generated code calls ------------------------------------------------------------------------------ */

/* 'i' int64_t as BIGINT, 't' UTF-8 text without U+0000 as TEXT, 'b' bytes as blob. An absent slice cannot be stored. */
struct db_value {
    char type;
    int64_t i;
    struct slice s;
};

enum db_expect {
    EXPECT_RUN,  /* V_OK however many rows changed */
    EXPECT_SOME, /* V_NONE where no row changed */
    EXPECT_ONE,  /* V_NONE where no row came, V_OK with one; two are a bug */
    EXPECT_MANY,
};

struct db_statement {
    const char *name, *sql;
    const char *takes, *gives; /* signature letters, one a value */
    enum db_expect expect;
};

struct db_migration {
    int64_t number;
    const char *name;
    const char *const *lines; /* each with its line feed; NULL ends */
};

/* `statement` is one of the connection's schema. Rows are copied into `a`, packed as the generated row structs are: an
 * int64_t for each 'i', a struct slice for each 't' and 'b'. `a`, `rows` and `count` may be NULL where the statement
 * gives none. A violated constraint, a NULL or a value of another type is V_BROKEN after one log line. */
enum verdict db_run(struct db *db, const struct db_statement *statement, const struct db_value *values, struct arena *a,
                    void **rows, size_t *count);

#endif

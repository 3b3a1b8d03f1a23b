/*
 * The thin driver: a closed list of typed statements on SQLite or PostgreSQL.
 * Knows connections, transactions and rows; must not know what any table is for.
 * Invariant: two engines, one SQL text, no NULL anywhere; what a statement takes and gives is checked by the compiler,
 * since scripts/generate-sql writes one function a statement.
 */
#ifndef VENTURED_DB_H
#define VENTURED_DB_H

#include "ventured/base.h"

struct db;

/* WRITER: may begin transactions. READER: a connection that cannot write. */
enum db_mode { DB_WRITER, DB_READER };

/* `url` is a file name, or postgres://...; opens, checks the durability settings (SQLite: WAL, synchronous FULL;
 * PostgreSQL: synchronous_commit on, fsync on) and prepares nothing yet. V_DATABASE after one log line. */
enum verdict db_open(struct db **out, const char *url, enum db_mode mode);
void db_close(struct db *db);

/* A writer's transaction takes the write lock at once on SQLite. db_end commits on V_OK and rolls back on anything else;
 * it returns `got`, or the fault where the commit failed. After a failed commit the connection refuses all work. */
enum verdict db_begin(struct db *db);
enum verdict db_end(struct db *db, enum verdict got);
bool db_in_transaction(const struct db *db);

/* A reader's snapshot over several statements: begin, read, end. */
enum verdict db_snapshot(struct db *db);
void db_snapshot_end(struct db *db);

/* Applies the numbered migrations that are missing, each in its own transaction, and records them. */
enum verdict db_migrate(struct db *db);

/* ---- what generated code calls ------------------------------------------------------------------------------ */

/* 'i' int64_t as BIGINT, 't' UTF-8 text as TEXT, 'b' bytes as blob. */
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

extern const struct db_statement db_statements[];
extern const size_t db_statement_count;

/* Rows are copied into `a`: `rows` becomes count * strlen(gives) values. `a` may be NULL where the statement gives none. */
enum verdict db_run(struct db *db, size_t statement, const struct db_value *values, struct arena *a,
                    struct db_value **rows, size_t *count);

#endif

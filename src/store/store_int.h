/*
 * What the files of floor 1 share: a connection's common part and what an engine must do for it.
 * Knows the steps of a connection's life; must not know either engine's library.
 * Invariant: db.c alone decides when a step is allowed; an engine only carries it out.
 */
#ifndef VENTURED_STORE_INT_H
#define VENTURED_STORE_INT_H

#include "ventured/db.h"

#define DB_VALUES_MAX 64

/* What one statement brought back. Rows are packed as db_run promises. */
struct db_answer {
    struct buf rows;
    size_t count;    /* of rows */
    int64_t changed; /* rows inserted, updated or deleted */
};

void answer_add_int(struct db_answer *answer, int64_t v);
void answer_add_bytes(struct db_answer *answer, struct slice s); /* copied */

struct db_engine {
    const char *name;
    enum verdict (*open)(struct db *db, const char *url);
    void (*close)(struct db *db);
    enum verdict (*begin)(struct db *db);
    enum verdict (*commit)(struct db *db);
    enum verdict (*snapshot)(struct db *db);
    void (*rollback)(struct db *db); /* of a transaction or a snapshot */
    /* Makes the table of migrations, and on PostgreSQL the domain `blob`. */
    enum verdict (*found)(struct db *db);
    enum verdict (*script)(struct db *db, const char *sql); /* several statements, no rows */
    /* Prepares the statement in its slot, once, and compares the signature. */
    enum verdict (*prepare)(struct db *db, size_t slot, const struct db_statement *statement);
    enum verdict (*run)(struct db *db, size_t slot, const struct db_statement *statement, const struct db_value *values,
                        struct db_answer *out);
};

extern const struct db_engine db_sqlite, db_postgres;

enum db_stage { DB_IDLE, DB_IN_TRANSACTION, DB_IN_SNAPSHOT };

struct db {
    const struct db_engine *engine;
    const struct db_schema *schema;
    struct arena *arena;   /* lives as long as the connection */
    struct arena *scratch; /* for one log line */
    enum db_mode mode;
    enum db_stage stage;
    enum verdict fault; /* of the open transaction; V_OK while there is none */
    bool dead;          /* see db_usable */
    void *own;          /* the engine's */
};

/* The driver's own statements, numbered behind the schema's. */
enum { OWN_MIGRATIONS, OWN_MIGRATION_ADD, OWN__COUNT };
extern const struct db_statement db_own_statements[OWN__COUNT];
extern const char db_own_table[]; /* DDL of the table of migrations */

size_t db_slot_count(const struct db *db);

#endif

/*
 * Every row of a table as text.
 * Knows SQL by way of the engines' own libraries; must not know the driver.
 * Invariant: rows come in the order of all their columns, compared as bytes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <postgresql/libpq-fe.h>
#include <sqlite3.h>

#include "dump.h"

const char *const derived_tables[] = {"tile", "subject", "voucher", "exception", "line",
                                      "step", "delta",   "bucket",  "total"};
const size_t derived_table_count = COUNT(derived_tables);

static const char *const columns[] = {"1, 2", "1, 2", "1, 2, 3, 4, 5", "1", "1, 2, 3, 4, 5, 6, 7", "1, 2, 3",
                                      "1, 2, 3, 4, 5", "1, 2, 3, 4, 5", "1, 2, 3, 4"};

static void
add_row_sqlite(struct buf *b, sqlite3_stmt *s)
{
    for (int i = 0; i < sqlite3_column_count(s); i++) {
        const char *at = i > 0 ? "\t" : "";

        if (sqlite3_column_type(s, i) != SQLITE_BLOB) {
            buf_print(b, "%s%s", at, (const char *)sqlite3_column_text(s, i));
            continue;
        }
        buf_print(b, "%s\\x", at);
        buf_add(b, hex_encode(b->arena, (struct slice){sqlite3_column_blob(s, i), (size_t)sqlite3_column_bytes(s, i)}));
    }
    buf_add_char(b, '\n');
}

static struct slice
query_sqlite(struct arena *a, const char *url, const char *sql)
{
    struct buf b = {.arena = a};
    sqlite3_stmt *s;
    sqlite3 *db;

    assert_int_equal(sqlite3_open(url, &db), SQLITE_OK);
    sqlite3_busy_timeout(db, 5000);
    if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    while (sqlite3_step(s) == SQLITE_ROW)
        add_row_sqlite(&b, s);
    if (sqlite3_finalize(s) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    sqlite3_close(db);
    return buf_slice(&b);
}

/* The last connection is kept: a log-in costs more than a query. The server drops it with its database. */
static PGconn *
connection_to(const char *url)
{
    static PGconn *kept;
    static char kept_url[512];

    if (kept != NULL && strcmp(kept_url, url) == 0 && PQstatus(kept) == CONNECTION_OK)
        return kept;
    PQfinish(kept);
    kept = PQconnectdb(url);
    snprintf(kept_url, sizeof kept_url, "%s", url);
    if (PQstatus(kept) != CONNECTION_OK)
        fail_msg("%s", PQerrorMessage(kept));
    return kept;
}

/* PostgreSQL writes bytea as \x and hex digits by itself. */
static struct slice
query_postgres(struct arena *a, const char *url, const char *sql)
{
    struct buf b = {.arena = a};
    PGconn *db = connection_to(url);
    PGresult *r = PQexec(db, sql);

    if (PQresultStatus(r) != PGRES_TUPLES_OK)
        fail_msg("%s: %s", sql, PQerrorMessage(db));
    for (int row = 0; row < PQntuples(r); row++) {
        for (int i = 0; i < PQnfields(r); i++)
            buf_print(&b, "%s%s", i > 0 ? "\t" : "", PQgetvalue(r, row, i));
        buf_add_char(&b, '\n');
    }
    PQclear(r);
    return buf_slice(&b);
}

struct slice
dump_query(struct arena *a, const char *url, const char *sql)
{
    return strncmp(url, "postgres", 8) == 0 ? query_postgres(a, url, sql) : query_sqlite(a, url, sql);
}

static bool
change_sqlite(const char *url, const char *sql)
{
    sqlite3 *db;
    bool done;

    assert_int_equal(sqlite3_open(url, &db), SQLITE_OK);
    sqlite3_busy_timeout(db, 5000);
    done = sqlite3_exec(db, "PRAGMA synchronous = OFF", NULL, NULL, NULL) == SQLITE_OK &&
           sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK &&
           sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK &&
           sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK;
    sqlite3_close(db);
    return done;
}

/* Several statements in one PQexec are one transaction. */
static bool
change_postgres(const char *url, const char *sql)
{
    PGconn *db = connection_to(url);
    PGresult *r = PQexec(db, sql);
    bool done = PQresultStatus(r) == PGRES_COMMAND_OK;

    PQclear(r);
    return done;
}

bool
dump_change(const char *url, const char *sql)
{
    return strncmp(url, "postgres", 8) == 0 ? change_postgres(url, sql) : change_sqlite(url, sql);
}

struct slice
dump_derived(struct arena *a, const char *url)
{
    struct buf b = {.arena = a};

    for (size_t i = 0; i < COUNT(derived_tables); i++) {
        buf_print(&b, "# %s\n", derived_tables[i]);
        buf_add(&b, dump_query(a, url,
                               arena_print(a, "SELECT * FROM %s ORDER BY %s", derived_tables[i], columns[i]).at));
    }
    return buf_slice(&b);
}

const char *
dump_difference(struct arena *a, struct slice one, struct slice other)
{
    size_t at = 0, line = 0;

    if (slice_equal(one, other))
        return NULL;
    while (at < one.len && at < other.len && one.at[at] == other.at[at])
        if (one.at[at++] == '\n')
            line = at;
    return arena_print(a, "'%.200s' and '%.200s'", slice_sub(one, line, 200).at, slice_sub(other, line, 200).at).at;
}

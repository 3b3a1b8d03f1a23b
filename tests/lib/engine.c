/*
 * An empty database for a test, on either engine.
 * Knows a folder in /tmp and CREATE DATABASE; must not know any table.
 * Invariant: every database made here has a random name and is dropped by the teardown.
 */
#define _GNU_SOURCE
#include <ftw.h>
#include <postgresql/libpq-fe.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "engine.h"
#include "ventured/crypto.h"

#define ENGINE_ARENA_SIZE (256u * 1024 * 1024)

static const char *
cluster(void)
{
    const char *url = getenv("VENTURED_TEST_DB");

    return url == NULL || strcmp(url, "sqlite") == 0 ? NULL : url;
}

/* Runs one statement on the cluster's own database. */
static void
command(const char *sql)
{
    PGconn *connection = PQconnectdb(cluster());
    PGresult *result = PQexec(connection, sql);

    if (PQresultStatus(result) != PGRES_COMMAND_OK)
        fail_msg("%s: %s", sql, PQerrorMessage(connection));
    PQclear(result);
    PQfinish(connection);
}

/* postgres://user:word@host:port/NAME?options with another NAME. */
static void
url_for(char *out, size_t size, const char *name)
{
    const char *url = cluster();
    const char *host = strstr(url, "://") + 3;
    size_t before = strcspn(host, "/?") + (size_t)(host - url);
    const char *options = strchr(url, '?');

    snprintf(out, size, "%.*s/%s%s", (int)before, url, name, options != NULL ? options : "");
}

static const char *
database_name(const struct engine *e)
{
    return strrchr(e->folder, '/') + 1;
}

int
engine_setup(void **state)
{
    struct engine *e = calloc(1, sizeof *e);
    char sql[256];
    unsigned char random[8];

    assert_non_null(e);
    log_level_min = LOG_ERROR; /* busy and migrated are what tests do all day */
    random_bytes(random, sizeof random);
    e->arena = arena_open(ENGINE_ARENA_SIZE);
    snprintf(e->folder, sizeof e->folder - 2 * sizeof random - 8, "%s/ventured_",
             getenv("TMPDIR") == NULL ? "/tmp" : getenv("TMPDIR"));
    for (size_t i = 0; i < sizeof random; i++)
        snprintf(e->folder + strlen(e->folder), 3, "%02x", random[i]);
    strcat(e->folder, "_XXXXXX");
    assert_non_null(mkdtemp(e->folder));
    *state = e;
    if (cluster() == NULL) {
        snprintf(e->url, sizeof e->url, "%s/registry.db", e->folder);
        return 0;
    }
    snprintf(sql, sizeof sql, "CREATE DATABASE \"%s\" TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'",
             database_name(e));
    command(sql);
    url_for(e->url, sizeof e->url, database_name(e));
    return 0;
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *walk)
{
    (void)st;
    (void)type;
    (void)walk;
    return remove(path);
}

int
engine_teardown(void **state)
{
    struct engine *e = *state;
    char sql[256];

    for (size_t i = 0; i < e->open_count; i++)
        db_close(e->open[i]);
    if (cluster() != NULL) {
        snprintf(sql, sizeof sql, "DROP DATABASE \"%s\" WITH (FORCE)", database_name(e));
        command(sql);
    }
    nftw(e->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    arena_close(e->arena);
    free(e);
    return 0;
}

struct db *
engine_open(struct engine *e, enum db_mode mode, const struct db_schema *schema)
{
    struct db *db = NULL;

    assert_true(e->open_count < ENGINE_CONNECTIONS_MAX);
    assert_int_equal(db_open(&db, e->url, mode, schema), V_OK);
    e->open[e->open_count++] = db;
    return db;
}

struct db *
engine_migrated(struct engine *e, const struct db_schema *schema)
{
    struct db *db = engine_open(e, DB_WRITER, schema);

    assert_int_equal(db_migrate(db), V_OK);
    return db;
}

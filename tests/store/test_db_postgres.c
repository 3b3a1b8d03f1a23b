/*
 * What only a server can do to us: cut the line, or be set up to lose commits.
 * Knows libpq as the one who does the harm; skipped, with the reason, where no cluster is named.
 * Invariant: every setting changed here belongs to the test's own database.
 */
#include <postgresql/libpq-fe.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "engine.h"
#include "tests/store_sql.h"

static bool
is_postgres(const struct engine *e)
{
    if (strstr(e->url, "://") != NULL)
        return true;
    print_message("# skipped: VENTURED_TEST_DB names no PostgreSQL cluster\n");
    return false;
}

/* Runs `format` on the test's own database; %s stands for its name. */
static void
harm(const struct engine *e, const char *format)
{
    PGconn *connection = PQconnectdb(e->url);
    struct slice before = slice_of(format), after;
    PGresult *result;
    struct slice sql;

    before = slice_cut(&after, before, '%');
    sql = after.at == NULL ? before
                           : arena_print(e->arena, SLICE_FMT "\"%s\"" SLICE_FMT, SLICE_ARG(before), PQdb(connection),
                                         SLICE_ARG(slice_sub(after, 1, after.len)));
    result = PQexec(connection, sql.at);
    if (PQresultStatus(result) != PGRES_COMMAND_OK && PQresultStatus(result) != PGRES_TUPLES_OK)
        fail_msg("%s", PQerrorMessage(connection));
    PQclear(result);
    PQfinish(connection);
}

#define CUT                                                                                                            \
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = "              \
    "current_database()"

static void
is_dead_after_the_line_was_cut(void **state)
{
    struct engine *e = *state;
    struct store_sql_value_count row;
    struct db *db;

    if (!is_postgres(e))
        skip();
    db = engine_migrated(e, &store_sql_schema);
    assert_int_equal(store_sql_value_put(db, 1, S("kept"), S("")), V_OK);
    assert_int_equal(db_begin(db), V_OK);
    assert_int_equal(store_sql_value_put(db, 2, S("lost"), S("")), V_OK);
    harm(e, CUT);
    assert_int_equal(store_sql_value_put(db, 3, S("lost"), S("")), V_DATABASE);
    assert_false(db_usable(db));
    assert_int_equal(db_end(db, V_OK), V_DATABASE);
    assert_int_equal(db_begin(db), V_DATABASE);
    assert_int_equal(store_sql_value_count(&row, db, e->arena), V_DATABASE);

    db = engine_open(e, DB_WRITER, &store_sql_schema);
    assert_int_equal(store_sql_value_count(&row, db, e->arena), V_OK);
    assert_int_equal(row.count, 1);
}

static void
does_not_claim_a_commit_that_nobody_answered(void **state)
{
    struct engine *e = *state;
    struct store_sql_value_count row;
    struct db *db;

    if (!is_postgres(e))
        skip();
    db = engine_migrated(e, &store_sql_schema);
    assert_int_equal(db_begin(db), V_OK);
    assert_int_equal(store_sql_value_put(db, 1, S("lost"), S("")), V_OK);
    harm(e, CUT);
    assert_int_equal(db_end(db, V_OK), V_DATABASE);
    assert_false(db_usable(db));
    assert_int_equal(store_sql_value_count(&row, engine_open(e, DB_READER, &store_sql_schema), e->arena), V_OK);
    assert_int_equal(row.count, 0);
}

static void
opens_no_database_that_may_lose_commits(void **state)
{
    static const char *const settings[] = {"off", "local", "remote_write"};
    struct engine *e = *state;
    struct db *db = NULL;

    if (!is_postgres(e))
        skip();
    for (size_t i = 0; i < COUNT(settings); i++) {
        struct slice sql = arena_print(e->arena, "ALTER DATABASE %%s SET synchronous_commit = %s", settings[i]);

        harm(e, sql.at);
        assert_int_equal(db_open(&db, e->url, DB_WRITER, &store_sql_schema), V_DATABASE);
        assert_null(db);
    }
    harm(e, "ALTER DATABASE %s SET synchronous_commit = on");
    engine_migrated(e, &store_sql_schema);
}

static void
asks_for_another_connection_where_the_server_became_a_standby(void **state)
{
    struct engine *e = *state;
    struct db *db;

    if (!is_postgres(e))
        skip();
    engine_migrated(e, &store_sql_schema);
    harm(e, "ALTER DATABASE %s SET default_transaction_read_only = on");
    db = engine_open(e, DB_WRITER, &store_sql_schema);
    assert_int_equal(store_sql_value_put(db, 1, S("x"), S("")), V_DATABASE);
    assert_false(db_usable(db));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, engine_setup, engine_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(is_dead_after_the_line_was_cut),
        TEST(does_not_claim_a_commit_that_nobody_answered),
        TEST(opens_no_database_that_may_lose_commits),
        TEST(asks_for_another_connection_where_the_server_became_a_standby),
    };

    return cmocka_run_group_tests_name("store/db_postgres", tests, NULL, NULL);
}

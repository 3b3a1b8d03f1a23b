/*
 * What only SQLite can be made to suffer: a disk that is full, loses writes or fails to sync.
 * Knows the failing disk of tests/lib; runs on SQLite whatever engine the other suites run on.
 * Invariant: after any fault, what was acknowledged is there and the file is sound.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "disk.h"
#include "engine.h"
#include "tests/store_sql.h"

static int
setup(void **state)
{
    setenv("VENTURED_TEST_DB", "sqlite", 1);
    disk_install();
    disk_heal();
    return engine_setup(state);
}

static int
teardown(void **state)
{
    disk_heal();
    return engine_teardown(state);
}

static const struct db_statement checks[] = {
    {"integrity", "PRAGMA integrity_check", "", "t", EXPECT_MANY},
};
static const struct db_schema check_schema = {.statements = checks, .statement_count = COUNT(checks)};

static void
assert_sound(struct engine *e)
{
    struct db *db = NULL;
    void *row = NULL;
    size_t count;

    assert_int_equal(db_open(&db, e->url, DB_READER, &check_schema), V_OK);
    assert_int_equal(db_run(db, &checks[0], NULL, e->arena, &row, &count), V_OK);
    assert_int_equal(count, 1);
    assert_true(slice_equal(*(struct slice *)row, S("ok")));
    db_close(db);
}

/* One transaction of `rows` rows from `first`; the verdict a client would get. */
static enum verdict
put_rows(struct db *db, struct arena *a, int64_t first, int64_t rows)
{
    struct slice page = {arena_take(a, 4000), 4000};
    enum verdict got = db_begin(db);

    if (got != V_OK)
        return got;
    for (int64_t i = 0; i < rows && got == V_OK; i++)
        got = store_sql_value_put(db, first + i, S("row"), page);
    return db_end(db, got);
}

static int64_t
rows_now(struct engine *e)
{
    struct store_sql_value_count row;
    struct db *db = NULL;

    assert_int_equal(db_open(&db, e->url, DB_READER, &store_sql_schema), V_OK);
    assert_int_equal(store_sql_value_count(&row, db, e->arena), V_OK);
    db_close(db);
    return row.count;
}

static void
goes_on_after_a_full_disk(void **state)
{
    struct engine *e = *state;
    struct db *db = engine_migrated(e, &store_sql_schema);

    assert_int_equal(put_rows(db, e->arena, 1, 3), V_OK);
    disk_arm(DISK_WRITE, 1, SQLITE_FULL);
    assert_int_equal(put_rows(db, e->arena, 10, 3), V_DISK_FULL);
    assert_true(disk_failures() > 0);
    assert_true(db_usable(db));
    assert_int_equal(rows_now(e), 3);
    assert_int_equal(put_rows(db, e->arena, 10, 3), V_DISK_FULL);
    disk_heal();
    assert_int_equal(put_rows(db, e->arena, 10, 3), V_OK);
    assert_int_equal(rows_now(e), 6);
    assert_sound(e);
}

static void
stops_writing_after_a_failed_sync(void **state)
{
    struct engine *e = *state;
    struct db *db = engine_migrated(e, &store_sql_schema);
    struct store_sql_value_count row;

    assert_int_equal(put_rows(db, e->arena, 1, 3), V_OK);
    disk_arm(DISK_SYNC, 1, SQLITE_IOERR_FSYNC);
    assert_int_equal(put_rows(db, e->arena, 10, 3), V_DATABASE);
    assert_true(disk_failures() > 0);
    disk_heal();
    assert_false(db_usable(db));
    assert_int_equal(put_rows(db, e->arena, 20, 3), V_DATABASE);
    assert_int_equal(store_sql_value_put(db, 30, S("x"), S("")), V_DATABASE);
    assert_int_equal(store_sql_value_count(&row, db, e->arena), V_DATABASE);
    assert_int_equal(db_check(db), V_DATABASE);
    assert_int_equal(db_migrate(db), V_DATABASE);

    assert_int_equal(put_rows(engine_open(e, DB_WRITER, &store_sql_schema), e->arena, 40, 3), V_OK);
    assert_true(rows_now(e) >= 6);
    assert_sound(e);
}

static void
lets_readers_go_on_while_the_disk_fails(void **state)
{
    struct engine *e = *state;
    struct db *db = engine_migrated(e, &store_sql_schema);

    assert_int_equal(put_rows(db, e->arena, 1, 3), V_OK);
    disk_arm(DISK_WRITE, 1, SQLITE_IOERR_WRITE);
    assert_int_equal(put_rows(db, e->arena, 10, 3), V_DATABASE);
    assert_int_equal(rows_now(e), 3);
}

/* The n-th call fails, for n = 1, 2, 3, ... until nothing fails any more. Every round opens a connection of
 * its own and commits four groups. */
static void
fail_each_call(struct engine *e, enum disk_call call, int code)
{
    int64_t acknowledged = 0, unknown = 0, next = 1;
    size_t failures = 1;

    engine_migrated(e, &store_sql_schema);
    for (size_t n = 1; failures > 0 && n < 200; n++) {
        struct db *db = NULL;

        assert_int_equal(db_open(&db, e->url, DB_WRITER, &store_sql_schema), V_OK);
        disk_arm(call, n, code);
        for (int group = 0; group < 4; group++, next += 5) {
            enum verdict got = put_rows(db, e->arena, next, 5);

            acknowledged += got == V_OK ? 5 : 0;
            unknown += got == V_DATABASE ? 5 : 0;
            assert_true(got == V_OK || got == V_DATABASE || got == V_DISK_FULL);
        }
        failures = disk_failures();
        db_close(db);
        disk_heal();
        assert_true(rows_now(e) >= acknowledged);
        assert_true(rows_now(e) <= acknowledged + unknown);
        assert_sound(e);
    }
    assert_int_equal(failures, 0);
}

static void
loses_nothing_whichever_sync_fails(void **state)
{
    fail_each_call(*state, DISK_SYNC, SQLITE_IOERR_FSYNC);
}

static void
loses_nothing_whichever_write_fails(void **state)
{
    fail_each_call(*state, DISK_WRITE, SQLITE_IOERR_WRITE);
}

static void
loses_nothing_whenever_the_disk_fills(void **state)
{
    fail_each_call(*state, DISK_WRITE, SQLITE_FULL);
}

static void
keeps_its_files_to_its_owner(void **state)
{
    static const char *const suffixes[] = {"", "-wal", "-shm"};
    struct engine *e = *state;
    struct stat st;
    char path[600];

    engine_migrated(e, &store_sql_schema);
    for (size_t i = 0; i < COUNT(suffixes); i++) {
        snprintf(path, sizeof path, "%s%s", e->url, suffixes[i]);
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_mode & 0777, 0600);
    }
}

static void
opens_no_file_that_is_no_database(void **state)
{
    struct engine *e = *state;
    struct db *db = NULL;
    FILE *file = fopen(e->url, "w");

    assert_non_null(file);
    for (int i = 0; i < 1000; i++)
        fputs("this is no database\n", file);
    fclose(file);
    assert_int_equal(db_open(&db, e->url, DB_WRITER, &store_sql_schema), V_DATABASE);
    assert_int_equal(db_open(&db, e->url, DB_READER, &store_sql_schema), V_DATABASE);
    assert_null(db);
}

static void
makes_no_file_for_a_reader(void **state)
{
    struct engine *e = *state;
    struct db *db = NULL;
    struct stat st;

    assert_int_equal(db_open(&db, e->url, DB_READER, &store_sql_schema), V_DATABASE);
    assert_int_not_equal(stat(e->url, &st), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(goes_on_after_a_full_disk),
        TEST(stops_writing_after_a_failed_sync),
        TEST(lets_readers_go_on_while_the_disk_fails),
        TEST(loses_nothing_whichever_sync_fails),
        TEST(loses_nothing_whichever_write_fails),
        TEST(loses_nothing_whenever_the_disk_fills),
        TEST(keeps_its_files_to_its_owner),
        TEST(opens_no_file_that_is_no_database),
        TEST(makes_no_file_for_a_reader),
    };

    return cmocka_run_group_tests_name("store/db_sqlite", tests, NULL, NULL);
}

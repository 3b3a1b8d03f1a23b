/*
 * Migrations: applied once, in order, and never changed behind our back.
 * Knows schemas made up here; must not know which engine it runs on.
 * Invariant: a migration that fails leaves no trace.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "engine.h"
#include "sql.h"
#include "tests/store_sql.h"

static const char *const one[] = {"CREATE TABLE one (\n", "    id BIGINT NOT NULL -- a column\n", ");\n", NULL};
static const char *const one_else[] = {"CREATE TABLE one (\n", "    id BIGINT NOT NULL -- THE column\n", ");\n", NULL};
static const char *const two[] = {"INSERT INTO one (id) VALUES (7);\n", "INSERT INTO one (id) VALUES (8);\n", NULL};
static const char *const wrong[] = {"INSERT INTO one (id) VALUES (9);\n", "INSERT INTO nowhere (id) VALUES (9);\n",
                                    NULL};
static const char *const nothing[] = {"-- only a remark\n", NULL};

static const struct db_statement statements[] = {
    {"count_one", "SELECT COUNT(*) FROM one", "", "i", EXPECT_ONE},
};
static const struct db_migration first_only[] = {
    {1, "one", one},
};
static const struct db_migration both[] = {
    {1, "one", one},
    {2, "two", two},
};
static const struct db_migration changed[] = {
    {1, "one", one_else},
    {2, "two", two     },
};
static const struct db_migration failing[] = {
    {1, "one",   one  },
    {3, "wrong", wrong},
};
static const struct db_migration remark[] = {
    {1, "nothing", nothing},
};

#define SCHEMA(list)                                                                                                   \
    {                                                                                                                  \
        statements, COUNT(statements), (list), COUNT(list)                                                             \
    }
static const struct db_schema schema_first = SCHEMA(first_only), schema_both = SCHEMA(both),
                              schema_changed = SCHEMA(changed), schema_failing = SCHEMA(failing),
                              schema_remark = SCHEMA(remark);

static int64_t
count_one(struct engine *e, struct db *db)
{
    void *row = NULL;

    assert_int_equal(db_run(db, &statements[0], NULL, e->arena, &row, NULL), V_OK);
    return *(int64_t *)row;
}

static void
applies_all_to_an_empty_database(void **state)
{
    struct engine *e = *state;
    struct db *db = engine_migrated(e, &schema_both);

    assert_int_equal(count_one(e, db), 2);
}

static void
applies_each_once(void **state)
{
    struct engine *e = *state;
    struct db *db = engine_migrated(e, &schema_both);

    assert_int_equal(db_migrate(db), V_OK);
    assert_int_equal(db_migrate(engine_open(e, DB_WRITER, &schema_both)), V_OK);
    assert_int_equal(count_one(e, db), 2);
}

static void
applies_what_is_new(void **state)
{
    struct engine *e = *state;

    assert_int_equal(count_one(e, engine_migrated(e, &schema_first)), 0);
    assert_int_equal(count_one(e, engine_migrated(e, &schema_both)), 2);
}

static void
refuses_a_text_that_changed(void **state)
{
    struct engine *e = *state;

    engine_migrated(e, &schema_first);
    assert_int_equal(db_migrate(engine_open(e, DB_WRITER, &schema_changed)), V_BROKEN);
    assert_int_equal(count_one(e, engine_migrated(e, &schema_both)), 2);
}

static void
refuses_a_database_of_a_later_program(void **state)
{
    struct engine *e = *state;

    engine_migrated(e, &schema_both);
    assert_int_equal(db_migrate(engine_open(e, DB_WRITER, &schema_first)), V_BROKEN);
}

static void
leaves_nothing_of_a_migration_that_fails(void **state)
{
    struct engine *e = *state;
    struct db *db = engine_open(e, DB_WRITER, &schema_failing);

    assert_int_equal(db_migrate(db), V_BROKEN);
    assert_true(db_usable(db));
    assert_int_equal(count_one(e, db), 0);
    assert_int_equal(count_one(e, engine_migrated(e, &schema_both)), 2);
}

static void
takes_a_migration_of_remarks(void **state)
{
    assert_int_equal(db_migrate(engine_migrated(*state, &schema_remark)), V_OK);
}

static void
applies_our_own_and_fits_every_statement(void **state)
{
    assert_int_equal(db_check(engine_migrated(*state, &sql_schema)), V_OK);
}

/* Daemons start together after a power cut; each must find a whole schema. */
static void
lets_several_processes_try_at_once(void **state)
{
    struct engine *e = *state;
    pid_t children[12];

    for (size_t i = 0; i < COUNT(children); i++) {
        children[i] = fork();
        assert_true(children[i] >= 0);
        if (children[i] == 0) {
            struct db *db = NULL;
            enum verdict got = db_open(&db, e->url, DB_WRITER, &schema_both);

            if (got == V_OK)
                got = db_migrate(db);
            db_close(db);
            _exit((int)got);
        }
    }
    for (size_t i = 0; i < COUNT(children); i++) {
        int status;

        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), V_OK);
    }
    assert_int_equal(count_one(e, engine_migrated(e, &schema_both)), 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, engine_setup, engine_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(applies_all_to_an_empty_database),
        TEST(applies_each_once),
        TEST(applies_what_is_new),
        TEST(refuses_a_text_that_changed),
        TEST(refuses_a_database_of_a_later_program),
        TEST(leaves_nothing_of_a_migration_that_fails),
        TEST(takes_a_migration_of_remarks),
        TEST(applies_our_own_and_fits_every_statement),
        TEST(lets_several_processes_try_at_once),
    };

    return cmocka_run_group_tests_name("store/migrate", tests, NULL, NULL);
}

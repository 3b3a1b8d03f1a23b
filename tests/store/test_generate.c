/*
 * What scripts/generate-sql refuses, so that it never reaches an engine.
 * Knows the program's words; must not know how it works.
 * Invariant: a refusal names the file and the line, and writes nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "engine.h"
#include "vectors.h"

#define HEAD(takes, gives, expects) "-- x: it\n-- takes: " takes "\n-- gives: " gives "\n-- expects: " expects "\n"
#define FIND HEAD("id i", "v i", "one")
#define RUN(takes) "-- x: it\n-- takes: " takes "\n-- expects: run\n"

/* `says` is "line: words" of the answer, or NULL where the text is right. */
struct sample {
    const char *what, *text, *says;
};

static const struct sample queries[] = {
    {"the plain case", FIND "SELECT v FROM t WHERE id = $1;\n", NULL},
    {"prose above", "-- Some prose: here.\n\n" FIND "SELECT v FROM t WHERE id = $1;\n", NULL},
    {"no values", "-- x: it\n-- gives: v i\n-- expects: many\nSELECT v FROM t;\n", NULL},
    {"a longer comment", "-- x: it\n-- goes on\n-- gives: v i\n-- expects: many\nSELECT v FROM t;\n", NULL},
    {"a value twice", FIND "SELECT v FROM t WHERE id = $1 OR v = $1;\n", NULL},
    {"words inside a literal", "-- x: it\n-- expects: run\nDELETE FROM t WHERE w = 'like; $2 sum( null x''';\n", NULL},
    {"a sum that is cast",
     "-- x: it\n-- gives: v i\n-- expects: one\n"
     "SELECT CAST(COALESCE(SUM(v), 0) AS BIGINT) FROM t;\n", NULL},
    {"an unknown heading", "-- x: it\n-- takse: id i\n-- expects: run\nDELETE FROM t;\n", "2: unknown word"},
    {"an unknown expectation", "-- x: it\n-- expects: two\nDELETE FROM t;\n", "2: unknown word"},
    {"no expectation", "-- x: it\n-- gives: v i\nSELECT v FROM t;\n", "1: expects"},
    {"a heading twice",           "-- x: it\n-- takes: k i\n-- takes: n i\n-- expects: run\nDELETE FROM t;\n",
     "3: 'takes' twice"},
    {"an unknown type", RUN("id x") "DELETE FROM t WHERE id = $1;\n", "2: takes"},
    {"a name in capitals", RUN("Id i") "DELETE FROM t WHERE id = $1;\n", "2: takes"},
    {"a value's name twice", RUN("k i, k i") "DELETE FROM t WHERE k = $1 AND n = $2;\n", "2: takes: 'k' twice"},
    {"a name of ours", RUN("db i") "DELETE FROM t WHERE id = $1;\n", "2: takes: 'db'"},
    {"a column's name twice", HEAD("id i", "v i, v t", "one") "SELECT v, w FROM t WHERE id = $1;\n", "3: gives: 'v'"},
    {"parameters crosswise", RUN("k i, n i") "DELETE FROM t WHERE k = $2 AND n = $1;\n", "1: $1, $2"},
    {"a parameter left out", RUN("k i, n i") "DELETE FROM t WHERE k = $1 AND n = $3;\n", "1: $1, $2"},
    {"too few values", RUN("k i") "DELETE FROM t WHERE k = $1 AND n = $2;\n", "1: takes 1"},
    {"too many values",               RUN("k i, n i") "DELETE FROM t WHERE k = $1;\n",    "1: takes 2"},
    {"a statement without a name", "SELECT 1;\n", "1: a statement begins"},
    {"a heading without SQL",    "-- x: it\n-- expects: run\n\nDELETE FROM t;\n","1: a heading without SQL"},
    {"two statements", "-- x: it\n-- expects: run\nDELETE FROM t; DELETE FROM u;\n", "1: one statement"},
    {"no end",         "-- x: it\n-- expects: run\nDELETE FROM t\n", "1: one statement"},
    {"rows that are not given", "-- x: it\n-- expects: one\nSELECT v FROM t;\n", "1: expects one"},
    {"rows that nobody wants", "-- x: it\n-- gives: v i\n-- expects: run\nSELECT v FROM t;\n", "1: expects run"},
    {"LIKE", "-- x: it\n-- expects: run\nDELETE FROM t WHERE w like 'a%';\n", "1: LIKE"},
    {"a blob literal", "-- x: it\n-- expects: run\nUPDATE t SET b = x'00';\n", "1: only plain"},
    {"NULL stored", "-- x: it\n-- expects: run\nUPDATE t SET w = NULL;\n", "1: there are no NULLs"},
    {"NULL asked for",    "-- x: it\n-- expects: run\nDELETE FROM t WHERE w IS NULL;\n",  "1: there are no NULLs"},
    {"no NULL asked for", "-- x: it\n-- expects: run\nDELETE FROM t WHERE w IS NOT NULL;\n", "1: there are no NULLs"},
    {"a bare sum",    "-- x: it\n-- gives: v i\n-- expects: one\nSELECT SUM(v) FROM t;\n",  "1: SUM"},
    {"a sum beside a cast",
     "-- x: it\n-- gives: v i, w i\n-- expects: one\n"
     "SELECT CAST(v AS BIGINT), SUM(v) FROM t;\n", "1: SUM"},
    {"a sum cast to something else",
     "-- x: it\n-- gives: v t\n-- expects: one\n"
     "SELECT CAST(SUM(v) AS TEXT) FROM t;\n",  "1: SUM"},
    {"a double-quoted word", "-- x: it\n-- expects: run\nDELETE FROM t WHERE w = \"a\";\n", "1: plain"},
    {"a name twice", "-- x: it\n-- expects: run\nDELETE FROM t;\n\n-- x: it\n-- expects: run\nDELETE FROM u;\n",
     "5: statement 'x' twice"},
};

#define TABLE(columns) "-- A table.\nCREATE TABLE t (\n" columns "\n);\n"
#define FEN_CHECK "CHECK (v BETWEEN -9000000000000000 AND 9000000000000000)"

static const struct sample migrations[] = {
    {"every type", TABLE("    a BIGINT NOT NULL PRIMARY KEY,\n    b TEXT NOT NULL,\n    c BLOB NOT NULL"), NULL},
    {"constraints", TABLE("    a BIGINT NOT NULL,\n    PRIMARY KEY (a),\n    UNIQUE (a),\n    CHECK (a > 0)"), NULL},
    {"a check over lines", TABLE("    a TEXT NOT NULL CHECK (a IN (\n        'x', 'y'\n    )), -- a code"), NULL},
    {"money", TABLE("    v BIGINT NOT NULL " FEN_CHECK " -- fen"), NULL},
    {"an index and rows", "CREATE INDEX i ON t (a);\nINSERT INTO t (a) VALUES (1);\n", NULL},
    {"a column without NOT NULL", TABLE("    a BIGINT NOT NULL,\n    b TEXT"), "4: column 'b' lacks NOT NULL"},
    {"a key without NOT NULL", TABLE("    a TEXT PRIMARY KEY"), "3: column 'a' lacks NOT NULL"},
    {"another type", TABLE("    a INTEGER NOT NULL"), "3: a column is"},
    {"a type in small letters", TABLE("    a bigint NOT NULL"), "3: a column is"},
    {"a fraction", TABLE("    a BIGINT NOT NULL,\n    b NUMERIC(10, 2) NOT NULL"), "4: a column is"},
    {"money without limits", TABLE("    v BIGINT NOT NULL, -- fen\n    a BIGINT NOT NULL"), "3: column 'v' is money"},
    {"money with another's limits", TABLE("    w BIGINT NOT NULL " FEN_CHECK " -- fen, paid out"),
     "3: column 'w' is money"},
    {"a table on one line", "CREATE TABLE t (a INTEGER);\n", "1: 'CREATE TABLE name ('"},
    {"a table in small letters", "create table t (\n    a INTEGER\n);\n", "1: 'CREATE TABLE name ('"},
    {"two columns on one line", TABLE("    a BIGINT NOT NULL, b TEXT"), "3: a column is"},
    {"a wrong last column", TABLE("    a BIGINT NOT NULL,\n    PRIMARY KEY (a),\n    b TEXT"), "5: column 'b' lacks"},
    {"a default of NULL", TABLE("    a TEXT NOT NULL DEFAULT NULL"), "3: there are no NULLs"},
    {"a later column", "ALTER TABLE t ADD COLUMN b TEXT;\n", "1: column 'b' lacks NOT NULL"},
    {"a table that is not closed", "CREATE TABLE t (\n    a BIGINT NOT NULL\n", "2: a statement is not closed"},
};

static void
write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_int_equal(fputs(text, file) >= 0, 1);
    assert_int_equal(fclose(file), 0);
}

/* Runs the generator and gives its exit status; `said` is all that it printed. */
static int
generate(char *said, size_t size, const char *folder)
{
    char command[512];
    FILE *pipe;
    size_t len;

    snprintf(command, sizeof command, "scripts/generate-sql --queries %s/q --migrations %s/m --out %s/out/made 2>&1",
             folder, folder, folder);
    pipe = popen(command, "r");
    assert_non_null(pipe);
    len = fread(said, 1, size - 1, pipe);
    said[len] = '\0';
    return WEXITSTATUS(pclose(pipe));
}

static void
check(const struct engine *e, const struct sample *s, const char *file)
{
    char path[256], out[256], said[1024], want[512];
    int status;

    snprintf(path, sizeof path, "%s/%s", e->folder, file);
    snprintf(out, sizeof out, "%s/out/made.c", e->folder);
    write_file(path, s->text);
    status = generate(said, sizeof said, e->folder);
    if (s->says == NULL) {
        if (status != 0 || access(out, F_OK) != 0)
            fail_msg("%s: refused: %s", s->what, said);
    } else {
        snprintf(want, sizeof want, "%s:%s", file, s->says);
        if (status != 1 || strstr(said, want) == NULL || access(out, F_OK) == 0)
            fail_msg("%s: status %d, said: %s", s->what, status, said);
    }
    unlink(out);
    unlink(path);
}

static void
folders_make(const struct engine *e)
{
    char path[256];

    snprintf(path, sizeof path, "%s/q", e->folder);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(path, sizeof path, "%s/m", e->folder);
    assert_int_equal(mkdir(path, 0700), 0);
}

static void
judges_every_statement(void **state)
{
    struct engine *e = *state;

    folders_make(e);
    for (size_t i = 0; i < COUNT(queries); i++)
        check(e, &queries[i], "q/sample.sql");
}

static void
judges_every_migration(void **state)
{
    struct engine *e = *state;

    folders_make(e);
    for (size_t i = 0; i < COUNT(migrations); i++)
        check(e, &migrations[i], "m/001_sample.sql");
}

static void
refuses_a_migration_without_a_number(void **state)
{
    const struct sample s = {"no number", "-- nothing\n", "1: a migration is named"};
    struct engine *e = *state;

    folders_make(e);
    check(e, &s, "m/sample.sql");
}

static void
refuses_two_migrations_with_one_number(void **state)
{
    const struct sample s = {"one number", "-- nothing\n", "1: migration 001 twice"};
    struct engine *e = *state;
    char path[256];

    folders_make(e);
    snprintf(path, sizeof path, "%s/m/001_first.sql", e->folder);
    write_file(path, "-- nothing\n");
    check(e, &s, "m/001_second.sql");
}

/* The migration's text must reach the database as it stands in the file, whatever C thinks of its bytes. */
static void
carries_a_migration_through_c_unchanged(void **state)
{
    static const char text[] = "-- \"quoted\" \\n \\ ?\?/ %d \xe4\xb8\xad\n\n-- second\n";
    struct engine *e = *state;
    char path[256], command[1024], said[256];
    FILE *pipe;

    folders_make(e);
    snprintf(path, sizeof path, "%s/m/001_first.sql", e->folder);
    write_file(path, text);
    assert_int_equal(generate(said, sizeof said, e->folder), 0);
    snprintf(path, sizeof path, "%s/print.c", e->folder);
    write_file(path,
               "#include <stdio.h>\n#include \"out/made.c\"\n"
               "int main(void) { for (const char *const *l = migrations[0].lines; *l; l++) fputs(*l, stdout); }\n");
    snprintf(command, sizeof command, "cc -std=c17 -Iinclude -I%s/out -o %s/print %s && %s/print", e->folder, e->folder,
             path, e->folder);
    pipe = popen(command, "r");
    assert_non_null(pipe);
    said[fread(said, 1, sizeof said - 1, pipe)] = '\0';
    assert_int_equal(pclose(pipe), 0);
    assert_string_equal(said, text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, engine_setup, engine_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(judges_every_statement),
        TEST(judges_every_migration),
        TEST(refuses_a_migration_without_a_number),
        TEST(refuses_two_migrations_with_one_number),
        TEST(carries_a_migration_through_c_unchanged),
    };

    return cmocka_run_group_tests_name("store/generate", tests, NULL, NULL);
}

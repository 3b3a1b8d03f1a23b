/*
 * Whole files: bounds, modes, and who comes first.
 * Knows a temporary folder of its own; must not touch anything outside it.
 * Invariant: after every call the folder holds whole files only.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "ventured/file.h"

static struct arena *arena;
static char folder[] = "/tmp/ventured-file-XXXXXX";

static int
open_folder(void **state)
{
    (void)state;
    arena = arena_open(1 << 20);
    return mkdtemp(folder) == NULL ? -1 : 0;
}

static int
close_folder(void **state)
{
    (void)state;
    arena_close(arena);
    return rmdir(folder);
}

static const char *
path_of(const char *name)
{
    return arena_print(arena, "%s/%s", folder, name).at;
}

static int
files_count(void)
{
    DIR *d = opendir(folder);
    int n = 0;

    while (readdir(d) != NULL)
        n++;
    closedir(d);
    return n - 2;
}

static void
reads_back_what_was_written(void **state)
{
    const char *path = path_of("a");
    struct slice got, bytes = {"x\0y\n", 4};

    (void)state;
    assert_true(file_create(path, bytes, 0600));
    assert_true(file_read(&got, arena, path, 4));
    assert_true(slice_equal(got, bytes));
    assert_int_equal(got.at[got.len], '\0');
    assert_false(file_read(&got, arena, path, 3));
    assert_int_equal(errno, EFBIG);
    assert_true(file_replace(path, S(""), 0600));
    assert_true(file_read(&got, arena, path, 4));
    assert_int_equal(got.len, 0);
    unlink(path);
    assert_false(file_read(&got, arena, path, 4));
    assert_int_equal(errno, ENOENT);
}

static void
creates_only_where_nothing_is(void **state)
{
    const char *path = path_of("b");
    struct slice got;
    struct stat st;

    (void)state;
    assert_true(file_create(path, S("first"), 0600));
    assert_false(file_create(path, S("second"), 0644));
    assert_int_equal(errno, EEXIST);
    assert_true(file_read(&got, arena, path, 99));
    assert_true(slice_equal(got, S("first")));
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_true(file_replace(path, S("third"), 0644));
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0644);
    assert_int_equal(files_count(), 1);
    unlink(path);
}

static void
leaves_nothing_behind_where_it_fails(void **state)
{
    (void)state;
    assert_false(file_create(path_of("gone/a"), S("x"), 0600));
    assert_int_equal(errno, ENOENT);
    assert_false(file_replace(path_of("gone/a"), S("x"), 0600));
    assert_int_equal(mkdir(path_of("d"), 0700), 0);
    assert_false(file_replace(path_of("d"), S("x"), 0600));
    assert_false(file_create(path_of("d"), S("x"), 0600));
    assert_int_equal(files_count(), 1);
    rmdir(path_of("d"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_back_what_was_written),
        cmocka_unit_test(creates_only_where_nothing_is),
        cmocka_unit_test(leaves_nothing_behind_where_it_fails),
    };

    return cmocka_run_group_tests_name("edge/file", tests, open_folder, close_folder);
}

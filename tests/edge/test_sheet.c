/*
 * Sheets as spreadsheet programs write them, and as nobody should.
 * Knows cells; must not know entries.
 * Invariant: a text is one whole sheet or it is refused at a row.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../../src/edge/sheet.h"

static struct arena *arena;

static int
open_arena(void **state)
{
    (void)state;
    arena = arena_open((size_t)64 << 20);
    return 0;
}

static int
close_arena(void **state)
{
    (void)state;
    arena_close(arena);
    return 0;
}

static void
reads_cells_as_they_were_meant(void **state)
{
    static const char *const wanted[] = {"a", "b", "1", "x,\"y\"\nz", "", " q ", "绍兴", "3"};
    struct sheet_fault fault;
    struct sheet s;
    size_t column;

    (void)state;
    assert_true(sheet_read(&s, &fault, arena,
                           S("\xEF\xBB\xBF"
                             "a,b\r\n1,\"x,\"\"y\"\"\nz\"\r\n,\" q \"\r\n\r\n绍兴 , 3")));
    assert_int_equal(s.columns, 2);
    assert_int_equal(s.rows, 3);
    for (size_t i = 0; i < COUNT(wanted); i++)
        assert_string_equal(sheet_cell(&s, i / 2, i % 2).at, wanted[i]);
    assert_true(sheet_column(&column, &s, "b"));
    assert_int_equal(column, 1);
    assert_false(sheet_column(&column, &s, "c"));
}

static void
refuses_what_is_no_sheet_and_names_the_row(void **state)
{
    static const struct {
        const char *text;
        size_t row;
    } cases[] = {
        {"",                   1},
        {"a,b\n",              2},
        {"a,b\n1\n",           2},
        {"a,b\n1,2\n1,2,3\n",  3},
        {"a,b\n1,\"2\n",       2},
        {"a,b\n1,2\"3\n",      2},
        {"a,b\n1,\"2\"3\n",    2},
        {"a,b\n1,\xC9\xDC\n",  1},
        {"a\n1\n2\n\"3\n4\n",  4},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct sheet_fault fault = {0};
        struct sheet s;

        assert_false(sheet_read(&s, &fault, arena, slice_of(cases[i].text)));
        assert_int_equal(fault.row, cases[i].row);
        assert_non_null(fault.zh);
    }
}

static struct slice
long_sheet(size_t rows)
{
    struct buf b = {.arena = arena};

    buf_add(&b, S("a,b\n"));
    for (size_t i = 0; i < rows; i++)
        buf_add(&b, S("1,2\n"));
    return buf_slice(&b);
}

static void
keeps_to_its_limits(void **state)
{
    struct sheet_fault fault;
    struct buf wide = {.arena = arena};
    struct sheet s;

    (void)state;
    assert_true(sheet_read(&s, &fault, arena, long_sheet(SHEET_ROWS_MAX)));
    assert_int_equal(s.rows, SHEET_ROWS_MAX);
    assert_false(sheet_read(&s, &fault, arena, long_sheet(SHEET_ROWS_MAX + 1)));
    assert_false(sheet_read(&s, &fault, arena, long_sheet(SHEET_ROWS_MAX * 2)));
    for (int i = 0; i < SHEET_COLUMNS_MAX + 1; i++)
        buf_add(&wide, S("a,"));
    buf_add(&wide, S("\n1\n"));
    assert_false(sheet_read(&s, &fault, arena, buf_slice(&wide)));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_cells_as_they_were_meant),
        cmocka_unit_test(refuses_what_is_no_sheet_and_names_the_row),
        cmocka_unit_test(keeps_to_its_limits),
    };

    return cmocka_run_group_tests_name("edge/sheet", tests, open_arena, close_arena);
}

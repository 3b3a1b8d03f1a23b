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
#include <string.h>
#include <cmocka.h>

#include "../../src/edge/sheet.h"

static struct arena *arena;

static int
open_arena(void **state)
{
    (void)state;
    arena = arena_open((size_t)1 << 30);
    return 0;
}

static int
close_arena(void **state)
{
    (void)state;
    arena_close(arena);
    return 0;
}

static bool
read_text(struct sheet *out, struct sheet_fault *fault, struct slice text)
{
    return sheet_read(out, fault, arena, &(struct sheet_source){.bytes = text});
}

static void
reads_cells_as_they_were_meant(void **state)
{
    static const char *const wanted[] = {"a", "b", "1", "x,\"y\"\nz", "", " q ", "绍兴", "3"};
    struct sheet_fault fault;
    struct sheet s;
    size_t column;

    (void)state;
    assert_true(read_text(&s, &fault,
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

/* What stands in a row is its own number, so that it can be read wherever it was left. */
static void
numbers_rows_as_a_spreadsheet_program_does(void **state)
{
    static const struct {
        const char *text;
        size_t rows;
    } cases[] = {
        {"1\n2\n3\n",                         2},
        {"1\r\n2\r\n3",                       2},
        {"1\r2\r3\r",                         2},
        {"\n\n3\n4\n",                        1},
        {"\r\n\r\n3\r\n\r\n5\r\n6",           2},
        {"\r\r3\r\r5",                        1},
        {"1,\"x\ny\"\n2,z\n,\n,,,\n5,a\n",    2}, /* a line end in a cell ends no row; rows without text count */
        {",,\n2,b\n\r4,c\n",                  1},
        {"1\r\r\n3\n",                        1},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct sheet_fault fault;
        struct sheet s;

        assert_true(read_text(&s, &fault, slice_of(cases[i].text)));
        assert_int_equal(s.rows, cases[i].rows);
        for (size_t row = 0; row <= s.rows; row++) {
            int64_t number;

            assert_true(slice_to_int(&number, sheet_cell(&s, row, 0)));
            assert_int_equal(sheet_number(&s, row), number);
        }
    }
}

static void
refuses_what_is_no_sheet_and_names_the_row(void **state)
{
    static const struct {
        const char *text;
        size_t row;
    } cases[] = {
        {"",                                  0},
        {"a,b\n",                             0},
        {"a,b\n,\n",                          0},
        {"a,b\n1\n",                          2},
        {"a,b\n1,2\n1,2,3\n",                 3},
        {"a,b\n\n1,2\n\n1,2,3\n",             5},
        {"a,b\n1,\"2\n",                      2},
        {"a,b\n1,2\"3\n",                     2},
        {"a,b\n1,\"2\"3\n",                   2},
        {"a\n1\n2\n\"3\n4\n",                 4},
        {"a\xFF,b\n1,2\n",                    1},
        {"a,b\n1,\xC9\xDC\n\xFF,\n",          3}, /* GB18030 to row 2 */
        {"a,b\n1,绍绍 \n1,\xFF\n",            3}, /* both, and then none */
        {"a,b\n1,绍\n1,\xC9\xDC\n",           3}, /* UTF-8 to row 2, as GB18030 wrong in row 2 already */
        {"a,b\n\"1\n\n\",2\n\xFF",            3}, /* one row in three lines */
        {"a,b\r\n1,2\r\n\xFF",                3},
        {"a,b\n1,\"\xFF\n",                   2},
        {"\xFF\xD8\xFF\xE0",                 1}, /* a picture */
        {"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1",  0}, /* an .xls */
        {"PK\x03\x04",                        0}, /* the beginning of an .xlsx */
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct sheet_fault fault = {0};
        struct sheet s;

        assert_false(read_text(&s, &fault, slice_of(cases[i].text)));
        assert_int_equal(fault.row, cases[i].row);
        assert_non_null(fault.zh);
    }
}

static void
reads_gb18030_unless_it_is_told_otherwise(void **state)
{
    static const struct slice text = S_INIT("\xD0\xD5\xC3\xFB,\xBD\xF0\xB6\xEE\n\xC9\xDC\xD0\xCB\xA1\xA3,1\n");
    struct sheet_source from = {.bytes = text};
    struct sheet_fault fault;
    struct sheet s;

    (void)state;
    for (from.charset = CHARSET_GUESS; from.charset <= CHARSET_GB18030; from.charset++) {
        if (from.charset == CHARSET_UTF8) {
            assert_false(sheet_read(&s, &fault, arena, &from));
            assert_int_equal(fault.row, 1);
            assert_string_equal(sheet_fault_text(arena, &fault).at,
                                "第 1 行 row 1: 不是所声明的 UTF-8 编码 the text is not UTF-8, as it is said to be");
            continue;
        }
        assert_true(sheet_read(&s, &fault, arena, &from));
        assert_string_equal(sheet_cell(&s, 0, 1).at, "金额");
        assert_string_equal(sheet_cell(&s, 1, 0).at, "绍兴。");
    }
}

static struct slice
long_sheet(size_t rows, const char *row)
{
    struct buf b = {.arena = arena};

    for (size_t i = 0; i < rows; i++)
        buf_add(&b, slice_of(row));
    return buf_slice(&b);
}

/* `columns` cells of one letter, and the row's end. */
static const char *
wide_row(size_t columns)
{
    struct buf b = {.arena = arena};

    for (size_t i = 0; i < columns; i++)
        buf_add(&b, i == 0 ? S("a") : S(",a"));
    buf_add(&b, S("\n\0"));
    return buf_slice(&b).at;
}

static void
keeps_to_its_limits(void **state)
{
    size_t rows = SHEET_CELLS_MAX / SHEET_COLUMNS_MAX; /* the heading among them */
    struct sheet_fault fault = {0};
    struct slice large;
    struct sheet s;

    (void)state;
    assert_true(read_text(&s, &fault, long_sheet(SHEET_ROWS_MAX + 1, "1,2\n")));
    assert_int_equal(s.rows, SHEET_ROWS_MAX);
    assert_false(read_text(&s, &fault, long_sheet(SHEET_ROWS_MAX + 2, "1,2\n")));
    assert_int_equal(fault.row, SHEET_ROWS_MAX + 2);
    assert_false(read_text(&s, &fault, long_sheet(SHEET_ROWS_MAX * 2, "1,2\n")));
    assert_int_equal(fault.row, SHEET_ROWS_MAX + 2);

    assert_true(read_text(&s, &fault, long_sheet(2, wide_row(SHEET_COLUMNS_MAX))));
    assert_false(read_text(&s, &fault, long_sheet(2, wide_row(SHEET_COLUMNS_MAX + 1))));
    assert_int_equal(fault.row, 1);
    assert_false(read_text(&s, &fault, long_sheet(1000, wide_row(SHEET_COLUMNS_MAX * 50))));

    assert_true(read_text(&s, &fault, long_sheet(rows, wide_row(SHEET_COLUMNS_MAX))));
    assert_int_equal(s.rows, rows - 1);
    assert_false(read_text(&s, &fault, long_sheet(rows + 1, wide_row(SHEET_COLUMNS_MAX))));
    assert_int_equal(fault.row, rows + 1);

    large = long_sheet(SHEET_BYTES_MAX / 2, "a\n");
    assert_false(read_text(&s, &fault, large));
    assert_int_equal(fault.row, SHEET_ROWS_MAX + 2);
    assert_false(read_text(&s, &fault, (struct slice){large.at, SHEET_BYTES_MAX + 1}));
    assert_int_equal(fault.row, 0);
}

/* An arena of the promised size holds the worst that anybody found: the most cells of GB18030, and empty rows. */
static void
keeps_to_its_memory(void **state)
{
    struct arena *a = arena_open(SHEET_ARENA_SIZE);
    struct sheet_source from = {0};
    struct sheet_fault fault;
    struct sheet s;
    char blank[SHEET_COLUMNS_MAX + 1] = {0};

    (void)state;
    memset(blank, ',', SHEET_COLUMNS_MAX - 1);
    blank[SHEET_COLUMNS_MAX - 1] = '\n';
    from.bytes = long_sheet(40000, "\xC9\xDC\xC9\xDC\xC9\xDC\xC9\xDC,\xC9\xDC\xC9\xDC\xC9\xDC,\xC9\xDC"
                                   ",,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,\n");
    assert_true(sheet_read(&s, &fault, a, &from));
    assert_true(arena_used(a) < SHEET_ARENA_SIZE / 4);
    arena_reset(a);
    from.bytes = long_sheet(SHEET_BYTES_MAX / 200, blank);
    assert_false(sheet_read(&s, &fault, a, &from));
    assert_true(arena_used(a) < SHEET_ARENA_SIZE / 4);
    arena_close(a);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_cells_as_they_were_meant),
        cmocka_unit_test(refuses_what_is_no_sheet_and_names_the_row),
        cmocka_unit_test(numbers_rows_as_a_spreadsheet_program_does),
        cmocka_unit_test(reads_gb18030_unless_it_is_told_otherwise),
        cmocka_unit_test(keeps_to_its_limits),
        cmocka_unit_test(keeps_to_its_memory),
    };

    return cmocka_run_group_tests_name("edge/sheet", tests, open_arena, close_arena);
}

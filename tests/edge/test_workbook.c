/*
 * Workbooks of four writers: libxlsxwriter here, Python by hand, openpyxl, and damage.
 * Knows what was written; must not know the parts of a workbook.
 * Invariant: every cell that was written is compared, and every refusal with its place and reason.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <xlsxwriter.h>

#include "../../src/edge/sheet.h"
#include "../../src/edge/workbook_value.h"
#include "oracle.h"
#include "seed.h"
#include "ventured/file.h"
#include "ventured/json.h"

static struct arena *arena;   /* of what a test keeps */
static struct arena *scratch; /* of one sheet; as large as is promised to be enough */
static const char *folder;

static int
open_all(void **state)
{
    (void)state;
    arena = arena_open((size_t)1 << 30);
    scratch = arena_open(SHEET_ARENA_SIZE);
    folder = folder_open(arena);
    return 0;
}

static int
close_all(void **state)
{
    (void)state;
    folder_close(folder);
    arena_close(scratch);
    arena_close(arena);
    return 0;
}

static const char *
path_of(const char *name)
{
    return arena_print(arena, "%s/%s", folder, name).at;
}

static struct slice
read_whole(const char *name)
{
    struct slice out;

    assert_true(file_read(&out, arena, path_of(name), SHEET_BYTES_MAX));
    return out;
}

static bool
read_bytes(struct sheet *out, struct sheet_fault *fault, struct slice bytes)
{
    arena_reset(scratch);
    return sheet_read(out, fault, scratch, &(struct sheet_source){.bytes = bytes});
}

static struct sheet
read_good(const char *name)
{
    struct sheet_fault fault;
    struct sheet s;

    if (!read_bytes(&s, &fault, read_whole(name)))
        fail_msg("%s", sheet_fault_text(arena, &fault).at);
    return s;
}

static void
cell_is(const struct sheet *s, size_t row, size_t column, const char *wanted)
{
    struct slice cell = sheet_cell(s, row, column);

    assert_string_equal(cell.at, wanted);
    assert_int_equal(cell.len, strlen(wanted));
}

/* ---- values ------------------------------------------------------------------------------------------------------ */

/* Counted day by day, with the one that never was. */
static void
counts_every_day_of_both_epochs(void **state)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year = 1900, month = 1, day = 1;

    (void)state;
    for (int serial = 1, since_1904 = -1462 + 1; year < 10000; serial++, since_1904++) {
        bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        char wanted[32], text[16], got[DAY_TEXT_SIZE];

        if (serial == 60) {
            assert_int_equal(value_day(got, S("60"), false), VALUE_NO_DAY);
            continue;
        }
        snprintf(wanted, sizeof wanted, "%04d-%02d-%02d", year, month, day);
        snprintf(text, sizeof text, "%d", serial);
        assert_int_equal(value_day(got, slice_of(text), false), VALUE_DONE);
        if (strcmp(got, wanted) != 0)
            fail_msg("%d is %s, not %s", serial, wanted, got);
        snprintf(text, sizeof text, "%d", since_1904);
        assert_int_equal(value_day(got, slice_of(text), true), since_1904 < 0 ? VALUE_NO_DAY : VALUE_DONE);
        assert_true(since_1904 < 0 || strcmp(got, wanted) == 0);
        if (++day > lengths[month - 1] + (month == 2 && leap)) {
            day = 1;
            year += month == 12;
            month = month % 12 + 1;
        }
    }
}

/* A number as any program may spell it. */
static struct slice
spelled(struct arena *a, struct seed *seed)
{
    struct buf b = {.arena = a};
    size_t before = seed_below(seed, 19), behind = seed_below(seed, 25);

    if (seed_below(seed, 3) == 0)
        buf_add_char(&b, seed_below(seed, 4) == 0 ? '+' : '-');
    for (size_t i = 0; i < before + behind; i++) {
        if (i == before)
            buf_add_char(&b, '.');
        buf_add_char(&b, (char)('0' + (seed_below(seed, 2) == 0 ? seed_below(seed, 10) : seed_below(seed, 2) * 9)));
    }
    if (before + behind == 0)
        buf_add_char(&b, '7');
    if (seed_below(seed, 2) == 0)
        buf_print(&b, "%c%s%d", seed_below(seed, 2) == 0 ? 'E' : 'e', seed_below(seed, 2) == 0 ? "" : "+",
                  (int)seed_below(seed, 30));
    else if (seed_below(seed, 2) == 0)
        buf_print(&b, "e-%d", (int)seed_below(seed, 45));
    return buf_slice(&b);
}

/* Python's decimal module rounds to 15 digits, half up, in its own way. */
static void
agrees_with_python_on_numbers(void **state)
{
    static const char judge[] = "import sys, decimal\n"
                                "c=decimal.Context(prec=15,rounding=decimal.ROUND_HALF_UP)\n"
                                "for l in open(sys.argv[1]):\n"
                                "    text,got=l[:-1].split(' ')\n"
                                "    d=c.create_decimal(text)\n"
                                "    want='long' if d and not -31<=d.adjusted()<=14 else f'{d:f}' if d else '0'\n"
                                "    if '.' in want: want=want.rstrip('0').rstrip('.')\n"
                                "    if want!=got: print(l, want)\n";
    struct seed seed = seed_open("agrees_with_python_on_numbers");
    struct buf b = {.arena = arena};
    struct slice out;

    (void)state;
    if (!oracle_there(arena, "python3"))
        skip();
    for (int i = 0; i < 60000; i++) {
        struct slice text, number = S("long");
        enum value_end got;

        arena_reset(scratch);
        text = spelled(scratch, &seed);
        got = value_number(&number, scratch, text);
        assert_true(got == VALUE_DONE || got == VALUE_LONG);
        buf_print(&b, SLICE_FMT " " SLICE_FMT "\n", SLICE_ARG(text), SLICE_ARG(number));
    }
    write_file(path_of("numbers"), buf_slice(&b));
    write_file(path_of("judge.py"), slice_of(judge));
    assert_int_equal(oracle_run(&out, arena, "python3 %s %s", path_of("judge.py"), path_of("numbers")), 0);
    assert_string_equal(out.at, "");
}

/* ---- libxlsxwriter ----------------------------------------------------------------------------------------------- */

static lxw_format *
format_of(lxw_workbook *book, const char *code)
{
    lxw_format *format = workbook_add_format(book);

    format_set_num_format(format, code);
    return format;
}

static void
write_kinds(lxw_worksheet *sheet, lxw_workbook *book)
{
    lxw_format *bold = workbook_add_format(book);
    char city[] = "绍兴", work[] = "创业"; /* the library asks for texts it may write to */
    lxw_rich_string_tuple plain = {.string = city}, fat = {.format = bold, .string = work};
    lxw_rich_string_tuple *rich[] = {&plain, &fat, &plain, NULL};
    lxw_datetime day = {.year = 2023, .month = 6, .day = 30}, old = {.year = 1900, .month = 1, .day = 1};
    lxw_datetime leap = {.year = 2024, .month = 2, .day = 29};

    format_set_bold(bold);
    worksheet_write_string(sheet, 2, 1, "合同号", bold);
    worksheet_write_string(sheet, 2, 2, "值", NULL);
    worksheet_write_string(sheet, 3, 1, "number", NULL);
    worksheet_write_number(sheet, 3, 2, 300000, format_of(book, "#,##0.00"));
    worksheet_write_string(sheet, 4, 1, "fraction", NULL);
    worksheet_write_number(sheet, 4, 2, 12345.67, NULL);
    worksheet_write_string(sheet, 5, 1, "day", NULL);
    worksheet_write_datetime(sheet, 5, 2, &day, format_of(book, "yyyy\"年\"m\"月\"d\"日\""));
    worksheet_write_string(sheet, 6, 1, "old day", NULL);
    worksheet_write_datetime(sheet, 6, 2, &old, format_of(book, "dd/mm/yyyy"));
    worksheet_write_string(sheet, 7, 1, "leap day", NULL);
    worksheet_write_datetime(sheet, 7, 2, &leap, format_of(book, "[$-804]yyyy-mm-dd;@"));
    worksheet_write_string(sheet, 8, 1, "true", NULL);
    worksheet_write_boolean(sheet, 8, 2, 1, NULL);
    worksheet_write_string(sheet, 9, 1, "formula", NULL);
    worksheet_write_formula_num(sheet, 9, 2, "=SUM(1,2)", NULL, 3);
    worksheet_write_string(sheet, 10, 1, "formula of text", NULL);
    worksheet_write_formula_str(sheet, 10, 2, "=\"a\"&\"b\"", NULL, "ab");
    worksheet_write_string(sheet, 11, 1, "rich", NULL);
    worksheet_write_rich_string(sheet, 11, 2, rich, NULL);
    worksheet_write_blank(sheet, 12, 5, bold);
    worksheet_write_string(sheet, 13, 1, "x\x01\r\t<&>\"", NULL);
    worksheet_write_url(sheet, 13, 2, "https://example.com/a?b=c&d", NULL);
    worksheet_merge_range(sheet, 14, 1, 15, 2, "merged", NULL);
}

static void
reads_what_libxlsxwriter_writes(void **state)
{
    static const char *const wanted[][2] = {
        {"合同号",          "值"                         },
        {"number",          "300000"                     },
        {"fraction",        "12345.67"                   },
        {"day",             "2023-06-30"                 },
        {"old day",         "1900-01-01"                 },
        {"leap day",        "2024-02-29"                 },
        {"true",            "TRUE"                       },
        {"formula",         "3"                          },
        {"formula of text", "ab"                         },
        {"rich",            "绍兴创业绍兴"               },
        {"x\x01\r\t<&>\"",  "https://example.com/a?b=c&d"},
        {"merged",          ""                           },
    };
    lxw_workbook *book = workbook_new(path_of("kinds.xlsx"));
    lxw_worksheet *hidden = workbook_add_worksheet(book, "Hidden"), *sheet = workbook_add_worksheet(book, "贷款");
    struct sheet s;

    (void)state;
    worksheet_write_string(hidden, 0, 0, "not this", NULL);
    worksheet_hide(hidden);
    worksheet_activate(sheet);
    worksheet_set_first_sheet(sheet);
    write_kinds(sheet, book);
    assert_int_equal(workbook_close(book), LXW_NO_ERROR);

    s = read_good("kinds.xlsx");
    /* The heading stands in the second column: the first is one without a name. */
    assert_int_equal(s.columns, 3);
    assert_int_equal(s.rows, COUNT(wanted) - 1);
    for (size_t i = 0; i < COUNT(wanted); i++) {
        cell_is(&s, i, 0, "");
        cell_is(&s, i, 1, wanted[i][0]);
        cell_is(&s, i, 2, wanted[i][1]);
        assert_int_equal(sheet_number(&s, i), i + (i < 10 ? 3 : 4));
    }
}

/* ---- a random table, in both forms ------------------------------------------------------------------------------- */

#define COLUMNS 12
#define ROWS 400

/* What a cell may hold without a difference between the forms: CSV keeps blanks at the ends of quoted cells. */
static struct slice
random_text(struct seed *seed)
{
    static const char *const pieces[] = {
        "a", "Z",  "0",  "-", "_", "x",  "绍", "兴", "𠂇",           "😀",   "é",   "\xC2\x80", "\"", ",",
        "'", "\n", "<&", ";", "|", "_x", "％", "㐀", "\xEF\xBF\xBD", "\x7f", "\x01",
    };
    struct buf b = {.arena = arena};
    size_t count = seed_below(seed, 6);

    for (size_t i = 0; i < count; i++) {
        if (i > 0 && seed_below(seed, 4) == 0)
            buf_add_char(&b, ' ');
        buf_add(&b, slice_of(pieces[seed_below(seed, COUNT(pieces))]));
    }
    return arena_copy(arena, buf_slice(&b));
}

static void
add_csv_cell(struct buf *b, struct slice text)
{
    buf_add_char(b, '"');
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] == '"')
            buf_add_char(b, '"');
        buf_add_char(b, text.at[i]);
    }
    buf_add_char(b, '"');
}

static struct slice
random_cell(lxw_worksheet *sheet, lxw_format *day_format, struct seed *seed, lxw_row_t row, lxw_col_t column)
{
    /* Days of both sides of the one that never was; hundredths within what 15 digits tell apart. */
    int32_t day = DAY_MIN + (int32_t)seed_below(seed, seed_below(seed, 2) == 0 ? 100 : 2000000);
    int64_t number = (int64_t)seed_below(seed, (uint64_t)1 << seed_below(seed, 43)) - 1000000;
    bool has_hundredths = seed_below(seed, 2) == 0;
    char text[DAY_TEXT_SIZE];
    struct slice cell;

    switch (seed_below(seed, 4)) {
    case 0:
        day_print(text, day);
        worksheet_write_number(sheet, row, column, day - DAY_MIN + 1 + (day - DAY_MIN >= 59), day_format);
        return arena_copy(arena, slice_of(text));
    case 1:
        worksheet_write_number(sheet, row, column, has_hundredths ? (double)number + 0.25 : (double)number, NULL);
        if (!has_hundredths)
            return arena_print(arena, "%lld", (long long)number);
        return number >= 0    ? arena_print(arena, "%lld.25", (long long)number)
               : number == -1 ? S("-0.75")
                              : arena_print(arena, "%lld.75", (long long)number + 1);
    default:
        cell = random_text(seed);
        worksheet_write_string(sheet, row, column, cell.at, NULL);
        return cell;
    }
}

static void
reads_a_table_the_same_from_either_form(void **state)
{
    struct seed seed = seed_open("reads_a_table_the_same_from_either_form");

    (void)state;
    for (int constant_memory = 0; constant_memory < 2; constant_memory++) {
        lxw_workbook_options options = {.constant_memory = (uint8_t)constant_memory}; /* texts stand in the cells */
        lxw_workbook *book = workbook_new_opt(path_of("table.xlsx"), &options);
        lxw_worksheet *sheet = workbook_add_worksheet(book, NULL);
        lxw_format *day_format = format_of(book, "yyyy/m/d");
        struct slice(*cells)[COLUMNS] = arena_take(arena, sizeof(struct slice) * ROWS * COLUMNS);
        struct buf csv = {.arena = arena};

        for (lxw_row_t row = 0; row < ROWS; row++)
            for (lxw_col_t column = 0; column < COLUMNS; column++) {
                /* The heading has a text in its last column, and no row is empty. */
                bool fixed = column == COLUMNS - 1;

                if (fixed)
                    worksheet_write_string(sheet, row, column, "end", NULL);
                cells[row][column] = fixed ? S("end") : random_cell(sheet, day_format, &seed, row, column);
                add_csv_cell(&csv, cells[row][column]);
                buf_add(&csv, fixed ? S("\r\n") : S(","));
            }
        assert_int_equal(workbook_close(book), LXW_NO_ERROR);
        write_file(path_of("table.csv"), buf_slice(&csv));
        for (int form = 0; form < 2; form++) {
            struct sheet s = read_good(form == 0 ? "table.xlsx" : "table.csv");

            assert_int_equal(s.columns, COLUMNS);
            assert_int_equal(s.rows, ROWS - 1);
            for (size_t row = 0; row < ROWS; row++)
                for (size_t column = 0; column < COLUMNS; column++)
                    cell_is(&s, row, column, cells[row][column].at);
        }
    }
}

static void
reads_fifty_thousand_loans_within_its_memory(void **state)
{
    lxw_workbook_options options = {.constant_memory = LXW_TRUE};
    lxw_workbook *book = workbook_new_opt(path_of("long.xlsx"), &options);
    lxw_worksheet *sheet = workbook_add_worksheet(book, NULL);
    struct slice bytes;
    struct sheet s;

    (void)state;
    for (lxw_row_t row = 0; row <= SHEET_ROWS_MAX; row++)
        for (lxw_col_t column = 0; column < 20; column++)
            if (column % 2 == 0)
                worksheet_write_string(sheet, row, column, "个体工商户担保贷款", NULL);
            else
                worksheet_write_number(sheet, row, column, 300000, NULL); /* as alike as loans can be */
    assert_int_equal(workbook_close(book), LXW_NO_ERROR);
    bytes = read_whole("long.xlsx");
    s = read_good("long.xlsx");
    print_message("# %zu rows: %zu bytes packed, %zu MiB of memory\n", s.rows, bytes.len, arena_used(scratch) >> 20);
    assert_int_equal(s.rows, SHEET_ROWS_MAX);
    assert_int_equal(s.columns, 20);
    cell_is(&s, SHEET_ROWS_MAX, 18, "个体工商户担保贷款");
    cell_is(&s, SHEET_ROWS_MAX, 19, "300000");
    assert_true(arena_used(scratch) < SHEET_ARENA_SIZE / 4);
}

/* ---- workbooks by hand ------------------------------------------------------------------------------------------- */

static int64_t
number_in(const struct json *c, const char *key)
{
    return json_find(c, slice_of(key))->number;
}

static bool
sheet_is(const struct sheet *s, const struct json *c)
{
    const struct json *rows = json_find(c, S("rows")), *numbers = json_find(c, S("numbers"));
    const struct json *line = rows->first, *number = numbers->first;

    if (s->rows + 1 != rows->count)
        return false;
    for (size_t row = 0; row <= s->rows; row++, line = line->next, number = number->next) {
        const struct json *cell = line->first;

        if (s->columns != line->count || (int64_t)sheet_number(s, row) != number->number)
            return false;
        for (size_t column = 0; column < s->columns; column++, cell = cell->next)
            if (!slice_equal(sheet_cell(s, row, column), cell->text))
                return false;
    }
    return true;
}

static bool
fault_is(const struct sheet_fault *f, const struct json *c)
{
    struct slice place = f->place.at == NULL ? S("") : f->place;

    return (int64_t)f->row == number_in(c, "row") && f->zh != NULL &&
           strstr(f->en, json_text(c, S("says")).at) != NULL && slice_equal(place, json_text(c, S("place")));
}

static void
tell_difference(const struct json *c, bool read, const struct sheet *s, const struct sheet_fault *f)
{
    print_message("# %s %s\n", json_text(c, S("file")).at, json_text(c, S("name")).at);
    if (!read)
        print_message("#   refused: %s\n", sheet_fault_text(arena, f).at);
    for (size_t i = 0; read && i <= s->rows && i < 40; i++)
        for (size_t j = 0; j < s->columns && j < 8; j++)
            print_message("#   %zu %zu \"%s\"\n", sheet_number(s, i), j, sheet_cell(s, i, j).at);
}

static const struct json *
write_by_hand(void)
{
    const struct json *cases;
    struct slice text;

    /* Debian's python3 has Debian's openpyxl. */
    assert_int_equal(oracle_run(&text, arena, "PATH=/usr/bin:$PATH python3 tests/lib/workbooks.py %s", folder), 0);
    assert_true(file_read(&text, arena, path_of("cases.json"), (size_t)16 << 20));
    assert_int_equal(json_parse(&cases, arena, text), V_OK);
    return cases;
}

static void
reads_or_refuses_workbooks_made_by_hand(void **state)
{
    const struct json *cases;
    int wrong = 0;

    (void)state;
    if (!oracle_there(arena, "python3"))
        skip();
    cases = write_by_hand();
    assert_true(cases->count > 200);
    for (const struct json *c = cases->first; c != NULL; c = c->next) {
        struct sheet_source from = {.worksheet = json_text(c, S("worksheet"))};
        struct sheet_fault fault = {0};
        bool wanted = json_find(c, S("rows")) != NULL, read, right;
        struct sheet s;

        arena_reset(scratch);
        assert_true(file_read(&from.bytes, scratch, path_of(json_text(c, S("file")).at), SHEET_BYTES_MAX));
        read = sheet_read(&s, &fault, scratch, &from);
        right = read == wanted && (read ? sheet_is(&s, c) : fault_is(&fault, c));
        assert_true(arena_used(scratch) < SHEET_ARENA_SIZE / 2);
        wrong += !right;
        if (!right)
            tell_difference(c, read, &s, &fault);
    }
    assert_int_equal(wrong, 0);
}

/* ---- damage ------------------------------------------------------------------------------------------------------ */

static bool
sheets_equal(const struct sheet *one, const struct sheet *other)
{
    if (one->rows != other->rows || one->columns != other->columns)
        return false;
    for (size_t i = 0; i < (one->rows + 1) * one->columns; i++)
        if (!slice_equal(one->cells[i], other->cells[i]))
            return false;
    return true;
}

/* Checksums guard what is read, so a damaged workbook is refused, or the damage lies where nothing is read. What is
 * stored and not packed brings the damage to the XML before its checksum is known. */
static void
damage(struct slice whole, struct seed *seed, int tries)
{
    struct arena *kept = arena_open((size_t)64 << 20);
    struct sheet_fault fault;
    struct sheet good, s;
    int refused = 0;
    char *bytes = arena_take(kept, whole.len);

    assert_true(sheet_read(&good, &fault, kept, &(struct sheet_source){.bytes = whole}));
    for (int i = 0; i < tries; i++) {
        size_t len = seed_below(seed, 8) == 0 ? seed_below(seed, whole.len) : whole.len;

        memcpy(bytes, whole.at, whole.len);
        for (size_t flips = 1 + seed_below(seed, 4); flips > 0; flips--)
            bytes[seed_below(seed, whole.len)] ^= (char)(1 << seed_below(seed, 8));
        memcpy(bytes, "PK\3\4", 4);
        if (read_bytes(&s, &fault, (struct slice){bytes, len})) {
            assert_true(sheets_equal(&good, &s));
            continue;
        }
        refused++;
        assert_true(utf8_valid(sheet_fault_text(scratch, &fault)));
    }
    print_message("# %d of %d refused\n", refused, tries);
    assert_true(refused > tries / 2);
    arena_close(kept);
}

static void
survives_any_damage(void **state)
{
    struct seed seed = seed_open("survives_any_damage");
    const char *given = getenv("N");
    int tries = given == NULL ? 3000 : atoi(given);
    const char *repack = "import sys, zipfile\n"
                         "old=zipfile.ZipFile(sys.argv[1])\n"
                         "with zipfile.ZipFile(sys.argv[2],'w') as new:\n"
                         "    for n in old.namelist(): new.writestr(n, old.read(n))\n";
    lxw_workbook *book = workbook_new(path_of("whole.xlsx"));
    int failed;

    (void)state;
    write_kinds(workbook_add_worksheet(book, NULL), book);
    assert_int_equal(workbook_close(book), LXW_NO_ERROR);
    damage(read_whole("whole.xlsx"), &seed, tries);
    if (!oracle_there(arena, "python3"))
        return;
    write_file(path_of("repack.py"), slice_of(repack));
    failed = oracle_run(NULL, arena, "python3 %s %s %s", path_of("repack.py"), path_of("whole.xlsx"),
                        path_of("stored.xlsx"));
    assert_int_equal(failed, 0);
    damage(read_whole("stored.xlsx"), &seed, tries);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_every_day_of_both_epochs),
        cmocka_unit_test(agrees_with_python_on_numbers),
        cmocka_unit_test(reads_what_libxlsxwriter_writes),
        cmocka_unit_test(reads_a_table_the_same_from_either_form),
        cmocka_unit_test(reads_fifty_thousand_loans_within_its_memory),
        cmocka_unit_test(reads_or_refuses_workbooks_made_by_hand),
        cmocka_unit_test(survives_any_damage),
    };

    return cmocka_run_group_tests_name("edge/workbook", tests, open_all, close_all);
}

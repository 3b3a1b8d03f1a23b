/*
 * Reads the rows and cells of a worksheet.
 * Knows where a cell stands and what its type and format make of its text; must not know other parts.
 * Invariant: rows and cells rise; a cell that is not empty stands below a cell of the heading.
 */
#include <string.h>

#include "markup.h"
#include "workbook_int.h"
#include "workbook_value.h"

#define ROW_MAX 1048576
#define COLUMN_MAX 16384 /* XFD */

const struct sheet_fault workbook_broken = {.en = "the workbook is damaged: open it, save it as .xlsx once more",
                                            .zh = "工作簿已损坏，请打开后重新另存为 .xlsx"};

bool
workbook_refuse_cell(struct workbook *w, const struct sheet_fault *why)
{
    char letters[4] = {0}; /* the last is XFD */
    size_t at = sizeof letters - 1;

    assert(w->column < COLUMN_MAX);
    /* Columns count A to Z, AA to ZZ, AAA and on: 26 digits without a zero. */
    for (size_t n = w->column + 1; n > 0; n = (n - 1) / 26)
        letters[--at] = (char)('A' + (n - 1) % 26);
    return gather_refuse(w->g, w->row, arena_print(w->g->arena, "%s%u", letters + at, w->row), why);
}

/* A number that counts from 0; absent is `standard`. */
bool
workbook_count(size_t *out, struct slice text, size_t standard, size_t limit)
{
    int64_t n = (int64_t)standard;

    if (text.at != NULL && !slice_to_int(&n, text))
        return false;
    *out = (size_t)n;
    return n >= 0 && (size_t)n < limit;
}

bool
workbook_true(struct slice text)
{
    return slice_equal(text, S("1")) || slice_equal(text, S("true"));
}

/* ---- what each type of cell means -------------------------------------------------------------------------------- */

static const struct sheet_fault no_day = {
    .en = "this cell shows a day but holds none of 1900 to 9999, or a part of one: write a day, or format it as text",
    .zh = "此单元格为日期格式，但不是 1900 至 9999 年的整日（可能带时间），请改为日期或文本"};

static const struct sheet_fault *
read_number(struct slice *out, struct workbook *w, struct slice text)
{
    static const struct sheet_fault time = {.en = "this cell shows a time of day: format it as text and write it anew",
                                            .zh = "此单元格为时间格式，请改为文本格式后重新填写"};
    static const struct sheet_fault many = {
        .en = "the number has more digits than spreadsheets keep (15): format it as text and write it anew",
        .zh = "数字超过表格能保存的 15 位，末位已失真，请改为文本格式后重新填写"};
    char day[DAY_TEXT_SIZE];
    enum value_form form = VALUE_NUMBER;

    if (w->style_count > 0 || w->style > 0) {
        if (w->style >= w->style_count)
            return &workbook_broken;
        form = w->styles[w->style];
    }
    if (form == VALUE_TIME)
        return &time;
    switch (value_number(out, w->g->arena, text)) {
    case VALUE_DONE:
        break;
    case VALUE_LONG:
        return &many;
    default:
        return &workbook_broken;
    }
    if (form == VALUE_NUMBER)
        return NULL;
    if (value_day(day, *out, w->from_1904) != VALUE_DONE)
        return &no_day;
    *out = arena_copy(w->g->arena, slice_of(day));
    return NULL;
}

static const struct sheet_fault *
read_shared(struct slice *out, struct workbook *w, struct slice text)
{
    size_t n;

    if (!workbook_count(&n, text, 0, w->string_count))
        return &workbook_broken;
    *out = w->strings[n];
    return NULL;
}

static const struct sheet_fault *
read_text(struct slice *out, struct workbook *w, struct slice text)
{
    return value_text(out, w->g->arena, text) ? NULL : &workbook_broken;
}

static const struct sheet_fault *
read_bool(struct slice *out, struct workbook *w, struct slice text)
{
    (void)w;
    *out = workbook_true(text) ? S("TRUE") : S("FALSE");
    return workbook_true(text) || slice_equal(text, S("0")) || slice_equal(text, S("false")) ? NULL : &workbook_broken;
}

/* ISO 8601; midnight is a whole day. */
static const struct sheet_fault *
read_iso_day(struct slice *out, struct workbook *w, struct slice text)
{
    struct slice rest = slice_sub(text, DAY_TEXT_SIZE - 1, text.len);
    int32_t day;

    if (!day_parse(&day, slice_sub(text, 0, DAY_TEXT_SIZE - 1)))
        return &no_day;
    for (size_t i = 0; i < rest.len; i++)
        if (strchr("T0:.Z", rest.at[i]) == NULL)
            return &no_day;
    *out = arena_copy(w->g->arena, slice_sub(text, 0, DAY_TEXT_SIZE - 1));
    return NULL;
}

static const struct sheet_fault *
read_error(struct slice *out, struct workbook *w, struct slice text)
{
    static const struct sheet_fault error = {.en = "this cell holds an error, such as #N/A: mend or empty it",
                                             .zh = "此单元格是错误值（如 #N/A），请修正或清空"};

    (void)out;
    (void)w;
    (void)text;
    return &error;
}

/* ECMA-376 part 1, 18.18.11; a cell without a type is a number. */
static const struct {
    const char *name;
    cell_reader *read;
} types[] = {
    {"n",         read_number },
    {"s",         read_shared },
    {"str",       read_text   },
    {"inlineStr", read_text   },
    {"b",         read_bool   },
    {"d",         read_iso_day},
    {"e",         read_error  },
};

static cell_reader *
reader_of(struct slice type)
{
    if (type.at == NULL)
        return read_number;
    for (size_t i = 0; i < COUNT(types); i++)
        if (slice_equal(type, slice_of(types[i].name)))
            return types[i].read;
    return NULL;
}

/* ---- where cells stand ------------------------------------------------------------------------------------------- */

/* The column of "AB12", which must be in the row one is in; a cell without a name has the next, which `*out` is. */
static bool
column_of(size_t *out, const struct workbook *w, struct slice name)
{
    size_t column = 0, i = 0;
    int64_t number;

    if (name.at == NULL)
        return w->next_column < COLUMN_MAX;
    for (; i < name.len && name.at[i] >= 'A' && name.at[i] <= 'Z' && column <= COLUMN_MAX; i++)
        column = column * 26 + (size_t)(name.at[i] - 'A') + 1;
    if (column < 1 || column > COLUMN_MAX || !slice_to_int(&number, slice_sub(name, i, name.len)) || number != w->row)
        return false;
    *out = column - 1;
    return column > w->next_column;
}

bool
workbook_row_open(struct workbook *w, const char *const *attributes)
{
    size_t number;

    if (!workbook_count(&number, markup_attribute(attributes, "r"), w->row + 1, ROW_MAX + 1) || number <= w->row)
        return gather_refuse(w->g, w->row, (struct slice){0}, &workbook_broken);
    w->row = (uint32_t)number;
    w->next_column = 0;
    return true;
}

bool
workbook_row_close(struct workbook *w)
{
    return gather_row(w->g, w->row, w->g->rows == 0 ? w->g->width : w->g->columns);
}

bool
workbook_cell_open(struct workbook *w, const char *const *attributes)
{
    size_t column = w->next_column;
    bool placed = column_of(&column, w, markup_attribute(attributes, "r"));

    w->column = column < COLUMN_MAX ? column : COLUMN_MAX - 1;
    w->read = reader_of(markup_attribute(attributes, "t"));
    w->text_len = 0;
    w->formula = false;
    if (!placed || w->read == NULL || !workbook_count(&w->style, markup_attribute(attributes, "s"), 0, STYLES_MAX))
        return workbook_refuse_cell(w, &workbook_broken);
    w->next_column = w->column + 1;
    return true;
}

bool
workbook_formula_open(struct workbook *w, const char *const *attributes)
{
    (void)attributes;
    w->formula = true;
    return true;
}

bool
workbook_cell_close(struct workbook *w)
{
    static const struct sheet_fault no_value = {
        .en = "this cell has a formula without its value: open the file in a spreadsheet program and save it",
        .zh = "此单元格的公式没有保存计算结果，请用表格软件打开后保存"};
    static const struct sheet_fault wide = {.en = "a sheet has at most 200 columns", .zh = "超过 200 列"};
    static const struct sheet_fault beyond = {.en = "there is no heading above this cell",
                                              .zh = "此单元格上方没有表头"};
    const struct sheet_fault *found;
    struct slice value;

    if (w->text_len == 0)
        return !w->formula || w->read == read_text || workbook_refuse_cell(w, &no_value);
    found = w->read(&value, w, (struct slice){w->text, w->text_len});
    if (found != NULL)
        return workbook_refuse_cell(w, found);
    if (value.len == 0)
        return true;
    if (w->column >= SHEET_COLUMNS_MAX)
        return workbook_refuse_cell(w, &wide);
    if (w->g->rows > 0 && w->column >= w->g->columns)
        return workbook_refuse_cell(w, &beyond);
    return gather_cell(w->g, w->column, value);
}

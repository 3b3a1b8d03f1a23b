/*
 * Gathers rows into a sheet, whatever the file they stand in.
 * Knows the limits and which reader a file's first bytes ask for; must not know any file's form.
 * Invariant: a row is added whole or not at all.
 */
#include <string.h>

#include "workbook.h"

/* A power of two: arrays grow by doubling, so those of the most cells are this often doubled and no larger. */
#define FIRST_ROOM 1024

bool
gather_refuse(struct gathering *g, size_t row, struct slice place, const struct sheet_fault *why)
{
    if (g->refused)
        return false;
    g->refused = true;
    *g->fault = *why;
    g->fault->row = row;
    g->fault->place = place;
    return false;
}

bool
gather_cell(struct gathering *g, size_t column, struct slice text)
{
    if (g->refused)
        return false;
    assert(column < SHEET_COLUMNS_MAX);
    assert(column >= g->width);
    assert(text.at != NULL);
    g->row[column] = text;
    g->width = column + 1;
    return true;
}

static const struct sheet_fault *
row_fault(const struct gathering *g, size_t width)
{
    static const struct sheet_fault uneven = {.en = "the row has more or fewer cells than the heading",
                                              .zh = "列数与表头不一致"};
    static const struct sheet_fault rows = {.en = "a sheet has at most 50000 rows: split it",
                                            .zh = "超过 50000 行，请拆分"};
    static const struct sheet_fault cells = {.en = "a sheet has at most 2000000 cells: split it",
                                             .zh = "超过 2000000 个单元格，请拆分"};
    static const struct sheet_fault text = {.en = "a sheet has at most 64 MiB of text: split it",
                                            .zh = "文字超过 64 MiB，请拆分"};

    if (g->rows > 0 && width != g->columns)
        return &uneven;
    if (g->rows > SHEET_ROWS_MAX)
        return &rows;
    if (g->count + width > SHEET_CELLS_MAX)
        return &cells;
    return g->text_len > SHEET_TEXT_MAX ? &text : NULL;
}

static void
add_row(struct gathering *g, uint32_t number)
{
    g->numbers = arena_grow(g->arena, g->numbers, g->rows, &g->numbers_size, sizeof *g->numbers, FIRST_ROOM);
    g->numbers[g->rows++] = number;
    for (size_t i = 0; i < g->columns; i++) {
        g->cells = arena_grow(g->arena, g->cells, g->count, &g->cells_size, sizeof *g->cells, FIRST_ROOM);
        g->cells[g->count++] = g->row[i].at == NULL ? S("") : g->row[i];
    }
}

bool
gather_row(struct gathering *g, uint32_t number, size_t width)
{
    const struct sheet_fault *found;
    size_t text_len = g->text_len;

    if (g->refused)
        return false;
    for (size_t i = 0; i < g->width; i++)
        g->text_len += g->row[i].len;
    if (g->text_len > text_len) {
        found = row_fault(g, width);
        if (found != NULL)
            return gather_refuse(g, number, (struct slice){0}, found);
        g->columns = width;
        add_row(g, number);
    }
    memset(g->row, 0, g->width * sizeof *g->row);
    g->width = 0;
    return true;
}

bool
gather_end(struct sheet *out, struct gathering *g)
{
    static const struct sheet_fault empty = {.en = "there is no row below the heading", .zh = "表头之下没有数据"};

    if (!g->refused && g->rows < 2)
        gather_refuse(g, 0, (struct slice){0}, &empty);
    if (g->refused)
        return false;
    *out = (struct sheet){g->cells, g->numbers, g->columns, g->rows - 1};
    return true;
}

/* The workbooks of old, and new ones with a password, in which nothing can be seen. */
static bool
gather_compound(struct gathering *g, const struct sheet_source *from)
{
    static const struct sheet_fault compound = {
        .en = "the file is an .xls or has a password: save it as .xlsx without one",
        .zh = "文件是旧版 .xls 或带有密码，请去除密码并另存为 .xlsx"};

    (void)from;
    return gather_refuse(g, 0, (struct slice){0}, &compound);
}

/* By their first bytes; what begins like no other is text. */
static const struct {
    struct slice first;
    bool (*gather)(struct gathering *g, const struct sheet_source *from);
} forms[] = {
    {S_INIT("PK\x03\x04"),       gather_workbook},
    {S_INIT("\xD0\xCF\x11\xE0"), gather_compound},
    {S_INIT(""),                 gather_csv     },
};

bool
sheet_read(struct sheet *out, struct sheet_fault *fault, struct arena *a, const struct sheet_source *from)
{
    static const struct sheet_fault large = {.en = "the file is larger than 32 MiB: split it",
                                             .zh = "文件超过 32 MiB，请拆分"};
    struct gathering g = {.arena = a, .fault = fault};
    size_t i = 0;

    if (from->bytes.len > SHEET_BYTES_MAX)
        return gather_refuse(&g, 0, (struct slice){0}, &large);
    while (!slice_starts(from->bytes, forms[i].first))
        i++;
    return forms[i].gather(&g, from) && gather_end(out, &g);
}

struct slice
sheet_cell(const struct sheet *s, size_t row, size_t column)
{
    assert(row <= s->rows);
    assert(column < s->columns);
    return s->cells[row * s->columns + column];
}

size_t
sheet_number(const struct sheet *s, size_t row)
{
    assert(row <= s->rows);
    return s->numbers[row];
}

bool
sheet_column(size_t *out, const struct sheet *s, const char *name)
{
    for (size_t i = 0; i < s->columns; i++)
        if (slice_equal(sheet_cell(s, 0, i), slice_of(name))) {
            *out = i;
            return true;
        }
    return false;
}

struct slice
sheet_fault_text(struct arena *a, const struct sheet_fault *f)
{
    struct buf b = {.arena = a};

    if (f->row > 0)
        buf_print(&b, "第 %zu 行 row %zu", f->row, f->row);
    if (f->place.len > 0)
        buf_print(&b, "%s" SLICE_FMT, b.len > 0 ? " " : "", SLICE_ARG(f->place));
    buf_print(&b, "%s%s %s", b.len > 0 ? ": " : "", f->zh, f->en);
    return buf_slice(&b);
}

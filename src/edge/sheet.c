/*
 * Reads comma-separated values through libcsv.
 * Knows cells and rows; must not know what they hold.
 * Invariant: nothing of libcsv's outlives sheet_read.
 */
#include <csv.h>

#include "sheet.h"

#define BYTE_ORDER_MARK S("\xEF\xBB\xBF")

struct reading {
    struct arena *arena;
    struct slice *cells;
    size_t count, columns, rows, in_row; /* rows: ended ones, the heading among them */
    bool uneven; /* a row has another number of cells than the heading, or is one too many: no more is read */
};

static void
take_cell(void *at, size_t len, void *context)
{
    struct reading *r = context;

    if (r->uneven || r->in_row == SHEET_COLUMNS_MAX) {
        r->uneven = true;
        return;
    }
    r->cells[r->count++] = arena_copy(r->arena, (struct slice){at == NULL ? "" : at, len});
    r->in_row++;
}

static void
end_row(int terminator, void *context)
{
    struct reading *r = context;

    (void)terminator;
    if (r->uneven)
        return;
    if (r->rows == 0)
        r->columns = r->in_row;
    /* One row more than there may be is counted, so that it can be told; then nothing is read any more. */
    r->uneven = r->in_row != r->columns;
    r->rows += !r->uneven;
    r->uneven = r->uneven || r->rows > SHEET_ROWS_MAX + 1;
    r->in_row = 0;
}

/* No text has more cells than commas and line ends, and one. */
static size_t
cells_max(struct slice text)
{
    size_t n = 1;

    for (size_t i = 0; i < text.len; i++)
        n += text.at[i] == ',' || text.at[i] == '\n' || text.at[i] == '\r';
    return n;
}

static bool
parse(struct reading *r, struct slice text)
{
    struct csv_parser parser;
    bool done;

    if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
        return false;
    done = csv_parse(&parser, text.at, text.len, take_cell, end_row, r) == text.len &&
           csv_fini(&parser, take_cell, end_row, r) == 0;
    csv_free(&parser);
    return done;
}

/* Why the text is no sheet, once it is read; NULL where it is one. */
static const struct sheet_fault *
fault_of(const struct reading *r, bool parsed)
{
    static const struct sheet_fault quotes = {0, "the quotes are wrong", "引号不配对"};
    static const struct sheet_fault uneven = {0, "the row has more or fewer cells than the heading",
                                              "列数与表头不一致"};
    static const struct sheet_fault many = {0, "a sheet has at most 20000 rows: split it", "超过 20000 行，请拆分"};
    static const struct sheet_fault empty = {0, "there is no row below the heading", "表头之下没有数据"};

    if (!parsed)
        return &quotes;
    if (r->rows > SHEET_ROWS_MAX + 1)
        return &many;
    if (r->uneven)
        return &uneven;
    return r->rows < 2 ? &empty : NULL;
}

bool
sheet_read(struct sheet *out, struct sheet_fault *fault, struct arena *a, struct slice text)
{
    struct reading r = {.arena = a};
    const struct sheet_fault *found;

    if (slice_starts(text, BYTE_ORDER_MARK))
        text = slice_sub(text, BYTE_ORDER_MARK.len, text.len - BYTE_ORDER_MARK.len);
    if (!utf8_valid(text)) {
        *fault = (struct sheet_fault){1, "the file is not UTF-8: save it as \"CSV UTF-8\"",
                                      "文件不是 UTF-8 编码，请另存为“CSV UTF-8”"};
        return false;
    }
    r.cells = NEW_ARRAY(a, struct slice, cells_max(text));
    found = fault_of(&r, parse(&r, text));
    if (found != NULL) {
        *fault = *found;
        fault->row = r.rows + 1;
        return false;
    }
    *out = (struct sheet){r.cells, r.columns, r.rows - 1};
    return true;
}

struct slice
sheet_cell(const struct sheet *s, size_t row, size_t column)
{
    assert(row <= s->rows);
    assert(column < s->columns);
    return s->cells[row * s->columns + column];
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

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
    bool uneven; /* a row has more or fewer cells than the heading, or is one too many */
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
    r->uneven = r->in_row != r->columns || r->rows > SHEET_ROWS_MAX;
    r->rows += !r->uneven;
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

bool
sheet_read(struct sheet *out, struct sheet_fault *fault, struct arena *a, struct slice text)
{
    struct reading r = {.arena = a};

    *fault = (struct sheet_fault){.row = 1, .en = "the file is not UTF-8: save it as \"CSV UTF-8\"",
                                  .zh = "文件不是 UTF-8 编码，请另存为“CSV UTF-8”"};
    if (slice_starts(text, BYTE_ORDER_MARK))
        text = slice_sub(text, BYTE_ORDER_MARK.len, text.len - BYTE_ORDER_MARK.len);
    if (!utf8_valid(text))
        return false;
    r.cells = NEW_ARRAY(a, struct slice, cells_max(text));
    *fault = (struct sheet_fault){.en = "the quotes are wrong", .zh = "引号不配对"};
    if (!parse(&r, text)) {
        fault->row = r.rows + 1;
        return false;
    }
    *fault = (struct sheet_fault){.row = r.rows + 1, .en = "the row has more or fewer cells than the heading, or is beyond the "
                                        "20000 rows of a sheet",
                                  .zh = "列数与表头不一致，或超过 20000 行"};
    if (r.uneven)
        return false;
    *fault = (struct sheet_fault){.row = 1, .en = "there is no row below the heading", .zh = "表头之下没有数据"};
    *out = (struct sheet){r.cells, r.columns, r.rows - (r.rows > 0)};
    return out->rows > 0;
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

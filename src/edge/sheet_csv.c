/*
 * Reads comma-separated values through libcsv.
 * Knows cells, quotes and line ends; must not know what cells hold.
 * Invariant: nothing of libcsv's outlives gather_csv.
 */
#include <csv.h>

#include "sheet_int.h"

struct reading {
    struct gathering *g; /* NULL: ended rows are counted, and nothing is wrong */
    size_t cells;        /* of the row that is being read */
    int line_end;        /* that of the row before it */
    uint32_t rows;       /* ended ones, as a spreadsheet program counts them: empty lines too */
};

static void
take_cell(void *at, size_t len, void *context)
{
    static const struct sheet_fault wide = {.en = "a sheet has at most 200 columns", .zh = "超过 200 列"};
    struct reading *r = context;

    r->cells++;
    if (r->g == NULL || r->g->refused)
        return;
    if (r->cells > SHEET_COLUMNS_MAX)
        gather_refuse(r->g, r->rows + 1, (struct slice){0}, &wide);
    else
        gather_cell(r->g, r->cells - 1, len == 0 ? S("") : arena_copy(r->g->arena, (struct slice){at, len}));
}

/* libcsv is told to report every line end, those of empty lines and the second half of CR LF among them. */
static void
end_row(int line_end, void *context)
{
    struct reading *r = context;
    bool second_half = line_end == '\n' && r->line_end == '\r' && r->cells == 0;

    r->line_end = second_half ? 0 : line_end;
    if (second_half)
        return;
    r->rows++;
    if (r->g != NULL)
        gather_row(r->g, r->rows, r->cells);
    r->cells = 0;
}

static bool
parse(struct reading *r, struct slice text)
{
    struct csv_parser parser;
    bool done;

    if (csv_init(&parser, CSV_REPALL_NL | (r->g == NULL ? 0 : CSV_STRICT | CSV_STRICT_FINI)) != 0)
        return false;
    done = csv_parse(&parser, text.at, text.len, take_cell, end_row, r) == text.len;
    if (done && r->g != NULL)
        done = csv_fini(&parser, take_cell, end_row, r) == 0;
    csv_free(&parser);
    return done;
}

static bool
refuse_charset(struct gathering *g, enum charset c, struct slice readable)
{
    static const struct sheet_fault faults[] = {
        [CHARSET_GUESS] = {.en = "the text is neither UTF-8 nor GB18030 (GBK): save it as CSV or XLSX once more",
                           .zh = "既不是 UTF-8 也不是 GB18030（GBK）编码，请重新另存为 CSV 或 XLSX"},
        [CHARSET_UTF8] = {.en = "the text is not UTF-8, as it is said to be", .zh = "不是所声明的 UTF-8 编码"},
        [CHARSET_GB18030] = {.en = "the text is not GB18030, as it is said to be",
                             .zh = "不是所声明的 GB18030 编码"},
    };
    struct reading counted = {0};

    parse(&counted, readable);
    return gather_refuse(g, counted.rows + 1, (struct slice){0}, &faults[c]);
}

bool
gather_csv(struct gathering *g, const struct sheet_source *from)
{
    static const struct sheet_fault quotes = {.en = "the quotes are wrong", .zh = "引号不配对"};
    struct reading r = {.g = g};
    struct slice text;

    if (!charset_decode(&text, g->arena, from->bytes, from->charset))
        return refuse_charset(g, from->charset, text);
    if (!parse(&r, text))
        return gather_refuse(g, r.rows + 1, (struct slice){0}, &quotes);
    return !g->refused;
}

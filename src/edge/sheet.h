/*
 * A sheet as people bring it: one heading, rows of cells.
 * Knows comma-separated values (RFC 4180) and, behind edge/workbook.h, XLSX; must not know what a column means.
 * Invariant: every row has as many cells as the heading, within the limits; text is valid UTF-8.
 */
#ifndef VENTURED_EDGE_SHEET_H
#define VENTURED_EDGE_SHEET_H

#include "charset.h"

/* Messages name these figures: they stay plain numbers. */
#define SHEET_BYTES_MAX ((size_t)32 << 20)
#define SHEET_COLUMNS_MAX 200
#define SHEET_ROWS_MAX 50000
#define SHEET_CELLS_MAX 2000000
/* Of all cells together: a workbook may name one long text a million times, and each reader of a cell pays for it. */
#define SHEET_TEXT_MAX ((size_t)64 << 20)
/* An arena of this size holds any sheet and what reading it takes; pages that are not used cost nothing. */
#define SHEET_ARENA_SIZE ((size_t)1 << 30)

struct sheet {
    const struct slice *cells; /* row after row; the heading first; never absent */
    const uint32_t *numbers;   /* of the rows, as a spreadsheet program shows them */
    size_t columns, rows;      /* rows: the heading not counted */
};

struct sheet_source {
    struct slice bytes;     /* of the file; what begins as XLSX does is read as that, all else as CSV */
    enum charset charset;   /* of CSV */
    struct slice worksheet; /* of XLSX, by its name; absent: the first that is not hidden */
};

/* Why bytes are no sheet. */
struct sheet_fault {
    size_t row;         /* as a spreadsheet program numbers it; 0: it is no row's */
    struct slice place; /* a cell as in "C7", a part of the file; absent where the row says it */
    const char *en, *zh;
};

/* Reads the whole of it or refuses it. A row without any text is left out, in front of the heading too. Of CSV: a quote
 * inside an unquoted cell and a quoted cell without an end are refused, blanks and tabs around unquoted cells passed
 * over. What a cell of XLSX becomes is told in edge/workbook.h. Cells live in `a`. */
bool sheet_read(struct sheet *out, struct sheet_fault *fault, struct arena *a, const struct sheet_source *from);

struct slice sheet_cell(const struct sheet *s, size_t row, size_t column); /* row 0 is the heading */
size_t sheet_number(const struct sheet *s, size_t row);                    /* by which a person finds that row */
bool sheet_column(size_t *out, const struct sheet *s, const char *name);

/* "第 3 行 row 3 C3: ...", in both languages. */
struct slice sheet_fault_text(struct arena *a, const struct sheet_fault *f);

#endif

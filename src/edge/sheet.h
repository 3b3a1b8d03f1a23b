/*
 * A sheet of comma-separated values: one heading, rows of cells.
 * Knows RFC 4180 through libcsv behind edge/sheet.c; must not know what a column means.
 * Invariant: every row has as many cells as the heading, within both limits; text is valid UTF-8.
 */
#ifndef VENTURED_EDGE_SHEET_H
#define VENTURED_EDGE_SHEET_H

#include "ventured/base.h"

#define SHEET_COLUMNS_MAX 200
#define SHEET_ROWS_MAX 20000

struct sheet {
    const struct slice *cells; /* row after row; the heading first */
    size_t columns, rows;      /* rows: the heading not counted */
};

/* Why a text is no sheet; `row` counts from 1, which is the heading, and leaves empty lines out. */
struct sheet_fault {
    size_t row;
    const char *en, *zh;
};

/* Strict: a quote inside an unquoted cell and a quoted cell without an end are refused. A byte order mark is passed
 * over, blanks around unquoted cells too. Cells live in `a`. */
bool sheet_read(struct sheet *out, struct sheet_fault *fault, struct arena *a, struct slice text);

struct slice sheet_cell(const struct sheet *s, size_t row, size_t column); /* row 0 is the heading */
bool sheet_column(size_t *out, const struct sheet *s, const char *name);

#endif

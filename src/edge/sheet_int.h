/*
 * What the readers of sheets share: rows as they are gathered, and their limits.
 * Knows cells and rows; must not know how a file holds them.
 * Invariant: what is gathered is within the limits, and nothing is gathered once something was refused.
 */
#ifndef VENTURED_EDGE_SHEET_INT_H
#define VENTURED_EDGE_SHEET_INT_H

#include "sheet.h"

struct gathering {
    struct arena *arena;
    struct sheet_fault *fault; /* what was refused; `refused` says whether */
    bool refused;
    struct slice row[SHEET_COLUMNS_MAX]; /* the one that is being read */
    size_t width;                        /* one more than the last column of it that was given a cell */
    struct slice *cells;
    uint32_t *numbers;
    size_t count, cells_size, numbers_size; /* count: of cells */
    size_t columns, rows, text_len;         /* rows: the heading among them */
};

/* All give false where they refuse or have refused. */
bool gather_cell(struct gathering *g, size_t column, struct slice text);
/* Ends the row, which has `width` cells; those that were not given are empty. */
bool gather_row(struct gathering *g, uint32_t number, size_t width);
bool gather_end(struct sheet *out, struct gathering *g);
/* Always false. `why` gives the sentence, the rest its place. */
bool gather_refuse(struct gathering *g, size_t row, struct slice place, const struct sheet_fault *why);

/* The rows of a text of comma-separated values. */
bool gather_csv(struct gathering *g, const struct sheet_source *from);

#endif

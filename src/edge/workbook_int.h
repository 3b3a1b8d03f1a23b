/*
 * A workbook while it is read: what its parts have said, and the cell one is in.
 * Knows what a worksheet needs of the other parts; must not know ZIP or XML.
 * Invariant: where something was refused, `g` says so and nothing more is read.
 */
#ifndef VENTURED_EDGE_WORKBOOK_INT_H
#define VENTURED_EDGE_WORKBOOK_INT_H

#include "package.h"
#include "workbook.h"

#define STYLES_MAX 65536 /* cell formats; spreadsheet programs allow 65,490 */

struct workbook;

/* What a cell of a type means: why it is refused, or NULL. The text is not empty. */
typedef const struct sheet_fault *cell_reader(struct slice *out, struct workbook *w, struct slice text);

struct workbook {
    struct gathering *g;
    struct package package;
    struct slice name;          /* of the worksheet that is wanted; absent: the first that can be seen */
    struct slice target;        /* its part, once it was found */
    struct relation *relations; /* of the part that is read now */
    size_t relation_count, relations_size;
    bool from_1904;
    struct slice *strings;
    size_t string_count, strings_size;
    uint8_t *forms;  /* enum value_form of each number format */
    uint8_t *styles; /* the same of each cell format */
    size_t style_count, styles_size;
    char *text; /* of the string or cell one is in */
    size_t text_len;
    uint32_t row;               /* 0: no row yet */
    size_t column, next_column; /* next_column: the least that the next cell may have */
    cell_reader *read;
    size_t style;
    bool formula;
};

/* Where a workbook contradicts itself. */
extern const struct sheet_fault workbook_broken;

/* Always false: the cell one is in, the part that is read. */
bool workbook_refuse_cell(struct workbook *w, const struct sheet_fault *why);
bool workbook_refuse_part(struct workbook *w, const struct sheet_fault *why);
/* A number from 0 to limit - 1; `standard` where the text is absent. */
bool workbook_count(size_t *out, struct slice text, size_t standard, size_t limit);
bool workbook_true(struct slice text);

/* Tellers of the elements of styles. */
bool workbook_styles_open(struct workbook *w, const char *const *attributes);
bool workbook_format_open(struct workbook *w, const char *const *attributes);
bool workbook_cell_style_open(struct workbook *w, const char *const *attributes);

/* Tellers of the elements of a worksheet. */
bool workbook_row_open(struct workbook *w, const char *const *attributes);
bool workbook_row_close(struct workbook *w);
bool workbook_cell_open(struct workbook *w, const char *const *attributes);
bool workbook_cell_close(struct workbook *w);
bool workbook_formula_open(struct workbook *w, const char *const *attributes);

#endif

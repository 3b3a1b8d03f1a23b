/*
 * From the rows of a sheet to lists of entries.
 * Knows the envelope and the kinds' fields, whose types say how a cell is written; must not know files or networks.
 * Invariant: pure; and row n has the id that is given for row n, however often it is sent.
 */
#ifndef VENTURED_EDGE_BATCH_H
#define VENTURED_EDGE_BATCH_H

#include "sheet.h"
#include "ventured/role.h"

#define BATCH_LIST_MAX 1000                                /* entries of one POST /v1/entries */
#define BATCH_BYTES_MAX ((size_t)1024 * 1024 - (size_t)1024) /* of its body: what the registry takes */

/* The sheet's columns are kind, subject, on, perhaps id, and fields. */
struct batch {
    const struct sheet *sheet;
    const struct kind_row *kinds;
    struct slice *ids;   /* one a row */
    struct slice *items; /* one a row: its entry as a JSON object */
};

/* Names the columns that must be there and are not, and those that stand twice; V_FIELDS_WRONG with problems. Pointers
 * are "/<row>/<column>", rows as a spreadsheet program numbers them. */
enum verdict batch_open(struct batch *out, struct arena *a, const struct sheet *s, const struct kind_row *kinds,
                        struct problems *p);

/* Gives every row its id: the sheet's own, else the one kept for that row, else a new one. `kept` has one id a line, in
 * the order of the rows. False where a kept line is no id. */
bool batch_ids(struct batch *b, struct arena *a, struct slice kept);
void batch_ids_encode(struct buf *out, const struct batch *b);

/* Writes every row's entry: V_OK, or V_FIELDS_WRONG with the problem of every bad cell. Empty cells are left out, lists
 * are parted by "|", numbers are whole and in the field's unit. */
enum verdict batch_encode(struct batch *b, struct arena *a, struct problems *p);

/* The next list from row `from` (0 is the first below the heading) as a body; how many rows it takes. */
size_t batch_list(struct buf *out, const struct batch *b, size_t from);

#endif

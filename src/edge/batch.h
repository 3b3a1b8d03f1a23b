/*
 * From the rows of a sheet to lists of entries.
 * Knows the envelope and the kinds' fields, whose types say how a cell is written; must not know files or networks.
 * Invariant: pure; and row n has the id that is given for row n, however often it is sent.
 */
#ifndef VENTURED_EDGE_BATCH_H
#define VENTURED_EDGE_BATCH_H

#include "sheet.h"
#include "ventured/role.h"

#define BATCH_LIST_MAX 1000                                  /* entries of one POST /v1/entries */
#define BATCH_BYTES_MAX ((size_t)1024 * 1024 - (size_t)1024) /* of its body: what the registry takes */

/* What a column may be beside a field. */
enum batch_member { BATCH_ID, BATCH_KIND, BATCH_SUBJECT, BATCH_ON, BATCH__MEMBERS };

#define BATCH_NO_COLUMN SIZE_MAX

/* What a sheet leaves unsaid. */
struct batch_terms {
    const struct kind_row *kinds; /* end with a row whose name is NULL */
    struct slice kind;            /* of rows that name none; absent: every row names its own */
    struct slice via;             /* what the field of that name says where its cell is empty; absent: nothing */
};

/* What the columns are in rows of one kind. */
struct batch_plan {
    const struct kind_row *kind;
    const struct field **fields; /* one a column; NULL where it is none of this kind's */
    struct batch_plan *next;
};

/* The sheet's columns are kind, subject, on, perhaps id, and fields, each by its name or by its Chinese title (类型 or
 * 登记事项, 对象 or 编号, 日期, 金额 for amount); "amount (yuan)" and "金额（元）" hold yuan, a bare heading fen. */
struct batch {
    const struct sheet *sheet;
    struct batch_terms terms;
    const struct batch_heading *headings; /* one a column */
    size_t columns[BATCH__MEMBERS];       /* which one is that member; BATCH_NO_COLUMN: none is */
    struct batch_plan *plans;
    struct slice *ids;   /* one a row */
    struct slice *items; /* one a row: its entry as a JSON object; empty where its kind is unknown */
};

/* Names the columns that must be there and are not, and those that stand twice; V_FIELDS_WRONG with problems. Pointers
 * are "/<row>/<heading as sent>", rows as a spreadsheet program numbers them. */
enum verdict batch_open(struct batch *out, struct arena *a, const struct sheet *s, const struct batch_terms *terms,
                        struct problems *p);

/* The id that the sheet itself gives to a row; empty where it gives none. Rows are counted from 1, the first below the
 * heading. */
struct slice batch_own_id(const struct batch *b, size_t row);

/* Gives every row its id: the sheet's own, else the one kept for that row, else a new one. `kept` has one id a line, in
 * the order of the rows. False where a kept line is no id. */
bool batch_ids(struct batch *b, struct arena *a, struct slice kept);
void batch_ids_encode(struct buf *out, const struct batch *b);

/* Writes one row's entry, or every row's: V_OK, or V_FIELDS_WRONG with the problem of every bad cell. Empty cells are
 * left out, lists are parted by "|", codes may be their Chinese labels, numbers are whole and in the field's unit but
 * for amounts in yuan, which have at most two decimals. */
enum verdict batch_encode_row(struct batch *b, struct arena *a, size_t row, struct problems *p);
enum verdict batch_encode(struct batch *b, struct arena *a, struct problems *p);

/* Where in the sheet it is what a row's entry calls `pointer`: "/amount" is "/17/金额（元）", "" is "/17". */
struct slice batch_pointer(const struct batch *b, struct arena *a, size_t row, struct slice pointer);

/* The next list from row `from` (0 is the first below the heading) as a body; how many rows it takes. */
size_t batch_list(struct buf *out, const struct batch *b, size_t from);

#endif

/*
 * What the parts of a batch share: headings and cells.
 * Knows how people write them; must not know rows.
 * Invariant: a heading means at most one thing in each kind.
 */
#ifndef VENTURED_EDGE_BATCH_INT_H
#define VENTURED_EDGE_BATCH_INT_H

#include "batch.h"

struct batch_heading {
    struct slice word;        /* NFKC, without the mark of yuan */
    bool yuan;                /* its cells are in yuan */
    enum batch_member member; /* BATCH__MEMBERS: it is a field's, or nobody's */
};

void batch_heading_read(struct batch_heading *out, struct arena *a, struct slice cell);
const char *batch_member_name(enum batch_member m);

/* By name, by Chinese title, or by a word that people say for the name; NULL where the shape has no such field, or
 * where yuan are meant and it is no amount. */
const struct field *batch_heading_field(const struct batch_heading *h, struct arena *a, const struct shape *s);

/* By name or Chinese title; NULL where there is none. */
const struct kind_row *batch_kind(const struct kind_row *kinds, struct slice cell);

/* Why a cell is no value of its field. */
struct batch_fault {
    const char *zh, *en;
};

/* Adds the value of a cell, which is not empty, as JSON. NULL, or the fault, and then nothing is added. */
const struct batch_fault *batch_cell_add(struct buf *out, const struct field *f, bool yuan, struct slice cell);

#endif

/*
 * What a checked receipt states, and whether that is what was sent.
 * Knows leaves and shapes; must not check a proof: receipt_check has done so.
 * Invariant: a member is equal, different or not comparable, and every one that is not equal is named.
 */
#ifndef VENTURED_EDGE_STATEMENT_H
#define VENTURED_EDGE_STATEMENT_H

#include "ventured/receipt.h"
#include "ventured/role.h"

/* Appends what the leaf says, one member a line, with the titles of its fields where the kind is known. */
void statement_add(struct buf *b, const struct receipt_facts *facts, const struct kind_row *kinds);

struct comparison {
    size_t equal, different, unseen; /* members */
    struct buf differing; /* pointers, one a line */
    struct buf hidden;    /* private members: the journal has their commitments only */
};

/* Compares the body as it was sent, envelope and fields, with the leaf. V_JSON_* where `sent` is no JSON object. */
enum verdict statement_compare(struct comparison *out, struct arena *a, const struct leaf *leaf, struct slice sent,
                               const struct kind_row *kinds);

#endif

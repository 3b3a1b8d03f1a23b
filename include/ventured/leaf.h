/*
 * One line of the journal: the bytes that are hashed into the tree.
 * Knows the members of a leaf and their order; must not know any kind's body, nor where lines are kept.
 * Invariant: one leaf has one spelling: what leaf_decode accepts, leaf_encode writes again byte for byte.
 */
#ifndef VENTURED_LEAF_H
#define VENTURED_LEAF_H

#include "ventured/base.h"
#include "ventured/json.h"

#define LEAF_VERSION 1 /* member `v`; another number is another form, and refused */

/* Slices are borrowed. An absent one is a member left out; the others must be there. */
struct leaf {
    int64_t seq;          /* from 1 */
    struct slice id;      /* a UUID */
    struct slice kind;    /* "loan.disbursed" */
    int64_t kind_version; /* from 1 */
    struct slice subject;
    int32_t on;                                          /* days since 1970-01-01 */
    int64_t at_ms;                                       /* UTC */
    struct slice actor;                                  /* role:organisation:account */
    struct slice mends_entry, mends_reason, mends_paper; /* no reason or paper without an entry; the entry is a UUID */
    struct slice signed_hex;                             /* 64 lower-case hex digits */
    struct slice body;                                   /* canonical text of an object; absent for a void */
    const struct json *body_json; /* the same as a tree: set by leaf_decode, not read by leaf_encode */
};

/* Appends {"v":1,"seq":...}: no white space, members in the order of the struct, RFC 8785 escaping. */
void leaf_encode(struct buf *b, const struct leaf *leaf);

/* V_BROKEN where `line` is not exactly what leaf_encode would write: unknown, missing or misplaced members, other
 * escapes, white space, a body with anything but objects, lists, texts and whole numbers. Logs nothing. */
enum verdict leaf_decode(struct leaf *out, struct arena *a, struct slice line);

#endif

/*
 * Random JSON objects that fit a shape, and ones with a single member replaced.
 * Knows field tables; must not use the decoder or the encoder it helps to test.
 * Invariant: what document_add writes is valid and canonical unless a member was replaced.
 */
#ifndef TESTS_DOCUMENT_H
#define TESTS_DOCUMENT_H

#include "seed.h"
#include "ventured/shape.h"

enum member_order { MEMBERS_IN_ORDER, MEMBERS_SHUFFLED };

/* What one member holds instead of a valid value: raw JSON, or nothing where `raw` is absent. */
struct replacement {
    const struct field *field; /* NULL: nothing is replaced */
    struct slice raw;
};

/* Members as "name":value; the two orders hold the same members for the same seed. */
void document_add(struct buf *b, const struct shape *s, struct seed *seed, enum member_order order,
                  struct replacement r);
void document_add_value(struct buf *b, const struct field *f, struct seed *seed);

/* A text of `length` code points that matches the field's pattern; absent where none of a few tries does. */
struct slice document_text(struct arena *a, const struct field *f, size_t length);
/* Of each form, one that is valid. */
struct slice document_form(enum field_form form);

#endif

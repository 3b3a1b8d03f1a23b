/*
 * What the decoder shares with the teller of problems.
 * Knows where a value stands; must not be included outside shape.c and problem.c.
 * Invariant: a place is written out as a pointer for a problem only, since most bodies have none.
 */
#ifndef LEDGER_SHAPE_INT_H
#define LEDGER_SHAPE_INT_H

#include "ventured/shape.h"

/* A chain up to the body, on the decoder's stack. */
struct place {
    const struct place *up;
    struct slice token; /* its name or index in `up`; the whole pointer where there is no `up` */
    struct problems *problems;
};

/* The value at this place fails `f` with this verdict of the FIELD_ group. */
void problem_tell(const struct place *where, enum verdict v, const struct field *f);
/* `s` has no member as the one at this place. */
void problem_unknown(const struct place *where, const struct shape *s);
/* The list's item at this place is no object. */
void problem_not_object(const struct place *where);

#endif

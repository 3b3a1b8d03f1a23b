/*
 * Random stories of jars: early, late, doubled, over-size, corrected, voided, over years and midnights.
 * Knows how to make postings that mean something; must not know what ought to come of them.
 * Invariant: the same seed tells the same story; what is wrong in it the door refuses, and that is part of it.
 */
#ifndef TESTS_TALE_H
#define TESTS_TALE_H

#include "seed.h"
#include "world.h"

struct tale;

/* How the postings ended. */
struct tale_counts {
    size_t recorded, replayed, waiting, confirmed, admitted, refused;
};

struct tale *tale_open(struct world *w, struct seed *seed);
/* About so many postings more, in random groups; the clock moves on between them, over days and sometimes months. Fails
 * the test where the door answers with a fault. */
void tale_tell(struct tale *t, size_t postings);
struct tale_counts tale_counts(const struct tale *t);

#endif

/*
 * Random tests that can be run again.
 * Knows splitmix64; must not be used for keys.
 * Invariant: the same seed gives the same numbers on every machine.
 */
#ifndef TESTS_SEED_H
#define TESTS_SEED_H

#include <stdint.h>

struct seed {
    uint64_t state;
};

/* Takes $SEED or else the clock, and prints the seed to be used again. */
struct seed seed_open(const char *test);
uint64_t seed_next(struct seed *s);
uint64_t seed_below(struct seed *s, uint64_t limit); /* 0 to limit - 1 */

#endif

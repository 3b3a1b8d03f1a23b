/*
 * Random tests that can be run again.
 * Knows splitmix64; must not be used for keys.
 * Invariant: the same seed gives the same numbers on every machine.
 */
#define _GNU_SOURCE
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "seed.h"

struct seed
seed_open(const char *test)
{
    const char *given = getenv("SEED");
    struct seed s;
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    s.state = given != NULL ? strtoull(given, NULL, 0) : (uint64_t)now.tv_sec * 1000000007 + (uint64_t)now.tv_nsec;
    printf("# %s: SEED=%" PRIu64 "\n", test, s.state);
    fflush(stdout);
    return s;
}

uint64_t
seed_next(struct seed *s)
{
    uint64_t z = s->state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

uint64_t
seed_below(struct seed *s, uint64_t limit)
{
    assert(limit > 0);
    return seed_next(s) % limit;
}

/*
 * Timed waits on the steady clock.
 * Knows how a point in time is reckoned; must not know what is waited for.
 * Invariant: condition and wait use the same clock.
 */
#define _GNU_SOURCE
#include <time.h>

#include "timed.h"

void
timed_init(pthread_cond_t *c)
{
    pthread_condattr_t attributes;

    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(c, &attributes);
    pthread_condattr_destroy(&attributes);
}

void
timed_wait(pthread_cond_t *c, pthread_mutex_t *lock, int wait_ms)
{
    struct timespec at;

    clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_nsec += (long)(wait_ms % 1000) * 1000000;
    at.tv_sec += wait_ms / 1000 + at.tv_nsec / 1000000000;
    at.tv_nsec %= 1000000000;
    pthread_cond_timedwait(c, lock, &at);
}

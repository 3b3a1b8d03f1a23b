/*
 * Waiting on a condition for a bounded time.
 * Knows the steady clock; must not know what is waited for.
 * Invariant: whoever sets the wall clock neither shortens nor lengthens a wait.
 */
#ifndef VENTURED_EDGE_TIMED_H
#define VENTURED_EDGE_TIMED_H

#include <pthread.h>

/* A condition for timed_wait; destroyed like any other. */
void timed_init(pthread_cond_t *c);

/* At most `wait_ms`, and sometimes less without a reason, as pthread_cond_wait. `lock` is held. */
void timed_wait(pthread_cond_t *c, pthread_mutex_t *lock, int wait_ms);

#endif

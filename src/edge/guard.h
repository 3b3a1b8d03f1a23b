/*
 * The clock's guard: may what this clock says be written down?
 * Knows the wall clock, the steady clock and the head's time; must not know what is written.
 * Invariant: a clock that has left its track by more than GUARD_SLACK_MS stays wrong until it agrees or is confirmed.
 */
#ifndef VENTURED_EDGE_GUARD_H
#define VENTURED_EDGE_GUARD_H

#include "ventured/base.h"

/* How far a clock may be off before nothing is written by it (design, promise 10). */
#define GUARD_SLACK_MS 60000

/* Where the wall clock stood when the steady one was read beside it: at start, or at the last confirmation. */
struct guard {
    int64_t wall_ms, steady_ms;
    int64_t forgiven_ms; /* a head up to here may lie ahead of the clock */
};

/* Reads both clocks. `forgiven_ms` is the head's time at the last confirmation, 0 where there was none. */
void guard_init(struct guard *g, int64_t forgiven_ms);

/* V_OK, or V_CLOCK_WRONG: behind the head, or off the track, by more than the slack. Logs nothing. */
enum verdict guard_check(const struct guard *g, int64_t head_ms);

#endif

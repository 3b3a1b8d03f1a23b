/*
 * Compares the wall clock with the head and with its own track.
 * Knows two clocks; must not know where a confirmation comes from.
 * Invariant: looking changes nothing, so a clock that comes back is right again by itself.
 */
#include "guard.h"

void
guard_init(struct guard *g, int64_t forgiven_ms)
{
    *g = (struct guard){the_clock.wall_ms(), the_clock.steady_ms(), forgiven_ms};
}

enum verdict
guard_check(const struct guard *g, int64_t head_ms)
{
    int64_t now_ms = the_clock.wall_ms();
    int64_t drift_ms = now_ms - g->wall_ms - (the_clock.steady_ms() - g->steady_ms);

    if (drift_ms > GUARD_SLACK_MS || drift_ms < -GUARD_SLACK_MS)
        return V_CLOCK_WRONG;
    return now_ms < head_ms - GUARD_SLACK_MS && head_ms > g->forgiven_ms ? V_CLOCK_WRONG : V_OK;
}

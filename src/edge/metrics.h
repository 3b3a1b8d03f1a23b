/*
 * What the daemon counts of itself, and how Prometheus reads it.
 * Knows counters and histograms; must not know requests, entries or anybody's name.
 * Invariant: counting takes no lock, and what is counted never goes back.
 */
#ifndef VENTURED_EDGE_METRICS_H
#define VENTURED_EDGE_METRICS_H

#include <stdatomic.h>

#include "ventured/base.h"

#define METRIC_ROUTES_MAX 64
#define METRIC_STATUSES 600
#define HISTOGRAM_BOUNDS_MAX 12

/* Counts how many values were at most each bound. `milli` says that a value is in thousandths of the unit shown. */
struct histogram {
    const char *name, *help;
    enum { HISTOGRAM_WHOLE, HISTOGRAM_MILLI } unit;
    int64_t bounds[HISTOGRAM_BOUNDS_MAX]; /* rising; 0 ends */
    _Atomic int64_t counts[HISTOGRAM_BOUNDS_MAX + 1], sum;
};

/* Tries to deliver an event, and the two ways in which one ends. */
enum { METRIC_TRIED, METRIC_DELIVERED, METRIC_PARKED, METRIC_DELIVERIES };

struct metrics {
    _Atomic int64_t requests[METRIC_ROUTES_MAX][METRIC_STATUSES]; /* by place in the route table, and status */
    _Atomic int64_t verdicts[V__COUNT];
    struct histogram request_ms, commit_ms, group_entries;
    _Atomic int64_t writer_reopened;
    _Atomic int64_t deliveries[METRIC_DELIVERIES];
    _Atomic int64_t clock_posted, clock_refused; /* facts; a refused one is counted once */
    _Atomic int64_t calendar_provisional;        /* 1 where somebody should load the next year's calendar */
    _Atomic int64_t notices_made, notices_sent, notices_parked;
    _Atomic int64_t events_waiting, events_parked; /* in the database, when it was counted last */
};

void metrics_init(struct metrics *m);
void histogram_add(struct histogram *h, int64_t value);

/* One line `name value` after its help and type; `type` is "counter" or "gauge". */
void metrics_add(struct buf *b, const char *name, const char *type, const char *help, int64_t value);

/* All that `m` holds; `routes` names the rows of `requests`. */
void metrics_write(struct buf *b, const struct metrics *m, const char *const *routes, size_t route_count);

#endif

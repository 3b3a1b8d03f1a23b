/*
 * Counters and histograms in the text format of Prometheus, version 0.0.4.
 * Knows names, labels and numbers; must not know who adds to them.
 * Invariant: a histogram's buckets are cumulative in the text, whatever order the additions came in.
 */
#include "metrics.h"
#include "problem.h"

void
metrics_init(struct metrics *m)
{
    *m = (struct metrics){
        .request_ms = {"ventured_request_seconds", "from the whole request to its answer", HISTOGRAM_MILLI,
                       {1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000}},
        .commit_ms = {"ventured_commit_seconds", "one group of entries, from lock to commit", HISTOGRAM_MILLI,
                      {1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000}},
        .group_entries = {"ventured_group_entries", "entries that shared one commit", HISTOGRAM_WHOLE,
                          {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1000}},
    };
}

void
histogram_add(struct histogram *h, int64_t value)
{
    size_t i = 0;

    while (i < HISTOGRAM_BOUNDS_MAX && h->bounds[i] != 0 && value > h->bounds[i])
        i++;
    atomic_fetch_add(&h->counts[i], 1);
    atomic_fetch_add(&h->sum, value);
}

static void
add_head(struct buf *b, const char *name, const char *type, const char *help)
{
    buf_print(b, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

void
metrics_add(struct buf *b, const char *name, const char *type, const char *help, int64_t value)
{
    add_head(b, name, type, help);
    buf_print(b, "%s %lld\n", name, (long long)value);
}

static struct slice
number(struct arena *a, const struct histogram *h, int64_t value)
{
    if (h->unit == HISTOGRAM_WHOLE)
        return arena_print(a, "%lld", (long long)value);
    return arena_print(a, "%lld.%03lld", (long long)value / 1000, (long long)value % 1000);
}

static void
add_histogram(struct buf *b, const struct histogram *h)
{
    int64_t count = 0;
    size_t i = 0;

    add_head(b, h->name, "histogram", h->help);
    for (; i < HISTOGRAM_BOUNDS_MAX && h->bounds[i] != 0; i++) {
        count += atomic_load(&h->counts[i]);
        buf_print(b, "%s_bucket{le=\"" SLICE_FMT "\"} %lld\n", h->name, SLICE_ARG(number(b->arena, h, h->bounds[i])),
                  (long long)count);
    }
    count += atomic_load(&h->counts[i]);
    buf_print(b, "%s_bucket{le=\"+Inf\"} %lld\n%s_sum " SLICE_FMT "\n%s_count %lld\n", h->name, (long long)count,
              h->name, SLICE_ARG(number(b->arena, h, atomic_load(&h->sum))), h->name, (long long)count);
}

void
metrics_write(struct buf *b, const struct metrics *m, const char *const *routes, size_t route_count)
{
    assert(route_count <= METRIC_ROUTES_MAX);
    add_head(b, "ventured_requests_total", "counter", "answers by route and status");
    for (size_t r = 0; r < route_count; r++)
        for (int status = 0; status < METRIC_STATUSES; status++)
            if (atomic_load(&m->requests[r][status]) > 0)
                buf_print(b, "ventured_requests_total{route=\"%s\",status=\"%d\"} %lld\n", routes[r], status,
                          (long long)atomic_load(&m->requests[r][status]));
    add_head(b, "ventured_verdicts_total", "counter", "answers by verdict");
    for (int v = 0; v < V__COUNT; v++)
        if (atomic_load(&m->verdicts[v]) > 0)
            buf_print(b, "ventured_verdicts_total{verdict=\"" SLICE_FMT "\"} %lld\n",
                      SLICE_ARG(verdict_code(b->arena, (enum verdict)v)), (long long)atomic_load(&m->verdicts[v]));
    add_histogram(b, &m->request_ms);
    add_histogram(b, &m->commit_ms);
    add_histogram(b, &m->group_entries);
    metrics_add(b, "ventured_writer_reopened_total", "counter", "times that the writer went through recovery",
                atomic_load(&m->writer_reopened));
    metrics_add(b, "ventured_deliveries_tried_total", "counter", "tries to deliver an event",
                atomic_load(&m->deliveries[METRIC_TRIED]));
    metrics_add(b, "ventured_deliveries_taken_total", "counter", "events that an endpoint took",
                atomic_load(&m->deliveries[METRIC_DELIVERED]));
    metrics_add(b, "ventured_deliveries_parked_total", "counter", "events that were given up until a replay",
                atomic_load(&m->deliveries[METRIC_PARKED]));
    metrics_add(b, "ventured_events_waiting", "gauge", "events to be delivered, a few seconds ago",
                atomic_load(&m->events_waiting));
    metrics_add(b, "ventured_events_parked", "gauge", "events that are parked, a few seconds ago",
                atomic_load(&m->events_parked));
    metrics_add(b, "ventured_clock_posted_total", "counter", "facts that the clock has posted",
                atomic_load(&m->clock_posted));
    metrics_add(b, "ventured_clock_refused_total", "counter", "facts of the clock that were refused, each once",
                atomic_load(&m->clock_refused));
    metrics_add(b, "ventured_calendar_provisional", "gauge", "1 where the next working calendar should be loaded",
                atomic_load(&m->calendar_provisional));
    metrics_add(b, "ventured_notices_made_total", "counter", "notices to people of what is due",
                atomic_load(&m->notices_made));
    metrics_add(b, "ventured_notices_sent_total", "counter", "notices that were taken", atomic_load(&m->notices_sent));
    metrics_add(b, "ventured_notices_parked_total", "counter", "notices that were given up",
                atomic_load(&m->notices_parked));
}

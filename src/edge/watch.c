/*
 * Says how the daemon is.
 * Knows the writer's state, the reader's connection and the disk; must not wait for any of them.
 * Invariant: what is not ready is named.
 */
#include <sys/statvfs.h>

#include "sql.h"
#include "watch.h"

/* Below this much room the next group of entries might not fit. */
#define DISK_FREE_MIN ((int64_t)64 << 20)

void
watch_health(struct call *c)
{
    call_answer(c, 200, "text/plain; charset=utf-8", S("ok\n"));
}

static int64_t
disk_free(const char *dir)
{
    struct statvfs s;

    return statvfs(dir, &s) == 0 ? (int64_t)s.f_bavail * (int64_t)s.f_frsize : -1;
}

static void
add_part(struct buf *b, const char *key, enum verdict v)
{
    json_add_key(b, key);
    json_add_text(b, v == V_OK ? S("ok") : verdict_code(b->arena, v));
}

void
watch_ready(struct call *c)
{
    struct sql_head_read head;
    enum verdict writer = writer_state(c->edge->writer);
    enum verdict database = c->db == NULL ? V_DATABASE : sql_head_read(&head, c->db, c->rq->arena);
    enum verdict disk = disk_free(c->edge->o.data_dir) >= DISK_FREE_MIN ? V_OK : V_DISK_FULL;
    bool is_ready = writer == V_OK && database == V_OK && disk == V_OK;
    struct buf b = {.arena = c->rq->arena};

    buf_add_char(&b, '{');
    json_add_key(&b, "ready");
    buf_add(&b, is_ready ? S("true") : S("false"));
    add_part(&b, "writer", writer);
    add_part(&b, "database", database);
    add_part(&b, "disk", disk);
    buf_add_char(&b, '}');
    call_answer(c, is_ready ? 200 : 503, "application/json", buf_slice(&b));
}

static void
add_counts(struct buf *b, const struct http_server *s)
{
    struct http_counts n;

    http_count(&n, s);
    metrics_add(b, "ventured_connections", "gauge", "connections now", n.connections_now);
    metrics_add(b, "ventured_connections_total", "counter", "connections accepted", n.connections_total);
    metrics_add(b, "ventured_refused_at_gate_total", "counter", "requests refused as bytes", n.refused_at_gate);
    metrics_add(b, "ventured_refused_at_cap_total", "counter", "connections over the cap", n.refused_at_cap);
    metrics_add(b, "ventured_dropped_at_deadline_total", "counter", "connections too slow", n.dropped_at_deadline);
}

void
watch_metrics(struct call *c)
{
    const char *names[METRIC_ROUTES_MAX];
    struct buf b = {.arena = c->rq->arena};

    for (size_t i = 0; i < route_count; i++)
        names[i] = routes[i].path;
    names[route_count] = "unknown";
    metrics_write(&b, &c->edge->metrics, names, route_count + 1);
    metrics_add(&b, "ventured_write_queue", "gauge", "writes that wait", (int64_t)writer_depth(c->edge->writer));
    metrics_add(&b, "ventured_work_queue", "gauge", "requests that wait for a worker",
                (int64_t)workers_depth(c->edge->workers));
    metrics_add(&b, "ventured_writer_ready", "gauge", "1 where a write would be taken",
                writer_state(c->edge->writer) == V_OK);
    if (c->edge->server != NULL)
        add_counts(&b, c->edge->server);
    call_answer(c, 200, "text/plain; version=0.0.4; charset=utf-8", buf_slice(&b));
}

void
watch_openapi(struct call *c)
{
    c->etag = c->edge->openapi_tag;
    call_answer(c, 200, "application/json", c->edge->o.openapi);
}

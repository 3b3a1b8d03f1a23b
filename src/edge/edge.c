/*
 * Opens and closes the edge's parts in their order.
 * Knows writer and workers; must not know any route.
 * Invariant: the writer outlives the workers, and both outlive every request that they may answer.
 */
#include "call.h"
#include "login_pool.h"
#include "sql.h"

const struct edge_options edge_options_default = {
    .signature_window_s = 300,
    .write_queue_max = 4000,
    .work_queue_max = 1000,
    .worker_count = 2,
};

static enum verdict
open_parts(struct edge *e)
{
    struct writer_options writer = {
        .registry = e->o.registry,
        .db_url = e->o.db_url,
        .vault = e->o.vault,
        .log_key = e->o.log_key,
        .origin = e->o.log_origin,
        .queue_max = e->o.write_queue_max,
        .metrics = &e->metrics,
    };
    struct workers_options workers = {
        .db_url = e->o.db_url,
        .schema = &sql_schema,
        .count = e->o.worker_count,
        .queue_max = e->o.work_queue_max,
    };

    TRY(writer_open(&e->writer, &writer));
    if (e->o.people != NULL)
        TRY(login_pool_open(&e->logins, e->o.db_url, &sql_schema));
    return workers_open(&e->workers, &workers);
}

/* A form may come from any of our own names and from nowhere else. */
static void
people_set(struct edge *e)
{
    if (e->o.people == NULL)
        return;
    e->people = *e->o.people;
    for (size_t i = 0; i < e->o.name_count; i++)
        e->origins[i] = slice_of(e->o.names[i].origin);
    e->people.origins = e->origins;
    e->people.origin_count = e->o.name_count;
}

enum verdict
edge_open(struct edge **out, const struct edge_options *o)
{
    struct arena *kept = arena_open(sizeof(struct edge) + 4096);
    struct edge *e = NEW(kept, struct edge);
    enum verdict got;

    assert(o->name_count > 0);
    assert(o->key_find != NULL);
    e->o = *o;
    e->kept = kept;
    e->openapi_tag = call_tag(kept, o->openapi);
    metrics_init(&e->metrics);
    people_set(e);
    got = open_parts(e);
    if (got != V_OK)
        edge_close(e);
    else
        *out = e;
    return got;
}

void
edge_watch(struct edge *e, const struct http_server *s)
{
    e->server = s;
}

/* The workers' last calls may still write, so the writer ends after them. */
void
edge_close(struct edge *e)
{
    struct arena *kept = e->kept;

    workers_close(e->workers);
    login_pool_close(e->logins);
    writer_close(e->writer);
    arena_close(kept);
}

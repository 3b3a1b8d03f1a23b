/*
 * Opens and closes the edge's parts in their order.
 * Knows writer, workers, sender and clock; must not know any route.
 * Invariant: the writer outlives the workers, and both outlive every request that they may answer.
 */
#include "call.h"
#include "clock.h"
#include "login_pool.h"
#include "notice.h"
#include "sender.h"
#include "sql.h"

#define HOUR_MS INT64_C(3600000)

const struct edge_options edge_options_default = {
    .signature_window_s = 300,
    .write_queue_max = 4000,
    .work_queue_max = 1000,
    .worker_count = 2,
    /* Standard Webhooks 1.0 asks for some ten tries over about three days. */
    .delivery = {.retry_first_ms = 5000, .retry_most_ms = 6 * HOUR_MS, .park_ms = 72 * HOUR_MS},
    .clock = {.every_ms = 60000},
    .notice = {.every_ms = 60000, .retry_first_ms = 60000, .retry_most_ms = 2 * HOUR_MS, .park_ms = 24 * HOUR_MS},
};

static enum verdict
open_sender(struct edge *e)
{
    const struct delivery_options *d = &e->o.delivery;
    struct sender_options sender = {
        .registry = e->o.registry,
        .db_url = e->o.db_url,
        .vault = e->o.vault,
        .writer = e->writer,
        .endpoint_find = d->endpoint_find,
        .keys = d->keys,
        .key_count = d->key_count,
        .fetch = fetch_options_default,
        .retry = {.first_ms = d->retry_first_ms, .most_ms = d->retry_most_ms},
        .park_ms = d->park_ms,
        .metrics = &e->metrics,
    };

    if (d->endpoint_find == NULL)
        return V_OK;
    sender.fetch.ca_file = d->ca_file;
    sender.fetch.address = d->address;
    return sender_open(&e->sender, &sender);
}

static enum verdict
open_clock(struct edge *e)
{
    struct clock_thread_options clock = {
        .registry = e->o.registry,
        .db_url = e->o.db_url,
        .writer = e->writer,
        .clock = e->o.clock,
        .metrics = &e->metrics,
    };

    return e->o.clock.facts == NULL ? V_OK : clock_open(&e->clock, &clock);
}

static enum verdict
open_notices(struct edge *e)
{
    struct notice_thread_options notice = {
        .registry = e->o.registry,
        .db_url = e->o.db_url,
        .writer = e->writer,
        .account_load = e->o.people == NULL ? NULL : e->people.account_load,
        .notice = e->o.notice,
        .origin = e->o.names[0].origin,
        .keys = e->o.delivery.keys,
        .key_count = e->o.delivery.key_count,
        .metrics = &e->metrics,
    };

    if (e->o.notice.adapter == NULL || notice.account_load == NULL)
        return V_OK;
    return notice_open(&e->notices, &notice);
}

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
    TRY(open_sender(e));
    TRY(open_clock(e));
    TRY(open_notices(e));
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

/* The clock's last facts, the sender's last notes and the workers' last calls may still be written, so the writer ends
 * after them. */
void
edge_close(struct edge *e)
{
    struct arena *kept = e->kept;

    notice_close(e->notices);
    clock_close(e->clock);
    sender_close(e->sender);
    workers_close(e->workers);
    login_pool_close(e->logins);
    writer_close(e->writer);
    arena_close(kept);
}

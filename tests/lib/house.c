/*
 * An HTTPS server on a thread of the test.
 * Knows http.h; must not know how the server does it.
 * Invariant: nothing is asserted on the server's thread, where a failure could not be reported.
 */
#define _GNU_SOURCE
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include "house.h"

struct pki pki;
const struct client_options plain = {.name = "first.test"};

static void
answer_who(struct request *rq)
{
    struct slice text = arena_print(rq->arena, SLICE_FMT " " SLICE_FMT " %zu", SLICE_ARG(rq->server_name),
                                    SLICE_ARG(rq->peer), rq->certificate.len);

    http_reply(rq, &(struct reply){.status = uuid_valid(slice_of(rq->id)) ? 200 : 500,
                                   .content_type = S("text/plain"),
                                   .body = text});
}

static void
answer_fields(struct request *rq)
{
    const struct header fields[] = {
        {S("X-Asked"), header_find(rq, "X-Ask")},
        {S("X-Split"),            S("one\r\nX-Smuggled: two")              },
        {S("X-Query"),            rq->query.at == NULL ? S("-") : rq->query},
    };

    http_reply(rq, &(struct reply){.status = 200, .headers = fields, .header_count = COUNT(fields)});
}

static void
answer_elsewhere(struct request *rq, int status, struct slice name, struct slice value)
{
    const struct header field = {name, value};

    http_reply(rq, &(struct reply){.status = status, .headers = &field, .header_count = 1});
}

static void
answer(struct request *rq, void *context)
{
    struct house *h = context;
    char *large;

    atomic_fetch_add(&h->calls, 1);
    if (slice_equal(rq->path, S("/healthz"))) {
        http_reply(rq, &(struct reply){.status = 200, .content_type = S("text/plain"), .body = S("ok\n")});
    } else if (slice_equal(rq->path, S("/v1/entries"))) {
        http_reply(rq, &(struct reply){.status = 200, .content_type = S("application/json"), .body = rq->body});
    } else if (slice_equal(rq->path, S("/who"))) {
        answer_who(rq);
    } else if (slice_equal(rq->path, S("/fields"))) {
        answer_fields(rq);
    } else if (slice_equal(rq->path, S("/moved"))) {
        answer_elsewhere(rq, 302, S("Location"), S("/healthz"));
    } else if (slice_equal(rq->path, S("/busy"))) {
        answer_elsewhere(rq, 503, S("Retry-After"), S("7"));
    } else if (slice_equal(rq->path, S("/nothing"))) {
        http_reply(rq, &(struct reply){.status = 204});
    } else if (slice_equal(rq->path, S("/large"))) {
        large = arena_take(rq->arena, 2 * 1024 * 1024);
        memset(large, 'x', 2 * 1024 * 1024);
        http_reply(rq, &(struct reply){
                           .status = 200, .body = {large, 2 * 1024 * 1024}
        });
    } else if (slice_equal(rq->path, S("/later"))) {
        atomic_store(&h->waiting, rq);
    } else {
        http_reply(rq, &(struct reply){.status = 404});
    }
}

static void *
run(void *server)
{
    http_run(server);
    return NULL;
}

struct http_options
house_options(struct house *h)
{
    struct http_options o = {.address = "127.0.0.1", .limits = http_limits_default, .handler = answer, .context = h};

    o.limits.request_bytes_max = (size_t)8 * 1024 * 1024;
    o.name_count = 2;
    o.names[0] = (struct http_name){.name = "first.test",
                                    .certificate_file = pki_file(&pki, "first", ".pem"),
                                    .key_file = pki_file(&pki, "first", ".key")};
    o.names[1] = (struct http_name){.name = "second.test",
                                    .certificate_file = pki_file(&pki, "second", ".pem"),
                                    .key_file = pki_file(&pki, "second", ".key"),
                                    .client_ca_file = pki_file(&pki, "ca", ".pem")};
    return o;
}

void
house_open(struct house *h, const struct http_options *o)
{
    *h = (struct house){0};
    assert_int_equal(http_open(&h->server, o), V_OK);
    h->port = http_port(h->server);
    assert_int_equal(pthread_create(&h->thread, NULL, run, h->server), 0);
}

void
house_close(struct house *h)
{
    http_stop(h->server, 2000);
    pthread_join(h->thread, NULL);
    http_close(h->server);
}

struct http_counts
house_count(const struct house *h)
{
    struct http_counts counts;

    http_count(&counts, h->server);
    return counts;
}

struct request *
house_wait(struct house *h)
{
    struct request *rq = NULL;

    for (int i = 0; i < 2000 && rq == NULL; i++) {
        rq = atomic_exchange(&h->waiting, NULL);
        if (rq == NULL)
            usleep(5000);
    }
    assert_non_null(rq);
    return rq;
}

void
house_wait_empty(const struct house *h)
{
    for (int i = 0; i < 2000 && house_count(h).connections_now > 0; i++)
        usleep(5000);
    assert_int_equal(house_count(h).connections_now, 0);
}

void
serves_anew(const struct house *h)
{
    struct client c;

    assert_true(client_open(&c, h->port, &plain));
    assert_int_equal(client_ask(&c, GET_OK), 200);
    client_close(&c);
}

int
open_pki(void **state)
{
    (void)state;
    pki_open(&pki);
    return 0;
}

int
close_pki(void **state)
{
    (void)state;
    pki_close(&pki);
    return 0;
}

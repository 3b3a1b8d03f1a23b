/*
 * The HTTPS server: libevent's evhttp over its OpenSSL bufferevents, behind the gate.
 * Knows connections, deadlines and answers in flight; must not know routes, entries or what a certificate means.
 * Invariant: all but http_reply, http_stop, http_reload and http_count happens on the one thread inside http_run.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <event2/http.h>
#include <event2/listener.h>

#include "exchange.h"
#include "socket.h"
#include "tls.h"

/* Slots above the cap: whoever is over it needs one until the event library has let go of the connection. */
#define SLOTS_SPARE 16
/* How long a refused client may go on sending into the void, so that it gets to read its answer before a reset. */
#define LINGER_MS 1000
/* How often a listener that ran out of file descriptors or slots is tried again, if no connection ends meanwhile. */
#define TICK_MS 500
/* Our own deadlines are absolute; evhttp's, which start anew with every byte, are put out of the way. */
#define NEVER_S (7 * 24 * 3600)

/* The life of a connection. Its one timer means something else in each phase.
 *
 *   ARRIVED -> GREETING -> IDLE -> HEAD -> BODY -> IN_HAND -> REPLYING -> IDLE ...
 *                                   '------'--> REFUSED          '--> ENDING
 *                                               '-> ANSWERING -> ENDING
 *
 * and from any of them but IN_HAND to DROPPED, in which it stays until the event library has freed it. */
enum phase { FREE, ARRIVED, GREETING, IDLE, HEAD, BODY, IN_HAND, REPLYING, REFUSED, ANSWERING, ENDING, DROPPED };

struct connection {
    struct http_server *server;
    struct connection *next; /* among the free ones */
    struct bufferevent *bev;
    struct ssl_st *ssl;
    struct tls_owner owner;
    struct event timer;
    enum phase phase;
    bool last; /* no further request is taken */
    int64_t began_ms;
    struct exchange *exchange;
    enum verdict verdict;              /* of the refusal */
    bufferevent_event_cb native_event; /* evhttp's own, once a refusal has put ours in its place */
    void *native;
    char peer[PEER_TEXT_SIZE];
};

struct http_server {
    struct arena *arena;
    struct http_options options;
    struct tls *tls;
    struct event_base *base;
    struct evhttp *evhttp;
    struct evhttp_bound_socket *bound; /* NULL once stopping */
    struct event tick, wake, grace;
    int wake_fd, port;
    bool stopping, closing;
    struct connection *slots, *free;
    size_t slot_count;
    struct arena_pool arenas;
    struct answer_queue answers; /* from other threads */
    pthread_t thread;
    atomic_bool running;
    atomic_int grace_ms; /* below 0 until http_stop */
    _Atomic int64_t now, total, gated, capped, dropped, requests;
};

/* ---- the timer, and the end of a connection ------------------------------------------------------------------ */

static void
timer_set(struct connection *c, enum phase phase, int64_t wait_ms)
{
    struct timeval tv;

    if (wait_ms < 0)
        wait_ms = 0;
    tv = (struct timeval){.tv_sec = wait_ms / 1000, .tv_usec = wait_ms % 1000 * 1000};
    c->phase = phase;
    event_add(&c->timer, &tv);
}

/* Until `deadline_ms` after the connection's or the request's first byte. */
static void
timer_until(struct connection *c, enum phase phase, int deadline_ms)
{
    timer_set(c, phase, c->began_ms + deadline_ms - the_clock.steady_ms());
}

/* Tells evhttp what it would hear if the client had hung up; evhttp frees the connection, and `gone` hears of it. */
static void
connection_drop(struct connection *c)
{
    if (c->phase == DROPPED)
        return;
    assert(c->phase != IN_HAND);
    c->phase = DROPPED;
    event_del(&c->timer);
    if (c->native_event != NULL)
        bufferevent_setcb(c->bev, NULL, NULL, c->native_event, c->native);
    bufferevent_trigger_event(c->bev, BEV_EVENT_READING | BEV_EVENT_EOF, 0);
}

/* One connection is accepted at a time, so that each is counted before the next, and none without a free slot: evhttp
 * would make a plain-text connection of one that we cannot give it a TLS session for. */
static void
listen_again(struct http_server *s)
{
    if (s->bound != NULL && s->free != NULL)
        evconnlistener_enable(evhttp_bound_socket_get_listener(s->bound));
}

static void
connection_gone(void *owner)
{
    struct connection *c = owner;
    struct http_server *s = c->server;

    event_del(&c->timer);
    if (c->exchange != NULL && c->phase == IN_HAND && !s->closing)
        c->exchange->connection = NULL;
    else if (c->exchange != NULL)
        exchange_close(&s->arenas, c->exchange);
    *c = (struct connection){.server = s, .next = s->free};
    s->free = c;
    atomic_fetch_sub(&s->now, 1);
    listen_again(s);
    if (s->stopping && atomic_load(&s->now) == 0)
        event_base_loopbreak(s->base);
}

/* ---- the gate's side: bytes come in, a refusal goes out ------------------------------------------------------ */

/* Only asks for what follows: bytes are judged in the middle of the event library's reading, where nothing may be freed
 * or written. From here on evhttp hears nothing of this connection until it is dropped. */
static void
refuse(struct connection *c, enum verdict v)
{
    c->verdict = v;
    bufferevent_getcb(c->bev, NULL, NULL, &c->native_event, &c->native);
    bufferevent_setcb(c->bev, NULL, NULL, NULL, NULL);
    atomic_fetch_add(&c->server->gated, 1);
    timer_set(c, REFUSED, 0);
}

static void
answer_written(struct bufferevent *bev, void *context)
{
    struct connection *c = context;

    if (c->phase != ANSWERING)
        return;
    tls_goodbye(c->ssl);
    shutdown(bufferevent_getfd(bev), SHUT_WR);
    timer_set(c, ENDING, LINGER_MS);
}

static void
answer_ended(struct bufferevent *bev, short what, void *context)
{
    (void)bev;
    if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR | BEV_EVENT_TIMEOUT))
        connection_drop(context);
}

static void
answer_refused(struct connection *c)
{
    struct exchange *x = c->exchange;
    struct slice answer = gate_answer(x->rq.arena, c->verdict, x->gate.detail, the_clock.wall_ms());

    timer_set(c, ANSWERING, c->server->options.limits.idle_deadline_ms);
    bufferevent_setcb(c->bev, NULL, answer_written, answer_ended, c);
    bufferevent_enable(c->bev, EV_READ | EV_WRITE);
    bufferevent_write(c->bev, answer.at, answer.len);
}

static enum verdict
judge(struct connection *c, struct evbuffer *input, size_t added)
{
    struct evbuffer_iovec part[8];
    struct evbuffer_ptr at;
    int count;

    evbuffer_ptr_set(input, &at, evbuffer_get_length(input) - added, EVBUFFER_PTR_SET);
    count = evbuffer_peek(input, -1, &at, part, (int)COUNT(part));
    assert(count <= (int)COUNT(part)); /* the TLS side adds at most two at a time */
    for (int i = 0; i < count; i++)
        TRY(gate_read(&c->exchange->gate, (struct slice){part[i].iov_base, part[i].iov_len}));
    return V_OK;
}

static void
request_begin(struct connection *c)
{
    c->exchange = exchange_open(&c->server->arenas, &c->server->options.limits);
    c->exchange->server = c->server;
    c->exchange->connection = c;
    c->began_ms = the_clock.steady_ms();
    timer_until(c, HEAD, c->server->options.limits.header_deadline_ms);
}

/* Runs for every change of a connection's input, before evhttp gets to see it. */
static void
input_changed(struct evbuffer *input, const struct evbuffer_cb_info *info, void *context)
{
    struct connection *c = context;
    enum verdict v;

    if (info->n_added == 0)
        return;
    if (c->phase == GREETING || c->phase == IDLE)
        request_begin(c);
    if (c->phase != HEAD && c->phase != BODY) {
        c->last = true;
        evbuffer_drain(input, evbuffer_get_length(input));
        return;
    }
    v = judge(c, input, info->n_added);
    if (v != V_OK) {
        refuse(c, v);
        evbuffer_drain(input, evbuffer_get_length(input));
    } else if (c->phase == HEAD && gate_has_head(&c->exchange->gate)) {
        timer_until(c, BODY, c->server->options.limits.body_deadline_ms);
    }
}

/* ---- replies ------------------------------------------------------------------------------------------------- */

static void
replied(struct evhttp_request *native, void *context)
{
    struct connection *c = context;

    (void)native;
    c->began_ms = the_clock.steady_ms();
    if (c->last) {
        tls_goodbye(c->ssl);
        timer_set(c, ENDING, 0);
    } else {
        timer_until(c, IDLE, c->server->options.limits.idle_deadline_ms);
    }
}

/* A reply's field may carry what a client sent (a Location, say): a line break there would be a second field. */
static void
field_add(struct exchange *x, struct slice name, struct slice value)
{
    struct evkeyvalq *fields = evhttp_request_get_output_headers(x->native);

    if (!gate_allows_value(name) || !gate_allows_value(value)) {
        log_write(LOG_ERROR, "reply_field_refused", "reason=control_character");
        return;
    }
    evhttp_add_header(fields, arena_copy(x->rq.arena, name).at, arena_copy(x->rq.arena, value).at);
}

static void
fields_add(struct exchange *x)
{
    const struct reply *reply = &x->reply;

    if (x->connection->last)
        field_add(x, S("Connection"), S("close"));
    if (reply->status != 204 && reply->status != 304)
        field_add(x, S("Content-Length"), arena_print(x->rq.arena, "%zu", reply->body.len));
    if (reply->content_type.at != NULL)
        field_add(x, S("Content-Type"), reply->content_type);
    for (size_t i = 0; i < reply->header_count; i++)
        field_add(x, reply->headers[i].name, reply->headers[i].value);
}

static void
reply_send(struct exchange *x)
{
    struct connection *c = x->connection;
    struct evbuffer *body;

    if (c == NULL) {
        evhttp_request_free(x->native);
        exchange_close(&x->server->arenas, x);
        return;
    }
    c->last = c->last || c->server->stopping || !gate_keeps_alive(&x->gate);
    fields_add(x);
    body = evbuffer_new();
    assert(body != NULL);
    if (evhttp_request_get_command(x->native) != EVHTTP_REQ_HEAD)
        evbuffer_add(body, x->reply.body.at, x->reply.body.len);
    c->exchange = NULL;
    c->began_ms = the_clock.steady_ms();
    timer_until(c, REPLYING, c->server->options.limits.idle_deadline_ms);
    evhttp_send_reply(x->native, x->reply.status, NULL, body);
    evbuffer_free(body);
    exchange_close(&x->server->arenas, x);
}

static void
wake_up(struct http_server *s)
{
    uint64_t one = 1;

    /* A full counter means that the server's thread is awake already. */
    (void)!write(s->wake_fd, &one, sizeof one);
}

void
http_reply(struct request *rq, const struct reply *reply)
{
    struct exchange *x = rq->exchange;
    struct http_server *s = x->server;

    assert(x->reply.status == 0);
    assert(reply->status >= 200);
    x->reply = *reply;
    if (atomic_load(&s->running) && pthread_equal(pthread_self(), s->thread)) {
        reply_send(x);
        return;
    }
    answer_queue_put(&s->answers, x);
    wake_up(s);
}

/* ---- requests ------------------------------------------------------------------------------------------------ */

static struct slice
body_copy(struct exchange *x)
{
    struct evbuffer *input = evhttp_request_get_input_buffer(x->native);
    size_t len = evbuffer_get_length(input);
    char *at = arena_take(x->rq.arena, len + 1);

    evbuffer_copyout(input, at, len);
    return (struct slice){at, len};
}

static void
request_fill(struct exchange *x)
{
    struct connection *c = x->connection;
    struct request *rq = &x->rq;

    uuid7_make(rq->id);
    gate_request(rq, &x->gate);
    rq->body = body_copy(x);
    rq->peer = arena_copy(rq->arena, slice_of(c->peer));
    rq->server_name = tls_server_name(c->server->tls, rq->arena, c->ssl);
    rq->certificate = tls_certificate(rq->arena, c->ssl);
}

/* evhttp has a request. It must be the one that the gate has just let pass: two readings that differ are the stuff that
 * smuggled requests are made of, so then neither is believed. */
static void
request_came(struct evhttp_request *native, void *context)
{
    struct http_server *s = context;
    struct bufferevent *bev = evhttp_connection_get_bufferevent(evhttp_request_get_connection(native));
    struct connection *c = tls_owner_get(bufferevent_openssl_get_ssl(bev));
    struct exchange *x = c->exchange;

    if (x == NULL || !gate_is_whole(&x->gate) ||
        x->gate.body_len != evbuffer_get_length(evhttp_request_get_input_buffer(native))) {
        log_write(LOG_ERROR, "readings_differ", "peer=%s", c->peer);
        c->last = true;
        evhttp_send_error(native, 400, NULL);
        return;
    }
    event_del(&c->timer);
    c->phase = IN_HAND;
    x->native = native;
    evhttp_request_set_on_complete_cb(native, replied, c);
    request_fill(x);
    atomic_fetch_add(&s->requests, 1);
    s->options.handler(&x->rq, s->options.context);
}

/* ---- connections --------------------------------------------------------------------------------------------- */

/* Linear over the slots: a thousand short comparisons beside a TLS handshake of a third of a millisecond. */
static int
address_count(const struct http_server *s, const char *peer)
{
    int count = 0;

    for (size_t i = 0; i < s->slot_count; i++)
        count += s->slots[i].phase > ARRIVED && strcmp(s->slots[i].peer, peer) == 0;
    return count;
}

/* The event library tells neither address nor socket when it asks for a bufferevent, so a connection is looked at as
 * soon as it has them: after the accept and before the handshake. */
static void
connection_arrived(struct connection *c)
{
    struct http_server *s = c->server;
    const struct http_limits *limits = &s->options.limits;

    socket_peer(c->peer, bufferevent_getfd(c->bev));
    atomic_fetch_add(&s->total, 1);
    if (atomic_load(&s->now) > limits->connections_max ||
        address_count(s, c->peer) >= limits->connections_per_address_max) {
        atomic_fetch_add(&s->capped, 1);
        connection_drop(c);
    } else {
        timer_until(c, GREETING, limits->header_deadline_ms);
    }
    listen_again(s);
}

static void
deadline_passed(struct connection *c)
{
    const struct http_limits *limits = &c->server->options.limits;

    /* Shaken hands and silent: a browser's connection made in advance. */
    if (c->phase == GREETING && tls_is_open(c->ssl)) {
        timer_until(c, IDLE, limits->idle_deadline_ms);
        return;
    }
    if (c->phase != IDLE && c->phase != ENDING)
        atomic_fetch_add(&c->server->dropped, 1);
    connection_drop(c);
}

static void
timer_fired(evutil_socket_t fd, short what, void *context)
{
    struct connection *c = context;

    (void)fd, (void)what;
    if (c->phase == ARRIVED)
        connection_arrived(c);
    else if (c->phase == REFUSED)
        answer_refused(c);
    else
        deadline_passed(c);
}

/* evhttp has accepted a connection and asks what to speak on it. */
static struct bufferevent *
connection_open(struct event_base *base, void *context)
{
    struct http_server *s = context;
    struct connection *c = s->free;

    assert(c != NULL);
    s->free = c->next;
    evconnlistener_disable(evhttp_bound_socket_get_listener(s->bound));
    c->owner = (struct tls_owner){connection_gone, c};
    c->ssl = tls_accept(s->tls, &c->owner);
    c->bev = bufferevent_openssl_socket_new(base, -1, c->ssl, BUFFEREVENT_SSL_ACCEPTING, BEV_OPT_CLOSE_ON_FREE);
    assert(c->bev != NULL);
    c->began_ms = the_clock.steady_ms();
    evbuffer_add_cb(bufferevent_get_input(c->bev), input_changed, c);
    event_assign(&c->timer, base, -1, 0, timer_fired, c);
    c->phase = ARRIVED;
    event_active(&c->timer, EV_TIMEOUT, 0);
    atomic_fetch_add(&s->now, 1);
    return c->bev;
}

/* ---- stopping ------------------------------------------------------------------------------------------------ */

static void
grace_ended(evutil_socket_t fd, short what, void *context)
{
    struct http_server *s = context;

    (void)fd, (void)what;
    log_write(LOG_WARN, "stop_cut_short", "connections=%lld", (long long)atomic_load(&s->now));
    event_base_loopbreak(s->base);
}

static void
stop_begin(struct http_server *s, int grace_ms)
{
    struct timeval tv = {.tv_sec = grace_ms / 1000, .tv_usec = grace_ms % 1000 * 1000};

    s->stopping = true;
    evhttp_del_accept_socket(s->evhttp, s->bound);
    s->bound = NULL;
    event_add(&s->grace, &tv);
    for (size_t i = 0; i < s->slot_count; i++)
        if (s->slots[i].phase > FREE && s->slots[i].phase <= IDLE)
            connection_drop(&s->slots[i]);
    if (atomic_load(&s->now) == 0)
        event_base_loopbreak(s->base);
}

static void
woken(evutil_socket_t fd, short what, void *context)
{
    struct http_server *s = context;
    struct exchange *x, *next;
    uint64_t count;
    int grace_ms = atomic_load(&s->grace_ms);

    (void)what;
    (void)!read(fd, &count, sizeof count);
    if (grace_ms >= 0 && !s->stopping)
        stop_begin(s, grace_ms);
    for (x = answer_queue_take(&s->answers); x != NULL; x = next) {
        next = x->next;
        reply_send(x);
    }
}

static void
ticked(evutil_socket_t fd, short what, void *context)
{
    (void)fd, (void)what;
    listen_again(context);
}

/* Without this the library would report the same waiting connection again and again. What it passes us is not our
 * context, so the tick, or the next connection that ends, listens again. */
static void
accept_failed(struct evconnlistener *listener, void *context)
{
    (void)context;
    log_write(LOG_ERROR, "accept_failed", "error=\"%s\"", evutil_socket_error_to_string(EVUTIL_SOCKET_ERROR()));
    evconnlistener_disable(listener);
}

/* ---- opening and closing ------------------------------------------------------------------------------------- */

static void
library_said(int severity, const char *message)
{
    log_write(severity >= EVENT_LOG_ERR ? LOG_ERROR : LOG_WARN, "libevent", "text=\"%s\"", message);
}

static enum verdict
server_listen(struct http_server *s)
{
    struct evconnlistener *listener;
    int fd;

    TRY(socket_listen(&fd, &s->port, s->options.address));
    listener = evconnlistener_new(s->base, NULL, NULL, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0, fd);
    assert(listener != NULL);
    evconnlistener_set_error_cb(listener, accept_failed);
    s->bound = evhttp_bind_listener(s->evhttp, listener);
    assert(s->bound != NULL);
    return V_OK;
}

static void
server_prepare(struct http_server *s)
{
    const struct http_limits *limits = &s->options.limits;
    struct timeval tick = {.tv_sec = TICK_MS / 1000, .tv_usec = TICK_MS % 1000 * 1000};

    s->base = event_base_new();
    s->evhttp = evhttp_new(s->base);
    s->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    assert(s->base != NULL);
    assert(s->evhttp != NULL);
    assert(s->wake_fd >= 0);
    evhttp_set_bevcb(s->evhttp, connection_open, s);
    evhttp_set_gencb(s->evhttp, request_came, s);
    evhttp_set_timeout(s->evhttp, NEVER_S);
    evhttp_set_default_content_type(s->evhttp, NULL);
    evhttp_set_allowed_methods(s->evhttp, EVHTTP_REQ_GET | EVHTTP_REQ_HEAD | EVHTTP_REQ_POST | EVHTTP_REQ_PUT |
                                              EVHTTP_REQ_PATCH | EVHTTP_REQ_DELETE | EVHTTP_REQ_OPTIONS);
    evhttp_set_max_headers_size(s->evhttp, (ev_ssize_t)limits->header_bytes_max);
    evhttp_set_max_body_size(s->evhttp, (ev_ssize_t)limits->body_bytes_max);
    event_assign(&s->wake, s->base, s->wake_fd, EV_READ | EV_PERSIST, woken, s);
    event_assign(&s->tick, s->base, -1, EV_PERSIST, ticked, s);
    event_assign(&s->grace, s->base, -1, 0, grace_ended, s);
    event_add(&s->wake, NULL);
    event_add(&s->tick, &tick);
}

static void
slots_prepare(struct http_server *s)
{
    s->slot_count = (size_t)s->options.limits.connections_max + SLOTS_SPARE;
    s->slots = NEW_ARRAY(s->arena, struct connection, s->slot_count);
    for (size_t i = s->slot_count; i > 0; i--) {
        s->slots[i - 1] = (struct connection){.server = s, .next = s->free};
        s->free = &s->slots[i - 1];
    }
}

enum verdict
http_open(struct http_server **out, const struct http_options *o)
{
    size_t slots_bytes = sizeof(struct connection) * ((size_t)o->limits.connections_max + SLOTS_SPARE);
    struct arena *a = arena_open(slots_bytes + (size_t)64 * 1024);
    struct http_server *s = NEW(a, struct http_server);
    enum verdict got;

    assert(o->handler != NULL);
    signal(SIGPIPE, SIG_IGN);
    event_set_log_callback(library_said);
    s->arena = a;
    s->options = *o;
    s->port = o->port;
    s->options.address = arena_copy(a, slice_of(o->address)).at;
    atomic_init(&s->grace_ms, -1);
    answer_queue_init(&s->answers);
    slots_prepare(s);
    server_prepare(s);
    got = tls_open(&s->tls, a, o->names, o->name_count);
    if (got == V_OK)
        got = server_listen(s);
    if (got != V_OK)
        http_close(s);
    else
        *out = s;
    return got;
}

int
http_port(const struct http_server *s)
{
    return s->port;
}

void
http_run(struct http_server *s)
{
    s->thread = pthread_self();
    atomic_store(&s->running, true);
    event_base_loop(s->base, EVLOOP_NO_EXIT_ON_EMPTY);
    atomic_store(&s->running, false);
}

void
http_stop(struct http_server *s, int grace_ms)
{
    assert(grace_ms >= 0);
    atomic_store(&s->grace_ms, grace_ms);
    wake_up(s);
}

enum verdict
http_reload(struct http_server *s)
{
    return tls_reload(s->tls);
}

void
http_close(struct http_server *s)
{
    struct exchange *x, *next;

    s->bound = NULL;
    s->stopping = true;
    s->closing = true;
    for (x = answer_queue_take(&s->answers); x != NULL; x = next) {
        next = x->next;
        if (x->connection == NULL)
            evhttp_request_free(x->native);
        else
            x->connection->exchange = NULL;
        exchange_close(&s->arenas, x);
    }
    evhttp_free(s->evhttp);
    /* The event library frees connections on its loop; with them go the requests that nobody answered in time. */
    event_base_loop(s->base, EVLOOP_NONBLOCK);
    event_base_free(s->base);
    close(s->wake_fd);
    tls_close(s->tls);
    arena_pool_close(&s->arenas);
    answer_queue_fini(&s->answers);
    arena_close(s->arena);
}

void
http_count(struct http_counts *out, const struct http_server *s)
{
    *out = (struct http_counts){
        .connections_now = atomic_load(&s->now),
        .connections_total = atomic_load(&s->total),
        .refused_at_gate = atomic_load(&s->gated),
        .refused_at_cap = atomic_load(&s->capped),
        .dropped_at_deadline = atomic_load(&s->dropped),
        .requests_total = atomic_load(&s->requests),
    };
}

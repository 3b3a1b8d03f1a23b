/*
 * Signs requests and sends them.
 * Knows the components that the registry asks for; must not know what is posted.
 * Invariant: what is signed is what is sent: address, body and fields come from one place.
 */
#include <string.h>
#include <time.h>

#include "client.h"
#include "digest.h"
#include "signature.h"

#define NONCE_SIZE 18 /* 24 characters of base64 */
#define HEADERS_MAX 5
#define WAIT_FIRST_MS INT64_C(500)
#define WAIT_MOST_MS INT64_C(30000)

static const char *const covered[] = {"@method", "@target-uri", "content-type", "content-digest", "idempotency-key"};

static const int statuses_again[] = {429, 502, 503, 504, 507};

bool
client_origin(struct slice *out, struct arena *a, struct slice url)
{
    static const struct slice port = S_INIT(":443");

    if (url.len > 0 && url.at[url.len - 1] == '/')
        url.len--;
    if (url.len > port.len && slice_equal(slice_sub(url, url.len - port.len, port.len), port))
        url.len -= port.len;
    *out = arena_copy(a, url);
    return slice_starts(url, S("https://")) && component_origin(url);
}

/* ---- one attempt ------------------------------------------------------------------------------------------------- */

struct outgoing {
    struct request request;
    struct header headers[HEADERS_MAX];
};

static void
add(struct outgoing *o, const char *name, struct slice value)
{
    assert(o->request.header_count < HEADERS_MAX);
    o->headers[o->request.header_count++] = (struct header){slice_of(name), value};
}

static bool
sign(struct outgoing *o, const struct client *c)
{
    struct arena *a = o->request.arena;
    const struct message m = {.request = &o->request, .origin = c->origin};
    /* A request covers the first two, with a body four, with an id all. */
    struct signature_plan plan = {.label = S("venture"),
                                  .key_id = c->key_id,
                                  .expires_s = SIGNATURE_NEVER,
                                  .covered = covered,
                                  .covered_count = 2 + o->request.header_count};
    struct signature_fields fields;
    unsigned char nonce[NONCE_SIZE];

    random_bytes(nonce, sizeof nonce);
    plan.nonce = base64_encode(a, (struct slice){(const char *)nonce, sizeof nonce});
    plan.created_s = the_clock.wall_ms() / 1000;
    plan.algorithm = slice_of(algorithm_names[key_algorithm(c->key)]);
    if (!signature_make(&fields, &m, &plan, c->key))
        return false;
    add(o, "Signature-Input", fields.input);
    add(o, "Signature", fields.signature);
    return true;
}

static enum fetch_end
attempt(struct fetch_answer *out, struct client *c, struct arena *a, const struct client_call *call)
{
    struct outgoing o = {
        .request = {.arena = a, .method = slice_of(call->method), .target = call->target, .body = call->body}
    };
    struct fetch_request rq = {.method = call->method, .body = call->body, .headers = o.headers};

    assert(ERGO(call->id.at != NULL, call->body.at != NULL));
    o.request.headers = o.headers;
    o.request.path = slice_cut(&o.request.query, call->target, '?');
    if (call->body.at != NULL) {
        add(&o, "Content-Type", S("application/json"));
        add(&o, "Content-Digest", digest_make(a, call->body));
    }
    if (call->id.at != NULL)
        add(&o, "Idempotency-Key", arena_print(a, "\"" SLICE_FMT "\"", SLICE_ARG(call->id)));
    if (!sign(&o, c)) {
        *out = (struct fetch_answer){.detail = S("the key's id cannot be written in a signature")};
        return FETCH_MISUSE;
    }
    rq.url = arena_print(a, SLICE_FMT SLICE_FMT, SLICE_ARG(c->origin), SLICE_ARG(call->target)).at;
    rq.header_count = o.request.header_count;
    return fetch_send(out, c->fetch, a, &rq);
}

/* ---- again ------------------------------------------------------------------------------------------------------- */

static bool
may_help(enum fetch_end end, int status)
{
    if (end != FETCH_DONE)
        return fetch_row(end)->again;
    for (size_t i = 0; i < COUNT(statuses_again); i++)
        if (statuses_again[i] == status)
            return true;
    return false;
}

int64_t
client_wait_ms(enum fetch_end end, const struct fetch_answer *answer, int n, uint64_t random)
{
    int64_t most = WAIT_FIRST_MS << (n < CLIENT_TRIES_MAX ? n : CLIENT_TRIES_MAX), wait, asked;

    if (!may_help(end, answer->status) || answer->retry_after_s > CLIENT_RETRY_AFTER_MAX_S)
        return -1;
    most = most < WAIT_MOST_MS ? most : WAIT_MOST_MS;
    wait = (int64_t)(random % (uint64_t)most);
    asked = answer->retry_after_s * 1000;
    /* Jitter comes on top: clients that were sent away together must not come back together. */
    return asked > 0 ? asked + wait : wait;
}

static void
sleep_ms(int64_t wait_ms)
{
    struct timespec left = {.tv_sec = wait_ms / 1000, .tv_nsec = wait_ms % 1000 * 1000000};

    while (nanosleep(&left, &left) != 0)
        continue;
}

enum fetch_end
client_perform(struct fetch_answer *out, struct client *c, struct arena *a, const struct client_call *call)
{
    enum fetch_end end = attempt(out, c, a, call);

    assert(c->tries >= 1);
    assert(c->tries <= CLIENT_TRIES_MAX);
    for (int n = 0; n + 1 < c->tries; n++) {
        uint64_t random;
        int64_t wait_ms;

        random_bytes(&random, sizeof random);
        wait_ms = client_wait_ms(end, out, n, random);
        if (wait_ms < 0)
            break;
        if (c->waits != NULL)
            c->waits(end, out->status, wait_ms);
        sleep_ms(wait_ms);
        end = attempt(out, c, a, call);
    }
    return end;
}

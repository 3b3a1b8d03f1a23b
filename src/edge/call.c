/*
 * From a request to its route, to whoever is asking, to a thread, to the answer.
 * Knows the order: address, method, body's type, who, role; must not know SQL or JSON members.
 * Invariant: nothing that can block runs on the server's thread.
 */
#include "bank.h"
#include "call.h"
#include "plain.h"
#include "reception.h"

#define ANSWER_FIELDS_MAX 16

static const char *const natures[] = {
    [ROUTE_WRITE] = "no-store", [ROUTE_READ] = "no-store", [ROUTE_PUBLIC] = "no-cache"};

/* ---- answers ---------------------------------------------------------------------------------------------------- */

static void
add_field(struct reply *r, struct header *fields, const char *name, struct slice value)
{
    if (value.at == NULL)
        return;
    assert(r->header_count < ANSWER_FIELDS_MAX);
    fields[r->header_count++] = (struct header){slice_of(name), value};
}

/* What every answer carries (OWASP's list for interfaces that answer no page), and what this one does. */
static void
add_fields(struct reply *r, const struct call *c)
{
    struct header *fields = NEW_ARRAY(c->rq->arena, struct header, ANSWER_FIELDS_MAX);

    r->headers = fields;
    add_field(r, fields, "X-Request-Id", slice_of(c->rq->id));
    add_field(r, fields, "X-Content-Type-Options", S("nosniff"));
    add_field(r, fields, "Strict-Transport-Security", S("max-age=31536000"));
    add_field(r, fields, "Content-Security-Policy",
              c->policy.at != NULL ? c->policy : S("default-src 'none'; frame-ancestors 'none'"));
    add_field(r, fields, "Referrer-Policy", S("no-referrer"));
    add_field(r, fields, "Cache-Control", slice_of(c->route == NULL ? "no-store" : natures[c->route->nature]));
    add_field(r, fields, "Allow", c->allow);
    add_field(r, fields, "ETag", c->etag);
    add_field(r, fields, "Link", c->link);
    add_field(r, fields, "Set-Cookie", c->cookie);
    if (r->status == 401)
        add_field(r, fields, "WWW-Authenticate", S("Signature realm=\"ventured\""));
    if (c->wait_s > 0)
        add_field(r, fields, "Retry-After", arena_print(c->rq->arena, "%lld", (long long)c->wait_s));
    else if (r->status == 503 || r->status == 507)
        add_field(r, fields, "Retry-After", S("1"));
}

static void
write_log(const struct call *c, int status, enum verdict v, int64_t took_ms)
{
    struct arena *a = c->rq->arena;
    bool is_known = c->actor.organisation.at != NULL;

    log_write(LOG_INFO, "request",
              "method=" SLICE_FMT " route=%s status=%d verdict=%s role=%s organisation=%s peer=" SLICE_FMT
              " in=%zu ms=%lld%s" SLICE_FMT,
              SLICE_ARG(c->rq->method), c->route == NULL ? "-" : c->route->path, status, verdict_row(v)->name,
              is_known ? role_row(c->actor.role)->name : "-", is_known ? log_quote(a, c->actor.organisation) : "-",
              SLICE_ARG(c->rq->peer), c->rq->body.len, (long long)took_ms, c->fault.at == NULL ? "" : " fault=",
              SLICE_ARG(c->fault.at == NULL ? S("") : slice_of(log_quote(a, c->fault))));
}

static void
send(struct call *c, struct reply *reply, enum verdict v)
{
    struct metrics *m = &c->edge->metrics;
    struct arena *list_arena = c->list_arena;
    int64_t took_ms = the_clock.steady_ms() - c->began_ms;
    size_t row = c->route == NULL ? route_count : (size_t)(c->route - routes);

    assert(reply->status < METRIC_STATUSES);
    add_fields(reply, c);
    atomic_fetch_add(&m->requests[row][reply->status], 1);
    atomic_fetch_add(&m->verdicts[v], 1);
    histogram_add(&m->request_ms, took_ms);
    log_request_id(c->rq->id);
    write_log(c, reply->status, v, took_ms);
    log_request_id(NULL);
    http_reply(c->rq, reply);
    arena_close(list_arena);
}

struct slice
call_tag(struct arena *a, struct slice body)
{
    struct hash h = sha256_one(body);

    return arena_print(a, "\"" SLICE_FMT "\"", SLICE_ARG(hex_encode(a, slice_sub(hash_slice(&h), 0, 16))));
}

/* RFC 9110 section 13.1.2: `*`, or a list of tags; weak ones compare as if they were strong. */
static bool
has_tag(const struct request *rq, struct slice tag)
{
    struct slice rest = header_find(rq, "if-none-match");

    while (rest.at != NULL) {
        struct slice one = slice_cut(&rest, rest, ',');

        while (one.len > 0 && one.at[0] == ' ')
            one = slice_sub(one, 1, one.len);
        if (slice_starts(one, S("W/")))
            one = slice_sub(one, 2, one.len);
        while (one.len > 0 && one.at[one.len - 1] == ' ')
            one.len--;
        if (slice_equal(one, tag) || slice_equal(one, S("*")))
            return true;
    }
    return false;
}

void
call_answer(struct call *c, int status, const char *content_type, struct slice body)
{
    struct reply reply = {.status = status, .content_type = slice_of(content_type), .body = body};

    if (c->etag.at != NULL && has_tag(c->rq, c->etag))
        reply = (struct reply){.status = 304};
    send(c, &reply, V_OK);
}

void
call_show(struct call *c, enum verdict v, const char *content_type, struct slice body)
{
    struct reply reply = {
        .status = v == V_OK ? 200 : verdict_row(v)->status, .content_type = slice_of(content_type), .body = body};

    send(c, &reply, v);
}

void
call_refuse(struct call *c, enum verdict v)
{
    struct arena *a = c->rq->arena;
    struct problem_document p = {.verdict = v, .instance = slice_of(c->rq->id), .problems = &c->problems};
    struct reply reply = {.status = verdict_row(v)->status, .content_type = S("application/problem+json")};

    if (c->fault.at != NULL) {
        p.detail = arena_print(a, "%s: " SLICE_FMT, verdict_row(v)->en, SLICE_ARG(c->fault));
        p.detail_zh = arena_print(a, "%s：" SLICE_FMT, verdict_row(v)->zh, SLICE_ARG(c->fault));
    }
    c->etag = c->link = (struct slice){0};
    reply.body = problem_write(a, &p);
    send(c, &reply, v);
}

/* ---- who ----------------------------------------------------------------------------------------------------------
 */

static bool
is_signed(const struct request *rq)
{
    return header_find(rq, "signature").at != NULL || header_find(rq, "signature-input").at != NULL ||
           plain_is_meant(rq);
}

static enum verdict
find_actor(struct call *c)
{
    bool has_people = c->edge->logins != NULL || c->edge->o.session_find != NULL;

    if (is_signed(c->rq) || !has_people)
        return bank_identify(c);
    if (c->edge->o.session_find == NULL)
        return reception_identify(c);
    return c->edge->o.session_find(&c->actor, &c->credential, c->db, c->rq);
}

static enum verdict
identify(struct call *c)
{
    if (c->route->who == WHO_ANYBODY)
        return V_OK;
    if (c->db == NULL)
        return V_DATABASE;
    TRY(find_actor(c));
    assert(ERGO(c->actor.role == ROLE_BANK_MACHINE, c->evidence != NULL));
    return c->route->roles == 0 || (c->route->roles & ROLE_BIT(c->actor.role)) != 0 ? V_OK : V_FORBIDDEN;
}

/* ---- threads ------------------------------------------------------------------------------------------------------
 */

static void
run(struct work *w, struct db *db)
{
    struct call *c = (struct call *)((char *)w - offsetof(struct call, work));
    enum verdict got;

    c->db = db;
    log_request_id(c->rq->id);
    got = identify(c);
    if (got == V_OK)
        c->route->run(c);
    else
        call_refuse(c, got);
    log_request_id(NULL);
}

void
edge_handle(struct request *rq, void *edge)
{
    struct call *c = NEW(rq->arena, struct call);
    enum verdict got;

    *c = (struct call){.edge = edge, .rq = rq, .began_ms = the_clock.steady_ms(), .problems = {.arena = rq->arena}};
    got = route_find(&c->route, c->args, &c->allow, rq);
    if (got == V_OK) {
        c->allow = (struct slice){0};
        got = route_check_body(c->route, rq);
    }
    if (got == V_OK && c->route->place == PLACE_HERE) {
        c->route->run(c);
        return;
    }
    c->work.run = run;
    if (got == V_OK)
        got = workers_put(c->edge->workers, &c->work);
    if (got != V_OK)
        call_refuse(c, got);
}

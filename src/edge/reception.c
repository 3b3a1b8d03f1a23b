/*
 * Hands people's requests to the log-in's threads and answers them.
 * Knows which of their addresses is slow; must not know what any of them does.
 * Invariant: every call that comes in is answered once, by the thread that did its work or at once where none is free.
 */
#include "login_pool.h"
#include "reception.h"

/* Lives in the request's arena. */
struct errand {
    struct login_work work;
    const struct people_route *route;
    struct call *call;
};

static const struct people_route *
route_of(const struct call *c)
{
    for (size_t i = 0; i < PEOPLE_ROUTES; i++) {
        const struct people_route *r = &people_routes[i];

        if (slice_equal(slice_of(r->method), slice_of(c->route->method)) &&
            slice_equal(slice_of(r->path), slice_of(c->route->path)))
            return r;
    }
    return NULL;
}

static void
answer(struct call *c, const struct visit *v)
{
    if (v->status == 204)
        call_answer(c, 204, NULL, (struct slice){0});
    else
        call_answer(c, v->status, "application/json", v->body);
}

static void
run(struct login_work *w, struct db *db)
{
    struct errand *e = (struct errand *)w;
    struct call *c = e->call;
    struct visit v = {.people = &c->edge->people, .db = db, .rq = c->rq, .problems = {.arena = c->rq->arena}};
    enum verdict got = V_DATABASE;

    log_request_id(c->rq->id);
    v.now_ms = the_clock.wall_ms();
    if (db != NULL)
        got = e->route->answer(&v);
    c->cookie = v.cookie;
    c->wait_s = v.wait_s;
    c->problems = v.problems;
    if (got == V_OK)
        answer(c, &v);
    else
        call_refuse(c, got);
    log_request_id(NULL);
}

void
reception_run(struct call *c)
{
    struct errand *e = NEW(c->rq->arena, struct errand);
    enum verdict got = V_ROUTE_UNKNOWN;

    *e = (struct errand){.work = {.run = run}, .route = route_of(c), .call = c};
    assert(e->route != NULL);
    if (c->edge->logins != NULL)
        got = login_pool_put(c->edge->logins, e->route->cost, &e->work);
    if (got != V_OK)
        call_refuse(c, got);
}

enum verdict
reception_identify(struct call *c)
{
    struct visitor v = {0};
    int64_t now_ms = the_clock.wall_ms();

    TRY(people_find(&v, &c->edge->people, c->db, c->rq, now_ms));
    if (v.stale)
        login_pool_seen(c->edge->logins, &v.session, now_ms);
    c->actor = v.actor;
    c->credential = v.credential;
    return V_OK;
}

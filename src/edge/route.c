/*
 * The table of routes, and how an address finds its row.
 * Knows patterns and media types; must not know entries or subjects.
 * Invariant: literal addresses stand before patterns that would fit them too.
 */
#include "calendar_feed.h"
#include "entries.h"
#include "exceptions.h"
#include "feed.h"
#include "intake.h"
#include "media.h"
#include "metrics.h"
#include "notice.h"
#include "proofs.h"
#include "reads.h"
#include "reception.h"
#include "route.h"
#include "status.h"
#include "watch.h"
#include "work.h"
#include "work_steps.h"

#define KIB(n) ((size_t)(n) * 1024)
#define WATCHERS (ROLE_BIT(ROLE_AUDITOR) | ROLE_BIT(ROLE_SYSTEM))
#define OPEN WHO_ANYBODY, PLACE_HERE, ROUTE_PUBLIC
#define LOOKED_UP WHO_ANYBODY, PLACE_WORKER, ROUTE_PUBLIC
/* Anybody's, but answered to whoever asked alone. */
#define SHOWN WHO_ANYBODY, PLACE_WORKER, ROUTE_READ
#define READING WHO_KNOWN, PLACE_WORKER, ROUTE_READ, &signature_policy_read
/* Without a body there is no more to sign than in a read. */
#define TAKING_BACK READING
#define WRITING WHO_KNOWN, PLACE_WORKER, ROUTE_WRITE
/* People prove on these routes who they are, and wait for threads of their own. */
#define ASKED reception_run, WHO_ANYBODY, PLACE_HERE, ROUTE_READ
#define FILLED_IN reception_run, WHO_ANYBODY, PLACE_HERE, ROUTE_WRITE, NULL, KIB(4)

const struct route routes[] = {
    {"GET",  "/healthz",               watch_health,   OPEN},
    {"GET",  "/readyz",                watch_ready,    LOOKED_UP},
    {"GET",  "/metrics",               watch_metrics,  OPEN},
    {"GET",  "/v1/openapi.json",       watch_openapi,  OPEN},
    {"POST", "/v1/entries/{kind}",     entries_post,   WRITING, &signature_policy_entry, KIB(256)},
    {"POST", "/v1/entries",            entries_list,   WRITING, &signature_policy_list,  KIB(1024),
     .sheet_max = KIB(4096)},
    {"GET",  "/v1/totals",             reads_totals,   READING},
    {"GET",  "/v1/institutions",       reads_institutions, READING, .roles = INSTITUTION_READERS},
    {"GET",  "/v1/guarantees",         reads_guarantees, READING, .roles = INSTITUTION_READERS},
    {"GET",  "/v1/steps",              work_steps_page, READING},
    {"GET",  "/v1/steps/summary",      work_steps_summary, READING},
    {"POST", "/v1/calendar/token",     calendar_token, WRITING, &signature_policy_list, KIB(1),
     .roles = CALENDAR_OWNERS},
    {"GET",  "/v1/calendar.ics",       calendar_feed,  WHO_ANYBODY, PLACE_WORKER, ROUTE_READ},
    {"GET",  "/v1/notices",            notice_page,    READING, .roles = CALENDAR_OWNERS},
    {"GET",  "/v1/events",             feed_events,    READING, .roles = FEED_READERS},
    {"GET",  "/v1/deliveries",         feed_deliveries, READING, .roles = DELIVERY_READERS},
    {"POST", "/v1/deliveries/replay",  feed_replay,    WRITING, &signature_policy_list, KIB(1),
     .roles = DELIVERY_REPLAYERS},
    {"GET",  "/v1/exceptions",         exceptions_page, READING},
    {"GET",  "/v1/exceptions/summary", exceptions_summary, READING, .roles = SUMMARY_READERS},
    {"GET",  "/v1/waiting",            work_waiting,   READING},
    {"GET",  "/v1/waiting/{id}",       work_waiting_one, READING},
    {"DELETE", "/v1/waiting/{id}",     work_withdraw,  TAKING_BACK},
    {"GET",  "/v1/journal/entries",    proofs_entries, READING, .roles = WATCHERS},
    {"GET",  "/v1/journal/checkpoint", proofs_newest,  READING},
    {"GET",  "/v1/journal/proof/{seq}", proofs_receipt, READING},
    {"GET",  "/v1/session",            ASKED},
    {"POST", "/v1/session",            FILLED_IN},
    {"DELETE", "/v1/session",          ASKED},
    {"POST", "/v1/session/role",       FILLED_IN},
    {"POST", "/v1/password",           FILLED_IN},
    {"POST", "/v1/totp",               FILLED_IN},
    {"POST", "/v1/invitations",        FILLED_IN},
    {"POST", "/v1/eligibility",        intake_draft,   WRITING, &signature_policy_list, KIB(16),
     .roles = INTAKE_DRAFTERS},
    {"GET",  "/v1/loans/{id}/eligibility", intake_eligibility, READING, .roles = INTAKE_READERS},
    {"GET",  "/v1/loans/{id}/certificate", intake_certificate, READING},
    {"POST", "/v1/loans/{id}/slip",    status_issue,   WRITING, &signature_policy_list, KIB(1),
     .roles = INTAKE_DRAFTERS},
    {"GET",  "/v1/status",             status_look,    SHOWN},
    {"GET",  "/status",                status_page_show, SHOWN},
    {"GET",  "/status/{code}",         status_page_show, SHOWN},
    {"GET",  "/v1/{plural}",           reads_page,     READING},
    {"GET",  "/v1/{plural}/{id}",      reads_one,      READING},
    {"GET",  "/v1/{plural}/{id}/entries", reads_history, READING},
};
const size_t route_count = COUNT(routes);

static_assert(COUNT(routes) < METRIC_ROUTES_MAX, "every route is counted, and what fits none");

/* ---- addresses --------------------------------------------------------------------------------------------------- */

static bool
fits(struct slice args[ROUTE_ARGS_MAX], const char *pattern, struct slice path)
{
    struct slice wanted = slice_of(pattern), given = path;
    size_t count = 0;

    while (wanted.at != NULL && given.at != NULL) {
        struct slice w = slice_cut(&wanted, wanted, '/');
        struct slice g = slice_cut(&given, given, '/');

        if (w.len > 0 && w.at[0] == '{' && g.len > 0) {
            assert(count < ROUTE_ARGS_MAX);
            args[count++] = g;
        } else if (!slice_equal(w, g)) {
            return false;
        }
    }
    return wanted.at == NULL && given.at == NULL;
}

static bool
has_method(const struct route *r, struct slice method)
{
    if (slice_equal(method, slice_of(r->method)))
        return true;
    return slice_equal(method, S("HEAD")) && slice_equal(S("GET"), slice_of(r->method));
}

enum verdict
route_find(const struct route **out, struct slice args[ROUTE_ARGS_MAX], struct slice *allow, const struct request *rq)
{
    struct buf methods = {.arena = rq->arena};
    const char *path = NULL;

    for (size_t i = 0; i < COUNT(routes); i++) {
        if (path == NULL && fits(args, routes[i].path, rq->path))
            path = routes[i].path;
        if (path == NULL || !slice_equal(slice_of(path), slice_of(routes[i].path)))
            continue;
        if (has_method(&routes[i], rq->method)) {
            *out = &routes[i];
            return V_OK;
        }
        buf_print(&methods, "%s%s", methods.len == 0 ? "" : ", ", routes[i].method);
        if (slice_equal(slice_of(routes[i].method), S("GET")))
            buf_add(&methods, S(", HEAD"));
    }
    if (path == NULL)
        return V_ROUTE_UNKNOWN;
    *allow = buf_slice(&methods);
    return V_METHOD_UNKNOWN;
}

/* ---- bodies ------------------------------------------------------------------------------------------------------ */

enum verdict
route_check_body(const struct route *r, const struct request *rq)
{
    struct media m = {MEDIA_JSON, CHARSET_UTF8};
    size_t body_max;

    if (r->nature == ROUTE_WRITE && !media_read(&m, header_find(rq, "content-type")))
        return V_MEDIA_TYPE;
    body_max = m.form == MEDIA_JSON ? r->body_max : r->sheet_max;
    if (body_max == 0 && m.form != MEDIA_JSON)
        return V_MEDIA_TYPE;
    return rq->body.len <= body_max ? V_OK : V_BODY_TOO_LARGE;
}

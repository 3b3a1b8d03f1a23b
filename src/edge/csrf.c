/*
 * The two questions to every change that a browser sends.
 * Knows three header fields; must not know routes.
 * Invariant: a field that is missing never counts for us.
 */
#include "csrf.h"

static bool
changes(const struct request *rq)
{
    return !slice_equal(rq->method, S("GET")) && !slice_equal(rq->method, S("HEAD"));
}

enum verdict
csrf_origin_check(const struct request *rq, const struct slice *origins, size_t origin_count)
{
    struct slice site = header_find(rq, "sec-fetch-site"), origin = header_find(rq, "origin");

    if (!changes(rq))
        return V_OK;
    /* No page can set Sec-Fetch-Site, and it is right where Origin is hidden as "null"; so it decides. */
    if (site.at != NULL)
        return slice_equal(site, S("same-origin")) ? V_OK : V_ORIGIN_WRONG;
    for (size_t i = 0; origin.at != NULL && i < origin_count; i++)
        if (slice_equal(origin, origins[i]))
            return V_OK;
    return V_ORIGIN_WRONG;
}

enum verdict
csrf_check(const struct request *rq, struct slice token, const struct slice *origins, size_t origin_count)
{
    struct slice given = header_find(rq, "x-csrf-token");

    if (!changes(rq))
        return V_OK;
    TRY(csrf_origin_check(rq, origins, origin_count));
    if (given.at == NULL || !bytes_equal(given, session_csrf(rq->arena, token)))
        return V_CSRF_WRONG;
    return V_OK;
}

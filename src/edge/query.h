/*
 * The query of a request target, and single values out of it.
 * Knows the characters that need no escape; must not know which names a route has.
 * Invariant: a value is one that was written without percent signs, or it is not read at all.
 */
#ifndef VENTURED_EDGE_QUERY_H
#define VENTURED_EDGE_QUERY_H

#include "ventured/http.h"

/* Numbers, days, identifiers and cursors need no escape, and nothing else may stand in a query here. */

/* Whether every name of the query is among `names` (NULL ends), none twice and every value unescaped: V_OK, or
 * V_REQUEST_MALFORMED with the name at fault. */
enum verdict query_check(struct slice *fault, const struct request *rq, const char *const *names);

/* Absent where the name is. */
struct slice query_find(const struct request *rq, const char *name);

/* `fallback` where the name is absent; V_REQUEST_MALFORMED outside min to max. */
enum verdict query_int(int64_t *out, const struct request *rq, const char *name, int64_t fallback, int64_t min,
                       int64_t max);

#endif

/*
 * Did our own page send this change, or another site through somebody's browser?
 * Knows where a browser says a request comes from, and the token of forms; must not know what is changed.
 * Invariant: what changes something by a session carries that session's form token and comes from our own origin.
 */
#ifndef VENTURED_EDGE_CSRF_H
#define VENTURED_EDGE_CSRF_H

#include "session.h"

/* V_ORIGIN_WRONG unless Sec-Fetch-Site (W3C Fetch Metadata) says same-origin or, where that is missing, Origin
 * (RFC 6454) is one of ours, each like "https://ventured.example:8443". GET and HEAD change nothing and pass. */
enum verdict csrf_origin_check(const struct request *rq, const struct slice *origins, size_t origin_count);

/* The same, and V_CSRF_WRONG unless X-CSRF-Token is the one of the session under `token`; compared in constant time. */
enum verdict csrf_check(const struct request *rq, struct slice token, const struct slice *origins, size_t origin_count);

#endif

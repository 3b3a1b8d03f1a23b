/*
 * The components of an HTTP message that a signature may cover (RFC 9421 section 2).
 * Knows derived components and header fields; must not know which of them a policy asks for.
 * Invariant: a component has one value, in one line, or is refused; nothing comes from the Host field.
 */
#ifndef VENTURED_EDGE_COMPONENT_H
#define VENTURED_EDGE_COMPONENT_H

#include "sfv.h"
#include "ventured/http.h"

/* What a signature speaks about: a request, or a response (its header fields and body stand in `request`). */
struct message {
    const struct request *request;
    struct slice origin; /* the public one of this server name: "https://ventured.example:8443", component_origin */
    int status;          /* of a response; 0 for a request */
};

/* Whether a configured text can be an origin: "https://" or "http://", a lower-case name or IPv4 address, perhaps a
 * port, which is left out where it is the scheme's own (RFC 9421 section 2.2.3), and nothing behind. */
bool component_origin(struct slice origin);

/* The value of the component that `id` (one item of a Signature-Input) names, in the request's arena. False where it
 * is unknown, does not fit this message, is missing from it, has more than one value, or carries a parameter other
 * than @query-param's `name`: `sf`, `key`, `bs`, `tr` and `req` are refused, since no policy of ours needs them. */
bool component_read(struct slice *out, const struct message *m, const struct sfv *id);

#endif

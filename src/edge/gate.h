/*
 * The strict request gate: one reading of a request's bytes, taken before any library sees them.
 * Knows RFC 9110 and RFC 9112; must not know sockets, TLS, events or routes.
 * Invariant: what is not one well-formed request within its limits is refused before its last byte is passed on.
 */
#ifndef VENTURED_EDGE_GATE_H
#define VENTURED_EDGE_GATE_H

#include "ventured/http.h"

/* What the next byte belongs to. */
enum gate_phase {
    GATE_REQUEST_LINE,
    GATE_FIELDS,
    GATE_BODY,       /* of a stated length */
    GATE_CHUNK_SIZE, /* RFC 9112 section 7.1, hexadecimal digits up to the CR */
    GATE_CHUNK_SIZE_LF,
    GATE_CHUNK_DATA,
    GATE_CHUNK_CR,
    GATE_CHUNK_LF,
    GATE_LAST_CR, /* trailer fields are refused, so only an empty line follows the last chunk */
    GATE_LAST_LF,
    GATE_WHOLE,
    GATE__COUNT
};

struct gate {
    struct arena *arena;
    const struct http_limits *limits;
    enum gate_phase phase;
    const char *detail; /* after a refusal: what exactly is wrong, in English, needing no escape in JSON */
    char *head;         /* the head's own copy of its bytes: every slice below points into it */
    size_t head_len, line_from;
    struct slice method, target;
    const struct method *method_row;
    int minor; /* of HTTP/1.x */
    struct header *headers;
    size_t header_count;
    size_t body_len; /* decoded, so far */
    size_t left;     /* bytes still to come of the body or of the chunk */
    int digits;      /* of the chunk size, so far */
};

/* `arena` and `limits` are borrowed and must outlive the gate. */
void gate_init(struct gate *g, struct arena *arena, const struct http_limits *limits);

/* Judges the next bytes of one request. Anything but V_OK is final: V_REQUEST_MALFORMED, V_NOT_IMPLEMENTED,
 * V_VERSION_UNKNOWN, V_EXPECTATION_UNKNOWN, V_BODY_TOO_LARGE or V_HEADERS_TOO_LARGE. A byte behind the end of the
 * request is refused too: nothing may be sent before the answer. */
enum verdict gate_read(struct gate *g, struct slice bytes);

bool gate_has_head(const struct gate *g);
bool gate_is_whole(const struct gate *g);

/* Whether this side may keep the connection after the answer (RFC 9112 section 9.3). Needs the head. */
bool gate_keeps_alive(const struct gate *g);

/* Sets method, target, path, query and headers from the head. */
void gate_request(struct request *out, const struct gate *g);

/* Whether a field may hold this value, in either direction: no control character but the tab (RFC 9110 section 5.5). */
bool gate_allows_value(struct slice value);

/* The whole answer to a refused request, head and problem document (RFC 9457), asking for the connection's end.
 * `at_ms` is the wall clock for the Date field. */
struct slice gate_answer(struct arena *a, enum verdict v, const char *detail, int64_t at_ms);

#endif

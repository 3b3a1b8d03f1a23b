/*
 * One bounded HTTPS request to somebody else's server, and its answer; or one mail handed to a relay.
 * Knows libcurl behind edge/fetch.c; must not know entries, signatures or who is asked for what.
 * Invariant: every wait and every size has a limit, nothing but verified TLS 1.2+ leaves this machine, no redirect is
 * followed.
 */
#ifndef VENTURED_EDGE_FETCH_H
#define VENTURED_EDGE_FETCH_H

#include "ventured/http.h"

/* How a request ended. With FETCH_DONE there is an answer, of whatever status; otherwise there is none. */
enum fetch_end {
    FETCH_DONE,
    FETCH_MISUSE,      /* the address, a header or a file of ours is wrong */
    FETCH_UNREACHABLE, /* no connection, or one that was cut */
    FETCH_TIMED_OUT,
    FETCH_UNTRUSTED,   /* their certificate is not of our authority, or not of that name */
    FETCH_TOO_LARGE,
    FETCH_BROKEN,      /* what came is not HTTP as we speak it */
    FETCH__COUNT
};

struct fetch_row {
    const char *name;
    bool again; /* whether the same may go well later */
    const char *en, *zh;
};

const struct fetch_row *fetch_row(enum fetch_end e);

/* Texts are borrowed and outlive the handle. */
struct fetch_options {
    const char *ca_file;                     /* PEM; NULL: the authorities of this machine */
    const char *certificate_file, *key_file; /* PEM, our own; NULL: none */
    const char *address;                     /* numeric, in place of what the name resolves to; NULL: the name's */
    int connect_ms, total_ms;
    size_t answer_bytes_max;
    const _Atomic bool *stop; /* once true, a request is cut within a second: FETCH_UNREACHABLE; NULL: never */
};
extern const struct fetch_options fetch_options_default; /* 5 s, 30 s, 64 KiB */

/* A handle and the connections it keeps alive; used by one thread at a time. */
struct fetch;
struct fetch *fetch_open(struct arena *a, const struct fetch_options *o);
void fetch_close(struct fetch *f);

struct fetch_request {
    const char *method, *url; /* the path is sent as written, dots and all */
    const struct header *headers;
    size_t header_count;
    struct slice body; /* absent: none */
};

struct fetch_answer {
    int status;
    struct slice content_type; /* absent where none was given */
    struct slice body;
    int64_t retry_after_s;     /* 0 where none was given; a date is turned into seconds */
    struct slice detail;       /* where there is no answer: what the library says of it */
};

/* Everything of the answer lives in `a`, which must hold some three times answer_bytes_max. Logs nothing. */
enum fetch_end fetch_send(struct fetch_answer *out, struct fetch *f, struct arena *a, const struct fetch_request *rq);

/* One mail to one reader. `url` is smtps://host[:port], or smtp:// for STARTTLS; a relay on 127.0.0.1 or localhost may
 * do without TLS. `user` NULL: no log-in. Addresses are local@domain of unreserved signs. */
struct fetch_mail {
    const char *url, *user, *password;
    struct slice from, to;
    struct slice message; /* RFC 5322, lines ending with CR LF */
};

/* FETCH_DONE where the relay took it; `status` is its last reply code, 0 where none came. */
enum fetch_end fetch_mail(struct fetch_answer *out, struct fetch *f, struct arena *a, const struct fetch_mail *m);

#endif

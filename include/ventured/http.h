/*
 * Request in, reply out: all that a route may know of HTTP and TLS.
 * Knows methods, fields and bytes; must not know entries, roles or SQL.
 * Invariant: a request reaches a handler only after the strict gate, whole and within every limit; it is answered once.
 */
#ifndef VENTURED_HTTP_H
#define VENTURED_HTTP_H

#include "ventured/base.h"

struct header {
    struct slice name;  /* as received; compare with header_find */
    struct slice value; /* outer white space removed */
};

struct request {
    struct arena *arena;      /* lives until the reply is sent */
    char id[UUID_TEXT_SIZE];  /* the request id of every log line */
    struct slice method;      /* "GET" */
    struct slice target;      /* origin form as received: path and query */
    struct slice path, query; /* split at the first '?'; not decoded; query absent where there is none */
    const struct header *headers;
    size_t header_count;
    struct slice body;
    struct slice peer;        /* the address, no port */
    struct slice server_name; /* the configured name that answers: SNI where it is known, else the first */
    struct slice certificate; /* DER of a verified client certificate; absent where none */
    void *exchange;           /* the server's own */
};

struct reply {
    int status;
    struct slice content_type;
    struct slice body;
    const struct header *headers;
    size_t header_count;
};

/* Absent where the field is missing. Names compare without case (RFC 9110 section 5.1); several lines with one name are
 * joined by ", " in the order received (section 5.3). */
struct slice header_find(const struct request *rq, const char *name);

/* Answers once, from any thread; the request and its arena are gone when it returns. The reply's bytes must live in the
 * request's arena or for ever. Date,
 * Content-Length and Connection are the server's: a reply that names them is a bug. A
 * client that went away meanwhile is no error. */
void http_reply(struct request *rq, const struct reply *reply);

/* Called on the server's thread; must not block. It answers, or hands the request to somebody who will. */
typedef void http_handler(struct request *rq, void *context);

#define HTTP_SERVER_NAMES_MAX 4

/* One public name with its certificate. Clients are asked for a certificate only where client_ca_file is set. */
struct http_name {
    const char *name;           /* SNI; the first is the default */
    const char *certificate_file, *key_file; /* PEM */
    const char *client_ca_file; /* PEM; NULL: never ask. Asked, a client may send none, but none that does not verify */
};

struct http_limits {
    size_t header_bytes_max, header_lines_max, body_bytes_max;
    int connections_max, connections_per_address_max;
    size_t request_bytes_max; /* of one request's arena: its head and body, what the handler makes of them, the reply */
    int header_deadline_ms, body_deadline_ms; /* absolute, from the first byte of the request */
    int idle_deadline_ms; /* between requests, and for a reply to be taken */
};
extern const struct http_limits http_limits_default;

struct http_options {
    const char *address; /* "127.0.0.1" */
    int port;            /* 0: any free port */
    struct http_name names[HTTP_SERVER_NAMES_MAX];
    size_t name_count;
    struct http_limits limits;
    http_handler *handler;
    void *context;
};

struct http_server;

/* open binds, listens and ignores SIGPIPE for the whole process; run serves until stop; stop (any thread, or a signal
 * handler) refuses new connections, answers what is in hand and returns from run within `grace_ms`. reload (any thread)
 * reads the certificate files again: connections that exist go on; on failure the old ones stay in force. close comes
 * after run has returned and after everybody who might still answer has ended. The options' texts are copied. */
enum verdict http_open(struct http_server **out, const struct http_options *o);
int http_port(const struct http_server *s);
void http_run(struct http_server *s);
void http_stop(struct http_server *s, int grace_ms);
enum verdict http_reload(struct http_server *s);
void http_close(struct http_server *s);

struct http_counts {
    int64_t connections_now, connections_total, refused_at_gate, refused_at_cap, dropped_at_deadline, requests_total;
};
void http_count(struct http_counts *out, const struct http_server *s);

#endif

/*
 * TLS for the server: one context a public name, chosen by SNI, replaceable while connections go on.
 * Knows certificates and handshakes; must not know HTTP, events or who a client is.
 * Invariant: a client is asked for a certificate only on a name that has a client CA, and none is believed unverified.
 */
#ifndef VENTURED_EDGE_TLS_H
#define VENTURED_EDGE_TLS_H

#include "ventured/http.h"

struct tls;
struct ssl_st; /* OpenSSL's SSL, which its users here pass on and never look into */

/* Whom to tell, on the thread that frees it, that a session is gone. Lives at least as long as the session. */
struct tls_owner {
    void (*gone)(void *owner);
    void *owner;
};

/* Reads every name's files. The names' texts are copied into `a`, which must outlive the result. V_USAGE after one log
 * line where a file is missing or wrong. */
enum verdict tls_open(struct tls **out, struct arena *a, const struct http_name *names, size_t count);
enum verdict tls_reload(struct tls *t); /* from any thread; all names or none */
void tls_close(struct tls *t);

/* A session for one accepted connection, without a socket yet. */
struct ssl_st *tls_accept(struct tls *t, struct tls_owner *owner);
void *tls_owner_get(const struct ssl_st *s);
bool tls_is_open(const struct ssl_st *s); /* the handshake is over */
struct slice tls_server_name(struct tls *t, struct arena *a, const struct ssl_st *s);
struct slice tls_certificate(struct arena *a, const struct ssl_st *s); /* DER; absent where none */
void tls_goodbye(struct ssl_st *s); /* close_notify: the answer that was sent is all of it (RFC 8446 section 6.1) */

#endif

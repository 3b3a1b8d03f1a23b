/*
 * A blocking TLS client for tests that want to say exactly which bytes go out and when.
 * Knows sockets and OpenSSL; must not know what a good request is.
 * Invariant: every wait is bounded by the socket's time-out, so that a silent server fails a test and never hangs it.
 */
#ifndef VENTURED_TESTS_CLIENT_H
#define VENTURED_TESTS_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

#include <openssl/ssl.h>

struct client {
    int fd;
    SSL_CTX *context;
    SSL *ssl;
    char *text; /* the last answer, NUL-terminated: head and body */
    size_t len;
    const char *body;
};

struct client_options {
    const char *name;              /* SNI; NULL: none */
    const char *certificate, *key; /* NULL: none */
    const char *protocols;         /* ALPN as OpenSSL wants it, one length byte before each; NULL: none */
    int version_max;               /* TLS1_2_VERSION...; 0: any */
};

/* A connection without TLS; -1 where it was refused. */
int client_connect(int port);

/* False where the connection or the handshake failed. client_close is needed either way. */
bool client_open(struct client *c, int port, const struct client_options *o);
void client_close(struct client *c);

bool client_send(struct client *c, const char *bytes, size_t len);
/* Reads one answer and gives its status; 0 where none came. Without Content-Length it has no body. */
int client_read(struct client *c);
int client_read_all(struct client *c); /* to the connection's end, whatever the length says */
/* client_send of a text, then client_read. */
int client_ask(struct client *c, const char *text);
/* True once the server has ended the connection, false where it keeps it until the time-out. */
bool client_ended(struct client *c);
bool client_ended_well(struct client *c); /* the same, and told so by close_notify */
/* Whether the server has ended the connection or has sent anything, without waiting. */
bool client_heard(struct client *c);
long client_serial(const struct client *c); /* of the server's certificate */

#endif

/*
 * One keep-alive HTTPS connection that asks and waits.
 * Knows sockets, TLS and as much HTTP/1.1 as the registry speaks; must not know what is asked.
 * Invariant: an answer is whole or the line is closed; no wait is longer than LINE_WAIT_S.
 */
#ifndef TESTS_BENCH_LOAD_LINE_H
#define TESTS_BENCH_LOAD_LINE_H

#include <sys/socket.h>

#include "ventured/base.h"

#define LINE_WAIT_S 60
#define LINE_ANSWER_MAX ((size_t)16 << 20)

/* Whom lines go to; shared by all of them. */
struct exchange_point {
    void *tls;        /* an SSL_CTX */
    const char *name; /* the server's, which its certificate must have */
    struct sockaddr_storage address;
    socklen_t address_size;
};

/* Resolves "HOST:PORT" and reads the authorities that are trusted. False after a word on standard error. */
bool point_open(struct exchange_point *out, const char *name, const char *host_and_port, const char *ca_file);
void point_close(struct exchange_point *p);

struct line {
    int fd;
    void *ssl;           /* an SSL; NULL while the line is closed */
    struct arena *arena; /* of the answer's bytes */
    int status;
    struct slice body; /* until the next line_ask */
};

/* `arena` holds one answer. */
bool line_open(struct line *l, struct arena *arena, const struct exchange_point *p);
void line_close(struct line *l); /* a closed one too */

/* Sends a whole request and reads the answer; false where the line broke, and then it is closed. */
bool line_ask(struct line *l, struct slice request);

#endif

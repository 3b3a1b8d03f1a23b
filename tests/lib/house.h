/*
 * An HTTPS server on a thread of the test, with two names and a handful of answers.
 * Knows http.h; must not know how the server does it.
 * Invariant: whatever the test waits for is waited for in bounded steps, and missing it fails the test.
 */
#ifndef VENTURED_TESTS_HOUSE_H
#define VENTURED_TESTS_HOUSE_H

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "client.h"
#include "pki.h"
#include "ventured/http.h"

#define GET_OK "GET /healthz HTTP/1.1\r\nHost: first.test\r\n\r\n"
#define GET_WHO "GET /who HTTP/1.1\r\nHost: first.test\r\n\r\n"
#define GET_LATER "GET /later HTTP/1.1\r\nHost: first.test\r\n\r\n"

extern struct pki pki;
extern const struct client_options plain;

int open_pki(void **state);
int close_pki(void **state);

struct house {
    struct http_server *server;
    pthread_t thread;
    int port;
    _Atomic(struct request *) waiting; /* what /later has left for another thread */
    _Atomic long calls;
};

/* 127.0.0.1, any port, first.test and second.test, the latter asking for certificates of `ca`. */
struct http_options house_options(struct house *h);
void house_open(struct house *h, const struct http_options *o);
void house_close(struct house *h);
struct http_counts house_count(const struct house *h);
struct request *house_wait(struct house *h);  /* for a request to /later; the caller answers it */
void house_wait_empty(const struct house *h); /* for the last connection to end */
void serves_anew(const struct house *h);      /* a new connection gets an answer */

#endif

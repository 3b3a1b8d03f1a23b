/*
 * A line to the registry over OpenSSL, blocking.
 * Knows how an answer's end is found; must not know entries.
 * Invariant: an answer without Content-Length, or longer than the arena, breaks the line.
 */
#define _GNU_SOURCE
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/time.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "load_line.h"

#define READ_SIZE ((size_t)16 * 1024)

/* ---- the point --------------------------------------------------------------------------------------------------- */

static bool
resolve(struct exchange_point *p, const char *host_and_port)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
    const char *colon = strrchr(host_and_port, ':');
    struct addrinfo *found = NULL;
    char host[256];

    if (colon == NULL || (size_t)(colon - host_and_port) >= sizeof host)
        return false;
    memcpy(host, host_and_port, (size_t)(colon - host_and_port));
    host[colon - host_and_port] = '\0';
    if (getaddrinfo(host, colon + 1, &hints, &found) != 0)
        return false;
    memcpy(&p->address, found->ai_addr, found->ai_addrlen);
    p->address_size = found->ai_addrlen;
    freeaddrinfo(found);
    return true;
}

bool
point_open(struct exchange_point *out, const char *name, const char *host_and_port, const char *ca_file)
{
    SSL_CTX *tls = SSL_CTX_new(TLS_client_method());

    *out = (struct exchange_point){.tls = tls, .name = name};
    SSL_CTX_set_verify(tls, SSL_VERIFY_PEER, NULL);
    if (SSL_CTX_load_verify_locations(tls, ca_file, NULL) != 1)
        fprintf(stderr, "load: %s: no authority\n", ca_file);
    else if (!resolve(out, host_and_port))
        fprintf(stderr, "load: %s: no such address\n", host_and_port);
    else
        return true;
    point_close(out);
    return false;
}

void
point_close(struct exchange_point *p)
{
    SSL_CTX_free(p->tls);
    p->tls = NULL;
}

/* ---- a line ------------------------------------------------------------------------------------------------------ */

static int
connect_to(const struct exchange_point *p)
{
    const struct timeval wait = {.tv_sec = LINE_WAIT_S};
    int fd = socket(p->address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&p->address, p->address_size) != 0) {
        close(fd);
        fd = -1;
    }
    return fd;
}

bool
line_open(struct line *l, struct arena *arena, const struct exchange_point *p)
{
    *l = (struct line){.arena = arena, .fd = connect_to(p)};
    if (l->fd < 0)
        return false;
    ERR_clear_error();
    l->ssl = SSL_new(p->tls);
    SSL_set_fd(l->ssl, l->fd);
    SSL_set_tlsext_host_name(l->ssl, p->name);
    SSL_set1_host(l->ssl, p->name);
    if (SSL_connect(l->ssl) == 1)
        return true;
    line_close(l);
    return false;
}

void
line_close(struct line *l)
{
    if (l->ssl == NULL)
        return;
    SSL_shutdown(l->ssl);
    SSL_free(l->ssl);
    close(l->fd);
    l->ssl = NULL;
}

/* ---- an answer --------------------------------------------------------------------------------------------------- */

/* How long the body is that follows this head; false where it does not say so. */
static bool
read_head(int *status, size_t *body_len, struct slice head)
{
    static const struct slice field = S_INIT("content-length:");
    int64_t code, len = -1;

    if (!slice_starts(head, S("HTTP/1.1 ")) || !slice_to_int(&code, slice_sub(head, 9, 3)))
        return false;
    while (head.len > 0) {
        struct slice line = slice_cut(&head, head, '\n');

        if (line.len > field.len + 1 && strncasecmp(line.at, field.at, field.len) == 0 &&
            !slice_to_int(&len, slice_sub(line, field.len + 1, line.len - field.len - 2)))
            return false;
    }
    *status = (int)code;
    *body_len = (size_t)len;
    return len >= 0 && (size_t)len < LINE_ANSWER_MAX / 2;
}

/* Reads on until `b` has `len` bytes. */
static bool
fill(struct line *l, struct buf *b, size_t len)
{
    char bytes[READ_SIZE];

    while (b->len < len) {
        int got = SSL_read(l->ssl, bytes, sizeof bytes);

        if (got <= 0)
            return false;
        buf_add(b, (struct slice){bytes, (size_t)got});
    }
    return true;
}

static bool
read_answer(struct line *l)
{
    struct buf b = {.arena = l->arena};
    size_t head_len, body_len;
    const char *end = NULL;

    while (end == NULL && b.len < READ_SIZE * 4) {
        if (!fill(l, &b, b.len + 1))
            return false;
        end = memmem(b.at, b.len, "\r\n\r\n", 4);
    }
    if (end == NULL)
        return false;
    head_len = (size_t)(end - b.at) + 4;
    if (!read_head(&l->status, &body_len, (struct slice){b.at, head_len}) || !fill(l, &b, head_len + body_len))
        return false;
    l->body = slice_sub(buf_slice(&b), head_len, body_len);
    return true;
}

bool
line_ask(struct line *l, struct slice request)
{
    bool good;

    if (l->ssl == NULL)
        return false;
    ERR_clear_error();
    arena_reset(l->arena);
    good = SSL_write(l->ssl, request.at, (int)request.len) == (int)request.len && read_answer(l);
    if (!good)
        line_close(l);
    return good;
}

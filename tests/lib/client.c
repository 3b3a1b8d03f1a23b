/*
 * A blocking TLS client for tests.
 * Knows sockets and OpenSSL; must not know what a good request is.
 * Invariant: what the server says is kept as it came.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <assert.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "client.h"

#define ANSWER_MAX ((size_t)4 * 1024 * 1024)
#define WAIT_S 20

int
client_connect(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    struct timeval wait = {.tv_sec = WAIT_S};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return -1;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    close(fd);
    return -1;
}

bool
client_open(struct client *c, int port, const struct client_options *o)
{
    *c = (struct client){.fd = client_connect(port), .text = calloc(1, ANSWER_MAX)};
    if (c->fd < 0)
        return false;
    c->context = SSL_CTX_new(TLS_client_method());
    if (o->certificate != NULL)
        SSL_CTX_use_certificate_file(c->context, o->certificate, SSL_FILETYPE_PEM);
    if (o->key != NULL)
        SSL_CTX_use_PrivateKey_file(c->context, o->key, SSL_FILETYPE_PEM);
    if (o->version_max != 0)
        SSL_CTX_set_max_proto_version(c->context, o->version_max);
    c->ssl = SSL_new(c->context);
    SSL_set_fd(c->ssl, c->fd);
    if (o->name != NULL)
        SSL_set_tlsext_host_name(c->ssl, o->name);
    if (o->protocols != NULL)
        SSL_set_alpn_protos(c->ssl, (const unsigned char *)o->protocols, (unsigned)strlen(o->protocols));
    return SSL_connect(c->ssl) == 1;
}

void
client_close(struct client *c)
{
    SSL_free(c->ssl);
    SSL_CTX_free(c->context);
    if (c->fd >= 0)
        close(c->fd);
    free(c->text);
    *c = (struct client){.fd = -1};
}

bool
client_send(struct client *c, const char *bytes, size_t len)
{
    while (len > 0) {
        int sent = SSL_write(c->ssl, bytes, (int)(len > 16384 ? 16384 : len));

        if (sent <= 0)
            return false;
        bytes += sent;
        len -= (size_t)sent;
    }
    return true;
}

static bool
more(struct client *c)
{
    int got;

    assert(c->len + 1 < ANSWER_MAX);
    got = SSL_read(c->ssl, c->text + c->len, (int)(ANSWER_MAX - 1 - c->len));
    if (got <= 0)
        return false;
    c->len += (size_t)got;
    c->text[c->len] = '\0';
    return true;
}

int
client_read(struct client *c)
{
    const char *length;
    size_t whole;

    c->len = 0;
    c->text[0] = '\0';
    c->body = NULL;
    while (strstr(c->text, "\r\n\r\n") == NULL)
        if (!more(c))
            return 0;
    c->body = strstr(c->text, "\r\n\r\n") + 4;
    length = strcasestr(c->text, "\r\nContent-Length: ");
    whole = (size_t)(c->body - c->text) + (length != NULL && length < c->body ? strtoul(length + 18, NULL, 10) : 0);
    while (c->len < whole && strncmp(c->text, "HTTP/1.1 1", 10) != 0)
        if (!more(c))
            return 0;
    return atoi(c->text + 9);
}

int
client_read_all(struct client *c)
{
    c->len = 0;
    c->text[0] = '\0';
    while (more(c))
        continue;
    c->body = strstr(c->text, "\r\n\r\n");
    if (c->body == NULL)
        return 0;
    c->body += 4;
    return atoi(c->text + 9);
}

int
client_ask(struct client *c, const char *text)
{
    return client_send(c, text, strlen(text)) ? client_read(c) : 0;
}

bool
client_ended(struct client *c)
{
    char byte;
    int got = SSL_read(c->ssl, &byte, 1);

    return got <= 0 && SSL_get_error(c->ssl, got) != SSL_ERROR_WANT_READ;
}

bool
client_ended_well(struct client *c)
{
    char byte;
    int got = SSL_read(c->ssl, &byte, 1);

    return SSL_get_error(c->ssl, got) == SSL_ERROR_ZERO_RETURN;
}

bool
client_heard(struct client *c)
{
    struct pollfd p = {.fd = c->fd, .events = POLLIN};

    return poll(&p, 1, 0) > 0;
}

long
client_serial(const struct client *c)
{
    X509 *x = SSL_get0_peer_certificate(c->ssl);

    return x == NULL ? 0 : ASN1_INTEGER_get(X509_get0_serialNumber(x));
}

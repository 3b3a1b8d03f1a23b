/*
 * Sockets as the server needs them.
 * Knows addresses and options; must not know what is sent.
 * Invariant: a socket that could not be set up is closed here.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "socket.h"

#define BACKLOG 512

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

static bool
address_parse(union address *out, const char *text, int port)
{
    *out = (union address){0};
    if (inet_pton(AF_INET, text, &out->v4.sin_addr) == 1) {
        out->v4.sin_family = AF_INET;
        out->v4.sin_port = htons((uint16_t)port);
        return true;
    }
    if (inet_pton(AF_INET6, text, &out->v6.sin6_addr) == 1) {
        out->v6.sin6_family = AF_INET6;
        out->v6.sin6_port = htons((uint16_t)port);
        return true;
    }
    errno = EINVAL;
    return false;
}

static bool
bind_and_listen(int fd, union address *a)
{
    socklen_t len = sizeof *a;
    int on = 1;

    return fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 && bind(fd, &a->any, len) == 0 &&
           listen(fd, BACKLOG) == 0 && getsockname(fd, &a->any, &len) == 0;
}

enum verdict
socket_listen(int *out, int *port, const char *address)
{
    union address a;
    int fd = -1;

    if (address_parse(&a, address, *port))
        fd = socket(a.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (!bind_and_listen(fd, &a)) {
        log_write(LOG_ERROR, "listen_failed", "address=%s port=%d error=\"%s\"", address, *port, strerror(errno));
        if (fd >= 0)
            close(fd);
        return V_USAGE;
    }
    *out = fd;
    *port = ntohs(a.any.sa_family == AF_INET6 ? a.v6.sin6_port : a.v4.sin_port);
    return V_OK;
}

void
socket_peer(char out[PEER_TEXT_SIZE], int fd)
{
    union address a = {0};
    socklen_t len = sizeof a;
    int on = 1;

    out[0] = '\0';
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (getpeername(fd, &a.any, &len) != 0)
        return;
    inet_ntop(a.any.sa_family, a.any.sa_family == AF_INET6 ? (void *)&a.v6.sin6_addr : (void *)&a.v4.sin_addr, out,
              PEER_TEXT_SIZE);
}

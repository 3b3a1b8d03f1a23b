/*
 * Sockets as the server needs them: one that listens, and the address at a connection's other end.
 * Knows IPv4 and IPv6 addresses; must not know TLS, HTTP or the event library.
 * Invariant: a socket that is handed out neither blocks nor is inherited by a child.
 */
#ifndef VENTURED_EDGE_SOCKET_H
#define VENTURED_EDGE_SOCKET_H

#include "ventured/base.h"

#define PEER_TEXT_SIZE 46 /* the longest IPv6 address and NUL */

/* Binds `address` (numeric, without brackets) and listens. `port` 0 takes any free one; it becomes the one taken.
 * V_USAGE after one log line. The caller closes `out`. */
enum verdict socket_listen(int *out, int *port, const char *address);

/* Writes the other end's address, or the empty text where it has gone already; sends small packets at once. */
void socket_peer(char out[PEER_TEXT_SIZE], int fd);

#endif

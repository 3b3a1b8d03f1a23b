/*
 * Where people's log-in meets the edge: their addresses as routes, and who asks by a session.
 * Knows calls, visits and the log-in's threads; must not know passwords or SQL.
 * Invariant: what hashes a password runs on the log-in's own threads, never on a worker's or the server's.
 */
#ifndef VENTURED_EDGE_RECEPTION_H
#define VENTURED_EDGE_RECEPTION_H

#include "call.h"

/* The `run` of every route in people_routes. V_ROUTE_UNKNOWN where nobody logs in here. */
void reception_run(struct call *c);

/* Sets the call's actor and credential from its session; on a worker's thread. */
enum verdict reception_identify(struct call *c);

#endif

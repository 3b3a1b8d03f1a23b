/*
 * Events for those who fetch them, and what became of those that were pushed.
 * Knows whose events a reader may see; must not know how they are pushed.
 * Invariant: an organisation sees its own events and no other's.
 */
#ifndef VENTURED_EDGE_FEED_H
#define VENTURED_EDGE_FEED_H

#include "call.h"

#define FEED_READERS \
    (ROLE_BIT(ROLE_BANK_MACHINE) | ROLE_BIT(ROLE_BANK_OFFICER) | ROLE_BIT(ROLE_BANK_CHECKER) | ROLE_BIT(ROLE_OPERATOR))
/* Those who look after deliveries name the organisation; to its own people it is theirs. */
#define DELIVERY_READERS (FEED_READERS | ROLE_BIT(ROLE_SYSTEM) | ROLE_BIT(ROLE_AUDITOR))
#define DELIVERY_REPLAYERS (ROLE_BIT(ROLE_BANK_MACHINE) | ROLE_BIT(ROLE_OPERATOR) | ROLE_BIT(ROLE_SYSTEM))

/* GET /v1/events?after=SEQ&limit=N: the reader's events with a greater seq, in order. */
void feed_events(struct call *c);

/* GET /v1/deliveries?after=SEQ&limit=N&state=S&organisation=O */
void feed_deliveries(struct call *c);

/* POST /v1/deliveries/replay {"organisation"?, "after"?, "until"?}: parked events of that range are tried anew. */
void feed_replay(struct call *c);

#endif

/*
 * Due days for calendar programs, which keep an address and cannot log in.
 * Knows tokens, the account behind one and its work list; must not know how a due day is counted.
 * Invariants:
 *   1. The database never holds a token, only its SHA-256; a new one ends the one before it.
 *   2. An address opens nothing once its account is closed, or no longer has the role that it was made in.
 */
#ifndef VENTURED_EDGE_CALENDAR_FEED_H
#define VENTURED_EDGE_CALENDAR_FEED_H

#include "call.h"

/* Whoever logs in; a machine reads /v1/steps. */
#define CALENDAR_OWNERS (~ROLE_BIT(ROLE_BANK_MACHINE))

/* POST /v1/calendar/token {}: {"url"} of the reader's calendar in the role in use. It is shown once. */
void calendar_token(struct call *c);

/* GET /v1/calendar.ics?token=T: RFC 5545, a whole-day event on the due day of each step that this role has to do, at
 * most 1,000, those that began first. 404 for any token that opens nothing. */
void calendar_feed(struct call *c);

#endif

/*
 * The applicant's slip and status page.
 * Knows who may hand out a slip, and the two forms of an answer: JSON and a page; must not know states or steps.
 * Invariant: wrong, unknown and replaced codes get the same answer after the same work, and no answer is kept anywhere.
 */
#ifndef VENTURED_EDGE_STATUS_H
#define VENTURED_EDGE_STATUS_H

#include "call.h"

/* POST /v1/loans/{id}/slip with {}: {"subject","code","url","issued_at"}; the slip before it ends. */
void status_issue(struct call *c);

/* GET /v1/status?code=: how far the loan is, for anybody who has its slip. */
void status_look(struct call *c);

/* GET /status, /status?code= and /status/{code}: the same as a page. */
void status_page_show(struct call *c);

#endif

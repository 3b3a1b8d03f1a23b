/*
 * The routes to what waits for a second person: corrections, and what its proposer may not post himself.
 * Knows who may see it and who may take it away; must not know any kind by name.
 * Invariant: what is not the reader's to know is answered exactly as what does not exist.
 */
#ifndef VENTURED_EDGE_WORK_H
#define VENTURED_EDGE_WORK_H

#include "call.h"

/* GET /v1/waiting?cursor=&limit=: in the order of the ids, without bodies; GET /v1/waiting/{id}: one, with its body as
 * far as the role may see it. */
void work_waiting(struct call *c);
void work_waiting_one(struct call *c);

/* DELETE /v1/waiting/{id}: its proposer takes it back, or somebody who might let it in declines it: 204. */
void work_withdraw(struct call *c);

#endif

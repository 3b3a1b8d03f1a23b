/*
 * The routes that read what is true now: subjects, their histories, totals.
 * Knows who may see which rows and fields; must not know any type by name, nor pass through the door.
 * Invariant: a subject that is not the reader's to know is answered exactly as one that does not exist.
 */
#ifndef VENTURED_EDGE_READS_H
#define VENTURED_EDGE_READS_H

#include "call.h"

/* GET /v1/{plural}?state=&cursor=&limit=: a list of subjects in the order of their ids, with Link: rel="next". */
void reads_page(struct call *c);

/* GET /v1/{plural}/{id}: {"id","state","frozen","first_on","seq","view":{...}}, the view's fields as the role may see.
 */
void reads_one(struct call *c);

/* GET /v1/{plural}/{id}/entries?cursor=&limit=: what happened, in order: kinds and fields as the role may see. */
void reads_history(struct call *c);

/* GET /v1/totals?year=&as_of=&known_at=: the plan's table. */
void reads_totals(struct call *c);

#endif

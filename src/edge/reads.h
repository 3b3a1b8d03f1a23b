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

/* GET /v1/institutions?year=&as_of=&known_at=: the banks and their figures: all of them, a bank's own row, or the
 * figures of the reader's district. */
#define INSTITUTION_READERS                                                                                            \
    (ROLE_BIT(ROLE_STREET_CLERK) | ROLE_BIT(ROLE_DISTRICT_CLERK) | ROLE_BIT(ROLE_DISTRICT_CHECKER) |                   \
     ROLE_BIT(ROLE_CENTRE_OFFICER) | ROLE_BIT(ROLE_BANK_OFFICER) | ROLE_BIT(ROLE_BANK_CHECKER) |                       \
     ROLE_BIT(ROLE_BANK_MACHINE) | ROLE_BIT(ROLE_SECTION_CHIEF) | ROLE_BIT(ROLE_BUREAU_READER) |                       \
     ROLE_BIT(ROLE_AUDITOR))
void reads_institutions(struct call *c);

/* GET /v1/guarantees?as_of=&known_at=: what the guarantee funds stand for, by fund, bank and district, to the same
 * readers in the same bounds. */
void reads_guarantees(struct call *c);

#endif

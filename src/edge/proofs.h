/*
 * The routes of the journal: its lines, its newest checkpoint, and proofs.
 * Knows leaves, notes and receipts; must not know what an entry means.
 * Invariant: bytes leave as they are stored: whoever hashes them gets the tree.
 */
#ifndef VENTURED_EDGE_PROOFS_H
#define VENTURED_EDGE_PROOFS_H

#include "call.h"

/* GET /v1/journal/entries?after=&limit=: leaves in order, one a line, for those who watch the whole registry. */
void proofs_entries(struct call *c);

/* GET /v1/journal/checkpoint: the newest signed note. V_SUBJECT_UNKNOWN while the journal is empty. */
void proofs_newest(struct call *c);

/* GET /v1/journal/proof/{seq}: the receipt, for watchers and for the organisation that posted the entry. */
void proofs_receipt(struct call *c);

#endif

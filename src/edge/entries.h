/*
 * The routes that write: one entry, or a list of them.
 * Knows requests, postings and receipts; must not know any kind by name.
 * Invariant: nothing is written here: a posting goes to the writer, and its answer comes from there.
 */
#ifndef VENTURED_EDGE_ENTRIES_H
#define VENTURED_EDGE_ENTRIES_H

#include "call.h"

/* POST /v1/entries/{kind}, `Idempotency-Key` naming the entry. 201 with the receipt, 200 with the first receipt again,
 * 202 {"id","kind","subject","state":"waiting"} for a correction. With ?dry_run=true 200 {"kind","subject","state"}. */
void entries_post(struct call *c);

/* POST /v1/entries, a list of objects with "id" and "kind" beside each entry's members, all or none. 201 where any is
 * new, else 200, with the same documents in order. */
void entries_list(struct call *c);

#endif

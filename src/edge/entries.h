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
 * new, else 200, with the same documents in order; the first refusal is told, at "/<item>/<field>".
 *
 * Or a sheet, as CSV or XLSX, of columns as batch.h reads them: at most LEDGER_GROUP_MAX rows, all or none; `?kind=`
 * names the kind of rows that do not, and what people of a bank bring is marked `via` file. Every bad row is told, at
 * "/<row>/<heading>" as a spreadsheet program shows them. 202 where all of it waits. A row without an id has one that
 * follows from what it says and who says it, so that the same sheet again is the same entries. */
void entries_list(struct call *c);

#endif

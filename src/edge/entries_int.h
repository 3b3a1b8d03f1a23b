/*
 * What the ways of posting several entries share: the query, the hand-over to the writer, the answer.
 * Knows calls and writes; must not know whether entries came as JSON or in a sheet.
 * Invariant: whatever way they came, the same postings get the same documents.
 */
#ifndef VENTURED_EDGE_ENTRIES_INT_H
#define VENTURED_EDGE_ENTRIES_INT_H

#include "entries.h"
#include "media.h"

/* Address space, not memory, two MiB an item: each may load a subject and limits with the longest lists there are. */
#define LIST_ARENA_SIZE ((size_t)2 << 30)

/* Whether the query asks for a dry run; `names` are all that it may ask for, ended by NULL. V_REQUEST_MALFORMED. */
enum verdict entries_query(bool *is_dry, struct call *c, const char *const *names);

/* What was signed is the whole body, kept whole with its first posting; the others keep base and signature, whose
 * digest names the same body. */
void entries_share_evidence(struct call *c, struct posting *const *postings, size_t count);

/* Hands over, or refuses the call where the writer takes nothing. */
void entries_put(struct call *c, const struct write *w);

bool entries_accepted(enum verdict v);
void entries_refuse(struct call *c, enum verdict v);

/* The documents of an accepted list in its order; a dry run's status is 200. */
void entries_answer(struct call *c, const struct write *w, int status);

/* The list as a sheet: rows of cells in place of JSON objects. */
void entries_sheet(struct call *c, const struct media *m);

#endif

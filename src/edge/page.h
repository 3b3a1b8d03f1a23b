/*
 * Pages of a list: how one is asked for, how the next is named, how it is answered.
 * Knows cursor and limit; must not know what is listed.
 * Invariant: the next page's address is this one's with another cursor, so that a walk sees every row once.
 */
#ifndef VENTURED_EDGE_PAGE_H
#define VENTURED_EDGE_PAGE_H

#include "call.h"

/* A cursor is the last key of the page before, in hex: not for clients to read. */
struct page {
    struct slice after; /* that key; empty: from the beginning */
    int64_t most;
};

/* `names` are all that the query may hold, "cursor" and "limit" among them. V_REQUEST_MALFORMED, the fault named. */
enum verdict page_read(struct page *out, struct call *c, const char *const *names);

/* The same for a list whose key is a number of the journal; 0: from the beginning. */
enum verdict page_read_seq(struct page *out, int64_t *after, struct call *c, const char *const *names);

/* Link: rel="next" to what comes after `last`. */
void page_next(struct call *c, const struct page *p, struct slice last);

/* 200 with the document and its tag, or the refusal; V_NONE is V_SUBJECT_UNKNOWN. */
void page_answer(struct call *c, enum verdict got, const struct buf *b);

#endif

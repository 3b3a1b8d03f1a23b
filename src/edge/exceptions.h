/*
 * The routes to exceptions: facts out of order, or over what was approved, as a list with ages and as sums.
 * Knows who may see which; must not know any kind by name.
 * Invariant: list and sums of one reader agree.
 */
#ifndef VENTURED_EDGE_EXCEPTIONS_H
#define VENTURED_EDGE_EXCEPTIONS_H

#include "call.h"

/* Banks and operators count their own list: a sum would tell them of entries that others made. */
#define SUMMARY_READERS                                                                                                \
    (~(ROLE_BIT(ROLE_OPERATOR) | ROLE_BIT(ROLE_BANK_OFFICER) | ROLE_BIT(ROLE_BANK_CHECKER) |                           \
       ROLE_BIT(ROLE_BANK_MACHINE)))

/* GET /v1/exceptions?open=yes|no|all&cursor=&limit=: the oldest first, the open ones unless asked for others. */
void exceptions_page(struct call *c);

/* GET /v1/exceptions/summary: {"count","amount","rows":[{"district","nature","count","amount"}]} of the open ones. */
void exceptions_summary(struct call *c);

#endif

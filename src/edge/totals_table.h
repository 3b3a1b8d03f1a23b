/*
 * The totals as the plan prints them: districts down, indicators across.
 * Knows the JSON of GET /v1/totals; must not know how a total comes about.
 * Invariant: exact integers come in, and only here are fen rounded to 万元, half up.
 */
#ifndef VENTURED_EDGE_TOTALS_TABLE_H
#define VENTURED_EDGE_TOTALS_TABLE_H

#include "ventured/json.h"

/* Appends the table in blocks, each of as many indicators as fit into `columns` of a terminal. V_JSON_MALFORMED where
 * the document lacks what a table needs. A cell that has no target or no actual shows "-". */
enum verdict totals_table(struct buf *b, const struct json *totals, size_t columns);

#endif

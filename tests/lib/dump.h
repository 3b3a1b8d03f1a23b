/*
 * Every row of a table as text, the same text on both engines; and changes behind the driver's back.
 * Knows SQL by way of the engines' own libraries; must not know the driver.
 * Invariant: two tables with equal rows give equal bytes, whichever engine holds them.
 */
#ifndef TESTS_DUMP_H
#define TESTS_DUMP_H

#include "ventured/base.h"

/* The tables that a rebuild makes anew. */
extern const char *const derived_tables[];
extern const size_t derived_table_count;

/* Rows of a query, one a line, columns divided by tabs, blobs in hex. The test fails where the query does. */
struct slice dump_query(struct arena *a, const char *url, const char *sql);
/* Runs statements that give no rows, all or none; false where one of them is refused. */
bool dump_change(const char *url, const char *sql);
/* All derived tables with their names, rows in the order of all their columns. */
struct slice dump_derived(struct arena *a, const char *url);
/* The first place where two dumps differ, for a message; NULL where they are equal. */
const char *dump_difference(struct arena *a, struct slice one, struct slice other);

#endif

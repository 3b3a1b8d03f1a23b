/*
 * Changing a registry behind its back, and what verify must say of it.
 * Knows how to reach the tables past the driver; must not know how verify looks at them.
 * Invariant: a change is made through SQL alone, and tamper_leaves undoes its own.
 */
#ifndef TESTS_TAMPER_H
#define TESTS_TAMPER_H

#include "seed.h"
#include "world.h"

bool tamper_on_postgres(const struct world *w);

/* How often to try: $N where it is set, for the long form of a trial; `usual` in a suite. */
size_t tamper_times(size_t usual);

/* Text as a literal of SQL. */
struct slice tamper_quoted(struct arena *a, struct slice s);
/* Runs statements that give no rows; fails the test where they are refused. */
void tamper_run(struct world *w, const char *sql);

enum verdict tamper_verify(struct world *w, struct verify_report *report);
/* A damage is told of the place: its words start with `where`. */
bool tamper_is_named(const struct verify_report *report, const char *where);

/* Fails the test unless verify finds nothing; or finds damage and names `where`. */
void tamper_expect_none(struct world *w, const char *when);
void tamper_expect(struct world *w, const char *what, const char *where);

/* Changes bytes of each leaf that the query gives ("SELECT seq, leaf ..."), one at a time, and expects its entry to be
 * named: one byte in `stride` from a random start (a third of that on PostgreSQL), every one where $N is at least
 * 1,000. Then puts all of them right. */
void tamper_leaves(struct world *w, struct seed *seed, const char *query, size_t stride);

#endif

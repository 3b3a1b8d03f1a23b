/*
 * How long to wait after failed tries.
 * Knows names (of a login, of an address; as keyed hashes) and their failures; must not know what was tried.
 * Invariant: the wait grows with each failure and has an end; a refused try that came too early does not lengthen it.
 */
#ifndef VENTURED_EDGE_DELAY_H
#define VENTURED_EDGE_DELAY_H

#include "ventured/people.h"

/* What to wait after that many failures in a row, in milliseconds; 0 where nothing. */
int64_t delay_after(const struct delay_rule *r, int64_t failed);

/* Under which an address is counted: one of IPv6 by its first 64 bits, which are one customer's. `scheme` parts what is
 * tried. */
struct hash delay_address(const struct vault *v, struct arena *a, struct slice scheme, struct slice address);

/* How much of the wait is left, in milliseconds. A wait that stands further in the future than any can be, because
 * somebody moved the clock, is none. */
enum verdict delay_left(int64_t *left_ms, struct db *db, struct arena *a, const struct delay_rule *r,
                        const struct hash *name, int64_t now_ms);

/* Counts one more failure; inside a transaction. */
enum verdict delay_add(struct db *db, struct arena *a, const struct delay_rule *r, const struct hash *name,
                       int64_t now_ms);
enum verdict delay_clear(struct db *db, const struct hash *name);

#endif

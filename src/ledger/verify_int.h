/*
 * What verify.c and compare.c share.
 * Knows the report; must not be included by another floor.
 * Invariant: every damage is counted, and the first are kept in full.
 */
#ifndef VENTURED_VERIFY_INT_H
#define VENTURED_VERIFY_INT_H

#include "ledger_int.h"

#define DAMAGE_WHERE_SIZE sizeof(((struct damage *)0)->where)
/* Address space only: a page of rows, of which each may be as long as a subject's view gets. */
#define COMPARE_ARENA_SIZE ((size_t)256 << 20)

void damage_add(struct verify_report *report, const char *where, const char *what, ...)
    __attribute__((format(printf, 3, 4)));

/* The derived tables of `is` against those of `ought`. */
enum verdict compare_derived(struct verify_report *report, struct db *is, struct db *ought);

#endif

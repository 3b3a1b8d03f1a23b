/*
 * A database that fails at the n-th call.
 * Knows db_run, db_begin and db_end, which the linker turns to it (--wrap); must not know who calls.
 * Invariant: armed for one call, it fails that one and lets all others through.
 */
#ifndef TESTS_FAULT_H
#define TESTS_FAULT_H

#include "ventured/db.h"

enum fault_commit {
    FAULT_ROLLED_BACK, /* a commit that fails stored nothing */
    FAULT_UNKNOWN,     /* a commit that fails stored everything, and nobody was told */
};

/* Counts from here; call `n` (from 1) answers `got`. 0 only counts. */
void fault_arm(size_t n, enum verdict got, enum fault_commit commit);
size_t fault_count(void); /* calls since armed */

#endif

/*
 * Third-party test data, read where it lies.
 * Knows where to look; must not know what the files hold.
 * Invariant: data that is not there is an absent answer, so that a test can say "skipped".
 */
#ifndef TESTS_VECTORS_H
#define TESTS_VECTORS_H

#include "ventured/base.h"

/* $VECTORS, or ../shared/vectors beside the project's root (tests run in the root); NULL where there is no such folder.
 */
const char *vectors_dir(void);

/* The file's bytes, absent where it cannot be read. */
struct slice read_file(struct arena *a, const char *path);

/* One file of the vectors, "wycheproof/ed25519_test.json"; absent where it is missing. */
struct slice vectors_read(struct arena *a, const char *name);

#endif

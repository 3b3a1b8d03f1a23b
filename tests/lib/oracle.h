/*
 * Other programs as judges: python3, openssl, sqlite3.
 * Knows how to run a command and a folder of its own; must not know what is judged.
 * Invariant: a folder made here is removed here, and a judge that is missing is told apart from one that disagrees.
 */
#ifndef TESTS_ORACLE_H
#define TESTS_ORACLE_H

#include "ventured/base.h"

/* Opens and closes the arena of a test (64 MiB): cmocka's setup and teardown, the arena is *state. */
int arena_setup(void **state);
int arena_teardown(void **state);

/* A new folder under $TMPDIR or /tmp; close removes it with the plain files in it. */
const char *folder_open(struct arena *a);
void folder_close(const char *folder);

void write_file(const char *path, struct slice s);

/* True where `program` can be found in PATH. */
bool oracle_there(struct arena *a, const char *program);

/* Runs a shell command; its output into `out` (NULL: dropped). Returns the exit status, 127 for "not found". */
int oracle_run(struct slice *out, struct arena *a, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif

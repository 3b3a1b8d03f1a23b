/*
 * A disk that fails on request, below SQLite.
 * Knows SQLite's file calls; must not know what is written.
 * Invariant: while nothing is armed every call goes through untouched.
 */
#ifndef TESTS_DISK_H
#define TESTS_DISK_H

#include <stddef.h>

enum disk_call { DISK_WRITE, DISK_SYNC, DISK__COUNT };

/* Puts itself below every SQLite connection opened from now on. */
void disk_install(void);

/* The n-th such call from now fails, and every later one too, until disk_heal. `code` is SQLite's result code. */
void disk_arm(enum disk_call call, size_t n, int code);
void disk_heal(void);
size_t disk_failures(void); /* since the last disk_arm */

#endif

/*
 * Whole files: read within a bound, written so that a cut leaves the old file or the new one.
 * Knows paths and bytes; must not know what a file holds.
 * Invariant: what was written is on disk, folder entry and all, before the call returns true.
 */
#ifndef VENTURED_EDGE_FILE_H
#define VENTURED_EDGE_FILE_H

#include "ventured/base.h"

/* "-" is standard input. False, errno saying why, where it cannot be read; EFBIG where it is longer than `size_max`.
 * The text is NUL-terminated behind its end. */
bool file_read(struct slice *out, struct arena *a, const char *path, size_t size_max);

/* Put the file there at once and whole. create: false and EEXIST where there is one; replace: instead of it. */
bool file_create(const char *path, struct slice bytes, unsigned mode);
bool file_replace(const char *path, struct slice bytes, unsigned mode);

#endif

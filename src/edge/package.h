/*
 * The parts of an office file: a ZIP of named members (ECMA-376 part 2, "Open Packaging Conventions").
 * Knows members and sizes, libzip behind edge/package.c; must not know what a part holds.
 * Invariant: nothing is inflated that was not found within every bound before, and no more of it than was announced.
 */
#ifndef VENTURED_EDGE_PACKAGE_H
#define VENTURED_EDGE_PACKAGE_H

#include "ventured/base.h"

/* A workbook of 50,000 rows has some dozen members, the largest of them a sheet of some 60 MB. 50,000 equal rows pack
 * 18 times, 170 times where cells do not name their place; blanks 1,030 times, which is as far as deflate goes. Small
 * members may be packed as they like. Messages name these figures. */
#define PACKAGE_MEMBERS_MAX 1000
#define PACKAGE_PART_BYTES_MAX ((size_t)128 << 20) /* inflated */
#define PACKAGE_BYTES_MAX ((size_t)256 << 20)      /* all members, inflated */
#define PACKAGE_RATIO_MAX 200                      /* inflated to packed */
#define PACKAGE_RATIO_BYTES ((size_t)1 << 20)      /* from this inflated size on */

enum package_end {
    PACKAGE_DONE,
    PACKAGE_BROKEN,    /* no ZIP, cut short, a wrong checksum, or longer than announced */
    PACKAGE_MANY,      /* members */
    PACKAGE_LARGE,     /* a member, or all of them */
    PACKAGE_DENSE,     /* a ratio beyond the bound */
    PACKAGE_ENCRYPTED, /* a member */
    PACKAGE_UNKNOWN,   /* a method of packing other than none and deflate */
    PACKAGE_MISSING,   /* no member of that name */
    PACKAGE_STOPPED,   /* by who took the pieces */
};

struct package {
    struct arena *arena;
    void *zip;
    struct slice named; /* the member that is to blame; absent where it is none's fault */
};

/* Judges every member by what the directory announces. The bytes must outlive the package. Close after PACKAGE_DONE. */
enum package_end package_open(struct package *out, struct arena *a, struct slice bytes);
void package_close(struct package *p);

/* Inflates a member piece by piece, each valid until `take` returns; false from it stops. Names differ by more than the
 * case of their letters. */
enum package_end package_read(struct package *p, struct slice name, bool (*take)(void *context, struct slice piece),
                              void *context);

#endif

/*
 * What the two files that bring sheets along share: columns, and the entries that a row becomes.
 * Knows kinds by name, as any client does; must not post.
 * Invariant: pure: the same row gives the same entries, but for the random ids of persons.
 */
#ifndef VENTURED_EDGE_BRING_INT_H
#define VENTURED_EDGE_BRING_INT_H

#include "sheet.h"
#include "policy.h"
#include "ventured/bring.h"

#define COLUMNS_KNOWN_MAX 64
#define MADE_MAX 4

/* How the figures of a column are written: as they are kept, or in yuan, ten thousands of them, or per cent. */
enum scale { SCALE_NONE, SCALE_YUAN, SCALE_WAN, SCALE_PERCENT };

struct columns {
    enum bring_sort sort;
    size_t at[COLUMNS_KNOWN_MAX];        /* of the sheet; SIZE_MAX where it is not there */
    enum scale scales[COLUMNS_KNOWN_MAX];
};

/* Finds every column by its name or its Chinese title. V_FIELDS_WRONG with one problem for each that is missing, stands
 * twice or is not known. */
enum verdict columns_find(struct columns *out, struct arena *a, const struct sheet *s, enum bring_sort sort, int32_t on,
                          struct problems *p);

/* The heading of the column that fills a member ("contracted"); absent where none does. */
struct slice columns_heading(const struct columns *c, const struct sheet *s, struct slice member);

struct made_entry {
    const char *kind;
    struct slice id, subject;
    struct slice identity; /* of the person whom it registers; absent otherwise */
    bool once;             /* not said again where its subject exists */
    struct slice fields;   /* the members of its body but for the envelope, and for `person` where it names him */
    const char *person_member;
};

/* What one row becomes. */
struct made {
    struct made_entry entries[MADE_MAX];
    size_t count;
    struct slice on, subject, person;
    int64_t amount; /* what its file sums up: the balance, or the figure */
};

/* V_FIELDS_WRONG with a problem for the first bad cells, pointers "/<member>". */
enum verdict rows_make(struct made *out, struct arena *a, const struct columns *c, const struct sheet *s, size_t row,
                       int32_t on, struct problems *p);

/* The body of an entry, the person's id as it is known by now. */
struct slice made_body(struct arena *a, const struct made *m, const struct made_entry *e);

#endif

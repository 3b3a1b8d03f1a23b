/*
 * What a registry is given of the time before it: running loans and earlier years' totals, out of a sheet.
 * Knows columns and the kinds they fill; must not write past the ledger.
 * Invariant: a file is stored whole or not at all, and bringing it again stores nothing.
 */
#ifndef VENTURED_EDGE_BRING_H
#define VENTURED_EDGE_BRING_H

#include "ventured/ledger.h"

/* LOANS: one running loan a row, with its borrower, its enterprise and what is overdue. TOTALS: one figure of an
 * earlier year a row. */
enum bring_sort { BRING_LOANS, BRING_TOTALS };

/* What became of a row. Texts live until `told` returns. */
struct bring_row {
    size_t number;          /* as a spreadsheet program shows it */
    enum verdict got;       /* V_OK, V_REPLAYED where all of it was there already, or why not */
    struct slice column;    /* whose cell is wrong; absent where it is the row */
    struct slice zh, en;    /* what is wrong and what to do */
    struct slice subject, person; /* the ids it has; absent where it got none */
};

struct bring_options {
    struct ledger *ledger;
    const struct registry *registry;
    struct db *db;           /* any connection of the same registry, for what stands there already */
    struct vault *vault;
    enum bring_sort sort;
    struct slice bytes;      /* of the file: CSV or XLSX */
    int32_t on;              /* the day of what the rows say; DAY_ABSENT: a column says it */
    bool dry;                /* ask, and store nothing */
    void (*told)(void *context, const struct bring_row *row); /* each row, in order */
    void (*progress)(void *context, size_t done, size_t rows);  /* now and then; or NULL */
    void *context;
};

struct bring_report {
    size_t rows, stored, known, refused; /* rows */
    size_t entries;                      /* new ones */
    int64_t sum;                         /* of the loans' balances, or of the figures, in fen or their unit */
};

/* V_OK where every row went in (or could, on a dry run). V_FIELDS_WRONG where some were told otherwise and nothing is
 * stored; the heading is told once for each column that it lacks. V_USAGE, after one log line, where the file is no
 * sheet at all; or a fault. */
enum verdict bring_run(struct bring_report *out, const struct bring_options *o);

#endif

/*
 * What the commands that fill a registry share: a ledger for one command, and sheets of the time before.
 * Knows the site and its ledger; must not know what a file holds.
 * Invariant: a loader is closed by who opened it.
 */
#ifndef VENTURED_ROOF_LOAD_H
#define VENTURED_ROOF_LOAD_H

#include "site.h"

struct loader {
    struct site site;
    struct db *db;
    struct ledger *ledger;
};

/* ventured import --loans and --totals: brings one sheet along, telling every row that is refused. */
enum command_end roof_bring_loans(const struct words *w, struct loader *l, const char *file);
enum command_end roof_bring_totals(const struct words *w, struct loader *l, const char *file);

#endif

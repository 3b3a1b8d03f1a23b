/*
 * Demo records: a plausible year of loans, synthetic and marked so, posted through the door.
 * Knows kinds by name, as any client does; must not write past the ledger.
 * Invariant: a bank's fact is signed by that bank's demo key and verified before it is posted.
 */
#ifndef VENTURED_EDGE_DEMO_H
#define VENTURED_EDGE_DEMO_H

#include "ventured/ledger.h"

struct demo_options {
    struct ledger *ledger;
    struct db *db;           /* any connection of the same registry, to read keys by */
    struct vault *vault;
    const char *key_folder;  /* the demo banks' private keys are made here, mode 0600 */
    const char *origin;      /* of the API, "https://localhost:8443": what signatures cover */
    const char *endpoint;    /* where the first bank is told of its applications; NULL: it is not */
    bool with_secret;        /* register a shared secret of the first bank beside its key */
    uint64_t seed;
    int64_t loans;           /* of 2023, drawn by the seed; with any of them come the stories */
    int64_t waiting;         /* and applications of today, sent to a bank and not decided */
    /* Told of each of these, and of each story; or NULL. */
    void (*told)(const char *loan, const char *bank, int64_t amount, int64_t term_months);
    void (*story)(const char *name, const char *zh, const char *en);
};

struct demo_report {
    int64_t entries, loans, stories, refused;
};

/* Organisations, accounts and keys of four demo banks, then the loans of 2023. Entry ids follow from the seed, so that
 * running it again changes nothing. The stories, loans "demo-story-NAME" that together make every move a loan can make,
 * follow from no seed and are the same in every registry. The first refusal ends it: V_BROKEN, after one log line that
 * names it. */
enum verdict demo_run(struct demo_report *out, const struct demo_options *o);

#endif

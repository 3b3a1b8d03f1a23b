/*
 * One registry's place on disk: its keys, its origin and where its database is.
 * Knows file names; must not know what is served or recorded.
 * Invariant: a secret is readable by its owner only, and is wiped when the site is closed.
 */
#ifndef VENTURED_ROOF_SITE_H
#define VENTURED_ROOF_SITE_H

#include "ventured/command.h"
#include "ventured/people.h"

#define SITE_DELIVERY_KEYS_MAX 2

/* vault.keys: of private text. log.key: signs checkpoints. log.origin: under which name. log.vkey: what a reader of
 * receipts needs. delivery.key: signs what is delivered; delivery.old.key: the one before it, as long as some receiver
 * knows only that. delivery.pub: what a receiver needs. registry.db: unless --db names another. */
struct site {
    const char *dir, *db_url;
    struct vault *vault;
    struct key *log_key;
    struct key *delivery_keys[SITE_DELIVERY_KEYS_MAX]; /* the newest first */
    size_t delivery_key_count;
    const char *log_origin;
    struct slice vkey;
};

/* Tells on standard error what is missing. site_close is needed after COMMAND_DONE only. */
enum command_end site_open(struct site *out, const struct words *w);
void site_close(struct site *s);

/* Where things are, before there is anything. */
void site_locate(struct site *out, const struct words *w);
const char *site_file(const struct words *w, const char *name);

/* Makes keys and origin; refuses to touch what is there. */
enum command_end site_make(const struct words *w, struct slice log_origin);

/* Opens the database, migrated where `mode` is DB_WRITER. */
enum command_end site_database(struct db **out, const struct site *s, const struct words *w, enum db_mode mode);

/* How people log in to this registry. */
enum command_end site_people(struct people *out, const struct site *s, const struct words *w);

struct ledger_options site_ledger(const struct site *s, struct db *db);

#endif

/*
 * The side table of private text: sealed fields, a blind index over identity values, and MACs of bodies.
 * Knows keys, owners and fields; must not know what a person is or which field a schema marks private.
 * Invariant: no private text reaches the database unsealed, and no key reaches it at all.
 */
#ifndef VENTURED_VAULT_H
#define VENTURED_VAULT_H

#include "ventured/crypto.h"
#include "ventured/db.h"

/* The key ring in memory: master keys by version, of which the newest seals, and the registry key, which never changes.
 * What is used is derived: HMAC-SHA256(master, "seal"), (master, "blind"), (registry, "body"). */
struct vault;

#define VAULT_VERSIONS_MAX 64
#define VAULT_OWNER_MAX 128 /* bytes of an owner, scheme or person */
#define VAULT_FIELD_MAX 128 /* bytes of a field */

/* The key file, lines "registry HEX" and "VERSION HEX": made with mode 0600, synced, never overwritten. `add` writes
 * the next version beside the file and renames it. V_USAGE where the file is there already, readable by others, or not
 * a key file; V_DATABASE where the disk refuses; each after one log line. */
enum verdict vault_keys_create(const char *path);
enum verdict vault_keys_add(const char *path);

enum verdict vault_open(struct vault **out, const char *path);
void vault_close(struct vault *v);            /* wipes; NULL is allowed */
int64_t vault_version(const struct vault *v); /* the newest */

/* One text under (owner, field); put replaces. V_NONE where it is absent or erased; V_BROKEN, after one log line, where
 * it does not unseal: another owner's, another field's, another key's or damaged. */
enum verdict vault_put(const struct vault *v, struct db *db, struct arena *a, struct slice owner, struct slice field,
                       struct slice plain);
enum verdict vault_get(struct slice *out, const struct vault *v, struct db *db, struct arena *a, struct slice owner,
                       struct slice field);
enum verdict vault_erase(struct db *db, struct slice owner); /* every field; V_NONE where there was none */

/* Unseals every text in its place; `told` hears of each that does not. V_OK however many those are. */
enum verdict vault_texts_check(const struct vault *v, struct db *db,
                               void (*told)(void *context, struct slice owner, struct slice field), void *context);

/* HMAC of a scheme ("resident_id") and a value already brought to its normal form, under the newest key. */
struct hash vault_blind(const struct vault *v, struct slice scheme, struct slice value);

/* find looks under every version of the ring. A value names one person: before blind_put its caller must have found
 * nothing in the same transaction; putting it again is V_BROKEN. */
enum verdict vault_blind_find(struct slice *person, const struct vault *v, struct db *db, struct arena *a,
                              struct slice scheme, struct slice value);
enum verdict vault_blind_put(const struct vault *v, struct db *db, struct arena *a, struct slice scheme,
                             struct slice value, struct slice person);
/* Forgets one value, whomever it names; V_OK where it names nobody. */
enum verdict vault_blind_drop(const struct vault *v, struct db *db, struct slice scheme, struct slice value);
enum verdict vault_blind_erase(struct db *db, struct slice person); /* V_NONE where there was none */

/* HMAC under the registry key; the same for ever. */
struct hash vault_mac(const struct vault *v, struct slice body);

/* Is this body the one under that journal number? V_OK, V_ID_TAKEN where it differs, V_ID_ERASED after an erasure,
 * V_NONE where none was put. */
enum verdict vault_body_put(const struct vault *v, struct db *db, int64_t seq, struct slice body);
enum verdict vault_body_check(const struct vault *v, struct db *db, struct arena *a, int64_t seq, struct slice body);
enum verdict vault_body_erase(struct db *db, int64_t seq); /* V_NONE where none was put */

/* Where a rotation stands; all zero begins. It need not be kept: starting over skips what is done. */
struct vault_place {
    enum { VAULT_TEXTS, VAULT_BLINDS, VAULT_DONE } stage;
    size_t owner_len, field_len;
    char owner[VAULT_OWNER_MAX], field[VAULT_FIELD_MAX]; /* of the last text; the last hash stands in owner */
};

/* Seals and hashes up to `limit` rows anew under the newest version, in one transaction of its own; `done` is how many.
 * Finished where the stage is VAULT_DONE. A row that does not unseal stops it with V_BROKEN. */
enum verdict vault_rotate_step(size_t *done, struct vault_place *place, const struct vault *v, struct db *db,
                               struct arena *a, int64_t limit);

#endif

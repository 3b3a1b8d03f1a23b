/*
 * What the edge and the roof see of the domain: the registry of all kinds, and a key as a request is judged by it.
 * Knows names of the trade; must not know HTTP.
 * Invariant: the_registry is complete: every schema file has its row, and every row its schema file.
 */
#ifndef VENTURED_DOMAIN_H
#define VENTURED_DOMAIN_H

#include "ventured/ledger.h"

extern const struct registry the_registry;

/* ---- keys of machines ------------------------------------------------------------------------------------------ */

/* RFC9421: message signatures with content digest. PLAIN: the line form of Chinese banks (design, section 4). */
enum key_profile { KEY_PROFILE_RFC9421, KEY_PROFILE_PLAIN };

/* A registered key and whom it stands for. Texts live in the arena it was loaded into. */
struct key_record {
    struct slice id;
    struct actor actor;              /* role, organisation, account and district of the account the key belongs to */
    struct credential credential;    /* for a posting that this key signed */
    enum algorithm algorithm;
    struct key *key;                 /* the public or shared part; the caller's to key_close */
    int32_t from, to;                /* its first and last day; `to` is DAY_ABSENT where it has none */
    bool revoked;
    bool holder_active;              /* neither the account nor its organisation has been closed */
    bool certificate_required;
    struct slice certificate;        /* SHA-256 of the client certificate's DER in hex; absent where none is named */
    enum key_profile profile;
};

/* V_KEY_UNKNOWN where no such key was ever registered, or its secret has been erased. */
enum verdict key_record_load(struct key_record *out, struct db *db, const struct vault *v, struct arena *a,
                             struct slice key_id);

/* May a request of that local day be signed with it? */
bool key_record_valid(const struct key_record *k, int32_t day);

#endif

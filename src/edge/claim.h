/*
 * Who somebody says they are, and what they show for it: a password and a code.
 * Knows accounts, secrets and failed tries; must not know HTTP or what somebody wants to do.
 * Invariant: whether an account exists changes neither the work done nor the answer.
 */
#ifndef VENTURED_EDGE_CLAIM_H
#define VENTURED_EDGE_CLAIM_H

#include "delay.h"
#include "password.h"
#include "session.h"
#include "sql.h"

/* The roles that a person may log in with: machines sign, they do not log in. */
#define PEOPLE_ROLES (~(ROLE_BIT(ROLE_BANK_MACHINE) | ROLE_BIT(ROLE_CLOCK) | ROLE_BIT(ROLE_IMPORT)))

struct claim {
    struct account_record account;    /* empty where there is none */
    struct sql_secret_get secret;     /* of nobody, where there is none */
    struct slice totp;                /* likewise */
    bool open;                        /* there is an account, not closed, with a role and a secret */
    struct hash of_login, of_address; /* the names that failures are counted under */
    struct slice address;             /* keyed hash */
    int64_t now_ms;
    int64_t step; /* of the code, once it was right */
};

/* Loads what is known. `login` in its normal form; `address` as text, of which an IPv6 one counts by its first 64 bits,
 * since one customer has that many. */
enum verdict claim_read(struct claim *out, const struct people *p, struct db *db, struct arena *a, struct slice login,
                        struct slice address, int64_t now_ms);

/* V_LOGIN_LATER while the account or the address has to wait; `wait_s` is then at least 1. */
enum verdict claim_wait(int64_t *wait_s, const struct claim *c, const struct people *p, struct db *db, struct arena *a);

/* One scrypt, whoever asks (see password_hash). V_BUSY where the system has no memory for it. */
enum verdict claim_password(bool *right, const struct claim *c, struct slice password);
bool claim_code(struct claim *c, struct slice code);

/* Counts a failure under both names. */
enum verdict claim_count(const struct claim *c, const struct people *p, struct db *db, struct arena *a);
/* The same, and a line about it: V_LOGIN_REFUSED, or the fault that prevented it. */
enum verdict claim_failed(const struct claim *c, const struct people *p, struct db *db, struct arena *a);
/* Inside a transaction: the code has counted, the login's failures are forgotten. V_NONE where the code counted for
 * somebody else meanwhile. */
enum verdict claim_used(const struct claim *c, struct db *db);

/* The first role of a set that a person may use; ROLE__COUNT where there is none. */
enum role role_first(uint32_t roles);

#endif

/*
 * Logging in: a login, a password and a code become a session, or one answer that says nothing.
 * Knows claims and sessions; must not know HTTP.
 * Invariant: whatever was wrong, the verdict and the work are the same: exactly one scrypt for each try that is judged.
 */
#ifndef VENTURED_EDGE_LOGIN_H
#define VENTURED_EDGE_LOGIN_H

#include "claim.h"
#include "ventured/kind.h"

/* `code` may be empty where an account has no second factor yet. Texts of any bytes. */
struct login_ask {
    struct slice login, password, code, address;
    int64_t now_ms;
};

struct login_answer {
    struct session session;
    struct account_record account;
    bool enrolled;  /* has a second factor */
    int64_t wait_s; /* V_LOGIN_LATER: from when on a try will be judged */
};

/* V_OK with a new session; V_LOGIN_REFUSED for an unknown login, a wrong password, a wrong or used code and a closed
 * account alike; V_LOGIN_LATER. The caller bounds how many run at once. Somebody who shows a one-time code gets a
 * session without a role, for setup.h. */
enum verdict login_try(struct login_answer *out, const struct people *p, struct db *db, struct arena *a,
                       const struct login_ask *ask);

/* Whose session a request carries, as the registry knows them now: an account that was closed, has lost the role, or
 * had it until yesterday is V_LOGIN_NEEDED at once. */
enum verdict login_find(struct login_answer *out, const struct people *p, struct db *db, struct arena *a,
                        const struct request *rq, int64_t now_ms);

/* Who asks, and what the door looks at once more: V_SETUP_NEEDED while a password or second factor is missing. Texts
 * live as long as `l`'s. */
enum verdict login_actor(struct actor *out, struct credential *credential, const struct login_answer *l);

/* Another role that the account has today, its own or for some days, under a new token. `district`, or absent, picks
 * one of those that a role was lent for: V_FIELD_MISSING where there are several and none is named. V_FORBIDDEN where
 * it has it not. */
enum verdict login_role(struct login_answer *l, struct db *db, struct arena *a, enum role role, struct slice district,
                        int64_t now_ms);

#endif

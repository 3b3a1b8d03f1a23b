/*
 * How an account gets a password and a second factor, and how its owner changes them.
 * Knows one-time codes, passwords and secrets; must not know HTTP.
 * Invariant: no account is used with one factor alone, and whoever changes a factor ends the account's other sessions.
 *
 * The way in: the security administrator, or the organisation's own, gives a one-time code (setup_invite; at the
 * registry's machine people_invite). Its owner logs in with it, enrols an authenticator (setup_enrol, setup_confirm),
 * then sets a password (setup_password), in this order; the code is dead after that, or when its time is over.
 */
#ifndef VENTURED_EDGE_SETUP_H
#define VENTURED_EDGE_SETUP_H

#include "login.h"

/* What a logged-in person shows; `wait_s` is set with V_LOGIN_LATER. */
struct setup_ask {
    struct slice password, code, address; /* the present ones; ignored where the account has none yet */
    int64_t now_ms;
    int64_t wait_s;
};

/* A one-time code for somebody else. V_SETUP_NEEDED; V_LOGIN_LATER; V_FORBIDDEN and V_SUBJECT_UNKNOWN as
 * account_may_invite says, which count as failed tries of whoever asks; V_WRONG_STATE where the account is closed, or
 * has a password and `resets` is false; V_SUBJECT_TAKEN where its login is another's. The last two name the member in
 * `problems`. At most one scrypt. */
enum verdict setup_invite(struct invitation *out, struct problems *problems, const struct people *p, struct db *db,
                          struct arena *a, const struct login_answer *l, struct setup_ask *ask, struct slice account,
                          bool resets);

/* A new secret that counts once it is confirmed: the otpauth address, shown once. Asks for a code of the present
 * authenticator where there is one. V_LOGIN_REFUSED, V_LOGIN_LATER. */
enum verdict setup_enrol(struct slice *uri, const struct people *p, struct db *db, struct arena *a,
                         struct login_answer *l, struct setup_ask *ask);

/* `ask->code` is of the new authenticator. The session gets a new token. V_WRONG_STATE where nothing was enrolled. */
enum verdict setup_confirm(const struct people *p, struct db *db, struct arena *a, struct login_answer *l,
                           struct setup_ask *ask);

/* A new password, reported at `pointer` where the rule refuses it (V_FIELDS_WRONG). Asks for the present password and a
 * code, unless the session began with a one-time code; that session then gets its first role. V_WRONG_STATE before the
 * second factor was confirmed. At most two scrypts. */
enum verdict setup_password(struct problems *problems, const struct people *p, struct db *db, struct arena *a,
                            struct login_answer *l, struct setup_ask *ask, struct slice pointer, struct slice wanted);

#endif

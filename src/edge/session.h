/*
 * Sessions of people: who logged in with which browser, in which role, and until when.
 * Knows tokens, times and the table of sessions; must not know passwords, nor what a role may do.
 * Invariant: the database never holds a token, only its SHA-256; every log-in and every change of rights has a new one.
 */
#ifndef VENTURED_EDGE_SESSION_H
#define VENTURED_EDGE_SESSION_H

#include "ventured/http.h"
#include "ventured/people.h"

#define SESSION_TOKEN_LEN 32 /* hexadecimal digits of 128 random bits */

struct session {
    struct hash name;   /* SHA-256 of the token: what the database knows it by */
    struct slice token; /* hexadecimal; a secret of the browser */
    struct slice login, account;
    enum role role;        /* in use; ROLE__COUNT: may only set a password and a second factor */
    struct slice district; /* the one for which a lent role is used; empty: the account's own */
    int64_t created_ms, seen_ms;
};

/* A new session for `login` of `account`. */
enum verdict session_open(struct session *out, struct db *db, struct arena *a, struct slice login, struct slice account,
                          enum role role, int64_t now_ms);

/* V_LOGIN_NEEDED where `token` is absent or no token, where the session is unknown, ended, idle too long or too old. */
enum verdict session_find(struct session *out, struct db *db, struct arena *a, struct slice token,
                          const struct session_limits *limits, int64_t now_ms);

/* Whether session_seen is due, and the writing of it. */
bool session_is_stale(const struct session *s, const struct session_limits *limits, int64_t now_ms);
enum verdict session_seen(struct db *db, const struct hash *name, int64_t now_ms);

/* Gives the session a new token, the role and the district. V_LOGIN_NEEDED where it has ended meanwhile. */
enum verdict session_renew(struct session *s, struct db *db, struct arena *a, enum role role, struct slice district,
                           int64_t now_ms);

/* Ends one (V_LOGIN_NEEDED where it has ended already), or all of an account but `kept` (NULL: all). */
enum verdict session_end(struct db *db, const struct hash *name, int64_t now_ms);
enum verdict session_end_others(struct db *db, struct slice account, const struct hash *kept, int64_t now_ms);

/* The token that a request's cookie carries; absent where there is none, more than one, or it has not the form. */
struct slice session_token(const struct request *rq);

/* Values of Set-Cookie: `__Host-` binds it to this host and to TLS (RFC 6265bis section 4.1.3.2). */
struct slice session_cookie(struct arena *a, struct slice token);
struct slice session_cookie_gone(void);

/* The token that forms carry: HMAC-SHA-256 under the session's token, so that nothing needs to be stored. */
struct slice session_csrf(struct arena *a, struct slice token);

#endif

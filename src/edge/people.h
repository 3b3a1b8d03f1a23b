/*
 * The addresses at which people log in, ask who they are, change their role, password and second factor, and invite
 * others.
 * Knows bodies, cookies and the form token; must not know threads, other routes, or how an answer is sent.
 * Invariant: no problem and no log line holds a password, a code or a token.
 */
#ifndef VENTURED_EDGE_PEOPLE_H
#define VENTURED_EDGE_PEOPLE_H

#include "setup.h"

/* One request on its way; lives in the request's arena. */
struct visit {
    const struct people *people;
    struct db *db; /* a writer */
    struct request *rq;
    int64_t now_ms;
    struct problems problems; /* what is wrong in detail */
    /* The answer, where the verdict is V_OK, is `status` and `body`; a cookie and a wait may come with any. */
    int status;
    struct slice body;   /* JSON; empty with 204 */
    struct slice cookie; /* a value of Set-Cookie; absent: none */
    int64_t wait_s;      /* of Retry-After; 0: none */
};

/* QUICK: a few statements. SLOW: a scrypt too. Neither may run on the server's thread. */
enum people_cost { PEOPLE_QUICK, PEOPLE_SLOW };

struct people_route {
    const char *method, *path;
    enum verdict (*answer)(struct visit *v); /* V_OK, or what refuses it */
    enum people_cost cost;
    bool has_body; /* of JSON */
};

#define PEOPLE_ROUTES 7
extern const struct people_route people_routes[PEOPLE_ROUTES];

/* Who asks for anything else, by a session and, where it changes something, its form token; on any connection.
 * V_LOGIN_NEEDED, V_CSRF_WRONG or V_SETUP_NEEDED. */
struct visitor {
    struct actor actor;
    struct credential credential; /* for the door to look at once more */
    struct hash session;
    bool stale; /* session_seen is due for it */
};
enum verdict people_find(struct visitor *out, const struct people *p, struct db *db, const struct request *rq,
                         int64_t now_ms);

#endif

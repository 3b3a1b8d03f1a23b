/*
 * How people log in, as the roof sees it: what it sets, and what an administrator does for somebody.
 * Knows accounts and the numbers of the log-in; must not know HTTP.
 * Invariant: nobody is in with one factor alone; nothing here is a fact, so none of it is in the journal.
 */
#ifndef VENTURED_PEOPLE_H
#define VENTURED_PEOPLE_H

#include "ventured/domain.h"

struct session_limits {
    int64_t idle_ms, absolute_ms; /* since it was last seen, since the log-in */
    int64_t seen_every_ms;        /* how old "last seen" may get before it is written again */
};

/* How long to wait after failed tries in a row. */
struct delay_rule {
    int64_t free;              /* failures that cost nothing */
    int64_t first_ms, most_ms; /* after the next one; doubled by each further one up to `most_ms` */
    int64_t quiet_ms;          /* without a failure, after which the count begins anew */
};

/* What a new password must be. */
struct password_rule {
    int64_t length_min, length_max; /* in code points */
    int64_t signs_min;              /* different ones */
    const struct slice *common;     /* words in lower case that are no password by themselves */
    size_t common_count;
};

/* schemas/password.json, which the program carries with it. */
extern const struct slice password_rule_document;

/* Reads a rule's document; its texts borrow from `a`. V_BROKEN after one log line where it is none. */
enum verdict password_rule_read(struct password_rule *out, struct arena *a, struct slice document);

/* As account_record_load, which is what a daemon gives; tests give their own. From any thread, with its connection. */
typedef enum verdict account_load_fn(struct account_record *out, struct db *db, struct arena *a, struct slice id,
                                     int32_t day);

/* How people log in here. Never changes; threads share it. All pointers are borrowed. */
struct people {
    const struct vault *vault;
    account_load_fn *account_load;
    const struct password_rule *passwords;
    const struct slice
        *origins; /* the public ones of this registry, as a browser writes them; edge_open sets its own */
    size_t origin_count;
    struct slice issuer; /* shown by authenticators */
    struct session_limits sessions;
    struct delay_rule per_account, per_address;
    int64_t invitation_ms; /* how long a one-time code may be used */
};
/* "ventured" and the numbers; the rest is empty. */
extern const struct people people_default;

/* A one-time code, a secret to be shown once; may be used until `expires_ms`. */
struct invitation {
    struct slice account, login, code;
    int64_t expires_ms;
};

/* A one-time code for an account, in place of the password and second factor it had, or of the code before; its
 * sessions end. One scrypt, on a writer. Texts live in `a`. V_NONE where there is no such account, or a closed one;
 * V_SUBJECT_TAKEN where another account that is still open has the same login. */
enum verdict people_invite(struct invitation *out, const struct people *p, struct db *db, struct arena *a,
                           struct slice account, int64_t now_ms);

/* Drops what is long over, ended sessions and failed tries; now and then, on a writer. */
enum verdict people_forget(const struct people *p, struct db *db, int64_t now_ms);

#endif

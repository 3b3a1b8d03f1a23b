/*
 * The whole edge in this process: HTTPS server, workers, writer, toy registry, keys of banks and a log-in for tests.
 * Knows how a request is signed and sent; must not judge: it returns statuses.
 * Invariant: a desk's server, threads and files are gone after desk_teardown.
 */
#ifndef TESTS_DESK_H
#define TESTS_DESK_H

#include <pthread.h>

#include "client.h"
#include "outgoing.h"
#include "pki.h"
#include "ventured/edge.h"
#include "world.h"

#define DESK_ORIGIN "https://first.test"
#define DESK_ORIGIN_BANKS "https://second.test"

struct desk {
    struct world *world;
    struct arena *arena;
    struct edge *edge;
    struct http_server *server;
    pthread_t thread;
    int port;
    struct client client; /* the last answer lies here */
};

/* For a group, once: certificates and the banks' keys. */
int desk_open_keys(void **state);
int desk_close_keys(void **state);

/* How people log in at the next desk, with its own vault; NULL: it believes the header of desk_ask. */
extern const struct people *desk_people;
extern bool desk_believes; /* the header all the same */

/* What lies under the next desk, a setup that gives a struct world; NULL: world_setup. A group that sets it sets it
 * back. */
extern int (*desk_world)(void **state);

/* cmocka's setup and teardown: *state becomes a struct desk that serves. */
int desk_setup(void **state);
int desk_teardown(void **state);

/* Connects anew under a server name, perhaps with a client certificate (a name of the pki, NULL: none). */
void desk_connect(struct desk *d, const char *server_name, const char *certificate);

/* A request as a client would make it: `body` has ' for ", NULL is none. */
void desk_request(struct desk *d, struct outgoing *o, const char *method, const char *target, const char *id,
                  const char *body);

/* Signs with one of the keys below, covering what entries need or what a read needs. `nonce` NULL makes one. */
struct desk_signature {
    const char *key;    /* whose secret signs */
    const char *key_id; /* what the message says; NULL: the same */
    const char *nonce;
    int64_t age_s;        /* how old it claims to be */
    const char *left_out; /* a component that is not covered; NULL: none */
    const char *origin;   /* NULL: DESK_ORIGIN */
};
void desk_sign(struct desk *d, struct outgoing *o, const struct desk_signature *s);

/* The same in the plain profile, by "bank-plain" or whoever has an SM2 key; `left_out` and `origin` say nothing. */
void desk_sign_plain(struct desk *d, struct outgoing *o, const struct desk_signature *s);

/* Sends and waits: the status, 0 where none came. The body lies in d->client.body. */
int desk_send(struct desk *d, const struct outgoing *o);

/* Makes, signs and sends one post of the first bank. */
int desk_post(struct desk *d, const char *kind, const char *id, const char *body);

/* A person's request: the log-in of tests believes the header. `who` is "role:organisation:account:district". */
int desk_ask(struct desk *d, const char *who, const char *method, const char *target, const char *id, const char *body);

/* The value of a header of the last answer, or NULL; lives in the arena. */
const char *desk_field(struct desk *d, const char *name);
const struct json *desk_json(struct desk *d);           /* the last answer's body; fails the test where it is none */
const char *desk_text(struct desk *d, const char *key); /* a text member of it, or NULL */
/* Whether a problem with this verdict stands at this pointer in the last answer. */
bool desk_has_problem(struct desk *d, const char *pointer, const char *verdict);

/* Keys by name: "bank-one", "bank-foreign", "bank-expired", "bank-early", "bank-revoked", "bank-certified", and, in the
 * plain profile, "bank-plain"; and "bank-town", the machine of bank-zj in the town. */

#endif

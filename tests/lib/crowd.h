/*
 * Some people with accounts, a registry they log in to, and requests as their browsers send them.
 * Knows the log-in's contracts; must not judge what it answers.
 * Invariant: the clock stands still unless a test moves it, and no account of a test exists anywhere else.
 */
#ifndef TESTS_CROWD_H
#define TESTS_CROWD_H

#include "engine.h"
#include "../../src/edge/people.h"

#define CROWD_ORIGIN "https://registry.test"
#define CROWD_PASSWORD "four blue horses" /* of everybody whom crowd_ready makes */

struct crowd {
    struct engine *engine;
    struct arena *arena;
    struct db *db; /* a writer */
    struct vault *vault;
    struct people people;
    struct password_rule passwords;
};

/* cmocka's setup and teardown: *state becomes a struct crowd. The wall clock stands at 2023-06-30T02:00:00Z. */
int crowd_setup(void **state);
int crowd_teardown(void **state);

extern int64_t crowd_now_ms;

/* Accounts: zhou (district clerk and payer of 330602), li (security), gone (closed), robot (a bank's machine), all
 * under the ids "id-<login>". A test may change them; the setup puts them back. */
#define CROWD_ACCOUNTS 4
extern struct account_record crowd_accounts[CROWD_ACCOUNTS];
struct account_record *crowd_account(const char *login);

/* Gives an account CROWD_PASSWORD and a second factor, past every check. */
void crowd_ready(struct crowd *c, const char *login);
struct slice crowd_code(struct crowd *c, const char *login, int64_t steps_off); /* of the present moment, and off it */

/* `code` NULL: the right one. `address` is where it comes from. */
enum verdict crowd_try(struct login_answer *out, struct crowd *c, const char *login, const char *password,
                       const char *code, const char *address);

/* A session of `login`, past every check. */
struct session crowd_session(struct crowd *c, const char *login, enum role role);

/* A request from our own page; `token` absent: no cookie. `json` with ' for ". The form token goes along. */
struct request *crowd_request(struct crowd *c, const char *method, const char *path, struct slice token,
                              const char *json);
struct request *crowd_header(struct crowd *c, struct request *rq, const char *name, struct slice value); /* adds one */

/* Runs the route of a request. */
enum verdict crowd_visit(struct visit *out, struct crowd *c, struct request *rq);

/* All that the tables of the log-in hold, one text after the other. */
struct slice crowd_tables(struct crowd *c);
bool holds(struct slice text, struct slice part);

#endif

/*
 * A town for the domain's tests: a world of the real kinds with Shaoxing's districts, its offices and three banks.
 * Knows what every case needs to begin; must not judge: it returns verdicts.
 * Invariant: everything in it came through the door, and nobody in it can exist.
 */
#ifndef TESTS_TOWN_H
#define TESTS_TOWN_H

#include "ventured/domain.h"
#include "world.h"

/* cmocka's setup: *state becomes a struct world. Districts 330000, 330600, the six and 330699; organisations bank-zj,
 * bank-sx, bank-rcb, operator-one, centre, bureau, 330602, 330603, street-602; all since 2020-01-01.
 * The teardown is world_teardown. */
int town_setup(void **state);
/* The same with the real kinds and some more. */
void town_open(void **state, const struct registry *r);

extern const struct actor town_system, town_security, town_auditor, town_chief, town_officer, town_import;
extern const struct actor town_clerk, town_checker, town_street;                /* of 330602 */
extern const struct actor town_clerk_603, town_checker_603;                     /* of 330603 */
extern const struct actor town_bank, town_bank_officer, town_bank_checker;      /* of bank-zj: machine and people */
extern const struct actor town_bank_other;                                      /* the machine of bank-sx */

/* One posting of a story: what it must be answered, where the first problem must point (NULL: there may be none) and
 * what that problem must be (V_OK: whatever it is). */
struct town_step {
    const char *what;
    const struct actor *who;
    const char *kind, *body;
    enum verdict got;
    const char *pointer;
    enum verdict problem;
};

/* Posts them in order; fails the test naming the first that was answered otherwise, or refused and left a trace. */
void town_run(struct world *w, const struct town_step *steps, size_t count);

/* The identity number of the n-th person that cannot exist: area 999999. */
const char *town_identity(struct world *w, int n);
/* The unified social credit code of the n-th enterprise that cannot exist: registered at 999999. */
const char *town_credit_code(struct world *w, int n);

/* The n-th person or enterprise, registered on 2023-01-10 by town_clerk; gives its id. An enterprise of small_firm in
 * 330602, founded on 2022-06-01 by the n-th person, who is registered too. */
const char *town_person(struct world *w, int n);
const char *town_enterprise(struct world *w, int n);

#endif

/*
 * Accounts for the people whom the town knows, and the numbers that delegations read.
 * Knows short words for postings about accounts; must not judge: it returns verdicts.
 * Invariant: whatever a test does with them, state and lines are what a replay gives.
 */
#ifndef TESTS_STAFF_H
#define TESTS_STAFF_H

#include "shapes.h"
#include "town.h"

/* cmocka's setup: the town, at most 30 days, and accounts: zhou and lv (clerks of 330602), qian (its checker), he (its
 * payer), feng (street), sun and cao (centre officers), yan (auditor), guard (security), chu (checker of bank-zj), chen
 * (its officer), zj-core (its machine); qian, feng, sun and chu administer. */
int staff_setup(void **state);
int staff_teardown(void **state);

extern const struct actor staff_he, staff_lv, staff_cao;

const struct account_view *staff_view(struct world *w, const char *id);

/* Bodies, on today's day of the world. */
#define ON(id, more) "{'subject':'" id "','on':'2023-06-30'," more "}"
#define OPENED(id, organisation, roles, more) \
    ON(id, "'organisation':'" organisation "','roles':[" roles "],'login':'" id "','name':'某乙'" more)
#define OF_602 ",'district':'330602'"
#define ADMIN ",'administers':'yes'"

#define CLOSED(id, more) ON(id, "'reason':'left'" more)
#define DELEGATED(to, of, role, from, until) \
    ON(to, "'of':'" of "','role':'" role "','from':'" from "','until':'" until "','reason':'leave'")

#endif

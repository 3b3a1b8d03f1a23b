/*
 * Which passwords somebody may choose.
 * Knows the rule that schemas/password.json states; must not know accounts or how a password is kept.
 * Invariant: the rule is data, and what it refuses is explained; the password itself stands in no explanation.
 */
#ifndef VENTURED_EDGE_PASSWORD_H
#define VENTURED_EDGE_PASSWORD_H

#include "ventured/people.h"

/* What is hashed and judged of a password as typed: its NFKC form, or the bytes where they have none. A copy of its own
 * in `a`, which the caller wipes. */
struct slice password_normal(struct arena *a, struct slice typed);

/* Reports what is wrong with `password`, already in normal form, as one problem at `pointer`; V_OK or V_FIELDS_WRONG.
 * Numbers and signs around a common word do not save it, and neither do numbers alone: they are birthdays, telephones
 * or identity numbers. */
enum verdict password_check(struct problems *p, const struct password_rule *r, struct slice pointer,
                            struct slice password, struct slice login);

#endif

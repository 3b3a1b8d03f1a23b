/*
 * Toy kinds for the ledger's tests: jars that are opened, filled by a bank, spilled, sealed and broken.
 * Knows every sort of row that a real module may have; must not be taken for a rule of the trade.
 * Invariant: nothing here is special to the ledger: it is given these rows as it is given the domain's.
 */
#ifndef TESTS_TOY_H
#define TESTS_TOY_H

#include "toy_policy.h"
#include "toy_shapes.h"
#include "ventured/kind.h"

enum jar_state { JAR_NEW, JAR_OPEN, JAR_FILLED, JAR_LENT, JAR_SEALED, JAR_BROKEN, JAR__COUNT };

extern const struct registry toy_registry;
extern const struct subject_type toy_jar;

#endif

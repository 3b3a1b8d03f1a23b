/*
 * From a signature to the machine that made it.
 * Knows the links from key id to actor and their order; must not know what the machine wants.
 * Invariant: an actor comes out only where every link holds.
 */
#ifndef VENTURED_EDGE_BANK_H
#define VENTURED_EDGE_BANK_H

#include "call.h"

/* Sets the call's actor, credential, evidence and nonce. The first link that fails, in the order of verdict.tbl,
 * is the answer, and `fault` names it. */
enum verdict bank_identify(struct call *c);

#endif

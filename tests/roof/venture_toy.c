/*
 * The client program with the toy kinds in place of the registry's.
 * Knows one name to exchange; must not change anything else of the program.
 * Invariant: all but the kinds is src/venture.c itself.
 */
#include "toy_policy.h"
#define entry_kinds toy_kinds
#include "../../src/venture.c"

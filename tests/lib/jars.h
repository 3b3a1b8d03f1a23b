/*
 * Stories of jars in short lines: telling, mending, proposing, confirming.
 * Knows the toy kinds' envelope; must not judge but where a line is told as done.
 * Invariant: a body's fields are given with ' for ", and are what stands behind subject and day.
 */
#ifndef TESTS_JARS_H
#define TESTS_JARS_H

#include "world.h"

/* The fields of a jar of 330602 with room for 1,000 fen. */
#define OPENED "'district':'330602','owner':'0190aaaa-0000-7000-8000-000000000001','capacity':1000,'colour':'red'"
#define OWNER "0190aaaa-0000-7000-8000-000000000001"

/* Posts one entry about a subject, `fields` perhaps empty. */
struct posting *tell(struct world *w, const struct actor *who, const char *kind, const char *subject, const char *on,
                     const char *fields);
/* The id of a posting; the test fails unless it was accepted. */
const char *done(const struct posting *p);

/* The fields of a correction of entry `first`, with its own; those of its void. */
const char *mending(struct world *w, const char *first, const char *fields);
const char *voiding(struct world *w, const char *first);

/* A second person's word on 2023-06-30 about what waits under an id: a correction, a proposal. */
struct posting *confirm(struct world *w, const struct actor *who, const char *correction);
struct posting *admit(struct world *w, const struct actor *who, const char *proposal);
/* Proposes a correction and has the officer confirm it; its id. */
const char *mend(struct world *w, const struct actor *who, const char *kind, const char *subject, const char *on,
                 const char *fields);

/* A number that is in force for a city or a district from 2023-01-01 on: "pot_max:city". */
void rule_set(struct world *w, const char *rule, int64_t number);

/* The view of a jar as it is. */
const struct jar_view *jar(struct world *w, const char *id);

#endif

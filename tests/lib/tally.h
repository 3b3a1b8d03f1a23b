/*
 * The real kinds and one more: a jar whose coins count for any cell of the plan's table that a test names.
 * Knows the toy's schema files and the plan's columns; must not know how a real module counts.
 * Invariant: one posting adds one known amount to one cell on one day.
 */
#ifndef TESTS_TALLY_H
#define TESTS_TALLY_H

#include "ventured/domain.h"
#include "world.h"

/* the_registry's types and the tally. */
const struct registry *tally_registry(void);

/* cmocka's setup: a world of them with the policy pack of schemas/policy; the teardown is world_teardown. */
int tally_setup(void **state);
/* The same without the pack; and with the plan of 2023 too. */
int tally_setup_bare(void **state);
int tally_setup_plan(void **state);

#define TALLY_PLAN "schemas/plan/2023.json"

/* A file of the project, at most 256 KiB. */
struct slice tally_file(struct world *w, const char *name);
/* The plan of 2023 as a body, the value of one target replaced. */
const char *tally_plan_with(struct world *w, const char *district, const char *indicator, long long value,
                            long long instead);

/* An amount of one indicator's cell. Parts: "num" and "den" of rates, "class1" and "class2" of loans, the first of them
 * where `first_part`. */
struct tally_fact {
    size_t indicator;
    const char *district, *on;
    int64_t amount;
    bool first_part;
};

/* Posts them in one transaction, at most LEDGER_GROUP_MAX / 2. */
void tally_add_all(struct world *w, const struct tally_fact *facts, size_t count);
/* Posts one; gives its number in the journal. */
int64_t tally_add(struct world *w, size_t indicator, const char *district, const char *on, int64_t amount,
                  bool first_part);

extern const struct actor tally_officer, tally_chief, tally_system, tally_clerk, tally_bank;

/* The number in force, or its verdict. */
enum verdict tally_limit(struct limit *out, struct world *w, const char *name, const char *district, const char *day);

#endif

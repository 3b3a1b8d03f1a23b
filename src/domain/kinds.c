/*
 * The list of lists: every type of subject there is, and through its rows every fact.
 * Knows the types by name; must not know any row.
 * Invariant: a type that is not here cannot be posted, read or replayed.
 */
#include "domain_int.h"

static const struct subject_type *const types[] = {
    &district_type,
    &organisation_type,
    &product_type,
    &account_type,
    &key_type,
    &endpoint_type,
    &person_type,
    &enterprise_type,
    &fund_type,
    &loan_type,
    &mending_type,
    &limit_type,
    &plan_type,
    &past_type,
};

const struct registry the_registry = {
    types, COUNT(types), &the_limits, &mending_kinds[0], &mending_kinds[1], "mend_reason",
};

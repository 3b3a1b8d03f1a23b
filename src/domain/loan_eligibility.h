/*
 * What a loan's conditions are judged by, between the file that loads it and the one that judges.
 * Knows the numbers, subjects and sums that conditions read; must not know what any of them decides.
 * Invariant: whoever judges reads these facts and nothing else.
 */
#ifndef VENTURED_LOAN_ELIGIBILITY_H
#define VENTURED_LOAN_ELIGIBILITY_H

#include "loan_int.h"

/* The numbers and lists that conditions read, behind those of a qualification. */
enum eligible_limit {
    LIMIT_GROUPS = LIMIT__COUNT,
    LIMIT_GROUPS_NATIONAL,
    LIMIT_USES,
    LIMIT_USES_BANNED,
    LIMIT_STAFF_LARGE,
    LIMIT_RATIO,
    LIMIT_RATIO_LARGE,
    LIMIT_COUNTER_FREE,
    LIMIT_SUBSIDY_TIMES,
    LIMIT_NATIONAL,
    LIMIT_OTHER_LOANS,
    LIMIT_OFFICE,
    ELIGIBLE_LIMITS,
    NO_LIMIT
};

extern const char *const eligible_limit_names[ELIGIBLE_LIMITS];

struct loan_facts {
    const struct actor *who;
    const struct loan_view *loan;
    struct slice id;                      /* absent for a draft */
    struct limit limits[ELIGIBLE_LIMITS]; /* `name` NULL where none is in force */
    struct subject person, enterprise;    /* new where they are not registered, or not named */
    struct subject *others;               /* the borrower's other loans */
    size_t other_count;
    bool has_fund;                        /* one that would guarantee it; the one with the most room */
    int64_t sums[FUND__SUMS];             /* its own */
};

/* Whether the fund still has to find room for it: money that has left found it. */
bool loan_seeks_room(const struct loan_view *v);

/* Every condition, in the order of the table; `out` is empty. Pure. */
void loan_judge(struct eligibility *out, struct arena *a, const struct loan_facts *f);

#endif

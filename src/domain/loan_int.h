/*
 * What the three files of the loan share: its states, its rules and its totals.
 * Knows loans; must not be included by another module.
 * Invariant: rules refuse, effects change the view, totals count it; none of them does another's work.
 */
#ifndef VENTURED_LOAN_INT_H
#define VENTURED_LOAN_INT_H

#include "domain_int.h"

enum loan_state {
    LOAN_NEW,
    LOAN_APPLIED,
    LOAN_QUALIFIED,
    LOAN_SENT,
    LOAN_INVESTIGATING,
    LOAN_APPROVED,
    LOAN_CONTRACTED,
    LOAN_REPAYING,
    LOAN_OVERDUE,
    LOAN_SETTLED,
    LOAN_REFUSED,
    LOAN_WITHDRAWN,
    LOAN_EXPIRED,
    LOAN_REJECTED,
    LOAN__COUNT
};

/* ---- loan_rules.c ---------------------------------------------------------------------------------------------- */

/* The numbers that a qualification may read, in the order of its row: fen, parts per million and months. */
enum loan_limit {
    LIMIT_CLASS1_INDIVIDUAL,
    LIMIT_CLASS2_INDIVIDUAL,
    LIMIT_SMALL_FIRM,
    LIMIT_PARTNERSHIP_FACTOR,
    LIMIT_TERM_INDIVIDUAL,
    LIMIT_TERM_FIRM,
};

enum verdict loan_may_apply(const struct view *v, const struct entry *e, struct problems *p);
enum verdict loan_may_qualify(const struct view *v, const struct entry *e, struct problems *p);
enum verdict loan_may_expire(const struct view *v, const struct entry *e, struct problems *p);
enum verdict loan_may_send(const struct view *v, const struct entry *e, struct problems *p);
enum verdict loan_may_thaw(const struct view *v, const struct entry *e, struct problems *p);

bool loan_over_approved(const void *view, const struct entry *e);
bool loan_over_contracted(const void *view, const struct entry *e);
bool loan_over_disbursed(const void *view, const struct entry *e);
bool loan_over_repaid(const void *view, const struct entry *e);
bool loan_over_prepaid(const void *view, const struct entry *e);

/* ---- loan_totals.c --------------------------------------------------------------------------------------------- */

void loan_totals(struct contributions *out, const void *view, const struct lines *lent);
void loan_lends(struct lines *out, const void *view, const struct lines *lent);

#endif

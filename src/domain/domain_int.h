/*
 * What the modules of floor 3 share: each other's subject types, by name only, and the words of their rules.
 * Knows every type; must not know what any of them does.
 * Invariant: a module reads another's view through the row of its kind, never through the other's functions.
 */
#ifndef VENTURED_DOMAIN_INT_H
#define VENTURED_DOMAIN_INT_H

#include "policy.h"
#include "shapes.h"
#include "ventured/domain.h"

#define ROLE_SET(name) ROLE_BIT(ROLE_##name)

/* ---- district.c, organisation.c, account.c, key.c, endpoint.c, person.c, mending.c ----------------------------- */

extern const struct subject_type district_type, organisation_type, account_type;
extern const struct subject_type key_type, endpoint_type;
extern const struct subject_type person_type, enterprise_type;
extern const struct subject_type mending_type;
extern const struct kind mending_kinds[]; /* the first confirms corrections, the second admits proposals */

/* ---- fund.c ---------------------------------------------------------------------------------------------------- */

extern const struct subject_type fund_type;

/* ---- past.c ---------------------------------------------------------------------------------------------------- */

extern const struct subject_type past_type;

/* ---- loan.c, supported.c --------------------------------------------------------------------------------------- */

extern const struct subject_type loan_type;

/* What a person adds to the totals by being supported, from the lines it was lent: `supported` once a calendar year,
 * credited to the district of the year's first line, and `supported_events` for every line. */
void supported_totals(struct contributions *out, const struct lines *lent);

/* ---- policy.c: what is loaded from files ----------------------------------------------------------------------- */

enum verdict data_read(struct slice *out, struct arena *a, const char *name); /* V_USAGE after one log line */
enum verdict data_unusable(const char *file, const char *why);               /* writes it; V_USAGE */

/* States that other modules' rules ask for. */
enum organisation_state { ORGANISATION_NEW, ORGANISATION_ACTIVE, ORGANISATION_CLOSED, ORGANISATION__COUNT };
enum account_state { ACCOUNT_NEW, ACCOUNT_OPEN, ACCOUNT_CLOSED, ACCOUNT__COUNT };
enum fund_state { FUND_NEW, FUND_OPEN, FUND_CLOSED, FUND__COUNT };
enum enterprise_state { ENTERPRISE_NEW, ENTERPRISE_ACTIVE, ENTERPRISE_CLOSED, ENTERPRISE__COUNT };

/* ---- organisation.c -------------------------------------------------------------------------------------------- */

/* What fits an organisation of a sort: the roles its accounts may have; `local`: it belongs to one district, and so do
 * they. */
struct sort {
    bool local;
    uint32_t roles;
};

extern const struct sort sorts[ORGANISATION_VIEW_SORT__COUNT];

/* `organisation` as the row loads it: may it get a new application on that day? A bank that is warned may. Otherwise
 * one problem at `/bank` says why not, and V_RULE_REFUSED. `agreement_required` is the limit "bank.agreement_required"
 * of that day, its `name` NULL where none is in force: only its "yes" asks for an agreement. */
enum verdict check_lender(struct problems *p, const struct subject *organisation,
                          const struct limit *agreement_required, int32_t day);

/* ---- product.c ------------------------------------------------------------------------------------------------- */

extern const struct subject_type product_type;

/* `product` as the row loads it, new where the entry names none, which is the guaranteed start-up loan itself: in use
 * on that day? Otherwise one problem at `/product`, and V_RULE_REFUSED. */
enum verdict check_product(struct problems *p, const struct subject *product, int32_t day);

/* Do loans of it count among the guaranteed start-up loans? */
bool product_counts(const struct subject *product);

/* ---- rule.c: what several rules say ---------------------------------------------------------------------------- */

/* OWN for these roles, FOREIGN for all others. */
enum standing standing_by_role(const struct actor *a, uint32_t roles);

/* OWN for the administrators: what the registry itself rests on is theirs. */
enum standing standing_administered(const void *view, const struct actor *a);

/* `len_min` to 64 lower-case letters, digits and hyphens: fit for an actor's parts, which hold no colon. */
bool is_handle(struct slice id, size_t len_min);

/* Each adds a problem where its rule does not hold; fields_verdict then says what the rule answers. */
void check_subject(struct problems *p, bool holds, struct slice zh, struct slice en);
void check_days(struct problems *p, int32_t from, int32_t to); /* `to` DAY_ABSENT: open */
enum verdict fields_verdict(const struct problems *p);

/* ---- district.c ------------------------------------------------------------------------------------------------ */

/* `district` as the row loads it, new where the entry names none: in use on that day? Otherwise names its successor. */
void check_district(struct problems *p, const struct subject *district, int32_t day);

/* ---- limit.c, plan.c -------------------------------------------------------------------------------------------- */

extern const struct subject_type limit_type, plan_type;
extern const struct limit_source the_limits;

/* The unit of a limit whose items are days, each of them of its own period and later than the one before. */
#define LIMIT_DAY_LIST "day_list"

#endif

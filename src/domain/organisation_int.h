/*
 * What the files of the organisation share: how a bank stands as a lender, its figures, and its rules.
 * Knows measures and the days they were taken on; must not be included by another module.
 * Invariant: how a bank stands is a function of its view and a day. It is no state of the ledger's: an organisation is
 * on record as long as it is not closed, so that the keys, accounts and endpoints of a lender that left go on.
 */
#ifndef VENTURED_ORGANISATION_INT_H
#define VENTURED_ORGANISATION_INT_H

#include "domain_int.h"

/* ---- organisation_lending.c: pure ------------------------------------------------------------------------------ */

#define MEASURE(name) ORGANISATION_VIEW_MEASURES_ITEM_MEASURE_##name
#define NO_MEASURE (-1)

enum lending {
    LENDING_ACTIVE,
    LENDING_WARNED,    /* may lend on */
    LENDING_SUSPENDED, /* no new applications until it is resumed */
    LENDING_LEFT,      /* none until it returns; old loans go on */
    LENDING_MERGED,
    LENDING_CLOSED,
    LENDING__COUNT
};

extern const struct code lendings[LENDING__COUNT]; /* what each is called */

/* What may be done about a bank while it stands in which ways, and the measure that it is; NO_MEASURE: none. */
struct deed {
    enum entry_kind kind;
    uint32_t while_it_is; /* LENDING(x) of each */
    int measure;
};

#define LENDING(name) (UINT32_C(1) << LENDING_##name)

const struct deed *deed_of(const struct kind_row *schema); /* NULL for what is done to any organisation */
bool deed_fits(const struct deed *d, enum lending now);
/* Whether the measure may be taken of a bank that stands so; `now` becomes what it leads to. */
bool measure_follows(enum lending *now, int measure);

/* The last measure taken up to that day, or NULL. */
const struct organisation_view_measures_item *measure_on(const struct organisation_view *v, int32_t day);
const struct organisation_view_measures_item *measure_last(const struct organisation_view *v); /* of whatever day */
enum lending lending_on(const struct organisation_view *v, int32_t day);
/* Since when it stands as `now`, which lending_on gave; DAY_ABSENT where it always did. */
int32_t lending_since(const struct organisation_view *v, enum lending now, int32_t day);

/* NULL where none is in force on that day. */
const struct organisation_view_agreements_item *agreement_on(const struct organisation_view *v, int32_t day);

/* The oldest appeal that waits for its decision, or NULL. */
const struct organisation_view_appeals_item *appeal_open(const struct organisation_view *v);

/* What measures are taken by, in fen. */
struct exposure {
    int64_t outstanding, overdue; /* of all loans; of those that are overdue */
};

/* Overdue in parts per million of what is outstanding, rounded down, so that it is below a limit exactly where the
 * quotient is. False where nothing is outstanding: such a bank has no share. */
bool overdue_share(int64_t *ppm, const struct exposure *x);

/* The limits that a measure is judged by, in the order of its row. */
enum measure_limit { MEASURE_LIMIT_WARN, MEASURE_LIMIT_STOP, MEASURE_LIMIT_RESUME, MEASURE_LIMIT_HOLD, MEASURE_LIMITS };
#define MEASURE_LIMIT_NAMES                                                                                            \
    "bank.warn.overdue_pct", "bank.stop.overdue_pct", "bank.resume.overdue_pct", "bank.resume.hold_days"

/* The measure that the clock owes on that day, or NO_MEASURE; `limits` as above, `name` NULL where not in force.
 * Suspended beats warned; each is taken once a day. What a person suspended the clock does not resume, and what a
 * person resumed it leaves alone for the days of the last limit. */
int measure_due(const struct organisation_view *v, const struct exposure *x, const struct limit *limits, int32_t day);

/* ---- organisation_figures.c ------------------------------------------------------------------------------------ */

/* What the totals hold of each bank, in the parts "<its id>/...": fen, counts, days. */
enum bank_indicator {
    BANK_LENT,
    BANK_OUTSTANDING, /* a stock */
    BANK_OVERDUE,     /* a stock: the outstanding of loans that are overdue */
    BANK_COMPENSATED,
    BANK_RECOVERED,
    BANK_RECEIVED, /* loans sent to it */
    BANK_DECIDED,  /* approvals and rejections */
    BANK_DECISION_DAYS,
    BANK_REJECTED,
    BANK__COUNT
};

struct bank_sums {
    int64_t at[BANK__COUNT];
};

struct cells {
    struct cell *at;
    size_t count;
};

/* Every organisation of the sort bank, whether it lends or not, in the order of their ids. */
struct banks {
    struct subject *at;
    size_t count;
};

enum verdict banks_load(struct banks *out, struct db *db, struct arena *a);

/* V_BROKEN, after one log line, where a sum is no amount. `district` empty: of all. */
enum verdict bank_sum(struct bank_sums *out, const struct cells *c, struct slice bank, struct slice district);

/* ---- organisation_rules.c -------------------------------------------------------------------------------------- */

enum verdict organisation_may_register(const struct view *v, const struct entry *e, struct problems *p);
enum verdict organisation_may_sign(const struct view *v, const struct entry *e, struct problems *p);
enum verdict organisation_may_open_branch(const struct view *v, const struct entry *e, struct problems *p);
enum verdict organisation_may_close_branch(const struct view *v, const struct entry *e, struct problems *p);
enum verdict organisation_may_measure(const struct view *v, const struct entry *e, struct problems *p);
enum verdict organisation_may_appeal(const struct view *v, const struct entry *e, struct problems *p);
enum verdict organisation_may_decide(const struct view *v, const struct entry *e, struct problems *p);
enum verdict organisation_may_leave(const struct view *v, const struct entry *e, struct problems *p);
enum verdict organisation_may_return(const struct view *v, const struct entry *e, struct problems *p);
enum verdict organisation_may_merge(const struct view *v, const struct entry *e, struct problems *p);
enum verdict organisation_may_mend(const struct view *v, const struct entry *e, struct problems *p);

#endif

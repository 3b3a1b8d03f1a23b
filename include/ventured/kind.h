/*
 * What the domain tells the ledger: subjects, kinds, moves, rules, effects and totals, all as rows of tables.
 * Knows the words of the house; must not know any kind by name.
 * Invariant: a rule and an effect are pure. The door loads what they read and writes what they answer.
 *
 * To add a fact
 *   1. schemas/entries/<module>.<fact>.1.json: its fields, bounds, titles in both languages, who may post, who may see
 *   2. one row in the module's kinds[]: from which states, to which, in which order, rule and effect
 *   3. may_<fact>, where something must be refused, and do_<fact>, which changes the view
 *   4. a story in tests/domain/
 * The build refuses a schema without a row and a row without a schema.
 */
#ifndef VENTURED_KIND_H
#define VENTURED_KIND_H

#include "ventured/role.h"

/* ---- who ------------------------------------------------------------------------------------------------------ */

/* Who asks, as the edge found out; never taken from a body. */
struct actor {
    enum role role;
    struct slice organisation; /* "bank-zj", "330602", "centre" */
    struct slice account;      /* the person's or the machine's account there */
    struct slice district;     /* the district a clerk belongs to; absent for the city and for banks */
};

/* ---- what ------------------------------------------------------------------------------------------------------ */

/* What replaces an earlier entry: the entry meant, why (a code of the list "mend_reason"), and the paper behind it. */
struct mends {
    struct slice entry, reason, paper; /* `entry` absent: this entry mends nothing */
};

/* A fact, proposed or accepted. `body` is the struct of the kind's shape; NULL in a void. In an accepted entry every
 * private field holds its commitment, so that an effect sees the same live and in a replay. */
struct entry {
    int64_t seq; /* 0 while proposed */
    int64_t at_ms;
    int32_t on;
    struct slice id, subject;
    const struct kind *kind;
    struct actor actor;
    struct mends mends;
    const void *body;
    struct slice sealed; /* in a fold: the id of the correction whose body this is; absent where the body is its own */
};

/* The id under which the entry's private text lies in the side table: an effect keeps it where a reader needs it. */
struct slice entry_sealed(const struct entry *e);

/* ---- subjects -------------------------------------------------------------------------------------------------- */

/* The first state of every type is "new": nothing recorded yet. A side state is where the main line has ended: a bank's
 * fact that arrives there is recorded and freezes the subject. */
struct state {
    const char *name, *zh, *en;
    bool side;
};

#define STATE_NEW 0
#define STATES_MAX 32

/* OWN: theirs to act on. FORMER: it was; their facts land on a side branch. FOREIGN: not theirs to know. */
enum standing { STANDING_FOREIGN, STANDING_FORMER, STANDING_OWN };

/* How much one subject adds to one cell. `on` is the day it counts for; `part` splits a cell ("class1") or is empty. */
struct contribution {
    const char *indicator;
    struct slice part, district;
    int32_t on;
    int64_t amount;
};

struct contributions {
    struct arena *arena;
    struct contribution *at;
    size_t count, size;
};

void contribute(struct contributions *c, struct contribution one);

/* A new zeroed item at the end of a view's list; the list moves, its items keep their order. */
void *list_push(struct list *list, struct arena *a, size_t item_size);

/* What one subject lends to another, so that the other may count it: a disbursed loan lends its borrower a "supported".
 * A pure function of the lender's view; the ledger keeps it and counts the holder again whenever it changes. */
struct line {
    const struct subject_type *holder;
    struct slice id;             /* of the holder */
    struct slice what, district; /* one line a holder, day, `what` and district */
    int32_t on;
    int64_t amount;
    const struct subject_type *source; /* who lent it: set in lines that were lent */
    struct slice source_id;
};

struct lines {
    struct arena *arena;
    struct line *at;
    size_t count, size;
};

void lend(struct lines *l, struct line one);

/* ---- what is to be done --------------------------------------------------------------------------------------- */

/* What may be to do about a subject, and within which time: rows of a table that its type has. */
struct step_row {
    const char *name, *zh, *en; /* "qualify" */
    enum role who;              /* has to act */
    const char *days;  /* the limit that says how many days it may take, working days by its unit; NULL: none */
    const char *posts; /* the kind that the clock posts once the day due has passed; NULL: nothing */
};

/* A step that runs. */
struct step {
    size_t row;
    int32_t since, due; /* `due` DAY_ABSENT where the row's limit says it */
};

struct steps {
    struct arena *arena;
    struct step *at;
    size_t count, size;
};

void await(struct steps *s, size_t row, int32_t since, int32_t due);

/* By what a reader may find a subject; empty texts where nothing applies. */
struct scope {
    struct slice district, organisation, person;
};

struct subject_type {
    const char *name, *plural;
    const struct shape *view; /* the struct behind subject.view */
    const struct state *states;
    size_t state_count;
    enum standing (*standing)(const void *view, const struct actor *a);
    void (*scope)(struct scope *out, const void *view);
    /* What it adds to the totals, its own view and the lines it was lent considered. NULL: nothing. */
    void (*totals)(struct contributions *out, const void *view, const struct lines *lent);
    /* What it lends, from the same two; never in a circle. NULL: nothing. */
    void (*lends)(struct lines *out, const void *view, const struct lines *lent);
    bool holds; /* others lend to it */
    /* Does it still open the door on that day, as a key or an account does? NULL: it is no credential. */
    bool (*valid)(const void *view, int state, int32_t day);
    const struct step_row *steps; /* NULL: nothing is ever to do */
    size_t step_count;
    void (*runs)(struct steps *out, const void *view, int state); /* which of them run now, each once at most */
    const struct kind *kinds; /* every fact about it: the whole law of the type, one row each */
    size_t kind_count;
};

/* One subject as it is now. */
struct subject {
    const struct subject_type *type;
    struct slice id;
    int state;
    bool frozen;
    int32_t first_on; /* DAY_ABSENT while new */
    int64_t seq;      /* of its last entry; 0 while new */
    void *view;
};

/* ---- limits ----------------------------------------------------------------------------------------------------- */

/* The number in force for a case: exactly one of number, code, items, base + offset_ppm is set. */
struct limit {
    const char *name;
    struct slice unit; /* "fen", "ppm", "yes_no", "list" */
    int64_t number;    /* INT_ABSENT where not a number */
    struct slice code; /* absent where not a code */
    const struct slice *items;
    size_t item_count;
    struct slice base; /* the rate that offset_ppm is added to, "lpr_1y" */
    int64_t offset_ppm;
    struct slice scope, source, confidence;
    int32_t from, to; /* `to` DAY_ABSENT while nothing ends it */
};

/* ---- kinds ------------------------------------------------------------------------------------------------------ */

/* STRICT: refused from any other state. FACT: money that moved; recorded whatever the state (design, promise 9). */
enum order { ORDER_STRICT, ORDER_FACT };
enum mark { MARK_KEEP, MARK_FREEZE, MARK_THAW };

/* What an entry takes off the list of exceptions: nothing, the one whose entry its field `seq` names, or all. */
enum closes { CLOSES_NONE, CLOSES_ONE, CLOSES_ALL };

#define TO_SAME (-1)
#define FROM(state) (UINT32_C(1) << (state))
#define FROM_NEW FROM(STATE_NEW)

#define LIMITS_MAX 12
#define OTHERS_MAX 4
#define SUMS_MAX 6

/* Where a name that a rule needs is found: in a text field of the entry, in one of the subject's view, or without a
 * field: it is the account that the actor acts with (blank where that is no account on record), or the subject's own
 * id. */
enum name_of { OF_ENTRY, OF_VIEW, OF_ACTOR, OF_SUBJECT };

/* Another subject that a rule reads. */
struct other {
    const char *field;
    enum name_of of;
    const struct subject_type *type;
    bool lent; /* with the lines it was lent */
};

/* A total that a rule reads: all of an indicator, whatever district and year, in the parts that begin with the named
 * text and a slash ("fund-city/..."). */
struct sum {
    const char *indicator, *field;
    enum name_of of;
};

/* What a rule may look at. `limits`, `some_limits`, `others`, `lent` and `sums` stand in the order of the kind's row.
 */
struct view {
    const struct subject *subject; /* before the entry */
    struct limit limits[LIMITS_MAX];
    struct limit some_limits[LIMITS_MAX]; /* `name` NULL where none is in force */
    struct subject others[OTHERS_MAX];
    struct lines lent[OTHERS_MAX]; /* to the other of the same place, where its row asks for them */
    int64_t sums[SUMS_MAX];        /* as they stand before the entry; 0 where the name is not given */
    int32_t latest_on;             /* the last day in the totals, where the row asks for it; DAY_ABSENT: none */
    const struct entry *mended;    /* a correction: what it replaces, as it stands now; its body NULL after a void */
    const struct subject *after;   /* a correction: the subject as the correction would leave it */
};

typedef enum verdict may_fn(const struct view *v, const struct entry *e, struct problems *p);

struct kind {
    const struct kind_row *schema; /* what its file says: name, shape, who may post and see */
    const struct subject_type *type;
    uint32_t from;
    int to;
    enum order order;
    enum mark mark;
    const char *limits[LIMITS_MAX];
    /* Numbers that only some cases need: the rule refuses a case whose number is not in force (V_LIMIT_UNKNOWN). */
    const char *some_limits[LIMITS_MAX];
    struct other others[OTHERS_MAX];
    struct sum sums[SUMS_MAX];
    int32_t (*key_day)(const void *view, const struct entry *e); /* NULL: the entry's own day */
    may_fn *may;                                                 /* NULL: nothing to refuse */
    may_fn *may_mend; /* asked of corrections and voids, before `may`; NULL: any entry of this kind may be mended */
    bool (*over)(const void *view, const struct entry *e); /* FACT only: more than was approved or allowed */
    void (*apply)(struct arena *a, void *view, const struct entry *e); /* NULL: the view stays */
    struct slice (*tells)(const void *view); /* the organisation the outbox tells; NULL: none */
    bool reads_latest;                       /* the rule reads view.latest_on */
    enum closes closes;
};

/* ---- the registry: the list of lists, given to the ledger at start ------------------------------------------- */

struct limit_source {
    const struct subject_type *type;
    /* The subject id under which a limit of this name and scope is kept. */
    struct slice (*id)(struct arena *a, const char *name, struct slice scope);
    /* Scopes from the narrowest to the widest for a district ("" for the whole city): how many were written. */
    size_t (*scopes)(struct slice out[5], struct slice district);
    /* False where nothing of this view is in force on that day. */
    bool (*in_force)(struct limit *out, const void *view, int32_t day);
};

struct registry {
    const struct subject_type *const *types; /* every module's */
    size_t type_count;
    const struct limit_source *limits; /* NULL: the registry has none */
    const struct kind *confirms;       /* the kind by which a second person records a waiting correction */
    const struct kind *admits;         /* the same for what was proposed; NULL: nothing can be */
    const char *mend_reasons;          /* the dated list that a correction's reason is of; NULL: any word is one */
};

const struct kind *registry_kind(const struct registry *r, struct slice name); /* NULL where unknown */
const struct subject_type *registry_type(const struct registry *r, struct slice name);

#endif

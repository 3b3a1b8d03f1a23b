/*
 * What the edge and the roof see of the domain: the registry of all kinds, a key as a request is judged by it,
 * the policy pack and the plan's table.
 * Knows names of the trade; must not know HTTP.
 * Invariant: the_registry is complete: every schema file has its row, and every row its schema file.
 */
#ifndef VENTURED_DOMAIN_H
#define VENTURED_DOMAIN_H

#include "ventured/ledger.h"

extern const struct registry the_registry;

/* ---- keys of machines ------------------------------------------------------------------------------------------ */

/* RFC9421: message signatures with content digest. PLAIN: the line form of Chinese banks (design, section 4). */
enum key_profile { KEY_PROFILE_RFC9421, KEY_PROFILE_PLAIN };

/* A registered key and whom it stands for. Texts live in the arena it was loaded into. */
struct key_record {
    struct slice id;
    struct actor actor;              /* role, organisation, account and district of the account the key belongs to */
    struct credential credential;    /* for a posting that this key signed */
    enum algorithm algorithm;
    struct key *key;                 /* the public or shared part; the caller's to key_close */
    int32_t from, to;                /* its first and last day; `to` is DAY_ABSENT where it has none */
    bool revoked;
    bool holder_active;              /* neither the account nor its organisation has been closed */
    bool certificate_required;
    struct slice certificate;        /* SHA-256 of the client certificate's DER in hex; absent where none is named */
    enum key_profile profile;
};

/* V_KEY_UNKNOWN where no such key was ever registered, or its secret has been erased. */
enum verdict key_record_load(struct key_record *out, struct db *db, const struct vault *v, struct arena *a,
                             struct slice key_id);

/* May a request of that local day be signed with it? */
bool key_record_valid(const struct key_record *k, int32_t day);

/* ---- endpoints --------------------------------------------------------------------------------------------------- */

/* Where an organisation's events go, and as whom it reads them. Texts live in the arena it was loaded into. */
struct endpoint_record {
    struct slice type; /* of the subject that is named after the organisation */
    struct slice url;
    struct actor reader;
};

/* V_NONE where the organisation has no open endpoint, or is closed itself. */
enum verdict endpoint_record_load(struct endpoint_record *out, struct db *db, struct arena *a,
                                  struct slice organisation);

/* ---- accounts of people ------------------------------------------------------------------------------------------ */

/* An account as a log-in is judged by it. Texts live in the arena it was loaded into. */
struct account_record {
    struct slice id, login, organisation;
    struct slice district;        /* absent for the city and for banks */
    uint32_t roles;               /* ROLE_BIT of each */
    bool active;                  /* neither it nor its organisation has been closed */
    struct credential credential; /* for a posting of somebody who logged in with it */
};

/* V_NONE where no such account was ever opened. */
enum verdict account_record_load(struct account_record *out, struct db *db, struct arena *a, struct slice id);

/* The place this registry serves, and what it lies in (GB/T 2260). */
#define CITY "330600"
#define PROVINCE "330000"
/* 市本级: what the city does itself, beside its districts. Ours, not of GB/T 2260. */
#define CITY_DIRECT "330699"

/* ---- the policy pack and the plan as files --------------------------------------------------------------------- */

/* What became of a row of the pack. */
enum policy_fate {
    POLICY_POSTED,   /* set now */
    POLICY_PRESENT,  /* in the registry already, word for word */
    POLICY_UNDATED,  /* its first day is not known: shown, not loaded */
    POLICY_DIFFERS,  /* the registry has another value from that day; it stays */
    POLICY_REFUSED,  /* by the door, which says why */
    POLICY__COUNT
};

struct policy_row {
    struct slice file, name, scope, from; /* `from` absent where it is not known */
    struct slice zh, en;                  /* what the limit is called */
    enum policy_fate fate;
    enum verdict got;                     /* POLICY_REFUSED: the door's verdict */
    struct slice why_zh, why_en;          /* POLICY_REFUSED: the first problem; may be absent */
};

struct policy_report {
    size_t counts[POLICY__COUNT];
    struct policy_row *rows; /* in the order of files and rows */
    size_t count;
};

/* Reads every .json of the folder that has `rows`, in the order of their names,
 * and posts a limit.set for each dated row that the registry lacks,
 * at most LEDGER_GROUP_MAX of them in one transaction. Loading again posts nothing. An entry's id
 * is derived from name, scope and first day. `on` is the first day, or today where that lies ahead. V_USAGE, after one
 * log line, where a file cannot be read or a row is not of the pack's form (schemas/policy/README.md); nothing has been
 * posted then. A fault is returned as it is; refusals of single rows stand in the report. */
enum verdict policy_load(struct policy_report *out, struct ledger *lg, struct arena *a, const char *folder,
                         const struct actor *who);

/* The same for one plan: the file is the body of a plan.set with its subject and day. V_OK, V_REPLAYED where this very
 * file was loaded before, V_USAGE as above, or the door's verdict with `problems` filled. */
enum verdict plan_load(struct problems *problems, struct ledger *lg, struct arena *a, const char *file,
                       const struct actor *who);

/* Districts, offices and the like: a list of entries in one file, each with its `kind`, `subject`,
 * `on` and the role it is
 * posted `as` by `who`. Ids follow from kind and subject, so that loading again posts nothing. All or none; `posted`
 * becomes how many were new. V_USAGE as above, or the door's verdict with `problems` filled. */
enum verdict founding_load(size_t *posted, struct problems *problems, struct ledger *lg, struct arena *a,
                           const char *file, const struct actor *who);

/* ---- the working calendar ---------------------------------------------------------------------------------------- */

struct calendar_period {
    int32_t from, to; /* its first and last day */
};

/* One limit's days, rising, each in one of the periods that it has been announced for. */
struct calendar_list {
    const int32_t *days;
    size_t day_count;
    const struct calendar_period *periods; /* in order, none reaching into the next */
    size_t period_count;
};

/* A week is worked from Monday to Friday, but for what the State Council announces for a year: `off`, days off from
 * Monday to Friday, and `worked`, Saturdays and Sundays that are worked instead (调休). It lies in the arena it was
 * loaded into and never changes; an answer takes a few binary searches. Days are DAY_MIN to DAY_MAX. */
struct calendar {
    struct calendar_list off, worked;
};

/* Reads the limits calendar.holidays@cn (every announced day off, weekends among them or not) and calendar.workdays@cn,
 * each a period a year with the unit day_list; a period of any other unit counts as not announced, one without a last
 * day speaks for the year that it begins in. A later period takes over from its first day: a notice that changes a year
 * lists the rest of that year again. Where the registry has none, the plain week holds and every day is provisional.
 * V_OK, or the fault of reading. */
enum verdict calendar_load(struct calendar *out, struct db *db, struct arena *a);

bool calendar_is_workday(const struct calendar *c, int32_t day);

/* The n-th working day after `day`, which itself does not count: how a time limit runs (domain, 2.4). With `workdays` 0
 * or less, calendar_next. DAY_MAX where the count reaches beyond it. */
int32_t calendar_after(const struct calendar *c, int32_t day, int64_t workdays);

/* That day, or the next working day where it is none: how due days are moved. */
int32_t calendar_next(const struct calendar *c, int32_t day);

/* Working days after `first` up to and with `last`, so that between `day` and calendar_after of it lie `workdays`:
 * how late something is. Where `last` comes before `first`, the same from `last` to `first`, below 0. */
int64_t calendar_between(const struct calendar *c, int32_t first, int32_t last);

/* Not announced, in either list, so that the plain week is a guess: whoever shows such a day says so. */
bool calendar_is_provisional(const struct calendar *c, int32_t day);

/* Should somebody load the next notice? From 1 December on where next year is provisional, and while this year is. */
bool calendar_alarm(const struct calendar *c, int32_t today);

/* When the report of a month (1 to 12 of the years 1900 to 9998) is due: on `due_day` of the month after, that month's
 * first or last day where it has none such, moved to the next working day. */
int32_t calendar_monthly_due(const struct calendar *c, int year, int month, int64_t due_day);

/* ---- due days ---------------------------------------------------------------------------------------------------- */

struct due {
    int32_t day;      /* its last day in time; DAY_ABSENT: nothing says when */
    bool by_workdays; /* the time runs in working days */
    bool provisional; /* and over some that nobody has announced */
};

/* When a step is due that runs since that day. `own` is the day that its row knows itself; where that is DAY_ABSENT,
 * `limit` says how many days it may take, `since` itself not counted: working days where its unit is "workday", days
 * where it is "day". NULL, or a limit of another unit: no due day. Pure; DAY_MAX where the count reaches beyond it. */
struct due step_due(const struct calendar *c, const struct limit *limit, int32_t since, int32_t own);

/* How many days are left on a day, of the sort that the time runs in; below 0 how late it is. `d` has a day. Late and
 * 0: no working day has passed since. */
int64_t due_left(const struct calendar *c, const struct due *d, int32_t today);

/* The calendar and the limits that steps are counted by, each read once: for one answer, in its arena. */
struct due_book;
enum verdict due_book_open(struct due_book **out, struct db *db, struct arena *a);
const struct calendar *due_calendar(const struct due_book *b);

/* step_due by the limit of the step's row as it was in force for that district ("" the city) on `since`. */
enum verdict due_find(struct due *out, struct due_book *b, const struct step_row *row, struct slice district,
                      int32_t since, int32_t own);

/* ---- what time makes true ---------------------------------------------------------------------------------------- */

/* A fact for the clock to post; texts live in the arena it was found in. */
struct clock_fact {
    const char *kind;
    struct slice subject;
    int32_t on;        /* the day from which it is true: the day after the one that was due */
    struct slice body; /* its own members as a JSON object */
};

/* All that should be recorded by that day and is not, as far as `db` knows: steps whose day has passed and whose row
 * names a fact. The same facts on every daemon; one that was refused comes again. */
enum verdict clock_facts(struct clock_fact **out, size_t *count, struct db *db, struct arena *a, int32_t today);

/* ---- the plan's own table ---------------------------------------------------------------------------------------- */

/* The eighteen columns of the plan of 2023, in its order. */
#define PLAN_INDICATORS 18

/* FLOW: adds up over the year. STOCK: its latest value, whatever the year it grew in. RATE: a quotient of two counts,
 * which totals carry as the parts "num" and "den". TEXT: a target in words, no figures. */
enum plan_sort { PLAN_FLOW, PLAN_STOCK, PLAN_RATE, PLAN_TEXT };

struct plan_indicator {
    enum plan_sort sort;
    const char *unit;    /* "fen", "person", "piece", "bp", "text" */
    const char *printed; /* 万元, 人, 家, 个, % */
    const char *head[2]; /* of the printed column */
};

const struct plan_indicator *plan_indicator(size_t i);
const struct code *plan_code(size_t i); /* its code and its names, from the schema of plan.set */

/* INT_ABSENT, or an absent slice, where nothing is known: never 0. */
struct plan_cell {
    int64_t target, actual; /* fen, persons, pieces, basis points */
    int64_t pace;           /* the share of the target that is due by now; FLOW only */
    int64_t num, den;       /* RATE only */
    struct slice target_text;
};

struct plan_row {
    struct slice district, zh;
    struct plan_cell cells[PLAN_INDICATORS];
};

struct plan_table {
    int year;
    int32_t as_of;
    int64_t known_seq;        /* of the last entry considered */
    int months;               /* of the year that have wholly passed */
    struct slice source;      /* of the plan; absent where none is known */
    struct plan_row *rows;    /* the districts, and last the city */
    size_t row_count;
    struct limit readings[2]; /* how the plan is read where it can be read two ways; name NULL where none is in force */
};

/* Targets and actuals of a year up to a day of it,
 * as known when entry `known_seq` had been recorded (INT64_MAX: now). An
 * indicator of which the registry holds nothing at all has no actual; once it holds one figure, a district without any
 * counts 0. `db` is any connection; take a snapshot where writers are about. */
enum verdict plan_table(struct plan_table *out, const struct registry *r, struct db *db, struct arena *a, int year,
                        int32_t as_of, int64_t known_seq);

/* The document of GET /v1/totals and `ventured totals --json` (design, section 7). */
void plan_table_json(struct buf *b, const struct plan_table *t);

/* For people: each district's target, actual and percentage, columns aligned for a terminal that shows Chinese two
 * columns wide. Fen become 万元 here and nowhere else, half-up to two decimals. Ends with the notes. */
void plan_table_print(struct buf *b, const struct plan_table *t);

#endif

/*
 * What the edge and the roof see of the domain: the registry of all kinds, a key as a request is judged by it,
 * the policy pack, the plan's table and the banks', and what the clock owes.
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

/* A role that somebody has for some days, the last one included. */
struct borrowed_role {
    enum role role;
    struct slice of;       /* the account that delegated it; absent where it was lent */
    struct slice district; /* the one it was lent for; absent where it was delegated: the account's own holds then */
    int32_t from, until;
};

/* An account as a log-in is judged by it. Texts live in the arena it was loaded into. */
struct account_record {
    struct slice id, login, organisation;
    struct slice district;        /* absent for the city and for banks */
    uint32_t roles;               /* its own: ROLE_BIT of each */
    bool active;                  /* neither it nor its organisation has been closed */
    bool administers;             /* its organisation's accounts */
    struct credential credential; /* for a posting of somebody who logged in with it */
    const struct borrowed_role *borrowed; /* in force on the day asked for */
    size_t borrowed_count;
};

/* As it is on that local day. A role counts as borrowed while its giver has it, and while the account holds nothing
 * that four eyes keep from it. V_NONE where no such account was ever opened. */
enum verdict account_record_load(struct account_record *out, struct db *db, struct arena *a, struct slice id,
                                 int32_t day);

/* May somebody who acts in that role give `whom` a one-time code? Security may to everybody else; who administers an
 * organisation may to its other people, but not to those whom security alone administers. V_FORBIDDEN, or
 * V_SUBJECT_UNKNOWN where the account is another organisation's. */
enum verdict account_may_invite(const struct account_record *who, enum role role, const struct account_record *whom);

/* The accounts whose tasks somebody has on a local day, at most STANDS_FOR_MAX of them: first the own one, then those
 * that delegate to it, then all that handed over to one of these by closing, however often in turn. V_NONE where no
 * such account was ever opened. */
#define STANDS_FOR_MAX 100
enum verdict account_stands_for(struct slice **out, size_t *count, struct db *db, struct arena *a, struct slice id,
                                int32_t day);

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

/* ---- a loan at the counter -------------------------------------------------------------------------------------- */

enum eligible_status { ELIGIBLE_MET, ELIGIBLE_NOT_MET, ELIGIBLE_NOT_KNOWN, ELIGIBLE_NOT_APPLICABLE };

/* MUST: without it no certificate. WARN: somebody has to look. NOTE: good to know. */
enum eligible_weight { ELIGIBLE_MUST, ELIGIBLE_WARN, ELIGIBLE_NOTE };

/* One condition, judged. */
struct eligible_rule {
    struct slice code, zh, en;
    enum eligible_status status;
    enum eligible_weight weight;
    int64_t figure, bound;  /* the case's own and the one it is held against, both in `unit`; INT_ABSENT: none */
    const char *unit;       /* "fen", "ppm", "month", "times", "piece"; NULL where there is no figure */
    const char *limit_name; /* what the condition is read from; NULL: a document says it once for all */
    struct limit limit;     /* as in force on the day of the application; `source` absent where none is */
    struct slice loan;      /* another loan that is the reason, where whoever asks may know it; else absent */
};

/* How the province's key group is told to the nation. Codes; absent and 0 where nothing is said. */
struct loan_groups {
    struct slice province, national;
    struct list flags;          /* of texts */
    struct limit map;           /* loan_group_map.<province>: the national groups that it may be; `name` NULL: none */
    struct limit national_list; /* in force; `name` NULL: none */
};

/* In the order of the rules' table, then those of the dated list loan_rule that it does not name. */
struct eligibility {
    struct slice loan, district; /* `loan` absent for a draft */
    int32_t on;                  /* the day of the application, whose numbers count */
    struct eligible_rule *rules;
    size_t count;
    struct loan_groups groups;
};

/* Either a loan on record or the fields of a loan.applied that nobody has posted: with `on` (today where it is left
 * out), `subject` passed over. */
struct loan_question {
    const struct actor *who;
    struct slice loan;        /* absent: `draft` */
    const struct json *draft; /* the fields; an object */
    int32_t today;
    struct problems *problems;
};

/* Judges the application as it was asked for, by the numbers in force on its day in its district, the findings of
 * whoever looked into it, and what the registry knows of its borrower. V_SUBJECT_UNKNOWN; of a draft V_FIELDS_WRONG, or
 * V_FORBIDDEN where its district is not the asker's. Codes that are on no list are no wrong fields: that is what is
 * judged. Take a snapshot where writers are about. */
enum verdict loan_eligibility(struct eligibility *out, const struct registry *r, struct db *db, struct arena *a,
                              const struct loan_question *q);

/* {"loan"?,"on","district","rules":[{"rule","zh","en","status","weight",...}],"groups":{...}}: what is absent is left
 * out. */
void eligibility_json(struct buf *b, const struct eligibility *e);

/* What a code is called; both languages are the code itself where nobody has said. */
struct label {
    struct slice code, zh, en;
};

/* schemas/policy/lists.json, which the program carries with it: labels are no limits, so the registry has none. */
extern const struct slice policy_lists_document;

/* The labels of codes of a dated list, one each; they live in `a` or for ever. */
struct label *labels_find(struct arena *a, const char *list, const struct slice *codes, size_t count);

enum progress_by { PROGRESS_APPLICANT, PROGRESS_OFFICE, PROGRESS_BANK, PROGRESS__COUNT };
extern const struct label progress_by[PROGRESS__COUNT];

/* What an applicant may see without an account: no person, no amount. */
struct loan_progress {
    const struct state *state;
    int32_t since;          /* the day it came to it */
    const char *zh, *en;    /* what is next; NULL: nothing */
    enum progress_by by;    /* whose turn it is then */
    int32_t due;            /* DAY_ABSENT: none, or a limit says it */
    struct label *missing;  /* papers */
    size_t missing_count;
    struct slice certificate_no; /* absent before it is qualified */
    int32_t valid_to;
    struct slice bank_zh; /* the bank it lies at; absent: none */
};

/* V_SUBJECT_UNKNOWN where there is no such loan. Take a snapshot where writers are about. */
enum verdict loan_progress(struct loan_progress *out, struct db *db, struct arena *a, struct slice loan);

/* {"state":{"code","zh","en"},"since","next"?:{"zh","en","by","due"?},"missing"?,"certificate"?,"bank"?} */
void loan_progress_json(struct buf *b, const struct loan_progress *p);

/* WITHDRAWN: the application was, after it had been issued. */
enum certificate_state {
    CERTIFICATE_VALID,
    CERTIFICATE_EXPIRED,
    CERTIFICATE_USED,
    CERTIFICATE_REPLACED,
    CERTIFICATE_WITHDRAWN
};

struct certificate_issue {
    struct slice number, issued_by, fund; /* `fund` absent where none guarantees it */
    struct slice reason;                  /* of a reissue, a code of certificate_reissue_reason; absent otherwise */
    int32_t on, valid_to;
    int64_t amount_max, term_max_months; /* fen, months */
    enum certificate_state state;
};

/* In the order in which they were issued: the last is the one in force. */
struct loan_certificate {
    struct slice loan;
    int32_t class; /* a code of the loan's view */
    struct certificate_issue *issues;
    size_t count, size;
};

/* `today` tells a valid one from one that has run out. V_SUBJECT_UNKNOWN where the loan has none or is not there. Take
 * a snapshot where writers are about. */
enum verdict loan_certificate(struct loan_certificate *out, const struct registry *r, struct db *db, struct arena *a,
                              struct slice loan, int32_t today);

/* {"loan","class","certificate_no","state","issued_on","valid_to",...,"history":[...]}: the one in force, then those
 * that it replaced, the oldest first. */
void loan_certificate_json(struct buf *b, const struct loan_certificate *c);
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

/* ---- what the guarantee funds stand for -------------------------------------------------------------------------- */

enum guarantee_column {
    GUARANTEE_PAID_IN,
    GUARANTEE_COMMITTED,
    GUARANTEE_OUTSTANDING,
    GUARANTEE_CALLED,
    GUARANTEE_RECOVERED,
    GUARANTEE_LOST,
    GUARANTEE__COLUMNS
};

/* One fund at one bank in one district; fen. `bank` is empty for what lies at none yet, and for money paid in. */
struct guarantee_row {
    struct slice fund, bank, district;
    int64_t amounts[GUARANTEE__COLUMNS];
};

struct guarantee_table {
    int32_t as_of;
    int64_t known_seq; /* of the last entry considered */
    struct guarantee_row *rows;
    size_t count, size;
};

/* Every fund's sums up to a day, as known when entry `known_seq` had been recorded (INT64_MAX: now), narrowed to what
 * `reader` says: empty texts narrow nothing. `db` is any connection; take a snapshot where writers are about. */
enum verdict guarantee_table(struct guarantee_table *out, struct db *db, struct arena *a, const struct scope *reader,
                             int32_t as_of, int64_t known_seq);

/* {"as_of","known_at","rows":[{"fund","bank"?,"district","paid_in","committed","outstanding","called",...}]} */
void guarantee_table_json(struct buf *b, const struct guarantee_table *t);

/* ---- what time makes true ---------------------------------------------------------------------------------------- */

/* What the clock is to post, true from day `on`. `body` is the entry's own members as a JSON object. Texts live in the
 * arena it was found in. */
struct clock_fact {
    const char *kind;
    struct slice subject;
    int32_t on;
    struct slice body;
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

/* ---- the banks --------------------------------------------------------------------------------------------------- */

/* What a bank did over a time; fen, counts, hundredths of days, parts per million. INT_ABSENT for a quotient of
 * nothing. */
struct institution_figures {
    int64_t lent, received, decided, rejected;
    int64_t decision_days_x100; /* the mean from sent to decided, half-up */
    int64_t compensated, recovered;
    int64_t recovery_ppm; /* recovered of what was compensated, rounded down as shares are that limits judge */
};

/* A bank as one row. Texts live in the arena it was loaded into. */
struct institution {
    struct slice id, zh;
    const struct code *state;                  /* how it stands as a lender */
    int32_t since;                             /* DAY_ABSENT while it always stood so */
    struct slice merged_into;                  /* absent: into none, then or later */
    int32_t merged_from;
    struct slice agreement_no;                 /* of the agreement in force; absent: none is */
    int32_t agreement_from, agreement_to;
    int64_t branches;                          /* open on that day */
    struct institution_figures year, ever;
    int64_t outstanding, overdue, overdue_ppm; /* `overdue_ppm` INT_ABSENT where nothing is outstanding */
};

struct institution_table {
    int year;
    int32_t as_of;
    int64_t known_seq; /* of the last entry considered */
    struct institution *rows;
    size_t count;
};

/* The banks on record by a day of a year, in the order of their ids, and their figures up to it, as known when entry
 * `known_seq` had been recorded (INT64_MAX: now). `reader` narrows it: its `organisation` to one row, its `district` to
 * the figures and branches of one district; empty texts narrow nothing. `db` is any connection; take a snapshot where
 * writers are about. */
enum verdict institution_table(struct institution_table *out, const struct registry *r, struct db *db, struct arena *a,
                               const struct scope *reader, int year, int32_t as_of, int64_t known_seq);

/* The document of GET /v1/institutions. */
void institution_table_json(struct buf *b, const struct institution_table *t);

/* ---- the clock --------------------------------------------------------------------------------------------------- */

/* The banks to be warned, suspended or resumed today, one fact a bank at most. Once it is recorded nothing is owed to
 * that bank, but where it was resumed and is to be warned. `db` is any connection; a fact whose figures move before it
 * is recorded is refused, and proposed again when asked again. */
enum verdict organisations_clock(struct clock_fact **out, size_t *count, struct db *db, struct arena *a,
                                 int32_t today);

/* The loans of banks that have merged, each to go on at the bank that took over; at most LOANS_CLOCK_MAX at a time, and
 * others when asked again. `on` is the day of the merger. */
#define LOANS_CLOCK_MAX 1000
enum verdict loans_clock(struct clock_fact **out, size_t *count, struct db *db, struct arena *a, int32_t today);

#endif

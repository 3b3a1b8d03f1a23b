/*
 * What the files of the demo share: how it posts, who there is, and the two sorts of loans.
 * Knows the demo; must not be included by anything else.
 * Invariant: after the first refusal nothing more is posted.
 */
#ifndef VENTURED_DEMO_INT_H
#define VENTURED_DEMO_INT_H

#include "ventured/demo.h"

#define DEMO_GROUP 200
#define DEMO_BANKS 4
#define DEMO_DISTRICTS 6

struct demo {
    const struct demo_options *o;
    struct demo_report *report;
    struct arena *kept, *group;
    uint64_t state; /* of the random numbers */
    struct key *keys[DEMO_BANKS];
    struct posting *waiting[DEMO_GROUP];
    size_t count;
    uint64_t id_seed; /* 0 for the banks, who are the same under every seed */
    int64_t serial;   /* of entries: with that seed it makes their ids */
    int64_t last_seq; /* of the entry that was flushed last; 0 while that waits for a second person */
    int32_t year_start;
    enum verdict got; /* the first refusal; nothing is posted after it */
};

/* ---- demo_post.c: posting and signing --------------------------------------------------------------------------- */

/* Out of a seed, what it is for and a number. */
struct slice demo_uuid(struct arena *a, uint64_t seed, const char *what, int64_t number);

/* What is posted next is the same entry wherever `what` is the same, whatever the seed. */
void demo_ids_of(struct demo *d, const char *what);
struct slice demo_next_id(struct demo *d); /* of the entry that is posted next; kept */

/* One entry: `fields` as JSON without braces, empty for none, NUL-terminated. Somebody of the office says it, or a bank
 * tells it and signs for it. Entries gather to a group until demo_flush. */
void demo_say(struct demo *d, const struct actor *who, const char *kind, const char *subject, int32_t on,
              struct slice fields);
void demo_tell(struct demo *d, size_t bank, const char *kind, const char *loan, int32_t on, struct slice fields);
void demo_flush(struct demo *d);

/* ---- demo_people.c: who there is --------------------------------------------------------------------------------- */

struct demo_bank {
    const char *id, *zh;
};
extern const struct demo_bank demo_banks[DEMO_BANKS];

/* How many in a hundred loans each district gets, after the plan's loan targets. */
struct demo_district {
    const char *code;
    int share;
};
extern const struct demo_district demo_districts[DEMO_DISTRICTS];

#define DEMO_FUND "fund-demo"
#define DEMO_CLASS1_MOST INT64_C(10000000) /* fen */

extern const struct actor demo_officer, demo_payer;

/* Somebody of a district's office, and an account for one in each; `account` without the district's code. */
struct actor demo_local(struct demo *d, enum role role, const char *account, const char *district);
void demo_locals_open(struct demo *d, const char *account, const char *role);

/* Banks, keys, people, fund. V_USAGE where a key cannot be kept. */
void demo_found(struct demo *d);
void demo_keys_close(struct demo *d);

/* ---- demo_stories.c ---------------------------------------------------------------------------------------------- */

/* Loans that go every way a loan can go, whatever the seed. */
void demo_stories(struct demo *d);

#endif

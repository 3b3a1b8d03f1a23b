/*
 * Whose rows a reader sees: all, one district's, or one organisation's.
 * Knows roles and the named queries of each scope; must not know what a row means.
 * Invariant: the scope stands in the SQL text; no row is fetched first and hidden afterwards.
 */
#ifndef VENTURED_EDGE_SCOPE_H
#define VENTURED_EDGE_SCOPE_H

#include "ventured/kind.h"
#include "ventured/db.h"

/* One subject's row, as the queries of every scope give it. */
struct subject_row {
    struct slice id, state;
    int64_t frozen;
    struct slice first_on;
    int64_t seq;
    struct slice view;
};

/* The same of an exception, with the leaf of its entry and of the one that closed it, empty while it is open. */
struct exception_row {
    int64_t seq;
    struct slice type, subject, kind, nature, steps;
    int64_t excess, amount, closed;
    struct slice leaf, closing;
};

/* Open exceptions of one district, nature and kind. */
struct exception_sum {
    struct slice district, nature, kind;
    int64_t number, amount;
};

/* What waits for a second person. */
struct waiting_row {
    struct slice id, kind, actor;
};

/* Whether the role sees what is its own organisation's and no more: banks and operators. */
bool scope_is_house(enum role r);

/* By what a table of figures is narrowed for the reader; empty texts where it is not. V_FORBIDDEN for a role without a
 * scope, or whose district or organisation is empty. */
enum verdict scope_table(struct scope *out, const struct actor *who);

/* Whether a row of that district and organisation is within the reader's scope. */
bool scope_holds(const struct actor *who, struct slice district, struct slice organisation);

/* V_NONE where there is no such row, or it is not this reader's to know. A type without a scope is everybody's. */
enum verdict scope_one(struct subject_row *out, struct db *db, struct arena *a, const struct actor *who,
                       const struct subject_type *type, struct slice id);

/* At most `most` rows with ids after `after`, in the order of their ids; `state` "" is any. */
enum verdict scope_page(struct subject_row **out, size_t *count, struct db *db, struct arena *a,
                        const struct actor *who, const struct subject_type *type, struct slice after,
                        struct slice state, int64_t most);

/* Exceptions after number `after` of subjects that are this reader's to know; `closed_from` to `closed_to` is the range
 * of the entries that closed them, 0 while they are open. */
enum verdict scope_exceptions(struct exception_row **out, size_t *count, struct db *db, struct arena *a,
                              const struct actor *who, int64_t after, int64_t closed_from, int64_t closed_to,
                              int64_t most);

/* For those who see districts: a house learns nothing of what others did, and a sum tells of all. */
enum verdict scope_exception_sums(struct exception_sum **out, size_t *count, struct db *db, struct arena *a,
                                  const struct actor *who);

/* What waits under the reader's district or organisation, in the order of the ids; V_NONE as for a subject. */
enum verdict scope_waiting(struct waiting_row **out, size_t *count, struct db *db, struct arena *a,
                           const struct actor *who, struct slice after, int64_t most);
enum verdict scope_waiting_one(struct waiting_row *out, struct db *db, struct arena *a, const struct actor *who,
                               struct slice id);
/* One row of the work list, as the queries of every scope give it. */
struct step_line {
    struct slice type, subject, step, since, due, district;
};

/* What of the work list is asked for: steps of a set (step_set_add), the first `most` rows after a key; with `past` a
 * day, without what is due then or later by its own day. */
struct step_query {
    struct slice steps, past;
    struct step_line after; /* its type, subject, step and since */
    int64_t most;
};

/* In the order in which they began. */
enum verdict scope_steps(struct step_line **out, size_t *count, struct db *db, struct arena *a,
                         const struct actor *who, const struct step_query *q);

/* How many steps run that began on a day. With `begun` empty: those that have a day of their own, of which `past` are
 * past it. */
struct step_count {
    struct slice type, step, district, begun;
    int64_t running, past;
};

/* By type, step, district and begin, in that order, as on `day`. */
enum verdict scope_step_counts(struct step_count **out, size_t *count, struct db *db, struct arena *a,
                               const struct actor *who, struct slice steps, struct slice day);

#endif

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

/* Whether the role sees what is its own organisation's and no more: banks and operators. */
bool scope_is_house(enum role r);

/* By what a table of figures is narrowed for the reader; empty texts where it is not. V_FORBIDDEN for a role without a
 * scope, or whose district or organisation is empty. */
enum verdict scope_table(struct scope *out, const struct actor *who);

/* V_NONE where there is no such row, or it is not this reader's to know. A type without a scope is everybody's. */
enum verdict scope_one(struct subject_row *out, struct db *db, struct arena *a, const struct actor *who,
                       const struct subject_type *type, struct slice id);

/* At most `most` rows with ids after `after`, in the order of their ids; `state` "" is any. */
enum verdict scope_page(struct subject_row **out, size_t *count, struct db *db, struct arena *a,
                        const struct actor *who, const struct subject_type *type, struct slice after,
                        struct slice state, int64_t most);

#endif

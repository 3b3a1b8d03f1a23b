/*
 * Chooses the named query for a reader.
 * Knows which role sees how far; must not know how its rows are shown.
 * Invariant: a role without a scope, or whose district or organisation is empty, sees nothing.
 */
#include <string.h>

#include "scope.h"
#include "sql.h"

enum scope_of { SCOPE_NONE, SCOPE_DISTRICT, SCOPE_ORGANISATION, SCOPE_ALL };

/* Experts see what is assigned to them, which is no scope of rows. */
static const enum scope_of scopes[ROLE__COUNT] = {
    [ROLE_STREET_CLERK] = SCOPE_DISTRICT,
    [ROLE_DISTRICT_CLERK] = SCOPE_DISTRICT,
    [ROLE_DISTRICT_CHECKER] = SCOPE_DISTRICT,
    [ROLE_CENTRE_OFFICER] = SCOPE_ALL,
    [ROLE_PAYER] = SCOPE_ALL,
    [ROLE_EXPERT] = SCOPE_NONE,
    [ROLE_OPERATOR] = SCOPE_ORGANISATION,
    [ROLE_BANK_OFFICER] = SCOPE_ORGANISATION,
    [ROLE_BANK_CHECKER] = SCOPE_ORGANISATION,
    [ROLE_BANK_MACHINE] = SCOPE_ORGANISATION,
    [ROLE_SECTION_CHIEF] = SCOPE_ALL,
    [ROLE_BUREAU_READER] = SCOPE_ALL,
    [ROLE_AUDITOR] = SCOPE_ALL,
    [ROLE_SYSTEM] = SCOPE_ALL,
    [ROLE_SECURITY] = SCOPE_ALL,
    [ROLE_CLOCK] = SCOPE_NONE,
    [ROLE_IMPORT] = SCOPE_NONE,
};

bool
scope_is_house(enum role r)
{
    return scopes[r] == SCOPE_ORGANISATION;
}

static enum scope_of
scope_of_reader(struct slice *key, const struct actor *who)
{
    enum scope_of scope = scopes[who->role];

    *key = scope == SCOPE_DISTRICT ? who->district : who->organisation;
    return key->len == 0 && scope != SCOPE_ALL ? SCOPE_NONE : scope;
}

bool
scope_holds(const struct actor *who, struct slice district, struct slice organisation)
{
    struct slice key;
    enum scope_of scope = scope_of_reader(&key, who);

    return scope == SCOPE_ALL || (scope == SCOPE_DISTRICT && slice_equal(key, district)) ||
           (scope == SCOPE_ORGANISATION && slice_equal(key, organisation));
}

static enum scope_of
scope_find(struct slice *key, const struct actor *who, const struct subject_type *type)
{
    return type->scope == NULL ? SCOPE_ALL : scope_of_reader(key, who);
}

/* The queries differ in their text alone, so that one struct can hold any one's row. */
#define SAME_ROW(query)                                                                                                \
    static_assert(sizeof(struct query) == sizeof(struct subject_row), "the same columns");                             \
    static_assert(offsetof(struct query, view) == offsetof(struct subject_row, view), "in the same order")
SAME_ROW(sql_subject_one_all);
SAME_ROW(sql_subject_one_district);
SAME_ROW(sql_subject_one_organisation);
SAME_ROW(sql_subject_page_all);
SAME_ROW(sql_subject_page_district);
SAME_ROW(sql_subject_page_organisation);

#define SAME_STEP(query)                                                                                               \
    static_assert(sizeof(struct query) == sizeof(struct step_line), "the same columns");                               \
    static_assert(offsetof(struct query, district) == offsetof(struct step_line, district), "in the same order")
SAME_STEP(sql_step_page_all);
SAME_STEP(sql_step_page_district);
SAME_STEP(sql_step_page_organisation);

#define SAME_COUNT(query)                                                                                              \
    static_assert(sizeof(struct query) == sizeof(struct step_count), "the same columns");                              \
    static_assert(offsetof(struct query, past) == offsetof(struct step_count, past), "in the same order")
SAME_COUNT(sql_step_counts_all);
SAME_COUNT(sql_step_counts_district);
SAME_COUNT(sql_step_counts_organisation);

static void *
copy_rows(struct arena *a, const void *rows, size_t count, size_t size)
{
    void *out = arena_take(a, (count + 1) * size);

    if (count > 0)
        memcpy(out, rows, count * size);
    return out;
}

static struct subject_row *
take_rows(struct arena *a, const void *rows, size_t count)
{
    return copy_rows(a, rows, count, sizeof(struct subject_row));
}

enum verdict
scope_one(struct subject_row *out, struct db *db, struct arena *a, const struct actor *who,
          const struct subject_type *type, struct slice id)
{
    union {
        struct sql_subject_one_all all;
        struct sql_subject_one_district district;
        struct sql_subject_one_organisation organisation;
    } row;
    struct slice key, name = slice_of(type->name);
    enum verdict got = V_NONE;

    switch (scope_find(&key, who, type)) {
    case SCOPE_ALL:
        got = sql_subject_one_all(&row.all, db, a, name, id);
        break;
    case SCOPE_DISTRICT:
        got = sql_subject_one_district(&row.district, db, a, name, id, key);
        break;
    case SCOPE_ORGANISATION:
        got = sql_subject_one_organisation(&row.organisation, db, a, name, id, key);
        break;
    case SCOPE_NONE:
        break;
    }
    TRY(got);
    *out = *take_rows(a, &row, 1);
    return V_OK;
}

enum verdict
scope_page(struct subject_row **out, size_t *count, struct db *db, struct arena *a, const struct actor *who,
           const struct subject_type *type, struct slice after, struct slice state, int64_t most)
{
    struct sql_subject_page_all *all;
    struct sql_subject_page_district *district;
    struct sql_subject_page_organisation *organisation;
    struct slice key, name = slice_of(type->name);

    *out = NULL;
    *count = 0;
    switch (scope_find(&key, who, type)) {
    case SCOPE_ALL:
        TRY(sql_subject_page_all(&all, count, db, a, name, after, state, most));
        *out = take_rows(a, all, *count);
        break;
    case SCOPE_DISTRICT:
        TRY(sql_subject_page_district(&district, count, db, a, name, key, after, state, most));
        *out = take_rows(a, district, *count);
        break;
    case SCOPE_ORGANISATION:
        TRY(sql_subject_page_organisation(&organisation, count, db, a, name, key, after, state, most));
        *out = take_rows(a, organisation, *count);
        break;
    case SCOPE_NONE:
        break;
    }
    return V_OK;
}

/* ---- the work list ----------------------------------------------------------------------------------------------- */

enum verdict
scope_steps(struct step_line **out, size_t *count, struct db *db, struct arena *a, const struct actor *who,
            const struct step_query *q)
{
    const struct step_line *k = &q->after;
    struct sql_step_page_all *all;
    struct sql_step_page_district *district;
    struct sql_step_page_organisation *organisation;
    struct slice key;

    *out = NULL;
    *count = 0;
    switch (scope_of_reader(&key, who)) {
    case SCOPE_ALL:
        TRY(sql_step_page_all(&all, count, db, a, q->steps, q->past, k->since, k->type, k->subject, k->step, q->most));
        *out = copy_rows(a, all, *count, sizeof **out);
        break;
    case SCOPE_DISTRICT:
        TRY(sql_step_page_district(&district, count, db, a, q->steps, q->past, k->since, k->type, k->subject, k->step,
                                   key, q->most));
        *out = copy_rows(a, district, *count, sizeof **out);
        break;
    case SCOPE_ORGANISATION:
        TRY(sql_step_page_organisation(&organisation, count, db, a, q->steps, q->past, k->since, k->type, k->subject,
                                       k->step, key, q->most));
        *out = copy_rows(a, organisation, *count, sizeof **out);
        break;
    case SCOPE_NONE:
        break;
    }
    return V_OK;
}

enum verdict
scope_step_counts(struct step_count **out, size_t *count, struct db *db, struct arena *a, const struct actor *who,
                  struct slice steps, struct slice day)
{
    struct sql_step_counts_all *all;
    struct sql_step_counts_district *district;
    struct sql_step_counts_organisation *organisation;
    struct slice key;

    *out = NULL;
    *count = 0;
    switch (scope_of_reader(&key, who)) {
    case SCOPE_ALL:
        TRY(sql_step_counts_all(&all, count, db, a, day, steps));
        *out = copy_rows(a, all, *count, sizeof **out);
        break;
    case SCOPE_DISTRICT:
        TRY(sql_step_counts_district(&district, count, db, a, day, steps, key));
        *out = copy_rows(a, district, *count, sizeof **out);
        break;
    case SCOPE_ORGANISATION:
        TRY(sql_step_counts_organisation(&organisation, count, db, a, day, steps, key));
        *out = copy_rows(a, organisation, *count, sizeof **out);
        break;
    case SCOPE_NONE:
        break;
    }
    return V_OK;
}

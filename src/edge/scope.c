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
scope_of_role(struct slice *key, const struct actor *who, enum scope_of scope)
{
    *key = scope == SCOPE_DISTRICT ? who->district : who->organisation;
    return key->len == 0 && scope != SCOPE_ALL ? SCOPE_NONE : scope;
}

static enum scope_of
scope_of(struct slice *key, const struct actor *who)
{
    return scope_of_role(key, who, scopes[who->role]);
}

bool
scope_holds(const struct actor *who, struct slice district, struct slice organisation)
{
    struct slice key;
    enum scope_of scope = scope_of(&key, who);

    return scope == SCOPE_ALL || (scope == SCOPE_DISTRICT && slice_equal(key, district)) ||
           (scope == SCOPE_ORGANISATION && slice_equal(key, organisation));
}

static enum scope_of
scope_find(struct slice *key, const struct actor *who, const struct subject_type *type)
{
    enum scope_of scope = type->scope == NULL ? SCOPE_ALL : scopes[who->role];

    if (type->seen_whole != 0)
        scope = (type->seen_whole & ROLE_BIT(who->role)) != 0 ? SCOPE_ALL : SCOPE_ORGANISATION;
    return scope_of_role(key, who, scope);
}

enum verdict
scope_table(struct scope *out, const struct actor *who)
{
    struct slice key;
    enum scope_of scope = scope_of(&key, who);

    *out = (struct scope){S(""), S(""), S("")};
    if (scope == SCOPE_DISTRICT)
        out->district = key;
    if (scope == SCOPE_ORGANISATION)
        out->organisation = key;
    return scope == SCOPE_NONE ? V_FORBIDDEN : V_OK;
}

/* The queries differ in their text alone, so that one struct can hold any one's row. */
#define SAME_ROW(query, row, last)                                                                                     \
    static_assert(sizeof(struct query) == sizeof(struct row), "the same columns");                                     \
    static_assert(offsetof(struct query, last) == offsetof(struct row, last), "in the same order")
SAME_ROW(sql_subject_one_all, subject_row, view);
SAME_ROW(sql_subject_one_district, subject_row, view);
SAME_ROW(sql_subject_one_organisation, subject_row, view);
SAME_ROW(sql_subject_page_all, subject_row, view);
SAME_ROW(sql_subject_page_district, subject_row, view);
SAME_ROW(sql_subject_page_organisation, subject_row, view);
SAME_ROW(sql_exception_page_all, exception_row, closing);
SAME_ROW(sql_exception_page_district, exception_row, closing);
SAME_ROW(sql_exception_page_organisation, exception_row, closing);
SAME_ROW(sql_exception_sums_all, exception_sum, amount);
SAME_ROW(sql_exception_sums_district, exception_sum, amount);
SAME_ROW(sql_waiting_page_all, waiting_row, actor);
SAME_ROW(sql_waiting_page_district, waiting_row, actor);
SAME_ROW(sql_waiting_page_organisation, waiting_row, actor);
SAME_ROW(sql_waiting_one_all, waiting_row, actor);
SAME_ROW(sql_waiting_one_district, waiting_row, actor);
SAME_ROW(sql_waiting_one_organisation, waiting_row, actor);
SAME_ROW(sql_step_page_all, step_line, district);
SAME_ROW(sql_step_page_district, step_line, district);
SAME_ROW(sql_step_page_organisation, step_line, district);
SAME_ROW(sql_step_counts_all, step_count, past);
SAME_ROW(sql_step_counts_district, step_count, past);
SAME_ROW(sql_step_counts_organisation, step_count, past);

static void *
take_rows(struct arena *a, const void *rows, size_t count, size_t size)
{
    void *out = arena_take(a, (count + 1) * size);

    if (count > 0)
        memcpy(out, rows, count * size);
    return out;
}

#define TAKE(type, rows, count) ((struct type *)take_rows(a, rows, count, sizeof(struct type)))

/* ---- subjects ---------------------------------------------------------------------------------------------------- */

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
    *out = *TAKE(subject_row, &row, 1);
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
        *out = TAKE(subject_row, all, *count);
        break;
    case SCOPE_DISTRICT:
        TRY(sql_subject_page_district(&district, count, db, a, name, key, after, state, most));
        *out = TAKE(subject_row, district, *count);
        break;
    case SCOPE_ORGANISATION:
        TRY(sql_subject_page_organisation(&organisation, count, db, a, name, key, after, state, most));
        *out = TAKE(subject_row, organisation, *count);
        break;
    case SCOPE_NONE:
        break;
    }
    return V_OK;
}

/* ---- exceptions -------------------------------------------------------------------------------------------------- */

enum verdict
scope_exceptions(struct exception_row **out, size_t *count, struct db *db, struct arena *a, const struct actor *who,
                 int64_t after, int64_t closed_from, int64_t closed_to, int64_t most)
{
    struct sql_exception_page_all *all;
    struct sql_exception_page_district *district;
    struct sql_exception_page_organisation *organisation;
    struct slice key;

    *out = NULL;
    *count = 0;
    switch (scope_of(&key, who)) {
    case SCOPE_ALL:
        TRY(sql_exception_page_all(&all, count, db, a, after, closed_from, closed_to, most));
        *out = TAKE(exception_row, all, *count);
        break;
    case SCOPE_DISTRICT:
        TRY(sql_exception_page_district(&district, count, db, a, key, after, closed_from, closed_to, most));
        *out = TAKE(exception_row, district, *count);
        break;
    case SCOPE_ORGANISATION:
        TRY(sql_exception_page_organisation(&organisation, count, db, a, key, after, closed_from, closed_to, most));
        *out = TAKE(exception_row, organisation, *count);
        break;
    case SCOPE_NONE:
        break;
    }
    return V_OK;
}

enum verdict
scope_exception_sums(struct exception_sum **out, size_t *count, struct db *db, struct arena *a,
                     const struct actor *who)
{
    struct sql_exception_sums_all *all;
    struct sql_exception_sums_district *district;
    struct slice key;

    *out = NULL;
    *count = 0;
    switch (scope_of(&key, who)) {
    case SCOPE_ALL:
        TRY(sql_exception_sums_all(&all, count, db, a));
        *out = TAKE(exception_sum, all, *count);
        break;
    case SCOPE_DISTRICT:
        TRY(sql_exception_sums_district(&district, count, db, a, key));
        *out = TAKE(exception_sum, district, *count);
        break;
    case SCOPE_ORGANISATION:
    case SCOPE_NONE:
        break;
    }
    return V_OK;
}

/* ---- what waits -------------------------------------------------------------------------------------------------- */

enum verdict
scope_waiting(struct waiting_row **out, size_t *count, struct db *db, struct arena *a, const struct actor *who,
              struct slice after, int64_t most)
{
    struct sql_waiting_page_all *all;
    struct sql_waiting_page_district *district;
    struct sql_waiting_page_organisation *organisation;
    struct slice key;

    *out = NULL;
    *count = 0;
    switch (scope_of(&key, who)) {
    case SCOPE_ALL:
        TRY(sql_waiting_page_all(&all, count, db, a, after, most));
        *out = TAKE(waiting_row, all, *count);
        break;
    case SCOPE_DISTRICT:
        TRY(sql_waiting_page_district(&district, count, db, a, key, after, most));
        *out = TAKE(waiting_row, district, *count);
        break;
    case SCOPE_ORGANISATION:
        TRY(sql_waiting_page_organisation(&organisation, count, db, a, key, after, most));
        *out = TAKE(waiting_row, organisation, *count);
        break;
    case SCOPE_NONE:
        break;
    }
    return V_OK;
}

enum verdict
scope_waiting_one(struct waiting_row *out, struct db *db, struct arena *a, const struct actor *who, struct slice id)
{
    union {
        struct sql_waiting_one_all all;
        struct sql_waiting_one_district district;
        struct sql_waiting_one_organisation organisation;
    } row;
    struct slice key;
    enum verdict got = V_NONE;

    switch (scope_of(&key, who)) {
    case SCOPE_ALL:
        got = sql_waiting_one_all(&row.all, db, a, id);
        break;
    case SCOPE_DISTRICT:
        got = sql_waiting_one_district(&row.district, db, a, id, key);
        break;
    case SCOPE_ORGANISATION:
        got = sql_waiting_one_organisation(&row.organisation, db, a, id, key);
        break;
    case SCOPE_NONE:
        break;
    }
    TRY(got);
    *out = *TAKE(waiting_row, &row, 1);
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
    switch (scope_of(&key, who)) {
    case SCOPE_ALL:
        TRY(sql_step_page_all(&all, count, db, a, q->steps, q->past, k->since, k->type, k->subject, k->step, q->most));
        *out = take_rows(a, all, *count, sizeof **out);
        break;
    case SCOPE_DISTRICT:
        TRY(sql_step_page_district(&district, count, db, a, q->steps, q->past, k->since, k->type, k->subject, k->step,
                                   key, q->most));
        *out = take_rows(a, district, *count, sizeof **out);
        break;
    case SCOPE_ORGANISATION:
        TRY(sql_step_page_organisation(&organisation, count, db, a, q->steps, q->past, k->since, k->type, k->subject,
                                       k->step, key, q->most));
        *out = take_rows(a, organisation, *count, sizeof **out);
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
    switch (scope_of(&key, who)) {
    case SCOPE_ALL:
        TRY(sql_step_counts_all(&all, count, db, a, day, steps));
        *out = take_rows(a, all, *count, sizeof **out);
        break;
    case SCOPE_DISTRICT:
        TRY(sql_step_counts_district(&district, count, db, a, day, steps, key));
        *out = take_rows(a, district, *count, sizeof **out);
        break;
    case SCOPE_ORGANISATION:
        TRY(sql_step_counts_organisation(&organisation, count, db, a, day, steps, key));
        *out = take_rows(a, organisation, *count, sizeof **out);
        break;
    case SCOPE_NONE:
        break;
    }
    return V_OK;
}

/*
 * Subjects as rows: what is true now of one loan, one base, one person.
 * Knows the row's form; must not know what a view means.
 * Invariant: a subject without a row is new, with a blank view.
 */
#include <string.h>

#include "ledger_int.h"

void
subject_blank(struct subject *out, struct arena *a, const struct subject_type *type, struct slice id)
{
    *out = (struct subject){.type = type, .id = id, .state = STATE_NEW, .first_on = DAY_ABSENT};
    out->view = arena_take(a, type->view->size);
    shape_blank(type->view, out->view);
}

/* A view is only ever replaced member by member, so a flat copy keeps the one before an effect. */
struct subject
subject_copy(struct arena *a, const struct subject *s)
{
    struct subject copy = *s;

    copy.view = arena_take(a, s->type->view->size);
    memcpy(copy.view, s->view, s->type->view->size);
    return copy;
}

void *
list_push(struct list *list, struct arena *a, size_t item_size)
{
    char *at = arena_take(a, (list->count + 1) * item_size);

    if (list->count > 0)
        memcpy(at, list->at, list->count * item_size);
    list->at = at;
    return at + item_size * list->count++;
}

static bool
state_find(int *out, const struct subject_type *type, struct slice name)
{
    for (size_t i = 0; i < type->state_count; i++)
        if (slice_equal(name, slice_of(type->states[i].name))) {
            *out = (int)i;
            return true;
        }
    return false;
}

/* What every query of subjects gives: one struct can hold any one's row. */
#define SAME_ROW(query)                                                                                                \
    static_assert(sizeof(struct query) == sizeof(struct sql_subject_one_all), "the same columns");                     \
    static_assert(offsetof(struct query, view) == offsetof(struct sql_subject_one_all, view), "in the same order")
SAME_ROW(sql_subject_page_all);
SAME_ROW(sql_subject_of_person);

/* `out` is blank. */
static enum verdict
row_read(struct subject *out, struct arena *a, const struct sql_subject_get *row)
{
    const struct json *view;

    if (!state_find(&out->state, out->type, row->state) || json_parse(&view, a, row->view) != V_OK)
        return V_BROKEN;
    if (row->first_on.len > 0 && !day_parse(&out->first_on, row->first_on))
        return V_BROKEN;
    out->frozen = row->frozen != 0;
    out->seq = row->seq;
    return shape_restore(out->view, a, out->type->view, view);
}

enum verdict
subject_load(struct subject *out, struct db *db, struct arena *a, const struct subject_type *type, struct slice id)
{
    struct sql_subject_get row;
    enum verdict got;

    subject_blank(out, a, type, id);
    got = sql_subject_get(&row, db, a, slice_of(type->name), id);
    if (got == V_NONE)
        return V_OK;
    TRY(got);
    return row_read(out, a, &row);
}

/* ---- several of them ------------------------------------------------------------------------------------------- */

static enum verdict
rows_read(struct subject **out, struct arena *a, const struct subject_type *type, const void *rows, size_t count)
{
    const struct sql_subject_one_all *at = rows;

    *out = NEW_ARRAY(a, struct subject, count + 1);
    for (size_t i = 0; i < count; i++) {
        struct sql_subject_get row = {at[i].state, at[i].frozen, at[i].first_on, at[i].seq, at[i].view};

        subject_blank(&(*out)[i], a, type, at[i].id);
        TRY(row_read(&(*out)[i], a, &row));
    }
    return V_OK;
}

enum verdict
subject_page(struct subject **out, size_t *count, struct db *db, struct arena *a, const struct subject_type *type,
             struct slice after, int64_t most)
{
    struct sql_subject_page_all *rows;

    TRY(sql_subject_page_all(&rows, count, db, a, slice_of(type->name), after, S(""), most));
    return rows_read(out, a, type, rows, *count);
}

enum verdict
subject_ids(struct slice **out, size_t *count, struct db *db, struct arena *a, const struct subject_type *type,
            struct slice organisation, int state, int64_t most)
{
    struct sql_subject_page_organisation *rows;

    TRY(sql_subject_page_organisation(&rows, count, db, a, slice_of(type->name), organisation, S(""),
                                      slice_of(type->states[state].name), most));
    *out = NEW_ARRAY(a, struct slice, *count);
    for (size_t i = 0; i < *count; i++)
        (*out)[i] = rows[i].id;
    return V_OK;
}

enum verdict
ledger_of_person(struct subject **out, size_t *count, struct db *db, struct arena *a, const struct subject_type *type,
                 struct slice person)
{
    struct sql_subject_of_person *rows;

    TRY(sql_subject_of_person(&rows, count, db, a, slice_of(type->name), person, LEDGER_LOOKUP_MAX));
    return rows_read(out, a, type, rows, *count);
}

enum verdict
ledger_in_state(struct subject **out, size_t *count, struct db *db, struct arena *a, const struct subject_type *type,
                int state)
{
    struct sql_subject_page_all *rows;

    TRY(sql_subject_page_all(&rows, count, db, a, slice_of(type->name), S(""), slice_of(type->states[state].name),
                             LEDGER_LOOKUP_MAX));
    return rows_read(out, a, type, rows, *count);
}

enum verdict
ledger_since(int32_t *out, struct db *db, struct arena *a, const struct subject *s)
{
    struct sql_journal_since row;
    struct leaf leaf;

    TRY(sql_journal_since(&row, db, a, slice_of(s->type->name), s->id, slice_of(s->type->states[s->state].name)));
    TRY(leaf_decode(&leaf, a, row.leaf));
    *out = leaf.on;
    return V_OK;
}

static struct slice
text_or_empty(struct slice s)
{
    return s.at == NULL ? S("") : s;
}

enum verdict
subject_save(const struct subject *s, struct db *db, struct arena *a)
{
    struct buf view = {.arena = a};
    struct scope scope = {0};
    char first_on[DAY_TEXT_SIZE] = "";

    assert(s->state < (int)s->type->state_count);
    if (s->first_on != DAY_ABSENT)
        day_print(first_on, s->first_on);
    if (s->type->scope != NULL)
        s->type->scope(&scope, s->view);
    shape_encode(&view, s->type->view, s->view);
    return sql_subject_put(db, slice_of(s->type->name), s->id, slice_of(s->type->states[s->state].name), s->frozen,
                           slice_of(first_on), s->seq, text_or_empty(scope.district),
                           text_or_empty(scope.organisation), text_or_empty(scope.person), buf_slice(&view));
}

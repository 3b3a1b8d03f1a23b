/*
 * Steps: what is to be done about a subject, since when, and by when where its view knows.
 * Knows a type's table of steps; must not know the calendar, nor today.
 * Invariant: the rows of a subject are what its type makes of its view and state, and of nothing else.
 */
#include "ledger_int.h"

void
await(struct steps *s, size_t row, int32_t since, int32_t due)
{
    assert(since != DAY_ABSENT);
    s->at = arena_grow(s->arena, s->at, s->count, &s->size, sizeof *s->at, 4);
    s->at[s->count++] = (struct step){row, since, due};
}

static bool
same_step(const struct step *a, const struct step *b)
{
    return a->row == b->row && a->since == b->since && a->due == b->due;
}

static bool
same(const struct steps *a, const struct steps *b)
{
    for (size_t i = 0; i < a->count && i < b->count; i++)
        if (!same_step(&a->at[i], &b->at[i]))
            return false;
    return a->count == b->count;
}

static bool
same_scope(const struct scope *a, const struct scope *b)
{
    return slice_equal(a->district, b->district) && slice_equal(a->organisation, b->organisation);
}

static void
steps_of(struct steps *out, struct scope *scope, struct arena *a, const struct subject *s)
{
    *out = (struct steps){.arena = a};
    *scope = (struct scope){.district = S(""), .organisation = S("")};
    if (s->state == STATE_NEW)
        return;
    s->type->runs(out, s->view, s->state);
    if (s->type->scope != NULL)
        s->type->scope(scope, s->view);
    if (scope->district.at == NULL)
        scope->district = S("");
    if (scope->organisation.at == NULL)
        scope->organisation = S("");
}

static enum verdict
step_save(struct db *db, const struct subject *s, const struct step *one, const struct scope *scope)
{
    char since[DAY_TEXT_SIZE], due[DAY_TEXT_SIZE] = "";

    assert(one->row < s->type->step_count);
    day_print(since, one->since);
    if (one->due != DAY_ABSENT)
        day_print(due, one->due);
    return sql_step_add(db, slice_of(s->type->name), s->id, slice_of(s->type->steps[one->row].name), slice_of(since),
                        slice_of(due), scope->district, scope->organisation);
}

enum verdict
steps_settle(struct db *db, struct arena *a, const struct subject *before, const struct subject *after)
{
    struct steps was, is;
    struct scope from, to;

    if (after->type->runs == NULL)
        return V_OK;
    steps_of(&was, &from, a, before);
    steps_of(&is, &to, a, after);
    if (same(&was, &is) && same_scope(&from, &to))
        return V_OK;
    TRY(sql_step_clear(db, slice_of(after->type->name), after->id));
    for (size_t i = 0; i < is.count; i++)
        TRY(step_save(db, after, &is.at[i], &to));
    return V_OK;
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

const struct step_row *
step_find(const struct subject_type *t, struct slice name)
{
    for (size_t i = 0; i < t->step_count; i++)
        if (slice_equal(name, slice_of(t->steps[i].name)))
            return &t->steps[i];
    return NULL;
}

/* A comma on either side, so that no name is found within another. */
void
step_set_add(struct buf *b, const struct subject_type *t, const struct step_row *row)
{
    if (b->len == 0)
        buf_add_char(b, ',');
    buf_print(b, "%s/%s,", t->name, row->name);
}

static struct slice
posting_steps(struct arena *a, const struct registry *r)
{
    struct buf b = {.arena = a};

    for (size_t i = 0; i < r->type_count; i++)
        for (size_t s = 0; s < r->types[i]->step_count; s++)
            if (r->types[i]->steps[s].posts != NULL)
                step_set_add(&b, r->types[i], &r->types[i]->steps[s]);
    return buf_slice(&b);
}

enum verdict
ledger_steps_past(struct step_past **out, size_t *count, const struct registry *r, struct db *db, struct arena *a,
                  int32_t today)
{
    char day[DAY_TEXT_SIZE];
    struct sql_step_past *rows;

    day_print(day, today);
    TRY(sql_step_past(&rows, count, db, a, posting_steps(a, r), slice_of(day), STEPS_PAST_MAX));
    *out = NEW_ARRAY(a, struct step_past, *count + 1);
    for (size_t i = 0; i < *count; i++) {
        struct step_past *one = &(*out)[i];

        one->type = registry_type(r, rows[i].type);
        one->row = step_find(one->type, rows[i].step);
        one->subject = rows[i].subject;
        if (!day_parse(&one->due, rows[i].due))
            return V_BROKEN;
    }
    return V_OK;
}

/*
 * When a step is due: by its own day, or by so many days, worked or plain, from the day on which it began.
 * Knows the calendar and how a limit counts time; must not know any step, nor today.
 * Invariant: a time runs by the limit that was in force when it began, and a day that nobody set is no due day.
 */
#include "domain_int.h"

/* ---- counting -------------------------------------------------------------------------------------------------- */

/* DAY_MAX where the count reaches beyond it. */
static int32_t
days_after(int32_t since, int64_t days)
{
    return days < DAY_MAX - since ? since + (int32_t)days : DAY_MAX;
}

struct due
step_due(const struct calendar *c, const struct limit *limit, int32_t since, int32_t own)
{
    struct due out = {.day = own};

    if (own != DAY_ABSENT || limit == NULL || limit->number == INT_ABSENT || limit->number < 0)
        return out;
    if (slice_equal(limit->unit, S("day")))
        out.day = days_after(since, limit->number);
    if (!slice_equal(limit->unit, S("workday")))
        return out;
    out.day = calendar_after(c, since, limit->number);
    out.by_workdays = true;
    out.provisional = calendar_is_provisional(c, since) || calendar_is_provisional(c, out.day);
    return out;
}

int64_t
due_left(const struct calendar *c, const struct due *d, int32_t today)
{
    assert(d->day != DAY_ABSENT);
    return d->by_workdays ? calendar_between(c, today, d->day) : (int64_t)d->day - today;
}

/* ---- the limits that were asked for ------------------------------------------------------------------------------ */

#define SCOPES_MAX 5

/* A limit in every scope that a district lies in, the narrowest first. */
struct chain {
    const char *name;
    struct slice district;
    struct subject scopes[SCOPES_MAX];
    size_t count;
    struct chain *next;
};

struct due_book {
    struct calendar calendar;
    struct db *db;
    struct arena *arena;
    struct chain *first;
};

enum verdict
due_book_open(struct due_book **out, struct db *db, struct arena *a)
{
    struct due_book *b = NEW(a, struct due_book);

    *b = (struct due_book){.db = db, .arena = a};
    TRY(calendar_load(&b->calendar, db, a));
    *out = b;
    return V_OK;
}

const struct calendar *
due_calendar(const struct due_book *b)
{
    return &b->calendar;
}

static enum verdict
chain_find(struct chain **out, struct due_book *b, const char *name, struct slice district)
{
    struct slice scopes[SCOPES_MAX];
    struct chain *c = b->first;

    while (c != NULL && !(slice_equal(slice_of(c->name), slice_of(name)) && slice_equal(c->district, district)))
        c = c->next;
    *out = c;
    if (c != NULL)
        return V_OK;
    c = NEW(b->arena, struct chain);
    *c = (struct chain){.name = name, .district = district, .next = b->first};
    c->count = the_limits.scopes(scopes, district);
    for (size_t i = 0; i < c->count; i++)
        TRY(subject_load(&c->scopes[i], b->db, b->arena, the_limits.type, the_limits.id(b->arena, name, scopes[i])));
    *out = b->first = c;
    return V_OK;
}

static const struct limit *
chain_limit(struct limit *out, const struct chain *c, int32_t day)
{
    for (size_t i = 0; i < c->count; i++)
        if (c->scopes[i].state != STATE_NEW && the_limits.in_force(out, c->scopes[i].view, day))
            return out;
    return NULL;
}

enum verdict
due_find(struct due *out, struct due_book *b, const struct step_row *row, struct slice district, int32_t since,
         int32_t own)
{
    struct chain *chain;
    struct limit limit;

    *out = step_due(&b->calendar, NULL, since, own);
    if (row->days == NULL || own != DAY_ABSENT)
        return V_OK;
    TRY(chain_find(&chain, b, row->days, district));
    *out = step_due(&b->calendar, chain_limit(&limit, chain, since), since, DAY_ABSENT);
    return V_OK;
}

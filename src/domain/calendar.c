/*
 * The working calendar: which days are worked, and the days that are counted by them.
 * Knows the plain week and the two limits that list its exceptions; must not know what falls due, nor any year.
 * Invariant: a list rises and holds exceptions alone (days off on weekdays, days worked on weekends), so that up to any
 * day as many days are worked as in the plain week, less what the one list has up to it and more what the other has.
 */
#include "domain_int.h"

#define WEEK 7
#define WEEK_WORKED 5

/* ---- loading --------------------------------------------------------------------------------------------------- */

/* Weeks are counted from DAY_MIN: 1900-01-01 was a Monday. */
static bool
is_weekend(int32_t day)
{
    return (day - DAY_MIN) % WEEK >= WEEK_WORKED;
}

/* A notice is about a year: that nobody has set an end does not make it one about the next. */
static int32_t
last_day(const struct limit_view_periods_item *p)
{
    int32_t day;
    bool made;

    if (p->to != DAY_ABSENT)
        return p->to;
    made = day_make(&day, day_year(p->from), 12, 31);
    assert(made);
    return day;
}

/* The door has seen to it that items of this unit are days of their period and rise; one that followed may have cut the
 * period short since. */
static size_t
days_read(int32_t *out, const struct slice *items, int64_t count, int32_t last, bool weekend)
{
    size_t read = 0;
    int32_t day;

    for (int64_t i = 0; i < count; i++)
        if (day_parse(&day, items[i]) && day <= last && is_weekend(day) == weekend)
            out[read++] = day;
    return read;
}

static enum verdict
list_load(struct calendar_list *out, struct db *db, struct arena *a, struct slice subject, bool weekend)
{
    const struct limit_view_periods_item *one;
    const struct limit_view *v;
    struct calendar_period *periods;
    struct subject s;
    int32_t *days;

    TRY(subject_load(&s, db, a, &limit_type, subject));
    v = s.view;
    one = v->periods.at;
    periods = NEW_ARRAY(a, struct calendar_period, v->periods.count);
    days = NEW_ARRAY(a, int32_t, v->items.count);
    *out = (struct calendar_list){.days = days, .periods = periods};
    for (size_t i = 0; i < v->periods.count; i++, one++) {
        int32_t last = last_day(one);

        if (!slice_equal(one->unit, S(LIMIT_DAY_LIST)) || one->item_count == INT_ABSENT)
            continue;
        periods[out->period_count++] = (struct calendar_period){one->from, last};
        out->day_count += days_read(days + out->day_count, (const struct slice *)v->items.at + one->first_item,
                                    one->item_count, last, weekend);
    }
    return V_OK;
}

enum verdict
calendar_load(struct calendar *out, struct db *db, struct arena *a)
{
    TRY(list_load(&out->off, db, a, S("calendar.holidays@cn"), false));
    return list_load(&out->worked, db, a, S("calendar.workdays@cn"), true);
}

/* ---- counting -------------------------------------------------------------------------------------------------- */

/* How many of the list's days lie up to that one. */
static int64_t
listed_up_to(const struct calendar_list *l, int32_t day)
{
    size_t low = 0, high = l->day_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (l->days[middle] <= day)
            low = middle + 1;
        else
            high = middle;
    }
    return (int64_t)low;
}

static int64_t
worked_up_to(const struct calendar *c, int32_t day)
{
    int32_t days = day - DAY_MIN + 1, rest = days % WEEK;
    int64_t plain = days / WEEK * WEEK_WORKED + (rest < WEEK_WORKED ? rest : WEEK_WORKED);

    return plain - listed_up_to(&c->off, day) + listed_up_to(&c->worked, day);
}

int64_t
calendar_between(const struct calendar *c, int32_t first, int32_t last)
{
    return worked_up_to(c, last) - worked_up_to(c, first);
}

bool
calendar_is_workday(const struct calendar *c, int32_t day)
{
    return calendar_between(c, day - 1, day) > 0;
}

/* As many days ahead as are still missing cannot lead past the n-th, and lead to it where all of them are worked. */
static int32_t
nth_after(const struct calendar *c, int32_t day, int64_t n)
{
    int32_t at = day;

    for (int64_t missing = n; missing > 0 && at < DAY_MAX; missing = n - calendar_between(c, day, at))
        at = missing < DAY_MAX - at ? at + (int32_t)missing : DAY_MAX;
    return at;
}

int32_t
calendar_after(const struct calendar *c, int32_t day, int64_t workdays)
{
    return workdays > 0 ? nth_after(c, day, workdays) : calendar_next(c, day);
}

int32_t
calendar_next(const struct calendar *c, int32_t day)
{
    return nth_after(c, day - 1, 1);
}

/* ---- what is announced ----------------------------------------------------------------------------------------- */

static bool
is_announced(const struct calendar_list *l, int32_t day)
{
    for (size_t i = 0; i < l->period_count; i++)
        if (day >= l->periods[i].from && day <= l->periods[i].to)
            return true;
    return false;
}

bool
calendar_is_provisional(const struct calendar *c, int32_t day)
{
    return !is_announced(&c->off, day) || !is_announced(&c->worked, day);
}

/* December has 31 days: as many ahead of it lies next year, and ahead of any day before it this one. */
bool
calendar_alarm(const struct calendar *c, int32_t today)
{
    return calendar_is_provisional(c, today) || calendar_is_provisional(c, today + 31);
}

/* ---- due days -------------------------------------------------------------------------------------------------- */

/* `month` may be 13 or 14: of the year after. */
static int32_t
first_of(int year, int month)
{
    int32_t day;
    bool made = day_make(&day, year + (month - 1) / 12, (month - 1) % 12 + 1, 1);

    assert(made);
    return day;
}

int32_t
calendar_monthly_due(const struct calendar *c, int year, int month, int64_t due_day)
{
    int32_t first = first_of(year, month + 1), length = first_of(year, month + 2) - first;

    if (due_day > length)
        return calendar_next(c, first + length - 1);
    return calendar_next(c, due_day < 1 ? first : first + (int32_t)due_day - 1);
}

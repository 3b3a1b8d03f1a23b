/*
 * How a bank stands as a lender on a day, and which measure its figures call for.
 * Knows measures, days and the names of deeds; must not hold a number of the trade, nor change a view.
 * Invariant: the clock's proposal and the rule that lets it in ask the same function, measure_due.
 *
 *                 warned              suspended
 *     active ---------------> warned -----------> suspended      suspended leads from active too
 *       ^                        |                    |
 *       +------------------------+--------------------+          resumed; an upheld appeal resumes too
 *
 *     left leads from all three, returned from left to active; merged stands beside all of them, from its day on.
 */
#include "organisation_int.h"

const struct code lendings[LENDING__COUNT] = {
    [LENDING_ACTIVE]    = {"active",    "正常",       "active"                 },
    [LENDING_WARNED]    = {"warned",    "预警",       "warned"                 },
    [LENDING_SUSPENDED] = {"suspended", "暂停新业务", "new business suspended" },
    [LENDING_LEFT]      = {"left",      "已退出",     "left"                   },
    [LENDING_MERGED]    = {"merged",    "已合并",     "merged into another"    },
    [LENDING_CLOSED]    = {"closed",    "已停用",     "closed"                 },
};

#define LENDS (LENDING(ACTIVE) | LENDING(WARNED))
#define UNDER_MEASURE (LENDING(WARNED) | LENDING(SUSPENDED))
#define TAKES_PART (LENDS | LENDING(SUSPENDED))
#define ON_ITS_OWN (TAKES_PART | LENDING(LEFT))

static const struct deed deeds[] = {
    {KIND_ORGANISATION_AGREEMENT_SIGNED, ON_ITS_OWN,                   NO_MEASURE        },
    {KIND_ORGANISATION_BRANCH_OPENED,    TAKES_PART,                   NO_MEASURE        },
    {KIND_ORGANISATION_BRANCH_CLOSED,    ON_ITS_OWN | LENDING(MERGED), NO_MEASURE        },
    {KIND_ORGANISATION_WARNED,           LENDING(ACTIVE),              MEASURE(WARNED)   },
    {KIND_ORGANISATION_SUSPENDED,        LENDS,                        MEASURE(SUSPENDED)},
    {KIND_ORGANISATION_RESUMED,          UNDER_MEASURE,                MEASURE(RESUMED)  },
    {KIND_ORGANISATION_APPEALED,         UNDER_MEASURE,                NO_MEASURE        },
    {KIND_ORGANISATION_APPEAL_DECIDED,   ON_ITS_OWN | LENDING(MERGED), NO_MEASURE        },
    {KIND_ORGANISATION_LEFT,             TAKES_PART,                   MEASURE(LEFT)     },
    {KIND_ORGANISATION_RETURNED,         LENDING(LEFT),                MEASURE(RETURNED) },
    {KIND_ORGANISATION_MERGED,           ON_ITS_OWN,                   NO_MEASURE        },
};

static const enum lending leads_to[ORGANISATION_VIEW_MEASURES_ITEM_MEASURE__COUNT] = {
    [MEASURE(WARNED)] = LENDING_WARNED, [MEASURE(SUSPENDED)] = LENDING_SUSPENDED, [MEASURE(RESUMED)] = LENDING_ACTIVE,
    [MEASURE(LEFT)] = LENDING_LEFT,     [MEASURE(RETURNED)] = LENDING_ACTIVE,
};

const struct deed *
deed_of(const struct kind_row *schema)
{
    for (size_t i = 0; i < COUNT(deeds); i++)
        if (&entry_kinds[deeds[i].kind] == schema)
            return &deeds[i];
    return NULL;
}

bool
deed_fits(const struct deed *d, enum lending now)
{
    return (d->while_it_is & (UINT32_C(1) << now)) != 0;
}

bool
measure_follows(enum lending *now, int measure)
{
    for (size_t i = 0; i < COUNT(deeds); i++) {
        if (deeds[i].measure != measure || !deed_fits(&deeds[i], *now))
            continue;
        *now = leads_to[measure];
        return true;
    }
    return false;
}

/* ---- on a day -------------------------------------------------------------------------------------------------- */

/* Measures stand in the order of their days: rules and corrections see to it. */
const struct organisation_view_measures_item *
measure_on(const struct organisation_view *v, int32_t day)
{
    const struct organisation_view_measures_item *at = v->measures.at, *last = NULL;

    for (size_t i = 0; i < v->measures.count && at[i].on <= day; i++)
        last = &at[i];
    return last;
}

const struct organisation_view_measures_item *
measure_last(const struct organisation_view *v)
{
    return measure_on(v, DAY_MAX);
}

static bool
reached(int32_t day, int32_t since)
{
    return since != DAY_ABSENT && day >= since;
}

enum lending
lending_on(const struct organisation_view *v, int32_t day)
{
    const struct organisation_view_measures_item *last = measure_on(v, day);

    if (reached(day, v->closed))
        return LENDING_CLOSED;
    if (reached(day, v->merged_from))
        return LENDING_MERGED;
    return last == NULL ? LENDING_ACTIVE : leads_to[last->measure];
}

int32_t
lending_since(const struct organisation_view *v, enum lending now, int32_t day)
{
    const struct organisation_view_measures_item *last = measure_on(v, day);

    if (now == LENDING_CLOSED)
        return v->closed;
    if (now == LENDING_MERGED)
        return v->merged_from;
    return last == NULL ? DAY_ABSENT : last->on;
}

const struct organisation_view_agreements_item *
agreement_on(const struct organisation_view *v, int32_t day)
{
    const struct organisation_view_agreements_item *at = v->agreements.at;

    for (size_t i = 0; i < v->agreements.count; i++)
        if (day >= at[i].from && day <= at[i].to)
            return &at[i];
    return NULL;
}

const struct organisation_view_appeals_item *
appeal_open(const struct organisation_view *v)
{
    const struct organisation_view_appeals_item *at = v->appeals.at;

    for (size_t i = 0; i < v->appeals.count; i++)
        if (at[i].decided == DAY_ABSENT)
            return &at[i];
    return NULL;
}

/* ---- by its figures -------------------------------------------------------------------------------------------- */

#define PPM 1000000

bool
overdue_share(int64_t *ppm, const struct exposure *x)
{
    return x->outstanding > 0 && money_mul_div(ppm, x->overdue, PPM, x->outstanding, ROUND_DOWN);
}

static bool
at_least(int64_t ppm, const struct limit *l)
{
    return l->name != NULL && ppm >= l->number;
}

static bool
below(int64_t ppm, const struct limit *l)
{
    return l->name != NULL && ppm < l->number;
}

/* An upheld appeal would mean little if the clock overruled it the next day. */
static bool
is_held(const struct organisation_view_measures_item *last, const struct limit *hold, int32_t day)
{
    return last != NULL && last->measure == MEASURE(RESUMED) &&
           last->by == ORGANISATION_VIEW_MEASURES_ITEM_BY_PERSON && hold->name != NULL &&
           day - last->on < hold->number;
}

static int
measure_called_for(const struct organisation_view *v, const struct exposure *x, const struct limit *limits, int32_t day)
{
    const struct organisation_view_measures_item *last = measure_on(v, day);
    enum lending now = lending_on(v, day);
    int64_t ppm;

    if (!overdue_share(&ppm, x) || is_held(last, &limits[MEASURE_LIMIT_HOLD], day))
        return NO_MEASURE;
    if (now == LENDING_SUSPENDED)
        return last->by == ORGANISATION_VIEW_MEASURES_ITEM_BY_CLOCK && below(ppm, &limits[MEASURE_LIMIT_RESUME])
                   ? MEASURE(RESUMED)
                   : NO_MEASURE;
    if ((now == LENDING_ACTIVE || now == LENDING_WARNED) && at_least(ppm, &limits[MEASURE_LIMIT_STOP]))
        return MEASURE(SUSPENDED);
    return now == LENDING_ACTIVE && at_least(ppm, &limits[MEASURE_LIMIT_WARN]) ? MEASURE(WARNED) : NO_MEASURE;
}

/* A fact of the clock's has one id a day. */
static bool
is_taken(const struct organisation_view *v, int measure, int32_t day)
{
    const struct organisation_view_measures_item *at = v->measures.at;

    for (size_t i = 0; i < v->measures.count; i++)
        if (at[i].measure == measure && at[i].on == day && at[i].by == ORGANISATION_VIEW_MEASURES_ITEM_BY_CLOCK)
            return true;
    return false;
}

int
measure_due(const struct organisation_view *v, const struct exposure *x, const struct limit *limits, int32_t day)
{
    int measure = measure_called_for(v, x, limits, day);

    return measure == NO_MEASURE || is_taken(v, measure, day) ? NO_MEASURE : measure;
}

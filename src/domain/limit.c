/*
 * Limits: every number, code and list that a rule reads, in force from a day, for a place, out of a document.
 * Knows periods and scopes; must not know what any limit is for, but which of them a total reads.
 * Invariants:
 *   1. The periods of a limit stand in order and none reaches into the next.
 *   2. What was in force on a day stays so: once its first day has come, a period is followed, never mended.
 */
#include <string.h>

#include "domain_int.h"

/*
 *            set              ended
 *    (new) --------> set <--------------> ended
 *                   ^   |        set
 *                   +---+ set
 */
enum limit_state { LIMIT_NEW, LIMIT_SET, LIMIT_ENDED };

static const struct state states[] = {
    {"new",   "未设定", "new",   false},
    {"set",   "已设定", "set",   false},
    {"ended", "已终止", "ended", false},
};

/* The bounds of the view's lists. */
#define PERIODS_MAX 200
#define ITEMS_MAX 1000

/* What totals are counted by: a change of these may not reach back to days that the totals hold. */
static const char *const read_by_totals[] = {
    "drive.min_insured_months",
    "drive.mode",
    "drive.window_months",
    "supported.firm_counts",
    "supported.licence_within_months",
    "supported.renewal_counts",
    "trained.counts",
};

static const struct limit_view_periods_item *
period_at(const struct limit_view *v, size_t i)
{
    return (const struct limit_view_periods_item *)v->periods.at + i;
}

/* ---- "name@scope" ---------------------------------------------------------------------------------------------- */

static bool
made_of(struct slice s, const char *signs)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.at[i] == '\0' || strchr(signs, s.at[i]) == NULL)
            return false;
    return s.len > 0;
}

static bool
name_valid(struct slice name)
{
    while (name.at != NULL)
        if (!made_of(slice_cut(&name, name, '.'), "abcdefghijklmnopqrstuvwxyz0123456789_"))
            return false;
    return true;
}

static bool
scope_valid(struct slice scope)
{
    return slice_equal(scope, S("cn")) || (scope.len == 6 && made_of(scope, "0123456789"));
}

static void
check_limit_id(const struct entry *e, struct problems *p)
{
    struct slice scope;
    struct slice name = slice_cut(&scope, e->subject, '@');

    if (!name_valid(name) || !scope_valid(scope))
        problem_add(p, V_FIELD_FORM, S("/subject"),
                    S("须为“名称@范围”，如 panel.size@330600，范围为 cn 或六位行政区划代码"),
                    S("must be name@scope, as in panel.size@330600; a scope is cn or six digits"));
}

/* ---- may it be set? -------------------------------------------------------------------------------------------- */

struct form {
    const char *pointer;
    bool given;
};

/* Exactly one of number, code, items, base with offset_ppm. */
static void
check_form(const struct limit_set *d, struct problems *p)
{
    const struct form forms[] = {
        {"/number", d->number != INT_ABSENT},
        {"/code",   d->code.at != NULL     },
        {"/items",  d->items.at != NULL    },
        {"/base",   d->base.at != NULL     },
    };
    size_t given = 0;

    for (size_t i = 0; i < COUNT(forms); i++)
        given += forms[i].given;
    if (given == 0)
        problem_add(p, V_FIELD_MISSING, S("/number"), S("number、code、items、base 加 offset_ppm 须填其一"),
                    S("one of number, code, items, or base with offset_ppm is required"));
    for (size_t i = 0; i < COUNT(forms) && given > 1; i++)
        if (forms[i].given)
            problem_add(p, V_FIELD_UNKNOWN, slice_of(forms[i].pointer),
                        S("number、code、items、base 加 offset_ppm 只能填其一"),
                        S("only one of number, code, items, or base with offset_ppm may be given"));
    if ((d->base.at != NULL) != (d->offset_ppm != INT_ABSENT))
        problem_add(p, V_FIELD_MISSING, d->base.at == NULL ? S("/base") : S("/offset_ppm"),
                    S("base 与 offset_ppm 须同时填写"), S("base and offset_ppm stand together"));
}

static void
check_end(int32_t from, int32_t to, struct problems *p)
{
    char first[DAY_TEXT_SIZE];

    if (to == DAY_ABSENT || to >= from)
        return;
    day_print(first, from);
    problem_add(p, V_FIELD_RANGE, S("/to"), arena_print(p->arena, "不得早于生效日期 %s", first),
                arena_print(p->arena, "not before its first day, %s", first));
}

/* Whoever looks days up searches them, and asks the period that a day lies in: no other has a say in it. */
static void
check_day_list(const struct limit_set *d, struct problems *p)
{
    const struct slice *items = d->items.at;
    int32_t before = d->from - 1, day;

    if (!slice_equal(d->unit, S(LIMIT_DAY_LIST)))
        return;
    for (size_t i = 0; i < d->items.count; i++) {
        if (!day_parse(&day, items[i]) || day <= before || (d->to != DAY_ABSENT && day > d->to))
            problem_add(p, V_FIELD_RANGE, arena_print(p->arena, "/items/%zu", i),
                        S("须为本期（from 至 to）内的日期，如 2027-01-01，且晚于前一个"),
                        S("must be a day of this period (from to to), as in 2027-01-01, later than the one before it"));
        else
            before = day;
    }
}

static enum verdict
check_follows(const struct limit_view *v, int32_t from, struct problems *p)
{
    const struct limit_view_periods_item *last;
    char first[DAY_TEXT_SIZE];

    if (v->periods.count == 0)
        return V_OK;
    last = period_at(v, v->periods.count - 1);
    if (from > last->from)
        return V_OK;
    day_print(first, last->from);
    problem_add(p, V_RULE_REFUSED, S("/from"),
                arena_print(p->arena, "须晚于最近一期的生效日期 %s（依据 " SLICE_FMT "）：已有各期不改写，只能续设",
                            first, SLICE_ARG(last->source)),
                arena_print(p->arena,
                            "must be after %s, when the latest period starts (" SLICE_FMT "): periods are followed, "
                            "never rewritten",
                            first, SLICE_ARG(last->source)));
    return V_RULE_REFUSED;
}

static enum verdict
check_room(const struct limit_view *v, const struct limit_set *d, struct problems *p)
{
    if (v->periods.count < PERIODS_MAX && v->items.count + d->items.count <= ITEMS_MAX)
        return V_OK;
    problem_add(p, V_RULE_REFUSED, S(""),
                arena_print(p->arena, "一项规则最多 %d 期、各期代码合计最多 %d 个", PERIODS_MAX, ITEMS_MAX),
                arena_print(p->arena, "a limit has at most %d periods and %d codes in all of them", PERIODS_MAX,
                            ITEMS_MAX));
    return V_RULE_REFUSED;
}

static bool
counts_for_totals(struct slice subject)
{
    struct slice scope;
    struct slice name = slice_cut(&scope, subject, '@');

    for (size_t i = 0; i < COUNT(read_by_totals); i++)
        if (slice_equal(name, slice_of(read_by_totals[i])))
            return true;
    return false;
}

/* Totals already hold days up to `latest_on`, counted by the number in force until now. */
static enum verdict
check_totals(const struct view *v, const struct entry *e, int32_t first, struct slice pointer, struct problems *p)
{
    char latest[DAY_TEXT_SIZE];

    if (v->latest_on == DAY_ABSENT || first > v->latest_on || !counts_for_totals(e->subject))
        return V_OK;
    day_print(latest, v->latest_on);
    problem_add(p, V_RULE_REFUSED, pointer,
                arena_print(p->arena, "统计数据已计至 %s，此规则只能影响其后的日期", latest),
                arena_print(p->arena, "totals are counted up to %s; this limit may change later days only", latest));
    return V_RULE_REFUSED;
}

static enum verdict
may_set(const struct view *v, const struct entry *e, struct problems *p)
{
    const struct limit_set *d = e->body;

    check_limit_id(e, p);
    check_form(d, p);
    check_end(d->from, d->to, p);
    check_day_list(d, p);
    if (p->count > 0)
        return V_FIELDS_WRONG;
    TRY(check_follows(v->subject->view, d->from, p));
    TRY(check_room(v->subject->view, d, p));
    return check_totals(v, e, d->from, S("/from"), p);
}

static enum verdict
may_end(const struct view *v, const struct entry *e, struct problems *p)
{
    const struct limit_view *limit = v->subject->view;
    const struct limit_ended *d = e->body;
    const struct limit_view_periods_item *last = period_at(limit, limit->periods.count - 1);
    char to[DAY_TEXT_SIZE];

    check_end(last->from, d->to, p);
    if (p->count > 0)
        return V_FIELDS_WRONG;
    if (last->to == DAY_ABSENT)
        return check_totals(v, e, d->to + 1, S("/to"), p);
    day_print(to, last->to);
    problem_add(p, V_RULE_REFUSED, S("/to"), arena_print(p->arena, "最近一期已定于 %s 失效", to),
                arena_print(p->arena, "the latest period ends on %s already", to));
    return V_RULE_REFUSED;
}

/* ---- may it be mended? ----------------------------------------------------------------------------------------- */

/* Until its first day a limit is a plan, and may be mended; from then on cases have been decided by it. */
static enum verdict
check_unused(int32_t first, const struct entry *e, struct problems *p)
{
    char day[DAY_TEXT_SIZE];

    if (first > day_local(e->at_ms))
        return V_OK;
    day_print(day, first);
    problem_add(p, V_RULE_REFUSED, S("/mends/entry"),
                arena_print(p->arena, "自 %s 起已在使用，不得更正；请另行设定新的一期", day),
                arena_print(p->arena, "in use since %s and so never mended; set a new period that follows it", day));
    return V_RULE_REFUSED;
}

static enum verdict
check_order(const struct limit_view *after, struct problems *p)
{
    for (size_t i = 1; i < after->periods.count; i++) {
        if (period_at(after, i)->from > period_at(after, i - 1)->from)
            continue;
        problem_add(p, V_LATER_FACT, S("/from"), S("须早于其后已设定的各期"),
                    S("must stay before the periods set after it"));
        return V_LATER_FACT;
    }
    return V_OK;
}

static enum verdict
may_mend_set(const struct view *v, const struct entry *e, struct problems *p)
{
    const struct limit_set *first = v->mended->body;

    if (first != NULL)
        TRY(check_unused(first->from, e, p));
    return check_order(v->after->view, p);
}

static enum verdict
may_mend_end(const struct view *v, const struct entry *e, struct problems *p)
{
    const struct limit_ended *first = v->mended->body;

    if (first != NULL)
        TRY(check_unused(first->to + 1, e, p));
    return check_order(v->after->view, p);
}

/* ---- effects --------------------------------------------------------------------------------------------------- */

/* The last period's end. Views share their lists with the view before the effect, so the list is made anew. */
static void
period_close(struct limit_view *v, struct arena *a, int32_t to)
{
    struct limit_view_periods_item *at = NEW_ARRAY(a, struct limit_view_periods_item, v->periods.count);

    assert(v->periods.count > 0);
    memcpy(at, v->periods.at, v->periods.count * sizeof *at);
    at[v->periods.count - 1].to = to;
    v->periods.at = at;
}

static void
add_items(struct limit_view *v, struct arena *a, struct limit_view_periods_item *period, const struct list *items)
{
    const struct slice *from = items->at;

    if (items->count == 0)
        return;
    period->first_item = (int64_t)v->items.count;
    period->item_count = (int64_t)items->count;
    for (size_t i = 0; i < items->count; i++)
        *(struct slice *)list_push(&v->items, a, sizeof *from) = from[i];
}

/* A period that would reach into the new one ends the day before it. */
static void
do_set(struct arena *a, void *view, const struct entry *e)
{
    const struct limit_set *d = e->body;
    struct limit_view *v = view;
    struct limit_view_periods_item one = {
        .from = d->from,
        .to = d->to,
        .unit = d->unit,
        .number = d->number,
        .code = d->code,
        .first_item = INT_ABSENT,
        .item_count = INT_ABSENT,
        .base = d->base,
        .offset_ppm = d->offset_ppm,
        .source = d->source,
        .confidence = d->confidence,
    };

    v->name = slice_cut(&v->scope, e->subject, '@');
    if (v->periods.count > 0) {
        int32_t to = period_at(v, v->periods.count - 1)->to;

        if (to == DAY_ABSENT || to >= d->from)
            period_close(v, a, d->from - 1);
    }
    add_items(v, a, &one, &d->items);
    *(struct limit_view_periods_item *)list_push(&v->periods, a, sizeof one) = one;
}

static void
do_end(struct arena *a, void *view, const struct entry *e)
{
    period_close(view, a, ((const struct limit_ended *)e->body)->to);
}

/* ---- the table ------------------------------------------------------------------------------------------------- */

#define FACT(name) &entry_kinds[KIND_##name], &limit_type
#define FROM_ANY (FROM_NEW | FROM(LIMIT_SET) | FROM(LIMIT_ENDED))

static const struct kind kinds[] = {
    {FACT(LIMIT_SET),   FROM_ANY,        LIMIT_SET,   .may = may_set, .may_mend = may_mend_set, .apply = do_set,
     .reads_latest = true},
    {FACT(LIMIT_ENDED), FROM(LIMIT_SET), LIMIT_ENDED, .may = may_end, .may_mend = may_mend_end, .apply = do_end,
     .reads_latest = true},
};

const struct subject_type limit_type = {
    .name = "limit",
    .plural = "limits",
    .view = &shape_limit_view,
    .states = states,
    .state_count = COUNT(states),
    .kinds = kinds,
    .kind_count = COUNT(kinds),
};

/* ---- what the ledger asks -------------------------------------------------------------------------------------- */

static struct slice
limit_id(struct arena *a, const char *name, struct slice scope)
{
    return arena_print(a, "%s@" SLICE_FMT, name, SLICE_ARG(scope));
}

/* From the narrowest: the district, its city, the province, the nation. */
static size_t
limit_scopes(struct slice out[5], struct slice district)
{
    size_t count = 0;

    if (district.len > 0 && !slice_equal(district, S(CITY)))
        out[count++] = district;
    out[count++] = S(CITY);
    out[count++] = S(PROVINCE);
    out[count++] = S("cn");
    return count;
}

static bool
limit_in_force(struct limit *out, const void *view, int32_t day)
{
    const struct limit_view *v = view;

    for (size_t i = 0; i < v->periods.count; i++) {
        const struct limit_view_periods_item *one = period_at(v, i);

        if (day < one->from || (one->to != DAY_ABSENT && day > one->to))
            continue;
        *out = (struct limit){
            .unit = one->unit,
            .number = one->number,
            .code = one->code,
            .base = one->base,
            .offset_ppm = one->offset_ppm,
            .scope = v->scope,
            .source = one->source,
            .confidence = one->confidence,
            .from = one->from,
            .to = one->to,
        };
        if (one->item_count != INT_ABSENT) {
            out->items = (const struct slice *)v->items.at + one->first_item;
            out->item_count = (size_t)one->item_count;
        }
        return true;
    }
    return false;
}

const struct limit_source the_limits = {&limit_type, limit_id, limit_scopes, limit_in_force};

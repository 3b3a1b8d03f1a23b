/*
 * Figures of years before the registry began, brought along once from the papers of the time.
 * Knows years, districts and the plan's indicators; must not know what lies behind a figure.
 * Invariant: a figure stands for the whole of its year in its district, on that year's last day, and is set once.
 */
#include "domain_int.h"

/*
 *            brought
 *    (new) ---------> known          mended as everything is
 */
enum past_state { PAST_NEW, PAST_KNOWN, PAST__COUNT };

static const struct state states[PAST__COUNT] = {
    {"new",   "未登记", "new"  },
    {"known", "已登记", "known"},
};

static enum verdict
may_bring(const struct view *v, const struct entry *e, struct problems *p)
{
    const struct past_brought *d = e->body;
    const char *code = plan_code((size_t)d->indicator)->name;
    struct slice id = arena_print(p->arena, "%s-%lld-" SLICE_FMT, code, (long long)d->year, SLICE_ARG(d->district));
    int32_t last = DAY_ABSENT;

    check_subject(p, slice_equal(e->subject, id), arena_print(p->arena, "须为 " SLICE_FMT, SLICE_ARG(id)),
                  arena_print(p->arena, "must be " SLICE_FMT, SLICE_ARG(id)));
    check_district(p, &v->others[0], e->on);
    if (!day_make(&last, (int)d->year, 12, 31) || e->on != last)
        problem_add(p, V_FIELD_RANGE, S("/on"), S("须为该年度 12 月 31 日"), S("must be 31 December of that year"));
    if (plan_indicator((size_t)d->indicator)->sort != PLAN_FLOW)
        problem_add(p, V_FIELD_CODE, S("/indicator"), S("只能导入全年累计数（流量指标）"),
                    S("only figures that add up over a year are brought along"));
    return fields_verdict(p);
}

static void
do_bring(struct arena *a, void *view, const struct entry *e)
{
    const struct past_brought *d = e->body;

    (void)a;
    *(struct past_view *)view = (struct past_view){
        .year = d->year, .district = d->district, .indicator = d->indicator, .value = d->value, .source = d->source};
}

static void
past_scope(struct scope *out, const void *view)
{
    out->district = ((const struct past_view *)view)->district;
}

static void
past_totals(struct contributions *out, const void *view, const struct lines *lent)
{
    const struct past_view *v = view;
    int32_t last;

    (void)lent;
    if (v->district.len > 0 && day_make(&last, (int)v->year, 12, 31))
        contribute(out, (struct contribution){plan_code((size_t)v->indicator)->name, S("past"), v->district, last,
                                              v->value});
}

static const struct kind kinds[] = {
    {&entry_kinds[KIND_PAST_BROUGHT], &past_type, FROM_NEW, PAST_KNOWN, .may = may_bring, .apply = do_bring,
     .others = {{"district", OF_ENTRY, &district_type}}},
};

const struct subject_type past_type = {
    .name = "past",
    .plural = "past-figures",
    .view = &shape_past_view,
    .states = states,
    .state_count = COUNT(states),
    .scope = past_scope,
    .totals = past_totals,
    .kinds = kinds,
    .kind_count = COUNT(kinds),
};

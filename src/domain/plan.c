/*
 * The yearly plan: which targets a city gave its districts, and the columns in which it did.
 * Knows the plan's own arithmetic; must not know how anything is counted.
 * Invariant: in an accepted plan the districts' counts and sums of money add up to the city's, column by column.
 */
#include "domain_int.h"

/*
 *            set
 *    (new) --------> set <---+
 *                     |      | set: a revision; the latest counts, the journal keeps all
 *                     +------+
 */
enum plan_state { PLAN_NEW, PLAN_SET };

static const struct state states[] = {
    {"new", "未下达", "new", false},
    {"set", "已下达", "set", false},
};

/* ---- the columns ----------------------------------------------------------------------------------------------- */

/* In the order of the schema's codes. Markets and placements are kept up, not added to each year: stocks. */
static const struct plan_indicator indicators[PLAN_INDICATORS] = {
    {PLAN_FLOW,  "person", "人",   {"城镇新增", "就业人数"}},
    {PLAN_RATE,  "bp",     "%",    {"就业平台", "覆盖率"}  },
    {PLAN_STOCK, "piece",  "家",   {"零工市场", "区县级"}  },
    {PLAN_STOCK, "piece",  "家",   {"零工市场", "公益性"}  },
    {PLAN_FLOW,  "piece",  "个",   {"就业见习", "开发岗位"}},
    {PLAN_FLOW,  "person", "人",   {"就业见习", "人数"}    },
    {PLAN_RATE,  "bp",     "%",    {"重点群体", "帮扶率"}  },
    {PLAN_FLOW,  "person", "人",   {"就业困难", "人员就业"}},
    {PLAN_FLOW,  "piece",  "个",   {"公益岗位", "新开发"}  },
    {PLAN_STOCK, "person", "人",   {"公益岗位", "累计安置"}},
    {PLAN_FLOW,  "piece",  "个",   {"劳务品牌", "打造"}    },
    {PLAN_TEXT,  "text",   "",     {"东西部", "劳务协作"}  },
    {PLAN_FLOW,  "piece",  "家",   {"孵化基地", "区县级"}  },
    {PLAN_FLOW,  "piece",  "家",   {"孵化基地", "市级"}    },
    {PLAN_FLOW,  "fen",    "万元", {"担保贷款", "发放金额"}},
    {PLAN_FLOW,  "person", "人",   {"创业培训", "人数"}    },
    {PLAN_FLOW,  "person", "人",   {"创业扶持", "人数"}    },
    {PLAN_FLOW,  "person", "人",   {"创业带动", "就业人数"}},
};

const struct plan_indicator *
plan_indicator(size_t i)
{
    assert(i < PLAN_INDICATORS);
    return &indicators[i];
}

const struct code *
plan_code(size_t i)
{
    const struct field *targets = shape_field(&shape_plan_set, S("targets"));
    const struct field *indicator = shape_field(targets->items, S("indicator"));

    assert(indicator->code_count == PLAN_INDICATORS);
    assert(i < PLAN_INDICATORS);
    return &indicator->codes[i];
}

/* ---- may it be set? -------------------------------------------------------------------------------------------- */

static const struct plan_set_targets_item *
target_at(const struct plan_set *d, size_t i)
{
    return (const struct plan_set_targets_item *)d->targets.at + i;
}

/* "330600-2023": the place whose row is the total, and the year. */
static struct slice
check_plan_id(const struct entry *e, struct problems *p)
{
    const struct plan_set *d = e->body;
    struct slice year;
    struct slice city = slice_cut(&year, e->subject, '-');
    int64_t number;

    if (city.len != 6 || year.len != 4 || !slice_to_int(&number, city) || !slice_to_int(&number, year) ||
        number != d->year)
        problem_add(p, V_FIELD_FORM, S("/subject"), S("须为“行政区划代码-年度”，年度与 year 一致，如 330600-2023"),
                    S("must be the place's code and the year given, as in 330600-2023"));
    return city;
}

static bool
district_known(const struct limit *list, struct slice city, struct slice district)
{
    if (slice_equal(district, city) || slice_equal(district, S(CITY_DIRECT)))
        return true;
    for (size_t i = 0; i < list->item_count; i++)
        if (slice_equal(list->items[i], district))
            return true;
    return false;
}

static bool
given_before(const struct plan_set *d, size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (target_at(d, j)->indicator == target_at(d, i)->indicator &&
            slice_equal(target_at(d, j)->district, target_at(d, i)->district))
            return true;
    return false;
}

static void
check_target(const struct plan_set *d, size_t i, const struct limit *list, struct slice city, struct problems *p)
{
    const struct plan_set_targets_item *t = target_at(d, i);
    struct slice at = arena_print(p->arena, "/targets/%zu", i);

    if (!district_known(list, city, t->district))
        problem_add(p, V_FIELD_CODE, json_pointer(p->arena, at, S("district")),
                    arena_print(p->arena, "不在当日生效的区县代码表中，依据：" SLICE_FMT, SLICE_ARG(list->source)),
                    arena_print(p->arena, "not among the districts in force on that day; source: " SLICE_FMT,
                                SLICE_ARG(list->source)));
    if ((t->value == INT_ABSENT) == (t->target_text.at == NULL))
        problem_add(p, V_FIELD_MISSING, json_pointer(p->arena, at, S("value")), S("value 与 target_text 须填其一"),
                    S("exactly one of value and target_text is required"));
    if (given_before(d, i))
        problem_add(p, V_FIELD_CODE, at, S("同一区县同一指标只能填一次"),
                    S("this district has a target of this indicator already"));
}

/* One column's two sides. A thousand targets of at most 9e15 stay below 2^63. */
struct column {
    int64_t parts, total;
    size_t part_count;
    size_t total_at; /* SIZE_MAX: there is none */
};

static struct column
column_of(const struct plan_set *d, int32_t indicator, struct slice city)
{
    struct column c = {.total_at = SIZE_MAX};

    for (size_t i = 0; i < d->targets.count; i++) {
        const struct plan_set_targets_item *t = target_at(d, i);

        if (t->indicator != indicator || t->value == INT_ABSENT)
            continue;
        if (slice_equal(t->district, city)) {
            c.total = t->value;
            c.total_at = i;
            continue;
        }
        c.parts += t->value;
        c.part_count++;
    }
    return c;
}

static void
check_sum(const struct plan_set *d, int32_t indicator, struct slice city, struct problems *p)
{
    const struct code *code = plan_code((size_t)indicator);
    bool money = slice_equal(slice_of(indicators[indicator].unit), S("fen"));
    const char *unit = money ? "分" : indicators[indicator].printed;
    struct column c = column_of(d, indicator, city);
    long long parts = c.parts, total = c.total;

    if (c.part_count == 0 || (c.total_at != SIZE_MAX && c.parts == c.total))
        return;
    if (c.total_at == SIZE_MAX)
        problem_add(p, V_PARTS_DIFFER, S("/targets"),
                    arena_print(p->arena, "“%s”分项合计 %lld %s，缺少总计", code->zh, parts, unit),
                    arena_print(p->arena, "%s (%s): the parts add up to %lld, the total is missing", code->en,
                                code->name, parts));
    else
        problem_add(p, V_PARTS_DIFFER, arena_print(p->arena, "/targets/%zu/value", c.total_at),
                    arena_print(p->arena, "“%s”分项合计 %lld %s，总计 %lld %s", code->zh, parts, unit, total, unit),
                    arena_print(p->arena, "%s (%s): the parts add up to %lld, the total says %lld", code->en,
                                code->name, parts, total));
}

static enum verdict
may_set(const struct view *v, const struct entry *e, struct problems *p)
{
    const struct plan_set *d = e->body;
    struct slice city = check_plan_id(e, p);

    for (size_t i = 0; i < d->targets.count; i++)
        check_target(d, i, &v->limits[0], city, p);
    if (p->count > 0)
        return V_FIELDS_WRONG;
    for (int32_t i = 0; i < PLAN_INDICATORS; i++)
        if (indicators[i].sort == PLAN_FLOW || indicators[i].sort == PLAN_STOCK)
            check_sum(d, i, city, p);
    return p->count > 0 ? V_PARTS_DIFFER : V_OK;
}

/* ---- effect ---------------------------------------------------------------------------------------------------- */

/* The view's lists have the members of the entry's, under the view's names. */
static void
do_set(struct arena *a, void *view, const struct entry *e)
{
    const struct plan_set *d = e->body;
    const struct plan_set_rows_item *rows = d->rows.at;
    struct plan_view *v = view;
    struct plan_view_rows_item *kept_rows = NEW_ARRAY(a, struct plan_view_rows_item, d->rows.count);
    struct plan_view_targets_item *kept = NEW_ARRAY(a, struct plan_view_targets_item, d->targets.count);

    for (size_t i = 0; i < d->rows.count; i++)
        kept_rows[i] = (struct plan_view_rows_item){rows[i].district, rows[i].zh};
    for (size_t i = 0; i < d->targets.count; i++) {
        const struct plan_set_targets_item *t = target_at(d, i);

        kept[i] = (struct plan_view_targets_item){t->district, t->indicator, t->value, t->target_text};
    }
    v->year = d->year;
    v->source = d->source;
    v->rows = (struct list){d->rows.at == NULL ? NULL : kept_rows, d->rows.count};
    v->targets = (struct list){kept, d->targets.count};
}

/* ---- the table ------------------------------------------------------------------------------------------------- */

static const struct kind kinds[] = {
    {&entry_kinds[KIND_PLAN_SET], &plan_type, FROM_NEW | FROM(PLAN_SET), PLAN_SET, .limits = {"district"},
     .may = may_set, .apply = do_set},
};

const struct subject_type plan_type = {
    .name = "plan",
    .plural = "plans",
    .view = &shape_plan_view,
    .states = states,
    .state_count = COUNT(states),
    .kinds = kinds,
    .kind_count = COUNT(kinds),
};

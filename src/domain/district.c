/*
 * Districts: GB/T 2260 codes, the days on which they are in use, and what takes their place.
 * Knows codes and days; must not know who works there.
 * Invariant: a code that goes out of use names its successor, and lies in its parent.
 */
#include "domain_int.h"

/*
 *            set          set
 *    (new) ------> known ----+
 *                    ^-------+
 */
enum district_state { DISTRICT_NEW, DISTRICT_KNOWN, DISTRICT__COUNT };

static const struct state district_states[DISTRICT__COUNT] = {
    {"new",   "未设定", "new"  },
    {"known", "已设定", "known"},
};

static bool
is_district_code(struct slice s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.at[i] < '0' || s.at[i] > '9')
            return false;
    return s.len == 6;
}

/* What the codes of its parts begin with: 33 for 330000, 3306 for 330600, all of 330602. */
static struct slice
code_stem(struct slice code)
{
    while (code.len >= 2 && code.at[code.len - 1] == '0' && code.at[code.len - 2] == '0')
        code.len -= 2;
    return code;
}

static bool
lies_in(struct slice code, struct slice parent)
{
    struct slice stem = code_stem(parent);

    return stem.len > 0 && stem.len < code_stem(code).len && slice_starts(code, stem);
}

static enum verdict
may_set_district(const struct view *v, const struct entry *e, struct problems *p)
{
    const struct district_set *d = e->body;

    (void)v;
    check_subject(p, is_district_code(e->subject), S("须为 6 位行政区划代码（GB/T 2260）"),
                  S("must be a code of 6 digits (GB/T 2260)"));
    check_days(p, d->from, d->to);
    if (d->parent.at != NULL && !lies_in(e->subject, d->parent))
        problem_add(p, V_FIELD_CODE, S("/parent"), S("须为包含本区划的上级代码"),
                    S("must be the code of a division that this one lies in"));
    if (d->to != DAY_ABSENT && d->successor.at == NULL)
        problem_add(p, V_FIELD_MISSING, S("/successor"), S("停用的代码须写明继任代码"),
                    S("a code that goes out of use names its successor"));
    if (d->to == DAY_ABSENT && d->successor.at != NULL)
        problem_add(p, V_FIELD_MISSING, S("/to"), S("有继任代码时须写明停用日期"),
                    S("a code with a successor has a last day"));
    if (d->successor.at != NULL && slice_equal(d->successor, e->subject))
        problem_add(p, V_FIELD_CODE, S("/successor"), S("不得为本代码"), S("must be another code"));
    return fields_verdict(p);
}

static void
do_set_district(struct arena *a, void *view, const struct entry *e)
{
    const struct district_set *d = e->body;

    (void)a;
    *(struct district_view *)view = (struct district_view){
        .zh = d->zh, .en = d->en, .parent = d->parent, .from = d->from, .to = d->to, .successor = d->successor};
}

static const struct kind district_kinds[] = {
    {&entry_kinds[KIND_DISTRICT_SET], &district_type, FROM_NEW | FROM(DISTRICT_KNOWN), DISTRICT_KNOWN,
     .others = {{"parent", OF_ENTRY, &district_type}, {"successor", OF_ENTRY, &district_type}},
     .may = may_set_district, .apply = do_set_district},
};

const struct subject_type district_type = {
    .name = "district",
    .plural = "districts",
    .view = &shape_district_view,
    .states = district_states,
    .state_count = COUNT(district_states),
    .standing = standing_administered,
    .kinds = district_kinds,
    .kind_count = COUNT(district_kinds),
};

/* ---- for other modules' rules ---------------------------------------------------------------------------------- */

void
check_district(struct problems *p, const struct subject *district, int32_t day)
{
    const struct district_view *v = district->view;
    char bound[DAY_TEXT_SIZE];

    if (district->state == STATE_NEW)
        return;
    if (day < v->from) {
        day_print(bound, v->from);
        problem_add(p, V_FIELD_CODE, S("/district"), arena_print(p->arena, "该代码自 %s 启用", bound),
                    arena_print(p->arena, "this code is in use from %s", bound));
    }
    if (v->to != DAY_ABSENT && day > v->to) {
        day_print(bound, v->to);
        problem_add(p, V_FIELD_CODE, S("/district"),
                    arena_print(p->arena, "该代码 %s 后停用，请改用 " SLICE_FMT, bound, SLICE_ARG(v->successor)),
                    arena_print(p->arena, "out of use after %s; its place was taken by " SLICE_FMT, bound,
                                SLICE_ARG(v->successor)));
    }
}

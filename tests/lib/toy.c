/*
 * The toy kinds' rows, rules and effects.
 * Knows jars; must not know the door.
 * Invariant: rules and effects are pure.
 */

#include "toy.h"

/*
 *            opened            filled            filled
 *    (new) ---------> open ------------> filled <------- lent
 *                      |                 |  |  ^---------^
 *                      |                 |  | lent
 *                      |                 |  v
 *                      |                 | sealed
 *                      +---> broken <----+----+       a side state: bank facts freeze it
 */
static const struct state jar_states[JAR__COUNT] = {
    {"new",    "未开",   "new",    false},
    {"open",   "已开",   "open",   false},
    {"filled", "有币",   "filled", false},
    {"lent",   "已借出", "lent",   false},
    {"sealed", "已封",   "sealed", false},
    {"broken", "已碎",   "broken", true },
};

/* ---- the jar ----------------------------------------------------------------------------------------------------- */

static enum standing
jar_standing(const void *view, const struct actor *a)
{
    const struct jar_view *v = view;

    if (slice_equal(a->organisation, S("bank-former")))
        return STANDING_FORMER;
    if (slice_equal(a->organisation, S("bank-foreign")))
        return STANDING_FOREIGN;
    return a->district.len == 0 || slice_equal(a->district, v->district) ? STANDING_OWN : STANDING_FOREIGN;
}

static bool
jar_valid(const void *view, int state, int32_t day)
{
    return (state == JAR_OPEN || state == JAR_FILLED) && day >= ((const struct jar_view *)view)->opened;
}

static void
jar_scope(struct scope *out, const void *view)
{
    const struct jar_view *v = view;

    out->district = v->district;
    out->organisation = v->bank.at == NULL ? out->organisation : v->bank;
    out->person = v->owner;
}

/* What was promised from a pot and to an owner: two indicators, so that a rule can sum either. */
static void
count_promises(struct contributions *out, const struct jar_view *v)
{
    const struct jar_view_promises_item *one = v->promises.at;

    for (size_t i = 0; i < v->promises.count; i++) {
        struct contribution c = {.district = v->district, .on = one[i].on, .amount = one[i].amount};

        c.indicator = "promised";
        c.part = arena_print(out->arena, SLICE_FMT "/" SLICE_FMT, SLICE_ARG(one[i].pot), SLICE_ARG(v->owner));
        contribute(out, c);
        c.indicator = "promised_to";
        c.part = arena_print(out->arena, SLICE_FMT "/" SLICE_FMT, SLICE_ARG(v->owner), SLICE_ARG(one[i].pot));
        contribute(out, c);
    }
}

/* Coins by the day they went in, split by colour; each jar once a year, on its first filling of that year; promises. */
static void
jar_totals(struct contributions *out, const void *view, const struct lines *lent)
{
    static const char *const colours[] = {"red", "green"};
    const struct jar_view *v = view;
    const struct jar_view_fillings_item *f = v->fillings.at;

    (void)lent;
    count_promises(out, v);
    for (size_t i = 0; i < v->fillings.count; i++) {
        bool first = true;

        contribute(out, (struct contribution){"coins_in", slice_of(colours[v->colour]), v->district, f[i].on,
                                              f[i].amount});
        for (size_t j = 0; j < v->fillings.count; j++)
            if (day_year(f[j].on) == day_year(f[i].on) && (f[j].on < f[i].on || (f[j].on == f[i].on && j < i)))
                first = false;
        if (first)
            contribute(out, (struct contribution){"jars", S(""), v->district, f[i].on, 1});
    }
}

/* The day of the earliest filling; DAY_ABSENT where there is none. */
static int32_t
first_filling(const struct jar_view *v)
{
    const struct jar_view_fillings_item *f = v->fillings.at;
    int32_t first = DAY_ABSENT;

    for (size_t i = 0; i < v->fillings.count; i++)
        if (first == DAY_ABSENT || f[i].on < first)
            first = f[i].on;
    return first;
}

/* A jar with coins counts for its owner, who counts for a circle: see test_lines.c. */
static const struct subject_type keeper_type;

static void
jar_lends(struct lines *out, const void *view, const struct lines *lent)
{
    const struct jar_view *v = view;
    int32_t first = first_filling(v);

    (void)lent;
    if (first != DAY_ABSENT)
        lend(out, (struct line){.holder = &keeper_type, .id = v->owner, .what = S("jar"), .district = v->district,
                                .on = first, .amount = 1});
}

/* ---- what is to be done about a jar ------------------------------------------------------------------------------ */

enum { STEP_FILL, STEP_SEAL, STEP_RETURN };

static const struct step_row jar_steps[] = {
    [STEP_FILL] = {"fill", "待投币", "to be filled", ROLE_BANK_CHECKER, "fill_days", NULL},
    [STEP_SEAL] = {"seal", "待封罐", "to be sealed", ROLE_DISTRICT_CHECKER, "seal_days", "jar.sealed"},
    [STEP_RETURN] = {"return", "待归还", "to be returned", ROLE_DISTRICT_CLERK, NULL, NULL},
};

/* An open jar waits for coins, one with coins for its seal; one that was lent is due back on a day that it knows. */
static void
jar_runs(struct steps *out, const void *view, int state)
{
    const struct jar_view *v = view;
    int32_t first = first_filling(v);

    if (state == JAR_OPEN)
        await(out, STEP_FILL, v->opened, DAY_ABSENT);
    if (first != DAY_ABSENT && (state == JAR_FILLED || state == JAR_LENT))
        await(out, STEP_SEAL, first, DAY_ABSENT);
    if (state == JAR_LENT)
        await(out, STEP_RETURN, v->lent_on, v->back);
}

/* ---- rules and effects ------------------------------------------------------------------------------------------- */

static enum verdict
may_open(const struct view *v, const struct entry *e, struct problems *p)
{
    const struct jar_opened *d = e->body;

    if (d->capacity <= v->limits[0].number)
        return V_OK;
    problem_add(p, V_OVER_LIMIT, S("/capacity"), arena_print(p->arena, "上限 %lld", (long long)v->limits[0].number),
                arena_print(p->arena, "at most %lld", (long long)v->limits[0].number));
    return V_OVER_LIMIT;
}

static void
do_open(struct arena *a, void *view, const struct entry *e)
{
    const struct jar_opened *d = e->body;
    struct jar_view *v = view;

    (void)a;
    v->district = d->district;
    v->owner = d->owner;
    v->capacity = d->capacity;
    v->colour = d->colour;
    v->bank = d->bank;
    v->opened = e->on;
}

static bool
over_fill(const void *view, const struct entry *e)
{
    const struct jar_view *v = view;

    return v->held + ((const struct jar_filled *)e->body)->amount > v->capacity;
}

static void
do_fill(struct arena *a, void *view, const struct entry *e)
{
    struct jar_view *v = view;
    const struct jar_filled *d = e->body;
    struct jar_view_fillings_item *one = list_push(&v->fillings, a, sizeof *one);

    *one = (struct jar_view_fillings_item){e->on, d->amount};
    v->held += d->amount;
    v->filled += d->amount;
    v->fills++;
}

static enum verdict
may_spill(const struct view *v, const struct entry *e, struct problems *p)
{
    const struct jar_view *jar = v->subject->view;

    (void)p;
    return ((const struct jar_spilled *)e->body)->amount <= jar->held ? V_OK : V_RULE_REFUSED;
}

static void
do_spill(struct arena *a, void *view, const struct entry *e)
{
    (void)a;
    ((struct jar_view *)view)->held -= ((const struct jar_spilled *)e->body)->amount;
}

static bool
over_lend(const void *view, const struct entry *e)
{
    return ((const struct jar_lent *)e->body)->amount > ((const struct jar_view *)view)->held;
}

static void
do_lend(struct arena *a, void *view, const struct entry *e)
{
    struct jar_view *v = view;
    const struct jar_lent *d = e->body;

    (void)a;
    v->held -= d->amount;
    v->lent_on = e->on;
    v->back = d->back;
}

/* What the sums hold already of the promise that a correction replaces: from the pot it names, and to its owner. */
static int64_t
promised_before(const struct view *v, const struct slice *pot)
{
    const struct jar_promised *d = v->mended == NULL ? NULL : v->mended->body;

    return d == NULL || (pot != NULL && !slice_equal(d->pot, *pot)) ? 0 : d->amount;
}

static enum verdict
within(const struct limit *l, int64_t promised, struct problems *p)
{
    if (promised <= l->number)
        return V_OK;
    problem_add(p, V_OVER_LIMIT, S("/amount"), arena_print(p->arena, "合计上限 %lld", (long long)l->number),
                arena_print(p->arena, "at most %lld in all", (long long)l->number));
    return V_OVER_LIMIT;
}

/* A pot promises no more than it has, to nobody more than the bound where there is one; and whoever keeps jars with
 * coins of his own promises nothing. */
static enum verdict
may_promise(const struct view *v, const struct entry *e, struct problems *p)
{
    const struct jar_promised *d = e->body;

    if (v->lent[0].count > 0)
        return V_RULE_REFUSED;
    TRY(within(&v->limits[0], v->sums[0] - promised_before(v, &d->pot) + d->amount, p));
    if (v->some_limits[0].name == NULL)
        return V_OK;
    return within(&v->some_limits[0], v->sums[1] - promised_before(v, NULL) + d->amount, p);
}

static void
do_promise(struct arena *a, void *view, const struct entry *e)
{
    const struct jar_promised *d = e->body;
    struct jar_view_promises_item *one = list_push(&((struct jar_view *)view)->promises, a, sizeof *one);

    *one = (struct jar_view_promises_item){e->on, d->pot, d->amount};
}

static struct slice
tells_bank(const void *view)
{
    (void)view;
    return S("bank-one");
}

#define FACT(name) &toy_kinds[KIND_##name], &toy_jar
#define STANDING_STATES (FROM(JAR_OPEN) | FROM(JAR_FILLED) | FROM(JAR_LENT) | FROM(JAR_SEALED) | FROM(JAR_BROKEN))

static const struct kind jar_kinds[] = {
    {FACT(JAR_OPENED), FROM_NEW, JAR_OPEN, .limits = {"capacity_max"}, .may = may_open, .apply = do_open,
     .tells = tells_bank},
    {FACT(JAR_FILLED), FROM(JAR_OPEN) | FROM(JAR_FILLED) | FROM(JAR_LENT), JAR_FILLED, ORDER_FACT, .over = over_fill,
     .apply = do_fill},
    {FACT(JAR_LENT), FROM(JAR_FILLED), JAR_LENT, ORDER_FACT, .over = over_lend, .apply = do_lend},
    {FACT(JAR_SPILLED), FROM(JAR_OPEN) | FROM(JAR_FILLED), TO_SAME, .may = may_spill, .apply = do_spill},
    {FACT(JAR_SEALED), FROM(JAR_FILLED), JAR_SEALED},
    {FACT(JAR_BROKEN), FROM(JAR_OPEN) | FROM(JAR_FILLED) | FROM(JAR_SEALED), JAR_BROKEN},
    {FACT(JAR_INSPECTED), STANDING_STATES, TO_SAME, .mark = MARK_THAW, .closes = CLOSES_ALL},
    {FACT(JAR_EXPLAINED), STANDING_STATES, TO_SAME, .mark = MARK_THAW, .closes = CLOSES_ONE},
    {FACT(JAR_PROMISED), FROM(JAR_OPEN) | FROM(JAR_FILLED) | FROM(JAR_LENT), TO_SAME, .limits = {"pot_max"},
     .some_limits = {"owner_max"}, .others = {{NULL, OF_ACTOR, &keeper_type, true}},
     .sums = {{"promised", "pot", OF_ENTRY}, {"promised_to", "owner", OF_VIEW}}, .may = may_promise,
     .apply = do_promise},
};

const struct subject_type toy_jar = {
    .name = "jar",
    .plural = "jars",
    .view = &shape_jar_view,
    .states = jar_states,
    .state_count = JAR__COUNT,
    .standing = jar_standing,
    .valid = jar_valid,
    .scope = jar_scope,
    .totals = jar_totals,
    .lends = jar_lends,
    .steps = jar_steps,
    .step_count = COUNT(jar_steps),
    .runs = jar_runs,
    .kinds = jar_kinds,
    .kind_count = COUNT(jar_kinds),
};

/* ---- rules: a limit of one number or one list, in force from a day ------------------------------------------- */

static const struct state rule_states[] = {
    {"new",      "未设定", "new",      false},
    {"in_force", "有效",   "in force", false},
};

static const struct subject_type rule_type;

static void
do_set(struct arena *a, void *view, const struct entry *e)
{
    const struct rule_set *d = e->body;
    struct rule_view *v = view;

    (void)a;
    v->from = d->from;
    v->number = d->number;
    v->items = d->items;
    v->source = d->source;
}

static const struct kind rule_kinds[] = {
    {&toy_kinds[KIND_RULE_SET], &rule_type, FROM_NEW | FROM(1), 1, .apply = do_set},
};

static const struct subject_type rule_type = {
    .name = "rule",
    .plural = "rules",
    .view = &shape_rule_view,
    .states = rule_states,
    .state_count = COUNT(rule_states),
    .kinds = rule_kinds,
    .kind_count = COUNT(rule_kinds),
};

static struct slice
rule_id(struct arena *a, const char *name, struct slice scope)
{
    return arena_print(a, "%s:" SLICE_FMT, name, SLICE_ARG(scope));
}

static size_t
rule_scopes(struct slice out[5], struct slice district)
{
    size_t count = 0;

    if (district.len > 0)
        out[count++] = district;
    out[count++] = S("city");
    return count;
}

static bool
rule_in_force(struct limit *out, const void *view, int32_t day)
{
    const struct rule_view *v = view;

    if (day < v->from)
        return false;
    *out = (struct limit){.number = v->number, .items = v->items.at, .item_count = v->items.count, .source = v->source};
    return true;
}

static const struct limit_source rules = {&rule_type, rule_id, rule_scopes, rule_in_force};

/* ---- the second person's word ------------------------------------------------------------------------------------ */

static const struct state repair_states[] = {
    {"new",       "未确认", "new",       false},
    {"confirmed", "已确认", "confirmed", false},
};

static const struct subject_type repair_type;

static const struct kind repair_kinds[] = {
    {&toy_kinds[KIND_JAR_MENDED], &repair_type, FROM_NEW, 1},
    {&toy_kinds[KIND_JAR_ADMITTED], &repair_type, FROM_NEW, 1},
};

static const struct subject_type repair_type = {
    .name = "repair",
    .plural = "repairs",
    .view = &shape_repair_view,
    .states = repair_states,
    .state_count = COUNT(repair_states),
    .kinds = repair_kinds,
    .kind_count = COUNT(repair_kinds),
};

/* ---- keepers and circles: counted once a year by what they are lent ------------------------------------------ */

static const struct subject_type circle_type;

static void
count_once_a_year(struct contributions *out, const char *indicator, const struct lines *lent)
{
    for (size_t i = 0; i < lent->count; i++)
        if (i == 0 || day_year(lent->at[i].on) != day_year(lent->at[i - 1].on))
            contribute(out, (struct contribution){indicator, S(""), lent->at[i].district, lent->at[i].on, 1});
}

static void
keeper_totals(struct contributions *out, const void *view, const struct lines *lent)
{
    (void)view;
    count_once_a_year(out, "keepers", lent);
}

static void
keeper_lends(struct lines *out, const void *view, const struct lines *lent)
{
    const struct keeper_view *v = view;

    if (v->circle.at != NULL && lent->count > 0)
        lend(out, (struct line){.holder = &circle_type, .id = v->circle, .what = S("keeper"),
                                .district = lent->at[0].district, .on = lent->at[0].on, .amount = 1});
}

static void
circle_totals(struct contributions *out, const void *view, const struct lines *lent)
{
    (void)view;
    count_once_a_year(out, "circles", lent);
}

static void
do_name(struct arena *a, void *view, const struct entry *e)
{
    (void)a;
    ((struct keeper_view *)view)->circle = ((const struct keeper_named *)e->body)->circle;
}

static const struct state named_states[] = {
    {"new",   "未登记", "new",   false},
    {"named", "已登记", "named", false},
};

static const struct kind keeper_kinds[] = {
    {&toy_kinds[KIND_KEEPER_NAMED], &keeper_type, FROM_NEW | FROM(1), 1, .apply = do_name},
};

static const struct subject_type keeper_type = {
    .name = "keeper",
    .plural = "keepers",
    .view = &shape_keeper_view,
    .states = named_states,
    .state_count = COUNT(named_states),
    .holds = true,
    .totals = keeper_totals,
    .lends = keeper_lends,
    .kinds = keeper_kinds,
    .kind_count = COUNT(keeper_kinds),
};

static const struct subject_type circle_type = {
    .name = "circle",
    .plural = "circles",
    .view = &shape_circle_view,
    .states = named_states,
    .state_count = COUNT(named_states),
    .holds = true,
    .totals = circle_totals,
};

/* ---- the list of lists ------------------------------------------------------------------------------------------- */

static const struct subject_type *const types[] = {&toy_jar, &rule_type, &repair_type, &keeper_type, &circle_type};

const struct registry toy_registry = {types, COUNT(types), &rules, &repair_kinds[0], &repair_kinds[1], NULL};

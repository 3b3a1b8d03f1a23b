/*
 * How far the city is: the plan's targets beside what the totals say.
 * Knows cells, sums and the year's months; must not know how they are shown, nor count anything itself.
 * Invariant: what is not known is absent; a city's figure is made of its districts' and never of their quotients.
 */
#include "domain_int.h"

static const char *const readings[] = {"base.city_counts_in_district_total", "gig.public_counts_in_total"};

/* ---- rows ------------------------------------------------------------------------------------------------------ */

static void
place_add(struct list *places, struct arena *a, struct slice district, struct slice zh)
{
    const struct plan_view_rows_item *at = places->at;

    if (district.len == 0 || slice_equal(district, S(CITY)))
        return;
    for (size_t i = 0; i < places->count; i++)
        if (slice_equal(at[i].district, district))
            return;
    if (zh.at == NULL)
        zh = slice_equal(district, S(CITY_DIRECT)) ? S("市本级") : district;
    *(struct plan_view_rows_item *)list_push(places, a, sizeof *at) = (struct plan_view_rows_item){district, zh};
}

/* The plan's own rows, or the districts of that day; and whoever else has a target or a figure, so that sums agree. */
static enum verdict
places_of(struct list *places, const struct plan_view *plan, const struct registry *r, struct db *db, struct arena *a,
          int32_t day)
{
    const struct plan_view_rows_item *rows = plan->rows.at;
    const struct plan_view_targets_item *targets = plan->targets.at;
    struct limit list = {0};

    for (size_t i = 0; i < plan->rows.count; i++)
        place_add(places, a, rows[i].district, rows[i].zh);
    if (plan->rows.count == 0) {
        enum verdict got = ledger_limit(&list, r, db, a, "district", S(""), day);

        if (got != V_LIMIT_UNKNOWN)
            TRY(got);
    }
    for (size_t i = 0; i < list.item_count; i++)
        place_add(places, a, list.items[i], (struct slice){0});
    for (size_t i = 0; i < plan->targets.count; i++)
        place_add(places, a, targets[i].district, (struct slice){0});
    return V_OK;
}

static void
rows_make(struct plan_table *t, struct arena *a, const struct list *places)
{
    const struct plan_view_rows_item *at = places->at;
    const struct plan_cell unknown = {INT_ABSENT, INT_ABSENT, INT_ABSENT, INT_ABSENT, INT_ABSENT, {0}};

    t->row_count = places->count + 1;
    t->rows = NEW_ARRAY(a, struct plan_row, t->row_count);
    for (size_t i = 0; i < places->count; i++)
        t->rows[i] = (struct plan_row){.district = at[i].district, .zh = at[i].zh};
    t->rows[places->count] = (struct plan_row){.district = S(CITY), .zh = S("总计")};
    for (size_t i = 0; i < t->row_count; i++)
        for (size_t j = 0; j < PLAN_INDICATORS; j++)
            t->rows[i].cells[j] = unknown;
}

static struct plan_row *
row_of(const struct plan_table *t, struct slice district)
{
    for (size_t i = 0; i < t->row_count; i++)
        if (slice_equal(t->rows[i].district, district))
            return &t->rows[i];
    return &t->rows[t->row_count - 1]; /* a figure of no district is the city's alone */
}

/* ---- targets --------------------------------------------------------------------------------------------------- */

static void
targets_put(struct plan_table *t, const struct plan_view *plan)
{
    const struct plan_view_targets_item *at = plan->targets.at;

    for (size_t i = 0; i < plan->targets.count; i++) {
        struct plan_cell *cell = &row_of(t, at[i].district)->cells[at[i].indicator];

        cell->target = at[i].value;
        cell->target_text = at[i].target_text;
        if (at[i].value == INT_ABSENT || plan_indicator((size_t)at[i].indicator)->sort != PLAN_FLOW)
            continue;
        if (!money_mul_div(&cell->pace, at[i].value, t->months, 12, ROUND_HALF_UP))
            cell->pace = INT_ABSENT;
    }
}

/* ---- actuals --------------------------------------------------------------------------------------------------- */

struct figures {
    struct cell *at;
    size_t count;
};

/* Those supported by nothing but a renewed loan stand apart: nobody, where the rule in force does not count them. */
static enum verdict
renewals_judge(struct figures *f, const struct registry *r, struct db *db, struct arena *a, int32_t day)
{
    struct limit counts;
    enum verdict got = ledger_limit(&counts, r, db, a, "supported.renewal_counts", S(""), day);

    if (got == V_OK && slice_equal(counts.code, S("yes")))
        return V_OK;
    for (size_t i = 0; i < f->count; i++)
        if (slice_equal(f->at[i].part, S("renewal")))
            f->at[i].amount = 0;
    return got == V_LIMIT_UNKNOWN ? V_OK : got;
}

static bool
indicator_find(size_t *out, struct slice code)
{
    for (size_t i = 0; i < PLAN_INDICATORS; i++)
        if (slice_equal(slice_of(plan_code(i)->name), code)) {
            *out = i;
            return true;
        }
    return false;
}

/* Once the registry holds any figure of an indicator, no figure means nothing happened. */
static void
column_begin(struct plan_table *t, size_t indicator)
{
    bool rate = plan_indicator(indicator)->sort == PLAN_RATE;

    for (size_t i = 0; i < t->row_count; i++) {
        struct plan_cell *cell = &t->rows[i].cells[indicator];

        if (rate)
            cell->num = cell->den = 0;
        else
            cell->actual = 0;
    }
}

static enum verdict
cell_add(struct plan_cell *to, bool rate, const struct cell *c)
{
    int64_t *sum = &to->actual;

    if (rate)
        sum = slice_equal(c->part, S("num")) ? &to->num : &to->den;
    if (money_add(sum, *sum, c->amount))
        return V_OK;
    log_write(LOG_ERROR, "total_too_large", "indicator=" SLICE_FMT, SLICE_ARG(c->indicator));
    return V_BROKEN;
}

/* Adds to the district and to the city those figures whose indicator is a stock, or those where it is none. */
static enum verdict
figures_add(struct plan_table *t, const struct figures *f, bool stocks)
{
    struct plan_row *city = &t->rows[t->row_count - 1];

    for (size_t i = 0; i < f->count; i++) {
        const struct cell *c = &f->at[i];
        struct plan_row *row = row_of(t, c->district);
        enum plan_sort sort;
        size_t n;

        if (!indicator_find(&n, c->indicator))
            continue;
        sort = plan_indicator(n)->sort;
        if (sort == PLAN_TEXT || (sort == PLAN_STOCK) != stocks)
            continue;
        TRY(cell_add(&row->cells[n], sort == PLAN_RATE, c));
        if (row != city)
            TRY(cell_add(&city->cells[n], sort == PLAN_RATE, c));
    }
    return V_OK;
}

/* A quotient of nothing is not known. */
static void
rates_finish(struct plan_table *t)
{
    for (size_t i = 0; i < t->row_count * PLAN_INDICATORS; i++) {
        struct plan_cell *cell = &t->rows[i / PLAN_INDICATORS].cells[i % PLAN_INDICATORS];

        if (plan_indicator(i % PLAN_INDICATORS)->sort != PLAN_RATE || cell->den == INT_ABSENT)
            continue;
        if (cell->den <= 0 || !money_mul_div(&cell->actual, cell->num, 10000, cell->den, ROUND_HALF_UP))
            cell->num = cell->den = INT_ABSENT;
    }
}

static enum verdict
actuals_put(struct plan_table *t, const struct figures *year, const struct figures *ever)
{
    size_t n;

    for (size_t i = 0; i < ever->count; i++)
        if (indicator_find(&n, ever->at[i].indicator) && plan_indicator(n)->sort != PLAN_TEXT)
            column_begin(t, n);
    TRY(figures_add(t, ever, true));
    TRY(figures_add(t, year, false));
    rates_finish(t);
    return V_OK;
}

/* ---- the table ------------------------------------------------------------------------------------------------- */

static int32_t
first_of(int year, int month)
{
    int32_t day = DAY_ABSENT;
    bool made = day_make(&day, year + month / 13, (month - 1) % 12 + 1, 1);

    assert(made);
    return day;
}

/* A month has passed when its last day has come. */
static int
months_passed(int year, int32_t as_of)
{
    int months = 0;

    while (months < 12 && first_of(year, months + 2) - 1 <= as_of)
        months++;
    return months;
}

static enum verdict
known_of(int64_t *out, struct db *db, struct arena *a, int64_t known_seq)
{
    int64_t head;

    TRY(ledger_head(&head, db, a));
    *out = known_seq < head ? known_seq : head;
    return V_OK;
}

static enum verdict
readings_load(struct plan_table *t, const struct registry *r, struct db *db, struct arena *a, int32_t day)
{
    for (size_t i = 0; i < COUNT(readings); i++) {
        enum verdict got = ledger_limit(&t->readings[i], r, db, a, readings[i], S(""), day);

        if (got == V_LIMIT_UNKNOWN)
            t->readings[i] = (struct limit){0};
        else
            TRY(got);
    }
    return V_OK;
}

enum verdict
plan_table(struct plan_table *out, const struct registry *r, struct db *db, struct arena *a, int year, int32_t as_of,
           int64_t known_seq)
{
    int32_t first = first_of(year, 1), last = first_of(year, 13) - 1;
    int32_t to = as_of < last ? as_of : last;
    struct figures in_year, ever;
    struct list places = {0};
    const struct plan_view *plan;
    struct subject s;

    *out = (struct plan_table){.year = year, .as_of = as_of, .months = months_passed(year, as_of)};
    TRY(known_of(&out->known_seq, db, a, known_seq));
    TRY(ledger_subject(&s, r, db, a, &plan_type, arena_print(a, "%s-%d", CITY, year), out->known_seq));
    plan = s.view;
    if (s.state != STATE_NEW)
        out->source = plan->source;
    TRY(ledger_totals(&in_year.at, &in_year.count, db, a, first, to, out->known_seq));
    TRY(ledger_totals(&ever.at, &ever.count, db, a, DAY_MIN, to, out->known_seq));
    TRY(renewals_judge(&in_year, r, db, a, to));
    TRY(renewals_judge(&ever, r, db, a, to));
    TRY(places_of(&places, plan, r, db, a, to));
    for (size_t i = 0; i < ever.count; i++)
        if (indicator_find(&(size_t){0}, ever.at[i].indicator))
            place_add(&places, a, ever.at[i].district, (struct slice){0});
    rows_make(out, a, &places);
    targets_put(out, plan);
    TRY(actuals_put(out, &in_year, &ever));
    return readings_load(out, r, db, a, to);
}

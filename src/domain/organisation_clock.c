/*
 * What the clock owes to banks: warnings, suspensions and resumptions that their figures call for.
 * Knows banks, their figures and the limits in force; must not post anything.
 * Invariant: what is proposed the rule lets in as long as no figure moves, and then nothing more is proposed that day.
 */
#include "organisation_int.h"

static const char *const limit_names[MEASURE_LIMITS] = {MEASURE_LIMIT_NAMES};

static const enum entry_kind posted_as[] = {
    [MEASURE(WARNED)] = KIND_ORGANISATION_WARNED,
    [MEASURE(SUSPENDED)] = KIND_ORGANISATION_SUSPENDED,
    [MEASURE(RESUMED)] = KIND_ORGANISATION_RESUMED,
};

static enum verdict
limits_load(struct limit out[MEASURE_LIMITS], struct db *db, struct arena *a, struct slice district, int32_t day)
{
    for (size_t i = 0; i < MEASURE_LIMITS; i++) {
        enum verdict got = ledger_limit(&out[i], &the_registry, db, a, limit_names[i], district, day);

        if (got == V_LIMIT_UNKNOWN)
            out[i] = (struct limit){.name = NULL};
        else
            TRY(got);
    }
    return V_OK;
}

/* The figures it is judged by. */
static struct slice
body_write(struct arena *a, const struct exposure *x)
{
    struct organisation_warned d = {.cause = S("overdue_rate"), .outstanding = x->outstanding, .overdue = x->overdue};
    struct buf b = {.arena = a};

    overdue_share(&d.overdue_ppm, x);
    buf_add_char(&b, '{');
    shape_encode_members(&b, &shape_organisation_warned, &d);
    buf_add_char(&b, '}');
    return buf_slice(&b);
}

static enum verdict
bank_look(struct clock_fact *out, size_t *count, const struct subject *bank, const struct cells *cells, struct db *db,
          struct arena *a, int32_t today)
{
    const struct organisation_view *o = bank->view;
    struct limit limits[MEASURE_LIMITS];
    struct bank_sums sums;
    struct exposure x;
    int measure;

    TRY(bank_sum(&sums, cells, bank->id, S("")));
    TRY(limits_load(limits, db, a, o->district.at == NULL ? S("") : o->district, today));
    x = (struct exposure){sums.at[BANK_OUTSTANDING], sums.at[BANK_OVERDUE]};
    measure = measure_due(o, &x, limits, today);
    if (measure == NO_MEASURE)
        return V_OK;
    out[(*count)++] = (struct clock_fact){.kind = entry_kinds[posted_as[measure]].name,
                                          .subject = bank->id,
                                          .on = today,
                                          .body = body_write(a, &x)};
    return V_OK;
}

enum verdict
organisations_clock(struct clock_fact **out, size_t *count, struct db *db, struct arena *a, int32_t today)
{
    struct banks banks;
    struct cells cells;

    *count = 0;
    TRY(banks_load(&banks, db, a));
    TRY(ledger_totals(&cells.at, &cells.count, db, a, DAY_MIN, DAY_MAX, INT64_MAX));
    *out = NEW_ARRAY(a, struct clock_fact, banks.count);
    for (size_t i = 0; i < banks.count; i++)
        TRY(bank_look(*out, count, &banks.at[i], &cells, db, a, today));
    return V_OK;
}

/*
 * Which organisations are banks, and what the totals hold of each.
 * Knows the names of the banks' indicators and how a part begins; must not know what adds to them, nor any limit.
 * Invariant: a bank's figure is the sum of the cells in its parts, which is what a rule reads as a sum too.
 */
#include "organisation_int.h"

#define PAGE 500

static const char *const indicators[BANK__COUNT] = {
    [BANK_LENT] = "bank_lent",
    [BANK_OUTSTANDING] = "bank_outstanding",
    [BANK_OVERDUE] = "bank_overdue",
    [BANK_COMPENSATED] = "bank_compensated",
    [BANK_RECOVERED] = "bank_recovered",
    [BANK_RECEIVED] = "bank_received",
    [BANK_DECIDED] = "bank_decided",
    [BANK_DECISION_DAYS] = "bank_decision_days",
    [BANK_REJECTED] = "bank_rejected",
};

enum verdict
banks_load(struct banks *out, struct db *db, struct arena *a)
{
    struct slice after = S("");
    size_t count = PAGE, size = 0;

    *out = (struct banks){0};
    while (count == PAGE) {
        struct subject *page;

        TRY(subject_page(&page, &count, db, a, &organisation_type, after, PAGE));
        for (size_t i = 0; i < count; i++) {
            const struct organisation_view *o = page[i].view;

            after = page[i].id;
            if (o->sort != ORGANISATION_VIEW_SORT_BANK)
                continue;
            out->at = arena_grow(a, out->at, out->count, &size, sizeof *out->at, 32);
            out->at[out->count++] = page[i];
        }
    }
    return V_OK;
}

static bool
indicator_find(enum bank_indicator *out, struct slice name)
{
    for (size_t i = 0; i < BANK__COUNT; i++)
        if (slice_equal(slice_of(indicators[i]), name)) {
            *out = (enum bank_indicator)i;
            return true;
        }
    return false;
}

static bool
is_part_of(struct slice part, struct slice bank)
{
    return slice_starts(part, bank) && part.len > bank.len && part.at[bank.len] == '/';
}

enum verdict
bank_sum(struct bank_sums *out, const struct cells *c, struct slice bank, struct slice district)
{
    *out = (struct bank_sums){{0}};
    for (size_t i = 0; i < c->count; i++) {
        const struct cell *one = &c->at[i];
        enum bank_indicator n;

        if (!is_part_of(one->part, bank) || !indicator_find(&n, one->indicator))
            continue;
        if (district.len > 0 && !slice_equal(district, one->district))
            continue;
        if (money_add(&out->at[n], out->at[n], one->amount))
            continue;
        log_write(LOG_ERROR, "total_too_large", "indicator=%s", indicators[n]);
        return V_BROKEN;
    }
    return V_OK;
}

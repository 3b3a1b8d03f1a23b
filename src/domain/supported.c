/*
 * How supported people are counted: the two totals that a person makes of the lines it was lent.
 * Knows lines and calendar years; must not know who lends.
 * Invariant: a person counts once a calendar year, on the day and for the district of that year's first line; in the
 * part "renewal" where renewals are all there is, for a rule decides whether those count.
 */
#include "domain_int.h"

static bool
is_renewal(const struct line *l)
{
    return slice_equal(l->what, S("renewal"));
}

static struct slice
part_of(const struct line *l)
{
    return is_renewal(l) ? S("renewal") : S("");
}

/* Renewals last, then earlier by day. Lines of one day are told apart by what they are and not by how they happen to be
 * stored, so that a rebuild credits the same district. */
static bool
earlier(const struct line *a, const struct line *b)
{
    int by = is_renewal(a) - is_renewal(b);

    if (by == 0)
        by = (a->on > b->on) - (a->on < b->on);
    if (by == 0)
        by = slice_compare(a->what, b->what);
    if (by == 0)
        by = slice_compare(a->district, b->district);
    return by < 0;
}

/* Equal lines are many: of them the one that stands first. */
static bool
first_of_year(const struct lines *lent, size_t index)
{
    const struct line *one = &lent->at[index];

    for (size_t i = 0; i < lent->count; i++) {
        const struct line *other = &lent->at[i];

        if (day_year(other->on) != day_year(one->on))
            continue;
        if (earlier(other, one) || (i < index && !earlier(one, other)))
            return false;
    }
    return true;
}

void
supported_totals(struct contributions *out, const struct lines *lent)
{
    for (size_t i = 0; i < lent->count; i++) {
        const struct line *l = &lent->at[i];

        if (first_of_year(lent, i))
            contribute(out, (struct contribution){"supported", part_of(l), l->district, l->on, 1});
        contribute(out, (struct contribution){"supported_events", part_of(l), l->district, l->on, l->amount});
    }
}

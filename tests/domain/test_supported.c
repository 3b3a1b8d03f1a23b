/*
 * Supported people from lines: once a calendar year, for the district of the year's first line, in whatever order.
 * Knows lines as a person is lent them; must not know a lender.
 * Invariant: shuffled lines count the same.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lending.h"
#include "seed.h"

#define LINES 6

struct row {
    const char *story;
    struct {
        const char *on, *what, *district;
    } lines[LINES];
    const char *supported; /* "day:district " of each, by day */
    int64_t events;
};

static const struct row rows[] = {
    {"nobody lends", {{NULL}}, "", 0},
    {"one loan", {{"2023-04-10", "loan", "330602"}}, "2023-04-10:330602 ", 1},
    {"the first of a year, the second uncounted",
     {{"2023-09-01", "loan", "330602"}, {"2023-04-10", "subsidy", "330603"}}, "2023-04-10:330603 ", 2},
    {"the last day of a year and the first of the next",
     {{"2023-12-31", "loan", "330602"}, {"2024-01-01", "loan", "330602"}}, "2023-12-31:330602 2024-01-01:330602 ", 2},
    {"two of one day: what tells them apart, then the district",
     {{"2023-04-10", "subsidy", "330602"}, {"2023-04-10", "loan", "330604"}, {"2023-04-10", "loan", "330603"}},
     "2023-04-10:330603 ", 3},
    {"two alike", {{"2023-04-10", "loan", "330602"}, {"2023-04-10", "loan", "330602"}}, "2023-04-10:330602 ", 2},
    {"a loan after a renewal: the loan", {{"2023-04-10", "renewal", "330602"}, {"2023-06-10", "loan", "330603"}},
     "2023-06-10:330603 ", 2},
    {"renewals alone: the first", {{"2023-06-10", "renewal", "330602"}, {"2023-04-10", "renewal", "330603"}},
     "2023-04-10:330603 ", 2},
    {"three years, backwards",
     {{"2025-01-01", "loan", "330602"}, {"2024-01-01", "loan", "330603"}, {"2023-01-01", "loan", "330604"},
      {"2023-01-02", "loan", "330602"}},
     "2023-01-01:330604 2024-01-01:330603 2025-01-01:330602 ", 4},
};

static size_t
lines_of(struct line *out, const struct row *r)
{
    size_t count = 0;

    for (; count < LINES && r->lines[count].on != NULL; count++) {
        out[count] = (struct line){.what = slice_of(r->lines[count].what),
                                   .district = slice_of(r->lines[count].district), .amount = 1};
        assert_true(day_parse(&out[count].on, slice_of(r->lines[count].on)));
    }
    return count;
}

static void
shuffle(struct line *lines, size_t count, struct seed *seed)
{
    for (size_t i = count; i > 1; i--) {
        size_t other = seed_below(seed, i);
        struct line kept = lines[i - 1];

        lines[i - 1] = lines[other];
        lines[other] = kept;
    }
}

/* By day: so few that the next day is found by looking at all. */
static struct slice
supported_print(struct arena *a, const struct contributions *c)
{
    struct buf b = {.arena = a};

    for (int32_t last = DAY_MIN;;) {
        const struct contribution *next = NULL;
        char day[DAY_TEXT_SIZE];

        for (size_t i = 0; i < c->count; i++)
            if (strcmp(c->at[i].indicator, "supported") == 0 && c->at[i].on > last &&
                (next == NULL || c->at[i].on < next->on))
                next = &c->at[i];
        if (next == NULL)
            return buf_slice(&b);
        assert_int_equal(next->amount, 1);
        day_print(day, next->on);
        buf_print(&b, "%s:" SLICE_FMT " ", day, SLICE_ARG(next->district));
        last = next->on;
    }
}

static void
counts_a_person_once_a_year_where_the_year_began(void **state)
{
    struct arena *a = arena_open((size_t)1 << 24);
    struct seed seed = seed_open("domain/supported");

    (void)state;
    for (size_t i = 0; i < COUNT(rows) * 20; i++) {
        const struct row *r = &rows[i / 20];
        struct line lines[LINES];
        struct lines lent = {a, lines, lines_of(lines, r), LINES};
        struct contributions c = {.arena = a};
        int64_t people = 0, events = 0;
        struct slice seen;

        shuffle(lines, lent.count, &seed);
        supported_totals(&c, &lent);
        for (size_t j = 0; j < c.count; j++)
            *(strcmp(c.at[j].indicator, "supported") == 0 ? &people : &events) += c.at[j].amount;
        seen = supported_print(a, &c);
        if (!slice_equal(seen, slice_of(r->supported)) || people * 18 != (int64_t)seen.len || events != r->events)
            fail_msg("%s: '" SLICE_FMT "', %lld people, %lld events", r->story, SLICE_ARG(seen), (long long)people,
                     (long long)events);
    }
    arena_close(a);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_a_person_once_a_year_where_the_year_began),
    };

    return cmocka_run_group_tests_name("domain/supported", tests, NULL, NULL);
}

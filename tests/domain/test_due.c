/*
 * When steps are due, and how much time is left.
 * Knows days counted by hand from the notice of 2023 (国办发明电〔2022〕16号); must not load the real calendar.
 * Invariant: every answer expected here was found without the program.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "lending.h"

/* DAY_ABSENT where the text is empty. */
static int32_t
on(const char *text)
{
    int32_t day = DAY_ABSENT;

    assert_true(text[0] == '\0' || day_parse(&day, slice_of(text)));
    return day;
}

/* Labour Day of 2023: Monday to Wednesday off, the Sunday before and the Saturday after worked. Only 2023 is announced.
 */
static struct calendar
labour_day(void)
{
    static int32_t off[3], worked[2];
    static struct calendar_period year;

    off[0] = on("2023-05-01");
    off[1] = on("2023-05-02");
    off[2] = on("2023-05-03");
    worked[0] = on("2023-04-23");
    worked[1] = on("2023-05-06");
    year = (struct calendar_period){on("2023-01-01"), on("2023-12-31")};
    return (struct calendar){{off, COUNT(off), &year, 1}, {worked, COUNT(worked), &year, 1}};
}

static void
counts_from_the_day_after_in_the_limits_own_sort_of_day(void **state)
{
    static const struct {
        const char *unit; /* NULL: no limit in force */
        int64_t number;
        const char *since, *own, *due;
        bool by_workdays, provisional;
    } cases[] = {
        {"workday", 7,          "2023-04-20", "",           "2023-04-28", true,  false}, /* over a worked Sunday */
        {"workday", 3,          "2023-04-28", "",           "2023-05-06", true,  false}, /* to a worked Saturday */
        {"workday", 1,          "2023-04-30", "",           "2023-05-04", true,  false}, /* begun on a day off */
        {"workday", 0,          "2023-06-03", "",           "2023-06-05", true,  false},
        {"day",     30,         "2023-05-01", "",           "2023-05-31", false, false},
        {"day",     0,          "2023-05-01", "",           "2023-05-01", false, false},
        {"day",     1,          "2024-02-28", "",           "2024-02-29", false, false}, /* no calendar, no guess */
        {"workday", 3,          "2024-01-01", "",           "2024-01-04", true,  true },
        {"workday", 3,          "2023-12-28", "",           "2024-01-02", true,  true }, /* into a year unannounced */
        {"workday", 3,          "2022-12-30", "",           "2023-01-04", true,  true }, /* and out of one */
        {"day",     4000000000, "2023-05-01", "",           "9999-12-31", false, false},
        {"workday", 4000000000, "2023-05-01", "",           "9999-12-31", true,  true },
        {"workday", -1,         "2023-05-01", "",           "",           false, false},
        {"fen",     5,          "2023-05-01", "",           "",           false, false},
        {"month",   5,          "2023-05-01", "",           "",           false, false},
        {NULL,      0,          "2023-05-01", "",           "",           false, false},
        {NULL,      0,          "2023-05-01", "2023-05-02", "2023-05-02", false, false},
        {"workday", 3,          "2023-05-01", "2023-05-02", "2023-05-02", false, false}, /* its own day comes first */
    };
    struct calendar c = labour_day();

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct limit limit = {.unit = slice_of(cases[i].unit == NULL ? "" : cases[i].unit), .number = cases[i].number};
        struct due due = step_due(&c, cases[i].unit == NULL ? NULL : &limit, on(cases[i].since), on(cases[i].own));

        if (due.day != on(cases[i].due) || due.by_workdays != cases[i].by_workdays ||
            due.provisional != cases[i].provisional)
            fail_msg("case %zu: day %d, wanted %d", i, due.day, on(cases[i].due));
    }
}

static void
tells_what_is_left_and_how_late_it_is(void **state)
{
    static const struct {
        const char *due, *today;
        bool by_workdays;
        int64_t left;
    } cases[] = {
        {"2023-04-28", "2023-04-21", true,  6 }, /* 23, 24, 25, 26, 27, 28 */
        {"2023-04-28", "2023-04-28", true,  0 },
        {"2023-04-28", "2023-05-03", true,  0 }, /* late, and no working day has passed */
        {"2023-04-28", "2023-05-04", true,  -1},
        {"2023-04-28", "2023-05-06", true,  -3},
        {"2023-04-28", "2023-04-21", false, 7 },
        {"2023-04-28", "2023-05-03", false, -5},
    };
    struct calendar c = labour_day();

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct due due = {.day = on(cases[i].due), .by_workdays = cases[i].by_workdays};

        if (due_left(&c, &due, on(cases[i].today)) != cases[i].left)
            fail_msg("case %zu: %lld", i, (long long)due_left(&c, &due, on(cases[i].today)));
    }
}

/* ---- limits in force ------------------------------------------------------------------------------------------- */

static const struct step_row *
step(const char *name)
{
    const struct step_row *row = step_find(&loan_type, slice_of(name));

    assert_non_null(row);
    return row;
}

static void
set(struct world *w, const char *scope, const char *from, int number)
{
    const char *subject = arena_print(w->arena, "loan.step.qualification_workdays@%s", scope).at;
    const char *fields = arena_print(w->arena,
                                     "'from':'%s','source':'S17','confidence':'S','unit':'workday','number':%d", from,
                                     number).at;

    lending_expect(w, CENTRE, "limit.set", subject, "2023-01-01", fields, V_OK);
}

static void
reads_the_limit_that_was_in_force_when_the_step_began(void **state)
{
    static const struct {
        const char *step, *district, *since, *own, *due;
    } cases[] = {
        {"qualify",    "330602", "2023-01-05", "",           ""          }, /* before the limit */
        {"qualify",    "330603", "2023-01-09", "",           "2023-01-18"}, /* a Monday, and seven worked days */
        {"qualify",    "330602", "2023-03-06", "",           "2023-03-15"}, /* its own begins a week later */
        {"qualify",    "330602", "2023-03-13", "",           "2023-03-15"}, /* and is two days */
        {"qualify",    "330603", "2023-03-13", "",           "2023-03-22"},
        {"qualify",    "",       "2023-03-13", "",           "2023-03-22"}, /* the city's */
        {"overdue",    "330602", "2023-05-01", "",           "2023-05-31"}, /* plain days */
        {"guarantor",  "330602", "2023-05-01", "",           ""          }, /* nobody has set its limit */
        {"supplement", "330602", "2023-05-01", "",           ""          }, /* it has none */
        {"send",       "330602", "2023-05-01", "2023-05-31", "2023-05-31"},
    };
    struct world *w = *state;
    struct due_book *book;

    set(w, "330600", "2023-01-09", 7);
    set(w, "330602", "2023-03-13", 2);
    assert_int_equal(due_book_open(&book, w->reader, w->arena), V_OK);
    for (int twice = 0; twice < 2; twice++)
        for (size_t i = 0; i < COUNT(cases); i++) {
            struct due due;

            assert_int_equal(due_find(&due, book, step(cases[i].step), slice_of(cases[i].district),
                                      on(cases[i].since), on(cases[i].own)),
                             V_OK);
            if (due.day != on(cases[i].due))
                fail_msg("case %zu: day %d, wanted %d", i, due.day, on(cases[i].due));
            /* Nobody has announced anything here. */
            assert_int_equal(due.provisional, due.by_workdays);
        }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_from_the_day_after_in_the_limits_own_sort_of_day),
        cmocka_unit_test(tells_what_is_left_and_how_late_it_is),
        cmocka_unit_test_setup_teardown(reads_the_limit_that_was_in_force_when_the_step_began, lending_setup,
                                        world_teardown),
    };

    return cmocka_run_group_tests_name("domain/due", tests, NULL, NULL);
}

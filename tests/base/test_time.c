/*
 * Days and moments.
 * Knows the C library's calendar as judge; must not know how days are counted.
 * Invariant tested: a day or moment that parses prints as the same text.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include <stdio.h>
#include <time.h>

#include "oracle.h"
#include "seed.h"

#define DAY_2200_END 84370 /* 2200-12-31 */

static void
compare_with_libc(int32_t day)
{
    time_t seconds = (time_t)day * 86400;
    char text[DAY_TEXT_SIZE], want[32];
    int year, month, day_of_month;
    int32_t again;
    struct tm tm;

    assert_non_null(gmtime_r(&seconds, &tm));
    day_split(day, &year, &month, &day_of_month);
    assert_int_equal(year, tm.tm_year + 1900);
    assert_int_equal(month, tm.tm_mon + 1);
    assert_int_equal(day_of_month, tm.tm_mday);
    assert_true(day_make(&again, year, month, day_of_month));
    assert_int_equal(again, day);
    day_print(text, day);
    assert_true(strftime(want, sizeof want, "%Y-%m-%d", &tm) > 0);
    assert_string_equal(text, want);
    assert_true(day_parse(&again, slice_of(text)));
    assert_int_equal(again, day);
}

static void
agrees_with_libc_on_every_day_of_three_centuries(void **state)
{
    struct tm last = {.tm_year = 300, .tm_mon = 11, .tm_mday = 31};

    (void)state;
    assert_int_equal(timegm(&last) / 86400, DAY_2200_END);
    for (int32_t day = DAY_MIN; day <= DAY_2200_END; day++)
        compare_with_libc(day);
    for (int32_t day = DAY_2200_END; day <= DAY_MAX; day += 211)
        compare_with_libc(day);
    compare_with_libc(DAY_MAX);
}

static void
refuses_days_that_are_none(void **state)
{
    static const char *const refused[] = {
        "",           "2023-6-30",  "2023-06-3",  "2023-02-29",    "1900-02-29",  "2100-02-29",
        "2023-04-31", "2023-00-10", "2023-13-10", "2023-01-00",    "2023-01-32",  "1899-12-31",
        "0000-01-01", "2023/06/30", "20230630",   "2023-06-30 ",   " 2023-06-30", "2023-06-30T",
        "+023-06-30", "2023-0a-30", "2023-06--1", "2023-06-3\xd9",
    };
    int32_t day;

    (void)state;
    for (size_t i = 0; i < COUNT(refused); i++)
        assert_false(day_parse(&day, slice_of(refused[i])));
    assert_false(day_parse(&day, (struct slice){0}));
    assert_false(day_make(&day, 10000, 1, 1));
    assert_true(day_parse(&day, S("2000-02-29")));
    assert_true(day_parse(&day, S("1900-01-01")));
    assert_int_equal(day, DAY_MIN);
    assert_true(day_parse(&day, S("9999-12-31")));
    assert_int_equal(day, DAY_MAX);
    assert_true(day_parse(&day, S("1970-01-01")));
    assert_int_equal(day, 0);
}

static void
changes_the_local_day_at_four_in_the_afternoon_utc(void **state)
{
    static const struct {
        const char *at, *day;
    } cases[] = {
        {"2023-06-30T15:59:59.999Z", "2023-06-30"},
        {"2023-06-30T16:00:00.000Z", "2023-07-01"},
        {"2023-12-31T16:00:00.000Z", "2024-01-01"},
        {"2024-02-28T16:00:00.000Z", "2024-02-29"},
        {"1969-12-31T15:59:59.999Z", "1969-12-31"},
        {"1969-12-31T16:00:00.000Z", "1970-01-01"},
        {"1950-05-05T15:59:59.999Z", "1950-05-05"},
    };
    char text[DAY_TEXT_SIZE];
    int64_t at;

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_true(at_parse(&at, slice_of(cases[i].at)));
        day_print(text, day_local(at));
        assert_string_equal(text, cases[i].day);
    }
}

static void
prints_moments_as_libc_does(void **state)
{
    struct seed seed = seed_open("prints_moments_as_libc_does");

    for (int i = 0; i < 20000; i++) {
        int64_t day = DAY_MIN + (int64_t)seed_below(&seed, DAY_MAX - DAY_MIN + 1);
        int64_t second = day * 86400 + (int64_t)seed_below(&seed, 86400);
        int64_t ms = (int64_t)seed_below(&seed, 1000), again;
        char text[AT_TEXT_SIZE], want[40];
        time_t seconds = (time_t)second;
        struct tm tm;
        size_t len;

        (void)state;
        gmtime_r(&seconds, &tm);
        len = strftime(want, sizeof want, "%Y-%m-%dT%H:%M:%S", &tm);
        snprintf(want + len, sizeof want - len, ".%03dZ", (int)ms);
        at_print(text, second * 1000 + ms);
        assert_string_equal(text, want);
        assert_true(at_parse(&again, slice_of(text)));
        assert_int_equal(again, second * 1000 + ms);
    }
}

static void
refuses_moments_in_any_other_form(void **state)
{
    static const char *const refused[] = {
        "",
        "2023-06-30",
        "2023-06-30T08:00:00Z",
        "2023-06-30T08:00:00.12Z",
        "2023-06-30T08:00:00.1234Z",
        "2023-06-30T08:00:00.123",
        "2023-06-30T08:00:00.123z",
        "2023-06-30t08:00:00.123Z",
        "2023-06-30 08:00:00.123Z",
        "2023-06-30T24:00:00.000Z",
        "2023-06-30T08:60:00.000Z",
        "2023-06-30T08:00:60.000Z",
        "2023-06-31T08:00:00.000Z",
        "2023-06-30T08:00:00,123Z",
        "2023-06-30T-8:00:00.123Z",
        "2023-06-30T08:00:00.-12Z",
    };
    int64_t at;

    (void)state;
    for (size_t i = 0; i < COUNT(refused); i++)
        assert_false(at_parse(&at, slice_of(refused[i])));
}

static void
reads_clocks_that_agree_with_the_system(void **state)
{
    int64_t before = (int64_t)time(NULL) * 1000 - 1000;
    int64_t wall = the_clock.wall_ms();
    int64_t last = the_clock.steady_ms();

    (void)state;
    assert_true(wall >= before);
    assert_true(wall <= (int64_t)time(NULL) * 1000 + 2000);
    for (int i = 0; i < 1000; i++) {
        int64_t now = the_clock.steady_ms();

        assert_true(now >= last);
        last = now;
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_libc_on_every_day_of_three_centuries),
        cmocka_unit_test(refuses_days_that_are_none),
        cmocka_unit_test(changes_the_local_day_at_four_in_the_afternoon_utc),
        cmocka_unit_test(prints_moments_as_libc_does),
        cmocka_unit_test(refuses_moments_in_any_other_form),
        cmocka_unit_test(reads_clocks_that_agree_with_the_system),
    };

    return cmocka_run_group_tests_name("base/time", tests, NULL, NULL);
}

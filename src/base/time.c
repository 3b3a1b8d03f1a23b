/*
 * Days, moments and the clocks.
 * Knows the Gregorian calendar and UTC+8; must not know years of a plan or working days.
 * Invariant: a day or moment that parses prints as the same text, and the other way round.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "ventured/base.h"

#define DAY_MS INT64_C(86400000)
#define LOCAL_OFFSET_MS INT64_C(28800000)
#define DAYS_IN_400_YEARS 146097
/* Days from 0000-03-01, where a year that starts in March has its leap day at the end, to 1970-01-01. */
#define EPOCH_FROM_MARCH_0 719468

static int64_t
clock_read(clockid_t id)
{
    struct timespec t;
    int failed = clock_gettime(id, &t);

    assert(failed == 0);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int64_t
wall_ms(void)
{
    return clock_read(CLOCK_REALTIME);
}

/* Counts through a suspended machine too, so that wall and steady clock stay comparable over days. */
static int64_t
steady_ms(void)
{
    return clock_read(CLOCK_BOOTTIME);
}

struct clock the_clock = {wall_ms, steady_ms};

static bool
leap_year(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int
month_length(int year, int month)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return lengths[month - 1] + (month == 2 && leap_year(year));
}

/* Days before the first of a month counted from March (0) to February (11): the months' lengths repeat every five,
 * 153 days long, which this division reproduces. */
static int
days_before_month(int from_march)
{
    return (153 * from_march + 2) / 5;
}

bool
day_make(int32_t *out, int year, int month, int day_of_month)
{
    int y, from_march;

    if (year < 1900 || year > 9999 || month < 1 || month > 12)
        return false;
    if (day_of_month < 1 || day_of_month > month_length(year, month))
        return false;
    y = month > 2 ? year : year - 1;
    from_march = month > 2 ? month - 3 : month + 9;
    *out = 365 * y + y / 4 - y / 100 + y / 400 + days_before_month(from_march) + day_of_month - 1 - EPOCH_FROM_MARCH_0;
    return true;
}

void
day_split(int32_t day, int *year, int *month, int *day_of_month)
{
    int since, era, in_era, year_in_era, in_year, from_march;

    assert(day >= DAY_MIN);
    assert(day <= DAY_MAX);
    since = day + EPOCH_FROM_MARCH_0;
    era = since / DAYS_IN_400_YEARS;
    in_era = since % DAYS_IN_400_YEARS;
    /* Taking out the leap days passed (one in 1,460 days, but one in 36,524, but one in 146,096) leaves years of 365.
     */
    year_in_era = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
    in_year = in_era - (365 * year_in_era + year_in_era / 4 - year_in_era / 100);
    from_march = (5 * in_year + 2) / 153;
    *day_of_month = in_year - days_before_month(from_march) + 1;
    *month = from_march < 10 ? from_march + 3 : from_march - 9;
    *year = 400 * era + year_in_era + (*month <= 2);
}

int
day_year(int32_t day)
{
    int year, month, day_of_month;

    day_split(day, &year, &month, &day_of_month);
    return year;
}

/* Exactly `count` digits at `from`; -1 where one is none. */
static int
digits(struct slice s, size_t from, size_t count)
{
    int n = 0;

    for (size_t i = from; i < from + count; i++) {
        if (s.at[i] < '0' || s.at[i] > '9')
            return -1;
        n = n * 10 + (s.at[i] - '0');
    }
    return n;
}

bool
day_parse(int32_t *out, struct slice s)
{
    if (s.len != DAY_TEXT_SIZE - 1 || s.at[4] != '-' || s.at[7] != '-')
        return false;
    return day_make(out, digits(s, 0, 4), digits(s, 5, 2), digits(s, 8, 2));
}

static void
digits_put(char *to, int value, int count)
{
    while (count-- > 0) {
        to[count] = (char)('0' + value % 10);
        value /= 10;
    }
}

void
day_print(char out[DAY_TEXT_SIZE], int32_t day)
{
    int year, month, day_of_month;

    day_split(day, &year, &month, &day_of_month);
    memcpy(out, "0000-00-00", DAY_TEXT_SIZE);
    digits_put(out, year, 4);
    digits_put(out + 5, month, 2);
    digits_put(out + 8, day_of_month, 2);
}

/* Division that rounds towards the past, so that moments before 1970 fall on their own day. */
static int64_t
floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

int32_t
day_local(int64_t at_ms)
{
    int64_t day = floor_div(at_ms + LOCAL_OFFSET_MS, DAY_MS);

    assert(day >= DAY_MIN);
    assert(day <= DAY_MAX);
    return (int32_t)day;
}

void
at_print(char out[AT_TEXT_SIZE], int64_t at_ms)
{
    int64_t day = floor_div(at_ms, DAY_MS);
    int ms = (int)(at_ms - day * DAY_MS);

    assert(day >= DAY_MIN);
    assert(day <= DAY_MAX);
    day_print(out, (int32_t)day);
    memcpy(out + 10, "T00:00:00.000Z", AT_TEXT_SIZE - 10);
    digits_put(out + 11, ms / 3600000, 2);
    digits_put(out + 14, ms / 60000 % 60, 2);
    digits_put(out + 17, ms / 1000 % 60, 2);
    digits_put(out + 20, ms % 1000, 3);
}

bool
at_parse(int64_t *out_ms, struct slice s)
{
    int32_t day;
    int hour, minute, second, ms;

    if (s.len != AT_TEXT_SIZE - 1 || !day_parse(&day, slice_sub(s, 0, 10)))
        return false;
    if (s.at[10] != 'T' || s.at[13] != ':' || s.at[16] != ':' || s.at[19] != '.' || s.at[23] != 'Z')
        return false;
    hour = digits(s, 11, 2);
    minute = digits(s, 14, 2);
    second = digits(s, 17, 2);
    ms = digits(s, 20, 3);
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59 || ms < 0)
        return false;
    *out_ms = day * DAY_MS + (int64_t)((hour * 60 + minute) * 60 + second) * 1000 + ms;
    return true;
}

/*
 * Lines of a calendar.
 * Knows RFC 5545 sections 3.1 and 3.3.11; must not know how a line is folded.
 * Invariant: whatever a text holds, unfolded and unescaped it is what it was.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "oracle.h"
#include "seed.h"

#include "../../src/edge/ical.h"

#define TEXTS 3000

/* The line without its folds and its end; fails the test where it breaks a rule. */
static struct slice
unfolded(struct arena *a, struct slice line)
{
    struct buf b = {.arena = a};
    size_t octets = 0;

    for (size_t i = 0; i < line.len; i++) {
        if (line.at[i] != '\r') {
            octets++;
            buf_add_char(&b, line.at[i]);
            continue;
        }
        assert_true(octets <= 75);
        assert_true(line.at[i + 1] == '\n');
        if (i + 2 == line.len)
            return buf_slice(&b);
        assert_true(line.at[i + 2] == ' ');
        assert_true(((unsigned char)line.at[i + 3] & 0xc0) != 0x80);
        i += 2;
        octets = 1;
    }
    fail_msg("no end of the line");
    return S("");
}

static void
writes_values_as_the_rfc_does(void **state)
{
    struct arena *a = *state;
    struct buf b = {.arena = a};
    int64_t at_ms;
    int32_t day;

    assert_true(day_parse(&day, S("2023-05-31")));
    assert_true(at_parse(&at_ms, S("2023-06-30T02:00:00.987Z")));
    ical_add(&b, "BEGIN:", S("VEVENT"));
    ical_add_day(&b, "DTSTART;VALUE=DATE:", day);
    ical_add_time(&b, "DTSTAMP:", at_ms);
    ical_add_text(&b, "SUMMARY:", S("a,b;c\\d\ne\rf\tg\x7f 资格"));
    assert_true(slice_equal(buf_slice(&b), S("BEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20230531\r\n"
                                             "DTSTAMP:20230630T020000Z\r\n"
                                             "SUMMARY:a\\,b\\;c\\\\d\\nefg 资格\r\n")));
}

static void
folds_at_seventy_five_octets_and_never_within_a_character(void **state)
{
    /* Of one to four octets each. */
    static const char *const signs[] = {"a", "Z", "é", "资", "格", "𠀀", "0"};
    struct arena *a = *state;
    struct seed seed = seed_open("folds_at_seventy_five_octets_and_never_within_a_character");

    for (size_t i = 0; i < TEXTS; i++) {
        struct buf text = {.arena = a}, line = {.arena = a};
        size_t count = i < 200 ? i : seed_below(&seed, 400);

        for (size_t k = 0; k < count; k++)
            buf_add(&text, slice_of(signs[i < 100 ? i % 2 * 3 : seed_below(&seed, COUNT(signs))]));
        ical_add_text(&line, "X:", buf_slice(&text));
        if (!slice_equal(unfolded(a, buf_slice(&line)), arena_print(a, "X:" SLICE_FMT, SLICE_ARG(buf_slice(&text)))))
            fail_msg("text %zu", i);
        /* As few folds as there can be: none where it fits. */
        assert_int_equal(text.len + 2 > 75, memchr(line.at, ' ', line.len) != NULL);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, arena_setup, arena_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(writes_values_as_the_rfc_does),
        TEST(folds_at_seventy_five_octets_and_never_within_a_character),
    };

    return cmocka_run_group_tests_name("edge/ical", tests, NULL, NULL);
}

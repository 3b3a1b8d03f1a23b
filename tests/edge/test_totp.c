/*
 * One-time codes against the standard's own values and another implementation.
 * Knows RFC 6238 appendix B; must not know accounts.
 * Invariant: a judge that is missing is told, not taken for agreement.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "oracle.h"
#include "seed.h"
#include "../../src/edge/totp.h"

#define RFC_SECRET S("12345678901234567890")
#define ROUNDS 40

static void
gives_the_six_values_of_the_standard(void **state)
{
    static const struct {
        int64_t time_s;
        const char *code;
    } rows[] = {
        {59,          "94287082"},
        {1111111109,  "07081804"},
        {1111111111,  "14050471"},
        {1234567890,  "89005924"},
        {2000000000,  "69279037"},
        {20000000000, "65353130"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char code[TOTP_DIGITS_MAX + 1];

        totp_code(code, RFC_SECRET, rows[i].time_s / TOTP_STEP_S, 8);
        assert_string_equal(code, rows[i].code);
        totp_code(code, RFC_SECRET, rows[i].time_s / TOTP_STEP_S, 6);
        assert_string_equal(code, rows[i].code + 2); /* six digits are the last of eight */
    }
}

static void
agrees_with_another_implementation(void **state)
{
    struct arena *a = *state;
    struct seed seed = seed_open("totp");

    if (!oracle_there(a, "oathtool")) {
        print_message("no oathtool here\n");
        skip();
    }
    for (int i = 0; i < ROUNDS; i++) {
        unsigned char secret[TOTP_SECRET_SIZE];
        struct slice text = {(const char *)secret, sizeof secret}, want;
        int64_t now_s = 60 + (int64_t)seed_below(&seed, 4000000000), step = -1;
        char code[TOTP_DIGITS_MAX + 1];

        for (size_t j = 0; j < sizeof secret; j++)
            secret[j] = (unsigned char)seed_next(&seed);
        assert_int_equal(oracle_run(&want, a, "oathtool --totp --now='@%lld' " SLICE_FMT, (long long)now_s,
                                    SLICE_ARG(hex_encode(a, text))),
                         0);
        totp_code(code, text, now_s / TOTP_STEP_S, TOTP_DIGITS);
        assert_true(slice_equal(slice_sub(want, 0, TOTP_DIGITS), slice_of(code)));
        assert_true(totp_check(&step, text, slice_of(code), now_s, -1));
        assert_int_equal(step, now_s / TOTP_STEP_S);
    }
}

static void
takes_one_step_either_way_and_no_more(void **state)
{
    static const struct {
        int64_t off;
        bool right;
    } rows[] = {{-2, false}, {-1, true}, {0, true}, {1, true}, {2, false}};
    int64_t now_s = 1234567890, now = now_s / TOTP_STEP_S;

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char code[TOTP_DIGITS_MAX + 1];
        int64_t step = -1;

        totp_code(code, RFC_SECRET, now + rows[i].off, TOTP_DIGITS);
        assert_int_equal(totp_check(&step, RFC_SECRET, slice_of(code), now_s, -1), rows[i].right);
        assert_int_equal(step, rows[i].right ? now + rows[i].off : -1);
    }
}

static void
takes_no_step_twice_nor_one_before_it(void **state)
{
    int64_t now_s = 1234567890, now = now_s / TOTP_STEP_S, step;
    char code[TOTP_DIGITS_MAX + 1];

    (void)state;
    totp_code(code, RFC_SECRET, now, TOTP_DIGITS);
    assert_true(totp_check(&step, RFC_SECRET, slice_of(code), now_s, now - 1));
    assert_false(totp_check(&step, RFC_SECRET, slice_of(code), now_s, now));
    assert_false(totp_check(&step, RFC_SECRET, slice_of(code), now_s, now + 1));
    totp_code(code, RFC_SECRET, now - 1, TOTP_DIGITS);
    assert_false(totp_check(&step, RFC_SECRET, slice_of(code), now_s, now));
    totp_code(code, RFC_SECRET, now + 1, TOTP_DIGITS);
    assert_true(totp_check(&step, RFC_SECRET, slice_of(code), now_s, now));
}

static void
takes_nothing_that_is_no_code(void **state)
{
    static const struct slice rows[] = {
        S_INIT(""),        {NULL, 0},         S_INIT("05924"),    S_INIT("0059240"),
        S_INIT("005924 "), S_INIT("00592\0"), S_INIT("89005924"), S_INIT("005923"),
    };
    int64_t step;

    (void)state;
    assert_true(totp_check(&step, RFC_SECRET, S("005924"), 1234567890, -1));
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_false(totp_check(&step, RFC_SECRET, rows[i], 1234567890, -1));
}

static void
writes_an_address_that_others_can_read(void **state)
{
    struct arena *a = *state;
    struct slice uri = totp_uri(a, S("ventured"), S("\xe5\x91\xa8 a:b&c"), RFC_SECRET), out;

    assert_true(slice_starts(uri, S("otpauth://totp/ventured:")));
    if (!oracle_there(a, "python3")) {
        print_message("no python3 here\n");
        skip();
    }
    assert_int_equal(
        oracle_run(&out, a,
                   "python3 -c \"import sys,base64; from urllib.parse import *; u=urlsplit(sys.argv[1]); "
                   "q=parse_qs(u.query,strict_parsing=True); s=q['secret'][0]; "
                   "print(unquote(u.path)[1:], base64.b32decode(s+'='*(-len(s)%%8)).decode(), q['issuer'][0], "
                   "q['digits'][0], q['period'][0], q['algorithm'][0], sep='|')\" '" SLICE_FMT "'",
                   SLICE_ARG(uri)),
        0);
    assert_true(slice_equal(out, S("ventured:\xe5\x91\xa8 a:b&c|12345678901234567890|ventured|6|30|SHA1\n")));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_the_six_values_of_the_standard),
        cmocka_unit_test(agrees_with_another_implementation),
        cmocka_unit_test(takes_one_step_either_way_and_no_more),
        cmocka_unit_test(takes_no_step_twice_nor_one_before_it),
        cmocka_unit_test(takes_nothing_that_is_no_code),
        cmocka_unit_test(writes_an_address_that_others_can_read),
    };

    return cmocka_run_group_tests_name("edge/totp", tests, arena_setup, arena_teardown);
}

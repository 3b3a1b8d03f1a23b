/*
 * Slices, hex and base64.
 * Knows RFC 4648; must not know who uses them.
 * Invariant tested: every byte string has exactly one spelling that is read back.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "oracle.h"
#include "seed.h"

static void
tells_absent_from_empty(void **state)
{
    struct slice absent = {0};

    (void)state;
    assert_null(slice_of(NULL).at);
    assert_true(slice_equal(absent, absent));
    assert_false(slice_equal(absent, S("")));
    assert_true(slice_equal(S(""), slice_of("")));
    assert_null(slice_sub(absent, 1, 2).at);
}

static void
orders_bytes_then_lengths(void **state)
{
    static const char *const rising[] = {"", "a", "a\x01", "aa", "ab", "b", "\x7f", "\x80", "\xc3\xa9", "\xff"};

    (void)state;
    for (size_t i = 0; i < COUNT(rising); i++)
        for (size_t j = 0; j < COUNT(rising); j++) {
            int got = slice_compare(slice_of(rising[i]), slice_of(rising[j]));

            assert_int_equal(got, (i > j) - (i < j));
        }
}

static void
takes_parts_and_leaves_out_what_is_not_there(void **state)
{
    static const struct {
        size_t from, len;
        const char *want;
    } cases[] = {
        {0, 5,        "abcde"},
        {1, 2,        "bc"   },
        {3, SIZE_MAX, "de"   },
        {5, 1,        ""     },
        {9, 1,        ""     },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_true(slice_equal(slice_sub(S("abcde"), cases[i].from, cases[i].len), slice_of(cases[i].want)));
    assert_true(slice_starts(S("abc"), S("ab")));
    assert_true(slice_starts(S("abc"), S("")));
    assert_false(slice_starts(S("ab"), S("abc")));
}

static void
cuts_at_the_first_sign(void **state)
{
    struct slice rest;
    size_t at;

    (void)state;
    assert_true(slice_equal(slice_cut(&rest, S("a=b=c"), '='), S("a")));
    assert_true(slice_equal(rest, S("b=c")));
    assert_true(slice_equal(slice_cut(&rest, S("a="), '='), S("a")));
    assert_true(slice_equal(rest, S("")));
    assert_true(slice_equal(slice_cut(&rest, S("a"), '='), S("a")));
    assert_null(rest.at);
    assert_null(slice_cut(&rest, rest, '=').at);
    assert_true(slice_find(&at, S("ab=c"), '='));
    assert_int_equal(at, 2);
    assert_false(slice_find(&at, S(""), '='));
}

static void
reads_whole_numbers_and_nothing_else(void **state)
{
    static const struct {
        const char *text;
        bool read;
        int64_t want;
    } cases[] = {
        {"0",                    true,  0            },
        {"-0",                   true,  0            },
        {"007",                  true,  7            },
        {"9223372036854775807",  true,  INT64_MAX    },
        {"-9223372036854775808", true,  INT64_MIN    },
        {"-9223372036854775807", true,  INT64_MIN + 1},
        {"9223372036854775808",  false, 0            },
        {"-9223372036854775809", false, 0            },
        {"92233720368547758070", false, 0            },
        {"",                     false, 0            },
        {"-",                    false, 0            },
        {"+1",                   false, 0            },
        {" 1",                   false, 0            },
        {"1 ",                   false, 0            },
        {"1.0",                  false, 0            },
        {"0x10",                 false, 0            },
        {"--1",                  false, 0            },
        {"1-",                   false, 0            },
        {"\xd9\xa1",             false, 0            }, /* an Arabic digit */
    };
    int64_t got;

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(slice_to_int(&got, slice_of(cases[i].text)), cases[i].read);
        assert_true(ERGO(cases[i].read, got == cases[i].want));
    }
    assert_false(slice_to_int(&got, (struct slice){0}));
}

static void
spells_hex_in_lower_case_only(void **state)
{
    struct slice all, out;
    char bytes[256];

    for (int i = 0; i < 256; i++)
        bytes[i] = (char)i;
    all = hex_encode(*state, (struct slice){bytes, 256});
    assert_true(slice_starts(all, S("000102030405060708090a0b0c0d0e0f10")));
    assert_true(hex_decode(&out, *state, all));
    assert_int_equal(out.len, 256);
    assert_memory_equal(out.at, bytes, 256);
    assert_false(hex_decode(&out, *state, S("0A")));
    assert_false(hex_decode(&out, *state, S("abc")));
    assert_false(hex_decode(&out, *state, S("0g")));
    assert_false(hex_decode(&out, *state, (struct slice){0}));
    assert_true(hex_decode(&out, *state, S("")));
    assert_non_null(out.at);
}

static void
spells_the_base64_of_rfc_4648(void **state)
{
    static const struct {
        const char *plain, *coded;
    } cases[] = {
        {"",       ""        },
        {"f",      "Zg=="    },
        {"fo",     "Zm8="    },
        {"foo",    "Zm9v"    },
        {"foob",   "Zm9vYg=="},
        {"fooba",  "Zm9vYmE="},
        {"foobar", "Zm9vYmFy"},
    };
    static const char *const refused[] = {
        "Z",        "Zg",       "Zg=",  "Zh==",  "Zm9=", "====",   "Z===",
        "Zg==Zg==", "Zm8=Zm8=", "Zm-_", "Zm9\n", " Zm9", "Zm9v\n", "Z=g=",
    };
    struct slice out;

    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_true(slice_equal(base64_encode(*state, slice_of(cases[i].plain)), slice_of(cases[i].coded)));
        assert_true(base64_decode(&out, *state, slice_of(cases[i].coded)));
        assert_true(slice_equal(out, slice_of(cases[i].plain)));
    }
    for (size_t i = 0; i < COUNT(refused); i++)
        assert_false(base64_decode(&out, *state, slice_of(refused[i])));
    assert_false(base64_decode(&out, *state, (struct slice){0}));
}

/* Lines of "hex base64" of random bytes, of which python3 finds those that it spells otherwise. */
static void
agrees_with_python_on_base64(void **state)
{
    struct seed seed = seed_open("agrees_with_python_on_base64");
    struct buf b = {.arena = *state};
    const char *folder;
    struct slice out;
    char bytes[80];

    if (!oracle_there(*state, "python3"))
        skip();
    for (int i = 0; i < 500; i++) {
        size_t len = seed_below(&seed, sizeof bytes);
        struct slice s = {bytes, len};

        for (size_t j = 0; j < len; j++)
            bytes[j] = (char)seed_next(&seed);
        buf_add(&b, hex_encode(*state, s));
        buf_add(&b, S(" "));
        buf_add(&b, base64_encode(*state, s));
        buf_add(&b, S("\n"));
        assert_true(base64_decode(&out, *state, base64_encode(*state, s)));
        assert_true(slice_equal(out, s));
    }
    folder = folder_open(*state);
    write_file(arena_print(*state, "%s/lines", folder).at, buf_slice(&b));
    assert_int_equal(oracle_run(&out, *state,
                                "python3 -c \"import base64,sys\n"
                                "for l in open('%s/lines'):\n"
                                "    h,b=l[:-1].split(' ')\n"
                                "    if base64.b64encode(bytes.fromhex(h)).decode()!=b: print(h)\"",
                                folder),
                     0);
    folder_close(folder);
    assert_int_equal(out.len, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_absent_from_empty),
        cmocka_unit_test(orders_bytes_then_lengths),
        cmocka_unit_test(takes_parts_and_leaves_out_what_is_not_there),
        cmocka_unit_test(cuts_at_the_first_sign),
        cmocka_unit_test(reads_whole_numbers_and_nothing_else),
        cmocka_unit_test_setup_teardown(spells_hex_in_lower_case_only, arena_setup, arena_teardown),
        cmocka_unit_test_setup_teardown(spells_the_base64_of_rfc_4648, arena_setup, arena_teardown),
        cmocka_unit_test_setup_teardown(agrees_with_python_on_base64, arena_setup, arena_teardown),
    };

    return cmocka_run_group_tests_name("base/slice", tests, NULL, NULL);
}

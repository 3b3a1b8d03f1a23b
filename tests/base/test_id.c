/*
 * Identifiers.
 * Knows the samples that the standards print; must not hold the number of any person.
 * Invariant tested: identifiers rise within a process, and one wrong sign is always found.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "oracle.h"
#include "ventured/crypto.h"

#define THREADS 4
#define MADE 20000

static char made[THREADS][MADE][UUID_TEXT_SIZE];

static void *
make_many(void *at)
{
    char(*ids)[UUID_TEXT_SIZE] = at;

    for (int i = 0; i < MADE; i++)
        uuid7_make(ids[i]);
    return NULL;
}

static int
by_text(const void *a, const void *b)
{
    return strcmp(a, b);
}

static void
makes_rising_ids_in_every_thread(void **state)
{
    pthread_t threads[THREADS];
    char(*all)[UUID_TEXT_SIZE] = made[0];

    (void)state;
    for (int t = 0; t < THREADS; t++)
        assert_int_equal(pthread_create(&threads[t], NULL, make_many, made[t]), 0);
    for (int t = 0; t < THREADS; t++)
        assert_int_equal(pthread_join(threads[t], NULL), 0);
    for (int t = 0; t < THREADS; t++)
        for (int i = 1; i < MADE; i++)
            assert_true(strcmp(made[t][i - 1], made[t][i]) < 0);
    /* Rising over all threads means that the parts made here, time and counter, never meet twice. */
    qsort(all, THREADS * MADE, UUID_TEXT_SIZE, by_text);
    for (int i = 1; i < THREADS * MADE; i++)
        assert_true(memcmp(all[i - 1], all[i], 18) < 0);
}

static int64_t stopped_ms;

static int64_t
stopped(void)
{
    return stopped_ms;
}

static void
rises_while_the_clock_stands_or_goes_back(void **state)
{
    struct clock kept = the_clock;
    char last[UUID_TEXT_SIZE], next[UUID_TEXT_SIZE];

    (void)state;
    stopped_ms = kept.wall_ms() + 1000;
    the_clock.wall_ms = stopped;
    uuid7_make(last);
    for (int i = 0; i < 10000; i++) {
        if (i == 5000)
            stopped_ms -= 3600000;
        uuid7_make(next);
        assert_true(strcmp(last, next) < 0);
        memcpy(last, next, sizeof last);
    }
    the_clock = kept;
}

static void
carries_the_time_the_version_and_the_variant(void **state)
{
    struct clock kept = the_clock;
    char id[UUID_TEXT_SIZE];
    struct slice want;

    stopped_ms = kept.wall_ms() + 86400000; /* ahead of whatever was made before */
    the_clock.wall_ms = stopped;
    uuid7_make(id);
    the_clock = kept;
    want = arena_print(*state, "%012llx", (unsigned long long)stopped_ms);
    assert_memory_equal(id, want.at, 8);
    assert_memory_equal(id + 9, want.at + 8, 4);
    assert_int_equal(id[14], '7');
    assert_non_null(strchr("89ab", id[19]));
    assert_true(uuid_valid(slice_of(id)));
}

static void
knows_a_uuid_by_its_form(void **state)
{
    static const char *const refused[] = {
        "",
        "017f22e2-79b0-7cc3-98c4-dc0c0c07398",
        "017f22e2-79b0-7cc3-98c4-dc0c0c07398f0",
        "017F22E2-79B0-7CC3-98C4-DC0C0C07398F",
        "017f22e279b07cc398c4dc0c0c07398f",
        "017f22e2-79b0-7cc3-98c4+dc0c0c07398f",
        "017f22e2-79b0-7cc39-8c4-dc0c0c07398f",
        "{17f22e2-79b0-7cc3-98c4-dc0c0c07398}",
        "017f22e2-79b0-7cc3-98c4-dc0c0c07398g",
    };

    (void)state;
    assert_true(uuid_valid(S("017f22e2-79b0-7cc3-98c4-dc0c0c07398f"))); /* RFC 9562 appendix A.6 */
    assert_true(uuid_valid(S("00000000-0000-0000-0000-000000000000")));
    for (size_t i = 0; i < COUNT(refused); i++)
        assert_false(uuid_valid(slice_of(refused[i])));
}

static void
accepts_the_samples_of_gb_11643(void **state)
{
    static const char *const refused[] = {
        "",
        "11010519491231002",  /* no check character */
        "11010519491231002x", /* lower case */
        "110105194912310021", /* wrong check character */
        "44052418800101001X",
        "110105491231002", /* the old form of 15 */
        "1101051949123100 X",
        "11010519491231002X0",
        "A1010519491231002X",
    };

    (void)state;
    assert_true(resident_id_valid(S("11010519491231002X")));
    /* The standard's second sample is of 1880; our days begin in 1900, and nobody older is alive. */
    assert_false(resident_id_valid(S("440524188001010014")));
    for (size_t i = 0; i < COUNT(refused); i++)
        assert_false(resident_id_valid(slice_of(refused[i])));
}

/* ISO 7064 MOD 11-2 by its recursive definition, not by weights. */
static char
mod_11_2(const char *digits)
{
    int p = 0;

    for (size_t i = 0; i < 17; i++)
        p = (p + (digits[i] - '0')) * 2 % 11;
    return "0123456789X"[(12 - p) % 11];
}

static void
finds_every_wrong_digit_and_every_swap(void **state)
{
    for (int serial = 0; serial < 400; serial++) {
        char id[19];
        struct slice text = arena_print(*state, "999999199912%02d%03d", serial % 31 + 1, serial);

        memcpy(id, text.at, 17);
        id[17] = mod_11_2(id);
        id[18] = '\0';
        assert_true(resident_id_valid(slice_of(id)));
        for (size_t i = 0; i < 17; i++) {
            char kept = id[i], after = id[i + 1];

            for (char c = '0'; c <= '9'; c++) {
                id[i] = c;
                assert_int_equal(resident_id_valid(slice_of(id)), c == kept);
            }
            id[i] = after;
            id[i + 1] = kept;
            assert_true(ERGO(after != kept, !resident_id_valid(slice_of(id))));
            id[i] = kept;
            id[i + 1] = after;
        }
    }
}

static void
refuses_a_birthday_that_never_was(void **state)
{
    static const char *const births[] = {"19990229", "19991301", "19990100", "19990132", "18991231", "00000000"};

    for (size_t i = 0; i < COUNT(births); i++) {
        struct slice text = arena_print(*state, "999999%s001", births[i]);

        text = arena_print(*state, "%s%c", text.at, mod_11_2(text.at));
        assert_int_equal(text.len, 18);
        assert_false(resident_id_valid(text));
    }
    assert_true(resident_id_valid(arena_print(*state, "99999920000229001%c", mod_11_2("99999920000229001"))));
}

static void
accepts_the_samples_of_gb_32100(void **state)
{
    static const char *const accepted[] = {"91350100M000100Y43", "91110000101623741K", "911101066976941872"};
    static const char *const refused[] = {
        "",
        "91310115MA1H8R7C6D", /* printed as an example, and wrong */
        "91350100M000100Y4",
        "91350100M000100Y44",
        "91350100m000100y43",
        "91350100I000100Y43", /* a letter the alphabet leaves out */
        "91350100M000100Y430",
        "9135010\xe5\x8d\x81M00010Y43",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(accepted); i++)
        assert_true(credit_code_valid(slice_of(accepted[i])));
    for (size_t i = 0; i < COUNT(refused); i++)
        assert_false(credit_code_valid(slice_of(refused[i])));
}

/* Judged by powers of three and a plain remainder. Of the codes tried many have a sum that 31 divides, where the check
 * sign is 0 and versions that leave out the last remainder fail. */
static void
finds_every_wrong_sign_of_a_credit_code(void **state)
{
    static const char signs[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    char code[19] = "91999999MA0000000";
    int zeros = 0;

    (void)state;
    for (int serial = 0; serial < 31 * 31; serial++) {
        int64_t sum = 0, power = 1;
        int want;

        code[15] = signs[serial / 31];
        code[16] = signs[serial % 31];
        for (int i = 0; i < 17; i++, power *= 3)
            sum += (strchr(signs, code[i]) - signs) * power;
        want = (int)((31 - sum % 31) % 31);
        zeros += want == 0;
        for (int i = 0; i < 31; i++) {
            code[17] = signs[i];
            assert_int_equal(credit_code_valid(slice_of(code)), i == want);
        }
    }
    assert_int_equal(zeros, 31);
}

static void
shows_no_more_of_an_identity_than_it_may(void **state)
{
    static const struct {
        const char *identity, *shown;
    } cases[] = {
        {"999999199912310011",                   "999999********0011"    },
        {"99999919991231001X",                   "999999********001X"    },
        {"999999991231001",                      "99999*******001"       },
        {"E12345678",                            "E12****78"             },
        {"12345678",                             "12****78"              },
        {"1234567",                              "*******"               },
        {"1",                                    "*"                     },
        {"",                                     ""                      },
        {"1234567890123456789012",               "123456************9012"},
        {"护照号码甲乙丙丁",             "护照****丙丁"      },
        {"\xff\xff\xff\xff\xff\xff\xff\xff\xff", "*********"             },
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct slice shown = identity_mask(*state, slice_of(cases[i].identity));

        assert_true(slice_equal(shown, slice_of(cases[i].shown)));
    }
}

/* RFC 9562 appendix B.2 shows the layout; the hash is that of the openssl program. */
static void
a_uuid_of_a_hash_is_version_8(void **state)
{
    const struct slice parts[] = {S_INIT("a"), S_INIT("bc")};
    struct arena *a = arena_open(4096);
    struct slice id = uuid8_of(a, parts, COUNT(parts));

    (void)state;
    /* printf abc | openssl sha256: ba7816bf8f01cfea414140de5dae2223... */
    assert_true(slice_equal(id, S("ba7816bf-8f01-8fea-8141-40de5dae2223")));
    assert_true(uuid_valid(id));
    arena_close(a);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_uuid_of_a_hash_is_version_8),
        cmocka_unit_test(makes_rising_ids_in_every_thread),
        cmocka_unit_test(rises_while_the_clock_stands_or_goes_back),
        cmocka_unit_test_setup_teardown(carries_the_time_the_version_and_the_variant, arena_setup, arena_teardown),
        cmocka_unit_test(knows_a_uuid_by_its_form),
        cmocka_unit_test(accepts_the_samples_of_gb_11643),
        cmocka_unit_test_setup_teardown(finds_every_wrong_digit_and_every_swap, arena_setup, arena_teardown),
        cmocka_unit_test_setup_teardown(refuses_a_birthday_that_never_was, arena_setup, arena_teardown),
        cmocka_unit_test(accepts_the_samples_of_gb_32100),
        cmocka_unit_test(finds_every_wrong_sign_of_a_credit_code),
        cmocka_unit_test_setup_teardown(shows_no_more_of_an_identity_than_it_may, arena_setup, arena_teardown),
    };

    return cmocka_run_group_tests_name("base/id", tests, NULL, NULL);
}

/*
 * Content-Digest: RFC 9530's own example, and every field that must not count as one.
 * Knows digests computed elsewhere; must not compute any by our own code as judge.
 * Invariant: the body is the same in every case, only the field changes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "../../src/edge/digest.h"

#define BODY "{\"hello\": \"world\"}"
#define SHA256 "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:"
#define SHA512 "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:"
#define SHA256_OF_NOTHING "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:"
#define MD5 "md5=:Sd/dVLAcvNLSq16eXua5uQ==:"

static const struct {
    const char *field;
    bool right;
} cases[] = {
    {SHA256,                             true },
    {SHA512,                             true },
    {SHA256 ", " SHA512,                 true },
    {SHA512 "," SHA256 ";note=1",        true },
    {MD5 ", " SHA256,                    true },
    {"future=1, " SHA256,                true },
    {"",                                 false},
    {MD5,                                false},
    {"unixsum=:AAA=:, future=:AAAA:",    false},
    {SHA256_OF_NOTHING,                  false},
    {SHA256 ", sha-512=:AAAA:",          false},
    {"sha-512=:AAAA:, " SHA256,          false},
    {SHA256_OF_NOTHING ", " SHA512,      false},
    {SHA256_OF_NOTHING ", " SHA256,      false},
    {SHA256 ", " SHA256,                 false},
    {"sha-256",                          false},
    {"sha-256=::",                       false},
    {"sha-256=1",                        false},
    {"sha-256=(:AAAA:)",                 false},
    {"sha-256=\"X48E9qOokqqrvdts8nOJ\"", false},
    {"SHA-256=:AAAA:",                   false},
    {SHA256 ",",                         false},
    {"x, y=, " SHA256,                   false},
};

static struct arena *arena;

static int
open_arena(void **state)
{
    (void)state;
    arena = arena_open(1u << 20);
    return 0;
}

static int
close_arena(void **state)
{
    (void)state;
    arena_close(arena);
    return 0;
}

static void
counts_only_digests_it_knows_and_all_of_them(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        if (digest_check(arena, slice_of(cases[i].field), S(BODY)) != cases[i].right)
            fail_msg("%s", cases[i].field);
    }
}

static void
makes_the_fields_of_the_rfc(void **state)
{
    (void)state;
    assert_true(slice_equal(digest_make(arena, S(BODY)), S(SHA256)));
    assert_true(slice_equal(digest_make(arena, S("")), S(SHA256_OF_NOTHING)));
}

static void
refuses_every_body_that_differs_in_one_bit(void **state)
{
    (void)state;
    for (size_t bit = 0; bit < 8 * (sizeof BODY - 1); bit++) {
        char body[] = BODY;

        body[bit / 8] = (char)(body[bit / 8] ^ (1 << bit % 8));
        assert_false(digest_check(arena, S(SHA256), (struct slice){body, sizeof body - 1}));
        assert_false(digest_check(arena, S(SHA512), (struct slice){body, sizeof body - 1}));
    }
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(counts_only_digests_it_knows_and_all_of_them, open_arena, close_arena),
        cmocka_unit_test_setup_teardown(makes_the_fields_of_the_rfc, open_arena, close_arena),
        cmocka_unit_test_setup_teardown(refuses_every_body_that_differs_in_one_bit, open_arena, close_arena),
    };

    return cmocka_run_group_tests_name("edge/digest", tests, NULL, NULL);
}

/*
 * Public keys that are found again: the right one, whoever else falls into its place and from whichever thread.
 * Knows more keys than there are places; must not know where a key lies.
 * Invariant: what is found verifies what its own private key signed, and nothing else.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ventured/crypto.h"

#define KEYS 600 /* of 256 places */
#define THREADS 4

static struct pair {
    struct slice pem, signature;
} pairs[KEYS];
static struct arena *arena;

static int
setup(void **state)
{
    (void)state;
    arena = arena_open(16u << 20);
    for (size_t i = 0; i < KEYS; i++) {
        struct key *k = key_make(ALG_ED25519);

        assert_true(key_public_pem(&pairs[i].pem, arena, k));
        pairs[i].signature = key_sign(arena, k, S("message"));
        key_close(k);
    }
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    arena_close(arena);
    return 0;
}

/* Whether the i-th key is itself: it takes its own signature, and not its neighbour's. */
static bool
is_right(size_t i)
{
    struct key *k = key_known(ALG_ED25519, pairs[i].pem);
    bool right = k != NULL && key_verify(k, S("message"), pairs[i].signature) &&
                 !key_verify(k, S("message"), pairs[(i + 1) % KEYS].signature);

    key_close(k);
    return right;
}

static void
finds_each_of_more_keys_than_it_has_places_for(void **state)
{
    (void)state;
    for (size_t turn = 0; turn < 2; turn++)
        for (size_t i = 0; i < KEYS; i++)
            assert_true(is_right(i));
}

static void *
find_all(void *wrong)
{
    for (size_t i = 0; i < 4 * KEYS; i++)
        *(int *)wrong += !is_right(i * 7 % KEYS);
    return NULL;
}

static void
finds_them_from_several_threads_at_once(void **state)
{
    pthread_t threads[THREADS];
    int wrong[THREADS] = {0};

    (void)state;
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, find_all, &wrong[i]), 0);
    for (size_t i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(wrong[i], 0);
    }
}

/* What fits one algorithm is refused by the others, before and after it was found. */
static void
does_not_mistake_the_algorithm(void **state)
{
    (void)state;
    for (int turn = 0; turn < 2; turn++)
        for (int alg = 0; alg < ALG__COUNT; alg++) {
            struct key *k = key_known((enum algorithm)alg, pairs[0].pem);

            assert_int_equal(k != NULL, alg == ALG_ED25519);
            key_close(k);
        }
    assert_null(key_known(ALG_ED25519, S("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n")));
    assert_null(key_known(ALG_ED25519, S("")));
}

static void
verifies_with_keys_of_every_algorithm_found_again(void **state)
{
    (void)state;
    for (int alg = 0; alg < ALG__COUNT; alg++) {
        struct key *made = key_make((enum algorithm)alg), *first, *again;
        struct slice pem, signature = key_sign(arena, made, S("message"));

        if (key_public_pem(&pem, arena, made)) {
            first = key_known((enum algorithm)alg, pem);
            again = key_known((enum algorithm)alg, pem);
            key_close(first); /* a handle of its own */
            assert_int_equal(key_algorithm(again), alg);
            assert_true(key_verify(again, S("message"), signature));
            assert_false(key_verify(again, S("Message"), signature));
            key_close(again);
        }
        key_close(made);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_each_of_more_keys_than_it_has_places_for),
        cmocka_unit_test(finds_them_from_several_threads_at_once),
        cmocka_unit_test(does_not_mistake_the_algorithm),
        cmocka_unit_test(verifies_with_keys_of_every_algorithm_found_again),
    };

    return cmocka_run_group_tests_name("base/known_key", tests, setup, teardown);
}

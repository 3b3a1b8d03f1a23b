/*
 * When to try again, and under which origin a request is signed.
 * Knows statuses and numbers; the signatures themselves are judged from outside, in tests/roof.
 * Invariant: nothing here waits.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../../src/edge/client.h"

static void
waits_only_where_it_may_help(void **state)
{
    static const struct {
        enum fetch_end end;
        int status;
        bool again;
    } cases[] = {
        {FETCH_DONE,        200, false},
        {FETCH_DONE,        201, false},
        {FETCH_DONE,        302, false},
        {FETCH_DONE,        401, false},
        {FETCH_DONE,        409, false},
        {FETCH_DONE,        422, false},
        {FETCH_DONE,        500, false},
        {FETCH_DONE,        429, true },
        {FETCH_DONE,        502, true },
        {FETCH_DONE,        503, true },
        {FETCH_DONE,        504, true },
        {FETCH_DONE,        507, true },
        {FETCH_UNREACHABLE, 0,   true },
        {FETCH_TIMED_OUT,   0,   true },
        {FETCH_UNTRUSTED,   0,   false},
        {FETCH_MISUSE,      0,   false},
        {FETCH_TOO_LARGE,   0,   false},
        {FETCH_BROKEN,      0,   false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct fetch_answer answer = {.status = cases[i].status};

        assert_int_equal(client_wait_ms(cases[i].end, &answer, 0, 7) >= 0, cases[i].again);
    }
}

static void
waits_longer_with_each_try_up_to_thirty_seconds(void **state)
{
    const struct fetch_answer answer = {.status = 503};
    int64_t last = 0;

    (void)state;
    for (int n = 0; n < CLIENT_TRIES_MAX; n++) {
        int64_t most = 0;

        for (uint64_t random = 0; random < 60000; random += 1) {
            int64_t wait = client_wait_ms(FETCH_DONE, &answer, n, random);

            assert_true(wait >= 0);
            most = wait > most ? wait : most;
        }
        assert_int_equal(most, n < 6 ? (INT64_C(500) << n) - 1 : 29999);
        assert_true(most >= last);
        last = most;
    }
    assert_true(client_wait_ms(FETCH_DONE, &answer, 9, UINT64_MAX) < 30000);
}

static void
comes_back_no_sooner_than_it_is_asked_to(void **state)
{
    struct fetch_answer answer = {.status = 503, .retry_after_s = 7};

    (void)state;
    for (uint64_t random = 0; random < 1000; random++) {
        int64_t wait = client_wait_ms(FETCH_DONE, &answer, 0, random);

        assert_in_range(wait, 7000, 7499);
    }
    answer.retry_after_s = CLIENT_RETRY_AFTER_MAX_S;
    assert_true(client_wait_ms(FETCH_DONE, &answer, 0, 0) >= 0);
    answer.retry_after_s = CLIENT_RETRY_AFTER_MAX_S + 1;
    assert_true(client_wait_ms(FETCH_DONE, &answer, 0, 0) < 0);
}

static void
signs_under_the_origin_that_the_registry_knows(void **state)
{
    static const struct {
        const char *url, *origin; /* NULL: refused */
    } cases[] = {
        {"https://ventured.example",      "https://ventured.example"     },
        {"https://ventured.example/",     "https://ventured.example"     },
        {"https://ventured.example:443",  "https://ventured.example"     },
        {"https://ventured.example:443/", "https://ventured.example"     },
        {"https://ventured.example:8443", "https://ventured.example:8443"},
        {"https://127.0.0.1:8443/",       "https://127.0.0.1:8443"       },
        {"http://ventured.example",       NULL                           },
        {"https://Registry.example",      NULL                           },
        {"https://ventured.example/v1",   NULL                           },
        {"https://ventured.example//",    NULL                           },
        {"https://a@ventured.example",    NULL                           },
        {"https://ventured.example:0443", NULL                           },
        {"https://",                      NULL                           },
        {"/",                             NULL                           },
        {"",                              NULL                           },
    };
    struct arena *a = arena_open(1 << 16);

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct slice got;
        bool taken = client_origin(&got, a, slice_of(cases[i].url));

        assert_int_equal(taken, cases[i].origin != NULL);
        if (taken)
            assert_string_equal(got.at, cases[i].origin);
    }
    arena_close(a);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waits_only_where_it_may_help),
        cmocka_unit_test(waits_longer_with_each_try_up_to_thirty_seconds),
        cmocka_unit_test(comes_back_no_sooner_than_it_is_asked_to),
        cmocka_unit_test(signs_under_the_origin_that_the_registry_knows),
    };

    return cmocka_run_group_tests_name("edge/client", tests, NULL, NULL);
}

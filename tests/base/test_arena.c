/*
 * Arenas and growable bytes.
 * Knows addresses and pages; must not know the arena's inside.
 * Invariant tested: what was given out stays where it is until reset or close, and is zero when it is given.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "oracle.h"

#define PAGE 4096

static bool
all_zero(const unsigned char *at, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (at[i] != 0)
            return false;
    return true;
}

static void
gives_aligned_zeroed_memory(void **state)
{
    for (size_t size = 0; size < 300; size++) {
        unsigned char *at = arena_take(*state, size);

        assert_int_equal((uintptr_t)at % 16, 0);
        assert_true(all_zero(at, size));
        memset(at, 0xa5, size);
    }
}

static void
gives_zeroed_memory_again_after_a_reset(void **state)
{
    for (int round = 0; round < 3; round++) {
        unsigned char *at = arena_take(*state, 1u << 20);

        assert_true(all_zero(at, 1u << 20));
        memset(at, 0xff, 1u << 20);
        arena_reset(*state);
        assert_int_equal(arena_used(*state), 0);
        at = arena_take(*state, 100);
        assert_true(all_zero(at, 100));
        memset(at, 0xff, 100);
        arena_reset(*state);
    }
}

static void
keeps_what_it_gave_while_it_grows(void **state)
{
    int *given[500];

    for (int i = 0; i < 500; i++) {
        given[i] = NEW(*state, int);
        *given[i] = i;
        arena_take(*state, (size_t)i * 7);
    }
    for (int i = 0; i < 500; i++)
        assert_int_equal(*given[i], i);
}

static void
returns_a_large_requests_pages(void **state)
{
    size_t size = 16u << 20;
    unsigned char *at = arena_take(*state, size);
    unsigned char resident[(16u << 20) / PAGE];
    uintptr_t page = (uintptr_t)at / PAGE * PAGE;
    size_t kept = 0;

    memset(at, 1, size);
    arena_reset(*state);
    assert_int_equal(mincore((void *)page, size, resident), 0);
    for (size_t i = 0; i < size / PAGE; i++)
        kept += resident[i] & 1;
    assert_true(kept <= (512u << 10) / PAGE);
}

static void
ends_the_process_when_it_runs_over(void **state)
{
    int status;
    pid_t child = fork();

    (void)state;
    assert_true(child >= 0);
    if (child == 0) {
        struct arena *small = arena_open(PAGE);
        struct rlimit none = {0};

        setrlimit(RLIMIT_CORE, &none);
        close(STDERR_FILENO);
        for (int i = 0; i < 100; i++)
            arena_take(small, 100);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGABRT);
}

static void
copies_end_in_nul_and_absent_stays_absent(void **state)
{
    struct slice copy = arena_copy(*state, S("绍兴"));

    assert_true(slice_equal(copy, S("绍兴")));
    assert_int_equal(copy.at[copy.len], 0);
    assert_null(arena_copy(*state, (struct slice){0}).at);
    assert_non_null(arena_copy(*state, S("")).at);
}

static void
prints_texts_of_any_length(void **state)
{
    struct slice s = arena_print(*state, "%05000d|%s", 7, "end");

    assert_int_equal(s.len, 5004);
    assert_string_equal(s.at + 4999, "7|end");
}

static void
grows_bytes_without_losing_any(void **state)
{
    struct buf b = {.arena = *state};

    assert_non_null(buf_slice(&b).at);
    assert_int_equal(buf_slice(&b).len, 0);
    for (int i = 0; i < 3000; i++) {
        buf_add_char(&b, (char)('a' + i % 26));
        buf_add(&b, S("--"));
        buf_print(&b, "%04d;", i);
    }
    assert_int_equal(b.len, 3000 * 8);
    for (int i = 0; i < 3000; i++) {
        struct slice want = arena_print(*state, "%c--%04d;", 'a' + i % 26, i);

        assert_memory_equal(b.at + i * 8, want.at, 8);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(gives_aligned_zeroed_memory, arena_setup, arena_teardown),
        cmocka_unit_test_setup_teardown(gives_zeroed_memory_again_after_a_reset, arena_setup, arena_teardown),
        cmocka_unit_test_setup_teardown(keeps_what_it_gave_while_it_grows, arena_setup, arena_teardown),
        cmocka_unit_test_setup_teardown(returns_a_large_requests_pages, arena_setup, arena_teardown),
        cmocka_unit_test(ends_the_process_when_it_runs_over),
        cmocka_unit_test_setup_teardown(copies_end_in_nul_and_absent_stays_absent, arena_setup, arena_teardown),
        cmocka_unit_test_setup_teardown(prints_texts_of_any_length, arena_setup, arena_teardown),
        cmocka_unit_test_setup_teardown(grows_bytes_without_losing_any, arena_setup, arena_teardown),
    };

    return cmocka_run_group_tests_name("base/arena", tests, NULL, NULL);
}

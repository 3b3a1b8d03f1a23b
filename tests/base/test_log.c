/*
 * The log.
 * Knows what a reader of the log relies on; must not know how a line is put together.
 * Invariant tested: an event is one whole line, whatever is in it.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "oracle.h"
#include "vectors.h"

static int64_t
fixed_wall(void)
{
    return INT64_C(1688112000123); /* 2023-06-30T08:00:00.123Z */
}

/* Standard error goes to a file between these two. */
static int kept_stderr;
static char caught_path[64];

static void
catch_begin(void)
{
    int fd;

    memcpy(caught_path, "/tmp/ventured-log-XXXXXX", sizeof "/tmp/ventured-log-XXXXXX");
    fd = mkstemp(caught_path);
    assert_true(fd >= 0);
    close(fd);
    fd = open(caught_path, O_WRONLY | O_APPEND); /* as a log is opened: each write goes whole to the end */
    assert_true(fd >= 0);
    kept_stderr = dup(STDERR_FILENO);
    assert_true(dup2(fd, STDERR_FILENO) >= 0);
    close(fd);
}

static struct slice
catch_end(struct arena *a)
{
    struct slice got;

    assert_true(dup2(kept_stderr, STDERR_FILENO) >= 0);
    close(kept_stderr);
    got = read_file(a, caught_path);
    unlink(caught_path);
    return got;
}

static void
writes_one_line_of_pairs(void **state)
{
    struct clock kept = the_clock;
    struct slice got;

    the_clock.wall_ms = fixed_wall;
    catch_begin();
    log_write(LOG_INFO, "started", "port=%d", 8443);
    log_request_id("r-1");
    log_write(LOG_WARN, "refused", "verdict=%s n=%d", "busy", 2);
    log_write(LOG_ERROR, "bare", "%s", "");
    log_request_id(NULL);
    log_write(LOG_DEBUG, "silent", "n=%d", 1);
    got = catch_end(*state);
    the_clock = kept;
    assert_true(slice_equal(got, S("at=2023-06-30T08:00:00.123Z level=info event=started port=8443\n"
                                   "at=2023-06-30T08:00:00.123Z level=warn event=refused request=r-1 verdict=busy n=2\n"
                                   "at=2023-06-30T08:00:00.123Z level=error event=bare request=r-1\n")));
}

static void
keeps_the_levels_asked_for(void **state)
{
    enum log_level kept = log_level_min;
    struct slice got;

    catch_begin();
    log_level_min = LOG_DEBUG;
    log_write(LOG_DEBUG, "heard", "n=%d", 1);
    log_level_min = LOG_ERROR;
    log_write(LOG_WARN, "unheard", "n=%d", 1);
    log_level_min = kept;
    got = catch_end(*state);
    assert_non_null(memmem(got.at, got.len, "event=heard", 11));
    assert_null(memmem(got.at, got.len, "unheard", 7));
}

static void
stays_one_line_whatever_it_is_given(void **state)
{
    struct slice got;
    size_t lines = 0;
    char *longest = arena_take(*state, 20001);

    memset(longest, 'x', 20000);
    catch_begin();
    log_write(LOG_INFO, "injected", "name=%s", "a\nat=1 level=error event=forged\r\x1b[2J\x7f");
    log_write(LOG_INFO, "long", "text=%s", longest);
    got = catch_end(*state);
    for (size_t i = 0; i < got.len; i++) {
        lines += got.at[i] == '\n';
        assert_true(got.at[i] == '\n' || (unsigned char)got.at[i] >= ' ');
    }
    assert_int_equal(lines, 2);
    assert_int_equal(got.at[got.len - 1], '\n');
    assert_true(got.len < 5000);
}

static void
quotes_text_from_outside(void **state)
{
    static const struct {
        const char *text, *quoted;
    } cases[] = {
        {"",          "\"\""            },
        {"plain",     "\"plain\""       },
        {"a b=c",     "\"a b=c\""       },
        {"绍兴",    "\"绍兴\""      },
        {"a\"b\\c",   "\"a\\\"b\\\\c\"" },
        {"a\nb\x7f",  "\"a\\x0ab\\x7f\""},
        {"\xc2\x9b[", "\"\\xc2\\x9b[\"" }, /* U+009B, which some terminals obey */
        {"\xff\xe7",  "\"\\xff\\xe7\""  },
    };

    for (size_t i = 0; i < COUNT(cases); i++)
        assert_string_equal(log_quote(*state, slice_of(cases[i].text)), cases[i].quoted);
}

static void
cuts_long_text_between_characters(void **state)
{
    struct buf b = {.arena = *state};
    const char *quoted;

    for (int i = 0; i < 1000; i++)
        buf_add(&b, S("绍"));
    quoted = log_quote(*state, buf_slice(&b));
    assert_true(strlen(quoted) < 600);
    assert_true(utf8_valid(slice_of(quoted)));
    assert_string_equal(quoted + strlen(quoted) - 4, "...\"");
}

static void *
write_many(void *at)
{
    const char *id = at;

    log_request_id(id);
    for (int i = 0; i < 500; i++)
        log_write(LOG_INFO, "tick", "thread=%s n=%d end", id, i);
    return NULL;
}

static void
never_mixes_the_lines_of_threads(void **state)
{
    static char ids[4][2] = {"a", "b", "c", "d"};
    pthread_t threads[4];
    struct slice rest, line;
    int lines = 0;

    catch_begin();
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, write_many, ids[i]), 0);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    rest = catch_end(*state);
    while (rest.len > 0) {
        struct slice want;
        int n;
        char thread;

        line = slice_cut(&rest, rest, '\n');
        line = arena_copy(*state, line);
        assert_int_equal(sscanf(line.at, "at=%*s level=info event=tick request=%c thread=%*c n=%d", &thread, &n), 2);
        want = arena_print(*state, " request=%c thread=%c n=%d end", thread, thread, n);
        assert_string_equal(line.at + line.len - want.len, want.at);
        lines++;
    }
    assert_int_equal(lines, 2000);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(writes_one_line_of_pairs, arena_setup, arena_teardown),
        cmocka_unit_test_setup_teardown(keeps_the_levels_asked_for, arena_setup, arena_teardown),
        cmocka_unit_test_setup_teardown(stays_one_line_whatever_it_is_given, arena_setup, arena_teardown),
        cmocka_unit_test_setup_teardown(quotes_text_from_outside, arena_setup, arena_teardown),
        cmocka_unit_test_setup_teardown(cuts_long_text_between_characters, arena_setup, arena_teardown),
        cmocka_unit_test_setup_teardown(never_mixes_the_lines_of_threads, arena_setup, arena_teardown),
    };

    return cmocka_run_group_tests_name("base/log", tests, NULL, NULL);
}

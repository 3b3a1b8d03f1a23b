/*
 * The table of answers.
 * Knows what a client relies on; must not know who gives an answer.
 * Invariant tested: every verdict has one name, an HTTP status of its class and both sentences.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "ventured/base.h"

static void
gives_every_verdict_its_row(void **state)
{
    (void)state;
    assert_int_equal(V_OK, 0);
    for (int i = 0; i < V__COUNT; i++) {
        const struct verdict_row *row = verdict_row((enum verdict)i);

        assert_true(strlen(row->name) > 0);
        assert_true(strlen(row->en) > 0);
        assert_true(utf8_valid(slice_of(row->zh)));
        assert_true(utf8_length(slice_of(row->zh)) < strlen(row->zh)); /* that it is Chinese */
        for (int j = 0; j < i; j++)
            assert_string_not_equal(row->name, verdict_row((enum verdict)j)->name);
    }
}

static void
gives_every_class_its_statuses(void **state)
{
    static const struct {
        int from, to;
    } ranges[] = {
        [VERDICT_DONE] = {200, 299},
        [VERDICT_CLIENT] = {400, 499},
        [VERDICT_REFUSED] = {400, 499},
        [VERDICT_FAULT] = {500, 599}
    };

    (void)state;
    for (int i = 0; i < V__COUNT; i++) {
        const struct verdict_row *row = verdict_row((enum verdict)i);

        if (i == V_NONE) /* never leaves the program */
            continue;
        if (i == V_NOT_IMPLEMENTED || i == V_VERSION_UNKNOWN) /* the client's doing, with statuses of RFC 9110 15.6 */
            continue;
        assert_in_range(row->status, ranges[row->class].from, ranges[row->class].to);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_every_verdict_its_row),
        cmocka_unit_test(gives_every_class_its_statuses),
    };

    return cmocka_run_group_tests_name("base/verdict", tests, NULL, NULL);
}

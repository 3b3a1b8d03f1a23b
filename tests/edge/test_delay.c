/*
 * Waits: that they grow, that they end, and that nobody lengthens them by trying too early.
 * Knows the rule's numbers; must not know what was tried.
 * Invariant: time passes only where a test says so.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "crowd.h"

static const struct delay_rule rule = {.free = 3, .first_ms = 1000, .most_ms = 60000, .quiet_ms = 3600000};

static int64_t
left(struct crowd *c, const struct hash *name)
{
    int64_t ms;

    assert_int_equal(delay_left(&ms, c->db, c->arena, &rule, name, crowd_now_ms), V_OK);
    return ms;
}

static void
add(struct crowd *c, const struct hash *name)
{
    assert_int_equal(db_begin(c->db), V_OK);
    assert_int_equal(db_end(c->db, delay_add(c->db, c->arena, &rule, name, crowd_now_ms)), V_OK);
}

static void
doubles_up_to_a_bound(void **state)
{
    static const struct {
        int64_t failed, wait_ms;
    } rows[] = {{0, 0},     {1, 0},     {3, 0},      {4, 1000},   {5, 2000},          {6, 4000},
                {9, 32000}, {10, 60000}, {11, 60000}, {99, 60000}, {INT64_MAX, 60000}};

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(delay_after(&rule, rows[i].failed), rows[i].wait_ms);
}

static void
keeps_what_is_shipped_under_a_quarter_of_an_hour(void **state)
{
    (void)state;
    for (int64_t failed = 0; failed < 100; failed++) {
        assert_true(delay_after(&people_default.per_account, failed) <= 900000);
        assert_true(delay_after(&people_default.per_address, failed) <= 900000);
        assert_true(delay_after(&people_default.per_account, failed) <=
                    delay_after(&people_default.per_account, failed + 1));
    }
    assert_true(delay_after(&people_default.per_account, 100) > 0);
    assert_true(delay_after(&people_default.per_address, 100) > 0);
}

static void
counts_each_name_by_itself_and_begins_anew_when_told_or_quiet(void **state)
{
    struct crowd *c = *state;
    struct hash one = sha256_one(S("one")), two = sha256_one(S("two"));

    assert_int_equal(left(c, &one), 0);
    for (int i = 0; i < 5; i++)
        add(c, &one);
    assert_int_equal(left(c, &one), 2000);
    assert_int_equal(left(c, &two), 0);
    crowd_now_ms += 1500;
    assert_int_equal(left(c, &one), 500);
    crowd_now_ms += 500;
    assert_int_equal(left(c, &one), 0);
    add(c, &one);
    assert_int_equal(left(c, &one), 4000);
    assert_int_equal(delay_clear(c->db, &one), V_OK);
    assert_int_equal(left(c, &one), 0);
    for (int i = 0; i < 6; i++)
        add(c, &one);
    crowd_now_ms += rule.quiet_ms + 1;
    add(c, &one);
    assert_int_equal(left(c, &one), 0);
}

static void
survives_a_clock_that_was_a_year_ahead(void **state)
{
    struct crowd *c = *state;
    struct hash name = sha256_one(S("one"));
    const int64_t year_ms = INT64_C(365) * 24 * 60 * 60 * 1000;

    crowd_now_ms += year_ms;
    for (int i = 0; i < 6; i++)
        add(c, &name);
    assert_int_equal(left(c, &name), 4000);
    crowd_now_ms -= year_ms;
    assert_int_equal(left(c, &name), 0);
    add(c, &name);
    assert_int_equal(left(c, &name), 8000);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, crowd_setup, crowd_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(doubles_up_to_a_bound),
        TEST(keeps_what_is_shipped_under_a_quarter_of_an_hour),
        TEST(counts_each_name_by_itself_and_begins_anew_when_told_or_quiet),
        TEST(survives_a_clock_that_was_a_year_ahead),
    };

    return cmocka_run_group_tests_name("edge/delay", tests, NULL, NULL);
}

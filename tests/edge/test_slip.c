/*
 * Slips: their codes, their table, and how often somebody may try.
 * Knows Crockford's description of base 32; must not read the signs from the program's.
 * Invariant: time passes only where a test says so.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../src/edge/slip.h"
#include "crowd.h"

#define HERE S("203.0.113.7")
#define THERE S("2001:db8:1:2::9")

/* ---- codes ----------------------------------------------------------------------------------------------------- */

static void
makes_codes_of_sixteen_signs_in_fours(void **state)
{
    size_t seen[32] = {0};
    static const char crockford[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    (void)state;
    for (int i = 0; i < 1000; i++) {
        char code[SLIP_TEXT_SIZE], again[SLIP_TEXT_SIZE];

        slip_make(code);
        assert_int_equal(strlen(code), 19);
        for (size_t n = 0; n < 19; n++) {
            const char *sign = strchr(crockford, code[n]);

            if (n % 5 == 4) {
                assert_int_equal(code[n], '-');
                continue;
            }
            assert_non_null(sign);
            seen[sign - crockford]++;
        }
        assert_true(slip_read(again, slice_of(code)));
        assert_string_equal(again, code);
    }
    /* 16,000 signs: each of the 32 some 500 times. Below 350 or above 650 is over six standard deviations off. */
    for (size_t i = 0; i < COUNT(seen); i++)
        assert_in_range(seen[i], 350, 650);
}

static void
reads_what_people_type(void **state)
{
    static const struct {
        const char *typed, *code; /* NULL: no code */
    } rows[] = {
        {"ABCD-EFGH-JKMN-PQRS", "ABCD-EFGH-JKMN-PQRS"},
        {"abcdefghjkmnpqrs", "ABCD-EFGH-JKMN-PQRS"},
        {"abcd+efgh+jkmn+pqrs", "ABCD-EFGH-JKMN-PQRS"},
        {"abcd%20efgh jkmn--pqrs ", "ABCD-EFGH-JKMN-PQRS"},
        {"iLoO-1234-5678-9TVW", "1100-1234-5678-9TVW"},
        {"ABCD-EFGH-JKMN-PQR", NULL},
        {"ABCD-EFGH-JKMN-PQRS-T", NULL},
        {"ABCD-EFGH-JKMN-PQRU", NULL},
        {"ABCD-EFGH-JKMN-PQR%41", NULL},
        {"----", NULL},
        {"", NULL},
        {"ABCD-EFGH-JKMN-PQR\xe4", NULL},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char code[SLIP_TEXT_SIZE];

        if (slip_read(code, slice_of(rows[i].typed)) != (rows[i].code != NULL))
            fail_msg("'%s'", rows[i].typed);
        assert_string_equal(code, rows[i].code != NULL ? rows[i].code : "-------------------");
    }
}

/* ---- the table ------------------------------------------------------------------------------------------------- */

static void
put(struct crowd *c, const char *loan, const char *code)
{
    assert_int_equal(db_begin(c->db), V_OK);
    assert_int_equal(db_end(c->db, slip_put(c->db, c->vault, slice_of(loan), slice_of(code), crowd_now_ms)), V_OK);
}

static const char *
found(struct crowd *c, const char *code)
{
    struct slice loan;
    enum verdict got = slip_find(&loan, c->db, c->vault, c->arena, slice_of(code));

    if (got == V_NONE)
        return "none";
    assert_int_equal(got, V_OK);
    return arena_copy(c->arena, loan).at;
}

static void
knows_the_last_slip_of_a_loan_and_no_other(void **state)
{
    struct crowd *c = *state;

    put(c, "L1", "1111-1111-1111-1111");
    put(c, "L2", "2222-2222-2222-2222");
    assert_string_equal(found(c, "1111-1111-1111-1111"), "L1");
    assert_string_equal(found(c, "2222222222222222"), "L2");
    assert_string_equal(found(c, "3333-3333-3333-3333"), "none");
    put(c, "L1", "4444-4444-4444-4444");
    assert_string_equal(found(c, "1111-1111-1111-1111"), "none");
    assert_string_equal(found(c, "4444-4444-4444-4444"), "L1");
    assert_string_equal(found(c, "no code at all"), "none");
    assert_string_equal(found(c, ""), "none");
}

/* ---- tries ----------------------------------------------------------------------------------------------------- */

static int64_t
wait_of(struct crowd *c, struct slice address)
{
    int64_t s;
    enum verdict got = slip_wait(&s, c->db, c->vault, c->arena, address, crowd_now_ms);

    assert_int_equal(got, s > 0 ? V_LOGIN_LATER : V_OK);
    return s;
}

static void
fail_once(struct crowd *c, struct slice address)
{
    assert_int_equal(db_begin(c->db), V_OK);
    assert_int_equal(db_end(c->db, slip_failed(c->db, c->vault, c->arena, address, crowd_now_ms)), V_OK);
}

static void
makes_an_address_wait_after_ten_failures(void **state)
{
    struct crowd *c = *state;

    for (int i = 0; i < 10; i++)
        fail_once(c, HERE);
    assert_int_equal(wait_of(c, HERE), 0);
    fail_once(c, HERE);
    assert_int_equal(wait_of(c, HERE), 1);
    fail_once(c, HERE);
    assert_int_equal(wait_of(c, HERE), 2);
    assert_int_equal(wait_of(c, THERE), 0);
    for (int i = 0; i < 30; i++)
        fail_once(c, HERE);
    assert_int_equal(wait_of(c, HERE), 900);
    crowd_now_ms += 900000;
    assert_int_equal(wait_of(c, HERE), 0);
    crowd_now_ms += 3600001;
    fail_once(c, HERE);
    assert_int_equal(wait_of(c, HERE), 0); /* the count began anew */
}

static void
takes_one_customers_addresses_for_one(void **state)
{
    struct crowd *c = *state;

    for (int i = 0; i < 11; i++)
        fail_once(c, THERE);
    assert_int_equal(wait_of(c, S("2001:db8:1:2:ffff::1")), 1);
    assert_int_equal(wait_of(c, S("2001:db8:1:3::9")), 0);
}

static void
slows_everybody_a_little_after_a_thousand(void **state)
{
    struct crowd *c = *state;

    for (int i = 0; i < 1001; i++)
        fail_once(c, arena_print(c->arena, "198.51.%d.%d", i / 250, i % 250));
    assert_int_equal(wait_of(c, HERE), 1);
    for (int i = 0; i < 20; i++)
        fail_once(c, arena_print(c->arena, "198.52.0.%d", i));
    assert_int_equal(wait_of(c, HERE), 5); /* and no longer */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, crowd_setup, crowd_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(makes_codes_of_sixteen_signs_in_fours),
        cmocka_unit_test(reads_what_people_type),
        TEST(knows_the_last_slip_of_a_loan_and_no_other),
        TEST(makes_an_address_wait_after_ten_failures),
        TEST(takes_one_customers_addresses_for_one),
        TEST(slows_everybody_a_little_after_a_thousand),
    };

    return cmocka_run_group_tests_name("edge/slip", tests, NULL, NULL);
}

/*
 * Loan products: set once as what they count, in use between days, and the three that a registry begins with.
 * Knows the town; must not know a loan.
 * Invariant: each row is a posting and its answer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "../../src/domain/domain_int.h"
#include "town.h"

#define PRODUCT(id, counts, from, more) \
    "{'subject':'" id "','on':'2023-01-01','zh':'浙岗贷','en':'Job loan','counts_as_guaranteed':'" counts "','from':'" \
    from "','source':'S17'" more "}"

static void
is_set_again_but_never_counts_otherwise(void **state)
{
    static const struct town_step steps[] = {
        {"set", &town_officer, "product.set", PRODUCT("zgd", "no", "2023-01-01", ""), V_OK},
        {"set again with its last day", &town_officer, "product.set",
         PRODUCT("zgd", "no", "2023-01-01", ",'to':'2023-12-31'"), V_OK},
        {"to count otherwise", &town_officer, "product.set", PRODUCT("zgd", "yes", "2023-01-01", ""), V_RULE_REFUSED,
         "/counts_as_guaranteed"},
        {"another that counts", &town_system, "product.set", PRODUCT("gd-2", "yes", "2023-01-01", ""), V_OK},
        {"by a chief", &town_chief, "product.set", PRODUCT("x1", "yes", "2023-01-01", ""), V_FORBIDDEN},
        {"by a clerk", &town_clerk, "product.set", PRODUCT("x1", "yes", "2023-01-01", ""), V_FORBIDDEN},
        {"neither yes nor no", &town_officer, "product.set", PRODUCT("x1", "maybe", "2023-01-01", ""), V_FIELDS_WRONG,
         "/counts_as_guaranteed", V_FIELD_CODE},
        {"in upper case", &town_officer, "product.set", PRODUCT("X1", "no", "2023-01-01", ""), V_FIELDS_WRONG,
         "/subject", V_FIELD_FORM},
        {"its last day before its first", &town_officer, "product.set",
         PRODUCT("x1", "no", "2023-01-01", ",'to':'2022-12-31'"), V_FIELDS_WRONG, "/to", V_FIELD_RANGE},
    };

    town_run(*state, steps, COUNT(steps));
}

static enum verdict
ask(struct world *w, const char *id, const char *on)
{
    struct problems p = {.arena = w->arena};
    struct subject s;
    enum verdict got;
    int32_t day;

    assert_true(day_parse(&day, slice_of(on)));
    assert_int_equal(subject_load(&s, w->reader, w->arena, &product_type, slice_of(id)), V_OK);
    got = check_product(&p, &s, day);
    assert_int_equal(p.count, got == V_OK ? 0 : 1);
    if (got != V_OK)
        assert_true(slice_equal(p.first->pointer, S("/product")));
    return got;
}

static bool
counts(struct world *w, const char *id)
{
    struct subject s;

    assert_int_equal(subject_load(&s, w->reader, w->arena, &product_type, slice_of(id)), V_OK);
    return product_counts(&s);
}

static void
tells_the_loan_whether_it_is_in_use_and_counts(void **state)
{
    static const struct town_step steps[] = {
        {"that counts", &town_officer, "product.set", PRODUCT("gd-2", "yes", "2023-02-01", ",'to':'2023-02-28'"), V_OK},
        {"that does not", &town_officer, "product.set", PRODUCT("zgd", "no", "2023-02-01", ""), V_OK},
    };
    struct world *w = *state;

    town_run(w, steps, COUNT(steps));
    assert_int_equal(ask(w, "gd-2", "2023-01-31"), V_RULE_REFUSED);
    assert_int_equal(ask(w, "gd-2", "2023-02-01"), V_OK);
    assert_int_equal(ask(w, "gd-2", "2023-02-28"), V_OK);
    assert_int_equal(ask(w, "gd-2", "2023-03-01"), V_RULE_REFUSED);
    assert_int_equal(ask(w, "zgd", "2023-01-31"), V_RULE_REFUSED);
    assert_int_equal(ask(w, "zgd", "2030-01-01"), V_OK);
    assert_int_equal(ask(w, "", "2023-01-01"), V_OK); /* none is named: the guaranteed loan itself */
    assert_true(counts(w, "gd-2"));
    assert_false(counts(w, "zgd"));
    assert_true(counts(w, ""));
}

static void
begins_with_three_of_which_one_counts(void **state)
{
    struct world *w = *state;
    struct problems problems = {.arena = w->arena};
    size_t posted;

    assert_int_equal(founding_load(&posted, &problems, w->ledger, w->arena, "schemas/plan/products.json",
                                   &town_system), V_OK);
    assert_int_equal(posted, 3);
    assert_true(counts(w, "guaranteed"));
    assert_false(counts(w, "zhegangdai"));
    assert_false(counts(w, "other"));
    assert_int_equal(ask(w, "zhegangdai", "2023-06-30"), V_OK);
    assert_int_equal(founding_load(&posted, &problems, w->ledger, w->arena, "schemas/plan/products.json",
                                   &town_system), V_REPLAYED);
    assert_int_equal(posted, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, town_setup, world_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(is_set_again_but_never_counts_otherwise),
        TEST(tells_the_loan_whether_it_is_in_use_and_counts),
        TEST(begins_with_three_of_which_one_counts),
    };

    return cmocka_run_group_tests_name("domain/product", tests, NULL, NULL);
}

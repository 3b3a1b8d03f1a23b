/*
 * Groups and lists: what becomes of the others when one posting fails, and of nonces.
 * Knows the toy kinds; must not know how a group is rolled back.
 * Invariant: what is said of a posting is true of the journal.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "world.h"

static size_t
fills(struct world *w, struct posting *out[3], size_t wrong)
{
    world_jar(w, "j1");
    for (size_t i = 0; i < 3; i++)
        out[i] = world_read(w, &bank, "jar.filled", NULL,
                            arena_print(w->arena, "{'subject':'%s','on':'2023-04-01','amount':1,'voucher_no':'V%zu'}",
                                        i == wrong ? "nowhere" : "j1", i).at);
    return 3;
}

static void
a_refused_list_says_of_its_others_that_they_are_not_recorded(void **state)
{
    for (size_t wrong = 0; wrong < 3; wrong++) {
        struct posting *list[3];
        void *fresh = NULL;
        struct world *w;

        world_setup(&fresh);
        w = fresh;
        assert_int_equal(ledger_post_list(w->ledger, list, fills(w, list, wrong)), V_SUBJECT_UNKNOWN);
        for (size_t i = 0; i < 3; i++)
            assert_int_equal(list[i]->got, i == wrong ? V_SUBJECT_UNKNOWN : V_NONE);
        world_teardown(&fresh);
    }
    (void)state;
}

static void
a_list_that_meets_a_fault_says_so_of_none_but_the_list(void **state)
{
    struct world *w = *state;
    struct posting *list[3];
    size_t count = fills(w, list, 9);

    world_sql(w, "UPDATE head SET shape = 0");
    log_level_min = (enum log_level)(LOG_ERROR + 1);
    assert_int_equal(ledger_post_list(w->ledger, list, count), V_BUSY);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(list[i]->got, V_NONE);
}

/* Whatever the verdict: the refused list may not be sent again under its nonce with other words. */
static void
a_refused_list_keeps_its_nonce(void **state)
{
    struct world *w = *state;
    struct nonce first = {S("k1"), S("n1"), {{1}}, world_now_ms + 600000}, other = first;
    struct posting *list[3];
    size_t count = fills(w, list, 2);

    other.hash.at[0] = 2;
    list[0]->nonce = &first;
    assert_int_equal(ledger_post_list(w->ledger, list, count), V_SUBJECT_UNKNOWN);
    assert_int_equal(world_count(w, "op_nonce"), 1);
    list[0]->nonce = &other;
    assert_int_equal(ledger_post_list(w->ledger, list, 2), V_NONCE_USED);
    list[0]->nonce = &first;
    assert_int_equal(ledger_post_list(w->ledger, list, 2), V_OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_refused_list_says_of_its_others_that_they_are_not_recorded),
        TEST(a_list_that_meets_a_fault_says_so_of_none_but_the_list),
        TEST(a_refused_list_keeps_its_nonce),
    };

    return cmocka_run_group_tests_name("ledger/group", tests, NULL, NULL);
}

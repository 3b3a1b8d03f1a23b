/*
 * Lines: a jar with coins counts for its owner, the owner for a circle, each once a year.
 * Knows the toy's chain of three; must not know how lines are stored.
 * Invariant: after every entry the counts are those of the jars as they are, whichever entry changed them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "world.h"

#define OWNER "0190aaaa-0000-7000-8000-000000000001" /* of every jar that world_jar opens */
#define ALWAYS "2000-01-01", "2099-12-31"

static void
expect(struct world *w, const char *when, int64_t keepers, int64_t circles)
{
    int64_t k = world_total(w, "keepers", ALWAYS, INT64_MAX), c = world_total(w, "circles", ALWAYS, INT64_MAX);

    if (k != keepers || c != circles)
        fail_msg("%s: %lld keepers and %lld circles", when, (long long)k, (long long)c);
}

static struct posting *
fill(struct world *w, const char *jar, const char *on, const char *voucher)
{
    struct posting *p = world_post(w, &bank, "jar.filled", NULL,
                                   arena_print(w->arena, "{'subject':'%s','on':'%s','amount':1,'voucher_no':'%s'}", jar,
                                               on, voucher).at);

    assert_int_equal(p->got, V_OK);
    return p;
}

static void
name(struct world *w, const char *circle)
{
    assert_int_equal(world_post(w, &clerk, "keeper.named", NULL,
                                arena_print(w->arena, "{'subject':'" OWNER "','on':'2023-03-01','circle':'%s'}",
                                            circle).at)->got, V_OK);
}

static void
counts_a_holder_once_however_many_lend(void **state)
{
    struct world *w = *state;

    world_jar(w, "j1");
    world_jar(w, "j2");
    name(w, "c1");
    expect(w, "opened", 0, 0);
    fill(w, "j1", "2023-04-02", "V1");
    expect(w, "one jar", 1, 1);
    fill(w, "j2", "2023-04-01", "V1");
    fill(w, "j1", "2023-04-03", "V2");
    expect(w, "two jars", 1, 1);
    assert_int_equal(world_total(w, "keepers", "2023-04-01", "2023-04-01", INT64_MAX), 1);
    assert_int_equal(world_total(w, "keepers", "2023-04-02", "2023-04-30", INT64_MAX), 0);
}

static void
reaches_through_the_holder_to_whom_it_lends(void **state)
{
    struct world *w = *state;

    world_jar(w, "j1");
    fill(w, "j1", "2023-04-02", "V1");
    expect(w, "no circle yet", 1, 0);
    name(w, "c1");
    expect(w, "named later", 1, 1);
    name(w, "c2");
    expect(w, "moved to another circle", 1, 1);
    assert_int_equal(world_count(w, "line WHERE holder = 'c1'"), 0);
}

static void
takes_back_what_a_void_takes_back(void **state)
{
    struct world *w = *state;
    struct posting *filled, *mend;

    world_jar(w, "j1");
    name(w, "c1");
    filled = fill(w, "j1", "2023-04-02", "V1");
    expect(w, "filled", 1, 1);
    mend = world_post(w, &bank, "jar.filled", NULL,
                      arena_print(w->arena, "{'subject':'j1','on':'2023-04-02','mends':{'entry':'" SLICE_FMT
                                  "','reason':'typing','void':'yes'}}", SLICE_ARG(filled->entry.id)).at);
    assert_int_equal(mend->got, V_OK);
    assert_string_equal(mend->state, "waiting");
    expect(w, "a void that waits", 1, 1);
    assert_int_equal(world_post(w, &officer, "jar.mended", NULL,
                                arena_print(w->arena, "{'subject':'" SLICE_FMT "','on':'2023-06-30'}",
                                            SLICE_ARG(mend->entry.id)).at)->got, V_OK);
    expect(w, "voided", 0, 0);
    assert_int_equal(world_total(w, "keepers", ALWAYS, filled->seq), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(counts_a_holder_once_however_many_lend),
        TEST(reaches_through_the_holder_to_whom_it_lends),
        TEST(takes_back_what_a_void_takes_back),
    };

    return cmocka_run_group_tests_name("ledger/lines", tests, NULL, NULL);
}

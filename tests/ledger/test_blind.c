/*
 * Values that name one subject: found in whatever form they are written, kept in step with corrections.
 * Knows the toy jars' stamps; must not know the engine.
 * Invariant: no stamp reaches the database in the clear.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "world.h"

/* Opens a jar with a stamp, or mends the entry `mends` of it where one is given. */
static struct posting *
stamp(struct world *w, const char *jar, const char *id, const char *value, const char *mends)
{
    struct slice envelope = mends == NULL ? S("")
                                          : arena_print(w->arena, "'mends':{'entry':'%s','reason':'typing'},", mends);

    return world_post(w, &clerk, "jar.opened", id,
                      arena_print(w->arena,
                                  "{'subject':'%s','on':'2023-03-01'," SLICE_FMT "'district':'330602','capacity':1000,"
                                  "'owner':'0190aaaa-0000-7000-8000-000000000001','colour':'red','stamp':'%s'}",
                                  jar, SLICE_ARG(envelope), value).at);
}

static enum verdict
confirm(struct world *w, const char *correction)
{
    return world_post(w, &checker, "jar.mended", NULL,
                      arena_print(w->arena, "{'subject':'%s','on':'2023-06-30'}", correction).at)->got;
}

static void
refuses_a_value_that_names_another_naming_it(void **state)
{
    static const struct {
        const char *value;
        enum verdict got;
    } rows[] = {
        {"abx-17",       V_PERSON_KNOWN},
        {"ABX-17",       V_PERSON_KNOWN},
        {" Abx-17 ",     V_PERSON_KNOWN},
        {"ＡＢＸ－１７", V_PERSON_KNOWN},
        {"abx-18",       V_OK          },
    };
    struct world *w = *state;
    int64_t before;

    assert_int_equal(stamp(w, "j1", NULL, "abx-17", NULL)->got, V_OK);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct posting *p;

        before = world_count(w, "journal");
        p = stamp(w, "j2", NULL, rows[i].value, NULL);
        if (p->got != rows[i].got)
            fail_msg("'%s': %s", rows[i].value, verdict_row(p->got)->name);
        assert_int_equal(world_count(w, "journal"), before + (rows[i].got == V_OK));
        if (p->got == V_OK)
            continue;
        assert_true(slice_equal(p->problems.first->pointer, S("/stamp")));
        assert_string_equal(p->problems.first->en.at, "registered already: use the id j1");
    }
    assert_int_equal(world_count(w, "blind_index"), 2);
}

static void
answers_before_the_move(void **state)
{
    struct world *w = *state;

    assert_int_equal(stamp(w, "j1", NULL, "a", NULL)->got, V_OK);
    assert_int_equal(stamp(w, "j2", NULL, "b", NULL)->got, V_OK);
    assert_int_equal(stamp(w, "j1", NULL, "a", NULL)->got, V_SUBJECT_TAKEN);
    assert_int_equal(stamp(w, "j1", NULL, "b", NULL)->got, V_PERSON_KNOWN);
}

static void
lets_one_of_a_list_see_the_other(void **state)
{
    static const char body[] = "{'subject':'%s','on':'2023-03-01','district':'330602','capacity':1000,"
                               "'owner':'0190aaaa-0000-7000-8000-000000000001','colour':'red','stamp':'s'}";
    struct world *w = *state;
    struct posting *both[2];

    both[0] = world_read(w, &clerk, "jar.opened", NULL, arena_print(w->arena, body, "j1").at);
    both[1] = world_read(w, &clerk, "jar.opened", NULL, arena_print(w->arena, body, "j2").at);
    assert_int_equal(ledger_post_list(w->ledger, both, 2), V_PERSON_KNOWN);
    assert_int_equal(world_count(w, "blind_index"), 0);
    ledger_post(w->ledger, both, 2);
    assert_int_equal(both[0]->got, V_OK);
    assert_int_equal(both[1]->got, V_PERSON_KNOWN);
    assert_int_equal(world_count(w, "blind_index"), 1);
}

static void
follows_a_correction_when_it_is_confirmed(void **state)
{
    struct world *w = *state;
    const char *first = new_id(w), *one = new_id(w), *two = new_id(w);

    assert_int_equal(stamp(w, "j1", first, "wrong", NULL)->got, V_OK);
    assert_int_equal(stamp(w, "j1", one, "less wrong", first)->got, V_OK);
    assert_int_equal(stamp(w, "j2", NULL, "wrong", NULL)->got, V_PERSON_KNOWN);
    assert_int_equal(confirm(w, one), V_OK);
    assert_int_equal(stamp(w, "j2", NULL, "less wrong", NULL)->got, V_PERSON_KNOWN);
    assert_int_equal(stamp(w, "j2", NULL, "wrong", NULL)->got, V_OK);
    assert_int_equal(stamp(w, "j1", two, "right", first)->got, V_OK);
    assert_int_equal(confirm(w, two), V_OK);
    assert_int_equal(stamp(w, "j3", NULL, "less wrong", NULL)->got, V_OK);
    assert_int_equal(stamp(w, "j4", NULL, "right", NULL)->got, V_PERSON_KNOWN);
    assert_int_equal(world_count(w, "blind_index"), 3);
}

static void
refuses_a_correction_to_a_value_that_names_another(void **state)
{
    struct world *w = *state;
    const char *first = new_id(w), *correction = new_id(w);

    assert_int_equal(stamp(w, "j1", first, "a", NULL)->got, V_OK);
    assert_int_equal(stamp(w, "j1", correction, "b", first)->got, V_OK);
    assert_int_equal(stamp(w, "j2", NULL, "b", NULL)->got, V_OK);
    assert_int_equal(confirm(w, correction), V_PERSON_KNOWN);
    assert_int_equal(stamp(w, "j1", NULL, "b", first)->got, V_PERSON_KNOWN);
}

static void
forgets_the_value_of_a_voided_entry(void **state)
{
    struct world *w = *state;
    const char *first = new_id(w), *correction = new_id(w);

    assert_int_equal(stamp(w, "j1", first, "a", NULL)->got, V_OK);
    assert_int_equal(world_post(w, &clerk, "jar.opened", correction,
                                arena_print(w->arena,
                                            "{'subject':'j1','on':'2023-03-01',"
                                            "'mends':{'entry':'%s','reason':'typing','void':'yes'}}",
                                            first).at)->got, V_OK);
    assert_int_equal(confirm(w, correction), V_OK);
    assert_int_equal(world_count(w, "blind_index"), 0);
    assert_int_equal(stamp(w, "j2", NULL, "a", NULL)->got, V_OK);
}

static void
keeps_the_value_out_of_every_table(void **state)
{
    struct world *w = *state;

    assert_int_equal(stamp(w, "j1", NULL, "very-secret", NULL)->got, V_OK);
    assert_int_equal(world_sql(w, "SELECT 1 FROM journal WHERE leaf LIKE '%%secret%%'").len, 0);
    assert_int_equal(world_sql(w, "SELECT 1 FROM subject WHERE view LIKE '%%secret%%'").len, 0);
    assert_int_equal(world_sql(w, "SELECT 1 FROM blind_index WHERE person = 'j1' AND scheme = 'stamp'").len, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(refuses_a_value_that_names_another_naming_it),
        TEST(answers_before_the_move),
        TEST(lets_one_of_a_list_see_the_other),
        TEST(follows_a_correction_when_it_is_confirmed),
        TEST(refuses_a_correction_to_a_value_that_names_another),
        TEST(forgets_the_value_of_a_voided_entry),
        TEST(keeps_the_value_out_of_every_table),
    };

    return cmocka_run_group_tests_name("ledger/blind", tests, NULL, NULL);
}

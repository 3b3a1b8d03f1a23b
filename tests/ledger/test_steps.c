/*
 * Steps: which rows stand on the work list after each entry, where a scope moves them, what a rebuild makes of them.
 * Knows the toy's three steps; must not know how rows are written.
 * Invariant: every row is compared whole, with the list worked out by hand from the story in front of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "dump.h"
#include "jars.h"
#include "tamper.h"

/* "step since due district organisation" of every row about a subject, in the order of the steps' names. */
static const char *
rows_of(struct world *w, const char *subject)
{
    struct slice rows = dump_query(w->arena, w->engine->url,
                                   arena_print(w->arena,
                                               "SELECT step || ' ' || since || ' ' || due || ' ' || district || ' ' || "
                                               "organisation FROM step WHERE subject = '%s' ORDER BY type, step",
                                               subject).at);

    for (size_t i = 0; i < rows.len; i++)
        if (rows.at[i] == '\n')
            ((char *)rows.at)[i] = '|';
    return rows.len == 0 ? "" : rows.at;
}

static void
expect(struct world *w, const char *when, const char *wanted)
{
    const char *got = rows_of(w, "j1");

    if (strcmp(got, wanted) != 0)
        fail_msg("%s: '%s', not '%s'", when, got, wanted);
}

static void
rows_follow_the_state_and_the_view(void **state)
{
    static const struct {
        const char *what;
        const struct actor *who;
        const char *kind, *on, *fields, *rows;
    } story[] = {
        {"opened", &clerk, "jar.opened", "2023-03-01", OPENED, "fill 2023-03-01  330602 |"},
        {"filled: one step ends, another begins", &bank, "jar.filled", "2023-04-05", "'amount':5,'voucher_no':'V1'",
         "seal 2023-04-05  330602 |"},
        {"an earlier filling", &bank, "jar.filled", "2023-04-02", "'amount':5,'voucher_no':'V2'",
         "seal 2023-04-02  330602 |"},
        {"what moves nothing", &clerk, "jar.spilled", "2023-04-06", "'amount':1", "seal 2023-04-02  330602 |"},
        {"lent, with a day that the view knows", &bank, "jar.lent", "2023-04-07",
         "'amount':1,'to':'x','voucher_no':'V3','back':'2023-07-07'",
         "return 2023-04-07 2023-07-07 330602 |seal 2023-04-02  330602 |"},
        {"lent again, without a day", &bank, "jar.lent", "2023-04-08", "'amount':1,'to':'x','voucher_no':'V4'",
         "return 2023-04-08  330602 |seal 2023-04-02  330602 |"},
        {"back", &bank, "jar.filled", "2023-04-09", "'amount':1,'voucher_no':'V5'", "seal 2023-04-02  330602 |"},
        {"sealed: nothing is left to do", &checker, "jar.sealed", "2023-04-10", "", ""},
        {"a late filling", &bank, "jar.filled", "2023-04-11", "'amount':1,'voucher_no':'V6'", ""},
    };
    struct world *w = *state;

    for (size_t i = 0; i < COUNT(story); i++) {
        done(tell(w, story[i].who, story[i].kind, "j1", story[i].on, story[i].fields));
        expect(w, story[i].what, story[i].rows);
    }
}

static void
a_subject_without_steps_and_a_refusal_leave_no_row(void **state)
{
    struct world *w = *state;

    done(tell(w, &clerk, "keeper.named", OWNER, "2023-03-01", "'circle':'c1'"));
    assert_int_equal(world_count(w, "step"), 0);
    world_jar(w, "j1");
    assert_int_equal(tell(w, &checker, "jar.sealed", "j1", "2023-04-01", "")->got, V_WRONG_STATE);
    expect(w, "refused", "fill 2023-03-01  330602 |");
    assert_int_equal(world_count(w, "step"), 1);
}

static void
an_early_fact_begins_the_steps_of_the_state_it_leads_to(void **state)
{
    struct world *w = *state;

    world_jar(w, "j1");
    done(tell(w, &bank, "jar.lent", "j1", "2023-04-07", "'amount':1,'to':'x','voucher_no':'V1','back':'2023-07-07'"));
    expect(w, "lent before any filling", "return 2023-04-07 2023-07-07 330602 |");
}

static void
a_change_of_scope_moves_rows_that_are_otherwise_the_same(void **state)
{
    struct world *w = *state;
    const char *opened = done(tell(w, &clerk, "jar.opened", "j1", "2023-03-01", OPENED));

#define ELSEWHERE "'district':'330603','owner':'" OWNER "','capacity':1000,'colour':'red','bank':'bank-one'"
    mend(w, &clerk, "jar.opened", "j1", "2023-03-01", mending(w, opened, ELSEWHERE));
    expect(w, "another district and a bank", "fill 2023-03-01  330603 bank-one|");
    mend(w, &clerk_elsewhere, "jar.opened", "j1", "2023-03-01", mending(w, opened, OPENED));
    expect(w, "and back", "fill 2023-03-01  330602 |");
}

static void
corrections_fold_them_anew(void **state)
{
    struct world *w = *state;
    const char *opened = done(tell(w, &clerk, "jar.opened", "j1", "2023-03-01", OPENED)), *fill, *lent;

    fill = done(tell(w, &bank, "jar.filled", "j1", "2023-04-05", "'amount':5,'voucher_no':'V1'"));
    mend(w, &bank, "jar.filled", "j1", "2023-04-03", mending(w, fill, "'amount':5,'voucher_no':'V1'"));
    expect(w, "another day", "seal 2023-04-03  330602 |");
    lent = done(tell(w, &bank, "jar.lent", "j1", "2023-04-07",
                     "'amount':1,'to':'x','voucher_no':'V2','back':'2023-07-07'"));
    mend(w, &bank, "jar.lent", "j1", "2023-04-07",
         mending(w, lent, "'amount':1,'to':'x','voucher_no':'V2','back':'2023-08-08'"));
    expect(w, "another day to be back", "return 2023-04-07 2023-08-08 330602 |seal 2023-04-03  330602 |");
    mend(w, &bank, "jar.lent", "j1", "2023-04-07", voiding(w, lent));
    expect(w, "never lent", "seal 2023-04-03  330602 |");
    mend(w, &bank, "jar.filled", "j1", "2023-04-05", voiding(w, fill));
    expect(w, "never filled", "fill 2023-03-01  330602 |");
    mend(w, &clerk, "jar.opened", "j1", "2023-03-01", voiding(w, opened));
    expect(w, "never opened", "");
}

/* ---- rebuild and verify ---------------------------------------------------------------------------------------- */

static void
three_jars(struct world *w)
{
    for (int i = 1; i <= 3; i++)
        world_jar(w, arena_print(w->arena, "j%d", i).at);
    done(tell(w, &bank, "jar.filled", "j1", "2023-04-05", "'amount':5,'voucher_no':'V1'"));
    done(tell(w, &bank, "jar.lent", "j2", "2023-04-07", "'amount':1,'to':'x','voucher_no':'V2','back':'2023-07-07'"));
}

static const struct {
    const char *what, *harm, *where;
} harms[] = {
    {"one gone", "DELETE FROM step WHERE subject = 'j2'", "step jar j2 return"},
    {"all gone", "DELETE FROM step", "step jar j1 seal"},
    {"one too many",
     "INSERT INTO step SELECT type, 'j9', step, since, due, district, organisation FROM step WHERE subject = 'j1'",
     "step jar j9 seal"},
    {"another day since", "UPDATE step SET since = '2023-04-06' WHERE subject = 'j1'", "step jar j1 seal"},
    {"another day due", "UPDATE step SET due = '2023-07-08' WHERE subject = 'j2'", "step jar j2 return"},
    {"another district", "UPDATE step SET district = '330603' WHERE subject = 'j3'", "step jar j3 fill"},
    {"another organisation", "UPDATE step SET organisation = 'bank-two' WHERE subject = 'j3'", "step jar j3 fill"},
};

static void
verify_names_a_row_that_is_changed_missing_or_extra_and_a_rebuild_mends_it(void **state)
{
    struct world *w = *state;
    struct slice before;

    three_jars(w);
    before = dump_derived(w->arena, w->engine->url);
    tamper_expect_none(w, "untouched");
    for (size_t i = 0; i < COUNT(harms); i++) {
        tamper_run(w, harms[i].harm);
        tamper_expect(w, harms[i].what, harms[i].where);
        assert_int_equal(ledger_rebuild(w->ledger), V_OK);
        if (dump_difference(w->arena, before, dump_derived(w->arena, w->engine->url)) != NULL)
            fail_msg("%s: not mended by a rebuild", harms[i].what);
    }
    tamper_expect_none(w, "rebuilt");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(rows_follow_the_state_and_the_view),
        TEST(a_subject_without_steps_and_a_refusal_leave_no_row),
        TEST(an_early_fact_begins_the_steps_of_the_state_it_leads_to),
        TEST(a_change_of_scope_moves_rows_that_are_otherwise_the_same),
        TEST(corrections_fold_them_anew),
        TEST(verify_names_a_row_that_is_changed_missing_or_extra_and_a_rebuild_mends_it),
    };

    return cmocka_run_group_tests_name("ledger/steps", tests, NULL, NULL);
}

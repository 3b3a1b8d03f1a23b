/*
 * What a rule reads beside its subject: sums of totals, the account that asks, the lines it was lent.
 * Knows the toy's promise, which reads all of them; must not know how a sum is made.
 * Invariant: how many may be recorded is worked out from the bound, and exactly so many are.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "jars.h"

#define MANY 120
#define YEAR "2023-01-01", "2023-12-31"

/* An account that is on record as a keeper of jars. */
static const struct actor officer_on_record = {ROLE_CENTRE_OFFICER, {"centre", 6}, {OWNER, 36}, {NULL, 0}};

static struct posting *
promise_read(struct world *w, const struct actor *who, const char *jar, const char *pot, int amount)
{
    return world_read(w, who, "jar.promised", NULL,
                      arena_print(w->arena, "{'subject':'%s','on':'2023-04-01','pot':'%s','amount':%d}", jar, pot,
                                  amount).at);
}

static enum verdict
promise(struct world *w, const char *jar, const char *pot, int amount)
{
    struct posting *p = promise_read(w, &officer, jar, pot, amount);

    ledger_post(w->ledger, &p, 1);
    return p->got;
}

static size_t
accepted(struct posting *const *postings, size_t count)
{
    size_t out = 0;

    for (size_t i = 0; i < count; i++) {
        if (postings[i]->got != V_OK && postings[i]->got != V_OVER_LIMIT)
            fail_msg("posting %zu: %s", i, verdict_row(postings[i]->got)->name);
        out += postings[i]->got == V_OK;
    }
    return out;
}

/* ---- a bound over many postings ---------------------------------------------------------------------------------- */

static void
of_many_in_one_group_so_many_are_recorded_as_there_is_room_for(void **state)
{
    struct world *w = *state;
    struct posting *group[MANY];

    rule_set(w, "pot_max:city", 300);
    world_jar(w, "j1");
    world_jar(w, "j2");
    for (size_t i = 0; i < MANY; i++)
        group[i] = promise_read(w, &officer, i % 2 == 0 ? "j1" : "j2", "p1", 7);
    ledger_post(w->ledger, group, MANY);
    assert_int_equal(accepted(group, MANY), 300 / 7);
    for (size_t i = 0; i < MANY; i++)
        assert_int_equal(group[i]->got, i < 300 / 7 ? V_OK : V_OVER_LIMIT);
    assert_int_equal(world_total(w, "promised", YEAR, INT64_MAX), 300 / 7 * 7);
    assert_int_equal(promise(w, "j1", "p1", 300 % 7 + 1), V_OVER_LIMIT);
    assert_int_equal(promise(w, "j1", "p1", 300 % 7), V_OK); /* the last coin */
    assert_int_equal(promise(w, "j1", "p1", 1), V_OVER_LIMIT);
}

static void
groups_and_single_posts_in_turn_share_one_bound(void **state)
{
    struct world *w = *state;
    struct posting *group[8];
    size_t recorded = 0;

    rule_set(w, "pot_max:city", 100);
    world_jar(w, "j1");
    for (size_t round = 0; round < 4; round++) {
        for (size_t i = 0; i < COUNT(group); i++)
            group[i] = promise_read(w, &officer, "j1", "p1", 3);
        ledger_post(w->ledger, group, COUNT(group));
        recorded += accepted(group, COUNT(group));
        recorded += promise(w, "j1", "p1", 3) == V_OK;
    }
    assert_int_equal(recorded, 33);
}

static void
a_list_over_the_bound_leaves_nothing_and_its_dry_run_says_so(void **state)
{
    struct world *w = *state;
    struct posting *list[8], *one;
    int64_t before;

    rule_set(w, "pot_max:city", 100);
    world_jar(w, "j1");
    before = world_count(w, "journal");
    for (int amount = 12; amount <= 13; amount++) {
        enum verdict wanted = amount * 8 <= 100 ? V_OK : V_OVER_LIMIT;

        for (size_t i = 0; i < COUNT(list); i++)
            list[i] = promise_read(w, &officer, "j1", arena_print(w->arena, "p%d", amount).at, amount);
        assert_int_equal(ledger_dry_list(w->ledger, list, COUNT(list)), wanted);
        assert_int_equal(list[7]->got, wanted);
        assert_int_equal(world_count(w, "journal"), before);
        assert_int_equal(ledger_post_list(w->ledger, list, COUNT(list)), wanted);
        before = world_count(w, "journal");
    }
    assert_int_equal(world_total(w, "promised", YEAR, INT64_MAX), 96);
    one = promise_read(w, &officer, "j1", "p12", 4);
    assert_int_equal(ledger_dry_run(&w->options, one), V_OK);
    one = promise_read(w, &officer, "j1", "p12", 5);
    assert_int_equal(ledger_dry_run(&w->options, one), V_OVER_LIMIT);
    assert_true(slice_equal(one->problems.first->pointer, S("/amount")));
    assert_int_equal(world_count(w, "journal"), before);
}

/* What waits is not promised yet: each is asked again when it is let in. */
static void
of_many_proposals_so_many_are_let_in_as_there_is_room_for(void **state)
{
    struct world *w = *state;
    struct posting *proposed[20], *word[20];

    rule_set(w, "pot_max:city", 100);
    world_jar(w, "j1");
    for (size_t i = 0; i < COUNT(proposed); i++)
        proposed[i] = promise_read(w, &clerk, "j1", "p1", 9);
    ledger_post(w->ledger, proposed, COUNT(proposed));
    assert_int_equal(accepted(proposed, COUNT(proposed)), COUNT(proposed));
    for (size_t i = 0; i < COUNT(word); i++)
        word[i] = world_read(w, &officer, "jar.admitted", NULL,
                             arena_print(w->arena, "{'subject':'" SLICE_FMT "','on':'2023-06-30'}",
                                         SLICE_ARG(proposed[i]->entry.id)).at);
    ledger_post(w->ledger, word, COUNT(word));
    assert_int_equal(accepted(word, COUNT(word)), 11);
    assert_int_equal(world_count(w, "op_waiting"), COUNT(proposed) - 11);
    assert_int_equal(world_total(w, "promised", YEAR, INT64_MAX), 99);
}

/* ---- what a sum holds -------------------------------------------------------------------------------------------- */

static void
a_name_that_begins_like_another_is_another(void **state)
{
    static const char *const pots[] = {"p", "p-", "p.", "p0", "p1", "p:", "p_", "P", "pp", "p-1"};
    struct world *w = *state;

    rule_set(w, "pot_max:city", 100);
    world_jar(w, "j1");
    for (size_t i = 0; i < 2 * COUNT(pots); i++) /* whatever another has promised before or after */
        if (promise(w, "j1", pots[i % COUNT(pots)], 50) != V_OK)
            fail_msg("%s has been charged with what another promised", pots[i % COUNT(pots)]);
    for (size_t i = 0; i < COUNT(pots); i++)
        if (promise(w, "j1", pots[i], 1) != V_OVER_LIMIT)
            fail_msg("%s has forgotten what it promised", pots[i]);
}

static void
every_district_and_year_counts_in_it(void **state)
{
    struct world *w = *state;

    rule_set(w, "pot_max:city", 100);
    world_jar(w, "j1");
    done(tell(w, &clerk_elsewhere, "jar.opened", "j2", "2023-03-01",
              "'district':'330603','owner':'" OWNER "','capacity':1000,'colour':'red'"));
    assert_int_equal(promise(w, "j1", "p1", 40), V_OK);
    assert_int_equal(promise(w, "j2", "p1", 30), V_OK);
    world_now_ms += INT64_C(300) * 86400000;
    assert_int_equal(tell(w, &officer, "jar.promised", "j1", "2024-02-29", "'pot':'p1','amount':31")->got,
                     V_OVER_LIMIT);
    done(tell(w, &officer, "jar.promised", "j1", "2024-02-29", "'pot':'p1','amount':30"));
    assert_int_equal(promise(w, "j1", "p1", 1), V_OVER_LIMIT);
    assert_int_equal(world_total(w, "promised", YEAR, INT64_MAX), 70);
}

static void
a_correction_counts_itself_once(void **state)
{
    struct world *w = *state;
    const char *first;

    rule_set(w, "pot_max:city", 100);
    world_jar(w, "j1");
    first = done(tell(w, &officer, "jar.promised", "j1", "2023-04-01", "'pot':'p1','amount':60"));
    assert_int_equal(promise(w, "j1", "p1", 30), V_OK);
    assert_int_equal(promise(w, "j1", "p2", 50), V_OK);
    assert_int_equal(tell(w, &clerk, "jar.promised", "j1", "2023-04-01",
                          mending(w, first, "'pot':'p1','amount':71"))->got, V_OVER_LIMIT);
    assert_int_equal(tell(w, &clerk, "jar.promised", "j1", "2023-04-01",
                          mending(w, first, "'pot':'p2','amount':51"))->got, V_OVER_LIMIT);
    mend(w, &clerk, "jar.promised", "j1", "2023-04-01", mending(w, first, "'pot':'p2','amount':50"));
    assert_int_equal(promise(w, "j1", "p1", 71), V_OVER_LIMIT);
    assert_int_equal(promise(w, "j1", "p1", 70), V_OK);
    mend(w, &clerk, "jar.promised", "j1", "2023-04-01", voiding(w, first));
    assert_int_equal(promise(w, "j1", "p2", 51), V_OVER_LIMIT);
    mend(w, &clerk, "jar.promised", "j1", "2023-04-01", mending(w, first, "'pot':'p2','amount':50"));
    assert_int_equal(promise(w, "j1", "p2", 1), V_OVER_LIMIT);
}

/* The second sum is named by the jar's view, and bounded only where a number is in force. */
static void
a_sum_named_by_the_view_is_bounded_where_its_number_is_in_force(void **state)
{
    struct world *w = *state;

    rule_set(w, "pot_max:city", 100);
    rule_set(w, "owner_max:330603", 50);
    world_jar(w, "j1");
    done(tell(w, &clerk_elsewhere, "jar.opened", "j2", "2023-03-01",
              "'district':'330603','owner':'" OWNER "','capacity':1000,'colour':'red'"));
    assert_int_equal(promise(w, "j1", "p1", 45), V_OK);
    assert_int_equal(promise(w, "j2", "p2", 6), V_OVER_LIMIT); /* to the owner of both */
    assert_int_equal(promise(w, "j2", "p2", 5), V_OK);
    assert_int_equal(promise(w, "j1", "p2", 6), V_OK);
}

static void
no_number_no_promise(void **state)
{
    struct world *w = *state;

    world_jar(w, "j1");
    assert_int_equal(promise(w, "j1", "p1", 1), V_LIMIT_UNKNOWN);
}

/* ---- the account that asks --------------------------------------------------------------------------------------- */

static void
the_account_that_asks_is_looked_at_with_what_it_was_lent(void **state)
{
    struct world *w = *state;
    struct posting *p;

    rule_set(w, "pot_max:city", 100);
    world_jar(w, "j1");
    p = promise_read(w, &officer_on_record, "j1", "p1", 1);
    ledger_post(w->ledger, &p, 1);
    assert_int_equal(p->got, V_OK); /* not on record, and so blank: nobody's jar has coins */
    done(tell(w, &clerk, "keeper.named", OWNER, "2023-03-01", "'circle':'c1'"));
    p = promise_read(w, &officer_on_record, "j1", "p1", 1);
    ledger_post(w->ledger, &p, 1);
    assert_int_equal(p->got, V_OK);
    done(tell(w, &bank, "jar.filled", "j1", "2023-04-01", "'amount':5,'voucher_no':'V1'"));
    p = promise_read(w, &officer_on_record, "j1", "p1", 1);
    ledger_post(w->ledger, &p, 1);
    assert_int_equal(p->got, V_RULE_REFUSED);
    assert_int_equal(promise(w, "j1", "p1", 1), V_OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(of_many_in_one_group_so_many_are_recorded_as_there_is_room_for),
        TEST(groups_and_single_posts_in_turn_share_one_bound),
        TEST(a_list_over_the_bound_leaves_nothing_and_its_dry_run_says_so),
        TEST(of_many_proposals_so_many_are_let_in_as_there_is_room_for),
        TEST(a_name_that_begins_like_another_is_another),
        TEST(every_district_and_year_counts_in_it),
        TEST(a_correction_counts_itself_once),
        TEST(a_sum_named_by_the_view_is_bounded_where_its_number_is_in_force),
        TEST(no_number_no_promise),
        TEST(the_account_that_asks_is_looked_at_with_what_it_was_lent),
    };

    return cmocka_run_group_tests_name("ledger/rule", tests, NULL, NULL);
}

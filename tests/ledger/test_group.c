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

/* Two rows are wrong, and the last would be over nothing but for the first: each is decided all the same. */
static void
a_refused_sheet_says_it_of_every_refused_one(void **state)
{
    struct world *w = *state;
    struct posting *list[5];
    int64_t before;

    fills(w, list, 1);
    list[3] = world_read(w, &bank, "jar.filled", NULL,
                         "{'subject':'j1','on':'2023-04-01','amount':1,'voucher_no':'V0'}");
    list[4] = world_read(w, &clerk, "jar.spilled", NULL, "{'subject':'j1','on':'2023-04-02','amount':2}");
    before = world_count(w, "journal");
    for (int dry = 0; dry < 2; dry++) {
        enum verdict got = (dry ? ledger_dry_sheet : ledger_post_sheet)(w->ledger, list, 5);

        assert_int_equal(got, V_SUBJECT_UNKNOWN);
        assert_int_equal(list[1]->got, V_SUBJECT_UNKNOWN);
        assert_int_equal(list[3]->got, V_VOUCHER_TAKEN);
        assert_int_equal(list[3]->problems.count, 1);
        for (size_t i = 0; i < 5; i += 2)
            assert_int_equal(list[i]->got, dry ? V_OK : V_NONE);
        assert_int_equal(world_count(w, "journal"), before);
        assert_int_equal(world_count(w, "voucher"), 0);
    }
    list[1] = list[4];
    assert_int_equal(ledger_dry_sheet(w->ledger, list, 3), V_RULE_REFUSED);
    list[1] = list[2];
    list[2] = list[4];
    assert_int_equal(ledger_post_sheet(w->ledger, list, 3), V_OK);
    assert_int_equal(ledger_post_sheet(w->ledger, list, 3), V_REPLAYED);
    assert_int_equal(world_count(w, "journal"), before + 3);
    assert_int_equal(world_total(w, "coins_in", "2023-01-01", "2023-12-31", INT64_MAX), 2);
}

static void
a_refused_sheet_keeps_its_nonce(void **state)
{
    struct world *w = *state;
    struct nonce nonce = {S("k1"), S("n1"), {{1}}, world_now_ms + 600000};
    struct posting *list[3];
    size_t count = fills(w, list, 2);

    list[0]->nonce = &nonce;
    assert_int_equal(ledger_post_sheet(w->ledger, list, count), V_SUBJECT_UNKNOWN);
    assert_int_equal(world_count(w, "op_nonce"), 1);
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

/* ---- a list of any length -------------------------------------------------------------------------------------- */

#define LONG (2 * LEDGER_GROUP_MAX + 500)
#define JARS 250

struct load {
    struct world *w;
    struct arena *row;
    size_t next, count, wrong; /* the one that goes to a jar that is not there */
    size_t told[2];            /* recorded or known, refused */
};

static enum verdict
load_next(void *context, struct posting **out)
{
    struct load *l = context;
    const struct json *body;
    struct slice text, id;
    const char *jar;

    if (l->next == l->count)
        return V_NONE;
    arena_reset(l->row);
    jar = l->next == l->wrong ? "nowhere" : arena_print(l->row, "j%zu", l->next % JARS).at;
    *out = NEW(l->row, struct posting);
    text = arena_print(l->row, "{\"subject\":\"%s\",\"on\":\"2023-04-01\",\"amount\":1,\"voucher_no\":\"V%zu\"}",
                       jar, l->next);
    id = uuid8_of(l->row, &text, 1);
    assert_int_equal(json_parse(&body, l->row, text), V_OK);
    assert_int_equal(posting_read(*out, l->row, l->w->registry, S("jar.filled"), id, body, S("")), V_OK);
    (*out)->entry.actor = bank;
    (*out)->evidence = NEW(l->row, struct evidence);
    l->next++;
    return V_OK;
}

static void
load_told(void *context, const struct posting *p)
{
    ((struct load *)context)->told[p->got != V_OK && p->got != V_REPLAYED]++;
}

static struct bulk
run_load(struct load *l, bool dry, size_t wrong)
{
    struct bulk b = {load_next, load_told, l, dry, 0, 0, 0};

    l->next = 0;
    l->wrong = wrong;
    memset(l->told, 0, sizeof l->told);
    assert_int_equal(ledger_post_bulk(l->w->ledger, &b), V_OK);
    return b;
}

static void
a_list_of_any_length_is_stored_whole_or_not_at_all(void **state)
{
    struct world *w = *state;
    struct load l = {.w = w, .row = arena_open((size_t)64 << 20), .count = LONG};
    struct verify_report report;
    struct bulk b;
    int64_t before;

    for (size_t i = 0; i < JARS; i++)
        world_jar(w, arena_print(w->arena, "j%zu", i).at);
    before = world_count(w, "journal");
    b = run_load(&l, false, LONG - 7);
    assert_int_equal(b.posted, LONG - 1);
    assert_int_equal(b.refused, 1);
    assert_int_equal(l.told[1], 1);
    assert_int_equal(world_count(w, "journal"), before);
    b = run_load(&l, true, LONG);
    assert_int_equal(b.posted, LONG);
    assert_int_equal(world_count(w, "journal"), before);
    assert_int_equal(world_total(w, "coins_in", "2023-01-01", "2023-12-31", INT64_MAX), 0);
    b = run_load(&l, false, LONG);
    assert_int_equal(b.posted, LONG);
    assert_int_equal(world_count(w, "journal"), before + LONG);
    assert_int_equal(world_total(w, "coins_in", "2023-01-01", "2023-12-31", INT64_MAX), LONG);
    b = run_load(&l, false, LONG);
    assert_int_equal(b.known, LONG);
    assert_int_equal(world_count(w, "journal"), before + LONG);
    assert_int_equal(ledger_verify(&report, &w->options, w->vkey, w->engine->folder), V_OK);
    /* Single posts go on from there. */
    assert_int_equal(world_post(w, &bank, "jar.filled", NULL,
                                "{'subject':'j0','on':'2023-05-01','amount':1,'voucher_no':'last'}")->got, V_OK);
    arena_close(l.row);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_refused_list_says_of_its_others_that_they_are_not_recorded),
        TEST(a_refused_sheet_says_it_of_every_refused_one),
        TEST(a_refused_sheet_keeps_its_nonce),
        TEST(a_list_that_meets_a_fault_says_so_of_none_but_the_list),
        TEST(a_refused_list_keeps_its_nonce),
        TEST(a_list_of_any_length_is_stored_whole_or_not_at_all),
    };

    return cmocka_run_group_tests_name("ledger/group", tests, NULL, NULL);
}

/*
 * Rebuild and replay: what is derived depends on the journal alone, whatever the engine and the groups.
 * Knows the derived tables as text; must not know what stands in them.
 * Invariant: before and after are compared byte for byte, every row of every table.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../../src/ledger/ledger_int.h"
#include "dump.h"
#include "tale.h"
#include "ventured/receipt.h"

static void
expect_equal(struct world *w, struct slice one, struct slice other, const char *what)
{
    const char *difference = dump_difference(w->arena, one, other);

    if (difference != NULL)
        fail_msg("%s: %s", what, difference);
}

static const char fill[] = "{'subject':'j1','on':'2023-04-01','amount':100,'voucher_no':'V1'}";

/* ---- rebuild --------------------------------------------------------------------------------------------------- */

static void
a_rebuild_leaves_every_derived_row_as_it_was(void **state)
{
    struct seed seed = seed_open("rebuild");
    struct world *w = *state;
    struct tale *tale = tale_open(w, &seed);

    for (size_t i = 0; i < 3; i++) {
        struct slice before;

        tale_tell(tale, 300);
        before = dump_derived(w->arena, w->engine->url);
        assert_int_equal(ledger_rebuild(w->ledger), V_OK);
        expect_equal(w, before, dump_derived(w->arena, w->engine->url), "rebuilt");
    }
}

static void
posting_goes_on_after_a_rebuild_with_receipts_that_hold(void **state)
{
    struct world *w = *state;
    struct receipt_facts facts;
    struct vkey vkey;
    struct posting *p;

    world_jar(w, "j1");
    assert_int_equal(ledger_rebuild(w->ledger), V_OK);
    p = world_post(w, &bank, "jar.filled", NULL, fill);
    assert_int_equal(p->got, V_OK);
    assert_true(vkey_read(&vkey, w->arena, w->vkey));
    assert_int_equal(receipt_check(&facts, w->arena, p->receipt, &vkey), V_OK);
}

static void
a_rebuild_that_was_cut_keeps_writers_out_until_done_again(void **state)
{
    struct world *w = *state;
    const char *id = new_id(w);
    struct slice before;
    struct posting *p;

    world_jar(w, "j1");
    before = dump_derived(w->arena, w->engine->url);
    for (size_t cut = 0; cut < 3; cut++) {
        static const char *const left[] = {"DELETE FROM total", "DELETE FROM subject", "DELETE FROM tile"};

        world_sql(w, "UPDATE head SET shape = 0 WHERE one = 1");
        world_sql(w, "%s", left[cut]);
        p = world_post(w, &bank, "jar.filled", id, fill);
        assert_int_equal(p->got, V_BUSY);
        assert_int_equal(ledger_rebuild(w->ledger), V_OK);
        expect_equal(w, before, dump_derived(w->arena, w->engine->url), "rebuilt after a cut");
    }
    assert_int_equal(world_post(w, &bank, "jar.filled", id, fill)->got, V_OK);
}

/* A rule may have changed since: replay runs effects, never rules. */
static void
a_rebuild_asks_no_rule(void **state)
{
    struct world *w = *state;
    struct slice before;

    world_jar(w, "j1");
    world_post(w, &officer, "rule.set", NULL,
               "{'subject':'capacity_max:city','on':'2023-06-30','from':'2023-01-01','number':1,'source':'toy-3'}");
    before = dump_derived(w->arena, w->engine->url);
    assert_int_equal(ledger_rebuild(w->ledger), V_OK);
    expect_equal(w, before, dump_derived(w->arena, w->engine->url), "rebuilt");
}

/* ---- replay into another database ------------------------------------------------------------------------------ */

static struct slice
journal_of(struct world *w, const char *url)
{
    return dump_query(w->arena, url, "SELECT seq, id, type, subject, state, leaf FROM journal ORDER BY seq");
}

static void
copy(struct db *from, struct db *to)
{
    struct replay r = {.registry = &toy_registry, .from = from, .to = to, .copies = true};

    assert_int_equal(replay_run(&r), V_OK);
}

/* This engine's journal into an SQLite file, and from there into another database of this engine. */
static void
a_replay_into_the_other_engine_and_back_is_equal(void **state)
{
    struct seed seed = seed_open("replay");
    struct world *w = *state;
    struct slice file = arena_print(w->arena, "%s/other.db", w->engine->folder);
    struct slice derived, journal;
    struct engine *back;
    void *fresh = NULL;
    struct db *db, *last;

    tale_tell(tale_open(w, &seed), 700);
    derived = dump_derived(w->arena, w->engine->url);
    journal = journal_of(w, w->engine->url);
    assert_int_equal(db_open(&db, file.at, DB_WRITER, &sql_schema), V_OK);
    assert_int_equal(db_migrate(db), V_OK);
    copy(w->reader, db);
    expect_equal(w, derived, dump_derived(w->arena, file.at), "into a file");
    expect_equal(w, journal, journal_of(w, file.at), "the journal in a file");
    assert_int_equal(engine_setup(&fresh), 0);
    back = fresh;
    last = engine_migrated(back, &sql_schema);
    copy(db, last);
    expect_equal(w, derived, dump_derived(w->arena, back->url), "and back");
    expect_equal(w, journal, journal_of(w, back->url), "the journal and back");
    db_close(db);
    engine_teardown(&fresh);
}

/* ---- long histories -------------------------------------------------------------------------------------------- */

#define FILLS 400

/* Each posting has an arena of its own, as at the edge, which is gone when it is answered. */
static void
post_group(struct world *w, size_t from, size_t count)
{
    struct arena *kept = w->arena;
    struct posting *group[FILLS];

    w->arena = arena_open((size_t)2 << 30);
    for (size_t i = 0; i < count; i++)
        group[i] = world_read(w, &bank, "jar.filled", NULL,
                              arena_print(w->arena, "{'subject':'j1','on':'2023-04-01','amount':1,'voucher_no':'V%zu'}",
                                          from + i).at);
    ledger_post(w->ledger, group, count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(group[i]->got, V_OK);
    arena_close(w->arena);
    w->arena = kept;
}

static void
a_long_history_of_one_subject_fits_one_group_and_one_rebuild(void **state)
{
    struct world *w = *state;
    struct slice before;

    world_jar(w, "j1");
    post_group(w, 0, FILLS);
    for (size_t i = 0; i < 8; i++) {
        struct slice id = world_sql(w, "SELECT id FROM journal WHERE type = 'jar' ORDER BY seq LIMIT 1 OFFSET %zu",
                                    i * 45 + 1);
        struct posting *p = world_post(w, &bank, "jar.filled", NULL,
                                       arena_print(w->arena,
                                                   "{'subject':'j1','on':'2023-04-02','amount':2,'voucher_no':'W%zu',"
                                                   "'mends':{'entry':'%s','reason':'typo'}}", i, id.at).at);

        assert_int_equal(p->got, V_OK);
        p = world_post(w, &officer, "jar.mended", NULL,
                       arena_print(w->arena, "{'subject':'%s','on':'2023-06-30'}", p->entry.id.at).at);
        assert_int_equal(p->got, V_OK);
    }
    assert_int_equal(world_total(w, "coins_in", "2023-01-01", "2023-12-31", INT64_MAX), FILLS + 8);
    before = dump_derived(w->arena, w->engine->url);
    assert_int_equal(ledger_rebuild(w->ledger), V_OK);
    expect_equal(w, before, dump_derived(w->arena, w->engine->url), "rebuilt");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_rebuild_leaves_every_derived_row_as_it_was),
        TEST(posting_goes_on_after_a_rebuild_with_receipts_that_hold),
        TEST(a_rebuild_that_was_cut_keeps_writers_out_until_done_again),
        TEST(a_rebuild_asks_no_rule),
        TEST(a_replay_into_the_other_engine_and_back_is_equal),
        TEST(a_long_history_of_one_subject_fits_one_group_and_one_rebuild),
    };

    return cmocka_run_group_tests_name("ledger/rebuild", tests, NULL, NULL);
}

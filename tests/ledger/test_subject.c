/*
 * Looking subjects up: by a person, by a state, since when, and with their entries as they stand now.
 * Knows jars; must not know a real kind.
 * Invariant: each answer is compared with what the test itself has posted.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "world.h"

#define ANNA "0190aaaa-0000-7000-8000-000000000001"
#define BERT "0190aaaa-0000-7000-8000-000000000002"

static const struct subject_type *
jar_type(void)
{
    return registry_type(&toy_registry, S("jar"));
}

static void
open_jar(struct world *w, const char *id, const char *owner)
{
    const char *body = arena_print(w->arena,
                                   "{'subject':'%s','on':'2023-03-01','district':'330602','capacity':1000,"
                                   "'owner':'%s','label':'甲','colour':'red'}", id, owner).at;

    assert_int_equal(world_post(w, &clerk, "jar.opened", NULL, body)->got, V_OK);
}

static struct posting *
fill(struct world *w, const char *id, const char *on, const char *voucher)
{
    struct posting *p = world_post(w, &bank, "jar.filled", NULL,
                                   arena_print(w->arena, "{'subject':'%s','on':'%s','amount':100,'voucher_no':'%s'}",
                                               id, on, voucher).at);

    assert_int_equal(p->got, V_OK);
    return p;
}

static const char *
names(struct world *w, const struct subject *at, size_t count)
{
    struct buf b = {.arena = w->arena};

    for (size_t i = 0; i < count; i++)
        buf_print(&b, SLICE_FMT "/%s ", SLICE_ARG(at[i].id), at[i].type->states[at[i].state].name);
    return arena_copy(w->arena, buf_slice(&b)).at;
}

static void
finds_what_is_a_persons_and_what_is_in_a_state(void **state)
{
    struct world *w = *state;
    struct subject *at;
    size_t count;
    int filled = 0;

    open_jar(w, "j2", ANNA);
    open_jar(w, "j1", ANNA);
    open_jar(w, "j3", BERT);
    fill(w, "j1", "2023-03-02", "V1");
    assert_int_equal(ledger_of_person(&at, &count, w->reader, w->arena, jar_type(), S(ANNA)), V_OK);
    assert_string_equal(names(w, at, count), "j1/filled j2/open ");
    assert_int_equal(ledger_of_person(&at, &count, w->reader, w->arena, jar_type(), S("nobody")), V_OK);
    assert_int_equal(count, 0);
    /* What is nobody's is found by nobody. */
    assert_int_equal(ledger_of_person(&at, &count, w->reader, w->arena, w->registry->limits->type, S("")), V_OK);
    assert_int_equal(count, 0);
    while (strcmp(jar_type()->states[filled].name, "filled") != 0)
        filled++;
    assert_int_equal(ledger_in_state(&at, &count, w->reader, w->arena, jar_type(), filled), V_OK);
    assert_string_equal(names(w, at, count), "j1/filled ");
    assert_int_equal(at[0].seq, world_subject(w, "j1").seq);
}

static const char *
since(struct world *w, const char *id)
{
    struct subject s = world_subject(w, id);
    char *text = arena_take(w->arena, DAY_TEXT_SIZE);
    int32_t day;

    assert_int_equal(ledger_since(&day, w->reader, w->arena, &s), V_OK);
    day_print(text, day);
    return text;
}

static void
counts_from_the_entry_that_brought_it_to_its_state(void **state)
{
    struct world *w = *state;
    struct subject nothing = world_subject(w, "j9");
    int32_t day;

    open_jar(w, "j1", ANNA);
    assert_string_equal(since(w, "j1"), "2023-03-01");
    fill(w, "j1", "2023-03-05", "V1");
    fill(w, "j1", "2023-04-07", "V2"); /* filled again: the same state */
    assert_string_equal(since(w, "j1"), "2023-03-05");
    assert_int_equal(ledger_since(&day, w->reader, w->arena, &nothing), V_NONE);
}

static void
gives_entries_in_order_with_corrections_in_their_places(void **state)
{
    struct world *w = *state;
    struct posting *first, *mend;
    struct entry *at;
    size_t count;

    open_jar(w, "j1", ANNA);
    first = fill(w, "j1", "2023-03-05", "V1");
    fill(w, "j1", "2023-04-07", "V2");
    mend = world_post(w, &bank, "jar.filled", NULL,
                      arena_print(w->arena,
                                  "{'subject':'j1','on':'2023-03-06','amount':70,'voucher_no':'V1',"
                                  "'mends':{'entry':'%s','reason':'typo'}}",
                                  arena_copy(w->arena, first->entry.id).at).at);
    assert_int_equal(mend->got, V_OK);
    assert_int_equal(ledger_history(&at, &count, w->registry, w->reader, w->arena, jar_type(), S("j1")), V_OK);
    assert_int_equal(count, 3);
    assert_int_equal(world_post(w, &officer, "jar.mended", NULL,
                                arena_print(w->arena, "{'subject':'%s','on':'2023-06-30'}",
                                            arena_copy(w->arena, mend->entry.id).at).at)->got, V_OK);
    assert_int_equal(ledger_history(&at, &count, w->registry, w->reader, w->arena, jar_type(), S("j1")), V_OK);
    assert_int_equal(count, 3);
    assert_string_equal(at[0].kind->schema->name, "jar.opened");
    assert_true(slice_equal(at[1].id, first->entry.id));
    assert_int_equal(at[2].on - at[1].on, 32); /* 7 April after 6 March */
    assert_int_equal(ledger_history(&at, &count, w->registry, w->reader, w->arena, jar_type(), S("j9")), V_OK);
    assert_int_equal(count, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(finds_what_is_a_persons_and_what_is_in_a_state),
        TEST(counts_from_the_entry_that_brought_it_to_its_state),
        TEST(gives_entries_in_order_with_corrections_in_their_places),
    };

    return cmocka_run_group_tests_name("ledger/subject", tests, NULL, NULL);
}

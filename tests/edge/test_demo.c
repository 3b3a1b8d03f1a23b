/*
 * A registry as it begins: its places, its policy, its plan, and a synthetic year posted on top of them.
 * Knows the project's own data files; must not know how demo records are drawn.
 * Invariant: loading or running again adds nothing, and the totals are the sums of what the leaves say.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ventured/demo.h"
#include "ventured/domain.h"
#include "world.h"

static const struct actor administrator = {ROLE_SYSTEM, S_INIT("centre"), S_INIT("administrator"), {NULL, 0}};

static enum verdict
found(struct world *w, size_t *posted)
{
    struct problems problems = {.arena = w->arena};

    return founding_load(posted, &problems, w->ledger, w->arena, "schemas/plan/places.json", &administrator);
}

static int
founded_setup(void **state)
{
    struct world *w = world_open(state, &the_registry);
    struct policy_report report;
    size_t posted;

    at_parse(&world_now_ms, S("2026-11-22T02:00:00.000Z"));
    assert_int_equal(found(w, &posted), V_OK);
    assert_int_equal(posted, 16);
    assert_int_equal(policy_load(&report, w->ledger, w->arena, "schemas/policy", &administrator), V_OK);
    assert_int_equal(report.counts[POLICY_REFUSED], 0);
    return 0;
}

static struct demo_options
options(const struct world *w, uint64_t seed, int64_t loans)
{
    return (struct demo_options){
        .ledger = w->ledger,
        .db = w->reader,
        .vault = w->vault,
        .key_folder = w->engine->folder,
        .origin = "https://localhost:8443",
        .seed = seed,
        .loans = loans,
    };
}

static struct demo_report
run(const struct demo_options *o)
{
    struct demo_report report;

    assert_int_equal(demo_run(&report, o), V_OK);
    assert_int_equal(report.refused, 0);
    return report;
}

static struct demo_report
demo(struct world *w, uint64_t seed, int64_t loans)
{
    struct demo_options o = options(w, seed, loans);

    return run(&o);
}

static void
founds_a_registry_once(void **state)
{
    struct world *w = *state;
    int64_t before = world_count(w, "journal");
    size_t posted;

    assert_int_equal(found(w, &posted), V_REPLAYED);
    assert_int_equal(posted, 0);
    assert_int_equal(world_count(w, "journal"), before);
    assert_int_equal(world_count(w, "subject WHERE type = 'district'"), 8);
}

static void
refuses_a_file_of_places_that_is_none(void **state)
{
    struct world *w = *state;
    struct problems problems = {.arena = w->arena};
    size_t posted;

    assert_int_equal(founding_load(&posted, &problems, w->ledger, w->arena, "schemas/plan/2023.json", &administrator),
                     V_USAGE);
    assert_int_equal(founding_load(&posted, &problems, w->ledger, w->arena, "no/such/file", &administrator), V_USAGE);
}

static void
gives_the_same_records_for_the_same_seed(void **state)
{
    struct world *w = *state;
    struct demo_report first = demo(w, 7, 25);
    int64_t entries = world_count(w, "journal");

    assert_int_equal(first.loans, 25);
    assert_int_equal(world_count(w, "subject WHERE type = 'loan'"), 25);
    assert_int_equal(demo(w, 7, 25).entries, 0);
    assert_int_equal(world_count(w, "journal"), entries);
    assert_true(demo(w, 8, 5).entries > 0);
    assert_int_equal(world_count(w, "subject WHERE type = 'loan'"), 30);
}

static void
adds_an_address_and_a_secret_to_records_that_are_there(void **state)
{
    struct world *w = *state;
    struct demo_options o = options(w, 7, 3);

    demo(w, 7, 3);
    o.endpoint = "https://localhost:9443/events";
    assert_int_equal(run(&o).entries, 1);
    o.with_secret = true;
    assert_int_equal(run(&o).entries, 1);
    o.endpoint = NULL;
    assert_int_equal(run(&o).entries, 0);
    assert_int_equal(world_count(w, "subject WHERE type = 'key' AND id = 'key-bank-demo-1-hmac'"), 1);
}

/* The number behind `"amount":` in a leaf. */
static int64_t
amount_of(struct slice leaf)
{
    static const char key[] = "\"amount\":";
    const char *at = strstr(leaf.at, key);
    int64_t amount = 0;

    assert_non_null(at);
    at += strlen(key);
    assert_true(slice_to_int(&amount, (struct slice){at, strspn(at, "0123456789")}));
    return amount;
}

static void
adds_up_to_what_its_leaves_say(void **state)
{
    struct world *w = *state;
    int64_t sum = 0, seq = 0, signed_facts = 0;
    struct slice leaf;

    demo(w, 9, 40);
    for (;;) {
        leaf = world_sql(w, "SELECT leaf FROM journal WHERE seq > %lld AND leaf LIKE '%%\"kind\":\"loan.disbursed\"%%' "
                         "ORDER BY seq LIMIT 1", (long long)seq);
        if (leaf.at == NULL)
            break;
        sum += amount_of(leaf);
        signed_facts += strstr(leaf.at, "\"signed\":\"") != NULL;
        assert_true(slice_to_int(&seq, (struct slice){leaf.at + 13, strspn(leaf.at + 13, "0123456789")}));
    }
    assert_true(signed_facts > 20);
    assert_int_equal(world_total(w, "loan_amount", "2023-01-01", "2023-12-31", INT64_MAX), sum);
    assert_int_equal(world_count(w, "journal WHERE leaf LIKE '%:bank_machine:%' AND leaf NOT LIKE '%\"signed\":%'"), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, founded_setup, world_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(founds_a_registry_once),
        TEST(refuses_a_file_of_places_that_is_none),
        TEST(gives_the_same_records_for_the_same_seed),
        TEST(adds_an_address_and_a_secret_to_records_that_are_there),
        TEST(adds_up_to_what_its_leaves_say),
    };

    return cmocka_run_group_tests_name("edge/demo", tests, NULL, NULL);
}

/*
 * A registry as it begins: its places, its policy, its plan, and a synthetic year posted on top of them.
 * Knows the project's own data files and the loan's table; must not know how demo records are drawn or told.
 * Invariant: loading or running again adds nothing, the totals are the sums of what the leaves say, and the journal
 * holds every move a loan can make.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sql.h"
#include "ventured/demo.h"
#include "ventured/domain.h"
#include "ventured/json.h"
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

#define YEAR "subject WHERE type = 'loan' AND id NOT LIKE 'demo-story-%'"
#define TOLD "journal WHERE subject LIKE 'demo-story-%' OR subject LIKE 'fund-demo-%' OR type = 'mending'"
#define STORIES "subject WHERE type = 'loan' AND id LIKE 'demo-story-%'"

static void
gives_the_same_records_for_the_same_seed(void **state)
{
    struct world *w = *state;
    struct demo_report first = demo(w, 7, 25);
    int64_t entries = world_count(w, "journal");

    assert_int_equal(first.loans, 25);
    assert_int_equal(world_count(w, YEAR), 25);
    assert_int_equal(demo(w, 7, 25).entries, 0);
    assert_int_equal(world_count(w, "journal"), entries);
    assert_true(demo(w, 8, 5).entries > 0);
    assert_int_equal(world_count(w, YEAR), 30);
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

/* ---- the stories ----------------------------------------------------------------------------------------------- */

/* From which states each kind of the table has been posted in order. */
struct walk {
    struct world *w;
    const struct subject_type *loan;
    struct slice out_of_order; /* " 12 15 ", the numbers of facts that came early, late or on a side branch */
    uint32_t seen[64];
};

static struct slice
numbers_out_of_order(struct world *w)
{
    struct buf b = {.arena = w->arena};
    struct sql_scan_exception *rows;
    size_t count;

    assert_int_equal(sql_scan_exception(&rows, &count, w->reader, w->arena, 0, 1000), V_OK);
    assert_in_range(count, 1, 999);
    buf_add_char(&b, ' ');
    for (size_t i = 0; i < count; i++)
        if (!slice_equal(rows[i].nature, S("in_order")))
            buf_print(&b, "%lld ", (long long)rows[i].seq);
    return arena_copy(w->arena, buf_slice(&b));
}

static size_t
state_number(const struct subject_type *t, struct slice name)
{
    size_t i = 0;

    while (i < t->state_count && !slice_equal(name, slice_of(t->states[i].name)))
        i++;
    assert_true(i < t->state_count);
    return i;
}

static void
see(struct walk *k, const struct sql_journal_of_subject *row, const char *loan, size_t *state)
{
    size_t before = *state, i = 0;
    const struct json *leaf;
    struct slice kind;

    assert_int_equal(json_parse(&leaf, k->w->arena, row->leaf), V_OK);
    kind = json_text(leaf, S("kind"));
    *state = state_number(k->loan, row->state);
    if (json_find(leaf, S("mends")) != NULL ||
        strstr(k->out_of_order.at, arena_print(k->w->arena, " %lld ", (long long)row->seq).at) != NULL)
        return;
    while (i < k->loan->kind_count && !slice_equal(kind, slice_of(k->loan->kinds[i].schema->name)))
        i++;
    assert_true(i < k->loan->kind_count);
    if ((k->loan->kinds[i].from & FROM(before)) == 0)
        fail_msg("%s: " SLICE_FMT " from %s, in order", loan, SLICE_ARG(kind), k->loan->states[before].name);
    if (k->loan->kinds[i].to != TO_SAME ? *state != (size_t)k->loan->kinds[i].to : *state != before)
        fail_msg("%s: " SLICE_FMT " led to %s", loan, SLICE_ARG(kind), k->loan->states[*state].name);
    k->seen[i] |= FROM(before);
}

static void
walk_loan(struct walk *k, struct slice loan)
{
    struct sql_journal_of_subject *rows;
    size_t count, state = STATE_NEW;

    assert_int_equal(sql_journal_of_subject(&rows, &count, k->w->reader, k->w->arena, S("loan"), loan, 0, 200), V_OK);
    assert_in_range(count, 1, 199);
    for (size_t i = 0; i < count; i++)
        see(k, &rows[i], loan.at, &state);
}

/* Nothing is an exception before a bank has had the loan, so there is none to close. */
static bool
cannot_be(const struct walk *k, const char *kind, const char *state)
{
    const char *word = arena_print(k->w->arena, " %s ", state).at;

    return strcmp(kind, "loan.exception_closed") == 0 &&
           strstr(" applied incomplete checking reviewing reviewed guaranteed queued refused ", word) != NULL;
}

static size_t
missing(const struct walk *k, size_t *moves)
{
    size_t count = 0;

    for (size_t i = 0; i < k->loan->kind_count; i++)
        for (size_t s = 0; s < k->loan->state_count; s++) {
            const struct kind *kind = &k->loan->kinds[i];
            const char *name = kind->schema->name, *state = k->loan->states[s].name;

            if ((kind->from & FROM(s)) == 0 || cannot_be(k, name, state))
                continue;
            (*moves)++;
            if ((k->seen[i] & FROM(s)) != 0)
                continue;
            print_error("no story posts %s from %s\n", name, state);
            count++;
        }
    return count;
}

static void
tells_every_move_of_the_loans_table(void **state)
{
    struct world *w = *state;
    struct walk k = {.w = w, .loan = registry_type(&the_registry, S("loan"))};
    struct slice loan = S("");
    size_t moves = 0;

    demo(w, 7, 1);
    k.out_of_order = numbers_out_of_order(w);
    assert_true(k.loan->kind_count <= COUNT(k.seen));
    for (;;) {
        loan = world_sql(w, "SELECT id FROM subject WHERE type = 'loan' AND id LIKE 'demo-story-%%' AND id > '%s' "
                         "ORDER BY id LIMIT 1", loan.at);
        if (loan.at == NULL)
            break;
        walk_loan(&k, loan);
    }
    assert_int_equal(missing(&k, &moves), 0);
    assert_true(moves > 200);
}

static void
brings_every_sort_of_exception_and_a_correction(void **state)
{
    static const char *const sorts[] = {"nature = 'early' AND steps <> ''", "nature = 'late'", "nature = 'side'",
                                        "excess = 1", "closed = 0", "closed > 0"};
    struct world *w = *state;

    demo(w, 7, 1);
    for (size_t i = 0; i < COUNT(sorts); i++) {
        struct slice those = arena_print(w->arena, "exception WHERE subject LIKE 'demo-story-%%' AND %s", sorts[i]);

        if (world_count(w, those.at) == 0)
            fail_msg("no exception with %s", sorts[i]);
    }
    assert_int_equal(world_count(w, "journal WHERE type = 'loan' AND leaf LIKE '%\"mends\":%'"), 1);
    assert_int_equal(world_count(w, "op_waiting"), 0);
    assert_true(world_count(w, STORIES " AND frozen = 1") > 0);
}

/* Under whatever seed they are told again. */
static void
tells_each_story_once(void **state)
{
    struct world *w = *state;
    struct verify_report report;
    int64_t stories = demo(w, 7, 1).stories, entries = world_count(w, TOLD);

    assert_true(stories > 40);
    assert_int_equal(world_count(w, STORIES), stories);
    assert_int_equal(demo(w, 8, 1).stories, stories);
    assert_int_equal(world_count(w, STORIES), stories);
    assert_int_equal(world_count(w, TOLD), entries);
    assert_int_equal(ledger_verify(&report, &w->options, w->vkey, w->engine->folder), V_OK);
    assert_int_equal(report.damage_count, 0);
}

static void
tells_no_story_without_loans(void **state)
{
    struct world *w = *state;

    demo(w, 7, 0);
    assert_int_equal(world_count(w, STORIES), 0);
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
        TEST(tells_every_move_of_the_loans_table),
        TEST(brings_every_sort_of_exception_and_a_correction),
        TEST(tells_each_story_once),
        TEST(tells_no_story_without_loans),
    };

    return cmocka_run_group_tests_name("edge/demo", tests, NULL, NULL);
}

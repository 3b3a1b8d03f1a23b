/*
 * The database fails at every call of a posting in turn: nothing half-written stays, and posting again succeeds.
 * Knows how many calls a posting makes by counting them; must not know which they are.
 * Invariant: after a fault the database is as before, or as after success; never between.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "dump.h"
#include "fault.h"
#include "jars.h"
#include "seed.h"
#include "ventured/receipt.h"

/* Everything a posting may write, but what is random in it. */
static struct slice
whole(struct world *w)
{
    static const char *const queries[] = {
        "SELECT * FROM head",
        "SELECT seq, type, subject, state FROM journal ORDER BY seq",
        "SELECT size, previous FROM checkpoint ORDER BY size",
        "SELECT owner, field, version FROM private_text ORDER BY owner, field",
        "SELECT seq FROM body_mac ORDER BY seq",
        "SELECT seq, organisation FROM op_outbox ORDER BY seq",
        "SELECT id, mends, kind, subject, district, organisation, actor FROM op_waiting ORDER BY id",
        "SELECT key_id, nonce FROM op_nonce ORDER BY key_id, nonce",
    };
    struct buf b = {.arena = w->arena};

    for (size_t i = 0; i < COUNT(queries); i++)
        buf_add(&b, dump_query(w->arena, w->engine->url, queries[i]));
    buf_add(&b, dump_derived(w->arena, w->engine->url));
    return buf_slice(&b);
}

/* What is posted: makes the same postings anew, under the same ids, each time it is asked. */
struct scene {
    const char *name;
    size_t (*postings)(struct world *w, struct posting *out[4], const char *ids[4]);
};

static struct nonce nonce = {S_INIT("k1"), S_INIT("n1"), {{1}}, INT64_MAX};
static const struct evidence evidence = {S_INIT("base"), S_INIT("signature"), S_INIT("key"), S_INIT("body")};

static size_t
scene_open(struct world *w, struct posting *out[4], const char *ids[4])
{
    out[0] = world_read(w, &clerk, "jar.opened", ids[0],
                        "{'subject':'j5','on':'2023-03-01','district':'330602','capacity':10,'colour':'red',"
                        "'label':'乙','owner':'0190aaaa-0000-7000-8000-000000000001'}");
    return 1;
}

static size_t
scene_signed_and_early(struct world *w, struct posting *out[4], const char *ids[4])
{
    out[0] = world_read(w, &bank, "jar.lent", ids[0],
                        "{'subject':'j1','on':'2023-04-01','amount':5,'to':'x','voucher_no':'L1'}");
    out[0]->evidence = &evidence;
    out[0]->nonce = &nonce;
    return 1;
}

static size_t
scene_proposal(struct world *w, struct posting *out[4], const char *ids[4])
{
    out[0] = world_read(w, &bank, "jar.filled", ids[0],
                        arena_print(w->arena,
                                    "{'subject':'j2','on':'2023-04-01','amount':7,'voucher_no':'V1','mends':{'entry':"
                                    "'%s','reason':'typo'}}", ids[3]).at);
    return 1;
}

static size_t
scene_proposal_and_confirmation(struct world *w, struct posting *out[4], const char *ids[4])
{
    scene_proposal(w, out, ids);
    out[1] = world_read(w, &officer, "jar.mended", ids[1],
                        arena_print(w->arena, "{'subject':'%s','on':'2023-06-30'}", ids[0]).at);
    return 2;
}

static size_t
scene_group(struct world *w, struct posting *out[4], const char *ids[4])
{
    for (size_t i = 0; i < 3; i++)
        out[i] = world_read(w, &bank, "jar.filled", ids[i],
                            arena_print(w->arena, "{'subject':'%s','on':'2023-04-01','amount':1,'voucher_no':'G%zu'}",
                                        i == 1 ? "nowhere" : "j1", i).at);
    return 3;
}

static size_t
scene_promise_and_its_admission(struct world *w, struct posting *out[4], const char *ids[4])
{
    out[0] = world_read(w, &clerk, "jar.promised", ids[0],
                        "{'subject':'j1','on':'2023-04-01','pot':'p1','amount':5,'donor':'某甲'}");
    out[1] = world_read(w, &officer, "jar.admitted", ids[1],
                        arena_print(w->arena, "{'subject':'%s','on':'2023-06-30'}", ids[0]).at);
    return 2;
}

/* Six entries have been recorded before. */
static size_t
scene_exception_and_its_closing(struct world *w, struct posting *out[4], const char *ids[4])
{
    out[0] = world_read(w, &bank, "jar.lent", ids[0],
                        "{'subject':'j1','on':'2023-04-01','amount':5,'to':'x','voucher_no':'L1','back':'2023-07-01'}");
    out[1] = world_read(w, &checker, "jar.explained", ids[1], "{'subject':'j1','on':'2023-06-30','seq':7}");
    return 2;
}

static const struct scene scenes[] = {
    {"a jar with a private label", scene_open},
    {"a signed fact, early", scene_signed_and_early},
    {"a proposal", scene_proposal},
    {"a proposal and its confirmation", scene_proposal_and_confirmation},
    {"a group with a refusal in it", scene_group},
    {"a promise and its admission", scene_promise_and_its_admission},
    {"an exception and its closing", scene_exception_and_its_closing},
};

static void
make_ids(struct world *w, const char *ids[4])
{
    struct posting *p;

    for (size_t i = 0; i < 4; i++)
        ids[i] = new_id(w);
    rule_set(w, "pot_max:city", 100);
    world_jar(w, "j1");
    world_jar(w, "j2");
    p = world_post(w, &bank, "jar.filled", ids[3],
                   "{'subject':'j2','on':'2023-04-01','amount':100,'voucher_no':'V1'}");
    assert_int_equal(p->got, V_OK);
}

static void
expect_receipts(struct world *w, struct posting *const *postings, size_t count)
{
    struct receipt_facts facts;
    struct vkey vkey;

    assert_true(vkey_read(&vkey, w->arena, w->vkey));
    for (size_t i = 0; i < count; i++)
        if (postings[i]->got == V_OK && postings[i]->seq != 0)
            assert_int_equal(receipt_check(&facts, w->arena, postings[i]->receipt, &vkey), V_OK);
}

/* A group of one posting may fail; one of several is posted one by one after a fault, and then succeeds. */
static void
expect_answers(const struct scene *s, size_t n, struct posting *const *postings, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        enum verdict got = postings[i]->got;

        if (got != V_OK && got != V_REPLAYED && got != V_DISK_FULL && got != V_DATABASE && got != V_SUBJECT_UNKNOWN)
            fail_msg("%s, call %zu: posting %zu says %s", s->name, n, i, verdict_row(got)->name);
    }
}

static void
fail_at(const struct scene *s, size_t n, enum verdict fault, enum fault_commit commit)
{
    struct posting *postings[4];
    const char *ids[4];
    struct slice before, failed, after;
    void *fresh = NULL;
    struct world *w;
    size_t count;
    struct verify_report report;

    world_setup(&fresh);
    w = fresh;
    log_level_min = (enum log_level)(LOG_ERROR + 1);
    make_ids(w, ids);
    before = whole(w);
    count = s->postings(w, postings, ids);
    fault_arm(n, fault, commit);
    ledger_post(w->ledger, postings, count);
    fault_arm(0, V_OK, commit);
    expect_answers(s, n, postings, count);
    failed = whole(w);
    if (commit == FAULT_UNKNOWN)
        assert_false(slice_equal(failed, before));
    count = s->postings(w, postings, ids);
    ledger_post(w->ledger, postings, count);
    for (size_t i = 0; i < count; i++)
        if (postings[i]->got != V_OK && postings[i]->got != V_REPLAYED && postings[i]->got != V_SUBJECT_UNKNOWN)
            fail_msg("%s, call %zu: again, posting %zu says %s", s->name, n, i, verdict_row(postings[i]->got)->name);
    expect_receipts(w, postings, count);
    after = whole(w);
    /* Posted one by one a group leaves more checkpoints; the first time it is compared with itself alone. */
    if (!slice_equal(failed, before) && !slice_equal(failed, after))
        fail_msg("%s, call %zu: neither as before nor as after: %s", s->name, n,
                 dump_difference(w->arena, failed, after));
    world_jar(w, "j9");
    if (ledger_verify(&report, &w->options, w->vkey, access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp") != V_OK)
        fail_msg("%s, call %zu: %s: %s", s->name, n, report.damages[0].where, report.damages[0].what);
    world_teardown(&fresh);
}

static size_t
calls_of(const struct scene *s)
{
    struct posting *postings[4];
    const char *ids[4];
    void *fresh = NULL;
    struct world *w;
    size_t count, calls;

    world_setup(&fresh);
    w = fresh;
    make_ids(w, ids);
    count = s->postings(w, postings, ids);
    fault_arm(0, V_OK, FAULT_ROLLED_BACK);
    ledger_post(w->ledger, postings, count);
    calls = fault_count();
    world_teardown(&fresh);
    return calls;
}

static void
a_fault_at_any_call_leaves_all_or_nothing(void **state)
{
    static const enum verdict faults[] = {V_DATABASE, V_DISK_FULL};
    struct seed seed = seed_open("fault");
    size_t step = getenv("VENTURED_TEST_DB") == NULL ? 1 : 5; /* a database for each takes its time */

    (void)state;
    for (size_t s = 0; s < COUNT(scenes); s++) {
        size_t calls = calls_of(&scenes[s]);

        assert_true(calls > 5);
        for (size_t n = 1 + seed_below(&seed, step); n <= calls; n += step)
            fail_at(&scenes[s], n, faults[n % 2], FAULT_ROLLED_BACK);
    }
}

/* The commit is the last call: it stored everything, but the answer was lost. */
static void
a_commit_whose_answer_was_lost_is_found_again(void **state)
{
    (void)state;
    for (size_t s = 0; s < COUNT(scenes); s++)
        fail_at(&scenes[s], calls_of(&scenes[s]), V_DATABASE, FAULT_UNKNOWN);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fault_at_any_call_leaves_all_or_nothing),
        cmocka_unit_test(a_commit_whose_answer_was_lost_is_found_again),
    };

    return cmocka_run_group_tests_name("ledger/fault", tests, NULL, NULL);
}

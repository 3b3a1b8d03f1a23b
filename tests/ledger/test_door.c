/*
 * The door: the order of its checks, one id one entry, bank facts out of order, what a refusal leaves behind.
 * Knows the toy kinds; must not know the engine.
 * Invariant: each row names a story, and the verdict and state it must end in.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "world.h"

static const char fill_100[] = "{'subject':'j1','on':'2023-04-01','amount':100,'voucher_no':'V1'}";

/* ---- one entry --------------------------------------------------------------------------------------------------- */

static void
records_an_entry_and_answers_with_its_receipt(void **state)
{
    struct world *w = *state;
    int64_t before = world_count(w, "journal");
    struct posting *p;
    struct slice again;

    world_jar(w, "j1");
    p = world_post(w, &bank, "jar.filled", NULL, fill_100);
    assert_int_equal(p->got, V_OK);
    assert_int_equal(p->seq, before + 2);
    assert_string_equal(p->state, "filled");
    assert_int_equal(world_subject(w, "j1").state, JAR_FILLED);
    assert_int_equal(world_count(w, "journal"), before + 2);
    assert_int_equal(ledger_receipt(&again, w->reader, w->arena, p->seq), V_OK);
    assert_true(slice_equal(again, p->receipt));
}

static void
keeps_private_text_out_of_the_journal(void **state)
{
    struct world *w = *state;

    world_jar(w, "j1");
    assert_int_equal(world_sql(w, "SELECT 1 FROM journal WHERE leaf LIKE '%%甲%%'").len, 0);
    assert_int_equal(world_sql(w, "SELECT 1 FROM subject WHERE view LIKE '%%甲%%'").len, 0);
    assert_int_equal(world_count(w, "private_text"), 1);
}

/* ---- one id, one entry ------------------------------------------------------------------------------------------- */

static void
answers_the_same_id_with_the_first_receipt(void **state)
{
    struct world *w = *state;
    const char *id = new_id(w);
    struct posting *first, *second;
    struct slice receipt;
    int64_t count;

    world_jar(w, "j1");
    first = world_post(w, &bank, "jar.filled", id, fill_100);
    world_post(w, &bank, "jar.filled", NULL, "{'subject':'j1','on':'2023-04-02','amount':5,'voucher_no':'V2'}");
    count = world_count(w, "journal");
    second = world_post(w, &bank, "jar.filled", id,
                        "{ 'voucher_no':'V1', 'amount':100, 'on':'2023-04-01', 'subject':'j1' }");
    assert_int_equal(second->got, V_REPLAYED);
    assert_int_equal(second->seq, first->seq);
    assert_int_equal(ledger_receipt(&receipt, w->reader, w->arena, second->seq), V_OK);
    assert_true(slice_equal(receipt, first->receipt));
    assert_int_equal(world_count(w, "journal"), count);
}

static void
refuses_the_same_id_for_anything_else(void **state)
{
    struct world *w = *state;
    const char *id = new_id(w);

    world_jar(w, "j1");
    world_jar(w, "j2");
    assert_int_equal(world_post(w, &bank, "jar.filled", id, fill_100)->got, V_OK);
    assert_int_equal(world_post(w, &bank, "jar.filled", id,
                                "{'subject':'j1','on':'2023-04-01','amount':101,'voucher_no':'V1'}")->got, V_ID_TAKEN);
    assert_int_equal(world_post(w, &bank, "jar.filled", id,
                                "{'subject':'j2','on':'2023-04-01','amount':100,'voucher_no':'V1'}")->got, V_ID_TAKEN);
    assert_int_equal(world_post(w, &bank_former, "jar.filled", id, fill_100)->got, V_ID_TAKEN);
    assert_int_equal(world_post(w, &checker, "jar.sealed", id, "{'subject':'j1','on':'2023-04-01'}")->got, V_ID_TAKEN);
}

static void
says_that_an_erased_entry_was_erased(void **state)
{
    struct world *w = *state;
    const char *id = new_id(w);
    struct posting *p;

    world_jar(w, "j1");
    p = world_post(w, &bank, "jar.filled", id, fill_100);
    world_sql(w, w->engine->url[0] == 'p' ? "UPDATE body_mac SET mac = '' WHERE seq = %lld"
                                          : "UPDATE body_mac SET mac = zeroblob(0) WHERE seq = %lld",
              (long long)p->seq);
    assert_int_equal(world_post(w, &bank, "jar.filled", id, fill_100)->got, V_ID_ERASED);
}

/* ---- refusals, in the order of the checks ---------------------------------------------------------------------- */

struct refusal {
    const char *story;
    const struct actor *who;
    const char *kind, *body;
    enum verdict got;
    const char *pointer; /* of the first problem; NULL where there need be none */
};

static const struct refusal refusals[] = {
    {"a role that may not post this kind",
     &auditor, "jar.filled", "{'subject':'j1','on':'2023-04-01','amount':1,'voucher_no':'V1'}", V_FORBIDDEN, NULL},
    {"a subject that is not there",
     &bank, "jar.filled", "{'subject':'nowhere','on':'2023-04-01','amount':1,'voucher_no':'V1'}", V_SUBJECT_UNKNOWN,
     NULL},
    {"a subject of another district",
     &clerk_elsewhere, "jar.spilled", "{'subject':'j1','on':'2023-04-01','amount':1}", V_SUBJECT_UNKNOWN, NULL},
    {"a bank that never had this jar",
     &bank_foreign, "jar.filled", "{'subject':'j1','on':'2023-04-01','amount':1,'voucher_no':'V1'}",
     V_SUBJECT_UNKNOWN, NULL},
    {"a day after today",
     &bank, "jar.filled", "{'subject':'j1','on':'2023-07-01','amount':1,'voucher_no':'V1'}", V_DAY_AHEAD, "/on"},
    {"a day before the jar was opened",
     &bank, "jar.filled", "{'subject':'j1','on':'2023-02-28','amount':1,'voucher_no':'V1'}", V_DAY_BEFORE, "/on"},
    {"a code that the dated list does not hold",
     &clerk, "jar.opened",
     "{'subject':'j9','on':'2023-04-01','district':'330699','owner':'0190aaaa-0000-7000-8000-000000000001',"
     "'capacity':10,'colour':'red'}", V_FIELDS_WRONG, "/district"},
    {"a jar opened twice",
     &clerk, "jar.opened",
     "{'subject':'j1','on':'2023-04-01','district':'330602','owner':'0190aaaa-0000-7000-8000-000000000001',"
     "'capacity':10,'colour':'red'}", V_SUBJECT_TAKEN, NULL},
    {"a strict kind from a state that does not allow it",
     &checker, "jar.sealed", "{'subject':'j1','on':'2023-04-01'}", V_WRONG_STATE, ""},
    {"more than the limit in force",
     &clerk, "jar.opened",
     "{'subject':'j9','on':'2023-04-01','district':'330602','owner':'0190aaaa-0000-7000-8000-000000000001',"
     "'capacity':1001,'colour':'red'}", V_OVER_LIMIT, "/capacity"},
    {"what the rule refuses",
     &clerk, "jar.spilled", "{'subject':'j1','on':'2023-04-01','amount':1}", V_RULE_REFUSED, NULL},
    {"fields that are wrong, before anything else",
     &auditor, "jar.filled", "{'subject':'j1','on':'2023-04-31','amount':0,'voucher_no':'V 1'}", V_FIELDS_WRONG, "/on"},
};

static void
refuses_by_the_first_check_that_fails_and_leaves_nothing(void **state)
{
    static const char *const tables[] = {"journal", "subject", "delta", "bucket", "total", "voucher", "exception",
                                         "checkpoint", "private_text", "body_mac", "op_outbox"};
    struct world *w = *state;
    int64_t before[COUNT(tables)];

    world_jar(w, "j1");
    for (size_t t = 0; t < COUNT(tables); t++)
        before[t] = world_count(w, tables[t]);
    for (size_t i = 0; i < COUNT(refusals); i++) {
        const struct refusal *r = &refusals[i];
        struct posting *p = world_post(w, r->who, r->kind, NULL, r->body);

        if (p->got != r->got)
            fail_msg("%s: %s, wanted %s", r->story, verdict_row(p->got)->name, verdict_row(r->got)->name);
        if (r->pointer != NULL && (p->problems.first == NULL ||
                                   !slice_equal(p->problems.first->pointer, slice_of(r->pointer))))
            fail_msg("%s: the problem does not point at '%s'", r->story, r->pointer);
    }
    for (size_t t = 0; t < COUNT(tables); t++)
        if (world_count(w, tables[t]) != before[t])
            fail_msg("a refusal left something in %s", tables[t]);
}

static void
names_the_state_and_what_is_allowed(void **state)
{
    struct world *w = *state;
    struct posting *p;

    world_jar(w, "j1");
    p = world_post(w, &checker, "jar.sealed", NULL, "{'subject':'j1','on':'2023-04-01'}");
    assert_string_equal(p->problems.first->en.at,
                        "state: open; allowed now: jar.filled, jar.spilled, jar.broken, jar.inspected, jar.explained, "
                        "jar.promised");
}

static void
uses_the_number_of_the_narrowest_scope_on_the_day(void **state)
{
    static const struct {
        const char *on, *district;
        int capacity;
        enum verdict got;
    } rows[] = {
        {"2023-04-30", "330602", 1001, V_OVER_LIMIT},
        {"2023-05-01", "330602", 2000, V_OK        },
        {"2023-05-01", "330602", 2001, V_OVER_LIMIT},
        {"2023-05-01", "330603", 1001, V_OVER_LIMIT},
        {"2022-12-31", "330602", 1,    V_LIMIT_UNKNOWN},
    };
    struct world *w = *state;

    world_post(w, &officer, "rule.set", NULL,
               "{'subject':'capacity_max:330602','on':'2023-05-01','from':'2023-05-01','number':2000,"
               "'source':'toy-2'}");
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct actor *who = strcmp(rows[i].district, "330602") == 0 ? &clerk : &clerk_elsewhere;
        struct posting *p = world_post(
            w, who, "jar.opened", NULL,
            arena_print(w->arena,
                        "{'subject':'n%zu','on':'%s','district':'%s','owner':'0190aaaa-0000-7000-8000-000000000001',"
                        "'capacity':%d,'colour':'red'}",
                        i, rows[i].on, rows[i].district, rows[i].capacity).at);

        if (p->got != rows[i].got)
            fail_msg("row %zu: %s", i, verdict_row(p->got)->name);
    }
}

/* ---- a bank's facts are never refused for order or size ------------------------------------------------------ */

struct stage {
    const struct actor *who;
    const char *kind, *fields;
};

struct story {
    const char *name;
    struct stage steps[6];
    int state;
    bool frozen;
    int64_t held;
    const char *exceptions; /* nature, excess and steps of each, in order */
};

static const struct story stories[] = {
    {"in order", {{&bank, "jar.filled", "'amount':600"}, {&bank, "jar.lent", "'amount':200,'to':'x'"}},
     JAR_LENT, false, 400, ""},
    {"early: the steps it skips are implied", {{&bank, "jar.lent", "'amount':200,'to':'x'"}},
     JAR_LENT, true, -200, "early/1/jar.filled "},
    {"late: the amount counts, the state stays",
     {{&bank, "jar.filled", "'amount':600"}, {&checker, "jar.sealed", NULL}, {&bank, "jar.filled", "'amount':50"}},
     JAR_SEALED, false, 650, "late/0/ "},
    {"on a side branch: recorded, counted, frozen",
     {{&bank, "jar.filled", "'amount':600"}, {&clerk, "jar.broken", "'reason':'frost'"},
      {&bank, "jar.filled", "'amount':50"}},
     JAR_BROKEN, true, 650, "side/0/ "},
    {"from a bank that had it before", {{&bank_former, "jar.filled", "'amount':50"}}, JAR_OPEN, true, 50, "side/0/ "},
    {"over what was allowed: recorded, counted, frozen", {{&bank, "jar.filled", "'amount':1001"}},
     JAR_FILLED, true, 1001, "in_order/1/ "},
    {"frozen is a mark: facts still move the state",
     {{&bank, "jar.filled", "'amount':1001"}, {&bank, "jar.lent", "'amount':1,'to':'x'"}},
     JAR_LENT, true, 1000, "in_order/1/ "},
    {"thawed by an inspection",
     {{&bank, "jar.filled", "'amount':1001"},
      {&auditor, "jar.inspected",
       "'seen':'2023-04-02','warmth':5,'papers':['e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],"
       "'coins':[{'face':'one','pieces':1},{'face':'ten','pieces':2}]"}},
     JAR_FILLED, false, 1001, "in_order/1/ "},
};

static void
story_check(struct world *w, const struct story *story, const char *jar)
{
    struct buf seen = {.arena = w->arena};
    struct subject s;
    int64_t last = 0;

    world_jar(w, jar);
    for (size_t i = 0; i < COUNT(story->steps) && story->steps[i].kind != NULL; i++) {
        const struct stage *step = &story->steps[i];
        bool has_voucher = step->who->role == ROLE_BANK_MACHINE;
        struct slice body = arena_print(w->arena, "{'subject':'%s','on':'2023-04-02'%s%s%s}", jar,
                                        step->fields == NULL ? "" : ",", step->fields == NULL ? "" : step->fields,
                                        has_voucher ? arena_print(w->arena, ",'voucher_no':'V%zu'", i).at : "");
        struct posting *p = world_post(w, step->who, step->kind, NULL, body.at);

        if (p->got != V_OK)
            fail_msg("%s, step %zu: %s", story->name, i, verdict_row(p->got)->name);
    }
    s = world_subject(w, jar);
    for (struct slice row = S("x"); row.at != NULL;) {
        row = world_sql(w,
                        "SELECT seq || ' ' || nature || '/' || excess || '/' || steps FROM exception "
                        "WHERE subject = '%s' AND seq > %lld ORDER BY seq LIMIT 1", jar, (long long)last);
        if (row.at != NULL) {
            struct slice rest, seq = slice_cut(&rest, row, ' ');

            assert_true(slice_to_int(&last, seq));
            buf_print(&seen, SLICE_FMT " ", SLICE_ARG(rest));
        }
    }
    if (s.state != story->state || s.frozen != story->frozen || ((struct jar_view *)s.view)->held != story->held)
        fail_msg("%s: state %d, frozen %d, held %lld", story->name, s.state, s.frozen,
                 (long long)((struct jar_view *)s.view)->held);
    if (!slice_equal(buf_slice(&seen), slice_of(story->exceptions)))
        fail_msg("%s: exceptions '" SLICE_FMT "'", story->name, SLICE_ARG(buf_slice(&seen)));
}

static void
records_bank_facts_whatever_their_order_or_size(void **state)
{
    struct world *w = *state;

    for (size_t i = 0; i < COUNT(stories); i++)
        story_check(w, &stories[i], arena_print(w->arena, "s%zu", i).at);
}

static void
refuses_a_voucher_under_a_second_id_naming_the_first(void **state)
{
    struct world *w = *state;
    const char *first = new_id(w);
    struct posting *p;

    world_jar(w, "j1");
    world_jar(w, "j2");
    assert_int_equal(world_post(w, &bank, "jar.filled", first, fill_100)->got, V_OK);
    p = world_post(w, &bank, "jar.filled", NULL, fill_100);
    assert_int_equal(p->got, V_VOUCHER_TAKEN);
    assert_non_null(strstr(p->problems.first->en.at, first));
    assert_int_equal(world_post(w, &bank, "jar.lent", NULL,
                                "{'subject':'j1','on':'2023-04-01','amount':1,'voucher_no':'V1','to':'x'}")->got, V_OK);
    assert_int_equal(world_post(w, &bank, "jar.filled", NULL,
                                "{'subject':'j2','on':'2023-04-01','amount':1,'voucher_no':'V1'}")->got, V_OK);
}

static void
refuses_a_machine_without_a_verified_signature(void **state)
{
    struct world *w = *state;
    struct posting *p;

    world_jar(w, "j1");
    p = world_read(w, &bank, "jar.filled", NULL, fill_100);
    p->evidence = NULL;
    ledger_post(w->ledger, &p, 1);
    assert_int_equal(p->got, V_SIGNATURE_MISSING);
}

static void
commits_to_the_signed_request_in_the_leaf(void **state)
{
    struct world *w = *state;
    struct posting *p;

    world_jar(w, "j1");
    p = world_post(w, &bank, "jar.filled", NULL, fill_100);
    assert_non_null(strstr(p->leaf.at, "\"signed\":\""));
    assert_int_equal(world_count(w, "private_text WHERE field = 'signed'"), 1);
}

/* ---- groups, lists, dry runs ------------------------------------------------------------------------------------- */

static void
answers_each_of_a_group_by_itself_under_one_checkpoint(void **state)
{
    struct world *w = *state;
    struct posting *group[5];
    int64_t checkpoints;

    world_jar(w, "j1");
    checkpoints = world_count(w, "checkpoint");
    for (size_t i = 0; i < COUNT(group); i++)
        group[i] = world_read(w, &bank, "jar.filled", NULL,
                              arena_print(w->arena,
                              "{'subject':'%s','on':'2023-04-01','amount':%zu,'voucher_no':'V%zu'}",
                                          i == 2 ? "nowhere" : "j1", i + 1, i).at);
    ledger_post(w->ledger, group, COUNT(group));
    for (size_t i = 0; i < COUNT(group); i++)
        assert_int_equal(group[i]->got, i == 2 ? V_SUBJECT_UNKNOWN : V_OK);
    assert_int_equal(world_count(w, "checkpoint"), checkpoints + 1);
    assert_int_equal(((struct jar_view *)world_subject(w, "j1").view)->held, 1 + 2 + 4 + 5);
}

static void
takes_a_list_whole_or_not_at_all(void **state)
{
    struct world *w = *state;
    struct posting *list[3];
    int64_t before;

    world_jar(w, "j1");
    before = world_count(w, "journal");
    for (size_t i = 0; i < COUNT(list); i++)
        list[i] = world_read(w, &bank, "jar.filled", NULL,
                             arena_print(w->arena, "{'subject':'%s','on':'2023-04-01','amount':1,'voucher_no':'V%zu'}",
                                         i == 2 ? "nowhere" : "j1", i).at);
    assert_int_equal(ledger_post_list(w->ledger, list, 3), V_SUBJECT_UNKNOWN);
    assert_int_equal(list[2]->got, V_SUBJECT_UNKNOWN);
    assert_int_equal(world_count(w, "journal"), before);
    assert_int_equal(world_subject(w, "j1").state, JAR_OPEN);
    assert_int_equal(ledger_post_list(w->ledger, list, 2), V_OK);
    assert_int_equal(world_count(w, "journal"), before + 2);
    assert_int_equal(ledger_post_list(w->ledger, list, 2), V_REPLAYED);
    assert_int_equal(world_count(w, "journal"), before + 2);
}

static void
says_in_a_dry_run_what_would_happen_and_writes_nothing(void **state)
{
    struct world *w = *state;
    struct posting *p;
    int64_t before;

    world_jar(w, "j1");
    before = world_count(w, "journal");
    p = world_read(w, &bank, "jar.filled", NULL, fill_100);
    assert_int_equal(ledger_dry_run(&w->options, p), V_OK);
    assert_string_equal(p->state, "filled");
    p = world_read(w, &checker, "jar.sealed", NULL, "{'subject':'j1','on':'2023-04-01'}");
    assert_int_equal(ledger_dry_run(&w->options, p), V_WRONG_STATE);
    assert_int_equal(world_count(w, "journal"), before);
}

/* ---- who was let in may have lost the key since ------------------------------------------------------------------ */

static enum verdict
fill_with(struct world *w, const struct subject_type *type, const char *id)
{
    struct posting *p = world_read(w, &bank, "jar.filled", NULL,
                                   arena_print(w->arena,
                                   "{'subject':'j1','on':'2023-04-01','amount':1,'voucher_no':'%s'}",
                                               new_id(w)).at);

    p->credential = (struct credential){type, slice_of(id)};
    ledger_post(w->ledger, &p, 1);
    return p->got;
}

static void
looks_at_the_credential_once_more_under_the_lock(void **state)
{
    struct world *w = *state;
    int64_t before;

    world_jar(w, "j1");
    world_jar(w, "badge");
    assert_int_equal(fill_with(w, NULL, ""), V_OK);
    assert_int_equal(fill_with(w, &toy_jar, "badge"), V_OK);
    before = world_count(w, "journal");
    assert_int_equal(fill_with(w, &toy_jar, "nowhere"), V_KEY_EXPIRED);
    assert_int_equal(world_count(w, "journal"), before);
    assert_int_equal(world_post(w, &clerk, "jar.broken", NULL,
                                "{'subject':'badge','on':'2023-05-01','reason':'frost'}")->got, V_OK);
    assert_int_equal(fill_with(w, &toy_jar, "badge"), V_KEY_EXPIRED);
}

static void
answers_an_entry_sent_again_after_its_credential_has_ended(void **state)
{
    struct world *w = *state;
    struct posting *p;
    const char *id = new_id(w);

    world_jar(w, "j1");
    world_jar(w, "badge");
    for (int round = 0; round < 2; round++) {
        p = world_read(w, &bank, "jar.filled", id, fill_100);
        p->credential = (struct credential){&toy_jar, S("badge")};
        ledger_post(w->ledger, &p, 1);
        assert_int_equal(p->got, round == 0 ? V_OK : V_REPLAYED);
        world_post(w, &clerk, "jar.broken", NULL, "{'subject':'badge','on':'2023-05-01','reason':'frost'}");
    }
}

/* ---- corrections ------------------------------------------------------------------------------------------------- */

static void
lets_nobody_confirm_what_is_not_theirs_to_know(void **state)
{
    struct world *w = *state;
    const char *first = new_id(w), *correction = new_id(w);
    const char *confirm = arena_print(w->arena, "{'subject':'%s','on':'2023-06-30'}", correction).at;

    world_jar(w, "j1");
    assert_int_equal(world_post(w, &bank, "jar.filled", first, fill_100)->got, V_OK);
    assert_int_equal(world_post(w, &bank, "jar.filled", correction,
                                arena_print(w->arena,
                                            "{'subject':'j1','on':'2023-04-01','amount':90,'voucher_no':'V1',"
                                            "'mends':{'entry':'%s','reason':'typing'}}",
                                            first).at)->got, V_OK);
    assert_int_equal(world_post(w, &clerk_elsewhere, "jar.mended", NULL, confirm)->got, V_SUBJECT_UNKNOWN);
    assert_int_equal(world_post(w, &checker, "jar.mended", NULL, confirm)->got, V_OK);
    assert_int_equal(((const struct jar_view *)world_subject(w, "j1").view)->held, 90);
}

/* ---- nonces ------------------------------------------------------------------------------------------------------ */

static void
lets_a_known_nonce_pass_for_equal_bytes_only(void **state)
{
    struct world *w = *state;
    const char *id = new_id(w);
    struct nonce one = {S("k1"), S("n1"), {{1}}, world_now_ms + 600000}, other = one;
    struct posting *p;

    other.hash.at[0] = 2;
    world_jar(w, "j1");
    p = world_read(w, &bank, "jar.filled", id, fill_100);
    p->nonce = &one;
    ledger_post(w->ledger, &p, 1);
    assert_int_equal(p->got, V_OK);
    p = world_read(w, &bank, "jar.filled", id, fill_100);
    p->nonce = &one;
    ledger_post(w->ledger, &p, 1);
    assert_int_equal(p->got, V_REPLAYED);
    p = world_read(w, &bank, "jar.filled", NULL, fill_100);
    p->nonce = &other;
    ledger_post(w->ledger, &p, 1);
    assert_int_equal(p->got, V_NONCE_USED);
    p = world_read(w, &auditor, "jar.filled", NULL, fill_100);
    other.value = S("n2");
    p->nonce = &other;
    ledger_post(w->ledger, &p, 1);
    assert_int_equal(p->got, V_FORBIDDEN);
    assert_int_equal(world_count(w, "op_nonce"), 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(records_an_entry_and_answers_with_its_receipt),
        TEST(keeps_private_text_out_of_the_journal),
        TEST(answers_the_same_id_with_the_first_receipt),
        TEST(refuses_the_same_id_for_anything_else),
        TEST(says_that_an_erased_entry_was_erased),
        TEST(refuses_by_the_first_check_that_fails_and_leaves_nothing),
        TEST(names_the_state_and_what_is_allowed),
        TEST(uses_the_number_of_the_narrowest_scope_on_the_day),
        TEST(records_bank_facts_whatever_their_order_or_size),
        TEST(refuses_a_voucher_under_a_second_id_naming_the_first),
        TEST(refuses_a_machine_without_a_verified_signature),
        TEST(commits_to_the_signed_request_in_the_leaf),
        TEST(answers_each_of_a_group_by_itself_under_one_checkpoint),
        TEST(takes_a_list_whole_or_not_at_all),
        TEST(says_in_a_dry_run_what_would_happen_and_writes_nothing),
        TEST(looks_at_the_credential_once_more_under_the_lock),
        TEST(answers_an_entry_sent_again_after_its_credential_has_ended),
        TEST(lets_nobody_confirm_what_is_not_theirs_to_know),
        TEST(lets_a_known_nonce_pass_for_equal_bytes_only),
    };

    return cmocka_run_group_tests_name("ledger/door", tests, NULL, NULL);
}

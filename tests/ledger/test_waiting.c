/*
 * Proposals: who may only propose, who lets it in, who declines, and what waits meanwhile.
 * Knows the toy's promise, which a clerk proposes and an officer makes; corrections have test_mend.c.
 * Invariant: what waits is counted by its row, what is recorded by the journal, and a refusal changes neither.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "dump.h"
#include "jars.h"

#define YEAR "2023-01-01", "2023-12-31"
#define PROMISE "'pot':'p1','amount':40"
#define LIST 200

/* As the_registry would: another clerk of the same district, an officer of another one. */
static const struct actor clerk_two = {ROLE_DISTRICT_CLERK, {"330602", 6}, {"wang", 4}, {"330602", 6}};
static const struct actor clerk_as_officer = {ROLE_CENTRE_OFFICER, {"330602", 6}, {"zhou", 4}, {NULL, 0}};
static const struct actor officer_elsewhere = {ROLE_CENTRE_OFFICER, {"330603", 6}, {"he", 2}, {"330603", 6}};

/* A jar and a pot with room for 100. */
static void
begin(struct world *w)
{
    rule_set(w, "pot_max:city", 100);
    world_jar(w, "j1");
}

static const char *
propose(struct world *w, const char *fields)
{
    return done(tell(w, &clerk, "jar.promised", "j1", "2023-04-01", fields));
}

static void
expect_counts(struct world *w, const char *when, int64_t journal, int64_t waiting)
{
    if (world_count(w, "journal") != journal || world_count(w, "op_waiting") != waiting)
        fail_msg("%s: %lld entries and %lld waiting, not %lld and %lld", when, (long long)world_count(w, "journal"),
                 (long long)world_count(w, "op_waiting"), (long long)journal, (long long)waiting);
}

/* ---- waiting ----------------------------------------------------------------------------------------------------- */

static void
what_a_role_may_only_propose_waits_outside_the_journal(void **state)
{
    struct world *w = *state;
    struct posting *p;
    struct slice before;
    int64_t entries;

    begin(w);
    entries = world_count(w, "journal");
    before = dump_derived(w->arena, w->engine->url);
    p = tell(w, &clerk, "jar.promised", "j1", "2023-04-01", PROMISE);
    assert_int_equal(p->got, V_OK);
    assert_string_equal(p->state, "waiting");
    assert_int_equal(p->seq, 0);
    assert_int_equal(p->receipt.len, 0);
    assert_int_equal(p->leaf.len, 0);
    expect_counts(w, "proposed", entries, 1);
    assert_null(dump_difference(w->arena, before, dump_derived(w->arena, w->engine->url)));
    assert_int_equal(jar(w, "j1")->promises.count, 0);
    assert_int_equal(world_total(w, "promised", YEAR, INT64_MAX), 0);
}

static void
whoever_may_post_it_does_so_at_once(void **state)
{
    struct world *w = *state;
    struct posting *p;

    begin(w);
    p = tell(w, &officer, "jar.promised", "j1", "2023-04-01", PROMISE);
    assert_int_equal(p->got, V_OK);
    assert_true(p->seq > 0);
    assert_int_equal(world_count(w, "op_waiting"), 0);
    assert_int_equal(tell(w, &checker, "jar.promised", "j1", "2023-04-01", PROMISE)->got, V_FORBIDDEN);
}

/* The row says who may find it: those of the subject, or of the proposer where it says nothing. */
static void
a_row_is_found_by_those_who_may_read_its_subject(void **state)
{
    static const struct {
        const char *what, *bank;
        const struct actor *who;
        const char *kind, *fields, *row;
    } cases[] = {
        {"a jar of no bank", "", &clerk, "jar.promised", PROMISE,
         "jar.promised 330602 330602 district_clerk:330602:zhou"},
        {"a bank's jar", ",'bank':'bank-one'", &clerk, "jar.promised", PROMISE,
         "jar.promised 330602 bank-one district_clerk:330602:zhou"},
        {"a bank's correction of its own", ",'bank':'bank-one'", &bank, "jar.filled", NULL,
         "jar.filled 330602 bank-one bank_machine:bank-one:m1"},
        {"the correction of a bank that had it before", ",'bank':'bank-one'", &bank_former, "jar.filled", NULL,
         "jar.filled 330602 bank-former bank_machine:bank-former:m1"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *fields = cases[i].fields;
        void *fresh = NULL;
        struct world *w;
        struct slice row;

        world_setup(&fresh);
        w = fresh;
        rule_set(w, "pot_max:city", 100);
        done(tell(w, &clerk, "jar.opened", "j1", "2023-03-01", arena_print(w->arena, OPENED "%s", cases[i].bank).at));
        if (fields == NULL)
            fields = mending(w, done(tell(w, cases[i].who, "jar.filled", "j1", "2023-04-01",
                                          "'amount':5,'voucher_no':'V1'")), "'amount':6,'voucher_no':'V1'");
        done(tell(w, cases[i].who, cases[i].kind, "j1", "2023-04-01", fields));
        row = world_sql(w, "SELECT kind || ' ' || district || ' ' || organisation || ' ' || actor FROM op_waiting");
        if (!slice_equal(row, slice_of(cases[i].row)))
            fail_msg("%s: " SLICE_FMT, cases[i].what, SLICE_ARG(row));
        world_teardown(&fresh);
    }
}

/* Of a subject whose first entry was voided nothing is known: it is found by the proposer's own. */
static void
what_is_proposed_of_a_subject_that_is_not_there_is_the_proposers(void **state)
{
    struct world *w = *state;
    const char *opened = done(tell(w, &clerk, "jar.opened", "j1", "2023-03-01", OPENED));

    mend(w, &clerk, "jar.opened", "j1", "2023-03-01", voiding(w, opened));
    done(tell(w, &clerk, "jar.opened", "j1", "2023-03-01", mending(w, opened, OPENED)));
    assert_true(slice_equal(world_sql(w, "SELECT district || ' ' || organisation FROM op_waiting"),
                            S("330602 330602")));
}

static void
what_would_be_refused_does_not_wait(void **state)
{
    static const struct {
        const char *jar, *on, *fields;
        enum verdict got;
    } cases[] = {
        {"j9", "2023-04-01", PROMISE, V_SUBJECT_UNKNOWN},
        {"j1", "2023-07-01", PROMISE, V_DAY_AHEAD},
        {"j1", "2023-02-28", PROMISE, V_DAY_BEFORE},
        {"j1", "2023-04-01", "'pot':'p1','amount':101", V_OVER_LIMIT},
        {"j2", "2023-04-01", PROMISE, V_WRONG_STATE},
    };
    struct world *w = *state;

    begin(w);
    world_jar(w, "j2");
    done(tell(w, &clerk, "jar.broken", "j2", "2023-03-02", "'reason':'frost'"));
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(tell(w, &clerk, "jar.promised", cases[i].jar, cases[i].on, cases[i].fields)->got,
                         cases[i].got);
    assert_int_equal(world_count(w, "op_waiting"), 0);
}

/* ---- letting in -------------------------------------------------------------------------------------------------- */

static void
another_who_may_post_it_lets_it_in_under_the_proposers_name(void **state)
{
    struct world *w = *state;
    struct slice leaf, donor;
    const char *id;
    struct posting *p;
    int64_t entries;

    begin(w);
    id = propose(w, PROMISE ",'donor':'某甲'");
    entries = world_count(w, "journal");
    p = admit(w, &officer, id);
    assert_int_equal(p->got, V_OK);
    assert_string_equal(p->state, "confirmed");
    assert_int_equal(p->seq, entries + 2);
    expect_counts(w, "let in", entries + 2, 0);
    leaf = world_sql(w, "SELECT leaf FROM journal WHERE seq = %lld", (long long)entries + 1);
    assert_non_null(strstr(leaf.at, id));
    assert_non_null(strstr(leaf.at, "\"actor\":\"district_clerk:330602:zhou\""));
    assert_null(strstr(leaf.at, "某甲"));
    assert_null(strstr(leaf.at, "mends"));
    leaf = world_sql(w, "SELECT leaf FROM journal WHERE seq = %lld", (long long)entries + 2);
    assert_non_null(strstr(leaf.at, "\"kind\":\"jar.admitted\""));
    assert_non_null(strstr(leaf.at, "\"actor\":\"centre_officer:centre:sun\""));
    assert_int_equal(private_open(&donor, w->vault, w->reader, w->arena, slice_of(id), S("/donor")), V_OK);
    assert_true(slice_equal(donor, S("某甲")));
    assert_int_equal(jar(w, "j1")->promises.count, 1);
    assert_int_equal(world_total(w, "promised", YEAR, INT64_MAX), 40);
}

static void
nobody_else_lets_it_in(void **state)
{
    const struct {
        const char *what, *kind;
        const struct actor *who;
        enum verdict got;
    } cases[] = {
        {"the proposer", "jar.admitted", &clerk, V_SAME_PERSON},
        {"the proposer's account in a role that may post it", "jar.admitted", &clerk_as_officer, V_SAME_PERSON},
        {"a role that may confirm, but not post it", "jar.admitted", &checker, V_FORBIDDEN},
        {"another who may only propose it", "jar.admitted", &clerk_two, V_FORBIDDEN},
        {"a role that may confirm nothing", "jar.admitted", &auditor, V_FORBIDDEN},
        {"somebody to whom the jar is foreign", "jar.admitted", &officer_elsewhere, V_SUBJECT_UNKNOWN},
        {"the word for corrections", "jar.mended", &officer, V_SUBJECT_UNKNOWN},
    };
    struct world *w = *state;
    const char *id;
    int64_t entries;

    begin(w);
    id = propose(w, PROMISE);
    entries = world_count(w, "journal");
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct posting *p = tell(w, cases[i].who, cases[i].kind, id, "2023-06-30", "");

        if (p->got != cases[i].got)
            fail_msg("%s: %s", cases[i].what, verdict_row(p->got)->name);
        expect_counts(w, cases[i].what, entries, 1);
    }
    assert_int_equal(admit(w, &officer, new_id(w))->got, V_SUBJECT_UNKNOWN);
    done(admit(w, &officer, id));
    assert_int_equal(admit(w, &officer, id)->got, V_SUBJECT_TAKEN);
    expect_counts(w, "once", entries + 2, 0);
}

static void
the_word_for_proposals_lets_no_correction_in(void **state)
{
    struct world *w = *state;
    const char *first, *correction;

    begin(w);
    first = done(tell(w, &officer, "jar.promised", "j1", "2023-04-01", PROMISE));
    correction = done(tell(w, &clerk, "jar.promised", "j1", "2023-04-01", mending(w, first, "'pot':'p1','amount':30")));
    assert_int_equal(admit(w, &officer, correction)->got, V_SUBJECT_UNKNOWN);
    assert_int_equal(confirm(w, &clerk, correction)->got, V_SAME_PERSON);
    done(confirm(w, &checker, correction)); /* of corrections anybody may be the second who may say the word */
    assert_int_equal(world_total(w, "promised", YEAR, INT64_MAX), 30);
}

static void
the_same_id_answers_the_same_while_it_waits_and_after(void **state)
{
    static const char body[] = "{'subject':'j1','on':'2023-04-01'," PROMISE "}";
    static const char other[] = "{'subject':'j1','on':'2023-04-01','pot':'p1','amount':41}";
    struct world *w = *state;
    const char *id = new_id(w);
    struct posting *p;
    int64_t entries;

    begin(w);
    assert_int_equal(world_post(w, &clerk, "jar.promised", id, body)->got, V_OK);
    p = world_post(w, &clerk, "jar.promised", id, body);
    assert_int_equal(p->got, V_REPLAYED);
    assert_string_equal(p->state, "waiting");
    assert_int_equal(p->seq, 0);
    assert_int_equal(world_post(w, &clerk, "jar.promised", id, other)->got, V_ID_TAKEN);
    assert_int_equal(world_post(w, &clerk_two, "jar.promised", id, body)->got, V_ID_TAKEN);
    assert_int_equal(world_post(w, &officer, "jar.promised", id, body)->got, V_ID_TAKEN);
    done(admit(w, &officer, id));
    entries = world_count(w, "journal");
    p = world_post(w, &clerk, "jar.promised", id, body);
    assert_int_equal(p->got, V_REPLAYED);
    assert_int_equal(p->seq, entries - 1);
    assert_string_equal(p->state, "open");
    assert_int_equal(world_post(w, &clerk, "jar.promised", id, other)->got, V_ID_TAKEN);
    expect_counts(w, "again and again", entries, 0);
}

static void
what_is_no_longer_allowed_when_confirmed_is_refused_and_waits_on(void **state)
{
    struct world *w = *state;
    const char *moved, *spent, *others;
    int64_t entries;

    begin(w);
    world_jar(w, "j2");
    moved = propose(w, PROMISE);
    spent = done(tell(w, &clerk, "jar.promised", "j2", "2023-04-01", "'pot':'p2','amount':60"));
    done(tell(w, &bank, "jar.filled", "j1", "2023-04-02", "'amount':5,'voucher_no':'V1'"));
    done(tell(w, &checker, "jar.sealed", "j1", "2023-04-03", ""));
    others = done(tell(w, &officer, "jar.promised", "j2", "2023-04-03", "'pot':'p2','amount':41"));
    entries = world_count(w, "journal");
    assert_int_equal(admit(w, &officer, moved)->got, V_WRONG_STATE);
    assert_int_equal(admit(w, &officer, spent)->got, V_OVER_LIMIT);
    expect_counts(w, "refused", entries, 2);
    assert_int_equal(world_total(w, "promised", YEAR, INT64_MAX), 41);
    done(tell(w, &officer, "jar.promised", "j2", "2023-04-03", voiding(w, others)));
    done(confirm(w, &checker, world_sql(w, "SELECT id FROM op_waiting WHERE mends = '%s'", others).at));
    done(admit(w, &officer, spent));
    assert_int_equal(world_total(w, "promised", YEAR, INT64_MAX), 60);
}

static void
a_dry_run_says_that_it_would_wait_or_be_let_in(void **state)
{
    struct world *w = *state;
    struct posting *p;
    const char *id;
    int64_t entries;

    begin(w);
    entries = world_count(w, "journal");
    p = world_read(w, &clerk, "jar.promised", NULL, "{'subject':'j1','on':'2023-04-01'," PROMISE "}");
    assert_int_equal(ledger_dry_run(&w->options, p), V_OK);
    assert_string_equal(p->state, "waiting");
    expect_counts(w, "dry", entries, 0);
    id = propose(w, PROMISE);
    p = world_read(w, &officer, "jar.admitted", NULL,
                   arena_print(w->arena, "{'subject':'%s','on':'2023-06-30'}", id).at);
    assert_int_equal(ledger_dry_run(&w->options, p), V_OK);
    assert_string_equal(p->state, "confirmed");
    p = world_read(w, &checker, "jar.admitted", NULL,
                   arena_print(w->arena, "{'subject':'%s','on':'2023-06-30'}", id).at);
    assert_int_equal(ledger_dry_run(&w->options, p), V_FORBIDDEN);
    expect_counts(w, "dry", entries, 1);
}

/* ---- lists: all or none ------------------------------------------------------------------------------------------ */

static void
proposals(struct world *w, struct posting *out[LIST], size_t wrong)
{
    for (size_t i = 0; i < LIST; i++)
        out[i] = world_read(w, &clerk, "jar.promised", NULL,
                            arena_print(w->arena, "{'subject':'%s','on':'2023-04-01','pot':'p%zu','amount':1}",
                                        i == wrong ? "nowhere" : "j1", i % 3).at);
}

static void
words(struct world *w, struct posting *out[LIST], struct posting *const proposed[LIST], size_t wrong)
{
    for (size_t i = 0; i < LIST; i++)
        out[i] = world_read(w, &officer, "jar.admitted", NULL,
                            arena_print(w->arena, "{'subject':'%s','on':'2023-06-30'}",
                                        i == wrong ? new_id(w) : proposed[i]->entry.id.at).at);
}

static void
a_list_of_proposals_waits_whole_or_not_at_all_and_so_it_is_let_in(void **state)
{
    struct world *w = *state;
    struct posting *proposed[LIST], *word[LIST];
    int64_t entries;

    begin(w);
    entries = world_count(w, "journal");
    proposals(w, proposed, LIST / 2);
    assert_int_equal(ledger_post_list(w->ledger, proposed, LIST), V_SUBJECT_UNKNOWN);
    expect_counts(w, "one of the proposals is wrong", entries, 0);
    proposals(w, proposed, LIST);
    assert_int_equal(ledger_post_list(w->ledger, proposed, LIST), V_OK);
    expect_counts(w, "proposed", entries, LIST);
    for (size_t i = 0; i < LIST; i++) {
        assert_int_equal(proposed[i]->seq, 0);
        assert_string_equal(proposed[i]->state, "waiting");
    }
    assert_int_equal(ledger_post_list(w->ledger, proposed, LIST), V_REPLAYED);
    words(w, word, proposed, LIST - 1);
    assert_int_equal(ledger_post_list(w->ledger, word, LIST), V_SUBJECT_UNKNOWN);
    expect_counts(w, "one of the words is wrong", entries, LIST);
    assert_int_equal(world_total(w, "promised", YEAR, INT64_MAX), 0);
    words(w, word, proposed, LIST);
    assert_int_equal(ledger_post_list(w->ledger, word, LIST), V_OK);
    expect_counts(w, "let in", entries + 2 * LIST, 0);
    assert_int_equal(world_total(w, "promised", YEAR, INT64_MAX), LIST);
    for (size_t i = 0; i < LIST; i++)
        assert_int_equal(word[i]->seq, entries + 2 * (int64_t)i + 2);
}

/* ---- taking back and declining ----------------------------------------------------------------------------------- */

static enum verdict
withdraw(struct world *w, const struct actor *who, const char *id)
{
    struct ledger_options o = w->options;

    o.db = w->engine->open[0];
    assert_int_equal(db_begin(o.db), V_OK);
    return db_end(o.db, ledger_withdraw(&o, w->arena, slice_of(id), who));
}

static void
the_proposer_takes_back_and_a_second_person_declines_and_nobody_else(void **state)
{
    const struct {
        const char *what;
        const struct actor *who;
        enum verdict got;
    } cases[] = {
        {"another clerk, who may only propose", &clerk_two, V_FORBIDDEN},
        {"a checker, who may not post it", &checker, V_FORBIDDEN},
        {"an auditor", &auditor, V_FORBIDDEN},
        {"a clerk to whom the jar is foreign", &clerk_elsewhere, V_SUBJECT_UNKNOWN},
        {"an officer to whom the jar is foreign", &officer_elsewhere, V_SUBJECT_UNKNOWN},
        {"the proposer", &clerk, V_OK},
        {"the proposer once more", &clerk, V_SUBJECT_UNKNOWN},
    };
    struct world *w = *state;
    const char *id;
    int64_t entries, texts;

    begin(w);
    entries = world_count(w, "journal");
    texts = world_count(w, "private_text");
    id = propose(w, PROMISE ",'donor':'某甲'");
    for (size_t i = 0; i < COUNT(cases); i++) {
        enum verdict got = withdraw(w, cases[i].who, id);

        if (got != cases[i].got)
            fail_msg("%s: %s", cases[i].what, verdict_row(got)->name);
        expect_counts(w, cases[i].what, entries, i < COUNT(cases) - 2);
    }
    assert_int_equal(world_count(w, "private_text"), texts);
    assert_int_equal(admit(w, &officer, id)->got, V_SUBJECT_UNKNOWN);
    id = propose(w, PROMISE);
    assert_int_equal(withdraw(w, &officer, id), V_OK);
    expect_counts(w, "declined", entries, 0);
    id = propose(w, PROMISE); /* and it may be proposed anew */
    done(admit(w, &officer, id));
    assert_int_equal(withdraw(w, &clerk, id), V_SUBJECT_UNKNOWN);
    expect_counts(w, "what is recorded stays", entries + 2, 0);
}

static void
a_correction_is_declined_by_whoever_could_confirm_it(void **state)
{
    struct world *w = *state;
    const char *first, *correction;

    begin(w);
    first = done(tell(w, &bank, "jar.filled", "j1", "2023-04-01", "'amount':5,'voucher_no':'V1'"));
    correction = done(tell(w, &bank, "jar.filled", "j1", "2023-04-01", voiding(w, first)));
    assert_int_equal(withdraw(w, &auditor, correction), V_FORBIDDEN);
    assert_int_equal(withdraw(w, &bank_foreign, correction), V_SUBJECT_UNKNOWN);
    assert_int_equal(withdraw(w, &checker, correction), V_OK);
    correction = done(tell(w, &bank, "jar.filled", "j1", "2023-04-01", voiding(w, first)));
    assert_int_equal(withdraw(w, &bank, correction), V_OK);
    assert_int_equal(world_count(w, "op_waiting"), 0);
}

static void
what_waits_is_read_back_as_it_was_proposed(void **state)
{
    struct world *w = *state;
    const struct jar_promised *d;
    struct entry e;
    const char *id;

    begin(w);
    id = propose(w, PROMISE ",'donor':'某甲'");
    assert_int_equal(ledger_waiting(&e, &w->options, w->arena, slice_of(id)), V_OK);
    d = e.body;
    assert_int_equal(e.seq, 0);
    assert_int_equal(e.at_ms, world_now_ms);
    assert_string_equal(e.kind->schema->name, "jar.promised");
    assert_true(slice_equal(e.subject, S("j1")));
    assert_true(slice_equal(d->donor, S("某甲")));
    assert_int_equal(d->amount, 40);
    assert_null(e.mends.entry.at);
    assert_int_equal(ledger_waiting(&e, &w->options, w->arena, slice_of(new_id(w))), V_NONE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_a_role_may_only_propose_waits_outside_the_journal),
        TEST(whoever_may_post_it_does_so_at_once),
        cmocka_unit_test(a_row_is_found_by_those_who_may_read_its_subject),
        TEST(what_is_proposed_of_a_subject_that_is_not_there_is_the_proposers),
        TEST(what_would_be_refused_does_not_wait),
        TEST(another_who_may_post_it_lets_it_in_under_the_proposers_name),
        TEST(nobody_else_lets_it_in),
        TEST(the_word_for_proposals_lets_no_correction_in),
        TEST(the_same_id_answers_the_same_while_it_waits_and_after),
        TEST(what_is_no_longer_allowed_when_confirmed_is_refused_and_waits_on),
        TEST(a_dry_run_says_that_it_would_wait_or_be_let_in),
        TEST(a_list_of_proposals_waits_whole_or_not_at_all_and_so_it_is_let_in),
        TEST(the_proposer_takes_back_and_a_second_person_declines_and_nobody_else),
        TEST(a_correction_is_declined_by_whoever_could_confirm_it),
        TEST(what_waits_is_read_back_as_it_was_proposed),
    };

    return cmocka_run_group_tests_name("ledger/waiting", tests, NULL, NULL);
}

/*
 * Corrections: who proposes and who confirms, what a fold refuses, and what becomes of totals, vouchers and exceptions.
 * Knows the toy kinds; must not know how a subject's entries are folded.
 * Invariant: every expectation is worked out by hand from the story in front of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "jars.h"

#define YEAR "2023-01-01", "2023-12-31"

static const char *
exceptions(struct world *w, const char *id)
{
    return world_sql(w,
                     "SELECT COALESCE(MIN(seq), 0) || ' ' || COUNT(*) || ' ' || COALESCE(MIN(nature), '') || ' ' || "
                     "COALESCE(MIN(excess), 0) || ' ' || COALESCE(MIN(amount), 0) FROM exception WHERE subject = '%s'",
                     id).at;
}

/* ---- two persons ----------------------------------------------------------------------------------------------- */

static void
a_proposal_waits_outside_the_journal(void **state)
{
    struct world *w = *state;
    struct posting *p;
    const char *first;
    int64_t before;

    world_jar(w, "j1");
    first = done(tell(w, &bank, "jar.filled", "j1", "2023-04-01", "'amount':100,'voucher_no':'V1'"));
    before = world_count(w, "journal");
    p = tell(w, &bank, "jar.filled", "j1", "2023-04-01", mending(w, first, "'amount':70,'voucher_no':'V1'"));
    assert_int_equal(p->got, V_OK);
    assert_string_equal(p->state, "waiting");
    assert_int_equal(p->seq, 0);
    assert_int_equal(p->receipt.len, 0);
    assert_int_equal(world_count(w, "journal"), before);
    assert_int_equal(world_count(w, "op_waiting"), 1);
    assert_int_equal(jar(w, "j1")->held, 100);
    assert_int_equal(world_total(w, "coins_in", YEAR, INT64_MAX), 100);
}

static void
a_second_person_records_the_correction_and_then_the_confirmation(void **state)
{
    struct world *w = *state;
    const char *first, *correction;
    struct posting *p;
    struct slice leaf;
    int64_t before;

    world_jar(w, "j1");
    first = done(tell(w, &bank, "jar.filled", "j1", "2023-04-01", "'amount':100,'voucher_no':'V1'"));
    before = world_count(w, "journal");
    correction = done(tell(w, &bank, "jar.filled", "j1", "2023-04-01",
                           mending(w, first, "'amount':70,'voucher_no':'V1'")));
    p = confirm(w, &officer, correction);
    assert_int_equal(p->got, V_OK);
    assert_int_equal(p->seq, before + 2);
    assert_int_equal(world_count(w, "journal"), before + 2);
    assert_int_equal(world_count(w, "op_waiting"), 0);
    leaf = world_sql(w, "SELECT leaf FROM journal WHERE seq = %lld", (long long)before + 1);
    assert_non_null(strstr(leaf.at, correction));
    assert_non_null(strstr(leaf.at, "\"actor\":\"bank_machine:bank-one:m1\""));
    assert_non_null(strstr(leaf.at, first));
    leaf = world_sql(w, "SELECT leaf FROM journal WHERE seq = %lld", (long long)before + 2);
    assert_non_null(strstr(leaf.at, "\"actor\":\"centre_officer:centre:sun\""));
    assert_int_equal(jar(w, "j1")->held, 70);
    assert_int_equal(jar(w, "j1")->fills, 1);
}

static void
the_same_account_may_not_confirm_even_in_another_role(void **state)
{
    const struct actor other_role = {ROLE_CENTRE_OFFICER, clerk.organisation, clerk.account, {NULL, 0}};
    struct world *w = *state;
    const char *first, *correction;

    world_jar(w, "j1");
    done(tell(w, &bank, "jar.filled", "j1", "2023-04-01", "'amount':100,'voucher_no':'V1'"));
    first = done(tell(w, &clerk, "jar.spilled", "j1", "2023-04-02", "'amount':10"));
    correction = done(tell(w, &clerk, "jar.spilled", "j1", "2023-04-02", mending(w, first, "'amount':20")));
    assert_int_equal(confirm(w, &clerk, correction)->got, V_SAME_PERSON);
    assert_int_equal(confirm(w, &other_role, correction)->got, V_SAME_PERSON);
    assert_int_equal(world_count(w, "op_waiting"), 1);
    assert_int_equal(jar(w, "j1")->held, 90);
    assert_int_equal(confirm(w, &checker, correction)->got, V_OK);
    assert_int_equal(jar(w, "j1")->held, 80);
}

static void
somebody_to_whom_the_subject_is_foreign_may_not_confirm(void **state)
{
    struct world *w = *state;
    const char *first, *correction;

    world_jar(w, "j1");
    done(tell(w, &bank, "jar.filled", "j1", "2023-04-01", "'amount':100,'voucher_no':'V1'"));
    first = done(tell(w, &clerk, "jar.spilled", "j1", "2023-04-02", "'amount':10"));
    correction = done(tell(w, &clerk, "jar.spilled", "j1", "2023-04-02", mending(w, first, "'amount':20")));
    assert_int_equal(confirm(w, &clerk_elsewhere, correction)->got, V_SUBJECT_UNKNOWN);
    assert_int_equal(confirm(w, &checker, correction)->got, V_OK);
}

static void
nothing_waits_under_an_unknown_or_a_used_id(void **state)
{
    struct world *w = *state;
    const char *first, *correction;

    world_jar(w, "j1");
    first = done(tell(w, &bank, "jar.filled", "j1", "2023-04-01", "'amount':100,'voucher_no':'V1'"));
    assert_int_equal(confirm(w, &officer, new_id(w))->got, V_SUBJECT_UNKNOWN);
    assert_int_equal(confirm(w, &officer, first)->got, V_SUBJECT_UNKNOWN);
    correction = mend(w, &bank, "jar.filled", "j1", "2023-04-01", mending(w, first, "'amount':70,'voucher_no':'V1'"));
    assert_int_equal(confirm(w, &checker, correction)->got, V_SUBJECT_TAKEN);
}

static void
a_retry_is_answered_as_the_first_time_while_waiting_and_after(void **state)
{
    struct world *w = *state;
    const char *id = new_id(w), *second = new_id(w), *first, *body, *yes;
    struct posting *p;
    struct slice receipt;
    int64_t seq, before;

    world_jar(w, "j1");
    first = done(tell(w, &bank, "jar.filled", "j1", "2023-04-01", "'amount':100,'voucher_no':'V1'"));
    body = arena_print(w->arena, "{'subject':'j1','on':'2023-04-01',%s}",
                       mending(w, first, "'amount':70,'voucher_no':'V1'")).at;
    yes = arena_print(w->arena, "{'subject':'%s','on':'2023-06-30'}", id).at;
    assert_int_equal(world_post(w, &bank, "jar.filled", id, body)->got, V_OK);
    p = world_post(w, &bank, "jar.filled", id, body);
    assert_int_equal(p->got, V_REPLAYED);
    assert_string_equal(p->state, "waiting");
    assert_int_equal(p->seq, 0);
    assert_int_equal(world_post(w, &bank_former, "jar.filled", id, body)->got, V_ID_TAKEN);
    assert_int_equal(world_post(w, &bank, "jar.filled", id,
                                arena_print(w->arena, "{'subject':'j1','on':'2023-04-01',%s}",
                                            mending(w, first, "'amount':71,'voucher_no':'V1'")).at)->got, V_ID_TAKEN);
    p = world_post(w, &officer, "jar.mended", second, yes);
    assert_int_equal(p->got, V_OK);
    seq = p->seq;
    receipt = p->receipt;
    before = world_count(w, "journal");
    p = world_post(w, &officer, "jar.mended", second, yes);
    assert_int_equal(p->got, V_REPLAYED);
    assert_int_equal(p->seq, seq);
    assert_int_equal(ledger_receipt(&p->receipt, w->reader, w->arena, p->seq), V_OK);
    assert_true(slice_equal(p->receipt, receipt));
    p = world_post(w, &bank, "jar.filled", id, body);
    assert_int_equal(p->got, V_REPLAYED);
    assert_int_equal(p->seq, seq - 1);
    assert_int_equal(world_count(w, "journal"), before);
}

/* ---- what may be mended ---------------------------------------------------------------------------------------- */

static void
a_correction_names_the_first_entry_of_its_kind_and_subject(void **state)
{
    struct world *w = *state;
    const char *first, *correction, *opened;
    struct posting *p;

    opened = done(tell(w, &clerk, "jar.opened", "j1", "2023-03-01",
                       "'district':'330602','owner':'0190aaaa-0000-7000-8000-000000000001','capacity':1000,"
                       "'colour':'red'"));
    world_jar(w, "j2");
    first = done(tell(w, &bank, "jar.filled", "j1", "2023-04-01", "'amount':100,'voucher_no':'V1'"));
    correction = mend(w, &bank, "jar.filled", "j1", "2023-04-01", mending(w, first, "'amount':70,'voucher_no':'V1'"));
    {
        const struct {
            const char *story, *jar, *entry;
        } rows[] = {
            {"an unknown entry",       "j1", new_id(w) },
            {"another kind's entry",   "j1", opened    },
            {"another jar's entry",    "j2", first     },
            {"a correction",           "j1", correction},
        };

        for (size_t i = 0; i < COUNT(rows); i++) {
            p = tell(w, &bank, "jar.filled", rows[i].jar, "2023-04-01",
                     mending(w, rows[i].entry, "'amount':70,'voucher_no':'V9'"));
            if (p->got != V_REFERENCE_UNKNOWN)
                fail_msg("%s: %s", rows[i].story, verdict_row(p->got)->name);
            if (p->problems.first == NULL || !slice_equal(p->problems.first->pointer, S("/mends/entry")))
                fail_msg("%s: the problem points elsewhere", rows[i].story);
        }
    }
}

static void
an_envelope_that_is_wrong_is_answered_with_pointers(void **state)
{
    static const struct {
        const char *mends, *fields, *pointer;
        enum verdict got;
    } rows[] = {
        {"'yes'", ",'amount':1", "/mends", V_FIELD_TYPE},
        {"{'reason':'typo'}", ",'amount':1", "/mends/entry", V_FIELD_MISSING},
        {"{'entry':'0190aaaa-0000-7000-8000-000000000001'}", ",'amount':1", "/mends/reason", V_FIELD_MISSING},
        {"{'entry':'x','reason':'typo'}", ",'amount':1", "/mends/entry", V_FIELD_FORM},
        {"{'entry':'0190aaaa-0000-7000-8000-000000000001','reason':'a b'}", ",'amount':1", "/mends/reason",
         V_FIELD_FORM},
        {"{'entry':'0190aaaa-0000-7000-8000-000000000001','reason':'typo','paper':''}", ",'amount':1", "/mends/paper",
         V_FIELD_FORM},
        {"{'entry':'0190aaaa-0000-7000-8000-000000000001','reason':'typo','void':'no'}", "", "/mends/void",
         V_FIELD_CODE},
        {"{'entry':'0190aaaa-0000-7000-8000-000000000001','reason':'typo','void':'yes'}", ",'amount':1", "/amount",
         V_FIELD_UNKNOWN},
        {"{'entry':'0190aaaa-0000-7000-8000-000000000001','reason':'typo','why':'x'}", ",'amount':1", "/mends/why",
         V_FIELD_UNKNOWN},
        {"{'entry':'0190aaaa-0000-7000-8000-000000000001','reason':7}", ",'amount':1", "/mends/reason", V_FIELD_TYPE},
    };
    struct world *w = *state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct posting *p = world_read(w, &clerk, "jar.spilled", NULL,
                                       arena_print(w->arena, "{'subject':'j1','on':'2023-04-01','mends':%s%s}",
                                                   rows[i].mends, rows[i].fields).at);
        const struct problem *first = p->problems.first;

        if (p->got != V_FIELDS_WRONG || first == NULL || first->verdict != rows[i].got ||
            !slice_equal(first->pointer, slice_of(rows[i].pointer)))
            fail_msg("row %zu: %s", i, first == NULL ? "no problem" : verdict_row(first->verdict)->name);
    }
}

/* ---- totals ---------------------------------------------------------------------------------------------------- */

static void
totals_hold_before_after_and_as_known_before(void **state)
{
    struct world *w = *state;
    const char *first;
    int64_t known;

    world_jar(w, "j1");
    first = done(tell(w, &bank, "jar.filled", "j1", "2023-04-01", "'amount':100,'voucher_no':'V1'"));
    done(tell(w, &bank, "jar.filled", "j1", "2023-05-01", "'amount':30,'voucher_no':'V2'"));
    assert_int_equal(world_total(w, "coins_in", YEAR, INT64_MAX), 130);
    known = world_count(w, "journal");
    mend(w, &bank, "jar.filled", "j1", "2023-04-01", mending(w, first, "'amount':70,'voucher_no':'V1'"));
    assert_int_equal(world_total(w, "coins_in", YEAR, INT64_MAX), 100);
    assert_int_equal(world_total(w, "coins_in", YEAR, known), 130);
    assert_int_equal(world_total(w, "coins_in", YEAR, known + 1), 100);
}

static void
the_day_of_a_fact_can_be_moved_both_ways(void **state)
{
    struct world *w = *state;
    const char *first;
    int64_t known;

    world_jar(w, "j1");
    first = done(tell(w, &bank, "jar.filled", "j1", "2023-04-10", "'amount':100,'voucher_no':'V1'"));
    known = world_count(w, "journal");
    mend(w, &bank, "jar.filled", "j1", "2023-04-01", mending(w, first, "'amount':100,'voucher_no':'V1'"));
    assert_int_equal(world_total(w, "coins_in", "2023-01-01", "2023-04-09", INT64_MAX), 100);
    assert_int_equal(world_total(w, "coins_in", "2023-04-02", "2023-12-31", INT64_MAX), 0);
    assert_int_equal(world_total(w, "coins_in", "2023-01-01", "2023-04-09", known), 0);
    mend(w, &bank, "jar.filled", "j1", "2023-06-15", mending(w, first, "'amount':100,'voucher_no':'V1'"));
    assert_int_equal(world_total(w, "coins_in", "2023-01-01", "2023-06-14", INT64_MAX), 0);
    assert_int_equal(world_total(w, "coins_in", YEAR, INT64_MAX), 100);
    assert_int_equal(world_total(w, "jars", "2023-06-15", "2023-06-15", INT64_MAX), 1);
    assert_int_equal(world_total(w, "coins_in", YEAR, known), 100);
}

static void
a_void_takes_the_fact_away(void **state)
{
    struct world *w = *state;
    const char *first;

    world_jar(w, "j1");
    first = done(tell(w, &bank, "jar.filled", "j1", "2023-04-01", "'amount':100,'voucher_no':'V1'"));
    mend(w, &bank, "jar.filled", "j1", "2023-04-01", voiding(w, first));
    assert_int_equal(world_subject(w, "j1").state, JAR_OPEN);
    assert_int_equal(jar(w, "j1")->held, 0);
    assert_int_equal(world_total(w, "coins_in", YEAR, INT64_MAX), 0);
    assert_int_equal(world_total(w, "jars", YEAR, INT64_MAX), 0);
}

static void
of_several_corrections_the_last_counts(void **state)
{
    struct world *w = *state;
    const char *first;

    world_jar(w, "j1");
    first = done(tell(w, &bank, "jar.filled", "j1", "2023-04-01", "'amount':100,'voucher_no':'V1'"));
    mend(w, &bank, "jar.filled", "j1", "2023-04-01", mending(w, first, "'amount':70,'voucher_no':'V1'"));
    mend(w, &bank, "jar.filled", "j1", "2023-04-02", mending(w, first, "'amount':80,'voucher_no':'V1'"));
    assert_int_equal(jar(w, "j1")->held, 80);
    mend(w, &bank, "jar.filled", "j1", "2023-04-02", voiding(w, first));
    assert_int_equal(jar(w, "j1")->held, 0);
    mend(w, &bank, "jar.filled", "j1", "2023-04-03", mending(w, first, "'amount':90,'voucher_no':'V1'"));
    assert_int_equal(jar(w, "j1")->held, 90);
    assert_int_equal(jar(w, "j1")->fills, 1);
    assert_int_equal(world_total(w, "coins_in", "2023-04-03", "2023-04-03", INT64_MAX), 90);
    assert_int_equal(world_total(w, "coins_in", YEAR, INT64_MAX), 90);
}

/* ---- the first entry ------------------------------------------------------------------------------------------- */

static void
the_first_entry_can_be_voided_and_the_subject_made_anew(void **state)
{
    struct world *w = *state;
    const char *first;
    struct posting *p;

    first = done(tell(w, &clerk, "jar.opened", "j1", "2023-03-01", OPENED));
    mend(w, &clerk, "jar.opened", "j1", "2023-03-01", voiding(w, first));
    assert_int_equal(world_subject(w, "j1").state, JAR_NEW);
    p = tell(w, &bank, "jar.filled", "j1", "2023-04-01", "'amount':100,'voucher_no':'V1'");
    assert_int_equal(p->got, V_SUBJECT_UNKNOWN);
    done(tell(w, &clerk, "jar.opened", "j1", "2023-02-01", OPENED));
    done(tell(w, &bank, "jar.filled", "j1", "2023-02-02", "'amount':100,'voucher_no':'V1'"));
    assert_int_equal(jar(w, "j1")->held, 100);
    p = tell(w, &clerk, "jar.opened", "j1", "2023-03-01", mending(w, first, OPENED));
    assert_int_equal(p->got, V_LATER_FACT); /* the second opening would find the jar open */
}

static void
the_first_entry_cannot_be_voided_from_under_others(void **state)
{
    struct world *w = *state;
    const char *first;
    struct posting *p, *fill;

    first = done(tell(w, &clerk, "jar.opened", "j1", "2023-03-01", OPENED));
    fill = tell(w, &bank, "jar.filled", "j1", "2023-04-01", "'amount':100,'voucher_no':'V1'");
    done(fill);
    p = tell(w, &clerk, "jar.opened", "j1", "2023-03-01", voiding(w, first));
    assert_int_equal(p->got, V_LATER_FACT);
    assert_int_equal(p->problems.count, 1);
    assert_non_null(strstr(p->problems.first->en.at, fill->entry.id.at));
}

static void
the_first_day_moves_with_the_first_entry(void **state)
{
    struct world *w = *state;
    const char *first;
    struct posting *p;

    first = done(tell(w, &clerk, "jar.opened", "j1", "2023-03-01", OPENED));
    done(tell(w, &bank, "jar.filled", "j1", "2023-04-01", "'amount':100,'voucher_no':'V1'"));
    p = tell(w, &clerk, "jar.opened", "j1", "2023-04-02", mending(w, first, OPENED));
    assert_int_equal(p->got, V_LATER_FACT);
    mend(w, &clerk, "jar.opened", "j1", "2023-02-01", mending(w, first, OPENED));
    done(tell(w, &bank, "jar.filled", "j1", "2023-02-01", "'amount':1,'voucher_no':'V2'"));
    assert_int_equal(jar(w, "j1")->held, 101);
}

static void
a_correction_obeys_the_bounds_of_a_day(void **state)
{
    struct world *w = *state;
    const char *first;
    struct posting *p;

    world_jar(w, "j1");
    first = done(tell(w, &bank, "jar.filled", "j1", "2023-04-01", "'amount':100,'voucher_no':'V1'"));
    p = tell(w, &bank, "jar.filled", "j1", "2023-07-01", mending(w, first, "'amount':100,'voucher_no':'V1'"));
    assert_int_equal(p->got, V_DAY_AHEAD);
    p = tell(w, &bank, "jar.filled", "j1", "2023-02-28", mending(w, first, "'amount':100,'voucher_no':'V1'"));
    assert_int_equal(p->got, V_DAY_BEFORE);
    assert_non_null(p->problems.first);
    assert_true(slice_equal(p->problems.first->pointer, S("/on")));
}

/* ---- later facts ----------------------------------------------------------------------------------------------- */

static void
a_later_strict_fact_that_would_no_longer_be_allowed_refuses_it(void **state)
{
    struct world *w = *state;
    const char *fill, *sealed, *broken;
    struct posting *p;

    world_jar(w, "j1");
    fill = done(tell(w, &bank, "jar.filled", "j1", "2023-04-01", "'amount':100,'voucher_no':'V1'"));
    sealed = done(tell(w, &checker, "jar.sealed", "j1", "2023-04-02", ""));
    broken = done(tell(w, &clerk, "jar.broken", "j1", "2023-04-03", "'reason':'frost'"));
    p = tell(w, &bank, "jar.filled", "j1", "2023-04-01", voiding(w, fill));
    assert_int_equal(p->got, V_LATER_FACT);
    assert_int_equal(p->problems.count, 1); /* an open jar may be broken, sealed it may not be */
    assert_non_null(strstr(p->problems.first->en.at, sealed));
    assert_null(strstr(p->problems.first->en.at, broken));
    assert_int_equal(world_count(w, "op_waiting"), 0);
}

static void
what_was_allowed_when_proposed_is_asked_again_when_confirmed(void **state)
{
    struct world *w = *state;
    const char *fill, *correction;

    world_jar(w, "j1");
    fill = done(tell(w, &bank, "jar.filled", "j1", "2023-04-01", "'amount':100,'voucher_no':'V1'"));
    correction = done(tell(w, &bank, "jar.filled", "j1", "2023-04-01", voiding(w, fill)));
    done(tell(w, &checker, "jar.sealed", "j1", "2023-04-02", ""));
    assert_int_equal(confirm(w, &officer, correction)->got, V_LATER_FACT);
    assert_int_equal(world_subject(w, "j1").state, JAR_SEALED);
    assert_int_equal(world_count(w, "op_waiting"), 1);
}

static void
a_later_bank_fact_becomes_an_exception_instead(void **state)
{
    struct world *w = *state;
    const char *fill;
    struct posting *lent;

    world_jar(w, "j1");
    fill = done(tell(w, &bank, "jar.filled", "j1", "2023-04-01", "'amount':100,'voucher_no':'V1'"));
    lent = tell(w, &bank, "jar.lent", "j1", "2023-04-02", "'amount':40,'to':'x','voucher_no':'V2'");
    done(lent);
    assert_string_equal(exceptions(w, "j1"), "0 0  0 0");
    mend(w, &bank, "jar.filled", "j1", "2023-04-01", voiding(w, fill));
    assert_string_equal(exceptions(w, "j1"), arena_print(w->arena, "%lld 1 early 1 40", (long long)lent->seq).at);
    assert_int_equal(world_subject(w, "j1").state, JAR_LENT);
    assert_true(world_subject(w, "j1").frozen);
    assert_int_equal(jar(w, "j1")->held, -40);
}

static void
exceptions_keep_the_first_entrys_number_and_go_with_their_cause(void **state)
{
    struct world *w = *state;
    struct posting *fill;

    world_jar(w, "j1");
    fill = tell(w, &bank, "jar.filled", "j1", "2023-04-01", "'amount':1001,'voucher_no':'V1'");
    done(fill);
    assert_true(world_subject(w, "j1").frozen);
    mend(w, &bank, "jar.filled", "j1", "2023-04-01",
         mending(w, fill->entry.id.at, "'amount':1002,'voucher_no':'V1'"));
    assert_string_equal(exceptions(w, "j1"),
                        arena_print(w->arena, "%lld 1 in_order 1 1002", (long long)fill->seq).at);
    mend(w, &bank, "jar.filled", "j1", "2023-04-01",
         mending(w, fill->entry.id.at, "'amount':1000,'voucher_no':'V1'"));
    assert_string_equal(exceptions(w, "j1"), "0 0  0 0");
    assert_false(world_subject(w, "j1").frozen);
    mend(w, &bank, "jar.filled", "j1", "2023-04-01",
         mending(w, fill->entry.id.at, "'amount':1003,'voucher_no':'V1'"));
    assert_true(world_subject(w, "j1").frozen);
    assert_string_equal(exceptions(w, "j1"),
                        arena_print(w->arena, "%lld 1 in_order 1 1003", (long long)fill->seq).at);
}

static void
a_correction_that_would_freeze_refuses_later_strict_facts(void **state)
{
    struct world *w = *state;
    const char *fill;

    world_jar(w, "j1");
    fill = done(tell(w, &bank, "jar.filled", "j1", "2023-04-01", "'amount':100,'voucher_no':'V1'"));
    done(tell(w, &clerk, "jar.spilled", "j1", "2023-04-02", "'amount':10"));
    assert_int_equal(tell(w, &bank, "jar.filled", "j1", "2023-04-01",
                          mending(w, fill, "'amount':1001,'voucher_no':'V1'"))->got, V_LATER_FACT);
}

/* ---- vouchers and rules ---------------------------------------------------------------------------------------- */

static void
a_voucher_is_kept_changed_or_taken(void **state)
{
    struct world *w = *state;
    const char *first;

    world_jar(w, "j1");
    first = done(tell(w, &bank, "jar.filled", "j1", "2023-04-01", "'amount':100,'voucher_no':'V1'"));
    done(tell(w, &bank, "jar.filled", "j1", "2023-04-02", "'amount':1,'voucher_no':'V2'"));
    assert_int_equal(tell(w, &bank, "jar.filled", "j1", "2023-04-01",
                          mending(w, first, "'amount':70,'voucher_no':'V2'"))->got, V_VOUCHER_TAKEN);
    mend(w, &bank, "jar.filled", "j1", "2023-04-01", mending(w, first, "'amount':70,'voucher_no':'V1'"));
    mend(w, &bank, "jar.filled", "j1", "2023-04-01", mending(w, first, "'amount':60,'voucher_no':'V3'"));
    assert_int_equal(tell(w, &bank, "jar.filled", "j1", "2023-04-03", "'amount':1,'voucher_no':'V3'")->got,
                     V_VOUCHER_TAKEN);
    assert_int_equal(tell(w, &bank, "jar.filled", "j1", "2023-04-03", "'amount':1,'voucher_no':'V1'")->got,
                     V_VOUCHER_TAKEN);
    assert_int_equal(jar(w, "j1")->held, 61);
}

static void
a_second_correction_keeps_the_voucher_of_the_first_correction(void **state)
{
    struct world *w = *state;
    const char *first;

    world_jar(w, "j1");
    first = done(tell(w, &bank, "jar.filled", "j1", "2023-04-01", "'amount':100,'voucher_no':'V1'"));
    mend(w, &bank, "jar.filled", "j1", "2023-04-01", mending(w, first, "'amount':60,'voucher_no':'V3'"));
    mend(w, &bank, "jar.filled", "j1", "2023-04-01", mending(w, first, "'amount':50,'voucher_no':'V3'"));
    assert_int_equal(jar(w, "j1")->held, 50);
    mend(w, &bank, "jar.filled", "j1", "2023-04-01", mending(w, first, "'amount':40,'voucher_no':'V1'"));
    assert_int_equal(jar(w, "j1")->held, 40);
}

static void
the_rule_is_asked_about_the_correction_in_its_place(void **state)
{
    struct world *w = *state;
    const char *spill, *opened;
    struct posting *p;

    opened = done(tell(w, &clerk, "jar.opened", "j1", "2023-03-01", OPENED));
    done(tell(w, &bank, "jar.filled", "j1", "2023-04-01", "'amount':50,'voucher_no':'V1'"));
    spill = done(tell(w, &clerk, "jar.spilled", "j1", "2023-04-02", "'amount':10"));
    done(tell(w, &bank, "jar.filled", "j1", "2023-04-03", "'amount':100,'voucher_no':'V2'"));
    p = tell(w, &clerk, "jar.spilled", "j1", "2023-04-02", mending(w, spill, "'amount':51"));
    assert_int_equal(p->got, V_RULE_REFUSED); /* 140 are held now, 50 were then */
    mend(w, &clerk, "jar.spilled", "j1", "2023-04-02", mending(w, spill, "'amount':50"));
    assert_int_equal(jar(w, "j1")->held, 100);
    p = tell(w, &clerk, "jar.opened", "j1", "2023-03-01",
             mending(w, opened,
                     "'district':'330602','owner':'0190aaaa-0000-7000-8000-000000000001','capacity':1001,"
                     "'colour':'red'"));
    assert_int_equal(p->got, V_OVER_LIMIT);
}

static void
the_limit_of_the_corrections_own_day_and_place_holds(void **state)
{
    struct world *w = *state;
    const char *opened;

    done(tell(w, &officer, "rule.set", "capacity_max:330603", "2023-05-01",
              "'from':'2023-05-01','number':5000,'source':'toy-2'"));
    opened = done(tell(w, &clerk, "jar.opened", "j1", "2023-03-01", OPENED));
#define BIG(district) \
    "'district':'" district "','owner':'0190aaaa-0000-7000-8000-000000000001','capacity':2000,'colour':'red'"
    assert_int_equal(tell(w, &clerk, "jar.opened", "j1", "2023-03-01", mending(w, opened, BIG("330603")))->got,
                     V_OVER_LIMIT);
    assert_int_equal(tell(w, &clerk, "jar.opened", "j1", "2023-05-01", mending(w, opened, BIG("330602")))->got,
                     V_OVER_LIMIT);
    mend(w, &clerk, "jar.opened", "j1", "2023-05-01", mending(w, opened, BIG("330603")));
    assert_int_equal(jar(w, "j1")->capacity, 2000);
}

static void
a_district_corrected_moves_all_that_was_counted(void **state)
{
    struct world *w = *state;
    const char *opened;
    struct slice sum;

    opened = done(tell(w, &clerk, "jar.opened", "j1", "2023-03-01", OPENED));
    done(tell(w, &bank, "jar.filled", "j1", "2023-04-01", "'amount':50,'voucher_no':'V1'"));
    mend(w, &clerk, "jar.opened", "j1", "2023-03-01",
         mending(w, opened,
                 "'district':'330603','owner':'0190aaaa-0000-7000-8000-000000000002','capacity':1000,"
                 "'colour':'green'"));
    sum = world_sql(w, "SELECT COUNT(*) || ' ' || SUM(amount) FROM total WHERE district = '330602'");
    assert_true(slice_starts(sum, S("3 0"))); /* coins, jars, keepers: touched, and nothing left */
    sum = world_sql(w, "SELECT amount FROM total WHERE indicator = 'coins_in' AND district = '330603' AND "
                       "part = 'green'");
    assert_true(slice_equal(sum, S("50")));
    assert_int_equal(world_total(w, "keepers", YEAR, INT64_MAX), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_proposal_waits_outside_the_journal),
        TEST(a_second_person_records_the_correction_and_then_the_confirmation),
        TEST(the_same_account_may_not_confirm_even_in_another_role),
        TEST(somebody_to_whom_the_subject_is_foreign_may_not_confirm),
        TEST(nothing_waits_under_an_unknown_or_a_used_id),
        TEST(a_retry_is_answered_as_the_first_time_while_waiting_and_after),
        TEST(a_correction_names_the_first_entry_of_its_kind_and_subject),
        TEST(an_envelope_that_is_wrong_is_answered_with_pointers),
        TEST(totals_hold_before_after_and_as_known_before),
        TEST(the_day_of_a_fact_can_be_moved_both_ways),
        TEST(a_void_takes_the_fact_away),
        TEST(of_several_corrections_the_last_counts),
        TEST(the_first_entry_can_be_voided_and_the_subject_made_anew),
        TEST(the_first_entry_cannot_be_voided_from_under_others),
        TEST(the_first_day_moves_with_the_first_entry),
        TEST(a_correction_obeys_the_bounds_of_a_day),
        TEST(a_later_strict_fact_that_would_no_longer_be_allowed_refuses_it),
        TEST(what_was_allowed_when_proposed_is_asked_again_when_confirmed),
        TEST(a_later_bank_fact_becomes_an_exception_instead),
        TEST(exceptions_keep_the_first_entrys_number_and_go_with_their_cause),
        TEST(a_correction_that_would_freeze_refuses_later_strict_facts),
        TEST(a_voucher_is_kept_changed_or_taken),
        TEST(a_second_correction_keeps_the_voucher_of_the_first_correction),
        TEST(the_rule_is_asked_about_the_correction_in_its_place),
        TEST(the_limit_of_the_corrections_own_day_and_place_holds),
        TEST(a_district_corrected_moves_all_that_was_counted),
    };

    return cmocka_run_group_tests_name("ledger/mend", tests, NULL, NULL);
}

/*
 * Organisations: sorts, closing, and what a bank agrees to, opens, meets with and appeals against.
 * Knows the town and its banks; must not know the engine.
 * Invariant: each row is a posting and its answer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "teller.h"

#define ORG(id, fields) "{'subject':'" id "','on':'2023-01-01'," fields "}"
#define FIGURES(ppm, outstanding, overdue) \
    "'overdue_ppm':" #ppm ",'outstanding':" #outstanding ",'overdue':" #overdue

static void
registers_organisations_of_every_sort(void **state)
{
    static const struct town_step steps[] = {
        {"a guarantor", &town_system, "organisation.registered",
         ORG("fund", "'sort':'guarantor','zh':'某某融资担保有限公司','credit_code':'91999999MA0000001N'"), V_OK},
        {"a training provider", &town_system, "organisation.registered",
         ORG("school", "'sort':'training','zh':'某某学校'"), V_OK},
        {"a street office", &town_system, "organisation.registered",
         ORG("street-603", "'sort':'street','zh':'柯桥街道','district':'330603'"), V_OK},
        {"twice", &town_system, "organisation.registered",
         ORG("fund", "'sort':'guarantor','zh':'某某担保'"), V_SUBJECT_TAKEN},
        {"by security", &town_security, "organisation.registered", ORG("x1", "'sort':'bank','zh':'某某银行'"), V_FORBIDDEN},
        {"by a clerk", &town_clerk, "organisation.registered", ORG("x1", "'sort':'bank','zh':'某某银行'"), V_FORBIDDEN},
        {"an unknown sort", &town_system, "organisation.registered",
         ORG("x1", "'sort':'club','zh':'某某银行'"), V_FIELDS_WRONG,
         "/sort", V_FIELD_CODE},
        {"an id with a colon", &town_system, "organisation.registered", ORG("x:1", "'sort':'bank','zh':'某某银行'"),
         V_FIELDS_WRONG, "/subject", V_FIELD_FORM},
        {"an id in upper case", &town_system, "organisation.registered", ORG("X1", "'sort':'bank','zh':'某某银行'"),
         V_FIELDS_WRONG, "/subject", V_FIELD_FORM},
        {"a name without a Chinese sign", &town_system, "organisation.registered",
         ORG("x1", "'sort':'bank','zh':'Bank'"),
         V_FIELDS_WRONG, "/zh", V_FIELD_FORM},
        {"a credit code with a wrong check sign", &town_system, "organisation.registered",
         ORG("x1", "'sort':'bank','zh':'某某银行','credit_code':'91999999MA0000001M'"), V_FIELDS_WRONG, "/credit_code",
         V_FIELD_CHECK},
        {"a street office without its district", &town_system, "organisation.registered",
         ORG("x1", "'sort':'street','zh':'某某街道'"), V_FIELDS_WRONG, "/district", V_FIELD_MISSING},
        {"a district nobody set", &town_system, "organisation.registered",
         ORG("x1", "'sort':'street','zh':'某某街道','district':'330607'"), V_REFERENCE_UNKNOWN, "/district"},
        {"closed", &town_system, "organisation.closed", ORG("fund", "'reason':'merged'"), V_OK},
        {"closed again", &town_system, "organisation.closed", ORG("fund", "'reason':'merged'"), V_WRONG_STATE},
        {"closed though unknown", &town_system, "organisation.closed",
         ORG("x1", "'reason':'merged'"), V_SUBJECT_UNKNOWN},
    };

    town_run(*state, steps, COUNT(steps));
}

/* ---- agreements and branches ----------------------------------------------------------------------------------- */

static void
signs_agreements_whose_periods_do_not_overlap(void **state)
{
    static const struct teller_step steps[] = {
        {"signed", OFFICER, "organisation.agreement_signed", ZJ, "2023-01-05",
         AGREEMENT("A1", "2023-01-01", "2023-12-31") ",'products':['zhegangdai']", V_OK, NULL},
        {"of one day only", OFFICER, "organisation.agreement_signed", ZJ, "2023-01-05",
         AGREEMENT("A2", "2024-01-01", "2024-01-01"), V_OK, NULL},
        {"an earlier one, keyed in later", OFFICER, "organisation.agreement_signed", ZJ, "2023-01-05",
         AGREEMENT("A0", "2022-01-01", "2022-12-31"), V_OK, NULL},
        {"its last day before its first", OFFICER, "organisation.agreement_signed", ZJ, "2023-01-05",
         AGREEMENT("B", "2025-02-01", "2025-01-31"), V_FIELDS_WRONG, "/to"},
        {"from the last day of another", OFFICER, "organisation.agreement_signed", ZJ, "2023-01-05",
         AGREEMENT("B", "2023-12-31", "2023-12-31"), V_RULE_REFUSED, "/from"},
        {"around another", OFFICER, "organisation.agreement_signed", ZJ, "2023-01-05",
         AGREEMENT("B", "2020-01-01", "2030-01-01"), V_RULE_REFUSED, "/from"},
        {"within another", OFFICER, "organisation.agreement_signed", ZJ, "2023-01-05",
         AGREEMENT("B", "2023-03-01", "2023-03-02"), V_RULE_REFUSED, "/from"},
        {"under a number that is used", OFFICER, "organisation.agreement_signed", ZJ, "2023-01-05",
         AGREEMENT("A1", "2026-01-01", "2026-12-31"), V_RULE_REFUSED, "/agreement_no"},
        {"with no bank", OFFICER, "organisation.agreement_signed", "operator-one", "2023-01-05",
         AGREEMENT("B", "2026-01-01", "2026-12-31"), V_RULE_REFUSED, "/subject"},
        {"with a bank that is not there", OFFICER, "organisation.agreement_signed", "bank-no", "2023-01-05",
         AGREEMENT("B", "2026-01-01", "2026-12-31"), V_SUBJECT_UNKNOWN, NULL},
        {"by the bank", ZJ_CHECKER, "organisation.agreement_signed", ZJ, "2023-01-05",
         AGREEMENT("B", "2026-01-01", "2026-12-31"), V_FORBIDDEN, NULL},
        {"a number that is no number", OFFICER, "organisation.agreement_signed", ZJ, "2023-01-05",
         AGREEMENT("A B", "2026-01-01", "2026-12-31"), V_FIELDS_WRONG, "/agreement_no"},
        {"another bank's under the same number", OFFICER, "organisation.agreement_signed", "bank-sx", "2023-01-05",
         AGREEMENT("A1", "2023-01-01", "2023-12-31"), V_OK, NULL},
    };
    struct world *w = *state;
    const struct organisation_view *v;
    const struct organisation_view_agreement_products_item *of;

    RUN(w, steps);
    v = teller_view(w, ZJ);
    assert_int_equal(v->agreements.count, 3);
    assert_int_equal(v->agreement_products.count, 1);
    of = v->agreement_products.at;
    assert_true(slice_equal(of->agreement_no, S("A1")));
    assert_true(slice_equal(of->product, S("zhegangdai")));
    teller_verify(w);
}

static void
opens_and_closes_branches_under_ids_of_their_own(void **state)
{
    static const struct teller_step steps[] = {
        {"opened by the centre", OFFICER, "organisation.branch_opened", ZJ, "2023-01-05",
         BRANCH("yuecheng-1", "330602"), V_OK, NULL},
        {"opened by the bank", ZJ_CHECKER, "organisation.branch_opened", ZJ, "2023-01-05",
         BRANCH("keqiao-1", "330603"), V_OK, NULL},
        {"the same id at another bank", OFFICER, "organisation.branch_opened", "bank-sx", "2023-01-05",
         BRANCH("yuecheng-1", "330602"), V_OK, NULL},
        {"the same id twice", OFFICER, "organisation.branch_opened", ZJ, "2023-01-05",
         BRANCH("yuecheng-1", "330603"), V_RULE_REFUSED, "/branch"},
        {"by another bank", &teller_checker_sx, "organisation.branch_opened", ZJ, "2023-01-05",
         BRANCH("x-1", "330602"), V_SUBJECT_UNKNOWN, NULL},
        {"by an officer of another bank", &teller_officer_sx, "organisation.branch_opened", ZJ, "2023-01-05",
         BRANCH("x-1", "330602"), V_SUBJECT_UNKNOWN, NULL},
        {"in a district nobody set", OFFICER, "organisation.branch_opened", ZJ, "2023-01-05",
         BRANCH("x-1", "330607"), V_REFERENCE_UNKNOWN, "/district"},
        {"in upper case", OFFICER, "organisation.branch_opened", ZJ, "2023-01-05", BRANCH("X-1", "330602"),
         V_FIELDS_WRONG, "/branch"},
        {"of no bank", OFFICER, "organisation.branch_opened", "street-602", "2023-01-05", BRANCH("x-1", "330602"),
         V_RULE_REFUSED, "/subject"},
        {"closed before it was opened", ZJ_CHECKER, "organisation.branch_closed", ZJ, "2023-01-04",
         "'branch':'keqiao-1'", V_RULE_REFUSED, "/on"},
        {"closed for a reason nobody listed", ZJ_CHECKER, "organisation.branch_closed", ZJ, "2023-02-01",
         "'branch':'keqiao-1','reason':'tired'", V_FIELDS_WRONG, "/reason"},
        {"closed", ZJ_CHECKER, "organisation.branch_closed", ZJ, "2023-02-01", "'branch':'keqiao-1','reason':'moved'",
         V_OK, NULL},
        {"closed again", OFFICER, "organisation.branch_closed", ZJ, "2023-02-02", "'branch':'keqiao-1'",
         V_REFERENCE_UNKNOWN, "/branch"},
        {"closed though never opened", OFFICER, "organisation.branch_closed", ZJ, "2023-02-02", "'branch':'x-1'",
         V_REFERENCE_UNKNOWN, "/branch"},
        {"its id again", OFFICER, "organisation.branch_opened", ZJ, "2023-03-01", BRANCH("keqiao-1", "330603"),
         V_RULE_REFUSED, "/branch"},
    };
    struct world *w = *state;
    const struct organisation_view_branches_item *at;
    struct posting *p;

    RUN(w, steps);
    p = teller_post(w, ZJ_OFFICER, "organisation.branch_opened", ZJ, "2023-03-01", BRANCH("shangyu-1", "330604"));
    assert_int_equal(p->got, V_OK);
    assert_int_equal(p->seq, 0); /* it waits for the checker */
    assert_string_equal(p->state, "waiting");
    assert_int_equal(teller_view(w, ZJ)->branches.count, 2);
    at = teller_view(w, ZJ)->branches.at;
    assert_int_equal(at[0].closed, DAY_ABSENT);
    assert_int_not_equal(at[1].closed, DAY_ABSENT);
    teller_verify(w);
}

static void
takes_a_thousand_branches_and_no_more(void **state)
{
    struct world *w = *state;
    struct posting *all[1002];

    for (size_t i = 0; i < COUNT(all); i++)
        all[i] = teller_read(w, OFFICER, "organisation.branch_opened", ZJ, "2023-01-05",
                             arena_print(w->arena, "'branch':'b-%zu','zh':'支行','district':'330602'", i).at);
    ledger_post(w->ledger, all, LEDGER_GROUP_MAX);
    ledger_post(w->ledger, all + LEDGER_GROUP_MAX, COUNT(all) - LEDGER_GROUP_MAX);
    for (size_t i = 0; i < COUNT(all); i++)
        assert_int_equal(all[i]->got, i < 1000 ? V_OK : V_RULE_REFUSED);
    assert_int_equal(teller_view(w, ZJ)->branches.count, 1000);
}

/* ---- measures by people ---------------------------------------------------------------------------------------- */

static void
takes_measures_by_hand_with_a_remark_and_true_figures(void **state)
{
    static const struct teller_step steps[] = {
        {"without a remark", OFFICER, "organisation.warned", ZJ, "2023-02-01", "'cause':'by_hand'", V_FIELDS_WRONG,
         "/remark"},
        {"for a cause nobody listed", OFFICER, "organisation.warned", ZJ, "2023-02-01",
         "'cause':'mood','remark':'无'", V_FIELDS_WRONG, "/cause"},
        {"with a balance that is not so", OFFICER, "organisation.warned", ZJ, "2023-02-01",
         BY_HAND "," FIGURES(30000, 1000001, 30000), V_FIELDS_WRONG, "/outstanding"},
        {"with a share that is not so", OFFICER, "organisation.warned", ZJ, "2023-02-01",
         BY_HAND "," FIGURES(30001, 1000000, 30000), V_FIELDS_WRONG, "/overdue_ppm"},
        {"with one figure that is not so", OFFICER, "organisation.warned", ZJ, "2023-02-01",
         BY_HAND ",'overdue':1", V_FIELDS_WRONG, "/overdue"},
        {"with a share where nothing is outstanding", OFFICER, "organisation.warned", "bank-sx", "2023-02-01",
         BY_HAND ",'overdue_ppm':0", V_FIELDS_WRONG, "/overdue_ppm"},
        {"warned, with the figures", OFFICER, "organisation.warned", ZJ, "2023-02-01",
         BY_HAND "," FIGURES(30000, 1000000, 30000), V_OK, NULL},
        {"warned again", CHIEF, "organisation.warned", ZJ, "2023-02-02", BY_HAND, V_WRONG_STATE, ""},
        {"suspended on a day before", CHIEF, "organisation.suspended", ZJ, "2023-01-31", BY_HAND, V_RULE_REFUSED,
         "/on"},
        {"suspended on the same day", CHIEF, "organisation.suspended", ZJ, "2023-02-01", BY_HAND, V_OK, NULL},
        {"warned when suspended", CHIEF, "organisation.warned", ZJ, "2023-02-02", BY_HAND, V_WRONG_STATE, ""},
        {"resumed without a remark", CHIEF, "organisation.resumed", ZJ, "2023-03-01", "'cause':'by_hand'",
         V_FIELDS_WRONG, "/remark"},
        {"resumed", CHIEF, "organisation.resumed", ZJ, "2023-03-01", BY_HAND, V_OK, NULL},
        {"resumed again", CHIEF, "organisation.resumed", ZJ, "2023-03-01", BY_HAND, V_WRONG_STATE, ""},
        {"by the bank", ZJ_CHECKER, "organisation.resumed", ZJ, "2023-03-01", BY_HAND, V_FORBIDDEN, NULL},
        {"an office", OFFICER, "organisation.warned", "330602", "2023-03-01", BY_HAND, V_RULE_REFUSED, "/subject"},
    };
    static const struct {
        const char *on;
        enum lending wanted;
    } days[] = {
        {"2020-01-01", LENDING_ACTIVE},    {"2023-01-31", LENDING_ACTIVE}, {"2023-02-01", LENDING_SUSPENDED},
        {"2023-02-28", LENDING_SUSPENDED}, {"2023-03-01", LENDING_ACTIVE}, {"2030-01-01", LENDING_ACTIVE},
    };
    struct world *w = *state;

    teller_add(w, "bank_outstanding", ZJ, "330602", "2023-01-10", 700000);
    teller_add(w, "bank_outstanding", ZJ, "330603", "2022-01-10", 300000);
    teller_add(w, "bank_overdue", ZJ, "330603", "2023-01-10", 30000);
    RUN(w, steps);
    for (size_t i = 0; i < COUNT(days); i++)
        if (teller_lending(w, ZJ, days[i].on) != days[i].wanted)
            fail_msg("on %s: %s", days[i].on, lendings[teller_lending(w, ZJ, days[i].on)].name);
    assert_int_equal(world_sql(w, "SELECT 1 FROM journal WHERE leaf LIKE '%%谈话%%'").len, 0);
    assert_string_equal(world_sql(w, "SELECT state FROM subject WHERE type = 'organisation' AND id = 'bank-zj'").at,
                        "active");
    teller_verify(w);
}

/* ---- appeals --------------------------------------------------------------------------------------------------- */

static struct posting *
appeal(struct world *w, const struct actor *who, int64_t against)
{
    return teller_post(w, who, "organisation.appealed", ZJ, "2023-02-10",
                       arena_print(w->arena, "'against':%lld,'remark':'数据有误'", (long long)against).at);
}

static void
an_upheld_appeal_resumes_and_a_dismissed_one_does_not(void **state)
{
    static const struct teller_step suspend = {"suspended", CHIEF, "organisation.suspended", ZJ, "2023-02-01", BY_HAND,
                                               V_OK, NULL};
    static const struct teller_step dismiss[] = {
        {"decided by an officer", OFFICER, "organisation.appeal_decided", ZJ, "2023-02-20", DECIDED("upheld"),
         V_FORBIDDEN, NULL},
        {"decided before it was made", CHIEF, "organisation.appeal_decided", ZJ, "2023-02-09", DECIDED("upheld"),
         V_RULE_REFUSED, "/on"},
        {"dismissed", CHIEF, "organisation.appeal_decided", ZJ, "2023-02-20", DECIDED("dismissed"), V_OK, NULL},
        {"decided twice", CHIEF, "organisation.appeal_decided", ZJ, "2023-02-21", DECIDED("upheld"), V_RULE_REFUSED,
         ""},
        {"resumed by hand", CHIEF, "organisation.resumed", ZJ, "2023-02-05", BY_HAND, V_OK, NULL},
        {"suspended once more", CHIEF, "organisation.suspended", ZJ, "2023-02-06", BY_HAND, V_OK, NULL},
    };
    static const struct teller_step uphold = {"upheld", CHIEF, "organisation.appeal_decided", ZJ, "2023-03-01",
                                              DECIDED("upheld"), V_OK, NULL};
    struct world *w = *state;
    const struct organisation_view_appeals_item *at;
    int64_t first;

    assert_int_equal(appeal(w, ZJ_CHECKER, 1)->got, V_WRONG_STATE);
    teller_run(w, &suspend, 1);
    first = teller_measure(w, ZJ);
    assert_int_equal(appeal(w, ZJ_CHECKER, first + 1)->got, V_REFERENCE_UNKNOWN);
    assert_int_equal(appeal(w, &teller_checker_sx, first)->got, V_SUBJECT_UNKNOWN);
    assert_int_equal(appeal(w, OFFICER, first)->got, V_FORBIDDEN);
    assert_string_equal(appeal(w, ZJ_OFFICER, first)->state, "waiting");
    assert_int_equal(appeal(w, ZJ_CHECKER, first)->got, V_OK);
    assert_int_equal(appeal(w, ZJ_CHECKER, first)->got, V_RULE_REFUSED);
    RUN(w, dismiss);
    assert_int_equal(teller_lending(w, ZJ, "2023-02-05"), LENDING_ACTIVE);
    assert_int_equal(teller_lending(w, ZJ, "2023-02-20"), LENDING_SUSPENDED);
    assert_int_equal(appeal(w, ZJ_CHECKER, first)->got, V_REFERENCE_UNKNOWN);
    assert_int_equal(appeal(w, ZJ_CHECKER, teller_measure(w, ZJ))->got, V_OK);
    teller_run(w, &uphold, 1);
    assert_int_equal(teller_lending(w, ZJ, "2023-02-28"), LENDING_SUSPENDED);
    assert_int_equal(teller_lending(w, ZJ, "2023-03-01"), LENDING_ACTIVE);
    at = teller_view(w, ZJ)->appeals.at;
    assert_int_equal(teller_view(w, ZJ)->appeals.count, 2);
    assert_int_equal(at[0].result, ORGANISATION_APPEAL_DECIDED_RESULT_DISMISSED);
    assert_int_equal(at[1].result, ORGANISATION_APPEAL_DECIDED_RESULT_UPHELD);
    teller_verify(w);
}

/* The warning was wrong; that there has been a suspension since is another matter. */
static void
an_upheld_appeal_takes_back_no_later_measure(void **state)
{
    static const struct teller_step warn = {"warned", CHIEF, "organisation.warned", ZJ, "2023-02-01", BY_HAND, V_OK,
                                            NULL};
    static const struct teller_step then[] = {
        {"suspended", CHIEF, "organisation.suspended", ZJ, "2023-02-11", BY_HAND, V_OK, NULL},
        {"the first upheld", CHIEF, "organisation.appeal_decided", ZJ, "2023-02-20", DECIDED("upheld"), V_OK, NULL},
    };
    struct world *w = *state;

    teller_run(w, &warn, 1);
    assert_int_equal(appeal(w, ZJ_CHECKER, teller_measure(w, ZJ))->got, V_OK);
    RUN(w, then);
    assert_int_equal(teller_lending(w, ZJ, "2023-03-01"), LENDING_SUSPENDED);
}

/* ---- leaving, returning, merging ------------------------------------------------------------------------------- */

static void
leaves_and_returns_with_another_agreement(void **state)
{
    static const struct teller_step steps[] = {
        {"an agreement", OFFICER, "organisation.agreement_signed", ZJ, "2023-01-01",
         AGREEMENT("A1", "2023-01-01", "2023-12-31"), V_OK, NULL},
        {"left for a reason nobody listed", OFFICER, "organisation.left", ZJ, "2023-02-01", "'reason':'tired'",
         V_FIELDS_WRONG, "/reason"},
        {"left, by its own word", ZJ_CHECKER, "organisation.left", ZJ, "2023-02-01", "'reason':'own_request'",
         V_FORBIDDEN, NULL},
        {"left", OFFICER, "organisation.left", ZJ, "2023-02-01", "'reason':'own_request'", V_OK, NULL},
        {"left again", OFFICER, "organisation.left", ZJ, "2023-02-02", "'reason':'own_request'", V_WRONG_STATE, ""},
        {"a branch of one that left", OFFICER, "organisation.branch_opened", ZJ, "2023-02-02",
         BRANCH("x-1", "330602"), V_WRONG_STATE, ""},
        {"suspended when it has left", OFFICER, "organisation.suspended", ZJ, "2023-02-02", BY_HAND, V_WRONG_STATE,
         ""},
        {"back without an agreement", OFFICER, "organisation.returned", ZJ, "2023-03-01", "", V_RULE_REFUSED, "/on"},
        {"another agreement, in what was left of the first", OFFICER, "organisation.agreement_signed", ZJ,
         "2023-03-01", AGREEMENT("A2", "2023-03-01", "2023-12-31"), V_OK, NULL},
        {"back before it begins", OFFICER, "organisation.returned", ZJ, "2023-02-28", "", V_RULE_REFUSED, "/on"},
        {"back", OFFICER, "organisation.returned", ZJ, "2023-03-01", "", V_OK, NULL},
        {"back twice", OFFICER, "organisation.returned", ZJ, "2023-03-02", "", V_WRONG_STATE, ""},
    };
    struct world *w = *state;

    RUN(w, steps);
    assert_int_equal(teller_lending(w, ZJ, "2023-01-31"), LENDING_ACTIVE);
    assert_int_equal(teller_lending(w, ZJ, "2023-02-28"), LENDING_LEFT);
    assert_int_equal(teller_lending(w, ZJ, "2023-03-01"), LENDING_ACTIVE);
    teller_verify(w);
}

static void
merges_by_date_and_never_in_a_circle(void **state)
{
    static const struct teller_step steps[] = {
        {"into itself", OFFICER, "organisation.merged", ZJ, "2023-02-01", "'into':'bank-zj','from':'2023-03-01'",
         V_RULE_REFUSED, "/into"},
        {"into nobody", OFFICER, "organisation.merged", ZJ, "2023-02-01", "'into':'bank-no','from':'2023-03-01'",
         V_REFERENCE_UNKNOWN, "/into"},
        {"into no bank", OFFICER, "organisation.merged", ZJ, "2023-02-01", "'into':'centre','from':'2023-03-01'",
         V_RULE_REFUSED, "/into"},
        {"no bank at all", OFFICER, "organisation.merged", "centre", "2023-02-01",
         "'into':'bank-zj','from':'2023-03-01'", V_RULE_REFUSED, "/subject"},
        {"from a day before it was said", OFFICER, "organisation.merged", ZJ, "2023-02-01",
         "'into':'bank-sx','from':'2023-01-31'", V_RULE_REFUSED, "/from"},
        {"by the bank", ZJ_CHECKER, "organisation.merged", ZJ, "2023-02-01", "'into':'bank-sx','from':'2023-03-01'",
         V_FORBIDDEN, NULL},
        {"merged from a day ahead", OFFICER, "organisation.merged", ZJ, "2023-02-01",
         "'into':'bank-sx','from':'2023-08-01'", V_OK, NULL},
        {"merged twice", OFFICER, "organisation.merged", ZJ, "2023-02-02", "'into':'bank-rcb','from':'2023-09-01'",
         V_RULE_REFUSED, ""},
        {"a circle of two", OFFICER, "organisation.merged", "bank-sx", "2023-02-01",
         "'into':'bank-zj','from':'2023-09-01'", V_RULE_REFUSED, "/into"},
        {"warned until then", OFFICER, "organisation.warned", ZJ, "2023-02-03", BY_HAND, V_OK, NULL},
        {"the heir into a third", OFFICER, "organisation.merged", "bank-sx", "2023-02-01",
         "'into':'bank-rcb','from':'2023-02-01'", V_OK, NULL},
        {"a circle of three", OFFICER, "organisation.merged", "bank-rcb", "2023-02-01",
         "'into':'bank-zj','from':'2023-09-01'", V_RULE_REFUSED, "/into"},
        {"suspended since", OFFICER, "organisation.suspended", "bank-sx", "2023-02-02", BY_HAND, V_WRONG_STATE, ""},
        {"the third leaves", OFFICER, "organisation.left", "bank-rcb", "2023-02-02", "'reason':'removed'", V_OK, NULL},
        {"a new bank", &town_system, "organisation.registered", "bank-new", "2023-02-03", "'sort':'bank','zh':'新银行'",
         V_OK, NULL},
        {"into one that has left", OFFICER, "organisation.merged", "bank-new", "2023-02-03",
         "'into':'bank-rcb','from':'2023-03-01'", V_RULE_REFUSED, "/into"},
        {"it closes", &town_system, "organisation.closed", "bank-rcb", "2023-02-04", "'reason':'merged'", V_OK, NULL},
        {"into one that has closed", OFFICER, "organisation.merged", "bank-new", "2023-02-04",
         "'into':'bank-rcb','from':'2023-03-01'", V_RULE_REFUSED, "/into"},
    };
    struct world *w = *state;

    RUN(w, steps);
    assert_int_equal(teller_lending(w, ZJ, "2023-07-31"), LENDING_WARNED);
    assert_int_equal(teller_lending(w, ZJ, "2023-08-01"), LENDING_MERGED);
    teller_verify(w);
}

/* ---- corrections ----------------------------------------------------------------------------------------------- */

static struct posting *
mend(struct world *w, const struct posting *first, const char *on, const char *fields)
{
    return teller_post(w, OFFICER, first->entry.kind->schema->name, ZJ, on,
                       arena_print(w->arena, "%s%s'mends':{'entry':'%s','reason':'wrong_amount'%s}", fields,
                                   fields[0] == '\0' ? "" : ",", first->entry.id.at,
                                   fields[0] == '\0' ? ",'void':'yes'" : "").at);
}

static enum verdict
confirm(struct world *w, const struct posting *correction)
{
    return teller_post(w, CHIEF, "entry.mended", arena_copy(w->arena, correction->entry.id).at, "2023-06-30", "")->got;
}

static void
mends_nothing_that_a_later_fact_stands_on(void **state)
{
    struct world *w = *state;
    struct posting *a1, *a2, *b1, *b2, *warned, *suspended, *resumed, *p;

    a1 = teller_post(w, OFFICER, "organisation.agreement_signed", ZJ, "2023-01-01",
                     AGREEMENT("A1", "2023-01-01", "2023-06-30"));
    a2 = teller_post(w, OFFICER, "organisation.agreement_signed", ZJ, "2023-01-01",
                     AGREEMENT("A2", "2023-07-01", "2023-12-31"));
    b1 = teller_post(w, OFFICER, "organisation.branch_opened", ZJ, "2023-01-01", BRANCH("b-1", "330602"));
    b2 = teller_post(w, OFFICER, "organisation.branch_opened", ZJ, "2023-01-01", BRANCH("b-2", "330602"));
    warned = teller_post(w, OFFICER, "organisation.warned", ZJ, "2023-02-01", BY_HAND);
    suspended = teller_post(w, OFFICER, "organisation.suspended", ZJ, "2023-03-01", BY_HAND);
    resumed = teller_post(w, OFFICER, "organisation.resumed", ZJ, "2023-04-01", BY_HAND);
    assert_int_equal(resumed->got, V_OK);

    assert_int_equal(mend(w, a1, "2023-01-01", AGREEMENT("A1", "2023-01-01", "2023-07-01"))->got, V_LATER_FACT);
    assert_int_equal(mend(w, a2, "2023-01-01", AGREEMENT("A1", "2023-07-01", "2023-12-31"))->got, V_LATER_FACT);
    assert_int_equal(mend(w, b1, "2023-01-01", BRANCH("b-2", "330602"))->got, V_LATER_FACT);
    assert_int_equal(mend(w, suspended, "2023-03-01", "")->got, V_OK); /* then it is a warning that was lifted */
    assert_int_equal(mend(w, warned, "2023-03-02", BY_HAND)->got, V_LATER_FACT);
    assert_int_equal(mend(w, suspended, "2023-01-31", BY_HAND)->got, V_LATER_FACT);

    p = mend(w, resumed, "2023-05-01", BY_HAND);
    assert_int_equal(confirm(w, p), V_OK);
    assert_int_equal(teller_lending(w, ZJ, "2023-04-30"), LENDING_SUSPENDED);
    p = mend(w, resumed, "2023-05-01", "");
    assert_int_equal(confirm(w, p), V_OK);
    assert_int_equal(teller_lending(w, ZJ, "2023-06-30"), LENDING_SUSPENDED);
    assert_int_equal(confirm(w, mend(w, a1, "2023-01-01", AGREEMENT("A1", "2023-01-01", "2023-05-31"))), V_OK);
    assert_int_equal(confirm(w, mend(w, b2, "2023-01-01", "")), V_OK);
    assert_int_equal(teller_view(w, ZJ)->branches.count, 1);
    teller_verify(w);
}

/* A correction of a measure keeps its number, so that the appeal against it still finds it. */
static void
an_appeal_finds_a_measure_that_was_mended(void **state)
{
    struct world *w = *state;
    struct posting *suspended = teller_post(w, OFFICER, "organisation.suspended", ZJ, "2023-02-03", BY_HAND);
    int64_t seq = teller_measure(w, ZJ);

    assert_int_equal(confirm(w, mend(w, suspended, "2023-02-01", BY_HAND)), V_OK);
    assert_int_equal(teller_measure(w, ZJ), seq);
    assert_int_equal(appeal(w, ZJ_CHECKER, seq)->got, V_OK);
    assert_int_equal(teller_post(w, CHIEF, "organisation.appeal_decided", ZJ, "2023-02-20", DECIDED("upheld"))->got,
                     V_OK);
    assert_int_equal(teller_lending(w, ZJ, "2023-02-02"), LENDING_SUSPENDED);
    assert_int_equal(teller_lending(w, ZJ, "2023-02-20"), LENDING_ACTIVE);
    assert_int_equal(confirm(w, mend(w, suspended, "2023-02-01", "")), V_OK); /* then there is nothing to resume */
    assert_int_equal(teller_lending(w, ZJ, "2023-02-02"), LENDING_ACTIVE);
    assert_int_equal(teller_view(w, ZJ)->measures.count, 0);
    teller_verify(w);
}

/* ---- reading --------------------------------------------------------------------------------------------------- */

static void
a_bank_finds_its_own_row_alone(void **state)
{
    struct world *w = *state;

    assert_string_equal(world_sql(w, "SELECT organisation FROM subject WHERE type = 'organisation' "
                                     "AND id = 'bank-zj'").at, "bank-zj");
    assert_string_equal(world_sql(w, "SELECT COUNT(*) FROM subject WHERE type = 'organisation' "
                                     "AND organisation = 'bank-zj'").at, "1");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, teller_setup, world_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(registers_organisations_of_every_sort),
        TEST(signs_agreements_whose_periods_do_not_overlap),
        TEST(opens_and_closes_branches_under_ids_of_their_own),
        TEST(takes_a_thousand_branches_and_no_more),
        TEST(takes_measures_by_hand_with_a_remark_and_true_figures),
        TEST(an_upheld_appeal_resumes_and_a_dismissed_one_does_not),
        TEST(an_upheld_appeal_takes_back_no_later_measure),
        TEST(leaves_and_returns_with_another_agreement),
        TEST(merges_by_date_and_never_in_a_circle),
        TEST(mends_nothing_that_a_later_fact_stands_on),
        TEST(an_appeal_finds_a_measure_that_was_mended),
        TEST(a_bank_finds_its_own_row_alone),
    };

    return cmocka_run_group_tests_name("domain/organisation", tests, NULL, NULL);
}

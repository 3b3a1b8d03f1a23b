/*
 * What the loan's rules refuse: each condition at its edge, and what the refusal points at.
 * Knows the numbers that the town has in force; must not know where a rule keeps them.
 * Invariant: a refusal names the field, the bound and the document that sets it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lending.h"

struct row {
    const char *story;
    const struct actor *who;
    const char *on, *fields;
    enum verdict got;
    const char *pointer, *en; /* of the first problem: where, and a part of what it says */
};

/* Asks in a dry run, so that rows do not meet each other. */
static void
ask(struct world *w, const char *kind, const char *loan, const struct row *r)
{
    struct posting *p = lending_read(w, r->who, kind, loan, r->on, r->fields);
    enum verdict got = p->problems.count > 0 ? V_FIELDS_WRONG : ledger_dry_run(&w->options, p);
    const struct problem *first = p->problems.first;

    if (got != r->got)
        fail_msg("%s: %s, wanted %s", r->story, verdict_row(got)->name, verdict_row(r->got)->name);
    if (r->pointer != NULL && (first == NULL || !slice_equal(first->pointer, slice_of(r->pointer))))
        fail_msg("%s: does not point at '%s'", r->story, r->pointer);
    if (r->en != NULL && strstr(arena_copy(w->arena, first->en).at, r->en) == NULL)
        fail_msg("%s: says '" SLICE_FMT "'", r->story, SLICE_ARG(first->en));
    if (got != V_OK && r->en != NULL)
        assert_true(first->zh.len > 0);
}

static void
ask_all(struct world *w, const char *kind, const char *loan, const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        ask(w, kind, loan, &rows[i]);
}

/* ---- the application ------------------------------------------------------------------------------------------- */

#define WHAT(class, sort, guarantee)                                                                           \
    "'class':'" class "','sort':'" sort "','person':'" ZHAO "','district':'330602','amount':100,'term_months':12," \
    "'use':'equipment','guarantee':'" guarantee "'"
#define GROUP ",'group':'veteran'"

static const struct row applications[] = {
    {"Class 1 for a key group", STREET, "2023-03-01", WHAT("class1", "individual", "fund") GROUP, V_OK, NULL, NULL},
    {"Class 1 behind a guarantee company", STREET, "2023-03-01",
     WHAT("class1", "individual", "guarantee_company") GROUP, V_OK, NULL, NULL},
    {"Class 1 for anybody", STREET, "2023-03-01", WHAT("class1", "individual", "fund"), V_RULE_REFUSED, "/group",
     "source: S17"},
    {"a group that is on no list", STREET, "2023-03-01", WHAT("class1", "individual", "fund") ",'group':'poets'",
     V_FIELDS_WRONG, "/group", "source: S17"},
    {"Class 1 against a mortgage", STREET, "2023-03-01", WHAT("class1", "individual", "mortgage") GROUP,
     V_RULE_REFUSED, "/guarantee", "6号"},
    {"Class 2 guaranteed by the fund", STREET, "2023-03-01", WHAT("class2", "individual", "fund"), V_RULE_REFUSED,
     "/guarantee", "6号"},
    {"a firm without its code", STREET, "2023-03-01", WHAT("class2", "firm", "surety"), V_RULE_REFUSED, "/enterprise",
     NULL},
    {"a firm with its code", STREET, "2023-03-01", WHAT("class2", "firm", "surety") ",'enterprise':'" FIRM "'", V_OK,
     NULL, NULL},
    {"a firm that nobody registered", STREET, "2023-03-01",
     WHAT("class2", "firm", "surety") ",'enterprise':'91999999MA0000009F'", V_REFERENCE_UNKNOWN, "/enterprise", NULL},
    {"a partnership that does not say how many", STREET, "2023-03-01", WHAT("class2", "partnership", "credit"),
     V_RULE_REFUSED, "/partners", NULL},
    {"partners of a single person", STREET, "2023-03-01", WHAT("class2", "individual", "credit") ",'partners':2",
     V_RULE_REFUSED, "/partners", NULL},
    {"a borrower whom nobody registered", STREET, "2023-03-01",
     "'class':'class2','sort':'individual','person':'0190aaaa-0000-4000-8000-00000000000f','district':'330602',"
     "'amount':100,'term_months':12,'use':'equipment','guarantee':'credit'", V_REFERENCE_UNKNOWN, "/person", NULL},
    {"a use that is on no list", STREET, "2023-03-01",
     "'class':'class2','sort':'individual','person':'" ZHAO "','district':'330602','amount':100,'term_months':12,"
     "'use':'futures','guarantee':'credit'", V_FIELDS_WRONG, "/use", "source: S17"},
    {"nothing asked for", STREET, "2023-03-01",
     "'class':'class2','sort':'individual','person':'" ZHAO "','district':'330602','amount':0,'term_months':12,"
     "'use':'equipment','guarantee':'credit'", V_FIELDS_WRONG, "/amount", NULL},
    {"a flag that nobody keeps", STREET, "2023-03-01",
     WHAT("class2", "individual", "credit") ",'flags':['female','tall']", V_FIELDS_WRONG, "/flags/1", NULL},
    {"a clerk of another district", FAR_CLERK, "2023-03-01", WHAT("class2", "individual", "credit"), V_FORBIDDEN,
     "/district", "330603"},
    {"before any list was in force", STREET, "2022-12-31", WHAT("class2", "individual", "credit"), V_LIMIT_UNKNOWN,
     NULL, NULL},
};

static void
takes_an_application_that_meets_the_conditions_of_its_class(void **state)
{
    ask_all(*state, "loan.applied", "L1", applications, COUNT(applications));
}

static void
takes_no_application_for_an_enterprise_that_has_closed(void **state)
{
    static const struct row row = {"closed", STREET, "2023-03-02",
                                   WHAT("class2", "firm", "surety") ",'enterprise':'" FIRM "'", V_RULE_REFUSED,
                                   "/enterprise", "closed"};
    struct world *w = *state;

    lending_expect(w, CLERK, "enterprise.closed", FIRM, "2023-03-01", "'reason':'deregistered'", V_OK);
    ask(w, "loan.applied", "L1", &row);
}

static void
names_every_condition_that_an_application_breaks(void **state)
{
    struct world *w = *state;
    struct posting *p = lending_post(w, STREET, "loan.applied", "L1", "2023-03-01", WHAT("class2", "firm", "fund"));

    assert_int_equal(p->got, V_RULE_REFUSED);
    assert_int_equal(p->problems.count, 2);
}

/* ---- the certificate ------------------------------------------------------------------------------------------- */

#define CERTIFICATE(amount) "'certificate_no':'C1','amount_max':" #amount ",'valid_to':'2023-05-31'"
#define FUND ",'fund':'fund-one'"
#define ON "2023-03-10"

static const struct row class1[] = {
    {"to the last fen", CENTRE, ON, CERTIFICATE(10000000) FUND, V_OK, NULL, NULL},
    {"one fen too many", CENTRE, ON, CERTIFICATE(10000001) FUND, V_OVER_LIMIT, "/amount_max",
     "at most 10000000 fen; source: S17"},
    {"to the last month", CENTRE, ON, CERTIFICATE(1) FUND ",'term_max_months':36", V_OK, NULL, NULL},
    {"a month too many", CENTRE, ON, CERTIFICATE(1) FUND ",'term_max_months':37", V_OVER_LIMIT, "/term_max_months",
     "at most 36 months; source: S17"},
    {"a day's certificate", CENTRE, "2023-05-31", CERTIFICATE(1) FUND, V_OK, NULL, NULL},
    {"run out before it is issued", CENTRE, "2023-06-01", CERTIFICATE(1) FUND, V_RULE_REFUSED, "/valid_to", NULL},
    {"issued by its district", CHECKER, ON, CERTIFICATE(1) FUND ",'issued_by':'330602'", V_OK, NULL, NULL},
    {"issued in another district's name", CHECKER, ON, CERTIFICATE(1) FUND ",'issued_by':'330603'", V_FORBIDDEN,
     "/issued_by", "330602"},
    {"issued by another district, the city says", CENTRE, ON, CERTIFICATE(1) FUND ",'issued_by':'330603'", V_OK, NULL,
     NULL},
    {"by no fund", CENTRE, ON, CERTIFICATE(1), V_RULE_REFUSED, "/fund", "name the fund"},
    {"by a fund that is not there", CENTRE, ON, CERTIFICATE(1) ",'fund':'fund-nine'", V_REFERENCE_UNKNOWN, "/fund",
     NULL},
    {"by a fund that is empty", CENTRE, ON, CERTIFICATE(1) ",'fund':'fund-two'", V_OVER_LIMIT, "/amount_max",
     "may still guarantee 0 fen"},
    {"issued by nowhere", CENTRE, ON, CERTIFICATE(1) FUND ",'issued_by':'330699'", V_FIELDS_WRONG, "/issued_by", NULL},
};

static const struct row class2[] = {
    {"to the last fen", CENTRE, ON, CERTIFICATE(50000000), V_OK, NULL, NULL},
    {"one fen too many", CENTRE, ON, CERTIFICATE(50000001), V_OVER_LIMIT, "/amount_max", "at most 50000000 fen"},
};

static const struct row firms[] = {
    {"to the last fen", CENTRE, ON, CERTIFICATE(300000000), V_OK, NULL, NULL},
    {"one fen too many", CENTRE, ON, CERTIFICATE(300000001), V_OVER_LIMIT, "/amount_max", "at most 300000000 fen"},
    {"a month too many", CENTRE, ON, CERTIFICATE(1) ",'term_max_months':25", V_OVER_LIMIT, "/term_max_months",
     "at most 24 months"},
};

/* Two partners: 110 % of twice 500,000 yuan. */
static const struct row partnerships[] = {
    {"to the last fen", CENTRE, ON, CERTIFICATE(110000000), V_OK, NULL, NULL},
    {"one fen too many", CENTRE, ON, CERTIFICATE(110000001), V_OVER_LIMIT, "/amount_max", "at most 110000000 fen"},
    {"the term of persons", CENTRE, ON, CERTIFICATE(1) ",'term_max_months':36", V_OK, NULL, NULL},
};

/* Six partners would be 3,300,000 yuan; a small firm may have 3,000,000. */
static const struct row many_partners[] = {
    {"as much as a firm", CENTRE, ON, CERTIFICATE(300000000), V_OK, NULL, NULL},
    {"more than a firm", CENTRE, ON, CERTIFICATE(300000001), V_OVER_LIMIT, "/amount_max", "at most 300000000 fen"},
};

static void
apply(struct world *w, const char *loan, const char *fields)
{
    lending_expect(w, STREET, "loan.applied", loan, "2023-03-01", fields, V_OK);
}

static void
certifies_up_to_the_limit_of_class_and_sort(void **state)
{
    struct world *w = *state;

    apply(w, "one", application_class1);
    apply(w, "two", application_class2);
    apply(w, "firm", application_firm);
    apply(w, "pair", application_partnership);
    apply(w, "many", WHAT("class2", "partnership", "credit") ",'partners':6");
    ask_all(w, "loan.qualified", "one", class1, COUNT(class1));
    ask_all(w, "loan.qualified", "two", class2, COUNT(class2));
    ask_all(w, "loan.qualified", "firm", firms, COUNT(firms));
    ask_all(w, "loan.qualified", "pair", partnerships, COUNT(partnerships));
    ask_all(w, "loan.qualified", "many", many_partners, COUNT(many_partners));
}

static void
holds_the_term_asked_for_against_the_limit_where_none_is_certified(void **state)
{
    static const struct row asked = {"asked for 37", CENTRE, ON, CERTIFICATE(1), V_OVER_LIMIT, "/term_max_months",
                                     "36"};
    static const struct row certified = {"36 certified", CENTRE, ON, CERTIFICATE(1) ",'term_max_months':36", V_OK,
                                         NULL, NULL};
    struct world *w = *state;

    apply(w, "long",
          "'class':'class2','sort':'individual','person':'" ZHAO "','district':'330602','amount':100,"
          "'term_months':37,'use':'equipment','guarantee':'credit'");
    ask(w, "loan.qualified", "long", &asked);
    ask(w, "loan.qualified", "long", &certified);
}

static void
end(struct world *w, const char *limit)
{
    lending_expect(w, CENTRE, "limit.ended", limit, "2023-06-01", "'to':'2023-02-28'", V_OK);
}

static void
uses_the_number_in_force_on_the_day_of_the_application(void **state)
{
    static const struct row before = {"applied a day before", CENTRE, ON, CERTIFICATE(50000000), V_OK, NULL, NULL};
    static const struct row after = {"applied on the day", CENTRE, ON, CERTIFICATE(50000000), V_OVER_LIMIT,
                                     "/amount_max", "at most 40000000 fen; source: S99"};
    struct world *w = *state;

    apply(w, "early", application_class2);
    lending_expect(w, STREET, "loan.applied", "late", "2023-03-02", application_class2, V_OK);
    lending_expect(w, CENTRE, "limit.set", "loan.c2.individual_max@330602", "2023-06-01",
                   "'from':'2023-03-02','unit':'fen','number':40000000,'source':'S99','confidence':'A'", V_OK);
    ask(w, "loan.qualified", "early", &before);
    ask(w, "loan.qualified", "late", &after);
}

static void
needs_only_the_numbers_of_its_own_case(void **state)
{
    static const struct row person = {"a person", CENTRE, ON, CERTIFICATE(1), V_OK, NULL, NULL};
    static const struct row pair = {"two partners", CENTRE, ON, CERTIFICATE(1), V_LIMIT_UNKNOWN, "/amount_max",
                                    "loan.partnership_factor"};
    struct world *w = *state;

    end(w, "loan.partnership_factor@330600");
    end(w, "loan.term_max_months.firm@330600");
    apply(w, "one", application_class2);
    apply(w, "pair", application_partnership);
    ask(w, "loan.qualified", "one", &person);
    ask(w, "loan.qualified", "pair", &pair);
}

/* ---- on to a bank ---------------------------------------------------------------------------------------------- */

static const struct row sendings[] = {
    {"on the certificate's last day", CLERK, "2023-05-31", "'bank':'bank-zj'", V_OK, NULL, NULL},
    {"a day after it, though no clock has said so", CLERK, "2023-06-01", "'bank':'bank-zj'", V_RULE_REFUSED,
     "/on", "ran out on 2023-05-31"},
    {"to a bank that nobody registered", CLERK, "2023-05-01", "'bank':'bank-moon'", V_REFERENCE_UNKNOWN,
     "/bank", NULL},
    {"to a bank that has closed", CLERK, "2023-05-01", "'bank':'bank-gone'", V_RULE_REFUSED, "/bank", "closed"},
    {"to a street office", CLERK, "2023-05-01", "'bank':'street-602'", V_RULE_REFUSED, "/bank", "bank"},
};

static const struct row resendings[] = {
    {"to the bank that rejected it", CENTRE, "2023-05-01", "'bank':'bank-zj'", V_RULE_REFUSED, "/bank", "another"},
    {"to another", CENTRE, "2023-05-01", "'bank':'bank-sx'", V_OK, NULL, NULL},
    {"to another after the last day", CENTRE, "2023-06-01", "'bank':'bank-sx'", V_RULE_REFUSED, "/on", "ran out"},
};

static const struct row expiries[] = {
    {"on its last day", CLOCK, "2023-05-31", "", V_RULE_REFUSED, "/on", "valid to 2023-05-31"},
    {"the day after", CLOCK, "2023-06-01", "", V_OK, NULL, NULL},
};

static void
sends_to_an_active_bank_while_the_certificate_is_valid(void **state)
{
    struct world *w = *state;

    lending_loan(w, "L1", LOAN_QUALIFIED);
    ask_all(w, "loan.sent", "L1", sendings, COUNT(sendings));
    ask_all(w, "loan.expired", "L1", expiries, COUNT(expiries));
    lending_loan(w, "L2", LOAN_REJECTED);
    ask_all(w, "loan.sent", "L2", resendings, COUNT(resendings));
    ask_all(w, "loan.expired", "L2", expiries, COUNT(expiries));
}

static void
renews_an_expired_certificate_and_sends_to_the_same_bank(void **state)
{
    struct world *w = *state;

    lending_loan(w, "L1", LOAN_EXPIRED);
    lending_expect(w, CENTRE, "loan.qualified", "L1", "2023-06-02",
                   "'certificate_no':'C2','amount_max':20000000,'valid_to':'2023-06-30'", V_OK);
    lending_expect(w, CENTRE, "loan.sent", "L1", "2023-06-03", "'bank':'bank-zj'", V_OK);
    assert_int_equal(lending_view(w, "L1")->banks.count, 1);
    assert_int_equal(lending_view(w, "L1")->amount_max, 20000000);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, lending_setup, world_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(takes_an_application_that_meets_the_conditions_of_its_class),
        TEST(takes_no_application_for_an_enterprise_that_has_closed),
        TEST(names_every_condition_that_an_application_breaks),
        TEST(certifies_up_to_the_limit_of_class_and_sort),
        TEST(holds_the_term_asked_for_against_the_limit_where_none_is_certified),
        TEST(uses_the_number_in_force_on_the_day_of_the_application),
        TEST(needs_only_the_numbers_of_its_own_case),
        TEST(sends_to_an_active_bank_while_the_certificate_is_valid),
        TEST(renews_an_expired_certificate_and_sends_to_the_same_bank),
    };

    return cmocka_run_group_tests_name("domain/loan_rules", tests, NULL, NULL);
}

/*
 * The loan's law: every state, kind and role, what moves a frozen loan, and what the plan counts.
 * Knows the law of the loan in its own words; must not read it from the loan's table.
 * Invariant: exactly the rows of the law succeed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lending.h"

/* ---- the law, in words ----------------------------------------------------------------------------------------- */

struct law {
    const char *kind, *roles, *from;
    const char *to; /* "=": the state stays */
    const char *on, *fields;
    const char *untried; /* roles for which these fields are not the right ones; NULL: none */
};

#define BANKS "bank_checker bank_machine"
#define PROPOSED BANKS " bank_officer"
#define OFFICES "district_checker centre_officer"
#define BEFORE_CERTIFICATE "applied incomplete checking reviewing reviewed guaranteed queued"
#define CERTIFIED "qualified rejected returned lapsed"
#define AT_BANK "sent investigating approved"
#define OWED "repaying overdue called_in claimed"
#define ALL                                                                                                            \
    BEFORE_CERTIFICATE " " CERTIFIED " " AT_BANK " contracted " OWED                                                   \
                       " settled refused withdrawn expired compensated recovering recovered written_off"
#define WRITE_OFF "repaying overdue called_in compensated recovering"

/* clang-format off */
static const struct law strict[] = {
    {"loan.applied", "street_clerk district_clerk import", "new", "applied", "2023-03-01", application_class2},
    {"loan.brought", "import", "new", "repaying", "2023-03-01",
     "'class':'class2','sort':'individual','person':'" ZHAO "','district':'330602','use':'equipment',"
     "'guarantee':'credit','bank':'bank-zj','contract_no':'O1','contracted':100,'rate_ppm':30000,"
     "'contracted_on':'2022-01-01','due':'2024-01-01','lent':100,'outstanding':60,'subsidised':7,"
     "'subsidised_times':1"},
    {"loan.papers_named", "street_clerk district_clerk", "applied", "incomplete", "2023-03-02",
     "'missing':['identity','licence']"},
    {"loan.completed", "street_clerk district_clerk", "applied incomplete", "checking", "2023-03-02", ""},
    {"loan.checked", "district_clerk " OFFICES, BEFORE_CERTIFICATE, "=", "2023-03-02",
     "'rule':'credit','finding':'met'"},
    {"loan.referred", "district_clerk " OFFICES, "checking", "reviewing", "2023-03-02", ""},
    {"loan.review_passed", OFFICES, "reviewing", "reviewed", "2023-03-02", "'minutes_no':'P9'"},
    {"loan.review_failed", OFFICES, "reviewing", "checking", "2023-03-02", "'minutes_no':'P9'"},
    {"loan.guarantee_agreed", OFFICES, "reviewed", "guaranteed", "2023-03-02", "'counter_guarantee':'surety'"},
    {"loan.guarantee_declined", OFFICES, "reviewed", "checking", "2023-03-02", "'reason':'project'"},
    {"loan.reclassed", "district_clerk " OFFICES, BEFORE_CERTIFICATE " refused", "checking", "2023-03-12",
     "'guarantee':'surety'"},
    {"loan.queued", OFFICES, "applied checking guaranteed", "queued", "2023-03-12",
     "'fund':'fund-one','amount':600000000"},
    {"loan.qualified", OFFICES, "applied checking guaranteed queued expired", "qualified", "2023-05-30",
     "'certificate_no':'C1','amount_max':10000000,'valid_to':'2023-06-30','fund':'fund-one'"},
    {"loan.certificate_reissued", OFFICES, CERTIFIED " " AT_BANK, "=", "2023-05-30",
     "'certificate_no':'C9','reason':'lost'"},
    {"loan.refused", OFFICES, BEFORE_CERTIFICATE, "refused", "2023-05-30", "'reason':'papers_missing'"},
    {"loan.withdrawn", "street_clerk district_clerk centre_officer", BEFORE_CERTIFICATE " " CERTIFIED " " AT_BANK,
     "withdrawn", "2023-05-30", ""},
    {"loan.expired", "clock", CERTIFIED, "expired", "2023-06-01", ""},
    {"loan.sent", "district_clerk " OFFICES, CERTIFIED, "sent", "2023-05-30", "'bank':'bank-sx'"},
    {"loan.transferred", "clock centre_officer",
     AT_BANK " contracted " OWED " compensated recovering written_off", "=", "2023-06-20", "'bank':'bank-sx'"},
    {"loan.claim_filed", PROPOSED, "overdue called_in", "claimed", "2023-06-20",
     "'principal':8000000,'interest':0,'amount':8000000"},
    {"loan.claim_returned", "centre_officer", "claimed", "overdue", "2023-06-20", "'missing':['demand']"},
    {"loan.claim_refused", "centre_officer section_chief", "claimed", "overdue", "2023-06-20",
     "'reason':'bank_fault'"},
    {"loan.compensated", "payer", "claimed", "compensated", "2023-06-20",
     "'amount':8050000,'principal':8000000,'voucher_no':'M9'"},
    {"loan.recovery_started", PROPOSED " centre_officer", "compensated", "recovering", "2023-06-20",
     "'means':'lawsuit'"},
    {"loan.recovery_completed", "centre_officer", "recovering", "recovered", "2023-06-20", ""},
    {"loan.frozen", "centre_officer section_chief", ALL, "=", "2023-06-20", "'reason':'fraud_check'"},
};

static const struct law facts[] = {
    {"loan.accepted", PROPOSED, "sent", "investigating", "2023-05-30", ""},
    {"loan.returned", PROPOSED, "sent investigating", "returned", "2023-05-30", "'reason':'papers_missing'"},
    {"loan.rejected", PROPOSED, "sent investigating", "rejected", "2023-05-30", "'reason':'project'"},
    {"loan.approved", PROPOSED, "investigating", "approved", "2023-05-30",
     "'amount':100,'rate_ppm':30000,'term_months':12"},
    {"loan.lapsed", PROPOSED, "approved", "lapsed", "2023-05-30", "'reason':'not_signed'"},
    {"loan.contracted", PROPOSED, "approved", "contracted", "2023-05-30",
     "'amount':100,'rate_ppm':30000,'term_months':12,'due':'2024-05-30','contract_no':'K'"},
    {"loan.disbursed", PROPOSED, "contracted repaying", "repaying", "2023-05-30", "'amount':100,'voucher_no':'M1'"},
    {"loan.repaid", PROPOSED, OWED, "=", "2023-05-30", "'amount':100,'voucher_no':'M2'"},
    {"loan.prepaid", PROPOSED, OWED, "=", "2023-05-30", "'amount':100,'voucher_no':'M3'"},
    {"loan.repayment_bounced", PROPOSED, OWED, "=", "2023-05-30", "'amount':100,'voucher_no':'M4'"},
    {"loan.overdue", PROPOSED " import", "repaying overdue called_in", "overdue", "2023-05-30",
     "'amount':100,'since':'2023-05-29'"},
    {"loan.cured", PROPOSED, "overdue", "repaying", "2023-05-30", ""},
    {"loan.extended", PROPOSED, "repaying overdue called_in", "repaying", "2023-05-30", "'due':'2027-03-31'"},
    {"loan.called_in", PROPOSED, "repaying overdue", "called_in", "2023-05-30", "'cause':'misuse'"},
    {"loan.settled", PROPOSED, OWED, "settled", "2023-05-30", ""},
    {"loan.borrower_changed", PROPOSED " " OFFICES, "contracted " OWED, "=", "2023-05-30",
     "'person':'" QIAN "','reason':'inheritance'"},
    {"loan.recovered", PROPOSED " payer centre_officer", "compensated recovering written_off", "=", "2023-06-20",
     "'amount':100,'voucher_no':'M5'"},
    {"loan.written_off", PROPOSED, WRITE_OFF, "written_off", "2023-06-20", "'amount':100,'voucher_no':'M6'",
     "centre_officer section_chief"},
};

/* What the offices write off is the fund's claim: other fields, and no state but the kind's own. */
static const struct law office_write_off = {
    "loan.written_off", "centre_officer section_chief", "compensated recovering", "written_off", "2023-06-20",
    "'fund_amount':0,'voucher_no':'M7'", PROPOSED};
/* clang-format on */

static bool
lists(const char *words, const char *word)
{
    size_t len = strlen(word);

    for (const char *at = strstr(words, word); at != NULL; at = strstr(at + 1, word))
        if ((at == words || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0'))
            return true;
    return false;
}

static struct actor
actor_of(enum role role)
{
    const char *name = role_row(role)->name;

    if (strncmp(name, "bank", 4) == 0)
        return (struct actor){role, S("bank-zj"), S("a1"), {0}};
    if (strncmp(name, "district", 8) == 0 || role == ROLE_STREET_CLERK)
        return (struct actor){role, S("hrss-330602"), S("a1"), S("330602")};
    return (struct actor){role, S("centre"), S("a1"), {0}};
}

/* Somebody who may post it, and need not only propose it. */
static struct actor
poster_of(const struct law *l)
{
    enum role role = 0;

    while (role == ROLE_BANK_OFFICER || !lists(l->roles, role_row(role)->name))
        role++;
    return actor_of(role);
}

struct trial {
    const struct law *law;
    const char *loan, *state;
    enum role role;
    bool sent; /* a bank has it or had it */
    bool is_fact;
};

static bool
is_bank_role(enum role role)
{
    return lists("bank_officer " BANKS, role_row(role)->name);
}

static enum verdict
verdict_of(const struct trial *t)
{
    if (!lists(t->law->roles, role_row(t->role)->name))
        return V_FORBIDDEN;
    if (strcmp(t->state, "new") == 0)
        return lists(t->law->from, "new") ? V_OK : V_SUBJECT_UNKNOWN;
    if (is_bank_role(t->role) && !t->sent)
        return V_SUBJECT_UNKNOWN;
    if (t->is_fact && is_bank_role(t->role))
        return V_OK;
    if (lists(t->law->from, t->state))
        return V_OK;
    return lists(t->law->from, "new") ? V_SUBJECT_TAKEN : V_WRONG_STATE;
}

static void
try(struct world *w, const struct trial *t)
{
    struct actor who = actor_of(t->role);
    bool proposes = t->role == ROLE_BANK_OFFICER;
    const char *via = !proposes || !lists(t->law->roles, "bank_officer") ? ""
                      : t->law->fields[0] == '\0'                        ? "'via':'console'"
                                                                         : ",'via':'console'";
    struct posting *p =
        lending_read(w, &who, t->law->kind, t->loan, t->law->on, arena_print(w->arena, "%s%s", t->law->fields, via).at);
    enum verdict wanted = verdict_of(t), got;
    const char *to = strcmp(t->law->to, "=") == 0 ? t->state : t->law->to;

    if (t->law->untried != NULL && lists(t->law->untried, role_row(t->role)->name))
        return;
    if (proposes)
        to = "waiting";
    assert_int_equal(p->got, V_OK);
    got = ledger_dry_run(&w->options, p);
    if (got != wanted)
        fail_msg("%s by %s at %s: %s, wanted %s", t->law->kind, role_row(t->role)->name, t->state,
                 verdict_row(got)->name, verdict_row(wanted)->name);
    if (got == V_OK && lists(t->law->from, t->state) && strcmp(p->state, to) != 0)
        fail_msg("%s at %s leads to %s, wanted %s", t->law->kind, t->state, p->state, to);
}

static void
lets_each_role_post_each_kind_in_each_state_as_the_law_says(void **state)
{
    struct world *w = *state;
    int64_t before;

    for (size_t s = 0; s < LOAN__COUNT; s++)
        lending_loan_class1(w, arena_print(w->arena, "L%zu", s).at, (enum loan_state)s);
    before = world_count(w, "journal");
    for (size_t s = 0; s < LOAN__COUNT; s++) {
        const char *name = loan_type.states[s].name;
        struct trial t = {.loan = arena_print(w->arena, "L%zu", s).at, .state = name};

        t.sent = !lists("new qualified refused " BEFORE_CERTIFICATE, name);
        for (t.role = 0; t.role < ROLE__COUNT; t.role++) {
            t.is_fact = false;
            for (size_t i = 0; i < COUNT(strict); i++) {
                t.law = &strict[i];
                try(w, &t);
            }
            t.law = &office_write_off;
            try(w, &t);
            t.is_fact = true;
            for (size_t i = 0; i < COUNT(facts); i++) {
                t.law = &facts[i];
                try(w, &t);
            }
        }
    }
    assert_int_equal(world_count(w, "journal"), before);
}

/* ---- what the plan counts -------------------------------------------------------------------------------------- */

#define MONEY "loan.disbursed loan.repaid loan.prepaid loan.repayment_bounced"

/* All that the plan's table and the loan's own indicators count, whatever part and district. */
static int64_t
counted(struct world *w)
{
    static const char *const indicators[] = {"loan_amount", "loan_count", "loan_repaid", "supported",
                                             "supported_events"};
    int64_t sum = 0;

    for (size_t i = 0; i < COUNT(indicators); i++)
        sum = sum * 31 + lending_total(w, indicators[i], NULL, NULL, "2020-01-01", "2023-12-31", INT64_MAX);
    return sum;
}

/* Posts it for good in every state it may come in. */
static void
post_everywhere(struct world *w, const struct law *l, size_t number)
{
    for (size_t s = LOAN_APPLIED; s < LOAN__COUNT; s++) {
        struct actor who = poster_of(l);
        const char *id;
        int64_t before;

        if (!lists(l->from, loan_type.states[s].name))
            continue;
        id = lending_loan_class1(w, arena_print(w->arena, "M%zu-%zu", number, s).at, (enum loan_state)s);
        before = counted(w);
        lending_expect(w, &who, l->kind, id, l->on, l->fields, V_OK);
        if (counted(w) != before)
            fail_msg("%s at %s changes what the plan counts", l->kind, loan_type.states[s].name);
    }
}

static void
counts_nothing_for_a_fact_that_moves_no_money(void **state)
{
    struct world *w = *state;

    lending_expect(w, PAYER, "fund.paid_in", "fund-one", "2023-01-02", "'amount':1000000000,'voucher_no':'P2'", V_OK);
    for (size_t i = 0; i < COUNT(strict); i++)
        if (strcmp(strict[i].kind, "loan.queued") != 0) /* for which there is room now */
            post_everywhere(w, &strict[i], i);
    for (size_t i = 0; i < COUNT(facts); i++)
        if (!lists(MONEY, facts[i].kind))
            post_everywhere(w, &facts[i], 100 + i);
    lending_verify(w);
}

static void
has_no_kind_that_the_law_does_not_name(void **state)
{
    (void)state;
    /* Beside loan.assigned, loan.thawed and loan.exception_closed, which have tests of their own. */
    assert_int_equal(loan_type.kind_count, COUNT(strict) + COUNT(facts) + 3);
}

/* ---- frozen ---------------------------------------------------------------------------------------------------- */

static void
freeze(struct world *w, const char *loan)
{
    struct posting *p = lending_post(w, ZJ, "loan.disbursed", loan, "2023-05-30", "'amount':30000001,'voucher_no':'F'");

    assert_int_equal(p->got, V_OK);
    assert_true(lending_subject(w, loan).frozen);
}

static void
lets_nothing_but_facts_and_a_thaw_move_a_frozen_loan(void **state)
{
    struct world *w = *state;

    lending_loan(w, "L1", LOAN_REJECTED);
    freeze(w, "L1");
    for (size_t i = 0; i < COUNT(strict); i++) {
        struct actor who = poster_of(&strict[i]);

        if (!lists(strict[i].from, "new") && !is_bank_role(who.role))
            lending_expect(w, &who, strict[i].kind, "L1", strict[i].on, strict[i].fields, V_WRONG_STATE);
    }
    lending_expect(w, ZJ, "loan.rejected", "L1", "2023-05-30", "'reason':'project'", V_OK);
    lending_expect(w, CHECKER, "loan.thawed", "L1", "2023-05-30", "'reason':'checked_in_order'", V_FORBIDDEN);
    lending_expect(w, CENTRE, "loan.thawed", "L1", "2023-05-30", "'reason':'checked_in_order'", V_OK);
    assert_false(lending_subject(w, "L1").frozen);
    assert_int_equal(lending_subject(w, "L1").state, LOAN_REJECTED);
    lending_expect(w, CENTRE, "loan.sent", "L1", "2023-05-30", "'bank':'bank-sx'", V_OK);
}

static void
freezes_and_thaws_a_loan_in_any_state(void **state)
{
    struct world *w = *state;

    for (size_t s = LOAN_APPLIED; s < LOAN__COUNT; s++) {
        const char *id = lending_loan_class1(w, arena_print(w->arena, "L%zu", s).at, (enum loan_state)s);

        lending_expect(w, CENTRE, "loan.thawed", id, "2023-06-20", "'reason':'checked_in_order'", V_RULE_REFUSED);
        lending_expect(w, CENTRE, "loan.frozen", id, "2023-06-20", "'reason':'fraud_check'", V_OK);
        assert_true(lending_subject(w, id).frozen);
        lending_expect(w, CENTRE, "loan.frozen", id, "2023-06-20", "'reason':'fraud_check'", V_WRONG_STATE);
        lending_expect(w, CENTRE, "loan.thawed", id, "2023-06-20", "'reason':'checked_in_order'", V_OK);
        assert_false(lending_subject(w, id).frozen);
        assert_int_equal(lending_subject(w, id).state, (int)s);
    }
}

/* A thaw has looked at all that froze it; what did not freeze it is closed one by one. */
static void
closes_exceptions_by_a_thaw_or_one_by_one(void **state)
{
    struct world *w = *state;
    struct posting *late;
    const char *seq;

    lending_loan(w, "L1", LOAN_APPROVED);
    late = lending_post(w, ZJ, "loan.rejected", "L1", "2023-05-30", "'reason':'project'");
    seq = arena_print(w->arena, "'seq':%lld,'finding':'in_order'", (long long)late->seq).at;
    lending_expect(w, CHECKER, "loan.exception_closed", "L1", "2023-05-30", "'seq':1,'finding':'in_order'",
                   V_REFERENCE_UNKNOWN);
    lending_expect(w, CHECKER, "loan.exception_closed", "L1", "2023-05-30", seq, V_OK);
    lending_expect(w, CHECKER, "loan.exception_closed", "L1", "2023-05-30", seq, V_REFERENCE_UNKNOWN);
    freeze(w, "L1");
    lending_expect(w, CENTRE, "loan.thawed", "L1", "2023-06-20", "'reason':'checked_in_order'", V_OK);
    assert_true(slice_equal(world_sql(w, "SELECT count(*) FROM exception WHERE closed = 0"), S("0")));
    assert_int_equal(world_count(w, "exception"), 2);
    lending_verify(w);
}

static void
gives_a_loan_to_an_open_account_of_the_same_house(void **state)
{
    struct world *w = *state;

    lending_loan(w, "L1", LOAN_APPLIED);
    assert_true(slice_equal(lending_view(w, "L1")->handler, S("feng")));
    lending_expect(w, CHECKER, "loan.assigned", "L1", "2023-03-02", "'account':'feng'", V_RULE_REFUSED);
    lending_expect(w, CHECKER, "loan.assigned", "L1", "2023-03-02", "'account':'nobody'", V_REFERENCE_UNKNOWN);
    lending_expect(w, CHECKER, "loan.assigned", "L1", "2023-03-02", "'account':'qian'", V_OK);
    assert_true(slice_equal(lending_view(w, "L1")->handler, S("qian")));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, lending_setup, world_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(lets_each_role_post_each_kind_in_each_state_as_the_law_says),
        TEST(has_no_kind_that_the_law_does_not_name),
        TEST(counts_nothing_for_a_fact_that_moves_no_money),
        TEST(lets_nothing_but_facts_and_a_thaw_move_a_frozen_loan),
        TEST(freezes_and_thaws_a_loan_in_any_state),
        TEST(closes_exceptions_by_a_thaw_or_one_by_one),
        TEST(gives_a_loan_to_an_open_account_of_the_same_house),
    };

    return cmocka_run_group_tests_name("domain/loan_law", tests, NULL, NULL);
}

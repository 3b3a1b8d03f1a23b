/*
 * Eligibility, rule by rule, of drafts and of loans on record.
 * Knows the conditions in its own words and every number spelled out; must not read them from the program's table.
 * Invariant: a row names one condition and what it must answer; caps are judged once more in fractions, by Python.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lending.h"
#include "oracle.h"
#include "seed.h"

#define NONE INT_ABSENT
#define SUN "0190aaaa-0000-4000-8000-000000000003" /* the legal person of FIRM */
#define FROM_FEBRUARY "'from':'2023-02-01','source':'S18','confidence':'A',"

static const struct {
    const char *subject, *fields;
} numbers[] = {
    {"loan.use_ban@330600", FROM_FEBRUARY "'unit':'list','items':['shares','futures']"},
    {"loan.firm.staff_large@330600", FROM_FEBRUARY "'unit':'person','number':100"},
    {"loan.firm.ratio@330000", FROM_FEBRUARY "'unit':'ppm','number':150000"},
    {"loan.firm.ratio_over_100@330000", FROM_FEBRUARY "'unit':'ppm','number':80000"},
    {"loan.counter_guarantee_free_max@330600", FROM_FEBRUARY "'unit':'fen','number':10000000"},
    {"loan.subsidy.max_times@330600", FROM_FEBRUARY "'unit':'times','number':3"},
    {"loan.individual_max.national@cn", FROM_FEBRUARY "'unit':'fen','number':30000000"},
    {"loan.other_loans_check@330000", FROM_FEBRUARY "'unit':'yes_no','code':'yes'"},
    {"loan_group_map.student@330600", FROM_FEBRUARY "'unit':'list','items':['graduate']"},
    {"fund.stop.compensation_pct@330600", FROM_FEBRUARY "'unit':'ppm','number':200000"},
    {"loan_rule@330600", FROM_FEBRUARY "'unit':'list','items':['key_group','household','identity_date','other_loans',"
                                       "'credit','wages_insurance','trade','hire_ratio','age']"},
};

static int
setup(void **state)
{
    int got = lending_setup(state);

    for (size_t i = 0; i < COUNT(numbers); i++)
        lending_expect(*state, CENTRE, "limit.set", numbers[i].subject, "2023-02-01", numbers[i].fields, V_OK);
    return got;
}

/* ---- asking ---------------------------------------------------------------------------------------------------- */

static const struct json *
json_of(struct world *w, const char *text)
{
    struct slice copy = arena_copy(w->arena, slice_of(text));
    const struct json *tree;

    for (size_t i = 0; i < copy.len; i++)
        if (copy.at[i] == '\'')
            ((char *)(uintptr_t)copy.at)[i] = '"';
    assert_int_equal(json_parse(&tree, w->arena, copy), V_OK);
    return tree;
}

static enum verdict
ask(struct eligibility *out, struct problems *p, struct world *w, const struct actor *who, const char *loan,
    const char *draft)
{
    struct loan_question q = {.who = who, .today = day_local(world_now_ms), .problems = p};

    *p = (struct problems){.arena = w->arena};
    *out = (struct eligibility){0};
    if (loan != NULL)
        q.loan = slice_of(loan);
    else
        q.draft = json_of(w, arena_print(w->arena, "{%s}", draft).at);
    return loan_eligibility(out, &the_registry, w->reader, w->arena, &q);
}

static struct eligibility
known(struct world *w, const char *loan, const char *draft)
{
    struct eligibility e;
    struct problems p;

    assert_int_equal(ask(&e, &p, w, STREET, loan, draft), V_OK);
    return e;
}

static const struct eligible_rule *
rule_of(const struct eligibility *e, const char *code)
{
    for (size_t i = 0; i < e->count; i++)
        if (slice_equal(e->rules[i].code, slice_of(code)))
            return &e->rules[i];
    fail_msg("no rule %s", code);
    return NULL;
}

struct row {
    const char *story, *draft, *rule;
    enum eligible_status status;
    int64_t figure, bound;
};

static void
check(const struct row *row, const struct eligibility *e)
{
    const struct eligible_rule *r = rule_of(e, row->rule);

    if (r->status != row->status || r->figure != row->figure || r->bound != row->bound)
        fail_msg("%s: %s is %d, %lld of %lld", row->story, row->rule, (int)r->status, (long long)r->figure,
                 (long long)r->bound);
}

/* ---- drafts ---------------------------------------------------------------------------------------------------- */

#define PART(class, sort, guarantee, amount, term, use)                                                         \
    "'on':'2023-03-01','class':'" class "','sort':'" sort "','person':'" ZHAO "','district':'330602',"          \
    "'amount':" amount ",'term_months':" term ",'use':'" use "','guarantee':'" guarantee "'"
#define ONE(amount) PART("class1", "individual", "fund", amount, "36", "equipment") ",'group':'student'"
#define TWO(amount) PART("class2", "individual", "mortgage", amount, "36", "equipment")
#define PAIR(amount) PART("class2", "partnership", "credit", amount, "36", "equipment") ",'partners':2"
#define FIRM_OF(staff, hires)                                                                                   \
    PART("class2", "firm", "surety", "100", "24", "equipment")                                                  \
    ",'enterprise':'" FIRM "','staff':" staff ",'hires':" hires

static const struct row drafts[] = {
    {"Class 1 of a student", ONE("1"), "key_group", ELIGIBLE_MET, NONE, NONE},
    {"Class 1 of nobody", PART("class1", "individual", "fund", "1", "1", "equipment"), "key_group", ELIGIBLE_NOT_MET,
     NONE, NONE},
    {"Class 2 of nobody", TWO("1"), "key_group", ELIGIBLE_NOT_APPLICABLE, NONE, NONE},
    {"a listed group", ONE("1"), "group_listed", ELIGIBLE_MET, NONE, NONE},
    {"a group on no list", TWO("1") ",'group':'poet'", "group_listed", ELIGIBLE_NOT_MET, NONE, NONE},
    {"no group", TWO("1"), "group_listed", ELIGIBLE_NOT_APPLICABLE, NONE, NONE},
    {"a national group", TWO("1") ",'group_national':'graduate'", "group_national_listed", ELIGIBLE_MET, NONE, NONE},
    {"a national group on no list", TWO("1") ",'group_national':'poet'", "group_national_listed", ELIGIBLE_NOT_MET,
     NONE, NONE},

    {"100,000 yuan of Class 1", ONE("10000000"), "amount", ELIGIBLE_MET, 10000000, 10000000},
    {"a fen more", ONE("10000001"), "amount", ELIGIBLE_NOT_MET, 10000001, 10000000},
    {"500,000 yuan of Class 2", TWO("50000000"), "amount", ELIGIBLE_MET, 50000000, 50000000},
    {"a fen more", TWO("50000001"), "amount", ELIGIBLE_NOT_MET, 50000001, 50000000},
    {"two partners: 110 % of a million yuan", PAIR("110000000"), "amount", ELIGIBLE_MET, 110000000, 110000000},
    {"a fen more", PAIR("110000001"), "amount", ELIGIBLE_NOT_MET, 110000001, 110000000},
    {"six partners: no more than a firm", PART("class2", "partnership", "credit", "300000001", "36", "equipment")
     ",'partners':6", "amount", ELIGIBLE_NOT_MET, 300000001, 300000000},
    {"partners that nobody counted", PART("class2", "partnership", "credit", "1", "36", "equipment"), "amount",
     ELIGIBLE_NOT_KNOWN, 1, NONE},
    {"a firm of three million yuan", PART("class2", "firm", "surety", "300000000", "24", "equipment"), "amount",
     ELIGIBLE_MET, 300000000, 300000000},
    {"a person's three years", TWO("1"), "term", ELIGIBLE_MET, 36, 36},
    {"a month more", PART("class2", "individual", "credit", "1", "37", "equipment"), "term", ELIGIBLE_NOT_MET, 37, 36},
    {"a firm's two years", FIRM_OF("9", "9"), "term", ELIGIBLE_MET, 24, 24},
    {"a month more", PART("class2", "firm", "surety", "1", "25", "equipment"), "term", ELIGIBLE_NOT_MET, 25, 24},
    {"the nation's 300,000 yuan", TWO("30000000"), "national_cap", ELIGIBLE_MET, 30000000, 30000000},
    {"local money above it", TWO("30000001"), "national_cap", ELIGIBLE_NOT_MET, 30000001, 30000000},
    {"no cap of a person for partners", PAIR("1"), "national_cap", ELIGIBLE_NOT_APPLICABLE, NONE, NONE},

    {"equipment", TWO("1"), "use", ELIGIBLE_MET, NONE, NONE},
    {"futures are on no list", PART("class2", "individual", "credit", "1", "1", "futures"), "use", ELIGIBLE_NOT_MET,
     NONE,
     NONE},
    {"and banned", PART("class2", "individual", "credit", "1", "1", "futures"), "use_ban", ELIGIBLE_NOT_MET, NONE,
     NONE},
    {"equipment is not", TWO("1"), "use_ban", ELIGIBLE_MET, NONE, NONE},

    {"Class 1 by the fund", ONE("1"), "guarantee", ELIGIBLE_MET, NONE, NONE},
    {"Class 1 by a company", PART("class1", "individual", "guarantee_company", "1", "1", "equipment"), "guarantee",
     ELIGIBLE_MET, NONE, NONE},
    {"Class 1 on a mortgage", PART("class1", "individual", "mortgage", "1", "1", "equipment"), "guarantee",
     ELIGIBLE_NOT_MET, NONE, NONE},
    {"Class 2 by the fund", PART("class2", "individual", "fund", "1", "1", "equipment"), "guarantee", ELIGIBLE_NOT_MET,
     NONE, NONE},
    {"small enough for no counter-guarantee", ONE("10000000"), "counter_guarantee", ELIGIBLE_MET, 10000000, 10000000},
    {"too large, and nobody has said yet", ONE("10000001"), "counter_guarantee", ELIGIBLE_NOT_KNOWN, 10000001,
     10000000},
    {"not the fund's", TWO("99999999"), "counter_guarantee", ELIGIBLE_NOT_APPLICABLE, NONE, NONE},
    {"five times a million yuan", ONE("500000000"), "fund_room", ELIGIBLE_MET, 500000000, 500000000},
    {"a fen more", ONE("500000001"), "fund_room", ELIGIBLE_NOT_MET, 500000001, 500000000},
    {"not the fund's", TWO("1"), "fund_room", ELIGIBLE_NOT_APPLICABLE, NONE, NONE},
    {"nothing went into compensation", ONE("1"), "fund_stop", ELIGIBLE_MET, 0, 200000},

    {"15 of 100", FIRM_OF("100", "15"), "hire_ratio", ELIGIBLE_MET, 150000, 150000},
    {"14 of 100", FIRM_OF("100", "14"), "hire_ratio", ELIGIBLE_NOT_MET, 140000, 150000},
    {"9 of 101, over a hundred", FIRM_OF("101", "9"), "hire_ratio", ELIGIBLE_MET, 89108, 80000},
    {"8 of 101", FIRM_OF("101", "8"), "hire_ratio", ELIGIBLE_NOT_MET, 79207, 80000},
    {"3 of 20, to the last part", FIRM_OF("20", "3"), "hire_ratio", ELIGIBLE_MET, 150000, 150000},
    {"a seventh", FIRM_OF("7", "1"), "hire_ratio", ELIGIBLE_NOT_MET, 142857, 150000},
    {"staff that nobody counted", PART("class2", "firm", "surety", "1", "24", "equipment"), "hire_ratio",
     ELIGIBLE_NOT_KNOWN, NONE, NONE},
    {"hires that nobody counted", PART("class2", "firm", "surety", "1", "24", "equipment") ",'staff':10", "hire_ratio",
     ELIGIBLE_NOT_KNOWN, NONE, 150000},
    {"no firm", TWO("1"), "hire_ratio", ELIGIBLE_NOT_APPLICABLE, NONE, NONE},

    {"an open firm", FIRM_OF("9", "9"), "enterprise", ELIGIBLE_MET, NONE, NONE},
    {"a firm without its code", PART("class2", "firm", "surety", "1", "24", "equipment"), "enterprise",
     ELIGIBLE_NOT_MET,
     NONE, NONE},
    {"a person without one", TWO("1"), "enterprise", ELIGIBLE_NOT_APPLICABLE, NONE, NONE},
    {"one that nobody registered", TWO("1") ",'enterprise':'91999999MA0000009F'", "enterprise", ELIGIBLE_NOT_KNOWN,
     NONE,
     NONE},
    {"somebody else's firm", FIRM_OF("9", "9"), "legal_person", ELIGIBLE_NOT_MET, NONE, NONE},
    {"a partner may not be it", PAIR("1") ",'enterprise':'" FIRM "'", "legal_person", ELIGIBLE_NOT_APPLICABLE, NONE,
     NONE},

    {"never subsidised", TWO("1"), "subsidy_times", ELIGIBLE_MET, 0, 3},
    {"nothing overdue", TWO("1"), "other_overdue", ELIGIBLE_MET, 0, 0},
    {"nobody has looked", TWO("1"), "credit", ELIGIBLE_NOT_KNOWN, NONE, NONE},
    {"nobody has looked", TWO("1"), "other_loans", ELIGIBLE_NOT_KNOWN, NONE, NONE},
    {"a condition of the list that is new", TWO("1"), "age", ELIGIBLE_NOT_KNOWN, NONE, NONE},
    {"wages of a person", TWO("1"), "wages_insurance", ELIGIBLE_NOT_APPLICABLE, NONE, NONE},
    {"wages of a firm", FIRM_OF("9", "9"), "wages_insurance", ELIGIBLE_NOT_KNOWN, NONE, NONE},
    {"no group, no day of it", TWO("1"), "identity_date", ELIGIBLE_NOT_APPLICABLE, NONE, NONE},
};

static void
judges_a_draft_condition_by_condition(void **state)
{
    struct world *w = *state;

    for (size_t i = 0; i < COUNT(drafts); i++) {
        struct eligibility e = known(w, NULL, drafts[i].draft);

        check(&drafts[i], &e);
    }
    assert_int_equal(world_count(w, "op_waiting"), 0);
}

static void
says_where_each_number_is_from(void **state)
{
    struct world *w = *state;
    struct eligibility e = known(w, NULL, PAIR("1"));
    const struct eligible_rule *r = rule_of(&e, "amount");
    char from[DAY_TEXT_SIZE];

    assert_string_equal(r->limit_name, "loan.c2.individual_max");
    assert_true(slice_equal(r->limit.source, S("S17")));
    assert_true(slice_equal(r->limit.confidence, S("S")));
    assert_true(slice_equal(r->limit.scope, S("330600")));
    day_print(from, r->limit.from);
    assert_string_equal(from, "2023-01-01");
    assert_string_equal(r->unit, "fen");
    assert_true(slice_equal(rule_of(&e, "guarantee")->limit.source, S("杭银发〔2016〕6号")));
    e = known(w, NULL, PART("class2", "partnership", "credit", "1", "36", "equipment") ",'partners':6");
    assert_string_equal(rule_of(&e, "amount")->limit_name, "loan.small_firm_max");
}

static void
uses_the_numbers_of_the_day_and_says_which_is_lacking(void **state)
{
    static const struct row january = {"before February", NULL, "subsidy_times", ELIGIBLE_NOT_KNOWN, 0, NONE};
    static const struct row office = {"no such condition then", NULL, "household", ELIGIBLE_NOT_APPLICABLE, NONE, NONE};
    static const struct row no_check = {"no check from June", NULL, "other_loans", ELIGIBLE_NOT_APPLICABLE, NONE, NONE};
    static const struct row larger = {"more from June", NULL, "amount", ELIGIBLE_MET, 60000000, 60000000};
    struct world *w = *state;
    struct eligibility e;

#define FIELDS                                                                                                  \
    ",'class':'class2','sort':'individual','person':'" ZHAO "','district':'330602','amount':60000000,"          \
    "'term_months':1,'use':'equipment','guarantee':'credit'"
    e = known(w, NULL, "'on':'2023-01-15'" FIELDS);
    check(&january, &e);
    check(&office, &e);
    assert_string_equal(rule_of(&e, "subsidy_times")->limit_name, "loan.subsidy.max_times");
    assert_null(rule_of(&e, "subsidy_times")->limit.source.at);
    lending_expect(w, CENTRE, "limit.set", "loan.c2.individual_max@330602", "2023-06-01",
                   "'from':'2023-06-01','unit':'fen','number':60000000,'source':'S99','confidence':'A'", V_OK);
    lending_expect(w, CENTRE, "limit.set", "loan.other_loans_check@330000", "2023-06-01",
                   "'from':'2023-06-01','unit':'yes_no','code':'no','source':'S99','confidence':'A'", V_OK);
    e = known(w, NULL, "'on':'2023-06-01'" FIELDS);
    check(&larger, &e);
    check(&no_check, &e);
    assert_true(slice_equal(rule_of(&e, "amount")->limit.scope, S("330602")));
}

/* ---- what the registry knows of the borrower ------------------------------------------------------------------- */

#define BROUGHT(person, times)                                                                                  \
    "'class':'class1','sort':'individual','person':'" person "','district':'330602','group':'veteran',"         \
    "'use':'equipment','guarantee':'fund','fund':'fund-one','bank':'bank-zj','contract_no':'O1',"               \
    "'contracted':10000000,'rate_ppm':43500,'contracted_on':'2021-05-01','due':'2024-05-01','lent':10000000,"   \
    "'outstanding':6000000,'subsidised':5,'subsidised_times':" times

static void
counts_the_times_that_a_person_was_subsidised(void **state)
{
    static const struct row two = {"twice before", NULL, "subsidy_times", ELIGIBLE_MET, 2, 3};
    static const struct row three = {"thrice", NULL, "subsidy_times", ELIGIBLE_NOT_MET, 3, 3};
    static const struct row settled = {"settled, with a subsidy that nobody counted", NULL, "subsidy_times",
                                       ELIGIBLE_NOT_MET, 4, 3};
    static const struct row stranger = {"not registered", NULL, "subsidy_times", ELIGIBLE_NOT_KNOWN, NONE, NONE};
    static const struct row itself = {"its own times are before it", NULL, "subsidy_times", ELIGIBLE_MET, 1, 3};
    struct world *w = *state;
    struct eligibility e;

    lending_expect(w, IMPORT, "loan.brought", "B1", "2023-02-15", BROUGHT(ZHAO, "2"), V_OK);
    lending_expect(w, IMPORT, "loan.brought", "B2", "2023-02-15", BROUGHT(QIAN, "3"), V_OK);
    e = known(w, NULL, TWO("1"));
    check(&two, &e);
    lending_expect(w, IMPORT, "loan.brought", "B3", "2023-02-15", BROUGHT(ZHAO, "1"), V_OK);
    e = known(w, NULL, TWO("1"));
    check(&three, &e);
    lending_expect(w, IMPORT, "loan.brought", "B4", "2023-02-15", BROUGHT(ZHAO, "0"), V_OK);
    lending_expect(w, ZJ, "loan.settled", "B4", "2023-03-15", "", V_OK);
    e = known(w, NULL, TWO("1"));
    check(&settled, &e);
    e = known(w, NULL,
              "'on':'2023-03-01','class':'class2','sort':'individual','person':'0190aaaa-0000-4000-8000-00000000000f',"
              "'district':'330602','amount':1,'term_months':1,'use':'equipment','guarantee':'credit'");
    check(&stranger, &e);
    lending_expect(w, IMPORT, "loan.brought", "B5", "2023-02-15", BROUGHT(QIAN, "1"), V_OK);
    e = known(w, "B2", NULL);
    assert_int_equal(rule_of(&e, "subsidy_times")->figure, itself.figure);
}

static void
warns_of_another_loan_that_is_overdue_and_names_it_to_whom_it_is(void **state)
{
    static const struct row one = {"one is overdue", NULL, "other_overdue", ELIGIBLE_NOT_MET, 1, 0};
    static const struct row none = {"itself is not another", NULL, "other_overdue", ELIGIBLE_MET, 0, 0};
    struct world *w = *state;
    struct eligibility e;
    struct problems p;

    lending_loan(w, "L1", LOAN_OVERDUE);
    e = known(w, NULL, TWO("1"));
    check(&one, &e);
    assert_true(slice_equal(rule_of(&e, "other_overdue")->loan, S("L1")));
    assert_int_equal(rule_of(&e, "other_overdue")->weight, ELIGIBLE_WARN);
    /* A clerk of another district learns that there is one, and not which. */
    assert_int_equal(ask(&e, &p, w, FAR_CLERK, NULL,
                         "'on':'2023-03-01','class':'class2','sort':'individual','person':'" ZHAO
                         "','district':'330603','amount':1,'term_months':1,'use':'equipment','guarantee':'credit'"),
                     V_OK);
    check(&one, &e);
    assert_null(rule_of(&e, "other_overdue")->loan.at);
    e = known(w, "L1", NULL);
    check(&none, &e);
    lending_expect(w, ZJ, "loan.cured", "L1", "2023-05-20", "", V_OK);
    e = known(w, NULL, TWO("1"));
    check(&none, &e);
}

static void
finds_room_in_the_fund_as_the_certificate_will(void **state)
{
    static const struct row taken = {"100,000 yuan less", NULL, "fund_room", ELIGIBLE_MET, 1, 490000000};
    static const struct row own = {"what it holds is its own", NULL, "fund_room", ELIGIBLE_MET, 10000000, 500000000};
    static const struct row paid = {"paid out", NULL, "fund_room", ELIGIBLE_NOT_APPLICABLE, NONE, NONE};
    struct world *w = *state;
    struct eligibility e;

    lending_loan_class1(w, "L1", LOAN_QUALIFIED);
    e = known(w, NULL, ONE("1"));
    check(&taken, &e);
    e = known(w, "L1", NULL);
    check(&own, &e);
    lending_loan_class1(w, "L2", LOAN_REPAYING);
    e = known(w, "L2", NULL);
    check(&paid, &e);
}

static void
stops_where_too_much_of_the_fund_is_spent(void **state)
{
    static const struct row stopped = {"8.05 % is over 8 %", NULL, "fund_stop", ELIGIBLE_NOT_MET, 80500, 80000};
    struct world *w = *state;
    struct eligibility e;

    lending_loan_class1(w, "L1", LOAN_COMPENSATED);
    lending_expect(w, CENTRE, "limit.set", "fund.stop.compensation_pct@330600", "2023-06-01",
                   "'from':'2023-06-01','unit':'ppm','number':80000,'source':'S99','confidence':'A'", V_OK);
    e = known(w, NULL,
              "'on':'2023-06-20','class':'class1','sort':'individual','person':'" ZHAO "','district':'330602',"
              "'amount':1,'term_months':1,'use':'equipment','guarantee':'fund','group':'student'");
    check(&stopped, &e);
}

static void
knows_whether_the_enterprise_is_open_and_whose(void **state)
{
    static const struct row open = {"open", NULL, "enterprise", ELIGIBLE_MET, NONE, NONE};
    static const struct row shut = {"closed", NULL, "enterprise", ELIGIBLE_NOT_MET, NONE, NONE};
    static const struct row owner = {"its legal person", NULL, "legal_person", ELIGIBLE_MET, NONE, NONE};
    struct world *w = *state;
    static const char draft[] = "'on':'2023-03-01','class':'class2','sort':'firm','person':'" SUN "',"
                                "'district':'330602','amount':1,'term_months':1,'use':'equipment',"
                                "'guarantee':'surety','enterprise':'" FIRM "'";
    struct eligibility e = known(w, NULL, draft);

    check(&open, &e);
    check(&owner, &e);
    lending_expect(w, CLERK, "enterprise.closed", FIRM, "2023-03-01", "'reason':'deregistered'", V_OK);
    e = known(w, NULL, draft);
    check(&shut, &e);
}

/* ---- findings -------------------------------------------------------------------------------------------------- */

static void
heeds_whoever_looked_into_it(void **state)
{
    static const struct {
        const char *rule, *finding;
        enum eligible_status status;
        int64_t figure;
    } rows[] = {
        {"credit", "'met'", ELIGIBLE_MET, NONE},
        {"trade", "'not_met'", ELIGIBLE_NOT_MET, NONE},
        {"household", "'not_applicable'", ELIGIBLE_NOT_APPLICABLE, NONE},
        {"age", "'met','figure':35", ELIGIBLE_MET, 35},
        {"hire_ratio", "'met','figure':160000", ELIGIBLE_MET, 160000}, /* which the registry did not know */
        {"key_group", "'met'", ELIGIBLE_NOT_APPLICABLE, NONE},         /* which it does know */
        {"wages_insurance", "'not_met'", ELIGIBLE_NOT_MET, NONE},
        {"credit", "'not_met'", ELIGIBLE_NOT_MET, NONE}, /* the last counts */
    };
    struct world *w = *state;

    lending_expect(w, STREET, "loan.applied", "F1", "2023-03-01", application_firm, V_OK);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct eligibility e;
        const struct eligible_rule *r;

        lending_expect(w, CHECKER, "loan.checked", "F1", "2023-03-02",
                       arena_print(w->arena, "'rule':'%s','finding':%s", rows[i].rule, rows[i].finding).at, V_OK);
        e = known(w, "F1", NULL);
        r = rule_of(&e, rows[i].rule);
        if (r->status != rows[i].status || r->figure != rows[i].figure)
            fail_msg("%s found %s: %d, %lld", rows[i].rule, rows[i].finding, (int)r->status, (long long)r->figure);
    }
}

/* Whatever is judged not met of the numbers that a certificate is held against is what the door refuses. */
static void
agrees_with_the_door(void **state)
{
    static const struct {
        const char *fields, *amount;
        const char *rule; /* the one not met; NULL: all are */
    } rows[] = {
        {application_class2, "30000000", NULL},
        {PART("class2", "individual", "credit", "50000001", "36", "equipment"), "50000001", "amount"},
        {PART("class2", "individual", "credit", "1", "37", "equipment"), "1", "term"},
        {PART("class2", "partnership", "credit", "110000001", "36", "equipment") ",'partners':2", "110000001",
                                   "amount"},
    };
    struct world *w = *state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *id = arena_print(w->arena, "D%zu", i).at, *fields = rows[i].fields;
        struct eligibility e;

        fields = strncmp(fields, "'on'", 4) == 0 ? strchr(fields, ',') + 1 : fields;
        lending_expect(w, STREET, "loan.applied", id, "2023-03-01", fields, V_OK);
        e = known(w, id, NULL);
        if (rows[i].rule != NULL)
            assert_int_equal(rule_of(&e, rows[i].rule)->status, ELIGIBLE_NOT_MET);
        for (size_t n = 0; rows[i].rule == NULL && n < e.count; n++)
            assert_int_not_equal(e.rules[n].status, ELIGIBLE_NOT_MET);
        lending_expect(w, CENTRE, "loan.qualified", id, "2023-03-10",
                       arena_print(w->arena, "'certificate_no':'C','amount_max':%s,'valid_to':'2023-05-31'",
                                   rows[i].amount).at,
                       rows[i].rule == NULL ? V_OK : V_OVER_LIMIT);
    }
}

/* ---- drafts that are none -------------------------------------------------------------------------------------- */

static void
names_every_wrong_field_of_a_draft(void **state)
{
    static const struct {
        const struct actor *who;
        const char *draft;
        enum verdict got;
        const char *pointer;
    } rows[] = {
        {STREET, "'class':'class3'", V_FIELDS_WRONG, "/class"},
        {STREET, TWO("0"), V_FIELDS_WRONG, "/amount"},
        {STREET, TWO("1") ",'colour':'red'", V_FIELDS_WRONG, "/colour"},
        {FAR_CLERK, TWO("1"), V_FORBIDDEN, "/district"},
        {CENTRE, TWO("1"), V_OK, NULL},
        {STREET, TWO("1") ",'subject':'L1'", V_OK, NULL},
        {STREET, "'on':'2023-02-30','class':'class2','sort':'individual','person':'" ZHAO "','district':'330602',"
                 "'amount':1,'term_months':1,'use':'equipment','guarantee':'credit'", V_FIELDS_WRONG, "/on"},
        {STREET, "'on':'2123-02-03','class':'class2','sort':'individual','person':'" ZHAO "','district':'330602',"
                 "'amount':1,'term_months':1,'use':'equipment','guarantee':'credit'", V_FIELDS_WRONG, "/on"},
    };
    struct world *w = *state;
    struct eligibility e;
    struct problems p;

    for (size_t i = 0; i < COUNT(rows); i++) {
        enum verdict got = ask(&e, &p, w, rows[i].who, NULL, rows[i].draft);

        if (got != rows[i].got || (rows[i].pointer != NULL && !slice_equal(p.first->pointer,
                                   slice_of(rows[i].pointer))))
            fail_msg("%s: %s", rows[i].draft, verdict_row(got)->name);
    }
    assert_int_equal(ask(&e, &p, w, STREET, "L9", NULL), V_SUBJECT_UNKNOWN);
}

/* ---- the document ---------------------------------------------------------------------------------------------- */

static void
writes_what_is_known_and_leaves_out_the_rest(void **state)
{
    struct world *w = *state;
    struct eligibility e = known(w, NULL, ONE("10000001") ",'group_national':'graduate','flags':['female']");
    struct buf b = {.arena = w->arena};
    const struct json *tree, *groups, *map;

    eligibility_json(&b, &e);
    buf_add_char(&b, '\0');
    assert_non_null(strstr(b.at, "{\"rule\":\"amount\",\"zh\":\"申请金额不超过上限\",\"en\":\"The amount is within the cap\","
                                 "\"status\":\"not_met\",\"weight\":\"must\",\"figure\":10000001,\"bound\":10000000,"
                                 "\"unit\":\"fen\",\"limit\":\"loan.c1.individual_max\",\"source\":\"S17\","
                                 "\"confidence\":\"S\",\"scope\":\"330600\",\"from\":\"2023-01-01\"}"));
    assert_non_null(strstr(b.at, "\"en\":\"Credit record in order\",\"status\":\"not_known\",\"weight\":\"must\","
                                 "\"limit\":\"loan_rule\",\"source\":\"S18\""));
    assert_int_equal(json_parse(&tree, w->arena, (struct slice){b.at, b.len - 1}), V_OK);
    assert_null(json_find(tree, S("loan")));
    groups = json_find(tree, S("groups"));
    assert_true(slice_equal(json_text(groups, S("province")), S("student")));
    assert_true(slice_equal(json_text(groups, S("national")), S("graduate")));
    assert_true(slice_equal(json_find(groups, S("flags"))->first->text, S("female")));
    map = json_find(groups, S("map"));
    assert_true(slice_equal(json_find(map, S("items"))->first->text, S("graduate")));
    assert_true(slice_equal(json_text(map, S("source")), S("S18")));
    assert_int_equal(json_find(json_find(groups, S("national_list")), S("items"))->count, 2);
}

/* ---- caps, by a judge ------------------------------------------------------------------------------------------ */

#define CASES 300

static void
agrees_with_a_judge_that_works_in_fractions(void **state)
{
    static const char *const classes[] = {"class1", "class2"}, *const takers[] = {"individual", "partnership", "firm"};
    struct world *w = *state;
    struct seed seed = seed_open("agrees_with_a_judge_that_works_in_fractions");
    struct buf cases = {.arena = w->arena};
    struct slice theirs, rest;
    const char *folder;

    if (!oracle_there(w->arena, "python3")) {
        print_message("python3 is missing: no independent judge\n");
        skip();
    }
    /* Numbers that divide badly. */
    lending_expect(w, CENTRE, "limit.set", "loan.c2.individual_max@330602", "2023-03-01",
                   "'from':'2023-03-01','unit':'fen','number':33333337,'source':'S99','confidence':'A'", V_OK);
    lending_expect(w, CENTRE, "limit.set", "loan.partnership_factor@330602", "2023-03-01",
                   "'from':'2023-03-01','unit':'ppm','number':1033337,'source':'S99','confidence':'A'", V_OK);
    for (size_t i = 0; i < CASES; i++)
        buf_print(&cases, "%s %s %d %lld\n", classes[seed_below(&seed, 2)], takers[seed_below(&seed, 3)],
                  2 + (int)seed_below(&seed, 19), 1 + (long long)seed_below(&seed, 400000000));
    folder = folder_open(w->arena);
    write_file(arena_print(w->arena, "%s/cases", folder).at, buf_slice(&cases));
    assert_int_equal(oracle_run(&theirs, w->arena,
                                "python3 -B tests/lib/cap_judge.py 10000000 33333337 300000000 1033337 %s/cases",
                                   folder),
                     0);
    folder_close(folder);
    rest = buf_slice(&cases);
    for (size_t i = 0; i < CASES; i++) {
        struct slice left, one = slice_cut(&rest, rest, '\n'), wanted = slice_cut(&theirs, theirs, '\n');
        struct slice class = slice_cut(&left, one, ' '), sort = slice_cut(&left, left, ' ');
        struct slice partners = slice_cut(&left, left, ' ');
        bool pair = slice_equal(sort, S("partnership"));
        struct eligibility e = known(
            w, NULL,
            arena_print(w->arena,
                        "'on':'2023-03-01','class':'" SLICE_FMT "','sort':'" SLICE_FMT "','person':'" ZHAO "',"
                        "'district':'330602','amount':" SLICE_FMT ",'term_months':1,'use':'equipment',"
                        "'guarantee':'credit'%s" SLICE_FMT,
                        SLICE_ARG(class), SLICE_ARG(sort), SLICE_ARG(left), pair ? ",'partners':" : "",
                        SLICE_ARG(pair ? partners : S(""))).at);
        const struct eligible_rule *r = rule_of(&e, "amount");
        struct slice ours = arena_print(w->arena, "%lld %s", (long long)r->bound,
                                        r->status == ELIGIBLE_MET ? "yes" : "no");

        if (!slice_equal(ours, wanted))
            fail_msg(SLICE_FMT ": ours " SLICE_FMT ", theirs " SLICE_FMT, SLICE_ARG(one), SLICE_ARG(ours),
                     SLICE_ARG(wanted));
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, world_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(judges_a_draft_condition_by_condition),
        TEST(says_where_each_number_is_from),
        TEST(uses_the_numbers_of_the_day_and_says_which_is_lacking),
        TEST(counts_the_times_that_a_person_was_subsidised),
        TEST(warns_of_another_loan_that_is_overdue_and_names_it_to_whom_it_is),
        TEST(finds_room_in_the_fund_as_the_certificate_will),
        TEST(stops_where_too_much_of_the_fund_is_spent),
        TEST(knows_whether_the_enterprise_is_open_and_whose),
        TEST(heeds_whoever_looked_into_it),
        TEST(agrees_with_the_door),
        TEST(names_every_wrong_field_of_a_draft),
        TEST(writes_what_is_known_and_leaves_out_the_rest),
        TEST(agrees_with_a_judge_that_works_in_fractions),
    };

    return cmocka_run_group_tests_name("domain/loan_eligibility", tests, NULL, NULL);
}

/*
 * Lending in the town: banks, numbers in force, and the ways of a loan.
 * Knows the least that a loan reads of its neighbours; must not judge.
 * Invariant: a loan is brought to a state by the shortest way, on days that fit each other.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lending.h"

const struct actor clockwork = {ROLE_CLOCK, S_INIT("ventured"), S_INIT("clock"), {NULL, 0}};
const struct actor payer = {ROLE_PAYER, S_INIT("centre"), S_INIT("he"), {NULL, 0}};

/* ---- numbers and lists in force, and a bank that has closed ---------------------------------------------------- */

#define FORCE "'from':'2023-01-01','source':'S17','confidence':'S',"
#define LIST FORCE "'unit':'list','items':"
#define FEN FORCE "'unit':'fen','number':"

static const struct {
    const char *kind, *subject, *fields;
} beginnings[] = {
    {"limit.set", "district@330600", LIST "['330602','330603','330604','330681','330683','330624']"},
    {"limit.set", "loan_group_province@330000", LIST "['student','unemployed','hard_to_employ','veteran','disabled']"},
    {"limit.set", "loan_group_national@cn", LIST "['graduate','veteran']"},
    {"limit.set", "loan_group_flag@330600", LIST "['female','disabled']"},
    {"limit.set", "loan_use@330600", LIST "['working_capital','equipment']"},
    {"limit.set", "loan_refusal_reason@330600", LIST "['not_entitled','papers_missing']"},
    {"limit.set", "loan_thaw_reason@330600", LIST "['checked_in_order']"},
    {"limit.set", "bank_refusal_reason@330600", LIST "['credit_record','project','withdrew']"},
    {"limit.set", "loan.c1.individual_max@330600", FEN "10000000"},
    {"limit.set", "loan.c2.individual_max@330600", FEN "50000000"},
    {"limit.set", "loan.small_firm_max@330000", FEN "300000000"},
    {"limit.set", "loan.partnership_factor@330600", FORCE "'unit':'ppm','number':1100000"},
    {"limit.set", "loan.term_max_months.individual@330600", FORCE "'unit':'month','number':36"},
    {"limit.set", "loan.term_max_months.firm@330600", FORCE "'unit':'month','number':24"},
    {"limit.set", "fund.multiple_max@330600", FORCE "'unit':'ppm','number':5000000"},
    {"limit.set", "fund.at_limit@330600", FORCE "'unit':'code','code':'queue'"},
    {"limit.set", "fund.claim.overdue_days@330600", FORCE "'unit':'day','number':30"},
    {"limit.set", "fund.claim.share@330600", FORCE "'unit':'ppm','number':1000000"},
    {"limit.set", "fund.claim.share_small_max@330600", FEN "10000000"},
    {"limit.set", "fund.claim.share_above@330600", FORCE "'unit':'ppm','number':800000"},
    {"limit.set", "fund.claim.mode@330600", FORCE "'unit':'code','code':'by_loan_size'"},
    {"limit.set", "subsidy.day_count@330600", FORCE "'unit':'code','code':'act_360'"},
    {"limit.set", "loan_paper@330600", LIST "['identity','licence']"},
    {"limit.set", "loan_rule@330600", LIST "['credit','other_loans']"},
    {"limit.set", "counter_guarantee@330600", LIST "['none','surety']"},
    {"limit.set", "guarantee_decline_reason@330600", LIST "['project']"},
    {"limit.set", "certificate_reissue_reason@330600", LIST "['lost']"},
    {"limit.set", "bank_return_reason@330600", LIST "['papers_missing']"},
    {"limit.set", "loan_lapse_reason@330600", LIST "['not_signed']"},
    {"limit.set", "loan_call_cause@330600", LIST "['misuse']"},
    {"limit.set", "borrower_change_reason@330600", LIST "['inheritance']"},
    {"limit.set", "claim_paper@330600", LIST "['demand']"},
    {"limit.set", "claim_refusal_reason@330600", LIST "['bank_fault']"},
    {"limit.set", "recovery_means@330600", LIST "['lawsuit']"},
    {"limit.set", "loan_freeze_reason@330600", LIST "['fraud_check']"},
    {"limit.set", "exception_finding@330600", LIST "['in_order']"},
    {"fund.founded", "fund-one", "'zh':'市创业担保基金'"},
    {"fund.founded", "fund-two", "'zh':'区创业担保基金','district':'330602'"},
    {"fund.paid_in", "fund-one", "'amount':100000000,'voucher_no':'P1'"},
    {"account.opened", "feng",
     "'organisation':'street-602','roles':['street_clerk'],'login':'feng','name':'x','district':'330602'"},
    {"account.opened", "qian",
     "'organisation':'330602','roles':['district_checker'],'login':'qian','name':'x','district':'330602'"},
    {"organisation.registered", "bank-gone", "'sort':'bank','zh':'已停业银行'"},
    {"organisation.closed", "bank-gone", "'reason':'dissolved'"},
};

/* Who sets limits, moves money, opens accounts, registers the rest. */
static const struct actor *
founder(const char *kind)
{
    static const struct {
        const char *begins;
        const struct actor *who;
    } founders[] = {{"limit.", CENTRE}, {"fund.paid", PAYER}, {"account.", &town_security}, {"", &town_system}};
    size_t i = 0;

    while (strncmp(kind, founders[i].begins, strlen(founders[i].begins)) != 0)
        i++;
    return founders[i].who;
}

int
lending_setup(void **state)
{
    int got = town_setup(state);
    struct world *w = *state;

    for (size_t i = 0; i < COUNT(beginnings); i++) {
        struct posting *p = lending_post(w, founder(beginnings[i].kind), beginnings[i].kind, beginnings[i].subject,
                                         "2023-01-01", beginnings[i].fields);

        if (p->got != V_OK)
            fail_msg("%s %s: %s", beginnings[i].kind, beginnings[i].subject, verdict_row(p->got)->name);
    }
    assert_string_equal(town_person(w, 1), ZHAO);
    assert_string_equal(town_person(w, 2), QIAN);
    assert_string_equal(town_enterprise(w, 3), FIRM);
    return got;
}

/* ---- posting --------------------------------------------------------------------------------------------------- */

static const char *
body_of(struct world *w, const char *subject, const char *on, const char *fields)
{
    const char *comma = fields[0] == '\0' ? "" : ",";

    return arena_print(w->arena, "{'subject':'%s','on':'%s'%s%s}", subject, on, comma, fields).at;
}

struct posting *
lending_read(struct world *w, const struct actor *who, const char *kind, const char *loan, const char *on,
          const char *fields)
{
    return world_read(w, who, kind, NULL, body_of(w, loan, on, fields));
}

struct posting *
lending_post(struct world *w, const struct actor *who, const char *kind, const char *loan, const char *on,
          const char *fields)
{
    return world_post(w, who, kind, NULL, body_of(w, loan, on, fields));
}

void
lending_expect(struct world *w, const struct actor *who, const char *kind, const char *loan, const char *on,
               const char *fields, enum verdict wanted)
{
    enum verdict got = lending_post(w, who, kind, loan, on, fields)->got;

    if (got != wanted)
        fail_msg("%s of %s on %s: %s, wanted %s", kind, loan, on, verdict_row(got)->name, verdict_row(wanted)->name);
}

enum verdict
lending_confirm(struct world *w, const struct posting *correction)
{
    const char *id = arena_copy(w->arena, correction->entry.id).at;

    return lending_post(w, CENTRE, "entry.mended", id, "2023-06-30", "")->got;
}

/* ---- the ways of a loan ---------------------------------------------------------------------------------------- */

#define APPLICATION(class, sort, amount, term, guarantee)                                                      \
    "'class':'" class "','sort':'" sort "','person':'" ZHAO "','district':'330602','amount':" amount           \
    ",'term_months':" term ",'use':'equipment','guarantee':'" guarantee "'"

const char application_class1[] = APPLICATION("class1", "individual", "10000000", "36", "fund") ",'group':'student'";
const char application_class2[] = APPLICATION("class2", "individual", "30000000", "36", "mortgage");
const char application_firm[] = APPLICATION("class2", "firm", "200000000", "24", "surety") ",'enterprise':'" FIRM "'";
const char application_partnership[] = APPLICATION("class2", "partnership", "90000000", "36", "credit") ",'partners':2";

#define TERMS "'rate_ppm':43500,'term_months':36"

/* The step that leads to each state, and the state before. */
static const struct stage {
    enum loan_state before;
    const struct actor *who;
    const char *kind, *on, *fields[2]; /* of Class 2, of Class 1; the second NULL where it is the same */
    const char *then[3];               /* another entry that follows and leaves the state: kind, day, fields */
} steps[LOAN__COUNT] = {
    [LOAN_APPLIED]       = {LOAN_NEW, STREET, "loan.applied", "2023-03-01", {application_class2, application_class1}},
    [LOAN_QUALIFIED]     = {LOAN_APPLIED, CHECKER, "loan.qualified", "2023-03-10",
                            {"'certificate_no':'越创贷〔2023〕012','amount_max':30000000,'valid_to':'2023-05-31'",
                             "'certificate_no':'越创贷〔2023〕013','amount_max':10000000,'valid_to':'2023-05-31',"
                             "'fund':'fund-one'"}},
    [LOAN_SENT]          = {LOAN_QUALIFIED, CLERK, "loan.sent", "2023-03-12", {"'bank':'bank-zj'"}},
    [LOAN_INVESTIGATING] = {LOAN_SENT, ZJ, "loan.accepted", "2023-03-15", {""}},
    [LOAN_APPROVED]      = {LOAN_INVESTIGATING, ZJ, "loan.approved", "2023-03-20",
                            {"'amount':20000000," TERMS, "'amount':8000000," TERMS}},
    [LOAN_CONTRACTED]    = {LOAN_APPROVED, ZJ, "loan.contracted", "2023-04-01",
                            {"'amount':20000000," TERMS ",'due':'2026-03-31','contract_no':'Z1'",
                             "'amount':8000000," TERMS ",'due':'2026-03-31','contract_no':'Z2'"}},
    [LOAN_REPAYING]      = {LOAN_CONTRACTED, ZJ, "loan.disbursed", "2023-04-10",
                            {"'amount':20000000,'voucher_no':'D0'", "'amount':8000000,'voucher_no':'D0'"}},
    [LOAN_OVERDUE]       = {LOAN_REPAYING, ZJ, "loan.overdue", "2023-05-10", {"'amount':500000,'since':'2023-05-01'"}},
    [LOAN_SETTLED]       = {LOAN_REPAYING, ZJ, "loan.settled", "2023-05-20", {""}},
    [LOAN_REFUSED]       = {LOAN_APPLIED, CHECKER, "loan.refused", "2023-03-10", {"'reason':'papers_missing'"}},
    [LOAN_WITHDRAWN]     = {LOAN_SENT, STREET, "loan.withdrawn", "2023-03-14", {""}},
    [LOAN_EXPIRED]       = {LOAN_REJECTED, CLOCK, "loan.expired", "2023-06-01", {""}},
    [LOAN_REJECTED]      = {LOAN_INVESTIGATING, ZJ, "loan.rejected", "2023-03-20", {"'reason':'project'"}},
    [LOAN_INCOMPLETE]    = {LOAN_APPLIED, STREET, "loan.papers_named", "2023-03-02", {"'missing':['licence']"}},
    [LOAN_CHECKING]      = {LOAN_INCOMPLETE, STREET, "loan.completed", "2023-03-03", {""}},
    [LOAN_REVIEWING]     = {LOAN_CHECKING, CLERK, "loan.referred", "2023-03-04", {""}},
    [LOAN_REVIEWED]      = {LOAN_REVIEWING, CHECKER, "loan.review_passed", "2023-03-06", {"'minutes_no':'P1'"}},
    [LOAN_GUARANTEED]    = {LOAN_REVIEWED, CHECKER, "loan.guarantee_agreed", "2023-03-08",
                            {"'counter_guarantee':'none'"}},
    [LOAN_QUEUED]        = {LOAN_GUARANTEED, CHECKER, "loan.queued", "2023-03-09",
                            {"'fund':'fund-two','amount':10000000"}},
    [LOAN_RETURNED]      = {LOAN_INVESTIGATING, ZJ, "loan.returned", "2023-03-20", {"'reason':'papers_missing'"}},
    [LOAN_LAPSED]        = {LOAN_APPROVED, ZJ, "loan.lapsed", "2023-04-20", {"'reason':'not_signed'"}},
    [LOAN_CALLED_IN]     = {LOAN_REPAYING, ZJ, "loan.called_in", "2023-05-10", {"'cause':'misuse'"}},
    [LOAN_CLAIMED]       = {LOAN_OVERDUE, ZJ, "loan.claim_filed", "2023-06-10",
                            {"'principal':8000000,'interest':50000,'amount':8050000"}},
    [LOAN_COMPENSATED]   = {LOAN_CLAIMED, PAYER, "loan.compensated", "2023-06-12",
                            {"'amount':8050000,'principal':8000000,'voucher_no':'C0'"}},
    [LOAN_RECOVERING]    = {LOAN_COMPENSATED, CENTRE, "loan.recovery_started", "2023-06-13", {"'means':'lawsuit'"},
                            {"loan.recovered", "2023-06-14", "'amount':8050000,'voucher_no':'B0'"}},
    [LOAN_RECOVERED]     = {LOAN_RECOVERING, CENTRE, "loan.recovery_completed", "2023-06-15", {""}},
    [LOAN_WRITTEN_OFF]   = {LOAN_COMPENSATED, CENTRE, "loan.written_off", "2023-06-16",
                            {"'fund_amount':8050000,'voucher_no':'O0'"}},
};

static const char *
bring(struct world *w, const char *id, enum loan_state state, size_t class)
{
    const struct stage *s = &steps[state];
    struct posting *p;

    if (state == LOAN_NEW)
        return id;
    bring(w, id, s->before, class);
    p = lending_post(w, s->who, s->kind, id, s->on, s->fields[class] == NULL ? s->fields[0] : s->fields[class]);
    if (p->got != V_OK)
        fail_msg("%s of %s: %s", s->kind, id, verdict_row(p->got)->name);
    assert_string_equal(p->state, loan_type.states[state].name);
    if (s->then[0] != NULL)
        lending_expect(w, PAYER, s->then[0], id, s->then[1], s->then[2], V_OK);
    return id;
}

const char *
lending_loan(struct world *w, const char *id, enum loan_state state)
{
    return bring(w, id, state, 0);
}

const char *
lending_loan_class1(struct world *w, const char *id, enum loan_state state)
{
    return bring(w, id, state, 1);
}

/* ---- looking --------------------------------------------------------------------------------------------------- */

struct subject
lending_subject(struct world *w, const char *loan)
{
    return world_find(w, &loan_type, loan);
}

const struct loan_view *
lending_view(struct world *w, const char *loan)
{
    return lending_subject(w, loan).view;
}

static bool
is_or_any(const char *wanted, struct slice got)
{
    return wanted == NULL || slice_equal(got, slice_of(wanted));
}

int64_t
lending_total(struct world *w, const char *indicator, const char *part, const char *district, const char *from,
           const char *to, int64_t known_seq)
{
    struct cell *cells;
    size_t count;
    int32_t first, last;
    int64_t sum = 0;

    assert_true(day_parse(&first, slice_of(from)));
    assert_true(day_parse(&last, slice_of(to)));
    assert_int_equal(ledger_totals(&cells, &count, w->reader, w->arena, first, last, known_seq), V_OK);
    for (size_t i = 0; i < count; i++)
        if (is_or_any(indicator, cells[i].indicator) && is_or_any(part, cells[i].part) &&
            is_or_any(district, cells[i].district))
            sum += cells[i].amount;
    return sum;
}

struct slice
lending_exceptions(struct world *w, const char *loan)
{
    struct buf seen = {.arena = w->arena};
    int64_t last = 0;

    for (;;) {
        struct slice rest, seq, row = world_sql(w,
                                                "SELECT seq || ' ' || nature || '/' || excess || '/' || steps "
                                                "FROM exception WHERE type = 'loan' AND subject = '%s' "
                                                "AND seq > %lld ORDER BY seq LIMIT 1", loan, (long long)last);

        if (row.at == NULL)
            return buf_slice(&seen);
        seq = slice_cut(&rest, row, ' ');
        assert_true(slice_to_int(&last, seq));
        buf_print(&seen, SLICE_FMT " ", SLICE_ARG(rest));
    }
}

void
lending_verify(struct world *w)
{
    struct verify_report report;
    enum verdict got = ledger_verify(&report, &w->options, w->vkey, w->engine->folder);

    if (got != V_OK)
        fail_msg("%s: %lld damages, first %s: %s", verdict_row(got)->name, (long long)report.damage_count,
                 report.damages[0].where, report.damages[0].what);
}

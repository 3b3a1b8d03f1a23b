/*
 * A town for the domain's tests.
 * Knows how to register its districts, offices, persons and enterprises; must not judge.
 * Invariant: check digits are computed here from the standards, not by the functions under test.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "town.h"

#define ACTOR(role, organisation, account, district) {role, S_INIT(organisation), S_INIT(account), district}
#define NOWHERE {NULL, 0}

const struct actor town_system = ACTOR(ROLE_SYSTEM, "centre", "root", NOWHERE);
const struct actor town_security = ACTOR(ROLE_SECURITY, "centre", "guard", NOWHERE);
const struct actor town_auditor = ACTOR(ROLE_AUDITOR, "bureau", "audit", NOWHERE);
const struct actor town_chief = ACTOR(ROLE_SECTION_CHIEF, "bureau", "chief", NOWHERE);
const struct actor town_officer = ACTOR(ROLE_CENTRE_OFFICER, "centre", "sun", NOWHERE);
const struct actor town_import = ACTOR(ROLE_IMPORT, "centre", "importer", NOWHERE);
const struct actor town_clerk = ACTOR(ROLE_DISTRICT_CLERK, "330602", "zhou", S_INIT("330602"));
const struct actor town_checker = ACTOR(ROLE_DISTRICT_CHECKER, "330602", "qian", S_INIT("330602"));
const struct actor town_street = ACTOR(ROLE_STREET_CLERK, "street-602", "feng", S_INIT("330602"));
const struct actor town_clerk_603 = ACTOR(ROLE_DISTRICT_CLERK, "330603", "wu", S_INIT("330603"));
const struct actor town_checker_603 = ACTOR(ROLE_DISTRICT_CHECKER, "330603", "zheng", S_INIT("330603"));
const struct actor town_bank = ACTOR(ROLE_BANK_MACHINE, "bank-zj", "zj-core", NOWHERE);
const struct actor town_bank_officer = ACTOR(ROLE_BANK_OFFICER, "bank-zj", "chen", NOWHERE);
const struct actor town_bank_checker = ACTOR(ROLE_BANK_CHECKER, "bank-zj", "chu", NOWHERE);
const struct actor town_bank_other = ACTOR(ROLE_BANK_MACHINE, "bank-sx", "sx-core", NOWHERE);

/* ---- what is there from the beginning -------------------------------------------------------------------------- */

#define LIST "'from':'2020-01-01','source':'assumed','confidence':'A','unit':'list','items':"

static const struct {
    const char *kind, *subject, *fields;
} beginnings[] = {
    {"district.set", "330000", "'zh':'浙江省','en':'Zhejiang'"},
    {"district.set", "330600", "'zh':'绍兴市','en':'Shaoxing','parent':'330000'"},
    {"district.set", "330602", "'zh':'越城区','en':'Yuecheng','parent':'330600'"},
    {"district.set", "330603", "'zh':'柯桥区','en':'Keqiao','parent':'330600'"},
    {"district.set", "330604", "'zh':'上虞区','en':'Shangyu','parent':'330600'"},
    {"district.set", "330624", "'zh':'新昌县','en':'Xinchang','parent':'330600'"},
    {"district.set", "330681", "'zh':'诸暨市','en':'Zhuji','parent':'330600'"},
    {"district.set", "330683", "'zh':'嵊州市','en':'Shengzhou','parent':'330600'"},
    {"district.set", "330699", "'zh':'市本级','en':'City itself','parent':'330600'"},
    {"organisation.registered", "centre", "'sort':'centre','zh':'市就业管理服务中心'"},
    {"organisation.registered", "bureau", "'sort':'bureau','zh':'市人力社保局'"},
    {"organisation.registered", "330602", "'sort':'district_bureau','zh':'越城区人力社保局','district':'330602'"},
    {"organisation.registered", "330603", "'sort':'district_bureau','zh':'柯桥区人力社保局','district':'330603'"},
    {"organisation.registered", "street-602", "'sort':'street','zh':'塔山街道','district':'330602'"},
    {"organisation.registered", "bank-zj", "'sort':'bank','zh':'之江银行'"},
    {"organisation.registered", "bank-sx", "'sort':'bank','zh':'鉴湖银行'"},
    {"organisation.registered", "bank-rcb", "'sort':'bank','zh':'曹娥江农商银行'"},
    {"organisation.registered", "operator-one", "'sort':'operator','zh':'若耶溪创业园','district':'330602'"},
    {"limit.set", "mend_reason@330600", LIST "['typing_error','wrong_amount']"},
    {"limit.set", "id_type@330600", LIST "['resident_id','passport','other']"},
    {"limit.set", "organisation_close_reason@330600", LIST "['dissolved','merged','agreement_ended']"},
    {"limit.set", "enterprise_close_reason@330600", LIST "['deregistered','merged']"},
};

void
town_open(void **state, const struct registry *r)
{
    struct world *w = world_open(state, r);
    struct posting *all[COUNT(beginnings)];

    for (size_t i = 0; i < COUNT(beginnings); i++)
        all[i] = world_read(w, &town_system, beginnings[i].kind, NULL,
                            arena_print(w->arena, "{'subject':'%s','on':'2020-01-01',%s%s}", beginnings[i].subject,
                                        beginnings[i].kind[0] == 'd' ? "'from':'2013-11-08'," : "",
                                        beginnings[i].fields).at);
    ledger_post(w->ledger, all, COUNT(all));
    for (size_t i = 0; i < COUNT(beginnings); i++)
        if (all[i]->got != V_OK)
            fail_msg("the town: %s: %s", beginnings[i].subject, verdict_row(all[i]->got)->name);
}

int
town_setup(void **state)
{
    town_open(state, &the_registry);
    return 0;
}

/* ---- stories --------------------------------------------------------------------------------------------------- */

static void
step_run(struct world *w, const struct town_step *s)
{
    int64_t entries = world_count(w, "journal"), texts = world_count(w, "private_text");
    int64_t values = world_count(w, "blind_index");
    struct posting *p = world_post(w, s->who, s->kind, NULL, s->body);
    const struct problem *first = p->problems.first;

    if (p->got != s->got)
        fail_msg("%s: %s, wanted %s", s->what, verdict_row(p->got)->name, verdict_row(s->got)->name);
    if (s->pointer != NULL && (first == NULL || !slice_equal(first->pointer, slice_of(s->pointer))))
        fail_msg("%s: points at '%s', wanted '%s'", s->what, first == NULL ? "nothing" : first->pointer.at, s->pointer);
    if (s->problem != V_OK && (first == NULL || first->verdict != s->problem))
        fail_msg("%s: the first problem is not %s", s->what, verdict_row(s->problem)->name);
    if (p->got == V_OK)
        return;
    if (world_count(w, "journal") != entries || world_count(w, "private_text") != texts ||
        world_count(w, "blind_index") != values)
        fail_msg("%s: the refusal left something behind", s->what);
}

void
town_run(struct world *w, const struct town_step *steps, size_t count)
{
    for (size_t i = 0; i < count; i++)
        step_run(w, &steps[i]);
}

/* ---- persons and enterprises that cannot exist ----------------------------------------------------------------- */

/* GB 11643: weights 2^(17 - i) mod 11, the check character standing for (12 - sum) mod 11. */
const char *
town_identity(struct world *w, int n)
{
    static const char checks[] = "10X98765432";
    struct slice body = arena_print(w->arena, "99999919900101%03d", n % 1000);
    int sum = 0;

    for (int i = 0; i < 17; i++)
        sum += (body.at[i] - '0') * ((1 << (17 - i)) % 11);
    return arena_print(w->arena, "%s%c", body.at, checks[sum % 11]).at;
}

/* GB 32100: signs without I, O, S, V and Z, weights 3^i mod 31. */
const char *
town_credit_code(struct world *w, int n)
{
    static const char signs[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    struct slice body = arena_print(w->arena, "91999999MA%07d", n);
    long sum = 0, weight = 1;

    for (int i = 0; i < 17; i++, weight = weight * 3 % 31)
        sum += (strchr(signs, body.at[i]) - signs) * weight;
    return arena_print(w->arena, "%s%c", body.at, signs[(31 - sum % 31) % 31]).at;
}

static void
must_post(struct world *w, const char *kind, const char *json)
{
    struct posting *p = world_post(w, &town_clerk, kind, NULL, json);

    if (p->got != V_OK)
        fail_msg("the town: %s: %s", kind, verdict_row(p->got)->name);
}

const char *
town_person(struct world *w, int n)
{
    const char *id = arena_print(w->arena, "0190aaaa-0000-4000-8000-%012d", n).at;

    must_post(w, "person.registered",
              arena_print(w->arena,
                          "{'subject':'%s','on':'2023-01-10','id_type':'resident_id','id_number':'%s','name':'某甲',"
                          "'phone':'0575-00000','district':'330602'}",
                          id, town_identity(w, n)).at);
    return id;
}

const char *
town_enterprise(struct world *w, int n)
{
    const char *person = town_person(w, n), *code = town_credit_code(w, n);

    must_post(w, "enterprise.registered",
              arena_print(w->arena,
                          "{'subject':'%s','on':'2023-01-10','sort':'small_firm','zh':'若耶溪科技有限公司',"
                          "'district':'330602','legal_person':'%s','founded':'2022-06-01'}",
                          code, person).at);
    return code;
}

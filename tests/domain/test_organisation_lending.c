/*
 * How a bank stands as a lender: what each standing lets be done, by whom, and what none of them takes away.
 * Knows the law of the banks in its own words; must not read it from their table.
 * Invariant: no measure ever takes a bank's keys away, and no standing is told by a state of the ledger's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "teller.h"

/* ---- what a measure leaves alone ------------------------------------------------------------------------------- */

#define OLD_LOANS_GO_ON(what)                                                                                          \
    {what, &town_security, "account.roles_set", "zj-core", "2023-06-01", "'roles':['bank_machine']", V_OK, NULL},      \
    {what, &town_security, "endpoint.set", ZJ, "2023-06-01", "'organisation':'bank-zj','url':'https://b.example/'",    \
     V_OK, NULL}

static void
must_still_act(struct world *w)
{
    struct account_record account;
    struct endpoint_record endpoint;
    struct key_record key;

    assert_int_equal(account_record_load(&account, w->reader, w->arena, S("zj-core"), day_local(world_now_ms)), V_OK);
    assert_true(account.active);
    assert_int_equal(endpoint_record_load(&endpoint, w->reader, w->arena, S(ZJ)), V_OK);
    assert_int_equal(key_record_load(&key, w->reader, w->vault, w->arena, S("key-1")), V_OK);
    assert_true(key.holder_active);
    key_close(key.key);
}

static void
keeps_the_keys_accounts_and_endpoint_of_whoever_may_not_lend(void **state)
{
    static const struct teller_step opened[] = {
        {"an account", &town_security, "account.opened", "zj-core", "2023-01-01",
         "'organisation':'bank-zj','roles':['bank_machine'],'login':'zj-core','name':'核心系统'", V_OK, NULL},
        {"a key", &town_security, "key.registered", "key-1", "2023-01-01",
         "'organisation':'bank-zj','account':'zj-core','algorithm':'ed25519','profile':'rfc9421','from':'2023-01-01',"
         "'public_key':'MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=','certificate_required':'no'",
         V_OK, NULL},
        OLD_LOANS_GO_ON("as it was"),
    };
    static const struct teller_step measures[][3] = {
        {{"warned", OFFICER, "organisation.warned", ZJ, "2023-06-01", BY_HAND, V_OK, NULL}, OLD_LOANS_GO_ON("warned")},
        {{"suspended", OFFICER, "organisation.suspended", ZJ, "2023-06-01", BY_HAND, V_OK, NULL},
         OLD_LOANS_GO_ON("suspended")},
        {{"left", OFFICER, "organisation.left", ZJ, "2023-06-01", "'reason':'removed'", V_OK, NULL},
         OLD_LOANS_GO_ON("left")},
        {{"merged", OFFICER, "organisation.merged", ZJ, "2023-06-01", "'into':'bank-sx','from':'2023-06-01'", V_OK,
          NULL},
         OLD_LOANS_GO_ON("merged")},
    };
    struct world *w = *state;

    RUN(w, opened);
    must_still_act(w);
    for (size_t i = 0; i < COUNT(measures); i++) {
        RUN(w, measures[i]);
        must_still_act(w);
    }
}

static void
tells_the_bank_what_it_met_with(void **state)
{
    static const struct teller_step steps[] = {
        {"signed: not told", OFFICER, "organisation.agreement_signed", ZJ, "2023-01-01",
         AGREEMENT("A1", "2023-01-01", "2023-12-31"), V_OK, NULL},
        {"warned", OFFICER, "organisation.warned", ZJ, "2023-02-01", BY_HAND, V_OK, NULL},
        {"suspended", OFFICER, "organisation.suspended", ZJ, "2023-02-01", BY_HAND, V_OK, NULL},
        {"resumed", OFFICER, "organisation.resumed", ZJ, "2023-02-01", BY_HAND, V_OK, NULL},
        {"left", OFFICER, "organisation.left", ZJ, "2023-02-01", "'reason':'removed'", V_OK, NULL},
        {"merged", OFFICER, "organisation.merged", ZJ, "2023-02-01", "'into':'bank-sx','from':'2023-03-01'", V_OK,
         NULL},
    };
    struct world *w = *state;

    RUN(w, steps);
    assert_string_equal(world_sql(w, "SELECT COUNT(*) FROM op_outbox WHERE organisation = 'bank-zj'").at, "5");
    assert_int_equal(world_count(w, "op_outbox"), 5);
}

/* ---- may it get an application? ------------------------------------------------------------------------------- */

static enum verdict
ask_lender(struct world *w, const char *id, const char *required, const char *on)
{
    struct problems p = {.arena = w->arena};
    struct limit l = {.name = required == NULL ? NULL : "bank.agreement_required", .source = S("assumed")};
    struct subject s;
    enum verdict got;
    int32_t day;

    if (required != NULL)
        l.code = slice_of(required);
    assert_true(day_parse(&day, slice_of(on)));
    assert_int_equal(subject_load(&s, w->reader, w->arena, &organisation_type, slice_of(id)), V_OK);
    got = check_lender(&p, &s, &l, day);
    assert_int_equal(p.count, got == V_OK ? 0 : 1);
    if (got == V_OK)
        return got;
    assert_true(slice_equal(p.first->pointer, S("/bank")));
    assert_true(p.first->zh.len > 0);
    assert_true(p.first->en.len > 0);
    return got;
}

static void
says_who_may_get_a_new_application_on_which_day(void **state)
{
    static const struct teller_step steps[] = {
        {"an agreement", OFFICER, "organisation.agreement_signed", ZJ, "2023-01-01",
         AGREEMENT("A1", "2023-02-01", "2023-12-31"), V_OK, NULL},
        {"warned", OFFICER, "organisation.warned", ZJ, "2023-02-10", BY_HAND, V_OK, NULL},
        {"suspended", OFFICER, "organisation.suspended", ZJ, "2023-03-01", BY_HAND, V_OK, NULL},
        {"resumed", OFFICER, "organisation.resumed", ZJ, "2023-04-01", BY_HAND, V_OK, NULL},
        {"left", OFFICER, "organisation.left", ZJ, "2023-05-01", "'reason':'removed'", V_OK, NULL},
        {"merges", OFFICER, "organisation.merged", "bank-sx", "2023-02-01", "'into':'bank-rcb','from':'2023-09-01'",
         V_OK, NULL},
        {"a bank that closes", &town_system, "organisation.registered", "bank-gone", "2023-01-01",
         "'sort':'bank','zh':'已停业银行'", V_OK, NULL},
        {"closed", &town_system, "organisation.closed", "bank-gone", "2023-06-01", "'reason':'dissolved'", V_OK, NULL},
    };
    static const struct {
        const char *bank, *required, *on;
        enum verdict wanted;
    } asked[] = {
        {ZJ, NULL, "2023-01-15", V_OK},           {ZJ, "no", "2023-01-15", V_OK},
        {ZJ, "yes", "2023-01-31", V_RULE_REFUSED}, {ZJ, "yes", "2023-02-01", V_OK},
        {ZJ, "yes", "2023-02-10", V_OK}, /* a bank that is warned may */
        {ZJ, "no", "2023-03-01", V_RULE_REFUSED}, {ZJ, "no", "2023-03-31", V_RULE_REFUSED},
        {ZJ, "yes", "2023-04-01", V_OK},          {ZJ, "no", "2023-04-30", V_OK},
        {ZJ, "no", "2023-05-01", V_RULE_REFUSED}, {ZJ, "no", "2024-01-01", V_RULE_REFUSED},
        {"bank-sx", "no", "2023-08-31", V_OK},    {"bank-sx", "no", "2023-09-01", V_RULE_REFUSED},
        {"bank-sx", "yes", "2023-08-31", V_RULE_REFUSED},
        {"bank-rcb", NULL, "2023-09-01", V_OK},
        {"bank-gone", NULL, "2023-06-01", V_RULE_REFUSED},
        {"bank-gone", NULL, "2023-05-31", V_RULE_REFUSED}, /* nobody is left who could decide it */
        {"centre", NULL, "2023-05-31", V_RULE_REFUSED},
    };
    struct world *w = *state;

    RUN(w, steps);
    for (size_t i = 0; i < COUNT(asked); i++)
        if (ask_lender(w, asked[i].bank, asked[i].required, asked[i].on) != asked[i].wanted)
            fail_msg("%s on %s, agreement required: %s", asked[i].bank, asked[i].on,
                     asked[i].required == NULL ? "unknown" : asked[i].required);
}

/* ---- the law, in words ----------------------------------------------------------------------------------------- */

struct law {
    const char *kind, *post, *propose, *while_it_is;
    const char *lets_in; /* of these standings, where the story so far allows it; the others V_RULE_REFUSED */
    const char *fields;
};

#define ON_ITS_OWN "active warned suspended left"
#define JUDGES "clock centre_officer section_chief"

static const struct law laws[] = {
    {"organisation.registered", "system", "", "new", "new", "'sort':'bank','zh':'某某银行'"},
    {"organisation.closed", "system", "", ON_ITS_OWN " merged", ON_ITS_OWN " merged", "'reason':'merged'"},
    {"organisation.agreement_signed", "centre_officer", "", ON_ITS_OWN, ON_ITS_OWN,
     AGREEMENT("A9", "2030-01-01", "2030-12-31")},
    {"organisation.branch_opened", "centre_officer bank_checker", "bank_officer", "active warned suspended",
     "active warned suspended", BRANCH("b-2", "330602")},
    {"organisation.branch_closed", "centre_officer bank_checker", "bank_officer", ON_ITS_OWN " merged",
     ON_ITS_OWN " merged", "'branch':'b-1'"},
    {"organisation.warned", JUDGES, "", "active", "active", BY_HAND},
    {"organisation.suspended", JUDGES, "", "active warned", "active warned", BY_HAND},
    {"organisation.resumed", JUDGES, "", "warned suspended", "warned suspended", BY_HAND},
    {"organisation.appealed", "bank_checker", "bank_officer", "warned suspended", "suspended", NULL},
    {"organisation.appeal_decided", "section_chief", "", ON_ITS_OWN " merged", "warned", DECIDED("dismissed")},
    {"organisation.left", "centre_officer", "", "active warned suspended", "active warned suspended",
     "'reason':'removed'"},
    {"organisation.returned", "centre_officer", "", "left", "left", ""},
    {"organisation.merged", "centre_officer", "", ON_ITS_OWN, ON_ITS_OWN, "'into':'bank-sx','from':'2023-07-01'"},
};

static bool
lists(const char *words, const char *word)
{
    size_t len = strlen(word);

    for (const char *at = strstr(words, word); at != NULL; at = strstr(at + 1, word))
        if ((at == words || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0'))
            return true;
    return false;
}

/* A bank of that standing, with a branch; the warned one has appealed, and who left has signed again. */
static const char *
bring(struct world *w, const char *standing)
{
    const char *id = arena_print(w->arena, "bank-%s", standing).at;
    const struct teller_step begun[] = {
        {"new", &town_system, "organisation.registered", id, "2023-01-01", "'sort':'bank','zh':'某某银行'", V_OK,
         NULL},
        {"a branch", OFFICER, "organisation.branch_opened", id, "2023-01-01", BRANCH("b-1", "330602"), V_OK, NULL},
    };
    const struct teller_step ways[] = {
        {"warned", OFFICER, "organisation.warned", id, "2023-02-01", BY_HAND, V_OK, NULL},
        {"suspended", OFFICER, "organisation.suspended", id, "2023-02-01", BY_HAND, V_OK, NULL},
        {"left", OFFICER, "organisation.left", id, "2023-02-01", "'reason':'removed'", V_OK, NULL},
        {"merged", OFFICER, "organisation.merged", id, "2023-02-01", "'into':'bank-sx','from':'2023-02-01'", V_OK,
         NULL},
        {"closed", &town_system, "organisation.closed", id, "2023-02-01", "'reason':'merged'", V_OK, NULL},
    };
    const struct teller_step again = {"again", OFFICER, "organisation.agreement_signed", id, "2023-02-01",
                                      AGREEMENT("A1", "2023-02-01", "2023-12-31"), V_OK, NULL};
    const struct actor own = {ROLE_BANK_CHECKER, slice_of(id), S("a2"), {0}};

    if (strcmp(standing, "new") == 0)
        return id;
    RUN(w, begun);
    for (size_t i = 0; i < COUNT(ways); i++)
        if (strcmp(ways[i].what, standing) == 0)
            teller_run(w, &ways[i], 1);
    if (strcmp(standing, "left") == 0)
        teller_run(w, &again, 1);
    if (strcmp(standing, "warned") == 0)
        assert_int_equal(teller_post(w, &own, "organisation.appealed", id, "2023-02-02",
                                     arena_print(w->arena, "'against':%lld,'remark':'有误'",
                                                 (long long)teller_measure(w, id)).at)->got, V_OK);
    return id;
}

struct trial {
    const struct law *law;
    const char *bank, *standing;
    enum role role;
    bool foreign; /* the actor is of another bank */
};

static enum verdict
verdict_of(const struct trial *t)
{
    const char *role = role_row(t->role)->name;

    if (!lists(t->law->post, role) && !lists(t->law->propose, role))
        return V_FORBIDDEN;
    if (strcmp(t->standing, "new") == 0)
        return lists(t->law->while_it_is, "new") ? V_OK : V_SUBJECT_UNKNOWN;
    if (t->foreign)
        return V_SUBJECT_UNKNOWN;
    if (lists(t->law->while_it_is, "new"))
        return V_SUBJECT_TAKEN;
    if (!lists(t->law->while_it_is, t->standing))
        return V_WRONG_STATE;
    if (t->role == ROLE_CLOCK)
        return V_FIELDS_WRONG; /* it says its figures: tests/domain/test_organisation_clock.c */
    return lists(t->law->lets_in, t->standing) ? V_OK : V_RULE_REFUSED;
}

static void
try(struct world *w, const struct trial *t)
{
    bool is_bank = strncmp(role_row(t->role)->name, "bank", 4) == 0;
    struct actor who = {t->role, is_bank ? slice_of(t->foreign ? "bank-rcb" : t->bank) : S("centre"), S("a1"), {0}};
    const char *fields = t->law->fields;
    struct posting *p;
    enum verdict wanted = verdict_of(t), got;

    if (fields == NULL)
        fields = arena_print(w->arena, "'against':%lld,'remark':'有误'", (long long)teller_measure(w, t->bank)).at;
    p = teller_read(w, &who, t->law->kind, t->bank, "2023-06-01", fields);
    assert_int_equal(p->got, V_OK);
    got = ledger_dry_run(&w->options, p);
    if (got != wanted)
        fail_msg("%s by %s%s of a bank that is %s: %s, wanted %s", t->law->kind, t->foreign ? "another's " : "",
                 role_row(t->role)->name, t->standing, verdict_row(got)->name, verdict_row(wanted)->name);
    if (got == V_OK && lists(t->law->propose, role_row(t->role)->name))
        assert_string_equal(p->state, "waiting");
    else if (got == V_OK)
        assert_string_equal(p->state, strcmp(t->law->kind, "organisation.closed") == 0 ? "closed" : "active");
}

static void
lets_each_role_post_each_kind_at_each_standing_as_the_law_says(void **state)
{
    static const char *const standings[] = {"new", "active", "warned", "suspended", "left", "merged", "closed"};
    struct world *w = *state;
    int64_t before;

    for (size_t s = 0; s < COUNT(standings); s++) {
        struct trial t = {.bank = bring(w, standings[s]), .standing = standings[s]};

        before = world_count(w, "journal");
        for (t.role = 0; t.role < ROLE__COUNT; t.role++)
            for (size_t i = 0; i < COUNT(laws); i++) {
                t.law = &laws[i];
                t.foreign = false;
                try(w, &t);
                t.foreign = strncmp(role_row(t.role)->name, "bank", 4) == 0;
                try(w, &t);
            }
        assert_int_equal(world_count(w, "journal"), before);
    }
}

static void
has_no_kind_that_the_law_does_not_name(void **state)
{
    (void)state;
    assert_int_equal(organisation_type.kind_count, COUNT(laws));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, teller_setup, world_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(keeps_the_keys_accounts_and_endpoint_of_whoever_may_not_lend),
        TEST(tells_the_bank_what_it_met_with),
        TEST(says_who_may_get_a_new_application_on_which_day),
        TEST(lets_each_role_post_each_kind_at_each_standing_as_the_law_says),
        TEST(has_no_kind_that_the_law_does_not_name),
    };

    return cmocka_run_group_tests_name("domain/organisation_lending", tests, NULL, NULL);
}

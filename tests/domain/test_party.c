/*
 * Accounts: roles, districts, closing.
 * Knows the town; must not know the engine.
 * Invariant: each row is a posting and its answer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "shapes.h"
#include "town.h"

#define ORG(id, fields) "{'subject':'" id "','on':'2023-01-01'," fields "}"

#define ACCOUNT(id, organisation, roles, more) \
    "{'subject':'" id "','on':'2023-01-01','organisation':'" organisation "','roles':[" roles "],'login':'" id \
    "','name':'某乙'" more "}"

static void
opens_accounts_in_roles_that_fit_the_organisation(void **state)
{
    static const struct town_step steps[] = {
        {"a clerk", &town_security, "account.opened",
         ACCOUNT("a1", "330602", "'district_clerk'", ",'district':'330602'"), V_OK},
        {"a clerk who also checks", &town_security, "account.opened",
         ACCOUNT("a2", "330602", "'district_clerk','district_checker'", ",'district':'330602'"), V_OK},
        {"a bank's machine", &town_security, "account.opened", ACCOUNT("a3", "bank-zj", "'bank_machine'", ""), V_OK},
        {"an operator whose base lies in a district", &town_security, "account.opened",
         ACCOUNT("a4", "operator-one", "'operator'", ""), V_OK},
        {"by the system administrator", &town_system, "account.opened", ACCOUNT("b1", "bank-zj", "'bank_machine'", ""),
         V_FORBIDDEN},
        {"by a section chief", &town_chief, "account.opened",
         ACCOUNT("b1", "bank-zj", "'bank_machine'", ""), V_FORBIDDEN},
        {"no role", &town_security, "account.opened", ACCOUNT("b1", "bank-zj", "", ""), V_FIELDS_WRONG, "/roles",
         V_FIELD_LENGTH},
        {"a role there is not", &town_security, "account.opened",
         ACCOUNT("b1", "bank-zj", "'bank_king'", ""), V_FIELDS_WRONG,
         "/roles/0", V_FIELD_CODE},
        {"a bank's officer at a district bureau", &town_security, "account.opened",
         ACCOUNT("b1", "330602", "'district_clerk','bank_officer'", ",'district':'330602'"), V_FIELDS_WRONG, "/roles/1",
         V_FIELD_CODE},
        {"a clerk at a bank", &town_security, "account.opened", ACCOUNT("b1", "bank-zj", "'district_clerk'", ""),
         V_FIELDS_WRONG, "/roles/0", V_FIELD_CODE},
        {"a role twice", &town_security, "account.opened",
         ACCOUNT("b1", "bank-zj", "'bank_officer','bank_officer'", ""),
         V_FIELDS_WRONG, "/roles/1", V_FIELD_CODE},
        {"system and security in one hand", &town_security, "account.opened",
         ACCOUNT("b1", "centre", "'system','security'", ""), V_FIELDS_WRONG, "/roles/1", V_FIELD_CODE},
        {"audit and system in one hand", &town_security, "account.opened",
         ACCOUNT("b1", "centre", "'auditor','system'", ""),
         V_FIELDS_WRONG, "/roles/1", V_FIELD_CODE},
        {"a clerk without a district", &town_security, "account.opened",
         ACCOUNT("b1", "330602", "'district_clerk'", ""),
         V_FIELDS_WRONG, "/district", V_FIELD_MISSING},
        {"a clerk of another district", &town_security, "account.opened",
         ACCOUNT("b1", "330602", "'district_clerk'", ",'district':'330603'"), V_FIELDS_WRONG, "/district",
         V_FIELD_CODE},
        {"a bank's machine in a district", &town_security, "account.opened",
         ACCOUNT("b1", "bank-zj", "'bank_machine'", ",'district':'330602'"), V_FIELDS_WRONG, "/district", V_FIELD_CODE},
        {"an organisation nobody registered", &town_security, "account.opened",
         ACCOUNT("b1", "bank-no", "'bank_machine'", ""),
         V_REFERENCE_UNKNOWN, "/organisation"},
        {"an account id with a colon", &town_security, "account.opened",
         "{'subject':'b:1','on':'2023-01-01','organisation':'bank-zj',"
         "'roles':['bank_machine'],'login':'b1','name':'某乙'}",
         V_FIELDS_WRONG, "/subject", V_FIELD_FORM},
        {"a login in upper case", &town_security, "account.opened",
         "{'subject':'b1','on':'2023-01-01','organisation':'bank-zj',"
         "'roles':['bank_machine'],'login':'B1','name':'某乙'}",
         V_FIELDS_WRONG, "/login", V_FIELD_FORM},
        {"a role at an organisation that has none", &town_system, "organisation.registered",
         ORG("fund", "'sort':'guarantor','zh':'某某担保'"), V_OK},
        {"an account there", &town_security, "account.opened",
         ACCOUNT("b1", "fund", "'bank_officer'", ""), V_FIELDS_WRONG,
         "/roles/0", V_FIELD_CODE},
    };

    town_run(*state, steps, COUNT(steps));
}

static void
changes_roles_until_the_account_is_closed(void **state)
{
    static const struct town_step steps[] = {
        {"opened", &town_security, "account.opened", ACCOUNT("a1", "bank-zj", "'bank_officer'", ""), V_OK},
        {"promoted", &town_security, "account.roles_set",
         "{'subject':'a1','on':'2023-02-01','roles':['bank_checker']}", V_OK},
        {"given a role of another sort", &town_security, "account.roles_set",
         "{'subject':'a1','on':'2023-02-01','roles':['payer']}", V_FIELDS_WRONG, "/roles/0", V_FIELD_CODE},
        {"by the system administrator", &town_system, "account.roles_set",
         "{'subject':'a1','on':'2023-02-01','roles':['bank_officer']}", V_FORBIDDEN},
        {"on a day before it was opened", &town_security, "account.roles_set",
         "{'subject':'a1','on':'2022-12-31','roles':['bank_officer']}", V_DAY_BEFORE, "/on"},
        {"the bank is closed", &town_system, "organisation.closed",
         "{'subject':'bank-zj','on':'2023-03-01','reason':'agreement_ended'}", V_OK},
        {"promoted at a closed bank", &town_security, "account.roles_set",
         "{'subject':'a1','on':'2023-03-02','roles':['bank_officer']}", V_RULE_REFUSED, "/organisation"},
        {"opened at a closed bank", &town_security, "account.opened", ACCOUNT("a2", "bank-zj", "'bank_officer'", ""),
         V_RULE_REFUSED, "/organisation"},
        {"closed", &town_security, "account.closed", "{'subject':'a1','on':'2023-03-02','reason':'left'}", V_OK},
        {"given roles when closed", &town_security, "account.roles_set",
         "{'subject':'a1','on':'2023-03-03','roles':['bank_officer']}", V_WRONG_STATE},
        {"opened again", &town_security, "account.opened",
         ACCOUNT("a1", "bank-sx", "'bank_officer'", ""), V_SUBJECT_TAKEN},
    };
    struct world *w = *state;
    struct subject s;
    const struct account_view *v;

    town_run(w, steps, COUNT(steps));
    s = world_find(w, registry_type(&the_registry, S("account")), "a1");
    v = s.view;
    assert_string_equal(s.type->states[s.state].name, "closed");
    assert_int_equal(v->roles.count, 1);
    assert_true(slice_equal(*(const struct slice *)v->roles.at, S("bank_checker")));
    assert_int_equal(world_sql(w, "SELECT 1 FROM journal WHERE leaf LIKE '%%某乙%%'").len, 0);
}

/* A session is let in by its account. */
static void
lets_nobody_in_by_a_closed_account(void **state)
{
    struct world *w = *state;

    assert_int_equal(world_post(w, &town_security, "account.opened", NULL,
                                ACCOUNT("a1", "330602", "'district_clerk'", ",'district':'330602'"))->got, V_OK);
    for (int round = 0; round < 2; round++) {
        struct posting *p = world_read(
            w, &town_clerk, "person.registered", NULL,
            arena_print(w->arena,
                        "{'subject':'0190aaaa-0000-4000-8000-00000000000%d','on':'2023-04-01','id_type':'passport',"
                        "'id_number':'E1000%d','name':'某甲'}",
                        round, round).at);

        p->credential = (struct credential){registry_type(&the_registry, S("account")), S("a1")};
        ledger_post(w->ledger, &p, 1);
        assert_int_equal(p->got, round == 0 ? V_OK : V_KEY_EXPIRED);
        world_post(w, &town_security, "account.closed", NULL, "{'subject':'a1','on':'2023-04-01','reason':'left'}");
    }
}

static void
loads_an_account_as_a_log_in_needs_it(void **state)
{
    struct world *w = *state;
    struct account_record r;

    assert_int_equal(account_record_load(&r, w->reader, w->arena, S("a1")), V_NONE);
    assert_int_equal(world_post(w, &town_security, "account.opened", NULL,
                                ACCOUNT("a1", "330602", "'district_clerk','payer'", ",'district':'330602'"))->got,
                                V_OK);
    assert_int_equal(world_post(w, &town_security, "account.opened", NULL,
                                ACCOUNT("a2", "bank-zj", "'bank_officer'", ""))->got, V_OK);
    assert_int_equal(account_record_load(&r, w->reader, w->arena, S("a1")), V_OK);
    assert_true(slice_equal(r.login, S("a1")));
    assert_true(slice_equal(r.organisation, S("330602")));
    assert_true(slice_equal(r.district, S("330602")));
    assert_int_equal(r.roles, ROLE_BIT(ROLE_DISTRICT_CLERK) | ROLE_BIT(ROLE_PAYER));
    assert_string_equal(r.credential.type->name, "account");
    assert_true(r.active);
    assert_int_equal(account_record_load(&r, w->reader, w->arena, S("a2")), V_OK);
    assert_null(r.district.at);
    assert_true(r.active);
    world_post(w, &town_system, "organisation.closed", NULL, ORG("bank-zj", "'reason':'merged'"));
    world_post(w, &town_security, "account.closed", NULL, "{'subject':'a1','on':'2023-04-01','reason':'left'}");
    assert_int_equal(account_record_load(&r, w->reader, w->arena, S("a1")), V_OK);
    assert_false(r.active);
    assert_int_equal(account_record_load(&r, w->reader, w->arena, S("a2")), V_OK);
    assert_false(r.active);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, town_setup, world_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(opens_accounts_in_roles_that_fit_the_organisation),
        TEST(changes_roles_until_the_account_is_closed),
        TEST(lets_nobody_in_by_a_closed_account),
        TEST(loads_an_account_as_a_log_in_needs_it),
    };

    return cmocka_run_group_tests_name("domain/party", tests, NULL, NULL);
}

/*
 * Accounts: roles, districts, administrators, leaving, roles for some days, and what a log-in reads of them.
 * Knows the town; must not know the engine.
 * Invariant: each row is a posting and its answer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "staff.h"

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
         "{'subject':'fund','on':'2023-01-01','sort':'guarantor','zh':'某某担保'}", V_OK},
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

    assert_int_equal(account_record_load(&r, w->reader, w->arena, S("a1"), day_local(world_now_ms)), V_NONE);
    assert_int_equal(world_post(w, &town_security, "account.opened", NULL,
                                ACCOUNT("a1", "330602", "'district_clerk','payer'", ",'district':'330602'"))->got,
                                V_OK);
    assert_int_equal(world_post(w, &town_security, "account.opened", NULL,
                                ACCOUNT("a2", "bank-zj", "'bank_officer'", ""))->got, V_OK);
    assert_int_equal(account_record_load(&r, w->reader, w->arena, S("a1"), day_local(world_now_ms)), V_OK);
    assert_true(slice_equal(r.login, S("a1")));
    assert_true(slice_equal(r.organisation, S("330602")));
    assert_true(slice_equal(r.district, S("330602")));
    assert_int_equal(r.roles, ROLE_BIT(ROLE_DISTRICT_CLERK) | ROLE_BIT(ROLE_PAYER));
    assert_string_equal(r.credential.type->name, "account");
    assert_true(r.active);
    assert_int_equal(account_record_load(&r, w->reader, w->arena, S("a2"), day_local(world_now_ms)), V_OK);
    assert_null(r.district.at);
    assert_true(r.active);
    world_post(w, &town_system, "organisation.closed", NULL,
               "{'subject':'bank-zj','on':'2023-01-01','reason':'merged'}");
    world_post(w, &town_security, "account.closed", NULL, "{'subject':'a1','on':'2023-04-01','reason':'left'}");
    assert_int_equal(account_record_load(&r, w->reader, w->arena, S("a1"), day_local(world_now_ms)), V_OK);
    assert_false(r.active);
    assert_int_equal(account_record_load(&r, w->reader, w->arena, S("a2"), day_local(world_now_ms)), V_OK);
    assert_false(r.active);
}

/* ---- administrators --------------------------------------------------------------------------------------------- */

static void
lets_administrators_look_after_their_own_organisation(void **state)
{
    static const struct town_step steps[] = {
        {"an account of the bank by its administrator", &town_bank_checker, "account.opened",
         OPENED("b1", "bank-zj", "'bank_officer'", ""), V_OK},
        {"by one who administers nothing", &town_bank_officer, "account.opened",
         OPENED("b2", "bank-zj", "'bank_officer'", ""), V_FORBIDDEN, ""},
        {"by one who has no account on record", &town_clerk_603, "account.opened",
         OPENED("b2", "330603", "'district_clerk'", ",'district':'330603'"), V_FORBIDDEN, ""},
        {"of another bank", &town_bank_checker, "account.opened", OPENED("b2", "bank-sx", "'bank_officer'", ""),
         V_FORBIDDEN, ""},
        {"another bank's administrator", &town_bank_checker, "account.opened",
         OPENED("b2", "bank-sx", "'bank_officer'", ADMIN), V_FORBIDDEN, ""},
        {"of the bureau of the district in which a street lies", &town_street, "account.opened",
         OPENED("b2", "330602", "'district_clerk'", OF_602), V_FORBIDDEN, ""},
        {"a role that a bank has not", &town_bank_checker, "account.opened",
         OPENED("b2", "bank-zj", "'district_clerk'", ""), V_FIELDS_WRONG, "/roles/0", V_FIELD_CODE},
        {"a machine", &town_bank_checker, "account.opened", OPENED("b2", "bank-zj", "'bank_machine'", ""),
         V_FORBIDDEN, ""},
        {"another administrator here", &town_bank_checker, "account.opened",
         OPENED("b2", "bank-zj", "'bank_officer'", ADMIN), V_OK},
        {"roles of a colleague", &town_bank_checker, "account.roles_set", ON("chen", "'roles':['bank_checker']"), V_OK},
        {"their own roles", &town_bank_checker, "account.roles_set",
         ON("chu", "'roles':['bank_officer','bank_checker']"), V_FORBIDDEN, "/subject"},
        {"roles of a machine", &town_bank_checker, "account.roles_set", ON("zj-core", "'roles':['bank_officer']"),
         V_FORBIDDEN, ""},
        {"a colleague made a machine", &town_bank_checker, "account.roles_set", ON("b1", "'roles':['bank_machine']"),
         V_FORBIDDEN, ""},
        {"roles elsewhere are nobody's to know", &town_bank_checker, "account.roles_set",
         ON("zhou", "'roles':['payer']"), V_SUBJECT_UNKNOWN},
        {"a machine closed", &town_bank_checker, "account.closed", ON("zj-core", "'reason':'replaced'"), V_FORBIDDEN,
         ""},
        {"a colleague closed", &town_bank_checker, "account.closed", ON("b1", "'reason':'left'"), V_OK},
        {"the centre's security opened by its administrator", &town_officer, "account.opened",
         OPENED("s1", "centre", "'security'", ""), V_FORBIDDEN, ""},
        {"its import", &town_officer, "account.opened", OPENED("s1", "centre", "'import'", ""), V_FORBIDDEN, ""},
        {"the auditor's roles", &town_officer, "account.roles_set", ON("yan", "'roles':['payer']"), V_FORBIDDEN, ""},
        {"an officer made auditor", &town_officer, "account.roles_set", ON("cao", "'roles':['auditor']"), V_FORBIDDEN,
         ""},
        {"security closed", &town_officer, "account.closed", ON("guard", "'reason':'left'"), V_FORBIDDEN, ""},
        {"all of that by security", &town_security, "account.roles_set", ON("yan", "'roles':['payer']"), V_OK},
        {"by a district's chief who has no account here", &town_chief, "account.roles_set",
         ON("cao", "'roles':['payer']"), V_FORBIDDEN, ""},
    };

    town_run(*state, steps, COUNT(steps));
}

static void
hands_the_administration_on_until_nobody_has_it(void **state)
{
    static const struct town_step steps[] = {
        {"by who has it not", &town_clerk, "account.administration_set", ON("zhou", "'administers':'yes'"),
         V_FORBIDDEN, ""},
        {"handed on", &town_checker, "account.administration_set", ON("zhou", "'administers':'yes'"), V_OK},
        {"to the auditor", &town_officer, "account.administration_set", ON("yan", "'administers':'yes'"),
         V_FORBIDDEN, ""},
        {"used", &town_clerk, "account.administration_set", ON("qian", "'administers':'no'"), V_OK},
        {"gone", &town_checker, "account.administration_set", ON("qian", "'administers':'yes'"), V_FORBIDDEN, ""},
        {"the last one lays it down", &town_clerk, "account.administration_set", ON("zhou", "'administers':'no'"),
         V_OK},
        {"nobody is left", &town_clerk, "account.administration_set", ON("qian", "'administers':'yes'"),
         V_FORBIDDEN, ""},
        {"but security", &town_security, "account.administration_set", ON("qian", "'administers':'yes'"), V_OK},
        {"a closed one administers nothing", &town_security, "account.closed", ON("qian", "'reason':'left'"), V_OK},
        {"any more", &town_checker, "account.roles_set", ON("zhou", "'roles':['payer']"), V_FORBIDDEN, ""},
    };

    town_run(*state, steps, COUNT(steps));
    assert_int_equal(staff_view(*state, "zhou")->administers, ACCOUNT_VIEW_ADMINISTERS_NO);
    assert_int_equal(staff_view(*state, "he")->administers, CODE_ABSENT);
}

/* A void has no fields, and so would meet no rule. */
static void
leaves_corrections_to_security(void **state)
{
    struct world *w = *state;
    const char *closed = new_id(w), *body;

    assert_int_equal(world_post(w, &town_bank_checker, "account.closed", closed, ON("chen", "'reason':'left'"))->got,
                     V_OK);
    body = arena_print(w->arena,
                       "{'subject':'chen','on':'2023-06-30','mends':{'entry':'%s','reason':'typing_error',"
                       "'void':'yes'}}",
                       closed).at;
    assert_int_equal(world_post(w, &town_bank_checker, "account.closed", NULL, body)->got, V_FORBIDDEN);
    assert_int_equal(world_post(w, &town_security, "account.closed", NULL, body)->got, V_OK);
    assert_int_equal(world_count(w, "op_waiting"), 1);
}

/* ---- leaving ---------------------------------------------------------------------------------------------------- */

static void
names_a_colleague_who_takes_over(void **state)
{
    static const struct town_step steps[] = {
        {"itself", &town_checker, "account.closed", CLOSED("zhou", ",'successor':'zhou'"), V_RULE_REFUSED,
         "/successor"},
        {"somebody elsewhere", &town_checker, "account.closed", CLOSED("zhou", ",'successor':'chen'"), V_RULE_REFUSED,
         "/successor"},
        {"nobody", &town_checker, "account.closed", CLOSED("zhou", ",'successor':'nobody'"), V_REFERENCE_UNKNOWN,
         "/successor"},
        {"a colleague", &town_checker, "account.closed", CLOSED("zhou", ",'successor':'lv'"), V_OK},
        {"one who has left", &town_checker, "account.closed", CLOSED("he", ",'successor':'zhou'"), V_RULE_REFUSED,
         "/successor"},
        {"without one", &town_checker, "account.closed", CLOSED("he", ""), V_OK},
    };

    town_run(*state, steps, COUNT(steps));
    assert_true(slice_equal(staff_view(*state, "zhou")->successor, S("lv")));
    assert_null(staff_view(*state, "he")->successor.at);
}

/* The accounts, in order and with a blank behind each. */
static const char *
stands_for(struct world *w, const char *id, int days_on)
{
    struct buf b = {.arena = w->arena};
    struct slice *all;
    size_t count;

    assert_int_equal(account_stands_for(&all, &count, w->reader, w->arena, slice_of(id),
                                        day_local(world_now_ms) + days_on), V_OK);
    for (size_t i = 0; i < count; i++)
        buf_print(&b, SLICE_FMT " ", SLICE_ARG(all[i]));
    buf_add_char(&b, '\0');
    return b.at;
}

static void
gives_somebody_the_tasks_of_those_who_left_or_are_away(void **state)
{
    static const struct town_step steps[] = {
        {"zhou leaves", &town_checker, "account.closed", CLOSED("zhou", ",'successor':'lv'"), V_OK},
        {"the street's clerk leaves", &town_street, "account.closed", CLOSED("feng", ""), V_OK},
        {"a new clerk", &town_checker, "account.opened", OPENED("wei", "330602", "'district_clerk'", OF_602), V_OK},
        {"lv leaves", &town_checker, "account.closed", CLOSED("lv", ",'successor':'wei'"), V_OK},
        {"wei is away", &town_checker, "account.delegated",
         DELEGATED("he", "wei", "district_clerk", "2023-07-01", "2023-07-02"), V_OK},
    };
    struct world *w = *state;
    struct slice *all;
    size_t count;

    town_run(w, steps, COUNT(steps));
    assert_string_equal(stands_for(w, "wei", 0), "wei lv zhou ");
    assert_string_equal(stands_for(w, "he", 0), "he ");
    assert_string_equal(stands_for(w, "he", 1), "he wei lv zhou ");
    assert_string_equal(stands_for(w, "he", 2), "he wei lv zhou ");
    assert_string_equal(stands_for(w, "he", 3), "he ");
    assert_string_equal(stands_for(w, "chen", 0), "chen ");
    assert_int_equal(account_stands_for(&all, &count, w->reader, w->arena, S("nobody"), 0), V_NONE);
}

static void
stands_for_a_hundred_at_most(void **state)
{
    struct world *w = *state;
    struct slice *all;
    size_t count;

    for (int i = 0; i < STANDS_FOR_MAX + 2; i++) {
        const char *id = arena_print(w->arena, "temp-%d", i).at;

        assert_int_equal(world_post(w, &town_security, "account.opened", NULL,
                                    arena_print(w->arena, OPENED("%s", "bank-sx", "'bank_officer'", ""), id, id)
                                        .at)->got, V_OK);
        if (i > 0)
            assert_int_equal(world_post(w, &town_security, "account.closed", NULL,
                                        arena_print(w->arena, CLOSED("temp-%d", ",'successor':'%s'"), i - 1, id)
                                            .at)->got, V_OK);
    }
    assert_int_equal(account_stands_for(&all, &count, w->reader, w->arena, S("temp-101"), day_local(world_now_ms)),
                     V_OK);
    assert_int_equal(count, STANDS_FOR_MAX);
    assert_true(slice_equal(all[99], S("temp-2")));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, town_setup, world_teardown)
#define STAFF(name) cmocka_unit_test_setup_teardown(name, staff_setup, staff_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(opens_accounts_in_roles_that_fit_the_organisation),
        TEST(changes_roles_until_the_account_is_closed),
        TEST(lets_nobody_in_by_a_closed_account),
        TEST(loads_an_account_as_a_log_in_needs_it),
        STAFF(lets_administrators_look_after_their_own_organisation),
        STAFF(hands_the_administration_on_until_nobody_has_it),
        STAFF(leaves_corrections_to_security),
        STAFF(names_a_colleague_who_takes_over),
        STAFF(gives_somebody_the_tasks_of_those_who_left_or_are_away),
        STAFF(stands_for_a_hundred_at_most),
    };

    return cmocka_run_group_tests_name("domain/account", tests, NULL, NULL);
}

/*
 * Roles for some days: delegated, lent, ended, and what of them holds on a day.
 * Knows the town's staff; must not know the engine.
 * Invariant: each row is a posting and its answer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "staff.h"

/* ---- delegating ------------------------------------------------------------------------------------------------- */

#define CLERK_602 "district_clerk"
#define DELEGATION_ENDED(to, of, role, day) ON(to, "'of':'" of "','role':'" role "','to':'" day "'")

static void
delegates_for_some_days_within_the_organisation(void **state)
{
    static const struct town_step steps[] = {
        {"by the delegating person", &town_clerk, "account.delegated",
         DELEGATED("he", "zhou", CLERK_602, "2023-06-30", "2023-07-29"), V_OK},
        {"by the administrator", &town_checker, "account.delegated",
         DELEGATED("lv", "zhou", CLERK_602, "2023-07-10", "2023-07-20"), V_OK},
        {"by security", &town_security, "account.delegated",
         DELEGATED("lv", "he", "payer", "2023-07-10", "2023-07-20"), V_OK},
        {"by a third", &staff_lv, "account.delegated",
         DELEGATED("he", "zhou", CLERK_602, "2023-08-01", "2023-08-02"), V_FORBIDDEN, ""},
        {"to who takes it", &staff_he, "account.delegated",
         DELEGATED("he", "lv", CLERK_602, "2023-08-01", "2023-08-02"), V_FORBIDDEN, ""},
        {"an administrator to himself", &town_checker, "account.delegated",
         DELEGATED("qian", "zhou", CLERK_602, "2023-08-01", "2023-08-02"), V_FORBIDDEN, "/subject"},
        {"one's own to oneself", &town_clerk, "account.delegated",
         DELEGATED("zhou", "zhou", CLERK_602, "2023-08-01", "2023-08-02"), V_FORBIDDEN, "/subject"},
        {"somebody's to himself", &town_checker, "account.delegated",
         DELEGATED("lv", "lv", CLERK_602, "2023-08-01", "2023-08-02"), V_RULE_REFUSED, "/of"},
        {"to another organisation", &town_bank_officer, "account.delegated",
         DELEGATED("he", "chen", "bank_officer", "2023-08-01", "2023-08-02"), V_SUBJECT_UNKNOWN},
        {"from another organisation", &town_security, "account.delegated",
         DELEGATED("he", "chen", "bank_officer", "2023-08-01", "2023-08-02"), V_RULE_REFUSED, "/of"},
        {"of nobody", &town_checker, "account.delegated",
         DELEGATED("he", "nobody", CLERK_602, "2023-08-01", "2023-08-02"), V_REFERENCE_UNKNOWN, "/of"},
        {"a role that he has not", &town_clerk, "account.delegated",
         DELEGATED("he", "zhou", "district_checker", "2023-08-01", "2023-08-02"), V_RULE_REFUSED, "/role"},
        {"a role that was delegated to him", &staff_he, "account.delegated",
         DELEGATED("lv", "he", CLERK_602, "2023-07-01", "2023-07-02"), V_RULE_REFUSED, "/role"},
        {"a role there is not", &town_clerk, "account.delegated",
         DELEGATED("he", "zhou", "king", "2023-08-01", "2023-08-02"), V_FIELDS_WRONG, "/role", V_FIELD_CODE},
        {"security's role", &town_security, "account.delegated",
         DELEGATED("cao", "guard", "security", "2023-08-01", "2023-08-02"), V_FIELDS_WRONG, "/role", V_FIELD_CODE},
        {"for a reason of no list", &town_clerk, "account.delegated",
         ON("he", "'of':'zhou','role':'district_clerk','from':'2023-08-01','until':'2023-08-02','reason':'fun'"),
         V_FIELDS_WRONG, "/reason", V_FIELD_CODE},
        {"after the fact", &town_clerk, "account.delegated",
         DELEGATED("he", "zhou", CLERK_602, "2023-06-29", "2023-07-02"), V_FIELDS_WRONG, "/from", V_FIELD_RANGE},
        {"ending before it begins", &town_clerk, "account.delegated",
         DELEGATED("he", "zhou", CLERK_602, "2023-08-02", "2023-08-01"), V_FIELDS_WRONG, "/until", V_FIELD_RANGE},
        {"for one day more than allowed", &town_clerk, "account.delegated",
         DELEGATED("he", "zhou", CLERK_602, "2023-08-01", "2023-08-31"), V_OVER_LIMIT, "/until"},
        {"to one who has left", &town_security, "account.closed", CLOSED("lv", ""), V_OK},
        {"to him", &town_clerk, "account.delegated",
         DELEGATED("lv", "zhou", CLERK_602, "2023-08-01", "2023-08-02"), V_WRONG_STATE},
        {"by him", &town_checker, "account.delegated", DELEGATED("he", "lv", CLERK_602, "2023-08-01", "2023-08-02"),
         V_RULE_REFUSED, "/of"},
    };

    town_run(*state, steps, COUNT(steps));
}

static void
never_delegates_to_whom_four_eyes_would_bar(void **state)
{
    static const struct town_step steps[] = {
        {"a clerk's to the checker", &town_clerk, "account.delegated",
         DELEGATED("qian", "zhou", CLERK_602, "2023-07-01", "2023-07-10"), V_RULE_REFUSED, "/role"},
        {"the checker's to a clerk", &town_checker, "account.delegated",
         DELEGATED("zhou", "qian", "district_checker", "2023-07-01", "2023-07-10"), V_RULE_REFUSED, "/role"},
        {"an officer's to the bank's checker", &town_bank_officer, "account.delegated",
         DELEGATED("chu", "chen", "bank_officer", "2023-07-01", "2023-07-10"), V_RULE_REFUSED, "/role"},
        {"the clerk's to the payer", &town_clerk, "account.delegated",
         DELEGATED("he", "zhou", CLERK_602, "2023-07-01", "2023-07-10"), V_OK},
        {"the checker's too, on its last day", &town_checker, "account.delegated",
         DELEGATED("he", "qian", "district_checker", "2023-07-10", "2023-07-20"), V_RULE_REFUSED, "/role"},
        {"and up to its first day", &town_checker, "account.delegated",
         DELEGATED("he", "qian", "district_checker", "2023-06-30", "2023-07-01"), V_RULE_REFUSED, "/role"},
        {"and around it", &town_checker, "account.delegated",
         DELEGATED("he", "qian", "district_checker", "2023-06-30", "2023-07-20"), V_RULE_REFUSED, "/role"},
        {"the day after", &town_checker, "account.delegated",
         DELEGATED("he", "qian", "district_checker", "2023-07-11", "2023-07-20"), V_OK},
        {"the day before", &town_checker, "account.delegated",
         DELEGATED("he", "qian", "district_checker", "2023-06-30", "2023-06-30"), V_OK},
        {"a colleague has both as his own", &town_security, "account.roles_set",
         ON("lv", "'roles':['district_clerk','district_checker']"), V_OK},
        {"which bars him from either", &town_clerk, "account.delegated",
         DELEGATED("lv", "zhou", CLERK_602, "2023-07-01", "2023-07-10"), V_RULE_REFUSED, "/role"},
        {"an officer's to the centre's payer", &town_security, "account.opened",
         OPENED("jiang", "centre", "'payer'", ""), V_OK},
        {"who pays", &staff_cao, "account.delegated",
         DELEGATED("jiang", "cao", "centre_officer", "2023-07-01", "2023-07-10"), V_RULE_REFUSED, "/role"},
    };

    town_run(*state, steps, COUNT(steps));
}

static void
ends_a_delegation_before_its_time(void **state)
{
    static const struct town_step steps[] = {
        {"now and later", &town_clerk, "account.delegated",
         DELEGATED("he", "zhou", CLERK_602, "2023-06-30", "2023-07-10"), V_OK},
        {"once more", &town_clerk, "account.delegated",
         DELEGATED("he", "zhou", CLERK_602, "2023-07-20", "2023-07-30"), V_OK},
        {"by a third", &staff_lv, "account.delegation_ended", DELEGATION_ENDED("he", "zhou", CLERK_602, "2023-07-01"),
         V_FORBIDDEN, ""},
        {"in the past", &town_clerk, "account.delegation_ended",
         DELEGATION_ENDED("he", "zhou", CLERK_602, "2023-06-28"), V_FIELDS_WRONG, "/to", V_FIELD_RANGE},
        {"when it is over by itself", &town_clerk, "account.delegation_ended",
         DELEGATION_ENDED("he", "zhou", CLERK_602, "2023-07-30"), V_RULE_REFUSED, "/to"},
        {"another's", &town_checker, "account.delegation_ended",
         DELEGATION_ENDED("he", "lv", CLERK_602, "2023-07-01"), V_RULE_REFUSED, "/to"},
        {"the later one, by the delegate", &staff_he, "account.delegation_ended",
         DELEGATION_ENDED("he", "zhou", CLERK_602, "2023-07-19"), V_OK},
        {"the other to an earlier day", &town_clerk, "account.delegation_ended",
         DELEGATION_ENDED("he", "zhou", CLERK_602, "2023-07-05"), V_OK},
    }, at_once[] = {
        {"at once, by the administrator", &town_checker, "account.delegation_ended",
         DELEGATION_ENDED("he", "zhou", CLERK_602, "2023-06-29"), V_OK},
        {"again", &town_checker, "account.delegation_ended",
         DELEGATION_ENDED("he", "zhou", CLERK_602, "2023-06-29"), V_RULE_REFUSED, "/to"},
    };
    const struct account_view_borrowed_item *left;
    struct world *w = *state;
    int32_t fifth;

    town_run(w, steps, COUNT(steps));
    day_make(&fifth, 2023, 7, 5);
    left = staff_view(w, "he")->borrowed.at;
    assert_int_equal(staff_view(w, "he")->borrowed.count, 1);
    assert_int_equal(left->until, fifth);
    town_run(w, at_once, COUNT(at_once));
    assert_int_equal(staff_view(w, "he")->borrowed.count, 0);
}

static void
lists_what_runs_and_no_more_than_a_hundred_of_it(void **state)
{
    static const char kept[] = DELEGATED("he", "zhou", CLERK_602, "2023-06-30", "2023-07-01");
    struct world *w = *state;

    for (int i = 0; i < 100; i++)
        assert_int_equal(world_post(w, &town_clerk, "account.delegated", NULL, kept)->got, V_OK);
    assert_int_equal(world_post(w, &town_clerk, "account.delegated", NULL, kept)->got, V_RULE_REFUSED);
    world_now_ms += INT64_C(2) * 24 * 3600 * 1000;
    assert_int_equal(world_post(w, &town_clerk, "account.delegated", NULL,
                                DELEGATED("he", "zhou", CLERK_602, "2023-07-02", "2023-07-03"))->got, V_OK);
    assert_int_equal(staff_view(w, "he")->borrowed.count, 1);
}

/* ---- lending ---------------------------------------------------------------------------------------------------- */

#define LENT(to, role, district, from, until)                                                         \
    ON(to, "'role':'" role "','district':'" district "','from':'" from "','until':'" until "','reason':" \
           "'office_too_small'")
#define LENT_ENDED(to, district, day) ON(to, "'role':'district_checker','district':'" district "','to':'" day "'")

static void
lends_a_checker_of_the_centre_to_a_small_office(void **state)
{
    static const struct town_step steps[] = {
        {"by the section's chief", &town_chief, "account.lent",
         LENT("sun", "district_checker", "330602", "2023-06-30", "2023-07-29"), V_OK},
        {"by security, elsewhere too", &town_security, "account.lent",
         LENT("sun", "district_checker", "330603", "2023-07-01", "2023-07-10"), V_OK},
        {"by the centre's administrator", &town_officer, "account.lent",
         LENT("cao", "district_checker", "330603", "2023-07-01", "2023-07-10"), V_FORBIDDEN},
        {"somebody of the bureau", &town_chief, "account.lent",
         LENT("zhou", "district_checker", "330603", "2023-07-01", "2023-07-10"), V_RULE_REFUSED, "/subject"},
        {"security itself", &town_security, "account.lent",
         LENT("guard", "district_checker", "330603", "2023-07-01", "2023-07-10"), V_FORBIDDEN, "/subject"},
        {"as a clerk", &town_chief, "account.lent",
         LENT("cao", "district_clerk", "330603", "2023-07-01", "2023-07-10"), V_FIELDS_WRONG, "/role", V_FIELD_CODE},
        {"to the whole city", &town_chief, "account.lent",
         LENT("cao", "district_checker", "330600", "2023-07-01", "2023-07-10"), V_FIELDS_WRONG, "/district",
         V_FIELD_CODE},
        {"after the fact", &town_chief, "account.lent",
         LENT("cao", "district_checker", "330603", "2023-06-29", "2023-07-10"), V_FIELDS_WRONG, "/from", V_FIELD_RANGE},
        {"for longer than allowed", &town_chief, "account.lent",
         LENT("cao", "district_checker", "330603", "2023-07-01", "2023-07-31"), V_OVER_LIMIT, "/until"},
        {"ended where it was not", &town_chief, "account.lent_ended", LENT_ENDED("cao", "330603", "2023-07-05"),
         V_RULE_REFUSED, "/to"},
        {"ended by who is lent", &town_officer, "account.lent_ended", LENT_ENDED("sun", "330603", "2023-07-05"),
         V_FORBIDDEN},
        {"ended", &town_chief, "account.lent_ended", LENT_ENDED("sun", "330603", "2023-07-05"), V_OK},
    };
    const struct account_view_borrowed_item *all;
    struct world *w = *state;
    int32_t fifth;

    town_run(w, steps, COUNT(steps));
    day_make(&fifth, 2023, 7, 5);
    all = staff_view(w, "sun")->borrowed.at;
    assert_int_equal(staff_view(w, "sun")->borrowed.count, 2);
    assert_true(slice_equal(all[0].district, S("330602")));
    assert_null(all[0].of.at);
    assert_int_equal(all[1].until, fifth);
}

/* ---- on the day ------------------------------------------------------------------------------------------------- */

/* The roles borrowed on a day from today: "district_clerk<zhou district_checker@330602 ". */
static const char *
borrowed(struct world *w, const char *id, int days_on)
{
    struct buf b = {.arena = w->arena};
    struct account_record r;

    assert_int_equal(account_record_load(&r, w->reader, w->arena, slice_of(id), day_local(world_now_ms) + days_on),
                     V_OK);
    for (size_t i = 0; i < r.borrowed_count; i++) {
        const struct borrowed_role *one = &r.borrowed[i];

        buf_print(&b, "%s%s" SLICE_FMT " ", role_row(one->role)->name, one->of.at != NULL ? "<" : "@",
                  SLICE_ARG(one->of.at != NULL ? one->of : one->district));
    }
    buf_add_char(&b, '\0');
    return b.at;
}

static void
gives_a_role_on_its_days_and_while_its_giver_has_it(void **state)
{
    static const struct town_step begin[] = {
        {"delegated", &town_clerk, "account.delegated",
         DELEGATED("he", "zhou", CLERK_602, "2023-07-01", "2023-07-02"), V_OK},
        {"lent", &town_chief, "account.lent", LENT("sun", "district_checker", "330602", "2023-06-30", "2023-07-01"),
         V_OK},
        {"and lent", &town_chief, "account.lent", LENT("sun", "district_checker", "330603", "2023-07-01", "2023-07-02"),
         V_OK},
    }, barred[] = {
        {"the delegate becomes a checker himself", &town_security, "account.roles_set",
         ON("he", "'roles':['district_checker']"), V_OK},
    }, back[] = {
        {"and is none again", &town_security, "account.roles_set", ON("he", "'roles':['payer']"), V_OK},
    }, lost[] = {
        {"the giver is clerk no more", &town_security, "account.roles_set", ON("zhou", "'roles':['payer']"), V_OK},
    }, returned[] = {
        {"and is again", &town_security, "account.roles_set", ON("zhou", "'roles':['district_clerk']"), V_OK},
    }, left[] = {
        {"but leaves", &town_security, "account.closed", CLOSED("zhou", ""), V_OK},
    };
    struct world *w = *state;

    town_run(w, begin, COUNT(begin));
    assert_string_equal(borrowed(w, "he", 0), "");
    assert_string_equal(borrowed(w, "he", 1), "district_clerk<zhou ");
    assert_string_equal(borrowed(w, "he", 2), "district_clerk<zhou ");
    assert_string_equal(borrowed(w, "he", 3), "");
    assert_string_equal(borrowed(w, "sun", 0), "district_checker@330602 ");
    assert_string_equal(borrowed(w, "sun", 1), "district_checker@330602 district_checker@330603 ");
    assert_string_equal(borrowed(w, "sun", 2), "district_checker@330603 ");
    town_run(w, barred, COUNT(barred));
    assert_string_equal(borrowed(w, "he", 1), "");
    town_run(w, back, COUNT(back));
    assert_string_equal(borrowed(w, "he", 1), "district_clerk<zhou ");
    town_run(w, lost, COUNT(lost));
    assert_string_equal(borrowed(w, "he", 1), "");
    town_run(w, returned, COUNT(returned));
    assert_string_equal(borrowed(w, "he", 1), "district_clerk<zhou ");
    town_run(w, left, COUNT(left));
    assert_string_equal(borrowed(w, "he", 1), "");
}

/* An entry carries the account of whoever acts, never the delegator's. So the delegate cannot confirm his own, and the
 * delegator may confirm what the delegate proposed: two people have looked at it. */
static void
takes_a_delegate_for_the_person_he_is(void **state)
{
    static const struct actor delegate = {ROLE_DISTRICT_CLERK, {"330602", 6}, {"he", 2}, {"330602", 6}};
    static const struct actor delegate_checks = {ROLE_DISTRICT_CHECKER, {"330602", 6}, {"he", 2}, {"330602", 6}};
    static const struct actor delegator_checks = {ROLE_DISTRICT_CHECKER, {"330602", 6}, {"zhou", 4}, {"330602", 6}};
    struct world *w = *state;
    const char *person = town_person(w, 1), *correction = new_id(w), *confirm;
    struct slice first = world_sql(w, "SELECT id FROM journal WHERE subject = '%s'", person);

    assert_int_equal(world_post(w, &delegate, "person.registered", correction,
                                arena_print(w->arena,
                                            "{'subject':'%s','on':'2023-01-10','id_type':'passport',"
                                            "'id_number':'E0001','name':'某甲','mends':{'entry':'" SLICE_FMT
                                            "','reason':'typing_error'}}",
                                            person, SLICE_ARG(first)).at)->got, V_OK);
    confirm = arena_print(w->arena, "{'subject':'%s','on':'2023-06-30'}", correction).at;
    assert_int_equal(world_post(w, &delegate_checks, "entry.mended", NULL, confirm)->got, V_SAME_PERSON);
    assert_int_equal(world_post(w, &delegator_checks, "entry.mended", NULL, confirm)->got, V_OK);
    assert_int_equal(world_sql(w, "SELECT 1 FROM journal WHERE id = '%s' AND leaf LIKE "
                                  "'%%\"actor\":\"district_clerk:330602:he\"%%'", correction).len, 1);
}

#define STAFF(name) cmocka_unit_test_setup_teardown(name, staff_setup, staff_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        STAFF(delegates_for_some_days_within_the_organisation),
        STAFF(never_delegates_to_whom_four_eyes_would_bar),
        STAFF(ends_a_delegation_before_its_time),
        STAFF(lists_what_runs_and_no_more_than_a_hundred_of_it),
        STAFF(lends_a_checker_of_the_centre_to_a_small_office),
        STAFF(gives_a_role_on_its_days_and_while_its_giver_has_it),
        STAFF(takes_a_delegate_for_the_person_he_is),
    };

    return cmocka_run_group_tests_name("domain/account_borrowed", tests, NULL, NULL);
}

/*
 * Letting in what waits: by another person, with standing, once, by the word for its sort.
 * Knows the town; must not know the engine.
 * Invariant: a refused confirmation leaves what it is about waiting.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "shapes.h"
#include "town.h"

static const struct actor security_two = {ROLE_SECURITY, {"centre", 6}, {"guard-two", 9}, {NULL, 0}};
static const struct actor checker_himself = {ROLE_DISTRICT_CHECKER, {"330602", 6}, {"zhou", 4}, {"330602", 6}};

static void
lets_a_correction_in_by_another_who_has_standing(void **state)
{
    static const struct {
        const char *what;
        const struct actor *who;
        enum verdict got;
    } person[] = {
        {"the proposer, in another role", &checker_himself, V_SAME_PERSON},
        {"a clerk", &town_clerk_603, V_FORBIDDEN},
        {"a bank's checker", &town_bank_checker, V_SUBJECT_UNKNOWN},
        {"the system administrator", &town_system, V_SUBJECT_UNKNOWN},
        {"the section's chief", &town_chief, V_OK},
        {"once more", &town_officer, V_SUBJECT_TAKEN},
    }, account[] = {
        {"a centre's officer, to whom no bank's account is known", &town_officer, V_SUBJECT_UNKNOWN},
        {"a district's checker", &town_checker, V_SUBJECT_UNKNOWN},
        {"the proposer", &town_security, V_SAME_PERSON},
        {"another security administrator", &security_two, V_OK},
    };
    const struct person_view *seen;
    struct world *w = *state;
    const char *id = town_person(w, 1), *opened = new_id(w), *one = new_id(w), *two = new_id(w);
    struct slice first = world_sql(w, "SELECT id FROM journal WHERE subject = '%s'", id);

    assert_int_equal(world_post(w, &town_clerk, "person.registered", one,
                                arena_print(w->arena,
                                            "{'subject':'%s','on':'2023-01-10','id_type':'passport',"
                                            "'id_number':'E0001','name':'某甲','mends':{'entry':'" SLICE_FMT
                                             "','reason':'typing_error'}}",
                                            id, SLICE_ARG(first)).at)->got, V_OK);
    assert_int_equal(world_post(w, &town_security, "account.opened", opened,
                                "{'subject':'a1','on':'2023-01-01','organisation':'bank-zj','roles':['bank_officer'],"
                                "'login':'a1','name':'某乙'}")->got, V_OK);
    assert_int_equal(world_post(w, &town_security, "account.opened", two,
                                arena_print(w->arena,
                                            "{'subject':'a1','on':'2023-01-01','organisation':'bank-zj',"
                                            "'roles':['bank_checker'],'login':'a1','name':'某乙',"
                                            "'mends':{'entry':'%s','reason':'typing_error'}}",
                                            opened).at)->got, V_OK);
    for (size_t i = 0; i < COUNT(person) + COUNT(account); i++) {
        bool first_half = i < COUNT(person);
        size_t n = first_half ? i : i - COUNT(person);
        struct posting *p = world_post(w, first_half ? person[n].who : account[n].who, "entry.mended", NULL,
                                       arena_print(w->arena, "{'subject':'%s','on':'2023-06-30'}",
                                                   first_half ? one : two).at);

        if (p->got != (first_half ? person[n].got : account[n].got))
            fail_msg("%s: %s", first_half ? person[n].what : account[n].what, verdict_row(p->got)->name);
    }
    seen = world_find(w, registry_type(&the_registry, S("person")), id).view;
    assert_true(slice_equal(seen->id_type, S("passport")));
    assert_int_equal(world_count(w, "op_waiting"), 0);
}

/* What waits under each id is for its own word; who may say it is told before whether anything waits. */
static void
the_word_for_proposals_lets_no_correction_in_and_is_not_everybodys(void **state)
{
    static const struct {
        const char *what;
        const struct actor *who;
        enum verdict got;
    } cases[] = {
        {"a street clerk", &town_street, V_FORBIDDEN},
        {"a district clerk", &town_clerk_603, V_FORBIDDEN},
        {"a bank's officer", &town_bank_officer, V_FORBIDDEN},
        {"a bank's machine", &town_bank, V_FORBIDDEN},
        {"the system administrator", &town_system, V_FORBIDDEN},
        {"an auditor", &town_auditor, V_FORBIDDEN},
        {"a bank's checker", &town_bank_checker, V_SUBJECT_UNKNOWN},
        {"a district's checker", &town_checker, V_SUBJECT_UNKNOWN},
        {"an officer of the centre", &town_officer, V_SUBJECT_UNKNOWN},
        {"the section's chief", &town_chief, V_SUBJECT_UNKNOWN},
        {"a security administrator", &town_security, V_SUBJECT_UNKNOWN},
    };
    struct world *w = *state;
    const char *id = town_person(w, 1), *correction = new_id(w);
    struct slice first = world_sql(w, "SELECT id FROM journal WHERE subject = '%s'", id);
    int64_t entries = world_count(w, "journal");

    assert_int_equal(world_post(w, &town_clerk, "person.registered", correction,
                                arena_print(w->arena,
                                            "{'subject':'%s','on':'2023-01-10','mends':{'entry':'" SLICE_FMT
                                            "','reason':'typing_error','void':'yes'}}",
                                            id, SLICE_ARG(first)).at)->got, V_OK);
    for (size_t i = 0; i < 2 * COUNT(cases); i++) {
        const char *subject = i % 2 == 0 ? correction : new_id(w);
        struct posting *p = world_post(w, cases[i / 2].who, "entry.confirmed", NULL,
                                       arena_print(w->arena, "{'subject':'%s','on':'2023-06-30'}", subject).at);

        if (p->got != cases[i / 2].got)
            fail_msg("%s: %s", cases[i / 2].what, verdict_row(p->got)->name);
    }
    assert_int_equal(world_count(w, "journal"), entries);
    assert_int_equal(world_count(w, "op_waiting"), 1);
}

static void
takes_a_reason_of_the_list_in_force_only(void **state)
{
    static const char *const rests[] = {",'void':'yes'}", "},'id_type':'passport','id_number':'E0001','name':'某甲'"};
    struct world *w = *state;
    const char *id = town_person(w, 1);
    struct slice first = world_sql(w, "SELECT id FROM journal WHERE subject = '%s'", id);

    for (size_t i = 0; i < COUNT(rests); i++) {
        struct posting *p = world_post(w, &town_clerk, "person.registered", NULL,
                                       arena_print(w->arena,
                                                   "{'subject':'%s','on':'2023-01-10','mends':{'entry':'" SLICE_FMT
                                                   "','reason':'no_such_reason'%s}",
                                                   id, SLICE_ARG(first), rests[i]).at);

        assert_int_equal(p->got, V_FIELDS_WRONG);
        assert_true(slice_equal(p->problems.first->pointer, S("/mends/reason")));
        assert_non_null(strstr(p->problems.first->en.at, "mend_reason"));
    }
    assert_int_equal(world_count(w, "op_waiting"), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, town_setup, world_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(lets_a_correction_in_by_another_who_has_standing),
        TEST(the_word_for_proposals_lets_no_correction_in_and_is_not_everybodys),
        TEST(takes_a_reason_of_the_list_in_force_only),
    };

    return cmocka_run_group_tests_name("domain/mending", tests, NULL, NULL);
}

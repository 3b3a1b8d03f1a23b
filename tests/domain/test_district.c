/*
 * Districts: codes, days, successors.
 * Knows the town; must not know the engine.
 * Invariant: each row is a posting and its answer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "shapes.h"
#include "town.h"

#define DISTRICT(id, fields) "{'subject':'" id "','on':'2020-01-01','from':'2013-11-08'," fields "}"

static void
takes_codes_that_lie_in_their_parents(void **state)
{
    static const struct town_step steps[] = {
        {"a district of the city", &town_system, "district.set",
         DISTRICT("330605", "'zh':'某某区','en':'One','parent':'330600'"), V_OK},
        {"another province", &town_system, "district.set", DISTRICT("340000", "'zh':'安徽省','en':'Anhui'"), V_OK},
        {"a county under its province alone", &town_system, "district.set",
         DISTRICT("339001", "'zh':'某某市','en':'Two','parent':'330000'"), V_OK},
        {"posted by security", &town_security, "district.set",
         DISTRICT("330606", "'zh':'某某区','en':'One'"), V_FORBIDDEN},
        {"five digits", &town_system, "district.set",
         DISTRICT("33060", "'zh':'某某区','en':'One'"), V_FIELDS_WRONG, "/subject",
         V_FIELD_FORM},
        {"a letter", &town_system, "district.set",
         DISTRICT("33060a", "'zh':'某某区','en':'One'"), V_FIELDS_WRONG, "/subject",
         V_FIELD_FORM},
        {"a name that is not Chinese", &town_system, "district.set", DISTRICT("330606", "'zh':'Keqiao','en':'One'"),
         V_FIELDS_WRONG, "/zh", V_FIELD_FORM},
        {"a parent it does not lie in", &town_system, "district.set",
         DISTRICT("330606", "'zh':'某某区','en':'One','parent':'340000'"), V_FIELDS_WRONG, "/parent", V_FIELD_CODE},
        {"its own parent", &town_system, "district.set", DISTRICT("330602", "'zh':'越城区','en':'One','parent':'330602'"),
         V_FIELDS_WRONG, "/parent", V_FIELD_CODE},
        {"a parent that is one of its parts", &town_system, "district.set",
         DISTRICT("330600", "'zh':'绍兴市','en':'One','parent':'330602'"), V_FIELDS_WRONG, "/parent", V_FIELD_CODE},
        {"a parent nobody set", &town_system, "district.set",
         DISTRICT("350100", "'zh':'福州市','en':'One','parent':'350000'"),
         V_REFERENCE_UNKNOWN, "/parent"},
    };

    town_run(*state, steps, COUNT(steps));
}

#define GONE(fields) DISTRICT("330604", "'zh':'上虞区','en':'Shangyu','parent':'330600'," fields)
#define OFFICE(id, district, on) \
    "{'subject':'" id "','on':'" on "','sort':'street','zh':'某某街道','district':'" district "'}"

static void
names_the_successor_of_a_code_out_of_use(void **state)
{
    static const struct town_step steps[] = {
        {"a last day without a successor", &town_system, "district.set", GONE("'to':'2022-12-31'"), V_FIELDS_WRONG,
         "/successor", V_FIELD_MISSING},
        {"a successor without a last day", &town_system, "district.set",
         GONE("'successor':'330603'"), V_FIELDS_WRONG, "/to",
         V_FIELD_MISSING},
        {"its own successor", &town_system, "district.set",
         GONE("'to':'2022-12-31','successor':'330604'"), V_FIELDS_WRONG,
         "/successor", V_FIELD_CODE},
        {"a successor nobody set", &town_system, "district.set", GONE("'to':'2022-12-31','successor':'330605'"),
         V_REFERENCE_UNKNOWN, "/successor"},
        {"a last day before the first", &town_system, "district.set", GONE("'to':'2013-11-07','successor':'330603'"),
         V_FIELDS_WRONG, "/to", V_FIELD_RANGE},
        {"merged into its neighbour", &town_system, "district.set",
         GONE("'to':'2022-12-31','successor':'330603'"), V_OK},
        {"used on its last day", &town_system, "organisation.registered", OFFICE("s1", "330604", "2022-12-31"), V_OK},
        {"used the day after", &town_system, "organisation.registered",
         OFFICE("s2", "330604", "2023-01-01"), V_FIELDS_WRONG,
         "/district", V_FIELD_CODE},
        {"used before its first day", &town_system, "organisation.registered", OFFICE("s3", "330602", "2013-11-07"),
         V_FIELDS_WRONG, "/district", V_FIELD_CODE},
    };
    struct world *w = *state;
    struct posting *p;

    town_run(w, steps, COUNT(steps));
    p = world_post(w, &town_system, "organisation.registered", NULL, OFFICE("s2", "330604", "2023-01-01"));
    assert_string_equal(p->problems.first->en.at, "out of use after 2022-12-31; its place was taken by 330603");
    assert_true(slice_equal(((const struct district_view *)world_find(w, registry_type(&the_registry, S("district")),
                                                                      "330604").view)->successor, S("330603")));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, town_setup, world_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(takes_codes_that_lie_in_their_parents),
        TEST(names_the_successor_of_a_code_out_of_use),
    };

    return cmocka_run_group_tests_name("domain/district", tests, NULL, NULL);
}

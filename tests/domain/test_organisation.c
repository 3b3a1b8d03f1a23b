/*
 * Organisations: sorts, districts, closing.
 * Knows the town; must not know the engine.
 * Invariant: each row is a posting and its answer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "town.h"

#define ORG(id, fields) "{'subject':'" id "','on':'2023-01-01'," fields "}"

static void
registers_organisations_of_every_sort(void **state)
{
    static const struct town_step steps[] = {
        {"a guarantor", &town_system, "organisation.registered",
         ORG("fund", "'sort':'guarantor','zh':'某某融资担保有限公司','credit_code':'91999999MA0000001N'"), V_OK},
        {"a training provider", &town_system, "organisation.registered",
         ORG("school", "'sort':'training','zh':'某某学校'"), V_OK},
        {"a street office", &town_system, "organisation.registered",
         ORG("street-603", "'sort':'street','zh':'柯桥街道','district':'330603'"), V_OK},
        {"twice", &town_system, "organisation.registered",
         ORG("fund", "'sort':'guarantor','zh':'某某担保'"), V_SUBJECT_TAKEN},
        {"by security", &town_security, "organisation.registered", ORG("x1", "'sort':'bank','zh':'某某银行'"), V_FORBIDDEN},
        {"by a clerk", &town_clerk, "organisation.registered", ORG("x1", "'sort':'bank','zh':'某某银行'"), V_FORBIDDEN},
        {"an unknown sort", &town_system, "organisation.registered",
         ORG("x1", "'sort':'club','zh':'某某银行'"), V_FIELDS_WRONG,
         "/sort", V_FIELD_CODE},
        {"an id with a colon", &town_system, "organisation.registered", ORG("x:1", "'sort':'bank','zh':'某某银行'"),
         V_FIELDS_WRONG, "/subject", V_FIELD_FORM},
        {"an id in upper case", &town_system, "organisation.registered", ORG("X1", "'sort':'bank','zh':'某某银行'"),
         V_FIELDS_WRONG, "/subject", V_FIELD_FORM},
        {"a name without a Chinese sign", &town_system, "organisation.registered",
         ORG("x1", "'sort':'bank','zh':'Bank'"),
         V_FIELDS_WRONG, "/zh", V_FIELD_FORM},
        {"a credit code with a wrong check sign", &town_system, "organisation.registered",
         ORG("x1", "'sort':'bank','zh':'某某银行','credit_code':'91999999MA0000001M'"), V_FIELDS_WRONG, "/credit_code",
         V_FIELD_CHECK},
        {"a street office without its district", &town_system, "organisation.registered",
         ORG("x1", "'sort':'street','zh':'某某街道'"), V_FIELDS_WRONG, "/district", V_FIELD_MISSING},
        {"a district nobody set", &town_system, "organisation.registered",
         ORG("x1", "'sort':'street','zh':'某某街道','district':'330607'"), V_REFERENCE_UNKNOWN, "/district"},
        {"closed", &town_system, "organisation.closed", ORG("fund", "'reason':'merged'"), V_OK},
        {"closed again", &town_system, "organisation.closed", ORG("fund", "'reason':'merged'"), V_WRONG_STATE},
        {"closed though unknown", &town_system, "organisation.closed",
         ORG("x1", "'reason':'merged'"), V_SUBJECT_UNKNOWN},
    };

    town_run(*state, steps, COUNT(steps));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, town_setup, world_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(registers_organisations_of_every_sort),
    };

    return cmocka_run_group_tests_name("domain/organisation", tests, NULL, NULL);
}

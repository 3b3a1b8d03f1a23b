/*
 * Figures of earlier years: what is taken, what is refused, and what they add to.
 * Knows the rule in its own words; must not know how totals are kept.
 * Invariant: each refusal names its field and leaves nothing behind.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "lending.h"

#define FIGURE(subject, on, year, district, indicator, value)                                                  \
    "{'subject':'" subject "','on':'" on "','year':" year ",'district':'" district "','indicator':'" indicator \
    "','value':" value "}"

static const struct town_step steps[] = {
    {"a year's loans", IMPORT, "past.brought",
     FIGURE("loan_amount-2022-330602", "2022-12-31", "2022", "330602", "loan_amount", "4000"), V_OK, NULL, V_OK},
    {"the same again under another id", IMPORT, "past.brought",
     FIGURE("loan_amount-2022-330602", "2022-12-31", "2022", "330602", "loan_amount", "4001"), V_SUBJECT_TAKEN, NULL,
     V_OK},
    {"under a name that says something else", IMPORT, "past.brought",
     FIGURE("loan_amount-2021-330602", "2022-12-31", "2022", "330602", "loan_amount", "1"), V_FIELDS_WRONG, "/subject",
     V_FIELD_FORM},
    {"on another day", IMPORT, "past.brought",
     FIGURE("trained-2022-330602", "2022-12-30", "2022", "330602", "trained", "1"), V_FIELDS_WRONG, "/on",
     V_FIELD_RANGE},
    {"of a rate", IMPORT, "past.brought",
     FIGURE("platform_coverage-2022-330602", "2022-12-31", "2022", "330602", "platform_coverage", "1"), V_FIELDS_WRONG,
     "/indicator", V_FIELD_CODE},
    {"of a year that is not over", IMPORT, "past.brought",
     FIGURE("trained-2023-330602", "2023-12-31", "2023", "330602", "trained", "1"), V_DAY_AHEAD, "/on", V_OK},
    {"of a district that is not there", IMPORT, "past.brought",
     FIGURE("trained-2022-330611", "2022-12-31", "2022", "330611", "trained", "1"), V_REFERENCE_UNKNOWN, "/district",
     V_OK},
    {"by an officer", CENTRE, "past.brought",
     FIGURE("trained-2022-330602", "2022-12-31", "2022", "330602", "trained", "1"), V_FORBIDDEN, NULL, V_OK},
};

static void
takes_a_figure_once_for_a_whole_year_that_is_over(void **state)
{
    struct world *w = *state;

    town_run(w, steps, COUNT(steps));
    assert_int_equal(lending_total(w, "loan_amount", "past", "330602", "2022-12-31", "2022-12-31", INT64_MAX), 4000);
    assert_int_equal(lending_total(w, "loan_amount", NULL, NULL, "2023-01-01", "2023-12-31", INT64_MAX), 0);
    lending_verify(w);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(takes_a_figure_once_for_a_whole_year_that_is_over, lending_setup,
                                        world_teardown),
    };

    return cmocka_run_group_tests_name("domain/past", tests, NULL, NULL);
}

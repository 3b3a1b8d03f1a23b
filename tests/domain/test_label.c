/*
 * What codes are called.
 * Knows some labels by heart and the pack's file; must not know how they are found.
 * Invariant: every code of a list that has labels has one in both languages.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "oracle.h"
#include "ventured/domain.h"

static void
calls_a_code_by_its_label_and_an_unknown_one_by_itself(void **state)
{
    static const struct slice codes[] = {S_INIT("licence"), S_INIT("moonshine"), S_INIT("identity")};
    const struct label *got = labels_find(*state, "loan_paper", codes, 3);

    assert_true(slice_equal(got[0].code, S("licence")));
    assert_true(slice_equal(got[0].zh, S("营业执照")));
    assert_true(slice_equal(got[0].en, S("Business licence")));
    assert_true(slice_equal(got[1].zh, S("moonshine")));
    assert_true(slice_equal(got[1].en, S("moonshine")));
    assert_true(slice_equal(got[2].zh, S("身份证明")));
    got = labels_find(*state, "no_such_list", codes, 1);
    assert_true(slice_equal(got[0].zh, S("licence")));
    assert_non_null(labels_find(*state, "loan_paper", NULL, 0));
}

static void
every_code_of_a_labelled_list_has_both_languages(void **state)
{
    const struct json *pack;
    size_t count = 0;

    assert_int_equal(json_parse(&pack, *state, policy_lists_document), V_OK);
    for (const struct json *row = json_find(pack, S("rows"))->first; row != NULL; row = row->next) {
        const struct json *labels = json_find(row, S("labels"));

        for (const struct json *i = labels == NULL ? NULL : json_find(row, S("items"))->first; i != NULL; i = i->next) {
            const struct json *pair = json_find(labels, i->text);

            if (pair == NULL || pair->count != 2 || pair->first->text.len == 0 || pair->first->next->text.len == 0)
                fail_msg(SLICE_FMT " of " SLICE_FMT, SLICE_ARG(i->text), SLICE_ARG(json_text(row, S("name"))));
            count++;
        }
    }
    assert_true(count > 50);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(calls_a_code_by_its_label_and_an_unknown_one_by_itself, arena_setup,
                                        arena_teardown),
        cmocka_unit_test_setup_teardown(every_code_of_a_labelled_list_has_both_languages, arena_setup, arena_teardown),
    };

    return cmocka_run_group_tests_name("domain/label", tests, NULL, NULL);
}

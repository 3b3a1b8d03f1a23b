/*
 * The counter over HTTPS: eligibility of loans and drafts, and whose it is to ask.
 * Knows a desk with real loans behind it; must not know how a condition is judged.
 * Invariant: a loan that is not the asker's is answered, byte for byte, as one that does not exist.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "desk.h"
#include "lending.h"

#define AT_STREET "street_clerk:street-602:feng:330602"
#define AT_DISTRICT "district_clerk:330602:zhou:330602"
#define ELSEWHERE "street_clerk:street-603:wu:330603"
#define OFFICER "centre_officer:centre:sun"
#define READER "bureau_reader:bureau:yu"
#define BANKER "bank_officer:bank-zj:b1"

static int
setup(void **state)
{
    desk_world = lending_setup;
    return desk_setup(state);
}

static int
get(struct desk *d, const char *who, const char *target)
{
    return desk_ask(d, who, "GET", target, NULL, NULL);
}

static const char *
status_of(struct desk *d, const char *rule)
{
    const struct json *rules = json_find(desk_json(d), S("rules"));

    assert_non_null(rules);
    for (const struct json *r = rules->first; r != NULL; r = r->next)
        if (slice_equal(json_text(r, S("rule")), slice_of(rule)))
            return arena_copy(d->arena, json_text(r, S("status"))).at;
    return "no such rule";
}

/* ---- eligibility ----------------------------------------------------------------------------------------------- */

static void
judges_a_loan_for_those_who_work_on_cases(void **state)
{
    static const struct {
        const char *who;
        int own, missing;
    } cases[] = {
        {AT_STREET, 200, 404}, {AT_DISTRICT, 200, 404}, {OFFICER, 200, 404}, {"auditor:audit:li", 200, 404},
        {ELSEWHERE, 404, 404}, {READER, 403, 403},      {BANKER, 403, 403},  {NULL, 401, 401},
    };
    struct desk *d = *state;

    lending_loan(d->world, "L1", LOAN_CHECKING);
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *detail;

        if (get(d, cases[i].who, "/v1/loans/L1/eligibility") != cases[i].own)
            fail_msg("%s: %s", cases[i].who, d->client.text);
        if (cases[i].own == 200)
            assert_string_equal(status_of(d, "amount"), "met");
        detail = cases[i].own == 404 ? desk_text(d, "detail") : NULL;
        assert_int_equal(get(d, cases[i].who, "/v1/loans/L9/eligibility"), cases[i].missing);
        if (detail != NULL)
            assert_string_equal(desk_text(d, "detail"), detail);
    }
    assert_int_equal(get(d, OFFICER, "/v1/loans/L1/eligibility?year=2023"), 400);
    assert_int_equal(desk_ask(d, OFFICER, "POST", "/v1/loans/L1/eligibility", NULL, "{}"), 405);
}

#define DRAFT                                                                                                \
    "'class':'class2','sort':'individual','person':'" ZHAO "','amount':50000001,'term_months':12,"           \
    "'use':'lottery','guarantee':'credit'"

static void
judges_a_draft_and_records_nothing(void **state)
{
    struct desk *d = *state;
    int64_t entries = world_count(d->world, "journal");

    assert_int_equal(desk_ask(d, AT_STREET, "POST", "/v1/eligibility", NULL, "{" DRAFT ",'district':'330602'}"), 200);
    assert_string_equal(status_of(d, "amount"), "not_met");
    assert_string_equal(status_of(d, "use"), "not_met");
    assert_null(json_find(desk_json(d), S("loan")));
    assert_int_equal(world_count(d->world, "journal"), entries);
    assert_int_equal(desk_ask(d, AT_STREET, "POST", "/v1/eligibility", NULL, "{" DRAFT ",'district':'330603'}"), 403);
    assert_true(desk_has_problem(d, "/district", "forbidden"));
    assert_int_equal(desk_ask(d, OFFICER, "POST", "/v1/eligibility", NULL, "{'class':'class3','sort':1}"), 422);
    assert_true(desk_has_problem(d, "/class", "field_code"));
    assert_true(desk_has_problem(d, "/sort", "field_type"));
    assert_true(desk_has_problem(d, "/person", "field_missing"));
    assert_int_equal(desk_ask(d, OFFICER, "POST", "/v1/eligibility", NULL, "[]"), 400);
    assert_int_equal(desk_ask(d, READER, "POST", "/v1/eligibility", NULL, "{}"), 403);
    assert_int_equal(desk_ask(d, NULL, "POST", "/v1/eligibility", NULL, "{}"), 401);
}

/* ---- the certificate ------------------------------------------------------------------------------------------- */

static void
shows_the_certificate_to_whoever_may_see_the_loan(void **state)
{
    static const struct {
        const char *who;
        int status;
    } cases[] = {
        {AT_STREET, 200}, {OFFICER, 200}, {READER, 200},          {"payer:centre:he", 200},
        {BANKER, 200},    {ELSEWHERE, 404}, {"bank_officer:bank-sx:b1", 404}, {"security:centre:li", 404},
        {NULL, 401},
    };
    struct desk *d = *state;

    lending_loan_class1(d->world, "L1", LOAN_SENT);
    lending_loan(d->world, "L2", LOAN_CHECKING);
    for (size_t i = 0; i < COUNT(cases); i++)
        if (get(d, cases[i].who, "/v1/loans/L1/certificate") != cases[i].status)
            fail_msg("%s: %s", cases[i].who, d->client.text);
    assert_int_equal(get(d, BANKER, "/v1/loans/L1/certificate"), 200);
    assert_string_equal(d->client.body,
                        "{\"loan\":\"L1\",\"class\":\"class1\",\"certificate_no\":\"越创贷〔2023〕013\","
                        "\"state\":\"expired\",\"issued_on\":\"2023-03-10\",\"valid_to\":\"2023-05-31\","
                        "\"amount_max\":10000000,\"term_max_months\":36,\"issued_by\":\"330602\","
                        "\"fund\":\"fund-one\",\"history\":[]}");
    assert_int_equal(get(d, OFFICER, "/v1/loans/L2/certificate"), 404); /* none yet */
    assert_int_equal(get(d, OFFICER, "/v1/loans/L9/certificate"), 404);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, desk_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(judges_a_loan_for_those_who_work_on_cases),
        TEST(judges_a_draft_and_records_nothing),
        TEST(shows_the_certificate_to_whoever_may_see_the_loan),
    };

    return cmocka_run_group_tests_name("edge/intake", tests, desk_open_keys, desk_close_keys);
}

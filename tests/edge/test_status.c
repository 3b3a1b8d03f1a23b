/*
 * The slip and the status page over HTTPS: handed out at the counter, looked at by anybody who holds it.
 * Knows a desk with real loans behind it and what an applicant may read; must not know how a code is kept.
 * Invariant: of all that is answered nothing names a person or an amount.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "desk.h"
#include "lending.h"
#include "oracle.h"

#define AT_STREET "street_clerk:street-602:feng:330602"
#define ELSEWHERE "street_clerk:street-603:wu:330603"
#define OFFICER "centre_officer:centre:sun"

static int
setup(void **state)
{
    desk_world = lending_setup;
    return desk_setup(state);
}

static int
get(struct desk *d, const char *target)
{
    return desk_ask(d, NULL, "GET", target, NULL, NULL);
}

static int
look(struct desk *d, const char *code)
{
    return get(d, arena_print(d->arena, "/v1/status?code=%s", code).at);
}

/* A new slip of a loan: its code. */
static const char *
slip(struct desk *d, const char *loan)
{
    const char *target = arena_print(d->arena, "/v1/loans/%s/slip", loan).at;

    if (desk_ask(d, AT_STREET, "POST", target, NULL, "{}") != 201)
        fail_msg("%s", d->client.text);
    return desk_text(d, "code");
}

/* ---- handing out ----------------------------------------------------------------------------------------------- */

static void
hands_out_a_slip_to_whoever_may_see_the_loan(void **state)
{
    static const struct {
        const char *who, *loan, *body;
        int status;
    } cases[] = {
        {AT_STREET, "L1", "{}", 201},
        {"district_clerk:330602:zhou:330602", "L1", "{}", 201},
        {"district_checker:330602:qian:330602", "L1", "{}", 201},
        {OFFICER, "L1", "{}", 201},
        {ELSEWHERE, "L1", "{}", 404},
        {AT_STREET, "L9", "{}", 404},
        {"section_chief:centre:zhao", "L1", "{}", 403},
        {"bank_officer:bank-zj:b1", "L1", "{}", 403},
        {NULL, "L1", "{}", 401},
        {AT_STREET, "L1", "{'code':'x'}", 422},
        {AT_STREET, "L1", "[]", 400},
    };
    struct desk *d = *state;

    lending_loan(d->world, "L1", LOAN_CHECKING);
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *target = arena_print(d->arena, "/v1/loans/%s/slip", cases[i].loan).at;

        if (desk_ask(d, cases[i].who, "POST", target, NULL, cases[i].body) != cases[i].status)
            fail_msg("case %zu: %s", i, d->client.text);
        if (cases[i].status == 404)
            assert_string_equal(desk_text(d, "verdict"), "subject_unknown");
        if (cases[i].status != 201)
            continue;
        assert_string_equal(desk_text(d, "subject"), "L1");
        assert_int_equal(strlen(desk_text(d, "code")), 19);
        assert_string_equal(desk_text(d, "url"),
                            arena_print(d->arena, DESK_ORIGIN "/status/%s", desk_text(d, "code")).at);
        assert_non_null(desk_text(d, "issued_at"));
        assert_string_equal(desk_field(d, "Cache-Control"), "no-store");
    }
    assert_int_equal(world_count(d->world, "op_slip"), 1);
}

/* ---- looking --------------------------------------------------------------------------------------------------- */

static const struct json *
member(struct desk *d, const char *object, const char *key)
{
    const struct json *in = json_find(desk_json(d), slice_of(object));

    return in == NULL ? NULL : json_find(in, slice_of(key));
}

static void
tells_how_far_a_loan_is(void **state)
{
    struct desk *d = *state;
    const struct json *missing;

    lending_loan(d->world, "L1", LOAN_INCOMPLETE);
    lending_loan(d->world, "L2", LOAN_QUALIFIED);
    lending_loan(d->world, "L3", LOAN_INVESTIGATING);
    assert_int_equal(look(d, slip(d, "L1")), 200);
    assert_true(slice_equal(member(d, "state", "zh")->text, S("待补正")));
    assert_string_equal(desk_text(d, "since"), "2023-03-02");
    assert_true(slice_equal(member(d, "next", "by")->text, S("applicant")));
    missing = json_find(desk_json(d), S("missing"))->first;
    assert_true(slice_equal(json_text(missing, S("zh")), S("营业执照")));
    assert_true(slice_equal(json_text(missing, S("en")), S("Business licence")));
    assert_null(json_find(desk_json(d), S("certificate")));
    assert_string_equal(desk_field(d, "Cache-Control"), "no-store");
    assert_string_equal(desk_field(d, "Referrer-Policy"), "no-referrer");

    assert_int_equal(look(d, slip(d, "L2")), 200);
    assert_true(slice_equal(member(d, "certificate", "certificate_no")->text, S("越创贷〔2023〕012")));
    assert_true(slice_equal(member(d, "certificate", "valid_to")->text, S("2023-05-31")));
    assert_true(slice_equal(member(d, "next", "due")->text, S("2023-05-31")));
    assert_null(json_find(desk_json(d), S("bank")));

    assert_int_equal(look(d, slip(d, "L3")), 200);
    assert_non_null(member(d, "bank", "zh"));
    assert_true(slice_equal(member(d, "next", "by")->text, S("bank")));
}

/* Whatever the loan has been through. */
static void
gives_away_no_person_and_no_amount(void **state)
{
    static const char *const secrets[] = {"0190aaaa", "30000000", "20000000", "300000", "200000", "feng", "43500"};
    struct desk *d = *state;
    const char *code;

    lending_loan(d->world, "L1", LOAN_OVERDUE);
    code = slip(d, "L1");
    for (int page = 0; page < 2; page++) {
        assert_int_equal(get(d, arena_print(d->arena, page ? "/status/%s" : "/v1/status?code=%s", code).at), 200);
        for (size_t i = 0; i < COUNT(secrets); i++)
            if (strstr(d->client.body, secrets[i]) != NULL)
                fail_msg("%s is in %s", secrets[i], d->client.body);
        assert_null(strstr(d->client.body, "L1"));
    }
}

/* ---- codes that open nothing ----------------------------------------------------------------------------------- */

static void
answers_every_code_that_opens_nothing_alike(void **state)
{
    static const char *const others[] = {"0000-0000-0000-0000", "x", "ABCD-EFGH-JKMN-PQRU", "%3Cscript%3E", "",
                                         "a%20b"};
    struct desk *d = *state;
    const char *replaced, *detail;

    lending_loan(d->world, "L1", LOAN_CHECKING);
    replaced = slip(d, "L1");
    assert_int_equal(look(d, replaced), 200);
    slip(d, "L1");
    assert_int_equal(look(d, replaced), 404);
    detail = desk_text(d, "detail");
    assert_string_equal(desk_field(d, "Cache-Control"), "no-store");
    for (size_t i = 0; i < COUNT(others); i++) {
        if (look(d, others[i]) != 404)
            fail_msg("'%s': %s", others[i], d->client.text);
        assert_string_equal(desk_text(d, "detail"), detail);
    }
    /* each was counted once, for the address and for all */
    assert_true(slice_equal(world_sql(d->world, "SELECT SUM(failed) FROM op_attempt"), S("14")));
    assert_int_equal(get(d, "/v1/status"), 400);
    assert_int_equal(get(d, "/v1/status?code=x&when=now"), 400);
    assert_int_equal(get(d, "/v1/status?cod=x"), 400);
}

static void
makes_whoever_guesses_wait(void **state)
{
    struct desk *d = *state;
    const char *code;

    lending_loan(d->world, "L1", LOAN_CHECKING);
    code = slip(d, "L1");
    for (int i = 0; i < 11; i++)
        assert_int_equal(look(d, "0000-0000-0000-0000"), 404);
    assert_int_equal(look(d, code), 429); /* a right one too */
    assert_string_equal(desk_field(d, "Retry-After"), "1");
    assert_int_equal(get(d, arena_print(d->arena, "/status/%s", code).at), 429);
    assert_string_equal(desk_field(d, "Retry-After"), "1");
    assert_non_null(strstr(d->client.body, "Try again after 1 s."));
    world_now_ms += 1000;
    assert_int_equal(look(d, code), 200);
}

/* What the table and the log hold of a code: nothing. */
static void
keeps_a_code_nowhere(void **state)
{
    struct desk *d = *state;
    const char *code;
    char log[16384] = "";
    int pipes[2], kept = dup(STDERR_FILENO);
    enum log_level level = log_level_min;

    lending_loan(d->world, "L1", LOAN_CHECKING);
    assert_int_equal(pipe(pipes), 0);
    assert_int_equal(dup2(pipes[1], STDERR_FILENO), STDERR_FILENO);
    log_level_min = LOG_DEBUG;
    code = slip(d, "L1");
    get(d, arena_print(d->arena, "/status/%s", code).at);
    look(d, code);
    look(d, "QQQQ-QQQQ-QQQQ-QQQQ");
    log_level_min = level;
    dup2(kept, STDERR_FILENO);
    close(kept);
    close(pipes[1]);
    assert_true(read(pipes[0], log, sizeof log - 1) > 0);
    close(pipes[0]);
    assert_non_null(strstr(log, "route=/status/{code}"));
    assert_null(strstr(log, code));
    assert_null(strstr(log, "QQQQ"));
    assert_true(slice_equal(world_sql(d->world, "SELECT length(code) FROM op_slip"), S("32")));
}

/* ---- the page -------------------------------------------------------------------------------------------------- */

/* A browser applies the style sheet only where its hash is the policy's: Python works it out from the page. */
static void
names_its_style_sheet_by_the_hash_that_a_browser_takes(void **state)
{
    static const char judge[] = "import base64,hashlib,sys\n"
                                "page=open(sys.argv[1],'rb').read()\n"
                                "style=page.split(b'<style>')[1].split(b'</style>')[0]\n"
                                "print(base64.b64encode(hashlib.sha256(style).digest()).decode(),end='')\n";
    struct desk *d = *state;
    const char *folder, *policy;
    struct slice hash;

    if (!oracle_there(d->arena, "python3")) {
        print_message("skipped: python3 is missing\n");
        skip();
    }
    assert_int_equal(get(d, "/status"), 200);
    policy = desk_field(d, "Content-Security-Policy");
    folder = folder_open(d->arena);
    write_file(arena_print(d->arena, "%s/page", folder).at, slice_of(d->client.body));
    write_file(arena_print(d->arena, "%s/judge.py", folder).at, slice_of(judge));
    assert_int_equal(oracle_run(&hash, d->arena, "python3 %s/judge.py %s/page", folder, folder), 0);
    folder_close(folder);
    assert_non_null(strstr(policy, arena_print(d->arena, "'sha256-" SLICE_FMT "'", SLICE_ARG(hash)).at));
}

static void
shows_the_page_without_scripts(void **state)
{
    struct desk *d = *state;
    const char *policy, *code;

    assert_int_equal(get(d, "/status"), 200);
    assert_string_equal(desk_field(d, "Content-Type"), "text/html; charset=utf-8");
    policy = desk_field(d, "Content-Security-Policy");
    assert_true(strncmp(policy, "default-src 'none'; style-src 'sha256-", 38) == 0);
    assert_null(strstr(policy, "unsafe"));
    assert_null(strstr(policy, "script"));
    assert_null(strstr(d->client.body, "<script"));
    assert_null(strstr(d->client.body, " style="));
    assert_non_null(strstr(d->client.body, "<label for=\"code\">"));
    assert_null(strstr(d->client.body, "<!--answer-->"));
    assert_string_equal(desk_field(d, "Referrer-Policy"), "no-referrer");
    assert_string_equal(desk_field(d, "Cache-Control"), "no-store");

    lending_loan(d->world, "L1", LOAN_INCOMPLETE);
    code = slip(d, "L1");
    assert_int_equal(get(d, arena_print(d->arena, "/status?code=%s&from=messenger", code).at), 200);
    assert_non_null(strstr(d->client.body, "待补正 <span lang=\"en\">papers missing</span>"));
    assert_non_null(strstr(d->client.body, "<li>营业执照 <span lang=\"en\">Business licence</span></li>"));
    assert_null(strstr(d->client.body, code)); /* it is not shown to whoever looks over a shoulder */
    assert_int_equal(get(d, "/status?code=%22%3E%3Cscript%3E"), 404);
    assert_non_null(strstr(d->client.body, "role=\"alert\""));
    assert_null(strstr(d->client.body, "script"));
    assert_int_equal(get(d, "/status?code="), 200);
    assert_int_equal(desk_ask(d, NULL, "POST", "/status", NULL, "{}"), 405);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, desk_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(hands_out_a_slip_to_whoever_may_see_the_loan),
        TEST(tells_how_far_a_loan_is),
        TEST(gives_away_no_person_and_no_amount),
        TEST(answers_every_code_that_opens_nothing_alike),
        TEST(makes_whoever_guesses_wait),
        TEST(keeps_a_code_nowhere),
        TEST(names_its_style_sheet_by_the_hash_that_a_browser_takes),
        TEST(shows_the_page_without_scripts),
    };

    return cmocka_run_group_tests_name("edge/status", tests, desk_open_keys, desk_close_keys);
}

/*
 * What waits for a second person, through the whole chain: who sees it and how much of it, takes it back, declines it.
 * Knows the desk and the toy kinds; must not know how the edge is built.
 * Invariant: what a reader may not know is compared with what does not exist.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "jars.h"
#include "readers.h"
#include "tamper.h"

#define IDENTITY "999999199001010016" /* nobody's: area 999999 */

static const struct actor bank_two = {ROLE_BANK_MACHINE, {"bank-two", 8}, {"m1", 2}, {NULL, 0}};

/* ---- what waits ------------------------------------------------------------------------------------------------ */

/* Posted as a person does, over the wire. */
static const char *
propose(struct desk *d, const char *who, const char *name)
{
    const char *id = new_id(d->world);

    assert_int_equal(desk_ask(d, who, "POST", "/v1/entries/jar.promised", id,
                              arena_print(d->arena,
                                          "{'subject':'%s','on':'2023-04-01','pot':'p1','amount':40,'donor':'某甲',"
                                          "'donor_id':'" IDENTITY "'}", name).at), 202);
    assert_string_equal(desk_text(d, "state"), "waiting");
    return id;
}

/* A bank's correction of a filling of its own. */
static const char *
mend_filling(struct desk *d, const struct actor *who, const char *name)
{
    struct posting *p = tell(d->world, who, "jar.filled", name, "2023-04-01",
                             arena_print(d->arena, "'amount':5,'voucher_no':'%s'", new_id(d->world)).at);

    return done(tell(d->world, who, "jar.filled", name, "2023-04-01",
                     mending(d->world, done(p), arena_print(d->arena, "'amount':6,'voucher_no':'%s'",
                                                            new_id(d->world)).at)));
}

static const char *
address_of(struct desk *d, const char *id)
{
    return arena_print(d->arena, "/v1/waiting/%s", id).at;
}

static const struct json *
body_member(struct desk *d, const char *key)
{
    const struct json *body = json_find(desk_json(d), S("body"));

    assert_non_null(body);
    return json_find(body, slice_of(key));
}

static void
two_jars(struct desk *d)
{
    rule_set(d->world, "pot_max:city", 100);
    open_jar(d, &clerk, "j1", "bank-one");
    open_jar(d, &clerk_elsewhere, "j2", "bank-two");
}

static bool
is_in(const char *list, const char *id)
{
    return strstr(list, id) != NULL;
}

static void
lists_what_waits_as_far_as_each_reader_may_know(void **state)
{
    struct desk *d = *state;
    const char *ids[5];
    static const struct {
        const char *who;
        bool sees[5];
    } cases[] = {
        /*                  here    there   one's   two's   former's */
        {AUDITOR,           {true,  true,   true,   true,   true}},
        {OFFICER,           {true,  true,   true,   true,   true}},
        {CLERK,             {true,  false,  false,  false,  false}},
        {CLERK_TWO,         {true,  false,  false,  false,  false}},
        {CHECKER,           {true,  false,  false,  false,  false}},
        {CLERK_ELSEWHERE,   {false, true,   false,  false,  false}},
        {"district_clerk:330602:zhou", {false}}, /* of no district */
        {BANK_ONE,          {false, false,  true,   false,  false}},
        {BANK_TWO,          {false, false,  false,  true,   false}},
        {BANK_FORMER,       {false, false,  false,  false,  true}},
        {CHIEF,             {false}},
        {EXPERT,            {false}},
    };

    two_jars(d);
    ids[0] = propose(d, CLERK, "j1");
    ids[1] = propose(d, CLERK_ELSEWHERE, "j2");
    ids[2] = mend_filling(d, &bank, "j1");
    ids[3] = mend_filling(d, &bank_two, "j2");
    ids[4] = mend_filling(d, &bank_former, "j1");
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *list;

        assert_int_equal(get(d, cases[i].who, "/v1/waiting"), 200);
        assert_null(strstr(d->client.body, "body"));
        assert_null(strstr(d->client.body, "某甲"));
        list = listed(d, "id");
        for (size_t n = 0; n < COUNT(ids); n++)
            if (is_in(list, ids[n]) != cases[i].sees[n])
                fail_msg("%s: number %zu is %s the list", cases[i].who, n, cases[i].sees[n] ? "missing from" : "in");
        for (size_t n = 0; n < COUNT(ids); n++)
            if ((get(d, cases[i].who, address_of(d, ids[n])) == 200) != cases[i].sees[n])
                fail_msg("%s: number %zu by itself: %s", cases[i].who, n, d->client.text);
    }
    assert_int_equal(get(d, NULL, "/v1/waiting"), 401);
    assert_int_equal(ask_signed(d, "bank-one", "GET", "/v1/waiting"), 200);
    assert_string_equal(listed(d, "id"), ids[2]);
}

/* A kind that banks may see, brought by somebody who is of no bank: the jar's own bank alone learns of it. */
static void
shows_a_bank_what_others_correct_of_its_own_subjects_only(void **state)
{
    struct desk *d = *state;
    const char *mine, *others, *opened;

    two_jars(d);
    opened = world_sql(d->world, "SELECT id FROM journal WHERE subject = 'j1'").at;
    mine = done(tell(d->world, &clerk, "jar.opened", "j1", "2023-03-01",
                     mending(d->world, opened, OPENED ",'bank':'bank-one','label':'甲'")));
    opened = world_sql(d->world, "SELECT id FROM journal WHERE subject = 'j2'").at;
    others = done(tell(d->world, &clerk_elsewhere, "jar.opened", "j2", "2023-03-01", voiding(d->world, opened)));
    assert_int_equal(ask_signed(d, "bank-one", "GET", address_of(d, others)), 404);
    assert_int_equal(ask_signed(d, "bank-one", "DELETE", address_of(d, others)), 404);
    assert_int_equal(ask_signed(d, "bank-one", "GET", "/v1/waiting"), 200);
    assert_string_equal(listed(d, "id"), mine);
    assert_int_equal(ask_signed(d, "bank-one", "GET", address_of(d, mine)), 200);
    assert_string_equal(desk_text(d, "actor"), "district_clerk");
    assert_int_equal(body_member(d, "capacity")->number, 1000);
    assert_null(body_member(d, "owner"));
    assert_null(body_member(d, "label"));
    assert_int_equal(ask_signed(d, "bank-one", "DELETE", address_of(d, mine)), 403);
    assert_int_equal(world_count(d->world, "op_waiting"), 2);
}

static void
answers_what_is_not_the_readers_as_what_does_not_exist(void **state)
{
    static const char *const readers[] = {CLERK_ELSEWHERE, BANK_TWO, BANK_FORMER, CHIEF, EXPERT};
    static const char *const methods[] = {"GET", "DELETE"};
    struct desk *d = *state;
    const char *ids[3];

    two_jars(d);
    ids[0] = propose(d, CLERK, "j1");
    ids[1] = mend_filling(d, &bank, "j1");
    for (size_t i = 0; i < COUNT(readers) * COUNT(methods); i++)
        for (size_t n = 0; n < 2; n++) {
            const char *who = readers[i / 2], *method = methods[i % 2], *detail;

            assert_int_equal(desk_ask(d, who, method, address_of(d, ids[n]), NULL, NULL), 404);
            detail = desk_text(d, "detail");
            assert_int_equal(desk_ask(d, who, method, address_of(d, new_id(d->world)), NULL, NULL), 404);
            assert_string_equal(desk_text(d, "detail"), detail);
            assert_int_equal(desk_ask(d, who, method, "/v1/waiting/nothing", NULL, NULL), 404);
            assert_string_equal(desk_text(d, "detail"), detail);
        }
    assert_int_equal(world_count(d->world, "op_waiting"), 2);
}

static void
shows_the_words_of_what_waits_to_those_who_may_see_each_field(void **state)
{
    static const struct {
        const char *who, *actor;
        bool donor, identity;
    } cases[] = {
        {CLERK,     "district_clerk:330602:zhou", true,  true },
        {CLERK_TWO, "district_clerk:330602:zhou", true,  true },
        {OFFICER,   "district_clerk",             false, true },
        {CHECKER,   "district_clerk:330602:zhou", false, false},
        {AUDITOR,   "district_clerk:330602:zhou", false, false},
    };
    struct desk *d = *state;
    const char *id;

    two_jars(d);
    id = propose(d, CLERK, "j1");
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(get(d, cases[i].who, address_of(d, id)), 200);
        assert_string_equal(desk_text(d, "id"), id);
        assert_string_equal(desk_text(d, "kind"), "jar.promised");
        assert_string_equal(desk_text(d, "subject"), "j1");
        assert_string_equal(desk_text(d, "on"), "2023-04-01");
        assert_string_equal(desk_text(d, "at"), "2023-06-30T02:00:00.000Z");
        assert_string_equal(desk_text(d, "actor"), cases[i].actor);
        assert_null(json_find(desk_json(d), S("mends")));
        assert_int_equal(body_member(d, "amount")->number, 40);
        assert_int_equal(body_member(d, "donor") != NULL, cases[i].donor);
        assert_int_equal(body_member(d, "donor_id") != NULL, cases[i].identity);
        assert_int_equal(strstr(d->client.body, "某甲") != NULL, cases[i].donor);
        assert_null(strstr(d->client.body, IDENTITY));
        assert_int_equal(strstr(d->client.body, "999999********0016") != NULL, cases[i].identity);
    }
}

static void
shows_a_correction_with_what_it_mends_and_a_void_without_a_body(void **state)
{
    struct desk *d = *state;
    const struct json *mends;
    const char *first, *id;

    two_jars(d);
    first = done(tell(d->world, &bank, "jar.filled", "j1", "2023-04-01", "'amount':5,'voucher_no':'V1'"));
    id = done(tell(d->world, &bank, "jar.filled", "j1", "2023-04-02",
                   arena_print(d->arena, "'amount':6,'voucher_no':'V1','mends':{'entry':'%s','reason':'typo',"
                                         "'paper':'A-1'}", first).at));
    assert_int_equal(ask_signed(d, "bank-one", "GET", address_of(d, id)), 200);
    mends = json_find(desk_json(d), S("mends"));
    assert_true(slice_equal(json_find(mends, S("entry"))->text, slice_of(first)));
    assert_true(slice_equal(json_find(mends, S("reason"))->text, S("typo")));
    assert_true(slice_equal(json_find(mends, S("paper"))->text, S("A-1")));
    assert_string_equal(desk_text(d, "actor"), "bank_machine:bank-one:m1");
    assert_int_equal(body_member(d, "amount")->number, 6);
    assert_int_equal(get(d, OFFICER, address_of(d, id)), 200);
    assert_string_equal(desk_text(d, "actor"), "bank_machine");
    id = done(tell(d->world, &bank, "jar.filled", "j1", "2023-04-02", voiding(d->world, first)));
    assert_int_equal(get(d, OFFICER, address_of(d, id)), 200);
    assert_non_null(json_find(desk_json(d), S("mends")));
    assert_null(json_find(desk_json(d), S("body")));
}

static void
pages_through_what_waits_and_leaves_out_what_was_let_in(void **state)
{
    struct desk *d = *state;
    const char *first, *ids;
    size_t pages;

    two_jars(d);
    first = done(tell(d->world, &clerk, "jar.promised", "j1", "2023-04-01", "'pot':'p1','amount':1"));
    for (int i = 0; i < 4; i++)
        done(tell(d->world, &clerk, "jar.promised", "j1", "2023-04-01", "'pot':'p1','amount':1"));
    ids = walked(d, CHECKER, "/v1/waiting?limit=2", "id", &pages);
    assert_int_equal(pages, 3);
    assert_int_equal(strlen(ids), 5 * 36 + 4);
    assert_true(is_in(ids, first));
    assert_int_equal(desk_ask(d, OFFICER, "POST", "/v1/entries/jar.admitted", new_id(d->world),
                              arena_print(d->arena, "{'subject':'%s','on':'2023-06-30'}", first).at), 201);
    assert_false(is_in(walked(d, CHECKER, "/v1/waiting?limit=2", "id", &pages), first));
    assert_int_equal(pages, 2);
    assert_int_equal(get(d, CLERK, address_of(d, first)), 404);
    world_sql(d->world, "DELETE FROM private_text WHERE field = 'waiting'"); /* erased: nobody can read it */
    assert_int_equal(get(d, CLERK, "/v1/waiting"), 200);
    assert_string_equal(d->client.body, "[]");
}

static void
refuses_queries_it_does_not_know(void **state)
{
    static const char *const targets[] = {
        "/v1/waiting?state=x", "/v1/waiting?limit=1001", "/v1/waiting?cursor=6",
        "/v1/waiting/0190bbbb-0000-7000-8000-000000000001?body=no",
    };
    struct desk *d = *state;

    for (size_t i = 0; i < COUNT(targets); i++)
        if (get(d, AUDITOR, targets[i]) != 400)
            fail_msg("%s: %s", targets[i], d->client.text);
    assert_int_equal(desk_ask(d, AUDITOR, "DELETE", "/v1/waiting/0190bbbb-0000-7000-8000-000000000001?a=1", NULL, NULL),
                     400);
    assert_int_equal(desk_ask(d, AUDITOR, "DELETE", "/v1/waiting", NULL, NULL), 405);
    assert_string_equal(desk_field(d, "Allow"), "GET, HEAD");
}

/* ---- taking back and declining ----------------------------------------------------------------------------------- */

static int
take_back(struct desk *d, const char *who, const char *id)
{
    return desk_ask(d, who, "DELETE", address_of(d, id), NULL, NULL);
}

static void
is_taken_back_by_its_proposer_or_declined_by_a_second_person(void **state)
{
    static const struct {
        const char *who;
        int status;
    } cases[] = {
        {NULL, 401},
        {CLERK_ELSEWHERE, 404},    /* not theirs to know */
        {BANK_ONE, 404},
        {CLERK_TWO, 403},          /* who may only propose it */
        {CHECKER, 403},            /* who may confirm, but not post it */
        {AUDITOR, 403},
        {"centre_officer:330602:zhou", 204}, /* the same person in another role */
        {CLERK, 404},              /* it is gone */
    };
    struct desk *d = *state;
    int64_t entries, texts;
    const char *id;

    two_jars(d);
    entries = world_count(d->world, "journal");
    texts = world_count(d->world, "private_text");
    id = propose(d, CLERK, "j1");
    for (size_t i = 0; i < COUNT(cases); i++)
        if (take_back(d, cases[i].who, id) != cases[i].status)
            fail_msg("case %zu: %s", i, d->client.text);
    assert_int_equal(take_back(d, CLERK, propose(d, CLERK, "j1")), 204);
    assert_string_equal(d->client.body, "");
    assert_int_equal(take_back(d, OFFICER, propose(d, CLERK, "j1")), 204);
    assert_int_equal(world_count(d->world, "op_waiting"), 0);
    assert_int_equal(world_count(d->world, "private_text"), texts);
    assert_int_equal(world_count(d->world, "journal"), entries);
    tamper_expect_none(d->world, "taken back");
}

static void
lets_a_machine_take_back_its_own_banks_correction_only(void **state)
{
    struct desk *d = *state;
    const char *id, *others;
    struct outgoing o;

    two_jars(d);
    id = mend_filling(d, &bank, "j1");
    others = mend_filling(d, &bank_two, "j2");
    assert_int_equal(ask_signed(d, "bank-foreign", "DELETE", address_of(d, id)), 404);
    assert_int_equal(ask_signed(d, "bank-one", "DELETE", address_of(d, others)), 404);
    assert_int_equal(ask_signed(d, "bank-revoked", "DELETE", address_of(d, id)), 401);
    /* A signature for reading it is none for taking it away. */
    desk_request(d, &o, "GET", address_of(d, id), NULL, NULL);
    desk_sign(d, &o, &(struct desk_signature){.key = "bank-one"});
    o.request.method = S("DELETE");
    assert_int_equal(desk_send(d, &o), 401);
    assert_int_equal(world_count(d->world, "op_waiting"), 2);
    assert_int_equal(ask_signed(d, "bank-one", "DELETE", address_of(d, id)), 204);
    assert_int_equal(ask_signed(d, "bank-one", "DELETE", address_of(d, id)), 404);
    assert_int_equal(take_back(d, BANK_TWO, others), 403); /* a toy bank's checker confirms nothing */
    assert_int_equal(take_back(d, OFFICER, others), 204);
    assert_int_equal(world_count(d->world, "op_waiting"), 0);
}

static void
may_be_proposed_anew_under_the_same_id(void **state)
{
    static const char body[] = "{'subject':'j1','on':'2023-04-01','pot':'p1','amount':40}";
    static const char other[] = "{'subject':'j1','on':'2023-04-01','pot':'p1','amount':41}";
    struct desk *d = *state;
    const char *id = new_id(d->world);

    two_jars(d);
    assert_int_equal(desk_ask(d, CLERK, "POST", "/v1/entries/jar.promised", id, body), 202);
    assert_int_equal(desk_ask(d, CLERK, "POST", "/v1/entries/jar.promised", id, other), 422);
    assert_int_equal(take_back(d, CLERK, id), 204);
    assert_int_equal(desk_ask(d, CLERK, "POST", "/v1/entries/jar.promised", id, other), 202);
    assert_int_equal(get(d, CLERK, address_of(d, id)), 200);
    assert_int_equal(body_member(d, "amount")->number, 41);
}

/* Whatever is written to the log between the two ends up here. */
static int kept_stderr;

static void
log_begin(struct desk *d)
{
    const char *path = arena_print(d->arena, "%s/log", d->world->engine->folder).at;
    int fd = open(path, O_CREAT | O_TRUNC | O_RDWR, 0600);

    assert_true(fd >= 0);
    kept_stderr = dup(STDERR_FILENO);
    dup2(fd, STDERR_FILENO);
    close(fd);
    log_level_min = LOG_INFO;
}

static const char *
log_end(struct desk *d)
{
    static char text[65536];
    ssize_t len = pread(STDERR_FILENO, text, sizeof text - 1, 0);

    dup2(kept_stderr, STDERR_FILENO);
    close(kept_stderr);
    log_level_min = LOG_ERROR;
    assert_true(len > 0);
    return arena_copy(d->arena, (struct slice){text, (size_t)len}).at;
}

static void
leaves_one_line_in_the_log_without_a_private_word(void **state)
{
    struct desk *d = *state;
    const char *id, *log, *line;

    two_jars(d);
    id = propose(d, CLERK, "j1");
    log_begin(d);
    assert_int_equal(take_back(d, CLERK_TWO, id), 403);
    assert_int_equal(take_back(d, OFFICER, id), 204);
    log = log_end(d);
    line = strstr(log, "event=waiting_withdrawn");
    assert_non_null(line);
    assert_null(strstr(line + 1, "event=waiting_withdrawn"));
    assert_non_null(strstr(line, id));
    assert_non_null(strstr(line, "kind=jar.promised"));
    assert_non_null(strstr(line, "district_clerk:330602:zhou"));
    assert_non_null(strstr(line, "centre_officer:centre:sun"));
    assert_null(strstr(log, "某甲"));
    assert_null(strstr(log, IDENTITY));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, desk_setup, desk_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(lists_what_waits_as_far_as_each_reader_may_know),
        TEST(shows_a_bank_what_others_correct_of_its_own_subjects_only),
        TEST(answers_what_is_not_the_readers_as_what_does_not_exist),
        TEST(shows_the_words_of_what_waits_to_those_who_may_see_each_field),
        TEST(shows_a_correction_with_what_it_mends_and_a_void_without_a_body),
        TEST(pages_through_what_waits_and_leaves_out_what_was_let_in),
        TEST(refuses_queries_it_does_not_know),
        TEST(is_taken_back_by_its_proposer_or_declined_by_a_second_person),
        TEST(lets_a_machine_take_back_its_own_banks_correction_only),
        TEST(may_be_proposed_anew_under_the_same_id),
        TEST(leaves_one_line_in_the_log_without_a_private_word),
    };

    return cmocka_run_group_tests_name("edge/work", tests, desk_open_keys, desk_close_keys);
}

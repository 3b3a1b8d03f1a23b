/*
 * Sheets through the whole chain: a machine's, an officer's and a checker's, good ones and bad ones; and the form.
 * Knows the desk and the real kinds; must not know how a sheet is read.
 * Invariant: after a refusal journal, waiting list and nonces are as they were.
 */
#define _GNU_SOURCE
#include <iconv.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <xlsxwriter.h>

#include "desk.h"
#include "lending.h"
#include "policy.h"
#include "ventured/file.h"

#define TELLER "bank_officer:bank-zj:chen"
#define SECOND "bank_checker:bank-zj:chu"
#define ROOM "district_clerk:330602:zhou:330602"
#define CSV "text/csv"
#define XLSX "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#define HEAD "kind,subject,on,amount,voucher_no\n"

/* ---- sending ----------------------------------------------------------------------------------------------------- */

static struct outgoing *
sheet(struct desk *d, const char *target, const char *type, struct slice bytes)
{
    struct outgoing *o = NEW(d->arena, struct outgoing);

    outgoing_init(o, d->arena, "POST", target, "");
    outgoing_add(o, "Host", S("ignored.test"));
    outgoing_add(o, "Content-Type", slice_of(type));
    outgoing_add(o, "Content-Length", arena_print(d->arena, "%zu", bytes.len));
    o->request.body = bytes;
    return o;
}

static int
send_as(struct desk *d, const char *who, const char *query, const char *type, struct slice bytes)
{
    struct outgoing *o = sheet(d, arena_print(d->arena, "/v1/entries%s", query).at, type, bytes);

    outgoing_add(o, "X-Test-Actor", slice_of(who));
    return desk_send(d, o);
}

static int
send_text(struct desk *d, const char *who, const char *text)
{
    return send_as(d, who, "", CSV, slice_of(text));
}

static int
send_signed(struct desk *d, const char *type, struct slice bytes)
{
    struct outgoing *o = sheet(d, "/v1/entries", type, bytes);

    desk_sign(d, o, &(struct desk_signature){.key = "bank-town"});
    return desk_send(d, o);
}

static struct slice
gb18030(struct desk *d, struct slice text)
{
    iconv_t c = iconv_open("GB18030", "UTF-8");
    size_t left = text.len, room = text.len * 2;
    char *from = (char *)(uintptr_t)text.at, *at = arena_take(d->arena, room), *to = at;

    assert_true(c != (iconv_t)-1);
    assert_int_equal(iconv(c, &from, &left, &to, &room), 0);
    iconv_close(c);
    return (struct slice){at, (size_t)(to - at)};
}

/* Cells parted by commas, rows by line feeds; numbers are written as numbers. */
static struct slice
as_workbook(struct desk *d, const char *text)
{
    const char *path = arena_print(d->arena, "%s/sheet.xlsx", d->world->engine->folder).at;
    lxw_workbook *book = workbook_new(path);
    lxw_worksheet *page = workbook_add_worksheet(book, NULL);
    struct slice rest = slice_of(text), out;

    for (uint32_t row = 0; rest.len > 0; row++) {
        struct slice line = slice_cut(&rest, rest, '\n');

        for (uint16_t column = 0; line.at != NULL; column++) {
            struct slice cell = slice_cut(&line, line, ',');
            int64_t number;
            size_t point;

            if (slice_to_int(&number, cell))
                worksheet_write_number(page, row, column, (double)number, NULL);
            else if (row > 0 && slice_find(&point, cell, '.') && slice_to_int(&number, slice_sub(cell, 0, point)))
                worksheet_write_number(page, row, column, strtod(arena_copy(d->arena, cell).at, NULL), NULL);
            else
                worksheet_write_string(page, row, column, arena_copy(d->arena, cell).at, NULL);
        }
    }
    assert_int_equal(workbook_close(book), LXW_NO_ERROR);
    assert_true(file_read(&out, d->arena, path, (size_t)1 << 20));
    return out;
}

/* ---- looking ----------------------------------------------------------------------------------------------------- */

struct counts {
    int64_t journal, waiting, vouchers, nonces;
};

static struct counts
count_all(struct desk *d)
{
    struct world *w = d->world;

    return (struct counts){world_count(w, "journal"), world_count(w, "op_waiting"), world_count(w, "voucher"),
                           world_count(w, "op_nonce")};
}

static void
nothing_since(struct desk *d, struct counts before)
{
    struct counts now = count_all(d);

    assert_memory_equal(&now, &before, sizeof now);
}

static size_t
error_count(struct desk *d)
{
    const struct json *errors = json_find(desk_json(d), S("errors"));

    return errors == NULL ? 0 : errors->count;
}

static void
has(struct desk *d, const char *pointer, const char *verdict)
{
    if (!desk_has_problem(d, pointer, verdict))
        fail_msg("%s %s is not in %s", pointer, verdict, d->client.body);
}

static struct slice
newest_leaf(struct desk *d)
{
    return world_sql(d->world, "SELECT leaf FROM journal ORDER BY seq DESC LIMIT 1");
}

static bool
holds(struct slice text, const char *part)
{
    return memmem(text.at, text.len, part, strlen(part)) != NULL;
}

static int
town_desk(void **state)
{
    struct desk *d;
    int got;

    desk_world = lending_setup;
    got = desk_setup(state);
    d = *state;
    lending_loan(d->world, "L1", LOAN_REPAYING);
    lending_loan(d->world, "L2", LOAN_REPAYING);
    return got;
}

/* ---- good sheets ------------------------------------------------------------------------------------------------- */

#define TWO_ROWS HEAD "loan.repaid,L1,2023-05-10,300,V-1\nloan.repaid,L2,2023-05-10,400,V-2\n"

static void
records_a_signed_sheet_and_the_same_again_in_any_form(void **state)
{
    struct desk *d = *state;
    struct slice first, text = S(TWO_ROWS);
    struct counts after;

    assert_int_equal(send_signed(d, CSV, text), 201);
    assert_int_equal(desk_json(d)->count, 2);
    assert_true(slice_equal(json_text(desk_json(d)->first, S("subject")), S("L1")));
    assert_true(slice_equal(json_text(desk_json(d)->first->next, S("subject")), S("L2")));
    first = arena_copy(d->arena, slice_of(d->client.body));
    after = count_all(d);
    assert_int_equal(send_signed(d, CSV "; charset=GB18030; header=present", gb18030(d, text)), 200);
    assert_string_equal(d->client.body, first.at);
    assert_int_equal(send_signed(d, XLSX, as_workbook(d, TWO_ROWS)), 200);
    assert_string_equal(d->client.body, first.at);
    assert_int_equal(world_count(d->world, "journal"), after.journal);
    assert_int_equal(send_signed(d, XLSX, as_workbook(d, "kind,subject,on,金额（元）,voucher_no\n"
                                                         "loan.repaid,L1,2023-05-10,3,V-1\n"
                                                         "loan.repaid,L2,2023-05-10,1234.56,V-3\n")), 201);
    assert_true(holds(newest_leaf(d), "\"amount\":123456,"));
    lending_verify(d->world);
}

static void
reads_the_words_of_an_office(void **state)
{
    struct desk *d = *state;
    const char *text = "登记事项,对象,日期,还款本金（元）,凭证号,录入方式\n还款,L1,2023-05-10,12.5,V-1,人工录入\n";

    assert_int_equal(send_as(d, SECOND, "", CSV ";charset=gbk", gb18030(d, slice_of(text))), 201);
    assert_true(holds(newest_leaf(d), "\"kind\":\"loan.repaid\""));
    assert_true(holds(newest_leaf(d), "{\"amount\":1250,\"voucher_no\":\"V-1\",\"via\":\"console\"}"));
    assert_int_equal(send_as(d, SECOND, "?kind=loan.repaid", CSV,
                             S("编号,日期,金额（元）,凭证号\nL2,2023-05-10,3,V-2\n")), 201);
    assert_true(holds(newest_leaf(d), "{\"amount\":300,\"voucher_no\":\"V-2\",\"via\":\"file\"}"));
    assert_int_equal(send_as(d, SECOND, "?kind=loan.repaid", CSV,
                             S("subject,on,amount (yuan),voucher_no\nL2,2023-05-10,0.07,V-3\n")), 201);
    assert_true(holds(newest_leaf(d), "{\"amount\":7,"));
}

static void
lets_an_officers_sheet_wait_for_a_second_person(void **state)
{
    struct desk *d = *state;
    struct counts before = count_all(d);
    struct slice first;

    assert_int_equal(send_text(d, TELLER, TWO_ROWS), 202);
    assert_int_equal(desk_json(d)->count, 2);
    assert_true(slice_equal(json_text(desk_json(d)->first, S("state")), S("waiting")));
    first = arena_copy(d->arena, slice_of(d->client.body));
    assert_int_equal(send_text(d, TELLER, TWO_ROWS), 202);
    assert_string_equal(d->client.body, first.at);
    assert_int_equal(world_count(d->world, "op_waiting"), before.waiting + 2);
    assert_int_equal(world_count(d->world, "journal"), before.journal);
    /* Another row is another entry, beside those that wait already. */
    assert_int_equal(send_text(d, TELLER, TWO_ROWS "loan.repaid,L2,2023-05-11,400,V-3\n"), 202);
    assert_int_equal(world_count(d->world, "op_waiting"), before.waiting + 3);
}

static void
stores_nothing_in_a_dry_run(void **state)
{
    struct desk *d = *state;
    struct counts before = count_all(d);

    assert_int_equal(send_as(d, SECOND, "?dry_run=true", CSV, S(TWO_ROWS)), 200);
    assert_int_equal(desk_json(d)->count, 2);
    assert_true(slice_equal(json_text(desk_json(d)->first, S("state")), S("repaying")));
    assert_int_equal(send_as(d, SECOND, "?dry_run=true", CSV, S(HEAD "loan.repaid,L9,2023-05-10,1,V-1\n")), 404);
    nothing_since(d, before);
}

/* ---- bad rows ---------------------------------------------------------------------------------------------------- */

static void
names_every_bad_row_and_stores_nothing(void **state)
{
    static const char rows[] = HEAD "loan.repaid,L1,2023-05-10,300,V-1\n"
                                    "loan.repaid,L9,2023-05-10,300,V-2\n"
                                    "loan.repaid,L1,2023-05-10,3.5,V-3\n"
                                    "loan.repaid,L1,2023-05-10,300,\n"
                                    "\n"
                                    "loan.repaid,L1,2023-02-30,300,V-5\n"
                                    "loan.repaid,L1,2023-05-11,300,V-1\n"
                                    "loan.unheard,L1,2023-05-11,300,V-7\n"
                                    "loan.repaid,L1,2023-07-01,300,V-8\n"
                                    "loan.repaid,,2023-05-11,-1,V 9\n"
                                    "loan.repaid,L2,2023-05-10,400,V-10\n";
    static const char *const people[] = {TELLER, SECOND};
    struct desk *d = *state;
    struct counts before = count_all(d);

    for (size_t i = 0; i <= COUNT(people); i++) {
        int status = i < COUNT(people) ? send_text(d, people[i], rows) : send_signed(d, CSV, slice_of(rows));

        assert_int_equal(status, 422);
        assert_string_equal(desk_text(d, "verdict"), "fields_wrong");
        has(d, "/3", "subject_unknown");
        has(d, "/4/amount", "field_type");
        has(d, "/5/voucher_no", "field_missing");
        has(d, "/7/on", "field_form");
        has(d, "/8/voucher_no", "voucher_taken");
        has(d, "/9/kind", "kind_unknown");
        has(d, "/10/on", "day_ahead");
        has(d, "/11/subject", "field_missing");
        has(d, "/11/amount", "field_range");
        has(d, "/11/voucher_no", "field_form");
        assert_int_equal(error_count(d), 10);
        nothing_since(d, before);
    }
}

static void
names_all_that_the_door_refuses(void **state)
{
    struct desk *d = *state;
    struct counts before;

    assert_int_equal(send_text(d, SECOND, HEAD "loan.repaid,L1,2023-05-10,300,V-1\n"), 201);
    before = count_all(d);
    assert_int_equal(send_text(d, SECOND, "类型,对象,日期,金额（元）,凭证号\n"
                                          "还款,L1,2023-05-12,3,V-1\n"
                                          "还款,L2,2023-05-12,3,V-2\n"
                                          "还款,L2,2023-07-12,3,V-3\n"
                                          "还款,L8,2023-05-12,3,V-4\n"), 409);
    assert_string_equal(desk_text(d, "verdict"), "voucher_taken");
    has(d, "/2/凭证号", "voucher_taken");
    has(d, "/4/日期", "day_ahead");
    has(d, "/5", "subject_unknown");
    assert_int_equal(error_count(d), 3);
    nothing_since(d, before);
}

/* Whatever was found: the refused sheet may not be sent again under its nonce with other words. */
static void
keeps_the_nonce_of_what_the_door_refused(void **state)
{
    struct desk *d = *state;
    struct counts before = count_all(d);

    assert_int_equal(send_signed(d, CSV, S(HEAD "loan.repaid,L9,2023-05-10,300,V-1\n")), 404);
    assert_int_equal(world_count(d->world, "op_nonce"), before.nonces + 1);
    assert_int_equal(world_count(d->world, "journal"), before.journal);
}

static void
tells_equal_rows_unless_they_have_ids(void **state)
{
    static const char head[] = "kind,subject,on,amount,since,id\n";
    struct desk *d = *state;
    const char *a = new_id(d->world), *b = new_id(d->world), *row = "loan.overdue,L1,2023-05-10,100,2023-05-09,";
    struct counts before = count_all(d);

    assert_int_equal(send_text(d, SECOND, arena_print(d->arena, "%s%s\n%s\n", head, row, row).at), 422);
    has(d, "/3", "id_taken");
    assert_int_equal(send_text(d, SECOND, arena_print(d->arena, "%s%s%s\n%s%s\n", head, row, a, row, a).at), 422);
    has(d, "/3/id", "id_taken");
    assert_int_equal(send_text(d, SECOND, arena_print(d->arena, "%s%sx\n", head, row).at), 422);
    has(d, "/2/id", "id_malformed");
    nothing_since(d, before);
    assert_int_equal(send_text(d, SECOND, arena_print(d->arena, "%s%s%s\n%s%s\n", head, row, a, row, b).at), 201);
    assert_true(slice_equal(json_text(desk_json(d)->first, S("id")), slice_of(a)));
}

/* A document holds a thousand problems: where there are more, no row is left out for another's second. */
static void
names_each_of_a_thousand_bad_rows(void **state)
{
    struct desk *d = *state;
    struct buf b = {.arena = d->arena};

    buf_add(&b, S(HEAD));
    for (int i = 0; i < 1000; i++)
        buf_print(&b, "loan.repaid,L1,2023-02-30,x,\n");
    assert_int_equal(send_as(d, TELLER, "", CSV, buf_slice(&b)), 422);
    assert_int_equal(error_count(d), 1000);
    has(d, "/2/amount", "field_type");
    has(d, "/1001/amount", "field_type");
    buf_print(&b, "loan.repaid,L1,2023-05-10,1,V\n");
    assert_int_equal(send_as(d, TELLER, "", CSV, buf_slice(&b)), 422);
    has(d, "", "field_length");
    assert_non_null(strstr(desk_text(d, "detail"), "1000"));
}

static void
keeps_private_text_out_of_ids(void **state)
{
    struct desk *d = *state;
    const char *subject = new_id(d->world);
    struct slice first, text = arena_print(d->arena, "登记事项,对象,日期,证件类型,证件号码,姓名\n"
                                                     "登记人员,%s,2023-05-10,resident_id,%s,",
                                           subject, town_identity(d->world, 7));

    assert_int_equal(send_text(d, ROOM, arena_print(d->arena, "%s合成甲\n", text.at).at), 201);
    first = arena_copy(d->arena, json_text(desk_json(d)->first, S("id")));
    assert_int_equal(send_text(d, ROOM, arena_print(d->arena, "%s合成乙\n", text.at).at), 422);
    has(d, "/2", "id_taken");
    assert_int_equal(send_text(d, ROOM, arena_print(d->arena, "%s合成甲\n", text.at).at), 200);
    assert_true(slice_equal(json_text(desk_json(d)->first, S("id")), first));
}

/* ---- what is no sheet -------------------------------------------------------------------------------------------- */

static void
refuses_what_is_no_sheet(void **state)
{
    static const struct {
        const char *type, *text;
        int status;
        const char *pointer, *verdict;
    } cases[] = {
        {CSV,                       "",                                             422, "",         "field_form"   },
        {CSV,                       HEAD,                                           422, "",         "field_form"   },
        {CSV,                       HEAD "a,b\n",                                   422, "/2",       "field_form"   },
        {CSV "; charset=utf-8",     HEAD "loan.repaid,\xB4,2023-05-10,1,V\n",       422, "/2",       "field_form"   },
        {CSV,                       "kind,subject,amount\nloan.repaid,L1,1\n",      422, "/1/on",    "field_missing"},
        {CSV,                       "kind,对象,编号,on\nloan.repaid,L1,L1,2023-05-10\n", 422, "/1/编号", "field_unknown"},
        {CSV,                       HEAD "loan.withdrawn,L1,2023-05-10,1,\n",       422, "/2/amount", "field_unknown"},
        {CSV,                       "kind,subject,on,amount,金额\nloan.repaid,L1,2023-05-10,1,1\n",
         422, "/2/金额", "field_unknown"},
        {XLSX,                      "PK\3\4",                                       422, "",         "field_form"   },
        {CSV "; charset=latin1",    TWO_ROWS,                                       415, NULL,       NULL           },
        {CSV "; header=absent",     TWO_ROWS,                                       415, NULL,       NULL           },
        {"application/vnd.ms-excel", TWO_ROWS,                                      415, NULL,       NULL           },
    };
    struct desk *d = *state;
    struct counts before = count_all(d);

    for (size_t i = 0; i < COUNT(cases); i++) {
        int status = send_as(d, TELLER, "", cases[i].type, slice_of(cases[i].text));

        if (status != cases[i].status)
            fail_msg("case %zu: %d %s", i, status, d->client.body);
        if (cases[i].pointer != NULL)
            has(d, cases[i].pointer, cases[i].verdict);
    }
    assert_int_equal(send_as(d, TELLER, "?kind=loan.unheard", CSV, S(TWO_ROWS)), 404);
    assert_int_equal(send_as(d, TELLER, "?kinds=loan.repaid", CSV, S(TWO_ROWS)), 400);
    assert_int_equal(send_as(d, TELLER, "/loan.repaid", CSV, S(TWO_ROWS)), 415);
    assert_int_equal(send_as(d, ROOM, "", CSV, S(TWO_ROWS)), 403);
    nothing_since(d, before);
}

static void
takes_larger_sheets_than_lists(void **state)
{
    struct desk *d = *state;
    size_t size = (size_t)4 << 20;
    char *text = arena_take(d->arena, size + 2);

    memset(text, '\n', size);
    memcpy(text + size - sizeof TWO_ROWS + 1, TWO_ROWS, sizeof TWO_ROWS - 1);
    assert_int_equal(send_signed(d, CSV, (struct slice){text, size}), 201);
    text[size] = '\n';
    assert_int_equal(send_as(d, SECOND, "", CSV, (struct slice){text, size + 1}), 413);
    desk_connect(d, "first.test", NULL);
    memset(text, ' ', size);
    assert_int_equal(send_as(d, SECOND, "", "application/json", (struct slice){text, ((size_t)1 << 20) + 1}), 413);
}

/* ---- the form ---------------------------------------------------------------------------------------------------- */

static void
takes_a_form_as_an_entry_that_waits(void **state)
{
    struct desk *d = *state;
    const char *plain = "{'subject':'L1','on':'2023-05-10','amount':300,'voucher_no':'V-1'}";
    const char *typed = "{'subject':'L1','on':'2023-05-10','amount':300,'voucher_no':'V-1','via':'console'}";
    struct outgoing o;

    assert_int_equal(desk_ask(d, TELLER, "POST", "/v1/entries/loan.repaid", new_id(d->world), typed), 202);
    assert_string_equal(desk_text(d, "state"), "waiting");
    assert_int_equal(desk_ask(d, TELLER, "POST", "/v1/entries/loan.repaid", new_id(d->world), plain), 422);
    has(d, "/via", "field_missing");
    desk_request(d, &o, "POST", "/v1/entries/loan.repaid", new_id(d->world), typed);
    desk_sign(d, &o, &(struct desk_signature){.key = "bank-town"});
    assert_int_equal(desk_send(d, &o), 422);
    has(d, "/via", "field_code");
    assert_int_equal(world_count(d->world, "op_waiting"), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, town_desk, desk_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(records_a_signed_sheet_and_the_same_again_in_any_form),
        TEST(reads_the_words_of_an_office),
        TEST(lets_an_officers_sheet_wait_for_a_second_person),
        TEST(stores_nothing_in_a_dry_run),
        TEST(names_every_bad_row_and_stores_nothing),
        TEST(names_all_that_the_door_refuses),
        TEST(keeps_the_nonce_of_what_the_door_refused),
        TEST(tells_equal_rows_unless_they_have_ids),
        TEST(names_each_of_a_thousand_bad_rows),
        TEST(keeps_private_text_out_of_ids),
        TEST(refuses_what_is_no_sheet),
        TEST(takes_larger_sheets_than_lists),
        TEST(takes_a_form_as_an_entry_that_waits),
    };

    return cmocka_run_group_tests_name("edge/entries_sheet", tests, desk_open_keys, desk_close_keys);
}

/*
 * Exceptions through the whole chain: who sees which, how old they are, and what the open ones come to.
 * Knows the desk and the toy kinds; must not know how the edge is built.
 * Invariant: every sum is compared with the reader's own list.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "jars.h"
#include "readers.h"

static const struct actor bank_two = {ROLE_BANK_MACHINE, {"bank-two", 8}, {"m1", 2}, {NULL, 0}};

static int64_t
fact(struct desk *d, const struct actor *who, const char *kind, const char *name, const char *fields)
{
    struct posting *p = tell(d->world, who, kind, name, "2023-04-01",
                             arena_print(d->arena, "%s,'voucher_no':'%s'", fields, new_id(d->world)).at);

    done(p);
    return p->seq;
}

/* ---- the list -------------------------------------------------------------------------------------------------- */

/* In 330602 a jar of bank-one: overfilled by it, filled by a bank that had it before, lent to the same excess; in
 * 330603 one of bank-two: lent early, and overfilled. */
struct scene {
    int64_t over, former, lent, early, other;
};

static struct scene
begin(struct desk *d)
{
    struct scene s;

    open_jar(d, &clerk, "j1", "bank-one");
    open_jar(d, &clerk_elsewhere, "j2", "bank-two");
    s.over = fact(d, &bank, "jar.filled", "j1", "'amount':1200");
    s.former = fact(d, &bank_former, "jar.filled", "j1", "'amount':7");
    s.lent = fact(d, &bank, "jar.lent", "j1", "'amount':5000,'to':'x'");
    s.early = fact(d, &bank_two, "jar.lent", "j2", "'amount':3,'to':'x'");
    s.other = fact(d, &bank_two, "jar.filled", "j2", "'amount':1300");
    return s;
}

static void
lists_exceptions_as_far_as_each_reader_may_know(void **state)
{
    struct desk *d = *state;
    struct scene s = begin(d);
    const char *all = arena_print(d->arena, "%lld %lld %lld %lld %lld", (long long)s.over, (long long)s.former,
                                  (long long)s.lent, (long long)s.early, (long long)s.other).at;
    const struct {
        const char *who, *seqs;
    } cases[] = {
        {AUDITOR, all},
        {OFFICER, all},
        {CHECKER, arena_print(d->arena, "%lld", (long long)s.lent).at}, /* fillings are not a district's to know */
        {CHECKER_ELSEWHERE, arena_print(d->arena, "%lld", (long long)s.early).at},
        {"district_checker:330602:qian", ""}, /* of no district */
        {CLERK, ""},
        {CHIEF, ""},
        {EXPERT, ""},
        {BANK_ONE, arena_print(d->arena, "%lld", (long long)s.over).at}, /* a checker sees no lending */
        {BANK_TWO, arena_print(d->arena, "%lld", (long long)s.other).at},
        {BANK_FORMER, ""},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(get(d, cases[i].who, "/v1/exceptions"), 200);
        if (strcmp(listed(d, "seq"), cases[i].seqs) != 0)
            fail_msg("%s: '%s', not '%s'", cases[i].who, listed(d, "seq"), cases[i].seqs);
    }
    assert_int_equal(ask_signed(d, "bank-one", "GET", "/v1/exceptions"), 200);
    assert_string_equal(listed(d, "seq"),
                        arena_print(d->arena, "%lld %lld", (long long)s.over, (long long)s.lent).at);
    assert_int_equal(ask_signed(d, "bank-foreign", "GET", "/v1/exceptions"), 200);
    assert_string_equal(d->client.body, "[]");
    assert_int_equal(get(d, NULL, "/v1/exceptions"), 401);
}

static void
tells_of_an_exception_what_it_is_and_how_old(void **state)
{
    struct desk *d = *state;
    int64_t seq, closing;

    at_parse(&world_now_ms, S("2023-06-30T15:59:59.999Z")); /* a millisecond before midnight in China */
    open_jar(d, &clerk, "j1", "bank-one");
    seq = fact(d, &bank, "jar.lent", "j1", "'amount':3,'to':'x'");
    assert_int_equal(get(d, OFFICER, "/v1/exceptions"), 200);
    assert_string_equal(
        d->client.body,
        arena_print(d->arena,
                    "[{\"seq\":%lld,\"type\":\"jar\",\"subject\":\"j1\",\"kind\":\"jar.lent\",\"on\":\"2023-04-01\","
                    "\"at\":\"2023-06-30T15:59:59.999Z\",\"nature\":\"early\",\"excess\":true,"
                    "\"steps\":[\"jar.filled\"],\"amount\":3,\"closed\":0,\"age_days\":0}]", (long long)seq).at);
    world_now_ms++;
    assert_int_equal(get(d, OFFICER, "/v1/exceptions"), 200);
    assert_string_equal(listed(d, "age_days"), "1");
    world_now_ms += INT64_C(3) * 86400000;
    closing = world_count(d->world, "journal") + 1;
    done(tell(d->world, &checker, "jar.explained", "j1", "2023-06-30",
              arena_print(d->arena, "'seq':%lld", (long long)seq).at));
    world_now_ms += INT64_C(30) * 86400000;
    assert_int_equal(get(d, OFFICER, "/v1/exceptions?open=no"), 200);
    assert_string_equal(listed(d, "age_days"), "4");
    assert_string_equal(listed(d, "closed"), arena_print(d->arena, "%lld", (long long)closing).at);
}

static void
lists_open_ones_closed_ones_or_all(void **state)
{
    struct desk *d = *state;
    struct scene s = begin(d);
    const char *open, *closed;

    done(tell(d->world, &checker, "jar.explained", "j1", "2023-06-30",
              arena_print(d->arena, "'seq':%lld", (long long)s.former).at));
    open = arena_print(d->arena, "%lld %lld %lld %lld", (long long)s.over, (long long)s.lent, (long long)s.early,
                       (long long)s.other).at;
    closed = arena_print(d->arena, "%lld", (long long)s.former).at;
    assert_int_equal(get(d, AUDITOR, "/v1/exceptions"), 200);
    assert_string_equal(listed(d, "seq"), open);
    assert_int_equal(get(d, AUDITOR, "/v1/exceptions?open=yes"), 200);
    assert_string_equal(listed(d, "seq"), open);
    assert_int_equal(get(d, AUDITOR, "/v1/exceptions?open=no"), 200);
    assert_string_equal(listed(d, "seq"), closed);
    assert_int_equal(get(d, AUDITOR, "/v1/exceptions?open=all&limit=1000"), 200);
    assert_int_equal(desk_json(d)->count, 5);
}

static void
pages_through_exceptions_once_whatever_is_hidden(void **state)
{
    struct desk *d = *state;
    struct scene s = begin(d);
    size_t pages;

    done(tell(d->world, &checker, "jar.explained", "j1", "2023-06-30",
              arena_print(d->arena, "'seq':%lld", (long long)s.former).at));
    assert_string_equal(walked(d, AUDITOR, "/v1/exceptions?open=all&limit=2", "seq", &pages),
                        arena_print(d->arena, "%lld %lld %lld %lld %lld", (long long)s.over, (long long)s.former,
                                    (long long)s.lent, (long long)s.early, (long long)s.other).at);
    assert_int_equal(pages, 3);
    assert_string_equal(walked(d, AUDITOR, "/v1/exceptions?limit=1&open=no", "seq", &pages),
                        arena_print(d->arena, "%lld", (long long)s.former).at);
    assert_string_equal(walked(d, BANK_ONE, "/v1/exceptions?limit=1&open=all", "seq", &pages),
                        arena_print(d->arena, "%lld", (long long)s.over).at);
}

static void
refuses_queries_it_does_not_know(void **state)
{
    static const char *const targets[] = {
        "/v1/exceptions?open=maybe", "/v1/exceptions?open=", "/v1/exceptions?closed=yes", "/v1/exceptions?limit=0",
        "/v1/exceptions?cursor=zz", "/v1/exceptions?cursor=6a", "/v1/exceptions/summary?limit=1",
        "/v1/exceptions/summary?open=no",
    };
    struct desk *d = *state;

    for (size_t i = 0; i < COUNT(targets); i++)
        if (get(d, AUDITOR, targets[i]) != 400)
            fail_msg("%s: %s", targets[i], d->client.text);
    assert_int_equal(get(d, AUDITOR, "/v1/exceptions/7"), 404);
}

/* ---- their sums ------------------------------------------------------------------------------------------------ */

/* What the reader's own list comes to for one district and nature; the district is that of the subject. */
static int64_t
sum_of_list(struct desk *d, const char *who, struct slice district, struct slice nature, int64_t *count)
{
    int64_t sum = 0;

    *count = 0;
    assert_int_equal(get(d, who, "/v1/exceptions"), 200);
    for (const struct json *e = desk_json(d)->first; e != NULL; e = e->next) {
        bool first = slice_equal(json_find(e, S("subject"))->text, S("j1"));

        if (!slice_equal(district, first ? S("330602") : S("330603")) ||
            !slice_equal(json_find(e, S("nature"))->text, nature))
            continue;
        sum += json_find(e, S("amount"))->number;
        ++*count;
    }
    return sum;
}

static void
sums_what_the_reader_finds_in_his_list(void **state)
{
    static const struct {
        const char *who;
        size_t rows;
        int64_t count, amount;
    } cases[] = {
        {AUDITOR,           4, 5, 1200 + 7 + 5000 + 3 + 1300},
        {OFFICER,           4, 5, 1200 + 7 + 5000 + 3 + 1300},
        {CHECKER,           1, 1, 5000                      },
        {CHECKER_ELSEWHERE, 1, 1, 3                         },
        {CLERK,             0, 0, 0                         },
        {EXPERT,            0, 0, 0                         },
    };
    struct desk *d = *state;

    begin(d);
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct json *said, *rows;
        int64_t count = 0, amount = 0;

        assert_int_equal(get(d, cases[i].who, "/v1/exceptions/summary"), 200);
        said = desk_json(d);
        rows = json_find(said, S("rows"));
        assert_int_equal(json_find(said, S("count"))->number, cases[i].count);
        assert_int_equal(json_find(said, S("amount"))->number, cases[i].amount);
        assert_int_equal(rows->count, cases[i].rows);
        for (const struct json *r = rows->first; r != NULL; r = r->next) {
            int64_t number, sum = sum_of_list(d, cases[i].who, json_find(r, S("district"))->text,
                                              json_find(r, S("nature"))->text, &number);

            assert_int_equal(json_find(r, S("count"))->number, number);
            assert_int_equal(json_find(r, S("amount"))->number, sum);
            count += number;
            amount += sum;
        }
        assert_int_equal(count, cases[i].count);
        assert_int_equal(amount, cases[i].amount);
    }
}

static void
sums_only_what_is_open_and_nothing_for_houses(void **state)
{
    static const char *const houses[] = {BANK_ONE, BANK_TWO, "bank_officer:bank-one:xu", "operator:base-one:gao"};
    struct desk *d = *state;
    struct scene s = begin(d);

    done(tell(d->world, &checker, "jar.explained", "j1", "2023-06-30",
              arena_print(d->arena, "'seq':%lld", (long long)s.lent).at));
    assert_int_equal(get(d, CHECKER, "/v1/exceptions/summary"), 200);
    assert_string_equal(d->client.body, "{\"count\":0,\"amount\":0,\"rows\":[]}");
    for (size_t i = 0; i < COUNT(houses); i++)
        assert_int_equal(get(d, houses[i], "/v1/exceptions/summary"), 403);
    assert_int_equal(ask_signed(d, "bank-one", "GET", "/v1/exceptions/summary"), 403);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, desk_setup, desk_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(lists_exceptions_as_far_as_each_reader_may_know),
        TEST(tells_of_an_exception_what_it_is_and_how_old),
        TEST(lists_open_ones_closed_ones_or_all),
        TEST(pages_through_exceptions_once_whatever_is_hidden),
        TEST(refuses_queries_it_does_not_know),
        TEST(sums_what_the_reader_finds_in_his_list),
        TEST(sums_only_what_is_open_and_nothing_for_houses),
    };

    return cmocka_run_group_tests_name("edge/exceptions", tests, desk_open_keys, desk_close_keys);
}

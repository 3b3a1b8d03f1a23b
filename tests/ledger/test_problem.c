/*
 * Many wrong members at once, and what is said about them.
 * Knows the toy kinds; must not repeat the walk over single fields in test_shape.c.
 * Invariant: problems come in schema order, unknown members last, and the body's size does not decide their cost.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "toy_shapes.h"

static struct arena *arena;

static int
setup(void **state)
{
    (void)state;
    arena = arena_open(256u << 20);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    arena_close(arena);
    return 0;
}

static const struct json *
parse(struct slice text)
{
    const struct json *tree = NULL;
    enum verdict got = json_parse(&tree, arena, text);

    if (got != V_OK)
        print_error("%s: " SLICE_FMT "\n", verdict_row(got)->name, SLICE_ARG(text));
    assert_int_equal(got, V_OK);
    return tree;
}

static void
assert_slice(struct slice got, struct slice wanted)
{
    if (!slice_equal(got, wanted))
        fail_msg("got " SLICE_FMT "\nwanted " SLICE_FMT, SLICE_ARG(got), SLICE_ARG(wanted));
}

static struct problems
decode(void *out, const struct shape *s, struct slice text)
{
    struct problems p = {.arena = arena};
    enum verdict got = shape_decode(out, s, parse(text), S(""), NULL, 0, &p);

    assert_int_equal(got, p.count == 0 ? V_OK : V_FIELDS_WRONG);
    return p;
}

static void
assert_pointers(const struct problems *p, const char *const *wanted, size_t count)
{
    const struct problem *at = p->first;

    assert_int_equal(p->count, count);
    for (size_t i = 0; i < count; i++, at = at->next)
        assert_slice(at->pointer, slice_of(wanted[i]));
    assert_null(at);
}

static void
tells_every_problem_at_once_in_schema_order(void **state)
{
    static const char *const wanted[] = {
        "/seen",         "/warmth",        "/inspector", "/papers/0",       "/papers/2", "/marks",
        "/coins/0/face", "/coins/0/other", "/coins/1",   "/coins/2/pieces", "/zz~1~0z",  "/",
    };
    struct jar_inspected out;
    struct problems p;

    (void)state;
    p = decode(
        &out, &shape_jar_inspected,
        S("{\"zz/~z\":1,\"warmth\":61,\"coins\":[{\"face\":\"two\",\"pieces\":1,\"other\":0},7,{\"face\":\"one\"}],"
          "\"marks\":[\"AA\",\"BB\",\"CC\",\"DD\",5],\"papers\":[\"x\",\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b"
          "934ca495991b7852b855\",3],\"inspector\":\"110105194912310021\",\"\":0}"));
    assert_pointers(&p, wanted, COUNT(wanted));
}

static void
assert_detail(const struct shape *s, const char *text, const char *en, const char *zh)
{
    struct problems p = decode(arena_take(arena, s->size), s, slice_of(text));

    assert_int_equal(p.count, 1);
    assert_slice(p.first->en, slice_of(en));
    assert_slice(p.first->zh, slice_of(zh));
}

static void
a_detail_names_the_bound_the_codes_or_the_form(void **state)
{
    (void)state;
    assert_detail(&shape_jar_broken, "{}", "Reason is required", "必须填写原因");
    assert_detail(&shape_jar_broken, "{\"reason\":\"x\"}",
                  "must be one of: dropped (Dropped), worn_out (Worn out), frost (Frost)",
                  "须为以下代码之一：dropped（摔碎）、worn_out（老化）、frost（冻裂）");
    assert_detail(&shape_jar_spilled, "{\"amount\":0}", "must be from 1 to 1000000 fen",
                  "须在 1 至 1000000 之间（分）");
    assert_detail(&shape_jar_spilled, "{\"amount\":1,\"seen\":\"x\"}",
                  "must be a day of the calendar, such as 2023-06-30", "须为日历上的日期，形如 2023-06-30");
    assert_detail(&shape_jar_filled, "{\"amount\":1,\"voucher_no\":\"\"}", "must be 1 to 64 characters long",
                  "长度须为 1 至 64 个字符");
    assert_detail(&shape_jar_filled, "{\"amount\":1,\"voucher_no\":\" \"}", "must match ^[0-9A-Za-z._/-]+$",
                  "须符合格式 ^[0-9A-Za-z._/-]+$");
    assert_detail(&shape_jar_spilled, "{\"amount\":1,\"x\":1}",
                  "is not a member here; leave it out; the members are: amount, seen",
                  "没有此字段，请删除；可用字段：amount、seen");
    assert_detail(&shape_jar_sealed, "{\"x\":1}", "is not a member here; leave it out", "没有此字段，请删除");
}

static void
passes_over_the_envelope_and_points_from_where_the_body_stands(void **state)
{
    static const struct slice also[] = {
        {"subject", 7},
        {"on",      2}
    };
    static const char *const wanted[] = {"/i/3/amount", "/i/3/mends"};
    struct problems p = {.arena = arena};
    struct jar_spilled out;

    (void)state;
    assert_int_equal(shape_decode(&out, &shape_jar_spilled,
                                  parse(S("{\"mends\":1,\"on\":[],\"amount\":\"1\",\"subject\":{}}")), S("/i/3"), also,
                                  COUNT(also), &p),
                     V_FIELDS_WRONG);
    assert_pointers(&p, wanted, COUNT(wanted));
}

static void
a_flood_of_problems_is_counted_and_costs_bounded_memory(void **state)
{
    struct buf b = {.arena = arena};
    struct jar_spilled out;
    const struct json *tree;
    struct problems p = {.arena = arena};
    size_t told = 0, before;

    (void)state;
    for (int i = 0; i < 50000; i++)
        buf_print(&b, "%s\"m%d\":0", i == 0 ? "{\"amount\":1," : ",", i);
    buf_add_char(&b, '}');
    tree = parse(buf_slice(&b));
    before = arena_used(arena);
    assert_int_equal(shape_decode(&out, &shape_jar_spilled, tree, S(""), NULL, 0, &p), V_FIELDS_WRONG);
    for (const struct problem *at = p.first; at != NULL; at = at->next)
        told++;
    assert_int_equal(p.count, 50000);
    assert_int_equal(told, PROBLEM_MAX);
    assert_true(arena_used(arena) - before < PROBLEM_MAX * 2048);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_every_problem_at_once_in_schema_order),
        cmocka_unit_test(a_detail_names_the_bound_the_codes_or_the_form),
        cmocka_unit_test(passes_over_the_envelope_and_points_from_where_the_body_stands),
        cmocka_unit_test(a_flood_of_problems_is_counted_and_costs_bounded_memory),
    };

    return cmocka_run_group_tests_name("ledger/problem", tests, setup, teardown);
}

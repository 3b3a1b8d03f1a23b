/*
 * The decoder and encoder against every field of every toy kind, by walking the field tables.
 * Knows shapes and the toy kinds' names; must not repeat a bound that a schema file says.
 * Invariant: one wrong member gives exactly one problem, at exactly its pointer.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "document.h"
#include "toy_policy.h"
#include "toy_shapes.h"

#define ROUNDS 200
#define NOTHING ((struct slice){.at = NULL})

static struct arena *arena;
static struct seed seed;

static int
setup(void **state)
{
    (void)state;
    arena = arena_open(256u << 20);
    seed = seed_open("ledger/shape");
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

/* ---- one wrong member ------------------------------------------------------------------------------------------ */

/* A field of a kind, or of the items of a list of it. */
struct spot {
    const struct shape *shape;
    const struct field *list; /* NULL for a field of the kind itself */
    const struct field *field;
};

#define SPOT_INDEX 1

static struct slice
spot_document(const struct spot *at, struct slice raw)
{
    struct replacement r = {at->field, raw};
    struct buf b = {.arena = arena}, list = {.arena = arena};

    for (int64_t i = 0; at->list != NULL && i < at->list->max; i++) {
        struct replacement here = {i == SPOT_INDEX ? at->field : NULL, raw};

        buf_add_char(&list, i == 0 ? '[' : ',');
        if (at->list->type == FIELD_ITEMS)
            document_add(&list, at->list->items, &seed, MEMBERS_SHUFFLED, here);
        else if (here.field == NULL)
            document_add_value(&list, at->field, &seed);
        else
            buf_add(&list, raw);
    }
    if (at->list != NULL) {
        buf_add_char(&list, ']');
        r = (struct replacement){at->list, buf_slice(&list)};
    }
    document_add(&b, at->shape, &seed, MEMBERS_SHUFFLED, r);
    return buf_slice(&b);
}

static struct slice
spot_pointer(const struct spot *at)
{
    if (at->list == NULL)
        return arena_print(arena, "/%s", at->field->name);
    if (at->list->type == FIELD_TEXTS)
        return arena_print(arena, "/%s/%d", at->list->name, SPOT_INDEX);
    return arena_print(arena, "/%s/%d/%s", at->list->name, SPOT_INDEX, at->field->name);
}

/* `raw` in this spot gives exactly this verdict at exactly this pointer, or decodes. */
static void
expect(const struct spot *at, struct slice raw, enum verdict wanted)
{
    struct slice text = spot_document(at, raw);
    struct problems p = decode(arena_take(arena, at->shape->size), at->shape, text);

    if (p.count != (wanted != V_OK) || (p.first != NULL && p.first->verdict != wanted))
        fail_msg("%s " SLICE_FMT ": wanted %s, got %zu problems, first %s\n" SLICE_FMT, at->shape->name,
                 SLICE_ARG(spot_pointer(at)), verdict_row(wanted)->name, p.count,
                 p.first == NULL ? "-" : verdict_row(p.first->verdict)->name, SLICE_ARG(text));
    if (wanted == V_OK)
        return;
    assert_slice(p.first->pointer, spot_pointer(at));
    assert_true(p.first->zh.len > 0);
    assert_true(p.first->en.len > 0);
}

static void
each_field(const struct shape *s, const struct field *list, void (*check)(const struct spot *at))
{
    const struct shape *of = list == NULL ? s : list->items;

    for (size_t i = 0; i < of->count; i++) {
        struct spot at = {s, list, &of->fields[i]};

        check(&at);
        if (at.field->items != NULL)
            each_field(s, at.field, check);
        arena_reset(arena);
    }
}

static void
each_spot(void (*check)(const struct spot *at))
{
    for (size_t i = 0; i < TOY_KIND__COUNT; i++)
        each_field(toy_kinds[i].shape, NULL, check);
    for (size_t i = 0; i < TOY_VIEW__COUNT; i++)
        each_field(toy_views[i].shape, NULL, check);
}

static void
check_missing(const struct spot *at)
{
    if (at->list == NULL || at->list->type == FIELD_ITEMS)
        expect(at, NOTHING, at->field->required ? V_FIELD_MISSING : V_OK);
}

static void
says_which_required_member_is_missing(void **state)
{
    (void)state;
    each_spot(check_missing);
}

static void
check_type(const struct spot *at)
{
    static const struct {
        const char *raw;
        enum json_type type;
    } values[] = {
        {"{}",    JSON_OBJECT},
        {"[]",    JSON_LIST  },
        {"\"\"",  JSON_TEXT  },
        {"0",     JSON_INT   },
        {"true",  JSON_BOOL  },
        {"false", JSON_BOOL  },
        {"null",  JSON_NULL  },
    };
    bool number = at->field->type == FIELD_INT;
    bool list = at->field->items != NULL;

    for (size_t i = 0; i < COUNT(values); i++)
        if (values[i].type != (number ? JSON_INT : list ? JSON_LIST : JSON_TEXT))
            expect(at, slice_of(values[i].raw), V_FIELD_TYPE);
}

static void
refuses_every_other_type(void **state)
{
    (void)state;
    each_spot(check_type);
}

static void
check_number(const struct spot *at)
{
    int64_t min = at->field->min, max = at->field->max;

    if (at->field->type != FIELD_INT)
        return;
    expect(at, arena_print(arena, "%lld", (long long)min), V_OK);
    expect(at, arena_print(arena, "%lld", (long long)max), V_OK);
    expect(at, arena_print(arena, "%lld", (long long)min - 1), V_FIELD_RANGE);
    expect(at, arena_print(arena, "%lld", (long long)max + 1), V_FIELD_RANGE);
    expect(at, S("-9223372036854775808"), V_FIELD_RANGE); /* what stands for an absent number in C */
    expect(at, S("9223372036854775807"), V_FIELD_RANGE);
}

static void
holds_numbers_to_their_bounds(void **state)
{
    (void)state;
    each_spot(check_number);
}

/* Some text of this length: the wanted verdict for it depends on whether any such text matches the pattern. */
static void
expect_length(const struct spot *at, int64_t length, enum verdict outside)
{
    struct slice fitting = document_text(arena, at->field, (size_t)length);
    struct field any = {.type = FIELD_TEXT};
    struct slice text = fitting.at != NULL ? fitting : document_text(arena, &any, (size_t)length);
    enum verdict inside = fitting.at != NULL ? V_OK : V_FIELD_FORM;

    expect(at, arena_print(arena, "\"" SLICE_FMT "\"", SLICE_ARG(text)), outside == V_OK ? inside : outside);
}

static void
check_length(const struct spot *at)
{
    if (at->field->type != FIELD_TEXT || at->field->form != FORM_ANY)
        return;
    expect_length(at, at->field->min, V_OK);
    expect_length(at, at->field->max, V_OK);
    expect_length(at, at->field->max + 1, V_FIELD_LENGTH);
    if (at->field->min > 0)
        expect_length(at, at->field->min - 1, V_FIELD_LENGTH);
}

static void
counts_a_texts_characters_not_its_bytes(void **state)
{
    (void)state;
    each_spot(check_length);
}

static void
check_pattern(const struct spot *at)
{
    static const char *const wrong[] = {"!", "\\n", " ", "1\\n", "\\u0001", "\xe2\x80\xae"};

    if (at->field->pattern == NULL)
        return;
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct buf b = {.arena = arena};

        /* The bad sign stands last in a text of the least length, so that only the pattern can refuse it. */
        for (int64_t n = 1; n < at->field->min; n++)
            buf_add_char(&b, '1');
        expect(at, arena_print(arena, "\"" SLICE_FMT "%s\"", SLICE_ARG(buf_slice(&b)), wrong[i]), V_FIELD_FORM);
    }
}

static void
matches_the_pattern_against_the_whole_text(void **state)
{
    (void)state;
    each_spot(check_pattern);
}

static void
check_code(const struct spot *at)
{
    static const char *const wrong[] = {"\"\"", "\"RED\"", "\"red \"", "\"0\"", "\"_count\""};

    if (at->field->type != FIELD_CODE)
        return;
    for (size_t i = 0; i < at->field->code_count; i++)
        expect(at, arena_print(arena, "\"%s\"", at->field->codes[i].name), V_OK);
    for (size_t i = 0; i < COUNT(wrong); i++)
        expect(at, slice_of(wrong[i]), V_FIELD_CODE);
}

static void
takes_every_code_and_no_other(void **state)
{
    (void)state;
    each_spot(check_code);
}

static void
check_day(const struct spot *at)
{
    static const struct {
        const char *raw;
        enum verdict wanted;
    } days[] = {
        {"\"1900-01-01\"",           V_OK        },
        {"\"9999-12-31\"",           V_OK        },
        {"\"2024-02-29\"",           V_OK        },
        {"\"2023-02-29\"",           V_FIELD_FORM},
        {"\"2023-13-01\"",           V_FIELD_FORM},
        {"\"2023-6-30\"",            V_FIELD_FORM},
        {"\"20230630\"",             V_FIELD_FORM},
        {"\"2023-06-30T00:00:00Z\"", V_FIELD_FORM},
        {"\"1899-12-31\"",           V_FIELD_FORM},
        {"\"\"",                     V_FIELD_FORM},
    };

    if (at->field->type != FIELD_DAY)
        return;
    for (size_t i = 0; i < COUNT(days); i++)
        expect(at, slice_of(days[i].raw), days[i].wanted);
}

static void
takes_days_of_the_calendar_only(void **state)
{
    (void)state;
    each_spot(check_day);
}

static void
check_form(const struct spot *at)
{
    static const struct {
        enum field_form form;
        const char *text;
        enum verdict wanted;
    } rows[] = {
        {FORM_UUID,        "01890a5d-ac96-774b-bcce-b302099a8057",                              V_OK         },
        {FORM_UUID,        "01890A5D-AC96-774B-BCCE-B302099A8057",                              V_FIELD_FORM },
        {FORM_UUID,        "01890a5dac96774bbcceb302099a8057",                                  V_FIELD_FORM },
        {FORM_RESIDENT_ID, "11010519491231002X",                                                V_OK         },
        {FORM_RESIDENT_ID, "110105194912310021",                                                V_FIELD_CHECK},
        {FORM_RESIDENT_ID, "11010519491231002x",                                                V_FIELD_FORM },
        {FORM_RESIDENT_ID, "1101051949123100",                                                  V_FIELD_FORM },
        {FORM_CREDIT_CODE, "91999999MA0000000K",                                                V_OK         },
        {FORM_CREDIT_CODE, "91999999MA00000001",                                                V_FIELD_CHECK},
        {FORM_CREDIT_CODE, "91999999MA000000IO",                                                V_FIELD_FORM },
        {FORM_CREDIT_CODE, "91999999MA0000000",                                                 V_FIELD_FORM },
        {FORM_SHA256,      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",  V_OK         },
        {FORM_SHA256,      "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855",  V_FIELD_FORM },
        {FORM_SHA256,      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85",   V_FIELD_FORM },
        {FORM_SHA256,      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b8555", V_FIELD_FORM },
        {FORM_ID,          "x",                                                                 V_OK         },
        {FORM_ID,          "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",  V_OK         },
        {FORM_ID,          "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0", V_FIELD_FORM },
        {FORM_ID,          "a/b",                                                               V_FIELD_FORM },
        {FORM_ID,          "a b",                                                               V_FIELD_FORM },
        {FORM_ID,          "\xe4\xb8\x80",                                                      V_FIELD_FORM },
        {FORM_ID,          "",                                                                  V_FIELD_FORM },
    };

    if (at->field->type != FIELD_TEXT)
        return;
    for (size_t i = 0; i < COUNT(rows); i++)
        if (rows[i].form == at->field->form)
            expect(at, arena_print(arena, "\"%s\"", rows[i].text), rows[i].wanted);
}

static void
holds_identifiers_to_their_form(void **state)
{
    (void)state;
    each_spot(check_form);
}

static struct slice
list_of(const struct field *f, int64_t count)
{
    struct buf b = {.arena = arena};

    buf_add_char(&b, '[');
    for (int64_t i = 0; i < count; i++) {
        if (i > 0)
            buf_add_char(&b, ',');
        if (f->type == FIELD_ITEMS)
            document_add(&b, f->items, &seed, MEMBERS_SHUFFLED, (struct replacement){.field = NULL});
        else
            document_add_value(&b, &f->items->fields[0], &seed);
    }
    buf_add_char(&b, ']');
    return buf_slice(&b);
}

static void
check_list(const struct spot *at)
{
    const struct field *f = at->field;

    if (f->items == NULL)
        return;
    expect(at, list_of(f, f->min), V_OK);
    expect(at, list_of(f, f->max), V_OK);
    expect(at, list_of(f, f->max + 1), V_FIELD_LENGTH);
    if (f->min > 0)
        expect(at, list_of(f, f->min - 1), V_FIELD_LENGTH);
}

static void
holds_lists_to_their_length(void **state)
{
    (void)state;
    each_spot(check_list);
}

/* ---- encoding and reading back --------------------------------------------------------------------------------- */

static struct slice
encode(const struct shape *s, const void *in)
{
    struct buf b = {.arena = arena};

    shape_encode(&b, s, in);
    return buf_slice(&b);
}

static void
check_round(const struct shape *s)
{
    struct seed first = seed, second = seed;
    struct buf canonical = {.arena = arena}, shuffled = {.arena = arena};
    struct replacement none = {.field = NULL};
    void *out = arena_take(arena, s->size), *back = arena_take(arena, s->size);

    document_add(&canonical, s, &first, MEMBERS_IN_ORDER, none);
    document_add(&shuffled, s, &second, MEMBERS_SHUFFLED, none);
    seed = second;
    seed_next(&seed);
    assert_int_equal(decode(out, s, buf_slice(&shuffled)).count, 0);
    assert_slice(encode(s, out), buf_slice(&canonical));
    assert_int_equal(shape_restore(back, arena, s, parse(encode(s, out))), V_OK);
    assert_slice(encode(s, back), buf_slice(&canonical));
}

static void
encodes_what_it_decoded_in_the_one_canonical_form(void **state)
{
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < TOY_KIND__COUNT; i++)
            check_round(toy_kinds[i].shape);
        for (size_t i = 0; i < TOY_VIEW__COUNT; i++)
            check_round(toy_views[i].shape);
        arena_reset(arena);
    }
}

static void
a_blank_holds_nothing_but_what_is_required(void **state)
{
    struct jar_view view;
    struct jar_inspected inspected;
    struct jar_spilled spilled;

    (void)state;
    shape_blank(&shape_jar_view, &view);
    shape_blank(&shape_jar_inspected, &inspected);
    shape_blank(&shape_jar_spilled, &spilled);
    assert_slice(encode(&shape_jar_view, &view),
                 S("{\"district\":\"\",\"owner\":\"\",\"capacity\":0,\"held\":0,\"filled\":0,\"opened\":\"1970-01-01\","
                   "\"colour\":\"red\",\"fills\":0}"));
    assert_slice(encode(&shape_jar_inspected, &inspected),
                 S("{\"seen\":\"1970-01-01\",\"warmth\":0,\"papers\":[],\"coins\":[]}"));
    assert_int_equal(spilled.seen, DAY_ABSENT);
    assert_null(inspected.inspector.at);
    assert_null(inspected.marks.at);
}

static void
is_whole_with_every_required_member_in_items_too(void **state)
{
    struct jar_inspected_coins_item coins[2] = {{0}};
    struct jar_inspected body;

    (void)state;
    shape_blank(&shape_jar_inspected, &body);
    assert_true(shape_is_whole(&shape_jar_inspected, &body));
    body.coins = (struct list){coins, COUNT(coins)};
    assert_true(shape_is_whole(&shape_jar_inspected, &body));
    coins[1].pieces = INT_ABSENT;
    assert_false(shape_is_whole(&shape_jar_inspected, &body));
    coins[1].pieces = 0;
    body.seen = DAY_ABSENT;
    assert_false(shape_is_whole(&shape_jar_inspected, &body));
}

static void
an_empty_list_is_not_an_absent_one(void **state)
{
    struct jar_inspected out;
    struct slice text = S("{\"seen\":\"2023-06-30\",\"warmth\":0,\"papers\":"
                          "[\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"],\"marks\":[],"
                          "\"coins\":[{\"face\":\"one\",\"pieces\":0},{\"face\":\"ten\",\"pieces\":500}]}");

    (void)state;
    assert_int_equal(decode(&out, &shape_jar_inspected, text).count, 0);
    assert_non_null(out.marks.at);
    assert_slice(encode(&shape_jar_inspected, &out), text);
    assert_int_equal(out.coins.count, 2);
    assert_int_equal(((const struct jar_inspected_coins_item *)out.coins.at)[1].face,
                     JAR_INSPECTED_COINS_ITEM_FACE_TEN);
    assert_int_equal(((const struct jar_inspected_coins_item *)out.coins.at)[1].minted, DAY_ABSENT);
}

static enum verdict
restore(const struct shape *s, const char *text)
{
    void *out = arena_take(arena, s->size);
    enum verdict got = shape_restore(out, arena, s, parse(slice_of(text)));

    if (got == V_OK)
        assert_slice(encode(s, out), slice_of(text));
    return got;
}

#define INSPECTED "{\"seen\":\"2023-06-30\",\"warmth\":0,"

static void
reads_back_what_has_left_its_bounds_or_is_a_commitment(void **state)
{
    (void)state;
    assert_int_equal(restore(&shape_jar_sealed, "{}"), V_OK);
    assert_int_equal(restore(&shape_jar_spilled, "{\"amount\":-5}"), V_OK);
    assert_int_equal(restore(&shape_jar_inspected,
                             INSPECTED "\"inspector\":\"6b86b273\",\"remark\":\"e3b0c44298fc1c149afbf4\","
                                       "\"papers\":[],\"coins\":[]}"),
                     V_OK);
}

static void
reads_back_an_older_version(void **state)
{
    (void)state;
    assert_int_equal(restore(&shape_jar_spilled, "{\"amount\":1}"), V_OK);
}

static void
finds_broken_what_the_encoder_cannot_have_written(void **state)
{
    static const struct {
        const struct shape *shape;
        const char *text;
    } rows[] = {
        {&shape_jar_spilled,   "{\"seen\":\"2023-06-30\",\"amount\":1}"             },
        {&shape_jar_spilled,   "{\"seen\":\"2023-06-30\"}"                          },
        {&shape_jar_spilled,   "{\"amount\":1,\"seen\":\"2023-02-30\"}"             },
        {&shape_jar_spilled,   "{\"amount\":\"1\"}"                                 },
        {&shape_jar_spilled,   "{\"amount\":1,\"other\":1}"                         },
        {&shape_jar_spilled,   "[]"                                                 },
        {&shape_jar_broken,    "{\"reason\":\"melted\"}"                            },
        {&shape_jar_sealed,    "{\"x\":1}"                                          },
        {&shape_jar_inspected, INSPECTED "\"papers\":[1],\"coins\":[]}"             },
        {&shape_jar_inspected, INSPECTED "\"papers\":{},\"coins\":[]}"              },
        {&shape_jar_inspected, INSPECTED "\"papers\":[],\"coins\":[[]]}"            },
        {&shape_jar_inspected, INSPECTED "\"papers\":[],\"coins\":[{\"pieces\":1}]}"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        if (restore(rows[i].shape, rows[i].text) != V_BROKEN)
            fail_msg("%s", rows[i].text);
}

static void
finds_a_field_and_its_text_by_name(void **state)
{
    struct jar_opened out;

    (void)state;
    shape_blank(&shape_jar_opened, &out);
    assert_ptr_equal(field_text(shape_field(&shape_jar_opened, S("label")), &out), &out.label);
    assert_null(shape_field(&shape_jar_opened, S("labe")));
    assert_null(shape_field(&shape_jar_sealed, S("label")));
}

/* ---- many threads ---------------------------------------------------------------------------------------------- */

static void *
decode_alone(void *failures)
{
    struct arena *mine = arena_open(1u << 20);

    for (int i = 0; i < 200; i++) {
        const struct json *tree = NULL;
        struct problems p = {.arena = mine};
        struct jar_lent out;

        if (json_parse(&tree, mine, S("{\"to\":\"a\",\"amount\":1,\"voucher_no\":\"A-1\"}")) != V_OK ||
            shape_decode(&out, &shape_jar_lent, tree, S(""), NULL, 0, &p) != V_OK)
            ++*(int *)failures;
        arena_reset(mine);
    }
    arena_close(mine);
    return NULL;
}

static void
threads_share_one_compiled_pattern(void **state)
{
    pthread_t threads[4];
    int failures[4] = {0};

    (void)state;
    for (size_t i = 0; i < COUNT(threads); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, decode_alone, &failures[i]), 0);
    for (size_t i = 0; i < COUNT(threads); i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(failures[i], 0);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        /* First, while no pattern is compiled yet. */
        cmocka_unit_test(threads_share_one_compiled_pattern),
        cmocka_unit_test(says_which_required_member_is_missing),
        cmocka_unit_test(refuses_every_other_type),
        cmocka_unit_test(holds_numbers_to_their_bounds),
        cmocka_unit_test(counts_a_texts_characters_not_its_bytes),
        cmocka_unit_test(matches_the_pattern_against_the_whole_text),
        cmocka_unit_test(takes_every_code_and_no_other),
        cmocka_unit_test(takes_days_of_the_calendar_only),
        cmocka_unit_test(holds_identifiers_to_their_form),
        cmocka_unit_test(holds_lists_to_their_length),
        cmocka_unit_test(encodes_what_it_decoded_in_the_one_canonical_form),
        cmocka_unit_test(a_blank_holds_nothing_but_what_is_required),
        cmocka_unit_test(is_whole_with_every_required_member_in_items_too),
        cmocka_unit_test(an_empty_list_is_not_an_absent_one),
        cmocka_unit_test(reads_back_what_has_left_its_bounds_or_is_a_commitment),
        cmocka_unit_test(reads_back_an_older_version),
        cmocka_unit_test(finds_broken_what_the_encoder_cannot_have_written),
        cmocka_unit_test(finds_a_field_and_its_text_by_name),
    };

    return cmocka_run_group_tests_name("ledger/shape", tests, setup, teardown);
}

/*
 * Structured fields against the vectors of the HTTP working group, and against our own limits.
 * Knows the vectors' JSON through jansson, the judge that our own parser is not; must not know signatures.
 * Invariant: a value that was accepted is written in the canonical form that the vectors state.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "../../src/edge/sfv.h"
#include "vectors.h"

#define ARENA_SIZE (16u << 20)

static struct arena *arena;

static int
open_arena(void **state)
{
    (void)state;
    arena = arena_open(ARENA_SIZE);
    return 0;
}

static int
close_arena(void **state)
{
    (void)state;
    arena_close(arena);
    return 0;
}

/* ---- the vectors' idea of a value ----------------------------------------------------------------------------- */

static struct slice
text_of(const json_t *j)
{
    return (struct slice){json_string_value(j), json_string_length(j)};
}

static struct slice
base32_decode(struct slice text)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    struct buf b = {.arena = arena};
    unsigned bits = 0, held = 0;

    for (size_t i = 0; i < text.len && text.at[i] != '='; i++) {
        held = (held << 5 | (unsigned)(strchr(digits, text.at[i]) - digits)) & 0xffff;
        bits += 5;
        if (bits >= 8) {
            bits -= 8;
            buf_add_char(&b, (char)(held >> bits & 0xff));
        }
    }
    return buf_slice(&b);
}

static bool
same_object(const struct sfv *got, const json_t *wanted)
{
    struct slice type = text_of(json_object_get(wanted, "__type"));
    struct slice value = text_of(json_object_get(wanted, "value"));

    if (slice_equal(type, S("token")))
        return got->type == SFV_TOKEN && slice_equal(got->text, value);
    return slice_equal(type, S("binary")) && got->type == SFV_BYTES && slice_equal(got->text, base32_decode(value));
}

static bool
same_bare(const struct sfv *got, const json_t *wanted)
{
    switch (json_typeof(wanted)) {
    case JSON_INTEGER:
        return got->type == SFV_INTEGER && got->number == json_integer_value(wanted);
    case JSON_REAL:
        return got->type == SFV_DECIMAL && got->number == llround(json_real_value(wanted) * 1000);
    case JSON_STRING:
        return got->type == SFV_STRING && slice_equal(got->text, text_of(wanted));
    case JSON_OBJECT:
        return same_object(got, wanted);
    default:
        return got->type == SFV_BOOLEAN && got->number == json_is_true(wanted);
    }
}

static bool
same_params(const struct sfv *got, const json_t *wanted)
{
    for (size_t i = 0; i < json_array_size(wanted); i++, got = got->next) {
        const json_t *pair = json_array_get(wanted, i);

        if (got == NULL || !slice_equal(got->key, text_of(json_array_get(pair, 0))))
            return false;
        if (!same_bare(got, json_array_get(pair, 1)))
            return false;
    }
    return got == NULL;
}

static bool same_item(const struct sfv *got, const json_t *wanted);

static bool
same_items(const struct sfv *got, const json_t *wanted)
{
    for (size_t i = 0; i < json_array_size(wanted); i++, got = got->next) {
        if (got == NULL || !same_item(got, json_array_get(wanted, i)))
            return false;
    }
    return got == NULL;
}

static bool
same_item(const struct sfv *got, const json_t *wanted)
{
    const json_t *value = json_array_get(wanted, 0);
    bool same = json_is_array(value) ? got->type == SFV_INNER && same_items(got->items, value) : same_bare(got, value);

    return same && same_params(got->params, json_array_get(wanted, 1));
}

static bool
same_dictionary(const struct sfv *got, const json_t *wanted)
{
    for (size_t i = 0; i < json_array_size(wanted); i++, got = got->next) {
        const json_t *pair = json_array_get(wanted, i);

        if (got == NULL || !slice_equal(got->key, text_of(json_array_get(pair, 0))))
            return false;
        if (!same_item(got, json_array_get(pair, 1)))
            return false;
    }
    return got == NULL;
}

/* ---- one table for the three kinds of field ------------------------------------------------------------------- */

static bool
read_one(struct sfv **out, struct arena *a, struct slice field)
{
    *out = NEW(a, struct sfv);
    return sfv_read_item(*out, a, field);
}

static const struct header_type {
    const char *name;
    bool (*read)(struct sfv **out, struct arena *a, struct slice field);
    bool (*same)(const struct sfv *got, const json_t *wanted);
    bool (*add)(struct buf *b, const struct sfv *value);
} header_types[] = {
    {"item",       read_one,            same_item,       sfv_add_item      },
    {"list",       sfv_read_list,       same_items,      sfv_add_list      },
    {"dictionary", sfv_read_dictionary, same_dictionary, sfv_add_dictionary},
};

static const struct header_type *
header_type_of(const json_t *vector)
{
    const char *name = json_string_value(json_object_get(vector, "header_type"));

    for (size_t i = 0; i < COUNT(header_types); i++) {
        if (strcmp(header_types[i].name, name) == 0)
            return &header_types[i];
    }
    fail_msg("header type %s", name);
    return NULL;
}

static struct slice
joined(const json_t *lines)
{
    struct buf b = {.arena = arena};

    for (size_t i = 0; i < json_array_size(lines); i++) {
        if (i > 0)
            buf_add(&b, S(", "));
        buf_add(&b, text_of(json_array_get(lines, i)));
    }
    return buf_slice(&b);
}

static void
judge(const json_t *vector)
{
    const char *name = json_string_value(json_object_get(vector, "name"));
    const struct header_type *type = header_type_of(vector);
    const json_t *canonical = json_object_get(vector, "canonical");
    struct buf written = {.arena = arena};
    struct sfv *got;
    bool read = type->read(&got, arena, joined(json_object_get(vector, "raw")));

    if (json_is_true(json_object_get(vector, "must_fail"))) {
        if (read)
            fail_msg("%s: accepted", name);
        return;
    }
    if (!read && json_is_true(json_object_get(vector, "can_fail")))
        return;
    if (!read)
        fail_msg("%s: refused", name);
    if (!type->same(got, json_object_get(vector, "expected")))
        fail_msg("%s: read as something else", name);
    assert_true(type->add(&written, got));
    if (canonical == NULL)
        canonical = json_object_get(vector, "raw");
    if (!slice_equal(buf_slice(&written), joined(canonical)))
        fail_msg("%s: written as " SLICE_FMT, name, SLICE_ARG(buf_slice(&written)));
}

static size_t
judge_file(const char *name)
{
    struct arena *file = arena_open(ARENA_SIZE);
    struct slice text = vectors_read(file, name);
    json_t *vectors = text.at == NULL ? NULL : json_loadb(text.at, text.len, JSON_ALLOW_NUL, NULL);
    size_t count = json_array_size(vectors);

    for (size_t i = 0; i < count; i++) {
        arena_reset(arena);
        judge(json_array_get(vectors, i));
    }
    json_decref(vectors);
    arena_close(file);
    return count;
}

static void
reads_and_writes_the_working_groups_vectors_as_stated(void **state)
{
    static const char *const files[] = {
        "binary",        "boolean",         "dictionary", "examples",       "item",
        "key-generated", "large-generated", "list",       "listlist",       "number-generated",
        "number",        "param-dict",      "param-list", "param-listlist", "string-generated",
        "string",        "token-generated", "token",
    };
    size_t count = 0;

    (void)state;
    if (vectors_dir() == NULL) {
        print_message("skipped: no folder of test vectors ($VECTORS)\n");
        skip();
    }
    for (size_t i = 0; i < COUNT(files); i++) {
        char name[80];
        size_t judged;

        snprintf(name, sizeof name, "structured-fields/%s.json", files[i]);
        judged = judge_file(name);
        if (judged == 0)
            fail_msg("%s holds nothing", name);
        count += judged;
    }
    print_message("# %zu structured-field cases\n", count);
    assert_int_equal(count, 1552);
}

/* The working group's values that no field may carry, built by hand where our struct can hold them. */
static void
refuses_to_write_what_has_no_form(void **state)
{
    static const struct sfv bad[] = {
        {.type = SFV_INTEGER, .number = SFV_NUMBER_MAX + 1 },
        {.type = SFV_INTEGER, .number = -SFV_NUMBER_MAX - 1},
        {.type = SFV_INTEGER, .number = INT64_MIN          },
        {.type = SFV_DECIMAL, .number = SFV_NUMBER_MAX + 1 },
        {.type = SFV_STRING,  .text = {"a\nb", 3}          },
        {.type = SFV_STRING,  .text = {"\x7f", 1}          },
        {.type = SFV_STRING,  .text = {"\xe4\xb8\xad", 3}  },
        {.type = SFV_STRING,  .text = {"\0", 1}            },
        {.type = SFV_TOKEN,   .text = {"", 0}              },
        {.type = SFV_TOKEN,   .text = {"1a", 2}            },
        {.type = SFV_TOKEN,   .text = {"a b", 3}           },
    };
    static const char *const keys[] = {"", "A", "1", "a B", "aB", "-", "a;"};
    struct sfv member = {.type = SFV_INTEGER, .number = 1};
    struct sfv carrier = {.type = SFV_INNER, .params = &member};

    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct sfv list = {
            .type = SFV_INNER,
            .items = &(struct sfv){.type = bad[i].type, .number = bad[i].number, .text = bad[i].text}
        };

        assert_false(sfv_add_item(&(struct buf){.arena = arena}, &bad[i]));
        assert_false(sfv_add_item(&(struct buf){.arena = arena}, &list));
    }
    for (size_t i = 0; i < COUNT(keys); i++) {
        member.key = slice_of(keys[i]);
        assert_false(sfv_add_dictionary(&(struct buf){.arena = arena}, &member));
        assert_false(sfv_add_item(&(struct buf){.arena = arena}, &carrier));
    }
    assert_false(sfv_add_item(&(struct buf){.arena = arena},
                              &(struct sfv){.type = SFV_INNER, .items = &(struct sfv){.type = SFV_INNER}}));
}

static struct slice
repeated(const char *open, const char *part, size_t count, const char *close)
{
    struct buf b = {.arena = arena};

    buf_add(&b, slice_of(open));
    for (size_t i = 0; i < count; i++)
        buf_add(&b, slice_of(part));
    buf_add(&b, slice_of(close));
    return buf_slice(&b);
}

/* ";k0;k1;..." or "k0,k1,...". */
static struct slice
numbered(const char *open, const char *before, size_t count)
{
    struct buf b = {.arena = arena};

    buf_add(&b, slice_of(open));
    for (size_t i = 0; i < count; i++)
        buf_print(&b, "%sk%zu", i == 0 && open[0] == '\0' ? "" : before, i);
    return buf_slice(&b);
}

static void
takes_each_limit_and_refuses_one_more(void **state)
{
    struct sfv *got;

    (void)state;
    assert_true(sfv_read_list(&got, arena, repeated("", "1,", SFV_MEMBERS_MAX - 1, "1")));
    assert_int_equal(sfv_count(got), SFV_MEMBERS_MAX);
    assert_false(sfv_read_list(&got, arena, repeated("", "1,", SFV_MEMBERS_MAX, "1")));
    assert_true(sfv_read_list(&got, arena, repeated("(", "1 ", SFV_INNER_MAX, ")")));
    assert_false(sfv_read_list(&got, arena, repeated("(", "1 ", SFV_INNER_MAX + 1, ")")));
    assert_true(sfv_read_list(&got, arena, numbered("a", ";", SFV_PARAMS_MAX)));
    assert_false(sfv_read_list(&got, arena, numbered("a", ";", SFV_PARAMS_MAX + 1)));
    assert_true(sfv_read_dictionary(&got, arena, numbered("", ",", SFV_MEMBERS_MAX)));
    assert_false(sfv_read_dictionary(&got, arena, numbered("", ",", SFV_MEMBERS_MAX + 1)));
    assert_true(sfv_read_dictionary(&got, arena, repeated("", "k", SFV_KEY_BYTES_MAX, "")));
    assert_false(sfv_read_dictionary(&got, arena, repeated("", "k", SFV_KEY_BYTES_MAX + 1, "")));
    assert_true(sfv_read_list(&got, arena, repeated("\"", "s", SFV_BYTES_MAX - 2, "\"")));
    assert_false(sfv_read_list(&got, arena, repeated("\"", "s", SFV_BYTES_MAX - 1, "\"")));
}

static void
holds_at_most_64_times_the_bytes_of_a_field(void **state)
{
    static const struct {
        const char *open, *part, *close;
    } shapes[] = {
        {"",  "(1 1 1 1 1 1 1),", "1" },
        {"",  "a;b;c;d;e;f;g,",   "a" },
        {"(", "1 ",               "1)"},
        {"",  "\"\\\"\",",        "1" },
        {"",  "::,",              "::"},
        {"",  "(),",              "()"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(shapes); i++) {
        struct slice field = repeated(shapes[i].open, shapes[i].part, 200, shapes[i].close);
        size_t before = arena_used(arena);
        struct sfv *got;

        assert_true(sfv_read_list(&got, arena, field));
        assert_in_range(arena_used(arena) - before, 1, 64 * field.len);
    }
}

static void
tells_that_a_key_came_twice(void **state)
{
    struct sfv *got;

    (void)state;
    assert_true(sfv_read_dictionary(&got, arena, S("a=1;x=1;x=2, b, a=3;y=4")));
    assert_int_equal(sfv_count(got), 2);
    assert_int_equal(got->number, 3);
    assert_int_equal(got->repeats, 1);
    assert_int_equal(got->next->repeats, 0);
    assert_true(slice_equal(got->params->key, S("y")));
    assert_ptr_equal(sfv_find(got, S("b")), got->next);
    assert_null(sfv_find(got, S("c")));
}

static void
refuses_an_absent_field_and_takes_an_empty_list(void **state)
{
    struct sfv *got, item;

    (void)state;
    assert_false(sfv_read_list(&got, arena, (struct slice){0}));
    assert_false(sfv_read_item(&item, arena, S("")));
    assert_true(sfv_read_list(&got, arena, S("")));
    assert_null(got);
    assert_false(sfv_read_item(&item, arena, S("@1659578233")));
    assert_false(sfv_read_item(&item, arena, S("%\"f%c3%bc\"")));
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(reads_and_writes_the_working_groups_vectors_as_stated, open_arena, close_arena),
        cmocka_unit_test_setup_teardown(refuses_to_write_what_has_no_form, open_arena, close_arena),
        cmocka_unit_test_setup_teardown(takes_each_limit_and_refuses_one_more, open_arena, close_arena),
        cmocka_unit_test_setup_teardown(holds_at_most_64_times_the_bytes_of_a_field, open_arena, close_arena),
        cmocka_unit_test_setup_teardown(tells_that_a_key_came_twice, open_arena, close_arena),
        cmocka_unit_test_setup_teardown(refuses_an_absent_field_and_takes_an_empty_list, open_arena, close_arena),
    };

    return cmocka_run_group_tests_name("edge/sfv", tests, NULL, NULL);
}

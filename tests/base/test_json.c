/*
 * JSON in and out.
 * Knows the JSON test suite and python3's reader as judges; must not know jansson.
 * Invariant tested: what is accepted means one thing to every reader, and keeps the order it was written in.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "oracle.h"
#include "seed.h"
#include "vectors.h"
#include "ventured/json.h"

/* Files that must pass elsewhere and are refused in this house, with the house's reason. */
static const struct {
    const char *name;
    enum verdict verdict;
} house_refuses[] = {
    {"y_object_duplicated_key.json",           V_JSON_KEY_TWICE},
    {"y_object_duplicated_key_and_value.json", V_JSON_KEY_TWICE},
    {"y_string_null_escape.json",              V_JSON_MALFORMED},
    {"y_object_escaped_null_in_key.json",      V_JSON_MALFORMED},
};

/* A point or exponent behind a digit, in files whose texts hold no digits. */
static bool
has_fraction(struct slice text)
{
    for (size_t i = 1; i < text.len; i++)
        if (strchr(".eE", text.at[i]) != NULL && text.at[i - 1] >= '0' && text.at[i - 1] <= '9')
            return true;
    return false;
}

/* What the house says to a well-formed file: its refusals of fractions and of a bare top level come after parsing. */
static void
check_well_formed(const char *name, struct slice text, enum verdict got)
{
    size_t start = 0;

    for (size_t i = 0; i < COUNT(house_refuses); i++)
        if (strcmp(house_refuses[i].name, name) == 0) {
            assert_int_equal(got, house_refuses[i].verdict);
            return;
        }
    while (start < text.len && strchr(" \t\r\n", text.at[start]) != NULL)
        start++;
    if (strstr(name, "number") != NULL || strstr(name, "real") != NULL) {
        assert_int_equal(got, has_fraction(text) ? V_JSON_NUMBER : V_OK);
    } else if (text.at[start] != '{' && text.at[start] != '[') {
        assert_int_equal(got, V_JSON_TOP);
    } else {
        assert_int_equal(got, V_OK);
    }
}

/* A mere house rule would not do here: the text itself must be found wrong. */
static void
check_refused(const char *name, enum verdict got)
{
    /* Here the reader meets a number beyond all bounds before it can see that no number belongs there. */
    if (strcmp(name, "n_object_non_string_key_but_huge_number_instead.json") == 0) {
        assert_int_equal(got, V_JSON_NUMBER);
        return;
    }
    if (got != V_JSON_MALFORMED && got != V_JSON_TOO_DEEP)
        print_error("%s: %s\n", name, verdict_row(got)->name);
    assert_true(got == V_JSON_MALFORMED || got == V_JSON_TOO_DEEP);
}

static void
passes_the_json_test_suite(void **state)
{
    size_t passed = 0, refused = 0, free_ones = 0;
    const char *dir = vectors_dir();
    struct dirent *entry;
    struct slice folder;
    DIR *files;

    if (dir == NULL) {
        print_message("skipped: no vectors\n");
        skip();
    }
    folder = arena_print(*state, "%s/json-test-suite/test_parsing", dir);
    files = opendir(folder.at);
    if (files == NULL)
        skip();
    while ((entry = readdir(files)) != NULL) {
        struct arena *a = arena_open(4u << 20);
        struct slice text = read_file(a, arena_print(a, "%s/%s", folder.at, entry->d_name).at);
        const struct json *tree;
        enum verdict got = json_parse(&tree, a, text);

        if (entry->d_name[0] == 'y') {
            check_well_formed(entry->d_name, text, got);
            passed++;
        } else if (entry->d_name[0] == 'n') {
            check_refused(entry->d_name, got);
            refused++;
        } else if (entry->d_name[0] == 'i') {
            free_ones++;
        }
        arena_close(a);
    }
    closedir(files);
    assert_int_equal(passed, 95);
    assert_int_equal(refused, 188);
    assert_int_equal(free_ones, 35);
}

static void
names_what_is_wrong(void **state)
{
    static const struct {
        const char *text;
        enum verdict want;
    } cases[] = {
        {"{}",                                  V_OK            },
        {"[]",                                  V_OK            },
        {" [null,true,false] ",                 V_OK            },
        {"{\"a\":{\"b\":1},\"c\":{\"b\":1}}",   V_OK            },
        {"[9223372036854775807]",               V_OK            },
        {"[-9223372036854775808]",              V_OK            },
        {"",                                    V_JSON_MALFORMED},
        {" ",                                   V_JSON_MALFORMED},
        {"{",                                   V_JSON_MALFORMED},
        {"{} {}",                               V_JSON_MALFORMED},
        {"{}x",                                 V_JSON_MALFORMED},
        {"[1,]",                                V_JSON_MALFORMED},
        {"['a']",                               V_JSON_MALFORMED},
        {"[01]",                                V_JSON_MALFORMED},
        {"[NaN]",                               V_JSON_MALFORMED},
        {"[\"\\u0000\"]",                       V_JSON_MALFORMED},
        {"{\"\\u0000\":1}",                     V_JSON_MALFORMED},
        {"[\"\\ud800\"]",                       V_JSON_MALFORMED},
        {"[\"\xff\"]",                          V_JSON_MALFORMED},
        {"[\"\xed\xa0\x80\"]",                  V_JSON_MALFORMED},
        {"\xef\xbb\xbf[]",                      V_JSON_MALFORMED},
        {"[1]//",                               V_JSON_MALFORMED},
        {"{\"a\":1,\"a\":1}",                   V_JSON_KEY_TWICE},
        {"{\"a\":1,\"\\u0061\":2}",             V_JSON_KEY_TWICE},
        {"{\"x\":[{\"a\":1,\"b\":2,\"a\":1}]}", V_JSON_KEY_TWICE},
        {"[1.5]",                               V_JSON_NUMBER   },
        {"[1.0]",                               V_JSON_NUMBER   },
        {"[1e2]",                               V_JSON_NUMBER   },
        {"[1E400]",                             V_JSON_NUMBER   },
        {"[-0.0]",                              V_JSON_NUMBER   },
        {"[9223372036854775808]",               V_JSON_NUMBER   },
        {"[-9223372036854775809]",              V_JSON_NUMBER   },
        {"1",                                   V_JSON_TOP      },
        {"\"text\"",                            V_JSON_TOP      },
        {"null",                                V_JSON_TOP      },
        {"true",                                V_JSON_TOP      },
    };
    const struct json *tree;

    for (size_t i = 0; i < COUNT(cases); i++) {
        enum verdict got = json_parse(&tree, *state, slice_of(cases[i].text));

        if (got != cases[i].want)
            print_error("%s: %s\n", cases[i].text, verdict_row(got)->name);
        assert_int_equal(got, cases[i].want);
    }
    assert_int_equal(json_parse(&tree, *state, S("[123\0]")), V_JSON_MALFORMED);
    assert_int_equal(json_parse(&tree, *state, S("[1]\0")), V_JSON_MALFORMED);
    assert_int_equal(json_parse(&tree, *state, S("[\"a\0b\"]")), V_JSON_MALFORMED);
    assert_int_equal(json_parse(&tree, *state, (struct slice){0}), V_JSON_MALFORMED);
}

static struct slice
nested(struct arena *a, size_t depth)
{
    struct buf b = {.arena = a};

    for (size_t i = 0; i < depth; i++)
        buf_add(&b, i % 2 == 0 ? S("[") : S("{\"a\":"));
    if (depth % 2 == 0)
        buf_add(&b, S("1"));
    for (size_t i = depth; i-- > 0;)
        buf_add(&b, i % 2 == 0 ? S("]") : S("}"));
    return buf_slice(&b);
}

static void
bounds_the_depth(void **state)
{
    const struct json *tree;

    assert_int_equal(json_parse(&tree, *state, nested(*state, JSON_DEPTH_MAX)), V_OK);
    assert_int_equal(json_parse(&tree, *state, nested(*state, JSON_DEPTH_MAX + 1)), V_JSON_TOO_DEEP);
    assert_int_equal(json_parse(&tree, *state, nested(*state, 2000)), V_JSON_TOO_DEEP);
    assert_int_equal(json_parse(&tree, *state, nested(*state, 100000)), V_JSON_TOO_DEEP);
}

static void
keeps_members_in_the_order_written(void **state)
{
    struct seed seed = seed_open("keeps_members_in_the_order_written");

    for (int round = 0; round < 50; round++) {
        struct buf b = {.arena = *state};
        const struct json *tree, *member;
        char keys[200][32];
        size_t count = 1 + seed_below(&seed, COUNT(keys));

        buf_add_char(&b, '{');
        for (size_t i = 0; i < count; i++) {
            snprintf(keys[i], sizeof keys[i], "%x-%zu", (unsigned)seed_below(&seed, 4096), i);
            json_add_key(&b, keys[i]);
            json_add_int(&b, (int64_t)i);
        }
        buf_add_char(&b, '}');
        assert_int_equal(json_parse(&tree, *state, buf_slice(&b)), V_OK);
        assert_int_equal(tree->count, count);
        member = tree->first;
        for (size_t i = 0; i < count; i++, member = member->next) {
            assert_true(slice_equal(member->key, slice_of(keys[i])));
            assert_int_equal(member->number, i);
            assert_ptr_equal(json_find(tree, slice_of(keys[i])), member);
        }
        assert_null(member);
        assert_null(json_find(tree, S("none")));
    }
}

static void
keeps_every_type_and_value(void **state)
{
    struct slice text = S("{\"t\":\"\\u7ecd\\ud83d\\ude00\\n\",\"i\":-42,\"y\":true,\"n\":false,\"z\":null,"
                          "\"l\":[1,[],{}],\"\":\"\"}");
    const struct json *tree, *list;

    assert_int_equal(json_parse(&tree, *state, text), V_OK);
    assert_int_equal(tree->type, JSON_OBJECT);
    assert_int_equal(tree->count, 7);
    assert_true(slice_equal(json_find(tree, S("t"))->text, S("绍\xf0\x9f\x98\x80\n")));
    assert_int_equal(json_find(tree, S("i"))->type, JSON_INT);
    assert_int_equal(json_find(tree, S("i"))->number, -42);
    assert_int_equal(json_find(tree, S("y"))->type, JSON_BOOL);
    assert_int_equal(json_find(tree, S("y"))->number, 1);
    assert_int_equal(json_find(tree, S("n"))->number, 0);
    assert_int_equal(json_find(tree, S("z"))->type, JSON_NULL);
    list = json_find(tree, S("l"));
    assert_int_equal(list->type, JSON_LIST);
    assert_int_equal(list->count, 3);
    assert_null(list->first->key.at);
    assert_int_equal(list->first->next->type, JSON_LIST);
    assert_null(list->first->next->first);
    assert_int_equal(list->first->next->next->type, JSON_OBJECT);
    assert_null(list->first->next->next->next);
    assert_true(slice_equal(json_find(tree, S(""))->text, S("")));
    assert_null(json_find(list, S("l")));
}

/* The tree must not lean on the bytes it came from. */
static void
borrows_nothing_from_the_text(void **state)
{
    struct slice text = S("{\"key\":\"value\"}");
    const struct json *tree;
    char bytes[32];

    memcpy(bytes, text.at, text.len);
    assert_int_equal(json_parse(&tree, *state, (struct slice){bytes, text.len}), V_OK);
    memset(bytes, 'x', sizeof bytes);
    assert_true(slice_equal(tree->first->key, S("key")));
    assert_true(slice_equal(tree->first->text, S("value")));
}

static void
writes_the_escapes_of_rfc_8785(void **state)
{
    struct buf b = {.arena = *state};
    struct buf all = {.arena = *state};

    /* the string of RFC 8785 section 3.2.2 */
    json_add_text(&b, S("\xe2\x82\xac$\x0f\nA'\x42\x22\x5c\\\"/"));
    assert_true(slice_equal(buf_slice(&b), S("\"\xe2\x82\xac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"")));
    for (char c = 1; c < 0x20; c++)
        json_add_text(&all, (struct slice){&c, 1});
    assert_true(slice_equal(
        buf_slice(&all), S("\"\\u0001\"\"\\u0002\"\"\\u0003\"\"\\u0004\"\"\\u0005\"\"\\u0006\"\"\\u0007\"\"\\b\"\"\\t\""
                           "\"\\n\"\"\\u000b\"\"\\f\"\"\\r\"\"\\u000e\"\"\\u000f\"\"\\u0010\"\"\\u0011\"\"\\u0012\""
                           "\"\\u0013\"\"\\u0014\"\"\\u0015\"\"\\u0016\"\"\\u0017\"\"\\u0018\"\"\\u0019\"\"\\u001a\""
                           "\"\\u001b\"\"\\u001c\"\"\\u001d\"\"\\u001e\"\"\\u001f\"")));
}

static void
writes_whole_numbers_to_the_last(void **state)
{
    static const int64_t numbers[] = {
        0, 1, -1, 9, 10, -10, 99, 100, INT64_MAX, INT64_MIN, INT64_MIN + 1, 1000000000000};

    for (size_t i = 0; i < COUNT(numbers); i++) {
        struct buf b = {.arena = *state};

        json_add_int(&b, numbers[i]);
        assert_true(slice_equal(buf_slice(&b), arena_print(*state, "%" PRId64, numbers[i])));
    }
}

static void
puts_commas_where_they_belong(void **state)
{
    struct buf b = {.arena = *state};

    buf_add_char(&b, '{');
    json_add_key(&b, "a");
    buf_add_char(&b, '[');
    for (int i = 0; i < 3; i++) {
        json_add_comma(&b);
        json_add_int(&b, i);
    }
    buf_add_char(&b, ']');
    json_add_key(&b, "{");
    json_add_text(&b, S("["));
    json_add_key(&b, "o");
    buf_add(&b, S("{}"));
    buf_add_char(&b, '}');
    assert_true(slice_equal(buf_slice(&b), S("{\"a\":[0,1,2],\"{\":\"[\",\"o\":{}}")));
}

/* RFC 6901 section 5. */
static void
escapes_pointers(void **state)
{
    static const struct {
        const char *token, *pointer;
    } cases[] = {
        {"foo", "/foo" },
        {"",    "/"    },
        {"a/b", "/a~1b"},
        {"c%d", "/c%d" },
        {"m~n", "/m~0n"},
        {"~1",  "/~01" },
        {"0",   "/0"   },
    };

    for (size_t i = 0; i < COUNT(cases); i++)
        assert_true(slice_equal(json_pointer(*state, S(""), slice_of(cases[i].token)), slice_of(cases[i].pointer)));
    assert_true(slice_equal(json_pointer(*state, S("/items/2"), S("a/b")), S("/items/2/a~1b")));
}

static void
write_tree(struct buf *b, const struct json *node)
{
    static const char ends[][2] = {
        [JSON_OBJECT] = {'{', '}'},
          [JSON_LIST] = {'[', ']'}
    };

    switch (node->type) {
    case JSON_TEXT:
        json_add_text(b, node->text);
        return;
    case JSON_INT:
        json_add_int(b, node->number);
        return;
    case JSON_BOOL:
        buf_add(b, node->number == 1 ? S("true") : S("false"));
        return;
    case JSON_NULL:
        buf_add(b, S("null"));
        return;
    case JSON_OBJECT:
    case JSON_LIST:
        break;
    }
    buf_add_char(b, ends[node->type][0]);
    for (const struct json *child = node->first; child != NULL; child = child->next) {
        if (node->type == JSON_OBJECT)
            json_add_key(b, child->key.at);
        else
            json_add_comma(b);
        write_tree(b, child);
    }
    buf_add_char(b, ends[node->type][1]);
}

/* python3 reads both files and finds them equal; it also writes ours again, byte for byte. */
static void
brings_naughty_strings_back_unchanged(void **state)
{
    static const char judge[] = "import json,sys\n"
                                "a=open(sys.argv[1],encoding='utf-8').read()\n"
                                "b=open(sys.argv[2],encoding='utf-8',newline='').read()\n"
                                "assert json.loads(a)==json.loads(b)\n"
                                "assert json.dumps(json.loads(a),ensure_ascii=False,separators=(',',':'))==b\n";
    struct slice file = vectors_read(*state, "naughty-strings/blns.json");
    struct buf b = {.arena = *state};
    const struct json *list, *again;
    const char *folder;

    if (file.at == NULL || !oracle_there(*state, "python3")) {
        print_message("skipped: no naughty-strings in the vectors, or no python3\n");
        skip();
    }
    assert_int_equal(json_parse(&list, *state, file), V_OK);
    assert_int_equal(list->count, 515);
    write_tree(&b, list);
    assert_int_equal(json_parse(&again, *state, buf_slice(&b)), V_OK);
    for (const struct json *x = list->first, *y = again->first; x != NULL; x = x->next, y = y->next)
        assert_true(slice_equal(x->text, y->text));
    folder = folder_open(*state);
    write_file(arena_print(*state, "%s/ours", folder).at, buf_slice(&b));
    write_file(arena_print(*state, "%s/judge.py", folder).at, slice_of(judge));
    assert_int_equal(oracle_run(NULL, *state, "python3 %s/judge.py %s/naughty-strings/blns.json %s/ours", folder,
                                vectors_dir(), folder),
                     0);
    folder_close(folder);
}

/* Damages a document at random places: whatever is still accepted must mean the same to python3, in the same order. */
static void
accepts_only_what_python_reads_alike(void **state)
{
    static const char judge[] = "import json,sys\n"
                                "def pairs(p):\n"
                                "    assert len(set(k for k,_ in p))==len(p)\n"
                                "    return dict(p)\n"
                                "for l in open(sys.argv[1]):\n"
                                "    a,b=[bytes.fromhex(h).decode() for h in l[:-1].split(' ')]\n"
                                "    v=json.loads(a,object_pairs_hook=pairs)\n"
                                "    if json.dumps(v,ensure_ascii=False,separators=(',',':'))!=b: print(l)\n";
    static const char signs[] = "{}[]\",:\\u0019-+.eE tfn\x80\xe7\xbb\x8d/\n";
    struct slice whole = S("{\"subject\":\"a1\",\"on\":\"2023-06-30\",\"amount\":123,\"note\":\"\\u7ecd\\\"兴\","
                           "\"l\":[{\"a\":1,\"b\":[true,null]},-5,\"\\\\\\n\"]}");
    struct seed seed = seed_open("accepts_only_what_python_reads_alike");
    struct buf b = {.arena = *state};
    const char *folder;
    struct slice out;
    size_t accepted = 0;

    if (!oracle_there(*state, "python3"))
        skip();
    for (int i = 0; i < 30000; i++) {
        struct buf again = {.arena = *state};
        const struct json *tree;
        char text[256];

        memcpy(text, whole.at, whole.len);
        for (size_t n = 1 + seed_below(&seed, 2); n > 0; n--)
            text[seed_below(&seed, whole.len)] = signs[seed_below(&seed, sizeof signs - 1)];
        if (json_parse(&tree, *state, (struct slice){text, whole.len}) != V_OK)
            continue;
        accepted++;
        write_tree(&again, tree);
        buf_add(&b, hex_encode(*state, (struct slice){text, whole.len}));
        buf_add(&b, S(" "));
        buf_add(&b, hex_encode(*state, buf_slice(&again)));
        buf_add(&b, S("\n"));
    }
    assert_true(accepted > 100);
    folder = folder_open(*state);
    write_file(arena_print(*state, "%s/cases", folder).at, buf_slice(&b));
    write_file(arena_print(*state, "%s/judge.py", folder).at, slice_of(judge));
    assert_int_equal(oracle_run(&out, *state, "python3 %s/judge.py %s/cases", folder, folder), 0);
    folder_close(folder);
    assert_int_equal(out.len, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(passes_the_json_test_suite, arena_setup, arena_teardown),
        cmocka_unit_test_setup_teardown(names_what_is_wrong, arena_setup, arena_teardown),
        cmocka_unit_test_setup_teardown(bounds_the_depth, arena_setup, arena_teardown),
        cmocka_unit_test_setup_teardown(keeps_members_in_the_order_written, arena_setup, arena_teardown),
        cmocka_unit_test_setup_teardown(keeps_every_type_and_value, arena_setup, arena_teardown),
        cmocka_unit_test_setup_teardown(borrows_nothing_from_the_text, arena_setup, arena_teardown),
        cmocka_unit_test_setup_teardown(writes_the_escapes_of_rfc_8785, arena_setup, arena_teardown),
        cmocka_unit_test_setup_teardown(writes_whole_numbers_to_the_last, arena_setup, arena_teardown),
        cmocka_unit_test_setup_teardown(puts_commas_where_they_belong, arena_setup, arena_teardown),
        cmocka_unit_test_setup_teardown(escapes_pointers, arena_setup, arena_teardown),
        cmocka_unit_test_setup_teardown(brings_naughty_strings_back_unchanged, arena_setup, arena_teardown),
        cmocka_unit_test_setup_teardown(accepts_only_what_python_reads_alike, arena_setup, arena_teardown),
    };

    return cmocka_run_group_tests_name("base/json", tests, NULL, NULL);
}

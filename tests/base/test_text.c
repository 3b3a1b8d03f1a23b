/*
 * Text: UTF-8, its normal form, patterns.
 * Knows python3's Unicode tables as judge; must not know utf8proc or PCRE2.
 * Invariant tested: what is accepted is UTF-8 without U+0000, and a normal form is its own normal form.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <string.h>

#include "oracle.h"
#include "seed.h"
#include "vectors.h"
#include "ventured/json.h"

static void
knows_utf8_at_its_edges(void **state)
{
    static const struct {
        const char *text;
        bool valid;
    } cases[] = {
        {"",                                 true },
        {"plain",                            true },
        {"绍兴市越城区",               true },
        {"\x7f",                             true },
        {"\xc2\x80",                         true },
        {"\xdf\xbf",                         true },
        {"\xe0\xa0\x80",                     true },
        {"\xed\x9f\xbf",                     true },
        {"\xee\x80\x80",                     true },
        {"\xef\xbf\xbf",                     true }, /* U+FFFF is a code point all the same */
        {"\xf0\x90\x80\x80",                 true },
        {"\xf4\x8f\xbf\xbf",                 true },
        {"\xc0\x80",                         false},
        {"\xc1\xbf",                         false},
        {"\xe0\x9f\xbf",                     false},
        {"\xed\xa0\x80",                     false},
        {"\xed\xbf\xbf",                     false},
        {"\xf0\x8f\xbf\xbf",                 false},
        {"\xf4\x90\x80\x80",                 false},
        {"\xf5\x80\x80\x80",                 false},
        {"\x80",                             false},
        {"\xff",                             false},
        {"\xc2",                             false},
        {"\xe4\xbd",                         false},
        {"\xf0\x9f\x98",                     false},
        {"eight ok \xe4\xbd",                false},
        {"\xe4\xbd\xa0 and then eight \xbd", false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(utf8_valid(slice_of(cases[i].text)), cases[i].valid);
    assert_false(utf8_valid(S("a\0b")));
    assert_false(utf8_valid(S("\0")));
    assert_false(utf8_valid(S("123456789\0abcdefgh")));
    assert_int_equal(utf8_length(S("绍兴a\xf0\x9f\x98\x80")), 4);
    assert_int_equal(utf8_length(S("")), 0);
}

static void
gives_a_han_character_two_columns(void **state)
{
    (void)state;
    assert_int_equal(text_width(S("")), 0);
    assert_int_equal(text_width(S("abc 1")), 5);
    assert_int_equal(text_width(S("绍兴（万元）")), 12);
    assert_int_equal(text_width(S("e\xcc\x81")), 1);
}

/* Lines of "hex answer": random bytes drawn from those that matter, which python3 decodes strictly. */
static void
agrees_with_python_on_any_bytes(void **state)
{
    static const char judge[] = "import sys\n"
                                "for l in open(sys.argv[1]):\n"
                                "    h,got,valid=l[:-1].split(' ')\n"
                                "    b=bytes.fromhex(h)\n"
                                "    try: want=len(b.decode('utf-8')); end=len(b)\n"
                                "    except UnicodeDecodeError as e: want=-1; end=e.start\n"
                                "    if 0 in b: want=-1; end=min(end,b.index(0))\n"
                                "    if (want,end)!=(int(got),int(valid)): print(l)\n";
    static const unsigned char drawn[] = {0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf,
                                          0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff};
    struct seed seed = seed_open("agrees_with_python_on_any_bytes");
    struct buf b = {.arena = *state};
    const char *folder;
    struct slice out;
    char bytes[24];

    if (!oracle_there(*state, "python3"))
        skip();
    for (int i = 0; i < 40000; i++) {
        size_t ahead = seed_below(&seed, 16), len = ahead + 1 + seed_below(&seed, 5);
        struct slice s = {bytes, len};

        memset(bytes, 'a', ahead);
        for (size_t j = ahead; j < len; j++)
            bytes[j] = (char)drawn[seed_below(&seed, COUNT(drawn))];
        buf_add(&b, hex_encode(*state, s));
        buf_print(&b, " %d %zu\n", utf8_valid(s) ? (int)utf8_length(s) : -1, utf8_prefix(s));
    }
    folder = folder_open(*state);
    write_file(arena_print(*state, "%s/cases", folder).at, buf_slice(&b));
    write_file(arena_print(*state, "%s/judge.py", folder).at, slice_of(judge));
    assert_int_equal(oracle_run(&out, *state, "python3 %s/judge.py %s/cases", folder, folder), 0);
    folder_close(folder);
    assert_int_equal(out.len, 0);
}

static void
normalises_names_as_people_type_them(void **state)
{
    static const struct {
        const char *typed, *normal;
    } cases[] = {
        {"plain",                             "plain"               },
        {" \t plain \n",                      "plain"               },
        {"",                                  ""                    },
        {" ",                                 ""                    },
        {"\xe3\x80\x80绍兴\xe3\x80\x80",    "绍兴"              }, /* ideographic spaces */
        {"ＡＢＣ１２３",                "ABC123"              }, /* full width */
        {"创业（孵化）基地",          "创业(孵化)基地"},
        {"\xc2\xa0x\xc2\xa0",                 "x"                   }, /* no-break spaces */
        {"\xe2\x80\xa8x\xe2\x80\xa9\xc2\x85", "x"                   },
        {"e\xcc\x81",                         "\xc3\xa9"            }, /* e and an accent become one */
        {"\xef\xac\x81x",                     "fix"                 }, /* the fi ligature */
        {"㈱",                               "(株)"               },
        {"a  b",                              "a  b"                }, /* inner space is left alone */
    };
    struct slice got;

    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_true(text_normal(&got, *state, slice_of(cases[i].typed)));
        assert_true(slice_equal(got, slice_of(cases[i].normal)));
    }
    assert_false(text_normal(&got, *state, S("\xff")));
    assert_false(text_normal(&got, *state, S("a\0")));
    assert_false(text_normal(&got, *state, (struct slice){0}));
}

static size_t
utf8_put(char *to, unsigned point)
{
    static const unsigned char marks[] = {0, 0, 0xc0, 0xe0, 0xf0};
    size_t size = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;

    for (size_t i = size; i-- > 0; point >>= 6)
        to[i] = (char)(i == 0 ? point | marks[size] : (point & 0x3f) | 0x80);
    return size;
}

static void
add_case(struct buf *b, struct slice s)
{
    struct slice normal, again;

    assert_true(text_normal(&normal, b->arena, s));
    assert_true(text_normal(&again, b->arena, normal));
    assert_true(slice_equal(normal, again));
    buf_add(b, hex_encode(b->arena, s));
    buf_add(b, S(" "));
    buf_add(b, hex_encode(b->arena, normal));
    buf_add(b, S("\n"));
}

/* Every code point outside the large blocks that map to themselves, then short texts of points that combine. Points
 * that the judge does not know yet are left to it to skip. */
static void
agrees_with_python_on_normal_forms(void **state)
{
    static const char judge[] = "import sys, unicodedata as u\n"
                                "S='\\t\\n\\v\\f\\r \\u0085\\u00a0\\u1680\\u2028\\u2029\\u202f\\u205f\\u3000'\n"
                                "S+=''.join(map(chr,range(0x2000,0x200b)))\n"
                                "for l in open(sys.argv[1]):\n"
                                "    a,b=[bytes.fromhex(h).decode() for h in l[:-1].split(' ')]\n"
                                "    if any(u.category(c)=='Cn' for c in a): continue\n"
                                "    if u.normalize('NFKC',a).strip(S)!=b: print(l)\n";
    static const struct {
        unsigned from, to;
    } blocks[] = {
        {0x1,     0x33ff },
        {0xa000,  0xac20 },
        {0xd790,  0xd7ff },
        {0xf8f0,  0xffff },
        {0x10000, 0x11fff},
        {0x1d000, 0x1fbff},
        {0x2f7f0, 0x2fa2f},
        {0xe0000, 0xe01ff},
    };
    static const unsigned parts[] = {0x41,  0x61,   0x65,   0x3b1,  0x300,  0x301,  0x308, 0x323,
                                     0x327, 0x345,  0x1100, 0x1161, 0x11a8, 0xac00, 0x20,  0x3000,
                                     0xa8,  0xff21, 0x3099, 0x304b, 0x212b, 0xfdfa};
    struct seed seed = seed_open("agrees_with_python_on_normal_forms");
    struct buf b = {.arena = *state};
    const char *folder;
    struct slice out;
    char text[64];

    if (!oracle_there(*state, "python3"))
        skip();
    for (size_t i = 0; i < COUNT(blocks); i++)
        for (unsigned point = blocks[i].from; point <= blocks[i].to; point++)
            if (point < 0xd800 || point > 0xdfff)
                add_case(&b, (struct slice){text, utf8_put(text, point)});
    for (int i = 0; i < 20000; i++) {
        size_t len = 0;

        for (size_t n = 1 + seed_below(&seed, 8); n > 0; n--)
            len += utf8_put(text + len, parts[seed_below(&seed, COUNT(parts))]);
        add_case(&b, (struct slice){text, len});
    }
    folder = folder_open(*state);
    write_file(arena_print(*state, "%s/cases", folder).at, buf_slice(&b));
    write_file(arena_print(*state, "%s/judge.py", folder).at, slice_of(judge));
    assert_int_equal(oracle_run(&out, *state, "python3 %s/judge.py %s/cases", folder, folder), 0);
    folder_close(folder);
    if (out.len > 0)
        print_error(SLICE_FMT, SLICE_ARG(slice_sub(out, 0, 500)));
    assert_int_equal(out.len, 0);
}

static void
survives_naughty_strings(void **state)
{
    struct slice file = vectors_read(*state, "naughty-strings/blns.json"), got, again;
    const struct json *list;
    size_t count = 0;

    if (file.at == NULL) {
        print_message("skipped: no naughty-strings in the vectors\n");
        skip();
    }
    assert_int_equal(json_parse(&list, *state, file), V_OK);
    for (const struct json *item = list->first; item != NULL; item = item->next, count++) {
        assert_true(utf8_valid(item->text));
        assert_true(text_normal(&got, *state, item->text));
        assert_true(utf8_valid(got));
        assert_true(text_normal(&again, *state, got));
        assert_true(slice_equal(got, again));
        assert_true(utf8_valid(slice_of(log_quote(*state, item->text))));
    }
    assert_int_equal(count, 515);
}

static void
matches_the_whole_text_or_not_at_all(void **state)
{
    static const struct {
        const char *pattern, *text;
        bool matches;
    } cases[] = {
        {"[0-9]{4}",     "2023",                 true },
        {"[0-9]{4}",     "20230",                false},
        {"[0-9]{4}",     "x2023",                false},
        {"[0-9]{4}",     "2023\n",               false},
        {"^[0-9]{4}$",   "2023",                 true },
        {"^[0-9]{4}$",   "2023\n",               false},
        {"a|ab",         "ab",                   true }, /* the first branch alone would not reach the end */
        {"a|ab",         "b",                    false},
        {".",            "绍",                  true }, /* one character, not three bytes */
        {"\\p{Han}{2,}", "绍兴",               true },
        {"\\p{Han}{2,}", "绍",                  false},
        {"",             "",                     true },
        {".*",           "",                     true },
        {".*",           "a\nb",                 false},
        {".*",           "\xff",                 false}, /* not UTF-8 */
        {"(a+)+b",       "aaaaaaaaaaaaaaaaaaab", true },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct pattern *p = pattern_open(cases[i].pattern);

        assert_int_equal(pattern_matches(p, slice_of(cases[i].text)), cases[i].matches);
        assert_false(pattern_matches(p, (struct slice){0}));
        pattern_close(p);
    }
}

/* Without a limit this text takes 2^60 steps. */
static void
gives_up_on_a_text_built_to_hurt(void **state)
{
    struct pattern *p = pattern_open("(a|a)*(a|a)*c");
    enum log_level kept = log_level_min;
    char text[60];

    (void)state;
    memset(text, 'a', sizeof text);
    log_level_min = LOG_ERROR;
    assert_false(pattern_matches(p, (struct slice){text, sizeof text}));
    log_level_min = kept;
    pattern_close(p);
}

static void *
match_many(void *at)
{
    const struct pattern *p = at;
    size_t wrong = 0;

    for (int i = 0; i < 5000; i++) {
        wrong += !pattern_matches(p, S("V-2023-0001"));
        wrong += pattern_matches(p, S("V-2023-"));
    }
    return wrong == 0 ? at : NULL;
}

static void
shares_one_pattern_among_threads(void **state)
{
    struct pattern *p = pattern_open("[A-Z]-[0-9]{4}-[0-9]+");
    pthread_t threads[4];
    void *same;

    (void)state;
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, match_many, p), 0);
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], &same);
        assert_ptr_equal(same, p);
    }
    pattern_close(p);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_a_han_character_two_columns),
        cmocka_unit_test(knows_utf8_at_its_edges),
        cmocka_unit_test_setup_teardown(agrees_with_python_on_any_bytes, arena_setup, arena_teardown),
        cmocka_unit_test_setup_teardown(normalises_names_as_people_type_them, arena_setup, arena_teardown),
        cmocka_unit_test_setup_teardown(agrees_with_python_on_normal_forms, arena_setup, arena_teardown),
        cmocka_unit_test_setup_teardown(survives_naughty_strings, arena_setup, arena_teardown),
        cmocka_unit_test(matches_the_whole_text_or_not_at_all),
        cmocka_unit_test(gives_up_on_a_text_built_to_hurt),
        cmocka_unit_test(shares_one_pattern_among_threads),
    };

    return cmocka_run_group_tests_name("base/text", tests, NULL, NULL);
}

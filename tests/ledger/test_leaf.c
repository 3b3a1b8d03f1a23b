/*
 * Lines of the journal: their golden bytes, and everything that is almost one.
 * Knows lines written out by hand; must not ask the writer what is right.
 * Invariant: a golden line changes only together with LEAF_VERSION.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "seed.h"
#include "ventured/leaf.h"

#define ID "01890a5d-ac96-774b-bcce-b302099a8057"
#define OTHER "01890a5d-ac96-774b-bcce-b302099a8058"
#define AT INT64_C(1688112000123) /* 2023-06-30T08:00:00.123Z, by date -u -d @1688112000 */
#define ON INT32_C(19538)         /* 2023-06-30, by date -u -d 2023-06-30 +%s over 86400 */
#define HEX64 "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static struct arena *arena;
static struct seed seed;

static int
arena_setup(void **state)
{
    (void)state;
    arena = arena_open(64 << 20);
    return 0;
}

static int
arena_teardown(void **state)
{
    (void)state;
    arena_close(arena);
    return 0;
}

static struct slice
encoded(const struct leaf *leaf)
{
    struct buf b = {.arena = arena};

    leaf_encode(&b, leaf);
    return buf_slice(&b);
}

static void
same_slice(struct slice a, struct slice b)
{
    assert_int_equal(a.at == NULL, b.at == NULL);
    assert_int_equal(a.len, b.len);
    if (a.len > 0)
        assert_memory_equal(a.at, b.at, a.len);
}

static void
same_leaf(const struct leaf *a, const struct leaf *b)
{
    assert_int_equal(a->seq, b->seq);
    same_slice(a->id, b->id);
    same_slice(a->kind, b->kind);
    assert_int_equal(a->kind_version, b->kind_version);
    same_slice(a->subject, b->subject);
    assert_int_equal(a->on, b->on);
    assert_int_equal(a->at_ms, b->at_ms);
    same_slice(a->actor, b->actor);
    same_slice(a->mends_entry, b->mends_entry);
    same_slice(a->mends_reason, b->mends_reason);
    same_slice(a->mends_paper, b->mends_paper);
    same_slice(a->signed_hex, b->signed_hex);
    same_slice(a->body, b->body);
}

/* The shortest line, and one with every member. */
static const char short_line[] = "{\"v\":1,\"seq\":1,\"id\":\"" ID "\",\"kind\":\"a\",\"kind_version\":1,"
                                 "\"subject\":\"s\",\"on\":\"2023-06-30\",\"at\":\"2023-06-30T08:00:00.123Z\","
                                 "\"actor\":\"clock\"}";
static const char full_line[] =
    "{\"v\":1,\"seq\":12,\"id\":\"" ID "\",\"kind\":\"loan.disbursed\",\"kind_version\":3,"
    "\"subject\":\"loan-7\",\"on\":\"2023-06-30\",\"at\":\"2023-06-30T08:00:00.123Z\","
    "\"actor\":\"bank_machine:bank-zj:m1\",\"mends\":{\"entry\":\"" OTHER "\",\"reason\":\"typing\",\"paper\":\"p\"},"
    "\"signed\":\"" HEX64 "\",\"body\":{\"amount\":-9000000000000000,\"list\":[1,\"\xE4\xB8\xAD\",{}],\"z\":\"\"}}";

static struct leaf
short_leaf(void)
{
    return (struct leaf){
        .seq = 1,
        .id = S(ID),
        .kind = S("a"),
        .kind_version = 1,
        .subject = S("s"),
        .on = ON,
        .at_ms = AT,
        .actor = S("clock"),
    };
}

static struct leaf
full_leaf(void)
{
    return (struct leaf){
        .seq = 12,
        .id = S(ID),
        .kind = S("loan.disbursed"),
        .kind_version = 3,
        .subject = S("loan-7"),
        .on = ON,
        .at_ms = AT,
        .actor = S("bank_machine:bank-zj:m1"),
        .mends_entry = S(OTHER),
        .mends_reason = S("typing"),
        .mends_paper = S("p"),
        .signed_hex = S(HEX64),
        .body = S("{\"amount\":-9000000000000000,\"list\":[1,\"\xE4\xB8\xAD\",{}],\"z\":\"\"}"),
    };
}

static void
writes_the_golden_lines(void **state)
{
    struct leaf least = short_leaf(), full = full_leaf();

    (void)state;
    same_slice(encoded(&least), slice_of(short_line));
    same_slice(encoded(&full), slice_of(full_line));
}

static void
reads_the_golden_lines(void **state)
{
    struct leaf least = short_leaf(), full = full_leaf(), got;

    (void)state;
    assert_int_equal(leaf_decode(&got, arena, slice_of(short_line)), V_OK);
    same_leaf(&got, &least);
    assert_null(got.body_json);
    assert_int_equal(leaf_decode(&got, arena, slice_of(full_line)), V_OK);
    same_leaf(&got, &full);
    assert_int_equal(json_find(got.body_json, S("amount"))->number, -MONEY_MAX);
}

/* RFC 8785 section 3.2.2.2: two-letter escapes where there are some, \u00xx in lower case for the other control
 * characters, nothing else escaped. */
static void
escapes_as_rfc_8785_says(void **state)
{
    static const struct {
        struct slice text;
        const char *written;
    } cases[] = {
        {{"\"", 1},               "\\\""                 },
        {{"\\", 1},               "\\\\"                 },
        {{"/", 1},                "/"                    },
        {{"\b\t\n\f\r", 5},       "\\b\\t\\n\\f\\r"      },
        {{"\x01\x0b\x1f", 3},     "\\u0001\\u000b\\u001f"},
        {{"\x7f", 1},             "\x7f"                 },
        {{"<>&'", 4},             "<>&'"                 },
        {{"\xE4\xB8\xAD", 3},     "\xE4\xB8\xAD"         },
        {{"\xF0\x9F\x8F\xAD", 4}, "\xF0\x9F\x8F\xAD"     },
        {{"\xE2\x80\xA8", 3},     "\xE2\x80\xA8"         },
    };
    struct leaf leaf = short_leaf(), got;
    char expected[128];
    struct slice line;

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        leaf.subject = cases[i].text;
        line = encoded(&leaf);
        (void)snprintf(expected, sizeof expected, "\"subject\":\"%s\",\"on\"", cases[i].written);
        assert_non_null(memmem(line.at, line.len, expected, strlen(expected)));
        assert_int_equal(leaf_decode(&got, arena, line), V_OK);
        same_leaf(&got, &leaf);
    }
}

/* Rows are written with ' for ". */
static const char *
quoted(const char *text)
{
    char *out = arena_take(arena, strlen(text) + 1);

    for (size_t i = 0; text[i] != '\0'; i++)
        out[i] = text[i] == '\'' ? '"' : text[i];
    return out;
}

/* The full line with the first `from` replaced by `to`. */
static struct slice
edited(const char *from, const char *to)
{
    const char *found = strstr(full_line, quoted(from));
    struct buf b = {.arena = arena};

    assert_non_null(found);
    buf_add(&b, (struct slice){full_line, (size_t)(found - full_line)});
    buf_add(&b, slice_of(quoted(to)));
    buf_add(&b, slice_of(found + strlen(from)));
    return buf_slice(&b);
}

static const struct {
    const char *why, *from, *to;
} almost_lines[] = {
    {"a space before",        "{'v'",                               " {'v'"                        },
    {"a space inside",        "'v':1,",                             "'v':1, "                      },
    {"a newline behind",      "'z':''}}",                           "'z':''}}\n"                   },
    {"two documents",         "'z':''}}",                           "'z':''}}{}"                   },
    {"cut short",             "'z':''}}",                           "'z':''}"                      },
    {"an unknown member",     ",'body'",                            ",'x':1,'body'"                },
    {"an unknown last one",   "'z':''}}",                           "'z':''},'x':1}"               },
    {"a member twice",        "'v':1,",                             "'v':1,'v':1,"                 },
    {"another version",       "'v':1",                              "'v':2"                        },
    {"no version",            "'v':1,",                             ""                             },
    {"members exchanged",     "'v':1,'seq':12",                     "'seq':12,'v':1"               },
    {"no seq",                "'seq':12,",                          ""                             },
    {"seq 0",                 "'seq':12",                           "'seq':0"                      },
    {"seq below 0",           "'seq':12",                           "'seq':-12"                    },
    {"seq as text",           "'seq':12",                           "'seq':'12'"                   },
    {"seq with a fraction",   "'seq':12",                           "'seq':12.0"                   },
    {"seq too large",         "'seq':12",                           "'seq':9223372036854775808"    },
    {"an id in capitals",     "01890a5d",                           "01890A5D"                     },
    {"an id too short",       "01890a5d",                           "01890a5"                      },
    {"no kind",               "'kind':'loan.disbursed',",           ""                             },
    {"an empty kind",         "loan.disbursed",                     ""                             },
    {"a kind as number",      "'loan.disbursed'",                   "7"                            },
    {"kind version 0",        "_version':3",                        "_version':0"                  },
    {"no subject",            "'subject':'loan-7',",                ""                             },
    {"an empty subject",      "loan-7",                             ""                             },
    {"an escape too many",    "loan-7",                             "\\u006coan-7"                 },
    {"an escaped slash",      "loan-7",                             "loan\\/7"                     },
    {"an escape in capitals", "loan-7",                             "loan\\u000B7"                 },
    {"an escape too long",    "loan-7",                             "loan\\u000a7"                 },
    {"a day that is none",    "'2023-06-30'",                       "'2023-06-31'"                 },
    {"a day as number",       "'2023-06-30'",                       "19538"                        },
    {"no day",                "'on':'2023-06-30',",                 ""                             },
    {"no milliseconds",       "00.123Z",                            "00Z"                          },
    {"another zone",          "00.123Z",                            "00.123+00:00"                 },
    {"no actor",              "'actor':'bank_machine:bank-zj:m1',", ""                             },
    {"mends without entry",   "'mends':{'entry':'" OTHER "',",      "'mends':{"                    },
    {"mends no id",           OTHER,                                "e"                            },
    {"mends turned round",    "'reason':'typing','paper':'p'",      "'paper':'p','reason':'typing'"},
    {"mends with more",       "'paper':'p'",                        "'paper':'p','x':1"            },
    {"signed too short",      HEX64,                                "0011"                         },
    {"signed in capitals",    "ddeeff'",                            "ddeeFF'"                      },
    {"signed as number",      "'" HEX64 "'",                        "1"                            },
    {"a body that is text",   "'body':{",                           "'body':'','x':{"              },
    {"a body that is a list", "'body':{",                           "'body':[],'x':{"              },
    {"a body with a space",   "'amount':",                          "'amount': "                   },
    {"a truth in the body",   "'z':''",                             "'z':true"                     },
    {"a null in the body",    "'z':''",                             "'z':null"                     },
    {"a null deep in it",     ",{}]",                               ",{'a':null}]"                 },
    {"minus zero",            "-9000000000000000",                  "-0"                           },
    {"an exponent",           "[1,",                                "[1e2,"                        },
    {"an escaped body key",   "'z'",                                "'\\u007a'"                    },
    {"a body key twice",      "'z':''",                             "'z':'','z':''"                },
};

static void
refuses_what_is_almost_a_line(void **state)
{
    struct leaf got;

    (void)state;
    assert_int_equal(leaf_decode(&got, arena, edited("{'v'", "{'v'")), V_OK);
    assert_int_equal(leaf_decode(&got, arena, S("")), V_BROKEN);
    assert_int_equal(leaf_decode(&got, arena, S("{}")), V_BROKEN);
    assert_int_equal(leaf_decode(&got, arena, S("[]")), V_BROKEN);
    for (size_t i = 0; i < COUNT(almost_lines); i++)
        if (leaf_decode(&got, arena, edited(almost_lines[i].from, almost_lines[i].to)) != V_BROKEN)
            fail_msg("accepted: %s", almost_lines[i].why);
}

/* A changed byte either breaks the line or is read as what it says: nothing in a line is without meaning. */
static void
every_byte_of_a_line_counts(void **state)
{
    struct leaf whole, got;
    char line[sizeof full_line];

    (void)state;
    assert_int_equal(leaf_decode(&whole, arena, slice_of(full_line)), V_OK);
    for (size_t i = 0; i < sizeof full_line - 1; i++)
        for (int bit = 0; bit < 8; bit++) {
            memcpy(line, full_line, sizeof line);
            line[i] = (char)(line[i] ^ 1 << bit);
            if (leaf_decode(&got, arena, (struct slice){line, sizeof line - 1}) == V_OK)
                same_slice(encoded(&got), (struct slice){line, sizeof line - 1});
        }
}

/* A random text of whole characters: ASCII, control characters, Chinese, beyond the BMP. */
static struct slice
random_text(void)
{
    static const char *const signs[] = {"a",
                                        "Z",
                                        "0",
                                        "\"",
                                        "\\",
                                        "/",
                                        "\n",
                                        "\x01",
                                        "\x1f",
                                        "\x7f",
                                        "\xC3\xBC",
                                        "\xE4\xBC\x9A",
                                        "\xF0\x9F\x98\x80",
                                        "\xEF\xBF\xBD",
                                        " ",
                                        "{",
                                        "}",
                                        ","};
    struct buf b = {.arena = arena};

    for (uint64_t n = 1 + seed_below(&seed, 20); n > 0; n--)
        buf_add(&b, slice_of(signs[seed_below(&seed, COUNT(signs))]));
    return buf_slice(&b);
}

static struct slice
random_body(void)
{
    struct buf b = {.arena = arena};

    buf_add_char(&b, '{');
    for (uint64_t n = seed_below(&seed, 5); n > 0; n--) {
        json_add_comma(&b);
        json_add_text(&b, arena_print(arena, "k%d", (int)n));
        buf_add(&b, S(":[{\"t\":"));
        json_add_text(&b, random_text());
        buf_add(&b, S("},"));
        json_add_int(&b, (int64_t)seed_next(&seed));
        buf_add_char(&b, ']');
    }
    buf_add_char(&b, '}');
    return buf_slice(&b);
}

static void
any_leaf_comes_back_as_it_was(void **state)
{
    (void)state;
    for (int round = 0; round < 2000; round++) {
        struct leaf leaf = {
            .seq = 1 + (int64_t)(seed_next(&seed) >> 1 & 0xffffffffff),
            .id = S(ID),
            .kind = random_text(),
            .kind_version = 1 + (int64_t)seed_below(&seed, 99),
            .subject = random_text(),
            .on = (int32_t)seed_below(&seed, (uint64_t)DAY_MAX),
            .at_ms = (int64_t)seed_below(&seed, (uint64_t)DAY_MAX * 86400000),
            .actor = random_text(),
        };
        struct leaf got;

        if (round % 2 == 0)
            leaf.mends_entry = S(OTHER);
        if (round % 4 == 0)
            leaf.mends_reason = random_text();
        if (round % 8 == 0)
            leaf.mends_paper = S("");
        if (round % 3 == 0)
            leaf.signed_hex = S(HEX64);
        if (round % 5 != 0)
            leaf.body = random_body();
        assert_int_equal(leaf_decode(&got, arena, encoded(&leaf)), V_OK);
        same_leaf(&got, &leaf);
        arena_reset(arena);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_the_golden_lines),     cmocka_unit_test(reads_the_golden_lines),
        cmocka_unit_test(escapes_as_rfc_8785_says),    cmocka_unit_test(refuses_what_is_almost_a_line),
        cmocka_unit_test(every_byte_of_a_line_counts), cmocka_unit_test(any_leaf_comes_back_as_it_was),
    };

    seed = seed_open("ledger/leaf");
    return cmocka_run_group_tests_name("ledger/leaf", tests, arena_setup, arena_teardown);
}

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
#define CAPITALS64 "AA112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
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

#define KIND "\"kind\":\"a\",\"kind_version\":1,\"subject\":\"s\","
#define HEAD "{\"v\":1,\"seq\":1,\"id\":\"" ID "\"," KIND
#define WHEN "\"on\":\"2023-06-30\",\"at\":\"2023-06-30T08:00:00.123Z\",\"actor\":\"clock\""
#define WITH(v, seq, id, kind, version)                                                                                \
    "{\"v\":" v ",\"seq\":" seq ",\"id\":\"" id "\",\"kind\":" kind ",\"kind_version\":" version                       \
    ",\"subject\":\"s\"," WHEN "}"

static void
refuses_what_is_almost_a_line(void **state)
{
    static const struct {
        const char *why, *line;
    } cases[] = {
        {"empty",                                                                                ""                               },
        {"a list",                                                                               "[]"                             },
        {"an empty object",                                                                      "{}"                             },
        {"white space",                                                                          HEAD WHEN " }"                   },
        {"a newline behind",                                                                     HEAD WHEN "}\n"                  },
        {"a space before",                                                                       " " HEAD WHEN "}"                },
        {"an unknown member",                                                                    HEAD WHEN ",\"x\":1}"            },
        {"a member twice",                                                                       HEAD WHEN ",\"actor\":\"clock\"}"},
        {"another version",                                                                      WITH("2",                          "1", ID, "\"a\"", "1")},
        {"no version",                                                                                    "{\"seq\":1,\"id\":\"" ID "\"," KIND WHEN "}"                                                                                                             },
        {"members exchanged",                                                                                      "{\"seq\":1,\"v\":1,\"id\":\"" ID "\"," KIND WHEN "}"                                                                                                           },
        {"seq 0",                                                                                      WITH("1","0", ID, "\"a\"", "1")},
        {"seq as text",                                                                                      WITH("1",      "\"1\"", ID, "\"a\"", "1")},
        {"seq with a fraction",                                                                                   WITH("1",                                                                                                                           "1.0", ID, "\"a\"", "1")},
        {"an id in capitals",                                                                                  WITH("1",                                                                                                                   "1", "01890A5D-AC96-774B-BCCE-B302099A8057", "\"a\"", "1")},
        {"no kind","{\"v\":1,\"seq\":1,\"id\":\"" ID "\",\"kind_version\":1,\"subject\":\"s\"," WHEN "}"             },
        {"an empty kind",                                                                               WITH("1",                                                                                                            "1", ID, "\"\"", "1")},
        {"kind version 0",                                                                  WITH("1",         "1", ID, "\"a\"", "0")},
        {"an escape too many",                                                                                    WITH("1",                                                                                                              "1", ID, "\"\\u0061\"", "1")},
        {"an escaped slash",                                                                                      WITH("1",                                                                                                     "1", ID, "\"a\\/\"", "1")},
        {"an escape in capitals",                                                                                   WITH("1","1", ID, "\"a\\u000B\"", "1")},
        {"a day that is none",                                                                                  HEAD "\"on\":\"2023-06-31\",\"at\":\"2023-06-30T08:00:00.123Z\",\"actor\":\"clock\"}"                                                                                                                  },
        {"no milliseconds",         HEAD "\"on\":\"2023-06-30\",\"at\":\"2023-06-30T08:00:00Z\",\"actor\":\"clock\"}"                            },
        {"another zone",HEAD "\"on\":\"2023-06-30\",\"at\":\"2023-06-30T16:00:00.123+08:00\",\"actor\":\"clock\"}"},
        {"no actor",                                                                                HEAD "\"on\":\"2023-06-30\",\"at\":\"2023-06-30T08:00:00.123Z\"}"                                                                                                            },
        {"mends without entry",                                                                       HEAD WHEN ",\"mends\":{\"reason\":\"r\"}}"                              },
        {"mends as text",                                                                                    HEAD WHEN ",\"mends\":\"" OTHER "\"}"                                                                                                             },
        {"mends empty",                                                                                      HEAD WHEN ",\"mends\":{}}"                                                                                                   },
        {"mends no id",                                                                                   HEAD WHEN ",\"mends\":{\"entry\":\"e\"}}"    },
        {"mends turned round",                                                                                  HEAD WHEN ",\"mends\":{\"reason\":\"r\",\"entry\":\"" OTHER "\"}}"                                                                                                                  },
        {"mends with more",HEAD WHEN ",\"mends\":{\"entry\":\"" OTHER "\",\"x\":1}}"},
        {"signed too short",                                                                            HEAD WHEN ",\"signed\":\"00\"}"                                                                                                        },
        {"signed in capitals",                                                                HEAD WHEN ",\"signed\":\"" CAPITALS64 "\"}"      },
        {"signed as number",                                                                                    HEAD WHEN ",\"signed\":1}"                                                                                                      },
        {"a body before signed",                                                                                      HEAD WHEN ",\"body\":{},\"signed\":\"" HEX64 "\"}"                                                                                                   },
        {"a body that is a list",                                                                                      HEAD WHEN ",\"body\":[]}"},
        {"a body that is text",                                                                                      HEAD WHEN ",\"body\":\"\"}"                                                                             },
        {"a body with a space",                                                                                      HEAD WHEN ",\"body\":{ }}"                                                                                                                                                                                           },
        {"a truth in the body",                                                                                      HEAD WHEN ",\"body\":{\"a\":true}}"},
        {"a null in the body",                                                                                      HEAD WHEN ",\"body\":{\"a\":null}}"                                                                          },
        {"a null deep in it",                                                                                      HEAD WHEN ",\"body\":{\"a\":[{\"b\":null}],\"c\":1}}"},
        {"minus zero",                                                                                      HEAD WHEN ",\"body\":{\"a\":-0}}"       },
        {"an exponent",                                                                                      HEAD WHEN ",\"body\":{\"a\":1e2}}"                                                                                               },
        {"an escaped body key",                                                                                      HEAD WHEN ",\"body\":{\"\\u0061\":1}}"},
        {"two documents",                                                                                      HEAD WHEN "}{}"                                                                                                                                                                                   },
    };
    struct leaf got;

    (void)state;
    assert_int_equal(leaf_decode(&got, arena, S(HEAD WHEN "}")), V_OK);
    assert_int_equal(leaf_decode(&got, arena, S(WITH("1", "1", ID, "\"a\"", "1"))), V_OK);
    for (size_t i = 0; i < COUNT(cases); i++)
        if (leaf_decode(&got, arena, slice_of(cases[i].line)) != V_BROKEN)
            fail_msg("accepted: %s", cases[i].why);
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

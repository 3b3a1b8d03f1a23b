/*
 * Which passwords are refused, and what the refusal says.
 * Knows the rule that is shipped; must not know accounts.
 * Invariant: no refusal repeats the password.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "crowd.h"

#define TEN "0123456789"
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN

static const struct {
    const char *password;
    enum verdict want; /* of the problem */
} rows[] = {
    {CROWD_PASSWORD,                                   V_OK          },
    {"tr0ub4dor&3xy",                                  V_OK          },
    {"绍兴越城柯桥上虞诸暨嵊州",                       V_OK          },
    {"x" HUNDRED TEN TEN "abcdefg",                    V_OK          }, /* 128 */
    {"",                                               V_FIELD_LENGTH},
    {"elevensigns",                                    V_FIELD_LENGTH},
    {"绍兴越城柯桥上虞诸暨嵊",                         V_FIELD_LENGTH},
    {"x" HUNDRED TEN TEN "abcdefgh",                   V_FIELD_LENGTH},
    {"123456789012",                                   V_FIELD_FORM  }, /* numbers alone */
    {"999999194910010015",                             V_FIELD_FORM  },
    {"1990-01-01 1990",                                V_FIELD_FORM  },
    {"Password123456",                                 V_FIELD_FORM  },
    {"!!!PassWord!!!!!",                               V_FIELD_FORM  },
    {"2023Shaoxing2023",                               V_FIELD_FORM  },
    {"qwertyuiop123",                                  V_FIELD_FORM  },
    {"zhou19900101",                                   V_FIELD_FORM  }, /* the login */
    {"ZHOU.ZHOU.ZHOU",                                 V_OK          },
    {"aaaaaaaaaaaaaa",                                 V_FIELD_FORM  }, /* too few different signs */
    {"abababababcd",                                   V_FIELD_FORM  },
    {"我的密码1234567890",                             V_FIELD_FORM  },
};

static void
refuses_what_is_short_common_or_the_login(void **state)
{
    struct crowd *c = *state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct problems problems = {.arena = c->arena};
        struct slice password = password_normal(c->arena, slice_of(rows[i].password));
        enum verdict got = password_check(&problems, &c->passwords, S("/new_password"), password, S("zhou"));

        if (got != (rows[i].want == V_OK ? V_OK : V_FIELDS_WRONG))
            fail_msg("row %zu: %s", i, verdict_row(got)->name);
        assert_int_equal(problems.count, rows[i].want != V_OK);
        if (rows[i].want == V_OK)
            continue;
        assert_int_equal(problems.first->verdict, rows[i].want);
        assert_true(slice_equal(problems.first->pointer, S("/new_password")));
        assert_false(holds(problems.first->en, slice_of(rows[i].password)));
        assert_false(holds(problems.first->zh, slice_of(rows[i].password)));
    }
}

static void
takes_one_password_typed_in_two_ways_for_the_same(void **state)
{
    struct crowd *c = *state;
    struct slice wide = password_normal(c->arena, slice_of("ｆｏｕｒ　ｂｌｕｅ　ｈｏｒｓｅｓ")); /* full-width */
    struct slice bytes = password_normal(c->arena, S("\xff\xfe not text"));

    assert_true(slice_equal(wide, S(CROWD_PASSWORD)));
    assert_true(slice_equal(bytes, S("\xff\xfe not text")));
}

static void
gives_a_copy_that_may_be_wiped(void **state)
{
    struct crowd *c = *state;
    char typed[] = "  four blue horses ";
    struct slice normal = password_normal(c->arena, slice_of(typed));

    assert_true(slice_equal(normal, S(CROWD_PASSWORD)));
    wipe((char *)normal.at, normal.len);
    assert_string_equal(typed, "  four blue horses ");
}

static void
reads_no_rule_that_is_incomplete(void **state)
{
    static const char *const documents[] = {
        "",
        "[]",
        "{}",
        "{\"length_min\":12,\"length_max\":128,\"signs_min\":5}",
        "{\"length_min\":12,\"length_max\":11,\"signs_min\":5,\"common\":[]}",
        "{\"length_min\":0,\"length_max\":128,\"signs_min\":5,\"common\":[]}",
        "{\"length_min\":\"12\",\"length_max\":128,\"signs_min\":5,\"common\":[]}",
        "{\"length_min\":12,\"length_max\":128,\"signs_min\":5,\"common\":[1]}",
        "{\"length_min\":12,\"length_max\":128,\"signs_min\":5,\"common\":[\"\"]}",
    };
    struct crowd *c = *state;
    struct password_rule rule;
    enum log_level before = log_level_min;

    log_level_min = LOG_ERROR + 1;
    for (size_t i = 0; i < COUNT(documents); i++)
        assert_int_equal(password_rule_read(&rule, c->arena, slice_of(documents[i])), V_BROKEN);
    log_level_min = before;
    assert_int_equal(password_rule_read(&rule, c->arena,
                                        S("{\"length_min\":1,\"length_max\":1,\"signs_min\":1,\"common\":[]}")),
                     V_OK);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, crowd_setup, crowd_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(refuses_what_is_short_common_or_the_login),
        TEST(takes_one_password_typed_in_two_ways_for_the_same),
        TEST(gives_a_copy_that_may_be_wiped),
        TEST(reads_no_rule_that_is_incomplete),
    };

    return cmocka_run_group_tests_name("edge/password", tests, NULL, NULL);
}

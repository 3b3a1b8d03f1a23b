/*
 * Money: sums, products and shares.
 * Knows python3's unbounded integers as judge; must not know how the product is made.
 * Invariant tested: the answer is exact or there is none.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <inttypes.h>

#include "oracle.h"
#include "seed.h"

static void
rounds_half_away_from_zero_or_cuts(void **state)
{
    static const struct {
        int64_t a, b, c, half_up, down;
    } cases[] = {
        {5,          1,         2,         3,          2         },
        {-5,         1,         2,         -3,         -2        },
        {7,          1,         3,         2,          2         },
        {8,          1,         3,         3,          2         },
        {-8,         1,         3,         -3,         -2        },
        {1,          1,         2,         1,          0         },
        {-1,         1,         2,         -1,         0         },
        {0,          INT64_MAX, 1,         0,          0         },
        {20000000,   34500,     1000000,   690000,     690000    }, /* 3.45 % of 200,000 yuan */
        {MONEY_MAX,  1,         1,         MONEY_MAX,  MONEY_MAX },
        {-MONEY_MAX, INT64_MAX, INT64_MAX, -MONEY_MAX, -MONEY_MAX},
    };
    int64_t got;

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_true(money_mul_div(&got, cases[i].a, cases[i].b, cases[i].c, ROUND_HALF_UP));
        assert_int_equal(got, cases[i].half_up);
        assert_true(money_mul_div(&got, cases[i].a, cases[i].b, cases[i].c, ROUND_DOWN));
        assert_int_equal(got, cases[i].down);
    }
}

static void
refuses_what_leaves_its_range(void **state)
{
    int64_t got = 77;

    (void)state;
    assert_false(money_mul_div(&got, 1, 1, 0, ROUND_DOWN));
    assert_false(money_mul_div(&got, 1, 1, -1, ROUND_DOWN));
    assert_false(money_mul_div(&got, MONEY_MAX + 1, 1, 1, ROUND_DOWN));
    assert_false(money_mul_div(&got, -MONEY_MAX - 1, 1, 1, ROUND_DOWN));
    assert_false(money_mul_div(&got, INT64_MIN, INT64_MIN, 1, ROUND_HALF_UP));
    /* Half a fen over the edge: down stays inside, half up leaves. */
    assert_true(money_mul_div(&got, MONEY_MAX * 2 + 1, 1, 2, ROUND_DOWN));
    assert_int_equal(got, MONEY_MAX);
    got = 77;
    assert_false(money_mul_div(&got, MONEY_MAX * 2 + 1, 1, 2, ROUND_HALF_UP));
    assert_false(money_add(&got, MONEY_MAX, 1));
    assert_false(money_add(&got, -MONEY_MAX, -1));
    assert_false(money_add(&got, INT64_MAX, INT64_MAX));
    assert_false(money_add(&got, INT64_MIN, INT64_MIN));
    assert_int_equal(got, 77);
    assert_true(money_add(&got, MONEY_MAX, -MONEY_MAX));
    assert_int_equal(got, 0);
    assert_true(money_add(&got, MONEY_MAX - 1, 1));
    assert_int_equal(got, MONEY_MAX);
}

static int64_t
any_number(struct seed *s)
{
    static const int64_t edges[] = {
        0,
        1,
        -1,
        2,
        3,
        1000000,
        MONEY_MAX,
        -MONEY_MAX,
        MONEY_MAX + 1,
        INT64_MAX,
        INT64_MIN,
        INT64_MAX - 1,
        INT64_MIN + 1,
    };

    if (seed_below(s, 4) == 0)
        return edges[seed_below(s, COUNT(edges))];
    return (int64_t)seed_next(s) >> seed_below(s, 64);
}

/* Lines of "a b c rounding answer", which python3 computes again with integers of any size. */
static void
agrees_with_python_on_any_numbers(void **state)
{
    static const char judge[] = "import sys\n"
                                "M=9000000000000000\n"
                                "for l in open(sys.argv[1]):\n"
                                "    f=l.split(); a,b,c,r=map(int,f[:4])\n"
                                "    w='none'\n"
                                "    if c>0:\n"
                                "        q,m=divmod(abs(a*b),c)\n"
                                "        if r and 2*m>=c: q+=1\n"
                                "        if a*b<0: q=-q\n"
                                "        if -M<=q<=M: w=str(q)\n"
                                "    if w!=f[4]: print(l,w)\n";
    struct seed seed = seed_open("agrees_with_python_on_any_numbers");
    struct buf b = {.arena = *state};
    const char *folder;
    struct slice out;

    if (!oracle_there(*state, "python3"))
        skip();
    for (int i = 0; i < 20000; i++) {
        int64_t x = any_number(&seed), y = any_number(&seed), z = any_number(&seed), got;
        enum rounding r = i % 2 == 0 ? ROUND_DOWN : ROUND_HALF_UP;

        buf_print(&b, "%" PRId64 " %" PRId64 " %" PRId64 " %d ", x, y, z, r == ROUND_HALF_UP);
        if (money_mul_div(&got, x, y, z, r))
            buf_print(&b, "%" PRId64 "\n", got);
        else
            buf_print(&b, "none\n");
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

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rounds_half_away_from_zero_or_cuts),
        cmocka_unit_test(refuses_what_leaves_its_range),
        cmocka_unit_test_setup_teardown(agrees_with_python_on_any_numbers, arena_setup, arena_teardown),
    };

    return cmocka_run_group_tests_name("base/money", tests, NULL, NULL);
}

/*
 * Sums, products and shares of fen.
 * Knows whole numbers; must not know what they count or in which unit they are shown.
 * Invariant: no result ever leaves +-MONEY_MAX, and nothing between a and a * b / c is cut off.
 */
#include "ventured/base.h"

static bool
within(int64_t v)
{
    return v >= -MONEY_MAX && v <= MONEY_MAX;
}

bool
money_mul_div(int64_t *out, int64_t a, int64_t b, int64_t c, enum rounding r)
{
    __extension__ __int128 quotient = a, left;

    if (c <= 0)
        return false;
    quotient *= b; /* at most 2^126, so it cannot overflow */
    left = quotient % c;
    quotient /= c;
    if (r == ROUND_HALF_UP && (left < 0 ? -left : left) * 2 >= c)
        quotient += left < 0 ? -1 : 1;
    if (quotient < -MONEY_MAX || quotient > MONEY_MAX)
        return false;
    *out = (int64_t)quotient;
    return true;
}

bool
money_add(int64_t *out, int64_t a, int64_t b)
{
    int64_t sum;

    if (__builtin_add_overflow(a, b, &sum) || !within(sum))
        return false;
    *out = sum;
    return true;
}

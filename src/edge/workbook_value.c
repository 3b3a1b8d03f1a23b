/*
 * Reads the values of cells by their digits.
 * Knows decimal text, serial days and format codes; must not know where a value stands.
 * Invariant: a value is written in one way only, whatever program wrote the workbook.
 */
#include <string.h>
#include <strings.h>

#include "workbook_value.h"

#define EXPONENT_MAX 400 /* beyond what any such program can hold */
#define ZEROS_MAX 30
#define DAY_THAT_NEVER_WAS 60 /* 1900-02-29 in the count from 1900 */

/* ---- numbers ----------------------------------------------------------------------------------------------------- */

/* 0.d1d2d3... times ten to the power of `point`; d1 is not 0. One digit more than are kept, by which to round. */
struct decimal {
    bool minus;
    char digits[VALUE_DIGITS_MAX + 1];
    size_t count;
    int64_t point;
};

static bool
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static void
add_digit(struct decimal *d, char digit, bool behind_point)
{
    if (d->count == 0 && digit == '0') {
        d->point -= behind_point;
        return;
    }
    if (d->count < sizeof d->digits)
        d->digits[d->count++] = digit;
    d->point += !behind_point;
}

static bool
read_exponent(struct decimal *d, struct slice text)
{
    bool plus = text.len > 1 && text.at[0] == '+' && is_digit(text.at[1]);
    int64_t exponent;

    if (!slice_to_int(&exponent, slice_sub(text, plus, text.len)))
        return false;
    d->point += exponent;
    return exponent >= -EXPONENT_MAX && exponent <= EXPONENT_MAX;
}

static bool
decimal_read(struct decimal *d, struct slice text)
{
    bool signed_one = text.len > 0 && (text.at[0] == '-' || text.at[0] == '+'), behind_point = false;
    size_t i = signed_one, digits = 0;

    *d = (struct decimal){.minus = signed_one && text.at[0] == '-'};
    for (; i < text.len && (is_digit(text.at[i]) || text.at[i] == '.'); i++) {
        if (text.at[i] == '.' && behind_point)
            return false;
        if (text.at[i] == '.') {
            behind_point = true;
            continue;
        }
        add_digit(d, text.at[i], behind_point);
        digits++;
    }
    if (digits == 0)
        return false;
    if (i == text.len)
        return true;
    return (text.at[i] == 'E' || text.at[i] == 'e') && read_exponent(d, slice_sub(text, i + 1, text.len));
}

/* To VALUE_DIGITS_MAX digits; zeros at the end are nobody's. */
static void
decimal_round(struct decimal *d)
{
    bool up = d->count > VALUE_DIGITS_MAX && d->digits[VALUE_DIGITS_MAX] >= '5';

    if (d->count > VALUE_DIGITS_MAX)
        d->count = VALUE_DIGITS_MAX;
    while (up && d->count > 0 && d->digits[d->count - 1] == '9')
        d->count--; /* it becomes a zero at the end */
    if (up && d->count > 0)
        d->digits[d->count - 1]++;
    if (up && d->count == 0) {
        d->digits[d->count++] = '1';
        d->point++;
    }
    while (d->count > 0 && d->digits[d->count - 1] == '0')
        d->count--;
}

/* `point` and `count` are within their bounds. */
static struct slice
decimal_write(struct arena *a, const struct decimal *d)
{
    char at[VALUE_DIGITS_MAX + ZEROS_MAX + 4], *to = at;
    int64_t first = d->point > 0 ? 0 : d->point - 1; /* the places of the digits, counted from d1, which is 0 */
    int64_t end = d->point > (int64_t)d->count ? d->point : (int64_t)d->count;

    if (d->count == 0)
        return S("0");
    if (d->minus)
        *to++ = '-';
    for (int64_t i = first; i < end; i++) {
        if (i == d->point)
            *to++ = '.';
        *to++ = i >= 0 && i < (int64_t)d->count ? d->digits[i] : '0';
    }
    return arena_copy(a, (struct slice){at, (size_t)(to - at)});
}

enum value_end
value_number(struct slice *out, struct arena *a, struct slice text)
{
    struct decimal d;

    if (!decimal_read(&d, text))
        return VALUE_BROKEN;
    decimal_round(&d);
    if (d.count > 0 && (d.point > VALUE_DIGITS_MAX || d.point < -ZEROS_MAX))
        return VALUE_LONG;
    *out = decimal_write(a, &d);
    return VALUE_DONE;
}

/* ---- days -------------------------------------------------------------------------------------------------------- */

enum value_end
value_day(char out[DAY_TEXT_SIZE], struct slice number, bool from_1904)
{
    int32_t first = DAY_MIN; /* 1900-01-01, which is 1 */
    int64_t serial, day;

    if (!slice_to_int(&serial, number) || serial < !from_1904 || (!from_1904 && serial == DAY_THAT_NEVER_WAS))
        return VALUE_NO_DAY;
    if (from_1904)
        day_make(&first, 1904, 1, 1); /* which is 0 */
    day = first + serial - !from_1904 - (!from_1904 && serial > DAY_THAT_NEVER_WAS);
    if (day > DAY_MAX)
        return VALUE_NO_DAY;
    day_print(out, (int32_t)day);
    return VALUE_DONE;
}

/* [h], [mm] and [ss]: hours, minutes and seconds passed, whose letters count. */
static bool
elapsed(struct slice code)
{
    size_t i = 1;

    while (i < code.len && strchr("hHmMsS", code.at[i]) != NULL)
        i++;
    return i > 1 && i < code.len && code.at[i] == ']';
}

/* How much of a code stands for itself or is said in brackets, and so is no letter of a day: a text in quotes, a
 * colour, a condition, a sign behind a backslash, _ or *, the word General, the E of an exponent. 0: its first sign
 * counts. */
static size_t
passed_over(struct slice code)
{
    static const struct slice general = S_INIT("General");
    char first = code.at[0], second = code.len > 1 ? code.at[1] : '\0';
    size_t end;

    if (first == '\\' || first == '_' || first == '*')
        return 2;
    if ((first == 'e' || first == 'E') && (second == '+' || second == '-'))
        return 2;
    if (code.len >= general.len && strncasecmp(code.at, general.at, general.len) == 0)
        return general.len;
    if ((first != '"' && first != '[') || elapsed(code))
        return 0;
    return slice_find(&end, slice_sub(code, 1, code.len), first == '"' ? '"' : ']') ? end + 2 : code.len;
}

enum value_form
value_form(struct slice code)
{
    bool day = false, month = false, time = false;

    while (code.len > 0) {
        size_t passed = passed_over(code);

        if (passed == 0) {
            day = day || strchr("yYdDeEbB", code.at[0]) != NULL;
            month = month || strchr("mM", code.at[0]) != NULL;
            time = time || strchr("hHsS", code.at[0]) != NULL;
        }
        code = slice_sub(code, passed == 0 ? 1 : passed, code.len);
    }
    /* An m alone is a month, beside hours or seconds it is minutes. */
    if (day || (month && !time))
        return VALUE_DAY;
    return time ? VALUE_TIME : VALUE_NUMBER;
}

/* ---- texts ------------------------------------------------------------------------------------------------------- */

/* A character of the Basic Multilingual Plane as UTF-8. */
static char *
put_character(char *to, unsigned character)
{
    if (character < 0x80) {
        *to++ = (char)character;
        return to;
    }
    if (character < 0x800) {
        *to++ = (char)(0xc0 | character >> 6);
    } else {
        *to++ = (char)(0xe0 | character >> 12);
        *to++ = (char)(0x80 | (character >> 6 & 0x3f));
    }
    *to++ = (char)(0x80 | (character & 0x3f));
    return to;
}

static int
hex_value(char c)
{
    if (is_digit(c))
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* "_x000D_" at the start of `s`. Neither U+0000 nor half a surrogate pair is a character: they stay as they stand. */
static bool
escaped(unsigned *out, struct slice s)
{
    if (s.len < 7 || s.at[0] != '_' || s.at[1] != 'x' || s.at[6] != '_')
        return false;
    *out = 0;
    for (size_t i = 2; i < 6; i++) {
        int digit = hex_value(s.at[i]);

        if (digit < 0)
            return false;
        *out = *out << 4 | (unsigned)digit;
    }
    return *out != 0 && (*out < 0xd800 || *out > 0xdfff);
}

static bool
is_blank(char c)
{
    return c == ' ' || c == '\t';
}

bool
value_text(struct slice *out, struct arena *a, struct slice text)
{
    char *at = arena_take(a, text.len + 1), *to = at;
    unsigned character;

    for (size_t i = 0; i < text.len;) {
        if (escaped(&character, slice_sub(text, i, text.len))) {
            to = put_character(to, character);
            i += 7;
        } else {
            *to++ = text.at[i++];
        }
    }
    while (to > at && is_blank(to[-1]))
        to--;
    *to = '\0';
    while (is_blank(*at))
        at++;
    *out = (struct slice){at, (size_t)(to - at)};
    return utf8_valid(*out);
}

/*
 * Borrowed bytes: comparing, cutting, and their two spellings, hex and base64.
 * Knows bytes and lengths; must not know characters or who owns the memory.
 * Invariant: no function here writes to its input or reads behind its end.
 */
#include <string.h>

#include "ventured/base.h"

struct slice
slice_of(const char *text)
{
    return (struct slice){text, text == NULL ? 0 : strlen(text)};
}

struct slice
slice_sub(struct slice s, size_t from, size_t len)
{
    if (s.at == NULL)
        return s;
    if (from > s.len)
        from = s.len;
    if (len > s.len - from)
        len = s.len - from;
    return (struct slice){s.at + from, len};
}

bool
slice_equal(struct slice a, struct slice b)
{
    if (a.len != b.len)
        return false;
    if (a.len == 0)
        return (a.at == NULL) == (b.at == NULL);
    return memcmp(a.at, b.at, a.len) == 0;
}

int
slice_compare(struct slice a, struct slice b)
{
    size_t shared = a.len < b.len ? a.len : b.len;
    int order = shared == 0 ? 0 : memcmp(a.at, b.at, shared);

    if (order != 0)
        return order < 0 ? -1 : 1;
    return (a.len > b.len) - (a.len < b.len);
}

bool
slice_starts(struct slice s, struct slice prefix)
{
    if (prefix.len > s.len)
        return false;
    return prefix.len == 0 || memcmp(s.at, prefix.at, prefix.len) == 0;
}

bool
slice_find(size_t *out, struct slice s, char c)
{
    const char *found = s.len == 0 ? NULL : memchr(s.at, c, s.len);

    if (found == NULL)
        return false;
    *out = (size_t)(found - s.at);
    return true;
}

struct slice
slice_cut(struct slice *rest, struct slice s, char c)
{
    size_t at;

    if (!slice_find(&at, s, c)) {
        *rest = (struct slice){0};
        return s;
    }
    *rest = (struct slice){s.at + at + 1, s.len - at - 1};
    return (struct slice){s.at, at};
}

bool
slice_to_int(int64_t *out, struct slice s)
{
    bool minus = s.len > 0 && s.at[0] == '-';
    size_t i = minus ? 1 : 0;
    int64_t n = 0;

    if (i == s.len)
        return false;
    /* Counted downwards, because the least number has no positive counterpart. */
    for (; i < s.len; i++) {
        if (s.at[i] < '0' || s.at[i] > '9')
            return false;
        if (__builtin_mul_overflow(n, (int64_t)10, &n))
            return false;
        if (__builtin_sub_overflow(n, (int64_t)(s.at[i] - '0'), &n))
            return false;
    }
    if (!minus && n == INT64_MIN)
        return false;
    *out = minus ? n : -n;
    return true;
}

struct slice
hex_encode(struct arena *a, struct slice bytes)
{
    static const char digits[] = "0123456789abcdef";
    char *at = arena_take(a, bytes.len * 2 + 1);

    for (size_t i = 0; i < bytes.len; i++) {
        unsigned char byte = (unsigned char)bytes.at[i];

        at[2 * i] = digits[byte >> 4];
        at[2 * i + 1] = digits[byte & 15];
    }
    return (struct slice){at, bytes.len * 2};
}

static int
hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return -1;
}

bool
hex_decode(struct slice *out, struct arena *a, struct slice text)
{
    char *at;

    if (text.at == NULL || text.len % 2 != 0)
        return false;
    at = arena_take(a, text.len / 2 + 1);
    for (size_t i = 0; i < text.len / 2; i++) {
        int high = hex_digit(text.at[2 * i]);
        int low = hex_digit(text.at[2 * i + 1]);

        if (high < 0 || low < 0)
            return false;
        at[i] = (char)(high << 4 | low);
    }
    *out = (struct slice){at, text.len / 2};
    return true;
}

struct slice
base64_encode(struct arena *a, struct slice bytes)
{
    static const char signs[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t groups = (bytes.len + 2) / 3;
    char *at = arena_take(a, groups * 4 + 1);
    char *to = at;

    for (size_t i = 0; i < bytes.len; i += 3, to += 4) {
        size_t left = bytes.len - i;
        unsigned bits = (unsigned)(unsigned char)bytes.at[i] << 16;

        if (left > 1)
            bits |= (unsigned)(unsigned char)bytes.at[i + 1] << 8;
        if (left > 2)
            bits |= (unsigned char)bytes.at[i + 2];
        to[0] = signs[bits >> 18];
        to[1] = signs[bits >> 12 & 63];
        to[2] = left > 1 ? signs[bits >> 6 & 63] : '=';
        to[3] = left > 2 ? signs[bits & 63] : '=';
    }
    return (struct slice){at, groups * 4};
}

static int
base64_sign(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    if (c == '+')
        return 62;
    return c == '/' ? 63 : -1;
}

/* Adds up four signs, of which the last `padding` are absent; -1 where one is none. */
static int
base64_group(const char *from, size_t padding)
{
    int bits = 0;

    for (size_t i = 0; i < 4; i++) {
        int sign = i < 4 - padding ? base64_sign(from[i]) : 0;

        if (sign < 0)
            return -1;
        bits = bits << 6 | sign;
    }
    return bits;
}

bool
base64_decode(struct slice *out, struct arena *a, struct slice text)
{
    size_t padding = 0;
    char *at, *to;

    if (text.at == NULL || text.len % 4 != 0)
        return false;
    if (text.len > 0 && text.at[text.len - 1] == '=')
        padding = text.at[text.len - 2] == '=' ? 2 : 1;
    at = to = arena_take(a, text.len / 4 * 3 + 1);
    for (size_t i = 0; i < text.len; i += 4) {
        size_t missing = i + 4 == text.len ? padding : 0;
        int bits = base64_group(text.at + i, missing);

        /* Bits behind the end must be zero, so that a byte string has one spelling only. */
        if (bits < 0 || (bits & ((1 << 8 * missing) - 1)) != 0)
            return false;
        *to++ = (char)(bits >> 16);
        *to++ = (char)(bits >> 8 & 255);
        *to++ = (char)(bits & 255);
    }
    *out = (struct slice){at, text.len / 4 * 3 - padding};
    at[out->len] = '\0';
    return true;
}

/*
 * Text: valid UTF-8, its normal form, and patterns over it.
 * Knows Unicode through utf8proc and patterns through PCRE2; must not know which field a text fills.
 * Invariant: text that passed utf8_valid has no U+0000 and means the same to every engine and library.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <pthread.h>
#include <string.h>
#include <utf8proc.h>

#include "ventured/base.h"

/* Schema patterns need some dozens of steps; a text that needs more is built to hurt. */
#define MATCH_STEPS_MAX 20000
#define HIGH_BITS UINT64_C(0x8080808080808080)

/* Length of the character at `at`, 0 where it is none. RFC 3629: the second byte's range keeps out overlong forms,
 * surrogates and what lies beyond U+10FFFF. */
static size_t
character_size(const unsigned char *at, size_t left)
{
    unsigned char low = 0x80, high = 0xbf;
    size_t size;

    if (at[0] < 0x80)
        return at[0] != 0;
    if (at[0] < 0xc2 || at[0] > 0xf4)
        return 0;
    size = at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : 4;
    if (left < size)
        return 0;
    if (at[0] == 0xe0)
        low = 0xa0;
    else if (at[0] == 0xf0)
        low = 0x90;
    else if (at[0] == 0xed)
        high = 0x9f;
    else if (at[0] == 0xf4)
        high = 0x8f;
    if (at[1] < low || at[1] > high)
        return 0;
    for (size_t i = 2; i < size; i++)
        if (at[i] < 0x80 || at[i] > 0xbf)
            return 0;
    return size;
}

size_t
utf8_prefix(struct slice s)
{
    const unsigned char *at = (const unsigned char *)s.at;
    size_t size;

    slice_find(&s.len, s, '\0'); /* what lies behind one is not looked at */
    for (size_t i = 0; i < s.len; i += size) {
        uint64_t eight;

        if (s.len - i >= sizeof eight) {
            memcpy(&eight, at + i, sizeof eight);
            if ((eight & HIGH_BITS) == 0) {
                size = sizeof eight;
                continue;
            }
        }
        size = character_size(at + i, s.len - i);
        if (size == 0)
            return i;
    }
    return s.len;
}

bool
utf8_valid(struct slice s)
{
    return utf8_prefix(s) == s.len;
}

size_t
utf8_length(struct slice s)
{
    size_t length = 0;

    for (size_t i = 0; i < s.len; i++)
        length += ((unsigned char)s.at[i] & 0xc0) != 0x80;
    return length;
}

size_t
text_width(struct slice s)
{
    size_t width = 0;

    for (size_t i = 0; i < s.len;) {
        utf8proc_int32_t character;
        utf8proc_ssize_t size =
            utf8proc_iterate((const utf8proc_uint8_t *)s.at + i, (utf8proc_ssize_t)(s.len - i), &character);

        assert(size > 0);
        width += (size_t)utf8proc_charwidth(character);
        i += (size_t)size;
    }
    return width;
}

static bool
ascii(struct slice s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.at[i] >= 0x80)
            return false;
    return true;
}

/* White space that is left after NFKC, which makes all other kinds U+0020. */
static const char *const spaces[] = {
    " ", "\t", "\n", "\v", "\f", "\r", "\xc2\x85", "\xe1\x9a\x80", "\xe2\x80\xa8", "\xe2\x80\xa9",
};

static bool
ends(struct slice s, struct slice suffix)
{
    return s.len >= suffix.len && memcmp(s.at + s.len - suffix.len, suffix.at, suffix.len) == 0;
}

static struct slice
trim(struct slice s)
{
    for (size_t i = 0; i < COUNT(spaces);) {
        struct slice space = slice_of(spaces[i]);

        if (slice_starts(s, space))
            s = slice_sub(s, space.len, s.len);
        else if (ends(s, space))
            s.len -= space.len;
        else {
            i++;
            continue;
        }
        i = 0;
    }
    return s;
}

bool
text_normal(struct slice *out, struct arena *a, struct slice s)
{
    const utf8proc_option_t nfkc = UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT;
    const utf8proc_uint8_t *at = (const utf8proc_uint8_t *)s.at;
    utf8proc_ssize_t len;
    utf8proc_int32_t *points;

    if (s.at == NULL || !utf8_valid(s))
        return false;
    if (ascii(s)) {
        *out = trim(s);
        return true;
    }
    len = utf8proc_decompose(at, (utf8proc_ssize_t)s.len, NULL, 0, nfkc);
    if (len < 0)
        return false;
    points = NEW_ARRAY(a, utf8proc_int32_t, (size_t)len + 1);
    len = utf8proc_decompose(at, (utf8proc_ssize_t)s.len, points, len, nfkc);
    if (len >= 0)
        len = utf8proc_reencode(points, len, nfkc); /* in place: a code point never takes more than its four bytes */
    if (len < 0)
        return false;
    *out = trim((struct slice){(const char *)points, (size_t)len});
    return true;
}

/* One for all patterns and threads: it is only read after it was made. */
static pcre2_match_context *match_limits;
static pthread_once_t match_limits_once = PTHREAD_ONCE_INIT;

static void
match_limits_make(void)
{
    match_limits = pcre2_match_context_create(NULL);
    assert(match_limits != NULL);
    pcre2_set_match_limit(match_limits, MATCH_STEPS_MAX);
}

/* A struct pattern is PCRE2's code under another name; the struct itself is never defined. */
struct pattern *
pattern_open(const char *source)
{
    int error;
    size_t where;
    pcre2_code *code =
        pcre2_compile((PCRE2_SPTR)source, PCRE2_ZERO_TERMINATED,
                      PCRE2_UTF | PCRE2_ANCHORED | PCRE2_ENDANCHORED | PCRE2_NEVER_BACKSLASH_C, &error, &where, NULL);

    if (code == NULL)
        log_write(LOG_ERROR, "pattern_wrong", "offset=%zu code=%d", where, error);
    assert(code != NULL);
    pthread_once(&match_limits_once, match_limits_make);
    return (struct pattern *)code;
}

void
pattern_close(struct pattern *p)
{
    pcre2_code_free((pcre2_code *)p);
}

bool
pattern_matches(const struct pattern *p, struct slice s)
{
    const pcre2_code *code = (const pcre2_code *)p;
    pcre2_match_data *match;
    int got;

    if (s.at == NULL)
        return false;
    match = pcre2_match_data_create(1, NULL);
    assert(match != NULL);
    got = pcre2_match(code, (PCRE2_SPTR)s.at, s.len, 0, 0, match, match_limits);
    pcre2_match_data_free(match);
    if (got == PCRE2_ERROR_MATCHLIMIT)
        log_write(LOG_WARN, "pattern_limit", "bytes=%zu steps=%d", s.len, MATCH_STEPS_MAX);
    return got >= 0;
}

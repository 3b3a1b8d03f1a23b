/*
 * Decodes UTF-8 and GB18030, this one through iconv of the C library.
 * Knows bytes and characters; must not know rows or cells.
 * Invariant: every descriptor of iconv's is closed before return.
 */
#include <errno.h>
#include <iconv.h>

#include "charset.h"

#define BYTE_ORDER_MARK S("\xEF\xBB\xBF")

static struct slice
without_mark(struct slice text)
{
    return slice_starts(text, BYTE_ORDER_MARK) ? slice_sub(text, BYTE_ORDER_MARK.len, text.len) : text;
}

static bool
decode_utf8(struct slice *out, struct arena *a, struct slice bytes)
{
    size_t valid = utf8_prefix(bytes);

    (void)a;
    *out = slice_sub(bytes, 0, valid);
    return valid == bytes.len;
}

/* GB18030 has its ASCII for itself alone: a byte below 0x30 is never a part of another character, so what was read up
 * to a bad byte is whole rows. The C library's table is that of 2005, which names characters that older tables put
 * into the private use area; codes that it knows no character for are refused. */
static bool
decode_gb18030(struct slice *out, struct arena *a, struct slice bytes)
{
    iconv_t to_utf8 = iconv_open("UTF-8", "GB18030");
    size_t room = bytes.len * 2; /* two bytes may become four (FE51 is U+20087), no character grows more than that */
    char *from = (char *)bytes.at, *at = arena_take(a, room), *to = at;
    size_t left = bytes.len;
    bool whole;

    *out = slice_sub(bytes, 0, 0);
    if (to_utf8 == (iconv_t)-1) {
        log_write(LOG_ERROR, "gb18030_missing", "errno=%d", errno);
        return false;
    }
    slice_find(&left, bytes, '\0'); /* what lies behind one is not looked at */
    whole = iconv(to_utf8, &from, &left, &to, &room) == 0 && from == bytes.at + bytes.len;
    iconv_close(to_utf8);
    *out = whole ? (struct slice){at, (size_t)(to - at)} : slice_sub(bytes, 0, (size_t)(from - bytes.at));
    return whole;
}

static bool (*const decoders[])(struct slice *out, struct arena *a, struct slice bytes) = {
    [CHARSET_UTF8] = decode_utf8,
    [CHARSET_GB18030] = decode_gb18030,
};

bool
charset_decode(struct slice *out, struct arena *a, struct slice bytes, enum charset c)
{
    enum charset first = c == CHARSET_GUESS ? CHARSET_UTF8 : c, last = c == CHARSET_GUESS ? CHARSET_GB18030 : c;
    struct slice read = {bytes.at, 0};

    *out = read;
    for (enum charset each = first; each <= last; each++) {
        if (decoders[each](&read, a, bytes)) {
            *out = without_mark(read);
            return true;
        }
        if (read.len >= out->len)
            *out = read;
    }
    return false;
}

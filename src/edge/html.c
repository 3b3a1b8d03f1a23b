/*
 * Escapes text for a page.
 * Knows five signs and the control characters; must not decide where a text goes.
 * Invariant: what comes out holds none of < > " ' and no & but its own.
 */
#include "html.h"

#define REPLACEMENT S("\xef\xbf\xbd")

/* U+0000 to U+001F but tab and line feed, U+007F, and U+0080 to U+009F, which begin with C2. */
static bool
is_control(const unsigned char *at)
{
    return (at[0] < ' ' && at[0] != '\n' && at[0] != '\t') || at[0] == 0x7f || (at[0] == 0xc2 && at[1] < 0xa0);
}

static void
add_sign(struct buf *b, char sign)
{
    switch (sign) {
    case '&':
        buf_add(b, S("&amp;"));
        return;
    case '<':
        buf_add(b, S("&lt;"));
        return;
    case '>':
        buf_add(b, S("&gt;"));
        return;
    case '"':
        buf_add(b, S("&quot;"));
        return;
    case '\'':
        buf_add(b, S("&#39;"));
        return;
    default:
        buf_add_char(b, sign);
    }
}

void
html_add(struct buf *b, struct slice text)
{
    if (!utf8_valid(text)) {
        buf_add(b, REPLACEMENT);
        return;
    }
    for (size_t i = 0; i < text.len; i++) {
        const unsigned char *at = (const unsigned char *)text.at + i;

        if (!is_control(at)) {
            add_sign(b, text.at[i]);
            continue;
        }
        buf_add(b, REPLACEMENT);
        i += at[0] == 0xc2;
    }
}

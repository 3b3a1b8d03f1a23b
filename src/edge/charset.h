/*
 * Text from bytes that people bring: UTF-8, or GB18030 as Chinese offices save it.
 * Knows two encodings, the second through iconv behind edge/charset.c; must not know what a text says.
 * Invariant: what comes out is valid UTF-8, and no byte was guessed, replaced or left out but a byte order mark.
 */
#ifndef VENTURED_EDGE_CHARSET_H
#define VENTURED_EDGE_CHARSET_H

#include "ventured/base.h"

enum charset {
    CHARSET_GUESS,   /* UTF-8 where the bytes are valid as such, else GB18030 */
    CHARSET_UTF8,    /* RFC 3629 */
    CHARSET_GB18030, /* and with it GBK and GB 2312, which it contains */
};

/* The text lives in `a`, at most twice as long as the bytes, or is a part of them. False where the bytes are in no
 * encoding that `c` allows: `out` is then what stands before the first byte that none of them can read. */
bool charset_decode(struct slice *out, struct arena *a, struct slice bytes, enum charset c);

#endif

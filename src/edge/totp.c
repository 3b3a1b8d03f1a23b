/*
 * One-time codes by liboath.
 * Knows HMAC-SHA-1 codes and their address form; must not keep a secret.
 * Invariant: all steps of the window are compared, each in constant time.
 */
#include <liboath/oath.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "totp.h"
#include "ventured/crypto.h"

#define WINDOW 1 /* steps either way, for clocks that differ and fingers that are slow (RFC 6238 section 5.2) */

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void
begin(void)
{
    int got = oath_init();

    assert(got == OATH_OK);
}

void
totp_code(char out[TOTP_DIGITS_MAX + 1], struct slice secret, int64_t step, unsigned digits)
{
    int got;

    assert(step >= 0);
    assert(digits >= TOTP_DIGITS);
    assert(digits <= TOTP_DIGITS_MAX);
    pthread_once(&once, begin);
    got = oath_hotp_generate(secret.at, secret.len, (uint64_t)step, digits, false, OATH_HOTP_DYNAMIC_TRUNCATION, out);
    assert(got == OATH_OK);
}

bool
totp_check(int64_t *out, struct slice secret, struct slice code, int64_t now_s, int64_t used)
{
    int64_t now = now_s / TOTP_STEP_S;
    bool right = false;

    assert(now_s >= TOTP_STEP_S * WINDOW);
    for (int64_t step = now - WINDOW; step <= now + WINDOW; step++) {
        char want[TOTP_DIGITS_MAX + 1];
        bool same;

        totp_code(want, secret, step, TOTP_DIGITS);
        same = bytes_equal(slice_of(want), code);
        wipe(want, sizeof want);
        if (same && step > used && !right) {
            *out = step;
            right = true;
        }
    }
    return right;
}

/* RFC 3986 section 2.3: all but unreserved characters are escaped. */
static void
add_escaped(struct buf *b, struct slice s)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

    for (size_t i = 0; i < s.len; i++) {
        if (memchr(plain, s.at[i], sizeof plain - 1) != NULL)
            buf_add_char(b, s.at[i]);
        else
            buf_print(b, "%%%02X", (unsigned char)s.at[i]);
    }
}

struct slice
totp_uri(struct arena *a, struct slice issuer, struct slice login, struct slice secret)
{
    struct buf b = {.arena = a};
    char *text = NULL;
    size_t len;
    int got = oath_base32_encode(secret.at, secret.len, &text, &len);

    assert(got == OATH_OK);
    while (len > 0 && text[len - 1] == '=')
        len--;
    buf_add(&b, S("otpauth://totp/"));
    add_escaped(&b, issuer);
    buf_add_char(&b, ':');
    add_escaped(&b, login);
    buf_add(&b, S("?secret="));
    buf_add(&b, (struct slice){text, len});
    buf_add(&b, S("&issuer="));
    add_escaped(&b, issuer);
    buf_print(&b, "&algorithm=SHA1&digits=%d&period=%d", TOTP_DIGITS, TOTP_STEP_S);
    wipe(text, len);
    free(text);
    return buf_slice(&b);
}

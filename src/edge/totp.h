/*
 * Time-based one-time codes: the second factor of people.
 * Knows secrets, steps and codes; must not know whose they are or which step was used last.
 * Invariant: a code of a step that is not later than the last one used is never right.
 */
#ifndef VENTURED_EDGE_TOTP_H
#define VENTURED_EDGE_TOTP_H

#include "ventured/base.h"

#define TOTP_SECRET_SIZE 20 /* bytes, as RFC 4226 section 4 recommends for HMAC-SHA-1 */
#define TOTP_STEP_S 30
#define TOTP_DIGITS 6
#define TOTP_DIGITS_MAX 8

/* The code of one step (RFC 6238 section 4, HMAC-SHA-1), NUL-terminated. `digits` is 6 to 8, `step` at least 0. */
void totp_code(char out[TOTP_DIGITS_MAX + 1], struct slice secret, int64_t step, unsigned digits);

/* Whether `code` is that of the step of `now_s` (seconds since 1970), of the one before or the one after, and of a step
 * later than `used`; `out` is that step. Takes the same time whatever the answer. */
bool totp_check(int64_t *out, struct slice secret, struct slice code, int64_t now_s, int64_t used);

/* otpauth://totp/ISSUER:LOGIN?secret=...&issuer=...: what an authenticator reads, a secret as a whole. */
struct slice totp_uri(struct arena *a, struct slice issuer, struct slice login, struct slice secret);

#endif

/*
 * Slips: the code on a piece of paper by which an applicant looks at a loan without an account.
 * Knows codes, their keyed hashes and how often somebody may try; must not know a loan.
 * Invariant: a code is in memory while it is handed out or tried, and nowhere else: neither in a table nor in the log.
 */
#ifndef VENTURED_EDGE_SLIP_H
#define VENTURED_EDGE_SLIP_H

#include "delay.h"

#define SLIP_SIGNS 16              /* of five bits: 80 random ones */
#define SLIP_TEXT_SIZE (SLIP_SIGNS + 4) /* "XXXX-XXXX-XXXX-XXXX" and NUL */

/* A new code, in the signs of Crockford's base 32 (no I, L, O, U), in fours. */
void slip_make(char out[SLIP_TEXT_SIZE]);

/* What somebody typed as it is printed: small letters count, I and L as 1, O as 0; hyphens and blanks, also as a form
 * sends them, do not. False where it is no code; `out` is one then too, but nobody's. */
bool slip_read(char out[SLIP_TEXT_SIZE], struct slice text);

/* Hands out a code, as slip_make gives it; the one before it is worth nothing from then on. On a writer. */
enum verdict slip_put(struct db *db, const struct vault *v, struct slice loan, struct slice code, int64_t now_ms);

/* Whose the code is that somebody typed. V_NONE for a wrong, an unknown, a replaced one alike, after the same work. */
enum verdict slip_find(struct slice *loan, struct db *db, const struct vault *v, struct arena *a, struct slice typed);

/* Must whoever tries wait first, because of what was tried from that address, or by everybody? V_LOGIN_LATER with the
 * seconds. */
enum verdict slip_wait(int64_t *wait_s, struct db *db, const struct vault *v, struct arena *a, struct slice address,
                       int64_t now_ms);

/* Counts a try that found nothing; inside a transaction. */
enum verdict slip_failed(struct db *db, const struct vault *v, struct arena *a, struct slice address, int64_t now_ms);

#endif

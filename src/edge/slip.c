/*
 * Makes, hands out and looks up slips.
 * Knows Crockford's signs and the registry key's MAC; must not log a code, nor tell one failure from another.
 * Invariant: a code is looked up by its MAC alone, so the table gives none away and a hit takes no longer to compare.
 */
#include <string.h>

#include "slip.h"
#include "sql.h"

#define MINUTE_MS (INT64_C(60) * 1000)
#define SIGN_BITS 5
#define GROUP 4

static const char signs[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/* A counter's whole queue may share an address. What all may try together only slows whoever guesses at 80 bits: others
 * never wait for long because of it. */
static const struct delay_rule per_address = {
    .free = 10, .first_ms = 1000, .most_ms = 15 * MINUTE_MS, .quiet_ms = 60 * MINUTE_MS};
static const struct delay_rule in_all = {.free = 1000, .first_ms = 500, .most_ms = 5000, .quiet_ms = 10 * MINUTE_MS};

/* ---- codes ----------------------------------------------------------------------------------------------------- */

/* The n-th sign of a code stands behind the hyphens of the groups before it. */
static size_t
place_of(size_t n)
{
    return n + n / GROUP;
}

static void
blank(char out[SLIP_TEXT_SIZE])
{
    memset(out, '-', SLIP_TEXT_SIZE - 1);
    out[SLIP_TEXT_SIZE - 1] = '\0';
}

void
slip_make(char out[SLIP_TEXT_SIZE])
{
    unsigned char random[SLIP_SIGNS * SIGN_BITS / 8];

    random_bytes(random, sizeof random);
    blank(out);
    for (size_t n = 0; n < SLIP_SIGNS; n++) {
        size_t bit = n * SIGN_BITS, byte = bit / 8;
        unsigned pair = (unsigned)random[byte] << 8 | (byte + 1 < sizeof random ? random[byte + 1] : 0U);

        out[place_of(n)] = signs[pair >> (16 - SIGN_BITS - bit % 8) & 31];
    }
    wipe(random, sizeof random);
}

/* As it is printed, or NUL where it is none of the signs. */
static char
sign_of(char typed)
{
    static const char lookalikes[] = "IL1O0";
    char large = typed >= 'a' && typed <= 'z' ? (char)(typed - 'a' + 'A') : typed;

    if (large != '\0' && strchr(lookalikes, large) != NULL)
        return strchr("O0", large) != NULL ? '0' : '1';
    return large != '\0' && strchr(signs, large) != NULL ? large : '\0';
}

/* How many bytes of it are a gap between signs; 0 for none. A form sends a blank as a plus. */
static size_t
gap_len(struct slice s)
{
    if (slice_starts(s, S("%20")))
        return 3;
    return s.len > 0 && strchr("-+ ", s.at[0]) != NULL && s.at[0] != '\0';
}

bool
slip_read(char out[SLIP_TEXT_SIZE], struct slice text)
{
    size_t n = 0;

    blank(out);
    while (text.len > 0) {
        size_t gap = gap_len(text);
        char sign = gap > 0 ? '-' : sign_of(text.at[0]);

        if (sign == '\0' || (gap == 0 && n == SLIP_SIGNS))
            break;
        if (gap == 0)
            out[place_of(n++)] = sign;
        text = slice_sub(text, gap > 0 ? gap : 1, text.len);
    }
    if (n == SLIP_SIGNS && text.len == 0)
        return true;
    blank(out);
    return false;
}

/* ---- the table ------------------------------------------------------------------------------------------------- */

/* Under the registry key, which is never replaced: a slip outlives a rotation. A body that is kept by the same key is a
 * JSON object, and this is none. */
static struct hash
code_hash(const struct vault *v, const char code[SLIP_TEXT_SIZE])
{
    char text[sizeof "slip:" + SLIP_TEXT_SIZE];
    struct slice whole = {text, sizeof "slip:" - 1 + SLIP_TEXT_SIZE - 1};
    struct hash h;

    memcpy(text, "slip:", sizeof "slip:" - 1);
    memcpy(text + sizeof "slip:" - 1, code, SLIP_TEXT_SIZE);
    h = vault_mac(v, whole);
    wipe(text, sizeof text);
    return h;
}

enum verdict
slip_put(struct db *db, const struct vault *v, struct slice loan, struct slice code, int64_t now_ms)
{
    char text[SLIP_TEXT_SIZE];
    struct hash h;
    bool read = slip_read(text, code);

    assert(read);
    h = code_hash(v, text);
    wipe(text, sizeof text);
    return sql_slip_put(db, loan, hash_slice(&h), now_ms);
}

enum verdict
slip_find(struct slice *loan, struct db *db, const struct vault *v, struct arena *a, struct slice typed)
{
    struct sql_slip_find row;
    char text[SLIP_TEXT_SIZE];
    struct hash h;

    slip_read(text, typed);
    h = code_hash(v, text);
    wipe(text, sizeof text);
    TRY(sql_slip_find(&row, db, a, hash_slice(&h)));
    *loan = row.loan;
    return V_OK;
}

/* ---- tries ----------------------------------------------------------------------------------------------------- */

static struct hash
name_of_all(const struct vault *v)
{
    return vault_blind(v, S("slip_address"), S("all"));
}

enum verdict
slip_wait(int64_t *wait_s, struct db *db, const struct vault *v, struct arena *a, struct slice address,
          int64_t now_ms)
{
    struct hash of_address = delay_address(v, a, S("slip_address"), address), of_all = name_of_all(v);
    int64_t address_ms, all_ms, wait_ms;

    TRY(delay_left(&address_ms, db, a, &per_address, &of_address, now_ms));
    TRY(delay_left(&all_ms, db, a, &in_all, &of_all, now_ms));
    wait_ms = address_ms > all_ms ? address_ms : all_ms;
    *wait_s = (wait_ms + 999) / 1000;
    return wait_ms > 0 ? V_LOGIN_LATER : V_OK;
}

enum verdict
slip_failed(struct db *db, const struct vault *v, struct arena *a, struct slice address, int64_t now_ms)
{
    struct hash of_address = delay_address(v, a, S("slip_address"), address), of_all = name_of_all(v);

    TRY(delay_add(db, a, &per_address, &of_address, now_ms));
    return delay_add(db, a, &in_all, &of_all, now_ms);
}

/*
 * Floor 0: bytes, money, days, identifiers and the log.
 * Knows no SQL, no HTTP and no registry; every other floor may include it.
 * Invariant: memory has three owners (process, connection, request) and only an arena hands it out.
 */
#ifndef VENTURED_BASE_H
#define VENTURED_BASE_H

#include <assert.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ventured/verdict.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Implication, as in a contract: where `a` holds, `b` must. */
#define ERGO(a, b) (!(a) || (b))

/* Returns from the caller with the verdict of `call` unless it is V_OK. The one macro with hidden control flow:
 * permitted because nothing in this program needs cleaning up on the way out. */
#define TRY(call)                     \
    do {                              \
        enum verdict got_ = (call);   \
        if (got_ != V_OK)             \
            return got_;              \
    } while (0)

/* ---- slices: borrowed bytes, never freed ------------------------------------------------------------------- */

/* `at` NULL means absent, which is not the same as empty. Not NUL-terminated. */
struct slice {
    const char *at;
    size_t len;
};

#define S(literal) ((struct slice){(literal), sizeof(literal) - 1})
/* The same for the initialisers of static tables, where ISO C wants constants. */
#define S_INIT(literal) {(literal), sizeof(literal) - 1}
#define SLICE_FMT "%.*s"
#define SLICE_ARG(s) (int)(s).len, (s).at

struct slice slice_of(const char *text);
struct slice slice_sub(struct slice s, size_t from, size_t len); /* what lies beyond the end is left out */
bool slice_equal(struct slice a, struct slice b);                /* absent equals absent only, not "" */
int slice_compare(struct slice a, struct slice b); /* bytewise, then by length: the order of both engines */
bool slice_starts(struct slice s, struct slice prefix);
bool slice_find(size_t *out, struct slice s, char c);

/* Splits off what stands before the first `c`; `rest` becomes what follows it, or absent where there is no `c`. */
struct slice slice_cut(struct slice *rest, struct slice s, char c);

/* Decimal digits with an optional leading minus, nothing else, within int64_t. */
bool slice_to_int(int64_t *out, struct slice s);

/* ---- arenas: the only malloc ------------------------------------------------------------------------------- */

/* An arena reserves its whole address range when it is opened, so taking memory from it cannot fail. Input is
 * bounded before it reaches an arena; running past the end is therefore a bug and ends the process. */
struct arena;

struct arena *arena_open(size_t size_max);
void arena_close(struct arena *a);
void arena_reset(struct arena *a);
size_t arena_used(const struct arena *a);
void *arena_take(struct arena *a, size_t size); /* zeroed, aligned for any object */
struct slice arena_copy(struct arena *a, struct slice s); /* the copy is NUL-terminated behind its end */
struct slice arena_print(struct arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Room for one more item behind `count` of them: `at` as it is, or a copy of twice the size where it is full (`at` NULL
 * and `size` 0 to begin with, then `first` items). */
void *arena_grow(struct arena *a, void *at, size_t count, size_t *size, size_t item_size, size_t first);

#define NEW(a, type) ((type *)arena_take((a), sizeof(type)))
#define NEW_ARRAY(a, type, n) ((type *)arena_take((a), sizeof(type) * (n)))

/* Growable bytes inside an arena. Start with {.arena = a}. */
struct buf {
    struct arena *arena;
    char *at;
    size_t len, size;
};

void buf_add(struct buf *b, struct slice s);
void buf_add_char(struct buf *b, char c);
void buf_print(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
struct slice buf_slice(const struct buf *b); /* never absent */

/* ---- text ---------------------------------------------------------------------------------------------------- */

struct slice hex_encode(struct arena *a, struct slice bytes); /* lower case */
bool hex_decode(struct slice *out, struct arena *a, struct slice text); /* lower case only */
struct slice base64_encode(struct arena *a, struct slice bytes);
bool base64_decode(struct slice *out, struct arena *a, struct slice text); /* RFC 4648 section 4, padding required */

bool utf8_valid(struct slice s);        /* RFC 3629, and no U+0000 */
size_t utf8_prefix(struct slice s);     /* bytes from the start on that are valid so */
size_t utf8_length(struct slice s);     /* in code points; `s` must be valid */
size_t text_width(struct slice s);      /* columns of a terminal: a Han character takes two; `s` must be valid */
/* Unicode NFKC with outer white space removed; codes and names are compared and indexed in this form. False where `s`
 * is not valid. The result may borrow from `s`. */
bool text_normal(struct slice *out, struct arena *a, struct slice s);

/* A compiled PCRE2 pattern, anchored at both ends, UTF-8, with a match limit. Patterns come from schema files only:
 * one that does not compile is a bug. */
struct pattern;
struct pattern *pattern_open(const char *source);
void pattern_close(struct pattern *p);
bool pattern_matches(const struct pattern *p, struct slice s);

/* ---- money: int64_t fen, rates in parts per million ------------------------------------------------------- */

#define MONEY_MAX INT64_C(9000000000000000)

enum rounding { ROUND_DOWN, ROUND_HALF_UP };

/* a * b / c through 128 bits. False where c <= 0 or the quotient is outside +-MONEY_MAX. HALF_UP rounds half away
 * from zero, DOWN towards zero. */
bool money_mul_div(int64_t *out, int64_t a, int64_t b, int64_t c, enum rounding r);
bool money_add(int64_t *out, int64_t a, int64_t b); /* false outside +-MONEY_MAX */

/* ---- time: `on` is a local day, `at` is UTC milliseconds ----------------------------------------------------- */

/* Days since 1970-01-01 in the proleptic Gregorian calendar; valid from 1900-01-01 to 9999-12-31. */
#define DAY_MIN INT32_C(-25567)
#define DAY_MAX INT32_C(2932896)
#define DAY_TEXT_SIZE 11 /* "2023-06-30" and NUL */
#define AT_TEXT_SIZE 25  /* "2023-06-30T08:00:00.123Z" and NUL */

bool day_parse(int32_t *out, struct slice s); /* strictly YYYY-MM-DD */
void day_print(char out[DAY_TEXT_SIZE], int32_t day);
void day_split(int32_t day, int *year, int *month, int *day_of_month);
int day_year(int32_t day);
bool day_make(int32_t *out, int year, int month, int day_of_month);

/* The local day of a moment. China has kept UTC+8 without summer time since 1992; nothing recorded is older. */
int32_t day_local(int64_t at_ms);
void at_print(char out[AT_TEXT_SIZE], int64_t at_ms); /* RFC 3339 UTC with exactly three decimals */
bool at_parse(int64_t *out_ms, struct slice s);       /* strictly what at_print writes */

/* The wall clock in milliseconds, and a clock that never goes back. Tests replace both. */
struct clock {
    int64_t (*wall_ms)(void);
    int64_t (*steady_ms)(void);
};
extern struct clock the_clock;

/* ---- identifiers --------------------------------------------------------------------------------------------- */

#define UUID_TEXT_SIZE 37

void uuid7_make(char out[UUID_TEXT_SIZE]); /* RFC 9562 section 5.7, rising within one process */
bool uuid_valid(struct slice s);           /* lower-case 8-4-4-4-12, any version */

/* GB 11643: 18 characters, a real birth date, ISO 7064 MOD 11-2 check character (upper-case X). */
bool resident_id_valid(struct slice s);
/* GB 32100-2015: 18 signs of the 31-sign alphabet, weights 3^i mod 31, check (31 - sum mod 31) mod 31. */
bool credit_code_valid(struct slice s);
/* "330602********1234": how an identity number may be shown: of n characters the first n/3 (at most 6) and the last n/4
 * (at most 4). Shorter than 8 characters: stars only. */
struct slice identity_mask(struct arena *a, struct slice s);

/* ---- the log: one line an event, key=value, on standard error ---------------------------------------------- */

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

/* `pairs` is printf for "key=%s key=%lld": values must be free of personal data and secrets; the writer quotes
 * nothing, so text from outside goes through log_quote. The current thread's request id is added where one is set. */
void log_write(enum log_level level, const char *event, const char *pairs, ...) __attribute__((format(printf, 3, 4)));
const char *log_quote(struct arena *a, struct slice s);
void log_request_id(const char *id); /* NULL clears; the pointer is borrowed */
extern enum log_level log_level_min;

#endif

/*
 * Identifiers: those this program makes and those the state gives to people and firms.
 * Knows their forms and check characters; must not know whether anyone bears them.
 * Invariant: an identity number is only looked at or masked here, never kept or logged.
 */
#include <stdatomic.h>
#include <string.h>

#include "ventured/crypto.h"

/* The 48 bits of milliseconds and the 12 bits of counter of the last UUID, as one number that only rises: a counter
 * that runs over borrows the next millisecond, which RFC 9562 section 6.2 permits. */
static _Atomic uint64_t uuid7_last;

static uint64_t
uuid7_rise(uint64_t least)
{
    uint64_t last = atomic_load(&uuid7_last);
    uint64_t next;

    do
        next = last < least ? least : last + 1;
    while (!atomic_compare_exchange_weak(&uuid7_last, &last, next));
    return next;
}

void
uuid7_make(char out[UUID_TEXT_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    unsigned char bytes[16];
    uint64_t rising;
    size_t to = 0;

    random_bytes(bytes, sizeof bytes);
    /* The counter starts in its lower half, so that it seldom runs over. */
    rising = uuid7_rise((uint64_t)the_clock.wall_ms() << 12 | ((uint64_t)bytes[6] << 8 & 0x700) | bytes[7]);
    for (size_t i = 0; i < 6; i++)
        bytes[i] = (unsigned char)(rising >> (52 - 8 * i));
    bytes[6] = (unsigned char)(0x70 | (rising >> 8 & 15));
    bytes[7] = (unsigned char)rising;
    bytes[8] = (unsigned char)(0x80 | (bytes[8] & 63));
    for (size_t i = 0; i < sizeof bytes; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            out[to++] = '-';
        out[to++] = digits[bytes[i] >> 4];
        out[to++] = digits[bytes[i] & 15];
    }
    out[to] = '\0';
    assert(to == UUID_TEXT_SIZE - 1);
}

struct slice
uuid8_of(struct arena *a, const struct slice *parts, size_t count)
{
    struct hash h = sha256(parts, count);
    struct slice hex;

    h.at[6] = (unsigned char)((h.at[6] & 0x0f) | 0x80);
    h.at[8] = (unsigned char)((h.at[8] & 0x3f) | 0x80);
    hex = hex_encode(a, slice_sub(hash_slice(&h), 0, 16));
    return arena_print(a, "%.8s-%.4s-%.4s-%.4s-%.12s", hex.at, hex.at + 8, hex.at + 12, hex.at + 16, hex.at + 20);
}

bool
uuid_valid(struct slice s)
{
    static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

    if (s.len != UUID_TEXT_SIZE - 1)
        return false;
    for (size_t i = 0; i < s.len; i++) {
        bool digit = (s.at[i] >= '0' && s.at[i] <= '9') || (s.at[i] >= 'a' && s.at[i] <= 'f');

        if (form[i] == 'x' ? !digit : s.at[i] != '-')
            return false;
    }
    return true;
}

bool
resident_id_valid(struct slice s)
{
    static const int weights[] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    static const char checks[] = "10X98765432";
    int n[17];
    int sum = 0;
    int32_t birth;

    if (s.len != 18)
        return false;
    for (size_t i = 0; i < COUNT(n); i++) {
        if (s.at[i] < '0' || s.at[i] > '9')
            return false;
        n[i] = s.at[i] - '0';
        sum += n[i] * weights[i];
    }
    if (s.at[17] != checks[sum % 11])
        return false;
    return day_make(&birth, n[6] * 1000 + n[7] * 100 + n[8] * 10 + n[9], n[10] * 10 + n[11], n[12] * 10 + n[13]);
}

bool
credit_code_valid(struct slice s)
{
    static const char signs[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    int sum = 0, weight = 1;

    if (s.len != 18)
        return false;
    for (size_t i = 0; i < 18; i++) {
        const char *sign = memchr(signs, s.at[i], sizeof signs - 1);
        int value;

        if (sign == NULL)
            return false;
        value = (int)(sign - signs);
        if (i == 17)
            return value == (31 - sum % 31) % 31;
        sum += value * weight;
        weight = weight * 3 % 31;
    }
    return false;
}

/* Byte offset of the character with this number. */
static size_t
character_at(struct slice s, size_t number)
{
    size_t i = 0;

    while (i < s.len && number > 0) {
        i++;
        while (i < s.len && ((unsigned char)s.at[i] & 0xc0) == 0x80)
            i++;
        number--;
    }
    return i;
}

struct slice
identity_mask(struct arena *a, struct slice s)
{
    size_t length = utf8_valid(s) ? utf8_length(s) : 0;
    size_t head = 0, tail = 0;
    struct buf b = {.arena = a};

    /* A third and a quarter, which is 6 and 4 of 18, and leaves shorter documents more than half covered too. */
    if (length >= 8) {
        head = length / 3 < 6 ? length / 3 : 6;
        tail = length / 4 < 4 ? length / 4 : 4;
    }
    if (length == 0)
        length = s.len;
    buf_add(&b, slice_sub(s, 0, character_at(s, head)));
    for (size_t i = head; i < length - tail; i++)
        buf_add_char(&b, '*');
    if (tail > 0)
        buf_add(&b, slice_sub(s, character_at(s, length - tail), s.len));
    return buf_slice(&b);
}

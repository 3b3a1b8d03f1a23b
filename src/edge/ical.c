/*
 * Writes content lines of a calendar.
 * Knows the 75 octets of RFC 5545 section 3.1; must not know any property.
 * Invariant: taking away every CR LF with the blank behind it gives the line as it was before it was folded.
 */
#include "ical.h"

#define LINE_MAX 75

/* Bytes 10xxxxxx are never the first of a character (RFC 3629). */
static bool
is_within(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

/* The blank that begins a folded line is one of its octets. */
static void
add_folded(struct buf *b, struct slice line)
{
    size_t room = LINE_MAX;

    while (line.len > room) {
        size_t len = room;

        while (len > 1 && is_within(line.at[len]))
            len--;
        buf_add(b, slice_sub(line, 0, len));
        buf_add(b, S("\r\n "));
        line = slice_sub(line, len, line.len);
        room = LINE_MAX - 1;
    }
    buf_add(b, line);
    buf_add(b, S("\r\n"));
}

void
ical_add(struct buf *b, const char *head, struct slice value)
{
    add_folded(b, arena_print(b->arena, "%s" SLICE_FMT, head, SLICE_ARG(value)));
}

void
ical_add_text(struct buf *b, const char *head, struct slice text)
{
    struct buf escaped = {.arena = b->arena};

    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.at[i];

        if (c == '\n')
            buf_add(&escaped, S("\\n"));
        if (c < ' ' || c == 0x7f)
            continue;
        if (c == '\\' || c == ';' || c == ',')
            buf_add_char(&escaped, '\\');
        buf_add_char(&escaped, (char)c);
    }
    ical_add(b, head, buf_slice(&escaped));
}

/* "2023-05-31" or "2023-06-30T02:00:00" without its signs. */
static struct slice
without_signs(struct arena *a, struct slice text)
{
    struct buf b = {.arena = a};

    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] != '-' && text.at[i] != ':')
            buf_add_char(&b, text.at[i]);
    return buf_slice(&b);
}

void
ical_add_day(struct buf *b, const char *head, int32_t day)
{
    char text[DAY_TEXT_SIZE];

    day_print(text, day);
    ical_add(b, head, without_signs(b->arena, slice_of(text)));
}

void
ical_add_time(struct buf *b, const char *head, int64_t at_ms)
{
    char text[AT_TEXT_SIZE];
    struct slice fraction, seconds;

    at_print(text, at_ms);
    seconds = slice_cut(&fraction, slice_of(text), '.');
    ical_add(b, head, arena_print(b->arena, SLICE_FMT "Z", SLICE_ARG(without_signs(b->arena, seconds))));
}

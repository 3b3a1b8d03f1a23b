/*
 * The log: one line an event on standard error.
 * Knows levels, the thread's request id and how to make outside text harmless; must not know what the events mean.
 * Invariant: an event is one line and one write(2), so lines of several threads never mix.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ventured/base.h"

/* PIPE_BUF on Linux: up to here a write to a pipe is not torn. */
#define LINE_SIZE 4096
/* More of a text from outside than this tells nothing new. */
#define QUOTED_MAX 512

static const char *const level_names[] = {"debug", "info", "warn", "error"};
static _Thread_local const char *request_id;

enum log_level log_level_min = LOG_INFO;

void
log_request_id(const char *id)
{
    request_id = id;
}

/* Adds to a line of LINE_SIZE, leaving room for its newline; what does not fit is left out. */
static size_t __attribute__((format(printf, 3, 0))) line_add(char *line, size_t used, const char *format, va_list args)
{
    int len = vsnprintf(line + used, LINE_SIZE - 1 - used, format, args);

    if (len < 0)
        return used;
    return used + (size_t)len < LINE_SIZE - 2 ? used + (size_t)len : LINE_SIZE - 2;
}

static size_t __attribute__((format(printf, 3, 4))) line_print(char *line, size_t used, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    used = line_add(line, used, format, args);
    va_end(args);
    return used;
}

void
log_write(enum log_level level, const char *event, const char *pairs, ...)
{
    char line[LINE_SIZE], at[AT_TEXT_SIZE];
    size_t used;
    va_list args;

    if (level < log_level_min)
        return;
    at_print(at, the_clock.wall_ms());
    used = line_print(line, 0, "at=%s level=%s event=%s", at, level_names[level], event);
    if (request_id != NULL)
        used = line_print(line, used, " request=%s", request_id);
    used = line_print(line, used, " ");
    va_start(args, pairs);
    used = line_add(line, used, pairs, args);
    va_end(args);
    for (size_t i = 0; i < used; i++)
        if ((unsigned char)line[i] < ' ' || line[i] == 0x7f)
            line[i] = '?';
    used -= line[used - 1] == ' '; /* an event without pairs */
    line[used++] = '\n';
    /* A log that cannot be written has nowhere to say so. */
    if (write(STDERR_FILENO, line, used) < 0)
        return;
}

/* Length of what starts at `i` and a terminal or a reader of the log could take for more than text; else 0. */
static size_t
harmful(struct slice s, size_t i)
{
    unsigned char byte = (unsigned char)s.at[i];

    /* U+0080 to U+009F, the second set of control characters */
    if (byte == 0xc2 && i + 1 < s.len && (unsigned char)s.at[i + 1] < 0xa0)
        return 2;
    return byte < ' ' || byte == 0x7f;
}

const char *
log_quote(struct arena *a, struct slice s)
{
    struct slice head = slice_sub(s, 0, QUOTED_MAX);
    bool text = utf8_valid(s);
    size_t escape = 0; /* bytes still to be written as \xNN */
    struct buf b = {.arena = a};

    /* A character may have been cut in two at the limit: take bytes off until none is. */
    while (text && head.len < s.len && ((unsigned char)s.at[head.len] & 0xc0) == 0x80)
        head.len--;
    buf_add_char(&b, '"');
    for (size_t i = 0; i < head.len; i++) {
        unsigned char byte = (unsigned char)head.at[i];

        if (escape == 0)
            escape = byte >= 0x80 && !text ? 1 : harmful(head, i);
        if (byte == '"' || byte == '\\')
            buf_add_char(&b, '\\');
        if (escape == 0)
            buf_add_char(&b, (char)byte);
        else
            buf_print(&b, "\\x%02x", byte);
        escape -= escape > 0;
    }
    buf_add(&b, head.len < s.len ? S("...\"") : S("\""));
    buf_add_char(&b, '\0');
    return b.at;
}

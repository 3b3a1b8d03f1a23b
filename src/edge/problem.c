/*
 * Writes problem details.
 * Knows the members of RFC 9457 section 3.1 and ours beside them; must not decide what went wrong.
 * Invariant: the document is one JSON object, whatever the texts hold.
 */
#include "problem.h"

static void
add_text(struct buf *b, const char *key, struct slice text)
{
    json_add_key(b, key);
    json_add_text(b, text);
}

struct slice
verdict_code(struct arena *a, enum verdict v)
{
    struct slice name = slice_of(verdict_row(v)->name);
    struct buf b = {.arena = a};

    for (size_t i = 0; i < name.len; i++)
        buf_add_char(&b, name.at[i] >= 'A' && name.at[i] <= 'Z' ? (char)(name.at[i] - 'A' + 'a') : name.at[i]);
    return buf_slice(&b);
}

static struct slice
first_of(struct slice a, struct slice b)
{
    return a.at != NULL ? a : b;
}

static void
add_errors(struct buf *b, const struct problems *problems)
{
    json_add_key(b, "errors");
    buf_add_char(b, '[');
    for (const struct problem *p = problems->first; p != NULL; p = p->next) {
        json_add_comma(b);
        buf_add_char(b, '{');
        add_text(b, "pointer", p->pointer);
        add_text(b, "verdict", verdict_code(b->arena, p->verdict));
        add_text(b, "detail", p->en);
        add_text(b, "detail_zh", p->zh);
        buf_add_char(b, '}');
    }
    buf_add_char(b, ']');
}

struct slice
problem_write(struct arena *a, const struct problem_document *p)
{
    const struct verdict_row *row = verdict_row(p->verdict);
    const struct problem *first = p->problems != NULL ? p->problems->first : NULL;
    struct slice en = first != NULL ? first->en : slice_of(row->en);
    struct slice zh = first != NULL ? first->zh : slice_of(row->zh);
    struct slice code = verdict_code(a, p->verdict);
    struct buf b = {.arena = a};

    buf_print(&b, "{\"type\":\"/problems/" SLICE_FMT "\"", SLICE_ARG(code));
    add_text(&b, "title", slice_of(row->en));
    json_add_key(&b, "status");
    json_add_int(&b, row->status);
    add_text(&b, "detail", first_of(p->detail, en));
    add_text(&b, "title_zh", slice_of(row->zh));
    add_text(&b, "detail_zh", first_of(p->detail_zh, zh));
    if (p->instance.at != NULL)
        add_text(&b, "instance", p->instance);
    add_text(&b, "verdict", code);
    if (first != NULL)
        add_errors(&b, p->problems);
    buf_add_char(&b, '}');
    return buf_slice(&b);
}

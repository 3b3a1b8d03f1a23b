/*
 * Reads XML through expat.
 * Knows names and depth; must not know which names matter.
 * Invariant: once the end is known, nobody is told anything more.
 */
#include <expat.h>
#include <string.h>

#include "markup.h"

#define NOWHERE (-1)
#define SPACE_MARK '\n' /* no namespace has one: expat refuses it */

struct markup {
    const struct markup_form *form;
    void *context;
    XML_Parser parser;
    enum markup_end end;
    size_t taken, read; /* bytes; read: of those taken, up to the last whole piece of markup or text */
    int outermost;
    int places[MARKUP_DEPTH_MAX + 1]; /* from MARKUP_START to where one is */
    size_t depth;
};

static void
stop(struct markup *m, enum markup_end why)
{
    if (m->end == MARKUP_DONE)
        m->end = why;
    XML_StopParser(m->parser, XML_FALSE);
}

/* The element's own name where its namespace counts. */
static const char *
own_name(const struct markup_form *form, const char *name)
{
    const char *mark = strchr(name, SPACE_MARK);

    for (size_t i = 0; mark != NULL && form->spaces[i] != NULL; i++)
        if (slice_equal(slice_of(form->spaces[i]), (struct slice){name, (size_t)(mark - name)}))
            return mark + 1;
    return NULL;
}

static int
step(const struct markup_form *form, int in, const char *name)
{
    const char *own = in == NOWHERE ? NULL : own_name(form, name);

    for (size_t i = 0; own != NULL && i < form->step_count; i++)
        if (form->steps[i].in == in && strcmp(form->steps[i].name, own) == 0)
            return form->steps[i].to;
    return NOWHERE;
}

static void
on_open(void *context, const char *name, const char **attributes)
{
    struct markup *m = context;
    int place;

    if (m->end != MARKUP_DONE)
        return;
    if (m->depth == MARKUP_DEPTH_MAX) {
        stop(m, MARKUP_DEEP);
        return;
    }
    place = step(m->form, m->places[m->depth], name);
    m->places[++m->depth] = place;
    if (m->depth == 1 && place != m->outermost)
        stop(m, MARKUP_OTHER);
    else if (place != NOWHERE && !m->form->open(m->context, place, (const char *const *)attributes))
        stop(m, MARKUP_STOPPED);
}

static void
on_close(void *context, const char *name)
{
    struct markup *m = context;
    int place;

    (void)name;
    if (m->end != MARKUP_DONE)
        return;
    place = m->places[m->depth--];
    if (place != NOWHERE && !m->form->close(m->context, place))
        stop(m, MARKUP_STOPPED);
}

static void
on_text(void *context, const char *at, int len)
{
    struct markup *m = context;
    int place;

    if (m->end != MARKUP_DONE)
        return;
    place = m->places[m->depth];
    if (place != NOWHERE && !m->form->text(m->context, place, (struct slice){at, (size_t)len}))
        stop(m, MARKUP_STOPPED);
}

static void
on_doctype(void *context, const char *name, const char *system_id, const char *public_id, int has_subset)
{
    (void)name;
    (void)system_id;
    (void)public_id;
    (void)has_subset;
    stop(context, MARKUP_DOCTYPE);
}

struct markup *
markup_open(struct arena *a, const struct markup_form *form, int outermost, void *context)
{
    struct markup *m = NEW(a, struct markup);

    *m = (struct markup){.form = form, .context = context, .outermost = outermost};
    m->parser = XML_ParserCreateNS(NULL, SPACE_MARK);
    assert(m->parser != NULL);
    XML_SetUserData(m->parser, m);
    XML_SetElementHandler(m->parser, on_open, on_close);
    XML_SetCharacterDataHandler(m->parser, on_text);
    XML_SetStartDoctypeDeclHandler(m->parser, on_doctype);
    return m;
}

/* Markup that does not end is kept, and may be read again from its start with every piece: beyond the bound that would
 * cost more than any document is worth. While expat only waits for more, it names no place. */
static bool
too_long(struct markup *m)
{
    XML_Index at = XML_GetCurrentByteIndex(m->parser);

    if (at >= 0)
        m->read = (size_t)at;
    return m->taken - m->read > MARKUP_LENGTH_MAX;
}

bool
markup_take(void *markup, struct slice piece)
{
    struct markup *m = markup;

    if (m->end != MARKUP_DONE)
        return false;
    m->taken += piece.len;
    if (XML_Parse(m->parser, piece.at, (int)piece.len, XML_FALSE) != XML_STATUS_OK)
        stop(m, MARKUP_BROKEN);
    else if (too_long(m))
        stop(m, MARKUP_LONG);
    return m->end == MARKUP_DONE;
}

enum markup_end
markup_close(struct markup *m)
{
    enum markup_end end;

    if (m->end == MARKUP_DONE && XML_Parse(m->parser, "", 0, XML_TRUE) != XML_STATUS_OK)
        stop(m, MARKUP_BROKEN);
    end = m->end;
    XML_ParserFree(m->parser);
    return end;
}

struct slice
markup_attribute(const char *const *attributes, const char *name)
{
    for (; attributes[0] != NULL; attributes += 2)
        if (strcmp(attributes[0], name) == 0)
            return slice_of(attributes[1]);
    return (struct slice){0};
}

/*
 * Writes events.
 * Knows an entry as its reader sees it; must not know who is told.
 * Invariant: nothing stands in an event that its reader could not read at the subject's own address.
 */
#include "event.h"

static void
add_text(struct buf *b, const char *key, struct slice text)
{
    json_add_key(b, key);
    json_add_text(b, text);
}

enum verdict
event_write(struct buf *b, struct slice *id, const struct show *s, const struct event *e)
{
    char at[AT_TEXT_SIZE];
    struct leaf leaf;

    TRY(leaf_decode(&leaf, s->arena, e->line));
    if (!show_may_know(s, leaf.kind, leaf.actor))
        return V_FORBIDDEN;
    at_print(at, leaf.at_ms);
    buf_add_char(b, '{');
    add_text(b, "type", leaf.kind);
    add_text(b, "timestamp", slice_of(at));
    json_add_key(b, "data");
    buf_add_char(b, '{');
    add_text(b, "type", e->type);
    add_text(b, "subject", e->subject);
    json_add_key(b, "entry");
    TRY(show_entry(b, s, &leaf, e->state));
    buf_add(b, S("}}"));
    *id = leaf.id;
    return V_OK;
}

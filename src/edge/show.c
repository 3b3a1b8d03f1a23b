/*
 * Writes subjects and entries for one reader.
 * Knows which fields to leave out and which to open; must not decide whose a subject is.
 * Invariant: a body is written by the shape's own encoder, over a shape that holds the visible fields alone.
 */
#include <string.h>

#include "show.h"

static void
add_text(struct buf *b, const char *key, struct slice text)
{
    json_add_key(b, key);
    json_add_text(b, text);
}

/* ---- subjects ------------------------------------------------------------------------------------------------------
 */

/* The same struct with fewer fields. `role_may` is not called for a field twice. */
static struct shape
visible_view(const struct show *s, const struct view_row *v)
{
    struct shape out = *v->shape;
    struct field *fields = NEW_ARRAY(s->arena, struct field, out.count + 1);
    size_t count = 0;

    for (size_t i = 0; i < out.count; i++)
        if (role_may_read(s->who->role, v, &v->shape->fields[i]))
            fields[count++] = v->shape->fields[i];
    out.fields = fields;
    out.count = count;
    return out;
}

enum verdict
show_subject(struct buf *b, const struct show *s, const struct subject_type *type, const struct view_row *view,
             const struct subject_row *row)
{
    struct shape visible = visible_view(s, view);
    void *in = arena_take(s->arena, type->view->size);
    const struct json *tree;

    if (json_parse(&tree, s->arena, row->view) != V_OK)
        return V_BROKEN;
    TRY(shape_restore(in, s->arena, type->view, tree));
    buf_add_char(b, '{');
    add_text(b, "id", row->id);
    add_text(b, "state", row->state);
    json_add_key(b, "frozen");
    buf_add(b, row->frozen != 0 ? S("true") : S("false"));
    add_text(b, "first_on", row->first_on);
    json_add_key(b, "seq");
    json_add_int(b, row->seq);
    json_add_key(b, "view");
    shape_encode(b, &visible, in);
    buf_add_char(b, '}');
    return V_OK;
}

/* ---- entries -------------------------------------------------------------------------------------------------------
 */

/* What lies behind a private field's commitment; absent once it has been erased. */
static enum verdict
open_text(struct slice *text, const struct show *s, struct slice id, const struct field *f)
{
    struct slice pointer = json_pointer(s->arena, S(""), slice_of(f->name));
    enum verdict got = private_open(text, s->vault, s->db, s->arena, id, pointer);

    if (got == V_NONE)
        *text = (struct slice){0};
    return got == V_NONE ? V_OK : got;
}

/* `id` absent: the entry is not recorded yet, and its texts are in clear. */
static enum verdict
open_field(struct slice *text, const struct show *s, struct slice id, const struct field *f)
{
    if (id.at != NULL)
        TRY(open_text(text, s, id, f));
    if (text->at != NULL && f->form == FORM_RESIDENT_ID)
        *text = identity_mask(s->arena, *text);
    return V_OK;
}

/* The fields this role may see, each private one opened in place; what cannot be opened is left out. */
static enum verdict
visible_body(struct shape *out, const struct show *s, const struct kind_row *k, struct slice id, char *in)
{
    struct field *fields = NEW_ARRAY(s->arena, struct field, k->shape->count + 1);

    *out = *k->shape;
    out->fields = fields;
    out->count = 0;
    for (size_t i = 0; i < k->shape->count; i++) {
        const struct field *f = &k->shape->fields[i];
        struct slice *text = (struct slice *)(in + f->offset);

        if (!role_may_see(s->who->role, k, f))
            continue;
        if (f->is_private && text->at != NULL) {
            TRY(open_field(text, s, id, f));
            if (text->at == NULL)
                continue;
        }
        fields[out->count++] = *f;
    }
    return V_OK;
}

/* `in` is the caller's own copy of the body: texts are opened in it. */
static enum verdict
add_body(struct buf *b, const struct show *s, const struct kind_row *k, struct slice id, void *in)
{
    struct shape visible;

    TRY(visible_body(&visible, s, k, id, in));
    json_add_key(b, "body");
    shape_encode(b, &visible, in);
    return V_OK;
}

static bool
is_of_own_house(struct slice *role, const struct show *s, struct slice actor)
{
    struct slice account, rest;

    *role = slice_cut(&rest, actor, ':');
    return slice_equal(slice_cut(&account, rest, ':'), s->who->organisation);
}

/* Who did it, to the account within the reader's own house and to those who see the whole registry; else the role. */
static struct slice
visible_actor(const struct show *s, struct slice actor)
{
    struct slice role;
    bool sees_all = s->who->role == ROLE_AUDITOR || s->who->role == ROLE_SYSTEM;

    return is_of_own_house(&role, s, actor) || sees_all ? actor : role;
}

/* A bank that got a loan after another does not learn what the other did with it. */
static bool
is_of_another_bank(const struct show *s, struct slice actor)
{
    struct slice word;
    enum role role;

    return scope_is_house(s->who->role) && !is_of_own_house(&word, s, actor) && role_find(&role, word) &&
           scope_is_house(role);
}

static void
add_mends(struct buf *b, const struct mends *m)
{
    if (m->entry.at == NULL)
        return;
    json_add_key(b, "mends");
    buf_add_char(b, '{');
    add_text(b, "entry", m->entry);
    if (m->reason.at != NULL)
        add_text(b, "reason", m->reason);
    if (m->paper.at != NULL)
        add_text(b, "paper", m->paper);
    buf_add_char(b, '}');
}

static void
add_day(struct buf *b, const char *key, int32_t day)
{
    char text[DAY_TEXT_SIZE];

    day_print(text, day);
    add_text(b, key, slice_of(text));
}

static void
add_at(struct buf *b, const char *key, int64_t at_ms)
{
    char text[AT_TEXT_SIZE];

    at_print(text, at_ms);
    add_text(b, key, slice_of(text));
}

bool
show_may_know(const struct show *s, struct slice kind, struct slice actor)
{
    const struct kind *k = registry_kind(s->registry, kind);

    return k != NULL && (k->schema->see & ROLE_BIT(s->who->role)) != 0 && !is_of_another_bank(s, actor);
}

enum verdict
show_entry(struct buf *b, const struct show *s, const struct leaf *leaf, struct slice state)
{
    const struct kind *k = registry_kind(s->registry, leaf->kind);
    void *body;

    if (k == NULL)
        return V_BROKEN;
    buf_add_char(b, '{');
    json_add_key(b, "seq");
    json_add_int(b, leaf->seq);
    add_text(b, "id", leaf->id);
    add_text(b, "kind", leaf->kind);
    add_day(b, "on", leaf->on);
    add_at(b, "at", leaf->at_ms);
    add_text(b, "actor", visible_actor(s, leaf->actor));
    add_text(b, "state", state);
    add_mends(b, &(struct mends){leaf->mends_entry, leaf->mends_reason, leaf->mends_paper});
    if (leaf->body.at != NULL) {
        body = arena_take(s->arena, k->schema->shape->size);
        TRY(shape_restore(body, s->arena, k->schema->shape, leaf->body_json));
        TRY(add_body(b, s, k->schema, leaf->id, body));
    }
    buf_add_char(b, '}');
    return V_OK;
}

enum verdict
show_waiting(struct buf *b, const struct show *s, const struct entry *e, struct slice actor)
{
    const struct kind_row *k = e->kind->schema;
    void *body = arena_take(s->arena, k->shape->size);

    buf_add_char(b, '{');
    add_text(b, "id", e->id);
    add_text(b, "kind", slice_of(k->name));
    add_text(b, "subject", e->subject);
    add_day(b, "on", e->on);
    add_at(b, "at", e->at_ms);
    add_text(b, "actor", visible_actor(s, actor));
    add_mends(b, &e->mends);
    if (e->body != NULL) {
        memcpy(body, e->body, k->shape->size);
        TRY(add_body(b, s, k, (struct slice){0}, body));
    }
    buf_add_char(b, '}');
    return V_OK;
}

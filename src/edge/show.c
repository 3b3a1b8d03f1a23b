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
open_field(struct slice *out, const struct show *s, const struct leaf *leaf, const struct field *f)
{
    struct slice pointer = json_pointer(s->arena, S(""), slice_of(f->name));
    enum verdict got = private_open(out, s->vault, s->db, s->arena, leaf->id, pointer);

    if (got == V_NONE) {
        *out = (struct slice){0};
        return V_OK;
    }
    TRY(got);
    if (f->form == FORM_RESIDENT_ID)
        *out = identity_mask(s->arena, *out);
    return V_OK;
}

/* The fields this role may see, each private one opened in place; what cannot be opened is left out. */
static enum verdict
visible_body(struct shape *out, const struct show *s, const struct kind_row *k, const struct leaf *leaf, char *in)
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
            TRY(open_field(text, s, leaf, f));
            if (text->at == NULL)
                continue;
        }
        fields[out->count++] = *f;
    }
    return V_OK;
}

static enum verdict
add_body(struct buf *b, const struct show *s, const struct kind_row *k, const struct leaf *leaf)
{
    void *in = arena_take(s->arena, k->shape->size);
    struct shape visible;

    TRY(shape_restore(in, s->arena, k->shape, leaf->body_json));
    TRY(visible_body(&visible, s, k, leaf, in));
    json_add_key(b, "body");
    shape_encode(b, &visible, in);
    return V_OK;
}

static bool
is_of_own_house(struct slice *role, const struct show *s, const struct leaf *leaf)
{
    struct slice account, rest;

    *role = slice_cut(&rest, leaf->actor, ':');
    return slice_equal(slice_cut(&account, rest, ':'), s->who->organisation);
}

/* Who did it, to the account within the reader's own house and to those who see the whole registry; else the role. */
static struct slice
visible_actor(const struct show *s, const struct leaf *leaf)
{
    struct slice role;
    bool sees_all = s->who->role == ROLE_AUDITOR || s->who->role == ROLE_SYSTEM;

    return is_of_own_house(&role, s, leaf) || sees_all ? leaf->actor : role;
}

/* A bank that got a loan after another does not learn what the other did with it. */
static bool
is_of_another_bank(const struct show *s, const struct leaf *leaf)
{
    struct slice word;
    enum role role;

    return scope_is_house(s->who->role) && !is_of_own_house(&word, s, leaf) && role_find(&role, word) &&
           scope_is_house(role);
}

static void
add_mends(struct buf *b, const struct leaf *leaf)
{
    json_add_key(b, "mends");
    buf_add_char(b, '{');
    add_text(b, "entry", leaf->mends_entry);
    if (leaf->mends_reason.at != NULL)
        add_text(b, "reason", leaf->mends_reason);
    if (leaf->mends_paper.at != NULL)
        add_text(b, "paper", leaf->mends_paper);
    buf_add_char(b, '}');
}

bool
show_may_know(const struct show *s, const struct leaf *leaf)
{
    const struct kind *k = registry_kind(s->registry, leaf->kind);

    return k != NULL && (k->schema->see & ROLE_BIT(s->who->role)) != 0 && !is_of_another_bank(s, leaf);
}

enum verdict
show_entry(struct buf *b, const struct show *s, const struct leaf *leaf, struct slice state)
{
    const struct kind *k = registry_kind(s->registry, leaf->kind);
    char on[DAY_TEXT_SIZE], at[AT_TEXT_SIZE];

    if (k == NULL)
        return V_BROKEN;
    day_print(on, leaf->on);
    at_print(at, leaf->at_ms);
    buf_add_char(b, '{');
    json_add_key(b, "seq");
    json_add_int(b, leaf->seq);
    add_text(b, "id", leaf->id);
    add_text(b, "kind", leaf->kind);
    add_text(b, "on", slice_of(on));
    add_text(b, "at", slice_of(at));
    add_text(b, "actor", visible_actor(s, leaf));
    add_text(b, "state", state);
    if (leaf->mends_entry.at != NULL)
        add_mends(b, leaf);
    if (leaf->body.at != NULL)
        TRY(add_body(b, s, k->schema, leaf));
    buf_add_char(b, '}');
    return V_OK;
}

/*
 * Between an entry in memory and its line in the journal.
 * Knows the leaf's members; must not know how it is stored or hashed.
 * Invariant: entry_restore(entry_leaf(e)) is e, and any other bytes are refused.
 */
#include "ledger_int.h"

struct slice
entry_leaf(struct arena *a, const struct entry *e, struct slice signed_commitment)
{
    struct buf body = {.arena = a}, line = {.arena = a};
    struct leaf leaf = {
        .seq = e->seq,
        .id = e->id,
        .kind = slice_of(e->kind->schema->name),
        .kind_version = e->kind->schema->version,
        .subject = e->subject,
        .on = e->on,
        .at_ms = e->at_ms,
        .actor = actor_print(a, &e->actor),
        .mends_entry = e->mends.entry,
        .mends_reason = e->mends.reason,
        .mends_paper = e->mends.paper,
        .signed_hex = signed_commitment,
    };

    if (e->body != NULL) {
        shape_encode(&body, e->kind->schema->shape, e->body);
        leaf.body = buf_slice(&body);
    }
    leaf_encode(&line, &leaf);
    return buf_slice(&line);
}

enum verdict
entry_restore(struct entry *out, struct arena *a, const struct registry *r, struct slice line)
{
    struct leaf leaf;
    void *body;

    TRY(leaf_decode(&leaf, a, line));
    *out = (struct entry){
        .seq = leaf.seq,
        .at_ms = leaf.at_ms,
        .on = leaf.on,
        .id = leaf.id,
        .subject = leaf.subject,
        .kind = registry_kind(r, leaf.kind),
        .mends = {leaf.mends_entry, leaf.mends_reason, leaf.mends_paper},
    };
    if (out->kind == NULL || leaf.kind_version > out->kind->schema->version)
        return V_BROKEN;
    if (!actor_read(&out->actor, leaf.actor))
        return V_BROKEN;
    if (leaf.body.at == NULL)
        return V_OK;
    body = arena_take(a, out->kind->schema->shape->size);
    out->body = body;
    return shape_restore(body, a, out->kind->schema->shape, leaf.body_json);
}

struct slice
entry_canonical(struct arena *a, const struct entry *e)
{
    char on[DAY_TEXT_SIZE];
    struct buf b = {.arena = a};

    day_print(on, e->on);
    buf_add_char(&b, '{');
    json_add_key(&b, "kind");
    json_add_text(&b, slice_of(e->kind->schema->name));
    json_add_key(&b, "subject");
    json_add_text(&b, e->subject);
    json_add_key(&b, "on");
    json_add_text(&b, slice_of(on));
    if (e->mends.entry.at != NULL) {
        json_add_key(&b, "mends");
        buf_add_char(&b, '[');
        json_add_text(&b, e->mends.entry);
        buf_add_char(&b, ',');
        json_add_text(&b, e->mends.reason);
        buf_add_char(&b, ',');
        json_add_text(&b, e->mends.paper.at == NULL ? S("") : e->mends.paper);
        buf_add_char(&b, ']');
    }
    if (e->body != NULL) {
        json_add_key(&b, "body");
        shape_encode(&b, e->kind->schema->shape, e->body);
    }
    buf_add_char(&b, '}');
    return buf_slice(&b);
}

struct slice
entry_sealed(const struct entry *e)
{
    return e->sealed.at == NULL ? e->id : e->sealed;
}

int64_t
entry_closes(const struct entry *e)
{
    const struct shape *s = e->kind->schema->shape;
    const struct field *f = shape_field(s, S("seq"));

    assert(f != NULL);
    assert(f->type == FIELD_INT);
    return *(const int64_t *)((const char *)e->body + f->offset);
}

int64_t
entry_amount(const struct entry *e)
{
    const struct shape *s = e->kind->schema->shape;

    for (size_t i = 0; e->body != NULL && i < s->count; i++) {
        const struct field *f = &s->fields[i];

        if (f->type == FIELD_INT && f->unit != NULL && slice_equal(slice_of(f->unit), S("fen"))) {
            int64_t amount = *(const int64_t *)((const char *)e->body + f->offset);

            return amount == INT_ABSENT ? 0 : amount;
        }
    }
    return 0;
}

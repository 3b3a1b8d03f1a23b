/*
 * What must not stand in the journal: private text and signed requests, sealed aside, with a commitment in their place.
 * Knows salts and commitments; must not know who may read them.
 * Invariant: commitment = SHA-256(opening), and the opening lies in the side table until it is erased.
 */
#include <string.h>

#include "ledger_int.h"

/* Seals `opening` under the entry's id and the field's pointer; gives the commitment in hex. */
static enum verdict
commit(struct slice *out, struct vault *v, struct db *db, struct arena *a, struct slice id, struct slice column,
       struct slice opening)
{
    struct hash h = sha256_one(opening);

    *out = hex_encode(a, hash_slice(&h));
    return vault_put(v, db, a, id, column, opening);
}

static enum verdict
seal_text(struct slice *text, struct vault *v, struct db *db, struct arena *a, struct slice id, struct slice column)
{
    char salt[PRIVATE_SALT_SIZE];
    struct buf opening = {.arena = a};

    random_bytes(salt, sizeof salt);
    buf_add(&opening, (struct slice){salt, sizeof salt});
    buf_add(&opening, *text);
    return commit(text, v, db, a, id, column, buf_slice(&opening));
}

static enum verdict seal_items(struct list *items, const struct shape *s, struct vault *v, struct db *db,
                               struct arena *a, struct slice id, struct slice at);

/* Seals in place: `in` is a copy of what was posted. */
static enum verdict
seal_struct(char *in, const struct shape *s, struct vault *v, struct db *db, struct arena *a, struct slice id,
            struct slice at)
{
    for (size_t i = 0; i < s->count; i++) {
        const struct field *f = &s->fields[i];
        struct slice *text = (struct slice *)(in + f->offset);

        if (f->type == FIELD_ITEMS)
            TRY(seal_items((struct list *)(in + f->offset), f->items, v, db, a, id,
                           json_pointer(a, at, slice_of(f->name))));
        else if (f->is_private && text->at != NULL)
            TRY(seal_text(text, v, db, a, id, json_pointer(a, at, slice_of(f->name))));
    }
    return V_OK;
}

static enum verdict
seal_items(struct list *items, const struct shape *s, struct vault *v, struct db *db, struct arena *a, struct slice id,
           struct slice at)
{
    char *copy;

    if (items->at == NULL)
        return V_OK;
    copy = arena_take(a, items->count * s->size);
    memcpy(copy, items->at, items->count * s->size);
    items->at = copy;
    for (size_t n = 0; n < items->count; n++)
        TRY(seal_struct(copy + n * s->size, s, v, db, a, id, json_pointer(a, at, arena_print(a, "%zu", n))));
    return V_OK;
}

enum verdict
private_seal(struct vault *v, struct db *db, struct arena *a, struct entry *e)
{
    const struct shape *s = e->kind->schema->shape;
    char *copy;

    if (e->body == NULL)
        return V_OK;
    copy = arena_take(a, s->size);
    memcpy(copy, e->body, s->size);
    e->body = copy;
    return seal_struct(copy, s, v, db, a, e->id, S(""));
}

enum verdict
private_open(struct slice *out, const struct vault *v, struct db *db, struct arena *a, struct slice id,
             struct slice pointer)
{
    struct slice opening;

    TRY(vault_get(&opening, v, db, a, id, pointer));
    if (opening.len < PRIVATE_SALT_SIZE)
        return V_BROKEN;
    *out = slice_sub(opening, PRIVATE_SALT_SIZE, opening.len - PRIVATE_SALT_SIZE);
    return V_OK;
}

/* A part preceded by its length in 8 bytes, big-endian. */
static void
add_part(struct buf *b, struct slice part)
{
    for (int shift = 56; shift >= 0; shift -= 8)
        buf_add_char(b, (char)(((uint64_t)part.len >> shift) & 0xff));
    buf_add(b, part);
}

enum verdict
evidence_seal(struct slice *out, struct vault *v, struct db *db, struct arena *a, const struct entry *e,
              const struct evidence *ev)
{
    char salt[PRIVATE_SALT_SIZE];
    struct buf opening = {.arena = a};

    *out = (struct slice){0};
    if (ev == NULL)
        return V_OK;
    random_bytes(salt, sizeof salt);
    add_part(&opening, (struct slice){salt, sizeof salt});
    add_part(&opening, ev->base);
    add_part(&opening, ev->signature);
    add_part(&opening, ev->key_id);
    add_part(&opening, ev->body);
    return commit(out, v, db, a, e->id, S("signed"), buf_slice(&opening));
}

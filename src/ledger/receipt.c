/*
 * Writes a receipt and checks one, link by link.
 * Knows the chain from document to key; must not know a clock, a file or a database.
 * Invariant: the links are tried in the published order, and facts are given only when all hold.
 */
#include <string.h>

#include "ventured/receipt.h"

static void
add_text(struct buf *b, const char *key, struct slice value)
{
    json_add_key(b, key);
    json_add_text(b, value);
}

void
receipt_encode(struct buf *b, const struct receipt *receipt)
{
    const struct leaf *leaf = receipt->leaf;
    char at[AT_TEXT_SIZE];

    at_print(at, leaf->at_ms);
    buf_add_char(b, '{');
    json_add_key(b, "seq");
    json_add_int(b, leaf->seq);
    add_text(b, "id", leaf->id);
    add_text(b, "kind", leaf->kind);
    add_text(b, "subject", leaf->subject);
    add_text(b, "state", receipt->state);
    add_text(b, "at", slice_of(at));
    add_text(b, "leaf", receipt->line);
    json_add_key(b, "proof");
    buf_add_char(b, '[');
    for (size_t i = 0; i < receipt->proof->count; i++) {
        json_add_comma(b);
        json_add_text(b, base64_encode(b->arena, hash_slice(&receipt->proof->hashes[i])));
    }
    buf_add_char(b, ']');
    add_text(b, "checkpoint", receipt->checkpoint);
    buf_add_char(b, '}');
}

/* ---- the check --------------------------------------------------------------------------------------------------- */

struct chain {
    struct arena *arena;
    struct slice text;
    const struct vkey *vkey;
    int64_t seq;
    struct slice id, kind, subject, state, at, line, note; /* what the document says */
    struct merkle_proof proof;
    struct leaf leaf;
    struct checkpoint checkpoint;
};

static bool
text_member(struct slice *out, const struct json *document, struct slice name)
{
    *out = json_text(document, name);
    return out->at != NULL;
}

static bool
proof_member(struct merkle_proof *out, struct arena *a, const struct json *document)
{
    const struct json *list = json_find(document, S("proof"));
    struct slice bytes;

    if (list == NULL || list->type != JSON_LIST || list->count > MERKLE_PROOF_MAX)
        return false;
    for (const struct json *item = list->first; item != NULL; item = item->next) {
        if (item->type != JSON_TEXT || !base64_decode(&bytes, a, item->text) || bytes.len != HASH_SIZE)
            return false;
        memcpy(out->hashes[out->count++].at, bytes.at, HASH_SIZE);
    }
    return true;
}

static bool
has_shape(struct chain *c)
{
    const struct {
        struct slice name;
        struct slice *to;
    } texts[] = {
        {S("id"),         &c->id     },
        {S("kind"),       &c->kind   },
        {S("subject"),    &c->subject},
        {S("state"),      &c->state  },
        {S("at"),         &c->at     },
        {S("leaf"),       &c->line   },
        {S("checkpoint"), &c->note   },
    };
    const struct json *document, *seq;

    if (json_parse(&document, c->arena, c->text) != V_OK || document->type != JSON_OBJECT)
        return false;
    for (size_t i = 0; i < COUNT(texts); i++)
        if (!text_member(texts[i].to, document, texts[i].name))
            return false;
    seq = json_find(document, S("seq"));
    if (seq == NULL || seq->type != JSON_INT || document->count != COUNT(texts) + 2)
        return false;
    c->seq = seq->number;
    return proof_member(&c->proof, c->arena, document);
}

static bool
leaf_is_canonical(struct chain *c)
{
    return leaf_decode(&c->leaf, c->arena, c->line) == V_OK;
}

static bool
seq_agrees(struct chain *c)
{
    return c->seq == c->leaf.seq;
}

static bool
id_agrees(struct chain *c)
{
    return slice_equal(c->id, c->leaf.id);
}

static bool
kind_agrees(struct chain *c)
{
    return slice_equal(c->kind, c->leaf.kind);
}

static bool
subject_agrees(struct chain *c)
{
    return slice_equal(c->subject, c->leaf.subject);
}

static bool
at_agrees(struct chain *c)
{
    char at[AT_TEXT_SIZE];

    at_print(at, c->leaf.at_ms);
    return slice_equal(c->at, slice_of(at));
}

static bool
checkpoint_has_form(struct chain *c)
{
    return checkpoint_read(&c->checkpoint, c->arena, c->note);
}

static bool
checkpoint_is_signed(struct chain *c)
{
    return note_verify(c->arena, c->note, c->vkey);
}

static bool
origin_is_the_keys(struct chain *c)
{
    return slice_equal(c->checkpoint.origin, c->vkey->name);
}

static bool
leaf_is_included(struct chain *c)
{
    struct hash hash = merkle_leaf_hash(c->line);

    return merkle_inclusion_verify(&hash, c->leaf.seq - 1, c->checkpoint.size, &c->proof, &c->checkpoint.root);
}

static const struct {
    bool (*holds)(struct chain *c);
    const char *otherwise;
} links[] = {
    {has_shape,            "the document is not a receipt"                           },
    {leaf_is_canonical,    "the leaf is not a canonical line of a journal"           },
    {seq_agrees,           "the seq of the receipt is not the leaf's"                },
    {id_agrees,            "the id of the receipt is not the leaf's"                 },
    {kind_agrees,          "the kind of the receipt is not the leaf's"               },
    {subject_agrees,       "the subject of the receipt is not the leaf's"            },
    {at_agrees,            "the at of the receipt is not the leaf's"                 },
    {checkpoint_has_form,  "the checkpoint is not a signed checkpoint"               },
    {checkpoint_is_signed, "the checkpoint is not signed by this key"                },
    {origin_is_the_keys,   "the checkpoint is of another origin than the key"        },
    {leaf_is_included,     "the proof does not lead from the leaf to the signed root"},
};

enum verdict
receipt_check(struct receipt_facts *out, struct arena *a, struct slice document, const struct vkey *vkey)
{
    struct chain c = {.arena = a, .text = document, .vkey = vkey};

    *out = (struct receipt_facts){0};
    for (size_t i = 0; i < COUNT(links); i++)
        if (!links[i].holds(&c)) {
            out->failed = links[i].otherwise;
            return V_BROKEN;
        }
    out->leaf = c.leaf;
    out->line = c.line;
    out->state = c.state;
    out->state_note = "state is the registry's word, not covered by the proof";
    out->checkpoint = c.checkpoint;
    return V_OK;
}

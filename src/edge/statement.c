/*
 * Tells a leaf and compares it with a body.
 * Knows the members of both; must not know files or keys.
 * Invariant: where the kind is unknown here, only a text that is a hash in the leaf can pass for a private one.
 */
#include "answer.h"
#include "statement.h"

#define TITLE_COLUMNS 26

/* ---- telling ----------------------------------------------------------------------------------------------------- */

static void
add_title(struct buf *b, int depth, struct slice zh, struct slice name)
{
    size_t width = text_width(zh) + name.len + 1 + (size_t)depth * 2;

    buf_print(b, "  %*s" SLICE_FMT " " SLICE_FMT, depth * 2, "", SLICE_ARG(zh), SLICE_ARG(name));
    buf_print(b, "%*s", width < TITLE_COLUMNS ? (int)(TITLE_COLUMNS - width) : 1, "");
}

static void
add_text(struct buf *b, const char *zh, const char *name, struct slice text)
{
    if (text.at == NULL)
        return;
    add_title(b, 0, slice_of(zh), slice_of(name));
    answer_add(b, text);
    buf_add_char(b, '\n');
}

static const struct shape *
shape_named(const struct kind_row *kinds, struct slice kind)
{
    const struct kind_row *row = kind_find(kinds, kind);

    return row == NULL ? NULL : row->shape;
}

static const struct field *
field_named(const struct shape *shape, struct slice name)
{
    return shape == NULL ? NULL : shape_field(shape, name);
}

static struct slice
code_title(const struct field *f, struct slice code)
{
    for (size_t i = 0; i < f->code_count; i++)
        if (slice_equal(slice_of(f->codes[i].name), code))
            return slice_of(f->codes[i].zh);
    return (struct slice){0};
}

static void add_members(struct buf *b, const struct json *object, const struct shape *shape, int depth);

static void
add_value(struct buf *b, const struct json *value, const struct field *f, int depth)
{
    if (value->type == JSON_LIST && f != NULL && f->type == FIELD_ITEMS) {
        for (const struct json *item = value->first; item != NULL; item = item->next) {
            buf_add(b, S("\n"));
            add_members(b, item, f->items, depth + 1);
        }
        return;
    }
    if (value->type == JSON_TEXT)
        answer_add(b, value->text);
    else
        answer_encode(b, value);
    if (f != NULL && f->type == FIELD_CODE && value->type == JSON_TEXT)
        buf_print(b, "  " SLICE_FMT, SLICE_ARG(code_title(f, value->text)));
    if (f != NULL && f->unit != NULL)
        buf_print(b, " %s", f->unit);
    if (f != NULL && f->is_private)
        buf_add(b, S("  (私密，仅承诺值 private: its commitment)"));
    buf_add_char(b, '\n');
}

static void
add_members(struct buf *b, const struct json *object, const struct shape *shape, int depth)
{
    for (const struct json *m = object->first; m != NULL; m = m->next) {
        const struct field *f = field_named(shape, m->key);

        add_title(b, depth, f == NULL ? S("") : slice_of(f->zh), m->key);
        add_value(b, m, f, depth);
    }
}

static void
add_checkpoint(struct buf *b, const struct checkpoint *c)
{
    add_text(b, "日志", "origin", c->origin);
    add_text(b, "日志长度", "size", arena_print(b->arena, "%lld", (long long)c->size));
    add_text(b, "树根", "root", base64_encode(b->arena, hash_slice(&c->root)));
}

void
statement_add(struct buf *b, const struct receipt_facts *facts, const struct kind_row *kinds)
{
    const struct leaf *leaf = &facts->leaf;
    const struct shape *shape = shape_named(kinds, leaf->kind);
    char on[DAY_TEXT_SIZE], at[AT_TEXT_SIZE];

    day_print(on, leaf->on);
    at_print(at, leaf->at_ms);
    add_text(b, "序号", "seq", arena_print(b->arena, "%lld", (long long)leaf->seq));
    add_text(b, "编号", "id", leaf->id);
    add_text(b, "事项", "kind", leaf->kind);
    if (shape != NULL)
        add_text(b, "", "", arena_print(b->arena, "%s / %s", shape->zh, shape->en));
    add_text(b, "对象", "subject", leaf->subject);
    add_text(b, "发生日期", "on", slice_of(on));
    add_text(b, "登记时间", "at", slice_of(at));
    add_text(b, "登记人", "actor", leaf->actor);
    add_text(b, "更正", "mends", leaf->mends_entry);
    add_text(b, "更正原因", "reason", leaf->mends_reason);
    add_text(b, "依据文件", "paper", leaf->mends_paper);
    add_text(b, "签名承诺", "signed", leaf->signed_hex);
    if (leaf->body_json != NULL)
        add_members(b, leaf->body_json, shape, 0);
    add_checkpoint(b, &facts->checkpoint);
    add_text(b, "状态", "state", facts->state);
    buf_print(b, "  (%s；状态不在证明范围内)\n", facts->state_note);
}

/* ---- comparing --------------------------------------------------------------------------------------------------- */

static void
note(struct buf *b, size_t *count, struct slice pointer)
{
    answer_add(b, pointer);
    buf_add_char(b, '\n');
    (*count)++;
}

static bool
is_hash(struct arena *a, const struct json *value)
{
    struct slice bytes;

    return value->type == JSON_TEXT && hex_decode(&bytes, a, value->text) && bytes.len == HASH_SIZE;
}

static void compare_objects(struct comparison *out, struct arena *a, const struct json *sent, const struct json *kept,
                            const struct shape *shape, struct slice at);

static bool
same(struct arena *a, const struct json *sent, const struct json *kept)
{
    struct buf one = {.arena = a}, two = {.arena = a};

    answer_encode(&one, sent);
    answer_encode(&two, kept);
    return slice_equal(buf_slice(&one), buf_slice(&two));
}

static void
compare_items(struct comparison *out, struct arena *a, const struct json *sent, const struct json *kept,
              const struct shape *items, struct slice at)
{
    const struct json *other = kept->first;
    size_t n = 0;

    if (sent->type != JSON_LIST || kept->type != JSON_LIST || sent->count != kept->count) {
        note(&out->differing, &out->different, at);
        return;
    }
    for (const struct json *item = sent->first; item != NULL; item = item->next, other = other->next)
        compare_objects(out, a, item, other, items, json_pointer(a, at, arena_print(a, "%zu", n++)));
}

static void
compare_member(struct comparison *out, struct arena *a, const struct json *sent, const struct json *kept,
               const struct field *f, struct slice at)
{
    if (kept == NULL)
        note(&out->differing, &out->different, at);
    else if (f != NULL && f->type == FIELD_ITEMS)
        compare_items(out, a, sent, kept, f->items, at);
    else if (f != NULL && f->is_private)
        note(&out->hidden, &out->unseen, at);
    else if (same(a, sent, kept))
        out->equal++;
    else if (f == NULL && is_hash(a, kept))
        note(&out->hidden, &out->unseen, at);
    else
        note(&out->differing, &out->different, at);
}

static void
compare_objects(struct comparison *out, struct arena *a, const struct json *sent, const struct json *kept,
                const struct shape *shape, struct slice at)
{
    if (sent->type != JSON_OBJECT || kept->type != JSON_OBJECT) {
        note(&out->differing, &out->different, at);
        return;
    }
    for (const struct json *m = sent->first; m != NULL; m = m->next)
        compare_member(out, a, m, json_find(kept, m->key), field_named(shape, m->key), json_pointer(a, at, m->key));
    for (const struct json *m = kept->first; m != NULL; m = m->next)
        if (json_find(sent, m->key) == NULL)
            note(&out->differing, &out->different, json_pointer(a, at, m->key));
}

static void
compare_text(struct comparison *out, const struct json *sent, struct slice kept, struct slice at)
{
    if (sent == NULL && kept.at == NULL)
        return;
    if (sent != NULL && sent->type == JSON_TEXT && slice_equal(sent->text, kept))
        out->equal++;
    else
        note(&out->differing, &out->different, at);
}

/* What the envelope of a body and a leaf both have; id and kind stand in a body only where it is an item of a list. */
static void
compare_envelope(struct comparison *out, const struct json *sent, const struct leaf *leaf)
{
    static const struct json nothing = {.type = JSON_OBJECT};
    const struct json *mends = json_find(sent, S("mends"));
    char on[DAY_TEXT_SIZE];

    day_print(on, leaf->on);
    compare_text(out, json_find(sent, S("subject")), leaf->subject, S("/subject"));
    compare_text(out, json_find(sent, S("on")), slice_of(on), S("/on"));
    if (json_find(sent, S("id")) != NULL)
        compare_text(out, json_find(sent, S("id")), leaf->id, S("/id"));
    if (json_find(sent, S("kind")) != NULL)
        compare_text(out, json_find(sent, S("kind")), leaf->kind, S("/kind"));
    mends = mends == NULL ? &nothing : mends;
    compare_text(out, json_find(mends, S("entry")), leaf->mends_entry, S("/mends/entry"));
    compare_text(out, json_find(mends, S("reason")), leaf->mends_reason, S("/mends/reason"));
    compare_text(out, json_find(mends, S("paper")), leaf->mends_paper, S("/mends/paper"));
}

/* The fields alone: the same members without the envelope's. */
static struct json *
fields_of(struct arena *a, const struct json *sent)
{
    static const struct slice envelope[] = {S_INIT("subject"), S_INIT("on"), S_INIT("id"), S_INIT("kind"),
                                            S_INIT("mends")};
    struct json *out = NEW(a, struct json), **last = &out->first;

    out->type = JSON_OBJECT;
    for (const struct json *m = sent->first; m != NULL; m = m->next) {
        bool ours = true;

        for (size_t i = 0; i < COUNT(envelope); i++)
            ours = ours && !slice_equal(m->key, envelope[i]);
        if (!ours)
            continue;
        *last = NEW(a, struct json);
        **last = *m;
        (*last)->next = NULL;
        last = &(*last)->next;
        out->count++;
    }
    return out;
}

enum verdict
statement_compare(struct comparison *out, struct arena *a, const struct leaf *leaf, struct slice sent,
                  const struct kind_row *kinds)
{
    static const struct json nothing = {.type = JSON_OBJECT};
    const struct json *tree;

    *out = (struct comparison){.differing = {.arena = a}, .hidden = {.arena = a}};
    TRY(json_parse(&tree, a, sent));
    if (tree->type != JSON_OBJECT)
        return V_JSON_TOP;
    compare_envelope(out, tree, leaf);
    compare_objects(out, a, fields_of(a, tree), leaf->body_json == NULL ? &nothing : leaf->body_json,
                    shape_named(kinds, leaf->kind), S(""));
    return V_OK;
}

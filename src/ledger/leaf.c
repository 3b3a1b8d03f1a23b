/*
 * Writes a line of the journal and reads it back.
 * Knows canonical JSON and the members of a leaf; must not know the tree or any kind.
 * Invariant: reading ends with writing again, and any difference is V_BROKEN.
 */
#include "ventured/leaf.h"

#define SIGNED_SIZE 64

static void
add_text(struct buf *b, const char *key, struct slice value)
{
    if (value.at == NULL)
        return;
    json_add_key(b, key);
    json_add_text(b, value);
}

static void
add_int(struct buf *b, const char *key, int64_t value)
{
    json_add_key(b, key);
    json_add_int(b, value);
}

static void
add_mends(struct buf *b, const struct leaf *leaf)
{
    if (leaf->mends_entry.at == NULL)
        return;
    json_add_key(b, "mends");
    buf_add_char(b, '{');
    add_text(b, "entry", leaf->mends_entry);
    add_text(b, "reason", leaf->mends_reason);
    add_text(b, "paper", leaf->mends_paper);
    buf_add_char(b, '}');
}

static bool
is_commitment(struct slice s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((s.at[i] < '0' || s.at[i] > '9') && (s.at[i] < 'a' || s.at[i] > 'f'))
            return false;
    return s.len == SIGNED_SIZE;
}

/* What every leaf must be, whether it comes from the door or from the disk. */
static bool
is_whole(const struct leaf *leaf)
{
    return leaf->seq >= 1 && leaf->kind_version >= 1 && uuid_valid(leaf->id) && leaf->kind.len > 0 &&
           leaf->subject.len > 0 && leaf->actor.len > 0 && leaf->on >= DAY_MIN && leaf->on <= DAY_MAX &&
           ERGO(leaf->signed_hex.at != NULL, is_commitment(leaf->signed_hex)) &&
           ERGO(leaf->mends_entry.at != NULL, uuid_valid(leaf->mends_entry)) &&
           ERGO(leaf->mends_entry.at == NULL, leaf->mends_reason.at == NULL && leaf->mends_paper.at == NULL);
}

void
leaf_encode(struct buf *b, const struct leaf *leaf)
{
    char on[DAY_TEXT_SIZE], at[AT_TEXT_SIZE];

    assert(is_whole(leaf));
    day_print(on, leaf->on);
    at_print(at, leaf->at_ms);
    buf_add_char(b, '{');
    add_int(b, "v", LEAF_VERSION);
    add_int(b, "seq", leaf->seq);
    add_text(b, "id", leaf->id);
    add_text(b, "kind", leaf->kind);
    add_int(b, "kind_version", leaf->kind_version);
    add_text(b, "subject", leaf->subject);
    add_text(b, "on", slice_of(on));
    add_text(b, "at", slice_of(at));
    add_text(b, "actor", leaf->actor);
    add_mends(b, leaf);
    add_text(b, "signed", leaf->signed_hex);
    if (leaf->body.at != NULL) {
        json_add_key(b, "body");
        buf_add(b, leaf->body);
    }
    buf_add_char(b, '}');
}

/* ---- reading: what is absent, of another type or in the wrong place shows when the line is written again ------ */

static int64_t
int_of(const struct json *object, struct slice name)
{
    const struct json *member = json_find(object, name);

    return member != NULL && member->type == JSON_INT ? member->number : -1;
}

/* Writes a tree as canonical text; false where it holds what a body may not. No deeper than JSON_DEPTH_MAX. */
static bool
add_tree(struct buf *b, const struct json *tree)
{
    bool right = true;

    switch (tree->type) {
    case JSON_TEXT:
        json_add_text(b, tree->text);
        return true;
    case JSON_INT:
        json_add_int(b, tree->number);
        return true;
    case JSON_OBJECT:
    case JSON_LIST:
        break;
    default:
        return false;
    }
    buf_add_char(b, tree->type == JSON_OBJECT ? '{' : '[');
    for (const struct json *child = tree->first; child != NULL && right; child = child->next) {
        json_add_comma(b);
        if (tree->type == JSON_OBJECT) {
            json_add_text(b, child->key);
            buf_add_char(b, ':');
        }
        right = add_tree(b, child);
    }
    buf_add_char(b, tree->type == JSON_OBJECT ? '}' : ']');
    return right;
}

static bool
read_body(struct leaf *out, struct arena *a, const struct json *line)
{
    struct buf b = {.arena = a};

    out->body_json = json_find(line, S("body"));
    if (out->body_json == NULL)
        return true;
    if (out->body_json->type != JSON_OBJECT || !add_tree(&b, out->body_json))
        return false;
    out->body = buf_slice(&b);
    return true;
}

static void
read_mends(struct leaf *out, const struct json *line)
{
    const struct json *mends = json_find(line, S("mends"));

    if (mends == NULL)
        return;
    out->mends_entry = json_text(mends, S("entry"));
    out->mends_reason = json_text(mends, S("reason"));
    out->mends_paper = json_text(mends, S("paper"));
}

enum verdict
leaf_decode(struct leaf *out, struct arena *a, struct slice line)
{
    const struct json *tree;
    struct buf again = {.arena = a};

    if (json_parse(&tree, a, line) != V_OK)
        return V_BROKEN;
    *out = (struct leaf){
        .seq = int_of(tree, S("seq")),
        .id = json_text(tree, S("id")),
        .kind = json_text(tree, S("kind")),
        .kind_version = int_of(tree, S("kind_version")),
        .subject = json_text(tree, S("subject")),
        .actor = json_text(tree, S("actor")),
        .signed_hex = json_text(tree, S("signed")),
    };
    read_mends(out, tree);
    if (!read_body(out, a, tree) || !day_parse(&out->on, json_text(tree, S("on"))) ||
        !at_parse(&out->at_ms, json_text(tree, S("at"))) || !is_whole(out))
        return V_BROKEN;
    leaf_encode(&again, out);
    return slice_equal(buf_slice(&again), line) ? V_OK : V_BROKEN;
}

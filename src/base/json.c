/*
 * JSON: jansson reads it, an arena tree keeps it, a buf takes it.
 * Knows JSON, RFC 8785 and RFC 6901; must not know a schema or what a member means.
 * Invariant: nothing of jansson's outlives json_parse, and what json_parse accepts holds no surprise (see json.h).
 */
/* jansson and this house both have a JSON_OBJECT and a JSON_NULL: jansson's are renamed while its header is read. */
#define JSON_OBJECT JANSSON_OBJECT
#define JSON_NULL JANSSON_NULL
#include <jansson.h>
#undef JSON_OBJECT
#undef JSON_NULL
#include <string.h>

#include "ventured/json.h"

static const struct {
    enum json_error_code code;
    enum verdict verdict;
} refusals[] = {
    {json_error_duplicate_key,    V_JSON_KEY_TWICE},
    {json_error_numeric_overflow, V_JSON_NUMBER   },
    {json_error_stack_overflow,   V_JSON_TOO_DEEP },
};

static enum verdict
refusal(const json_error_t *error)
{
    for (size_t i = 0; i < COUNT(refusals); i++)
        if (json_error_code(error) == refusals[i].code)
            return refusals[i].verdict;
    return V_JSON_MALFORMED;
}

static enum verdict copy(struct json *to, struct arena *a, const json_t *from, int depth);

static enum verdict
copy_list(struct json *to, struct arena *a, const json_t *from, int depth)
{
    struct json *items;

    to->type = JSON_LIST;
    to->count = json_array_size(from);
    if (to->count == 0)
        return V_OK;
    to->first = items = NEW_ARRAY(a, struct json, to->count);
    for (size_t i = 0; i < to->count; i++) {
        if (i > 0)
            items[i - 1].next = &items[i];
        TRY(copy(&items[i], a, json_array_get(from, i), depth));
    }
    return V_OK;
}

static enum verdict
copy_object(struct json *to, struct arena *a, json_t *from, int depth)
{
    struct json *members;
    size_t i = 0;

    to->type = JSON_OBJECT;
    to->count = json_object_size(from);
    if (to->count == 0)
        return V_OK;
    to->first = members = NEW_ARRAY(a, struct json, to->count);
    for (void *at = json_object_iter(from); at != NULL; at = json_object_iter_next(from, at), i++) {
        if (i > 0)
            members[i - 1].next = &members[i];
        members[i].key = arena_copy(a, (struct slice){json_object_iter_key(at), json_object_iter_key_len(at)});
        TRY(copy(&members[i], a, json_object_iter_value(at), depth));
    }
    assert(i == to->count);
    return V_OK;
}

/* Recursive, but no deeper than JSON_DEPTH_MAX. */
static enum verdict
copy(struct json *to, struct arena *a, const json_t *from, int depth)
{
    switch (json_typeof(from)) {
    case JANSSON_OBJECT:
        return depth == JSON_DEPTH_MAX ? V_JSON_TOO_DEEP : copy_object(to, a, (json_t *)(uintptr_t)from, depth + 1);
    case JSON_ARRAY:
        return depth == JSON_DEPTH_MAX ? V_JSON_TOO_DEEP : copy_list(to, a, from, depth + 1);
    case JSON_STRING:
        to->type = JSON_TEXT;
        to->text = arena_copy(a, (struct slice){json_string_value(from), json_string_length(from)});
        return V_OK;
    case JSON_INTEGER:
        to->type = JSON_INT;
        to->number = json_integer_value(from);
        return V_OK;
    case JSON_TRUE:
    case JSON_FALSE:
        to->type = JSON_BOOL;
        to->number = json_typeof(from) == JSON_TRUE;
        return V_OK;
    case JANSSON_NULL:
        to->type = JSON_NULL;
        return V_OK;
    case JSON_REAL:
        break;
    }
    return V_JSON_NUMBER;
}

enum verdict
json_parse(const struct json **out, struct arena *a, struct slice text)
{
    json_error_t error;
    json_t *root;
    struct json *tree;
    enum verdict got;

    /* jansson ends a number at U+0000 and takes what follows for white space. */
    if (text.len == 0 || memchr(text.at, 0, text.len) != NULL)
        return V_JSON_MALFORMED;
    root = json_loadb(text.at, text.len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    if (root == NULL)
        return refusal(&error);
    tree = NEW(a, struct json);
    got = copy(tree, a, root, 0);
    json_decref(root);
    if (got == V_OK && tree->type != JSON_OBJECT && tree->type != JSON_LIST)
        got = V_JSON_TOP;
    if (got == V_OK)
        *out = tree;
    return got;
}

const struct json *
json_find(const struct json *object, struct slice key)
{
    if (object->type != JSON_OBJECT)
        return NULL;
    for (const struct json *member = object->first; member != NULL; member = member->next)
        if (slice_equal(member->key, key))
            return member;
    return NULL;
}

struct slice
json_text(const struct json *object, struct slice key)
{
    const struct json *member = json_find(object, key);

    return member != NULL && member->type == JSON_TEXT ? member->text : (struct slice){0};
}

/* What RFC 8785 section 3.2.2.2 writes with a letter; 0 for all others. */
static const char escape_letters[] = {
    ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r', ['"'] = '"', ['\\'] = '\\',
};

static char
escape_letter(unsigned char byte)
{
    return byte < sizeof escape_letters ? escape_letters[byte] : 0;
}

void
json_add_text(struct buf *b, struct slice s)
{
    size_t done = 0;

    buf_add_char(b, '"');
    for (size_t i = 0; i < s.len; i++) {
        unsigned char byte = (unsigned char)s.at[i];
        char letter = escape_letter(byte);

        if (letter == 0 && byte >= ' ')
            continue;
        buf_add(b, slice_sub(s, done, i - done));
        done = i + 1;
        buf_add_char(b, '\\');
        if (letter != 0)
            buf_add_char(b, letter);
        else
            buf_print(b, "u%04x", byte);
    }
    if (done < s.len)
        buf_add(b, slice_sub(s, done, s.len));
    buf_add_char(b, '"');
}

void
json_add_int(struct buf *b, int64_t v)
{
    char digits[20]; /* INT64_MIN and its sign */
    char *at = digits + sizeof digits;
    uint64_t left = v < 0 ? -(uint64_t)v : (uint64_t)v;

    do
        *--at = (char)('0' + left % 10);
    while ((left /= 10) > 0);
    if (v < 0)
        *--at = '-';
    buf_add(b, (struct slice){at, (size_t)(digits + sizeof digits - at)});
}

void
json_add_comma(struct buf *b)
{
    if (b->len > 0 && b->at[b->len - 1] != '{' && b->at[b->len - 1] != '[')
        buf_add_char(b, ',');
}

void
json_add_key(struct buf *b, const char *key)
{
    json_add_comma(b);
    json_add_text(b, slice_of(key));
    buf_add_char(b, ':');
}

struct slice
json_pointer(struct arena *a, struct slice parent, struct slice token)
{
    struct buf b = {.arena = a};

    buf_add(&b, parent);
    buf_add_char(&b, '/');
    for (size_t i = 0; i < token.len; i++) {
        if (token.at[i] == '~')
            buf_add(&b, S("~0"));
        else if (token.at[i] == '/')
            buf_add(&b, S("~1"));
        else
            buf_add_char(&b, token.at[i]);
    }
    return buf_slice(&b);
}

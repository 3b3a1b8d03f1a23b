/*
 * The structured-field parser and writer, after the algorithms of RFC 8941 section 4.
 * Knows one cursor over borrowed bytes; must not know HTTP.
 * Invariant: the cursor only moves forward, and every loop that adds a member counts it against its limit.
 */
#include <string.h>

#include "sfv.h"

#define DIGITS_MAX 15
#define DECIMAL_WHOLE_MAX 12
#define DECIMAL_PLACES 3
#define END (-1)

struct cursor {
    struct arena *arena;
    const char *at, *end;
};

/* A chain under construction. */
struct chain {
    struct sfv *first, **last;
    size_t count, max;
};

/* ---- alphabets ------------------------------------------------------------------------------------------------ */

static bool
is_digit(int c)
{
    return c >= '0' && c <= '9';
}

static bool
is_lower(int c)
{
    return c >= 'a' && c <= 'z';
}

static bool
is_alpha(int c)
{
    return is_lower(c) || (c >= 'A' && c <= 'Z');
}

static bool
is_one_of(int c, const char *set)
{
    return c > 0 && strchr(set, c) != NULL;
}

static bool
is_key_start(int c)
{
    return is_lower(c) || c == '*';
}

static bool
is_key_rest(int c)
{
    return is_lower(c) || is_digit(c) || is_one_of(c, "_-.*");
}

static bool
is_token_start(int c)
{
    return is_alpha(c) || c == '*';
}

static bool
is_token_rest(int c)
{
    return is_alpha(c) || is_digit(c) || is_one_of(c, "!#$%&'*+-.^_`|~:/");
}

static bool
is_printable(int c)
{
    return c >= 0x20 && c <= 0x7e;
}

/* ---- the cursor --------------------------------------------------------------------------------------------- */

static int
peek(const struct cursor *c)
{
    return c->at == c->end ? END : (unsigned char)*c->at;
}

static bool
take(struct cursor *c, char wanted)
{
    if (peek(c) != wanted)
        return false;
    c->at++;
    return true;
}

static void
skip_spaces(struct cursor *c)
{
    while (take(c, ' '))
        continue;
}

static void
skip_white(struct cursor *c)
{
    while (take(c, ' ') || take(c, '\t'))
        continue;
}

static struct slice
take_while(struct cursor *c, bool (*is)(int))
{
    const char *from = c->at;

    while (is(peek(c)))
        c->at++;
    return (struct slice){from, (size_t)(c->at - from)};
}

/* ---- chains ------------------------------------------------------------------------------------------------- */

static void
chain_init(struct chain *ch, size_t max)
{
    *ch = (struct chain){.max = max};
    ch->last = &ch->first;
}

static bool
chain_add(struct chain *ch, struct arena *a, const struct sfv *value)
{
    struct sfv *added;

    if (ch->count == ch->max)
        return false;
    added = NEW(a, struct sfv);
    *added = *value;
    *ch->last = added;
    ch->last = &added->next;
    ch->count++;
    return true;
}

/* A key that is there already keeps its place and takes the new value. */
static bool
chain_put(struct chain *ch, struct arena *a, const struct sfv *value)
{
    for (struct sfv *v = ch->first; v != NULL; v = v->next) {
        if (slice_equal(v->key, value->key)) {
            struct sfv *next = v->next;
            unsigned repeats = v->repeats + 1;

            *v = *value;
            v->next = next;
            v->repeats = repeats;
            return true;
        }
    }
    return chain_add(ch, a, value);
}

/* ---- bare items --------------------------------------------------------------------------------------------- */

static bool
read_key(struct slice *out, struct cursor *c)
{
    if (!is_key_start(peek(c)))
        return false;
    *out = take_while(c, is_key_rest);
    return out->len <= SFV_KEY_BYTES_MAX;
}

static bool
read_places(struct sfv *out, struct cursor *c, size_t whole_digits)
{
    size_t places = 0;

    if (whole_digits > DECIMAL_WHOLE_MAX)
        return false;
    for (; is_digit(peek(c)); places++, c->at++) {
        if (places == DECIMAL_PLACES)
            return false;
        out->number = out->number * 10 + (*c->at - '0');
    }
    if (places == 0)
        return false;
    for (; places < DECIMAL_PLACES; places++)
        out->number *= 10;
    out->type = SFV_DECIMAL;
    return true;
}

static bool
read_number(struct sfv *out, struct cursor *c)
{
    bool minus = take(c, '-');
    struct slice digits = take_while(c, is_digit);

    if (digits.len == 0 || digits.len > DIGITS_MAX)
        return false;
    out->type = SFV_INTEGER;
    for (size_t i = 0; i < digits.len; i++)
        out->number = out->number * 10 + (digits.at[i] - '0');
    if (take(c, '.') && !read_places(out, c, digits.len))
        return false;
    if (minus)
        out->number = -out->number;
    return true;
}

/* Where the string ends; NULL where it does not, or holds what no string may hold. */
static const char *
string_end(const struct cursor *c)
{
    for (const char *at = c->at; at < c->end && is_printable((unsigned char)*at); at++) {
        if (*at == '"')
            return at;
        if (*at == '\\' && (++at == c->end || !is_one_of(*at, "\"\\")))
            return NULL;
    }
    return NULL;
}

static bool
read_string(struct sfv *out, struct cursor *c)
{
    const char *end;
    char *text;

    out->type = SFV_STRING;
    c->at++;
    end = string_end(c);
    if (end == NULL)
        return false;
    text = arena_take(c->arena, (size_t)(end - c->at) + 1);
    out->text.at = text;
    for (; c->at < end; c->at++) {
        if (*c->at == '\\')
            c->at++;
        text[out->text.len++] = *c->at;
    }
    c->at++;
    return true;
}

static bool
read_bytes(struct sfv *out, struct cursor *c)
{
    struct slice rest = {c->at + 1, (size_t)(c->end - c->at) - 1};
    size_t len;

    out->type = SFV_BYTES;
    if (!slice_find(&len, rest, ':'))
        return false;
    c->at = rest.at + len + 1;
    return base64_decode(&out->text, c->arena, slice_sub(rest, 0, len));
}

static bool
read_boolean(struct sfv *out, struct cursor *c)
{
    c->at++;
    out->type = SFV_BOOLEAN;
    out->number = peek(c) == '1';
    return take(c, '1') || take(c, '0');
}

static bool
read_bare(struct sfv *out, struct cursor *c)
{
    int first = peek(c);

    *out = (struct sfv){.key = out->key};
    if (first == '-' || is_digit(first))
        return read_number(out, c);
    if (first == '"')
        return read_string(out, c);
    if (first == ':')
        return read_bytes(out, c);
    if (first == '?')
        return read_boolean(out, c);
    out->type = SFV_TOKEN;
    if (is_token_start(first))
        out->text = take_while(c, is_token_rest);
    return out->text.len > 0;
}

/* ---- what is made of them ------------------------------------------------------------------------------------- */

static void
set_true(struct sfv *out)
{
    out->type = SFV_BOOLEAN;
    out->number = 1;
}

static bool
read_params(struct sfv *out, struct cursor *c)
{
    struct chain params;

    chain_init(&params, SFV_PARAMS_MAX);
    while (take(c, ';')) {
        struct sfv param = {0};

        skip_spaces(c);
        if (!read_key(&param.key, c))
            return false;
        set_true(&param);
        if (take(c, '=') && !read_bare(&param, c))
            return false;
        if (!chain_put(&params, c->arena, &param))
            return false;
    }
    out->params = params.first;
    return true;
}

static bool
read_item(struct sfv *out, struct cursor *c)
{
    return read_bare(out, c) && read_params(out, c);
}

static bool
read_inner(struct sfv *out, struct cursor *c)
{
    struct chain items;

    chain_init(&items, SFV_INNER_MAX);
    c->at++;
    for (skip_spaces(c); !take(c, ')'); skip_spaces(c)) {
        struct sfv item = {0};

        if (!read_item(&item, c) || !chain_add(&items, c->arena, &item))
            return false;
        if (peek(c) != ' ' && peek(c) != ')')
            return false;
    }
    out->type = SFV_INNER;
    out->items = items.first;
    return read_params(out, c);
}

static bool
read_item_or_inner(struct sfv *out, struct cursor *c)
{
    return peek(c) == '(' ? read_inner(out, c) : read_item(out, c);
}

static bool
read_list_member(struct chain *to, struct cursor *c)
{
    struct sfv value = {0};

    return read_item_or_inner(&value, c) && chain_add(to, c->arena, &value);
}

static bool
read_dictionary_member(struct chain *to, struct cursor *c)
{
    struct sfv value = {0};

    if (!read_key(&value.key, c))
        return false;
    set_true(&value);
    if (!(take(c, '=') ? read_item_or_inner(&value, c) : read_params(&value, c)))
        return false;
    return chain_put(to, c->arena, &value);
}

static bool
cursor_init(struct cursor *c, struct arena *a, struct slice field)
{
    if (field.at == NULL || field.len > SFV_BYTES_MAX)
        return false;
    *c = (struct cursor){a, field.at, field.at + field.len};
    skip_spaces(c);
    return true;
}

static bool
read_members(struct sfv **out, struct arena *a, struct slice field, bool (*member)(struct chain *, struct cursor *))
{
    struct cursor c;
    struct chain members;

    chain_init(&members, SFV_MEMBERS_MAX);
    if (!cursor_init(&c, a, field))
        return false;
    while (peek(&c) != END) {
        if (!member(&members, &c))
            return false;
        skip_white(&c);
        if (peek(&c) == END)
            break;
        if (!take(&c, ','))
            return false;
        skip_white(&c);
        if (peek(&c) == END)
            return false;
    }
    *out = members.first;
    return true;
}

bool
sfv_read_item(struct sfv *out, struct arena *a, struct slice field)
{
    struct cursor c;

    *out = (struct sfv){0};
    if (!cursor_init(&c, a, field) || !read_item(out, &c))
        return false;
    skip_spaces(&c);
    return peek(&c) == END;
}

bool
sfv_read_list(struct sfv **out, struct arena *a, struct slice field)
{
    return read_members(out, a, field, read_list_member);
}

bool
sfv_read_dictionary(struct sfv **out, struct arena *a, struct slice field)
{
    return read_members(out, a, field, read_dictionary_member);
}

const struct sfv *
sfv_find(const struct sfv *first, struct slice key)
{
    while (first != NULL && !slice_equal(first->key, key))
        first = first->next;
    return first;
}

size_t
sfv_count(const struct sfv *first)
{
    size_t n = 0;

    for (; first != NULL; first = first->next)
        n++;
    return n;
}

/* ---- writing ------------------------------------------------------------------------------------------------ */

static bool
is_word(struct slice s, bool (*start)(int), bool (*rest)(int))
{
    if (s.len == 0 || !start((unsigned char)s.at[0]))
        return false;
    for (size_t i = 1; i < s.len; i++) {
        if (!rest((unsigned char)s.at[i]))
            return false;
    }
    return true;
}

static bool
add_word(struct buf *b, struct slice s, bool (*start)(int), bool (*rest)(int))
{
    if (!is_word(s, start, rest))
        return false;
    buf_add(b, s);
    return true;
}

static bool
add_number(struct buf *b, const struct sfv *v)
{
    uint64_t amount = v->number < 0 ? -(uint64_t)v->number : (uint64_t)v->number;
    unsigned places = (unsigned)(amount % 1000);

    if (amount > (uint64_t)SFV_NUMBER_MAX)
        return false;
    if (v->number < 0)
        buf_add_char(b, '-');
    if (v->type == SFV_INTEGER)
        buf_print(b, "%llu", (unsigned long long)amount);
    else if (places % 100 == 0)
        buf_print(b, "%llu.%u", (unsigned long long)(amount / 1000), places / 100);
    else if (places % 10 == 0)
        buf_print(b, "%llu.%02u", (unsigned long long)(amount / 1000), places / 10);
    else
        buf_print(b, "%llu.%03u", (unsigned long long)(amount / 1000), places);
    return true;
}

static bool
add_string(struct buf *b, struct slice s)
{
    buf_add_char(b, '"');
    for (size_t i = 0; i < s.len; i++) {
        if (!is_printable((unsigned char)s.at[i]))
            return false;
        if (s.at[i] == '"' || s.at[i] == '\\')
            buf_add_char(b, '\\');
        buf_add_char(b, s.at[i]);
    }
    buf_add_char(b, '"');
    return true;
}

static bool
add_bytes(struct buf *b, struct slice bytes)
{
    buf_add_char(b, ':');
    buf_add(b, base64_encode(b->arena, bytes));
    buf_add_char(b, ':');
    return true;
}

static bool
add_bare(struct buf *b, const struct sfv *v)
{
    switch (v->type) {
    case SFV_INTEGER:
    case SFV_DECIMAL:
        return add_number(b, v);
    case SFV_STRING:
        return add_string(b, v->text);
    case SFV_TOKEN:
        return add_word(b, v->text, is_token_start, is_token_rest);
    case SFV_BYTES:
        return add_bytes(b, v->text);
    case SFV_BOOLEAN:
        buf_add(b, v->number != 0 ? S("?1") : S("?0"));
        return true;
    case SFV_INNER:
        break;
    }
    return false;
}

static bool
is_true(const struct sfv *v)
{
    return v->type == SFV_BOOLEAN && v->number != 0;
}

static bool
add_params(struct buf *b, const struct sfv *param)
{
    for (; param != NULL; param = param->next) {
        buf_add_char(b, ';');
        if (!add_word(b, param->key, is_key_start, is_key_rest))
            return false;
        if (is_true(param))
            continue;
        buf_add_char(b, '=');
        if (!add_bare(b, param))
            return false;
    }
    return true;
}

static bool
add_inner(struct buf *b, const struct sfv *item)
{
    buf_add_char(b, '(');
    for (; item != NULL; item = item->next) {
        if (!add_bare(b, item) || !add_params(b, item->params))
            return false;
        if (item->next != NULL)
            buf_add_char(b, ' ');
    }
    buf_add_char(b, ')');
    return true;
}

bool
sfv_add_item(struct buf *b, const struct sfv *item)
{
    bool ok = item->type == SFV_INNER ? add_inner(b, item->items) : add_bare(b, item);

    return ok && add_params(b, item->params);
}

bool
sfv_add_list(struct buf *b, const struct sfv *first)
{
    for (; first != NULL; first = first->next) {
        if (!sfv_add_item(b, first))
            return false;
        if (first->next != NULL)
            buf_add(b, S(", "));
    }
    return true;
}

bool
sfv_add_dictionary(struct buf *b, const struct sfv *first)
{
    for (; first != NULL; first = first->next) {
        bool ok = add_word(b, first->key, is_key_start, is_key_rest);

        if (ok && is_true(first)) {
            ok = add_params(b, first->params);
        } else if (ok) {
            buf_add_char(b, '=');
            ok = sfv_add_item(b, first);
        }
        if (!ok)
            return false;
        if (first->next != NULL)
            buf_add(b, S(", "));
    }
    return true;
}

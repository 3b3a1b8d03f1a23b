/*
 * The one decoder and the one encoder: what a schema file says, done to a struct.
 * Knows types, bounds and forms; must not know any kind by name, what a value means, or who may see it.
 * Invariant: encode(decode(x)) is canonical, and a decode that is not V_OK told at least one problem.
 */
#include <stdio.h>

#include "shape_int.h"

/* ---- members in their struct ----------------------------------------------------------------------------------- */

static void *
member(const struct field *f, void *in)
{
    return (char *)in + f->offset;
}

static const void *
member_in(const struct field *f, const void *in)
{
    return (const char *)in + f->offset;
}

static void
blank(const struct field *f, void *out)
{
    bool must = f->required;

    switch (f->type) {
    case FIELD_TEXT:
        *(struct slice *)out = must ? S("") : (struct slice){.at = NULL};
        return;
    case FIELD_INT:
        *(int64_t *)out = must ? 0 : INT_ABSENT;
        return;
    case FIELD_DAY:
        *(int32_t *)out = must ? 0 : DAY_ABSENT;
        return;
    case FIELD_CODE:
        *(int32_t *)out = must ? 0 : CODE_ABSENT;
        return;
    case FIELD_TEXTS:
    case FIELD_ITEMS:
        break;
    }
    *(struct list *)out = (struct list){.at = must ? "" : NULL};
}

static bool
absent(const struct field *f, const void *in)
{
    switch (f->type) {
    case FIELD_TEXT:
        return ((const struct slice *)in)->at == NULL;
    case FIELD_INT:
        return *(const int64_t *)in == INT_ABSENT;
    case FIELD_DAY:
        return *(const int32_t *)in == DAY_ABSENT;
    case FIELD_CODE:
        return *(const int32_t *)in == CODE_ABSENT;
    case FIELD_TEXTS:
    case FIELD_ITEMS:
        break;
    }
    return ((const struct list *)in)->at == NULL;
}

void
shape_blank(const struct shape *s, void *out)
{
    for (size_t i = 0; i < s->count; i++)
        blank(&s->fields[i], member(&s->fields[i], out));
}

const struct field *
shape_field(const struct shape *s, struct slice name)
{
    for (size_t i = 0; i < s->count; i++)
        if (slice_equal(slice_of(s->fields[i].name), name))
            return &s->fields[i];
    return NULL;
}

struct slice *
field_text(const struct field *f, void *in)
{
    assert(f->type == FIELD_TEXT);
    return member(f, in);
}

/* ---- what a text must look like -------------------------------------------------------------------------------- */

static bool
made_of(struct slice s, const char *signs)
{
    for (size_t i = 0; i < s.len; i++)
        if (!slice_find(&(size_t){0}, slice_of(signs), s.at[i]))
            return false;
    return true;
}

static bool
sha256_valid(struct slice s)
{
    return s.len == 2 * 32 && made_of(s, "0123456789abcdef");
}

static bool
id_valid(struct slice s)
{
    return s.len >= 1 && s.len <= 64 &&
           made_of(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:-");
}

static bool
resident_id_looks(struct slice s)
{
    return s.len == 18 && made_of(slice_sub(s, 0, 17), "0123456789") && made_of(slice_sub(s, 17, 1), "0123456789X");
}

static bool
credit_code_looks(struct slice s)
{
    return s.len == 18 && made_of(s, "0123456789ABCDEFGHJKLMNPQRTUWXY");
}

/* `looks`: right but for its check digit; NULL where there is none. */
static const struct form_row {
    bool (*valid)(struct slice s);
    bool (*looks)(struct slice s);
} forms[] = {
#define FORM(form, valid, looks, zh, en) [FORM_##form] = {valid, looks},
#define TYPE(type, json, zh, en)
#define UNIT(unit, zh, en)
#include "shape.tbl"
};

/* Compiled by the first thread that needs it; where two race, the slower one throws its own away. */
static const struct pattern *
pattern_of(const struct field *f)
{
    struct pattern *kept = atomic_load(f->compiled);
    struct pattern *mine;

    if (kept != NULL)
        return kept;
    mine = pattern_open(f->pattern);
    if (atomic_compare_exchange_strong(f->compiled, &kept, mine))
        return mine;
    pattern_close(mine);
    return kept;
}

/* ---- reading one value ----------------------------------------------------------------------------------------- */

static const enum json_type types[] = {
#define FORM(form, valid, looks, zh, en)
#define TYPE(type, json, zh, en) [FIELD_##type] = (json),
#define UNIT(unit, zh, en)
#include "shape.tbl"
};

static enum verdict
read_code(int32_t *out, const struct field *f, struct slice name)
{
    for (size_t i = 0; i < f->code_count; i++) {
        if (!slice_equal(slice_of(f->codes[i].name), name))
            continue;
        *out = (int32_t)i;
        return V_OK;
    }
    return V_FIELD_CODE;
}

/* Anything but a list into its member: the shape of the value only, no bound is looked at. */
static enum verdict
read_scalar(void *out, const struct field *f, const struct json *v)
{
    if (v->type != types[f->type])
        return V_FIELD_TYPE;
    if (f->type == FIELD_CODE)
        return read_code(out, f, v->text);
    if (f->type == FIELD_DAY)
        return day_parse(out, v->text) ? V_OK : V_FIELD_FORM;
    if (f->type == FIELD_INT)
        *(int64_t *)out = v->number;
    else
        *(struct slice *)out = v->text;
    return V_OK;
}

static enum verdict
check_text(const struct field *f, struct slice s)
{
    const struct form_row *form = &forms[f->form];
    int64_t length;

    if (f->form != FORM_ANY && form->valid(s))
        return V_OK;
    if (f->form != FORM_ANY)
        return form->looks != NULL && form->looks(s) ? V_FIELD_CHECK : V_FIELD_FORM;
    length = (int64_t)utf8_length(s);
    if (length < f->min || length > f->max)
        return V_FIELD_LENGTH;
    return f->pattern == NULL || pattern_matches(pattern_of(f), s) ? V_OK : V_FIELD_FORM;
}

static enum verdict
check_scalar(const struct field *f, const void *in)
{
    if (f->type == FIELD_TEXT)
        return check_text(f, *(const struct slice *)in);
    if (f->type == FIELD_INT)
        return *(const int64_t *)in >= f->min && *(const int64_t *)in <= f->max ? V_OK : V_FIELD_RANGE;
    return V_OK;
}

/* Room for a list's values. An empty list is not an absent one. */
static char *
list_open(struct list *out, struct arena *a, const struct field *f, const struct json *v)
{
    char *at = arena_take(a, f->items->size * v->count);

    *out = (struct list){at, v->count};
    return at;
}

/* ---- decoding -------------------------------------------------------------------------------------------------- */

static struct place
place_in(const struct place *up, struct slice token)
{
    return (struct place){.up = up, .token = token, .problems = up->problems};
}

static void decode_members(void *out, const struct shape *s, const struct json *object, const struct place *where,
                           const struct slice *also, size_t also_count);

static void
decode_scalar(void *out, const struct field *f, const struct json *v, const struct place *where)
{
    enum verdict got = read_scalar(out, f, v);

    if (got == V_OK)
        got = check_scalar(f, out);
    if (got != V_OK)
        problem_tell(where, got, f);
}

static void
decode_item(void *out, const struct field *f, const struct json *v, const struct place *where)
{
    if (f->type == FIELD_TEXTS)
        decode_scalar(out, &f->items->fields[0], v, where);
    else if (v->type == JSON_OBJECT)
        decode_members(out, f->items, v, where, NULL, 0);
    else
        problem_not_object(where);
}

/* Of a list that is too long the items are not looked at: its length must not decide how much work is done. */
static void
decode_list(struct list *out, const struct field *f, const struct json *v, const struct place *where)
{
    size_t i = 0;
    char *at;

    if (v->type != JSON_LIST)
        problem_tell(where, V_FIELD_TYPE, f);
    else if ((int64_t)v->count < f->min || (int64_t)v->count > f->max)
        problem_tell(where, V_FIELD_LENGTH, f);
    if (v->type != JSON_LIST || (int64_t)v->count > f->max)
        return;
    at = list_open(out, where->problems->arena, f, v);
    for (const struct json *item = v->first; item != NULL; item = item->next, i++) {
        char index[24];
        int len = snprintf(index, sizeof index, "%zu", i);
        struct place here = place_in(where, (struct slice){index, (size_t)len});

        decode_item(at + i * f->items->size, f, item, &here);
    }
}

static bool
among(struct slice name, const struct slice *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (slice_equal(names[i], name))
            return true;
    return false;
}

static void
decode_members(void *out, const struct shape *s, const struct json *object, const struct place *where,
               const struct slice *also, size_t also_count)
{
    shape_blank(s, out);
    for (size_t i = 0; i < s->count; i++) {
        const struct field *f = &s->fields[i];
        const struct json *v = json_find(object, slice_of(f->name));
        struct place here = place_in(where, slice_of(f->name));

        if (v == NULL && f->required)
            problem_tell(&here, V_FIELD_MISSING, f);
        else if (v != NULL && f->items != NULL)
            decode_list(member(f, out), f, v, &here);
        else if (v != NULL)
            decode_scalar(member(f, out), f, v, &here);
    }
    for (const struct json *v = object->first; v != NULL; v = v->next) {
        struct place here = place_in(where, v->key);

        if (shape_field(s, v->key) == NULL && !among(v->key, also, also_count))
            problem_unknown(&here, s);
    }
}

enum verdict
shape_decode(void *out, const struct shape *s, const struct json *object, struct slice at, const struct slice *also,
             size_t also_count, struct problems *p)
{
    struct place where = {.token = at, .problems = p};
    size_t before = p->count;

    assert(object->type == JSON_OBJECT);
    decode_members(out, s, object, &where, also, also_count);
    return p->count == before ? V_OK : V_FIELDS_WRONG;
}

/* ---- is it whole? ------------------------------------------------------------------------------------------------ */

static bool
items_are_whole(const struct list *list, const struct shape *s)
{
    for (size_t i = 0; i < list->count; i++)
        if (!shape_is_whole(s, (const char *)list->at + i * s->size))
            return false;
    return true;
}

bool
shape_is_whole(const struct shape *s, const void *in)
{
    for (size_t i = 0; i < s->count; i++) {
        const struct field *f = &s->fields[i];
        const void *at = member_in(f, in);

        if (f->required && absent(f, at))
            return false;
        if (f->items != NULL && !items_are_whole(at, f->items))
            return false;
    }
    return true;
}

/* ---- encoding -------------------------------------------------------------------------------------------------- */

static void
encode_value(struct buf *b, const struct field *f, const void *in)
{
    const struct list *list = in;
    char day[DAY_TEXT_SIZE];
    int32_t number;

    switch (f->type) {
    case FIELD_TEXT:
        json_add_text(b, *(const struct slice *)in);
        return;
    case FIELD_INT:
        json_add_int(b, *(const int64_t *)in);
        return;
    case FIELD_DAY:
        day_print(day, *(const int32_t *)in);
        json_add_text(b, slice_of(day));
        return;
    case FIELD_CODE:
        number = *(const int32_t *)in;
        assert(number >= 0);
        assert((size_t)number < f->code_count);
        json_add_text(b, slice_of(f->codes[number].name));
        return;
    case FIELD_TEXTS:
    case FIELD_ITEMS:
        break;
    }
    buf_add_char(b, '[');
    for (size_t i = 0; i < list->count; i++) {
        const void *item = (const char *)list->at + i * f->items->size;

        json_add_comma(b);
        if (f->type == FIELD_TEXTS)
            encode_value(b, &f->items->fields[0], item);
        else
            shape_encode(b, f->items, item);
    }
    buf_add_char(b, ']');
}

void
shape_encode_members(struct buf *b, const struct shape *s, const void *in)
{
    for (size_t i = 0; i < s->count; i++) {
        const struct field *f = &s->fields[i];
        const void *at = member_in(f, in);

        if (absent(f, at)) {
            assert(!f->required);
            continue;
        }
        json_add_key(b, f->name);
        encode_value(b, f, at);
    }
}

void
shape_encode(struct buf *b, const struct shape *s, const void *in)
{
    buf_add_char(b, '{');
    shape_encode_members(b, s, in);
    buf_add_char(b, '}');
}

/* ---- reading back ---------------------------------------------------------------------------------------------- */

static enum verdict restore(void *out, struct arena *a, const struct shape *s, const struct json *object);

static enum verdict
restore_value(void *out, struct arena *a, const struct field *f, const struct json *v)
{
    char *at;

    if (f->items == NULL)
        return read_scalar(out, f, v);
    if (v->type != JSON_LIST)
        return V_FIELD_TYPE;
    at = list_open(out, a, f, v);
    for (const struct json *item = v->first; item != NULL; item = item->next, at += f->items->size) {
        if (f->type == FIELD_TEXTS)
            TRY(read_scalar(at, &f->items->fields[0], item));
        else
            TRY(restore(at, a, f->items, item));
    }
    return V_OK;
}

/* Members stand in schema order, so one walk over both sides finds what is missing, unknown or out of order. */
static enum verdict
restore(void *out, struct arena *a, const struct shape *s, const struct json *object)
{
    const struct json *v = object->first;

    if (object->type != JSON_OBJECT)
        return V_FIELD_TYPE;
    shape_blank(s, out);
    for (size_t i = 0; i < s->count; i++) {
        const struct field *f = &s->fields[i];

        if (v != NULL && slice_equal(v->key, slice_of(f->name))) {
            TRY(restore_value(member(f, out), a, f, v));
            v = v->next;
        } else if (f->required) {
            return V_FIELD_MISSING;
        }
    }
    return v == NULL ? V_OK : V_FIELD_UNKNOWN;
}

enum verdict
shape_restore(void *out, struct arena *a, const struct shape *s, const struct json *object)
{
    enum verdict got = restore(out, a, s, object);

    if (got == V_OK)
        return V_OK;
    log_write(LOG_ERROR, "shape_broken", "shape=%s because=%s", s->name, verdict_row(got)->name);
    return V_BROKEN;
}

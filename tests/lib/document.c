/*
 * Random JSON objects that fit a shape.
 * Knows field tables; must not use the decoder or the encoder.
 * Invariant: values are drawn in schema order, so one seed gives one document in whatever order it is written.
 */
#include <stdio.h>
#include <stdlib.h>

#include "document.h"

/* The resident id is the sample printed in GB 11643, the credit code one with area 999999, which does not exist. */
static const char *const forms[] = {
    [FORM_UUID] = "01890a5d-ac96-774b-bcce-b302099a8057",
    [FORM_RESIDENT_ID] = "11010519491231002X",
    [FORM_CREDIT_CODE] = "91999999MA0000000K",
    [FORM_SHA256] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    [FORM_ID] = "a.b_c:d-9",
};

struct slice
document_form(enum field_form form)
{
    assert(form != FORM_ANY);
    return slice_of(forms[form]);
}

struct slice
document_text(struct arena *a, const struct field *f, size_t length)
{
    static const char *const signs[] = {"1", "A", "a", "\xe4\xb8\x80"};
    struct pattern *p = f->pattern == NULL ? NULL : pattern_open(f->pattern);
    struct slice found = {.at = NULL};

    for (size_t i = COUNT(signs); i-- > 0 && found.at == NULL;) {
        struct buf b = {.arena = a};

        for (size_t n = 0; n < length; n++)
            buf_add(&b, slice_of(signs[i]));
        if (p == NULL || pattern_matches(p, buf_slice(&b)))
            found = buf_slice(&b);
    }
    pattern_close(p);
    return found;
}

/* Canonical JSON of texts that need escaping, or must not be escaped. */
static const char *const odd_texts[] = {
    "\"\\\"\\\\/\"",  "\"\\b\\f\\n\\r\\t\"", "\"\\u0001\\u001f\x7f\"", "\"\xf0\x9f\x8f\xba\xe2\x80\xa8\"",
    "\" \xc3\xa9 \"",
};

static void
add_text(struct buf *b, const struct field *f, struct seed *seed)
{
    size_t lowest = (size_t)f->min, highest = (size_t)f->max;
    struct slice s = {.at = NULL};

    if (f->form != FORM_ANY) {
        buf_print(b, "\"%s\"", forms[f->form]);
        return;
    }
    if (f->pattern == NULL && lowest <= 1 && highest >= 5 && seed_below(seed, 2) == 0) {
        buf_add(b, slice_of(odd_texts[seed_below(seed, COUNT(odd_texts))]));
        return;
    }
    for (int tries = 0; tries < 20 && s.at == NULL; tries++)
        s = document_text(b->arena, f, lowest + seed_below(seed, highest - lowest + 1));
    for (size_t length = lowest; length <= highest && s.at == NULL; length++)
        s = document_text(b->arena, f, length);
    if (s.at == NULL) {
        fprintf(stderr, "document.c: no text fits %s; add a sign to document_text\n", f->pattern);
        abort();
    }
    buf_print(b, "\"" SLICE_FMT "\"", SLICE_ARG(s));
}

static void
add_list(struct buf *b, const struct field *f, struct seed *seed)
{
    size_t count = (size_t)f->min + seed_below(seed, (uint64_t)(f->max - f->min) + 1);

    buf_add_char(b, '[');
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            buf_add_char(b, ',');
        if (f->type == FIELD_TEXTS)
            document_add_value(b, &f->items->fields[0], seed);
        else
            document_add(b, f->items, seed, MEMBERS_IN_ORDER, (struct replacement){.field = NULL});
    }
    buf_add_char(b, ']');
}

void
document_add_value(struct buf *b, const struct field *f, struct seed *seed)
{
    char day[DAY_TEXT_SIZE];

    switch (f->type) {
    case FIELD_TEXT:
        add_text(b, f, seed);
        return;
    case FIELD_INT:
        buf_print(b, "%lld", (long long)(f->min + (int64_t)seed_below(seed, (uint64_t)(f->max - f->min) + 1)));
        return;
    case FIELD_DAY:
        day_print(day, (int32_t)(DAY_MIN + (int32_t)seed_below(seed, (uint64_t)(DAY_MAX - DAY_MIN) + 1)));
        buf_print(b, "\"%s\"", day);
        return;
    case FIELD_CODE:
        buf_print(b, "\"%s\"", f->codes[seed_below(seed, f->code_count)].name);
        return;
    case FIELD_TEXTS:
    case FIELD_ITEMS:
        add_list(b, f, seed);
        return;
    }
}

static void
shuffle(size_t *order, size_t count, struct seed *seed)
{
    for (size_t i = count; i > 1; i--) {
        size_t other = seed_below(seed, i);
        size_t kept = order[i - 1];

        order[i - 1] = order[other];
        order[other] = kept;
    }
}

void
document_add(struct buf *b, const struct shape *s, struct seed *seed, enum member_order order, struct replacement r)
{
    struct slice *values = NEW_ARRAY(b->arena, struct slice, s->count);
    size_t *places = NEW_ARRAY(b->arena, size_t, s->count);
    const char *between = "";

    for (size_t i = 0; i < s->count; i++) {
        const struct field *f = &s->fields[i];
        struct buf value = {.arena = b->arena};

        places[i] = i;
        if (f == r.field)
            values[i] = r.raw;
        else if (f->required || seed_below(seed, 2) == 0) {
            document_add_value(&value, f, seed);
            values[i] = buf_slice(&value);
        }
    }
    if (order == MEMBERS_SHUFFLED)
        shuffle(places, s->count, seed);
    buf_add_char(b, '{');
    for (size_t i = 0; i < s->count; i++) {
        if (values[places[i]].at == NULL)
            continue;
        buf_print(b, "%s\"%s\":" SLICE_FMT, between, s->fields[places[i]].name, SLICE_ARG(values[places[i]]));
        between = ",";
    }
    buf_add_char(b, '}');
}

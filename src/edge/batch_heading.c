/*
 * Reads headings: what a column is to be.
 * Knows the words that people write for names; must not know cells.
 * Invariant: a name comes before a title, and a title before any other word for a name.
 */
#include "batch_int.h"

static const char *const members[BATCH__MEMBERS] = {
    [BATCH_ID] = "id", [BATCH_KIND] = "kind", [BATCH_SUBJECT] = "subject", [BATCH_ON] = "on"};

/* What stands in the sheets of offices and banks for a name. */
static const struct {
    const char *said, *name;
} words[] = {
    {"类型",     "kind"   },
    {"登记事项", "kind"   },
    {"对象",     "subject"},
    {"编号",     "subject"},
    {"日期",     "on"     },
    {"金额",     "amount" },
};

/* As NFKC leaves them. */
static const char *const yuan_marks[] = {"(元)", "(yuan)"};

static struct slice
name_of(struct slice word)
{
    for (size_t i = 0; i < COUNT(words); i++)
        if (slice_equal(word, slice_of(words[i].said)))
            return slice_of(words[i].name);
    return word;
}

static enum batch_member
member_of(struct slice word)
{
    enum batch_member m = BATCH_ID;

    while (m < BATCH__MEMBERS && !slice_equal(name_of(word), slice_of(members[m])))
        m++;
    return m;
}

static bool
cut_end(struct slice *s, struct slice end)
{
    if (s->len < end.len || !slice_equal(slice_sub(*s, s->len - end.len, end.len), end))
        return false;
    s->len -= end.len;
    return true;
}

const char *
batch_member_name(enum batch_member m)
{
    assert(m < BATCH__MEMBERS);
    return members[m];
}

void
batch_heading_read(struct batch_heading *out, struct arena *a, struct slice cell)
{
    *out = (struct batch_heading){.word = cell};
    text_normal(&out->word, a, cell);
    for (size_t i = 0; i < COUNT(yuan_marks); i++)
        out->yuan = out->yuan || cut_end(&out->word, slice_of(yuan_marks[i]));
    while (out->yuan && cut_end(&out->word, S(" ")))
        ;
    out->member = out->yuan ? BATCH__MEMBERS : member_of(out->word);
}

static const struct field *
field_titled(const struct shape *s, struct arena *a, struct slice title)
{
    for (size_t i = 0; i < s->count; i++) {
        struct slice own = slice_of(s->fields[i].zh);

        text_normal(&own, a, own);
        if (slice_equal(own, title))
            return &s->fields[i];
    }
    return NULL;
}

const struct field *
batch_heading_field(const struct batch_heading *h, struct arena *a, const struct shape *s)
{
    const struct field *f = shape_field(s, h->word);

    if (h->member != BATCH__MEMBERS)
        return NULL;
    if (f == NULL)
        f = field_titled(s, a, h->word);
    if (f == NULL)
        f = shape_field(s, name_of(h->word));
    if (f == NULL || !h->yuan)
        return f;
    return f->type == FIELD_INT && f->unit != NULL && slice_equal(slice_of(f->unit), S("fen")) ? f : NULL;
}

const struct kind_row *
batch_kind(const struct kind_row *kinds, struct slice cell)
{
    const struct kind_row *named = kind_find(kinds, cell);

    for (const struct kind_row *k = kinds; named == NULL && k->name != NULL; k++)
        if (slice_equal(cell, slice_of(k->shape->zh)))
            named = k;
    return named;
}

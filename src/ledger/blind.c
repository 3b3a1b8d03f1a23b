/*
 * Values that name one subject, such as an identity number: whom they name already, and the index kept with the
 * journal. Knows fields with a scheme and the normal form of their values; must not know what a number means.
 * Invariant: a value in the index names the subject whose entry carries it; no entry about another carries it.
 */
#include "ledger_int.h"

/* Values are equal where NFKC and upper-case ASCII letters make them so: what was typed and what the card shows. */
static struct slice
blind_normal(struct arena *a, struct slice text)
{
    struct slice normal;
    char *at;

    if (!text_normal(&normal, a, text))
        return text;
    normal = arena_copy(a, normal);
    at = (char *)normal.at;
    for (size_t i = 0; i < normal.len; i++)
        if (at[i] >= 'a' && at[i] <= 'z')
            at[i] = (char)(at[i] - 'a' + 'A');
    return normal;
}

enum verdict
ledger_blind_find(struct slice *out, const struct ledger_options *o, struct arena *a, struct slice scheme,
                  struct slice value)
{
    return vault_blind_find(out, o->vault, o->db, a, scheme, blind_normal(a, value));
}

/* The value in its normal form; absent where the field has no scheme or the entry no such value. */
static struct slice
blind_value(struct arena *a, const struct field *f, const void *body)
{
    struct slice text;

    if (f->blind == NULL || body == NULL)
        return (struct slice){0};
    text = *(const struct slice *)((const char *)body + f->offset);
    return text.at == NULL ? text : blind_normal(a, text);
}

static enum verdict
refuse_known(struct posting *p, const struct field *f, struct slice known)
{
    problem_add(&p->problems, V_PERSON_KNOWN, json_pointer(p->arena, S(""), slice_of(f->name)),
                arena_print(p->arena, "已登记，编号 " SLICE_FMT "，请沿用该编号", SLICE_ARG(known)),
                arena_print(p->arena, "registered already: use the id " SLICE_FMT, SLICE_ARG(known)));
    return V_PERSON_KNOWN;
}

enum verdict
blind_check(struct posting *p, const struct ledger_options *o)
{
    const struct shape *s = p->entry.kind->schema->shape;

    for (size_t i = 0; i < s->count; i++) {
        struct slice value = blind_value(p->arena, &s->fields[i], p->entry.body), known;
        enum verdict got;

        if (value.at == NULL)
            continue;
        got = vault_blind_find(&known, o->vault, o->db, p->arena, slice_of(s->fields[i].blind), value);
        if (got == V_NONE)
            continue;
        TRY(got);
        if (!slice_equal(known, p->entry.subject))
            return refuse_known(p, &s->fields[i], known);
    }
    return V_OK;
}

/* ---- recording ------------------------------------------------------------------------------------------------------
 */

/* The value that stood where a correction now stands. An erased one has left the index already. */
static enum verdict
drop_mended(const struct ledger_options *o, struct arena *a, const struct field *f, const struct entry *mended)
{
    struct slice text;
    enum verdict got =
        private_open(&text, o->vault, o->db, a, entry_sealed(mended), json_pointer(a, S(""), slice_of(f->name)));

    if (got == V_NONE)
        return V_OK;
    TRY(got);
    return vault_blind_drop(o->vault, o->db, slice_of(f->blind), blind_normal(a, text));
}

static enum verdict
keep(const struct ledger_options *o, struct arena *a, const struct field *f, const struct entry *e)
{
    struct slice value = blind_value(a, f, e->body), known;
    enum verdict got;

    if (value.at == NULL)
        return V_OK;
    got = vault_blind_find(&known, o->vault, o->db, a, slice_of(f->blind), value);
    return got != V_NONE ? got : vault_blind_put(o->vault, o->db, a, slice_of(f->blind), value, e->subject);
}

enum verdict
blind_record(const struct ledger_options *o, struct arena *a, const struct entry *e)
{
    const struct shape *s = e->kind->schema->shape;

    for (size_t i = 0; i < s->count; i++) {
        const struct field *f = &s->fields[i];
        struct entry mended;

        if (f->blind == NULL)
            continue;
        if (e->mends.entry.at != NULL) {
            TRY(fold_mended(&mended, o->registry, o->db, a, e));
            TRY(drop_mended(o, a, f, &mended));
        }
        TRY(keep(o, a, f, e));
    }
    return V_OK;
}

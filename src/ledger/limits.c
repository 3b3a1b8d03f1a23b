/*
 * The number in force for a case, and dated lists of codes.
 * Knows scopes and days through the registry's limit source; must not know what a limit is for.
 * Invariant: the narrowest scope in force on the key day wins, and a case never reads another day's number.
 */
#include "ledger_int.h"

enum verdict
ledger_limit(struct limit *out, const struct registry *r, struct db *db, struct arena *a, const char *name,
             struct slice district, int32_t day)
{
    struct slice scopes[5];
    size_t count;

    assert(r->limits != NULL);
    count = r->limits->scopes(scopes, district);
    for (size_t i = 0; i < count; i++) {
        struct subject s;

        TRY(subject_load(&s, db, a, r->limits->type, r->limits->id(a, name, scopes[i])));
        if (s.state == STATE_NEW || !r->limits->in_force(out, s.view, day))
            continue;
        out->name = name;
        return V_OK;
    }
    return V_LIMIT_UNKNOWN;
}

static bool
limit_holds(const struct limit *l, struct slice value)
{
    for (size_t i = 0; i < l->item_count; i++)
        if (slice_equal(l->items[i], value))
            return true;
    return false;
}

/* What codes are looked up for: the problems found, and whose lists are in force. */
struct lookup {
    struct problems *problems;
    const struct registry *registry;
    struct db *db;
    struct slice district;
    int32_t day;
};

/* Adds a problem where the value is not in the list in force on that day. */
static enum verdict
code_check(const struct lookup *l, struct slice pointer, const char *name, struct slice value)
{
    struct problems *p = l->problems;
    struct limit list;

    TRY(ledger_limit(&list, l->registry, l->db, p->arena, name, l->district, l->day));
    if (!limit_holds(&list, value))
        problem_add(p, V_FIELD_CODE, pointer,
                    arena_print(p->arena, "不在当日生效的 %s 代码表中，依据：" SLICE_FMT, name, SLICE_ARG(list.source)),
                    arena_print(p->arena, "not in the list %s in force on that day; source: " SLICE_FMT, name,
                                SLICE_ARG(list.source)));
    return V_OK;
}

/* The dated list of a text, or of each text of a list; NULL where there is none. */
static const char *
list_of(const struct field *f)
{
    return f->type == FIELD_TEXTS ? f->items->fields[0].list : f->list;
}

static enum verdict
field_check(const struct lookup *l, const struct field *f, const void *in)
{
    struct arena *a = l->problems->arena;
    struct slice at = json_pointer(a, S(""), slice_of(f->name));
    const struct list *texts = in;
    const struct slice *text = in;

    if (f->type == FIELD_TEXT)
        return text->at == NULL ? V_OK : code_check(l, at, f->list, *text);
    for (size_t i = 0; i < texts->count; i++)
        TRY(code_check(l, json_pointer(a, at, arena_print(a, "%zu", i)), list_of(f),
                       ((const struct slice *)texts->at)[i]));
    return V_OK;
}

enum verdict
lists_check(struct problems *p, const struct registry *r, struct db *db, const struct entry *e, struct slice district)
{
    const struct shape *s = e->kind->schema->shape;
    struct lookup own = {p, r, db, district, e->on}, mended = {p, r, db, district, day_local(e->at_ms)};

    /* Why an entry is mended is said on the day it is mended, so the list of that day counts. */
    if (e->mends.entry.at != NULL && r->mend_reasons != NULL)
        TRY(code_check(&mended, S("/mends/reason"), r->mend_reasons, e->mends.reason));
    for (size_t i = 0; e->body != NULL && i < s->count; i++) {
        const struct field *f = &s->fields[i];

        if (list_of(f) != NULL)
            TRY(field_check(&own, f, (const char *)e->body + f->offset));
    }
    return p->count > 0 ? V_FIELDS_WRONG : V_OK;
}

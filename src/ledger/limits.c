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

/* Adds a problem where the value is not in the list in force on that day. */
static enum verdict
code_check(struct problems *p, const struct registry *r, struct db *db, struct slice pointer, const char *name,
           struct slice district, int32_t day, struct slice value)
{
    struct limit list;

    TRY(ledger_limit(&list, r, db, p->arena, name, district, day));
    if (!limit_holds(&list, value))
        problem_add(p, V_FIELD_CODE, pointer,
                    arena_print(p->arena, "不在当日生效的 %s 代码表中，依据：" SLICE_FMT, name, SLICE_ARG(list.source)),
                    arena_print(p->arena, "not in the list %s in force on that day; source: " SLICE_FMT, name,
                                SLICE_ARG(list.source)));
    return V_OK;
}

/* Why an entry is mended is said on the day it is mended, so the list of that day counts. */
static enum verdict
reason_check(struct problems *p, const struct registry *r, struct db *db, const struct entry *e, struct slice district)
{
    if (e->mends.entry.at == NULL || r->mend_reasons == NULL)
        return V_OK;
    return code_check(p, r, db, S("/mends/reason"), r->mend_reasons, district, day_local(e->at_ms), e->mends.reason);
}

enum verdict
lists_check(struct problems *p, const struct registry *r, struct db *db, const struct entry *e, struct slice district)
{
    const struct shape *s = e->kind->schema->shape;

    TRY(reason_check(p, r, db, e, district));
    for (size_t i = 0; e->body != NULL && i < s->count; i++) {
        const struct field *f = &s->fields[i];
        struct slice value;

        if (f->list == NULL)
            continue;
        value = *(const struct slice *)((const char *)e->body + f->offset);
        if (value.at != NULL)
            TRY(code_check(p, r, db, json_pointer(p->arena, S(""), slice_of(f->name)), f->list, district, e->on,
                           value));
    }
    return p->count > 0 ? V_FIELDS_WRONG : V_OK;
}

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

enum verdict
lists_check(const struct registry *r, struct db *db, struct arena *a, const struct entry *e, struct slice district,
            struct problems *p)
{
    const struct shape *s = e->kind->schema->shape;

    if (e->body == NULL)
        return V_OK;
    for (size_t i = 0; i < s->count; i++) {
        const struct field *f = &s->fields[i];
        struct limit list;
        struct slice value;

        if (f->list == NULL)
            continue;
        value = *(const struct slice *)((const char *)e->body + f->offset);
        if (value.at == NULL)
            continue;
        TRY(ledger_limit(&list, r, db, a, f->list, district, e->on));
        if (limit_holds(&list, value))
            continue;
        problem_add(p, V_FIELD_CODE, json_pointer(a, S(""), slice_of(f->name)),
                    arena_print(a, "不在当日生效的 %s 代码表中，依据：" SLICE_FMT, f->list, SLICE_ARG(list.source)),
                    arena_print(a, "not in the list %s in force on that day; source: " SLICE_FMT, f->list,
                                SLICE_ARG(list.source)));
    }
    return p->count > 0 ? V_FIELDS_WRONG : V_OK;
}

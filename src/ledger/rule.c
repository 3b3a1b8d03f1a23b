/*
 * What a rule reads: limits, other subjects and their lines, sums of totals, the last day counted.
 * Knows how each is named by a kind's row; must not know what the rule does with it.
 * Invariant: a rule sees the registry as it was before its entry, the group's earlier entries included.
 */
#include "ledger_int.h"

struct slice
text_member(const struct shape *s, const void *in, const char *name)
{
    const struct field *f = shape_field(s, slice_of(name));

    assert(f != NULL);
    assert(f->type == FIELD_TEXT);
    return *(const struct slice *)((const char *)in + f->offset);
}

struct slice
district_of(const struct subject *s, const struct entry *e)
{
    struct scope scope = {0};

    if (s->state != STATE_NEW && s->type->scope != NULL)
        s->type->scope(&scope, s->view);
    if (scope.district.at == NULL && e->body != NULL && shape_field(e->kind->schema->shape, S("district")) != NULL)
        scope.district = text_member(e->kind->schema->shape, e->body, "district");
    return scope.district.at == NULL ? S("") : scope.district;
}

/* Absent where the entry or the view does not say. */
static struct slice
named(const char *field, enum name_of of, const struct subject *s, const struct entry *e)
{
    switch (of) {
    case OF_ACTOR:
        return e->actor.account;
    case OF_SUBJECT:
        return e->subject;
    case OF_VIEW:
        return text_member(s->type->view, s->view, field);
    case OF_ENTRY:
        break;
    }
    return text_member(e->kind->schema->shape, e->body, field);
}

static enum verdict
other_load(struct subject *out, const struct other *other, const struct subject *s, struct posting *p, struct db *db)
{
    const struct entry *e = &p->entry;
    struct slice id = named(other->field, other->of, s, e);

    if (id.at == NULL || id.len == 0) {
        subject_blank(out, p->arena, other->type, S(""));
        return V_OK;
    }
    TRY(subject_load(out, db, p->arena, other->type, id));
    if (out->state != STATE_NEW || other->of == OF_ACTOR)
        return V_OK;
    problem_add(&p->problems, V_REFERENCE_UNKNOWN, json_pointer(p->arena, S(""), slice_of(other->field)),
                arena_print(p->arena, "未登记的 %s", other->type->name),
                arena_print(p->arena, "no such %s is registered", other->type->name));
    return V_REFERENCE_UNKNOWN;
}

static enum verdict
some_limit_load(struct limit *out, const char *name, struct slice district, int32_t day, struct posting *p,
                const struct ledger_options *o)
{
    enum verdict got = ledger_limit(out, o->registry, o->db, p->arena, name, district, day);

    if (got == V_LIMIT_UNKNOWN)
        *out = (struct limit){.name = NULL};
    return got == V_LIMIT_UNKNOWN ? V_OK : got;
}

/* Nothing follows the slash but names, and '0' is the sign after it. */
enum verdict
ledger_sum(int64_t *out, struct db *db, struct arena *a, const char *indicator, struct slice name)
{
    struct sql_total_sum row;

    TRY(sql_total_sum(&row, db, a, slice_of(indicator), arena_print(a, SLICE_FMT "/", SLICE_ARG(name)),
                      arena_print(a, SLICE_FMT "0", SLICE_ARG(name))));
    *out = row.amount;
    return V_OK;
}

static enum verdict
sum_load(int64_t *out, const struct sum *sum, const struct subject *s, struct posting *p, struct db *db)
{
    struct slice name = named(sum->field, sum->of, s, &p->entry);

    *out = 0;
    return name.at == NULL ? V_OK : ledger_sum(out, db, p->arena, sum->indicator, name);
}

/* The totals' last day. What the group at hand has added stands in no bucket yet, but in deltas of today,
 * or of yesterday where it began before midnight. */
static enum verdict
latest_load(struct view *v, struct posting *p, const struct ledger_options *o)
{
    char recorded[DAY_TEXT_SIZE];
    struct sql_totals_latest row;

    day_print(recorded, day_local(p->entry.at_ms) - 1);
    TRY(sql_totals_latest(&row, o->db, p->arena, slice_of(recorded)));
    return row.on_day.len == 0 || day_parse(&v->latest_on, row.on_day) ? V_OK : V_BROKEN;
}

/* Is there an open exception of that number? A correction may stay with the one that it closes already, and closes none
 * that came after its place. */
static enum verdict
closes_find(const struct entry *mended, const struct entry *e, struct db *db, struct arena *a)
{
    struct sql_exception_open row;
    int64_t seq = entry_closes(e);

    if (mended != NULL && mended->body != NULL && entry_closes(mended) == seq)
        return V_OK;
    if (mended != NULL && mended->seq < seq)
        return V_NONE;
    return sql_exception_open(&row, db, a, slice_of(e->kind->type->name), e->subject, seq);
}

static enum verdict
closes_check(const struct entry *mended, struct posting *p, const struct ledger_options *o)
{
    enum verdict got = V_OK;

    if (p->entry.body != NULL)
        got = closes_find(mended, &p->entry, o->db, p->arena);
    if (got != V_NONE)
        return got;
    problem_add(&p->problems, V_REFERENCE_UNKNOWN, S("/seq"), S("该对象没有此序号的待处理异常"),
                S("this subject has no open exception of that number"));
    return V_REFERENCE_UNKNOWN;
}

enum verdict
rule_check(struct view *v, struct posting *p, const struct ledger_options *o)
{
    const struct subject *s = v->subject;
    const struct kind *k = p->entry.kind;
    struct slice district = district_of(s, &p->entry);
    int32_t key_day = k->key_day == NULL ? p->entry.on : k->key_day(s->view, &p->entry);

    v->latest_on = DAY_ABSENT;
    if (k->closes == CLOSES_ONE)
        TRY(closes_check(v->mended, p, o));
    if (k->may == NULL || p->entry.body == NULL)
        return V_OK;
    for (size_t i = 0; i < LIMITS_MAX && k->limits[i] != NULL; i++)
        TRY(ledger_limit(&v->limits[i], o->registry, o->db, p->arena, k->limits[i], district, key_day));
    for (size_t i = 0; i < LIMITS_MAX && k->some_limits[i] != NULL; i++)
        TRY(some_limit_load(&v->some_limits[i], k->some_limits[i], district, key_day, p, o));
    for (size_t i = 0; i < OTHERS_MAX && k->others[i].type != NULL; i++) {
        TRY(other_load(&v->others[i], &k->others[i], s, p, o->db));
        if (k->others[i].lent)
            TRY(lines_load(&v->lent[i], o->registry, o->db, p->arena, k->others[i].type, v->others[i].id));
    }
    for (size_t i = 0; i < SUMS_MAX && k->sums[i].indicator != NULL; i++)
        TRY(sum_load(&v->sums[i], &k->sums[i], s, p, o->db));
    if (k->reads_latest)
        TRY(latest_load(v, p, o));
    return k->may(v, &p->entry, &p->problems);
}

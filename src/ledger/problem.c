/*
 * Says which value is wrong, where it stands and what would be right, in both languages.
 * Knows bounds, codes and forms as words; must not decide whether a value is right.
 * Invariant: every problem is counted, at most PROBLEM_MAX are told, and the rest cost no memory.
 */
#include "shape_int.h"

void
problem_add(struct problems *p, enum verdict v, struct slice pointer, struct slice zh, struct slice en)
{
    struct problem *problem;

    if (p->count++ >= PROBLEM_MAX)
        return;
    problem = NEW(p->arena, struct problem);
    *problem = (struct problem){.verdict = v, .pointer = pointer, .zh = zh, .en = en};
    if (p->last == NULL)
        p->last = &p->first;
    *p->last = problem;
    p->last = &problem->next;
}

static struct slice
pointer_of(const struct place *where)
{
    if (where->up == NULL)
        return where->token;
    return json_pointer(where->problems->arena, pointer_of(where->up), where->token);
}

struct detail {
    struct slice zh, en;
};

static const struct code forms[] = {
#define FORM(form, valid, looks, zh, en) [FORM_##form] = {#form, zh, en},
#define TYPE(type, json, zh, en)
#define UNIT(unit, zh, en)
#include "shape.tbl"
};

static const struct code types[] = {
#define FORM(form, valid, looks, zh, en)
#define TYPE(type, json, zh, en) [FIELD_##type] = {#type, zh, en},
#define UNIT(unit, zh, en)
#include "shape.tbl"
};

static const struct code units[] = {
#define FORM(form, valid, looks, zh, en)
#define TYPE(type, json, zh, en)
#define UNIT(unit, zh, en) {unit, zh, en},
#include "shape.tbl"
};

static struct detail
words(const struct code *row)
{
    return (struct detail){slice_of(row->zh), slice_of(row->en)};
}

static struct code
unit_of(const struct field *f)
{
    for (size_t i = 0; i < COUNT(units); i++)
        if (f->unit != NULL && slice_equal(slice_of(units[i].name), slice_of(f->unit)))
            return units[i];
    return (struct code){"", "", ""};
}

static struct detail
bounds_detail(struct arena *a, const struct field *f, enum verdict v)
{
    long long min = f->min, max = f->max;
    struct code unit = unit_of(f);

    if (v == V_FIELD_RANGE)
        return (struct detail){arena_print(a, "须在 %lld 至 %lld 之间%s", min, max, unit.zh),
                               arena_print(a, "must be from %lld to %lld%s", min, max, unit.en)};
    if (f->type == FIELD_TEXT)
        return (struct detail){arena_print(a, "长度须为 %lld 至 %lld 个字符", min, max),
                               arena_print(a, "must be %lld to %lld characters long", min, max)};
    return (struct detail){arena_print(a, "须有 %lld 至 %lld 项", min, max),
                           arena_print(a, "must have %lld to %lld items", min, max)};
}

static struct detail
codes_detail(struct arena *a, const struct field *f)
{
    struct buf zh = {.arena = a}, en = {.arena = a};

    for (size_t i = 0; i < f->code_count; i++) {
        buf_print(&zh, "%s%s（%s）", i == 0 ? "须为以下代码之一：" : "、", f->codes[i].name, f->codes[i].zh);
        buf_print(&en, "%s%s (%s)", i == 0 ? "must be one of: " : ", ", f->codes[i].name, f->codes[i].en);
    }
    return (struct detail){buf_slice(&zh), buf_slice(&en)};
}

static struct detail
form_detail(struct arena *a, const struct field *f)
{
    if (f->type == FIELD_DAY)
        return (struct detail){S("须为日历上的日期，形如 2023-06-30"),
                               S("must be a day of the calendar, such as 2023-06-30")};
    if (f->form != FORM_ANY)
        return words(&forms[f->form]);
    return (struct detail){arena_print(a, "须符合格式 %s", f->pattern), arena_print(a, "must match %s", f->pattern)};
}

static struct detail
detail_of(struct arena *a, enum verdict v, const struct field *f)
{
    if (v == V_FIELD_MISSING)
        return (struct detail){arena_print(a, "必须填写%s", f->zh), arena_print(a, "%s is required", f->en)};
    if (v == V_FIELD_TYPE)
        return words(&types[f->type]);
    if (v == V_FIELD_CODE)
        return codes_detail(a, f);
    if (v == V_FIELD_RANGE || v == V_FIELD_LENGTH)
        return bounds_detail(a, f, v);
    return form_detail(a, f);
}

static struct detail
unknown_detail(struct arena *a, const struct shape *s)
{
    struct buf zh = {.arena = a}, en = {.arena = a};

    buf_print(&zh, "没有此字段，请删除");
    buf_print(&en, "is not a member here; leave it out");
    for (size_t i = 0; i < s->count; i++) {
        buf_print(&zh, "%s%s", i == 0 ? "；可用字段：" : "、", s->fields[i].name);
        buf_print(&en, "%s%s", i == 0 ? "; the members are: " : ", ", s->fields[i].name);
    }
    return (struct detail){buf_slice(&zh), buf_slice(&en)};
}

/* Once the list is full no memory is spent: every problem from there on is counted only. */
static bool
counted_only(const struct place *where)
{
    if (where->problems->count < PROBLEM_MAX)
        return false;
    where->problems->count++;
    return true;
}

void
problem_tell(const struct place *where, enum verdict v, const struct field *f)
{
    struct detail d;

    if (counted_only(where))
        return;
    d = detail_of(where->problems->arena, v, f);
    problem_add(where->problems, v, pointer_of(where), d.zh, d.en);
}

void
problem_unknown(const struct place *where, const struct shape *s)
{
    struct detail d;

    if (counted_only(where))
        return;
    d = unknown_detail(where->problems->arena, s);
    problem_add(where->problems, V_FIELD_UNKNOWN, pointer_of(where), d.zh, d.en);
}

void
problem_not_object(const struct place *where)
{
    if (!counted_only(where))
        problem_add(where->problems, V_FIELD_TYPE, pointer_of(where), S("须为对象"), S("must be an object"));
}

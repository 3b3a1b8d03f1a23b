/*
 * From a request's JSON to a posting: the envelope and the kind's fields.
 * Knows the envelope's members; must not know who asks, nor touch the database.
 * Invariant: a posting that was read has every field within its bounds, and one canonical form.
 */
#include <string.h>

#include "ledger_int.h"

static const struct slice envelope[] = {
    {"subject", 7},
    {"on", 2},
    {"mends", 5},
    {"id", 2},
    {"kind", 4},
};

#define CODE_LENGTH_MAX 40
#define PAPER_LENGTH_MAX 64

static bool
is_sign(char c, const char *also)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           (c != '\0' && strchr(also, c) != NULL);
}

static bool
is_word(struct slice s, const char *also, size_t len_max)
{
    for (size_t i = 0; i < s.len; i++)
        if (!is_sign(s.at[i], also))
            return false;
    return s.len > 0 && s.len <= len_max;
}

static bool
is_one_of(struct slice s, const struct slice *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (slice_equal(s, list[i]))
            return true;
    return false;
}

/* A text member of the envelope; absent, after a problem where it is required, where it is missing or no text. */
static struct slice
member_text(const struct json *object, struct slice key, struct slice at, bool required, struct problems *p)
{
    const struct json *member = json_find(object, key);
    struct slice pointer = json_pointer(p->arena, at, key);

    if (member != NULL && member->type == JSON_TEXT)
        return member->text;
    if (member != NULL)
        problem_add(p, V_FIELD_TYPE, pointer, S("须为文本"), S("must be a text"));
    else if (required)
        problem_add(p, V_FIELD_MISSING, pointer, S("必填"), S("required"));
    return (struct slice){0};
}

static void
read_subject(struct slice *out, const struct json *body, struct slice at, struct problems *p)
{
    *out = member_text(body, S("subject"), at, true, p);
    if (out->at != NULL && !is_word(*out, "._:@-", 64))
        problem_add(p, V_FIELD_FORM, json_pointer(p->arena, at, S("subject")),
                    S("1 至 64 位字母、数字或 . _ : @ -"), S("1 to 64 letters, digits or . _ : @ -"));
}

static void
read_day(int32_t *out, const struct json *body, struct slice at, struct problems *p)
{
    struct slice on = member_text(body, S("on"), at, true, p);

    *out = DAY_ABSENT;
    if (on.at != NULL && !day_parse(out, on))
        problem_add(p, V_FIELD_FORM, json_pointer(p->arena, at, S("on")), S("日期格式为 YYYY-MM-DD"),
                    S("a day as YYYY-MM-DD"));
}

/* True where the correction is a void: `"void": "yes"` says that nothing stands in the place of the entry meant. */
static bool
read_mends(struct mends *out, const struct json *mends, struct slice at, struct problems *p)
{
    static const struct slice members[] = {{"entry", 5}, {"reason", 6}, {"paper", 5}, {"void", 4}};
    struct slice is_void;

    if (mends->type != JSON_OBJECT) {
        problem_add(p, V_FIELD_TYPE, at, S("须为对象"), S("must be an object"));
        return false;
    }
    out->entry = member_text(mends, S("entry"), at, true, p);
    out->reason = member_text(mends, S("reason"), at, true, p);
    out->paper = member_text(mends, S("paper"), at, false, p);
    is_void = member_text(mends, S("void"), at, false, p);
    if (out->entry.at != NULL && !uuid_valid(out->entry))
        problem_add(p, V_FIELD_FORM, json_pointer(p->arena, at, S("entry")), S("须为 UUID"), S("must be a UUID"));
    if (out->reason.at != NULL && !is_word(out->reason, "_", CODE_LENGTH_MAX))
        problem_add(p, V_FIELD_FORM, json_pointer(p->arena, at, S("reason")), S("须为原因代码"),
                    S("must be a reason code"));
    if (out->paper.at != NULL && !is_word(out->paper, "._/-", PAPER_LENGTH_MAX))
        problem_add(p, V_FIELD_FORM, json_pointer(p->arena, at, S("paper")), S("须为档案号"),
                    S("must be an archive number"));
    if (is_void.at != NULL && !slice_equal(is_void, S("yes")))
        problem_add(p, V_FIELD_CODE, json_pointer(p->arena, at, S("void")), S("只能为 yes，或不填"),
                    S("yes, or left out"));
    for (const struct json *m = mends->first; m != NULL; m = m->next)
        if (!is_one_of(m->key, members, COUNT(members)))
            problem_add(p, V_FIELD_UNKNOWN, json_pointer(p->arena, at, m->key), S("没有此字段"), S("no such field"));
    return is_void.at != NULL;
}

/* What a void may carry beside its envelope: nothing. */
static const struct shape no_fields = {.name = "void"};

enum verdict
posting_read(struct posting *out, struct arena *a, const struct registry *r, struct slice kind, struct slice id,
             const struct json *body, struct slice at)
{
    struct problems *p = &out->problems;
    const struct json *mends;
    const struct shape *shape = &no_fields;
    bool is_void = false;
    void *fields;

    *out = (struct posting){.arena = a, .problems = {.arena = a}, .entry = {.id = id}};
    out->entry.kind = registry_kind(r, kind);
    if (out->entry.kind == NULL)
        return V_KIND_UNKNOWN;
    if (!uuid_valid(id))
        return V_ID_MALFORMED;
    if (body->type != JSON_OBJECT)
        return V_JSON_TOP;
    read_subject(&out->entry.subject, body, at, p);
    read_day(&out->entry.on, body, at, p);
    mends = json_find(body, S("mends"));
    if (mends != NULL)
        is_void = read_mends(&out->entry.mends, mends, json_pointer(a, at, S("mends")), p);
    if (!is_void)
        shape = out->entry.kind->schema->shape;
    fields = arena_take(a, shape->size);
    shape_decode(fields, shape, body, at, envelope, COUNT(envelope), p);
    out->entry.body = is_void ? NULL : fields;
    return p->count == 0 ? V_OK : V_FIELDS_WRONG;
}

/*
 * Loads what stands in files into the registry: the policy pack and a plan, through the door like anybody else.
 * Knows the form of those files; must not decide what a limit may be, nor write to a table.
 * Invariant: loading the same files again posts nothing, and what the registry says otherwise stays.
 */
#define _DEFAULT_SOURCE
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "domain_int.h"

#define FILE_SIZE_MAX ((size_t)1 << 18)
#define FILES_MAX 64

/* ---- files ----------------------------------------------------------------------------------------------------- */

enum verdict
data_unusable(const char *file, const char *why)
{
    log_write(LOG_ERROR, "data_unusable", "file=%s because=%s", file, why);
    return V_USAGE;
}

enum verdict
data_read(struct slice *out, struct arena *a, const char *name)
{
    FILE *file = fopen(name, "rb");
    char *at = arena_take(a, FILE_SIZE_MAX);
    size_t len;

    if (file == NULL)
        return data_unusable(name, "cannot_open");
    len = fread(at, 1, FILE_SIZE_MAX, file);
    if (ferror(file) != 0 || len == FILE_SIZE_MAX) {
        fclose(file);
        return data_unusable(name, "unreadable_or_too_long");
    }
    fclose(file);
    *out = (struct slice){at, len};
    return V_OK;
}

static int
compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool
is_pack(struct slice name)
{
    struct slice end = S(".json");

    return name.len > end.len && name.at[0] != '.' && slice_equal(slice_sub(name, name.len - end.len, end.len), end);
}

/* The pack's files by name: the order in which they are loaded must not depend on the disk. */
static enum verdict
folder_read(const char **names, size_t *count, struct arena *a, const char *folder)
{
    DIR *dir = opendir(folder);

    *count = 0;
    if (dir == NULL)
        return data_unusable(folder, "cannot_open");
    for (struct dirent *one = readdir(dir); one != NULL && *count < FILES_MAX; one = readdir(dir))
        if (is_pack(slice_of(one->d_name)))
            names[(*count)++] = arena_copy(a, slice_of(one->d_name)).at;
    closedir(dir);
    if (*count == 0 || *count == FILES_MAX)
        return data_unusable(folder, *count == 0 ? "no_files" : "too_many_files");
    qsort(names, *count, sizeof *names, compare_names);
    return V_OK;
}

/* ---- identifiers ----------------------------------------------------------------------------------------------- */

/* ---- rows of the pack ------------------------------------------------------------------------------------------ */

struct pack {
    const struct ledger_options *o;
    struct arena *arena;
    const struct actor *who;
    struct list rows;                           /* of struct policy_row */
    struct posting *postings[LEDGER_GROUP_MAX]; /* for each row; NULL where it is not posted */
};

static bool
says_nothing_to_the_door(struct slice key)
{
    static const struct slice own[] = {S_INIT("name"), S_INIT("scope"), S_INIT("zh"),
                                       S_INIT("en"),   S_INIT("note"),  S_INIT("labels")};

    for (size_t i = 0; i < COUNT(own); i++)
        if (slice_equal(key, own[i]))
            return true;
    return false;
}

/* The row as the body of a limit.set: its own members, and the envelope's before them. */
static const struct json *
row_body(struct arena *a, const struct json *row, struct slice subject, int32_t on)
{
    struct json *body = NEW(a, struct json);
    struct json *members = NEW_ARRAY(a, struct json, row->count + 2);
    char *day = arena_take(a, DAY_TEXT_SIZE);
    size_t count = 0;

    day_print(day, on);
    members[count++] = (struct json){.type = JSON_TEXT, .key = S("subject"), .text = subject};
    members[count++] = (struct json){.type = JSON_TEXT, .key = S("on"), .text = slice_of(day)};
    for (const struct json *one = row->first; one != NULL; one = one->next)
        if (!says_nothing_to_the_door(one->key))
            members[count++] = *one;
    for (size_t i = 0; i < count; i++)
        members[i].next = i + 1 < count ? &members[i + 1] : NULL;
    *body = (struct json){.type = JSON_OBJECT, .first = members, .count = count};
    return body;
}

static bool
items_equal(const struct limit_view *v, const struct limit_view_periods_item *one, const struct limit_set *d)
{
    const struct slice *ours = d->items.at;
    const struct slice *theirs = v->items.at;

    if (d->items.at == NULL || one->item_count == INT_ABSENT)
        return d->items.at == NULL && one->item_count == INT_ABSENT;
    if (d->items.count != (size_t)one->item_count)
        return false;
    for (size_t i = 0; i < d->items.count; i++)
        if (!slice_equal(ours[i], theirs[(size_t)one->first_item + i]))
            return false;
    return true;
}

/* Where a period has no end of its own, the one that followed has closed it. */
static bool
period_equal(const struct limit_view *v, const struct limit_view_periods_item *one, const struct limit_set *d)
{
    return (d->to == DAY_ABSENT || d->to == one->to) && d->number == one->number && d->offset_ppm == one->offset_ppm &&
           slice_equal(d->unit, one->unit) && slice_equal(d->code, one->code) && slice_equal(d->base, one->base) &&
           slice_equal(d->source, one->source) && slice_equal(d->confidence, one->confidence) &&
           items_equal(v, one, d);
}

/* POLICY_POSTED where it remains to be posted. */
static enum policy_fate
fate_of(const struct subject *s, const struct limit_set *d)
{
    const struct limit_view *v = s->view;
    const struct limit_view_periods_item *one = v->periods.at;

    for (size_t i = 0; i < v->periods.count; i++, one++)
        if (one->from == d->from)
            return period_equal(v, one, d) ? POLICY_PRESENT : POLICY_DIFFERS;
    return POLICY_POSTED;
}

/* The first day, but neither after today nor before the limit's first entry: those the door refuses. */
static int32_t
day_of(const struct subject *s, int32_t from)
{
    int32_t today = day_local(the_clock.wall_ms());
    int32_t on = from < today ? from : today;

    return s->first_on != DAY_ABSENT && on < s->first_on ? s->first_on : on;
}

/* `row` has a first day. */
static enum verdict
row_read(struct posting **out, struct pack *k, struct policy_row *row, const struct json *json)
{
    const struct slice parts[] = {S("limit.set"), S("|"), row->name, S("|"), row->scope, S("|"), row->from};
    struct posting *p = NEW(k->arena, struct posting);
    struct slice subject = arena_print(k->arena, SLICE_FMT "@" SLICE_FMT, SLICE_ARG(row->name), SLICE_ARG(row->scope));
    struct subject s;
    int32_t from;

    if (!day_parse(&from, row->from))
        return data_unusable(row->file.at, "from_is_no_day");
    TRY(ledger_subject(&s, k->o->registry, k->o->db, k->arena, k->o->registry->limits->type, subject, INT64_MAX));
    if (posting_read(p, k->arena, k->o->registry, S("limit.set"), uuid8_of(k->arena, parts, COUNT(parts)),
                     row_body(k->arena, json, subject, day_of(&s, from)), S("")) != V_OK)
        return data_unusable(row->file.at, log_quote(k->arena, subject));
    p->entry.actor = *k->who;
    row->fate = fate_of(&s, p->entry.body);
    *out = row->fate == POLICY_POSTED ? p : NULL;
    return V_OK;
}

static enum verdict
row_add(struct pack *k, struct slice file, const struct json *json)
{
    struct policy_row *row = list_push(&k->rows, k->arena, sizeof *row);

    *row = (struct policy_row){
        .file = file,
        .name = json_text(json, S("name")),
        .scope = json_text(json, S("scope")),
        .from = json_text(json, S("from")),
        .zh = json_text(json, S("zh")),
        .en = json_text(json, S("en")),
        .fate = POLICY_UNDATED,
    };
    if (row->name.at == NULL || row->scope.at == NULL || row->zh.at == NULL || row->en.at == NULL)
        return data_unusable(file.at, "row_without_name_scope_zh_or_en");
    return row->from.at == NULL ? V_OK : row_read(&k->postings[k->rows.count - 1], k, row, json);
}

static enum verdict
pack_file(struct pack *k, const char *folder, const char *name)
{
    struct slice file = arena_print(k->arena, "%s/%s", folder, name);
    const struct json *tree, *rows;
    struct slice text;

    TRY(data_read(&text, k->arena, file.at));
    if (json_parse(&tree, k->arena, text) != V_OK)
        return data_unusable(file.at, "not_json");
    rows = json_find(tree, S("rows"));
    if (rows == NULL) /* another sort of policy: what a password must be */
        return V_OK;
    if (rows->type != JSON_LIST)
        return data_unusable(file.at, "rows_are_no_list");
    for (const struct json *one = rows->first; one != NULL; one = one->next) {
        if (k->rows.count == LEDGER_GROUP_MAX)
            return data_unusable(file.at, "too_many_rows");
        TRY(row_add(k, slice_of(name), one));
    }
    return V_OK;
}

/* ---- posting --------------------------------------------------------------------------------------------------- */

static void
row_answer(struct policy_row *row, const struct posting *p)
{
    const struct problem *first = p->problems.first;

    row->got = p->got;
    if (p->got == V_OK)
        return;
    row->fate = p->got == V_REPLAYED ? POLICY_PRESENT : POLICY_REFUSED;
    if (first != NULL) {
        row->why_zh = first->zh;
        row->why_en = first->en;
    }
}

static enum verdict
pack_post(struct pack *k, struct policy_row *rows, struct ledger *lg)
{
    struct posting **group = NEW_ARRAY(k->arena, struct posting *, LEDGER_GROUP_MAX);
    size_t count = 0;

    for (size_t i = 0; i < k->rows.count; i++)
        if (k->postings[i] != NULL)
            group[count++] = k->postings[i];
    if (count > 0)
        ledger_post(lg, group, count);
    for (size_t i = 0; i < k->rows.count; i++) {
        const struct posting *p = k->postings[i];

        if (p == NULL)
            continue;
        if (verdict_row(p->got)->class == VERDICT_FAULT)
            return p->got;
        row_answer(&rows[i], p);
    }
    return V_OK;
}

enum verdict
policy_load(struct policy_report *out, struct ledger *lg, struct arena *a, const char *folder, const struct actor *who)
{
    const char *names[FILES_MAX];
    struct pack *k = NEW(a, struct pack);
    size_t count;

    *k = (struct pack){.o = ledger_opened_with(lg), .arena = a, .who = who};
    TRY(folder_read(names, &count, a, folder));
    for (size_t i = 0; i < count; i++)
        TRY(pack_file(k, folder, names[i]));
    if (k->rows.count == 0)
        return data_unusable(folder, "no_rows");
    *out = (struct policy_report){.rows = NEW_ARRAY(a, struct policy_row, k->rows.count), .count = k->rows.count};
    if (k->rows.count > 0)
        memcpy(out->rows, k->rows.at, k->rows.count * sizeof *out->rows);
    TRY(pack_post(k, out->rows, lg));
    for (size_t i = 0; i < out->count; i++)
        out->counts[out->rows[i].fate]++;
    return V_OK;
}

enum verdict
plan_load(struct problems *problems, struct ledger *lg, struct arena *a, const char *file, const struct actor *who)
{
    const struct registry *r = ledger_opened_with(lg)->registry;
    struct posting *p = NEW(a, struct posting);
    const struct json *body;
    struct slice text, parts[2] = {S("plan.set|")};
    enum verdict got;

    TRY(data_read(&text, a, file));
    parts[1] = text;
    if (json_parse(&body, a, text) != V_OK)
        return data_unusable(file, "not_json");
    got = posting_read(p, a, r, S("plan.set"), uuid8_of(a, parts, COUNT(parts)), body, S(""));
    if (got == V_OK) {
        p->entry.actor = *who;
        ledger_post(lg, &p, 1);
        got = p->got;
    }
    *problems = p->problems;
    return got;
}

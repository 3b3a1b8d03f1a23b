/*
 * Loads what a registry begins with: the districts and offices of its place, from one file, through the door.
 * Knows the form of that file; must not know what any of its entries means.
 * Invariant: all of the file or nothing, and loading it again posts nothing.
 */
#include "domain_int.h"

/* The item without `as` and `kind` is the body that anybody would send. */
static struct json *
body_of(struct arena *a, const struct json *item)
{
    struct json *body = NEW(a, struct json);
    struct json **last;

    *body = (struct json){.type = JSON_OBJECT};
    last = &body->first;
    for (const struct json *m = item->first; m != NULL; m = m->next) {
        struct json *copy;

        if (slice_equal(m->key, S("as")) || slice_equal(m->key, S("kind")))
            continue;
        copy = NEW(a, struct json);
        *copy = *m;
        copy->next = NULL;
        *last = copy;
        last = &copy->next;
        body->count++;
    }
    return body;
}

static enum verdict
item_read(struct posting *out, struct arena *a, const struct registry *r, const struct json *item, size_t place,
          const struct actor *who)
{
    struct slice kind = json_text(item, S("kind"));
    struct slice parts[] = {S("founding|"), kind, S("|"), json_text(item, S("subject"))};

    TRY(posting_read(out, a, r, kind, uuid8_of(a, parts, COUNT(parts)), body_of(a, item),
                     arena_print(a, "/%zu", place)));
    out->entry.actor = *who;
    return role_find(&out->entry.actor.role, json_text(item, S("as"))) ? V_OK : V_FORBIDDEN;
}

static enum verdict
items_read(struct posting **out, size_t *count, struct problems *problems, struct arena *a, const struct registry *r,
           const struct json *list, const struct actor *who)
{
    for (const struct json *item = list->first; item != NULL; item = item->next) {
        struct posting *p = NEW(a, struct posting);
        enum verdict got = item_read(p, a, r, item, *count, who);

        *problems = p->problems;
        TRY(got);
        out[(*count)++] = p;
    }
    return V_OK;
}

enum verdict
founding_load(size_t *posted, struct problems *problems, struct ledger *lg, struct arena *a, const char *file,
              const struct actor *who)
{
    struct posting **postings = NEW_ARRAY(a, struct posting *, LEDGER_GROUP_MAX);
    const struct json *list;
    struct slice text;
    size_t count = 0;
    enum verdict got;

    *posted = 0;
    TRY(data_read(&text, a, file));
    if (json_parse(&list, a, text) != V_OK || list->type != JSON_LIST || list->count == 0)
        return data_unusable(file, "not_a_json_list");
    if (list->count > LEDGER_GROUP_MAX)
        return data_unusable(file, "too_many_items");
    TRY(items_read(postings, &count, problems, a, ledger_opened_with(lg)->registry, list, who));
    got = ledger_post_list(lg, postings, count);
    for (size_t i = 0; i < count; i++) {
        *posted += postings[i]->got == V_OK;
        if (postings[i]->problems.count > 0)
            *problems = postings[i]->problems;
    }
    return got;
}

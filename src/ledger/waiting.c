/*
 * Corrections that wait outside the journal until another person confirms them.
 * Knows how a posting is kept and read back; must not know whether it will be allowed.
 * Invariant: what is recorded in the end is what was proposed, under its proposer's name.
 */
#include "ledger_int.h"

#define FIELD S("waiting")

static struct slice
waiting_encode(const struct posting *p, struct slice commitment)
{
    struct buf b = {.arena = p->arena};

    buf_add_char(&b, '{');
    json_add_key(&b, "actor");
    json_add_text(&b, actor_print(p->arena, &p->entry.actor));
    json_add_key(&b, "signed");
    json_add_text(&b, commitment.at == NULL ? S("") : commitment);
    json_add_key(&b, "entry");
    buf_add(&b, entry_canonical(p->arena, &p->entry));
    buf_add_char(&b, '}');
    return buf_slice(&b);
}

enum verdict
waiting_add(const struct ledger_options *o, const struct posting *p, struct slice commitment)
{
    TRY(vault_put(o->vault, o->db, p->arena, p->entry.id, FIELD, waiting_encode(p, commitment)));
    return sql_waiting_add(o->db, p->entry.id, p->entry.mends.entry, p->entry.at_ms);
}

/* What waiting_encode writes empty was absent. */
static struct slice
text_of(const struct json *object, struct slice key)
{
    struct slice text = json_text(object, key);

    return text.len == 0 ? (struct slice){0} : text;
}

static enum verdict
waiting_decode(struct posting *out, const struct registry *r, struct arena *a, struct slice text)
{
    const struct json *doc, *entry, *mends, *body;
    struct entry *e = &out->entry;

    TRY(json_parse(&doc, a, text));
    entry = json_find(doc, S("entry"));
    if (entry == NULL || !actor_read(&e->actor, text_of(doc, S("actor"))))
        return V_BROKEN;
    out->commitment = text_of(doc, S("signed"));
    e->kind = registry_kind(r, text_of(entry, S("kind")));
    e->subject = text_of(entry, S("subject"));
    mends = json_find(entry, S("mends"));
    if (e->kind == NULL || mends == NULL || mends->count != 3 || !day_parse(&e->on, text_of(entry, S("on"))))
        return V_BROKEN;
    e->mends = (struct mends){mends->first->text, mends->first->next->text, mends->first->next->next->text};
    if (e->mends.paper.len == 0)
        e->mends.paper = (struct slice){0};
    body = json_find(entry, S("body"));
    if (body == NULL)
        return V_OK;
    e->body = arena_take(a, e->kind->schema->shape->size);
    return shape_restore((void *)e->body, a, e->kind->schema->shape, body);
}

enum verdict
waiting_load(struct posting **out, const struct ledger_options *o, struct arena *a, struct slice id)
{
    struct sql_waiting_get row;
    struct posting *p = NEW(a, struct posting);
    struct slice text;
    enum verdict got = sql_waiting_get(&row, o->db, a, id);

    if (got == V_NONE)
        return V_SUBJECT_UNKNOWN;
    TRY(got);
    TRY(vault_get(&text, o->vault, o->db, a, id, FIELD));
    TRY(waiting_decode(p, o->registry, a, text));
    p->arena = a;
    p->problems.arena = a;
    p->entry.id = id;
    *out = p;
    return V_OK;
}

/*
 * Corrections and proposals that wait outside the journal until another person confirms them.
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

/* Those find it who may read its subject; of what is not there yet, those of the proposer's own house or district. The
 * house whose the subject was before tells only itself. */
static void
waiting_scope(struct scope *out, const struct subject *s, const struct actor *who)
{
    bool is_there = s->state != STATE_NEW;

    *out = (struct scope){.district = who->district, .organisation = who->organisation};
    if (is_there && s->type->scope != NULL)
        s->type->scope(out, s->view);
    if (is_there && s->type->standing != NULL && s->type->standing(s->view, who) == STANDING_FORMER)
        out->organisation = who->organisation;
    out->district = out->district.at == NULL ? S("") : out->district;
    out->organisation = out->organisation.at == NULL ? S("") : out->organisation;
}

enum verdict
waiting_add(const struct ledger_options *o, const struct posting *p, const struct subject *s, struct slice commitment)
{
    const struct entry *e = &p->entry;
    struct slice mends = e->mends.entry.at == NULL ? S("") : e->mends.entry;
    struct scope scope;

    waiting_scope(&scope, s, &e->actor);
    TRY(vault_put(o->vault, o->db, p->arena, e->id, FIELD, waiting_encode(p, commitment)));
    return sql_waiting_add(o->db, e->id, mends, e->at_ms, slice_of(e->kind->schema->name), e->subject, scope.district,
                           scope.organisation, actor_print(p->arena, &e->actor));
}

/* What waiting_encode writes empty was absent. */
static struct slice
given(struct slice text)
{
    return text.len == 0 ? (struct slice){0} : text;
}

static struct slice
text_of(const struct json *object, struct slice key)
{
    return given(json_text(object, key));
}

/* What mends nothing was proposed for the first time. */
static bool
mends_decode(struct mends *out, const struct json *entry)
{
    const struct json *mends = json_find(entry, S("mends"));

    if (mends == NULL)
        return true;
    if (mends->count != 3)
        return false;
    *out = (struct mends){given(mends->first->text), given(mends->first->next->text),
                          given(mends->first->next->next->text)};
    return true;
}

static enum verdict
waiting_decode(struct posting *out, const struct registry *r, struct arena *a, struct slice text)
{
    const struct json *doc, *entry, *body;
    struct entry *e = &out->entry;

    TRY(json_parse(&doc, a, text));
    entry = json_find(doc, S("entry"));
    if (entry == NULL || !actor_read(&e->actor, text_of(doc, S("actor"))))
        return V_BROKEN;
    out->commitment = text_of(doc, S("signed"));
    e->kind = registry_kind(r, text_of(entry, S("kind")));
    e->subject = text_of(entry, S("subject"));
    if (e->kind == NULL || !day_parse(&e->on, text_of(entry, S("on"))) || !mends_decode(&e->mends, entry))
        return V_BROKEN;
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
    p->entry.at_ms = row.at_ms;
    *out = p;
    return V_OK;
}

/* Another daemon may have let it in, or taken it away, since it was loaded. */
enum verdict
waiting_drop(struct db *db, struct slice id)
{
    enum verdict got = sql_waiting_drop(db, id);

    return got == V_NONE ? V_SUBJECT_UNKNOWN : got;
}

enum verdict
ledger_waiting(struct entry *out, const struct ledger_options *o, struct arena *a, struct slice id)
{
    struct posting *p;
    enum verdict got = waiting_load(&p, o, a, id);

    if (got == V_SUBJECT_UNKNOWN)
        return V_NONE;
    TRY(got);
    *out = p->entry;
    return V_OK;
}

/* ---- the second person ------------------------------------------------------------------------------------------- */

static bool
is_mending(const struct entry *e)
{
    return e->mends.entry.at != NULL;
}

const struct kind *
waiting_word(const struct entry *e, const struct registry *r)
{
    return is_mending(e) ? r->confirms : r->admits;
}

enum verdict
waiting_second(const struct entry *e, const struct actor *who, const struct registry *r)
{
    if (actor_same_account(&e->actor, who))
        return V_SAME_PERSON;
    if (!role_may_post(who->role, waiting_word(e, r)->schema))
        return V_FORBIDDEN;
    return is_mending(e) || role_may_post(who->role, e->kind->schema) ? V_OK : V_FORBIDDEN;
}

/* A subject that is gone meanwhile is nobody's: what waits about it can still be declined. */
static enum verdict
may_decline(const struct ledger_options *o, struct arena *a, const struct entry *e, const struct actor *who)
{
    struct subject s;

    TRY(subject_load(&s, o->db, a, e->kind->type, e->subject));
    if (s.state != STATE_NEW)
        TRY(standing_check(&s, e, who));
    return waiting_second(e, who, o->registry);
}

enum verdict
ledger_withdraw(const struct ledger_options *o, struct arena *a, struct slice id, const struct actor *who)
{
    struct posting *p;

    TRY(waiting_load(&p, o, a, id));
    if (!actor_same_account(&p->entry.actor, who))
        TRY(may_decline(o, a, &p->entry, who));
    TRY(waiting_drop(o->db, id));
    return vault_erase(o->db, id);
}

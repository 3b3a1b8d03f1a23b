/*
 * Decodes entries, hands them to the writer, and answers with receipts.
 * Knows the envelope of one entry and of a list; must not know what an entry means.
 * Invariant: every bad field of a request is told, whichever item it stands in, before anything is posted.
 */
#include "entries_int.h"
#include "query.h"

#define DRY_RUN "dry_run"

static const char *const query_names[] = {DRY_RUN, NULL};

enum verdict
entries_query(bool *is_dry, struct call *c, const char *const *names)
{
    struct slice dry;

    TRY(query_check(&c->fault, c->rq, names));
    dry = query_find(c->rq, DRY_RUN);
    *is_dry = dry.at != NULL;
    if (dry.at == NULL || slice_equal(dry, S("true")))
        return V_OK;
    c->fault = S(DRY_RUN);
    return V_REQUEST_MALFORMED;
}

/* ---- answers ------------------------------------------------------------------------------------------------------
 */

static void
add_text(struct buf *b, const char *key, struct slice text)
{
    json_add_key(b, key);
    json_add_text(b, text);
}

/* What would happen, or what waits: the members are the same but for the id that only the latter has. */
static void
add_outlook(struct buf *b, const struct posting *p, struct slice id)
{
    buf_add_char(b, '{');
    if (id.at != NULL)
        add_text(b, "id", id);
    add_text(b, "kind", slice_of(p->entry.kind->schema->name));
    add_text(b, "subject", p->entry.subject);
    add_text(b, "state", slice_of(p->state));
    buf_add_char(b, '}');
}

/* The document of one accepted posting: its receipt, the first one again, or that it waits. */
static enum verdict
add_accepted(struct buf *b, struct posting *p, struct db *db)
{
    if (p->seq == 0) {
        add_outlook(b, p, p->entry.id);
        return V_OK;
    }
    if (p->receipt.at == NULL) {
        if (db == NULL)
            return V_DATABASE;
        TRY(ledger_receipt(&p->receipt, db, p->arena, p->seq));
    }
    buf_add(b, p->receipt);
    return V_OK;
}

bool
entries_accepted(enum verdict v)
{
    return v == V_OK || v == V_REPLAYED;
}

void
entries_refuse(struct call *c, enum verdict v)
{
    if (v == V_NONCE_USED)
        c->fault = S("nonce");
    call_refuse(c, v);
}

/* On the writer's thread, as all that follows a write is. */
static void
answer_post(struct write *w)
{
    struct call *c = w->context;
    struct posting *p = w->postings[0];
    struct buf b = {.arena = p->arena};
    enum verdict got = V_OK;

    c->problems = p->problems;
    if (entries_accepted(w->got))
        got = add_accepted(&b, p, w->db);
    if (!entries_accepted(w->got) || got != V_OK)
        entries_refuse(c, got != V_OK ? got : w->got);
    else if (p->seq == 0)
        call_answer(c, 202, "application/json", buf_slice(&b));
    else
        call_answer(c, verdict_row(w->got)->status, "application/json", buf_slice(&b));
}

/* A refused item's problems, their pointers led by its place; one that names no field points at the item. */
static void
take_problems(struct call *c, const struct posting *p, size_t place)
{
    struct arena *a = c->rq->arena;
    const struct verdict_row *row = verdict_row(p->got);

    c->problems = (struct problems){.arena = a};
    for (const struct problem *one = p->problems.first; one != NULL; one = one->next)
        problem_add(&c->problems, one->verdict, arena_print(a, "/%zu" SLICE_FMT, place, SLICE_ARG(one->pointer)),
                    one->zh, one->en);
    if (p->problems.first == NULL)
        problem_add(&c->problems, p->got, arena_print(a, "/%zu", place), slice_of(row->zh), slice_of(row->en));
}

static void
refuse_list(struct call *c, const struct write *w)
{
    for (size_t i = 0; i < w->count; i++)
        if (!entries_accepted(w->postings[i]->got) && w->postings[i]->got != V_NONE) {
            take_problems(c, w->postings[i], i);
            break;
        }
    entries_refuse(c, w->got);
}

void
entries_answer(struct call *c, const struct write *w, int status)
{
    bool is_dry = w->how == WRITE_DRY_LIST || w->how == WRITE_DRY_SHEET;
    struct buf b = {.arena = c->rq->arena};
    enum verdict got = V_OK;

    buf_add_char(&b, '[');
    for (size_t i = 0; i < w->count && got == V_OK; i++) {
        json_add_comma(&b);
        if (is_dry)
            add_outlook(&b, w->postings[i], (struct slice){0});
        else
            got = add_accepted(&b, w->postings[i], w->db);
    }
    buf_add_char(&b, ']');
    if (got != V_OK)
        call_refuse(c, got);
    else
        call_answer(c, is_dry ? 200 : status, "application/json", buf_slice(&b));
}

static void
answer_list(struct write *w)
{
    if (entries_accepted(w->got))
        entries_answer(w->context, w, verdict_row(w->got)->status);
    else
        refuse_list(w->context, w);
}

/* ---- one entry -----------------------------------------------------------------------------------------------------
 */

/* draft-ietf-httpapi-idempotency-key-header wants a quoted string; most clients send it bare. */
static struct slice
entry_id(const struct request *rq)
{
    struct slice s = header_find(rq, "idempotency-key");

    if (s.len >= 2 && s.at[0] == '"' && s.at[s.len - 1] == '"')
        return slice_sub(s, 1, s.len - 2);
    return s.at == NULL ? S("") : s;
}

void
entries_put(struct call *c, const struct write *w)
{
    enum verdict got;

    c->write = *w;
    got = writer_put(c->edge->writer, &c->write);
    if (got != V_OK)
        call_refuse(c, got);
}

static void
dry_run(struct call *c, struct posting *p)
{
    const struct edge_options *o = &c->edge->o;
    struct ledger_options ledger = {
        .registry = o->registry, .db = c->db, .vault = o->vault, .log_key = o->log_key, .origin = o->log_origin};
    struct buf b = {.arena = p->arena};
    enum verdict got = ledger_dry_run(&ledger, p);

    c->problems = p->problems;
    if (!entries_accepted(got)) {
        call_refuse(c, got);
        return;
    }
    add_outlook(&b, p, (struct slice){0});
    call_answer(c, 200, "application/json", buf_slice(&b));
}

static enum verdict
read_post(struct posting **out, bool *is_dry, struct call *c)
{
    struct arena *a = c->rq->arena;
    struct posting *p = NEW(a, struct posting);
    struct slice id = entry_id(c->rq);
    const struct json *body;
    enum verdict got;

    TRY(entries_query(is_dry, c, query_names));
    TRY(json_parse(&body, a, c->rq->body));
    got = posting_read(p, a, c->edge->o.registry, c->args[0], id, body, S(""));
    c->problems = p->problems;
    c->fault = got == V_ID_MALFORMED ? S("idempotency-key") : (struct slice){0};
    p->entry.actor = c->actor;
    p->credential = c->credential;
    p->evidence = c->evidence;
    *out = p;
    return got;
}

void
entries_post(struct call *c)
{
    struct posting **postings = NEW(c->rq->arena, struct posting *);
    bool is_dry;
    enum verdict got = read_post(&postings[0], &is_dry, c);

    if (got != V_OK) {
        call_refuse(c, got);
    } else if (is_dry) {
        dry_run(c, postings[0]);
    } else {
        postings[0]->nonce = c->nonce;
        entries_put(c, &(struct write){.how = WRITE_POST, .postings = postings, .count = 1, .done = answer_post,
                                       .context = c});
    }
}

/* ---- a list --------------------------------------------------------------------------------------------------------
 */

static void
add_problems(struct problems *to, const struct problems *from)
{
    for (const struct problem *p = from->first; p != NULL; p = p->next)
        problem_add(to, p->verdict, p->pointer, p->zh, p->en);
}

/* A member that leads the item's own: which entry it is, and of what kind. */
static struct slice
lead_text(const struct json *item, const char *name, struct slice at, struct problems *p)
{
    const struct json *member = item->type == JSON_OBJECT ? json_find(item, slice_of(name)) : NULL;
    struct slice pointer = json_pointer(p->arena, at, slice_of(name));

    if (member != NULL && member->type == JSON_TEXT)
        return member->text;
    if (member != NULL)
        problem_add(p, V_FIELD_TYPE, pointer, S("须为文本"), S("must be a text"));
    else
        problem_add(p, V_FIELD_MISSING, pointer, S("必填"), S("required"));
    return (struct slice){0};
}

static void
read_item(struct posting *out, struct call *c, const struct json *item, struct slice at)
{
    struct arena *a = c->list_arena;
    struct slice id = lead_text(item, "id", at, &c->problems);
    struct slice kind = lead_text(item, "kind", at, &c->problems);
    enum verdict got;

    if (id.at == NULL || kind.at == NULL)
        return;
    got = posting_read(out, a, c->edge->o.registry, kind, id, item, at);
    add_problems(&c->problems, &out->problems);
    if (got == V_KIND_UNKNOWN)
        problem_add(&c->problems, got, json_pointer(a, at, S("kind")), S("没有这种登记事项"),
                    S("no such kind of entry"));
    if (got == V_ID_MALFORMED)
        problem_add(&c->problems, got, json_pointer(a, at, S("id")), S("须为 UUID"), S("must be a UUID"));
    out->entry.actor = c->actor;
    out->credential = c->credential;
}

void
entries_share_evidence(struct call *c, struct posting *const *postings, size_t count)
{
    struct evidence *others;

    if (c->evidence == NULL)
        return;
    others = NEW(c->rq->arena, struct evidence);
    *others = *c->evidence;
    others->body = S("");
    for (size_t i = 0; i < count; i++)
        postings[i]->evidence = i == 0 ? c->evidence : others;
}

static enum verdict
read_list(struct posting ***out, size_t *count, bool *is_dry, struct call *c)
{
    struct arena *a = c->rq->arena;
    const struct json *body;
    size_t i = 0;

    TRY(entries_query(is_dry, c, query_names));
    TRY(json_parse(&body, a, c->rq->body));
    if (body->type != JSON_LIST || body->count == 0 || body->count > LEDGER_GROUP_MAX) {
        problem_add(&c->problems, V_FIELD_LENGTH, S(""), arena_print(a, "须为 1 至 %d 项的列表", LEDGER_GROUP_MAX),
                    arena_print(a, "must be a list of 1 to %d items", LEDGER_GROUP_MAX));
        return V_FIELDS_WRONG;
    }
    *count = body->count;
    *out = NEW_ARRAY(a, struct posting *, *count);
    c->list_arena = arena_open(LIST_ARENA_SIZE);
    for (const struct json *item = body->first; item != NULL; item = item->next, i++) {
        (*out)[i] = NEW(a, struct posting);
        read_item((*out)[i], c, item, arena_print(a, "/%zu", i));
    }
    return c->problems.count == 0 ? V_OK : V_FIELDS_WRONG;
}

static void
post_list(struct call *c)
{
    struct posting **postings;
    size_t count;
    bool is_dry;
    enum verdict got = read_list(&postings, &count, &is_dry, c);

    if (got != V_OK) {
        call_refuse(c, got);
        return;
    }
    entries_share_evidence(c, postings, count);
    if (!is_dry)
        postings[0]->nonce = c->nonce;
    entries_put(c, &(struct write){.how = is_dry ? WRITE_DRY_LIST : WRITE_LIST, .postings = postings, .count = count,
                                   .done = answer_list, .context = c});
}

void
entries_list(struct call *c)
{
    struct media m;
    bool known = media_read(&m, header_find(c->rq, "content-type"));

    assert(known); /* route_check_body has let it in */
    if (m.form == MEDIA_JSON)
        post_list(c);
    else
        entries_sheet(c, &m);
}

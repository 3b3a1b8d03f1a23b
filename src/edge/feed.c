/*
 * Pages of events and of their deliveries, and the replay of what was parked.
 * Knows pages and ranges; must not know what an event says.
 * Invariant: the organisation is the reader's own, unless he looks after everybody's.
 */
#include "event.h"
#include "feed.h"
#include "query.h"
#include "sql.h"

#define PAGE_DEFAULT 100
#define PAGE_MAX 1000

static const char *const event_names[] = {"after", "limit", NULL};
static const char *const delivery_names[] = {"after", "limit", "state", "organisation", NULL};

static enum verdict
read_page(int64_t *after, int64_t *most, struct call *c, const char *const *names)
{
    TRY(query_check(&c->fault, c->rq, names));
    c->fault = S("after");
    TRY(query_int(after, c->rq, "after", 0, 0, INT64_MAX));
    c->fault = S("limit");
    TRY(query_int(most, c->rq, "limit", PAGE_DEFAULT, 1, PAGE_MAX));
    c->fault = (struct slice){0};
    return V_OK;
}

static void
link_next(struct call *c, int64_t after, int64_t most)
{
    struct slice state = query_find(c->rq, "state"), of = query_find(c->rq, "organisation");

    c->link = arena_print(
        c->rq->arena, "<" SLICE_FMT "?after=%lld&limit=%lld%s" SLICE_FMT "%s" SLICE_FMT ">; rel=\"next\"",
        SLICE_ARG(c->rq->path), (long long)after, (long long)most, state.at == NULL ? "" : "&state=", SLICE_ARG(state),
        of.at == NULL ? "" : "&organisation=", SLICE_ARG(of));
}

static void
answer(struct call *c, enum verdict got, const struct buf *b)
{
    if (got != V_OK) {
        call_refuse(c, got);
        return;
    }
    c->etag = call_tag(c->rq->arena, buf_slice(b));
    call_answer(c, 200, "application/json", buf_slice(b));
}

/* ---- events ------------------------------------------------------------------------------------------------------ */

/* An event whose kind this reader may not know of is left out; the next page begins after it all the same. */
static enum verdict
add_event(struct buf *b, struct call *c, const struct sql_feed_page *row)
{
    struct show show = {c->rq->arena, c->db, c->edge->o.vault, c->edge->o.registry, &c->actor};
    struct event e = {row->seq, row->type, row->subject, row->state, row->leaf};
    struct buf one = {.arena = c->rq->arena};
    struct slice id;
    enum verdict got = event_write(&one, &id, &show, &e);

    if (got == V_FORBIDDEN)
        return V_OK;
    TRY(got);
    json_add_comma(b);
    buf_add(b, buf_slice(&one));
    return V_OK;
}

static enum verdict
events(struct buf *b, struct call *c)
{
    struct sql_feed_page *rows;
    int64_t after, most;
    size_t count;

    TRY(read_page(&after, &most, c, event_names));
    TRY(sql_feed_page(&rows, &count, c->db, c->rq->arena, c->actor.organisation, after, most));
    buf_add_char(b, '[');
    for (size_t i = 0; i < count; i++)
        TRY(add_event(b, c, &rows[i]));
    buf_add_char(b, ']');
    if (count == (size_t)most)
        link_next(c, rows[count - 1].seq, most);
    return V_OK;
}

void
feed_events(struct call *c)
{
    struct buf b = {.arena = c->rq->arena};

    answer(c, events(&b, c), &b);
}

/* ---- deliveries -------------------------------------------------------------------------------------------------- */

/* `named` absent: the reader's own. */
static enum verdict
whose(struct slice *out, const struct call *c, struct slice named)
{
    bool sees_all = (ROLE_BIT(c->actor.role) & FEED_READERS) == 0;

    *out = named.at != NULL ? named : c->actor.organisation;
    return sees_all || slice_equal(*out, c->actor.organisation) ? V_OK : V_SUBJECT_UNKNOWN;
}

static void
add_time(struct buf *b, const char *key, int64_t at_ms)
{
    char at[AT_TEXT_SIZE];

    if (at_ms == 0)
        return;
    at_print(at, at_ms);
    json_add_key(b, key);
    json_add_text(b, slice_of(at));
}

static void
add_delivery(struct buf *b, const struct sql_delivery_page *row)
{
    bool waits = slice_equal(row->state, S("waiting"));

    json_add_comma(b);
    buf_add_char(b, '{');
    json_add_key(b, "seq");
    json_add_int(b, row->seq);
    json_add_key(b, "state");
    json_add_text(b, row->state);
    json_add_key(b, "tries");
    json_add_int(b, row->tries);
    add_time(b, "first", row->first_ms);
    add_time(b, "next", waits ? row->next_ms : 0);
    if (row->answer.len > 0) {
        json_add_key(b, "answer");
        json_add_text(b, row->answer);
    }
    buf_add_char(b, '}');
}

static enum verdict
deliveries(struct buf *b, struct call *c)
{
    struct slice state = query_find(c->rq, "state"), organisation;
    struct sql_delivery_page *rows;
    int64_t after, most;
    size_t count;

    TRY(read_page(&after, &most, c, delivery_names));
    TRY(whose(&organisation, c, query_find(c->rq, "organisation")));
    TRY(sql_delivery_page(&rows, &count, c->db, c->rq->arena, organisation, after, state.at == NULL ? S("") : state,
                          most));
    buf_add_char(b, '[');
    for (size_t i = 0; i < count; i++)
        add_delivery(b, &rows[i]);
    buf_add_char(b, ']');
    if (count == (size_t)most)
        link_next(c, rows[count - 1].seq, most);
    return V_OK;
}

void
feed_deliveries(struct call *c)
{
    struct buf b = {.arena = c->rq->arena};

    answer(c, deliveries(&b, c), &b);
}

/* ---- replay ------------------------------------------------------------------------------------------------------ */

struct replay {
    struct call *call;
    struct slice organisation;
    int64_t after, until;
    size_t count;
};

static void
read_member(struct replay *r, const struct json *m, struct problems *p)
{
    const struct {
        const char *name;
        enum json_type type;
        int64_t *number;
    } known[] = {
        {"organisation", JSON_TEXT, NULL     },
        {"after",        JSON_INT,  &r->after},
        {"until",        JSON_INT,  &r->until},
    };
    struct slice pointer = json_pointer(p->arena, S(""), m->key);

    for (size_t i = 0; i < COUNT(known); i++) {
        if (!slice_equal(m->key, slice_of(known[i].name)))
            continue;
        if (m->type != known[i].type)
            problem_add(p, V_FIELD_TYPE, pointer, S("类型不正确"), S("has the wrong type"));
        else if (known[i].number == NULL)
            r->organisation = m->text;
        else
            *known[i].number = m->number;
        return;
    }
    problem_add(p, V_FIELD_UNKNOWN, pointer, S("没有此字段"), S("is not part of a replay"));
}

static enum verdict
read_replay(struct replay *r, struct call *c)
{
    const struct json *body;

    TRY(query_check(&c->fault, c->rq, (const char *const[]){NULL}));
    TRY(json_parse(&body, c->rq->arena, c->rq->body));
    if (body->type != JSON_OBJECT)
        return V_JSON_TOP;
    c->problems.arena = c->rq->arena;
    for (const struct json *m = body->first; m != NULL; m = m->next)
        read_member(r, m, &c->problems);
    if (c->problems.count > 0)
        return V_FIELDS_WRONG;
    return whose(&r->organisation, c, r->organisation);
}

static enum verdict
note_replay(struct write *w, struct db *db)
{
    struct replay *r = w->context;
    struct sql_outbox_replay *rows;

    TRY(sql_outbox_replay(&rows, &r->count, db, r->call->rq->arena, the_clock.wall_ms(), r->organisation, r->after,
                          r->until));
    return sql_channel_wake(db, r->organisation);
}

static void
answer_replay(struct write *w)
{
    struct replay *r = w->context;
    struct call *c = r->call;

    if (w->got != V_OK)
        call_refuse(c, w->got);
    else
        call_answer(c, 200, "application/json", arena_print(c->rq->arena, "{\"replayed\":%zu}", r->count));
}

void
feed_replay(struct call *c)
{
    struct replay *r = NEW(c->rq->arena, struct replay);
    enum verdict got;

    *r = (struct replay){.call = c, .until = INT64_MAX};
    got = read_replay(r, c);
    if (got == V_OK) {
        c->write = (struct write){.how = WRITE_NOTE, .note = note_replay, .done = answer_replay, .context = r};
        got = writer_put(c->edge->writer, &c->write);
    }
    if (got != V_OK)
        call_refuse(c, got);
}

/*
 * Makes addresses of calendars, and the calendars behind them.
 * Knows what a step looks like in a calendar; must not know which steps there are.
 * Invariant: an event says subject, step and day: no name, no number and no amount of anybody.
 */
#include "calendar_feed.h"
#include "ical.h"
#include "query.h"
#include "sql.h"
#include "work_steps.h"

#define EVENTS_MAX 1000
/* Some steps have no due day, so that more must be looked through. */
#define LOOK_MAX 5000
#define TOKEN_SIZE 32

static const char *const feed_names[] = {"token", NULL};
static const char *const no_names[] = {NULL};

/* ---- the address ------------------------------------------------------------------------------------------------- */

struct making {
    struct call *call;
    struct slice token;
    struct hash hash;
};

static enum verdict
note_token(struct write *w, struct db *db)
{
    const struct making *m = w->context;
    const struct actor *who = &m->call->actor;

    return sql_feed_put(db, who->account, hash_slice(&m->hash), slice_of(role_row(who->role)->name),
                        the_clock.wall_ms());
}

static void
answer_token(struct write *w)
{
    const struct making *m = w->context;
    struct call *c = m->call;
    struct buf b = {.arena = c->rq->arena};

    if (w->got != V_OK) {
        call_refuse(c, w->got);
        return;
    }
    buf_add_char(&b, '{');
    json_add_key(&b, "url");
    json_add_text(&b, arena_print(b.arena, "%s/v1/calendar.ics?token=" SLICE_FMT, c->edge->o.names[0].origin,
                                  SLICE_ARG(m->token)));
    buf_add_char(&b, '}');
    call_answer(c, 201, "application/json", buf_slice(&b));
}

static enum verdict
read_empty(struct call *c)
{
    const struct json *body;

    TRY(query_check(&c->fault, c->rq, no_names));
    TRY(json_parse(&body, c->rq->arena, c->rq->body));
    if (body->type != JSON_OBJECT)
        return V_JSON_TOP;
    c->problems.arena = c->rq->arena;
    for (const struct json *m = body->first; m != NULL; m = m->next)
        problem_add(&c->problems, V_FIELD_UNKNOWN, json_pointer(c->rq->arena, S(""), m->key), S("没有此字段，请求体为 {}"),
                    S("is not part of this; the body is {}"));
    return c->problems.count > 0 ? V_FIELDS_WRONG : V_OK;
}

void
calendar_token(struct call *c)
{
    struct making *m = NEW(c->rq->arena, struct making);
    unsigned char random[TOKEN_SIZE];
    enum verdict got = read_empty(c);

    if (got == V_OK) {
        random_bytes(random, sizeof random);
        m->call = c;
        m->token = hex_encode(c->rq->arena, (struct slice){(const char *)random, sizeof random});
        m->hash = sha256_one(m->token);
        c->write = (struct write){.how = WRITE_NOTE, .note = note_token, .done = answer_token, .context = m};
        got = writer_put(c->edge->writer, &c->write);
    }
    if (got != V_OK)
        call_refuse(c, got);
}

/* ---- the calendar ------------------------------------------------------------------------------------------------ */

/* Who may see what the token opens, today. */
static enum verdict
find_owner(struct actor *out, struct call *c)
{
    struct slice token = query_find(c->rq, "token");
    struct account_record account;
    struct sql_feed_find feed;
    struct hash hash;
    enum role role;

    TRY(query_check(&c->fault, c->rq, feed_names));
    if (c->edge->o.people == NULL || token.at == NULL)
        return V_NONE;
    hash = sha256_one(token);
    TRY(sql_feed_find(&feed, c->db, c->rq->arena, hash_slice(&hash)));
    TRY(c->edge->people.account_load(&account, c->db, c->rq->arena, feed.account, day_local(the_clock.wall_ms())));
    if (!account.active || !role_find(&role, feed.role) || (account.roles & ROLE_BIT(role)) == 0)
        return V_NONE;
    *out = (struct actor){role, account.organisation, account.id, account.district};
    return V_OK;
}

static void
add_event(struct buf *b, const struct work_step *s, int64_t stamp_ms)
{
    const struct step_line *l = s->line;
    struct arena *a = b->arena;

    ical_add(b, "BEGIN:", S("VEVENT"));
    ical_add(b, "UID:", uuid8_of(a, (const struct slice[]){l->type, l->subject, l->step}, 3));
    ical_add_time(b, "DTSTAMP:", stamp_ms);
    ical_add_day(b, "DTSTART;VALUE=DATE:", s->due.day);
    ical_add_day(b, "DTEND;VALUE=DATE:", s->due.day + 1);
    ical_add_text(b, "SUMMARY:", arena_print(a, "%s / %s: " SLICE_FMT, s->row->zh, s->row->en, SLICE_ARG(l->subject)));
    ical_add_text(b, "DESCRIPTION:",
                  arena_print(a, SLICE_FMT " " SLICE_FMT "，自 " SLICE_FMT "%s / since " SLICE_FMT "%s",
                              SLICE_ARG(l->type), SLICE_ARG(l->subject), SLICE_ARG(l->since),
                              s->due.provisional ? "，工作日历未公布，日期为暂定" : "", SLICE_ARG(l->since),
                              s->due.provisional ? ", provisional: the calendar is not announced" : ""));
    ical_add(b, "TRANSP:", S("TRANSPARENT"));
    ical_add(b, "END:", S("VEVENT"));
}

/* Stamped with the last entry's time, so that the bytes stay as long as nothing is recorded. The last day of all has no
 * day after it and is left out. */
static enum verdict
add_events(struct buf *b, struct call *c, const struct actor *who)
{
    const struct edge_options *o = &c->edge->o;
    const struct work_filter mine = {S(""), S(""), who->role};
    struct arena *a = c->rq->arena;
    struct step_query query = {work_step_set(a, o->registry, o->views, who->role, &mine), S(""),
                               {S(""), S(""), S(""), S(""), S(""), S("")}, LOOK_MAX};
    struct sql_head_read head;
    struct due_book *book;
    struct step_line *lines;
    size_t count, events = 0;

    TRY(sql_head_read(&head, c->db, a));
    TRY(due_book_open(&book, c->db, a));
    TRY(scope_steps(&lines, &count, c->db, a, who, &query));
    for (size_t i = 0; i < count && events < EVENTS_MAX; i++) {
        struct work_step step;

        TRY(work_step_of(&step, book, o->registry, &lines[i]));
        if (step.due.day == DAY_ABSENT || step.due.day == DAY_MAX)
            continue;
        add_event(b, &step, head.at_ms);
        events++;
    }
    return V_OK;
}

static enum verdict
feed(struct buf *b, struct call *c)
{
    struct actor who;

    TRY(find_owner(&who, c));
    ical_add(b, "BEGIN:", S("VCALENDAR"));
    ical_add(b, "VERSION:", S("2.0"));
    ical_add(b, "PRODID:", S("-//ventured//work list//ZH"));
    ical_add_text(b, "X-WR-CALNAME:", arena_print(b->arena, "待办期限 / due: %s", role_row(who.role)->zh));
    TRY(add_events(b, c, &who));
    ical_add(b, "END:", S("VCALENDAR"));
    return V_OK;
}

void
calendar_feed(struct call *c)
{
    struct buf b = {.arena = c->rq->arena};
    enum verdict got = feed(&b, c);

    if (got != V_OK) {
        call_refuse(c, got == V_NONE ? V_SUBJECT_UNKNOWN : got);
        return;
    }
    c->etag = call_tag(c->rq->arena, buf_slice(&b));
    call_answer(c, 200, "text/calendar; charset=utf-8", buf_slice(&b));
}

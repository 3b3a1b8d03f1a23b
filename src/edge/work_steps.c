/*
 * The work list: pages of steps, and their sums.
 * Knows cursors and the order of a page; must not know how a due day is counted.
 * Invariant: the order of pages is that of the rows' own key, which nothing but the step's end changes.
 */
#include <stdlib.h>

#include "query.h"
#include "work_steps.h"

#define PAGE_DEFAULT 100
#define PAGE_MAX 1000
/* Where only some rows are wanted and SQL cannot tell which, so many are looked through for one page. */
#define LOOK_MAX 5000

static const char *const page_names[] = {"cursor", "limit", "type", "step", "mine", "overdue", NULL};
static const char *const no_names[] = {NULL};

/* ---- which steps ------------------------------------------------------------------------------------------------- */

static bool
is_any_or(struct slice wanted, const char *name)
{
    return wanted.len == 0 || slice_equal(wanted, slice_of(name));
}

struct slice
work_step_set(struct arena *a, const struct registry *r, const struct view_row *views, enum role reader,
              const struct work_filter *f)
{
    struct buf b = {.arena = a};

    for (size_t i = 0; i < r->type_count; i++) {
        const struct subject_type *t = r->types[i];
        const struct view_row *v = view_find(views, slice_of(t->name));

        if (v == NULL || (v->see & ROLE_BIT(reader)) == 0 || !is_any_or(f->type, t->name))
            continue;
        for (size_t s = 0; s < t->step_count; s++)
            if (is_any_or(f->step, t->steps[s].name) && (f->who == ROLE__COUNT || f->who == t->steps[s].who))
                step_set_add(&b, t, &t->steps[s]);
    }
    return buf_slice(&b);
}

enum verdict
work_step_of(struct work_step *out, struct due_book *b, const struct registry *r, const struct step_line *line)
{
    const struct subject_type *t = registry_type(r, line->type);
    int32_t since, own = DAY_ABSENT;

    *out = (struct work_step){.line = line, .row = t == NULL ? NULL : step_find(t, line->step)};
    if (out->row == NULL || !day_parse(&since, line->since) || (line->due.len > 0 && !day_parse(&own, line->due)))
        return V_BROKEN;
    return due_find(&out->due, b, out->row, line->district, since, own);
}

/* ---- what is asked for ------------------------------------------------------------------------------------------- */

struct page {
    struct step_query query;
    struct work_filter filter;
    size_t most;
    bool overdue;
    int32_t today;
};

/* Whether some type, where one is named that type, has such a step, so that a slip of the pen is told from an empty
 * list. */
static bool
is_known(const struct registry *r, const struct work_filter *f)
{
    for (size_t i = 0; i < r->type_count; i++)
        if (is_any_or(f->type, r->types[i]->name) && (f->step.len == 0 || step_find(r->types[i], f->step) != NULL))
            return true;
    return false;
}

/* Whether the name is given, with the one value that it may have. */
static enum verdict
read_word(bool *out, struct call *c, const char *name, const char *word)
{
    struct slice given = query_find(c->rq, name);

    *out = given.at != NULL;
    c->fault = slice_of(name);
    if (given.at != NULL && !slice_equal(given, slice_of(word)))
        return V_REQUEST_MALFORMED;
    c->fault = (struct slice){0};
    return V_OK;
}

/* The key of the last row, its parts on lines of their own, in hex: not for clients to read. */
static enum verdict
read_cursor(struct step_line *out, struct call *c)
{
    struct slice rest = query_find(c->rq, "cursor");
    struct slice *const parts[] = {&out->since, &out->type, &out->subject, &out->step};

    *out = (struct step_line){S(""), S(""), S(""), S(""), S(""), S("")};
    if (rest.at == NULL)
        return V_OK;
    c->fault = S("cursor");
    if (!hex_decode(&rest, c->rq->arena, rest) || !utf8_valid(rest))
        return V_REQUEST_MALFORMED;
    for (size_t i = 0; i < COUNT(parts); i++) {
        if (rest.at == NULL)
            return V_REQUEST_MALFORMED;
        *parts[i] = slice_cut(&rest, rest, '\n');
    }
    if (rest.at != NULL)
        return V_REQUEST_MALFORMED;
    c->fault = (struct slice){0};
    return V_OK;
}

static struct slice
text_or_empty(struct slice s)
{
    return s.at == NULL ? S("") : s;
}

static struct slice
day_text(struct arena *a, int32_t day)
{
    char text[DAY_TEXT_SIZE];

    day_print(text, day);
    return arena_copy(a, slice_of(text));
}

static enum verdict
page_read(struct page *out, struct call *c)
{
    const struct edge_options *o = &c->edge->o;
    bool mine;
    int64_t most;

    *out = (struct page){.today = day_local(the_clock.wall_ms())};
    TRY(query_check(&c->fault, c->rq, page_names));
    c->fault = S("limit");
    TRY(query_int(&most, c->rq, "limit", PAGE_DEFAULT, 1, PAGE_MAX));
    TRY(read_cursor(&out->query.after, c));
    TRY(read_word(&mine, c, "mine", "role"));
    TRY(read_word(&out->overdue, c, "overdue", "yes"));
    out->most = (size_t)most;
    out->filter = (struct work_filter){text_or_empty(query_find(c->rq, "type")),
                                       text_or_empty(query_find(c->rq, "step")), mine ? c->actor.role : ROLE__COUNT};
    c->fault = out->filter.step.len > 0 ? S("step") : S("type");
    if (!is_known(o->registry, &out->filter))
        return V_REQUEST_MALFORMED;
    c->fault = (struct slice){0};
    out->query.steps = work_step_set(c->rq->arena, o->registry, o->views, c->actor.role, &out->filter);
    out->query.past = out->overdue ? day_text(c->rq->arena, out->today) : S("");
    out->query.most = out->overdue ? LOOK_MAX + 1 : most + 1;
    return V_OK;
}

static void
add_filter(struct buf *b, struct call *c, const char *name)
{
    struct slice value = query_find(c->rq, name);

    if (value.len > 0)
        buf_print(b, "&%s=" SLICE_FMT, name, SLICE_ARG(value));
}

static void
link_next(struct call *c, const struct page *p, const struct step_line *last)
{
    struct arena *a = c->rq->arena;
    struct slice key = arena_print(a, SLICE_FMT "\n" SLICE_FMT "\n" SLICE_FMT "\n" SLICE_FMT, SLICE_ARG(last->since),
                                   SLICE_ARG(last->type), SLICE_ARG(last->subject), SLICE_ARG(last->step));
    struct buf b = {.arena = a};

    buf_print(&b, "<" SLICE_FMT "?limit=%zu", SLICE_ARG(c->rq->path), p->most);
    for (size_t i = 2; page_names[i] != NULL; i++)
        add_filter(&b, c, page_names[i]);
    buf_print(&b, "&cursor=" SLICE_FMT ">; rel=\"next\"", SLICE_ARG(hex_encode(a, key)));
    c->link = buf_slice(&b);
}

/* ---- showing ----------------------------------------------------------------------------------------------------- */

static void
add_text(struct buf *b, const char *key, struct slice text)
{
    json_add_key(b, key);
    json_add_text(b, text);
}

static void
add_bool(struct buf *b, const char *key, bool value)
{
    json_add_key(b, key);
    buf_add(b, value ? S("true") : S("false"));
}

static void
add_due(struct buf *b, const struct calendar *calendar, const struct due *d, int32_t today)
{
    bool is_late = d->day != DAY_ABSENT && d->day < today;
    char day[DAY_TEXT_SIZE];
    int64_t left;

    if (d->day != DAY_ABSENT) {
        left = due_left(calendar, d, today);
        day_print(day, d->day);
        add_text(b, "due", slice_of(day));
        add_bool(b, "provisional", d->provisional);
        json_add_key(b, is_late ? "late_by" : "days_left");
        json_add_int(b, is_late ? -left : left);
        add_text(b, "unit", d->by_workdays ? S("workday") : S("day"));
    }
    add_bool(b, "overdue", is_late);
}

static void
add_step(struct buf *b, const struct work_step *s, const struct calendar *calendar, int32_t today)
{
    json_add_comma(b);
    buf_add_char(b, '{');
    add_text(b, "type", s->line->type);
    add_text(b, "subject", s->line->subject);
    add_text(b, "step", s->line->step);
    add_text(b, "zh", slice_of(s->row->zh));
    add_text(b, "en", slice_of(s->row->en));
    add_text(b, "who", slice_of(role_row(s->row->who)->name));
    add_text(b, "district", s->line->district);
    add_text(b, "since", s->line->since);
    add_due(b, calendar, &s->due, today);
    buf_add_char(b, '}');
}

/* By due days, what has none last; otherwise as they began. Steps of one page lie in one array. */
static int
by_due(const void *a, const void *b)
{
    const struct work_step *x = a, *y = b;
    bool x_has = x->due.day != DAY_ABSENT, y_has = y->due.day != DAY_ABSENT;

    if (x_has != y_has)
        return x_has ? -1 : 1;
    if (x_has && x->due.day != y->due.day)
        return x->due.day < y->due.day ? -1 : 1;
    return x->line < y->line ? -1 : x->line > y->line;
}

/* Takes rows in their order until the page is full; gives how many were looked at. */
static enum verdict
pick(struct work_step *out, size_t *picked, size_t *looked, struct due_book *book, const struct registry *r,
     const struct page *p, const struct step_line *lines, size_t count)
{
    size_t most = (size_t)p->query.most - 1;

    *picked = 0;
    for (*looked = 0; *looked < count && *looked < most && *picked < p->most; ++*looked) {
        struct work_step *one = &out[*picked];

        TRY(work_step_of(one, book, r, &lines[*looked]));
        *picked += !p->overdue || (one->due.day != DAY_ABSENT && one->due.day < p->today);
    }
    return V_OK;
}

static enum verdict
page(struct buf *b, struct call *c)
{
    struct arena *a = c->rq->arena;
    struct due_book *book;
    struct step_line *lines;
    struct work_step *steps;
    struct page p;
    size_t count, picked, looked;

    TRY(page_read(&p, c));
    TRY(due_book_open(&book, c->db, a));
    TRY(scope_steps(&lines, &count, c->db, a, &c->actor, &p.query));
    steps = NEW_ARRAY(a, struct work_step, p.most + 1);
    TRY(pick(steps, &picked, &looked, book, c->edge->o.registry, &p, lines, count));
    qsort(steps, picked, sizeof *steps, by_due);
    buf_add_char(b, '[');
    for (size_t i = 0; i < picked; i++)
        add_step(b, &steps[i], due_calendar(book), p.today);
    buf_add_char(b, ']');
    if (looked < count)
        link_next(c, &p, &lines[looked - 1]);
    return V_OK;
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

void
work_steps_page(struct call *c)
{
    struct buf b = {.arena = c->rq->arena};

    answer(c, page(&b, c), &b);
}

/* ---- sums -------------------------------------------------------------------------------------------------------- */

static bool
is_same_sum(const struct step_count *a, const struct step_count *b)
{
    return slice_equal(a->type, b->type) && slice_equal(a->step, b->step) && slice_equal(a->district, b->district);
}

static void
add_sum(struct buf *b, const struct step_count *sum, const struct step_row *row)
{
    json_add_comma(b);
    buf_add_char(b, '{');
    add_text(b, "type", sum->type);
    add_text(b, "step", sum->step);
    add_text(b, "zh", slice_of(row->zh));
    add_text(b, "en", slice_of(row->en));
    add_text(b, "who", slice_of(role_row(row->who)->name));
    add_text(b, "district", sum->district);
    json_add_key(b, "running");
    json_add_int(b, sum->running);
    json_add_key(b, "overdue");
    json_add_int(b, sum->past);
    buf_add_char(b, '}');
}

static enum verdict
row_of(const struct step_row **out, const struct registry *r, const struct step_count *sum)
{
    const struct subject_type *t = registry_type(r, sum->type);

    *out = t == NULL ? NULL : step_find(t, sum->step);
    return *out == NULL ? V_BROKEN : V_OK;
}

/* Of steps that began on one day in one district either all are past their day or none is. */
static enum verdict
count_past(struct step_count *one, struct due_book *book, const struct registry *r, int32_t today)
{
    const struct step_line line = {one->type, S(""), one->step, one->begun, S(""), one->district};
    struct work_step step;

    if (one->begun.len == 0)
        return V_OK;
    TRY(work_step_of(&step, book, r, &line));
    one->past = step.due.day != DAY_ABSENT && step.due.day < today ? one->running : 0;
    return V_OK;
}

static enum verdict
summary(struct buf *b, struct call *c)
{
    const struct edge_options *o = &c->edge->o;
    const struct work_filter any = {S(""), S(""), ROLE__COUNT};
    struct arena *a = c->rq->arena;
    int32_t today = day_local(the_clock.wall_ms());
    struct due_book *book;
    struct step_count *rows;
    size_t count;

    TRY(query_check(&c->fault, c->rq, no_names));
    TRY(due_book_open(&book, c->db, a));
    TRY(scope_step_counts(&rows, &count, c->db, a, &c->actor,
                          work_step_set(a, o->registry, o->views, c->actor.role, &any), day_text(a, today)));
    buf_add_char(b, '[');
    for (size_t i = 0, next; i < count; i = next) {
        struct step_count sum = rows[i];
        const struct step_row *row;

        TRY(row_of(&row, o->registry, &sum));
        sum.running = sum.past = 0;
        for (next = i; next < count && is_same_sum(&rows[i], &rows[next]); next++) {
            TRY(count_past(&rows[next], book, o->registry, today));
            sum.running += rows[next].running;
            sum.past += rows[next].past;
        }
        add_sum(b, &sum, row);
    }
    buf_add_char(b, ']');
    return V_OK;
}

void
work_steps_summary(struct call *c)
{
    struct buf b = {.arena = c->rq->arena};

    answer(c, summary(&b, c), &b);
}

/*
 * Hands out slips, and answers whoever shows one.
 * Knows the writer, slips and how a loan's progress is written; must not put a code into a log line or a header.
 * Invariant: a try that finds nothing is counted before it is answered.
 */
#include "html.h"
#include "intake.h"
#include "query.h"
#include "slip.h"
#include "status.h"
#include "ventured/json.h"

/* ---- handing out ----------------------------------------------------------------------------------------------- */

struct issue {
    struct call *call;
    struct slice loan;
    char code[SLIP_TEXT_SIZE];
    int64_t now_ms;
};

static enum verdict
check_empty(struct call *c)
{
    const struct json *body;

    TRY(json_parse(&body, c->rq->arena, c->rq->body));
    if (body->type != JSON_OBJECT)
        return V_JSON_TOP;
    for (const struct json *m = body->first; m != NULL; m = m->next)
        problem_add(&c->problems, V_FIELD_UNKNOWN, json_pointer(c->rq->arena, S(""), m->key), S("此处不填任何字段"),
                    S("a slip is asked for with an empty object"));
    return c->problems.count > 0 ? V_FIELDS_WRONG : V_OK;
}

static enum verdict
note_slip(struct write *w, struct db *db)
{
    struct issue *s = w->context;

    return slip_put(db, s->call->edge->o.vault, s->loan, slice_of(s->code), s->now_ms);
}

static void
add_member(struct buf *b, const char *key, struct slice text)
{
    json_add_key(b, key);
    json_add_text(b, text);
}

static void
answer_slip(struct write *w)
{
    struct issue *s = w->context;
    struct call *c = s->call;
    struct buf b = {.arena = c->rq->arena};
    char at[AT_TEXT_SIZE];

    if (w->got != V_OK) {
        call_refuse(c, w->got);
        return;
    }
    at_print(at, s->now_ms);
    buf_add_char(&b, '{');
    add_member(&b, "subject", s->loan);
    add_member(&b, "code", slice_of(s->code));
    add_member(&b, "url", arena_print(c->rq->arena, "%s/status/%s", c->edge->o.names[0].origin, s->code));
    add_member(&b, "issued_at", slice_of(at));
    buf_add_char(&b, '}');
    call_answer(c, 201, "application/json", buf_slice(&b));
}

static enum verdict
issue(struct call *c)
{
    struct issue *s = NEW(c->rq->arena, struct issue);
    struct subject_row row;

    enum verdict got = intake_loan(&row, c);

    if (got == V_NONE)
        got = V_SUBJECT_UNKNOWN;
    TRY(got);
    TRY(check_empty(c));
    *s = (struct issue){.call = c, .loan = row.id, .now_ms = the_clock.wall_ms()};
    slip_make(s->code);
    c->write = (struct write){.how = WRITE_NOTE, .note = note_slip, .done = answer_slip, .context = s};
    return writer_put(c->edge->writer, &c->write);
}

void
status_issue(struct call *c)
{
    enum verdict got = issue(c);

    if (got != V_OK)
        call_refuse(c, got);
}

/* ---- the page -------------------------------------------------------------------------------------------------- */

/* Titles of the page's rows and headings: Chinese first. */
static void
add_pair(struct buf *b, struct slice zh, struct slice en)
{
    html_add(b, zh);
    if (en.at == NULL || slice_equal(zh, en))
        return;
    buf_add(b, S(" <span lang=\"en\">"));
    html_add(b, en);
    buf_add(b, S("</span>"));
}

static void
row_open(struct buf *b, const char *zh, const char *en)
{
    buf_add(b, S("<dt>"));
    add_pair(b, slice_of(zh), slice_of(en));
    buf_add(b, S("</dt>\n<dd>"));
}

static void
add_row(struct buf *b, const char *zh, const char *en, struct slice value_zh, struct slice value_en)
{
    if (value_zh.at == NULL)
        return;
    row_open(b, zh, en);
    add_pair(b, value_zh, value_en);
    buf_add(b, S("</dd>\n"));
}

static void
add_day(struct buf *b, const char *zh, const char *en, int32_t day)
{
    char text[DAY_TEXT_SIZE];

    if (day == DAY_ABSENT)
        return;
    day_print(text, day);
    add_row(b, zh, en, slice_of(text), (struct slice){0});
}

static void
add_missing(struct buf *b, const struct loan_progress *p)
{
    if (p->missing_count == 0)
        return;
    row_open(b, "需补交的材料", "Missing papers");
    buf_add(b, S("<ul>"));
    for (size_t i = 0; i < p->missing_count; i++) {
        buf_add(b, S("<li>"));
        add_pair(b, p->missing[i].zh, p->missing[i].en);
        buf_add(b, S("</li>"));
    }
    buf_add(b, S("</ul></dd>\n"));
}

static void
add_progress(struct buf *b, const struct loan_progress *p)
{
    buf_add(b, S("<section aria-labelledby=\"now\">\n<h2 id=\"now\">"));
    add_pair(b, S("当前进度"), S("Where it stands"));
    buf_add(b, S("</h2>\n<p class=\"now\">"));
    add_pair(b, slice_of(p->state->zh), slice_of(p->state->en));
    buf_add(b, S("</p>\n<dl>\n"));
    add_day(b, "起始日期", "Since", p->since);
    if (p->zh != NULL) {
        add_row(b, "下一步", "Next", slice_of(p->zh), slice_of(p->en));
        add_row(b, "办理方", "Whose turn", progress_by[p->by].zh, progress_by[p->by].en);
    }
    add_day(b, "截止日期", "By", p->due);
    add_missing(b, p);
    add_row(b, "资格认定证明编号", "Certificate", p->certificate_no, (struct slice){0});
    add_day(b, "证明有效期至", "Certificate valid to", p->valid_to);
    add_row(b, "经办银行", "Bank", p->bank_zh, (struct slice){0});
    buf_add(b, S("</dl>\n</section>\n"));
}

/* Why there is nothing to show. */
static void
add_refusal(struct buf *b, const struct call *c, enum verdict v)
{
    buf_add(b, S("<section class=\"bad\" role=\"alert\">\n<h2>"));
    if (v == V_SUBJECT_UNKNOWN)
        add_pair(b, S("查询码不正确或已失效"), S("This code is wrong, or no longer in use"));
    else
        add_pair(b, slice_of(verdict_row(v)->zh), slice_of(verdict_row(v)->en));
    buf_add(b, S("</h2>\n<p>"));
    if (v == V_SUBJECT_UNKNOWN)
        add_pair(b, S("请核对受理回执上的查询码，或到受理窗口换发回执。"),
                 S("Look at the slip again, or ask for another at the counter."));
    else if (c->wait_s > 0)
        add_pair(b, arena_print(b->arena, "请 %lld 秒后再试。", (long long)c->wait_s),
                 arena_print(b->arena, "Try again after %lld s.", (long long)c->wait_s));
    else
        add_pair(b, S("请稍后再试。"), S("Try again later."));
    buf_add(b, S("</p>\n</section>\n"));
}

static size_t
find_text(struct slice in, struct slice what)
{
    for (size_t i = 0; i + what.len <= in.len; i++)
        if (slice_equal(slice_sub(in, i, what.len), what))
            return i;
    return in.len;
}

/* No script, no picture, nothing from elsewhere: the one style sheet is named by its hash (CSP Level 3, 8.3). */
static struct slice
page_policy(struct arena *a)
{
    struct slice open = S("<style>"), close = S("</style>");
    size_t from = find_text(status_page, open) + open.len, to = find_text(status_page, close);
    struct hash h = sha256_one(slice_sub(status_page, from, to - from));

    return arena_print(a,
                       "default-src 'none'; style-src 'sha256-" SLICE_FMT
                       "'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
                       SLICE_ARG(base64_encode(a, hash_slice(&h))));
}

/* `answer` in the place that the page keeps for it. */
static void
show_page(struct call *c, enum verdict v, struct slice answer)
{
    struct slice place = S("<!--answer-->");
    size_t at = find_text(status_page, place);
    struct buf b = {.arena = c->rq->arena};

    buf_add(&b, slice_sub(status_page, 0, at));
    buf_add(&b, answer);
    buf_add(&b, slice_sub(status_page, at + place.len, status_page.len));
    c->policy = page_policy(c->rq->arena);
    call_show(c, v, "text/html; charset=utf-8", buf_slice(&b));
}

/* ---- looking --------------------------------------------------------------------------------------------------- */

/* One try; lives in the request's arena. */
struct look {
    struct call *call;
    bool is_page;
    int64_t now_ms;
};

static void
refuse(struct look *l, enum verdict v)
{
    struct buf b = {.arena = l->call->rq->arena};

    if (!l->is_page) {
        call_refuse(l->call, v);
        return;
    }
    add_refusal(&b, l->call, v);
    show_page(l->call, v, buf_slice(&b));
}

static void
tell(struct look *l, const struct loan_progress *p)
{
    struct buf b = {.arena = l->call->rq->arena};

    if (l->is_page) {
        add_progress(&b, p);
        show_page(l->call, V_OK, buf_slice(&b));
        return;
    }
    loan_progress_json(&b, p);
    call_answer(l->call, 200, "application/json", buf_slice(&b));
}

static enum verdict
note_failure(struct write *w, struct db *db)
{
    struct look *l = w->context;
    struct call *c = l->call;

    return slip_failed(db, c->edge->o.vault, c->rq->arena, c->rq->peer, l->now_ms);
}

static void
answer_failure(struct write *w)
{
    refuse(w->context, w->got == V_OK ? V_SUBJECT_UNKNOWN : w->got);
}

static enum verdict
find(struct loan_progress *out, struct look *l, struct slice typed)
{
    struct call *c = l->call;
    struct slice loan;
    enum verdict got;

    if (c->db == NULL)
        return V_DATABASE;
    TRY(slip_wait(&c->wait_s, c->db, c->edge->o.vault, c->rq->arena, c->rq->peer, l->now_ms));
    TRY(slip_find(&loan, c->db, c->edge->o.vault, c->rq->arena, typed));
    TRY(db_snapshot(c->db));
    got = loan_progress(out, c->db, c->rq->arena, loan);
    db_snapshot_end(c->db);
    return got;
}

static void
look(struct call *c, bool is_page, struct slice typed)
{
    struct look *l = NEW(c->rq->arena, struct look);
    struct loan_progress p;
    enum verdict got;

    *l = (struct look){c, is_page, the_clock.wall_ms()};
    got = find(&p, l, typed);
    if (got == V_OK) {
        tell(l, &p);
        return;
    }
    if (got == V_NONE) {
        c->write = (struct write){.how = WRITE_NOTE, .note = note_failure, .done = answer_failure, .context = l};
        got = writer_put(c->edge->writer, &c->write);
    }
    if (got != V_OK)
        refuse(l, got);
}

/* A code with signs that need an escape is a wrong code like any other; other names are refused. */
void
status_look(struct call *c)
{
    static const char *const names[] = {"code", NULL};
    enum verdict got = query_check(&c->fault, c->rq, names);
    struct slice typed = query_find(c->rq, "code");

    if (typed.at == NULL || (got != V_OK && !slice_equal(c->fault, S("code")))) {
        c->fault = S("code");
        call_refuse(c, V_REQUEST_MALFORMED);
        return;
    }
    c->fault = (struct slice){0};
    look(c, false, typed);
}

/* Whatever else stands in the address, messengers add words of their own. */
void
status_page_show(struct call *c)
{
    struct slice typed = c->args[0].at != NULL ? c->args[0] : query_find(c->rq, "code");

    if (typed.len == 0)
        show_page(c, V_OK, S(""));
    else
        look(c, true, typed);
}

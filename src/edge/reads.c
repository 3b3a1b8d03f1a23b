/*
 * Answers what is true now, for whoever asks.
 * Knows addresses, pages and tags; must not know which rows belong to whom: that is the scope's SQL.
 * Invariant: the same reader gets the same bytes, and so the same tag, as long as nothing changed.
 */
#include "page.h"
#include "query.h"
#include "reads.h"
#include "show.h"
#include "sql.h"

#define ID_MAX 64

static const char *const page_names[] = {"cursor", "limit", "state", NULL};
static const char *const history_names[] = {"cursor", "limit", NULL};
static const char *const no_names[] = {NULL};

/* The type behind /v1/{plural}, where this role may read it at all. */
static enum verdict
find_type(const struct subject_type **type, const struct view_row **view, const struct call *c)
{
    const struct registry *r = c->edge->o.registry;

    for (size_t i = 0; i < r->type_count; i++) {
        if (!slice_equal(c->args[0], slice_of(r->types[i]->plural)))
            continue;
        *type = r->types[i];
        *view = view_find(c->edge->o.views, slice_of(r->types[i]->name));
        return *view != NULL && ((*view)->see & ROLE_BIT(c->actor.role)) != 0 ? V_OK : V_SUBJECT_UNKNOWN;
    }
    return V_ROUTE_UNKNOWN;
}

static struct show
show_for(const struct call *c)
{
    return (struct show){c->rq->arena, c->db, c->edge->o.vault, c->edge->o.registry, &c->actor};
}

/* ---- subjects ------------------------------------------------------------------------------------------------------
 */

static enum verdict
page(struct buf *b, struct call *c)
{
    const struct subject_type *type;
    const struct view_row *view;
    struct show show = show_for(c);
    struct slice state = query_find(c->rq, "state");
    struct subject_row *rows;
    struct page p;
    size_t count;

    TRY(find_type(&type, &view, c));
    TRY(page_read(&p, c, page_names));
    /* One row more than asked for tells whether there is a next page. */
    TRY(scope_page(&rows, &count, c->db, c->rq->arena, &c->actor, type, p.after, state.at == NULL ? S("") : state,
                   p.most + 1));
    buf_add_char(b, '[');
    for (size_t i = 0; i < count && i < (size_t)p.most; i++) {
        json_add_comma(b);
        TRY(show_subject(b, &show, type, view, &rows[i]));
    }
    buf_add_char(b, ']');
    if (count > (size_t)p.most)
        page_next(c, &p, rows[p.most - 1].id);
    return V_OK;
}

void
reads_page(struct call *c)
{
    struct buf b = {.arena = c->rq->arena};

    page_answer(c, page(&b, c), &b);
}

/* The row under /v1/{plural}/{id}. An address that can be no id is a subject that does not exist. */
static enum verdict
find_row(struct subject_row *row, const struct subject_type **type, const struct view_row **view, struct call *c)
{
    TRY(find_type(type, view, c));
    if (c->args[1].len > ID_MAX || !utf8_valid(c->args[1]))
        return V_SUBJECT_UNKNOWN;
    return scope_one(row, c->db, c->rq->arena, &c->actor, *type, c->args[1]);
}

static enum verdict
one(struct buf *b, struct call *c)
{
    const struct subject_type *type;
    const struct view_row *view;
    struct show show = show_for(c);
    struct subject_row row;

    TRY(query_check(&c->fault, c->rq, no_names));
    TRY(find_row(&row, &type, &view, c));
    return show_subject(b, &show, type, view, &row);
}

void
reads_one(struct call *c)
{
    struct buf b = {.arena = c->rq->arena};

    page_answer(c, one(&b, c), &b);
}

/* ---- histories -----------------------------------------------------------------------------------------------------
 */

static enum verdict
add_history(struct buf *b, struct call *c, const struct sql_journal_of_subject *rows, size_t count)
{
    struct show show = show_for(c);

    for (size_t i = 0; i < count; i++) {
        struct leaf leaf;

        TRY(leaf_decode(&leaf, c->rq->arena, rows[i].leaf));
        if (!show_may_know(&show, leaf.kind, leaf.actor))
            continue;
        json_add_comma(b);
        TRY(show_entry(b, &show, &leaf, rows[i].state));
    }
    return V_OK;
}

static enum verdict
history(struct buf *b, struct call *c)
{
    struct arena *a = c->rq->arena;
    const struct subject_type *type;
    const struct view_row *view;
    struct sql_journal_of_subject *rows;
    struct subject_row row;
    struct page p;
    int64_t after;
    size_t count;

    TRY(page_read_seq(&p, &after, c, history_names));
    TRY(find_row(&row, &type, &view, c));
    TRY(sql_journal_of_subject(&rows, &count, c->db, a, slice_of(type->name), row.id, after, p.most + 1));
    buf_add_char(b, '[');
    TRY(add_history(b, c, rows, count > (size_t)p.most ? (size_t)p.most : count));
    buf_add_char(b, ']');
    if (count > (size_t)p.most)
        page_next(c, &p, arena_print(a, "%lld", (long long)rows[p.most - 1].seq));
    return V_OK;
}

void
reads_history(struct call *c)
{
    struct buf b = {.arena = c->rq->arena};

    page_answer(c, history(&b, c), &b);
}

/* ---- totals --------------------------------------------------------------------------------------------------------
 */

static const char *const totals_names[] = {"year", "as_of", "known_at", NULL};

static enum verdict
at_of(int64_t *out_ms, struct call *c, int64_t seq)
{
    struct sql_journal_by_seq row;
    struct leaf leaf;

    TRY(sql_journal_by_seq(&row, c->db, c->rq->arena, seq));
    TRY(leaf_decode(&leaf, c->rq->arena, row.leaf));
    *out_ms = leaf.at_ms;
    return V_OK;
}

/* The last entry recorded not after a moment: time never goes back in the journal, so it can be halved. */
static enum verdict
seq_at(int64_t *out, struct call *c, int64_t at_ms)
{
    struct sql_head_read head;
    int64_t low = 0, high, middle_ms;

    TRY(sql_head_read(&head, c->db, c->rq->arena));
    high = head.seq;
    while (low < high) {
        int64_t middle = low + (high - low + 1) / 2;

        TRY(at_of(&middle_ms, c, middle));
        if (middle_ms <= at_ms)
            low = middle;
        else
            high = middle - 1;
    }
    *out = low;
    return V_OK;
}

/* A number of the journal, or a moment; now where neither is given. */
static enum verdict
read_known(int64_t *out, struct call *c)
{
    struct slice text = query_find(c->rq, "known_at");
    int64_t at_ms;

    *out = INT64_MAX;
    if (text.at == NULL)
        return V_OK;
    if (at_parse(&at_ms, text))
        return seq_at(out, c, at_ms);
    c->fault = S("known_at");
    TRY(query_int(out, c->rq, "known_at", 0, 0, INT64_MAX));
    c->fault = (struct slice){0};
    return V_OK;
}

/* Which figures are asked for: of a year, up to a day, as known at a point of the journal. */
struct moment {
    int year;
    int32_t as_of;
    int64_t known;
};

/* This year up to today, or an earlier one up to its end, where the query does not say. */
static enum verdict
read_moment(struct moment *out, struct call *c)
{
    struct slice day = query_find(c->rq, "as_of");
    int this_year, month, day_of_month;
    int32_t today = day_local(the_clock.wall_ms());
    int64_t year;

    out->as_of = DAY_ABSENT;
    TRY(query_check(&c->fault, c->rq, totals_names));
    day_split(today, &this_year, &month, &day_of_month);
    c->fault = S("year");
    TRY(query_int(&year, c->rq, "year", this_year, 1900, 9999));
    c->fault = S("as_of");
    if (day.at != NULL && !day_parse(&out->as_of, day))
        return V_REQUEST_MALFORMED;
    c->fault = (struct slice){0};
    out->year = (int)year;
    if (day.at == NULL && year < this_year)
        day_make(&out->as_of, out->year, 12, 31);
    if (out->as_of == DAY_ABSENT)
        out->as_of = today;
    return read_known(&out->known, c);
}

static void
answer_table(struct call *c, enum verdict got, struct slice table)
{
    if (got != V_OK) {
        call_refuse(c, got);
        return;
    }
    c->etag = call_tag(c->rq->arena, table);
    call_answer(c, 200, "application/json", table);
}

static enum verdict
totals(struct slice *out, struct call *c)
{
    totals_fn *table = c->edge->o.totals;
    struct moment m;

    if (table == NULL)
        return V_ROUTE_UNKNOWN;
    TRY(read_moment(&m, c));
    return table(out, c->db, c->rq->arena, &c->actor, m.year, m.as_of, m.known);
}

void
reads_totals(struct call *c)
{
    struct slice table;
    enum verdict got = totals(&table, c);

    answer_table(c, got, table);
}

static enum verdict
figures(struct slice *out, struct call *c, figures_fn *table)
{
    struct scope reader;
    struct moment m;

    if (table == NULL)
        return V_ROUTE_UNKNOWN;
    TRY(scope_table(&reader, &c->actor));
    TRY(read_moment(&m, c));
    return table(out, c->db, c->rq->arena, &reader, m.year, m.as_of, m.known);
}

void
reads_institutions(struct call *c)
{
    struct slice table;
    enum verdict got = figures(&table, c, c->edge->o.institutions);

    answer_table(c, got, table);
}

void
reads_guarantees(struct call *c)
{
    struct slice table;
    enum verdict got = figures(&table, c, c->edge->o.guarantees);

    answer_table(c, got, table);
}

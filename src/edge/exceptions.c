/*
 * Answers exceptions and what they come to.
 * Knows rows of their list and how a reader sees them; must not know which are whose: that is the scope's SQL.
 * Invariant: a kind that the role may not see is in no list and in no sum.
 */
#include "exceptions.h"
#include "page.h"
#include "query.h"
#include "show.h"

static struct show
show_for(const struct call *c)
{
    return (struct show){c->rq->arena, c->db, c->edge->o.vault, c->edge->o.registry, &c->actor};
}

static void
add_text(struct buf *b, const char *key, struct slice text)
{
    json_add_key(b, key);
    json_add_text(b, text);
}

static void
add_int(struct buf *b, const char *key, int64_t number)
{
    json_add_key(b, key);
    json_add_int(b, number);
}

/* ---- the list -------------------------------------------------------------------------------------------------- */

static const char *const page_names[] = {"cursor", "limit", "open", NULL};

/* Which entries may have closed them: none, some one, either. */
struct range {
    const char *word;
    int64_t from, to;
};

static enum verdict
read_open(struct range *out, struct call *c)
{
    static const struct range ranges[] = {
        {"yes", 0, 0        },
        {"no",  1, INT64_MAX},
        {"all", 0, INT64_MAX},
    };
    struct slice word = query_find(c->rq, "open");

    for (size_t i = 0; i < COUNT(ranges); i++) {
        *out = ranges[i];
        if (word.at == NULL || slice_equal(word, slice_of(ranges[i].word)))
            return V_OK;
    }
    c->fault = S("open");
    return V_REQUEST_MALFORMED;
}

/* The kinds that an early fact skipped, joined by commas, as a list. */
static void
add_steps(struct buf *b, struct slice steps)
{
    json_add_key(b, "steps");
    buf_add_char(b, '[');
    while (steps.at != NULL && steps.len > 0) {
        json_add_comma(b);
        json_add_text(b, slice_cut(&steps, steps, ','));
    }
    buf_add_char(b, ']');
}

/* In local days: from the entry's recording to today, or to that of the entry which closed it. */
static enum verdict
age_of(int64_t *days, const struct call *c, const struct exception_row *row, int64_t at_ms)
{
    int64_t until_ms = the_clock.wall_ms();
    struct leaf closing;

    if (row->closed != 0) {
        TRY(leaf_decode(&closing, c->rq->arena, row->closing));
        until_ms = closing.at_ms;
    }
    *days = day_local(until_ms) - day_local(at_ms);
    return V_OK;
}

static enum verdict
add_exception(struct buf *b, struct call *c, const struct exception_row *row, const struct leaf *leaf)
{
    char on[DAY_TEXT_SIZE], at[AT_TEXT_SIZE];
    int64_t days;

    TRY(age_of(&days, c, row, leaf->at_ms));
    day_print(on, leaf->on);
    at_print(at, leaf->at_ms);
    json_add_comma(b);
    buf_add_char(b, '{');
    add_int(b, "seq", row->seq);
    add_text(b, "type", row->type);
    add_text(b, "subject", row->subject);
    add_text(b, "kind", row->kind);
    add_text(b, "on", slice_of(on));
    add_text(b, "at", slice_of(at));
    add_text(b, "nature", row->nature);
    json_add_key(b, "excess");
    buf_add(b, row->excess != 0 ? S("true") : S("false"));
    add_steps(b, row->steps);
    add_int(b, "amount", row->amount);
    add_int(b, "closed", row->closed);
    add_int(b, "age_days", days);
    buf_add_char(b, '}');
    return V_OK;
}

static enum verdict
add_exceptions(struct buf *b, struct call *c, const struct exception_row *rows, size_t count)
{
    struct show show = show_for(c);

    for (size_t i = 0; i < count; i++) {
        struct leaf leaf;

        TRY(leaf_decode(&leaf, c->rq->arena, rows[i].leaf));
        if (show_may_know(&show, rows[i].kind, leaf.actor))
            TRY(add_exception(b, c, &rows[i], &leaf));
    }
    return V_OK;
}

static enum verdict
exceptions(struct buf *b, struct call *c)
{
    struct exception_row *rows;
    struct range range;
    struct page p;
    int64_t after;
    size_t count;

    TRY(page_read_seq(&p, &after, c, page_names));
    TRY(read_open(&range, c));
    TRY(scope_exceptions(&rows, &count, c->db, c->rq->arena, &c->actor, after, range.from, range.to, p.most + 1));
    buf_add_char(b, '[');
    TRY(add_exceptions(b, c, rows, count > (size_t)p.most ? (size_t)p.most : count));
    buf_add_char(b, ']');
    if (count > (size_t)p.most)
        page_next(c, &p, arena_print(c->rq->arena, "%lld", (long long)rows[p.most - 1].seq));
    return V_OK;
}

void
exceptions_page(struct call *c)
{
    struct buf b = {.arena = c->rq->arena};

    page_answer(c, exceptions(&b, c), &b);
}

/* ---- their sums -------------------------------------------------------------------------------------------------- */

static bool
same_cell(const struct exception_sum *a, const struct exception_sum *b)
{
    return slice_equal(a->district, b->district) && slice_equal(a->nature, b->nature);
}

/* Kinds of one cell are added up, those that the role may not see left out; the cells come first and in their order. */
static enum verdict
merge_kinds(size_t *count, struct exception_sum *rows, const struct show *s)
{
    size_t kept = 0;

    for (size_t i = 0; i < *count; i++) {
        if (!show_may_know(s, rows[i].kind, S("")))
            continue;
        if (kept == 0 || !same_cell(&rows[kept - 1], &rows[i])) {
            rows[kept++] = rows[i];
            continue;
        }
        rows[kept - 1].number += rows[i].number;
        if (!money_add(&rows[kept - 1].amount, rows[kept - 1].amount, rows[i].amount))
            return V_OVER_LIMIT;
    }
    *count = kept;
    return V_OK;
}

static enum verdict
add_sums(struct buf *b, const struct exception_sum *rows, size_t count)
{
    int64_t number = 0, amount = 0;

    for (size_t i = 0; i < count; i++) {
        number += rows[i].number;
        if (!money_add(&amount, amount, rows[i].amount))
            return V_OVER_LIMIT;
    }
    add_int(b, "count", number);
    add_int(b, "amount", amount);
    json_add_key(b, "rows");
    buf_add_char(b, '[');
    for (size_t i = 0; i < count; i++) {
        json_add_comma(b);
        buf_add_char(b, '{');
        add_text(b, "district", rows[i].district);
        add_text(b, "nature", rows[i].nature);
        add_int(b, "count", rows[i].number);
        add_int(b, "amount", rows[i].amount);
        buf_add_char(b, '}');
    }
    buf_add_char(b, ']');
    return V_OK;
}

static enum verdict
summary(struct buf *b, struct call *c)
{
    struct show show = show_for(c);
    struct exception_sum *rows;
    size_t count;

    TRY(query_check(&c->fault, c->rq, (const char *const[]){NULL}));
    TRY(scope_exception_sums(&rows, &count, c->db, c->rq->arena, &c->actor));
    TRY(merge_kinds(&count, rows, &show));
    buf_add_char(b, '{');
    TRY(add_sums(b, rows, count));
    buf_add_char(b, '}');
    return V_OK;
}

void
exceptions_summary(struct call *c)
{
    struct buf b = {.arena = c->rq->arena};

    page_answer(c, summary(&b, c), &b);
}

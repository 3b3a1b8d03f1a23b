/*
 * Reads what page is asked for and names the next one.
 * Knows the query's members; must not know a key's meaning.
 * Invariant: no member of the query but cursor and limit is changed on the way to the next page.
 */
#include "page.h"
#include "query.h"

#define PAGE_DEFAULT 100
#define PAGE_MAX 1000

enum verdict
page_read(struct page *out, struct call *c, const char *const *names)
{
    struct slice cursor = query_find(c->rq, "cursor");

    *out = (struct page){.after = S("")};
    TRY(query_check(&c->fault, c->rq, names));
    c->fault = S("limit");
    TRY(query_int(&out->most, c->rq, "limit", PAGE_DEFAULT, 1, PAGE_MAX));
    c->fault = S("cursor");
    if (cursor.at != NULL && (!hex_decode(&out->after, c->rq->arena, cursor) || !utf8_valid(out->after)))
        return V_REQUEST_MALFORMED;
    c->fault = (struct slice){0};
    return V_OK;
}

enum verdict
page_read_seq(struct page *out, int64_t *after, struct call *c, const char *const *names)
{
    *after = 0;
    TRY(page_read(out, c, names));
    c->fault = S("cursor");
    if (out->after.len > 0 && !slice_to_int(after, out->after))
        return V_REQUEST_MALFORMED;
    c->fault = (struct slice){0};
    return V_OK;
}

static bool
is_of_page(struct slice pair)
{
    struct slice value, name = slice_cut(&value, pair, '=');

    return slice_equal(name, S("cursor")) || slice_equal(name, S("limit"));
}

void
page_next(struct call *c, const struct page *p, struct slice last)
{
    struct buf b = {.arena = c->rq->arena};
    struct slice rest = c->rq->query;

    buf_print(&b, "<" SLICE_FMT "?limit=%lld", SLICE_ARG(c->rq->path), (long long)p->most);
    while (rest.at != NULL && rest.len > 0) {
        struct slice pair = slice_cut(&rest, rest, '&');

        if (!is_of_page(pair))
            buf_print(&b, "&" SLICE_FMT, SLICE_ARG(pair));
    }
    buf_print(&b, "&cursor=" SLICE_FMT ">; rel=\"next\"", SLICE_ARG(hex_encode(b.arena, last)));
    c->link = buf_slice(&b);
}

void
page_answer(struct call *c, enum verdict got, const struct buf *b)
{
    if (got == V_NONE)
        got = V_SUBJECT_UNKNOWN;
    if (got != V_OK) {
        call_refuse(c, got);
        return;
    }
    c->etag = call_tag(c->rq->arena, buf_slice(b));
    call_answer(c, 200, "application/json", buf_slice(b));
}

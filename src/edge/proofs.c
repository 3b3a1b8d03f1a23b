/*
 * Serves the journal as bytes.
 * Knows whose an entry is by its actor; must not open anything private.
 * Invariant: an entry of another house is answered as one that does not exist.
 */
#include "proofs.h"
#include "query.h"
#include "show.h"
#include "sql.h"

#define PAGE_DEFAULT 100
#define PAGE_MAX 1000

static const char *const page_names[] = {"after", "limit", NULL};
static const char *const no_names[] = {NULL};

static void
answer(struct call *c, enum verdict got, const char *content_type, struct slice body)
{
    if (got == V_NONE)
        got = V_SUBJECT_UNKNOWN;
    if (got != V_OK) {
        call_refuse(c, got);
        return;
    }
    c->etag = call_tag(c->rq->arena, body);
    call_answer(c, 200, content_type, body);
}

static enum verdict
page(struct buf *b, struct call *c)
{
    struct sql_journal_page *rows;
    int64_t after, most;
    size_t count;

    TRY(query_check(&c->fault, c->rq, page_names));
    c->fault = S("after");
    TRY(query_int(&after, c->rq, "after", 0, 0, INT64_MAX));
    c->fault = S("limit");
    TRY(query_int(&most, c->rq, "limit", PAGE_DEFAULT, 1, PAGE_MAX));
    c->fault = (struct slice){0};
    TRY(sql_journal_page(&rows, &count, c->db, c->rq->arena, after, most));
    for (size_t i = 0; i < count; i++) {
        buf_add(b, rows[i].leaf);
        buf_add_char(b, '\n');
    }
    if (count == (size_t)most)
        c->link = arena_print(c->rq->arena, "<" SLICE_FMT "?after=%lld&limit=%lld>; rel=\"next\"",
                              SLICE_ARG(c->rq->path), (long long)rows[count - 1].seq, (long long)most);
    return V_OK;
}

void
proofs_entries(struct call *c)
{
    struct buf b = {.arena = c->rq->arena};
    enum verdict got = page(&b, c);

    answer(c, got, "application/jsonl", buf_slice(&b));
}

static enum verdict
newest(struct slice *out, struct call *c)
{
    struct sql_checkpoint_last row;

    TRY(query_check(&c->fault, c->rq, no_names));
    TRY(sql_checkpoint_last(&row, c->db, c->rq->arena));
    *out = row.note;
    return V_OK;
}

void
proofs_newest(struct call *c)
{
    struct slice note = S("");
    enum verdict got = newest(&note, c);

    answer(c, got, "text/plain; charset=utf-8", note);
}

static enum verdict
check_reader(const struct call *c, const struct leaf *leaf)
{
    struct show show = {c->rq->arena, c->db, c->edge->o.vault, c->edge->o.registry, &c->actor};
    struct slice account, organisation;

    if (c->actor.role == ROLE_AUDITOR || c->actor.role == ROLE_SYSTEM)
        return V_OK;
    slice_cut(&organisation, leaf->actor, ':');
    organisation = slice_cut(&account, organisation, ':');
    if (!slice_equal(organisation, c->actor.organisation))
        return V_SUBJECT_UNKNOWN;
    return show_may_know(&show, leaf->kind, leaf->actor) ? V_OK : V_SUBJECT_UNKNOWN;
}

static enum verdict
receipt(struct slice *out, struct call *c)
{
    struct sql_journal_by_seq row;
    struct leaf leaf;
    int64_t seq;

    TRY(query_check(&c->fault, c->rq, no_names));
    if (!slice_to_int(&seq, c->args[0]) || seq < 1)
        return V_SUBJECT_UNKNOWN;
    TRY(sql_journal_by_seq(&row, c->db, c->rq->arena, seq));
    TRY(leaf_decode(&leaf, c->rq->arena, row.leaf));
    TRY(check_reader(c, &leaf));
    return ledger_receipt(out, c->db, c->rq->arena, seq);
}

void
proofs_receipt(struct call *c)
{
    struct slice document = S("");
    enum verdict got = receipt(&document, c);

    answer(c, got, "application/json", document);
}

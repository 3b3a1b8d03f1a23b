/*
 * Answers what waits for a second person, and takes it back.
 * Knows rows that wait and how a reader sees them; must not know which are whose: that is the scope's SQL.
 * Invariant: what is taken away was found by the same scope as what is shown.
 */
#include "page.h"
#include "query.h"
#include "show.h"
#include "work.h"

static struct show
show_for(const struct call *c, struct db *db)
{
    return (struct show){c->rq->arena, db, c->edge->o.vault, c->edge->o.registry, &c->actor};
}

/* ---- what waits -------------------------------------------------------------------------------------------------- */

static const char *const waiting_names[] = {"cursor", "limit", NULL};

static struct ledger_options
ledger_of(const struct call *c, struct db *db)
{
    return (struct ledger_options){.registry = c->edge->o.registry, .db = db, .vault = c->edge->o.vault};
}

/* What was let in, taken away or erased since the row was read is left out. */
static enum verdict
add_waiting(struct buf *b, struct call *c, const struct waiting_row *row)
{
    struct show show = show_for(c, c->db);
    struct ledger_options o = ledger_of(c, c->db);
    struct entry e;
    enum verdict got;

    if (!show_may_know(&show, row->kind, row->actor))
        return V_OK;
    got = ledger_waiting(&e, &o, c->rq->arena, row->id);
    if (got == V_NONE)
        return V_OK;
    TRY(got);
    e.body = NULL;
    json_add_comma(b);
    return show_waiting(b, &show, &e, row->actor);
}

static enum verdict
waiting(struct buf *b, struct call *c)
{
    struct waiting_row *rows;
    struct page p;
    size_t count;

    TRY(page_read(&p, c, waiting_names));
    TRY(scope_waiting(&rows, &count, c->db, c->rq->arena, &c->actor, p.after, p.most + 1));
    buf_add_char(b, '[');
    for (size_t i = 0; i < count && i < (size_t)p.most; i++)
        TRY(add_waiting(b, c, &rows[i]));
    buf_add_char(b, ']');
    if (count > (size_t)p.most)
        page_next(c, &p, rows[p.most - 1].id);
    return V_OK;
}

void
work_waiting(struct call *c)
{
    struct buf b = {.arena = c->rq->arena};

    page_answer(c, waiting(&b, c), &b);
}

/* The row under /v1/waiting/{id}, where this reader may know of it. */
static enum verdict
find_waiting(struct waiting_row *row, const struct call *c, struct db *db)
{
    struct show show = show_for(c, db);

    if (!uuid_valid(c->args[0]))
        return V_SUBJECT_UNKNOWN;
    TRY(scope_waiting_one(row, db, c->rq->arena, &c->actor, c->args[0]));
    return show_may_know(&show, row->kind, row->actor) ? V_OK : V_SUBJECT_UNKNOWN;
}

static enum verdict
waiting_one(struct buf *b, struct call *c)
{
    struct show show = show_for(c, c->db);
    struct ledger_options o = ledger_of(c, c->db);
    struct waiting_row row;
    struct entry e;

    TRY(query_check(&c->fault, c->rq, (const char *const[]){NULL}));
    TRY(find_waiting(&row, c, c->db));
    TRY(ledger_waiting(&e, &o, c->rq->arena, row.id));
    return show_waiting(b, &show, &e, row.actor);
}

void
work_waiting_one(struct call *c)
{
    struct buf b = {.arena = c->rq->arena};

    page_answer(c, waiting_one(&b, c), &b);
}

/* ---- taking back ------------------------------------------------------------------------------------------------- */

struct withdrawal {
    struct call *call;
    struct waiting_row row;
};

/* Found anew on the writer's own connection: nothing is taken away that was let in meanwhile. */
static enum verdict
note_withdrawal(struct write *w, struct db *db)
{
    struct withdrawal *d = w->context;
    struct ledger_options o = ledger_of(d->call, db);

    TRY(find_waiting(&d->row, d->call, db));
    return ledger_withdraw(&o, d->call->rq->arena, d->row.id, &d->call->actor);
}

static void
answer_withdrawal(struct write *w)
{
    struct withdrawal *d = w->context;
    struct call *c = d->call;
    struct arena *a = c->rq->arena;

    if (w->got != V_OK) {
        call_refuse(c, w->got == V_NONE ? V_SUBJECT_UNKNOWN : w->got);
        return;
    }
    log_write(LOG_INFO, "waiting_withdrawn", "id=%s kind=" SLICE_FMT " proposer=%s by=%s", log_quote(a, d->row.id),
              SLICE_ARG(d->row.kind), log_quote(a, d->row.actor),
              log_quote(a, arena_print(a, "%s:" SLICE_FMT ":" SLICE_FMT, role_row(c->actor.role)->name,
                                       SLICE_ARG(c->actor.organisation), SLICE_ARG(c->actor.account))));
    call_answer(c, 204, NULL, (struct slice){0});
}

void
work_withdraw(struct call *c)
{
    struct withdrawal *d = NEW(c->rq->arena, struct withdrawal);
    enum verdict got;

    *d = (struct withdrawal){.call = c};
    got = query_check(&c->fault, c->rq, (const char *const[]){NULL});
    if (got == V_OK) {
        c->write = (struct write){
            .how = WRITE_NOTE, .note = note_withdrawal, .done = answer_withdrawal, .context = d};
        got = writer_put(c->edge->writer, &c->write);
    }
    if (got != V_OK)
        call_refuse(c, got);
}

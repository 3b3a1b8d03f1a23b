/*
 * All that follows from an accepted entry: state, steps, exceptions, vouchers, totals. The door runs it, and so does a
 * replay.
 * Knows effects and derived tables; must not run a rule, read a clock or write to the journal.
 * Invariant: what it writes depends on the journal up to this entry and on nothing else.
 */
#include "ledger_int.h"

static enum verdict
exception_save(struct db *db, const struct entry *e, const struct exception *x)
{
    return sql_exception_put(db, x->seq, slice_of(e->kind->type->name), e->subject, slice_of(x->kind->schema->name),
                             slice_of(nature_names[x->move.nature]), x->move.steps, x->move.excess, x->amount,
                             x->closed);
}

static enum verdict
exceptions_close(struct db *db, const struct entry *e)
{
    switch (e->kind->closes) {
    case CLOSES_ONE:
        return sql_exception_close(db, e->seq, slice_of(e->kind->type->name), e->subject, entry_closes(e));
    case CLOSES_ALL:
        return sql_exception_close_all(db, e->seq, slice_of(e->kind->type->name), e->subject);
    case CLOSES_NONE:
        break;
    }
    return V_OK;
}

static enum verdict
voucher_save(struct db *db, const struct entry *e)
{
    const struct shape *s = e->kind->schema->shape;

    for (size_t i = 0; e->body != NULL && i < s->count; i++) {
        const struct field *f = &s->fields[i];
        struct slice number;

        if (!f->is_voucher)
            continue;
        number = *(const struct slice *)((const char *)e->body + f->offset);
        if (number.at == NULL)
            continue;
        TRY(sql_voucher_put(db, e->actor.organisation, slice_of(e->kind->type->name), e->subject,
                            slice_of(e->kind->schema->name), number, e->seq));
    }
    return V_OK;
}

static enum verdict
derive_next(struct db *db, struct arena *a, const struct entry *e, struct subject *s)
{
    struct move m = machine_move(a, s, e);

    if (m.nature == NATURE_REFUSED)
        return V_WRONG_STATE;
    machine_run(a, s, &m, e);
    TRY(exceptions_close(db, e));
    if (!move_is_exception(&m))
        return V_OK;
    return exception_save(db, e, &(struct exception){e->seq, e->kind, m, entry_amount(e), 0});
}

static enum verdict
derive_again(const struct registry *r, struct db *db, struct arena *a, const struct entry *e, struct subject *s)
{
    struct problems ignored = {.arena = a};
    struct folded again;

    TRY(fold(&again, r, db, a, e, &ignored));
    TRY(sql_exception_clear(db, slice_of(e->kind->type->name), e->subject));
    for (size_t i = 0; i < again.exception_count; i++)
        TRY(exception_save(db, e, &again.exceptions[i]));
    *s = again.subject;
    return V_OK;
}

/* An effect relies on what the rule has looked at, and a replay runs no rule: a line that was changed behind the
 * registry's back can leave a view that no lawful entry leaves. */
static enum verdict
view_check(const struct subject *s, const struct entry *e)
{
    if (shape_is_whole(s->type->view, s->view))
        return V_OK;
    log_write(LOG_ERROR, "view_not_whole", "seq=%lld kind=%s", (long long)e->seq, e->kind->schema->name);
    return V_BROKEN;
}

enum verdict
derive(const struct registry *r, struct totals *t, struct db *db, struct arena *a, const struct entry *e,
       struct subject *s)
{
    struct contributions moved = {.arena = a};
    struct subject before = subject_copy(a, s);
    struct held was = {.view = before.view}, is;

    TRY(lines_load(&was.lent, r, db, a, s->type, s->id));
    TRY(e->mends.entry.at == NULL ? derive_next(db, a, e, s) : derive_again(r, db, a, e, s));
    TRY(view_check(s, e));
    is = (struct held){s->view, was.lent};
    TRY(lines_settle(&moved, r, db, a, s->type, s->id, &was, &is));
    TRY(totals_write(t, db, e, &moved));
    TRY(voucher_save(db, e));
    TRY(steps_settle(db, a, &before, s));
    return subject_save(s, db, a);
}

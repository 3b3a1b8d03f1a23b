/*
 * Asks the domain what a counter asks.
 * Knows snapshots and JSON; must not know what makes a loan eligible.
 * Invariant: a loan that is not the asker's to know is answered exactly as one that does not exist.
 */
#include "intake.h"
#include "query.h"
#include "ventured/json.h"

#define ID_MAX 64

static const char *const no_names[] = {NULL};

static void
answer(struct call *c, enum verdict got, const struct buf *b)
{
    if (got == V_NONE)
        got = V_SUBJECT_UNKNOWN;
    if (got != V_OK)
        call_refuse(c, got);
    else
        call_answer(c, 200, "application/json", buf_slice(b));
}

enum verdict
intake_loan(struct subject_row *out, struct call *c)
{
    const struct subject_type *type = registry_type(c->edge->o.registry, S("loan"));
    const struct view_row *view = view_find(c->edge->o.views, S("loan"));

    TRY(query_check(&c->fault, c->rq, no_names));
    if (type == NULL || view == NULL)
        return V_ROUTE_UNKNOWN;
    if ((view->see & ROLE_BIT(c->actor.role)) == 0 || c->args[0].len > ID_MAX || !utf8_valid(c->args[0]))
        return V_SUBJECT_UNKNOWN;
    return scope_one(out, c->db, c->rq->arena, &c->actor, type, c->args[0]);
}

/* ---- eligibility ----------------------------------------------------------------------------------------------- */

static enum verdict
judge(struct buf *b, struct call *c, struct loan_question *q)
{
    struct eligibility e;
    enum verdict got;

    q->who = &c->actor;
    q->today = day_local(the_clock.wall_ms());
    q->problems = &c->problems;
    TRY(db_snapshot(c->db));
    got = loan_eligibility(&e, c->edge->o.registry, c->db, c->rq->arena, q);
    db_snapshot_end(c->db);
    TRY(got);
    eligibility_json(b, &e);
    return V_OK;
}

static enum verdict
of_loan(struct buf *b, struct call *c)
{
    struct subject_row row;
    struct loan_question q = {0};

    TRY(intake_loan(&row, c));
    q.loan = row.id;
    return judge(b, c, &q);
}

void
intake_eligibility(struct call *c)
{
    struct buf b = {.arena = c->rq->arena};

    answer(c, of_loan(&b, c), &b);
}

static enum verdict
of_draft(struct buf *b, struct call *c)
{
    struct loan_question q = {0};

    if (registry_type(c->edge->o.registry, S("loan")) == NULL)
        return V_ROUTE_UNKNOWN;
    TRY(query_check(&c->fault, c->rq, no_names));
    TRY(json_parse(&q.draft, c->rq->arena, c->rq->body));
    if (q.draft->type != JSON_OBJECT)
        return V_JSON_TOP;
    return judge(b, c, &q);
}

void
intake_draft(struct call *c)
{
    struct buf b = {.arena = c->rq->arena};

    answer(c, of_draft(&b, c), &b);
}

/* ---- the certificate ------------------------------------------------------------------------------------------- */

static enum verdict
certificate(struct buf *b, struct call *c)
{
    struct loan_certificate certificate;
    struct subject_row row;
    enum verdict got;

    TRY(intake_loan(&row, c));
    TRY(db_snapshot(c->db));
    got = loan_certificate(&certificate, c->edge->o.registry, c->db, c->rq->arena, row.id,
                           day_local(the_clock.wall_ms()));
    db_snapshot_end(c->db);
    TRY(got);
    loan_certificate_json(b, &certificate);
    return V_OK;
}

void
intake_certificate(struct call *c)
{
    struct buf b = {.arena = c->rq->arena};

    answer(c, certificate(&b, c), &b);
}

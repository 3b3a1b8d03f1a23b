/*
 * The qualification certificate of a loan, and those that it replaced.
 * Knows the two facts by which one is issued, corrections in their places; must not know a page or a printer.
 * Invariant: the last of the issues is the certificate in the loan's view, and every one before it is replaced.
 */
#include "loan_int.h"

static struct certificate_issue *
issue_add(struct loan_certificate *c, struct arena *a)
{
    c->issues = arena_grow(a, c->issues, c->count, &c->size, sizeof *c->issues, 4);
    return &c->issues[c->count++];
}

/* As the effect has it: what a certificate leaves out is as it was asked for. */
static void
add_qualified(struct loan_certificate *c, struct arena *a, const struct loan_view *loan, const struct entry *e)
{
    const struct loan_qualified *d = e->body;

    *issue_add(c, a) = (struct certificate_issue){
        .number = d->certificate_no,
        .on = e->on,
        .valid_to = d->valid_to,
        .amount_max = d->amount_max,
        .term_max_months = d->term_max_months == INT_ABSENT ? loan->term_asked : d->term_max_months,
        .issued_by = d->issued_by.at == NULL ? loan->district : d->issued_by,
        .fund = d->fund,
    };
}

/* The same certificate under another number. */
static void
add_reissued(struct loan_certificate *c, struct arena *a, const struct entry *e)
{
    const struct loan_certificate_reissued *d = e->body;
    struct certificate_issue one;

    if (c->count == 0)
        return;
    one = c->issues[c->count - 1];
    one.number = d->certificate_no;
    one.reason = d->reason;
    one.on = e->on;
    *issue_add(c, a) = one;
}

static void
issues_find(struct loan_certificate *c, struct arena *a, const struct loan_view *loan, const struct entry *entries,
            size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct kind_row *kind = entries[i].kind->schema;

        if (entries[i].body == NULL)
            continue;
        if (kind == &entry_kinds[KIND_LOAN_QUALIFIED])
            add_qualified(c, a, loan, &entries[i]);
        else if (kind == &entry_kinds[KIND_LOAN_CERTIFICATE_REISSUED])
            add_reissued(c, a, &entries[i]);
    }
}

/* Used once a bank has lent on it: from then on its last day says nothing. */
static enum certificate_state
state_of(const struct subject *s, int32_t today)
{
    const struct loan_view *v = s->view;

    if (v->contracted != INT_ABSENT || v->disbursements.count > 0)
        return CERTIFICATE_USED;
    if (s->state == LOAN_WITHDRAWN || s->state == LOAN_REFUSED)
        return CERTIFICATE_WITHDRAWN;
    return s->state == LOAN_EXPIRED || today > v->valid_to ? CERTIFICATE_EXPIRED : CERTIFICATE_VALID;
}

enum verdict
loan_certificate(struct loan_certificate *out, const struct registry *r, struct db *db, struct arena *a,
                 struct slice loan, int32_t today)
{
    const struct loan_view *v;
    struct entry *entries;
    struct subject s;
    size_t count;

    TRY(subject_load(&s, db, a, &loan_type, loan));
    v = s.view;
    if (v->certificate_no.at == NULL)
        return V_SUBJECT_UNKNOWN;
    *out = (struct loan_certificate){.loan = loan, .class = v->class};
    TRY(ledger_history(&entries, &count, r, db, a, &loan_type, loan));
    issues_find(out, a, v, entries, count);
    if (out->count == 0)
        return V_BROKEN;
    for (size_t i = 0; i < out->count; i++)
        out->issues[i].state = CERTIFICATE_REPLACED;
    out->issues[out->count - 1].state = state_of(&s, today);
    return V_OK;
}

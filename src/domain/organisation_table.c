/*
 * The banks as a table: how each stands, its agreement and branches, and its figures of a year and ever.
 * Knows views, cells and a reader's scope; must not know who the reader is, nor any limit.
 * Invariant: what a reader's scope leaves out adds to no figure; a quotient of nothing is absent, never 0.
 */
#include "organisation_int.h"

#define PPM 1000000

/* ---- figures --------------------------------------------------------------------------------------------------- */

static int64_t
quotient(int64_t n, int64_t times, int64_t d, enum rounding r)
{
    int64_t out;

    return d > 0 && money_mul_div(&out, n, times, d, r) ? out : INT_ABSENT;
}

static struct institution_figures
figures_of(const struct bank_sums *s)
{
    const int64_t *at = s->at;

    return (struct institution_figures){
        .lent = at[BANK_LENT],
        .received = at[BANK_RECEIVED],
        .decided = at[BANK_DECIDED],
        .rejected = at[BANK_REJECTED],
        .decision_days_x100 = quotient(at[BANK_DECISION_DAYS], 100, at[BANK_DECIDED], ROUND_HALF_UP),
        .compensated = at[BANK_COMPENSATED],
        .recovered = at[BANK_RECOVERED],
        .recovery_ppm = quotient(at[BANK_RECOVERED], PPM, at[BANK_COMPENSATED], ROUND_DOWN),
    };
}

static int64_t
branches_open(const struct organisation_view *o, struct slice district, int32_t day)
{
    const struct organisation_view_branches_item *at = o->branches.at;
    int64_t count = 0;

    for (size_t i = 0; i < o->branches.count; i++)
        count += at[i].opened <= day && (at[i].closed == DAY_ABSENT || day < at[i].closed) &&
                 (district.len == 0 || slice_equal(district, at[i].district));
    return count;
}

/* ---- rows ------------------------------------------------------------------------------------------------------ */

/* What all rows are made from. */
struct source {
    const struct scope *reader;
    struct cells year, ever;
    int32_t as_of;
};

static enum verdict
row_make(struct institution *row, const struct subject *bank, const struct source *s)
{
    const struct organisation_view *o = bank->view;
    const struct organisation_view_agreements_item *agreement = agreement_on(o, s->as_of);
    enum lending now = lending_on(o, s->as_of);
    struct bank_sums year, ever;
    struct exposure x;

    TRY(bank_sum(&year, &s->year, bank->id, s->reader->district));
    TRY(bank_sum(&ever, &s->ever, bank->id, s->reader->district));
    x = (struct exposure){ever.at[BANK_OUTSTANDING], ever.at[BANK_OVERDUE]};
    *row = (struct institution){
        .id = bank->id,
        .zh = o->zh,
        .state = &lendings[now],
        .since = lending_since(o, now, s->as_of),
        .merged_into = o->merged_into,
        .merged_from = o->merged_from,
        .branches = branches_open(o, s->reader->district, s->as_of),
        .year = figures_of(&year),
        .ever = figures_of(&ever),
        .outstanding = x.outstanding,
        .overdue = x.overdue,
        .overdue_ppm = INT_ABSENT,
    };
    overdue_share(&row->overdue_ppm, &x);
    if (agreement == NULL)
        return V_OK;
    row->agreement_no = agreement->agreement_no;
    row->agreement_from = agreement->from;
    row->agreement_to = agreement->to;
    return V_OK;
}

static bool
is_in_scope(const struct scope *reader, struct slice bank)
{
    return reader->organisation.len == 0 || slice_equal(reader->organisation, bank);
}

static enum verdict
known_of(int64_t *out, struct db *db, struct arena *a, int64_t known_seq)
{
    int64_t head;

    TRY(ledger_head(&head, db, a));
    *out = known_seq < head ? known_seq : head;
    return V_OK;
}

static void
year_bounds(int32_t *first, int32_t *last, int year, int32_t as_of)
{
    bool made = day_make(first, year, 1, 1) && day_make(last, year, 12, 31);

    assert(made);
    if (as_of < *last)
        *last = as_of;
}

enum verdict
institution_table(struct institution_table *out, const struct registry *r, struct db *db, struct arena *a,
                  const struct scope *reader, int year, int32_t as_of, int64_t known_seq)
{
    struct source s = {.reader = reader};
    struct banks banks;
    int32_t first;

    year_bounds(&first, &s.as_of, year, as_of);
    *out = (struct institution_table){.year = year, .as_of = s.as_of};
    TRY(known_of(&out->known_seq, db, a, known_seq));
    TRY(banks_load(&banks, db, a));
    TRY(ledger_totals(&s.year.at, &s.year.count, db, a, first, s.as_of, out->known_seq));
    TRY(ledger_totals(&s.ever.at, &s.ever.count, db, a, DAY_MIN, s.as_of, out->known_seq));
    out->rows = NEW_ARRAY(a, struct institution, banks.count);
    for (size_t i = 0; i < banks.count; i++) {
        struct subject bank;

        if (!is_in_scope(reader, banks.at[i].id))
            continue;
        TRY(ledger_subject(&bank, r, db, a, &organisation_type, banks.at[i].id, out->known_seq));
        if (bank.state != STATE_NEW && bank.first_on <= s.as_of)
            TRY(row_make(&out->rows[out->count++], &bank, &s));
    }
    return V_OK;
}

/* ---- for programs ---------------------------------------------------------------------------------------------- */

static void
add_text(struct buf *b, const char *key, struct slice text)
{
    json_add_key(b, key);
    json_add_text(b, text);
}

static void
add_day(struct buf *b, const char *key, int32_t day)
{
    char text[DAY_TEXT_SIZE];

    if (day == DAY_ABSENT)
        return;
    day_print(text, day);
    add_text(b, key, slice_of(text));
}

static void
add_number(struct buf *b, const char *key, int64_t number)
{
    if (number == INT_ABSENT)
        return;
    json_add_key(b, key);
    json_add_int(b, number);
}

static void
add_figures(struct buf *b, const char *key, const struct institution_figures *f)
{
    json_add_key(b, key);
    buf_add_char(b, '{');
    add_number(b, "lent", f->lent);
    add_number(b, "received", f->received);
    add_number(b, "decided", f->decided);
    add_number(b, "rejected", f->rejected);
    add_number(b, "decision_days_x100", f->decision_days_x100);
    add_number(b, "compensated", f->compensated);
    add_number(b, "recovered", f->recovered);
    add_number(b, "recovery_ppm", f->recovery_ppm);
    buf_add_char(b, '}');
}

static void
add_agreement(struct buf *b, const struct institution *row)
{
    if (row->agreement_no.at == NULL)
        return;
    json_add_key(b, "agreement");
    buf_add_char(b, '{');
    add_text(b, "agreement_no", row->agreement_no);
    add_day(b, "from", row->agreement_from);
    add_day(b, "to", row->agreement_to);
    buf_add_char(b, '}');
}

static void
add_row(struct buf *b, const struct institution *row)
{
    json_add_comma(b);
    buf_add_char(b, '{');
    add_text(b, "id", row->id);
    add_text(b, "zh", row->zh);
    add_text(b, "state", slice_of(row->state->name));
    add_text(b, "state_zh", slice_of(row->state->zh));
    add_text(b, "state_en", slice_of(row->state->en));
    add_day(b, "since", row->since);
    if (row->merged_into.at != NULL)
        add_text(b, "merged_into", row->merged_into);
    add_day(b, "merged_from", row->merged_from);
    add_agreement(b, row);
    add_number(b, "branches", row->branches);
    add_figures(b, "year", &row->year);
    add_figures(b, "ever", &row->ever);
    add_number(b, "outstanding", row->outstanding);
    add_number(b, "overdue", row->overdue);
    add_number(b, "overdue_ppm", row->overdue_ppm);
    buf_add_char(b, '}');
}

void
institution_table_json(struct buf *b, const struct institution_table *t)
{
    buf_add_char(b, '{');
    add_number(b, "year", t->year);
    add_day(b, "as_of", t->as_of);
    add_number(b, "known_at", t->known_seq);
    json_add_key(b, "rows");
    buf_add_char(b, '[');
    for (size_t i = 0; i < t->count; i++)
        add_row(b, &t->rows[i]);
    buf_add(b, S("]}"));
}

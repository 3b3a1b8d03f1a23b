/*
 * What the guarantee funds stand for: by fund, bank and district, as of a day and as known then.
 * Knows which totals are a fund's; must not know how a loan moves them.
 * Invariant: the rows of a fund add up to what its rules read, and those of a bank to what it holds of every fund.
 */
#include <string.h>

#include "domain_int.h"

static const struct {
    const char *indicator, *member;
} columns[GUARANTEE__COLUMNS] = {
    [GUARANTEE_PAID_IN]     = {"fund_paid_in",          "paid_in"    },
    [GUARANTEE_COMMITTED]   = {"guarantee_committed",   "committed"  },
    [GUARANTEE_OUTSTANDING] = {"guarantee_outstanding", "outstanding"},
    [GUARANTEE_CALLED]      = {"guarantee_called",      "called"     },
    [GUARANTEE_RECOVERED]   = {"guarantee_recovered",   "recovered"  },
    [GUARANTEE_LOST]        = {"guarantee_lost",        "lost"       },
};

/* False where the total is no fund's. */
static bool
column_find(size_t *out, struct slice indicator)
{
    for (size_t i = 0; i < COUNT(columns); i++)
        if (slice_equal(slice_of(columns[i].indicator), indicator)) {
            *out = i;
            return true;
        }
    return false;
}

/* The cells come by district and part, so rows come in that order too; there are as many as funds, banks and districts
 * meet. */
static struct guarantee_row *
row_of(struct guarantee_table *t, struct arena *a, const struct cell *c)
{
    struct slice bank, fund = slice_cut(&bank, c->part, '/');

    for (size_t i = 0; i < t->count; i++) {
        struct guarantee_row *r = &t->rows[i];

        if (slice_equal(r->fund, fund) && slice_equal(r->bank, bank) && slice_equal(r->district, c->district))
            return r;
    }
    t->rows = arena_grow(a, t->rows, t->count, &t->size, sizeof *t->rows, 32);
    t->rows[t->count] = (struct guarantee_row){.fund = fund, .bank = bank, .district = c->district};
    return &t->rows[t->count++];
}

static bool
is_readers(const struct scope *reader, const struct cell *c)
{
    struct slice bank;

    slice_cut(&bank, c->part, '/');
    return (reader->district.len == 0 || slice_equal(reader->district, c->district)) &&
           (reader->organisation.len == 0 || slice_equal(reader->organisation, bank));
}

enum verdict
guarantee_table(struct guarantee_table *out, struct db *db, struct arena *a, const struct scope *reader, int32_t as_of,
                int64_t known_seq)
{
    struct cell *cells;
    size_t count, column;
    int64_t head;

    *out = (struct guarantee_table){.as_of = as_of};
    TRY(ledger_head(&head, db, a));
    out->known_seq = known_seq < head ? known_seq : head;
    TRY(ledger_totals(&cells, &count, db, a, DAY_MIN, as_of, out->known_seq));
    for (size_t i = 0; i < count; i++)
        if (column_find(&column, cells[i].indicator) && is_readers(reader, &cells[i]))
            row_of(out, a, &cells[i])->amounts[column] += cells[i].amount;
    return V_OK;
}

static void
add_text(struct buf *b, const char *key, struct slice text)
{
    json_add_key(b, key);
    json_add_text(b, text);
}

static void
add_row(struct buf *b, const struct guarantee_row *r)
{
    json_add_comma(b);
    buf_add_char(b, '{');
    add_text(b, "fund", r->fund);
    if (r->bank.len > 0)
        add_text(b, "bank", r->bank);
    add_text(b, "district", r->district);
    for (size_t i = 0; i < COUNT(columns); i++) {
        json_add_key(b, columns[i].member);
        json_add_int(b, r->amounts[i]);
    }
    buf_add_char(b, '}');
}

void
guarantee_table_json(struct buf *b, const struct guarantee_table *t)
{
    char as_of[DAY_TEXT_SIZE];

    day_print(as_of, t->as_of);
    buf_add_char(b, '{');
    add_text(b, "as_of", slice_of(as_of));
    json_add_key(b, "known_at");
    json_add_int(b, t->known_seq);
    json_add_key(b, "rows");
    buf_add_char(b, '[');
    for (size_t i = 0; i < t->count; i++)
        add_row(b, &t->rows[i]);
    buf_add(b, S("]}"));
}

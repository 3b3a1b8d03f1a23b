/*
 * Rows of the time before, turned into entries: see bring.h.
 * Knows which kinds a row of each sort becomes, in which order; must not judge what the door judges.
 * Invariant: the first bad cell or the first refusal of a row is its answer, and one bad row keeps the file out.
 */
#include <string.h>

#include "bring_int.h"

#define ROW_ARENA ((size_t)256 << 20)
#define PROGRESS_EVERY 500

static const struct actor importer = {ROLE_IMPORT, S_INIT("centre"), S_INIT("import"), {NULL, 0}};

struct bringing {
    const struct bring_options *o;
    struct ledger_options ledger;
    struct bring_report *report;
    struct arena *kept, *row_arena;
    struct sheet sheet;
    struct columns columns;
    size_t row;              /* at hand, from 1 */
    struct made made;        /* its entries */
    size_t step;             /* the next of them */
    struct bring_row answer; /* so far */
    bool *bad;               /* rows that the first reading found wrong */
    size_t bad_count;
};

/* ---- a row's answer ---------------------------------------------------------------------------------------------- */

static void
answer_begin(struct bringing *b)
{
    b->answer = (struct bring_row){.number = sheet_number(&b->sheet, b->row), .got = V_REPLAYED};
}

/* The first that goes wrong is told; its pointer names a member, which a column fills. */
static void
answer_refuse(struct bringing *b, enum verdict got, const struct problems *problems)
{
    const struct problem *p = problems->first;
    const struct verdict_row *row = verdict_row(got);

    b->answer.got = got;
    b->answer.zh = p == NULL ? slice_of(row->zh) : p->zh;
    b->answer.en = p == NULL ? slice_of(row->en) : p->en;
    if (p != NULL && p->pointer.len > 1)
        b->answer.column = columns_heading(&b->columns, &b->sheet, slice_sub(p->pointer, 1, p->pointer.len));
}

static void
answer_end(struct bringing *b)
{
    enum verdict got = b->answer.got;

    b->answer.subject = b->made.subject;
    b->answer.person = b->made.person;
    b->report->stored += got == V_OK;
    b->report->known += got == V_REPLAYED;
    b->report->refused += got != V_OK && got != V_REPLAYED;
    b->report->sum += b->made.amount;
    b->o->told(b->o->context, &b->answer);
    if (b->o->progress != NULL && b->row % PROGRESS_EVERY == 0)
        b->o->progress(b->o->context, b->row, b->sheet.rows);
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

static enum verdict
read_row(struct bringing *b)
{
    struct problems problems;

    arena_reset(b->row_arena);
    problems = (struct problems){.arena = b->row_arena};
    answer_begin(b);
    b->step = 0;
    if (rows_make(&b->made, b->row_arena, &b->columns, &b->sheet, b->row, b->o->on, &problems) == V_OK)
        return V_OK;
    answer_refuse(b, V_FIELDS_WRONG, &problems);
    return V_FIELDS_WRONG;
}

/* Every row by its cells, before the door is asked about any. */
static void
read_all(struct bringing *b)
{
    for (b->row = 1; b->row <= b->sheet.rows; b->row++) {
        b->bad[b->row] = read_row(b) != V_OK;
        b->bad_count += b->bad[b->row];
    }
}

/* ---- posting ----------------------------------------------------------------------------------------------------- */

/* What stands there already is not said again: a person by his number, an enterprise by its code. */
static enum verdict
is_known(bool *out, struct bringing *b, const struct made_entry *e)
{
    struct subject s;
    enum verdict got;

    *out = false;
    if (e->identity.at != NULL) {
        got = ledger_blind_find(&b->made.person, &b->ledger, b->row_arena, S("identity"), e->identity);
        *out = got == V_OK;
        return got == V_NONE ? V_OK : got;
    }
    if (!e->once)
        return V_OK;
    TRY(subject_load(&s, b->ledger.db, b->row_arena, registry_kind(b->o->registry, slice_of(e->kind))->type,
                     e->subject));
    *out = s.state != STATE_NEW;
    return V_OK;
}

static enum verdict
posting_make(struct posting **out, struct bringing *b, const struct made_entry *e)
{
    struct posting *p = NEW(b->row_arena, struct posting);
    struct slice body = made_body(b->row_arena, &b->made, e);
    const struct json *tree;

    TRY(json_parse(&tree, b->row_arena, body));
    *out = p;
    TRY(posting_read(p, b->row_arena, b->o->registry, slice_of(e->kind), e->id, tree, S("")));
    p->entry.actor = importer;
    return V_OK;
}

/* The next entry of the row at hand, or of the next row that was read well; a row that has no more is answered. */
static enum verdict
next_posting(void *context, struct posting **out)
{
    struct bringing *b = context;

    for (;;) {
        while (b->row > 0 && b->step < b->made.count) {
            const struct made_entry *e = &b->made.entries[b->step++];
            bool known;

            TRY(is_known(&known, b, e));
            if (!known)
                return posting_make(out, b, e);
        }
        if (b->row > 0 && !b->bad[b->row])
            answer_end(b);
        if (b->row++ == b->sheet.rows)
            return V_NONE;
        b->made = (struct made){0};
        if (read_row(b) != V_OK)
            answer_end(b);
    }
}

static void
posting_told(void *context, const struct posting *p)
{
    struct bringing *b = context;

    b->report->entries += p->got == V_OK;
    if (p->got == V_OK && b->answer.got == V_REPLAYED)
        b->answer.got = V_OK;
    if (p->got == V_OK || p->got == V_REPLAYED)
        return;
    answer_refuse(b, p->got, &p->problems);
    b->step = b->made.count;
}

static enum verdict
post_all(struct bringing *b)
{
    struct bulk bulk = {.next = next_posting, .told = posting_told, .context = b, .dry = b->o->dry || b->bad_count > 0};

    b->row = 0;
    TRY(ledger_post_bulk(b->o->ledger, &bulk));
    return b->report->refused > 0 ? V_FIELDS_WRONG : V_OK;
}

/* ---- the file ---------------------------------------------------------------------------------------------------- */

static enum verdict
open_sheet(struct bringing *b)
{
    struct sheet_source from = {.bytes = b->o->bytes};
    struct sheet_fault fault;
    struct problems problems = {.arena = b->kept};

    if (!sheet_read(&b->sheet, &fault, b->kept, &from)) {
        log_write(LOG_ERROR, "bring_no_sheet", "why=%s", log_quote(b->kept, sheet_fault_text(b->kept, &fault)));
        return V_USAGE;
    }
    if (columns_find(&b->columns, b->kept, &b->sheet, b->o->sort, b->o->on, &problems) == V_OK)
        return V_OK;
    for (const struct problem *p = problems.first; p != NULL; p = p->next)
        b->o->told(b->o->context, &(struct bring_row){.number = sheet_number(&b->sheet, 0),
                                                      .got = p->verdict,
                                                      .column = slice_sub(p->pointer, 1, p->pointer.len),
                                                      .zh = p->zh,
                                                      .en = p->en});
    b->report->refused = 1;
    return V_FIELDS_WRONG;
}

enum verdict
bring_run(struct bring_report *out, const struct bring_options *o)
{
    struct bringing b = {.o = o, .report = out, .ledger = *ledger_opened_with(o->ledger)};
    enum verdict got;

    *out = (struct bring_report){0};
    b.kept = arena_open(SHEET_ARENA_SIZE);
    b.row_arena = arena_open(ROW_ARENA);
    got = open_sheet(&b);
    if (got == V_OK) {
        out->rows = b.sheet.rows;
        b.bad = NEW_ARRAY(b.kept, bool, b.sheet.rows + 1);
        read_all(&b);
        got = post_all(&b);
    }
    arena_close(b.row_arena);
    arena_close(b.kept);
    return got;
}

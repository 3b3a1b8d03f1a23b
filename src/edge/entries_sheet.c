/*
 * A list of entries that came as a sheet.
 * Knows rows, and where in the sheet each problem stands; must not know any kind by name.
 * Invariant: every bad row is told, whether its cells are wrong or the door refuses it; then nothing is stored.
 */
#include <string.h>

#include "batch.h"
#include "entries_int.h"
#include "query.h"

/* People of a bank say how a fact was brought; what comes in a sheet says it by that. */
#define BANK_PEOPLE (ROLE_BIT(ROLE_BANK_OFFICER) | ROLE_BIT(ROLE_BANK_CHECKER))
/* For reading a row before its own id is known. */
#define NO_ID S("00000000-0000-0000-0000-000000000000")

static const char *const query_names[] = {"dry_run", "kind", NULL};

/* One sheet on its way. Rows are counted from 1, the first below the heading. */
struct bundle {
    struct call *call;
    struct sheet sheet;
    struct batch batch;
    struct problems *told;     /* one a row */
    struct posting **postings; /* of rows in which nothing was found wrong so far, in order */
    size_t *rows;              /* which ones those are */
    size_t count;
    bool is_dry, is_wrong; /* wrong: some row is */
};

/* ---- problems ---------------------------------------------------------------------------------------------------- */

/* One problem a place: what is said first is nearest to what was sent. */
static void
tell(struct bundle *s, size_t row, enum verdict v, struct slice pointer, struct slice zh, struct slice en)
{
    struct problems *told = &s->told[row - 1];
    struct slice at = batch_pointer(&s->batch, told->arena, row, pointer);

    s->is_wrong = true;
    for (const struct problem *p = told->first; p != NULL; p = p->next)
        if (slice_equal(p->pointer, at))
            return;
    problem_add(told, v, at, zh, en);
}

/* What was said of a row's entry, in the sheet's own places. */
static void
tell_posting(struct bundle *s, size_t row, const struct posting *p, enum verdict got)
{
    const struct verdict_row *words = verdict_row(got);

    for (const struct problem *one = p->problems.first; one != NULL; one = one->next)
        tell(s, row, one->verdict, one->pointer, one->zh, one->en);
    if (p->problems.first == NULL)
        tell(s, row, got, S(""), slice_of(words->zh), slice_of(words->en));
}

/* All that was told, or the first of each row where that is more than a document takes. */
static void
refuse_rows(struct bundle *s, enum verdict v)
{
    struct call *c = s->call;
    size_t total = 0;

    for (size_t i = 0; i < s->sheet.rows; i++)
        total += s->told[i].count;
    for (size_t i = 0; i < s->sheet.rows; i++)
        for (const struct problem *p = s->told[i].first; p != NULL; p = total > PROBLEM_MAX ? NULL : p->next)
            problem_add(&c->problems, p->verdict, p->pointer, p->zh, p->en);
    entries_refuse(c, v);
}

/* ---- ids --------------------------------------------------------------------------------------------------------- */

/* Private text stays out: an id stands in the journal for ever, where nobody may guess at what it was made of. */
static struct slice
public_fields(struct arena *a, const struct entry *e)
{
    const struct shape *shape = e->kind->schema->shape;
    char *copy = arena_take(a, shape->size);
    struct buf b = {.arena = a};

    memcpy(copy, e->body, shape->size);
    for (size_t i = 0; i < shape->count; i++)
        if (shape->fields[i].is_private)
            *field_text(&shape->fields[i], copy) = S("");
    shape_encode(&b, shape, copy);
    return buf_slice(&b);
}

static struct slice
id_of(struct arena *a, const struct entry *e)
{
    struct slice fields = public_fields(a, e), text;
    char on[DAY_TEXT_SIZE];

    day_print(on, e->on);
    text = arena_print(a, "sheet\n" SLICE_FMT "\n" SLICE_FMT "\n%s\n" SLICE_FMT "\n%s\n" SLICE_FMT,
                       SLICE_ARG(e->actor.organisation), SLICE_ARG(e->actor.account), e->kind->schema->name,
                       SLICE_ARG(e->subject), on, SLICE_ARG(fields));
    return uuid8_of(a, &text, 1);
}

static struct slice
voucher_of(const struct entry *e)
{
    const struct shape *shape = e->kind->schema->shape;

    for (size_t i = 0; i < shape->count; i++)
        if (shape->fields[i].is_voucher)
            return *field_text(&shape->fields[i], (void *)e->body);
    return (struct slice){0};
}

static bool
same_voucher(const struct entry *a, const struct entry *b)
{
    return a->kind == b->kind && slice_equal(a->subject, b->subject) && voucher_of(a).at != NULL &&
           slice_equal(voucher_of(a), voucher_of(b));
}

static void
tell_twin(struct bundle *s, size_t row, size_t first)
{
    struct arena *a = s->call->list_arena;
    size_t number = sheet_number(&s->sheet, first);

    if (batch_own_id(&s->batch, row).len > 0)
        tell(s, row, V_ID_TAKEN, S("/id"), arena_print(a, "与第 %zu 行的 id 相同", number),
             arena_print(a, "row %zu has the same id", number));
    else
        tell(s, row, V_ID_TAKEN, S(""), arena_print(a, "与第 %zu 行重复；确为两笔的，请各填 id", number),
             arena_print(a, "the same as row %zu; where they are two facts, give each an id", number));
}

/* Whether an earlier row says the same. The door cannot see a voucher twice where both rows are to wait. */
static bool
has_twin(struct bundle *s, size_t row, const struct entry *e)
{
    struct arena *a = s->call->list_arena;

    for (size_t i = 0; i < s->count; i++) {
        const struct entry *first = &s->postings[i]->entry;
        size_t number = sheet_number(&s->sheet, s->rows[i]);

        if (slice_equal(first->id, e->id)) {
            tell_twin(s, row, s->rows[i]);
            return true;
        }
        if (same_voucher(first, e)) {
            tell(s, row, V_VOUCHER_TAKEN, S("/voucher_no"), arena_print(a, "与第 %zu 行的凭证号相同", number),
                 arena_print(a, "row %zu has the same voucher", number));
            return true;
        }
    }
    return false;
}

/* ---- rows -------------------------------------------------------------------------------------------------------- */

static void
add_posting(struct bundle *s, size_t row, struct posting *p)
{
    struct slice own = batch_own_id(&s->batch, row);

    p->entry.id = own.len > 0 ? own : id_of(p->arena, &p->entry);
    if (has_twin(s, row, &p->entry))
        return;
    s->postings[s->count] = p;
    s->rows[s->count++] = row;
}

static void
read_row(struct bundle *s, size_t row)
{
    struct call *c = s->call;
    struct arena *a = c->list_arena;
    struct problems *told = &s->told[row - 1];
    struct posting *p = NEW(a, struct posting);
    const struct json *item;
    enum verdict got;

    *told = (struct problems){.arena = a};
    if (batch_encode_row(&s->batch, a, row, told) != V_OK)
        s->is_wrong = true;
    if (s->batch.items[row - 1].len == 0)
        return;
    got = json_parse(&item, a, s->batch.items[row - 1]);
    if (got == V_OK)
        got = posting_read(p, a, c->edge->o.registry, json_text(item, S("kind")), NO_ID, item, S(""));
    if (got != V_OK)
        tell_posting(s, row, p, got);
    p->entry.actor = c->actor;
    p->credential = c->credential;
    if (told->count == 0)
        add_posting(s, row, p);
}

/* ---- the sheet --------------------------------------------------------------------------------------------------- */

/* All that the registry knows, as the client's table has them. */
static const struct kind_row *
kinds_of(struct arena *a, const struct registry *r)
{
    struct kind_row *rows;
    size_t count = 0;

    for (size_t t = 0; t < r->type_count; t++)
        count += r->types[t]->kind_count;
    rows = NEW_ARRAY(a, struct kind_row, count + 1);
    count = 0;
    for (size_t t = 0; t < r->type_count; t++)
        for (size_t i = 0; i < r->types[t]->kind_count; i++)
            rows[count++] = *r->types[t]->kinds[i].schema;
    return rows;
}

static enum verdict
refuse_file(struct call *c, const struct sheet_fault *f)
{
    struct arena *a = c->rq->arena;
    struct slice at = S("");

    if (f->row > 0)
        at = json_pointer(a, at, arena_print(a, "%zu", f->row));
    if (f->place.len > 0)
        at = json_pointer(a, at, f->place);
    problem_add(&c->problems, V_FIELD_FORM, at, slice_of(f->zh), slice_of(f->en));
    return V_FIELDS_WRONG;
}

static enum verdict
read_file(struct bundle *s, const struct media *m)
{
    struct call *c = s->call;
    struct arena *a = c->rq->arena;
    struct sheet_source from = {.bytes = c->rq->body, .charset = m->charset};
    struct sheet_fault fault;

    if (!sheet_read(&s->sheet, &fault, c->list_arena, &from))
        return refuse_file(c, &fault);
    if (s->sheet.rows <= LEDGER_GROUP_MAX)
        return V_OK;
    problem_add(&c->problems, V_FIELD_LENGTH, S(""), arena_print(a, "最多 %d 行，请拆分", LEDGER_GROUP_MAX),
                arena_print(a, "a sheet has at most %d rows here: split it", LEDGER_GROUP_MAX));
    return V_FIELDS_WRONG;
}

static enum verdict
read_terms(struct batch_terms *out, struct bundle *s)
{
    struct call *c = s->call;

    TRY(entries_query(&s->is_dry, c, query_names));
    *out = (struct batch_terms){.kinds = kinds_of(c->rq->arena, c->edge->o.registry)};
    out->kind = query_find(c->rq, "kind");
    if ((ROLE_BIT(c->actor.role) & BANK_PEOPLE) != 0)
        out->via = S("file");
    if (out->kind.at == NULL || kind_find(out->kinds, out->kind) != NULL)
        return V_OK;
    c->fault = S("kind");
    return V_KIND_UNKNOWN;
}

static enum verdict
read_sheet(struct bundle *s, const struct media *m)
{
    struct call *c = s->call;
    struct batch_terms terms;
    bool has_ids;

    TRY(read_terms(&terms, s));
    c->list_arena = arena_open(SHEET_ARENA_SIZE + LIST_ARENA_SIZE);
    TRY(read_file(s, m));
    TRY(batch_open(&s->batch, c->list_arena, &s->sheet, &terms, &c->problems));
    has_ids = batch_ids(&s->batch, c->list_arena, S(""));
    assert(has_ids);
    s->told = NEW_ARRAY(c->list_arena, struct problems, s->sheet.rows);
    s->postings = NEW_ARRAY(c->list_arena, struct posting *, s->sheet.rows);
    s->rows = NEW_ARRAY(c->list_arena, size_t, s->sheet.rows);
    for (size_t row = 1; row <= s->sheet.rows; row++)
        read_row(s, row);
    return V_OK;
}

static bool
all_wait(const struct write *w)
{
    for (size_t i = 0; i < w->count; i++)
        if (w->postings[i]->seq != 0)
            return false;
    return true;
}

/* On the writer's thread. */
static void
answer(struct write *w)
{
    struct bundle *s = w->context;

    if (verdict_row(w->got)->class == VERDICT_FAULT) {
        call_refuse(s->call, w->got);
        return;
    }
    for (size_t i = 0; i < w->count; i++)
        if (!entries_accepted(w->postings[i]->got) && w->postings[i]->got != V_NONE)
            tell_posting(s, s->rows[i], w->postings[i], w->postings[i]->got);
    if (!entries_accepted(w->got) || s->is_wrong)
        refuse_rows(s, w->count < s->sheet.rows ? V_FIELDS_WRONG : w->got);
    else
        entries_answer(s->call, w, all_wait(w) ? 202 : verdict_row(w->got)->status);
}

void
entries_sheet(struct call *c, const struct media *m)
{
    struct bundle *s = NEW(c->rq->arena, struct bundle);
    enum verdict got;

    s->call = c;
    got = read_sheet(s, m);
    if (got != V_OK) {
        call_refuse(c, got);
        return;
    }
    if (s->count == 0) {
        refuse_rows(s, V_FIELDS_WRONG);
        return;
    }
    entries_share_evidence(c, s->postings, s->count);
    s->is_dry = s->is_dry || s->is_wrong; /* the door is asked about the other rows all the same */
    if (!s->is_dry)
        s->postings[0]->nonce = c->nonce;
    entries_put(c, &(struct write){.how = s->is_dry ? WRITE_DRY_SHEET : WRITE_SHEET, .postings = s->postings,
                                   .count = s->count, .done = answer, .context = s});
}

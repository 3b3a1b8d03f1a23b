/*
 * Writes the entries of a sheet, typed by the generated shapes.
 * Knows which member a column fills; must not judge bounds: the registry does, for all fields at once.
 * Invariant: a cell is written as its field's type or told as a problem, never guessed.
 */
#include "batch_int.h"

static const enum batch_member needed[] = {BATCH_KIND, BATCH_SUBJECT, BATCH_ON};

/* ---- places ------------------------------------------------------------------------------------------------------ */

static struct slice
cell_of(const struct batch *b, size_t row, enum batch_member m)
{
    return b->columns[m] == BATCH_NO_COLUMN ? S("") : sheet_cell(b->sheet, row, b->columns[m]);
}

/* The heading as sent. */
static struct slice
heading_of(const struct batch *b, enum batch_member m)
{
    return b->columns[m] == BATCH_NO_COLUMN ? slice_of(batch_member_name(m)) : cell_of(b, 0, m);
}

static struct slice
row_pointer(const struct batch *b, struct arena *a, size_t row)
{
    return json_pointer(a, S(""), arena_print(a, "%zu", sheet_number(b->sheet, row)));
}

static void
tell(const struct batch *b, struct problems *p, enum verdict v, size_t row, struct slice heading, const char *zh,
     const char *en)
{
    problem_add(p, v, json_pointer(p->arena, row_pointer(b, p->arena, row), heading), slice_of(zh), slice_of(en));
}

/* ---- the heading ------------------------------------------------------------------------------------------------- */

static bool
is_needed(const struct batch *b, enum batch_member m)
{
    return m != BATCH_KIND || b->terms.kind.at == NULL;
}

/* Whether an earlier column has the same heading, or is the same member under another. */
static bool
stands_twice(const struct batch *b, const struct batch_heading *headings, size_t column)
{
    const struct batch_heading *h = &headings[column];

    for (size_t i = 0; i < column; i++)
        if (slice_equal(sheet_cell(b->sheet, 0, i), sheet_cell(b->sheet, 0, column)) ||
            (h->member != BATCH__MEMBERS && headings[i].member == h->member))
            return true;
    return false;
}

static void
read_headings(struct batch *b, struct arena *a, struct problems *p)
{
    struct batch_heading *headings = NEW_ARRAY(a, struct batch_heading, b->sheet->columns);

    for (size_t i = 0; i < BATCH__MEMBERS; i++)
        b->columns[i] = BATCH_NO_COLUMN;
    for (size_t i = 0; i < b->sheet->columns; i++) {
        batch_heading_read(&headings[i], a, sheet_cell(b->sheet, 0, i));
        if (stands_twice(b, headings, i))
            tell(b, p, V_FIELD_UNKNOWN, 0, sheet_cell(b->sheet, 0, i), "此列重复", "this column stands twice");
        else if (headings[i].member != BATCH__MEMBERS)
            b->columns[headings[i].member] = i;
    }
    b->headings = headings;
}

enum verdict
batch_open(struct batch *out, struct arena *a, const struct sheet *s, const struct batch_terms *terms,
           struct problems *p)
{
    *out = (struct batch){.sheet = s, .terms = *terms};
    out->ids = NEW_ARRAY(a, struct slice, s->rows);
    out->items = NEW_ARRAY(a, struct slice, s->rows);
    read_headings(out, a, p);
    for (size_t i = 0; i < COUNT(needed); i++)
        if (out->columns[needed[i]] == BATCH_NO_COLUMN && is_needed(out, needed[i]))
            tell(out, p, V_FIELD_MISSING, 0, heading_of(out, needed[i]), "缺少此列", "this column is missing");
    return p->count == 0 ? V_OK : V_FIELDS_WRONG;
}

/* ---- ids --------------------------------------------------------------------------------------------------------- */

struct slice
batch_own_id(const struct batch *b, size_t row)
{
    return cell_of(b, row, BATCH_ID);
}

bool
batch_ids(struct batch *b, struct arena *a, struct slice kept)
{
    for (size_t i = 0; i < b->sheet->rows; i++) {
        struct slice line = slice_cut(&kept, kept, '\n'), own = batch_own_id(b, i + 1);
        char made[UUID_TEXT_SIZE];

        if (line.len > 0 && !uuid_valid(line))
            return false;
        uuid7_make(made);
        b->ids[i] = arena_copy(a, own.len > 0 ? own : line.len > 0 ? line : slice_of(made));
    }
    return true;
}

void
batch_ids_encode(struct buf *out, const struct batch *b)
{
    for (size_t i = 0; i < b->sheet->rows; i++) {
        buf_add(out, b->ids[i]);
        buf_add_char(out, '\n');
    }
}

/* ---- kinds ------------------------------------------------------------------------------------------------------- */

static const struct kind_row *
kind_of(const struct batch *b, size_t row)
{
    struct slice cell = cell_of(b, row, BATCH_KIND);

    return cell.len > 0 ? batch_kind(b->terms.kinds, cell) : kind_find(b->terms.kinds, b->terms.kind);
}

/* NULL where no row of the kind has been looked at. */
static const struct batch_plan *
plan_find(const struct batch *b, const struct kind_row *kind)
{
    const struct batch_plan *plan = b->plans;

    while (plan != NULL && plan->kind != kind)
        plan = plan->next;
    return plan;
}

static const struct batch_plan *
plan_make(struct batch *b, struct arena *a, const struct kind_row *kind)
{
    const struct batch_plan *known = plan_find(b, kind);
    struct batch_plan *plan;

    if (known != NULL)
        return known;
    plan = NEW(a, struct batch_plan);
    *plan = (struct batch_plan){kind, NEW_ARRAY(a, const struct field *, b->sheet->columns), b->plans};
    for (size_t i = 0; i < b->sheet->columns; i++)
        plan->fields[i] = batch_heading_field(&b->headings[i], a, kind->shape);
    b->plans = plan;
    return plan;
}

/* The first column that fills a field in that row; BATCH_NO_COLUMN where none does. */
static size_t
filled_by(const struct batch *b, const struct batch_plan *plan, size_t row, const struct field *f)
{
    for (size_t i = 0; i < b->sheet->columns; i++)
        if (plan->fields[i] == f && sheet_cell(b->sheet, row, i).len > 0)
            return i;
    return BATCH_NO_COLUMN;
}

/* ---- entries ----------------------------------------------------------------------------------------------------- */

static void
add_key(struct buf *out, struct slice key)
{
    json_add_comma(out);
    json_add_text(out, key);
    buf_add_char(out, ':');
}

static void
add_field(struct buf *out, const struct batch *b, const struct batch_plan *plan, size_t row, size_t column,
          struct problems *p)
{
    struct slice heading = sheet_cell(b->sheet, 0, column);
    const struct field *f = plan->fields[column];
    const struct batch_fault *fault;
    size_t before = out->len;

    if (f == NULL) {
        tell(b, p, V_FIELD_UNKNOWN, row, heading, "该事项没有此字段，请清空",
             "the kind has no such field: empty this cell");
        return;
    }
    if (filled_by(b, plan, row, f) != column) {
        tell(b, p, V_FIELD_UNKNOWN, row, heading, "另一列已填写同一字段，请清空",
             "another column fills the same field: empty this cell");
        return;
    }
    add_key(out, slice_of(f->name));
    fault = batch_cell_add(out, f, b->headings[column].yuan, sheet_cell(b->sheet, row, column));
    if (fault == NULL)
        return;
    out->len = before;
    tell(b, p, V_FIELD_TYPE, row, heading, fault->zh, fault->en);
}

static void
add_fields(struct buf *out, const struct batch *b, const struct batch_plan *plan, size_t row, struct problems *p)
{
    const struct field *via = shape_field(plan->kind->shape, S("via"));

    for (size_t i = 0; i < b->sheet->columns; i++)
        if (b->headings[i].member == BATCH__MEMBERS && sheet_cell(b->sheet, row, i).len > 0)
            add_field(out, b, plan, row, i, p);
    if (b->terms.via.at == NULL || via == NULL || filled_by(b, plan, row, via) != BATCH_NO_COLUMN)
        return;
    add_key(out, S("via"));
    json_add_text(out, b->terms.via);
}

static void
add_envelope(struct buf *out, const struct batch *b, const struct batch_plan *plan, size_t row, struct problems *p)
{
    const struct {
        enum batch_member member;
        struct slice text;
    } members[] = {
        {BATCH_ID,      b->ids[row - 1]               },
        {BATCH_KIND,    slice_of(plan->kind->name)    },
        {BATCH_SUBJECT, cell_of(b, row, BATCH_SUBJECT)},
        {BATCH_ON,      cell_of(b, row, BATCH_ON)     },
    };

    for (size_t i = 0; i < COUNT(members); i++) {
        add_key(out, slice_of(batch_member_name(members[i].member)));
        json_add_text(out, members[i].text);
        if (members[i].text.len == 0)
            tell(b, p, V_FIELD_MISSING, row, heading_of(b, members[i].member), "必填", "required");
    }
}

static void
tell_kind(const struct batch *b, size_t row, struct problems *p)
{
    struct slice heading = heading_of(b, BATCH_KIND);

    if (cell_of(b, row, BATCH_KIND).len == 0 && b->terms.kind.at == NULL)
        tell(b, p, V_FIELD_MISSING, row, heading, "必填", "required");
    else
        tell(b, p, V_KIND_UNKNOWN, row, heading, "没有这种登记事项", "no such kind of entry");
}

enum verdict
batch_encode_row(struct batch *b, struct arena *a, size_t row, struct problems *p)
{
    const struct kind_row *kind = kind_of(b, row);
    size_t count = p->count;
    struct buf out = {.arena = a};

    b->items[row - 1] = S("");
    if (!uuid_valid(b->ids[row - 1]))
        tell(b, p, V_ID_MALFORMED, row, heading_of(b, BATCH_ID), "须为小写 UUID，或留空",
             "must be a lower-case UUID, or empty");
    if (kind == NULL) {
        tell_kind(b, row, p);
        return V_FIELDS_WRONG;
    }
    buf_add_char(&out, '{');
    add_envelope(&out, b, plan_make(b, a, kind), row, p);
    add_fields(&out, b, plan_find(b, kind), row, p);
    buf_add_char(&out, '}');
    b->items[row - 1] = buf_slice(&out);
    return p->count == count ? V_OK : V_FIELDS_WRONG;
}

enum verdict
batch_encode(struct batch *b, struct arena *a, struct problems *p)
{
    /* Each problem costs memory before it is counted: after so many the rest is not looked at. */
    for (size_t row = 1; row <= b->sheet->rows && p->count < PROBLEM_MAX; row++)
        batch_encode_row(b, a, row, p);
    return p->count == 0 ? V_OK : V_FIELDS_WRONG;
}

static struct slice
heading_named(const struct batch *b, size_t row, struct slice name)
{
    const struct batch_plan *plan = plan_find(b, kind_of(b, row));
    const struct field *f = plan == NULL ? NULL : shape_field(plan->kind->shape, name);
    size_t column = f == NULL ? BATCH_NO_COLUMN : filled_by(b, plan, row, f);

    for (enum batch_member m = BATCH_ID; m < BATCH__MEMBERS; m++)
        if (slice_equal(name, slice_of(batch_member_name(m))))
            return heading_of(b, m);
    for (size_t i = 0; f != NULL && column == BATCH_NO_COLUMN && i < b->sheet->columns; i++)
        if (plan->fields[i] == f)
            column = i;
    return column == BATCH_NO_COLUMN ? name : sheet_cell(b->sheet, 0, column);
}

struct slice
batch_pointer(const struct batch *b, struct arena *a, size_t row, struct slice pointer)
{
    struct slice rest, name = slice_cut(&rest, slice_sub(pointer, 1, pointer.len), '/');
    struct slice at = row_pointer(b, a, row);

    if (pointer.len == 0)
        return at;
    at = json_pointer(a, at, heading_named(b, row, name));
    return rest.at == NULL ? at : arena_print(a, SLICE_FMT "/" SLICE_FMT, SLICE_ARG(at), SLICE_ARG(rest));
}

size_t
batch_list(struct buf *out, const struct batch *b, size_t from)
{
    size_t n = 0;

    assert(from < b->sheet->rows);
    buf_add_char(out, '[');
    while (n < BATCH_LIST_MAX && from + n < b->sheet->rows) {
        struct slice item = b->items[from + n];

        /* One entry alone is sent whatever its length: the registry says what is too long. */
        if (n > 0 && out->len + item.len + 2 > BATCH_BYTES_MAX)
            break;
        json_add_comma(out);
        buf_add(out, item);
        n++;
    }
    buf_add_char(out, ']');
    return n;
}

/*
 * Writes the entries of a sheet, typed by the generated shapes.
 * Knows which member a column fills; must not judge bounds: the registry does, for all fields at once.
 * Invariant: a cell is written as its field's type or told as a problem, never guessed.
 */
#include "batch.h"

#define PART_MARK '|'

static const char *const needed[] = {"kind", "subject", "on"};
static const char *const envelope[] = {"id", "kind", "subject", "on"};

static bool
in_envelope(struct slice name)
{
    for (size_t i = 0; i < COUNT(envelope); i++)
        if (slice_equal(name, slice_of(envelope[i])))
            return true;
    return false;
}

/* `number`: the row's, as a person counts. */
static void
tell(struct problems *p, enum verdict v, size_t number, struct slice column, const char *zh, const char *en)
{
    struct slice pointer = json_pointer(p->arena, S(""), arena_print(p->arena, "%zu", number));

    problem_add(p, v, json_pointer(p->arena, pointer, column), slice_of(zh), slice_of(en));
}

enum verdict
batch_open(struct batch *out, struct arena *a, const struct sheet *s, const struct kind_row *kinds, struct problems *p)
{
    size_t at;

    *out = (struct batch){.sheet = s, .kinds = kinds};
    out->ids = NEW_ARRAY(a, struct slice, s->rows);
    out->items = NEW_ARRAY(a, struct slice, s->rows);
    for (size_t i = 0; i < COUNT(needed); i++)
        if (!sheet_column(&at, s, needed[i]))
            tell(p, V_FIELD_MISSING, sheet_number(s, 0), slice_of(needed[i]), "缺少此列", "this column is missing");
    for (size_t i = 0; i < s->columns; i++)
        for (size_t j = 0; j < i; j++)
            if (slice_equal(sheet_cell(s, 0, i), sheet_cell(s, 0, j)))
                tell(p, V_FIELD_UNKNOWN, sheet_number(s, 0), sheet_cell(s, 0, i), "此列重复",
                     "this column stands twice");
    return p->count == 0 ? V_OK : V_FIELDS_WRONG;
}

/* ---- ids --------------------------------------------------------------------------------------------------------- */

bool
batch_ids(struct batch *b, struct arena *a, struct slice kept)
{
    size_t column;
    bool has_ids = sheet_column(&column, b->sheet, "id");

    for (size_t i = 0; i < b->sheet->rows; i++) {
        struct slice line = slice_cut(&kept, kept, '\n'), own = (struct slice){0};
        char made[UUID_TEXT_SIZE];

        if (line.len > 0 && !uuid_valid(line))
            return false;
        if (has_ids)
            own = sheet_cell(b->sheet, i + 1, column);
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

/* ---- entries ----------------------------------------------------------------------------------------------------- */

static void
add_key(struct buf *out, struct slice key)
{
    json_add_comma(out);
    json_add_text(out, key);
    buf_add_char(out, ':');
}

static void
add_parts(struct buf *out, struct slice cell)
{
    buf_add_char(out, '[');
    while (cell.at != NULL) {
        struct slice part = slice_cut(&cell, cell, PART_MARK);

        json_add_comma(out);
        json_add_text(out, part);
    }
    buf_add_char(out, ']');
}

static void
add_cell(struct buf *out, const struct field *f, struct slice cell, size_t number, struct problems *p)
{
    int64_t whole;

    add_key(out, slice_of(f->name));
    switch (f->type) {
    case FIELD_INT:
        if (slice_to_int(&whole, cell))
            json_add_int(out, whole);
        else
            tell(p, V_FIELD_TYPE, number, slice_of(f->name), "须为整数（金额以分为单位，不带小数点和逗号）",
                 "must be a whole number (amounts in fen, without point or comma)");
        return;
    case FIELD_TEXTS:
        add_parts(out, cell);
        return;
    case FIELD_ITEMS:
        tell(p, V_FIELD_TYPE, number, slice_of(f->name), "明细不能用表格提交，请用 venture post 单独提交",
             "a list of items does not fit a cell: use venture post");
        return;
    case FIELD_TEXT:
    case FIELD_DAY:
    case FIELD_CODE:
        json_add_text(out, cell);
        return;
    }
}

static void
add_fields(struct buf *out, const struct batch *b, const struct shape *shape, size_t row, struct problems *p)
{
    size_t number = sheet_number(b->sheet, row);

    for (size_t i = 0; i < b->sheet->columns; i++) {
        struct slice name = sheet_cell(b->sheet, 0, i), cell = sheet_cell(b->sheet, row, i);
        const struct field *f;

        if (cell.len == 0 || in_envelope(name))
            continue;
        f = shape_field(shape, name);
        if (f != NULL)
            add_cell(out, f, cell, number, p);
        else
            tell(p, V_FIELD_UNKNOWN, number, name, "该事项没有此字段，请清空",
                 "the kind has no such field: empty this cell");
    }
}

/* The cell of a column that batch_open has found. */
static struct slice
cell_named(const struct batch *b, size_t row, const char *name)
{
    size_t column;
    bool found = sheet_column(&column, b->sheet, name);

    assert(found);
    return sheet_cell(b->sheet, row, column);
}

static void
encode_row(struct buf *out, const struct batch *b, size_t row, struct problems *p)
{
    const struct kind_row *kind = kind_find(b->kinds, cell_named(b, row, "kind"));
    size_t number = sheet_number(b->sheet, row);

    if (!uuid_valid(b->ids[row - 1]))
        tell(p, V_ID_MALFORMED, number, S("id"), "须为小写 UUID，或留空", "must be a lower-case UUID, or empty");
    if (kind == NULL) {
        tell(p, V_KIND_UNKNOWN, number, S("kind"), "没有这种登记事项", "no such kind of entry");
        return;
    }
    buf_add_char(out, '{');
    add_key(out, S("id"));
    json_add_text(out, b->ids[row - 1]);
    for (size_t i = 0; i < COUNT(needed); i++) {
        struct slice cell = cell_named(b, row, needed[i]);

        if (cell.len == 0)
            tell(p, V_FIELD_MISSING, number, slice_of(needed[i]), "必填", "required");
        add_key(out, slice_of(needed[i]));
        json_add_text(out, cell);
    }
    add_fields(out, b, kind->shape, row, p);
    buf_add_char(out, '}');
}

enum verdict
batch_encode(struct batch *b, struct arena *a, struct problems *p)
{
    struct buf out = {.arena = a};

    /* Each problem costs memory before it is counted: after so many the rest is not looked at. */
    for (size_t row = 1; row <= b->sheet->rows && p->count < PROBLEM_MAX; row++) {
        out.len = 0;
        encode_row(&out, b, row, p);
        b->items[row - 1] = arena_copy(a, buf_slice(&out));
    }
    return p->count == 0 ? V_OK : V_FIELDS_WRONG;
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

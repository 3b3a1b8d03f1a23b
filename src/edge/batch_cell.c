/*
 * Writes a cell as the type of its field asks.
 * Knows field types, codes and amounts; must not judge bounds: the registry does, for all fields at once.
 * Invariant: amounts are whole numbers of fen on every way, and a cell that is not understood is told, never guessed.
 */
#include "batch_int.h"

#define PART_MARK '|'
#define FEN 100

static const struct batch_fault not_whole = {"须为整数（金额以分为单位，不带小数点和逗号）",
                                             "must be a whole number (amounts in fen, without point or comma)"};
static const struct batch_fault not_yuan = {"须为金额，以元为单位，最多两位小数，不带逗号",
                                            "must be an amount in yuan, with at most two decimals, without comma"};
static const struct batch_fault not_one = {"明细不能用表格提交，请单独提交",
                                           "a list of items does not fit a cell: use venture post"};

/* "12", "12.5" and "12.50"; the sign stands in front of the whole, where "-0.5" has it too. */
static bool
yuan_read(int64_t *out, struct slice cell)
{
    struct slice part, whole = slice_cut(&part, cell, '.');
    int64_t yuan, fen = 0;

    if (!slice_to_int(&yuan, whole))
        return false;
    if (part.at != NULL) {
        if (part.len == 0 || part.len > 2 || part.at[0] == '-' || !slice_to_int(&fen, part))
            return false;
        fen *= part.len == 1 ? FEN / 10 : 1;
    }
    return money_mul_div(out, yuan, FEN, 1, ROUND_DOWN) && money_add(out, *out, whole.at[0] == '-' ? -fen : fen);
}

static const struct batch_fault *
add_number(struct buf *out, bool yuan, struct slice cell)
{
    int64_t number = 0;

    if (!(yuan ? yuan_read(&number, cell) : slice_to_int(&number, cell)))
        return yuan ? &not_yuan : &not_whole;
    json_add_int(out, number);
    return NULL;
}

/* The code that a cell names by its Chinese label; the cell itself where none has that label: it is a code, or what the
 * registry will refuse by its list. */
static struct slice
code_of(const struct field *f, struct slice cell)
{
    for (size_t i = 0; i < f->code_count; i++)
        if (slice_equal(cell, slice_of(f->codes[i].zh)))
            return slice_of(f->codes[i].name);
    return cell;
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

const struct batch_fault *
batch_cell_add(struct buf *out, const struct field *f, bool yuan, struct slice cell)
{
    switch (f->type) {
    case FIELD_INT:
        return add_number(out, yuan, cell);
    case FIELD_TEXTS:
        add_parts(out, cell);
        return NULL;
    case FIELD_ITEMS:
        return &not_one;
    case FIELD_CODE:
        json_add_text(out, code_of(f, cell));
        return NULL;
    case FIELD_TEXT:
    case FIELD_DAY:
        json_add_text(out, cell);
        return NULL;
    }
    return NULL;
}

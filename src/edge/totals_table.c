/*
 * Prints the totals.
 * Knows units and columns; must not know what an indicator means.
 * Invariant: every number is padded by its width on a terminal, where a Han character takes two columns.
 */
#include "answer.h"
#include "totals_table.h"

#define FEN_PER_WAN INT64_C(1000000) /* 万元 */
#define DISTRICT_COLUMNS 12
#define NUMBER_COLUMNS 12
#define INDICATOR_COLUMNS ((size_t)3 * NUMBER_COLUMNS + 2)

static const struct {
    struct slice unit, zh;
} units[] = {
    {S_INIT("fen"),        S_INIT("万元")},
    {S_INIT("person"),     S_INIT("人")  },
    {S_INIT("enterprise"), S_INIT("家")  },
    {S_INIT("piece"),      S_INIT("个")  },
    {S_INIT("bp"),         S_INIT("%")   },
};

static struct slice
unit_title(struct slice unit)
{
    for (size_t i = 0; i < COUNT(units); i++)
        if (slice_equal(units[i].unit, unit))
            return units[i].zh;
    return unit;
}

static void
add_padded(struct buf *b, struct slice text, size_t columns)
{
    struct buf safe = {.arena = b->arena};
    size_t width;

    answer_add(&safe, text);
    width = text_width(buf_slice(&safe));
    buf_add(b, buf_slice(&safe));
    buf_print(b, "%*s", width < columns ? (int)(columns - width) : 1, "");
}

static void
add_right(struct buf *b, struct slice text)
{
    size_t width = text_width(text);

    buf_print(b, "%*s" SLICE_FMT, width < NUMBER_COLUMNS ? (int)(NUMBER_COLUMNS - width) : 1, "", SLICE_ARG(text));
}

/* ---- numbers ----------------------------------------------------------------------------------------------------- */

static const struct json *
number_find(const struct json *cell, struct slice name)
{
    const struct json *member = cell == NULL ? NULL : json_find(cell, name);

    return member != NULL && member->type == JSON_INT ? member : NULL;
}

/* `v` hundredths or tenths, by `digits`, as a decimal. */
static struct slice
decimal(struct arena *a, int64_t v, int64_t parts, int digits)
{
    long long whole = v / parts, rest = v % parts < 0 ? -(v % parts) : v % parts;

    return arena_print(a, "%s%lld.%0*lld", v < 0 && whole == 0 ? "-" : "", whole, digits, rest);
}

static struct slice
amount(struct arena *a, const struct json *number, struct slice unit, bool rate)
{
    int64_t rounded;

    if (number == NULL)
        return S("-");
    if (rate)
        return arena_print(a, SLICE_FMT "%%", SLICE_ARG(decimal(a, number->number, 100, 2)));
    if (slice_equal(unit, S("fen")) && money_mul_div(&rounded, number->number, 1, FEN_PER_WAN, ROUND_HALF_UP))
        return arena_print(a, "%lld", (long long)rounded);
    return arena_print(a, "%lld", (long long)number->number);
}

static struct slice
percent(struct arena *a, const struct json *actual, const struct json *target)
{
    int64_t tenths;

    if (actual == NULL || target == NULL || target->number <= 0)
        return S("-");
    if (!money_mul_div(&tenths, actual->number, 1000, target->number, ROUND_HALF_UP))
        return S("-");
    return arena_print(a, SLICE_FMT "%%", SLICE_ARG(decimal(a, tenths, 10, 1)));
}

/* ---- blocks ------------------------------------------------------------------------------------------------------ */

/* The indicators of one block: `first`, and at most `count`. */
struct block {
    const struct json *first;
    size_t count;
};

static void
add_heads(struct buf *b, struct block block)
{
    const struct json *indicator = block.first;

    add_padded(b, S("区县"), DISTRICT_COLUMNS);
    for (size_t i = 0; i < block.count; i++, indicator = indicator->next) {
        struct slice unit = unit_title(answer_text(indicator, S("unit")));
        struct slice title = arena_print(b->arena, SLICE_FMT "（" SLICE_FMT "）",
                                         SLICE_ARG(answer_text(indicator, S("zh"))), SLICE_ARG(unit));

        buf_add(b, S("  "));
        add_padded(b, title, INDICATOR_COLUMNS - 2);
    }
    buf_add_char(b, '\n');
    add_padded(b, S(""), DISTRICT_COLUMNS);
    for (size_t i = 0; i < block.count; i++) {
        buf_add(b, S("  "));
        add_right(b, S("目标"));
        add_right(b, S("完成"));
        add_right(b, S("完成率"));
    }
    buf_add_char(b, '\n');
}

static void
add_cell(struct buf *b, const struct json *cell, const struct json *indicator)
{
    struct slice unit = answer_text(indicator, S("unit"));
    struct slice text = answer_text(cell, S("target_text"));
    const struct json *target = number_find(cell, S("target")), *actual = number_find(cell, S("actual"));
    bool rate = number_find(cell, S("den")) != NULL || slice_equal(unit, S("bp"));

    buf_add(b, S("  "));
    if (target == NULL && text.at != NULL && utf8_valid(text))
        add_right(b, text);
    else
        add_right(b, amount(b->arena, target, unit, rate));
    add_right(b, amount(b->arena, actual, unit, rate));
    add_right(b, percent(b->arena, actual, target));
}

static void
add_block(struct buf *b, const struct json *rows, struct block block)
{
    add_heads(b, block);
    for (const struct json *row = rows->first; row != NULL; row = row->next) {
        const struct json *cells = json_find(row, S("cells")), *indicator = block.first;

        add_padded(b, answer_text(row, S("zh")), DISTRICT_COLUMNS);
        for (size_t i = 0; i < block.count; i++, indicator = indicator->next) {
            struct slice code = answer_text(indicator, S("code"));

            add_cell(b, cells == NULL ? NULL : json_find(cells, code), indicator);
        }
        buf_add_char(b, '\n');
    }
    buf_add_char(b, '\n');
}

enum verdict
totals_table(struct buf *b, const struct json *totals, size_t columns)
{
    const struct json *year = number_find(totals, S("year")), *known = number_find(totals, S("known_at"));
    const struct json *indicators = json_find(totals, S("indicators")), *rows = json_find(totals, S("rows"));
    size_t fit = columns <= DISTRICT_COLUMNS + INDICATOR_COLUMNS ? 1 : (columns - DISTRICT_COLUMNS) / INDICATOR_COLUMNS;
    struct block block = {0};

    if (year == NULL || indicators == NULL || rows == NULL || indicators->type != JSON_LIST || rows->type != JSON_LIST)
        return V_JSON_MALFORMED;
    buf_print(b, "%lld 年 as of ", (long long)year->number);
    answer_add(b, answer_text(totals, S("as_of")));
    if (known != NULL)
        buf_print(b, " known at %lld", (long long)known->number);
    buf_add(b, S("\n\n"));
    for (const struct json *i = indicators->first; i != NULL; i = i->next) {
        if (block.count == 0)
            block.first = i;
        block.count++;
        if (block.count < fit && i->next != NULL)
            continue;
        add_block(b, rows, block);
        block.count = 0;
    }
    return V_OK;
}

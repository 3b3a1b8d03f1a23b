/*
 * The plan's table on paper and on the wire.
 * Knows units, widths and words; must not know how a figure came about.
 * Invariant: the wire carries whole numbers only; fen become 万元 here, for people, and nowhere else.
 */
#include "domain_int.h"

/* ---- for programs ---------------------------------------------------------------------------------------------- */

static void
add_text(struct buf *b, const char *key, struct slice text)
{
    json_add_key(b, key);
    json_add_text(b, text);
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
add_cell(struct buf *b, const char *code, const struct plan_cell *c)
{
    if (c->target == INT_ABSENT && c->actual == INT_ABSENT && c->target_text.at == NULL)
        return;
    json_add_key(b, code);
    buf_add_char(b, '{');
    add_number(b, "target", c->target);
    if (c->target_text.at != NULL)
        add_text(b, "target_text", c->target_text);
    add_number(b, "actual", c->actual);
    add_number(b, "pace", c->pace);
    add_number(b, "num", c->num);
    add_number(b, "den", c->den);
    buf_add_char(b, '}');
}

static void
add_indicators(struct buf *b)
{
    json_add_key(b, "indicators");
    buf_add_char(b, '[');
    for (size_t i = 0; i < PLAN_INDICATORS; i++) {
        const struct code *code = plan_code(i);

        json_add_comma(b);
        buf_add_char(b, '{');
        add_text(b, "code", slice_of(code->name));
        add_text(b, "zh", slice_of(code->zh));
        add_text(b, "en", slice_of(code->en));
        add_text(b, "unit", slice_of(plan_indicator(i)->unit));
        buf_add_char(b, '}');
    }
    buf_add_char(b, ']');
}

static void
add_row(struct buf *b, const struct plan_row *row)
{
    json_add_comma(b);
    buf_add_char(b, '{');
    add_text(b, "district", row->district);
    add_text(b, "zh", row->zh);
    json_add_key(b, "cells");
    buf_add_char(b, '{');
    for (size_t i = 0; i < PLAN_INDICATORS; i++)
        add_cell(b, plan_code(i)->name, &row->cells[i]);
    buf_add(b, S("}}"));
}

void
plan_table_json(struct buf *b, const struct plan_table *t)
{
    char as_of[DAY_TEXT_SIZE];

    day_print(as_of, t->as_of);
    buf_add_char(b, '{');
    add_number(b, "year", t->year);
    add_text(b, "as_of", slice_of(as_of));
    add_number(b, "known_at", t->known_seq);
    add_indicators(b);
    json_add_key(b, "rows");
    buf_add_char(b, '[');
    for (size_t i = 0; i < t->row_count; i++)
        add_row(b, &t->rows[i]);
    buf_add(b, S("]}"));
}

/* ---- for people: figures --------------------------------------------------------------------------------------- */

#define NOTHING S("—")
#define FEN_PER_WAN INT64_C(1000000) /* 万元 */

/* Hundredths as a decimal number; whole ones without their zeros, as the plan prints them. */
static struct slice
print_hundredths(struct arena *a, int64_t n, bool whole_short)
{
    const char *sign = n < 0 ? "-" : "";
    long long whole = n < 0 ? -(n / 100) : n / 100;
    int part = (int)(n < 0 ? -(n % 100) : n % 100);

    if (part == 0 && whole_short)
        return arena_print(a, "%s%lld", sign, whole);
    return arena_print(a, "%s%lld.%02d", sign, whole, part);
}

static struct slice
print_figure(struct arena *a, const struct plan_indicator *column, int64_t n)
{
    int64_t hundredths = n;

    if (n == INT_ABSENT)
        return NOTHING;
    if (slice_equal(slice_of(column->unit), S("fen"))) {
        bool fits = money_mul_div(&hundredths, n, 100, FEN_PER_WAN, ROUND_HALF_UP);

        assert(fits);
        return print_hundredths(a, hundredths, true);
    }
    if (column->sort == PLAN_RATE)
        return arena_print(a, SLICE_FMT "%%", SLICE_ARG(print_hundredths(a, n, true)));
    return arena_print(a, "%lld", (long long)n);
}

/* Out of the raw figures: half-up to hundredths of a percent. A target of 0 has no completion. */
static struct slice
print_completion(struct arena *a, const struct plan_indicator *column, const struct plan_cell *c)
{
    int64_t done = c->actual, times = 10000, whole = c->target, hundredths;

    if (c->target == INT_ABSENT || c->target == 0 || c->actual == INT_ABSENT)
        return NOTHING;
    if (column->sort == PLAN_RATE) {
        done = c->num;
        times = INT64_C(10000) * 10000;
        if (__builtin_mul_overflow(c->den, c->target, &whole))
            return NOTHING;
    }
    if (!money_mul_div(&hundredths, done, times, whole, ROUND_HALF_UP))
        return NOTHING;
    return arena_print(a, SLICE_FMT "%%", SLICE_ARG(print_hundredths(a, hundredths, false)));
}

/* ---- for people: the grid -------------------------------------------------------------------------------------- */

#define HEAD_LINES 3
#define LINES_A_ROW 3
#define COLUMNS (2 + PLAN_INDICATORS)

struct grid {
    struct slice (*lines)[COLUMNS];
    size_t count;
    size_t widths[COLUMNS];
};

static void
grid_line(struct grid *g)
{
    for (size_t i = 0; i < COLUMNS; i++)
        g->lines[g->count][i] = S("");
    g->count++;
}

static void
grid_head(struct grid *g, struct arena *a)
{
    for (size_t line = 0; line < HEAD_LINES; line++)
        grid_line(g);
    g->lines[0][0] = S("辖区");
    for (size_t i = 0; i < PLAN_INDICATORS; i++) {
        const struct plan_indicator *column = plan_indicator(i);

        g->lines[0][2 + i] = slice_of(column->head[0]);
        g->lines[1][2 + i] = slice_of(column->head[1]);
        if (column->sort != PLAN_TEXT)
            g->lines[2][2 + i] = arena_print(a, "（%s）", column->printed);
    }
}

static void
grid_row(struct grid *g, struct arena *a, const struct plan_row *row)
{
    static const char *const labels[LINES_A_ROW] = {"目标", "实际", "完成"};
    size_t first = g->count;

    for (size_t line = 0; line < LINES_A_ROW; line++) {
        grid_line(g);
        g->lines[first + line][1] = slice_of(labels[line]);
    }
    g->lines[first][0] = row->zh;
    for (size_t i = 0; i < PLAN_INDICATORS; i++) {
        const struct plan_indicator *column = plan_indicator(i);
        const struct plan_cell *c = &row->cells[i];

        g->lines[first][2 + i] = c->target_text.at == NULL ? print_figure(a, column, c->target) : S("见注");
        g->lines[first + 1][2 + i] = print_figure(a, column, c->actual);
        g->lines[first + 2][2 + i] = print_completion(a, column, c);
    }
}

static void
pad(struct buf *b, size_t columns)
{
    while (columns-- > 0)
        buf_add_char(b, ' ');
}

/* Names to the left, figures to the right; no blanks at a line's end. */
static void
grid_print(struct buf *b, struct grid *g)
{
    for (size_t i = 0; i < g->count * COLUMNS; i++) {
        size_t width = text_width(g->lines[i / COLUMNS][i % COLUMNS]);

        if (g->widths[i % COLUMNS] < width)
            g->widths[i % COLUMNS] = width;
    }
    for (size_t line = 0; line < g->count; line++) {
        size_t owed = 0;

        for (size_t i = 0; i < COLUMNS; i++) {
            struct slice text = g->lines[line][i];
            size_t blank = g->widths[i] - text_width(text);

            pad(b, text.len == 0 ? 0 : i < 2 ? owed : owed + blank);
            buf_add(b, text);
            owed = (text.len == 0 ? owed + g->widths[i] : i < 2 ? blank : 0) + 2;
        }
        buf_add_char(b, '\n');
    }
}

/* ---- for people: notes ----------------------------------------------------------------------------------------- */

/* A column of parts that the plan's text calls "of which", beside the column of the whole. */
struct reading {
    const char *zh, *unit, *part;
    size_t whole, parts; /* indicators */
};

static const struct reading readings[] = {
    {"创业孵化示范基地", "家", "市级",   PLAN_SET_TARGETS_ITEM_INDICATOR_BASES_DISTRICT,
     PLAN_SET_TARGETS_ITEM_INDICATOR_BASES_CITY},
    {"零工市场",         "家", "公益性", PLAN_SET_TARGETS_ITEM_INDICATOR_GIG_MARKETS_DISTRICT,
     PLAN_SET_TARGETS_ITEM_INDICATOR_GIG_MARKETS_PUBLIC},
};

static void
reading_print(struct buf *b, const struct reading *r, const struct limit *l, const struct plan_row *city, int number)
{
    int64_t whole = city->cells[r->whole].target, part = city->cells[r->parts].target;
    long long inside = whole, sum = 0, of = part;

    if (l->name == NULL || whole == INT_ABSENT || part == INT_ABSENT) {
        buf_print(b, "%d. %s：两列是包含还是并列，%s\n", number, r->zh,
                  l->name == NULL ? "当日没有生效的口径" : "没有目标可读");
        return;
    }
    sum = whole + part;
    if (slice_equal(l->code, S("yes")))
        buf_print(b, "%d. %s：按共 %lld %s、其中%s %lld %s计", number, r->zh, inside, r->unit, r->part, of, r->unit);
    else
        buf_print(b, "%d. %s：按两列并列、共 %lld %s计", number, r->zh, sum, r->unit);
    if (slice_equal(l->code, S("yes")))
        buf_print(b, "；另一读法为两列并列、共 %lld %s", sum, r->unit);
    else
        buf_print(b, "；另一读法为共 %lld %s、其中%s %lld %s", inside, r->unit, r->part, of, r->unit);
    buf_print(b, "（规则 %s，依据 " SLICE_FMT "，可信度 " SLICE_FMT "）\n", l->name, SLICE_ARG(l->source),
              SLICE_ARG(l->confidence));
}

/* Each target in words once, though it stands in every row of a merged cell. */
static int
texts_print(struct buf *b, const struct plan_table *t, int number)
{
    for (size_t i = 0; i < PLAN_INDICATORS; i++) {
        struct slice last = {0};

        for (size_t row = 0; row < t->row_count; row++) {
            struct slice text = t->rows[row].cells[i].target_text;

            if (text.at == NULL || slice_equal(text, last))
                continue;
            buf_print(b, "%d. %s目标：" SLICE_FMT "\n", number++, plan_code(i)->zh, SLICE_ARG(text));
            last = text;
        }
    }
    return number;
}

static void
notes_print(struct buf *b, const struct plan_table *t)
{
    int number = 1;

    buf_print(b, "注：\n");
    for (size_t i = 0; i < COUNT(readings); i++)
        reading_print(b, &readings[i], &t->readings[i], &t->rows[t->row_count - 1], number++);
    number = texts_print(b, t, number);
    buf_print(b, "%d. 金额按分登记，仅在本表折算为万元并四舍五入至两位小数，", number++);
    buf_print(b, "各行之和可能与总计略有出入；完成比例按原数计算。\n");
    buf_print(b, "%d. “—”表示没有目标、登记簿没有数据或无从计算，不是零。\n", number);
}

void
plan_table_print(struct buf *b, const struct plan_table *t)
{
    struct grid g = {.lines = arena_take(b->arena, (HEAD_LINES + LINES_A_ROW * t->row_count) * sizeof *g.lines)};
    char as_of[DAY_TEXT_SIZE];

    day_print(as_of, t->as_of);
    buf_print(b, "%d 年度指标完成情况：截至 %s，登记至第 %lld 条，全年已过 %d 个月\n", t->year, as_of,
              (long long)t->known_seq, t->months);
    if (t->source.at == NULL)
        buf_print(b, "计划依据：尚未下达\n\n");
    else
        buf_print(b, "计划依据：" SLICE_FMT "\n\n", SLICE_ARG(t->source));
    grid_head(&g, b->arena);
    for (size_t i = 0; i < t->row_count; i++)
        grid_row(&g, b->arena, &t->rows[i]);
    grid_print(b, &g);
    buf_add_char(b, '\n');
    notes_print(b, t);
}

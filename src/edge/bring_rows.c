/*
 * The columns of sheets of the time before, and what their rows say as entries.
 * Knows headings in both languages, units and the kinds' members; must not look at the registry's rows.
 * Invariant: a cell is written as its member's type or told as a problem, never guessed; no figure passes through a
 * fraction.
 */
#include <string.h>

#include "bring_int.h"

/* Which of a row's entries a column goes to. */
enum target { TO_ROW, TO_PERSON, TO_ENTERPRISE, TO_LOAN, TO_OVERDUE, TO_PAST };

static const char *const kinds[] = {
    [TO_PERSON] = "person.registered", [TO_ENTERPRISE] = "enterprise.registered", [TO_LOAN] = "loan.brought",
    [TO_OVERDUE] = "loan.overdue",     [TO_PAST] = "past.brought",
};

struct known {
    const char *name, *zh;
    enum target to;
    const char *member; /* NULL: as the column is called */
    bool needed;
};

/* clang-format off */
static const struct known loan_columns[] = {
    {"loan", "贷款编号", TO_ROW, NULL, false},           {"on", "日期", TO_ROW, NULL, false},
    {"id_type", "证件类型", TO_PERSON, NULL, false},     {"id_number", "证件号码", TO_PERSON, NULL, true},
    {"name", "姓名", TO_PERSON, NULL, true},             {"phone", "联系电话", TO_PERSON, NULL, false},
    {"enterprise", "统一社会信用代码", TO_LOAN, NULL, false},
    {"enterprise_name", "经营实体名称", TO_ENTERPRISE, "zh", false},
    {"enterprise_sort", "经营实体类别", TO_ENTERPRISE, "sort", false},
    {"founded", "成立日期", TO_ENTERPRISE, NULL, false},
    {"class", "贷款类别", TO_LOAN, NULL, true},          {"sort", "借款人类型", TO_LOAN, NULL, true},
    {"district", "辖区代码", TO_LOAN, NULL, true},       {"group", "重点人群（省）", TO_LOAN, NULL, false},
    {"group_national", "重点人群（国家）", TO_LOAN, NULL, false}, {"use", "贷款用途", TO_LOAN, NULL, true},
    {"guarantee", "担保方式", TO_LOAN, NULL, true},      {"bank", "经办银行", TO_LOAN, NULL, true},
    {"contract_no", "合同编号", TO_LOAN, NULL, true},    {"contracted", "合同金额", TO_LOAN, NULL, true},
    {"rate_ppm", "年利率", TO_LOAN, NULL, true},         {"contracted_on", "签订日期", TO_LOAN, NULL, true},
    {"due", "到期日", TO_LOAN, NULL, true},              {"lent", "累计放款", TO_LOAN, NULL, true},
    {"outstanding", "贷款余额", TO_LOAN, NULL, true},    {"fund", "担保基金", TO_LOAN, NULL, false},
    {"subsidised", "已享受贴息", TO_LOAN, NULL, true},
    {"subsidised_times", "已享受贴息次数", TO_LOAN, NULL, true},
    {"extended_times", "已展期次数", TO_LOAN, NULL, false}, {"paper", "纸质档案号", TO_LOAN, NULL, false},
    {"overdue_amount", "逾期金额", TO_OVERDUE, "amount", false},
    {"overdue_since", "逾期起始日", TO_OVERDUE, "since", false},
};

static const struct known past_columns[] = {
    {"year", "年度", TO_PAST, NULL, true},               {"district", "辖区代码", TO_PAST, NULL, true},
    {"indicator", "指标", TO_PAST, NULL, true},          {"value", "数值", TO_PAST, NULL, true},
    {"source", "依据", TO_PAST, NULL, false},            {"paper", "纸质档案号", TO_PAST, NULL, false},
};
/* clang-format on */

static const struct {
    const struct known *at;
    size_t count;
} sorts[] = {[BRING_LOANS] = {loan_columns, COUNT(loan_columns)}, [BRING_TOTALS] = {past_columns, COUNT(past_columns)}};

static_assert(COUNT(loan_columns) <= COLUMNS_KNOWN_MAX, "every column has its place");

/* ---- headings ---------------------------------------------------------------------------------------------------- */

/* How many of what is kept make one, as a power of ten: a yuan is a hundred fen, a per cent ten thousand parts. */
static const struct {
    const char *suffix;
    enum scale scale;
    size_t decimals;
} suffixes[] = {
    {"（元）", SCALE_YUAN, 2},   {"(元)", SCALE_YUAN, 2},  {" (yuan)", SCALE_YUAN, 2},
    {"（万元）", SCALE_WAN, 6},  {"(万元)", SCALE_WAN, 6}, {"（%）", SCALE_PERCENT, 4},
    {"(%)", SCALE_PERCENT, 4},   {" (%)", SCALE_PERCENT, 4}, {"（分）", SCALE_NONE, 0},
    {"(分)", SCALE_NONE, 0},
};

static size_t
decimals_of(enum scale scale)
{
    for (size_t i = 0; i < COUNT(suffixes); i++)
        if (suffixes[i].scale == scale)
            return suffixes[i].decimals;
    return 0;
}

static bool
ends_with(struct slice s, struct slice end)
{
    return s.len >= end.len && slice_equal(slice_sub(s, s.len - end.len, end.len), end);
}

/* The heading without its unit. */
static struct slice
bare(enum scale *scale, struct slice heading)
{
    *scale = SCALE_NONE;
    for (size_t i = 0; i < COUNT(suffixes); i++) {
        struct slice end = slice_of(suffixes[i].suffix);

        if (!ends_with(heading, end))
            continue;
        *scale = suffixes[i].scale;
        return slice_sub(heading, 0, heading.len - end.len);
    }
    return heading;
}

static bool
known_find(size_t *out, enum scale *scale, enum bring_sort sort, struct slice heading)
{
    struct slice name = bare(scale, heading);

    for (size_t i = 0; i < sorts[sort].count; i++) {
        const struct known *k = &sorts[sort].at[i];

        if (!slice_equal(slice_of(k->name), name) && !slice_equal(slice_of(k->zh), name) &&
            !slice_equal(slice_of(k->zh), heading))
            continue;
        if (slice_equal(slice_of(k->zh), heading))
            *scale = SCALE_NONE;
        *out = i;
        return true;
    }
    return false;
}

static void
tell(struct problems *p, enum verdict v, struct slice column, const char *zh, const char *en)
{
    problem_add(p, v, json_pointer(p->arena, S(""), column), slice_of(zh), slice_of(en));
}

enum verdict
columns_find(struct columns *out, struct arena *a, const struct sheet *s, enum bring_sort sort, int32_t on,
             struct problems *p)
{
    (void)a;
    *out = (struct columns){.sort = sort};
    for (size_t i = 0; i < COLUMNS_KNOWN_MAX; i++)
        out->at[i] = SIZE_MAX;
    for (size_t c = 0; c < s->columns; c++) {
        struct slice heading = sheet_cell(s, 0, c);
        enum scale scale;
        size_t i;

        if (!known_find(&i, &scale, sort, heading))
            tell(p, V_FIELD_UNKNOWN, heading, "没有这一列", "no such column");
        else if (out->at[i] != SIZE_MAX)
            tell(p, V_FIELD_UNKNOWN, heading, "此列重复", "this column stands twice");
        else
            out->at[i] = c, out->scales[i] = scale;
    }
    for (size_t i = 0; i < sorts[sort].count; i++)
        if (sorts[sort].at[i].needed && out->at[i] == SIZE_MAX)
            tell(p, V_FIELD_MISSING, slice_of(sorts[sort].at[i].zh), "缺少此列", "this column is missing");
    if (sort == BRING_LOANS && on == DAY_ABSENT && out->at[1] == SIZE_MAX)
        tell(p, V_FIELD_MISSING, S("日期"), "缺少此列，或用 --on 指定", "this column is missing: or give --on");
    return p->count == 0 ? V_OK : V_FIELDS_WRONG;
}

static struct slice
member_of(const struct known *k)
{
    return slice_of(k->member == NULL ? k->name : k->member);
}

struct slice
columns_heading(const struct columns *c, const struct sheet *s, struct slice member)
{
    for (size_t i = 0; i < sorts[c->sort].count; i++)
        if (c->at[i] != SIZE_MAX && (slice_equal(member_of(&sorts[c->sort].at[i]), member) ||
                                     slice_equal(slice_of(sorts[c->sort].at[i].name), member)))
            return sheet_cell(s, 0, c->at[i]);
    return (struct slice){0};
}

/* ---- cells ------------------------------------------------------------------------------------------------------- */

/* A row at hand. */
struct cells {
    struct arena *arena;
    const struct columns *columns;
    const struct sheet *sheet;
    size_t row;
    struct problems *problems;
};

/* Empty where there is no such column. */
static struct slice
cell_of(const struct cells *r, const char *name)
{
    for (size_t i = 0; i < sorts[r->columns->sort].count; i++)
        if (strcmp(sorts[r->columns->sort].at[i].name, name) == 0)
            return r->columns->at[i] == SIZE_MAX ? S("") : sheet_cell(r->sheet, r->row, r->columns->at[i]);
    return S("");
}

/* A whole number, or one with so many decimals at most, times ten to that power. */
static bool
scaled(int64_t *out, struct arena *a, struct slice text, size_t decimals)
{
    struct slice rest, whole = slice_cut(&rest, text, '.');
    struct buf digits = {.arena = a};

    if (rest.len > decimals || (rest.at != NULL && rest.len == 0))
        return false;
    buf_add(&digits, whole);
    buf_add(&digits, rest);
    for (size_t i = rest.len; i < decimals; i++)
        buf_add_char(&digits, '0');
    return slice_to_int(out, buf_slice(&digits));
}

static struct slice
code_of(const struct field *f, struct slice cell)
{
    for (size_t i = 0; i < f->code_count; i++)
        if (slice_equal(slice_of(f->codes[i].zh), cell))
            return slice_of(f->codes[i].name);
    return cell;
}

static void
add_cell(struct buf *b, const struct cells *r, size_t column, const struct field *f, struct slice cell)
{
    size_t decimals = decimals_of(r->columns->scales[column]);
    int64_t number;

    buf_add_char(b, ',');
    json_add_text(b, slice_of(f->name));
    buf_add_char(b, ':');
    if (f->type != FIELD_INT)
        json_add_text(b, f->type == FIELD_CODE ? code_of(f, cell) : cell);
    else if (scaled(&number, r->arena, cell, decimals))
        json_add_int(b, number);
    else
        tell(r->problems, V_FIELD_TYPE, slice_of(f->name),
             decimals == 0 ? "须为整数，不带小数点和逗号" : "须为数字，小数位数不超过单位所允许，不带逗号",
             decimals == 0 ? "must be a whole number without point or comma"
                           : "must be a number with no more decimals than its unit has, without commas");
}

/* The members of one of the row's entries, each with a comma before it. */
static struct slice
fields_of(const struct cells *r, enum target to)
{
    struct buf b = {.arena = r->arena};
    const struct kind_row *kind = kind_find(entry_kinds, slice_of(kinds[to]));

    for (size_t i = 0; i < sorts[r->columns->sort].count; i++) {
        const struct known *k = &sorts[r->columns->sort].at[i];
        struct slice cell;

        if (k->to != to || r->columns->at[i] == SIZE_MAX)
            continue;
        cell = sheet_cell(r->sheet, r->row, r->columns->at[i]);
        if (cell.len > 0)
            add_cell(&b, r, i, shape_field(kind->shape, member_of(k)), cell);
        else if (k->needed)
            tell(r->problems, V_FIELD_MISSING, member_of(k), "必填", "required");
    }
    return b.len == 0 ? S("") : buf_slice(&b);
}

static int64_t
amount_of(const struct cells *r, const char *name)
{
    int64_t amount = 0;

    for (size_t i = 0; i < sorts[r->columns->sort].count; i++)
        if (strcmp(sorts[r->columns->sort].at[i].name, name) == 0 && r->columns->at[i] != SIZE_MAX)
            scaled(&amount, r->arena, cell_of(r, name), decimals_of(r->columns->scales[i]));
    return amount;
}

/* ---- entries ----------------------------------------------------------------------------------------------------- */

static struct slice
id_of(struct arena *a, const char *what, struct slice first, struct slice second)
{
    const struct slice parts[] = {S("brought"), slice_of(what), first, second};

    return uuid8_of(a, parts, COUNT(parts));
}

static struct slice
fresh_id(struct arena *a)
{
    char made[UUID_TEXT_SIZE];

    uuid7_make(made);
    return arena_copy(a, slice_of(made));
}

static struct made_entry *
entry_add(struct made *m, enum target to, struct slice id, struct slice subject)
{
    struct made_entry *e = &m->entries[m->count++];

    *e = (struct made_entry){.kind = kinds[to], .id = id, .subject = subject};
    return e;
}

static void
make_loan(struct made *m, const struct cells *r)
{
    struct slice bank = cell_of(r, "bank"), contract = cell_of(r, "contract_no"), own = cell_of(r, "loan");
    struct slice enterprise = cell_of(r, "enterprise"), overdue;
    struct made_entry *e;

    m->person = fresh_id(r->arena);
    m->subject = own.len > 0 ? own : id_of(r->arena, "loan", bank, contract);
    e = entry_add(m, TO_PERSON, fresh_id(r->arena), m->person);
    e->identity = cell_of(r, "id_number");
    e->fields = fields_of(r, TO_PERSON);
    if (cell_of(r, "id_type").len == 0)
        e->fields = arena_print(r->arena, ",\"id_type\":\"resident_id\"" SLICE_FMT, SLICE_ARG(e->fields));
    if (cell_of(r, "enterprise_name").len > 0) {
        e = entry_add(m, TO_ENTERPRISE, id_of(r->arena, "enterprise", enterprise, S("")), enterprise);
        e->once = true;
        e->person_member = "legal_person";
        e->fields = arena_print(r->arena, ",\"district\":\"" SLICE_FMT "\"" SLICE_FMT,
                                SLICE_ARG(cell_of(r, "district")), SLICE_ARG(fields_of(r, TO_ENTERPRISE)));
    }
    e = entry_add(m, TO_LOAN, id_of(r->arena, "loan.brought", bank, contract), m->subject);
    e->person_member = "person";
    e->fields = fields_of(r, TO_LOAN);
    overdue = fields_of(r, TO_OVERDUE);
    if (overdue.len > 0) {
        e = entry_add(m, TO_OVERDUE, id_of(r->arena, "loan.overdue", bank, contract), m->subject);
        e->fields = overdue;
    }
    m->amount = amount_of(r, "outstanding");
}

static void
make_past(struct made *m, const struct cells *r)
{
    struct slice year = cell_of(r, "year"), district = cell_of(r, "district"), indicator = cell_of(r, "indicator");
    const struct kind_row *kind = kind_find(entry_kinds, slice_of(kinds[TO_PAST]));
    struct made_entry *e;

    indicator = code_of(shape_field(kind->shape, S("indicator")), indicator);
    m->on = arena_print(r->arena, SLICE_FMT "-12-31", SLICE_ARG(year));
    m->subject = arena_print(r->arena, SLICE_FMT "-" SLICE_FMT "-" SLICE_FMT, SLICE_ARG(indicator), SLICE_ARG(year),
                             SLICE_ARG(district));
    e = entry_add(m, TO_PAST, id_of(r->arena, "past", m->subject, S("")), m->subject);
    e->fields = fields_of(r, TO_PAST);
    m->amount = amount_of(r, "value");
}

struct slice
made_body(struct arena *a, const struct made *m, const struct made_entry *e)
{
    struct buf b = {.arena = a};

    buf_add(&b, S("{\"subject\":"));
    json_add_text(&b, e->identity.at != NULL ? m->person : e->subject);
    buf_add(&b, S(",\"on\":"));
    json_add_text(&b, m->on);
    if (e->person_member != NULL) {
        buf_print(&b, ",\"%s\":", e->person_member);
        json_add_text(&b, m->person);
    }
    buf_add(&b, e->fields);
    buf_add_char(&b, '}');
    return buf_slice(&b);
}

/* What the schema says of an entry, before the door is asked. */
static enum verdict
check_schema(const struct made *m, const struct made_entry *e, struct problems *p)
{
    const struct shape *shape = kind_find(entry_kinds, slice_of(e->kind))->shape;
    static const struct slice also[] = {S_INIT("subject"), S_INIT("on")};
    const struct json *tree;
    int32_t day;

    TRY(json_parse(&tree, p->arena, made_body(p->arena, m, e)));
    if (!day_parse(&day, m->on))
        tell(p, V_FIELD_FORM, S("on"), "日期格式为 YYYY-MM-DD", "a day as YYYY-MM-DD");
    return shape_decode(arena_take(p->arena, shape->size), shape, tree, S(""), also, COUNT(also), p);
}

enum verdict
rows_make(struct made *out, struct arena *a, const struct columns *c, const struct sheet *s, size_t row, int32_t on,
          struct problems *p)
{
    struct cells r = {a, c, s, row, p};
    struct slice own = cell_of(&r, "on");
    char day[DAY_TEXT_SIZE];

    if (on != DAY_ABSENT)
        day_print(day, on);
    *out = (struct made){.on = own.len > 0 || on == DAY_ABSENT ? own : arena_copy(a, slice_of(day))};
    if (c->sort == BRING_LOANS)
        make_loan(out, &r);
    else
        make_past(out, &r);
    for (size_t i = 0; i < out->count && p->count == 0; i++)
        check_schema(out, &out->entries[i], p);
    if (p->count == 0)
        return V_OK;
    out->count = 0;
    return V_FIELDS_WRONG;
}

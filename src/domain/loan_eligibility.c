/*
 * Is this loan to be had? Every condition of a qualification, one row each, held against what is known.
 * Knows the conditions by the names of their limits and lists; must not hold any number of them, nor refuse anything.
 * Invariant: once everything is loaded a judge is pure; a finding fills in what the registry does not know, and one
 * that says "not met" stands, since the certificate would be refused for it.
 */
#include "loan_eligibility.h"

#define PPM 1000000

/* ---- what is read ---------------------------------------------------------------------------------------------- */

const char *const eligible_limit_names[ELIGIBLE_LIMITS] = {
    QUALIFYING_LIMITS,
    [LIMIT_GROUPS] = "loan_group_province",
    [LIMIT_GROUPS_NATIONAL] = "loan_group_national",
    [LIMIT_USES] = "loan_use",
    [LIMIT_USES_BANNED] = "loan.use_ban",
    [LIMIT_STAFF_LARGE] = "loan.firm.staff_large",
    [LIMIT_RATIO] = "loan.firm.ratio",
    [LIMIT_RATIO_LARGE] = "loan.firm.ratio_over_100",
    [LIMIT_COUNTER_FREE] = "loan.counter_guarantee_free_max",
    [LIMIT_SUBSIDY_TIMES] = "loan.subsidy.max_times",
    [LIMIT_NATIONAL] = "loan.individual_max.national",
    [LIMIT_OTHER_LOANS] = "loan.other_loans_check",
    [LIMIT_OFFICE] = "loan_rule",
};

/* What parts the classes is in no dated list: the document itself says it. */
static const struct limit class_document = {
    .scope = S_INIT("330000"),
    .source = S_INIT("杭银发〔2016〕6号"),
    .confidence = S_INIT("V"),
    .from = DAY_ABSENT,
};

typedef void judge_fn(struct eligible_rule *out, const struct loan_facts *f);

struct row {
    const char *code, *zh, *en;
    judge_fn *judge;
    enum eligible_limit limit; /* what it reads first; a judge may name another that binds */
    const char *unit;
    enum eligible_weight weight;
};

static void
read_from(struct eligible_rule *out, const struct loan_facts *f, enum eligible_limit which)
{
    out->limit_name = eligible_limit_names[which];
    out->limit = f->limits[which];
}

static bool
in_force(const struct eligible_rule *r)
{
    return r->limit.name != NULL;
}

static enum eligible_status
met_where(bool holds)
{
    return holds ? ELIGIBLE_MET : ELIGIBLE_NOT_MET;
}

static bool
holds_code(const struct limit *list, struct slice code)
{
    for (size_t i = 0; i < list->item_count; i++)
        if (slice_equal(list->items[i], code))
            return true;
    return false;
}

/* ---- who ------------------------------------------------------------------------------------------------------- */

/* Only key groups may ask for Class 1. */
static void
judge_key_group(struct eligible_rule *out, const struct loan_facts *f)
{
    if (f->loan->class != LOAN_VIEW_CLASS_CLASS1)
        out->status = ELIGIBLE_NOT_APPLICABLE;
    else if (in_force(out))
        out->status = met_where(f->loan->group.at != NULL);
}

static void
judge_listed(struct eligible_rule *out, struct slice code)
{
    if (code.at == NULL)
        out->status = ELIGIBLE_NOT_APPLICABLE;
    else if (in_force(out))
        out->status = met_where(holds_code(&out->limit, code));
}

static void
judge_group(struct eligible_rule *out, const struct loan_facts *f)
{
    judge_listed(out, f->loan->group);
}

static void
judge_group_national(struct eligible_rule *out, const struct loan_facts *f)
{
    judge_listed(out, f->loan->group_national);
}

static bool
is_firm(const struct loan_facts *f)
{
    return f->loan->sort == LOAN_VIEW_SORT_FIRM;
}

/* A firm names its enterprise; anybody else may. */
static void
judge_enterprise(struct eligible_rule *out, const struct loan_facts *f)
{
    if (f->loan->enterprise.at == NULL)
        out->status = is_firm(f) ? ELIGIBLE_NOT_MET : ELIGIBLE_NOT_APPLICABLE;
    else if (f->enterprise.state != ENTERPRISE_NEW)
        out->status = met_where(f->enterprise.state == ENTERPRISE_ACTIVE);
}

/* Of a partnership any partner may be the borrower. */
static void
judge_legal_person(struct eligible_rule *out, const struct loan_facts *f)
{
    const struct enterprise_view *v = f->enterprise.view;

    if (f->loan->sort == LOAN_VIEW_SORT_PARTNERSHIP || (f->loan->enterprise.at == NULL && !is_firm(f)))
        out->status = ELIGIBLE_NOT_APPLICABLE;
    else if (f->enterprise.state != ENTERPRISE_NEW)
        out->status = met_where(slice_equal(v->legal_person, f->loan->person));
}

/* The share is rounded down: against a whole number of parts per million that changes no answer. */
static void
judge_hire_ratio(struct eligible_rule *out, const struct loan_facts *f)
{
    const struct loan_view *l = f->loan;
    const struct limit *large = &f->limits[LIMIT_STAFF_LARGE];

    if (!is_firm(f)) {
        out->status = ELIGIBLE_NOT_APPLICABLE;
        return;
    }
    if (l->staff > 0 && l->hires != INT_ABSENT && !money_mul_div(&out->figure, l->hires, PPM, l->staff, ROUND_DOWN))
        out->figure = INT_ABSENT;
    if (l->staff <= 0 || large->name == NULL)
        return;
    if (l->staff > large->number)
        read_from(out, f, LIMIT_RATIO_LARGE);
    if (!in_force(out))
        return;
    out->bound = out->limit.number;
    if (out->figure != INT_ABSENT)
        out->status = met_where(out->figure >= out->bound);
}

/* ---- how much, how long, what for ------------------------------------------------------------------------------ */

static void
judge_amount(struct eligible_rule *out, const struct loan_facts *f)
{
    enum loan_limit missing;
    struct loan_cap cap;

    out->figure = f->loan->asked;
    if (f->loan->sort == LOAN_VIEW_SORT_PARTNERSHIP && f->loan->partners == INT_ABSENT) {
        read_from(out, f, (enum eligible_limit)LIMIT_PARTNERSHIP_FACTOR);
        return;
    }
    if (!loan_cap_find(&cap, &missing, f->loan, f->limits)) {
        read_from(out, f, (enum eligible_limit)missing);
        return;
    }
    read_from(out, f, (enum eligible_limit)(cap.limit - f->limits));
    out->bound = cap.amount;
    out->status = met_where(out->figure <= out->bound);
}

static void
judge_term(struct eligible_rule *out, const struct loan_facts *f)
{
    read_from(out, f, (enum eligible_limit)loan_term_limit(f->loan));
    out->figure = f->loan->term_asked;
    if (!in_force(out))
        return;
    out->bound = out->limit.number;
    out->status = met_where(out->figure <= out->bound);
}

/* Above it the subsidy on the excess is local money (domain of 财金〔2023〕75号). */
static void
judge_national(struct eligible_rule *out, const struct loan_facts *f)
{
    if (f->loan->sort != LOAN_VIEW_SORT_INDIVIDUAL) {
        out->status = ELIGIBLE_NOT_APPLICABLE;
        return;
    }
    out->figure = f->loan->asked;
    if (!in_force(out))
        return;
    out->bound = out->limit.number;
    out->status = met_where(out->figure <= out->bound);
}

static void
judge_use(struct eligible_rule *out, const struct loan_facts *f)
{
    judge_listed(out, f->loan->use);
}

static void
judge_use_ban(struct eligible_rule *out, const struct loan_facts *f)
{
    if (in_force(out))
        out->status = met_where(!holds_code(&out->limit, f->loan->use));
}

/* ---- what stands behind it ------------------------------------------------------------------------------------- */

static void
judge_guarantee(struct eligible_rule *out, const struct loan_facts *f)
{
    out->limit = class_document;
    out->status = met_where(loan_guarantee_fits(f->loan->class, f->loan->guarantee));
}

static bool
is_by_fund(const struct loan_facts *f)
{
    return f->loan->guarantee == LOAN_VIEW_GUARANTEE_FUND;
}

/* A small loan of the fund needs none; of a larger one the guarantor says which. */
static void
judge_counter_guarantee(struct eligible_rule *out, const struct loan_facts *f)
{
    const struct loan_view *l = f->loan;

    if (!is_by_fund(f)) {
        out->status = ELIGIBLE_NOT_APPLICABLE;
        return;
    }
    out->figure = l->advised == INT_ABSENT ? l->asked : l->advised;
    if (!in_force(out))
        return;
    out->bound = out->limit.number;
    if (out->figure <= out->bound)
        out->status = ELIGIBLE_MET;
    else if (l->counter_guarantee.at != NULL)
        out->status = met_where(!slice_equal(l->counter_guarantee, S("none")));
}

bool
loan_seeks_room(const struct loan_view *v)
{
    return v->guarantee == LOAN_VIEW_GUARANTEE_FUND && v->disbursed == 0 && v->opening == 0;
}

static void
judge_fund_room(struct eligible_rule *out, const struct loan_facts *f)
{
    if (!loan_seeks_room(f->loan)) {
        out->status = ELIGIBLE_NOT_APPLICABLE;
        return;
    }
    out->figure = f->loan->asked;
    if (!f->has_fund || !in_force(out))
        return;
    out->bound = loan_fund_room(f->sums, &out->limit) + f->loan->reserved; /* what it holds already is its own */
    out->status = met_where(out->figure <= out->bound);
}

static void
judge_fund_stop(struct eligible_rule *out, const struct loan_facts *f)
{
    if (!loan_seeks_room(f->loan)) {
        out->status = ELIGIBLE_NOT_APPLICABLE;
        return;
    }
    if (f->has_fund)
        out->figure = loan_fund_spent(f->sums);
    if (!in_force(out))
        return;
    out->bound = out->limit.number;
    if (out->figure != INT_ABSENT)
        out->status = met_where(out->figure < out->bound);
}

/* ---- what went before ------------------------------------------------------------------------------------------ */

/* What was brought along says how often; a loan that was settled and had a subsidy had it once at least. */
static int64_t
times_subsidised(const struct subject *loan)
{
    const struct loan_view *v = loan->view;
    int64_t known = loan->state == LOAN_SETTLED && v->subsidised > 0;

    return v->subsidised_times > known ? v->subsidised_times : known;
}

static void
judge_subsidy_times(struct eligible_rule *out, const struct loan_facts *f)
{
    if (f->person.state == STATE_NEW)
        return;
    out->figure = 0;
    for (size_t i = 0; i < f->other_count; i++)
        out->figure += times_subsidised(&f->others[i]);
    if (!in_force(out))
        return;
    out->bound = out->limit.number;
    out->status = met_where(out->figure < out->bound);
}

static bool
is_guaranteed_and_overdue(const struct loan_view *v)
{
    return v->overdue_balance > 0 && v->counts_as_guaranteed != LOAN_VIEW_COUNTS_AS_GUARANTEED_NO;
}

/* That there is one is said to everybody who may ask; which it is, to whom it is. */
static void
judge_other_overdue(struct eligible_rule *out, const struct loan_facts *f)
{
    if (f->person.state == STATE_NEW)
        return;
    out->figure = out->bound = 0;
    for (size_t i = 0; i < f->other_count; i++) {
        const struct subject *other = &f->others[i];

        if (!is_guaranteed_and_overdue(other->view))
            continue;
        out->figure++;
        if (loan_type.standing(other->view, f->who) == STANDING_OWN)
            out->loan = other->id;
    }
    out->status = met_where(out->figure == 0);
}

/* ---- what only an office can look into ------------------------------------------------------------------------- */

/* What the list of that day does not have nobody looks into. */
static void
judge_office(struct eligible_rule *out, const struct loan_facts *f)
{
    (void)f;
    if (in_force(out) && !holds_code(&out->limit, out->code))
        out->status = ELIGIBLE_NOT_APPLICABLE;
}

static void
judge_identity_date(struct eligible_rule *out, const struct loan_facts *f)
{
    judge_office(out, f);
    if (f->loan->group.at == NULL)
        out->status = ELIGIBLE_NOT_APPLICABLE;
}

static void
judge_wages_insurance(struct eligible_rule *out, const struct loan_facts *f)
{
    judge_office(out, f);
    if (!is_firm(f))
        out->status = ELIGIBLE_NOT_APPLICABLE;
}

static void
judge_other_loans(struct eligible_rule *out, const struct loan_facts *f)
{
    const struct limit *office = &f->limits[LIMIT_OFFICE];
    bool is_listed = office->name == NULL || holds_code(office, out->code);

    if (!is_listed || (in_force(out) && slice_equal(out->limit.code, S("no"))))
        out->status = ELIGIBLE_NOT_APPLICABLE;
}

/* ---- the table ------------------------------------------------------------------------------------------------- */

/* clang-format off */
static const struct row rows[] = {
    {"key_group", "属于重点人群（一类贷款）", "Belongs to a key group (Class 1)", judge_key_group, LIMIT_GROUPS, NULL,
     ELIGIBLE_MUST},
    {"group_listed", "人群代码在现行省定名单中", "The group is on the province's list in force", judge_group, LIMIT_GROUPS,
     NULL, ELIGIBLE_MUST},
    {"group_national_listed", "人群代码在现行国家名单中", "The group is on the nation's list in force",
     judge_group_national, LIMIT_GROUPS_NATIONAL, NULL, ELIGIBLE_MUST},
    {"household", "本地户籍或符合居住要求", "Local household registration", judge_office, LIMIT_OFFICE, NULL, ELIGIBLE_MUST},
    {"identity_date", "登记前一日身份符合", "Status the day before registration", judge_identity_date, LIMIT_OFFICE, NULL,
     ELIGIBLE_MUST},
    {"enterprise", "经营实体存续", "The enterprise is open", judge_enterprise, NO_LIMIT, NULL, ELIGIBLE_MUST},
    {"legal_person", "借款人为法定代表人或经营者", "The borrower is its legal person or owner", judge_legal_person,
     NO_LIMIT, NULL, ELIGIBLE_MUST},
    {"hire_ratio", "吸纳重点人群比例达标", "Share of key-group hires", judge_hire_ratio, LIMIT_RATIO, "ppm", ELIGIBLE_MUST},
    {"wages_insurance", "无拖欠工资、欠缴社保", "No unpaid wages or insurance", judge_wages_insurance, LIMIT_OFFICE, NULL,
     ELIGIBLE_MUST},
    {"trade", "不属禁止行业", "No banned trade", judge_office, LIMIT_OFFICE, NULL, ELIGIBLE_MUST},
    {"amount", "申请金额不超过上限", "The amount is within the cap", judge_amount, NO_LIMIT, "fen", ELIGIBLE_MUST},
    {"term", "申请期限不超过上限", "The term is within the longest", judge_term, NO_LIMIT, "month", ELIGIBLE_MUST},
    {"national_cap", "不超过国家个人额度（超出部分由地方贴息）",
     "Within the nation's cap (above it the subsidy is local money)", judge_national, LIMIT_NATIONAL, "fen",
     ELIGIBLE_NOTE},
    {"use", "用途在贷款用途表中", "The use is on the list of uses", judge_use, LIMIT_USES, NULL, ELIGIBLE_MUST},
    {"use_ban", "用途不属禁止用途", "The use is not banned", judge_use_ban, LIMIT_USES_BANNED, NULL, ELIGIBLE_MUST},
    {"guarantee", "担保方式符合贷款类别", "The guarantee fits the class", judge_guarantee, NO_LIMIT, NULL, ELIGIBLE_MUST},
    {"counter_guarantee", "免反担保，或已提供反担保", "Needs no counter-guarantee, or has one", judge_counter_guarantee,
     LIMIT_COUNTER_FREE, "fen", ELIGIBLE_MUST},
    {"fund_room", "担保基金有可用额度", "The guarantee fund has room", judge_fund_room,
     (enum eligible_limit)LIMIT_FUND_MULTIPLE, "fen", ELIGIBLE_MUST},
    {"fund_stop", "担保基金代偿率未达停办线", "The fund's compensation is below the stop", judge_fund_stop,
     (enum eligible_limit)LIMIT_FUND_STOP, "ppm", ELIGIBLE_MUST},
    {"subsidy_times", "贴息次数未超限", "Times subsidised within the limit", judge_subsidy_times, LIMIT_SUBSIDY_TIMES,
     "times", ELIGIBLE_MUST},
    {"other_overdue", "无其他逾期的创业担保贷款", "No other guaranteed loan is overdue", judge_other_overdue, NO_LIMIT,
     "piece", ELIGIBLE_WARN},
    {"other_loans", "本人及配偶无其他贷款", "No other loans, spouse included", judge_other_loans, LIMIT_OTHER_LOANS, NULL,
     ELIGIBLE_MUST},
    {"credit", "信用记录良好", "Credit record in order", judge_office, LIMIT_OFFICE, NULL, ELIGIBLE_MUST},
};
/* clang-format on */

static void
heed_finding(struct eligible_rule *out, const struct loan_view *loan)
{
    static const enum eligible_status said[] = {
        [LOAN_VIEW_CHECKS_ITEM_FINDING_MET] = ELIGIBLE_MET,
        [LOAN_VIEW_CHECKS_ITEM_FINDING_NOT_MET] = ELIGIBLE_NOT_MET,
        [LOAN_VIEW_CHECKS_ITEM_FINDING_NOT_APPLICABLE] = ELIGIBLE_NOT_APPLICABLE,
    };
    const struct loan_view_checks_item *checks = loan->checks.at;

    for (size_t i = 0; i < loan->checks.count; i++) {
        enum eligible_status status = said[checks[i].finding];

        if (!slice_equal(checks[i].rule, out->code))
            continue;
        if (out->status != ELIGIBLE_NOT_KNOWN && status != ELIGIBLE_NOT_MET)
            continue;
        out->status = status;
        if (checks[i].figure != INT_ABSENT)
            out->figure = checks[i].figure;
    }
}

static void
judge(struct eligible_rule *out, const struct loan_facts *f, const struct row *row)
{
    *out = (struct eligible_rule){
        .code = slice_of(row->code),
        .zh = slice_of(row->zh),
        .en = slice_of(row->en),
        .status = ELIGIBLE_NOT_KNOWN,
        .weight = row->weight,
        .figure = INT_ABSENT,
        .bound = INT_ABSENT,
        .unit = row->unit,
    };
    if (row->limit != NO_LIMIT)
        read_from(out, f, row->limit);
    row->judge(out, f);
    heed_finding(out, f->loan);
}

static bool
is_in_table(struct slice code)
{
    for (size_t i = 0; i < COUNT(rows); i++)
        if (slice_equal(code, slice_of(rows[i].code)))
            return true;
    return false;
}

/* The office's list can grow: a condition that is new to the table is judged by its finding alone. */
void
loan_judge(struct eligibility *out, struct arena *a, const struct loan_facts *f)
{
    const struct limit *office = &f->limits[LIMIT_OFFICE];

    out->rules = NEW_ARRAY(a, struct eligible_rule, COUNT(rows) + office->item_count);
    for (size_t i = 0; i < COUNT(rows); i++)
        judge(&out->rules[out->count++], f, &rows[i]);
    for (size_t i = 0; i < office->item_count; i++) {
        const char *code = arena_copy(a, office->items[i]).at;
        const struct row row = {code, code, code, judge_office, LIMIT_OFFICE, NULL, ELIGIBLE_MUST};

        if (!is_in_table(office->items[i]))
            judge(&out->rules[out->count++], f, &row);
    }
}

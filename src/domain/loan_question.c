/*
 * A question about a loan, on record or only written down: gathers what its conditions are judged by.
 * Knows where limits, neighbours and sums lie; must not judge any of them, nor write.
 * Invariant: a draft is judged as the loan that its application would make, by the same code.
 */
#include "loan_eligibility.h"

/* ---- loading --------------------------------------------------------------------------------------------------- */

struct loading {
    const struct registry *registry;
    struct db *db;
    struct arena *arena;
    int32_t day;
};

static enum verdict
limit_load(struct limit *out, const struct loading *l, const char *name, struct slice district)
{
    enum verdict got = ledger_limit(out, l->registry, l->db, l->arena, name, district, l->day);

    if (got != V_LIMIT_UNKNOWN)
        return got;
    *out = (struct limit){.name = NULL};
    return V_OK;
}

static enum verdict
others_load(struct loan_facts *f, const struct loading *l)
{
    struct subject *all;
    size_t count;

    TRY(ledger_of_person(&all, &count, l->db, l->arena, &loan_type, f->loan->person));
    f->others = NEW_ARRAY(l->arena, struct subject, count + 1);
    for (size_t i = 0; i < count; i++)
        if (!slice_equal(all[i].id, f->id))
            f->others[f->other_count++] = all[i];
    return V_OK;
}

/* Its own fund, or one of the city's or its district's. */
static bool
may_guarantee(const struct subject *fund, const struct loan_view *loan)
{
    const struct fund_view *v = fund->view;

    if (loan->fund.at != NULL)
        return slice_equal(fund->id, loan->fund);
    return v->district.at == NULL || slice_equal(v->district, loan->district);
}

static enum verdict
sums_load(int64_t sums[FUND__SUMS], const struct loading *l, struct slice fund)
{
    static const struct sum rows_of_fund[FUND__SUMS] = FUND_SUMS;

    for (size_t i = 0; i < FUND__SUMS; i++)
        TRY(ledger_sum(&sums[i], l->db, l->arena, rows_of_fund[i].indicator, fund));
    return V_OK;
}

static enum verdict
fund_load(struct loan_facts *f, const struct loading *l)
{
    const struct limit *multiple = &f->limits[LIMIT_FUND_MULTIPLE];
    int64_t sums[FUND__SUMS];
    struct subject *funds;
    size_t count;

    if (!loan_seeks_room(f->loan) || multiple->name == NULL)
        return V_OK;
    TRY(ledger_in_state(&funds, &count, l->db, l->arena, &fund_type, FUND_OPEN));
    for (size_t i = 0; i < count; i++) {
        if (!may_guarantee(&funds[i], f->loan))
            continue;
        TRY(sums_load(sums, l, funds[i].id));
        if (f->has_fund && loan_fund_room(sums, multiple) <= loan_fund_room(f->sums, multiple))
            continue;
        f->has_fund = true;
        for (size_t s = 0; s < FUND__SUMS; s++)
            f->sums[s] = sums[s];
    }
    return V_OK;
}

static enum verdict
facts_load(struct loan_facts *f, const struct loading *l)
{
    const struct loan_view *loan = f->loan;
    struct slice nobody = S("");

    for (size_t i = 0; i < ELIGIBLE_LIMITS; i++)
        TRY(limit_load(&f->limits[i], l, eligible_limit_names[i], loan->district));
    TRY(subject_load(&f->person, l->db, l->arena, &person_type, loan->person));
    TRY(subject_load(&f->enterprise, l->db, l->arena, &enterprise_type,
                     loan->enterprise.at == NULL ? nobody : loan->enterprise));
    TRY(others_load(f, l));
    return fund_load(f, l);
}

static enum verdict
groups_load(struct loan_groups *out, const struct loan_facts *f, const struct loading *l)
{
    const struct loan_view *loan = f->loan;

    *out = (struct loan_groups){
        .province = loan->group,
        .national = loan->group_national,
        .flags = loan->flags,
        .national_list = f->limits[LIMIT_GROUPS_NATIONAL],
    };
    if (loan->group.at == NULL)
        return V_OK;
    return limit_load(&out->map, l, arena_print(l->arena, "loan_group_map." SLICE_FMT, SLICE_ARG(loan->group)).at,
                      loan->district);
}

/* ---- a draft --------------------------------------------------------------------------------------------------- */

static void
draft_day(int32_t *out, const struct loan_question *q)
{
    const struct json *on = json_find(q->draft, S("on"));

    *out = q->today;
    if (on == NULL)
        return;
    if (on->type != JSON_TEXT || !day_parse(out, on->text))
        problem_add(q->problems, V_FIELD_FORM, S("/on"), S("须为日期，如 2023-06-30"),
                    S("must be a day, as in 2023-06-30"));
    else if (*out > q->today)
        problem_add(q->problems, V_DAY_AHEAD, S("/on"), S("不得晚于今天"), S("not after today"));
}

/* A draft is the loan as its application would leave it. */
static enum verdict
draft_read(struct loan_view **out, int32_t *on, struct arena *a, const struct loan_question *q)
{
    static const struct slice envelope[] = {S_INIT("subject"), S_INIT("on")};
    const struct shape *shape = entry_kinds[KIND_LOAN_APPLIED].shape;
    struct loan_applied *d = NEW(a, struct loan_applied);
    struct entry e = {.actor = *q->who, .body = d};

    shape_decode(d, shape, q->draft, S(""), envelope, COUNT(envelope), q->problems);
    draft_day(on, q);
    if (q->problems->count > 0)
        return V_FIELDS_WRONG;
    if (q->who->district.len > 0 && !slice_equal(q->who->district, d->district))
        return loan_refuse(q->problems, V_FORBIDDEN, "/district", S("只能办理本辖区的业务"),
                           S("only your own district"));
    *out = NEW(a, struct loan_view);
    shape_blank(&shape_loan_view, *out);
    e.on = *on;
    loan_apply(a, *out, &e);
    return V_OK;
}

static enum verdict
recorded_read(struct loan_view **out, int32_t *on, struct db *db, struct arena *a, const struct loan_question *q)
{
    struct subject s;

    TRY(subject_load(&s, db, a, &loan_type, q->loan));
    *out = s.view;
    *on = ((const struct loan_view *)s.view)->applied;
    return s.state == LOAN_NEW ? V_SUBJECT_UNKNOWN : V_OK;
}

enum verdict
loan_eligibility(struct eligibility *out, const struct registry *r, struct db *db, struct arena *a,
                 const struct loan_question *q)
{
    struct loan_facts *f = NEW(a, struct loan_facts);
    struct loading l = {r, db, a, q->today};
    struct loan_view *loan = NULL;

    if (q->loan.at != NULL)
        TRY(recorded_read(&loan, &l.day, db, a, q));
    else
        TRY(draft_read(&loan, &l.day, a, q));
    assert(loan != NULL);
    f->who = q->who;
    f->loan = loan;
    f->id = q->loan;
    TRY(facts_load(f, &l));
    *out = (struct eligibility){.loan = q->loan, .district = loan->district, .on = l.day};
    loan_judge(out, a, f);
    return groups_load(&out->groups, f, &l);
}

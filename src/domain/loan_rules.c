/*
 * The loan's rules: what is refused, and where a bank's fact goes beyond what was allowed.
 * Knows the trade's conditions by the names of their limits; must not hold any number of them, nor change a view.
 * Invariant: a rule compares dates and never needs the clock to have run; a refusal names field, bound and source.
 */
#include "loan_int.h"

#define PPM 1000000

static enum verdict
refuse(struct problems *p, enum verdict v, const char *pointer, struct slice zh, struct slice en)
{
    problem_add(p, v, slice_of(pointer), zh, en);
    return v;
}

static enum verdict
refuse_unknown(struct problems *p, const char *pointer, const char *limit)
{
    return refuse(p, V_LIMIT_UNKNOWN, pointer, arena_print(p->arena, "申请日没有生效的 %s", limit),
                  arena_print(p->arena, "no %s is in force on the day of the application", limit));
}

static enum verdict
refuse_over(struct problems *p, const char *pointer, int64_t bound, const char *unit_zh, const char *unit_en,
            const struct limit *l)
{
    return refuse(p, V_OVER_LIMIT, pointer,
                  arena_print(p->arena, "不得超过 %lld %s，依据：" SLICE_FMT, (long long)bound, unit_zh,
                              SLICE_ARG(l->source)),
                  arena_print(p->arena, "at most %lld %s; source: " SLICE_FMT, (long long)bound, unit_en,
                              SLICE_ARG(l->source)));
}

/* A clerk of a district acts for that district only; the city's officers act for all. */
static enum verdict
own_district(struct problems *p, const struct actor *who, struct slice district, const char *pointer)
{
    if (who->district.len == 0 || district.at == NULL || slice_equal(who->district, district))
        return V_OK;
    return refuse(p, V_FORBIDDEN, pointer,
                  arena_print(p->arena, "只能办理本辖区（" SLICE_FMT "）的业务", SLICE_ARG(who->district)),
                  arena_print(p->arena, "only your own district, " SLICE_FMT, SLICE_ARG(who->district)));
}

/* ---- the application ------------------------------------------------------------------------------------------- */

static bool
firm_without_enterprise(const struct loan_applied *d)
{
    return d->sort == LOAN_APPLIED_SORT_FIRM && d->enterprise.at == NULL;
}

static bool
partnership_without_partners(const struct loan_applied *d)
{
    return (d->sort == LOAN_APPLIED_SORT_PARTNERSHIP) != (d->partners != INT_ABSENT);
}

/* What parts the two classes: the first is guaranteed by the government's fund or its guarantor, the second is not
 * guaranteed by the fund (杭银发〔2016〕6号 article 3). */
static bool
guarantee_of_the_other_class(const struct loan_applied *d)
{
    if (d->class == LOAN_APPLIED_CLASS_CLASS2)
        return d->guarantee == LOAN_APPLIED_GUARANTEE_FUND;
    return d->guarantee != LOAN_APPLIED_GUARANTEE_FUND && d->guarantee != LOAN_APPLIED_GUARANTEE_GUARANTEE_COMPANY;
}

static const struct condition {
    bool (*broken)(const struct loan_applied *d);
    const char *pointer, *zh, *en;
} conditions[] = {
    {firm_without_enterprise, "/enterprise",
     "小微企业贷款须填经营实体的统一社会信用代码", "a firm's loan names the enterprise by its unified social credit code"},
    {partnership_without_partners, "/partners",
     "合伙创业须填合伙人数，其他类型不填", "a partnership says how many partners, nobody else does"},
    {guarantee_of_the_other_class, "/guarantee",
     "一类贷款由创业担保基金或担保公司担保，二类贷款不由基金担保，依据：杭银发〔2016〕6号",
     "Class 1 is guaranteed by the fund or a guarantee company, Class 2 never by the fund; source: 杭银发〔2016〕6号"},
};

/* Only key groups may ask for Class 1. Which they are is a dated list, whose source the refusal names; whether the
 * group is on it was looked at already. */
static enum verdict
check_group(const struct limit *groups, const struct loan_applied *d, struct problems *p)
{
    if (d->class != LOAN_APPLIED_CLASS_CLASS1)
        return V_OK;
    if (groups->name == NULL)
        return refuse_unknown(p, "/group", "loan_group_province");
    if (d->group.at != NULL)
        return V_OK;
    return refuse(p, V_RULE_REFUSED, "/group",
                  arena_print(p->arena, "一类贷款限重点人群，依据：" SLICE_FMT, SLICE_ARG(groups->source)),
                  arena_print(p->arena, "only key groups may ask for Class 1; source: " SLICE_FMT,
                              SLICE_ARG(groups->source)));
}

enum verdict
loan_may_apply(const struct view *v, const struct entry *e, struct problems *p)
{
    const struct loan_applied *d = e->body;
    enum verdict got = V_OK;

    TRY(own_district(p, &e->actor, d->district, "/district"));
    TRY(check_group(&v->some_limits[0], d, p));
    if (v->others[1].state == ENTERPRISE_CLOSED)
        return refuse(p, V_RULE_REFUSED, "/enterprise", S("该经营实体已终止"), S("this enterprise has closed"));
    for (size_t i = 0; i < COUNT(conditions); i++)
        if (conditions[i].broken(d))
            got = refuse(p, V_RULE_REFUSED, conditions[i].pointer, slice_of(conditions[i].zh),
                         slice_of(conditions[i].en));
    return got;
}

/* ---- the certificate ------------------------------------------------------------------------------------------- */

/* A number that this case needs. */
static enum verdict
limit_get(const struct limit **out, const struct view *v, const struct entry *e, enum loan_limit which,
          const char *pointer, struct problems *p)
{
    *out = &v->some_limits[which];
    return (*out)->name == NULL ? refuse_unknown(p, pointer, e->kind->some_limits[which]) : V_OK;
}

/* The most that may be certified, and the limit that binds. */
struct cap {
    const struct limit *limit;
    int64_t amount;
};

/* So much of what its partners may have together, and no more than a firm. */
static enum verdict
partnership_cap(struct cap *cap, const struct view *v, const struct entry *e, struct problems *p)
{
    const struct loan_view *loan = v->subject->view;
    const struct limit *factor, *firm;

    TRY(limit_get(&factor, v, e, LIMIT_PARTNERSHIP_FACTOR, "/amount_max", p));
    TRY(limit_get(&firm, v, e, LIMIT_SMALL_FIRM, "/amount_max", p));
    if (!money_mul_div(&cap->amount, cap->amount * loan->partners, factor->number, PPM, ROUND_DOWN))
        cap->amount = MONEY_MAX;
    if (cap->amount > firm->number)
        *cap = (struct cap){firm, firm->number};
    return V_OK;
}

static enum verdict
cap_find(struct cap *cap, const struct view *v, const struct entry *e, struct problems *p)
{
    static const enum loan_limit by_class[] = {
        [LOAN_VIEW_CLASS_CLASS1] = LIMIT_CLASS1_INDIVIDUAL,
        [LOAN_VIEW_CLASS_CLASS2] = LIMIT_CLASS2_INDIVIDUAL,
    };
    const struct loan_view *loan = v->subject->view;
    enum loan_limit which = loan->sort == LOAN_VIEW_SORT_FIRM ? LIMIT_SMALL_FIRM : by_class[loan->class];

    TRY(limit_get(&cap->limit, v, e, which, "/amount_max", p));
    cap->amount = cap->limit->number;
    return loan->sort == LOAN_VIEW_SORT_PARTNERSHIP ? partnership_cap(cap, v, e, p) : V_OK;
}

static enum verdict
check_amount(const struct view *v, const struct entry *e, struct problems *p)
{
    const struct loan_qualified *d = e->body;
    struct cap cap;

    TRY(cap_find(&cap, v, e, p));
    return d->amount_max <= cap.amount ? V_OK : refuse_over(p, "/amount_max", cap.amount, "分", "fen", cap.limit);
}

static enum verdict
check_term(const struct view *v, const struct entry *e, struct problems *p)
{
    const struct loan_view *loan = v->subject->view;
    const struct loan_qualified *d = e->body;
    int64_t term = d->term_max_months == INT_ABSENT ? loan->term_asked : d->term_max_months;
    const struct limit *l;

    TRY(limit_get(&l, v, e, loan->sort == LOAN_VIEW_SORT_FIRM ? LIMIT_TERM_FIRM : LIMIT_TERM_INDIVIDUAL,
                  "/term_max_months", p));
    return term <= l->number ? V_OK : refuse_over(p, "/term_max_months", l->number, "个月", "months", l);
}

enum verdict
loan_may_qualify(const struct view *v, const struct entry *e, struct problems *p)
{
    const struct loan_qualified *d = e->body;

    TRY(own_district(p, &e->actor, d->issued_by, "/issued_by"));
    if (d->valid_to < e->on)
        return refuse(p, V_RULE_REFUSED, "/valid_to", S("证明有效期不得早于出具日"),
                      S("the certificate must be valid on the day it is issued"));
    TRY(check_amount(v, e, p));
    return check_term(v, e, p);
}

enum verdict
loan_may_expire(const struct view *v, const struct entry *e, struct problems *p)
{
    const struct loan_view *loan = v->subject->view;
    char last[DAY_TEXT_SIZE];

    if (e->on > loan->valid_to)
        return V_OK;
    day_print(last, loan->valid_to);
    return refuse(p, V_RULE_REFUSED, "/on", arena_print(p->arena, "证明有效期至 %s，尚未过期", last),
                  arena_print(p->arena, "the certificate is valid to %s and has not run out", last));
}

/* ---- on to a bank ---------------------------------------------------------------------------------------------- */

static enum verdict
check_certificate(const struct loan_view *loan, const struct entry *e, struct problems *p)
{
    char last[DAY_TEXT_SIZE];

    if (e->on <= loan->valid_to)
        return V_OK;
    day_print(last, loan->valid_to);
    return refuse(p, V_RULE_REFUSED, "/on",
                  arena_print(p->arena, "证明 " SLICE_FMT " 已于 %s 过期", SLICE_ARG(loan->certificate_no), last),
                  arena_print(p->arena, "certificate " SLICE_FMT " ran out on %s", SLICE_ARG(loan->certificate_no),
                              last));
}

static bool
is_active_bank(const struct subject *s)
{
    const struct organisation_view *v = s->view;

    return s->state == ORGANISATION_ACTIVE && v->sort == ORGANISATION_VIEW_SORT_BANK;
}

enum verdict
loan_may_send(const struct view *v, const struct entry *e, struct problems *p)
{
    const struct loan_view *loan = v->subject->view;
    const struct loan_sent *d = e->body;

    TRY(check_certificate(loan, e, p));
    if (!is_active_bank(&v->others[0]))
        return refuse(p, V_RULE_REFUSED, "/bank", S("须为有效的银行机构"), S("must be a bank that is active"));
    if (v->subject->state == LOAN_REJECTED && slice_equal(d->bank, loan->bank))
        return refuse(p, V_RULE_REFUSED, "/bank", S("该银行已拒贷，请另选银行"),
                      S("this bank has rejected the loan; choose another"));
    return V_OK;
}

enum verdict
loan_may_thaw(const struct view *v, const struct entry *e, struct problems *p)
{
    (void)e;
    return v->subject->frozen ? V_OK : refuse(p, V_RULE_REFUSED, "", S("该贷款未冻结"), S("the loan is not frozen"));
}

/* ---- more than was approved or allowed ----------------------------------------------------------------------- */

/* The narrowest promise so far: what the contract says, or the approval, or the certificate where facts came early. */
static int64_t
agreed(const struct loan_view *v)
{
    if (v->contracted != INT_ABSENT)
        return v->contracted;
    return v->approved != INT_ABSENT ? v->approved : v->amount_max;
}

/* A late approval may turn out to be below what was contracted since; a late contract below what was paid. */
bool
loan_over_approved(const void *view, const struct entry *e)
{
    const struct loan_view *v = view;
    const struct loan_approved *d = e->body;

    return d->amount > v->amount_max || (v->contracted != INT_ABSENT && v->contracted > d->amount);
}

bool
loan_over_contracted(const void *view, const struct entry *e)
{
    const struct loan_view *v = view;
    const struct loan_contracted *d = e->body;

    return d->amount > (v->approved == INT_ABSENT ? v->amount_max : v->approved) || v->disbursed > d->amount;
}

bool
loan_over_disbursed(const void *view, const struct entry *e)
{
    const struct loan_view *v = view;

    return v->disbursed + ((const struct loan_disbursed *)e->body)->amount > agreed(v);
}

bool
loan_over_repaid(const void *view, const struct entry *e)
{
    return ((const struct loan_repaid *)e->body)->amount > ((const struct loan_view *)view)->outstanding;
}

bool
loan_over_prepaid(const void *view, const struct entry *e)
{
    return ((const struct loan_prepaid *)e->body)->amount > ((const struct loan_view *)view)->outstanding;
}

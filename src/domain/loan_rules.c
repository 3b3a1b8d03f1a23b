/*
 * The loan's rules up to the bank: what is refused of an application, a check, a certificate, a sending.
 * Knows the trade's conditions by the names of their limits; must not hold any number of them, nor change a view.
 * Invariant: a rule compares dates and never needs the clock to have run; a refusal names field, bound and source.
 */
#include "loan_int.h"

#define PPM 1000000
#define COUNTS_YES LOAN_APPLIED_COUNTS_AS_GUARANTEED_YES

enum verdict
loan_refuse(struct problems *p, enum verdict v, const char *pointer, struct slice zh, struct slice en)
{
    problem_add(p, v, slice_of(pointer), zh, en);
    return v;
}

enum verdict
loan_refuse_unknown(struct problems *p, const char *pointer, const char *limit)
{
    return loan_refuse(p, V_LIMIT_UNKNOWN, pointer, arena_print(p->arena, "申请日没有生效的 %s", limit),
                       arena_print(p->arena, "no %s is in force on the day of the application", limit));
}

enum verdict
loan_refuse_over(struct problems *p, const char *pointer, int64_t bound, const char *unit_zh, const char *unit_en,
                 const struct limit *l)
{
    return loan_refuse(
        p, V_OVER_LIMIT, pointer,
        arena_print(p->arena, "不得超过 %lld %s，依据：" SLICE_FMT, (long long)bound, unit_zh, SLICE_ARG(l->source)),
        arena_print(p->arena, "at most %lld %s; source: " SLICE_FMT, (long long)bound, unit_en, SLICE_ARG(l->source)));
}

/* A clerk of a district acts for that district only; the city's officers act for all. */
static enum verdict
own_district(struct problems *p, const struct actor *who, struct slice district, const char *pointer)
{
    if (who->district.len == 0 || district.at == NULL || slice_equal(who->district, district))
        return V_OK;
    return loan_refuse(p, V_FORBIDDEN, pointer,
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
bool
loan_guarantee_fits(int32_t class, int32_t guarantee)
{
    if (class == LOAN_VIEW_CLASS_CLASS2)
        return guarantee != LOAN_VIEW_GUARANTEE_FUND;
    return guarantee == LOAN_VIEW_GUARANTEE_FUND || guarantee == LOAN_VIEW_GUARANTEE_GUARANTEE_COMPANY;
}

static bool
guarantee_of_the_other_class(const struct loan_applied *d)
{
    return !loan_guarantee_fits(d->class, d->guarantee);
}

/* Whether a product counts cannot change under its running loans, so each application says it. */
static bool
product_without_counting(const struct loan_applied *d)
{
    return (d->product.at != NULL) != (d->counts_as_guaranteed != CODE_ABSENT);
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
    {product_without_counting, "/counts_as_guaranteed",
     "填写贷款产品时须写明是否计入创业担保贷款，未填产品时不填", "said of a loan product, and only of one"},
};

static enum verdict
check_conditions(const struct loan_applied *d, struct problems *p)
{
    enum verdict got = V_OK;

    for (size_t i = 0; i < COUNT(conditions); i++)
        if (conditions[i].broken(d))
            got = loan_refuse(p, V_RULE_REFUSED, conditions[i].pointer, slice_of(conditions[i].zh),
                              slice_of(conditions[i].en));
    return got;
}

/* A renewal follows a loan of the same borrower whose money has left. */
static enum verdict
check_renewed(const struct subject *before, const struct loan_applied *d, struct problems *p)
{
    const struct loan_view *v = before->view;

    if (before->state == LOAN_NEW || (slice_equal(v->person, d->person) && v->disbursed > 0))
        return V_OK;
    return loan_refuse(p, V_RULE_REFUSED, "/renewed_from", S("须为同一借款人已放款的贷款"),
                       S("must be a loan of the same borrower that was paid out"));
}

/* Only key groups may ask for Class 1. Which they are is a dated list, whose source the refusal names; whether the
 * group is on it was looked at already. */
static enum verdict
check_group(const struct limit *groups, const struct loan_applied *d, struct problems *p)
{
    if (d->class != LOAN_APPLIED_CLASS_CLASS1)
        return V_OK;
    if (groups->name == NULL)
        return loan_refuse_unknown(p, "/group", "loan_group_province");
    if (d->group.at != NULL)
        return V_OK;
    return loan_refuse(
        p, V_RULE_REFUSED, "/group",
        arena_print(p->arena, "一类贷款限重点人群，依据：" SLICE_FMT, SLICE_ARG(groups->source)),
        arena_print(p->arena, "only key groups may ask for Class 1; source: " SLICE_FMT, SLICE_ARG(groups->source)));
}

enum verdict
loan_may_apply(const struct view *v, const struct entry *e, struct problems *p)
{
    const struct loan_applied *d = e->body;

    TRY(own_district(p, &e->actor, d->district, "/district"));
    TRY(check_group(&v->some_limits[0], d, p));
    if (v->others[1].state == ENTERPRISE_CLOSED)
        return loan_refuse(p, V_RULE_REFUSED, "/enterprise", S("该经营实体已终止"), S("this enterprise has closed"));
    TRY(check_renewed(&v->others[2], d, p));
    TRY(check_product(p, &v->others[3], e->on));
    if (d->product.at != NULL && product_counts(&v->others[3]) != (d->counts_as_guaranteed == COUNTS_YES))
        return loan_refuse(p, V_RULE_REFUSED, "/counts_as_guaranteed", S("与该贷款产品的设定不一致"),
                           S("the product says otherwise"));
    return check_conditions(d, p);
}

/* ---- a running loan -------------------------------------------------------------------------------------------- */

static bool
is_bank(const struct subject *s)
{
    return s->state != ORGANISATION_NEW &&
           ((const struct organisation_view *)s->view)->sort == ORGANISATION_VIEW_SORT_BANK;
}

enum verdict
loan_may_bring(const struct view *v, const struct entry *e, struct problems *p)
{
    const struct loan_brought *d = e->body;
    struct loan_applied like = {.class = d->class,
                                .sort = d->sort,
                                .enterprise = d->enterprise,
                                .group = d->group,
                                .guarantee = d->guarantee,
                                .counts_as_guaranteed = CODE_ABSENT};

    like.partners = d->sort == LOAN_BROUGHT_SORT_PARTNERSHIP ? 2 : INT_ABSENT; /* how many is not asked of the past */
    TRY(check_group(&v->some_limits[0], &like, p));
    if (!is_bank(&v->others[2]))
        return loan_refuse(p, V_RULE_REFUSED, "/bank", S("须为银行机构"), S("must be a bank"));
    if (d->outstanding > d->lent)
        return loan_refuse(p, V_RULE_REFUSED, "/outstanding", S("余额不得大于累计放款"),
                           S("the balance is at most what was disbursed"));
    if (d->contracted_on > e->on)
        return loan_refuse(p, V_RULE_REFUSED, "/contracted_on", S("不得晚于导入日期"), S("not after `on`"));
    return check_conditions(&like, p);
}

/* ---- experts, guarantor, class -------------------------------------------------------------------------------- */

static bool
is_class1(const struct view *v)
{
    return ((const struct loan_view *)v->subject->view)->class == LOAN_VIEW_CLASS_CLASS1;
}

/* 一类评审: only what the government guarantees is put to experts (domain of 杭银发〔2016〕6号 article 3). */
enum verdict
loan_may_refer(const struct view *v, const struct entry *e, struct problems *p)
{
    (void)e;
    return is_class1(v) ? V_OK
                        : loan_refuse(p, V_RULE_REFUSED, "", S("二类贷款不需专家评审"), S("Class 2 needs no experts"));
}

/* A small loan of the fund needs no counter-guarantee; whether one is given above that is not left open. */
enum verdict
loan_may_agree(const struct view *v, const struct entry *e, struct problems *p)
{
    const struct loan_guarantee_agreed *d = e->body;
    const struct loan_view *loan = v->subject->view;
    const struct limit *free_max = &v->some_limits[0];
    int64_t amount = loan->advised == INT_ABSENT ? loan->asked : loan->advised;

    if (!slice_equal(d->counter_guarantee, S("none")) || free_max->name == NULL || amount <= free_max->number)
        return V_OK;
    return loan_refuse_over(p, "/counter_guarantee", free_max->number, "分方可免反担保", "fen without one", free_max);
}

enum verdict
loan_may_reclass(const struct view *v, const struct entry *e, struct problems *p)
{
    const struct loan_reclassed *d = e->body;

    if (!is_class1(v))
        return loan_refuse(p, V_RULE_REFUSED, "", S("已是二类贷款"), S("the loan is of Class 2 already"));
    if (d->guarantee == LOAN_RECLASSED_GUARANTEE_FUND)
        return loan_refuse(p, V_RULE_REFUSED, "/guarantee", S("二类贷款不由基金担保"),
                           S("the fund never guarantees Class 2"));
    return V_OK;
}

/* ---- the certificate ------------------------------------------------------------------------------------------- */

/* A number that this case needs. */
static enum verdict
limit_get(const struct limit **out, const struct view *v, const struct entry *e, enum loan_limit which,
          const char *pointer, struct problems *p)
{
    *out = &v->some_limits[which];
    return (*out)->name == NULL ? loan_refuse_unknown(p, pointer, e->kind->some_limits[which]) : V_OK;
}

/* So much of what its partners may have together, and no more than a firm. */
static bool
partnership_cap(struct loan_cap *cap, enum loan_limit *missing, const struct loan_view *loan,
                const struct limit *limits)
{
    const struct limit *factor = &limits[LIMIT_PARTNERSHIP_FACTOR], *firm = &limits[LIMIT_SMALL_FIRM];

    *missing = factor->name == NULL ? LIMIT_PARTNERSHIP_FACTOR : LIMIT_SMALL_FIRM;
    if (factor->name == NULL || firm->name == NULL)
        return false;
    if (!money_mul_div(&cap->amount, cap->amount * loan->partners, factor->number, PPM, ROUND_DOWN))
        cap->amount = MONEY_MAX;
    if (cap->amount > firm->number)
        *cap = (struct loan_cap){firm, firm->number};
    return true;
}

bool
loan_cap_find(struct loan_cap *cap, enum loan_limit *missing, const struct loan_view *loan, const struct limit *limits)
{
    static const enum loan_limit by_class[] = {
        [LOAN_VIEW_CLASS_CLASS1] = LIMIT_CLASS1_INDIVIDUAL,
        [LOAN_VIEW_CLASS_CLASS2] = LIMIT_CLASS2_INDIVIDUAL,
    };
    enum loan_limit which = loan->sort == LOAN_VIEW_SORT_FIRM ? LIMIT_SMALL_FIRM : by_class[loan->class];

    *missing = which;
    *cap = (struct loan_cap){&limits[which], limits[which].number};
    if (cap->limit->name == NULL)
        return false;
    return loan->sort != LOAN_VIEW_SORT_PARTNERSHIP || partnership_cap(cap, missing, loan, limits);
}

enum loan_limit
loan_term_limit(const struct loan_view *loan)
{
    return loan->sort == LOAN_VIEW_SORT_FIRM ? LIMIT_TERM_FIRM : LIMIT_TERM_INDIVIDUAL;
}

static enum verdict
check_amount(const struct view *v, const struct entry *e, struct problems *p)
{
    const struct loan_qualified *d = e->body;
    enum loan_limit missing;
    struct loan_cap cap;

    if (!loan_cap_find(&cap, &missing, v->subject->view, v->some_limits))
        return loan_refuse_unknown(p, "/amount_max", e->kind->some_limits[missing]);
    return d->amount_max <= cap.amount ? V_OK : loan_refuse_over(p, "/amount_max", cap.amount, "分", "fen", cap.limit);
}

static enum verdict
check_term(const struct view *v, const struct entry *e, struct problems *p)
{
    const struct loan_view *loan = v->subject->view;
    const struct loan_qualified *d = e->body;
    int64_t term = d->term_max_months == INT_ABSENT ? loan->term_asked : d->term_max_months;
    const struct limit *l;

    TRY(limit_get(&l, v, e, loan_term_limit(loan), "/term_max_months", p));
    return term <= l->number ? V_OK : loan_refuse_over(p, "/term_max_months", l->number, "个月", "months", l);
}

static bool
is_yes(const struct limit *l)
{
    return l->name != NULL && slice_equal(l->code, S("yes"));
}

/* What the experts and the guarantor have to have said of Class 1; a renewal may be spared it. */
static enum verdict
check_review(const struct view *v, struct problems *p)
{
    const struct loan_view *loan = v->subject->view;
    const struct limit *required = &v->some_limits[LIMIT_REVIEW_REQUIRED];

    if (!is_class1(v))
        return V_OK;
    if (loan->review == LOAN_VIEW_REVIEW_FAILED)
        return loan_refuse(p, V_RULE_REFUSED, "", S("专家评审未通过，可不予认定或转为二类贷款"),
                           S("the experts' review failed: refuse it, or turn it into Class 2"));
    if (!is_yes(required) || (loan->renewed_from.at != NULL && is_yes(&v->some_limits[LIMIT_RENEWAL_FREE])))
        return V_OK;
    if (loan->review == LOAN_VIEW_REVIEW_PASSED && loan->guaranteed != DAY_ABSENT)
        return V_OK;
    return loan_refuse(p, V_RULE_REFUSED, "",
                       arena_print(p->arena, "一类贷款须先经专家评审通过并由担保方同意，依据：" SLICE_FMT,
                                   SLICE_ARG(required->source)),
                       arena_print(p->arena,
                                   "Class 1 needs the experts' and the guarantor's agreement; source: " SLICE_FMT,
                                   SLICE_ARG(required->source)));
}

static enum verdict
check_findings(const struct view *v, struct problems *p)
{
    const struct loan_view *loan = v->subject->view;
    const struct loan_view_checks_item *checks = loan->checks.at;

    for (size_t i = 0; i < loan->checks.count; i++)
        if (checks[i].finding == LOAN_VIEW_CHECKS_ITEM_FINDING_NOT_MET)
            return loan_refuse(p, V_RULE_REFUSED, "",
                               arena_print(p->arena, "核查结果不符合条件 " SLICE_FMT, SLICE_ARG(checks[i].rule)),
                               arena_print(p->arena, "found not to meet " SLICE_FMT, SLICE_ARG(checks[i].rule)));
    return V_OK;
}

/* Where a multiple of the fund is in force, what the fund guarantees names it and has to find room in it. */
static enum verdict
check_guarantee(const struct view *v, const struct entry *e, struct problems *p)
{
    const struct loan_view *loan = v->subject->view;
    const struct loan_qualified *d = e->body;
    bool needs_fund = loan->guarantee == LOAN_VIEW_GUARANTEE_FUND;

    if (d->fund.at != NULL && !needs_fund)
        return loan_refuse(p, V_RULE_REFUSED, "/fund", S("该贷款不由基金担保，不填"),
                           S("the fund does not guarantee this loan; leave it out"));
    if (!needs_fund || v->some_limits[LIMIT_FUND_MULTIPLE].name == NULL)
        return V_OK;
    if (d->fund.at == NULL)
        return loan_refuse(p, V_RULE_REFUSED, "/fund", S("须写明担保基金"), S("name the fund that guarantees it"));
    return loan_check_fund(v, e, 0, d->amount_max, "/amount_max", p);
}

enum verdict
loan_may_qualify(const struct view *v, const struct entry *e, struct problems *p)
{
    const struct loan_qualified *d = e->body;

    TRY(own_district(p, &e->actor, d->issued_by, "/issued_by"));
    if (d->valid_to < e->on)
        return loan_refuse(p, V_RULE_REFUSED, "/valid_to", S("证明有效期不得早于出具日"),
                           S("the certificate must be valid on the day it is issued"));
    TRY(check_review(v, p));
    TRY(check_findings(v, p));
    TRY(check_amount(v, e, p));
    TRY(check_term(v, e, p));
    return check_guarantee(v, e, p);
}

enum verdict
loan_may_reissue(const struct view *v, const struct entry *e, struct problems *p)
{
    const struct loan_certificate_reissued *d = e->body;

    if (!slice_equal(d->certificate_no, ((const struct loan_view *)v->subject->view)->certificate_no))
        return V_OK;
    return loan_refuse(p, V_RULE_REFUSED, "/certificate_no", S("与原证明编号相同"),
                       S("is the number of the certificate it replaces"));
}

enum verdict
loan_may_expire(const struct view *v, const struct entry *e, struct problems *p)
{
    const struct loan_view *loan = v->subject->view;
    char last[DAY_TEXT_SIZE];

    if (e->on > loan->valid_to)
        return V_OK;
    day_print(last, loan->valid_to);
    return loan_refuse(p, V_RULE_REFUSED, "/on", arena_print(p->arena, "证明有效期至 %s，尚未过期", last),
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
    return loan_refuse(
        p, V_RULE_REFUSED, "/on",
        arena_print(p->arena, "证明 " SLICE_FMT " 已于 %s 过期", SLICE_ARG(loan->certificate_no), last),
        arena_print(p->arena, "certificate " SLICE_FMT " ran out on %s", SLICE_ARG(loan->certificate_no), last));
}

enum verdict
loan_may_send(const struct view *v, const struct entry *e, struct problems *p)
{
    const struct loan_view *loan = v->subject->view;
    const struct loan_sent *d = e->body;

    TRY(check_certificate(loan, e, p));
    TRY(check_lender(p, &v->others[0], &v->some_limits[0], e->on));
    if (v->subject->state == LOAN_REJECTED && slice_equal(d->bank, loan->bank))
        return loan_refuse(p, V_RULE_REFUSED, "/bank", S("该银行已拒贷，请另选银行"),
                           S("this bank has rejected the loan; choose another"));
    return V_OK;
}

/* ---- whoever handles it, and marks ----------------------------------------------------------------------------- */

enum verdict
loan_may_assign(const struct view *v, const struct entry *e, struct problems *p)
{
    const struct account_view *account = v->others[0].view;

    if (v->others[0].state == ACCOUNT_OPEN && slice_equal(account->organisation, e->actor.organisation))
        return V_OK;
    return loan_refuse(p, V_RULE_REFUSED, "/account", S("须为本机构的有效账号"),
                       S("must be an open account of your own organisation"));
}

enum verdict
loan_may_thaw(const struct view *v, const struct entry *e, struct problems *p)
{
    (void)e;
    return v->subject->frozen ? V_OK
                              : loan_refuse(p, V_RULE_REFUSED, "", S("该贷款未冻结"), S("the loan is not frozen"));
}

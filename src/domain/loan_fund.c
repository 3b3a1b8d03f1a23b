/*
 * Room in the guarantee fund: may it promise so much more?
 * Knows the fund's sums and the queue before it; must not know how either is kept.
 * Invariant: committed and outstanding together never exceed the multiple in force of what the fund holds, by any
 * certificate; money that moved beyond it is an exception of the loan.
 */
#include "loan_int.h"

#define PPM 1000000

bool
loan_by_fund(const struct loan_view *v)
{
    return v->guarantee == LOAN_VIEW_GUARANTEE_FUND && v->fund.at != NULL;
}

int64_t
loan_fund_room(const int64_t sums[FUND__SUMS], const struct limit *multiple)
{
    int64_t most;

    if (!money_mul_div(&most, sums[FUND_PAID_IN] - sums[FUND_CALLED] + sums[FUND_RECOVERED], multiple->number, PPM,
                       ROUND_DOWN))
        most = MONEY_MAX;
    return most - sums[FUND_COMMITTED] - sums[FUND_OUTSTANDING];
}

int64_t
loan_fund_spent(const int64_t sums[FUND__SUMS])
{
    int64_t share;

    if (sums[FUND_PAID_IN] <= 0 || !money_mul_div(&share, sums[FUND_CALLED], PPM, sums[FUND_PAID_IN], ROUND_DOWN))
        return INT_ABSENT;
    return share;
}

/* Too much of the fund has gone into compensation: no new Class 1 until it is filled up. */
static enum verdict
check_stop(const struct view *v, const struct limit *stop, struct problems *p)
{
    int64_t share = loan_fund_spent(v->sums);

    if (stop->name == NULL || share < stop->number)
        return V_OK;
    return loan_refuse(
        p, V_OVER_LIMIT, "/fund",
        arena_print(p->arena, "基金代偿率已达 %lld.%02lld%%，暂停新增一类贷款，依据：" SLICE_FMT,
                    (long long)share / 10000, (long long)share / 100 % 100, SLICE_ARG(stop->source)),
        arena_print(p->arena, "%lld.%02lld%% of the fund went into compensation: no new Class 1; source: " SLICE_FMT,
                    (long long)share / 10000, (long long)share / 100 % 100, SLICE_ARG(stop->source)));
}

/* How many wait in front of this loan; of a loan that is not queued, all. */
static size_t
before_it(const struct lines *queue, const struct subject *loan)
{
    int64_t place = ((const struct loan_view *)loan->view)->place;
    bool queued = loan->state == LOAN_QUEUED;
    size_t count = 0;

    for (size_t i = 0; i < queue->count; i++)
        count += !queued || queue->at[i].amount < place;
    return count;
}

static enum verdict
check_open(const struct subject *fund, struct problems *p)
{
    if (fund->state == FUND_OPEN)
        return V_OK;
    return loan_refuse(p, V_RULE_REFUSED, "/fund", S("该担保基金已终止"), S("this fund has closed"));
}

static bool
queues(const struct limit *at_limit)
{
    return at_limit->name != NULL && slice_equal(at_limit->code, S("queue"));
}

enum verdict
loan_check_fund(const struct view *v, const struct entry *e, size_t fund, int64_t amount, const char *pointer,
                struct problems *p)
{
    const struct limit *multiple = &v->some_limits[LIMIT_FUND_MULTIPLE];
    int64_t left = loan_fund_room(v->sums, multiple);
    size_t before = before_it(&v->lent[fund], v->subject);

    (void)e;
    TRY(check_open(&v->others[fund], p));
    TRY(check_stop(v, &v->some_limits[LIMIT_FUND_STOP], p));
    if (before > 0 && queues(&v->some_limits[LIMIT_FUND_AT_LIMIT]))
        return loan_refuse(p, V_OVER_LIMIT, "/fund", arena_print(p->arena, "前面还有 %zu 笔在排队，请登记排队", before),
                           arena_print(p->arena, "%zu wait before it: queue it", before));
    if (amount <= left)
        return V_OK;
    return loan_refuse(p, V_OVER_LIMIT, pointer,
                       arena_print(p->arena, "基金剩余担保额度 %lld 分，放大倍数依据：" SLICE_FMT, (long long)left,
                                   SLICE_ARG(multiple->source)),
                       arena_print(p->arena, "the fund may still guarantee %lld fen; the multiple's source: " SLICE_FMT,
                                   (long long)left, SLICE_ARG(multiple->source)));
}

/* Who finds room has no reason to wait. */
enum verdict
loan_may_queue(const struct view *v, const struct entry *e, struct problems *p)
{
    const struct loan_queued *d = e->body;
    const struct loan_view *loan = v->subject->view;
    const struct limit *multiple = &v->some_limits[LIMIT_FUND_MULTIPLE];

    if (loan->guarantee != LOAN_VIEW_GUARANTEE_FUND)
        return loan_refuse(p, V_RULE_REFUSED, "/fund", S("该贷款不由基金担保"),
                           S("the fund does not guarantee this loan"));
    TRY(check_open(&v->others[0], p));
    if (!queues(&v->some_limits[LIMIT_FUND_AT_LIMIT]))
        return loan_refuse(p, V_RULE_REFUSED, "", S("现行规则为额度用尽即停办，不设排队"),
                           S("the rule in force stops at the limit and has no queue"));
    if (multiple->name == NULL || (v->lent[0].count == 0 && d->amount <= loan_fund_room(v->sums, multiple)))
        return loan_refuse(p, V_RULE_REFUSED, "/fund", S("基金尚有额度，请直接认定"),
                           S("the fund has room: qualify it"));
    return V_OK;
}

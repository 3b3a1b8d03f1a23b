/*
 * The loan's rules at the bank and after: who may tell a fact how, claims on the fund, more than was allowed.
 * Knows the fund's conditions by the names of their limits; must not hold any number of them, nor change a view.
 * Invariant: a bank's fact about money is never refused for its order or size; what it goes beyond is told by an over.
 */
#include "loan_int.h"

#define PPM 1000000

bool
loan_of_bank(const struct actor *a)
{
    return (ROLE_BIT(a->role) & BANK_ROLES) != 0;
}

/* ---- how a fact was brought ------------------------------------------------------------------------------------ */

/* CODE_ABSENT where the entry does not say. */
static int32_t
via_of(const struct entry *e)
{
    const struct field *f = shape_field(e->kind->schema->shape, S("via"));

    assert(f != NULL);
    assert(f->type == FIELD_CODE);
    return *(const int32_t *)((const char *)e->body + f->offset);
}

/* What an office says of money is no fact of another's: it keeps to the states of its kind. */
static enum verdict
check_office(const struct view *v, const struct entry *e, struct problems *p)
{
    const struct state *state = &loan_type.states[v->subject->state];

    if (loan_of_bank(&e->actor) || (e->kind->from & FROM(v->subject->state)) != 0)
        return V_OK;
    return loan_refuse(p, V_WRONG_STATE, "", arena_print(p->arena, "当前状态：%s", state->zh),
                       arena_print(p->arena, "state: %s", state->name));
}

/* A machine's word comes by itself; what a bank's officer types in says so, and is confirmed by another. */
enum verdict
loan_may_tell(const struct view *v, const struct entry *e, struct problems *p)
{
    bool given = via_of(e) != CODE_ABSENT;

    TRY(check_office(v, e, p));
    if (e->actor.role == ROLE_BANK_MACHINE && given)
        problem_add(p, V_FIELD_CODE, S("/via"), S("银行系统直接报送不填"), S("left out by a machine"));
    if (e->actor.role == ROLE_BANK_OFFICER && !given)
        problem_add(p, V_FIELD_MISSING, S("/via"), S("须写明 console 或 file"), S("say console or file"));
    return fields_verdict(p);
}

enum verdict
loan_may_change_borrower(const struct view *v, const struct entry *e, struct problems *p)
{
    const struct loan_borrower_changed *d = e->body;

    TRY(loan_may_tell(v, e, p));
    if (!slice_equal(d->person, ((const struct loan_view *)v->subject->view)->person))
        return V_OK;
    return loan_refuse(p, V_RULE_REFUSED, "/person", S("与现借款人相同"), S("is the borrower already"));
}

enum verdict
loan_may_transfer(const struct view *v, const struct entry *e, struct problems *p)
{
    const struct loan_transferred *d = e->body;
    const struct organisation_view *bank = v->others[0].view;

    if (v->others[0].state != ORGANISATION_ACTIVE || bank->sort != ORGANISATION_VIEW_SORT_BANK)
        return loan_refuse(p, V_RULE_REFUSED, "/bank", S("须为有效的银行机构"), S("must be a bank that is active"));
    if (slice_equal(d->bank, ((const struct loan_view *)v->subject->view)->bank))
        return loan_refuse(p, V_RULE_REFUSED, "/bank", S("已由该银行承办"), S("this bank has the loan already"));
    return V_OK;
}

/* ---- claims on the fund ---------------------------------------------------------------------------------------- */

static enum verdict
check_overdue_days(const struct view *v, const struct entry *e, struct problems *p)
{
    const struct loan_view *loan = v->subject->view;
    const struct limit *days = &v->limits[CLAIM_DAYS];
    int32_t since = loan->overdue_since == DAY_ABSENT ? loan->called_in : loan->overdue_since;

    if (since != DAY_ABSENT && e->on - since >= days->number)
        return V_OK;
    return loan_refuse(p, V_RULE_REFUSED, "/on",
                       arena_print(p->arena, "逾期满 %lld 天方可申请代偿，依据：" SLICE_FMT, (long long)days->number,
                                   SLICE_ARG(days->source)),
                       arena_print(p->arena, "a claim needs %lld days overdue; source: " SLICE_FMT,
                                   (long long)days->number, SLICE_ARG(days->source)));
}

/* Interest that the whole loan can have borne by its last day: what is above it is overdue or penalty interest, which
 * the fund does not cover (浙江 rule quoted with 杭银发〔2016〕6号). */
static int64_t
interest_most(const struct loan_view *loan, int32_t on, const struct limit *day_count)
{
    int64_t days_of_year = slice_equal(day_count->code, S("act_365")) ? 365 : 360;
    int32_t last = loan->due != DAY_ABSENT && loan->due < on ? loan->due : on;
    int64_t days = last > loan->applied ? last - loan->applied : 0;
    int64_t yearly;

    if (loan->rate_ppm == INT_ABSENT || !money_mul_div(&yearly, loan->disbursed, loan->rate_ppm, PPM, ROUND_HALF_UP))
        return MONEY_MAX;
    return money_mul_div(&yearly, yearly, days, days_of_year, ROUND_HALF_UP) ? yearly + 1 : MONEY_MAX;
}

/* By the loan's size, a cliff, or by slices: the mode is a code in force. False where the sum is beyond any money. */
static bool
covered(int64_t *out, const struct view *v, int64_t claimed)
{
    const struct loan_view *loan = v->subject->view;
    const struct limit *l = v->limits;
    int64_t small = l[CLAIM_SMALL_MAX].number,
            size = loan->contracted == INT_ABSENT ? loan->disbursed : loan->contracted;
    int64_t full = claimed < small ? claimed : small, rest;

    if (!slice_equal(l[CLAIM_MODE].code, S("by_slice")))
        full = size <= small ? claimed : 0;
    return money_mul_div(&rest, claimed - full, l[CLAIM_SHARE_ABOVE].number, PPM, ROUND_HALF_UP) &&
           money_mul_div(out, full, l[CLAIM_SHARE].number, PPM, ROUND_HALF_UP) && money_add(out, *out, rest);
}

static enum verdict
check_claim_amounts(const struct view *v, const struct entry *e, struct problems *p)
{
    const struct loan_claim_filed *d = e->body;
    const struct loan_view *loan = v->subject->view;
    int64_t interest = interest_most(loan, e->on, &v->limits[CLAIM_DAY_COUNT]), most;

    if (d->principal > loan->outstanding)
        return loan_refuse(p, V_OVER_LIMIT, "/principal",
                           arena_print(p->arena, "不得超过贷款余额 %lld 分", (long long)loan->outstanding),
                           arena_print(p->arena, "at most the balance, %lld fen", (long long)loan->outstanding));
    if (d->interest > interest)
        return loan_refuse(p, V_OVER_LIMIT, "/interest",
                           arena_print(p->arena, "合同期内利息不得超过 %lld 分", (long long)interest),
                           arena_print(p->arena, "at most %lld fen of interest within the term", (long long)interest));
    if (!covered(&most, v, d->principal + d->interest) || d->amount <= most)
        return V_OK;
    return loan_refuse_over(p, "/amount", most, "分", "fen", &v->limits[CLAIM_SHARE]);
}

enum verdict
loan_may_claim(const struct view *v, const struct entry *e, struct problems *p)
{
    TRY(loan_may_tell(v, e, p));
    if (!loan_by_fund(v->subject->view))
        return loan_refuse(p, V_RULE_REFUSED, "", S("该贷款不由担保基金担保"),
                           S("no guarantee fund stands for this loan"));
    TRY(check_overdue_days(v, e, p));
    return check_claim_amounts(v, e, p);
}

enum verdict
loan_may_compensate(const struct view *v, const struct entry *e, struct problems *p)
{
    const struct loan_compensated *d = e->body;
    const struct loan_view *loan = v->subject->view;

    if (d->amount > loan->claim_amount)
        return loan_refuse(p, V_OVER_LIMIT, "/amount",
                           arena_print(p->arena, "不得超过申请金额 %lld 分", (long long)loan->claim_amount),
                           arena_print(p->arena, "at most what was claimed, %lld fen", (long long)loan->claim_amount));
    if (d->principal > loan->claim_principal || d->principal > d->amount)
        return loan_refuse(p, V_OVER_LIMIT, "/principal", S("不得超过申请本金和代偿金额"),
                           S("at most the principal claimed and the amount paid"));
    return V_OK;
}

/* What the fund has paid and not got back, nor given up. */
static int64_t
open_claim(const struct loan_view *v)
{
    return v->compensated - v->recovered - v->lost;
}

enum verdict
loan_may_complete_recovery(const struct view *v, const struct entry *e, struct problems *p)
{
    int64_t open = open_claim(v->subject->view);

    (void)e;
    if (open <= 0)
        return V_OK;
    return loan_refuse(p, V_RULE_REFUSED, "", arena_print(p->arena, "尚有 %lld 分未追回", (long long)open),
                       arena_print(p->arena, "%lld fen are not recovered yet", (long long)open));
}

/* The bank writes off its balance, the office the fund's claim: neither the other's. */
enum verdict
loan_may_write_off(const struct view *v, const struct entry *e, struct problems *p)
{
    const struct loan_written_off *d = e->body;
    bool bank = loan_of_bank(&e->actor);

    TRY(loan_may_tell(v, e, p));
    if ((d->amount != INT_ABSENT) != bank)
        problem_add(p, bank ? V_FIELD_MISSING : V_FIELD_CODE, S("/amount"), S("银行核销贷款余额，其他不填"),
                    S("the bank's: what it writes off its balance"));
    if ((d->fund_amount != INT_ABSENT) == bank)
        problem_add(p, bank ? V_FIELD_CODE : V_FIELD_MISSING, S("/fund_amount"), S("办理机构核销基金债权，银行不填"),
                    S("the office's: what it writes off the fund's claim"));
    TRY(fields_verdict(p));
    if (bank)
        return V_OK;
    if (v->subject->state != LOAN_COMPENSATED && v->subject->state != LOAN_RECOVERING)
        return loan_refuse(p, V_WRONG_STATE, "", S("代偿后方可核销基金债权"),
                           S("the fund's claim begins with its payment"));
    if (d->fund_amount > open_claim(v->subject->view))
        return loan_refuse(p, V_OVER_LIMIT, "/fund_amount", S("不得超过尚未追回的金额"),
                           S("at most what is not recovered yet"));
    return V_OK;
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

bool
loan_over_bounced(const void *view, const struct entry *e)
{
    return ((const struct loan_repayment_bounced *)e->body)->amount > ((const struct loan_view *)view)->repaid;
}

bool
loan_over_recovered(const void *view, const struct entry *e)
{
    return ((const struct loan_recovered *)e->body)->amount > open_claim(view);
}

bool
loan_over_written_off(const void *view, const struct entry *e)
{
    const struct loan_written_off *d = e->body;

    return d->amount != INT_ABSENT && d->amount > ((const struct loan_view *)view)->outstanding;
}

/*
 * The rules of organisations: who is registered, and what may be done about a bank as a lender.
 * Knows agreements, branches, measures and appeals; must not hold a number of the trade, nor change a view.
 * Invariant: a figure that an entry names is the registry's own, of the moment before that entry.
 */
#include "organisation_int.h"

static enum verdict
refuse(struct problems *p, enum verdict v, const char *pointer, struct slice zh, struct slice en)
{
    problem_add(p, v, slice_of(pointer), zh, en);
    return v;
}

/* ---- registration ---------------------------------------------------------------------------------------------- */

enum verdict
organisation_may_register(const struct view *v, const struct entry *e, struct problems *p)
{
    const struct organisation_registered *d = e->body;

    check_subject(p, is_handle(e->subject, 2), S("须为 2 至 64 位小写字母、数字或连字符"),
                  S("must be 2 to 64 lower-case letters, digits or hyphens"));
    if (sorts[d->sort].local && d->district.at == NULL)
        problem_add(p, V_FIELD_MISSING, S("/district"), S("区县局和乡镇街道须写明区县"),
                    S("a district bureau or street office has a district"));
    check_district(p, &v->others[0], e->on);
    return fields_verdict(p);
}

/* ---- what every deed asks of a bank ---------------------------------------------------------------------------- */

static bool
is_bank(const struct organisation_view *o)
{
    return o->sort == ORGANISATION_VIEW_SORT_BANK;
}

/* In the words of the door, which names the moves that a state allows. */
static enum verdict
refuse_deed(struct problems *p, const struct subject *bank, enum lending now)
{
    struct buf allowed = {.arena = p->arena};

    for (size_t i = 0; i < bank->type->kind_count; i++) {
        const struct kind_row *schema = bank->type->kinds[i].schema;
        const struct deed *d = deed_of(schema);

        if (d != NULL && deed_fits(d, now))
            buf_print(&allowed, "%s%s", allowed.len == 0 ? "" : ", ", schema->name);
    }
    return refuse(p, V_WRONG_STATE, "",
                  arena_print(p->arena, "经办情况：%s；可登记：" SLICE_FMT, lendings[now].zh,
                              SLICE_ARG(buf_slice(&allowed))),
                  arena_print(p->arena, "as a lender: %s; allowed now: " SLICE_FMT, lendings[now].en,
                              SLICE_ARG(buf_slice(&allowed))));
}

static enum verdict
check_bank(const struct view *v, const struct entry *e, struct problems *p)
{
    const struct organisation_view *o = v->subject->view;
    enum lending now = lending_on(o, e->on);

    if (!is_bank(o))
        return refuse(p, V_RULE_REFUSED, "/subject", S("须为银行机构"), S("must be a bank"));
    if (!deed_fits(deed_of(e->kind->schema), now))
        return refuse_deed(p, v->subject, now);
    return V_OK;
}

static enum verdict
check_room(struct problems *p, const struct list *list, size_t more, size_t most)
{
    if (list->count + more <= most)
        return V_OK;
    return refuse(p, V_RULE_REFUSED, "", arena_print(p->arena, "该机构此类记录最多 %zu 条", most),
                  arena_print(p->arena, "an organisation has at most %zu of these on record", most));
}

/* The bounds of the view's lists. */
#define AGREEMENTS_MAX 100
#define ITEMS_MAX 1000

/* ---- agreements ------------------------------------------------------------------------------------------------ */

static enum verdict
refuse_agreement(struct problems *p, enum verdict v, const char *pointer,
                 const struct organisation_view_agreements_item *other)
{
    char from[DAY_TEXT_SIZE], to[DAY_TEXT_SIZE];

    day_print(from, other->from);
    day_print(to, other->to);
    return refuse(p, v, pointer,
                  arena_print(p->arena, "与协议 " SLICE_FMT "（%s 至 %s）重复或重叠", SLICE_ARG(other->agreement_no),
                              from, to),
                  arena_print(p->arena, "is or overlaps agreement " SLICE_FMT ", %s to %s",
                              SLICE_ARG(other->agreement_no), from, to));
}

/* Against the first `count` on record; V_OK, or `v`. */
static enum verdict
check_apart(struct problems *p, enum verdict v, const struct organisation_view_agreements_item *one,
            const struct list *agreements, size_t count)
{
    const struct organisation_view_agreements_item *at = agreements->at;

    for (size_t i = 0; i < count; i++) {
        if (slice_equal(at[i].agreement_no, one->agreement_no))
            return refuse_agreement(p, v, "/agreement_no", &at[i]);
        if (one->from <= at[i].to && at[i].from <= one->to)
            return refuse_agreement(p, v, "/from", &at[i]);
    }
    return V_OK;
}

enum verdict
organisation_may_sign(const struct view *v, const struct entry *e, struct problems *p)
{
    const struct organisation_agreement_signed *d = e->body;
    const struct organisation_view *o = v->subject->view;
    struct organisation_view_agreements_item one = {d->agreement_no, e->on, d->from, d->to};

    TRY(check_bank(v, e, p));
    check_days(p, d->from, d->to);
    TRY(fields_verdict(p));
    TRY(check_room(p, &o->agreements, 1, AGREEMENTS_MAX));
    TRY(check_room(p, &o->agreement_products, d->products.count, ITEMS_MAX));
    return check_apart(p, V_RULE_REFUSED, &one, &o->agreements, o->agreements.count);
}

/* ---- branches -------------------------------------------------------------------------------------------------- */

static const struct organisation_view_branches_item *
branch_find(const struct organisation_view *o, struct slice branch)
{
    const struct organisation_view_branches_item *at = o->branches.at;

    for (size_t i = 0; i < o->branches.count; i++)
        if (slice_equal(at[i].branch, branch))
            return &at[i];
    return NULL;
}

enum verdict
organisation_may_open_branch(const struct view *v, const struct entry *e, struct problems *p)
{
    const struct organisation_branch_opened *d = e->body;
    const struct organisation_view *o = v->subject->view;

    TRY(check_bank(v, e, p));
    check_district(p, &v->others[0], e->on);
    TRY(fields_verdict(p));
    if (branch_find(o, d->branch) != NULL)
        return refuse(p, V_RULE_REFUSED, "/branch", S("该网点编号已使用过，请另编"),
                      S("this bank has had a branch of that id; choose another"));
    return check_room(p, &o->branches, 1, ITEMS_MAX);
}

enum verdict
organisation_may_close_branch(const struct view *v, const struct entry *e, struct problems *p)
{
    const struct organisation_branch_closed *d = e->body;
    const struct organisation_view_branches_item *b = branch_find(v->subject->view, d->branch);

    TRY(check_bank(v, e, p));
    if (b == NULL || b->closed != DAY_ABSENT)
        return refuse(p, V_REFERENCE_UNKNOWN, "/branch", S("没有此网点，或已撤销"),
                      S("there is no such branch, or it has been closed"));
    if (e->on < b->opened)
        return refuse(p, V_RULE_REFUSED, "/on", S("不得早于增设日期"), S("not before the day it was opened"));
    return V_OK;
}

/* ---- measures -------------------------------------------------------------------------------------------------- */

/* One after the other, so that a day's standing is what the last of them left. */
static enum verdict
check_follows(const struct view *v, const struct entry *e, struct problems *p)
{
    const struct organisation_view_measures_item *last = measure_last(v->subject->view);
    char day[DAY_TEXT_SIZE];

    if (last == NULL || e->on >= last->on)
        return V_OK;
    day_print(day, last->on);
    return refuse(p, V_RULE_REFUSED, "/on", arena_print(p->arena, "不得早于最近一次变动 %s", day),
                  arena_print(p->arena, "not before %s, the day of the last measure", day));
}

/* The three kinds are told apart by their rows: their fields are the same. */
#define SAME_FIELDS(kind)                                                                                              \
    static_assert(sizeof(struct kind) == sizeof(struct organisation_warned), "the same fields");                       \
    static_assert(offsetof(struct kind, remark) == offsetof(struct organisation_warned, remark), "in the same order")
SAME_FIELDS(organisation_suspended);
SAME_FIELDS(organisation_resumed);

static bool
is_the_clock(const struct entry *e)
{
    return e->actor.role == ROLE_CLOCK;
}

static void
check_figure(struct problems *p, const struct entry *e, const char *pointer, int64_t given, int64_t known)
{
    if (given == known)
        return;
    if (given == INT_ABSENT && !is_the_clock(e))
        return;
    if (given == INT_ABSENT)
        problem_add(p, V_FIELD_MISSING, slice_of(pointer), S("时钟须填"), S("required of the clock"));
    else if (known == INT_ABSENT)
        problem_add(p, V_FIELD_RANGE, slice_of(pointer), S("该行没有贷款余额，不计逾期率"),
                    S("nothing is outstanding at this bank, so it has no such share"));
    else
        problem_add(p, V_FIELD_RANGE, slice_of(pointer),
                    arena_print(p->arena, "登记簿当前为 %lld", (long long)known),
                    arena_print(p->arena, "in the registry it is %lld", (long long)known));
}

static enum verdict
check_figures(const struct organisation_warned *d, const struct exposure *x, const struct entry *e, struct problems *p)
{
    int64_t ppm = INT_ABSENT;

    overdue_share(&ppm, x);
    check_figure(p, e, "/overdue_ppm", d->overdue_ppm, ppm);
    check_figure(p, e, "/outstanding", d->outstanding, x->outstanding);
    check_figure(p, e, "/overdue", d->overdue, x->overdue);
    if (!is_the_clock(e) && d->remark.at == NULL)
        problem_add(p, V_FIELD_MISSING, S("/remark"), S("人工作出时须写明理由"),
                    S("required of a person: why this is done"));
    return fields_verdict(p);
}

/* Which of the row's limits a measure is taken by. */
static const enum measure_limit judged_by[] = {
    [MEASURE(WARNED)] = MEASURE_LIMIT_WARN,
    [MEASURE(SUSPENDED)] = MEASURE_LIMIT_STOP,
    [MEASURE(RESUMED)] = MEASURE_LIMIT_RESUME,
};

static enum verdict
check_due(const struct view *v, const struct exposure *x, const struct entry *e, struct problems *p)
{
    int measure = deed_of(e->kind->schema)->measure;
    enum measure_limit which = judged_by[measure];
    const struct limit *l = &v->some_limits[which];

    if (l->name == NULL)
        return refuse(p, V_LIMIT_UNKNOWN, "/on", arena_print(p->arena, "当日没有生效的 %s", e->kind->some_limits[which]),
                      arena_print(p->arena, "no %s is in force on that day", e->kind->some_limits[which]));
    if (measure_due(v->subject->view, x, v->some_limits, e->on) == measure)
        return V_OK;
    return refuse(p, V_RULE_REFUSED, "/overdue_ppm",
                  arena_print(p->arena, "按现行规则时钟不应作出此变动；界限 %lld，依据：" SLICE_FMT,
                              (long long)l->number, SLICE_ARG(l->source)),
                  arena_print(p->arena, "the limits in force do not ask this of the clock; %lld, source: " SLICE_FMT,
                              (long long)l->number, SLICE_ARG(l->source)));
}

enum verdict
organisation_may_measure(const struct view *v, const struct entry *e, struct problems *p)
{
    struct exposure x = {v->sums[0], v->sums[1]};

    TRY(check_follows(v, e, p));
    TRY(check_bank(v, e, p));
    TRY(check_figures(e->body, &x, e, p));
    return is_the_clock(e) ? check_due(v, &x, e, p) : V_OK;
}

/* ---- appeals --------------------------------------------------------------------------------------------------- */

static const struct organisation_view_appeals_item *
appeal_against(const struct organisation_view *o, int64_t seq)
{
    const struct organisation_view_appeals_item *at = o->appeals.at;

    for (size_t i = 0; i < o->appeals.count; i++)
        if (at[i].against == seq)
            return &at[i];
    return NULL;
}

enum verdict
organisation_may_appeal(const struct view *v, const struct entry *e, struct problems *p)
{
    const struct organisation_appealed *d = e->body;
    const struct organisation_view *o = v->subject->view;
    const struct organisation_view_measures_item *last = measure_last(o);

    TRY(check_follows(v, e, p));
    TRY(check_bank(v, e, p));
    if (d->against != last->seq)
        return refuse(p, V_REFERENCE_UNKNOWN, "/against",
                      arena_print(p->arena, "当前有效的是第 %lld 条登记", (long long)last->seq),
                      arena_print(p->arena, "the measure in force is entry %lld", (long long)last->seq));
    if (appeal_against(o, d->against) != NULL)
        return refuse(p, V_RULE_REFUSED, "/against", S("已就此提出过申诉"), S("this has been appealed against already"));
    return check_room(p, &o->appeals, 1, ITEMS_MAX);
}

enum verdict
organisation_may_decide(const struct view *v, const struct entry *e, struct problems *p)
{
    const struct organisation_view_appeals_item *appeal = appeal_open(v->subject->view);

    TRY(check_follows(v, e, p));
    TRY(check_bank(v, e, p));
    if (appeal == NULL)
        return refuse(p, V_RULE_REFUSED, "", S("没有待处理的申诉"), S("no appeal waits for a decision"));
    if (e->on < appeal->on)
        return refuse(p, V_RULE_REFUSED, "/on", S("不得早于申诉日期"), S("not before the day of the appeal"));
    return V_OK;
}

/* ---- leaving, returning, merging ------------------------------------------------------------------------------- */

enum verdict
organisation_may_leave(const struct view *v, const struct entry *e, struct problems *p)
{
    TRY(check_follows(v, e, p));
    return check_bank(v, e, p);
}

enum verdict
organisation_may_return(const struct view *v, const struct entry *e, struct problems *p)
{
    TRY(organisation_may_leave(v, e, p));
    if (agreement_on(v->subject->view, e->on) != NULL)
        return V_OK;
    return refuse(p, V_RULE_REFUSED, "/on", S("当日没有生效的合作协议，请先签订"),
                  S("no agreement is in force on that day; sign one first"));
}

/* A bank that has been merged, or will be, takes no other in: so mergers form no circle, however long. */
static enum verdict
check_heir(struct problems *p, const struct subject *heir, int32_t from)
{
    const struct organisation_view *o = heir->view;
    enum lending then = lending_on(o, from);

    if (is_bank(o) && o->merged_into.at == NULL && then != LENDING_LEFT && then != LENDING_CLOSED)
        return V_OK;
    return refuse(p, V_RULE_REFUSED, "/into", S("须为仍在经办、且未并入他行的银行"),
                  S("must be a bank that still lends and merges into no other"));
}

enum verdict
organisation_may_merge(const struct view *v, const struct entry *e, struct problems *p)
{
    const struct organisation_merged *d = e->body;
    const struct organisation_view *o = v->subject->view;

    TRY(check_bank(v, e, p));
    if (o->merged_into.at != NULL)
        return refuse(p, V_RULE_REFUSED, "",
                      arena_print(p->arena, "已登记并入 " SLICE_FMT, SLICE_ARG(o->merged_into)),
                      arena_print(p->arena, "its merger into " SLICE_FMT " is on record", SLICE_ARG(o->merged_into)));
    if (slice_equal(d->into, e->subject))
        return refuse(p, V_RULE_REFUSED, "/into", S("不得为本机构"), S("must be another bank"));
    if (d->from < e->on)
        return refuse(p, V_RULE_REFUSED, "/from", S("不得早于登记日期"), S("not before the day of this entry"));
    return check_heir(p, &v->others[0], d->from);
}

/* ---- corrections ----------------------------------------------------------------------------------------------- */

static enum verdict
refuse_later(struct problems *p, int64_t seq)
{
    return refuse(p, V_LATER_FACT, "/mends/entry",
                  arena_print(p->arena, "更正后，第 %lld 条登记将不再成立", (long long)seq),
                  arena_print(p->arena, "entry %lld would no longer be allowed", (long long)seq));
}

/* Each measure must still be one that the bank could meet with, and on a day that still follows. */
static enum verdict
check_measures(const struct organisation_view *o, struct problems *p)
{
    const struct organisation_view_measures_item *at = o->measures.at;
    enum lending now = LENDING_ACTIVE;

    for (size_t i = 0; i < o->measures.count; i++)
        if (!measure_follows(&now, at[i].measure) || (i > 0 && at[i].on < at[i - 1].on))
            return refuse_later(p, at[i].seq);
    return V_OK;
}

static enum verdict
check_agreements(const struct organisation_view *o, struct problems *p)
{
    const struct organisation_view_agreements_item *at = o->agreements.at;

    for (size_t i = 0; i < o->agreements.count; i++)
        TRY(check_apart(p, V_LATER_FACT, &at[i], &o->agreements, i));
    return V_OK;
}

static enum verdict
check_branches(const struct organisation_view *o, struct problems *p)
{
    const struct organisation_view_branches_item *at = o->branches.at;

    for (size_t i = 0; i < o->branches.count; i++)
        if (branch_find(o, at[i].branch) != &at[i])
            return refuse(p, V_LATER_FACT, "/branch", S("此后已有网点使用该编号"),
                          S("a branch that was opened since has this id"));
    return V_OK;
}

/* What stands after the correction is looked at as a whole: the later entries were judged by what stood before it. */
enum verdict
organisation_may_mend(const struct view *v, const struct entry *e, struct problems *p)
{
    const struct organisation_view *o = v->after->view;

    (void)e;
    TRY(check_measures(o, p));
    TRY(check_agreements(o, p));
    return check_branches(o, p);
}

/* ---- for the loan's rule --------------------------------------------------------------------------------------- */

static enum verdict
refuse_lender(struct problems *p, const struct organisation_view *o, enum lending now, int32_t since)
{
    char day[DAY_TEXT_SIZE];

    day_print(day, since);
    if (now == LENDING_MERGED)
        return refuse(p, V_RULE_REFUSED, "/bank",
                      arena_print(p->arena, "该银行自 %s 起已并入 " SLICE_FMT, day, SLICE_ARG(o->merged_into)),
                      arena_print(p->arena, "merged into " SLICE_FMT " on %s", SLICE_ARG(o->merged_into), day));
    return refuse(p, V_RULE_REFUSED, "/bank",
                  arena_print(p->arena, "该银行自 %s 起%s，不受理新申请", day, lendings[now].zh),
                  arena_print(p->arena, "takes no new applications since %s: %s", day, lendings[now].en));
}

static bool
is_yes(const struct limit *l)
{
    return l->name != NULL && slice_equal(l->code, S("yes"));
}

/* Nobody is left who could act for a closed one, on whatever day the application is sent. */
enum verdict
check_lender(struct problems *p, const struct subject *organisation, const struct limit *agreement_required,
             int32_t day)
{
    const struct organisation_view *o = organisation->view;
    enum lending now = organisation->state == ORGANISATION_CLOSED ? LENDING_CLOSED : lending_on(o, day);

    if (!is_bank(o))
        return refuse(p, V_RULE_REFUSED, "/bank", S("须为银行机构"), S("must be a bank"));
    if (now != LENDING_ACTIVE && now != LENDING_WARNED)
        return refuse_lender(p, o, now, lending_since(o, now, day));
    if (!is_yes(agreement_required) || agreement_on(o, day) != NULL)
        return V_OK;
    return refuse(p, V_RULE_REFUSED, "/bank",
                  arena_print(p->arena, "该银行当日没有生效的合作协议，依据：" SLICE_FMT,
                              SLICE_ARG(agreement_required->source)),
                  arena_print(p->arena, "has no agreement in force on that day; source: " SLICE_FMT,
                              SLICE_ARG(agreement_required->source)));
}

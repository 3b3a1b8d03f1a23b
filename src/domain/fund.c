/*
 * The guarantee fund: money paid in and drawn out, and who holds it.
 * Knows its own money; must not know a loan: what it has promised and paid for loans it reads as totals.
 * Invariant: what is drawn out leaves enough for all that the fund stands for, by the multiple in force.
 */
#include "domain_int.h"

/*
 *            founded          closed
 *    (new) ----------> open ---------> closed
 *                      ^  | paid_in, drawn_out
 *                      +--+
 */
static const struct state states[FUND__COUNT] = {
    {"new",    "未设立", "new"   },
    {"open",   "运行中", "open"  },
    {"closed", "已终止", "closed"},
};

#define PPM 1000000
#define HOUSE (ROLE_SET(CENTRE_OFFICER) | ROLE_SET(PAYER) | ROLE_SET(SECTION_CHIEF) | ROLE_SET(SYSTEM))

/* A district's fund is its own people's and the city's. */
static enum standing
fund_standing(const void *view, const struct actor *a)
{
    const struct fund_view *v = view;

    if (a->district.len == 0)
        return standing_by_role(a, HOUSE);
    return v->district.at == NULL || slice_equal(a->district, v->district) ? STANDING_OWN : STANDING_FOREIGN;
}

static void
fund_scope(struct scope *out, const void *view)
{
    out->district = ((const struct fund_view *)view)->district;
}

/* ---- founding -------------------------------------------------------------------------------------------------- */

static enum verdict
may_found(const struct view *v, const struct entry *e, struct problems *p)
{
    const struct fund_founded *d = e->body;

    check_subject(p, is_handle(e->subject, 2), S("须为 2 至 64 位小写字母、数字或连字符"),
                  S("must be 2 to 64 lower-case letters, digits or hyphens"));
    if (d->district.at != NULL)
        check_district(p, &v->others[0], e->on);
    return fields_verdict(p);
}

static void
do_found(struct arena *a, void *view, const struct entry *e)
{
    const struct fund_founded *d = e->body;

    (void)a;
    *(struct fund_view *)view =
        (struct fund_view){.fund = e->subject, .zh = d->zh, .district = d->district, .holder = d->holder};
}

/* ---- money ----------------------------------------------------------------------------------------------------- */

static void
move(struct arena *a, struct fund_view *v, int32_t on, int64_t amount)
{
    *(struct fund_view_moves_item *)list_push(&v->moves, a, sizeof(struct fund_view_moves_item)) =
        (struct fund_view_moves_item){on, amount};
    v->balance += amount;
}

static void
do_pay_in(struct arena *a, void *view, const struct entry *e)
{
    move(a, view, e->on, ((const struct fund_paid_in *)e->body)->amount);
}

static void
do_draw_out(struct arena *a, void *view, const struct entry *e)
{
    move(a, view, e->on, -((const struct fund_drawn_out *)e->body)->amount);
}

enum sum_of_fund { SUM_PAID_IN, SUM_COMMITTED, SUM_OUTSTANDING, SUM_CALLED, SUM_RECOVERED };

/* clang-format off */
#define SUMS {                                                                                                 \
    [SUM_PAID_IN] = {"fund_paid_in", NULL, OF_SUBJECT}, [SUM_COMMITTED] = {"guarantee_committed", NULL, OF_SUBJECT}, \
    [SUM_OUTSTANDING] = {"guarantee_outstanding", NULL, OF_SUBJECT},                                           \
    [SUM_CALLED] = {"guarantee_called", NULL, OF_SUBJECT}, [SUM_RECOVERED] = {"guarantee_recovered", NULL, OF_SUBJECT}}
/* clang-format on */

/* The least the fund must hold for what it stands for: rounded up to the fen. */
static enum verdict
may_draw_out(const struct view *v, const struct entry *e, struct problems *p)
{
    const struct fund_drawn_out *d = e->body;
    const struct limit *multiple = &v->limits[0];
    const int64_t *s = v->sums;
    int64_t held = s[SUM_PAID_IN] - s[SUM_CALLED] + s[SUM_RECOVERED], needed;

    if (!money_mul_div(&needed, s[SUM_COMMITTED] + s[SUM_OUTSTANDING], PPM, multiple->number, ROUND_DOWN))
        needed = MONEY_MAX;
    needed += needed < MONEY_MAX && s[SUM_COMMITTED] + s[SUM_OUTSTANDING] > 0;
    if (d->amount <= held - needed)
        return V_OK;
    problem_add(p, V_OVER_LIMIT, S("/amount"),
                arena_print(p->arena, "最多可划出 %lld 分，放大倍数依据：" SLICE_FMT,
                            (long long)(held > needed ? held - needed : 0), SLICE_ARG(multiple->source)),
                arena_print(p->arena, "at most %lld fen may leave the fund; the multiple's source: " SLICE_FMT,
                            (long long)(held > needed ? held - needed : 0), SLICE_ARG(multiple->source)));
    return V_OVER_LIMIT;
}

static enum verdict
may_close(const struct view *v, const struct entry *e, struct problems *p)
{
    int64_t open = v->sums[SUM_COMMITTED] + v->sums[SUM_OUTSTANDING];

    (void)e;
    if (open == 0)
        return V_OK;
    problem_add(p, V_RULE_REFUSED, S(""), arena_print(p->arena, "尚有 %lld 分担保责任", (long long)open),
                arena_print(p->arena, "the fund still stands for %lld fen", (long long)open));
    return V_RULE_REFUSED;
}

static void
fund_totals(struct contributions *out, const void *view, const struct lines *lent)
{
    const struct fund_view *v = view;
    const struct fund_view_moves_item *m = v->moves.at;
    struct slice part = arena_print(out->arena, SLICE_FMT "/", SLICE_ARG(v->fund));
    struct slice district = v->district.at == NULL ? S(CITY) : v->district;

    (void)lent;
    for (size_t i = 0; i < v->moves.count; i++)
        contribute(out, (struct contribution){"fund_paid_in", part, district, m[i].on, m[i].amount});
}

/* ---- the table ------------------------------------------------------------------------------------------------- */

#define FACT(name) &entry_kinds[KIND_FUND_##name], &fund_type

static const struct kind kinds[] = {
    {FACT(FOUNDED), FROM_NEW, FUND_OPEN, .may = may_found, .apply = do_found,
     .others = {{"district", OF_ENTRY, &district_type}, {"holder", OF_ENTRY, &organisation_type}}},
    {FACT(PAID_IN), FROM(FUND_OPEN), TO_SAME, .apply = do_pay_in},
    {FACT(DRAWN_OUT), FROM(FUND_OPEN), TO_SAME, .may = may_draw_out, .apply = do_draw_out, .sums = SUMS,
     .limits = {"fund.multiple_max"}},
    {FACT(CLOSED), FROM(FUND_OPEN), FUND_CLOSED, .may = may_close, .sums = SUMS},
};

const struct subject_type fund_type = {
    .name = "fund",
    .plural = "funds",
    .view = &shape_fund_view,
    .states = states,
    .state_count = COUNT(states),
    .standing = fund_standing,
    .scope = fund_scope,
    .totals = fund_totals,
    .holds = true, /* the loans that wait for room in it */
    .kinds = kinds,
    .kind_count = COUNT(kinds),
};

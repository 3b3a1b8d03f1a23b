/*
 * Loan products beside the guaranteed start-up loan: what they are called, when they are in use, what they count as.
 * Knows days and one yes or no; must not know a loan.
 * Invariant: what a product counts as is said once: loans have been counted by it.
 */
#include "domain_int.h"

/*
 *            set          set
 *    (new) ------> known ----+
 *                    ^-------+
 */
enum product_state { PRODUCT_NEW, PRODUCT_KNOWN, PRODUCT__COUNT };

static const struct state product_states[PRODUCT__COUNT] = {
    {"new",   "未设定", "new"  },
    {"known", "已设定", "known"},
};

static enum verdict
may_set_product(const struct view *v, const struct entry *e, struct problems *p)
{
    const struct product_set *d = e->body;
    const struct product_view *known = v->subject->view;

    check_subject(p, is_handle(e->subject, 2), S("须为 2 至 64 位小写字母、数字或连字符"),
                  S("must be 2 to 64 lower-case letters, digits or hyphens"));
    check_days(p, d->from, d->to);
    TRY(fields_verdict(p));
    if (v->subject->state == PRODUCT_NEW || d->counts_as_guaranteed == known->counts_as_guaranteed)
        return V_OK;
    problem_add(p, V_RULE_REFUSED, S("/counts_as_guaranteed"), S("已有贷款据此统计，不得改变；请另设产品"),
                S("loans have been counted by it, so it stays; set another product"));
    return V_RULE_REFUSED;
}

static void
do_set_product(struct arena *a, void *view, const struct entry *e)
{
    const struct product_set *d = e->body;

    (void)a;
    *(struct product_view *)view = (struct product_view){.zh = d->zh,
                                                         .en = d->en,
                                                         .counts_as_guaranteed = d->counts_as_guaranteed,
                                                         .from = d->from,
                                                         .to = d->to,
                                                         .source = d->source};
}

static const struct kind product_kinds[] = {
    {&entry_kinds[KIND_PRODUCT_SET], &product_type, FROM_NEW | FROM(PRODUCT_KNOWN), PRODUCT_KNOWN,
     .may = may_set_product, .apply = do_set_product},
};

const struct subject_type product_type = {
    .name = "product",
    .plural = "products",
    .view = &shape_product_view,
    .states = product_states,
    .state_count = COUNT(product_states),
    .kinds = product_kinds,
    .kind_count = COUNT(product_kinds),
};

/* ---- for other modules' rules ---------------------------------------------------------------------------------- */

enum verdict
check_product(struct problems *p, const struct subject *product, int32_t day)
{
    const struct product_view *v = product->view;
    char bound[DAY_TEXT_SIZE];

    if (product->state == PRODUCT_NEW)
        return V_OK;
    if (day >= v->from && (v->to == DAY_ABSENT || day <= v->to))
        return V_OK;
    day_print(bound, day < v->from ? v->from : v->to);
    problem_add(p, V_RULE_REFUSED, S("/product"),
                arena_print(p->arena, "产品“" SLICE_FMT "”%s %s %s", SLICE_ARG(v->zh), day < v->from ? "自" : "于",
                            bound, day < v->from ? "启用" : "停用"),
                arena_print(p->arena, "the product " SLICE_FMT " is in use %s %s", SLICE_ARG(v->en),
                            day < v->from ? "from" : "until", bound));
    return V_RULE_REFUSED;
}

bool
product_counts(const struct subject *product)
{
    const struct product_view *v = product->view;

    return product->state == PRODUCT_NEW || v->counts_as_guaranteed == PRODUCT_VIEW_COUNTS_AS_GUARANTEED_YES;
}

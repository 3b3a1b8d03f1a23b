/*
 * The real kinds and a jar that counts for any cell.
 * Knows the toy's rows; must not judge.
 * Invariant: which cell a jar counts for is told by its capacity and colour when it is opened, and stays.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tally.h"

const struct actor tally_officer = {ROLE_CENTRE_OFFICER, S_INIT("centre"), S_INIT("sun"), {NULL, 0}};
const struct actor tally_chief = {ROLE_SECTION_CHIEF, S_INIT("bureau"), S_INIT("chief"), {NULL, 0}};
const struct actor tally_system = {ROLE_SYSTEM, S_INIT("centre"), S_INIT("root"), {NULL, 0}};
const struct actor tally_clerk = {ROLE_DISTRICT_CLERK, S_INIT("330602"), S_INIT("zhou"), S_INIT("330602")};
const struct actor tally_bank = {ROLE_BANK_MACHINE, S_INIT("bank-zj"), S_INIT("m1"), {NULL, 0}};

/* ---- the jar that counts --------------------------------------------------------------------------------------- */

static const struct state states[] = {
    {"new",  "未开", "new",  false},
    {"open", "已开", "open", false},
};

static const struct subject_type tally_type;

static void
tally_totals(struct contributions *out, const void *view, const struct lines *lent)
{
    const struct jar_view *v = view;
    const struct jar_view_fillings_item *f = v->fillings.at;
    size_t indicator = (size_t)v->capacity - 1;
    const char *part = "";

    (void)lent;
    if (v->fillings.count == 0)
        return;
    if (plan_indicator(indicator)->sort == PLAN_RATE)
        part = v->colour == JAR_VIEW_COLOUR_RED ? "num" : "den";
    if (indicator == 14)
        part = v->colour == JAR_VIEW_COLOUR_RED ? "class1" : "class2";
    for (size_t i = 0; i < v->fillings.count; i++)
        contribute(out, (struct contribution){plan_code(indicator)->name, slice_of(part), v->district, f[i].on,
                                              f[i].amount});
}

static void
do_open(struct arena *a, void *view, const struct entry *e)
{
    const struct jar_opened *d = e->body;
    struct jar_view *v = view;

    (void)a;
    v->district = d->district;
    v->owner = d->owner;
    v->capacity = d->capacity;
    v->colour = d->colour;
    v->opened = e->on;
}

static void
do_fill(struct arena *a, void *view, const struct entry *e)
{
    struct jar_view *v = view;
    struct jar_view_fillings_item *one = list_push(&v->fillings, a, sizeof *one);

    *one = (struct jar_view_fillings_item){e->on, ((const struct jar_filled *)e->body)->amount};
}

static const struct kind kinds[] = {
    {&toy_kinds[KIND_JAR_OPENED], &tally_type, FROM_NEW, 1, .apply = do_open},
    {&toy_kinds[KIND_JAR_FILLED], &tally_type, FROM(1), TO_SAME, .apply = do_fill},
};

static const struct subject_type tally_type = {
    .name = "jar",
    .plural = "jars",
    .view = &shape_jar_view,
    .states = states,
    .state_count = COUNT(states),
    .totals = tally_totals,
    .kinds = kinds,
    .kind_count = COUNT(kinds),
};

#define TYPES_MAX 64

const struct registry *
tally_registry(void)
{
    static const struct subject_type *types[TYPES_MAX];
    static struct registry r;

    assert_true(the_registry.type_count < TYPES_MAX);
    for (size_t i = 0; i < the_registry.type_count; i++)
        types[i] = the_registry.types[i];
    types[the_registry.type_count] = &tally_type;
    r = the_registry;
    r.types = types;
    r.type_count = the_registry.type_count + 1;
    r.mend_reasons = NULL; /* limits are mended here in registries that have no list yet */
    return &r;
}

int
tally_setup_bare(void **state)
{
    world_open(state, tally_registry());
    return 0;
}

int
tally_setup(void **state)
{
    struct world *w = world_open(state, tally_registry());
    struct policy_report report;

    assert_int_equal(policy_load(&report, w->ledger, w->arena, "schemas/policy", &tally_system), V_OK);
    assert_int_equal(report.counts[POLICY_REFUSED], 0);
    return 0;
}

int
tally_setup_plan(void **state)
{
    struct problems problems;
    struct world *w;

    tally_setup(state);
    w = *state;
    assert_int_equal(plan_load(&problems, w->ledger, w->arena, TALLY_PLAN, &tally_system), V_OK);
    return 0;
}

/* ---- the plan as a file ---------------------------------------------------------------------------------------- */

struct slice
tally_file(struct world *w, const char *name)
{
    FILE *file = fopen(name, "rb");
    char *text = arena_take(w->arena, 1 << 18);
    size_t len;

    assert_non_null(file);
    len = fread(text, 1, 1 << 18, file);
    fclose(file);
    return (struct slice){text, len};
}

const char *
tally_plan_with(struct world *w, const char *district, const char *indicator, long long value, long long instead)
{
    struct slice text = tally_file(w, TALLY_PLAN);
    struct slice old = arena_print(w->arena, "{\"district\": \"%s\", \"indicator\": \"%s\", \"value\": %lld}", district,
                                   indicator, value);
    const char *at = strstr(text.at, old.at);

    if (at == NULL)
        fail_msg("%s is not in the plan", old.at);
    return arena_print(w->arena, "%.*s{\"district\": \"%s\", \"indicator\": \"%s\", \"value\": %lld}%s",
                       (int)(at - text.at), text.at, district, indicator, instead, at + old.len).at;
}

/* ---- counting -------------------------------------------------------------------------------------------------- */

void
tally_add_all(struct world *w, const struct tally_fact *facts, size_t count)
{
    struct posting **all = NEW_ARRAY(w->arena, struct posting *, 2 * count);

    for (size_t i = 0; i < count; i++) {
        const struct tally_fact *f = &facts[i];
        const char *jar = arena_print(w->arena, "jar-%zu-%s-%d", f->indicator, f->district, f->first_part).at;

        all[2 * i] = world_read(w, &tally_clerk, "jar.opened", NULL,
                                arena_print(w->arena,
                                            "{'subject':'%s','on':'2020-02-01','district':'%s','capacity':%zu,"
                                            "'colour':'%s','owner':'0190aaaa-0000-7000-8000-000000000001'}",
                                            jar, f->district, f->indicator + 1, f->first_part ? "red" : "green").at);
        all[2 * i + 1] = world_read(w, &tally_bank, "jar.filled", NULL,
                                    arena_print(w->arena, "{'subject':'%s','on':'%s','amount':%lld,'voucher_no':'%s'}",
                                                jar, f->on, (long long)f->amount, new_id(w)).at);
    }
    ledger_post(w->ledger, all, 2 * count);
    for (size_t i = 0; i < count; i++) {
        assert_true(all[2 * i]->got == V_OK || all[2 * i]->got == V_SUBJECT_TAKEN);
        assert_int_equal(all[2 * i + 1]->got, V_OK);
    }
}

int64_t
tally_add(struct world *w, size_t indicator, const char *district, const char *on, int64_t amount, bool first_part)
{
    const struct tally_fact one = {indicator, district, on, amount, first_part};
    int64_t head;

    tally_add_all(w, &one, 1);
    assert_int_equal(ledger_head(&head, w->reader, w->arena), V_OK);
    return head;
}

enum verdict
tally_limit(struct limit *out, struct world *w, const char *name, const char *district, const char *day)
{
    int32_t on;

    assert_true(day_parse(&on, slice_of(day)));
    return ledger_limit(out, w->registry, w->reader, w->arena, name, slice_of(district), on);
}

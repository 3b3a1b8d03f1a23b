/*
 * The real kinds and a jar that counts for a bank.
 * Knows the toy's rows; must not judge.
 * Invariant: which figure a jar counts for is told by its capacity and colour when it is opened, and stays.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "teller.h"

const struct actor teller_clock = {ROLE_CLOCK, S_INIT("ventured"), S_INIT("clock"), {NULL, 0}};
const struct actor teller_officer_sx = {ROLE_BANK_OFFICER, S_INIT("bank-sx"), S_INIT("wei"), {NULL, 0}};
const struct actor teller_checker_sx = {ROLE_BANK_CHECKER, S_INIT("bank-sx"), S_INIT("jiang"), {NULL, 0}};

static const char *const indicators[] = {"bank_lent",     "bank_outstanding", "bank_overdue",
                                         "bank_compensated", "bank_recovered", "bank_received",
                                         "bank_decided",  "bank_decision_days", "bank_rejected"};
static const char *const banks[] = {"bank-zj", "bank-sx", "bank-rcb"};

/* ---- the jar that counts --------------------------------------------------------------------------------------- */

static const struct state states[] = {
    {"new",  "未开", "new",  false},
    {"open", "已开", "open", false},
};

static const struct subject_type teller_type;

static void
teller_totals(struct contributions *out, const void *view, const struct lines *lent)
{
    const struct jar_view *v = view;
    const struct jar_view_fillings_item *f = v->fillings.at;
    size_t indicator = (size_t)v->capacity % 100 - 1, of = (size_t)v->capacity / 100;
    int64_t sign = v->colour == JAR_VIEW_COLOUR_RED ? 1 : -1;

    (void)lent;
    for (size_t i = 0; i < v->fillings.count; i++)
        contribute(out, (struct contribution){indicators[indicator], arena_print(out->arena, "%s/", banks[of]),
                                              v->district, f[i].on, sign * f[i].amount});
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
    {&toy_kinds[KIND_JAR_OPENED], &teller_type, FROM_NEW, 1, .apply = do_open},
    {&toy_kinds[KIND_JAR_FILLED], &teller_type, FROM(1), TO_SAME, .apply = do_fill},
};

static const struct subject_type teller_type = {
    .name = "jar",
    .plural = "jars",
    .view = &shape_jar_view,
    .states = states,
    .state_count = COUNT(states),
    .totals = teller_totals,
    .kinds = kinds,
    .kind_count = COUNT(kinds),
};

#define TYPES_MAX 64

static const struct registry *
teller_registry(void)
{
    static const struct subject_type *types[TYPES_MAX];
    static struct registry r;

    assert_true(the_registry.type_count < TYPES_MAX);
    for (size_t i = 0; i < the_registry.type_count; i++)
        types[i] = the_registry.types[i];
    types[the_registry.type_count] = &teller_type;
    r = the_registry;
    r.types = types;
    r.type_count = the_registry.type_count + 1;
    return &r;
}

/* ---- what is there from the beginning -------------------------------------------------------------------------- */

#define FORCE "'from':'2020-01-01','source':'assumed','confidence':'A',"
#define LIST FORCE "'unit':'list','items':"
#define PPM FORCE "'unit':'ppm','number':"

static const char *const beginnings[][2] = {
    {"district@330600", LIST "['330602','330603','330604','330681','330683','330624']"},
    {"bank_measure_cause@330600", LIST "['overdue_rate','recovery_rate','by_hand']"},
    {"bank_leave_reason@330600", LIST "['own_request','removed']"},
    {"branch_close_reason@330600", LIST "['moved','merged']"},
    {"bank.warn.overdue_pct@330600", PPM "50000"},
    {"bank.stop.overdue_pct@330600", PPM "100000"},
    {"bank.resume.overdue_pct@330600", PPM "80000"},
    {"bank.resume.hold_days@330600", FORCE "'unit':'day','number':90"},
};

int
teller_setup(void **state)
{
    town_open(state, teller_registry());
    for (size_t i = 0; i < COUNT(beginnings); i++)
        assert_int_equal(teller_post(*state, &town_officer, "limit.set", beginnings[i][0], "2020-01-01",
                                     beginnings[i][1])->got, V_OK);
    return 0;
}

/* ---- figures --------------------------------------------------------------------------------------------------- */

static size_t
place_of(const char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    fail_msg("the teller knows no %s", name);
    return 0;
}

#define FIGURES_MAX 200

void
teller_add_all(struct world *w, const struct teller_figure *figures, size_t count)
{
    struct posting *all[2 * FIGURES_MAX];

    assert_true(count <= FIGURES_MAX);
    for (size_t i = 0; i < count; i++) {
        const struct teller_figure *f = &figures[i];
        size_t capacity = place_of(indicators, COUNT(indicators), f->indicator) + 1 +
                          100 * place_of(banks, COUNT(banks), f->lender);
        const char *colour = f->amount < 0 ? "green" : "red";
        const char *jar = arena_print(w->arena, "jar-%zu-%s-%s", capacity, f->district, colour).at;

        all[2 * i] = teller_read(w, &town_clerk, "jar.opened", jar, "2020-02-01",
                                 arena_print(w->arena,
                                             "'district':'%s','capacity':%zu,'colour':'%s',"
                                             "'owner':'0190aaaa-0000-7000-8000-000000000001'",
                                             f->district, capacity, colour).at);
        all[2 * i + 1] = teller_read(w, &town_bank, "jar.filled", jar, f->on,
                                     arena_print(w->arena, "'amount':%lld,'voucher_no':'%s'",
                                                 (long long)(f->amount < 0 ? -f->amount : f->amount), new_id(w)).at);
    }
    ledger_post(w->ledger, all, 2 * count);
    for (size_t i = 0; i < count; i++) {
        assert_true(all[2 * i]->got == V_OK || all[2 * i]->got == V_SUBJECT_TAKEN);
        assert_int_equal(all[2 * i + 1]->got, V_OK);
    }
}

void
teller_add(struct world *w, const char *indicator, const char *lender, const char *district, const char *on,
           int64_t amount)
{
    const struct teller_figure one = {indicator, lender, district, on, amount};

    teller_add_all(w, &one, 1);
}

/* ---- posting --------------------------------------------------------------------------------------------------- */

static const char *
body_of(struct world *w, const char *subject, const char *on, const char *fields)
{
    const char *comma = fields[0] == '\0' ? "" : ",";

    return arena_print(w->arena, "{'subject':'%s','on':'%s'%s%s}", subject, on, comma, fields).at;
}

struct posting *
teller_read(struct world *w, const struct actor *who, const char *kind, const char *subject, const char *on,
            const char *fields)
{
    return world_read(w, who, kind, NULL, body_of(w, subject, on, fields));
}

struct posting *
teller_post(struct world *w, const struct actor *who, const char *kind, const char *subject, const char *on,
            const char *fields)
{
    return world_post(w, who, kind, NULL, body_of(w, subject, on, fields));
}

static void
step_run(struct world *w, const struct teller_step *s)
{
    int64_t entries = world_count(w, "journal"), texts = world_count(w, "private_text");
    struct posting *p = teller_post(w, s->who, s->kind, s->subject, s->on, s->fields);
    const struct problem *first = p->problems.first;

    if (p->got != s->got)
        fail_msg("%s: %s, wanted %s", s->what, verdict_row(p->got)->name, verdict_row(s->got)->name);
    if (s->pointer != NULL && (first == NULL || !slice_equal(first->pointer, slice_of(s->pointer))))
        fail_msg("%s: points at '%s', wanted '%s'", s->what, first == NULL ? "nothing" : first->pointer.at, s->pointer);
    if (first != NULL && (first->zh.len == 0 || first->en.len == 0))
        fail_msg("%s: the refusal is not in both languages", s->what);
    if (p->got != V_OK && (world_count(w, "journal") != entries || world_count(w, "private_text") != texts))
        fail_msg("%s: the refusal left something behind", s->what);
}

void
teller_run(struct world *w, const struct teller_step *steps, size_t count)
{
    for (size_t i = 0; i < count; i++)
        step_run(w, &steps[i]);
}

/* ---- looking --------------------------------------------------------------------------------------------------- */

const struct organisation_view *
teller_view(struct world *w, const char *id)
{
    return world_find(w, &organisation_type, id).view;
}

enum lending
teller_lending(struct world *w, const char *id, const char *on)
{
    int32_t day;

    assert_true(day_parse(&day, slice_of(on)));
    return lending_on(teller_view(w, id), day);
}

int64_t
teller_measure(struct world *w, const char *id)
{
    const struct organisation_view_measures_item *last = measure_last(teller_view(w, id));

    return last == NULL ? 1 : last->seq;
}

void
teller_verify(struct world *w)
{
    struct verify_report report;
    enum verdict got = ledger_verify(&report, &w->options, w->vkey, w->engine->folder);

    if (got != V_OK)
        fail_msg("%s: %lld damages, first %s: %s", verdict_row(got)->name, (long long)report.damage_count,
                 report.damages[0].where, report.damages[0].what);
}

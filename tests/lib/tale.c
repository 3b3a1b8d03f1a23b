/*
 * Random stories of jars.
 * Knows every toy kind's fields; must not know what ought to come of them.
 * Invariant: ids, days, amounts and groups follow from the seed; only uuids and salts do not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tale.h"

#define DAY_MS INT64_C(86400000)
#define JARS_MAX 200
#define TOLD_MAX 5000
#define GROUP_MAX 12

struct jar {
    const char *id;
    const struct actor *clerk;
    int32_t opened;
};

/* What was posted and not refused: to be posted again, or mended. */
struct told {
    const char *id, *kind;
    const struct actor *who;
    const struct jar *jar;
    struct slice body, voucher;
    bool is_correction;
    int64_t seq; /* 0 while it waits */
};

struct tale {
    struct world *w;
    struct seed *seed;
    struct jar jars[JARS_MAX];
    size_t jar_count;
    struct told told[TOLD_MAX];
    size_t told_count;
    struct posting *group[GROUP_MAX];
    struct told drafts[GROUP_MAX];
    size_t group_count, group_size;
    int64_t vouchers;
    struct tale_counts counts;
};

/* What a pot may promise in all, and in one of the two districts what one owner may get. */
static void
bounds_set(struct world *w)
{
    static const char *const bounds[] = {"'subject':'pot_max:city','number':300",
                                         "'subject':'owner_max:330603','number':250"};

    for (size_t i = 0; i < COUNT(bounds); i++)
        assert_int_equal(world_post(w, &officer, "rule.set", NULL,
                                    arena_print(w->arena,
                                                "{%s,'on':'2023-01-01','from':'2022-01-01','source':'toy-1'}",
                                                bounds[i]).at)->got, V_OK);
}

struct tale *
tale_open(struct world *w, struct seed *seed)
{
    struct tale *t = NEW(w->arena, struct tale);

    bounds_set(w);
    t->w = w;
    t->seed = seed;
    t->group_size = 1;
    return t;
}

struct tale_counts
tale_counts(const struct tale *t)
{
    return t->counts;
}

static size_t
below(struct tale *t, size_t limit)
{
    return (size_t)seed_below(t->seed, limit);
}

/* ---- groups ---------------------------------------------------------------------------------------------------- */

static void
keep(struct tale *t, const struct told *draft, const struct posting *p)
{
    const struct verdict_row *row = verdict_row(p->got);

    if (row->class == VERDICT_FAULT || p->got == V_NONE)
        fail_msg("%s on %s: %s", draft->kind, draft->jar->id, row->name);
    t->counts.recorded += p->got == V_OK && p->seq != 0;
    t->counts.waiting += p->got == V_OK && p->seq == 0;
    t->counts.replayed += p->got == V_REPLAYED;
    t->counts.refused += p->got != V_OK && p->got != V_REPLAYED;
    t->counts.confirmed += p->got == V_OK && strcmp(draft->kind, "jar.mended") == 0;
    t->counts.admitted += p->got == V_OK && strcmp(draft->kind, "jar.admitted") == 0;
    if (p->got != V_OK || t->told_count == TOLD_MAX)
        return;
    t->told[t->told_count] = *draft;
    t->told[t->told_count++].seq = p->seq;
}

static void
flush(struct tale *t)
{
    if (t->group_count == 0)
        return;
    ledger_post(t->w->ledger, t->group, t->group_count);
    for (size_t i = 0; i < t->group_count; i++)
        keep(t, &t->drafts[i], t->group[i]);
    t->group_count = 0;
    t->group_size = below(t, 3) == 0 ? 1 + below(t, GROUP_MAX) : 1;
}

static void
post(struct tale *t, const struct told *draft)
{
    struct posting *p = world_read(t->w, draft->who, draft->kind, draft->id, draft->body.at);

    if (p->problems.count > 0)
        fail_msg("%s: " SLICE_FMT, draft->body.at, SLICE_ARG(p->problems.first->pointer));
    t->drafts[t->group_count] = *draft;
    t->group[t->group_count++] = p;
    if (t->group_count >= t->group_size)
        flush(t);
}

/* ---- what is told of a jar ------------------------------------------------------------------------------------- */

static const char *
owner(struct tale *t)
{
    return arena_print(t->w->arena, "0190aaaa-0000-7000-8000-00000000000%zu", below(t, 6)).at;
}

static const char *
fields_opened(struct tale *t, const struct jar *jar, struct slice voucher)
{
    static const char *const colours[] = {"red", "green"};

    (void)voucher;
    return arena_print(t->w->arena, ",'district':'" SLICE_FMT "','owner':'%s','capacity':%zu,'colour':'%s'%s",
                       SLICE_ARG(jar->clerk->district), owner(t), 1 + below(t, 1001), colours[below(t, 2)],
                       below(t, 2) == 0 ? ",'label':'陶罐'" : "").at;
}

static const char *
fields_filled(struct tale *t, const struct jar *jar, struct slice voucher)
{
    size_t amount = below(t, 8) == 0 ? 1001 + below(t, 5000) : 1 + below(t, 400);

    (void)jar;
    return arena_print(t->w->arena, ",'amount':%zu,'voucher_no':'%s'", amount, voucher.at).at;
}

static const char *
fields_lent(struct tale *t, const struct jar *jar, struct slice voucher)
{
    (void)jar;
    return arena_print(t->w->arena, ",'amount':%zu,'to':'x','voucher_no':'%s'%s", 1 + below(t, 300), voucher.at,
                       below(t, 2) == 0 ? ",'back':'2024-01-31'" : "").at;
}

static const char *
fields_promised(struct tale *t, const struct jar *jar, struct slice voucher)
{
    (void)jar;
    (void)voucher;
    return arena_print(t->w->arena, ",'amount':%zu,'pot':'p%zu'%s", 1 + below(t, 150), below(t, 6),
                       below(t, 2) == 0 ? ",'donor':'某甲'" : "").at;
}

/* Mostly the last thing a bank has told of this jar, which may be an exception; the door knows. */
static const char *
fields_explained(struct tale *t, const struct jar *jar, struct slice voucher)
{
    size_t i = t->told_count;

    (void)voucher;
    while (i > 0 && (t->told[i - 1].jar != jar || t->told[i - 1].who->role != ROLE_BANK_MACHINE ||
                     t->told[i - 1].seq == 0 || below(t, 4) == 0))
        i--;
    return arena_print(t->w->arena, ",'seq':%lld", i == 0 ? 1LL : (long long)t->told[i - 1].seq).at;
}

static const char *
fields_spilled(struct tale *t, const struct jar *jar, struct slice voucher)
{
    (void)jar;
    (void)voucher;
    return arena_print(t->w->arena, ",'amount':%zu%s", 1 + below(t, 200),
                       below(t, 2) == 0 ? ",'seen':'2023-06-01'" : "").at;
}

static const char *
fields_none(struct tale *t, const struct jar *jar, struct slice voucher)
{
    (void)t;
    (void)jar;
    (void)voucher;
    return "";
}

static const char *
fields_broken(struct tale *t, const struct jar *jar, struct slice voucher)
{
    (void)t;
    (void)jar;
    (void)voucher;
    return ",'reason':'frost'";
}

static const char *
fields_inspected(struct tale *t, const struct jar *jar, struct slice voucher)
{
    (void)jar;
    (void)voucher;
    return arena_print(t->w->arena,
                       ",'seen':'2023-04-02','warmth':%d%s,"
                       "'papers':['e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],"
                       "'coins':[{'face':'one','pieces':1},{'face':'ten','pieces':2}]",
                       (int)below(t, 90) - 30, below(t, 2) == 0 ? ",'remark':'完好'" : "").at;
}

struct sort {
    const char *kind;
    size_t weight;
    const struct actor *who; /* NULL: the jar's clerk */
    const char *(*fields)(struct tale *t, const struct jar *jar, struct slice voucher);
};

static const struct sort sorts[] = {
    {"jar.filled",    10, &bank,        fields_filled   },
    {"jar.filled",    1,  &bank_former, fields_filled   },
    {"jar.lent",      4,  &bank,        fields_lent     },
    {"jar.spilled",   3,  NULL,         fields_spilled  },
    {"jar.sealed",    2,  &checker,     fields_none     },
    {"jar.broken",    1,  NULL,         fields_broken   },
    {"jar.inspected", 2,  &auditor,     fields_inspected},
    {"jar.explained", 3,  &checker,     fields_explained},
    {"jar.promised",  0,  NULL,         fields_promised },
    {"jar.opened",    0,  NULL,         fields_opened   },
};

static const struct sort *
sort_any(struct tale *t)
{
    size_t sum = 0, at, i = 0;

    for (size_t s = 0; s < COUNT(sorts); s++)
        sum += sorts[s].weight;
    at = below(t, sum);
    while (at >= sorts[i].weight)
        at -= sorts[i++].weight;
    return &sorts[i];
}

static const struct sort *
sort_of(const char *kind)
{
    size_t i = 0;

    while (strcmp(sorts[i].kind, kind) != 0)
        i++;
    return &sorts[i];
}

static int32_t
today(void)
{
    return day_local(world_now_ms);
}

/* Mostly between the jar's opening and today, now and then a day that the door refuses. */
static int32_t
day_any(struct tale *t, const struct jar *jar)
{
    int32_t span = today() - jar->opened + 1;

    if (below(t, 20) == 0)
        return today() + 1 - (int32_t)below(t, 500);
    return jar->opened + (int32_t)below(t, (size_t)span);
}

static struct slice
body_of(struct tale *t, const struct jar *jar, int32_t on, const char *fields, const char *mends)
{
    char day[DAY_TEXT_SIZE];

    day_print(day, on);
    return arena_print(t->w->arena, "{'subject':'%s','on':'%s'%s%s}", jar->id, day, fields, mends);
}

static struct slice
voucher_any(struct tale *t)
{
    bool again = t->vouchers > 0 && below(t, 25) == 0;

    int64_t number = again ? (int64_t)below(t, (size_t)t->vouchers) : t->vouchers++;

    return arena_print(t->w->arena, "V%lld", (long long)number);
}

/* ---- steps ----------------------------------------------------------------------------------------------------- */

static void
step_open(struct tale *t)
{
    struct jar *jar = &t->jars[t->jar_count];

    if (t->jar_count == JARS_MAX)
        return;
    jar->id = arena_print(t->w->arena, "jar%zu", t->jar_count++).at;
    jar->clerk = below(t, 2) == 0 ? &clerk : &clerk_elsewhere;
    jar->opened = today() - (int32_t)below(t, 150);
    post(t, &(struct told){.id = new_id(t->w), .kind = "jar.opened", .who = jar->clerk, .jar = jar,
                           .body = body_of(t, jar, jar->opened, fields_opened(t, jar, S("")), "")});
}

/* Mostly somebody says yes: a person who may, or one who may not. */
static void
confirm(struct tale *t, const char *kind, const struct told *proposed)
{
    const struct actor *who = below(t, 2) == 0 ? &officer : proposed->jar->clerk;

    if (below(t, 6) == 0)
        return;
    post(t, &(struct told){.id = new_id(t->w), .kind = kind, .who = who, .jar = proposed->jar, .is_correction = true,
                           .body = body_of(t, &(struct jar){.id = proposed->id}, today(), "", "")});
}

static void
post_fact(struct tale *t, const struct sort *s, const struct actor *who)
{
    const struct jar *jar = &t->jars[below(t, t->jar_count)];
    struct told draft = {.id = new_id(t->w), .kind = s->kind, .who = who == NULL ? jar->clerk : who, .jar = jar,
                         .voucher = voucher_any(t)};

    draft.body = body_of(t, jar, day_any(t, jar), s->fields(t, jar, draft.voucher), "");
    post(t, &draft);
    if (strcmp(s->kind, "jar.promised") == 0 && who == NULL)
        confirm(t, "jar.admitted", &draft);
}

static void
step_fact(struct tale *t)
{
    const struct sort *s = sort_any(t);

    post_fact(t, s, s->who);
}

/* Several promises in one group, made or proposed: what a pot has left is less for each of them. */
static void
step_promise(struct tale *t)
{
    flush(t);
    t->group_size = GROUP_MAX;
    for (size_t n = 1 + below(t, 6); n > 0; n--)
        post_fact(t, sort_of("jar.promised"), below(t, 2) == 0 ? &officer : NULL);
}

static void
step_name(struct tale *t)
{
    static const struct jar keeper = {.id = "keeper"};
    char day[DAY_TEXT_SIZE];

    day_print(day, today());
    post(t, &(struct told){.id = new_id(t->w), .kind = "keeper.named", .who = &clerk, .jar = &keeper,
                           .is_correction = true,
                           .body = arena_print(t->w->arena, "{'subject':'%s','on':'%s','circle':'c%zu'}", owner(t), day,
                                               below(t, 3))});
}

static void
step_again(struct tale *t)
{
    if (t->told_count > 0)
        post(t, &t->told[below(t, t->told_count)]);
}

/* A correction or a void of something told, and mostly its confirmation. */
static void
step_mend(struct tale *t)
{
    const struct told *first;
    struct told draft;
    bool is_void = below(t, 4) == 0;
    const char *mends;

    if (t->told_count == 0)
        return;
    first = &t->told[below(t, t->told_count)];
    if (first->is_correction)
        return;
    draft = *first;
    draft.id = new_id(t->w);
    draft.is_correction = true;
    draft.voucher = below(t, 2) == 0 ? first->voucher : voucher_any(t);
    mends = arena_print(t->w->arena, ",'mends':{'entry':'%s','reason':'typo'%s}", first->id,
                        is_void ? ",'void':'yes'" : below(t, 2) == 0 ? ",'paper':'A-1'" : "").at;
    draft.body = body_of(t, first->jar, day_any(t, first->jar),
                         is_void ? "" : sort_of(first->kind)->fields(t, first->jar, draft.voucher), mends);
    post(t, &draft);
    confirm(t, "jar.mended", &draft);
}

/* Minutes, hours across a midnight, days, or now and then months. */
static void
step_wait(struct tale *t)
{
    static const int64_t spans[] = {60000, 3 * DAY_MS / 24, 11 * DAY_MS / 24, 3 * DAY_MS, 90 * DAY_MS};

    flush(t);
    world_now_ms += (int64_t)below(t, (size_t)spans[below(t, below(t, 4) == 0 ? 5 : 4)]);
}

static const struct {
    size_t weight;
    void (*step)(struct tale *t);
} steps[] = {{3, step_open}, {20, step_fact}, {1, step_name},   {2, step_again},
             {4, step_mend}, {4, step_wait},  {2, step_promise}};

void
tale_tell(struct tale *t, size_t postings)
{
    if (t->jar_count == 0)
        step_open(t);
    for (size_t n = 0; n < postings; n++) {
        size_t at = below(t, 36), i = 0;

        while (at >= steps[i].weight)
            at -= steps[i++].weight;
        steps[i].step(t);
    }
    flush(t);
}

/*
 * Totals against a model that reads nothing but the journal's lines.
 * Knows what jars, keepers and circles count for, by code of its own; must not know deltas, buckets or views.
 * Invariant: the model is the meaning in a few loops: slow, plain, and written without a look at the ledger's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "dump.h"
#include "sql.h"
#include "tale.h"

#define FACTS_MAX 4000
#define CELLS_MAX 400

/* ---- the model ------------------------------------------------------------------------------------------------- */

struct fact {
    struct slice id, kind, subject, on;
    const struct json *body; /* NULL after a void */
};

struct model {
    struct fact facts[FACTS_MAX];
    size_t count;
    struct cell cells[CELLS_MAX];
    size_t cell_count;
    struct slice from, to;
};

static struct slice
text(const struct json *object, const char *key)
{
    const struct json *member = object == NULL ? NULL : json_find(object, slice_of(key));

    return member == NULL ? (struct slice){0} : member->text;
}

/* What the first `known` lines say: a correction takes the place of what it mends. */
static void
model_read(struct model *m, struct arena *a, struct slice lines, int64_t known)
{
    m->count = 0;
    for (struct slice rest = lines; rest.at != NULL && rest.len > 0 && known-- > 0;) {
        const struct json *leaf;
        struct slice mended;
        size_t i = m->count;

        assert_int_equal(json_parse(&leaf, a, slice_cut(&rest, rest, '\n')), V_OK);
        mended = text(json_find(leaf, S("mends")), "entry");
        for (size_t f = 0; mended.at != NULL && f < m->count; f++)
            if (slice_equal(m->facts[f].id, mended))
                i = f;
        if (i == m->count)
            m->facts[m->count++] = (struct fact){.id = text(leaf, "id"), .kind = text(leaf, "kind"),
                                                 .subject = text(leaf, "subject")};
        m->facts[i].on = text(leaf, "on");
        m->facts[i].body = json_find(leaf, S("body"));
        assert_true(m->count < FACTS_MAX);
    }
}

static void
add(struct model *m, const char *indicator, struct slice district, struct slice part, struct slice on, int64_t amount)
{
    size_t i = 0;

    if (slice_compare(on, m->from) < 0 || slice_compare(on, m->to) > 0)
        return;
    while (i < m->cell_count && !(slice_equal(m->cells[i].indicator, slice_of(indicator)) &&
                                  slice_equal(m->cells[i].district, district) && slice_equal(m->cells[i].part, part)))
        i++;
    if (i == m->cell_count)
        m->cells[m->cell_count++] = (struct cell){slice_of(indicator), district, part, 0};
    assert_true(m->cell_count < CELLS_MAX);
    m->cells[i].amount += amount;
}

/* The last fact of a kind about a subject that still stands. */
static const struct fact *
last(const struct model *m, const char *kind, struct slice subject)
{
    const struct fact *found = NULL;

    for (size_t i = 0; i < m->count; i++)
        if (m->facts[i].body != NULL && slice_equal(m->facts[i].kind, slice_of(kind)) &&
            slice_equal(m->facts[i].subject, subject))
            found = &m->facts[i];
    return found;
}

/* Something that happened to somebody on a day: whoever it happened to counts once a year, at its first. */
struct event {
    struct slice who, on, by, district;
};

static bool
before(const struct event *a, const struct event *b)
{
    int on = slice_compare(a->on, b->on);

    return on < 0 || (on == 0 && slice_compare(a->by, b->by) < 0);
}

static void
count_first_of_year(struct model *m, const char *indicator, const struct event *events, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        bool first = true;

        for (size_t j = 0; j < count; j++)
            if (slice_equal(events[i].who, events[j].who) && before(&events[j], &events[i]) &&
                slice_equal(slice_sub(events[i].on, 0, 4), slice_sub(events[j].on, 0, 4)))
                first = false;
        if (first)
            add(m, indicator, events[i].district, S(""), events[i].on, 1);
    }
}

/* Of all events, for each `by` the earliest only. */
static size_t
earliest(struct event *out, const struct event *events, size_t count)
{
    size_t n = 0;

    for (size_t i = 0; i < count; i++) {
        bool first = true;

        for (size_t j = 0; j < count; j++)
            if (slice_equal(events[i].by, events[j].by) &&
                (slice_compare(events[j].on, events[i].on) < 0 || (slice_equal(events[j].on, events[i].on) && j < i)))
                first = false;
        if (first)
            out[n++] = events[i];
    }
    return n;
}

static void
count_promises(struct model *m, struct arena *a)
{
    for (size_t i = 0; i < m->count; i++) {
        const struct fact *f = &m->facts[i];
        const struct json *jar;
        struct slice owner, pot;
        int64_t amount;

        if (f->body == NULL || !slice_equal(f->kind, S("jar.promised")))
            continue;
        jar = last(m, "jar.opened", f->subject)->body;
        owner = text(jar, "owner");
        pot = text(f->body, "pot");
        amount = json_find(f->body, S("amount"))->number;
        add(m, "promised", text(jar, "district"),
            arena_print(a, SLICE_FMT "/" SLICE_FMT, SLICE_ARG(pot), SLICE_ARG(owner)), f->on, amount);
        add(m, "promised_to", text(jar, "district"),
            arena_print(a, SLICE_FMT "/" SLICE_FMT, SLICE_ARG(owner), SLICE_ARG(pot)), f->on, amount);
    }
}

static void
model_count(struct model *m, struct arena *a)
{
    struct event *fills = NEW_ARRAY(a, struct event, m->count), *jars = NEW_ARRAY(a, struct event, m->count);
    struct event *keepers = NEW_ARRAY(a, struct event, m->count);
    size_t n = 0, jar_count, keeper_count = 0;

    m->cell_count = 0;
    count_promises(m, a);
    for (size_t i = 0; i < m->count; i++) {
        const struct fact *f = &m->facts[i];
        const struct json *opened;

        if (f->body == NULL || !slice_equal(f->kind, S("jar.filled")))
            continue;
        opened = last(m, "jar.opened", f->subject)->body;
        add(m, "coins_in", text(opened, "district"), text(opened, "colour"), f->on,
            json_find(f->body, S("amount"))->number);
        fills[n++] = (struct event){f->subject, f->on, arena_print(a, "%06zu", i), text(opened, "district")};
    }
    count_first_of_year(m, "jars", fills, n);
    for (size_t i = 0; i < n; i++) {
        fills[i].by = fills[i].who;
        fills[i].who = text(last(m, "jar.opened", fills[i].by)->body, "owner");
    }
    jar_count = earliest(jars, fills, n);
    count_first_of_year(m, "keepers", jars, jar_count);
    for (size_t i = 0; i < jar_count; i++) { /* a keeper's first jar, ties by the jar's name, counts for his circle */
        const struct fact *named = last(m, "keeper.named", jars[i].who);
        bool first = named != NULL;

        for (size_t j = 0; j < jar_count; j++)
            if (slice_equal(jars[i].who, jars[j].who) && before(&jars[j], &jars[i]))
                first = false;
        if (first)
            keepers[keeper_count++] = (struct event){text(named->body, "circle"), jars[i].on, jars[i].who,
                                                     jars[i].district};
    }
    count_first_of_year(m, "circles", keepers, keeper_count);
}

/* ---- against the ledger ---------------------------------------------------------------------------------------- */

static int64_t
model_cell(const struct model *m, const struct cell *c)
{
    for (size_t i = 0; i < m->cell_count; i++)
        if (slice_equal(m->cells[i].indicator, c->indicator) && slice_equal(m->cells[i].district, c->district) &&
            slice_equal(m->cells[i].part, c->part))
            return m->cells[i].amount;
    return 0;
}

static void
compare(struct world *w, const struct model *m, const struct cell *cells, size_t count, const char *what)
{
    size_t nonzero = 0, expected = 0;

    for (size_t i = 0; i < count; i++) {
        int64_t wanted = model_cell(m, &cells[i]);

        nonzero += cells[i].amount != 0;
        if (cells[i].amount != wanted)
            fail_msg("%s, " SLICE_FMT " " SLICE_FMT " " SLICE_FMT ": %lld, the journal says %lld", what,
                     SLICE_ARG(cells[i].indicator), SLICE_ARG(cells[i].district), SLICE_ARG(cells[i].part),
                     (long long)cells[i].amount, (long long)wanted);
    }
    for (size_t i = 0; i < m->cell_count; i++)
        expected += m->cells[i].amount != 0;
    if (nonzero != expected)
        fail_msg("%s: %zu cells, the journal gives %zu", what, nonzero, expected);
    (void)w;
}

static void
check_cut(struct world *w, struct model *m, struct slice lines, struct slice from, struct slice to, int64_t known)
{
    struct cell *cells;
    size_t count;
    int32_t first, until;

    m->from = from;
    m->to = to;
    model_read(m, w->arena, lines, known);
    model_count(m, w->arena);
    assert_true(day_parse(&first, from));
    assert_true(day_parse(&until, to));
    assert_int_equal(ledger_totals(&cells, &count, w->reader, w->arena, first, until, known), V_OK);
    compare(w, m, cells, count,
            arena_print(w->arena, SLICE_FMT " to " SLICE_FMT " known at %lld", SLICE_ARG(from), SLICE_ARG(to),
                        (long long)known).at);
}

/* Whole years, one and all up to it, are read from rows of their own. */
static void
check_years(struct world *w, struct model *m, struct slice lines)
{
    for (int year = 2022; year <= 2040; year++) {
        struct slice last = arena_print(w->arena, "%d-12-31", year);

        check_cut(w, m, lines, arena_print(w->arena, "%d-01-01", year), last, INT64_MAX);
        check_cut(w, m, lines, S("1900-01-01"), last, INT64_MAX);
    }
}

static struct slice
day_text(struct arena *a, int32_t day)
{
    char out[DAY_TEXT_SIZE];

    day_print(out, day);
    return arena_copy(a, slice_of(out));
}

static void
totals_are_what_the_lines_of_the_journal_say(void **state)
{
    struct seed seed = seed_open("totals");
    size_t admitted = 0;

    (void)state;
    for (size_t round = 0; round < 6; round++) {
        struct world *w;
        struct tale *tale;
        struct model *m;
        struct slice lines;
        int64_t entries;
        void *fresh = NULL;

        world_setup(&fresh);
        w = fresh;
        tale = tale_open(w, &seed);
        tale_tell(tale, 300);
        assert_true(tale_counts(tale).recorded > 80);
        assert_true(tale_counts(tale).confirmed > 5);
        admitted += tale_counts(tale).admitted;
        m = NEW(w->arena, struct model);
        lines = dump_query(w->arena, w->engine->url, "SELECT leaf FROM journal ORDER BY seq");
        entries = world_count(w, "journal");
        check_years(w, m, lines);
        check_cut(w, m, lines, S("1990-01-01"), S("2999-12-31"), INT64_MAX);
        for (size_t i = 0; i < 40; i++) {
            int32_t start = day_local(world_now_ms) - (int32_t)seed_below(&seed, 900);
            int32_t end = start + (int32_t)seed_below(&seed, 400);

            check_cut(w, m, lines, day_text(w->arena, start), day_text(w->arena, end),
                      (int64_t)seed_below(&seed, (uint64_t)entries + 3));
        }
        world_teardown(&fresh);
    }
    assert_true(admitted > 5);
}

/* ---- by hand: what a random story may not hit ------------------------------------------------------------------ */

static void
the_recording_day_is_the_local_one(void **state)
{
    struct world *w = *state;
    int64_t known;

    world_jar(w, "j1");
    at_parse(&world_now_ms, S("2023-07-01T15:59:59.999Z")); /* a millisecond before midnight in China */
    world_post(w, &bank, "jar.filled", NULL, "{'subject':'j1','on':'2023-07-01','amount':1,'voucher_no':'V1'}");
    assert_int_equal(world_post(w, &bank, "jar.filled", NULL,
                                "{'subject':'j1','on':'2023-07-02','amount':2,'voucher_no':'V2'}")->got, V_DAY_AHEAD);
    known = world_count(w, "journal");
    world_now_ms++;
    assert_int_equal(world_post(w, &bank, "jar.filled", NULL,
                                "{'subject':'j1','on':'2023-07-02','amount':2,'voucher_no':'V2'}")->got, V_OK);
    assert_true(slice_equal(world_sql(w, "SELECT COUNT(DISTINCT at_day) FROM bucket WHERE indicator = 'coins_in'"),
                            S("2")));
    assert_int_equal(world_total(w, "coins_in", "2023-01-01", "2023-12-31", known), 1);
    assert_int_equal(world_total(w, "coins_in", "2023-01-01", "2023-12-31", known + 1), 3);
    assert_int_equal(world_total(w, "coins_in", "2023-07-02", "2023-07-02", INT64_MAX), 2);
}

static void
nothing_was_known_before_the_first_entry(void **state)
{
    struct world *w = *state;

    world_jar(w, "j1");
    world_post(w, &bank, "jar.filled", NULL, "{'subject':'j1','on':'2023-04-01','amount':1,'voucher_no':'V1'}");
    assert_int_equal(world_total(w, "coins_in", "2023-01-01", "2023-12-31", 0), 0);
    assert_int_equal(world_total(w, "coins_in", "2023-01-01", "2023-12-31", -1), 0);
    assert_int_equal(world_total(w, "coins_in", "2023-01-01", "2023-12-31", 1000), 1);
}

/* The wall clock may be set back; recording time does not follow it, nor does a day once closed open again. */
static void
a_clock_set_back_reopens_no_day(void **state)
{
    struct world *w = *state;
    struct posting *p;

    world_jar(w, "j1");
    world_now_ms -= 3 * INT64_C(86400000);
    p = world_post(w, &bank, "jar.filled", NULL, "{'subject':'j1','on':'2023-06-30','amount':1,'voucher_no':'V1'}");
    assert_int_equal(p->got, V_OK);
    assert_int_equal(world_total(w, "coins_in", "2023-01-01", "2023-12-31", p->seq), 1);
    assert_int_equal(world_total(w, "coins_in", "2023-01-01", "2023-12-31", p->seq - 1), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(totals_are_what_the_lines_of_the_journal_say),
        TEST(the_recording_day_is_the_local_one),
        TEST(nothing_was_known_before_the_first_entry),
        TEST(a_clock_set_back_reopens_no_day),
    };

    return cmocka_run_group_tests_name("ledger/totals", tests, NULL, NULL);
}

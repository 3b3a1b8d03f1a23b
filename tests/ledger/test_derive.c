/*
 * Exceptions: what stands on their list, what closes one or all of them, and what a correction makes of that.
 * Knows the toy's exceptions: a jar overfilled, lent too early, filled too late; must not know how a list is kept.
 * Invariant: the whole list of a jar is compared, after every entry that may change it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "dump.h"
#include "jars.h"
#include "tamper.h"

#define INSPECTED                                                                                                      \
    "'seen':'2023-04-02','warmth':5,'papers':['e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],"    \
    "'coins':[{'face':'one','pieces':1},{'face':'ten','pieces':2}]"

/* The entries of a jar that the tests name, by the order in which they were told. */
static int64_t told[16];
static size_t told_count;

static int64_t
fact(struct world *w, const char *kind, const char *fields)
{
    struct posting *p = tell(w, &bank, kind, "j1", "2023-04-01",
                             arena_print(w->arena, "%s,'voucher_no':'V%zu'", fields, told_count).at);

    done(p);
    told[told_count++] = p->seq;
    return p->seq;
}

/* A jar with three exceptions: lent early and too much, overfilled, and late once sealed. */
static void
begin(struct world *w)
{
    told_count = 0;
    world_jar(w, "j1");
    fact(w, "jar.lent", "'amount':7,'to':'x'");
    fact(w, "jar.filled", "'amount':2000");
    done(tell(w, &auditor, "jar.inspected", "j1", "2023-04-02", INSPECTED));
    done(tell(w, &checker, "jar.sealed", "j1", "2023-04-03", ""));
    fact(w, "jar.filled", "'amount':1");
    fact(w, "jar.filled", "'amount':3");
}

static struct posting *
explain(struct world *w, const char *subject, int64_t seq)
{
    return tell(w, &checker, "jar.explained", subject, "2023-04-05",
                arena_print(w->arena, "'seq':%lld", (long long)seq).at);
}

/* "n:kind nature amount closed" of each, n and closed being places in `told` and in the journal. */
static void __attribute__((format(printf, 3, 4)))
expect(struct world *w, const char *when, const char *wanted, ...)
{
    struct slice rows = dump_query(w->arena, w->engine->url,
                                   "SELECT seq || ' ' || kind || ' ' || nature || ' ' || excess || ' ' || amount || "
                                   "' ' || closed FROM exception WHERE subject = 'j1' ORDER BY seq");
    char text[1024];
    va_list args;

    va_start(args, wanted);
    vsnprintf(text, sizeof text, wanted, args);
    va_end(args);
    if (!slice_equal(rows, slice_of(text)))
        fail_msg("%s:\n" SLICE_FMT "and not\n%s", when, SLICE_ARG(rows), text);
}

#define LENT "%lld jar.lent early 1 7 %lld\n"
#define OVER "%lld jar.filled in_order 1 2000 %lld\n"
#define LATE "%lld jar.filled late 1 1 %lld\n%lld jar.filled late 1 3 %lld\n"
#define SEQS(a, b, c, d)                                                                                               \
    (long long)told[0], (long long)(a), (long long)told[1], (long long)(b), (long long)told[2], (long long)(c),        \
        (long long)told[3], (long long)(d)

static void
an_entry_closes_all_that_are_open_before_it(void **state)
{
    struct world *w = *state;
    int64_t first, second;

    begin(w);
    first = told[1] + 1;
    expect(w, "inspected once", LENT OVER LATE, SEQS(first, first, 0, 0));
    done(tell(w, &auditor, "jar.inspected", "j1", "2023-04-06", INSPECTED));
    second = told[3] + 1;
    expect(w, "inspected again", LENT OVER LATE, SEQS(first, first, second, second));
    tamper_expect_none(w, "replayed");
}

static void
an_entry_closes_the_one_that_it_names(void **state)
{
    struct world *w = *state;
    int64_t first;
    struct posting *p;

    begin(w);
    first = told[1] + 1;
    p = explain(w, "j1", told[3]);
    done(p);
    expect(w, "the last one", LENT OVER LATE, SEQS(first, first, 0, p->seq));
    tamper_expect_none(w, "replayed");
}

static void
what_is_not_open_here_is_refused(void **state)
{
    struct world *w = *state;
    struct posting *p = NULL;
    int64_t entries;

    begin(w);
    world_jar(w, "j2");
    done(explain(w, "j1", told[3]));
    entries = world_count(w, "journal");
    {
        const struct {
            const char *what, *jar;
            int64_t seq;
        } cases[] = {
            {"explained already", "j1", told[3]},
            {"closed with all others", "j1", told[0]},
            {"another jar's", "j2", told[2]},
            {"no exception", "j1", told[1] + 1},
            {"no entry", "j1", 9999},
        };

        for (size_t i = 0; i < COUNT(cases); i++) {
            p = explain(w, cases[i].jar, cases[i].seq);
            if (p->got != V_REFERENCE_UNKNOWN)
                fail_msg("%s: %s", cases[i].what, verdict_row(p->got)->name);
            assert_true(slice_equal(p->problems.first->pointer, S("/seq")));
        }
    }
    assert_int_equal(world_count(w, "journal"), entries);
}

/* Its own list, too: two in one group cannot close the same one. */
static void
of_two_in_one_group_the_second_is_refused(void **state)
{
    struct world *w = *state;
    struct posting *group[2];

    begin(w);
    for (size_t i = 0; i < 2; i++)
        group[i] = world_read(w, &checker, "jar.explained", NULL,
                              arena_print(w->arena, "{'subject':'j1','on':'2023-04-05','seq':%lld}",
                                          (long long)told[2]).at);
    ledger_post(w->ledger, group, 2);
    assert_int_equal(group[0]->got, V_OK);
    assert_int_equal(group[1]->got, V_REFERENCE_UNKNOWN);
}

static const char *
id_of(struct world *w, int64_t seq)
{
    return world_sql(w, "SELECT id FROM journal WHERE seq = %lld", (long long)seq).at;
}

static void
what_was_closed_stays_closed_when_a_correction_folds_again(void **state)
{
    struct world *w = *state;
    struct posting *p;
    int64_t first;

    begin(w);
    first = told[1] + 1;
    p = explain(w, "j1", told[2]);
    done(p);
    mend(w, &bank, "jar.filled", "j1", "2023-04-01",
         mending(w, id_of(w, told[3]), "'amount':4,'voucher_no':'V9'"));
    expect(w, "an open one corrected", LENT OVER "%lld jar.filled late 1 1 %lld\n%lld jar.filled late 1 4 %lld\n",
           SEQS(first, first, p->seq, 0));
    mend(w, &bank, "jar.filled", "j1", "2023-04-01",
         mending(w, id_of(w, told[2]), "'amount':5,'voucher_no':'V8'"));
    expect(w, "a closed one corrected", LENT OVER "%lld jar.filled late 1 5 %lld\n%lld jar.filled late 1 4 %lld\n",
           SEQS(first, first, p->seq, 0));
    assert_int_equal(explain(w, "j1", told[2])->got, V_REFERENCE_UNKNOWN);
    tamper_expect_none(w, "replayed");
}

static void
it_is_open_again_when_what_closed_it_is_voided_and_may_be_meant_by_a_correction(void **state)
{
    struct world *w = *state;
    const char *explained;
    struct posting *p;
    int64_t first;

    begin(w);
    first = told[1] + 1;
    p = explain(w, "j1", told[2]);
    explained = done(p);
    mend(w, &checker, "jar.explained", "j1", "2023-04-05",
         mending(w, explained, arena_print(w->arena, "'seq':%lld", (long long)told[3]).at));
    expect(w, "another one was meant", LENT OVER LATE, SEQS(first, first, 0, p->seq));
    mend(w, &checker, "jar.explained", "j1", "2023-04-06",
         mending(w, explained, arena_print(w->arena, "'seq':%lld", (long long)told[3]).at));
    expect(w, "the same, on another day", LENT OVER LATE, SEQS(first, first, 0, p->seq));
    assert_int_equal(tell(w, &checker, "jar.explained", "j1", "2023-04-05",
                          mending(w, explained, arena_print(w->arena, "'seq':%lld", (long long)told[0]).at))->got,
                     V_REFERENCE_UNKNOWN);
    mend(w, &checker, "jar.explained", "j1", "2023-04-05", voiding(w, explained));
    expect(w, "nothing was explained", LENT OVER LATE, SEQS(first, first, 0, 0));
    done(explain(w, "j1", told[3]));
    tamper_expect_none(w, "replayed");
}

/* What came after cannot have been explained: the place of an entry is before it. */
static void
a_correction_names_nothing_that_came_later(void **state)
{
    struct world *w = *state;
    const char *explained;

    begin(w);
    explained = done(explain(w, "j1", told[2]));
    fact(w, "jar.filled", "'amount':6");
    assert_int_equal(tell(w, &checker, "jar.explained", "j1", "2023-04-05",
                          mending(w, explained, arena_print(w->arena, "'seq':%lld", (long long)told[4]).at))->got,
                     V_REFERENCE_UNKNOWN);
}

static void
it_goes_with_its_cause_and_comes_back_as_it_was(void **state)
{
    struct world *w = *state;
    int64_t first;

    begin(w);
    first = told[1] + 1;
    mend(w, &bank, "jar.filled", "j1", "2023-04-01",
         mending(w, id_of(w, told[1]), "'amount':900,'voucher_no':'V1'"));
    expect(w, "not too much", LENT "%lld jar.filled late 0 1 %lld\n%lld jar.filled late 0 3 %lld\n",
           (long long)told[0], (long long)first, (long long)told[2], 0LL, (long long)told[3], 0LL);
    mend(w, &bank, "jar.filled", "j1", "2023-04-01",
         mending(w, id_of(w, told[1]), "'amount':2000,'voucher_no':'V1'"));
    expect(w, "too much after all", LENT OVER LATE, SEQS(first, first, 0, 0));
    tamper_expect_none(w, "replayed");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_entry_closes_all_that_are_open_before_it),
        TEST(an_entry_closes_the_one_that_it_names),
        TEST(what_is_not_open_here_is_refused),
        TEST(of_two_in_one_group_the_second_is_refused),
        TEST(what_was_closed_stays_closed_when_a_correction_folds_again),
        TEST(it_is_open_again_when_what_closed_it_is_voided_and_may_be_meant_by_a_correction),
        TEST(a_correction_names_nothing_that_came_later),
        TEST(it_goes_with_its_cause_and_comes_back_as_it_was),
    };

    return cmocka_run_group_tests_name("ledger/derive", tests, NULL, NULL);
}

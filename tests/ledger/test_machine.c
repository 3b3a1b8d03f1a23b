/*
 * Moves: the table of the toy written out by hand, every state with every kind, and random tables against brute force.
 * Knows what each row of the toy's law ought to allow; must not know how the shortest way is found.
 * Invariant: numbers in names are those of the invariants at the top of machine.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../../src/ledger/ledger_int.h"
#include "seed.h"
#include "toy.h"

static struct arena *memory;

static int
open_memory(void **state)
{
    (void)state;
    memory = arena_open((size_t)1 << 28);
    return 0;
}

static int
close_memory(void **state)
{
    (void)state;
    arena_close(memory);
    return 0;
}

/* ---- the toy's law --------------------------------------------------------------------------------------------- */

/* A letter a state (new, open, filled, lent, sealed, broken): where the kind leads from there, small letters in order,
 * capitals early, "=" late, "!" on a side branch, "." refused. */
static const struct {
    const char *kind, *cells;
} law[] = {
    /*                n o f l s b */
    {"jar.opened",    "o....." },
    {"jar.filled",    ".fff=!" },
    {"jar.lent",      ".LlL=!" },
    {"jar.spilled",   ".of..." },
    {"jar.sealed",    "..s..." },
    {"jar.broken",    ".bb.b." },
    {"jar.inspected", ".oflsb" },
    {"jar.explained", ".oflsb" },
    {"jar.promised",  ".ofl.." },
};

static const char letters[] = "noflsb";

static struct subject
jar_in(int state, bool frozen)
{
    struct subject s;

    subject_blank(&s, memory, &toy_jar, S("j1"));
    s.state = state;
    s.frozen = frozen;
    if (state != STATE_NEW)
        s.first_on = 19500;
    ((struct jar_view *)s.view)->capacity = 1000000;
    ((struct jar_view *)s.view)->held = 1000;
    return s;
}

/* A posting's worth of fields: one coin where the kind asks for an amount. */
static struct entry
entry_of(const struct kind *k)
{
    struct entry e = {.kind = k, .subject = S("j1"), .on = 19501,
                      .actor = {ROLE_BANK_MACHINE, S("bank-one"), S("m1"), {0}}};
    char *body = arena_take(memory, k->schema->shape->size + 1);
    const struct field *amount = shape_field(k->schema->shape, S("amount"));

    shape_blank(k->schema->shape, body);
    if (amount != NULL)
        *(int64_t *)(void *)(body + amount->offset) = 1;
    e.body = body;
    return e;
}

static char
letter_of(const struct move *m, bool strict)
{
    switch (m->nature) {
    case NATURE_REFUSED:
        return '.';
    case NATURE_LATE:
        return '=';
    case NATURE_SIDE:
        return '!';
    case NATURE_EARLY:
        assert_false(strict);
        return (char)(letters[m->to] - 'a' + 'A');
    case NATURE_IN_ORDER:
        return letters[m->to];
    }
    return '?';
}

static void
every_state_and_kind_do_what_the_law_says_1_2(void **state)
{
    (void)state;
    assert_int_equal(COUNT(law), toy_jar.kind_count);
    for (size_t i = 0; i < COUNT(law); i++) {
        const struct kind *k = registry_kind(&toy_registry, slice_of(law[i].kind));
        struct entry e = entry_of(k);

        for (int from = 0; from < JAR__COUNT; from++) {
            struct subject s = jar_in(from, false);
            struct move m = machine_move(memory, &s, &e);
            char got = letter_of(&m, k->order == ORDER_STRICT);

            if (got != law[i].cells[from])
                fail_msg("%s from %s: '%c', the law says '%c'", law[i].kind, toy_jar.states[from].name, got,
                         law[i].cells[from]);
            if ((m.nature == NATURE_LATE || m.nature == NATURE_SIDE) && m.to != from)
                fail_msg("%s from %s moves the state", law[i].kind, toy_jar.states[from].name);
        }
    }
}

static void
a_frozen_subject_stops_strict_kinds_but_the_thaw_and_no_fact_1_2(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(law); i++) {
        const struct kind *k = registry_kind(&toy_registry, slice_of(law[i].kind));
        struct entry e = entry_of(k);
        bool stopped = k->order == ORDER_STRICT && k->mark != MARK_THAW;

        for (int from = 1; from < JAR__COUNT; from++) {
            struct subject s = jar_in(from, true);
            struct move m = machine_move(memory, &s, &e);
            char got = letter_of(&m, k->order == ORDER_STRICT);

            if (got != (stopped ? '.' : law[i].cells[from]))
                fail_msg("%s from %s, frozen: '%c'", law[i].kind, toy_jar.states[from].name, got);
        }
    }
}

static void
amounts_count_whatever_the_nature_and_marks_follow_3(void **state)
{
    const struct kind *fill = registry_kind(&toy_registry, S("jar.filled"));
    struct entry e = entry_of(fill);

    (void)state;
    for (int from = 1; from < JAR__COUNT; from++) {
        struct subject s = jar_in(from, false);
        struct move m = machine_move(memory, &s, &e);

        machine_run(memory, &s, &m, &e);
        assert_int_equal(((struct jar_view *)s.view)->held, 1001);
        assert_int_equal(s.frozen, m.nature == NATURE_SIDE);
        assert_int_equal(s.first_on, 19500);
    }
    {
        struct subject s = jar_in(JAR_OPEN, false);
        struct move m;

        ((struct jar_view *)s.view)->capacity = 1000;
        m = machine_move(memory, &s, &e);
        assert_true(m.excess);
        machine_run(memory, &s, &m, &e);
        assert_true(s.frozen);
        assert_int_equal(s.state, JAR_FILLED);
    }
}

/* ---- random tables --------------------------------------------------------------------------------------------- */

#define STATES 7
#define KINDS 7
#define WAY_SIZE 64

static const struct state plain_states[STATES] = {
    {"s0", "", "", false}, {"s1", "", "", false}, {"s2", "", "", false}, {"s3", "", "", false},
    {"s4", "", "", false}, {"s5", "", "", false}, {"s6", "", "", true},
};

static const struct shape no_fields = {.name = "nothing", .size = 1};
static struct kind_row rows[KINDS] = {
    {.name = "k0"}, {.name = "k1"}, {.name = "k2"}, {.name = "k3"}, {.name = "k4"}, {.name = "k5"}, {.name = "k6"},
};

/* The first sequence of facts, by length and then by the order of the table, after which the goal is allowed. */
static bool
way_of_length(char out[WAY_SIZE], const struct subject_type *type, int at, const struct kind *goal, size_t length,
              int *to)
{
    if (length == 0) {
        *to = at;
        return (goal->from & FROM(at)) != 0;
    }
    for (size_t i = 0; i < type->kind_count; i++) {
        const struct kind *k = &type->kinds[i];
        char rest[WAY_SIZE] = "";

        if (k->order != ORDER_FACT || k->to == TO_SAME || (k->from & FROM(at)) == 0)
            continue;
        if (way_of_length(rest, type, k->to, goal, length - 1, to)) {
            assert_true(snprintf(out, WAY_SIZE, "%s%s%s", k->schema->name, length == 1 ? "" : ",", rest) < WAY_SIZE);
            return true;
        }
    }
    return false;
}

static void
check_random_table(const struct subject_type *type, int from, const struct kind *k)
{
    struct subject s = {.type = type, .state = from, .first_on = 1};
    struct entry e = {.kind = k, .on = 2};
    struct move m = machine_move(memory, &s, &e);
    char steps[WAY_SIZE] = "";
    int reached = from;
    bool found = false;

    if (k->order == ORDER_STRICT || (k->from & FROM(from)) != 0) {
        assert_int_equal(m.nature, (k->from & FROM(from)) != 0 ? NATURE_IN_ORDER : NATURE_REFUSED);
        assert_int_equal(m.to, m.nature == NATURE_REFUSED || k->to == TO_SAME ? from : k->to);
        return;
    }
    if (type->states[from].side) {
        assert_int_equal(m.nature, NATURE_SIDE);
        assert_int_equal(m.to, from);
        return;
    }
    for (size_t length = 1; length < STATES && !found; length++)
        found = way_of_length(steps, type, from, k, length, &reached);
    assert_int_equal(m.nature, found ? NATURE_EARLY : NATURE_LATE);
    assert_int_equal(m.to, !found ? from : k->to == TO_SAME ? reached : k->to);
    if (!slice_equal(m.steps, slice_of(steps)))
        fail_msg("steps '" SLICE_FMT "', the shortest way is '%s'", SLICE_ARG(m.steps), steps);
}

static void
an_early_fact_skips_the_shortest_way_2(void **state)
{
    struct seed seed = seed_open("machine");

    (void)state;
    for (size_t round = 0; round < 300; round++) {
        struct kind kinds[KINDS];
        struct subject_type type = {.name = "t", .states = plain_states, .state_count = STATES, .kinds = kinds,
                                    .kind_count = KINDS};

        for (size_t i = 0; i < KINDS; i++) {
            rows[i].shape = &no_fields;
            kinds[i] = (struct kind){
                .schema = &rows[i],
                .type = &type,
                .from = (uint32_t)(seed_next(&seed) & seed_next(&seed) & 0x7e),
                .to = seed_below(&seed, 6) == 0 ? TO_SAME : 1 + (int)seed_below(&seed, STATES - 1),
                .order = seed_below(&seed, 3) == 0 ? ORDER_STRICT : ORDER_FACT,
            };
        }
        for (int from = 1; from < STATES; from++)
            for (size_t i = 0; i < KINDS; i++)
                check_random_table(&type, from, &kinds[i]);
        arena_reset(memory);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_state_and_kind_do_what_the_law_says_1_2, open_memory, close_memory),
        cmocka_unit_test_setup_teardown(a_frozen_subject_stops_strict_kinds_but_the_thaw_and_no_fact_1_2, open_memory,
                                        close_memory),
        cmocka_unit_test_setup_teardown(amounts_count_whatever_the_nature_and_marks_follow_3, open_memory,
                                        close_memory),
        cmocka_unit_test_setup_teardown(an_early_fact_skips_the_shortest_way_2, open_memory, close_memory),
    };

    return cmocka_run_group_tests_name("ledger/machine", tests, NULL, NULL);
}

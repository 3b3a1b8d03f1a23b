/*
 * Laws about the tables themselves: schema files, rows, states, views and limits say the same.
 * Knows the_registry and the generated tables; must not know what any kind means.
 * Invariant: a law here holds for every row, also for rows written later.
 */
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy.h"
#include "ventured/domain.h"

#define FOR_TYPES(t) \
    for (const struct subject_type *const *t = the_registry.types, *const *const end = t + the_registry.type_count; \
         t < end; t++)
#define FOR_KINDS(t, k) \
    FOR_TYPES(t) for (const struct kind *k = (*t)->kinds; k < (*t)->kinds + (*t)->kind_count; k++)

static void
every_schema_has_one_row_and_every_row_its_schema(void **state)
{
    size_t rows = 0, files = 0;

    (void)state;
    for (const struct kind_row *s = entry_kinds; s->name != NULL; s++, files++) {
        size_t found = 0;

        FOR_KINDS(t, k)
            found += k->schema == s;
        if (found != 1)
            fail_msg("%s has %zu rows", s->name, found);
    }
    FOR_KINDS(t, k)
        rows++;
    assert_int_equal(rows, files);
    for (const struct view_row *v = entry_views; v->name != NULL; v++)
        if (registry_type(&the_registry, slice_of(v->name)) == NULL)
            fail_msg("the view of %s has no type", v->name);
}

static void
a_type_is_told_by_its_name_and_has_the_view_of_its_schema(void **state)
{
    (void)state;
    FOR_TYPES(t) {
        const struct view_row *v = view_find(entry_views, slice_of((*t)->name));

        if (registry_type(&the_registry, slice_of((*t)->name)) != *t)
            fail_msg("two types are called %s", (*t)->name);
        if (v == NULL)
            fail_msg("%s has no view", (*t)->name);
        assert_ptr_equal(v->shape, (*t)->view);
        assert_string_equal(v->plural, (*t)->plural);
    }
}

static void
a_row_belongs_to_the_type_its_schema_names(void **state)
{
    (void)state;
    FOR_KINDS(t, k) {
        if (k->type != *t)
            fail_msg("%s stands in the table of %s", k->schema->name, (*t)->name);
        assert_string_equal(k->schema->view->name, (*t)->name);
    }
}

static void
moves_lead_from_and_to_states_of_their_type(void **state)
{
    (void)state;
    FOR_TYPES(t) {
        assert_true((*t)->state_count >= 2);
        assert_true((*t)->state_count <= STATES_MAX);
        assert_string_equal((*t)->states[STATE_NEW].name, "new");
        for (size_t i = 0; i < (*t)->state_count; i++)
            for (size_t j = 0; j < i; j++)
                assert_string_not_equal((*t)->states[i].name, (*t)->states[j].name);
    }
    FOR_KINDS(t, k) {
        if (k->from == 0 || k->from >> (*t)->state_count != 0)
            fail_msg("%s comes from a state that %s has not", k->schema->name, (*t)->name);
        if (k->to != TO_SAME && (k->to <= STATE_NEW || k->to >= (int)(*t)->state_count))
            fail_msg("%s leads to a state that %s has not", k->schema->name, (*t)->name);
        if (k->to == TO_SAME && (k->from & FROM_NEW) != 0)
            fail_msg("%s would leave its subject new", k->schema->name);
    }
}

/* What nothing leads to cannot be a state; what nothing leads from must be an end. */
static void
every_state_can_be_reached(void **state)
{
    (void)state;
    FOR_TYPES(t) {
        uint32_t seen = FROM_NEW, before = 0;

        while (seen != before) {
            before = seen;
            for (size_t i = 0; i < (*t)->kind_count; i++)
                if (((*t)->kinds[i].from & seen) != 0 && (*t)->kinds[i].to != TO_SAME)
                    seen |= FROM((*t)->kinds[i].to);
        }
        for (size_t s = 0; s < (*t)->state_count; s++)
            if ((seen & FROM(s)) == 0)
                fail_msg("nothing leads to %s of %s", (*t)->states[s].name, (*t)->name);
    }
}

static void
only_facts_have_an_excess_and_what_is_loaded_is_read(void **state)
{
    (void)state;
    FOR_KINDS(t, k) {
        if (k->over != NULL && k->order != ORDER_FACT)
            fail_msg("%s is strict: its rule refuses an excess", k->schema->name);
        if (k->may == NULL && (k->limits[0] != NULL || k->others[0].type != NULL))
            fail_msg("%s loads what no rule reads", k->schema->name);
    }
}

/* A row's names of fields are resolved while a request waits: here they are resolved before. */
static void
must_name(const struct kind *k, const char *field, enum name_of of)
{
    const struct field *f;

    if (of == OF_ACTOR || of == OF_SUBJECT)
        return;
    f = shape_field(of == OF_VIEW ? k->type->view : k->schema->shape, slice_of(field));
    if (f == NULL || f->type != FIELD_TEXT)
        fail_msg("%s names something by %s, which is no text", k->schema->name, field);
}

static void
others_and_sums_are_named_by_texts_that_exist(void **state)
{
    (void)state;
    FOR_KINDS(t, k) {
        for (size_t i = 0; i < OTHERS_MAX && k->others[i].type != NULL; i++) {
            const struct other *o = &k->others[i];

            must_name(k, o->field, o->of);
            if (registry_type(&the_registry, slice_of(o->type->name)) != o->type)
                fail_msg("%s names a %s, which the registry has not", k->schema->name, o->type->name);
        }
        for (size_t i = 0; i < SUMS_MAX && k->sums[i].indicator != NULL; i++)
            must_name(k, k->sums[i].field, k->sums[i].of);
    }
}

/* Effects carry a code over as a number. */
static void
a_code_means_the_same_in_an_entry_and_in_its_view(void **state)
{
    (void)state;
    FOR_KINDS(t, k)
        for (size_t i = 0; i < k->schema->shape->count; i++) {
            const struct field *f = &k->schema->shape->fields[i];
            const struct field *v = shape_field((*t)->view, slice_of(f->name));

            if (f->type != FIELD_CODE || v == NULL || v->type != FIELD_CODE)
                continue;
            assert_int_equal(f->code_count, v->code_count);
            for (size_t c = 0; c < f->code_count; c++)
                assert_string_equal(f->codes[c].name, v->codes[c].name);
        }
}

/* Paper goes on beside the registry: whatever is entered can say where its paper lies. */
static void
every_entry_can_name_its_paper(void **state)
{
    (void)state;
    FOR_KINDS(t, k) {
        const struct field *f = shape_field(k->schema->shape, S("paper"));

        if (f == NULL || f->type != FIELD_TEXT || f->required || f->is_private)
            fail_msg("%s cannot name its paper", k->schema->name);
    }
}

static void
what_is_told_to_banks_may_be_seen_by_their_machines(void **state)
{
    size_t told = 0;

    (void)state;
    FOR_KINDS(t, k) {
        if (k->tells == NULL)
            continue;
        told++;
        if ((k->schema->see & ROLE_BIT(ROLE_BANK_MACHINE)) == 0)
            fail_msg("%s is told to banks that may not see it", k->schema->name);
    }
    assert_true(told > 0);
}

static void
corrections_and_proposals_are_let_in_by_kinds_of_the_registry(void **state)
{
    (void)state;
    assert_non_null(the_registry.confirms);
    assert_non_null(the_registry.admits);
    assert_ptr_equal(registry_kind(&the_registry, S("entry.mended")), the_registry.confirms);
    assert_ptr_equal(registry_kind(&the_registry, S("entry.confirmed")), the_registry.admits);
}

/* Otherwise it would wait for ever. */
static void
what_may_be_proposed_can_be_let_in_by_somebody(void **state)
{
    (void)state;
    FOR_KINDS(t, k)
        if (k->schema->propose != 0 && (k->schema->post & the_registry.admits->schema->post) == 0)
            fail_msg("%s is proposed to nobody", k->schema->name);
}

/* ---- steps, sums and closings ----------------------------------------------------------------------------------- */

static void
sums_are_named_by_texts_that_exist(void **state)
{
    (void)state;
    FOR_KINDS(t, k)
        for (size_t i = 0; i < SUMS_MAX && k->sums[i].indicator != NULL; i++) {
            const struct sum *s = &k->sums[i];
            const struct field *f = s->field == NULL ? NULL
                                    : shape_field(s->of == OF_VIEW ? (*t)->view : k->schema->shape, slice_of(s->field));

            if (s->field != NULL && (f == NULL || f->type != FIELD_TEXT))
                fail_msg("%s sums %s by %s, which is no text", k->schema->name, s->indicator, s->field);
            if (k->may == NULL)
                fail_msg("%s sums what no rule reads", k->schema->name);
        }
}

static void
what_closes_one_exception_says_which(void **state)
{
    (void)state;
    FOR_KINDS(t, k) {
        const struct field *f = shape_field(k->schema->shape, S("seq"));
        bool names = f != NULL && f->type == FIELD_INT && f->required;

        if (k->closes == CLOSES_ONE && !names)
            fail_msg("%s closes one exception and does not say which", k->schema->name);
    }
}

static void
steps_are_told_apart_and_end_in_kinds_that_the_clock_may_post(void **state)
{
    (void)state;
    FOR_TYPES(t) {
        assert_true(((*t)->runs != NULL) == ((*t)->steps != NULL));
        for (size_t i = 0; i < (*t)->step_count; i++) {
            const struct step_row *row = &(*t)->steps[i];
            const struct kind *k = row->posts == NULL ? NULL : registry_kind(&the_registry, slice_of(row->posts));

            for (size_t j = 0; j < i; j++)
                assert_string_not_equal(row->name, (*t)->steps[j].name);
            assert_true(row->zh[0] != '\0');
            assert_true(row->en[0] != '\0');
            if (row->posts != NULL && (k == NULL || k->type != *t || !role_may_post(ROLE_CLOCK, k->schema)))
                fail_msg("step %s of %s ends in %s, which the clock may not post", row->name, (*t)->name, row->posts);
        }
    }
}

/* ---- every number a rule reads is an entry ---------------------------------------------------------------------- */

/* Gathers every text under the key "name", however deep: a policy pack names its limits so. */
static void
gather_names(struct buf *out, const struct json *node)
{
    for (const struct json *n = node->first; n != NULL; n = n->next) {
        if (n->type == JSON_TEXT && slice_equal(n->key, S("name")))
            buf_print(out, "|" SLICE_FMT "|", SLICE_ARG(n->text));
        gather_names(out, n);
    }
}

static void
packs_read(struct buf *out)
{
    glob_t found = {0};

    glob("schemas/policy/*.json", 0, NULL, &found);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        static char text[4 << 20];
        FILE *f = fopen(found.gl_pathv[i], "rb");
        const struct json *tree;

        assert_non_null(f);
        assert_int_equal(json_parse(&tree, out->arena, (struct slice){text, fread(text, 1, sizeof text, f)}), V_OK);
        fclose(f);
        gather_names(out, tree);
    }
    globfree(&found);
}

static void
must_be_in(const struct buf *names, const char *name, const char *reader)
{
    char wanted[128];

    snprintf(wanted, sizeof wanted, "|%s|", name);
    if (strstr(names->at, wanted) == NULL)
        fail_msg("%s reads %s, which no policy pack sets", reader, name);
}

static void
every_limit_that_a_row_reads_is_set_by_a_policy_pack(void **state)
{
    struct arena *a = arena_open((size_t)64 << 20);
    struct buf names = {.arena = a};

    (void)state;
    packs_read(&names);
    if (names.len == 0) {
        arena_close(a);
        print_message("# skipped: no file in schemas/policy names a limit\n");
        skip();
    }
    buf_add_char(&names, '\0');
    assert_non_null(the_registry.limits);
    FOR_KINDS(t, k) {
        for (size_t i = 0; i < LIMITS_MAX && k->limits[i] != NULL; i++)
            must_be_in(&names, k->limits[i], k->schema->name);
        for (size_t i = 0; i < LIMITS_MAX && k->some_limits[i] != NULL; i++)
            must_be_in(&names, k->some_limits[i], k->schema->name);
        for (size_t i = 0; i < k->schema->shape->count; i++) {
            const struct field *f = &k->schema->shape->fields[i];
            const char *list = f->type == FIELD_TEXTS ? f->items->fields[0].list : f->list;

            if (list != NULL)
                must_be_in(&names, list, k->schema->name);
        }
    }
    arena_close(a);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_schema_has_one_row_and_every_row_its_schema),
        cmocka_unit_test(a_type_is_told_by_its_name_and_has_the_view_of_its_schema),
        cmocka_unit_test(a_row_belongs_to_the_type_its_schema_names),
        cmocka_unit_test(moves_lead_from_and_to_states_of_their_type),
        cmocka_unit_test(every_state_can_be_reached),
        cmocka_unit_test(only_facts_have_an_excess_and_what_is_loaded_is_read),
        cmocka_unit_test(others_and_sums_are_named_by_texts_that_exist),
        cmocka_unit_test(a_code_means_the_same_in_an_entry_and_in_its_view),
        cmocka_unit_test(every_entry_can_name_its_paper),
        cmocka_unit_test(what_is_told_to_banks_may_be_seen_by_their_machines),
        cmocka_unit_test(corrections_and_proposals_are_let_in_by_kinds_of_the_registry),
        cmocka_unit_test(what_may_be_proposed_can_be_let_in_by_somebody),
        cmocka_unit_test(sums_are_named_by_texts_that_exist),
        cmocka_unit_test(what_closes_one_exception_says_which),
        cmocka_unit_test(steps_are_told_apart_and_end_in_kinds_that_the_clock_may_post),
        cmocka_unit_test(every_limit_that_a_row_reads_is_set_by_a_policy_pack),
    };

    return cmocka_run_group_tests_name("domain/tables", tests, NULL, NULL);
}

/*
 * The table role x kind x field, as generated from the toy schema files.
 * Knows who may do what with a jar; must not know the door.
 * Invariant: what no schema file allows is refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "toy_policy.h"
#include "toy_shapes.h"

static uint32_t
posters(const struct kind_row *k)
{
    uint32_t set = 0;

    for (enum role r = 0; r < ROLE__COUNT; r++)
        if (role_may_post(r, k))
            set |= ROLE_BIT(r);
    return set;
}

static uint32_t
viewers(const struct kind_row *k, const char *name)
{
    const struct field *f = shape_field(k->shape, slice_of(name));
    uint32_t set = 0;

    assert_non_null(f);
    for (enum role r = 0; r < ROLE__COUNT; r++)
        if (role_may_see(r, k, f))
            set |= ROLE_BIT(r);
    return set;
}

static void
a_role_is_known_by_its_word(void **state)
{
    enum role got;

    (void)state;
    assert_int_equal(ROLE__COUNT, 17);
    for (enum role r = 0; r < ROLE__COUNT; r++) {
        assert_true(role_find(&got, slice_of(role_row(r)->name)));
        assert_int_equal(got, r);
    }
    assert_false(role_find(&got, S("BANK_MACHINE")));
    assert_false(role_find(&got, S("applicant")));
    assert_false(role_find(&got, S("")));
}

/* The four pairs of the trade, each seen from both ends. */
static void
four_eyes_keep_two_ends_of_a_work_apart(void **state)
{
    static const struct {
        enum role one, other;
    } pairs[] = {
        {ROLE_BANK_OFFICER,   ROLE_BANK_CHECKER    },
        {ROLE_DISTRICT_CLERK, ROLE_DISTRICT_CHECKER},
        {ROLE_STREET_CLERK,   ROLE_DISTRICT_CHECKER},
        {ROLE_CENTRE_OFFICER, ROLE_PAYER           },
    };
    size_t seen = 0;

    (void)state;
    for (size_t i = 0; i < COUNT(pairs); i++) {
        assert_true((role_opposites(pairs[i].one) & ROLE_BIT(pairs[i].other)) != 0);
        assert_true((role_opposites(pairs[i].other) & ROLE_BIT(pairs[i].one)) != 0);
    }
    for (enum role r = 0; r < ROLE__COUNT; r++)
        for (enum role o = 0; o < ROLE__COUNT; o++)
            seen += (role_opposites(r) & ROLE_BIT(o)) != 0;
    assert_int_equal(seen, 2 * COUNT(pairs));
}

static void
only_the_roles_named_may_post(void **state)
{
    (void)state;
    assert_int_equal(posters(kind_find(toy_kinds, S("jar.lent"))), ROLE_BIT(ROLE_BANK_MACHINE));
    assert_int_equal(posters(kind_find(toy_kinds, S("jar.opened"))),
                     ROLE_BIT(ROLE_DISTRICT_CLERK) | ROLE_BIT(ROLE_IMPORT));
    assert_int_equal(posters(kind_find(toy_kinds, S("jar.sealed"))),
                     ROLE_BIT(ROLE_DISTRICT_CHECKER) | ROLE_BIT(ROLE_CLOCK));
}

static void
only_the_roles_named_may_propose_and_none_of_them_may_post(void **state)
{
    const struct kind_row *promised = kind_find(toy_kinds, S("jar.promised"));

    (void)state;
    for (enum role r = 0; r < ROLE__COUNT; r++)
        assert_int_equal(role_may_propose(r, promised), r == ROLE_DISTRICT_CLERK);
    for (size_t i = 0; i < TOY_KIND__COUNT; i++) {
        assert_int_equal(toy_kinds[i].propose & toy_kinds[i].post, 0);
        assert_int_equal(toy_kinds[i].propose & ~toy_kinds[i].see, 0);
    }
}

static void
a_field_shows_to_its_own_list_or_else_to_the_kinds(void **state)
{
    const struct kind_row *opened = kind_find(toy_kinds, S("jar.opened"));

    (void)state;
    assert_int_equal(viewers(opened, "capacity"), opened->see);
    assert_int_equal(viewers(opened, "owner"), ROLE_BIT(ROLE_DISTRICT_CLERK));
    assert_int_equal(viewers(opened, "label"), ROLE_BIT(ROLE_DISTRICT_CLERK));
}

static void
a_private_field_without_a_list_shows_to_nobody(void **state)
{
    const struct kind_row *inspected = kind_find(toy_kinds, S("jar.inspected"));

    (void)state;
    assert_int_equal(viewers(inspected, "inspector"), 0);
    assert_int_equal(viewers(inspected, "remark"), ROLE_BIT(ROLE_AUDITOR));
}

static void
a_state_hides_fields_the_same_way(void **state)
{
    const struct view_row *jar = view_find(toy_views, S("jar"));

    (void)state;
    assert_true(role_may_read(ROLE_BANK_MACHINE, jar, shape_field(jar->shape, S("held"))));
    assert_false(role_may_read(ROLE_BANK_MACHINE, jar, shape_field(jar->shape, S("owner"))));
    assert_false(role_may_read(ROLE_EXPERT, jar, shape_field(jar->shape, S("held"))));
}

static void
every_row_is_whole_and_no_field_shows_wider_than_its_kind(void **state)
{
    (void)state;
    for (size_t i = 0; i < TOY_KIND__COUNT; i++) {
        const struct kind_row *k = &toy_kinds[i];

        assert_ptr_equal(kind_find(toy_kinds, slice_of(k->name)), k);
        assert_string_equal(k->shape->name, k->name);
        assert_int_equal(k->shape->version, k->version);
        assert_ptr_equal(view_find(toy_views, slice_of(k->view->name)), k->view);
        assert_int_not_equal(k->post, 0);
        for (size_t n = 0; n < k->shape->count; n++)
            assert_int_equal(k->field_see[n] & ~k->see, 0);
    }
    assert_ptr_equal(toy_kinds[KIND_JAR_LENT].view, &toy_views[VIEW_JAR]);
    assert_null(toy_kinds[TOY_KIND__COUNT].name);
    assert_null(toy_views[TOY_VIEW__COUNT].name);
    assert_null(kind_find(toy_kinds, S("jar")));
    assert_null(view_find(toy_views, S("jar.opened")));
}

static void
the_newest_version_is_the_one_that_is_posted(void **state)
{
    (void)state;
    assert_int_equal(kind_find(toy_kinds, S("jar.spilled"))->version, 2);
    assert_non_null(shape_field(kind_find(toy_kinds, S("jar.spilled"))->shape, S("seen")));
}

static void
the_embedded_api_document_is_the_file_that_was_checked(void **state)
{
    FILE *file = fopen("build/gen/toy_openapi.json", "rb");
    char *bytes;
    size_t size;

    (void)state;
    if (file == NULL) {
        print_message("build/gen/toy_openapi.json is not here: run from the project's folder\n");
        skip();
    }
    bytes = malloc(toy_openapi_size + 1);
    size = fread(bytes, 1, toy_openapi_size + 1, file);
    fclose(file);
    assert_int_equal(size, toy_openapi_size);
    assert_memory_equal(bytes, toy_openapi, size);
    free(bytes);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_role_is_known_by_its_word),
        cmocka_unit_test(four_eyes_keep_two_ends_of_a_work_apart),
        cmocka_unit_test(only_the_roles_named_may_post),
        cmocka_unit_test(only_the_roles_named_may_propose_and_none_of_them_may_post),
        cmocka_unit_test(a_field_shows_to_its_own_list_or_else_to_the_kinds),
        cmocka_unit_test(a_private_field_without_a_list_shows_to_nobody),
        cmocka_unit_test(a_state_hides_fields_the_same_way),
        cmocka_unit_test(every_row_is_whole_and_no_field_shows_wider_than_its_kind),
        cmocka_unit_test(the_newest_version_is_the_one_that_is_posted),
        cmocka_unit_test(the_embedded_api_document_is_the_file_that_was_checked),
    };

    return cmocka_run_group_tests_name("ledger/role", tests, NULL, NULL);
}

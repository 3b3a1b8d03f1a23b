/*
 * Endpoints: addresses, whose they are, and the record by which the outbox delivers.
 * Knows the town; must not know the engine.
 * Invariant: each row is a posting and its answer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "town.h"

#define ENDPOINT(subject, organisation, url) \
    "{'subject':'" subject "','on':'2023-01-01','organisation':'" organisation "','url':'" url "'}"
#define OURS(url) ENDPOINT("bank-zj", "bank-zj", url)
#define CLOSED "{'subject':'bank-zj','on':'2023-02-01','reason':'broken'}"

static void
takes_addresses_that_can_be_called(void **state)
{
    static const struct town_step steps[] = {
        {"a name", &town_security, "endpoint.set", OURS("https://events.bank.example/ventured"), V_OK},
        {"another one in its place", &town_security, "endpoint.set", OURS("https://b.example:8443/"), V_OK},
        {"by the bank itself", &town_bank_officer, "endpoint.set", OURS("https://b.example/"), V_FORBIDDEN},
        {"without TLS", &town_security, "endpoint.set", OURS("http://b.example/"), V_FIELDS_WRONG, "/url",
         V_FIELD_FORM},
        {"with a user", &town_security, "endpoint.set", OURS("https://u:p@b.example/"), V_FIELDS_WRONG, "/url",
         V_FIELD_FORM},
        {"with a query", &town_security, "endpoint.set", OURS("https://b.example/?a=b"), V_FIELDS_WRONG, "/url",
         V_FIELD_FORM},
        {"without a path", &town_security, "endpoint.set", OURS("https://b.example"), V_FIELDS_WRONG, "/url",
         V_FIELD_FORM},
        {"a port too far", &town_security, "endpoint.set", OURS("https://b.example:65536/"), V_FIELDS_WRONG, "/url",
         V_FIELD_RANGE},
        {"under another name", &town_security, "endpoint.set", ENDPOINT("bank-sx", "bank-zj", "https://b.example/"),
         V_FIELDS_WRONG, "/subject", V_FIELD_FORM},
        {"of nobody", &town_security, "endpoint.set", ENDPOINT("bank-no", "bank-no", "https://b.example/"),
         V_REFERENCE_UNKNOWN, "/organisation"},
        {"of an office", &town_security, "endpoint.set", ENDPOINT("centre", "centre", "https://b.example/"),
         V_RULE_REFUSED, "/organisation"},
        {"of an operator", &town_security, "endpoint.set",
         ENDPOINT("operator-one", "operator-one", "https://b.example/"), V_OK},
        {"closed", &town_security, "endpoint.closed", CLOSED, V_OK},
        {"closed twice", &town_security, "endpoint.closed", CLOSED, V_WRONG_STATE},
        {"open again", &town_security, "endpoint.set", OURS("https://b.example/"), V_OK},
    };

    town_run(*state, steps, COUNT(steps));
}

static enum verdict
load(struct endpoint_record *out, struct world *w, const char *organisation)
{
    return endpoint_record_load(out, w->reader, w->arena, slice_of(organisation));
}

static void
is_read_as_a_machine_of_its_organisation(void **state)
{
    struct world *w = *state;
    struct endpoint_record r;

    assert_int_equal(load(&r, w, "bank-zj"), V_NONE);
    assert_int_equal(world_post(w, &town_security, "endpoint.set", NULL, OURS("https://b.example/x"))->got, V_OK);
    assert_int_equal(load(&r, w, "bank-zj"), V_OK);
    assert_true(slice_equal(r.url, S("https://b.example/x")));
    assert_int_equal(r.reader.role, ROLE_BANK_MACHINE);
    assert_true(slice_equal(r.reader.organisation, S("bank-zj")));
    assert_int_equal(load(&r, w, "bank-sx"), V_NONE);
    assert_int_equal(world_post(w, &town_security, "endpoint.closed", NULL, CLOSED)->got, V_OK);
    assert_int_equal(load(&r, w, "bank-zj"), V_NONE);
}

static void
of_a_closed_organisation_is_none(void **state)
{
    struct world *w = *state;
    struct endpoint_record r;

    assert_int_equal(world_post(w, &town_security, "endpoint.set", NULL, OURS("https://b.example/x"))->got, V_OK);
    assert_int_equal(world_post(w, &town_system, "organisation.closed", NULL,
                                "{'subject':'bank-zj','on':'2023-03-01','reason':'merged'}")->got, V_OK);
    assert_int_equal(load(&r, w, "bank-zj"), V_NONE);
    assert_int_equal(world_post(w, &town_security, "endpoint.set", NULL, OURS("https://b.example/y"))->got,
                     V_RULE_REFUSED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, town_setup, world_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(takes_addresses_that_can_be_called),
        TEST(is_read_as_a_machine_of_its_organisation),
        TEST(of_a_closed_organisation_is_none),
    };

    return cmocka_run_group_tests_name("domain/endpoint", tests, NULL, NULL);
}

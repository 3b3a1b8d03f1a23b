/*
 * Message components against the examples in the text of RFC 9421 section 2.
 * Knows requests and responses; must not know keys.
 * Invariant: each row names one component of one message and its only value, NULL where it must be refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "../../src/edge/component.h"
#include "outgoing.h"

static struct arena *arena;

static int
open_arena(void **state)
{
    (void)state;
    arena = arena_open(1u << 20);
    return 0;
}

static int
close_arena(void **state)
{
    (void)state;
    arena_close(arena);
    return 0;
}

static const struct component_case {
    const char *target;
    int status;
    const char *id; /* as it stands in a Signature-Input */
    const char *value;
} cases[] = {
    {"/path?param=value", 0, "\"@method\"", "POST"},
    {"/path?param=value", 0, "\"@target-uri\"", "https://www.example.com:8443/path?param=value"},
    {"/path?param=value", 0, "\"@authority\"", "www.example.com:8443"},
    {"/path?param=value", 0, "\"@scheme\"", "https"},
    {"/path?param=value", 0, "\"@request-target\"", "/path?param=value"},
    {"/path?param=value", 0, "\"@path\"", "/path"},
    {"/", 0, "\"@path\"", "/"},
    {"", 0, "\"@path\"", "/"},
    {"/path?param=value&foo=bar&baz=bat%2Dman", 0, "\"@query\"", "?param=value&foo=bar&baz=bat%2Dman"},
    {"/path?queryString", 0, "\"@query\"", "?queryString"},
    {"/path?", 0, "\"@query\"", "?"},
    {"/path", 0, "\"@query\"", "?"},
    {"/path", 200, "\"@status\"", "200"},
    {"/path", 0, "\"@status\"", NULL},
    {"/path", 200, "\"@method\"", NULL},
    {"/path", 200, "\"@target-uri\"", NULL},
    {"/path", 0, "\"@signature-params\"", NULL},
    {"/path", 0, "\"@\"", NULL},
    {"/path", 0, "\"\"", NULL},
    {"/path", 0, "1", NULL},
    {"/path", 0, "content-type", NULL},

    {"/path", 0, "\"host\"", "www.example.com"},
    {"/path", 0, "\"cache-control\"", "max-age=60, must-revalidate"},
    {"/path", 0, "\"x-empty-header\"", ""},
    {"/path", 200, "\"host\"", "www.example.com"},
    {"/path", 0, "\"Host\"", NULL},
    {"/path", 0, "\"x-missing\"", NULL},
    {"/path", 0, "\"host\";sf", NULL},
    {"/path", 0, "\"host\";bs", NULL},
    {"/path", 0, "\"host\";tr", NULL},
    {"/path", 0, "\"host\";req", NULL},
    {"/path", 0, "\"host\";key=\"a\"", NULL},
    {"/path", 0, "\"host\";name=\"a\"", NULL},
    {"/path", 0, "\"@method\";name=\"a\"", NULL},

    {"/path?param=value&foo=bar&baz=batman&qux=", 0, "\"@query-param\";name=\"baz\"", "batman"},
    {"/path?param=value&foo=bar&baz=batman&qux=", 0, "\"@query-param\";name=\"qux\"", ""},
    {"/path?param=value&foo=bar&baz=batman&qux=", 0, "\"@query-param\";name=\"param\"", "value"},
    {"/p?var=this%20is%20a%20big%0Avalue", 0, "\"@query-param\";name=\"var\"", "this%20is%20a%20big%0Avalue"},
    {"/p?bar=with+plus+whitespace", 0, "\"@query-param\";name=\"bar\"", "with%20plus%20whitespace"},
    {"/p?fa%C3%A7ade%22%3A%20=something", 0, "\"@query-param\";name=\"fa%C3%A7ade%22%3A%20\"", "something"},
    {"/p?fa%c3%a7ade=x", 0, "\"@query-param\";name=\"fa%C3%A7ade\"", "x"},
    {"/p?a=%zz%4&b", 0, "\"@query-param\";name=\"a\"", "%25zz%254"},
    {"/p?a=%zz%4&b", 0, "\"@query-param\";name=\"b\"", ""},
    {"/p?a=1&a=2", 0, "\"@query-param\";name=\"a\"", NULL},
    {"/p?a=1&%61=2", 0, "\"@query-param\";name=\"a\"", NULL},
    {"/p?a=1", 0, "\"@query-param\";name=\"b\"", NULL},
    {"/p", 0, "\"@query-param\";name=\"b\"", NULL},
    {"/p?a=1", 0, "\"@query-param\"", NULL},
    {"/p?a=1", 0, "\"@query-param\";name=a", NULL},
    {"/p?a=1", 0, "\"@query-param\";name=\"a\";req", NULL},
    {"/p?a=1", 0, "\"@query-param\";key=\"a\"", NULL},
    {"/p?a=1", 200, "\"@query-param\";name=\"a\"", NULL},
};

static void
reads_the_one_value_of_each_component(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct component_case *c = &cases[i];
        struct outgoing o;
        struct message m = {&o.request, S("https://www.example.com:8443"), c->status};
        struct sfv id;
        struct slice got;

        outgoing_init(&o, arena, "POST", c->target, "");
        outgoing_add(&o, "Host", S("www.example.com"));
        outgoing_add(&o, "Cache-Control", S("max-age=60"));
        outgoing_add(&o, "X-Empty-Header", S(""));
        outgoing_add(&o, "Cache-Control", S("must-revalidate"));
        assert_true(sfv_read_item(&id, arena, slice_of(c->id)));
        if (component_read(&got, &m, &id) != (c->value != NULL))
            fail_msg("%s of %s", c->id, c->target);
        if (c->value != NULL && !slice_equal(got, slice_of(c->value)))
            fail_msg("%s of %s: " SLICE_FMT, c->id, c->target, SLICE_ARG(got));
    }
}

static const struct {
    const char *origin;
    bool right;
} origins[] = {
    {"https://ventured.example",       true },
    {"https://ventured.example:8443",  true },
    {"http://localhost:8080",          true },
    {"https://127.0.0.1:80",           true },
    {"https://ventured.example:443",   false},
    {"http://ventured.example:80",     false},
    {"https://ventured.example:0",     false},
    {"https://ventured.example:08443", false},
    {"https://ventured.example:65536", false},
    {"https://ventured.example:",      false},
    {"https://ventured.example:x",     false},
    {"https://ventured.example:-1",    false},
    {"https://ventured.example/",      false},
    {"https://ventured.example?",      false},
    {"https://Registry.example",       false},
    {"https://user@ventured.example",  false},
    {"https://:8443",                  false},
    {"https://",                       false},
    {"HTTPS://ventured.example",       false},
    {"ftp://ventured.example",         false},
    {"ventured.example",               false},
    {"",                               false},
};

static void
knows_an_origin_from_other_texts(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(origins); i++) {
        if (component_origin(slice_of(origins[i].origin)) != origins[i].right)
            fail_msg("%s", origins[i].origin);
    }
    assert_false(component_origin((struct slice){0}));
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(reads_the_one_value_of_each_component, open_arena, close_arena),
        cmocka_unit_test_setup_teardown(knows_an_origin_from_other_texts, open_arena, close_arena),
    };

    return cmocka_run_group_tests_name("edge/component", tests, NULL, NULL);
}

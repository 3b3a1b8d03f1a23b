/*
 * The routes against the API document that is served.
 * Knows both tables; must not know what a route does.
 * Invariant: what is served is documented, and what is documented is served.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../src/edge/route.h"
#include "policy.h"
#include "ventured/json.h"

static struct arena *arena;
static const struct json *api;

static int
open_api(void **state)
{
    (void)state;
    arena = arena_open((size_t)64 << 20);
    return json_parse(&api, arena, (struct slice){entry_openapi, entry_openapi_size}) != V_OK;
}

static int
close_api(void **state)
{
    (void)state;
    arena_close(arena);
    return 0;
}

static struct slice
lower(const char *word)
{
    struct slice out = arena_copy(arena, slice_of(word));

    for (size_t i = 0; i < out.len; i++)
        ((char *)(uintptr_t)out.at)[i] |= 0x20;
    return out;
}

static void
every_route_is_in_the_document(void **state)
{
    const struct json *paths = json_find(api, S("paths"));

    (void)state;
    for (size_t i = 0; i < route_count; i++) {
        const struct json *path = json_find(paths, slice_of(routes[i].path));

        /* Kinds and types have an address each there. */
        if (strstr(routes[i].path, "{kind}") != NULL || strstr(routes[i].path, "{plural}") != NULL)
            continue;
        if (path == NULL || json_find(path, lower(routes[i].method)) == NULL)
            fail_msg("%s %s", routes[i].method, routes[i].path);
    }
}

static void
every_address_of_the_document_has_a_route(void **state)
{
    const struct json *paths = json_find(api, S("paths"));
    size_t count = 0;

    (void)state;
    for (const struct json *path = paths->first; path != NULL; path = path->next)
        for (const struct json *m = path->first; m != NULL; m = m->next) {
            struct slice args[ROUTE_ARGS_MAX], allow, method = arena_copy(arena, m->key);
            struct request rq = {.arena = arena, .path = path->key};
            const struct route *found;

            if (slice_equal(m->key, S("parameters")))
                continue;
            for (size_t i = 0; i < method.len; i++)
                ((char *)(uintptr_t)method.at)[i] &= ~0x20;
            rq.method = method;
            if (route_find(&found, args, &allow, &rq) != V_OK)
                fail_msg(SLICE_FMT " " SLICE_FMT, SLICE_ARG(method), SLICE_ARG(path->key));
            count++;
        }
    assert_true(count > route_count);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_route_is_in_the_document),
        cmocka_unit_test(every_address_of_the_document_has_a_route),
    };

    return cmocka_run_group_tests_name("edge/route", tests, open_api, close_api);
}

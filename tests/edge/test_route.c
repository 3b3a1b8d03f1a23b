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

#include "../../src/edge/media.h"
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

static enum verdict
check(const char *method, const char *target, const char *type, size_t len)
{
    struct header field = {S("Content-Type"), slice_of(type)};
    struct request rq = {.arena = arena, .method = slice_of(method), .path = slice_of(target), .headers = &field,
                         .header_count = 1, .body = {"", len}};
    struct slice args[ROUTE_ARGS_MAX], allow;
    const struct route *found;

    assert_int_equal(route_find(&found, args, &allow, &rq), V_OK);
    return route_check_body(found, &rq);
}

static void
sheets_are_read_where_lists_are_and_may_be_longer(void **state)
{
    static const struct {
        const char *target, *type;
        size_t len;
        enum verdict got;
    } cases[] = {
        {"/v1/entries",     "application/json",                    1 << 20,       V_OK            },
        {"/v1/entries",     "application/json",                    (1 << 20) + 1, V_BODY_TOO_LARGE},
        {"/v1/entries",     "text/csv",                            4 << 20,       V_OK            },
        {"/v1/entries",     "text/csv",                            (4 << 20) + 1, V_BODY_TOO_LARGE},
        {"/v1/entries/a.b", "application/json; charset=UTF-8",     1,             V_OK            },
        {"/v1/entries/a.b", "text/csv",                            1,             V_MEDIA_TYPE    },
        {"/v1/password",    "text/csv",                            1,             V_MEDIA_TYPE    },
        {"/v1/entries",     "multipart/form-data",                 1,             V_MEDIA_TYPE    },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        if (check("POST", cases[i].target, cases[i].type, cases[i].len) != cases[i].got)
            fail_msg("case %zu", i);
}

/* RFC 9110 section 8.3.1: names in any case, a value perhaps in quotes, blanks around the semicolon. */
static void
a_media_type_is_read_with_all_its_parameters_or_not_at_all(void **state)
{
    static const struct {
        const char *type;
        int form; /* -1: refused */
        enum charset charset;
    } cases[] = {
        {"application/json",                       MEDIA_JSON, CHARSET_UTF8   },
        {"Application/JSON ; charset=\"UTF-8\"",   MEDIA_JSON, CHARSET_UTF8   },
        {"application/json; charset=gbk",          -1,         CHARSET_GUESS  },
        {"application/json; header=present",       -1,         CHARSET_GUESS  },
        {"application/json;",                      -1,         CHARSET_GUESS  },
        {"text/csv",                               MEDIA_CSV,  CHARSET_GUESS  },
        {"text/csv; header=present",               MEDIA_CSV,  CHARSET_GUESS  },
        {"text/csv;charset=utf-8;header=present",  MEDIA_CSV,  CHARSET_UTF8   },
        {"text/csv;charset=GB18030",               MEDIA_CSV,  CHARSET_GB18030},
        {"text/csv; charset=\"gbk\"",              MEDIA_CSV,  CHARSET_GB18030},
        {"text/csv; charset=gb2312",               MEDIA_CSV,  CHARSET_GB18030},
        {"text/csv; charset=big5",                 -1,         CHARSET_GUESS  },
        {"text/csv; header=absent",                -1,         CHARSET_GUESS  },
        {"text/csv, text/csv",                     -1,         CHARSET_GUESS  },
        {"text/plain",                             -1,         CHARSET_GUESS  },
        {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", MEDIA_XLSX, CHARSET_GUESS},
    };
    struct media m;

    (void)state;
    assert_false(media_read(&m, (struct slice){0}));
    for (size_t i = 0; i < COUNT(cases); i++) {
        bool known = media_read(&m, slice_of(cases[i].type));

        if (known != (cases[i].form != -1))
            fail_msg("%s", cases[i].type);
        if (known && ((int)m.form != cases[i].form || m.charset != cases[i].charset))
            fail_msg("%s: form %d charset %d", cases[i].type, (int)m.form, (int)m.charset);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_route_is_in_the_document),
        cmocka_unit_test(every_address_of_the_document_has_a_route),
        cmocka_unit_test(sheets_are_read_where_lists_are_and_may_be_longer),
        cmocka_unit_test(a_media_type_is_read_with_all_its_parameters_or_not_at_all),
    };

    return cmocka_run_group_tests_name("edge/route", tests, open_api, close_api);
}

/*
 * Changes that our own page did not send.
 * Knows what a browser says about itself; must not know routes.
 * Invariant: one thing missing or wrong is enough to be refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../src/edge/csrf.h"
#include "crowd.h"

#define TOKEN "0123456789abcdef0123456789abcdef"
#define OTHER "ffffffffffffffffffffffffffffffff"

/* What of a request is not as our page sends it. */
struct row {
    const char *method, *origin, *site;
    enum verdict want;
};

static const struct row rows[] = {
    {"POST",   CROWD_ORIGIN,              NULL,          V_OK          },
    {"POST",   "https://other.test:8443", NULL,          V_OK          },
    {"POST",   NULL,                      "same-origin", V_OK          },
    {"POST",   "null",                    "same-origin", V_OK          }, /* hidden by Referrer-Policy */
    {"POST",   NULL,                      NULL,          V_ORIGIN_WRONG},
    {"POST",   "",                        NULL,          V_ORIGIN_WRONG},
    {"POST",   "null",                    NULL,          V_ORIGIN_WRONG},
    {"POST",   "https://evil.test",       NULL,          V_ORIGIN_WRONG},
    {"POST",   "http://registry.test",    NULL,          V_ORIGIN_WRONG},
    {"POST",   CROWD_ORIGIN "/",          NULL,          V_ORIGIN_WRONG},
    {"POST",   CROWD_ORIGIN ".evil.test", NULL,          V_ORIGIN_WRONG},
    {"POST",   CROWD_ORIGIN,              "cross-site",  V_ORIGIN_WRONG},
    {"POST",   CROWD_ORIGIN,              "same-site",   V_ORIGIN_WRONG},
    {"POST",   CROWD_ORIGIN,              "none",        V_ORIGIN_WRONG},
    {"POST",   CROWD_ORIGIN,              "",            V_ORIGIN_WRONG},
    {"DELETE", "https://evil.test",       NULL,          V_ORIGIN_WRONG},
    {"PUT",    NULL,                      NULL,          V_ORIGIN_WRONG},
    {"get",    NULL,                      NULL,          V_ORIGIN_WRONG}, /* methods have case: this is no GET */
    {"GET",    NULL,                      NULL,          V_OK          },
    {"HEAD",   "https://evil.test",       "cross-site",  V_OK          },
};

static struct request *
request_of(struct crowd *c, const struct row *r)
{
    struct slice none = {0};
    struct request *rq = crowd_request(c, r->method, "/v1/session", none, NULL);

    rq->header_count = 0;
    if (r->origin != NULL)
        crowd_header(c, rq, "origin", slice_of(r->origin));
    if (r->site != NULL)
        crowd_header(c, rq, "Sec-Fetch-Site", slice_of(r->site));
    return rq;
}

static void
takes_changes_from_our_own_pages_only(void **state)
{
    struct crowd *c = *state;
    const struct people *p = &c->people;

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct request *rq = request_of(c, &rows[i]);

        assert_int_equal(csrf_origin_check(rq, p->origins, p->origin_count), rows[i].want);
        crowd_header(c, rq, "X-CSRF-Token", session_csrf(c->arena, S(TOKEN)));
        assert_int_equal(csrf_check(rq, S(TOKEN), p->origins, p->origin_count), rows[i].want);
    }
}

static void
takes_nothing_where_no_origin_is_ours(void **state)
{
    struct crowd *c = *state;

    assert_int_equal(csrf_origin_check(request_of(c, &rows[0]), NULL, 0), V_ORIGIN_WRONG);
    assert_int_equal(csrf_origin_check(request_of(c, &rows[2]), NULL, 0), V_OK);
}

static void
takes_the_form_token_of_this_session_only(void **state)
{
    struct crowd *c = *state;
    const struct people *p = &c->people;
    struct slice right = session_csrf(c->arena, S(TOKEN));
    const struct slice wrong[] = {
        S(""),
        S(TOKEN), /* the session's own token is not the form's */
        session_csrf(c->arena, S(OTHER)),
        slice_sub(right, 0, right.len - 1),
        arena_print(c->arena, SLICE_FMT "0", SLICE_ARG(right)),
        arena_print(c->arena, SLICE_FMT ", " SLICE_FMT, SLICE_ARG(right), SLICE_ARG(right)),
    };
    struct request *rq = request_of(c, &rows[0]);

    assert_int_equal(csrf_check(rq, S(TOKEN), p->origins, p->origin_count), V_CSRF_WRONG);
    for (size_t i = 0; i < COUNT(wrong); i++) {
        rq = crowd_header(c, request_of(c, &rows[0]), "x-csrf-token", wrong[i]);
        assert_int_equal(csrf_check(rq, S(TOKEN), p->origins, p->origin_count), V_CSRF_WRONG);
    }
    rq = crowd_header(c, request_of(c, &rows[0]), "x-csrf-token", right);
    assert_int_equal(csrf_check(rq, S(TOKEN), p->origins, p->origin_count), V_OK);
    assert_false(holds(right, S(TOKEN)));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, crowd_setup, crowd_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(takes_changes_from_our_own_pages_only),
        TEST(takes_nothing_where_no_origin_is_ours),
        TEST(takes_the_form_token_of_this_session_only),
    };

    return cmocka_run_group_tests_name("edge/csrf", tests, NULL, NULL);
}

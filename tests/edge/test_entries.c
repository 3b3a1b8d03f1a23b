/*
 * Posting through the whole chain: TLS, gate, route, signature, key, JSON, door, commit, receipt.
 * Knows the desk and the toy kinds; must not know how the edge is built.
 * Invariant: every test talks HTTPS to a server of its own, over a database of its own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <curl/curl.h>

#include "../../src/edge/digest.h"
#include "../../src/edge/signature.h"
#include "desk.h"
#include "ventured/receipt.h"

#define FILL "{'subject':'jar-1','on':'2023-03-02','amount':5,'voucher_no':'v-1'}"
#define CLERK "district_clerk:330602:zhou:330602"

static struct outgoing *
fill(struct desk *d, const char *id, const char *body)
{
    struct outgoing *o = NEW(d->arena, struct outgoing);

    desk_request(d, o, "POST", "/v1/entries/jar.filled", id, body);
    return o;
}

static struct outgoing *
fill_signed(struct desk *d, const char *id, const char *body, const char *nonce)
{
    struct outgoing *o = fill(d, id, body);

    desk_sign(d, o, &(struct desk_signature){.key = "bank-one", .nonce = nonce});
    return o;
}

/* ---- the first answer, and the same again ---------------------------------------------------------------------- */

static void
answers_201_with_a_receipt_that_checks(void **state)
{
    struct desk *d = *state;
    struct receipt_facts facts;
    struct vkey vkey;
    const char *id = new_id(d->world);

    world_jar(d->world, "jar-1");
    assert_int_equal(desk_post(d, "jar.filled", id, FILL), 201);
    assert_string_equal(desk_field(d, "Content-Type"), "application/json");
    assert_string_equal(desk_text(d, "id"), id);
    assert_string_equal(desk_text(d, "state"), "filled");
    assert_true(vkey_read(&vkey, d->arena, d->world->vkey));
    assert_int_equal(receipt_check(&facts, d->arena, slice_of(d->client.body), &vkey), V_OK);
    assert_true(slice_equal(facts.leaf.actor, S("bank_machine:bank-one:m1")));
    assert_int_equal(facts.leaf.signed_hex.len, 64);
}

static void
answers_the_same_bytes_again_with_the_first_receipt(void **state)
{
    struct desk *d = *state;
    struct outgoing *o = fill_signed(d, new_id(d->world), FILL, NULL);
    struct slice first;
    int64_t entries;

    world_jar(d->world, "jar-1");
    assert_int_equal(desk_send(d, o), 201);
    first = arena_copy(d->arena, slice_of(d->client.body));
    entries = world_count(d->world, "journal");
    for (int i = 0; i < 3; i++) {
        assert_int_equal(desk_send(d, o), 200);
        assert_string_equal(d->client.body, first.at);
    }
    assert_int_equal(world_count(d->world, "journal"), entries);
}

static void
answers_a_request_signed_anew_with_the_first_receipt(void **state)
{
    struct desk *d = *state;
    const char *id = new_id(d->world);
    struct slice first;

    world_jar(d->world, "jar-1");
    assert_int_equal(desk_post(d, "jar.filled", id, FILL), 201);
    first = arena_copy(d->arena, slice_of(d->client.body));
    assert_int_equal(desk_post(d, "jar.filled", id, FILL), 200);
    assert_string_equal(d->client.body, first.at);
    /* Other spaces, same entry: the canonical body decides. */
    assert_int_equal(desk_post(d, "jar.filled", id,
                               "{ 'on':'2023-03-02', 'subject':'jar-1', 'voucher_no':'v-1', 'amount':5 }"), 200);
    assert_string_equal(d->client.body, first.at);
    assert_int_equal(desk_post(d, "jar.filled", arena_print(d->arena, "\"%s\"", id).at, FILL), 200);
}

static void
refuses_another_body_under_a_known_id(void **state)
{
    struct desk *d = *state;
    const char *id = new_id(d->world);

    world_jar(d->world, "jar-1");
    assert_int_equal(desk_post(d, "jar.filled", id, FILL), 201);
    assert_int_equal(desk_post(d, "jar.filled", id,
                               "{'subject':'jar-1','on':'2023-03-02','amount':6,'voucher_no':'v-1'}"), 422);
    assert_string_equal(desk_text(d, "verdict"), "id_taken");
}

static void
names_the_first_entry_of_a_voucher(void **state)
{
    struct desk *d = *state;
    const char *id = new_id(d->world);

    world_jar(d->world, "jar-1");
    assert_int_equal(desk_post(d, "jar.filled", id, FILL), 201);
    assert_int_equal(desk_post(d, "jar.filled", new_id(d->world), FILL), 409);
    assert_string_equal(desk_text(d, "verdict"), "voucher_taken");
    assert_true(desk_has_problem(d, "/voucher_no", "voucher_taken"));
    assert_non_null(strstr(desk_text(d, "detail"), id));
    assert_non_null(strstr(desk_text(d, "detail_zh"), id));
}

/* ---- nonces and time ------------------------------------------------------------------------------------------- */

static void
refuses_a_known_nonce_on_anything_else(void **state)
{
    struct desk *d = *state;
    struct outgoing *first = fill_signed(d, new_id(d->world), FILL, "nonce-0123456789");
    struct outgoing *other = fill_signed(
        d, new_id(d->world), "{'subject':'jar-1','on':'2023-03-02','amount':5,'voucher_no':'v-2'}", "nonce-0123456789");

    world_jar(d->world, "jar-1");
    assert_int_equal(desk_send(d, first), 201);
    assert_int_equal(desk_send(d, other), 401);
    assert_string_equal(desk_text(d, "verdict"), "nonce_used");
    assert_int_equal(desk_send(d, first), 200);
}

static void
keeps_the_nonce_of_a_refusal(void **state)
{
    struct desk *d = *state;
    struct outgoing *refused = fill_signed(d, new_id(d->world), FILL, "nonce-0123456789");
    struct outgoing *other =
        fill_signed(d, new_id(d->world), "{'subject':'jar-1','on':'2023-03-02','amount':7,'voucher_no':'v-2'}",
                    "nonce-0123456789");

    assert_int_equal(desk_send(d, refused), 404);
    world_jar(d->world, "jar-1");
    assert_int_equal(desk_send(d, other), 401);
    assert_string_equal(desk_text(d, "verdict"), "nonce_used");
    /* The refused bytes themselves may come again, and are judged anew. */
    assert_int_equal(desk_send(d, refused), 201);
}

static void
keeps_no_nonce_of_a_signature_that_failed(void **state)
{
    struct desk *d = *state;
    struct outgoing *forged = fill(d, new_id(d->world), FILL);
    struct outgoing *good = fill_signed(d, new_id(d->world), FILL, "nonce-0123456789");

    world_jar(d->world, "jar-1");
    desk_sign(d, forged,
              &(struct desk_signature){.key = "bank-early", .key_id = "bank-one", .nonce = "nonce-0123456789"});
    assert_int_equal(desk_send(d, forged), 401);
    assert_int_equal(world_count(d->world, "op_nonce"), 0);
    assert_int_equal(desk_send(d, good), 201);
    assert_int_equal(world_count(d->world, "op_nonce"), 1);
}

/* ---- every link of the chain ----------------------------------------------------------------------------------- */

static const struct {
    const char *what;
    struct desk_signature signature;
    int status;
    const char *verdict, *fault;
} links[] = {
    {"300 s old",         {"bank-one", .age_s = 300},                 201, NULL, NULL},
    {"300 s ahead",       {"bank-one", .age_s = -300},                201, NULL, NULL},
    {"301 s old",         {"bank-one", .age_s = 301},                 401, "signature_stale", "created"},
    {"301 s ahead",       {"bank-one", .age_s = -301},                401, "signature_stale", "created"},
    {"unknown key",       {"bank-one", .key_id = "nobody"},           401, "key_unknown", "keyid"},
    {"expired key",       {"bank-expired"},                           401, "key_expired", "keyid"},
    {"key of tomorrow",   {"bank-early"},                             401, "key_expired", "keyid"},
    {"revoked key",       {"bank-revoked"},                           401, "key_expired", "keyid"},
    {"other bank's key",  {"bank-foreign"},                           404, "subject_unknown", NULL},
    {"other bank's name", {"bank-foreign", .key_id = "bank-one"},     401, "signature_wrong", "signature"},
    {"no certificate",    {"bank-certified"},                         401, "certificate_wrong", "certificate"},
    {"@method left out",  {"bank-one", .left_out = "@method"},        401, "component_uncovered", "@method"},
    {"@target-uri",       {"bank-one", .left_out = "@target-uri"},    401, "component_uncovered", "@target-uri"},
    {"content-type",      {"bank-one", .left_out = "content-type"},   401, "component_uncovered", "content-type"},
    {"content-digest",    {"bank-one", .left_out = "content-digest"}, 401, "component_uncovered", "content-digest"},
    {"idempotency-key",   {"bank-one", .left_out = "idempotency-key"}, 401, "component_uncovered", "idempotency-key"},
    {"short nonce",       {"bank-one", .nonce = "short"},             401, "signature_malformed", "nonce"},
    {"other origin",      {"bank-one", .origin = "https://second.test"}, 401, "signature_wrong", "signature"},
};

static void
names_the_link_that_does_not_hold(void **state)
{
    struct desk *d = *state;

    world_jar(d->world, "jar-1");
    for (size_t i = 0; i < COUNT(links); i++) {
        struct outgoing *o = fill(d, new_id(d->world),
                                 arena_print(d->arena, "{'subject':'jar-1','on':'2023-03-02','amount':5,"
                                             "'voucher_no':'l-%zu'}", i).at);
        int status;

        desk_sign(d, o, &links[i].signature);
        status = desk_send(d, o);
        if (status != links[i].status)
            fail_msg("%s: %d %s", links[i].what, status, d->client.body);
        if (links[i].verdict != NULL)
            assert_string_equal(desk_text(d, "verdict"), links[i].verdict);
        if (links[i].fault != NULL)
            assert_non_null(strstr(desk_text(d, "detail"), links[i].fault));
        if (status == 401)
            assert_non_null(desk_field(d, "WWW-Authenticate"));
    }
}

static void
refuses_what_was_changed_after_signing(void **state)
{
    static const struct {
        const char *field, *value, *verdict;
    } cases[] = {
        {"Content-Digest",  "sha-256=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:", "digest_wrong"       },
        {"Idempotency-Key", "0190aaaa-0000-7000-8000-00000000000f",                   "signature_wrong"    },
        {"Content-Type",    "application/json; charset=utf-8",                        "signature_wrong"    },
        {"Signature",       "sig1=:AAAA:",                                            "signature_wrong"    },
        {"Signature",       "sig2=:AAAA:",                                            "signature_malformed"},
        {"Signature",       NULL,                                                     "signature_missing"  },
        {"Signature-Input", NULL,                                                     "signature_missing"  },
    };
    struct desk *d = *state;

    world_jar(d->world, "jar-1");
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct outgoing *o = fill_signed(d, new_id(d->world), FILL, NULL);

        if (cases[i].value == NULL)
            outgoing_drop(o, cases[i].field);
        else
            outgoing_set(o, cases[i].field, slice_of(cases[i].value));
        assert_int_equal(desk_send(d, o), 401);
        assert_string_equal(desk_text(d, "verdict"), cases[i].verdict);
    }
    assert_int_equal(world_count(d->world, "voucher"), 0);
}

static void
asks_for_the_certificate_that_the_key_names(void **state)
{
    struct desk *d = *state;
    struct outgoing *o = fill(d, new_id(d->world), FILL);
    struct desk_signature s = {.key = "bank-certified", .origin = DESK_ORIGIN_BANKS};

    world_jar(d->world, "jar-1");
    desk_connect(d, "second.test", "second"); /* a certificate of our authority, but not this bank's */
    desk_sign(d, o, &s);
    assert_int_equal(desk_send(d, o), 401);
    assert_string_equal(desk_text(d, "verdict"), "certificate_wrong");
    desk_connect(d, "second.test", "bank");
    desk_sign(d, o, &s);
    assert_int_equal(desk_send(d, o), 201);
}

/* ---- bodies ---------------------------------------------------------------------------------------------------- */

static void
refuses_what_is_no_entry(void **state)
{
    static const struct {
        const char *kind, *id, *body;
        int status;
        const char *verdict;
    } cases[] = {
        {"jar.filled",  "0190aaaa-0000-7000-8000-000000000001", "{",                         400, "json_malformed"},
        {"jar.filled",  "0190aaaa-0000-7000-8000-000000000001", "{'a':1,'a':2}",             400, "json_key_twice"},
        {"jar.filled",  "0190aaaa-0000-7000-8000-000000000001", "{'amount':1.5}",            400, "json_number"   },
        {"jar.filled",  "0190aaaa-0000-7000-8000-000000000001", "[]",                        400, "json_top"      },
        {"jar.unheard", "0190aaaa-0000-7000-8000-000000000001", "{}",                        404, "kind_unknown"  },
        {"jar.filled",  "no-uuid",                              FILL,                        400, "id_malformed"  },
        {"jar.filled",  "0190aaaa-0000-7000-8000-000000000001", "{'subject':'jar-1'}",       422, "fields_wrong"  },
    };
    struct desk *d = *state;

    for (size_t i = 0; i < COUNT(cases); i++) {
        int status = desk_post(d, cases[i].kind, cases[i].id, cases[i].body);

        if (status != cases[i].status)
            fail_msg("case %zu: %d %s", i, status, d->client.body);
        assert_string_equal(desk_text(d, "verdict"), cases[i].verdict);
        assert_string_equal(desk_field(d, "Content-Type"), "application/problem+json");
    }
}

static void
tells_every_bad_field_with_its_pointer(void **state)
{
    struct desk *d = *state;

    assert_int_equal(desk_post(d, "jar.filled", new_id(d->world),
                               "{'subject':'no good','on':'2023-02-30','amount':0,'vocher':'x','mends':{'entry':1}}"),
                     422);
    assert_true(desk_has_problem(d, "/subject", "field_form"));
    assert_true(desk_has_problem(d, "/on", "field_form"));
    assert_true(desk_has_problem(d, "/amount", "field_range"));
    assert_true(desk_has_problem(d, "/voucher_no", "field_missing"));
    assert_true(desk_has_problem(d, "/vocher", "field_unknown"));
    assert_true(desk_has_problem(d, "/mends/entry", "field_type"));
    assert_non_null(desk_text(d, "detail_zh"));
    assert_string_equal(desk_text(d, "instance"), desk_field(d, "X-Request-Id"));
}

static void
asks_people_for_an_idempotency_key(void **state)
{
    struct desk *d = *state;
    const char *body = "{'subject':'jar-9','on':'2023-03-01','district':'330602','capacity':10,'colour':'red',"
                       "'owner':'0190aaaa-0000-7000-8000-000000000001','label':'x'}";

    assert_int_equal(desk_ask(d, CLERK, "POST", "/v1/entries/jar.opened", NULL, body), 400);
    assert_string_equal(desk_text(d, "verdict"), "id_malformed");
    assert_int_equal(desk_ask(d, NULL, "POST", "/v1/entries/jar.opened", new_id(d->world), body), 401);
    assert_string_equal(desk_text(d, "verdict"), "login_needed");
    assert_int_equal(desk_ask(d, CLERK, "POST", "/v1/entries/jar.opened", new_id(d->world), body), 201);
    assert_int_equal(desk_ask(d, CLERK, "POST", "/v1/entries/jar.filled", new_id(d->world), FILL), 403);
}

static void
refuses_addresses_methods_and_media_types(void **state)
{
    static const struct {
        const char *method, *target, *type;
        int status;
        const char *allow;
    } cases[] = {
        {"GET",    "/",                       NULL,               404, NULL            },
        {"GET",    "/v1",                     NULL,               404, NULL            },
        {"GET",    "/v1/entries",             NULL,               405, "POST"          },
        {"DELETE", "/v1/entries/jar.filled",  NULL,               405, "POST"          },
        {"POST",   "/healthz",                NULL,               405, "GET, HEAD"     },
        {"POST",   "/v1/jars/jar-1",          "application/json", 405, "GET, HEAD"     },
        {"POST",   "/v1/entries/jar.filled",  NULL,               415, NULL            },
        {"POST",   "/v1/entries/jar.filled",  "text/json",        415, NULL            },
        {"POST",   "/v1/entries/jar.filled/", "application/json", 404, NULL            },
        {"POST",   "/v1/entries/jar.filled?dry_run=yes", "application/json", 400, NULL },
        {"POST",   "/v1/entries/jar.filled?other=1", "application/json", 400, NULL     },
    };
    struct desk *d = *state;

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct outgoing o;
        int status;

        outgoing_init(&o, d->arena, cases[i].method, cases[i].target, "");
        outgoing_add(&o, "Host", S("a"));
        outgoing_add(&o, "X-Test-Actor", S(CLERK));
        if (cases[i].type != NULL)
            outgoing_add(&o, "Content-Type", slice_of(cases[i].type));
        outgoing_add(&o, "Content-Length", S("0"));
        status = desk_send(d, &o);
        if (status != cases[i].status)
            fail_msg("%s %s: %d", cases[i].method, cases[i].target, status);
        if (cases[i].allow != NULL)
            assert_string_equal(desk_field(d, "Allow"), cases[i].allow);
        else
            assert_null(desk_field(d, "Allow"));
    }
}

static void
refuses_a_body_over_the_routes_limit(void **state)
{
    struct desk *d = *state;
    char *body = calloc(1, 256 * 1024 + 2);

    memset(body, ' ', 256 * 1024 + 1);
    assert_int_equal(desk_post(d, "jar.filled", new_id(d->world), body), 413);
    body[256 * 1024] = '\0';
    assert_int_equal(desk_post(d, "jar.filled", new_id(d->world), body), 400);
    free(body);
}

/* ---- lists ----------------------------------------------------------------------------------------------------- */

static int
post_list(struct desk *d, const char *query, const char *body)
{
    struct outgoing o;

    desk_request(d, &o, "POST", arena_print(d->arena, "/v1/entries%s", query).at, NULL, body);
    desk_sign(d, &o, &(struct desk_signature){.key = "bank-one"});
    return desk_send(d, &o);
}

static const char *
item(struct desk *d, const char *id, const char *subject, const char *voucher)
{
    return arena_print(d->arena,
                       "{'id':'%s','kind':'jar.filled','subject':'%s','on':'2023-03-02','amount':2,'voucher_no':'%s'}",
                       id, subject, voucher)
        .at;
}

static void
records_a_list_in_its_order(void **state)
{
    struct desk *d = *state;
    const char *a = new_id(d->world), *b = new_id(d->world), *c = new_id(d->world);
    const char *list = arena_print(d->arena, "[%s,%s]", item(d, a, "jar-1", "a"), item(d, b, "jar-2", "b")).at;
    const char *grown = arena_print(d->arena, "[%s,%s]", item(d, b, "jar-2", "b"), item(d, c, "jar-1", "c")).at;
    const struct json *answer;
    struct slice first;

    world_jar(d->world, "jar-1");
    world_jar(d->world, "jar-2");
    assert_int_equal(post_list(d, "", list), 201);
    answer = desk_json(d);
    assert_int_equal(answer->count, 2);
    assert_true(slice_equal(json_find(answer->first, S("id"))->text, slice_of(a)));
    assert_true(slice_equal(json_find(answer->first->next, S("id"))->text, slice_of(b)));
    first = arena_copy(d->arena, slice_of(d->client.body));
    assert_int_equal(post_list(d, "", list), 200);
    assert_string_equal(d->client.body, first.at);
    assert_int_equal(post_list(d, "", grown), 201);
    assert_int_equal(world_count(d->world, "voucher"), 3);
}

static void
records_all_of_a_list_or_none(void **state)
{
    struct desk *d = *state;
    const char *list = arena_print(d->arena, "[%s,%s,%s]", item(d, new_id(d->world), "jar-1", "a"),
                                   item(d, new_id(d->world), "jar-1", "a"),
                                   item(d, new_id(d->world), "jar-1", "c")).at;
    int64_t entries;

    world_jar(d->world, "jar-1");
    entries = world_count(d->world, "journal");
    assert_int_equal(post_list(d, "", list), 409);
    assert_true(desk_has_problem(d, "/1/voucher_no", "voucher_taken"));
    assert_int_equal(world_count(d->world, "journal"), entries);
    assert_int_equal(world_count(d->world, "voucher"), 0);
    assert_int_equal(world_count(d->world, "op_nonce"), 1);
}

static void
tells_the_bad_fields_of_every_item(void **state)
{
    struct desk *d = *state;
    const char *id = new_id(d->world);

    assert_int_equal(post_list(d, "",
                               arena_print(d->arena,
                                           "[%s,{'kind':'jar.filled'},{'id':'x','kind':'jar.filled','subject':'jar-1'},"
                                           "{'id':'%s','kind':'jar.unheard'},7,"
                                           "{'id':'%s','kind':'jar.filled','subject':'j',"
                                            "'on':'2023-03-02','amount':-1}]",
                                           item(d, id, "jar-1", "a"), id, id).at),
                     422);
    assert_true(desk_has_problem(d, "/1/id", "field_missing"));
    assert_true(desk_has_problem(d, "/2/id", "id_malformed"));
    assert_true(desk_has_problem(d, "/3/kind", "kind_unknown"));
    assert_true(desk_has_problem(d, "/4/id", "field_missing"));
    assert_true(desk_has_problem(d, "/5/amount", "field_range"));
    assert_true(desk_has_problem(d, "/5/voucher_no", "field_missing"));
    assert_false(desk_has_problem(d, "/0/amount", "field_range"));
    assert_int_equal(post_list(d, "", "[]"), 422);
    assert_int_equal(post_list(d, "", "{'a':1}"), 422);
}

/* `count` items spread over `jars`, closed by "]" and NUL. */
static void
add_items(struct buf *b, struct desk *d, int count, int jars)
{
    for (int i = 0; i < jars; i++)
        world_jar(d->world, arena_print(d->arena, "jar-%d", i).at);
    buf_add_char(b, '[');
    for (int i = 0; i < count; i++)
        buf_print(b, "%s%s", i == 0 ? "" : ",",
                  item(d, new_id(d->world), arena_print(d->arena, "jar-%d", i % jars).at,
                       arena_print(d->arena, "t-%d", i).at));
    buf_print(b, "]%c", 0);
}

static void
takes_a_thousand_items_and_not_one_more(void **state)
{
    struct desk *d = *state;
    struct buf b = {.arena = d->arena};

    add_items(&b, d, 1000, 50);
    assert_int_equal(post_list(d, "", b.at), 201);
    assert_int_equal(desk_json(d)->count, 1000);
    assert_int_equal(world_count(d->world, "voucher"), 1000);
    b.len -= 2;
    buf_print(&b, ",%s]%c", item(d, new_id(d->world), "jar-1", "t-1000"), 0);
    assert_int_equal(post_list(d, "", b.at), 422);
}

/* Each item loads the jar anew, with all that the ones before it have put in. */
static void
takes_a_long_list_about_one_subject(void **state)
{
    struct desk *d = *state;
    struct buf b = {.arena = d->arena};

    add_items(&b, d, 500, 1);
    assert_int_equal(post_list(d, "", b.at), 201);
    assert_int_equal(desk_json(d)->count, 500);
}

/* ---- dry runs, and what waits ---------------------------------------------------------------------------------- */

static void
writes_nothing_in_a_dry_run(void **state)
{
    struct desk *d = *state;
    int64_t entries;

    world_jar(d->world, "jar-1");
    entries = world_count(d->world, "journal");
    assert_int_equal(desk_post(d, "jar.filled?dry_run=true", new_id(d->world), FILL), 200);
    assert_string_equal(d->client.body, "{\"kind\":\"jar.filled\",\"subject\":\"jar-1\",\"state\":\"filled\"}");
    assert_int_equal(desk_post(d, "jar.filled?dry_run=true", new_id(d->world),
                               "{'subject':'jar-2','on':'2023-03-02','amount':5,'voucher_no':'v-1'}"), 404);
    assert_int_equal(post_list(d, "?dry_run=true",
                               arena_print(d->arena, "[%s,%s]", item(d, new_id(d->world), "jar-1", "a"),
                                           item(d, new_id(d->world), "jar-1", "b")).at), 200);
    assert_int_equal(desk_json(d)->count, 2);
    assert_int_equal(post_list(d, "?dry_run=true",
                               arena_print(d->arena, "[%s,%s]", item(d, new_id(d->world), "jar-1", "a"),
                                           item(d, new_id(d->world), "jar-1", "a")).at), 409);
    assert_int_equal(world_count(d->world, "journal"), entries);
    assert_int_equal(world_count(d->world, "op_nonce"), 0);
}

static void
answers_202_while_a_correction_waits(void **state)
{
    struct desk *d = *state;
    const char *first = new_id(d->world), *second = new_id(d->world);
    const char *body = arena_print(d->arena,
                                   "{'subject':'jar-1','on':'2023-03-03','amount':4,'voucher_no':'v-1',"
                                   "'mends':{'entry':'%s','reason':'typo','paper':'p-1'}}", first).at;
    struct slice answer;

    world_jar(d->world, "jar-1");
    assert_int_equal(desk_post(d, "jar.filled", first, FILL), 201);
    assert_int_equal(desk_post(d, "jar.filled", second, body), 202);
    answer = arena_copy(d->arena, slice_of(d->client.body));
    assert_string_equal(desk_text(d, "state"), "waiting");
    assert_string_equal(desk_text(d, "id"), second);
    assert_int_equal(desk_post(d, "jar.filled", second, body), 202);
    assert_string_equal(d->client.body, answer.at);
    assert_int_equal(desk_ask(d, CLERK, "POST", "/v1/entries/jar.mended", new_id(d->world),
                              arena_print(d->arena, "{'subject':'%s','on':'2023-06-30'}", second).at), 201);
    assert_int_equal(desk_post(d, "jar.filled", second, body), 200);
    assert_string_equal(desk_text(d, "id"), second);
}

static void
answers_503_and_when_to_come_back_while_the_clock_is_wrong(void **state)
{
    struct desk *d = *state;
    struct outgoing *o = fill(d, new_id(d->world), FILL);

    world_jar(d->world, "jar-1");
    world_now_ms += 3600000;
    desk_sign(d, o, &(struct desk_signature){.key = "bank-one"});
    assert_int_equal(desk_send(d, o), 503);
    assert_string_equal(desk_text(d, "verdict"), "clock_wrong");
    assert_non_null(desk_field(d, "Retry-After"));
    assert_int_equal(desk_ask(d, NULL, "GET", "/readyz", NULL, NULL), 503);
    assert_string_equal(desk_text(d, "writer"), "clock_wrong");
    world_now_ms -= 3600000;
    desk_sign(d, o, &(struct desk_signature){.key = "bank-one"});
    assert_int_equal(desk_send(d, o), 201);
}

/* ---- a client not written by us -------------------------------------------------------------------------------- */

static size_t
swallow(char *at, size_t size, size_t count, void *to)
{
    buf_add(to, (struct slice){at, size * count});
    return size * count;
}

static void
takes_a_signed_post_from_libcurl(void **state)
{
    struct desk *d = *state;
    struct outgoing *o = fill_signed(d, new_id(d->world), FILL, NULL);
    struct buf answer = {.arena = d->arena};
    struct curl_slist *fields = NULL, *resolve;
    CURL *curl = curl_easy_init();
    long status = 0;

    world_jar(d->world, "jar-1");
    resolve = curl_slist_append(NULL, arena_print(d->arena, "first.test:%d:127.0.0.1", d->port).at);
    for (size_t i = 0; i < o->request.header_count; i++)
        if (!slice_equal(o->fields[i].name, S("Content-Length")) && !slice_equal(o->fields[i].name, S("Host")))
            fields = curl_slist_append(fields, arena_print(d->arena, SLICE_FMT ": " SLICE_FMT,
                                                           SLICE_ARG(o->fields[i].name),
                                                           SLICE_ARG(o->fields[i].value)).at);
    curl_easy_setopt(curl, CURLOPT_URL,
                     arena_print(d->arena, "https://first.test:%d/v1/entries/jar.filled", d->port).at);
    curl_easy_setopt(curl, CURLOPT_RESOLVE, resolve);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, 20L);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, fields);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, o->request.body.at);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, swallow);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
    assert_int_equal(curl_easy_perform(curl), CURLE_OK);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    if (status != 201)
        fail_msg("%ld: " SLICE_FMT, status, SLICE_ARG(buf_slice(&answer)));
    curl_slist_free_all(fields);
    curl_slist_free_all(resolve);
    curl_easy_cleanup(curl);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, desk_setup, desk_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(answers_201_with_a_receipt_that_checks),
        TEST(answers_the_same_bytes_again_with_the_first_receipt),
        TEST(answers_a_request_signed_anew_with_the_first_receipt),
        TEST(refuses_another_body_under_a_known_id),
        TEST(names_the_first_entry_of_a_voucher),
        TEST(refuses_a_known_nonce_on_anything_else),
        TEST(keeps_the_nonce_of_a_refusal),
        TEST(keeps_no_nonce_of_a_signature_that_failed),
        TEST(names_the_link_that_does_not_hold),
        TEST(refuses_what_was_changed_after_signing),
        TEST(asks_for_the_certificate_that_the_key_names),
        TEST(refuses_what_is_no_entry),
        TEST(tells_every_bad_field_with_its_pointer),
        TEST(asks_people_for_an_idempotency_key),
        TEST(refuses_addresses_methods_and_media_types),
        TEST(refuses_a_body_over_the_routes_limit),
        TEST(records_a_list_in_its_order),
        TEST(records_all_of_a_list_or_none),
        TEST(tells_the_bad_fields_of_every_item),
        TEST(takes_a_thousand_items_and_not_one_more),
        TEST(takes_a_long_list_about_one_subject),
        TEST(writes_nothing_in_a_dry_run),
        TEST(answers_202_while_a_correction_waits),
        TEST(answers_503_and_when_to_come_back_while_the_clock_is_wrong),
        TEST(takes_a_signed_post_from_libcurl),
    };

    return cmocka_run_group_tests_name("edge/entries", tests, desk_open_keys, desk_close_keys);
}

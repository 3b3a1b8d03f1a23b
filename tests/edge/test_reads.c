/*
 * Reading through the whole chain: who sees which rows and fields, pages, tags, the journal, what machines watch.
 * Knows the desk and the toy kinds; must not know how the edge is built.
 * Invariant: what a reader may not know is compared, byte by byte, with what does not exist.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "desk.h"
#include "tree.h"
#include "ventured/receipt.h"

#define CLERK "district_clerk:330602:zhou:330602"
#define CLERK_ELSEWHERE "district_clerk:330603:wu:330603"
#define OFFICER "centre_officer:centre:sun"
#define AUDITOR "auditor:audit:li"
#define CHIEF "section_chief:centre:zhao"
#define EXPERT "expert:panel:feng"

static int
get(struct desk *d, const char *who, const char *target)
{
    return desk_ask(d, who, "GET", target, NULL, NULL);
}

static int
get_signed(struct desk *d, const char *key, const char *target)
{
    struct outgoing o;

    desk_request(d, &o, "GET", target, NULL, NULL);
    desk_sign(d, &o, &(struct desk_signature){.key = key});
    return desk_send(d, &o);
}

static const struct json *
member(struct desk *d, const char *object, const char *key)
{
    const struct json *in = json_find(desk_json(d), slice_of(object));

    assert_non_null(in);
    return json_find(in, slice_of(key));
}

static void
fill(struct desk *d, const char *jar, const char *voucher)
{
    struct slice body = arena_print(d->arena, "{'subject':'%s','on':'2023-03-02','amount':5,'voucher_no':'%s'}", jar,
                                    voucher);

    assert_int_equal(world_post(d->world, &bank, "jar.filled", NULL, body.at)->got, V_OK);
}

/* ---- scope ----------------------------------------------------------------------------------------------------- */

static void
shows_each_role_its_own_and_nothing_else(void **state)
{
    /* jar-1 lies in 330602, jar-3 in 330603; a jar is no organisation's. */
    static const struct {
        const char *who;
        int own, foreign, missing;
        size_t listed;
    } cases[] = {
        {CLERK,                               200, 404, 404, 2},
        {CLERK_ELSEWHERE,                     404, 200, 404, 1},
        {"district_clerk:330602:zhou",        404, 404, 404, 0}, /* of no district */
        {OFFICER,                             200, 200, 404, 3},
        {AUDITOR,                             200, 200, 404, 3},
        {CHIEF,                               404, 404, 404, 0}, /* the view is not theirs to see */
        {EXPERT,                              404, 404, 404, 0},
    };
    struct desk *d = *state;
    const char *foreign;

    world_jar(d->world, "jar-1");
    world_jar(d->world, "jar-2");
    assert_int_equal(world_post(d->world, &clerk_elsewhere, "jar.opened", NULL,
                                "{'subject':'jar-3','on':'2023-03-01','district':'330603','capacity':1000,"
                                "'owner':'0190aaaa-0000-7000-8000-000000000001','label':'乙','colour':'red'}")->got,
                     V_OK);
    for (size_t i = 0; i < COUNT(cases); i++) {
        if (get(d, cases[i].who, "/v1/jars/jar-1") != cases[i].own ||
            get(d, cases[i].who, "/v1/jars/jar-3") != cases[i].foreign)
            fail_msg("case %zu: %s", i, d->client.text);
        foreign = desk_text(d, "detail");
        assert_int_equal(get(d, cases[i].who, "/v1/jars/jar-9"), cases[i].missing);
        if (cases[i].foreign == 404)
            assert_string_equal(desk_text(d, "detail"), foreign);
        assert_int_equal(get(d, cases[i].who, "/v1/jars/jar-1/entries"), cases[i].own);
        if (cases[i].listed == 0 && get(d, cases[i].who, "/v1/jars") == 404)
            continue;
        assert_int_equal(get(d, cases[i].who, "/v1/jars"), 200);
        assert_int_equal(desk_json(d)->count, cases[i].listed);
    }
}

static void
shows_a_bank_what_is_its_organisations(void **state)
{
    struct desk *d = *state;

    world_jar(d->world, "jar-1");
    world_jar(d->world, "jar-2");
    assert_int_equal(get_signed(d, "bank-one", "/v1/jars/jar-1"), 404);
    world_sql(d->world, "UPDATE subject SET organisation = 'bank-one' WHERE id = 'jar-1'");
    assert_int_equal(get_signed(d, "bank-one", "/v1/jars/jar-1"), 200);
    assert_int_equal(get_signed(d, "bank-foreign", "/v1/jars/jar-1"), 404);
    assert_int_equal(get_signed(d, "bank-one", "/v1/jars?limit=10"), 200);
    assert_int_equal(desk_json(d)->count, 1);
    /* Rules have no scope: they are everybody's who may see the view. */
    assert_int_equal(get_signed(d, "bank-foreign", "/v1/rules"), 200);
    assert_int_equal(desk_json(d)->count, 2);
}

static void
asks_readers_who_they_are(void **state)
{
    struct desk *d = *state;
    struct outgoing o;

    assert_int_equal(get(d, NULL, "/v1/jars"), 401);
    assert_string_equal(desk_text(d, "verdict"), "login_needed");
    assert_int_equal(get_signed(d, "bank-revoked", "/v1/rules"), 401);
    /* A signature for one target is none for another. */
    desk_request(d, &o, "GET", "/v1/rules", NULL, NULL);
    desk_sign(d, &o, &(struct desk_signature){.key = "bank-one"});
    o.request.target = S("/v1/rules?limit=5");
    assert_int_equal(desk_send(d, &o), 401);
    assert_int_equal(world_count(d->world, "op_nonce"), 0);
}

static void
leaves_out_fields_that_the_role_may_not_see(void **state)
{
    struct desk *d = *state;

    world_jar(d->world, "jar-1");
    assert_int_equal(get(d, CLERK, "/v1/jars/jar-1"), 200);
    assert_non_null(member(d, "view", "owner"));
    assert_string_equal(desk_text(d, "state"), "open");
    assert_int_equal(member(d, "view", "capacity")->number, 1000);
    assert_int_equal(get(d, OFFICER, "/v1/jars/jar-1"), 200);
    assert_null(member(d, "view", "owner"));
    assert_int_equal(member(d, "view", "capacity")->number, 1000);
}

/* ---- histories ------------------------------------------------------------------------------------------------- */

static const struct json *
entry_at(struct desk *d, size_t place)
{
    const struct json *e = desk_json(d)->first;

    while (place-- > 0)
        e = e->next;
    return e;
}

static const struct json *
body_member(const struct json *e, const char *key)
{
    return json_find(json_find(e, S("body")), slice_of(key));
}

static void
tells_a_history_as_far_as_the_role_may_know(void **state)
{
    struct desk *d = *state;

    world_jar(d->world, "jar-1");
    fill(d, "jar-1", "v-1");
    assert_int_equal(get(d, CLERK, "/v1/jars/jar-1/entries"), 200);
    assert_int_equal(desk_json(d)->count, 1); /* a bank's filling is not a clerk's to know */
    assert_true(slice_equal(body_member(entry_at(d, 0), "label")->text, S("甲")));
    assert_true(slice_equal(json_find(entry_at(d, 0), S("actor"))->text, S("district_clerk:330602:zhou")));
    assert_int_equal(get(d, OFFICER, "/v1/jars/jar-1/entries"), 200);
    assert_int_equal(desk_json(d)->count, 2);
    assert_null(body_member(entry_at(d, 0), "label"));
    assert_null(body_member(entry_at(d, 0), "owner"));
    assert_true(slice_equal(json_find(entry_at(d, 0), S("actor"))->text, S("district_clerk")));
    assert_true(slice_equal(json_find(entry_at(d, 1), S("kind"))->text, S("jar.filled")));
    assert_int_equal(body_member(entry_at(d, 1), "amount")->number, 5);
}

static void
tells_a_bank_nothing_of_what_another_did(void **state)
{
    struct desk *d = *state;

    world_jar(d->world, "jar-1");
    fill(d, "jar-1", "v-1");
    assert_int_equal(world_post(d->world, &bank_former, "jar.filled", NULL,
                                "{'subject':'jar-1','on':'2023-03-03','amount':7,'voucher_no':'w-1'}")->got, V_OK);
    world_sql(d->world, "UPDATE subject SET organisation = 'bank-one' WHERE id = 'jar-1'"); /* else it is no bank's */
    assert_int_equal(get_signed(d, "bank-one", "/v1/jars/jar-1/entries"), 200);
    assert_int_equal(desk_json(d)->count, 2);
    assert_int_equal(body_member(entry_at(d, 1), "amount")->number, 5);
    assert_int_equal(get(d, OFFICER, "/v1/jars/jar-1/entries"), 200);
    assert_int_equal(desk_json(d)->count, 3);
}

static void
tells_a_history_without_what_was_erased(void **state)
{
    struct desk *d = *state;

    world_jar(d->world, "jar-1");
    world_sql(d->world, "DELETE FROM private_text");
    assert_int_equal(get(d, CLERK, "/v1/jars/jar-1/entries"), 200);
    assert_null(body_member(entry_at(d, 0), "label"));
    assert_non_null(body_member(entry_at(d, 0), "owner"));
}

/* ---- pages ----------------------------------------------------------------------------------------------------- */

/* The target in Link: rel="next", or NULL. */
static const char *
next_of(struct desk *d)
{
    const char *link = desk_field(d, "Link");
    const char *end = link == NULL ? NULL : strstr(link, ">; rel=\"next\"");

    return end == NULL ? NULL : arena_copy(d->arena, (struct slice){link + 1, (size_t)(end - link - 1)}).at;
}

static size_t
walk(struct desk *d, const char *target, size_t *pages)
{
    size_t count = 0;
    struct slice last = S("");

    for (*pages = 0; target != NULL; ++*pages) {
        assert_int_equal(get(d, AUDITOR, target), 200);
        for (const struct json *e = desk_json(d)->first; e != NULL; e = e->next, count++) {
            struct slice id = json_find(e, S("id"))->text;

            assert_true(slice_compare(last, id) < 0);
            last = arena_copy(d->arena, id);
        }
        target = next_of(d);
    }
    return count;
}

static void
pages_through_everything_once(void **state)
{
    struct desk *d = *state;
    size_t pages;

    for (int i = 0; i < 10; i++)
        world_jar(d->world, arena_print(d->arena, "jar-%02d", i).at);
    fill(d, "jar-03", "v-1");
    fill(d, "jar-07", "v-1");
    assert_int_equal(walk(d, "/v1/jars", &pages), 10);
    assert_int_equal(pages, 1);
    assert_int_equal(walk(d, "/v1/jars?limit=3", &pages), 10);
    assert_int_equal(pages, 4);
    assert_int_equal(walk(d, "/v1/jars?limit=5", &pages), 10);
    assert_int_equal(pages, 2);
    assert_int_equal(walk(d, "/v1/jars?limit=1&state=filled", &pages), 2);
    assert_int_equal(pages, 2);
    assert_int_equal(walk(d, "/v1/jars?state=sealed", &pages), 0);
    for (int i = 0; i < 4; i++)
        fill(d, "jar-03", arena_print(d->arena, "w-%d", i).at);
    assert_int_equal(walk(d, "/v1/jars/jar-03/entries?limit=2", &pages), 6);
    assert_int_equal(pages, 3);
}

static void
refuses_queries_it_does_not_know(void **state)
{
    static const char *const targets[] = {
        "/v1/jars?limit=0",   "/v1/jars?limit=1001", "/v1/jars?limit=x",    "/v1/jars?cursor=zz",
        "/v1/jars?offset=1",  "/v1/jars?limit",      "/v1/jars?limit=1&limit=2", "/v1/jars?state=a%20b",
        "/v1/jars/jar-1?a=1", "/v1/jars/jar-1/entries?cursor=6a", "/v1/totals?year=soon", "/v1/totals?as_of=2023-02-30",
        "/v1/journal/entries?after=-1",
    };
    struct desk *d = *state;

    world_jar(d->world, "jar-1");
    for (size_t i = 0; i < COUNT(targets); i++)
        if (get(d, AUDITOR, targets[i]) != 400)
            fail_msg("%s: %s", targets[i], d->client.text);
    assert_int_equal(get(d, AUDITOR, "/v1/pots"), 404);
    assert_int_equal(get(d, AUDITOR, "/v1/jars/jar%2D1"), 404);
    assert_int_equal(get(d, AUDITOR, "/v1/jars/jar-1/others"), 404);
}

/* ---- tags ------------------------------------------------------------------------------------------------------ */

static int
get_if_none(struct desk *d, const char *target, const char *tags)
{
    struct outgoing o;

    desk_request(d, &o, "GET", target, NULL, NULL);
    outgoing_add(&o, "X-Test-Actor", S(AUDITOR));
    outgoing_add(&o, "If-None-Match", slice_of(tags));
    return desk_send(d, &o);
}

static void
sends_nothing_that_the_client_has(void **state)
{
    struct desk *d = *state;
    const char *tag;

    world_jar(d->world, "jar-1");
    assert_int_equal(get(d, AUDITOR, "/v1/jars/jar-1"), 200);
    tag = desk_field(d, "ETag");
    assert_int_equal(tag[0], '"');
    assert_int_equal(get_if_none(d, "/v1/jars/jar-1", tag), 304);
    assert_string_equal(desk_field(d, "ETag"), tag);
    assert_string_equal(d->client.body, "");
    assert_int_equal(get_if_none(d, "/v1/jars/jar-1", arena_print(d->arena, "\"other\", W/%s", tag).at), 304);
    assert_int_equal(get_if_none(d, "/v1/jars/jar-1", "\"other\""), 200);
    fill(d, "jar-1", "v-1");
    assert_int_equal(get_if_none(d, "/v1/jars/jar-1", tag), 200);
    assert_string_not_equal(desk_field(d, "ETag"), tag);
    assert_int_equal(get(d, NULL, "/v1/openapi.json"), 200);
    assert_int_equal(get_if_none(d, "/v1/openapi.json", desk_field(d, "ETag")), 304);
}

/* ---- the journal ----------------------------------------------------------------------------------------------- */

static void
gives_watchers_the_leaves_that_hash_to_the_checkpoint(void **state)
{
    struct desk *d = *state;
    struct checkpoint checkpoint;
    struct hash hashes[16], root;
    struct slice rest, note;
    size_t count = 0;

    world_jar(d->world, "jar-1");
    fill(d, "jar-1", "v-1");
    assert_int_equal(get(d, CLERK, "/v1/journal/entries"), 403);
    assert_int_equal(get(d, AUDITOR, "/v1/journal/checkpoint"), 200);
    note = arena_copy(d->arena, slice_of(d->client.body));
    assert_true(checkpoint_read(&checkpoint, d->arena, note));
    assert_int_equal(get(d, AUDITOR, "/v1/journal/entries?limit=16"), 200);
    rest = slice_of(d->client.body);
    while (rest.len > 0 && count < COUNT(hashes))
        hashes[count++] = merkle_leaf_hash(slice_cut(&rest, rest, '\n'));
    assert_int_equal(count, checkpoint.size);
    root = model_root(hashes, (int64_t)count);
    assert_memory_equal(root.at, checkpoint.root.at, HASH_SIZE);
    assert_int_equal(get(d, AUDITOR, "/v1/journal/entries?limit=2"), 200);
    assert_string_equal(next_of(d), "/v1/journal/entries?after=2&limit=2");
}

static void
proves_an_entry_to_its_own_house(void **state)
{
    struct desk *d = *state;
    struct receipt_facts facts;
    struct vkey vkey;
    const char *id = new_id(d->world), *target;
    struct slice first;

    world_jar(d->world, "jar-1");
    assert_int_equal(desk_post(d, "jar.filled", id,
                               "{'subject':'jar-1','on':'2023-03-02','amount':5,'voucher_no':'v-1'}"), 201);
    first = arena_copy(d->arena, slice_of(d->client.body));
    target = arena_print(d->arena, "/v1/journal/proof/%lld", (long long)json_find(desk_json(d), S("seq"))->number).at;
    assert_int_equal(get_signed(d, "bank-one", target), 200);
    assert_string_equal(d->client.body, first.at);
    assert_true(vkey_read(&vkey, d->arena, d->world->vkey));
    assert_int_equal(receipt_check(&facts, d->arena, slice_of(d->client.body), &vkey), V_OK);
    assert_int_equal(get(d, AUDITOR, target), 200);
    assert_int_equal(get_signed(d, "bank-foreign", target), 404);
    assert_int_equal(get(d, CLERK, target), 404);
    assert_int_equal(get(d, AUDITOR, "/v1/journal/proof/999999"), 404);
    assert_int_equal(get(d, AUDITOR, "/v1/journal/proof/0"), 404);
    assert_int_equal(get(d, AUDITOR, "/v1/journal/proof/x"), 404);
}

/* ---- totals ---------------------------------------------------------------------------------------------------- */

static void
asks_for_totals_as_of_a_day_and_as_known(void **state)
{
    struct desk *d = *state;

    world_jar(d->world, "jar-1");
    assert_int_equal(get(d, OFFICER, "/v1/totals?year=2022"), 200);
    assert_string_equal(d->client.body, "{\"year\":2022,\"as_of\":\"2022-12-31\",\"known_at\":9223372036854775807,"
                                        "\"role\":\"centre_officer\"}");
    assert_int_equal(get_signed(d, "bank-one", "/v1/totals?year=2023&as_of=2023-06-01&known_at=2"), 200);
    assert_string_equal(d->client.body,
                        "{\"year\":2023,\"as_of\":\"2023-06-01\",\"known_at\":2,\"role\":\"bank_machine\"}");
    world_now_ms += 10000;
    world_jar(d->world, "jar-2"); /* the fourth entry, ten seconds after the third */
    assert_int_equal(get(d, OFFICER, "/v1/totals?known_at=2023-06-30T02:00:09.999Z"), 200);
    assert_int_equal(json_find(desk_json(d), S("known_at"))->number, 3);
    assert_int_equal(get(d, OFFICER, "/v1/totals?known_at=2023-06-30T02:00:10.000Z"), 200);
    assert_int_equal(json_find(desk_json(d), S("known_at"))->number, 4);
    assert_int_equal(get(d, OFFICER, "/v1/totals?known_at=2023-06-30T01:00:00.000Z"), 200);
    assert_int_equal(json_find(desk_json(d), S("known_at"))->number, 0);
    assert_string_equal(desk_text(d, "as_of"), "2023-06-30");
}

static void
narrows_the_table_of_banks_to_what_is_the_readers(void **state)
{
    static const struct {
        const char *who;
        int status;
        const char *district, *organisation;
    } cases[] = {
        {OFFICER,                            200, "",       ""      },
        {CHIEF,                              200, "",       ""      },
        {"bureau_reader:bureau:he",          200, "",       ""      },
        {AUDITOR,                            200, "",       ""      },
        {CLERK,                              200, "330602", ""      },
        {CLERK_ELSEWHERE,                    200, "330603", ""      },
        {"district_checker:330602:qian:330602", 200, "330602", ""   },
        {"street_clerk:st-1:feng:330602",    200, "330602", ""      },
        {"bank_officer:bank-x:a",            200, "",       "bank-x"},
        {"bank_checker:bank-y:b",            200, "",       "bank-y"},
        {"district_clerk:330602:zhou",       403, NULL,     NULL    }, /* of no district */
        {EXPERT,                             403, NULL,     NULL    },
        {"operator:op-1:c",                  403, NULL,     NULL    },
        {"payer:centre:d",                   403, NULL,     NULL    },
        {"system:centre:root",               403, NULL,     NULL    },
        {"security:centre:guard",            403, NULL,     NULL    },
        {NULL,                               401, NULL,     NULL    },
    };
    struct desk *d = *state;

    for (size_t i = 0; i < COUNT(cases); i++) {
        if (get(d, cases[i].who, "/v1/institutions?year=2023&as_of=2023-06-01&known_at=2") != cases[i].status)
            fail_msg("case %zu: %s", i, d->client.text);
        if (cases[i].status != 200)
            continue;
        assert_string_equal(desk_text(d, "district"), cases[i].district);
        assert_string_equal(desk_text(d, "organisation"), cases[i].organisation);
        assert_string_equal(desk_text(d, "as_of"), "2023-06-01");
        assert_int_equal(json_find(desk_json(d), S("known_at"))->number, 2);
    }
    assert_int_equal(get_signed(d, "bank-one", "/v1/institutions"), 200);
    assert_string_equal(desk_text(d, "organisation"), "bank-one");
    assert_int_equal(get_if_none(d, "/v1/institutions?year=2022", "\"other\""), 200);
    assert_int_equal(get_if_none(d, "/v1/institutions?year=2022", desk_field(d, "ETag")), 304);
    assert_int_equal(get(d, OFFICER, "/v1/institutions?year=soon"), 400);
    assert_int_equal(get(d, OFFICER, "/v1/institutions?bank=bank-x"), 400);
    assert_int_equal(get(d, OFFICER, "/v1/institutions/bank-x"), 404);
    assert_int_equal(get(d, "bank_officer:bank-x:a", "/v1/guarantees?as_of=2023-06-01"), 200);
    assert_string_equal(desk_text(d, "organisation"), "bank-x");
    assert_int_equal(get(d, EXPERT, "/v1/guarantees"), 403);
}

/* ---- what machines watch --------------------------------------------------------------------------------------- */

static void
tells_machines_how_it_is(void **state)
{
    struct desk *d = *state;
    const char *metrics;

    world_jar(d->world, "jar-1");
    assert_int_equal(desk_post(d, "jar.filled", new_id(d->world),
                               "{'subject':'jar-1','on':'2023-03-02','amount':5,'voucher_no':'v-1'}"), 201);
    assert_int_equal(get(d, NULL, "/healthz"), 200);
    assert_int_equal(get(d, NULL, "/readyz"), 200);
    assert_string_equal(d->client.body, "{\"ready\":true,\"writer\":\"ok\",\"database\":\"ok\",\"disk\":\"ok\"}");
    assert_int_equal(get(d, NULL, "/nowhere"), 404);
    assert_int_equal(get(d, NULL, "/metrics"), 200);
    metrics = d->client.body;
    assert_non_null(strstr(metrics, "\nventured_requests_total{route=\"/v1/entries/{kind}\",status=\"201\"} 1\n"));
    assert_non_null(strstr(metrics, "\nventured_requests_total{route=\"unknown\",status=\"404\"} 1\n"));
    assert_non_null(strstr(metrics, "\nventured_verdicts_total{verdict=\"route_unknown\"} 1\n"));
    assert_non_null(strstr(metrics, "\nventured_group_entries_count 1\n"));
    assert_non_null(strstr(metrics, "\nventured_commit_seconds_bucket{le=\"+Inf\"} 1\n"));
    assert_non_null(strstr(metrics, "\nventured_commit_seconds_bucket{le=\"5.000\"} 1\n"));
    assert_non_null(strstr(metrics, "\nventured_write_queue 0\n"));
    assert_non_null(strstr(metrics, "\nventured_connections 1\n"));
}

static void
offers_the_api_document(void **state)
{
    struct desk *d = *state;

    assert_int_equal(get(d, NULL, "/v1/openapi.json"), 200);
    assert_string_equal(desk_text(d, "openapi"), "3.1.0");
    assert_int_equal(strlen(d->client.body), toy_openapi_size);
}

static void
guards_every_answer_with_its_fields(void **state)
{
    static const struct {
        const char *who, *target, *cache;
    } cases[] = {
        {NULL,  "/healthz",         "no-cache"},
        {NULL,  "/v1/openapi.json", "no-cache"},
        {CLERK, "/v1/jars/jar-1",   "no-store"},
        {NULL,  "/v1/jars",         "no-store"},
        {NULL,  "/nowhere",         "no-store"},
    };
    struct desk *d = *state;

    world_jar(d->world, "jar-1");
    for (size_t i = 0; i < COUNT(cases); i++) {
        get(d, cases[i].who, cases[i].target);
        assert_string_equal(desk_field(d, "X-Content-Type-Options"), "nosniff");
        assert_string_equal(desk_field(d, "Content-Security-Policy"), "default-src 'none'; frame-ancestors 'none'");
        assert_string_equal(desk_field(d, "Strict-Transport-Security"), "max-age=31536000");
        assert_string_equal(desk_field(d, "Cache-Control"), cases[i].cache);
        assert_true(uuid_valid(slice_of(desk_field(d, "X-Request-Id"))));
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, desk_setup, desk_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(shows_each_role_its_own_and_nothing_else),
        TEST(shows_a_bank_what_is_its_organisations),
        TEST(asks_readers_who_they_are),
        TEST(leaves_out_fields_that_the_role_may_not_see),
        TEST(tells_a_history_as_far_as_the_role_may_know),
        TEST(tells_a_bank_nothing_of_what_another_did),
        TEST(tells_a_history_without_what_was_erased),
        TEST(pages_through_everything_once),
        TEST(refuses_queries_it_does_not_know),
        TEST(sends_nothing_that_the_client_has),
        TEST(gives_watchers_the_leaves_that_hash_to_the_checkpoint),
        TEST(proves_an_entry_to_its_own_house),
        TEST(asks_for_totals_as_of_a_day_and_as_known),
        TEST(narrows_the_table_of_banks_to_what_is_the_readers),
        TEST(tells_machines_how_it_is),
        TEST(offers_the_api_document),
        TEST(guards_every_answer_with_its_fields),
    };

    return cmocka_run_group_tests_name("edge/reads", tests, desk_open_keys, desk_close_keys);
}

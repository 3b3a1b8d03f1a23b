/*
 * Two independent RFC 9421 libraries as our banks: they sign and we judge, we sign and they judge.
 * Knows how to ask foreign/foreign.mjs; must not fail where node or its packages are not installed.
 * Invariant: every acceptance stands beside a refusal of the same request with one thing changed.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "../../src/edge/digest.h"
#include "../../src/edge/signature.h"
#include "outgoing.h"
#include "vectors.h"

#define ORIGIN S("https://bank.ventured.example:8443")
#define TARGET "/v1/entries/loan.disbursed?dry_run=true"
#define BODY "{\"subject\":\"loan-1\",\"amount\":100}"
#define NONCE "Zm9vYmFyYmF6cXV4"

static const char *const libraries[] = {"http-message-signatures", "http-message-sig"};
static const enum algorithm algorithms[] = {ALG_ED25519, ALG_HMAC_SHA256};
static const char *const covered[] = {"@method", "@target-uri", "content-type", "content-digest", "idempotency-key"};

static struct arena *arena;
static char folder[] = "/tmp/foreign-XXXXXX";

static int
open_folder(void **state)
{
    (void)state;
    arena = arena_open(16u << 20);
    return mkdtemp(folder) == NULL;
}

static int
close_folder(void **state)
{
    (void)state;
    unlink(arena_print(arena, "%s/order", folder).at);
    unlink(arena_print(arena, "%s/answer", folder).at);
    arena_close(arena);
    return rmdir(folder);
}

static void
need_node(void)
{
    const char *missing = NULL;

    if (system("node --version >/dev/null 2>&1") != 0)
        missing = "no node";
    else if (access("tests/edge/foreign/node_modules/http-message-sig", R_OK) != 0)
        missing = "its packages are not installed (npm ci in tests/edge/foreign)";
    if (missing != NULL) {
        print_message("skipped: %s\n", missing);
        skip();
    }
}

static void
request_init(struct outgoing *o)
{
    outgoing_init(o, arena, "POST", TARGET, BODY);
    outgoing_add(o, "content-type", S("application/json"));
    outgoing_add(o, "content-digest", digest_make(arena, o->request.body));
    outgoing_add(o, "idempotency-key", S("\"01890a5d-ac96-774b-bcce-b302099a8057\""));
}

static json_t *
text(struct slice s)
{
    return json_stringn(s.at, s.len);
}

static void
write_order(const struct outgoing *o, const struct key *k, int64_t now_s)
{
    enum algorithm alg = key_algorithm(k);
    struct slice url = arena_print(arena, SLICE_FMT TARGET, SLICE_ARG(ORIGIN));
    json_t *order = json_object(), *fields = json_array(), *names = json_array();
    struct slice key;

    assert_true(key_private_pem(&key, arena, k));
    if (alg == ALG_HMAC_SHA256)
        key = hex_encode(arena, key);
    for (size_t i = 0; i < o->request.header_count; i++) {
        const struct header *h = &o->request.headers[i];

        json_array_append_new(fields, json_pack("[o, o]", text(h->name), text(h->value)));
    }
    for (size_t i = 0; i < COUNT(covered); i++)
        json_array_append_new(names, json_string(covered[i]));
    json_object_set_new(order, "alg", json_string(algorithm_names[alg]));
    json_object_set_new(order, "key", text(key));
    json_object_set_new(order, "method", text(o->request.method));
    json_object_set_new(order, "url", text(url));
    json_object_set_new(order, "fields", fields);
    json_object_set_new(order, "covered", names);
    json_object_set_new(order, "created", json_integer(now_s));
    json_object_set_new(order, "nonce", json_string(NONCE));
    assert_int_equal(json_dump_file(order, arena_print(arena, "%s/order", folder).at, 0), 0);
    json_decref(order);
}

static bool
ask(const char *library, const char *task)
{
    struct slice command = arena_print(arena, "node tests/edge/foreign/foreign.mjs %s %s %s/order >%s/answer 2>&1",
                                       library, task, folder, folder);

    return system(command.at) == 0;
}

static struct slice
answer(void)
{
    return read_file(arena, arena_print(arena, "%s/answer", folder).at);
}

static enum verdict
judged(const struct outgoing *o, const struct key *k, int64_t now_s)
{
    struct signature s;
    enum verdict got = signature_read(&s, &o->request, ORIGIN, &signature_policy_entry);

    return got == V_OK ? signature_check(&s, &o->request, &signature_policy_entry, k, now_s) : got;
}

static void
judge_their_signature(const char *library, const struct key *k, int64_t now_s)
{
    struct outgoing o;
    struct slice input, value;

    request_init(&o);
    write_order(&o, k, now_s);
    if (!ask(library, "sign"))
        fail_msg("%s: " SLICE_FMT, library, SLICE_ARG(answer()));
    input = slice_cut(&value, answer(), '\n');
    outgoing_add(&o, "signature-input", input);
    outgoing_add(&o, "signature", slice_sub(value, 0, value.len - 1));
    assert_int_equal(judged(&o, k, now_s), V_OK);
    assert_int_equal(judged(&o, k, now_s + 301), V_SIGNATURE_STALE);
    outgoing_set(&o, "content-type", S("text/plain"));
    assert_int_equal(judged(&o, k, now_s), V_SIGNATURE_WRONG);
}

static void
have_ours_judged(const char *library, const struct key *k, int64_t now_s)
{
    const struct signature_plan plan = {.label = S("sig1"),
                                        .key_id = S("bank-1"),
                                        .nonce = S(NONCE),
                                        .algorithm = slice_of(algorithm_names[key_algorithm(k)]),
                                        .created_s = now_s,
                                        .expires_s = SIGNATURE_NEVER,
                                        .covered = covered,
                                        .covered_count = COUNT(covered)};
    struct outgoing o;
    struct message m = {.request = &o.request, .origin = ORIGIN};
    struct signature_fields made;

    request_init(&o);
    assert_true(signature_make(&made, &m, &plan, k));
    outgoing_add(&o, "signature-input", made.input);
    outgoing_add(&o, "signature", made.signature);
    write_order(&o, k, now_s);
    if (!ask(library, "verify"))
        fail_msg("%s: " SLICE_FMT, library, SLICE_ARG(answer()));
    outgoing_set(&o, "content-type", S("text/plain"));
    write_order(&o, k, now_s);
    assert_false(ask(library, "verify"));
}

static void
with_each_library_and_algorithm(void (*one)(const char *library, const struct key *k, int64_t now_s))
{
    for (size_t i = 0; i < COUNT(algorithms); i++) {
        struct key *k = key_make(algorithms[i]);

        for (size_t l = 0; l < COUNT(libraries); l++)
            one(libraries[l], k, time(NULL));
        key_close(k);
    }
}

static void
accepts_what_foreign_libraries_sign(void **state)
{
    (void)state;
    need_node();
    with_each_library_and_algorithm(judge_their_signature);
}

static void
signs_what_foreign_libraries_accept(void **state)
{
    (void)state;
    need_node();
    with_each_library_and_algorithm(have_ours_judged);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(accepts_what_foreign_libraries_sign),
        cmocka_unit_test(signs_what_foreign_libraries_accept),
    };

    return cmocka_run_group_tests_name("edge/foreign", tests, open_folder, close_folder);
}

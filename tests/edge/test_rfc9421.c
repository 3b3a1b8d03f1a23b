/*
 * Message signatures against the six examples of RFC 9421 appendix B.2.
 * Knows the appendix's messages; must not know the house's policy, which none of them meets.
 * Invariant: our base equals the printed one byte for byte, and what is deterministic signs again identically.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "../../src/edge/digest.h"
#include "../../src/edge/signature.h"
#include "jwk.h"
#include "outgoing.h"
#include "vectors.h"

static struct arena *arena;

static int
open_arena(void **state)
{
    (void)state;
    arena = arena_open(4u << 20);
    return 0;
}

static int
close_arena(void **state)
{
    (void)state;
    arena_close(arena);
    return 0;
}

static const char *const covered_b25[] = {"date", "@authority", "content-type"};
static const char *const covered_b26[] = {"date", "@method", "@path", "@authority", "content-type", "content-length"};

static void
appendix_request(struct outgoing *o)
{
    outgoing_init(o, arena, "POST", "/foo?param=Value&Pet=dog", "{\"hello\": \"world\"}");
    outgoing_add(o, "Host", S("example.com"));
    outgoing_add(o, "Date", S("Tue, 20 Apr 2021 02:07:55 GMT"));
    outgoing_add(o, "Content-Type", S("application/json"));
    outgoing_add(o, "Content-Digest",
                 S("sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyea"
                   "ldVLvRwEmTHWXvJwew==:"));
    outgoing_add(o, "Content-Length", S("18"));
}

/* As the base of B.2.4 has it; the digest printed with the response is of other bytes. */
static void
appendix_response(struct outgoing *o)
{
    outgoing_init(o, arena, "", "", "{\"message\": \"good dog\"}");
    outgoing_add(o, "Date", S("Tue, 20 Apr 2021 02:07:56 GMT"));
    outgoing_add(o, "Content-Type", S("application/json"));
    outgoing_add(o, "Content-Digest",
                 S("sha-512=:mEWXIS7MaLRuGgxOBdODa3xqM1XdEvxoYhvlCFJ41QJgJc4GTsPp29l5oGX69wWdXymy"
                   "U0rjJuahq4l5aGgfLQ==:"));
    outgoing_add(o, "Content-Length", S("23"));
}

static const struct example {
    const char *id;
    enum algorithm alg;
    int status;
    const char *label; /* NULL: verified only, since its algorithm is a random one */
    const char *const *covered;
    size_t covered_count;
} examples[] = {
    {"B.2.1", ALG_RSA_PSS_SHA512,    0,   NULL,      NULL,        0                 },
    {"B.2.2", ALG_RSA_PSS_SHA512,    0,   NULL,      NULL,        0                 },
    {"B.2.3", ALG_RSA_PSS_SHA512,    0,   NULL,      NULL,        0                 },
    {"B.2.4", ALG_ECDSA_P256_SHA256, 200, NULL,      NULL,        0                 },
    {"B.2.5", ALG_HMAC_SHA256,       0,   "sig-b25", covered_b25, COUNT(covered_b25)},
    {"B.2.6", ALG_ED25519,           0,   "sig-b26", covered_b26, COUNT(covered_b26)},
};

static const char *
text(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

/* "Signature-Input: X\nSignature: Y" as two values. */
static void
split_fields(struct signature_fields *out, const json_t *vector)
{
    struct slice rest, line = slice_cut(&rest, slice_of(text(vector, "headers")), '\n');

    assert_true(slice_starts(line, S("Signature-Input: ")));
    assert_true(slice_starts(rest, S("Signature: ")));
    out->input = slice_sub(line, S("Signature-Input: ").len, line.len);
    out->signature = slice_sub(rest, S("Signature: ").len, rest.len);
}

static void
sign_again(const struct example *e, const struct message *m, const json_t *vector, const json_t *jwk)
{
    struct key *k = jwk_private(arena, e->alg, jwk);
    struct signature_plan plan = {.label = slice_of(e->label),
                                  .key_id = slice_of(text(vector, "key")),
                                  .created_s = 1618884473,
                                  .expires_s = SIGNATURE_NEVER,
                                  .covered = e->covered,
                                  .covered_count = e->covered_count};
    struct signature_fields made, wanted;

    assert_non_null(k);
    split_fields(&wanted, vector);
    assert_true(signature_make(&made, m, &plan, k));
    assert_true(slice_equal(made.input, wanted.input));
    assert_true(slice_equal(made.signature, wanted.signature));
    key_close(k);
}

static void
judge_example(const struct example *e, const json_t *vector, const json_t *jwk)
{
    struct outgoing o;
    struct message m = {.request = &o.request, .origin = S("https://example.com"), .status = e->status};
    struct signature_fields fields;
    struct sfv *input, *value;
    struct slice base, fault;
    struct key *k = jwk_public(arena, e->alg, jwk);

    assert_string_equal(e->id, text(vector, "id"));
    assert_non_null(k);
    (e->status == 0 ? appendix_request : appendix_response)(&o);
    split_fields(&fields, vector);
    assert_true(sfv_read_dictionary(&input, arena, fields.input));
    assert_true(sfv_read_dictionary(&value, arena, fields.signature));
    assert_true(signature_base(&base, &fault, &m, input));
    assert_true(slice_equal(base, slice_of(text(vector, "signature_base"))));
    assert_true(key_verify(k, base, value->text));
    assert_true(digest_check(arena, header_find(&o.request, "content-digest"), o.request.body));
    if (e->label != NULL)
        sign_again(e, &m, vector, jwk);
    key_close(k);
}

static void
agrees_with_every_example_of_rfc_9421(void **state)
{
    struct slice file = vectors_read(arena, "rfc9421.json");
    json_t *all = file.at == NULL ? NULL : json_loadb(file.at, file.len, 0, NULL);
    const json_t *cases = json_object_get(all, "cases");

    (void)state;
    if (all == NULL) {
        print_message("skipped: no rfc9421.json among the test vectors ($VECTORS)\n");
        skip();
    }
    assert_int_equal(json_array_size(cases), COUNT(examples));
    for (size_t i = 0; i < COUNT(examples); i++) {
        const json_t *vector = json_array_get(cases, i);

        judge_example(&examples[i], vector, json_object_get(json_object_get(all, "keys"), text(vector, "key")));
    }
    print_message("# %zu examples of RFC 9421\n", COUNT(examples));
    json_decref(all);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(agrees_with_every_example_of_rfc_9421, open_arena, close_arena),
    };

    return cmocka_run_group_tests_name("edge/rfc9421", tests, NULL, NULL);
}

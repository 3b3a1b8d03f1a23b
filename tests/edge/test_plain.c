/*
 * Plain signatures against the openssl program, which signs for the bank, and against everything that must be refused.
 * Knows the text as the interface describes it; must not use our own signing.
 * Invariant: each refusal is provoked by one change to a request that is accepted without it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../../src/edge/plain.h"
#include "desk.h"
#include "oracle.h"
#include "outgoing.h"

#define NOW INT64_C(1700000000)
#define TARGET "/v1/entries/loan.disbursed?dry_run=true"
#define OTHER_BODY "{\"subject\":\"loan-1\",\"on\":\"2023-06-30\",\"amount\":101}"
#define BODY "{\"subject\":\"loan-1\",\"on\":\"2023-06-30\",\"amount\":100}"
#define FILL "{'subject':'jar-1','on':'2023-03-02','amount':5,'voucher_no':'v-1'}"
#define NONCE "Zm9vYmFyYmF6cXV4"

#define MAKE_SM2 "genpkey -algorithm SM2"
#define MAKE_RSA "genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048"
#define SIGN_SM2                                                                                                       \
    "pkeyutl -sign -rawin -digest sm3 -pkeyopt distid:1234567812345678 -inkey $DIR/key -in $DIR/text -out $DIR/sig"
#define SIGN_RSA "dgst -sha256 -sign $DIR/key -out $DIR/sig $DIR/text"
#define AS_IT_IS "cat $DIR/sig"
/* Each INTEGER of the DER in hex, led by zeros to 32 bytes. */
#define AS_R_AND_S                                                                                                     \
    "openssl asn1parse -inform DER -in $DIR/sig | sed -n 's/.*INTEGER *://p' | while read -r n; do printf '%64s' $n "  \
    "| "                                                                                                               \
    "tr ' ' 0; done | perl -ne 'print pack q(H*), $_'"

/* How a bank signs with the openssl program, in files of $DIR. */
static const struct bank {
    const char *what, *make, *digest, *sign, *form, *alg;
    enum algorithm algorithm;
} banks[] = {
    {"SM2, DER",     MAKE_SM2, "-sm3",    SIGN_SM2, AS_IT_IS,   "SM2-SM3",    ALG_SM2_SM3   },
    {"SM2, r and s", MAKE_SM2, "-sm3",    SIGN_SM2, AS_R_AND_S, "SM2-SM3",    ALG_SM2_SM3   },
    {"RSA",          MAKE_RSA, "-sha256", SIGN_RSA, AS_IT_IS,   "RSA-SHA256", ALG_RSA_SHA256},
};

/* Signs with the program: the text is put together by the shell. */
static struct slice
signed_by(struct arena *a, const char *folder, const struct bank *b, const char *body)
{
    struct slice out;

    write_file(arena_print(a, "%s/body", folder).at, slice_of(body));
    assert_int_equal(oracle_run(&out, a,
                                "DIR=%s; printf '%%s\\n' POST '" TARGET "' %lld " NONCE
                                " \"$(openssl dgst %s -r $DIR/body"
                                " | cut -d' ' -f1)\" > $DIR/text && openssl %s >&2 && (%s) | base64 -w0",
                                folder, (long long)NOW, b->digest, b->sign, b->form),
                     0);
    assert_true(out.len > 80);
    return out;
}

struct case_of {
    struct outgoing o;
    struct key *key;
};

static void
open_case(struct case_of *c, struct arena *a, const char *folder, const struct bank *b)
{
    struct slice pem;

    assert_int_equal(oracle_run(NULL, a, "DIR=%s; openssl %s -out $DIR/key 2>/dev/null", folder, b->make), 0);
    assert_int_equal(oracle_run(&pem, a, "openssl pkey -in %s/key -pubout", folder), 0);
    c->key = key_public(b->algorithm, pem);
    assert_non_null(c->key);
    outgoing_init(&c->o, a, "POST", TARGET, BODY);
    outgoing_add(&c->o, "Content-Type", S("application/json"));
    outgoing_add(&c->o, "X-Key-Serial", S("key-1"));
    outgoing_add(&c->o, "X-Sign-Alg", slice_of(b->alg));
    outgoing_add(&c->o, "X-Timestamp", S("1700000000"));
    outgoing_add(&c->o, "X-Nonce", S(NONCE));
    outgoing_add(&c->o, "X-Signature", signed_by(a, folder, b, BODY));
}

static enum verdict
judged(const struct case_of *c, int64_t now_s)
{
    struct signature s;
    enum verdict got = plain_read(&s, &c->o.request, &signature_policy_entry);

    return got == V_OK ? signature_check(&s, &c->o.request, &signature_policy_entry, c->key, now_s) : got;
}

/* One field made another, or taken away where `value` is NULL; and what that must be answered. */
static const struct change {
    const char *name, *value;
    enum verdict wanted;
} changes[] = {
    {"X-Signature",     NULL,                           V_SIGNATURE_MISSING  },
    {"X-Signature",     "",                             V_SIGNATURE_MALFORMED},
    {"X-Signature",     "not base64",                   V_SIGNATURE_MALFORMED},
    {"X-Key-Serial",    NULL,                           V_SIGNATURE_MISSING  },
    {"X-Key-Serial",    "",                             V_SIGNATURE_MALFORMED},
    {"X-Sign-Alg",      NULL,                           V_SIGNATURE_MISSING  },
    {"X-Sign-Alg",      "sm2-sm3",                      V_SIGNATURE_MALFORMED},
    {"X-Sign-Alg",      "HMAC",                         V_SIGNATURE_MALFORMED},
    {"X-Timestamp",     NULL,                           V_SIGNATURE_MISSING  },
    {"X-Timestamp",     "01700000000",                  V_SIGNATURE_MALFORMED},
    {"X-Timestamp",     "+1700000000",                  V_SIGNATURE_MALFORMED},
    {"X-Timestamp",     "1700000000.5",                 V_SIGNATURE_MALFORMED},
    {"X-Timestamp",     "1700000000000",                V_SIGNATURE_MALFORMED},
    {"X-Timestamp",     "1700000000, 1700000000",       V_SIGNATURE_MALFORMED},
    {"X-Timestamp",     "1700000001",                   V_SIGNATURE_WRONG    },
    {"X-Timestamp",     "1699999699",                   V_SIGNATURE_STALE    },
    {"X-Nonce",         NULL,                           V_SIGNATURE_MISSING  },
    {"X-Nonce",         "short",                        V_SIGNATURE_MALFORMED},
    {"X-Nonce",         "Zm9vYmFyYmF6cXV4\nPOST",       V_SIGNATURE_MALFORMED},
    {"X-Nonce",         "Zm9vYmFyYmF6cXV5",             V_SIGNATURE_WRONG    },
    {"Signature",       "sig1=:AAAA:",                  V_SIGNATURE_MALFORMED},
    {"Signature-Input", "sig1=(\"@method\");created=1", V_SIGNATURE_MALFORMED},
};

static void
check_changes(const struct case_of *right, const char *what)
{
    for (size_t i = 0; i < COUNT(changes); i++) {
        struct case_of c = *right;
        enum verdict got;

        c.o.request.headers = c.o.fields;
        if (changes[i].value == NULL)
            outgoing_drop(&c.o, changes[i].name);
        else
            outgoing_set(&c.o, changes[i].name, slice_of(changes[i].value));
        got = judged(&c, NOW);
        if (got != changes[i].wanted)
            fail_msg("%s: %s '%s': %s, wanted %s", what, changes[i].name,
                     changes[i].value == NULL ? "-" : changes[i].value, verdict_row(got)->name,
                     verdict_row(changes[i].wanted)->name);
    }
}

/* What the text covers: method, path, query and every byte of the body. */
static void
check_covered(const struct case_of *right)
{
    static const char *const others[][3] = {
        {"PUT",  TARGET,                                    BODY      },
        {"POST", "/v1/entries/loan.disbursed",              BODY      },
        {"POST", "/v1/entries/loan.disbursed?dry_run=True", BODY      },
        {"POST", "/v1/entries/loan.repaid?dry_run=true",    BODY      },
        {"POST", TARGET,                                    OTHER_BODY},
        {"POST", TARGET,                                    BODY " "  },
        {"POST", TARGET,                                    ""        },
    };

    for (size_t i = 0; i < COUNT(others); i++) {
        struct case_of c = *right;

        c.o.request.method = slice_of(others[i][0]);
        c.o.request.target = slice_of(others[i][1]);
        c.o.request.body = slice_of(others[i][2]);
        assert_int_equal(judged(&c, NOW), V_SIGNATURE_WRONG);
    }
}

static void
takes_what_the_openssl_program_signs_and_nothing_changed(void **state)
{
    struct arena *a = *state;
    const char *folder = folder_open(a);

    assert_true(oracle_there(a, "openssl"));
    for (size_t i = 0; i < COUNT(banks); i++) {
        struct case_of c, other;

        open_case(&c, a, folder, &banks[i]);
        if (judged(&c, NOW) != V_OK)
            fail_msg("%s: %s", banks[i].what, verdict_row(judged(&c, NOW))->name);
        assert_int_equal(judged(&c, NOW + 300), V_OK);
        assert_int_equal(judged(&c, NOW - 300), V_OK);
        assert_int_equal(judged(&c, NOW + 301), V_SIGNATURE_STALE);
        assert_int_equal(judged(&c, NOW - 301), V_SIGNATURE_STALE);
        check_changes(&c, banks[i].what);
        check_covered(&c);
        open_case(&other, a, folder, &banks[i]);
        key_close(other.key);
        other.key = c.key; /* of another key pair than what signed */
        assert_int_equal(judged(&other, NOW), V_SIGNATURE_WRONG);
        key_close(c.key);
    }
    folder_close(folder);
}

/* A message that names the other algorithm is not believed: the key's own counts. */
static void
takes_no_algorithm_but_the_keys_own(void **state)
{
    struct arena *a = *state;
    const char *folder = folder_open(a);
    struct case_of sm2, rsa;

    open_case(&sm2, a, folder, &banks[1]);
    open_case(&rsa, a, folder, &banks[2]);
    outgoing_set(&sm2.o, "X-Sign-Alg", S("RSA-SHA256"));
    assert_int_equal(judged(&sm2, NOW), V_SIGNATURE_WRONG);
    outgoing_set(&rsa.o, "X-Sign-Alg", S("SM2-SM3"));
    assert_int_equal(judged(&rsa, NOW), V_SIGNATURE_MALFORMED); /* 256 bytes are no SM2 signature */
    key_close(sm2.key);
    key_close(rsa.key);
    folder_close(folder);
}

static void
is_meant_by_its_own_fields_only(void **state)
{
    struct outgoing o;

    outgoing_init(&o, *state, "GET", "/v1/loans", "");
    assert_false(plain_is_meant(&o.request));
    outgoing_add(&o, "Signature", S("sig1=:AAAA:"));
    outgoing_add(&o, "X-Nonce", S(NONCE));
    assert_false(plain_is_meant(&o.request));
    outgoing_add(&o, "x-key-serial", S("key-1"));
    assert_true(plain_is_meant(&o.request));
}

/* ---- at the desk --------------------------------------------------------------------------------------------- */

static struct outgoing *
fill_plain(struct desk *d, const char *id, const struct desk_signature *s)
{
    struct outgoing *o = NEW(d->arena, struct outgoing);

    desk_request(d, o, "POST", "/v1/entries/jar.filled", id, FILL);
    desk_sign_plain(d, o, s);
    return o;
}

static void
takes_a_plain_signature_and_binds_its_nonce_to_the_id(void **state)
{
    struct desk *d = *state;
    const char *id = new_id(d->world);
    struct desk_signature s = {.key = "bank-plain", .nonce = "nonce-0123456789"};
    struct outgoing *o = fill_plain(d, id, &s);

    world_jar(d->world, "jar-1");
    assert_int_equal(desk_send(d, o), 201);
    assert_int_equal(desk_send(d, o), 200);
    outgoing_set(o, "Idempotency-Key", slice_of(new_id(d->world)));
    assert_int_equal(desk_send(d, o), 401);
    assert_string_equal(desk_text(d, "verdict"), "nonce_used");
    s.nonce = NULL;
    assert_int_equal(desk_send(d, fill_plain(d, id, &s)), 200);
    s.age_s = 301;
    assert_int_equal(desk_send(d, fill_plain(d, id, &s)), 401);
    assert_string_equal(desk_text(d, "verdict"), "signature_stale");
    assert_int_equal(world_count(d->world, "journal WHERE leaf LIKE '%jar.filled%'"), 1);
}

/* The key's record says in which profile it signs, and never the message. */
static void
takes_no_key_in_the_other_profile(void **state)
{
    struct desk *d = *state;
    struct outgoing *o = fill_plain(d, new_id(d->world), &(struct desk_signature){.key = "bank-certified"});

    assert_int_equal(desk_send(d, o), 401);
    assert_string_equal(desk_text(d, "verdict"), "signature_malformed");
    assert_non_null(strstr(desk_text(d, "detail"), "profile"));
    desk_request(d, o, "POST", "/v1/entries/jar.filled", new_id(d->world), FILL);
    desk_sign(d, o, &(struct desk_signature){.key = "bank-plain"});
    assert_int_equal(desk_send(d, o), 401);
    assert_non_null(strstr(desk_text(d, "detail"), "profile"));
    desk_sign_plain(d, o, &(struct desk_signature){.key = "bank-plain"}); /* both in one request */
    assert_int_equal(desk_send(d, o), 401);
    assert_non_null(strstr(desk_text(d, "detail"), "signature"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, arena_setup, arena_teardown)
#define AT_DESK(name) cmocka_unit_test_setup_teardown(name, desk_setup, desk_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(takes_what_the_openssl_program_signs_and_nothing_changed),
        TEST(takes_no_algorithm_but_the_keys_own),
        TEST(is_meant_by_its_own_fields_only),
        AT_DESK(takes_a_plain_signature_and_binds_its_nonce_to_the_id),
        AT_DESK(takes_no_key_in_the_other_profile),
    };

    return cmocka_run_group_tests_name("edge/plain", tests, desk_open_keys, desk_close_keys);
}

/*
 * Hashes, signatures, sealing and passwords.
 * Knows Wycheproof's vectors, the openssl program and python3 as judges; must not know how EVP is called.
 * Invariant tested: what another implementation signed or hashed is right here, the reverse too, and nothing else is.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <openssl/err.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "oracle.h"
#include "seed.h"
#include "vectors.h"
#include "ventured/crypto.h"
#include "ventured/json.h"

/* ---- Wycheproof --------------------------------------------------------------------------------------------- */

/* The test groups of a file; NULL (and a message) where there are no vectors. */
static const struct json *
groups(struct arena *a, const char *name)
{
    struct slice file = vectors_read(a, name);
    const struct json *tree;

    if (file.at == NULL) {
        print_message("skipped: no %s in the vectors\n", name);
        return NULL;
    }
    assert_int_equal(json_parse(&tree, a, file), V_OK);
    return json_find(tree, S("testGroups"))->first;
}

static struct slice
hex_member(struct arena *a, const struct json *object, const char *key)
{
    struct slice out;

    assert_true(hex_decode(&out, a, json_find(object, slice_of(key))->text));
    return out;
}

static bool
valid(const struct json *test)
{
    return slice_equal(json_find(test, S("result"))->text, S("valid"));
}

static void
report(const struct json *test, bool got)
{
    if (got != valid(test))
        print_error("tcId %d: " SLICE_FMT "\n", (int)json_find(test, S("tcId"))->number,
                    SLICE_ARG(json_find(test, S("comment"))->text));
    assert_int_equal(got, valid(test));
}

static void
check_signatures(struct arena *a, const char *file, enum algorithm alg, size_t count)
{
    const struct json *group = groups(a, file);
    size_t checked = 0;

    if (group == NULL)
        skip();
    for (; group != NULL; group = group->next) {
        struct key *k = key_public(alg, json_find(group, S("publicKeyPem"))->text);

        assert_non_null(k);
        for (const struct json *t = json_find(group, S("tests"))->first; t != NULL; t = t->next, checked++)
            report(t, key_verify(k, hex_member(a, t, "msg"), hex_member(a, t, "sig")));
        key_close(k);
    }
    assert_int_equal(checked, count);
    assert_int_equal(ERR_peek_error(), 0);
}

static void
verifies_ed25519_as_wycheproof_says(void **state)
{
    check_signatures(*state, "wycheproof/ed25519_test.json", ALG_ED25519, 151);
}

static void
verifies_ecdsa_as_wycheproof_says(void **state)
{
    check_signatures(*state, "wycheproof/ecdsa_secp256r1_sha256_p1363_test.json", ALG_ECDSA_P256_SHA256, 262);
}

static void
makes_the_hmacs_of_wycheproof(void **state)
{
    const struct json *group = groups(*state, "wycheproof/hmac_sha256_test.json");
    size_t checked = 0;

    if (group == NULL)
        skip();
    for (; group != NULL; group = group->next) {
        if (json_find(group, S("tagSize"))->number != 256)
            continue;
        for (const struct json *t = json_find(group, S("tests"))->first; t != NULL; t = t->next, checked++) {
            struct slice secret = hex_member(*state, t, "key"), tag = hex_member(*state, t, "tag");
            struct hash h = hmac_sha256(secret, hex_member(*state, t, "msg"));
            struct key *k = key_private(ALG_HMAC_SHA256, secret);

            report(t, bytes_equal(hash_slice(&h), tag));
            if (k != NULL)
                report(t, key_verify(k, hex_member(*state, t, "msg"), tag));
            assert_int_equal(k != NULL, secret.len >= 32 && secret.len <= 64);
            key_close(k);
        }
    }
    assert_int_equal(checked, 87);
}

static void
unseals_as_wycheproof_says(void **state)
{
    const struct json *group = groups(*state, "wycheproof/aes_gcm_test.json");
    size_t checked = 0;

    if (group == NULL)
        skip();
    for (; group != NULL; group = group->next) {
        if (json_find(group, S("keySize"))->number != 256 || json_find(group, S("ivSize"))->number != 96)
            continue;
        for (const struct json *t = json_find(group, S("tests"))->first; t != NULL; t = t->next, checked++) {
            struct buf sealed = {.arena = *state};
            struct slice key = hex_member(*state, t, "key"), plain = {0};
            bool got;

            buf_add(&sealed, hex_member(*state, t, "iv"));
            buf_add(&sealed, hex_member(*state, t, "ct"));
            buf_add(&sealed, hex_member(*state, t, "tag"));
            got =
                unseal(&plain, *state, (const unsigned char *)key.at, hex_member(*state, t, "aad"), buf_slice(&sealed));
            report(t, got);
            assert_true(ERGO(got, slice_equal(plain, hex_member(*state, t, "msg"))));
        }
    }
    assert_int_equal(checked, 66);
    assert_int_equal(ERR_peek_error(), 0);
}

/* ---- hashes ------------------------------------------------------------------------------------------------- */

static struct slice
hex_hash(struct arena *a, struct hash h)
{
    return hex_encode(a, hash_slice(&h));
}

static void
hashes_the_standard_examples(void **state)
{
    struct slice abc[] = {S("a"), S(""), S("bc"), {0}};
    unsigned char out[64];

    /* FIPS 180-4 */
    assert_true(slice_equal(hex_hash(*state, sha256(abc, COUNT(abc))),
                            S("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")));
    assert_true(slice_equal(hex_hash(*state, sha256(NULL, 0)),
                            S("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")));
    assert_true(slice_equal(hex_hash(*state, sha256_one(S(""))), hex_hash(*state, sha256(NULL, 0))));
    sha512_one(out, S("abc"));
    assert_true(slice_equal(hex_encode(*state, (struct slice){(const char *)out, 64}),
                            S("ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                              "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f")));
    /* GB/T 32905-2016 appendix A */
    assert_true(slice_equal(hex_hash(*state, sm3_one(S("abc"))),
                            S("66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0")));
    assert_true(
        slice_equal(hex_hash(*state, sm3_one(S("abcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcd"))),
                    S("debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732")));
    /* RFC 4231 case 2, and the key of one call must not leak into the next */
    for (int i = 0; i < 3; i++) {
        assert_true(slice_equal(hex_hash(*state, hmac_sha256(S("Jefe"), S("what do ya want for nothing?"))),
                                S("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")));
        assert_true(slice_equal(hex_hash(*state, hmac_sha256(S(""), S(""))),
                                S("b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad")));
    }
    assert_true(bytes_equal(S("abc"), S("abc")));
    assert_false(bytes_equal(S("abc"), S("abd")));
    assert_false(bytes_equal(S("abc"), S("abcd")));
    assert_true(bytes_equal(S(""), (struct slice){0}));
}

static void *
hash_many(void *at)
{
    const struct key *k = at;
    struct arena *a = arena_open(16u << 20);
    size_t wrong = 0;

    for (int i = 0; i < 300; i++) {
        struct slice message = arena_print(a, "message %d", i);
        struct slice parts[] = {S("message "), arena_print(a, "%d", i)};
        struct hash one = sha256_one(message), two = sha256(parts, 2), mac = hmac_sha256(S("k"), message);
        struct hash again = hmac_sha256(S("k"), message);

        wrong += !bytes_equal(hash_slice(&one), hash_slice(&two));
        wrong += !bytes_equal(hash_slice(&mac), hash_slice(&again));
        wrong += !key_verify(k, message, key_sign(a, k, message));
    }
    arena_close(a);
    return wrong == 0 ? at : NULL;
}

static void
serves_many_threads_with_one_key(void **state)
{
    static const enum algorithm algorithms[] = {ALG_ED25519, ALG_ECDSA_P256_SHA256, ALG_HMAC_SHA256};

    (void)state;
    for (size_t i = 0; i < COUNT(algorithms); i++) {
        struct key *k = key_make(algorithms[i]);
        pthread_t threads[4];
        void *same;

        for (int t = 0; t < 4; t++)
            assert_int_equal(pthread_create(&threads[t], NULL, hash_many, k), 0);
        for (int t = 0; t < 4; t++) {
            pthread_join(threads[t], &same);
            assert_ptr_equal(same, k);
        }
        key_close(k);
    }
}

/* ---- sealing ------------------------------------------------------------------------------------------------ */

static void
unseals_only_what_was_sealed(void **state)
{
    static const size_t sizes[] = {0, 1, 15, 16, 17, 1000};
    unsigned char key[SEAL_KEY_SIZE], other[SEAL_KEY_SIZE];
    struct slice out;

    random_bytes(key, sizeof key);
    memcpy(other, key, sizeof key);
    other[31] ^= 1;
    for (size_t i = 0; i < COUNT(sizes); i++) {
        struct slice plain = {arena_take(*state, sizes[i] + 1), sizes[i]};
        struct slice sealed = seal(*state, key, S("cell 7"), plain);
        char *bytes = arena_take(*state, sealed.len);

        assert_int_equal(sealed.len, plain.len + SEAL_OVERHEAD);
        assert_true(unseal(&out, *state, key, S("cell 7"), sealed));
        assert_int_equal(out.len, plain.len);
        assert_memory_equal(out.at, plain.at, plain.len);
        assert_false(unseal(&out, *state, key, S("cell 8"), sealed));
        assert_false(unseal(&out, *state, key, S(""), sealed));
        assert_false(unseal(&out, *state, other, S("cell 7"), sealed));
        for (size_t len = 0; len < sealed.len; len++)
            assert_false(unseal(&out, *state, key, S("cell 7"), slice_sub(sealed, 0, len)));
        for (size_t bit = 0; bit < sealed.len * 8; bit += 3) {
            memcpy(bytes, sealed.at, sealed.len);
            bytes[bit / 8] = (char)(bytes[bit / 8] ^ 1 << bit % 8);
            assert_false(unseal(&out, *state, key, S("cell 7"), (struct slice){bytes, sealed.len}));
        }
    }
    assert_int_equal(ERR_peek_error(), 0);
}

static void
never_seals_twice_alike(void **state)
{
    const unsigned char key[SEAL_KEY_SIZE] = {1};
    struct slice one = seal(*state, key, S(""), S("same")), two = seal(*state, key, S(""), S("same"));

    assert_false(slice_equal(slice_sub(one, 0, 12), slice_sub(two, 0, 12)));
    assert_false(slice_equal(slice_sub(one, 12, 4), slice_sub(two, 12, 4)));
}

/* ---- signatures against the openssl program ----------------------------------------------------------------- */

/* How the program makes a key, signs $DIR/msg into $DIR/sig and verifies it. */
static const struct judge {
    enum algorithm alg;
    const char *make, *sign, *verify;
    enum { PLAIN, DER } form;
} judges[] = {
    {ALG_ED25519, "genpkey -algorithm ED25519", "pkeyutl -sign -rawin -inkey $DIR/key -in $DIR/msg -out $DIR/sig",
     "pkeyutl -verify -rawin -pubin -inkey $DIR/pub -in $DIR/msg -sigfile $DIR/sig", PLAIN},
    {ALG_ECDSA_P256_SHA256, "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256",
     "dgst -sha256 -sign $DIR/key -out $DIR/sig $DIR/msg", "dgst -sha256 -verify $DIR/pub -signature $DIR/sig $DIR/msg",
     DER},
    {ALG_RSA_PSS_SHA512,    "genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048",
     "dgst -sha512 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:64 -sigopt rsa_mgf1_md:sha512 -sign $DIR/key "
     "-out $DIR/sig $DIR/msg",
     "dgst -sha512 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:64 -sigopt rsa_mgf1_md:sha512 -verify $DIR/pub "
     "-signature $DIR/sig $DIR/msg", PLAIN},
    {ALG_RSA_PSS_SHA512,    "genpkey -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048",
     "dgst -sha512 -sigopt rsa_pss_saltlen:64 -sigopt rsa_mgf1_md:sha512 -sign $DIR/key -out $DIR/sig $DIR/msg",
     "dgst -sha512 -sigopt rsa_pss_saltlen:64 -sigopt rsa_mgf1_md:sha512 -verify $DIR/pub -signature $DIR/sig $DIR/msg",
     PLAIN},
    {ALG_SM2_SM3,           "genpkey -algorithm SM2",
     "pkeyutl -sign -rawin -digest sm3 -pkeyopt distid:1234567812345678 -inkey $DIR/key -in $DIR/msg -out $DIR/sig",
     "pkeyutl -verify -rawin -digest sm3 -pkeyopt distid:1234567812345678 -pubin -inkey $DIR/pub -in $DIR/msg -sigfile "
     "$DIR/sig", DER},
    {ALG_RSA_SHA256,        "genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048",
     "dgst -sha256 -sign $DIR/key -out $DIR/sig $DIR/msg", "dgst -sha256 -verify $DIR/pub -signature $DIR/sig $DIR/msg",
     PLAIN},
};

static int
openssl(struct arena *a, const char *folder, const char *arguments)
{
    return oracle_run(NULL, a, "DIR=%s; openssl %s >/dev/null 2>&1", folder, arguments);
}

static struct slice
in_folder(struct arena *a, const char *folder, const char *name)
{
    return read_file(a, arena_print(a, "%s/%s", folder, name).at);
}

/* r ‖ s to DER by hand. */
static struct slice
der(struct arena *a, struct slice raw)
{
    struct buf body = {.arena = a}, out = {.arena = a};

    for (size_t half = 0; half < 64; half += 32) {
        size_t from = half;

        while (from < half + 31 && raw.at[from] == 0)
            from++;
        buf_add_char(&body, 2);
        buf_add_char(&body, (char)(half + 32 - from + ((unsigned char)raw.at[from] >= 0x80)));
        if ((unsigned char)raw.at[from] >= 0x80)
            buf_add_char(&body, 0);
        buf_add(&body, slice_sub(raw, from, half + 32 - from));
    }
    buf_add_char(&out, 0x30);
    buf_add_char(&out, (char)body.len);
    buf_add(&out, buf_slice(&body));
    return buf_slice(&out);
}

static struct slice
with_a_byte_more(struct arena *a, struct slice s)
{
    struct buf b = {.arena = a};

    buf_add(&b, s);
    buf_add_char(&b, 0);
    return buf_slice(&b);
}

static void
check_judge(struct arena *a, const char *folder, const struct judge *j)
{
    struct slice message = S("\"@method\": POST\n\"@target-uri\": https://example.cn/v1/entries/loan.disbursed"), sig;
    struct key *ours, *theirs;
    unsigned char raw[64];

    assert_int_equal(openssl(a, folder, arena_print(a, "%s -out $DIR/key", j->make).at), 0);
    assert_int_equal(openssl(a, folder, "pkey -in $DIR/key -pubout -out $DIR/pub"), 0);
    write_file(arena_print(a, "%s/msg", folder).at, message);
    ours = key_private(j->alg, in_folder(a, folder, "key"));
    theirs = key_public(j->alg, in_folder(a, folder, "pub"));
    assert_non_null(ours);
    assert_non_null(theirs);

    /* what we sign, the program accepts */
    sig = key_sign(a, ours, message);
    write_file(arena_print(a, "%s/sig", folder).at, j->form == DER ? der(a, sig) : sig);
    assert_int_equal(openssl(a, folder, j->verify), 0);
    write_file(arena_print(a, "%s/msg", folder).at, S("another message"));
    assert_int_not_equal(openssl(a, folder, j->verify), 0);

    /* what the program signs, we accept, and not for another message, nor with a byte more or less */
    write_file(arena_print(a, "%s/msg", folder).at, message);
    assert_int_equal(openssl(a, folder, j->sign), 0);
    sig = in_folder(a, folder, "sig");
    if (j->form == DER) {
        assert_false(key_verify(theirs, message, sig));
        assert_true(signature_from_der(raw, sig));
        sig = (struct slice){(const char *)raw, sizeof raw};
        assert_true(slice_equal(der(a, sig), in_folder(a, folder, "sig")));
    }
    assert_true(key_verify(theirs, message, sig));
    assert_true(key_verify(ours, message, sig));
    assert_false(key_verify(theirs, S("another message"), sig));
    assert_false(key_verify(theirs, message, slice_sub(sig, 0, sig.len - 1)));
    assert_false(key_verify(theirs, message, with_a_byte_more(a, sig)));
    assert_false(key_verify(theirs, message, (struct slice){0}));
    key_close(ours);
    key_close(theirs);
    assert_int_equal(ERR_peek_error(), 0);
}

static void
signs_and_verifies_as_openssl_does(void **state)
{
    const char *folder;

    if (!oracle_there(*state, "openssl"))
        skip();
    folder = folder_open(*state);
    for (size_t i = 0; i < COUNT(judges); i++)
        check_judge(*state, folder, &judges[i]);
    folder_close(folder);
}

/* Another user id gives another SM2 signature: the one of this house is set, not left to the library. */
static void
refuses_sm2_under_another_user_id(void **state)
{
    const char *folder;
    unsigned char raw[64];
    struct key *k;

    if (!oracle_there(*state, "openssl"))
        skip();
    folder = folder_open(*state);
    write_file(arena_print(*state, "%s/msg", folder).at, S("message"));
    assert_int_equal(openssl(*state, folder, "genpkey -algorithm SM2 -out $DIR/key"), 0);
    assert_int_equal(openssl(*state, folder,
                             "pkeyutl -sign -rawin -digest sm3 -pkeyopt distid:someone -inkey $DIR/key -in $DIR/msg "
                             "-out $DIR/sig"),
                     0);
    k = key_private(ALG_SM2_SM3, in_folder(*state, folder, "key"));
    assert_true(signature_from_der(raw, in_folder(*state, folder, "sig")));
    assert_false(key_verify(k, S("message"), (struct slice){(const char *)raw, 64}));
    key_close(k);
    folder_close(folder);
}

static void
refuses_keys_of_another_kind(void **state)
{
    static const struct {
        const char *make;
        enum algorithm fits[2];
        size_t count;
    } cases[] = {
        {"genpkey -algorithm ED25519 -out $DIR/key", {ALG_ED25519}, 1},
        {"genpkey -algorithm ED448 -out $DIR/key", {0}, 0},
        {"genpkey -algorithm X25519 -out $DIR/key", {0}, 0},
        {"genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out $DIR/key", {ALG_ECDSA_P256_SHA256}, 1},
        {"genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out $DIR/key", {0}, 0},
        {"genpkey -algorithm EC -pkeyopt ec_paramgen_curve:secp256k1 -out $DIR/key", {0}, 0},
        {"genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:explicit -out $DIR/key", {0}, 0},
        {"genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:1024 -out $DIR/key", {0}, 0},
        {"genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out $DIR/key", {ALG_RSA_PSS_SHA512, ALG_RSA_SHA256}, 2},
        {"genpkey -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 -out $DIR/key", {ALG_RSA_PSS_SHA512}, 1},
        {"genpkey -algorithm SM2 -out $DIR/key", {ALG_SM2_SM3}, 1},
    };
    const char *folder;

    if (!oracle_there(*state, "openssl"))
        skip();
    folder = folder_open(*state);
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(openssl(*state, folder, cases[i].make), 0);
        assert_int_equal(openssl(*state, folder, "pkey -in $DIR/key -pubout -out $DIR/pub"), 0);
        for (int alg = 0; alg < ALG__COUNT; alg++) {
            struct key *private = key_private((enum algorithm)alg, in_folder(*state, folder, "key"));
            struct key *public = key_public((enum algorithm)alg, in_folder(*state, folder, "pub"));
            bool fits = false;

            for (size_t j = 0; j < cases[i].count; j++)
                fits = fits || (int)cases[i].fits[j] == alg;
            assert_int_equal(private != NULL, fits);
            assert_int_equal(public != NULL, fits);
            key_close(private);
            key_close(public);
            assert_int_equal(ERR_peek_error(), 0);
        }
    }
    folder_close(folder);
}

static void
refuses_bytes_that_are_no_key(void **state)
{
    static const char *const refused[] = {
        "",
        "-----BEGIN PRIVATE KEY-----\n",
        "-----BEGIN PUBLIC KEY-----\n",
        "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        /* would ask for a passphrase on the terminal */
        "-----BEGIN PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: "
        "AES-128-CBC,00000000000000000000000000000000\n\n"
        "AAAA\n-----END PRIVATE KEY-----\n",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(refused); i++)
        for (int alg = 0; alg < ALG__COUNT; alg++) {
            struct slice pem = slice_of(refused[i]);

            assert_null(key_public((enum algorithm)alg, pem));
            /* as a shared secret these bytes are only bytes, so their length decides */
            if (alg != ALG_HMAC_SHA256)
                assert_null(key_private((enum algorithm)alg, pem));
        }
    assert_null(key_public(ALG_ED25519, (struct slice){0}));
    assert_null(key_private(ALG_ED25519, (struct slice){0}));
    assert_null(key_private(ALG_HMAC_SHA256, (struct slice){0}));
    assert_null(key_private(ALG_HMAC_SHA256, S("0123456789012345678901234567890")));
    assert_null(key_private(ALG_HMAC_SHA256, S("01234567890123456789012345678901234567890123456789012345678901234")));
    assert_int_equal(ERR_peek_error(), 0);
}

static void
makes_keys_that_survive_being_written(void **state)
{
    for (int i = 0; i < ALG__COUNT; i++) {
        enum algorithm alg = (enum algorithm)i, found;
        struct key *made = key_make(alg), *other = key_make(alg), *private, *public = NULL;
        struct slice pem, sig, sig_other;

        assert_int_equal(key_algorithm(made), alg);
        assert_true(algorithm_find(&found, slice_of(algorithm_names[i])));
        assert_int_equal(found, alg);
        assert_true(key_private_pem(&pem, *state, made));
        private = key_private(alg, pem);
        sig = key_sign(*state, private, S("message"));
        assert_true(key_verify(made, S("message"), sig));
        assert_false(key_verify(other, S("message"), sig));
        assert_false(key_verify(made, S("Message"), sig));
        /* two keys in turn, nothing in between */
        sig = key_sign(*state, made, S("one"));
        sig_other = key_sign(*state, other, S("two"));
        assert_true(key_verify(made, S("one"), sig));
        assert_true(key_verify(other, S("two"), sig_other));
        assert_false(key_verify(made, S("two"), sig_other));
        sig = key_sign(*state, private, S("message"));
        assert_int_equal(key_public_pem(&pem, *state, made), alg != ALG_HMAC_SHA256);
        if (alg != ALG_HMAC_SHA256) {
            public = key_public(alg, pem);
            assert_true(key_verify(public, S("message"), sig));
            assert_false(key_private_pem(&pem, *state, public));
        }
        key_close(made);
        key_close(other);
        key_close(private);
        key_close(public);
    }
    assert_false(algorithm_find(&(enum algorithm){0}, S("none")));
    assert_false(algorithm_find(&(enum algorithm){0}, S("")));
    assert_false(algorithm_find(&(enum algorithm){0}, (struct slice){0}));
    key_close(NULL);
}

/* RFC 8032 section 7.1, test 2. */
static void
signs_ed25519_as_rfc_8032_does(void **state)
{
    struct slice raw, secret, sig;
    struct buf der = {.arena = *state};
    unsigned char back[32];
    struct key *public, *private;

    assert_true(hex_decode(&secret, *state, S("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")));
    assert_true(hex_decode(&raw, *state, S("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")));
    assert_true(hex_decode(&sig, *state,
                           S("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                             "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")));
    public = key_from_raw_public((const unsigned char *)raw.at);
    assert_true(key_verify(public, S("\x72"), sig));
    assert_true(key_raw_public(back, public));
    assert_memory_equal(back, raw.at, 32);
    buf_add(&der, S("\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20")); /* RFC 8410 section 7 */
    buf_add(&der, secret);
    private = key_private(ALG_ED25519,
                          arena_print(*state, "-----BEGIN PRIVATE KEY-----\n" SLICE_FMT "\n-----END PRIVATE KEY-----\n",
                                      SLICE_ARG(base64_encode(*state, buf_slice(&der)))));
    assert_true(slice_equal(key_sign(*state, private, S("\x72")), sig));
    key_close(public);
    key_close(private);
    public = key_make(ALG_ECDSA_P256_SHA256);
    assert_false(key_raw_public(back, public));
    key_close(public);
}

static void
reads_der_and_nothing_like_it(void **state)
{
    struct slice right, bad;
    unsigned char raw[64];
    char bytes[64] = {0};

    bytes[31] = 1; /* r = 1: leading zeros must come back */
    bytes[32] = (char)0x80;
    right = der(*state, (struct slice){bytes, 64});
    assert_true(signature_from_der(raw, right));
    assert_memory_equal(raw, bytes, 64);
    for (size_t len = 0; len < right.len; len++)
        assert_false(signature_from_der(raw, slice_sub(right, 0, len)));
    assert_false(signature_from_der(raw, with_a_byte_more(*state, right)));
    bad = S("\x30\x06\x02\x01\xff\x02\x01\x01"); /* r = -1 */
    assert_false(signature_from_der(raw, bad));
    assert_false(signature_from_der(raw, (struct slice){0}));
    assert_false(signature_from_der(raw, S("no such thing")));
    assert_int_equal(ERR_peek_error(), 0);
}

/* ---- passwords ---------------------------------------------------------------------------------------------- */

static void
keeps_passwords_as_python_does(void **state)
{
    static const char *const passwords[] = {"correct horse", "", "\xe5\xaf\x86\xe7\xa0\x81"};
    unsigned char out[PASSWORD_HASH_SIZE], salt[PASSWORD_SALT_SIZE];
    struct slice want;

    if (!oracle_there(*state, "python3"))
        skip();
    for (size_t i = 0; i < COUNT(passwords); i++) {
        struct slice hex = hex_encode(*state, slice_of(passwords[i]));

        random_bytes(salt, sizeof salt);
        assert_true(password_hash(out, slice_of(passwords[i]), salt));
        assert_int_equal(
            oracle_run(&want, *state,
                       "python3 -c \"import hashlib;print(hashlib.scrypt(bytes.fromhex('" SLICE_FMT
                       "'),salt=bytes.fromhex('%s'),n=131072,r=8,p=1,maxmem=1<<28,dklen=32).hex(),end='')\"",
                       SLICE_ARG(hex), hex_encode(*state, (struct slice){(const char *)salt, sizeof salt}).at),
            0);
        assert_true(slice_equal(hex_encode(*state, (struct slice){(const char *)out, sizeof out}), want));
    }
}

static void
wipes_and_draws(void **state)
{
    unsigned char one[64] = {0}, two[64] = {0};
    const unsigned char zero[64] = {0};

    (void)state;
    random_bytes(one, sizeof one);
    random_bytes(two, sizeof two);
    assert_memory_not_equal(one, two, sizeof one);
    assert_memory_not_equal(one, zero, sizeof one);
    wipe(one, sizeof one);
    assert_memory_equal(one, zero, sizeof one);
}

#define IN_ARENA(test) cmocka_unit_test_setup_teardown(test, arena_setup, arena_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        IN_ARENA(verifies_ed25519_as_wycheproof_says),
        IN_ARENA(verifies_ecdsa_as_wycheproof_says),
        IN_ARENA(makes_the_hmacs_of_wycheproof),
        IN_ARENA(unseals_as_wycheproof_says),
        IN_ARENA(hashes_the_standard_examples),
        cmocka_unit_test(serves_many_threads_with_one_key),
        IN_ARENA(unseals_only_what_was_sealed),
        IN_ARENA(never_seals_twice_alike),
        IN_ARENA(signs_and_verifies_as_openssl_does),
        IN_ARENA(refuses_sm2_under_another_user_id),
        IN_ARENA(refuses_keys_of_another_kind),
        cmocka_unit_test(refuses_bytes_that_are_no_key),
        IN_ARENA(makes_keys_that_survive_being_written),
        IN_ARENA(signs_ed25519_as_rfc_8032_does),
        IN_ARENA(reads_der_and_nothing_like_it),
        IN_ARENA(keeps_passwords_as_python_does),
        cmocka_unit_test(wipes_and_draws),
    };

    return cmocka_run_group_tests_name("base/crypto", tests, NULL, NULL);
}

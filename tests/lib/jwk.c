/*
 * JWK members to PEM, by OpenSSL's own builders.
 * Knows base64url and three key types; must not know signatures.
 * Invariant: what cannot be built is NULL, never half a key.
 */
#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

#include "jwk.h"

static struct slice
member(struct arena *a, const json_t *jwk, const char *name)
{
    const char *text = json_string_value(json_object_get(jwk, name));
    struct buf b = {.arena = a};
    struct slice out = {0};

    for (; text != NULL && *text != '\0'; text++)
        buf_add_char(&b, *text == '-' ? '+' : *text == '_' ? '/' : *text);
    while (b.len % 4 != 0)
        buf_add_char(&b, '=');
    return base64_decode(&out, a, buf_slice(&b)) ? out : (struct slice){0};
}

static struct slice
drain(struct arena *a, BIO *bio)
{
    char *at;
    long len = BIO_get_mem_data(bio, &at);
    struct slice out = arena_copy(a, (struct slice){at, (size_t)len});

    BIO_free(bio);
    return out;
}

static struct slice
public_pem(struct arena *a, EVP_PKEY *pkey)
{
    BIO *bio = BIO_new(BIO_s_mem());

    PEM_write_bio_PUBKEY(bio, pkey);
    EVP_PKEY_free(pkey);
    return drain(a, bio);
}

static EVP_PKEY *
build(const char *type, OSSL_PARAM_BLD *builder)
{
    OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(builder);
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    EVP_PKEY *pkey = NULL;

    if (EVP_PKEY_fromdata_init(ctx) > 0)
        EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params);
    EVP_PKEY_CTX_free(ctx);
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(builder);
    return pkey;
}

static EVP_PKEY *
rsa_public(struct arena *a, const json_t *jwk)
{
    struct slice n = member(a, jwk, "n"), e = member(a, jwk, "e");
    BIGNUM *modulus = BN_bin2bn((const unsigned char *)n.at, (int)n.len, NULL);
    BIGNUM *exponent = BN_bin2bn((const unsigned char *)e.at, (int)e.len, NULL);
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    EVP_PKEY *pkey;

    OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, modulus);
    OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, exponent);
    pkey = build("RSA", builder);
    BN_free(modulus);
    BN_free(exponent);
    return pkey;
}

static EVP_PKEY *
p256_public(struct arena *a, const json_t *jwk)
{
    struct buf point = {.arena = a};
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();

    buf_add_char(&point, 4);
    buf_add(&point, member(a, jwk, "x"));
    buf_add(&point, member(a, jwk, "y"));
    OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0);
    OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point.at, point.len);
    return build("EC", builder);
}

static EVP_PKEY *
ed25519_public(struct arena *a, const json_t *jwk)
{
    struct slice x = member(a, jwk, "x");

    return EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, (const unsigned char *)x.at, x.len);
}

static struct slice
shared_secret(struct arena *a, const json_t *jwk)
{
    return member(a, jwk, "k_base64");
}

struct key *
jwk_public(struct arena *a, enum algorithm alg, const json_t *jwk)
{
    switch (alg) {
    case ALG_RSA_PSS_SHA512:
        return key_public(alg, public_pem(a, rsa_public(a, jwk)));
    case ALG_ECDSA_P256_SHA256:
        return key_public(alg, public_pem(a, p256_public(a, jwk)));
    case ALG_ED25519:
        return key_public(alg, public_pem(a, ed25519_public(a, jwk)));
    case ALG_HMAC_SHA256:
        return key_private(alg, shared_secret(a, jwk));
    default:
        return NULL;
    }
}

struct key *
jwk_private(struct arena *a, enum algorithm alg, const json_t *jwk)
{
    struct slice d = member(a, jwk, "d");
    BIO *bio;
    EVP_PKEY *pkey;

    if (alg == ALG_HMAC_SHA256)
        return key_private(alg, shared_secret(a, jwk));
    if (alg != ALG_ED25519)
        return NULL;
    pkey = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, (const unsigned char *)d.at, d.len);
    bio = BIO_new(BIO_s_mem());
    PEM_write_bio_PKCS8PrivateKey(bio, pkey, NULL, NULL, 0, NULL, NULL);
    EVP_PKEY_free(pkey);
    return key_private(alg, drain(a, bio));
}

/*
 * Hashes, signatures, sealing and passwords: OpenSSL's EVP behind the house's own words.
 * Knows algorithms, keys and OpenSSL's habits; must not know what is signed or for whom.
 * Invariant: no call leaves an error in OpenSSL's queue, where the next TLS read on this thread would find it.
 */
#include <limits.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "ventured/crypto.h"

#define RAW_HALF 32 /* r or s */
#define RAW_SIZE (2 * RAW_HALF)
#define DER_SIZE_MAX 80 /* SEQUENCE of two INTEGERs of at most 33 bytes, with room */
#define NONCE_SIZE 12
#define TAG_SIZE (SEAL_OVERHEAD - NONCE_SIZE)
#define SECRET_MIN 32
#define SECRET_MAX 64
#define RSA_BITS_MIN 2048
#define RSA_BITS_MAX 8192 /* a longer public key would make every check of a signature slow at its sender's wish */
#define RSA_BITS_MADE 3072

/* ---- what OpenSSL is asked for once ------------------------------------------------------------------------- */

/* Looking an algorithm up by name costs more than hashing a short message. These are found once for the process and
 * never given back; `threads` keeps the contexts that each thread uses again and again. */
static struct {
    EVP_MD *sha256, *sha512, *sm3;
    EVP_MAC *hmac;
    EVP_CIPHER *gcm;
    pthread_key_t threads;
} fetched;
static pthread_once_t fetched_once = PTHREAD_ONCE_INIT;

struct contexts {
    EVP_MD_CTX *digest, *signer;
    EVP_MAC_CTX *hmac;
    EVP_CIPHER_CTX *cipher;
};

static void
contexts_free(void *at)
{
    struct contexts *c = at;

    EVP_MD_CTX_free(c->digest);
    EVP_MD_CTX_free(c->signer);
    EVP_MAC_CTX_free(c->hmac);
    EVP_CIPHER_CTX_free(c->cipher);
    OPENSSL_free(c);
}

static void
fetch(void)
{
    int failed = pthread_key_create(&fetched.threads, contexts_free);

    assert(failed == 0);
    fetched.sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    fetched.sha512 = EVP_MD_fetch(NULL, "SHA512", NULL);
    fetched.sm3 = EVP_MD_fetch(NULL, "SM3", NULL);
    fetched.hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    fetched.gcm = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
    assert(fetched.sha256 != NULL);
    assert(fetched.sha512 != NULL);
    assert(fetched.sm3 != NULL);
    assert(fetched.hmac != NULL);
    assert(fetched.gcm != NULL);
}

static struct contexts *
contexts_make(void)
{
    char sha256[] = "SHA256";
    const OSSL_PARAM digest[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, sha256, 0), OSSL_PARAM_END};
    struct contexts *c = OPENSSL_zalloc(sizeof *c);
    int failed;

    assert(c != NULL);
    c->digest = EVP_MD_CTX_new();
    c->signer = EVP_MD_CTX_new();
    c->hmac = EVP_MAC_CTX_new(fetched.hmac);
    c->cipher = EVP_CIPHER_CTX_new();
    assert(c->digest != NULL);
    assert(c->signer != NULL);
    assert(c->cipher != NULL);
    assert(c->hmac != NULL);
    failed = EVP_MAC_CTX_set_params(c->hmac, digest) != 1;
    assert(failed == 0);
    failed = pthread_setspecific(fetched.threads, c);
    assert(failed == 0);
    return c;
}

static struct contexts *
contexts(void)
{
    struct contexts *c;

    pthread_once(&fetched_once, fetch);
    c = pthread_getspecific(fetched.threads);
    return c != NULL ? c : contexts_make();
}

/* OpenSSL answers 1 for yes; everything else may have queued errors, which are dropped here. */
static bool
yes(int answer)
{
    if (answer == 1)
        return true;
    ERR_clear_error();
    return false;
}

static const unsigned char *
bytes(struct slice s)
{
    return (const unsigned char *)(s.at == NULL ? "" : s.at);
}

/* ---- hashes ------------------------------------------------------------------------------------------------- */

static void
digest(unsigned char *out, const EVP_MD *type, const struct slice *parts, size_t count)
{
    EVP_MD_CTX *c = contexts()->digest;
    bool done = yes(EVP_DigestInit_ex2(c, type, NULL));

    for (size_t i = 0; done && i < count; i++)
        done = yes(EVP_DigestUpdate(c, bytes(parts[i]), parts[i].len));
    done = done && yes(EVP_DigestFinal_ex(c, out, NULL));
    assert(done); /* hashing fails for want of memory only */
}

struct hash
sha256(const struct slice *parts, size_t count)
{
    struct hash h;

    contexts();
    digest(h.at, fetched.sha256, parts, count);
    return h;
}

struct hash
sha256_one(struct slice s)
{
    return sha256(&s, 1);
}

struct hash
sm3_one(struct slice s)
{
    struct hash h;

    contexts();
    digest(h.at, fetched.sm3, &s, 1);
    return h;
}

void
sha512_one(unsigned char out[64], struct slice s)
{
    contexts();
    digest(out, fetched.sha512, &s, 1);
}

struct hash
hmac_sha256(struct slice key, struct slice message)
{
    EVP_MAC_CTX *c = contexts()->hmac;
    struct hash h;
    size_t len = 0;
    /* A NULL key would mean the key of the call before: bytes() never gives one. */
    bool done = yes(EVP_MAC_init(c, bytes(key), key.len, NULL));

    done = done && yes(EVP_MAC_update(c, bytes(message), message.len));
    done = done && yes(EVP_MAC_final(c, h.at, &len, sizeof h.at));
    assert(done);
    assert(len == sizeof h.at);
    return h;
}

struct slice
hash_slice(const struct hash *h)
{
    return (struct slice){(const char *)h->at, sizeof h->at};
}

bool
bytes_equal(struct slice a, struct slice b)
{
    return a.len == b.len && CRYPTO_memcmp(bytes(a), bytes(b), a.len) == 0;
}

void
random_bytes(void *out, size_t size)
{
    assert(size <= INT_MAX);
    if (yes(RAND_bytes(out, (int)size)))
        return;
    log_write(LOG_ERROR, "no_randomness", "bytes=%zu", size);
    abort();
}

void
wipe(void *at, size_t size)
{
    OPENSSL_cleanse(at, size);
}

/* ---- sealing ------------------------------------------------------------------------------------------------ */

struct slice
seal(struct arena *a, const unsigned char key[SEAL_KEY_SIZE], struct slice bound, struct slice plain)
{
    EVP_CIPHER_CTX *c = contexts()->cipher;
    unsigned char *out, *tag;
    int len;
    bool done;

    assert(plain.len <= INT_MAX - SEAL_OVERHEAD);
    assert(bound.len <= INT_MAX);
    out = arena_take(a, plain.len + SEAL_OVERHEAD);
    tag = out + NONCE_SIZE + plain.len;
    random_bytes(out, NONCE_SIZE);
    done = yes(EVP_EncryptInit_ex2(c, fetched.gcm, key, out, NULL)) &&
           yes(EVP_EncryptUpdate(c, NULL, &len, bytes(bound), (int)bound.len)) &&
           yes(EVP_EncryptUpdate(c, out + NONCE_SIZE, &len, bytes(plain), (int)plain.len)) &&
           yes(EVP_EncryptFinal_ex(c, tag, &len)) && yes(EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, TAG_SIZE, tag));
    EVP_CIPHER_CTX_reset(c); /* the key must not stay in the context */
    assert(done);
    return (struct slice){(const char *)out, plain.len + SEAL_OVERHEAD};
}

bool
unseal(struct slice *out, struct arena *a, const unsigned char key[SEAL_KEY_SIZE], struct slice bound,
       struct slice sealed)
{
    EVP_CIPHER_CTX *c = contexts()->cipher;
    const unsigned char *from = bytes(sealed);
    unsigned char tag[TAG_SIZE], *plain;
    int len, size;
    bool done;

    if (sealed.len < SEAL_OVERHEAD || sealed.len > INT_MAX || bound.len > INT_MAX)
        return false;
    size = (int)sealed.len - SEAL_OVERHEAD;
    plain = arena_take(a, (size_t)size + 1);
    memcpy(tag, from + sealed.len - TAG_SIZE, TAG_SIZE);
    done = yes(EVP_DecryptInit_ex2(c, fetched.gcm, key, from, NULL)) &&
           yes(EVP_DecryptUpdate(c, NULL, &len, bytes(bound), (int)bound.len)) &&
           yes(EVP_DecryptUpdate(c, plain, &len, from + NONCE_SIZE, size)) &&
           yes(EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, TAG_SIZE, tag)) &&
           yes(EVP_DecryptFinal_ex(c, plain + size, &len));
    EVP_CIPHER_CTX_reset(c);
    if (!done) {
        wipe(plain, (size_t)size); /* what was not proved whole is not shown */
        return false;
    }
    *out = (struct slice){(const char *)plain, (size_t)size};
    return true;
}

/* ---- algorithms --------------------------------------------------------------------------------------------- */

const char *const algorithm_names[ALG__COUNT] = {
    [ALG_ED25519] = "ed25519",
    [ALG_ECDSA_P256_SHA256] = "ecdsa-p256-sha256",
    [ALG_RSA_PSS_SHA512] = "rsa-pss-sha512",
    [ALG_HMAC_SHA256] = "hmac-sha256",
    [ALG_SM2_SM3] = "sm2-sm3",
    [ALG_RSA_SHA256] = "rsa-v1_5-sha256",
};

bool
algorithm_find(enum algorithm *out, struct slice name)
{
    for (int i = 0; i < ALG__COUNT; i++)
        if (slice_equal(slice_of(algorithm_names[i]), name)) {
            *out = (enum algorithm)i;
            return true;
        }
    return false;
}

/* OpenSSL's parameters point to what they hold, and not to constants. */
static int salt_size = 64;
static char pss[] = "pss", sha512_name[] = "SHA512", user_id[] = SM2_USER_ID;
static const OSSL_PARAM params_pss[] = {
    OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_PAD_MODE, pss, sizeof pss - 1),
    OSSL_PARAM_int(OSSL_SIGNATURE_PARAM_PSS_SALTLEN, &salt_size),
    OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_MGF1_DIGEST, sha512_name, sizeof sha512_name - 1),
    OSSL_PARAM_END,
};
static const OSSL_PARAM params_sm2[] = {
    OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_DIST_ID, user_id, sizeof user_id - 1),
    OSSL_PARAM_END,
};

/* What OpenSSL calls each algorithm's key and digest. `raw` signatures are r ‖ s, where OpenSSL has DER. */
static const struct scheme {
    const char *type, *type_too; /* the key's type, and another that serves as well */
    const char *group;           /* the one curve allowed */
    const char *digest;
    const OSSL_PARAM *params;
    int bits_min, bits_max;
    bool raw;
} schemes[ALG__COUNT] = {
  /* in the order of enum algorithm */
    {"ED25519", NULL,      NULL,         NULL,     NULL,       256,          256,          false},
    {"EC",      NULL,      "prime256v1", "SHA256", NULL,       256,          256,          true },
    {"RSA",     "RSA-PSS", NULL,         "SHA512", params_pss, RSA_BITS_MIN, RSA_BITS_MAX, false},
    {"",        NULL,      NULL,         NULL,     NULL,       0,            0,            false},
    {"SM2",     NULL,      "SM2",        "SM3",    params_sm2, 256,          256,          true },
    {"RSA",     NULL,      NULL,         "SHA256", NULL,       RSA_BITS_MIN, RSA_BITS_MAX, false},
};

struct key {
    const struct scheme *scheme;
    enum algorithm alg;
    bool can_sign;
    _Atomic int holders; /* each closes it once */
    EVP_PKEY *pkey;      /* NULL for a shared secret */
    size_t secret_size;
    unsigned char secret[SECRET_MAX];
};

/* ---- keys --------------------------------------------------------------------------------------------------- */

static bool
group_right(const EVP_PKEY *pkey, const char *group)
{
    char name[32];
    int written_out = 0;

    if (group == NULL)
        return true;
    /* A curve written out in numbers may look like the right one and not be it. */
    if (EVP_PKEY_get_int_param(pkey, OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS, &written_out) == 1 && written_out)
        return false;
    return EVP_PKEY_get_group_name(pkey, name, sizeof name, NULL) == 1 && strcmp(name, group) == 0;
}

static bool
pkey_right(const EVP_PKEY *pkey, const struct scheme *s)
{
    if (!EVP_PKEY_is_a(pkey, s->type) && (s->type_too == NULL || !EVP_PKEY_is_a(pkey, s->type_too)))
        return false;
    if (EVP_PKEY_get_bits(pkey) < s->bits_min || EVP_PKEY_get_bits(pkey) > s->bits_max)
        return false;
    return group_right(pkey, s->group);
}

/* Takes the OpenSSL key over; NULL, and the key freed, where it is not one of this algorithm. */
static struct key *
key_of(enum algorithm alg, EVP_PKEY *pkey, bool can_sign)
{
    struct key *k;

    if (pkey == NULL || !pkey_right(pkey, &schemes[alg])) {
        EVP_PKEY_free(pkey);
        ERR_clear_error();
        return NULL;
    }
    ERR_clear_error();
    k = OPENSSL_zalloc(sizeof *k);
    assert(k != NULL);
    *k = (struct key){.scheme = &schemes[alg], .alg = alg, .can_sign = can_sign, .holders = 1, .pkey = pkey};
    return k;
}

static struct key *
key_shared(struct slice secret)
{
    struct key *k;

    if (secret.len < SECRET_MIN || secret.len > SECRET_MAX)
        return NULL;
    k = OPENSSL_zalloc(sizeof *k);
    assert(k != NULL);
    k->scheme = &schemes[ALG_HMAC_SHA256];
    k->alg = ALG_HMAC_SHA256;
    k->can_sign = true;
    k->holders = 1;
    k->secret_size = secret.len;
    memcpy(k->secret, secret.at, secret.len);
    return k;
}

/* OpenSSL's own answer to an encrypted key is to ask on the terminal. */
static int
no_passphrase(char *buf, int size, int writing, void *context)
{
    (void)buf, (void)size, (void)writing, (void)context;
    return -1;
}

struct key *
key_public(enum algorithm alg, struct slice pem)
{
    EVP_PKEY *pkey;
    BIO *bio;

    if (alg == ALG_HMAC_SHA256 || pem.len > INT_MAX || !slice_starts(pem, S("-----BEGIN PUBLIC KEY-----")))
        return NULL;
    bio = BIO_new_mem_buf(pem.at, (int)pem.len);
    assert(bio != NULL);
    pkey = PEM_read_bio_PUBKEY(bio, NULL, no_passphrase, NULL);
    BIO_free(bio);
    return key_of(alg, pkey, false);
}

struct key *
key_private(enum algorithm alg, struct slice pem_or_secret)
{
    EVP_PKEY *pkey;
    BIO *bio;

    if (alg == ALG_HMAC_SHA256)
        return key_shared(pem_or_secret);
    if (pem_or_secret.len > INT_MAX || !slice_starts(pem_or_secret, S("-----BEGIN PRIVATE KEY-----")))
        return NULL;
    bio = BIO_new_mem_buf(pem_or_secret.at, (int)pem_or_secret.len);
    assert(bio != NULL);
    pkey = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);
    BIO_free(bio);
    return key_of(alg, pkey, true);
}

static EVP_PKEY *
pkey_make(const struct scheme *s)
{
    if (strcmp(s->type, "EC") == 0)
        return EVP_PKEY_Q_keygen(NULL, NULL, s->type, s->group);
    if (strcmp(s->type, "RSA") == 0)
        return EVP_PKEY_Q_keygen(NULL, NULL, s->type, (size_t)RSA_BITS_MADE);
    return EVP_PKEY_Q_keygen(NULL, NULL, s->type);
}

struct key *
key_make(enum algorithm alg)
{
    unsigned char secret[SECRET_MIN];
    struct key *k;

    if (alg == ALG_HMAC_SHA256) {
        random_bytes(secret, sizeof secret);
        k = key_shared((struct slice){(const char *)secret, sizeof secret});
        wipe(secret, sizeof secret);
    } else {
        k = key_of(alg, pkey_make(&schemes[alg]), true);
    }
    assert(k != NULL);
    return k;
}

struct key *
key_again(struct key *k)
{
    atomic_fetch_add(&k->holders, 1);
    return k;
}

void
key_close(struct key *k)
{
    if (k == NULL || atomic_fetch_sub(&k->holders, 1) > 1)
        return;
    EVP_PKEY_free(k->pkey);
    OPENSSL_clear_free(k, sizeof *k);
}

enum algorithm
key_algorithm(const struct key *k)
{
    return k->alg;
}

/* Copies what was written into the arena; the BIO is wiped and freed. */
static bool
bio_finish(struct slice *out, struct arena *a, BIO *bio, int written)
{
    char *at;
    long len = BIO_get_mem_data(bio, &at);
    bool done = yes(written);

    if (done)
        *out = arena_copy(a, (struct slice){at, (size_t)len});
    if (len > 0)
        wipe(at, (size_t)len);
    BIO_free(bio);
    return done;
}

bool
key_public_pem(struct slice *out, struct arena *a, const struct key *k)
{
    BIO *bio;

    if (k->pkey == NULL)
        return false;
    bio = BIO_new(BIO_s_mem());
    assert(bio != NULL);
    return bio_finish(out, a, bio, PEM_write_bio_PUBKEY(bio, k->pkey));
}

bool
key_private_pem(struct slice *out, struct arena *a, const struct key *k)
{
    BIO *bio;

    if (!k->can_sign)
        return false;
    if (k->pkey == NULL) {
        *out = arena_copy(a, (struct slice){(const char *)k->secret, k->secret_size});
        return true;
    }
    bio = BIO_new(BIO_s_secmem());
    assert(bio != NULL);
    return bio_finish(out, a, bio, PEM_write_bio_PKCS8PrivateKey(bio, k->pkey, NULL, NULL, 0, NULL, NULL));
}

bool
key_raw_public(unsigned char out[32], const struct key *k)
{
    size_t len = 32;

    return k->alg == ALG_ED25519 && yes(EVP_PKEY_get_raw_public_key(k->pkey, out, &len));
}

struct key *
key_from_raw_public(const unsigned char raw[32])
{
    return key_of(ALG_ED25519, EVP_PKEY_new_raw_public_key_ex(NULL, "ED25519", NULL, raw, 32), false);
}

/* ---- signatures --------------------------------------------------------------------------------------------- */

/* r ‖ s to DER; the length. */
static size_t
der_from_raw(unsigned char out[DER_SIZE_MAX], struct slice raw)
{
    ECDSA_SIG *pair = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(bytes(raw), RAW_HALF, NULL);
    BIGNUM *s = BN_bin2bn(bytes(raw) + RAW_HALF, RAW_HALF, NULL);
    int len;

    assert(pair != NULL);
    assert(r != NULL);
    assert(s != NULL);
    ECDSA_SIG_set0(pair, r, s);
    len = i2d_ECDSA_SIG(pair, NULL);
    assert(len > 0);
    assert(len <= DER_SIZE_MAX);
    i2d_ECDSA_SIG(pair, &out);
    ECDSA_SIG_free(pair);
    return (size_t)len;
}

bool
signature_from_der(unsigned char out[64], struct slice der)
{
    const unsigned char *at = bytes(der);
    ECDSA_SIG *pair = der.len > DER_SIZE_MAX ? NULL : d2i_ECDSA_SIG(NULL, &at, (long)der.len);
    bool fits = pair != NULL && at == bytes(der) + der.len &&
                BN_bn2binpad(ECDSA_SIG_get0_r(pair), out, RAW_HALF) == RAW_HALF &&
                BN_bn2binpad(ECDSA_SIG_get0_s(pair), out + RAW_HALF, RAW_HALF) == RAW_HALF &&
                !BN_is_negative(ECDSA_SIG_get0_r(pair)) && !BN_is_negative(ECDSA_SIG_get0_s(pair));

    ECDSA_SIG_free(pair);
    ERR_clear_error();
    return fits;
}

/* Parameters follow the start of the operation: OpenSSL 3.0.19 refuses SM2's user id that is given along with it. */
static bool
operation_begin(EVP_MD_CTX *c, const struct key *k,
                int (*init)(EVP_MD_CTX *, EVP_PKEY_CTX **, const char *, OSSL_LIB_CTX *, const char *, EVP_PKEY *,
                            const OSSL_PARAM *))
{
    EVP_PKEY_CTX *operation = NULL;

    return yes(init(c, &operation, k->scheme->digest, NULL, NULL, k->pkey, NULL)) &&
           (k->scheme->params == NULL || yes(EVP_PKEY_CTX_set_params(operation, k->scheme->params)));
}

struct slice
key_sign(struct arena *a, const struct key *k, struct slice message)
{
    unsigned char der[DER_SIZE_MAX], *out = der;
    size_t len = sizeof der;
    EVP_MD_CTX *c = contexts()->signer;
    bool done;

    assert(k->can_sign);
    if (k->alg == ALG_HMAC_SHA256) {
        struct hash h = hmac_sha256((struct slice){(const char *)k->secret, k->secret_size}, message);

        return arena_copy(a, hash_slice(&h));
    }
    if (!k->scheme->raw) {
        len = (size_t)EVP_PKEY_get_size(k->pkey);
        out = arena_take(a, len);
    }
    done =
        operation_begin(c, k, EVP_DigestSignInit_ex) && yes(EVP_DigestSign(c, out, &len, bytes(message), message.len));
    EVP_MD_CTX_reset(c); /* else the next call would sign with this call's key */
    assert(done);
    if (!k->scheme->raw)
        return (struct slice){(const char *)out, len};
    out = arena_take(a, RAW_SIZE);
    done = signature_from_der(out, (struct slice){(const char *)der, len});
    assert(done);
    return (struct slice){(const char *)out, RAW_SIZE};
}

bool
key_verify(const struct key *k, struct slice message, struct slice signature)
{
    unsigned char der[DER_SIZE_MAX];
    const unsigned char *from = bytes(signature);
    size_t len = signature.len;
    EVP_MD_CTX *c = contexts()->signer;
    bool right;

    if (k->alg == ALG_HMAC_SHA256) {
        struct hash h = hmac_sha256((struct slice){(const char *)k->secret, k->secret_size}, message);

        return bytes_equal(hash_slice(&h), signature);
    }
    if (k->scheme->raw) {
        if (len != RAW_SIZE)
            return false;
        len = der_from_raw(der, signature);
        from = der;
    }
    right = operation_begin(c, k, EVP_DigestVerifyInit_ex) &&
            yes(EVP_DigestVerify(c, from, len, bytes(message), message.len));
    EVP_MD_CTX_reset(c);
    return right;
}

/* ---- passwords ---------------------------------------------------------------------------------------------- */

bool
password_hash(unsigned char out[PASSWORD_HASH_SIZE], struct slice password,
              const unsigned char salt[PASSWORD_SALT_SIZE])
{
    const uint64_t memory_max = UINT64_C(256) * 1024 * 1024;

    if (yes(EVP_PBE_scrypt((const char *)bytes(password), password.len, salt, PASSWORD_SALT_SIZE, 1 << 17, 8, 1,
                           memory_max, out, PASSWORD_HASH_SIZE)))
        return true;
    log_write(LOG_ERROR, "password_hash", "password_bytes=%zu", password.len);
    return false;
}

/*
 * Hashes, signatures, sealing and passwords, all from OpenSSL's EVP behind base/crypto.c.
 * Knows algorithms and keys; must not know what is signed or for whom.
 * Invariant: the algorithm belongs to the key, never to the message; a secret is wiped by its owner.
 */
#ifndef VENTURED_CRYPTO_H
#define VENTURED_CRYPTO_H

#include "ventured/base.h"

#define HASH_SIZE 32

struct hash {
    unsigned char at[HASH_SIZE];
};

/* SHA-256 over the parts, one after the other. */
struct hash sha256(const struct slice *parts, size_t count);
struct hash sha256_one(struct slice s);
struct hash sm3_one(struct slice s); /* GB/T 32905 */
void sha512_one(unsigned char out[64], struct slice s);
struct hash hmac_sha256(struct slice key, struct slice message);
struct slice hash_slice(const struct hash *h); /* borrowed */

/* RFC 9562 section 5.8: the first bits of the SHA-256 of the parts, so that the same thing has the same id wherever and
 * however often it is named. Lives in `a`. */
struct slice uuid8_of(struct arena *a, const struct slice *parts, size_t count);
bool bytes_equal(struct slice a, struct slice b); /* in constant time for equal lengths */
void random_bytes(void *out, size_t size);        /* failure of the system's source ends the process */
void wipe(void *at, size_t size);

/* AES-256-GCM, 96-bit nonce made here, 128-bit tag: out = nonce ‖ ciphertext ‖ tag. `bound` is authenticated only. */
#define SEAL_KEY_SIZE 32
#define SEAL_OVERHEAD 28
struct slice seal(struct arena *a, const unsigned char key[SEAL_KEY_SIZE], struct slice bound, struct slice plain);
bool unseal(struct slice *out, struct arena *a, const unsigned char key[SEAL_KEY_SIZE], struct slice bound,
            struct slice sealed);

/* The signature algorithms, named as RFC 9421 section 6.2.2 names them; sm2-sm3 and rsa-v1_5-sha256 beside them. */
enum algorithm {
    ALG_ED25519,           /* RFC 8032 */
    ALG_ECDSA_P256_SHA256, /* r ‖ s, 64 bytes */
    ALG_RSA_PSS_SHA512,    /* MGF1 with SHA-512, salt 64 */
    ALG_HMAC_SHA256,
    ALG_SM2_SM3,           /* GB/T 32918, r ‖ s, 64 bytes; user id SM2_USER_ID set explicitly */
    ALG_RSA_SHA256,        /* PKCS #1 v1.5 */
    ALG__COUNT
};
#define SM2_USER_ID "1234567812345678"

extern const char *const algorithm_names[ALG__COUNT];
bool algorithm_find(enum algorithm *out, struct slice name);

/* A public, private or shared key with its one algorithm. */
struct key;

/* Public: PEM SubjectPublicKeyInfo. Private: PEM PKCS #8. HMAC: the raw secret, 32 to 64 bytes. NULL where the bytes
 * are not a key of that algorithm (RSA below 2048 or above 8192 bits is refused). */
struct key *key_public(enum algorithm alg, struct slice pem);
struct key *key_private(enum algorithm alg, struct slice pem_or_secret);
/* As key_public, and remembered by its bytes for the life of the process: reading a public key takes several times as
 * long as checking a signature with it. From any thread; every answer is closed by whoever asked. */
struct key *key_known(enum algorithm alg, struct slice pem);
struct key *key_again(struct key *k); /* for one holder more, who closes it too; nobody changes a key */
struct key *key_make(enum algorithm alg);
void key_close(struct key *k);
enum algorithm key_algorithm(const struct key *k);
bool key_public_pem(struct slice *out, struct arena *a, const struct key *k);
bool key_private_pem(struct slice *out, struct arena *a, const struct key *k); /* HMAC: the raw secret */
/* The 32 raw bytes of an Ed25519 public key, for signed notes; false for other algorithms. */
bool key_raw_public(unsigned char out[32], const struct key *k);
struct key *key_from_raw_public(const unsigned char raw[32]); /* Ed25519 */

/* Needs the private or shared part. */
struct slice key_sign(struct arena *a, const struct key *k, struct slice message);
bool key_verify(const struct key *k, struct slice message, struct slice signature);
/* r ‖ s from the DER form that some banks send (RFC 3279 section 2.2.3); false where it is no such thing. */
bool signature_from_der(unsigned char out[64], struct slice der);

/* scrypt with N = 2^17, r = 8, p = 1 (128 MiB, about 0.3 s): callers bound how many run at once. */
#define PASSWORD_HASH_SIZE 32
#define PASSWORD_SALT_SIZE 16
bool password_hash(unsigned char out[PASSWORD_HASH_SIZE], struct slice password,
                   const unsigned char salt[PASSWORD_SALT_SIZE]);

#endif

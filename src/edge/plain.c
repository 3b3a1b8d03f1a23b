/*
 * Reading of plain signatures: see plain.h.
 * Knows fields and digests; must not decide which bank a key belongs to.
 * Invariant: the text that is handed to the key is made of the request as received, one line for each part.
 */
#include "plain.h"

#define SM2_RAW_SIZE 64

static const struct plain_algorithm {
    const char *name;
    enum algorithm alg;
    struct hash (*digest)(struct slice body);
} algorithms[] = {
    {"SM2-SM3",    ALG_SM2_SM3,    sm3_one   },
    {"RSA-SHA256", ALG_RSA_SHA256, sha256_one},
};

bool
plain_is_meant(const struct request *rq)
{
    return header_find(rq, "x-signature").at != NULL || header_find(rq, "x-key-serial").at != NULL;
}

/* ---- fields ------------------------------------------------------------------------------------------------------ */

static const struct plain_algorithm *
algorithm_of(struct slice name)
{
    for (size_t i = 0; i < COUNT(algorithms); i++)
        if (slice_equal(name, slice_of(algorithms[i].name)))
            return &algorithms[i];
    return NULL;
}

/* Digits alone, no zero in front: one moment has one text, and a text one moment. */
static bool
is_moment(struct slice s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.at[i] < '0' || s.at[i] > '9')
            return false;
    return s.len > 0 && s.len <= 12 && s.at[0] != '0';
}

/* Some banks send r ‖ s and some its DER; a key's own form needs no setting, the lengths tell. */
static bool
value_read(struct slice *out, struct arena *a, enum algorithm alg, struct slice base64)
{
    unsigned char *raw = arena_take(a, SM2_RAW_SIZE);

    if (!base64_decode(out, a, base64) || out->len == 0)
        return false;
    if (alg != ALG_SM2_SM3 || out->len == SM2_RAW_SIZE)
        return true;
    if (!signature_from_der(raw, *out))
        return false;
    *out = (struct slice){(const char *)raw, SM2_RAW_SIZE};
    return true;
}

static struct slice
base_of(const struct request *rq, const struct plain_algorithm *alg, struct slice timestamp, struct slice nonce)
{
    struct hash digest = alg->digest(rq->body);

    return arena_print(rq->arena, SLICE_FMT "\n" SLICE_FMT "\n" SLICE_FMT "\n" SLICE_FMT "\n" SLICE_FMT "\n",
                       SLICE_ARG(rq->method), SLICE_ARG(rq->target), SLICE_ARG(timestamp), SLICE_ARG(nonce),
                       SLICE_ARG(hex_encode(rq->arena, hash_slice(&digest))));
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

/* Two profiles in one request leave open which of them holds. */
static enum verdict
alone_check(struct signature *s, const struct request *rq)
{
    s->fault = S("signature");
    if (header_find(rq, "signature").at != NULL)
        return V_SIGNATURE_MALFORMED;
    s->fault = S("signature-input");
    return header_find(rq, "signature-input").at != NULL ? V_SIGNATURE_MALFORMED : V_OK;
}

enum verdict
plain_read(struct signature *out, const struct request *rq, const struct signature_policy *p)
{
    const struct plain_algorithm *alg;
    struct slice timestamp, name, value;

    *out = (struct signature){.expires_s = SIGNATURE_NEVER};
    TRY(alone_check(out, rq));
    TRY(signature_field(&value, out, rq, "x-signature"));
    TRY(signature_field(&out->key_id, out, rq, "x-key-serial"));
    if (out->key_id.len == 0 || out->key_id.len > p->key_id_len_max)
        return V_SIGNATURE_MALFORMED;
    TRY(signature_field(&name, out, rq, "x-sign-alg"));
    alg = algorithm_of(name);
    if (alg == NULL)
        return V_SIGNATURE_MALFORMED;
    TRY(signature_field(&timestamp, out, rq, "x-timestamp"));
    if (!is_moment(timestamp) || !slice_to_int(&out->created_s, timestamp))
        return V_SIGNATURE_MALFORMED;
    TRY(signature_field(&out->nonce, out, rq, "x-nonce"));
    if (!signature_nonce_valid(out->nonce, p))
        return V_SIGNATURE_MALFORMED;
    out->fault = S("x-signature");
    if (value.len > p->field_bytes_max || !value_read(&out->value, rq->arena, alg->alg, value))
        return V_SIGNATURE_MALFORMED;
    out->algorithm = slice_of(algorithm_names[alg->alg]);
    out->base = base_of(rq, alg, timestamp, out->nonce);
    out->fault = (struct slice){0};
    return V_OK;
}

/*
 * Making and checking the three header fields of a webhook.
 * Knows the signed text and the list of signatures; must not keep a key.
 * Invariant: a list of signatures is read to its end or to a hard count, never longer.
 */
#include <string.h>

#include "ventured/edge.h"
#include "webhook.h"

#define ID_LEN_MAX 64
#define SIGNATURES_MAX 16
#define VERSION S("v1a,")
#define KEY_PREFIX "whpk_"

static bool
is_id(struct slice id)
{
    static const char signs[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";

    for (size_t i = 0; i < id.len; i++) {
        if (memchr(signs, id.at[i], sizeof signs - 1) == NULL)
            return false;
    }
    return id.len > 0 && id.len <= ID_LEN_MAX;
}

static struct slice
signed_text(struct arena *a, const struct webhook *w, struct slice body)
{
    struct buf b = {.arena = a};

    buf_add(&b, w->id);
    buf_add_char(&b, '.');
    buf_add(&b, w->timestamp);
    buf_add_char(&b, '.');
    buf_add(&b, body);
    return buf_slice(&b);
}

void
webhook_make(struct webhook *out, struct arena *a, const struct key *const *keys, size_t key_count, struct slice id,
             int64_t now_s, struct slice body)
{
    struct buf list = {.arena = a};
    struct slice text;

    assert(is_id(id));
    assert(now_s > 0);
    assert(key_count > 0);
    *out = (struct webhook){.id = id, .timestamp = arena_print(a, "%lld", (long long)now_s)};
    text = signed_text(a, out, body);
    for (size_t i = 0; i < key_count; i++) {
        assert(key_algorithm(keys[i]) == ALG_ED25519);
        if (i > 0)
            buf_add_char(&list, ' ');
        buf_add(&list, VERSION);
        buf_add(&list, base64_encode(a, key_sign(a, keys[i], text)));
    }
    out->signature = buf_slice(&list);
}

static bool
verifies(struct arena *a, const struct key *k, struct slice text, struct slice given)
{
    struct slice value;

    if (!slice_starts(given, VERSION))
        return false;
    if (!base64_decode(&value, a, slice_sub(given, VERSION.len, given.len - VERSION.len)))
        return false;
    return key_verify(k, text, value);
}

static enum verdict
check_list(struct arena *a, const struct key *k, struct slice text, struct slice list)
{
    for (size_t i = 0; i < SIGNATURES_MAX && list.at != NULL; i++) {
        if (verifies(a, k, text, slice_cut(&list, list, ' ')))
            return V_OK;
    }
    return list.at == NULL ? V_SIGNATURE_WRONG : V_SIGNATURE_MALFORMED;
}

enum verdict
webhook_check(const struct webhook *w, struct arena *a, const struct key *k, int64_t now_s, struct slice body)
{
    int64_t made_s;

    assert(key_algorithm(k) == ALG_ED25519);
    if (w->id.at == NULL || w->timestamp.at == NULL || w->signature.at == NULL)
        return V_SIGNATURE_MISSING;
    if (!is_id(w->id) || !slice_to_int(&made_s, w->timestamp) || made_s < 0)
        return V_SIGNATURE_MALFORMED;
    if (made_s < now_s - WEBHOOK_WINDOW_S || made_s > now_s + WEBHOOK_WINDOW_S)
        return V_SIGNATURE_STALE;
    return check_list(a, k, signed_text(a, w, body), w->signature);
}

struct slice
webhook_key(struct arena *a, const struct key *k)
{
    unsigned char raw[32];
    bool ed25519 = key_raw_public(raw, k);
    struct slice text;

    assert(ed25519);
    text = base64_encode(a, (struct slice){(const char *)raw, sizeof raw});
    return arena_print(a, KEY_PREFIX SLICE_FMT, SLICE_ARG(text));
}

/* RFC 8410 section 4: what stands before the 32 bytes is the same for every key, and twelve bytes long, so that its
 * base64 ends where that of the key begins. */
struct key *
webhook_key_read(struct arena *a, struct slice text)
{
    if (!slice_starts(text, S(KEY_PREFIX)))
        return NULL;
    text = slice_sub(text, sizeof KEY_PREFIX - 1, text.len);
    return key_public(ALG_ED25519,
                      arena_print(a, "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA" SLICE_FMT
                                     "\n-----END PUBLIC KEY-----\n", SLICE_ARG(text)));
}

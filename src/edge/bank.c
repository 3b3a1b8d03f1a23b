/*
 * Checks who signed a request.
 * Knows key records, certificates and signatures; must not know sessions.
 * Invariant: a key is loaded anew for every request, so that a revocation holds from the next one on.
 */
#include "bank.h"
#include "plain.h"

/* The origin that clients of this server name sign; a request on another name has none. */
static struct slice
origin_of(const struct call *c)
{
    for (size_t i = 0; i < c->edge->o.name_count; i++)
        if (slice_equal(slice_of(c->edge->o.names[i].name), c->rq->server_name))
            return slice_of(c->edge->o.names[i].origin);
    return slice_of(c->edge->o.names[0].origin);
}

/* The profile belongs to the key: what was signed in another way than the bank agreed on counts for nothing. */
static enum verdict
check_key(struct call *c, const struct key_record *k, enum key_profile read_in)
{
    c->fault = S("keyid");
    if (!key_record_valid(k, day_local(the_clock.wall_ms())))
        return V_KEY_EXPIRED;
    c->fault = S("profile");
    return k->profile == read_in ? V_OK : V_SIGNATURE_MALFORMED;
}

static enum verdict
check_certificate(struct call *c, const struct key_record *k)
{
    struct hash h;

    if (!k->certificate_required)
        return V_OK;
    c->fault = S("certificate");
    if (c->rq->certificate.at == NULL || k->certificate.at == NULL)
        return V_CERTIFICATE_WRONG;
    h = sha256_one(c->rq->certificate);
    return slice_equal(hex_encode(c->rq->arena, hash_slice(&h)), k->certificate) ? V_OK : V_CERTIFICATE_WRONG;
}

static enum verdict
check_signature(struct call *c, const struct signature *s, const struct signature_policy *p, const struct key_record *k)
{
    static const struct {
        enum verdict verdict;
        const char *link;
    } links[] = {
        {V_SIGNATURE_STALE, "created"       },
        {V_DIGEST_WRONG,    "content-digest"},
        {V_SIGNATURE_WRONG, "signature"     }
    };
    enum verdict got = signature_check(s, c->rq, p, k->key, the_clock.wall_ms() / 1000);

    for (size_t i = 0; i < COUNT(links); i++)
        if (links[i].verdict == got)
            c->fault = slice_of(links[i].link);
    return got;
}

/* `created` may lie a window ahead, and holds for a window from then on: after two no copy can pass as fresh. The nonce
 * stands for the entry's id too, which a plain signature does not cover: a copy under another id is another request. */
static void
keep_proof(struct call *c, const struct signature *s, int64_t window_s)
{
    struct evidence *evidence = NEW(c->rq->arena, struct evidence);
    struct nonce *nonce = NEW(c->rq->arena, struct nonce);
    struct hash body = sha256_one(c->rq->body);
    struct slice parts[] = {s->base, hash_slice(&body), header_find(c->rq, "idempotency-key")};

    *evidence = (struct evidence){s->base, s->value, s->key_id, c->rq->body};
    *nonce = (struct nonce){s->key_id, s->nonce, sha256(parts, COUNT(parts)), (s->created_s + 2 * window_s) * 1000};
    c->evidence = evidence;
    c->nonce = nonce;
}

static enum verdict
check_links(struct call *c, const struct signature *s, const struct signature_policy *p, const struct key_record *k,
            enum key_profile read_in)
{
    TRY(check_key(c, k, read_in));
    TRY(check_certificate(c, k));
    TRY(check_signature(c, s, p, k));
    c->fault = (struct slice){0};
    c->actor = k->actor;
    c->credential = k->credential;
    keep_proof(c, s, p->window_s);
    return V_OK;
}

enum verdict
bank_identify(struct call *c)
{
    enum key_profile profile = plain_is_meant(c->rq) ? KEY_PROFILE_PLAIN : KEY_PROFILE_RFC9421;
    struct signature_policy policy = *c->route->policy;
    struct signature s;
    struct key_record k = {0};
    enum verdict got;

    policy.window_s = c->edge->o.signature_window_s;
    got = profile == KEY_PROFILE_PLAIN ? plain_read(&s, c->rq, &policy)
                                       : signature_read(&s, c->rq, origin_of(c), &policy);
    c->fault = s.fault;
    TRY(got);
    got = c->edge->o.key_find(&k, c->db, c->edge->o.vault, c->rq->arena, s.key_id);
    c->fault = got == V_KEY_UNKNOWN ? S("keyid") : (struct slice){0};
    TRY(got);
    got = check_links(c, &s, &policy, &k, profile);
    key_close(k.key);
    return got;
}

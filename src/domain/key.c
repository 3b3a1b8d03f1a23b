/*
 * Keys by which machines sign: registered, in force from day to day, revoked; and the record by which one is judged.
 * Knows algorithms and profiles; must not know a request.
 * Invariants:
 *   1. A key that is registered is a key: it was read with its algorithm before it was let in.
 *   2. A shared secret lies sealed in the side table; a view names the entry that holds it.
 */
#include "domain_int.h"

/*
 *            registered          revoked
 *    (new) ------------> active ---------> revoked      several keys of one account may be active at once
 */
enum key_state { KEY_NEW, KEY_ACTIVE, KEY_REVOKED, KEY__COUNT };

static const struct state key_states[KEY__COUNT] = {
    {"new",     "未登记", "new"    },
    {"active",  "有效",   "active" },
    {"revoked", "已撤销", "revoked"},
};

/* The codes in the schema stand in the order of the enums. */
#define ALGORITHM(name) (int)KEY_VIEW_ALGORITHM_##name
static_assert(ALGORITHM(ED25519) == ALG_ED25519, "order");
static_assert(ALGORITHM(ECDSA_P256_SHA256) == ALG_ECDSA_P256_SHA256, "order");
static_assert(ALGORITHM(RSA_PSS_SHA512) == ALG_RSA_PSS_SHA512, "order");
static_assert(ALGORITHM(HMAC_SHA256) == ALG_HMAC_SHA256, "order");
static_assert(ALGORITHM(SM2_SM3) == ALG_SM2_SM3, "order");
static_assert(ALGORITHM(RSA_SHA256) == ALG_RSA_SHA256, "order");
static_assert(ALGORITHM(_COUNT) == ALG__COUNT, "order");
static_assert((int)KEY_VIEW_PROFILE_RFC9421 == KEY_PROFILE_RFC9421, "order");
static_assert((int)KEY_VIEW_PROFILE_PLAIN == KEY_PROFILE_PLAIN, "order");

#define IN(profile) (1u << KEY_PROFILE_##profile)

/* In which profile an algorithm may sign (design, section 4). */
static const unsigned profiles[ALG__COUNT] = {
    [ALG_ED25519]           = IN(RFC9421),
    [ALG_ECDSA_P256_SHA256] = IN(RFC9421),
    [ALG_RSA_PSS_SHA512]    = IN(RFC9421),
    [ALG_HMAC_SHA256]       = IN(RFC9421),
    [ALG_SM2_SM3]           = IN(RFC9421) | IN(PLAIN),
    [ALG_RSA_SHA256]        = IN(PLAIN),
};

/* ---- key material ---------------------------------------------------------------------------------------------- */

#define PEM_LINE 64

/* RFC 7468: the Base64 of the DER, in lines. */
static struct slice
pem_of(struct arena *a, struct slice base64)
{
    struct buf b = {.arena = a};

    buf_add(&b, S("-----BEGIN PUBLIC KEY-----\n"));
    for (size_t at = 0; at < base64.len; at += PEM_LINE) {
        buf_add(&b, slice_sub(base64, at, PEM_LINE));
        buf_add_char(&b, '\n');
    }
    buf_add(&b, S("-----END PUBLIC KEY-----\n"));
    return buf_slice(&b);
}

/* NULL where the text is no key of that algorithm. */
static struct key *
key_of_text(struct arena *a, enum algorithm alg, struct slice base64)
{
    struct slice raw;
    struct key *k;

    if (alg != ALG_HMAC_SHA256)
        return key_known(alg, pem_of(a, base64));
    if (!base64_decode(&raw, a, base64))
        return NULL;
    k = key_private(alg, raw);
    wipe((void *)raw.at, raw.len);
    return k;
}

static void
check_material(struct problems *p, const struct key_registered *d)
{
    bool shared = d->algorithm == ALG_HMAC_SHA256;
    struct slice given = shared ? d->secret : d->public_key;
    struct slice other = shared ? d->public_key : d->secret;
    struct slice at = shared ? S("/secret") : S("/public_key");
    struct key *k;

    if (other.at != NULL)
        problem_add(p, V_FIELD_UNKNOWN, shared ? S("/public_key") : S("/secret"), S("该算法没有此字段"),
                    S("has no place with this algorithm"));
    if (given.at == NULL) {
        problem_add(p, V_FIELD_MISSING, at, S("该算法须填此字段"), S("required with this algorithm"));
        return;
    }
    k = key_of_text(p->arena, (enum algorithm)d->algorithm, given);
    if (k == NULL)
        problem_add(p, V_FIELD_FORM, at, S("不是该算法的密钥"), S("is no key of this algorithm"));
    key_close(k);
}

/* ---- rules and effects ----------------------------------------------------------------------------------------- */

/* Absent is yes: a certificate that nobody named could not be asked for. */
static void
check_certificate(struct problems *p, const struct key_registered *d)
{
    if (d->certificate.at == NULL && d->certificate_required != KEY_REGISTERED_CERTIFICATE_REQUIRED_NO)
        problem_add(p, V_FIELD_MISSING, S("/certificate"), S("须填证书摘要，或注明无须出示证书"),
                    S("required, unless certificate_required is no"));
}

static enum verdict
check_holder(struct problems *p, const struct key_registered *d, const struct subject *organisation,
             const struct subject *account)
{
    const struct account_view *v = account->view;

    if (!slice_equal(v->organisation, d->organisation))
        problem_add(p, V_RULE_REFUSED, S("/account"), S("不是该机构的账号"), S("not an account of that organisation"));
    if (account->state != ACCOUNT_OPEN)
        problem_add(p, V_RULE_REFUSED, S("/account"), S("账号已关闭"), S("the account is closed"));
    if (v->roles.count != 1)
        problem_add(p, V_RULE_REFUSED, S("/account"), S("系统账号只能有一个角色"),
                    S("an account that signs has one role"));
    if (organisation->state != ORGANISATION_ACTIVE)
        problem_add(p, V_RULE_REFUSED, S("/organisation"), S("机构已停用"), S("the organisation is closed"));
    return p->count == 0 ? V_OK : V_RULE_REFUSED;
}

static enum verdict
may_register_key(const struct view *v, const struct entry *e, struct problems *p)
{
    const struct key_registered *d = e->body;

    check_subject(p, is_handle(e->subject, 3), S("须为 3 至 64 位小写字母、数字或连字符"),
                  S("must be 3 to 64 lower-case letters, digits or hyphens"));
    check_material(p, d);
    check_days(p, d->from, d->to);
    check_certificate(p, d);
    if ((profiles[d->algorithm] & (1u << d->profile)) == 0)
        problem_add(p, V_FIELD_CODE, S("/profile"), S("该算法不用于此签名形式"), S("not with this algorithm"));
    TRY(fields_verdict(p));
    return check_holder(p, d, &v->others[0], &v->others[1]);
}

static void
do_register_key(struct arena *a, void *view, const struct entry *e)
{
    const struct key_registered *d = e->body;

    (void)a;
    *(struct key_view *)view = (struct key_view){
        .organisation = d->organisation,
        .account = d->account,
        .algorithm = d->algorithm,
        .public_key = d->public_key,
        .from = d->from,
        .to = d->to,
        .certificate = d->certificate,
        .certificate_required = d->certificate_required,
        .profile = d->profile,
        .sealed = entry_sealed(e),
        .revoked = DAY_ABSENT,
    };
}

static void
do_revoke_key(struct arena *a, void *view, const struct entry *e)
{
    (void)a;
    ((struct key_view *)view)->revoked = e->on;
}

static void
key_scope(struct scope *out, const void *view)
{
    out->organisation = ((const struct key_view *)view)->organisation;
}

static bool
in_days(int32_t day, int32_t from, int32_t to)
{
    return day >= from && (to == DAY_ABSENT || day <= to);
}

static bool
key_valid(const void *view, int state, int32_t day)
{
    const struct key_view *v = view;

    return state == KEY_ACTIVE && in_days(day, v->from, v->to);
}

static const struct kind key_kinds[] = {
    {&entry_kinds[KIND_KEY_REGISTERED], &key_type, FROM_NEW, KEY_ACTIVE,
     .others = {{"organisation", OF_ENTRY, &organisation_type}, {"account", OF_ENTRY, &account_type}},
     .may = may_register_key, .apply = do_register_key},
    {&entry_kinds[KIND_KEY_REVOKED], &key_type, FROM(KEY_ACTIVE), KEY_REVOKED, .apply = do_revoke_key},
};

const struct subject_type key_type = {
    .name = "key",
    .plural = "keys",
    .view = &shape_key_view,
    .states = key_states,
    .state_count = COUNT(key_states),
    .standing = standing_administered,
    .valid = key_valid,
    .scope = key_scope,
    .kinds = key_kinds,
    .kind_count = COUNT(key_kinds),
};

/* ---- the record ------------------------------------------------------------------------------------------------ */

static enum verdict
material_load(struct key_record *out, const struct key_view *k, struct db *db, const struct vault *v, struct arena *a)
{
    struct slice text = k->public_key;

    if (out->algorithm == ALG_HMAC_SHA256) {
        enum verdict got = private_open(&text, v, db, a, k->sealed, S("/secret"));

        if (got == V_NONE)
            return V_KEY_UNKNOWN;
        TRY(got);
    }
    out->key = key_of_text(a, out->algorithm, text);
    if (out->key != NULL)
        return V_OK;
    log_write(LOG_ERROR, "key_unreadable", "key=" SLICE_FMT, SLICE_ARG(out->id));
    return V_BROKEN;
}

/* Whom the key stands for. An account that signs was given one role; should it have got more since,
 * the first counts. */
static enum verdict
holder_load(struct key_record *out, const struct key_view *k, struct db *db, struct arena *a)
{
    struct subject account, organisation;
    const struct account_view *v;

    TRY(subject_load(&account, db, a, &account_type, k->account));
    TRY(subject_load(&organisation, db, a, &organisation_type, k->organisation));
    v = account.view;
    out->holder_active = account.state == ACCOUNT_OPEN && organisation.state == ORGANISATION_ACTIVE;
    out->actor = (struct actor){.organisation = k->organisation, .account = k->account, .district = v->district};
    if (v->roles.count > 0 && role_find(&out->actor.role, *(const struct slice *)v->roles.at))
        return V_OK;
    log_write(LOG_ERROR, "key_without_role", "key=" SLICE_FMT, SLICE_ARG(out->id));
    return V_BROKEN;
}

enum verdict
key_record_load(struct key_record *out, struct db *db, const struct vault *v, struct arena *a, struct slice key_id)
{
    struct subject s;
    const struct key_view *k;

    TRY(subject_load(&s, db, a, &key_type, key_id));
    if (s.state == KEY_NEW)
        return V_KEY_UNKNOWN;
    k = s.view;
    *out = (struct key_record){
        .id = key_id,
        .credential = {&key_type, key_id},
        .algorithm = (enum algorithm)k->algorithm,
        .from = k->from,
        .to = k->to,
        .revoked = s.state == KEY_REVOKED,
        .certificate_required = k->certificate_required != KEY_VIEW_CERTIFICATE_REQUIRED_NO,
        .certificate = k->certificate,
        .profile = (enum key_profile)k->profile,
    };
    TRY(holder_load(out, k, db, a));
    return material_load(out, k, db, v, a);
}

bool
key_record_valid(const struct key_record *k, int32_t day)
{
    return !k->revoked && k->holder_active && in_days(day, k->from, k->to);
}

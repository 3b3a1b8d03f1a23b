/*
 * Reading, checking and making of RFC 9421 signatures.
 * Knows the order of the checks as verdict.tbl publishes it; must not decide which bank a key belongs to.
 * Invariant: the bytes handed to the key are rebuilt from the message, never taken from it.
 */
#include <string.h>

#include "digest.h"
#include "signature.h"

#define LIMITS                                                                                                         \
    .covered_max = 24, .field_bytes_max = 4096, .nonce_len_min = 16, .nonce_len_max = 64, .key_id_len_max = 128,       \
    .window_s = 300

/* A read covers the first two, a list the first four, an entry all. */
static const char *const required[] = {"@method", "@target-uri", "content-type", "content-digest", "idempotency-key"};

const struct signature_policy signature_policy_entry = {.required = required, .required_count = 5, LIMITS};
const struct signature_policy signature_policy_list = {.required = required, .required_count = 4, LIMITS};
const struct signature_policy signature_policy_read = {.required = required, .required_count = 2, LIMITS};

/* ---- the base ----------------------------------------------------------------------------------------------- */

/* Parameters belong to a component's name: @query-param may be covered once for each of its names. */
static bool
is_named_before(const struct sfv *first, const struct sfv *id)
{
    for (; first != id; first = first->next) {
        if (!slice_equal(first->text, id->text))
            continue;
        if (first->params == NULL || id->params == NULL || slice_equal(first->params->text, id->params->text))
            return true;
    }
    return false;
}

static bool
add_line(struct buf *b, const struct sfv *id, struct slice value)
{
    if (!sfv_add_item(b, id))
        return false;
    buf_add(b, S(": "));
    buf_add(b, value);
    return true;
}

bool
signature_base(struct slice *out, struct slice *fault, const struct message *m, const struct sfv *input)
{
    struct buf b = {.arena = m->request->arena};

    assert(input->type == SFV_INNER);
    for (const struct sfv *id = input->items; id != NULL; id = id->next) {
        struct slice value;

        *fault = id->type == SFV_STRING ? id->text : S("signature-input");
        if (is_named_before(input->items, id) || !component_read(&value, m, id) || !add_line(&b, id, value))
            return false;
        buf_add_char(&b, '\n');
    }
    *fault = S("signature-input");
    buf_add(&b, S("\"@signature-params\": "));
    if (!sfv_add_item(&b, input))
        return false;
    *out = buf_slice(&b);
    return true;
}

/* ---- reading ------------------------------------------------------------------------------------------------ */

enum verdict
signature_field(struct slice *out, struct signature *s, const struct request *rq, const char *name)
{
    s->fault = slice_of(name);
    *out = header_find(rq, name);
    return out->at == NULL ? V_SIGNATURE_MISSING : V_OK;
}

/* The only member of a field, of the type it must have. */
static enum verdict
read_member(const struct sfv **out, struct arena *a, struct slice field, enum sfv_type type, size_t bytes_max)
{
    struct sfv *members;

    if (field.len > bytes_max || !sfv_read_dictionary(&members, a, field))
        return V_SIGNATURE_MALFORMED;
    if (members == NULL || members->next != NULL || members->repeats > 0 || members->type != type)
        return V_SIGNATURE_MALFORMED;
    *out = members;
    return V_OK;
}

static enum verdict
read_fields(const struct sfv **input, const struct sfv **value, struct signature *s, const struct request *rq,
            const struct signature_policy *p)
{
    struct slice input_text, value_text;

    TRY(signature_field(&input_text, s, rq, "signature-input"));
    TRY(signature_field(&value_text, s, rq, "signature"));
    s->fault = S("signature-input");
    TRY(read_member(input, rq->arena, input_text, SFV_INNER, p->field_bytes_max));
    if (sfv_count((*input)->items) > p->covered_max)
        return V_SIGNATURE_MALFORMED;
    s->fault = S("signature");
    TRY(read_member(value, rq->arena, value_text, SFV_BYTES, p->field_bytes_max));
    return slice_equal((*input)->key, (*value)->key) ? V_OK : V_SIGNATURE_MALFORMED;
}

static const struct parameter {
    const char *name;
    enum sfv_type type;
    size_t offset;
    enum { OPTIONAL, REQUIRED } need;
} parameters[] = {
    {"created", SFV_INTEGER, offsetof(struct signature, created_s), REQUIRED},
    {"nonce",   SFV_STRING,  offsetof(struct signature, nonce),     REQUIRED},
    {"keyid",   SFV_STRING,  offsetof(struct signature, key_id),    REQUIRED},
    {"expires", SFV_INTEGER, offsetof(struct signature, expires_s), OPTIONAL},
    {"alg",     SFV_STRING,  offsetof(struct signature, algorithm), OPTIONAL},
    {"tag",     SFV_STRING,  offsetof(struct signature, tag),       OPTIONAL},
};

static enum verdict
read_parameter(struct signature *s, const struct parameter *p, const struct sfv *input)
{
    const struct sfv *given = sfv_find(input->params, slice_of(p->name));
    char *to = (char *)s + p->offset;

    s->fault = slice_of(p->name);
    if (given == NULL)
        return p->need == OPTIONAL ? V_OK : V_SIGNATURE_MALFORMED;
    if (given->type != p->type || given->repeats > 0)
        return V_SIGNATURE_MALFORMED;
    if (p->type == SFV_INTEGER)
        memcpy(to, &given->number, sizeof given->number);
    else
        memcpy(to, &given->text, sizeof given->text);
    return V_OK;
}

static bool
is_nonce_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("+/=-_.", c) != NULL);
}

bool
signature_nonce_valid(struct slice s, const struct signature_policy *p)
{
    for (size_t i = 0; i < s.len; i++) {
        if (!is_nonce_char(s.at[i]))
            return false;
    }
    return s.len >= p->nonce_len_min && s.len <= p->nonce_len_max;
}

static enum verdict
read_parameters(struct signature *s, const struct sfv *input, const struct signature_policy *p)
{
    for (size_t i = 0; i < COUNT(parameters); i++)
        TRY(read_parameter(s, &parameters[i], input));
    s->fault = S("nonce");
    if (!signature_nonce_valid(s->nonce, p))
        return V_SIGNATURE_MALFORMED;
    s->fault = S("keyid");
    return s->key_id.len > 0 && s->key_id.len <= p->key_id_len_max ? V_OK : V_SIGNATURE_MALFORMED;
}

static bool
is_covered(const struct signature *s, struct slice name)
{
    const struct sfv *id = s->covered;

    while (id != NULL && !slice_equal(id->text, name))
        id = id->next;
    return id != NULL;
}

static enum verdict
check_covered(struct signature *s, const struct request *rq, const struct signature_policy *p)
{
    for (size_t i = 0; i < p->required_count; i++) {
        s->fault = slice_of(p->required[i]);
        if (!is_covered(s, s->fault))
            return V_COMPONENT_UNCOVERED;
    }
    s->fault = S("content-digest");
    return rq->body.len == 0 || is_covered(s, s->fault) ? V_OK : V_COMPONENT_UNCOVERED;
}

enum verdict
signature_read(struct signature *out, const struct request *rq, struct slice origin, const struct signature_policy *p)
{
    struct message m = {.request = rq, .origin = origin};
    const struct sfv *input, *value;

    *out = (struct signature){.expires_s = SIGNATURE_NEVER};
    TRY(read_fields(&input, &value, out, rq, p));
    out->label = input->key;
    out->value = value->text;
    out->covered = input->items;
    TRY(read_parameters(out, input, p));
    if (!signature_base(&out->base, &out->fault, &m, input))
        return V_SIGNATURE_MALFORMED;
    TRY(check_covered(out, rq, p));
    out->fault = (struct slice){0};
    return V_OK;
}

/* ---- checking ----------------------------------------------------------------------------------------------- */

static bool
is_fresh(const struct signature *s, const struct signature_policy *p, int64_t now_s)
{
    return s->created_s >= now_s - p->window_s && s->created_s <= now_s + p->window_s && s->expires_s >= now_s;
}

enum verdict
signature_check(const struct signature *s, const struct request *rq, const struct signature_policy *p,
                const struct key *k, int64_t now_s)
{
    struct slice digest = header_find(rq, "content-digest");

    if (!is_fresh(s, p, now_s))
        return V_SIGNATURE_STALE;
    /* Where the field may be missing, signature_read has made sure that there is no body. */
    if (digest.at != NULL && !digest_check(rq->arena, digest, rq->body))
        return V_DIGEST_WRONG;
    if (s->algorithm.at != NULL && !slice_equal(s->algorithm, slice_of(algorithm_names[key_algorithm(k)])))
        return V_SIGNATURE_WRONG;
    return key_verify(k, s->base, s->value) ? V_OK : V_SIGNATURE_WRONG;
}

/* ---- making ------------------------------------------------------------------------------------------------- */

static void
append(struct sfv ***last, struct arena *a, const struct sfv *value)
{
    struct sfv *added = NEW(a, struct sfv);

    *added = *value;
    **last = added;
    *last = &added->next;
}

static void
append_number(struct sfv ***last, struct arena *a, struct slice key, int64_t number)
{
    if (number != SIGNATURE_NEVER)
        append(last, a, &(struct sfv){.key = key, .type = SFV_INTEGER, .number = number});
}

static void
append_text(struct sfv ***last, struct arena *a, struct slice key, struct slice text)
{
    if (text.at != NULL)
        append(last, a, &(struct sfv){.key = key, .type = SFV_STRING, .text = text});
}

static void
plan_input(struct sfv *out, struct arena *a, const struct signature_plan *plan)
{
    struct sfv **item = &out->items, **param = &out->params;

    *out = (struct sfv){.key = plan->label, .type = SFV_INNER};
    for (size_t i = 0; i < plan->covered_count; i++)
        append_text(&item, a, (struct slice){0}, slice_of(plan->covered[i]));
    append_number(&param, a, S("created"), plan->created_s);
    append_number(&param, a, S("expires"), plan->expires_s);
    append_text(&param, a, S("keyid"), plan->key_id);
    append_text(&param, a, S("nonce"), plan->nonce);
    append_text(&param, a, S("alg"), plan->algorithm);
    append_text(&param, a, S("tag"), plan->tag);
}

bool
signature_make(struct signature_fields *out, const struct message *m, const struct signature_plan *plan,
               const struct key *k)
{
    struct arena *a = m->request->arena;
    struct buf input_text = {.arena = a}, value_text = {.arena = a};
    struct slice base, fault;
    struct sfv input;
    struct sfv value = {.key = plan->label, .type = SFV_BYTES};

    plan_input(&input, a, plan);
    if (!signature_base(&base, &fault, m, &input))
        return false;
    value.text = key_sign(a, k, base);
    if (!sfv_add_dictionary(&input_text, &input) || !sfv_add_dictionary(&value_text, &value))
        return false;
    *out = (struct signature_fields){buf_slice(&input_text), buf_slice(&value_text)};
    return true;
}

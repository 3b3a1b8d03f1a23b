/*
 * HTTP Message Signatures (RFC 9421): who sent this message, and is it as he sent it?
 * Knows the signature's fields, base and policy; must not look up keys, certificates or nonces: that is its caller's.
 * Invariant: the algorithm is the key's, never the message's; and nothing is true of a message before signature_check.
 */
#ifndef VENTURED_EDGE_SIGNATURE_H
#define VENTURED_EDGE_SIGNATURE_H

#include "component.h"
#include "ventured/crypto.h"

/* What a route asks of a signature. `created`, `nonce` and `keyid` are always asked for, and `content-digest` wherever
 * there is a body. The numbers are options: a caller copies a policy and sets what the configuration says. */
struct signature_policy {
    const char *const *required; /* components that must be covered */
    size_t required_count;
    size_t covered_max;                  /* components, at most */
    size_t field_bytes_max;              /* of Signature-Input, and of Signature */
    size_t nonce_len_min, nonce_len_max; /* characters of both base64 alphabets and the full stop */
    size_t key_id_len_max;
    int64_t window_s; /* how far `created` may be off, either way */
};

extern const struct signature_policy signature_policy_entry; /* one entry, with its Idempotency-Key */
extern const struct signature_policy signature_policy_list;  /* a list, whose items carry their own ids */
extern const struct signature_policy signature_policy_read;  /* a GET */

#define SIGNATURE_NEVER INT64_MAX

/* A signature as read, the same whichever profile of a bank it was read by. Texts live in the request's arena. */
struct signature {
    struct slice label, key_id, nonce;
    struct slice algorithm, tag;  /* absent where the message names none */
    int64_t created_s, expires_s; /* seconds since 1970; expires_s SIGNATURE_NEVER where there is none */
    const struct sfv *covered;    /* the components, in the order signed */
    struct slice base;            /* the bytes that were signed */
    struct slice value;           /* the signature's own bytes */
    struct slice fault;           /* after a refusal: the field, parameter or component that is at fault */
};

/* Reads the one signature of a request and builds its base; no key is needed yet. More than one label in either field
 * is V_SIGNATURE_MALFORMED: a bank sends one signature, and choosing among several is how checks get bypassed. A
 * covered component that the message lacks, and one that we do not know, are malformed too.
 * V_OK, V_SIGNATURE_MISSING, V_SIGNATURE_MALFORMED or V_COMPONENT_UNCOVERED, in this order. */
enum verdict signature_read(struct signature *out, const struct request *rq, struct slice origin,
                            const struct signature_policy *p);

/* What every profile reads alike: a field that must be there, V_SIGNATURE_MISSING and the fault without it; and the
 * characters and length of a nonce. */
enum verdict signature_field(struct slice *out, struct signature *s, const struct request *rq, const char *name);
bool signature_nonce_valid(struct slice nonce, const struct signature_policy *p);

/* The rest, once the caller has found the key, its dates and the certificate in order: V_OK, V_SIGNATURE_STALE (created
 * outside the window, or expired), V_DIGEST_WRONG or V_SIGNATURE_WRONG (an `alg` that is not the key's, too), in this
 * order. */
enum verdict signature_check(const struct signature *s, const struct request *rq, const struct signature_policy *p,
                             const struct key *k, int64_t now_s);

/* What our own client signs. Absent texts and SIGNATURE_NEVER leave their parameter out. */
struct signature_plan {
    struct slice label, key_id, nonce, algorithm, tag;
    int64_t created_s, expires_s;
    const char *const *covered; /* names of components without parameters */
    size_t covered_count;
};

struct signature_fields {
    struct slice input;     /* the value of Signature-Input */
    struct slice signature; /* the value of Signature */
};

/* Signs; the request must carry its Content-Digest already. False where a component of the plan is not in the message
 * or a text of the plan cannot be written. */
bool signature_make(struct signature_fields *out, const struct message *m, const struct signature_plan *plan,
                    const struct key *k);

/* The signature base of RFC 9421 section 2.5 for one member of Signature-Input, an inner list. False where a component
 * cannot be read or is named twice; `fault` then names it. */
bool signature_base(struct slice *out, struct slice *fault, const struct message *m, const struct sfv *input);

#endif

/*
 * How the demo posts: in groups, a bank's facts signed and verified first.
 * Knows the door and a bank's signature; must not know what is told.
 * Invariant: an entry's id follows from the seed of ids and its place, so posting it again changes nothing.
 */
#include <string.h>

#include "demo_int.h"
#include "digest.h"
#include "signature.h"
#include "ventured/domain.h"

/* ---- ids out of a seed ------------------------------------------------------------------------------------------- */

/* Out of seed, what it is for and a number. */
struct slice
demo_uuid(struct arena *a, uint64_t seed, const char *what, int64_t number)
{
    struct slice text = arena_print(a, "demo %llu %s %lld", (unsigned long long)seed, what, (long long)number);

    return uuid8_of(a, &text, 1);
}

/* What is posted next is the same entry wherever `what` is the same, whatever the seed. */
void
demo_ids_of(struct demo *d, const char *what)
{
    struct hash h = sha256_one(slice_of(what));

    memcpy(&d->id_seed, h.at, sizeof d->id_seed);
    d->serial = 0;
}

struct slice
demo_next_id(struct demo *d)
{
    return demo_uuid(d->kept, d->id_seed, "entry", d->serial);
}

/* ---- posting ----------------------------------------------------------------------------------------------------- */

static void
refuse(struct demo *d, const struct posting *p, enum verdict got)
{
    const struct problem *why = p->problems.first;

    d->report->refused++;
    if (d->got != V_OK)
        return;
    d->got = V_BROKEN;
    log_write(LOG_ERROR, "demo_refused", "kind=%s verdict=%s pointer=%s detail=%s",
              p->entry.kind == NULL ? "unknown" : p->entry.kind->schema->name, verdict_row(got)->name,
              why == NULL ? "-" : log_quote(d->group, why->pointer), why == NULL ? "-" : log_quote(d->group, why->en));
}

void
demo_flush(struct demo *d)
{
    if (d->count > 0 && d->got == V_OK)
        ledger_post(d->o->ledger, d->waiting, d->count);
    for (size_t i = 0; i < d->count; i++) {
        enum verdict got = d->waiting[i]->got;

        if (got != V_OK && got != V_REPLAYED)
            refuse(d, d->waiting[i], got);
        d->report->entries += got == V_OK;
        d->last_seq = d->waiting[i]->seq;
    }
    d->count = 0;
    arena_reset(d->group);
}

/* A posting in the group's arena, read from its body like any client's. NULL after a refusal. */
static struct posting *
posting(struct demo *d, const char *kind, struct slice body)
{
    struct posting *p = NEW(d->group, struct posting);
    const struct json *json;
    enum verdict got = json_parse(&json, d->group, body);

    if (got == V_OK)
        got = posting_read(p, d->group, &the_registry, slice_of(kind),
                           demo_uuid(d->group, d->id_seed, "entry", d->serial), json, S(""));
    d->serial++;
    if (got == V_OK)
        return p;
    refuse(d, p, got);
    return NULL;
}

static void
put(struct demo *d, struct posting *p)
{
    d->waiting[d->count++] = p;
    if (d->count == DEMO_GROUP)
        demo_flush(d);
}

static struct slice
body_print(struct demo *d, const char *subject, int32_t on, const char *fields)
{
    char day[DAY_TEXT_SIZE];

    day_print(day, on);
    return arena_print(d->group, "{\"subject\":\"%s\",\"on\":\"%s\"%s%s}", subject, day, fields[0] == '\0' ? "" : ",",
                       fields);
}

/* Somebody of the office says so. */
void
demo_say(struct demo *d, const struct actor *who, const char *kind, const char *subject, int32_t on,
         struct slice fields)
{
    struct posting *p = d->got == V_OK ? posting(d, kind, body_print(d, subject, on, fields.at)) : NULL;

    if (p == NULL)
        return;
    p->entry.actor = *who;
    put(d, p);
}

/* ---- a bank's fact: signed, verified, posted --------------------------------------------------------------------- */

static struct request *
request_make(struct demo *d, const char *kind, struct slice id, struct slice body)
{
    struct request *rq = NEW(d->group, struct request);
    struct header *h = NEW_ARRAY(d->group, struct header, 5);

    h[0] = (struct header){S("content-type"), S("application/json")};
    h[1] = (struct header){S("idempotency-key"), arena_print(d->group, "\"" SLICE_FMT "\"", SLICE_ARG(id))};
    h[2] = (struct header){S("content-digest"), digest_make(d->group, body)};
    *rq = (struct request){
        .arena = d->group,
        .method = S("POST"),
        .target = arena_print(d->group, "/v1/entries/%s", kind),
        .headers = h,
        .header_count = 3,
        .body = body,
    };
    rq->path = rq->target;
    return rq;
}

static bool
request_sign(struct demo *d, struct request *rq, size_t bank, int64_t now_s)
{
    struct header *h = (struct header *)rq->headers;
    struct signature_plan plan = {
        .label = S("sig1"),
        .key_id = arena_print(d->group, "key-%s", demo_banks[bank].id),
        .nonce = demo_uuid(d->group, d->o->seed, "nonce", d->serial),
        .created_s = now_s,
        .expires_s = SIGNATURE_NEVER,
        .covered = signature_policy_entry.required,
        .covered_count = signature_policy_entry.required_count,
    };
    struct signature_fields fields;

    if (!signature_make(&fields, &(struct message){rq, slice_of(d->o->origin), 0}, &plan, d->keys[bank]))
        return false;
    h[3] = (struct header){S("signature-input"), fields.input};
    h[4] = (struct header){S("signature"), fields.signature};
    rq->header_count = 5;
    return true;
}

/* What the edge does with a bank's request, link by link. */
static enum verdict
request_verify(struct demo *d, struct posting *p, const struct request *rq, int64_t now_s)
{
    struct signature s;
    struct key_record k;
    struct evidence *evidence = NEW(d->group, struct evidence);
    enum verdict got;

    TRY(signature_read(&s, rq, slice_of(d->o->origin), &signature_policy_entry));
    TRY(key_record_load(&k, d->o->db, d->o->vault, d->group, s.key_id));
    got = key_record_valid(&k, day_local(now_s * 1000)) ? V_OK : V_KEY_EXPIRED;
    if (got == V_OK)
        got = signature_check(&s, rq, &signature_policy_entry, k.key, now_s);
    key_close(k.key);
    TRY(got);
    *evidence = (struct evidence){s.base, s.value, s.key_id, rq->body};
    p->evidence = evidence;
    p->entry.actor = k.actor;
    p->credential = k.credential;
    return V_OK;
}

void
demo_tell(struct demo *d, size_t bank, const char *kind, const char *loan, int32_t on, struct slice fields)
{
    int64_t now_s = the_clock.wall_ms() / 1000;
    struct slice body = body_print(d, loan, on, fields.at);
    struct posting *p = d->got == V_OK ? posting(d, kind, body) : NULL;
    struct request *rq;
    enum verdict got;

    if (p == NULL)
        return;
    rq = request_make(d, kind, p->entry.id, body);
    got = request_sign(d, rq, bank, now_s) ? request_verify(d, p, rq, now_s) : V_SIGNATURE_MALFORMED;
    if (got == V_OK)
        put(d, p);
    else
        refuse(d, p, got);
}

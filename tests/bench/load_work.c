/*
 * Reads the work file, gives each fact its id, and signs.
 * Knows lines, ids and RFC 9421; must not know when anything is sent.
 * Invariant: each request has its own nonce, and a fact its one id, whatever run it is sent in.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../../src/edge/digest.h"
#include "../../src/edge/signature.h"
#include "load_work.h"
#include "outgoing.h"
#include "ventured/file.h"
#include "ventured/json.h"

#define FILE_MAX ((size_t)1 << 30)
#define SCRATCH_SIZE ((size_t)64 << 20)
#define NONCE_SIZE 18 /* 24 characters of base64 */

static bool
complain(const char *path, const char *what)
{
    fprintf(stderr, "load: %s: %s\n", path, what);
    return false;
}

/* ---- ids --------------------------------------------------------------------------------------------------------- */

/* One id a line of the file; `lines` new ones, kept there, where there is no such file. */
static bool
read_ids(struct slice *out, struct arena *a, const char *path, size_t lines)
{
    struct buf b = {.arena = a};
    char id[UUID_TEXT_SIZE];

    if (path != NULL && file_read(out, a, path, FILE_MAX))
        return true;
    if (path != NULL && errno != ENOENT)
        return complain(path, strerror(errno));
    for (size_t i = 0; i < lines; i++) {
        uuid7_make(id);
        buf_print(&b, "%s\n", id);
    }
    *out = buf_slice(&b);
    return path == NULL || file_create(path, *out, 0644) || complain(path, strerror(errno));
}

/* ---- facts ------------------------------------------------------------------------------------------------------- */

static size_t
count_lines(struct slice text)
{
    size_t count = 0;

    while (text.len > 0) {
        slice_cut(&text, text, '\n');
        count++;
    }
    return count;
}

static bool
read_fact(struct fact *out, int64_t *lane, struct arena *a, struct arena *scratch, struct slice line)
{
    const struct json *tree;
    struct slice rest;

    if (!slice_to_int(lane, slice_cut(&rest, line, '\t')) || *lane < 0 || rest.at == NULL)
        return false;
    out->kind = slice_cut(&out->body, rest, '\t');
    arena_reset(scratch);
    if (out->body.at == NULL || json_parse(&tree, scratch, out->body) != V_OK || tree->type != JSON_OBJECT)
        return false;
    out->subject = arena_copy(a, json_text(tree, S("subject")));
    return out->subject.at != NULL;
}

bool
work_read(struct queue *queues, size_t count, struct arena *a, const char *path, const char *ids_path)
{
    struct arena *scratch = arena_open(SCRATCH_SIZE);
    size_t *sizes = NEW_ARRAY(a, size_t, count);
    struct slice text, ids = {0};
    bool good = file_read(&text, a, path, FILE_MAX) || complain(path, strerror(errno));

    good = good && read_ids(&ids, a, ids_path, count_lines(text));
    while (good && text.len > 0) {
        struct fact fact;
        int64_t lane;
        struct queue *q;

        fact.id = slice_cut(&ids, ids, '\n');
        good = read_fact(&fact, &lane, a, scratch, slice_cut(&text, text, '\n')) ||
               complain(path, "a line is not LANE, KIND and BODY");
        good = good && (uuid_valid(fact.id) || complain(ids_path, "not one id a line of the work"));
        if (!good)
            break;
        q = &queues[(size_t)lane % count];
        q->facts = arena_grow(a, q->facts, q->fact_count, &sizes[q - queues], sizeof fact, 256);
        q->facts[q->fact_count++] = fact;
    }
    if (good && ids.len > 0)
        good = complain(ids_path, "more ids than lines of the work");
    arena_close(scratch);
    return good;
}

/* ---- requests ---------------------------------------------------------------------------------------------------- */

struct key *
work_key(struct arena *a, const char *algorithm, const char *path)
{
    enum algorithm alg;
    struct slice text, rest;
    struct key *k = NULL;

    if (!algorithm_find(&alg, slice_of(algorithm))) {
        complain(algorithm, "no such algorithm");
        return NULL;
    }
    if (!file_read(&text, a, path, SCRATCH_SIZE)) {
        complain(path, strerror(errno));
        return NULL;
    }
    if (alg != ALG_HMAC_SHA256 || base64_decode(&text, a, slice_cut(&rest, text, '\n')))
        k = key_private(alg, text);
    if (k == NULL)
        complain(path, "no private key of that algorithm");
    return k;
}

/* A fact as an item of a list: its body with id and kind before the members. */
static void
add_item(struct buf *b, const struct fact *f)
{
    buf_add_char(b, '{');
    json_add_key(b, "id");
    json_add_text(b, f->id);
    json_add_key(b, "kind");
    json_add_text(b, f->kind);
    buf_add_char(b, ',');
    buf_add(b, slice_sub(f->body, 1, f->body.len));
}

static struct slice
list_body(struct arena *a, const struct fact *facts, size_t count)
{
    struct buf b = {.arena = a};

    buf_add_char(&b, '[');
    for (size_t i = 0; i < count; i++) {
        json_add_comma(&b);
        add_item(&b, &facts[i]);
    }
    buf_add_char(&b, ']');
    return arena_copy(a, buf_slice(&b));
}

static bool
sign(struct slice *out, struct arena *a, const struct request *rq, const struct signer *s, bool is_list)
{
    const struct signature_policy *policy = is_list ? &signature_policy_list : &signature_policy_entry;
    struct signature_plan plan = {.label = S("load"),
                                  .key_id = s->key_id,
                                  .algorithm = slice_of(algorithm_names[key_algorithm(s->key)]),
                                  .created_s = the_clock.wall_ms() / 1000,
                                  .expires_s = SIGNATURE_NEVER,
                                  .covered = policy->required,
                                  .covered_count = policy->required_count};
    const struct message m = {.request = rq, .origin = s->origin};
    struct signature_fields fields;
    unsigned char nonce[NONCE_SIZE];
    struct buf b = {.arena = rq->arena};

    random_bytes(nonce, sizeof nonce);
    plan.nonce = base64_encode(rq->arena, (struct slice){(const char *)nonce, sizeof nonce});
    if (!signature_make(&fields, &m, &plan, s->key))
        return false;
    buf_print(&b, "POST " SLICE_FMT " HTTP/1.1\r\nHost: " SLICE_FMT "\r\nContent-Length: %zu\r\n",
              SLICE_ARG(rq->target), SLICE_ARG(s->host), rq->body.len);
    for (size_t i = 0; i < rq->header_count; i++)
        buf_print(&b, SLICE_FMT ": " SLICE_FMT "\r\n", SLICE_ARG(rq->headers[i].name), SLICE_ARG(rq->headers[i].value));
    buf_print(&b, "Signature-Input: " SLICE_FMT "\r\nSignature: " SLICE_FMT "\r\n\r\n" SLICE_FMT,
              SLICE_ARG(fields.input), SLICE_ARG(fields.signature), SLICE_ARG(rq->body));
    *out = arena_copy(a, buf_slice(&b));
    return true;
}

static bool
make_parcel(struct parcel *out, struct arena *a, struct arena *scratch, const struct fact *facts,
            const struct signer *s)
{
    const struct fact *f = &facts[out->first];
    struct outgoing o;

    arena_reset(scratch);
    if (s->batch > 0) {
        outgoing_init(&o, scratch, "POST", "/v1/entries", list_body(scratch, f, out->count).at);
    } else {
        outgoing_init(&o, scratch, "POST", arena_print(scratch, "/v1/entries/" SLICE_FMT, SLICE_ARG(f->kind)).at,
                      arena_copy(scratch, f->body).at);
        outgoing_add(&o, "Idempotency-Key", arena_print(scratch, "\"" SLICE_FMT "\"", SLICE_ARG(f->id)));
    }
    outgoing_add(&o, "Content-Type", S("application/json"));
    outgoing_add(&o, "Content-Digest", digest_make(scratch, o.request.body));
    return sign(&out->bytes, a, &o.request, s, s->batch > 0);
}

bool
work_sign(struct queue *q, struct arena *a, const struct signer *s)
{
    size_t each = s->batch > 0 ? s->batch : 1;
    struct arena *scratch = arena_open(SCRATCH_SIZE);
    bool good = true;

    q->parcels = NEW_ARRAY(a, struct parcel, q->fact_count / each + 1);
    for (size_t first = 0; first < q->fact_count && good; first += each) {
        struct parcel *p = &q->parcels[q->parcel_count++];

        p->first = first;
        p->count = q->fact_count - first < each ? q->fact_count - first : each;
        good = make_parcel(p, a, scratch, q->facts, s);
    }
    arena_close(scratch);
    return good;
}

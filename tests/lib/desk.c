/*
 * A desk at which tests post and read.
 * Knows the edge's options and RFC 9421; must not know what an answer should be.
 * Invariant: no secret leaves the process, and every wait is bounded by the client's time-out.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "desk.h"
#include "policy.h"
#include "../../src/edge/digest.h"
#include "../../src/edge/signature.h"

static struct pki pki;

const struct people *desk_people;
int (*desk_world)(void **state);
bool desk_believes;

/* ---- keys
 * ------------------------------------------------------------------------------------------------------------ */

static struct machine {
    const char *name, *organisation;
    enum algorithm algorithm;
    enum key_profile profile;
    int from, to; /* days from today */
    bool revoked, certificate_required;
    struct key *key;
} machines[] = {
    {"bank-one",       "bank-one",     ALG_ED25519,           KEY_PROFILE_RFC9421, -100, 100, false, false, NULL},
    {"bank-foreign",   "bank-foreign", ALG_ECDSA_P256_SHA256, KEY_PROFILE_RFC9421, -100, 100, false, false, NULL},
    {"bank-expired",   "bank-one",     ALG_ED25519,           KEY_PROFILE_RFC9421, -100, -1,  false, false, NULL},
    {"bank-early",     "bank-one",     ALG_ED25519,           KEY_PROFILE_RFC9421, 1,    100, false, false, NULL},
    {"bank-revoked",   "bank-one",     ALG_ED25519,           KEY_PROFILE_RFC9421, -100, 100, true,  false, NULL},
    {"bank-certified", "bank-one",     ALG_SM2_SM3,           KEY_PROFILE_RFC9421, -100, 100, false, true,  NULL},
    {"bank-plain",     "bank-one",     ALG_SM2_SM3,           KEY_PROFILE_PLAIN,   -100, 100, false, false, NULL},
    {"bank-town",      "bank-zj",      ALG_ED25519,           KEY_PROFILE_RFC9421, -100, 100, false, false, NULL},
};

static char certificate_sha256[65];

static struct machine *
machine_find(struct slice name)
{
    for (size_t i = 0; i < COUNT(machines); i++)
        if (slice_equal(name, slice_of(machines[i].name)))
            return &machines[i];
    return NULL;
}

int
desk_open_keys(void **state)
{
    char command[512];
    FILE *out;

    (void)state;
    pki_open(&pki);
    for (size_t i = 0; i < COUNT(machines); i++)
        machines[i].key = key_make(machines[i].algorithm);
    /* The openssl program, not our code, says what the certificate's hash is. */
    snprintf(command, sizeof command, "openssl x509 -in %s -outform DER | sha256sum", pki_file(&pki, "bank", ".pem"));
    out = popen(command, "r");
    assert_non_null(out);
    assert_int_equal(fread(certificate_sha256, 1, 64, out), 64);
    pclose(out);
    return 0;
}

int
desk_close_keys(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(machines); i++)
        key_close(machines[i].key);
    pki_close(&pki);
    return 0;
}

static enum verdict
desk_key_find(struct key_record *out, struct db *db, const struct vault *v, struct arena *a, struct slice key_id)
{
    const struct machine *m = machine_find(key_id);
    int32_t today = day_local(the_clock.wall_ms());
    struct slice pem;

    (void)db;
    (void)v;
    if (m == NULL)
        return V_KEY_UNKNOWN;
    assert(key_public_pem(&pem, a, m->key));
    *out = (struct key_record){
        .id = key_id,
        .actor = {ROLE_BANK_MACHINE, slice_of(m->organisation), S("m1"), {0}},
        .key = key_public(m->algorithm, pem),
        .algorithm = m->algorithm,
        .profile = m->profile,
        .from = today + m->from,
        .to = today + m->to,
        .revoked = m->revoked,
        .holder_active = true,
        .certificate = slice_of(certificate_sha256),
        .certificate_required = m->certificate_required,
    };
    return V_OK;
}

static enum verdict
desk_session_find(struct actor *out, struct credential *credential, struct db *db, const struct request *rq)
{
    struct slice rest = header_find(rq, "x-test-actor");
    struct slice role;

    (void)db;
    *credential = (struct credential){0};
    *out = (struct actor){0};
    if (rest.at == NULL)
        return V_LOGIN_NEEDED;
    role = slice_cut(&rest, rest, ':');
    assert(role_find(&out->role, role));
    out->organisation = slice_cut(&rest, rest, ':');
    out->account = slice_cut(&rest, rest, ':');
    out->district = rest.len > 0 ? rest : (struct slice){0};
    return V_OK;
}

static enum verdict
desk_totals(struct slice *out, struct db *db, struct arena *a, const struct actor *who, int year, int32_t as_of,
            int64_t known_seq)
{
    char day[DAY_TEXT_SIZE];

    (void)db;
    day_print(day, as_of);
    *out = arena_print(a, "{\"year\":%d,\"as_of\":\"%s\",\"known_at\":%lld,\"role\":\"%s\"}", year, day,
                       (long long)known_seq, role_row(who->role)->name);
    return V_OK;
}

static enum verdict
desk_institutions(struct slice *out, struct db *db, struct arena *a, const struct scope *reader, int year,
                  int32_t as_of, int64_t known_seq)
{
    char day[DAY_TEXT_SIZE];

    (void)db;
    day_print(day, as_of);
    *out = arena_print(a, "{\"district\":\"" SLICE_FMT "\",\"organisation\":\"" SLICE_FMT "\",\"year\":%d,"
                          "\"as_of\":\"%s\",\"known_at\":%lld}", SLICE_ARG(reader->district),
                       SLICE_ARG(reader->organisation), year, day, (long long)known_seq);
    return V_OK;
}

/* ---- life
 * ------------------------------------------------------------------------------------------------------------ */

static void *
serve(void *context)
{
    http_run(((struct desk *)context)->server);
    return NULL;
}

static void
open_edge(struct desk *d)
{
    struct edge_options o = edge_options_default;
    struct people people;

    o.registry = d->world->registry;
    o.views = d->world->registry == &toy_registry ? toy_views : entry_views;
    o.db_url = d->world->engine->url;
    o.vault = d->world->vault;
    o.log_key = d->world->log_key;
    o.log_origin = WORLD_ORIGIN;
    o.data_dir = d->world->engine->folder;
    o.openapi = (struct slice){toy_openapi, toy_openapi_size};
    o.names[0] = (struct edge_name){"first.test", DESK_ORIGIN};
    o.names[1] = (struct edge_name){"second.test", DESK_ORIGIN_BANKS};
    o.name_count = 2;
    o.key_find = desk_key_find;
    o.session_find = desk_session_find;
    o.totals = desk_totals;
    o.institutions = o.guarantees = desk_institutions;
    if (desk_people != NULL) {
        people = *desk_people;
        people.vault = d->world->vault;
        o.people = &people;
        o.session_find = desk_believes ? desk_session_find : NULL;
    }
    assert_int_equal(edge_open(&d->edge, &o), V_OK);
}

static void
open_server(struct desk *d)
{
    struct http_options o = {.address = "127.0.0.1",
                             .limits = http_limits_default,
                             .handler = edge_handle,
                             .context = d->edge,
                             .name_count = 2};

    o.names[0] = (struct http_name){.name = "first.test",
                                    .certificate_file = pki_file(&pki, "first", ".pem"),
                                    .key_file = pki_file(&pki, "first", ".key")};
    o.names[1] = (struct http_name){.name = "second.test",
                                    .certificate_file = pki_file(&pki, "second", ".pem"),
                                    .key_file = pki_file(&pki, "second", ".key"),
                                    .client_ca_file = pki_file(&pki, "ca", ".pem")};
    assert_int_equal(http_open(&d->server, &o), V_OK);
    edge_watch(d->edge, d->server);
    d->port = http_port(d->server);
    assert_int_equal(pthread_create(&d->thread, NULL, serve, d), 0);
}

int
desk_setup(void **state)
{
    struct desk *d = calloc(1, sizeof *d);

    assert_non_null(d);
    assert_int_equal((desk_world != NULL ? desk_world : world_setup)(state), 0);
    d->world = *state;
    d->arena = d->world->arena;
    *state = d;
    open_edge(d);
    open_server(d);
    desk_connect(d, "first.test", NULL);
    return 0;
}

int
desk_teardown(void **state)
{
    struct desk *d = *state;
    struct world *w = d->world;

    client_close(&d->client);
    http_stop(d->server, 2000);
    pthread_join(d->thread, NULL);
    edge_close(d->edge);
    http_close(d->server);
    free(d);
    *state = w;
    return world_teardown(state);
}

void
desk_connect(struct desk *d, const char *server_name, const char *certificate)
{
    struct client_options o = {.name = server_name};

    if (d->client.ssl != NULL)
        client_close(&d->client);
    if (certificate != NULL) {
        o.certificate = pki_file(&pki, certificate, ".pem");
        o.key = pki_file(&pki, certificate, ".key");
    }
    assert_true(client_open(&d->client, d->port, &o));
}

/* ---- requests
 * -------------------------------------------------------------------------------------------------------- */

void
desk_request(struct desk *d, struct outgoing *o, const char *method, const char *target, const char *id,
             const char *body)
{
    struct slice text = arena_copy(d->arena, slice_of(body == NULL ? "" : body));

    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] == '\'')
            ((char *)text.at)[i] = '"';
    outgoing_init(o, d->arena, method, target, text.at);
    outgoing_add(o, "Host", S("ignored.test"));
    if (id != NULL)
        outgoing_add(o, "Idempotency-Key", slice_of(id));
    if (body == NULL)
        return;
    outgoing_add(o, "Content-Type", S("application/json"));
    outgoing_add(o, "Content-Length", arena_print(d->arena, "%zu", text.len));
}

static size_t
covered_of(const char *covered[8], const struct outgoing *o, const char *left_out)
{
    static const char *const all[] = {"@method", "@target-uri", "content-type", "content-digest", "idempotency-key"};
    size_t count = 0;

    for (size_t i = 0; i < COUNT(all); i++) {
        if (all[i][0] != '@' && header_find(&o->request, all[i]).at == NULL)
            continue;
        if (left_out == NULL || strcmp(left_out, all[i]) != 0)
            covered[count++] = all[i];
    }
    return count;
}

void
desk_sign(struct desk *d, struct outgoing *o, const struct desk_signature *s)
{
    struct machine *m = machine_find(slice_of(s->key));
    struct message message = {&o->request, slice_of(s->origin == NULL ? DESK_ORIGIN : s->origin), 0};
    struct signature_plan plan = {.label = S("sig1"), .expires_s = SIGNATURE_NEVER};
    struct signature_fields fields;
    const char *covered[8];

    assert_non_null(m);
    if (o->request.body.len > 0)
        outgoing_set(o, "Content-Digest", digest_make(d->arena, o->request.body));
    plan.covered = covered;
    plan.covered_count = covered_of(covered, o, s->left_out);
    plan.key_id = slice_of(s->key_id == NULL ? s->key : s->key_id);
    plan.nonce = slice_of(s->nonce == NULL ? new_id(d->world) : s->nonce);
    plan.created_s = world_now_ms / 1000 - s->age_s;
    assert_true(signature_make(&fields, &message, &plan, m->key));
    outgoing_set(o, "Signature-Input", fields.input);
    outgoing_set(o, "Signature", fields.signature);
}

/* The text is put together here as the interface's description says, not by the function under test. */
void
desk_sign_plain(struct desk *d, struct outgoing *o, const struct desk_signature *s)
{
    const struct request *rq = &o->request;
    struct machine *m = machine_find(slice_of(s->key));
    const char *nonce = s->nonce == NULL ? new_id(d->world) : s->nonce;
    struct slice created = arena_print(d->arena, "%lld", (long long)(world_now_ms / 1000 - s->age_s)), text, value;
    struct hash digest = sm3_one(rq->body);

    assert_non_null(m);
    text = arena_print(d->arena, SLICE_FMT "\n" SLICE_FMT "\n" SLICE_FMT "\n%s\n" SLICE_FMT "\n", SLICE_ARG(rq->method),
                       SLICE_ARG(rq->target), SLICE_ARG(created), nonce,
                       SLICE_ARG(hex_encode(d->arena, hash_slice(&digest))));
    value = key_sign(d->arena, m->key, text);
    outgoing_set(o, "X-Key-Serial", slice_of(s->key_id == NULL ? s->key : s->key_id));
    outgoing_set(o, "X-Sign-Alg", S("SM2-SM3"));
    outgoing_set(o, "X-Timestamp", created);
    outgoing_set(o, "X-Nonce", slice_of(nonce));
    outgoing_set(o, "X-Signature", base64_encode(d->arena, value));
}

int
desk_send(struct desk *d, const struct outgoing *o)
{
    const struct request *rq = &o->request;
    struct buf b = {.arena = d->arena};

    buf_print(&b, SLICE_FMT " " SLICE_FMT " HTTP/1.1\r\n", SLICE_ARG(rq->method), SLICE_ARG(rq->target));
    for (size_t i = 0; i < rq->header_count; i++)
        buf_print(&b, SLICE_FMT ": " SLICE_FMT "\r\n", SLICE_ARG(rq->headers[i].name), SLICE_ARG(rq->headers[i].value));
    buf_add(&b, S("\r\n"));
    buf_add(&b, rq->body);
    return client_send(&d->client, b.at, b.len) ? client_read(&d->client) : 0;
}

int
desk_post(struct desk *d, const char *kind, const char *id, const char *body)
{
    struct outgoing o;

    desk_request(d, &o, "POST", arena_print(d->arena, "/v1/entries/%s", kind).at, id, body);
    desk_sign(d, &o, &(struct desk_signature){.key = "bank-one"});
    return desk_send(d, &o);
}

int
desk_ask(struct desk *d, const char *who, const char *method, const char *target, const char *id, const char *body)
{
    struct outgoing o;

    desk_request(d, &o, method, target, id, body);
    if (who != NULL)
        outgoing_add(&o, "X-Test-Actor", slice_of(who));
    return desk_send(d, &o);
}

/* ---- answers
 * --------------------------------------------------------------------------------------------------------- */

const char *
desk_field(struct desk *d, const char *name)
{
    struct slice line = arena_print(d->arena, "\r\n%s: ", name);
    const char *at = strcasestr(d->client.text, line.at);

    if (at == NULL || at >= d->client.body)
        return NULL;
    at += line.len;
    return arena_copy(d->arena, (struct slice){at, strcspn(at, "\r")}).at;
}

const struct json *
desk_json(struct desk *d)
{
    const struct json *tree;

    if (json_parse(&tree, d->arena, arena_copy(d->arena, slice_of(d->client.body))) != V_OK)
        fail_msg("not JSON: %s", d->client.text);
    return tree;
}

const char *
desk_text(struct desk *d, const char *key)
{
    const struct json *member = json_find(desk_json(d), slice_of(key));

    return member == NULL || member->type != JSON_TEXT ? NULL : arena_copy(d->arena, member->text).at;
}

bool
desk_has_problem(struct desk *d, const char *pointer, const char *verdict)
{
    const struct json *errors = json_find(desk_json(d), S("errors"));

    for (const struct json *e = errors == NULL ? NULL : errors->first; e != NULL; e = e->next)
        if (slice_equal(json_find(e, S("pointer"))->text, slice_of(pointer)) &&
            slice_equal(json_find(e, S("verdict"))->text, slice_of(verdict)))
            return true;
    return false;
}

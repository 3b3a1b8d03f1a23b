/*
 * The sender against an endpoint that takes, refuses, is silent or is not there.
 * Knows sender.h, the toy registry and an HTTPS server of the test's own; must not measure time: the clock is moved.
 * Invariant: whatever is waited for is waited for in bounded steps, and missing it fails the test.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../src/edge/sender.h"
#include "../../src/edge/webhook.h"
#include "house.h"
#include "world.h"

#define CALLS_MAX 512
#define RETRY_MS 1000
#define PARK_MS 20000

/* One delivery as it came in, and how it was answered. */
struct taken {
    char path[32], id[64], type[32];
    bool is_signed;
};

/* The receiving end: it answers a path by its own script. */
static struct end {
    struct http_server *server;
    pthread_t thread;
    int port;
    pthread_mutex_t lock;
    struct taken calls[CALLS_MAX];
    size_t count;
    int refusals, status; /* so many are answered by this status, all others by 204 */
    struct slice retry_after;
    struct request *silent; /* what /silent has not been answered */
} end;

/* The sending end. */
static struct post {
    struct world *world;
    struct writer *writer;
    struct sender *senders[2];
    struct metrics metrics;
    struct key *key;
    const struct key *keys[1];
} post;

/* ---- the clock --------------------------------------------------------------------------------------------------- */

static _Atomic int64_t moved_ms;
static int64_t began_ms;

static int64_t
wall(void)
{
    return began_ms + moved_ms;
}

/* ---- the receiving end ------------------------------------------------------------------------------------------- */

static void
copy(char *out, size_t size, struct slice s)
{
    size_t len = s.len < size ? s.len : size - 1;

    memcpy(out, s.at == NULL ? "" : s.at, len);
    out[len] = '\0';
}

static void
note_call(const struct request *rq)
{
    struct webhook hook = {header_find(rq, "webhook-id"), header_find(rq, "webhook-timestamp"),
                           header_find(rq, "webhook-signature")};
    struct taken *t = &end.calls[end.count];
    const struct json *body;

    if (end.count == CALLS_MAX || json_parse(&body, rq->arena, rq->body) != V_OK)
        return;
    end.count++;
    copy(t->path, sizeof t->path, rq->path);
    copy(t->id, sizeof t->id, hook.id);
    copy(t->type, sizeof t->type, json_text(body, S("type")));
    t->is_signed = webhook_check(&hook, rq->arena, post.key, wall() / 1000, rq->body) == V_OK;
}

static void
take(struct request *rq, void *context)
{
    struct header fields[1] = {{S("Retry-After"), {0}}};
    struct reply reply = {.status = 204, .headers = fields};

    (void)context;
    pthread_mutex_lock(&end.lock);
    note_call(rq);
    if (slice_equal(rq->path, S("/silent"))) {
        end.silent = rq;
        pthread_mutex_unlock(&end.lock);
        return;
    }
    if (end.refusals > 0) {
        end.refusals--;
        reply.status = end.status;
        fields[0].value = end.retry_after;
        reply.header_count = end.retry_after.at != NULL;
    }
    pthread_mutex_unlock(&end.lock);
    http_reply(rq, &reply);
}

static void *
run(void *server)
{
    http_run(server);
    return NULL;
}

/* `port` 0: any. */
static void
end_open(int port)
{
    struct http_options o = {.address = "127.0.0.1", .port = port, .limits = http_limits_default, .handler = take,
                             .name_count = 1};

    o.names[0] = (struct http_name){.name = "first.test",
                                    .certificate_file = pki_file(&pki, "first", ".pem"),
                                    .key_file = pki_file(&pki, "first", ".key")};
    assert_int_equal(http_open(&end.server, &o), V_OK);
    end.port = http_port(end.server);
    assert_int_equal(pthread_create(&end.thread, NULL, run, end.server), 0);
}

static void
end_close(void)
{
    http_stop(end.server, 500);
    pthread_join(end.thread, NULL);
    http_close(end.server);
}

static size_t
calls(void)
{
    size_t count;

    pthread_mutex_lock(&end.lock);
    count = end.count;
    pthread_mutex_unlock(&end.lock);
    return count;
}

static void
wait_calls(size_t wanted)
{
    for (int i = 0; i < 4000 && calls() < wanted; i++)
        usleep(5000);
    assert_int_equal(calls(), wanted);
}

static void
refuse(int count, int status, struct slice retry_after)
{
    pthread_mutex_lock(&end.lock);
    end.refusals = count;
    end.status = status;
    end.retry_after = retry_after;
    pthread_mutex_unlock(&end.lock);
}

/* ---- the sending end --------------------------------------------------------------------------------------------- */

static enum verdict
find_endpoint(struct endpoint_record *out, struct db *db, struct arena *a, struct slice organisation)
{
    const char *path = slice_equal(organisation, S("bank-one")) ? "take" : "silent";

    (void)db;
    if (slice_equal(organisation, S("bank-deaf")))
        return V_NONE;
    *out = (struct endpoint_record){
        .type = S("jar"),
        .url = arena_print(a, "https://first.test:%d/%s", end.port, path),
        .reader = {ROLE_BANK_MACHINE, organisation, S("endpoint"), {0}},
    };
    return V_OK;
}

static int
open_world(void **state)
{
    struct writer_options o = {.registry = &toy_registry, .queue_max = 100, .metrics = &post.metrics,
                               .origin = WORLD_ORIGIN};
    struct world *w;

    assert_int_equal(world_setup(state), 0);
    w = *state;
    memset(&post, 0, sizeof post);
    memset(&end, 0, sizeof end);
    pthread_mutex_init(&end.lock, NULL);
    began_ms = world_now_ms;
    moved_ms = 0;
    the_clock.wall_ms = wall;
    post.world = w;
    post.key = key_make(ALG_ED25519);
    post.keys[0] = post.key;
    metrics_init(&post.metrics);
    o.db_url = w->engine->url;
    o.vault = w->vault;
    o.log_key = w->log_key;
    assert_int_equal(writer_open(&post.writer, &o), V_OK);
    end_open(0);
    return 0;
}

static void
start(size_t number)
{
    struct sender_options o = {
        .registry = &toy_registry,
        .db_url = post.world->engine->url,
        .vault = post.world->vault,
        .writer = post.writer,
        .endpoint_find = find_endpoint,
        .keys = post.keys,
        .key_count = 1,
        .fetch = fetch_options_default,
        .retry = {.first_ms = RETRY_MS, .most_ms = 4 * RETRY_MS},
        .park_ms = PARK_MS,
        .metrics = &post.metrics,
    };

    o.fetch.ca_file = arena_copy(post.world->arena, slice_of(pki_file(&pki, "ca", ".pem"))).at;
    o.fetch.address = "127.0.0.1";
    assert_int_equal(sender_open(&post.senders[number], &o), V_OK);
}

static int
close_world(void **state)
{
    for (size_t i = 0; i < COUNT(post.senders); i++)
        sender_close(post.senders[i]);
    writer_close(post.writer);
    end_close();
    key_close(post.key);
    return world_teardown(state);
}

/* How many events stand in this state with so many tries; -1: however many. */
static int64_t
count_of(const char *state, int tries)
{
    struct slice got = world_sql(post.world, "SELECT COUNT(*) FROM op_outbox WHERE state = '%s' "
                                             "AND (%d < 0 OR tries = %d)", state, tries, tries);
    int64_t out = -1;

    assert_true(slice_to_int(&out, got));
    return out;
}

static void
wait_state(const char *state, int tries, int64_t wanted)
{
    for (int i = 0; i < 2000 && count_of(state, tries) != wanted; i++)
        usleep(10000);
    assert_int_equal(count_of(state, tries), wanted);
}

/* ---- what it does ------------------------------------------------------------------------------------------------ */

static void
delivers_in_order_and_signed(void **state)
{
    struct world *w = *state;
    const char *ids[3] = {new_id(w), new_id(w), new_id(w)};

    for (size_t i = 0; i < COUNT(ids); i++)
        assert_int_equal(world_post(w, &clerk, "jar.opened", ids[i],
                                    arena_print(w->arena, "{'subject':'jar-%zu','on':'2023-03-01','district':'330602',"
                                                "'owner':'" "0190aaaa-0000-4000-8000-000000000001" "','capacity':1000,"
                                                "'colour':'red'}", i).at)->got, V_OK);
    start(0);
    wait_calls(3);
    wait_state("delivered", 1, 3);
    for (size_t i = 0; i < COUNT(ids); i++) {
        assert_string_equal(end.calls[i].id, ids[i]);
        assert_string_equal(end.calls[i].type, "jar.opened");
        assert_true(end.calls[i].is_signed);
    }
    assert_int_equal(post.metrics.deliveries[METRIC_DELIVERED], 3);
}

static void
tries_again_under_the_same_id(void **state)
{
    struct world *w = *state;

    refuse(2, 500, (struct slice){0});
    world_jar(w, "jar-1");
    start(0);
    wait_calls(1);
    wait_state("waiting", 1, 1);
    moved_ms += RETRY_MS;
    wait_calls(2);
    wait_state("waiting", 2, 1);
    assert_int_equal(calls(), 2);
    moved_ms += 2 * RETRY_MS;
    wait_calls(3);
    wait_state("delivered", 3, 1);
    assert_string_equal(end.calls[0].id, end.calls[2].id);
    assert_true(end.calls[2].is_signed);
}

static void
parks_what_is_refused_for_too_long_and_replays_it(void **state)
{
    struct world *w = *state;

    refuse(CALLS_MAX, 503, (struct slice){0});
    world_jar(w, "jar-1");
    start(0);
    wait_state("waiting", 1, 1);
    moved_ms += PARK_MS;
    wait_state("parked", 2, 1);
    refuse(0, 0, (struct slice){0});
    moved_ms += PARK_MS;
    usleep(700000); /* longer than an idle thread rests */
    assert_int_equal(calls(), 2);
    world_sql(w, "UPDATE op_outbox SET state = 'waiting', tries = 0, first_ms = 0, next_ms = 1");
    wait_calls(3);
    wait_state("delivered", 1, 1);
}

static void
parks_at_once_what_is_gone(void **state)
{
    refuse(1, 410, (struct slice){0});
    world_jar(*state, "jar-1");
    start(0);
    wait_state("parked", 1, 1);
}

static void
waits_as_long_as_it_is_asked_to(void **state)
{
    refuse(1, 429, S("15"));
    world_jar(*state, "jar-1");
    start(0);
    wait_state("waiting", 1, 1);
    moved_ms += 14000;
    usleep(700000);
    assert_int_equal(calls(), 1);
    moved_ms += 1000;
    wait_state("delivered", 2, 1);
}

static void
delivers_everything_once_the_endpoint_is_there_again(void **state)
{
    int port = end.port;

    end_close();
    for (int i = 0; i < 5; i++)
        world_jar(*state, arena_print(post.world->arena, "jar-%d", i).at);
    start(0);
    wait_state("waiting", 1, 1); /* the others are not tried while the first is */
    end_open(port);
    moved_ms += 4 * RETRY_MS;
    wait_state("delivered", -1, 5);
    assert_int_equal(calls(), 5);
}

static void
keeps_to_itself_what_was_before_the_endpoint(void **state)
{
    world_jar(*state, "jar-1");
    world_jar(*state, "bank-one"); /* the subject that is named after the organisation, and so its opening */
    world_jar(*state, "jar-2");
    start(0);
    wait_state("delivered", 1, 1);
    assert_int_equal(count_of("parked", 0), 2);
    assert_int_equal(calls(), 1);
}

static void
another_organisation_does_not_wait_for_a_silent_one(void **state)
{
    struct world *w = *state;

    world_jar(w, "jar-1");
    world_sql(w, "INSERT INTO op_channel (organisation, failed, next_ms, held_ms) VALUES ('bank-mute', 0, 0, 0), "
                 "('bank-deaf', 0, 0, 0)");
    world_sql(w, "INSERT INTO op_outbox (seq, organisation) SELECT seq, 'bank-mute' FROM op_outbox");
    world_sql(w, "INSERT INTO op_outbox (seq, organisation) SELECT seq, 'bank-deaf' FROM op_outbox "
                 "WHERE organisation = 'bank-one'");
    start(0);
    wait_state("delivered", 1, 1);
    wait_calls(2);
    world_jar(w, "jar-2");
    wait_state("delivered", 1, 2);
    assert_int_equal(count_of("waiting", 0), 2); /* the silent one's, still on its way, and that of nobody's endpoint */
}

static void
two_senders_deliver_each_event_once(void **state)
{
    for (int i = 0; i < 100; i++)
        world_jar(*state, arena_print(post.world->arena, "jar-%d", i).at);
    start(0);
    start(1);
    wait_state("delivered", 1, 100);
    assert_int_equal(calls(), 100);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_world, close_world)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(delivers_in_order_and_signed),
        TEST(tries_again_under_the_same_id),
        TEST(parks_what_is_refused_for_too_long_and_replays_it),
        TEST(parks_at_once_what_is_gone),
        TEST(waits_as_long_as_it_is_asked_to),
        TEST(delivers_everything_once_the_endpoint_is_there_again),
        TEST(keeps_to_itself_what_was_before_the_endpoint),
        TEST(another_organisation_does_not_wait_for_a_silent_one),
        TEST(two_senders_deliver_each_event_once),
    };

    return cmocka_run_group_tests_name("edge/sender", tests, open_pki, close_pki);
}

/*
 * One bounded request after the other, against our own server and against sockets that say nothing.
 * Knows the ends that a request can have; must not measure how long anything takes.
 * Invariant: every server is on the loopback, reached under names that no resolver knows.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../src/edge/fetch.h"
#include "house.h"

static struct arena *arena;

static struct fetch_options
trusting(void)
{
    struct fetch_options o = fetch_options_default;

    o.address = "127.0.0.1";
    o.ca_file = arena_copy(arena, slice_of(pki_file(&pki, "ca", ".pem"))).at;
    return o;
}

static const char *
url(const struct house *h, const char *name, const char *path)
{
    return arena_print(arena, "https://%s:%d%s", name, h->port, path).at;
}

static enum fetch_end
get(struct fetch_answer *out, struct fetch *f, const char *at)
{
    return fetch_send(out, f, arena, &(struct fetch_request){.method = "GET", .url = at});
}

/* One request on a handle of its own. */
static enum fetch_end
get_once(struct fetch_answer *out, const struct fetch_options *o, const char *at)
{
    struct fetch *f = fetch_open(arena, o);
    enum fetch_end end = get(out, f, at);

    fetch_close(f);
    return end;
}

static int
open_house(void **state)
{
    static struct house h;
    struct http_options o;

    if (open_pki(state) != 0)
        return -1;
    arena = arena_open((size_t)64 << 20);
    o = house_options(&h);
    house_open(&h, &o);
    *state = &h;
    return 0;
}

static int
close_house(void **state)
{
    house_close(*state);
    arena_close(arena);
    return close_pki(state);
}

static void
posts_a_body_and_reads_the_answer(void **state)
{
    const struct header fields[] = {{S("Content-Type"), S("application/json")}};
    struct fetch_options o = trusting();
    struct fetch *f = fetch_open(arena, &o);
    struct fetch_request rq = {.method = "POST", .url = url(*state, "first.test", "/v1/entries"), .headers = fields,
                               .header_count = 1, .body = S("{\"a\":\"\xE7\xBB\x8D\"}")};
    struct fetch_answer answer;

    assert_int_equal(fetch_send(&answer, f, arena, &rq), FETCH_DONE);
    assert_int_equal(answer.status, 200);
    assert_true(slice_equal(answer.body, rq.body));
    assert_true(slice_equal(answer.content_type, S("application/json")));
    fetch_close(f);
}

static void
sends_the_path_and_the_fields_as_written(void **state)
{
    const struct header fields[] = {{S("X-Ask"), S("a  b")}};
    struct fetch_options o = trusting();
    struct fetch *f = fetch_open(arena, &o);
    struct fetch_request rq = {.method = "GET", .url = url(*state, "first.test", "/fields?q=%2e%2E/../x"),
                               .headers = fields, .header_count = 1};
    struct fetch_answer answer;

    assert_int_equal(fetch_send(&answer, f, arena, &rq), FETCH_DONE);
    assert_int_equal(answer.status, 200);
    assert_int_equal(get(&answer, f, url(*state, "first.test", "/v1/../healthz")), FETCH_DONE);
    assert_int_equal(answer.status, 404);
    fetch_close(f);
}

static void
keeps_its_connection_for_the_next_request(void **state)
{
    struct fetch_options o = trusting();
    struct fetch *f = fetch_open(arena, &o);
    int64_t before = house_count(*state).connections_total;
    struct fetch_answer answer;

    for (int i = 0; i < 5; i++) {
        assert_int_equal(get(&answer, f, url(*state, "first.test", "/healthz")), FETCH_DONE);
        assert_true(slice_equal(answer.body, S("ok\n")));
    }
    assert_int_equal(house_count(*state).connections_total - before, 1);
    fetch_close(f);
    house_wait_empty(*state);
}

static void
follows_no_redirect(void **state)
{
    struct fetch_options o = trusting();
    struct house *h = *state;
    long before = atomic_load(&h->calls);
    struct fetch_answer answer;

    assert_int_equal(get_once(&answer, &o, url(h, "first.test", "/moved")), FETCH_DONE);
    assert_int_equal(answer.status, 302);
    assert_int_equal(answer.body.len, 0);
    assert_int_equal(atomic_load(&h->calls) - before, 1);
}

static void
tells_when_to_come_back(void **state)
{
    struct fetch_options o = trusting();
    struct fetch_answer answer;

    assert_int_equal(get_once(&answer, &o, url(*state, "first.test", "/busy")), FETCH_DONE);
    assert_int_equal(answer.status, 503);
    assert_int_equal(answer.retry_after_s, 7);
    assert_int_equal(get_once(&answer, &o, url(*state, "first.test", "/healthz")), FETCH_DONE);
    assert_int_equal(answer.retry_after_s, 0);
}

static void
takes_an_answer_up_to_its_limit_and_none_longer(void **state)
{
    static const struct {
        const char *path;
        size_t limit;
        enum fetch_end end;
    } cases[] = {
        {"/healthz", 3,               FETCH_DONE     },
        {"/healthz", 2,               FETCH_TOO_LARGE},
        {"/large",   2 * 1024 * 1024, FETCH_DONE     },
        {"/large",   64 * 1024,       FETCH_TOO_LARGE},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct fetch_options o = trusting();
        struct fetch_answer answer;

        o.answer_bytes_max = cases[i].limit;
        assert_int_equal(get_once(&answer, &o, url(*state, "first.test", cases[i].path)), cases[i].end);
        assert_int_equal(answer.status, cases[i].end == FETCH_DONE ? 200 : 0);
        assert_true(cases[i].end == FETCH_DONE || answer.body.len == 0);
    }
}

static void
trusts_only_its_authority_and_only_that_name(void **state)
{
    struct fetch_options o = trusting(), strange = trusting(), machine = trusting();
    struct fetch_answer answer;

    strange.ca_file = arena_copy(arena, slice_of(pki_file(&pki, "stranger_ca", ".pem"))).at;
    machine.ca_file = NULL;
    assert_int_equal(get_once(&answer, &strange, url(*state, "first.test", "/healthz")), FETCH_UNTRUSTED);
    assert_true(answer.detail.len > 0);
    assert_int_equal(get_once(&answer, &machine, url(*state, "first.test", "/healthz")), FETCH_UNTRUSTED);
    assert_int_equal(get_once(&answer, &o, url(*state, "third.test", "/healthz")), FETCH_UNTRUSTED);
    assert_int_equal(get_once(&answer, &o, url(*state, "first.test", "/healthz")), FETCH_DONE);
}

static void
shows_its_own_certificate(void **state)
{
    struct fetch_options o = trusting();
    struct fetch_answer answer;

    assert_int_equal(get_once(&answer, &o, url(*state, "second.test", "/who")), FETCH_DONE);
    assert_string_equal(arena_copy(arena, answer.body).at, "second.test 127.0.0.1 0");
    o.certificate_file = arena_copy(arena, slice_of(pki_file(&pki, "bank", ".pem"))).at;
    o.key_file = arena_copy(arena, slice_of(pki_file(&pki, "bank", ".key"))).at;
    assert_int_equal(get_once(&answer, &o, url(*state, "second.test", "/who")), FETCH_DONE);
    assert_true(slice_starts(answer.body, S("second.test 127.0.0.1 ")));
    assert_true(answer.body.len > sizeof "second.test 127.0.0.1 0" - 1);
    o.key_file = arena_copy(arena, slice_of(pki_file(&pki, "first", ".key"))).at;
    assert_int_equal(get_once(&answer, &o, url(*state, "second.test", "/who")), FETCH_MISUSE);
}

static void
refuses_what_it_cannot_send_rightly(void **state)
{
    const struct header split[] = {{S("X-Ask"), S("a\r\nX-Smuggled: b")}};
    struct fetch_options o = trusting(), lost = trusting();
    struct fetch *f = fetch_open(arena, &o);
    struct fetch_request rq = {.method = "GET", .url = url(*state, "first.test", "/fields"), .headers = split,
                               .header_count = 1};
    struct fetch_answer answer;

    assert_int_equal(fetch_send(&answer, f, arena, &rq), FETCH_MISUSE);
    assert_int_equal(get(&answer, f, "http://first.test/healthz"), FETCH_MISUSE);
    assert_int_equal(get(&answer, f, "file:///etc/passwd"), FETCH_MISUSE);
    assert_int_equal(get(&answer, f, "https://"), FETCH_MISUSE);
    fetch_close(f);
    lost.ca_file = "/nonexistent/ca.pem";
    assert_int_equal(get_once(&answer, &lost, url(*state, "first.test", "/healthz")), FETCH_MISUSE);
}

/* A socket that listens; `port` becomes its own. Nobody ever accepts. */
static int
silence(int *port)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    socklen_t size = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, size), 0);
    assert_int_equal(listen(fd, 8), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &size), 0);
    *port = ntohs(at.sin_port);
    return fd;
}

static void
gives_up_a_server_that_says_nothing(void **state)
{
    struct fetch_options o = trusting();
    struct fetch_answer answer;
    struct request *rq;
    int port, fd = silence(&port);

    o.connect_ms = 200;
    o.total_ms = 400;
    assert_int_equal(get_once(&answer, &o, arena_print(arena, "https://first.test:%d/", port).at), FETCH_TIMED_OUT);
    close(fd);
    assert_int_equal(get_once(&answer, &o, arena_print(arena, "https://first.test:%d/", port).at), FETCH_UNREACHABLE);

    o.connect_ms = 5000;
    o.total_ms = 1500; /* after the handshake */
    assert_int_equal(get_once(&answer, &o, url(*state, "first.test", "/later")), FETCH_TIMED_OUT);
    rq = house_wait(*state);
    http_reply(rq, &(struct reply){.status = 200});
    house_wait_empty(*state);
}

static void *
ask_many(void *house)
{
    struct arena *a = arena_open((size_t)16 << 20);
    struct fetch_options o = fetch_options_default;
    char ca[200];
    uintptr_t done = 0;
    struct fetch *f;

    snprintf(ca, sizeof ca, "%s/ca.pem", pki.dir);
    o.address = "127.0.0.1";
    o.ca_file = ca;
    f = fetch_open(a, &o);
    for (int i = 0; i < 20; i++) {
        struct fetch_answer answer;
        struct slice at = arena_print(a, "https://first.test:%d/healthz", ((const struct house *)house)->port);

        done += fetch_send(&answer, f, a, &(struct fetch_request){.method = "GET", .url = at.at}) == FETCH_DONE &&
                answer.status == 200;
    }
    fetch_close(f);
    arena_close(a);
    return (void *)done;
}

static void
every_thread_has_its_own_handle(void **state)
{
    pthread_t threads[3];

    for (size_t i = 0; i < COUNT(threads); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, ask_many, *state), 0);
    for (size_t i = 0; i < COUNT(threads); i++) {
        void *done;

        pthread_join(threads[i], &done);
        assert_int_equal((uintptr_t)done, 20);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(posts_a_body_and_reads_the_answer),
        cmocka_unit_test(sends_the_path_and_the_fields_as_written),
        cmocka_unit_test(keeps_its_connection_for_the_next_request),
        cmocka_unit_test(follows_no_redirect),
        cmocka_unit_test(tells_when_to_come_back),
        cmocka_unit_test(takes_an_answer_up_to_its_limit_and_none_longer),
        cmocka_unit_test(trusts_only_its_authority_and_only_that_name),
        cmocka_unit_test(shows_its_own_certificate),
        cmocka_unit_test(refuses_what_it_cannot_send_rightly),
        cmocka_unit_test(gives_up_a_server_that_says_nothing),
        cmocka_unit_test(every_thread_has_its_own_handle),
    };

    return cmocka_run_group_tests_name("edge/fetch", tests, open_house, close_house);
}

/*
 * The HTTPS server in this process, asked by clients that behave and clients that do not.
 * Knows http.h and the wire; must not know evhttp.
 * Invariant: no test measures time: deadlines are short, waits are bounded, and what must happen is waited for.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <setjmp.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>
#include <curl/curl.h>

#include "house.h"

/* ---- good requests ------------------------------------------------------------------------------------------- */

static void
keeps_a_connection_for_many_requests(void **state)
{
    struct house h;
    struct http_options o = house_options(&h);
    struct client c;
    char text[256];

    (void)state;
    house_open(&h, &o);
    assert_true(client_open(&c, h.port, &plain));
    for (int i = 0; i < 500; i++) {
        snprintf(text, sizeof text, "POST /v1/entries HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\n\r\n%08d", i);
        assert_int_equal(client_ask(&c, text), 200);
        assert_memory_equal(c.body, text + strlen(text) - 8, 8);
    }
    assert_int_equal(house_count(&h).connections_total, 1);
    assert_int_equal(house_count(&h).requests_total, 500);
    client_close(&c);
    house_close(&h);
}

static void
reads_chunks_and_pieces(void **state)
{
    static const char text[] = "POST /v1/entries HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                               "3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n";
    struct house h;
    struct http_options o = house_options(&h);
    struct client c;

    (void)state;
    house_open(&h, &o);
    assert_true(client_open(&c, h.port, &plain));
    assert_int_equal(client_ask(&c, text), 200);
    assert_string_equal(c.body, "abc0123456789");
    for (size_t i = 0; i < sizeof text - 1; i++)
        assert_true(client_send(&c, text + i, 1));
    assert_int_equal(client_read(&c), 200);
    assert_string_equal(c.body, "abc0123456789");
    client_close(&c);
    house_close(&h);
}

static void
writes_the_fields_that_are_the_servers(void **state)
{
    struct house h;
    struct http_options o = house_options(&h);
    struct client c;

    (void)state;
    house_open(&h, &o);
    assert_true(client_open(&c, h.port, &plain));
    assert_int_equal(client_ask(&c, GET_OK), 200);
    assert_non_null(strstr(c.text, "\r\nDate: "));
    assert_non_null(strstr(c.text, "\r\nContent-Length: 3\r\n"));
    assert_null(strcasestr(c.text, "\r\nServer:"));
    assert_null(strcasestr(c.text, "\r\nConnection:"));
    assert_int_equal(client_ask(&c, "GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n"), 204);
    assert_null(strcasestr(c.text, "\r\nContent-Length:"));
    assert_int_equal(client_ask(&c, "GET /fields?a=1 HTTP/1.1\r\nHost: a\r\nX-Ask: 1\r\nX-Ask: 2\r\n\r\n"), 200);
    assert_non_null(strstr(c.text, "\r\nX-Asked: 1, 2\r\n"));
    assert_non_null(strstr(c.text, "\r\nX-Query: a=1\r\n"));
    assert_null(strstr(c.text, "Smuggled"));
    assert_int_equal(client_ask(&c, "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"), 200);
    assert_non_null(strstr(c.text, "\r\nConnection: close\r\n"));
    assert_true(client_ended_well(&c));
    client_close(&c);
    house_close(&h);
}

static void
answers_head_without_a_body(void **state)
{
    struct house h;
    struct http_options o = house_options(&h);
    struct client c;
    static const char head[] = "HEAD /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

    (void)state;
    house_open(&h, &o);
    assert_true(client_open(&c, h.port, &plain));
    assert_true(client_send(&c, head, sizeof head - 1));
    assert_int_equal(client_read_all(&c), 200);
    assert_non_null(strstr(c.text, "\r\nContent-Length: 3\r\n"));
    assert_string_equal(c.body, "");
    client_close(&c);
    house_close(&h);
}

static void
ends_http_1_0_unless_asked_to_stay(void **state)
{
    struct house h;
    struct http_options o = house_options(&h);
    struct client c;

    (void)state;
    house_open(&h, &o);
    assert_true(client_open(&c, h.port, &plain));
    assert_int_equal(client_ask(&c, "GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"), 200);
    assert_int_equal(client_ask(&c, "GET /healthz HTTP/1.0\r\n\r\n"), 200);
    assert_true(client_ended(&c));
    client_close(&c);
    house_close(&h);
}

static size_t
swallow(char *at, size_t size, size_t count, void *total)
{
    (void)at;
    *(size_t *)total += size * count;
    return size * count;
}

/* What libcurl, a client not written by us, gets for a POST of `size` bytes. */
static long
curl_post(const struct house *h, size_t size, const char *expect, size_t *got)
{
    CURL *curl = curl_easy_init();
    struct curl_slist *fields = curl_slist_append(NULL, expect);
    char url[64], *body = calloc(1, size);
    long status = 0;

    snprintf(url, sizeof url, "https://127.0.0.1:%d/v1/entries", h->port);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, 20L);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, fields);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)size);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, swallow);
    *got = 0;
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, got);
    curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_slist_free_all(fields);
    curl_easy_cleanup(curl);
    free(body);
    return status;
}

static void
takes_a_body_up_to_the_limit_and_no_byte_more(void **state)
{
    static const char *const expects[] = {"Expect:", "Expect: 100-continue"};
    struct house h;
    struct http_options o = house_options(&h);
    size_t got, max = o.limits.body_bytes_max;

    (void)state;
    house_open(&h, &o);
    for (size_t i = 0; i < COUNT(expects); i++) {
        assert_int_equal(curl_post(&h, max, expects[i], &got), 200);
        assert_int_equal(got, max);
        assert_int_equal(curl_post(&h, max + 1, expects[i], &got), 413);
    }
    assert_int_equal(house_count(&h).refused_at_gate, 2);
    house_close(&h);
}

static void
says_continue_only_to_who_waits_for_it(void **state)
{
    struct house h;
    struct http_options o = house_options(&h);
    struct client c;

    (void)state;
    house_open(&h, &o);
    assert_true(client_open(&c, h.port, &plain));
    for (int i = 0; i < 3; i++) {
        assert_int_equal(client_ask(&c, "POST /v1/entries HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
                                        "Content-Length: 2\r\n\r\n"),
                         100);
        assert_int_equal(client_ask(&c, "hi"), 200);
        assert_string_equal(c.body, "hi");
    }
    client_close(&c);
    house_close(&h);
}

/* ---- bad requests -------------------------------------------------------------------------------------------- */

static void
answers_a_refusal_and_ends_the_connection(void **state)
{
    static const struct {
        const char *text;
        int status;
    } cases[] = {
        {"GET / HTTP/1.1\r\n\r\n",                                         400},
        {"GET / HTTP/1.1\nHost: a\n\n",                                    400},
        {"BREW / HTTP/1.1\r\nHost: a\r\n\r\n",                             501},
        {"GET / HTTP/1.9\r\nHost: a\r\n\r\n",                              505},
        {"POST / HTTP/1.1\r\nHost: a\r\nExpect: pay\r\n\r\n",              417},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n", 413},
        {GET_OK GET_OK,                                                    400},
        {"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nGET ",     400},
    };
    struct house h;
    struct http_options o = house_options(&h);
    struct client c;

    (void)state;
    house_open(&h, &o);
    for (size_t i = 0; i < 2 * COUNT(cases); i++) {
        assert_true(client_open(&c, h.port, &plain));
        /* Every case as a first request and as a second one. */
        if (i >= COUNT(cases))
            assert_int_equal(client_ask(&c, GET_OK), 200);
        assert_int_equal(client_ask(&c, cases[i % COUNT(cases)].text), cases[i % COUNT(cases)].status);
        assert_non_null(strstr(c.text, "\r\nContent-Type: application/problem+json\r\n"));
        assert_non_null(strstr(c.text, "\r\nDate: "));
        assert_true(client_ended_well(&c));
        client_close(&c);
    }
    assert_int_equal(house_count(&h).refused_at_gate, 2 * COUNT(cases));
    assert_int_equal(atomic_load(&h.calls), COUNT(cases));
    house_wait_empty(&h);
    house_close(&h);
}

static void
stands_the_fixed_list_of_raw_requests(void **state)
{
    struct house h;
    struct http_options o = house_options(&h);
    const char *tools = getenv("TOOLS");
    char tool[512], line[640];
    int got;

    (void)state;
    snprintf(tool, sizeof tool, "%s/raw-requests", tools != NULL ? tools : "../shared/tools");
    if (access(tool, R_OK) != 0) {
        print_message("skipped: %s is not there\n", tool);
        skip();
    }
    house_open(&h, &o);
    snprintf(line, sizeof line, "python3 %s %d >&2", tool, h.port);
    got = system(line);
    assert_int_equal(got, 0);
    house_close(&h);
}

static void
survives_bytes_sent_while_an_answer_is_awaited(void **state)
{
    struct house h;
    struct http_options o = house_options(&h);
    struct client c;

    (void)state;
    house_open(&h, &o);
    assert_true(client_open(&c, h.port, &plain));
    assert_true(client_send(&c, GET_LATER, strlen(GET_LATER)));
    assert_true(client_send(&c, GET_OK, strlen(GET_OK)));
    http_reply(house_wait(&h), &(struct reply){.status = 200, .body = S("late")});
    assert_int_equal(client_read(&c), 200);
    assert_string_equal(c.body, "late");
    client_close(&c);
    serves_anew(&h);
    house_close(&h);
}

/* ---- deadlines and caps -------------------------------------------------------------------------------------- */

enum { SLOW = 300, SLOW_ROUNDS = 400 };

static void
drops_slow_clients_while_good_ones_are_served(void **state)
{
    static const char body_head[] = "POST /v1/entries HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n";
    struct house h;
    struct http_options o = house_options(&h);
    struct client *slow = calloc(SLOW, sizeof *slow);
    int left = SLOW;

    (void)state;
    o.limits.header_deadline_ms = 3000;
    o.limits.body_deadline_ms = 4000;
    o.limits.connections_per_address_max = SLOW + 1; /* all come from here */
    house_open(&h, &o);
    for (int i = 0; i < SLOW; i++) {
        assert_true(client_open(&slow[i], h.port, &plain));
        client_send(&slow[i], i % 2 == 0 ? "GET /" : body_head, i % 2 == 0 ? 5 : sizeof body_head - 1);
    }
    /* Each drips one byte a round; any deadline that starts anew with a byte would never end this. */
    for (int round = 0; round < SLOW_ROUNDS && left > 0; round++) {
        serves_anew(&h);
        left = 0;
        for (int i = 0; i < SLOW; i++)
            left += slow[i].ssl != NULL && !client_heard(&slow[i]) && client_send(&slow[i], "a", 1);
        usleep(50000);
    }
    assert_int_equal(left, 0);
    for (int i = 0; i < SLOW; i++)
        client_close(&slow[i]);
    free(slow);
    assert_int_equal(house_count(&h).dropped_at_deadline, SLOW);
    house_wait_empty(&h);
    house_close(&h);
}

static void
drops_who_never_shakes_hands_or_stays_idle(void **state)
{
    struct house h;
    struct http_options o = house_options(&h);
    struct client c, idle;
    char byte;
    int fd;

    (void)state;
    o.limits.header_deadline_ms = 300;
    o.limits.idle_deadline_ms = 600;
    house_open(&h, &o);
    fd = client_connect(h.port);
    assert_true(fd >= 0);
    assert_true(client_open(&idle, h.port, &plain));
    assert_true(client_open(&c, h.port, &plain));
    assert_int_equal(client_ask(&c, GET_OK), 200);
    assert_int_equal(read(fd, &byte, 1), 0);
    assert_true(client_ended(&idle));
    assert_true(client_ended(&c));
    close(fd);
    client_close(&idle);
    client_close(&c);
    house_wait_empty(&h);
    house_close(&h);
}

static void
drops_who_does_not_take_the_answer(void **state)
{
    static const char text[] = "GET /large HTTP/1.1\r\nHost: a\r\n\r\n";
    struct house h;
    struct http_options o = house_options(&h);
    struct client c;

    (void)state;
    o.limits.idle_deadline_ms = 300;
    house_open(&h, &o);
    assert_true(client_open(&c, h.port, &plain));
    assert_true(client_send(&c, text, sizeof text - 1));
    for (int i = 0; i < 2000 && atomic_load(&h.calls) == 0; i++)
        usleep(5000);
    house_wait_empty(&h);
    client_close(&c);
    house_close(&h);
}

static void
refuses_more_connections_than_an_address_may_have(void **state)
{
    struct house h;
    struct http_options o = house_options(&h);
    struct client c[5];

    (void)state;
    o.limits.connections_per_address_max = 4;
    house_open(&h, &o);
    for (int i = 0; i < 4; i++) {
        assert_true(client_open(&c[i], h.port, &plain));
        assert_int_equal(client_ask(&c[i], GET_OK), 200);
    }
    for (int i = 0; i < 20; i++) {
        assert_false(client_open(&c[4], h.port, &plain));
        client_close(&c[4]);
    }
    assert_int_equal(house_count(&h).refused_at_cap, 20);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(client_ask(&c[i], GET_OK), 200);
        client_close(&c[i]);
    }
    house_wait_empty(&h);
    serves_anew(&h);
    house_close(&h);
}

static void
refuses_more_connections_than_there_may_be(void **state)
{
    struct house h;
    struct http_options o = house_options(&h);
    struct client c, first;
    int fds[64];

    (void)state;
    o.limits.connections_max = 1;
    house_open(&h, &o);
    assert_true(client_open(&first, h.port, &plain));
    assert_int_equal(client_ask(&first, GET_OK), 200);
    /* More at once than the server has slots for. */
    for (size_t i = 0; i < COUNT(fds); i++)
        fds[i] = client_connect(h.port);
    assert_false(client_open(&c, h.port, &plain));
    client_close(&c);
    assert_int_equal(client_ask(&first, GET_OK), 200);
    for (size_t i = 0; i < COUNT(fds); i++)
        close(fds[i]);
    assert_int_equal(house_count(&h).refused_at_cap, COUNT(fds) + 1);
    client_close(&first);
    house_wait_empty(&h);
    serves_anew(&h);
    house_close(&h);
}

static void
serves_on_when_file_descriptors_run_out(void **state)
{
    struct rlimit before, tight;
    struct house h;
    struct http_options o = house_options(&h);
    struct client old, fresh;
    int fillers[256], count = 0, waiting;

    (void)state;
    house_open(&h, &o);
    assert_true(client_open(&old, h.port, &plain));
    assert_int_equal(client_ask(&old, GET_OK), 200);
    getrlimit(RLIMIT_NOFILE, &before);
    tight = (struct rlimit){.rlim_cur = 128, .rlim_max = before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &tight), 0);
    while (count < 256 && (fillers[count] = dup(0)) >= 0)
        count++;
    /* The last descriptor goes to the client's end, so that there is none for the server's. */
    close(fillers[--count]);
    waiting = client_connect(h.port);
    assert_true(waiting >= 0);
    for (int i = 0; i < 20; i++)
        assert_int_equal(client_ask(&old, GET_OK), 200);
    assert_int_equal(house_count(&h).connections_total, 1);
    while (count > 0)
        close(fillers[--count]);
    setrlimit(RLIMIT_NOFILE, &before);
    assert_true(client_open(&fresh, h.port, &plain));
    assert_int_equal(client_ask(&fresh, GET_OK), 200);
    assert_int_equal(house_count(&h).connections_total, 3);
    close(waiting);
    client_close(&fresh);
    client_close(&old);
    house_close(&h);
}

/* ---- answers from elsewhere, and the end --------------------------------------------------------------------- */

static void *
answer_later(void *context)
{
    http_reply(house_wait(context), &(struct reply){.status = 201, .body = S("late")});
    return NULL;
}

static void
answers_from_another_thread(void **state)
{
    struct house h;
    struct http_options o = house_options(&h);
    struct client c;
    pthread_t other;

    (void)state;
    house_open(&h, &o);
    assert_true(client_open(&c, h.port, &plain));
    for (int i = 0; i < 50; i++) {
        assert_int_equal(pthread_create(&other, NULL, answer_later, &h), 0);
        assert_int_equal(client_ask(&c, GET_LATER), 201);
        assert_string_equal(c.body, "late");
        pthread_join(other, NULL);
    }
    client_close(&c);
    house_close(&h);
}

static void
throws_away_an_answer_to_a_client_that_has_gone(void **state)
{
    struct house h;
    struct http_options o = house_options(&h);
    struct client c;

    (void)state;
    house_open(&h, &o);
    for (int i = 0; i < 10; i++) {
        assert_true(client_open(&c, h.port, &plain));
        assert_true(client_send(&c, GET_LATER, strlen(GET_LATER)));
        client_close(&c);
        http_reply(house_wait(&h), &(struct reply){.status = 200, .body = S("late")});
    }
    serves_anew(&h);
    house_wait_empty(&h);
    house_close(&h);
}

static void
answers_what_is_in_hand_before_it_stops(void **state)
{
    struct house h;
    struct http_options o = house_options(&h);
    struct client c, idle;
    struct request *rq;
    int fd;

    (void)state;
    house_open(&h, &o);
    assert_true(client_open(&idle, h.port, &plain));
    assert_true(client_open(&c, h.port, &plain));
    assert_true(client_send(&c, GET_LATER, strlen(GET_LATER)));
    rq = house_wait(&h);
    http_stop(h.server, 10000);
    assert_true(client_ended(&idle));
    for (int i = 0; i < 2000 && (fd = client_connect(h.port)) >= 0; i++) {
        close(fd);
        usleep(5000);
    }
    assert_int_equal(fd, -1);
    http_reply(rq, &(struct reply){.status = 200, .body = S("last")});
    assert_int_equal(client_read(&c), 200);
    assert_string_equal(c.body, "last");
    assert_non_null(strstr(c.text, "\r\nConnection: close\r\n"));
    assert_true(client_ended(&c));
    pthread_join(h.thread, NULL);
    http_close(h.server);
    client_close(&idle);
    client_close(&c);
}

static void
stops_without_the_answer_when_the_grace_is_over(void **state)
{
    struct house h;
    struct http_options o = house_options(&h);
    struct client c[2];
    struct request *rq;

    (void)state;
    house_open(&h, &o);
    for (int i = 0; i < 2; i++) {
        assert_true(client_open(&c[i], h.port, &plain));
        assert_true(client_send(&c[i], GET_LATER, strlen(GET_LATER)));
        rq = house_wait(&h);
    }
    http_stop(h.server, 50);
    pthread_join(h.thread, NULL);
    /* One answer comes after the end and finds nobody; the other never comes. */
    http_reply(rq, &(struct reply){.status = 200});
    http_close(h.server);
    client_close(&c[0]);
    client_close(&c[1]);
}

static void
stops_before_it_has_begun(void **state)
{
    struct house h;
    struct http_options o = house_options(&h);

    (void)state;
    assert_int_equal(http_open(&h.server, &o), V_OK);
    http_stop(h.server, 1000);
    http_run(h.server);
    http_close(h.server);
}

static int
open_all(void **state)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
    return open_pki(state);
}

static int
close_all(void **state)
{
    curl_global_cleanup();
    return close_pki(state);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_a_connection_for_many_requests),
        cmocka_unit_test(reads_chunks_and_pieces),
        cmocka_unit_test(writes_the_fields_that_are_the_servers),
        cmocka_unit_test(answers_head_without_a_body),
        cmocka_unit_test(ends_http_1_0_unless_asked_to_stay),
        cmocka_unit_test(takes_a_body_up_to_the_limit_and_no_byte_more),
        cmocka_unit_test(says_continue_only_to_who_waits_for_it),
        cmocka_unit_test(answers_a_refusal_and_ends_the_connection),
        cmocka_unit_test(stands_the_fixed_list_of_raw_requests),
        cmocka_unit_test(survives_bytes_sent_while_an_answer_is_awaited),
        cmocka_unit_test(drops_slow_clients_while_good_ones_are_served),
        cmocka_unit_test(drops_who_never_shakes_hands_or_stays_idle),
        cmocka_unit_test(drops_who_does_not_take_the_answer),
        cmocka_unit_test(refuses_more_connections_than_an_address_may_have),
        cmocka_unit_test(refuses_more_connections_than_there_may_be),
        cmocka_unit_test(serves_on_when_file_descriptors_run_out),
        cmocka_unit_test(answers_from_another_thread),
        cmocka_unit_test(throws_away_an_answer_to_a_client_that_has_gone),
        cmocka_unit_test(answers_what_is_in_hand_before_it_stops),
        cmocka_unit_test(stops_without_the_answer_when_the_grace_is_over),
        cmocka_unit_test(stops_before_it_has_begun),
    };

    return cmocka_run_group_tests_name("edge/http", tests, open_all, close_all);
}

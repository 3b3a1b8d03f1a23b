/*
 * Notices against a mail relay and gateways that take, refuse or are not there.
 * Knows notice.h, the town's loans and two stubs of its own; must not measure time: the clock is moved.
 * Invariant: whatever is waited for is waited for in bounded steps, and missing it fails the test.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../src/edge/notice.h"
#include "../../src/edge/notice_adapter.h"
#include "../../src/edge/webhook.h"
#include "house.h"
#include "lending.h"

#define HOUR_MS INT64_C(3600000)
#define TAKEN_MAX 64
#define TEXT_SIZE 16384

/* What came in: of a mail all that stood before the lone full stop, of a request its body. */
static struct end {
    pthread_mutex_t lock;
    struct taken {
        char to[128], text[TEXT_SIZE], token[64];
        bool is_signed;
    } taken[TAKEN_MAX];
    size_t count;
    bool refuses;

    int relay, port; /* the mail relay's socket */
    _Atomic bool closing;
    pthread_t relay_thread, server_thread;
    struct http_server *server;
} end;

static struct office {
    struct world *world;
    struct writer *writer;
    struct notice_thread *notices[2];
    struct metrics metrics;
    struct key *key;
    const struct key *keys[1];
} office;

static _Atomic int64_t moved_ms;
static int64_t (*real_steady_ms)(void);

static int64_t
wall(void)
{
    return world_now_ms + moved_ms;
}

static int64_t
steady(void)
{
    return real_steady_ms() + moved_ms;
}

static void
copy(char *out, size_t size, struct slice s)
{
    size_t len = s.len < size ? s.len : size - 1;

    memcpy(out, s.at == NULL ? "" : s.at, len);
    out[len] = '\0';
}

/* ---- the mail relay ---------------------------------------------------------------------------------------------- */

static void
say(int fd, const char *line)
{
    if (write(fd, line, strlen(line)) < 0)
        return;
}

/* False where the other side has gone. */
static bool
hear(FILE *in, char *line, size_t size)
{
    return fgets(line, (int)size, in) != NULL;
}

static void
take_mail(FILE *in, struct taken *t)
{
    char line[1024];
    size_t len = 0;

    while (hear(in, line, sizeof line) && strcmp(line, ".\r\n") != 0) {
        if (len + strlen(line) < sizeof t->text) {
            memcpy(t->text + len, line, strlen(line));
            len += strlen(line);
        }
    }
    t->text[len] = '\0';
}

static void
converse(int fd)
{
    struct taken t = {.is_signed = false};
    char line[1024];
    FILE *in = fdopen(fd, "r");
    bool refuses;

    pthread_mutex_lock(&end.lock);
    refuses = end.refuses;
    pthread_mutex_unlock(&end.lock);
    say(fd, "220 relay.test\r\n");
    while (hear(in, line, sizeof line)) {
        if (strncmp(line, "RCPT TO:<", 9) == 0) {
            copy(t.to, sizeof t.to, (struct slice){line + 9, strcspn(line + 9, ">")});
            say(fd, refuses ? "451 later\r\n" : "250 ok\r\n");
        } else if (strncmp(line, "DATA", 4) == 0) {
            say(fd, "354 go on\r\n");
            take_mail(in, &t);
            pthread_mutex_lock(&end.lock);
            if (end.count < TAKEN_MAX)
                end.taken[end.count++] = t;
            pthread_mutex_unlock(&end.lock);
            say(fd, "250 taken\r\n");
        } else {
            say(fd, strncmp(line, "QUIT", 4) == 0 ? "221 bye\r\n" : "250 ok\r\n");
        }
    }
    fclose(in);
}

static void *
relay_run(void *unused)
{
    (void)unused;
    while (!end.closing) {
        int fd = accept(end.relay, NULL, NULL);

        if (fd >= 0)
            converse(fd);
    }
    return NULL;
}

static void
relay_open(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;

    end.relay = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(end.relay, (struct sockaddr *)&at, len), 0);
    assert_int_equal(listen(end.relay, 8), 0);
    assert_int_equal(getsockname(end.relay, (struct sockaddr *)&at, &len), 0);
    end.port = ntohs(at.sin_port);
    assert_int_equal(pthread_create(&end.relay_thread, NULL, relay_run, NULL), 0);
}

/* ---- the gateway ------------------------------------------------------------------------------------------------- */

static void
take(struct request *rq, void *context)
{
    struct webhook hook = {header_find(rq, "webhook-id"), header_find(rq, "webhook-timestamp"),
                           header_find(rq, "webhook-signature")};
    struct reply reply = {.status = 202};
    const struct json *body, *data;

    (void)context;
    pthread_mutex_lock(&end.lock);
    if (end.refuses) {
        reply.status = 503;
    } else if (end.count < TAKEN_MAX && json_parse(&body, rq->arena, rq->body) == V_OK) {
        struct taken *t = &end.taken[end.count++];

        data = json_find(body, S("data"));
        copy(t->to, sizeof t->to, json_text(data == NULL ? body : data, S("to")));
        copy(t->text, sizeof t->text, rq->body);
        copy(t->token, sizeof t->token, header_find(rq, "authorization"));
        t->is_signed = webhook_check(&hook, rq->arena, office.key, wall() / 1000, rq->body) == V_OK;
    }
    pthread_mutex_unlock(&end.lock);
    http_reply(rq, &reply);
}

static void *
server_run(void *server)
{
    http_run(server);
    return NULL;
}

static void
server_open(void)
{
    struct http_options o = {.address = "127.0.0.1", .limits = http_limits_default, .handler = take, .name_count = 1};

    o.names[0] = (struct http_name){.name = "first.test",
                                    .certificate_file = pki_file(&pki, "first", ".pem"),
                                    .key_file = pki_file(&pki, "first", ".key")};
    assert_int_equal(http_open(&end.server, &o), V_OK);
    assert_int_equal(pthread_create(&end.server_thread, NULL, server_run, end.server), 0);
}

/* ---- life -------------------------------------------------------------------------------------------------------- */

static int
open_office(void **state)
{
    struct writer_options o = {.queue_max = 1000, .metrics = &office.metrics, .origin = WORLD_ORIGIN};
    struct world *w;

    assert_int_equal(lending_setup(state), 0);
    w = *state;
    memset(&office, 0, sizeof office);
    memset(&end, 0, sizeof end);
    pthread_mutex_init(&end.lock, NULL);
    moved_ms = 0;
    real_steady_ms = the_clock.steady_ms;
    the_clock.wall_ms = wall;
    the_clock.steady_ms = steady;
    office.world = w;
    office.key = key_make(ALG_ED25519);
    office.keys[0] = office.key;
    metrics_init(&office.metrics);
    o.registry = w->registry;
    o.db_url = w->engine->url;
    o.vault = w->vault;
    o.log_key = w->log_key;
    assert_int_equal(writer_open(&office.writer, &o), V_OK);
    relay_open();
    server_open();
    return 0;
}

static int
close_office(void **state)
{
    for (size_t i = 0; i < COUNT(office.notices); i++)
        notice_close(office.notices[i]);
    writer_close(office.writer);
    end.closing = true;
    shutdown(end.relay, SHUT_RDWR);
    pthread_join(end.relay_thread, NULL);
    close(end.relay);
    http_stop(end.server, 500);
    pthread_join(end.server_thread, NULL);
    http_close(end.server);
    key_close(office.key);
    the_clock.steady_ms = real_steady_ms;
    return world_teardown(state);
}

static void
start(size_t number, const char *adapter)
{
    struct world *w = office.world;
    bool is_mail = strcmp(adapter, "mail") == 0;
    struct notice_thread_options o = {
        .registry = w->registry,
        .db_url = w->engine->url,
        .writer = office.writer,
        .account_load = account_record_load,
        .origin = "https://first.test",
        .keys = office.keys,
        .key_count = 1,
        .metrics = &office.metrics,
        .notice = {.adapter = adapter, .from = "ventured@office.test", .domain = "office.test", .secret = "T0ken",
                   .address = is_mail ? NULL : "127.0.0.1", .every_ms = 20, .retry_first_ms = 60000,
                   .retry_most_ms = 2 * HOUR_MS, .park_ms = 24 * HOUR_MS},
    };

    o.notice.ca_file = arena_copy(w->arena, slice_of(pki_file(&pki, "ca", ".pem"))).at;
    o.notice.url = is_mail ? arena_print(w->arena, "smtp://127.0.0.1:%d", end.port).at
                           : arena_print(w->arena, "https://first.test:%d/told", http_port(end.server)).at;
    assert_int_equal(notice_open(&office.notices[number], &o), V_OK);
}

static int64_t
count_of(const char *where)
{
    int64_t out = -1;

    assert_true(slice_to_int(&out, world_sql(office.world, "SELECT COUNT(*) FROM op_notice WHERE %s", where)));
    return out;
}

static void
wait_count(const char *where, int64_t wanted)
{
    for (int i = 0; i < 1500 && count_of(where) != wanted; i++)
        usleep(10000);
    assert_int_equal(count_of(where), wanted);
}

static size_t
came(void)
{
    size_t count;

    pthread_mutex_lock(&end.lock);
    count = end.count;
    pthread_mutex_unlock(&end.lock);
    return count;
}

static void
refuse(bool refuses)
{
    pthread_mutex_lock(&end.lock);
    end.refuses = refuses;
    pthread_mutex_unlock(&end.lock);
}

/* A limit on qualification, and that many loans that qian of 330602 has been late to qualify since March. */
static void
fill(struct world *w, size_t loans)
{
    lending_expect(w, CENTRE, "limit.set", "loan.step.qualification_workdays@330600", "2023-01-01",
                   "'from':'2023-01-01','source':'S17','confidence':'S','unit':'workday','number':7", V_OK);
    for (size_t i = 0; i < loans; i++)
        lending_loan(w, arena_print(w->arena, "L%zu", i).at, LOAN_CHECKING);
}

/* The text of a mail, its base64 read back. */
static const char *
mail_text(const struct taken *t)
{
    const char *body = strstr(t->text, "\r\n\r\n");
    struct buf joined = {.arena = office.world->arena};
    struct slice out;

    assert_non_null(body);
    for (body += 4; *body != '\0'; body++)
        if (*body != '\r' && *body != '\n')
            buf_add_char(&joined, *body);
    assert_true(base64_decode(&out, office.world->arena, buf_slice(&joined)));
    return arena_copy(office.world->arena, out).at;
}

/* ---- what it does ------------------------------------------------------------------------------------------------ */

static void
tells_by_mail_once_though_two_daemons_look(void **state)
{
    struct world *w = *state;
    const struct taken *t = &end.taken[0];

    fill(w, 2);
    start(0, "mail");
    start(1, "mail");
    wait_count("state = 'sent'", 2);
    usleep(300000);
    assert_int_equal(count_of("1 = 1"), 2);
    /* Both in one mail, or each in its own where a daemon was between them; none twice. */
    assert_true(came() == 1 || came() == 2);
    assert_string_equal(t->to, "qian@office.test");
    assert_non_null(strstr(t->text, "From: <ventured@office.test>\r\nTo: <qian@office.test>\r\nMessage-ID: <"));
    assert_non_null(strstr(t->text, "Date: Fri, 30 Jun 2023 02:00:00 +0000\r\n"));
    assert_non_null(strstr(mail_text(t), "资格认定 L0，期限 2023-03-14，已超期 https://first.test/v1/loans/L0\n"));
    assert_non_null(strstr(mail_text(t), "decide on the qualification L0, due 2023-03-14, late\n"));
    assert_int_equal(office.metrics.notices_sent, 2);
}

static void
tries_again_when_the_relay_is_back(void **state)
{
    struct world *w = *state;

    fill(w, 1);
    refuse(true);
    start(0, "mail");
    wait_count("state = 'waiting' AND tries = 1", 1);
    usleep(200000);
    assert_int_equal(count_of("tries = 1"), 1); /* it waits */
    moved_ms += 60000;
    wait_count("state = 'waiting' AND tries = 2", 1);
    refuse(false);
    moved_ms += 120000;
    wait_count("state = 'sent' AND tries = 3", 1);
    moved_ms += HOUR_MS;
    usleep(200000);
    assert_int_equal(came(), 1);
}

static void
gives_up_after_a_day(void **state)
{
    struct world *w = *state;

    fill(w, 1);
    refuse(true);
    start(0, "sms");
    wait_count("tries = 1", 1);
    moved_ms += 24 * HOUR_MS;
    wait_count("state = 'parked' AND tries = 2", 1);
    refuse(false);
    moved_ms += 24 * HOUR_MS;
    usleep(200000);
    assert_int_equal(came(), 0);
    assert_int_equal(office.metrics.notices_parked, 1);
}

static void
shows_twenty_and_counts_the_rest(void **state)
{
    struct world *w = *state;
    size_t shown = 0;

    fill(w, 23);
    start(0, "webhook");
    wait_count("state = 'sent'", 23);
    assert_int_equal(came(), 1);
    assert_true(end.taken[0].is_signed);
    assert_string_equal(end.taken[0].to, "qian");
    assert_non_null(strstr(end.taken[0].text, "\"more\":3,"));
    for (const char *at = end.taken[0].text; (at = strstr(at, "\"subject\":\"L")) != NULL; at++)
        shown++;
    assert_int_equal(shown, NOTICE_ITEMS_MAX);
}

static void
sends_a_gateway_its_token_and_no_signature(void **state)
{
    struct world *w = *state;

    fill(w, 1);
    start(0, "sms");
    wait_count("state = 'sent'", 1);
    assert_string_equal(end.taken[0].to, "qian");
    assert_string_equal(end.taken[0].token, "Bearer T0ken");
    assert_false(end.taken[0].is_signed);
}

/* 2023-06-30 is a Friday, and nobody has announced a calendar. */
static void
tells_whose_step_it_is_a_working_day_before_and_once_late(void **state)
{
    static const struct {
        const char *district, *since, *reason; /* seven working days later it is due */
    } cases[] = {
        {"330602", "2023-06-22", "due_soon"}, /* Monday, 3 July */
        {"330602", "2023-06-21", "due_soon"}, /* today */
        {"330602", "2023-06-23", NULL      }, /* Tuesday */
        {"330602", "2023-06-20", "overdue" }, /* yesterday */
        {"330603", "2023-06-20", NULL      }, /* nobody has that role there */
    };
    struct world *w = *state;

    fill(w, 0);
    for (size_t i = 0; i < COUNT(cases); i++)
        world_sql(w, "INSERT INTO step (type, subject, step, since, due, district, organisation) "
                     "VALUES ('loan', 'S%zu', 'qualify', '%s', '', '%s', '')", i, cases[i].since, cases[i].district);
    /* The clerk's, whom the town has not; and nobody's, for want of a day. */
    world_sql(w, "INSERT INTO step (type, subject, step, since, due, district, organisation) "
                 "VALUES ('loan', 'S-send', 'send', '2023-06-20', '2023-06-21', '330602', '')");
    world_sql(w, "INSERT INTO step (type, subject, step, since, due, district, organisation) "
                 "VALUES ('loan', 'S-queue', 'queue', '2023-06-20', '', '330602', '')");
    start(0, "none");
    wait_count("1 = 1", 3);
    usleep(200000);
    assert_int_equal(count_of("account = 'qian' AND state = 'parked'"), 3);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct slice got = world_sql(w, "SELECT reason FROM op_notice WHERE subject = 'S%zu'", i);

        if (cases[i].reason == NULL ? got.at != NULL : !slice_equal(got, slice_of(cases[i].reason)))
            fail_msg("case %zu: " SLICE_FMT, i, SLICE_ARG(got));
    }
    /* What was due soon becomes late: another notice, once. */
    moved_ms += 24 * HOUR_MS;
    wait_count("subject = 'S1' AND reason = 'overdue'", 1);
    assert_int_equal(count_of("subject = 'S1'"), 2);
    assert_int_equal(came(), 0);
}

/* An address that would begin another command or another reader never reaches the relay. */
static void
hands_over_no_address_that_is_more_than_one(void **state)
{
    static const char *const bad[] = {"", "qian", "@office.test", "qian@", "qian@office.test>\r\nRCPT TO:<x@y",
                                      "a b@office.test", "a@b<c", "钱@office.test"};
    struct world *w = *state;
    struct fetch *f = fetch_open(w->arena, &fetch_options_default);
    struct fetch_answer got;
    struct fetch_mail m = {.url = arena_print(w->arena, "smtp://127.0.0.1:%d", end.port).at, .message = S("x\r\n")};

    for (size_t i = 0; i < COUNT(bad); i++) {
        m.from = S("ventured@office.test");
        m.to = slice_of(bad[i]);
        assert_int_equal(fetch_mail(&got, f, w->arena, &m), FETCH_MISUSE);
        m.to = m.from;
        m.from = slice_of(bad[i]);
        assert_int_equal(fetch_mail(&got, f, w->arena, &m), FETCH_MISUSE);
    }
    /* Elsewhere than on this machine a relay must speak TLS, and ours does not. */
    m.from = m.to = S("ventured@office.test");
    m.url = arena_print(w->arena, "smtp://127.0.0.1.nip.test:%d", end.port).at;
    fetch_close(f);
    f = fetch_open(w->arena, &(struct fetch_options){.address = "127.0.0.1", .connect_ms = 2000, .total_ms = 5000,
                                                     .answer_bytes_max = 1000});
    assert_int_equal(fetch_mail(&got, f, w->arena, &m), FETCH_UNTRUSTED);
    fetch_close(f);
    assert_int_equal(came(), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_office, close_office)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(tells_by_mail_once_though_two_daemons_look),
        TEST(tries_again_when_the_relay_is_back),
        TEST(gives_up_after_a_day),
        TEST(shows_twenty_and_counts_the_rest),
        TEST(sends_a_gateway_its_token_and_no_signature),
        TEST(tells_whose_step_it_is_a_working_day_before_and_once_late),
        TEST(hands_over_no_address_that_is_more_than_one),
    };

    return cmocka_run_group_tests_name("edge/notice", tests, open_pki, close_pki);
}

/*
 * venture bank-sim: a bank that hears of applications and decides them, for demonstrations and trials.
 * Knows what a bank is told and which facts it answers with; must not know the registry's rules: it is a client.
 * Invariant: what it says follows from the event and the seed, ids and all, so an event that comes twice, before and
 * after a restart too, is answered by the same entries.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "answer.h"
#include "timed.h"
#include "venture_int.h"
#include "ventured/file.h"
#include "ventured/http.h"
#include "webhook.h"

#define QUEUE_MAX 4096
#define ID_SIZE 65 /* of a loan or an event, with its end */
#define KEY_TEXT_MAX ((size_t)256)
#define ANSWER_MAX ((size_t)1024 * 1024)
#define SCRATCH_SIZE ((size_t)32 << 20)
#define POLL_MS 1000
#define EVENTS_MAX 100
#define DAYS_A_MONTH 30
#define GRACE_MS 1000

static const struct option options[] = {
    {"listen",       "ADDRESS:PORT", NULL, "where deliveries come in; else events are pulled", "接收推送的地址；不填则主动拉取"},
    {"certificate",  "FILE", NULL,    "PEM of that address",                        "该地址的证书"          },
    {"tls-key",      "FILE", NULL,    "its private key, PEM",                       "该证书的私钥"          },
    {"delivery-key", "FILE", NULL,    "the registry's delivery.pub",                "登记簿的推送公钥"      },
    {"pace",         "MS",   "500",   "between one fact and the next",              "每笔登记之间的间隔毫秒"},
    {"seed",         "N",    "1",     "the same seed decides alike",                "随机种子"              },
    {"reject",       "N",    "10",    "how many of a hundred are rejected",         "拒贷比例（百分之）"    },
    {"rate-ppm",     "N",    "36500", "the yearly rate of what is approved",        "批准年利率（百万分之）"},
};
const struct option_group venture_bank_sim_options = {"bank-sim", options, COUNT(options)};

/* A loan that was sent to this bank, the event that said so, and the day it was recorded: the bank decides at once. */
struct sent {
    char event[ID_SIZE], loan[ID_SIZE];
    int32_t day;
};

struct sim {
    const struct words *words;
    struct talk talk;
    struct key *delivery_key; /* NULL: pulls */
    int64_t pace_ms, seed, reject, rate_ppm;
    pthread_mutex_t lock; /* of the queue and the server */
    struct http_server *server; /* while it listens */
    pthread_cond_t wake;
    struct sent queue[QUEUE_MAX];
    size_t first, count;
};

/* ---- the end ----------------------------------------------------------------------------------------------------- */

static atomic_bool ending;

static void
fill_signals(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGINT);
}

/* A thread of its own waits for the signal, so that it finds no other thread in the middle of anything. */
static void *
wait_signal(void *context)
{
    struct sim *s = context;
    sigset_t set;
    int got;

    fill_signals(&set);
    sigwait(&set, &got);
    pthread_mutex_lock(&s->lock);
    atomic_store(&ending, true);
    if (s->server != NULL)
        http_stop(s->server, GRACE_MS);
    pthread_cond_broadcast(&s->wake);
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

static void
pause_for(struct sim *s, int64_t wait_ms)
{
    int64_t until = the_clock.steady_ms() + wait_ms;

    pthread_mutex_lock(&s->lock);
    for (int64_t left = wait_ms; left > 0 && !atomic_load(&ending); left = until - the_clock.steady_ms())
        timed_wait(&s->wake, &s->lock, (int)(left < POLL_MS ? left : POLL_MS));
    pthread_mutex_unlock(&s->lock);
}

/* ---- the queue --------------------------------------------------------------------------------------------------- */

static bool
sent_set(char out[ID_SIZE], struct slice text)
{
    if (text.at == NULL || text.len == 0 || text.len >= ID_SIZE)
        return false;
    memcpy(out, text.at, text.len);
    out[text.len] = '\0';
    return true;
}

/* True where the event is of no concern here or has been put in the queue; false where the queue is full. */
static bool
hear(struct sim *s, const struct json *event)
{
    const struct json *data = json_find(event, S("data"));
    const struct json *entry = data != NULL && data->type == JSON_OBJECT ? json_find(data, S("entry")) : NULL;
    struct sent sent;
    int64_t at_ms;
    bool has_room;

    if (!slice_equal(json_text(event, S("type")), S("loan.sent")) || entry == NULL || entry->type != JSON_OBJECT)
        return true;
    if (!sent_set(sent.event, json_text(entry, S("id"))) || !sent_set(sent.loan, json_text(data, S("subject"))) ||
        !at_parse(&at_ms, json_text(event, S("timestamp"))))
        return true;
    sent.day = day_local(at_ms);
    pthread_mutex_lock(&s->lock);
    has_room = s->count < QUEUE_MAX;
    if (has_room)
        s->queue[(s->first + s->count++) % QUEUE_MAX] = sent;
    pthread_cond_broadcast(&s->wake);
    pthread_mutex_unlock(&s->lock);
    return has_room;
}

/* False once the end has come; what is still in the queue then is pulled at the next start. */
static bool
next(struct sent *out, struct sim *s)
{
    bool is_there;

    pthread_mutex_lock(&s->lock);
    while (s->count == 0 && !atomic_load(&ending))
        timed_wait(&s->wake, &s->lock, POLL_MS);
    is_there = s->count > 0 && !atomic_load(&ending);
    if (is_there) {
        *out = s->queue[s->first];
        s->first = (s->first + 1) % QUEUE_MAX;
        s->count--;
    }
    pthread_mutex_unlock(&s->lock);
    return is_there;
}

/* ---- deciding ---------------------------------------------------------------------------------------------------- */

/* What it needs to know of a loan to decide it. */
struct dossier {
    struct slice loan, state;
    int64_t amount, term_months, rate_ppm;
    int32_t day;
};

typedef void fields_fn(struct buf *b, const struct dossier *d);

static void
add_nothing(struct buf *b, const struct dossier *d)
{
    (void)b;
    (void)d;
}

static void
add_reason(struct buf *b, const struct dossier *d)
{
    (void)d;
    buf_add(b, S(",\"reason\":\"ability_to_repay\""));
}

static void
add_terms(struct buf *b, const struct dossier *d)
{
    buf_print(b, ",\"amount\":%lld,\"rate_ppm\":%lld,\"term_months\":%lld", (long long)d->amount,
              (long long)d->rate_ppm, (long long)d->term_months);
}

static void
add_contract(struct buf *b, const struct dossier *d)
{
    char due[DAY_TEXT_SIZE];

    day_print(due, d->day + (int32_t)d->term_months * DAYS_A_MONTH);
    add_terms(b, d);
    buf_print(b, ",\"due\":\"%s\",\"contract_no\":\"SIM-" SLICE_FMT "\"", due, SLICE_ARG(d->loan));
}

static void
add_payment(struct buf *b, const struct dossier *d)
{
    buf_print(b, ",\"amount\":%lld,\"voucher_no\":\"SIM-" SLICE_FMT "-1\"", (long long)d->amount, SLICE_ARG(d->loan));
}

/* What a bank does next with a loan in a state. */
struct step {
    const char *state, *kind;
    fields_fn *fields;
};
static const struct step granted[] = {
    {"sent",          "loan.accepted",   add_nothing },
    {"investigating", "loan.approved",   add_terms   },
    {"approved",      "loan.contracted", add_contract},
    {"contracted",    "loan.disbursed",  add_payment },
    {NULL,            NULL,              NULL        },
};
static const struct step rejected[] = {
    {"sent",          "loan.accepted", add_nothing},
    {"investigating", "loan.rejected", add_reason },
    {NULL,            NULL,            NULL       },
};

static const struct step *
decide(const struct sim *s, struct arena *a, const struct sent *sent)
{
    struct slice text = arena_print(a, "%lld %s", (long long)s->seed, sent->event);
    struct hash h = sha256_one(text);

    return (h.at[0] << 8 | h.at[1]) % 100 < s->reject ? rejected : granted;
}

static bool
read_int(int64_t *out, const struct json *object, const char *name)
{
    const struct json *member = json_find(object, slice_of(name));

    if (member == NULL || member->type != JSON_INT)
        return false;
    *out = member->number;
    return true;
}

/* False, and told, where the registry does not show the loan. */
static bool
dossier_read(struct dossier *out, struct sim *s, struct arena *a, const struct sent *sent)
{
    struct client_call call = {.method = "GET", .target = arena_print(a, "/v1/loans/%s", sent->loan)};
    struct fetch_answer answer;
    enum fetch_end end = client_perform(&answer, &s->talk.client, a, &call);
    const struct json *tree = end == FETCH_DONE && answer.status == 200 ? answer_json(a, &answer) : NULL;
    const struct json *view = tree == NULL || tree->type != JSON_OBJECT ? NULL : json_find(tree, S("view"));

    *out = (struct dossier){.loan = slice_of(sent->loan), .rate_ppm = s->rate_ppm, .day = sent->day};
    if (view != NULL)
        out->state = json_text(tree, S("state"));
    if (view != NULL && view->type == JSON_OBJECT && read_int(&out->amount, view, "asked") &&
        read_int(&out->term_months, view, "term_asked"))
        return true;
    if (end == FETCH_DONE && answer.status == 404)
        printf("%s: another bank's by now (已转他行)\n", sent->loan);
    else
        fprintf(stderr, "%s: %d %s\n", sent->loan, answer.status, fetch_row(end)->name);
    return false;
}

/* True where the registry took the fact. */
static bool
say(struct sim *s, struct arena *a, const struct sent *sent, const struct step *step, const struct dossier *d)
{
    const struct slice parts[] = {slice_of(sent->event), slice_of(step->kind)};
    struct client_call call = {.method = "POST", .target = arena_print(a, "/v1/entries/%s", step->kind),
                               .id = uuid8_of(a, parts, COUNT(parts))};
    struct buf body = {.arena = a}, line = {.arena = a};
    char day[DAY_TEXT_SIZE];
    struct fetch_answer answer;
    enum fetch_end end;

    day_print(day, d->day);
    buf_print(&body, "{\"subject\":\"%s\",\"on\":\"%s\"", sent->loan, day);
    step->fields(&body, d);
    buf_add_char(&body, '}');
    call.body = buf_slice(&body);
    end = client_perform(&answer, &s->talk.client, a, &call);
    if (end != FETCH_DONE)
        answer_failure(&line, end, &answer);
    else if (!answer_accepted(answer.status))
        answer_problem(&line, answer.status, answer_json(a, &answer), NULL, NULL);
    else
        buf_print(&line, "%s %s %d\n", sent->loan, step->kind, answer.status);
    venture_print(buf_slice(&line));
    fflush(stdout);
    return end == FETCH_DONE && answer_accepted(answer.status);
}

static void
work(struct sim *s, struct arena *a, const struct sent *sent)
{
    const struct step *step;
    struct dossier d;

    if (!dossier_read(&d, s, a, sent))
        return;
    step = decide(s, a, sent);
    while (step->kind != NULL && !slice_equal(d.state, slice_of(step->state)))
        step++; /* done before, or no longer this bank's to do */
    for (; step->kind != NULL; step++) {
        pause_for(s, s->pace_ms);
        if (atomic_load(&ending) || !say(s, a, sent, step, &d))
            return;
    }
}

static void *
run_teller(void *context)
{
    struct sim *s = context;
    struct arena *a = arena_open(SCRATCH_SIZE);
    struct sent sent;

    while (next(&sent, s)) {
        arena_reset(a);
        work(s, a, &sent);
    }
    arena_close(a);
    return NULL;
}

/* ---- hearing ----------------------------------------------------------------------------------------------------- */

/* Goes on after the last event that was put in the queue. True where there is more to ask for at once. */
static bool
pull(struct sim *s, struct arena *a, int64_t *after)
{
    struct client_call call = {.method = "GET"};
    struct fetch_answer answer;
    const struct json *list;

    call.target = arena_print(a, "/v1/events?after=%lld&limit=%d", (long long)*after, EVENTS_MAX);
    if (client_perform(&answer, &s->talk.client, a, &call) != FETCH_DONE || answer.status != 200)
        return false;
    list = answer_json(a, &answer);
    if (list == NULL || list->type != JSON_LIST)
        return false;
    for (const struct json *event = list->first; event != NULL && event->type == JSON_OBJECT; event = event->next) {
        const struct json *data = json_find(event, S("data"));
        const struct json *entry = data != NULL && data->type == JSON_OBJECT ? json_find(data, S("entry")) : NULL;

        if (!hear(s, event) || entry == NULL || !read_int(after, entry, "seq"))
            return true;
    }
    return list->count == EVENTS_MAX;
}

/* All there is after that event, however long the queue takes to hold it. */
static void
catch_up(struct sim *s, int64_t *after)
{
    struct arena *a = arena_open(SCRATCH_SIZE);

    while (!atomic_load(&ending) && pull(s, a, after)) {
        arena_reset(a);
        pause_for(s, POLL_MS / 10);
    }
    arena_close(a);
}

static enum command_end
pull_from(struct sim *s)
{
    int64_t after = 0;

    printf("pulling\n");
    fflush(stdout);
    while (!atomic_load(&ending)) {
        catch_up(s, &after);
        pause_for(s, POLL_MS);
    }
    return COMMAND_DONE;
}

static int
take(struct sim *s, struct request *rq)
{
    const struct webhook hook = {header_find(rq, "webhook-id"), header_find(rq, "webhook-timestamp"),
                                 header_find(rq, "webhook-signature")};
    const struct json *event;

    if (!slice_equal(rq->method, S("POST")))
        return 405;
    if (webhook_check(&hook, rq->arena, s->delivery_key, the_clock.wall_ms() / 1000, rq->body) != V_OK)
        return 401;
    if (json_parse(&event, rq->arena, rq->body) != V_OK || event->type != JSON_OBJECT)
        return 400;
    return hear(s, event) ? 204 : 503;
}

static void
handle(struct request *rq, void *context)
{
    http_reply(rq, &(struct reply){.status = take(context, rq)});
}

static void
set_server(struct sim *s, struct http_server *server)
{
    pthread_mutex_lock(&s->lock);
    s->server = server;
    pthread_mutex_unlock(&s->lock);
}

static enum command_end
listen_to(struct sim *s)
{
    const struct words *w = s->words;
    struct http_options o = {.limits = http_limits_default, .handler = handle, .context = s, .name_count = 1};
    struct slice port, address = slice_cut(&port, words_get(w, "listen"), ':');
    struct http_server *server;
    int64_t number, after = 0;

    if (port.at == NULL || !slice_to_int(&number, port) || number < 0 || number > 65535)
        return command_misuse(w, "--listen: ADDRESS:PORT");
    o.address = arena_copy(w->arena, address).at;
    o.port = (int)number;
    o.names[0] = (struct http_name){.name = "localhost", .certificate_file = words_text(w, "certificate"),
                                    .key_file = words_text(w, "tls-key")};
    if (http_open(&server, &o) != V_OK)
        return command_refused(w, "not listening: see the log (无法监听，详见日志)");
    set_server(s, server);
    printf("listening %d\n", http_port(server));
    fflush(stdout);
    catch_up(s, &after); /* what was heard of and not decided when it ended last */
    if (!atomic_load(&ending))
        http_run(server);
    set_server(s, NULL);
    http_close(server);
    return COMMAND_DONE;
}

/* ---- the command ------------------------------------------------------------------------------------------------- */

static enum command_end
read_delivery_key(struct sim *s)
{
    static const char *const needed[] = {"certificate", "tls-key", "delivery-key"};
    const struct words *w = s->words;
    struct slice text, rest;
    enum command_end end;

    if (words_text(w, "listen") == NULL)
        return COMMAND_DONE;
    for (size_t i = 0; i < COUNT(needed); i++)
        if (words_text(w, needed[i]) == NULL)
            return command_misuse(w, "--%s: needed with --listen (与 --listen 同用时必填)", needed[i]);
    end = venture_read(&text, w, words_text(w, "delivery-key"), KEY_TEXT_MAX);
    if (end != COMMAND_DONE)
        return end;
    s->delivery_key = webhook_key_read(w->arena, slice_cut(&rest, text, '\n'));
    if (s->delivery_key == NULL)
        return command_misuse(w, "--delivery-key: not a delivery.pub (不是推送公钥)");
    return COMMAND_DONE;
}

static enum command_end
read_options(struct sim *s)
{
    const struct words *w = s->words;

    if (!words_number(&s->pace_ms, w, "pace", 0, 600000) || !words_number(&s->seed, w, "seed", 0, INT64_MAX) ||
        !words_number(&s->reject, w, "reject", 0, 100) || !words_number(&s->rate_ppm, w, "rate-ppm", 0, 1000000))
        return COMMAND_MISUSE;
    return read_delivery_key(s);
}

/* However it ends, the thread that waits for a signal gets one. */
static enum command_end
run(struct sim *s)
{
    pthread_t signals, teller;
    enum command_end got;
    sigset_t set;

    fill_signals(&set);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    if (pthread_create(&signals, NULL, wait_signal, s) != 0)
        return command_refused(s->words, "no thread (无法创建线程)");
    if (pthread_create(&teller, NULL, run_teller, s) == 0) {
        got = s->delivery_key != NULL ? listen_to(s) : pull_from(s);
        pthread_kill(signals, SIGINT);
        pthread_join(teller, NULL);
    } else {
        got = command_refused(s->words, "no thread (无法创建线程)");
        pthread_kill(signals, SIGINT);
    }
    pthread_join(signals, NULL);
    return got;
}

enum command_end
venture_bank_sim(const struct words *w)
{
    struct sim *s = NEW(w->arena, struct sim);
    enum command_end got;

    *s = (struct sim){.words = w};
    pthread_mutex_init(&s->lock, NULL);
    timed_init(&s->wake);
    got = read_options(s);
    if (got == COMMAND_DONE)
        got = talk_open(&s->talk, w, ANSWER_MAX);
    if (got != COMMAND_DONE)
        return got;
    got = run(s);
    talk_close(&s->talk);
    key_close(s->delivery_key);
    return got;
}

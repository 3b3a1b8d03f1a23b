/*
 * ventured serve: the registry on a port, until a signal ends it.
 * Knows signals, options and the order of opening and closing; must not know what is served.
 * Invariant: the port opens last and closes first: whoever is answered is answered by a registry that is whole.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "policy.h"
#include "site.h"
#include "ventured/edge.h"
#include "ventured/file.h"
#include "ventured/roof.h"

/* How long requests in hand may take once the end was asked for. */
#define GRACE_MS 10000
#define PORT_MAX 65535
#define SECRET_FILE_MAX ((size_t)4096)

static const struct option options[] = {
    {"listen",           "ADDRESS:PORT", "127.0.0.1:8443",         "where to listen; port 0 is any", "监听地址"      },
    {"origin",           "URL",          "https://localhost:8443", "what people reach it by",        "对外地址"      },
    {"certificate",      "FILE",         NULL, "PEM, with its chain (DIR/tls/server.pem)",           "服务器证书"    },
    {"key",              "FILE",         NULL, "PEM (DIR/tls/server.key)",                           "服务器私钥"    },
    {"bank-origin",      "URL",          NULL, "what machines reach it by, with certificates", "银行专用地址"},
    {"bank-certificate", "FILE",         NULL, "PEM of that name",                                   "银行地址证书"  },
    {"bank-key",         "FILE",         NULL, "PEM of that name",                                   "银行地址私钥"  },
    {"client-ca",        "FILE",         NULL, "who has signed clients' certificates",               "客户端证书机构"},
    {"window",           "SECONDS",      "300", "how far a signature's time may be off",             "签名时间容差"  },
    {"workers",          "N",            "2",  "threads that verify and read",                       "工作线程数"    },
    {"delivery-ca",      "FILE",         NULL, "whom to trust of those told of events (the machine's)", "推送信任的证书机构"},
    {"delivery-retry",   "SECONDS",      "5",  "the first wait after a delivery failed",             "推送首次重试间隔"},
    {"delivery-park",    "SECONDS",      "259200", "when a delivery that keeps failing is parked",   "推送失败停放时限"},
    {"clock",            "yes|no",       "yes",  "whether to post what time makes true, such as expiry", "自动登记到期事项"},
    {"notice-adapter",   "NAME",         "none", "how people are told: none, mail, sms, webhook",     "提醒方式"      },
    {"notice-url",       "URL",          NULL,   "smtp[s]://relay, or https://gateway",               "提醒服务地址"  },
    {"notice-from",      "ADDRESS",      NULL,   "who writes the mails",                              "发件地址"      },
    {"notice-domain",    "NAME",         NULL,   "of mail addresses: login@NAME",                     "收件域名"      },
    {"notice-user",      "NAME",         NULL,   "who logs in at the relay",                          "邮件服务账号"  },
    {"notice-secret",    "FILE",         NULL,   "the relay's password, the gateway's bearer token",  "提醒服务密钥文件"},
    {"notice-ca",        "FILE",         NULL,   "whom to trust of relay or gateway (the machine's)", "提醒服务信任的机构"},
};
const struct option_group roof_serve_options = {"server", options, COUNT(options)};

/* ---- what was asked for ------------------------------------------------------------------------------------ */

static enum command_end
read_listen(struct http_options *o, const struct words *w)
{
    struct slice text = words_get(w, "listen");
    size_t colon = text.len;
    int64_t port;

    while (colon > 0 && text.at[colon - 1] != ':')
        colon--;
    if (colon < 2 || !slice_to_int(&port, slice_sub(text, colon, text.len)) || port < 0 || port > PORT_MAX)
        return command_misuse(w, "--listen: ADDRESS:PORT");
    text.len = colon - 1;
    if (text.at[0] == '[' && text.at[text.len - 1] == ']')
        text = slice_sub(text, 1, text.len - 2);
    o->address = arena_copy(w->arena, text).at;
    o->port = (int)port;
    return COMMAND_DONE;
}

/* "https://name:port" gives the name. */
static enum command_end
server_name(const char **out, const struct words *w, const char *option)
{
    struct slice rest, origin = words_get(w, option);

    if (!slice_starts(origin, S("https://")) || origin.at[origin.len - 1] == '/')
        return command_misuse(w, "--%s: https://name[:port]", option);
    origin = slice_cut(&rest, slice_sub(origin, sizeof "https://" - 1, origin.len), ':');
    *out = arena_copy(w->arena, origin).at;
    return COMMAND_DONE;
}

static const char *
file_or(const struct words *w, const char *option, const char *standard)
{
    return words_text(w, option) != NULL ? words_text(w, option) : site_file(w, standard);
}

static enum command_end
read_names(struct http_options *http, struct edge_options *edge, const struct words *w)
{
    struct http_name *n = http->names;
    enum command_end end = server_name(&n[0].name, w, "origin");

    if (end != COMMAND_DONE)
        return end;
    n[0].certificate_file = file_or(w, "certificate", "tls/server.pem");
    n[0].key_file = file_or(w, "key", "tls/server.key");
    edge->names[0] = (struct edge_name){n[0].name, words_text(w, "origin")};
    edge->name_count = http->name_count = 1;
    if (words_text(w, "bank-origin") == NULL)
        return COMMAND_DONE;
    end = server_name(&n[1].name, w, "bank-origin");
    if (end != COMMAND_DONE)
        return end;
    n[1].certificate_file = file_or(w, "bank-certificate", "tls/bank.pem");
    n[1].key_file = file_or(w, "bank-key", "tls/bank.key");
    n[1].client_ca_file = file_or(w, "client-ca", "tls/ca.pem");
    edge->names[1] = (struct edge_name){n[1].name, words_text(w, "bank-origin")};
    edge->name_count = http->name_count = 2;
    return COMMAND_DONE;
}

/* The plan's table as it is in one moment of the database. */
static enum verdict
totals(struct slice *out, struct db *db, struct arena *a, const struct actor *who, int year, int32_t as_of,
       int64_t known_seq)
{
    struct buf b = {.arena = a};
    struct plan_table t;
    enum verdict got;

    (void)who; /* the plan is every reader's */
    TRY(db_snapshot(db));
    got = plan_table(&t, &the_registry, db, a, year, as_of, known_seq);
    db_snapshot_end(db);
    TRY(got);
    plan_table_json(&b, &t);
    *out = buf_slice(&b);
    return V_OK;
}

static enum verdict
institutions(struct slice *out, struct db *db, struct arena *a, const struct scope *reader, int year, int32_t as_of,
             int64_t known_seq)
{
    struct buf b = {.arena = a};
    struct institution_table t;
    enum verdict got;

    TRY(db_snapshot(db));
    got = institution_table(&t, &the_registry, db, a, reader, year, as_of, known_seq);
    db_snapshot_end(db);
    TRY(got);
    institution_table_json(&b, &t);
    *out = buf_slice(&b);
    return V_OK;
}

static enum verdict
guarantees(struct slice *out, struct db *db, struct arena *a, const struct scope *reader, int year, int32_t as_of,
           int64_t known_seq)
{
    struct buf b = {.arena = a};
    struct guarantee_table t;
    enum verdict got;

    (void)year;
    TRY(db_snapshot(db));
    got = guarantee_table(&t, db, a, reader, as_of, known_seq);
    db_snapshot_end(db);
    TRY(got);
    guarantee_table_json(&b, &t);
    *out = buf_slice(&b);
    return V_OK;
}

static enum command_end
read_delivery(struct delivery_options *out, const struct words *w)
{
    int64_t retry_s, park_s;

    if (!words_number(&retry_s, w, "delivery-retry", 1, 3600) ||
        !words_number(&park_s, w, "delivery-park", 1, 30 * 86400))
        return COMMAND_MISUSE;
    out->endpoint_find = endpoint_record_load;
    out->ca_file = words_text(w, "delivery-ca");
    out->retry_first_ms = retry_s * 1000;
    out->park_ms = park_s * 1000;
    return COMMAND_DONE;
}

static enum command_end
read_clock(struct clock_options *out, const struct words *w)
{
    struct slice word = words_get(w, "clock");

    if (!slice_equal(word, S("yes")) && !slice_equal(word, S("no")))
        return command_misuse(w, "--clock: yes, no");
    out->facts = slice_equal(word, S("yes")) ? clock_facts : NULL;
    return COMMAND_DONE;
}

/* The first line of the file. */
static enum command_end
read_secret(const char **out, const struct words *w)
{
    const char *file = words_text(w, "notice-secret");
    struct slice text, rest;

    if (file == NULL)
        return COMMAND_DONE;
    if (!file_read(&text, w->arena, file, SECRET_FILE_MAX))
        return command_refused(w, "--notice-secret %s: %s", file, strerror(errno));
    *out = arena_copy(w->arena, slice_cut(&rest, text, '\n')).at;
    return COMMAND_DONE;
}

static enum command_end
read_notice(struct notice_options *out, const struct words *w)
{
    struct slice adapter = words_get(w, "notice-adapter");
    bool is_mail = slice_equal(adapter, S("mail"));

    out->adapter = words_text(w, "notice-adapter");
    out->url = words_text(w, "notice-url");
    out->from = words_text(w, "notice-from");
    out->domain = words_text(w, "notice-domain");
    out->user = words_text(w, "notice-user");
    out->ca_file = words_text(w, "notice-ca");
    if (!notice_adapter_known(adapter))
        return command_misuse(w, "--notice-adapter: none, mail, sms, webhook");
    if (out->url == NULL && !slice_equal(adapter, S("none")))
        return command_misuse(w, "--notice-url: needed by this adapter (该方式须填写地址)");
    if (is_mail && (out->from == NULL || out->domain == NULL))
        return command_misuse(w, "--notice-from, --notice-domain: needed by mail (邮件须填写发件地址和域名)");
    if (out->user != NULL && words_text(w, "notice-secret") == NULL)
        return command_misuse(w, "--notice-secret: needed with --notice-user (须提供密钥文件)");
    return read_secret(&out->secret, w);
}

static enum command_end
read_options(struct http_options *http, struct edge_options *edge, const struct words *w)
{
    int64_t workers;
    enum command_end end = read_listen(http, w);

    if (end == COMMAND_DONE)
        end = read_names(http, edge, w);
    if (end != COMMAND_DONE)
        return end;
    if (!words_number(&edge->signature_window_s, w, "window", 10, 3600) || !words_number(&workers, w, "workers", 1, 16))
        return COMMAND_MISUSE;
    edge->worker_count = (int)workers;
    edge->registry = &the_registry;
    edge->views = entry_views;
    edge->openapi = (struct slice){entry_openapi, entry_openapi_size};
    edge->key_find = key_record_load;
    edge->totals = totals;
    edge->institutions = institutions;
    edge->guarantees = guarantees;
    end = read_clock(&edge->clock, w);
    if (end == COMMAND_DONE)
        end = read_notice(&edge->notice, w);
    return end == COMMAND_DONE ? read_delivery(&edge->delivery, w) : end;
}

/* ---- signals ----------------------------------------------------------------------------------------------- */

static void
fill_signals(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGHUP);
}

/* A thread of its own waits for signals, so that none of them finds another thread in the middle of anything. */
static void *
wait_signals(void *context)
{
    struct http_server *server = context;
    sigset_t set;
    int got = 0;

    fill_signals(&set);
    while (sigwait(&set, &got) == 0 && got == SIGHUP)
        log_write(LOG_INFO, "reload", "verdict=%s", verdict_row(http_reload(server))->name);
    log_write(LOG_INFO, "stopping", "signal=%d", got);
    http_stop(server, GRACE_MS);
    return NULL;
}

/* ---- serving ----------------------------------------------------------------------------------------------- */

/* Takes the edge and closes it, whatever comes. */
static enum command_end
serve(const struct words *w, const struct http_options *o, struct edge *edge)
{
    struct http_server *server;
    pthread_t signals;

    if (http_open(&server, o) != V_OK) {
        edge_close(edge);
        return command_refused(w, "not listening: see the log (无法监听，详见日志)");
    }
    edge_watch(edge, server);
    if (pthread_create(&signals, NULL, wait_signals, server) != 0) {
        edge_close(edge);
        http_close(server);
        return command_refused(w, "no thread for signals (无法创建线程)");
    }
    printf("listening %d\n", http_port(server));
    fflush(stdout);
    http_run(server);
    pthread_join(signals, NULL);
    edge_close(edge);
    http_close(server);
    return COMMAND_DONE;
}

static enum command_end
open_and_serve(const struct words *w, struct http_options *http, struct edge_options *o, const struct site *s)
{
    struct edge *edge;
    enum verdict got;

    o->db_url = s->db_url;
    o->vault = s->vault;
    o->log_key = s->log_key;
    o->log_origin = s->log_origin;
    o->data_dir = s->dir;
    o->delivery.keys = (const struct key *const *)s->delivery_keys;
    o->delivery.key_count = s->delivery_key_count;
    got = edge_open(&edge, o);
    if (got != V_OK)
        return command_refused(w, "%s (%s)", verdict_row(got)->en, verdict_row(got)->zh);
    http->context = edge;
    return serve(w, http, edge);
}

enum command_end
roof_serve(const struct words *w)
{
    struct http_options http = {.limits = http_limits_default, .handler = edge_handle};
    struct edge_options edge = edge_options_default;
    struct people people;
    struct site s;
    sigset_t set;
    enum command_end end = read_options(&http, &edge, w);

    if (end == COMMAND_DONE)
        end = site_open(&s, w);
    if (end != COMMAND_DONE)
        return end;
    fill_signals(&set);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    end = site_people(&people, &s, w);
    edge.people = &people;
    if (end == COMMAND_DONE)
        end = open_and_serve(w, &http, &edge, &s);
    site_close(&s);
    return end;
}

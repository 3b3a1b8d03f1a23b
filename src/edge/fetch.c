/*
 * HTTPS requests through libcurl.
 * Knows libcurl's options and error codes; must not know what is asked or answered.
 * Invariant: options are set anew for every request; only the connections outlive it.
 */
#include <curl/curl.h>
#include <pthread.h>
#include <string.h>

#include "fetch.h"
#include "gate.h"

#define HEADER_BYTES_MAX ((size_t)32 * 1024)

const struct fetch_options fetch_options_default = {
    .connect_ms = 5000, .total_ms = 30000, .answer_bytes_max = (size_t)64 * 1024};

static const struct fetch_row rows[FETCH__COUNT] = {
  /* in the order of enum fetch_end */
    {"done",        false, "answered",                                        "已应答"                  },
    {"misuse",      false, "the address, a header or a file for it is wrong", "地址、请求头或证书文件有误"},
    {"unreachable", true,  "the server cannot be reached",                    "无法连接服务器"           },
    {"timed_out",   true,  "the server did not answer in time",               "服务器应答超时"           },
    {"untrusted",   false, "the server's certificate is not to be trusted",   "服务器证书不可信"         },
    {"too_large",   false, "the answer is longer than the limit",             "应答超过长度上限"         },
    {"broken",      false, "what came is not an HTTP answer",                 "应答不是合法的 HTTP"      },
};

/* What is not named here is FETCH_BROKEN. */
static const struct {
    CURLcode code;
    enum fetch_end end;
} ends[] = {
    {CURLE_OK,                       FETCH_DONE       },
    {CURLE_UNSUPPORTED_PROTOCOL,     FETCH_MISUSE     },
    {CURLE_URL_MALFORMAT,            FETCH_MISUSE     },
    {CURLE_SSL_CERTPROBLEM,          FETCH_MISUSE     },
    {CURLE_LOGIN_DENIED,             FETCH_MISUSE     },
    {CURLE_SSL_CACERT_BADFILE,       FETCH_MISUSE     },
    {CURLE_COULDNT_RESOLVE_HOST,     FETCH_UNREACHABLE},
    {CURLE_COULDNT_CONNECT,          FETCH_UNREACHABLE},
    {CURLE_SSL_CONNECT_ERROR,        FETCH_UNREACHABLE},
    {CURLE_USE_SSL_FAILED,           FETCH_UNTRUSTED  },
    {CURLE_GOT_NOTHING,              FETCH_UNREACHABLE},
    {CURLE_SEND_ERROR,               FETCH_UNREACHABLE},
    {CURLE_RECV_ERROR,               FETCH_UNREACHABLE},
    {CURLE_PARTIAL_FILE,             FETCH_UNREACHABLE},
    {CURLE_ABORTED_BY_CALLBACK,      FETCH_UNREACHABLE},
    {CURLE_OPERATION_TIMEDOUT,       FETCH_TIMED_OUT  },
    {CURLE_PEER_FAILED_VERIFICATION, FETCH_UNTRUSTED  },
    {CURLE_SSL_ISSUER_ERROR,         FETCH_UNTRUSTED  },
    {CURLE_WRITE_ERROR,              FETCH_TOO_LARGE  },
    {CURLE_FILESIZE_EXCEEDED,        FETCH_TOO_LARGE  },
};

struct fetch {
    CURL *curl;
    struct curl_slist *connect_to; /* NULL where names are resolved */
    struct fetch_options options;
};

/* One answer while it comes in. */
struct incoming {
    struct buf body;
    size_t header_bytes, body_bytes_max;
};

const struct fetch_row *
fetch_row(enum fetch_end e)
{
    assert(e >= 0);
    assert(e < FETCH__COUNT);
    return &rows[e];
}

static enum fetch_end
end_of(CURLcode code)
{
    for (size_t i = 0; i < COUNT(ends); i++)
        if (ends[i].code == code)
            return ends[i].end;
    return FETCH_BROKEN;
}

/* ---- handles ----------------------------------------------------------------------------------------------------- */

static pthread_once_t library_once = PTHREAD_ONCE_INIT;

static void
library_open(void)
{
    CURLcode got = curl_global_init(CURL_GLOBAL_DEFAULT);

    assert(got == CURLE_OK);
}

struct fetch *
fetch_open(struct arena *a, const struct fetch_options *o)
{
    struct fetch *f = NEW(a, struct fetch);

    pthread_once(&library_once, library_open);
    f->options = *o;
    f->curl = curl_easy_init();
    assert(f->curl != NULL);
    if (o->address != NULL)
        f->connect_to = curl_slist_append(NULL, arena_print(a, "::%s:", o->address).at);
    return f;
}

void
fetch_close(struct fetch *f)
{
    if (f == NULL)
        return;
    curl_easy_cleanup(f->curl);
    curl_slist_free_all(f->connect_to);
}

/* ---- one request ------------------------------------------------------------------------------------------------- */

/* libcurl takes any other count than it gave for an order to stop. */
static size_t
take_header(char *at, size_t size, size_t count, void *context)
{
    struct incoming *in = context;

    (void)at;
    in->header_bytes += size * count;
    return in->header_bytes <= HEADER_BYTES_MAX ? size * count : 0;
}

static size_t
take_body(char *at, size_t size, size_t count, void *context)
{
    struct incoming *in = context;

    if (size * count > in->body_bytes_max - in->body.len)
        return 0;
    buf_add(&in->body, (struct slice){at, size * count});
    return size * count;
}

static int
has_to_stop(void *context, curl_off_t down_all, curl_off_t down, curl_off_t up_all, curl_off_t up)
{
    const _Atomic bool *stop = context;

    (void)down_all, (void)down, (void)up_all, (void)up;
    return *stop;
}

static void
set_limits(CURL *c, const struct fetch_options *o)
{
    curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)o->connect_ms);
    curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)o->total_ms);
    curl_easy_setopt(c, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)o->answer_bytes_max);
    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L); /* other threads run beside this one */
    curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "https");
    curl_easy_setopt(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    if (o->stop != NULL) {
        curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, has_to_stop);
        curl_easy_setopt(c, CURLOPT_XFERINFODATA, (void *)(uintptr_t)o->stop);
        curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
    }
    curl_easy_setopt(c, CURLOPT_PROXY, ""); /* the environment must not say where signed requests go */
}

static void
set_trust(CURL *c, const struct fetch *f)
{
    const struct fetch_options *o = &f->options;

    curl_easy_setopt(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L);
    if (o->ca_file != NULL) {
        curl_easy_setopt(c, CURLOPT_CAINFO, o->ca_file);
        curl_easy_setopt(c, CURLOPT_CAPATH, NULL); /* else the machine's authorities would count beside it */
    }
    if (o->certificate_file != NULL)
        curl_easy_setopt(c, CURLOPT_SSLCERT, o->certificate_file);
    if (o->key_file != NULL)
        curl_easy_setopt(c, CURLOPT_SSLKEY, o->key_file);
    if (f->connect_to != NULL)
        curl_easy_setopt(c, CURLOPT_CONNECT_TO, f->connect_to);
}

static void
set_request(CURL *c, const struct fetch_request *rq)
{
    curl_easy_setopt(c, CURLOPT_URL, rq->url);
    curl_easy_setopt(c, CURLOPT_PATH_AS_IS, 1L); /* what was signed is what is sent */
    if (rq->body.at != NULL) {
        curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)rq->body.len);
        curl_easy_setopt(c, CURLOPT_POSTFIELDS, rq->body.at);
    }
    curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, rq->method);
}

/* False where a value could end its line and begin another. */
static bool
headers_make(struct curl_slist **out, struct arena *a, const struct fetch_request *rq)
{
    /* Waiting for "100 Continue" would only cost a round. */
    struct curl_slist *list = curl_slist_append(NULL, "Expect:");

    for (size_t i = 0; i < rq->header_count; i++) {
        struct slice name = rq->headers[i].name, value = rq->headers[i].value;

        if (!gate_allows_value(value)) {
            curl_slist_free_all(list);
            return false;
        }
        list = curl_slist_append(list, arena_print(a, SLICE_FMT ": " SLICE_FMT, SLICE_ARG(name), SLICE_ARG(value)).at);
    }
    *out = list;
    return true;
}

static void
read_info(struct fetch_answer *out, CURL *c, struct arena *a, const struct incoming *in)
{
    curl_off_t after = 0;
    const char *type = NULL;
    long status = 0;

    curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(c, CURLINFO_CONTENT_TYPE, &type);
    curl_easy_getinfo(c, CURLINFO_RETRY_AFTER, &after);
    out->status = (int)status;
    out->retry_after_s = (int64_t)after;
    out->body = buf_slice(&in->body);
    if (type != NULL)
        out->content_type = arena_copy(a, slice_of(type));
}

static enum fetch_end
perform(struct fetch_answer *out, struct fetch *f, struct arena *a, const struct fetch_request *rq,
        struct curl_slist *headers)
{
    struct incoming in = {.body = {.arena = a}, .body_bytes_max = f->options.answer_bytes_max};
    char error[CURL_ERROR_SIZE] = "";
    CURL *c = f->curl;
    CURLcode got;

    curl_easy_reset(c);
    set_limits(c, &f->options);
    set_trust(c, f);
    set_request(c, rq);
    curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(c, CURLOPT_ERRORBUFFER, error);
    curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(c, CURLOPT_HEADERDATA, &in);
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(c, CURLOPT_WRITEDATA, &in);
    got = curl_easy_perform(c);
    if (got == CURLE_OK)
        read_info(out, c, a, &in);
    else
        out->detail = arena_copy(a, slice_of(error[0] != '\0' ? error : curl_easy_strerror(got)));
    curl_easy_reset(c); /* nothing of this call's stack stays in the handle */
    return end_of(got);
}

enum fetch_end
fetch_send(struct fetch_answer *out, struct fetch *f, struct arena *a, const struct fetch_request *rq)
{
    struct curl_slist *headers;
    enum fetch_end end;

    *out = (struct fetch_answer){0};
    if (strncmp(rq->url, "https://", sizeof "https://" - 1) != 0) {
        out->detail = S("the address must begin with https://");
        return FETCH_MISUSE;
    }
    if (!headers_make(&headers, a, rq)) {
        out->detail = S("a header holds a control character");
        return FETCH_MISUSE;
    }
    end = perform(out, f, a, rq, headers);
    curl_slist_free_all(headers);
    return end;
}

/* ---- mail -------------------------------------------------------------------------------------------------------- */

struct outgoing {
    struct slice rest;
};

static size_t
give_message(char *at, size_t size, size_t count, void *context)
{
    struct outgoing *o = context;
    size_t len = o->rest.len < size * count ? o->rest.len : size * count;

    if (len > 0)
        memcpy(at, o->rest.at, len);
    o->rest = slice_sub(o->rest, len, o->rest.len);
    return len;
}

static bool
is_here(struct slice url)
{
    static const char *const here[] = {"smtp://127.0.0.1", "smtp://localhost"};

    for (size_t i = 0; i < COUNT(here); i++) {
        struct slice rest = slice_sub(url, slice_of(here[i]).len, url.len);

        if (slice_starts(url, slice_of(here[i])) && (rest.len == 0 || rest.at[0] == ':' || rest.at[0] == '/'))
            return true;
    }
    return false;
}

static void
set_mail(CURL *c, const struct fetch_mail *m, struct outgoing *message)
{
    curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(c, CURLOPT_URL, m->url);
    curl_easy_setopt(c, CURLOPT_USE_SSL, (long)(is_here(slice_of(m->url)) ? CURLUSESSL_TRY : CURLUSESSL_ALL));
    curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(c, CURLOPT_READFUNCTION, give_message);
    curl_easy_setopt(c, CURLOPT_READDATA, message);
    if (m->user == NULL)
        return;
    curl_easy_setopt(c, CURLOPT_USERNAME, m->user);
    curl_easy_setopt(c, CURLOPT_PASSWORD, m->password);
}

static bool
is_address(struct slice s)
{
    size_t at;

    for (size_t i = 0; i < s.len; i++)
        if (s.at[i] <= ' ' || s.at[i] >= 0x7f || s.at[i] == '<' || s.at[i] == '>')
            return false;
    return slice_find(&at, s, '@') && at > 0 && at + 1 < s.len;
}

enum fetch_end
fetch_mail(struct fetch_answer *out, struct fetch *f, struct arena *a, const struct fetch_mail *m)
{
    struct outgoing message = {m->message};
    struct curl_slist *to;
    char error[CURL_ERROR_SIZE] = "";
    CURL *c = f->curl;
    CURLcode got;
    long status = 0;

    *out = (struct fetch_answer){0};
    if (!is_address(m->from) || !is_address(m->to)) {
        out->detail = S("no address of a mail");
        return FETCH_MISUSE;
    }
    to = curl_slist_append(NULL, arena_print(a, "<" SLICE_FMT ">", SLICE_ARG(m->to)).at);
    curl_easy_reset(c);
    set_limits(c, &f->options);
    set_trust(c, f);
    set_mail(c, m, &message);
    curl_easy_setopt(c, CURLOPT_MAIL_FROM, arena_print(a, "<" SLICE_FMT ">", SLICE_ARG(m->from)).at);
    curl_easy_setopt(c, CURLOPT_MAIL_RCPT, to);
    curl_easy_setopt(c, CURLOPT_ERRORBUFFER, error);
    got = curl_easy_perform(c);
    curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
    out->status = (int)status;
    if (got != CURLE_OK)
        out->detail = arena_copy(a, slice_of(error[0] != '\0' ? error : curl_easy_strerror(got)));
    curl_easy_reset(c);
    curl_slist_free_all(to);
    return end_of(got);
}

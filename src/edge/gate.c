/*
 * The strict request gate.
 * Knows the grammar of a request and the limits; must not know where the bytes come from.
 * Invariant: every line is judged before the next one is looked at, and no byte is looked at twice.
 */
#define _GNU_SOURCE
#include <string.h>
#include <strings.h>
#include <time.h>

#include "gate.h"
#include "problem.h"

#define CHUNK_DIGITS_MAX 8
/* A longer number than this cannot be a length within any limit, and fits int64_t for certain. */
#define LENGTH_DIGITS_MAX 15

const struct http_limits http_limits_default = {
    .header_bytes_max = 8 * 1024,
    .header_lines_max = 64,
    .body_bytes_max = 4 * 1024 * 1024, /* of the largest sheet; each route has its own limit */
    .request_bytes_max = (size_t)96 * 1024 * 1024,
    .connections_max = 1000,
    .connections_per_address_max = 200,
    .header_deadline_ms = 10 * 1000,
    .body_deadline_ms = 30 * 1000,
    .idle_deadline_ms = 60 * 1000,
};

struct method {
    const char *name;
    enum { NO_BODY, BODY } body;
};

/* Methods behind which the event library would leave a body unread must not bring one: what stands there would be
 * taken for the next request. A body on GET, HEAD, DELETE or OPTIONS has no meaning anyway (RFC 9110 section 9.3). */
static const struct method methods[] = {
    {"GET",     NO_BODY},
    {"HEAD",    NO_BODY},
    {"POST",    BODY   },
    {"PUT",     BODY   },
    {"PATCH",   BODY   },
    {"DELETE",  NO_BODY},
    {"OPTIONS", NO_BODY},
};

static enum verdict
refuse(struct gate *g, enum verdict v, const char *detail)
{
    g->detail = detail;
    return v;
}

static enum verdict
malformed(struct gate *g, const char *detail)
{
    return refuse(g, V_REQUEST_MALFORMED, detail);
}

/* ---- characters ---------------------------------------------------------------------------------------------- */

static bool
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool
is_alphanumeric(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_one_of(char c, const char *signs)
{
    return c != '\0' && strchr(signs, c) != NULL;
}

static int
hex_value(char c)
{
    if (is_digit(c))
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

static bool
is_token(struct slice s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!is_alphanumeric(s.at[i]) && !is_one_of(s.at[i], "!#$%&'*+-.^_`|~"))
            return false;
    return s.len > 0;
}

static bool
is_digits(struct slice s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!is_digit(s.at[i]))
            return false;
    return s.len > 0;
}

/* Bytes above 0x7f may stand in a value: to the gate they are opaque. */
bool
gate_allows_value(struct slice s)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.at[i];

        if ((c < 0x20 && c != '\t') || c == 0x7f)
            return false;
    }
    return true;
}

static bool
is_text(struct slice s, const char *text)
{
    return s.len == strlen(text) && memcmp(s.at, text, s.len) == 0;
}

static bool
is_name(struct slice s, const char *name)
{
    return s.len == strlen(name) && strncasecmp(s.at, name, s.len) == 0;
}

static struct slice
trim(struct slice s)
{
    while (s.len > 0 && is_one_of(s.at[0], " \t"))
        s = slice_sub(s, 1, s.len - 1);
    while (s.len > 0 && is_one_of(s.at[s.len - 1], " \t"))
        s.len--;
    return s;
}

/* ---- the request line ---------------------------------------------------------------------------------------- */

/* RFC 3986 section 3.3 and 3.4: path and query in the characters that need no escape, and whole escapes. */
static bool
is_target(struct slice s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (s.at[i] == '%') {
            if (i + 2 >= s.len || hex_value(s.at[i + 1]) < 0 || hex_value(s.at[i + 2]) < 0)
                return false;
            i += 2;
            continue;
        }
        if (!is_alphanumeric(s.at[i]) && !is_one_of(s.at[i], "-._~!$&'()*+,;=:@/?"))
            return false;
    }
    return true;
}

static enum verdict
version_check(struct gate *g, struct slice s)
{
    if (s.len != 8 || !slice_starts(s, S("HTTP/")) || !is_digit(s.at[5]) || s.at[6] != '.' || !is_digit(s.at[7]))
        return malformed(g, "the request line must be: method, space, target, space, HTTP version");
    if (s.at[5] != '1' || s.at[7] > '1')
        return refuse(g, V_VERSION_UNKNOWN, "this server speaks HTTP/1.1 and HTTP/1.0");
    g->minor = s.at[7] - '0';
    return V_OK;
}

static enum verdict
request_line_check(struct gate *g, struct slice line)
{
    struct slice rest, version;

    g->method = slice_cut(&rest, line, ' ');
    g->target = slice_cut(&version, rest, ' ');
    if (rest.at == NULL || version.at == NULL || !is_token(g->method))
        return malformed(g, "the request line must be: method, space, target, space, HTTP version");
    TRY(version_check(g, version));
    /* A target that begins with two slashes reads as a host to some and as a path to others. */
    if (!slice_starts(g->target, S("/")) || slice_starts(g->target, S("//")) || !is_target(g->target))
        return malformed(g, "the target must be a path with correct escapes, and no host");
    for (size_t i = 0; i < COUNT(methods); i++)
        if (is_text(g->method, methods[i].name))
            g->method_row = &methods[i];
    if (g->method_row == NULL)
        return refuse(g, V_NOT_IMPLEMENTED, "the method is not one that this server knows");
    g->phase = GATE_FIELDS;
    return V_OK;
}

/* ---- the fields ---------------------------------------------------------------------------------------------- */

static enum verdict
field_check(struct gate *g, struct slice line)
{
    struct slice name, value;

    if (is_one_of(line.at[0], " \t"))
        return malformed(g, "a header field must not be folded over two lines");
    if (g->header_count == g->limits->header_lines_max)
        return refuse(g, V_HEADERS_TOO_LARGE, "the request has too many header fields");
    name = slice_cut(&value, line, ':');
    if (value.at == NULL || !is_token(name))
        return malformed(g, "a header field must be: name, colon, value; no space before the colon");
    value = trim(value);
    if (!gate_allows_value(value))
        return malformed(g, "a header field holds a control character");
    g->headers[g->header_count++] = (struct header){name, value};
    return V_OK;
}

/* The value of a field that may stand once at most; absent where it does not stand. */
static enum verdict
field_once(struct slice *out, struct gate *g, const char *name, const char *detail)
{
    *out = (struct slice){NULL, 0};
    for (size_t i = 0; i < g->header_count; i++) {
        if (!is_name(g->headers[i].name, name))
            continue;
        if (out->at != NULL)
            return malformed(g, detail);
        *out = g->headers[i].value;
    }
    return V_OK;
}

static bool
is_host_name(struct slice s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!is_alphanumeric(s.at[i]) && !is_one_of(s.at[i], "-._~"))
            return false;
    return s.len > 0;
}

static bool
is_address_literal(struct slice s)
{
    for (size_t i = 0; i < s.len; i++)
        if (hex_value(s.at[i]) < 0 && !is_one_of(s.at[i], ":."))
            return false;
    return s.len > 0;
}

/* RFC 9110 section 7.2: a host, then perhaps a colon and a port. The form only: whose host it is, the route knows. */
static bool
is_host(struct slice s)
{
    struct slice host, port = {NULL, 0}, rest;

    if (slice_starts(s, S("["))) {
        host = slice_cut(&rest, slice_sub(s, 1, s.len - 1), ']');
        if (rest.at == NULL || !is_address_literal(host))
            return false;
        if (rest.len == 0)
            return true;
        return rest.at[0] == ':' && rest.len <= 6 && is_digits(slice_sub(rest, 1, rest.len - 1));
    }
    host = slice_cut(&port, s, ':');
    return is_host_name(host) && ERGO(port.at != NULL, port.len <= 5 && is_digits(port));
}

static enum verdict
host_check(struct gate *g)
{
    struct slice host;

    TRY(field_once(&host, g, "Host", "the field Host stands twice"));
    if (host.at == NULL && g->minor == 1)
        return malformed(g, "the field Host is missing");
    if (host.at != NULL && !is_host(host))
        return malformed(g, "the field Host must be one host name or address, with or without a port");
    return V_OK;
}

static enum verdict
length_check(struct gate *g, struct slice s)
{
    int64_t length;

    if (!is_digits(s) || (s.len > 1 && s.at[0] == '0'))
        return malformed(g, "Content-Length must be one whole number in plain digits");
    if (s.len > LENGTH_DIGITS_MAX || !slice_to_int(&length, s) || (uint64_t)length > g->limits->body_bytes_max)
        return refuse(g, V_BODY_TOO_LARGE, "the stated length is over the limit");
    g->left = (size_t)length;
    g->phase = length == 0 ? GATE_WHOLE : GATE_BODY;
    return V_OK;
}

/* RFC 9112 section 6: where the body ends. Whatever two readers could read in two ways is refused. */
static enum verdict
framing_check(struct gate *g)
{
    struct slice coding, length;

    TRY(field_once(&length, g, "Content-Length", "the field Content-Length stands twice"));
    TRY(field_once(&coding, g, "Transfer-Encoding", "the field Transfer-Encoding stands twice"));
    if (coding.at != NULL && length.at != NULL)
        return malformed(g, "Content-Length and Transfer-Encoding must not stand together");
    if (coding.at != NULL && g->minor == 0)
        return malformed(g, "HTTP/1.0 has no Transfer-Encoding");
    if (coding.at != NULL && !is_text(coding, "chunked"))
        return refuse(g, V_NOT_IMPLEMENTED, "the one transfer coding that this server knows is chunked");
    g->phase = coding.at != NULL ? GATE_CHUNK_SIZE : GATE_WHOLE;
    if (length.at != NULL)
        TRY(length_check(g, length));
    if (g->phase != GATE_WHOLE && g->method_row->body == NO_BODY)
        return malformed(g, "a request with this method must not have a body");
    return V_OK;
}

static enum verdict
expectation_check(struct gate *g)
{
    struct slice expect;

    TRY(field_once(&expect, g, "Expect", "the field Expect stands twice"));
    if (expect.at != NULL && (g->minor == 0 || !is_name(expect, "100-continue")))
        return refuse(g, V_EXPECTATION_UNKNOWN, "the one expectation that this server knows is 100-continue");
    return V_OK;
}

static enum verdict
head_check(struct gate *g)
{
    TRY(host_check(g));
    TRY(expectation_check(g));
    return framing_check(g);
}

static enum verdict
line_check(struct gate *g, struct slice line)
{
    if (g->phase == GATE_REQUEST_LINE)
        return request_line_check(g, line);
    return line.len == 0 ? head_check(g) : field_check(g, line);
}

/* ---- one step a phase: each takes at least one byte from the front of `rest` --------------------------------- */

static void
take(struct slice *rest, size_t count)
{
    rest->at += count;
    rest->len -= count;
}

static enum verdict
head_step(struct gate *g, struct slice *rest)
{
    const char *lf = memchr(rest->at, '\n', rest->len);
    size_t count = lf == NULL ? rest->len : (size_t)(lf - rest->at) + 1;
    struct slice line;

    if (count > g->limits->header_bytes_max - g->head_len)
        return refuse(g, V_HEADERS_TOO_LARGE, "the request line and the header fields are too long");
    memcpy(g->head + g->head_len, rest->at, count);
    g->head_len += count;
    take(rest, count);
    if (lf == NULL)
        return V_OK;
    line = (struct slice){g->head + g->line_from, g->head_len - g->line_from - 1};
    g->line_from = g->head_len;
    if (line.len == 0 || line.at[line.len - 1] != '\r')
        return malformed(g, "every line of the head must end in CR LF");
    line.len--;
    if (memchr(line.at, '\0', line.len) != NULL)
        return malformed(g, "the head holds the byte NUL");
    if (memchr(line.at, '\r', line.len) != NULL)
        return malformed(g, "the head holds a CR without LF");
    return line_check(g, line);
}

static enum verdict
data_step(struct gate *g, struct slice *rest)
{
    size_t count = rest->len < g->left ? rest->len : g->left;

    g->left -= count;
    g->body_len += count;
    take(rest, count);
    if (g->left == 0)
        g->phase = g->phase == GATE_BODY ? GATE_WHOLE : GATE_CHUNK_CR;
    return V_OK;
}

static enum verdict
size_step(struct gate *g, struct slice *rest)
{
    int value = hex_value(rest->at[0]);

    if (value < 0) {
        if (rest->at[0] != '\r' || g->digits == 0)
            return malformed(g, "a chunk size must be hexadecimal digits; extensions are not taken");
        take(rest, 1);
        g->phase = GATE_CHUNK_SIZE_LF;
        return V_OK;
    }
    if (g->digits == CHUNK_DIGITS_MAX)
        return malformed(g, "a chunk size has too many digits");
    g->digits++;
    g->left = g->left * 16 + (size_t)value;
    take(rest, 1);
    if (g->left > g->limits->body_bytes_max - g->body_len)
        return refuse(g, V_BODY_TOO_LARGE, "the chunks together are over the limit");
    return V_OK;
}

static enum verdict
byte_step(struct gate *g, struct slice *rest)
{
    enum gate_phase after_size = g->left == 0 ? GATE_LAST_CR : GATE_CHUNK_DATA;
    /* clang-format off */
    const struct { char wanted; enum gate_phase next; } frame[GATE__COUNT] = {
        [GATE_CHUNK_SIZE_LF] = {'\n', after_size     },
        [GATE_CHUNK_CR]      = {'\r', GATE_CHUNK_LF  },
        [GATE_CHUNK_LF]      = {'\n', GATE_CHUNK_SIZE},
        [GATE_LAST_CR]       = {'\r', GATE_LAST_LF   },
        [GATE_LAST_LF]       = {'\n', GATE_WHOLE     },
    };
    /* clang-format on */

    if (rest->at[0] != frame[g->phase].wanted)
        return malformed(g, "the chunks are not framed as they must be; trailer fields are not taken");
    take(rest, 1);
    g->phase = frame[g->phase].next;
    g->digits = 0;
    return V_OK;
}

static enum verdict
behind_step(struct gate *g, struct slice *rest)
{
    (void)rest;
    return malformed(g, "bytes stand behind the end of the request; wait for the answer before sending the next");
}

static enum verdict (*const steps[GATE__COUNT])(struct gate *, struct slice *) = {
    [GATE_REQUEST_LINE] = head_step, [GATE_FIELDS] = head_step,        [GATE_BODY] = data_step,
    [GATE_CHUNK_SIZE] = size_step,   [GATE_CHUNK_SIZE_LF] = byte_step, [GATE_CHUNK_DATA] = data_step,
    [GATE_CHUNK_CR] = byte_step,     [GATE_CHUNK_LF] = byte_step,      [GATE_LAST_CR] = byte_step,
    [GATE_LAST_LF] = byte_step,      [GATE_WHOLE] = behind_step,
};

/* ---- what the server calls ----------------------------------------------------------------------------------- */

void
gate_init(struct gate *g, struct arena *arena, const struct http_limits *limits)
{
    *g = (struct gate){.arena = arena, .limits = limits};
    g->head = arena_take(arena, limits->header_bytes_max);
    g->headers = NEW_ARRAY(arena, struct header, limits->header_lines_max);
}

enum verdict
gate_read(struct gate *g, struct slice bytes)
{
    while (bytes.len > 0)
        TRY(steps[g->phase](g, &bytes));
    return V_OK;
}

bool
gate_has_head(const struct gate *g)
{
    return g->phase > GATE_FIELDS;
}

bool
gate_is_whole(const struct gate *g)
{
    return g->phase == GATE_WHOLE;
}

static bool
connection_says(const struct gate *g, const char *option)
{
    struct slice rest, one;

    for (size_t i = 0; i < g->header_count; i++) {
        rest = is_name(g->headers[i].name, "Connection") ? g->headers[i].value : (struct slice){NULL, 0};
        while (rest.at != NULL) {
            one = slice_cut(&rest, rest, ',');
            if (is_name(trim(one), option))
                return true;
        }
    }
    return false;
}

bool
gate_keeps_alive(const struct gate *g)
{
    assert(gate_has_head(g));
    if (connection_says(g, "close"))
        return false;
    return g->minor == 1 || connection_says(g, "keep-alive");
}

void
gate_request(struct request *out, const struct gate *g)
{
    assert(gate_has_head(g));
    out->method = g->method;
    out->target = g->target;
    out->path = slice_cut(&out->query, g->target, '?');
    out->headers = g->headers;
    out->header_count = g->header_count;
}

struct slice
header_find(const struct request *rq, const char *name)
{
    struct slice found = {NULL, 0};

    for (size_t i = 0; i < rq->header_count; i++) {
        if (!is_name(rq->headers[i].name, name))
            continue;
        if (found.at == NULL)
            found = rq->headers[i].value;
        else
            found = arena_print(rq->arena, SLICE_FMT ", " SLICE_FMT, SLICE_ARG(found), SLICE_ARG(rq->headers[i].value));
    }
    return found;
}

/* RFC 9110 section 5.6.7, without the locale that strftime would ask. */
static struct slice
date_print(struct arena *a, int64_t at_ms)
{
    static const char days[] = "SunMonTueWedThuFriSat";
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    time_t seconds = (time_t)(at_ms / 1000);
    struct tm t;

    gmtime_r(&seconds, &t);
    return arena_print(a, "%.3s, %02d %.3s %04d %02d:%02d:%02d GMT", days + (ptrdiff_t)3 * t.tm_wday, t.tm_mday,
                       months + (ptrdiff_t)3 * t.tm_mon, t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
}

struct slice
gate_answer(struct arena *a, enum verdict v, const char *detail, int64_t at_ms)
{
    struct slice date = date_print(a, at_ms);
    struct slice body = problem_write(a, &(struct problem_document){.verdict = v, .detail = slice_of(detail)});

    /* The reason phrase may be empty (RFC 9112 section 4), and nobody should read it. */
    return arena_print(a,
                       "HTTP/1.1 %d \r\nDate: " SLICE_FMT "\r\nContent-Type: application/problem+json\r\n"
                       "Content-Length: %zu\r\nConnection: close\r\n\r\n" SLICE_FMT,
                       verdict_row(v)->status, SLICE_ARG(date), body.len, SLICE_ARG(body));
}

/*
 * The gate, byte string by byte string.
 * Knows requests and the verdict each must get; must not know sockets.
 * Invariant: a verdict does not depend on how the bytes are cut into pieces.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../src/edge/gate.h"
#include "ventured/json.h"

static const struct http_limits limits = {.header_bytes_max = 1024, .header_lines_max = 8, .body_bytes_max = 64};
static struct arena *arena;

#define G "GET /healthz HTTP/1.1\r\n"
#define GH G "Host: a\r\n"
#define P "POST /v1/entries HTTP/1.1\r\nHost: a\r\n"
#define TE "Transfer-Encoding: chunked\r\n"
#define A64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

/* Whether the whole request has been seen once the bytes are used up. */
enum end { PART, WHOLE };

struct row {
    const char *name;
    struct slice bytes;
    enum verdict wanted;
    enum end end;
};

#define ROW(name, bytes, wanted, end)                                                                                  \
    {                                                                                                                  \
        name, {bytes, sizeof(bytes) - 1}, wanted, end                                                                  \
    }
#define BAD(name, bytes) ROW(name, bytes, V_REQUEST_MALFORMED, PART)

/* clang-format off */
static const struct row rows[] = {
    /* what must pass */
    ROW("a plain GET", GH "\r\n", V_OK, WHOLE),
    ROW("a GET with a query", "GET /v1/totals?year=2023&a=%E8%B6%8A&b HTTP/1.1\r\nHost: a\r\n\r\n", V_OK, WHOLE),
    ROW("a half head", GH, V_OK, PART),
    ROW("a half line", "GET /hea", V_OK, PART),
    ROW("nothing", "", V_OK, PART),
    ROW("HTTP/1.0 without Host", "GET / HTTP/1.0\r\n\r\n", V_OK, WHOLE),
    ROW("HTTP/1.0 with Host", "GET / HTTP/1.0\r\nHost: a\r\n\r\n", V_OK, WHOLE),
    ROW("HEAD", "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", V_OK, WHOLE),
    ROW("OPTIONS on a path", "OPTIONS /v1/entries HTTP/1.1\r\nHost: a\r\n\r\n", V_OK, WHOLE),
    ROW("DELETE", "DELETE /v1/session HTTP/1.1\r\nHost: a\r\n\r\n", V_OK, WHOLE),
    ROW("GET with length 0", GH "Content-Length: 0\r\n\r\n", V_OK, WHOLE),
    ROW("POST without length", P "\r\n", V_OK, WHOLE),
    ROW("POST with a body", P "Content-Length: 4\r\n\r\nabcd", V_OK, WHOLE),
    ROW("POST with half a body", P "Content-Length: 4\r\n\r\nab", V_OK, PART),
    ROW("a body at the limit", P "Content-Length: 64\r\n\r\n" A64, V_OK, WHOLE),
    ROW("a body of any bytes", P "Content-Length: 4\r\n\r\n\0\n\r\xff", V_OK, WHOLE),
    ROW("PUT and PATCH bodies", "PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx", V_OK, WHOLE),
    ROW("chunks", P TE "\r\n3\r\nabc\r\n0A\r\n0123456789\r\n0\r\n\r\n", V_OK, WHOLE),
    ROW("no chunks", P TE "\r\n0\r\n\r\n", V_OK, WHOLE),
    ROW("chunks to the limit", P TE "\r\n40\r\n" A64 "\r\n0\r\n\r\n", V_OK, WHOLE),
    ROW("half a chunk", P TE "\r\n3\r\nab", V_OK, PART),
    ROW("chunks without the last line", P TE "\r\n0\r\n", V_OK, PART),
    ROW("host with port", G "Host: registry.test:8443\r\n\r\n", V_OK, WHOLE),
    ROW("host as address literal", G "Host: [::1]:8443\r\n\r\n", V_OK, WHOLE),
    ROW("white space around a value", G "Host: \t a \t\r\n\r\n", V_OK, WHOLE),
    ROW("no white space before a value", G "Host:a\r\n\r\n", V_OK, WHOLE),
    ROW("an empty value", GH "X:\r\n\r\n", V_OK, WHOLE),
    ROW("a tab within a value", GH "X: a\tb\r\n\r\n", V_OK, WHOLE),
    ROW("UTF-8 in a value", GH "X: \xe8\xb6\x8a\r\n\r\n", V_OK, WHOLE),
    ROW("every token character", GH "!#$%&'*+-.^_`|~aZ09: 1\r\n\r\n", V_OK, WHOLE),
    ROW("field names in any case", "POST / HTTP/1.1\r\nhOST: a\r\ncontent-LENGTH: 1\r\n\r\nx", V_OK, WHOLE),
    ROW("expecting 100-continue", P "Expect: 100-Continue\r\nContent-Length: 1\r\n\r\nx", V_OK, WHOLE),
    ROW("as many fields as may be", GH "1:\r\n2:\r\n3:\r\n4:\r\n5:\r\n6:\r\n7:\r\n\r\n", V_OK, WHOLE),

    /* the raw requests that lenient servers let through */
    BAD("CL and TE", P "Content-Length: 4\r\n" TE "\r\n0\r\n\r\n" GH "\r\n"),
    BAD("TE and CL", P TE "Content-Length: 4\r\n\r\n0\r\n\r\n"),
    BAD("two CL", P "Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde"),
    BAD("two equal CL", P "Content-Length: 4\r\nContent-Length: 4\r\n\r\nabcd"),
    BAD("CL +4", P "Content-Length: +4\r\n\r\nabcd"),
    BAD("CL 0x4", P "Content-Length: 0x4\r\n\r\nabcd"),
    BAD("CL 4, 5", P "Content-Length: 4, 5\r\n\r\nabcde"),
    BAD("CL 4, 4", P "Content-Length: 4, 4\r\n\r\nabcd"),
    BAD("CL negative", P "Content-Length: -1\r\n\r\n"),
    ROW("CL 23 digits", P "Content-Length: 99999999999999999999999\r\n\r\n", V_BODY_TOO_LARGE, PART),
    BAD("TE xchunked with CL", P "Transfer-Encoding: xchunked\r\nContent-Length: 3\r\n\r\nabc"),
    BAD("TE space colon", P "Transfer-Encoding : chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"),
    BAD("chunk extension", P TE "\r\n3;a=b\r\nabc\r\n0\r\n\r\n"),
    BAD("chunk negative", P TE "\r\n-1\r\nabc\r\n0\r\n\r\n"),
    ROW("chunk overflow", P TE "\r\nFFFFFFFFFFFFFFFFF\r\nabc\r\n0\r\n\r\n", V_BODY_TOO_LARGE, PART),
    BAD("bare LF", "GET /healthz HTTP/1.1\nHost: a\n\n"),
    BAD("obs-fold", GH "X: b\r\n c\r\n\r\n"),
    BAD("no Host", G "\r\n"),
    BAD("two Host", GH "Host: b\r\n\r\n"),
    BAD("NUL in value", GH "X: a\0b\r\n\r\n"),
    BAD("TE in HTTP/1.0", "POST /v1/entries HTTP/1.0\r\nHost: a\r\n" TE "\r\n0\r\n\r\n"),
    ROW("HTTP/1.9", "GET /healthz HTTP/1.9\r\nHost: a\r\n\r\n", V_VERSION_UNKNOWN, PART),
    ROW("too many headers", GH "1:\r\n2:\r\n3:\r\n4:\r\n5:\r\n6:\r\n7:\r\n8:\r\n\r\n", V_HEADERS_TOO_LARGE, PART),

    /* the request line */
    BAD("an empty first line", "\r\n" GH "\r\n"),
    BAD("two spaces after the method", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n"),
    BAD("two spaces before the version", "GET /  HTTP/1.1\r\nHost: a\r\n\r\n"),
    BAD("a tab for a space", "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n"),
    BAD("a space behind the version", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n"),
    BAD("a space before the method", " GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
    BAD("no version", "GET /\r\n\r\n"),
    BAD("no target", "GET HTTP/1.1\r\nHost: a\r\n\r\n"),
    BAD("a version in lower case", "GET / http/1.1\r\nHost: a\r\n\r\n"),
    BAD("a version of two digits", "GET / HTTP/1.10\r\nHost: a\r\n\r\n"),
    BAD("a method that is no token", "G@T / HTTP/1.1\r\nHost: a\r\n\r\n"),
    ROW("HTTP/2.0", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", V_VERSION_UNKNOWN, PART),
    ROW("HTTP/0.9", "GET / HTTP/0.9\r\nHost: a\r\n\r\n", V_VERSION_UNKNOWN, PART),
    ROW("the HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", V_VERSION_UNKNOWN, PART),
    ROW("TRACE", "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", V_NOT_IMPLEMENTED, PART),
    ROW("an unknown method", "BREW / HTTP/1.1\r\nHost: a\r\n\r\n", V_NOT_IMPLEMENTED, PART),
    ROW("a method in lower case", "get / HTTP/1.1\r\nHost: a\r\n\r\n", V_NOT_IMPLEMENTED, PART),
    BAD("CONNECT", "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n"),
    BAD("an absolute target", "GET https://b/ HTTP/1.1\r\nHost: a\r\n\r\n"),
    BAD("an asterisk", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"),
    BAD("a target with two slashes", "GET //b/ HTTP/1.1\r\nHost: a\r\n\r\n"),
    BAD("a fragment", "GET /#a HTTP/1.1\r\nHost: a\r\n\r\n"),
    BAD("half an escape", "GET /%E HTTP/1.1\r\nHost: a\r\n\r\n"),
    BAD("a false escape", "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n"),
    BAD("raw UTF-8 in a target", "GET /\xe8\xb6\x8a HTTP/1.1\r\nHost: a\r\n\r\n"),
    BAD("a backslash", "GET /a\\b HTTP/1.1\r\nHost: a\r\n\r\n"),
    BAD("a TLS hello", "\x16\x03\x01\x02\x00\x01\n"),

    /* the fields */
    BAD("bare CR in a value", GH "X: a\rb\r\n\r\n"),
    BAD("bare LF between fields", G "Host: a\nX: b\r\n\r\n"),
    BAD("CR CR LF", G "Host: a\r\r\n\r\n"),
    BAD("NUL in a name", GH "X\0: a\r\n\r\n"),
    BAD("a bell in a value", GH "X: \a\r\n\r\n"),
    BAD("DEL in a value", GH "X: \x7f\r\n\r\n"),
    BAD("a field without a colon", GH "X\r\n\r\n"),
    BAD("a field without a name", GH ": x\r\n\r\n"),
    BAD("a tab before the colon", GH "X\t: a\r\n\r\n"),
    BAD("a name with a space", GH "X Y: a\r\n\r\n"),
    BAD("a name in UTF-8", GH "\xe8\xb6\x8a: a\r\n\r\n"),
    BAD("a fold before any field", G " Host: a\r\n\r\n"),
    BAD("a fold by tab", GH "X: b\r\n\tc\r\n\r\n"),
    BAD("white space as last line", GH " \r\n\r\n"),
    BAD("an empty Host", G "Host:\r\n\r\n"),
    BAD("two hosts in one", G "Host: a, b\r\n\r\n"),
    BAD("a host with a path", G "Host: a/b\r\n\r\n"),
    BAD("a host with a user", G "Host: u@a\r\n\r\n"),
    BAD("a port that is no number", G "Host: a:b\r\n\r\n"),
    BAD("an empty port", G "Host: a:\r\n\r\n"),
    BAD("an open address literal", G "Host: [::1\r\n\r\n"),
    BAD("text behind an address literal", G "Host: [::1]x\r\n\r\n"),
    BAD("two Host in HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n"),

    /* where the body ends */
    BAD("an empty CL", P "Content-Length:\r\n\r\n"),
    BAD("CL with a leading zero", P "Content-Length: 04\r\n\r\nabcd"),
    BAD("CL with a fraction", P "Content-Length: 4.0\r\n\r\nabcd"),
    BAD("CL with a space inside", P "Content-Length: 1 2\r\n\r\n"),
    ROW("CL one over", P "Content-Length: 65\r\n\r\n", V_BODY_TOO_LARGE, PART),
    BAD("GET with a body", GH "Content-Length: 4\r\n\r\nabcd"),
    BAD("HEAD with a body", "HEAD / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nabcd"),
    BAD("DELETE with chunks", "DELETE / HTTP/1.1\r\nHost: a\r\n" TE "\r\n0\r\n\r\n"),
    ROW("TE xchunked", P "Transfer-Encoding: xchunked\r\n\r\n", V_NOT_IMPLEMENTED, PART),
    ROW("TE gzip, chunked", P "Transfer-Encoding: gzip, chunked\r\n\r\n", V_NOT_IMPLEMENTED, PART),
    ROW("TE Chunked", P "Transfer-Encoding: Chunked\r\n\r\n", V_NOT_IMPLEMENTED, PART),
    ROW("TE identity", P "Transfer-Encoding: identity\r\n\r\n", V_NOT_IMPLEMENTED, PART),
    ROW("TE empty", P "Transfer-Encoding:\r\n\r\n", V_NOT_IMPLEMENTED, PART),
    BAD("two TE", P TE TE "\r\n0\r\n\r\n"),
    BAD("a chunk size of nothing", P TE "\r\n\r\nabc"),
    BAD("a chunk size with 0x", P TE "\r\n0x3\r\nabc\r\n0\r\n\r\n"),
    BAD("a chunk size with a plus", P TE "\r\n+3\r\nabc\r\n0\r\n\r\n"),
    BAD("a chunk size with a space", P TE "\r\n3 \r\nabc\r\n0\r\n\r\n"),
    BAD("a chunk size with bare LF", P TE "\r\n3\nabc\r\n0\r\n\r\n"),
    BAD("a chunk size with CR only", P TE "\r\n3\rabc\r\n0\r\n\r\n"),
    BAD("a chunk size of nine digits", P TE "\r\n000000003\r\nabc\r\n0\r\n\r\n"),
    BAD("a chunk longer than it says", P TE "\r\n3\r\nabcd\r\n0\r\n\r\n"),
    BAD("a chunk shorter than it says", P TE "\r\n3\r\nab\r\n0\r\n\r\n"),
    BAD("a chunk ended by bare LF", P TE "\r\n3\r\nabc\n0\r\n\r\n"),
    BAD("a trailer field", P TE "\r\n0\r\nHost: b\r\n\r\n"),
    BAD("the last line as bare LF", P TE "\r\n0\r\n\n"),
    ROW("chunks over the limit", P TE "\r\n3F\r\n" "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        "\r\n2\r\n", V_BODY_TOO_LARGE, PART),

    /* behind the end */
    BAD("a second request", GH "\r\n" GH "\r\n"),
    BAD("a byte behind a body", P "Content-Length: 4\r\n\r\nabcde"),
    BAD("a line behind a body", P "Content-Length: 4\r\n\r\nabcd\r\n"),
    BAD("a byte behind chunks", P TE "\r\n0\r\n\r\nx"),

    /* expectations */
    ROW("an unknown expectation", P "Expect: payment\r\n\r\n", V_EXPECTATION_UNKNOWN, PART),
    ROW("an expectation in HTTP/1.0", "POST / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n", V_EXPECTATION_UNKNOWN, PART),
    BAD("two expectations", P "Expect: 100-continue\r\nExpect: 100-continue\r\n\r\n"),
};
/* clang-format on */

static enum verdict
read_in_pieces(struct gate *g, struct slice bytes, size_t piece)
{
    arena_reset(arena);
    gate_init(g, arena, &limits);
    for (size_t from = 0; from < bytes.len; from += piece)
        TRY(gate_read(g, slice_sub(bytes, from, piece)));
    return V_OK;
}

static void
gives_every_request_its_verdict_however_it_is_cut(void **state)
{
    struct gate g;

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        for (size_t piece = 1; piece <= rows[i].bytes.len + 1; piece++) {
            enum verdict got = read_in_pieces(&g, rows[i].bytes, piece);

            if (got != rows[i].wanted || ERGO(got == V_OK, gate_is_whole(&g)) != (rows[i].end == WHOLE || got != V_OK))
                fail_msg("%s, in pieces of %zu: verdict %d", rows[i].name, piece, got);
            assert_true(ERGO(got != V_OK, g.detail != NULL));
        }
}

static void
measures_the_head_to_the_byte(void **state)
{
    char bytes[2048] = GH "X: ";
    size_t len = strlen(bytes);
    struct gate g;

    (void)state;
    memset(bytes + len, 'a', limits.header_bytes_max - 4 - len);
    memcpy(bytes + limits.header_bytes_max - 4, "\r\n\r\n", 5);
    assert_int_equal(read_in_pieces(&g, slice_of(bytes), 7), V_OK);
    assert_true(gate_is_whole(&g));
    memcpy(bytes + limits.header_bytes_max - 4, "a\r\n\r\n", 6);
    assert_int_equal(read_in_pieces(&g, slice_of(bytes), 7), V_HEADERS_TOO_LARGE);
    memset(bytes, 'a', sizeof bytes);
    assert_int_equal(read_in_pieces(&g, (struct slice){bytes, sizeof bytes}, 700), V_HEADERS_TOO_LARGE);
}

static void
hands_on_what_it_read(void **state)
{
    struct request rq = {0};
    struct gate g;

    (void)state;
    assert_int_equal(read_in_pieces(&g,
                                    S("POST /a/b?c=d?e HTTP/1.1\r\nHost: h\r\nX-A:  1 \r\nx-a: 2\r\n"
                                      "Content-Length: 2\r\n\r\nhi"),
                                    3),
                     V_OK);
    rq.arena = arena;
    gate_request(&rq, &g);
    assert_true(slice_equal(rq.method, S("POST")));
    assert_true(slice_equal(rq.target, S("/a/b?c=d?e")));
    assert_true(slice_equal(rq.path, S("/a/b")));
    assert_true(slice_equal(rq.query, S("c=d?e")));
    assert_int_equal(rq.header_count, 4);
    assert_true(slice_equal(header_find(&rq, "X-A"), S("1, 2")));
    assert_true(slice_equal(header_find(&rq, "host"), S("h")));
    assert_null(header_find(&rq, "X").at);
    assert_int_equal(g.body_len, 2);
}

static void
tells_an_absent_query_from_an_empty_one(void **state)
{
    struct request rq = {0};
    struct gate g;

    (void)state;
    assert_int_equal(read_in_pieces(&g, S("GET /a HTTP/1.0\r\n\r\n"), 64), V_OK);
    gate_request(&rq, &g);
    assert_null(rq.query.at);
    assert_int_equal(read_in_pieces(&g, S("GET /a? HTTP/1.0\r\n\r\n"), 64), V_OK);
    gate_request(&rq, &g);
    assert_non_null(rq.query.at);
    assert_int_equal(rq.query.len, 0);
}

static void
knows_which_connections_stay_open(void **state)
{
    const struct {
        struct slice bytes;
        int keeps;
    } cases[] = {
        {S(GH "\r\n"),                                                 1},
        {S(GH "Connection: close\r\n\r\n"),                            0},
        {S(GH "Connection: keep-alive, Close\r\n\r\n"),                0},
        {S(GH "Connection: x\r\nConnection: close\r\n\r\n"),           0},
        {S(GH "Connection: closed\r\n\r\n"),                           1},
        {S("GET / HTTP/1.0\r\n\r\n"),                                  0},
        {S("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"),        1},
        {S("GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n"), 0},
    };
    struct gate g;

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(read_in_pieces(&g, cases[i].bytes, 5), V_OK);
        assert_int_equal(gate_keeps_alive(&g), cases[i].keeps);
    }
}

static void
answers_with_a_problem_document_of_the_stated_length(void **state)
{
    static const enum verdict verdicts[] = {V_REQUEST_MALFORMED, V_BODY_TOO_LARGE,  V_HEADERS_TOO_LARGE,
                                            V_NOT_IMPLEMENTED,   V_VERSION_UNKNOWN, V_EXPECTATION_UNKNOWN};
    static const int statuses[] = {400, 413, 431, 501, 505, 417};
    const struct json *tree;
    struct slice answer, body;
    char wanted[64];

    (void)state;
    for (size_t i = 0; i < COUNT(verdicts); i++) {
        arena_reset(arena);
        answer = gate_answer(arena, verdicts[i], "what is wrong", INT64_C(1700000000123));
        snprintf(wanted, sizeof wanted, "HTTP/1.1 %d \r\n", statuses[i]);
        assert_true(slice_starts(answer, slice_of(wanted)));
        assert_non_null(strstr(answer.at, "\r\nDate: Tue, 14 Nov 2023 22:13:20 GMT\r\n"));
        assert_non_null(strstr(answer.at, "\r\nConnection: close\r\n"));
        body = slice_of(strstr(answer.at, "\r\n\r\n") + 4);
        snprintf(wanted, sizeof wanted, "\r\nContent-Length: %zu\r\n", body.len);
        assert_non_null(strstr(answer.at, wanted));
        assert_int_equal(json_parse(&tree, arena, body), V_OK);
        assert_int_equal(json_find(tree, S("status"))->number, statuses[i]);
        assert_true(slice_equal(json_find(tree, S("detail"))->text, S("what is wrong")));
        assert_true(utf8_valid(json_find(tree, S("title_zh"))->text));
        assert_true(slice_starts(json_find(tree, S("type"))->text, S("/problems/")));
    }
}

/* Every detail is printed into JSON as it stands. */
static void
needs_no_escape_in_any_detail(void **state)
{
    struct gate g;

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        if (read_in_pieces(&g, rows[i].bytes, 16) != V_OK)
            assert_null(strpbrk(g.detail, "\"\\\n\t"));
}

static int
open_arena(void **state)
{
    (void)state;
    arena = arena_open(1 << 20);
    return 0;
}

static int
close_arena(void **state)
{
    (void)state;
    arena_close(arena);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_every_request_its_verdict_however_it_is_cut),
        cmocka_unit_test(measures_the_head_to_the_byte),
        cmocka_unit_test(hands_on_what_it_read),
        cmocka_unit_test(tells_an_absent_query_from_an_empty_one),
        cmocka_unit_test(knows_which_connections_stay_open),
        cmocka_unit_test(answers_with_a_problem_document_of_the_stated_length),
        cmocka_unit_test(needs_no_escape_in_any_detail),
    };

    return cmocka_run_group_tests_name("edge/gate", tests, open_arena, close_arena);
}

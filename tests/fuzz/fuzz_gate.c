/*
 * A fuzzer for the gate: any bytes, cut anywhere, must get one verdict and leave memory alone.
 * Knows the gate alone; must not know which requests are good.
 * Invariant: a verdict does not depend on the cut, and what passes has a head whose slices lie within it.
 *
 *   clang -std=c17 -g -O1 -fsanitize=fuzzer,address,undefined -Iinclude tests/fuzz/fuzz_gate.c src/edge/gate.c \
 *       src/base/{arena,slice,verdict,log,time,text}.c -lpcre2-8 -lutf8proc -o build/fuzz_gate
 */
#include <stdlib.h>

#include "../../src/edge/gate.h"

static const struct http_limits limits = {.header_bytes_max = 512, .header_lines_max = 8, .body_bytes_max = 256};

int LLVMFuzzerTestOneInput(const unsigned char *at, size_t len);

static bool
lies_within(const struct gate *g, struct slice s)
{
    return s.at == NULL || (s.at >= g->head && s.at + s.len <= g->head + g->head_len);
}

static void
request_check(const struct gate *g, struct arena *a)
{
    struct request rq = {.arena = a};

    gate_request(&rq, g);
    assert(lies_within(g, rq.target));
    assert(lies_within(g, rq.query));
    assert(rq.path.len > 0);
    for (size_t i = 0; i < rq.header_count; i++) {
        assert(lies_within(g, rq.headers[i].name));
        assert(lies_within(g, rq.headers[i].value));
    }
    assert(g->body_len <= limits.body_bytes_max);
    gate_keeps_alive(g);
}

int
LLVMFuzzerTestOneInput(const unsigned char *at, size_t len)
{
    struct arena *a = arena_open(64 * 1024);
    struct slice bytes = {(const char *)at, len};
    size_t piece = len == 0 ? 1 : 1 + (size_t)at[len - 1] % 16;
    enum verdict whole, cut = V_OK;
    struct gate g, h;

    gate_init(&g, a, &limits);
    whole = gate_read(&g, bytes);
    gate_init(&h, a, &limits);
    for (size_t from = 0; from < len && cut == V_OK; from += piece)
        cut = gate_read(&h, slice_sub(bytes, from, piece));
    assert(whole == cut);
    assert(ERGO(whole == V_OK, g.phase == h.phase));
    if (whole == V_OK && gate_has_head(&g))
        request_check(&g, a);
    arena_close(a);
    return 0;
}

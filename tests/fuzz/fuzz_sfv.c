/*
 * Fuzzes structured fields, and signatures as a stranger may send them.
 * Knows libFuzzer's one entry; must not need keys, files or the network.
 * Invariant: what was read is written, and reads back to the same canonical form; a base has one line a component.
 *
 * clang -std=gnu17 -g -O1 -fsanitize=fuzzer,address,undefined -Iinclude -o build/fuzz_sfv tests/fuzz/fuzz_sfv.c \
 *     src/base/{arena,crypto,id,json,log,money,slice,text,time,verdict}.c \
 *     src/edge/{sfv,component,digest,signature,gate}.c -lcrypto -ljansson -lpcre2-8 -lutf8proc
 * build/fuzz_sfv -max_total_time=60 -max_len=4096
 */
#include <stdio.h>
#include <stdlib.h>

#include "../../src/edge/digest.h"
#include "../../src/edge/signature.h"

#define ARENA_SIZE (4u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct arena *arena;

static bool
read_one(struct sfv **out, struct arena *a, struct slice field)
{
    *out = NEW(a, struct sfv);
    return sfv_read_item(*out, a, field);
}

static const struct form {
    bool (*read)(struct sfv **out, struct arena *a, struct slice field);
    bool (*add)(struct buf *b, const struct sfv *value);
} forms[] = {
    {read_one,            sfv_add_item      },
    {sfv_read_list,       sfv_add_list      },
    {sfv_read_dictionary, sfv_add_dictionary},
};

static void
must(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "broken: %s\n", what);
    abort();
}

static void
try_form(const struct form *f, struct slice field)
{
    struct buf first = {.arena = arena}, second = {.arena = arena};
    struct sfv *got, *again;

    if (!f->read(&got, arena, field))
        return;
    must(f->add(&first, got), "what was read can be written");
    must(f->read(&again, arena, buf_slice(&first)), "what was written can be read");
    must(f->add(&second, again), "and written again");
    must(slice_equal(buf_slice(&first), buf_slice(&second)), "to the same bytes");
}

static size_t
lines_of(struct slice text)
{
    size_t lines = 1;

    for (size_t i = 0; i < text.len; i++)
        lines += text.at[i] == '\n';
    return lines;
}

/* Four parts, cut at NUL bytes: Signature-Input, Signature, another field, the query. */
static void
try_signature(struct slice data)
{
    struct slice input = slice_cut(&data, data, '\0'), value = slice_cut(&data, data, '\0');
    struct slice field = slice_cut(&data, data, '\0');
    const struct header headers[] = {
        {S("Signature-Input"), input                           },
        {S("Signature"),       value.at == NULL ? S("") : value},
        {S("Content-Digest"),  field.at == NULL ? S("") : field},
    };
    struct request rq = {.arena = arena, .method = S("GET"), .path = S("/"), .query = data};
    struct signature s;

    rq.target = arena_print(arena, "/?" SLICE_FMT, SLICE_ARG(data));
    rq.headers = headers;
    rq.header_count = COUNT(headers);
    if (signature_read(&s, &rq, S("https://ventured.example"), &signature_policy_read) == V_OK) {
        must(lines_of(s.base) == sfv_count(s.covered) + 1, "one line a component");
        must(s.key_id.len > 0, "a key is named");
    } else {
        must(s.fault.at != NULL, "a refusal names its cause");
    }
    digest_check(arena, field, rq.body);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice all = {(const char *)data, size};

    if (arena == NULL)
        arena = arena_open(ARENA_SIZE);
    arena_reset(arena);
    if (size == 0)
        return 0;
    for (size_t i = 0; i < COUNT(forms); i++)
        try_form(&forms[i], all);
    try_signature(all);
    return 0;
}

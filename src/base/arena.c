/*
 * The only malloc in the program: arenas, and growable bytes inside them.
 * Knows addresses and sizes; must not know what is kept there.
 * Invariant: what an arena gave out stays where it is until reset or close, and taking never fails.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "ventured/base.h"

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_POISON 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_POISON 1
#endif
#endif

#ifdef ARENA_POISON
#include <sanitizer/asan_interface.h>
#define REDZONE 16
#else
#define ASAN_POISON_MEMORY_REGION(at, size) ((void)(at), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(at, size) ((void)(at), (void)(size))
#define REDZONE 0
#endif

#define ALIGNMENT 16
/* Pages beyond this much go back to the kernel at a reset: one large request must not be kept for ever. */
#define KEPT_SIZE (256u * 1024)

struct arena {
    char *at;
    size_t used, size, dirty; /* dirty: how far the pages are no longer known to be zero */
};

static size_t
round_up(size_t n, size_t to)
{
    return (n + to - 1) / to * to;
}

struct arena *
arena_open(size_t size_max)
{
    struct arena *a = malloc(sizeof *a);
    size_t size = round_up(size_max, 4096);
    void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (a == NULL || at == MAP_FAILED) {
        log_write(LOG_ERROR, "out_of_memory", "arena_bytes=%zu", size);
        abort();
    }
    *a = (struct arena){.at = at, .size = size};
    ASAN_POISON_MEMORY_REGION(a->at, a->size);
    return a;
}

void
arena_close(struct arena *a)
{
    if (a == NULL)
        return;
    ASAN_UNPOISON_MEMORY_REGION(a->at, a->size);
    munmap(a->at, a->size);
    free(a);
}

void
arena_reset(struct arena *a)
{
    if (a->dirty < a->used)
        a->dirty = a->used;
    if (a->dirty > KEPT_SIZE) {
        madvise(a->at + KEPT_SIZE, round_up(a->dirty, 4096) - KEPT_SIZE, MADV_DONTNEED);
        a->dirty = KEPT_SIZE;
    }
    ASAN_POISON_MEMORY_REGION(a->at, a->used); /* what lies beyond has been poisoned since the arena was opened */
    a->used = 0;
}

size_t
arena_used(const struct arena *a)
{
    return a->used;
}

void *
arena_take(struct arena *a, size_t size)
{
    size_t from = a->used;
    size_t to;
    char *at;

    assert(size <= a->size);
    to = from + round_up(size + REDZONE, ALIGNMENT);
    assert(to <= a->size);
    at = a->at + from;
    ASAN_UNPOISON_MEMORY_REGION(at, size);
    if (from < a->dirty)
        memset(at, 0, size);
    a->used = to;
    return at;
}

struct slice
arena_copy(struct arena *a, struct slice s)
{
    char *at;

    if (s.at == NULL)
        return s;
    at = arena_take(a, s.len + 1);
    memcpy(at, s.at, s.len);
    return (struct slice){at, s.len};
}

void *
arena_grow(struct arena *a, void *at, size_t count, size_t *size, size_t item_size, size_t first)
{
    void *copy;

    assert(count <= *size);
    if (count < *size)
        return at;
    *size = *size == 0 ? first : *size * 2;
    copy = arena_take(a, *size * item_size);
    if (count > 0)
        memcpy(copy, at, count * item_size);
    return copy;
}

/* Prints into the end of the arena; one call measures, the second writes. */
static struct slice __attribute__((format(printf, 2, 0)))
print_args(struct arena *a, const char *format, va_list args)
{
    va_list again;
    int len;
    char *at;

    va_copy(again, args);
    len = vsnprintf(NULL, 0, format, args);
    assert(len >= 0);
    at = arena_take(a, (size_t)len + 1);
    vsnprintf(at, (size_t)len + 1, format, again);
    va_end(again);
    return (struct slice){at, (size_t)len};
}

struct slice
arena_print(struct arena *a, const char *format, ...)
{
    va_list args;
    struct slice out;

    va_start(args, format);
    out = print_args(a, format, args);
    va_end(args);
    return out;
}

static void
buf_room(struct buf *b, size_t more)
{
    size_t size = b->size == 0 ? 256 : b->size;
    char *at;

    if (b->size - b->len >= more)
        return;
    while (size - b->len < more)
        size *= 2;
    at = arena_take(b->arena, size);
    if (b->len > 0)
        memcpy(at, b->at, b->len);
    b->at = at;
    b->size = size;
}

void
buf_add(struct buf *b, struct slice s)
{
    if (s.len == 0)
        return;
    buf_room(b, s.len);
    memcpy(b->at + b->len, s.at, s.len);
    b->len += s.len;
}

void
buf_add_char(struct buf *b, char c)
{
    buf_room(b, 1);
    b->at[b->len++] = c;
}

void
buf_print(struct buf *b, const char *format, ...)
{
    va_list args, again;
    int len;

    va_start(args, format);
    va_copy(again, args);
    len = vsnprintf(NULL, 0, format, args);
    assert(len >= 0);
    buf_room(b, (size_t)len + 1);
    vsnprintf(b->at + b->len, (size_t)len + 1, format, again);
    b->len += (size_t)len;
    va_end(again);
    va_end(args);
}

struct slice
buf_slice(const struct buf *b)
{
    return b->len == 0 ? S("") : (struct slice){b->at, b->len};
}

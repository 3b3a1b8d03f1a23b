/*
 * Changing a registry behind its back, and what verify must say of it.
 * Knows how to reach the tables past the driver; must not know how verify looks at them.
 * Invariant: a change is made through SQL alone, and tamper_leaves undoes its own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "dump.h"
#include "tamper.h"

#define EVERY_BYTE_FROM 1000 /* $N */
#define SCRATCH_SIZE ((size_t)1 << 20)

bool
tamper_on_postgres(const struct world *w)
{
    return strncmp(w->engine->url, "postgres", 8) == 0;
}

size_t
tamper_times(size_t usual)
{
    const char *given = getenv("N");

    return given == NULL ? usual : strtoul(given, NULL, 10);
}

struct slice
tamper_quoted(struct arena *a, struct slice s)
{
    struct buf b = {.arena = a};

    buf_add_char(&b, '\'');
    for (size_t i = 0; i < s.len; i++) {
        if (s.at[i] == '\'')
            buf_add_char(&b, '\'');
        buf_add_char(&b, s.at[i]);
    }
    buf_add_char(&b, '\'');
    return buf_slice(&b);
}

void
tamper_run(struct world *w, const char *sql)
{
    if (!dump_change(w->engine->url, sql))
        fail_msg("refused: %s", sql);
}

/* ---- what verify says ------------------------------------------------------------------------------------------ */

/* Scratch on a memory disk where there is one. The log would repeat every damage. */
enum verdict
tamper_verify(struct world *w, struct verify_report *report)
{
    log_level_min = (enum log_level)(LOG_ERROR + 1);
    return ledger_verify(report, &w->options, w->vkey, access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
}

bool
tamper_is_named(const struct verify_report *report, const char *where)
{
    size_t count = report->damage_count < COUNT(report->damages) ? report->damage_count : COUNT(report->damages);

    for (size_t i = 0; i < count; i++) {
        const char *at = report->damages[i].where;

        if (strncmp(at, where, strlen(where)) == 0 && (at[strlen(where)] == ' ' || at[strlen(where)] == '\0'))
            return true;
    }
    return false;
}

void
tamper_expect_none(struct world *w, const char *when)
{
    struct verify_report report;

    if (tamper_verify(w, &report) != V_OK)
        fail_msg("%s: %s: %s", when, report.damages[0].where, report.damages[0].what);
}

void
tamper_expect(struct world *w, const char *what, const char *where)
{
    struct verify_report report;
    enum verdict got = tamper_verify(w, &report);

    if (got != V_BROKEN || report.damage_count == 0)
        fail_msg("%s: verify says %s with %zu damages", what, verdict_row(got)->name, report.damage_count);
    if (!tamper_is_named(&report, where))
        fail_msg("%s: told of '%s' (%s), not of '%s'", what, report.damages[0].where, report.damages[0].what, where);
}

/* ---- leaves ---------------------------------------------------------------------------------------------------- */

static void
leaf_put(struct world *w, struct arena *a, struct slice seq, struct slice leaf)
{
    tamper_run(w, arena_print(a, "UPDATE journal SET leaf = " SLICE_FMT " WHERE seq = " SLICE_FMT,
                              SLICE_ARG(tamper_quoted(a, leaf)), SLICE_ARG(seq)).at);
}

static void
leaf_spoil(struct world *w, struct arena *a, struct slice seq, struct slice leaf, size_t place)
{
    struct slice changed = arena_copy(a, leaf);

    ((char *)changed.at)[place] ^= 1;
    leaf_put(w, a, seq, changed);
    tamper_expect(w, arena_print(a, "byte %zu of " SLICE_FMT, place, SLICE_ARG(leaf)).at,
                  arena_print(a, "journal seq " SLICE_FMT, SLICE_ARG(seq)).at);
}

void
tamper_leaves(struct world *w, struct seed *seed, const char *query, size_t stride)
{
    struct arena *a = arena_open(SCRATCH_SIZE); /* of one change: there are thousands of them */
    struct slice rest = dump_query(w->arena, w->engine->url, query);

    if (tamper_times(0) >= EVERY_BYTE_FROM)
        stride = 1;
    else if (tamper_on_postgres(w))
        stride *= 3;
    assert_true(rest.len > 0);
    while (rest.len > 0) {
        struct slice leaf, seq = slice_cut(&leaf, slice_cut(&rest, rest, '\n'), '\t');

        for (size_t i = seed_below(seed, stride); i < leaf.len; i += stride) {
            arena_reset(a);
            leaf_spoil(w, a, seq, leaf, i);
        }
        leaf_put(w, a, seq, leaf);
    }
    arena_close(a);
    tamper_expect_none(w, "put right again");
}

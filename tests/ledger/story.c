/*
 * Tells random stories to a ledger and writes down what the journal holds and which totals the ledger gives.
 * Knows how to ask; must not judge: recount.py does.
 * Invariant: one JSON object a line: {"world"}, {"leaf"}, {"from","to","known","cells"} or {"year","cells"}.
 *
 *   story ROUNDS SEED     on the engine that $VENTURED_TEST_DB names
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "dump.h"
#include "sql.h"
#include "tale.h"

#define POSTINGS 12        /* of a story, about */
#define STORIES_DUMP 10    /* between two accounts */
#define STORIES_WORLD 50   /* of one registry */
#define CUTS 8

static void
print_cell(size_t i, struct slice indicator, struct slice district, struct slice part, int64_t amount)
{
    printf("%s[\"" SLICE_FMT "\",\"" SLICE_FMT "\",\"" SLICE_FMT "\",%" PRId64 "]", i == 0 ? "" : ",",
           SLICE_ARG(indicator), SLICE_ARG(district), SLICE_ARG(part), amount);
}

static void
must(enum verdict got)
{
    if (got == V_OK)
        return;
    fprintf(stderr, "story: %s\n", verdict_row(got)->name);
    exit(1);
}

static int64_t
dump_leaves(struct world *w, int64_t after)
{
    struct slice rows = dump_query(w->arena, w->engine->url,
                                   arena_print(w->arena, "SELECT leaf FROM journal WHERE seq > %" PRId64
                                               " ORDER BY seq",
                                               after).at);

    for (; rows.at != NULL && rows.len > 0; after++) {
        struct slice leaf = slice_cut(&rows, rows, '\n');

        printf("{\"leaf\":" SLICE_FMT "}\n", SLICE_ARG(leaf));
    }
    return after;
}

static void
dump_cut(struct world *w, int32_t from, int32_t to, int64_t known)
{
    char first[DAY_TEXT_SIZE], last[DAY_TEXT_SIZE];
    struct cell *cells;
    size_t count;

    must(ledger_totals(&cells, &count, w->reader, w->arena, from, to, known));
    day_print(first, from);
    day_print(last, to);
    printf("{\"from\":\"%s\",\"to\":\"%s\",\"known\":%" PRId64 ",\"cells\":[", first, last, known);
    for (size_t i = 0; i < count; i++)
        print_cell(i, cells[i].indicator, cells[i].district, cells[i].part, cells[i].amount);
    printf("]}\n");
}

static void
dump_year(struct world *w, int year)
{
    struct sql_totals_of_years *rows;
    size_t count;

    must(sql_totals_of_years(&rows, &count, w->reader, w->arena, year, year));
    printf("{\"year\":%d,\"cells\":[", year);
    for (size_t i = 0; i < count; i++)
        print_cell(i, rows[i].indicator, rows[i].district, rows[i].part, rows[i].amount);
    printf("]}\n");
}

static void
dump_totals(struct world *w, struct seed *seed, int64_t entries)
{
    int32_t today = day_local(world_now_ms);
    int this_year, month, day;

    day_split(today, &this_year, &month, &day);
    for (int year = 2022; year <= this_year; year++)
        dump_year(w, year);
    for (size_t i = 0; i < CUTS; i++) {
        int32_t from = today - (int32_t)seed_below(seed, 900);

        dump_cut(w, from, from + (int32_t)seed_below(seed, 500), (int64_t)seed_below(seed, (uint64_t)entries + 2));
    }
    dump_cut(w, DAY_MIN, DAY_MAX, INT64_MAX);
}

int
main(int argc, char **argv)
{
    size_t rounds = argc == 3 ? strtoul(argv[1], NULL, 10) : 0;
    struct seed seed = {argc == 3 ? strtoull(argv[2], NULL, 0) : 0};

    if (rounds == 0) {
        fprintf(stderr, "usage: story ROUNDS SEED\n");
        return 2;
    }
    for (size_t n = 0; n < rounds;) {
        void *fresh = NULL;
        struct world *w;
        struct tale *tale;
        int64_t leaves = 0;

        world_setup(&fresh);
        w = fresh;
        tale = tale_open(w, &seed);
        printf("{\"world\":%zu}\n", n);
        for (size_t i = 0; i < STORIES_WORLD && n < rounds; i++) {
            tale_tell(tale, POSTINGS);
            if (++n % STORIES_DUMP != 0 && n < rounds)
                continue;
            leaves = dump_leaves(w, leaves);
            dump_totals(w, &seed, leaves);
        }
        world_teardown(&fresh);
    }
    return 0;
}

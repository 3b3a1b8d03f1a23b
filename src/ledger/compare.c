/*
 * Two databases' derived tables, row by row in the order of their keys.
 * Knows rows as packed values; must not know what a table means.
 * Invariant: every difference is told with its table and key: a row missing, a row too many, a value that differs.
 */
#include <stdio.h>
#include <string.h>

#include "verify_int.h"

#define PAGE 500
#define KEYS_MAX 7
#define VALUES_MAX 16

/* A scan's first `keys` columns are its key; its parameters are the key to start behind, and how many. */
struct scan {
    const char *table, *statement;
    size_t keys;
};

static const struct scan scans[] = {
    {"tile",      "scan_tile",      2},
    {"subject",   "scan_subject",   2},
    {"voucher",   "scan_voucher",   5},
    {"exception", "scan_exception", 1},
    {"line",      "scan_line",      7},
    {"step",      "scan_step",      3},
    {"delta",     "scan_delta",     5},
    {"bucket",    "scan_bucket",    5},
    {"total",     "scan_total",     4},
};

/* One side of the comparison: a page of rows and where it stands in it. */
struct side {
    struct db *db;
    const struct scan *scan;
    const struct db_statement *statement;
    struct arena *pages[2]; /* by turns: the page before holds the key behind which the next one starts */
    size_t turn;
    struct db_value last[KEYS_MAX];
    struct db_value row[VALUES_MAX];
    char *page;
    size_t count, next;
    bool ended;
};

static const struct db_statement *
statement_find(const char *name)
{
    size_t i = 0;

    while (i < sql_schema.statement_count && strcmp(sql_schema.statements[i].name, name) != 0)
        i++;
    assert(i < sql_schema.statement_count);
    return &sql_schema.statements[i];
}

static char *
unpack(struct db_value *out, char type, char *at)
{
    *out = (struct db_value){.type = type};
    if (type == 'i') {
        memcpy(&out->i, at, sizeof out->i);
        return at + sizeof out->i;
    }
    memcpy(&out->s, at, sizeof out->s);
    return at + sizeof out->s;
}

static int
value_compare(const struct db_value *a, const struct db_value *b)
{
    return a->type == 'i' ? (a->i > b->i) - (a->i < b->i) : slice_compare(a->s, b->s);
}

static enum verdict
page_read(struct side *s)
{
    struct db_value values[KEYS_MAX + 1];
    struct arena *a = s->pages[s->turn++ % 2];

    arena_reset(a);
    memcpy(values, s->last, s->scan->keys * sizeof values[0]);
    values[s->scan->keys] = (struct db_value){.type = 'i', .i = PAGE};
    s->next = 0;
    return db_run(s->db, s->statement, values, a, (void **)&s->page, &s->count);
}

/* Moves to the next row, or to the end. */
static enum verdict
side_next(struct side *s)
{
    if (s->next == s->count && s->count == PAGE)
        TRY(page_read(s));
    s->ended = s->next == s->count;
    if (s->ended)
        return V_OK;
    for (size_t i = 0; s->statement->gives[i] != '\0'; i++)
        s->page = unpack(&s->row[i], s->statement->gives[i], s->page);
    memcpy(s->last, s->row, s->scan->keys * sizeof s->row[0]);
    s->next++;
    return V_OK;
}

static enum verdict
side_open(struct side *s, struct db *db, const struct scan *scan, struct arena *const pages[2])
{
    *s = (struct side){.db = db, .scan = scan, .statement = statement_find(scan->statement)};
    memcpy(s->pages, pages, sizeof s->pages);
    for (size_t i = 0; i < scan->keys; i++)
        s->last[i] = (struct db_value){.type = s->statement->gives[i], .i = INT64_MIN, .s = S("")};
    TRY(page_read(s));
    return side_next(s);
}

static int
key_compare(const struct side *a, const struct side *b)
{
    int by = a->ended - b->ended;

    for (size_t i = 0; by == 0 && i < a->scan->keys; i++)
        by = value_compare(&a->row[i], &b->row[i]);
    return by;
}

static void
key_print(char out[DAMAGE_WHERE_SIZE], const struct side *s)
{
    size_t used = (size_t)snprintf(out, DAMAGE_WHERE_SIZE, "%s", s->scan->table);

    for (size_t i = 0; i < s->scan->keys && used < DAMAGE_WHERE_SIZE; i++)
        used += (size_t)(s->row[i].type == 'i'
                             ? snprintf(out + used, DAMAGE_WHERE_SIZE - used, " %lld", (long long)s->row[i].i)
                             : snprintf(out + used, DAMAGE_WHERE_SIZE - used, " " SLICE_FMT, SLICE_ARG(s->row[i].s)));
}

static void
compare_values(struct verify_report *report, const struct side *is, const struct side *ought)
{
    char where[DAMAGE_WHERE_SIZE];

    for (size_t i = is->scan->keys; is->statement->gives[i] != '\0'; i++)
        if (value_compare(&is->row[i], &ought->row[i]) != 0) {
            key_print(where, is);
            damage_add(report, where, "column %zu is not what replaying the journal gives", i + 1);
        }
}

static enum verdict
compare_table(struct verify_report *report, struct db *is_db, struct db *ought_db, const struct scan *scan,
              struct arena *const pages[4])
{
    struct side is, ought;
    char where[DAMAGE_WHERE_SIZE];

    TRY(side_open(&is, is_db, scan, pages));
    TRY(side_open(&ought, ought_db, scan, pages + 2));
    while (!is.ended || !ought.ended) {
        int by = key_compare(&is, &ought);

        if (by < 0) {
            key_print(where, &is);
            damage_add(report, where, "a row that no entry explains");
        } else if (by > 0) {
            key_print(where, &ought);
            damage_add(report, where, "a row is missing");
        } else {
            compare_values(report, &is, &ought);
            report->rows++;
        }
        if (by <= 0)
            TRY(side_next(&is));
        if (by >= 0)
            TRY(side_next(&ought));
    }
    return V_OK;
}

enum verdict
compare_derived(struct verify_report *report, struct db *is, struct db *ought)
{
    struct arena *pages[4];
    enum verdict got = V_OK;

    for (size_t i = 0; i < COUNT(pages); i++)
        pages[i] = arena_open(COMPARE_ARENA_SIZE);
    for (size_t i = 0; i < COUNT(scans) && got == V_OK; i++)
        got = compare_table(report, is, ought, &scans[i], pages);
    for (size_t i = 0; i < COUNT(pages); i++)
        arena_close(pages[i]);
    return got;
}

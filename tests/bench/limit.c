/*
 * What SQLite alone takes to keep the facts that a daemon kept: the bound that a daemon's rate is compared with.
 * Knows the rows of a fact (journal, body's MAC, evidence, nonce, the loan) and of a group (tiles, checkpoint, head);
 * must not parse, verify, hash, seal, decide or talk to anybody: the rows are there already, in another database.
 * Invariant: afterwards the journal holds what the other database's holds; write-ahead log, FULL synchronisation, the
 * daemon's own indexes, and as many facts a transaction as asked for.
 *
 *     limit BEFORE AFTER GROUP      copies AFTER's later entries into BEFORE; prints {"facts", "seconds", "per_second"}
 */
#define _GNU_SOURCE
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define COUNT(list) (sizeof(list) / sizeof(list)[0])
#define MINE "(SELECT subject FROM filled.journal WHERE seq = ?1)"

static const char *const of_a_fact[] = {
    "INSERT INTO main.journal SELECT * FROM filled.journal WHERE seq = ?1",
    "INSERT INTO main.body_mac SELECT * FROM filled.body_mac WHERE seq = ?1",
    "INSERT INTO main.private_text SELECT * FROM filled.private_text "
    "WHERE owner = (SELECT id FROM filled.journal WHERE seq = ?1)",
    "INSERT INTO main.op_nonce SELECT * FROM filled.op_nonce WHERE rowid = ?1 - ?2",
    "INSERT INTO main.subject SELECT * FROM filled.subject WHERE type = 'loan' AND id = " MINE
    " ON CONFLICT (type, id) DO UPDATE SET state = excluded.state, frozen = excluded.frozen, "
    "first_on = excluded.first_on, seq = excluded.seq, district = excluded.district, "
    "organisation = excluded.organisation, person = excluded.person, view = excluded.view",
};
/* ?1 is the group's last entry. */
static const char *const of_a_group[] = {
    "INSERT OR REPLACE INTO main.tile SELECT * FROM filled.tile WHERE level = 0 AND place = (?1 - 1) / 256",
    "INSERT OR REPLACE INTO main.tile SELECT * FROM filled.tile WHERE level = 1 AND place = (?1 - 1) / 65536",
    "INSERT OR IGNORE INTO main.checkpoint SELECT ?1, previous, note FROM filled.checkpoint "
    "WHERE size = (SELECT MAX(size) FROM filled.checkpoint)",
    "UPDATE main.head SET seq = ?1, at_ms = (SELECT at_ms FROM filled.head)",
};

struct limit {
    sqlite3 *db;
    sqlite3_stmt *facts[COUNT(of_a_fact)], *group[COUNT(of_a_group)];
    int64_t first, last; /* the entries to be copied */
};

static void
must(struct limit *l, int got, int wanted, const char *what)
{
    if (got == wanted)
        return;
    fprintf(stderr, "limit: %s: %s\n", what, sqlite3_errmsg(l->db));
    exit(1);
}

static void
run(struct limit *l, const char *sql)
{
    must(l, sqlite3_exec(l->db, sql, NULL, NULL, NULL), SQLITE_OK, sql);
}

static int64_t
number(struct limit *l, const char *sql)
{
    sqlite3_stmt *s;
    int64_t out;

    must(l, sqlite3_prepare_v2(l->db, sql, -1, &s, NULL), SQLITE_OK, sql);
    must(l, sqlite3_step(s), SQLITE_ROW, sql);
    out = sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    return out;
}

static void
prepare(struct limit *l, sqlite3_stmt **out, const char *const *sql, size_t count)
{
    for (size_t i = 0; i < count; i++)
        must(l, sqlite3_prepare_v2(l->db, sql[i], -1, &out[i], NULL), SQLITE_OK, sql[i]);
}

static void
step(struct limit *l, sqlite3_stmt *s, int64_t seq)
{
    must(l, sqlite3_bind_int64(s, 1, seq), SQLITE_OK, "bind");
    if (sqlite3_bind_parameter_count(s) > 1)
        must(l, sqlite3_bind_int64(s, 2, l->first - 1), SQLITE_OK, "bind");
    must(l, sqlite3_step(s), SQLITE_DONE, sqlite3_sql(s));
    sqlite3_reset(s);
}

static void
open_both(struct limit *l, const char *before, const char *after)
{
    char attach[4200];

    must(l, sqlite3_open(before, &l->db), SQLITE_OK, before);
    snprintf(attach, sizeof attach, "ATTACH 'file:%s' AS filled", after);
    run(l, "PRAGMA journal_mode = WAL");
    run(l, "PRAGMA synchronous = FULL");
    run(l, attach);
    l->first = number(l, "SELECT seq + 1 FROM main.head");
    l->last = number(l, "SELECT seq FROM filled.head");
    prepare(l, l->facts, of_a_fact, COUNT(of_a_fact));
    prepare(l, l->group, of_a_group, COUNT(of_a_group));
}

static void
copy_group(struct limit *l, int64_t from, int64_t to)
{
    run(l, "BEGIN IMMEDIATE");
    for (int64_t seq = from; seq <= to; seq++)
        for (size_t i = 0; i < COUNT(of_a_fact); i++)
            step(l, l->facts[i], seq);
    for (size_t i = 0; i < COUNT(of_a_group); i++)
        step(l, l->group[i], to);
    run(l, "COMMIT");
}

int
main(int argc, char **argv)
{
    static struct limit l;
    struct timespec began, ended;
    double seconds;
    long group;

    if (argc != 4 || (group = strtol(argv[3], NULL, 10)) < 1)
        return 2;
    open_both(&l, argv[1], argv[2]);
    clock_gettime(CLOCK_MONOTONIC, &began);
    for (int64_t seq = l.first; seq <= l.last; seq += group)
        copy_group(&l, seq, seq + group - 1 < l.last ? seq + group - 1 : l.last);
    clock_gettime(CLOCK_MONOTONIC, &ended);
    seconds = (double)(ended.tv_sec - began.tv_sec) + (double)(ended.tv_nsec - began.tv_nsec) / 1e9;
    if (number(&l, "SELECT COUNT(*) FROM main.journal") != number(&l, "SELECT COUNT(*) FROM filled.journal") ||
        number(&l, "SELECT COUNT(*) FROM main.op_nonce") != number(&l, "SELECT COUNT(*) FROM filled.op_nonce")) {
        fprintf(stderr, "limit: the copy is not whole\n");
        return 1;
    }
    printf("{\"facts\": %lld, \"seconds\": %.6f, \"per_second\": %.0f}\n", (long long)(l.last - l.first + 1), seconds,
           (double)(l.last - l.first + 1) / seconds);
    return 0;
}

/*
 * A small world for the ledger's tests: a registry, of toy kinds unless told, on the engine under test, a vault,
 * a log key, a clock. Knows how to post in one line; must not judge: it returns verdicts.
 * Invariant: two worlds share nothing.
 */
#ifndef TESTS_WORLD_H
#define TESTS_WORLD_H

#include "engine.h"
#include "toy.h"
#include "ventured/ledger.h"
#include "ventured/note.h"

#define WORLD_ORIGIN "test.example/jars"

struct world {
    struct engine *engine;
    const struct registry *registry;
    struct arena *arena;      /* of the test: whatever is read back */
    struct ledger *ledger;
    struct db *reader;
    struct ledger_options options; /* with the reader for db: for dry runs and verify */
    struct vault *vault;
    struct key *log_key;
    struct slice vkey;
};

/* For the setup of a fixture: *state becomes a struct world of these kinds, its journal empty. */
struct world *world_open(void **state, const struct registry *r);

/* cmocka's setup and teardown: *state becomes a struct world with the lists and rules that jars need. */
int world_setup(void **state);
int world_teardown(void **state);

/* The wall clock of all worlds, in milliseconds; tests move it. */
extern int64_t world_now_ms;

extern const struct actor clerk, checker, officer, bank, bank_former, bank_foreign, auditor, clerk_elsewhere;

/* Posts one entry alone. `id` NULL makes one; `json` is the body with its braces, its ' standing for ". */
struct posting *world_post(struct world *w, const struct actor *who, const char *kind, const char *id,
const char *json);
struct posting *world_read(struct world *w, const struct actor *who, const char *kind, const char *id,
const char *json);

/* A jar of 1,000 fen in 330602, opened on 2023-03-01; gives its id. */
const char *world_jar(struct world *w, const char *id);

struct subject world_subject(struct world *w, const char *id); /* a jar */
struct subject world_find(struct world *w, const struct subject_type *type, const char *id);
/* Straight to the database,
 * past the driver: what an intruder with SQL can do. Gives the first column of the first row, in
 * the test's arena; absent where there is none. */
struct slice world_sql(struct world *w, const char *sql, ...) __attribute__((format(printf, 2, 3)));
int64_t world_count(struct world *w, const char *table);
int64_t world_total(struct world *w, const char *indicator, const char *from, const char *to, int64_t known_seq);
const char *new_id(struct world *w);

#endif

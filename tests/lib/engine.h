/*
 * An empty database for a test, on the engine that $VENTURED_TEST_DB names: "sqlite" (or unset) or postgres://...
 * Knows how to make and drop databases; must not know any table.
 * Invariant: a test cannot tell which engine it runs on, and leaves nothing behind on either.
 */
#ifndef TESTS_ENGINE_H
#define TESTS_ENGINE_H

#include "ventured/db.h"

#define ENGINE_CONNECTIONS_MAX 16

struct engine {
    struct arena *arena;
    char folder[64]; /* private to the test, for files of its own; removed with everything in it */
    char url[512];
    struct db *open[ENGINE_CONNECTIONS_MAX];
    size_t open_count;
};

/* For cmocka's setup and teardown: *state becomes a struct engine with nothing in its database. */
int engine_setup(void **state);
int engine_teardown(void **state);

/* Another connection, closed by the teardown. Fails the test where it does not open. */
struct db *engine_open(struct engine *e, enum db_mode mode, const struct db_schema *schema);
/* The same, after db_migrate. */
struct db *engine_migrated(struct engine *e, const struct db_schema *schema);

#endif

/*
 * Numbered migrations: applied once, in order, and recorded with the hash of their text.
 * Knows numbers and hashes; must not know what a migration makes.
 * Invariant: a database holds exactly the migrations that it records, each as we would write it today.
 */
#include <string.h>

#include "store_int.h"
#include "ventured/crypto.h"

#define MIGRATION_ARENA_SIZE (16u * 1024 * 1024)

const char db_own_table[] = "CREATE TABLE IF NOT EXISTS migration ("
                            "number BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, hash TEXT NOT NULL)";

static const char find_all[] = "SELECT number, hash FROM migration ORDER BY number";
static const char add_one[] = "INSERT INTO migration (number, name, hash) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";

const struct db_statement db_own_statements[OWN__COUNT] = {
    [OWN_MIGRATIONS] = {"migrations",    find_all, "",    "it", EXPECT_MANY},
    [OWN_MIGRATION_ADD] = {"migration_add", add_one,  "itt", "",   EXPECT_SOME},
};

struct recorded {
    int64_t number;
    struct slice hash;
};

/* The text, and behind it a NUL that is not part of it. */
static struct slice
text_of(struct arena *a, const struct db_migration *m)
{
    struct buf text = {.arena = a};

    for (const char *const *line = m->lines; *line != NULL; line++)
        buf_add(&text, slice_of(*line));
    return arena_copy(a, buf_slice(&text));
}

static struct slice
hash_of(struct arena *a, struct slice text)
{
    struct hash hash = sha256_one(text);

    return hex_encode(a, hash_slice(&hash));
}

static const struct db_migration *
migration_find(const struct db *db, int64_t number)
{
    for (size_t i = 0; i < db->schema->migration_count; i++)
        if (db->schema->migrations[i].number == number)
            return &db->schema->migrations[i];
    return NULL;
}

/* Everything that the database records must be ours and unchanged. */
static enum verdict
recorded_check(struct db *db, struct arena *a)
{
    struct recorded *rows;
    void *got = NULL;
    size_t count;

    static_assert(sizeof(struct recorded) == sizeof(int64_t) + sizeof(struct slice), "rows are packed");
    TRY(db_run(db, &db_own_statements[OWN_MIGRATIONS], NULL, a, &got, &count));
    rows = got;
    for (size_t i = 0; i < count; i++) {
        const struct db_migration *m = migration_find(db, rows[i].number);

        if (m != NULL && slice_equal(hash_of(a, text_of(a, m)), rows[i].hash))
            continue;
        log_write(LOG_ERROR, m == NULL ? "migration_unknown" : "migration_changed", "number=%lld",
                  (long long)rows[i].number);
        return V_BROKEN;
    }
    return V_OK;
}

/* The record is written first: a second process waits at its key and then finds nothing left to do. */
static enum verdict
apply(struct db *db, const struct db_migration *m, struct slice text, struct slice hash)
{
    const struct db_value values[] = {
        {.type = 'i', .i = m->number        },
        {.type = 't', .s = slice_of(m->name)},
        {.type = 't', .s = hash             },
    };

    TRY(db_run(db, &db_own_statements[OWN_MIGRATION_ADD], values, NULL, NULL, NULL));
    return db->engine->script(db, text.at);
}

static enum verdict
migrate(struct db *db, struct arena *a)
{
    TRY(db->engine->found(db));
    TRY(recorded_check(db, a));
    for (size_t i = 0; i < db->schema->migration_count; i++) {
        const struct db_migration *m = &db->schema->migrations[i];
        struct slice text = text_of(a, m);
        enum verdict got;

        TRY(db_begin(db));
        got = db_end(db, apply(db, m, text, hash_of(a, text)));
        if (got == V_NONE) /* applied before */
            continue;
        TRY(got);
        log_write(LOG_INFO, "migration_applied", "number=%lld name=%s", (long long)m->number, m->name);
    }
    return recorded_check(db, a);
}

enum verdict
db_migrate(struct db *db)
{
    struct arena *a;
    enum verdict got;

    assert(db->mode == DB_WRITER);
    assert(db->stage == DB_IDLE);
    if (db->dead)
        return V_DATABASE;
    a = arena_open(MIGRATION_ARENA_SIZE);
    got = migrate(db, a);
    arena_close(a);
    return got;
}

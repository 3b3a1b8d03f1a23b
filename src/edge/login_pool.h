/*
 * The few threads on which people log in: a password takes 128 MiB and a third of a second, and must wait in line.
 * Knows a bounded line a cost, and a writer connection a thread; must not know what is answered.
 * Invariant: no more than LOGIN_SLOW_THREADS passwords are hashed at once here, and what was put is done exactly once.
 */
#ifndef VENTURED_EDGE_LOGIN_POOL_H
#define VENTURED_EDGE_LOGIN_POOL_H

#include "people.h"

#define LOGIN_SLOW_THREADS 2
#define LOGIN_SLOW_WAITING 8
#define LOGIN_QUICK_WAITING 64

/* One piece of work, in memory that lives until `run` is through with it. `db` is the thread's own writer; NULL while
 * the database is away. */
struct login_work {
    void (*run)(struct login_work *w, struct db *db);
    struct login_work *next; /* the line's own */
};

struct login_pool;

/* The database must be there and migrated; `db_url` is copied. V_BUSY, after one log line, where no thread starts. */
enum verdict login_pool_open(struct login_pool **out, const char *db_url, const struct db_schema *schema);

/* From any thread. V_BUSY at once where that line is full or closing: it will not be done then. */
enum verdict login_pool_put(struct login_pool *p, enum people_cost cost, struct login_work *w);

/* Notes that a session was used. Forgotten where too many wait: its next request says so again. */
void login_pool_seen(struct login_pool *p, const struct hash *session, int64_t now_ms);

void login_pool_close(struct login_pool *p); /* does what waits, then ends the threads; NULL is allowed */

#endif

/*
 * Waits after failed tries, in their table.
 * Knows names and times; must not know what was tried.
 * Invariant: concurrent failures are all counted, since the row is locked by its first statement.
 */
#include <arpa/inet.h>

#include "delay.h"
#include "sql.h"

#define IPV6_CUSTOMER_SIZE 8 /* bytes of the 64 bits */

int64_t
delay_after(const struct delay_rule *r, int64_t failed)
{
    int64_t wait = r->first_ms;

    if (failed <= r->free)
        return 0;
    for (int64_t i = r->free + 1; i < failed && wait < r->most_ms; i++)
        wait *= 2;
    return wait < r->most_ms ? wait : r->most_ms;
}

struct hash
delay_address(const struct vault *v, struct arena *a, struct slice scheme, struct slice address)
{
    struct slice text = arena_copy(a, address);
    unsigned char raw[16];

    if (inet_pton(AF_INET6, text.at, raw) == 1)
        return vault_blind(v, scheme, (struct slice){(const char *)raw, IPV6_CUSTOMER_SIZE});
    return vault_blind(v, scheme, text);
}

enum verdict
delay_left(int64_t *left_ms, struct db *db, struct arena *a, const struct delay_rule *r, const struct hash *name,
           int64_t now_ms)
{
    struct sql_attempt_get row;
    enum verdict got = sql_attempt_get(&row, db, a, hash_slice(name));

    *left_ms = 0;
    if (got == V_NONE)
        return V_OK;
    TRY(got);
    if (row.next_ms > now_ms && row.next_ms - now_ms <= r->most_ms)
        *left_ms = row.next_ms - now_ms;
    return V_OK;
}

enum verdict
delay_add(struct db *db, struct arena *a, const struct delay_rule *r, const struct hash *name, int64_t now_ms)
{
    struct sql_attempt_add row;

    assert(db_in_transaction(db));
    TRY(sql_attempt_add(&row, db, a, hash_slice(name), now_ms, now_ms - r->quiet_ms));
    return sql_attempt_delay(db, now_ms + delay_after(r, row.failed), hash_slice(name));
}

enum verdict
delay_clear(struct db *db, const struct hash *name)
{
    return sql_attempt_clear(db, hash_slice(name));
}

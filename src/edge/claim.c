/*
 * Checks what somebody shows against what is known.
 * Knows secrets while it compares them; must not log them.
 * Invariant: an unknown login is checked against the secrets of nobody, at the same cost.
 */
#include <string.h>

#include "claim.h"
#include "totp.h"

#define MINUTE_MS (INT64_C(60) * 1000)
#define HOUR_MS (60 * MINUTE_MS)

const struct people people_default = {
    .issuer = S_INIT("ventured"),
    .per_account = {.free = 3, .first_ms = 1000, .most_ms = 15 * MINUTE_MS, .quiet_ms = 24 * HOUR_MS},
    /* A whole office may share one address. */
    .per_address = {.free = 20, .first_ms = 1000, .most_ms = 15 * MINUTE_MS, .quiet_ms = HOUR_MS},
    .sessions = {.idle_ms = 30 * MINUTE_MS, .absolute_ms = 12 * HOUR_MS, .seen_every_ms = MINUTE_MS},
    .invitation_ms = 72 * HOUR_MS,
};

/* No account: ids begin with a letter or digit. */
#define NOBODY S("-")

static const struct sql_secret_get secret_of_nobody = {
    .salt = S_INIT("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"),
    .hash = S_INIT("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"),
    .step = -1,
    .address = S_INIT(""),
};
static const struct slice totp_of_nobody = S_INIT("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");

enum role
role_first(uint32_t roles)
{
    enum role r = 0;

    while (r < ROLE__COUNT && (roles & PEOPLE_ROLES & ROLE_BIT(r)) == 0)
        r++;
    return r;
}

/* Whoever was never invited has no login yet. */
static enum verdict
account_find(struct claim *c, const struct people *p, struct db *db, struct arena *a, struct slice login)
{
    struct sql_secret_by_login row = {.account = NOBODY};
    enum verdict got = sql_secret_by_login(&row, db, a, login);

    if (got != V_NONE)
        TRY(got);
    got = p->account_load(&c->account, db, a, row.account, day_local(c->now_ms));
    if (got != V_NONE)
        TRY(got);
    c->open = got == V_OK && c->account.active && role_first(c->account.roles) != ROLE__COUNT;
    c->account.id = row.account;
    return V_OK;
}

static enum verdict
secrets_read(struct claim *c, const struct people *p, struct db *db, struct arena *a)
{
    enum verdict row = sql_secret_get(&c->secret, db, a, c->account.id);
    enum verdict text = vault_get(&c->totp, p->vault, db, a, c->account.id, S("totp"));

    if (text == V_NONE)
        c->totp = totp_of_nobody;
    else
        TRY(text);
    if (row != V_NONE)
        return row;
    c->secret = secret_of_nobody;
    c->open = false;
    return V_OK;
}

/* Whoever has logged in from an address before is counted there by themselves: others elsewhere who try at their login
 * cannot make them wait. */
static void
names_set(struct claim *c, const struct people *p, struct arena *a, struct slice login)
{
    bool known = slice_equal(c->secret.address, c->address);
    struct buf b = {.arena = a};

    buf_add(&b, login);
    buf_add_char(&b, '\0');
    if (known)
        buf_add(&b, c->address);
    c->of_login = vault_blind(p->vault, S("login"), buf_slice(&b));
}

enum verdict
claim_read(struct claim *out, const struct people *p, struct db *db, struct arena *a, struct slice login,
           struct slice address, int64_t now_ms)
{
    *out = (struct claim){.now_ms = now_ms};
    TRY(account_find(out, p, db, a, login));
    TRY(secrets_read(out, p, db, a));
    out->of_address = delay_address(p->vault, a, S("login_address"), address);
    out->address = arena_copy(a, hash_slice(&out->of_address));
    names_set(out, p, a, login);
    return V_OK;
}

enum verdict
claim_wait(int64_t *wait_s, const struct claim *c, const struct people *p, struct db *db, struct arena *a)
{
    int64_t login_ms, address_ms, wait_ms;

    TRY(delay_left(&login_ms, db, a, &p->per_account, &c->of_login, c->now_ms));
    TRY(delay_left(&address_ms, db, a, &p->per_address, &c->of_address, c->now_ms));
    wait_ms = login_ms > address_ms ? login_ms : address_ms;
    *wait_s = (wait_ms + 999) / 1000;
    return wait_ms > 0 ? V_LOGIN_LATER : V_OK;
}

enum verdict
claim_password(bool *right, const struct claim *c, struct slice password)
{
    unsigned char salt[PASSWORD_SALT_SIZE], hash[PASSWORD_HASH_SIZE];

    assert(c->secret.salt.len == sizeof salt);
    memcpy(salt, c->secret.salt.at, sizeof salt);
    if (!password_hash(hash, password, salt))
        return V_BUSY;
    *right = bytes_equal(c->secret.hash, (struct slice){(const char *)hash, sizeof hash});
    wipe(hash, sizeof hash);
    if (c->secret.invited != 0 && c->now_ms >= c->secret.expires_ms)
        *right = false;
    *right = *right && c->open;
    return V_OK;
}

bool
claim_code(struct claim *c, struct slice code)
{
    bool right = totp_check(&c->step, c->totp, code, c->now_ms / 1000, c->secret.step);

    return right && c->open && c->secret.enrolled != 0;
}

static enum verdict
failures_add(const struct claim *c, const struct people *p, struct db *db, struct arena *a)
{
    TRY(delay_add(db, a, &p->per_account, &c->of_login, c->now_ms));
    return delay_add(db, a, &p->per_address, &c->of_address, c->now_ms);
}

enum verdict
claim_count(const struct claim *c, const struct people *p, struct db *db, struct arena *a)
{
    TRY(db_begin(db));
    return db_end(db, failures_add(c, p, db, a));
}

enum verdict
claim_failed(const struct claim *c, const struct people *p, struct db *db, struct arena *a)
{
    log_write(LOG_WARN, "login_failed", "account=%s", c->open ? log_quote(a, c->account.id) : "-");
    TRY(claim_count(c, p, db, a));
    return V_LOGIN_REFUSED;
}

enum verdict
claim_used(const struct claim *c, struct db *db)
{
    TRY(delay_clear(db, &c->of_login));
    return sql_secret_use(db, c->step, c->address, c->account.id);
}

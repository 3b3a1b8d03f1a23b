/*
 * Sessions of people in their table, and the cookie that names them.
 * Knows tokens and times; must not know how somebody proved who they are.
 * Invariant: what has not been found in the table, with every time checked, is no session.
 */
#include "session.h"
#include "sql.h"

#define COOKIE "__Host-ventured"

static void
token_make(struct session *out, struct arena *a)
{
    unsigned char random[SESSION_TOKEN_LEN / 2];

    random_bytes(random, sizeof random);
    out->token = hex_encode(a, (struct slice){(const char *)random, sizeof random});
    out->name = sha256_one(out->token);
    wipe(random, sizeof random);
}

static struct slice
role_text(enum role role)
{
    return role == ROLE__COUNT ? S("") : slice_of(role_row(role)->name);
}

enum verdict
session_open(struct session *out, struct db *db, struct arena *a, struct slice login, struct slice account,
             enum role role, int64_t now_ms)
{
    *out = (struct session){.login = login, .account = account, .role = role, .district = S("")};
    out->created_ms = out->seen_ms = now_ms;
    token_make(out, a);
    return sql_session_add(db, hash_slice(&out->name), login, account, role_text(role), now_ms);
}

enum verdict
session_find(struct session *out, struct db *db, struct arena *a, struct slice token,
             const struct session_limits *limits, int64_t now_ms)
{
    struct sql_session_get row;
    enum verdict got;

    if (token.at == NULL)
        return V_LOGIN_NEEDED;
    *out = (struct session){.token = token, .name = sha256_one(token), .role = ROLE__COUNT};
    got = sql_session_get(&row, db, a, hash_slice(&out->name));
    if (got == V_NONE)
        return V_LOGIN_NEEDED;
    TRY(got);
    if (now_ms - row.seen_ms >= limits->idle_ms || now_ms - row.created_ms >= limits->absolute_ms)
        return V_LOGIN_NEEDED;
    if (row.role.len > 0 && !role_find(&out->role, row.role))
        return V_LOGIN_NEEDED;
    out->login = row.login;
    out->account = row.account;
    out->district = row.district;
    out->created_ms = row.created_ms;
    out->seen_ms = row.seen_ms;
    return V_OK;
}

bool
session_is_stale(const struct session *s, const struct session_limits *limits, int64_t now_ms)
{
    return now_ms - s->seen_ms >= limits->seen_every_ms;
}

enum verdict
session_seen(struct db *db, const struct hash *name, int64_t now_ms)
{
    return sql_session_seen(db, now_ms, hash_slice(name));
}

/* A session that somebody else has ended is as good as none. */
static enum verdict
ended(enum verdict got)
{
    return got == V_NONE ? V_LOGIN_NEEDED : got;
}

enum verdict
session_renew(struct session *s, struct db *db, struct arena *a, enum role role, struct slice district, int64_t now_ms)
{
    struct hash before = s->name;

    token_make(s, a);
    s->role = role;
    s->district = district;
    s->seen_ms = now_ms;
    return ended(sql_session_change(db, hash_slice(&s->name), role_text(role), district, now_ms, hash_slice(&before)));
}

enum verdict
session_end(struct db *db, const struct hash *name, int64_t now_ms)
{
    return ended(sql_session_close(db, now_ms, hash_slice(name)));
}

enum verdict
session_end_others(struct db *db, struct slice account, const struct hash *kept, int64_t now_ms)
{
    return sql_session_close_others(db, now_ms, account, kept != NULL ? hash_slice(kept) : S(""));
}

/* ---- the cookie ----------------------------------------------------------------------------------------------- */

static bool
is_token(struct slice s)
{
    for (size_t i = 0; i < s.len; i++) {
        bool digit = (s.at[i] >= '0' && s.at[i] <= '9') || (s.at[i] >= 'a' && s.at[i] <= 'f');

        if (!digit)
            return false;
    }
    return s.len == SESSION_TOKEN_LEN;
}

struct slice
session_token(const struct request *rq)
{
    static const struct slice absent = {0};
    struct slice rest = header_find(rq, "cookie"), token = absent;

    while (rest.at != NULL) {
        struct slice value, pair = slice_cut(&rest, rest, ';');

        while (slice_starts(pair, S(" ")))
            pair = slice_sub(pair, 1, pair.len - 1);
        if (!slice_equal(slice_cut(&value, pair, '='), S(COOKIE)))
            continue;
        if (token.at != NULL || value.at == NULL || !is_token(value))
            return absent;
        token = value;
    }
    return token;
}

struct slice
session_cookie(struct arena *a, struct slice token)
{
    return arena_print(a, COOKIE "=" SLICE_FMT "; Path=/; Secure; HttpOnly; SameSite=Strict", SLICE_ARG(token));
}

struct slice
session_cookie_gone(void)
{
    return S(COOKIE "=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0");
}

struct slice
session_csrf(struct arena *a, struct slice token)
{
    struct hash h = hmac_sha256(token, S("csrf"));

    return hex_encode(a, hash_slice(&h));
}

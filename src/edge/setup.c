/*
 * Sets and changes passwords and second factors.
 * Knows secrets while they are made; must not log them.
 * Invariant: a factor changes in one transaction with the sessions it ends.
 */
#include <string.h>

#include "setup.h"
#include "totp.h"

#define INVITATION_SIZE 10 /* random bytes of a one-time code */

struct salted {
    unsigned char salt[PASSWORD_SALT_SIZE], hash[PASSWORD_HASH_SIZE];
};

static enum verdict
salted_make(struct salted *out, struct slice password)
{
    random_bytes(out->salt, sizeof out->salt);
    return password_hash(out->hash, password, out->salt) ? V_OK : V_BUSY;
}

static struct slice
salt_of(const struct salted *s)
{
    return (struct slice){(const char *)s->salt, sizeof s->salt};
}

static struct slice
hash_of(const struct salted *s)
{
    return (struct slice){(const char *)s->hash, sizeof s->hash};
}

/* ---- the one-time code -------------------------------------------------------------------------------------- */

/* Groups of four hexadecimal digits, to be read out over a telephone. */
static struct slice
code_make(struct arena *a)
{
    unsigned char random[INVITATION_SIZE];
    struct buf b = {.arena = a};

    random_bytes(random, sizeof random);
    for (size_t i = 0; i < sizeof random; i++)
        buf_print(&b, i % 2 == 0 && i > 0 ? "-%02x" : "%02x", random[i]);
    wipe(random, sizeof random);
    return buf_slice(&b);
}

/* A login that somebody had whose account is closed is free again. */
static enum verdict
login_free(const struct people *p, struct db *db, struct arena *a, const struct account_record *wanted, int32_t day)
{
    struct sql_secret_by_login row;
    struct account_record holder;
    enum verdict got = sql_secret_by_login(&row, db, a, wanted->login);

    if (got == V_NONE || (got == V_OK && slice_equal(row.account, wanted->id)))
        return V_OK;
    TRY(got);
    got = p->account_load(&holder, db, a, row.account, day);
    if (got == V_OK && holder.active)
        return V_SUBJECT_TAKEN;
    if (got != V_NONE)
        TRY(got);
    return sql_secret_drop(db, row.account);
}

static enum verdict
invite(const struct people *p, struct db *db, struct arena *a, const struct account_record *r, const struct salted *s,
       int64_t now_ms)
{
    struct claim c;

    TRY(login_free(p, db, a, r, day_local(now_ms)));
    TRY(sql_secret_invite(db, r->id, r->login, salt_of(s), hash_of(s), now_ms + p->invitation_ms, S("")));
    TRY(claim_read(&c, p, db, a, r->login, S(""), now_ms));
    TRY(delay_clear(db, &c.of_login));
    return session_end_others(db, r->id, NULL, now_ms);
}

enum verdict
people_invite(struct invitation *out, const struct people *p, struct db *db, struct arena *a, struct slice account,
              int64_t now_ms)
{
    struct account_record r;
    struct salted s;

    TRY(p->account_load(&r, db, a, account, day_local(now_ms)));
    if (!r.active)
        return V_NONE;
    *out = (struct invitation){r.id, r.login, code_make(a), now_ms + p->invitation_ms};
    TRY(salted_make(&s, out->code));
    TRY(db_begin(db));
    TRY(db_end(db, invite(p, db, a, &r, &s, now_ms)));
    log_write(LOG_INFO, "account_invited", "account=%s", log_quote(a, r.id));
    return V_OK;
}

/* ---- what both changes begin and end with -------------------------------------------------------------------- */

static enum verdict
claim_begin(struct claim *c, const struct people *p, struct db *db, struct arena *a, const struct login_answer *l,
            struct setup_ask *ask)
{
    TRY(claim_read(c, p, db, a, l->session.login, ask->address, ask->now_ms));
    return claim_wait(&ask->wait_s, c, p, db, a);
}

/* The code of the present authenticator counts now, whatever follows. */
static enum verdict
code_use(struct claim *c, const struct people *p, struct db *db, struct arena *a, struct slice code)
{
    enum verdict got;

    if (!claim_code(c, code))
        return claim_failed(c, p, db, a);
    TRY(db_begin(db));
    got = db_end(db, claim_used(c, db));
    return got == V_NONE ? claim_failed(c, p, db, a) : got;
}

static enum verdict
sessions_turn(struct db *db, struct arena *a, struct login_answer *l, enum role role, int64_t now_ms)
{
    TRY(session_end_others(db, l->session.account, &l->session.name, now_ms));
    return session_renew(&l->session, db, a, role, l->session.district, now_ms);
}

/* ---- inviting somebody ---------------------------------------------------------------------------------------- */

static enum verdict
refuse(struct problems *problems, enum verdict what, const char *pointer, const char *zh, const char *en)
{
    problem_add(problems, what, slice_of(pointer), slice_of(zh), slice_of(en));
    return what;
}

/* Whoever may not, or guesses at accounts, waits as one who guesses at passwords. */
static enum verdict
whom_find(struct account_record *whom, const struct claim *c, const struct people *p, struct db *db, struct arena *a,
          const struct login_answer *l, struct slice account)
{
    enum verdict got = p->account_load(whom, db, a, account, day_local(c->now_ms));

    if (got == V_OK)
        got = account_may_invite(&l->account, l->session.role, whom);
    if (got == V_NONE)
        got = V_SUBJECT_UNKNOWN;
    if (got != V_FORBIDDEN && got != V_SUBJECT_UNKNOWN)
        return got;
    TRY(claim_count(c, p, db, a));
    return got;
}

static enum verdict
reset_check(struct problems *problems, struct db *db, struct arena *a, struct slice account)
{
    struct sql_secret_get row;
    enum verdict got = sql_secret_get(&row, db, a, account);

    if (got == V_NONE || (got == V_OK && row.invited != 0))
        return V_OK;
    TRY(got);
    return refuse(problems, V_WRONG_STATE, "/reset", "该账号已设置密码；如须重置请填 yes",
                  "this account has set a password; say yes to reset it");
}

enum verdict
setup_invite(struct invitation *out, struct problems *problems, const struct people *p, struct db *db, struct arena *a,
             const struct login_answer *l, struct setup_ask *ask, struct slice account, bool resets)
{
    struct account_record whom;
    struct claim c;
    enum verdict got;

    if (l->session.role == ROLE__COUNT)
        return V_SETUP_NEEDED;
    TRY(claim_begin(&c, p, db, a, l, ask));
    TRY(whom_find(&whom, &c, p, db, a, l, account));
    if (!whom.active || role_first(whom.roles) == ROLE__COUNT)
        return refuse(problems, V_WRONG_STATE, "/account", "账号已关闭或为机器账号", "a closed account, or a machine's");
    if (!resets)
        TRY(reset_check(problems, db, a, whom.id));
    got = people_invite(out, p, db, a, whom.id, ask->now_ms);
    if (got == V_SUBJECT_TAKEN)
        return refuse(problems, got, "/account", "登录名已被其他有效账号使用", "another open account has the same login");
    TRY(got);
    log_write(LOG_INFO, "invitation", "account=%s by=%s", log_quote(a, whom.id), log_quote(a, l->account.id));
    return V_OK;
}

/* ---- the second factor --------------------------------------------------------------------------------------- */

enum verdict
setup_enrol(struct slice *uri, const struct people *p, struct db *db, struct arena *a, struct login_answer *l,
            struct setup_ask *ask)
{
    unsigned char secret[TOTP_SECRET_SIZE];
    struct slice text = {(const char *)secret, sizeof secret};
    struct claim c;

    TRY(claim_begin(&c, p, db, a, l, ask));
    if (c.secret.enrolled != 0)
        TRY(code_use(&c, p, db, a, ask->code));
    random_bytes(secret, sizeof secret);
    TRY(vault_put(p->vault, db, a, l->session.account, S("totp_next"), text));
    *uri = totp_uri(a, p->issuer, l->session.login, text);
    wipe(secret, sizeof secret);
    return V_OK;
}

static enum verdict
confirm(struct db *db, struct arena *a, const struct people *p, struct login_answer *l, const struct claim *c)
{
    TRY(vault_put(p->vault, db, a, l->session.account, S("totp"), c->totp));
    TRY(vault_put(p->vault, db, a, l->session.account, S("totp_next"), S("")));
    TRY(sql_secret_enrol(db, c->step, l->session.account));
    return sessions_turn(db, a, l, l->session.role, c->now_ms);
}

enum verdict
setup_confirm(const struct people *p, struct db *db, struct arena *a, struct login_answer *l, struct setup_ask *ask)
{
    struct claim c;
    enum verdict got;

    TRY(claim_begin(&c, p, db, a, l, ask));
    got = vault_get(&c.totp, p->vault, db, a, l->session.account, S("totp_next"));
    if (got == V_NONE || (got == V_OK && c.totp.len == 0))
        return V_WRONG_STATE;
    TRY(got);
    /* Another secret has other codes: none of them was used. */
    if (!totp_check(&c.step, c.totp, ask->code, ask->now_ms / 1000, -1))
        return claim_failed(&c, p, db, a);
    TRY(db_begin(db));
    TRY(db_end(db, confirm(db, a, p, l, &c)));
    l->enrolled = true;
    log_write(LOG_INFO, "second_factor_set", "account=%s", log_quote(a, l->session.account));
    return V_OK;
}

/* ---- the password -------------------------------------------------------------------------------------------- */

static enum verdict
both_shown(struct claim *c, const struct people *p, struct db *db, struct arena *a, const struct setup_ask *ask)
{
    struct slice password = password_normal(a, ask->password);
    bool right;
    enum verdict got = claim_password(&right, c, password);

    wipe((char *)password.at, password.len);
    TRY(got);
    if (!right)
        return claim_failed(c, p, db, a);
    return code_use(c, p, db, a, ask->code);
}

static enum verdict
password_set(struct db *db, struct arena *a, struct login_answer *l, enum role role, const struct salted *s,
             int64_t now_ms)
{
    TRY(sql_secret_set(db, salt_of(s), hash_of(s), l->session.account));
    return sessions_turn(db, a, l, role, now_ms);
}

/* The password was judged already; its copy is wiped by the caller. */
static enum verdict
password_change(const struct people *p, struct db *db, struct arena *a, struct login_answer *l, struct setup_ask *ask,
                struct slice password)
{
    bool first = l->session.role == ROLE__COUNT;
    struct salted s;
    struct claim c;

    TRY(claim_begin(&c, p, db, a, l, ask));
    if (!first)
        TRY(both_shown(&c, p, db, a, ask));
    TRY(salted_make(&s, password));
    TRY(db_begin(db));
    return db_end(db, password_set(db, a, l, first ? role_first(l->account.roles) : l->session.role, &s, ask->now_ms));
}

enum verdict
setup_password(struct problems *problems, const struct people *p, struct db *db, struct arena *a,
               struct login_answer *l, struct setup_ask *ask, struct slice pointer, struct slice wanted)
{
    struct slice password;
    enum verdict got;

    if (!l->enrolled)
        return V_WRONG_STATE;
    password = password_normal(a, wanted);
    got = password_check(problems, p->passwords, pointer, password, l->session.login);
    if (got == V_OK)
        got = password_change(p, db, a, l, ask, password);
    wipe((char *)password.at, password.len);
    if (got == V_OK)
        log_write(LOG_INFO, "password_set", "account=%s", log_quote(a, l->session.account));
    return got;
}

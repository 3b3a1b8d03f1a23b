/*
 * Judges a try to log in, and finds who is logged in.
 * Knows the order of the checks; must not tell one failure from another.
 * Invariant: nothing is decided before the password was hashed, but that it is too early to try.
 */
#include "login.h"

#define DAY_MS (INT64_C(24) * 60 * 60 * 1000)
#define SESSION_KEPT_MS (7 * DAY_MS) /* ended ones, for whoever looks into a break-in */

/* A one-time code needs no second factor until one was confirmed; a password always does. */
static bool
code_right(struct claim *c, struct slice code)
{
    bool right = claim_code(c, code);

    if (c->secret.enrolled == 0)
        return c->secret.invited != 0;
    return right;
}

static enum verdict
admit(struct login_answer *out, const struct claim *c, struct db *db, struct arena *a, struct slice login)
{
    bool invited = c->secret.invited != 0;

    if (c->secret.enrolled != 0)
        TRY(claim_used(c, db));
    out->account = c->account;
    out->enrolled = c->secret.enrolled != 0;
    return session_open(&out->session, db, a, login, c->account.id,
                        invited ? ROLE__COUNT : role_first(c->account.roles), c->now_ms);
}

enum verdict
login_try(struct login_answer *out, const struct people *p, struct db *db, struct arena *a, const struct login_ask *ask)
{
    struct slice login, password;
    struct claim c;
    bool right, code;
    enum verdict got;

    *out = (struct login_answer){0};
    if (!text_normal(&login, a, ask->login))
        login = ask->login;
    TRY(claim_read(&c, p, db, a, login, ask->address, ask->now_ms));
    TRY(claim_wait(&out->wait_s, &c, p, db, a));
    password = password_normal(a, ask->password);
    got = claim_password(&right, &c, password);
    wipe((char *)password.at, password.len);
    TRY(got);
    code = code_right(&c, ask->code);
    if (!right || !code)
        return claim_failed(&c, p, db, a);
    TRY(db_begin(db));
    got = db_end(db, admit(out, &c, db, a, login));
    return got == V_NONE ? claim_failed(&c, p, db, a) : got;
}

/* A role of its own or one delegated where `district` is empty, else one lent for that district. */
static bool
acts_as(const struct account_record *r, enum role role, struct slice district)
{
    if ((PEOPLE_ROLES & ROLE_BIT(role)) == 0)
        return false;
    if (district.len == 0 && (r->roles & ROLE_BIT(role)) != 0)
        return true;
    for (size_t i = 0; i < r->borrowed_count; i++) {
        const struct borrowed_role *b = &r->borrowed[i];

        if (b->role == role && slice_equal(b->district.at == NULL ? S("") : b->district, district))
            return true;
    }
    return false;
}

static enum verdict
district_choose(struct slice *out, const struct account_record *r, enum role role, struct slice wanted)
{
    size_t found = 0;

    *out = S("");
    if ((wanted.len == 0 || slice_equal(wanted, r->district)) && acts_as(r, role, *out))
        return V_OK;
    for (size_t i = 0; i < r->borrowed_count; i++) {
        const struct borrowed_role *b = &r->borrowed[i];

        if (b->role != role || b->district.at == NULL || slice_equal(b->district, *out))
            continue;
        if (wanted.len > 0 && !slice_equal(b->district, wanted))
            continue;
        *out = b->district;
        found++;
    }
    if (found == 0)
        return V_FORBIDDEN;
    return found == 1 ? V_OK : V_FIELD_MISSING;
}

enum verdict
login_find(struct login_answer *out, const struct people *p, struct db *db, struct arena *a, const struct request *rq,
           int64_t now_ms)
{
    struct session *s = &out->session;
    struct sql_secret_get secret;
    enum verdict got;

    *out = (struct login_answer){0};
    TRY(session_find(s, db, a, session_token(rq), &p->sessions, now_ms));
    got = p->account_load(&out->account, db, a, s->account, day_local(now_ms));
    if (got == V_NONE)
        return V_LOGIN_NEEDED;
    TRY(got);
    if (!out->account.active)
        return V_LOGIN_NEEDED;
    if (s->role != ROLE__COUNT && !acts_as(&out->account, s->role, s->district))
        return V_LOGIN_NEEDED;
    got = sql_secret_get(&secret, db, a, s->account);
    if (got == V_NONE)
        return V_LOGIN_NEEDED;
    TRY(got);
    out->enrolled = secret.enrolled != 0;
    return V_OK;
}

enum verdict
login_actor(struct actor *out, struct credential *credential, const struct login_answer *l)
{
    if (l->session.role == ROLE__COUNT)
        return V_SETUP_NEEDED;
    *out = (struct actor){
        .role = l->session.role,
        .organisation = l->account.organisation,
        .account = l->account.id,
        .district = l->session.district.len > 0 ? l->session.district : l->account.district,
    };
    *credential = l->account.credential;
    return V_OK;
}

enum verdict
login_role(struct login_answer *l, struct db *db, struct arena *a, enum role role, struct slice district,
           int64_t now_ms)
{
    struct slice chosen;

    if (l->session.role == ROLE__COUNT)
        return V_SETUP_NEEDED;
    TRY(district_choose(&chosen, &l->account, role, district));
    return session_renew(&l->session, db, a, role, chosen, now_ms);
}

enum verdict
people_forget(const struct people *p, struct db *db, int64_t now_ms)
{
    int64_t quiet_ms = p->per_account.quiet_ms;

    TRY(sql_session_forget(db, now_ms - p->sessions.absolute_ms - SESSION_KEPT_MS));
    return sql_attempt_forget(db, now_ms - (quiet_ms > p->per_address.quiet_ms ? quiet_ms : p->per_address.quiet_ms));
}

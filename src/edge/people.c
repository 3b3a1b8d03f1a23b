/*
 * What people's addresses answer.
 * Knows JSON members and the order of checks (session, form token, body); must not know how anything is stored.
 * Invariant: a body's bytes and every secret read from it are wiped before the answer leaves.
 */
#include "csrf.h"
#include "people.h"
#include "ventured/json.h"

#define TEXT_MAX 512 /* bytes of any member */

/* ---- bodies ------------------------------------------------------------------------------------------------------ */

struct member {
    struct slice name;
    struct slice *out; /* keeps its value where the member is left out */
    bool required;
};

static enum verdict
member_read(const struct json *value, const struct member *m)
{
    if (value == NULL)
        return m->required ? V_FIELD_MISSING : V_OK;
    if (value->type != JSON_TEXT)
        return V_FIELD_TYPE;
    *m->out = value->text;
    return value->text.len <= TEXT_MAX ? V_OK : V_FIELD_LENGTH;
}

static void
wrong(struct visit *v, enum verdict what, struct slice name)
{
    const struct verdict_row *row = verdict_row(what);

    problem_add(&v->problems, what, json_pointer(v->rq->arena, S(""), name), slice_of(row->zh), slice_of(row->en));
}

static bool
is_member(const struct member *members, size_t count, struct slice name)
{
    for (size_t i = 0; i < count; i++)
        if (slice_equal(members[i].name, name))
            return true;
    return false;
}

/* Reports every bad member. */
static enum verdict
body_read(struct visit *v, const struct member *members, size_t count)
{
    const struct json *body;
    enum verdict got = json_parse(&body, v->rq->arena, v->rq->body);

    wipe((char *)v->rq->body.at, v->rq->body.len);
    TRY(got);
    if (body->type != JSON_OBJECT)
        return V_JSON_TOP;
    for (size_t i = 0; i < count; i++) {
        got = member_read(json_find(body, members[i].name), &members[i]);
        if (got != V_OK)
            wrong(v, got, members[i].name);
    }
    for (const struct json *m = body->first; m != NULL; m = m->next)
        if (!is_member(members, count, m->key))
            wrong(v, V_FIELD_UNKNOWN, m->key);
    return v->problems.count == 0 ? V_OK : V_FIELDS_WRONG;
}

static void
members_wipe(const struct member *members, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (members[i].out->len > 0)
            wipe((char *)members[i].out->at, members[i].out->len);
}

/* ---- answers ----------------------------------------------------------------------------------------------------- */

static void
add_member(struct buf *b, const char *key, struct slice text)
{
    json_add_key(b, key);
    json_add_text(b, text);
}

static void
add_roles(struct buf *b, uint32_t roles)
{
    json_add_key(b, "roles");
    buf_add_char(b, '[');
    for (enum role r = 0; r < ROLE__COUNT; r++) {
        if ((roles & PEOPLE_ROLES & ROLE_BIT(r)) == 0)
            continue;
        json_add_comma(b);
        json_add_text(b, slice_of(role_row(r)->name));
    }
    buf_add_char(b, ']');
}

/* The roles of today beside its own, and until when. */
static void
add_borrowed(struct buf *b, const struct account_record *r)
{
    json_add_key(b, "borrowed");
    buf_add_char(b, '[');
    for (size_t i = 0; i < r->borrowed_count; i++) {
        const struct borrowed_role *one = &r->borrowed[i];
        char from[DAY_TEXT_SIZE], until[DAY_TEXT_SIZE];

        day_print(from, one->from);
        day_print(until, one->until);
        json_add_comma(b);
        buf_add_char(b, '{');
        add_member(b, "role", slice_of(role_row(one->role)->name));
        if (one->of.at != NULL)
            add_member(b, "of", one->of);
        if (one->district.at != NULL)
            add_member(b, "district", one->district);
        add_member(b, "from", slice_of(from));
        add_member(b, "until", slice_of(until));
        buf_add_char(b, '}');
    }
    buf_add_char(b, ']');
}

/* What is still to be done before the session can do anything else, in the order in which it must be done. */
static void
add_setup(struct buf *b, const struct login_answer *l)
{
    json_add_key(b, "setup");
    buf_add_char(b, '[');
    if (!l->enrolled)
        json_add_text(b, S("totp"));
    if (l->session.role == ROLE__COUNT) {
        json_add_comma(b);
        json_add_text(b, S("password"));
    }
    buf_add_char(b, ']');
}

static enum verdict
tell(struct visit *v, const struct login_answer *l)
{
    const struct session *s = &l->session;
    struct buf b = {.arena = v->rq->arena};
    char ends_at[AT_TEXT_SIZE];

    at_print(ends_at, s->created_ms + v->people->sessions.absolute_ms);
    buf_add_char(&b, '{');
    add_member(&b, "login", s->login);
    add_member(&b, "account", s->account);
    add_member(&b, "organisation", l->account.organisation);
    if (s->district.len > 0 || l->account.district.at != NULL)
        add_member(&b, "district", s->district.len > 0 ? s->district : l->account.district);
    if (s->role != ROLE__COUNT)
        add_member(&b, "role", slice_of(role_row(s->role)->name));
    add_roles(&b, l->account.roles);
    add_setup(&b, l);
    add_borrowed(&b, &l->account);
    add_member(&b, "csrf", session_csrf(v->rq->arena, s->token));
    add_member(&b, "ends_at", slice_of(ends_at));
    json_add_key(&b, "idle_s");
    json_add_int(&b, v->people->sessions.idle_ms / 1000);
    buf_add_char(&b, '}');
    v->body = buf_slice(&b);
    v->status = 200;
    return V_OK;
}

static enum verdict
tell_anew(struct visit *v, const struct login_answer *l)
{
    v->cookie = session_cookie(v->rq->arena, l->session.token);
    return tell(v, l);
}

/* ---- who --------------------------------------------------------------------------------------------------------- */

static enum verdict
known(struct login_answer *out, const struct people *p, struct db *db, const struct request *rq, int64_t now_ms)
{
    TRY(login_find(out, p, db, rq->arena, rq, now_ms));
    return csrf_check(rq, out->session.token, p->origins, p->origin_count);
}

static enum verdict
known_here(struct login_answer *out, struct visit *v)
{
    TRY(known(out, v->people, v->db, v->rq, v->now_ms));
    if (session_is_stale(&out->session, &v->people->sessions, v->now_ms))
        return session_seen(v->db, &out->session.name, v->now_ms);
    return V_OK;
}

enum verdict
people_find(struct visitor *out, const struct people *p, struct db *db, const struct request *rq, int64_t now_ms)
{
    struct login_answer l;

    TRY(known(&l, p, db, rq, now_ms));
    out->session = l.session.name;
    out->stale = session_is_stale(&l.session, &p->sessions, now_ms);
    return login_actor(&out->actor, &out->credential, &l);
}

/* ---- the routes -------------------------------------------------------------------------------------------------- */

/* The session that the browser had before is of no use to anybody now. */
static enum verdict
former_end(const struct visit *v)
{
    struct slice token = session_token(v->rq);
    struct hash name;
    enum verdict got;

    if (token.at == NULL)
        return V_OK;
    name = sha256_one(token);
    got = session_end(v->db, &name, v->now_ms);
    return got == V_LOGIN_NEEDED ? V_OK : got;
}

static enum verdict
log_in(struct visit *v)
{
    struct login_ask ask = {.code = S(""), .address = v->rq->peer, .now_ms = v->now_ms};
    const struct member members[] = {
        {S("password"), &ask.password, true },
        {S("code"),     &ask.code,     false},
        {S("login"),    &ask.login,    true },
    };
    struct login_answer l;
    enum verdict got;

    TRY(csrf_origin_check(v->rq, v->people->origins, v->people->origin_count));
    TRY(body_read(v, members, COUNT(members)));
    got = login_try(&l, v->people, v->db, v->rq->arena, &ask);
    v->wait_s = l.wait_s;
    members_wipe(members, 2);
    TRY(got);
    TRY(former_end(v));
    log_write(LOG_INFO, "login", "account=%s", log_quote(v->rq->arena, l.account.id));
    return tell_anew(v, &l);
}

static enum verdict
who_am_i(struct visit *v)
{
    struct login_answer l;

    TRY(known_here(&l, v));
    return tell(v, &l);
}

static enum verdict
log_out(struct visit *v)
{
    struct login_answer l;

    TRY(known_here(&l, v));
    TRY(session_end(v->db, &l.session.name, v->now_ms));
    v->cookie = session_cookie_gone();
    v->body = S("");
    v->status = 204;
    return V_OK;
}

static enum verdict
change_role(struct visit *v)
{
    struct slice name = {0}, district = {0};
    const struct member members[] = {
        {S("role"),     &name,     true },
        {S("district"), &district, false},
    };
    struct login_answer l;
    enum role role;
    enum verdict got;

    TRY(known_here(&l, v));
    TRY(body_read(v, members, COUNT(members)));
    if (!role_find(&role, name)) {
        wrong(v, V_FIELD_CODE, members[0].name);
        return V_FIELDS_WRONG;
    }
    got = login_role(&l, v->db, v->rq->arena, role, district, v->now_ms);
    if (got == V_FIELD_MISSING) {
        wrong(v, got, members[1].name);
        return V_FIELDS_WRONG;
    }
    TRY(got);
    return tell_anew(v, &l);
}

static enum verdict
change_password(struct visit *v)
{
    struct setup_ask ask = {.password = S(""), .code = S(""), .address = v->rq->peer, .now_ms = v->now_ms};
    struct slice wanted = {0};
    const struct member members[] = {
        {S("new_password"), &wanted,       true },
        {S("password"),     &ask.password, false},
        {S("code"),         &ask.code,     false},
    };
    struct login_answer l;
    enum verdict got;

    TRY(known_here(&l, v));
    TRY(body_read(v, members, COUNT(members)));
    got = setup_password(&v->problems, v->people, v->db, v->rq->arena, &l, &ask, S("/new_password"), wanted);
    v->wait_s = ask.wait_s;
    members_wipe(members, COUNT(members));
    if (got == V_WRONG_STATE)
        problem_add(&v->problems, got, S(""), S("请先绑定动态码"), S("enrol and confirm a second factor first"));
    TRY(got);
    return tell_anew(v, &l);
}

static enum verdict
enrol(struct visit *v, struct login_answer *l, struct setup_ask *ask)
{
    struct buf b = {.arena = v->rq->arena};
    struct slice uri;

    TRY(setup_enrol(&uri, v->people, v->db, v->rq->arena, l, ask));
    buf_add_char(&b, '{');
    add_member(&b, "uri", uri);
    buf_add_char(&b, '}');
    v->body = buf_slice(&b);
    v->status = 200;
    return V_OK;
}

static enum verdict
confirm(struct visit *v, struct login_answer *l, struct setup_ask *ask)
{
    enum verdict got = setup_confirm(v->people, v->db, v->rq->arena, l, ask);

    if (got == V_WRONG_STATE)
        problem_add(&v->problems, got, S(""), S("请先获取绑定二维码"),
                    S("nothing was enrolled that could be confirmed"));
    TRY(got);
    return tell_anew(v, l);
}

static enum verdict
change_totp(struct visit *v)
{
    struct setup_ask ask = {.code = S(""), .address = v->rq->peer, .now_ms = v->now_ms};
    struct slice act = {0};
    const struct member members[] = {
        {S("code"), &ask.code, false},
        {S("act"),  &act,      true },
    };
    struct login_answer l;
    enum verdict got = V_FIELDS_WRONG;

    TRY(known_here(&l, v));
    TRY(body_read(v, members, COUNT(members)));
    if (slice_equal(act, S("enrol")))
        got = enrol(v, &l, &ask);
    else if (slice_equal(act, S("confirm")))
        got = confirm(v, &l, &ask);
    else
        wrong(v, V_FIELD_CODE, S("act"));
    v->wait_s = ask.wait_s;
    return got;
}

static void
tell_invitation(struct visit *v, const struct invitation *i)
{
    struct buf b = {.arena = v->rq->arena};
    char expires_at[AT_TEXT_SIZE];

    at_print(expires_at, i->expires_ms);
    buf_add_char(&b, '{');
    add_member(&b, "account", i->account);
    add_member(&b, "login", i->login);
    add_member(&b, "code", i->code);
    add_member(&b, "expires_at", slice_of(expires_at));
    buf_add_char(&b, '}');
    v->body = buf_slice(&b);
    v->status = 201;
}

static enum verdict
invite(struct visit *v)
{
    struct setup_ask ask = {.address = v->rq->peer, .now_ms = v->now_ms};
    struct slice account = {0}, reset = S("no");
    const struct member members[] = {
        {S("account"), &account, true },
        {S("reset"),   &reset,   false},
    };
    bool resets;
    struct invitation invitation;
    struct login_answer l;
    enum verdict got;

    TRY(known_here(&l, v));
    TRY(body_read(v, members, COUNT(members)));
    resets = slice_equal(reset, S("yes"));
    if (!resets && !slice_equal(reset, S("no"))) {
        wrong(v, V_FIELD_CODE, members[1].name);
        return V_FIELDS_WRONG;
    }
    got = setup_invite(&invitation, &v->problems, v->people, v->db, v->rq->arena, &l, &ask, account, resets);
    v->wait_s = ask.wait_s;
    TRY(got);
    tell_invitation(v, &invitation);
    wipe((char *)invitation.code.at, invitation.code.len);
    return V_OK;
}

const struct people_route people_routes[PEOPLE_ROUTES] = {
    {"POST",   "/v1/session",      log_in,          PEOPLE_SLOW,  true },
    {"GET",    "/v1/session",      who_am_i,        PEOPLE_QUICK, false},
    {"DELETE", "/v1/session",      log_out,         PEOPLE_QUICK, false},
    {"POST",   "/v1/session/role", change_role,     PEOPLE_QUICK, true },
    {"POST",   "/v1/password",     change_password, PEOPLE_SLOW,  true },
    {"POST",   "/v1/totp",         change_totp,     PEOPLE_QUICK, true },
    {"POST",   "/v1/invitations",  invite,          PEOPLE_SLOW,  true },
};

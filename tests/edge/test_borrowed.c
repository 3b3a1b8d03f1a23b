/*
 * At work in a role for some days: log-in, door and reads over the real accounts of the town.
 * Knows the staff, sessions and scopes; must not know how an account's view looks.
 * Invariant: the clock of the registry and of the log-in is one, and moves only where a test says so.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../src/edge/scope.h"
#include "crowd.h"
#include "sql.h"
#include "staff.h"

#define DAY_MS (INT64_C(24) * 60 * 60 * 1000)

/* The staff, and a log-in over the same tables. */
struct office {
    struct world *world;
    struct crowd crowd;
};

static const struct slice origins[] = {S_INIT(CROWD_ORIGIN)};

static int
open_office(void **state)
{
    struct office *o = calloc(1, sizeof *o);

    assert_non_null(o);
    assert_int_equal(staff_setup(state), 0);
    o->world = *state;
    o->crowd = (struct crowd){
        .engine = o->world->engine,
        .arena = o->world->arena,
        .db = engine_open(o->world->engine, DB_WRITER, &sql_schema),
        .vault = o->world->vault,
        .people = people_default,
    };
    assert_int_equal(password_rule_read(&o->crowd.passwords, o->crowd.arena, password_rule_document), V_OK);
    o->crowd.people.vault = o->world->vault;
    o->crowd.people.account_load = account_record_load;
    o->crowd.people.passwords = &o->crowd.passwords;
    o->crowd.people.origins = origins;
    o->crowd.people.origin_count = COUNT(origins);
    o->crowd.people.sessions.idle_ms = o->crowd.people.sessions.absolute_ms = 100 * DAY_MS;
    crowd_now_ms = world_now_ms;
    *state = o;
    return 0;
}

static int
close_office(void **state)
{
    struct office *o = *state;

    *state = o->world;
    free(o);
    return staff_teardown(state);
}

static void
days_pass(int days)
{
    world_now_ms += days * DAY_MS;
    crowd_now_ms = world_now_ms;
}

static void
must(struct office *o, const struct actor *who, const char *kind, const char *body)
{
    struct posting *p = world_post(o->world, who, kind, NULL, body);

    if (p->got != V_OK)
        fail_msg("%s: %s", kind, verdict_row(p->got)->name);
}

/* Logged in with both factors, in the account's own role. */
static struct session
at_work(struct office *o, const char *account, enum role role)
{
    static const char salt[PASSWORD_SALT_SIZE + 1] = "salt of an offic", hash[PASSWORD_HASH_SIZE + 1] =
        "no password has such a hash: 32.";
    struct slice id = slice_of(account), s = {salt, PASSWORD_SALT_SIZE}, h = {hash, PASSWORD_HASH_SIZE};
    struct session out;

    assert_int_equal(sql_secret_invite(o->crowd.db, id, id, s, h, 0, S("")), V_OK);
    assert_int_equal(sql_secret_set(o->crowd.db, s, h, id), V_OK);
    assert_int_equal(sql_secret_enrol(o->crowd.db, 0, id), V_OK);
    assert_int_equal(session_open(&out, o->crowd.db, o->crowd.arena, id, id, role, crowd_now_ms), V_OK);
    return out;
}

static enum verdict
who(struct actor *out, struct office *o, const struct session *s)
{
    struct login_answer l;
    struct credential credential;
    struct request *rq = crowd_request(&o->crowd, "GET", "/v1/loans", s->token, NULL);

    TRY(login_find(&l, &o->crowd.people, o->crowd.db, o->crowd.arena, rq, crowd_now_ms));
    return login_actor(out, &credential, &l);
}

/* Takes the role, for a district or NULL. */
static enum verdict
take(struct office *o, struct session *s, enum role role, const char *district)
{
    struct login_answer l;
    struct request *rq = crowd_request(&o->crowd, "GET", "/v1/loans", s->token, NULL);

    TRY(login_find(&l, &o->crowd.people, o->crowd.db, o->crowd.arena, rq, crowd_now_ms));
    TRY(login_role(&l, o->crowd.db, o->crowd.arena, role, district == NULL ? (struct slice){0} : slice_of(district),
                   crowd_now_ms));
    *s = l.session;
    return V_OK;
}

#define PERSON(n) \
    "{'subject':'0190aaaa-0000-4000-8000-00000000009" n "','on':'2023-07-01','id_type':'passport'," \
    "'id_number':'E900" n "','name':'某甲'}"

#define SUN_LENT(district, until) \
    ON("sun", "'role':'district_checker','district':'" district "','from':'2023-06-30','until':'" until \
              "','reason':'office_too_small'")

static void
works_in_a_colleagues_role_until_its_last_day_is_over(void **state)
{
    struct office *o = *state;
    struct session he = at_work(o, "he", ROLE_PAYER), zhou = at_work(o, "zhou", ROLE_DISTRICT_CLERK);
    struct actor actor;

    must(o, &town_clerk, "account.delegated", DELEGATED("he", "zhou", "district_clerk", "2023-07-01", "2023-07-02"));
    assert_int_equal(take(o, &he, ROLE_DISTRICT_CLERK, NULL), V_FORBIDDEN); /* not before its first day */
    days_pass(1);
    assert_int_equal(take(o, &he, ROLE_DISTRICT_CLERK, "330603"), V_FORBIDDEN);
    assert_int_equal(take(o, &he, ROLE_DISTRICT_CLERK, NULL), V_OK);
    assert_int_equal(who(&actor, o, &he), V_OK);
    assert_int_equal(actor.role, ROLE_DISTRICT_CLERK);
    assert_true(slice_equal(actor.account, S("he"))); /* what he does carries his own name */
    assert_true(slice_equal(actor.organisation, S("330602")));
    assert_true(slice_equal(actor.district, S("330602")));
    must(o, &actor, "person.registered", PERSON("1"));
    assert_int_equal(take(o, &he, ROLE_DISTRICT_CHECKER, NULL), V_FORBIDDEN); /* there is no other way to both */
    at_parse(&world_now_ms, S("2023-07-02T15:59:59.999Z")); /* the last moment of the day in Shaoxing */
    days_pass(0);
    assert_int_equal(who(&actor, o, &he), V_OK);
    world_now_ms++;
    days_pass(0);
    assert_int_equal(who(&actor, o, &he), V_LOGIN_NEEDED);
    assert_int_equal(who(&actor, o, &zhou), V_OK); /* who never lost it */
    he = at_work(o, "he", ROLE_PAYER);
    assert_int_equal(take(o, &he, ROLE_DISTRICT_CLERK, NULL), V_FORBIDDEN);
}

static void
stops_at_once_when_a_delegation_is_ended_or_its_giver_leaves(void **state)
{
    static const char *const ends[][3] = {
        {"account.delegation_ended", "{'subject':'he','on':'2023-06-30','of':'zhou','role':'district_clerk',"
                                     "'to':'2023-06-29'}"},
        {"account.roles_set", "{'subject':'he','on':'2023-06-30','roles':['district_checker']}",
         "{'subject':'he','on':'2023-06-30','roles':['payer']}"},
        {"account.closed", "{'subject':'zhou','on':'2023-06-30','reason':'left','successor':'lv'}"},
    };
    struct office *o = *state;
    struct actor actor;

    for (size_t i = 0; i < COUNT(ends); i++) {
        struct session he = at_work(o, "he", ROLE_PAYER);

        if (i != 2)
            must(o, &town_clerk, "account.delegated",
                 DELEGATED("he", "zhou", "district_clerk", "2023-06-30", "2023-07-02"));
        assert_int_equal(take(o, &he, ROLE_DISTRICT_CLERK, NULL), V_OK);
        assert_int_equal(who(&actor, o, &he), V_OK);
        must(o, &town_security, ends[i][0], ends[i][1]);
        assert_int_equal(who(&actor, o, &he), V_LOGIN_NEEDED);
        if (ends[i][2] != NULL)
            must(o, &town_security, ends[i][0], ends[i][2]);
    }
}

static void
checks_for_the_district_that_borrowed_it(void **state)
{
    struct office *o = *state;
    struct session sun = at_work(o, "sun", ROLE_CENTRE_OFFICER);
    struct subject_row row;
    struct actor actor;

    must(o, &town_chief, "account.lent", SUN_LENT("330602", "2023-07-01"));
    must(o, &town_clerk, "person.registered",
         "{'subject':'0190aaaa-0000-4000-8000-000000000091','on':'2023-06-30','id_type':'passport',"
         "'id_number':'E9001','name':'某甲','district':'330602'}");
    assert_int_equal(take(o, &sun, ROLE_DISTRICT_CHECKER, "330603"), V_FORBIDDEN);
    assert_int_equal(take(o, &sun, ROLE_DISTRICT_CHECKER, NULL), V_OK); /* there is only one */
    assert_int_equal(who(&actor, o, &sun), V_OK);
    assert_int_equal(actor.role, ROLE_DISTRICT_CHECKER);
    assert_true(slice_equal(actor.organisation, S("centre")));
    assert_true(slice_equal(actor.account, S("sun")));
    assert_true(slice_equal(actor.district, S("330602")));
    assert_int_equal(scope_one(&row, o->world->reader, o->world->arena, &actor,
                               registry_type(&the_registry, S("person")), S("0190aaaa-0000-4000-8000-000000000091")),
                     V_OK);

    must(o, &town_security, "account.lent", SUN_LENT("330603", "2023-07-09"));
    assert_int_equal(take(o, &sun, ROLE_DISTRICT_CHECKER, NULL), V_FIELD_MISSING);
    assert_int_equal(take(o, &sun, ROLE_DISTRICT_CHECKER, "330603"), V_OK);
    assert_int_equal(who(&actor, o, &sun), V_OK);
    assert_true(slice_equal(actor.district, S("330603")));
    assert_int_equal(scope_one(&row, o->world->reader, o->world->arena, &actor,
                               registry_type(&the_registry, S("person")), S("0190aaaa-0000-4000-8000-000000000091")),
                     V_NONE);
    assert_int_equal(take(o, &sun, ROLE_CENTRE_OFFICER, NULL), V_OK);
    assert_int_equal(who(&actor, o, &sun), V_OK);
    assert_null(actor.district.at);
    assert_int_equal(take(o, &sun, ROLE_DISTRICT_CHECKER, "330602"), V_OK);
    days_pass(2);
    assert_int_equal(who(&actor, o, &sun), V_LOGIN_NEEDED); /* although lent elsewhere still */
}

#define LIMIT(days, more) \
    "{'subject':'account.delegation_days_max@330600','on':'2023-06-30','from':'2024-01-01','unit':'day'," \
    "'number':" days ",'source':'assumed','confidence':'A'" more "}"

/* Somebody of the centre proposes as its officer; as the district's checker it is still the same person. */
static void
is_the_same_person_in_a_borrowed_role(void **state)
{
    struct office *o = *state;
    struct world *w = o->world;
    const char *set = new_id(w), *correction = new_id(w), *confirm;
    struct session sun = at_work(o, "sun", ROLE_CENTRE_OFFICER);
    struct actor actor;

    must(o, &town_chief, "account.lent", SUN_LENT("330602", "2023-07-01"));
    assert_int_equal(world_post(w, &town_officer, "limit.set", set, LIMIT("60", ""))->got, V_OK);
    assert_int_equal(world_post(w, &town_officer, "limit.set", correction,
                                arena_print(w->arena, LIMIT("90", ",'mends':{'entry':'%s','reason':'typing_error'}"),
                                            set).at)->got, V_OK);
    confirm = arena_print(w->arena, "{'subject':'%s','on':'2023-06-30'}", correction).at;
    assert_int_equal(take(o, &sun, ROLE_DISTRICT_CHECKER, NULL), V_OK);
    assert_int_equal(who(&actor, o, &sun), V_OK);
    assert_int_equal(world_post(w, &actor, "entry.mended", NULL, confirm)->got, V_SAME_PERSON);
    assert_int_equal(world_post(w, &town_checker, "entry.mended", NULL, confirm)->got, V_OK);
}

static void
shows_a_session_what_it_may_act_as_today(void **state)
{
    struct office *o = *state;
    struct session sun = at_work(o, "sun", ROLE_CENTRE_OFFICER), he = at_work(o, "he", ROLE_PAYER);
    struct visit v;

    must(o, &town_clerk, "account.delegated", DELEGATED("he", "zhou", "district_clerk", "2023-06-30", "2023-07-02"));
    must(o, &town_chief, "account.lent", SUN_LENT("330602", "2023-07-01"));
    must(o, &town_chief, "account.lent", SUN_LENT("330603", "2023-06-30"));
    assert_int_equal(crowd_visit(&v, &o->crowd, crowd_request(&o->crowd, "GET", "/v1/session", he.token, NULL)), V_OK);
    assert_true(holds(v.body, S("\"roles\":[\"payer\"]")));
    assert_true(holds(v.body, S("\"borrowed\":[{\"role\":\"district_clerk\",\"of\":\"zhou\",\"from\":\"2023-06-30\","
                                "\"until\":\"2023-07-02\"}]")));
    assert_int_equal(crowd_visit(&v, &o->crowd, crowd_request(&o->crowd, "POST", "/v1/session/role", sun.token,
                                                              "{'role':'district_checker'}")), V_FIELDS_WRONG);
    assert_true(slice_equal(v.problems.first->pointer, S("/district")));
    assert_int_equal(v.problems.first->verdict, V_FIELD_MISSING);
    assert_int_equal(crowd_visit(&v, &o->crowd,
                                 crowd_request(&o->crowd, "POST", "/v1/session/role", sun.token,
                                               "{'role':'district_checker','district':'330602'}")), V_OK);
    assert_true(holds(v.body, S("\"organisation\":\"centre\",\"district\":\"330602\",\"role\":\"district_checker\"")));
    sun.token = slice_sub(v.cookie, strlen("__Host-ventured="), SESSION_TOKEN_LEN);
    days_pass(1);
    assert_int_equal(crowd_visit(&v, &o->crowd, crowd_request(&o->crowd, "GET", "/v1/session", sun.token, NULL)), V_OK);
    assert_true(holds(v.body, S("\"borrowed\":[{\"role\":\"district_checker\",\"district\":\"330602\",")));
    assert_false(holds(v.body, S("330603")));
    days_pass(1);
    assert_int_equal(crowd_visit(&v, &o->crowd, crowd_request(&o->crowd, "GET", "/v1/session", sun.token, NULL)),
                     V_LOGIN_NEEDED);
}

/* ---- leaving ---------------------------------------------------------------------------------------------------- */

static void
ends_every_session_of_a_closed_account_at_once(void **state)
{
    struct office *o = *state;
    struct session one = at_work(o, "zhou", ROLE_DISTRICT_CLERK), two = at_work(o, "zhou", ROLE_DISTRICT_CLERK);
    struct posting *p = world_read(o->world, &town_clerk, "person.registered", NULL, PERSON("2"));
    struct actor actor;

    assert_int_equal(who(&actor, o, &one), V_OK);
    p->credential = (struct credential){registry_type(&the_registry, S("account")), S("zhou")};
    must(o, &town_checker, "account.closed", CLOSED("zhou", ",'successor':'lv'"));
    assert_int_equal(who(&actor, o, &one), V_LOGIN_NEEDED);
    assert_int_equal(who(&actor, o, &two), V_LOGIN_NEEDED);
    p->entry.on = day_local(world_now_ms);
    ledger_post(o->world->ledger, &p, 1); /* which was let in before */
    assert_int_equal(p->got, V_KEY_EXPIRED);
}

/* ---- who sees accounts, and who invites ------------------------------------------------------------------------ */

static size_t
listed(struct office *o, const struct actor *who)
{
    struct subject_row *rows;
    size_t count;

    assert_int_equal(scope_page(&rows, &count, o->world->reader, o->world->arena, who,
                                registry_type(&the_registry, S("account")), S(""), S(""), 1000), V_OK);
    return count;
}

static void
shows_colleagues_their_own_organisations_accounts(void **state)
{
    static const struct {
        const struct actor *who;
        size_t listed;
    } rows[] = {
        {&town_checker, 4}, {&town_street, 1}, {&town_bank_checker, 3}, {&town_officer, 4}, {&town_clerk_603, 0},
        {&town_security, 12}, {&town_auditor, 12}, {&town_chief, 12},
    };
    struct office *o = *state;

    for (size_t i = 0; i < COUNT(rows); i++)
        if (listed(o, rows[i].who) != rows[i].listed)
            fail_msg("row %zu: %zu", i, listed(o, rows[i].who));
}

static void
lets_an_administrator_invite_colleagues(void **state)
{
    static const struct {
        const char *who;
        enum role role;
        const char *body;
        enum verdict got;
    } rows[] = {
        {"qian",  ROLE_DISTRICT_CHECKER, "{'account':'lv'}",    V_OK             },
        {"qian",  ROLE_DISTRICT_CHECKER, "{'account':'feng'}",  V_SUBJECT_UNKNOWN},
        {"he",    ROLE_PAYER,            "{'account':'lv'}",    V_FORBIDDEN      },
        {"sun",   ROLE_CENTRE_OFFICER,   "{'account':'cao'}",   V_OK             },
        {"sun",   ROLE_CENTRE_OFFICER,   "{'account':'guard'}", V_FORBIDDEN      },
        {"sun",   ROLE_CENTRE_OFFICER,   "{'account':'yan'}",   V_FORBIDDEN      },
        {"chu",   ROLE_BANK_CHECKER,     "{'account':'chen'}",  V_OK             },
        {"guard", ROLE_SECURITY,         "{'account':'zhou'}",  V_OK             },
        {"guard", ROLE_SECURITY,         "{'account':'guard'}", V_FORBIDDEN      },
    };
    struct office *o = *state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct session s = at_work(o, rows[i].who, rows[i].role);
        struct visit v;
        enum verdict got = crowd_visit(
            &v, &o->crowd, crowd_request(&o->crowd, "POST", "/v1/invitations", s.token, rows[i].body));

        if (got != rows[i].got)
            fail_msg("row %zu: %s", i, verdict_row(got)->name);
    }
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, open_office, close_office)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(works_in_a_colleagues_role_until_its_last_day_is_over),
        TEST(stops_at_once_when_a_delegation_is_ended_or_its_giver_leaves),
        TEST(checks_for_the_district_that_borrowed_it),
        TEST(is_the_same_person_in_a_borrowed_role),
        TEST(shows_a_session_what_it_may_act_as_today),
        TEST(ends_every_session_of_a_closed_account_at_once),
        TEST(shows_colleagues_their_own_organisations_accounts),
        TEST(lets_an_administrator_invite_colleagues),
    };

    return cmocka_run_group_tests_name("edge/borrowed", tests, NULL, NULL);
}

/*
 * Accounts for the people whom the town knows.
 * Knows how they are opened; must not judge what they do.
 * Invariant: every one of them came through the door.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "staff.h"

const struct actor staff_he = {ROLE_PAYER, {"330602", 6}, {"he", 2}, {"330602", 6}};
const struct actor staff_lv = {ROLE_DISTRICT_CLERK, {"330602", 6}, {"lv", 2}, {"330602", 6}};
const struct actor staff_cao = {ROLE_CENTRE_OFFICER, {"centre", 6}, {"cao", 3}, {NULL, 0}};

static const struct {
    const struct actor *who;
    const char *kind, *body;
} roster[] = {
    {&town_system, "limit.set",
     "{'subject':'account.delegation_days_max@330600','on':'2020-01-01','from':'2020-01-01','unit':'day','number':30,"
     "'source':'assumed','confidence':'A'}"},
    {&town_system, "limit.set",
     "{'subject':'delegation_reason@330600','on':'2020-01-01','from':'2020-01-01','unit':'list','items':['leave'],"
     "'source':'assumed','confidence':'A'}"},
    {&town_system, "limit.set",
     "{'subject':'lending_reason@330600','on':'2020-01-01','from':'2020-01-01','unit':'list',"
     "'items':['office_too_small'],'source':'assumed','confidence':'A'}"},
    {&town_system, "limit.set",
     "{'subject':'district@330600','on':'2020-01-01','from':'2020-01-01','unit':'list',"
     "'items':['330602','330603'],'source':'assumed','confidence':'A'}"},
    {&town_security, "account.opened", OPENED("zhou", "330602", "'district_clerk'", OF_602)},
    {&town_security, "account.opened", OPENED("qian", "330602", "'district_checker'", OF_602 ADMIN)},
    {&town_security, "account.opened", OPENED("he", "330602", "'payer'", OF_602)},
    {&town_security, "account.opened", OPENED("lv", "330602", "'district_clerk'", OF_602)},
    {&town_security, "account.opened", OPENED("feng", "street-602", "'street_clerk'", OF_602 ADMIN)},
    {&town_security, "account.opened", OPENED("sun", "centre", "'centre_officer'", ADMIN)},
    {&town_security, "account.opened", OPENED("cao", "centre", "'centre_officer'", "")},
    {&town_security, "account.opened", OPENED("yan", "centre", "'auditor'", "")},
    {&town_security, "account.opened", OPENED("guard", "centre", "'security'", "")},
    {&town_security, "account.opened", OPENED("chu", "bank-zj", "'bank_checker'", ADMIN)},
    {&town_security, "account.opened", OPENED("chen", "bank-zj", "'bank_officer'", "")},
    {&town_security, "account.opened", OPENED("zj-core", "bank-zj", "'bank_machine'", "")},
};

int
staff_setup(void **state)
{
    struct world *w;

    assert_int_equal(town_setup(state), 0);
    w = *state;
    for (size_t i = 0; i < COUNT(roster); i++) {
        struct posting *p = world_post(w, roster[i].who, roster[i].kind, NULL, roster[i].body);

        if (p->got != V_OK)
            fail_msg("roster %zu: %s", i, verdict_row(p->got)->name);
    }
    return 0;
}

int
staff_teardown(void **state)
{
    struct world *w = *state;
    struct verify_report report;

    if (ledger_verify(&report, &w->options, w->vkey, w->engine->folder) != V_OK)
        fail_msg("damage %s: %s", report.damages[0].where, report.damages[0].what);
    return world_teardown(state);
}

const struct account_view *
staff_view(struct world *w, const char *id)
{
    return world_find(w, registry_type(&the_registry, S("account")), id).view;
}

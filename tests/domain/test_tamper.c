/*
 * One entry of each kind, and verify naming it whatever byte of its line is changed.
 * Knows a lawful posting of each kind of the main line; must not know what any of them means.
 * Invariant: the kinds that are tried do not become fewer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "lending.h"
#include "tamper.h"

#define ACCOUNT "'organisation':'bank-zj','roles':['bank_machine'],'login':'zj-core','name':'核心系统'"
#define ROLES "'roles':['bank_machine']"
#define OFFICER(id) "'organisation':'centre','roles':['centre_officer'],'login':'" id "','name':'某乙'"
#define PUBLIC "'public_key':'MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=','certificate_required':'no'"
#define KEY "'organisation':'bank-zj','account':'zj-core','algorithm':'ed25519'," PUBLIC ",'profile':'rfc9421'"
#define ENDPOINT "'organisation':'bank-zj','url':'https://events.bank.example/'"
#define OTHER_PERSON "'legal_person':'" ZHAO "'"
#define BEYOND "'amount':100,'rate_ppm':43500,'term_months':12" /* approved after a rejection: it freezes */
#define GUARD &town_security
#define CHIEF &town_chief
#define STAND_IN "'of':'sun','role':'centre_officer'"
#define LENT "'role':'district_checker','district':'330602'"
#define DAYS "'from':'2023-06-30','until':'2023-07-02','reason':'leave'" /* both lists have it */
#define FACTOR "loan.partnership_factor@330600"
#define CHIEF &town_chief
#define LIST(codes) "'from':'2023-01-01','source':'S17','confidence':'A','unit':'list','items':[" codes "]"
#define CAUSES "bank_measure_cause@330600"
#define LEAVING "bank_leave_reason@330600"
#define BY_HAND "'cause':'by_hand','remark':'经谈话认定'"
#define AGREEMENT "'agreement_no':'A1','from':'2023-01-01','to':'2023-12-31'"
#define PRODUCT "'zh':'浙岗贷','en':'Job loan','counts_as_guaranteed':'no','from':'2023-01-01','source':'S17'"
#define MERGER "'into':'bank-sx','from':'2023-07-01'"

/* `state`: where its loan is brought first; LOAN_NEW: it stands where it is, or is no loan. */
static const struct {
    enum loan_state state;
    const char *subject;
    const struct actor *who;
    const char *kind, *on, *fields;
} facts[] = {
    {LOAN_NEW,      "zj-core", GUARD,   "account.opened",                  "2023-01-01", ACCOUNT                      },
    {LOAN_NEW,      "zj-core", GUARD,   "account.roles_set",               "2023-01-02", ROLES                        },
    {LOAN_NEW,      "zj-core", GUARD,   "account.administration_set",      "2023-01-02", "'administers':'no'"         },
    {LOAN_NEW,      "sun",     GUARD,   "account.opened",                  "2023-01-01", OFFICER("sun")               },
    {LOAN_NEW,      "cao",     GUARD,   "account.opened",                  "2023-01-01", OFFICER("cao")               },
    {LOAN_NEW,      "cao",     CENTRE,  "account.delegated",               "2023-06-30", STAND_IN "," DAYS            },
    {LOAN_NEW,      "cao",     CENTRE,  "account.delegation_ended",        "2023-06-30", STAND_IN ",'to':'2023-07-01'"},
    {LOAN_NEW,      "cao",     CHIEF,   "account.lent",                    "2023-06-30", LENT "," DAYS                },
    {LOAN_NEW,      "cao",     CHIEF,   "account.lent_ended",              "2023-06-30", LENT ",'to':'2023-07-01'"    },
    {LOAN_NEW,      "key-1",   GUARD,   "key.registered",                  "2023-01-02", KEY ",'from':'2023-01-01'"   },
    {LOAN_NEW,      "key-1",   GUARD,   "key.revoked",                     "2023-01-03", "'reason':'lost'"            },
    {LOAN_NEW,      "zj-core", GUARD,   "account.closed",                  "2023-01-04", "'reason':'left'"            },
    {LOAN_NEW,      "bank-zj", GUARD,   "endpoint.set",                    "2023-01-05", ENDPOINT                     },
    {LOAN_NEW,      "bank-zj", GUARD,   "endpoint.closed",                 "2023-01-06", "'reason':'ended'"           },
    {LOAN_NEW,      FIRM,      CLERK,   "enterprise.legal_person_changed", "2023-02-01", OTHER_PERSON                 },
    {LOAN_NEW,      FIRM,      CLERK,   "enterprise.closed",               "2023-06-01", "'reason':'merged'"          },
    {LOAN_OVERDUE,  "L1",      ZJ,      "loan.repaid",                     "2023-06-01", "'amount':5,'voucher_no':'A'"},
    {LOAN_OVERDUE,  "L2",      ZJ,      "loan.cured",                      "2023-06-01", ""                           },
    {LOAN_REPAYING, "L3",      ZJ,      "loan.prepaid",                    "2023-06-01", "'amount':5,'voucher_no':'B'"},
    {LOAN_SETTLED,  "L4",      ZJ,      "loan.repaid",                     "2023-06-01", "'amount':5,'voucher_no':'C'"},
    {LOAN_REJECTED, "L5",      ZJ,      "loan.approved",                   "2023-06-01", BEYOND                       },
    {LOAN_NEW,      "L5",      CENTRE,  "loan.thawed",                     "2023-06-01", "'reason':'checked_in_order'"},
    {LOAN_APPLIED,  "L6",      CHECKER, "loan.refused",                    "2023-06-01", "'reason':'papers_missing'"  },
    {LOAN_SENT,     "L7",      STREET,  "loan.withdrawn",                  "2023-06-01", ""                           },
    {LOAN_REJECTED, "L8",      CLOCK,   "loan.expired",                    "2023-06-01", ""                           },
    {LOAN_NEW,      FACTOR,    CENTRE,  "limit.ended",                     "2023-06-01", "'to':'2023-12-31'"          },
    {LOAN_NEW,      CAUSES,    CENTRE,  "limit.set",                       "2023-01-01", LIST("'by_hand'")            },
    {LOAN_NEW,      LEAVING,   CENTRE,  "limit.set",                       "2023-01-01", LIST("'removed'")            },
    {LOAN_NEW,      "bank-rcb", CENTRE, "organisation.agreement_signed",   "2023-02-02", AGREEMENT                    },
    {LOAN_NEW,      "bank-rcb", CENTRE, "organisation.branch_opened",      "2023-02-02",
     "'branch':'b-1','zh':'越城支行','district':'330602'"},
    {LOAN_NEW,      "bank-rcb", CENTRE, "organisation.branch_closed",      "2023-02-03", "'branch':'b-1'"             },
    {LOAN_NEW,      "bank-rcb", CENTRE, "organisation.warned",             "2023-02-03", BY_HAND                      },
    {LOAN_NEW,      "bank-rcb", CENTRE, "organisation.resumed",            "2023-02-04", BY_HAND                      },
    {LOAN_NEW,      "bank-rcb", CENTRE, "organisation.left",               "2023-02-05", "'reason':'removed'"         },
    {LOAN_NEW,      "bank-rcb", CENTRE, "organisation.returned",           "2023-02-05", ""                           },
    {LOAN_NEW,      "bank-rcb", CENTRE, "organisation.merged",             "2023-02-06", MERGER                       },
    {LOAN_NEW,      "zgd",     CENTRE,  "product.set",                     "2023-02-06", PRODUCT                      },
    {LOAN_NEW,      "bank-zj", CHIEF,   "organisation.suspended",          "2023-06-30", BY_HAND                      },
};

#define RULE(name, value) "{'subject':'" name "@330600','on':'2023-01-01','from':'2023-01-01'," value \
    ",'source':'assumed','confidence':'A'}"

/* What the facts about accounts read, beside the town's. */
static const char *const rules[] = {
    RULE("account.delegation_days_max", "'unit':'day','number':180"),
    RULE("delegation_reason", "'unit':'list','items':['leave']"),
    RULE("lending_reason", "'unit':'list','items':['leave']"),
};

static void
correct(struct world *w)
{
    struct posting *first = lending_post(w, ZJ, "loan.repaid", "L3", "2023-05-20", "'amount':200,'voucher_no':'R3'");
    struct posting *other;

    assert_int_equal(first->got, V_OK);
    other = lending_post(w, ZJ, "loan.repaid", "L3", "2023-05-20",
                         arena_print(w->arena,
                                     "'amount':300,'voucher_no':'R3','mends':{'entry':'%s','reason':'typing_error'}",
                                     first->entry.id.at)
                             .at);
    assert_int_equal(other->got, V_OK);
    assert_int_equal(lending_confirm(w, other), V_OK);
}

/* Against the last entry there is. */
static void
appeal(struct world *w)
{
    int64_t head;

    assert_int_equal(ledger_head(&head, w->reader, w->arena), V_OK);
    lending_expect(w, ZJ_CHECKER, "organisation.appealed", "bank-zj", "2023-06-30",
                   arena_print(w->arena, "'against':%lld,'remark':'数据有误'", (long long)head).at, V_OK);
    lending_expect(w, CHIEF, "organisation.appeal_decided", "bank-zj", "2023-06-30",
                   "'result':'upheld','remark':'经复核'", V_OK);
}

static void
post_every_kind(struct world *w)
{
    struct problems problems;

    for (size_t i = 0; i < COUNT(rules); i++)
        assert_int_equal(world_post(w, &town_system, "limit.set", NULL, rules[i])->got, V_OK);
    assert_int_equal(plan_load(&problems, w->ledger, w->arena, "schemas/plan/2023.json", &town_system), V_OK);
    for (size_t i = 0; i < COUNT(facts); i++) {
        lending_loan(w, facts[i].subject, facts[i].state);
        lending_expect(w, facts[i].who, facts[i].kind, facts[i].subject, facts[i].on, facts[i].fields, V_OK);
    }
    appeal(w);
    correct(w);
}

#define KINDS 52

/* The first line of a kind; false where no such entry was posted. */
static bool
spoil_kind(struct world *w, struct seed *seed, const struct kind *k)
{
    struct slice seq = world_sql(
        w, "SELECT seq FROM journal WHERE leaf LIKE '%%\"kind\":\"%s\"%%' ORDER BY seq LIMIT 1", k->schema->name);

    if (seq.at != NULL)
        tamper_leaves(w, seed,
                      arena_print(w->arena, "SELECT seq, leaf FROM journal WHERE seq = " SLICE_FMT, SLICE_ARG(seq)).at,
                      199);
    return seq.at != NULL;
}

/* All bytes of all of them take minutes (N=1000). The plan's line alone is longer than all others together. */
static void
a_byte_changed_in_a_line_of_any_kind_names_its_entry(void **state)
{
    struct seed seed = seed_open("every kind");
    struct world *w = *state;
    size_t tried = 0;

    post_every_kind(w);
    tamper_expect_none(w, "as it was posted");
    for (size_t t = 0; t < the_registry.type_count; t++)
        for (size_t k = 0; k < the_registry.types[t]->kind_count; k++)
            tried += spoil_kind(w, &seed, &the_registry.types[t]->kinds[k]);
    assert_true(tried >= KINDS);
}

/* The effect cuts the subject at a sign that the rule has looked for, and a replay runs no rule. */
static void
a_limit_that_lost_its_scope_is_named(void **state)
{
    struct world *w = *state;
    struct slice seq = world_sql(w, "SELECT MIN(seq) FROM journal WHERE leaf LIKE '%%\"loan_use@330600\"%%'");

    tamper_run(w, "UPDATE journal SET leaf = REPLACE(leaf, '\"loan_use@330600\"', '\"loan_useA330600\"')");
    tamper_expect(w, "a subject without a scope", arena_print(w->arena, "journal seq " SLICE_FMT, SLICE_ARG(seq)).at);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, lending_setup, world_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_byte_changed_in_a_line_of_any_kind_names_its_entry),
        TEST(a_limit_that_lost_its_scope_is_named),
    };

    return cmocka_run_group_tests_name("domain/tamper", tests, NULL, NULL);
}

/*
 * Persons and enterprises: numbers that name one person, codes, legal persons.
 * Knows the town; must not know the engine.
 * Invariant: nobody in here can exist: area 999999 is no area.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "shapes.h"
#include "town.h"

#define P1 "0190aaaa-0000-4000-8000-000000000001"
#define P2 "0190aaaa-0000-4000-8000-000000000002"
#define P3 "0190aaaa-0000-4000-8000-000000000003"
#define NUMBER_1 "999999199001010016"
#define NUMBER_2 "999999199001010024"
#define PERSON(id, type, number, more) \
    "{'subject':'" id "','on':'2023-01-10','id_type':'" type "','id_number':'" number "','name':'某甲'" more "}"

static void
registers_a_person_once(void **state)
{
    static const struct town_step steps[] = {
        {"the first", &town_clerk, "person.registered",
         PERSON(P1, "resident_id", NUMBER_1, ",'phone':'0575-00000','district':'330602'"), V_OK},
        {"a second one", &town_street, "person.registered", PERSON(P2, "resident_id", NUMBER_2, ""), V_OK},
        {"from the old files", &town_import, "person.registered", PERSON(P3, "passport", "E00000001", ""), V_OK},
        {"a wrong check digit", &town_clerk, "person.registered",
         PERSON("0190aaaa-0000-4000-8000-000000000004", "resident_id", "999999199001010017", ""), V_FIELDS_WRONG,
         "/id_number", V_FIELD_CHECK},
        {"a passport's number in the place of an identity number", &town_clerk, "person.registered",
         PERSON("0190aaaa-0000-4000-8000-000000000004", "resident_id", "E00000002", ""), V_FIELDS_WRONG, "/id_number",
         V_FIELD_CHECK},
        {"known under another id", &town_clerk_603, "person.registered",
         PERSON("0190aaaa-0000-4000-8000-000000000004", "resident_id", NUMBER_1, ""), V_PERSON_KNOWN, "/id_number",
         V_PERSON_KNOWN},
        {"known, its letter in lower case", &town_clerk, "person.registered",
         PERSON("0190aaaa-0000-4000-8000-000000000004", "passport", "e00000001", ""), V_PERSON_KNOWN, "/id_number",
         V_PERSON_KNOWN},
        {"the same person twice", &town_clerk, "person.registered", PERSON(P1, "resident_id", NUMBER_1, ""),
         V_SUBJECT_TAKEN},
        {"an id that tells something", &town_clerk, "person.registered",
         PERSON("zhang-san", "resident_id", "999999199001010032", ""), V_FIELDS_WRONG, "/subject", V_FIELD_FORM},
        {"by a bank", &town_bank_officer, "person.registered",
         PERSON("0190aaaa-0000-4000-8000-000000000004", "resident_id", "999999199001010032", ""), V_FORBIDDEN},
        {"a district nobody set", &town_clerk, "person.registered",
         PERSON("0190aaaa-0000-4000-8000-000000000004", "resident_id", "999999199001010032", ",'district':'330607'"),
         V_REFERENCE_UNKNOWN, "/district"},
    };
    struct world *w = *state;
    struct posting *p;

    town_run(w, steps, COUNT(steps));
    p = world_post(w, &town_clerk, "person.registered", NULL,
                   PERSON("0190aaaa-0000-4000-8000-000000000004", "resident_id", NUMBER_1, ""));
    assert_string_equal(p->problems.first->en.at, "registered already: use the id " P1);
    assert_int_equal(world_count(w, "blind_index"), 3);
}

static void
keeps_a_person_out_of_the_journal(void **state)
{
    static const char *const secrets[] = {NUMBER_1, "某甲", "0575-00000"};
    struct world *w = *state;
    const struct person_view *v;
    struct slice name;

    town_person(w, 1);
    for (size_t i = 0; i < COUNT(secrets); i++) {
        assert_int_equal(world_sql(w, "SELECT 1 FROM journal WHERE leaf LIKE '%%%s%%'", secrets[i]).len, 0);
        assert_int_equal(world_sql(w, "SELECT 1 FROM subject WHERE view LIKE '%%%s%%'", secrets[i]).len, 0);
    }
    v = world_find(w, registry_type(&the_registry, S("person")), P1).view;
    assert_int_equal(private_open(&name, w->vault, w->reader, w->arena, v->sealed, S("/name")), V_OK);
    assert_true(slice_equal(name, S("某甲")));
}

static void
reads_a_corrected_name_and_frees_the_mistaken_number(void **state)
{
    struct world *w = *state;
    const char *first = new_id(w), *correction = new_id(w);
    const char *confirm = arena_print(w->arena, "{'subject':'%s','on':'2023-06-30'}", correction).at;
    const struct person_view *v;
    struct slice name;

    assert_int_equal(world_post(w, &town_clerk, "person.registered", first,
                                PERSON(P1, "resident_id", NUMBER_1, ""))->got, V_OK);
    assert_int_equal(world_post(w, &town_clerk, "person.registered", correction,
                                arena_print(w->arena,
                                            "{'subject':'" P1 "','on':'2023-01-10','id_type':'resident_id',"
                                            "'id_number':'" NUMBER_2 "','name':'某丙',"
                                             "'mends':{'entry':'%s','reason':'typing_error'}}",
                                            first).at)->got, V_OK);
    assert_int_equal(world_post(w, &town_bank_checker, "entry.mended", NULL, confirm)->got, V_SUBJECT_UNKNOWN);
    assert_int_equal(world_post(w, &town_checker_603, "entry.mended", NULL, confirm)->got, V_OK);
    v = world_find(w, registry_type(&the_registry, S("person")), P1).view;
    assert_true(slice_equal(v->sealed, slice_of(correction)));
    assert_int_equal(private_open(&name, w->vault, w->reader, w->arena, v->sealed, S("/name")), V_OK);
    assert_true(slice_equal(name, S("某丙")));
    assert_int_equal(world_post(w, &town_clerk, "person.registered", NULL,
                                PERSON(P2, "resident_id", NUMBER_1, ""))->got, V_OK);
}

#define FIRM(id, person, more) \
    "{'subject':'" id "','on':'2023-01-10','sort':'small_firm','zh':'某某科技有限公司','legal_person':'" person "'" more "}"
#define PLACED ",'district':'330602','founded':'2022-06-01'"

static void
follows_an_enterprise_from_its_registration(void **state)
{
    static const struct town_step steps[] = {
        {"its founder", &town_clerk, "person.registered", PERSON(P1, "resident_id", NUMBER_1, ""), V_OK},
        {"her partner", &town_clerk, "person.registered", PERSON(P2, "resident_id", NUMBER_2, ""), V_OK},
        {"registered", &town_clerk, "enterprise.registered", FIRM("91999999MA0000001N", P1, PLACED), V_OK},
        {"registered again", &town_clerk, "enterprise.registered",
         FIRM("91999999MA0000001N", P1, PLACED), V_SUBJECT_TAKEN},
        {"a wrong check sign", &town_clerk, "enterprise.registered",
         FIRM("91999999MA0000001M", P1, PLACED), V_FIELDS_WRONG,
         "/subject", V_FIELD_CHECK},
        {"a legal person nobody registered", &town_clerk, "enterprise.registered",
         FIRM("91999999MA0000002R", P3, PLACED),
         V_REFERENCE_UNKNOWN, "/legal_person"},
        {"founded after the day it is recorded for", &town_clerk, "enterprise.registered",
         FIRM("91999999MA0000002R", P1, ",'district':'330602','founded':'2023-01-11'"), V_FIELDS_WRONG, "/founded",
         V_FIELD_RANGE},
        {"without a district", &town_clerk, "enterprise.registered",
         FIRM("91999999MA0000002R", P1, ",'founded':'2022-06-01'"), V_FIELDS_WRONG, "/district", V_FIELD_MISSING},
        {"by a bank's machine", &town_bank, "enterprise.registered",
         FIRM("91999999MA0000002R", P1, PLACED), V_FORBIDDEN},
        {"handed over to herself", &town_clerk, "enterprise.legal_person_changed",
         "{'subject':'91999999MA0000001N','on':'2023-02-01','legal_person':'" P1 "'}", V_FIELDS_WRONG, "/legal_person",
         V_FIELD_CODE},
        {"handed over to nobody known", &town_clerk, "enterprise.legal_person_changed",
         "{'subject':'91999999MA0000001N','on':'2023-02-01','legal_person':'" P3 "'}", V_REFERENCE_UNKNOWN,
         "/legal_person"},
        {"handed over by a clerk elsewhere", &town_clerk_603, "enterprise.legal_person_changed",
         "{'subject':'91999999MA0000001N','on':'2023-02-01','legal_person':'" P2 "'}", V_OK},
        {"closed", &town_street, "enterprise.closed",
         "{'subject':'91999999MA0000001N','on':'2023-05-01','reason':'deregistered'}", V_OK},
        {"handed over when closed", &town_clerk, "enterprise.legal_person_changed",
         "{'subject':'91999999MA0000001N','on':'2023-05-02','legal_person':'" P1 "'}", V_WRONG_STATE},
    };
    struct world *w = *state;
    struct subject s;

    town_run(w, steps, COUNT(steps));
    s = world_find(w, registry_type(&the_registry, S("enterprise")), "91999999MA0000001N");
    assert_string_equal(s.type->states[s.state].name, "closed");
    assert_true(slice_equal(((const struct enterprise_view *)s.view)->legal_person, S(P2)));
    assert_true(slice_equal(world_sql(w, "SELECT person FROM subject WHERE type = 'enterprise'"), S(P2)));
}

static void
proves_itself_after_all_that(void **state)
{
    struct world *w = *state;
    struct verify_report report;

    for (int n = 1; n <= 3; n++)
        town_enterprise(w, n);
    assert_int_equal(ledger_rebuild(w->ledger), V_OK);
    assert_int_equal(ledger_verify(&report, &w->options, w->vkey, w->engine->folder), V_OK);
    assert_int_equal(report.damage_count, 0);
    assert_int_equal(report.entries, world_count(w, "journal"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, town_setup, world_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(registers_a_person_once),
        TEST(keeps_a_person_out_of_the_journal),
        TEST(reads_a_corrected_name_and_frees_the_mistaken_number),
        TEST(follows_an_enterprise_from_its_registration),
        TEST(proves_itself_after_all_that),
    };

    return cmocka_run_group_tests_name("domain/person", tests, NULL, NULL);
}

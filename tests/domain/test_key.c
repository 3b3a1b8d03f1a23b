/*
 * Keys: material and algorithm, dates, certificates, and the record by which a request is judged.
 * Knows the town; must not know the engine.
 * Invariant: what a registered private key signs, the loaded record verifies.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "shapes.h"
#include "town.h"

#define HASH_A "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define SECRET_32 "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVoyMzQ1Njc="
#define SECRET "'secret':'" SECRET_32 "'"

/* The Base64 between a PEM's first and last line. */
static const char *
spki(struct world *w, const struct key *k)
{
    struct slice pem, line, rest;
    struct buf b = {.arena = w->arena};

    assert_true(key_public_pem(&pem, w->arena, k));
    for (rest = pem; rest.at != NULL && rest.len > 0;) {
        line = slice_cut(&rest, rest, '\n');
        if (!slice_starts(line, S("-----")))
            buf_add(&b, line);
    }
    return arena_copy(w->arena, buf_slice(&b)).at;
}

static const char *
registration(struct world *w, const char *id, enum algorithm alg, const char *material, const char *more)
{
    static const char *const codes[ALG__COUNT] = {"ed25519", "ecdsa_p256_sha256", "rsa_pss_sha512",
                                                  "hmac_sha256", "sm2_sm3", "rsa_sha256"};

    return arena_print(w->arena,
                       "{'subject':'%s','on':'2023-01-01','organisation':'bank-zj','account':'zj-core',"
                       "'algorithm':'%s',%s,'from':'2023-01-01',%s}",
                       id, codes[alg], material, more).at;
}

#define PROFILE "'profile':'rfc9421'"
#define OPEN ",'certificate_required':'no'"

static int
setup(void **state)
{
    struct world *w;

    assert_int_equal(town_setup(state), 0);
    w = *state;
    assert_int_equal(world_post(w, &town_security, "account.opened", NULL,
                                "{'subject':'zj-core','on':'2022-01-01','organisation':'bank-zj',"
                                "'roles':['bank_machine'],'login':'zj-core','name':'核心系统'}")->got, V_OK);
    assert_int_equal(world_post(w, &town_security, "account.opened", NULL,
                                "{'subject':'chu','on':'2022-01-01','organisation':'bank-zj',"
                                "'roles':['bank_officer','bank_checker'],'login':'chu','name':'某丁'}")->got, V_OK);
    return 0;
}

static void
must_register(struct world *w, const char *json)
{
    struct posting *p = world_post(w, &town_security, "key.registered", NULL, json);

    if (p->got != V_OK)
        fail_msg("%s: %s", json, verdict_row(p->got)->name);
}

static void
verifies_what_each_algorithm_signed(void **state)
{
    struct world *w = *state;

    for (enum algorithm alg = 0; alg < ALG__COUNT; alg++) {
        struct key *k = alg == ALG_HMAC_SHA256 ? key_private(alg, S("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"))
                                               : key_make(alg);
        const char *id = arena_print(w->arena, "key-%d", (int)alg).at;
        const char *material = alg == ALG_HMAC_SHA256
                                   ? SECRET
                                   : arena_print(w->arena, "'public_key':'%s'", spki(w, k)).at;
        struct key_record r;
        struct slice signature;

        must_register(w, registration(w, id, alg, material,
                                      alg == ALG_RSA_SHA256 ? "'profile':'plain'" OPEN : PROFILE OPEN));
        assert_int_equal(key_record_load(&r, w->reader, w->vault, w->arena, slice_of(id)), V_OK);
        assert_int_equal(r.algorithm, alg);
        signature = key_sign(w->arena, k, S("a request"));
        assert_true(key_verify(r.key, S("a request"), signature));
        assert_false(key_verify(r.key, S("another request"), signature));
        key_close(r.key);
        key_close(k);
    }
    assert_int_equal(world_sql(w, "SELECT 1 FROM journal WHERE leaf LIKE '%%" SECRET_32 "%%'").len, 0);
}

static void
gives_a_record_of_whom_the_key_stands_for(void **state)
{
    struct world *w = *state;
    struct key *k = key_make(ALG_SM2_SM3);
    const char *material = arena_print(w->arena, "'public_key':'%s'", spki(w, k)).at;
    struct key_record r;

    must_register(w, registration(w, "core-1", ALG_SM2_SM3, material,
                                  "'to':'2023-12-31','profile':'plain','certificate':'" HASH_A "'"));
    assert_int_equal(key_record_load(&r, w->reader, w->vault, w->arena, S("core-1")), V_OK);
    assert_true(slice_equal(r.id, S("core-1")));
    assert_int_equal(r.actor.role, ROLE_BANK_MACHINE);
    assert_true(slice_equal(r.actor.organisation, S("bank-zj")));
    assert_true(slice_equal(r.actor.account, S("zj-core")));
    assert_null(r.actor.district.at);
    assert_int_equal(r.profile, KEY_PROFILE_PLAIN);
    assert_true(r.certificate_required);
    assert_true(slice_equal(r.certificate, S(HASH_A)));
    assert_true(slice_equal(r.credential.id, S("core-1")));
    key_close(r.key);
    assert_int_equal(key_record_load(&r, w->reader, w->vault, w->arena, S("core-2")), V_KEY_UNKNOWN);
    must_register(w, registration(w, "core-2", ALG_SM2_SM3, material, "'profile':'plain'" OPEN));
    assert_int_equal(key_record_load(&r, w->reader, w->vault, w->arena, S("core-2")), V_OK);
    assert_false(r.certificate_required);
    assert_null(r.certificate.at);
    key_close(r.key);
    key_close(k);
}

static bool
valid_on(struct world *w, const char *id, const char *day)
{
    struct key_record r;
    int32_t on;
    bool valid;

    assert_int_equal(key_record_load(&r, w->reader, w->vault, w->arena, slice_of(id)), V_OK);
    assert_true(day_parse(&on, slice_of(day)));
    valid = key_record_valid(&r, on);
    key_close(r.key);
    return valid;
}

static void
is_valid_within_its_days_until_it_or_its_holder_ends(void **state)
{
    struct world *w = *state;

    must_register(w, registration(w, "one", ALG_HMAC_SHA256, SECRET ",'to':'2023-03-31'", PROFILE OPEN));
    must_register(w, registration(w, "two", ALG_HMAC_SHA256, SECRET, PROFILE OPEN));
    assert_false(valid_on(w, "one", "2022-12-31"));
    assert_true(valid_on(w, "one", "2023-01-01"));
    assert_true(valid_on(w, "one", "2023-03-31"));
    assert_true(valid_on(w, "two", "2023-03-31"));
    assert_false(valid_on(w, "one", "2023-04-01"));
    assert_true(valid_on(w, "two", "2033-04-01"));
    assert_int_equal(world_post(w, &town_security, "key.revoked", NULL,
                                "{'subject':'one','on':'2023-02-01','reason':'lost'}")->got, V_OK);
    assert_false(valid_on(w, "one", "2023-03-31"));
    assert_int_equal(world_post(w, &town_security, "account.closed", NULL,
                                "{'subject':'zj-core','on':'2023-02-01','reason':'replaced'}")->got, V_OK);
    assert_false(valid_on(w, "two", "2023-03-31"));
}

static void
does_not_open_the_door_once_revoked(void **state)
{
    static const char *const ids[] = {"one", "two", "three"};
    static const enum verdict wanted[] = {V_KEY_EXPIRED, V_OK, V_KEY_EXPIRED};
    struct world *w = *state;

    must_register(w, registration(w, "one", ALG_HMAC_SHA256, SECRET, PROFILE OPEN));
    must_register(w, registration(w, "two", ALG_HMAC_SHA256, SECRET, PROFILE OPEN));
    must_register(w, registration(w, "three", ALG_HMAC_SHA256, SECRET ",'to':'2023-06-29'", PROFILE OPEN));
    world_post(w, &town_security, "key.revoked", NULL, "{'subject':'one','on':'2023-02-01','reason':'misused'}");
    for (size_t i = 0; i < COUNT(ids); i++) {
        struct posting *p = world_read(w, &town_system, "organisation.registered", NULL,
                                       arena_print(w->arena,
                                                   "{'subject':'x-%zu','on':'2023-06-30','sort':'bank','zh':'某行'}",
                                                   i).at);

        p->credential = (struct credential){registry_type(&the_registry, S("key")), slice_of(ids[i])};
        ledger_post(w->ledger, &p, 1);
        assert_int_equal(p->got, wanted[i]);
    }
}

/* A correction has its own place in the side table: the record must read the secret that now holds. */
static void
reads_the_secret_of_a_correction(void **state)
{
    struct world *w = *state;
    const char *first = new_id(w), *correction = new_id(w);
    struct key *right = key_private(ALG_HMAC_SHA256, S("abcdefghijklmnopqrstuvwxyz234567"));
    struct key_record r;

    assert_int_equal(world_post(w, &town_security, "key.registered", first,
                                registration(w, "one", ALG_HMAC_SHA256, SECRET, PROFILE OPEN))->got,
                     V_OK);
    assert_int_equal(world_post(w, &town_security, "key.registered", correction,
                                registration(w, "one", ALG_HMAC_SHA256,
                                             arena_print(w->arena,
                                                         "'secret':'YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXoyMzQ1Njc=',"
                                                         "'mends':{'entry':'%s','reason':'typing_error'}",
                                                         first).at,
                                             PROFILE OPEN))->got, V_OK);
    assert_int_equal(world_post(w, &town_system, "entry.mended", NULL,
                                arena_print(w->arena, "{'subject':'%s','on':'2023-06-30'}", correction).at)->got, V_OK);
    assert_int_equal(key_record_load(&r, w->reader, w->vault, w->arena, S("one")), V_OK);
    assert_true(key_verify(r.key, S("a request"), key_sign(w->arena, right, S("a request"))));
    key_close(r.key);
    key_close(right);
}

static void
refuses_what_is_no_key_of_its_algorithm(void **state)
{
    static const char ed[] = "'public_key':'MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE='";
    static const char secret[] = SECRET;
    const struct {
        const char *what, *id;
        enum algorithm alg;
        const char *material, *more, *pointer;
        enum verdict problem;
    } rows[] = {
        {"an Ed25519 key for SM2", "k-1", ALG_SM2_SM3, ed, PROFILE OPEN, "/public_key", V_FIELD_FORM},
        {"an Ed25519 key for RSA", "k-1", ALG_RSA_PSS_SHA512, ed, PROFILE OPEN, "/public_key", V_FIELD_FORM},
        {"Base64 of nothing", "k-1", ALG_ED25519,
         "'public_key':'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'", PROFILE OPEN,
         "/public_key", V_FIELD_FORM},
        {"no material", "k-1", ALG_ED25519, "'to':'2023-12-31'", PROFILE OPEN, "/public_key", V_FIELD_MISSING},
        {"no secret", "k-1", ALG_HMAC_SHA256, "'to':'2023-12-31'", PROFILE OPEN, "/secret", V_FIELD_MISSING},
        {"a secret for Ed25519", "k-1", ALG_ED25519, secret, PROFILE OPEN, "/secret", V_FIELD_UNKNOWN},
        {"a public key for HMAC", "k-1", ALG_HMAC_SHA256, ed, PROFILE OPEN, "/public_key", V_FIELD_UNKNOWN},
        {"a secret of broken Base64", "k-1", ALG_HMAC_SHA256,
         "'secret':'QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVoyMzQ1Njc'", PROFILE OPEN, "/secret", V_FIELD_LENGTH},
        {"a secret that is no Base64", "k-1", ALG_HMAC_SHA256,
         "'secret':'QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVoyMzQ1Njc0AA'", PROFILE OPEN, "/secret", V_FIELD_FORM},
        {"a last day before the first", "k-1", ALG_HMAC_SHA256,
         SECRET ",'to':'2022-12-31'", PROFILE OPEN,
         "/to", V_FIELD_RANGE},
        {"a certificate asked for that nobody named", "k-1", ALG_ED25519, ed, PROFILE, "/certificate", V_FIELD_MISSING},
        {"the plain profile with Ed25519", "k-1", ALG_ED25519, ed, "'profile':'plain'" OPEN, "/profile", V_FIELD_CODE},
        {"an id of two signs", "k1", ALG_ED25519, ed, PROFILE OPEN, "/subject", V_FIELD_FORM},
        {"an id in upper case", "K-1", ALG_ED25519, ed, PROFILE OPEN, "/subject", V_FIELD_FORM},
    };
    struct world *w = *state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct town_step s = {rows[i].what, &town_security, "key.registered",
                              registration(w, rows[i].id, rows[i].alg, rows[i].material, rows[i].more), V_FIELDS_WRONG,
                              rows[i].pointer, rows[i].problem};

        town_run(w, &s, 1);
    }
}

#define HELD(organisation, account) \
    "{'subject':'k-1','on':'2023-01-01','organisation':'" organisation "','account':'" account "'," \
    "'from':'2023-01-01','algorithm':'hmac_sha256'," SECRET "," PROFILE OPEN "}"

static void
refuses_a_key_for_the_wrong_holder(void **state)
{
    static const struct town_step steps[] = {
        {"by the system administrator", &town_system, "key.registered", HELD("bank-zj", "zj-core"), V_FORBIDDEN},
        {"by the bank itself", &town_bank, "key.registered", HELD("bank-zj", "zj-core"), V_FORBIDDEN},
        {"another bank's account", &town_security, "key.registered",
         HELD("bank-sx", "zj-core"), V_RULE_REFUSED, "/account"},
        {"an account with two roles", &town_security, "key.registered",
         HELD("bank-zj", "chu"), V_RULE_REFUSED, "/account"},
        {"an account nobody opened", &town_security, "key.registered", HELD("bank-zj", "nobody"), V_REFERENCE_UNKNOWN,
         "/account"},
        {"an organisation nobody registered", &town_security, "key.registered", HELD("bank-no", "zj-core"),
         V_REFERENCE_UNKNOWN, "/organisation"},
        {"its own", &town_security, "key.registered", HELD("bank-zj", "zj-core"), V_OK},
        {"again", &town_security, "key.registered", HELD("bank-zj", "zj-core"), V_SUBJECT_TAKEN},
        {"revoked by the bank", &town_bank, "key.revoked",
         "{'subject':'k-1','on':'2023-02-01','reason':'lost'}", V_FORBIDDEN},
        {"revoked", &town_security, "key.revoked", "{'subject':'k-1','on':'2023-02-01','reason':'lost'}", V_OK},
        {"revoked again", &town_security, "key.revoked",
         "{'subject':'k-1','on':'2023-02-01','reason':'lost'}", V_WRONG_STATE},
        {"the account is closed", &town_security, "account.closed",
         "{'subject':'zj-core','on':'2023-02-01','reason':'replaced'}", V_OK},
        {"a key for a closed account", &town_security, "key.registered",
         "{'subject':'k-2','on':'2023-03-01','organisation':'bank-zj','account':'zj-core','from':'2023-03-01',"
         "'algorithm':'hmac_sha256'," SECRET "," PROFILE OPEN "}", V_RULE_REFUSED, "/account"},
    };

    town_run(*state, steps, COUNT(steps));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, world_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(verifies_what_each_algorithm_signed),
        TEST(gives_a_record_of_whom_the_key_stands_for),
        TEST(is_valid_within_its_days_until_it_or_its_holder_ends),
        TEST(does_not_open_the_door_once_revoked),
        TEST(reads_the_secret_of_a_correction),
        TEST(refuses_what_is_no_key_of_its_algorithm),
        TEST(refuses_a_key_for_the_wrong_holder),
    };

    return cmocka_run_group_tests_name("domain/key", tests, NULL, NULL);
}

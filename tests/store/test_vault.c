/*
 * The vault: what it gives back, what it refuses to open, and what the database gets to see.
 * Knows the side tables; must not know which engine it runs on.
 * Invariant: the statements that tamper go through a connection of their own.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "engine.h"
#include "sql.h"
#include "tests/store_sql.h"
#include "vectors.h"
#include "ventured/vault.h"

#define SAMPLE_ID "999999194910010015" /* an area code that no place has */

struct world {
    struct engine *engine;
    struct arena *a;
    struct db *db, *thief;
    struct vault *vault;
    char keys[128];
};

static struct world world;

static int
setup(void **state)
{
    if (engine_setup(state) != 0)
        return -1;
    world = (struct world){.engine = *state};
    world.a = world.engine->arena;
    world.db = engine_migrated(world.engine, &sql_schema);
    world.thief = engine_open(world.engine, DB_WRITER, &store_sql_schema);
    snprintf(world.keys, sizeof world.keys, "%s/keys", world.engine->folder);
    assert_int_equal(vault_keys_create(world.keys), V_OK);
    assert_int_equal(vault_open(&world.vault, world.keys), V_OK);
    return 0;
}

static int
teardown(void **state)
{
    vault_close(world.vault);
    return engine_teardown(state);
}

static void
put(const char *owner, const char *field, struct slice plain)
{
    assert_int_equal(vault_put(world.vault, world.db, world.a, slice_of(owner), slice_of(field), plain), V_OK);
}

static enum verdict
get(struct slice *out, const char *owner, const char *field)
{
    return vault_get(out, world.vault, world.db, world.a, slice_of(owner), slice_of(field));
}

static void
assert_text(const char *owner, const char *field, struct slice want)
{
    struct slice got;

    assert_int_equal(get(&got, owner, field), V_OK);
    assert_true(slice_equal(got, want));
}

static void
reopen_with_a_new_key(void)
{
    assert_int_equal(vault_keys_add(world.keys), V_OK);
    vault_close(world.vault);
    world.vault = NULL;
    assert_int_equal(vault_open(&world.vault, world.keys), V_OK);
}

/* ---- text ----------------------------------------------------------------------------------------------------- */

static void
gives_back_what_was_put(void **state)
{
    (void)state;
    put("p1", "name", S("\xe5\xbc\xa0\xe4\xb8\x89"));
    put("p1", "phone", S(""));
    put("p2", "name", S("\x00\x01\xff"));
    assert_text("p1", "name", S("\xe5\xbc\xa0\xe4\xb8\x89"));
    assert_text("p1", "phone", S(""));
    assert_text("p2", "name", S("\x00\x01\xff"));
    put("p1", "name", S("\xe6\x9d\x8e\xe5\x9b\x9b"));
    assert_text("p1", "name", S("\xe6\x9d\x8e\xe5\x9b\x9b"));
}

static void
gives_nothing_after_an_erasure(void **state)
{
    struct slice out;

    (void)state;
    put("p1", "name", S("a"));
    put("p1", "phone", S("b"));
    put("p2", "name", S("c"));
    assert_int_equal(vault_erase(world.db, S("p1")), V_OK);
    assert_int_equal(get(&out, "p1", "name"), V_NONE);
    assert_int_equal(get(&out, "p1", "phone"), V_NONE);
    assert_text("p2", "name", S("c"));
    assert_int_equal(vault_erase(world.db, S("p1")), V_NONE);
}

/* Looks for the plain bytes, and for their hex, in everything that is stored. */
static bool
database_shows(struct slice plain)
{
    struct store_sql_texts *texts;
    struct store_sql_blinds *blinds;
    struct store_sql_macs *macs;
    size_t count;
    struct buf all = {.arena = world.a};

    assert_int_equal(store_sql_texts(&texts, &count, world.thief, world.a), V_OK);
    for (size_t i = 0; i < count; i++)
        buf_add(&all, texts[i].sealed);
    assert_int_equal(store_sql_blinds(&blinds, &count, world.thief, world.a), V_OK);
    for (size_t i = 0; i < count; i++) {
        buf_add(&all, blinds[i].hash);
        buf_add(&all, blinds[i].sealed);
    }
    assert_int_equal(store_sql_macs(&macs, &count, world.thief, world.a), V_OK);
    for (size_t i = 0; i < count; i++)
        buf_add(&all, macs[i].mac);
    assert_true(all.len > 0);
    return memmem(all.at, all.len, plain.at, plain.len) != NULL;
}

static void
shows_the_database_no_plain_text(void **state)
{
    (void)state;
    put("p1", "resident_id", S(SAMPLE_ID));
    assert_int_equal(vault_blind_put(world.vault, world.db, world.a, S("resident_id"), S(SAMPLE_ID), S("p1")), V_OK);
    assert_int_equal(vault_body_put(world.vault, world.db, 1, S(SAMPLE_ID)), V_OK);
    assert_false(database_shows(S(SAMPLE_ID)));
}

static void
seals_equal_texts_differently(void **state)
{
    struct store_sql_texts *rows;
    size_t count;

    (void)state;
    put("p1", "name", S("same"));
    put("p2", "name", S("same"));
    assert_int_equal(store_sql_texts(&rows, &count, world.thief, world.a), V_OK);
    assert_int_equal(count, 2);
    assert_false(slice_equal(rows[0].sealed, rows[1].sealed));
}

static void
opens_no_text_at_another_place(void **state)
{
    struct slice out;

    (void)state;
    put("p1", "name", S("a"));
    assert_int_equal(store_sql_text_move(world.thief, S("p2"), S("p1")), V_OK);
    assert_int_equal(get(&out, "p2", "name"), V_BROKEN);
    assert_int_equal(store_sql_text_move(world.thief, S("p1"), S("p2")), V_OK);
    assert_text("p1", "name", S("a"));
    assert_int_equal(store_sql_text_rename(world.thief, S("phone"), S("p1")), V_OK);
    assert_int_equal(get(&out, "p1", "phone"), V_BROKEN);
}

static void
opens_no_text_under_another_version(void **state)
{
    struct slice out;

    (void)state;
    put("p1", "name", S("a"));
    reopen_with_a_new_key();
    assert_int_equal(store_sql_text_age(world.thief, 2, S("p1")), V_OK);
    assert_int_equal(get(&out, "p1", "name"), V_BROKEN);
    assert_int_equal(store_sql_text_age(world.thief, 3, S("p1")), V_OK);
    assert_int_equal(get(&out, "p1", "name"), V_BROKEN);
    assert_int_equal(store_sql_text_age(world.thief, 1, S("p1")), V_OK);
    assert_text("p1", "name", S("a"));
}

static void
opens_no_damaged_text(void **state)
{
    struct store_sql_texts *rows;
    struct slice out;
    size_t count;

    (void)state;
    put("p1", "name", S("abcdefgh"));
    assert_int_equal(store_sql_texts(&rows, &count, world.thief, world.a), V_OK);
    for (size_t i = 0; i < rows[0].sealed.len; i++) {
        struct slice copy = arena_copy(world.a, rows[0].sealed);

        ((char *)(uintptr_t)copy.at)[i] ^= 1;
        assert_int_equal(store_sql_text_damage(world.thief, copy, S("p1")), V_OK);
        assert_int_equal(get(&out, "p1", "name"), V_BROKEN);
    }
    for (size_t len = 0; len < rows[0].sealed.len; len++) {
        assert_int_equal(store_sql_text_damage(world.thief, slice_sub(rows[0].sealed, 0, len), S("p1")), V_OK);
        assert_int_equal(get(&out, "p1", "name"), V_BROKEN);
    }
    assert_int_equal(store_sql_text_damage(world.thief, rows[0].sealed, S("p1")), V_OK);
    assert_text("p1", "name", S("abcdefgh"));
}

/* ---- the blind index ------------------------------------------------------------------------------------------ */

static enum verdict
find(struct slice *person, struct slice scheme, struct slice value)
{
    return vault_blind_find(person, world.vault, world.db, world.a, scheme, value);
}

static enum verdict
blind(struct slice scheme, struct slice value, struct slice person)
{
    return vault_blind_put(world.vault, world.db, world.a, scheme, value, person);
}

static void
finds_a_person_by_a_value_of_its_scheme(void **state)
{
    struct slice person;

    (void)state;
    assert_int_equal(find(&person, S("resident_id"), S(SAMPLE_ID)), V_NONE);
    assert_int_equal(blind(S("resident_id"), S(SAMPLE_ID), S("p1")), V_OK);
    assert_int_equal(blind(S("passport"), S(SAMPLE_ID), S("p2")), V_OK);
    assert_int_equal(find(&person, S("resident_id"), S(SAMPLE_ID)), V_OK);
    assert_true(slice_equal(person, S("p1")));
    assert_int_equal(find(&person, S("passport"), S(SAMPLE_ID)), V_OK);
    assert_true(slice_equal(person, S("p2")));
    assert_int_equal(find(&person, S("resident_id"), S(SAMPLE_ID "0")), V_NONE);
    assert_int_equal(find(&person, S("resident_i"), S("d" SAMPLE_ID)), V_NONE);
    assert_int_equal(blind(S("resident_id"), S(SAMPLE_ID), S("p3")), V_BROKEN);
}

static void
forgets_a_persons_values(void **state)
{
    struct slice person;

    (void)state;
    assert_int_equal(blind(S("resident_id"), S(SAMPLE_ID), S("p1")), V_OK);
    assert_int_equal(blind(S("phone"), S("1"), S("p1")), V_OK);
    assert_int_equal(blind(S("phone"), S("2"), S("p2")), V_OK);
    assert_int_equal(vault_blind_erase(world.db, S("p1")), V_OK);
    assert_int_equal(find(&person, S("resident_id"), S(SAMPLE_ID)), V_NONE);
    assert_int_equal(find(&person, S("phone"), S("1")), V_NONE);
    assert_int_equal(find(&person, S("phone"), S("2")), V_OK);
    assert_int_equal(vault_blind_erase(world.db, S("p1")), V_NONE);
    assert_int_equal(blind(S("phone"), S("3"), S("p2")), V_OK);
    assert_int_equal(vault_blind_drop(world.vault, world.db, S("phone"), S("2")), V_OK);
    assert_int_equal(find(&person, S("phone"), S("2")), V_NONE);
    assert_int_equal(find(&person, S("phone"), S("3")), V_OK);
    assert_int_equal(vault_blind_drop(world.vault, world.db, S("phone"), S("2")), V_OK);
}

/* ---- bodies --------------------------------------------------------------------------------------------------- */

static enum verdict
body(int64_t seq, const char *text)
{
    return vault_body_check(world.vault, world.db, world.a, seq, slice_of(text));
}

static void
tells_a_repeated_body_from_another(void **state)
{
    (void)state;
    assert_int_equal(body(1, "{}"), V_NONE);
    assert_int_equal(vault_body_put(world.vault, world.db, 1, S("{}")), V_OK);
    assert_int_equal(body(1, "{}"), V_OK);
    assert_int_equal(body(1, "{} "), V_ID_TAKEN);
    assert_int_equal(body(1, ""), V_ID_TAKEN);
    reopen_with_a_new_key();
    assert_int_equal(body(1, "{}"), V_OK);
    assert_int_equal(vault_body_erase(world.db, 1), V_OK);
    assert_int_equal(body(1, "{}"), V_ID_ERASED);
    assert_int_equal(body(1, ""), V_ID_ERASED);
    assert_int_equal(vault_body_erase(world.db, 2), V_NONE);
}

/* Both keys are derived as the header says: checked against HMACs that the openssl program computes. */
static struct slice
openssl_hmac(const char *hex_key, const char *message)
{
    char command[512], out[65] = "";
    FILE *pipe;

    snprintf(command, sizeof command, "printf '%%s' '%s' | openssl mac -digest SHA256 -macopt hexkey:%s HMAC", message,
             hex_key);
    pipe = popen(command, "r");
    assert_non_null(pipe);
    assert_int_equal(fread(out, 1, 64, pipe), 64);
    assert_int_equal(pclose(pipe), 0);
    for (char *c = out; *c != '\0'; c++)
        if (*c >= 'A')
            *c = (char)(*c | 0x20);
    return arena_copy(world.a, slice_of(out));
}

static void
derives_the_body_key_from_the_registry_key(void **state)
{
    struct slice rest = read_file(world.a, world.keys), hex;
    struct slice word = slice_cut(&hex, slice_cut(&rest, rest, '\n'), ' ');
    struct slice derived;
    struct hash mac = vault_mac(world.vault, S("{\"a\":1}"));

    (void)state;
    assert_true(slice_equal(word, S("registry")));
    derived = openssl_hmac(arena_copy(world.a, hex).at, "body");
    assert_true(slice_equal(openssl_hmac(derived.at, "{\"a\":1}"), hex_encode(world.a, hash_slice(&mac))));
}

/* ---- the key file --------------------------------------------------------------------------------------------- */

static void
makes_a_key_file_for_its_owner_only(void **state)
{
    struct stat st;

    (void)state;
    assert_int_equal(stat(world.keys, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(vault_keys_create(world.keys), V_USAGE);
    assert_int_equal(chmod(world.keys, 0640), 0);
    assert_int_equal(vault_keys_add(world.keys), V_USAGE);
    vault_close(world.vault);
    world.vault = NULL;
    assert_int_equal(vault_open(&world.vault, world.keys), V_USAGE);
    assert_int_equal(chmod(world.keys, 0600), 0);
    assert_int_equal(vault_open(&world.vault, world.keys), V_OK);
}

static void
reads_no_file_that_is_not_a_key_file(void **state)
{
#define HEX "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
    static const char *const texts[] = {
        "",
        "\n",
        "registry " HEX "\n",
        "1 " HEX "\n",
        "1 " HEX "\nregistry " HEX "\n",
        "registry " HEX "\n1 " HEX,
        "registry " HEX "\n2 " HEX "\n",
        "registry " HEX "\n1 " HEX "\n3 " HEX "\n",
        "registry " HEX "\n1 " HEX "\n1 " HEX "\n",
        "registry " HEX "\n1 " HEX "0\n",
        "registry " HEX "\n1  " HEX "\n",
        "registry " HEX "\nregistry " HEX "\n1 " HEX "\n",
        "registry " HEX "\n1 X0112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n",
    };
    char path[160];

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct vault *v = NULL;
        int fd;

        snprintf(path, sizeof path, "%s/wrong%zu", world.engine->folder, i);
        fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
        assert_true(fd >= 0);
        assert_int_equal(write(fd, texts[i], strlen(texts[i])), strlen(texts[i]));
        close(fd);
        assert_int_equal(vault_open(&v, path), V_USAGE);
        assert_null(v);
    }
    snprintf(path, sizeof path, "%s/link", world.engine->folder);
    assert_int_equal(symlink(world.keys, path), 0);
    vault_close(world.vault);
    world.vault = NULL;
    assert_int_equal(vault_open(&world.vault, path), V_USAGE);
}

static void
adds_versions_until_the_ring_is_full(void **state)
{
    (void)state;
    put("p1", "name", S("a"));
    for (int64_t version = 2; version <= VAULT_VERSIONS_MAX; version++) {
        reopen_with_a_new_key();
        assert_int_equal(vault_version(world.vault), version);
    }
    assert_int_equal(vault_keys_add(world.keys), V_USAGE);
    assert_text("p1", "name", S("a"));
}

/* ---- rotation ------------------------------------------------------------------------------------------------- */

enum { PEOPLE = 25 };

static void
people_put(void)
{
    for (int i = 0; i < PEOPLE; i++) {
        struct slice person = arena_print(world.a, "p%02d", i), value = arena_print(world.a, "%d", i * 7);

        assert_int_equal(vault_put(world.vault, world.db, world.a, person, S("name"), value), V_OK);
        assert_int_equal(blind(S("phone"), value, person), V_OK);
    }
}

static void
assert_people(void)
{
    for (int i = 0; i < PEOPLE; i++) {
        struct slice person = arena_print(world.a, "p%02d", i), value = arena_print(world.a, "%d", i * 7), got;

        assert_int_equal(vault_get(&got, world.vault, world.db, world.a, person, S("name")), V_OK);
        assert_true(slice_equal(got, value));
        assert_int_equal(find(&got, S("phone"), value), V_OK);
        assert_true(slice_equal(got, person));
    }
}

static size_t
rotate(struct vault_place *place, size_t steps)
{
    size_t all = 0;

    while (place->stage != VAULT_DONE && steps-- > 0) {
        size_t done;

        assert_int_equal(vault_rotate_step(&done, place, world.vault, world.db, world.a, 4), V_OK);
        assert_true(done <= 4);
        all += done;
    }
    return all;
}

static void
assert_versions(int64_t version)
{
    struct store_sql_texts *texts;
    struct store_sql_blinds *blinds;
    size_t count;

    assert_int_equal(store_sql_texts(&texts, &count, world.thief, world.a), V_OK);
    assert_int_equal(count, PEOPLE);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(texts[i].version, version);
    assert_int_equal(store_sql_blinds(&blinds, &count, world.thief, world.a), V_OK);
    assert_int_equal(count, PEOPLE);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(blinds[i].version, version);
}

static void
rotates_everything_to_the_newest_key(void **state)
{
    struct vault_place place = {0};

    (void)state;
    people_put();
    reopen_with_a_new_key();
    assert_people();
    assert_int_equal(rotate(&place, SIZE_MAX), 2 * PEOPLE);
    assert_versions(2);
    assert_people();
    place = (struct vault_place){0};
    assert_int_equal(rotate(&place, SIZE_MAX), 0);
}

static void
goes_on_with_a_rotation_that_was_cut(void **state)
{
    (void)state;
    people_put();
    reopen_with_a_new_key();
    for (size_t steps = 1; steps < 8; steps++) {
        struct vault_place place = {0};

        rotate(&place, steps);
        assert_people();
    }
    reopen_with_a_new_key();
    rotate(&(struct vault_place){0}, SIZE_MAX);
    assert_versions(3);
    assert_people();
}

static void
stops_a_rotation_at_a_text_that_does_not_open(void **state)
{
    struct vault_place place = {0};
    size_t done = 0;

    (void)state;
    put("p1", "name", S("a"));
    put("p2", "name", S("b"));
    assert_int_equal(store_sql_text_damage(world.thief, S("damaged"), S("p2")), V_OK);
    reopen_with_a_new_key();
    assert_int_equal(vault_rotate_step(&done, &place, world.vault, world.db, world.a, 10), V_BROKEN);
    assert_int_equal(place.stage, VAULT_TEXTS);
    assert_false(db_in_transaction(world.db));
    assert_text("p1", "name", S("a"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(gives_back_what_was_put),
        TEST(gives_nothing_after_an_erasure),
        TEST(shows_the_database_no_plain_text),
        TEST(seals_equal_texts_differently),
        TEST(opens_no_text_at_another_place),
        TEST(opens_no_text_under_another_version),
        TEST(opens_no_damaged_text),
        TEST(finds_a_person_by_a_value_of_its_scheme),
        TEST(forgets_a_persons_values),
        TEST(tells_a_repeated_body_from_another),
        TEST(derives_the_body_key_from_the_registry_key),
        TEST(makes_a_key_file_for_its_owner_only),
        TEST(reads_no_file_that_is_not_a_key_file),
        TEST(adds_versions_until_the_ring_is_full),
        TEST(rotates_everything_to_the_newest_key),
        TEST(goes_on_with_a_rotation_that_was_cut),
        TEST(stops_a_rotation_at_a_text_that_does_not_open),
    };

    return cmocka_run_group_tests_name("store/vault", tests, NULL, NULL);
}

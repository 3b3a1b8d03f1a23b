/*
 * Webhook signatures, with the openssl program as the judge both ways.
 * Knows the three fields; must not know deliveries.
 * Invariant: what openssl calls right we accept, and what we sign openssl calls right.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../src/edge/webhook.h"
#include "ventured/edge.h"
#include "vectors.h"

#define NOW INT64_C(1700000000)
#define ID "msg_01890a5d-ac96-774b"
#define BODY "{\"type\":\"loan.approved\",\"data\":{\"name\":\"\xe8\xb4\xb7\xe6\xac\xbe\"}}"

static struct arena *arena;
static struct key *key, *older;
static char folder[] = "/tmp/webhook-XXXXXX";

static int
open_keys(void **state)
{
    (void)state;
    arena = arena_open(4u << 20);
    key = key_make(ALG_ED25519);
    older = key_make(ALG_ED25519);
    strcpy(folder, "/tmp/webhook-XXXXXX");
    return mkdtemp(folder) == NULL;
}

static int
close_keys(void **state)
{
    (void)state;
    key_close(key);
    key_close(older);
    arena_close(arena);
    return rmdir(folder);
}

static const char *
path(const char *name)
{
    return arena_print(arena, "%s/%s", folder, name).at;
}

static void
put(const char *name, struct slice bytes)
{
    FILE *f = fopen(path(name), "wb");

    assert_non_null(f);
    assert_int_equal(fwrite(bytes.at, 1, bytes.len, f), bytes.len);
    assert_int_equal(fclose(f), 0);
}

static bool
openssl(const char *words)
{
    return system(arena_print(arena, "cd %s && openssl pkeyutl %s >log 2>&1", folder, words).at) == 0;
}

static void
drop(void)
{
    static const char *const names[] = {"key", "text", "value", "log"};

    for (size_t i = 0; i < COUNT(names); i++)
        unlink(path(names[i]));
}

static void
need_openssl(void)
{
    if (system("openssl version >/dev/null 2>&1") != 0) {
        print_message("skipped: no openssl program\n");
        skip();
    }
}

static struct webhook
made(void)
{
    const struct key *keys[] = {key};
    struct webhook w;

    webhook_make(&w, arena, keys, 1, S(ID), NOW, S(BODY));
    return w;
}

static void
signs_what_openssl_verifies(void **state)
{
    struct webhook w = made();
    struct slice pem, value;

    (void)state;
    need_openssl();
    assert_true(slice_equal(w.id, S(ID)));
    assert_true(slice_equal(w.timestamp, S("1700000000")));
    assert_true(slice_starts(w.signature, S("v1a,")));
    assert_true(base64_decode(&value, arena, slice_sub(w.signature, 4, w.signature.len)));
    assert_true(key_public_pem(&pem, arena, key));
    put("key", pem);
    put("value", value);
    put("text", S(ID ".1700000000." BODY));
    assert_true(openssl("-verify -pubin -inkey key -rawin -in text -sigfile value"));
    put("text", S(ID ".1700000001." BODY));
    assert_false(openssl("-verify -pubin -inkey key -rawin -in text -sigfile value"));
    drop();
}

static void
verifies_what_openssl_signs(void **state)
{
    struct webhook w = {.id = S(ID), .timestamp = S("1700000000")};
    struct slice pem, value;

    (void)state;
    need_openssl();
    assert_true(key_private_pem(&pem, arena, key));
    put("key", pem);
    put("text", S(ID ".1700000000." BODY));
    assert_true(openssl("-sign -inkey key -rawin -in text -out value"));
    value = read_file(arena, path("value"));
    w.signature = arena_print(arena, "v1a," SLICE_FMT, SLICE_ARG(base64_encode(arena, value)));
    assert_int_equal(webhook_check(&w, arena, key, NOW, S(BODY)), V_OK);
    assert_int_equal(webhook_check(&w, arena, older, NOW, S(BODY)), V_SIGNATURE_WRONG);
    drop();
}

static void
serves_the_old_key_and_the_new_during_a_rotation(void **state)
{
    const struct key *keys[] = {key, older};
    struct webhook w;
    struct slice rest;

    (void)state;
    webhook_make(&w, arena, keys, 2, S(ID), NOW, S(BODY));
    assert_int_equal(webhook_check(&w, arena, key, NOW, S(BODY)), V_OK);
    assert_int_equal(webhook_check(&w, arena, older, NOW, S(BODY)), V_OK);
    w.signature = slice_cut(&rest, w.signature, ' ');
    assert_int_equal(webhook_check(&w, arena, older, NOW, S(BODY)), V_SIGNATURE_WRONG);
    w.signature = rest;
    assert_int_equal(webhook_check(&w, arena, older, NOW, S(BODY)), V_OK);
}

/* NULL keeps the field, "-" takes it away, and a signature that starts with "+" is put before the right one. */
static const struct {
    const char *id, *timestamp, *signature, *body;
    int64_t late_s;
    enum verdict wanted;
} cases[] = {
    {NULL,          NULL,          NULL,                NULL, 0,    V_OK                 },
    {NULL,          NULL,          NULL,                NULL, 300,  V_OK                 },
    {NULL,          NULL,          NULL,                NULL, 301,  V_SIGNATURE_STALE    },
    {NULL,          NULL,          NULL,                NULL, -300, V_OK                 },
    {NULL,          NULL,          NULL,                NULL, -301, V_SIGNATURE_STALE    },
    {"-",           NULL,          NULL,                NULL, 0,    V_SIGNATURE_MISSING  },
    {NULL,          "-",           NULL,                NULL, 0,    V_SIGNATURE_MISSING  },
    {NULL,          NULL,          "-",                 NULL, 0,    V_SIGNATURE_MISSING  },
    {"",            NULL,          NULL,                NULL, 0,    V_SIGNATURE_MALFORMED},
    {"msg_1.17",    NULL,          NULL,                NULL, 0,    V_SIGNATURE_MALFORMED},
    {NULL,          "",            NULL,                NULL, 0,    V_SIGNATURE_MALFORMED},
    {NULL,          "-1700000000", NULL,                NULL, 0,    V_SIGNATURE_MALFORMED},
    {NULL,          "1700000000x", NULL,                NULL, 0,    V_SIGNATURE_MALFORMED},
    {NULL,          "1700000001",  NULL,                NULL, 0,    V_SIGNATURE_WRONG    },
    {"msg_another", NULL,          NULL,                NULL, 0,    V_SIGNATURE_WRONG    },
    {NULL,          NULL,          NULL,                "{}", 0,    V_SIGNATURE_WRONG    },
    {NULL,          NULL,          "",                  NULL, 0,    V_SIGNATURE_WRONG    },
    {NULL,          NULL,          "v1a,",              NULL, 0,    V_SIGNATURE_WRONG    },
    {NULL,          NULL,          "v1a,AAAA",          NULL, 0,    V_SIGNATURE_WRONG    },
    {NULL,          NULL,          "v1a,*",             NULL, 0,    V_SIGNATURE_WRONG    },
    {NULL,          NULL,          "v1,AAAA",           NULL, 0,    V_SIGNATURE_WRONG    },
    {NULL,          NULL,          "+v1,AAAA ",         NULL, 0,    V_OK                 },
    {NULL,          NULL,          "+v1a,AAAA v2, ",    NULL, 0,    V_OK                 },
    {NULL,          NULL,          "+               ",  NULL, 0,    V_OK                 },
    {NULL,          NULL,          "+                ", NULL, 0,    V_SIGNATURE_MALFORMED},
};

static struct slice
changed(struct slice right, const char *to)
{
    if (to == NULL)
        return right;
    if (to[0] == '+')
        return arena_print(arena, "%s" SLICE_FMT, to + 1, SLICE_ARG(right));
    return strcmp(to, "-") == 0 ? (struct slice){0} : slice_of(to);
}

static void
refuses_each_field_that_was_changed(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct webhook w = made();
        enum verdict got;

        w.id = changed(w.id, cases[i].id);
        w.timestamp = changed(w.timestamp, cases[i].timestamp);
        w.signature = changed(w.signature, cases[i].signature);
        got = webhook_check(&w, arena, key, NOW + cases[i].late_s, changed(S(BODY), cases[i].body));
        if (got != cases[i].wanted)
            fail_msg("row %zu: %s", i, verdict_row(got)->name);
    }
}

static void
passes_over_a_right_signature_of_an_unknown_version(void **state)
{
    struct webhook w = made();
    struct slice value = slice_sub(w.signature, 4, w.signature.len);

    (void)state;
    w.signature = arena_print(arena, "v1b," SLICE_FMT, SLICE_ARG(value));
    assert_int_equal(webhook_check(&w, arena, key, NOW, S(BODY)), V_SIGNATURE_WRONG);
    w.signature = arena_print(arena, "V1a," SLICE_FMT, SLICE_ARG(value));
    assert_int_equal(webhook_check(&w, arena, key, NOW, S(BODY)), V_SIGNATURE_WRONG);
}

static void
prints_the_public_key_as_receivers_read_it(void **state)
{
    unsigned char raw[32];
    struct slice text = webhook_key(arena, key), bytes;

    (void)state;
    assert_true(slice_starts(text, S("whpk_")));
    assert_true(base64_decode(&bytes, arena, slice_sub(text, 5, text.len)));
    assert_true(key_raw_public(raw, key));
    assert_true(slice_equal(bytes, (struct slice){(const char *)raw, sizeof raw}));
}

static void
reads_a_public_key_that_somebody_printed(void **state)
{
    static const char *const others[] = {"", "whpk_", "whpk_AAAA", "whsk_", "whpk_no base64"};
    struct key *same = webhook_key_read(arena, webhook_key(arena, key));
    unsigned char raw[2][32];

    (void)state;
    assert_non_null(same);
    assert_true(key_raw_public(raw[0], key) && key_raw_public(raw[1], same));
    assert_memory_equal(raw[0], raw[1], sizeof raw[0]);
    key_close(same);
    for (size_t i = 0; i < COUNT(others); i++)
        assert_null(webhook_key_read(arena, slice_of(others[i])));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_keys, close_keys)

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(signs_what_openssl_verifies),
        TEST(verifies_what_openssl_signs),
        TEST(serves_the_old_key_and_the_new_during_a_rotation),
        TEST(refuses_each_field_that_was_changed),
        TEST(passes_over_a_right_signature_of_an_unknown_version),
        TEST(prints_the_public_key_as_receivers_read_it),
        TEST(reads_a_public_key_that_somebody_printed),
    };

    return cmocka_run_group_tests_name("edge/webhook", tests, NULL, NULL);
}

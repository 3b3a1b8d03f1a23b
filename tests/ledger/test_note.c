/*
 * Signed notes, checkpoints and verifier keys against the C2SP rules.
 * Knows the text forms as rows; an independent judge verifies what was signed.
 * Invariant: a row says what is changed in a right note, and every change is refused.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "judge.h"
#include "seed.h"
#include "ventured/merkle.h"
#include "ventured/note.h"

#define ORIGIN "ventured.example/shaoxing"

static struct arena *arena;
static struct seed seed;
static struct key *key, *stranger;
static struct vkey vkey;

static int
keys_setup(void **state)
{
    (void)state;
    arena = arena_open(64 << 20);
    key = key_make(ALG_ED25519);
    stranger = key_make(ALG_ED25519);
    return vkey_read(&vkey, arena, vkey_write(arena, S(ORIGIN), key)) ? 0 : -1;
}

static int
keys_teardown(void **state)
{
    (void)state;
    key_close(key);
    key_close(stranger);
    arena_close(arena);
    return 0;
}

static struct hash
random_root(void)
{
    struct hash root;

    for (size_t i = 0; i < HASH_SIZE; i++)
        root.at[i] = (unsigned char)seed_next(&seed);
    return root;
}

/* The note with the first `from` replaced by `to`. */
static struct slice
edited(struct slice note, struct slice from, struct slice to)
{
    const char *found = memmem(note.at, note.len, from.at, from.len);
    struct buf b = {.arena = arena};
    size_t at;

    assert_non_null(found);
    at = (size_t)(found - note.at);
    buf_add(&b, slice_sub(note, 0, at));
    buf_add(&b, to);
    buf_add(&b, slice_sub(note, at + from.len, note.len));
    return buf_slice(&b);
}

/* The text before the empty line, and the signature line behind it. */
static struct slice
text_of(struct slice note)
{
    return slice_sub(note, 0, (size_t)((const char *)memmem(note.at, note.len, "\n\n", 2) - note.at) + 1);
}

static struct slice
line_of(struct slice note)
{
    return slice_sub(note, text_of(note).len + 1, note.len);
}

/* Any text signed as a note of ours: for texts that checkpoint_write would not write. */
static struct slice
signed_text(struct slice text)
{
    char bytes[KEY_ID_SIZE + 64];

    memcpy(bytes, vkey.id, KEY_ID_SIZE);
    memcpy(bytes + KEY_ID_SIZE, key_sign(arena, key, text).at, 64);
    return arena_print(arena, SLICE_FMT "\n\xE2\x80\x94 " ORIGIN " %s\n", SLICE_ARG(text),
                       base64_encode(arena, (struct slice){bytes, sizeof bytes}).at);
}

static void
what_is_written_is_read_and_verified(void **state)
{
    static const int64_t sizes[] = {0, 1, 9, 10, 255, 70000, MERKLE_SIZE_MAX - 1, MERKLE_SIZE_MAX};

    (void)state;
    for (size_t i = 0; i < COUNT(sizes); i++) {
        struct hash root = random_root();
        struct slice note = checkpoint_write(arena, S(ORIGIN), sizes[i], &root, key);
        struct checkpoint got;

        assert_true(note_verify(arena, note, &vkey));
        assert_true(checkpoint_read(&got, arena, note));
        assert_true(slice_equal(got.origin, S(ORIGIN)));
        assert_int_equal(got.size, sizes[i]);
        assert_memory_equal(got.root.at, root.at, HASH_SIZE);
    }
}

/* A receipt asked for again is the same, because Ed25519 draws no random number. */
static void
the_same_checkpoint_is_the_same_text(void **state)
{
    struct hash root = random_root();

    (void)state;
    assert_true(slice_equal(checkpoint_write(arena, S(ORIGIN), 7, &root, key),
                            checkpoint_write(arena, S(ORIGIN), 7, &root, key)));
}

static void
an_independent_judge_verifies_it(void **state)
{
    struct hash root = random_root();
    struct slice note = checkpoint_write(arena, S(ORIGIN), 70000, &root, key);
    struct slice right = vkey_write(arena, S(ORIGIN), key), wrong = vkey_write(arena, S(ORIGIN), stranger);
    enum judgement got = judge(arena, "note", note, right);

    (void)state;
    if (got == JUDGE_ABSENT) {
        print_message("skipped: no python3 or openssl here, or not run in the project's root\n");
        skip();
    }
    assert_int_equal(got, JUDGE_HOLDS);
    assert_int_equal(judge(arena, "note", note, wrong), JUDGE_FAILS);
    assert_int_equal(judge(arena, "note", edited(note, S("70000"), S("70001")), right), JUDGE_FAILS);
}

static void
refuses_any_flipped_bit(void **state)
{
    struct hash root = random_root();
    struct slice note = checkpoint_write(arena, S(ORIGIN), 70000, &root, key);
    char *changed = arena_take(arena, note.len);

    (void)state;
    for (size_t i = 0; i < note.len * 8; i++) {
        size_t before = arena_used(arena);

        memcpy(changed, note.at, note.len);
        changed[i / 8] = (char)(changed[i / 8] ^ 1 << i % 8);
        if (note_verify(arena, (struct slice){changed, note.len}, &vkey))
            fail_msg("bit %zu", i);
        assert_true(arena_used(arena) < before + 4096);
    }
}

static void
refuses_every_shortened_note(void **state)
{
    struct hash root = random_root();
    struct slice note = checkpoint_write(arena, S(ORIGIN), 70000, &root, key);
    struct checkpoint got;

    (void)state;
    for (size_t len = 0; len < note.len; len++) {
        assert_false(note_verify(arena, slice_sub(note, 0, len), &vkey));
        assert_false(checkpoint_read(&got, arena, slice_sub(note, 0, len)));
    }
    assert_false(note_verify(arena, (struct slice){0}, &vkey));
    assert_false(checkpoint_read(&got, arena, (struct slice){0}));
}

/* All of these are signed rightly: it is the checkpoint's form that is refused. */
static void
refuses_a_checkpoint_of_another_form(void **state)
{
#define ROOT "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="
    static const struct {
        const char *why, *text;
    } cases[] = {
        {"no root",                   ORIGIN "\n5\n"                                              },
        {"no size",                   ORIGIN "\n" ROOT "\n"                                       },
        {"an empty origin",           "\n5\n" ROOT "\n"                                           },
        {"a space in the origin",     "a b\n5\n" ROOT "\n"                                        },
        {"a plus in the origin",      "a+b\n5\n" ROOT "\n"                                        },
        {"an empty size",             ORIGIN "\n\n" ROOT "\n"                                     },
        {"a leading zero",            ORIGIN "\n05\n" ROOT "\n"                                   },
        {"two zeros",                 ORIGIN "\n00\n" ROOT "\n"                                   },
        {"a plus sign",               ORIGIN "\n+5\n" ROOT "\n"                                   },
        {"a minus sign",              ORIGIN "\n-5\n" ROOT "\n"                                   },
        {"minus zero",                ORIGIN "\n-0\n" ROOT "\n"                                   },
        {"a space behind the size",   ORIGIN "\n5 \n" ROOT "\n"                                   },
        {"a space before the size",   ORIGIN "\n 5\n" ROOT "\n"                                   },
        {"hexadecimal",               ORIGIN "\n0x5\n" ROOT "\n"                                  },
        {"other digits",              ORIGIN "\n\xD9\xA5\n" ROOT "\n"                             },
        {"beyond the largest tree",   ORIGIN "\n1099511627777\n" ROOT "\n"                        },
        {"beyond 63 bits",            ORIGIN "\n9223372036854775808\n" ROOT "\n"                  },
        {"beyond 64 bits",            ORIGIN "\n18446744073709551621\n" ROOT "\n"                 },
        {"a root of 31 bytes",        ORIGIN "\n5\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxqw==\n"},
        {"a root of 33 bytes",        ORIGIN "\n5\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2Iq\n"},
        {"a root without padding",    ORIGIN "\n5\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I\n" },
        {"a root with stray bits",    ORIGIN "\n5\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=\n"},
        {"a root in the other signs", ORIGIN "\n5\nCsUYapGGPo4dkMgIAUqom_Xajj7h2fB2MPA3j2jxq2I=\n"},
        {"a space behind the root",   ORIGIN "\n5\n" ROOT " \n"                                   },
        {"an extension line",         ORIGIN "\n5\n" ROOT "\nmore\n"                              },
        {"an empty line more",        ORIGIN "\n5\n" ROOT "\n\n"                                  },
        {"an empty line before",      "\n" ORIGIN "\n5\n" ROOT "\n"                               },
    };
    struct checkpoint got;

    (void)state;
    assert_true(checkpoint_read(&got, arena, signed_text(S(ORIGIN "\n5\n" ROOT "\n"))));
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct slice note = signed_text(slice_of(cases[i].text));

        if (checkpoint_read(&got, arena, note))
            fail_msg("read: %s", cases[i].why);
        if (!note_verify(arena, note, &vkey))
            fail_msg("not verified: %s", cases[i].why);
    }
}

/* What no note may be, whatever it says. */
static void
refuses_what_is_no_note(void **state)
{
    static const struct {
        const char *why;
        struct slice from, to;
    } cases[] = {
        {"a carriage return",        {"\n5\n", 3},             {"\r\n5\n", 4}                   },
        {"a tab",                    {"example", 7},           {"exam\tple", 8}                 },
        {"a zero byte",              {"example", 7},           {"exam\0ple", 8}                 },
        {"bytes that are not UTF-8", {"example", 7},           {"exam\xFFple", 8}               },
        {"no empty line",            {"\n\n", 2},              {"\n", 1}                        },
        {"no dash",                  {"\xE2\x80\x94 ", 4},     {"", 0}                          },
        {"a hyphen",                 {"\xE2\x80\x94 ", 4},     {"- ", 2}                        },
        {"no space behind the dash", {"\xE2\x80\x94 ", 4},     {"\xE2\x80\x94", 3}              },
        {"two spaces behind it",     {"\xE2\x80\x94 ", 4},     {"\xE2\x80\x94  ", 5}            },
        {"a space before it",        {"\xE2\x80\x94 ", 4},     {" \xE2\x80\x94 ", 5}            },
        {"a line without one",       {"\n\n\xE2\x80\x94 ", 6}, {"\n\n\n\xE2\x80\x94 x\n", 10}   },
        {"a no-break space",         {"\xE2\x80\x94 v", 5},    {"\xE2\x80\x94 v\xC2\xA0", 7}    },
        {"an ideographic space",     {"\xE2\x80\x94 v", 5},    {"\xE2\x80\x94 v\xE3\x80\x80", 8}},
        {"a line separator",         {"\xE2\x80\x94 v", 5},    {"\xE2\x80\x94 v\xE2\x80\xA8", 8}},
        {"a plus in the name",       {"\xE2\x80\x94 v", 5},    {"\xE2\x80\x94 v+", 6}           },
    };
    struct hash root = random_root();
    struct slice note = checkpoint_write(arena, S(ORIGIN), 5, &root, key), line = line_of(note);
    struct checkpoint got;

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct slice bad = edited(note, cases[i].from, cases[i].to);

        if (note_verify(arena, bad, &vkey) || checkpoint_read(&got, arena, bad))
            fail_msg("accepted: %s", cases[i].why);
    }
    assert_false(note_verify(arena, text_of(note), &vkey));
    assert_false(note_verify(arena, line, &vkey));
    assert_false(note_verify(arena, slice_sub(note, 0, note.len - 1), &vkey));
    assert_false(note_verify(arena, arena_print(arena, SLICE_FMT "\n", SLICE_ARG(note)), &vkey));
    assert_false(note_verify(arena, arena_print(arena, SLICE_FMT "x", SLICE_ARG(note)), &vkey));
    assert_false(note_verify(arena, arena_print(arena, "\n" SLICE_FMT, SLICE_ARG(note)), &vkey));
}

static void
ignores_signatures_of_strangers(void **state)
{
    struct hash root = random_root();
    struct slice ours = checkpoint_write(arena, S(ORIGIN), 5, &root, key);
    struct slice other = line_of(checkpoint_write(arena, S(ORIGIN), 5, &root, stranger));
    struct slice witness = S("\xE2\x80\x94 witness.example/w1 AAAAAAQ=\n");
    struct slice both = arena_print(arena, SLICE_FMT "\n" SLICE_FMT SLICE_FMT SLICE_FMT, SLICE_ARG(text_of(ours)),
                                    SLICE_ARG(witness), SLICE_ARG(other), SLICE_ARG(line_of(ours)));
    struct slice strangers = arena_print(arena, SLICE_FMT "\n" SLICE_FMT SLICE_FMT, SLICE_ARG(text_of(ours)),
                                         SLICE_ARG(witness), SLICE_ARG(other));
    struct checkpoint got;

    (void)state;
    assert_true(note_verify(arena, both, &vkey));
    assert_true(checkpoint_read(&got, arena, both));
    assert_false(note_verify(arena, strangers, &vkey));
    assert_true(checkpoint_read(&got, arena, strangers));
    assert_false(note_verify(arena, edited(both, S("AAAAAAQ="), S("AAAA")), &vkey));
    assert_false(note_verify(arena, edited(both, S("AAAAAAQ="), S("")), &vkey));
}

/* Our name and key id with a wrong signature spoil the note, though a right one stands beside it. */
static void
refuses_a_wrong_signature_beside_a_right_one(void **state)
{
    struct hash root = random_root(), another = random_root();
    struct slice ours = checkpoint_write(arena, S(ORIGIN), 5, &root, key);
    struct slice wrong = line_of(checkpoint_write(arena, S(ORIGIN), 5, &another, key));

    (void)state;
    assert_true(
        note_verify(arena, arena_print(arena, SLICE_FMT SLICE_FMT, SLICE_ARG(ours), SLICE_ARG(line_of(ours))), &vkey));
    assert_false(note_verify(arena, arena_print(arena, SLICE_FMT SLICE_FMT, SLICE_ARG(ours), SLICE_ARG(wrong)), &vkey));
}

static void
sixteen_signatures_fit_and_size_is_bounded(void **state)
{
    struct hash root = random_root();
    struct buf b = {.arena = arena};
    char filler[5000] = {0};
    struct slice large = base64_encode(arena, (struct slice){filler, sizeof filler});
    struct slice note = checkpoint_write(arena, S(ORIGIN), 5, &root, key);

    (void)state;
    buf_add(&b, note);
    for (int i = 0; i < 15; i++)
        buf_print(&b, "\xE2\x80\x94 witness.example/w%d " SLICE_FMT "\n", i, SLICE_ARG(large));
    assert_true(note_verify(arena, buf_slice(&b), &vkey));
    while (buf_slice(&b).len <= NOTE_SIZE_MAX)
        buf_print(&b, "\xE2\x80\x94 w " SLICE_FMT "\n", SLICE_ARG(large));
    assert_false(note_verify(arena, buf_slice(&b), &vkey));
}

static void
a_vkey_comes_back_as_it_was(void **state)
{
    struct slice text = vkey_write(arena, S(ORIGIN), key);
    unsigned char raw[32];
    struct vkey got;

    (void)state;
    assert_true(key_raw_public(raw, key));
    assert_true(vkey_read(&got, arena, text));
    assert_true(slice_equal(got.name, S(ORIGIN)));
    assert_memory_equal(got.raw, raw, sizeof raw);
    for (size_t len = 0; len < text.len; len++)
        assert_false(vkey_read(&got, arena, slice_sub(text, 0, len)));
    for (size_t i = 0; i < text.len * 8; i++) {
        char *changed = (char *)(uintptr_t)arena_copy(arena, text).at;

        changed[i / 8] = (char)(changed[i / 8] ^ 1 << i % 8);
        assert_false(vkey_read(&got, arena, (struct slice){changed, text.len}));
    }
    assert_false(vkey_read(&got, arena, arena_print(arena, SLICE_FMT "\n", SLICE_ARG(text))));
    assert_false(vkey_read(&got, arena, S("")));
    assert_false(vkey_read(&got, arena, S("a+b")));
    assert_false(vkey_read(&got, arena, (struct slice){0}));
}

/* Key name "n" and the public key of 32 zero bytes; the ids by sha256sum over name, newline, type and key. A key of
 * type 4 (a witness's) is right in its own form, and not one of ours. */
static void
a_vkey_of_another_type_is_refused(void **state)
{
    struct vkey got;

    (void)state;
    assert_true(vkey_read(&got, arena, S("n+6986284b+AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")));
    assert_false(vkey_read(&got, arena, S("n+c1069eba+BAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read_and_verified),
        cmocka_unit_test(the_same_checkpoint_is_the_same_text),
        cmocka_unit_test(an_independent_judge_verifies_it),
        cmocka_unit_test(refuses_any_flipped_bit),
        cmocka_unit_test(refuses_every_shortened_note),
        cmocka_unit_test(refuses_a_checkpoint_of_another_form),
        cmocka_unit_test(refuses_what_is_no_note),
        cmocka_unit_test(ignores_signatures_of_strangers),
        cmocka_unit_test(refuses_a_wrong_signature_beside_a_right_one),
        cmocka_unit_test(sixteen_signatures_fit_and_size_is_bounded),
        cmocka_unit_test(a_vkey_comes_back_as_it_was),
        cmocka_unit_test(a_vkey_of_another_type_is_refused),
    };

    seed = seed_open("ledger/note");
    return cmocka_run_group_tests_name("ledger/note", tests, keys_setup, keys_teardown);
}

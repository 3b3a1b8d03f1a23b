/*
 * Receipts: made, checked, and broken link by link.
 * Knows a journal of a few hundred leaves with its checkpoint; an independent judge checks receipts too.
 * Invariant: nothing that was changed is ever accepted as another fact; `state` alone is not covered.
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
#include "tree.h"
#include "ventured/receipt.h"

#define ORIGIN "ventured.example/shaoxing"
#define ENTRIES 700

#define SHAPE "the document is not a receipt"
#define LEAF "the leaf is not a canonical line of a journal"
#define SIGNED "the checkpoint is not signed by this key"
#define PROOF "the proof does not lead from the leaf to the signed root"
#define HASH0 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

static struct arena *arena;
static struct seed seed;
static struct key *key, *stranger;
static struct vkey vkey;
static struct merkle_edge edge;
static struct store store;
static struct slice lines[ENTRIES];

static const struct tiles tiles = {store_read, &store};
static const struct tile_sink sink = {store_write, &store};

static struct leaf
leaf_at(int64_t seq)
{
    return (struct leaf){
        .seq = seq,
        .id = arena_print(arena, "01890a5d-ac96-774b-bcce-%012llx", (unsigned long long)seq),
        .kind = S("loan.disbursed"),
        .kind_version = 1,
        .subject = S("\xE8\xB4\xB7\xE6\xAC\xBE \"7\""),
        .on = 19538,
        .at_ms = INT64_C(1688112000000) + seq,
        .actor = S("bank_machine:bank-zj:m1"),
        .body = S("{\"amount\":30000000,\"voucher_no\":\"V-1\\n\"}"),
    };
}

static int
journal_setup(void **state)
{
    (void)state;
    arena = arena_open(256 << 20);
    key = key_make(ALG_ED25519);
    stranger = key_make(ALG_ED25519);
    for (int64_t seq = 1; seq <= ENTRIES; seq++) {
        struct buf b = {.arena = arena};
        struct leaf leaf = leaf_at(seq);
        struct hash hash;

        leaf_encode(&b, &leaf);
        lines[seq - 1] = buf_slice(&b);
        hash = merkle_leaf_hash(lines[seq - 1]);
        if (merkle_append(&edge, &hash, 1, &sink) != V_OK)
            return -1;
    }
    return vkey_read(&vkey, arena, vkey_write(arena, S(ORIGIN), key)) ? 0 : -1;
}

static int
journal_teardown(void **state)
{
    (void)state;
    key_close(key);
    key_close(stranger);
    arena_close(arena);
    return 0;
}

/* The parts of a receipt, so that a test can exchange one. */
struct parts {
    struct leaf leaf;
    struct merkle_proof proof;
    struct receipt receipt;
};

static struct parts *
parts_of(int64_t seq, int64_t size, struct slice origin, const struct key *by)
{
    struct parts *p = NEW(arena, struct parts);
    struct hash root;

    p->leaf = leaf_at(seq);
    assert_int_equal(merkle_root_at(&root, size, &tiles), V_OK);
    assert_int_equal(merkle_inclusion_proof(&p->proof, seq - 1, size, &tiles), V_OK);
    p->receipt = (struct receipt){
        .leaf = &p->leaf,
        .line = lines[seq - 1],
        .state = S("active"),
        .proof = &p->proof,
        .checkpoint = checkpoint_write(arena, origin, size, &root, by),
    };
    return p;
}

static struct slice
written(const struct parts *p)
{
    struct buf b = {.arena = arena};

    receipt_encode(&b, &p->receipt);
    return buf_slice(&b);
}

static struct slice
document_of(int64_t seq, int64_t size)
{
    return written(parts_of(seq, size, S(ORIGIN), key));
}

/* The document with the first `from` replaced by `to`. */
static struct slice
edited(struct slice document, const char *from, const char *to)
{
    const char *found = memmem(document.at, document.len, from, strlen(from));
    struct buf b = {.arena = arena};
    size_t at;

    if (found == NULL)
        fail_msg("not there: %s", from);
    at = (size_t)(found - document.at);
    buf_add(&b, slice_sub(document, 0, at));
    buf_add(&b, slice_of(to));
    buf_add(&b, slice_sub(document, at + strlen(from), document.len));
    return buf_slice(&b);
}

static void
breaks(struct slice document, const struct vkey *by, const char *sentence)
{
    static const struct receipt_facts nothing;
    struct receipt_facts facts;

    assert_int_equal(receipt_check(&facts, arena, document, by), V_BROKEN);
    assert_string_equal(facts.failed, sentence);
    assert_null(facts.state_note);
    assert_null(facts.line.at);
    assert_memory_equal(&facts.leaf, &nothing.leaf, sizeof facts.leaf);
    assert_memory_equal(&facts.checkpoint, &nothing.checkpoint, sizeof facts.checkpoint);
}

static void
a_receipt_is_written_in_the_published_order(void **state)
{
    struct parts *p = parts_of(2, 3, S(ORIGIN), key);
    struct slice proof0 = base64_encode(arena, hash_slice(&p->proof.hashes[0]));
    struct slice proof1 = base64_encode(arena, hash_slice(&p->proof.hashes[1]));
    struct buf note = {.arena = arena};
    struct slice expected;

    (void)state;
    json_add_text(&note, p->receipt.checkpoint);
    assert_int_equal(p->proof.count, 2);
    expected = arena_print(
        arena,
        "{\"seq\":2,\"id\":\"01890a5d-ac96-774b-bcce-000000000002\",\"kind\":\"loan.disbursed\","
        "\"subject\":\"\xE8\xB4\xB7\xE6\xAC\xBE \\\"7\\\"\",\"state\":\"active\",\"at\":\"2023-06-30T08:00:00.002Z\","
        "\"leaf\":\"{\\\"v\\\":1,\\\"seq\\\":2,\\\"id\\\":\\\"01890a5d-ac96-774b-bcce-000000000002\\\","
        "\\\"kind\\\":\\\"loan.disbursed\\\",\\\"kind_version\\\":1,"
        "\\\"subject\\\":\\\"\xE8\xB4\xB7\xE6\xAC\xBE \\\\\\\"7\\\\\\\"\\\",\\\"on\\\":\\\"2023-06-30\\\","
        "\\\"at\\\":\\\"2023-06-30T08:00:00.002Z\\\",\\\"actor\\\":\\\"bank_machine:bank-zj:m1\\\","
        "\\\"body\\\":{\\\"amount\\\":30000000,\\\"voucher_no\\\":\\\"V-1\\\\n\\\"}}\","
        "\"proof\":[\"%s\",\"%s\"],\"checkpoint\":" SLICE_FMT "}",
        proof0.at, proof1.at, SLICE_ARG(buf_slice(&note)));
    assert_string_equal(arena_copy(arena, written(p)).at, expected.at);
}

static void
every_entry_checks_in_every_later_checkpoint(void **state)
{
    (void)state;
    for (int round = 0; round < 300; round++) {
        int64_t size = 1 + (int64_t)seed_below(&seed, ENTRIES), seq = 1 + (int64_t)seed_below(&seed, (uint64_t)size);
        struct receipt_facts facts;
        struct leaf leaf = leaf_at(seq);

        assert_int_equal(receipt_check(&facts, arena, document_of(seq, size), &vkey), V_OK);
        assert_null(facts.failed);
        assert_int_equal(facts.leaf.seq, seq);
        assert_true(slice_equal(facts.leaf.id, leaf.id));
        assert_true(slice_equal(facts.leaf.subject, leaf.subject));
        assert_true(slice_equal(facts.line, lines[seq - 1]));
        assert_true(slice_equal(facts.state, S("active")));
        assert_int_equal(facts.checkpoint.size, size);
        assert_int_equal(json_find(facts.leaf.body_json, S("amount"))->number, 30000000);
        assert_string_equal(facts.state_note, "state is the registry's word, not covered by the proof");
    }
}

static void
an_independent_judge_agrees(void **state)
{
    struct slice right = vkey_write(arena, S(ORIGIN), key);
    struct slice document = document_of(300, 700);
    enum judgement got = judge(arena, "receipt", document, right);

    (void)state;
    if (got == JUDGE_ABSENT) {
        print_message("skipped: no python3 or openssl here, or not run in the project's root\n");
        skip();
    }
    assert_int_equal(got, JUDGE_HOLDS);
    assert_int_equal(judge(arena, "receipt", document_of(1, 1), right), JUDGE_HOLDS);
    assert_int_equal(judge(arena, "receipt", document_of(513, 600), right), JUDGE_HOLDS);
    assert_int_equal(judge(arena, "receipt", edited(document, "30000000", "30000001"), right), JUDGE_FAILS);
}

static void
names_the_first_link_that_fails(void **state)
{
    static const struct {
        const char *from, *to, *sentence;
    } cases[] = {
        {"{\"seq\"",              "[\"seq\"",                  SHAPE                                         },
        {"\"seq\":300,",          "",                          SHAPE                                         },
        {"\"seq\":300,",          "\"seq\":\"300\",",          SHAPE                                         },
        {"\"seq\":300,",          "\"seq\":300,\"x\":1,",      SHAPE                                         },
        {"\"seq\":300,",          "\"seq\":300,\"seq\":3,",    SHAPE                                         },
        {"\"state\":\"active\",", "",                          SHAPE                                         },
        {"\"state\":\"active\",", "\"state\":1,",              SHAPE                                         },
        {"\"proof\":[",           "\"proof\":[1,",             SHAPE                                         },
        {"\"proof\":[",           "\"proof\":[\"AAAA\",",      SHAPE                                         },
        {"\"proof\":[",           "\"proof\":{},\"p\":[",      SHAPE                                         },
        {"{\\\"v\\\":1",          "{\\\"v\\\":2",              LEAF                                          },
        {"{\\\"v\\\":1",          "{ \\\"v\\\":1",             LEAF                                          },
        {"\"seq\":300",           "\"seq\":301",               "the seq of the receipt is not the leaf's"    },
        {"\"id\":\"0",            "\"id\":\"1",                "the id of the receipt is not the leaf's"     },
        {"\"kind\":\"loan.",      "\"kind\":\"bank.",          "the kind of the receipt is not the leaf's"   },
        {"\\\"7\\\"\",\"state\"", "8\",\"state\"",             "the subject of the receipt is not the leaf's"},
        {"00.300Z\",",            "00.301Z\",",                "the at of the receipt is not the leaf's"     },
        {"\\n700\\n",             "\\n0700\\n",                "the checkpoint is not a signed checkpoint"   },
        {"\\n700\\n",             "\\n701\\n",                 SIGNED                                        },
        {"\\\"amount\\\":3",      "\\\"amount\\\":4",          PROOF                                         },
        {"\"proof\":[",           "\"proof\":[\"" HASH0 "\",", PROOF                                         },
    };
    struct slice document = document_of(300, 700);
    struct vkey others, elsewhere;

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        breaks(edited(document, cases[i].from, cases[i].to), &vkey, cases[i].sentence);
    breaks(S(""), &vkey, SHAPE);
    breaks((struct slice){0}, &vkey, SHAPE);

    assert_true(vkey_read(&others, arena, vkey_write(arena, S(ORIGIN), stranger)));
    breaks(document, &others, SIGNED);
    assert_true(vkey_read(&elsewhere, arena, vkey_write(arena, S(ORIGIN "/2"), key)));
    breaks(document, &elsewhere, SIGNED);
}

static void
refuses_a_proof_longer_than_any(void **state)
{
    struct slice document = document_of(300, 700);
    struct buf b = {.arena = arena};

    (void)state;
    buf_add(&b, S("\"proof\":["));
    for (int i = 0; i < MERKLE_PROOF_MAX; i++)
        buf_add(&b, S("\"" HASH0 "\","));
    breaks(edited(document, "\"proof\":[", arena_copy(arena, buf_slice(&b)).at), &vkey, SHAPE);
}

/* The key itself signs, under its own name, a checkpoint of another log. */
static void
names_a_checkpoint_of_another_origin(void **state)
{
    struct parts *p = parts_of(300, 700, S(ORIGIN), key);
    struct slice text = edited(p->receipt.checkpoint, ORIGIN "\n", "elsewhere.example\n");
    char bytes[KEY_ID_SIZE + 64];
    size_t end;

    (void)state;
    end = (size_t)((const char *)memmem(text.at, text.len, "\n\n", 2) - text.at) + 1;
    memcpy(bytes, vkey.id, KEY_ID_SIZE);
    memcpy(bytes + KEY_ID_SIZE, key_sign(arena, key, slice_sub(text, 0, end)).at, 64);
    p->receipt.checkpoint =
        arena_print(arena, SLICE_FMT "\n\xE2\x80\x94 " ORIGIN " %s\n", SLICE_ARG(slice_sub(text, 0, end)),
                    base64_encode(arena, (struct slice){bytes, sizeof bytes}).at);
    breaks(written(p), &vkey, "the checkpoint is of another origin than the key");
}

/* Parts of two right receipts, put together. */
static void
refuses_parts_of_two_receipts(void **state)
{
    struct parts *p = parts_of(300, 700, S(ORIGIN), key), *other = parts_of(301, 700, S(ORIGIN), key);
    struct parts *before = parts_of(200, 299, S(ORIGIN), key);

    (void)state;
    p->receipt.proof = &other->proof;
    breaks(written(p), &vkey, PROOF);
    p->receipt.proof = &p->proof;
    p->receipt.checkpoint = before->receipt.checkpoint; /* a tree that ends before the entry */
    breaks(written(p), &vkey, PROOF);
    p->receipt.checkpoint = parts_of(1, 699, S(ORIGIN), key)->receipt.checkpoint;
    breaks(written(p), &vkey, PROOF);
    p->receipt.checkpoint = parts_of(1, 700, S(ORIGIN), stranger)->receipt.checkpoint;
    breaks(written(p), &vkey, SIGNED);
}

static void
a_receipt_printed_otherwise_still_checks(void **state)
{
    struct slice document = document_of(300, 700);
    struct receipt_facts facts;

    (void)state;
    document = edited(document, "{\"seq\":300,", "\n {\n\"state\" : \"active\",\t\"seq\": 300 ,");
    document = edited(document, "\"state\":\"active\",", "");
    document = edited(document, "\"kind\":\"loan", "\"kind\":\"\\u006coan");
    assert_int_equal(receipt_check(&facts, arena, document, &vkey), V_OK);
}

/* Every byte, changed in four ways: refused, or the same facts told in other words. The state is the one exception,
 * which the facts admit. */
static void
no_changed_byte_is_accepted_as_another_fact(void **state)
{
    struct slice document = document_of(300, 700);
    char *changed = (char *)(uintptr_t)arena_copy(arena, document).at;
    struct arena *each = arena_open(1 << 20);
    struct receipt_facts facts;
    size_t state_at = (size_t)(strstr(document.at, "\"active\"") + 1 - document.at);
    int accepted = 0;

    (void)state;
    for (size_t i = 0; i < document.len * 4; i++) {
        char mask = (char)(i % 4 == 0 ? 1 : 1 + seed_below(&seed, 255));
        size_t at = i / 4;

        changed[at] = (char)(changed[at] ^ mask);
        arena_reset(each);
        if (receipt_check(&facts, each, (struct slice){changed, document.len}, &vkey) == V_OK) {
            accepted++;
            assert_true(slice_equal(facts.line, lines[299]));
            assert_int_equal(facts.leaf.seq, 300);
            assert_int_equal(facts.checkpoint.size, 700);
            if (!slice_equal(facts.state, S("active"))) /* its length too: a\tive is five characters */
                assert_in_range(at, state_at, state_at + strlen("active") - 1);
        } else
            assert_non_null(facts.failed);
        changed[at] = document.at[at];
    }
    assert_in_range(accepted, 1, 60);
    arena_close(each);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_receipt_is_written_in_the_published_order),
        cmocka_unit_test(every_entry_checks_in_every_later_checkpoint),
        cmocka_unit_test(an_independent_judge_agrees),
        cmocka_unit_test(names_the_first_link_that_fails),
        cmocka_unit_test(refuses_a_proof_longer_than_any),
        cmocka_unit_test(names_a_checkpoint_of_another_origin),
        cmocka_unit_test(refuses_parts_of_two_receipts),
        cmocka_unit_test(a_receipt_printed_otherwise_still_checks),
        cmocka_unit_test(no_changed_byte_is_accepted_as_another_fact),
    };

    seed = seed_open("ledger/receipt");
    return cmocka_run_group_tests_name("ledger/receipt", tests, journal_setup, journal_teardown);
}

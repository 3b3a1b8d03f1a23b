/*
 * Prints a registry's verifier key and the receipt of one entry, two lines: what a bank would hold.
 * Knows leaves and trees; must not read anything but its arguments.
 * Invariant: the tree is reckoned by the slow model of the tests.
 *
 *   make_receipt KIND SUBJECT ON BODY [MENDS]
 */
#include <stdio.h>

#include "tree.h"
#include "ventured/receipt.h"

#define ENTRIES 5
#define SEQ 3
#define ORIGIN S("ventured.example/shaoxing")

int
main(int argc, char **argv)
{
    struct arena *a = arena_open((size_t)16 << 20);
    struct key *key = key_make(ALG_ED25519);
    struct leaf leaf = {.id = S("01890a5d-ac96-774b-bcce-b302099a8057"), .kind_version = 1,
                        .at_ms = INT64_C(1688112000123), .actor = S("bank_machine:bank-zj:m1")};
    struct hash leaves[ENTRIES], root;
    struct merkle_proof proof = {0};
    struct buf line = {.arena = a}, out = {.arena = a};
    struct receipt receipt = {.leaf = &leaf, .state = S("active"), .proof = &proof};

    if (argc < 5 || !day_parse(&leaf.on, slice_of(argv[3])))
        return 2;
    leaf.kind = slice_of(argv[1]);
    leaf.subject = slice_of(argv[2]);
    leaf.body = slice_of(argv[4]);
    if (argc > 5)
        leaf.mends_entry = slice_of(argv[5]);
    leaf.seq = SEQ;
    leaf_encode(&line, &leaf);
    for (size_t i = 0; i < ENTRIES; i++)
        leaves[i] = sha256_one(arena_print(a, "leaf %zu", i));
    leaves[SEQ - 1] = merkle_leaf_hash(buf_slice(&line));
    root = model_root(leaves, ENTRIES);
    model_inclusion(&proof, SEQ - 1, leaves, ENTRIES);
    receipt.line = buf_slice(&line);
    receipt.checkpoint = checkpoint_write(a, ORIGIN, ENTRIES, &root, key);
    receipt_encode(&out, &receipt);
    printf(SLICE_FMT "\n" SLICE_FMT "\n", SLICE_ARG(vkey_write(a, ORIGIN, key)), SLICE_ARG(buf_slice(&out)));
    key_close(key);
    arena_close(a);
    return 0;
}

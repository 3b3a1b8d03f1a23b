/*
 * The receipt: one JSON document that proves, offline and for ever, that an entry is in the journal.
 * Knows leaf, proof, checkpoint and how they hang together; must not know the database or who asks.
 * Invariant: a receipt that checks says nothing but what the signed tree holds, its state aside.
 */
#ifndef VENTURED_RECEIPT_H
#define VENTURED_RECEIPT_H

#include "ventured/leaf.h"
#include "ventured/merkle.h"
#include "ventured/note.h"

/* What a receipt is made of: the leaf's own line, the state its entry left, the inclusion proof in the tree of the
 * checkpoint, and that checkpoint. `leaf` says what `line` says. */
struct receipt {
    const struct leaf *leaf;
    struct slice line, state;
    const struct merkle_proof *proof;
    struct slice checkpoint;
};

/* Appends {"seq","id","kind","subject","state","at","leaf","proof","checkpoint"}, in this order, without white space.
 * The leaf is its line as a JSON text, so that its bytes are exact and can be read; proof is a list of base64 hashes.
 */
void receipt_encode(struct buf *b, const struct receipt *receipt);

/* What a checked receipt says, all of it out of the leaf but `state`. */
struct receipt_facts {
    const char *failed; /* NULL, or the first link that does not hold, as a sentence; then nothing else is set */
    struct leaf leaf;
    struct slice line, state;
    const char *state_note; /* "state is the registry's word, not covered by the proof" */
    struct checkpoint checkpoint;
};

/* V_OK, or V_BROKEN with `failed` set. The document may be spaced and escaped in any way JSON permits, and its members
 * may stand in any order: it has these nine and no others. `vkey` must come from elsewhere. The facts live in `a`. */
enum verdict receipt_check(struct receipt_facts *out, struct arena *a, struct slice document, const struct vkey *vkey);

#endif

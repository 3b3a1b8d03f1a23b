/*
 * Signed notes and checkpoints of the journal (C2SP signed-note and tlog-checkpoint), Ed25519 only.
 * Knows their text and who signed it; must not know the tree or where checkpoints are kept.
 * Invariant: what a note says is believed only after note_verify; a note has one spelling, and any other is refused.
 */
#ifndef VENTURED_NOTE_H
#define VENTURED_NOTE_H

#include "ventured/base.h"
#include "ventured/crypto.h"

/* Sixteen signatures must fit by the rules, the largest kinds of them about 5 kB each. */
#define NOTE_SIZE_MAX ((size_t)128 * 1024)

#define KEY_ID_SIZE 4

/* What a reader must have got elsewhere to believe a note: `name+hex(id)+base64(0x01 || raw)`. */
struct vkey {
    struct slice name; /* the origin of the log, "ventured.example/shaoxing" */
    unsigned char id[KEY_ID_SIZE];
    unsigned char raw[32];
};

/* Names of keys and origins: not empty, UTF-8, no plus sign, no control character, no white space of Unicode. */
bool note_name_valid(struct slice name);

/* `key` is Ed25519 in all of these. A text that is no vkey, or whose id is not that of its name and key, is refused;
 * the name is borrowed from the text. */
struct slice vkey_write(struct arena *a, struct slice name, const struct key *key);
bool vkey_read(struct vkey *out, struct arena *a, struct slice text);

/* True where at least one signature is by that name and key id and none of those is wrong. Signatures by others, of any
 * algorithm, are ignored; a line that is no signature is not. */
bool note_verify(struct arena *a, struct slice note, const struct vkey *vkey);

struct checkpoint {
    struct slice origin;
    int64_t size; /* 0 to MERKLE_SIZE_MAX */
    struct hash root;
};

/* The signed note: origin, size, base64 root, an empty line, one signature named as the origin. */
struct slice checkpoint_write(struct arena *a, struct slice origin, int64_t size, const struct hash *root,
                              const struct key *key);

/* Reads a whole note without believing it; the origin is borrowed. Extension lines, which tlog-checkpoint permits and
 * advises against, are refused: this registry never wrote one. */
bool checkpoint_read(struct checkpoint *out, struct arena *a, struct slice note);

#endif

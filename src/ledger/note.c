/*
 * Writes, reads and checks signed notes.
 * Knows the C2SP text forms; must not know the tree.
 * Invariant: no byte of a note is left unread: text, empty line and signature lines are all of it.
 */
#include <string.h>

#include "ventured/merkle.h"
#include "ventured/note.h"

#define DASH "\xE2\x80\x94 " /* U+2014 and a space */
#define TYPE_ED25519 '\x01'
#define SIGNATURE_SIZE 64

/* Unicode White_Space above U+007F; below it every space is a control character but U+0020. */
static const char *const spaces[] = {
    "\xC2\x85",     "\xC2\xA0",     "\xE1\x9A\x80", "\xE2\x80\x80", "\xE2\x80\x81", "\xE2\x80\x82", "\xE2\x80\x83",
    "\xE2\x80\x84", "\xE2\x80\x85", "\xE2\x80\x86", "\xE2\x80\x87", "\xE2\x80\x88", "\xE2\x80\x89", "\xE2\x80\x8A",
    "\xE2\x80\xA8", "\xE2\x80\xA9", "\xE2\x80\xAF", "\xE2\x81\x9F", "\xE3\x80\x80",
};

static bool
is_space_at(struct slice s, size_t from)
{
    for (size_t i = 0; i < COUNT(spaces); i++)
        if (slice_starts(slice_sub(s, from, s.len), slice_of(spaces[i])))
            return true;
    return false;
}

bool
note_name_valid(struct slice name)
{
    if (name.len == 0 || !utf8_valid(name))
        return false;
    for (size_t i = 0; i < name.len; i++)
        if ((unsigned char)name.at[i] <= ' ' || name.at[i] == '+' || is_space_at(name, i))
            return false;
    return true;
}

static void
key_id(unsigned char out[KEY_ID_SIZE], struct slice name, const unsigned char raw[32])
{
    const struct slice parts[] = {
        name, S("\n\x01"), {(const char *)raw, 32}
    };
    struct hash h = sha256(parts, COUNT(parts));

    memcpy(out, h.at, KEY_ID_SIZE);
}

/* ---- keys ------------------------------------------------------------------------------------------------------ */

struct slice
vkey_write(struct arena *a, struct slice name, const struct key *key)
{
    char typed[1 + 32] = {TYPE_ED25519};
    unsigned char id[KEY_ID_SIZE], raw[32];
    bool is_ed25519 = key_raw_public(raw, key);

    assert(is_ed25519);
    assert(note_name_valid(name));
    memcpy(typed + 1, raw, sizeof raw);
    key_id(id, name, raw);
    return arena_print(a, SLICE_FMT "+%s+%s", SLICE_ARG(name), hex_encode(a, (struct slice){(char *)id, sizeof id}).at,
                       base64_encode(a, (struct slice){typed, sizeof typed}).at);
}

bool
vkey_read(struct vkey *out, struct arena *a, struct slice text)
{
    struct slice rest, id, bytes;
    unsigned char expected[KEY_ID_SIZE];

    out->name = slice_cut(&rest, text, '+');
    if (!note_name_valid(out->name) || rest.at == NULL)
        return false;
    if (!hex_decode(&id, a, slice_cut(&rest, rest, '+')) || id.len != KEY_ID_SIZE)
        return false;
    if (!base64_decode(&bytes, a, rest) || bytes.len != 1 + sizeof out->raw || bytes.at[0] != TYPE_ED25519)
        return false;
    memcpy(out->id, id.at, sizeof out->id);
    memcpy(out->raw, bytes.at + 1, sizeof out->raw);
    key_id(expected, out->name, out->raw);
    return memcmp(expected, out->id, sizeof expected) == 0;
}

/* ---- notes ------------------------------------------------------------------------------------------------------ */

/* A signature line, taken apart. */
struct line {
    struct slice name, id, signature;
};

static bool
line_read(struct line *out, struct arena *a, struct slice line)
{
    struct slice rest, bytes;

    if (!slice_starts(line, S(DASH)))
        return false;
    out->name = slice_cut(&rest, slice_sub(line, sizeof DASH - 1, line.len), ' ');
    if (!note_name_valid(out->name) || !base64_decode(&bytes, a, rest) || bytes.len <= KEY_ID_SIZE)
        return false;
    out->id = slice_sub(bytes, 0, KEY_ID_SIZE);
    out->signature = slice_sub(bytes, KEY_ID_SIZE, bytes.len);
    return true;
}

/* Splits at the last empty line. `text` ends with the newline that is signed; `lines` are the signatures, at least one,
 * without their last newline. */
static bool
note_split(struct slice *text, struct slice *lines, struct slice note)
{
    size_t at;

    if (note.len < 4 || note.len > NOTE_SIZE_MAX || !utf8_valid(note) || note.at[note.len - 1] != '\n')
        return false;
    for (size_t i = 0; i < note.len; i++)
        if ((unsigned char)note.at[i] < ' ' && note.at[i] != '\n')
            return false;
    for (at = note.len - 1; at > 0; at--)
        if (note.at[at] == '\n' && note.at[at - 1] == '\n')
            break;
    if (at == 0 || at == note.len - 1)
        return false;
    *text = slice_sub(note, 0, at);
    *lines = slice_sub(note, at + 1, note.len - at - 2);
    return true;
}

static bool
signature_right(struct slice text, const struct line *line, const struct vkey *vkey)
{
    struct key *key = key_from_raw_public(vkey->raw);
    bool right = key != NULL && line->signature.len == SIGNATURE_SIZE && key_verify(key, text, line->signature);

    key_close(key);
    return right;
}

bool
note_verify(struct arena *a, struct slice note, const struct vkey *vkey)
{
    struct slice text, lines;
    struct line line;
    bool found = false;

    if (!note_split(&text, &lines, note))
        return false;
    while (lines.at != NULL) {
        if (!line_read(&line, a, slice_cut(&lines, lines, '\n')))
            return false;
        if (!slice_equal(line.name, vkey->name) || memcmp(line.id.at, vkey->id, KEY_ID_SIZE) != 0)
            continue;
        if (!signature_right(text, &line, vkey))
            return false;
        found = true;
    }
    return found;
}

/* ---- checkpoints ------------------------------------------------------------------------------------------------ */

struct slice
checkpoint_write(struct arena *a, struct slice origin, int64_t size, const struct hash *root, const struct key *key)
{
    char bytes[KEY_ID_SIZE + SIGNATURE_SIZE];
    unsigned char id[KEY_ID_SIZE], raw[32];
    bool is_ed25519 = key_raw_public(raw, key);
    struct slice text, signature;

    assert(is_ed25519);
    assert(note_name_valid(origin));
    assert(size >= 0);
    assert(size <= MERKLE_SIZE_MAX);
    text = arena_print(a, SLICE_FMT "\n%lld\n%s\n", SLICE_ARG(origin), (long long)size,
                       base64_encode(a, hash_slice(root)).at);
    signature = key_sign(a, key, text);
    assert(signature.len == SIGNATURE_SIZE);
    key_id(id, origin, raw);
    memcpy(bytes, id, sizeof id);
    memcpy(bytes + KEY_ID_SIZE, signature.at, SIGNATURE_SIZE);
    return arena_print(a, SLICE_FMT "\n" DASH SLICE_FMT " %s\n", SLICE_ARG(text), SLICE_ARG(origin),
                       base64_encode(a, (struct slice){bytes, sizeof bytes}).at);
}

/* Digits only, no leading zero. */
static bool
size_read(int64_t *out, struct slice digits)
{
    if (digits.len == 0 || digits.at[0] == '-' || (digits.at[0] == '0' && digits.len > 1))
        return false;
    return slice_to_int(out, digits) && *out <= MERKLE_SIZE_MAX;
}

bool
checkpoint_read(struct checkpoint *out, struct arena *a, struct slice note)
{
    struct slice text, lines, size, root;
    struct line line;

    if (!note_split(&text, &lines, note))
        return false;
    while (lines.at != NULL)
        if (!line_read(&line, a, slice_cut(&lines, lines, '\n')))
            return false;
    out->origin = slice_cut(&text, text, '\n');
    size = slice_cut(&text, text, '\n');
    root = slice_cut(&text, text, '\n');
    if (text.at == NULL || text.len != 0 || !note_name_valid(out->origin) || !size_read(&out->size, size))
        return false;
    if (!base64_decode(&root, a, root) || root.len != HASH_SIZE)
        return false;
    memcpy(out->root.at, root.at, HASH_SIZE);
    return true;
}

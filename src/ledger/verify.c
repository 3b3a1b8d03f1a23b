/*
 * The proof that the registry is what it says: leaves re-hashed, checkpoints checked, everything derived again.
 * Knows the journal and a scratch registry; must not mend anything.
 * Invariants:
 *   1. A byte changed anywhere in journal, checkpoints, side table, state or totals is told by entry, row or cell.
 *   2. What it judges by is the journal's bytes and the log's key from outside the database, never a stored hash alone.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "verify_int.h"
#include "ventured/note.h"

void
damage_add(struct verify_report *report, const char *where, const char *what, ...)
{
    va_list args;
    struct damage *d;

    if (report->damage_count++ >= COUNT(report->damages))
        return;
    d = &report->damages[report->damage_count - 1];
    snprintf(d->where, sizeof d->where, "%s", where);
    va_start(args, what);
    vsnprintf(d->what, sizeof d->what, what, args);
    va_end(args);
}

/* What a verification carries through the replay. */
struct check {
    struct verify_report *report;
    const struct ledger_options *o;
    struct vkey vkey;
    int64_t at_ms;              /* of the entry before */
};

static void
entry_damage(struct check *c, int64_t seq, const char *what)
{
    char where[DAMAGE_WHERE_SIZE];

    snprintf(where, sizeof where, "journal seq %lld", (long long)seq);
    damage_add(c->report, where, "%s", what);
}

/* ---- columns against the leaf ------------------------------------------------------------------------------------ */

static void
columns_check(struct check *c, const struct sql_journal_page *row, const struct entry *e, const struct subject *after)
{
    if (!slice_equal(row->id, e->id))
        entry_damage(c, row->seq, "column id differs from the leaf");
    if (!slice_equal(row->type, slice_of(e->kind->type->name)))
        entry_damage(c, row->seq, "column type differs from the leaf's kind");
    if (!slice_equal(row->subject, e->subject))
        entry_damage(c, row->seq, "column subject differs from the leaf");
    if (!slice_equal(row->state, slice_of(after->type->states[after->state].name)))
        entry_damage(c, row->seq, "column state is not the state that this entry left");
    if (e->at_ms < c->at_ms)
        entry_damage(c, row->seq, "its time lies before the entry before it");
    c->at_ms = e->at_ms;
}

/* Checkpoints say that a group was changed; the stored tree says which of its entries. */
static void
hash_check(struct check *c, struct arena *a, const struct sql_journal_page *row)
{
    struct hash h = merkle_leaf_hash(row->leaf);
    size_t at = (size_t)((row->seq - 1) % MERKLE_WIDTH) * HASH_SIZE;
    struct sql_tile_get tile;

    if (sql_tile_get(&tile, c->o->db, a, 0, (row->seq - 1) / MERKLE_WIDTH) != V_OK)
        return; /* told when the tiles are compared */
    if (at + HASH_SIZE <= tile.hashes.len && memcmp(tile.hashes.at + at, h.at, HASH_SIZE) != 0)
        entry_damage(c, row->seq, "the stored tree holds another leaf's hash in its place");
}

/* ---- the side table: openings against commitments, and the body's MAC ---------------------------------------- */

static void
opening_check(struct slice *opening, struct check *c, struct arena *a, const struct entry *e, struct slice field,
              struct slice commitment)
{
    struct hash h;
    enum verdict got = vault_get(opening, c->o->vault, c->o->db, a, e->id, field);

    if (got == V_NONE) { /* erased: the commitment stands for ever, its opening need not */
        *opening = (struct slice){0};
        return;
    }
    if (got == V_OK) {
        h = sha256_one(*opening);
        if (slice_equal(hex_encode(a, hash_slice(&h)), commitment))
            return;
    }
    *opening = (struct slice){0};
    entry_damage(c, e->seq, "a text in the side table is not the one committed to");
}

/* Puts the private texts back into a body; false where one has been erased. */
static bool
open_struct(char *in, const struct shape *s, struct check *c, struct arena *a, const struct entry *e, struct slice at)
{
    bool whole = true;

    for (size_t i = 0; i < s->count; i++) {
        const struct field *f = &s->fields[i];
        struct slice *text = (struct slice *)(in + f->offset);
        const struct list *items = (const struct list *)(in + f->offset);
        struct slice field = json_pointer(a, at, slice_of(f->name));
        struct slice opening;

        if (f->type == FIELD_ITEMS) {
            for (size_t n = 0; n < items->count; n++)
                whole &= open_struct((char *)items->at + n * f->items->size, f->items, c, a, e,
                                     json_pointer(a, field, arena_print(a, "%zu", n)));
        } else if (f->is_private && text->at != NULL) {
            opening_check(&opening, c, a, e, field, *text);
            whole &= opening.len >= PRIVATE_SALT_SIZE;
            if (opening.len >= PRIVATE_SALT_SIZE)
                *text = slice_sub(opening, PRIVATE_SALT_SIZE, opening.len - PRIVATE_SALT_SIZE);
        }
    }
    return whole;
}

static void
side_check(struct check *c, struct arena *a, const struct entry *e, struct slice line)
{
    struct leaf leaf;
    struct slice opening;
    bool whole = true;
    enum verdict got;

    if (leaf_decode(&leaf, a, line) == V_OK && leaf.signed_hex.at != NULL)
        opening_check(&opening, c, a, e, S("signed"), leaf.signed_hex);
    if (e->body != NULL)
        whole = open_struct((char *)e->body, e->kind->schema->shape, c, a, e, S(""));
    got = vault_body_check(c->o->vault, c->o->db, a, e->seq, entry_canonical(a, e));
    if (got == V_NONE)
        entry_damage(c, e->seq, "the MAC of its body is missing in the side table");
    else if (got == V_ID_TAKEN)
        entry_damage(c, e->seq, whole ? "the MAC of its body in the side table is not this entry's"
                                      : "a text in the side table is gone, and the entry was not erased");
}

static enum verdict
entry_seen(void *context, struct arena *a, const struct sql_journal_page *row, const struct entry *e,
           const struct subject *after)
{
    struct check *c = context;

    columns_check(c, row, e, after);
    hash_check(c, a, row);
    side_check(c, a, e, row->leaf);
    c->report->entries++;
    return V_OK;
}

static void
text_told(void *context, struct slice owner, struct slice field)
{
    struct check *c = context;
    char where[DAMAGE_WHERE_SIZE];

    snprintf(where, sizeof where, "private_text " SLICE_FMT " " SLICE_FMT, SLICE_ARG(owner), SLICE_ARG(field));
    damage_add(c->report, where, "does not unseal in this place");
}

/* What no entry asked for: texts under a place not theirs, MACs of no entry. */
static enum verdict
strays_check(struct check *c)
{
    struct arena *a = arena_open((size_t)1 << 20);
    struct sql_mac_stray *rows;
    size_t count;
    char where[DAMAGE_WHERE_SIZE];
    enum verdict got = sql_mac_stray(&rows, &count, c->o->db, a, COUNT(c->report->damages));

    for (size_t i = 0; got == V_OK && i < count; i++) {
        snprintf(where, sizeof where, "body_mac %lld", (long long)rows[i].seq);
        damage_add(c->report, where, "a row that no entry explains");
    }
    arena_close(a);
    TRY(got);
    return vault_texts_check(c->o->vault, c->o->db, text_told, c);
}

/* ---- checkpoints ------------------------------------------------------------------------------------------------- */

static void
checkpoint_check(struct check *c, struct db *scratch, struct arena *a, const struct sql_checkpoint_page *row,
                 int64_t last)
{
    struct tile_store store = {scratch, a};
    struct tiles tiles = {tile_read, &store};
    struct checkpoint stored;
    struct hash root;
    char where[DAMAGE_WHERE_SIZE];

    snprintf(where, sizeof where, "checkpoint %lld", (long long)row->size);
    c->report->checkpoints++;
    if (row->previous != last)
        damage_add(c->report, where, "the one before it is of size %lld, not %lld", (long long)last,
                   (long long)row->previous);
    if (!checkpoint_read(&stored, a, row->note) || !slice_equal(stored.origin, slice_of(c->o->origin)))
        damage_add(c->report, where, "not a checkpoint of this registry");
    else if (!note_verify(a, row->note, &c->vkey))
        damage_add(c->report, where, "not signed by the log's key");
    else if (stored.size != row->size)
        damage_add(c->report, where, "its note speaks of size %lld", (long long)stored.size);
    else if (merkle_root_at(&root, stored.size, &tiles) != V_OK ||
             memcmp(root.at, stored.root.at, HASH_SIZE) != 0)
        damage_add(c->report, where, "the journal up to here has another root");
}

static enum verdict
checkpoints_check(struct check *c, struct db *scratch, int64_t head_seq)
{
    struct arena *a = arena_open((size_t)64 << 20);
    int64_t last = 0;
    size_t count = 1;
    enum verdict got = V_OK;

    while (got == V_OK && count > 0) {
        struct sql_checkpoint_page *rows;

        arena_reset(a);
        got = sql_checkpoint_page(&rows, &count, c->o->db, a, last, 200);
        for (size_t i = 0; got == V_OK && i < count; i++) {
            checkpoint_check(c, scratch, a, &rows[i], last);
            last = rows[i].size;
        }
    }
    arena_close(a);
    if (got == V_OK && last != head_seq)
        damage_add(c->report, "checkpoint", "the newest is of size %lld, the journal of %lld", (long long)last,
                   (long long)head_seq);
    return got;
}

/* ---- the whole --------------------------------------------------------------------------------------------------- */

static enum verdict
head_check(struct check *c, int64_t last_seq)
{
    struct sql_head_read head;
    struct arena *a = arena_open(65536);
    enum verdict got = sql_head_read(&head, c->o->db, a);

    if (got == V_NONE)
        damage_add(c->report, "head", "its row is missing");
    else if (got == V_OK && (head.seq != last_seq || head.at_ms != c->at_ms || head.shape != DERIVED_SHAPE))
        damage_add(c->report, "head", "seq, time or shape is not that of the newest entry");
    arena_close(a);
    return got == V_NONE ? V_OK : got;
}

/* A fault of the replay that says which entry it stopped at is a finding; a database that does not answer is not. */
static enum verdict
verify_into(struct check *c, struct db *scratch)
{
    struct replay r = {
        .registry = c->o->registry,
        .from = c->o->db,
        .to = scratch,
        .copies = true,
        .seen = entry_seen,
        .context = c,
    };
    enum verdict got = replay_run(&r);

    if (got == V_DATABASE || got == V_DISK_FULL || got == V_BUSY)
        return got;
    if (got != V_OK) {
        entry_damage(c, r.last_seq + 1, "missing, not as it was written, or impossible after those before it");
        return V_BROKEN;
    }
    TRY(head_check(c, r.last_seq));
    TRY(checkpoints_check(c, scratch, r.last_seq));
    TRY(strays_check(c));
    TRY(compare_derived(c->report, c->o->db, scratch));
    return c->report->damage_count == 0 ? V_OK : V_BROKEN;
}

static void
scratch_drop(struct arena *a, struct slice path)
{
    static const char *const suffixes[] = {"", "-wal", "-shm"};

    for (size_t i = 0; i < COUNT(suffixes); i++)
        unlink(arena_print(a, SLICE_FMT "%s", SLICE_ARG(path), suffixes[i]).at);
}

enum verdict
ledger_verify(struct verify_report *out, const struct ledger_options *o, struct slice vkey, const char *scratch)
{
    struct arena *a = arena_open((size_t)1 << 20);
    struct slice path = arena_print(a, "%s/verify-%d.db", scratch, (int)getpid());
    struct check c = {.report = out, .o = o};
    struct db *db = NULL;
    enum verdict got;

    *out = (struct verify_report){0};
    scratch_drop(a, path);
    got = vkey_read(&c.vkey, a, vkey) ? V_OK : V_USAGE;
    if (got == V_OK)
        got = db_open(&db, path.at, DB_WRITER, &sql_schema);
    if (got == V_OK)
        got = db_migrate(db);
    if (got == V_OK)
        got = db_snapshot(o->db);
    if (got == V_OK) {
        got = verify_into(&c, db);
        db_snapshot_end(o->db);
    }
    db_close(db);
    scratch_drop(a, path);
    arena_close(a);
    return got;
}

enum verdict
ledger_checkpoint_check(const struct ledger_options *o, struct slice note, struct slice vkey)
{
    struct arena *a = arena_open((size_t)64 << 20);
    struct tile_store store = {o->db, a};
    struct tiles tiles = {tile_read, &store};
    struct checkpoint kept;
    struct vkey key;
    struct hash root;
    enum verdict got = vkey_read(&key, a, vkey) ? V_OK : V_USAGE;

    if (got == V_OK && (!checkpoint_read(&kept, a, note) || !note_verify(a, note, &key) ||
                        !slice_equal(kept.origin, slice_of(o->origin))))
        got = V_BROKEN;
    if (got == V_OK)
        got = merkle_root_at(&root, kept.size, &tiles);
    if (got == V_NONE || (got == V_OK && memcmp(root.at, kept.root.at, HASH_SIZE) != 0))
        got = V_BROKEN;
    arena_close(a);
    return got;
}

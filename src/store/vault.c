/*
 * Private text, blind index and body MACs: what is sealed, under which words, and how a rotation walks.
 * Knows the three side tables; must not know what a person or an entry is.
 * Invariant: sealed bytes open only at the table, owner, field and key version under which they were sealed.
 */
#include <string.h>

#include "sql.h"
#include "vault_int.h"

#define TEXTS_PAGE 100
#define TEXTS_ARENA_SIZE ((size_t)256 << 20) /* address space: a text may be a whole request */

/* ---- sealing -------------------------------------------------------------------------------------------------- */

/* Where a sealed text belongs. The texts table uses owner and field, the index a scheme and a person. */
struct place {
    struct slice table, owner, field;
    int64_t version;
};

/* Each part is preceded by its length, so that no two places have equal bytes. */
static void
part_add(struct buf *b, struct slice part)
{
    for (int shift = 56; shift >= 0; shift -= 8)
        buf_add_char(b, (char)((uint64_t)part.len >> shift & 0xff));
    buf_add(b, part);
}

static struct slice
bound(struct arena *a, const struct place *p)
{
    struct buf b = {.arena = a};

    part_add(&b, p->table);
    part_add(&b, p->owner);
    part_add(&b, p->field);
    buf_print(&b, "%lld", (long long)p->version);
    return buf_slice(&b);
}

static struct slice
close_up(const struct vault *v, struct arena *a, const struct place *p, struct slice plain)
{
    return seal(a, v->keys[p->version - 1].seal.at, bound(a, p), plain);
}

static enum verdict
open_up(struct slice *out, const struct vault *v, struct arena *a, const struct place *p, struct slice sealed)
{
    bool known = p->version >= 1 && p->version <= v->newest;

    if (known && unseal(out, a, v->keys[p->version - 1].seal.at, bound(a, p), sealed))
        return V_OK;
    log_write(LOG_ERROR, known ? "vault_unsealed_wrong" : "vault_key_missing", "table=" SLICE_FMT " version=%lld",
              SLICE_ARG(p->table), (long long)p->version);
    return V_BROKEN;
}

static struct place
text_place(struct slice owner, struct slice field, int64_t version)
{
    assert(owner.len > 0);
    assert(owner.len <= VAULT_OWNER_MAX);
    assert(field.len <= VAULT_FIELD_MAX);
    return (struct place){S("private_text"), owner, field, version};
}

static struct place
blind_place(struct slice scheme, struct slice person, int64_t version)
{
    assert(scheme.len <= VAULT_OWNER_MAX);
    assert(person.len <= VAULT_OWNER_MAX);
    return (struct place){S("blind_index"), scheme, person, version};
}

/* ---- private text --------------------------------------------------------------------------------------------- */

enum verdict
vault_put(const struct vault *v, struct db *db, struct arena *a, struct slice owner, struct slice field,
          struct slice plain)
{
    struct place p = text_place(owner, field, v->newest);

    return sql_private_text_put(db, owner, field, p.version, close_up(v, a, &p, plain));
}

enum verdict
vault_get(struct slice *out, const struct vault *v, struct db *db, struct arena *a, struct slice owner,
          struct slice field)
{
    struct sql_private_text_find row;
    struct place p;

    TRY(sql_private_text_find(&row, db, a, owner, field));
    p = text_place(owner, field, row.version);
    return open_up(out, v, a, &p, row.sealed);
}

enum verdict
vault_erase(struct db *db, struct slice owner)
{
    return sql_private_text_erase(db, owner);
}

static void
texts_open(const struct vault *v, struct arena *a, const struct sql_private_text_page *rows, size_t count,
           void (*told)(void *context, struct slice owner, struct slice field), void *context)
{
    for (size_t i = 0; i < count; i++) {
        struct place p = {S("private_text"), rows[i].owner, rows[i].field, rows[i].version};
        struct slice plain;

        if (open_up(&plain, v, a, &p, rows[i].sealed) != V_OK)
            told(context, rows[i].owner, rows[i].field);
    }
}

/* Of two arenas the other holds the key from which a page goes on. */
enum verdict
vault_texts_check(const struct vault *v, struct db *db,
                  void (*told)(void *context, struct slice owner, struct slice field), void *context)
{
    struct arena *pages[2] = {arena_open(TEXTS_ARENA_SIZE), arena_open(TEXTS_ARENA_SIZE)};
    struct slice owner = S(""), field = S("");
    size_t count = TEXTS_PAGE, turn = 0;
    enum verdict got = V_OK;

    while (got == V_OK && count == TEXTS_PAGE) {
        struct arena *a = pages[turn++ % 2];
        struct sql_private_text_page *rows;

        arena_reset(a);
        got = sql_private_text_page(&rows, &count, db, a, owner, field, TEXTS_PAGE);
        if (got != V_OK || count == 0)
            break;
        texts_open(v, a, rows, count, told, context);
        owner = rows[count - 1].owner;
        field = rows[count - 1].field;
    }
    arena_close(pages[0]);
    arena_close(pages[1]);
    return got;
}

/* ---- the blind index ------------------------------------------------------------------------------------------ */

static struct hash
blind_under(const struct vault *v, int64_t version, struct slice scheme, struct slice value)
{
    struct hash inner[2] = {sha256_one(scheme), sha256_one(value)};
    struct slice key = hash_slice(&v->keys[version - 1].blind);
    struct hash out = hmac_sha256(key, (struct slice){(const char *)inner, sizeof inner});

    wipe(inner, sizeof inner);
    return out;
}

struct hash
vault_blind(const struct vault *v, struct slice scheme, struct slice value)
{
    return blind_under(v, v->newest, scheme, value);
}

enum verdict
vault_blind_find(struct slice *person, const struct vault *v, struct db *db, struct arena *a, struct slice scheme,
                 struct slice value)
{
    enum verdict got = V_NONE;
    struct sql_blind_index_find row;

    for (int64_t version = v->newest; version > 0 && got == V_NONE; version--) {
        struct hash hash = blind_under(v, version, scheme, value);

        got = sql_blind_index_find(&row, db, a, hash_slice(&hash));
    }
    TRY(got);
    *person = row.person;
    return V_OK;
}

enum verdict
vault_blind_put(const struct vault *v, struct db *db, struct arena *a, struct slice scheme, struct slice value,
                struct slice person)
{
    struct hash hash = vault_blind(v, scheme, value);
    struct place p = blind_place(scheme, person, v->newest);

    return sql_blind_index_put(db, hash_slice(&hash), scheme, person, p.version, close_up(v, a, &p, value));
}

enum verdict
vault_blind_drop(const struct vault *v, struct db *db, struct slice scheme, struct slice value)
{
    for (int64_t version = v->newest; version > 0; version--) {
        struct hash hash = blind_under(v, version, scheme, value);

        TRY(sql_blind_index_drop(db, hash_slice(&hash)));
    }
    return V_OK;
}

enum verdict
vault_blind_erase(struct db *db, struct slice person)
{
    return sql_blind_index_erase(db, person);
}

/* ---- body MACs ------------------------------------------------------------------------------------------------ */

struct hash
vault_mac(const struct vault *v, struct slice body)
{
    return hmac_sha256(hash_slice(&v->body), body);
}

enum verdict
vault_body_put(const struct vault *v, struct db *db, int64_t seq, struct slice body)
{
    struct hash mac = vault_mac(v, body);

    return sql_body_mac_put(db, seq, hash_slice(&mac));
}

enum verdict
vault_body_check(const struct vault *v, struct db *db, struct arena *a, int64_t seq, struct slice body)
{
    struct hash mac = vault_mac(v, body);
    struct sql_body_mac_find row;

    TRY(sql_body_mac_find(&row, db, a, seq));
    if (row.mac.len == 0)
        return V_ID_ERASED;
    return bytes_equal(row.mac, hash_slice(&mac)) ? V_OK : V_ID_TAKEN;
}

enum verdict
vault_body_erase(struct db *db, int64_t seq)
{
    return sql_body_mac_erase(db, S(""), seq);
}

/* ---- rotation ------------------------------------------------------------------------------------------------- */

static size_t
place_keep(char *at, size_t size, struct slice s)
{
    assert(s.len <= size);
    memcpy(at, s.at, s.len);
    return s.len;
}

static enum verdict
texts_step(size_t *done, struct vault_place *place, const struct vault *v, struct db *db, struct arena *a,
           int64_t limit)
{
    struct slice owner = {place->owner, place->owner_len}, field = {place->field, place->field_len};
    struct sql_private_text_older *rows;

    TRY(sql_private_text_older(&rows, done, db, a, owner, field, v->newest, limit));
    for (size_t i = 0; i < *done; i++) {
        struct place from = text_place(rows[i].owner, rows[i].field, rows[i].version);
        struct place to = text_place(rows[i].owner, rows[i].field, v->newest);
        struct slice plain;

        TRY(open_up(&plain, v, a, &from, rows[i].sealed));
        TRY(sql_private_text_reseal(db, to.version, close_up(v, a, &to, plain), to.owner, to.field, rows[i].sealed));
        place->owner_len = place_keep(place->owner, sizeof place->owner, to.owner);
        place->field_len = place_keep(place->field, sizeof place->field, to.field);
    }
    return V_OK;
}

static enum verdict
blinds_step(size_t *done, struct vault_place *place, const struct vault *v, struct db *db, struct arena *a,
            int64_t limit)
{
    struct slice after = {place->owner, place->owner_len};
    struct sql_blind_index_older *rows;

    TRY(sql_blind_index_older(&rows, done, db, a, after, v->newest, limit));
    for (size_t i = 0; i < *done; i++) {
        struct place from = blind_place(rows[i].scheme, rows[i].person, rows[i].version);
        struct place to = blind_place(rows[i].scheme, rows[i].person, v->newest);
        struct slice plain;
        struct hash hash;

        TRY(open_up(&plain, v, a, &from, rows[i].sealed));
        hash = vault_blind(v, rows[i].scheme, plain);
        TRY(sql_blind_index_rehash(db, hash_slice(&hash), to.version, close_up(v, a, &to, plain), rows[i].hash));
        place->owner_len = place_keep(place->owner, sizeof place->owner, rows[i].hash);
    }
    return V_OK;
}

/* A step that finds less than it may take has seen the end of its table. */
enum verdict
vault_rotate_step(size_t *done, struct vault_place *place, const struct vault *v, struct db *db, struct arena *a,
                  int64_t limit)
{
    struct vault_place next = *place;
    enum verdict got;

    assert(limit > 0);
    *done = 0;
    if (place->stage == VAULT_DONE)
        return V_OK;
    TRY(db_begin(db));
    got = next.stage == VAULT_TEXTS ? texts_step(done, &next, v, db, a, limit)
                                    : blinds_step(done, &next, v, db, a, limit);
    TRY(db_end(db, got));
    *place = next;
    if (*done < (size_t)limit)
        *place = (struct vault_place){.stage = next.stage == VAULT_TEXTS ? VAULT_BLINDS : VAULT_DONE};
    return V_OK;
}

/*
 * The ledger as the roof and the edge see it: post, read back a receipt, verify, rebuild.
 * Knows entries and their order; must not know any kind by name, nor HTTP.
 * Invariant: what ledger_post answered with V_OK is on disk, in the journal exactly once, and in the totals.
 */
#ifndef VENTURED_LEDGER_H
#define VENTURED_LEDGER_H

#include "ventured/crypto.h"
#include "ventured/db.h"
#include "ventured/kind.h"
#include "ventured/vault.h"

struct ledger;

struct ledger_options {
    const struct registry *registry;
    struct db *db;              /* a writer, used by nobody else meanwhile; borrowed */
    struct vault *vault;        /* private text; borrowed */
    const struct key *log_key;  /* Ed25519, signs checkpoints; borrowed */
    const char *origin;         /* the name under which checkpoints are signed; borrowed */
};

enum verdict ledger_open(struct ledger **out, const struct ledger_options *o);
void ledger_close(struct ledger *lg);

/* V_BROKEN, after one log line, where the derived tables are in the form of another version, or a rebuild was cut. */
enum verdict ledger_ready(struct db *db, struct arena *a);

/* ---- posting ---------------------------------------------------------------------------------------------------- */

/* What a signed request leaves as evidence: kept sealed, its commitment in the leaf (design, promise 7). */
struct evidence {
    struct slice base, signature, key_id, body;
};

/* Kept by the writer in the same transaction, whatever the verdict. */
struct nonce {
    struct slice key_id, value;
    struct hash hash;      /* of signature base and body */
    int64_t expires_ms;
};

/* The subject by which the actor was known, such as a key: looked at once more under the lock. */
struct credential {
    const struct subject_type *type; /* NULL: none, as for the clock; otherwise its type says what is valid */
    struct slice id;
};

/* One entry on its way through the door. Everything it points at lives in `arena` until it is answered. */
struct posting {
    struct arena *arena;
    struct entry entry;              /* seq and at_ms are the door's to set */
    struct credential credential;
    const struct evidence *evidence; /* NULL where nothing was signed */
    const struct nonce *nonce;       /* NULL likewise */
    struct slice commitment;         /* of the evidence of a correction that has waited; absent otherwise */

    enum verdict got;                /* V_OK, V_REPLAYED, or why not */
    struct problems problems;        /* what is wrong in detail, where `got` is a refusal */
    int64_t seq;                     /* of the entry, where `got` is V_OK or V_REPLAYED; 0 while it waits */
    const char *state;               /* that it left; "waiting" for a correction that needs a second person */
    struct slice leaf;               /* V_OK: the journalled line */
    struct slice receipt;            /* V_OK and recorded: the receipt; otherwise ask ledger_receipt */
};

/* The most entries that one transaction takes. */
#define LEDGER_GROUP_MAX 1000

/* Fills a posting from a request: the envelope's members (subject, on,
 * mends) and the kind's fields. `id` is the client's UUID. Pure. V_KIND_UNKNOWN, V_ID_MALFORMED,
 * or V_FIELDS_WRONG with every bad field in problems. `at` is the pointer of
 * `body` in what was sent: empty, or "/3" in a list. */
enum verdict posting_read(struct posting *out, struct arena *a, const struct registry *r, struct slice kind,
                          struct slice id, const struct json *body, struct slice at);

/* One transaction for all: each posting has its own verdict, and a refusal leaves nothing behind. A fault in the group
 * rolls it back and posts its entries one by one. */
void ledger_post(struct ledger *lg, struct posting *const *postings, size_t count);

/* All or none: the first refusal rolls back the list; the others then carry V_NONE. Returns that refusal, or V_OK, or
 * V_REPLAYED where no entry was new. */
enum verdict ledger_post_list(struct ledger *lg, struct posting *const *postings, size_t count);

/* What posting would answer, writing nothing. Works on any connection. */
enum verdict ledger_dry_run(const struct ledger_options *o, struct posting *p);

/* What ledger_post_list would answer,
 * rolled back: later items see what earlier ones would have done. No posting carries
 * a nonce; `seq`, `leaf` and `receipt` mean nothing afterwards. */
enum verdict ledger_dry_list(struct ledger *lg, struct posting *const *postings, size_t count);

/* The same two, but a refusal ends nothing: every posting is decided, as if those refused before it had not been there,
 * and each refused one keeps its own verdict and problems. Returns the first refusal. */
enum verdict ledger_post_sheet(struct ledger *lg, struct posting *const *postings, size_t count);
enum verdict ledger_dry_sheet(struct ledger *lg, struct posting *const *postings, size_t count);

/* A list of any length that is all or none: `next` gives one posting after another and V_NONE after the last, `told`
 * hears what became of each. */
struct bulk {
    enum verdict (*next)(void *context, struct posting **out);
    void (*told)(void *context, const struct posting *p);
    void *context;
    bool dry;                      /* nothing is stored, whatever came of it */
    size_t posted, known, refused; /* how many were new, were there already, were refused */
};

/* One transaction however many, under the head's lock throughout: for an import, beside which nobody posts. A refusal
 * does not end it, so that every one is told; then nothing is stored. V_OK also where some were refused; a fault, or
 * what `next` returned, otherwise. No receipt is made, and no posting carries a nonce. */
enum verdict ledger_post_bulk(struct ledger *lg, struct bulk *b);

/* ---- reading back ---------------------------------------------------------------------------------------------- */

/* Whom a value of that scheme names already, such as an identity number; V_NONE where nobody. */
enum verdict ledger_blind_find(struct slice *out, const struct ledger_options *o, struct arena *a, struct slice scheme,
                               struct slice value);

/* A subject as it is now, whoever asks. One that has no row is new: blank view, state STATE_NEW. */
enum verdict subject_load(struct subject *out, struct db *db, struct arena *a, const struct subject_type *type,
                          struct slice id);

/* What a subject was lent, as a rule reads it; nothing where its type holds no lines. */
enum verdict lines_load(struct lines *out, const struct registry *r, struct db *db, struct arena *a,
                        const struct subject_type *type, struct slice id);
/* At most `most` subjects of a type with ids after `after` (empty: the first), in the order of their ids, whoever
 * asks. */
enum verdict subject_page(struct subject **out, size_t *count, struct db *db, struct arena *a,
                          const struct subject_type *type, struct slice after, int64_t most);

/* The ids of at most `most` subjects of a type that are an organisation's and in that state, in their order. */
enum verdict subject_ids(struct slice **out, size_t *count, struct db *db, struct arena *a,
                         const struct subject_type *type, struct slice organisation, int state, int64_t most);

/* One private text of an entry: `id` as entry_sealed gives it, `pointer` that of the field,
 * such as "/name". V_NONE where it was left out or erased. */
enum verdict private_open(struct slice *out, const struct vault *v, struct db *db, struct arena *a, struct slice id,
                          struct slice pointer);

/* What waits under an id for a second person, as it was proposed: seq 0, at_ms when, its private texts in clear.
 * V_NONE where nothing does, or its words were erased. */
enum verdict ledger_waiting(struct entry *out, const struct ledger_options *o, struct arena *a, struct slice id);

/* Takes it away unrecorded, and its words with it, within the caller's transaction: its proposer takes it back, or
 * somebody who might let it in declines it. V_SUBJECT_UNKNOWN where nothing waits or its subject is foreign to `who`,
 * V_FORBIDDEN to anybody else. */
enum verdict ledger_withdraw(const struct ledger_options *o, struct arena *a, struct slice id,
                             const struct actor *who);

/* What a ledger was opened with: its registry, and its connection, to be read between two posts only. */
const struct ledger_options *ledger_opened_with(const struct ledger *lg);

/* The number of the last entry; 0 in an empty registry. */
enum verdict ledger_head(int64_t *seq, struct db *db, struct arena *a);

/* A subject as it was known when entry `known_seq` had been recorded (INT64_MAX: now); state STATE_NEW and a blank view
 * where nothing was. */
enum verdict ledger_subject(struct subject *out, const struct registry *r, struct db *db, struct arena *a,
                            const struct subject_type *type, struct slice id, int64_t known_seq);

/* The most subjects that one of the following gives. */
#define LEDGER_LOOKUP_MAX 1000

/* The subjects of a type that are found by a person, as they are now, in the order of their ids; a type's scope says by
 * whom it is found. */
enum verdict ledger_of_person(struct subject **out, size_t *count, struct db *db, struct arena *a,
                              const struct subject_type *type, struct slice person);

/* The same of all that are in one state. */
enum verdict ledger_in_state(struct subject **out, size_t *count, struct db *db, struct arena *a,
                             const struct subject_type *type, int state);

/* The day of the entry that brought a subject, as it is now, to its state. V_NONE where it is new. */
enum verdict ledger_since(int32_t *out, struct db *db, struct arena *a, const struct subject *s);

/* A subject's entries in order, each correction in the place of what it mends; what was voided has a NULL body. */
enum verdict ledger_history(struct entry **out, size_t *count, const struct registry *r, struct db *db,
                            struct arena *a, const struct subject_type *type, struct slice id);

/* What a rule's row of sums reads: all of an indicator in the parts that begin with that name and a slash. */
enum verdict ledger_sum(int64_t *out, struct db *db, struct arena *a, const char *indicator, struct slice name);

/* The number in force on a day,
 * the narrowest scope first; `district` is "" for the city. V_LIMIT_UNKNOWN where none is. */
enum verdict ledger_limit(struct limit *out, const struct registry *r, struct db *db, struct arena *a, const char *name,
                          struct slice district, int32_t day);

/* The receipt document of an entry: a pure function of its row, the tree and the smallest checkpoint that holds it,
 * and so the same bytes for ever. `out` lives in `a`. V_NONE where there is no such entry. */
enum verdict ledger_receipt(struct slice *out, struct db *db, struct arena *a, int64_t seq);

/* One cell of the totals; `part` splits it. */
struct cell {
    struct slice indicator, district, part;
    int64_t amount;
};

/* From `from` to `to` by the day a fact is true, as known when entry `known_seq` had been recorded (INT64_MAX: now). */
enum verdict ledger_totals(struct cell **out, size_t *count, struct db *db, struct arena *a, int32_t from, int32_t to,
                           int64_t known_seq);

/* ---- what is to be done ----------------------------------------------------------------------------------------- */

/* A step whose own day has passed, for whose end the clock has a fact. */
struct step_past {
    const struct subject_type *type;
    const struct step_row *row;
    struct slice subject;
    int32_t due;
};

/* Those of before `today`, the oldest first, and no more than STEPS_PAST_MAX. */
#define STEPS_PAST_MAX 100000
enum verdict ledger_steps_past(struct step_past **out, size_t *count, const struct registry *r, struct db *db,
                               struct arena *a, int32_t today);

/* The step of that name; NULL where the type has none. */
const struct step_row *step_find(const struct subject_type *t, struct slice name);

/* A set of steps as the queries of the work list take it: ",loan/qualify,loan/send,". Starts empty. */
void step_set_add(struct buf *b, const struct subject_type *t, const struct step_row *row);

/* ---- proving and mending ------------------------------------------------------------------------------------ */

struct damage {
    char where[96];  /* "journal seq 12", "total loan_amount 330602 2023" */
    char what[160];
};

struct verify_report {
    int64_t entries, checkpoints, rows; /* looked at; rows are those of derived tables */
    size_t damage_count;          /* all found, of which `damages` holds the first */
    struct damage damages[16];
};

/* Re-hashes every leaf, compares each column with it, rebuilds the tree, checks every checkpoint under `vkey`,
 * replays all
 * entries into a scratch registry and compares every derived row; opens private text and compares its commitment.
 * V_OK, or V_BROKEN with the report. `scratch` is a folder to work in. */
enum verdict ledger_verify(struct verify_report *out, const struct ledger_options *o, struct slice vkey,
                           const char *scratch);

/* Does the journal still hold what a checkpoint kept elsewhere was signed for? V_OK,
 * or V_BROKEN where it is shorter now, another one,
 * or `note` is no checkpoint under `vkey`. A database put back to an earlier moment verifies by itself; only
 * this tells. Reads tiles, so verify comes first. */
enum verdict ledger_checkpoint_check(const struct ledger_options *o, struct slice note, struct slice vkey);

/* Empties what is derived and replays the journal. */
enum verdict ledger_rebuild(struct ledger *lg);

#endif

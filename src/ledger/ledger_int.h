/*
 * What the files of floor 2 share.
 * Knows the steps of the door; must not be included by another floor.
 * Invariant: decide reads, record writes; derive writes only tables that a rebuild may empty.
 */
#ifndef VENTURED_LEDGER_INT_H
#define VENTURED_LEDGER_INT_H

#include "sql.h"
#include "ventured/ledger.h"
#include "ventured/leaf.h"
#include "ventured/merkle.h"

/* A ledger belongs to one thread. `arena` is reset at every group; what outlives a group changes after its commit. */
struct ledger {
    struct ledger_options o;
    struct arena *arena;
    struct arena *kept;           /* holds this struct, the edge and the leaves for as long as the ledger is open */
    struct merkle_edge *edge;
    int64_t edge_seq;             /* the head that the edge is right for; -1: load it again */
    struct sql_head_lock head;    /* under the lock: where the journal ends, moving with every entry */
    struct totals *totals;        /* of the group */
    struct hash *leaves;          /* of the group, LEDGER_GROUP_MAX + 1 of them at most twice over */
    size_t leaf_count;
    struct slice checkpoint;      /* the group's signed note */
};

/* The form of the derived tables. A change of what they hold is the next number: `serve` then asks for a rebuild. */
#define DERIVED_SHAPE 2

/* ---- policy.c --------------------------------------------------------------------------------------------------- */

enum verdict policy_check(const struct posting *p);
/* A correction, or what its actor may only propose: it waits for a second person. */
bool must_wait(const struct entry *e);
struct slice actor_print(struct arena *a, const struct actor *who);  /* "bank_machine:bank-zj:m1" */
bool actor_read(struct actor *out, struct slice text);
bool actor_same_account(const struct actor *a, const struct actor *b); /* in whatever role: four eyes look at people */
bool actor_equal(const struct actor *a, const struct actor *b);        /* and in the same role */

/* ---- subject.c -------------------------------------------------------------------------------------------------- */

enum verdict subject_save(const struct subject *s, struct db *db, struct arena *a);
void subject_blank(struct subject *out, struct arena *a, const struct subject_type *type, struct slice id);
struct subject subject_copy(struct arena *a, const struct subject *s);

/* ---- machine.c: pure -------------------------------------------------------------------------------------------- */

enum nature { NATURE_IN_ORDER, NATURE_EARLY, NATURE_LATE, NATURE_SIDE, NATURE_REFUSED };
extern const char *const nature_names[];

struct move {
    enum nature nature;
    int to;
    struct slice steps;  /* the kinds an early fact skipped, joined by commas; empty otherwise */
    bool excess;         /* more than was approved or allowed */
};

/* What the tables say of this kind in this state; changes nothing. */
struct move machine_move(struct arena *a, const struct subject *s, const struct entry *e);

/* Runs a move that is not refused: state, frozen, view, first day, seq. */
void machine_run(struct arena *a, struct subject *s, const struct move *m, const struct entry *e);
bool move_is_exception(const struct move *m);

/* ---- totals.c --------------------------------------------------------------------------------------------------- */

/* What a subject's totals and lines are a function of. */
struct held {
    const void *view;
    struct lines lent;
};

struct totals *totals_open(struct arena *a);
/* Adds to `moved` what the subject contributes after, less what it did before. */
void totals_move(struct contributions *moved, const struct subject_type *type, const struct held *before,
                 const struct held *after);
/* Delta rows of one entry now; buckets and current totals at the flush. */
enum verdict totals_write(struct totals *t, struct db *db, const struct entry *e, struct contributions *moved);
enum verdict totals_flush(struct totals *t, struct db *db);

/* ---- lines.c ----------------------------------------------------------------------------------------------------- */

/* Gathers what moved in the totals of this subject and of everyone it lends to, however far that reaches. */
enum verdict lines_settle(struct contributions *moved, const struct registry *r, struct db *db, struct arena *a,
                          const struct subject_type *type, struct slice id, const struct held *before,
                          const struct held *after);

/* ---- rule.c ------------------------------------------------------------------------------------------------------ */

struct slice text_member(const struct shape *s, const void *in, const char *name);
/* Whose rules hold: the subject's district, or while it is new the one the entry names. Empty: the city's. */
struct slice district_of(const struct subject *s, const struct entry *e);
/* Loads what the kind's row names and asks its rule. A void has no fields and so no rule. `v` has the subject. */
enum verdict rule_check(struct view *v, struct posting *p, const struct ledger_options *o);

/* ---- limits.c --------------------------------------------------------------------------------------------------- */

/* Every field with a dated list, and the reason of a correction: is its value in the list in force?
 * V_LIMIT_UNKNOWN where there is none. */
enum verdict lists_check(struct problems *p, const struct registry *r, struct db *db, const struct entry *e,
                         struct slice district);

/* ---- fold.c: a subject's entries once more, with a correction -------------------------------------------- */

struct folded {
    struct subject subject;      /* after all of them */
    struct subject before;       /* as it was where the correction stands: what its rule may look at */
    struct exception *exceptions;
    size_t exception_count;
};

struct exception {
    int64_t seq;
    const struct kind *kind;
    struct move move;
    int64_t amount;
    int64_t closed; /* the entry that took it off the list; 0 while it is open */
};

/* Folds what stands before entry `e` in the journal, `e` replacing what it mends. V_LATER_FACT with the entries that
 * would no longer be allowed. */
enum verdict fold(struct folded *out, const struct registry *r, struct db *db, struct arena *a, const struct entry *e,
                  struct problems *p);

/* What stands in the journal where correction `e` will: the entry it mends, with the body of its latest correction. */
enum verdict fold_mended(struct entry *out, const struct registry *r, struct db *db, struct arena *a,
                         const struct entry *e);

/* ---- derive.c ---------------------------------------------------------------------------------------------------- */

/* All that follows from an accepted entry, live and in a replay alike. `s` is its subject before, and becomes after. */
enum verdict derive(const struct registry *r, struct totals *t, struct db *db, struct arena *a, const struct entry *e,
                    struct subject *s);
int64_t entry_amount(const struct entry *e); /* the first field in fen; 0 where there is none */
int64_t entry_closes(const struct entry *e); /* CLOSES_ONE: the entry whose exception it closes */

/* ---- steps.c ---------------------------------------------------------------------------------------------------- */

/* Writes anew which steps run, where an entry has changed that. */
enum verdict steps_settle(struct db *db, struct arena *a, const struct subject *before, const struct subject *after);

/* ---- entry.c: between entry and leaf -------------------------------------------------------------------------- */

struct slice entry_leaf(struct arena *a, const struct entry *e, struct slice signed_commitment);
/* Reads a journalled line back. V_BROKEN where it is not exactly what entry_leaf writes. */
enum verdict entry_restore(struct entry *out, struct arena *a, const struct registry *r, struct slice leaf);
/* What makes two postings equal: kind, subject, day, mends and the fields as sent. */
struct slice entry_canonical(struct arena *a, const struct entry *e);

/* ---- private.c --------------------------------------------------------------------------------------------------- */

/* An opening is so many random bytes and then the text. */
#define PRIVATE_SALT_SIZE 32

/* Seals every private field into the side table; `e` gets a body of its own with the commitments in their places. */
enum verdict private_seal(struct vault *v, struct db *db, struct arena *a, struct entry *e);
/* The commitment that the leaf carries for a signed request, its opening sealed beside it; absent for none. */
enum verdict evidence_seal(struct slice *out, struct vault *v, struct db *db, struct arena *a, const struct entry *e,
                           const struct evidence *ev);

/* ---- blind.c: values that name one subject ----------------------------------------------------------------------- */

/* V_PERSON_KNOWN, naming it, where a value of the entry names another subject. */
enum verdict blind_check(struct posting *p, const struct ledger_options *o);
/* Puts the values of an entry with its private texts as sent; a correction's take the place of those it mends. */
enum verdict blind_record(const struct ledger_options *o, struct arena *a, const struct entry *e);

/* ---- waiting.c: corrections and proposals until a second person confirms them -------------------------------- */

/* `s` is the subject it is about. */
enum verdict waiting_add(const struct ledger_options *o, const struct posting *p, const struct subject *s,
                         struct slice commitment);
/* V_SUBJECT_UNKNOWN where nothing waits under that id. */
enum verdict waiting_load(struct posting **out, const struct ledger_options *o, struct arena *a, struct slice id);
enum verdict waiting_drop(struct db *db, struct slice id); /* V_SUBJECT_UNKNOWN where nothing does any more */
/* The kind by which a second person lets it in. */
const struct kind *waiting_word(const struct entry *e, const struct registry *r);
/* May this actor say yes or no to it? V_SAME_PERSON; V_FORBIDDEN to whoever may not post that word or, where it was
 * proposed, could not have posted it. Whose the subject is decides besides. */
enum verdict waiting_second(const struct entry *e, const struct actor *who, const struct registry *r);

/* ---- journal.c --------------------------------------------------------------------------------------------------- */

/* Where tiles lie. */
struct tile_store {
    struct db *db;
    struct arena *arena;
};
enum verdict tile_read(void *context, int level, int64_t index, struct slice *hashes);
enum verdict tile_write(void *context, int level, int64_t index, struct slice hashes); /* needs no arena */

enum verdict journal_lock(struct ledger *lg);
/* The next entry of the group; gives its line. */
enum verdict journal_append(struct slice *leaf, struct ledger *lg, struct arena *a, const struct entry *e,
                            struct slice signed_commitment, const char *state);
enum verdict journal_receipt(struct ledger *lg, struct posting *p);
enum verdict journal_finish(struct ledger *lg); /* tiles, checkpoint, head: once a group */

/* ---- replay.c ---------------------------------------------------------------------------------------------------- */

/* Runs through a journal in order and derives everything from it. `seen` looks at each entry after its effect; it may
 * stop the replay. */
struct replay {
    const struct registry *registry;
    struct db *from;           /* where the journal is read */
    struct db *to;             /* a writer, whose derived tables are empty */
    bool copies;               /* the journal goes along: `to` is another database */
    enum verdict (*seen)(void *context, struct arena *a, const struct sql_journal_page *row, const struct entry *e,
                         const struct subject *after);
    void *context;
    int64_t last_seq;          /* reached */
    struct merkle_edge *edge;  /* of the journal so far */
};

enum verdict replay_run(struct replay *r);

/* ---- door.c ------------------------------------------------------------------------------------------------------ */

struct decision {
    struct subject subject;         /* before */
    struct posting *brought;        /* the correction or proposal that this entry confirms; NULL for any other */
    struct subject brought_subject;
};

/* Whose the subject is: V_SUBJECT_UNKNOWN where it is foreign or not there, V_FORBIDDEN where a strict entry comes from
 * a former house. */
enum verdict standing_check(const struct subject *s, const struct entry *e, const struct actor *a);
enum verdict door_decide(struct decision *out, const struct ledger_options *o, struct posting *p);
enum verdict door_record(struct ledger *lg, struct posting *p, struct decision *d);
/* The state that recording would leave: for a dry run. */
const char *decision_state(const struct decision *d, const struct posting *p);

#endif

/*
 * The one thread that writes: a bounded queue in front of the ledger.
 * Knows the ledger, its groups and the clock's guard; must not know HTTP or what an entry says.
 * Invariant: whatever was put is called back exactly once, on the writer's thread, after its commit or with a fault.
 */
#ifndef VENTURED_EDGE_WRITER_H
#define VENTURED_EDGE_WRITER_H

#include "metrics.h"
#include "ventured/ledger.h"

/* POST: one posting, which shares a commit with others. LIST: all or none, a group of its own. SHEET: a list in which
 * every refusal is told. DRY: the same, decided and rolled back. NOTE: rows that are no facts, in a transaction of
 * their own. */
enum write_how { WRITE_POST, WRITE_LIST, WRITE_DRY_LIST, WRITE_SHEET, WRITE_DRY_SHEET, WRITE_NOTE };

/* Something to be written, in memory that lives until `done` has run. */
struct write {
    enum write_how how;
    struct posting *const *postings; /* a WRITE_POST has one */
    size_t count;
    enum verdict (*note)(struct write *w, struct db *db); /* writes a WRITE_NOTE's rows */
    void (*done)(struct write *w);
    void *context;

    enum verdict got;   /* of the posting, of the list as ledger.h says, or of the note */
    struct db *db;      /* for `done` to read with; NULL while the database is away */
    struct write *next; /* the queue's own */
};

struct writer_options {
    const struct registry *registry;
    const char *db_url;
    struct vault *vault;
    const struct key *log_key;
    const char *origin; /* of checkpoints */
    size_t queue_max;   /* writes that may wait */
    struct metrics *metrics;
};

struct writer;

/* Opens and migrates the database, then starts the thread. V_BROKEN where a rebuild is due. */
enum verdict writer_open(struct writer **out, const struct writer_options *o);

/* From any thread. V_BUSY at once where the queue is full or the writer is stopping: `done` will not run then. */
enum verdict writer_put(struct writer *w, struct write *one);

/* What the next put would meet: V_OK, V_BUSY, V_DATABASE or V_CLOCK_WRONG. From any thread. */
enum verdict writer_state(struct writer *w);
size_t writer_depth(struct writer *w);

void writer_interrupt(struct writer *w); /* nothing more is taken */
void writer_close(struct writer *w);     /* writes what waits, answers it and ends the thread; NULL is allowed */

#endif

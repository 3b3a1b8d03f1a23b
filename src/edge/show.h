/*
 * Subjects and entries as one reader may see them.
 * Knows shapes and the table role x field; must not know how rows were found.
 * Invariant: a field that the role may not see is left out, and an identity number is never shown whole.
 */
#ifndef VENTURED_EDGE_SHOW_H
#define VENTURED_EDGE_SHOW_H

#include "scope.h"
#include "ventured/leaf.h"
#include "ventured/ledger.h"

/* Who looks, and what is needed to show it. */
struct show {
    struct arena *arena;
    struct db *db;
    const struct vault *vault;
    const struct registry *registry;
    const struct actor *who;
};

/* Appends {"id","state","frozen","first_on","seq","view":{...}}. V_BROKEN where the row is not what its shape says. */
enum verdict show_subject(struct buf *b, const struct show *s, const struct subject_type *type,
                          const struct view_row *view, const struct subject_row *row);

/* Appends {"seq","id","kind","on","at","actor","state","mends"?,"body"?}; a void has no body. Private texts are opened
 * for who may see them, unless erased; of the actor an organisation that is not the reader's shows its role only. */
enum verdict show_entry(struct buf *b, const struct show *s, const struct leaf *leaf, struct slice state);

/* Appends {"id","kind","subject","on","at","actor","mends"?,"body"?} of what waits for a second person, its texts in
 * clear: those of private fields are shown to the same readers as when it is recorded. Without `body`, none is. */
enum verdict show_waiting(struct buf *b, const struct show *s, const struct entry *e, struct slice actor);

/* Whether the reader may know of an entry of this kind by this actor ("role:organisation:account"): the role of the
 * kind, and nothing that another bank did. */
bool show_may_know(const struct show *s, struct slice kind, struct slice actor);

#endif

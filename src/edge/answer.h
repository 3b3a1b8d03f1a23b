/*
 * An answer of the registry as a person reads it, in both languages.
 * Knows receipts and problem documents; must not believe either of them.
 * Invariant: no byte from outside can move the cursor or change a colour: control characters become question marks.
 */
#ifndef VENTURED_EDGE_ANSWER_H
#define VENTURED_EDGE_ANSWER_H

#include "fetch.h"
#include "ventured/json.h"

/* Appends a text from outside, harmless. */
void answer_add(struct buf *b, struct slice text);

/* Whether the status says that the registry took it: 200 earlier, 201 now, 202 a correction that waits for a second
 * person and has no receipt yet. */
bool answer_accepted(int status);

/* One line a receipt: seq, kind, subject, state, time and id; of a dry run kind, subject and state. */
void answer_receipt(struct buf *b, const struct json *receipt);

/* A problem document, several lines; `where` names the place a pointer leads to, NULL: the pointer itself. */
typedef void answer_place(struct buf *b, struct slice pointer, const void *context);
void answer_problem(struct buf *b, int status, const struct json *problem, answer_place *where, const void *context);

/* How a request ended without an answer. */
void answer_failure(struct buf *b, enum fetch_end end, const struct fetch_answer *answer);

/* The JSON of an answer; NULL where it has none. */
const struct json *answer_json(struct arena *a, const struct fetch_answer *answer);

/* A member's text; absent where it is none. */
struct slice answer_text(const struct json *object, struct slice name);

/* Appends a tree as canonical JSON. */
void answer_encode(struct buf *b, const struct json *tree);

#endif

/*
 * JSON as the house reads and writes it: objects, lists, texts and whole numbers, nothing else.
 * The reader is jansson behind base/json.c, which copies into an arena tree; must not know a schema.
 * Invariant: a tree holds no fraction, no duplicate key, no U+0000 and is at most JSON_DEPTH_MAX deep.
 */
#ifndef VENTURED_JSON_H
#define VENTURED_JSON_H

#include "ventured/base.h"

#define JSON_DEPTH_MAX 32

enum json_type { JSON_OBJECT, JSON_LIST, JSON_TEXT, JSON_INT, JSON_BOOL, JSON_NULL };

struct json {
    enum json_type type;
    struct slice key;         /* member name where the parent is an object */
    struct slice text;        /* JSON_TEXT */
    int64_t number;           /* JSON_INT; 0 or 1 for JSON_BOOL */
    struct json *first, *next; /* children, and the next sibling, in the order written */
    size_t count;             /* children */
};

/* Refuses: not UTF-8, trailing bytes, duplicate keys, fractions and exponents, integers outside int64_t, depth,
 * U+0000, a top level that is neither object nor list. Verdicts: V_JSON_*. Nothing but `a` is used afterwards. */
enum verdict json_parse(const struct json **out, struct arena *a, struct slice text);
const struct json *json_find(const struct json *object, struct slice key); /* NULL where absent */
struct slice json_text(const struct json *object, struct slice key); /* absent where it is missing or no text */

/* RFC 8785 section 3.2.2.2 escaping, with the quotes. `s` must be valid UTF-8. */
void json_add_text(struct buf *b, struct slice s);
void json_add_int(struct buf *b, int64_t v);
/* Adds `"key":` with a comma before it where the last byte is neither `{` nor `[`. */
void json_add_key(struct buf *b, const char *key);
void json_add_comma(struct buf *b); /* the same rule, for list items */

/* RFC 6901: appends "/" and the escaped token. */
struct slice json_pointer(struct arena *a, struct slice parent, struct slice token);

#endif

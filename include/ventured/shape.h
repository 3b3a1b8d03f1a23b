/*
 * Shapes: the C side of a schema file. One table of fields describes a struct to one decoder and one encoder.
 * Knows types, bounds and forms; must not know what any kind means or who may see it.
 * Invariant: encode(decode(x)) is canonical: members in schema order, absent ones left out, RFC 8785 escaping.
 */
#ifndef VENTURED_SHAPE_H
#define VENTURED_SHAPE_H

#include <stdatomic.h>

#include "ventured/json.h"

/* How a member stands in its struct, and how "absent" is written there. */
enum field_type {
    FIELD_TEXT,   /* struct slice; absent: at NULL */
    FIELD_INT,    /* int64_t; absent: INT_ABSENT */
    FIELD_DAY,    /* int32_t, days since 1970-01-01; absent: DAY_ABSENT */
    FIELD_CODE,   /* int32_t, the index in `codes` (a generated enum); absent: CODE_ABSENT */
    FIELD_TEXTS,  /* struct list of struct slice; absent: at NULL */
    FIELD_ITEMS,  /* struct list of the struct that `items` describes; absent: at NULL */
};

#define INT_ABSENT INT64_MIN
#define DAY_ABSENT INT32_MIN
#define CODE_ABSENT INT32_C(-1)

struct list {
    const void *at;
    size_t count;
};

/* What a text must look like beyond its length and pattern. */
enum field_form { FORM_ANY, FORM_UUID, FORM_RESIDENT_ID, FORM_CREDIT_CODE, FORM_SHA256, FORM_ID };

struct code {
    const char *name, *zh, *en;
};

struct field {
    const char *name;
    enum field_type type;
    enum field_form form;
    size_t offset;
    bool required, is_private, is_voucher;
    int64_t min, max;       /* INT: the value; TEXT: code points; TEXTS and ITEMS: how many */
    const char *pattern;    /* NULL where none */
    /* Where the compiled pattern is kept once some thread has needed it; NULL where there is no pattern. */
    struct pattern *_Atomic *compiled;
    const struct code *codes;
    size_t code_count;
    const struct shape *items; /* ITEMS: the members of each; TEXTS: one nameless FIELD_TEXT, what each must be */
    const char *unit;       /* "fen", "ppm", "person"; NULL where none */
    const char *list;       /* a dated list that the value must be in ("district"); NULL where none */
    const char *blind;      /* the blind index in which a private value names one subject ("identity"); or NULL */
    const char *zh, *en;
};

struct shape {
    const char *name;       /* "loan.disbursed" */
    int version;
    size_t size;            /* of the struct */
    const struct field *fields;
    size_t count;
    const char *zh, *en;
};

/* One field's trouble: which, where and what to do. `pointer` is RFC 6901 into the body as sent. */
struct problem {
    enum verdict verdict;
    struct slice pointer;
    struct slice zh, en;    /* the detail: names the bound, the code list or the form */
    struct problem *next;
};

/* A small hostile body can hold a great many wrong fields. All are counted, the first PROBLEM_MAX are told. */
#define PROBLEM_MAX 1000

struct problems {
    struct arena *arena;
    struct problem *first, **last; /* last NULL while empty */
    size_t count;
};

void problem_add(struct problems *p, enum verdict v, struct slice pointer, struct slice zh, struct slice en);

/* Sets every member to its absent value; required ones to 0, the first code or the empty text. */
void shape_blank(const struct shape *s, void *out);

/* Fills `out`, of s->size bytes, from a JSON object and reports every bad field in schema order,
 * unknown members last. Members named in
 * `also` (the envelope's, such as "subject") are passed over. Texts keep the bytes received: normalising is the rule's
 * business. V_OK or V_FIELDS_WRONG. `out` is complete only on V_OK. `at` is the pointer of `object`.
 * Texts borrow from `object`'s tree, lists are taken from p->arena. */
enum verdict shape_decode(void *out, const struct shape *s, const struct json *object, struct slice at,
                          const struct slice *also, size_t also_count, struct problems *p);

/* Whether every required member is there, in items too: what can be encoded. */
bool shape_is_whole(const struct shape *s, const void *in);

/* Appends one canonical JSON object; `in` is whole. */
void shape_encode(struct buf *b, const struct shape *s, const void *in);
/* Appends the members alone, for a caller that has opened the object. */
void shape_encode_members(struct buf *b, const struct shape *s, const void *in);

/* Reads back what shape_encode wrote, members in schema order; anything else is V_BROKEN after one log line. Bounds,
 * patterns and forms are not looked at again: private fields may hold commitments, and a state may have left them.
 * Texts borrow from `object`'s tree, lists are taken from `a`. */
enum verdict shape_restore(void *out, struct arena *a, const struct shape *s, const struct json *object);

const struct field *shape_field(const struct shape *s, struct slice name); /* NULL where absent */
struct slice *field_text(const struct field *f, void *in);                 /* asserts FIELD_TEXT */

#endif

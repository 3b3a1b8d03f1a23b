/*
 * Structured field values for HTTP (RFC 8941, and RFC 9651 without dates and display strings).
 * Knows the text form of items, lists, dictionaries and parameters; must not know which field carries them.
 * Invariant: what sfv_read_* accepted, sfv_add_* writes in the one canonical form, and that reads back equal.
 */
#ifndef VENTURED_EDGE_SFV_H
#define VENTURED_EDGE_SFV_H

#include "ventured/base.h"

/* The least that RFC 8941 sections 3.1 and 3.2 ask of a parser is the most that this one takes; so neither time nor
 * memory can be blown up: a tree takes at most 64 times the bytes of the field. Anything beyond is refused. */
#define SFV_BYTES_MAX 65536
#define SFV_MEMBERS_MAX 1024
#define SFV_INNER_MAX 256
#define SFV_PARAMS_MAX 256
#define SFV_KEY_BYTES_MAX 64
#define SFV_NUMBER_MAX INT64_C(999999999999999)

enum sfv_type { SFV_INTEGER, SFV_DECIMAL, SFV_STRING, SFV_TOKEN, SFV_BYTES, SFV_BOOLEAN, SFV_INNER };

/* One item or inner list, with its parameters; the members of a list or dictionary hang together by `next`. */
struct sfv {
    struct slice key; /* of a dictionary's member or a parameter; else absent */
    unsigned repeats; /* how many times the key came before; only its last value is kept */
    enum sfv_type type;
    int64_t number;     /* INTEGER; DECIMAL in thousandths; BOOLEAN 0 or 1 */
    struct slice text;  /* STRING without quotes and escapes; TOKEN; BYTES decoded */
    struct sfv *items;  /* INNER: the first, NULL where empty */
    struct sfv *params; /* the first, in the order received; NULL where none */
    struct sfv *next;
};

/* Read one whole field value, its lines joined by ", " (RFC 8941 section 4.2). False where it is malformed or beyond
 * the limits above; `out` is then undefined. Texts live in `a`. Of a key given twice the last value counts, at the
 * place of the first, as the RFC says; `repeats` tells a caller that must refuse such a field. An empty list or
 * dictionary is NULL. */
bool sfv_read_item(struct sfv *out, struct arena *a, struct slice field);
bool sfv_read_list(struct sfv **out, struct arena *a, struct slice field);
bool sfv_read_dictionary(struct sfv **out, struct arena *a, struct slice field);

const struct sfv *sfv_find(const struct sfv *first, struct slice key); /* NULL where absent */
size_t sfv_count(const struct sfv *first);

/* Append the canonical form (RFC 8941 section 4.1). False where a value has none: a text outside its alphabet, a
 * number out of range; the buffer then holds a part of it. */
bool sfv_add_item(struct buf *b, const struct sfv *item); /* an inner list too */
bool sfv_add_list(struct buf *b, const struct sfv *first);
bool sfv_add_dictionary(struct buf *b, const struct sfv *first);

#endif

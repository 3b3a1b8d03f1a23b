/*
 * XML as a row of places, read piece by piece.
 * Knows elements, their namespaces and depth, expat behind edge/markup.c; must not know what a document is about.
 * Invariant: no DOCTYPE is read, so no entity but XML's five; depth and the length of one piece of markup are bounded.
 */
#ifndef VENTURED_EDGE_MARKUP_H
#define VENTURED_EDGE_MARKUP_H

#include "ventured/base.h"

#define MARKUP_DEPTH_MAX 64
#define MARKUP_LENGTH_MAX ((size_t)256 * 1024) /* of one tag, comment or the like; text may be longer */

enum markup_end {
    MARKUP_DONE,
    MARKUP_BROKEN,  /* not well-formed, or in an encoding that is not read */
    MARKUP_DOCTYPE, /* it has one */
    MARKUP_DEEP,
    MARKUP_LONG,
    MARKUP_OTHER,   /* its outermost element is not the one that was wanted */
    MARKUP_STOPPED, /* by who was told */
};

/* From the place where one is, an element of this name leads to that place. Elements that lead nowhere are passed over
 * with all that is in them. */
struct markup_step {
    int in; /* MARKUP_START: the document itself */
    const char *name;
    int to;
};

#define MARKUP_START 0

/* What a family of documents looks like and who is told of it. False from a teller stops. */
struct markup_form {
    const char *const *spaces; /* whose elements count, up to NULL */
    const struct markup_step *steps;
    size_t step_count;
    bool (*open)(void *context, int place, const char *const *attributes);
    bool (*close)(void *context, int place);
    bool (*text)(void *context, int place, struct slice text); /* in pieces, valid UTF-8 when put together */
};

struct markup;

/* A document whose outermost element must lead to `outermost`. */
struct markup *markup_open(struct arena *a, const struct markup_form *form, int outermost, void *context);
/* The next piece of it; false where no more is wanted. `markup` is a struct markup: package_read's `take`. */
bool markup_take(void *markup, struct slice piece);
/* Ends the document, where nothing has ended it before, and closes. */
enum markup_end markup_close(struct markup *m);

/* Among the attributes a teller was given; absent where it is not there. The name of one with a namespace is that, a
 * line feed and its own name. */
struct slice markup_attribute(const char *const *attributes, const char *name);

#endif

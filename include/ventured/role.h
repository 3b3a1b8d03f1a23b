/*
 * Roles, and the rows of the generated table role x kind x field.
 * Knows who may post a kind and who may see a field; must not know who is logged in or whose subject it is.
 * Invariant: what no row allows is refused; the rows come from the schema files and from nowhere else.
 */
#ifndef VENTURED_ROLE_H
#define VENTURED_ROLE_H

#include "ventured/shape.h"

enum role {
#define R(name, word, zh, en) ROLE_##name,
#include "ventured/role.tbl"
#undef R
    ROLE__COUNT
};

/* A set of roles, one bit each. */
#define ROLE_BIT(role) (UINT32_C(1) << (role))

struct role_row {
    const char *name; /* "bank_machine": the word in schema files, actors and logs */
    const char *zh, *en;
};

const struct role_row *role_row(enum role r);
bool role_find(enum role *out, struct slice name);

/* The roles that four eyes keep from somebody who is given `r` for a time. An account may hold both of a pair as its
 * own: the door then asks for another person entry by entry. */
uint32_t role_opposites(enum role r);

/* What is true of a subject, from schemas/views/<subject>.json. */
struct view_row {
    const char *name;   /* "loan" */
    const char *plural; /* "loans": its address is /v1/loans */
    const struct shape *shape;
    uint32_t see;              /* roles that may read it at all */
    const uint32_t *field_see; /* one set for each field of `shape`, each within `see` */
};

/* A kind of entry, from schemas/entries/<name>.<version>.json. Older versions are read with the newest shape: what
 * they lack is optional there. */
struct kind_row {
    const char *name;            /* "loan.disbursed" */
    int version;                 /* the newest, the one that is posted */
    const struct view_row *view; /* of its subject */
    const struct shape *shape;
    uint32_t post;             /* roles that may post it */
    uint32_t propose;          /* roles that may post it for one of those to confirm */
    uint32_t see;              /* roles that may know it happened */
    const uint32_t *field_see; /* one set for each field of `shape`, each within `see` */
};

/* `rows` end with a row whose name is NULL. NULL where there is none of that name. */
const struct kind_row *kind_find(const struct kind_row *rows, struct slice name);
const struct view_row *view_find(const struct view_row *rows, struct slice name);

bool role_may_post(enum role r, const struct kind_row *k);
bool role_may_propose(enum role r, const struct kind_row *k);
bool role_may_see(enum role r, const struct kind_row *k, const struct field *f);  /* `f` is a field of k->shape */
bool role_may_read(enum role r, const struct view_row *v, const struct field *f); /* `f` is a field of v->shape */

#endif

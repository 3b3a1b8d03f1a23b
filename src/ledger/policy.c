/*
 * The lists the ledger was given, who may post, and how an actor is written.
 * Knows rows by name; must not know why a role was given to anybody.
 * Invariant: an actor reads back as it was written: neither organisation nor account holds a colon.
 */
#include "ledger_int.h"

const struct kind *
registry_kind(const struct registry *r, struct slice name)
{
    for (size_t t = 0; t < r->type_count; t++)
        for (size_t i = 0; i < r->types[t]->kind_count; i++)
            if (slice_equal(name, slice_of(r->types[t]->kinds[i].schema->name)))
                return &r->types[t]->kinds[i];
    return NULL;
}

const struct subject_type *
registry_type(const struct registry *r, struct slice name)
{
    for (size_t i = 0; i < r->type_count; i++)
        if (slice_equal(name, slice_of(r->types[i]->name)))
            return r->types[i];
    return NULL;
}

/* A machine is nothing but its key: without a verified signature nobody is one, whatever the caller says. */
enum verdict
policy_check(const struct posting *p)
{
    if (p->entry.actor.role == ROLE_BANK_MACHINE && p->evidence == NULL)
        return V_SIGNATURE_MISSING;
    if (role_may_post(p->entry.actor.role, p->entry.kind->schema) ||
        role_may_propose(p->entry.actor.role, p->entry.kind->schema))
        return V_OK;
    return V_FORBIDDEN;
}

bool
must_wait(const struct entry *e)
{
    return e->mends.entry.at != NULL || !role_may_post(e->actor.role, e->kind->schema);
}

struct slice
actor_print(struct arena *a, const struct actor *who)
{
    return arena_print(a, "%s:" SLICE_FMT ":" SLICE_FMT, role_row(who->role)->name, SLICE_ARG(who->organisation),
                       SLICE_ARG(who->account));
}

bool
actor_read(struct actor *out, struct slice text)
{
    struct slice rest;
    struct slice role = slice_cut(&rest, text, ':');

    *out = (struct actor){0};
    if (rest.at == NULL || !role_find(&out->role, role))
        return false;
    out->organisation = slice_cut(&out->account, rest, ':');
    return out->account.at != NULL;
}

bool
actor_same_account(const struct actor *a, const struct actor *b)
{
    return slice_equal(a->organisation, b->organisation) && slice_equal(a->account, b->account);
}

bool
actor_equal(const struct actor *a, const struct actor *b)
{
    return a->role == b->role && actor_same_account(a, b);
}

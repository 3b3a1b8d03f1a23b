/*
 * Looks things up in the table role x kind x field.
 * Knows the rows' form; must not know any kind by name, nor whose subject an entry is about.
 * Invariant: default deny: a role without a bit may neither post nor see.
 */
#include "ventured/role.h"

static const struct role_row roles[] = {
#define R(name, word, zh, en) {word, zh, en},
#include "ventured/role.tbl"
#undef R
};

static_assert(COUNT(roles) == ROLE__COUNT, "every role has a row");
static_assert(ROLE__COUNT <= 32, "a set of roles fits 32 bits");

/* Whoever does the one may not also do the other: applying and checking, approving and paying. */
static const struct {
    enum role does, checks;
} pairs[] = {
    {ROLE_BANK_OFFICER,   ROLE_BANK_CHECKER    },
    {ROLE_DISTRICT_CLERK, ROLE_DISTRICT_CHECKER},
    {ROLE_STREET_CLERK,   ROLE_DISTRICT_CHECKER},
    {ROLE_CENTRE_OFFICER, ROLE_PAYER           },
};

uint32_t
role_opposites(enum role r)
{
    uint32_t out = 0;

    for (size_t i = 0; i < COUNT(pairs); i++) {
        out |= pairs[i].does == r ? ROLE_BIT(pairs[i].checks) : 0;
        out |= pairs[i].checks == r ? ROLE_BIT(pairs[i].does) : 0;
    }
    return out;
}

const struct role_row *
role_row(enum role r)
{
    assert(r < ROLE__COUNT);
    return &roles[r];
}

bool
role_find(enum role *out, struct slice name)
{
    for (size_t i = 0; i < COUNT(roles); i++) {
        if (!slice_equal(slice_of(roles[i].name), name))
            continue;
        *out = (enum role)i;
        return true;
    }
    return false;
}

const struct kind_row *
kind_find(const struct kind_row *rows, struct slice name)
{
    for (const struct kind_row *k = rows; k->name != NULL; k++)
        if (slice_equal(slice_of(k->name), name))
            return k;
    return NULL;
}

const struct view_row *
view_find(const struct view_row *rows, struct slice name)
{
    for (const struct view_row *v = rows; v->name != NULL; v++)
        if (slice_equal(slice_of(v->name), name))
            return v;
    return NULL;
}

static bool
holds(uint32_t set, enum role r)
{
    assert(r < ROLE__COUNT);
    return (set & ROLE_BIT(r)) != 0;
}

bool
role_may_post(enum role r, const struct kind_row *k)
{
    return holds(k->post, r);
}

bool
role_may_propose(enum role r, const struct kind_row *k)
{
    return holds(k->propose, r);
}

bool
role_may_see(enum role r, const struct kind_row *k, const struct field *f)
{
    assert(f >= k->shape->fields);
    assert(f < k->shape->fields + k->shape->count);
    return holds(k->field_see[f - k->shape->fields], r);
}

bool
role_may_read(enum role r, const struct view_row *v, const struct field *f)
{
    assert(f >= v->shape->fields);
    assert(f < v->shape->fields + v->shape->count);
    return holds(v->field_see[f - v->shape->fields], r);
}

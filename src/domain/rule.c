/*
 * What the rules of several modules say in the same words.
 * Knows problems and days; must not know any kind.
 * Invariant: everything here is pure.
 */
#include "domain_int.h"

enum standing
standing_by_role(const struct actor *a, uint32_t roles)
{
    return (ROLE_BIT(a->role) & roles) != 0 ? STANDING_OWN : STANDING_FOREIGN;
}

enum standing
standing_administered(const void *view, const struct actor *a)
{
    (void)view;
    return standing_by_role(a, ROLE_SET(SYSTEM) | ROLE_SET(SECURITY));
}

bool
is_handle(struct slice id, size_t len_min)
{
    for (size_t i = 0; i < id.len; i++) {
        char c = id.at[i];

        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-')
            return false;
    }
    return id.len >= len_min && id.len <= 64;
}

void
check_subject(struct problems *p, bool holds, struct slice zh, struct slice en)
{
    if (!holds)
        problem_add(p, V_FIELD_FORM, S("/subject"), zh, en);
}

void
check_days(struct problems *p, int32_t from, int32_t to)
{
    if (to != DAY_ABSENT && to < from)
        problem_add(p, V_FIELD_RANGE, S("/to"), S("不得早于启用日期"), S("must not lie before `from`"));
}

enum verdict
fields_verdict(const struct problems *p)
{
    return p->count == 0 ? V_OK : V_FIELDS_WRONG;
}

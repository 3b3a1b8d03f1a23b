/*
 * Organisations: who they are, of which sort, and whether they are on record.
 * Knows sorts, and which roles fit each; must not know an account.
 * Invariant: what belongs to a district says which; a closed organisation stays on record.
 */
#include "domain_int.h"

/*
 *            registered          closed
 *    (new) ------------> active --------> closed
 */
static const struct state organisation_states[ORGANISATION__COUNT] = {
    {"new",    "未登记", "new"   },
    {"active", "有效",   "active"},
    {"closed", "已停用", "closed"},
};

#define SORT(name) ORGANISATION_VIEW_SORT_##name

const struct sort sorts[ORGANISATION_VIEW_SORT__COUNT] = {
    [SORT(BANK)]            = {false, ROLE_SET(BANK_OFFICER) | ROLE_SET(BANK_CHECKER) | ROLE_SET(BANK_MACHINE)},
    [SORT(OPERATOR)]        = {false, ROLE_SET(OPERATOR)},
    [SORT(CENTRE)] = {false, ROLE_SET(CENTRE_OFFICER) | ROLE_SET(PAYER) | ROLE_SET(EXPERT) | ROLE_SET(AUDITOR) |
                                      ROLE_SET(SYSTEM) | ROLE_SET(SECURITY) | ROLE_SET(CLOCK) | ROLE_SET(IMPORT)},
    [SORT(BUREAU)]          = {false, ROLE_SET(SECTION_CHIEF) | ROLE_SET(BUREAU_READER) | ROLE_SET(PAYER) |
                                      ROLE_SET(AUDITOR)},
    [SORT(DISTRICT_BUREAU)] = {true,  ROLE_SET(DISTRICT_CLERK) | ROLE_SET(DISTRICT_CHECKER) | ROLE_SET(PAYER)},
    [SORT(STREET)]          = {true,  ROLE_SET(STREET_CLERK)},
    [SORT(GUARANTOR)]       = {false, 0}, /* on record as parties only: */
    [SORT(TRAINING)]        = {false, 0}, /* no role is theirs */
};

static enum verdict
may_register_organisation(const struct view *v, const struct entry *e, struct problems *p)
{
    const struct organisation_registered *d = e->body;

    check_subject(p, is_handle(e->subject, 2), S("须为 2 至 64 位小写字母、数字或连字符"),
                  S("must be 2 to 64 lower-case letters, digits or hyphens"));
    if (sorts[d->sort].local && d->district.at == NULL)
        problem_add(p, V_FIELD_MISSING, S("/district"), S("区县局和乡镇街道须写明区县"),
                    S("a district bureau or street office has a district"));
    check_district(p, &v->others[0], e->on);
    return fields_verdict(p);
}

static void
do_register_organisation(struct arena *a, void *view, const struct entry *e)
{
    const struct organisation_registered *d = e->body;
    struct organisation_view *v = view;

    (void)a;
    v->sort = d->sort;
    v->zh = d->zh;
    v->district = d->district;
    v->credit_code = d->credit_code;
}

static void
do_close_organisation(struct arena *a, void *view, const struct entry *e)
{
    (void)a;
    ((struct organisation_view *)view)->closed = e->on;
}

static void
organisation_scope(struct scope *out, const void *view)
{
    out->district = ((const struct organisation_view *)view)->district;
}

static const struct kind organisation_kinds[] = {
    {&entry_kinds[KIND_ORGANISATION_REGISTERED], &organisation_type, FROM_NEW, ORGANISATION_ACTIVE,
     .others = {{"district", OF_ENTRY, &district_type}}, .may = may_register_organisation,
     .apply = do_register_organisation},
    {&entry_kinds[KIND_ORGANISATION_CLOSED], &organisation_type, FROM(ORGANISATION_ACTIVE), ORGANISATION_CLOSED,
     .apply = do_close_organisation},
};

const struct subject_type organisation_type = {
    .name = "organisation",
    .plural = "organisations",
    .view = &shape_organisation_view,
    .states = organisation_states,
    .state_count = COUNT(organisation_states),
    .standing = standing_administered,
    .scope = organisation_scope,
    .kinds = organisation_kinds,
    .kind_count = COUNT(organisation_kinds),
};

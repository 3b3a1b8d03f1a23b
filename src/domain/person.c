/*
 * Persons and the enterprises they found.
 * Knows ids, kinds of document and codes; must not know a name or a number: those are private text.
 * Invariant: a person is one random id, an enterprise its unified social credit code.
 */
#include "domain_int.h"

/* People move: whoever works on cases may record facts about anybody. */
static enum standing
case_work(const void *view, const struct actor *a)
{
    (void)view;
    return standing_by_role(a, ROLE_SET(STREET_CLERK) | ROLE_SET(DISTRICT_CLERK) | ROLE_SET(DISTRICT_CHECKER) |
                                   ROLE_SET(CENTRE_OFFICER) | ROLE_SET(SECTION_CHIEF) | ROLE_SET(IMPORT));
}

/*
 * ---- persons
 *
 *            registered
 *    (new) ------------> known
 */
enum person_state { PERSON_NEW, PERSON_KNOWN, PERSON__COUNT };

static const struct state person_states[PERSON__COUNT] = {
    {"new",   "未登记", "new"  },
    {"known", "已登记", "known"},
};

static enum verdict
may_register_person(const struct view *v, const struct entry *e, struct problems *p)
{
    const struct person_registered *d = e->body;

    check_subject(p, uuid_valid(e->subject), S("须为随机生成的 UUID"), S("must be a random UUID"));
    if (slice_equal(d->id_type, S("resident_id")) && !resident_id_valid(d->id_number))
        problem_add(p, V_FIELD_CHECK, S("/id_number"), S("须为 18 位居民身份证号（GB 11643），末位 X 大写"),
                    S("must be an 18-character resident identity number (GB 11643), a final X in upper case"));
    check_district(p, &v->others[0], e->on);
    return fields_verdict(p);
}

static void
do_register_person(struct arena *a, void *view, const struct entry *e)
{
    const struct person_registered *d = e->body;

    (void)a;
    *(struct person_view *)view =
        (struct person_view){.id_type = d->id_type, .district = d->district, .sealed = entry_sealed(e)};
}

static void
person_scope(struct scope *out, const void *view)
{
    out->district = ((const struct person_view *)view)->district;
}

static const struct kind person_kinds[] = {
    {&entry_kinds[KIND_PERSON_REGISTERED], &person_type, FROM_NEW, PERSON_KNOWN,
     .others = {{"district", OF_ENTRY, &district_type}}, .may = may_register_person, .apply = do_register_person},
};

/* A person counts by being supported: what others lend says when and where. */
static void
person_totals(struct contributions *out, const void *view, const struct lines *lent)
{
    (void)view;
    supported_totals(out, lent);
}

const struct subject_type person_type = {
    .name = "person",
    .plural = "persons",
    .view = &shape_person_view,
    .states = person_states,
    .state_count = COUNT(person_states),
    .standing = case_work,
    .scope = person_scope,
    .totals = person_totals,
    .holds = true,
    .kinds = person_kinds,
    .kind_count = COUNT(person_kinds),
};

/*
 * ---- enterprises
 *
 *            registered          closed
 *    (new) ------------> active --------> closed
 *                        ^  | legal_person_changed
 *                        +--+
 */
static const struct state enterprise_states[ENTERPRISE__COUNT] = {
    {"new",    "未登记", "new"   },
    {"active", "存续",   "active"},
    {"closed", "已终止", "closed"},
};

static enum verdict
may_register_enterprise(const struct view *v, const struct entry *e, struct problems *p)
{
    const struct enterprise_registered *d = e->body;

    if (!credit_code_valid(e->subject))
        problem_add(p, V_FIELD_CHECK, S("/subject"), S("须为 18 位统一社会信用代码（GB 32100），字母大写"),
                    S("must be an 18-character unified social credit code (GB 32100), letters in upper case"));
    check_district(p, &v->others[0], e->on);
    if (d->founded > e->on)
        problem_add(p, V_FIELD_RANGE, S("/founded"), S("不得晚于登记日期"), S("must not lie after `on`"));
    return fields_verdict(p);
}

static void
do_register_enterprise(struct arena *a, void *view, const struct entry *e)
{
    const struct enterprise_registered *d = e->body;

    (void)a;
    *(struct enterprise_view *)view = (struct enterprise_view){
        .sort = d->sort,
        .zh = d->zh,
        .district = d->district,
        .legal_person = d->legal_person,
        .founded = d->founded,
        .closed = DAY_ABSENT,
    };
}

static enum verdict
may_change_legal_person(const struct view *v, const struct entry *e, struct problems *p)
{
    const struct enterprise_legal_person_changed *d = e->body;
    const struct enterprise_view *now = v->subject->view;

    if (slice_equal(d->legal_person, now->legal_person))
        problem_add(p, V_FIELD_CODE, S("/legal_person"), S("与现任相同"), S("is the legal person already"));
    return fields_verdict(p);
}

static void
do_change_legal_person(struct arena *a, void *view, const struct entry *e)
{
    (void)a;
    ((struct enterprise_view *)view)->legal_person =
        ((const struct enterprise_legal_person_changed *)e->body)->legal_person;
}

static void
do_close_enterprise(struct arena *a, void *view, const struct entry *e)
{
    (void)a;
    ((struct enterprise_view *)view)->closed = e->on;
}

static void
enterprise_scope(struct scope *out, const void *view)
{
    const struct enterprise_view *v = view;

    out->district = v->district;
    out->person = v->legal_person;
}

static const struct kind enterprise_kinds[] = {
    {&entry_kinds[KIND_ENTERPRISE_REGISTERED], &enterprise_type, FROM_NEW, ENTERPRISE_ACTIVE,
     .others = {{"district", OF_ENTRY, &district_type}, {"legal_person", OF_ENTRY, &person_type}},
     .may = may_register_enterprise, .apply = do_register_enterprise},
    {&entry_kinds[KIND_ENTERPRISE_LEGAL_PERSON_CHANGED], &enterprise_type, FROM(ENTERPRISE_ACTIVE), TO_SAME,
     .others = {{"legal_person", OF_ENTRY, &person_type}}, .may = may_change_legal_person,
     .apply = do_change_legal_person},
    {&entry_kinds[KIND_ENTERPRISE_CLOSED], &enterprise_type, FROM(ENTERPRISE_ACTIVE), ENTERPRISE_CLOSED,
     .apply = do_close_enterprise},
};

const struct subject_type enterprise_type = {
    .name = "enterprise",
    .plural = "enterprises",
    .view = &shape_enterprise_view,
    .states = enterprise_states,
    .state_count = COUNT(enterprise_states),
    .standing = case_work,
    .scope = enterprise_scope,
    .kinds = enterprise_kinds,
    .kind_count = COUNT(enterprise_kinds),
};

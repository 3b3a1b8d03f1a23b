/*
 * Endpoints: where the outbox tells an organisation what happened.
 * Knows addresses and who listens behind them; must not know a delivery.
 * Invariant: an endpoint is named after its organisation, so an organisation has one or none.
 */
#include "domain_int.h"

/*
 *            set          closed
 *    (new) ------> open ----------> closed
 *                  ^  |               |
 *                  +--+ set       set |
 *                  ^------------------+
 */
enum endpoint_state { ENDPOINT_NEW, ENDPOINT_OPEN, ENDPOINT_CLOSED, ENDPOINT__COUNT };

static const struct state endpoint_states[ENDPOINT__COUNT] = {
    {"new",    "未设定", "new"   },
    {"open",   "启用",   "open"  },
    {"closed", "停用",   "closed"},
};

/* Who is told of anything, and as whom they read it. */
static const struct {
    int sort;
    enum role role;
} readers[] = {
    {ORGANISATION_VIEW_SORT_BANK,     ROLE_BANK_MACHINE},
    {ORGANISATION_VIEW_SORT_OPERATOR, ROLE_OPERATOR    },
};

static bool
reader_find(enum role *out, const struct organisation_view *o)
{
    for (size_t i = 0; i < COUNT(readers); i++) {
        *out = readers[i].role;
        if (readers[i].sort == (int)o->sort)
            return true;
    }
    return false;
}

/* The port of "https://name:port/..."; 443 where it names none. The pattern of the schema has been met. */
static int64_t
port_of(struct slice url)
{
    struct slice path, port, host = slice_sub(url, sizeof "https://" - 1, url.len);
    int64_t out = 443;

    host = slice_cut(&path, host, '/');
    slice_cut(&port, host, ':');
    if (port.at != NULL)
        slice_to_int(&out, port);
    return out;
}

static enum verdict
may_set_endpoint(const struct view *v, const struct entry *e, struct problems *p)
{
    const struct endpoint_set *d = e->body;
    const struct subject *holder = &v->others[0];
    enum role reader;

    check_subject(p, slice_equal(e->subject, d->organisation), S("须与所属机构编号相同"),
                  S("must be the id of the organisation"));
    if (port_of(d->url) > 65535)
        problem_add(p, V_FIELD_RANGE, S("/url"), S("端口不得大于 65535"), S("the port must be at most 65535"));
    TRY(fields_verdict(p));
    if (holder->state != ORGANISATION_ACTIVE)
        problem_add(p, V_RULE_REFUSED, S("/organisation"), S("机构已停用"), S("the organisation is closed"));
    else if (!reader_find(&reader, holder->view))
        problem_add(p, V_RULE_REFUSED, S("/organisation"), S("该类机构没有事件可推送"),
                    S("an organisation of this sort is told of nothing"));
    return p->count == 0 ? V_OK : V_RULE_REFUSED;
}

static void
do_set_endpoint(struct arena *a, void *view, const struct entry *e)
{
    const struct endpoint_set *d = e->body;

    (void)a;
    *(struct endpoint_view *)view = (struct endpoint_view){.organisation = d->organisation, .url = d->url};
}

static void
endpoint_scope(struct scope *out, const void *view)
{
    out->organisation = ((const struct endpoint_view *)view)->organisation;
}

static const struct kind endpoint_kinds[] = {
    {&entry_kinds[KIND_ENDPOINT_SET], &endpoint_type, FROM_NEW | FROM(ENDPOINT_OPEN) | FROM(ENDPOINT_CLOSED),
     ENDPOINT_OPEN, .others = {{"organisation", OF_ENTRY, &organisation_type}}, .may = may_set_endpoint,
     .apply = do_set_endpoint},
    {&entry_kinds[KIND_ENDPOINT_CLOSED], &endpoint_type, FROM(ENDPOINT_OPEN), ENDPOINT_CLOSED},
};

const struct subject_type endpoint_type = {
    .name = "endpoint",
    .plural = "endpoints",
    .view = &shape_endpoint_view,
    .states = endpoint_states,
    .state_count = COUNT(endpoint_states),
    .standing = standing_administered,
    .scope = endpoint_scope,
    .kinds = endpoint_kinds,
    .kind_count = COUNT(endpoint_kinds),
};

/* ---- the record ------------------------------------------------------------------------------------------------ */

enum verdict
endpoint_record_load(struct endpoint_record *out, struct db *db, struct arena *a, struct slice organisation)
{
    struct subject endpoint, holder;

    TRY(subject_load(&endpoint, db, a, &endpoint_type, organisation));
    if (endpoint.state != ENDPOINT_OPEN)
        return V_NONE;
    TRY(subject_load(&holder, db, a, &organisation_type, organisation));
    if (holder.state != ORGANISATION_ACTIVE)
        return V_NONE;
    *out = (struct endpoint_record){
        .type = slice_of(endpoint_type.name),
        .url = ((const struct endpoint_view *)endpoint.view)->url,
        .reader = {.organisation = organisation, .account = S("endpoint")},
    };
    return reader_find(&out->reader.role, holder.view) ? V_OK : V_NONE;
}

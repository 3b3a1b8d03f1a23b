/*
 * The door: the one way into the registry, in two functions. Decide reads and answers; record writes.
 * Knows the order of the checks; must not know any kind by name, and takes no flags.
 * Invariants:
 *   1. The first check that fails, in the order of verdict.tbl, is the answer.
 *   2. Decide writes nothing, so a refusal leaves nothing to undo.
 *   3. Nothing but record puts an entry into the journal, and it does all that follows in the same transaction.
 *   4. An id stands for one actor and one canonical body, for ever.
 */
#include "ledger_int.h"

/* ---- is this id already here? ----------------------------------------------------------------------------------- */

static enum verdict
known_waiting(const struct ledger_options *o, struct posting *p, struct slice canonical)
{
    struct posting *first;

    TRY(waiting_load(&first, o, p->arena, p->entry.id));
    if (!actor_equal(&first->entry.actor, &p->entry.actor))
        return V_ID_TAKEN;
    if (!bytes_equal(entry_canonical(p->arena, &first->entry), canonical))
        return V_ID_TAKEN;
    p->seq = 0;
    p->state = "waiting";
    return V_REPLAYED;
}

/* V_NONE where the id is new, V_REPLAYED where it is this very entry, or why it may not be used. */
static enum verdict
known(const struct ledger_options *o, struct posting *p, struct slice canonical)
{
    struct sql_journal_by_id row;
    struct entry first;
    enum verdict got = sql_journal_by_id(&row, o->db, p->arena, p->entry.id);

    if (got == V_NONE) {
        got = known_waiting(o, p, canonical);
        return got == V_SUBJECT_UNKNOWN ? V_NONE : got;
    }
    TRY(got);
    TRY(entry_restore(&first, p->arena, o->registry, row.leaf));
    if (!actor_equal(&first.actor, &p->entry.actor))
        return V_ID_TAKEN;
    TRY(vault_body_check(o->vault, o->db, p->arena, row.seq, canonical));
    p->seq = row.seq;
    p->state = row.state.at;
    return V_REPLAYED;
}

/* ---- the subject, and whose it is ----------------------------------------------------------------------------- */

enum verdict
standing_check(const struct subject *s, const struct entry *e, const struct actor *a)
{
    enum standing standing;

    if (s->state == STATE_NEW && (e->kind->from & FROM_NEW) == 0)
        return V_SUBJECT_UNKNOWN;
    if (s->state == STATE_NEW || s->type->standing == NULL)
        return V_OK;
    standing = s->type->standing(s->view, a);
    if (standing == STANDING_FOREIGN)
        return V_SUBJECT_UNKNOWN;
    return standing == STANDING_FORMER && e->kind->order == ORDER_STRICT ? V_FORBIDDEN : V_OK;
}

/* Whoever was let in before the lock may have lost the key since. */
static enum verdict
credential_check(const struct ledger_options *o, const struct posting *p)
{
    const struct credential *c = &p->credential;
    struct subject s;

    if (c->type == NULL)
        return V_OK;
    assert(c->type->valid != NULL);
    TRY(subject_load(&s, o->db, p->arena, c->type, c->id));
    return c->type->valid(s.view, s.state, day_local(p->entry.at_ms)) ? V_OK : V_KEY_EXPIRED;
}

static enum verdict
day_ahead_check(struct posting *p)
{
    char bound[DAY_TEXT_SIZE];
    int32_t today = day_local(p->entry.at_ms);

    if (p->entry.on <= today)
        return V_OK;
    day_print(bound, today);
    problem_add(&p->problems, V_DAY_AHEAD, S("/on"), arena_print(p->arena, "不得晚于 %s", bound),
                arena_print(p->arena, "not after %s", bound));
    return V_DAY_AHEAD;
}

static enum verdict
day_before_check(const struct subject *s, struct posting *p)
{
    char bound[DAY_TEXT_SIZE];

    if (s->first_on == DAY_ABSENT || p->entry.on >= s->first_on)
        return V_OK;
    day_print(bound, s->first_on);
    problem_add(&p->problems, V_DAY_BEFORE, S("/on"), arena_print(p->arena, "不得早于首次登记日 %s", bound),
                arena_print(p->arena, "not before %s, the subject's first day", bound));
    return V_DAY_BEFORE;
}

/* ---- vouchers: (organisation, subject, kind, voucher) is unique for ever ------------------------------------- */

/* A correction may keep the voucher of what it mends, or one that an earlier correction of that gave it. */
static enum verdict
voucher_of_mended(struct posting *p, const struct ledger_options *o, int64_t seq)
{
    struct slice mended = p->entry.mends.entry;
    struct sql_journal_by_seq row;
    struct entry holder;

    TRY(sql_journal_by_seq(&row, o->db, p->arena, seq));
    TRY(entry_restore(&holder, p->arena, o->registry, row.leaf));
    if (mended.at != NULL && (slice_equal(holder.id, mended) || slice_equal(holder.mends.entry, mended)))
        return V_OK;
    problem_add(
        &p->problems, V_VOUCHER_TAKEN, S("/voucher_no"),
        arena_print(p->arena, "首次登记：第 %lld 条，编号 " SLICE_FMT, (long long)seq, SLICE_ARG(row.id)),
        arena_print(p->arena, "first recorded as entry %lld under id " SLICE_FMT, (long long)seq, SLICE_ARG(row.id)));
    return V_VOUCHER_TAKEN;
}

static enum verdict
voucher_check(struct posting *p, const struct ledger_options *o)
{
    const struct entry *e = &p->entry;
    const struct shape *s = e->kind->schema->shape;

    for (size_t i = 0; e->body != NULL && i < s->count; i++) {
        struct sql_voucher_get row;
        struct slice number;
        enum verdict got;

        if (!s->fields[i].is_voucher)
            continue;
        number = text_member(s, e->body, s->fields[i].name);
        if (number.at == NULL)
            continue;
        got = sql_voucher_get(&row, o->db, p->arena, e->actor.organisation, slice_of(e->kind->type->name), e->subject,
                              slice_of(e->kind->schema->name), number);
        if (got == V_OK)
            got = voucher_of_mended(p, o, row.seq);
        if (got != V_NONE)
            TRY(got);
    }
    return V_OK;
}

/* ---- the move and the rule --------------------------------------------------------------------------------------- */

static enum verdict
refuse_move(const struct subject *s, struct posting *p)
{
    const struct state *state = &s->type->states[s->state];
    struct buf allowed = {.arena = p->arena};

    if (p->entry.kind->from == FROM_NEW)
        return V_SUBJECT_TAKEN;
    for (size_t i = 0; i < s->type->kind_count; i++)
        if ((s->type->kinds[i].from & FROM(s->state)) != 0)
            buf_print(&allowed, "%s%s", allowed.len == 0 ? "" : ", ", s->type->kinds[i].schema->name);
    problem_add(&p->problems, V_WRONG_STATE, S(""),
                arena_print(p->arena, "当前状态：%s%s；可登记：" SLICE_FMT, state->zh, s->frozen ? "（已冻结）" : "",
                            SLICE_ARG(buf_slice(&allowed))),
                arena_print(p->arena, "state: %s%s; allowed now: " SLICE_FMT, state->name, s->frozen ? ", frozen" : "",
                            SLICE_ARG(buf_slice(&allowed))));
    return V_WRONG_STATE;
}

/* ---- corrections ------------------------------------------------------------------------------------------------- */

/* The entry meant must be the first one of the same kind and subject. */
static enum verdict
mended_check(struct posting *p, const struct ledger_options *o)
{
    struct sql_journal_by_id row;
    struct entry first;
    enum verdict got = sql_journal_by_id(&row, o->db, p->arena, p->entry.mends.entry);

    if (got == V_OK)
        got = entry_restore(&first, p->arena, o->registry, row.leaf);
    if (got == V_OK && first.kind == p->entry.kind && slice_equal(first.subject, p->entry.subject) &&
        first.mends.entry.at == NULL)
        return V_OK;
    if (got != V_OK && got != V_NONE)
        return got;
    problem_add(&p->problems, V_REFERENCE_UNKNOWN, S("/mends/entry"), S("须为同一对象、同一事项的首次登记编号"),
                S("must be the first entry of this kind and subject"));
    return V_REFERENCE_UNKNOWN;
}

/* The bound of the day and the rule look at the subject as it was where the correction stands. */
static enum verdict
decide_mending(struct posting *p, const struct ledger_options *o)
{
    struct problems later = {.arena = p->arena};
    const struct kind *k = p->entry.kind;
    struct folded again;
    struct entry mended;
    struct view v;
    enum verdict got;

    TRY(mended_check(p, o));
    got = fold(&again, o->registry, o->db, p->arena, &p->entry, &later);
    if (got != V_OK && got != V_LATER_FACT)
        return got;
    TRY(day_before_check(&again.before, p));
    if (got == V_LATER_FACT) {
        p->problems = later;
        return got;
    }
    TRY(fold_mended(&mended, o->registry, o->db, p->arena, &p->entry));
    v = (struct view){.subject = &again.before, .mended = &mended, .after = &again.subject};
    if (k->may_mend != NULL)
        TRY(k->may_mend(&v, &p->entry, &p->problems));
    return rule_check(&v, p, o);
}

/* ---- decide ------------------------------------------------------------------------------------------------------ */

/* What holds for every entry, whoever it is brought by. */
static enum verdict
decide_entry(struct subject *s, const struct ledger_options *o, struct posting *p)
{
    const struct entry *e = &p->entry;
    struct view v = {.subject = s};
    struct move m;

    TRY(subject_load(s, o->db, p->arena, e->kind->type, e->subject));
    TRY(standing_check(s, e, &e->actor));
    TRY(credential_check(o, p));
    TRY(day_ahead_check(p));
    if (e->mends.entry.at == NULL)
        TRY(day_before_check(s, p));
    TRY(lists_check(&p->problems, o->registry, o->db, e, district_of(s, e)));
    TRY(voucher_check(p, o));
    TRY(blind_check(p, o));
    if (e->mends.entry.at != NULL)
        return decide_mending(p, o);
    m = machine_move(p->arena, s, e);
    if (m.nature == NATURE_REFUSED)
        return refuse_move(s, p);
    return rule_check(&v, p, o);
}

/* A confirmation brings along the correction or proposal that waits under its subject's id; its proposer may not
 * confirm it, nor anybody to whom the subject of that is foreign. */
static enum verdict
decide_brought(struct decision *d, const struct ledger_options *o, struct posting *p)
{
    TRY(waiting_load(&d->brought, o, p->arena, p->entry.subject));
    d->brought->entry.at_ms = p->entry.at_ms;
    if (p->entry.kind != waiting_word(&d->brought->entry, o->registry))
        return V_SUBJECT_UNKNOWN;
    TRY(waiting_second(&d->brought->entry, &p->entry.actor, o->registry));
    d->brought->got = decide_entry(&d->brought_subject, o, d->brought);
    p->problems = d->brought->problems;
    TRY(d->brought->got);
    return standing_check(&d->brought_subject, &d->brought->entry, &p->entry.actor);
}

enum verdict
door_decide(struct decision *d, const struct ledger_options *o, struct posting *p)
{
    enum verdict got;

    *d = (struct decision){0};
    TRY(policy_check(p));
    got = known(o, p, entry_canonical(p->arena, &p->entry));
    if (got != V_NONE)
        return got;
    TRY(decide_entry(&d->subject, o, p));
    if (p->entry.kind == o->registry->confirms || p->entry.kind == o->registry->admits)
        return decide_brought(d, o, p);
    return V_OK;
}

/* ---- record ------------------------------------------------------------------------------------------------------ */

static enum verdict
outbox_add(struct db *db, const struct entry *e, const struct subject *s)
{
    struct slice organisation;

    if (e->kind->tells == NULL)
        return V_OK;
    organisation = e->kind->tells(s->view);
    if (organisation.len == 0)
        return V_OK;
    TRY(sql_channel_add(db, organisation));
    return sql_outbox_add(db, e->seq, organisation);
}

/* Works on a copy of the entry: should the group fail, the posting is as it came and may be posted again. */
static enum verdict
record_entry(struct ledger *lg, struct posting *p, struct subject *s, struct slice commitment)
{
    struct entry e = p->entry;

    e.seq = lg->head.seq + 1;
    TRY(blind_record(&lg->o, p->arena, &e));
    TRY(private_seal(lg->o.vault, lg->o.db, p->arena, &e));
    TRY(derive(lg->o.registry, lg->totals, lg->o.db, p->arena, &e, s));
    p->seq = e.seq;
    p->state = s->type->states[s->state].name;
    TRY(journal_append(&p->leaf, lg, p->arena, &e, commitment, p->state));
    TRY(vault_body_put(lg->o.vault, lg->o.db, e.seq, entry_canonical(p->arena, &p->entry)));
    return outbox_add(lg->o.db, &e, s);
}

enum verdict
door_record(struct ledger *lg, struct posting *p, struct decision *d)
{
    struct slice commitment;

    TRY(evidence_seal(&commitment, lg->o.vault, lg->o.db, p->arena, &p->entry, p->evidence));
    if (must_wait(&p->entry)) {
        p->seq = 0;
        p->state = "waiting";
        return waiting_add(&lg->o, p, &d->subject, commitment);
    }
    if (d->brought != NULL) {
        TRY(record_entry(lg, d->brought, &d->brought_subject, d->brought->commitment));
        TRY(waiting_drop(lg->o.db, p->entry.subject));
    }
    return record_entry(lg, p, &d->subject, commitment);
}

const char *
decision_state(const struct decision *d, const struct posting *p)
{
    struct move m;

    if (must_wait(&p->entry))
        return "waiting";
    m = machine_move(p->arena, &d->subject, &p->entry);
    return d->subject.type->states[m.to].name;
}

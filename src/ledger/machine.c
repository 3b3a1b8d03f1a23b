/*
 * Moves: which kind leads from which states to which, and what becomes of a fact that came out of order.
 * Knows states as numbers and kinds as rows; must not know any of them by name, nor a database.
 * Invariants:
 *   1. A strict kind runs from its own states only, and never on a frozen subject unless it thaws it.
 *   2. A fact about a subject that exists is never refused (design, promise 9). Early: its states can be reached by
 *      facts alone, which are then implied. On a side branch: the state stays and the subject freezes. Otherwise late:
 *      the state stays.
 *   3. The effect runs in every case, so amounts count.
 */
#include "ledger_int.h"

const char *const nature_names[] = {"in_order", "early", "late", "side", "refused"};

static bool
allows(const struct kind *k, int state)
{
    return (k->from & FROM(state)) != 0;
}

/* How a state was first reached by facts alone: breadth first, in the order of the tables, so that the shortest way and
 * among those the first in the table is the one implied. */
struct way {
    const struct kind *by;
    int before;
};

static int
reach(struct way ways[STATES_MAX], const struct subject *s, const struct kind *goal)
{
    int queue[STATES_MAX] = {s->state};
    size_t read = 0, write = 1;
    uint32_t seen = FROM(s->state);

    while (read < write) {
        int state = queue[read++];

        for (size_t i = 0; i < s->type->kind_count; i++) {
            const struct kind *k = &s->type->kinds[i];

            if (k->order != ORDER_FACT || k->to == TO_SAME || !allows(k, state))
                continue;
            if ((seen & FROM(k->to)) != 0)
                continue;
            seen |= FROM(k->to);
            ways[k->to] = (struct way){k, state};
            if (allows(goal, k->to))
                return k->to;
            queue[write++] = k->to;
        }
    }
    return -1;
}

/* The skipped kinds from `first` to `last`, in the order they would have come. */
static struct slice
steps_print(struct arena *a, const struct way *ways, int first, int last)
{
    const char *names[STATES_MAX];
    size_t count = 0;
    struct buf b = {.arena = a};

    for (int state = last; state != first; state = ways[state].before)
        names[count++] = ways[state].by->schema->name;
    while (count > 0)
        buf_print(&b, "%s%s", b.len == 0 ? "" : ",", names[--count]);
    return buf_slice(&b);
}

static struct move
move_fact(struct arena *a, const struct subject *s, const struct entry *e)
{
    const struct kind *k = e->kind;
    struct way ways[STATES_MAX];
    struct move m = {.nature = NATURE_LATE, .to = s->state, .steps = S("")};
    int reached;

    m.excess = k->over != NULL && e->body != NULL && k->over(s->view, e);
    if (s->type->standing != NULL && s->type->standing(s->view, &e->actor) == STANDING_FORMER) {
        m.nature = NATURE_SIDE;
        return m;
    }
    if (allows(k, s->state)) {
        m.nature = NATURE_IN_ORDER;
        m.to = k->to == TO_SAME ? s->state : k->to;
        return m;
    }
    if (s->type->states[s->state].side) {
        m.nature = NATURE_SIDE;
        return m;
    }
    reached = reach(ways, s, k);
    if (reached < 0)
        return m;
    m.nature = NATURE_EARLY;
    m.to = k->to == TO_SAME ? reached : k->to;
    m.steps = steps_print(a, ways, s->state, reached);
    return m;
}

struct move
machine_move(struct arena *a, const struct subject *s, const struct entry *e)
{
    const struct kind *k = e->kind;

    if (k->order == ORDER_FACT && s->state != STATE_NEW)
        return move_fact(a, s, e);
    if (!allows(k, s->state) || (s->frozen && k->mark != MARK_THAW))
        return (struct move){.nature = NATURE_REFUSED, .to = s->state, .steps = S("")};
    return (struct move){.nature = NATURE_IN_ORDER, .to = k->to == TO_SAME ? s->state : k->to, .steps = S("")};
}

bool
move_is_exception(const struct move *m)
{
    return m->nature != NATURE_IN_ORDER || m->excess;
}

void
machine_run(struct arena *a, struct subject *s, const struct move *m, const struct entry *e)
{
    const struct kind *k = e->kind;

    assert(m->nature != NATURE_REFUSED);
    if (s->first_on == DAY_ABSENT)
        s->first_on = e->on;
    if (k->apply != NULL)
        k->apply(a, s->view, e);
    s->state = m->to;
    s->seq = e->seq;
    if (k->mark == MARK_FREEZE || m->nature == NATURE_SIDE || m->excess)
        s->frozen = true;
    if (k->mark == MARK_THAW)
        s->frozen = false;
}

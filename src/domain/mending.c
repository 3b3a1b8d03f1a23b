/*
 * Mendings: the word of a second person that lets in what waits, a correction or a proposal.
 * Knows that a mending is confirmed; must not know what is let in: the door brings that along.
 * Invariant: what waits is let in once, by the word for its sort.
 */
#include "domain_int.h"

/*
 *            entry.mended, entry.confirmed
 *    (new) -------------------------------> confirmed     the subject's id is that of the correction, or the proposal
 */
enum mending_state { MENDING_NEW, MENDING_CONFIRMED, MENDING__COUNT };

static const struct state mending_states[MENDING__COUNT] = {
    {"new",       "待复核", "new"      },
    {"confirmed", "已复核", "confirmed"},
};

const struct kind mending_kinds[] = {
    {&entry_kinds[KIND_ENTRY_MENDED],    &mending_type, FROM_NEW, MENDING_CONFIRMED},
    {&entry_kinds[KIND_ENTRY_CONFIRMED], &mending_type, FROM_NEW, MENDING_CONFIRMED},
};

const struct subject_type mending_type = {
    .name = "mending",
    .plural = "mendings",
    .view = &shape_mending_view,
    .states = mending_states,
    .state_count = COUNT(mending_states),
    .kinds = mending_kinds,
    .kind_count = COUNT(mending_kinds),
};

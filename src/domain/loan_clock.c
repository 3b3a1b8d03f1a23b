/*
 * What the clock owes to loans: those of a bank that has merged go on at the one that took it over.
 * Knows mergers and the states in which a loan can be handed on; must not post anything.
 * Invariant: a loan that has been handed on is not found again.
 */
#include "loan_int.h"

#define ORGANISATIONS_PAGE 500

static uint32_t
states_of(enum entry_kind kind)
{
    for (size_t i = 0; i < loan_type.kind_count; i++)
        if (loan_type.kinds[i].schema == &entry_kinds[kind])
            return loan_type.kinds[i].from;
    return 0;
}

static void
hand_on(struct clock_fact *out, struct arena *a, struct slice loan, const struct organisation_view *bank)
{
    *out = (struct clock_fact){
        .kind = entry_kinds[KIND_LOAN_TRANSFERRED].name,
        .subject = loan,
        .on = bank->merged_from,
        .body = arena_print(a, "{\"bank\":\"" SLICE_FMT "\"}", SLICE_ARG(bank->merged_into)),
    };
}

/* The loans of one bank, state by state, while there is room. */
static enum verdict
bank_look(struct clock_fact *out, size_t *count, const struct subject *bank, struct db *db, struct arena *a)
{
    uint32_t states = states_of(KIND_LOAN_TRANSFERRED);

    for (int s = 0; s < (int)loan_type.state_count && *count < LOANS_CLOCK_MAX; s++) {
        struct slice *loans;
        size_t found;

        if ((states & FROM(s)) == 0)
            continue;
        TRY(subject_ids(&loans, &found, db, a, &loan_type, bank->id, s, (int64_t)(LOANS_CLOCK_MAX - *count)));
        for (size_t i = 0; i < found; i++)
            hand_on(&out[(*count)++], a, loans[i], bank->view);
    }
    return V_OK;
}

enum verdict
loans_clock(struct clock_fact **out, size_t *count, struct db *db, struct arena *a, int32_t today)
{
    struct subject *page;
    struct slice after = S("");
    size_t found = ORGANISATIONS_PAGE;

    *out = NEW_ARRAY(a, struct clock_fact, LOANS_CLOCK_MAX);
    *count = 0;
    while (found == ORGANISATIONS_PAGE) {
        TRY(subject_page(&page, &found, db, a, &organisation_type, after, ORGANISATIONS_PAGE));
        for (size_t i = 0; i < found; i++) {
            const struct organisation_view *o = page[i].view;

            if (o->merged_into.at != NULL && o->merged_from != DAY_ABSENT && o->merged_from <= today)
                TRY(bank_look(*out, count, &page[i], db, a));
            after = page[i].id;
        }
    }
    return V_OK;
}

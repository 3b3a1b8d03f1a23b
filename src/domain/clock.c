/*
 * What time makes true: the facts that the clock posts once a day has passed.
 * Knows whom to ask; must not know what a fact does, nor whether it was posted already.
 * Invariant: a fact follows from what is recorded and the day alone, so that every daemon finds the same one.
 */
#include <string.h>

#include "domain_int.h"

typedef enum verdict clock_fn(struct clock_fact **out, size_t *count, struct db *db, struct arena *a, int32_t today);

/* A step that has a fact for its end: what is true from the day after. */
static enum verdict
steps_clock(struct clock_fact **out, size_t *count, struct db *db, struct arena *a, int32_t today)
{
    struct step_past *past;

    TRY(ledger_steps_past(&past, count, &the_registry, db, a, today));
    *out = NEW_ARRAY(a, struct clock_fact, *count + 1);
    for (size_t i = 0; i < *count; i++)
        (*out)[i] = (struct clock_fact){past[i].row->posts, past[i].subject, past[i].due + 1, S("{}")};
    return V_OK;
}

static clock_fn *const clocks[] = {steps_clock, organisations_clock, loans_clock};

enum verdict
clock_facts(struct clock_fact **out, size_t *count, struct db *db, struct arena *a, int32_t today)
{
    struct clock_fact *of[COUNT(clocks)] = {NULL}, *all;
    size_t counts[COUNT(clocks)] = {0}, sum = 0;

    for (size_t i = 0; i < COUNT(clocks); i++) {
        TRY(clocks[i](&of[i], &counts[i], db, a, today));
        sum += counts[i];
    }
    *out = all = NEW_ARRAY(a, struct clock_fact, sum + 1);
    *count = sum;
    for (size_t i = 0; i < COUNT(clocks); i++) {
        memcpy(all, of[i], counts[i] * sizeof *all);
        all += counts[i];
    }
    return V_OK;
}

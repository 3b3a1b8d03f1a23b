/*
 * What is to be done, by whom and until when, for whoever has to see to it.
 * Knows steps, pages and how far a reader sees; must not know how a due day is counted.
 * Invariant: a reader meets the steps of subjects that are his to read, and no others.
 */
#ifndef VENTURED_EDGE_WORK_STEPS_H
#define VENTURED_EDGE_WORK_STEPS_H

#include "call.h"
#include "scope.h"

/* A step that runs, as it is shown. */
struct work_step {
    const struct step_line *line;
    const struct step_row *row;
    struct due due;
};

/* Which steps: of one type, of one name, of one role to do; "" and ROLE__COUNT are any. */
struct work_filter {
    struct slice type, step;
    enum role who;
};

/* Of the types whose views `reader` may see, as a set; "" where none is left. */
struct slice work_step_set(struct arena *a, const struct registry *r, const struct view_row *views, enum role reader,
                           const struct work_filter *f);

/* Row and due day of a line of the work list. V_BROKEN where no such step is known. */
enum verdict work_step_of(struct work_step *out, struct due_book *b, const struct registry *r,
                          const struct step_line *line);

/* GET /v1/steps?cursor=&limit=&type=&step=&mine=role&overdue=yes: pages in the order in which steps began, each page by
 * due days, what has none last. With overdue=yes a page looks through so many rows, so that it may hold fewer than were
 * asked for; `Link` alone tells whether there are more. */
void work_steps_page(struct call *c);

/* GET /v1/steps/summary: how many run and are overdue, by step and district. */
void work_steps_summary(struct call *c);

#endif

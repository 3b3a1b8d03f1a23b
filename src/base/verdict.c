/*
 * The table of answers.
 * Knows verdict.tbl; must not know who asks.
 * Invariant: every verdict has a row, in the published order.
 */
#include <assert.h>

#include "ventured/verdict.h"

static const struct verdict_row rows[] = {
#define V(name, status, class, en, zh) {#name, status, VERDICT_##class, en, zh},
#include "ventured/verdict.tbl"
#undef V
};

const struct verdict_row *
verdict_row(enum verdict v)
{
    assert(v >= 0);
    assert(v < V__COUNT);
    return &rows[v];
}

/*
 * Every answer the registry can give, in the order in which checks are published: the first that fails is the answer.
 * Knows names, HTTP statuses and sentences; must not know who asks or about what.
 * Invariant: V_OK is 0, and a verdict is added to verdict.tbl or not at all.
 */
#ifndef VENTURED_VERDICT_H
#define VENTURED_VERDICT_H

enum verdict {
#define V(name, status, class, en, zh) V_##name,
#include "ventured/verdict.tbl"
#undef V
    V__COUNT
};

/* DONE: an answer that is not a refusal. CLIENT: the request cannot be right as sent. REFUSED: the registry says no.
 * FAULT: not now; nothing was stored and the same id may be tried again. */
enum verdict_class { VERDICT_DONE, VERDICT_CLIENT, VERDICT_REFUSED, VERDICT_FAULT };

struct verdict_row {
    const char *name; /* "OVER_APPROVED": the code in a problem document */
    int status;       /* HTTP */
    enum verdict_class class;
    const char *en, *zh;
};

const struct verdict_row *verdict_row(enum verdict v);

#endif

/*
 * Asks tests/lib/judge.py, which shares no code with the registry.
 * Knows how to start it; must not judge anything itself.
 * Invariant: a machine without python3 or openssl gets JUDGE_ABSENT, never a pass.
 */
#ifndef TESTS_JUDGE_H
#define TESTS_JUDGE_H

#include "ventured/base.h"

enum judgement { JUDGE_HOLDS, JUDGE_FAILS, JUDGE_ABSENT };

/* `what` is "note" or "receipt"; `vkey` may hold no quote. Tests run in the project's root. */
enum judgement judge(struct arena *a, const char *what, struct slice document, struct slice vkey);

#endif

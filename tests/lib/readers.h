/*
 * People at a desk who read lists, page by page, and jars of districts and banks for them.
 * Knows names, pages and members; must not judge what is in a list.
 * Invariant: a person is "role:organisation:account:district", as the log-in of tests believes.
 */
#ifndef TESTS_READERS_H
#define TESTS_READERS_H

#include "desk.h"

#define CLERK "district_clerk:330602:zhou:330602"
#define CLERK_TWO "district_clerk:330602:wang:330602"
#define CLERK_ELSEWHERE "district_clerk:330603:wu:330603"
#define CHECKER "district_checker:330602:qian:330602"
#define CHECKER_ELSEWHERE "district_checker:330603:he:330603"
#define OFFICER "centre_officer:centre:sun"
#define AUDITOR "auditor:audit:li"
#define CHIEF "section_chief:centre:zhao"
#define EXPERT "expert:panel:feng"
#define BANK_ONE "bank_checker:bank-one:yang"
#define BANK_TWO "bank_checker:bank-two:tang"
#define BANK_FORMER "bank_checker:bank-former:jin"

/* A person's GET; `who` NULL: nobody. A bank's request without a body, signed by one of the desk's keys. */
int get(struct desk *d, const char *who, const char *target);
int ask_signed(struct desk *d, const char *key, const char *method, const char *target);

/* "a b c": the member of every item of the last answer, texts and numbers. The same page after page. */
const char *listed(struct desk *d, const char *key);
const char *walked(struct desk *d, const char *who, const char *target, const char *key, size_t *pages);

/* A jar of the clerk's district and of a bank; for 1,000 fen. */
void open_jar(struct desk *d, const struct actor *who, const char *name, const char *of);

#endif

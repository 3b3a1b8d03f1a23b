/*
 * What the files of accounts share: the roles that are apart, rules and effects.
 * Knows accounts; must not be included by another module.
 * Invariant: rules refuse, effects change the view; neither does the other's work.
 */
#ifndef VENTURED_ACCOUNT_INT_H
#define VENTURED_ACCOUNT_INT_H

#include "domain_int.h"

/* Who runs the system, who grants access and who looks at both are three people. */
#define APART (ROLE_SET(SYSTEM) | ROLE_SET(SECURITY) | ROLE_SET(AUDITOR))

/* What nobody logs in with. */
#define MACHINES (ROLE_SET(BANK_MACHINE) | ROLE_SET(CLOCK) | ROLE_SET(IMPORT))

/* ---- account_rules.c: who may, and what an account may be ----------------------------------------------------- */

/* The roles of such names. */
uint32_t roles_of(const struct list *names);

/* Adds the problem; gives `v`. */
enum verdict account_refuse(struct problems *p, enum verdict v, const char *pointer, const char *zh, const char *en);

/* Where the actor's own account stands among the others of every row. */
#define MINE 0

/* V_FORBIDDEN but to security, and to those who administer the organisation that `whom` is, or is to be, of. An
 * account with one of `roles` that are apart or a machine's is security's alone. */
enum verdict check_administrator(struct problems *p, const struct actor *who, const struct subject *mine,
                                 struct slice organisation, uint32_t roles);

enum verdict account_may_open(const struct view *v, const struct entry *e, struct problems *p);
enum verdict account_may_set_roles(const struct view *v, const struct entry *e, struct problems *p);
enum verdict account_may_set_administration(const struct view *v, const struct entry *e, struct problems *p);
enum verdict account_may_close(const struct view *v, const struct entry *e, struct problems *p);
enum verdict account_may_mend(const struct view *v, const struct entry *e, struct problems *p);

/* ---- account_borrowed.c: roles that somebody has for some days ------------------------------------------------- */

enum verdict account_may_delegate(const struct view *v, const struct entry *e, struct problems *p);
enum verdict account_may_end_delegation(const struct view *v, const struct entry *e, struct problems *p);
enum verdict account_may_lend(const struct view *v, const struct entry *e, struct problems *p);
enum verdict account_may_end_lending(const struct view *v, const struct entry *e, struct problems *p);

void account_do_delegate(struct arena *a, void *view, const struct entry *e);
void account_do_end_delegation(struct arena *a, void *view, const struct entry *e);
void account_do_lend(struct arena *a, void *view, const struct entry *e);
void account_do_end_lending(struct arena *a, void *view, const struct entry *e);

#endif

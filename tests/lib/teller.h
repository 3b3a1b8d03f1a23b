/*
 * The town with its banks' lists and limits, and a jar whose coins count for any figure of a bank that a test names.
 * Knows the toy's schema files and the banks' indicators; must not know how a loan counts.
 * Invariant: one posting adds one known amount to one figure of one bank, in one district, on one day.
 */
#ifndef TESTS_TELLER_H
#define TESTS_TELLER_H

#include "../../src/domain/organisation_int.h"
#include "town.h"

/* cmocka's setup: the town, its clock at 2023-06-30 10:00, with the lists and limits that banks read from 2020-01-01
 * on: warned at 50000 ppm, suspended at 100000, resumed below 80000, held for 90 days. The teardown is world_teardown.
 */
int teller_setup(void **state);

extern const struct actor teller_clock, teller_officer_sx, teller_checker_sx; /* the last two of bank-sx */

/* Short words for the tables: people of the city, the clock, people of bank-zj, and fields of their entries. */
#define OFFICER &town_officer
#define CHIEF &town_chief
#define CLOCK &teller_clock
#define ZJ "bank-zj"
#define ZJ_OFFICER &town_bank_officer
#define ZJ_CHECKER &town_bank_checker
#define AGREEMENT(no, from, to) "'agreement_no':'" no "','from':'" from "','to':'" to "'"
#define BRANCH(id, district) "'branch':'" id "','zh':'越城支行','district':'" district "'"
#define BY_HAND "'cause':'by_hand','remark':'经谈话认定'"
#define DECIDED(result) "'result':'" result "','remark':'经复核'"

/* A figure: "bank_outstanding" of bank-zj, bank-sx or bank-rcb; an amount below 0 takes away. */
struct teller_figure {
    const char *indicator, *lender, *district, *on;
    int64_t amount;
};

/* Posts them in one transaction, at most 200. */
void teller_add_all(struct world *w, const struct teller_figure *figures, size_t count);
void teller_add(struct world *w, const char *indicator, const char *lender, const char *district, const char *on,
                int64_t amount);

/* One entry about an organisation: its own fields as JSON with ' for ", without braces, "" for none. */
struct posting *teller_read(struct world *w, const struct actor *who, const char *kind, const char *subject,
                            const char *on, const char *fields);
struct posting *teller_post(struct world *w, const struct actor *who, const char *kind, const char *subject,
                            const char *on, const char *fields);

/* A step of a story: what it must be answered and, where refused, at which pointer (NULL: any). */
struct teller_step {
    const char *what;
    const struct actor *who;
    const char *kind, *subject, *on, *fields;
    enum verdict got;
    const char *pointer;
};

/* Posts them in order; fails the test naming the first that was answered otherwise, or whose refusal lacks a text in
 * one of the two languages. */
void teller_run(struct world *w, const struct teller_step *steps, size_t count);
#define RUN(w, steps) teller_run((w), (steps), COUNT(steps))

/* An organisation as it is now; how it stands as a lender on a day; the number of its last measure, 1 where there is
 * none. */
const struct organisation_view *teller_view(struct world *w, const char *id);
enum lending teller_lending(struct world *w, const char *id, const char *on);
int64_t teller_measure(struct world *w, const char *id);

/* Fails the test unless verify finds state and totals to be what a replay gives. */
void teller_verify(struct world *w);

#endif

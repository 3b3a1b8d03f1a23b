/*
 * Loans for the domain's tests: the town with the numbers that loans read, and a loan in any state.
 * Knows what stands around a loan; must not judge: it returns verdicts.
 * Invariant: every loan was brought where it is by entries alone.
 */
#ifndef TESTS_LENDING_H
#define TESTS_LENDING_H

#include "../../src/domain/loan_int.h"
#include "town.h"

#define ZHAO "0190aaaa-0000-4000-8000-000000000001" /* people of the town */
#define QIAN "0190aaaa-0000-4000-8000-000000000002"
#define FIRM "91999999MA0000003W"                   /* and a firm */

extern const struct actor clockwork, payer;

/* Short words for the tables: the town's people of 330602, a clerk of 330603, the city, and machines of two banks. */
#define STREET &town_street
#define CLERK &town_clerk
#define CHECKER &town_checker
#define FAR_CLERK &town_clerk_603
#define CENTRE &town_officer
#define IMPORT &town_import
#define CLOCK &clockwork
#define PAYER &payer
#define ZJ &town_bank
#define ZJ_CHECKER &town_bank_checker
#define SX &town_bank_other

/* cmocka's setup: the town with its lists and numbers from 2023-01-01 (source S17), ZHAO, QIAN, FIRM, bank-gone, which
 * has closed, fund-one with 1,000,000 yuan and room for five times as much, and fund-two, which is empty. The teardown
 * is world_teardown. */
int lending_setup(void **state);

/* One entry: its own fields as JSON with ' for ", without braces, "" for none. */
struct posting *lending_post(struct world *w, const struct actor *who, const char *kind, const char *loan,
                             const char *on, const char *fields);
struct posting *lending_read(struct world *w, const struct actor *who, const char *kind, const char *loan,
                             const char *on, const char *fields);
/* Posts, and fails the test unless that is the answer. */
void lending_expect(struct world *w, const struct actor *who, const char *kind, const char *loan, const char *on,
                    const char *fields, enum verdict wanted);

/* A loan of 300,000 yuan of Class 2 in 330602 (or of 100,000 of Class 1), applied for on 2023-03-01 by ZHAO, brought
 * along the main line and then aside to `state`, and not frozen: certificate to 2023-05-31, sent to bank-zj, 200,000
 * (or 80,000) approved, contracted and, from 2023-04-10 on, disbursed; a loan of Class 1 is fund-one's. What only
 * Class 1 comes to, only lending_loan_class1 can bring about. Gives its id. */
const char *lending_loan(struct world *w, const char *id, enum loan_state state);
const char *lending_loan_class1(struct world *w, const char *id, enum loan_state state);

/* The fields of an application of that class and sort, complete and lawful. */
extern const char application_class1[], application_class2[], application_firm[], application_partnership[];

struct subject lending_subject(struct world *w, const char *loan);
const struct loan_view *lending_view(struct world *w, const char *loan);

/* One cell, over days, as known when `known_seq` had been recorded; NULL for any part or district. */
int64_t lending_total(struct world *w, const char *indicator, const char *part, const char *district, const char *from,
                   const char *to, int64_t known_seq);

/* Nature, excess and implied steps of each of a loan's exceptions, in order: "early/0/loan.accepted side/0/ ". */
struct slice lending_exceptions(struct world *w, const char *loan);

/* Has a waiting correction confirmed by another person. */
enum verdict lending_confirm(struct world *w, const struct posting *correction);

/* Fails the test unless verify finds state and totals to be what a replay gives. */
void lending_verify(struct world *w);

#endif

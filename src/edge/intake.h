/*
 * The counter's routes: may this loan be had, and what does its certificate say?
 * Knows who may ask; must not know a condition, nor pass through the door.
 * Invariant: what is asked here is answered from one moment of the registry, and nothing is recorded.
 */
#ifndef VENTURED_EDGE_INTAKE_H
#define VENTURED_EDGE_INTAKE_H

#include "call.h"
#include "scope.h"

/* Whether a loan may be had is judged by the borrower's other loans too: for those who work on cases and may see
 * persons, and no bank. */
#define INTAKE_DRAFTERS                                                                                      \
    (ROLE_BIT(ROLE_STREET_CLERK) | ROLE_BIT(ROLE_DISTRICT_CLERK) | ROLE_BIT(ROLE_DISTRICT_CHECKER) |         \
     ROLE_BIT(ROLE_CENTRE_OFFICER))
#define INTAKE_READERS (INTAKE_DRAFTERS | ROLE_BIT(ROLE_SECTION_CHIEF) | ROLE_BIT(ROLE_AUDITOR))

/* The loan under /v1/loans/{id}/..., where it is the asker's to know; V_SUBJECT_UNKNOWN otherwise. */
enum verdict intake_loan(struct subject_row *out, struct call *c);

/* GET /v1/loans/{id}/eligibility: the conditions of a loan on record, one by one. */
void intake_eligibility(struct call *c);

/* POST /v1/eligibility: the same of the fields of a loan.applied, before anybody records them. */
void intake_draft(struct call *c);

/* GET /v1/loans/{id}/certificate: the one in force and those that it replaced, for whoever may see the loan. */
void intake_certificate(struct call *c);

#endif

/*
 * Refusals as the outside reads them: problem details (RFC 9457) in two languages.
 * Knows verdicts and the problems of fields; must not know requests, routes or who asked.
 * Invariant: the one place where a verdict becomes a document.
 */
#ifndef VENTURED_EDGE_PROBLEM_H
#define VENTURED_EDGE_PROBLEM_H

#include "ventured/shape.h"

struct problem_document {
    enum verdict verdict;
    struct slice detail, detail_zh;  /* absent: the first problem's where there is one, else the verdict's sentence */
    struct slice instance;           /* the request's id; absent: left out */
    const struct problems *problems; /* NULL: none */
};

/* A verdict's name as documents and counters write it: "over_approved". */
struct slice verdict_code(struct arena *a, enum verdict v);

/* {"type":"/problems/<name>","title","status","detail","title_zh","detail_zh","instance","verdict",
 * "errors":[{"pointer","verdict","detail","detail_zh"}]}; the last is left out where no field is at fault. */
struct slice problem_write(struct arena *a, const struct problem_document *p);

#endif

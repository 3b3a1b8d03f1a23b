/*
 * The routes that machines watch: is it alive, is it ready, how much does it do, what does it offer.
 * Knows the edge's parts and their counts; must not show anything that is anybody's.
 * Invariant: nothing here needs to know who asks.
 */
#ifndef VENTURED_EDGE_WATCH_H
#define VENTURED_EDGE_WATCH_H

#include "call.h"

void watch_health(struct call *c);  /* GET /healthz: 200 as long as the process answers */
void watch_ready(struct call *c);   /* GET /readyz: 200 where writes would be taken, else 503, with what is missing */
void watch_metrics(struct call *c); /* GET /metrics, in the text format of Prometheus */
void watch_openapi(struct call *c); /* GET /v1/openapi.json */

#endif

/*
 * Lines of RFC 5545, the format of calendar programs.
 * Knows escapes and how long lines are folded; must not know what an event is about.
 * Invariant: no line has over 75 octets, none is cut within a character, each ends with CR LF.
 */
#ifndef VENTURED_EDGE_ICAL_H
#define VENTURED_EDGE_ICAL_H

#include "ventured/base.h"

/* `head` is the name with its parameters and the colon, `value` stands as it is. */
void ical_add(struct buf *b, const char *head, struct slice value);

/* The same for a value of type TEXT (RFC 5545, 3.3.11): escaped, control characters left out. Valid UTF-8. */
void ical_add_text(struct buf *b, const char *head, struct slice text);

void ical_add_day(struct buf *b, const char *head, int32_t day);   /* "20230531" */
void ical_add_time(struct buf *b, const char *head, int64_t at_ms); /* "20230630T020000Z", UTC in whole seconds */

#endif

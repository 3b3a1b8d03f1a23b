/*
 * Text in a page.
 * Knows what HTML reads as markup; must not know any page.
 * Invariant: whatever the text, a page that holds it has the elements and attributes that it was written with.
 */
#ifndef VENTURED_EDGE_HTML_H
#define VENTURED_EDGE_HTML_H

#include "ventured/base.h"

/* Appends a text for the inside of an element or of a quoted attribute (WHATWG HTML, 13.3): the five signs of markup as
 * references, control characters but line feed and tab as U+FFFD, and a text that is not UTF-8 as one U+FFFD. */
void html_add(struct buf *b, struct slice text);

#endif

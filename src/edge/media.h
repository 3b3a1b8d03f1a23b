/*
 * Media types of bodies: what a Content-Type says, and in which characters.
 * Knows the types that some route reads, and their parameters; must not know which route reads which.
 * Invariant: a parameter that is not understood refuses the whole type: nothing is read otherwise than it was meant.
 */
#ifndef VENTURED_EDGE_MEDIA_H
#define VENTURED_EDGE_MEDIA_H

#include "charset.h"

enum media_form { MEDIA_JSON, MEDIA_CSV, MEDIA_XLSX };

struct media {
    enum media_form form;
    enum charset charset; /* of CSV: as it says, else to be guessed */
};

/* Reads a field's value (RFC 9110 section 8.3.1). False where it is absent or none of these types. */
bool media_read(struct media *out, struct slice content_type);

#endif

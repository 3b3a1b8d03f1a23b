/*
 * A story of the demo: one loan, and who says what of it on which day.
 * Knows the language of the stories; must not know any story.
 * Invariant: every entry follows from its story and its step, so telling them again posts nothing.
 */
#ifndef VENTURED_DEMO_STORY_H
#define VENTURED_DEMO_STORY_H

#include "demo_int.h"

enum teller { CLERK, CHECKER, OFFICER, PAYER, CHIEF, CLOCK, IMPORT, BANK_1, BANK_2 };

/*
 * Fields are JSON with ' for ", and in them
 *
 *   $l the loan    $p its borrower        $q another person    $d the district    $a $b the story's banks
 *   $30 day 30     $v a number of its own (a voucher's, a certificate's)
 *   $i $s id and number of the entry that was noted last
 */
struct story_step {
    enum teller who;
    const char *kind;
    int32_t day;       /* after the story's first */
    const char *fields;
    bool noted;        /* posted at once, for a later step to name */
    const char *about; /* what it is about, in the same language; NULL: the loan */
};

struct story {
    const char *name; /* the loan is "demo-story-" and this */
    const char *zh, *en;
    const char *first; /* day */
    const char *district;
    size_t bank;                    /* its first one; the second is the one after it */
    const struct story_step *steps; /* ends with a kind NULL */
    const char *borrower;           /* the story whose borrower it is, where not this one's */
};

/* Posts it. Another person may be borrower too: the one of the story `other`. */
void demo_story(struct demo *d, const struct story *s, const char *other);

#endif

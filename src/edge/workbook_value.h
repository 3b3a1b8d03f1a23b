/*
 * The values of cells: numbers, days and texts as a workbook writes them.
 * Knows decimal digits, the two epochs and number formats; must not know XML.
 * Invariant: no floating point: a number is its digits and where its point stands.
 */
#ifndef VENTURED_EDGE_WORKBOOK_VALUE_H
#define VENTURED_EDGE_WORKBOOK_VALUE_H

#include "ventured/base.h"

#define VALUE_DIGITS_MAX 15

/* What a cell shows its number as. */
enum value_form { VALUE_NUMBER, VALUE_DAY, VALUE_TIME };

enum value_end { VALUE_DONE, VALUE_BROKEN, VALUE_LONG, VALUE_NO_DAY };

/* Of a number format's code (ECMA-376 part 1, 18.8.31), as in `yyyy"年"m"月"d"日"`. */
enum value_form value_form(struct slice code);

/* One spelling of a decimal number with or without exponent: no leading zeros, no zeros at the end behind the point, no
 * sign before zero; rounded half up to VALUE_DIGITS_MAX digits. VALUE_LONG where more of them stand before the point,
 * or more than 30 zeros between it and the first. */
enum value_end value_number(struct slice *out, struct arena *a, struct slice text);

/* The day of a number as value_number writes it: from 1900, where 60 is a day that never was, or from 1904.
 * VALUE_NO_DAY where it has a fraction, is that day or lies outside of 1900 to 9999. */
enum value_end value_day(char out[DAY_TEXT_SIZE], struct slice number, bool from_1904);

/* A text with _xHHHH_ read as that character (ST_Xstring, 22.9.2.19), without blanks at its ends; false where it is no
 * valid text. It is a copy, NUL-terminated behind its end. */
bool value_text(struct slice *out, struct arena *a, struct slice text);

#endif

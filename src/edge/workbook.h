/*
 * One worksheet of an XLSX file as a sheet (ECMA-376 part 1, SpreadsheetML).
 * Knows which parts a workbook has and what their elements mean; must not know what a column means.
 * Invariant: a cell becomes the text a person means by it, or the file is refused naming the cell.
 */
#ifndef VENTURED_EDGE_WORKBOOK_H
#define VENTURED_EDGE_WORKBOOK_H

#include "sheet_int.h"

/*
 * What a cell becomes; blanks and tabs at its ends are passed over.
 *   text      as it stands; runs of rich text joined, pronunciations left out
 *   number    written out, with at most 15 digits that count, as many as spreadsheet programs keep: 1.0E5 is 100000,
 *             0.28999999999999998 is 0.29. How a cell shows it (percent, thousands, leading zeros) is not looked at.
 *             More than 15 digits before the point are refused: such a program has lost the last ones.
 *   day       a number in a cell that shows a day: 2023-06-30, from either epoch. A part of a day, a time of day and
 *             1900-02-29, which never was, are refused.
 *   yes, no   TRUE, FALSE
 *   formula   what it gave when the file was saved; refused where nothing was saved
 *   error     refused
 * Merged cells have their text in the first of them. Hidden rows and columns are read like others.
 */
bool gather_workbook(struct gathering *g, const struct sheet_source *from);

#endif

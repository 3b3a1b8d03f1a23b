/*
 * Reads which cell formats show a day.
 * Knows number formats by their numbers and codes; must not know which cells have them.
 * Invariant: a number format is known before the cell formats that use it, as the part's order has it.
 */
#include "markup.h"
#include "workbook_int.h"
#include "workbook_value.h"

#define FORMATS_MAX 65536 /* numbers of number formats */
#define FIRST_ROOM 64

/* Number formats that need no code, those of East Asia among them (ECMA-376 part 1, 18.8.30). */
static const struct {
    size_t first, last;
    enum value_form form;
} known_forms[] = {
    {14, 17, VALUE_DAY },
    {18, 21, VALUE_TIME},
    {22, 22, VALUE_DAY },
    {27, 31, VALUE_DAY },
    {32, 35, VALUE_TIME},
    {36, 36, VALUE_DAY },
    {45, 47, VALUE_TIME},
    {50, 54, VALUE_DAY },
    {55, 56, VALUE_TIME},
    {57, 58, VALUE_DAY },
};

bool
workbook_styles_open(struct workbook *w, const char *const *attributes)
{
    (void)attributes;
    w->forms = NEW_ARRAY(w->g->arena, uint8_t, FORMATS_MAX);
    for (size_t i = 0; i < COUNT(known_forms); i++)
        for (size_t id = known_forms[i].first; id <= known_forms[i].last; id++)
            w->forms[id] = (uint8_t)known_forms[i].form;
    return true;
}

bool
workbook_format_open(struct workbook *w, const char *const *attributes)
{
    struct slice code = markup_attribute(attributes, "formatCode");
    size_t id;

    if (!workbook_count(&id, markup_attribute(attributes, "numFmtId"), 0, FORMATS_MAX))
        return workbook_refuse_part(w, &workbook_broken);
    w->forms[id] = (uint8_t)value_form(code);
    return true;
}

bool
workbook_cell_style_open(struct workbook *w, const char *const *attributes)
{
    size_t id;

    if (w->style_count == STYLES_MAX || !workbook_count(&id, markup_attribute(attributes, "numFmtId"), 0, FORMATS_MAX))
        return workbook_refuse_part(w, &workbook_broken);
    w->styles = arena_grow(w->g->arena, w->styles, w->style_count, &w->styles_size, 1, FIRST_ROOM);
    w->styles[w->style_count++] = w->forms[id];
    return true;
}

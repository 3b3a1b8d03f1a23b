/*
 * Reads a Content-Type.
 * Knows three types and their parameters; must not know bodies.
 * Invariant: names and values compare without case, and every parameter stands in the table.
 */
#include <strings.h>

#include "media.h"

static const struct {
    struct slice name;
    struct media media;
} types[] = {
    {S_INIT("application/json"),                                                  {MEDIA_JSON, CHARSET_UTF8} },
    {S_INIT("text/csv"),                                                          {MEDIA_CSV, CHARSET_GUESS} },
    {S_INIT("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), {MEDIA_XLSX, CHARSET_GUESS}},
};

/* RFC 8259 gives JSON no charset, but clients that name the only one it may have mean no harm. RFC 4180 section 3 gives
 * CSV a charset and the word whether it has a heading, which ours must have. */
static const struct {
    enum media_form form;
    struct slice name, value;
    enum charset charset; /* CHARSET_GUESS: says nothing of it */
} parameters[] = {
    {MEDIA_JSON, S_INIT("charset"), S_INIT("utf-8"),   CHARSET_UTF8   },
    {MEDIA_CSV,  S_INIT("charset"), S_INIT("utf-8"),   CHARSET_UTF8   },
    {MEDIA_CSV,  S_INIT("charset"), S_INIT("gb18030"), CHARSET_GB18030},
    {MEDIA_CSV,  S_INIT("charset"), S_INIT("gbk"),     CHARSET_GB18030},
    {MEDIA_CSV,  S_INIT("charset"), S_INIT("gb2312"),  CHARSET_GB18030},
    {MEDIA_CSV,  S_INIT("header"),  S_INIT("present"), CHARSET_GUESS  },
};

static bool
equal_any_case(struct slice a, struct slice b)
{
    return a.len == b.len && (a.len == 0 || strncasecmp(a.at, b.at, a.len) == 0);
}

static struct slice
trim(struct slice s)
{
    while (s.len > 0 && (s.at[0] == ' ' || s.at[0] == '\t'))
        s = slice_sub(s, 1, s.len);
    while (s.len > 0 && (s.at[s.len - 1] == ' ' || s.at[s.len - 1] == '\t'))
        s.len--;
    return s;
}

/* None of the values has a sign that would need an escape. */
static struct slice
without_quotes(struct slice s)
{
    return s.len >= 2 && s.at[0] == '"' && s.at[s.len - 1] == '"' ? slice_sub(s, 1, s.len - 2) : s;
}

static bool
read_parameter(struct media *out, struct slice parameter)
{
    struct slice value, name = slice_cut(&value, trim(parameter), '=');

    for (size_t i = 0; i < COUNT(parameters); i++) {
        if (parameters[i].form != out->form || !equal_any_case(name, parameters[i].name) ||
            !equal_any_case(without_quotes(value), parameters[i].value))
            continue;
        if (parameters[i].charset != CHARSET_GUESS)
            out->charset = parameters[i].charset;
        return true;
    }
    return false;
}

bool
media_read(struct media *out, struct slice content_type)
{
    struct slice rest, name = slice_cut(&rest, content_type, ';');
    size_t i = 0;

    if (content_type.at == NULL)
        return false;
    while (i < COUNT(types) && !equal_any_case(trim(name), types[i].name))
        i++;
    if (i == COUNT(types))
        return false;
    *out = types[i].media;
    while (rest.at != NULL)
        if (!read_parameter(out, slice_cut(&rest, rest, ';')))
            return false;
    return true;
}

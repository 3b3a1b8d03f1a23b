/*
 * One row for each derived component, and the rule for header fields.
 * Knows RFC 9421 section 2.1 and 2.2; must not know keys, times or policies.
 * Invariant: no value holds a byte outside printable ASCII and the tab, so none can forge a line of a signature base.
 */
#include <string.h>

#include "component.h"

/* What the form encoding of URLs leaves as it is, beside letters and digits. */
#define FORM_PLAIN "*-._"
#define FIELD_NAME_MARKS "!#$%&'*+-.^_`|~"

static bool
is_plain(char c, const char *marks)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c != '\0' && strchr(marks, c) != NULL);
}

static bool
all_plain(struct slice s, const char *marks)
{
    for (size_t i = 0; i < s.len; i++) {
        if (!is_plain(s.at[i], marks))
            return false;
    }
    return s.len > 0;
}

static struct slice
scheme_of(struct slice origin)
{
    struct slice rest;

    return slice_cut(&rest, origin, ':');
}

static struct slice
authority_of(struct slice origin)
{
    size_t from = scheme_of(origin).len + sizeof "://" - 1;

    return slice_sub(origin, from, origin.len - from);
}

bool
component_origin(struct slice origin)
{
    bool https = slice_starts(origin, S("https://"));
    struct slice host, port;
    int64_t number;

    if (!https && !slice_starts(origin, S("http://")))
        return false;
    host = slice_cut(&port, authority_of(origin), ':');
    if (!all_plain(host, "-."))
        return false;
    if (port.at == NULL)
        return true;
    if (!all_plain(port, "") || port.at[0] == '0' || !slice_to_int(&number, port))
        return false;
    return number <= 65535 && number != (https ? 443 : 80);
}

/* ---- derived components --------------------------------------------------------------------------------------- */

static struct slice
read_method(const struct message *m)
{
    return m->request->method;
}

static struct slice
read_target_uri(const struct message *m)
{
    return arena_print(m->request->arena, SLICE_FMT SLICE_FMT, SLICE_ARG(m->origin), SLICE_ARG(m->request->target));
}

static struct slice
read_authority(const struct message *m)
{
    return authority_of(m->origin);
}

static struct slice
read_scheme(const struct message *m)
{
    return scheme_of(m->origin);
}

static struct slice
read_target(const struct message *m)
{
    return m->request->target;
}

static struct slice
read_path(const struct message *m)
{
    return m->request->path.len == 0 ? S("/") : m->request->path;
}

/* The question mark belongs to the value, and stands alone where there is no query (section 2.2.7). */
static struct slice
read_query(const struct message *m)
{
    return arena_print(m->request->arena, "?" SLICE_FMT, SLICE_ARG(m->request->query));
}

static struct slice
read_status(const struct message *m)
{
    return arena_print(m->request->arena, "%03d", m->status);
}

static const struct derived {
    const char *name;
    enum side { OF_REQUEST, OF_RESPONSE } side;
    struct slice (*read)(const struct message *m);
} derived[] = {
    {"@method",         OF_REQUEST,  read_method    },
    {"@target-uri",     OF_REQUEST,  read_target_uri},
    {"@authority",      OF_REQUEST,  read_authority },
    {"@scheme",         OF_REQUEST,  read_scheme    },
    {"@request-target", OF_REQUEST,  read_target    },
    {"@path",           OF_REQUEST,  read_path      },
    {"@query",          OF_REQUEST,  read_query     },
    {"@status",         OF_RESPONSE, read_status    },
};

static bool
find_derived(struct slice *out, const struct message *m, struct slice name)
{
    enum side side = m->status == 0 ? OF_REQUEST : OF_RESPONSE;

    for (size_t i = 0; i < COUNT(derived); i++) {
        if (derived[i].side == side && slice_equal(slice_of(derived[i].name), name)) {
            *out = derived[i].read(m);
            return true;
        }
    }
    return false;
}

/* ---- @query-param (section 2.2.8) --------------------------------------------------------------------------- */

static int
hex_value(char c)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    const char *at = c == '\0' ? NULL : strchr(digits + (c >= 'A' && c <= 'F' ? 16 : 0), c);

    return at == NULL ? -1 : (int)((at - digits) % 16);
}

static char
form_char(struct slice s, size_t *i)
{
    char c = s.at[*i];

    if (c == '+')
        return ' ';
    if (c == '%' && s.len - *i > 2 && hex_value(s.at[*i + 1]) >= 0 && hex_value(s.at[*i + 2]) >= 0) {
        c = (char)(hex_value(s.at[*i + 1]) * 16 + hex_value(s.at[*i + 2]));
        *i += 2;
    }
    return c;
}

/* Form-decodes and percent-encodes again, so that every spelling of a name or value becomes one. */
static struct slice
form_recode(struct arena *a, struct slice s)
{
    static const char digits[] = "0123456789ABCDEF";
    char *at = arena_take(a, 3 * s.len + 1);
    size_t len = 0;

    for (size_t i = 0; i < s.len; i++) {
        char c = form_char(s, &i);

        if (is_plain(c, FORM_PLAIN) || (c >= 'A' && c <= 'Z')) {
            at[len++] = c;
            continue;
        }
        at[len++] = '%';
        at[len++] = digits[(unsigned char)c >> 4];
        at[len++] = digits[(unsigned char)c & 15];
    }
    return (struct slice){at, len};
}

static bool
read_query_param(struct slice *out, const struct message *m, const struct sfv *name)
{
    struct slice rest = m->request->query;
    size_t found = 0;

    if (name == NULL || name->next != NULL || name->type != SFV_STRING || !slice_equal(name->key, S("name")))
        return false;
    while (rest.at != NULL) {
        struct slice value;
        struct slice key = slice_cut(&value, slice_cut(&rest, rest, '&'), '=');

        if (!slice_equal(form_recode(m->request->arena, key), name->text))
            continue;
        *out = form_recode(m->request->arena, value);
        found++;
    }
    return found == 1;
}

/* ---- any component ------------------------------------------------------------------------------------------ */

static bool
is_one_line(struct slice s)
{
    for (size_t i = 0; i < s.len; i++) {
        if ((s.at[i] < 0x20 && s.at[i] != '\t') || s.at[i] > 0x7e)
            return false;
    }
    return true;
}

static bool
read_field(struct slice *out, const struct message *m, struct slice name)
{
    if (!all_plain(name, FIELD_NAME_MARKS))
        return false;
    *out = header_find(m->request, arena_copy(m->request->arena, name).at);
    return out->at != NULL;
}

bool
component_read(struct slice *out, const struct message *m, const struct sfv *id)
{
    bool found;

    assert(component_origin(m->origin));
    if (id->type != SFV_STRING || id->text.len == 0)
        return false;
    if (m->status == 0 && slice_equal(id->text, S("@query-param")))
        found = read_query_param(out, m, id->params);
    else if (id->params != NULL)
        found = false;
    else if (id->text.at[0] == '@')
        found = find_derived(out, m, id->text);
    else
        found = read_field(out, m, id->text);
    return found && is_one_line(*out);
}

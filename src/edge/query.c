/*
 * Reads the query of a request target.
 * Knows `name=value&...`; must not decode anything.
 * Invariant: a name is looked for in the whole query, so that no second value can hide behind the first.
 */
#include <string.h>

#include "query.h"

static bool
is_plain(struct slice s)
{
    static const char others[] = "-._~:";

    for (size_t i = 0; i < s.len; i++) {
        char c = s.at[i];

        if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
              memchr(others, c, sizeof others - 1) != NULL))
            return false;
    }
    return true;
}

static size_t
count_of(const struct request *rq, struct slice name)
{
    struct slice rest = rq->query;
    size_t count = 0;

    while (rest.at != NULL) {
        struct slice value, pair = slice_cut(&rest, rest, '&');

        count += slice_equal(slice_cut(&value, pair, '='), name);
    }
    return count;
}

static bool
is_among(struct slice name, const char *const *names)
{
    while (*names != NULL && !slice_equal(name, slice_of(*names)))
        names++;
    return *names != NULL;
}

enum verdict
query_check(struct slice *fault, const struct request *rq, const char *const *names)
{
    struct slice rest = rq->query;

    while (rest.at != NULL && rq->query.len > 0) {
        struct slice value, pair = slice_cut(&rest, rest, '&');
        struct slice name = slice_cut(&value, pair, '=');

        *fault = is_plain(name) ? name : S("query");
        if (!is_among(name, names) || count_of(rq, name) > 1 || value.at == NULL || !is_plain(value))
            return V_REQUEST_MALFORMED;
    }
    *fault = (struct slice){0};
    return V_OK;
}

struct slice
query_find(const struct request *rq, const char *name)
{
    struct slice rest = rq->query;

    while (rest.at != NULL) {
        struct slice value, pair = slice_cut(&rest, rest, '&');

        if (slice_equal(slice_cut(&value, pair, '='), slice_of(name)))
            return value;
    }
    return (struct slice){0};
}

enum verdict
query_int(int64_t *out, const struct request *rq, const char *name, int64_t fallback, int64_t min, int64_t max)
{
    struct slice value = query_find(rq, name);

    *out = fallback;
    if (value.at == NULL)
        return V_OK;
    return slice_to_int(out, value) && *out >= min && *out <= max ? V_OK : V_REQUEST_MALFORMED;
}

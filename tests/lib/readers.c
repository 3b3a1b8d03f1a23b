/*
 * People who read lists.
 * Knows requests, links and members; must not know what is listed.
 * Invariant: a walk ends where no next page is named.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "jars.h"
#include "readers.h"

int
get(struct desk *d, const char *who, const char *target)
{
    return desk_ask(d, who, "GET", target, NULL, NULL);
}

int
ask_signed(struct desk *d, const char *key, const char *method, const char *target)
{
    struct outgoing o;

    desk_request(d, &o, method, target, NULL, NULL);
    desk_sign(d, &o, &(struct desk_signature){.key = key});
    return desk_send(d, &o);
}

void
open_jar(struct desk *d, const struct actor *who, const char *name, const char *of)
{
    done(tell(d->world, who, "jar.opened", name, "2023-03-01",
              arena_print(d->arena,
                          "'district':'" SLICE_FMT "','owner':'" OWNER "','capacity':1000,'colour':'red','bank':'%s'",
                          SLICE_ARG(who->district), of).at));
}

const char *
listed(struct desk *d, const char *key)
{
    struct buf b = {.arena = d->arena};

    for (const struct json *e = desk_json(d)->first; e != NULL; e = e->next) {
        const struct json *m = json_find(e, slice_of(key));

        assert_non_null(m);
        buf_print(&b, "%s", b.len == 0 ? "" : " ");
        if (m->type == JSON_TEXT)
            buf_add(&b, m->text);
        else
            buf_print(&b, "%lld", (long long)m->number);
    }
    buf_add_char(&b, '\0');
    return b.at;
}

/* The target in Link: rel="next", or NULL. */
static const char *
next_of(struct desk *d)
{
    const char *link = desk_field(d, "Link");
    const char *end = link == NULL ? NULL : strstr(link, ">; rel=\"next\"");

    return end == NULL ? NULL : arena_copy(d->arena, (struct slice){link + 1, (size_t)(end - link - 1)}).at;
}

const char *
walked(struct desk *d, const char *who, const char *target, const char *key, size_t *pages)
{
    struct buf b = {.arena = d->arena};

    for (*pages = 0; target != NULL; ++*pages) {
        const char *here;

        assert_int_equal(get(d, who, target), 200);
        here = listed(d, key);
        buf_print(&b, "%s%s", b.len > 0 && here[0] != '\0' ? " " : "", here);
        target = next_of(d);
    }
    buf_add_char(&b, '\0');
    return b.at;
}

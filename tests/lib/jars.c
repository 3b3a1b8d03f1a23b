/*
 * Stories of jars in short lines.
 * Knows how the toy's bodies are written; must not know what ought to come of them.
 * Invariant: one call is one posting, but for mend, which is two.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "jars.h"

struct posting *
tell(struct world *w, const struct actor *who, const char *kind, const char *subject, const char *on,
     const char *fields)
{
    return world_post(w, who, kind, NULL,
                      arena_print(w->arena, "{'subject':'%s','on':'%s'%s%s}", subject, on,
                                  fields[0] == '\0' ? "" : ",", fields).at);
}

const char *
done(const struct posting *p)
{
    if (p->got != V_OK)
        fail_msg("%s: %s", p->entry.kind->schema->name, verdict_row(p->got)->name);
    return p->entry.id.at;
}

const char *
mending(struct world *w, const char *first, const char *fields)
{
    return arena_print(w->arena, "'mends':{'entry':'%s','reason':'typo'}%s%s", first, fields[0] == '\0' ? "" : ",",
                       fields).at;
}

const char *
voiding(struct world *w, const char *first)
{
    return arena_print(w->arena, "'mends':{'entry':'%s','reason':'typo','void':'yes'}", first).at;
}

struct posting *
confirm(struct world *w, const struct actor *who, const char *correction)
{
    return tell(w, who, "jar.mended", correction, "2023-06-30", "");
}

struct posting *
admit(struct world *w, const struct actor *who, const char *proposal)
{
    return tell(w, who, "jar.admitted", proposal, "2023-06-30", "");
}

const char *
mend(struct world *w, const struct actor *who, const char *kind, const char *subject, const char *on,
     const char *fields)
{
    const char *id = done(tell(w, who, kind, subject, on, fields));

    done(confirm(w, &officer, id));
    return id;
}

void
rule_set(struct world *w, const char *rule, int64_t number)
{
    done(tell(w, &officer, "rule.set", rule, "2023-01-01",
              arena_print(w->arena, "'from':'2023-01-01','number':%lld,'source':'toy-1'", (long long)number).at));
}

const struct jar_view *
jar(struct world *w, const char *id)
{
    return world_subject(w, id).view;
}

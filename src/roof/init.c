/*
 * ventured init: an empty registry in an empty place.
 * Knows what a registry consists of; must not make certificates: the server reads those, and others make them.
 * Invariant: where there is a registry already, nothing is changed.
 */
#include <stdio.h>

#include "site.h"
#include "ventured/roof.h"

static const struct option options[] = {
    {"log-origin", "NAME", "ventured.local/registry", "the journal's name, for ever", "登记簿名称（不可更改）"},
};
const struct option_group roof_init_options = {"init", options, COUNT(options)};

enum command_end
roof_init(const struct words *w)
{
    struct site s;
    struct db *db;
    enum command_end end = site_make(w, words_get(w, "log-origin"));

    if (end == COMMAND_DONE)
        end = site_open(&s, w);
    if (end != COMMAND_DONE)
        return end;
    end = site_database(&db, &s, w, DB_WRITER);
    if (end == COMMAND_DONE) {
        db_close(db);
        printf(SLICE_FMT "\n", SLICE_ARG(s.vkey));
    }
    site_close(&s);
    return end;
}

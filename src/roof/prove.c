/*
 * ventured verify and ventured rebuild: is all as the journal says, and making it so.
 * Knows the report's form; must not judge what is damaged: the ledger does.
 * Invariant: verify writes to a scratch file only.
 */
#include <stdio.h>

#include "site.h"
#include "ventured/json.h"
#include "ventured/roof.h"

static const struct option options[] = {
    {"vkey", "VKEY", NULL, "the journal's key, got elsewhere (DIR/log.vkey)", "另行取得的验证公钥"},
    {"json", NULL,   NULL, "print figures as JSON",                           "以 JSON 输出"      },
};
const struct option_group roof_verify_options = {"verify", options, COUNT(options)};

static void
add_number(struct buf *b, const char *key, int64_t value)
{
    json_add_key(b, key);
    json_add_int(b, value);
}

static size_t
told(const struct verify_report *r)
{
    return r->damage_count < COUNT(r->damages) ? r->damage_count : COUNT(r->damages);
}

static void
print_json(struct arena *a, const struct verify_report *r)
{
    struct buf b = {.arena = a};

    buf_add_char(&b, '{');
    add_number(&b, "entries", r->entries);
    add_number(&b, "checkpoints", r->checkpoints);
    add_number(&b, "rows", r->rows);
    add_number(&b, "damage", (int64_t)r->damage_count);
    json_add_key(&b, "damages");
    buf_add_char(&b, '[');
    for (size_t i = 0; i < told(r); i++) {
        json_add_comma(&b);
        buf_add_char(&b, '{');
        json_add_key(&b, "where");
        json_add_text(&b, slice_of(r->damages[i].where));
        json_add_key(&b, "what");
        json_add_text(&b, slice_of(r->damages[i].what));
        buf_add_char(&b, '}');
    }
    buf_add(&b, S("]}"));
    printf(SLICE_FMT "\n", SLICE_ARG(buf_slice(&b)));
}

static void
print_text(const struct verify_report *r)
{
    printf("entries %lld  checkpoints %lld  rows %lld  damage %zu\n", (long long)r->entries, (long long)r->checkpoints,
           (long long)r->rows, r->damage_count);
    for (size_t i = 0; i < told(r); i++)
        printf("%s: %s\n", r->damages[i].where, r->damages[i].what);
}

static enum command_end
verify(const struct words *w, const struct site *s)
{
    struct verify_report *r = NEW(w->arena, struct verify_report);
    struct ledger_options o;
    struct db *db;
    enum command_end end = site_database(&db, s, w, DB_READER);
    enum verdict got;

    if (end != COMMAND_DONE)
        return end;
    o = site_ledger(s, db);
    got = ledger_verify(r, &o, words_text(w, "vkey") != NULL ? words_get(w, "vkey") : s->vkey, s->dir);
    db_close(db);
    if (got == V_USAGE)
        return command_misuse(w, "--vkey: not a key of a journal (不是验证公钥)");
    if (words_text(w, "json") != NULL)
        print_json(w->arena, r);
    else
        print_text(r);
    return got == V_OK ? COMMAND_DONE : command_refused(w, "%s (%s)", verdict_row(got)->en, verdict_row(got)->zh);
}

enum command_end
roof_verify(const struct words *w)
{
    struct site s;
    enum command_end end = site_open(&s, w);

    if (end != COMMAND_DONE)
        return end;
    end = verify(w, &s);
    site_close(&s);
    return end;
}

static enum command_end
rebuild(const struct words *w, const struct site *s)
{
    struct ledger_options o;
    struct ledger *lg;
    struct db *db;
    enum command_end end = site_database(&db, s, w, DB_WRITER);
    enum verdict got;

    if (end != COMMAND_DONE)
        return end;
    o = site_ledger(s, db);
    got = ledger_open(&lg, &o);
    if (got == V_OK) {
        got = ledger_rebuild(lg);
        ledger_close(lg);
    }
    db_close(db);
    return got == V_OK ? COMMAND_DONE : command_refused(w, "%s (%s)", verdict_row(got)->en, verdict_row(got)->zh);
}

enum command_end
roof_rebuild(const struct words *w)
{
    struct site s;
    enum command_end end = site_open(&s, w);

    if (end != COMMAND_DONE)
        return end;
    end = rebuild(w, &s);
    site_close(&s);
    return end;
}

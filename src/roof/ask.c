/*
 * ventured clock, totals, key and user: small questions to a registry, asked where it lies.
 * Knows what is asked; must not go through a server.
 * Invariant: only `clock --confirm`, `key --add-master` and `user` write anything, and none of them a fact.
 */
#include <stdio.h>

#include "site.h"
#include "sql.h"
#include "ventured/roof.h"

/* ---- the clock --------------------------------------------------------------------------------------------- */

static const struct option clock_options[] = {
    {"confirm", NULL, NULL, "this clock is right: write again", "确认时钟无误，恢复写入"},
};
const struct option_group roof_clock_options = {"clock", clock_options, COUNT(clock_options)};

static enum verdict
confirm(struct db *db)
{
    TRY(db_begin(db));
    return db_end(db, sql_clock_confirm(db));
}

static enum verdict
show_clock(struct db *db, struct arena *a)
{
    struct sql_head_read head;
    struct sql_clock_get confirmed;
    char wall[AT_TEXT_SIZE], at[AT_TEXT_SIZE];
    int64_t now_ms = the_clock.wall_ms();

    TRY(sql_head_read(&head, db, a));
    TRY(sql_clock_get(&confirmed, db, a));
    at_print(wall, now_ms);
    at_print(at, head.at_ms);
    printf("clock %s  head %s  behind %lld ms  confirmed %lld\n", wall, at,
           (long long)(head.at_ms > now_ms ? head.at_ms - now_ms : 0), (long long)confirmed.count);
    return V_OK;
}

static enum command_end
end_of(const struct words *w, enum verdict got)
{
    return got == V_OK ? COMMAND_DONE : command_refused(w, "%s (%s)", verdict_row(got)->en, verdict_row(got)->zh);
}

enum command_end
roof_clock(const struct words *w)
{
    bool confirms = words_get(w, "confirm").at != NULL;
    struct site s;
    struct db *db;
    enum command_end end;
    enum verdict got = V_OK;

    site_locate(&s, w);
    end = site_database(&db, &s, w, confirms ? DB_WRITER : DB_READER);
    if (end != COMMAND_DONE)
        return end;
    if (confirms)
        got = confirm(db);
    if (got == V_OK)
        got = show_clock(db, w->arena);
    db_close(db);
    return end_of(w, got);
}

/* ---- totals ------------------------------------------------------------------------------------------------ */

static const struct option totals_options[] = {
    {"year",     "YEAR",       NULL, "the plan's year (this one)",            "年度"        },
    {"as-of",    "YYYY-MM-DD", NULL, "as true on that day",                   "截至日期"    },
    {"known-at", "SEQ",        NULL, "as known when that entry was recorded", "截至登记序号"},
    {"json",     NULL,         NULL, "print exact figures as JSON",           "以 JSON 输出"},
};
const struct option_group roof_totals_options = {"totals", totals_options, COUNT(totals_options)};

struct question {
    int64_t year, known_seq;
    int32_t as_of;
};

/* A year that is over is asked as of its last day. */
static enum command_end
read_question(struct question *q, const struct words *w)
{
    int32_t last, today = day_local(the_clock.wall_ms());
    int year, month, day;

    day_split(today, &year, &month, &day);
    *q = (struct question){year, INT64_MAX, today};
    if (words_text(w, "year") != NULL && !words_number(&q->year, w, "year", 1900, 9999))
        return COMMAND_MISUSE;
    if (day_make(&last, (int)q->year, 12, 31) && last < today)
        q->as_of = last;
    if (words_text(w, "as-of") != NULL && !day_parse(&q->as_of, words_get(w, "as-of")))
        return command_misuse(w, "--as-of: YYYY-MM-DD");
    if (words_text(w, "known-at") != NULL && !words_number(&q->known_seq, w, "known-at", 0, INT64_MAX))
        return COMMAND_MISUSE;
    return COMMAND_DONE;
}

static enum verdict
read_table(struct plan_table *t, struct db *db, struct arena *a, const struct question *q)
{
    enum verdict got;

    TRY(db_snapshot(db));
    got = plan_table(t, &the_registry, db, a, (int)q->year, q->as_of, q->known_seq);
    db_snapshot_end(db);
    return got;
}

enum command_end
roof_totals(const struct words *w)
{
    struct buf b = {.arena = w->arena};
    struct question q;
    struct plan_table t;
    struct site s;
    struct db *db;
    enum command_end end = read_question(&q, w);
    enum verdict got;

    site_locate(&s, w);
    if (end == COMMAND_DONE)
        end = site_database(&db, &s, w, DB_READER);
    if (end != COMMAND_DONE)
        return end;
    got = read_table(&t, db, w->arena, &q);
    db_close(db);
    if (got != V_OK)
        return end_of(w, got);
    if (words_text(w, "json") != NULL)
        plan_table_json(&b, &t);
    else
        plan_table_print(&b, &t);
    printf(SLICE_FMT "%s", SLICE_ARG(buf_slice(&b)), words_text(w, "json") != NULL ? "\n" : "");
    return COMMAND_DONE;
}

/* ---- keys -------------------------------------------------------------------------------------------------- */

static const struct option key_options[] = {
    {"add-master", NULL, NULL, "another master key for private text; restart to use it", "新增主密钥，重启后生效"},
};
const struct option_group roof_key_options = {"key", key_options, COUNT(key_options)};

enum command_end
roof_key(const struct words *w)
{
    struct site s;
    enum command_end end;

    if (words_get(w, "add-master").at != NULL && vault_keys_add(site_file(w, "vault.keys")) != V_OK)
        return command_refused(w, "%s: not changed (未更改)", site_file(w, "vault.keys"));
    end = site_open(&s, w);
    if (end != COMMAND_DONE)
        return end;
    printf("vkey " SLICE_FMT "\nmaster %lld\n", SLICE_ARG(s.vkey), (long long)vault_version(s.vault));
    site_close(&s);
    return COMMAND_DONE;
}

/* ---- people --------------------------------------------------------------------------------------------------- */

enum command_end
roof_user(const struct words *w)
{
    struct people people;
    struct invitation invited;
    struct site s;
    struct db *db;
    enum command_end end = site_open(&s, w);
    enum verdict got;

    if (end != COMMAND_DONE)
        return end;
    end = site_people(&people, &s, w);
    if (end == COMMAND_DONE)
        end = site_database(&db, &s, w, DB_WRITER);
    if (end != COMMAND_DONE) {
        site_close(&s);
        return end;
    }
    got = people_invite(&invited, &people, db, w->arena, w->operands[0], the_clock.wall_ms());
    db_close(db);
    site_close(&s);
    if (got == V_NONE)
        return command_refused(w, "no such account, or a closed one (账号不存在或已关闭)");
    if (got != V_OK)
        return end_of(w, got);
    printf(SLICE_FMT "\n", SLICE_ARG(invited.code));
    return COMMAND_DONE;
}

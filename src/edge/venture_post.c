/*
 * venture post: one entry, signed and sent until it is answered.
 * Knows the file beside the entry's in which its id is kept; must not judge the entry.
 * Invariant: the id is on disk before the first byte is sent, so a second run is the same entry and never a second one.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "answer.h"
#include "ventured/file.h"
#include "venture_int.h"

#define BODY_MAX ((size_t)1024 * 1024)
#define KIND_LENGTH_MAX 64

static const struct option options[] = {
    {"id",      "UUID", NULL, "the entry's id; else FILE.id, made where there is none", "登记编号；不填则用 FILE.id"},
    {"dry-run", NULL,   NULL, "ask what would be answered, record nothing",            "仅试算，不登记"           },
    {"receipt", "OUT",  NULL, "where to keep the receipt",                             "回执保存路径"             },
    {"json",    NULL,   NULL, "print the answer as it came",                           "原样输出应答"             },
};
const struct option_group venture_post_options = {"post", options, COUNT(options)};

static bool
is_kind(struct slice s)
{
    static const char signs[] = "abcdefghijklmnopqrstuvwxyz0123456789._";

    for (size_t i = 0; i < s.len; i++)
        if (memchr(signs, s.at[i], sizeof signs - 1) == NULL)
            return false;
    return s.len > 0 && s.len <= KIND_LENGTH_MAX;
}

/* ---- the id ------------------------------------------------------------------------------------------------------ */

static enum command_end
read_kept(struct slice *out, const struct words *w, const char *path)
{
    struct slice rest;

    if (!file_read(out, w->arena, path, UUID_TEXT_SIZE))
        return command_refused(w, "%s: %s", path, strerror(errno));
    *out = slice_cut(&rest, *out, '\n');
    return uuid_valid(*out) ? COMMAND_DONE : command_refused(w, "%s: not a UUID (不是 UUID)", path);
}

/* The id kept beside the file; `wanted`, or a new one, is kept there where none is. */
static enum command_end
keep_id(struct slice *out, const struct words *w, const char *path, struct slice wanted)
{
    struct slice line = arena_print(w->arena, SLICE_FMT "\n", SLICE_ARG(wanted));
    enum command_end end;

    if (file_create(path, line, 0644)) {
        *out = wanted;
        return COMMAND_DONE;
    }
    if (errno != EEXIST)
        return command_refused(w, "%s: %s", path, strerror(errno));
    end = read_kept(out, w, path);
    if (end == COMMAND_DONE && words_get(w, "id").at != NULL && !slice_equal(*out, wanted))
        end = command_misuse(w, "%s: holds another id than --id (与 --id 不一致)", path);
    return end;
}

static enum command_end
find_id(struct slice *out, const struct words *w, const char *file)
{
    char made[UUID_TEXT_SIZE];
    struct slice wanted = words_get(w, "id");

    if (wanted.at != NULL && !uuid_valid(wanted))
        return command_misuse(w, "--id: must be a lower-case UUID (须为小写 UUID)");
    uuid7_make(made);
    if (wanted.at == NULL)
        wanted = arena_copy(w->arena, slice_of(made));
    if (strcmp(file, "-") != 0 && words_get(w, "dry-run").at == NULL)
        return keep_id(out, w, arena_print(w->arena, "%s.id", file).at, wanted);
    *out = wanted;
    /* From a pipe there is no place beside it: whoever sends again must know the id. */
    if (words_get(w, "dry-run").at == NULL)
        fprintf(stderr, "--id " SLICE_FMT "\n", SLICE_ARG(wanted));
    return COMMAND_DONE;
}

/* ---- the answer -------------------------------------------------------------------------------------------------- */

static enum command_end
refused(const struct words *w, const struct fetch_answer *answer, const struct json *tree)
{
    struct buf b = {.arena = w->arena};

    answer_problem(&b, answer->status, tree, NULL, NULL);
    if (slice_equal(answer_text(tree, S("verdict")), slice_of(verdict_row(V_ID_TAKEN)->name)))
        buf_add(&b, S("  另一笔登记已用此编号：如确为新登记，请删除 FILE.id\n"
                      "  another entry has this id: delete FILE.id where this is to be a new one\n"));
    venture_warn(buf_slice(&b));
    return COMMAND_REFUSED;
}

static enum command_end
keep_receipt(const struct words *w, struct slice receipt)
{
    const char *path = words_text(w, "receipt");

    if (path == NULL || file_replace(path, receipt, 0644))
        return COMMAND_DONE;
    return command_refused(w, "%s: %s (已登记，但回执未能保存 recorded, but the receipt was not kept)", path,
                           strerror(errno));
}

static enum command_end
tell(const struct words *w, enum fetch_end end, const struct fetch_answer *answer)
{
    static const struct slice happened[] = {
        S_INIT("此前已登记 recorded earlier: "),
        S_INIT("已登记 recorded: "),
        S_INIT("待他人复核 waits for a second person: "),
    };
    const struct json *tree = end == FETCH_DONE ? answer_json(w->arena, answer) : NULL;
    struct buf b = {.arena = w->arena};

    if (end != FETCH_DONE)
        return venture_unanswered(w, end, answer);
    if (words_get(w, "json").at != NULL)
        venture_print(answer->body);
    if (!answer_accepted(answer->status) || tree == NULL || tree->type != JSON_OBJECT)
        return refused(w, answer, tree);
    if (words_get(w, "json").at == NULL) {
        buf_add(&b, words_get(w, "dry-run").at != NULL ? S("试算 dry run: ") : happened[answer->status - 200]);
        answer_receipt(&b, tree);
        venture_print(buf_slice(&b));
    }
    /* A dry run and a correction that waits have none yet. */
    return json_find(tree, S("seq")) == NULL ? COMMAND_DONE : keep_receipt(w, answer->body);
}

enum command_end
venture_post(const struct words *w)
{
    const char *file = w->operands[1].at;
    struct slice body, id;
    struct client_call call = {.method = "POST"};
    struct fetch_answer answer;
    struct talk talk;
    enum command_end end;

    if (!is_kind(w->operands[0]))
        return command_misuse(w, "KIND: as in loan.disbursed (事项代码，如 loan.disbursed)");
    end = venture_read(&body, w, file, BODY_MAX);
    if (end == COMMAND_DONE)
        end = talk_open(&talk, w, fetch_options_default.answer_bytes_max);
    if (end != COMMAND_DONE)
        return end;
    end = find_id(&id, w, file);
    if (end == COMMAND_DONE) {
        call.target = arena_print(w->arena, "/v1/entries/" SLICE_FMT "%s", SLICE_ARG(w->operands[0]),
                                  words_get(w, "dry-run").at != NULL ? "?dry_run=true" : "");
        call.id = id;
        call.body = body;
        end = tell(w, client_perform(&answer, &talk.client, w->arena, &call), &answer);
    }
    talk_close(&talk);
    return end;
}

/*
 * venture replay: asks the registry to deliver once more what it had given up.
 * Knows a range of events; must not know what is in them.
 * Invariant: what is asked for twice is delivered under the same ids, so a bank that has it knows it again.
 */
#include "answer.h"
#include "venture_int.h"

#define ANSWER_MAX ((size_t)64 * 1024)

static const struct option options[] = {
    {"after", "SEQ", "0", "only events with a greater number",   "仅此序号之后的事件"  },
    {"until", "SEQ", NULL, "and none with a greater one than this", "至此序号为止（含）"},
};
const struct option_group venture_replay_options = {"replay", options, COUNT(options)};

static enum command_end
make_body(struct slice *out, const struct words *w)
{
    struct buf b = {.arena = w->arena};
    int64_t after, until;

    if (!words_number(&after, w, "after", 0, INT64_MAX))
        return COMMAND_MISUSE;
    buf_print(&b, "{\"after\":%lld", (long long)after);
    if (words_text(w, "until") != NULL) {
        if (!words_number(&until, w, "until", 0, INT64_MAX))
            return COMMAND_MISUSE;
        buf_print(&b, ",\"until\":%lld", (long long)until);
    }
    buf_add_char(&b, '}');
    *out = buf_slice(&b);
    return COMMAND_DONE;
}

static enum command_end
tell(const struct words *w, enum fetch_end end, const struct fetch_answer *answer)
{
    const struct json *tree = end == FETCH_DONE ? answer_json(w->arena, answer) : NULL;
    const struct json *count = tree == NULL || tree->type != JSON_OBJECT ? NULL : json_find(tree, S("replayed"));
    struct buf b = {.arena = w->arena};

    if (end == FETCH_DONE && answer->status == 200 && count != NULL && count->type == JSON_INT) {
        buf_print(&b, "重新推送 replayed: %lld\n", (long long)count->number);
        venture_print(buf_slice(&b));
        return COMMAND_DONE;
    }
    if (end != FETCH_DONE)
        answer_failure(&b, end, answer);
    else
        answer_problem(&b, answer->status, tree, NULL, NULL);
    venture_warn(buf_slice(&b));
    return COMMAND_REFUSED;
}

enum command_end
venture_replay(const struct words *w)
{
    struct client_call call = {.method = "POST", .target = S("/v1/deliveries/replay")};
    struct fetch_answer answer;
    struct talk talk;
    enum fetch_end got;
    enum command_end end = make_body(&call.body, w);

    if (end == COMMAND_DONE)
        end = talk_open(&talk, w, ANSWER_MAX);
    if (end != COMMAND_DONE)
        return end;
    got = client_perform(&answer, &talk.client, w->arena, &call);
    end = tell(w, got, &answer);
    talk_close(&talk);
    return end;
}

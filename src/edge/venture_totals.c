/*
 * venture totals: how far the plan is, as the registry says to this reader.
 * Knows one address and its two forms; must not reckon.
 * Invariant: what the registry left out is shown as unknown, never as 0.
 */
#include <stdio.h>
#include <stdlib.h>

#include "answer.h"
#include "totals_table.h"
#include "venture_int.h"

#define ANSWER_MAX ((size_t)1024 * 1024)

static const struct option options[] = {
    {"year",     "YEAR",       NULL,  "the plan's year",                       "年度"          },
    {"as-of",    "YYYY-MM-DD", NULL,  "as true on that day",                   "截至日期"      },
    {"known-at", "SEQ",        NULL,  "as known when that entry was recorded", "截至登记序号"  },
    {"columns",  "N",          "132", "width of the terminal, 60 to 1000",     "终端宽度"      },
    {"json",     NULL,         NULL,  "print the answer as it came",           "原样输出应答"  },
};
const struct option_group venture_totals_options = {"totals", options, COUNT(options)};

static enum command_end
make_target(struct slice *out, const struct words *w)
{
    struct buf b = {.arena = w->arena};
    int64_t year, seq;
    int32_t day;

    if (words_text(w, "year") == NULL)
        return command_misuse(w, "--year YEAR: needed (必填)");
    if (!words_number(&year, w, "year", 1900, 9999))
        return COMMAND_MISUSE;
    buf_print(&b, "/v1/totals?year=%lld", (long long)year);
    if (words_text(w, "as-of") != NULL) {
        if (!day_parse(&day, words_get(w, "as-of")))
            return command_misuse(w, "--as-of: YYYY-MM-DD");
        buf_print(&b, "&as_of=%s", words_text(w, "as-of"));
    }
    if (words_text(w, "known-at") != NULL) {
        if (!words_number(&seq, w, "known-at", 0, INT64_MAX))
            return COMMAND_MISUSE;
        buf_print(&b, "&known_at=%lld", (long long)seq);
    }
    *out = buf_slice(&b);
    return COMMAND_DONE;
}

static enum command_end
tell(const struct words *w, enum fetch_end end, const struct fetch_answer *answer, size_t columns)
{
    const struct json *tree = end == FETCH_DONE ? answer_json(w->arena, answer) : NULL;
    struct buf b = {.arena = w->arena};

    if (end == FETCH_DONE && answer->status == 200 && words_get(w, "json").at != NULL) {
        venture_print(answer->body);
        return COMMAND_DONE;
    }
    if (end == FETCH_DONE && answer->status == 200 && tree != NULL && totals_table(&b, tree, columns) == V_OK) {
        venture_print(buf_slice(&b));
        return COMMAND_DONE;
    }
    b.len = 0;
    if (end != FETCH_DONE)
        answer_failure(&b, end, answer);
    else
        answer_problem(&b, answer->status, tree, NULL, NULL);
    venture_warn(buf_slice(&b));
    return COMMAND_REFUSED;
}

enum command_end
venture_totals(const struct words *w)
{
    struct client_call call = {.method = "GET"};
    struct fetch_answer answer;
    struct talk talk;
    enum command_end end;
    enum fetch_end got;
    int64_t columns;

    if (!words_number(&columns, w, "columns", 60, 1000))
        return COMMAND_MISUSE;
    end = make_target(&call.target, w);
    if (end == COMMAND_DONE)
        end = talk_open(&talk, w, ANSWER_MAX);
    if (end != COMMAND_DONE)
        return end;
    got = client_perform(&answer, &talk.client, w->arena, &call);
    end = tell(w, got, &answer, (size_t)columns);
    talk_close(&talk);
    return end;
}

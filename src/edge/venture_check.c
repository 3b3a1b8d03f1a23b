/*
 * venture check-receipt: is this entry in the journal, and is it what was sent? Offline.
 * Knows a receipt's file and the key that must come from elsewhere; must not ask the registry.
 * Invariant: without a key there is no answer; with one, the first link that fails is named.
 */
#include <stdio.h>

#include "statement.h"
#include "venture_int.h"

#define RECEIPT_MAX ((size_t)1024 * 1024)

static const struct option options[] = {
    {"key",  "VKEY", NULL, "the registry's public log key, got elsewhere: name+id+base64", "登记簿日志公钥，须另行取得"  },
    {"body", "FILE", NULL, "the body as it was sent, to compare",                          "当时提交的内容，用于比对"    },
};
const struct option_group venture_check_options = {"check-receipt", options, COUNT(options)};

static enum command_end
compare(const struct words *w, const struct leaf *leaf)
{
    const char *path = words_text(w, "body");
    struct comparison c;
    struct slice sent;
    enum command_end end;

    if (path == NULL)
        return COMMAND_DONE;
    end = venture_read(&sent, w, path, RECEIPT_MAX);
    if (end != COMMAND_DONE)
        return end;
    if (statement_compare(&c, w->arena, leaf, sent, w->program->kinds) != V_OK)
        return command_refused(w, "%s: not one JSON object (不是 JSON 对象)", path);
    printf("\n比对 compared: %zu 项一致 equal\n", c.equal);
    if (c.unseen > 0)
        printf("无法比对（私密，日志中仅有承诺值） not comparable, private: the journal holds a commitment\n" SLICE_FMT,
               SLICE_ARG(buf_slice(&c.hidden)));
    if (c.different == 0)
        return COMMAND_DONE;
    printf("不一致 different\n" SLICE_FMT, SLICE_ARG(buf_slice(&c.differing)));
    return command_refused(w, "回执与提交内容不符 the receipt is of another body");
}

enum command_end
venture_check(const struct words *w)
{
    struct buf b = {.arena = w->arena};
    struct receipt_facts facts;
    struct slice document;
    enum command_end end;
    struct vkey vkey;

    if (words_text(w, "key") == NULL)
        return command_misuse(w, "--key VKEY: needed, and not from the receipt's sender alone (必填，且须另行取得)");
    if (!vkey_read(&vkey, w->arena, words_get(w, "key")))
        return command_misuse(w, "--key: not a verifier key name+id+base64 (不是日志公钥)");
    end = venture_read(&document, w, w->operands[0].at, RECEIPT_MAX);
    if (end != COMMAND_DONE)
        return end;
    if (receipt_check(&facts, w->arena, document, &vkey) != V_OK)
        return command_refused(w, "回执无效 broken: %s", facts.failed);
    buf_add(&b, S("回执有效 the receipt holds\n"));
    statement_add(&b, &facts, w->program->kinds);
    venture_print(buf_slice(&b));
    return compare(w, &facts.leaf);
}

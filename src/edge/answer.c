/*
 * Tells receipts, problems and failures.
 * Knows the members of both documents; must not decide what they mean for an exit code.
 * Invariant: a document that lacks a member is told without it.
 */
#include "answer.h"

void
answer_add(struct buf *b, struct slice text)
{
    const unsigned char *at = (const unsigned char *)text.at;

    if (!utf8_valid(text)) {
        buf_add_char(b, '?');
        return;
    }
    for (size_t i = 0; i < text.len; i++) {
        bool second_set = at[i] == 0xc2 && at[i + 1] < 0xa0; /* U+0080 to U+009F */

        buf_add_char(b, at[i] < ' ' || at[i] == 0x7f || second_set ? '?' : text.at[i]);
        i += second_set;
    }
}

struct slice
answer_text(const struct json *object, struct slice name)
{
    return object == NULL ? (struct slice){0} : json_text(object, name);
}

const struct json *
answer_json(struct arena *a, const struct fetch_answer *answer)
{
    const struct json *tree;

    return json_parse(&tree, a, answer->body) == V_OK ? tree : NULL;
}

bool
answer_accepted(int status)
{
    return status >= 200 && status <= 202;
}

void
answer_receipt(struct buf *b, const struct json *receipt)
{
    static const struct slice names[] = {S_INIT("kind"), S_INIT("subject"), S_INIT("state"), S_INIT("at"),
                                         S_INIT("id")};
    const struct json *seq = json_find(receipt, S("seq"));

    if (seq != NULL && seq->type == JSON_INT)
        buf_print(b, "seq %lld  ", (long long)seq->number);
    for (size_t i = 0; i < COUNT(names); i++) {
        struct slice text = answer_text(receipt, names[i]);

        if (text.at == NULL)
            continue;
        buf_print(b, "%s" SLICE_FMT " ", i == 0 ? "" : " ", SLICE_ARG(names[i]));
        answer_add(b, text);
    }
    buf_add_char(b, '\n');
}

/* "  中文\n  English\n"; what is absent or says the same again is left out. */
static void
add_pair(struct buf *b, const struct json *object, struct slice zh_name, struct slice en_name)
{
    struct slice zh = answer_text(object, zh_name), en = answer_text(object, en_name);

    if (zh.at != NULL) {
        buf_add(b, S("  "));
        answer_add(b, zh);
        buf_add_char(b, '\n');
    }
    if (en.at == NULL || slice_equal(zh, en))
        return;
    buf_add(b, S("  "));
    answer_add(b, en);
    buf_add_char(b, '\n');
}

static void
add_error(struct buf *b, const struct json *error, answer_place *where, const void *context)
{
    struct slice pointer = answer_text(error, S("pointer"));

    buf_add(b, S("- "));
    if (where != NULL)
        where(b, pointer, context);
    else
        answer_add(b, pointer);
    buf_add(b, S("  "));
    answer_add(b, answer_text(error, S("verdict")));
    buf_add_char(b, '\n');
    add_pair(b, error, S("detail_zh"), S("detail"));
}

void
answer_problem(struct buf *b, int status, const struct json *problem, answer_place *where, const void *context)
{
    const struct json *errors = problem == NULL ? NULL : json_find(problem, S("errors"));

    buf_print(b, "未登记 not recorded: %d ", status);
    answer_add(b, answer_text(problem, S("verdict")));
    buf_add_char(b, '\n');
    if (problem == NULL)
        return;
    add_pair(b, problem, S("title_zh"), S("title"));
    if (!slice_equal(answer_text(problem, S("detail")), answer_text(problem, S("title"))))
        add_pair(b, problem, S("detail_zh"), S("detail"));
    for (const struct json *e = errors == NULL ? NULL : errors->first; e != NULL; e = e->next)
        add_error(b, e, where, context);
}

void
answer_failure(struct buf *b, enum fetch_end end, const struct fetch_answer *answer)
{
    buf_print(b, "没有应答 no answer: %s\n  %s\n  %s\n  ", fetch_row(end)->name, fetch_row(end)->zh,
              fetch_row(end)->en);
    answer_add(b, answer->detail);
    buf_add_char(b, '\n');
}

/* Recursive, but no deeper than JSON_DEPTH_MAX. */
static void
encode(struct buf *b, const struct json *tree)
{
    switch (tree->type) {
    case JSON_OBJECT:
    case JSON_LIST:
        buf_add_char(b, tree->type == JSON_OBJECT ? '{' : '[');
        for (const struct json *child = tree->first; child != NULL; child = child->next) {
            json_add_comma(b);
            if (tree->type == JSON_OBJECT) {
                json_add_text(b, child->key);
                buf_add_char(b, ':');
            }
            encode(b, child);
        }
        buf_add_char(b, tree->type == JSON_OBJECT ? '}' : ']');
        return;
    case JSON_TEXT:
        json_add_text(b, tree->text);
        return;
    case JSON_INT:
        json_add_int(b, tree->number);
        return;
    case JSON_BOOL:
        buf_add(b, tree->number != 0 ? S("true") : S("false"));
        return;
    case JSON_NULL:
        buf_add(b, S("null"));
        return;
    }
}

void
answer_encode(struct buf *b, const struct json *tree)
{
    encode(b, tree);
}

/*
 * venture batch: the rows of a sheet, posted as lists.
 * Knows the file beside the sheet's in which the rows' ids are kept; must not judge the entries.
 * Invariant: every id is on disk before the first list is sent; after a list that was refused nothing more is sent.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "answer.h"
#include "batch.h"
#include "ventured/file.h"
#include "venture_int.h"

#define IDS_BYTES_MAX ((size_t)UUID_TEXT_SIZE * SHEET_ROWS_MAX)
#define ANSWER_MAX ((size_t)8 * 1024 * 1024)
#define LIST_ARENA_SIZE ((size_t)1024 * 1024 * 1024)
#define TOLD_MAX 50

static const struct option options[] = {
    {"dry-run",  NULL,  NULL, "ask what would be answered, record nothing", "仅试算，不登记"                 },
    {"receipts", "DIR", NULL, "folder where each receipt is kept as ID.json", "回执保存目录，每笔一个 ID.json"},
};
const struct option_group venture_batch_options = {"batch", options, COUNT(options)};

/* ---- before anything is sent ------------------------------------------------------------------------------------- */

/* "row 7 amount", in both languages, from a pointer "/7/amount". */
static void
add_cell_place(struct buf *b, struct slice pointer, size_t row)
{
    struct slice field, rest = slice_sub(pointer, 1, pointer.len);

    slice_cut(&field, rest, '/');
    buf_print(b, "第 %zu 行 row %zu ", row, row);
    answer_add(b, field);
}

static enum command_end
tell_problems(const struct words *w, const struct problems *p)
{
    struct buf b = {.arena = w->arena};
    size_t told = 0;

    for (const struct problem *each = p->first; each != NULL && told < TOLD_MAX; each = each->next, told++) {
        struct slice rest = slice_sub(each->pointer, 1, each->pointer.len);
        int64_t row;
        bool numbered = slice_to_int(&row, slice_cut(&rest, rest, '/'));

        assert(numbered);
        buf_add(&b, S("- "));
        add_cell_place(&b, each->pointer, (size_t)row);
        buf_print(&b, "  %s\n  " SLICE_FMT "\n  " SLICE_FMT "\n", verdict_row(each->verdict)->name,
                  SLICE_ARG(each->zh), SLICE_ARG(each->en));
    }
    venture_warn(buf_slice(&b));
    return command_refused(w, "%zu 处有误，未提交 wrong; nothing was sent", p->count);
}

static enum command_end
keep_ids(struct batch *b, const struct words *w)
{
    const char *path = arena_print(w->arena, "%s.ids", w->operands[0].at).at;
    struct buf lines = {.arena = w->arena};
    struct slice kept = S("");

    if (!file_read(&kept, w->arena, path, IDS_BYTES_MAX) && errno != ENOENT)
        return command_refused(w, "%s: %s", path, strerror(errno));
    if (!batch_ids(b, w->arena, kept))
        return command_refused(w, "%s: a line is not a UUID (有一行不是 UUID)", path);
    if (words_get(w, "dry-run").at != NULL)
        return COMMAND_DONE;
    batch_ids_encode(&lines, b);
    if (!slice_equal(buf_slice(&lines), kept) && !file_replace(path, buf_slice(&lines), 0644))
        return command_refused(w, "%s: %s", path, strerror(errno));
    return COMMAND_DONE;
}

static enum command_end
read_batch(struct batch *out, const struct words *w)
{
    struct sheet *sheet = NEW(w->arena, struct sheet);
    struct problems p = {.arena = w->arena};
    struct batch_terms terms = {.kinds = w->program->kinds};
    struct sheet_source from = {0};
    struct sheet_fault fault;
    enum command_end end;

    end = venture_read(&from.bytes, w, w->operands[0].at, SHEET_BYTES_MAX);
    if (end != COMMAND_DONE)
        return end;
    if (!sheet_read(sheet, &fault, w->arena, &from))
        return command_refused(w, SLICE_FMT, SLICE_ARG(sheet_fault_text(w->arena, &fault)));
    if (batch_open(out, w->arena, sheet, &terms, &p) != V_OK)
        return tell_problems(w, &p);
    end = keep_ids(out, w);
    if (end == COMMAND_DONE && batch_encode(out, w->arena, &p) != V_OK)
        end = tell_problems(w, &p);
    return end;
}

/* ---- one list ---------------------------------------------------------------------------------------------------- */

/* Rows `from` to `from + count`, counted from the first below the heading, which is 0. */
struct part {
    const struct words *words;
    const struct batch *batch;
    struct arena *arena; /* emptied before each list */
    size_t from, count;
};

/* By which a person finds the list's nth row. */
static size_t
number_of(const struct part *part, size_t n)
{
    return sheet_number(part->batch->sheet, part->from + n + 1);
}

/* The registry's pointers begin with the place in the list. */
static void
add_list_place(struct buf *b, struct slice pointer, const void *context)
{
    const struct part *part = context;
    struct slice rest = slice_sub(pointer, 1, pointer.len);
    int64_t n;

    if (slice_to_int(&n, slice_cut(&rest, rest, '/')) && n >= 0 && (size_t)n < part->count)
        add_cell_place(b, pointer, number_of(part, (size_t)n));
    else
        answer_add(b, pointer);
}

static enum command_end
keep_receipt(const struct part *part, const struct json *receipt, struct slice id)
{
    const char *folder = words_text(part->words, "receipts"), *path;
    struct buf b = {.arena = part->arena};

    /* Without a seq it is a correction that waits, or a dry run: no receipt. */
    if (folder == NULL || json_find(receipt, S("seq")) == NULL)
        return COMMAND_DONE;
    path = arena_print(part->arena, "%s/" SLICE_FMT ".json", folder, SLICE_ARG(id)).at;
    answer_encode(&b, receipt);
    if (file_replace(path, buf_slice(&b), 0644))
        return COMMAND_DONE;
    return command_refused(part->words, "%s: %s (已登记，但回执未能保存 recorded, but the receipt was not kept)", path,
                           strerror(errno));
}

static enum command_end
tell_list(const struct part *part, const struct json *list)
{
    const struct json *receipt = list->first;

    for (size_t i = 0; i < part->count; i++, receipt = receipt->next) {
        struct buf b = {.arena = part->arena};
        enum command_end end;

        buf_print(&b, "第 %zu 行 row %zu  ", number_of(part, i), number_of(part, i));
        answer_receipt(&b, receipt);
        venture_print(buf_slice(&b));
        end = keep_receipt(part, receipt, part->batch->ids[part->from + i]);
        if (end != COMMAND_DONE)
            return end;
    }
    return COMMAND_DONE;
}

static enum command_end
tell_refusal(const struct part *part, const struct fetch_answer *answer)
{
    struct buf b = {.arena = part->arena};

    answer_problem(&b, answer->status, answer_json(part->arena, answer), add_list_place, part);
    venture_warn(buf_slice(&b));
    return command_refused(part->words, "第 %zu 行起未登记 from row %zu on nothing is recorded", number_of(part, 0),
                           number_of(part, 0));
}

static enum command_end
send_list(struct part *part, struct talk *s)
{
    struct buf body = {.arena = part->arena};
    struct client_call call = {.method = "POST", .target = S("/v1/entries")};
    struct fetch_answer answer;
    const struct json *tree;
    enum fetch_end end;

    if (words_get(part->words, "dry-run").at != NULL)
        call.target = S("/v1/entries?dry_run=true");
    part->count = batch_list(&body, part->batch, part->from);
    call.body = buf_slice(&body);
    end = client_perform(&answer, &s->client, part->arena, &call);
    if (end != FETCH_DONE)
        return venture_unanswered(part->words, end, &answer);
    if (!answer_accepted(answer.status))
        return tell_refusal(part, &answer);
    tree = answer_json(part->arena, &answer);
    if (tree == NULL || tree->type != JSON_LIST || tree->count != part->count)
        return command_refused(part->words, "应答与提交的行数不符 the answer is not one receipt a row");
    return tell_list(part, tree);
}

enum command_end
venture_batch(const struct words *w)
{
    struct batch batch = {0};
    struct talk talk;
    struct part part = {.words = w, .batch = &batch};
    enum command_end end = talk_open(&talk, w, ANSWER_MAX);

    if (end != COMMAND_DONE)
        return end;
    part.arena = arena_open(LIST_ARENA_SIZE);
    end = read_batch(&batch, w);
    assert(ERGO(end == COMMAND_DONE, batch.sheet != NULL));
    while (end == COMMAND_DONE && part.from < batch.sheet->rows) {
        arena_reset(part.arena);
        end = send_list(&part, &talk);
        part.from += part.count;
    }
    arena_close(part.arena);
    talk_close(&talk);
    return end;
}

/*
 * ventured import --loans and --totals: sheets of the time before, with an answer for every row.
 * Knows files and the terminal; must not know columns.
 * Invariant: rows are told in order; the file of answers is whole or not there.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "load.h"
#include "ventured/bring.h"
#include "ventured/domain.h"
#include "ventured/file.h"
#include "ventured/roof.h"

#define FILE_MAX ((size_t)32 << 20)
#define TOLD_MAX 50

struct telling {
    const struct words *words;
    struct buf answers;
    size_t told;
};

/* RFC 4180: a text with a comma, a quote or a line end stands in quotes, its quotes doubled. */
static void
add_cell(struct buf *b, struct slice text)
{
    buf_add_char(b, '"');
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] == '"')
            buf_add_char(b, '"');
        buf_add_char(b, text.at[i]);
    }
    buf_add_char(b, '"');
}

static void
add_answer(struct buf *b, const struct bring_row *row)
{
    const struct slice cells[] = {row->subject, row->person, slice_of(verdict_row(row->got)->name), row->column,
                                  row->zh};

    buf_print(b, "%zu", row->number);
    for (size_t i = 0; i < COUNT(cells); i++) {
        buf_add_char(b, ',');
        add_cell(b, cells[i].at == NULL ? S("") : cells[i]);
    }
    buf_add(b, S("\r\n"));
}

static void
told(void *context, const struct bring_row *row)
{
    struct telling *t = context;

    if (words_get(t->words, "answers").at != NULL)
        add_answer(&t->answers, row);
    if (row->got == V_OK || row->got == V_REPLAYED || t->told++ >= TOLD_MAX)
        return;
    fprintf(stderr, "第 %zu 行 row %zu " SLICE_FMT "  %s\n  " SLICE_FMT "\n  " SLICE_FMT "\n", row->number, row->number,
            SLICE_ARG(row->column), verdict_row(row->got)->name, SLICE_ARG(row->zh), SLICE_ARG(row->en));
}

static void
progress(void *context, size_t done, size_t rows)
{
    (void)context;
    fprintf(stderr, "\r%zu / %zu", done, rows);
    if (done == rows)
        fprintf(stderr, "\n");
}

static enum command_end
keep_answers(struct telling *t)
{
    const char *path = words_text(t->words, "answers");

    if (path == NULL || file_replace(path, buf_slice(&t->answers), 0600))
        return COMMAND_DONE;
    return command_refused(t->words, "%s: %s", path, strerror(errno));
}

static enum command_end
bring(const struct words *w, struct loader *l, const char *file, enum bring_sort sort)
{
    struct telling t = {.words = w, .answers = {.arena = w->arena}};
    struct bring_options o = {.ledger = l->ledger, .registry = &the_registry, .db = l->db, .vault = l->site.vault,
                              .sort = sort, .on = DAY_ABSENT, .dry = words_get(w, "dry-run").at != NULL,
                              .told = told, .progress = isatty(STDERR_FILENO) != 0 ? progress : NULL, .context = &t};
    struct slice on = words_get(w, "on");
    struct bring_report report;
    enum command_end end;
    enum verdict got;

    if (on.at != NULL && !day_parse(&o.on, on))
        return command_misuse(w, "--on: a day as YYYY-MM-DD (日期格式为 YYYY-MM-DD)");
    if (!file_read(&o.bytes, w->arena, file, FILE_MAX))
        return command_refused(w, "%s: %s", file, strerror(errno));
    buf_add(&t.answers, S("row,subject,person,answer,column,what\r\n"));
    got = bring_run(&report, &o);
    if (got != V_OK && got != V_FIELDS_WRONG)
        return command_refused(w, "%s: %s (%s)", file, verdict_row(got)->en, verdict_row(got)->zh);
    end = keep_answers(&t);
    printf("%s rows %zu stored %zu present %zu refused %zu entries %zu sum %lld\n",
           sort == BRING_LOANS ? "loans" : "totals", report.rows, report.stored, report.known, report.refused,
           report.entries, (long long)report.sum);
    if (got == V_FIELDS_WRONG)
        return command_refused(w, "%s: 有 %zu 行被拒，未登记任何内容 (%zu rows were refused, nothing is stored)", file,
                               report.refused, report.refused);
    if (o.dry)
        printf("试算：未登记任何内容 (a dry run: nothing is stored)\n");
    return end;
}

enum command_end
roof_bring_loans(const struct words *w, struct loader *l, const char *file)
{
    return bring(w, l, file, BRING_LOANS);
}

enum command_end
roof_bring_totals(const struct words *w, struct loader *l, const char *file)
{
    return bring(w, l, file, BRING_TOTALS);
}

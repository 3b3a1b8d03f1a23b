/*
 * Reads worksheets through edge/package.h and edge/markup.h.
 * Knows the parts of SpreadsheetML and their elements; must not know ZIP, XML or what a column means.
 * Invariant: rows and cells come in rising order, once each, as they must in the file.
 */
#include <string.h>

#include "markup.h"
#include "workbook_int.h"
#include "workbook_value.h"

#define RELATIONS_MAX 4096
#define TEXT_MAX ((size_t)4 * 32767) /* bytes of a cell's text, which has at most 32,767 characters */
#define FIRST_ROOM 64

/* Where one is in a part. Every part begins at MARKUP_START. */
enum place {
    START = MARKUP_START,
    RELATIONS, RELATION,
    BOOK, BOOK_PROPERTIES, BOOK_SHEETS, BOOK_SHEET,
    STRINGS, STRING,
    STYLES, FORMATS, FORMAT, CELL_STYLES, CELL_STYLE,
    WORKSHEET, ROWS, ROW, CELL, FORMULA, INLINE,
    RUN, TEXT,
    PLACES
};

/* What leads nowhere is not read: pronunciations (rPh), styles of styles, whatever other programs add. */
static const struct markup_step steps[] = {
    {START,       "Relationships", RELATIONS      },
    {RELATIONS,   "Relationship",  RELATION       },
    {START,       "workbook",      BOOK           },
    {BOOK,        "workbookPr",    BOOK_PROPERTIES},
    {BOOK,        "sheets",        BOOK_SHEETS    },
    {BOOK_SHEETS, "sheet",         BOOK_SHEET     },
    {START,       "sst",           STRINGS        },
    {STRINGS,     "si",            STRING         },
    {STRING,      "t",             TEXT           },
    {STRING,      "r",             RUN            },
    {RUN,         "t",             TEXT           },
    {START,       "styleSheet",    STYLES         },
    {STYLES,      "numFmts",       FORMATS        },
    {FORMATS,     "numFmt",        FORMAT         },
    {STYLES,      "cellXfs",       CELL_STYLES    },
    {CELL_STYLES, "xf",            CELL_STYLE     },
    {START,       "worksheet",     WORKSHEET      },
    {WORKSHEET,   "sheetData",     ROWS           },
    {ROWS,        "row",           ROW            },
    {ROW,         "c",             CELL           },
    {CELL,        "f",             FORMULA        },
    {CELL,        "v",             TEXT           },
    {CELL,        "is",            INLINE         },
    {INLINE,      "t",             TEXT           },
    {INLINE,      "r",             RUN            },
};

/* The second of a pair is the strict form's (ISO/IEC 29500-1). */
#define RELATIONS_SPACE "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
#define RELATIONS_SPACE_STRICT "http://purl.oclc.org/ooxml/officeDocument/relationships"

static const char *const spaces[] = {
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
    "http://schemas.openxmlformats.org/package/2006/relationships",
    NULL,
};

struct relation {
    struct slice id, type, target;
};

/* ---- refusing ---------------------------------------------------------------------------------------------------- */

bool
workbook_refuse_part(struct workbook *w, const struct sheet_fault *why)
{
    return gather_refuse(w->g, 0, w->package.named, why);
}

static const struct sheet_fault package_faults[] = {
    [PACKAGE_BROKEN] = {.en = "the file is no whole .xlsx: save or send it once more",
                        .zh = "文件不是完整的 .xlsx，请重新保存或传送"},
    [PACKAGE_MANY] = {.en = "the file has more than 1000 parts", .zh = "文件内部超过 1000 个部件"},
    [PACKAGE_LARGE] = {.en = "unpacked, a part is larger than 128 MiB or all are than 256 MiB: split the sheet",
                       .zh = "解压后单个部件超过 128 MiB 或合计超过 256 MiB，请拆分表格"},
    [PACKAGE_DENSE] = {.en = "a part is packed over 200 times, as in a file made to fill memory",
                       .zh = "部件压缩比超过 200 倍，疑为恶意文件"},
    [PACKAGE_ENCRYPTED] = {.en = "a part is encrypted: save the file without a password",
                           .zh = "文件已加密，请去除密码后保存"},
    [PACKAGE_UNKNOWN] = {.en = "a part is packed in a way that is not read: save it as .xlsx once more",
                         .zh = "部件的压缩方式不受支持，请重新另存为 .xlsx"},
    [PACKAGE_MISSING] = {.en = "this part, which an Excel workbook (.xlsx) has, is missing: save it once more",
                         .zh = "文件缺少 Excel 工作簿（.xlsx）应有的此部件，请重新另存"},
};

static const struct sheet_fault markup_faults[] = {
    [MARKUP_BROKEN] = {.en = "the XML of this part is damaged: open the file, save it as .xlsx once more",
                       .zh = "此部件的 XML 已损坏，请打开后重新另存为 .xlsx"},
    [MARKUP_DOCTYPE] = {.en = "the XML of this part has a DOCTYPE, as no workbook has",
                        .zh = "此部件的 XML 带有 DOCTYPE，疑为恶意文件"},
    [MARKUP_DEEP] = {.en = "the XML of this part is more than 64 elements deep", .zh = "此部件的 XML 嵌套超过 64 层"},
    [MARKUP_LONG] = {.en = "the XML of this part has a tag longer than 256 KiB",
                     .zh = "此部件的 XML 标记超过 256 KiB"},
    [MARKUP_OTHER] = {.en = "this part is not what a workbook has there: is the file an Excel workbook (.xlsx)?",
                      .zh = "此部件不是工作簿内容，请确认文件是 Excel 工作簿（.xlsx）"},
};

/* ---- relations: which part is what ------------------------------------------------------------------------------- */

static bool
relation_open(struct workbook *w, const char *const *attributes)
{
    struct arena *a = w->g->arena;
    struct relation r = {
        .id = arena_copy(a, markup_attribute(attributes, "Id")),
        .type = arena_copy(a, markup_attribute(attributes, "Type")),
        .target = arena_copy(a, markup_attribute(attributes, "Target")),
    };

    if (w->relation_count == RELATIONS_MAX || r.id.at == NULL || r.type.at == NULL || r.target.at == NULL)
        return workbook_refuse_part(w, &workbook_broken);
    /* What lies outside of the file is not fetched: such a part will be missing. */
    if (slice_equal(markup_attribute(attributes, "TargetMode"), S("External")))
        return true;
    w->relations = arena_grow(a, w->relations, w->relation_count, &w->relations_size, sizeof r, FIRST_ROOM);
    w->relations[w->relation_count++] = r;
    return true;
}

/* Types are addresses; the last word of one says the same in both forms. */
static bool
is_type(struct slice type, const char *word)
{
    struct slice end = slice_of(word);

    return type.len > end.len && slice_equal(slice_sub(type, type.len - end.len, end.len), end) &&
           type.at[type.len - end.len - 1] == '/';
}

static const struct relation *
relation_of_type(const struct workbook *w, const char *word)
{
    for (size_t i = 0; i < w->relation_count; i++)
        if (is_type(w->relations[i].type, word))
            return &w->relations[i];
    return NULL;
}

static const struct relation *
relation_of_id(const struct workbook *w, struct slice id)
{
    for (size_t i = 0; i < w->relation_count; i++)
        if (slice_equal(w->relations[i].id, id))
            return &w->relations[i];
    return NULL;
}

/* "xl/" of "xl/workbook.xml". */
static struct slice
folder_of(struct slice part)
{
    while (part.len > 0 && part.at[part.len - 1] != '/')
        part.len--;
    return part;
}

/* Targets are told from the part that names them, or from the top. */
static struct slice
part_named(struct arena *a, struct slice from, struct slice target)
{
    struct slice folder = folder_of(from);

    if (slice_starts(target, S("/")))
        return slice_sub(target, 1, target.len);
    return arena_print(a, SLICE_FMT SLICE_FMT, SLICE_ARG(folder), SLICE_ARG(target));
}

/* ---- the workbook: its worksheets, its epoch --------------------------------------------------------------------- */

static bool
book_properties_open(struct workbook *w, const char *const *attributes)
{
    w->from_1904 = workbook_true(markup_attribute(attributes, "date1904"));
    return true;
}

static bool
book_sheet_open(struct workbook *w, const char *const *attributes)
{
    struct slice state = markup_attribute(attributes, "state");
    struct slice id = markup_attribute(attributes, RELATIONS_SPACE "\nid");
    bool seen = state.at == NULL || slice_equal(state, S("visible"));
    const struct relation *r;

    if (id.at == NULL)
        id = markup_attribute(attributes, RELATIONS_SPACE_STRICT "\nid");
    r = relation_of_id(w, id);
    /* A sheet may be a chart. */
    if (w->target.at != NULL || r == NULL || !is_type(r->type, "worksheet"))
        return true;
    if (w->name.at == NULL ? seen : slice_equal(w->name, markup_attribute(attributes, "name")))
        w->target = r->target;
    return true;
}

/* ---- texts ------------------------------------------------------------------------------------------------------- */

static bool
add_text(struct workbook *w, struct slice text)
{
    static const struct sheet_fault longer = {.en = "the text is longer than a cell can hold",
                                              .zh = "文字超过单元格的长度上限"};

    if (text.len > TEXT_MAX - w->text_len)
        return w->row == 0 ? workbook_refuse_part(w, &longer) : workbook_refuse_cell(w, &longer);
    memcpy(w->text + w->text_len, text.at, text.len);
    w->text_len += text.len;
    return true;
}

static bool
string_open(struct workbook *w, const char *const *attributes)
{
    (void)attributes;
    w->text_len = 0;
    return true;
}

static bool
string_close(struct workbook *w)
{
    static const struct sheet_fault many = {.en = "the workbook has more than 2000000 texts: split it",
                                            .zh = "工作簿中的文字超过 2000000 项，请拆分"};
    struct slice text = S("");

    if (w->string_count == SHEET_CELLS_MAX)
        return workbook_refuse_part(w, &many);
    if (w->text_len > 0 && !value_text(&text, w->g->arena, (struct slice){w->text, w->text_len}))
        return workbook_refuse_part(w, &workbook_broken);
    w->strings = arena_grow(w->g->arena, w->strings, w->string_count, &w->strings_size, sizeof text, FIRST_ROOM);
    w->strings[w->string_count++] = text;
    return true;
}

/* ---- parts ------------------------------------------------------------------------------------------------------- */

/* What is told when an element begins and when it ends; nothing stands for those that only lead on. */
static bool (*const opened[PLACES])(struct workbook *w, const char *const *attributes) = {
    [RELATION] = relation_open,
    [BOOK_PROPERTIES] = book_properties_open,
    [BOOK_SHEET] = book_sheet_open,
    [STRING] = string_open,
    [STYLES] = workbook_styles_open,
    [FORMAT] = workbook_format_open,
    [CELL_STYLE] = workbook_cell_style_open,
    [ROW] = workbook_row_open,
    [CELL] = workbook_cell_open,
    [FORMULA] = workbook_formula_open,
};
static bool (*const closed[PLACES])(struct workbook *w) = {
    [STRING] = string_close,
    [ROW] = workbook_row_close,
    [CELL] = workbook_cell_close,
};

static bool
on_open(void *context, int place, const char *const *attributes)
{
    return opened[place] == NULL || opened[place](context, attributes);
}

static bool
on_close(void *context, int place)
{
    return closed[place] == NULL || closed[place](context);
}

static bool
on_text(void *context, int place, struct slice text)
{
    return place != TEXT || add_text(context, text);
}

static bool
read_part(struct workbook *w, struct slice name, enum place outermost)
{
    static const struct markup_form form = {spaces, steps, COUNT(steps), on_open, on_close, on_text};
    struct markup *m = markup_open(w->g->arena, &form, (int)outermost, w);
    enum package_end got = package_read(&w->package, name, markup_take, m);
    enum markup_end end = markup_close(m);

    if (w->g->refused)
        return false;
    if (got != PACKAGE_DONE && got != PACKAGE_STOPPED)
        return workbook_refuse_part(w, &package_faults[got]);
    return end == MARKUP_DONE || workbook_refuse_part(w, &markup_faults[end]);
}

/* The relations of a part; an empty name stands for the file itself. */
static bool
read_relations(struct workbook *w, struct slice part)
{
    struct slice folder = folder_of(part), own = slice_sub(part, folder.len, part.len);
    struct buf name = {.arena = w->g->arena};

    buf_print(&name, SLICE_FMT "_rels/" SLICE_FMT ".rels", SLICE_ARG(folder), SLICE_ARG(own));
    w->relation_count = 0;
    return read_part(w, buf_slice(&name), RELATIONS);
}

/* A workbook without texts, or without formats, has no part for them. */
static bool
read_other(struct workbook *w, struct slice book, const struct relation *r, enum place outermost)
{
    return r == NULL || read_part(w, part_named(w->g->arena, book, r->target), outermost);
}

static bool
read_parts(struct workbook *w)
{
    static const struct sheet_fault no_book = {.en = "the file is no Excel workbook (.xlsx)",
                                               .zh = "文件不是 Excel 工作簿（.xlsx）"};
    static const struct sheet_fault no_sheet = {.en = "there is no such worksheet", .zh = "没有这个工作表"};
    const struct relation *r;
    struct slice book;

    if (!read_relations(w, S("")))
        return false;
    r = relation_of_type(w, "officeDocument");
    if (r == NULL)
        return workbook_refuse_part(w, &no_book);
    book = part_named(w->g->arena, S(""), r->target);
    if (!read_relations(w, book) || !read_part(w, book, BOOK))
        return false;
    if (w->target.at == NULL)
        return gather_refuse(w->g, 0, w->name, &no_sheet);
    return read_other(w, book, relation_of_type(w, "sharedStrings"), STRINGS) &&
           read_other(w, book, relation_of_type(w, "styles"), STYLES) &&
           read_part(w, part_named(w->g->arena, book, w->target), WORKSHEET);
}

bool
gather_workbook(struct gathering *g, const struct sheet_source *from)
{
    struct workbook *w = NEW(g->arena, struct workbook);
    enum package_end got;

    *w = (struct workbook){.g = g, .name = from->worksheet, .text = arena_take(g->arena, TEXT_MAX)};
    got = package_open(&w->package, g->arena, from->bytes);
    if (got != PACKAGE_DONE)
        return workbook_refuse_part(w, &package_faults[got]);
    read_parts(w);
    package_close(&w->package);
    return !g->refused;
}

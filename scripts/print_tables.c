/*
 * Prints what the program's own tables say, for people: verdicts, roles and kinds, fields, the states of each subject.
 * Knows the tables of every floor up to the domain; must not know any kind by name.
 * Invariant: nothing here is written twice: what a page says is what the door does.
 *
 *   make docs, which calls: print_tables FOLDER
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "policy.h"
#include "ventured/domain.h"

static FILE *
page_open(const char *folder, const char *name, const char *ending)
{
    char path[1024];
    FILE *f;

    snprintf(path, sizeof path, "%s/%s.%s", folder, name, ending);
    f = fopen(path, "w");
    if (f == NULL)
        fprintf(stderr, "print_tables: %s: %s\n", path, strerror(errno));
    else
        printf("%s\n", path);
    return f;
}

/* ---- verdicts -------------------------------------------------------------------------------------------------- */

static void
print_verdicts(FILE *f)
{
    static const char *const classes[] = {[VERDICT_DONE] = "done",
                                          [VERDICT_CLIENT] = "client",
                                          [VERDICT_REFUSED] = "refused",
                                          [VERDICT_FAULT] = "fault"};

    fprintf(f,
    "# Verdicts 答复\n\nEvery answer there is, in the order of the checks: the first that fails is given.\n\n");
    fprintf(f, "| verdict | HTTP | class | en | zh |\n|---|---|---|---|---|\n");
    for (int v = 0; v < V__COUNT; v++) {
        const struct verdict_row *row = verdict_row((enum verdict)v);

        fprintf(f, "| `%s` | %d | %s | %s | %s |\n", row->name, row->status, classes[row->class], row->en, row->zh);
    }
}

/* ---- roles x kinds --------------------------------------------------------------------------------------------- */

static const char *
may(const struct kind_row *k, enum role r)
{
    if (role_may_post(r, k))
        return "post";
    if (role_may_propose(r, k))
        return "propose";
    return (k->see & ROLE_BIT(r)) != 0 ? "see" : " ";
}

static void
print_roles(FILE *f)
{
    fprintf(f, "# Roles and kinds 角色与登记事项\n\nWho may post a kind (and then sees it), who may propose it for one of "
               "those to confirm, and who may only see that it happened; what is blank is refused. Whose subject it is "
               "decides besides.\n\n| kind |");
    for (int r = 0; r < ROLE__COUNT; r++)
        fprintf(f, " %s<br>%s |", role_row((enum role)r)->name, role_row((enum role)r)->zh);
    fprintf(f, "\n|---|");
    for (int r = 0; r < ROLE__COUNT; r++)
        fprintf(f, "---|");
    for (const struct kind_row *k = entry_kinds; k->name != NULL; k++) {
        fprintf(f, "\n| `%s` %s |", k->name, k->shape->zh);
        for (int r = 0; r < ROLE__COUNT; r++)
            fprintf(f, " %s |", may(k, (enum role)r));
    }
    fprintf(f, "\n");
}

/* ---- fields ---------------------------------------------------------------------------------------------------- */

static void
print_bounds(FILE *f, const struct field *field)
{
    static const char *const types[] = {
        [FIELD_TEXT] = "text", [FIELD_INT] = "integer", [FIELD_DAY] = "day",
        [FIELD_CODE] = "code", [FIELD_TEXTS] = "texts", [FIELD_ITEMS] = "items",
    };

    fprintf(f, "%s", types[field->type]);
    if (field->type != FIELD_DAY && field->type != FIELD_CODE)
        fprintf(f, " %" PRId64 "..%" PRId64, field->min, field->max);
    if (field->unit != NULL)
        fprintf(f, " %s", field->unit);
    if (field->list != NULL)
        fprintf(f, ", of the list `%s`", field->list);
    for (size_t i = 0; i < field->code_count; i++)
        fprintf(f, "%s`%s` %s", i == 0 ? ": " : ", ", field->codes[i].name, field->codes[i].zh);
}

static void
print_seers(FILE *f, uint32_t all, uint32_t some)
{
    if (some == all) {
        fprintf(f, "as the whole");
        return;
    }
    for (int r = 0, told = 0; r < ROLE__COUNT; r++)
        if ((some & ROLE_BIT(r)) != 0)
            fprintf(f, "%s%s", told++ == 0 ? "" : ", ", role_row((enum role)r)->name);
}

static void
print_fields(FILE *f, const struct shape *s, uint32_t see, const uint32_t *field_see)
{
    if (s->count > 0)
        fprintf(f, "| field | zh | en | what | who sees it |\n|---|---|---|---|---|\n");
    for (size_t i = 0; i < s->count; i++) {
        const struct field *field = &s->fields[i];

        fprintf(f, "| `%s`%s%s%s | %s | %s | ", field->name, field->required ? "" : " (optional)",
                field->is_private ? " (private)" : "", field->is_voucher ? " (voucher)" : "", field->zh, field->en);
        print_bounds(f, field);
        fprintf(f, " | ");
        print_seers(f, see, field_see[i]);
        fprintf(f, " |\n");
    }
    fprintf(f, "\n");
}

static void
print_kinds(FILE *f)
{
    fprintf(f, "# Kinds and states, field by field 登记事项与对象的字段\n\nEvery entry has `subject`, `on`, and where it "
               "corrects another `mends` besides. Private fields stand in the journal as commitments.\n\n");
    for (const struct kind_row *k = entry_kinds; k->name != NULL; k++) {
        fprintf(f, "## `%s` %s / %s\n\n", k->name, k->shape->zh, k->shape->en);
        print_fields(f, k->shape, k->see, k->field_see);
    }
    for (const struct view_row *v = entry_views; v->name != NULL; v++) {
        fprintf(f, "## state of `%s` %s / %s\n\n`GET /v1/%s/{id}`\n\n", v->name, v->shape->zh, v->shape->en, v->plural);
        print_fields(f, v->shape, v->see, v->field_see);
    }
}

/* ---- states ---------------------------------------------------------------------------------------------------- */

/* All kinds that lead from one state to another, on one arrow; what a bank tells is drawn bold. */
static void
print_arrow(FILE *f, const struct subject_type *t, int from, int to)
{
    int told = 0;
    bool fact = false;

    for (size_t i = 0; i < t->kind_count; i++) {
        const struct kind *k = &t->kinds[i];

        if ((k->from & FROM(from)) == 0 || (k->to == TO_SAME ? from : k->to) != to)
            continue;
        if (told == 0)
            fprintf(f, "    %s -> %s [label=\"", t->states[from].name, t->states[to].name);
        fprintf(f, "%s%s", told++ == 0 ? "" : "\\n", strchr(k->schema->name, '.') + 1);
        fact = fact || k->order == ORDER_FACT;
    }
    if (told > 0)
        fprintf(f, "\"%s];\n", fact ? ", style=bold" : "");
}

static void
print_states(FILE *f, const struct subject_type *t)
{
    fprintf(f, "// The states of a %s; dashed: side states, bold: facts that are recorded whatever the state.\n",
    t->name);
    fprintf(f, "digraph \"%s\" {\n    node [shape=box, style=rounded];\n", t->name);
    for (size_t i = 0; i < t->state_count; i++) {
        const struct state *s = &t->states[i];

        fprintf(f, "    %s [label=\"%s\\n%s\"%s];\n", s->name, s->zh, s->name,
        s->side ? ", style=\"rounded,dashed\"" : "");
    }
    for (size_t from = 0; from < t->state_count; from++)
        for (size_t to = 0; to < t->state_count; to++)
            print_arrow(f, t, (int)from, (int)to);
    fprintf(f, "}\n");
}

/* ---------------------------------------------------------------------------------------------------------------- */

int
main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*print)(FILE *f);
    } pages[] = {{"verdicts", print_verdicts}, {"roles", print_roles}, {"kinds", print_kinds}};
    FILE *f;

    if (argc != 2) {
        fprintf(stderr, "usage: print_tables FOLDER\n");
        return 2;
    }
    for (size_t i = 0; i < COUNT(pages); i++) {
        f = page_open(argv[1], pages[i].name, "md");
        if (f == NULL)
            return 1;
        pages[i].print(f);
        fclose(f);
    }
    for (size_t i = 0; i < the_registry.type_count; i++) {
        f = page_open(argv[1], the_registry.types[i]->name, "dot");
        if (f == NULL)
            return 1;
        print_states(f, the_registry.types[i]);
        fclose(f);
    }
    return 0;
}

/*
 * Reads a command line and a configuration file by the program's tables, and prints their help.
 * Knows how options are written; must not know what any of them means.
 * Invariant: nothing is guessed: an unknown word, a word twice and a word too many are misuse, in the file too.
 */
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ventured/file.h"
#include "ventured/command.h"

#define CONFIG_SIZE_MAX ((size_t)64 * 1024)

/* Taken by every command, and read before the file that it names. */
static const struct option everywhere[] = {
    {"config", "FILE", NULL, "the configuration file", "配置文件"},
    {"help",   NULL,   NULL, "print this",             "显示帮助"},
};

enum { CONFIG, HELP };

/* ---- options by their place -------------------------------------------------------------------------------------- */

struct place {
    const struct option *option;
    const char *section;
    size_t at; /* in words.values */
};

/* The n-th option of a command, group after group; false where it has fewer. */
static bool
place_at(struct place *out, const struct command *c, size_t n)
{
    size_t left = n;

    for (size_t g = 0; g < COMMAND_GROUPS_MAX && c->groups[g] != NULL; g++) {
        if (left < c->groups[g]->count) {
            *out = (struct place){&c->groups[g]->options[left], c->groups[g]->section, n};
            return true;
        }
        left -= c->groups[g]->count;
    }
    return false;
}

/* `section` NULL: whichever. */
static bool
place_find(struct place *out, const struct command *c, const char *section, struct slice name)
{
    for (size_t n = 0; place_at(out, c, n); n++)
        if (slice_equal(slice_of(out->option->name), name) && (section == NULL || strcmp(section, out->section) == 0))
            return true;
    return false;
}

struct slice
words_get(const struct words *w, const char *name)
{
    struct place place;
    bool found = place_find(&place, w->command, NULL, slice_of(name));

    assert(found);
    return w->values[place.at];
}

const char *
words_text(const struct words *w, const char *name)
{
    return words_get(w, name).at;
}

bool
words_number(int64_t *out, const struct words *w, const char *name, int64_t min, int64_t max)
{
    struct slice text = words_get(w, name);

    assert(text.at != NULL);
    if (slice_to_int(out, text) && *out >= min && *out <= max)
        return true;
    command_misuse(w, "--%s: %lld..%lld", name, (long long)min, (long long)max);
    return false;
}

/* ---- telling ----------------------------------------------------------------------------------------------------- */

static void __attribute__((format(printf, 2, 0))) tell(const struct words *w, const char *format, va_list args)
{
    fprintf(stderr, "%s %s: ", w->program->name, w->command->name);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
}

enum command_end
command_misuse(const struct words *w, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    tell(w, format, args);
    va_end(args);
    fprintf(stderr, "%s %s --help\n", w->program->name, w->command->name);
    return COMMAND_MISUSE;
}

enum command_end
command_refused(const struct words *w, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    tell(w, format, args);
    va_end(args);
    return COMMAND_REFUSED;
}

static void
print_option(const struct option *o)
{
    char left[64];

    snprintf(left, sizeof left, "--%s%s%s", o->name, o->value != NULL ? " " : "", o->value != NULL ? o->value : "");
    printf("  %-26s %s\n  %-26s %s", left, o->en, "", o->zh);
    if (o->standard != NULL)
        printf("  [%s]", o->standard);
    putchar('\n');
}

static enum command_end
print_help(const struct program *p, const struct command *c)
{
    struct place place;
    const char *section = "";

    printf("%s %s %s\n  %s\n  %s\n", p->name, c->name, c->operands, c->en, c->zh);
    for (size_t n = 0; place_at(&place, c, n); n++) {
        if (strcmp(place.section, section) != 0)
            printf("\n[%s]\n", place.section);
        section = place.section;
        print_option(place.option);
    }
    putchar('\n');
    for (size_t i = 0; i < COUNT(everywhere); i++)
        print_option(&everywhere[i]);
    printf("\n~/.config/%s: [section], name = value\nexit 0/1/2: done / refused or broken / misuse\n", p->config_file);
    return COMMAND_DONE;
}

static enum command_end
print_commands(FILE *to, const struct program *p, enum command_end end)
{
    fprintf(to, "%s: %s\n%s\n\n", p->name, p->en, p->zh);
    for (size_t i = 0; i < p->count; i++)
        fprintf(to, "  %s %s\n      %s\n      %s\n", p->commands[i].name, p->commands[i].operands, p->commands[i].en,
                p->commands[i].zh);
    fprintf(to, "\n%s COMMAND --help\n", p->name);
    return end;
}

/* ---- the command line -------------------------------------------------------------------------------------------- */

struct line {
    struct words *words;
    struct slice everywhere[COUNT(everywhere)];
    size_t operand_count;
    int argc;
    char **argv; /* what is still to be read */
};

static struct slice *
value_find(struct line *l, const struct option **option, struct slice name)
{
    struct place place;

    for (size_t i = 0; i < COUNT(everywhere); i++)
        if (slice_equal(slice_of(everywhere[i].name), name)) {
            *option = &everywhere[i];
            return &l->everywhere[i];
        }
    if (!place_find(&place, l->words->command, NULL, name))
        return NULL;
    *option = place.option;
    return &l->words->values[place.at];
}

/* `text` is what follows the two dashes: "name" or "name=value". */
static enum command_end
read_option(struct line *l, struct slice text)
{
    const struct option *option;
    struct slice value, name = slice_cut(&value, text, '=');
    struct slice *to = value_find(l, &option, name);

    if (to == NULL)
        return command_misuse(l->words, "--" SLICE_FMT ": no such option (没有此选项)", SLICE_ARG(name));
    if (to->at != NULL)
        return command_misuse(l->words, "--%s: given twice (重复)", option->name);
    if (option->value == NULL && value.at != NULL)
        return command_misuse(l->words, "--%s: takes no value (不带值)", option->name);
    if (option->value == NULL)
        value = S("yes");
    if (value.at == NULL && l->argc > 0) {
        value = slice_of(*l->argv++);
        l->argc--;
    }
    if (value.at == NULL)
        return command_misuse(l->words, "--%s %s: the value is missing (缺少值)", option->name, option->value);
    *to = value;
    return COMMAND_DONE;
}

static enum command_end
read_operand(struct line *l, struct slice text)
{
    if (l->operand_count == l->words->command->operand_count)
        return command_misuse(l->words, SLICE_FMT ": one word too many (多余)", SLICE_ARG(text));
    l->words->operands[l->operand_count++] = text;
    return COMMAND_DONE;
}

static enum command_end
read_line(struct line *l)
{
    bool options = true;

    while (l->argc > 0) {
        struct slice text = slice_of(*l->argv++);
        enum command_end end;

        l->argc--;
        if (options && slice_equal(text, S("--"))) {
            options = false;
            continue;
        }
        if (options && slice_starts(text, S("--")))
            end = read_option(l, slice_sub(text, 2, text.len - 2));
        else
            end = read_operand(l, text);
        if (end != COMMAND_DONE)
            return end;
    }
    return COMMAND_DONE;
}

/* ---- the configuration file -------------------------------------------------------------------------------------- */

struct config {
    struct words *words;
    bool seen[COMMAND_OPTIONS_MAX];
    struct slice wrong; /* the first name that is in no table, or stands twice */
};

static bool
known_elsewhere(const struct program *p, const char *section, const char *name)
{
    struct place place;

    for (size_t i = 0; i < p->count; i++)
        if (place_find(&place, &p->commands[i], section, slice_of(name)))
            return true;
    return false;
}

static int
config_line(void *context, const char *section, const char *name, const char *value)
{
    struct config *c = context;
    struct arena *a = c->words->arena;
    struct place place;
    bool ours = place_find(&place, c->words->command, section, slice_of(name));

    if (c->wrong.at != NULL)
        return 0;
    if (ours ? c->seen[place.at] : !known_elsewhere(c->words->program, section, name)) {
        c->wrong = arena_print(a, "[%s] %s", section, name);
        return 0;
    }
    if (!ours)
        return 1;
    c->seen[place.at] = true;
    if (c->words->values[place.at].at == NULL)
        c->words->values[place.at] = arena_copy(a, slice_of(value));
    return 1;
}

/* Where the file is when nobody says; absent where there is no home. */
static struct slice
config_path(const struct words *w)
{
    const char *folder = getenv("XDG_CONFIG_HOME");
    const char *home = getenv("HOME");

    if (folder != NULL && folder[0] == '/')
        return arena_print(w->arena, "%s/%s", folder, w->program->config_file);
    if (home == NULL || home[0] != '/')
        return (struct slice){0};
    return arena_print(w->arena, "%s/.config/%s", home, w->program->config_file);
}

static enum command_end
read_config(struct words *w, struct slice named)
{
    struct config c = {.words = w};
    struct slice path = named.at != NULL ? named : config_path(w), text;
    int line;

    if (path.at == NULL)
        return COMMAND_DONE;
    if (!file_read(&text, w->arena, path.at, CONFIG_SIZE_MAX))
        return named.at == NULL ? COMMAND_DONE : command_misuse(w, "%s: cannot be read (无法读取)", path.at);
    line = ini_parse_string(text.at, config_line, &c);
    if (c.wrong.at != NULL)
        return command_misuse(w, "%s:%d: %s: no such setting here, or twice (无此设置或重复)", path.at, line,
                              c.wrong.at);
    return line == 0 ? COMMAND_DONE : command_misuse(w, "%s:%d: cannot be read (无法解析)", path.at, line);
}

static void
fill_standards(struct words *w)
{
    struct place place;

    for (size_t n = 0; place_at(&place, w->command, n); n++) {
        assert(n < COMMAND_OPTIONS_MAX);
        if (w->values[n].at == NULL && place.option->standard != NULL)
            w->values[n] = slice_of(place.option->standard);
    }
}

/* ---- running ----------------------------------------------------------------------------------------------------- */

static enum command_end
run(struct words *w, int argc, char **argv)
{
    struct line l = {.words = w, .argc = argc, .argv = argv};
    enum command_end end = read_line(&l);

    if (l.everywhere[HELP].at != NULL)
        return print_help(w->program, w->command);
    if (end == COMMAND_DONE && l.operand_count < w->command->operand_count)
        end = command_misuse(w, "%s: a word is missing (缺少参数)", w->command->operands);
    if (end == COMMAND_DONE)
        end = read_config(w, l.everywhere[CONFIG]);
    if (end != COMMAND_DONE)
        return end;
    fill_standards(w);
    return w->command->run(w);
}

static const struct command *
command_find(const struct program *p, struct slice name)
{
    for (size_t i = 0; i < p->count; i++)
        if (slice_equal(slice_of(p->commands[i].name), name))
            return &p->commands[i];
    return NULL;
}

enum command_end
command_run(const struct program *p, int argc, char **argv)
{
    struct words w = {.program = p};
    enum command_end end;

    if (argc < 2)
        return print_commands(stderr, p, COMMAND_MISUSE);
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0)
        return print_commands(stdout, p, COMMAND_DONE);
    w.command = command_find(p, slice_of(argv[1]));
    if (w.command == NULL) {
        fprintf(stderr, "%s: %s: no such command (没有此命令)\n%s --help\n", p->name, argv[1], p->name);
        return COMMAND_MISUSE;
    }
    w.arena = arena_open(p->arena_size);
    end = run(&w, argc - 2, argv + 2);
    arena_close(w.arena);
    if (fflush(stdout) != 0 && end == COMMAND_DONE)
        end = COMMAND_REFUSED;
    return end;
}

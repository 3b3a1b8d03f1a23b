/*
 * Programs with subcommands: their words, their options, their help and their three exit codes.
 * Knows tables, the command line and a configuration file; must not know what a command does.
 * Invariant: an option is in the table or refused; the command line wins over the file, the file over the table.
 */
#ifndef VENTURED_COMMAND_H
#define VENTURED_COMMAND_H

#include "ventured/role.h"

/* The exit code of every program of the house. */
enum command_end { COMMAND_DONE, COMMAND_REFUSED, COMMAND_MISUSE };

struct option {
    const char *name;     /* "key-id": --key-id on the command line, `key-id = ...` in the file */
    const char *value;    /* what follows it, "FILE"; NULL: it stands alone */
    const char *standard; /* what holds where it is not given; NULL: it is absent */
    const char *en, *zh;
};

/* Options that stand in one section of the file, whichever commands take them. */
struct option_group {
    const char *section;
    const struct option *options;
    size_t count;
};

#define COMMAND_GROUPS_MAX 3
#define COMMAND_OPTIONS_MAX 32
#define COMMAND_OPERANDS_MAX 4

struct words;

struct command {
    const char *name, *operands; /* "KIND FILE", as the usage line has it */
    size_t operand_count;
    const struct option_group *groups[COMMAND_GROUPS_MAX];
    enum command_end (*run)(const struct words *w);
    const char *en, *zh;
};

struct program {
    const char *name;
    const char *config_file; /* below $XDG_CONFIG_HOME, else $HOME/.config */
    const struct command *commands;
    size_t count;
    const struct kind_row *kinds; /* what the program knows of kinds; ends with a row without a name */
    size_t arena_size;            /* of the one arena that a command runs in */
    const char *en, *zh;
};

/* One command line, read. Texts are NUL-terminated and live in the arena. */
struct words {
    struct arena *arena;
    const struct program *program;
    const struct command *command;
    struct slice operands[COMMAND_OPERANDS_MAX];
    struct slice values[COMMAND_OPTIONS_MAX]; /* of the groups' options, one after the other */
};

/* Reads the line, answers --help, runs the command. Misuse is told on standard error and names what is wrong. */
enum command_end command_run(const struct program *p, int argc, char **argv);

/* The option's text; absent where it was not given; "yes" for one that stands alone. The name must be in the table. */
struct slice words_get(const struct words *w, const char *name);
const char *words_text(const struct words *w, const char *name); /* the same; NULL where absent */
/* False where it is no whole number of that range, which is told. Must be given or have a standard. */
bool words_number(int64_t *out, const struct words *w, const char *name, int64_t min, int64_t max);

/* Tell on standard error, with the command's name before it; the exit code that fits. */
enum command_end command_misuse(const struct words *w, const char *format, ...) __attribute__((format(printf, 2, 3)));
enum command_end command_refused(const struct words *w, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif

/*
 * What the client's commands share: a line to the registry, and files that they read.
 * Knows options and keys; must not know what is posted or read.
 * Invariant: talk_open succeeded or has told what is wrong.
 */
#ifndef VENTURED_EDGE_VENTURE_INT_H
#define VENTURED_EDGE_VENTURE_INT_H

#include "client.h"
#include "ventured/venture.h"

/* A line to the registry, from the options of venture_registry. */
struct talk {
    struct client client;
    struct key *key;
};

/* Anything but COMMAND_DONE was told already. `answer_bytes_max` bounds each answer. Close after COMMAND_DONE. */
enum command_end talk_open(struct talk *out, const struct words *w, size_t answer_bytes_max);
void talk_close(struct talk *s);

/* COMMAND_DONE with the text, or told. `path` "-" is standard input. */
enum command_end venture_read(struct slice *out, const struct words *w, const char *path, size_t size_max);

/* Prints a text on standard output, or on standard error. */
void venture_print(struct slice text);
void venture_warn(struct slice text);

/* Tells that no answer came, and so that nobody here knows what became of the request. */
enum command_end venture_unanswered(const struct words *w, enum fetch_end end, const struct fetch_answer *answer);

#endif

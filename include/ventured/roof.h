/*
 * The commands of the daemon and its administration.
 * Knows command.h's tables; must not know how a command does its work.
 * Invariant: a command's options are in its groups and nowhere else.
 */
#ifndef VENTURED_ROOF_H
#define VENTURED_ROOF_H

#include "ventured/command.h"

/* [registry]: where its files and its database are; the same for all commands. */
extern const struct option_group roof_registry;

/* The others are each command's own. */
extern const struct option_group roof_serve_options, roof_init_options, roof_verify_options, roof_clock_options,
    roof_totals_options, roof_key_options, roof_import_options, roof_demo_options;

enum command_end roof_serve(const struct words *w);
enum command_end roof_init(const struct words *w);
enum command_end roof_verify(const struct words *w);
enum command_end roof_rebuild(const struct words *w);
enum command_end roof_clock(const struct words *w);
enum command_end roof_totals(const struct words *w);
enum command_end roof_user(const struct words *w);
enum command_end roof_key(const struct words *w);
enum command_end roof_import(const struct words *w);
enum command_end roof_demo(const struct words *w);

#endif

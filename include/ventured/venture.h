/*
 * The commands of the client program of banks and operators.
 * Knows command.h's tables; must not know how a command does its work.
 * Invariant: a command's options are in its groups and nowhere else.
 */
#ifndef VENTURED_VENTURE_H
#define VENTURED_VENTURE_H

#include "ventured/command.h"

/* [registry]: where it is and with which key requests are signed; the same for all commands that ask it. */
extern const struct option_group venture_registry;

/* The others are each command's own. */
extern const struct option_group venture_keygen_options, venture_post_options, venture_batch_options,
    venture_check_options, venture_totals_options, venture_bank_sim_options,
    venture_replay_options;

enum command_end venture_keygen(const struct words *w);
enum command_end venture_post(const struct words *w);
enum command_end venture_batch(const struct words *w);
enum command_end venture_check(const struct words *w);
enum command_end venture_totals(const struct words *w);
enum command_end venture_bank_sim(const struct words *w);
enum command_end venture_replay(const struct words *w);

#endif

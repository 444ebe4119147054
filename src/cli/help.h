/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Help, made from the same tables that the parser uses.
 */
#ifndef SRC_CLI_HELP_H
#define SRC_CLI_HELP_H

#include "src/cli/command.h"

/* `yoake` alone: the three things most people want. */
void help_short(enum language language, struct text *out);
/* `yoake help`: every command, and the common options. */
void help_all(enum language language, int width, struct text *out);
/* `yoake help CMD` and `yoake CMD --help`. */
void help_command(const struct command *command, enum language language, int width,
                  struct text *out);
/* `yoake --version`. */
void help_version(struct text *out);

/* Manual page of a command (NULL: the overview yoake.1) in mdoc. */
void man_page(const struct command *command, enum language language, struct text *out);
/* Completion for bash. */
void completion_bash(struct text *out);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The table of sub-commands.
 */
#ifndef SRC_CLI_REGISTRY_H
#define SRC_CLI_REGISTRY_H

#include <stddef.h>

#include "src/cli/command.h"

size_t command_count(void);
const struct command *command_at(size_t i);
const struct command *command_find(const char *name); /* NULL when unknown */
/* Says that there is none of that name and which ones may be meant; returns EXIT_USAGE. */
int command_unknown(const struct cli *cli, const char *name);

#endif

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
/* Up to three names that may be meant by a mistyped one; returns how many. */
size_t command_nearest(const char *name, struct text *out);

#endif

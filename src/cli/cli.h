/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From main() to a command: surroundings (language, terminal, signals), options, help.
 */
#ifndef SRC_CLI_CLI_H
#define SRC_CLI_CLI_H

#include "src/cli/command.h"

/* The whole program; returns the exit code. */
int cli_main(int argc, char **argv);

/* What is known before the command line is read. */
void cli_init(struct cli *cli);
/* Takes what the command line says (--zone, --lang, --store, --json, ...). store_path is owned
 * by cli afterwards. errors: YK_ERR_ARGUMENT, YK_ERR_MEMORY */
enum yk_status cli_take_options(struct cli *cli, const struct options *options,
                                struct failure *why);
void cli_release(struct cli *cli);

/* Whether the environment's character set is UTF-8: named so, or nothing is said at all. */
bool cli_is_utf8(const char *lc_all, const char *lc_ctype, const char *lang);
/* LC_ALL before LC_MESSAGES before LANG, as POSIX has it. */
enum language cli_language(const char *lc_all, const char *lc_messages, const char *lang);

#endif

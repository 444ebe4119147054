/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The command line of one command, checked against its table of options. Reading the values is
 * declared in command.h.
 *
 * The value_name of an OPTION_INTEGER or OPTION_NUMBER may carry its range: "N:1..256" is shown
 * as N and refuses anything outside, "N:0.." has no upper end. An option whose English text is
 * NULL works but is not shown.
 */
#ifndef SRC_CLI_OPTIONS_H
#define SRC_CLI_OPTIONS_H

#include "src/cli/command.h"

/* The options every command has (zone, lang, store, json, quiet, verbose, no-progress, help).
 */
extern const struct option_spec options_common[];

/* Reads argv[1..argc-1] (argv[0] is ignored; argv may be put into another order). Keeps
 * pointers into argv. A command with verbs must be given one of them first; the verb is operand
 * 0 and counts in min_operands and max_operands. With --help or -h, operands are not counted.
 * errors: YK_ERR_ARGUMENT YK_ERR_MEMORY */
enum yk_status options_parse(const struct command *command, int argc, char **argv,
                             struct options **out, struct failure *why);
void options_free(struct options *self); /* accepts NULL */

/* "N:1..256" -> the part before the colon; has_range and the ends (infinite when open). */
struct option_range {
    char name[32];
    bool has_range;
    double min, max;
};
void option_range_of(const struct option_spec *spec, struct option_range *out);
/* What an option does, its range, and whether it may be repeated. */
void option_add_meaning(const struct option_spec *spec, enum language language,
                        struct text *out);
/* The i-th option in the order of --help: the command's own, then the common ones it does not
 * define itself. NULL: end. command may be NULL. */
const struct option_spec *option_at(const struct command *command, size_t i);
bool option_is_common(const struct option_spec *spec);

#endif

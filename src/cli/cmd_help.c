/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * yoake help: all commands, one command, and, for `make man`, manual pages and completion.
 */
#include "src/cli/help.h"
#include "src/cli/registry.h"

static const struct option_spec option_table[] = {
    {"man", 0, OPTION_FLAG, NULL, NULL, NULL},
    {"completion", 0, OPTION_FLAG, NULL, NULL, NULL},
    OPTION_LAST};

static int run(struct cli *cli)
{
    const char *name = options_operand(cli->options, 0);
    const struct command *command = name != NULL ? command_find(name) : NULL;
    struct text out;
    text_init(&out);
    int code = EXIT_DONE;
    if (name != NULL && command == NULL) {
        code = command_unknown(cli, name);
    } else if (options_has(cli->options, "completion")) {
        completion_bash(&out);
    } else if (options_has(cli->options, "man")) {
        man_page(command, cli->language, &out);
    } else if (command != NULL) {
        help_command(command, cli->language, cli->columns, &out);
    } else {
        help_all(cli->language, cli->columns, &out);
    }
    struct failure why;
    return cli_put_text(&out, &why) == YK_OK ? code : cli_fail(cli, &why);
}

const struct command command_help = {
    .name = "help",
    .operands = "[COMMAND]",
    .ja = "コマンドの一覧、またはひとつのコマンドの説明",
    .en = "list the commands, or explain one of them",
    .examples = "yoake help review",
    .options = option_table,
    .min_operands = 0,
    .max_operands = 1,
    .run = run,
};

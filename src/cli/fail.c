/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What went wrong, said twice: a sentence for people chosen by the code, then the exact one.
 */
#include <stdarg.h>
#include <stdio.h>

#include "src/base/translate.h"
#include "src/cli/command.h"

static const struct {
    enum text_id text;
    int exit_code;
} table[] = {
    [YK_OK] = {TEXT_fail_other, EXIT_FAILED},
    [YK_END] = {TEXT_fail_other, EXIT_FAILED},
    [YK_ERR_ARGUMENT] = {TEXT_fail_argument, EXIT_USAGE},
    [YK_ERR_MEMORY] = {TEXT_fail_memory, EXIT_FAILED},
    [YK_ERR_IO] = {TEXT_fail_io, EXIT_FAILED},
    [YK_ERR_NO_DEVICE] = {TEXT_fail_no_device, EXIT_FAILED},
    [YK_ERR_BUSY] = {TEXT_fail_busy, EXIT_FAILED},
    [YK_ERR_ACCESS] = {TEXT_fail_access, EXIT_FAILED},
    [YK_ERR_TIMEOUT] = {TEXT_fail_timeout, EXIT_FAILED},
    [YK_ERR_PROTOCOL] = {TEXT_fail_protocol, EXIT_FAILED},
    [YK_ERR_UNSUPPORTED] = {TEXT_fail_unsupported, EXIT_FAILED},
    [YK_ERR_CORRUPT] = {TEXT_fail_corrupt, EXIT_FAILED},
    [YK_ERR_TOO_LITTLE] = {TEXT_fail_too_little, EXIT_FAILED},
    [YK_ERR_CONFLICT] = {TEXT_fail_conflict, EXIT_FAILED},
    [YK_ERR_STORE] = {TEXT_fail_store, EXIT_FAILED},
    [YK_ERR_CANCELLED] = {TEXT_fail_cancelled, EXIT_CANCELLED},
};

const char *cli_say(const struct cli *cli, const char *ja, const char *en)
{
    return cli->language == LANGUAGE_JA ? ja : en;
}

void cli_put_line(FILE *out, const char *front, const char *line)
{
    struct text plain;
    text_init(&plain);
    text_add_plain(&plain, line);
    fprintf(out, "%s%s\n", front, text_string(&plain)); /* without memory: what there is */
    text_release(&plain);
}

void cli_put_failure(FILE *out, const struct cli *cli, const char *front, const char *sentence)
{
    struct text said;
    text_init(&said);
    text_add_translated(&said, cli->language, sentence);
    cli_put_line(out, front, said.is_short ? sentence : text_string(&said));
    text_release(&said);
}

int cli_fail(const struct cli *cli, const struct failure *why)
{
    struct text said;
    text_init(&said);
    text_add_translated(&said, cli->language, why->text);
    int code = cli_fail_as(cli, why, said.is_short ? why->text : text_string(&said));
    text_release(&said);
    return code;
}

int cli_fail_as(const struct cli *cli, const struct failure *why, const char *said)
{
    if (cli->outcome != NULL) {
        cli->outcome->why = *why;
    }
    size_t code = (size_t)why->code < sizeof table / sizeof table[0] ? (size_t)why->code : 0;
    fflush(stdout);
    fprintf(stderr, "yoake: %s\n", i18n(cli->language, table[code].text));
    if (code != YK_ERR_CANCELLED && said[0] != '\0') {
        cli_put_line(stderr, "  ", said);
    }
    return table[code].exit_code;
}

int cli_usage(const struct cli *cli, const char *fmt, ...)
{
    struct failure why = {.code = YK_ERR_ARGUMENT};
    va_list args;
    va_start(args, fmt);
    vsnprintf(why.text, sizeof why.text, fmt, args);
    va_end(args);
    if (cli->outcome != NULL) {
        cli->outcome->why = why;
    }
    fflush(stdout);
    fprintf(stderr, "yoake%s%s: ", cli->command != NULL ? " " : "",
            cli->command != NULL ? cli->command->name : "");
    cli_put_failure(stderr, cli, "", why.text);
    fprintf(stderr, "  %s yoake %s%s\n", i18n(cli->language, TEXT_usage_see),
            cli->command != NULL ? cli->command->name : "help",
            cli->command != NULL ? " --help" : "");
    return EXIT_USAGE;
}

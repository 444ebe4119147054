/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reading the options that name a page and its date.
 */
#include "src/cli/report_cli.h"

enum yk_status cli_page_path(const struct cli *cli, const char **path, enum canvas_kind *kind,
                             struct failure *why)
{
    *path = options_text(cli->options, "output");
    if (*path == NULL) {
        return failure_set(why, YK_ERR_ARGUMENT, "-o FILE.pdf: say where to write it");
    }
    if (!canvas_kind_of(*path, kind)) {
        return failure_set(why, YK_ERR_ARGUMENT,
                           "-o %.120s: the name ends in .pdf, .svg or .png", *path);
    }
    return YK_OK;
}

enum yk_status cli_page_date(const struct cli *cli, const char *option, struct civil_date *out,
                             struct failure *why)
{
    const char *said = options_text(cli->options, option);
    *out = (struct civil_date){0};
    if (said != NULL && !civil_parse(said, out)) {
        return failure_set(why, YK_ERR_ARGUMENT,
                           "--%s %.40s: a date is written like 2026-05-12", option, said);
    }
    return YK_OK;
}

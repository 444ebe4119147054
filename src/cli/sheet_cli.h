/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The pages of `yoake sheet` that have a file of their own.
 */
#ifndef SRC_CLI_SHEET_CLI_H
#define SRC_CLI_SHEET_CLI_H

#include "src/cli/report_cli.h"

/* The overview of a batch folder, with --each a page for each recording; or the page of one
 * result file. errors: YK_ERR_ARGUMENT, YK_ERR_TOO_LITTLE, those of reading and writing */
enum yk_status sheet_quality(struct cli *cli, struct cli_page *page, struct failure *why);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the pages of yoake sheet share.
 */
#ifndef SRC_CLI_SHEET_CLI_H
#define SRC_CLI_SHEET_CLI_H

#include "src/cli/report_cli.h"

struct sheet_request {
    const char *path; /* to write */
    enum canvas_kind kind;
    struct civil_date date; /* month 0: not said */
};

/* A canvas for the request. errors: those of canvas_open() */
enum yk_status sheet_open(const struct cli *cli, const struct sheet_request *request,
                          const char *title, double width_mm, double height_mm,
                          struct canvas **out, struct failure *why);

/* The overview of a batch folder, with --each a page for each recording; or the page of one
 * result file. errors: YK_ERR_ARGUMENT, YK_ERR_TOO_LITTLE, those of reading and writing */
enum yk_status sheet_quality(struct cli *cli, struct sheet_request *request,
                             struct failure *why);

#endif

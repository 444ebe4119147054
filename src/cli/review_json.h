/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The review as one JSON document: the same numbers, unrounded times, unknown as null.
 */
#ifndef SRC_CLI_REVIEW_JSON_H
#define SRC_CLI_REVIEW_JSON_H

#include "src/cli/command.h"
#include "src/report/review.h"

/* errors: YK_ERR_MEMORY, YK_ERR_IO */
enum yk_status review_json_write(const struct cli *cli, const struct review *review,
                                 struct failure *why);

#endif

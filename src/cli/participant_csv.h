/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Participants from and to CSV: person_id zone group.
 */
#ifndef SRC_CLI_PARTICIPANT_CSV_H
#define SRC_CLI_PARTICIPANT_CSV_H

#include "src/cli/command.h"
#include "src/store/persons.h"

/* Adds everybody of the file who is not there: nobody when a cell is wrong, unless --keep-good.
 * Somebody who is there with another zone or group is a wrong cell. Returns an exit code. */
int participant_csv_add(struct cli *cli, struct store *store, const char *path);

/* To standard output; reading it again changes nothing. errors: YK_ERR_MEMORY */
enum yk_status participant_csv_write(const struct person *people, size_t n,
                                     struct failure *why);

#endif

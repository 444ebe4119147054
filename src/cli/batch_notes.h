/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What batch and merge say alike of the recordings in their tables.
 */
#ifndef SRC_CLI_BATCH_NOTES_H
#define SRC_CLI_BATCH_NOTES_H

#include "src/pipeline/batch.h"

/* What of the tables deserves a look, why the exit status is 4, and that quality.csv has it; in
 * front of that name: place and slash. */
void batch_notes_say(const struct batch_totals *t, const char *place, const char *slash,
                     bool ja);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a table that nothing explains probably is. A guess is a .ini, for a person to look at:
 * it is never used for an analysis before it lies beside the file.
 */
#ifndef FIRMWARE_FORMATS_TABLE_GUESS_H
#define FIRMWARE_FORMATS_TABLE_GUESS_H

#include "src/base/byte_source.h"
#include "src/base/text.h"

/* Appends the lines of a .ini (docs/formats/epoch-csv.md) with comments that say why.
 *
 * errors  YK_ERR_UNSUPPORTED: nothing sensible can be guessed, with what is in the way; where
 * that is only the order of day and month, ini has both readings as comments
 *         YK_ERR_MEMORY, YK_ERR_IO
 */
enum yk_status table_guess(struct byte_source *bytes, struct text *ini, struct failure *why);

#endif

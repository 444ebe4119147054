/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Checksums of finished files, in the form that `sha256sum -c` reads: a line "HASH  NAME" each,
 * names below the folder of the list, and a last line "# sha256 HASH" over all lines before it,
 * so that damage of the list itself is told from damage of a file.
 */
#ifndef SRC_PIPELINE_SUMS_H
#define SRC_PIPELINE_SUMS_H

#include "src/base/digest.h"
#include "src/base/text.h"

#define SUMS_FILE "SHA256SUMS"

void sums_add(struct text *lines, const char *hex, const char *name);
/* The same for folder/name, whose content is hashed. */
enum yk_status sums_add_file(struct text *lines, const char *folder, const char *name,
                             struct failure *why);
/* Adds the last line and writes the list: whole or not at all. */
enum yk_status sums_write(const char *path, struct text *lines, struct failure *why);
/* Calls each for every line, in their order; NULL: only looks whether the list is whole.
 * errors: YK_ERR_NO_DEVICE (no list), YK_ERR_CORRUPT (it is not as it was written; each was not
 * called), those of each() */
enum yk_status sums_read(const char *path,
                         enum yk_status (*each)(void *user, const char *name, const char *hex,
                                                struct failure *why),
                         void *user, struct failure *why);

#endif

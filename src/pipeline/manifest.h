/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The list of a cohort's recordings: made once, then the same for every shard, however many
 * there are. `recording_id path bytes sha256 state reason from`, sorted by path.
 */
#ifndef SRC_PIPELINE_MANIFEST_H
#define SRC_PIPELINE_MANIFEST_H

#include "src/pipeline/batch_parts.h"

struct manifest_totals {
    size_t n_recordings, n_duplicates, n_unreadable;
    size_t n_left; /* files in folders that are no recordings by name and content */
    uint64_t bytes;
};

/* Finds, names and hashes the inputs of options and writes the list to path: whole or not at
 * all. errors as of batch_run() */
enum yk_status manifest_make(const struct batch_options *options, const char *path,
                             struct manifest_totals *totals, struct job *job,
                             struct failure *why);
/* Behind the list's name: the file with its checksum. */
#define MANIFEST_SUMS ".sha256"
/* YK_ERR_CORRUPT when the list is not what its checksum, where there is one, says. */
enum yk_status manifest_check(const char *path, struct failure *why);
/* Fills inputs, initialised by the caller. Paths that are not absolute count from `from`, and
 * that from the folder of the list (""; no such column: that folder itself), wherever the
 * program runs. errors: YK_ERR_ARGUMENT naming line and column */
enum yk_status manifest_read(const char *path, struct batch_inputs *out, struct failure *why);

#endif

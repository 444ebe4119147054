/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What shards made, as if one process had made it: the tables, one HDF5 file a recording,
 * cohort.sqlite, codebook and methods, byte for byte. The order in which shards ran or are
 * found plays no part, and doing it again changes nothing.
 */
#ifndef SRC_PIPELINE_MERGE_H
#define SRC_PIPELINE_MERGE_H

#include "src/pipeline/batch.h"

struct merge_options {
    const char *folder;   /* with manifest.csv and shards/ */
    const char *manifest; /* NULL: folder/manifest.csv */
    const char *output;   /* folder for the tables; may not be `folder` */
    bool is_partial;      /* tables of what is there, although recordings are missing */
};

/* Everything is checked before anything is written: the manifest's hashes, that all results
 * were made with the same settings, that two shards do not contradict each other, and every
 * HDF5 file's hash. totals->n_skipped counts what is missing. errors: YK_ERR_TOO_LITTLE
 * (recordings are missing and is_partial is not set; the sentence says how many and the first),
 * YK_ERR_CONFLICT (contradicting results, different settings), YK_ERR_CORRUPT (a file that is
 * not what was written), and those of batch_run() */
enum yk_status merge_run(const struct merge_options *options, struct batch_totals *totals,
                         struct job *job, struct failure *why);

#endif

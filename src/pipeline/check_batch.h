/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Is everything in a folder that batch wrote still true?
 */
#ifndef SRC_PIPELINE_CHECK_BATCH_H
#define SRC_PIPELINE_CHECK_BATCH_H

#include "src/store/check.h"

/* A folder with cohort.sqlite or quality.csv in it. */
bool check_is_batch(const char *folder);

/* Every CSV table against the same table in cohort.sqlite, cell by cell; every finished
 * recording's HDF5 file, which must be what was put with its row, or else open, be of that
 * input and hold as many nights; every file in recordings/ and epochs/ against the list; every
 * file against SHA256SUMS. totals: recordings, analyses, and what was found. */
enum yk_status check_batch(const char *folder, struct job *job,
                           void (*found)(void *user, const struct check_finding *finding),
                           void *user, struct check_totals *out, struct failure *why);

/* Whether a table of epochs is what the HDF5 file of its recording gives, byte for byte; so is
 * one that is not there. */
enum yk_status check_epochs(const char *series, const char *table, bool *is_same,
                            struct failure *why);

/* A folder with shards/ in it. */
bool check_is_shards(const char *folder);

/* The folder of a cohort over many machines: its manifest, every row of every shard, and every
 * HDF5 file, by their checksums; the tables of epochs by the HDF5 files. totals: recordings,
 * shards, and what was found. */
enum yk_status check_shards(const char *folder, struct job *job,
                            void (*found)(void *user, const struct check_finding *finding),
                            void *user, struct check_totals *out, struct failure *why);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Many recordings into tables: files or folders in, a folder with CSV tables, one HDF5 file a
 * recording, cohort.sqlite, codebook, methods text and log out (docs/batch.md).
 *
 * A recording that was finished before (same content, same parameters, same program) is not
 * computed again. A file that cannot be read never stops the others. The same inputs give the
 * same bytes, with any number of workers and however often the run was interrupted.
 */
#ifndef SRC_PIPELINE_BATCH_H
#define SRC_PIPELINE_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/job.h"
#include "src/pipeline/recipe.h"

struct batch_options {
    const char *const *paths; /* files or folders */
    size_t n_paths;
    /* A list that `manifest` made, in place of paths; NULL: none. Needed for shards. */
    const char *manifest;
    /* Only the recordings of shard number `shard` of n_shards, 0 based; n_shards 0: everything.
     * folder is then the shard's own (shard_folder()), and no tables are written: merge does.
     */
    unsigned shard, n_shards;
    const char *shards; /* folder of all shards: what others finished is taken; NULL */
    const char *folder; /* made when it is not there; its parent must be */
    struct recipe recipe;
    const char *zone_name;    /* --zone, or NULL */
    const char *store;        /* folder of a store that knows whose recordings they are; NULL */
    unsigned n_jobs;          /* workers, 1..256 */
    const char *participants; /* CSV, or NULL */
    const char *diary;        /* CSV, or NULL */
    bool keep_good; /* of both: take the rows that are right; else a wrong cell ends it */
    int session;    /* of a file with several: which one, 0 the first */
    bool with_epochs_csv;
    size_t max_failures; /* stop when more files than this failed; SIZE_MAX: never */
};

struct batch_totals {
    size_t n_inputs;
    size_t n_done;        /* tables hold them; those from an earlier run included */
    size_t n_resumed;     /* of these, finished in an earlier run */
    size_t n_partial;     /* done, but a part of the file is not in the tables: quality.csv */
    size_t n_overlapping; /* done; of one recorder and one time with another: quality.csv */
    size_t n_empty;       /* readable, but without a single epoch */
    size_t n_duplicates;
    size_t n_failed;
    size_t n_left; /* files in folders that were left alone: no recordings by name and content;
                      run.log has the first */
    size_t n_skipped;      /* not begun, because too many had failed */
    size_t n_rows_skipped; /* of the participants table and the diary; see keep_good */
    size_t n_nights_valid;
    size_t n_nights_twice; /* counted in several recordings of a person, in person.csv once */
    uint64_t bytes;        /* of the inputs */
    double seconds, cpu_seconds; /* of the clock; of all processors */
    size_t n_syncs;              /* times a worker waited until the disk kept something */
    bool zone_is_guess;          /* the system's zone was taken for at least one recording */
};

/* errors  YK_ERR_ARGUMENT (a wrong cell in a table, no input at all), YK_ERR_BUSY (another
 * batch works in this folder), YK_ERR_CANCELLED (what is finished is kept; run it again),
 *         YK_ERR_IO, YK_ERR_STORE, YK_ERR_MEMORY. Files that failed are no error: see totals
 * and quality.csv. totals is filled in either case. */
enum yk_status batch_run(const struct batch_options *options, struct batch_totals *totals,
                         struct job *job, struct failure *why);

/* Adds one line per input, "recording_id<tab>bytes<tab>path", in the order of the tables, and
 * writes nothing. */
enum yk_status batch_plan(const struct batch_options *options, struct text *out,
                          struct failure *why);

#endif

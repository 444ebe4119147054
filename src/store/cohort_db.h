/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * cohort.sqlite of a batch folder: what each recording gave, so that an interrupted run goes on
 * where it stopped, and, when a run is done, the tables themselves for SQL.
 *
 * One connection; calls are made by one thread at a time (the batch holds a lock).
 */
#ifndef SRC_STORE_COHORT_DB_H
#define SRC_STORE_COHORT_DB_H

#include "src/base/byte_source.h"
#include "src/base/clock.h"
#include "src/base/status.h"
#include "src/base/text.h"

struct cohort_db;

/* Rows of one recording, as they stand in the CSV tables. */
enum cohort_part {
    COHORT_RECORDING,
    COHORT_NIGHT,
    COHORT_REST,
    COHORT_DAY,
    COHORT_EVENT,
    COHORT_PART_COUNT
};

struct cohort_result {
    char recording_id[128]; /* key */
    char work_key[65];      /* hash of everything the result depends on */
    char settings_key[65]; /* hash of program, recipe, parameters and options: alike in a cohort
                            */
    char input_sha256[65];
    char h5_sha256[65]; /* of recordings/<recording_id>.h5 */
    char status[16];    /* "done", "empty" */
    char format[24], device_serial[32];
    char note[160]; /* what of the file is not in the result; "": all of it is */
    double days, valid_nights, gaps, bad_blocks;
    int64_t start_ns, end_ns;            /* TIME_UNKNOWN */
    struct text part[COHORT_PART_COUNT]; /* owned */
};

void cohort_result_init(struct cohort_result *self);
void cohort_result_release(struct cohort_result *self);

/* A table for SQL users, filled from its CSV (header row, then rows). */
struct cohort_table {
    const char *name;
    struct byte_source *csv;                 /* borrowed */
    const char *const *column, *const *type; /* as in codebook.csv */
    size_t n_columns;
};

enum cohort_use {
    COHORT_LOCAL,   /* write-ahead log: quick, for a disk of this machine */
    COHORT_NETWORK, /* rollback journal: no shared memory, for a file system that machines share
                     */
    COHORT_READ     /* changes nothing */
};

/* Opens path, or makes it (COHORT_READ: must be there, YK_ERR_NO_DEVICE).
 * errors: YK_ERR_STORE when it is damaged or not ours, YK_ERR_BUSY */
enum yk_status cohort_db_open(const char *path, enum cohort_use use, struct cohort_db **out,
                              struct failure *why);
void cohort_db_close(struct cohort_db *self); /* accepts NULL */

/* YK_END when there is none; YK_ERR_STORE when the row is not what was put. out: initialised by
 * the caller; its texts are appended to. */
enum yk_status cohort_db_get(struct cohort_db *self, const char *recording_id,
                             struct cohort_result *out, struct failure *why);
/* Replaces. When this returns YK_OK the result survives a power cut. */
enum yk_status cohort_db_put(struct cohort_db *self, const struct cohort_result *result,
                             struct failure *why);

/* Why an input of a shard gave no rows: the shard's own memory, for the merge. */
struct cohort_outcome {
    char state[16]; /* "failed", "empty", "duplicate" */
    int code;       /* enum yk_status */
    char reason[256];
    char sha256[65], format[24], device_serial[32];
    double days, bad_blocks;
};
/* Keeps what came of the input at path; outcome NULL takes it away. */
enum yk_status cohort_db_note(struct cohort_db *self, const char *path,
                              const struct cohort_outcome *outcome, struct failure *why);
/* YK_END when there is none; YK_ERR_STORE when it is not what was noted. */
enum yk_status cohort_db_outcome(struct cohort_db *self, const char *path,
                                 struct cohort_outcome *out, struct failure *why);

/* Puts a new file in the place of path, which must be closed: the results named (sorted by id)
 * from the old one, and the tables. The same content gives the same bytes. The old file stays
 * until the new one is complete. */
enum yk_status cohort_db_publish(const char *path, const char *const *recording_ids,
                                 size_t n_ids, const struct cohort_table *tables,
                                 size_t n_tables, struct failure *why);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A diary as people keep it, in a table:
 *
 *   person_id night_date inbed_ts lights_out_ts wake_ts outbed_ts
 *   nap_start_ts nap_end_ts off_start_ts off_end_ts rested note
 *
 * UTF-8 or CP932; dates ISO or 2026/5/12; empty = unknown. A time may be a whole time stamp or
 * a clock time alone: night_date, the date of the evening, then decides the day (from noon on
 * the evening itself, before noon the morning after; 24:30 and 25:10 are past midnight).
 * Further rows of the same night add naps and times without the recorder.
 */
#ifndef SRC_PIPELINE_DIARY_CSV_H
#define SRC_PIPELINE_DIARY_CSV_H

#include <stdbool.h>

#include "src/base/byte_source.h"
#include "src/base/zone.h"
#include "src/model/diary.h"

struct diary_read_options {
    const struct zone *zone; /* of the clock times */
    const char *person_id;   /* for tables without a person_id column; may be NULL */
    bool keep_good;          /* take what is right and count the rest, else all or nothing */
    struct failure
        *first_wrong; /* keep_good: set to why the first was not taken; may be NULL */
};

/* bytes      borrowed
 * out        initialised by the caller; on success sorted by person and night; untouched when
 *            the first wrong cell refuses the table
 * n_skipped  rows not taken (always 0 without keep_good); may be NULL
 * errors     YK_ERR_ARGUMENT naming file, line, column, value and what would be right;
 *            YK_ERR_CONFLICT when two rows of a night contradict; YK_ERR_MEMORY, YK_ERR_IO
 */
enum yk_status diary_read(struct byte_source *bytes, const struct diary_read_options *options,
                          struct diary *out, uint64_t *n_skipped, struct failure *why);

/* The same from a path. */
enum yk_status diary_read_file(const char *path, const struct diary_read_options *options,
                               struct diary *out, uint64_t *n_skipped, struct failure *why);

#endif

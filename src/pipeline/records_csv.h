/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Records from and to CSV, for every kind alike: UTF-8 or CP932 in, UTF-8 out, dates as ISO or
 * 2026/5/12, empty = unknown.
 */
#ifndef SRC_PIPELINE_RECORDS_CSV_H
#define SRC_PIPELINE_RECORDS_CSV_H

#include "src/base/byte_source.h"
#include "src/store/records.h"

struct records_csv_options {
    const char
        *zone_name;     /* of clock times; NULL: the participant's, the store's, the system's */
    const char *person; /* for tables without a person_id column; may be NULL */
    bool keep_good;     /* take what is right and count the rest, else all or nothing */
};

struct records_csv_counts {
    uint64_t n_new, n_same, n_wrong; /* rows: added, there already, not taken (keep_good) */
    struct failure first_wrong;      /* keep_good: the first sentence */
};

/* The zone for the clock times of a participant (NULL: of nobody): named, else the
 * participant's, the store's, the system's. *out is closed by zone_close(). */
enum yk_status records_zone(struct store *store, const char *named, const char *person,
                            struct zone **out, struct failure *why);

/* Adds every row, in one transaction. errors: YK_ERR_ARGUMENT and YK_ERR_CONFLICT naming file,
 * line, column, value and what would be right; YK_ERR_MEMORY, YK_ERR_IO */
enum yk_status records_csv_read(struct store *store, const struct record_kind *kind,
                                struct byte_source *bytes,
                                const struct records_csv_options *options,
                                struct records_csv_counts *counts, struct failure *why);
enum yk_status records_csv_read_file(struct store *store, const struct record_kind *kind,
                                     const char *path,
                                     const struct records_csv_options *options,
                                     struct records_csv_counts *counts, struct failure *why);

/* Header and n records as CSV, appended to out. Reading it again changes nothing. */
enum yk_status records_csv_write(struct store *store, const struct record_kind *kind,
                                 const char *zone_name, const void *rows, size_t n,
                                 struct text *out, struct failure *why);

#endif

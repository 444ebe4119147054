/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the columns of an epoch table mean: from their names, and from the small description
 * that may lie beside the file (NAME.ini). docs/formats/epoch-csv.md lists both.
 */
#ifndef FIRMWARE_FORMATS_EPOCH_CSV_PLAN_H
#define FIRMWARE_FORMATS_EPOCH_CSV_PLAN_H

#include "src/base/csv.h"
#include "src/model/epochs.h"

struct epoch_csv_value {
    size_t field; /* column of the file */
    enum epoch_column column;
    double factor;    /* file's unit to ours */
    bool is_by_alias; /* recognised, not named exactly: the reader says so in its report */
};

struct epoch_csv_declared { /* one line of [columns] */
    char name[64], target[32], unit[16];
    bool is_used;
};

#define EPOCH_CSV_DECLARED_MAX 64

struct epoch_csv_flag { /* a column of 0 and 1 that sets bits of the state */
    size_t field;
    uint16_t bits;
};

#define EPOCH_CSV_FLAGS 3 /* off_wrist, nonwear, unknown */

struct epoch_csv_plan {
    /* said beside the file; "" or 0 when not */
    char start[48], time_format[48], zone[48], person_id[64], device_model[32],
        device_serial[32];
    char timestamp_name[64], date_name[64], time_name[64], step_name[64];
    char separator; /* 0: find out */
    int32_t epoch_s;
    struct epoch_csv_declared declared[EPOCH_CSV_DECLARED_MAX];
    size_t n_declared;

    /* found in the header; CSV_NONE when there is none */
    size_t timestamp, date, time, step, state;
    struct epoch_csv_flag flag[EPOCH_CSV_FLAGS];
    bool timestamp_is_unix_ns;
    struct epoch_csv_value value[EPOCH_COLUMN_COUNT];
    size_t n_values;
};

void epoch_csv_plan_init(struct epoch_csv_plan *self);

/* Takes what an .ini says; bytes stay the caller's. Unknown keys and values that have no
 * meaning are errors with the line (YK_ERR_ARGUMENT); more than 64 KiB is refused. */
enum yk_status epoch_csv_plan_read_ini(struct epoch_csv_plan *self, struct byte_source *bytes,
                                       struct failure *why);

/* Finds the columns in the header that csv has read. Fails (YK_ERR_UNSUPPORTED) when there is
 * no value column, or a declared one is missing, or two columns mean the same. */
enum yk_status epoch_csv_plan_columns(struct epoch_csv_plan *self, const struct csv *csv,
                                      struct failure *why);

#endif

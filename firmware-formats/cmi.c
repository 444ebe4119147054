/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Angle and ENMO series as published by the Child Mind Institute: .csv, one table for many
 * recordings.
 *
 *     series_id,step,timestamp,anglez,enmo
 *     038441c925bb,0,2018-08-14T15:30:00-0400,2.6367,0.0217
 *
 * 5-s epochs, the angle in degrees, ENMO in g. The recording that is read is the first, or the
 * k-th that is asked for (--session); how many there are is counted while reading.
 */
#include <string.h>

#include "firmware-formats/epoch_csv_plan.h"
#include "firmware-formats/format.h"

static const struct table_name names[] = {
    {"series_id", TABLE_SERIES, EPOCH_ENMO_MG, 1},
    {"step", TABLE_STEP, EPOCH_ENMO_MG, 1},
    {"timestamp", TABLE_TIMESTAMP, EPOCH_ENMO_MG, 1},
    {"anglez", TABLE_VALUE, EPOCH_ANGLE_Z_DEG, 1},
    {"enmo", TABLE_VALUE, EPOCH_ENMO_MG, 1000},
    {NULL, TABLE_VALUE, EPOCH_ENMO_MG, 1},
};

static enum yk_status cmi_describe(struct epoch_csv_plan *plan, struct csv *csv,
                                   struct failure *why)
{
    const struct csv_row *row = NULL;
    enum yk_status status = csv_next(csv, &row, why);
    if (status == YK_OK) {
        plan->table_at = row->offset;
        plan->table_line = row->line;
    }
    return status == YK_END ? failure_set(why, YK_ERR_TOO_LITTLE, "the table has no rows")
                            : status;
}

static const struct table_kind cmi_table = {
    .id = "cmi",
    .counts = COUNT_KIND_UNKNOWN,
    .separator = ',',
    .names = names,
    .describe = cmi_describe,
};

static int cmi_probe(struct byte_source *bytes)
{
    char head[256];
    size_t n = 0;
    struct csv *csv = NULL;
    if (byte_source_read_at(bytes, 0, head, sizeof head, &n, NULL) != YK_OK ||
        memmem(head, n, "series_id", 9) == NULL || csv_open(bytes, ',', &csv, NULL) != YK_OK) {
        return 0;
    }
    bool is_it = csv_read_header(csv, NULL) == YK_OK &&
                 csv_find(csv, "series_id") != CSV_NONE &&
                 (csv_find(csv, "anglez") != CSV_NONE || csv_find(csv, "enmo") != CSV_NONE);
    csv_close(csv);
    return is_it ? 95 : 0;
}

static enum yk_status cmi_open(struct byte_source *bytes, const struct open_options *opt,
                               struct recording_source **out, struct failure *why)
{
    return table_open(&cmi_table, bytes, opt, out, why);
}

static const char *const suffixes[] = {"csv", NULL};
const struct format format_cmi = {
    .id = "cmi",
    .name = "angle and ENMO series (.csv)",
    .maker = "Child Mind Institute",
    .suffix = suffixes,
    .probe = cmi_probe,
    .open = cmi_open,
};

/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Daqtometer (Daqtix): .csv.
 *
 *     Start: 2000-01-27 19:00:00 GMT
 *     End: 2000-01-28 06:59:59 GMT
 *     Serial number:,ID,ID
 *     Name:,Accelleration X+Y,Light       (as the maker spells it)
 *     Store rate:,1,1                     seconds an epoch
 *     Binning mode:,Sum,Average
 *     2000-01-27 19:00:00,26,53           x: missing
 *
 * Where the header says GMT the rows are in UTC, unless a zone is named for the file.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "firmware-formats/epoch_csv_plan.h"
#include "firmware-formats/format.h"
#include "firmware-formats/timestamp.h"
#include "src/base/text.h"

#define COLUMNS 8

static const struct table_name names[] = {
    {"time", TABLE_TIMESTAMP, EPOCH_COUNTS, 1},
    {"counts", TABLE_VALUE, EPOCH_COUNTS, 1},
    {"light", TABLE_VALUE, EPOCH_LIGHT, 1},
    {"temperature", TABLE_VALUE, EPOCH_TEMPERATURE_C, 1},
    {NULL, TABLE_VALUE, EPOCH_COUNTS, 1},
};

struct header {
    const char *column[COLUMNS];
    struct timestamp start, end;
    bool has_start, has_end, is_gmt;
};

/* "Start: 2000-01-27 19:00:00 GMT" */
static bool read_time(const char *text, const char *label, struct timestamp *out, bool *is_gmt)
{
    size_t n = strlen(label);
    if (strncasecmp(text, label, n) != 0) {
        return false;
    }
    char time[32];
    snprintf(time, sizeof time, "%.31s", text + n + strspn(text + n, " "));
    char *zone = strstr(time, " GMT");
    if (zone != NULL) {
        *zone = '\0';
        *is_gmt = true;
    }
    return timestamp_parse(time, NULL, out);
}

/* What a channel of that name holds; "": nothing that is kept. */
static const char *column_of(const char *name)
{
    return strncasecmp(name, "Accel", 5) == 0 || strncasecmp(name, "Activ", 5) == 0 ? "counts"
           : strncasecmp(name, "Light", 5) == 0                                     ? "light"
           : strncasecmp(name, "Temp", 4) == 0 ? "temperature"
                                               : "";
}

static void read_line(struct epoch_csv_plan *plan, const struct csv_row *row,
                      struct header *header)
{
    const char *label = csv_field(row, 0), *value = csv_field(row, 1);
    int64_t seconds = 0;
    header->has_start =
        header->has_start || read_time(label, "Start:", &header->start, &header->is_gmt);
    header->has_end =
        header->has_end || read_time(label, "End:", &header->end, &header->is_gmt);
    if (strcmp(label, "Serial number:") == 0) {
        snprintf(plan->device_serial, sizeof plan->device_serial, "%.31s", value);
    } else if (strcmp(label, "Name:") == 0) {
        for (size_t i = 1; i < COLUMNS && i < row->n; i++) {
            header->column[i] = column_of(row->field[i]);
        }
    } else if (strcmp(label, "Store rate:") == 0 &&
               text_parse_int64(value, strlen(value), &seconds) && seconds >= 1 &&
               seconds <= 86400) {
        plan->epoch_s = (int32_t)seconds;
    }
}

static enum yk_status dqt_describe(struct epoch_csv_plan *plan, struct csv *csv,
                                   struct failure *why)
{
    struct header header = {.column = {"time", "counts", "", "", "", "", "", ""}};
    const struct csv_row *row = NULL;
    struct timestamp first;
    enum yk_status status = YK_OK;
    bool is_row = false;
    while (!is_row && (status = csv_next(csv, &row, why)) == YK_OK) {
        is_row = row->n > 1 && timestamp_parse(csv_field(row, 0), NULL, &first);
        if (!is_row) {
            read_line(plan, row, &header);
        }
    }
    if (status != YK_OK) {
        return status == YK_END
                   ? failure_set(why, YK_ERR_TOO_LITTLE, "a header and not a single epoch")
                   : status;
    }
    plan->table_at = row->offset;
    plan->table_line = row->line;
    plan->has_no_header = true;
    snprintf(plan->missing, sizeof plan->missing, "x");
    snprintf(plan->device_model, sizeof plan->device_model, "Daqtometer");
    if (header.is_gmt) {
        snprintf(plan->zone, sizeof plan->zone, "UTC");
        epoch_csv_plan_remark(plan, "the header says GMT: rows are in UTC, no clock changes");
    }
    if (header.has_start && header.has_end && plan->epoch_s > 0) {
        int64_t span = timestamp_local_ns(&header.end) - timestamp_local_ns(&header.start);
        plan->epochs_declared = span >= 0 ? span / (plan->epoch_s * NS_PER_S) + 1 : 0;
    }
    return csv_set_header(csv, header.column, row->n < COLUMNS ? row->n : COLUMNS, why);
}

static const struct table_kind dqt_table = {
    .id = "dqt",
    .counts = COUNT_KIND_DAQTOMETER,
    .separator = ',',
    .names = names,
    .describe = dqt_describe,
};

static int dqt_probe(struct byte_source *bytes)
{
    char head[513];
    size_t n = 0;
    if (byte_source_read_at(bytes, 0, head, sizeof head - 1, &n, NULL) != YK_OK) {
        return 0;
    }
    head[n] = '\0';
    return strncmp(head, "Start:", 6) == 0 && strstr(head, "\nEnd:") != NULL &&
                   strstr(head, "\nSerial number:") != NULL
               ? 95
               : 0;
}

static enum yk_status dqt_open(struct byte_source *bytes, const struct open_options *opt,
                               struct recording_source **out, struct failure *why)
{
    return table_open(&dqt_table, bytes, opt, out, why);
}

static const char *const suffixes[] = {"csv", NULL};
const struct format format_dqt = {
    .id = "dqt",
    .name = "Daqtometer (.csv)",
    .maker = "Daqtix",
    .suffix = suffixes,
    .probe = dqt_probe,
    .open = dqt_open,
};

/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * ActiGraph tables: .csv as ActiLife exports them, of epochs (here) or of samples
 * (actigraph_samples.c). docs/formats/actigraph-csv.md.
 *
 *     ------------ Data File Created By ActiGraph GT3X+ ActiLife v6.13.3 ... -----------
 *     Serial Number: ...   Start Time 08:58:00   Start Date 2/14/2019   Epoch Period ...
 *     --------------------------------------------------
 *     names (or not: then the mode number says which columns there are)
 *     rows
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "firmware-formats/actigraph_samples.h"
#include "firmware-formats/byte_window.h"
#include "firmware-formats/epoch_csv_plan.h"
#include "firmware-formats/timestamp.h"
#include "src/base/utf8.h"

static const struct table_name names[] = {
    {"timestamp", TABLE_TIMESTAMP, EPOCH_COUNTS, 1},
    {"date", TABLE_DATE, EPOCH_COUNTS, 1},
    {"time", TABLE_TIME, EPOCH_COUNTS, 1},
    {"epoch", TABLE_TIME, EPOCH_COUNTS, 1},
    {"axis1", TABLE_VALUE, EPOCH_COUNTS_Y, 1},
    {"axis 1", TABLE_VALUE, EPOCH_COUNTS_Y, 1},
    {"activity", TABLE_VALUE, EPOCH_COUNTS_Y, 1},
    {"activity (vertical)", TABLE_VALUE, EPOCH_COUNTS_Y, 1},
    {"axis2", TABLE_VALUE, EPOCH_COUNTS_X, 1},
    {"axis 2", TABLE_VALUE, EPOCH_COUNTS_X, 1},
    {"activity (horizontal)", TABLE_VALUE, EPOCH_COUNTS_X, 1},
    {"axis3", TABLE_VALUE, EPOCH_COUNTS_Z, 1},
    {"axis 3", TABLE_VALUE, EPOCH_COUNTS_Z, 1},
    {"3rd axis", TABLE_VALUE, EPOCH_COUNTS_Z, 1},
    {"steps", TABLE_VALUE, EPOCH_STEPS, 1},
    {"hr", TABLE_VALUE, EPOCH_HEART_RATE_BPM, 1},
    {"heart rate", TABLE_VALUE, EPOCH_HEART_RATE_BPM, 1},
    {"lux", TABLE_VALUE, EPOCH_LIGHT, 1},
    {"incline off", TABLE_VALUE, EPOCH_INCLINE_OFF_S, 1},
    {"inclineoff", TABLE_VALUE, EPOCH_INCLINE_OFF_S, 1},
    {"inclinometer off", TABLE_VALUE, EPOCH_INCLINE_OFF_S, 1},
    {"incline standing", TABLE_VALUE, EPOCH_INCLINE_STANDING_S, 1},
    {"inclinestanding", TABLE_VALUE, EPOCH_INCLINE_STANDING_S, 1},
    {"inclinometer standing", TABLE_VALUE, EPOCH_INCLINE_STANDING_S, 1},
    {"incline sitting", TABLE_VALUE, EPOCH_INCLINE_SITTING_S, 1},
    {"inclinesitting", TABLE_VALUE, EPOCH_INCLINE_SITTING_S, 1},
    {"inclinometer sitting", TABLE_VALUE, EPOCH_INCLINE_SITTING_S, 1},
    {"incline lying", TABLE_VALUE, EPOCH_INCLINE_LYING_S, 1},
    {"inclinelying", TABLE_VALUE, EPOCH_INCLINE_LYING_S, 1},
    {"inclinometer lying", TABLE_VALUE, EPOCH_INCLINE_LYING_S, 1},
    {"inclinometer", TABLE_VALUE, EPOCH_INCLINOMETER, 1},
    {NULL, TABLE_VALUE, EPOCH_COUNTS, 1},
};

/* ---- epochs ---- */

/* Columns by the bits of the mode number, in the order ActiLife writes them. */
static size_t columns_of_mode(int mode, bool has_more_inclines, const char *out[static 12])
{
    size_t n = 0;
    out[n++] = "axis1";
    if ((mode & 4) != 0) {
        out[n++] = "axis2";
        if ((mode & 8) != 0) {
            out[n++] = "axis3";
        }
    }
    if ((mode & 1) != 0) {
        out[n++] = "steps";
    }
    if ((mode & 2) != 0) {
        out[n++] = "hr";
    }
    if ((mode & 16) != 0) {
        out[n++] = "lux";
    }
    if ((mode & 32) != 0 && !has_more_inclines) {
        out[n++] = "inclinometer";
    } else if ((mode & 32) != 0) {
        out[n++] = "inclineoff";
        out[n++] = "inclinestanding";
        out[n++] = "inclinesitting";
        out[n++] = "inclinelying";
    }
    return n;
}

/* A row as the line it was. */
static void join_row(const struct csv_row *row, char *out, size_t room)
{
    size_t used = 0;
    for (size_t i = 0; i < row->n && used + 2 < room; i++) {
        int n = snprintf(out + used, room - used, "%s%s", i > 0 ? "," : "", row->field[i]);
        used += n > 0 ? (size_t)n : 0;
    }
}

static enum yk_status read_header(struct actigraph_csv_header *header, struct csv *csv,
                                  const struct csv_row **row, struct failure *why)
{
    enum yk_status status = YK_OK;
    actigraph_csv_header_init(header);
    while (!header->is_over && (status = csv_next(csv, row, why)) == YK_OK) {
        char line[512];
        join_row(*row, line, sizeof line);
        actigraph_csv_header_line(header, line, strlen(line));
    }
    if (status == YK_OK) {
        status = csv_next(csv, row, why); /* names, or the first row */
    }
    return status == YK_END
               ? failure_set(why, YK_ERR_TOO_LITTLE, "an ActiGraph header and not a single row")
               : status;
}

/* Where the rows' times come from, and what their dates look like. Names were read. */
static enum yk_status look_at_times(struct epoch_csv_plan *plan, struct csv *csv,
                                    const struct actigraph_csv_header *header,
                                    struct failure *why)
{
    size_t at = csv_find(csv, "timestamp"), date = csv_find(csv, "date"),
           time = csv_find(csv, "time");
    time = time == CSV_NONE ? csv_find(csv, "epoch") : time;
    struct date_evidence seen;
    char sample[DATE_SAMPLE_BYTES];
    if (at == CSV_NONE && (date == CSV_NONE || time == CSV_NONE)) {
        return YK_OK;
    }
    date_evidence_init(&seen);
    enum yk_status status = date_evidence_scan(&seen, csv, at != CSV_NONE ? at : date,
                                               at != CSV_NONE ? CSV_NONE : time, sample, why);
    if (status != YK_OK) {
        return status;
    }
    const size_t length = strlen(sample);
    bool has_z = length > 0 && sample[length - 1] == 'Z';
    sample[has_z ? length - 1 : length] = '\0';
    char *t = strchr(sample, 'T');
    enum date_order order = date_evidence_order(&seen);
    if (order == DATE_UNDECIDED) {
        char readings[DATE_READINGS_BYTES];
        order = actigraph_csv_order(header);
        date_evidence_readings(&seen, order, readings);
        epoch_csv_plan_remark(plan, "as date format %.8s: %s", header->date_format, readings);
    }
    if (t != NULL) {
        *t = ' ';
    }
    if (!date_order_pattern(sample, order, plan->time_format, sizeof plan->time_format - 2)) {
        return failure_set(why, YK_ERR_UNSUPPORTED, "'%.*s' is no date and time",
                           utf8_shown(sample, 40), sample);
    }
    char *blank = strchr(plan->time_format, ' ');
    if (t != NULL && blank != NULL) {
        *blank = 'T';
    }
    if (has_z) { /* ActiLife's Z is the recorder's own clock */
        char with_z[sizeof plan->time_format + 1];
        snprintf(with_z, sizeof with_z, "%sZ", plan->time_format);
        memcpy(plan->time_format, with_z, sizeof plan->time_format - 1);
        epoch_csv_plan_remark(plan, "times end in Z, but are the recorder's own clock");
    }
    return YK_OK;
}

static void set_start(struct epoch_csv_plan *plan, const struct actigraph_csv_header *header)
{
    struct civil_time start;
    char note[64];
    if (!actigraph_csv_start(header, NULL, &start, note)) {
        return;
    }
    epoch_csv_plan_start(plan, start);
    if (note[0] != '\0') {
        epoch_csv_plan_remark(plan, "%s", note);
    }
}

static enum yk_status epochs_describe(struct epoch_csv_plan *plan, struct csv *csv,
                                      struct failure *why)
{
    struct actigraph_csv_header header;
    const struct csv_row *row = NULL;
    const char *columns[12];
    enum yk_status status = read_header(&header, csv, &row, why);
    if (status != YK_OK) {
        return status;
    }
    const struct actigraph_header *about = &header.about;
    const char *model = actigraph_model(about->serial);
    snprintf(plan->device_serial, sizeof plan->device_serial, "%s", about->serial);
    snprintf(plan->device_model, sizeof plan->device_model, "%s",
             *model != '\0' ? model : about->device);
    snprintf(plan->firmware, sizeof plan->firmware, "%s", about->firmware);
    plan->epoch_s = header.epoch_s > 0 ? header.epoch_s : 0;
    plan->table_at = row->offset;
    plan->table_line = row->line;
    if (header.is_extended) {
        epoch_csv_plan_remark(plan, "counts made with the low-frequency extension");
    }
    char first[64];
    snprintf(first, sizeof first, "%.60s", csv_field(row, 0));
    if (!actigraph_csv_is_names(first, strlen(first))) {
        size_t n = columns_of_mode(header.mode < 0 ? 13 : header.mode, header.has_more_inclines,
                                   columns);
        if (header.mode < 0) {
            epoch_csv_plan_remark(plan, "no mode: columns taken for axes 1 to 3 and steps");
        }
        plan->has_no_header = true;
        set_start(plan, &header);
        return csv_set_header(csv, columns, n, why);
    }
    csv_seek(csv, plan->table_at, plan->table_line);
    status = csv_read_header(csv, why);
    if (status == YK_OK) {
        status = look_at_times(plan, csv, &header, why);
    }
    if (status == YK_OK && plan->time_format[0] == '\0') {
        set_start(plan, &header);
    }
    return status;
}

static const struct table_kind epochs_table = {
    .id = "actigraph_csv",
    .counts = COUNT_KIND_ACTIGRAPH,
    .names = names,
    .describe = epochs_describe,
};

/* ---- recognising and opening ---- */

static bool begins_like_ours(struct byte_source *bytes)
{
    char head[512];
    size_t n = 0;
    struct actigraph_csv_header header;
    actigraph_csv_header_init(&header);
    if (byte_source_read_at(bytes, 0, head, sizeof head, &n, NULL) != YK_OK) {
        return false;
    }
    const char *end = memchr(head, '\n', n);
    return actigraph_csv_header_line(&header, head, end != NULL ? (size_t)(end - head) : n);
}

static int probe(struct byte_source *bytes)
{
    return begins_like_ours(bytes) ? 100 : 0;
}

static enum yk_status open_actigraph_csv(struct byte_source *bytes,
                                         const struct open_options *opt,
                                         struct recording_source **out, struct failure *why)
{
    struct actigraph_csv_header header;
    uint64_t table_at = 0;
    enum yk_status status = actigraph_samples_header(bytes, &header, &table_at, why);
    if (status != YK_OK) {
        return status;
    }
    return header.is_raw ? actigraph_samples_open(bytes, opt, &header, table_at, out, why)
                         : table_open(&epochs_table, bytes, opt, out, why);
}

static const char *const suffixes[] = {"csv", NULL};
const struct format format_actigraph_csv = {
    .id = "actigraph_csv",
    .name = "ActiGraph table, epochs or samples (.csv)",
    .maker = "ActiGraph",
    .suffix = suffixes,
    .probe = probe,
    .open = open_actigraph_csv,
};
